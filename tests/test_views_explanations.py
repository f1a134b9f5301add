import pytest
from ground_bench import bench, column, zoned

OPEN = {"case_number": "C-1", "agency": "A", "opened_at": "2026-03-01T00:00:00Z", "closed_at": "2026-03-10T00:00:00Z", "assigned_operators": ["ann"]}
USE = {"agency": "A", "case_number": "c 1", "subject": "s1"}


def explained(store):
    return column(store, "SELECT explained_by FROM ground.queries")


def facts(store):
    return store.rows("SELECT case_known, case_open, case_assigned FROM ground.queries")


def test_an_open_case_with_the_operator_assigned_explains_a_search():
    store = bench(queries=[USE], cases=[OPEN])
    assert (explained(store), facts(store)) == (["case"], [(True, True, True)])


def test_a_case_explains_neither_before_it_is_opened_nor_from_the_instant_it_is_closed():
    at = ("2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z", "2026-03-09T23:59:59Z", "2026-03-10T00:00:00Z")
    store = bench(queries=[{**USE, "occurred_at": t} for t in at], cases=[OPEN])
    assert (explained(store), column(store, "SELECT case_known FROM ground.queries")) == ([None, "case", "case", None], [True] * 4)


def test_an_open_case_of_somebody_else_or_without_any_list_does_not_explain():
    named = bench(queries=[USE], cases=[{**OPEN, "assigned_operators": ["bob"]}])
    unnamed = bench(queries=[USE], cases=[{**OPEN, "assigned_operators": None}])
    assert [(explained(s), facts(s)) for s in (named, unnamed)] == [([None], [(True, True, False)])] * 2


def test_the_same_number_in_two_agencies_is_two_cases():
    cases = [OPEN, {**OPEN, "agency": "B", "assigned_operators": ["bea"]}]
    queries = [USE, {**USE, "agency": "B"}, {**USE, "agency": "B", "operator": "bea"}, {**USE, "agency": "C"}, {**USE, "agency": None}]
    store = bench(queries=queries, cases=cases)
    assert (explained(store), column(store, "SELECT case_known FROM ground.queries")) == (["case", None, "case", None, None], [True, True, True, False, False])


def test_a_register_without_agencies_serves_every_agency_and_a_log_without_agencies_the_one_that_has_the_number():
    loose = bench(queries=[USE], cases=[{**OPEN, "agency": None}])
    blind = bench(queries=[{**USE, "agency": None}], cases=[OPEN])
    assert (explained(loose), explained(blind)) == (["case"], ["case"])


def test_a_case_reopened_and_one_entered_twice_do_not_double_a_use():
    again = [
        OPEN,
        OPEN,
        {**OPEN, "opened_at": "2026-03-05T00:00:00Z", "closed_at": "2026-03-12T00:00:00Z"},
        {**OPEN, "opened_at": "2026-03-20T00:00:00Z", "closed_at": None},
    ]
    at = ("2026-03-02T00:00:00Z", "2026-03-11T00:00:00Z", "2026-03-15T00:00:00Z", "2026-03-25T00:00:00Z")
    store = bench(queries=[{**USE, "occurred_at": t} for t in at], cases=again)
    assert explained(store) == ["case", "case", None, "case"]


def test_another_account_of_the_assigned_person_is_assigned_too():
    roster = [{"operator": "ann", "person": "P1"}, {"operator": "ann.mobile", "person": "P1"}, {"operator": "cy", "person": "P2"}]
    queries = [{**USE, "operator": o} for o in ("ann.mobile", "cy")]
    by_account = bench(queries=queries, cases=[OPEN], operators=roster)
    by_person = bench(queries=queries, cases=[{**OPEN, "assigned_operators": ["p1"]}], operators=roster)
    assert [explained(by_account), explained(by_person)] == [["case", None]] * 2


def test_one_real_case_number_over_more_persons_than_the_figure_does_not_explain_them():
    within = bench(queries=[{**USE, "subject": f"s{n}"} for n in range(5)] * 2, cases=[OPEN])
    beyond = bench(queries=[{**USE, "subject": f"s{n}"} for n in range(6)], cases=[OPEN])
    allowed = bench(zoned(ground={"case_subjects": 6}), queries=[{**USE, "subject": f"s{n}"} for n in range(6)], cases=[OPEN])
    assert [set(explained(s)) for s in (within, beyond, allowed)] == [{"case"}, {None}, {"case"}]


def test_persons_under_a_case_are_counted_for_the_agency_and_for_the_operator():
    queries = [
        {**USE, "subject": "s1"},
        {**USE, "subject": "s2"},
        {**USE, "operator": "bob", "subject": "s3"},
        {**USE, "agency": "B"},
        {**USE, "subject": None, "probe": "p"},
    ]
    store = bench(queries=queries, cases=[OPEN])
    assert store.rows("SELECT case_subjects, case_operator_subjects FROM ground.queries") == [(4, 3), (4, 3), (4, 1), (1, 1), (4, 3)]


@pytest.mark.parametrize(
    ("leave", "expected"),
    [
        ({"granted_at": "2026-03-02T17:00:00Z"}, "authorization"),
        ({"granted_at": "2026-03-02T17:00:01Z"}, None),
        ({"granted_at": None, "requested_at": "2026-03-01T00:00:00Z"}, None),
        ({"granted_at": "2026-03-01T00:00:00Z", "expires_at": "2026-03-02T17:00:00Z"}, None),
        ({"kind": "exigency", "granted_at": "2026-03-04T17:00:00Z"}, "authorization"),
        ({"kind": "exigency", "granted_at": "2026-03-04T17:00:01Z"}, None),
    ],
)
def test_leave_explains_from_its_grant_to_its_end_and_an_exigency_within_its_time(leave, expected):
    store = bench(queries=[{}], authorizations=[{"authorization_id": "a", "query_id": "q1", "kind": "warrant", **leave}])
    assert explained(store) == [expected]


def test_leave_for_a_case_covers_its_searches_on_its_system_but_not_a_number_that_two_agencies_have():
    leave = [{"authorization_id": "a", "case_number": "C1", "kind": "warrant", "granted_at": "2026-01-01T00:00:00Z"}]
    one = bench(queries=[USE, {**USE, "case_number": "C2"}], authorizations=leave)
    other_system = bench(queries=[USE], authorizations=[{**leave[0], "system": "other"}])
    shared = bench(queries=[{**USE, "operator": "zoe"}], authorizations=leave, cases=[OPEN, {**OPEN, "agency": "B"}])
    assert [explained(s) for s in (one, other_system, shared)] == [["authorization", None], [None], [None]]


def test_several_leaves_for_one_use_do_not_double_it():
    leave = {"query_id": "q1", "kind": "supervisor", "granted_at": "2026-03-01T00:00:00Z"}
    store = bench(queries=[{}], authorizations=[{**leave, "authorization_id": str(n)} for n in range(3)])
    assert explained(store) == ["authorization"]


@pytest.mark.parametrize(
    ("notice", "expected"),
    [
        ({"kind": "test"}, "test"),
        ({"kind": "outage", "system": "matcher"}, "outage"),
        ({"kind": "training", "operator": "ANN"}, "training"),
        ({"kind": "training", "operator": "bob"}, None),
        ({"kind": "import", "agency": "A"}, "import"),
        ({"kind": "import", "agency": "B"}, None),
        ({"kind": "migration", "gallery": "g2"}, None),
        ({"kind": "test", "system": "other"}, None),
        ({"kind": "vocabulary"}, None),
        ({"kind": "other"}, None),
    ],
)
def test_an_announced_event_explains_the_uses_in_its_scope(notice, expected):
    store = bench(
        queries=[{"agency": "A", "gallery": "g1"}],
        notices=[{"notice_id": "n", "starts_at": "2026-03-02T16:00:00Z", "ends_at": "2026-03-02T18:00:00Z", **notice}],
    )
    assert explained(store) == [expected]


def test_an_event_without_an_end_lasts_through_its_day_in_the_system_s_zone():
    at = ("2026-03-02T17:59:59Z", "2026-03-03T07:59:59Z", "2026-03-03T08:00:00Z")
    notice = {"notice_id": "n", "kind": "test", "starts_at": "2026-03-02T18:00:00Z"}
    found = [explained(bench(zoned(zone), queries=[{"occurred_at": t} for t in at], notices=[notice])) for zone in ("America/Los_Angeles", None)]
    assert found == [[None, "test", None], [None, None, None]]  # midnight in Los Angeles is 08:00 UTC; without a zone the day ends at 00:00 UTC


def test_overlapping_events_explain_once_and_by_the_first_kind():
    notices = [
        {"notice_id": k, "kind": k, "starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-03-09T00:00:00Z"} for k in ("migration", "training", "test", "outage")
    ]
    assert explained(bench(queries=[{}], notices=notices)) == ["test"]


def test_on_shift_is_unknown_for_who_has_no_shifts_and_false_outside_them():
    shifts = [
        {"operator": "ann", "starts_at": "2026-03-02T20:00:00Z", "ends_at": "2026-03-03T06:00:00Z"},
        {"operator": "ann", "starts_at": "2026-03-03T05:00:00Z", "ends_at": "2026-03-03T08:00:00Z"},
    ]
    at = ("2026-03-02T19:59:59Z", "2026-03-02T20:00:00Z", "2026-03-03T05:30:00Z", "2026-03-03T08:00:00Z")
    store = bench(queries=[*({"operator": "Ann", "occurred_at": t} for t in at), {"operator": "bob"}], shifts=shifts)
    assert column(store, "SELECT on_shift FROM ground.queries") == [False, True, True, False, None]


def test_how_many_remain_unexplained_is_told_by_operator_and_agency():
    store = bench(queries=[USE, USE, {"agency": "A", "operator": "bob"}], cases=[OPEN])
    assert store.rows("SELECT agency, operator, explained_by, searches FROM ground.explanations ORDER BY ALL") == [
        ("A", "ann", "case", 2),
        ("A", "bob", None, 1),
    ]


def test_uses_of_a_case_are_told_by_operator():
    store = bench(queries=[USE, {**USE, "subject": "s2"}, {**USE, "operation": "enrolment"}])
    assert store.rows("SELECT operator, case_key, searches, subjects FROM ground.case_uses") == [("ann", "C1", 2, 2)]
