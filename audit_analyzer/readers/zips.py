"""A zip's bytes, all accounted for: each belongs to a member, to the directory or to the end record; what hides elsewhere, and every comment, is told."""

from __future__ import annotations

import contextlib
import errno
import io
import lzma
import struct
import zipfile
import zlib
from typing import IO, TYPE_CHECKING

from audit_analyzer.errors import ExportRejected

if TYPE_CHECKING:
    from collections.abc import Iterator

_STUMBLES = (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, IndexError, OverflowError, RuntimeError, struct.error, zlib.error, lzma.LZMAError)
_LOCAL = struct.Struct("<4s22xHH")  # before a member's bytes: lengths of name and extra field
_ENTRY = struct.Struct("<4s24xHHH12x")  # in the directory: lengths of name, extra field and comment
_END, _END64, _LOCATOR = struct.Struct("<4s16xH"), struct.Struct("<4sQ44x"), struct.Struct("<4s16x")  # the end record, and what stands before it in a ZIP64
_DESCRIPTOR = 24  # bytes that may follow a member's data where its sizes were not known before
_SHOWN = 40  # bytes of a comment


@contextlib.contextmanager
def sound(code: str, remedy: str) -> Iterator[None]:
    """Turns whatever the library stumbles over in a zip's bytes into ExportRejected `{code}.broken`; an error of the disk goes on as it is."""
    try:
        yield
    except _STUMBLES as error:
        raise ExportRejected(f"{code}.broken: {error}", "", remedy) from None
    except OSError as error:  # bzip2 says so of bytes that are none of its own; EINVAL: it was told to seek before the first byte
        if error.errno not in (None, errno.EINVAL):
            raise
        raise ExportRejected(f"{code}.broken: {error}", "", remedy) from None


def unaccounted(file: IO[bytes], archive: zipfile.ZipFile) -> str | None:
    """Why the archive cannot be trusted: members that share bytes (a bomb), or bytes that belong to none (hidden from the directory)."""
    return _among_members(file, archive.infolist(), archive.start_dir) or _behind(file, len(archive.infolist()), archive.start_dir)


def _among_members(file: IO[bytes], infos: list[zipfile.ZipInfo], directory: int) -> str | None:
    """What is wrong before the directory."""
    at = slack = 0
    for info in sorted(infos, key=lambda i: i.header_offset):
        local = _at(file, info.header_offset, _LOCAL.size) if 0 <= info.header_offset < directory else b""
        if len(local) < _LOCAL.size or not local.startswith(b"PK\x03\x04"):
            return f"archive.broken: there is no member where the directory says {info.filename!r} is"
        _, name, extra = _LOCAL.unpack(local)
        if info.header_offset < at:
            return f"archive.overlap: {info.filename!r} shares bytes with the member before it"
        if info.header_offset > at + slack:
            return f"archive.hidden: {info.header_offset - at} bytes before {info.filename!r} belong to no member"
        at = info.header_offset + _LOCAL.size + name + extra + info.compress_size
        slack = _DESCRIPTOR if info.flag_bits & 8 else 0
        if at > directory:
            return f"archive.overlap: {info.filename!r} reaches into the directory"
    return f"archive.hidden: {directory - at} bytes before the directory belong to no member" if directory > at + slack else None


def _behind(file: IO[bytes], members: int, directory: int) -> str | None:
    """What is wrong from the directory on: its entries and the end record follow one another, and nothing follows them."""
    at = directory
    for _ in range(members):
        entry = _at(file, at, _ENTRY.size)
        if not entry.startswith(b"PK\x01\x02") or len(entry) < _ENTRY.size:
            return "archive.hidden: bytes in the directory belong to no entry"
        at += _ENTRY.size + sum(_ENTRY.unpack(entry)[1:])
    if _at(file, at, 4) == b"PK\x06\x06":
        at += _END64.size + _LOCATOR.size
    end = _at(file, at, _END.size)
    if not end.startswith(b"PK\x05\x06") or len(end) < _END.size:
        return "archive.hidden: bytes between the directory and its end record belong to no member"
    left = file.seek(0, io.SEEK_END) - at - _END.size - _END.unpack(end)[1]
    if left:
        return f"archive.hidden: {left} bytes behind the archive's end belong to no member" if left > 0 else "archive.broken: it ends inside its comment"
    return None


def _at(file: IO[bytes], offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)


def comments(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Every comment, of the archive and of its members: whose it is, and how it is told. It is text that no reader of exports would ever see."""
    for name, comment in [("", archive.comment), *((info.filename, info.comment) for info in archive.infolist())]:
        if comment:
            yield name, f"archive.comment: {len(comment)} bytes of comment, which belong to no member, beginning {comment[:_SHOWN]!r}"
