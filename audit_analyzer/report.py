"""What a night found, written down: every output of outputs/ into one folder that appears whole or not at all."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit_analyzer.errors import AuditError, UsageError
from audit_analyzer.outputs import outputs
from audit_analyzer.words import Night

if TYPE_CHECKING:
    from audit_analyzer.store import Store

LATEST = "latest"
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # Linux: renameat2(2)


def report(night: Night, folder: Path, formats: Collection[str] | None = None) -> Path:
    """Write `folder`/<run_id>/ and point `folder`/latest to it; answers the new folder.

    night: what to write; folder: the workspace's reports; formats: names of outputs (`html`, `xlsx`, …), all where None.
    A reader sees the old report or the new one, never a half: all files are written and flushed beside it, then renamed.
    Raises UsageError for a format that does not exist, AuditError where the folder cannot be written.
    """
    chosen = _chosen(formats)
    if night.run_id in {"", ".", "..", LATEST} or not set(night.run_id).isdisjoint("/\\\0"):
        raise AuditError(f"{night.run_id!r} cannot be the name of a folder", str(folder), "a run is named by its number and day: 0001-2026-03-02")
    try:
        with _private():
            return _published(night, folder, chosen)
    except OSError as error:
        raise AuditError(
            f"the report cannot be written: {error.strerror or error}", str(error.filename or folder), "free space or mend the rights, then report again"
        ) from error


def _chosen(formats: Collection[str] | None) -> dict[str, Any]:
    known = outputs()
    wrong = sorted(set(formats or ()) - set(known))
    if wrong:
        raise UsageError(f"there is no output {wrong[0]!r}", "--format", f"known: {', '.join(known)}")
    return {name: output for name, output in known.items() if formats is None or name in formats}


@contextlib.contextmanager
def _private() -> Iterator[None]:
    """What is made inside can be read by its owner only."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _published(night: Night, folder: Path, chosen: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    draft, final = folder / f".{night.run_id}.new", folder / night.run_id
    shutil.rmtree(draft, ignore_errors=True)  # what a killed run left behind
    draft.mkdir()
    for output in chosen.values():
        output.write(night, draft / output.FILE)
        _flush(draft / output.FILE)
    _flush(draft)
    _swap(draft, final)
    shutil.rmtree(draft, ignore_errors=True)  # the report that was there before, if any
    _point(folder, night.run_id)
    _flush(folder)
    return final


def _swap(draft: Path, final: Path) -> None:
    """Put the draft in the place of what is there. Linux exchanges two folders in one step; elsewhere the old one is moved away first."""
    if not final.exists():
        draft.rename(final)
        return
    if not _exchanged(draft, final):
        old = draft.with_suffix(".old")
        shutil.rmtree(old, ignore_errors=True)
        final.rename(old)
        draft.rename(final)
        shutil.rmtree(old)


def _exchanged(one: Path, other: Path) -> bool:
    try:
        exchange = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):  # another system, or an older C library
        return False
    return bool(exchange(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0)


def _point(folder: Path, run_id: str) -> None:
    """`latest`: a link to the newest report; a text file with its name where the file system has no links."""
    draft, final = folder / f".{LATEST}.new", folder / LATEST
    draft.unlink(missing_ok=True)
    try:
        draft.symlink_to(run_id, target_is_directory=True)
    except OSError:
        draft.write_text(run_id + "\n", encoding="utf-8")
        _flush(draft)
    draft.replace(final)


def _flush(path: Path) -> None:
    """To the disk: a folder's entries, or a file's bytes."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def timeline(store: Store) -> tuple[dict[str, Any], ...]:
    """Searches per system and day (UTC), as {"system", "day", "queries"}; days without one are left out. Reads ground.searches."""
    return tuple(
        store.dicts(
            "SELECT system, strftime(make_timestamp(day_no * 86400000000), '%Y-%m-%d') AS day, count(*) AS queries "
            "FROM ground.searches GROUP BY system, day_no ORDER BY system, day_no"
        )
    )


def operators(store: Store) -> tuple[dict[str, Any], ...]:
    """Searches per operator, and how many of them nothing explains, most first: {"system", "agency", "operator", "queries", "unexplained"}.

    Reads ground.operator_days, and ground.searches for those without an operator; agency and operator are None where the log does not say.
    """
    return tuple(
        store.dicts(
            "SELECT system, agency, operator, CAST(sum(searches) AS BIGINT) AS queries, CAST(sum(unexplained) AS BIGINT) AS unexplained "
            "FROM ground.operator_days GROUP BY system, agency, operator UNION ALL "
            "SELECT system, agency, NULL, count(*), count(*) FILTER (WHERE explained_by IS NULL) "
            "FROM ground.searches WHERE operator IS NULL GROUP BY system, agency "
            "ORDER BY queries DESC, system, agency NULLS LAST, operator NULLS LAST"
        )
    )
