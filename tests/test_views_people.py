import datetime as dt

from ground_bench import bench, column, minutes, zoned


def days(counts, **facts):
    """Searches of one account: so many on each day from 2 March 2026, a minute apart from noon."""
    rows = []
    for day, count in enumerate(counts):
        start = (dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC) + dt.timedelta(days=day)).isoformat()
        rows += [{"operator": "ann", "agency": "A", "occurred_at": at, **facts} for at in minutes(start, count)]
    return rows


def test_a_day_of_an_account_tells_searches_unexplained_ones_and_persons():
    queries = [{"subject": s, "occurred_at": at} for s, at in zip(("s1", "s1", "s2", None), minutes("2026-03-02T23:58:00+00:00", 4), strict=True)]
    leave = [{"authorization_id": "a", "query_id": "q1", "kind": "warrant", "granted_at": "2026-01-01T00:00:00Z"}]
    store = bench(queries=[*queries, {"status": "error"}, {"operation": "verification"}], authorizations=leave)
    assert store.rows("SELECT day_no, searches, unexplained, subjects, last_s - first_s FROM ground.operator_days ORDER BY day_no") == [
        (20514, 2, 1, 1, 60),
        (20515, 2, 2, 1, 60),
    ]


def test_an_account_s_profile_is_robust_against_its_one_extraordinary_day():
    store = bench(queries=days([2, 1, 3, 2, 60, 2, 1]))
    found = store.rows(
        "SELECT active_days, searches, median_day, mad_day, max_day, last_day - first_day, first_day - log_first_day FROM ground.operator_profiles"
    )
    assert found == [(7, 71, 2.0, 1.0, 60, 6, 0)]


def test_peers_are_the_agency_s_people_without_its_machines():
    crowd = [row for n in range(5) for row in days([n + 1] * 6, operator=f"op{n}")]
    store = bench(zoned(service_accounts=("bot",)), queries=crowd + days([200] * 6, operator="bot"))
    assert store.rows("SELECT agency, operators, median_day, mad_day, p99_day, operator_days, basis FROM ground.peer_profiles") == [
        ("A", 5, 3.0, 1.0, 5, 30, "agency")
    ]


def test_a_small_agency_is_measured_by_the_system_and_a_small_system_not_at_all():
    crowd = [row for n in range(5) for row in days([2] * 6, operator=f"op{n}", agency="B")]
    both = bench(queries=crowd + days([9], operator="zed", agency="A"))
    alone = bench(queries=days([9], operator="zed", agency="A"))
    sql = "SELECT basis, operators, median_day, p99_day FROM ground.peer_profiles WHERE agency = 'A'"
    assert (both.rows(sql), alone.rows(sql)) == ([("system", 6, 2.0, 9)], [("none", 1, None, None)])


def test_a_week_without_searches_counts_in_the_weeks_before():
    queries = [{"agency": "A", "occurred_at": at} for at in ("2026-03-02T00:00:00Z", "2026-03-08T23:59:59Z", "2026-03-23T00:00:00Z")]
    found = bench(queries=queries).rows("SELECT week_no - 2930, searches, trailing_median, trailing_weeks FROM ground.agency_weeks ORDER BY week_no")
    assert found == [(1, 2, None, 0), (2, 0, 2.0, 1), (3, 0, 1.0, 2), (4, 1, 0.0, 3)]


def test_a_machine_s_pace_is_regular_and_a_person_s_is_not():
    steady = [{"operator": "bot", "subject": "s", "occurred_at": at} for at in minutes("2026-03-02T00:00:00+00:00", 30, 29)]
    human = [
        {"operator": "ann", "subject": "s", "occurred_at": at}
        for at in ("2026-03-02T08:00:00Z", "2026-03-02T08:01:00Z", "2026-03-02T08:03:00Z", "2026-03-03T09:00:00Z")
    ]
    store = bench(queries=steady + human)
    by_operator = store.rows("SELECT operator, gaps, median_gap_s, gap_cv < 0.2 FROM ground.operator_cadence ORDER BY operator")
    by_subject = store.rows("SELECT operator, subject, gaps, gap_cv < 0.2 FROM ground.subject_cadence ORDER BY operator")
    assert by_operator == [("ann", 3, 120.0, False), ("bot", 29, 1740.0, True)]
    assert by_subject == [("ann", "s", 3, False), ("bot", "s", 29, True)]


def test_an_account_s_share_of_a_subject_counts_everybody_s_searches_of_it():
    queries = [{"subject": "s", "occurred_at": f"2026-03-{d:02}T10:00:00Z"} for d in (2, 3, 4)] + [{"subject": "s", "operator": "bob"}, {"subject": "t"}]
    store = bench(queries=queries)
    assert store.rows("SELECT operator, subject, searches, days, all_searches, accounts FROM ground.operator_subjects") == [("ann", "s", 3, 3, 4, 2)]


def test_the_primary_window_is_the_shortest_that_holds_the_share_also_over_midnight():
    night = [{"occurred_at": f"2026-03-02T{h:02}:30:00Z"} for h in (22, 22, 22, 22, 22, 23, 23, 23, 23, 23, 0, 0, 0, 0, 0, 1, 1, 9, 12, 15)]
    store = bench(zoned("UTC"), queries=night)
    assert store.rows("SELECT from_hour, hours, held, searches FROM ground.active_hours") == [(22, 4, 17, 20)]


def test_there_is_no_primary_window_without_a_zone_or_with_too_few_searches():
    rows = days([20])
    assert [
        bench(s, queries=q).value("SELECT count(*) FROM ground.active_hours") for s, q in ((zoned(None), rows), (zoned("UTC"), rows[:19]), (zoned("UTC"), rows))
    ] == [0, 0, 1]


def test_sessions_are_parted_by_eight_hours_of_quiet():
    at = ("2026-03-02T08:00:00Z", "2026-03-02T15:59:59Z", "2026-03-02T23:59:59Z", "2026-03-03T02:00:00Z", "2026-03-03T10:00:00Z")
    leave = [{"authorization_id": "a", "query_id": "q3", "kind": "warrant", "granted_at": "2026-01-01T00:00:00Z"}]
    store = bench(queries=[{"occurred_at": t} for t in at], authorizations=leave)
    found = store.rows("SELECT searches, unexplained, last_s - first_s, quiet_before_s, quiet_after_s FROM ground.operator_sessions ORDER BY first_s")
    assert found == [(2, 2, 28_799, None, 28_800), (2, 1, 7_201, 28_800, 28_800), (1, 1, 0, 28_800, None)]


def test_ways_in_are_told_by_day_and_addresses_of_one_office_are_one_network():
    ways = [
        {"client_ip": "192.0.2.10"},
        {"client_ip": "192.0.2.99"},
        {"client_ip": "198.51.100.1", "mfa": False},
        {"client_ip": "AWS Internal"},
        {"client_ip": "2001:db8:1:2:3::9"},
    ]
    store = bench(queries=[{"device": "d1", "mfa": True, **way} for way in ways])
    networks = column(store, "SELECT network FROM ground.account_sessions ORDER BY network")
    assert networks == ["192.0.2", "192.0.2", "198.51.100", "2001:db8:1:2", None]
    assert store.rows("SELECT addresses, networks, devices, uses, without_mfa FROM ground.account_days") == [(5, 3, 1, 5, 1)]


def test_the_way_to_be_in_two_towns_is_told_with_its_speed_and_a_neighbouring_street_is_not():
    places = [(45.52, -122.68, "08:00"), (45.53, -122.67, "08:10"), (40.71, -74.0, "09:10"), (40.71, -74.0, "23:30")]
    queries = [{"latitude": a, "longitude": b, "occurred_at": f"2026-03-02T{t}:00Z"} for a, b, t in places]
    store = bench(queries=[*queries, {"operator": "bob", "latitude": 45.5, "longitude": -122.6}])
    found = store.rows("SELECT previous_query_id, query_id, round(distance_m / 1000), seconds, round(speed_kmh) FROM ground.travel")
    assert found == [("q2", "q3", 3925, 3600, 3925)]
