"""Plants about reviews and evidence: who reviews (D32), how fast (D33), what else there was (D34), and searching until it fits (D35)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from audit_analyzer.world import people
from audit_analyzer.world.aftermath import MINUTE, act, face, hit, proof, review
from audit_analyzer.world.plants_corroboration import LATEST
from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Agency, Case, Operator
    from audit_analyzer.world.rows import Cell

Row = tuple[str, str]


# --- D32: reviewer not independent, not qualified, or one too few


def d32_easy(world: World) -> None:
    """Eight own searches reviewed by the searcher."""
    who = world.hire()
    world.plant("operator", who.name, _confirmed(world, who, 8, who.name), "eight searches, each reviewed and confirmed by the searcher")


def d32_medium_one(world: World) -> None:
    """One reviewer where the city's rule asks for two, and arrests."""
    system = world.matcher("city-stills", ("dhs-026-11", "detroit"))
    who = world.hire(system=system, unit="Robbery Unit", routine=False)
    for start, _ in world.duty(who, 3, last=112):
        case = world.case(who, opened=start - DAY)
        world.leave(case, "supervisor", granted=start - HOUR)
        query = hit(world, who, start + HOUR, case, probe_source="still")
        rows = [("queries", query), ("reviews", review(world, who, query, start + 4 * HOUR))]
        proof(world, who, query, start + 20 * HOUR, case)
        arrest = act(world, who, query, "arrest", start + 40 * HOUR, case)
        world.add("disclosures", query_id=query, system=system, to_org="Defence counsel", disclosed_at=start + 60 * HOUR, reason="discovery")
        world.plant("case", case.number, [*rows, ("actions", arrest)], "an arrest on a match that one examiner confirmed, where two are due; one of three")


def d32_medium_lapsed(world: World) -> None:
    """A reviewer whose training ran out."""
    agency = world.host()
    who, examiner = world.hire(agency), world.hire(agency, unit="Forensic Services", role="examiner", rostered=False, routine=False)
    people.enrol(world, examiner, trained_to=world.at(60, 0))
    world.plant(
        "operator", examiner.name, _confirmed(world, who, 7, examiner.name), "seven matches confirmed by an examiner weeks after the training had lapsed"
    )


def d32_hard(world: World) -> None:
    """The second account of the searcher reviews."""
    agency = world.host()
    who = world.hire(agency)
    again = world.hire(agency, unit="Forensic Services", role="examiner", person=who.person, routine=False, shifts=False)
    world.plant("operator", who.name, _confirmed(world, who, 2, again.name), "two own matches confirmed under the other account of the same person")


def d32_trap_mobile(world: World) -> None:
    """A phone's results are not peer reviewed: the rule that binds it says so."""
    system = world.matcher("state-mobile", ("dhs-026-11", "michigan-snap"))
    who = world.hire(system=system, unit="Patrol", routine=False)
    ids = []
    for start, _ in world.duty(who, 6, last=112):
        query = hit(world, who, start + HOUR, None, probe_source="mobile_capture", reason="unable to present ID, consented to photo")
        review(world, who, query, start + 2 * HOUR)
        ids.append(query)
    world.plant("operator", who.name, ids, "mobile identifications with consent, one examiner each: the second look is for desktop searches only")


def d32_trap_roles(world: World) -> None:
    """One account that searches in one season and reviews others' searches in the next."""
    agency = world.host()
    who, both = world.hire(agency), world.hire(agency, unit="Forensic Services", rostered=False, routine=False)
    world.written(both, ("Person Crime", "459", "Property Crime"), first=5, last=35, case=world.case(both))
    people.enrol(world, both, role="investigator", active_to=world.at(40, 0))
    people.enrol(world, both, role="examiner", active_from=world.at(40, 0))
    world.plant(
        "operator", both.name, _confirmed(world, who, 6, both.name), "six reviews of a colleague's searches by one who used to search under the same account"
    )


def _confirmed(world: World, who: Operator, count: int, reviewer: str) -> list[Row]:
    """Searches of open cases, each confirmed by this reviewer."""
    rows = list[Row]()
    for start, _ in world.duty(who, count, 75, 112):
        query = hit(world, who, start + HOUR, world.case(who, opened=start - DAY))
        rows += [("queries", query), ("reviews", review(world, who, query, start + 4 * HOUR, reviewer=reviewer))]
    return rows


# --- D33: rubber stamp


def d33_easy(world: World) -> None:
    """Eighty reviews of five seconds, all confirmed."""
    rows, name = _stamped(world, 80, (3, 8), 1.0)
    world.plant("operator", name, rows, "80 reviews in three to eight seconds each, every one a match")


def d33_medium(world: World) -> None:
    """Forty-eight reviews of a dozen seconds, two rejected."""
    rows, name = _stamped(world, 48, (8, 16), 0.96)
    world.plant("operator", name, rows, "48 reviews in eight to sixteen seconds each, two of them not a match")


def d33_hard(world: World) -> None:
    """Thirty-four reviews of about seventeen seconds, all confirmed, weak candidates too, over three months."""
    rows, name = _stamped(world, 34, (14, 19), 1.0)
    world.plant("operator", name, rows, "34 reviews over months in 14 to 19 seconds each, every one a match, weak candidates too")


def d33_trap_batch(world: World) -> None:
    """Worked through over the day, signed off at its end all at once."""
    examiner, searches = _bench(world, 42)
    rows = list[Row]()
    for day in sorted({at.date() for _, at in searches}):
        todays = [(query, at) for query, at in searches if at.date() == day]
        signed = max(at for _, at in todays) + 3 * HOUR
        for n, (query, at) in enumerate(todays):
            decision = ("match", "no_match", "inconclusive")[n % 3]
            rows.append(("reviews", review(world, examiner, query, at + 20 * MINUTE, reviewer=examiner.name, decided_at=signed, decision=decision)))
    world.plant("operator", examiner.name, rows, "42 reviews begun over the day and signed off together in the evening, a third of them matches")


def d33_trap_good(world: World) -> None:
    """Only good candidates are forwarded to this examiner, who takes ten minutes over each."""
    examiner, searches = _bench(world, 40, top_score=0.985)
    rows = [("reviews", review(world, examiner, q, at + HOUR, reviewer=examiner.name, minutes=float(world.rng.uniform(7, 15)))) for q, at in searches]
    world.plant("operator", examiner.name, rows, "40 strong candidates, each looked at for seven to fifteen minutes, every one a match")


def _bench(world: World, count: int, **changes: Cell) -> tuple[Operator, list[tuple[str, dt.datetime]]]:
    """An examiner, and hits of four colleagues that wait for a review."""
    agency: Agency = world.host()
    examiner = world.hire(agency, unit="Forensic Services", role="examiner", watch="day", routine=False)
    searches = []
    for n in range(4):
        who = world.hire(agency, watch="day", routine=False)
        case = world.case(who)
        for start, _ in world.duty(who, count // 4 + (n < count % 4), 20, 112):
            at = world.between(start + HOUR / 2, start + 6 * HOUR)
            score = {"top_score": float(world.rng.uniform(0.6, 0.95)), **changes}
            searches.append((hit(world, who, at, case, subject=world.one_of(case.subjects), **score), at))
    return examiner, searches


def _stamped(world: World, count: int, seconds: tuple[float, float], accepted: float) -> tuple[list[Row], str]:
    """Reviews of so many seconds, `accepted` of them matches: rows, and the examiner."""
    examiner, searches = _bench(world, count)
    rows = list[Row]()
    for n, (query, at) in enumerate(searches):
        decision = "match" if n < round(count * accepted) else "no_match"
        minutes = round(float(world.rng.uniform(*seconds))) / 60
        rows.append(("reviews", review(world, examiner, query, at + HOUR, reviewer=examiner.name, minutes=minutes, decision=decision)))
    return rows, examiner.name


# --- D34: nothing but the match


def d34_easy(world: World) -> None:
    """Five arrests, and no evidence but the match."""
    who = world.hire(unit="Robbery Unit")
    for start, _ in world.duty(who, 5, last=LATEST):
        case = world.case(who, opened=start - DAY)
        world.plant("case", case.number, _arrested(world, who, start, case), "an arrest after a confirmed match, no other evidence; one of five such cases")


def d34_medium(world: World) -> None:
    """The evidence came a week after the arrest."""
    who = world.hire()
    for start, _ in world.duty(who, 2, 70, LATEST):
        case = world.case(who, opened=start - DAY)
        rows = _arrested(world, who, start, case)
        proof(world, who, rows[0][1], start + 9 * DAY, case)
        world.plant("case", case.number, rows, "an arrest whose witness was found a week later, one of two")


def d34_hard(world: World) -> None:
    """The only other evidence is another match."""
    who = world.hire()
    start = world.duty(who, last=LATEST)[0][0]
    case = world.case(who, opened=start - DAY)
    rows = _arrested(world, who, start, case)
    proof(world, who, rows[0][1], start + 20 * HOUR, case, "face_recognition")
    world.plant("case", case.number, rows, "one arrest, corroborated by nothing but a second face match")


def d34_trap_elsewhere(world: World) -> None:
    """The evidence lies in the case file, not beside the search."""
    who, rows = world.hire(), list[Row]()
    for start, _ in world.duty(who, 3, last=LATEST):
        case = world.case(who, opened=start - DAY)
        proof(world, who, None, start + 12 * HOUR, case, "dna")
        rows += _arrested(world, who, start, case)
    world.plant("operator", who.name, rows, "three arrests; the evidence stands in the case file under the case number, before the arrest")


def d34_trap_sealed(world: World) -> None:
    """A judge's warrant on a sealed affidavit."""
    who = world.hire(unit="Persons Crimes")
    start = world.duty(who, last=LATEST)[0][0]
    case = world.case(who, offense="homicide", opened=start - 6 * DAY)
    world.leave(case, "warrant", granted=start + 24 * HOUR)
    proof(world, who, None, start + 20 * HOUR, case, "other", notes="affidavit under seal, filed with the court")
    world.plant("operator", who.name, _arrested(world, who, start, case), "one arrest on a warrant; the evidence is under seal and filed with the court")


def _arrested(world: World, who: Operator, start: dt.datetime, case: Case) -> list[Row]:
    """A confirmed match and the arrest of two days later."""
    query = hit(world, who, start + HOUR, case)
    review(world, who, query, start + 4 * HOUR)
    return [("queries", query), ("actions", act(world, who, query, "arrest", start + 45 * HOUR, case))]


# --- D35: probe shopping


def d35_easy(world: World) -> None:
    """One person of one case, the threshold down from 99 to 60 and ever more candidates, until there was a lead."""
    steps = [{"threshold": t, "max_candidates": m} for t, m in ((99.0, 10), (95.0, 20), (90.0, 50), (80.0, 100), (70.0, 200), (60.0, 400))]
    _shopping(
        world, steps, 6 * MINUTE, "one person searched six times in half an hour, threshold from 99 down to 60, candidates from 10 up to 400, then a lead"
    )


def d35_medium(world: World) -> None:
    """One picture cropped, turned and retouched until it fits."""
    names = ("", "_crop", "_flip", "_edit", "_edit2")
    steps = [{"probe": f"{{case}}/still{tail}.jpg", "probe_source": "edited" if tail else "still"} for tail in names]
    _shopping(world, steps, 8 * MINUTE, "one still and four retouched versions of it searched within the hour, then a lead")


def d35_hard(world: World) -> None:
    """Three searches of one person over a shift, each a little looser."""
    steps = [{"threshold": t, "max_candidates": m} for t, m in ((97.0, 10), (92.0, 20), (86.0, 50))]
    _shopping(world, steps, 130 * MINUTE, "one person searched three times over a shift, threshold 97, 92, 86, candidates 10, 20, 50, then a lead")


def d35_trap_quality(world: World) -> None:
    """Pictures that the system could not read, then one that it could."""
    who = world.hire(system=_lab(world, "photo-desk"), routine=False)
    case, at = world.case(who), world.moment(who, last=112)
    failed: dict[str, Any] = {"status": "error", "candidates": None, "top_score": None, "candidate": None}
    ids = [
        world.search(
            who, at + n * 4 * MINUTE, case=case, subject=case.subjects[0], error_code=code, probe=f"{case.number}/scan-{n}.jpg", threshold=99.0, **failed
        )
        for n, code in enumerate(("InvalidImageFormatException", "no face found", "no face found"))
    ]
    ids.append(hit(world, who, at + 15 * MINUTE, case, probe=f"{case.number}/scan-3.jpg", threshold=99.0))
    review(world, who, ids[-1], at + 3 * HOUR, decision="no_match")
    world.plant("operator", who.name, ids, "three pictures refused by the system, a fourth that it could read, all with the same parameters")


def d35_trap_examiner(world: World) -> None:
    """An examiner sets the pose right, once, and says so."""
    who = world.hire(system=_lab(world, "pose-desk"), unit="Forensic Services", role="examiner", routine=False)
    case, at = world.case(who), world.moment(who, last=112)
    ids = [
        hit(world, who, at, case, probe=f"{case.number}/still.jpg", threshold=99.0),
        hit(world, who, at + 25 * MINUTE, case, probe=f"{case.number}/still_pose.jpg", threshold=99.0, reason="pose corrected, documented"),
    ]
    for n, query in enumerate(ids):
        review(world, who, query, at + (3 + n) * HOUR, decision="no_match", notes="pose correction documented on the comparison sheet")
    world.plant("operator", who.name, ids, "one still and its pose-corrected version by an examiner, documented, same parameters, no match, no action")


def _lab(world: World, name: str) -> str:
    return world.matcher(name, ("dhs-026-11",), permitted_offenses=None)


def _shopping(world: World, steps: list[dict[str, Cell]], gap: dt.timedelta, note: str) -> None:
    """One person of one case with these parameters one after the other; only the last search finds, and is acted on."""
    who = world.hire(system=_lab(world, f"desk-{world.fresh_id(5)}"), routine=False)
    start = world.duty(who, last=112)[0][0] + HOUR
    case, ids = world.case(who, offense="theft"), []
    for n, step in enumerate(steps):
        found = n == len(steps) - 1
        tried = {"threshold": 99.0, "threshold_explicit": True, "probe": "{case}/still.jpg", "probe_source": "still", **step}
        tried["probe"] = str(tried["probe"]).format(case=case.number)
        answer = {} if found else {"candidates": 0, "top_score": None, "candidate": None}
        ids.append(hit(world, who, start + n * gap, case, **{**tried, **answer}))
    last = start + (len(steps) - 1) * gap
    review(world, who, ids[-1], last + HOUR, candidate=face(case.subjects[0]))
    lead = act(world, who, ids[-1], "lead", last + 3 * HOUR, case)
    world.plant("operator", who.name, [*ids, ("actions", lead)], note)
