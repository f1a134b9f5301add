"""Error rates: what counts as found, as a trap hit and as a false alarm; and a whole validation through the real pipeline."""

import pytest

from audit_analyzer import validate, validation_page
from audit_analyzer.errors import AuditError
from audit_analyzer.words import Evidence, Finding
from audit_analyzer.world import Truth

DAY = "2026-03-02T17:00:00Z"
AT = 1772470800


def truth(level="easy", rows=("q1", "q2", "q3", "q4"), detection="D01", family="wide_scale_monitoring", subject="u1"):
    return Truth(f"d_{level}", detection, level, family, "operator", subject, tuple(("queries", r) for r in rows), (AT, AT + 3600), "a note")


def finding(rows=("q1", "q2"), subject="u1", severity="medium", rule="search_burst", family="wide_scale_monitoring", at=DAY):
    evidence = [Evidence("queries", r, "s", "e", "f", "1", "evidence") for r in rows]
    return Finding(
        "f1",
        rule,
        family,
        "t",
        severity,
        "indicator",
        {"kind": "operator", "id": subject},
        {"from": at, "to": at},
        {},
        [],
        "why",
        "i",
        evidence,
        {"state": "new"},
    )


RULES = {
    "search_burst": validate.Book("search_burst", "wide_scale_monitoring", ("D01",)),
    "copied_reason": validate.Book("copied_reason", "purpose", ("D23",)),
    "odd_one": validate.Book("odd_one", "access", ("D01",)),
}


def outcome(one, *findings):
    match = validate.Matching([one], RULES)
    return match.outcome(1, 0, one, findings, [match.touched(f) for f in findings])


def test_a_finding_that_names_the_subject_finds_the_plant():
    assert outcome(truth(), finding(rows=("q1", "x1", "x2", "x3"))).found is True


def test_a_finding_that_names_the_subject_over_other_rows_does_not_find_the_plant():
    assert outcome(truth(), finding(rows=("x1", "x2"))).found is False


def test_half_of_the_rows_find_the_plant_under_another_subject():
    assert outcome(truth(), finding(rows=("q1", "q2"), subject="Agency A")).found is True


def test_less_than_half_of_the_rows_under_another_subject_do_not():
    assert outcome(truth(), finding(rows=("q1",), subject="Agency A")).found is False


def test_the_only_row_finds_a_plant_of_one_row():
    assert outcome(truth(rows=("q1",)), finding(rows=("q1", "x1", "x2", "x3"), subject="Agency A")).found is True


def test_a_finding_of_another_family_does_not_find_the_plant():
    assert outcome(truth(), finding(rule="copied_reason", family="purpose")).found is False


def test_a_rule_of_the_detection_finds_it_whatever_its_family():
    found = outcome(truth(), finding(rule="odd_one", family="access"))
    assert (found.found, found.own) == (True, True)


def test_a_rule_of_the_family_finds_it_but_not_as_its_own():
    found = outcome(truth(detection="D02"), finding())
    assert (found.found, found.own) == (True, False)


def test_a_finding_of_another_month_does_not_find_the_plant():
    assert outcome(truth(), finding(at="2026-01-02T17:00:00Z")).found is False


def test_evidence_precision_is_the_share_of_rows_that_are_planted():
    found = outcome(truth(), finding(rows=("q1", "q2", "q3", "x1")))
    assert (found.right, found.rows) == (3, 4)


def test_a_trap_is_hit_by_any_rule_at_medium_and_not_at_low():
    assert outcome(truth("trap"), finding(rows=("q4", "x1"), rule="copied_reason", family="purpose")).rules == ("copied_reason",)
    assert outcome(truth("trap"), finding(severity="low")).found is False


def test_a_size_that_there_is_not_is_refused():
    with pytest.raises(AuditError):
        validate.validate(None, [1], "enormous")


# --- through the real pipeline


@pytest.fixture(scope="module")
def result():
    return validate.validate(None, [1], "tiny", only={"D01"})


def test_a_blatant_burst_is_found_by_its_own_rule_with_its_own_rows(result):
    burst = next(o for o in result.outcomes if o.truth.plant == "d01_easy")
    assert (burst.found, burst.own, "search_burst" in burst.rules) == (True, True, True)
    assert 0.9 * burst.rows <= burst.right <= burst.rows


def test_every_plant_has_an_outcome_and_the_delivery_was_read_whole(result):
    assert [o.truth.detection for o in result.outcomes] == ["D01"] * len(result.outcomes)
    assert len(result.outcomes) == 10
    assert [error for error in result.errors if "exports/" in error] == []


def test_the_clerk_whose_cases_are_all_assigned_is_no_trap_hit_of_the_burst_rule(result):
    clerk = next(o for o in result.outcomes if o.truth.plant == "d01_trap_clerk_assigned")
    assert "search_burst" not in clerk.rules


def test_what_is_missed_is_told_with_its_note(result):
    missed = [o for o in result.outcomes if o.truth.level != "trap" and not o.found]
    lines = validate.misses(result)
    assert [line for line in lines if line.startswith("MISSED")] == [
        f"MISSED    {o.truth.plant} seed 1 {o.truth.subject_kind} {o.truth.subject}: {o.truth.note}" for o in sorted(missed, key=lambda o: o.truth.plant)
    ]


def test_the_page_names_its_command_and_what_it_counted(result):
    page = validate.table(result)
    assert "audit-analyzer validate --seeds 1 --size tiny --write docs/validation.md" in page
    there = [o for o in result.outcomes if o.truth.level == "easy"]
    assert f"| easy | {len(there)} | {sum(o.found for o in there)} |" in page
    assert f"{result.background:,} background" in page


def test_the_page_counts_false_alarms_in_twenty_thousand(result):
    alarmed = validate.Result((1,), "tiny", "0", result.rules, list(result.outcomes), [validate.Alarm(1, finding(rows=("x1",)))] * 3, background=30_000)
    page = validation_page.page(alarmed)
    assert "**3** in 30,000 background queries, 2.00 in 20,000" in page
    assert next(line for line in validate.misses(alarmed) if line.startswith("FALSE")).startswith("FALSE     search_burst seed 1 medium operator u1, 1 rows")


def test_the_same_seed_gives_the_same_page(result):
    assert validate.table(validate.validate(None, [1], "tiny", only={"D01"})) == validate.table(result)
