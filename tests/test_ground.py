import datetime as dt
import re

import pytest
from ground_bench import NIGHT, bench, column, put, zoned

from audit_analyzer import filling, ground, told
from audit_analyzer.clauses import Clause, Pack
from audit_analyzer.errors import RuleError, SettingsError
from audit_analyzer.settings import Retention
from audit_analyzer.store import canonical, scratch

KEYED = "(SELECT q.*, r.reason_key FROM ground.queries AS q LEFT JOIN ground.reason_keys AS r ON r.reason_no = q.reason_no) AS q"

CONTRACT = {
    "queries": "system query_id export_id record ts_s day_no captured_s searched_from_s searched_to_s zone_known local_s local_day_no local_hour local_dow "
    "is_search is_machine person "
    "case_key reason_class reason_no explained_by case_known case_open case_assigned case_subjects authorized on_shift cell_x cell_y occurred_s",
    "night": "as_of_s",
    "operator_days": "system agency operator day_no searches unexplained subjects first_s last_s",
    "operator_profiles": "system agency operator active_days searches unexplained median_day mad_day first_day last_day subjects",
    "peer_profiles": "system agency operators median_day mad_day p99_day",
    "agency_weeks": "system agency week_no searches trailing_median trailing_weeks",
    "word_hits": "system query_id export_id record ts_s operator agency carrier lexicon word matched language disguised text cleared",
    "texts": "text folded disguised reason_class",
    "near_assemblies": "system query_id export_id record ts_s operator agency assembly_id distance_m after_start_s before_end_s by explained_by",
    "assembly_lift": "system assembly_id observed expected baseline_days lift lift_low p_value",
    "near_places": "system query_id place_id kind distance_m",
    "limits": "system pack clause kind citizenship seconds from_s to_s",
    "pack_parameters": "system pack clause name number text from_s to_s",
    "bindings": "system pack clause from_s to_s status",
    "exports": "export_id path source system outcome period_from_s period_to_s read_count kept rejected set_aside copies integrity",
    "rejects": "export_id record reason system",
    "revisions": "export_id record table_name id system kind",
    "coverage_days": "system day_no searches",
    "case_operators": "case_number case_key agency operator",
    "system_terms": "system agency kind term approved_from_s approved_to_s",
}


@pytest.mark.parametrize("name", CONTRACT)
def test_the_ground_has_the_names_and_columns_that_rules_are_written_against(name):
    missing = set(CONTRACT[name].split()) - set(ground.names()[name][1])
    assert missing == set()


def test_every_canonical_table_stands_in_the_ground_with_all_its_columns_and_its_times_as_seconds():
    missing = {}
    for table, facts in canonical().items():
        wanted = {(c.name.removesuffix("_at") + "_s" if c.type == "TIMESTAMPTZ" else c.name) for c in facts.columns} | {"export_id", "record"}
        missing[table] = wanted - set(ground.names()[table][1])
    assert {t: m for t, m in missing.items() if m} == {}


def test_every_name_has_a_sentence_that_says_what_a_row_is():
    assert [name for name, (sentence, _) in ground.names().items() if not re.match(r"(One row for each|The one row|The rows of) .+\.$", sentence)] == []


def test_rules_see_neither_lists_nor_time_stamps():
    with scratch() as store:
        ground.define(store)
        odd = column(
            store,
            "SELECT table_name || '.' || column_name FROM duckdb_columns() "
            "WHERE schema_name = 'ground' AND (data_type LIKE '%[]' OR data_type LIKE 'TIMESTAMP%')",
        )
    assert odd == []


def test_no_block_joins_the_uses_behind_fewer_rows():
    behind = re.compile(r"(?<!POSITIONAL )JOIN (?:main\.queries|ground\.(?:queries|searches|attempts))\b")
    assert [block.name for block in ground.blocks() if behind.search(block.body)] == []


def test_a_block_stands_after_everything_that_it_refers_to():
    seen = set()
    for block in ground.blocks():
        assert block.references <= seen
        seen.add(block.name)


def test_views_that_refer_to_each_other_in_a_circle_are_refused_by_name():
    one = ground.Block("one", "", "AS SELECT 1 FROM ground.two", given=False, materialise=False, without=())
    two = ground.Block("two", "", "AS SELECT 1 FROM ground.one", given=False, materialise=False, without=())
    with pytest.raises(RuleError, match=r"circle.*: one, two"):
        list(ground._ordered({"one": one, "two": two}))  # noqa: SLF001  the order is the behaviour


def test_refreshing_after_other_rows_leaves_nothing_of_the_rows_before():
    store = bench(queries=[{"reason": "first"}, {"reason": "second"}], notices=[{"notice_id": "n", "kind": "test", "starts_at": "2026-03-02T00:00:00Z"}])
    before = column(store, "SELECT explained_by FROM ground.queries")
    store.run("DELETE FROM main.queries; DELETE FROM main.notices")
    put(store, "queries", 9, {"reason": "third"})
    filling.refresh(store, zoned(), NIGHT, {})
    assert (before, store.rows(f"SELECT query_id, reason_key, explained_by FROM {KEYED}")) == (["test", "test"], [("q9", "third", None)])


def test_a_refresh_for_one_name_fills_what_it_rests_on_and_leaves_the_rest():
    store = bench()
    put(store, "queries", 1, {})
    filling.refresh(store, zoned(), NIGHT, {}, needed=["searches"])
    assert [store.value(f"SELECT count(*) FROM ground.{name}") for name in ("searches", "operator_days")] == [1, 0]


def test_facts_beside_a_use_are_that_use_s_own_after_rows_were_deleted_in_between():
    rows = [{"operator": f"op{n}", "reason": f"reason {n}"} for n in range(50)]
    store = bench(queries=rows)
    store.run("DELETE FROM main.queries WHERE query_id IN ('q3', 'q17')")
    filling.refresh(store, zoned(), NIGHT, {})
    assert column(store, f"SELECT count(*) FROM {KEYED} WHERE reason_key = reason AND person = operator") == [48]


def test_facts_that_no_longer_lie_beside_their_use_are_left_out_and_never_those_of_another():
    store = bench(queries=[{"reason": "a"}, {"reason": "b"}, {"reason": "c"}])
    store.run("DELETE FROM main.queries WHERE query_id = 'q1'")
    assert column(store, f"SELECT count(*) FROM {KEYED} WHERE reason_key <> reason") == [0]


def test_uses_asked_for_by_their_place_are_those_of_the_whole_view_each_once():
    store = bench(queries=[{"operator": f"op{n}", "reason": f"reason {n}"} for n in range(20)])
    store.run("CREATE TEMP TABLE wanted AS SELECT unnest([3, 17, 3]) AS use_no")
    every = next(b for b in ground.blocks() if b.name == "queries").body.removeprefix("AS").partition(ground.LAID_TOGETHER)[0]
    by_place = f"SELECT * FROM ({every}{ground.AT.format(name='wanted')}) ORDER BY use_no"
    assert store.rows(by_place) == store.rows("SELECT * FROM ground.queries WHERE use_no IN (3, 17) ORDER BY use_no")
    assert [row[0] for row in store.rows(by_place)] == ["q4", "q18"]


def test_what_uses_are_asked_for_by_is_worked_out_once():
    asked = [match for file in ground.VIEWS.glob("*.sql") for block in file.read_text().split("\n\n") for match in _asked_by_place(block)]
    assert len(asked) > 10
    assert [name for name, once in asked if not once] == []


def _asked_by_place(block):
    return [(name, f"{name} AS MATERIALIZED (" in block) for name in re.findall(r"\buses_at\((\w+)\)", block)]


def test_many_uses_over_several_threads_keep_their_facts():
    store = scratch()
    store.run("SET threads = 4")
    put(store, "queries", 1, {})
    store.run("""
      INSERT INTO main.queries BY NAME
      SELECT q.* REPLACE ('x' || i AS query_id, 'op' || (i % 997) AS operator, 'reason ' || (i % 313) AS reason, 'value' AS reason_state)
      FROM main.queries AS q, range(300000) AS t (i)""")
    filling.refresh(_defined(store), zoned("America/New_York"), NIGHT, {}, needed=["queries"])
    whole = store.value(f"SELECT count(*) FROM {KEYED} WHERE query_id LIKE 'x%' AND reason_key = reason AND person = operator")
    part = store.rows(f"SELECT count(*), count(*) FILTER (WHERE reason_key = reason AND person = operator) FROM {KEYED} WHERE operator = 'op5'")
    one = store.rows(f"SELECT person, reason_key FROM {KEYED} WHERE query_id = 'x299999'")
    assert (whole, part, one) == (300_000, [(301, 301)], [("op899", "reason 145")])


def _defined(store):
    ground.define(store)
    return store


def test_a_figure_of_audit_toml_overrides_the_default_and_an_unknown_one_is_refused():
    with bench(zoned(ground={"near_m": 500, "quiet_s": "6 hours"})) as store:
        figures = store.rows("SELECT near_m, quiet_s, place_m FROM ground.figures")
    with pytest.raises(SettingsError, match="no figure 'nearness'"):
        bench(zoned(ground={"nearness": 1}))
    assert figures == [(500.0, 21_600, 150.0)]


def test_the_columns_of_the_figures_are_the_figures_in_their_order():
    assert list(ground.names()["figures"][1]) == list(told.FIGURES)


def test_limits_come_from_audit_toml_and_from_packs_and_all_else_is_a_parameter():
    clause = Clause(
        pack="tvs",
        id="R1",
        title="",
        text="",
        status="in_force",
        effective_from=dt.date(2026, 1, 1),
        effective_to=None,
        unverified_from=None,
        note="",
        source="",
        source_quality="primary",
        parameters={
            "retention": [{"kind": "probe", "citizenship": "citizen", "limit": 43_200}],
            "threshold_min": 99.0,
            "permitted_offenses": ["weapons", "fraud"],
        },
    )
    packs = {"tvs": Pack("tvs", "", "", "", "primary", (clause,)), "unbound": Pack("unbound", "", "", "", "primary", (clause,))}
    store = bench(zoned(packs=("tvs",), retention=(Retention("template", 60),)), packs)
    start = 1_767_225_600
    found = [store.rows(f"SELECT * FROM ground.{name} ORDER BY ALL") for name in ("bindings", "limits", "pack_parameters")]
    assert found == [
        [("matcher", "audit.toml", "audit.toml/retention", None, None, "in_force"), ("matcher", "tvs", "tvs/R1", start, None, "in_force")],
        [
            ("matcher", "audit.toml", "audit.toml/retention", "template", None, 60, None, None),
            ("matcher", "tvs", "tvs/R1", "probe", "citizen", 43_200, start, None),
        ],
        [
            ("matcher", "tvs", "tvs/R1", "permitted_offenses", None, "fraud", start, None),
            ("matcher", "tvs", "tvs/R1", "permitted_offenses", None, "weapons", start, None),
            ("matcher", "tvs", "tvs/R1", "threshold_min", 99.0, None, start, None),
        ],
    ]


def test_the_offsets_of_a_zone_cover_every_second_once_and_change_where_the_clocks_do():
    spans = told.offsets("America/New_York", 1_772_323_200, 1_774_915_200)  # 1 to 31 March 2026
    assert spans == [(1_772_323_200, 1_772_953_200, -18_000), (1_772_953_200, 1_775_001_600, -14_400)]


def test_a_zone_that_changes_in_the_last_day_and_one_that_never_changes():
    last = told.offsets("America/New_York", 1_772_928_000, 1_772_928_001)  # 8 March 2026 alone
    assert (last, told.offsets("Asia/Kolkata", 0, 1)) == ([(1_772_928_000, 1_772_953_200, -18_000), (1_772_953_200, 1_773_014_400, -14_400)], [])
