"""A field app for face scans in the street: background, planted misuse and look-alikes."""

import datetime as dt

from cloudtrail_shapes import made_id
from sample_world import CENTRE, COUNTY, FLATS, MARCH, MAY2, MAYDAY, OGDEN, PLACES, at, chance, days, few, iso, local, some_time, table

OFFICERS = {"SC-2201": COUNTY, "SC-2207": COUNTY, "SC-2214": COUNTY, "OF-114": OGDEN, "OF-121": OGDEN, "OF-130": OGDEN}
OLD = [
    "Scan ID",
    "Encounter ID",
    "Scan Time",
    "Officer",
    "Badge",
    "Agency",
    "Program",
    "Device",
    "App Version",
    "Latitude",
    "Longitude",
    "Location",
    "Photo ID",
    "Person Token",
    "Databases",
    "Candidates",
    "Match ID",
    "Score",
    "Result",
    "Note",
]
NEW = [*OLD[:3], "UTC Time", *OLD[3:]]
FOLLOW = ["Entry ID", "Scan ID", "Entry", "Opened", "Entry Time", "Entered By", "Agency", "Outcome", "Match ID", "Note"]
TWO_NAMES, RETAKEN = "T-700009", "T-700033"
PHOTOS = ["Photo ID", "Scan ID", "Stored", "Deleted", "Matched", "Citizenship", "Person Token", "Retain Until", "Hold From", "Hold To"]


def scan(rng, moment, badge, near, *, spread=0.05, token=None, result=None, best=None, encounter=None, note="", where=""):
    """One scan as a dict of the app's columns, its instant under `at`."""
    roll = rng.random()
    result = result or (
        "NO MATCH" if roll < 0.4 else "DO NOT DETAIN" if roll < 0.65 else f"REF {rng.randrange(16**6):06X}" if roll < 0.9 else "POOR IMAGE - RETAKE"
    )
    ident = made_id("scan", badge, iso(moment), note)[:13].upper()
    found = result.startswith(("REF", "DO NOT"))
    lat, lon = (round(place + rng.uniform(-spread, spread), 5) for place in near)
    return {
        "Scan ID": f"SC-{ident}",
        "Encounter ID": encounter or f"E-{ident[:8]}",
        "Scan Time": local(moment),
        "UTC Time": iso(moment),
        "Officer": f"Officer {badge[-3:]}",
        "Badge": badge,
        "Agency": OFFICERS.get(badge, COUNTY),
        "Program": "Task Force",
        "Device": f"TAB-{badge}",
        "App Version": "2.4" if moment.month > 3 else "2.1",
        "Latitude": lat,
        "Longitude": lon,
        "Location": where,
        "Photo ID": f"PH-{ident}",
        "Person Token": "" if result.startswith("POOR") else token or f"T-{rng.randrange(10**6):06d}",
        "Databases": "border;visa",
        "Candidates": rng.randint(1, 5) if found else 0,
        "Match ID": (best or f"M-{rng.randrange(10**5):05d}") if found else "",
        "Score": f"{rng.uniform(70, 98):.1f}" if found else "",
        "Result": result,
        "Note": note,
        "at": moment,
    }


def scans():
    """Street stops; planted: two people at two assemblies, a chapel and a clinic, one face with two names, one badge at two places."""
    rng = chance("field")
    for day in days():
        for badge, agency in OFFICERS.items():
            for _ in range(few(rng, 0.55)):
                yield scan(rng, some_time(rng, day, 8, 21), badge, CENTRE if agency == COUNTY else FLATS)
    for event, badges, count in ((MARCH, ("SC-2201", "SC-2207"), 22), (MAYDAY, ("OF-114", "OF-121"), 26), (MAY2, ("SC-2207",), 15)):
        for n in range(count):
            token = None if event is MAY2 else {0: "T-700001", 7: "T-700002"}.get(n)
            moment = at(event[2], event[3]) + dt.timedelta(minutes=5 + n * (event[4] - event[3]) * 55 // count, seconds=7 * n % 60)
            yield scan(
                rng,
                moment,
                badges[n % len(badges)],
                event[5],
                spread=0.0015,
                token=token,
                result=None if token is None else "REF 7F3K22",
                best=None if token is None else f"M-{token[2:]}",
            )
    for n, place in enumerate((PLACES[0], PLACES[1]) * 4):
        yield scan(rng, at(dt.date(2026, 2, 1) + dt.timedelta(days=7 * (n // 2)), 10 + n % 2, 12), "SC-2214", place[3:], spread=0.0006, note="")
    for n, (best, moment) in enumerate((("M-31007", at(dt.date(2026, 5, 20), 14, 1)), ("M-88120", at(dt.date(2026, 5, 20), 14, 3)))):
        yield scan(rng, moment, "OF-130", FLATS, token=TWO_NAMES, result=f"REF 5D{n}A11", best=best, encounter="E-TWO-NAMES")
    for n, near in enumerate((CENTRE, FLATS)):
        yield scan(rng, at(dt.date(2026, 6, 11), 13, 20 * n), "SC-2201", near, note="second tablet" if n else "")
    for n in range(3):
        yield scan(
            rng,
            at(dt.date(2026, 6, 2), 16, 2, 20 * n),
            "SC-2207",
            CENTRE,
            token=RETAKEN,
            result="POOR IMAGE - RETAKE" if n < 2 else "NO MATCH",
            encounter="E-RETAKE",
        )
    yield scan(rng, at(dt.date(2026, 3, 8), 3, 30), "SC-2207", CENTRE, result="NO MATCH", note="clock") | {"Scan Time": "2026-03-08 02:30:00"}


def follow_ups(rows):
    """What came after the scans that gave a reference code; planted: detained within a minute, detained although told not to, reviewed afterwards or never."""
    rng = chance("follow-ups")
    for s in rows:
        base = {"Scan ID": s["Scan ID"], "Agency": s["Agency"], "Match ID": s["Match ID"]}
        quick = s["Badge"] in {"OF-114", "OF-121"} and s["Result"].startswith("REF")
        if quick and rng.random() < 0.5:
            yield base | {"Entry": "DETENTION", "Entry Time": local(s["at"] + dt.timedelta(seconds=rng.randint(25, 55))), "Entered By": s["Badge"]}
            if rng.random() < 0.3:
                done = s["at"] + dt.timedelta(hours=2)
                yield base | {
                    "Entry": "REVIEW",
                    "Opened": local(done),
                    "Entry Time": local(done + dt.timedelta(minutes=6)),
                    "Entered By": "desk.4",
                    "Outcome": rng.choice(("Same person", "Not the same person")),
                }
        elif s["Result"].startswith("REF") and rng.random() < 0.6:
            done = s["at"] + dt.timedelta(minutes=rng.randint(8, 25))
            outcome = rng.choice(("Same person", "Not the same person", "Cannot say"))
            yield base | {
                "Entry": "REVIEW",
                "Opened": local(done - dt.timedelta(minutes=rng.randint(3, 7))),
                "Entry Time": local(done),
                "Entered By": rng.choice(("desk.1", "desk.2")),
                "Outcome": outcome,
            }
            if outcome == "Same person" and rng.random() < 0.5:
                yield base | {"Entry": "STOP", "Entry Time": local(done + dt.timedelta(minutes=4)), "Entered By": s["Badge"]}
        elif s["Result"] == "DO NOT DETAIN" and rng.random() < 0.03:
            yield base | {"Entry": "DETENTION", "Entry Time": local(s["at"] + dt.timedelta(minutes=9)), "Entered By": s["Badge"]}


def photos(rows):
    """Every photo is kept for 15 years, whatever came of it; a handful of them is on hold for a lawsuit."""
    rng = chance("photos")
    for n, s in enumerate(rows):
        if not s["Result"].startswith("POOR"):
            matched = s["Result"].startswith(("REF", "DO NOT"))
            until = f"{s['at'].year + 15}-{s['at']:%m}-28"
            yield [
                s["Photo ID"],
                s["Scan ID"],
                local(s["at"]),
                "",
                "Y" if matched else "N",
                rng.choice(("USC", "USC", "NON-USC", "")),
                s["Person Token"],
                until,
                "2026-05-04" if n % 60 == 0 else "",
                "",
            ]


def field():
    """The three files of the app, the scans by quarter: the second quarter's version writes UTC beside the local time."""
    rows = sorted(scans(), key=lambda s: (s["at"], s["Scan ID"]))
    for quarter, header in ((1, OLD), (2, NEW)):
        yield (
            f"field_app/exports/scans-2026-q{quarter}.csv",
            table(header, [[s[c] for c in header] for s in rows if (s["Scan Time"] < "2026-04") == (quarter == 1)]),
        )
    entries = [{"Entry ID": f"EN-{n:04d}"} | e for n, e in enumerate(follow_ups(rows), 1)]
    yield "field_app/exports/follow-ups.csv", table(FOLLOW, [[e.get(c, "") for c in FOLLOW] for e in entries])
    yield "field_app/exports/photos.csv", table(PHOTOS, list(photos(rows)))


def files():
    """Every file of the folder: (path, bytes)."""
    yield from field()
