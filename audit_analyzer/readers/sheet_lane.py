"""The fast lane of a sheet: blocks of whole rows in the plain form that spreadsheet programs write, certified by one regular expression.

Certified means: every '<' of the block belongs to a row, cell, formula or value that the expression took, and nothing in it needs an XML
parser (entities, comments, other encodings). Everything else goes through expat (sheet_xml.py), with the same result.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit_analyzer.readers.sheet_xml import SheetXml

OPENING = b"<sheetData>"
CLOSING = b"</row>"
_ITEM = re.compile(
    r'<row r="([1-9][0-9]{0,6})"((?: [A-Za-z0-9]+="[^"<>&]*")*)>'
    r'|<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="([0-9]{1,5})")?(?: t="(s|n|b|e|str|inlineStr)")?'
    r'(?:(/>)|>(?:(<f>[^<]*</f>)?<v>([^<]*)</v>|(<is><t(?: xml:space="preserve")?>)([^<]*)</t></is>)</c>)'
    r"|(</row>)"
)
_DOUBT = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff&]|]]>")
_ENCODING = re.compile(rb"encoding=[\"']([^\"']*)")
_SPANS = re.compile(r" ([A-Za-z0-9]+)=")


def plain(prolog: bytes) -> bool:
    """Whether the sheet's XML is UTF-8 by its declaration (or by having none)."""
    found = _ENCODING.search(prolog[:256])
    return found is None or found[1].lower() in (b"utf-8", b"us-ascii")


def certified(block: bytes, xml: SheetXml) -> bool:  # noqa: C901, PLR0911, PLR0912  one loop that runs for each cell, in one piece for speed
    """Takes the rows of the block into `xml`; False (and nothing taken) where an XML parser has to look at it."""
    try:
        text = block.decode("utf-8")
    except UnicodeDecodeError:
        return False
    if _DOUBT.search(text):
        return False
    rows: list[tuple[int, dict[int, str | None], str | None]] = []
    number, suffix, column, brackets, inside = xml.number, "", -1, 0, False
    cells: dict[int, str | None] = {}
    columns, xml.fault = xml.columns, None
    for row, facts, letters, at, style, kind, empty, formula, value, inline, words, close in _ITEM.findall(text):
        if letters:
            place = columns.get(letters, -1)
            if place < 0:
                place = columns[letters] = xml.place_of(letters)
            if not inside or at != suffix or place <= column or (bool(inline) != (kind == "inlineStr") and not empty):
                return False
            column = place
            if empty:
                cells[place] = None
                brackets += 1
            elif inline:
                cells[place] = words
                brackets += 6
            elif formula and not value:
                return False
            else:
                cells[place] = value if not kind and not style else xml.shown(value, kind or "n", style, place, number)
                brackets += 6 if formula else 4
        elif close:
            if not inside:
                return False
            rows.append((number, cells, xml.fault))
            inside, xml.fault = False, None
            brackets += 1
        else:
            names = _SPANS.findall(facts)
            if inside or int(row) <= number or len({"r", *names}) != len(names) + 1:
                return False
            number, suffix, column, cells, inside = int(row), row, -1, {}, True
            brackets += 1
    if inside or brackets != text.count("<"):
        return False
    xml.take(rows)
    return True
