"""Laws and policies as data: rules/clauses/PACK.toml to Pack and Clause values, and which clause is in force when.

A pack is one law or policy; its name is the file's name. What the head of a file says (status, dates, source, note) holds for each of its
clauses unless the clause says otherwise; notes of both are joined. A day begins at midnight UTC, so that one instant has one answer.
A clause carries parameters: the figures and words that rules read. PARAMETERS says what each one means, and the loader knows no other.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import difflib
import re
import tomllib
from typing import TYPE_CHECKING, Any

from audit_analyzer.errors import ClauseError, SettingsError
from audit_analyzer.parameters import PARAMETERS, flat, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from audit_analyzer.settings import Settings

OWN = "audit.toml"  # limits that the workspace sets itself are cited as "audit.toml/…"
STATUSES = ("in_force", "sunset", "rescinded", "unverified")
QUALITIES = ("primary", "secondary", "press", "excerpt")

_INHERITED = {"status", "effective_from", "effective_to", "unverified_from", "source", "source_quality", "note"}
_PACK_KEYS = _INHERITED | {"title", "jurisdiction", "clause"}
_CLAUSE_KEYS = _INHERITED | {"id", "title", "text", "parameters"}
_PACK_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CLAUSE_ID = re.compile(r"[A-Za-z0-9.]+(-[A-Za-z0-9.]+)*")


@dataclasses.dataclass(frozen=True, slots=True)
class Clause:
    """One requirement, restated in plain words. Dates None are open; `effective_to` is exclusive.

    `unverified_from`: the day from which its force could not be confirmed (status "unverified" only; None: never confirmed).
    `parameters`: name to value as PARAMETERS says; durations in seconds, lists as lists, retention as dicts of kind, citizenship and limit in seconds.
    """

    pack: str
    id: str
    title: str
    text: str
    status: str
    effective_from: dt.date | None
    effective_to: dt.date | None
    unverified_from: dt.date | None
    note: str
    source: str
    source_quality: str
    parameters: dict[str, Any]

    @property
    def key(self) -> str:
        """The name that rules and findings cite: "pack/id"."""
        return f"{self.pack}/{self.id}"

    @property
    def span(self) -> tuple[int | None, int | None]:
        """Epoch seconds of its first instant and of the first instant after its end; None is open."""
        return _midnight(self.effective_from), _midnight(self.effective_to)

    def covers(self, moment: dt.datetime) -> bool:
        """Whether it may be cited for what happened at that moment (which must carry a zone)."""
        start, end = self.span
        return (start is None or _seconds(moment) >= start) and (end is None or _seconds(moment) < end)

    def status_at(self, moment: dt.datetime) -> str:
        """Its status at that moment: "in_force" before the day from which that could not be confirmed, else the status it has."""
        doubt = _midnight(self.unverified_from)
        return "in_force" if doubt is not None and _seconds(moment) < doubt else self.status

    def limits(self) -> list[tuple[str, str | None, int]]:
        """Retention limits: (kind of stored item, citizenship or None for all, seconds)."""
        return [(r["kind"], r["citizenship"], r["limit"]) for r in self.parameters.get("retention", [])]

    def rows(self) -> list[tuple[str, float | None, str | None]]:
        """All other parameters as (name, number, text), one row a word of a list; a flag is 1 or 0, a day of the year "02-01" is also 201."""
        rows: list[tuple[str, float | None, str | None]] = []
        for name, value in self.parameters.items():
            if name != "retention":
                rows.extend(flat(name, item) for item in (value if isinstance(value, list) else [value]))
        return rows


@dataclasses.dataclass(frozen=True, slots=True)
class Pack:
    """One law or policy with its clauses, in the order of the file."""

    name: str
    title: str
    jurisdiction: str
    source: str
    source_quality: str
    clauses: tuple[Clause, ...]

    def clause(self, id: str) -> Clause:  # noqa: A002  the file's own word
        """The clause with that id. ClauseError where there is none."""
        for clause in self.clauses:
            if clause.id == id:
                return clause
        raise ClauseError(f"pack {self.name!r} has no clause {id!r}", remedy=f"it has: {', '.join(c.id for c in self.clauses)}")


def load(folders: Iterable[Path]) -> dict[str, Pack]:
    """Packs of every `<folder>/clauses/*.toml`, by name in the order of the alphabet. One ClauseError tells all faults of all files."""
    faults: list[ClauseError] = []
    packs: dict[str, tuple[Path, Pack]] = {}
    for file in (f for folder in folders for f in sorted((folder / "clauses").glob("*.toml"))):
        sheet = _Sheet(file, faults)
        pack = _pack(sheet)
        if pack and pack.name in packs:
            sheet.fault(None, "", f"there are two packs {pack.name!r}", f"the other is {packs[pack.name][0]}: give one of them another file name")
        elif pack:
            packs[pack.name] = (file, pack)
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise ClauseError(f"{len(faults)} faults in the clause packs:\n" + "\n".join(str(fault) for fault in faults))
    return {name: packs[name][1] for name in sorted(packs)}


def check_named(packs: Mapping[str, Pack], settings: Settings) -> None:
    """SettingsError where audit.toml names a pack that is not there: what should bind the system would bind nothing, without a word."""
    named = {"packs": settings.default_packs} | {f"[[system]] {system.name}": system.packs for system in settings.systems}
    for where, names in named.items():
        for name in names:
            if name not in packs:
                near = "".join(f"perhaps {meant!r}; " for meant in difflib.get_close_matches(name, packs, 1))
                raise SettingsError(f"there is no clause pack {name!r}", f"audit.toml {where}", f"{near}known: {', '.join(sorted(packs))}")


def known(packs: Mapping[str, Pack]) -> set[str]:
    """Every "pack/id" that a rule may cite."""
    return {clause.key for pack in packs.values() for clause in pack.clauses}


def find(packs: Mapping[str, Pack], key: str) -> Clause:
    """The clause called "pack/id". ClauseError where pack or clause is not known."""
    name, _, id_ = key.partition("/")
    if name not in packs:
        raise ClauseError(f"there is no clause pack {name!r} (asked for {key!r})", remedy=f"known: {', '.join(sorted(packs))}")
    return packs[name].clause(id_)


def in_force(packs: Mapping[str, Pack], key: str, moment: dt.datetime) -> bool:
    """Whether "pack/id" may be cited for what happened then: not before its start, not from its end on.

    An unverified clause may be cited (its status says so beside it); what the workspace's own audit.toml sets always holds.
    """
    return key.startswith(OWN + "/") or find(packs, key).covers(moment)


def _midnight(day: dt.date | None) -> int | None:
    return None if day is None else int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp())


def _seconds(moment: dt.datetime) -> float:
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no zone: the same reading would be another instant elsewhere")
    return moment.timestamp()


class _Sheet:
    """One file while it is read: its text for line numbers, and the list that its faults go to."""

    def __init__(self, file: Path, faults: list[ClauseError]) -> None:
        self.file, self.faults, self.lines = file, faults, list[str]()

    def fault(self, clause: int | None, key: str, what: str, remedy: str) -> None:
        """Note a fault of the key in the n-th [[clause]] (from 0), or in the head of the file (None)."""
        self.faults.append(ClauseError(what, f"{self.file}:{self._line(clause, key)}", remedy))

    def _line(self, clause: int | None, key: str) -> int:
        heads = [n for n, line in enumerate(self.lines) if re.match(r"\s*\[\[\s*clause\s*\]\]", line)]
        start, nth = (0, 0) if clause is None or clause >= len(heads) else (heads[clause], clause + 1)
        end = heads[nth] if nth < len(heads) else len(self.lines)
        spelled = re.compile(rf"\s*(parameters\s*\.\s*)?[\"']?{re.escape(key)}[\"']?\s*[=.]")
        return next((n for n in range(start, end) if key and spelled.match(self.lines[n])), start) + 1

    def facts(self) -> dict[str, Any] | None:
        """The file as TOML, or None with the fault noted."""
        try:
            text = self.file.read_text(encoding="utf-8")
            self.lines = text.splitlines()
            return tomllib.loads(text)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            line = re.search(r"at line (\d+)", str(error))
            where = f"{self.file}:{line[1] if line else 1}"
            self.faults.append(ClauseError(f"this is not TOML: {error}", where, "mend the line; dates stand without quotes, words in them"))
            return None


def _pack(sheet: _Sheet) -> Pack | None:
    """The pack in one file; None, with faults noted, where it is not quite one."""
    name, facts, before = sheet.file.stem, sheet.facts(), len(sheet.faults)
    if facts is None:
        return None
    if not _PACK_NAME.fullmatch(name):
        sheet.fault(None, "", f"{name!r} is no name for a pack", "name the file in lower case with dashes, for instance dhs-026-11.toml")
    _keys(sheet, None, facts, _PACK_KEYS, ("title", "jurisdiction", "source", "source_quality", "clause"))
    listed = facts.get("clause") or []
    if not isinstance(listed, list) or not all(isinstance(c, dict) for c in listed):
        sheet.fault(None, "clause", "clause is not a list of tables", "write each clause under its own [[clause]]")
        return None
    head = {key: facts[key] for key in _INHERITED & facts.keys()}
    clauses = tuple(_clause(sheet, n, name, head, c) for n, c in enumerate(listed))
    for n, clause in enumerate(clauses):
        if clause.id in {c.id for c in clauses[:n]}:
            sheet.fault(n, "id", f"there are two clauses {clause.id!r}", "give one of them another id")
    if len(sheet.faults) > before:
        return None
    return Pack(name, facts["title"], facts["jurisdiction"], facts["source"], facts["source_quality"], clauses)


def _clause(sheet: _Sheet, n: int, pack: str, head: dict[str, Any], own: dict[str, Any]) -> Clause:
    """One clause; what is wrong with it is noted, and the value then not used."""
    merged = {**head, **own}
    _keys(sheet, n, own, _CLAUSE_KEYS, ("id", "title", "text"))
    if "status" not in merged:
        sheet.fault(n, "", "a clause has no status", f"add status = one of {', '.join(STATUSES)}")
    if isinstance(own.get("id"), str) and not _CLAUSE_ID.fullmatch(own["id"]):
        sheet.fault(n, "id", f"{own['id']!r} is no id for a clause", "use letters, digits, dots and dashes: R2b, 26-10, 43.386.080")
    _dates(sheet, n, merged)
    parameters = own.get("parameters", {})
    if not isinstance(parameters, dict):
        sheet.fault(n, "parameters", "parameters is not a table", "write parameters.name = value")
        parameters = {}
    return Clause(
        pack=pack,
        id=str(own.get("id", "")),
        title=str(own.get("title", "")),
        text=str(own.get("text", "")),
        status=str(merged.get("status", "")),
        effective_from=merged.get("effective_from"),
        effective_to=merged.get("effective_to"),
        unverified_from=merged.get("unverified_from"),
        note=" ".join(str(part["note"]) for part in (head, own) if "note" in part),
        source=str(merged.get("source", "")),
        source_quality=str(merged.get("source_quality", "")),
        parameters={name: _value(sheet, n, name, value) for name, value in parameters.items()},
    )


def _keys(sheet: _Sheet, n: int | None, facts: dict[str, Any], allowed: set[str], needed: tuple[str, ...]) -> None:
    for key in sorted(facts.keys() - allowed):
        sheet.fault(n, key, f"there is no key {key!r} here", f"known here: {', '.join(sorted(allowed))}")
    for key in (k for k in needed if not facts.get(k)):
        sheet.fault(n, key, f"{key!r} is missing or empty", f"add {key} = …" if key != "clause" else "add at least one [[clause]]")
    for key in sorted(facts.keys() & (allowed - {"clause", "parameters"})):
        if key in {"effective_from", "effective_to", "unverified_from"}:
            if type(facts[key]) is not dt.date:
                sheet.fault(n, key, f"{key} is not a day: {facts[key]!r}", "write it without quotes and without a time: 2024-10-01")
        elif not isinstance(facts[key], str):
            sheet.fault(n, key, f"{key} is not text: {facts[key]!r}", "put it into quotes")
    for key, words in (("status", STATUSES), ("source_quality", QUALITIES)):
        if isinstance(facts.get(key), str) and facts[key] not in words:
            sheet.fault(n, key, f"there is no {key} {facts[key]!r}", f"one of: {', '.join(words)}")


def _dates(sheet: _Sheet, n: int, facts: dict[str, Any]) -> None:
    """Dates must follow each other and agree with the status: what ended has an end, and what has an end says so."""
    days = {k: facts[k] for k in ("effective_from", "effective_to", "unverified_from") if type(facts.get(k)) is dt.date}
    start, end, status = days.get("effective_from"), days.get("effective_to"), facts.get("status")
    if start and end and end <= start:
        sheet.fault(n, "effective_to", f"it ends on {end}, before it begins on {start}", "effective_to is the first day on which it no longer holds")
    if status in ("sunset", "rescinded") and "effective_to" not in facts:
        sheet.fault(n, "status", f"status {status!r} without effective_to", 'add the day on which it ends; if that is not known, the status is "unverified"')
    if status == "in_force" and end:
        sheet.fault(n, "effective_to", 'status "in_force" with an end', 'a clause with an end is "sunset" or "rescinded"')
    if "unverified_from" in days and status != "unverified":
        sheet.fault(n, "unverified_from", f"unverified_from with status {status!r}", 'write status = "unverified", or leave the day out')


def _value(sheet: _Sheet, n: int, name: str, value: Any) -> Any:  # noqa: ANN401  shapes differ
    if name not in PARAMETERS:
        sheet.fault(n, name, f"there is no parameter {name!r}", f"known: {', '.join(sorted(PARAMETERS))}")
        return value
    try:
        return read(name, value)
    except (ValueError, TypeError, OverflowError, SettingsError) as error:
        told = error.what if isinstance(error, SettingsError) else str(error)
        sheet.fault(n, name, f"parameter {name}: {told}", f"it is: {PARAMETERS[name]}")
        return value
