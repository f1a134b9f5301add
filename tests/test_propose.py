"""Drafts of sources: every column commented, no value shown, every open decision marked, and a draft that works once they are settled."""

import json
import re
import tomllib

import pytest

from audit_analyzer import guessing, ingest, propose, settings, sources, store, vault
from audit_analyzer.errors import ExportRejected, UsageError

HEADER = "Transaction No;Searched On;Officer Name;Agcy;Purpose;Case #;Best Score;Blob"
EXPORT = f"{HEADER}\n17;03/04/2026 10:15;Ann Smith;Metro;robbery;26-0012;91,5;zz\n18;05/06/2026 11:15;Bob Lee;Metro;;26-0013;88;q\n"


@pytest.fixture
def unknown(tmp_path):
    file = tmp_path / "kiosk.csv"
    file.write_text(EXPORT)
    return file


def test_a_draft_is_a_source_as_it_stands(unknown, tmp_path):
    (tmp_path / "kiosk.toml").write_text(propose.draft(unknown))
    assert sources.read(tmp_path / "kiosk.toml").tables() == ("queries",)


def test_every_column_is_commented_with_its_guess_its_reason_and_the_shapes_of_its_values(unknown):
    lines = propose.draft(unknown).splitlines()
    for column in EXPORT.splitlines()[0].split(";"):
        told = next(line for line in lines if line.startswith(f"# {column}: "))
        assert "Shapes: '" in told
        assert lines[lines.index(told) + 1].endswith(f'= "{column}"')


def test_no_value_of_the_export_stands_in_the_draft(unknown):
    text = propose.draft(unknown)
    assert [v for row in EXPORT.splitlines()[1:] for v in row.split(";") if len(v) > 3 and v in text] == []


def test_names_and_shapes_of_values_give_the_guesses(unknown):
    text = propose.draft(unknown)
    guessed = dict(re.findall(r"^  its_(\w+) AS (\w+)", text, re.MULTILINE))
    assert guessed == {
        "transaction_no": "query_id",
        "searched_on": "occurred_at",
        "officer_name": "operator",
        "purpose": "reason",
        "case_number": "case_number",
        "best_score": "top_score",
    }


@pytest.mark.parametrize(
    ("days", "pattern", "open_question"),
    [
        (("03/04/2026", "05/06/2026"), "%m/%d/%Y %H:%M", True),
        (("03/14/2026", "05/06/2026"), "%m/%d/%Y %H:%M", False),
        (("14/03/2026", "05/06/2026"), "%d/%m/%Y %H:%M", False),
        (("14/03/2026", "05/16/2026"), "%m/%d/%Y %H:%M", True),
    ],
)
def test_the_order_of_day_and_month_is_left_open_only_where_no_figure_tells(tmp_path, days, pattern, open_question):
    file = tmp_path / "a.csv"
    file.write_text("when,who\n" + "".join(f"{day} 10:15,x\n" for day in days))
    line = next(line for line in propose.draft(file).splitlines() if line.startswith("formats = [") and "%" in line)
    assert tomllib.loads(line)["formats"] == [pattern]
    assert (propose.DECIDE in line) == open_question


def test_zone_system_and_operation_are_left_to_the_user(unknown):
    marked = [line for line in propose.draft(unknown).splitlines() if propose.DECIDE in line]
    for word in ("zone =", "system  =", "AS operation", "title   =", "decimal =", "formats ="):
        assert [line for line in marked if word in line], word


def test_a_settled_draft_reads_its_export(unknown, tmp_path):
    root = tmp_path / "workspace"
    (root / "sources").mkdir(parents=True)
    text = propose.draft(unknown).replace('zone = "delivery"', 'zone = "Europe/Berlin"').replace("%m/%d/%Y", "%d/%m/%Y")
    (root / "sources" / "kiosk.toml").write_text(text)
    facts = settings.load(root)
    store.create(facts.database)
    with store.open_store(facts.database) as opened:
        told = ingest.ingest(opened, facts, vault.walk([unknown]), "0001-test")
        assert [(t.source, t.kept, t.rejected) for t in told] == [("kiosk", 2, 0)]
        rows = opened.rows(
            "SELECT query_id, operator, top_score, reason_state, strftime(occurred_at AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M') FROM queries ORDER BY 1"
        )
    assert rows == [("17", "Ann Smith", 91.5, "value", "2026-04-03 08:15"), ("18", "Bob Lee", 88.0, "empty", "2026-06-05 09:15")]


def test_json_keys_are_drafted_by_their_paths_and_the_draft_reads_them(tmp_path):
    file = tmp_path / "lines.ndjson"
    records = [
        {"id": f"q{n}", "at": 1781000000000 + n, "who": {"login": "jd", "e.mail": "a@b.example"}, "query": {"image": "p.jpg"}, "tags": ["a"]} for n in range(2)
    ]
    file.write_text("".join(json.dumps(r) + "\n" for r in records))
    root = tmp_path / "workspace"
    (root / "sources").mkdir(parents=True)
    (root / "sources" / "lines.toml").write_text(propose.draft(file))
    facts = settings.load(root)
    store.create(facts.database)
    with store.open_store(facts.database) as opened:
        ingest.ingest(opened, facts, vault.walk([file]), "0001-test")
        rows = opened.rows("SELECT query_id, operator, probe, epoch_ms(occurred_at) FROM queries ORDER BY 1")
    assert rows == [("q0", "jd", "p.jpg", 1781000000000), ("q1", "jd", "p.jpg", 1781000000001)]


def test_odd_headers_still_give_valid_toml(tmp_path):
    file = tmp_path / "odd.csv"
    file.write_text('"Say ""when""",back\\slash,Ünïcode £,日本語,"two\nlines",id,ID2\n2026-03-01 10:00:00,a,b,c,d,e,f\n')
    facts = tomllib.loads(propose.draft(file))
    assert sorted(facts["fields"].values()) == sorted(['Say "when"', "back\\slash", "Ünïcode £", "日本語", "two\nlines", "id", "ID2"])


def test_a_shape_shows_form_and_never_content():
    assert [guessing.shape(v) for v in ("Ann Smith 42", "é-9", "x" * 60)] == ["Aaa Aaaaa 99", "a-9", "a" * 48 + "…"]


def test_an_export_without_records_still_gives_its_columns(tmp_path):
    file = tmp_path / "empty.csv"
    file.write_text("id,reason\n")
    assert "nothing (every cell looked at is empty)" in propose.draft(file)


def test_what_is_no_table_is_refused(tmp_path):
    file = tmp_path / "page.html"
    file.write_text("<html></html>")
    with pytest.raises(ExportRejected):
        propose.draft(file)


def test_a_file_that_a_source_reads_already_is_said_to_be_before_anything_else(tmp_path, unknown):
    (tmp_path / "trail.json").write_text(json.dumps({"Records": [{"eventVersion": "1.08", "eventSource": "rekognition.amazonaws.com", "eventName": "SearchFaces",
        "eventTime": "2026-03-01T10:00:00Z", "eventID": "a", "userIdentity": {"type": "IAMUser"}}]}))  # fmt: skip
    assert propose.draft(tmp_path / "trail.json").startswith("# The source rekognition_cloudtrail reads this file already")
    assert propose.draft(unknown).startswith("# A draft")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"nothing\.csv: there is no such file"):
        propose.draft(tmp_path / "nothing.csv")
