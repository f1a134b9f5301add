"""The frame of a labelled world: its clock, its chance, its rows, and what is true of it. Plants and background are built on it."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from audit_analyzer import store
from audit_analyzer.world.rows import Cell, Rows
from audit_analyzer.world.truths import FAMILY_OF, Truth

if TYPE_CHECKING:
    import numpy as np

    from audit_analyzer.world.people import Agency, Case, Operator

T = TypeVar("T")
ID_OF = {
    "queries": "query_id",
    "reviews": "review_id",
    "corroborations": "corroboration_id",
    "actions": "action_id",
    "authorizations": "authorization_id",
    "biometric_items": "item_id",
    "disclosures": "disclosure_id",
    "assemblies": "assembly_id",
    "places": "place_id",
    "notices": "notice_id",
    "cases": "case_number",
    "operators": "operator",
    "galleries": "gallery",
    "systems": "system",
}
WHEN_OF = {
    "queries": "occurred_at", "reviews": "decided_at", "corroborations": "obtained_at", "actions": "occurred_at", "authorizations": "granted_at",
    "biometric_items": "created_at", "disclosures": "disclosed_at", "assemblies": "starts_at", "cases": "opened_at", "notices": "starts_at",
}  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Size:
    """How big a world is. Operators are per agency; logs.md 4.2 counts 147 of them behind 4,294 searches in 5.5 months."""

    agencies: int
    operators: int
    days: int
    gate_crossings: int  # per agency and day


SIZES = {
    "tiny": Size(1, 40, 119, 5),
    "small": Size(2, 300, 119, 25),
    "medium": Size(20, 300, 119, 25),
    "large": Size(200, 300, 119, 25),
}
START = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)  # a Monday; 17 weeks on it is spring and the clocks have changed


@dataclasses.dataclass(slots=True)
class Matcher:
    """One system, as the workspace knows it: what stands in audit.toml and, if `register` is given, in the register of systems."""

    name: str
    packs: tuple[str, ...]
    zone: str | None
    agency: str | None = None
    service_accounts: list[str] = dataclasses.field(default_factory=list)
    retention: list[dict[str, str]] = dataclasses.field(default_factory=list)
    galleries: tuple[str, ...] = ()  # registered ones that its ordinary searches go to
    kind: str = "police"  # which ordinary row a search of it has: police, cloud, field or gate (see background.py)


class World:
    """Everything that was constructed: rows by table and file, people, systems and truths. Times are aware UTC datetimes."""

    def __init__(self, seed: int, size: str = "small") -> None:
        self.seed, self.name_of_size, self.size = seed, size, SIZES[size]
        self.start, self.days = START, self.size.days
        self.end = START + dt.timedelta(days=self.days)
        self.rows: dict[str, dict[str, Rows]] = {}
        self.extra_files: dict[str, bytes] = {}
        self.systems: dict[str, Matcher] = {}
        self.agencies: list[Agency] = []
        self.operators: list[Operator] = []
        self.cases: list[Case] = []
        self.assemblies: list[dict[str, Any]] = []
        self.places: list[dict[str, Any]] = []
        self.truths: list[Truth] = []
        self.register: dict[str, dict[str, Any]] = {}  # system: its row in the register, written at the end
        self.outsiders: set[str] = set()  # agencies that the register must not list as permitted
        self.counted: set[str] = set()  # agencies whose published counts a plant writes itself
        self.background_queries = 0
        self._stream, self._streams, self._made = "", {"": self._fresh("")}, {"": 0}
        self._planting: tuple[str, str, str] | None = None
        self._seen: dict[tuple[str, str], float] = {}

    # --- chance: every plant has a stream of its own, so that one more plant does not change the others

    @property
    def rng(self) -> np.random.Generator:
        """The generator of whoever is building just now."""
        return self._streams[self._stream]

    def _fresh(self, name: str) -> np.random.Generator:
        import numpy as np

        return np.random.default_rng(int.from_bytes(hashlib.sha256(f"{self.seed}/{name}".encode()).digest()[:8]))

    @contextlib.contextmanager
    def stream(self, name: str) -> Iterator[None]:
        """Chance and ids under a name for as long as the block runs; the same name goes on where it was."""
        before = self._stream
        if name not in self._streams:
            self._streams[name], self._made[name] = self._fresh(name), 0
        self._stream = name
        try:
            yield
        finally:
            self._stream = before

    def fresh_id(self, length: int = 16) -> str:
        """An id that no one else has and that says nothing: not who made it, nor in which order."""
        self._made[self._stream] += 1
        return hashlib.sha256(f"{self.seed}/{self._stream}/{self._made[self._stream]}".encode()).hexdigest()[:length]

    def one_of(self, values: Iterable[T], weights: Iterable[float] | None = None) -> T:
        """One of the values, by chance."""
        among = list(values)
        if weights is None:
            return among[int(self.rng.integers(len(among)))]
        shares = list(weights)
        return among[int(self.rng.choice(len(among), p=[w / sum(shares) for w in shares]))]

    def subject(self) -> str:
        """An opaque token of a person nobody has searched for yet."""
        return "S-" + self.fresh_id(12)

    # --- rows

    def add(self, table: str, *, file: str | None = None, **row: Cell) -> str:
        """One row of a table of the model; the id (made where none is given) comes back. `file`: the export that it goes to, by its name in the delivery.

        Values may be datetimes, numbers, booleans and lists; None is left blank. A file's header has the columns that any of its rows names.
        """
        key = ID_OF.get(table)
        if key and row.get(key) is None:
            row[key] = self.fresh_id()
        name = file or self._file_of(table, row)
        files = self.rows.setdefault(table, {})
        if name not in files:
            files[name] = Rows(table, _columns(table))
        files[name].add(row)
        own = str(row[key]) if key else ""
        moment = row.get(WHEN_OF.get(table, ""))
        if self._planting and isinstance(moment, dt.datetime):
            self._seen[table, own] = moment.timestamp()
        return own

    def _file_of(self, table: str, row: Mapping[str, object]) -> str:
        if table == "queries":
            at = row["occurred_at"]
            return f"{row['system']}/queries-{at:%Y-%m}.csv"
        return f"context/{table}.ndjson" if table == "notices" else f"context/{table}.csv"

    # --- truth

    @contextlib.contextmanager
    def planting(self, name: str, detection: str, level: str) -> Iterator[None]:
        """The block builds one plant: its chance, its ids and the truth that it declares go by its name."""
        self._planting, self._seen = (name, detection, level), {}
        try:
            with self.stream(name):
                yield
        finally:
            self._planting = None

    def plant(
        self, subject_kind: str, subject: str, evidence: Iterable[str | tuple[str, str]], note: str, family: str | None = None,
        period: tuple[dt.datetime, dt.datetime] | None = None,
    ) -> Truth:  # fmt: skip
        """Declare what is true: whom a finding should name (for a trap: must not), and the rows. Bare ids are of queries.

        A row of the ledger's exports, or an export as subject, is "file:" and its name in the delivery. The period is from the first to the
        last row of evidence made in this plant, unless given.
        """
        if self._planting is None:
            raise RuntimeError("a truth is declared by a plant: see World.planting")
        name, detection, level = self._planting
        rows = tuple(e if isinstance(e, tuple) else ("queries", e) for e in evidence)
        moments = [self._seen[row] for row in rows if row in self._seen] or [self.start.timestamp(), self.end.timestamp()]
        span = (period[0].timestamp(), period[1].timestamp()) if period else (min(moments), max(moments))
        truth = Truth(
            name, detection, level, family or FAMILY_OF[detection], subject_kind, subject, rows, (int(span[0]), int(span[1]) + 1), " ".join(note.split())
        )
        self.truths.append(truth)
        return truth

    # --- people, systems, times: the words that plants are written in

    def agency(self, *, staff: int = 0, name: str | None = None) -> Agency:
        """A new agency of its own in a town of its own, with `staff` officers who go about their routine."""
        from audit_analyzer.world import people

        return people.found(self, staff, name)

    def host(self) -> Agency:
        """One of the ordinary agencies, for a plant that needs colleagues around it."""
        return self.one_of(self.agencies[: self.size.agencies])

    def hire(self, agency: Agency | None = None, system: str = "county-faces", *, routine: bool = True, **traits: Cell) -> Operator:
        """A new account: roster row, training, shifts and (routine) months of ordinary work. Traits: unit, role, watch, person, rostered, trained, shifts."""
        from audit_analyzer.world import background, people

        operator = people.hire(self, agency or self.host(), system, **traits)
        if routine:
            background.routine(self, operator)
        return operator

    def matcher(self, name: str, packs: Iterable[str] = ("dhs-026-11",), *, like: str = "police", register: bool = True, **facts: Cell) -> str:
        """A system of its own (zone, agency, retention, service_accounts; permitted_offenses and other columns of the register); its name comes back."""
        from audit_analyzer.world import background

        return background.matcher(self, name, tuple(packs), like, register=register, **facts)

    def case(self, *operators: Operator, offense: str = "robbery", opened: dt.datetime | None = None, closed: dt.datetime | None = None) -> Case:
        """A case of the register with these operators assigned, open from a week before the world began unless told otherwise."""
        from audit_analyzer.world import uses

        return uses.open_case(self, operators, offense, opened or self.start - dt.timedelta(days=7), closed)

    def search(self, operator: Operator, at: dt.datetime, *, case: Case | None = None, reviewed: bool = True, **changes: Cell) -> str:
        """One ordinary search of the operator with everything that belongs to it (review of its candidates too); `changes` override its columns."""
        from audit_analyzer.world import uses

        return uses.search(self, operator, at, case, reviewed=reviewed, **changes)

    def burst(
        self, operator: Operator, start: dt.datetime, count: int, gap: float, *, case: Case | None = None, reviewed: bool = True, **changes: Cell
    ) -> list[str]:
        """`count` searches from `start` on, `gap` seconds apart give or take a third; a callable among the changes is asked with the number of the search."""
        ids, at = [], start
        for n in range(count):
            ids.append(self.search(operator, at, case=case, reviewed=reviewed, **_asked(changes, n)))
            at += dt.timedelta(seconds=max(1.0, gap * float(self.rng.uniform(0.67, 1.33))))
        return ids

    def written(
        self, operator: Operator, reasons: Iterable[str], *, first: int = 60, last: int | None = None, case: Case | None = None, **changes: Cell
    ) -> list[str]:
        """One search for each reason, each on a shift of its own while there are enough; callables among the changes as in burst."""
        words = list(reasons)
        shifts = self.duty(operator, len(words), first, last)
        return [
            self.search(
                operator, shifts[n % len(shifts)][0] + dt.timedelta(hours=1.5 + 0.7 * (n // len(shifts))), case=case, reason=reason, **_asked(changes, n)
            )
            for n, reason in enumerate(words)
        ]

    def leave(self, case: Case, kind: str = "warrant", *, granted: dt.datetime | None = None, expires: dt.datetime | None = None, **changes: Cell) -> str:
        """Leave for the searches of a case: an authorization, granted a day after the case was opened and good past the world's end by default."""
        granted = granted or case.opened + dt.timedelta(hours=20)
        row = {"case_number": case.number, "kind": kind, "requested_at": granted - dt.timedelta(hours=3), "granted_at": granted, "granted_by": "Judge 4"}
        return self.add("authorizations", **{**row, "expires_at": expires or self.end + dt.timedelta(days=60), **changes})

    def at(self, day: int, hour: float, zone: str = "America/Los_Angeles") -> dt.datetime:
        """Local wall time of a day of the world (0 is its first) as UTC."""
        date = (self.start + dt.timedelta(days=day)).date()
        midnight = dt.datetime(date.year, date.month, date.day, tzinfo=ZoneInfo(zone))
        return (midnight + dt.timedelta(hours=hour)).astimezone(dt.UTC)

    def duty(self, operator: Operator, n: int = 1, first: int = 70, last: int | None = None) -> list[tuple[dt.datetime, dt.datetime]]:
        """`n` of the operator's own shifts (start, end) by chance, in order, between two days of the world; by default late, after a baseline has formed."""
        within = [s for s in operator.shifts if self.at(first, 0) <= s[0] and s[1] < min(self.at(last or self.days, 0), self.end)]
        chosen = sorted(int(i) for i in self.rng.choice(len(within), size=min(n, len(within)), replace=False))
        return [within[i] for i in chosen]

    def moment(self, operator: Operator, first: int = 70, last: int | None = None) -> dt.datetime:
        """One instant in the first half of one of the operator's shifts."""
        start, end = self.duty(operator, 1, first, last)[0]
        return self.between(start, start + (end - start) / 2)

    def between(self, start: dt.datetime, end: dt.datetime) -> dt.datetime:
        """An instant between two, in whole seconds."""
        return start + dt.timedelta(seconds=int(self.rng.uniform(0, max(1.0, (end - start).total_seconds()))))

    def notice(self, kind: str, starts: dt.datetime, ends: dt.datetime, text: str, **scope: str) -> str:
        """An announced event; scope: system, agency, operator, gallery."""
        return self.add("notices", kind=kind, starts_at=starts, ends_at=ends, text=text, **scope)

    def write(self, folder: Path) -> None:
        """The world as a workspace with its delivery: audit.toml, exports/, truth.jsonl."""
        from audit_analyzer.world import files

        files.write(self, folder)


def _asked(changes: Mapping[str, Cell], n: int) -> dict[str, Cell]:
    return {name: value(n) if callable(value) else value for name, value in changes.items()}


@functools.cache
def _columns(table: str) -> tuple[str, ...]:
    return tuple(c.name for c in store.canonical()[table].columns)
