"""Known error rates: labelled worlds through the real pipeline, findings held against the truth; found, missed, false alarms, trap hits."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from audit_analyzer import __version__
from audit_analyzer.errors import AuditError
from audit_analyzer.words import SEVERITIES, Finding, Ingested, RuleOutcome

if TYPE_CHECKING:
    from audit_analyzer.settings import Settings
    from audit_analyzer.world import Truth, World

Stage = Callable[[str, int, int], None]
NOTABLE = SEVERITIES[1:]  # medium and above
PER = 20_000  # background queries that false alarms are counted per
Row = tuple[str, str]  # table and id


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one plant: `found` by any rule that fits, `own` by a rule of its detection; rows of matched findings, and how many are the plant's.

    For a trap, `found` says that it was hit: a finding of severity medium or above rests on one of its rows. rules: which rules it was.
    """

    seed: int
    truth: Truth
    found: bool
    own: bool
    rules: tuple[str, ...]
    rows: int = 0
    right: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Alarm:
    """A finding of severity medium or above that rests on nothing planted."""

    seed: int
    finding: Finding


@dataclasses.dataclass(frozen=True, slots=True)
class Book:
    """What must be known of a rule here."""

    name: str
    family: str
    detections: tuple[str, ...]


@dataclasses.dataclass(slots=True)
class Result:
    """All that was measured, over all seeds."""

    seeds: tuple[int, ...]
    size: str
    version: str
    rules: tuple[Book, ...]
    outcomes: list[Outcome] = dataclasses.field(default_factory=list)
    alarms: list[Alarm] = dataclasses.field(default_factory=list)
    errors: list[str] = dataclasses.field(default_factory=list)  # rules that could not be asked, exports that were not read whole
    background: int = 0
    queries: int = 0
    findings: int = 0


def validate(
    settings: Settings | None, seeds: Sequence[int], size: str = "small", progress: Stage | None = None, only: Collection[str] | None = None
) -> Result:
    """One world for each seed, through intake, ground and detection as a night does it, against its truth.

    settings: whose parameters and own rules hold (None: the defaults). only: detections ("D01") whose plants and rules are wanted.
    Raises AuditError where there is no such size.
    """
    from audit_analyzer import clauses, rulebook
    from audit_analyzer.settings import Settings as Plain
    from audit_analyzer.world import SIZES, build

    if size not in SIZES:
        raise AuditError(f"there is no size {size!r}", "", f"one of {', '.join(SIZES)}")
    tell = progress or (lambda *_: None)
    settings = settings or Plain(root=Path(tempfile.gettempdir()) / "no workspace")
    book, packs = rulebook.load(settings.rule_folders()), clauses.load(settings.rule_folders())
    wanted = tuple(r for r in book.rules if only is None or set(only) & set(r.detection))
    book = dataclasses.replace(book, rules=wanted)
    result = Result(tuple(seeds), size, __version__, tuple(Book(r.name, r.family, tuple(r.detection)) for r in wanted), errors=[str(e) for e in book.refused])
    for done, seed in enumerate(seeds):
        tell(f"building the world of seed {seed}", done, len(seeds))
        world = build(seed, size, only)
        with tempfile.TemporaryDirectory(prefix="world-") as folder:
            outcomes = _night(world, Path(folder), settings, (book, packs), result, functools.partial(_told, tell, done, len(seeds)))
        _hold(world, seed, outcomes, result)
    tell("", len(seeds), len(seeds))
    return result


def _told(tell: Stage, done: int, total: int, what: str) -> None:
    tell(what, done, total)


def _night(world: World, folder: Path, settings: Settings, law: tuple, result: Result, tell: Callable[[str], None]) -> tuple[RuleOutcome, ...]:  # type: ignore[type-arg]  # rulebook, packs
    """The world as a delivery, read and asked as the real night does; without the quality suite and the report, which find nothing."""
    from audit_analyzer import detect, filling, nightly, runs
    from audit_analyzer import settings as facts
    from audit_analyzer.proven import proven
    from audit_analyzer.store import open_store

    book, packs = law
    tell(f"writing {world.background_queries} background queries and {len(world.truths)} plants")
    world.write(folder)
    own = settings.root / "rules"
    if own.is_dir():
        shutil.copytree(own, folder / "rules")
    here = dataclasses.replace(facts.load(folder), parameters=settings.parameters, false_discovery_rate=settings.false_discovery_rate, limits=settings.limits)
    tell("reading the delivery")
    read = nightly.ingest(here, [folder / "exports"])
    world.truths = [_resolved(t, read) for t in world.truths]
    result.errors += [f"seed {world.seed}: {r.file}: {r.outcome}, {r.rejected} rejected: {r.reason}" for r in read if r.outcome != "accepted" or r.rejected]
    with open_store(here.database, memory=here.limits.memory) as store:
        run_id = runs.last_run(store)
        moment = runs.settle_as_of(store, run_id, (world.end - dt.timedelta(days=1)).date())
        tell("preparing the ground")
        filling.prepare(store, here, moment, packs)
        result.queries += store.value("SELECT count(*) FROM queries")
        tell("proving the rules that are not shipped as proven")
        proofs = proven(store, book.rules, here, packs)
        store.checkpoint()
    tell("asking the rules")
    return detect.detect(here.database, here, book, packs, moment, run_id, {}, proofs=proofs)


def _resolved(truth: Truth, read: Sequence[Ingested]) -> Truth:
    """A truth about exports names them "file:NAME in the delivery": now they have their ids."""

    def named(text: str) -> str:
        name = "/" + text.removeprefix("file:")
        return next((r.export for r in read if r.file.endswith(name)), text) if text.startswith("file:") else text

    return dataclasses.replace(truth, subject=named(truth.subject), evidence=tuple((table, named(row)) for table, row in truth.evidence))


def _hold(world: World, seed: int, outcomes: Sequence[RuleOutcome], result: Result) -> None:
    """Findings against truths, one world."""
    findings = [f for o in outcomes for f in o.findings if f.status["state"] != "gone"]
    result.errors += [f"seed {seed}: {o.rule}: {o.error}" for o in outcomes if o.error]
    result.background += world.background_queries
    result.findings += len(findings)
    match = Matching(world.truths, {r.name: r for r in result.rules})
    touched = [match.touched(f) for f in findings]
    for number, truth in enumerate(world.truths):
        result.outcomes.append(match.outcome(seed, number, truth, findings, touched))
    planted = {(t.subject_kind, t.subject) for t in world.truths if t.level != "trap"}
    for finding, numbers in zip(findings, touched, strict=True):
        if finding.severity in NOTABLE and not numbers and (finding.subject["kind"], finding.subject["id"]) not in planted:
            result.alarms.append(Alarm(seed, finding))


class Matching:
    """Which findings are about which plants."""

    def __init__(self, truths: Sequence[Truth], rules: Mapping[str, Book]) -> None:
        self.truths, self.rules = truths, rules
        self.owners: dict[Row, list[int]] = defaultdict(list)
        for number, truth in enumerate(truths):
            for row in truth.evidence:
                self.owners[row].append(number)

    def touched(self, finding: Finding) -> dict[int, int]:
        """Number of each truth that the finding's evidence overlaps, with how many of its rows."""
        count: dict[int, int] = defaultdict(int)
        for row in {(e.table, e.id) for e in finding.evidence}:
            for number in self.owners.get(row, ()):
                count[number] += 1
        return dict(count)

    def outcome(self, seed: int, number: int, truth: Truth, findings: Sequence[Finding], touched: Sequence[Mapping[int, int]]) -> Outcome:
        """What became of one truth."""
        if truth.level == "trap":
            hits = tuple(sorted({f.rule for f, t in zip(findings, touched, strict=True) if number in t and f.severity in NOTABLE}))
            return Outcome(seed, truth, bool(hits), bool(hits), hits)
        about = [(f, t.get(number, 0)) for f, t in zip(findings, touched, strict=True) if self.about(truth, f, t.get(number, 0))]
        own = [(f, n) for f, n in about if truth.detection in self._detections(f.rule)]
        counted = own or about
        rules = tuple(sorted({f.rule for f, _ in about}))
        return Outcome(
            seed, truth, bool(about), bool(own), rules, sum(len({(e.table, e.id) for e in f.evidence}) for f, _ in counted), sum(n for _, n in counted)
        )

    def about(self, truth: Truth, finding: Finding, shared: int) -> bool:
        """Whether a finding finds a plant: family (or detection) and period fit, and it names the subject or holds half of the plant's rows.

        Naming the subject counts only with a row of the plant among the evidence, unless the evidence is of tables that the plant has no rows in.
        """
        if finding.family != truth.family and truth.detection not in self._detections(finding.rule):
            return False
        if not _overlap(finding, truth.period):
            return False
        named = finding.subject["id"] == truth.subject and (shared > 0 or not {e.table for e in finding.evidence} & {table for table, _ in truth.evidence})
        return named or (shared > 0 and 2 * shared >= len(truth.evidence))

    def _detections(self, rule: str) -> tuple[str, ...]:
        return self.rules[rule].detections if rule in self.rules else ()


def _overlap(finding: Finding, period: tuple[int, int]) -> bool:
    """A day of slack on both sides: a gap or a missed deadline lies beside the rows that tell of it."""
    day = 86_400
    start, end = (dt.datetime.fromisoformat(t).timestamp() if t else None for t in (finding.period["from"], finding.period["to"]))
    return (start is None or start <= period[1] + day) and (end is None or end >= period[0] - day)


def misses(result: Result) -> list[str]:
    """One line for every plant that was missed, trap that was hit and false alarm: where to look when a rate is not what it should be."""
    lines = []
    for o in sorted(result.outcomes, key=lambda o: (o.truth.plant, o.seed)):
        who = f"{o.truth.plant} seed {o.seed} {o.truth.subject_kind} {o.truth.subject}"
        if o.truth.level == "trap" and o.found:
            lines.append(f"TRAP HIT  {who} by {', '.join(o.rules)}: {o.truth.note}")
        elif o.truth.level != "trap" and not o.found:
            lines.append(f"MISSED    {who}: {o.truth.note}")
        elif o.truth.level != "trap" and not o.own:
            lines.append(f"BY OTHERS {who} by {', '.join(o.rules)}: {o.truth.note}")
    for a in sorted(result.alarms, key=lambda a: (a.finding.rule, a.seed, a.finding.finding_id)):
        f = a.finding
        lines.append(f"FALSE     {f.rule} seed {a.seed} {f.severity} {f.subject['kind']} {f.subject['id']}, {len(f.evidence)} rows: {f.explanation}")
    return lines + [f"ERROR     {e}" for e in result.errors]


def table(result: Result) -> str:
    """docs/validation.md: what was done, the rates, and what they do not say."""
    from audit_analyzer import validation_page

    return validation_page.page(result)
