import pytest
from exports_maker import event, use, write_cloudtrail, write_csv

from audit_analyzer import landing

ADDENDUM = {"reason": "UPDATED_DATA", "updatedFields": "requestParameters", "originalRequestID": "r-1"}


def kinds(place):
    return place.rows("SELECT id, kind FROM copies ORDER BY ALL")


def corrected(n=1, **given):
    """CloudTrail's later version of a record, declared as such."""
    changed = {"requestParameters": {"collectionId": "missing-persons"}, "addendum": ADDENDUM | {"originalEventID": f"e-{n}"}}
    return event(n, eventID=f"x-{n}", **(changed | given))


def test_the_same_use_in_two_exports_is_kept_once_and_its_second_record_is_a_copy(place, files):
    first, second = place.ingest(write_csv(files / "a.csv", [use(1), use(2)]), write_csv(files / "b.csv", [use(2), use(3)]))
    told = [(r.read, r.kept, r.copies) for r in (first, second)]
    assert (told, list(place.uses("system")), kinds(place)) == ([(2, 2, 0), (2, 1, 1)], ["q-1", "q-2", "q-3"], [("q-2", "copy")])


def test_the_same_use_twice_in_one_export_is_kept_once(place, files):
    result = place.one(write_csv(files / "a.csv", [use(1), use(1), use(1)]))
    assert (result.kept, result.copies, kinds(place)) == (1, 2, [("q-1", "copy"), ("q-1", "copy")])


def test_one_id_in_two_systems_is_two_uses(place, files):
    result = place.one(write_csv(files / "a.csv", [use(1), use(1, system="airport")]))
    assert (result.kept, result.copies) == (2, 0)


def test_another_version_of_a_use_is_a_revision_and_the_first_stays(place, files):
    place.ingest(write_csv(files / "a.csv", [use(1, reason="stolen car")]))
    place.ingest(write_csv(files / "b.csv", [use(1, reason="missing child")]))
    assert (place.uses("reason"), kinds(place)) == ({"q-1": "stolen car"}, [("q-1", "revision")])


def test_a_revision_is_kept_with_all_its_values(place, files):
    place.ingest(write_csv(files / "a.csv", [use(1, reason="stolen car")]), write_csv(files / "b.csv", [use(1, reason="missing child")]))
    assert place.values("SELECT json_extract_string(version, '$.reason') FROM copies") == ["missing child"]


def test_two_versions_in_one_export_are_a_use_and_its_revision(place, files):
    place.ingest(write_csv(files / "a.csv", [use(1, reason="stolen car"), use(1, reason="missing child")]))
    assert (place.uses("reason"), kinds(place)) == ({"q-1": "stolen car"}, [("q-1", "revision")])


def test_a_row_of_the_context_without_an_id_is_known_again_by_all_its_values(place, files):
    rows = [{"operator": "kim", "agency": "metro", "role": "detective"}, {"operator": "kim", "agency": "metro", "role": "sergeant"}]
    place.ingest(write_csv(files / "a.csv", rows), write_csv(files / "b.csv", rows[:1]))
    assert (place.rows_of("operators"), place.values("SELECT count(*) FROM copies")) == (place.rows_of("operators")[:2], [1])


def test_a_cross_account_copy_shares_one_event_and_is_one_use(place, files):
    write_cloudtrail(files / "a.json.gz", [event(1, sharedEventID="s-1")])
    write_cloudtrail(files / "b.json.gz", [event(1, sharedEventID="s-1", eventID="e-9", recipientAccountId="222222222222")])
    results = place.ingest(files)
    assert ([(r.kept, r.copies) for r in results], place.uses("owner"), kinds(place)) == ([(1, 0), (0, 1)], {"s-1": "111111111111"}, [("s-1", "copy")])


def test_a_correction_that_cloudtrail_declares_takes_the_place_of_the_first_version(place, files):
    place.ingest(write_cloudtrail(files / "a.json", [event(1)]))
    place.ingest(write_cloudtrail(files / "b.json", [corrected()]))
    assert (place.uses("gallery"), kinds(place)) == ({"e-1": "missing-persons"}, [("e-1", "superseded")])


def test_the_superseded_version_counts_as_a_copy_of_its_export_and_the_law_still_holds(place, files):
    place.ingest(write_cloudtrail(files / "a.json", [event(1), event(2)]))
    place.ingest(write_cloudtrail(files / "b.json", [corrected()]))
    assert place.rows("SELECT path[-6:], read, kept, copies FROM exports ORDER BY path") == [("a.json", 2, 1, 1), ("b.json", 1, 1, 0)]


@pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
def test_a_correction_in_the_same_intake_counts_whichever_file_comes_first(place, files, order):
    write_cloudtrail(files / f"{order[0]}.json", [event(1)])
    write_cloudtrail(files / f"{order[1]}.json", [corrected()])
    place.ingest(files)
    assert (place.uses("gallery"), kinds(place)) == ({"e-1": "missing-persons"}, [("e-1", "superseded")])


def test_a_correction_that_comes_nights_before_its_original_still_counts(place, files):
    place.ingest(write_cloudtrail(files / "b.json", [corrected()]))
    late = place.one(write_cloudtrail(files / "a.json", [event(1)]))
    assert (place.uses("gallery"), kinds(place), late.copies) == ({"e-1": "missing-persons"}, [("e-1", "superseded")], 1)


def test_a_correction_delivered_twice_over_two_accounts_does_not_double_the_use(place, files):
    place.ingest(write_cloudtrail(files / "a.json", [event(1)]))
    place.ingest(write_cloudtrail(files / "b.json", [corrected()]), write_cloudtrail(files / "c.json", [corrected(recipientAccountId="222222222222")]))
    assert (place.uses("gallery"), kinds(place)) == ({"e-1": "missing-persons"}, [("e-1", "copy"), ("e-1", "superseded")])


def test_a_correction_handed_over_again_is_a_copy_and_moves_nothing(place, files):
    place.ingest(write_cloudtrail(files / "a.json", [event(1)]))
    place.ingest(write_cloudtrail(files / "b.json", [corrected()]))
    before = place.rows("SELECT export_id, record FROM queries")
    again = place.one(write_cloudtrail(files / "b.json.gz", [corrected()]))
    assert (again.copies, place.rows("SELECT export_id, record FROM queries"), len(place.rows("FROM queries"))) == (1, before, 1)


def test_records_of_no_interest_are_set_aside_under_a_named_reason(place, files):
    records = [event(1), event(2, eventSource="signin.amazonaws.com", eventName="ConsoleLogin"), event(3, name="CreateProject")]
    result = place.one(write_cloudtrail(files / "a.json", records))
    reasons = place.rows("SELECT record, reason FROM set_aside ORDER BY record")
    assert ((result.kept, result.set_aside), reasons) == (
        (1, 2),
        [("/Records/1", "other service: signin.amazonaws.com"), ("/Records/2", "not a face operation: CreateProject")],
    )


def test_stopping_the_trail_is_a_use_of_log_control(place, files):
    place.ingest(write_cloudtrail(files / "a.json", [event(1, eventSource="cloudtrail.amazonaws.com", eventName="StopLogging")]))
    assert place.uses("operation") == {"e-1": "log_control"}


def test_a_record_that_fills_two_tables_is_one_kept_record(place, files):
    faces = [{"face": {"faceId": f"f-{n}"}} for n in range(2)]
    result = place.one(write_cloudtrail(files / "a.json", [event(1, "IndexFaces", responseElements={"faceRecords": faces})]))
    assert (result.kept, len(place.rows_of("queries")), len(place.rows_of("biometric_items"))) == (1, 1, 2)


def test_a_record_that_no_select_takes_is_a_reject_that_says_so(place, files):
    place.source(
        "picky",
        'title="t"\nformats=["csv"]\n[[recognise]]\nall=["a","b","w"]\n[fields]\na="a"\nb="b"\nw="w"\n[[table]]\nname="queries"\n'
        "sql=\"SELECT a AS query_id, 'identification' AS operation, w AS occurred_at FROM records WHERE b = 'yes'\"\n",
    )
    (files / "a.csv").write_text("a,b,w\n1,yes,2026-03-01T10:00:00Z\n2,no,2026-03-01T10:00:00Z\n")
    result = place.one(files)
    assert ((result.kept, result.rejected), place.values("SELECT reason FROM rejects")) == ((1, 1), ["no SELECT of source picky took this record"])


def test_above_the_large_size_known_uses_are_still_found_within_the_time_of_the_batch(place, files, monkeypatch):
    monkeypatch.setattr(landing, "LARGE", 1)
    place.ingest(write_csv(files / "a.csv", [use(1), use(2)]))
    result = place.one(write_csv(files / "b.csv", [use(2), use(3)]))
    assert (result.kept, result.copies) == (1, 1)


def test_the_period_of_an_export_is_that_of_its_records(place, files):
    place.ingest(write_csv(files / "a.csv", [use(5), use(1), use(3)]))
    assert [(a.minute, b.minute) for a, b in place.rows("SELECT period_from, period_to FROM exports")] == [(1, 5)]


def test_a_batch_larger_than_one_row_group_of_the_engine_is_accounted_for_after_an_insert_of_no_rows(place, files):
    count = 125_000  # DuckDB 2.0.0 hides an INSERT of 122,880 rows or more that follows one of none in the same transaction
    result = place.one(write_csv(files / "a.csv", [use(n) for n in range(count)]))
    again = place.one(write_csv(files / "b.csv", [use(n) for n in range(count)] + [use(count)]))
    told = [(r.read, r.kept, r.rejected, r.copies) for r in (result, again)]
    assert (told, place.values("SELECT count(DISTINCT query_id) FROM queries")) == ([(count, count, 0, 0), (count + 1, 1, 0, count)], [count + 1])
