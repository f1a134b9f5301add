"""What the readers promise of ordinary files: what an export is, its records with exact locators, and the same whatever the buffer sizes."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_files import book, gz, parquet, texts, zipped

from audit_analyzer import readers
from audit_analyzer.errors import ExportFailed, ExportRejected
from audit_analyzer.readers import Layout, Member, Part
from audit_analyzer.settings import Limits

LIMITS = Limits()
EUGENE = Path(__file__).resolve().parents[2] / "shared" / "data" / "eugene-flock-audit.csv"
TRAIL = [{"eventVersion": "1.08", "eventName": "SearchFacesByImage", "eventID": f"e{i}", "requestParameters": {"maxFaces": i}} for i in range(125)]


@pytest.fixture
def put(tmp_path):
    def put(data: bytes, name: str = "export") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return put


def read(path, part=None, name="a.csv", layout=None, **more):
    part = part or readers.look(path, name, LIMITS)[0]
    batches = list(readers.read(path, part, layout or Layout(), LIMITS, **more))
    return [r for b in batches for r in b.table.to_pylist()], [r for b in batches for r in b.rejected], batches


def test_the_front_door_imports_nothing_heavy():
    code = "import sys, audit_analyzer.readers; print([m for m in ('numpy', 'pyarrow', 'msgspec', 'isal', 'duckdb', 'polars') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    assert shown.stdout.strip() in ("[]", "['msgspec']")


def test_a_csv_record_has_its_line_offset_length_and_cells(put):
    path = put(b'id,why\r\n1,"a\r\nb"\r\n\r\n2,c\n')
    rows, rejected, _ = read(path)
    assert rows == [
        {"record": "2", "offset": 8, "length": 8, "c0": "1", "c1": "a\r\nb"},
        {"record": "5", "offset": 20, "length": 3, "c0": "2", "c1": "c"},
    ]
    assert rejected == []
    assert readers.record_bytes(path, None, 8, 8) == b'1,"a\r\nb"'


def test_a_rejected_record_keeps_its_bytes_and_place(put):
    _, (reject,), _ = read(put(b"id,why\n1,\xff,x\n2,c\n"))
    assert (reject.record, reject.raw, reject.offset, reject.length) == ("2", b"1,\xff,x", 7, 5)


def test_records_of_gzip_are_located_in_the_decompressed_bytes(put):
    path = put(gz(b"id,why\n1,a\n") + gz(b"2,b\n"))
    rows, _, _ = read(path)
    assert [readers.record_bytes(path, "gzip", r["offset"], r["length"]) for r in rows] == [b"1,a", b"2,b"]


def test_asking_for_bytes_beyond_the_file_fails(put):
    with pytest.raises(ExportFailed):
        readers.record_bytes(put(b"abc"), None, 2, 5)
    with pytest.raises(ExportFailed):
        readers.record_bytes(put(gz(b"abc")), "gzip", 2, 5)


def test_a_file_that_is_not_there_fails_and_is_not_rejected(tmp_path):
    with pytest.raises(ExportFailed, match="io:"):
        readers.look(tmp_path / "gone", "gone.csv", LIMITS)
    with pytest.raises(ExportFailed, match="io:"):
        list(readers.read(tmp_path, Part("", "csv"), Layout(), LIMITS))


def test_the_header_of_a_csv_is_split_by_the_delimiter_asked_for(put):
    (part,) = readers.look(put(b'\xef\xbb\xbfid;"a,b"\n1;2\n'), "x.csv", LIMITS)
    assert part.header(";") == ("id", "a,b")
    assert part.header(",") == ('id;"a', 'b"')
    with pytest.raises(ExportRejected, match="stray_quote"):
        part.check_header(LIMITS, ",")
    assert part.likely_delimiter() == ";"
    (part,) = readers.look(put(b"id;b\n1;2\n"), "x.csv", LIMITS)
    assert part.header(",") == ("id;b",)


def test_the_header_of_utf_16_is_read_by_its_mark_or_by_declaration(put):
    (part,) = readers.look(put("\ufeffid,é\n".encode("utf-16-le")), "x.csv", LIMITS)
    assert part.header() == ("id", "é")
    (part,) = readers.look(put("id,ab\n".encode("utf-16-be")), "x.csv", LIMITS)
    assert part.header(encoding="utf-16-be") == ("id", "ab")
    assert part.header() == ("\0i\0d\0", "\0a\0b\0")
    with pytest.raises(ExportRejected, match="NUL") as caught:
        part.check_header(LIMITS)
    assert "it looks like utf-16-be without its mark" in caught.value.remedy


def test_the_header_may_stand_on_another_line(put):
    (part,) = readers.look(put(b"Report, March\n\nid,why\n1,a\n"), "x.csv", LIMITS)
    assert part.header(header_row=2) == ("id", "why")
    rows, _, _ = read(put(b"Report, March\n\nid,why\n1,a\n"), layout=Layout(header_row=2))
    assert [(r["record"], r["c1"]) for r in rows] == [("4", "a")]


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b'{"a":1}\n{"b":2,"a":3}\n', "x.json", ("ndjson", None, ("a", "b"))),
        (b'{"a":1}', "x.jsonl", ("ndjson", None, ("a",))),
        (b'{"a":1}', "x.json", ("json", "object", ("a",))),
        (b'{"Records":[{"a":1},{"b":2}]}', "x", ("json", "Records", ("a", "b"))),
        (b'{"v":"1","Records":[{"a":1}]}', "x", ("json", "Records", ("a",))),
        (b'{"Records":[]}', "x", ("json", "Records", ())),
        (b'{"Events":[{"EventId":"1"}],"NextToken":"t"}', "x", ("json", "Events", ("EventId",))),
        (b'[{"a":1}]', "x.json", ("json", "array", ("a",))),
        (b'{"digestStartTime":"x","logFiles":[{"s3Object":"y"}]}', "x.json", ("json", "logFiles", ("s3Object",))),
        (b'{"digestStartTime":"x","logFiles":[]}', "x.json", ("json", "object", ("digestStartTime", "logFiles"))),
        (b'{\n "id": 1,\n "user": {"n": 1}\n}\n', "x.json", ("json", "object", ("id", "user"))),
        (b"id\tname\n", "x", ("csv", None, ())),
        (b"id\n1\n", "x.txt", ("csv", None, ())),
        (b"[id],name\n1,2\n", "x.csv", ("csv", None, ())),
    ],
)
def test_what_an_export_is_comes_from_its_content_and_the_name_breaks_ties(put, data, name, expected):
    for written, compression in ((data, None), (gz(data), "gzip")):
        (part,) = readers.look(put(written), name + (".gz" if compression else ""), LIMITS)
        assert (part.format, part.envelope, part.columns) == expected
        assert part.compression == compression


def test_two_arrays_of_objects_are_two_parts(put):
    path = put(b'{"made":"2026","queries":[{"q":1}],"reviews":[{"r":2},{"r":3}]}')
    parts = readers.look(path, "x.json", LIMITS)
    assert [(p.envelope, p.columns) for p in parts] == [("queries", ("q",)), ("reviews", ("r",))]
    assert [[r["record"] for r in read(path, p)[0]] for p in parts] == [["/queries/0"], ["/reviews/0", "/reviews/1"]]


def test_columns_of_a_large_trail_come_from_its_first_twenty_records(put):
    records = [{**r, f"k{i}": 1} for i, r in enumerate(TRAIL * 40)]
    for indent in (None, 1):
        (part,) = readers.look(put(json.dumps({"Records": records}, indent=indent).encode()), "x.json", LIMITS)
        assert part.columns == ("eventVersion", "eventName", "eventID", "requestParameters", *(f"k{i}" for i in range(20)))


def test_a_trail_gives_each_record_its_pointer_and_its_exact_bytes(put):
    for text in (json.dumps({"Records": TRAIL}, separators=(",", ":")), json.dumps({"Records": TRAIL}), json.dumps({"Records": TRAIL}, indent=2)):
        path = put(gz(text.encode()))
        rows, rejected, _ = read(path, name="x.json.gz")
        assert [r["record"] for r in rows] == [f"/Records/{i}" for i in range(125)]
        assert [json.loads(r["raw"]) for r in rows] == TRAIL
        assert all(readers.record_bytes(path, "gzip", r["offset"], r["length"]) == r["raw"].encode() for r in rows[::25])
        assert rejected == []


def test_locators_of_utf_16_json_point_into_the_bytes_as_delivered(put):
    path = put("\ufeff".encode("utf-16-le") + '[{"a":"é"},{"b":"😀"},{"c":1}]'.encode("utf-16-le"))
    rows, _, _ = read(path, name="x.json")
    assert [readers.record_bytes(path, None, r["offset"], r["length"]).decode("utf-16-le") for r in rows] == ['{"a":"é"}', '{"b":"😀"}', '{"c":1}']


def test_batches_differ_in_size_and_never_in_content(put):
    lines = [json.dumps({"q": i, "why": "x" * (i % 50)}) for i in range(3000)]
    lines[700] = '{"q":'
    path = put("\n".join(lines).encode())
    whole = read(path, Part("", "ndjson"))
    small = read(path, Part("", "ndjson"), batch_bytes=5000)
    assert len(whole[2]) == 1
    assert len(small[2]) > 10
    assert whole[:2] == small[:2]
    assert [r.record for r in whole[1]] == ["701"]


def test_a_mangled_large_csv_gives_what_pythons_reader_gives_of_its_good_lines(put):
    chance = random.Random(7)  # noqa: S311  the same mangled file every time
    cells = ["", "a", "b,c", 'say "x"', "two\nlines", "é€😀", "x" * 300]
    rows = [[str(i), chance.choice(cells), chance.choice(cells)] for i in range(30_000)]
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\n")
    writer.writerow(["id", "why", "note"])
    written, bad = [], []
    for row in rows:
        start = held.tell()
        writer.writerow(row)
        if chance.random() < 0.002:
            held.seek(start)
            held.truncate()
            held.write(chance.choice(['1,b"c,x\n', '"a"b,c,d\n', "1,2\n", "1,2,3,4\n", "1,\x00,3\n"]))
            bad.append(row)
        else:
            written.append(row)
    found, rejected, _ = read(put(held.getvalue().encode()), batch_bytes=100_000)
    assert [[r["c0"], r["c1"], r["c2"]] for r in found] == written
    assert len(rejected) == len(bad) > 20


def test_every_sheet_of_a_workbook_is_a_part_hidden_ones_too(put):
    path = put(book(texts(1, "id"), texts(2, "7"), more=(("Raw", "hidden", texts(1, "a", "b")), ("Old", "veryHidden", ""))))
    parts = readers.look(path, "x.xlsx", LIMITS)
    assert [(p.name, p.format, p.columns, p.notes) for p in parts] == [
        ("Log", "xlsx", ("id",), ()),
        ("Raw", "xlsx", ("a", "b"), ("hidden sheet",)),
        ("Old", "xlsx", (), ("hidden sheet",)),
    ]
    assert [read(path, p)[0] for p in parts] == [[{"record": "Log!2", "offset": None, "length": None, "c0": "7"}], [], []]


def test_a_sheet_with_formulas_says_so(put):
    path = put(book(texts(1, "id"), '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c></row>'))
    assert readers.look(path, "x.xlsx", LIMITS)[0].notes == ("formulas: the values are those that were stored when the workbook was last calculated",)


def test_workbooks_of_other_writers_give_what_was_written(put, tmp_path):
    import datetime as dt

    import openpyxl
    import xlsxwriter

    when = dt.datetime(2026, 3, 1, 10, 30)  # noqa: DTZ001  a workbook knows no zones
    path = tmp_path / "w.xlsx"
    with xlsxwriter.Workbook(str(path)) as writer:
        sheet = writer.add_worksheet("A & B")
        sheet.write_row(0, 0, ["id", "when", "ok", "text"])
        sheet.write_row(1, 0, [7, "", True, "<&>\n"])
        sheet.write_datetime(1, 1, when, writer.add_format({"num_format": "dd.mm.yyyy hh:mm"}))
    expected = {"record": "A & B!2", "offset": None, "length": None, "c0": "7", "c1": "2026-03-01T10:30:00", "c2": "true", "c3": "<&>\n"}
    assert read(path, name="w.xlsx")[0] == [expected]
    other = openpyxl.Workbook()
    other.active.title = "A & B"
    other.active.append(["id", "when", "ok", "text"])
    other.active.append([7, when, True, "<&>\n"])
    other.save(path)
    assert read(path, name="w.xlsx")[0] == [expected]


def test_parquet_rows_are_numbered_across_row_groups(put):
    path = put(parquet({"id": [f"q{i}" for i in range(10)]}, row_group_size=3))
    rows, _, _ = read(path, name="x.parquet")
    assert [(r["record"], r["c0"]) for r in rows] == [(f"row {i}", f"q{i}") for i in range(10)]


def test_members_of_a_zip_are_files_of_their_own_with_names_as_text(put, tmp_path):
    into = tmp_path / "into"
    into.mkdir()
    found = list(readers.members(put(zipped(("a/x.csv", b"id,w\n1,2\n"), ("x.csv.gz", gz(b"id,w\n")))), into, LIMITS))
    assert [m.name for m in found] == ["a/x.csv", "x.csv.gz"]
    assert all(isinstance(m, Member) and m.path.parent == into for m in found)
    assert read(found[0].path, name=found[0].name)[0][0]["c1"] == "2"


def test_memory_does_not_grow_with_a_gzip_that_would_inflate_without_end(put):
    path = put(gzip.compress(b"id,w\n" + b"1,2\n" * 20_000_000))
    with pytest.raises(ExportFailed, match=r"limit\.ratio"):
        readers.look(path, "x.csv.gz", LIMITS) and read(path, name="x.csv.gz")


def test_a_quote_that_swallows_megabytes_is_refused_without_holding_them(put):
    path = put(b"id,w\n" + b'1,"open\n' + b"2,x\n" * 3_000_000)
    with pytest.raises(ExportRejected, match=r"csv\.unterminated_quote: a quote opened in the record of line 2"):
        read(path)


@pytest.mark.skipif(not EUGENE.exists(), reason="the public log of Eugene, Oregon is not beside this checkout")
def test_the_public_log_of_eugene_reads_whole():
    rows, rejected, _ = read(EUGENE)
    with EUGENE.open(newline="", encoding="utf-8-sig") as file:
        expected = list(csv.reader(file))[1:]
    assert [[r[f"c{i}"] for i in range(len(expected[0]))] for r in rows] == expected
    assert rejected == []
