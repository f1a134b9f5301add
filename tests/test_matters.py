from audit_analyzer import matters
from audit_analyzer.words import Evidence, Finding


def finding(name, subject="op", kind="operator", evidence=("q1",), start="10", end="11", severity="medium", state="new"):
    rows = [Evidence("queries", e, "m", "x", None, e, "evidence") for e in evidence]
    period = {"from": f"2026-03-02T{start}:00:00Z", "to": f"2026-03-02T{end}:00:00Z"}
    return Finding(name, "r", "purpose", "t", severity, "fact", {"kind": kind, "id": subject}, period, {}, [], "", "", rows, {"state": state, "decision": None})


def groups(*findings, persons=None, officers=None):
    matters.link(findings, persons, officers)
    named = {}
    for f in findings:
        if f.matter:
            named.setdefault(f.matter, []).append(f.finding_id)
    return sorted(named.values())


def test_findings_of_one_operator_at_one_time_are_one_matter():
    assert groups(finding("a", evidence=["q1"]), finding("b", evidence=["q2"], start="10", end="12")) == [["a", "b"]]


def test_one_operator_on_another_day_is_another_matter():
    assert groups(finding("a", evidence=["q1"]), finding("b", evidence=["q2"], start="11", end="12")) == []


def test_two_accounts_of_one_person_are_one_matter():
    pair = finding("a", subject="op1", evidence=["q1"]), finding("b", subject="op2", evidence=["q2"])
    assert (groups(*pair), groups(*pair, persons={"op1": "P", "op2": "P"})) == ([], [["a", "b"]])


def test_a_case_and_an_operator_with_the_same_evidence_are_one_matter():
    assert groups(finding("a", evidence=["q1", "q2", "q3"]), finding("b", kind="case", subject="C-1", evidence=["q2"])) == [["a", "b"]]


def test_a_finding_about_a_whole_system_does_not_tie_everything_together():
    wide = finding("w", kind="system", subject="m", evidence=[f"q{n}" for n in range(100)], start="00", end="23")
    narrow = [finding(f"n{n}", subject=f"op{n}", evidence=[f"q{n}"]) for n in range(5)]
    assert groups(wide, *narrow) == []


def test_many_cases_of_one_officer_under_one_rule_are_one_matter_and_another_officers_are_not():
    told = [finding(f"c{n}", kind="case", subject=f"C-{n}", start=f"{n:02}", end=f"{n + 1:02}", evidence=[]) for n in range(4)]
    for n, each in enumerate(told):
        each.evidence = [Evidence("actions", f"A{n}", "m", "x", None, "1", "action")]
    assert groups(*told, officers={"A0": "jo", "A1": "jo", "A2": "kim"}) == [["c0", "c1"]]


def test_many_items_of_one_store_kept_too_long_are_one_matter():
    assert groups(*[finding(f"i{n}", kind="item", subject=f"I-{n}", start=f"{n:02}", end=f"{n + 1:02}", evidence=[f"q{n}"]) for n in range(3)]) == [
        ["i0", "i1", "i2"]
    ]


def test_accounts_at_one_assembly_and_the_crowd_searched_there_are_one_matter():
    crowd = finding("crowd", kind="assembly", subject="A-1", evidence=[f"q{n}" for n in range(9)])
    assert groups(crowd, *[finding(f"op{n}", subject=f"op{n}", evidence=[f"q{3 * n}", f"q{3 * n + 1}"]) for n in range(3)]) == [["crowd", "op0", "op1", "op2"]]


def test_a_finding_that_is_gone_is_in_no_matter():
    assert groups(finding("a"), finding("b", state="gone")) == []


def test_the_order_of_findings_changes_no_matter():
    def made():
        return [finding(str(n), subject=f"op{n % 3}", evidence=[f"q{n}"], start=f"{n:02}", end=f"{n + 4:02}") for n in range(12)]

    one, other = made(), made()[::-1]
    matters.link(one)
    matters.link(other)
    assert {f.finding_id: f.matter for f in one} == {f.finding_id: f.matter for f in other}


def test_the_strongest_of_a_matter_comes_first_and_its_others_follow():
    low, high, lone = finding("low", severity="low", evidence=["a", "b"]), finding("high", severity="high"), finding("lone", subject="z", evidence=["z"])
    matters.link([low, high, lone])
    assert [f.finding_id for f in matters.strongest_first([low, lone, high])] == ["high", "low", "lone"]
