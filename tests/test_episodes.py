import dataclasses
import datetime as dt

import polars as pl
import pytest

from audit_analyzer import clauses, episodes, prove, rulebook, standing
from audit_analyzer.citations import Citations
from audit_analyzer.settings import Settings, System

HOUR = 3600
NINE = 1_772_442_000  # 2026-03-02T09:00:00Z
AS_OF = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
PACK = """
title = "A law"
jurisdiction = "Somewhere"
source = "its gazette"
source_quality = "primary"
status = "in_force"
[[clause]]
id = "old"
title = "Ended"
text = "It ended."
status = "rescinded"
effective_to = 2026-03-02
[[clause]]
id = "now"
title = "Holds"
text = "It holds."
[[clause]]
id = "next"
title = "Begins"
text = "It begins."
effective_from = 2026-03-03
"""


@pytest.fixture
def rule(tmp_path):
    text = prove.scaffold("some_rule").replace('clauses  = ["dhs-026-11/R2b"]', 'clauses  = ["a-law/old", "a-law/now", "a-law/next", "elsewhere/x"]')
    (tmp_path / "some_rule.toml").write_text(text)
    return rulebook.load([tmp_path]).rules[0]


@pytest.fixture
def ground(tmp_path):
    (tmp_path / "clauses").mkdir()
    (tmp_path / "clauses" / "a-law.toml").write_text(PACK)
    settings = Settings(root=tmp_path, systems=(System("m", packs=("a-law",)), System("free", packs=())))
    packs = clauses.load([tmp_path])
    exports = {"e1": {"path": "delivery/one.csv", "zone": None, "zone_basis": "assumed"}}
    return episodes.Ground(exports, Citations(settings, packs, AS_OF), {"most": 3})


def row(ts_s, name, **more):
    base = {"subject": "op", "system": "m", "table_name": "queries", "id": name, "export_id": "e1", "record": name, "ts_s": ts_s, "observed": 5}
    return base | dict.fromkeys(("role", "end_s", "clause", "severity", "hypothesis")) | more


def frame(*rows):
    return pl.DataFrame(rows, infer_schema_length=None)


def fold(rule, ground, *rows):
    return episodes.fold(rule, frame(*rows), ground)


def test_evidence_closer_than_the_episode_is_one_finding(rule, ground):
    found = fold(rule, ground, row(NINE, "a"), row(NINE + 23 * HOUR, "b"), row(NINE + 48 * HOUR, "c"))
    assert [[e.id for e in f.evidence] for f in found] == [["a", "b"], ["c"]]


def test_windows_that_overlap_fold_however_long_they_are(rule, ground):
    found = fold(rule, ground, row(NINE, "a", end_s=NINE + 100 * HOUR), row(NINE + 90 * HOUR, "b"), row(NINE + 123 * HOUR, "c"))
    assert [[e.id for e in f.evidence] for f in found] == [["a", "b", "c"]]


def test_the_period_ends_exclusively_after_the_last_evidence(rule, ground):
    (point,) = fold(rule, ground, row(NINE, "a"), row(NINE + 60, "b"))
    (window,) = fold(rule, ground, row(NINE, "a", end_s=NINE + HOUR))
    assert point.period == {"from": "2026-03-02T09:00:00Z", "to": "2026-03-02T09:01:01Z"}
    assert window.period == {"from": "2026-03-02T09:00:00Z", "to": "2026-03-02T10:00:00Z"}


def test_figures_are_those_of_the_peak_and_evidence_is_counted_once(rule, ground):
    (found,) = fold(
        rule, ground, row(NINE, "a", observed=7, share=1 / 3), row(NINE + 5, "b", observed=31, share=2 / 3), row(NINE + 5, "b", observed=31, share=2 / 3)
    )
    assert found.figures == {
        "observed": 31, "share": 0.666667, "evidence": 2, "first": "2026-03-02T09:00:00Z", "last": "2026-03-02T09:00:05Z"
    }  # fmt: skip


def test_the_order_of_the_rows_changes_nothing(rule, ground):
    rows = [row(NINE + n * 60, f"q{n}", observed=n % 5, subject=f"op{n % 3}") for n in range(40)]
    assert fold(rule, ground, *rows) == fold(rule, ground, *reversed(rows))


def test_the_id_rests_on_rule_subject_and_first_evidence_only(rule, ground):
    (short,) = fold(rule, ground, row(NINE, "a"))
    (grown,) = fold(rule, ground, row(NINE, "a"), row(NINE + 60, "b", observed=99))
    (other,) = fold(rule, ground, row(NINE, "a", subject="op2"))
    assert (short.finding_id == grown.finding_id, short.finding_id == other.finding_id, len(short.finding_id)) == (True, False, 16)


def test_only_clauses_that_bind_and_are_in_force_that_day_are_cited(rule, ground):
    (found,) = fold(rule, ground, row(NINE, "a"))
    (later,) = fold(rule, ground, row(NINE + 24 * HOUR, "a"))
    (free,) = fold(rule, ground, row(NINE, "a", system="free"))
    assert (found.clauses, later.clauses, free.clauses) == (["a-law/now"], ["a-law/now", "a-law/next"], [])


def test_each_pack_has_its_own_verdict_and_only_where_its_clause_holds(rule, ground):
    found = fold(
        rule, ground, row(NINE, "a", clause="a-law/now"), row(NINE, "a", clause="audit.toml/retention"), row(NINE, "a", clause="a-law/next"),
        row(NINE, "a", clause="a-law/now", system="free"),
    )  # fmt: skip
    assert [(f.clauses, len(f.evidence)) for f in found] == [(["a-law/now"], 1), (["audit.toml/retention"], 1)]
    assert len({f.finding_id for f in found}) == 2


def test_the_gravest_row_sets_the_severity(rule, ground):
    (found,) = fold(rule, ground, row(NINE, "a", severity="low"), row(NINE, "b", severity="critical"))
    assert found.severity == "critical"


def test_evidence_walks_back_to_the_file_and_tells_what_was_assumed(rule, ground):
    (found,) = fold(rule, ground, row(NINE, "a", role=None))
    assert [(e.export, e.file, e.record, e.role) for e in found.evidence] == [("e1", "delivery/one.csv", "a", "evidence")]
    assert found.caveats == ["Times of delivery/one.csv are read in an assumed zone (UTC); they may be off by hours."]


def test_rows_without_time_or_subject_are_not_lost(rule, ground):
    found = fold(rule, ground, row(None, "a"), row(None, "b"), row(NINE, "c"), row(NINE, "d", subject=None))
    assert [(f.subject["id"], f.period["from"], len(f.evidence)) for f in found] == [
        ("(not stated)", "2026-03-02T09:00:00Z", 1), ("op", None, 2), ("op", "2026-03-02T09:00:00Z", 1)
    ]  # fmt: skip


def test_the_explanation_has_this_findings_own_figures(rule, ground):
    (found,) = fold(rule, ground, row(NINE, "a", observed=1234))
    assert found.explanation == "op made 1,234 searches of one kind on m; at most 3 are usual."


@pytest.mark.parametrize(("count", "told"), [(1, "1 search"), (2, "2 searches"), (1234, "1,234 searches"), (0, "0 searches")])
def test_one_is_told_in_the_singular_where_the_sentence_says_how(rule, ground, count, told):
    worded = dataclasses.replace(rule, explanation="{subject} made {observed:search|searches} on {system}.")
    (found,) = fold(worded, ground, row(NINE, "a", observed=count))
    assert found.explanation == f"op made {told} on m."


def test_lengths_of_time_are_told_in_their_two_largest_units():
    assert [episodes.in_time(s) for s in (0, 61, 93_784, -3600)] == ["0 seconds", "1 minute 1 second", "1 day 2 hours", "minus 1 hour"]


def as_last_night(*found):
    import msgspec

    return [msgspec.to_builtins(f) for f in found]


def test_an_episode_that_grows_backwards_keeps_its_id(rule, ground):
    before = as_last_night(*fold(rule, ground, row(NINE + HOUR, "b")))
    (grown,) = standing.compared(rule, fold(rule, ground, row(NINE, "a"), row(NINE + HOUR, "b")), before)
    assert (grown.finding_id, grown.status["state"]) == (before[0]["finding_id"], "standing")


def test_what_is_not_found_again_is_gone_and_what_was_not_asked_stands(rule, ground):
    before = as_last_night(*fold(rule, ground, row(NINE, "a")), *fold(rule, ground, row(NINE, "a", subject="op2", system="free")))
    found = standing.compared(rule, [], before, silent=["free"])
    assert sorted((f.subject["id"], f.status["state"], f.caveats[-1:]) for f in found) == [
        ("op", "gone", [episodes_caveat()]), ("op2", "standing", [standing.NOT_ASKED])
    ]  # fmt: skip


def episodes_caveat():
    return "Times of delivery/one.csv are read in an assumed zone (UTC); they may be off by hours."


def test_a_finding_that_is_gone_is_told_once(rule, ground):
    before = as_last_night(*fold(rule, ground, row(NINE, "a")))
    gone = standing.compared(rule, [], before)
    assert ([f.status["state"] for f in gone], standing.compared(rule, [], as_last_night(*gone))) == (["gone"], [])


def test_an_episode_that_falls_into_two_gives_its_id_to_the_first(rule, ground):
    whole = fold(rule, ground, row(NINE, "a"), row(NINE + 20 * HOUR, "b"), row(NINE + 40 * HOUR, "c"))
    parts = standing.compared(rule, fold(rule, ground, row(NINE, "a"), row(NINE + 40 * HOUR, "c")), as_last_night(*whole))
    assert (parts[0].finding_id == whole[0].finding_id, parts[1].status["state"], len({f.finding_id for f in parts})) == (True, "new", 2)


def test_seconds_of_the_fixture_are_the_monday_meant():
    assert dt.datetime.fromtimestamp(NINE, dt.UTC) == dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
