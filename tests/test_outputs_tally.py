import datetime as dt

import msgspec
import night_sample
import pytest

from audit_analyzer.outputs import tally

MEASURED = tuple(m for m in night_sample.sample().measurability if m.verdict == "measured")


def alike(**changes):
    finding = next(f for f in night_sample.findings() if tally.state(f) == "new" and not tally.decision(f))
    return msgspec.structs.replace(finding, **changes)


def test_the_verdict_counts_findings_that_nobody_decided_and_questions_that_could_not_be_asked():
    assert tally.verdict(night_sample.sample()) == [
        "28 findings need a human's judgement; 6 others have been decided.",
        "15 questions could not be asked of field_app, rekognition-metro, tvs-airport and vendor_portal.",
        "3 of 145 exports could not be used.",
        "55 records could not be read.",
        "1 quality check failed and kept rules from being asked.",
        "1 thing could not be looked at.",
    ]


def test_nothing_read_and_nothing_found_are_never_told_as_nothing_wrong():
    empty = night_sample.sample(findings=(), measurability=(), ledger=(), checks=(), failures=())
    assert tally.verdict(empty) == ["Nothing was read: this page says nothing about what happened."]
    unasked = night_sample.sample(findings=(), measurability=(), checks=(), failures=(), ledger=night_sample.ledger()[:3])
    assert tally.verdict(unasked) == ["No question could be asked: this page says nothing about what happened."]
    quiet = night_sample.sample(findings=(), measurability=MEASURED, checks=(), failures=(), ledger=night_sample.ledger()[:3])
    assert tally.verdict(quiet) == ["The questions that could be asked gave no finding."]


def test_the_inspectors_own_tables_are_no_system():
    rows = [row | {"system": "interchange", "source": "interchange"} for row in night_sample.ledger()[:2]]
    assert tally.systems(night_sample.sample(ledger=(*night_sample.ledger(), *rows))) == tally.systems(night_sample.sample())


def test_one_finding_is_told_in_the_singular():
    one = night_sample.sample(findings=(alike(),), measurability=MEASURED, checks=(), failures=(), ledger=night_sample.ledger()[:3])
    assert tally.verdict(one) == ["1 finding needs a human's judgement."]


@pytest.mark.parametrize(
    ("status", "waits"),
    [
        ({"state": "new", "decision": None}, True),
        ({"state": "standing", "decision": {"decision": "confirmed"}}, False),
        ({"state": "standing", "decision": {"decision": "reopened"}}, True),
        ({"state": "gone", "decision": None}, False),
    ],
)
def test_a_finding_awaits_judgement_until_it_is_decided_or_gone(status, waits):
    assert bool(tally.awaiting([alike(status=status)])) is waits


def test_findings_stand_by_family_then_severity_then_rule_time_and_id():
    order = tally.ranked(reversed(night_sample.findings()))
    assert order == tally.ranked(night_sample.findings())
    keys = [(tally.place(f.family, tally.FAMILIES), -tally.place(f.severity, tally.SEVERITIES), f.rule, f.period["from"], f.finding_id) for f in order]
    assert keys == sorted(keys)


def test_those_to_open_first_are_severe_and_one_of_each_rule_and_matter():
    first = tally.first(night_sample.findings(), 6)
    assert len(first) == 6
    assert len({f.rule for f in first}) == 6
    assert [f.severity for f in first] == sorted((f.severity for f in first), key=lambda s: -tally.place(s, tally.SEVERITIES))
    matters = [f.matter for f in first if f.matter]
    assert len(matters) == len(set(matters))


def test_a_failed_export_is_not_counted_a_second_time_among_the_failures():
    ledger = night_sample.ledger()
    said = [f"{row['path']}: {row['outcome']}: {row['reason']}" for row in ledger if row["outcome"] != "accepted"]
    assert not any("looked at" in sentence for sentence in tally.verdict(night_sample.sample(failures=tuple(said))))


def test_gaps_end_on_their_last_day_and_keep_whether_chance_explains_them():
    silent = [g for g in tally.gaps(night_sample.sample()) if g["silent"]]
    assert [(g["system"], g["from"], g["to"], g["days"]) for g in silent] == [("rekognition-metro", dt.date(2026, 4, 11), dt.date(2026, 4, 19), 9)]


def test_rules_not_asked_come_with_their_reason():
    asked, silent = tally.rules_asked(night_sample.sample())
    assert len(asked) == 20
    assert {r["rule"]: r["reason"].split(":")[0] for r in silent} == {"network_wide_search": "refused", "off_hours": "not measurable in any system"}


def test_the_as_of_day_is_the_day_before_the_exclusive_instant():
    assert tally.last_day(night_sample.sample()) == dt.date(2026, 7, 23)


def test_lists_of_words_count_what_they_leave_out():
    assert tally.listed(["a"]) == "a"
    assert tally.listed(["a", "b", "c"]) == "a, b and c"
    assert tally.listed(list("abcdef")) == "a, b, c and 3 more"
