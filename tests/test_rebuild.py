import datetime as dt
import os

import pytest
from exports_maker import event, use, write_cloudtrail, write_csv, write_zip

from audit_analyzer import nightly
from audit_analyzer.errors import AuditError, StoreError
from audit_analyzer.rebuild import rebuild
from audit_analyzer.store import canonical, open_store

LEDGER = ("exports", "deliveries", "rejects", "set_aside", "copies", "field_states", "field_issues", "runs", "findings", "decisions")


def filled(place, files):
    """Nights with rejects, copies, an archive, a correction, a link, a pipe, a forced source, a finding and what was decided about it."""
    path = write_csv(files / "a.csv", [use(1), use(2), use(3, occurred_at="soon"), use(4, threshold="nan")])
    place.ingest(path, write_cloudtrail(files / "b.json.gz", [event(1), event(2, eventSource="s3.amazonaws.com", eventName="GetObject")]))
    addendum = {"addendum": {"reason": "UPDATED_DATA", "originalEventID": "e-1"}, "requestParameters": {"collectionId": "other"}}
    place.ingest(write_cloudtrail(files / "c.json", [event(1, eventID="x-1", **addendum)]), write_zip(files / "d.zip", {"a.csv": path.read_bytes()}))
    links = files.parent / "links"
    links.mkdir()
    (links / "link.csv").symlink_to(path)
    os.mkfifo(links / "pipe.csv")
    place.ingest(links)
    (files / "short.csv").write_text("id,userId,searchDate\ns-1,kim,2026-03-01T10:00:00Z\n")
    place.ingest(files / "short.csv", forced="flock_search_audit")
    with open_store(place.settings.database) as store:
        store.run("INSERT INTO findings VALUES ('0003', 'f-1', 'search_burst', 'operator', 'kim', NULL, NULL, 'new', '{}')")
    nightly.decide(place.settings, "f-1", "explained", "a training day", "k.osei", None)
    return place


def everything(place):
    clockless = {"runs": "run_id, outcome"}
    tables = {t: place.rows(f"SELECT {clockless.get(t, '*')} FROM {t} ORDER BY ALL") for t in (*LEDGER, *canonical())}
    return {name: rows for name, rows in tables.items() if rows}


def test_what_is_rebuilt_is_what_was_there_with_what_people_decided(place, files):
    before = everything(filled(place, files))
    assert (rebuild(place.settings), everything(place)) == (5, before)


def test_a_store_that_lost_rows_is_refused_and_rebuilding_brings_them_back(place, files):
    before = everything(filled(place, files))
    with open_store(place.settings.database) as store:
        store.run("DELETE FROM queries; DELETE FROM copies")
    with pytest.raises(StoreError, match="rebuild"):
        place.ingest(files / "a.csv")
    rebuild(place.settings)
    assert everything(place) == before


def test_a_database_of_another_version_is_told_as_that_and_rebuilding_makes_one_of_this(place, files):
    before = everything(filled(place, files))
    with open_store(place.settings.database) as store:
        store.run("DROP TABLE spellings; ALTER TABLE exports DROP COLUMN integrity")
    told = r"(?s)has no exports\.integrity and 5 more: another version.*rebuild"
    with pytest.raises(StoreError, match=told):
        place.ingest(files / "a.csv")
    with pytest.raises(StoreError, match=told), nightly.reading(place.settings):
        pass
    rebuild(place.settings)
    assert everything(place) == before


@pytest.mark.parametrize("damage", [b"", b"not a database at all", None])
def test_a_database_that_cannot_be_opened_or_is_gone_is_made_anew_from_the_vault(place, files, damage):
    before = everything(filled(place, files))
    place.settings.database.write_bytes(damage) if damage is not None else place.settings.database.unlink()
    rebuild(place.settings)
    lost = {"findings", "decisions", "runs"}
    assert {k: v for k, v in everything(place).items() if k not in lost} == {k: v for k, v in before.items() if k not in lost}


def test_a_night_after_a_rebuilding_without_the_old_database_has_a_number_of_its_own(place, files):
    filled(place, files).settings.database.write_bytes(b"broken")
    rebuild(place.settings)
    place.ingest(files / "a.csv")
    runs = place.values("SELECT run_id FROM runs ORDER BY run_id")
    assert (len(set(runs)), len(runs)) == (5, 5)


def test_the_rebuilt_store_is_sealed_and_works_on(place, files):
    rebuild(filled(place, files).settings)
    sealed = place.settings.seal.exists()
    assert (sealed, place.one(write_csv(files / "e.csv", [use(9)])).kept) == (True, 1)


def test_the_damaged_database_stays_beside_the_new_one(place, files):
    filled(place, files).settings.database.write_bytes(b"damaged")
    rebuild(place.settings)
    assert place.settings.database.with_name("audit.duckdb.damaged").read_bytes() == b"damaged"


def test_a_rebuilding_that_fails_leaves_the_old_database_where_it_was(place, files):
    before = everything(filled(place, files))
    (place.root / "sources").mkdir()
    (place.root / "sources" / "broken.toml").write_text("title = ")
    with pytest.raises(AuditError):
        rebuild(place.settings)
    (place.root / "sources" / "broken.toml").unlink()
    assert everything(place) == before


def test_rebuilding_twice_gives_the_same_again(place, files):
    before = everything(filled(place, files))
    rebuild(place.settings)
    rebuild(place.settings)
    assert everything(place) == before


def test_the_rebuilt_database_is_for_its_owner_only(place, files):
    before = os.umask(0o022)
    try:
        rebuild(filled(place, files).settings)
    finally:
        os.umask(before)
    assert oct(place.settings.database.stat().st_mode & 0o777) == "0o600"


def test_without_a_journal_there_is_nothing_to_rebuild_from(place):
    with pytest.raises(AuditError, match="nothing to rebuild from"):
        rebuild(place.settings)


def test_the_clock_of_a_decision_is_kept(place, files):
    filled(place, files)
    when = place.values("SELECT decided_at FROM decisions")
    rebuild(place.settings)
    assert (place.values("SELECT decided_at FROM decisions"), when[0] < dt.datetime.now(dt.UTC)) == (when, True)
