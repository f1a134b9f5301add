"""Of a ground that is prepared again, what is kept is what would be made anew, and nothing else is made anew."""

import datetime as dt
import re

import pytest
from ground_bench import NIGHT, column, put, zoned

from audit_analyzer import clauses, filling, fixture, ground, rulebook
from audit_analyzer.settings import Settings, System, shipped
from audit_analyzer.store import model, open_store, scratch

TABLES = [block.name for block in ground.blocks() if block.materialise or block.given]
READ = sorted({name for block in ground.blocks() for name in re.findall(r"\bmain\.(\w+)", block.body)})
BEFORE = ("search_burst", "rubber_stamp_reviews", "retention_overrun", "assembly_search_lift", "off_shift_searches", "protest_words")
PACKS = clauses.load([shipped("rules")])
HERE = Settings(root=shipped("rules").parent, systems=(System("matcher", ("dhs-026-11",), "America/New_York"),), default_packs=("dhs-026-11",))


@pytest.fixture(scope="module")
def cases():
    """Every test of every rule."""
    return {rule.name: rule.tests for rule in rulebook.load([shipped("rules")]).rules}


@pytest.fixture
def store(cases):
    """The rows of one firing test of several rules, and the ground of a night over them."""
    store = scratch()
    for name in BEFORE:
        fixture.write(store, fixture.rows(next(case for case in cases[name] if case.fires)))
    filling.prepare(store, HERE, NIGHT, PACKS)
    return store


def content(store):
    """Every table's rows, in an order of their own."""
    return {name: store.rows(f"SELECT * FROM ground.{name} ORDER BY ALL") for name in TABLES}


def differ(store, settings=HERE, as_of=NIGHT):
    """Tables whose rows, as they stand, are not those of a ground made anew."""
    kept = content(store)
    filling.refresh(store, settings, as_of, PACKS)
    anew = content(store)
    return [name for name in TABLES if kept[name] != anew[name]]


def test_where_nothing_came_nothing_is_made_anew(store):
    assert filling.prepare(store, HERE, NIGHT, PACKS) == ()
    assert column(store, "SELECT count(*) > 0 FROM ground.operator_days") == [True]
    assert differ(store) == []


def test_after_more_rows_of_any_table_what_reads_it_is_made_anew_and_the_ground_is_the_one_made_anew(store, cases):
    rows = {
        "set_aside": [{"export_id": "export-1", "record": "9", "reason": "of no interest"}],
        "field_issues": [
            {"export_id": "export-1", "record": "1", "table_name": "queries", "column_name": "captured_at", "raw": "soon", "reason": "not a time"}
        ],
    }
    for case in (case for of in cases.values() for case in of):
        rows.update({table: listed for table, listed in fixture.rows(case).items() if table not in rows and table in case.given})
    for table in READ:
        assert table in rows, f"no rule's test has rows of {table}"
        fixture.write(store, {table: rows[table]})
        reading = {block.name for block in ground.blocks() if re.search(rf"\bmain\.{table}\b", block.body)}
        made = set(filling.prepare(store, HERE, NIGHT, PACKS))
        assert {b.name for b in ground.blocks() if b.materialise and ground.closure({b.name}) & reading} <= made
    assert differ(store) == []


CHANGES = (
    "UPDATE main.queries SET operator = 'another' WHERE rowid = (SELECT min(rowid) FROM main.queries)",
    "UPDATE main.queries SET reason = 'rally at the square', reason_state = 'value' WHERE rowid = (SELECT max(rowid) FROM main.queries)",
    "UPDATE main.reviews SET notes = 'seen'",
    "UPDATE main.shifts SET ends_at = ends_at + INTERVAL 1 HOUR",
    "DELETE FROM main.queries WHERE rowid = (SELECT min(rowid) FROM main.queries)",
    "DELETE FROM main.assemblies",
)


def test_after_changed_cells_and_lost_rows_the_ground_is_the_one_made_anew(store):
    for change in CHANGES:
        store.run(change)
        assert filling.prepare(store, HERE, NIGHT, PACKS) != (), change
    assert differ(store) == []


def test_another_night_makes_anew_only_what_rests_on_its_date(store):
    later = NIGHT + dt.timedelta(days=3)
    made = filling.prepare(store, HERE, later, PACKS)
    rests = [block.name for block in ground.blocks() if block.materialise and "night" in ground.closure({block.name})]
    assert (set(made), len(made) * 5 < len(TABLES)) == (set(rests), True)
    assert differ(store, as_of=later) == []


def test_another_zone_and_figure_in_audit_toml_are_another_ground(store):
    settings = zoned("Asia/Tokyo", ground={"quiet_s": "2 hours"})
    assert filling.prepare(store, settings, NIGHT, PACKS) != ()
    assert differ(store, settings) == []


def test_another_word_list_is_another_search_of_the_texts(store, tmp_path):
    own = Settings(root=tmp_path, systems=HERE.systems)
    filling.prepare(store, own, NIGHT, PACKS)
    file = tmp_path / "rules" / "lexicons" / "own.toml"
    file.parent.mkdir(parents=True)
    file.write_text('title = "Own"\n[[word]]\nword = ["zebracrossing"]\nlanguage = "en"\n')
    assert "loud_uses" in filling.prepare(store, own, NIGHT, PACKS)
    assert differ(store, own) == []


def test_a_table_whose_making_was_cut_short_is_made_anew_alone(store):
    store.run("DELETE FROM ground.operator_days; COMMENT ON TABLE ground.operator_days IS NULL")
    assert filling.prepare(store, HERE, NIGHT, PACKS) == ("operator_days",)
    assert differ(store) == []


def test_a_ground_of_another_program_is_made_anew_whole(store):
    store.run("COMMENT ON TABLE ground.night IS 'an earlier program'")
    assert len(filling.prepare(store, HERE, NIGHT, PACKS)) == len([block for block in ground.blocks() if block.materialise])


def test_what_is_kept_is_kept_in_the_file_for_the_next_process(tmp_path):
    with open_store(tmp_path / "audit.duckdb") as store:
        put(store, "queries", 1, {"reason": "robbery"})
        filling.prepare(store, HERE, NIGHT, PACKS)
        store.checkpoint()
    with open_store(tmp_path / "audit.duckdb") as store:
        assert filling.prepare(store, HERE, NIGHT, PACKS) == ()


def test_of_very_many_texts_only_those_not_searched_before_are_searched_and_all_are_told_as_if_they_were():
    store = scratch()
    put(store, "queries", 1, {"reason": "gone tomorrow"})
    store.run("""
      INSERT INTO main.queries BY NAME
      SELECT q.* REPLACE ('x' || i AS query_id, 'theft number ' || i || CASE WHEN i % 500 = 0 THEN ' at the protest' ELSE '' END AS reason)
      FROM main.queries AS q, range(51000) AS t (i)""")
    filling.prepare(store, HERE, NIGHT, PACKS)
    store.run("DELETE FROM main.queries WHERE query_id IN ('q1', 'x500'); UPDATE main.queries SET reason = 'march on city hall' WHERE query_id = 'x7'")
    made = filling.prepare(store, HERE, NIGHT, PACKS)
    found = store.rows(
        "SELECT count(DISTINCT text), count(DISTINCT text) FILTER (WHERE text = 'march on city hall') FROM ground.text_hits WHERE lexicon = 'protest'"
    )
    assert ("use_keys" in made, found) == (True, [(102, 1)])
    assert differ(store) == []


def test_no_table_of_the_model_is_read_that_its_state_would_not_tell():
    """A block may not read rows by another name than main.*, or its state would not change with them."""
    tables = [(name, re.compile(rf"(?<!\w)(?:FROM|JOIN) {name}\b"), f"{name} AS (") for name in model()]
    assert [(block.name, name) for block in ground.blocks() for name, read, own in tables if read.search(block.body) and own not in block.body] == []
