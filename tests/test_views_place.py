import datetime as dt
import math

import pytest
from ground_bench import bench, column, zoned

MARCH = {
    "assembly_id": "march",
    "starts_at": "2026-03-04T18:00:00Z",
    "ends_at": "2026-03-04T21:00:00Z",
    "latitude": 45.5150,
    "longitude": -122.6790,
    "precision_m": 50.0,
}
HERE = {"latitude": 45.5190, "longitude": -122.6790}  # 445 m north
FAR = {"latitude": 45.5290, "longitude": -122.6790}  # 1,557 m north


def near(store):
    return store.rows("SELECT query_id, how, round(distance_m) FROM ground.near_assemblies ORDER BY query_id")


@pytest.mark.parametrize(("at", "hit"), [("03-04T15:59:59", False), ("03-04T16:00:00", True), ("03-07T20:59:59", True), ("03-07T21:00:00", False)])
def test_a_use_near_an_assembly_belongs_to_it_from_two_hours_before_to_seventy_two_after(at, hit):
    store = bench(queries=[{**HERE, "occurred_at": f"2026-{at}Z"}], assemblies=[MARCH])
    assert near(store) == ([("q1", "device", 445.0)] if hit else [])


@pytest.mark.parametrize(("at", "hit"), [("03-04T15:59:59", False), ("03-04T16:00:00", True), ("03-04T22:59:59", True), ("03-04T23:00:00", False)])
def test_a_face_taken_while_it_lasted_belongs_to_it_however_late_it_is_searched(at, hit):
    store = bench(queries=[{**HERE, "captured_at": f"2026-{at}Z", "occurred_at": "2026-03-30T10:00:00Z"}], assemblies=[MARCH])
    assert near(store) == ([("q1", "capture", 445.0)] if hit else [])


def test_capture_is_stronger_than_device_and_one_use_is_one_row():
    store = bench(queries=[{**HERE, "captured_at": "2026-03-04T19:00:00Z", "occurred_at": "2026-03-04T19:05:00Z"}], assemblies=[MARCH])
    assert store.rows("SELECT how, after_start_s, before_end_s FROM ground.near_assemblies") == [("capture", 3_900, 6_900)]


def test_an_assembly_known_only_by_its_town_reaches_as_far_as_that_is_uncertain():
    use = [{**FAR, "occurred_at": "2026-03-04T19:00:00Z"}, {"latitude": 45.60, "longitude": -122.55, "occurred_at": "2026-03-04T19:00:00Z"}]
    exact, town = (bench(queries=use, assemblies=[{**MARCH, "precision_m": p}]) for p in (50.0, 15_000.0))
    assert (near(exact), near(town)) == ([], [("q1", "device", 1557.0), ("q2", "device", 13792.0)])


def test_time_alone_is_told_only_where_the_place_or_the_agency_bears_the_town_s_name():
    queries = [
        {"place": "Portland, OR"},
        {"agency": "Portland Police"},
        {"agency": "Salem Police"},
        {"agency": "Portlandia Office"},
        {**FAR, "agency": "Portland Police"},
    ]
    store = bench(queries=[{"occurred_at": "2026-03-04T19:00:00Z", **q} for q in queries], assemblies=[{**MARCH, "locality": "Portland"}])
    assert near(store) == [("q1", "time_only", None), ("q2", "time_only", None)]


def test_distances_hold_across_cells_far_north_and_south_of_the_equator():
    spots = [(69.6500, 18.9600), (-33.8700, 151.2100), (0.0001, -0.0001)]
    step = 0.0085  # 945 m of latitude
    assemblies = [{**MARCH, "assembly_id": f"a{n}", "latitude": a, "longitude": b} for n, (a, b) in enumerate(spots)]
    queries = [{"latitude": a + s * step, "longitude": b, "occurred_at": "2026-03-04T19:00:00Z"} for a, b in spots for s in (-1, 1)]
    east = [{"latitude": 69.65, "longitude": 18.96 + s * 0.024, "occurred_at": "2026-03-04T19:00:00Z"} for s in (-1, 1)]  # 928 m of longitude at this latitude
    assert bench(queries=queries + east, assemblies=assemblies).value("SELECT count(*) FROM ground.near_assemblies") == 8


def weeks(count, per_day, start="2026-01-01", **facts):
    """Searches at 19:00 UTC: so many a day near the place, every day."""
    first = dt.datetime.fromisoformat(start).replace(tzinfo=dt.UTC, hour=19)
    return [{**HERE, "occurred_at": (first + dt.timedelta(days=d, seconds=n)).isoformat(), **facts} for d in range(count * 7) for n in range(per_day)]


def lift(store, assembly="march"):
    return store.dicts(f"SELECT * FROM ground.assembly_lift WHERE assembly_id = '{assembly}'")


def test_a_downtown_that_is_always_busy_explains_the_crowd():
    (found,) = lift(bench(queries=weeks(13, 10), assemblies=[MARCH]))
    # the window holds four evenings at 19:00: 40 searches, as in each of the comparable weeks (those that the log covers whole)
    assert (found["observed"], found["baseline_windows"], found["baseline"], found["baseline_max"], found["lift_low"] < 1 < found["p_value"] * 3) == (
        40,
        11,
        440,
        40,
        True,
    )


def test_a_quiet_place_that_fills_for_an_assembly_shows_a_lift_with_its_bound():
    crowd = [{**HERE, "occurred_at": f"2026-03-04T20:{n:02}:00Z"} for n in range(30)]
    (found,) = lift(bench(queries=weeks(13, 1) + crowd, assemblies=[MARCH]))
    figures = {k: round(found[k], 3) for k in ("observed", "expected", "lift", "lift_low")}
    assert figures == {"observed": 34, "expected": 4.045, "lift": 8.404, "lift_low": 5.388}
    assert 0 < found["p_value"] < 1e-12
    assert found["lift_low"] == pytest.approx(34 / (44.5 / 11) / math.exp(1.959964 * math.sqrt(1 / 34.5 + 1 / 44.5)))


def test_the_exact_binomial_probability_is_that_of_the_counts():
    crowd = [{**HERE, "occurred_at": f"2026-03-04T20:{n:02}:00Z"} for n in range(2)]
    (found,) = lift(
        bench(
            zoned(ground={"baseline_weeks": 1}),
            queries=[*weeks(13, 1, start="2026-02-01")[:28], *crowd, *weeks(3, 0), *weeks(3, 1, start="2026-03-01")],
            assemblies=[MARCH],
        )
    )
    n, p = found["observed"] + found["baseline"], 1 / (1 + found["baseline_windows"])
    exact = sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(found["observed"], n + 1))
    assert found["p_value"] == pytest.approx(exact, rel=1e-9)


def test_weeks_in_which_the_same_place_had_another_assembly_are_no_baseline():
    weekly = [
        {**MARCH, "assembly_id": f"other-{n}", "starts_at": f"2026-03-{d}T18:00:00Z", "ends_at": f"2026-03-{d}T21:00:00Z"} for n, d in enumerate((11, 18))
    ]
    elsewhere = {**MARCH, "assembly_id": "elsewhere", "latitude": 48.0, "starts_at": "2026-02-25T18:00:00Z", "ends_at": "2026-02-25T21:00:00Z"}
    (found,) = lift(bench(queries=weeks(13, 1), assemblies=[MARCH, *weekly, elsewhere]))
    assert found["baseline_windows"] == 9


def test_without_a_comparable_week_there_is_no_expectation_rather_than_zero():
    (found,) = lift(bench(queries=[{**HERE, "occurred_at": "2026-03-04T19:00:00Z"}], assemblies=[MARCH]))
    assert [found[k] for k in ("observed", "expected", "lift", "lift_low", "p_value", "baseline_days")] == [1, None, None, None, None, 0]


def test_explained_searches_count_neither_at_the_assembly_nor_in_its_baseline():
    leave = [{"authorization_id": "a", "query_id": "q1", "kind": "warrant", "granted_at": "2026-01-01T00:00:00Z"}]
    store = bench(queries=[{**HERE, "occurred_at": "2026-03-04T19:00:00Z"}], assemblies=[MARCH], authorizations=leave)
    assert (lift(store), column(store, "SELECT explained_by FROM ground.near_assemblies")) == ([], ["authorization"])


def test_places_are_near_within_a_city_block_and_told_with_their_kind():
    church = {"place_id": "church", "kind": "worship", "latitude": 45.5199, "longitude": -122.6790}
    store = bench(queries=[HERE, {"latitude": 45.5213, "longitude": -122.6790}, FAR, {}], places=[church])
    assert store.rows("SELECT query_id, place_id, kind, round(distance_m) FROM ground.near_places") == [("q1", "church", "worship", 100.0)]
