"""A constructed night for the tests of the report: four systems over 200 days, findings of every family, and much that could not be seen."""

import datetime as dt
import hashlib
import itertools
import math
import random
import tomllib
from pathlib import Path

from audit_analyzer.words import Check, Evidence, Finding, Measurability, Night

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
FACTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
RULES, CLAUSES = FACTS["rule"], FACTS["clause"]


def dice_of(seed):
    return random.Random(seed)  # noqa: S311  a constructed night


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def day_text(day):
    return (FIRST + dt.timedelta(days=day)).isoformat()


def timeline():
    dice, rows = dice_of(11), []
    for system, (_, mean) in SYSTEMS.items():
        for day in range(DAYS):
            outage = system == "rekognition-metro" and 96 <= day < 105
            before = system == "field_app" and day < 58
            if outage or before or (system == "vendor_portal" and dice.random() < 0.35):
                continue
            weekend = 0.35 if (FIRST + dt.timedelta(days=day)).weekday() >= 5 and system != "tvs-airport" else 1
            burst = 6 if (system, day) in {("rekognition-metro", 140), ("rekognition-metro", 141), ("field_app", 163)} else 1
            rows.append(
                {
                    "system": system,
                    "day": day_text(day),
                    "queries": max(1, round(mean * weekend * burst * (0.75 + dice.random() / 2) * (1 + 0.15 * math.sin(day / 20)))),
                }
            )
    return tuple(rows)


def operators():
    dice, rows = dice_of(12), []
    for system, names in OPERATORS.items():
        total = sum(row["queries"] for row in timeline() if row["system"] == system) - (
            61 if system == "field_app" else 300 if system == "vendor_portal" else 0
        )
        weights = [dice.paretovariate(1.6) for _ in names]
        for name, weight in zip(names, weights, strict=True):
            queries = int(total * weight / sum(weights))
            rows.append(
                {"system": system, "agency": SYSTEMS[system][0], "operator": name, "queries": queries, "unexplained": int(queries * dice.random() ** 2)}
            )
    rows += [{"system": "vendor_portal", "agency": "Metro PD", "operator": f"user-{n:03}", "queries": 3 + n % 11, "unexplained": n % 4} for n in range(40)]
    return (*rows, {"system": "field_app", "agency": None, "operator": None, "queries": 61, "unexplained": 61})


def ledger():
    dice = dice_of(13)
    deliveries = (
        (range(126), "delivery/metro/cloudtrail/{0:04}_CloudTrail_us-east-1.json.gz", "rekognition-metro", "rekognition_cloudtrail", (60, 140), "signed-chain"),
        (range(7), "delivery/sheriff/field app/{1} encounters ({0}).csv", "field_app", "field_app", (400, 900), "file-hash-only"),
        (range(1, 3), "delivery/metro/portal/usage-Q{0}.xlsx", "vendor_portal", "vendor_portal", (700, 1300), "file-hash-only"),
        (range(1, 8), "delivery/cbp/tvs-{0:02}.ndjson", "tvs-airport", "interchange", (3000, 5000), "hash-chain"),
    )
    rows = [
        export(path.format(n, day_text(58 + 20 * n)[:7]), system, source, dice.randrange(*size), dice, n, integrity)
        for numbers, path, system, source, size, integrity in deliveries
        for n in numbers
    ]
    refused = (
        ("delivery/metro/portal/usage-Q3.xlsx", "rejected", "the sheet “Searches” says 4,000 rows and holds 211: its bounds cannot be trusted"),
        ("delivery/cbp/tvs-08.ndjson", "failed", "read error at byte 1,048,576: the disk answered EIO"),
        ("delivery/sheriff/notes.csv", "rejected", "no source claims it: columns seen are Name, Remark"),
    )
    return (*rows, *(_refused(*row) for row in refused))


def export(path, system, source, read, dice, n, integrity):
    rejected, aside, copies = int(n % 9 == 4) * dice.randrange(1, 9), dice.randrange(0, read // 6), int(n % 5 == 0) * dice.randrange(1, 20)
    start = dt.datetime.combine(FIRST, dt.time(), dt.UTC) + dt.timedelta(days=(n * 13) % 180, hours=n % 24)
    return {
        "export_id": sha(path),
        "path": path,
        "container": None,
        "bytes": read * 512,
        "source": source,
        "system": system,
        "zone": "America/Denver" if system == "field_app" else None,
        "zone_basis": "declared" if system == "field_app" else "inferred",
        "outcome": "accepted",
        "reason": None,
        "period_from": start,
        "period_to": start + dt.timedelta(days=14),
        "read": read,
        "kept": read - rejected - aside - copies,
        "rejected": rejected,
        "set_aside": aside,
        "copies": copies,
        "integrity": integrity,
        "columns_unknown": ["Unit Pref", "x"] if path.endswith("(3).csv") else [],
        "run_id": "0042-2026-07-23",
    }


def _refused(path, outcome, reason):
    return export(path, None, None, 60, dice_of(1), 1, "file-hash-only") | {
        "outcome": outcome,
        "reason": reason,
        "read": 0,
        "kept": 0,
        "rejected": 0,
        "set_aside": 0,
        "copies": 0,
        "period_from": None,
        "period_to": None,
        "zone_basis": None,
    }


def findings():
    many = (3, 1, 2, 2, 3, 2, 4, 2, 1, 2, 2, 2, 3, 1, 2, 2, 3, 1, 1, 2)
    return tuple(_finding(rule, at, n) for at, rule in enumerate(RULES[:-2]) for n in range(many[at]))


def _finding(rule, at, n):
    name, family, clause, figures = rule["name"], rule["family"], rule["clause"], rule["figures"]
    system = sorted(SYSTEMS)[(at + n) % 4]
    subject = {
        "operator": OPERATORS[system][n % 4],
        "agency": SYSTEMS[system][0],
        "system": system,
        "case": f"26-{4100 + 37 * at + n}",
        "subject": f"subj-{sha(name)[:8]}",
        "assembly": f"asm-{14 + n}",
        "export": sha(f"export {n}")[:16],
        "item": f"face-{sha(name + str(n))[:10]}",
    }[rule["subject"]]
    day = (at * 31 + n * 47) % 190
    start = dt.datetime.combine(FIRST, dt.time(), dt.UTC) + dt.timedelta(days=60 + day % 130 if system == "field_app" else day, hours=7 + n)
    file = {
        "rekognition-metro": f"delivery/metro/cloudtrail/{at:04}_CloudTrail_us-east-1.json.gz",
        "field_app": "delivery/sheriff/field app/2026-03 encounters (0).csv",
        "vendor_portal": "delivery/metro/portal/usage-Q1.xlsx",
        "tvs-airport": "delivery/cbp/tvs-01.ndjson",
    }[system]
    rows = (3, 61, 8, 240)[(at + n) % 4]
    evidence = [
        Evidence(
            "queries",
            f"q-{sha(f'{name}{n}{i}')[:12]}",
            system,
            sha(file),
            file,
            f"/Records/{i}" if file.endswith(".gz") else f"Searches!{i + 2}" if file.endswith(".xlsx") else str(i + 2),
            "evidence" if i else "first",
        )
        for i in range(rows)
    ]
    state = ("new", "standing", "new", "standing", "gone")[(at + n) % 5]
    decided = {
        "decision": ("explained", "confirmed")[n % 2],
        "reason": "Training day of 3 March, see the roster.",
        "author": "k.osei",
        "time": "2026-07-02T09:15:00Z",
        "expiry": None,
    }
    return Finding(
        finding_id=sha(f"{name} {n}")[:16],
        rule=name,
        family=family,
        title=rule["title"],
        severity=rule["severity"],
        level=rule["level"],
        subject={"kind": rule["subject"], "id": subject},
        period={"from": f"{start:%Y-%m-%dT%H:%M:%SZ}", "to": f"{start + dt.timedelta(hours=(2, 30, 400)[n % 3]):%Y-%m-%dT%H:%M:%SZ}"},
        figures=figures,
        clauses=[clause, "28-cfr-23-20/a"] if family in {"protest", "purpose"} and clause != "28-cfr-23-20/a" else [clause],
        explanation=rule["explanation"].format(**figures),
        innocent="An announced exercise, an open case with this operator assigned, or a correction of older entries. "
        "Ask for the roster of that day and the case register.",
        evidence=evidence,
        status={"state": state, "decision": decided if (at + n) % 7 == 3 else None},
        systems=[system],
        matter="matter-1" if at in {3, 4, 5} and n < 2 else None,
        caveats=["Times of this system were taken as UTC: no zone is declared."] if system == "vendor_portal" else [],
    )


def measurability():
    rows = []
    for at, rule in enumerate(RULES):
        name, family = rule["name"], rule["family"]
        for n, system in enumerate(sorted(SYSTEMS)):
            verdict = "not_measurable" if (at * 5 + n * 3) % 8 == 2 or name == "off_hours" else "partly" if (at + n) % 6 == 1 else "measured"
            field, field_state = (
                ("queries.reason", "not_exported"),
                ("queries.subject", "not_logged"),
                ("reviews.decided_at", "not_exported"),
                ("queries.operator", "redacted"),
            )[at % 4]
            missing = [] if verdict == "measured" else [{"field": field, "state": field_state, "rows": 1200 + at * 17}]
            what, table = field.split(".")[1].replace("_", " "), field.split(".")[0]
            request = (
                None
                if verdict == "measured"
                else f"For {system}, the {what} of every entry of {table} from 5 January to 23 July 2026, as stored, without redaction other than of names."
            )
            why = "no shift was handed over" if name == "off_hours" else None
            rows.append(Measurability(name, family, system, verdict, missing, 1200, request, why, undecided=14 if name == "no_review_within_time" else 0))
    return tuple(rows)


def profile():
    shares = {
        "operator": (0, 0.004, 0.12, 0.5),
        "reason": (0.31, 1, 0.05, 0.82),
        "case_number": (0.48, 1, 0.4, 0.97),
        "latitude": (1, 0.02, 1, 1),
        "subject": (1, 0, 0.64, 0),
        "threshold": (0, 1, 1, 0.2),
        "device": (0.7, 0.1, 0.2, 1),
        "gallery": (0.3, 0.4, 0.5, 0.6),
        "reference": (0.55, 0.65, 0.8, 0.9),
        "candidates": (0, 0.09, 0, 0.003),
        "notes": (1, 1, 1, 1),
        "place": (0, 0, 0, 0),
    }
    rows, systems = timeline(), {}
    for n, system in enumerate(SYSTEMS):
        days = sorted(r["day"] for r in rows if r["system"] == system)
        systems[system] = {
            "rows": sum(r["queries"] for r in rows if r["system"] == system),
            "from": days[0] + "T04:10:00Z",
            "last": days[-1] + "T22:40:12Z",
            "operators": len(OPERATORS[system]),
            "reasons": 40 * n,
            "days": (dt.date.fromisoformat(days[-1]) - dt.date.fromisoformat(days[0])).days + 1,
            "days_covered": len(days),
            "gaps": _gaps(days),
            "null_share": {column: row[n] for column, row in shares.items()},
            "trough": {"text": "The hours show no night clear enough to tell a time zone by."},
            "changes": [{"column": "reason", "day": day_text(90), "share_before": 0.82, "share_after": 0.31}] if n == 0 else [],
            "field_issues": {"queries.captured_at": 19} if n == 1 else {},
            "copies": {"copy": 120, "revision": 2},
            "top_reasons": [{"reason": "investigation", "rows": 412, "share": 0.31}, {"reason": "agg assault 26-4417", "rows": 8, "share": 0.006}],
        }
    return {"exports": [], "systems": systems}


def _gaps(days):
    dates = [dt.date.fromisoformat(d) for d in days]
    found = [(a + dt.timedelta(days=1), b) for a, b in itertools.pairwise(dates) if (b - a).days > 1]
    return [
        {"from": a.isoformat(), "to": b.isoformat(), "days": (b - a).days, "expected": 14.0 * (b - a).days, "p": 0.001, "silent": (b - a).days > 6}
        for a, b in found
    ]


def checks():
    good = [
        Check("queries", f"{column} is never empty", True, True, "0 empty", 0, system)
        for column in ("system", "operation", "occurred_at", "export_id")
        for system in SYSTEMS
    ]
    return (
        *good,
        Check("queries", "at least two thirds of the times can be read", True, True, "99.7%", 9, "field_app"),
        Check("queries", "coordinates lie on the earth", False, False, "19 rows at 0, 0", 19, "field_app"),
        Check("reviews", "a review comes after its search", False, False, "2 rows earlier", 2, None),
        Check("queries", "a third of the scores lie within the system's scale", False, True, "12%", 2210, "vendor_portal"),
    )


def rules():
    doc = {"window": {"value": "1 hour", "doc": "how long a burst may last"}, "least": {"value": 20, "doc": "fewest searches"}}
    told = {
        "innocent": "An announced exercise or an open case.",
        "misses": "Searches made under another account.",
        "next": "Ask for the case file and the roster of the day.",
    }
    refused = {"network_wide_search": "refused: rules/network_wide_search.toml:12: window() is not portable SQL"}
    return tuple(
        {key: r[key] for key in ("name", "family", "severity", "level", "title", "subject")}
        | {"clauses": (r["clause"],), "because": CLAUSES[r["clause"]]["text"], "parameters": doc if at % 3 == 0 else {}, "error": refused.get(r["name"])}
        | told
        for at, r in enumerate(RULES)
    )


def clauses():
    more = {"effective_from": dt.date(2023, 9, 11), "effective_to": None, "source": "https://example.org/clause", "source_quality": "official", "note": None}
    return {key: facts | more | {"pack": key.split("/")[0]} for key, facts in CLAUSES.items()}


def sample(**changes):
    """The night; keyword arguments replace parts of it."""
    parts = {
        "run_id": "0042-2026-07-23",
        "as_of": AS_OF,
        "version": "0.1.0",
        "findings": findings(),
        "measurability": measurability(),
        "checks": checks(),
        "ledger": ledger(),
        "rules": rules(),
        "clauses": clauses(),
        "profile": profile(),
        "timeline": timeline(),
        "operators": operators(),
        "failures": (
            "rules/network_wide_search.toml:12: window() is not portable SQL",
            "quality gate: queries: a third of the scores lie within the system's scale (12%)",
        ),
        "assumptions": ("vendor_portal: no time zone is declared; its times were read as UTC.", "tvs-airport: clause packs are the default ones (dhs-026-11)."),
        "held_back": {"burst_against_own_past": 31, "rolling_count_of_agency": 4, "off_hours": 0},
        "run": {"started_at": "2026-07-24T02:30:00Z", "ended_at": "2026-07-24T02:31:12Z"},
    }
    return Night(**(parts | changes))
