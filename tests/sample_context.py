"""What the inspector brings along: rosters, shifts, cases, assemblies, places, registers, published figures and notices."""

import datetime as dt

from sample_cloudtrail import everything
from sample_field import OFFICERS
from sample_portals import COUNTED, USERS
from sample_world import ANALYSTS, ASSEMBLIES, CITY, COUNTY, FIRST, LAST, OFFICE, PLACES, at, cases, days, iso, table


def operators():
    """The agencies' rosters: eight accounts of the portal are known, its log shows twenty; one analyst's training has lapsed."""
    for name in ANALYSTS:
        yield [name, CITY, "Investigations", "analyst", "2024-03-01", "", "2025-02-01", "2026-04-15" if name == "lwynn" else "2027-02-01", "standard", name]
    yield ["cbook", COUNTY, "Jail", "booking clerk", "2023-01-01", "", "2025-01-01", "2027-01-01", "standard", "cbook"]
    yield ["gallery-maintenance", COUNTY, "Systems", "service", "2023-01-01", "", "", "", "standard", ""]
    for badge, agency in OFFICERS.items():
        yield [
            badge,
            agency,
            "Task Force",
            "officer",
            "2025-09-01",
            "2026-05-31" if badge == "OF-130" else "",
            "" if badge == "OF-121" else "2025-09-10",
            "" if badge == "OF-121" else "2027-09-10",
            "standard",
            "",
        ]
    for name in COUNTED:
        yield [name, OFFICE, "Child exploitation", "investigator", "2025-11-03", "", "2025-11-05", "2026-11-05", "standard", ""]
    for name in ("exam.ito", "exam.fell", "exam.sato", "exam.odell", "exam.four"):
        yield [name, COUNTY, "Face examination", "examiner", "2022-01-01", "", "2025-06-01", "" if name == "exam.four" else "2027-06-01", "standard", ""]
    for n, name in enumerate(USERS):
        yield [name, CITY, "Patrol", "officer", "2023-01-01", "2026-03-31" if n == 11 else "", "2023-02-01", "2027-01-01", "standard", ""]
    yield ["svc-hotlist", CITY, "Systems", "service", "2025-01-01", "", "", "", "standard", ""]


def shifts():
    """Day shifts of two analysts."""
    for day in days():
        if day.weekday() < 5:
            for name in ("rvoss", "tpark"):
                yield [name, iso(at(day, 7, 30)), iso(at(day, 18, 30))]


def registers():
    """Systems and galleries that somebody approved, and from when."""
    systems = [
        ["rekognition", CITY, "PIA 2025-07", "2025-11-01", "", "", "", "AGE_RANGE", "", "2025-11-01"],
        ["flock", CITY, "Council resolution 2025-31", "2025-06-01", "", "", "", "", "immigration;civil_enforcement", "2025-06-01"],
        ["vendor-portal", OFFICE, "PIA 2026-03", "2026-03-02", "", "child exploitation;human trafficking", OFFICE, "", "immigration", "2025-11-01"],
        ["field-app", COUNTY, "PTA 2025-09", "2025-09-15", "", "", COUNTY, "", "", "2025-09-15"],
        ["gate", "Border agency", "PIA-056", "2018-11-14", "", "", "", "", "", "2026-05-01"],
        ["state-ngi", COUNTY, "Memorandum 2019-4", "2019-04-01", "", "", "", "", "", "2026-01-01"],
        ["browser", OFFICE, "", "", "", "", "", "", "", "2025-07-01"],
    ]
    header = [
        "system",
        "agency",
        "approval",
        "approved_from",
        "approved_to",
        "permitted_offenses",
        "permitted_agencies",
        "permitted_attributes",
        "barred_purposes",
        "logs_from",
    ]
    yield "systems.csv", table(header, systems)
    galleries = [
        ["county-mugshots", "rekognition", "booking photos", "2023-01-01", ""],
        ["dmv-sample", "rekognition", "test", "2025-11-01", "2026-01-01"],
        ["state-photos", "state-ngi", "State photo system", "2019-04-01", ""],
    ]
    yield "galleries.csv", table(["gallery", "system", "purpose", "approved_from", "approved_to"], galleries)


def told():
    """What was announced, and what was published."""
    notices = [
        [
            "N-1",
            "rekognition",
            CITY,
            "",
            "",
            "training",
            iso(at(dt.date(2026, 4, 9), 9)),
            iso(at(dt.date(2026, 4, 9), 12)),
            "Morning class for new analysts; the afternoon is ordinary work.",
        ],
        [
            "N-2",
            "rekognition",
            COUNTY,
            "gallery-maintenance",
            "",
            "other",
            iso(at(FIRST, 0)),
            iso(at(LAST, 23)),
            "Nightly job looks for doubles in the gallery.",
        ],
        ["N-3", "flock", "", "", "", "outage", iso(at(dt.date(2026, 3, 17), 1)), iso(at(dt.date(2026, 3, 17), 6)), "Vendor maintenance, searches may fail."],
        ["N-4", "field-app", COUNTY, "", "", "vocabulary", iso(at(dt.date(2026, 4, 1), 0)), "", "Version 2.4 writes UTC beside the local time."],
    ]
    yield "notices.csv", table(["notice_id", "system", "agency", "operator", "gallery", "kind", "starts_at", "ends_at", "text"], notices)
    counts = [
        [OFFICE, "vendor-portal", "2026-01-01", "2026-03-31", "queries", 96],
        [COUNTY, "state-ngi", "2026-01-01", "2026-06-30", "arrests", 19],
        [CITY, "rekognition", "2026-05-01", "2026-05-31", "queries", 140],
    ]
    yield "published_counts.csv", table(["agency", "system", "period_from", "period_to", "measure", "count"], counts)


def files():
    """Every file of context/: (path, bytes)."""
    header = ["operator", "agency", "unit", "role", "active_from", "active_to", "trained_from", "trained_to", "licence", "person"]
    found = {"operators.csv": table(header, operators()), "shifts.csv": table(["operator", "starts_at", "ends_at"], shifts())}
    found["cases.csv"] = table(["case_number", "agency", "offense", "opened_at", "closed_at", "assigned_operators"], cases())
    searched = [e["eventID"] for e in everything() if "26-01777" in str(e["requestParameters"])]
    leave = [
        [
            f"EX-{n:02d}",
            one,
            "rekognition",
            "exigency",
            iso(at(dt.date(2026, 4, 14), 16, 40)),
            iso(at(dt.date(2026, 4, 14), 16, 50)),
            iso(at(dt.date(2026, 4, 15), 17)),
            "lt.quill",
        ]
        for n, one in enumerate(searched, 1)
    ]
    found["authorizations.csv"] = table(["authorization_id", "query_id", "system", "kind", "requested_at", "granted_at", "expires_at", "granted_by"], leave)
    rows = [[i, name, iso(at(day, a)), iso(at(day, b)), *place, precise, town, "city permit office"] for i, name, day, a, b, place, precise, town in ASSEMBLIES]
    found["assemblies.csv"] = table(["assembly_id", "name", "starts_at", "ends_at", "latitude", "longitude", "precision_m", "locality", "source"], rows)
    found["places.csv"] = table(["place_id", "kind", "name", "latitude", "longitude"], PLACES)
    for name, data in [*found.items(), *registers(), *told()]:
        yield f"context/{name}", data
