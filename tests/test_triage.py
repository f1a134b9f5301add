import datetime as dt

import pytest

from audit_analyzer import triage
from audit_analyzer.errors import UsageError
from audit_analyzer.store import open_store

DAY = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "audit.duckdb") as opened:
        opened.run("INSERT INTO findings VALUES ('0001', 'f1', 'r', 'operator', 'op', NULL, NULL, 'new', '{}')")
        yield opened


def test_a_decision_stands_with_reason_author_time_and_expiry(store):
    triage.decide(store, "f1", "explained", "training day", "A. Inspector", DAY, DAY + dt.timedelta(days=30))
    assert triage.decisions(store) == {
        "f1": {"decision": "explained", "reason": "training day", "author": "A. Inspector", "time": "2026-03-02T00:00:00Z", "expiry": "2026-04-01T00:00:00Z"}
    }


def test_the_later_decision_stands_and_the_earlier_is_kept(store):
    triage.decide(store, "f1", "dismissed", "a", "x", DAY)
    triage.decide(store, "f1", "confirmed", "b", "y", DAY + dt.timedelta(days=1))
    assert triage.decisions(store)["f1"]["decision"] == "confirmed"
    assert [d["decision"] for d in triage.history(store)["f1"]] == ["dismissed", "confirmed"]


def test_a_reopened_finding_has_no_decision(store):
    triage.decide(store, "f1", "dismissed", "a", "x", DAY)
    triage.decide(store, "f1", "reopened", "new evidence", "y", DAY + dt.timedelta(days=1))
    assert triage.decisions(store) == {}


def test_a_decision_expires_as_of_the_night(store):
    triage.decide(store, "f1", "dismissed", "a", "x", DAY, DAY + dt.timedelta(days=30))
    found = [set(triage.decisions(store, DAY + dt.timedelta(days=days))) for days in (29, 30)]
    assert found == [{"f1"}, set()]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("f1", "forgotten", "a", "x", DAY), "there is no decision 'forgotten'"),
        (("f1", "dismissed", " ", "x", DAY), "a decision has no reason"),
        (("f1", "dismissed", "a", "", DAY), "a decision has no author"),
        (("f2", "dismissed", "a", "x", DAY), "there is no finding 'f2'"),
        (("f1", "dismissed", "a", "x", DAY.replace(tzinfo=None)), "a time without an offset"),
        (("f1", "dismissed", "a", "x", DAY, DAY), "it would expire"),
    ],
)
def test_half_a_decision_is_refused(store, arguments, told):
    with pytest.raises(UsageError, match=told):
        triage.decide(store, *arguments)
    assert triage.history(store) == {}
