import dataclasses
import datetime as dt
import shutil

import msgspec
import pytest

from audit_analyzer import clauses, detect, filling, fixture, prove, rulebook
from audit_analyzer.errors import RuleError, SettingsError, StoreError
from audit_analyzer.rule import Case, Proof
from audit_analyzer.settings import Limits, Settings, System, shipped
from audit_analyzer.store import open_store
from audit_analyzer.store.locked import open_locked

AS_OF = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)
BURST = {"queries": [{"times": 20, "every": "30 seconds"}]}

# A plain rolling count: these tests are about asking, not about what the shipped rules find.
RULE = """title = "Burst"
family = "wide_scale_monitoring"
severity = "medium"
level = "indicator"
clauses = ["dhs-026-11/R2b"]
needs = ["queries.operator"]
because = "Each search has its own reason."
innocent = "An incident."
misses = "Slow searches."
next = "Ask for the cases."
subject = "operator"
episode = "1 hour"
explanation = "{subject} made {observed} searches on {system} within {window}; {searches} are where a burst begins."
sql = '''
WITH ended AS (
  SELECT system, operator, query_id, export_id, record, ts_s,
    COUNT(*) OVER (PARTITION BY system, operator ORDER BY ts_s RANGE BETWEEN :window PRECEDING AND CURRENT ROW) AS behind
  FROM searches
  WHERE explained_by IS NULL AND operator IS NOT NULL
),
members AS (
  SELECT system, operator, query_id, export_id, record, ts_s,
    MAX(behind) OVER (PARTITION BY system, operator ORDER BY ts_s RANGE BETWEEN CURRENT ROW AND :window FOLLOWING) AS busiest
  FROM ended
)
SELECT operator AS subject, system, 'queries' AS table_name, query_id AS id, export_id, record, ts_s, busiest AS observed
FROM members
WHERE busiest >= :searches
'''

[parameters]
window = { value = "10 minutes", doc = "how long a burst may last" }
searches = { value = 20, doc = "more than a person makes" }

[[test]]
name = "fires"
repeat.queries = [{ times = 20, every = "20 seconds" }]
expect = ["operator-1"]

[[test]]
name = "quiet"
repeat.queries = [{ times = 19, every = "20 seconds" }]
expect = []
"""


@pytest.fixture(scope="module")
def packs():
    return clauses.load([shipped("rules")])


def workspace(tmp_path, given=None, repeat=None, systems=("matcher",), **settings):
    case = Case("t", 1, given or {}, repeat or {}, (), None, None, AS_OF, (), "UTC", {}, (), ())
    made = Settings(root=tmp_path, systems=tuple(System(name) for name in systems), **settings)
    made.database.unlink(missing_ok=True)
    with open_store(made.database) as store:
        fixture.write(store, fixture.rows(case))
        filling.prepare(store, made, AS_OF, clauses.load([shipped("rules")]))
        store.checkpoint()
    return made


def book(tmp_path, *names, **texts):
    folder = tmp_path / "rules"
    folder.mkdir(exist_ok=True)
    for name in names:
        shutil.copy(shipped("rules") / f"{name}.toml", folder)
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text)
    return rulebook.load([folder])


def ask(settings, rules, packs, blocked=None, previous=(), proofs=None, run_id="0001"):
    return {o.rule: o for o in detect.detect(settings.database, settings, rules, packs, AS_OF, run_id, blocked or {}, previous, proofs)}


def last_night(outcomes):
    return [msgspec.to_builtins(f) for o in outcomes.values() for f in o.findings]


def test_a_finding_walks_back_to_file_and_record(tmp_path, packs):
    settings = workspace(tmp_path, {"exports": [{"export_id": "export-1", "path": "delivery/night.csv"}]}, BURST)
    outcome = ask(settings, book(tmp_path, search_burst=RULE), packs)["search_burst"]
    (finding,) = outcome.findings
    assert (finding.subject, finding.clauses, finding.figures["observed"]) == ({"kind": "operator", "id": "operator-1"}, ["dhs-026-11/R2b"], 20)
    assert (len(finding.evidence), finding.evidence[0].file, finding.evidence[0].record) == (20, "delivery/night.csv", "queries:1")
    assert finding.explanation == "operator-1 made 20 searches on matcher within 10 minutes; 20 are where a burst begins."
    assert [(m.system, m.verdict, m.rows) for m in outcome.measurability] == [("matcher", "measured", 20)]
    assert (outcome.error, outcome.folded, finding.status) == (None, 20, {"state": "new", "decision": None, "since": "0001"})


def test_a_finding_of_last_night_stands_and_keeps_its_run(tmp_path, packs):
    settings, rules = workspace(tmp_path, repeat=BURST), book(tmp_path, search_burst=RULE)
    first = ask(settings, rules, packs)
    second = ask(settings, rules, packs, previous=last_night(first), run_id="0002")
    assert [f.status["state"] for f in second["search_burst"].findings] == ["standing"]
    assert [f.status["since"] for f in second["search_burst"].findings] == ["0001"]


def test_what_is_not_there_any_more_is_gone(tmp_path, packs):
    rules = book(tmp_path, search_burst=RULE)
    before = last_night(ask(workspace(tmp_path, repeat=BURST), rules, packs))
    after = ask(workspace(tmp_path, {"queries": [{}]}), rules, packs, previous=before)
    assert [(f.finding_id, f.status["state"]) for f in after["search_burst"].findings] == [(before[0]["finding_id"], "gone")]


def test_a_system_that_the_quality_gate_stopped_gives_no_finding_and_keeps_the_old(tmp_path, packs):
    settings, rules = workspace(tmp_path, repeat=BURST), book(tmp_path, search_burst=RULE)
    before = last_night(ask(settings, rules, packs))
    blocked = ask(settings, rules, packs, blocked={"matcher": "times cannot be read"})["search_burst"]
    standing = ask(settings, rules, packs, blocked={"matcher": "times cannot be read"}, previous=before)["search_burst"]
    assert (blocked.findings, [(m.verdict, m.why) for m in blocked.measurability]) == ((), [("not_measurable", "times cannot be read")])
    assert [(f.status["state"], f.caveats) for f in standing.findings] == [
        ("standing", ["This could not be asked tonight; it stands as the last night found it."])
    ]


def test_a_rule_that_breaks_is_told_and_the_others_go_on(tmp_path, packs):
    bad = prove.scaffold("bad").replace("WHERE c.n > :most", "WHERE s.exprt_id IS NULL AND c.n > :most")
    outcomes = ask(workspace(tmp_path, repeat=BURST), book(tmp_path, search_burst=RULE, bad=bad), packs)
    assert "exprt_id" in outcomes["bad"].error
    assert [m.verdict for m in outcomes["bad"].measurability] == ["not_measurable"]
    assert len(outcomes["search_burst"].findings) == 1


def test_a_rule_whose_condition_or_needs_name_no_column_does_not_stop_the_others(tmp_path, packs):
    odd = prove.scaffold("odd").replace("episode  =", 'concerns = "is_serch"\nepisode  =')
    outcomes = ask(workspace(tmp_path, repeat=BURST), book(tmp_path, search_burst=RULE, odd=odd), packs)
    assert "is_serch" in outcomes["odd"].error
    assert len(outcomes["search_burst"].findings) == 1


def test_a_rule_that_takes_too_long_is_stopped(tmp_path, packs):
    slow = prove.scaffold("slow").replace("FROM searches s\n", "FROM searches s\nINNER JOIN slow w ON w.n > 0\n")
    slow = slow.replace("WITH counted AS (", "WITH slow AS (\n  SELECT COUNT(*) AS n FROM searches a, searches b\n), counted AS (".replace(
        "a, searches b", "a\n  INNER JOIN searches b ON a.ts_s <> b.ts_s + 1 INNER JOIN searches c ON b.ts_s <> c.ts_s + 1 "
        "INNER JOIN searches d ON c.ts_s <> d.ts_s + 1 INNER JOIN searches e ON d.ts_s <> e.ts_s + 1"
    ))  # fmt: skip
    repeat = {"queries": [{"times": 400, "every": "7 seconds"}]}
    outcomes = ask(workspace(tmp_path, repeat=repeat, limits=Limits(rule_seconds=1.5)), book(tmp_path, search_burst=RULE, slow=slow), packs)
    assert "did not end within 1.5 seconds" in outcomes["slow"].error
    assert len(outcomes["search_burst"].findings) == 1


MEDIAN_OF_PAIRS = """WITH wide AS (
  SELECT MEDIAN(a.ts_s + b.ts_s * 1.5) AS n FROM searches a INNER JOIN searches b ON a.ts_s <> b.ts_s + 1
), counted AS ("""  # holds every pair's value in memory, and nothing of it can be put on disk


def needy(name):
    return prove.scaffold(name).replace("WITH counted AS (", MEDIAN_OF_PAIRS).replace("FROM searches s\n", "FROM searches s\nINNER JOIN wide w ON w.n > 0\n")


def test_rules_for_which_there_is_no_room_beside_one_another_are_asked_alone(tmp_path, packs):
    settings = workspace(tmp_path, repeat={"queries": [{"times": 2000, "every": "7 seconds"}]}, limits=Limits(memory="200MB"))
    outcomes = ask(settings, book(tmp_path, needy_one=needy("needy_one"), needy_two=needy("needy_two")), packs)
    assert [(o.error, len(o.findings)) for o in outcomes.values()] == [(None, 1), (None, 1)]


def test_a_rule_for_which_there_is_no_room_is_told_and_the_others_go_on(tmp_path, packs):
    settings = workspace(tmp_path, repeat={"queries": [{"times": 2000, "every": "7 seconds"}]}, limits=Limits(memory="60MB"))
    outcomes = ask(settings, book(tmp_path, search_burst=RULE, needy=needy("needy")), packs)
    assert "it needs more memory than allowed" in outcomes["needy"].error
    assert "raise memory in [limits]" in outcomes["needy"].error
    assert [m.verdict for m in outcomes["needy"].measurability] == ["not_measurable"]
    assert len(outcomes["search_burst"].findings) == 1


def test_only_proven_rules_are_asked(tmp_path, packs):
    proofs = [Proof("search_burst", "fires on twenty", False, "finding missing: operator-1")]
    settings, rules = workspace(tmp_path, repeat=BURST), book(tmp_path, search_burst=RULE)
    assert ask(settings, rules, packs, proofs=proofs)["search_burst"].error == "its own tests fail: fires on twenty: finding missing: operator-1"
    assert ask(settings, rules, packs, proofs=[])["search_burst"].error == "its own tests were not run"
    assert ask(settings, rules, packs, proofs=[Proof("search_burst", "t", True, "")])["search_burst"].error is None


def test_findings_of_a_refused_rule_stand_and_those_of_a_rule_that_is_not_there_are_gone(tmp_path, packs):
    settings, rules = workspace(tmp_path, repeat=BURST), book(tmp_path, search_burst=RULE)
    before = last_night(ask(settings, rules, packs))
    (tmp_path / "rules" / "search_burst.toml").write_text("title = ")
    refused = ask(settings, rulebook.load([tmp_path / "rules"]), packs, previous=before)
    (tmp_path / "rules" / "search_burst.toml").unlink()
    removed = ask(settings, rulebook.load([tmp_path / "rules"]), packs, previous=before)
    assert [[f.status["state"] for f in o["search_burst"].findings] for o in (refused, removed)] == [["standing"], ["gone"]]


def test_a_rule_that_cites_an_unknown_clause_is_not_asked(tmp_path, packs):
    rules = book(tmp_path, odd=prove.scaffold("odd").replace("dhs-026-11/R2b", "dhs-026-11/R99"))
    assert "it cites clauses that no pack has: dhs-026-11/R99" in ask(workspace(tmp_path), rules, packs)["odd"].error


def test_parameters_of_the_workspace_hold_and_a_wrong_one_is_a_usage_error(tmp_path, packs):
    rules = book(tmp_path, search_burst=RULE)
    for value, count in ((21, 0), (5, 1)):
        settings = workspace(tmp_path, repeat=BURST, parameters={"search_burst": {"searches": value}})
        outcome = ask(settings, rules, packs)["search_burst"]
        assert (len(outcome.findings), outcome.error) == (count, None)
    for wrong, said in (({"searches": "many"}, "does not fit"), ({"serches": 3}, "no parameter 'serches'")):
        with pytest.raises(SettingsError, match=said):
            ask(workspace(tmp_path, parameters={"search_burst": wrong}), rules, packs)


def test_parameters_of_a_rule_that_is_not_there_are_a_usage_error(tmp_path, packs):
    settings = workspace(tmp_path, parameters={"serch_burst": {"searches": 3}})
    with pytest.raises(SettingsError, match="there is no rule 'serch_burst'"):
        ask(settings, book(tmp_path, search_burst=RULE), packs)


def test_chance_holds_back_what_may_be_chance_and_counts_it(tmp_path, packs):
    text = (
        prove.scaffold("lucky")
        .replace("c.n AS observed", "c.n AS observed, 2.0 AS expected, 100 AS tests")
        .replace("episode  =", 'chance = "poisson"\nepisode  =')
    )
    repeat = {"queries": [{"times": 4, "query_id": "a{n}"}, {"times": 30, "query_id": "b{n}", "operator": "busy"}]}
    outcome = ask(workspace(tmp_path, repeat=repeat), book(tmp_path, lucky=text), packs)["lucky"]
    assert ([f.subject["id"] for f in outcome.findings], outcome.held_back) == (["busy"], 4)
    assert outcome.findings[0].figures["p_value"] < 1e-20


def test_what_cannot_be_decided_yet_is_counted(tmp_path, packs):
    given = {"queries": [{}, {}], "actions": [{"kind": "arrest", "occurred_at": AS_OF - dt.timedelta(days=1)}], "reviews": [{"query_id": "q2"}]}
    outcome = ask(workspace(tmp_path, given), book(tmp_path, "no_review_recorded"), packs)["no_review_recorded"]
    assert (outcome.findings, [m.undecided for m in outcome.measurability]) == ((), [1])


def test_rows_of_a_system_that_is_not_measurable_are_dropped_and_those_of_others_stay(tmp_path, packs):
    repeat = {"queries": [{"times": 20}, {"times": 20, "system": "other", "query_id": "o{n}", "device_state": "x"}]}
    repeat["queries"][1].pop("device_state")
    repeat["queries"][1]["operator_state"] = "redacted"
    outcome = ask(workspace(tmp_path, repeat=repeat, systems=()), book(tmp_path, search_burst=RULE), packs)["search_burst"]
    assert [f.systems for f in outcome.findings] == [["matcher"]]
    assert [(m.system, m.verdict) for m in outcome.measurability] == [("matcher", "measured"), ("other", "not_measurable")]


def test_the_order_of_rows_changes_no_byte(tmp_path, packs):
    rules = book(tmp_path, "action_before_review", search_burst=RULE)
    given = {
        "queries": [{"query_id": f"x{n}", "operator": f"op{n % 4}", "occurred_at": AS_OF - dt.timedelta(seconds=10_800 + n * 4)} for n in range(200)],
        "actions": [{"query_id": f"x{n}", "kind": "arrest", "occurred_at": AS_OF - dt.timedelta(hours=2)} for n in range(9)],
        "reviews": [{"query_id": f"x{n}", "decided_at": AS_OF - dt.timedelta(hours=1)} for n in range(9)],
    }
    turned = {"queries": given["queries"][::-1], "actions": given["actions"], "reviews": given["reviews"]}
    answers = []
    for number, rows in enumerate((given, turned)):
        folder = tmp_path / str(number)
        folder.mkdir()
        settings = workspace(folder, rows)
        found = [msgspec.to_builtins(f) for o in ask(settings, rules, packs).values() for f in o.findings]
        for finding in found:
            for row in finding["evidence"]:
                row["record"] = None  # the place in the file is the one thing that differs
        answers.append(found)
    assert len(answers[0]) == 5
    assert answers[0] == answers[1]


def test_the_locked_database_answers_single_selects_only(tmp_path, packs):
    settings = workspace(tmp_path, {"queries": [{}]})
    with open_locked(settings.database, settings.limits) as locked:
        assert locked.dicts("SELECT count(*) AS n FROM queries") == [{"n": 1}]
        for statement in (
            "SET search_path = 'main'", "CREATE TEMP TABLE t AS SELECT 1", "DELETE FROM main.queries", "SELECT 1; SELECT 2", "ATTACH ':memory:' AS x",
            "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM '/etc/passwd'", "COPY (SELECT 1) TO '/tmp/x.csv'", "INSTALL httpfs", "SET threads = 1",
            "SELECT * FROM read_text('https://example.org/')",
        ):  # fmt: skip
            with pytest.raises(RuleError):
                locked.ask(statement)


def test_a_database_without_ground_or_that_is_not_there_is_told(tmp_path):
    with open_store(tmp_path / "audit.duckdb"):
        pass
    with pytest.raises(StoreError, match="the ground of the rules is not there"):
        open_locked(tmp_path / "audit.duckdb", Limits())
    with pytest.raises(StoreError, match="there is no database here"):
        open_locked(tmp_path / "nowhere.duckdb", Limits())


def test_explain_says_why_a_rule_fired_and_what_its_steps_had(tmp_path, packs):
    settings = workspace(tmp_path, repeat=BURST)
    told = detect.explain(settings.database, settings, book(tmp_path, search_burst=RULE).rule("search_burst"), packs, AS_OF, "operator-1")
    assert "FIRED" in told
    assert "step ended: 20 rows, of this subject 20: ts_s" in told
    assert "behind 1 to 20" in told
    assert "parameter searches = 20" in told


def test_explain_says_why_a_rule_did_not_fire_and_what_cleared_the_subject(tmp_path, packs):
    settings = workspace(tmp_path, {"cases": [{}]}, {"queries": [{"times": 30, "every": "10 seconds", "subject": "one"}]})
    told = detect.explain(settings.database, settings, book(tmp_path, search_burst=RULE).rule("search_burst"), packs, AS_OF, "operator-1")
    assert "DID NOT FIRE" in told
    assert "uses of this subject that the rule concerns (is_search): 30\n  30 cleared by case, status ok" in told


def test_explain_tells_a_rule_that_could_not_be_asked_and_a_subject_that_is_not_there_from_silence(tmp_path, packs):
    settings = workspace(tmp_path, repeat=BURST)
    rule = book(tmp_path, search_burst=RULE).rule("search_burst")
    assert "no use in this workspace has the operator 'operator-l'" in detect.explain(settings.database, settings, rule, packs, AS_OF, "operator-l")
    asks_more = dataclasses.replace(rule, needs=(*rule.needs, ("shifts.starts_at",)))
    told = detect.explain(settings.database, settings, asks_more, packs, AS_OF, "operator-1")
    assert ("COULD NOT BE ASKED of any system" in told, "DID NOT FIRE" in told) == (True, False)


def test_findings_of_one_operator_at_one_time_share_a_matter(tmp_path, packs):
    other = prove.scaffold("many")
    outcomes = ask(workspace(tmp_path, repeat=BURST), book(tmp_path, search_burst=RULE, many=other), packs)
    (a,), (b,) = (outcomes[name].findings for name in ("search_burst", "many"))
    assert (a.matter is not None, a.matter == b.matter) == (True, True)
