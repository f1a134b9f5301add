from ground_bench import bench, column


def test_a_child_row_carries_its_use_s_system_time_operator_and_case():
    review = {"review_id": "r", "query_id": "q1", "system": "matcher", "reviewer": "rex", "decided_at": "2026-03-02T18:00:00Z", "decision": "match"}
    store = bench(queries=[{"agency": "A", "case_number": "C-1", "subject": "s"}], reviews=[review, {**review, "query_id": "gone"}])
    found = store.rows("SELECT decided_s - query_ts_s, operator, query_agency, query_subject, case_key, system FROM ground.reviews ORDER BY query_id DESC")
    assert found == [(3600, "ann", "A", "s", "C1", "matcher"), (None, None, None, None, None, "matcher")]


def test_a_child_row_without_a_system_belongs_to_the_only_one_that_knows_its_use():
    action = {"action_id": "a", "kind": "arrest", "occurred_at": "2026-03-02T18:00:00Z"}
    queries = [{"system": "one"}, {"query_id": "both", "system": "one"}, {"query_id": "both", "system": "two"}]
    store = bench(queries=queries, actions=[{**action, "query_id": "q1"}, {**action, "query_id": "both"}, {**action, "query_id": "both", "system": "two"}])
    assert column(store, "SELECT system FROM ground.actions ORDER BY record") == ["one", None, "two"]


def test_an_action_s_own_case_number_goes_before_that_of_its_use():
    action = {"action_id": "a", "kind": "arrest", "occurred_at": "2026-03-02T18:00:00Z", "query_id": "q1", "system": "matcher"}
    store = bench(queries=[{"case_number": "C-1"}], actions=[action, {**action, "case_number": "c 2"}, {**action, "query_id": None, "case_number": "C3"}])
    assert column(store, "SELECT case_key FROM ground.actions ORDER BY record") == ["C1", "C2", "C3"]


def test_lists_of_the_registers_come_one_by_one_and_an_absent_list_gives_no_row():
    cases = [{"case_number": "C-1", "agency": "A", "assigned_operators": ["ann", " bob"]}, {"case_number": "C-2"}]
    systems = [{"system": "m", "permitted_offenses": ["Robbery"], "barred_purposes": ["immigration"], "approved_from": "2026-01-01T00:00:00Z"}, {"system": "n"}]
    store = bench(cases=cases, systems=systems)
    assert store.rows("SELECT case_key, agency, operator FROM ground.case_operators ORDER BY operator") == [("C1", "A", "ann"), ("C1", "A", "bob")]
    assert store.rows("SELECT system, kind, term_key, approved_from_s FROM ground.system_terms ORDER BY kind") == [
        ("m", "barred", "immigration", 1_767_225_600),
        ("m", "offense", "robbery", 1_767_225_600),
    ]


def test_an_infinite_time_is_no_time():
    item = {"item_id": "i", "kind": "probe", "created_at": "2026-03-02T18:00:00Z", "deleted_at": "infinity", "hold_to": "2026-03-02T18:00:00.999Z"}
    store = bench(biometric_items=[item])
    assert store.rows("SELECT created_s, deleted_s, hold_to_s FROM ground.biometric_items") == [(1_772_474_400, None, 1_772_474_400)]


DELIVERIES = [
    {
        "export_id": name,
        "path": name,
        "bytes": 1,
        "outcome": "accepted",
        "read": 1,
        "kept": 1,
        "rejected": 0,
        "set_aside": 0,
        "copies": 0,
        "integrity": "file-hash-only",
        "run_id": "1",
    }
    for name in ("first", "then")
]
HIRED = {"operator": "ann", "active_from": "2025-01-01T00:00:00Z", "trained_from": "2025-02-01T00:00:00Z", "export_id": "first"}
OPENED = {"case_number": "C-1", "agency": "A", "opened_at": "2026-01-01T00:00:00Z", "assigned_operators": ["ann"], "export_id": "first"}
LEFT = 1_769_904_000  # 2026-02-01


def test_a_period_of_the_roster_that_a_later_delivery_ends_has_ended_in_every_row_of_it():
    store = bench(exports=DELIVERIES, operators=[HIRED, {**HIRED, "active_to": "2026-02-01T00:00:00Z", "export_id": "then"}])
    assert store.rows("SELECT active_to_s, trained_to_s FROM ground.operators") == [(LEFT, None), (LEFT, None)]


def test_a_period_of_the_roster_that_a_later_delivery_opens_again_goes_on():
    store = bench(exports=DELIVERIES, operators=[{**HIRED, "active_to": "2026-02-01T00:00:00Z"}, {**HIRED, "export_id": "then"}])
    assert store.rows("SELECT active_to_s FROM ground.operators") == [(None,), (None,)]


def test_periods_of_the_roster_that_begin_otherwise_or_came_together_end_as_they_say():
    again = {**HIRED, "active_from": "2026-03-01T00:00:00Z", "active_to": "2026-04-01T00:00:00Z", "trained_from": "2026-03-01T00:00:00Z", "export_id": "then"}
    store = bench(exports=DELIVERIES, operators=[HIRED, {**HIRED, "active_to": "2026-02-01T00:00:00Z"}, again])
    assert column(store, "SELECT active_to_s FROM ground.operators ORDER BY active_to_s NULLS FIRST") == [None, LEFT, 1_775_001_600]


def test_a_case_that_a_later_delivery_closes_is_closed_wherever_it_is_asked():
    store = bench(exports=DELIVERIES, queries=[{"case_number": "C-1"}], cases=[OPENED, {**OPENED, "closed_at": "2026-02-01T00:00:00Z", "export_id": "then"}])
    asked = "SELECT closed_s FROM ground.cases UNION SELECT closed_s FROM ground.case_operators UNION SELECT to_s FROM ground.context_spans WHERE kind IN ('case', 'assigned')"
    assert column(store, asked) == [LEFT]


def test_an_approval_that_a_later_delivery_ends_has_ended_wherever_it_is_asked():
    ended = {"approved_from": "2025-01-01T00:00:00Z", "approved_to": "2026-02-01T00:00:00Z", "export_id": "then"}
    system = {"system": "matcher", "permitted_offenses": ["Robbery"], "approved_from": "2025-01-01T00:00:00Z", "export_id": "first"}
    gallery = {"gallery": "g", "system": "matcher", "approved_from": "2025-01-01T00:00:00Z", "export_id": "first"}
    store = bench(
        exports=DELIVERIES, systems=[system, system | ended], galleries=[gallery, gallery | ended, gallery | {"approved_from": "2026-03-01T00:00:00Z"}]
    )
    asked = ("SELECT approved_to_s FROM ground.systems", "SELECT approved_to_s FROM ground.system_terms", "SELECT approved_to_s FROM ground.galleries")
    assert [sorted(column(store, sql), key=str) for sql in asked] == [[LEFT, LEFT], [LEFT, LEFT], [LEFT, LEFT, None]]
