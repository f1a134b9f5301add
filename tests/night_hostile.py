"""A constructed night in which every text that can come from a log, a file name or a rule is an attack on what displays it."""

import math

from night_sample import dice_of, export, sample, sha

from audit_analyzer.words import FAMILIES, Check, Evidence, Finding, Measurability

HOSTILE = "<script>alert('x')</script>\"onmouseover=\"alert(1)\" \u202egnp.exe\u202c \x1b[31mred\x1b[0m\x07 =cmd|' /C calc'!A0 </style>\u2066\u200b"


def hostile():
    """A night in which every text that can come from a log, a file name or a rule is an attack."""
    bad, system = HOSTILE, "sys" + HOSTILE
    day = {"system": system, "day": "2026-05-01", "queries": 7}
    finding = Finding(
        finding_id="f00d",
        rule="r" + bad,
        family=FAMILIES[0],
        title=bad,
        severity="high",
        level="indicator",
        subject={"kind": "operator", "id": bad},
        period={"from": "2026-05-01T00:00:00Z", "to": None},
        figures={bad: bad, "observed": 3, "nan": math.nan},
        clauses=["p/" + bad],
        explanation="=cmd" + bad,
        innocent=bad,
        evidence=[Evidence("queries", bad, system, sha("x"), "../" + bad + "\udc80", bad, bad)],
        status={"state": "new", "decision": {"decision": "reopened", "reason": bad, "author": bad}},
        matter=bad,
        caveats=[bad],
    )
    row = export("dir" + bad + "/" + bad + ".csv", system, bad, 60, dice_of(1), 1, "file-hash-only") | {
        "outcome": "rejected",
        "reason": bad,
        "columns_unknown": [bad],
    }
    return sample(
        findings=(finding,),
        ledger=(row,),
        checks=(Check(bad, bad, False, True, bad, 1, system),),
        timeline=(day,),
        operators=({"system": system, "agency": bad, "operator": bad, "queries": 7, "unexplained": 7},),
        measurability=(Measurability("r" + bad, FAMILIES[0], system, "not_measurable", [{"field": bad, "state": bad, "rows": 1}], 1, bad, bad),),
        rules=(
            {
                "name": "r" + bad,
                "title": bad,
                "family": FAMILIES[0],
                "severity": "high",
                "level": "indicator",
                "clauses": ("p/" + bad,),
                "because": bad,
                "innocent": bad,
                "misses": bad,
                "next": bad,
                "parameters": {bad: bad},
            },
        ),
        clauses={"p/" + bad: {"title": bad, "text": bad, "status": bad, "source": bad}},
        failures=(bad,),
        assumptions=(bad,),
        held_back={bad: 3},
        version="0" + bad,
        profile={
            "systems": {
                system: {
                    "rows": 1,
                    "operators": 1,
                    "null_share": {bad: 0.5},
                    "gaps": [],
                    "changes": [],
                    "field_issues": {bad: 1},
                    "top_reasons": [{"reason": bad, "rows": 1, "share": 1.0}],
                }
            }
        },
    )
