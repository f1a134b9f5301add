"""The vault: every delivered file under the SHA-256 of its bytes, read-only; copied while it is hashed, and read only from here."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from audit_analyzer.errors import AuditError, ExportFailed, ExportRejected

CHUNK = 4 * 2**20
TRIES = 3
JOURNAL = "journal.jsonl"
INCOMING = ".incoming-"  # begins the name of whatever is not yet in its place


@dataclasses.dataclass(frozen=True, slots=True)
class Delivered:
    """A file that was handed over: where it lies, and the name that the ledger shows."""

    path: Path
    shown: str
    linked: bool = False  # found behind a symbolic link while a folder was walked
    refused: ExportRejected | ExportFailed | None = None  # what was said when it came first, of a file that the vault does not hold


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """A file in the vault."""

    export_id: str
    path: Path
    bytes: int


def shown(path: Path) -> str:
    r"""A path as text: bytes that are not UTF-8 become \xNN, control characters are escaped; it is never opened again."""
    return plainly(os.fspath(path))


def plainly(name: str) -> str:
    """A name as text that can be printed; see `shown`."""
    try:
        raw = os.fsencode(name)
    except UnicodeEncodeError:  # a member's name, where the machine's own names are of a narrower alphabet
        raw = name.encode("utf-8", "backslashreplace")
    text = raw.decode("utf-8", errors="backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def walk(paths: Iterable[Path]) -> list[Delivered]:
    """Every file of the files and folders handed over, sorted by the name shown; links inside folders are told, not followed."""
    found: dict[Path, Delivered] = {}  # by path: two names may look the same once they are text
    for path in paths:
        if not path.exists() and not path.is_symlink():
            raise AuditError("there is no such file or folder", shown(path), "check the path")
        for file, linked in _files(path):
            found.setdefault(file, Delivered(file, shown(file), linked))
    return sorted(found.values(), key=lambda d: (d.shown, os.fsencode(d.path)))


def _files(path: Path) -> Iterator[tuple[Path, bool]]:
    if not path.is_dir():
        yield path, False
        return
    for folder, folders, files in os.walk(path, followlinks=False):
        links = [name for name in folders if (Path(folder) / name).is_symlink()]
        for name in [*files, *links]:
            file = Path(folder) / name
            yield file, file.is_symlink()
        folders.sort()


def keep(delivered: Delivered, vault: Path) -> Kept:
    """Copy a delivered file into the vault while hashing it. A file that changes under the copy is tried again, then told."""
    if delivered.refused:
        raise delivered.refused
    if delivered.linked:
        raise ExportRejected("a symbolic link inside a delivered folder is not followed", delivered.shown, "hand over the file that it points to")
    try:
        for _ in range(TRIES):
            kept = _copied(delivered, vault)
            if kept is not None:
                return kept
    except OSError as error:
        raise ExportFailed(f"it could not be copied: {error.strerror or error}", delivered.shown, "mend the cause and run the same command again") from error
    raise ExportFailed("it changes while it is being read", delivered.shown, "wait until its writer has finished and run the same command again")


def _copied(delivered: Delivered, vault: Path) -> Kept | None:
    source = os.open(delivered.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        before = os.fstat(source)
        if not stat.S_ISREG(before.st_mode):
            raise ExportRejected("it is not a regular file", delivered.shown, "hand over a regular file")  # noqa: TRY301  the descriptor is closed below
        vault.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = vault / f"{INCOMING}{os.getpid()}"
        digest = hashlib.sha256()
        size = 0
        with open(draft, "wb", opener=lambda p, f: os.open(p, f | os.O_CLOEXEC, 0o400)) as target:
            while chunk := os.read(source, CHUNK):
                digest.update(chunk)
                target.write(chunk)
                size += len(chunk)
        after = os.fstat(source)
    except BaseException:
        (vault / f"{INCOMING}{os.getpid()}").unlink(missing_ok=True)
        raise
    finally:
        os.close(source)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or size != after.st_size:
        draft.unlink()
        return None
    return adopt(draft, digest.hexdigest(), vault, size)


def adopt(draft: Path, export_id: str, vault: Path, size: int) -> Kept:
    """Put a finished file in its place; the same bytes are there once. What a loss of power left there torn is replaced."""
    home = place(vault, export_id)
    if home.exists() and hashed(home) == (export_id, size):
        draft.unlink()
    else:
        home.parent.mkdir(exist_ok=True, mode=0o700)
        draft.chmod(0o400)
        draft.rename(home)
    return Kept(export_id, home, size)


def place(vault: Path, export_id: str) -> Path:
    """Where an export lies in the vault."""
    return vault / export_id[:2] / export_id


def sweep(vault: Path) -> None:
    """Remove what a killed run left half copied; call it only while holding the workspace."""
    for draft in vault.glob(f"{INCOMING}*"):
        if draft.is_dir():
            shutil.rmtree(draft)
        else:
            draft.unlink()


def hashed(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a file."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


# --- the journal: what was handed over, in order, outside the database; an append-only file beside the vault's contents


class Entry(NamedTuple):
    """One delivery of the journal; forced: the source that the command named. Of what could not be kept: no export_id, but what was said of it."""

    run_id: str
    export_id: str
    shown: str
    forced: str | None = None
    outcome: str | None = None
    reason: str | None = None
    remedy: str | None = None

    def delivered(self, vault: Path) -> Delivered:
        """The file as it is to be read once more, from the vault."""
        if self.export_id:
            return Delivered(place(vault, self.export_id), self.shown)
        kind = ExportRejected if self.outcome == "rejected" else ExportFailed
        return Delivered(vault, self.shown, refused=kind(self.reason or "", self.shown, self.remedy or ""))


def note(vault: Path, entries: Iterable[Entry]) -> None:
    """Append deliveries to the journal and make them durable."""
    told = ({name: value for name, value in entry._asdict().items() if value is not None} for entry in entries)
    lines = "".join(json.dumps(facts, ensure_ascii=True) + "\n" for facts in told)
    if lines:
        vault.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(vault / JOURNAL, "ab+", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
            whole = file.read(1) in {b"", b"\n"}
            file.write(b"" if whole else b"\n")  # a kill cut the last line short: the next one does not go down with it
            file.write(lines.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())


def journal(vault: Path) -> list[Entry]:
    """The deliveries of the journal, oldest first; a line that a kill cut short is left out, and so is a repetition of one."""
    file = vault / JOURNAL
    found: dict[Entry, None] = {}
    for line in file.read_text(encoding="ascii").splitlines() if file.exists() else ():
        try:
            facts = json.loads(line)
        except json.JSONDecodeError:
            continue
        found[Entry(**{name: facts.get(name) for name in Entry._fields})] = None
    return list(found)
