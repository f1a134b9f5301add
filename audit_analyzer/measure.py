"""What each rule could see of each system: *measured*, *partly* or *not measurable*, the fields that are missing, why, and what to ask for.

Absent is not empty: what a system never logs, what an export left out and what an agency blacked out are told apart by the ledger
(`field_states`) and by the states of the five cells that people fill in. Rows without a ledger (a rule's own tests) are counted as they are.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from audit_analyzer import portable, requests
from audit_analyzer.errors import RuleError
from audit_analyzer.facts import Facts, base
from audit_analyzer.store import model
from audit_analyzer.words import Measurability

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from audit_analyzer.rule import Rule
    from audit_analyzer.settings import Settings
    from audit_analyzer.store.locked import Locked
    from audit_analyzer.words import Verdict

CHILDREN = ("reviews", "corroborations", "actions", "authorizations", "biometric_items", "disclosures")
CONTEXT = ("operators", "shifts", "cases", "assemblies", "places", "systems", "galleries", "published_counts", "notices")
VERIFIED = "integrity_events"  # of the ledger's tables the one that is there only where digests were delivered: every chain leaves at least its start in it
STATED = ("reason", "case_number", "offense", "operator", "subject")
NAMING = ("operator", "subject")  # a rule about people cannot judge a use without them, even where leaving them out is the officer's fact
WITHHELD = ("not_exported", "not_logged", "redacted")
Counts = dict[str, dict[str, int]]  # by system: by state: rows in which a needed field is missing


@dataclasses.dataclass(slots=True)
class Ground:
    """What one night's counting found, for all rules at once. Keys of `missing`: (condition, alternatives)."""

    rows: dict[str, Counts] = dataclasses.field(default_factory=dict)  # by condition: by system: {"rows": n}
    missing: dict[tuple[str, tuple[str, ...]], Counts] = dataclasses.field(default_factory=dict)
    tables: dict[str, dict[str | None, int]] = dataclasses.field(default_factory=dict)  # by child or context table: rows by system
    cells: dict[str, dict[str | None, dict[str, int]]] = dataclasses.field(default_factory=dict)  # by "table.column": by system: by state
    states: dict[tuple[str | None, str, str], dict[str, int]] = dataclasses.field(default_factory=dict)  # by system, table, column: rows by state
    by_export: dict[tuple[str, str, str], str] = dataclasses.field(default_factory=dict)
    spans: dict[str, tuple[int, int]] = dataclasses.field(default_factory=dict)
    systems: tuple[str, ...] = ()
    logged: frozenset[str] = frozenset()
    chained: frozenset[str | None] = frozenset()  # systems whose logs came with digests


class Measures:
    """Counts everything that the rules need in one pass over each table, then answers for each rule."""

    def __init__(self, locked: Locked, rules: Sequence[tuple[Rule, Mapping[str, Any]]], settings: Settings) -> None:
        self.locked, self.settings = locked, settings
        self.known = locked.columns()
        self.errors: dict[str, str] = {}
        self.conditions: dict[str, str] = {}
        for rule, values in rules:
            self._admit(rule, values)
        self.rules = [rule for rule, _ in rules if rule.name not in self.errors]
        self.ground = Ground()
        self._ledger()
        self._uses()
        self._tables()
        self._systems()

    def _admit(self, rule: Rule, values: Mapping[str, Any]) -> None:
        """Note the rule's condition, or why its needs or its condition cannot be asked."""
        for need in (n for needs in rule.needs for n in needs):
            table, column = self._column(need)
            if (table, column) not in self.known:
                near = ", ".join(sorted(c for t, c in self.known if t == table)) or "there is no such view"
                self.errors[rule.name] = f"needs: there is no column {need}\n  next: columns of {table}: {near}"
                return
        try:
            condition = portable.condition(rule.concerns, values)
            if condition not in self.conditions.values():
                self.locked.ask(f"SELECT query_id FROM queries WHERE {condition} LIMIT 0")
            self.conditions[rule.name] = condition
        except RuleError as error:
            self.errors[rule.name] = f"concerns: {error}"

    def _column(self, need: str) -> tuple[str, str]:
        """View and column that a need is read from: the model's `x_at` is the ground's `x_s`."""
        table, column = need.rstrip("?").split(".")
        seconds = f"{column.removesuffix('_at')}_s"
        return table, seconds if (table, column) not in self.known and (table, seconds) in self.known else column

    def _ledger(self) -> None:
        wanted = sorted({(t, base(t, c) or "") for rule in self.rules for needs in rule.needs for t, c in map(self._column, needs)})
        if not wanted:
            return
        pairs = ", ".join(f"('{t}', '{c}')" for t, c in wanted)
        sql = f"SELECT export_id, system, table_name, column_name, state, row_count FROM field_states WHERE (table_name, column_name) IN ({pairs})"
        for row in self.locked.dicts(sql):
            by_state = self.ground.states.setdefault((row["system"], row["table_name"], row["column_name"]), defaultdict(int))
            by_state[row["state"]] += row["row_count"]
            if row["state"] != "exported":
                self.ground.by_export[row["export_id"], row["table_name"], row["column_name"]] = row["state"]

    def _uses(self) -> None:
        """One pass over all uses, by system and export: rows that each condition concerns, and rows of those that lack each need."""
        conditions = sorted(set(self.conditions.values()))
        asked = sorted({(self.conditions[r.name], needs) for r in self.rules for needs in r.needs if all(n.startswith("queries.") for n in needs)})
        lacking = [self._lacking(needs) for _, needs in asked]
        facts = Facts([*conditions, *(test for tests in lacking for test in tests.values())])
        parts = [f"coalesce(sum(n) FILTER (WHERE {facts.has(c)}), 0) AS c{i}" for i, c in enumerate(conditions)]
        for i, (condition, _) in enumerate(asked):
            parts.extend(
                f"coalesce(sum(n) FILTER (WHERE {facts.has(condition)} AND {facts.has(test)}), 0) AS m{i}_{state}" for state, test in lacking[i].items()
            )
        head = "SELECT system, export_id, min(first) AS first, max(last) AS last"
        for row in self.locked.dicts(f"{', '.join([head, *parts])} FROM ({facts.groups(self._alike(facts))}) GROUP BY system, export_id"):
            system, span = row["system"], self.ground.spans.get(row["system"], (row["first"], row["last"]))
            self.ground.spans[system] = (min(span[0], row["first"]), max(span[1], row["last"]))
            for i, condition in enumerate(conditions):
                _add(self.ground.rows.setdefault(condition, {}), system, "rows", row[f"c{i}"])
            for i, (concerned, needs) in enumerate(asked):
                counts = self.ground.missing.setdefault((concerned, needs), {})
                for state in lacking[i]:
                    told = self._state(row["export_id"], needs[0]) if state == "null" else state
                    if told is not None:
                        _add(counts, system, told, row[f"m{i}_{state}"])

    def _alike(self, facts: Facts) -> dict[str, str]:
        """Cells that are empty in no use, or in all, and words that all uses share: SQL of what stands in them. The engine's statistics answer, in no time."""
        cells, words = facts.asked_of_the_model()
        empty = [f'EXISTS (SELECT 1 FROM main.queries WHERE "{origin}" IS {"NOT " * n}NULL)' for origin in cells.values() for n in (0, 1)]
        first = self.locked.dicts(f"SELECT {', '.join([*words, 'TRUE AS is_there'])} FROM main.queries LIMIT 1")
        if not first:
            return {}
        said = {word: first[0][word].replace("'", "''") for word in words}
        other = [f"EXISTS (SELECT 1 FROM main.queries WHERE {word} <> '{text}')" for word, text in said.items()]
        (answers,) = self.locked.dicts("SELECT " + ", ".join(f"{sql} AS c{i}" for i, sql in enumerate([*empty, *other, "TRUE"])))
        mixed = list(answers.values())
        alike = {column: "TRUE" if mixed[2 * i + 1] else "NULL" for i, column in enumerate(cells) if mixed[2 * i] != mixed[2 * i + 1]}
        return alike | {word: f"'{text}'" for i, (word, text) in enumerate(said.items()) if not mixed[len(empty) + i]}

    def _state(self, export_id: str, need: str) -> str | None:
        """Why a cell is NULL: what its export does with the column, else that it is empty. None where it may be empty ("table.column?")."""
        table, column = self._column(need)
        origin = base(table, column)
        if origin is None:
            return "zone_unknown"
        return self.ground.by_export.get((export_id, table, origin), None if need.endswith("?") else "empty")

    def _lacking(self, needs: tuple[str, ...]) -> dict[str, str]:
        """For alternatives that are columns of uses: by state, the condition that all are missing for that reason ("null": the ledger knows)."""
        first = base("queries", self._column(needs[0])[1])
        every = " AND ".join(_absent(self._column(need)[1], optional=need.endswith("?")) for need in needs)
        if first not in STATED:
            return {"null": f"({every})"}
        tests = {state: f"({every} AND {first}_state = '{state}')" for state in WITHHELD}
        tests["empty"] = f"({every} AND {first}_state NOT IN ('not_exported', 'not_logged', 'redacted'))"
        return tests

    def _tables(self) -> None:
        """One pass over each child and context table that a rule needs: rows, and rows without each needed column, by system and export."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for need in (n for rule in self.rules for needs in rule.needs for n in needs):
            if self._column(need)[0] in {*CHILDREN, *CONTEXT}:
                wanted[self._column(need)[0]].add(need)
        for table, needs in sorted(wanted.items()):
            system, listed = "system" if table in CHILDREN else "NULL", sorted(needs)
            source, columns = self._source(table, [self._column(need)[1] for need in listed])
            parts = [f'count(*) FILTER (WHERE "{column}" IS NULL) AS n{i}' for i, column in enumerate(columns)]
            totals = self.ground.tables.setdefault(table, defaultdict(int))
            for row in self.locked.dicts(f"SELECT {system} AS system_, export_id AS export_, count(*) AS rows_, {', '.join(parts)} FROM {source} GROUP BY ALL"):
                totals[row["system_"]] += row["rows_"]
                for i, need in enumerate(listed):
                    state = self._state(row["export_"], need)
                    if state is not None:
                        self.ground.cells.setdefault(need, {}).setdefault(row["system_"], defaultdict(int))[state] += row[f"n{i}"]

    def _source(self, table: str, columns: list[str]) -> tuple[str, list[str]]:
        """Where rows are counted, and the columns there: in the model, where child rows name their system and have what is asked, else in the ground."""
        plain = [base(table, column) or "" for column in columns]
        if table in CHILDREN and set(plain) <= {c.name for c in model()[table].columns}:
            (row,) = self.locked.dicts(f"SELECT EXISTS (SELECT 1 FROM main.{table} WHERE system IS NULL) AS unnamed")
            if not row["unnamed"]:
                return f"main.{table}", plain
        return table, columns

    def _systems(self) -> None:
        """Every system that the night knows of: of the data, of exports that could not be used, and of audit.toml."""
        children = " UNION ".join(f"SELECT system FROM main.{table}" for table in CHILDREN)
        sql = f"SELECT DISTINCT system FROM ({children} UNION SELECT system FROM exports WHERE outcome <> 'accepted') WHERE system IS NOT NULL"
        named = {row["system"] for row in self.locked.dicts(sql)} | {s.name for s in self.settings.systems}
        self.ground.logged = frozenset(self.ground.spans)
        self.ground.chained = frozenset(row["system"] for row in self.locked.dicts(f"SELECT DISTINCT system FROM {VERIFIED}"))
        self.ground.systems = tuple(sorted(named | self.ground.logged))

    def of(self, rule: Rule, blocked: Mapping[str, str], undecided: Mapping[str, int]) -> tuple[Measurability, ...]:
        """The rule's verdict for every system, in the order of their names."""
        return tuple(self._verdict(rule, system, blocked.get(system), undecided.get(system, 0)) for system in self.ground.systems)

    def _verdict(self, rule: Rule, system: str, blocked: str | None, undecided: int) -> Measurability:
        uses = any(n.startswith("queries.") for needs in rule.needs for n in needs)
        rows, lacks = self._rows(rule, system), [self._lack(rule, needs, system) for needs in rule.needs]
        missing = [part for lack in lacks if lack for part in lack.parts]
        whole = [lack for lack in lacks if lack and lack.whole]
        why, none = blocked, uses and system not in self.ground.logged
        if none and not blocked:
            why = "No log of this system was read, so that nothing can be said about its uses."
        verdict: Verdict = "not_measurable" if whole or blocked or none else "partly" if missing else "measured"
        return Measurability(
            rule=rule.name,
            family=rule.family,
            system=system,
            verdict=verdict,
            missing=missing,
            rows=rows,
            request=requests.sentence(system, missing, self.ground.spans.get(system)) if missing else requests.log(system) if none else None,
            why=why,
            undecided=undecided,
        )

    def _rows(self, rule: Rule, system: str) -> int:
        """Uses that the rule concerns; for a rule about child rows alone, those rows."""
        needed = [n.split(".")[0] for needs in rule.needs for n in needs]
        children = [t for t in needed if t in CHILDREN]
        if children and "queries" not in needed:
            return self.ground.tables[children[0]].get(system, 0)
        return self.ground.rows.get(self.conditions[rule.name], {}).get(system, {}).get("rows", 0)

    def _lack(self, rule: Rule, needs: tuple[str, ...], system: str) -> Lack | None:
        """What is missing of one need; of alternatives that are not all columns of uses, the one that lacks least."""
        if all(n.startswith("queries.") for n in needs):
            return self._use_lack(rule, needs, system)
        lacks = [self._use_lack(rule, (n,), system) if n.startswith("queries.") else self._table_lack(n, system) for n in needs]
        return None if None in lacks else min((lack for lack in lacks if lack), key=lambda lack: (lack.whole, lack.total))

    def _use_lack(self, rule: Rule, needs: tuple[str, ...], system: str) -> Lack | None:
        counts = {state: n for state, n in self.ground.missing.get((self.conditions[rule.name], needs), {}).get(system, {}).items() if n}
        rows = self.ground.rows.get(self.conditions[rule.name], {}).get(system, {}).get("rows", 0)
        field = "|".join(need.rstrip("?") for need in needs)
        if rows == 0:
            withheld = [self._withheld(system, need) for need in needs]
            return Lack([{"field": field, "state": withheld[0], "rows": 0}], whole=True, total=0) if all(withheld) else None
        if not counts:
            return None
        parts = [{"field": field, "state": state, "rows": n} for state, n in sorted(counts.items())]
        return Lack(parts, whole=sum(counts.values()) >= rows, total=sum(counts.values()))

    def _withheld(self, system: str, need: str) -> str | None:
        """The state of a column that no export of the system has; None where one has it, or none is known."""
        table, column = self._column(need)
        states = {s for of in (system, None) for s in self.ground.states.get((of, table, base(table, column) or ""), {})}
        return min(states) if states and states <= set(WITHHELD) else None

    def _table_lack(self, need: str, system: str) -> Lack | None:
        table = need.split(".", maxsplit=1)[0]
        if table == VERIFIED and system not in self.ground.chained:
            return Lack([{"field": need, "state": "not_delivered", "rows": 0}], whole=True, total=0)
        if table not in CHILDREN and table not in CONTEXT:
            return None  # the ledger's own tables are always there
        of = (system, None) if table in CHILDREN else (None,)
        totals = self.ground.tables.get(table, {})
        rows = sum(totals.get(s, 0) for s in of)
        if rows == 0:
            delivered = any(t == table and (table in CONTEXT or s in of) and "exported" in states for (s, t, _), states in self.ground.states.items())
            return None if delivered else Lack([{"field": need.rstrip("?"), "state": "not_delivered", "rows": 0}], whole=True, total=0)
        counts: dict[str, int] = defaultdict(int)
        for s in of:
            for state, n in self.ground.cells.get(need, {}).get(s, {}).items():
                counts[state] += n
        total = sum(counts.values())
        parts = [{"field": need.rstrip("?"), "state": state, "rows": n} for state, n in sorted(counts.items()) if n]
        return Lack(parts, whole=total >= rows, total=total) if total else None


@dataclasses.dataclass(frozen=True, slots=True)
class Lack:
    """What is missing of one need: a part for each state; `whole`: nothing of it is there."""

    parts: list[dict[str, Any]]
    whole: bool
    total: int


def _absent(column: str, *, optional: bool) -> str:
    origin = base("queries", column)
    if origin not in STATED:
        return f'"{column}" IS NULL'
    withheld = f"{origin}_state IN ('not_exported', 'not_logged', 'redacted')"
    return f"({withheld} OR {origin} IS NULL)" if origin in NAMING and not optional else withheld


def _add(counts: Counts, system: str, key: str, number: int) -> None:
    of = counts.setdefault(system, defaultdict(int))
    of[key] += number
