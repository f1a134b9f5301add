"""Hostile and odd files for the readers, each with the outcome that the policy demands: rows read, records rejected, or the export refused."""

# ruff: noqa: PLC3002  one case stands on one line, however long
from __future__ import annotations

import datetime as dt
import decimal
import json
import stat
import tarfile
from typing import NamedTuple

import pyarrow as pa
from hostile_files import (
    book,
    broken_page,
    cell,
    encrypted,
    flipped,
    gz,
    hidden,
    lying_statistics,
    parquet,
    quoted_overlap,
    row,
    special,
    styled,
    tar_special,
    tarred,
    texts,
    without_crc,
    zipped,
)  # fmt: skip

from audit_analyzer.readers.shapes import Layout
from audit_analyzer.settings import Limits


class Case(NamedTuple):
    """One file. rows: cells (or raw text) of each row read; rejects: (record, start of the reason); refusal: part of the message, failed: it is ExportFailed."""

    name: str
    file: str
    data: bytes
    rows: tuple = ()
    rejects: tuple = ()
    refusal: str = ""
    failed: bool = False
    layout: Layout = Layout()
    limits: Limits = Limits()
    format: str = ""


def ok(name, file, data, *rows, rejects=(), **more):
    return Case(name, file, data, rows, tuple(rejects), **more)


def no(name, file, data, refusal, **more):
    return Case(name, file, data, refusal=refusal, **more)


H = b"id,name\n"
CSV = [
    ok("plain rows", "a.csv", H + b"1,x\n2,y\n", ("1", "x"), ("2", "y")),
    ok("the last line without its line end", "a.csv", H + b"1,x", ("1", "x")),
    ok("CRLF line ends", "a.csv", b"id,name\r\n1,x\r\n2,y\r\n", ("1", "x"), ("2", "y")),
    ok("LF and CRLF mixed", "a.csv", b"id,name\r\n1,x\n2,y\r\n", ("1", "x"), ("2", "y")),
    ok("a CR at the very end", "a.csv", H + b"1,x\r", ("1", "x")),
    ok("blank lines are no records", "a.csv", H + b"\n1,x\n\r\n\n2,y\n\n", ("1", "x"), ("2", "y")),
    ok("a blank line before the header", "a.csv", b"\n" + H + b"1,x\n", ("1", "x")),
    ok("a line of delimiters is a record of empty cells", "a.csv", H + b",\n", ("", "")),
    ok("empty cells stay empty, quoted or not", "a.csv", H + b'"",\n', ("", "")),
    ok("blanks around values stay", "a.csv", H + b" 1 , x\n", (" 1 ", " x")),
    ok("a header and nothing else", "a.csv", H),
    ok("a header without its line end", "a.csv", b"id,name"),
    ok("null, NA and nan are text", "a.csv", H + b"null,NA\nnan,NULL\n", ("null", "NA"), ("nan", "NULL")),
    ok("leading zeros and large numbers stay", "a.csv", H + b"00412,12345678901234567890123\n", ("00412", "12345678901234567890123")),
    ok("a quoted delimiter", "a.csv", H + b'1,"a,b"\n', ("1", "a,b")),
    ok("a doubled quote", "a.csv", H + b'1,"say ""no"""\n', ("1", 'say "no"')),
    ok("only doubled quotes", "a.csv", H + b'1,""""""\n', ("1", '""')),
    ok("a quoted line break", "a.csv", H + b'1,"two\nlines"\n2,y\n', ("1", "two\nlines"), ("2", "y")),
    ok("a quoted CRLF and a quoted CR", "a.csv", H + b'1,"a\r\nb\rc"\n', ("1", "a\r\nb\rc")),
    ok("line numbers after quoted line breaks are physical", "a.csv", H + b'1,"a\n\n\nb"\n2\n', ("1", "a\n\n\nb"), rejects=[("6", "csv.ragged: 1 cells, 2 expected")]),
    ok("too many cells", "a.csv", H + b"1,x,z\n2,y\n", ("2", "y"), rejects=[("2", "csv.ragged: 3 cells, 2 expected")]),
    ok("too few cells", "a.csv", H + b"1\n2,y\n", ("2", "y"), rejects=[("2", "csv.ragged: 1 cells, 2 expected")]),
    ok("a line of one blank", "a.csv", H + b" \n2,y\n", ("2", "y"), rejects=[("2", "csv.ragged")]),
    ok("a quote inside a bare cell", "a.csv", H + b'1,5"8 tall\n2,y\n', ("2", "y"), rejects=[("2", "csv.stray_quote: cell 2")]),
    ok("text after a closing quote", "a.csv", H + b'1,"a"b\n2,y\n', ("2", "y"), rejects=[("2", "csv.after_quote: cell 2")]),
    ok("a blank before an opening quote", "a.csv", H + b'1, "a"\n2,y\n', ("2", "y"), rejects=[("2", "csv.stray_quote: cell 2")]),
    ok("a blank after a closing quote", "a.csv", H + b'1,"a" \n2,y\n', ("2", "y"), rejects=[("2", "csv.after_quote")]),
    ok("a backslash escapes nothing", "a.csv", H + b'1,a\\\n2,"b\\"\n', ("1", "a\\"), ("2", "b\\")),
    ok("two stray quotes in one line", "a.csv", H + b'1,a"b"c\n2,y\n', ("2", "y"), rejects=[("2", "csv.stray_quote")]),
    ok("a stray quote in every line", "a.csv", H + b'1,a"\n' * 100, rejects=[(str(i), "csv.stray_quote") for i in range(2, 102)]),
    ok("invalid UTF-8", "a.csv", H + b"1,\xff\n2,y\n", ("2", "y"), rejects=[("2", "csv.encoding: byte 2")]),
    ok("overlong UTF-8", "a.csv", H + b"1,\xc0\xaf\n2,y\n", ("2", "y"), rejects=[("2", "csv.encoding")]),
    ok("a surrogate in UTF-8", "a.csv", H + b"1,\xed\xa0\x80\n", rejects=[("2", "csv.encoding")]),
    ok("a character cut at the line end", "a.csv", H + b"1,\xe2\x82\n2,y\n", ("2", "y"), rejects=[("2", "csv.encoding")]),
    ok("U+FFFD that was delivered stays", "a.csv", H + "1,\ufffd\n".encode(), ("1", "\ufffd")),
    ok("characters of two, three and four bytes", "a.csv", H + "é,€\n😀,x\n".encode(), ("é", "€"), ("😀", "x")),
    ok("NUL in a cell", "a.csv", H + b"1,a\0b\n2,y\n", ("2", "y"), rejects=[("2", "csv.nul: byte 3")]),
    ok("NUL in a quoted cell", "a.csv", H + b'1,"a\0"\n2,y\n', ("2", "y"), rejects=[("2", "csv.nul")]),
    ok("a bare CR in a cell", "a.csv", H + b"1,a\rb\n2,y\n", ("2", "y"), rejects=[("2", "csv.bare_cr: cell 2")]),
    ok("CR CR LF", "a.csv", H + b"1,a\r\r\n2,y\n", ("2", "y"), rejects=[("2", "csv.bare_cr")]),
    ok("other control characters and U+2028 are text", "a.csv", H + "1,a\x0b\x1c\u2028b\n".encode(), ("1", "a\x0b\x1c\u2028b")),
    ok("a UTF-8 mark before the header is dropped", "a.csv", b"\xef\xbb\xbf" + H + b"1,x\n", ("1", "x")),
    ok("a UTF-8 mark inside the file is text", "a.csv", H + b"\xef\xbb\xbf1,x\n", ("\ufeff1", "x")),
    ok("UTF-16 with its mark, little end first", "a.csv", "\ufeffid,name\n1,é\n".encode("utf-16-le"), ("1", "é")),
    ok("UTF-16 with its mark, big end first", "a.csv", "\ufeffid,name\n1,😀\n".encode("utf-16-be"), ("1", "😀")),
    ok("UTF-16 by declaration", "a.csv", "id,name\n1,é\n".encode("utf-16-le"), ("1", "é"), layout=Layout(encoding="utf-16-le")),
    ok("a lone surrogate in UTF-16", "a.csv", "\ufeffid,name\n1,".encode("utf-16-le") + b"\x00\xd8" + "\n2,y\n".encode("utf-16-le"), ("2", "y"), rejects=[("2", "csv.encoding")]),
    no("UTF-16 without mark and declaration", "a.csv", "id,name\n1,x\n".encode("utf-16-le"), "csv.header: csv.nul"),
    no("UTF-16 cut inside a character", "a.csv", "\ufeffid,name\n1,x\n".encode("utf-16-le")[:-1], "text.cut"),
    no("UTF-32", "a.csv", "\ufeffid,name\n".encode("utf-32-le"), "text.utf32"),
    ok("a code page by declaration", "a.csv", "id,name\n1,é€\n".encode("cp1252"), ("1", "é€"), layout=Layout(encoding="cp1252")),
    ok("a byte the code page does not have", "a.csv", H + b"1,\x81\n2,y\n", ("2", "y"), rejects=[("2", "csv.encoding")], layout=Layout(encoding="cp1252")),
    no("an encoding of several bytes by declaration", "a.csv", H, "text.encoding", layout=Layout(encoding="shift_jis")),
    no("an encoding that there is not", "a.csv", H, "text.encoding: there is no encoding", layout=Layout(encoding="utf-99")),
    no("a quote that never closes", "a.csv", H + b'1,"open\n2,y\n3,z\n', "csv.unterminated_quote: a quote opened in the record of line 2"),
    no("a quote that opens at the end", "a.csv", H + b'1,"', "csv.unterminated_quote"),
    no("a quote that never closes in the header", "a.csv", b'id,"name\n1,x\n', "csv.unterminated_quote"),
    ok("an open quote where lines end records", "a.csv", H + b'1,"open\n2,y\n', ("2", "y"), rejects=[("2", "csv.open_quote: cell 2")], layout=Layout(multiline=False)),
    no("a second header in another order", "a.csv", H + b"1,x\nname,id\n", "csv.second_header"),
    no("a second header with other columns and as many", "a.csv", b"id,name,when\n1,x,z\nid,name,who\n", "csv.second_header"),
    no("a second header with more columns", "a.csv", H + b"1,x\nid,name,who\n", "csv.second_header"),
    ok("the header again", "a.csv", H + b"1,x\nid,name\n2,y\n", ("1", "x"), ("2", "y"), rejects=[("3", "csv.repeated_header")]),
    ok("the header again in quotes and capitals", "a.csv", H + b'"ID",Name\n2,y\n', ("2", "y"), rejects=[("2", "csv.repeated_header")]),
    ok("a value that is the name of its column", "a.csv", b"id,name,why\nid,x,z\n", ("id", "x", "z")),
    no("two columns of one name", "a.csv", b"id,name,id\n1,x,2\n", "header.duplicate: two columns are called 'id'"),
    no("two columns of one name but for blanks", "a.csv", b"id,name,id \n1,x,2\n", "header.duplicate"),
    no("no column has a name", "a.csv", b",,\n1,x,2\n", "header.empty"),
    ok("one column without a name", "a.csv", b"id,\n1,x\n", ("1", "x")),
    no("a header that is not UTF-8", "a.csv", b"id,n\xffme\n1,x\n", "csv.header: csv.encoding"),
    no("a header with NUL", "a.csv", b"id,n\0me\n1,x\n", "csv.header: csv.nul"),
    no("line ends of CR alone", "a.csv", b"id,name\r1,x\r2,y\r", "csv.header: csv.bare_cr"),
    no("more columns than the limit", "a.csv", b",".join(b"c%d" % i for i in range(9)) + b"\n", "limit.columns: 9 columns, limit 8", failed=True, limits=Limits(columns=8)),
    ok("a header on line 3", "a.csv", b'Report of "March\nmade 2026\nid,name\n1,x\n', ("1", "x"), layout=Layout(header_row=3)),
    no("a header row beyond the file", "a.csv", H, "csv.header: there is no header in line 9", layout=Layout(header_row=9)),
    ok("semicolons and single quotes", "a.csv", b"id;name\n1;'a;b'\n", ("1", "a;b"), layout=Layout(";", "'")),
    ok("tabs", "a.tsv", b"id\tname\n1\tx\n", ("1", "x"), layout=Layout("\t")),
    ok("a file without quoting", "a.csv", H + b'1,"x\n', ("1", '"x'), layout=Layout(quote="")),
    no("a delimiter that is no single byte", "a.csv", H, "csv.dialect", layout=Layout("||")),
    no("a delimiter that is the quote", "a.csv", H, "csv.dialect", layout=Layout('"')),
    ok("a record beyond the limit", "a.csv", H + b"1," + b"x" * 99 + b"\n2,y\n", ("2", "y"), rejects=[("2", "csv.record_too_long: 101 bytes, limit 50")], limits=Limits(record_bytes=50)),
    ok("a record as long as the limit", "a.csv", H + b"1," + b"x" * 48 + b"\r\n2,y\n", ("1", "x" * 48), ("2", "y"), limits=Limits(record_bytes=50)),
    ok("a cell beyond the limit", "a.csv", H + b"1," + b"x" * 99 + b"\n2,y\n", ("2", "y"), rejects=[("2", "csv.field_too_long: 99 bytes, limit 50")], limits=Limits(field_bytes=50)),
    no("a file beyond the limit", "a.csv", H + b"1,x\n" * 100, "limit.file_bytes", failed=True, limits=Limits(file_bytes=100)),
    ok("one column", "a.csv", b"id\n1\n\n2\n", ("1",), ("2",)),
    ok("one column with a quoted empty cell", "a.csv", b'id\n""\n2\n', ("",), ("2",)),
    ok("a formula stays text", "a.csv", H + b"=cmd|'/C calc'!A0,@x\n", ("=cmd|'/C calc'!A0", "@x")),
    ok("bidi controls and zero-width characters stay", "a.csv", H + "1,pro\u200btest\u202e\n".encode(), ("1", "pro\u200btest\u202e")),
]  # fmt: skip

L = b'{"a":1}\n'
NDJSON = [
    ok("lines of objects", "a.ndjson", L + b'{"a":2}\n', '{"a":1}', '{"a":2}'),
    ok("the last line without its line end", "a.ndjson", L + b'{"a":2}', '{"a":1}', '{"a":2}'),
    ok("one line", "a.jsonl", b'{"a":1}', '{"a":1}'),
    ok("CRLF", "a.ndjson", b'{"a":1}\r\n{"a":2}\r\n', '{"a":1}', '{"a":2}'),
    ok("blank lines are no records", "a.ndjson", L + b"\n  \n\r\n" + L, '{"a":1}', '{"a":1}'),
    ok("blanks around and inside stay as written", "a.ndjson", L + b' { "a" : [ 1 , 2 ] } \n', '{"a":1}', ' { "a" : [ 1 , 2 ] } '),
    ok("a mark before the first line", "a.ndjson", b"\xef\xbb\xbf" + L + L, '{"a":1}', '{"a":1}'),
    ok("UTF-16 with its mark", "a.ndjson", '\ufeff{"a":"é"}\n{"a":2}\n'.encode("utf-16-le"), '{"a":"é"}', '{"a":2}'),
    ok("escapes stay as written", "a.ndjson", L + rb'{"a":"\u00e9\/\ud83d\ude00"}' + b"\n", '{"a":1}', r'{"a":"\u00e9\/\ud83d\ude00"}'),
    ok("numbers stay as written", "a.ndjson", L + b'{"a":[1.50,-0,1E5,1e999,123456789012345678901234567890,0.1e-7]}\n', '{"a":1}', '{"a":[1.50,-0,1E5,1e999,123456789012345678901234567890,0.1e-7]}'),
    ok("a cut line", "a.ndjson", L + b'{"a":1\n' + L, '{"a":1}', '{"a":1}', rejects=[("2", "json.syntax")]),
    ok("a cut first line", "a.ndjson", b'"a":1}\n' + L, '{"a":1}', rejects=[("1", "json.")], format="ndjson"),
    ok("a cut last line", "a.ndjson", L + b'{"a":"x', '{"a":1}', rejects=[("2", "json.syntax")]),
    ok("a key twice", "a.ndjson", L + b'{"a":1,"b":2,"a":3}\n', '{"a":1}', rejects=[("2", "json.duplicate_key: 'a'")]),
    ok("a key twice deeper down", "a.ndjson", L + b'{"u":{"n":"x","n":"y"}}\n', '{"a":1}', rejects=[("2", "json.duplicate_key: 'n'")]),
    ok("a key twice, once escaped", "a.ndjson", L + rb'{"a":1,"\u0061":2}' + b"\n", '{"a":1}', rejects=[("2", "json.duplicate_key: 'a'")]),
    ok("a key twice, made up for by a number that grows", "a.ndjson", b'{"a":1,"a":1,"b":1e6}\n{"a": 1,"a":1,"b":1e6}\n', rejects=[("1", "json.duplicate_key"), ("2", "json.duplicate_key")]),
    ok("keys that differ in case", "a.ndjson", L + b'{"a":1,"A":2}\n', '{"a":1}', '{"a":1,"A":2}'),
    ok("NaN", "a.ndjson", L + b'{"score":NaN}\n', '{"a":1}', rejects=[("2", "json.constant: NaN")]),
    ok("Infinity", "a.ndjson", L + b'{"score":Infinity}\n{"s":-Infinity}\n', '{"a":1}', rejects=[("2", "json.constant: Infinity"), ("3", "json.constant: -Infinity")]),
    ok("a number with a leading zero", "a.ndjson", L + b'{"a":01}\n', '{"a":1}', rejects=[("2", "json.syntax")]),
    ok("numbers JSON does not have", "a.ndjson", L + b'{"a":+1}\n{"a":.5}\n{"a":1.}\n{"a":0x1F}\n', '{"a":1}', rejects=[(str(i), "json.syntax") for i in (2, 3, 4, 5)]),
    ok("a comma too many", "a.ndjson", L + b'{"a":1,}\n{"a":[1,]}\n', '{"a":1}', rejects=[("2", "json.syntax"), ("3", "json.syntax")]),
    ok("single quotes and bare keys", "a.ndjson", L + b"{'a':1}\n{a:1}\n", '{"a":1}', rejects=[("2", "json.syntax"), ("3", "json.syntax")]),
    ok("a comment", "a.ndjson", L + b'{"a":1} // x\n# y\n', '{"a":1}', rejects=[("2", "json.trailing"), ("3", "json.syntax")]),
    ok("two objects on one line", "a.ndjson", L + b'{"a":1}{"a":2}\n{"a":1} {"a":2}\n', '{"a":1}', rejects=[("2", "json.trailing"), ("3", "json.trailing")]),
    ok("lines that are no objects", "a.ndjson", L + b'[1]\n"x"\n7\nnull\ntrue\n', '{"a":1}', rejects=[(str(i), "json.not_object") for i in range(2, 7)]),
    ok("an empty object", "a.ndjson", L + b"{}\n", '{"a":1}', "{}"),
    ok("an empty key", "a.ndjson", L + b'{"":1}\n', '{"a":1}', '{"":1}'),
    ok("half a surrogate pair", "a.ndjson", L + rb'{"a":"\ud800"}' + b"\n" + rb'{"a":"\ud800x"}' + b"\n" + rb'{"\udc00":1}' + b"\n", '{"a":1}', rejects=[(str(i), "json.surrogate") for i in (2, 3, 4)]),
    ok("an unknown escape", "a.ndjson", L + rb'{"a":"\x41"}' + b"\n", '{"a":1}', rejects=[("2", "json.syntax")]),
    ok("a control character in a text", "a.ndjson", L + b'{"a":"x\ty"}\n{"a":"\x01"}\n', '{"a":1}', rejects=[("2", "json.syntax"), ("3", "json.syntax")]),
    ok("NUL", "a.ndjson", L + b'{"a":"\0"}\n\0\n', '{"a":1}', rejects=[("2", "json.syntax"), ("3", "json.syntax")]),
    ok("NUL as an escape is text", "a.ndjson", L + rb'{"a":"\u0000"}' + b"\n", '{"a":1}', r'{"a":"\u0000"}'),
    ok("invalid UTF-8 in a value and in a key", "a.ndjson", L + b'{"a":"\xff"}\n{"\xff":1}\n', '{"a":1}', rejects=[("2", "json.encoding"), ("3", "json.encoding")]),
    ok("a bare CR inside a line", "a.ndjson", L + b'{"a":1,\r"b":2}\n', '{"a":1}', rejects=[("2", "json.bare_cr")]),
    ok("nested deeper than the limit", "a.ndjson", L + b'{"a":' + b"[" * 70 + b"]" * 70 + b"}\n", '{"a":1}', rejects=[("2", "json.depth: nested deeper than 64")]),
    ok("nested a hundred thousand deep", "a.ndjson", L + b'{"a":' + b"[" * 100_000 + b"\n", '{"a":1}', rejects=[("2", "json.depth")]),
    ok("nested as deep as the limit", "a.ndjson", L + b'{"a":' + b"[" * 63 + b"]" * 63 + b"}\n", '{"a":1}', '{"a":' + "[" * 63 + "]" * 63 + "}"),
    ok("many brackets inside a text are not depth", "a.ndjson", L + b'{"a":"' + b"[{" * 99 + b'"}\n', '{"a":1}', '{"a":"' + "[{" * 99 + '"}'),
    ok("a line beyond the limit", "a.ndjson", L + b'{"a":"' + b"x" * 99 + b'"}\n' + L, '{"a":1}', '{"a":1}', rejects=[("2", "json.record_too_long: 107 bytes, limit 50")], limits=Limits(record_bytes=50)),
    ok("a number of five thousand digits", "a.ndjson", L + b'{"a":' + b"9" * 5000 + b"}\n", '{"a":1}', '{"a":' + "9" * 5000 + "}"),
    ok("a foreign blank between tokens", "a.ndjson", L + '{\u00a0"a":1}\n'.encode(), '{"a":1}', rejects=[("2", "json.syntax")]),
    ok("a mark inside the file", "a.ndjson", L + b"\xef\xbb\xbf" + L, '{"a":1}', rejects=[("2", "json.")]),
    ok("lines although the name says csv", "a.json", L + L, '{"a":1}', '{"a":1}', format="ndjson"),
]  # fmt: skip

R = b'{"Records":[{"a":1},{"a":2}]}'
TWO = ('{"a":1}', '{"a":2}')
JSON = [
    ok("an envelope of Records", "a.json", R, *TWO, format="json"),
    ok("an envelope of Events beside a token", "a.json", b'{"Events":[{"a":1},{"a":2}],"NextToken":"x"}', *TWO, format="json"),
    ok("Records after other keys", "a.json", b'{"v":1,"Records":[{"a":1},{"a":2}]}', *TWO, format="json"),
    ok("an envelope of another name", "a.json", b'{"made":"2026","queries":[{"a":1},{"a":2}]}', *TWO, format="json"),
    ok("an array", "a.json", b'[{"a":1},{"a":2}]', *TWO, format="json"),
    ok("one object", "a.json", b'{"a":1,"u":{"n":2}}', '{"a":1,"u":{"n":2}}', format="json"),
    ok("one object with a list of objects and a nested one", "a.json", b'{"userIdentity":{},"resources":[{"x":1}]}', '{"userIdentity":{},"resources":[{"x":1}]}', format="json"),
    ok("pretty-printed", "a.json", json.dumps(json.loads(R), indent=2).encode(), '{\n      "a": 1\n    }', '{\n      "a": 2\n    }', format="json"),
    ok("pretty-printed with CRLF", "a.json", b'{\r\n"Records":\r\n[\r\n{"a":1},\r\n{"a":2}\r\n]\r\n}\r\n', *TWO, format="json"),
    ok("no records", "a.json", b'{"Records":[]}', format="json"),
    ok("an empty array", "a.json", b"[]", format="json"),
    ok("a mark before the document", "a.json", b"\xef\xbb\xbf" + R, *TWO, format="json"),
    ok("UTF-16 with its mark", "a.json", ("\ufeff" + R.decode()).encode("utf-16-be"), *TWO, format="json"),
    ok("blanks after the document", "a.json", R + b"\n \n", *TWO, format="json"),
    ok("elements that are no objects", "a.json", b'{"Records":[{"a":1},7,null,[{"a":1}]]}', '{"a":1}', rejects=[(f"/Records/{i}", "json.not_object") for i in (1, 2, 3)]),
    ok("a key twice in a record", "a.json", b'[{"a":1},{"a":1,"a":2}]', '{"a":1}', rejects=[("/1", "json.duplicate_key")]),
    ok("a key twice in a pretty record", "a.json", b'[{"a":1},\n{"a":1,\n"a":2}]', '{"a":1}', rejects=[("/1", "json.duplicate_key")]),
    ok("half a surrogate pair in a record", "a.json", rb'[{"a":1},{"a":"\ud800x"}]', '{"a":1}', rejects=[("/1", "json.surrogate")]),
    ok("half a surrogate pair as the key of the records", "a.json", rb'{"\ud800":[{"a":1},{"a":2}]}', *TWO),
    ok("two keys that are halves of pairs", "a.json", rb'{"\ud800":[{"a":1}],"\ud801":[{"a":2}]}', *TWO),
    ok("invalid UTF-8 in a record", "a.json", b'[{"a":1},{"a":"\xff"}]', '{"a":1}', rejects=[("/1", "json.encoding")]),
    ok("a record nested too deep", "a.json", b'[{"a":1},{"a":' + b"[" * 70 + b"]" * 70 + b"}]", '{"a":1}', rejects=[("/1", "json.depth")]),
    ok("a record beyond the limit", "a.json", b'[{"a":1},{"a":"' + b"x" * 99 + b'"}]', '{"a":1}', rejects=[("/1", "json.record_too_long")], limits=Limits(record_bytes=50)),
    ok("a key that needs escapes in its pointer", "a.json", b'{"a/b~c":[{"a":1},7]}', '{"a":1}', rejects=[("/a~1b~0c/1", "json.not_object")]),
    no("Records twice", "a.json", b'{"Records":[{"a":1}],"Records":[{"a":2}]}', "json.duplicate_key"),
    no("Records twice with another key between", "a.json", b'{"Records":[{"a":1}],"x":1,"Records":[{"a":2}]}', "json.duplicate_key"),
    no("Records twice, once escaped", "a.json", rb'{"Records":[{"a":1}],"\u0052ecords":[{"a":2}]}', "json.duplicate_key"),
    no("another key twice", "a.json", b'{"x":1,"x":2,"Records":[{"a":1}]}', "json.duplicate_key"),
    no("records beside Records", "a.json", b'{"Records":[{"a":1}],"More":[{"a":2}]}', "json.two_tables"),
    no("two envelopes joined", "a.json", R + R, "json.trailing"),
    no("two envelopes on two lines", "a.json", R + b"\n" + R, "json.trailing"),
    no("two arrays joined", "a.json", b'[{"a":1}][{"a":2}]', "json.trailing"),
    no("pretty objects joined", "a.json", b'{\n"a":{}\n}\n{\n"a":{}\n}\n', "json.trailing"),
    no("text after the document", "a.json", R + b"x", "json.trailing"),
    no("a document that is cut", "a.json", R[:-1], "json.truncated"),
    no("a document that is cut inside a record", "a.json", R[:-8], "json."),
    no("a comma too many", "a.json", b'{"Records":[{"a":1},]}', "json.syntax"),
    no("a comma too few", "a.json", b'{"Records":[{"a":1}{"a":2}]}', "json.syntax"),
    ok("NaN in one record", "a.json", b'[{"a":NaN},{"a":1}]', '{"a":1}', rejects=[("/0", "json.constant: NaN")]),
    ok("NaN in one record of an envelope", "a.json", b'{"Records":[{"a":1},{"a":Infinity}]}', '{"a":1}', rejects=[("/Records/1", "json.constant: Infinity")]),
    ok("half a surrogate pair beside Records", "a.json", rb'{"note":"\ud800x","Records":[{"a":1}]}', '{"a":1}'),
    ok("a document of one object with NaN", "a.json", b'{"u":{},"a":NaN}', rejects=[("", "json.constant: NaN")]),
    no("Records twice and NaN", "a.json", b'{"Records":[{"a":NaN}],"Records":[{"a":2}]}', "json.duplicate_key"),
    no("a document beyond the limit", "a.json", b'[{"a":1},{"a":2}]', "limit.document: one JSON document of more than 10 bytes", failed=True, limits=Limits(document_bytes=10)),
    no("an array nested a hundred thousand deep", "a.json", b"[" * 100_000, "json.depth"),
    no("a document of NUL bytes and a bracket", "a.json", b"{" + b"\0" * 99, "format.binary"),
]  # fmt: skip

GZIP = [
    ok("gzip of CSV", "a.csv.gz", gz(H + b"1,x\n"), ("1", "x")),
    ok("gzip of lines", "a.ndjson.gz", gz(L + L), '{"a":1}', '{"a":1}'),
    ok("gzip of an envelope", "a.json.gz", gz(R), *TWO),
    ok("gzip although the name does not say so", "a.csv", gz(H + b"1,x\n"), ("1", "x")),
    ok("a name of gzip on a plain file", "a.csv.gz", H + b"1,x\n", ("1", "x")),
    ok("several members", "a.csv.gz", gz(H + b"1,") + gz(b"x\n2,y\n") + gz(b""), ("1", "x"), ("2", "y")),
    ok("an empty first member", "a.csv.gz", gz(b"") + gz(H + b"1,x\n"), ("1", "x")),
    no("an empty gzip", "a.csv.gz", gz(b""), "empty"),
    no("gzip cut in its data", "a.csv.gz", gz(H + b"1,x\n" * 99)[:-12], "gzip.truncated"),
    no("gzip cut in its checksum", "a.csv.gz", gz(H + b"1,x\n")[:-3], "gzip.truncated"),
    no("gzip cut in its header", "a.csv.gz", gz(H)[:5], "gzip.truncated"),
    no("a second member that is cut", "a.csv.gz", gz(H) + gz(b"1,x\n")[:-5], "gzip.truncated"),
    no("a wrong CRC", "a.csv.gz", flipped(gz(H + b"1,x\n"), -8), "gzip.checksum"),
    no("a wrong length", "a.csv.gz", without_crc(H + b"1,x\n"), "gzip.checksum"),
    no("bytes after gzip", "a.csv.gz", gz(H + b"1,x\n") + b"more", "gzip.trailing"),
    no("zeros after gzip", "a.csv.gz", gz(H + b"1,x\n") + b"\0" * 512, "gzip.trailing"),
    no("gzip inside gzip", "a.csv.gz.gz", gz(gz(H)), "format.nested"),
    no("a method that gzip does not have", "a.csv.gz", flipped(gz(H), 2, 4), "gzip.broken"),
    no("a gzip bomb", "a.csv.gz", gz(H + b"1,x\n" * 3_000_000), "limit.ratio", failed=True),
    no("a gzip beyond the limit in all", "a.csv.gz", gz(H + b"1,x\n" * 1000), "limit.inflated_bytes", failed=True, limits=Limits(inflated_bytes=1000)),
]  # fmt: skip

FOREIGN = [
    no("nothing", "a.csv", b"", "empty"),
    no("only blanks", "a.csv", b" \n\r\n\t", "empty"),
    no("a PDF", "a.csv", b"%PDF-1.7\n", "format.pdf"),
    no("an old workbook", "a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "format.ole"),
    no("a web page", "a.csv", b"<!DOCTYPE html><html>login,please</html>", "format.markup"),
    no("XML", "a.json", b"<?xml version='1.0'?><a/>", "format.markup"),
    no("an SQLite database", "a.csv", b"SQLite format 3\0" + b"\0" * 600, "format.sqlite"),
    no("zstandard", "a.csv.zst", b"\x28\xb5\x2f\xfd\0\0", "format.zstd"),
    no("a 7z archive", "a.7z", b"7z\xbc\xaf\x27\x1c\0\0", "format.archive"),
    no("an image", "a.csv", b"\x89PNG\r\n\x1a\n\0\0", "format.image"),
    no("an Arrow file", "a.arrow", b"ARROW1\0\0", "format.arrow"),
    no("bytes of no kind", "a.bin", bytes(range(256)) * 9 + b"\0" * 999, "format.binary"),
    no("a text that is no table", "a.dat", b"hello world\nhow are you\n", "format.unknown"),
    no("a zip that look is given", "a.zip", zipped(("a.csv", H)), "format.archive"),
    no("a tar that look is given", "a.tar", tarred(("a.csv", H)), "format.archive"),
]  # fmt: skip

X = texts(1, "id", "name")
DATES = styled("0", "14", "yyyy-mm-dd hh:mm:ss", "hh:mm", "[h]:mm", '0.0 "days"', "22")
XLSX = [
    ok("texts and numbers", "a.xlsx", book(X, row(2, cell("A2", "5"), cell("B2", "x", "inline"))), ("5", "x")),
    ok("numbers as they are stored", "a.xlsx", book(X, row(2, cell("A2", "80.10"), cell("B2", "1E-07"))), ("80.10", "1E-07")),
    ok("numbers stored as text", "a.xlsx", book(X, texts(2, "00412", " 7 ")), ("00412", " 7 ")),
    ok("true, false and an error", "a.xlsx", book(X, row(2, cell("A2", "1", "b"), cell("B2", "#N/A", "e")), row(3, cell("A3", "0", "b"))), ("true", "#N/A"), ("false", None)),
    ok("shared strings, rich text without its reading aid", "a.xlsx",
       book(X, row(2, cell("A2", "1", "s"), cell("B2", "0", "s")), strings="<si><t>x</t></si><si><r><t>pro</t></r><r><t>test</t></r><rPh><t>zz</t></rPh></si>"), ("protest", "x")),
    ok("a shared string that is not there", "a.xlsx", book(X, row(2, cell("A2", "9", "s"), cell("B2", "x", "inline")), strings="<si><t>x</t></si>"), rejects=[("Log!2", "xlsx.string: cell A2")]),
    ok("a date of the 1900 calendar", "a.xlsx", book(X, row(2, cell("A2", "46082", style="1"), cell("B2", "46082.75", style="2")), styles=DATES), ("2026-03-01", "2026-03-01T18:00:00")),
    ok("a date of the 1904 calendar", "a.xlsx", book(X, row(2, cell("A2", "44620", style="1"), cell("B2", "0", style="1")), styles=DATES, calendar='date1904="1"'), ("2026-03-01", "1904-01-01")),
    ok("days around 29 February 1900", "a.xlsx", book(X, row(2, cell("A2", "59", style="1"), cell("B2", "61", style="1")), row(3, cell("A3", "60", style="1"), cell("B3", "1", style="1")), styles=DATES),
       ("1900-02-28", "1900-03-01"), ("60", "1900-01-01")),
    ok("a time, an elapsed time and a number in words", "a.xlsx", book(texts(1, "a", "b", "c"), row(2, cell("A2", "0.5", style="3"), cell("B2", "1.5", style="4"), cell("C2", "3", style="5")), styles=DATES), ("12:00:00", "1.5", "3")),
    ok("a time that rounds to midnight", "a.xlsx", book(X, row(2, cell("A2", "46082.999999999996", style="6"), cell("B2", "x", "inline")), styles=DATES), ("2026-03-02T00:00:00", "x")),
    ok("days that no calendar has", "a.xlsx", book(X, row(2, cell("A2", "-1", style="1"), cell("B2", "9999999", style="1")), styles=DATES), ("-1", "9999999")),
    ok("an ISO date cell", "a.xlsx", book(X, row(2, cell("A2", "2026-03-01T10:00:00", "d"), cell("B2", "x", "inline"))), ("2026-03-01T10:00:00", "x")),
    ok("a formula gives its stored value", "a.xlsx", book(X, row(2, cell("A2", "2", formula="1+1"), cell("B2", "x", "str", formula="A1"))), ("2", "x")),
    ok("a formula without a stored value", "a.xlsx", book(X, row(2, '<c r="A2"><f>1+1</f></c>', cell("B2", "x", "inline"))), rejects=[("Log!2", "xlsx.formula: cell A2")]),
    ok("a dimension that hides rows", "a.xlsx", book(X, texts(2, "1", "x"), texts(3, "2", "y"), texts(900, "3", "z"), dimension="A1:B2"), ("1", "x"), ("2", "y"), ("3", "z")),
    ok("a dimension that promises rows", "a.xlsx", book(X, texts(2, "1", "x"), dimension="A1:XFD1048576"), ("1", "x")),
    ok("rows and cells without their references", "a.xlsx", book("<row><c><v>7</v></c><c><v>8</v></c></row><row><c><v>1</v></c><c><v>2</v></c></row>"), ("1", "2")),
    ok("a header further down and to the right", "a.xlsx", book(row(4, cell("C4", "id", "inline"), cell("D4", "name", "inline")), row(6, cell("C6", "1"), cell("D6", "2"))), ("1", "2")),
    ok("an absent cell and an empty one", "a.xlsx", book(X, row(2, cell("B2", "x", "inline")), row(3, cell("A3", "", "inline"), cell("B3", "y", "inline"))), (None, "x"), ("", "y")),
    ok("styled rows without values are no records", "a.xlsx", book(X, row(2, '<c r="A2" s="0"/><c r="B2"/>'), texts(3, "1", "x")), ("1", "x")),
    ok("a value beside the header's columns", "a.xlsx", book(X, row(2, cell("A2", "1"), cell("E2", "9"))), rejects=[("Log!2", "xlsx.ragged: cell E2")]),
    ok("the header again", "a.xlsx", book(X, texts(2, "id", "name"), texts(3, "1", "x")), ("1", "x"), rejects=[("Log!2", "xlsx.repeated_header")]),
    ok("other names for the namespace", "a.xlsx", book(raw_sheet='<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>7</x:v></x:c></x:row><x:row r="2"><x:c r="A2"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'), ("1",)),
    ok("gzip of a workbook", "a.xlsx.gz", gz(book(X, texts(2, "1", "x"))), ("1", "x")),
    ok("a workbook although the name says csv", "a.csv", book(X, texts(2, "1", "x")), ("1", "x")),
    ok("a cell beyond the limit", "a.xlsx", book(X, texts(2, "1", "x" * 99), texts(3, "2", "y")), ("2", "y"), rejects=[("Log!2", "xlsx.field_too_long")], limits=Limits(field_bytes=50)),
    no("a second header in another order", "a.xlsx", book(X, texts(2, "name", "id")), "csv.second_header"),
    no("two columns of one name", "a.xlsx", book(texts(1, "id", "id")), "header.duplicate"),
    no("a row twice", "a.xlsx", book(X, texts(2, "1", "x"), texts(2, "2", "y")), "xlsx.rows: row 2 stands after row 2"),
    no("rows out of order", "a.xlsx", book(X, texts(3, "1", "x"), texts(2, "2", "y")), "xlsx.rows"),
    no("a cell twice", "a.xlsx", book(X, row(2, cell("A2", "1"), cell("A2", "2"))), "xlsx.cells"),
    no("a cell of another row", "a.xlsx", book(X, row(2, cell("A3", "1"))), "xlsx.cells"),
    no("a reference that is no cell", "a.xlsx", book(X, row(2, cell("2A", "1"))), "xlsx.cells"),
    no("an entity bomb", "a.xlsx", book(X, prolog='<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'), "xlsx.doctype"),
    no("XML that is cut", "a.xlsx", book(raw_sheet="<worksheet><sheetData><row>"), "xlsx.xml"),
    no("a sheet that is not there", "a.xlsx", book(X, drop="xl/worksheets/sheet1.xml"), "xlsx.broken"),
    no("no workbook part", "a.xlsx", book(X, drop="xl/workbook.xml"), "xlsx.broken"),
    no("a part twice", "a.xlsx", book(X, extra=(("XL/worksheets/sheet1.xml", b"<x/>"),)), "xlsx.duplicate"),
    no("a workbook that is cut", "a.xlsx", book(X, texts(2, "1", "x"))[:-30], "xlsx.broken"),
    no("a changed byte in a sheet", "a.xlsx", (lambda d: flipped(d, d.index(b"xl/worksheets/sheet1.xml") + 60))(book(X, texts(2, "1", "x"))), "xlsx."),
    no("a workbook bomb", "a.xlsx", book(X, texts(2, "1", "x" * 3_000_000)), "limit.ratio", failed=True),
    no("a workbook beyond the limit in all", "a.xlsx", book(X, texts(2, "1", "xyz" * 999)), "limit.inflated_bytes", failed=True, limits=Limits(inflated_bytes=999)),
    no("more columns than the limit", "a.xlsx", book(texts(1, *"abcdefghi")), "limit.columns", failed=True, limits=Limits(columns=8)),
]  # fmt: skip

MOMENT = dt.datetime(2026, 3, 1, 10, 0, 0, 500_000, tzinfo=dt.UTC)
PLAIN = {"id": ["1", "2"], "name": ["x", None]}
PARQUET = [
    ok("texts and nulls", "a.parquet", parquet(PLAIN), ("1", "x"), ("2", None)),
    ok("an empty text is not null", "a.parquet", parquet({"id": ["", None]}), ("",), (None,)),
    ok("statistics that lie", "a.parquet", lying_statistics(), *[("protest",)] * 100),
    ok("an instant with a zone is UTC with Z", "a.parquet", parquet({"t": pa.array([MOMENT], pa.timestamp("us", "America/New_York"))}), ("2026-03-01T10:00:00.5Z",)),
    ok("a time without a zone has none", "a.parquet", parquet({"t": pa.array([MOMENT.replace(tzinfo=None)], pa.timestamp("ms"))}), ("2026-03-01T10:00:00.5",)),
    ok("96-bit times, the year 9999 too", "a.parquet", parquet({"t": pa.array([0, 253402300799000000], pa.timestamp("us"))}, use_deprecated_int96_timestamps=True), ("1970-01-01T00:00:00",), ("9999-12-31T23:59:59",)),
    ok("a time beyond every calendar is its number", "a.parquet", parquet({"t": pa.array([2**62], pa.timestamp("us"))}), (str(2**62),)),
    ok("exact decimals", "a.parquet", parquet({"d": [decimal.Decimal("0.00000001"), decimal.Decimal("1.50000000")]}), ("0.00000001",), ("1.50000000",)),
    ok("numbers, NaN and infinity", "a.parquet", parquet({"f": [80.0, 0.1, float("nan"), float("inf")], "i": [1, 2**62, None, -1]}), ("80", "1"), ("0.1", str(2**62)), ("nan", None), ("inf", "-1")),
    ok("truth values, dates and times of day", "a.parquet", parquet({"b": [True], "d": [dt.date(2026, 3, 1)], "t": [dt.time(9, 30, 0, 500)]}), ("true", "2026-03-01", "09:30:00.0005")),
    ok("lists joined", "a.parquet", parquet({"l": [["a", None, "b"], [], None]}), ("a;;b",), ("",), (None,)),
    ok("nested values as JSON", "a.parquet", parquet({"s": [{"n": "x", "k": [1, None], "o": {"z": None}}]}), ('{"n":"x","k":[1,null],"o":{"z":null}}',)),
    ok("lists of objects as JSON", "a.parquet", parquet({"s": [[{"score": 0.5}, {"score": None}]]}), ('[{"score":0.5},{"score":null}]',)),
    ok("a map as JSON", "a.parquet", parquet({"m": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64()))}), ('{"k":1}',)),
    ok("bytes as text or as hexadecimal", "a.parquet", parquet({"b": [b"abc", b"\xff\x00"], "x": pa.array([b"ab", b"cd"], pa.binary(2))}), ("abc", "0x6162"), ("0xff00", "0x6364")),
    ok("a dictionary column", "a.parquet", parquet({"d": pa.array(["q", "r", "q"]).dictionary_encode()}), ("q",), ("r",), ("q",)),
    ok("a column of nulls", "a.parquet", parquet({"id": ["1"], "n": pa.nulls(1)}), ("1", None)),
    ok("a text that is not UTF-8", "a.parquet", parquet({"id": ["1", "2"], "n": pa.array([b"\xff", b"x"]).view(pa.string())}), ("2", "x"), rejects=[("row 0", "parquet.encoding: column 'n'")]),
    ok("several row groups and no rows", "a.parquet", parquet({"id": [str(i) for i in range(9)]}, row_group_size=2), *[(str(i),) for i in range(9)]),
    ok("no rows", "a.parquet", parquet({"id": pa.array([], pa.string())})),
    ok("gzip of Parquet", "a.parquet.gz", gz(parquet(PLAIN)), ("1", "x"), ("2", None)),
    ok("a cell beyond the limit", "a.parquet", parquet({"id": ["x" * 99, "2"]}), ("2",), rejects=[("row 0", "parquet.field_too_long: 99 bytes")], limits=Limits(field_bytes=50)),
    no("a page whose checksum is wrong", "a.parquet", broken_page(), "parquet.broken"),
    no("a file without its footer", "a.parquet", parquet(PLAIN)[:-20], "parquet.broken"),
    no("a footer length that lies", "a.parquet", flipped(parquet(PLAIN), -8), "parquet.broken"),
    no("only the magic", "a.parquet", b"PAR1PAR1", "parquet.broken"),
    no("an encrypted footer", "a.parquet", b"PARE" + b"\0" * 99, "format.parquet"),
    no("two columns of one name", "a.parquet", parquet(pa.table([["1"], ["2"]], names=["id", "id"])), "header.duplicate"),
    no("no columns", "a.parquet", parquet(pa.table({})), "header.empty"),
    no("more columns than the limit", "a.parquet", parquet({f"c{i}": ["1"] for i in range(9)}), "limit.columns", failed=True, limits=Limits(columns=8)),
    no("more content than the limit", "a.parquet", parquet({"id": ["x" * 1000] * 99}), "limit.inflated_bytes", failed=True, limits=Limits(inflated_bytes=9999)),
]  # fmt: skip

CASES = {"csv": CSV, "ndjson": NDJSON, "json": JSON, "gzip": GZIP, "foreign": FOREIGN, "xlsx": XLSX, "parquet": PARQUET}


class Archive(NamedTuple):
    """One archive. members: (name, bytes) that come out; problems: (name, start of the reason); refusal: part of the message."""

    name: str
    data: bytes
    members: tuple = ()
    problems: tuple = ()
    refusal: str = ""
    failed: bool = False
    limits: Limits = Limits()


A, B = ("logs/a.csv", b"id\n1\n"), ("b.csv", b"id\n2\n")
ARCHIVES = [
    Archive("a zip of two", zipped(A, B), (A, B)),
    Archive("a zip that is stored", zipped(A, B, method=0), (A, B)),
    Archive("a plain file is itself", b"id\n1\n", (("", b"id\n1\n"),)),
    Archive("a gzip file is itself", gz(b"id\n1\n"), (("", gz(b"id\n1\n")),)),
    Archive("a workbook is itself", book(X), (("", book(X)),)),
    Archive("a zip with a folder entry", zipped(("logs/", b""), A), (A,)),
    Archive("a zip with a folder that has content", zipped(("logs/", b"id\n9\n"), A), (A,), (("logs/", "archive.folder"),)),
    Archive("an empty zip", zipped()),
    Archive("names that are patterns or hidden are text", zipped(("logs[1]*.csv", b"id\n"), (".hidden.csv", b"id\n"), ("agency=X/a.csv", b"id\n")), (("logs[1]*.csv", b"id\n"), (".hidden.csv", b"id\n"), ("agency=X/a.csv", b"id\n"))),
    Archive("a zip member that climbs out", zipped(("../evil.csv", b"id\n"), B), (B,), (("../evil.csv", "archive.traversal"),)),
    Archive("a zip member that climbs out inside", zipped(("a/../../evil.csv", b"id\n"), B), (B,), (("a/../../evil.csv", "archive.traversal"),)),
    Archive("a zip member with an absolute path", zipped(("/etc/passwd", b"id\n"), B), (B,), (("/etc/passwd", "archive.absolute"),)),
    Archive("a zip member with a drive", zipped(("C:\\x.csv", b"id\n"), B), (B,), (("C:\\x.csv", "archive.absolute"),)),
    Archive("a zip member with backslashes that climb out", zipped(("..\\evil.csv", b"id\n"), B), (B,), (("..\\evil.csv", "archive.traversal"),)),
    Archive("a link in a zip", zipped((special("l.csv", stat.S_IFLNK | 0o777), b"/etc/passwd"), B), (B,), (("l.csv", "archive.link"),)),
    Archive("a device in a zip", zipped((special("d.csv", stat.S_IFCHR | 0o666), b""), B), (B,), (("d.csv", "archive.device"),)),
    Archive("a name twice in a zip", zipped(A, ("logs/a.csv", b"id\n3\n"), B), (), (("", "archive.duplicate"),)),
    Archive("a name twice in two spellings", zipped(A, ("logs/./a.csv", b"id\n3\n")), (), (("", "archive.duplicate"),)),
    Archive("an encrypted zip", encrypted(zipped(A)), (), ((A[0], "archive.encrypted"),)),
    Archive("a zip in a zip", zipped(("in.zip", zipped(A)), B), (B,), (("in.zip", "archive.nested"),)),
    Archive("a tar in a zip", zipped(("in.tar", tarred(A)), B), (B,), (("in.tar", "archive.nested"),)),
    Archive("a packed tar in a zip", zipped(("in.tgz", gz(tarred(A))), B), (B,), (("in.tgz", "archive.nested"),)),
    Archive("a workbook and gzip in a zip", zipped(("w.xlsx", book(X)), ("c.csv.gz", gz(b"id\n"))), (("w.xlsx", book(X)), ("c.csv.gz", gz(b"id\n")))),
    Archive("a member that the directory hides", hidden(zipped(A, B)), (), (("", "archive.hidden"),)),
    Archive("bytes before a zip's first member", b"PK\x03\x04" + zipped(A), (), (("", "archive.hidden"),)),
    Archive("two entries for the same bytes", quoted_overlap(), (), (("", "archive."),)),
    Archive("a zip whose CRC is wrong", (lambda d: d.replace(b"id\n1\n", b"id\n7\n"))(zipped(A, method=0)), (), ((A[0], "archive.broken"),)),
    Archive("a zip that is cut", zipped(A, B)[:-25], refusal="archive.broken"),
    Archive("a zip bomb", zipped(("bomb.csv", b"0" * 3_000_000), B), (B,), (("bomb.csv", "limit.ratio"),)),
    Archive("more members than the limit", zipped(A, B), refusal="limit.members", failed=True, limits=Limits(members=1)),
    Archive("more content than the limit", zipped(("a.csv", b"0" * 999)), refusal="limit.inflated_bytes", failed=True, limits=Limits(inflated_bytes=99)),
    Archive("a tar of two", tarred(A, B), (A, B)),
    Archive("a packed tar of two", gz(tarred(A, B)), (A, B)),
    Archive("a tar with a folder", tarred(tar_special("logs", tarfile.DIRTYPE), A), (A,)),
    Archive("a tar member that climbs out", tarred(("../evil.csv", b"id\n"), B), (B,), (("../evil.csv", "archive.traversal"),)),
    Archive("a tar member with an absolute path", tarred(("/etc/x.csv", b"id\n"), B), (B,), (("/etc/x.csv", "archive.absolute"),)),
    Archive("a symbolic link in a tar", tarred(tar_special("l.csv", tarfile.SYMTYPE, "/etc/passwd"), B), (B,), (("l.csv", "archive.link"),)),
    Archive("a hard link in a tar", tarred(A, tar_special("l.csv", tarfile.LNKTYPE, "logs/a.csv")), (A,), (("l.csv", "archive.link"),)),
    Archive("a device and a pipe in a tar", tarred(tar_special("d", tarfile.CHRTYPE), tar_special("p", tarfile.FIFOTYPE), B), (B,), (("d", "archive.device"), ("p", "archive.device"))),
    Archive("a name twice in a tar", tarred(A, A), (), (("", "archive.duplicate"),)),
    Archive("a zip in a tar", tarred(("in.zip", zipped(A)), B), (B,), (("in.zip", "archive.nested"),)),
    Archive("a tar that is cut inside a member", tarred(("a.csv", b"x" * 5000))[:2048], refusal="archive.broken"),
    Archive("a tar that is cut after a member", tarred(A, B)[:1024], refusal="archive.broken"),
    Archive("a tar with a broken second header", flipped(tarred(A, B), 1024 + 10), refusal="archive.broken"),
    Archive("a packed tar that is cut", gz(tarred(A, B))[:-9], refusal="gzip.truncated"),
    Archive("a tar of more members than the limit", tarred(A, B), refusal="limit.members", failed=True, limits=Limits(members=1)),
]  # fmt: skip
