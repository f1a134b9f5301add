"""Systems that hand over the exchange format: boarding gates, a State's candidate lists, and a browser whose log is kept 90 days."""

import datetime as dt

from cloudtrail_shapes import made_id
from sample_world import COUNTY, LAST, at, cases, chance, days, few, iso, some_time, table


def gate():
    """Boarding gates: photos deleted in time, but for a gate whose clean-up failed for three days; some noncitizens' photos stay too long, one on hold."""
    rng = chance("gate")
    uses, items = [], []
    for day in days(dt.date(2026, 5, 1)):
        for n in range(6):
            moment = some_time(rng, day, 5, 22)
            ident = f"G-{day:%m%d}-{n}"
            uses.append(
                [
                    ident,
                    "identification",
                    iso(moment),
                    f"gate-{n % 3 + 1}",
                    "service",
                    "ok",
                    f"flight-{day:%m%d}-{n}",
                    rng.choice((1, 1, 1, 0)),
                    f"{rng.uniform(80, 99):.1f}",
                    "still",
                ]
            )
            citizen = rng.choice(("citizen", "citizen", "noncitizen", "unknown"))
            kept = rng.uniform(0.5, 11) if citizen != "noncitizen" else rng.uniform(24, 24 * 13)
            broken = n % 3 == 1 and dt.date(2026, 6, 8) <= day <= dt.date(2026, 6, 10)
            kept = rng.uniform(70, 200) if broken else kept
            kept = 24 * 20 if citizen == "noncitizen" and n == 5 and day.day in {3, 17} else kept
            gone = moment + dt.timedelta(hours=kept)
            held = "2026-06-05T00:00:00Z" if n == 4 and day == dt.date(2026, 6, 4) else ""
            items.append([f"I-{ident}", ident, "probe", citizen, iso(moment), iso(gone) if gone < at(LAST, 20) and not held else "", held])
    yield (
        "interchange/exports/gate/queries.csv",
        table(["query_id", "operation", "occurred_at", "operator", "operator_kind", "status", "gallery", "candidates", "top_score", "probe_source"], uses),
    )
    yield "interchange/exports/gate/biometric_items.csv", table(["item_id", "query_id", "kind", "citizenship", "created_at", "deleted_at", "hold_from"], items)


def state():
    """A State bureau's candidate lists: most properly reviewed by two examiners, one examiner stamps; some arrests on the match alone or before the review."""
    rng = chance("state")
    files = {name: [] for name in ("queries", "reviews", "actions", "corroborations", "authorizations", "disclosures")}
    numbers = [c for c in cases() if c[0].startswith("NG-")]
    for n in range(150):
        case = numbers[n % len(numbers)]
        moment = some_time(rng, dt.date.fromisoformat(case[3][:10]) + dt.timedelta(days=rng.randint(0, 12)), 8, 16)
        if moment.date() > dt.date(2026, 6, 24):
            continue
        ident, by, count = f"NGI-{n:05d}", rng.choice(("exam.ito", "exam.fell")), rng.choice((20, 20, 50, 60 if n % 40 == 0 else 20))
        files["queries"].append(
            [
                ident,
                "identification",
                iso(moment),
                by,
                COUNTY,
                f"probe-{n:05d}",
                "still",
                "state-photos",
                count,
                rng.randint(2, count),
                f"{rng.uniform(60, 96):.1f}",
                f"S-{rng.randrange(9999):04d}",
                f"investigation of {case[2]}",
                case[0],
                case[2],
            ]
        )
        files["authorizations"].append(
            [f"AU-{n}", ident, "supervisor", iso(moment - dt.timedelta(hours=3)), iso(moment - dt.timedelta(hours=2)), "", "lt.moreno"]
        )
        state_after(rng, files, n, ident, moment, case[0])
    heads = {
        "queries": [
            "query_id",
            "operation",
            "occurred_at",
            "operator",
            "agency",
            "probe",
            "probe_source",
            "gallery",
            "max_candidates",
            "candidates",
            "top_score",
            "candidate",
            "reason",
            "case_number",
            "offense",
        ],
        "reviews": ["review_id", "query_id", "reviewer", "started_at", "decided_at", "decision", "candidate", "method"],
        "actions": ["action_id", "query_id", "case_number", "kind", "occurred_at", "officer", "agency"],
        "corroborations": ["corroboration_id", "query_id", "case_number", "kind", "obtained_at", "source_ref"],
        "authorizations": ["authorization_id", "query_id", "kind", "requested_at", "granted_at", "expires_at", "granted_by"],
        "disclosures": ["disclosure_id", "query_id", "to_org", "disclosed_at", "reason"],
    }
    for name, rows in files.items():
        yield f"interchange/exports/state-ngi/{name}.csv", table(heads[name], rows)


def state_after(rng, files, n, ident, moment, number):
    """Reviews, corroboration and actions of one candidate list."""
    shown = files["queries"][-1][11]
    stamped = n % 3 == 0
    for k in range(1 if stamped else 2):
        opened = moment + dt.timedelta(hours=1 + 2 * k, minutes=n % 50)
        done = opened + (dt.timedelta(seconds=4 + n % 9) if stamped else dt.timedelta(minutes=rng.randint(12, 45)))
        verdict = "match" if stamped else rng.choice(("match", "no_match", "no_match", "inconclusive"))
        files["reviews"].append(
            [
                f"RV-{n}-{k}",
                ident,
                "exam.four" if stamped else ("exam.sato", "exam.odell")[k],
                iso(opened),
                iso(done),
                verdict,
                shown,
                "glance" if stamped else "morphological comparison",
            ]
        )
    if n % 5 == 0:
        late = n in {15, 45, 60}
        when = moment + (dt.timedelta(minutes=20) if late else dt.timedelta(days=2))
        files["actions"].append([f"AC-{n}", ident, number, "arrest", iso(when), "det.ruiz", COUNTY])
        if n % 10:
            files["corroborations"].append(
                [f"CO-{n}", ident, number, rng.choice(("witness", "fingerprint", "phone")), iso(moment + dt.timedelta(days=1)), f"file {n}"]
            )
    elif n % 4 == 0:
        files["actions"].append([f"AC-{n}", ident, number, "lead", iso(moment + dt.timedelta(days=1)), "det.ruiz", COUNTY])
    if n % 25 == 7:
        files["disclosures"].append(
            [f"DI-{n}", ident, "Out-of-State Fusion Center", iso(moment + dt.timedelta(days=3)), "" if n > 60 else "joint robbery case"]
        )


def browser():
    """The unattributable browser: its log begins 90 days before the export, though it has been in use for a year."""
    rng = chance("browser")
    rows = []
    for day in days(LAST - dt.timedelta(days=89)):
        for _ in range(few(rng, 0.9)):
            rows.append(
                [
                    made_id("browser", len(rows))[:18],
                    "identification",
                    iso(some_time(rng, day)),
                    f"agent{rng.randint(1, 8):02d}@rfo.example",
                    f"profile_{rng.randrange(999)}.png",
                    "social_media",
                    "",
                ]
            )
    yield "interchange/exports/browser/queries.csv", table(["query_id", "operation", "occurred_at", "operator", "probe", "probe_source", "reason"], rows)


def files():
    """Every file of the folder: (path, bytes)."""
    yield from gate()
    yield from state()
    yield from browser()
