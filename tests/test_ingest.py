import gzip
import os
import shutil
import zipfile

import pytest
from exports_maker import event, use, write_cloudtrail, write_csv, write_gz, write_ndjson, write_parquet, write_xlsx, write_zip
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_analyzer import group, nightly, readers
from audit_analyzer.errors import COULD_NOT_LOOK, AuditError, NothingToRead, SettingsError, SourceError, UsageError
from audit_analyzer.store import canonical

BOOKED = "SELECT sum(read)::INT, sum(kept)::INT, sum(rejected)::INT, sum(set_aside)::INT, sum(copies)::INT FROM exports WHERE outcome = 'accepted'"
THERE = "SELECT (SELECT count(*) FROM queries), (SELECT count(*) FROM rejects), (SELECT count(*) FROM set_aside), (SELECT count(*) FROM copies)"
KEEN = """
title = "also claims it"
formats = ["csv"]
[[recognise]]
all = ["query_id", "operation", "occurred_at"]
[fields]
query_id = "query_id"
occurred_at = "occurred_at"
[[table]]
name = "queries"
sql = "SELECT query_id, 'verification' AS operation, occurred_at FROM records"
"""


def adds_up(result):
    return result.read == result.kept + result.rejected + result.set_aside + result.copies


# --- the law of the ledger

RECORDS = st.lists(st.tuples(st.sampled_from(["good", "bad", "aside"]), st.integers(0, 12)), min_size=1, max_size=40)


def plain_record(kind, n):
    return use(n) if kind == "good" else use(n, occurred_at="soon")


@settings(max_examples=12)
@given(RECORDS, st.sampled_from(["csv", "ndjson", "json", "json.gz"]))
def test_read_is_kept_and_rejected_and_set_aside_and_copies_whatever_the_mix(tmp_path_factory, records, ending):
    from conftest import Place

    folder = tmp_path_factory.mktemp("mix")
    place, path = Place(folder / "w"), folder / f"a.{ending}"
    if ending.startswith("json"):
        other = {"good": {}, "bad": {"eventTime": "soon"}, "aside": {"eventSource": "s3.amazonaws.com", "eventName": "GetObject"}}
        write_cloudtrail(path, [event(n, **other[kind]) for kind, n in records])
    else:
        {"csv": write_csv, "ndjson": write_ndjson}[ending](path, [plain_record(kind, n) for kind, n in records])
    result = place.one(path)
    counted = {kind: [n for k, n in records if k == kind] for kind in ("good", "bad", "aside")}
    bad = len(counted["bad"]) + (0 if ending.startswith("json") else len(counted["aside"]))
    aside = len(counted["aside"]) if ending.startswith("json") else 0
    kept = len(set(counted["good"]))
    expected = (len(records), kept, bad, aside, len(counted["good"]) - kept)
    assert ((result.read, result.kept, result.rejected, result.set_aside, result.copies), place.rows(THERE)) == (expected, [expected[1:]])


@settings(max_examples=8)
@given(st.lists(st.integers(0, 25), min_size=1, max_size=40), st.integers(1, 5), st.randoms(use_true_random=False))
def test_splitting_shuffling_and_repeating_files_changes_no_use(tmp_path_factory, numbers, parts, dice):
    from conftest import Place

    folder = tmp_path_factory.mktemp("parts")
    whole, split = Place(folder / "w1"), Place(folder / "w2")
    rows = [use(n, reason=f"case {n % 4}") for n in numbers]
    whole.ingest(write_csv(folder / "whole" / "a.csv", rows))
    shuffled = rows[:]
    dice.shuffle(shuffled)
    paths = [write_csv(folder / "split" / f"{dice.randrange(10**6)}-{n}.csv", shuffled[n::parts]) for n in range(parts) if shuffled[n::parts]]
    dice.shuffle(paths)
    for path in [*paths, dice.choice(paths)]:
        split.ingest(path)
    split.ingest(folder / "split")
    assert (split.rows_of("queries"), len(split.rows_of("queries"))) == (whole.rows_of("queries"), len(set(numbers)))


def test_the_order_in_which_files_are_handed_over_changes_nothing_at_all(places, files):
    paths = [write_csv(files / f"{n}.csv", [use(m, reason=f"from file {n}") for m in range(n, n + 4)]) for n in range(4)]
    one, other = places(), places()
    one.ingest(*paths)
    other.ingest(*reversed(paths))
    assert [other.rows(f"FROM {t} ORDER BY ALL") for t in ("queries", "copies")] == [one.rows(f"FROM {t} ORDER BY ALL") for t in ("queries", "copies")]


def test_small_batches_give_the_same_rows_as_one_big_one(places, files, monkeypatch):
    write_csv(files / "a.csv", [use(n % 70) for n in range(100)] + [use(1, occurred_at="soon")])
    write_cloudtrail(files / "b.json.gz", [event(n) for n in range(50)])
    one, other = places(), places()
    one.ingest(files)
    monkeypatch.setattr(group, "FULL_BYTES", 100)
    other.ingest(files)
    assert ([other.rows_of(t) for t in canonical()], other.rows(BOOKED)) == ([one.rows_of(t) for t in canonical()], one.rows(BOOKED))


# --- the same again


def test_the_same_file_again_is_all_copies_and_its_delivery_is_noted(place, files):
    path = write_csv(files / "a.csv", [use(1), use(2)])
    place.ingest(path)
    again = place.one(path)
    told = (again.outcome, again.read, again.kept, again.copies, again.source, place.values("SELECT known FROM deliveries ORDER BY run_id"))
    assert told == ("accepted", 2, 0, 2, "interchange", [False, True])


def test_a_file_declared_to_be_no_export_is_none_under_another_name_either(place, files):
    write_csv(files / "a.csv", [use(1)])
    shutil.copy(files / "a.csv", files / "b.csv")
    place.says('[[delivery]]\nfiles = "*a.csv"\nsource = "none"\n')
    assert [(r.read, r.kept) for r in place.ingest(files)] == [(0, 0), (0, 0)]


def test_the_same_file_under_another_name_is_the_same_export(place, files):
    write_csv(files / "a.csv", [use(1)])
    shutil.copy(files / "a.csv", files / "b.csv")
    results = place.ingest(files)
    assert ([(r.kept, r.copies) for r in results], place.values("SELECT count(*) FROM exports")) == ([(1, 0), (0, 1)], [1])


def test_the_same_file_in_a_zip_is_the_same_export(place, files):
    path = write_csv(files / "a.csv", [use(1)])
    place.ingest(path)
    again = place.one(write_zip(files / "a.zip", {"folder/other.csv": path.read_bytes()}))
    assert (again.file.endswith("a.zip!folder/other.csv"), again.kept, again.copies) == (True, 0, 1)


def test_the_same_content_in_gzip_has_other_bytes_and_the_same_records_which_are_copies(place, files):
    path = write_csv(files / "a.csv", [use(1), use(2)])
    place.ingest(path)
    again = place.one(write_gz(files / "a.csv.gz", path))
    assert (again.kept, again.copies, place.values("SELECT count(*) FROM exports")) == (0, 2, [2])


def test_a_file_that_grew_brings_only_its_new_records(place, files):
    place.ingest(write_csv(files / "a.csv", [use(1), use(2)]))
    grown = place.one(write_csv(files / "a.csv", [use(1), use(2), use(3)]))
    assert (grown.kept, grown.copies, place.values("SELECT count(*) FROM exports")) == (1, 2, [2])


def test_every_member_of_an_archive_is_an_export_of_its_own_inside_it(place, files):
    one, other = write_csv(files / "a.csv", [use(1)]), write_csv(files / "b.csv", [use(2)])
    archive = write_zip(files.parent / "all.zip", {"a.csv": one.read_bytes(), "x/b.csv": other.read_bytes()})
    results = place.ingest(archive)
    assert ([r.kept for r in results], place.values("SELECT count(DISTINCT container) FROM exports")) == ([1, 1], [1])


def test_several_archives_in_one_delivery_do_not_get_into_each_others_way(place, files):
    import tarfile

    for n in range(3):
        with tarfile.open(files / f"{n}.tar.gz", "w:gz") as archive:
            archive.add(write_csv(files.parent / f"{n}.csv", [use(n)]), f"{n}.csv")
    results = place.ingest(files)
    assert [(r.outcome, r.kept) for r in results] == [("accepted", 1)] * 3


def test_an_archive_that_could_not_be_opened_one_night_is_not_held_against_it_the_next(place, files):
    rows = write_csv(files.parent / "a.csv", [use(1)]).read_bytes()
    archive = write_zip(files / "a.zip", {"a.csv": rows, "b.csv": rows.replace(b"q-1", b"q-2")})
    first = place.says("[limits]\nmembers = 1\n").one(archive)
    place.says("").ingest(archive)
    assert (first.outcome, place.rows("SELECT outcome, kept FROM exports")) == ("failed", [("accepted", 1), ("accepted", 1)])


def test_an_archive_that_could_not_even_be_copied_one_night_is_not_held_against_it_the_next(place, files):
    rows = write_csv(files.parent / "a.csv", [use(1)]).read_bytes()
    os.mkfifo(files / "a.zip")
    place.ingest(files)
    (files / "a.zip").unlink()
    write_zip(files / "a.zip", {"a.csv": rows})
    place.ingest(files)
    assert place.rows("SELECT outcome, kept FROM exports") == [("accepted", 1)]


def test_nothing_half_done_of_an_archive_stays_in_the_vault(place, files):
    place.ingest(write_zip(files / "a.zip", {"a.csv": b"query_id,operation\n", "../b.csv": b"x"}))
    assert [p.name for p in place.settings.vault.iterdir() if p.name.startswith(".")] == []


# --- what cannot be read is told, and stops nothing else


def outcome_of(place, files, name, body):
    (files / name).write_bytes(body)
    write_csv(files / "good.csv", [use(1)])
    told = {r.file.rsplit("/", 1)[1]: r for r in place.ingest(files)}
    assert (told["good.csv"].outcome, told["good.csv"].kept, all(map(adds_up, told.values()))) == ("accepted", 1, True)
    return told[name]


def test_a_truncated_gzip_file_is_rejected_whole_and_none_of_it_is_used(place, files):
    body = gzip.compress(b"query_id,system,operation,occurred_at\n" + b"".join(b"z-%d,s,identification,2026-03-01T10:00:00Z\n" % n for n in range(999)))
    told = outcome_of(place, files, "cut.csv.gz", body[:-20])
    assert (told.outcome, told.reason.split(":")[0], told.read, place.uses("system")) == ("rejected", "gzip.truncated", 0, {"q-1": "metro"})


def test_a_ragged_line_is_one_reject_with_its_bytes(place, files):
    told = outcome_of(place, files, "a.csv", b"query_id,operation,occurred_at\nx,identification,2026-03-01T10:00:00Z\ny,identification\n")
    assert ((told.kept, told.rejected), place.rows("SELECT record, raw FROM rejects")) == ((1, 1), [("3", b"y,identification")])


def test_a_broken_line_of_ndjson_is_one_reject_with_its_bytes(place, files):
    told = outcome_of(place, files, "a.ndjson", b'{"query_id":"x","operation":"identification","occurred_at":"2026-03-01T10:00:00Z"}\n{"query_id": \n')
    assert ((told.kept, told.rejected), place.rows("SELECT record, raw FROM rejects")) == ((1, 1), [("2", b'{"query_id": ')])


@pytest.mark.parametrize("line", [b"5", b"[1,2]", b'"text"', b"null"])
def test_a_line_of_ndjson_that_is_no_object_is_never_a_use(place, files, line):
    told = outcome_of(place, files, "a.ndjson", b'{"query_id":"x","operation":"identification","occurred_at":"2026-03-01T10:00:00Z"}\n' + line + b"\n")
    assert (told.read, told.kept, told.rejected) == (2, 1, 1)


KEY_OF_HALF_A_PAIR = b'{"query_id":"x","operation":"identification","occurred_at":"2026-03-01T10:00:00Z","rea\\ud800son":"y"}'
ITS_TWIN = KEY_OF_HALF_A_PAIR.replace(b'"x"', b'"z"').replace(b"\\ud800", b"\\u00e9")


@pytest.mark.parametrize(
    ("name", "body"),
    [("a.ndjson", b"%s\n%s\n"), ("a.json", b"[%s,%s]"), ("a.json", b'{"Records":[%s,%s]}'), ("a.json", b'{"\\udfff":[%s,%s]}')],
)
def test_a_key_that_is_half_a_surrogate_pair_costs_its_record_and_nothing_else(place, files, name, body):
    told = outcome_of(place, files, name, body % (KEY_OF_HALF_A_PAIR, ITS_TWIN))
    assert (told.read, told.kept, told.rejected) == (2, 1, 1)
    assert place.values("SELECT reason FROM rejects") == ["json.surrogate: half of a surrogate pair stands alone"]
    assert place.values("SELECT columns_unknown FROM exports WHERE rejected = 1") == [["reaéson"]]


@pytest.mark.parametrize("step", ["look", "read", "members"])
def test_what_no_reader_foresaw_costs_one_export_and_is_told_as_a_defect(place, files, monkeypatch, step):
    known = getattr(readers, step)

    def sound(path):
        if "good" not in path.read_text():
            raise IndexError("list index out of range")

    def stumbles(path, *more):
        sound(path)
        yield from known(path, *more)

    def looks(path, *more):
        sound(path)
        return known(path, *more)

    write_csv(files / "a.csv", [use(1)])
    write_csv(files / "b.csv", [use(2, reason="good")])
    monkeypatch.setattr(readers, step, looks if step == "look" else stumbles)
    bad, good = place.ingest(files)
    assert (bad.outcome, good.outcome, place.uses("reason")) == ("failed", "accepted", {"q-2": "good"})
    assert bad.reason.startswith("defect: this is a defect of the program, not of your data: IndexError: list index out of range (test_ingest.py, line ")
    assert nightly.intake_code([bad, good]) == COULD_NOT_LOOK
    monkeypatch.undo()
    assert [r.kept for r in place.ingest(files)] == [1, 0]


def test_an_archive_of_folders_has_its_line_in_the_ledger(place, files):
    archive = write_zip(files / "a.zip", {"logs/": b""})
    told = place.one(archive)
    assert (told.outcome, told.reason.split(":")[0]) == ("rejected", "archive.empty")
    assert place.rows("SELECT e.outcome, count(*) FROM exports e JOIN deliveries d USING (export_id, path) GROUP BY 1") == [("rejected", 1)]


def test_the_comment_of_an_archive_has_a_line_of_its_own(place, files):
    archive = write_zip(files / "a.zip", {"a.csv": write_csv(files / "a.csv", [use(1)]).read_bytes()})
    with zipfile.ZipFile(archive, "a") as opened:
        opened.comment = b"query_id,operation"
    comment, member = place.ingest(archive)
    assert (comment.file.rsplit("/")[-1], comment.outcome, member.kept) == ("a.zip!(comment)", "rejected", 1)
    assert comment.reason.endswith("beginning b'query_id,operation'")


HEAD = b"query_id,operation,occurred_at"
FAULTY_HEADERS = {
    "an encoding": (HEAD + b",rea\xffson\n", "csv.header: csv.encoding"),
    "NUL": (HEAD + b",rea\0son\n", "csv.header: csv.nul"),
    "UTF-16 without its mark": ((HEAD + b"\nx,identification,2026-03-01\n").decode().encode("utf-16-le"), "csv.header: csv.nul"),
    "CR only": (HEAD + b"\rx,identification,2026-03-01T10:00:00Z\r", "csv.header: csv.bare_cr"),
    "a column twice": (HEAD + b",reason,reason\n", "header.duplicate: two columns are called 'reason'"),
    "a stray quote": (HEAD + b',rea"son\n', "csv.header: csv.stray_quote"),
    "too many columns": (
        HEAD + b"".join(b",c%d" % n for n in range(600)) + b"\n",
        "limit.columns: 603 columns, limit 512; next: if the export is honest, raise",
    ),
}


@pytest.mark.parametrize("forced", [None, "interchange", "keen"])
@pytest.mark.parametrize("fault", FAULTY_HEADERS)
def test_the_fault_of_a_header_is_told_and_not_that_no_source_knows_it(place, files, fault, forced):
    body, told = FAULTY_HEADERS[fault]
    (files / "a.csv").write_bytes(body)
    if forced == "keen":
        place.source("keen", KEEN)
    assert place.one(files / "a.csv", forced=forced).reason.startswith(told)


def test_a_header_beyond_the_limit_is_read_where_the_limit_is_raised(place, files):
    path = write_csv(files / "a.csv", [use(1, **{f"c{n}": "x" for n in range(600)})])
    assert place.says("[limits]\ncolumns = 700\n").one(path, forced="interchange").kept == 1


def test_json_that_cannot_be_read_at_all_says_why(place, files):
    (files / "a.json").write_bytes(b"[" * 100_000)
    (files / "b.ndjson").write_bytes(b'{"a":\n{"b":\n')
    deep, broken = place.ingest(files)
    assert deep.reason.startswith("json.depth")
    assert broken.reason.startswith("none of the first records can be read; 1: json.syntax")


def test_an_exchange_file_of_mostly_unknown_columns_is_read_where_it_was_said_to_be_one(place, files):
    path = write_csv(files / "a.csv", [use(1, **dict.fromkeys("abcdefgh", "x"))])
    told = place.one(path)
    assert "as interchange: queries has what it needs there, but only 5 of 13 columns are known" in told.reason
    assert "--source interchange" in told.reason
    assert place.says('[[delivery]]\nfiles = "a.csv"\nsource = "interchange"\n').one(path).kept == 1
    assert place.values("SELECT columns_unknown FROM exports WHERE outcome = 'accepted'") == [list("abcdefgh")]


def test_an_exchange_file_without_a_needed_column_says_which(place, files):
    path = write_csv(files / "a.csv", [{"query_id": "q", "operator": "kim", "reason": "theft"}])
    assert "as interchange: queries needs occurred_at, operation, too" in place.one(path, forced="interchange").reason


def test_an_export_that_no_source_knows_shows_its_columns_and_the_remedy(place, files):
    told = outcome_of(place, files, "a.csv", b"name,remark\nkim,none\n")
    assert (told.outcome, "name, remark" in told.reason, "sources propose" in told.reason) == ("rejected", True, True)


def test_an_empty_file_is_told(place, files):
    assert outcome_of(place, files, "a.csv", b"").outcome == "rejected"


def test_two_sources_that_claim_one_export_are_both_named(place, files):
    place.source("keen", KEEN)
    told = place.one(write_csv(files / "a.csv", [use(1)]))
    assert (told.outcome, "interchange, keen" in told.reason, "audit.toml" in told.reason) == ("rejected", True, True)


def test_a_source_named_in_audit_toml_settles_which_of_two_it_is(place, files):
    place.source("keen", KEEN).says('[[delivery]]\nfiles = "a.csv"\nsource = "keen"\n')
    place.ingest(write_csv(files / "a.csv", [use(1)]))
    assert place.uses("operation") == {"q-1": "verification"}


def test_a_source_named_on_the_command_settles_it_too(place, files):
    place.source("keen", KEEN)
    place.ingest(write_csv(files / "a.csv", [use(1)]), forced="keen")
    assert place.uses("operation") == {"q-1": "verification"}


def test_a_source_named_on_the_command_outranks_the_one_in_audit_toml(place, files):
    place.source("keen", KEEN).says('[[delivery]]\nfiles = "a.csv"\nsource = "interchange"\n')
    place.ingest(write_csv(files / "a.csv", [use(1)]), forced="keen")
    assert place.uses("operation") == {"q-1": "verification"}


def test_a_forced_source_that_does_not_exist_is_told_with_those_that_do(place, files):
    with pytest.raises(UsageError, match="there is no source 'kean'") as told:
        place.one(write_csv(files / "a.csv", [use(1)]), forced="kean")
    assert ("interchange" in told.value.remedy, place.values("SELECT count(*) FROM exports")) == (True, [0])
    place.says('[[delivery]]\nfiles = "*"\nsource = "interchnge"\n')
    with pytest.raises(SettingsError, match="there is no source 'interchnge'"):
        place.one(files)


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("AS reasson", "AS reason", "queries has no column reasson"),
        ("its_whhy AS reason", "its_why AS reason", "its_whhy"),
        ("FROM recrods", "FROM records", "recrods"),
        ('zone = "US/Pacfic"', 'zone = "US/Pacific"', "there is no time zone 'US/Pacfic'"),
    ],
)
def test_a_typing_error_in_a_source_is_told_with_its_file_and_loses_nothing(place, files, wrong, right, said):
    text = """
title = "Own"
formats = ["csv"]
system = "own"
[clock]
zone = "US/Pacific"
[[recognise]]
all = ["Who", "Why"]
[fields]
number = "No"
at = "At"
who = "Who"
its_why = "Why"
[[table]]
name = "queries"
sql = '''
SELECT number AS query_id, system_name AS system, 'identification' AS operation, at AS occurred_at, who AS operator, its_why AS reason FROM records
'''
"""
    (files / "own.csv").write_text("No,At,Who,Why\n1,2026-03-01T10:00:00Z,kim,robbery\n")
    place.source("own", text.replace(right, wrong))
    with pytest.raises(SourceError, match=said) as told:
        place.one(files)
    assert "own.toml" in told.value.where
    place.source("own", text)
    assert (place.one(files).kept, place.values("SELECT reason FROM queries")) == (1, ["robbery"])


def test_what_a_source_neither_fills_nor_calls_not_logged_is_not_exported(place, files):
    source = """
title = "Own"
formats = ["csv"]
[[recognise]]
all = ["Who"]
[fields]
at = "At"
who = "Who"
[not_logged]
queries = ["offense"]
[[table]]
name = "queries"
sql = "SELECT 'identification' AS operation, at AS occurred_at, who AS operator FROM records"
"""
    (files / "own.csv").write_text("At,Who\n2026-03-01T10:00:00Z,kim\n")
    place.source("own", source).one(files)
    states = "SELECT column_name, state FROM field_states WHERE column_name IN ('latitude', 'offense', 'reason') ORDER BY ALL"
    assert place.rows(states) == [("latitude", "not_exported"), ("offense", "not_logged"), ("reason", "not_exported")]
    assert place.rows("SELECT reason_state, offense_state FROM queries") == [("not_exported", "not_logged")]


def test_a_reject_of_a_workbook_or_parquet_keeps_its_cells_for_the_rules_of_text(place, files):
    rows = [use(1), use(2) | {"occurred_at": "some day", "reason": "protest at city hall"}]
    write_xlsx(files / "a.xlsx", {"queries": rows, "notes": [{"remark": "march", "by": "kim"}]})
    place.ingest(files)
    raws = sorted(bytes(raw).decode() for raw in place.values("SELECT raw FROM rejects"))
    assert (raws[1], "occurred_at: some day; " in raws[0], "reason: protest at city hall" in raws[0]) == ("remark: march; by: kim", True, True)


def test_files_that_audit_toml_declares_no_exports_are_noted_and_not_read(place, files):
    place.says('[[delivery]]\nfiles = "*.txt"\nsource = "none"\n')
    (files / "readme.txt").write_text("about this delivery")
    told = place.one(files)
    assert (told.outcome, told.read, told.reason) == ("accepted", 0, "declared in audit.toml to be no export")


def test_a_workbook_with_a_sheet_of_no_table_keeps_the_others_and_rejects_its_rows(place, files):
    told = place.one(write_xlsx(files / "a.xlsx", {"queries": [use(1)], "notes": [{"remark": "x", "by": "kim"}]}))
    assert ((told.read, told.kept, told.rejected), place.values("SELECT reason FROM rejects")) == ((2, 1, 1), ["no source knows the sheet 'notes'"])


def test_a_large_export_that_breaks_halfway_leaves_nothing_behind(place, files, monkeypatch):
    monkeypatch.setattr(group, "FULL_BYTES", 1000)
    monkeypatch.setattr("audit_analyzer.readers.BATCH_BYTES", 2000)
    body = gzip.compress("".join(f"x-{n},s,identification,2026-03-01T10:00:00Z,{n * n * 7919 % 99991}\n" for n in range(9999)).encode())
    head = gzip.compress(b"query_id,system,operation,occurred_at,reason\n")
    told = outcome_of(place, files, "big.csv.gz", head + body[:-20])
    left = place.rows("SELECT (SELECT count(*) FROM queries), (SELECT count(*) FROM rejects), (SELECT count(*) FROM field_states WHERE row_count > 1)")
    assert (told.outcome, left) == ("rejected", [(1, 0, 0)])


# --- what lies in folders


def test_a_link_inside_a_folder_is_told_and_not_followed(place, files):
    secret = write_csv(files.parent / "elsewhere.csv", [use(9)])
    (files / "link.csv").symlink_to(secret)
    told = place.one(files)
    assert (told.outcome, "symbolic link" in told.reason) == ("rejected", True)


def test_a_linked_folder_is_told_and_not_walked(place, files):
    write_csv(files.parent / "elsewhere" / "a.csv", [use(9)])
    (files / "link").symlink_to(files.parent / "elsewhere")
    assert [(r.file.rsplit("/", 1)[1], r.outcome) for r in place.ingest(files)] == [("link", "rejected")]


def test_a_pipe_is_told_and_does_not_hold_up_the_night(place, files):
    os.mkfifo(files / "pipe.csv")
    told = place.one(files)
    assert (told.outcome, told.reason.split(";")[0]) == ("rejected", "it is not a regular file")


def test_a_pipe_that_became_a_file_by_the_next_night_is_not_held_against_it(place, files):
    os.mkfifo(files / "a.csv")
    place.ingest(files)
    (files / "a.csv").unlink()
    write_csv(files / "a.csv", [use(1)])
    place.ingest(files)
    assert place.rows("SELECT outcome, kept FROM exports") == [("accepted", 1)]


def test_a_copy_of_a_known_file_that_could_not_be_copied_one_night_is_not_held_against_it_either(place, files):
    os.mkfifo(files / "b.csv")
    path = write_csv(files / "a.csv", [use(1)])
    place.ingest(files)
    (files / "b.csv").unlink()
    shutil.copy(path, files / "b.csv")
    place.ingest(files)
    assert place.rows("SELECT outcome, kept FROM exports") == [("accepted", 1)]


def test_a_folder_called_like_a_column_overrides_nothing(place, files):
    path = write_parquet(files / "agency=FAKE" / "a.parquet", [use(1, agency="metro pd")])
    place.ingest(path.parent.parent)
    assert place.uses("agency") == {"q-1": "metro pd"}


def test_a_name_with_pattern_characters_is_that_file_alone(place, files):
    write_csv(files / "logs1.csv", [use(1)])
    place.ingest(write_csv(files / "logs[1].csv", [use(2)]))
    place.ingest(write_csv(files / "*.csv", [use(3)]), write_csv(files / "a?{b}.csv", [use(4)]))
    assert list(place.uses("system")) == ["q-2", "q-3", "q-4"]


def test_a_name_that_is_not_utf_8_is_read_and_shown_with_its_bytes(place, files):
    name = os.fsencode(files) + b"/caf\xe9.csv"
    write_csv(files / "a.csv", [use(1)]).rename(os.fsdecode(name))
    told = place.one(files)
    assert (told.kept, told.file.endswith("caf\\xe9.csv")) == (1, True)


def test_two_names_that_look_the_same_as_text_are_both_read(place, files):
    write_csv(files / "a.csv", [use(1)]).rename(os.fsdecode(os.fsencode(files) + b"/caf\xe9.csv"))
    write_csv(files / "caf\\xe9.csv", [use(2)])
    assert [r.kept for r in place.ingest(files)] == [1, 1]


def test_a_name_with_control_characters_cannot_move_the_cursor(place, files):
    told = place.one(write_csv(files / "a\x1b[2Jb\n.csv", [use(1)]))
    assert (told.kept, told.file.isprintable()) == (1, True)


def test_a_member_name_with_control_characters_cannot_either(place, files):
    path = write_csv(files / "a.csv", [use(1)])
    told = place.one(write_zip(files / "a.zip", {"x\x1b[2J.csv": path.read_bytes()}))
    assert (told.kept, told.file.isprintable()) == (1, True)


def test_a_folder_named_twice_is_read_once(place, files):
    write_csv(files / "a.csv", [use(1)])
    assert [r.kept for r in place.ingest(files, files / "a.csv", files)] == [1]


def test_an_empty_folder_is_nothing_to_read(place, files):
    with pytest.raises(NothingToRead):
        place.ingest(files)


def test_a_missing_file_is_named(place, files):
    with pytest.raises(AuditError, match="there is no such file or folder"):
        place.ingest(files / "missing.csv")


# --- what intake leaves in the workspace


def test_the_file_in_the_vault_is_the_one_delivered_and_cannot_be_written(place, files):
    path = write_csv(files / "a.csv", [use(1)])
    told = place.one(path)
    home = place.settings.vault / told.export[:2] / told.export
    assert (home.read_bytes(), oct(home.stat().st_mode & 0o777)) == (path.read_bytes(), "0o400")


def test_a_member_of_an_archive_cannot_be_written_either(place, files):
    told = place.one(write_zip(files / "a.zip", {"a.csv": write_csv(files / "a.csv", [use(1)]).read_bytes()}))
    home = place.settings.vault / told.export[:2] / told.export
    assert oct(home.stat().st_mode & 0o777) == "0o400"


def test_many_exports_of_one_kind_are_all_booked_under_their_own_names(place, files):
    for n in range(60):
        write_cloudtrail(files / f"{n:03}.json.gz", [event(100 * n + m) for m in range(3)] + [event(100 * n, eventTime="soon", eventID=f"bad-{n}")])
    results = place.ingest(files)
    assert ({(r.read, r.kept, r.rejected) for r in results}, len(results), place.rows(THERE)) == ({(4, 3, 1)}, 60, [(180, 60, 0, 0)])


def test_progress_is_told_from_nothing_done_to_all_done(place, files):
    write_csv(files / "a.csv", [use(1)])
    seen = []
    nightly.ingest(place.settings, [files], stage=lambda _, done, total: seen.append((done, total)))
    assert (seen[0], seen[-1]) == ((0, 1), (1, 1))
