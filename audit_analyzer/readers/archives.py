"""Zip and tar deliveries to the exports in them: each member extracted to a fresh file of its own, what may not be extracted named with its reason."""

from __future__ import annotations

import stat
import tarfile
import zipfile
from typing import IO, TYPE_CHECKING

from audit_analyzer.errors import ExportFailed, ExportRejected
from audit_analyzer.readers.shapes import Member, Problem
from audit_analyzer.readers.streams import SMALL, head_of, opened, pieces
from audit_analyzer.readers.zips import comments, sound, unaccounted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from audit_analyzer.settings import Limits

_NAMELESS = "(no name)"
_AGAIN = "ask for the archive again"
_BLOCK = 512
_HEAD = 1024


def members_of(path: Path, into: Path, limits: Limits) -> Iterator[Member | Problem]:
    """See `readers.members`."""
    try:
        compression, head, _ = head_of(path, limits, _HEAD)
    except ExportRejected:
        yield Member("", path)  # broken gzip is for `look` to say
        return
    if _is_tar(head):
        yield from _some(_tar(path if compression is None else _unzipped(path, into, limits), into, limits))
    elif compression is None and head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _some(_zip(path, into, limits))
    else:
        yield Member("", path)


def _some(found: Iterator[Member | Problem]) -> Iterator[Member | Problem]:
    """What the archive holds. Raises ExportRejected where that is nothing, or folders only: it was delivered, and has to have its line."""
    empty = True
    for one in found:
        empty = False
        yield one
    if empty:
        raise ExportRejected("archive.empty: the archive holds no file", "", "ask whether there was nothing to export, and for how long")


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def _unzipped(path: Path, into: Path, limits: Limits) -> Path:
    """The tar inside a gzip file, in a file of its own."""
    target = into / "archive.tar"
    with target.open("xb") as file:
        for piece in pieces(path, "gzip", limits):
            file.write(piece)
    return target


def _bad_name(name: str) -> str | None:
    """Why a member of this name may not be extracted (it never is under its name; but an escape tells what the archive is for)."""
    plain = name.replace("\\", "/")
    if not plain:
        return "archive.name: the member has no name"
    if plain.startswith("/") or plain[1:2] == ":":
        return "archive.absolute: the member's path is absolute"
    if ".." in plain.split("/"):
        return "archive.traversal: the member's path leaves the archive"
    return "archive.name: the member's name holds NUL" if "\0" in name else None


def _repeated(names: list[str]) -> str | None:
    """What is wrong with the whole archive where two members have one name."""
    seen: set[str] = set()
    for name in names:
        plain = "/".join(p for p in name.replace("\\", "/").split("/") if p not in ("", "."))
        if plain in seen:
            return f"archive.duplicate: two members are called {name!r}, and readers differ in which they take"
        seen.add(plain)
    return None


def _count(count: int, total: int, limits: Limits) -> None:
    for name, value, limit in (("members", count, limits.members), ("inflated_bytes", total, limits.inflated_bytes)):
        if value > limit:
            raise ExportFailed(f"limit.{name}: the archive holds {value}, limit {limit}", "", f"if it is honest, raise {name} under [limits] in audit.toml")


def _zip(path: Path, into: Path, limits: Limits) -> Iterator[Member | Problem]:
    with opened(path) as file, sound("archive", _AGAIN), zipfile.ZipFile(file) as archive:
        infos = archive.infolist()
        if _workbook(infos):
            yield Member("", path)
            return
        _count(len(infos), sum(i.file_size for i in infos), limits)
        whole = unaccounted(file, archive) or _repeated([i.filename for i in infos])
        if whole:
            yield Problem("", whole)
            return
        for name, told in comments(archive):
            yield Problem(f"{name}(comment)", told)
        for number, info in enumerate(infos):
            if not (info.filename.endswith("/") and info.file_size == 0):
                yield _zip_member(archive, info, into / f"{number:05d}", limits)


def _workbook(infos: list[zipfile.ZipInfo]) -> bool:
    names = {i.filename for i in infos}
    return "[Content_Types].xml" in names and any(n.startswith("xl/") for n in names)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, limits: Limits) -> Member | Problem:
    """One member in a file of its own, its CRC checked; or why not."""
    mode = info.external_attr >> 16
    reason = _bad_name(info.orig_filename) or _bad_name(info.filename)
    if not reason and info.filename.endswith("/"):
        reason = "archive.folder: a folder with content"
    if not reason and stat.S_ISLNK(mode):
        reason = "archive.link: the member is a link"
    if not reason and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        reason = "archive.device: the member is a device or a pipe"
    if not reason and info.flag_bits & 1:
        reason = "archive.encrypted: the member is encrypted"
    if reason:
        return Problem(info.filename or _NAMELESS, reason)
    try:
        with sound("archive", _AGAIN), archive.open(info) as source:
            reason = _copied(source, target, min(info.file_size, limits.inflated_bytes), max(info.compress_size * limits.ratio, SMALL), limits)
    except ExportRejected as error:
        reason = error.what
    return _kept(info.filename, target, reason, limits)


def _copied(source: IO[bytes], target: Path, size: int, most: int, limits: Limits) -> str | None:
    """Copies the member; the reason where it is not as long as announced or inflates beyond the ratio."""
    written = 0
    with target.open("xb") as file:
        while piece := source.read(SMALL):
            written += len(piece)
            if written > most:
                return f"limit.ratio: the member inflates to more than {limits.ratio} times its size"
            if written > size:
                break
            file.write(piece)
    return None if written == size else f"archive.size: the member does not have the {size} bytes that are announced"


def _kept(name: str, target: Path, reason: str | None, limits: Limits) -> Member | Problem:
    """The member, unless there is a reason against it or it is an archive itself."""
    if not reason:
        try:
            compression, head, _ = head_of(target, limits, _HEAD)
        except (ExportRejected, ExportFailed):
            compression, head = "gzip", b""
        zipped = head.startswith(b"PK\x03\x04") and not (b"xl/" in head or b"[Content_Types].xml" in head)
        if _is_tar(head) or (zipped and compression is None):
            reason = "archive.nested: an archive inside an archive"
    if reason:
        target.unlink(missing_ok=True)
        return Problem(name, reason)
    return Member(name, target)


def _tar(path: Path, into: Path, limits: Limits) -> Iterator[Member | Problem]:
    with opened(path) as file:
        try:
            with tarfile.open(fileobj=file, mode="r:") as archive:
                infos = archive.getmembers()
                _ended(file, archive.offset)
                _count(len(infos), sum(i.size for i in infos if i.isreg()), limits)
                whole = _repeated([i.name for i in infos if not i.isdir()])
                if whole:
                    yield Problem("", whole)
                    return
                for number, info in enumerate(infos):
                    if not info.isdir():
                        yield _tar_member(archive, info, into / f"{number:05d}", limits)
        except (tarfile.TarError, EOFError, ValueError, IndexError, OverflowError) as error:  # the last three: numbers that are none in its headers
            raise ExportRejected(f"archive.broken: {error}", "", _AGAIN) from None


def _ended(file: IO[bytes], at: int) -> None:
    """Raises ExportRejected where the members do not end with the blocks of zeros that end a tar: Python's reader would stop without a word."""
    file.seek(at)
    rest = file.read(_BLOCK * 4)
    clean = not rest.strip(b"\0")
    while clean and (more := file.read(SMALL)):
        clean = not more.strip(b"\0")
    if not clean or len(rest) < _BLOCK:
        raise ExportRejected("archive.broken: the archive does not end where its members do", "", _AGAIN)


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, target: Path, limits: Limits) -> Member | Problem:
    """One member in a file of its own, or why not."""
    reason = _bad_name(info.name)
    if not reason and (info.issym() or info.islnk()):
        reason = "archive.link: the member is a link"
    if not reason and info.issparse():
        reason = "archive.sparse: the member has holes"
    if not reason and not info.isreg():
        reason = "archive.device: the member is a device, a pipe or of a kind that is not known"
    source = None if reason else archive.extractfile(info)
    if reason or source is None:
        return Problem(info.name or _NAMELESS, reason or "archive.broken: the member has no content")
    return _kept(info.name, target, _copied(source, target, info.size, limits.inflated_bytes, limits), limits)
