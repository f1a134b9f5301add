"""Matcher systems, one TOML file each: how their files begin, their clock, and one SELECT for each table that they fill."""

from __future__ import annotations

import dataclasses
import functools
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit_analyzer.errors import ExportRejected, SettingsError, SourceError
from audit_analyzer.settings import Limits, check_zone
from audit_analyzer.sources.exchange import FILLED as FILLED
from audit_analyzer.sources.exchange import missing, table_of
from audit_analyzer.store import canonical
from audit_analyzer.words import INTERCHANGE as INTERCHANGE

if TYPE_CHECKING:
    from audit_analyzer.readers import Part

KEYS = {
    "title",
    "about",
    "system",
    "constructed",
    "formats",
    "recognise",
    "layout",
    "clock",
    "numbers",
    "fields",
    "prepare",
    "table",
    "set_aside",
    "not_logged",
    "every_table",
    "integrity",
}
LAYOUT = {"delimiter": str, "quote": str, "encoding": str, "header_row": int, "multiline": bool}
COLUMNS_SHOWN = 40  # of an export that no source knows
HEADER_LAYOUT = {"delimiter", "quote", "encoding", "header_row"}


@dataclasses.dataclass(frozen=True, slots=True)
class Sign:
    """One way a source's files begin: these columns must be there, these must not; `unwrap` names the field that holds the record."""

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    envelope: str | None = None
    unwrap: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Clock:
    """How the source writes times. zone: an IANA name, or "delivery"; formats: strptime patterns besides ISO 8601."""

    zone: str = "delivery"
    formats: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Filling:
    """One SELECT that fills one canonical table (or the ledger's `deletions`)."""

    table: str
    sql: str


@dataclasses.dataclass(frozen=True, slots=True, eq=False)  # a source is itself: it can be a key
class Source:
    """One matcher system's exports. `fields`: name in SQL -> where it stands in a record, alternatives in order.

    prepare: a SELECT over `records` whose result the other SELECTs read as `records`; it keeps n, export_id and record (`SELECT *, …`).
    """

    name: str
    title: str
    path: Path
    formats: tuple[str, ...]
    signs: tuple[Sign, ...]
    fields: Mapping[str, tuple[str, ...]]
    fillings: tuple[Filling, ...]
    system: str | None = None
    about: str = ""
    constructed: bool = False
    layout: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    clock: Clock = Clock()
    decimal: str = "."
    set_aside: str | None = None
    prepare: str | None = None
    not_logged: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)

    def made_from(self) -> Mapping[str, set[str]]:
        """What `prepare` adds: name -> the fields that it is made from."""
        return _made_from(self.prepare) if self.prepare else {}

    def tables(self) -> tuple[str, ...]:
        return tuple(f.table for f in self.fillings)

    def header(self, part: Part) -> tuple[str, ...]:
        """Names of the part's columns, read as this source's files are laid out."""
        return part.header(**self.header_layout())

    def header_layout(self) -> dict[str, Any]:
        """What of the layout the header's names depend on."""
        return {key: value for key, value in self.layout.items() if key in HEADER_LAYOUT}


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """A source that takes a part of an export, and by which sign."""

    source: Source
    sign: Sign


def load(folders: Iterable[Path]) -> tuple[Source, ...]:
    """Every source of the folders; two of one name, or one that is not quite a source, is an error that names the file."""
    found: dict[str, Source] = {}
    for folder in folders:
        for file in sorted(folder.glob("*.toml")):
            source = read(file)
            if source.name in found:
                raise SourceError(f"there is a source {source.name!r} already: {found[source.name].path}", str(file), "give the file another name")
            found[source.name] = source
    return tuple(found.values())


def read(file: Path) -> Source:
    """One source from its file."""
    try:
        facts = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"this is not TOML: {error}", str(file), "mend the line that is named") from None
    unknown = set(facts) - KEYS
    if unknown:
        raise SourceError(f"a source has no {', '.join(sorted(unknown))}", str(file), f"known: {', '.join(sorted(KEYS))}")
    for key in ("title", "formats"):
        if key not in facts:
            raise SourceError(f"the source does not state its {key}", str(file), f"add {key} = …")
    if facts.get("every_table"):
        return _interchange(file, facts)
    source = Source(
        name=file.stem,
        title=facts["title"],
        path=file,
        formats=tuple(facts["formats"]),
        signs=tuple(_sign(s, file) for s in _several(facts.get("recognise", []))),
        fields={name: tuple(_several(places)) for name, places in facts.get("fields", {}).items()},
        fillings=tuple(_filling(t, file) for t in _several(facts.get("table", []))),
        set_aside=_texts(facts["set_aside"], ("sql",), "[set_aside]", file)["sql"] if "set_aside" in facts else None,
        prepare=_texts(facts["prepare"], ("sql",), "[prepare]", file)["sql"] if "prepare" in facts else None,
        not_logged={table: tuple(columns) for table, columns in facts.get("not_logged", {}).items()},
        **_common(facts, file),
    )
    _refuse_half_a_source(source)
    return source


def _filling(facts: dict[str, Any], file: Path) -> Filling:
    told = _texts(facts, ("name", "sql"), "[[table]]", file)
    return Filling(told["name"], told["sql"])


def _texts(facts: dict[str, Any], keys: tuple[str, ...], section: str, file: Path) -> dict[str, str]:
    if set(facts) != set(keys) or not all(isinstance(value, str) for value in facts.values()):
        raise SourceError(f"{section} has {', '.join(keys)} as texts and nothing else, not {', '.join(facts) or 'nothing'}", str(file), f"mend {section}")
    return facts


def _common(facts: dict[str, Any], file: Path) -> dict[str, Any]:
    clock = facts.get("clock", {})
    if set(clock) - {"zone", "formats"}:
        raise SourceError(f"a clock has no {', '.join(sorted(set(clock) - {'zone', 'formats'}))}", str(file), "known: zone, formats")
    if clock.get("zone", "delivery") != "delivery":
        try:
            check_zone(clock["zone"], str(file))
        except SettingsError as error:
            raise SourceError(error.what, error.where, error.remedy) from None
    layout = facts.get("layout", {})
    for key, value in layout.items():
        if type(value) is not LAYOUT.get(key):
            raise SourceError(f"a layout has no {key} = {value!r}", str(file), f"known: {', '.join(f'{k} ({t.__name__})' for k, t in LAYOUT.items())}")
    return {
        "system": facts.get("system"),
        "about": facts.get("about", ""),
        "constructed": bool(facts.get("constructed", False)),
        "layout": layout,
        "clock": Clock(zone=clock.get("zone", "delivery"), formats=tuple(clock.get("formats", ()))),
        "decimal": facts.get("numbers", {}).get("decimal", "."),
    }


def _several(value: Any) -> list[Any]:  # noqa: ANN401  a TOML value
    return value if isinstance(value, list) else [value]


def _sign(facts: dict[str, Any], file: Path) -> Sign:
    try:
        listed: dict[str, Any] = {key: tuple(_several(value)) if key in {"all", "any", "none"} else value for key, value in facts.items()}
        return Sign(**listed)
    except TypeError:
        raise SourceError(f"recognise knows all, any, none, envelope and unwrap, not {', '.join(facts)}", str(file), "mend [[recognise]]") from None


def _refuse_half_a_source(source: Source) -> None:
    where = str(source.path)
    if not source.signs:
        raise SourceError("nothing says how its files begin", where, 'add [[recognise]] with all = ["column", …]')
    if not source.fillings and not source.set_aside:
        raise SourceError("it fills no table", where, "add a [[table]] with name and sql")
    for filling in source.fillings:
        if filling.table not in canonical() and filling.table != "deletions":
            raise SourceError(f"there is no table {filling.table!r}", where, f"tables: {', '.join(canonical())}, deletions")


def _interchange(file: Path, facts: dict[str, Any]) -> Source:
    return Source(name=file.stem, title=facts["title"], path=file, formats=tuple(facts["formats"]), signs=(), fields={}, fillings=(), **_common(facts, file))


@functools.cache
def _made_from(prepare: str) -> Mapping[str, set[str]]:
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(prepare, dialect="duckdb")
    made = [e for select in tree.find_all(exp.Select) for e in select.expressions if isinstance(e, exp.Alias)]
    return {e.alias: {c.name for c in e.find_all(exp.Column)} for e in made}


@functools.cache
def interchange_of(source: Source, table: str) -> Source:
    """The interchange source as it reads one table: each column under its own name."""
    columns = canonical()[table].columns
    listed = ", ".join(c.name for c in columns)
    return dataclasses.replace(
        source, signs=(Sign(all=()),), fields={c.name: (c.name,) for c in columns}, fillings=(Filling(table, f"SELECT n, {listed} FROM records"),)
    )


def plain(header: str) -> str:
    """A header as it is compared: case and outer blanks do not count."""
    return header.strip().strip("\ufeff").casefold()


def claim(part: Part, name: str, known: Sequence[Source], forced: str | None = None, limits: Limits | None = None) -> Claim:
    """The one source that takes this part of the export `name`; none or two is an error that says what was seen.

    A header of CSV that is not sound is told first, as its source reads it: ExportRejected, or ExportFailed where it goes beyond the limits.
    """
    candidates = [s for s in known if s.name == forced] if forced else list(known)
    claims = [found for source in candidates if (found := _claims(source, part, name, forced is not None))]
    if len(claims) > 1:
        raise SourceError(
            f"several sources claim it: {', '.join(c.source.name for c in claims)}", name, 'say which in audit.toml: [[delivery]] with files and source = "…"'
        )
    reader = claims[0].source if claims else candidates[0] if len(candidates) == 1 else None
    layout = reader.header_layout() if reader else {"delimiter": part.likely_delimiter()}
    part.check_header(limits or Limits(), **layout)
    if claims:
        return claims[0]
    seen = part.header(**layout)
    near = missing([plain(c) for c in seen], f"{part.name} {name}") if any(s.name == INTERCHANGE for s in candidates) else None
    remedy = "write a source for it: `audit-analyzer sources propose FILE > WORKSPACE/sources/NAME.toml` drafts one"
    if near and not forced:
        remedy += f"; if it is the exchange format, say so with --source {INTERCHANGE} or in [[delivery]]"
    remedy += '; or, where it is no export, say so in audit.toml: [[delivery]] with files and source = "none"'
    raise ExportRejected(
        f"no source knows this {part.format} export; its columns are: {', '.join(seen[:COLUMNS_SHOWN]) or '(none)'}"
        + (f"; as {INTERCHANGE}: {near}" if near else ""),
        name,
        remedy,
    )


def _claims(source: Source, part: Part, name: str, forced: bool) -> Claim | None:
    if part.format not in source.formats:
        return None
    header = [plain(c) for c in source.header(part)]
    if source.name == INTERCHANGE:
        table = table_of(header, f"{part.name} {name}", forced=forced)
        return Claim(interchange_of(source, table), Sign()) if table else None
    for sign in source.signs:
        if _shows(sign, header, part):
            return Claim(source, sign)
    return Claim(source, source.signs[0]) if forced and source.signs else None


def _shows(sign: Sign, header: list[str], part: Part) -> bool:
    if sign.envelope and part.envelope != sign.envelope:
        return False
    if not header:
        return bool(sign.envelope)
    has = {plain(c) for c in header}
    return all(plain(c) in has for c in sign.all) and (not sign.any or any(plain(c) in has for c in sign.any)) and not any(plain(c) in has for c in sign.none)
