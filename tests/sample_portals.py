"""A plate-reader audit in three dialects and a vendor's face-search portal: background, planted misuse and look-alikes."""

import datetime as dt
import string

from cloudtrail_shapes import made_id
from sample_world import CITY, COUNTY, LAST, OFFICE, at, chance, days, few, iso, local, some_time, table

USERS = [made_id("flock-user", n) for n in range(14)]
REASONS = [
    "UUV",
    "Stolen vehicle",
    "459 PC",
    "211PC",
    "Burglary follow up",
    "Hit and run",
    "10851(a)CVC",
    "BOLO robbery suspect vehicle",
    "Missing person",
    "investigation",
    "Suspicious vehicle",
]
INNOCENT = [
    "stolen veh March 3",
    "Ofc March request robbery",
    "robbery at Rally's restaurant",
    "police assist 10-54",
    "victim will press charges theft",
    "theft from Service St",
    "product demo van stolen",
    "hit and run on Justice Ave",
    "ICE machine stolen from hotel",
    "church burglary",
    "pro-test battery theft",
]
PROTEST = ["protest vehicles", "No Kings rally organizer", "id attendees river march", "vehicles at May Day demonstration"]
BLANK = ["", "", ".", "x", "asdf", "inv", "Daytime search for best result", "REDACTED", "test"]
EX_PARTNER = ["suspicious", "missing child", "drug investigation", "welfare check", "suspicious veh"]


def plate(rng):
    """A made-up plate of no State's pattern."""
    return "ZZ" + "".join(rng.choice(string.ascii_uppercase) for _ in range(2)) + f"{rng.randint(0, 999):03d}"


def full_row(rng, moment, user, reason, *, number="", mark=None, wide=False, org=CITY, kind="lookup", moderation=""):
    """One row of the full export; the time frame is a cell of two lines."""
    shown = moment.strftime("%m/%d/%Y, %I:%M:%S %p UTC")
    since = (moment - dt.timedelta(days=rng.choice((1, 3, 7, 14, 30)))).strftime("%m/%d/%Y, %I:%M:%S %p UTC")
    networks, cameras = (6709, 83345) if wide else (rng.choice((1, 1, 1, 12, 347)), rng.choice((94, 94, 1250, 2510)))
    ident = made_id("flock", user, shown, reason, mark)
    return [ident, user, org, networks, cameras, f"{since}\n- {shown}", mark or plate(rng), reason, number, "", shown, kind, "", moderation, "", moment]


FULL = [
    "ID",
    "Name",
    "Org Name",
    "Total Networks Searched",
    "Total Devices Searched",
    "Time Frame",
    "License Plate",
    "Reason",
    "Case #",
    "Filters",
    "Search Time",
    "Search Type",
    "Text Prompt",
    "Moderation",
    "Offense Type",
]


def full():
    """Springfield's own audit."""
    rng = chance("flock")
    rows = []
    for day in days():
        for user in USERS[:12]:
            for _ in range(few(rng, 0.75)):
                reason = rng.choice(INNOCENT) if rng.random() < 0.04 else rng.choice(REASONS)
                number = f"26-{rng.randint(2000, 6000):05d}" if rng.random() < 0.5 else ""
                rows.append(
                    full_row(
                        rng,
                        some_time(rng, day, 7, 21),
                        user,
                        reason,
                        number=number,
                        kind=rng.choice(("lookup", "lookup", "search", "lookup - Mobile", "visual")),
                    )
                )
    rows += planted(rng)
    return sorted(rows, key=lambda r: (r[-1], r[0]))


def planted(rng):
    """Planted: one plate followed for months, protests, blank and stand-in reasons, work for others. Look-alike: a hot list that runs by clock."""
    for n in range(19):
        yield full_row(rng, at(dt.date(2026, 2, 3) + dt.timedelta(days=6 * n + n % 3), 22, 10 + n), USERS[4], EX_PARTNER[n % 5], mark="ZZEX777")
    for n, reason in enumerate(PROTEST * 2):
        day = dt.date(2026, 3, 28) if "river" in reason else dt.date(2026, 5, 1)
        yield full_row(rng, at(day, 18 + n % 3, 5 * n), USERS[7], reason, wide=True, moderation="warn" if n == 1 else "")
    for n in range(36):
        yield full_row(rng, some_time(rng, dt.date(2026, 4, 1) + dt.timedelta(days=n)), USERS[9], BLANK[n % len(BLANK)])
    for n in range(9):
        yield full_row(
            rng,
            some_time(rng, dt.date(2026, 5, 4) + dt.timedelta(days=3 * n)),
            USERS[10],
            ("ICE ERO assist", "immigration", "req by ERO task force")[n % 3],
            wide=True,
        )
    for n in range(3):
        yield full_row(rng, at(dt.date(2026, 4, 20 + n), 3), "agent.w", "8 USC 1326", org="Customs Field Unit [Federal]", kind="apiLookup")
    for n in range(4 * 19):
        yield full_row(rng, at(dt.date(2026, 2, 10), 0) + dt.timedelta(hours=6 * n), "svc-hotlist", "hotlist", mark="ZZHL001", number="26-00311")
    yield full_row(rng, at(dt.date(2026, 4, 2), 9), USERS[2], "zzz blocked words", moderation="block")


def flock():
    """The files: two adjacent halves that overlap by a week, a portal's public list with blanked users, the short form of another town."""
    rows = full()
    for name, first, last in (("2026-01_03", dt.date(2026, 1, 1), dt.date(2026, 4, 7)), ("2026-04_06", dt.date(2026, 4, 1), dt.date(2026, 7, 1))):
        yield f"flock_search_audit/exports/organization-audit-{name}.csv", table(FULL, [r[:-1] for r in rows if first <= r[-1].date() < last])
    rng = chance("flock portal")
    public = []
    for day in days(dt.date(2026, 6, 1)):
        for _ in range(few(rng, 3)):
            moment = some_time(rng, day, 0, 23)
            kind = rng.choice(("Stolen Vehicle", "Robbery", "Missing Person", "Disturbing Public Peace/Riot", "Burglary"))
            public.append(
                [
                    made_id("portal", iso(moment)),
                    "***",
                    moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                    rng.randint(1, 347),
                    rng.choice(("", f"26-{rng.randint(1000, 9999)}")),
                    kind,
                ]
            )
    yield (
        "flock_search_audit/exports/portal/shelby-county-2026-06.csv",
        table(["id", "userId", "searchDate", "networkCount", "caseNumber", "offenseType"], public),
    )
    rng = chance("flock short")
    short = []
    for day in days(dt.date(2026, 4, 1)):
        for _ in range(few(rng, 1.5)):
            moment = some_time(rng, day, 0, 23)
            user, reason = made_id("ogden-user", rng.randint(0, 7)), rng.choice([*REASONS, "Property+Crime", "Person+Crime+", "Daytime search for best result"])
            short.append([made_id("short", iso(moment)), user, moment.strftime("%Y-%m-%d %H:%M:%S.") + "250", rng.choice((0, 94, 2510)), reason])
    yield "flock_search_audit/exports/ogden/ogden-flats-search-audit.csv", table(["id", "userId", "searchDate", "cameraCount", "reason"], short)


COUNTED = [f"agent{n:02d}@rfo.example" for n in range(1, 9)]
UNCOUNTED = [f"agent{n:02d}@rfo.example" for n in range(9, 16)] + ["intern2@rfo.example", "analyst@sub-office.example"]
TRIALS = ["t.visitor@mail.example", "demo.user@mail.example", "j.doe@shelbyco.example"]
SEARCHES = [
    "Search ID",
    "User",
    "Organization",
    "Unit",
    "License",
    "Date",
    "Requested For",
    "Case Number",
    "Crime Type",
    "Reason",
    "Image",
    "Image Source",
    "Gallery",
    "Person Ref",
    "Matches",
    "Top Match",
    "Top Similarity",
    "IP Address",
    "Browser",
    "Status",
]
DRIFT = ["identity theft", "immigration benefit fraud", "person of interest", "trespass", "document fraud"]


def vendor():
    """Searches, users and decisions of a portal bought for child-exploitation cases, used from November 2025 and assessed in March 2026."""
    rng, decided = chance("vendor"), []
    rows = sorted(portal_rows(rng), key=lambda r: (r[-1], r[1]))
    rows = [[f"VS-{100001 + n}", *r] for n, r in enumerate(rows)]
    for row in rows:
        moment = row[-1]
        if int(row[14]) and rng.random() < 0.35:
            stamped = row[1] in COUNTED[:4]
            opened = moment + dt.timedelta(minutes=rng.randint(20, 600))
            done = opened + dt.timedelta(seconds=rng.randint(3, 9) if stamped else rng.randint(240, 2400))
            by = "sup.lane@rfo.example" if stamped else "exam.orr@rfo.example"
            verdict = "Confirmed" if stamped or rng.random() < 0.4 else rng.choice(("Excluded", "Undecided"))
            decided.append([row[0], verdict, by, local(opened, "%m/%d/%Y %I:%M:%S %p"), local(done, "%m/%d/%Y %I:%M:%S %p"), row[15], ""])
    yield "vendor_portal/exports/searches.csv", table(SEARCHES, [r[:-1] for r in rows])
    yield "vendor_portal/exports/users.csv", table(["Email", "Name", "Organization", "License", "Created", "Disabled", "Role"], accounts())
    yield "vendor_portal/exports/decisions.csv", table(["Search ID", "Decision", "Decided By", "Opened", "Decided", "Top Match", "Comment"], decided)


def portal_rows(rng):
    """Background whose purpose drifts; planted: one case number over nine people, seven photos of marchers."""
    first = dt.date(2025, 11, 10)
    for day in days(first, LAST):
        drift = min(0.85, (day - first).days / 230)
        for user in [*COUNTED, *UNCOUNTED, *TRIALS]:
            if day.weekday() < 5 and rng.random() < 0.22:
                yield portal_row(rng, some_time(rng, day, 7, 19), user, rng.choice(DRIFT) if rng.random() < drift else "child exploitation")
    for n in range(9):
        yield portal_row(
            rng,
            at(dt.date(2026, 4, 6) + dt.timedelta(days=2 * n), 20, 5 * n),
            "agent11@rfo.example",
            "child exploitation",
            number="RFO-26-004",
            image=f"fb_profile_{n}.jpg",
            kind="Social media",
            person=f"VP-{900 + n}",
        )
    for n in range(7):
        yield portal_row(
            rng,
            at(dt.date(2026, 5, 3), 9, 6 * n),
            "agent03@rfo.example",
            "person of interest",
            number="",
            image=f"screenshot_march_{n}.png",
            kind="Social media",
            reason="attendees of Saturday march, who organizes",
        )


def portal_row(rng, moment, user, crime, *, number=None, image=None, kind=None, person="", reason=None):
    """One search, without its number, its instant last."""
    if number is None:
        number = f"RFO-26-{rng.randint(1, 30):03d}" if crime == "child exploitation" else rng.choice(("", f"RFO-26-{rng.randint(31, 60):03d}"))
    matches = rng.choice((0, 0, 1, 2, 4, 7))
    reason = rng.choice(("victim identification", "suspect identification", "lead", "identify subject")) if reason is None else reason
    office = COUNTY if "shelbyco" in user else OFFICE
    org = "unverified" if "mail.example" in user else office
    stamp = local(moment, "%m/%d/%Y %I:%M %p")
    kind = kind or rng.choice(("Photo", "Photo", "CCTV", "Social media"))
    found = [f"VP-{rng.randint(1, 899):03d}", f"{rng.uniform(80, 99.5):.1f}%"] if matches else ["", ""]
    return [
        user,
        org,
        "",
        "Trial" if user in TRIALS else "Standard",
        stamp,
        "",
        number,
        crime,
        reason,
        image or f"probe_{rng.randint(1, 9999):04d}.jpg",
        kind,
        "open web",
        person,
        matches,
        *found,
        f"198.51.100.{20 + hash_of(user)}",
        "Chrome",
        "Done",
        moment,
    ]


def hash_of(text):
    """A small number that is the same for the same text on every machine."""
    return sum(map(ord, text)) % 200


def accounts():
    """The vendor's own list of users: more than the office's roster has, and still not all whose searches the log shows."""
    for user in [*COUNTED, *UNCOUNTED[:3], *TRIALS]:
        trial = user in TRIALS
        org = "unverified" if "mail.example" in user else COUNTY if "shelbyco" in user else OFFICE
        gone = "05/15/2026" if user == "agent10@rfo.example" else ""
        yield [user, user.split("@")[0].replace(".", " ").title(), org, "Trial" if trial else "Standard", "11/03/2025", gone, "investigator"]


def files():
    """Every file of the two folders: (path, bytes)."""
    yield from flock()
    yield from vendor()
