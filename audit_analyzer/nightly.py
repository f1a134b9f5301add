"""The whole night, in order: exports in, checked, asked, written down; and each part of it on its own."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from audit_analyzer import runs
from audit_analyzer.errors import COULD_NOT_LOOK, FOUND, AuditError, NothingToRead, RuleError, UsageError
from audit_analyzer.words import SEVERITIES, Check, Ingested, Night, RuleOutcome

if TYPE_CHECKING:
    from audit_analyzer.clauses import Pack
    from audit_analyzer.prove import Proof
    from audit_analyzer.rulebook import Rulebook
    from audit_analyzer.settings import Settings
    from audit_analyzer.store import Store

REFUSED_SHOWN = 20  # of a delivery of which nothing could be read
Questions = tuple["dict[str, Pack]", "Rulebook"]
Stage = Callable[[str, int, int], None]  # what is being done, how much of it is done, how much there is


@dataclasses.dataclass(frozen=True, slots=True)
class Done:
    """A finished night: what it found, where the report is, and the exit code."""

    night: Night
    folder: Path
    code: int
    ingested: tuple[Ingested, ...] = ()


def run(settings: Settings, paths: Sequence[Path], as_of: dt.date | None = None, fail_on: str | None = None, stage: Stage | None = None) -> Done:
    """Exports in, findings out. The caller holds the workspace."""
    asked = _questions(settings)  # before anything is read: a misspelt setting is told at once
    ingested = ingest(settings, paths, "run", stage=stage)
    try:
        return dataclasses.replace(look(settings, as_of, fail_on, stage, asked=asked), ingested=tuple(ingested))
    except NothingToRead as error:
        refused = [f"{r.file}: {r.outcome}: {r.reason}" for r in ingested if r.outcome != "accepted"]
        if not refused:
            raise
        raise AuditError(
            "none of it could be read:\n" + "\n".join(refused[:REFUSED_SHOWN]), error.where, "see `audit-analyzer sources` for what can be read"
        ) from None


def ingest(settings: Settings, paths: Sequence[Path], command: str = "ingest", forced: str | None = None, stage: Stage | None = None) -> list[Ingested]:
    """Only the intake. Raises NothingToRead where there is no file at all."""
    from audit_analyzer import vault
    from audit_analyzer.ingest import ingest as take_in
    from audit_analyzer.integrity import verify_deliveries

    with _opened(settings, settings.limits.intake_memory) as store:
        run_id = runs.begin(store, command)
        results = take_in(store, settings, vault.walk(paths), run_id, forced, stage)
        if not results:
            raise NothingToRead("there is no file to read", ", ".join(map(str, paths)), "hand over the files or folders of the delivery")
        verify_deliveries(store, settings, run_id)
        if command == "ingest":  # a night goes on: it ends with its report
            runs.finish(store, run_id, "partial" if intake_code(results) else "done")
        return _with_rejects(store, results, run_id)


def _with_rejects(store: Store, results: Sequence[Ingested], run_id: str) -> list[Ingested]:
    """The results, each accepted export that has rejected records with the first of them as its reason."""
    from audit_analyzer.gather import rejects

    told = rejects(store, run_id)
    return [dataclasses.replace(r, reason=told[r.export]) if r.rejected and r.outcome == "accepted" and r.export in told else r for r in results]


def look(settings: Settings, as_of: dt.date | None = None, fail_on: str | None = None, stage: Stage | None = None, asked: Questions | None = None) -> Done:
    """Check what is in the store, ask every rule, write the report. asked: of a run that has read its exports; without, this is a run of its own."""
    from audit_analyzer.check import blocked, check
    from audit_analyzer.gather import gather
    from audit_analyzer.report import report

    tell = stage or (lambda *_: None)
    questions = asked or _questions(settings)
    tell("checking the data", 0, 4)
    with _opened(settings) as store:
        run_id = runs.last_run(store) if asked else runs.begin(store, "detect")
        moment = runs.settle_as_of(store, run_id, as_of)
    with _engine(settings):
        checks = check(settings.database, run_id)
    tell("preparing the ground", 1, 4)
    outcomes, failures = _ask(settings, questions, run_id, moment, checks, blocked(checks), tell)
    tell("writing the report", 3, 4)
    with _opened(settings) as store:
        runs.keep(store, run_id, checks, outcomes)
        night = gather(store, settings, run_id, outcomes, failures)
        runs.finish(store, run_id, "partial" if night.failures else "done")
    folder = report(night, settings.reports)
    tell("", 4, 4)
    return Done(night, folder, code(night, fail_on))


def _questions(settings: Settings) -> Questions:
    """Clause packs and rules. Raises SettingsError where audit.toml names a pack, a rule or a parameter that is not there."""
    from audit_analyzer import clauses, rulebook

    packs, book = clauses.load(settings.rule_folders()), rulebook.load(settings.rule_folders())
    clauses.check_named(packs, settings)
    rulebook.check_overrides(book, settings)
    return packs, book


def _ask(
    settings: Settings, questions: Questions, run_id: str, moment: dt.datetime, checks: Sequence[Check], stopped: dict[str, str], tell: Stage
) -> tuple[tuple[RuleOutcome, ...], tuple[str, ...]]:
    from audit_analyzer import detect, filling
    from audit_analyzer.proven import proven

    packs, book = questions
    with _opened(settings) as store:
        filling.prepare(store, settings, moment, packs)
        before = runs.previous(store, run_id)
        proofs = proven(store, book.rules, settings, packs)
    tell("asking the rules", 2, 4)
    outcomes = detect.detect(settings.database, settings, book, packs, moment, run_id, stopped, previous=before, proofs=proofs)
    failures = [str(error) for error in book.refused]
    failures += [f"quality gate: {c.table}: {c.expectation} ({c.observed})" for c in checks if c.blocking and not c.passed]
    return tuple(outcomes), tuple(failures)


def check(settings: Settings) -> tuple[Check, ...]:
    """Only the data-quality suite, as the newest run would see it."""
    from audit_analyzer.check import check as ask

    with _opened(settings) as store:
        run_id = runs.last_run(store)
    with _engine(settings):
        return ask(settings.database, run_id)


def again(settings: Settings, formats: Sequence[str] | None = None) -> Path:
    """The newest night's report, written again."""
    from audit_analyzer.gather import gather
    from audit_analyzer.report import report

    with _opened(settings) as store:
        run_id = store.value("SELECT max(run_id) FROM runs WHERE as_of IS NOT NULL")
        if run_id is None:
            raise AuditError("no night was run in this workspace yet", str(settings.root), "run `audit-analyzer run EXPORTS… --workspace DIR` first")
        night = gather(store, settings, run_id)
    return report(night, settings.reports, formats)


def prove(settings: Settings, names: Sequence[str]) -> tuple[tuple[Proof, ...], tuple[RuleError, ...]]:
    """The proofs of the rules named (all without names), and the rules that are not quite rules."""
    from audit_analyzer import clauses, rulebook
    from audit_analyzer.prove import prove as proofs_of

    book = rulebook.load(settings.rule_folders())
    chosen = [book.rule(name) for name in names] or list(book.rules)
    return tuple(proofs_of(chosen, settings, clauses.load(settings.rule_folders()))), tuple(book.refused)


def new_rule(settings: Settings, name: str) -> Path:
    """A draft of a rule in the workspace's own rules/."""
    from audit_analyzer.prove import scaffold

    file = settings.root / "rules" / f"{name}.toml"
    if not name.replace("_", "").isalnum() or file.exists():
        raise UsageError(f"{name!r} cannot be a new rule here", str(file), "take letters, digits and _ for a name that no rule has")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(scaffold(name), encoding="utf-8")
    return file


def explain(settings: Settings, rule: str, subject: str, as_of: dt.date | None) -> str:
    """Why a rule did or did not fire for a subject."""
    from audit_analyzer import detect, filling

    packs, book = _questions(settings)
    asked = book.rule(rule)
    with _opened(settings) as store:
        moment = runs.settle_as_of(store, runs.last_run(store), as_of)
        filling.prepare(store, settings, moment, packs)
    return detect.explain(settings.database, settings, asked, packs, moment, subject)


def decide(settings: Settings, finding: str, decision: str, reason: str, author: str, expires: dt.date | None) -> None:
    """Append what a person decided; the clock of the machine dates it."""
    from audit_analyzer import triage

    with _opened(settings) as store:
        ends = dt.datetime.combine(expires, dt.time(), dt.UTC) + dt.timedelta(days=1) if expires else None
        triage.decide(store, finding, decision, reason, author, dt.datetime.now(dt.UTC), ends)


def rebuild(settings: Settings, stage: Stage | None = None) -> int:
    """The database anew from the vault: what was delivered, in the order in which it came, with what people decided. Returns how many files."""
    from audit_analyzer.rebuild import rebuild as anew

    return anew(settings, stage)


@contextlib.contextmanager
def reading(settings: Settings) -> Iterator[Store]:
    """The store for looking only."""
    from audit_analyzer.store import open_store, verify_model

    with open_store(settings.database, memory=settings.limits.memory, read_only=True) as store:
        verify_model(store)
        yield store


def closing(done: Done, stream: TextIO) -> None:
    """Print the closing summary, and where the report is."""
    from audit_analyzer.outputs import terminal

    terminal.closing(done.night, stream, done.folder)


# --- exit codes


def intake_code(results: Sequence[Ingested]) -> int:
    """2 where an export, or a record of one, could not be read, else 0."""
    return COULD_NOT_LOOK if any(r.outcome != "accepted" or r.rejected for r in results) else 0


def check_code(verdicts: Sequence[Check]) -> int:
    """2 where a blocking expectation failed, else 0."""
    return COULD_NOT_LOOK if any(v.blocking and not v.passed for v in verdicts) else 0


def proof_code(proofs: Sequence[Proof], refused: Sequence[RuleError]) -> int:
    """2 where a rule is refused or fails a test of its own, else 0."""
    return COULD_NOT_LOOK if refused or not all(p.passed for p in proofs) else 0


def code(night: Night, fail_on: str | None) -> int:
    """The exit code: could not look outranks found."""
    if night.failures:
        return COULD_NOT_LOOK
    if fail_on is None:
        return 0
    bar = SEVERITIES.index(fail_on)
    return FOUND if any(SEVERITIES.index(f.severity) >= bar for f in night.findings if f.status["state"] != "gone") else 0


@contextlib.contextmanager
def _opened(settings: Settings, memory: str | None = None) -> Iterator[Store]:
    """The store for writing: held to its seal when it is opened, checkpointed and sealed anew when all went well."""
    from audit_analyzer.store import open_store, seal, verify_model

    with _engine(settings), open_store(settings.database, memory=memory or settings.limits.memory) as store:
        verify_model(store)
        seal.verify(store, settings.seal)
        yield store
        store.checkpoint()
        seal.write(store, settings.seal)


@contextlib.contextmanager
def _engine(settings: Settings) -> Iterator[None]:
    """What the engine says in the middle of its work, as an error with what helps."""
    from audit_analyzer.store import gave_up
    from audit_analyzer.store.locked import ENGINE_ERRORS

    try:
        yield
    except ENGINE_ERRORS as error:
        raise gave_up(settings.database, error) from error
