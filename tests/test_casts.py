import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_analyzer import casts
from audit_analyzer.store import Column, canonical, scratch

LOS_ANGELES = "America/Los_Angeles"
STORE = scratch()


def utc(*parts):
    return dt.datetime(*parts, tzinfo=dt.UTC)


def value_of(text, kind="VARCHAR", name="x", zone="UTC", formats=(), decimal=".", words=()):
    column = Column(name, kind, required=False, words=words, meaning="")
    return STORE.value(f"SELECT {casts.typed('t', column, zone, formats, decimal)} FROM (SELECT ?::VARCHAR AS t)", [text])


def time_of(text, name="decided_at", zone="UTC", formats=()):
    return value_of(text, "TIMESTAMPTZ", name, zone, formats)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-01T10:00:00Z", utc(2026, 3, 1, 10)),
        ("2026-03-01 10:00Z", utc(2026, 3, 1, 10)),
        ("2026-03-01T10:00:00.25z", utc(2026, 3, 1, 10, 0, 0, 250_000)),
        ("2026-03-01T10:00:00,25 UTC", utc(2026, 3, 1, 10, 0, 0, 250_000)),
        ("2026-03-01T10:00:00+05:45", utc(2026, 3, 1, 4, 15)),
        ("2026-03-01T10:00:00-0800", utc(2026, 3, 1, 18)),
        ("2026-03-01T10:00:00+14", utc(2026, 2, 28, 20)),
        ("  2026-03-01T10:00:00Z ", utc(2026, 3, 1, 10)),
    ],
)
def test_a_time_with_offset_is_that_instant_whatever_the_zone(text, instant):
    assert time_of(text, zone=LOS_ANGELES) == instant


def test_a_time_without_offset_is_read_in_the_zone_of_the_delivery():
    assert time_of("2026-03-01T10:00:00", zone=LOS_ANGELES) == utc(2026, 3, 1, 18)


@pytest.mark.parametrize(
    "text",
    [
        "infinity",
        "-infinity",
        "epoch",
        "now",
        "today",
        "2026-03-01T24:00:00Z",
        "2026-03-01T10:60:00Z",
        "2026-03-01T10:00:60Z",
        "2026-02-29T10:00:00Z",
        "2026-13-01",
        "2026-03-01T10:00:00+25:00",
        "2026-03-01T10:00:00+15:00",
        "03/01/2026",
        "1 March 2026",
        "20260301T100000Z",
        "2026-3-1",
        "1772359200",
        "",
        " ",
        "294247-01-10T04:00:54Z",
    ],
)
def test_what_is_not_plainly_a_time_is_no_time(text):
    assert time_of(text) is None


@pytest.mark.parametrize("column", ["searched_to", "active_to", "ends_at", "expires_at"])
def test_a_bare_date_in_a_column_that_ends_something_means_that_day_through_its_end(column):
    assert time_of("2026-03-08", column, LOS_ANGELES) == utc(2026, 3, 9, 7)


@pytest.mark.parametrize("column", ["searched_from", "starts_at", "created_at", "deleted_at"])
def test_a_bare_date_elsewhere_means_the_beginning_of_that_day_in_the_zone(column):
    assert time_of("2026-03-08", column, LOS_ANGELES) == utc(2026, 3, 8, 8)


def test_every_column_that_the_model_calls_exclusive_takes_a_bare_date_through_its_end():
    ends = {c.name for t in canonical().values() for c in t.columns if c.type == "TIMESTAMPTZ" and "exclusive" in c.meaning}
    assert ends - {"closed_at"} == {c.name for t in canonical().values() for c in t.columns if c.type == "TIMESTAMPTZ" and casts.through_its_end(c.name)}


@pytest.mark.parametrize("text", ["1989-12-31T23:00:00Z", "2101-01-01T00:00:00Z", "9999-12-31T00:00:00Z"])
def test_a_use_outside_of_1990_to_2100_has_no_time_that_can_be_trusted(text):
    assert time_of(text, "occurred_at") is None


def test_a_period_may_end_in_the_year_9999():
    assert time_of("9999-12-31T00:00:00Z", "active_to") == utc(9999, 12, 31)


@pytest.mark.parametrize(("text", "pattern"), [("1772359200", "epoch_s"), ("1772359200000", "epoch_ms")])
def test_an_epoch_count_is_read_only_in_the_unit_that_the_source_declares(text, pattern):
    assert [time_of(text, zone=LOS_ANGELES, formats=[pattern]), time_of(text)] == [utc(2026, 3, 1, 10), None]


def test_seconds_are_never_taken_for_milliseconds_nor_the_other_way_round():
    assert [time_of("1772359200000", formats=["epoch_s"]), time_of("1772359200", formats=["epoch_ms"])] == [None, None]


def test_an_order_of_day_and_month_counts_only_where_the_source_declares_it():
    assert [time_of("03/04/2026 10:00", formats=[f]) for f in ("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M")] == [utc(2026, 3, 4, 10), utc(2026, 4, 3, 10)]


def test_a_declared_format_that_ends_in_utc_is_utc_whatever_the_zone():
    assert time_of("03/04/2026, 10:00:00 PM UTC", zone=LOS_ANGELES, formats=["%m/%d/%Y, %I:%M:%S %p UTC"]) == utc(2026, 3, 4, 22)


def test_an_iso_date_is_not_read_again_by_a_declared_format():
    assert time_of("2026-03-04", formats=["%Y-%d-%m"]) == utc(2026, 3, 4)


@pytest.mark.parametrize(
    ("text", "formats", "declared"),
    [
        ("2026-03-01T10:00:00Z", [], True),
        ("2026-03-01T10:00:00", [], False),
        ("2026-03-01", [], False),
        ("1772359200", ["epoch_s"], True),
        ("03/01/2026, 10:00:00 AM UTC", ["%m/%d/%Y, %I:%M:%S %p UTC"], True),
        ("03/01/2026, 10:00:00 AM", ["%m/%d/%Y, %I:%M:%S %p"], False),
    ],
)
def test_it_is_known_whether_a_text_states_its_own_offset(text, formats, declared):
    assert STORE.value(f"SELECT {casts.has_offset('t', formats)} FROM (SELECT ?::VARCHAR AS t)", [text]) is declared


def doubtful(text, zone=LOS_ANGELES, formats=()):
    value = casts.instant("t", "occurred_at", zone, formats)
    return STORE.value(f"SELECT {casts.repeated_or_skipped('v', 't', zone, formats)} FROM (SELECT t, {value} AS v FROM (SELECT ?::VARCHAR AS t))", [text])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-01T01:30:00", True),
        ("2026-11-01T00:59:59", False),
        ("2026-11-01T02:00:00", False),
        ("2026-03-08T02:30:00", True),
        ("2026-03-08T01:59:59", False),
        ("2026-03-08T03:00:00", False),
        ("2026-06-01T02:30:00", False),
    ],
)
def test_an_hour_that_the_clock_shows_twice_or_never_is_told(text, expected):
    assert doubtful(text) is expected


@pytest.mark.parametrize(
    ("zone", "text", "expected"),
    [
        ("Australia/Lord_Howe", "2026-04-05T01:45:00", True),  # half an hour
        ("Australia/Lord_Howe", "2026-04-05T02:15:00", False),
        ("America/Caracas", "2007-12-09T02:45:00", True),
        ("Antarctica/Troll", "2025-10-26T02:30:00", True),  # two hours
        ("Asia/Tokyo", "2026-04-05T01:45:00", False),
    ],
)
def test_a_clock_that_goes_back_by_less_or_more_than_an_hour_shows_times_twice_too(zone, text, expected):
    assert doubtful(text, zone=zone) is expected


@pytest.mark.parametrize(("text", "expected"), [("03/08/2026 02:30 AM", True), ("11/01/2026 01:30 AM", True), ("03/08/2026 03:30 AM", False)])
def test_the_same_is_told_of_times_in_a_declared_format(text, expected):
    assert doubtful(text, formats=["%m/%d/%Y %I:%M %p"]) is expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("80", 80.0),
        ("-12.5", -12.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1E-3", 0.001),
        (" 7 ", 7.0),
        ("nan", None),
        ("inf", None),
        ("-Infinity", None),
        ("0x10", None),
        ("1,5", None),
        ("1_000", None),
        ("1e999", None),
        ("12%", None),
        ("", None),
        ("--1", None),
        ("٣", None),
    ],
)
def test_a_number_is_written_in_plain_digits_or_it_is_none(text, number):
    assert value_of(text, "DOUBLE") == number


def test_a_decimal_comma_counts_only_where_the_source_declares_it():
    assert [value_of("1,5", "DOUBLE", decimal=","), value_of("1,5", "DOUBLE")] == [1.5, None]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        ("-7", -7),
        ("+7", 7),
        ("7.0", 7),
        ("7.000000", 7),
        ("7.5", None),
        ("1e3", None),
        ("9" * 19, None),
        ("0x7", None),
        ("1 000", None),
        ("nan", None),
    ],
)
def test_a_count_is_whole_or_it_is_none(text, number):
    assert value_of(text, "BIGINT") == number


@pytest.mark.parametrize(("name", "text"), [("latitude", "90.001"), ("latitude", "-91"), ("longitude", "181"), ("longitude", "-180.5"), ("precision_m", "-1")])
def test_a_coordinate_off_the_earth_is_none(name, text):
    assert value_of(text, "DOUBLE", name) is None


@pytest.mark.parametrize(("text", "truth"), [("true", True), ("FALSE", False), (" True ", True), ("yes", None), ("1", None), ("t", None), ("", None)])
def test_only_true_and_false_are_truths(text, truth):
    assert value_of(text, "BOOLEAN") is truth


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("a;b", ["a", "b"]),
        (" a ; ;b;", ["a", "b"]),
        ('["a", "b"]', ["a", "b"]),
        ("a,b", ["a,b"]),
        ("", None),
        (" ; ", None),
        ("[]", None),
        ("[broken", None),
        (None, None),
    ],
)
def test_a_list_is_separated_by_semicolons_or_is_a_json_array_and_an_empty_one_is_not_stated(text, items):
    assert value_of(text, "VARCHAR[]") == items


def test_a_word_of_a_closed_list_is_read_in_any_case_and_nothing_else_is():
    assert [value_of(t, words=("match", "no_match")) for t in ("Match", " NO_MATCH ", "perhaps", "")] == ["match", "no_match", None, None]


def test_text_stays_as_it_was_written():
    assert [value_of(t) for t in ("  as is\u200b ", "'; DROP TABLE queries; --", "")] == ["  as is\u200b ", "'; DROP TABLE queries; --", None]


KINDS = st.sampled_from(["TIMESTAMPTZ", "DOUBLE", "BIGINT", "BOOLEAN", "VARCHAR[]", "VARCHAR"])


@given(KINDS, st.one_of(st.text(max_size=30), st.from_regex(r"[0-9+\-.:TZeEinfa ]{1,25}")))
def test_no_text_whatever_stops_a_cast(kind, text):
    plain = text.replace("\0", "")
    value = value_of(plain, kind, formats=["epoch_ms", "%d/%m/%Y"])
    assert value is None or str(value) not in {"nan", "inf", "-inf"} or kind.startswith("VARCHAR")


@given(st.datetimes(min_value=dt.datetime.fromisoformat("1990-01-01"), max_value=dt.datetime.fromisoformat("2100-12-31")), st.integers(-14 * 60, 14 * 60))
def test_any_instant_written_with_its_offset_comes_back_as_that_instant(moment, minutes):
    written = moment.replace(tzinfo=dt.timezone(dt.timedelta(minutes=minutes)))
    expected = written.astimezone(dt.UTC)
    assert time_of(written.isoformat(), "occurred_at") == (expected if 1990 <= expected.year <= 2100 else None)


@given(st.floats(min_value=-1e15, max_value=1e15).filter(lambda x: x == 0 or abs(x) > 1e-90))
def test_any_number_comes_back_as_that_number(number):
    assert value_of(repr(number), "DOUBLE") == number
