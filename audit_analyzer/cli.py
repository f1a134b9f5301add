"""Commands: parse, call one room, print, exit. stdout is data, stderr is narration."""

from __future__ import annotations

import datetime as dt
import gc
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from audit_analyzer import listings
from audit_analyzer.errors import COULD_NOT_LOOK, INTERRUPTED, USAGE, AuditError, UsageError
from audit_analyzer.listings import Workspace

if TYPE_CHECKING:
    from audit_analyzer.nightly import Done
    from audit_analyzer.settings import Settings

app = typer.Typer(
    name="audit-analyzer",
    help="Reads the query logs of face-recognition systems and finds what may break the rules. A finding is an indicator, not a verdict.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(listings.rules_app, name="rules")
app.add_typer(listings.sources_app, name="sources")

WRONG_WORDS: type[Exception] = typer.BadParameter.__bases__[0]  # the class of every error of usage, wherever typer keeps it
Exports = Annotated[list[Path], typer.Argument(help="Files, folders (walked) or archives.", show_default=False)]
AsOf = Annotated[str | None, typer.Option("--as-of", help="The day that the night is asked as of (YYYY-MM-DD); default: the day of the newest event.")]
FailOn = Annotated[str | None, typer.Option("--fail-on", help="Exit 1 when a finding is at or above: low, medium, high, critical.")]


@app.command()
def run(exports: Exports, workspace: Workspace, as_of: AsOf = None, fail_on: FailOn = None) -> None:
    """The whole night: exports in, findings and a report out."""
    from audit_analyzer import nightly, settings
    from audit_analyzer import workspace as place

    with place.hold(workspace), _progress() as stage:
        done = nightly.run(_known(settings.load(workspace)), exports, _day(as_of), _level(fail_on), stage)
    _close(done)


@app.command()
def ingest(
    exports: Exports,
    workspace: Workspace,
    source: Annotated[str | None, typer.Option("--source", help="Read them as this source, whatever they look like or audit.toml says.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per export on stdout.")] = False,
) -> None:
    """Only the intake: every record kept, rejected, set aside or known already."""
    from audit_analyzer import nightly, settings, telling
    from audit_analyzer import workspace as place

    with place.hold(workspace), _progress() as stage:
        results = nightly.ingest(_known(settings.load(workspace)), exports, "ingest", source, stage)
    for line in telling.ingested(results, as_json=as_json):
        typer.echo(line)
    raise typer.Exit(nightly.intake_code(results))


@app.command()
def check(workspace: Workspace, as_json: Annotated[bool, typer.Option("--json", help="One JSON object per verdict.")] = False) -> None:
    """Only the data-quality suite: a verdict for each table and system."""
    from audit_analyzer import nightly, settings, telling
    from audit_analyzer import workspace as place

    with place.hold(workspace, there=True):
        verdicts = nightly.check(settings.load(workspace))
    for line in telling.checked(verdicts, as_json=as_json):
        typer.echo(line)
    raise typer.Exit(nightly.check_code(verdicts))


@app.command()
def detect(workspace: Workspace, as_of: AsOf = None, fail_on: FailOn = None) -> None:
    """Ask every rule again about what is in the workspace, and write a new report."""
    from audit_analyzer import nightly, settings
    from audit_analyzer import workspace as place

    with place.hold(workspace, there=True), _progress() as stage:
        done = nightly.look(settings.load(workspace), _day(as_of), _level(fail_on), stage)
    _close(done)


@app.command()
def report(workspace: Workspace, formats: Annotated[list[str] | None, typer.Option("--format", help="Only these outputs.")] = None) -> None:
    """Write the newest night down again, for instance after decisions."""
    from audit_analyzer import nightly, settings
    from audit_analyzer import workspace as place

    with place.hold(workspace, there=True):
        folder = nightly.again(settings.load(workspace), formats)
    typer.echo(str(folder))


@app.command()
def prove(
    rules: Annotated[list[str] | None, typer.Argument(help="Names of rules; all without.", show_default=False)] = None,
    workspace: Annotated[Path | None, typer.Option("--workspace", "-w", help="Also the rules of this workspace.", show_default=False)] = None,
) -> None:
    """Every rule's own tests, on the real schema."""
    from audit_analyzer import nightly, settings, telling

    proofs, refused = nightly.prove(settings.load(workspace), rules or [])
    for line in telling.proved(proofs, refused):
        typer.echo(line)
    raise typer.Exit(nightly.proof_code(proofs, refused))


@app.command()
def show(
    wanted: Annotated[str, typer.Argument(metavar="FINDING|EXPORT", help="A finding's id or an export's SHA-256, or the beginning of it.")],
    workspace: Workspace,
    everything: Annotated[bool, typer.Option("--all", help="Every evidence row, not only the first 20.")] = False,
) -> None:
    """Walk a finding to the bytes: file, SHA-256, record, the record as written."""
    from audit_analyzer import nightly, settings
    from audit_analyzer import show as showing

    facts = settings.load(workspace)
    with nightly.reading(facts) as store:
        for line in showing.show(store, facts, wanted, sys.maxsize if everything else showing.FIRST):
            typer.echo(line)


@app.command()
def explain(
    rule: Annotated[str, typer.Argument(help="The rule's name.")],
    subject: Annotated[str, typer.Option("--subject", help="The operator, agency, system, case … asked about.")],
    workspace: Workspace,
    as_of: AsOf = None,
) -> None:
    """Why a rule did or did not fire for a subject: window, counts, baseline, what cleared it."""
    from audit_analyzer import nightly, settings
    from audit_analyzer import workspace as place

    with place.hold(workspace, there=True):
        typer.echo(nightly.explain(settings.load(workspace), rule, subject, _day(as_of)))


@app.command()
def decide(
    finding: Annotated[str, typer.Argument(help="The finding's id.")],
    decision: Annotated[str, typer.Argument(help="confirmed, explained, dismissed, escalated or reopened.")],
    workspace: Workspace,
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    author: Annotated[str, typer.Option("--author", help="Who decides.")],
    expires: Annotated[str | None, typer.Option("--expires", help="Until when it holds (YYYY-MM-DD).")] = None,
) -> None:
    """Write down what a person decided about a finding; nothing is overwritten."""
    from audit_analyzer import nightly, settings
    from audit_analyzer import workspace as place

    with place.hold(workspace, there=True):
        nightly.decide(settings.load(workspace), finding, decision, reason, author, _day(expires, "--expires"))


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="The workspace to make.")]) -> None:
    """Make a workspace with a commented audit.toml."""
    from audit_analyzer import workspace as place

    typer.echo(str(place.init(folder)))


@app.command()
def rebuild(workspace: Workspace) -> None:
    """Make the database anew from the vault: every delivery read again, in the order in which it came."""
    from audit_analyzer import nightly, settings
    from audit_analyzer import workspace as place

    with place.hold(workspace, there=True), _progress() as stage:
        typer.echo(f"{nightly.rebuild(settings.load(workspace), stage)} deliveries read again")


@app.command()
def validate(
    seeds: Annotated[str, typer.Option("--seeds", help="Seeds of the worlds, separated by commas.")] = "1",
    size: Annotated[str, typer.Option("--size", help="small (20 thousand queries), medium or large.")] = "small",
    write: Annotated[Path | None, typer.Option("--write", help="Also write the table to this file.", show_default=False)] = None,
    details: Annotated[bool, typer.Option("--details", help="Also what was missed, and every false alarm.")] = False,
    workspace: Annotated[Path | None, typer.Option("--workspace", "-w", help="Also the rules and parameters of this workspace.", show_default=False)] = None,
) -> None:
    """The known error rate: a labelled world, the installed rulebook over it, what it found and missed."""
    from audit_analyzer import settings
    from audit_analyzer import validate as validation

    with _progress() as stage:
        result = validation.validate(settings.load(workspace), _seeds(seeds), size, stage)
    table = validation.table(result)
    typer.echo(table)
    if write:
        write.write_text(table + "\n", encoding="utf-8")
    for line in validation.misses(result) if details else ():
        typer.echo(line)


def _known(facts: Settings) -> Settings:
    """The settings; that a new workspace has none of its own is said, because a misspelt --workspace makes a new one."""
    if not facts.database.exists() and not (facts.root / "audit.toml").exists():
        _say(f"{facts.root} is a new workspace without audit.toml: every setting is its default (`audit-analyzer init` writes one)")
    return facts


def _day(text: str | None, option: str = "--as-of") -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f"{text!r} is not a day", option, "write it as 2026-03-01") from None


def _seeds(text: str) -> list[int]:
    try:
        return [int(seed) for seed in text.split(",")]
    except ValueError:
        raise UsageError(f"{text!r} are not seeds", "--seeds", "write them as 1,2,3") from None


def _level(text: str | None) -> str | None:
    from audit_analyzer.words import SEVERITIES

    if text is not None and text not in SEVERITIES:
        raise UsageError(f"{text!r} is not a severity", "--fail-on", f"one of {', '.join(SEVERITIES)}")
    return text


def _progress() -> AbstractContextManager[Callable[[str, int, int], None] | None]:
    from audit_analyzer import progress

    return progress.bars(sys.stderr)


def _close(done: Done) -> NoReturn:
    from audit_analyzer import nightly

    nightly.closing(done, sys.stdout)
    raise typer.Exit(done.code)


def main() -> None:
    """Run a command; an error is one clear sentence and an exit code, never a traceback."""
    gc.set_threshold(100_000, 50, 100)  # what commands make lives until their end: looking at it again and again took a tenth of a short run
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's algebra is not used; its threads would wait in a loop
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # closed by the caller
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = app(standalone_mode=False)
    except (BrokenPipeError, SystemExit):  # whoever read stdout has seen enough; the one exit that the library of commands makes by itself
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = 0
    except WRONG_WORDS as error:
        error.show()  # type: ignore[attr-defined]
        sys.exit(USAGE)
    except (KeyboardInterrupt, typer.Abort):
        _say("interrupted; run the same command again to go on")
        sys.exit(INTERRUPTED)
    except AuditError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except OSError as error:
        _say(f"{error.filename or 'the system'}: {error.strerror or error}\n  next: mend the cause, then run the same command again")
        sys.exit(COULD_NOT_LOOK)
    except Exception as error:  # noqa: BLE001  a defect of ours: told as one, and never with the exit code of a finding
        traceback.print_exc()
        _say(f"this is a defect of the program, not of your data: {error}")
        sys.exit(COULD_NOT_LOOK)
    sys.exit(code)


def _say(sentence: str) -> None:
    from audit_analyzer.outputs.inert import visible

    typer.echo(visible(f"audit-analyzer: {sentence}", keep="\n"), err=True)


if __name__ == "__main__":
    main()
