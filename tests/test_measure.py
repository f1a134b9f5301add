import datetime as dt
from pathlib import Path

import pytest

from audit_analyzer import filling, fixture, ground, prove, requests, rulebook, settings
from audit_analyzer.facts import Facts
from audit_analyzer.measure import Measures
from audit_analyzer.rule import Case
from audit_analyzer.settings import Settings, System
from audit_analyzer.store import scratch
from audit_analyzer.store.locked import Locked

AS_OF = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)


MATCHER = (System("matcher"),)


def case(**given):
    return Case("t", 1, given, {}, (), None, None, AS_OF, ("dhs-026-11",), "UTC", {}, (), ())


def verdicts(tmp_path, needs, blocked=None, undecided=None, systems=MATCHER, **given):
    text = prove.scaffold("some_rule").replace('needs    = ["queries.operator"]', f"needs = {needs}")
    (tmp_path / "some_rule.toml").write_text(text)
    book = rulebook.load([tmp_path])
    assert [str(e) for e in book.refused] == []
    settings = Settings(root=tmp_path, systems=systems)
    with scratch() as store:
        ground.define(store)
        fixture.write(store, fixture.rows(case(**given)))
        filling.refresh(store, settings, AS_OF, {})
        store.run("SET search_path = 'ground'")
        rule = book.rules[0]
        measures = Measures(Locked(store, 60, lock=False), [(rule, rulebook.values(rule))], settings)
        return measures.errors, measures.of(rule, blocked or {}, undecided or {}) if not measures.errors else ()


def only(*args, **more):
    errors, (verdict,) = verdicts(*args, **more)
    assert errors == {}
    return verdict


def state(column, state_, table="queries", **more):
    return {"table_name": table, "column_name": column, "state": state_, **more}


def test_a_field_that_is_there_is_measured(tmp_path):
    verdict = only(tmp_path, ["queries.operator"], queries=[{}, {}])
    assert (verdict.verdict, verdict.rows, verdict.missing, verdict.request) == ("measured", 2, [], None)


@pytest.mark.parametrize("why", ["not_logged", "not_exported", "redacted"])
def test_a_stated_field_that_is_withheld_is_told_with_its_state(tmp_path, why):
    verdict = only(tmp_path, ["queries.reason"], queries=[{"reason_state": why}, {"reason_state": why}])
    assert (verdict.verdict, verdict.missing) == ("not_measurable", [{"field": "queries.reason", "state": why, "rows": 2}])


def test_a_field_missing_in_some_rows_is_partly_measured(tmp_path):
    verdict = only(tmp_path, ["queries.reason"], queries=[{"reason_state": "redacted"}, {}, {}])
    assert (verdict.verdict, verdict.rows, verdict.missing) == ("partly", 3, [{"field": "queries.reason", "state": "redacted", "rows": 1}])


def test_what_an_officer_left_blank_is_a_fact_and_not_missing(tmp_path):
    assert only(tmp_path, ["queries.reason"], queries=[{"absent": ["reason"]}]).verdict == "measured"
    assert only(tmp_path, ["queries.operator"], queries=[{"absent": ["operator"]}]).verdict == "not_measurable"


def test_the_ledger_says_why_another_field_is_missing(tmp_path):
    verdict = only(tmp_path, ["queries.device"], queries=[{"absent": ["device"]}, {}], field_states=[state("device", "not_logged")])
    assert verdict.missing == [{"field": "queries.device", "state": "not_logged", "rows": 1}]


def test_without_a_ledger_a_column_that_is_never_filled_is_not_measurable(tmp_path):
    verdict = only(tmp_path, ["queries.device"], queries=[{"absent": ["device"]}])
    assert (verdict.verdict, verdict.missing) == ("not_measurable", [{"field": "queries.device", "state": "empty", "rows": 1}])


def test_of_alternatives_one_is_enough(tmp_path):
    rows = [{"subject_state": "not_logged"}, {"absent": ["probe"]}]
    assert only(tmp_path, ["queries.subject|queries.probe"], queries=rows).verdict == "measured"
    both = only(tmp_path, ["queries.subject|queries.probe"], queries=[{"subject_state": "not_logged", "absent": ["probe"]}])
    assert both.missing == [{"field": "queries.subject|queries.probe", "state": "not_logged", "rows": 1}]


def test_a_condition_that_asks_for_more_than_words_of_lists_is_answered_for_each_use():
    facts = Facts(["(status = 'ok' AND operator IS NOT NULL)", "(candidates > 2 AND device IS NULL)", '("query_id" IS NULL)'])
    assert facts.odd == {"(candidates > 2 AND device IS NULL)": "odd_0"}
    with scratch() as store:
        ground.define(store)
        fixture.write(
            store, fixture.rows(case(queries=[{"candidates": 3, "absent": ["device"]}, {"candidates": 3}, {"candidates": 1, "absent": ["device", "operator"]}]))
        )
        filling.refresh(store, Settings(root=Path(), systems=MATCHER), AS_OF, {})
        store.run("SET search_path = 'ground'")
        asked = [f"sum(n) FILTER (WHERE {facts.has(c)})" for c in ("(status = 'ok' AND operator IS NOT NULL)", *facts.odd, '("query_id" IS NULL)')]
        assert store.rows(f"SELECT {', '.join(asked)}, sum(n) FROM ({facts.groups({})})") == [(2, 1, None, 3)]


def test_only_rows_that_the_rule_concerns_are_counted(tmp_path):
    verdict = only(tmp_path, ["queries.device"], queries=[{"operation": "enrolment", "absent": ["device"]}, {}])
    assert (verdict.verdict, verdict.rows) == ("measured", 1)


def test_a_system_without_a_concerned_row_is_measured_unless_the_field_is_withheld_throughout(tmp_path):
    rows = [{"operation": "enrolment"}]
    assert only(tmp_path, ["queries.device"], queries=rows).verdict == "measured"
    withheld = only(tmp_path, ["queries.device"], queries=rows, field_states=[state("device", "not_exported")])
    assert (withheld.verdict, withheld.rows) == ("not_measurable", 0)


def test_a_child_table_that_was_never_delivered_is_not_measurable(tmp_path):
    verdict = only(tmp_path, ["reviews.decided_at"], queries=[{}])
    assert (verdict.verdict, verdict.missing) == ("not_measurable", [{"field": "reviews.decided_at", "state": "not_delivered", "rows": 0}])


def test_a_child_table_that_was_delivered_empty_is_measured(tmp_path):
    ledger = [state("decided_at", "exported", table="reviews", row_count=0, filled=0)]
    assert only(tmp_path, ["reviews.decided_at"], queries=[{}], field_states=ledger).verdict == "measured"


def test_reviews_of_one_system_say_nothing_of_another(tmp_path):
    _, found = verdicts(tmp_path, ["reviews.decided_at"], systems=(), queries=[{}, {"system": "other"}], reviews=[{"query_id": "q2", "system": "other"}])
    assert [(v.system, v.verdict) for v in found] == [("matcher", "not_measurable"), ("other", "measured")]


def test_a_context_table_is_needed_once_for_all(tmp_path):
    assert only(tmp_path, ["assemblies.starts_at"], queries=[{}]).verdict == "not_measurable"
    assert only(tmp_path, ["assemblies.starts_at"], queries=[{}], assemblies=[{}]).verdict == "measured"


def test_the_local_hour_is_not_there_while_the_zone_is_not_known(tmp_path):
    verdict = only(tmp_path, ["queries.local_hour"], queries=[{}])
    assert verdict.missing == [{"field": "queries.local_hour", "state": "zone_unknown", "rows": 1}]
    assert verdict.request == (
        "Ask for the following of system matcher for the period 2026-03-02 to 2026-03-02: "
        "the time zone of the clock that writes the log, since the clock's time zone is not stated (1 record)."
    )
    assert only(tmp_path, ["queries.local_hour"], systems=(System("matcher", zone="America/Denver"),), queries=[{}]).verdict == "measured"


def test_a_request_for_whatever_a_rule_needs_is_in_words_that_a_records_officer_understands():
    needs = {field for rule in rulebook.load(settings.load(None).rule_folders()).rules for need in rule.needs for field in (n.rstrip("?") for n in need)}
    asked = {field: requests.sentence("matcher", [{"field": field, "state": "not_exported", "rows": 0}], None) for field in needs}
    assert asked
    assert [field for field, said in asked.items() if "_" in said or "UTC" in said or field in said] == []


def test_the_request_says_what_to_ask_for_and_why(tmp_path):
    verdict = only(tmp_path, ["queries.reason", "reviews.decided_at"], queries=[{"reason_state": "redacted"}])
    assert verdict.request == (
        "Ask for the following of system matcher for the period 2026-03-02 to 2026-03-02: the reason given for each search, "
        "since the agency blacked it out (1 record); the record of who examined the results of each search, when, and what they decided, "
        "since nothing of it was delivered."
    )


def test_a_system_of_which_nothing_was_read_is_not_measured(tmp_path):
    _, found = verdicts(tmp_path, ["queries.operator"], systems=(System("silent"),), queries=[{}])
    assert [(v.system, v.verdict, v.request) for v in found] == [
        ("matcher", "measured", None), ("silent", "not_measurable", "Ask for the query log of system silent: none could be read.")
    ]  # fmt: skip


def test_a_field_that_may_be_empty_must_still_have_been_exported(tmp_path):
    rows = [{"absent": ["on_behalf_of"]}]
    assert only(tmp_path, ["queries.on_behalf_of?"], queries=rows).verdict == "measured"
    assert only(tmp_path, ["queries.on_behalf_of?"], queries=rows, field_states=[state("on_behalf_of", "not_exported")]).verdict == "not_measurable"


def test_what_the_quality_gate_stopped_is_not_measurable_and_says_so(tmp_path):
    verdict = only(tmp_path, ["queries.operator"], blocked={"matcher": "a third of the times cannot be read"}, undecided={"matcher": 3}, queries=[{}])
    assert (verdict.verdict, verdict.why, verdict.undecided) == ("not_measurable", "a third of the times cannot be read", 3)


def test_a_need_that_is_no_column_is_told_with_those_that_are(tmp_path):
    errors, _ = verdicts(tmp_path, ["queries.operatr"], queries=[{}])
    assert "there is no column queries.operatr" in errors["some_rule"]
    assert "operator" in errors["some_rule"]
