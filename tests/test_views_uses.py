from ground_bench import bench, column, zoned

NIGHT_OF_THE_CLOCKS = ["2026-03-08T06:59:59Z", "2026-03-08T07:00:00Z", "2026-11-01T05:59:59Z", "2026-11-01T06:00:00Z"]


def test_the_local_hour_follows_the_clocks_of_the_system_s_own_zone():
    store = bench(zoned("America/New_York"), queries=[{"occurred_at": at} for at in NIGHT_OF_THE_CLOCKS])
    assert store.rows("SELECT local_hour, local_s - ts_s FROM ground.queries") == [(1, -18_000), (3, -14_400), (1, -14_400), (1, -18_000)]


def test_a_local_day_and_weekday_are_those_of_the_local_date():
    store = bench(zoned("America/Los_Angeles"), queries=[{"occurred_at": "2026-03-02T05:00:00Z"}])  # Sunday evening, 1 March
    assert store.rows("SELECT day_no - local_day_no, local_dow, local_hour FROM ground.queries") == [(1, 6, 21)]


def test_the_local_hour_is_unknown_where_the_export_s_zone_or_the_agency_s_zone_is():
    queries = [{"time_basis": basis} for basis in ("declared", "inferred", "assumed", "unknown")]
    known = column(bench(zoned("Europe/Berlin"), queries=queries), "SELECT local_hour FROM ground.queries")
    unstated = column(bench(zoned(None), queries=queries), "SELECT local_hour FROM ground.queries")
    assert (known, unstated) == ([18, 18, None, None], [None] * 4)


def test_a_time_in_the_year_9999_costs_nothing_and_stays_itself():
    store = bench(zoned("Europe/Berlin"), queries=[{"occurred_at": "9999-12-31T00:00:00Z"}, {}])
    assert column(store, "SELECT local_hour FROM ground.queries") == [None, 18]


def test_searches_are_what_was_done_and_attempts_what_was_tried():
    store = bench(queries=[{}, {"status": "error"}, {"operation": "verification"}, {"operation": "live_watch"}])
    assert [column(store, f"SELECT query_id FROM ground.{name}") for name in ("searches", "attempts")] == [["q1", "q4"], ["q1", "q2", "q4"]]


def test_a_case_key_is_letters_and_digits_and_only_of_a_real_number():
    numbers = [" 26-001/a ", "26–001 A", "N/A", None, "---"]
    queries = [{"case_number": number, "case_number_state": "placeholder" if number == "N/A" else "value" if number else "empty"} for number in numbers]
    assert column(bench(queries=queries), "SELECT case_key FROM ground.queries") == ["26001A", "26001A", None, None, None]


def test_grid_cells_are_floors_also_south_and_west():
    store = bench(queries=[{"latitude": 45.239, "longitude": -122.001}, {"latitude": -0.001, "longitude": 0.0}, {}])
    assert store.rows("SELECT cell_x, cell_y FROM ground.queries") == [(-12_201, 4_523), (0, -1), (None, None)]


def test_a_person_behind_several_accounts_is_known_by_the_roster_of_the_account_s_agency():
    roster = [
        {"operator": "ann", "agency": "A", "person": "P1"},
        {"operator": "ann-2", "agency": "A", "person": "P1"},
        {"operator": "ann", "agency": "B", "person": "P9"},
    ]
    queries = [
        {"operator": "ann", "agency": "A"},
        {"operator": "ANN-2", "agency": "A"},
        {"operator": "ann", "agency": "B"},
        {"operator": "ann"},
        {"operator": "bob"},
    ]
    store = bench(queries=queries, operators=roster)
    assert column(store, "SELECT person FROM ground.queries") == ["P1", "P1", "P9", "ann", "bob"]  # without an agency, ann could be either


def test_several_periods_of_one_account_in_the_roster_do_not_double_its_uses():
    periods = [{"operator": "ann", "active_from": f"20{y}-01-01T00:00:00Z", "role": "analyst"} for y in (20, 22, 24)]
    store = bench(queries=[{}, {}], operators=periods)
    assert column(store, "SELECT query_id FROM ground.queries") == ["q1", "q2"]


def test_a_machine_is_a_service_by_kind_by_setting_or_by_roster_and_only_the_last_two_explain():
    queries = [{"operator": o, "operator_kind": k} for o, k in (("bot", "service"), ("job", "human"), ("svc", "role_session"), ("ann", "human"))]
    store = bench(zoned(service_accounts=("JOB",)), queries=queries, operators=[{"operator": "svc", "role": "Service"}])
    found = store.rows("SELECT is_machine, explained_by FROM ground.queries")
    assert found == [(True, None), (True, "service_account"), (True, "service_account"), (False, None)]


def test_a_rostered_service_explains_only_while_it_is_rostered():
    roster = [{"operator": "svc", "role": "service", "active_from": "2026-03-01T00:00:00Z", "active_to": "2026-03-02T00:00:00Z"}]
    queries = [{"operator": "svc", "occurred_at": at} for at in ("2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")]
    assert column(bench(queries=queries, operators=roster), "SELECT explained_by FROM ground.queries") == [None, "service_account", None]


def test_a_reason_keeps_its_state_as_class_where_it_is_not_a_value():
    queries = [{"reason_state": "redacted", "reason": "***"}, {"reason_state": "not_exported"}, {"reason": "robbery of a shop"}]
    assert column(bench(queries=queries), "SELECT reason_class FROM ground.queries") == ["redacted", "not_exported", "stated"]


def test_equal_reasons_share_a_key_whatever_their_case_and_blanks():
    store = bench(queries=[{"reason": "Stolen  Car"}, {"reason": "stolen car"}, {"reason": "stolen cart"}])
    assert column(store, "SELECT count(DISTINCT reason_no) FROM ground.queries") == [2]


def test_lists_become_text_and_one_row_for_each_attribute():
    store = bench(queries=[{"attributes": ["EMOTIONS", "SMILE"], "operation": "face_analysis"}, {}])
    found = (column(store, "SELECT attributes FROM ground.queries"), store.rows("SELECT query_id, attribute FROM ground.use_attributes"))
    assert found == (["EMOTIONS;SMILE", None], [("q1", "EMOTIONS"), ("q1", "SMILE")])


def test_what_searches_no_image_and_no_recording_is_told_apart():
    operations = ("identification", "verification", "video_search", "live_watch", "enrolment", "log_control", "other")
    store = bench(queries=[{"operation": operation} for operation in operations])
    assert store.rows("SELECT operation FROM ground.acts ORDER BY query_id") == [("live_watch",), ("enrolment",), ("log_control",), ("other",)]
    assert column(store, "SELECT count(*) FROM ground.acts AS a INNER JOIN ground.queries AS q ON q.use_no = a.use_no AND q.query_id = a.query_id") == [4]


def test_times_that_contradict_one_another_are_told():
    backwards = {"searched_from": "2026-03-01T12:00:00Z", "searched_to": "2026-03-01T11:00:00Z"}
    forwards = {"searched_from": "2026-03-01T11:00:00Z", "searched_to": "2026-03-01T12:00:00Z"}
    store = bench(queries=[backwards, forwards, {"captured_at": "2026-03-03T00:00:00Z"}, {"captured_at": "2026-03-01T00:00:00Z"}, {}])
    assert store.rows("SELECT query_id, searched_from_s > searched_to_s FROM ground.untimely_uses ORDER BY query_id") == [("q1", True), ("q3", None)]


def test_a_picture_from_social_media_is_known_by_its_field_or_its_words():
    said = {"probe_source": "social_media", "probe": "a.jpg"}
    named = {"probe": "in/instagram_leader.jpg"}
    shot = {"probe": "Screenshot_20260303.png"}
    known = {"probe": "b.jpg", "reason": "verify identity of known subject"}
    store = bench(queries=[said, named, shot, known, {"probe": "c.jpg", "reason": "robbery"}, {**said, "status": "error"}, {**said, "operation": "enrolment"}])
    assert store.rows("SELECT query_id, social, known FROM ground.social_uses ORDER BY query_id") == [("q1", 1, 0), ("q2", 1, 0), ("q3", 0, 0), ("q4", 0, 1)]
