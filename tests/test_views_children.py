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
