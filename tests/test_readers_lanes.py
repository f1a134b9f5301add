"""Two lanes, one truth: whatever the bytes, the fast and the careful lane give the same rows, rejects, locators and refusals, at any buffer size."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hostile_cases import XLSX
from hostile_files import book, styled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit_analyzer import readers
from audit_analyzer.errors import AuditError
from audit_analyzer.readers.envelope import read_envelope
from audit_analyzer.readers.reading import read_csv, read_ndjson
from audit_analyzer.readers.shapes import Layout, Part
from audit_analyzer.readers.xlsx import read_xlsx
from audit_analyzer.settings import Limits

HEADER = b"id,name,reason\n"
SMALL = Limits(record_bytes=60, field_bytes=24, depth=4)
CSV = Part("", "csv")
QUICK = settings(max_examples=900, deadline=None, database=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

csv_tokens = st.sampled_from(
    [
        *b'a|7|xyz|,|,|,|"|"|""|","|id|name|reason|\n|\n|\r\n|\r|\0|\xff|\xe2\x82|\xef\xbb\xbf| |\t'.split(b"|"),
        *("é€😀".encode(), HEADER, b"name,id,reason\n", b'a,"b ""c"" d",e\n', b'1,"two\nlines",x\r\n', b"long" * 8, b"q,w,e\n" * 3),
    ]
)
csv_files = st.one_of(st.lists(csv_tokens, max_size=40).map(b"".join), st.lists(csv_tokens, max_size=40).map(lambda t: HEADER + b"".join(t)))
json_tokens = st.sampled_from(
    [
        *b'{|}|[|]|:|,|"|\\|\n|\r\n|\r| |\t|\0|\xff|"a"|"b"|"a":1|NaN|-0|1e5'.split(b"|"),
        *(b'{"a":1}\n', b'{"a": 1, "b": [1, {"c": null}]}\n', b'{"a":1,"a":2}\n', b'{"b":80.0,"c":0.50}\n', b'{"a":{"b":{"c":{"d":{}}}}}\n', b'{"a":01}\n'),
        *(
            b'{"a":"\\ud800"}\n',
            b'{"a":"\\ud83d\\ude00"}\n',
            b'{"a":"\\u00e9"}\r\n',
            '{"é":"ü😀"}\n'.encode(),
            b'{"x":"' + b"y" * 80 + b'"}\n',
            b'{"a":1e999}\n',
        ),
        *(b"\n", b"  \n", b"null\n", b"[1]\n"),
    ]
)
json_files = st.lists(json_tokens, max_size=30).map(b"".join)


def outcome(batches):
    """Everything that a reading gives, as plain values; of a refusal its sentence alone."""
    rows, rejected = [], []
    try:
        for batch in batches:
            rows += batch.table.to_pylist()
            rejected += batch.rejected
    except AuditError as error:
        return type(error).__name__, str(error)
    return rows, rejected


@pytest.fixture(scope="module")
def file():
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "export"


def by_hand(data: bytes):
    """Records of comma-separated bytes, one byte at a time, written for this test alone: (line, offset, length) of each, None where a quote never closes."""
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    if data[start:] and not data.endswith(b"\n"):
        data += b"\n"
    found, line, first, state, at = [], 1, 1, "start", start
    for i in range(start, len(data)):
        byte = data[i : i + 1]
        if byte == b"\n":
            line += 1
        if state == "quoted":
            state = "closed" if byte == b'"' else "quoted"
        elif state == "closed" and byte == b'"':
            state = "quoted"
        elif byte == b"\n":
            raw = data[at:i]
            raw = raw.removesuffix(b"\r")
            if raw:
                found.append((first, at, len(raw)))
            at, first, state = i + 1, line, "start"
        elif byte == b",":
            state = "start"
        elif state == "start" and byte == b'"':
            state = "quoted"
        else:
            state = "bare"
    return None if state == "quoted" or (state == "closed" and at < len(data)) else found


@QUICK
@given(data=csv_files)
def test_both_lanes_of_csv_agree_on_any_bytes_at_any_buffer_size(data, file):
    file.write_bytes(data)
    careful = outcome(read_csv(file, CSV, Layout(), SMALL, 2**20, patience=-1))
    assert careful == outcome(read_csv(file, CSV, Layout(), SMALL, 2**20))
    assert careful == outcome(read_csv(file, CSV, Layout(), SMALL, 2**20, patience=0))
    assert careful == outcome(read_csv(file, CSV, Layout(), SMALL, 7))


@QUICK
@given(data=csv_files)
def test_csv_records_are_rows_and_rejects_exactly_where_a_count_of_bytes_says(data, file):
    file.write_bytes(data)
    read = outcome(read_csv(file, CSV, Layout(), SMALL, 64))
    expected = by_hand(data)
    if isinstance(read[0], str):
        assert expected is None or any(code in read[1] for code in ("csv.header", "header.", "csv.second_header", "text.utf32", "csv.unterminated_quote"))
        return
    rows, rejected = read
    places = [(int(r["record"]), r["offset"], r["length"]) for r in rows] + [(int(r.record), r.offset, r.length) for r in rejected]
    assert expected is not None
    assert sorted(places) == expected[1:]
    for reject in rejected:
        assert data[reject.offset : reject.offset + reject.length][: SMALL.record_bytes] == reject.raw
    for row in rows:
        raw = readers.record_bytes(file, None, row["offset"], row["length"])
        cells = [row["c0"], row["c1"], row["c2"]] if len(row) == 6 else None
        if cells and b'"' not in raw:
            assert raw.decode().split(",") == cells


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b""])
@pytest.mark.parametrize("excess", [0, 1])
def test_a_record_at_the_limit_is_read_and_one_byte_more_is_not_whatever_the_buffers(ending, excess, file):
    raw = b'"' + b"x" * (SMALL.field_bytes - 4) + b'","' + b"y" * 20 + b'",' + b"z" * (SMALL.record_bytes - SMALL.field_bytes - 22 + excess)
    file.write_bytes(HEADER + raw + ending)
    assert len(raw) == SMALL.record_bytes + excess
    for size in range(1, 40):
        rows, rejected = outcome(read_csv(file, CSV, Layout(), SMALL, size))
        assert [r["length"] for r in rows] == [60] * (1 - excess)
        assert [(r.reason, r.raw, r.length) for r in rejected] == [("csv.record_too_long: 61 bytes, limit 60", raw[:60], 61)] * excess


@settings(QUICK, max_examples=300)
@given(data=csv_files, delimiter=st.sampled_from([",", ";", "\t"]), quote=st.sampled_from(['"', "'", ""]), multiline=st.booleans())
def test_both_lanes_of_csv_agree_in_other_dialects(data, delimiter, quote, multiline, file):
    file.write_bytes(data.replace(b",", delimiter.encode()))
    layout = Layout(delimiter, quote, multiline=multiline)
    careful = outcome(read_csv(file, CSV, layout, SMALL, 2**20, patience=-1))
    assert careful == outcome(read_csv(file, CSV, layout, SMALL, 2**20))
    assert careful == outcome(read_csv(file, CSV, layout, SMALL, 9))


@settings(QUICK, max_examples=300)
@given(data=csv_files, codec=st.sampled_from(["utf-16-le", "utf-16-be", "cp1252", "latin-1"]))
def test_records_of_other_encodings_are_found_again_by_their_locators(data, codec, file):
    text = data.decode("utf-8", "replace") if codec.startswith("utf-16") else data.decode("latin-1")
    delivered = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(codec, b"") + (
        text.encode(codec, "surrogatepass") if codec.startswith("utf-16") else data
    )
    file.write_bytes(delivered)
    layout = Layout(encoding=codec)
    fast = outcome(read_csv(file, CSV, layout, SMALL, 2**20))
    assert fast == outcome(read_csv(file, CSV, layout, SMALL, 2**20, patience=-1))
    assert fast == outcome(read_csv(file, CSV, layout, SMALL, 8))
    if isinstance(fast[0], str):
        return
    for row in fast[0]:
        raw = delivered[row["offset"] : row["offset"] + row["length"]].decode("utf-8-sig" if delivered.startswith(b"\xef\xbb\xbf") else codec)
        if '"' not in raw:
            assert raw.split(",") == [v for k, v in row.items() if k.startswith("c")]
    for reject in fast[1]:
        assert delivered[reject.offset : reject.offset + reject.length].startswith(reject.raw)


@QUICK
@given(data=json_files)
def test_both_lanes_of_ndjson_agree_and_count_every_line_that_is_not_blank(data, file):
    file.write_bytes(data)
    part = Part("", "ndjson")
    careful = outcome(read_ndjson(file, part, Layout(), SMALL, 2**20, careful=True))
    assert careful == outcome(read_ndjson(file, part, Layout(), SMALL, 2**20))
    assert careful == outcome(read_ndjson(file, part, Layout(), SMALL, 7))
    rows, rejected = careful
    lines = [(i, line) for i, line in enumerate(data.split(b"\n"), 1) if line.strip(b" \t\r")]
    assert sorted([int(r["record"]) for r in rows] + [int(r.record) for r in rejected]) == [i for i, _ in lines]
    for row in rows:
        raw = readers.record_bytes(file, None, row["offset"], row["length"])
        assert raw == row["raw"].encode()
        assert isinstance(json.loads(raw), dict)


@QUICK
@given(tokens=st.lists(json_tokens, max_size=12), compact=st.booleans(), key=st.sampled_from(["Records", "Events", "queries"]))
def test_both_lanes_of_an_envelope_agree_and_locate_every_element(tokens, compact, key, file):
    lines = [t.strip() for t in b"".join(tokens).split(b"\n") if t.strip()]
    file.write_bytes(b'{"%s":[' % key.encode() + (b"," if compact else b" ,\n ").join(lines) + b"]}")
    part = Part("", "json", None, key)
    careful = outcome(read_envelope(file, part, Layout(), SMALL, 2**20, careful=True))
    assert careful == outcome(read_envelope(file, part, Layout(), SMALL, 2**20))
    assert careful == outcome(read_envelope(file, part, Layout(), SMALL, 9))
    if isinstance(careful[0], str):
        return
    data = file.read_bytes()
    count = len(json.loads(data.decode("utf-8", "replace"), parse_int=str, strict=False)[key])
    assert sorted([r["record"] for r in careful[0]] + [r.record for r in careful[1]]) == sorted(f"/{key}/{i}" for i in range(count))
    for row in careful[0]:
        assert data[row["offset"] : row["offset"] + row["length"]] == row["raw"].encode()
    for reject in careful[1]:
        assert data[reject.offset : reject.offset + reject.length][: SMALL.record_bytes] == reject.raw


sheet_tokens = st.sampled_from(
    [
        *(f'<row r="{i}">' for i in (1, 2, 2, 3, 4, 5)),
        *(f'<c r="{c}{n}"><v>7</v></c>' for c in "AB" for n in (1, 2, 3)),
        *("</row>", "</row>", "</row>", "<row>", '<row r="6" spans="1:2" ht="3">', '<row r="7" r="8">', "<!-- x -->", " ", "\n"),
        *('<c r="A2" t="inlineStr"><is><t>id</t></is></c>', '<c r="B2" s="1"/>', "<c><v>1</v></c>", '<c r="A3" s="1"><v>46082.5</v></c>'),
        *('<c r="B3" t="s"><v>0</v></c>', '<c r="B3" t="s"><v>9</v></c>', '<c r="B1" t="b"><v>1</v></c>', '<c r="C2" t="e"><v>#N/A</v></c>'),
        *('<c r="B2"><f>A1&amp;"x"</f><v>2</v></c>', '<c r="B2"><f>A1</f><v>2</v></c>', '<c r="B2"><f>A1</f></c>', '<c r="A2" t="str"><v>a&lt;b</v></c>'),
        *("&bogus;", "]]>", "</sheetData>", "<v>3</v>", '<c r="A2" t="s"><is><t>0</t></is></c>', '<c r="A2" t="inlineStr"><v>0</v></c>'),
    ]
)


@pytest.mark.parametrize("case", XLSX, ids=lambda c: c.name)
def test_both_lanes_of_a_workbook_agree_on_every_hostile_one(case, file):
    file.write_bytes(case.data)
    part = Part("Log", "xlsx", "gzip" if case.data.startswith(b"\x1f\x8b") else None)
    fast, careful = (outcome(read_xlsx(file, part, Layout(), case.limits, 2**20, careful=c)) for c in (False, True))
    assert fast == careful


@settings(QUICK, max_examples=600)
@given(tokens=st.lists(sheet_tokens, max_size=25))
def test_both_lanes_of_a_workbook_agree_on_any_mixture_of_rows_and_cells(tokens, file):
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>name</t></is></c></row>' if len(tokens) % 2 else ""
    file.write_bytes(book(rows, "".join(tokens), strings="<si><t>x</t></si>", styles=styled("0", "22")))
    fast, careful = (outcome(read_xlsx(file, Part("Log", "xlsx"), Layout(), Limits(), 2**20, careful=c)) for c in (False, True))
    assert fast == careful
