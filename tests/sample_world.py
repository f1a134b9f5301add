"""The constructed world of sample_logs/: its clock, agencies, people, cases and places. Everything is made up; nothing names a real person."""

import csv
import datetime as dt
import io
import random
import zoneinfo

ZONE = zoneinfo.ZoneInfo("America/Los_Angeles")
FIRST, LAST = dt.date(2026, 1, 5), dt.date(2026, 6, 30)
CITY, COUNTY, OGDEN, OFFICE = "Springfield PD", "Shelby County SO", "Ogden Flats PD", "Regional Field Office"
CENTRE, FLATS = (43.2010, -120.4020), (43.9050, -119.0110)  # open country: no town stands there
ANALYSTS = ["dmoss", "tpark", "ekline", "rvoss", "jhale", "lwynn"]
MARCH, MAYDAY, MAY2, FISHING, VIGIL = (
    ("A-01", "River March", dt.date(2026, 3, 28), 11, 15, CENTRE, 300, "Springfield"),
    ("A-02", "May Day gathering", dt.date(2026, 5, 1), 16, 19, FLATS, 400, "Ogden Flats"),
    ("A-03", "Second of May march", dt.date(2026, 5, 2), 12, 16, CENTRE, 300, "Springfield"),
    ("A-04", "Fishing rights rally", dt.date(2026, 6, 13), 10, 14, CENTRE, 300, "Springfield"),
    ("A-05", "Vigil at the courthouse", dt.date(2026, 6, 5), 19, 21, (43.2300, -120.4300), 15000, "Springfield"),
)
ASSEMBLIES = [MARCH, MAYDAY, MAY2, FISHING, VIGIL]
PLACES = [
    ("PL-1", "worship", "Chapel on Fifth", 43.2150, -120.4410),
    ("PL-2", "health", "Westside clinic", 43.1890, -120.3700),
    ("PL-3", "court", "County courthouse", 43.2300, -120.4300),
    ("PL-4", "school", "Springfield High", 43.1720, -120.4530),
    ("PL-5", "press", "Valley Courier", 43.2068, -120.3925),
    ("PL-6", "legal_aid", "Legal aid of Shelby County", 43.2243, -120.4118),
]
OFFENSES = ["robbery", "burglary", "aggravated assault", "homicide", "fraud", "auto theft", "kidnapping", "sexual assault"]


def chance(name):
    """A source of random numbers of its own for each part, so that a change in one part leaves the others as they are."""
    return random.Random(f"sample_logs/{name}")  # noqa: S311  made-up data


def days(first=FIRST, last=LAST):
    """Every day from first to last."""
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def at(day, hour, minute=0, second=0):
    """UTC instant of a local time."""
    return dt.datetime.combine(day, dt.time(hour, minute, second), ZONE).astimezone(dt.UTC)


def some_time(rng, day, first=8, last=17):
    """A UTC instant within local hours of a day."""
    return at(day, rng.randint(first, last), rng.randint(0, 59), rng.randint(0, 59))


def iso(moment):
    """ISO 8601 with Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def local(moment, pattern="%Y-%m-%d %H:%M:%S"):
    """The local time on the wall, without offset."""
    return moment.astimezone(ZONE).strftime(pattern)


def few(rng, mean):
    """A small count with about this mean."""
    return sum(rng.random() < mean / 6 for _ in range(6))


def table(header, rows):
    """A CSV file as bytes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def cases():
    """The case register: number, agency, offense, opened, closed, who works on it."""
    rng = chance("cases")
    rows = []
    for n in range(60):
        opened = FIRST + dt.timedelta(days=rng.randint(0, 165))
        closed = opened + dt.timedelta(days=rng.randint(20, 90))
        closed_at = iso(at(closed, 17)) if closed < LAST and rng.random() < 0.5 else ""
        rows.append((f"26-{1001 + n:05d}", CITY, rng.choice(OFFENSES), iso(at(opened, 9)), closed_at, ";".join(rng.sample(ANALYSTS, 2))))
    rows.append(("26-01777", CITY, "missing child", iso(at(dt.date(2026, 4, 14), 15)), iso(at(dt.date(2026, 4, 16), 12)), "ekline"))
    rows += [(f"NG-26-{n:03d}", COUNTY, rng.choice(OFFENSES), iso(at(FIRST + dt.timedelta(days=n * 4), 9)), "", "exam.ito;exam.fell") for n in range(1, 41)]
    rows += [(f"RFO-26-{n:03d}", OFFICE, "child exploitation", iso(at(FIRST + dt.timedelta(days=n), 9)), "", "") for n in range(1, 31)]
    return rows


def open_cases(day, operator=None):
    """Numbers of the city's cases that are open on a day (and worked on by the operator)."""
    moment = iso(at(day, 12))
    return [c[0] for c in cases() if c[1] == CITY and c[3] <= moment and (not c[4] or c[4] > moment) and (operator is None or operator in c[5].split(";"))]
