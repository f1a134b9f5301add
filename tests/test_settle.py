import datetime as dt

import pytest
from exports_maker import event, use, write_cloudtrail, write_csv

from audit_analyzer import settle

REVIEW = {"review_id": "r-1", "query_id": "q-1", "reviewer": "kim", "decided_at": "2026-03-01T12:00:00Z", "decision": "match"}
CHILD = {
    "reviews": REVIEW,
    "corroborations": {"corroboration_id": "c-1", "query_id": "q-1", "kind": "witness", "obtained_at": "2026-03-01T12:00:00Z"},
    "actions": {"action_id": "a-1", "query_id": "q-1", "kind": "arrest", "occurred_at": "2026-03-01T12:00:00Z"},
    "authorizations": {"authorization_id": "u-1", "query_id": "q-1", "kind": "warrant", "granted_at": "2026-03-01T09:00:00Z"},
    "disclosures": {"disclosure_id": "d-1", "query_id": "q-1", "to_org": "county", "disclosed_at": "2026-03-02T12:00:00Z"},
}


@pytest.mark.parametrize("table", settle.CHILDREN)
def test_a_child_row_without_system_belongs_to_the_one_system_that_knows_its_query(place, files, table):
    place.ingest(write_csv(files / "queries.csv", [use(1), use(2, system="airport")]), write_csv(files / f"{table}.csv", [CHILD[table]]))
    assert place.values(f"SELECT system FROM {table}") == ["metro"]


def test_a_child_row_that_came_before_its_query_gets_its_system_when_the_query_comes(place, files):
    place.ingest(write_csv(files / "reviews.csv", [REVIEW]))
    before = place.values("SELECT system FROM reviews")
    place.ingest(write_csv(files / "queries.csv", [use(1)]))
    assert (before, place.values("SELECT system FROM reviews")) == ([None], ["metro"])


@pytest.mark.parametrize("table", settle.CHILDREN)
def test_a_child_row_whose_query_several_systems_know_is_a_reject_that_names_them(place, files, table):
    place.ingest(write_csv(files / "queries.csv", [use(1), use(1, system="airport")]), write_csv(files / f"{table}.csv", [CHILD[table]]))
    assert (place.rows_of(table), place.values("SELECT reason FROM rejects")) == ([], [f"{table}.system: several systems know query_id q-1: airport, metro"])


def test_the_law_holds_for_the_export_of_an_ambiguous_child_row(place, files):
    rows = [REVIEW, REVIEW | {"review_id": "r-2", "query_id": "q-2"}]
    place.ingest(write_csv(files / "queries.csv", [use(1), use(1, system="airport"), use(2)]), write_csv(files / "reviews.csv", rows))
    assert place.rows("SELECT read, kept, rejected FROM exports WHERE path LIKE '%reviews.csv'") == [(2, 1, 1)]


def test_what_the_command_says_of_an_ambiguous_child_row_is_what_the_ledger_says(place, files):
    results = place.ingest(write_csv(files / "queries.csv", [use(1), use(1, system="airport")]), write_csv(files / "reviews.csv", [REVIEW]))
    assert [(r.kept, r.rejected) for r in results] == place.rows("SELECT kept, rejected FROM exports ORDER BY path")


def test_a_child_row_that_names_its_system_is_never_ambiguous(place, files):
    place.ingest(write_csv(files / "queries.csv", [use(1), use(1, system="airport")]), write_csv(files / "reviews.csv", [REVIEW | {"system": "airport"}]))
    assert place.values("SELECT system FROM reviews") == ["airport"]


def test_a_child_row_of_an_unknown_query_stays_without_a_system(place, files):
    place.ingest(write_csv(files / "queries.csv", [use(2)]), write_csv(files / "reviews.csv", [REVIEW]))
    assert place.values("SELECT system FROM reviews") == [None]


def enrolled(n, *faces):
    return event(n, "IndexFaces", responseElements={"faceRecords": [{"face": {"faceId": f}} for f in faces]})


def test_an_item_that_a_log_tells_deleted_ends_then_and_its_neighbour_lives_on(place, files):
    records = [
        enrolled(1, "f-1", "f-2"),
        event(30, "DeleteFaces", requestParameters={"collectionId": "mugshots", "faceIds": ["f-1"]}, responseElements={"deletedFaces": ["f-1"]}),
    ]
    place.ingest(write_cloudtrail(files / "a.json", records))
    assert place.rows("SELECT item_id, deleted_at FROM biometric_items ORDER BY item_id") == [
        ("f-1", dt.datetime(2026, 3, 1, 0, 30, tzinfo=dt.UTC)),
        ("f-2", None),
    ]


def test_a_deleted_gallery_ends_every_item_in_it(place, files):
    place.ingest(write_cloudtrail(files / "a.json", [enrolled(1, "f-1", "f-2"), event(30, "DeleteCollection")]))
    assert place.values("SELECT count(*) FROM biometric_items WHERE deleted_at IS NOT NULL") == [2]


def test_a_deletion_before_the_item_was_stored_is_of_an_earlier_item(place, files):
    place.ingest(write_cloudtrail(files / "a.json", [event(1, "DeleteCollection"), enrolled(2, "f-1")]))
    assert place.values("SELECT deleted_at FROM biometric_items") == [None]


def test_a_deletion_that_came_in_an_earlier_delivery_counts(place, files):
    place.ingest(write_cloudtrail(files / "b.json", [event(30, "DeleteCollection")]))
    place.ingest(write_cloudtrail(files / "a.json", [enrolled(1, "f-1")]))
    assert place.values("SELECT deleted_at IS NOT NULL FROM biometric_items") == [True]


def test_a_use_that_came_again_under_another_time_is_found_in_a_large_store_too(place, files, monkeypatch):
    from audit_analyzer import landing

    monkeypatch.setattr(landing, "LARGE", 1)
    monkeypatch.setattr(settle, "LARGE", 1)
    place.ingest(write_csv(files / "a.csv", [use(1), use(2)]))
    place.ingest(write_csv(files / "b.csv", [use(1, occurred_at="2026-05-01T10:00:00Z")]))
    told = place.rows("SELECT path[-5:], kept, copies FROM exports ORDER BY path")
    assert (told, place.rows("SELECT id, kind FROM copies"), len(place.rows_of("queries"))) == ([("a.csv", 2, 0), ("b.csv", 0, 1)], [("q-1", "revision")], 2)


def test_an_agency_and_an_account_written_in_several_ways_have_one_name(place, files):
    ways = [("Alder Creek PD", "j.doe"), ("ALDER CREEK  PD ", "J.Doe"), ("alder creek pd", "j.doe "), ("Benton SO", "j.doe.2")]
    place.ingest(write_csv(files / "queries.csv", [use(n, agency=agency, operator=operator) for n, (agency, operator) in enumerate(ways)]))
    assert sorted(set(place.rows("SELECT agency, operator FROM queries"))) == [("Alder Creek PD", "j.doe"), ("Benton SO", "j.doe.2")]
    said = {
        ("operator", "J.Doe", "j.doe", 1),
        ("operator", "j.doe ", "j.doe", 1),
        ("agency", "ALDER CREEK  PD ", "Alder Creek PD", 1),
        ("agency", "alder creek pd", "Alder Creek PD", 1),
    }
    assert set(place.rows("SELECT column_name, said, name, uses FROM spellings")) == said


def test_a_record_delivered_again_is_a_copy_though_its_agency_has_got_another_spelling(place, files):
    rows = [use(1, agency="Alder Creek PD"), use(2, agency="ALDER CREEK PD")]
    place.ingest(write_csv(files / "queries.csv", rows))
    place.ingest(write_csv(files / "again.csv", rows[1:]))
    assert place.values("SELECT kind FROM copies") == ["copy"]


STORED = {
    "item_id": "i-1",
    "system": "metro",
    "kind": "probe",
    "citizenship": "unknown",
    "created_at": "2026-03-01T12:00:00Z",
    "deleted_at": "",
    "hold_from": "",
    "hold_to": "",
}
NOON = dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC)


def told(place):
    return place.rows("SELECT deleted_at FROM biometric_items"), place.rows("SELECT kind FROM copies ORDER BY rowid")


def test_an_item_whose_deletion_a_later_delivery_tells_ends_then_and_is_not_revised(place, files):
    place.ingest(write_csv(files / "a.csv", [STORED]))
    place.ingest(write_csv(files / "b.csv", [STORED | {"deleted_at": "2026-03-09T12:00:00Z"}]))
    assert told(place) == ([(NOON,)], [("completion",)])


def test_an_item_told_in_parts_ends_as_one_told_at_once(place, files):
    place.ingest(write_csv(files / "a.csv", [STORED]), write_csv(files / "b.csv", [STORED | {"deleted_at": "2026-03-09T12:00:00Z"}]))
    assert told(place) == ([(NOON,)], [("completion",)])


def test_an_end_before_the_newest_event_of_the_delivery_that_had_it_open_is_a_revision(place, files):
    later = STORED | {"item_id": "i-2", "created_at": "2026-03-10T12:00:00Z"}
    place.ingest(write_csv(files / "a.csv", [STORED, later]))
    place.ingest(write_csv(files / "b.csv", [STORED | {"deleted_at": "2026-03-09T12:00:00Z"}]))
    assert told(place) == ([(None,), (None,)], [("revision",)])


def test_an_end_before_a_delivery_that_told_the_item_again_as_open_is_a_revision(place, files):
    place.ingest(write_csv(files / "a.csv", [STORED]))
    place.ingest(write_csv(files / "b.csv", [STORED, STORED | {"item_id": "i-2", "created_at": "2026-03-10T12:00:00Z"}]))
    place.ingest(write_csv(files / "c.csv", [STORED | {"deleted_at": "2026-03-09T12:00:00Z"}]))
    assert told(place) == ([(None,), (None,)], [("copy",), ("revision",)])


def test_leave_that_is_told_as_given_before_a_search_that_was_read_without_it_is_a_revision(place, files):
    asked = {"authorization_id": "u-1", "query_id": "q-1", "system": "metro", "kind": "warrant", "requested_at": "2026-03-01T09:00:00Z", "granted_at": ""}
    place.ingest(write_csv(files / "queries.csv", [use(1)]), write_csv(files / "a.csv", [asked]))
    (searched,) = place.values("SELECT occurred_at FROM queries")
    place.ingest(write_csv(files / "b.csv", [asked | {"granted_at": (searched - dt.timedelta(hours=1)).isoformat()}]))
    assert place.values("SELECT granted_at FROM authorizations") == [None]


def test_a_delivery_without_a_column_for_the_end_did_not_have_it_open(place, files):
    born = {name: STORED[name] for name in ("item_id", "system", "kind", "created_at")}
    place.ingest(write_csv(files / "a.csv", [born, born | {"item_id": "i-2", "created_at": "2026-03-10T12:00:00Z"}]))
    place.ingest(write_csv(files / "b.csv", [born | {"deleted_at": "2026-03-09T12:00:00Z"}]))
    assert place.rows("SELECT deleted_at FROM biometric_items ORDER BY item_id") == [(NOON,), (None,)]
    assert place.rows("SELECT kind FROM copies") == [("completion",)]


def test_an_end_that_is_told_another_way_is_a_revision(place, files):
    place.ingest(write_csv(files / "a.csv", [STORED]))
    place.ingest(write_csv(files / "b.csv", [STORED | {"deleted_at": "2026-03-09T12:00:00Z"}]))
    place.ingest(write_csv(files / "c.csv", [STORED | {"deleted_at": "2026-03-05T12:00:00Z"}]))
    assert told(place) == ([(NOON,)], [("completion",), ("revision",)])


def test_a_version_that_changes_more_than_the_end_is_a_revision(place, files):
    place.ingest(write_csv(files / "a.csv", [STORED]))
    place.ingest(write_csv(files / "b.csv", [STORED | {"deleted_at": "2026-03-09T12:00:00Z", "created_at": "2026-03-02T12:00:00Z"}]))
    assert told(place) == ([(None,)], [("revision",)])


def test_leave_that_a_later_delivery_tells_as_given_is_given(place, files):
    asked = {
        "authorization_id": "u-1",
        "query_id": "q-1",
        "system": "metro",
        "kind": "warrant",
        "requested_at": "2026-03-01T09:00:00Z",
        "granted_at": "",
        "granted_by": "",
    }
    place.ingest(write_csv(files / "queries.csv", [use(1)]), write_csv(files / "a.csv", [asked]))
    place.ingest(write_csv(files / "b.csv", [asked | {"granted_at": "2026-03-09T12:00:00Z", "granted_by": "judge.n"}]))
    assert place.rows("SELECT granted_at, granted_by FROM authorizations") == [(NOON, "judge.n")]


def test_an_earlier_state_of_an_item_that_comes_late_changes_nothing(place, files):
    place.ingest(write_csv(files / "b.csv", [STORED | {"deleted_at": "2026-03-09T12:00:00Z"}]))
    place.ingest(write_csv(files / "a.csv", [STORED]))
    assert told(place) == ([(NOON,)], [("completion",)])


def test_a_delivery_of_no_more_columns_than_the_deletion_needs_ends_the_item(place, files):
    place.ingest(write_csv(files / "a.csv", [STORED | {"subject": "s-1"}]))
    place.ingest(
        write_csv(files / "b.csv", [{name: STORED[name] for name in ("item_id", "system", "kind", "created_at")} | {"deleted_at": "2026-03-09T12:00:00Z"}])
    )
    assert told(place) == ([(NOON,)], [("completion",)])
