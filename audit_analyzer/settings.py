"""audit.toml to one frozen Settings: what the exports do not say of themselves."""

from __future__ import annotations

import dataclasses
import fnmatch
import math
import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from audit_analyzer.errors import SettingsError

DEFAULT_PACKS = ("dhs-026-11",)
PACKAGE = Path(__file__).resolve().parent
SIZE = re.compile(r"[1-9][0-9]*(\.[0-9]+)? ?[KMGT]i?B", re.IGNORECASE)  # as the engine reads it


def shipped(name: str) -> Path:
    """Folder `rules` or `sample_logs`: inside an installed wheel, else beside the package in a checkout."""
    inside = PACKAGE / "_shipped" / name
    return inside if inside.is_dir() else PACKAGE.parent / name


@dataclasses.dataclass(frozen=True, slots=True)
class Delivery:
    """Which files come from which source, system and zone. All but `files` may be left open."""

    files: str = "*"
    source: str | None = None
    system: str | None = None
    zone: str | None = None
    agency: str | None = None


RETAINED = ("probe", "template", "nonmatch", "watchlist", "enrolment", "recording")  # kinds of biometric_items, and what a search looks back into


@dataclasses.dataclass(frozen=True, slots=True)
class Retention:
    """A limit on stored items of one kind: seconds, for one citizenship or for all (None)."""

    kind: str
    seconds: int
    citizenship: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class System:
    """One matcher as the workspace knows it."""

    name: str
    packs: tuple[str, ...] = DEFAULT_PACKS
    zone: str | None = None
    agency: str | None = None
    service_accounts: tuple[str, ...] = ()
    retention: tuple[Retention, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one export may ask of the machine; reaching one is a clear answer."""

    file_bytes: int = 20 * 2**30
    record_bytes: int = 2**20
    field_bytes: int = 64 * 2**10
    columns: int = 512
    depth: int = 64
    members: int = 10_000
    ratio: int = 200
    inflated_bytes: int = 20 * 2**30
    document_bytes: int = 2**30  # of one JSON document, which is held whole
    worker_memory: int = 4 * 2**30  # of the process that parses Parquet and XLSX
    worker_seconds: float = 3600.0  # of its processor time, for one export
    rule_seconds: float = 120.0
    memory: str = "900MB"  # of the engine, while rules are asked
    intake_memory: str = "500MB"  # of the engine, while exports are set down: records that are on their way stand beside it


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """The whole of audit.toml, with every default in place. `root` is the workspace folder."""

    root: Path
    default_packs: tuple[str, ...] = DEFAULT_PACKS
    deliveries: tuple[Delivery, ...] = ()
    systems: tuple[System, ...] = ()
    parameters: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    limits: Limits = Limits()
    false_discovery_rate: float = 0.05

    @property
    def database(self) -> Path:
        return self.root / "audit.duckdb"

    @property
    def seal(self) -> Path:
        return self.root / "audit.seal"

    @property
    def vault(self) -> Path:
        return self.root / "vault"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    def rule_folders(self) -> tuple[Path, ...]:
        """Shipped rules first, then the workspace's own."""
        return tuple(dict.fromkeys(p.resolve() for p in (shipped("rules"), self.root / "rules") if p.is_dir()))

    def source_folders(self) -> tuple[Path, ...]:
        """Shipped sources first, then the workspace's own."""
        return tuple(dict.fromkeys(p.resolve() for p in (PACKAGE / "sources", self.root / "sources") if p.is_dir()))

    def delivery(self, path: str) -> Delivery:
        """The first [[delivery]] whose pattern fits the path, its end, or any folder-relative part of it."""
        plain = path.replace("\\", "/")
        for delivery in self.deliveries:
            pattern = delivery.files
            if fnmatch.fnmatchcase(plain, pattern) or fnmatch.fnmatchcase(plain, "*/" + pattern):
                return delivery
        return Delivery()

    def system(self, name: str) -> System:
        """What is known of a system; an unlisted one has the default packs and nothing else."""
        for system in self.systems:
            if system.name == name:
                return system
        return System(name=name, packs=self.default_packs)


def duration(text: object, where: str) -> int:
    """Seconds of "12 hours", "14 days", "15 years" (365.25 days each) or a plain number of seconds."""
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        return int(text) if math.isfinite(text) else _no_duration(text, where)
    units = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_629_800, "year": 31_557_600}
    words = str(text).split()
    unit = units.get(words[1].rstrip("s")) if len(words) == 2 else None  # noqa: PLR2004  number and unit
    try:
        return int(float(words[0]) * unit) if unit else int(words[0]) if len(words) == 1 else _no_duration(text, where)
    except (ValueError, IndexError, OverflowError):
        return _no_duration(text, where)


def _no_duration(text: object, where: str) -> int:
    raise SettingsError(f"{text!r} is not a length of time", where, 'write it as "12 hours", "14 days" or "15 years"')


def load(root: Path | None) -> Settings:
    """Settings of the workspace in `root`; a folder without audit.toml has the defaults, and so has no workspace at all (None)."""
    if root is None:
        return Settings(root=PACKAGE / "no-workspace")
    root = root.absolute()
    file = root / "audit.toml"
    if not file.exists():
        return Settings(root=root)
    try:
        facts = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"this is not TOML: {error}", str(file), "mend the line that is named, or write it anew with `audit-analyzer init`") from None
    return _settings(root, facts, str(file))


TOP: dict[str, type | tuple[type, ...]] = {
    "packs": list, "delivery": list, "system": list, "parameters": dict, "limits": dict, "false_discovery_rate": (int, float),
}  # fmt: skip


def _settings(root: Path, facts: dict[str, Any], where: str) -> Settings:
    _only(facts, TOP, where)
    for key, kind in TOP.items():
        _is(facts.get(key), kind, key, where)
    packs = _names(facts.get("packs", list(DEFAULT_PACKS)), "packs", where)
    return Settings(
        root=root,
        default_packs=packs,
        deliveries=tuple(_delivery(d, f"{where} [[delivery]] {n}") for n, d in enumerate(facts.get("delivery", []), 1)),
        systems=_systems(facts.get("system", []), packs, where),
        parameters=facts.get("parameters", {}),
        limits=_limits(facts.get("limits", {}), f"{where} [limits]"),
        false_discovery_rate=_rate(facts.get("false_discovery_rate", 0.05), where),
    )


def _delivery(facts: dict[str, Any], where: str) -> Delivery:
    _only(facts, {f.name for f in dataclasses.fields(Delivery)}, where)
    for key, value in facts.items():
        _is(value, str, key, where)
    check_zone(facts.get("zone"), where)
    return Delivery(**facts)


def _rate(value: float, where: str) -> float:
    if not 0 < value < 1:
        raise SettingsError(f"false_discovery_rate = {value} is not a share between 0 and 1", where, "write for instance 0.05: one in twenty")
    return float(value)


def _systems(listed: list[dict[str, Any]], packs: tuple[str, ...], where: str) -> tuple[System, ...]:
    systems = tuple(_system(facts, packs, f"{where} [[system]] {n}") for n, facts in enumerate(listed, 1))
    names = [system.name for system in systems]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SettingsError(f"there are two systems {twice[0]!r}", where, "put what binds it into one [[system]]")
    return systems


def _system(facts: dict[str, Any], packs: tuple[str, ...], where: str) -> System:
    _only(facts, {f.name for f in dataclasses.fields(System)}, where)
    for key in ("name", "zone", "agency"):
        _is(facts.get(key), str, key, where)
    check_zone(facts.get("zone"), where)
    if "name" not in facts:
        raise SettingsError("a system has no name", where, 'add name = "…" as the exports or [[delivery]] name it')
    return System(
        name=facts["name"],
        packs=_names(facts.get("packs", list(packs)), "packs", where),
        zone=facts.get("zone"),
        agency=facts.get("agency"),
        service_accounts=_names(facts.get("service_accounts", []), "service_accounts", where),
        retention=tuple(_retention(r, where) for r in facts.get("retention", ())),
    )


def _retention(facts: dict[str, Any], where: str) -> Retention:
    _is(facts, dict, "retention", where)
    _only(facts, {"kind", "limit", "citizenship"}, where)
    for key in ("kind", "limit"):
        if key not in facts:
            raise SettingsError(f"a retention limit has no {key}", where, 'write it as { kind = "probe", limit = "14 days" }')
    if facts["kind"] not in RETAINED:
        raise SettingsError(f"a retention limit is of a kind that nothing has: {facts['kind']}", where, f"write one of {', '.join(RETAINED)}")
    return Retention(kind=facts["kind"], seconds=duration(facts["limit"], where), citizenship=facts.get("citizenship"))


def _limits(facts: dict[str, Any], where: str) -> Limits:
    fields = {f.name: type(f.default) for f in dataclasses.fields(Limits)}
    _only(facts, fields, where)
    for key, value in facts.items():
        _is(value, (int, float) if fields[key] is float else fields[key], key, where)
        if isinstance(value, str) and not SIZE.fullmatch(value):
            raise SettingsError(f"{key} = {value!r} is not a size of memory", where, 'write it as "900MB" or "4GB"')
        if not isinstance(value, str) and value <= 0:
            raise SettingsError(f"{key} = {value} is not above zero", where, "leave it out, or write a limit that lets something in")
    return Limits(**facts)


def _names(value: object, key: str, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise SettingsError(f"{key} = {value!r} is not a list of names", where, f'write it as {key} = ["…", "…"]')
    return tuple(value)


def _is(value: object, kind: type | tuple[type, ...], key: str, where: str) -> None:
    if value is not None and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
        wanted = " or ".join(WORDS_OF[k] for k in (kind if isinstance(kind, tuple) else (kind,)))
        raise SettingsError(f"{key} = {value!r} is not {wanted}", where, "`audit-analyzer init` in an empty folder writes an example of every setting")


WORDS_OF: dict[type, str] = {
    str: "a text", int: "a whole number", float: "a number", bool: "true or false", list: "a list ([[…]])", dict: "a table ([…])"
}  # fmt: skip


def _only(facts: dict[str, Any], known: Collection[str], where: str) -> None:
    for key in facts:
        if key not in known:
            raise SettingsError(f"there is no setting {key!r}", where, f"known here: {', '.join(sorted(known))}")


def check_zone(name: str | None, where: str) -> None:
    """Raises SettingsError where a zone is no name of the IANA list."""
    if name is None:
        return
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingsError(f"there is no time zone {name!r}", where, 'use a name of the IANA list, for instance "America/Los_Angeles"') from None
