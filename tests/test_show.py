import json

import pytest
from exports_maker import event, use, write_cloudtrail, write_csv, write_gz, write_ndjson, write_parquet, write_xlsx, write_zip

from audit_analyzer.errors import AuditError
from audit_analyzer.show import as_written, printable, show
from audit_analyzer.store import open_store

FINDING = {
    "finding_id": "f-1",
    "rule": "search_burst",
    "title": "Burst of searches",
    "severity": "medium",
    "level": "indicator",
    "subject": {"kind": "operator", "id": "kim"},
    "period": {"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z"},
    "clauses": ["dhs-026-11/R2b"],
    "explanation": "kim made 3 searches.",
    "innocent": "A major incident.",
    "status": {"state": "new"},
}


def lines(place, wanted, first=20):
    with open_store(place.settings.database, read_only=True) as store:
        return list(show(store, place.settings, wanted, first))


def every_record_as_written(place):
    rows = place.rows("SELECT q.export_id, e.path, e.source, q.record FROM queries q JOIN exports e USING (export_id) ORDER BY query_id")
    return [as_written(place.settings, *row) for row in rows]


def test_a_record_of_csv_is_found_again_as_the_bytes_that_were_written(place, files):
    path = write_csv(files / "a.csv", [use(1, reason='said "stop"\nand ran'), use(2)])
    place.ingest(path)
    body = path.read_bytes()
    assert b"\n".join(every_record_as_written(place)) == body[body.index(b"\n") + 1 : -1]


def test_a_record_of_ndjson_in_gzip_is_found_again_as_it_was_written(place, files):
    path = write_ndjson(files.parent / "a.ndjson", [use(1), use(2)])
    place.ingest(write_gz(files / "a.ndjson.gz", path))
    assert every_record_as_written(place) == path.read_bytes().splitlines()


def test_a_record_of_an_envelope_is_found_again_as_it_was_written(place, files):
    place.ingest(write_cloudtrail(files / "a.json.gz", [event(1), event(2)]))
    assert every_record_as_written(place) == [json.dumps(event(n)).encode() for n in (1, 2)]


def test_a_record_in_an_archive_is_found_again(place, files):
    path = write_csv(files.parent / "a.csv", [use(1)])
    place.ingest(write_zip(files / "a.zip", {"x/a.csv": path.read_bytes()}))
    assert every_record_as_written(place) == [path.read_bytes().splitlines()[1]]


@pytest.mark.parametrize("ending", ["parquet", "xlsx"])
def test_a_record_without_text_of_its_own_is_shown_by_its_cells(place, files, ending):
    place.ingest(write_parquet(files / "a.parquet", [use(1)]) if ending == "parquet" else write_xlsx(files / "a.xlsx", {"queries": [use(1)]}))
    assert every_record_as_written(place) == ["; ".join(f"{k}: {v}" for k, v in use(1).items()).encode()]


def test_an_export_is_shown_with_its_sum_its_hash_its_rejects_and_what_was_set_aside(place, files):
    told = place.one(
        write_cloudtrail(files / "a.json", [event(1), event(2, eventTime="soon"), event(3, eventSource="s3.amazonaws.com", eventName="GetObject")])
    )
    text = "\n".join(lines(place, told.export[:10]))
    parts = [
        "read 3 = kept 1 + rejected 1 + set aside 1 + copies 0",
        f"SHA-256 {told.export}",
        "verified",
        "rejected /Records/1",
        '"soon"',
        "set aside 1: other service: s3.amazonaws.com",
    ]
    assert [p for p in parts if p not in text] == []


def with_finding(place, path, count=3):
    place.ingest(path)
    evidence = [
        {"table": "queries", "id": i, "system": s, "export": e, "record": r, "file": "a.csv", "role": "evidence"}
        for i, s, e, r in place.rows("SELECT query_id, system, export_id, record FROM queries ORDER BY query_id")[:count]
    ]
    with open_store(place.settings.database) as store:
        body = json.dumps(FINDING | {"evidence": evidence})
        store.run("INSERT INTO findings VALUES ('0001', 'f-1', 'search_burst', 'operator', 'kim', NULL, NULL, 'new', ?)", [body])
    return place


def test_a_finding_is_walked_to_the_file_its_hash_and_every_record_as_written(place, files):
    path = write_csv(files / "a.csv", [use(n) for n in range(3)])
    text = "\n".join(lines(with_finding(place, path), "f-1"))
    parts = [str(path), "verified", "may be innocent: A major incident.", *(f"as written: {line}" for line in path.read_text().splitlines()[1:])]
    assert [p for p in parts if p not in text] == []


def test_a_long_finding_shows_the_first_rows_and_how_many_more_there_are(place, files):
    shown = lines(with_finding(place, write_csv(files / "a.csv", [use(n) for n in range(3)])), "f-1", first=2)
    assert (sum("as written" in line for line in shown), shown[-1]) == (2, "  … and 1 more; `--all` shows them")


def test_a_file_that_was_changed_in_the_vault_is_told(place, files):
    told = place.one(write_csv(files / "a.csv", [use(1)]))
    home = place.settings.vault / told.export[:2] / told.export
    home.chmod(0o600)
    home.write_bytes(home.read_bytes().replace(b"q-1", b"q-2"))
    assert "CHANGED IN THE VAULT" in lines(place, told.export)[1]


def test_a_file_that_is_gone_from_the_vault_is_told(place, files):
    told = place.one(write_csv(files / "a.csv", [use(1)]))
    (place.settings.vault / told.export[:2] / told.export).unlink()
    assert "NOT IN THE VAULT" in lines(place, told.export)[1]


@pytest.mark.parametrize("wanted", ["nothing", "%", "_"])
def test_an_id_that_is_not_there_is_told_and_is_never_a_pattern(place, files, wanted):
    place.ingest(write_csv(files / "a.csv", [use(1)]))
    with pytest.raises(AuditError, match="there is no finding or export"):
        lines(place, wanted)


def test_nothing_that_a_log_says_moves_the_cursor_or_turns_the_direction_of_writing(place, files):
    hostile = "\x1b[2J\u202eevil"
    told = place.one(write_csv(files / "a.csv", [use(1, occurred_at=hostile), use(2, reason=hostile)]))
    shown = lines(place, told.export) + lines(with_finding(place, files / "a.csv"), "f-1")
    assert [line for line in shown if not line.isprintable()] == []


def test_bytes_that_are_no_text_are_shown_as_their_numbers():
    assert printable(b"caf\xe9 \x00\x1b") == "caf\\xe9 \\x00\\x1b"


def test_a_finding_about_an_export_walks_back_to_the_export_itself(place, files):
    (files / "a.csv").write_text("what,is,this\n1,2,3\n")
    told = place.one(files)
    evidence = {"export": told.export, "record": None, "table": "exports", "id": told.export, "system": None, "role": "evidence"}
    body = json.dumps(FINDING | {"period": {"from": None, "to": None}, "evidence": [evidence]})
    with open_store(place.settings.database) as store:
        store.run("INSERT INTO findings VALUES ('0001', 'f-1', 'export_not_used', 'export', 'e', NULL, NULL, 'new', ?)", [body])
    said = "\n".join(lines(place, "f-1"))
    assert (
        "no time can be told" in said,
        "None" not in said.split("source")[0],
        "a.csv  rejected: no source knows" in said,
        f"SHA-256 {told.export}" in said,
    ) == (True,) * 4
