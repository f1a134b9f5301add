"""Proven rules over the rows, on a locked connection: findings and measurability out. A rule that fails is told, and the others go on."""

from __future__ import annotations

import copy
import dataclasses
import queue
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from audit_analyzer import chance, citations, episodes, matters, portable, rulebook, standing
from audit_analyzer.errors import AuditError, RuleError
from audit_analyzer.measure import Measures
from audit_analyzer.store.locked import NO_ROOM, open_locked
from audit_analyzer.words import Finding, Measurability, RuleOutcome

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from audit_analyzer.clauses import Pack
    from audit_analyzer.rule import Proof, Rule
    from audit_analyzer.rulebook import Rulebook
    from audit_analyzer.settings import Settings
    from audit_analyzer.store.locked import Locked

AT_ONCE = 2  # rules asked at a time: most of them keep one processor busy and no more
_BREAKS = (AuditError, ValueError, TypeError, KeyError, IndexError, OverflowError, ArithmeticError)  # what one rule's figures can run into


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What one rule says of one database: findings with the ids that they have by themselves, and how much was held back or folded."""

    findings: list[Finding]
    measurability: tuple[Measurability, ...]
    silent: frozenset[str]  # systems that it could not be asked of
    held_back: int
    folded: int


class Asking:
    """Rules against one database as of one night. Built once: it counts what every rule needs in one pass."""

    def __init__(
        self, locked: Locked, settings: Settings, packs: Mapping[str, Pack], as_of: dt.datetime, rules: Sequence[tuple[Rule, Mapping[str, Any]]]
    ) -> None:
        self.locked, self.settings, self.packs = locked, settings, packs
        self.citations = citations.Citations(settings, packs, as_of)
        self.exports = {row["export_id"]: row for row in locked.dicts("SELECT export_id, path, zone, zone_basis FROM exports")}
        self.measures = Measures(locked, rules, settings)

    def beside(self, locked: Locked) -> Asking:
        """The same, asked of another session."""
        other = copy.copy(self)
        other.locked = locked
        return other

    def answer(self, rule: Rule, values: Mapping[str, Any], blocked: Mapping[str, str]) -> Answer:
        """One rule's findings and measurability. RuleError where its SQL does not run, takes too long or cites what is not there."""
        if rule.name in self.measures.errors:
            raise RuleError(self.measures.errors[rule.name], str(rule.path))
        if missing := citations.unknown(rule, self.packs):
            raise RuleError(f"it cites clauses that no pack has: {', '.join(missing)}", str(rule.path), "mend `clauses`, or add the pack to rules/clauses/")
        told = self.measures.of(rule, blocked, self._undecided(rule, values))
        silent = frozenset(m.system for m in told if m.verdict == "not_measurable")
        if told and len(silent) == len(told):
            return Answer([], told, silent, 0, 0)
        frame = self.ask(rule, values, silent)
        held_back = 0
        if rule.chance:
            frame, held_back = chance.kept(frame, self.settings.false_discovery_rate)
        ground = episodes.Ground(self.exports, self.citations, values)
        return Answer(episodes.fold(rule, frame, ground), told, silent, held_back, frame.height)

    def ask(self, rule: Rule, values: Mapping[str, Any], silent: Iterable[str] = ()) -> Any:  # noqa: ANN401  a polars frame
        """Evidence rows of the rule, without those of the systems that it cannot be asked of."""
        try:
            return self.locked.ask(episodes.wrapped(portable.bind(rule.sql, values), rule.columns, silent))
        except RuleError as error:
            raise RuleError(error.what, f"{rule.path}:{rule.sql_line}", error.remedy) from None

    def _undecided(self, rule: Rule, values: Mapping[str, Any]) -> dict[str, int]:
        if rule.undecided is None:
            return {}
        sql = f"SELECT system, count(DISTINCT id) AS n FROM ({portable.bind(rule.undecided, values)}) AS open_ GROUP BY system"
        return {row["system"]: row["n"] for row in self.locked.dicts(sql)}


def detect(
    path: Path,
    settings: Settings,
    book: Rulebook,
    packs: Mapping[str, Pack],
    as_of: dt.datetime,
    run_id: str,
    blocked: Mapping[str, str],
    previous: Sequence[Mapping[str, Any]] = (),
    proofs: Iterable[Proof] | None = None,
) -> tuple[RuleOutcome, ...]:
    """Every rule's outcome, by name. The database is opened read-only and locked; no other connection of this process may hold it.

    blocked: system to the reason why the quality gate stopped it. previous: last night's findings as in findings.jsonl.
    proofs: only rules whose tests all passed are asked; None: the caller knows them proven.
    """
    rulebook.check_overrides(book, settings)
    before = _by_rule(previous)
    reasons = _unproven(book, proofs)
    with open_locked(path, settings.limits, sessions=AT_ONCE) as locked:
        values, faults = _values(book, settings)
        asking = Asking(locked, settings, packs, as_of, [(rule, values[rule.name]) for rule in book.rules if rule.name in values and rule.name not in reasons])
        free: queue.SimpleQueue[Asking] = queue.SimpleQueue()
        for session in locked.sessions:
            free.put(asking.beside(session))

        def outcome(rule: Rule) -> RuleOutcome:
            reason, own = reasons.get(rule.name) or faults.get(rule.name), free.get()
            try:
                return _outcome(own, rule, values.get(rule.name, {}), blocked, before.get(rule.name, []), reason)
            finally:
                free.put(own)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            outcomes = list(pool.map(outcome, book.rules))
        # beside another there was no room for it; alone there may be
        outcomes = [outcome(rule) if NO_ROOM in (told.error or "") else told for rule, told in zip(book.rules, outcomes, strict=True)]
        for rule in book.rules:
            before.pop(rule.name, None)
        persons = {row["operator"]: row["person"] for row in locked.dicts("SELECT operator, min(person) AS person FROM operators GROUP BY operator")}
        officers = _officers(locked, outcomes)
    refused = {rulebook.stem(error.where): error for error in book.refused}
    outcomes.extend(_left_over(name, before.get(name, []), refused.get(name)) for name in sorted(before.keys() | refused.keys()))
    _since(outcomes, run_id, previous)
    matters.link([finding for outcome in outcomes for finding in outcome.findings], persons, officers)
    return tuple(sorted(outcomes, key=lambda outcome: outcome.rule))


def _by_rule(previous: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for finding in previous:
        if finding["status"]["state"] != "gone":
            found[finding["rule"]].append(finding)
    return found


def _unproven(book: Rulebook, proofs: Iterable[Proof] | None) -> dict[str, str]:
    """Rules that may not be asked tonight, and which of their tests say so."""
    if proofs is None:
        return {}
    told: dict[str, list[Proof]] = defaultdict(list)
    for proof in proofs:
        told[proof.rule].append(proof)
    reasons = {}
    for rule in book.rules:
        failed = [proof for proof in told[rule.name] if not proof.passed]
        if failed:
            reasons[rule.name] = "its own tests fail: " + "; ".join(f"{proof.test}: {proof.message}" for proof in failed)
        elif not told[rule.name]:
            reasons[rule.name] = "its own tests were not run"
    return reasons


def _values(book: Rulebook, settings: Settings) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    values, faults = {}, {}
    for rule in book.rules:
        try:
            values[rule.name] = rulebook.values(rule, settings)
        except AuditError as error:
            faults[rule.name] = str(error)
    return values, faults


def _outcome(
    asking: Asking, rule: Rule, values: Mapping[str, Any], blocked: Mapping[str, str], before: list[Mapping[str, Any]], reason: str | None
) -> RuleOutcome:
    import polars as pl

    if reason is None:
        try:
            answer = asking.answer(rule, values, blocked)
            findings = standing.compared(rule, answer.findings, before, answer.silent)
            return RuleOutcome(rule.name, tuple(findings), answer.measurability, held_back=answer.held_back, folded=answer.folded)
        except (*_BREAKS, pl.exceptions.PolarsError) as error:
            reason = str(error) if isinstance(error, AuditError) else f"{rule.path}: {type(error).__name__}: {error}"
    kept = tuple(standing.carried(finding, "standing", standing.NOT_ASKED) for finding in before)
    why = f"The rule could not be asked: {reason.splitlines()[0]}"
    blind = tuple(Measurability(rule.name, rule.family, system, "not_measurable", [], 0, None, why) for system in asking.measures.ground.systems)
    return RuleOutcome(rule.name, kept, blind, error=reason)


def _left_over(name: str, before: list[Mapping[str, Any]], refused: RuleError | None) -> RuleOutcome:
    """Last night's findings of a rule that is refused tonight (they stand) or not there any more (they are gone)."""
    if refused:
        return RuleOutcome(name, tuple(standing.carried(f, "standing", standing.NOT_ASKED) for f in before), error=str(refused))
    return RuleOutcome(name, tuple(standing.carried(f, "gone", standing.NO_RULE) for f in before))


def _officers(locked: Locked, outcomes: Iterable[RuleOutcome]) -> dict[str, str]:
    """Action to the officer who did it, of those that findings about cases rest on."""
    found = (finding for outcome in outcomes for finding in outcome.findings if finding.subject["kind"] == "case")
    acts = sorted({e.id for finding in found for e in finding.evidence if e.table == "actions"})
    if not acts:
        return {}
    told = locked.store.rows("SELECT action_id, min(officer) FROM main.actions WHERE list_contains(?, action_id) AND officer IS NOT NULL GROUP BY ALL", [acts])
    return dict(told)


def _since(outcomes: Iterable[RuleOutcome], run_id: str, previous: Iterable[Mapping[str, Any]]) -> None:
    """`status.since`: the run that first had the finding."""
    known = {finding["finding_id"]: finding["status"].get("since", run_id) for finding in previous}
    for outcome in outcomes:
        for finding in outcome.findings:
            finding.status["since"] = known.get(finding.finding_id, run_id)


def explain(path: Path, settings: Settings, rule: Rule, packs: Mapping[str, Pack], as_of: dt.datetime, subject: str) -> str:
    """Why a rule did or did not fire for a subject: measurability, parameters, what each of its steps had, what cleared its uses, evidence."""
    from audit_analyzer.why import told

    values = rulebook.values(rule, settings)
    with open_locked(path, settings.limits) as locked:
        return told(Asking(locked, settings, packs, as_of, [(rule, values)]), rule, values, subject)
