"""Which characters the bytes of a text file stand for: UTF-8 as it is, UTF-16 and single-byte pages turned into UTF-8, exactly and reversibly.

Everything after this file works on UTF-8 bytes. What cannot be decoded becomes a lone surrogate, which is not UTF-8 and so is rejected
with its record; `original` turns it back into the very bytes that were delivered, and `origins` finds where they stood.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from audit_analyzer.errors import ExportRejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

_CONTINUES, _CONTINUED, _FOUR = 0xC0, 0x80, 0xF0  # of UTF-8: the mask and mark of a byte that continues, the first byte of a character of four
_BOMS = ((b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (codecs.BOM_UTF8, "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class Script(NamedTuple):
    """An encoding and the length of the byte order mark that stands before the text."""

    codec: str
    bom: int = 0

    @property
    def plain(self) -> bool:
        """True where the bytes are UTF-8 already."""
        return self.codec == "utf-8"

    @property
    def errors(self) -> str:
        """The error handler that keeps undecodable bytes apart from all text, and turns them back."""
        return "surrogatepass" if self.codec.startswith("utf-16") else "surrogateescape"

    def utf8(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The text as UTF-8 bytes, without the byte order mark."""
        skip = self.bom
        decoder = None if self.plain else codecs.getincrementaldecoder(self.codec)(self.errors)
        for piece in pieces:
            kept, skip = (piece[skip:], max(0, skip - len(piece))) if skip else (piece, 0)
            yield kept if decoder is None else decoder.decode(kept).encode("utf-8", "surrogatepass")
        if decoder is not None:
            try:
                rest = decoder.decode(b"", final=True)
            except UnicodeDecodeError as error:
                raise ExportRejected(f"text.cut: the {self.codec} text ends inside a character", "", "ask for the file again") from error
            yield rest.encode("utf-8", "surrogatepass")

    def original(self, text: bytes) -> bytes:
        """The delivered bytes behind a piece of `utf8`."""
        return text if self.plain else text.decode("utf-8", "surrogatepass").encode(self.codec, self.errors)

    def origins(self, text: bytes) -> npt.NDArray[np.int64] | None:
        """For each position 0..len of the UTF-8 bytes the distance in delivered bytes; None where they are the same."""
        if self.plain:
            return None
        byte = np.frombuffer(text, np.uint8)
        width = ((byte & _CONTINUES) != _CONTINUED).astype(np.int64)
        if self.codec.startswith("utf-16"):
            width = width * 2 + (byte >= _FOUR) * np.int64(2)
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(width)])


def script_of(head: bytes, declared: str) -> Script:
    """The byte order mark decides, else what the source declares. Raises ExportRejected for UTF-32 and for multi-byte pages."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            if name == "utf-32":
                raise ExportRejected("text.utf32: UTF-32 is not read", "", "ask for the file as UTF-8")
            return Script(name, len(mark))
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        raise ExportRejected(f"text.encoding: there is no encoding {declared!r}", "", "correct the encoding in the source") from None
    if name in ("utf-8", "utf-8-sig", "ascii"):
        return Script("utf-8")
    if name == "utf-16":
        return Script("utf-16-le")
    if name in ("utf-16-le", "utf-16-be"):
        return Script(name)
    if len(bytes(range(256)).decode(name, "surrogateescape")) != 256:  # noqa: PLR2004  one character for each byte
        raise ExportRejected(f"text.encoding: {declared} is neither UTF-8, UTF-16 nor a single-byte page", "", "ask for the file as UTF-8")
    return Script(name)


def guessed_wide(head: bytes) -> str | None:
    """'utf-16-le' or '-be' where every other byte of the head is zero, for looking only: reading needs a mark or a declaration."""
    sample = head[: len(head) // 2 * 2][:4096]
    half = len(sample) // 2
    if half < 2:  # noqa: PLR2004  one character proves nothing
        return None
    zeros = sample[1::2].count(0), sample[::2].count(0)
    if zeros[0] > half * 0.7 and zeros[1] == 0:
        return "utf-16-le"
    return "utf-16-be" if zeros[1] > half * 0.7 and zeros[0] == 0 else None
