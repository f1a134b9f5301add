"""A constructed night for the tests of the report: four systems over 200 days, findings of every family, and much that could not be seen."""

import datetime as dt
import hashlib
import math
import random

from audit_analyzer.words import FAMILIES, Check, Evidence, Finding, Measurability, Night

FIRST = dt.date(2026, 1, 5)
DAYS = 200
AS_OF = dt.datetime(2026, 7, 24, tzinfo=dt.UTC)
SYSTEMS = {"rekognition-metro": ("Metro PD", 60), "field_app": ("County Sheriff TF", 26), "vendor_portal": ("Metro PD", 14), "tvs-airport": ("CBP", 140)}
OPERATORS = {
    "rekognition-metro": ["a.brandt", "c.ito", "d.okafor", "e.lind", "fusion-svc", "j.marsh", "l.petrov", "m.silva", "n.hale", "r.quint"],
    "field_app": ["badge-4471", "badge-4480", "badge-4502", "badge-4519", "badge-4533"],
    "vendor_portal": ["det.ruiz@metro.example", "intel.desk@metro.example", "trial-07", "trial-11"],
    "tvs-airport": ["gate-svc-1", "gate-svc-2", "ofc.tran", "ofc.webb"],
}
HOSTILE = "<script>alert('x')</script>\"onmouseover=\"alert(1)\" \u202egnp.exe\u202c \x1b[31mred\x1b[0m\x07 =cmd|' /C calc'!A0 </style>\u2066\u200b"
RULES = [
    ("burst_against_own_past", "wide_scale_monitoring", "high", "indicator", "Burst of searches far above the operator's own past", "operator", "dhs-026-11/R2b",
     "{observed} searches within {window} on a day for which the operator's own past leads one to expect {expected}.",
     {"observed": 212, "expected": 14.2, "ratio": 14.93, "window": "1 hour", "median_day": 11, "p_value": 3.1e-9}),
    ("dragnet_of_one_camera", "wide_scale_monitoring", "critical", "indicator", "Every face of one camera searched for hours", "system", "dhs-026-11/R2b",
     "{observed} different faces were searched from one camera in {window}; on other days {expected}.", {"observed": 1840, "expected": 22, "window": "5 hours"}),
    ("rolling_count_of_agency", "wide_scale_monitoring", "medium", "indicator", "An agency's weekly searches leave their range", "agency", "dhs-026-11/R2b",
     "{observed} searches in the week, {expected} in the eight weeks before.", {"observed": 930, "expected": 410}),
    ("search_near_assembly", "protest", "critical", "indicator", "Searches lifted at the place and time of an assembly", "assembly", "dhs-026-11/R2a",
     "{observed} searches within {distance_m} m of the assembly while it went on; the same place and weekday lead one to expect {expected}.",
     {"observed": 61, "expected": 3.4, "distance_m": 400, "lift": 17.94, "lift_low": 13.2}),
    ("assembly_words", "protest", "high", "indicator", "Reasons that name an assembly or a campaign", "operator", "dhs-026-11/R2a",
     "{observed} reasons name an assembly; {disguised} of them write the word so that a plain search misses it.", {"observed": 17, "disguised": 4}),
    ("same_face_at_two_assemblies", "protest", "high", "fact", "One person searched for at two assemblies", "subject", "co-24-18-307/2",
     "The same subject was searched for at {observed} assemblies, {days} days apart.", {"observed": 2, "days": 23}),
    ("probe_kept_too_long", "retention", "high", "fact", "A stored face is older than its limit", "item", "cbp-tvs/usc-12h",
     "The photo of a citizen was kept {kept_hours} hours; the limit is {limit_hours}.", {"kept_hours": 731, "limit_hours": 12, "created_s": 1_780_272_000}),
    ("never_deleted", "retention", "medium", "fact", "No deletion is recorded past the limit", "item", "cbp-tvs/noncit-14d",
     "{observed} photos of noncitizens have no deletion {days} days after they were taken.", {"observed": 38, "days": 21}),
    ("hold_without_end", "retention", "low", "indicator", "A hold without an end", "item", "dhs-026-11/R6", "The hold was set {days} days ago and names no end.", {"days": 188}),
    ("action_before_review", "corroboration", "critical", "fact", "Action taken before any human review", "case", "dhs-026-11/R4",
     "The arrest came {minutes} minutes before the first review of the search that it followed.", {"minutes": 142, "reviews": 1, "action_s": 1_780_320_600}),
    ("no_review_within_time", "corroboration", "high", "fact", "No review within the time for one", "case", "md-2-502/a",
     "{observed} searches that led to an action have no review after {days} days.", {"observed": 3, "days": 30}),
    ("rubber_stamp_reviews", "corroboration", "medium", "indicator", "Reviews too quick to be made", "operator", "dhs-026-11/R4",
     "{observed} reviews in a row took less than {seconds} seconds each.", {"observed": 44, "seconds": 6}),
    ("placeholder_reasons", "purpose", "medium", "indicator", "Reasons that say nothing", "operator", "28-cfr-23-20/a", "{share} of {observed} reasons are placeholders.", {"observed": 390, "share": "71%"}),
    ("offense_not_permitted", "purpose", "high", "fact", "Used for an offense that the approval does not name", "system", "metro-pia/3",
     "{observed} searches for offenses outside the approval.", {"observed": 29}),
    ("on_behalf_of_banned", "sharing", "high", "indicator", "Searched on behalf of an agency that may not", "agency", "dhs-026-11/R5", "{observed} searches name an outside agency.", {"observed": 5}),
    ("training_lapsed", "access", "medium", "fact", "Searched while the training had lapsed", "operator", "dhs-026-11/R8", "{observed} searches after the training ended on {ended}.", {"observed": 12, "ended": "2026-03-31"}),
    ("shared_account", "access", "low", "indicator", "One account at two places at once", "operator", "dhs-026-11/R6", "Two addresses within {minutes} minutes.", {"minutes": 4}),
    ("attributes_asked", "face_analysis", "high", "fact", "Emotion or gender asked of faces", "system", "dhs-026-11/R7", "{observed} requests asked for attributes that are not approved.", {"observed": 8}),
    ("silent_gap", "log_integrity", "medium", "fact", "The log is silent where it should not be", "system", "ca-sb34/1798.90.52", "{days} days without a record where {expected} were to be expected.", {"days": 9, "expected": 540.5}),
    ("many_rejects", "log_integrity", "low", "fact", "Many records cannot be read", "export", "28-cfr-23-20/f", "{observed} of {of} records of the export cannot be read.", {"observed": 310, "of": 9120}),
    ("off_hours", "access", "low", "indicator", "Searches outside the shift", "operator", "dhs-026-11/R6", "{observed} searches outside any shift.", {"observed": 9}),
    ("network_wide_search", "sharing", "medium", "indicator", "One search copied to a whole network", "operator", "dhs-026-11/R5", "Sent to {observed} networks.", {"observed": 412}),
]  # fmt: skip
CLAUSES = {
    "dhs-026-11/R2a": ("No use because of the exercise of rights", "May not be used to profile, target or discriminate against anybody solely for exercising constitutional rights.", "unverified"),
    "dhs-026-11/R2b": ("No wide-scale monitoring", "May not be used for systemic, indiscriminate or wide-scale monitoring, surveillance or tracking.", "unverified"),
    "dhs-026-11/R4": ("Never the sole basis", "Identifications may not be the sole basis of a law or civil enforcement action; a human has to review them.", "unverified"),
    "dhs-026-11/R5": ("Limits on sharing", "Sharing with other agencies is limited to what the approval names.", "unverified"),
    "dhs-026-11/R6": ("Security of access", "Access is limited to those who need it, and is recorded.", "unverified"),
    "dhs-026-11/R7": ("No face analysis", "No face analysis but specially approved age estimation.", "unverified"),
    "dhs-026-11/R8": ("Training and oversight", "Operators are trained before they use the system.", "unverified"),
    "28-cfr-23-20/a": ("Reasonable suspicion", "Criminal intelligence is collected only on reasonable suspicion and where it is relevant.", "in_force"),
    "28-cfr-23-20/f": ("Audit trail", "Safeguards include an audit trail of who was given what, why and when.", "in_force"),
    "cbp-tvs/usc-12h": ("Photos of citizens: 12 hours", "Photos of citizens are discarded within 12 hours.", "in_force"),
    "cbp-tvs/noncit-14d": ("Photos of noncitizens: 14 days", "Photos of noncitizens are kept up to 14 days.", "in_force"),
    "co-24-18-307/2": ("Not because of views or lawful events", "Not applied to a person because of views, activities or taking part in a lawful event.", "in_force"),
    "md-2-502/a": ("Independent evidence", "A result is not the sole basis of probable cause or of a positive identification.", "in_force"),
    "metro-pia/3": ("Permitted offenses", "Violent crime, human trafficking and missing persons.", "in_force"),
    "ca-sb34/1798.90.52": ("Minimum of an access log", "Time, query data, user and purpose of every access are recorded.", "in_force"),
}  # fmt: skip


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def day_text(day):
    return (FIRST + dt.timedelta(days=day)).isoformat()


def timeline():
    dice, rows = random.Random(11), []
    for system, (_, mean) in SYSTEMS.items():
        for day in range(DAYS):
            outage = system == "rekognition-metro" and 96 <= day < 105
            before = system == "field_app" and day < 58
            if outage or before or (system == "vendor_portal" and dice.random() < 0.35):
                continue
            weekend = 0.35 if (FIRST + dt.timedelta(days=day)).weekday() >= 5 and system != "tvs-airport" else 1
            burst = 6 if (system, day) in {("rekognition-metro", 140), ("rekognition-metro", 141), ("field_app", 163)} else 1
            rows.append({"system": system, "day": day_text(day), "queries": max(1, round(mean * weekend * burst * (0.75 + dice.random() / 2) * (1 + 0.15 * math.sin(day / 20))))})
    return tuple(rows)


def operators():
    dice, rows = random.Random(12), []
    for system, names in OPERATORS.items():
        total = sum(row["queries"] for row in timeline() if row["system"] == system) - (61 if system == "field_app" else 300 if system == "vendor_portal" else 0)
        weights = [dice.paretovariate(1.6) for _ in names]
        for name, weight in zip(names, weights, strict=True):
            queries = int(total * weight / sum(weights))
            rows.append({"system": system, "agency": SYSTEMS[system][0], "operator": name, "queries": queries, "unexplained": int(queries * dice.random() ** 2)})
    rows += [{"system": "vendor_portal", "agency": "Metro PD", "operator": f"user-{n:03}", "queries": 3 + n % 11, "unexplained": n % 4} for n in range(40)]
    return (*rows, {"system": "field_app", "agency": None, "operator": None, "queries": 61, "unexplained": 61})


def ledger():
    dice, rows = random.Random(13), []
    for n in range(126):
        rows.append(_export(f"delivery/metro/cloudtrail/{n:04}_CloudTrail_us-east-1.json.gz", "rekognition-metro", "rekognition_cloudtrail", dice.randrange(60, 140), dice, n, "signed-chain"))
    for n in range(7):
        rows.append(_export(f"delivery/sheriff/field app/{day_text(58 + 20 * n)[:7]} encounters ({n}).csv", "field_app", "field_app", dice.randrange(400, 900), dice, n, "file-hash-only"))
    rows += [_export(f"delivery/metro/portal/usage-Q{n}.xlsx", "vendor_portal", "vendor_portal", dice.randrange(700, 1300), dice, n, "file-hash-only") for n in (1, 2)]
    rows += [_export(f"delivery/cbp/tvs-{n:02}.ndjson", "tvs-airport", "interchange", dice.randrange(3000, 5000), dice, n, "hash-chain") for n in range(1, 8)]
    rows.append(_refused("delivery/metro/portal/usage-Q3.xlsx", "rejected", "the sheet “Searches” says 4,000 rows and holds 211: its bounds cannot be trusted"))
    rows.append(_refused("delivery/cbp/tvs-08.ndjson", "failed", "read error at byte 1,048,576: the disk answered EIO"))
    rows.append(_refused("delivery/sheriff/notes.csv", "rejected", "no source claims it: columns seen are Name, Remark"))
    return tuple(rows)


def _export(path, system, source, read, dice, n, integrity):
    rejected, aside, copies = int(n % 9 == 4) * dice.randrange(1, 9), dice.randrange(0, read // 6), int(n % 5 == 0) * dice.randrange(1, 20)
    start = dt.datetime.combine(FIRST, dt.time(), dt.UTC) + dt.timedelta(days=(n * 13) % 180, hours=n % 24)
    return {
        "export_id": sha(path), "path": path, "container": None, "bytes": read * 512, "source": source, "system": system, "zone": "America/Denver" if system == "field_app" else None,
        "zone_basis": "declared" if system == "field_app" else "inferred", "outcome": "accepted", "reason": None, "period_from": start, "period_to": start + dt.timedelta(days=14),
        "read": read, "kept": read - rejected - aside - copies, "rejected": rejected, "set_aside": aside, "copies": copies, "integrity": integrity,
        "columns_unknown": ["Unit Pref", "x"] if path.endswith("(3).csv") else [], "run_id": "0042-2026-07-23",
    }  # fmt: skip


def _refused(path, outcome, reason):
    return _export(path, None, None, 60, random.Random(1), 1, "file-hash-only") | {
        "outcome": outcome, "reason": reason, "read": 0, "kept": 0, "rejected": 0, "set_aside": 0, "copies": 0, "period_from": None, "period_to": None, "zone_basis": None,
    }  # fmt: skip


def findings():
    dice, rows = random.Random(14), []
    for at, rule in enumerate(RULES[:-2]):
        for n in range((3, 1, 2, 2, 3, 2, 4, 2, 1, 2, 2, 2, 3, 1, 2, 2, 3, 1, 1, 2)[at % 20]):
            rows.append(_finding(rule, at, n, dice))
    return tuple(rows)


def _finding(rule, at, n, dice):
    name, family, severity, level, title, kind, clause, sentence, figures = rule
    system = sorted(SYSTEMS)[(at + n) % 4]
    subject = {"operator": OPERATORS[system][n % 4], "agency": SYSTEMS[system][0], "system": system, "case": f"26-{4100 + 37 * at + n}", "subject": f"subj-{sha(name)[:8]}",
               "assembly": f"asm-{14 + n}", "export": sha(f"export {n}")[:16], "item": f"face-{sha(name + str(n))[:10]}"}[kind]  # fmt: skip
    day = (at * 31 + n * 47) % 190
    start = dt.datetime.combine(FIRST, dt.time(), dt.UTC) + dt.timedelta(days=60 + day % 130 if system == "field_app" else day, hours=7 + n)
    file = {"rekognition-metro": f"delivery/metro/cloudtrail/{at:04}_CloudTrail_us-east-1.json.gz", "field_app": "delivery/sheriff/field app/2026-03 encounters (0).csv",
            "vendor_portal": "delivery/metro/portal/usage-Q1.xlsx", "tvs-airport": "delivery/cbp/tvs-01.ndjson"}[system]  # fmt: skip
    rows = (3, 61, 8, 240)[(at + n) % 4]
    evidence = [
        Evidence("queries", f"q-{sha(f'{name}{n}{i}')[:12]}", system, sha(file), file, f"/Records/{i}" if file.endswith(".gz") else f"Searches!{i + 2}" if file.endswith(".xlsx") else str(i + 2), "evidence" if i else "first")
        for i in range(rows)
    ]
    state = ("new", "standing", "new", "standing", "gone")[(at + n) % 5]
    decided = {"decision": ("explained", "confirmed")[n % 2], "reason": "Training day of 3 March, see the roster.", "author": "k.osei", "time": "2026-07-02T09:15:00Z", "expiry": None}
    return Finding(
        finding_id=sha(f"{name} {n}")[:16], rule=name, family=family, title=title, severity=severity, level=level, subject={"kind": kind, "id": subject},
        period={"from": f"{start:%Y-%m-%dT%H:%M:%SZ}", "to": f"{start + dt.timedelta(hours=(2, 30, 400)[n % 3]):%Y-%m-%dT%H:%M:%SZ}"}, figures=figures,
        clauses=[clause, "28-cfr-23-20/a"] if family in {"protest", "purpose"} and clause != "28-cfr-23-20/a" else [clause], explanation=sentence.format(**figures),
        innocent="An announced exercise, an open case with this operator assigned, or a correction of older entries. Ask for the roster of that day and the case register.",
        evidence=evidence, status={"state": state, "decision": decided if (at + n) % 7 == 3 else None}, systems=[system], matter="matter-1" if at in {3, 4, 5} and n < 2 else None,
        caveats=["Times of this system were taken as UTC: no zone is declared."] if system == "vendor_portal" else [],
    )  # fmt: skip


def measurability():
    rows = []
    for at, (name, family, *_) in enumerate(RULES):
        for n, system in enumerate(sorted(SYSTEMS)):
            verdict = "not_measurable" if (at * 5 + n * 3) % 8 == 2 or name == "off_hours" else "partly" if (at + n) % 6 == 1 else "measured"
            field, field_state = (("queries.reason", "not_exported"), ("queries.subject", "not_logged"), ("reviews.decided_at", "not_exported"), ("queries.operator", "redacted"))[at % 4]
            missing = [] if verdict == "measured" else [{"field": field, "state": field_state, "rows": 1200 + at * 17}]
            what, table = field.split(".")[1].replace("_", " "), field.split(".")[0]
            request = None if verdict == "measured" else f"For {system}, the {what} of every entry of {table} from 5 January to 23 July 2026, as stored, without redaction other than of names."
            why = "no shift was handed over" if name == "off_hours" else None
            rows.append(Measurability(name, family, system, verdict, missing, 1200, request, why, undecided=14 if name == "no_review_within_time" else 0))
    return tuple(rows)


def profile():
    shares = {"operator": (0, 0.004, 0.12, 0.5), "reason": (0.31, 1, 0.05, 0.82), "case_number": (0.48, 1, 0.4, 0.97), "latitude": (1, 0.02, 1, 1), "subject": (1, 0, 0.64, 0), "threshold": (0, 1, 1, 0.2),
              "device": (0.7, 0, 1, 1), "candidates": (0, 0.09, 0, 0.003), "notes": (1, 1, 1, 1), "place": (0, 0, 0, 0)}  # fmt: skip
    rows, systems = timeline(), {}
    for n, system in enumerate(SYSTEMS):
        days = sorted(r["day"] for r in rows if r["system"] == system)
        systems[system] = {
            "rows": sum(r["queries"] for r in rows if r["system"] == system), "from": days[0] + "T04:10:00Z", "last": days[-1] + "T22:40:12Z", "operators": len(OPERATORS[system]), "reasons": 40 * n,
            "days": (dt.date.fromisoformat(days[-1]) - dt.date.fromisoformat(days[0])).days + 1, "days_covered": len(days), "gaps": _gaps(days),
            "null_share": {column: row[n] for column, row in shares.items()}, "trough": {"text": "The hours show no night clear enough to tell a time zone by."},
            "changes": [{"column": "reason", "day": day_text(90), "share_before": 0.82, "share_after": 0.31}] if n == 0 else [], "field_issues": {"queries.captured_at": 19} if n == 1 else {},
            "copies": {"copy": 120, "revision": 2}, "top_reasons": [{"reason": "investigation", "rows": 412, "share": 0.31}, {"reason": "agg assault 26-4417", "rows": 8, "share": 0.006}],
        }  # fmt: skip
    return {"exports": [], "systems": systems}


def _gaps(days):
    dates = [dt.date.fromisoformat(d) for d in days]
    found = [(a + dt.timedelta(days=1), b) for a, b in zip(dates, dates[1:], strict=False) if (b - a).days > 1]
    return [{"from": a.isoformat(), "to": b.isoformat(), "days": (b - a).days, "expected": 14.0 * (b - a).days, "p": 0.001, "silent": (b - a).days > 6} for a, b in found]


def checks():
    good = [Check("queries", f"{column} is never empty", True, True, "0 empty", 0, system) for column in ("system", "operation", "occurred_at", "export_id") for system in SYSTEMS]
    return (*good, Check("queries", "at least two thirds of the times can be read", True, True, "99.7%", 9, "field_app"),
            Check("queries", "coordinates lie on the earth", False, False, "19 rows at 0, 0", 19, "field_app"),
            Check("reviews", "a review comes after its search", False, False, "2 rows earlier", 2, None),
            Check("queries", "a third of the scores lie within the system's scale", False, True, "12%", 2210, "vendor_portal"))  # fmt: skip


def rules():
    doc = {"window": {"value": "1 hour", "doc": "how long a burst may last"}, "least": {"value": 20, "doc": "fewest searches"}}
    return tuple(
        {"name": r[0], "family": r[1], "severity": r[2], "level": r[3], "title": r[4], "clauses": (r[6],), "because": f"{CLAUSES[r[6]][1]}", "parameters": doc if at % 3 == 0 else {},
         "innocent": "An announced exercise or an open case.", "misses": "Searches made under another account.", "next": "Ask for the case file and the roster of the day.",
         "error": "refused: rules/network_wide_search.toml:12: window() is not portable SQL" if r[0] == "network_wide_search" else None}
        for at, r in enumerate(RULES)
    )  # fmt: skip


def clauses():
    source = "https://example.org/clause"
    return {
        key: {"title": title, "text": text, "status": status, "effective_from": dt.date(2023, 9, 11), "effective_to": None, "source": source, "source_quality": "official", "note": None}
        for key, (title, text, status) in CLAUSES.items()
    }


def sample(**changes):
    """The night; keyword arguments replace parts of it."""
    parts = {
        "run_id": "0042-2026-07-23", "as_of": AS_OF, "version": "0.1.0", "findings": findings(), "measurability": measurability(), "checks": checks(), "ledger": ledger(), "rules": rules(),
        "clauses": clauses(), "profile": profile(), "timeline": timeline(), "operators": operators(),
        "failures": ("rules/network_wide_search.toml:12: window() is not portable SQL", "quality gate: queries: a third of the scores lie within the system's scale (12%)"),
        "assumptions": ("vendor_portal: no time zone is declared; its times were read as UTC.", "tvs-airport: clause packs are the default ones (dhs-026-11)."),
        "held_back": {"burst_against_own_past": 31, "rolling_count_of_agency": 4, "off_hours": 0}, "run": {"started_at": "2026-07-24T02:30:00Z", "ended_at": "2026-07-24T02:31:12Z"},
    }  # fmt: skip
    return Night(**(parts | changes))


def hostile():
    """A night in which every text that can come from a log, a file name or a rule is an attack."""
    bad, system = HOSTILE, "sys" + HOSTILE
    day = {"system": system, "day": "2026-05-01", "queries": 7}
    finding = Finding(
        finding_id="f00d", rule="r" + bad, family=FAMILIES[0], title=bad, severity="high", level="indicator", subject={"kind": "operator", "id": bad},
        period={"from": "2026-05-01T00:00:00Z", "to": None}, figures={bad: bad, "observed": 3, "nan": math.nan}, clauses=["p/" + bad], explanation="=cmd" + bad, innocent=bad,
        evidence=[Evidence("queries", bad, system, sha("x"), "../" + bad + "\udc80", bad, bad)], status={"state": "new", "decision": {"decision": "reopened", "reason": bad, "author": bad}}, matter=bad, caveats=[bad],
    )  # fmt: skip
    export = _export("dir" + bad + "/" + bad + ".csv", system, bad, 60, random.Random(1), 1, "file-hash-only") | {"outcome": "rejected", "reason": bad, "columns_unknown": [bad]}
    return sample(
        findings=(finding,), ledger=(export,), checks=(Check(bad, bad, False, True, bad, 1, system),), timeline=(day,), operators=({"system": system, "agency": bad, "operator": bad, "queries": 7, "unexplained": 7},),
        measurability=(Measurability("r" + bad, FAMILIES[0], system, "not_measurable", [{"field": bad, "state": bad, "rows": 1}], 1, bad, bad),),
        rules=({"name": "r" + bad, "title": bad, "family": FAMILIES[0], "severity": "high", "level": "indicator", "clauses": ("p/" + bad,), "because": bad, "innocent": bad, "misses": bad, "next": bad, "parameters": {bad: bad}},),
        clauses={"p/" + bad: {"title": bad, "text": bad, "status": bad, "source": bad}}, failures=(bad,), assumptions=(bad,), held_back={bad: 3}, version="0" + bad,
        profile={"systems": {system: {"rows": 1, "operators": 1, "null_share": {bad: 0.5}, "gaps": [], "changes": [], "field_issues": {bad: 1}, "top_reasons": [{"reason": bad, "rows": 1, "share": 1.0}]}}},
    )  # fmt: skip
