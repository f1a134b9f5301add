import json
import shutil

import pytest
from exports_maker import use, write_csv

from audit_analyzer import nightly
from audit_analyzer.errors import StoreError
from audit_analyzer.store import open_store, seal


def filled(place, files):
    place.ingest(write_csv(files / "a.csv", [use(1), use(2)]))
    return place


def lose(place, sql):
    with open_store(place.settings.database) as store:
        store.run(sql)
        store.checkpoint()


def test_an_intact_store_is_opened_without_a_word(place, files):
    filled(place, files)
    with open_store(place.settings.database) as store:
        assert seal.verify(store, place.settings.seal) is None


@pytest.mark.parametrize("table", ["queries", "exports", "deliveries", "runs"])
def test_a_store_that_has_lost_rows_is_refused_and_the_remedy_is_named(place, files, table):
    lose(filled(place, files), f"DELETE FROM {table} WHERE rowid = 0")
    with pytest.raises(StoreError, match=f"{table} had") as told:
        place.ingest(files)
    assert "audit-analyzer rebuild" in told.value.remedy


def test_a_database_that_was_taken_away_is_a_loss_and_not_a_fresh_start(place, files):
    filled(place, files).settings.database.unlink()
    with pytest.raises(StoreError, match="queries had 2 rows and has 0"):
        place.ingest(files)


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.99])
def test_a_write_ahead_log_that_was_cut_is_noticed(places, files, kept):
    whole, cut = filled(places(), files), places()
    with open_store(whole.settings.database) as store:
        store.run("SET checkpoint_threshold = '1TB'")
        for n in range(20):
            store.run("INSERT INTO runs (run_id, command, version) VALUES (?, 'x', '1')", [f"9{n:03}"])
        seal.write(store, whole.settings.seal)
        shutil.copytree(whole.root, cut.root)
    wal = cut.settings.database.with_name("audit.duckdb.wal")
    wal.write_bytes(wal.read_bytes()[: int(wal.stat().st_size * kept)])
    with pytest.raises(StoreError, match="runs had 21 rows and has"):
        cut.ingest(files)


def test_a_store_that_has_grown_beyond_its_seal_is_fine(place, files):
    filled(place, files)
    lose(place, "INSERT INTO runs (run_id, command, version) VALUES ('0009', 'x', '1')")
    assert place.ingest(files)[0].outcome == "accepted"


def test_a_seal_that_cannot_be_read_is_refused(place, files):
    filled(place, files).settings.seal.write_text('{"runs": ')
    with pytest.raises(StoreError, match="the seal of the database cannot be read"):
        place.ingest(files)


def test_a_workspace_without_a_seal_is_opened(place, files):
    filled(place, files).settings.seal.unlink()
    assert place.ingest(files)[0].outcome == "accepted"


def test_the_seal_is_readable_by_its_owner_only_and_written_whole(place, files):
    filled(place, files)
    told = (oct(place.settings.seal.stat().st_mode & 0o777), json.loads(place.settings.seal.read_text())["queries"], list(place.root.glob("*.new")))
    assert told == ("0o600", 2, [])


def test_looking_at_a_store_that_has_lost_rows_is_refused_too(place, files):
    lose(filled(place, files), "DELETE FROM queries")
    with pytest.raises(StoreError, match="queries had 2 rows and has 0"):
        nightly.check(place.settings)
