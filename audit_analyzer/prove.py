"""Every rule's own tests, on the real schema, in one scratch database: a rule that misses its own examples does not exist."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING, Any

from audit_analyzer import filling, fixture, ground, portable, rulebook
from audit_analyzer.detect import Answer, Asking
from audit_analyzer.errors import AuditError, RuleError
from audit_analyzer.rule import Proof
from audit_analyzer.settings import Retention, Settings, System, duration
from audit_analyzer.store import scratch
from audit_analyzer.store.locked import ENGINE_ERRORS, Locked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from audit_analyzer.clauses import Pack
    from audit_analyzer.rule import Case, Rule
    from audit_analyzer.store import Store

__all__ = ["Proof", "prove", "scaffold"]

FEW = 5  # ids that a message names before it counts


def prove(rules: Iterable[Rule], settings: Settings, packs: Mapping[str, Pack]) -> tuple[Proof, ...]:
    """Every test of every rule, in their order, with the rule's own parameters. A rule without a firing or a quiet test fails for that.

    One scratch database serves all tests; the workspace's own settings take no part but its limits.
    """
    proofs: list[Proof] = []
    with bench(settings) as locked:
        for rule in rules:
            proofs.extend(_lacking(rule))
            proofs.extend(_proof(locked, rule, case, settings, packs) for case in rule.tests)
    return tuple(proofs)


def bench(settings: Settings) -> Locked:
    """An empty scratch database with the ground defined. One thread: its tables hold a few rows, and handing those around costs more than reading them."""
    store = scratch()
    store.run("SET threads = 1")
    ground.define(store)
    return Locked(store, settings.limits.rule_seconds, lock=False)


def _lacking(rule: Rule) -> list[Proof]:
    """A rule must show that it fires, and that it stays quiet where it could have been asked."""
    fires = any(case.fires for case in rule.tests)
    quiet = any(not case.fires and case.expect_measurability != "not_measurable" for case in rule.tests)
    where = str(rule.path)
    missing = []
    if not fires:
        missing.append(Proof(rule.name, "", False, "it has no test that fires: add a [[test]] with expect = [a subject]", where))
    if not quiet:
        missing.append(Proof(rule.name, "", False, "it has no test that stays quiet: add its innocent look-alike as a [[test]] with expect = []", where))
    return missing


def _proof(locked: Locked, rule: Rule, case: Case, settings: Settings, packs: Mapping[str, Pack]) -> Proof:
    where = f"{rule.path}:{case.line}"
    try:
        answer = asked(locked, rule, case, settings, packs)
        message = _difference(case, answer)
    except AuditError as error:
        message = str(error) if error.where else f"{error.what}" + (f"\n  next: {error.remedy}" if error.remedy else "")
    except (*ENGINE_ERRORS, ValueError, TypeError, KeyError, IndexError, ArithmeticError) as error:
        message = f"{type(error).__name__}: {error}"
    return Proof(rule.name, case.name, not message, message, where)


def asked(locked: Locked, rule: Rule, case: Case, settings: Settings, packs: Mapping[str, Pack]) -> Answer:
    """The rule's answer to one test's rows; the store's tables are emptied first, and hold those rows afterwards."""
    store, rows = locked.store, fixture.rows(case)
    moment = fixture.as_of(case, rows)
    own = bench_settings(case, rows, settings)
    store.run("SET search_path = 'main'")
    for table in _tables(store):
        store.run(f"DELETE FROM main.{table}")
    _write(store, rows)
    # no transaction around these: row numbers of uncommitted rows, by which the ground joins, change at the commit
    filling.refresh(store, own, moment, packs, needed(rule))
    store.run("SET search_path = 'ground'")
    values = rulebook.values(rule, own=case.parameters)
    return Asking(locked, own, packs, moment, [(rule, values)]).answer(rule, values, {})


def needed(rule: Rule) -> set[str]:
    """Names of the ground that asking the rule reads."""
    statements = [rule.sql, *([rule.undecided] if rule.undecided else [])]
    tables = {need.split(".")[0] for needs in rule.needs for need in needs}
    return {"queries", "operators"} | tables.union(*(portable.reads(sql) for sql in statements))


def _tables(store: Store) -> list[str]:
    """Tables of the model that hold rows now."""
    counts = store.rows("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND estimated_size > 0")
    return [name for (name,) in counts]


def _write(store: Store, rows: dict[str, list[dict[str, Any]]]) -> None:
    try:
        fixture.write(store, rows)
    except ENGINE_ERRORS as error:
        raise RuleError(
            f"the given rows do not fit the model: {str(error).splitlines()[0]}", remedy="see the columns and their words in docs/tables.md"
        ) from None


def bench_settings(case: Case, rows: Mapping[str, list[dict[str, Any]]], settings: Settings) -> Settings:
    """Settings of a test: its packs, zone, retention and service accounts for every system that its rows name, and nothing of the workspace's."""
    names = sorted({row["system"] for listed in rows.values() for row in listed if row.get("system")})
    limits = tuple(Retention(r["kind"], duration(r["limit"], "retention"), r.get("citizenship")) for r in case.retention)
    agency = next((row["agency"] for row in rows.get("systems", []) if row.get("agency")), None)
    systems = tuple(System(name, case.packs, case.zone, agency, case.service_accounts, limits) for name in names)
    return dataclasses.replace(settings, default_packs=case.packs, deliveries=(), systems=systems, parameters={})


def _difference(case: Case, answer: Answer) -> str:
    """What the answer has too few or too many, in words; "" where it is as expected."""
    told = []
    found = Counter(finding.subject["id"] for finding in answer.findings)
    told += _counts("finding", Counter(case.expect), found)
    ids = {e.id for finding in answer.findings for e in finding.evidence}
    if case.expect_ids is not None:
        told += _counts("evidence", Counter(set(case.expect_ids)), Counter(ids))
    elif told and ids:
        told.append(f"its evidence: {_named(ids)}")
    if case.expect_measurability:
        wrong = [m for m in answer.measurability if m.verdict != case.expect_measurability]
        told += [f"system {m.system} is {m.verdict}, not {case.expect_measurability}" for m in wrong]
    blind = [m for m in answer.measurability if m.verdict == "not_measurable"]
    if blind and case.expect_measurability != "not_measurable":
        fields = ", ".join(f"{lack['field']} ({lack['state']})" for m in blind for lack in m.missing) or "a single use: given.queries = [{}]"
        told.append(f"not measurable for lack of {fields}: give those rows, or say expect_measurability")
    return "; ".join(told)


def _counts(what: str, wanted: Counter[str], found: Counter[str]) -> list[str]:
    missing, extra = wanted - found, found - wanted
    return [f"{what} {word}: {_named(counts.elements())}" for word, counts in (("missing", missing), ("too many", extra)) if counts]


def _named(ids: Iterable[str]) -> str:
    listed = sorted(ids)
    return ", ".join(listed[:FEW]) + (f" and {len(listed) - FEW} more" if len(listed) > FEW else "")


def scaffold(name: str) -> str:
    """A rule file to fill in. It loads, and its tests fail until they say something: a rule is red before it is green."""
    return SCAFFOLD.replace("NAME", name)


SCAFFOLD = """# NAME: what is found, and the trap that a naive version falls into. See docs/rules.md.
title    = "Fill in: what was found"
family   = "purpose"
severity = "medium"                      # low | medium | high | critical
level    = "indicator"                   # fact: the log proves it; indicator: it needs a human's judgement
clauses  = ["dhs-026-11/R2b"]            # the clauses that it bears on
needs    = ["queries.operator"]          # without these it answers: not measurable
because  = "Fill in: the duty."
innocent = "Fill in: what would make it harmless, and how to check."
misses   = "Fill in: what it cannot see."
next     = "Fill in: what an inspector does next."
subject  = "operator"
episode  = "1 day"                       # evidence closer than this is one finding

explanation = "{subject} made {observed} searches of one kind on {system}; at most {most} are usual."

sql = \'\'\'
WITH counted AS (
  SELECT system, operator, COUNT(*) AS n
  FROM searches
  WHERE explained_by IS NULL AND NOT is_machine
  GROUP BY system, operator
)
SELECT
  s.operator AS subject, s.system, 'queries' AS table_name, s.query_id AS id, s.export_id, s.record, s.ts_s, c.n AS observed
FROM searches s
INNER JOIN counted c ON c.system = s.system AND c.operator = s.operator
WHERE c.n > :most AND s.explained_by IS NULL AND NOT s.is_machine
\'\'\'

[parameters]
most = { value = 3, doc = "fill in: what it is, and why this value" }

[[test]]
name = "fires when (fill in)"
given.queries = [{}]
expect = ["fill in"]

[[test]]
name = "stays quiet when (fill in its innocent look-alike)"
repeat.queries = [{ times = 4, every = "1 minute" }]
expect = []
"""
