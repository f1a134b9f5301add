"""Makers of hostile files for the readers' tests: gzip, zip, tar, workbooks and Parquet with one thing wrong each. Nothing is stored; all is made here."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
import zlib

import pyarrow as pa
import pyarrow.parquet as pq

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def gz(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def flipped(data: bytes, at: int, bit: int = 1) -> bytes:
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :] if at >= 0 else flipped(data, len(data) + at, bit)


def zipped(*members, method=zipfile.ZIP_DEFLATED):
    """A zip of (name, data) or (ZipInfo, data)."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, data in members:
            if isinstance(name, str):
                info = zipfile.ZipInfo(name, (2026, 3, 1, 0, 0, 0))
                info.compress_type = method
            else:
                info = name
            archive.writestr(info, data)
    return held.getvalue()


def special(name, mode):
    """A zip member of another kind of file."""
    info = zipfile.ZipInfo(name, (2026, 3, 1, 0, 0, 0))
    info.create_system, info.external_attr = 3, mode << 16
    return info


def noted(name: str, comment: bytes) -> zipfile.ZipInfo:
    """A zip member with a comment in the directory."""
    info = zipfile.ZipInfo(name, (2026, 3, 1, 0, 0, 0))
    info.comment = comment
    return info


def stamped(data: bytes, local: int, entry: int, value: bytes) -> bytes:
    """The zip with other bytes at a place of its first member's own header, and at one of its entry in the directory."""
    out, directory = bytearray(data), data.index(b"PK\x01\x02")
    for at in (local, directory + entry):
        out[at : at + len(value)] = value
    return bytes(out)


def unnamed(data: bytes) -> bytes:
    """The zip whose first member, of a name of one letter, has none: the letter counts as extra field."""
    return stamped(data, 26, 28, b"\0\0\1\0")


def turned(data: bytes) -> bytes:
    """The zip of two members with the entries of its directory in the other order."""
    first, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    second = data.index(b"PK\x01\x02", first + 4)
    return data[:first] + data[second:end] + data[first:second] + data[end:]


def shifted(data: bytes) -> bytes:
    """The zip whose end record puts the directory far behind where it is, so that members begin before the file does."""
    return data[:-4] + bytes([data[-4] ^ 0x80]) + data[-3:]


def encrypted(data: bytes) -> bytes:
    """The zip with the mark of encryption on its members."""
    out = bytearray(data)
    at = 0
    while (at := out.find(b"PK\x03\x04", at)) >= 0:
        out[at + 6] |= 1
        at += 4
    at = 0
    while (at := out.find(b"PK\x01\x02", at)) >= 0:
        out[at + 8] |= 1
        at += 4
    return bytes(out)


def hidden(data: bytes) -> bytes:
    """A zip of two members whose directory names only the second."""
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    end = data.index(b"PK\x05\x06")
    directory = data[second:end]
    return data[:first] + directory + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), first, 0)


def quoted_overlap() -> bytes:
    """A zip whose two directory entries share one member's bytes."""
    data = zipped(("a.csv", b"id\n1\n"))
    first, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry = data[first:end]
    other = entry.replace(b"a.csv", b"b.csv")
    directory = entry + other
    return data[:first] + directory + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 2, 2, len(directory), first, 0)


def tarred(*members) -> bytes:
    """A tar of (name, data) or TarInfo objects without data."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                archive.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                archive.addfile(info, io.BytesIO(member[1]))
    return held.getvalue()


def tar_special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def cell(reference: str, value: str, kind: str = "", style: str = "", formula: str = "") -> str:
    """One cell's XML; kind 'inline' puts the text into the cell."""
    head = f'<c r="{reference}"' + (f' s="{style}"' if style else "")
    told = f"<f>{formula}</f>" if formula else ""
    if kind == "inline":
        return f'{head} t="inlineStr">{told}<is><t xml:space="preserve">{value}</t></is></c>'
    return head + (f' t="{kind}"' if kind else "") + f">{told}<v>{value}</v></c>"


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def texts(number: int, *values: str) -> str:
    """A row of inline texts from column A on."""
    return row(number, *(cell(f"{chr(65 + i)}{number}", v, "inline") for i, v in enumerate(values)))


def book(
    *rows: str,
    dimension: str = "A1:B3",
    calendar: str = "",
    strings: str = "",
    styles: str = "",
    prolog: str = "",
    more: tuple[tuple[str, str, str], ...] = (),
    extra: tuple[tuple[str, bytes], ...] = (),
    drop: str = "",
    raw_sheet: str = "",
) -> bytes:
    """A workbook with the sheet 'Log' of these rows; more: further sheets as (name, state, rows)."""
    sheets = [("Log", "visible", "".join(rows)), *more]
    entries = "".join(f'<sheet name="{n}" sheetId="{i}" state="{s}" r:id="rId{i}"/>' for i, (n, s, _) in enumerate(sheets, 1))
    links = "".join(f'<Relationship Id="rId{i}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>' for i in range(1, len(sheets) + 1))
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr {calendar}/><sheets>{entries}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELS}">{links}</Relationships>',
    }
    if strings:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{strings}</sst>'
    if styles:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    for i, (_, _, body) in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{i}.xml"] = (
            raw_sheet or f'{prolog}<worksheet xmlns="{MAIN}"><dimension ref="{dimension}"/><sheetData>{body}</sheetData></worksheet>'
        )
    return zipped(*((n, d.encode()) for n, d in parts.items() if n != drop), *extra)


def styled(*codes: str) -> str:
    """Styles 0, 1, … of these number formats ('14' for a built-in one)."""
    own = {c: 164 + i for i, c in enumerate(codes) if not c.isdecimal()}
    formats = "".join(f'<numFmt numFmtId="{n}" formatCode="{c.replace(chr(34), "&quot;")}"/>' for c, n in own.items())
    return f"<numFmts>{formats}</numFmts><cellXfs>{''.join(f'<xf numFmtId={chr(34)}{own.get(c, c)}{chr(34)}/>' for c in codes)}</cellXfs>"


def parquet(table: pa.Table | dict, **options) -> bytes:
    held = io.BytesIO()
    pq.write_table(pa.table(table) if isinstance(table, dict) else table, held, **options)
    return held.getvalue()


def lying_statistics() -> bytes:
    """100 rows of 'protest', and statistics that say 'aaaaaaa' is all there is (a reader that filters by them finds nothing)."""
    data = parquet({"purpose": ["protest"] * 100}, compression="none", use_dictionary=False)
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    return data[:footer] + data[footer:].replace(b"protest", b"aaaaaaa")


def broken_page() -> bytes:
    """A Parquet file with page checksums and one changed byte of data."""
    data = parquet({"id": ["alpha", "bravo", "chary"]}, compression="none", use_dictionary=False, write_page_checksum=True, write_statistics=False)
    return data.replace(b"bravo", b"brabo", 1)


def without_crc(data: bytes) -> bytes:
    """Raw deflate with a gzip header but a wrong length."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packed.compress(data) + packed.flush()
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + body + struct.pack("<II", zlib.crc32(data), (len(data) + 1) & 0xFFFFFFFF)
