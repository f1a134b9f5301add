"""What can go wrong, as a tree: each error says what, where, and what to do next, and carries its exit code."""

from __future__ import annotations

import traceback
from pathlib import Path

FOUND, COULD_NOT_LOOK, NOTHING_TO_READ, USAGE, HELD, INTERRUPTED = 1, 2, 3, 64, 75, 130
_TOLD = 300  # characters of an exception's own words


class AuditError(Exception):
    """Anything that the program refuses or cannot do.

    what: the fact; where: file, line, table or setting; remedy: what the reader can do next.
    """

    exit_code = COULD_NOT_LOOK

    def __init__(self, what: str, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(what)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f"\n  next: {self.remedy}" if self.remedy else "")


class UsageError(AuditError):
    """The words of the command do not fit."""

    exit_code = USAGE


class SettingsError(AuditError):
    """audit.toml, or a value in it, is not what it should be."""

    exit_code = USAGE


class NothingToRead(AuditError):  # noqa: N818  the name is the sentence
    """There was no export to read: never the same answer as nothing found."""

    exit_code = NOTHING_TO_READ


class WorkspaceHeld(AuditError):  # noqa: N818  the name is the sentence
    """Another run holds the workspace."""

    exit_code = HELD


class StoreError(AuditError):
    """The database cannot be opened, or does not agree with the ledger."""


class SourceError(AuditError):
    """A source's TOML file is not quite a source, or two sources claim one export."""


class RuleError(AuditError):
    """A rule's TOML file is not quite a rule."""


class ClauseError(AuditError):
    """A clause pack is not quite a clause pack."""


class ExportRejected(AuditError):  # noqa: N818  the outcome's name
    """The export's boundaries or columns cannot be trusted: none of it is used, and it counts as missing coverage."""


class ExportFailed(AuditError):  # noqa: N818  the outcome's name
    """The export could not be read this time (I/O, a limit reached): try again."""


def unforeseen(error: Exception, where: str = "") -> ExportFailed:
    """An exception that no reader foresaw, as the answer about the one export that was being read: it must not cost the others."""
    told = "".join(traceback.format_exception_only(error)).strip()[:_TOLD]
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" ({Path(last[0].filename).name}, line {last[0].lineno})" if last else ""
    what = f"defect: this is a defect of the program, not of your data: {told}{place}"
    return ExportFailed(what, where, "report it with this line and the program's version")
