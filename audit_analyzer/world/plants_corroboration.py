"""Plants about the human between match and measure: no review (D28), two identities for one face (D29), action too soon (D30), comparison as search (D31)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from audit_analyzer.world.aftermath import MINUTE, act, face, hit, proof, review
from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Operator

SECOND = dt.timedelta(seconds=1)
Row = tuple[str, str]
LATEST = 98  # day of the last hit: what is missing can be told once it has had three weeks to come


# --- D28: no human review recorded


def d28_easy(world: World) -> None:
    """Six hits, six arrests, no review of any."""
    who = world.hire(unit="Robbery Unit")
    for start, _ in world.duty(who, 6, last=LATEST):
        number, rows = _unreviewed(world, who, start + HOUR, "lead", "arrest")
        world.plant("case", number, rows, "a lead and an arrest after a search with candidates that nobody reviewed, one of six such cases")


def d28_medium(world: World) -> None:
    """Two hits, two arrests, no review."""
    who = world.hire()
    for start, _ in world.duty(who, 2, last=LATEST):
        number, rows = _unreviewed(world, who, start + HOUR, "arrest")
        world.plant("case", number, rows, "an arrest after a search whose candidates nobody reviewed, one of two such cases")


def d28_hard(world: World) -> None:
    """One lead went out without a review; the other searches of the same case were reviewed."""
    who = world.hire()
    start = world.duty(who, last=LATEST)[0][0]
    case = world.case(who, offense="burglary", opened=start - DAY)
    for n in range(3):
        query = hit(world, who, start + HOUR * n, case)
        review(world, who, query, start + HOUR * (n + 2), decision="no_match")
    query = hit(world, who, start + 4 * HOUR, case)
    lead = act(world, who, query, "lead", start + 5 * HOUR, case)
    world.plant("operator", who.name, [query, ("actions", lead)], "one lead issued on an unreviewed hit; three other searches of the case were reviewed")


def d28_trap_none(world: World) -> None:
    """Nothing came back, so there was nothing to review; the arrest came of fingerprints."""
    who = world.hire(unit="Property Crimes")
    start = world.duty(who, last=LATEST)[0][0]
    case = world.case(who, offense="burglary", opened=start - DAY)
    ids = world.burst(who, start + HOUR, 3, 1500, case=case, reviewed=False, candidates=0, top_score=None, candidate=None)
    proof(world, who, None, start + 9 * HOUR, case, "fingerprint")
    arrest = act(world, who, None, "arrest", start + 40 * HOUR, case)
    world.plant("operator", who.name, [*ids, ("actions", arrest)], "searches without any candidate; the arrest in the case rests on fingerprints")


def d28_trap_unlogged(world: World) -> None:
    """A system that hands over no reviews of anything: nobody can say whether there were any."""
    system = world.matcher("trail-only", ("dhs-026-11",), like="cloud")
    who, rows = world.hire(system=system, routine=False), list[Row]()
    for start, _ in world.duty(who, 5, last=LATEST):
        case = world.case(who, opened=start - DAY)
        query = world.search(who, start + HOUR, case=case, reviewed=False)
        proof(world, who, query, start + 20 * HOUR, case)
        rows += [("queries", query), ("actions", act(world, who, query, "arrest", start + 40 * HOUR, case))]
    world.plant("operator", who.name, rows, "arrests after searches of a system whose log has neither candidates nor reviews: not measurable")


def _unreviewed(world: World, who: Operator, at: dt.datetime, *kinds: str) -> tuple[str, list[Row]]:
    """A hit in a case, evidence of another kind, and what was done; no review. The case's number and the rows."""
    case = world.case(who, opened=at - DAY)
    query = hit(world, who, at, case)
    proof(world, who, query, at + 15 * HOUR, case)
    acts = [act(world, who, query, kind, at + HOUR * (10 if kind == "lead" else 30), case) for kind in kinds]
    return case.number, [("queries", query), *(("actions", a) for a in acts)]


# --- D29: conflicting identities


def d29_easy(world: World) -> None:
    """One picture, one encounter, four searches, three different people."""
    who, subject = world.hire(system="field-app"), world.subject()
    at, same = world.moment(who, last=112), _encounter(world)
    names = [face(subject), face(world.subject()), face(world.subject()), face(subject)]
    ids = [hit(world, who, at + n * 40 * SECOND, subject=subject, candidate=name, **same) for n, name in enumerate(names)]
    world.plant("operator", who.name, ids, "one picture of one encounter searched four times, three different people named first")


def d29_medium(world: World) -> None:
    """Two pictures of the one person of an encounter, two people, both accepted."""
    who, subject = world.hire(system="field-app"), world.subject()
    at, encounter = world.moment(who, last=112), _encounter(world)["encounter"]
    ids = [hit(world, who, at + n * 50 * SECOND, subject=subject, candidate=face(world.subject()), encounter=encounter) for n in range(2)]
    for n, query in enumerate(ids):
        review(world, who, query, at + (3 + n) * HOUR)
    world.plant("operator", who.name, ids, "one person photographed twice in one encounter: two different people, and both matches were confirmed")


def d29_hard(world: World) -> None:
    """The same picture nine days later, by a colleague: somebody else, confirmed again."""
    agency, subject = world.host(), world.subject()
    first, second = world.hire(agency), world.hire(agency)
    case = world.case(first, second, opened=world.at(70, 9))
    one, image = world.moment(first, 75, 85), f"{case.number}/{world.fresh_id(10)}.jpg"
    two = next(s for s, _ in second.shifts if s > one + 9 * DAY) + HOUR
    same: dict[str, Any] = {"subject": subject, "probe": image, "gallery": "county-mugshots"}
    ids = [hit(world, w, at, case, candidate=face(world.subject()), **same) for w, at in ((first, one), (second, two))]
    for query, at in zip(ids, (one, two), strict=True):
        review(world, first, query, at + 4 * HOUR)
    world.plant("subject", subject, ids, "one picture searched by two officers nine days apart: two different people, each confirmed as a match")


def d29_trap_gallery(world: World) -> None:
    """Between the two searches the gallery got new pictures, as announced."""
    who, subject = world.hire(system="field-app"), world.subject()
    (one, _), (two, _) = world.duty(who, 2, 75, 100)
    world.notice("import", one + 12 * HOUR, two, "gallery renewed: 40,000 pictures added", system=who.system, gallery="encounters")
    image = f"shift/{world.fresh_id(10)}.jpg"
    ids = [hit(world, who, at + HOUR, subject=subject, probe=image, candidate=face(world.subject())) for at in (one, two)]
    review(world, who, ids[0], one + 5 * HOUR, decision="no_match")
    review(world, who, ids[1], two + 5 * HOUR)
    world.plant("operator", who.name, ids, "one picture before and after an announced renewal of the gallery; the first candidate had been rejected")


def d29_trap_encounter(world: World) -> None:
    """Three people in one car: one encounter, three pictures."""
    who = world.hire(system="field-app")
    at, encounter = world.moment(who, last=112), _encounter(world)["encounter"]
    ids = [hit(world, who, at + n * 70 * SECOND, encounter=encounter) for n in range(3)]
    for n, query in enumerate(ids):
        review(world, who, query, at + (3 + n) * HOUR)
    world.plant("operator", who.name, ids, "three pictures of three people at one stop under one encounter number, three people named")


def _encounter(world: World) -> dict[str, Any]:
    return {"encounter": "E-" + world.fresh_id(8), "probe": f"shift/{world.fresh_id(10)}.jpg"}


# --- D30: action before, or too soon after


def d30_easy(world: World) -> None:
    """Held half a minute after each search, reviewed hours later."""
    who = world.hire(system="field-app")
    for start, _ in world.duty(who, 4, last=LATEST):
        rows = _held(world, who, start + 2 * HOUR, 25 * SECOND, 8 * HOUR)
        world.plant("operator", who.name, rows, "somebody held 25 seconds after the search, reviewed eight hours later, one of four")


def d30_medium(world: World) -> None:
    """Arrests a day before the review was decided."""
    who = world.hire()
    for start, _ in world.duty(who, 2, last=LATEST):
        case = world.case(who, opened=start - DAY)
        query = hit(world, who, start + HOUR, case)
        proof(world, who, query, start + 3 * HOUR, case)
        arrest = act(world, who, query, "arrest", start + 6 * HOUR, case)
        rows = [("queries", query), ("actions", arrest), ("reviews", review(world, who, query, start + 30 * HOUR))]
        world.plant("case", case.number, rows, "an arrest a day before the examiner had decided, one of two")


def d30_hard(world: World) -> None:
    """Held three quarters of a minute after the search, once."""
    who = world.hire(system="field-app")
    world.plant("operator", who.name, _held(world, who, world.moment(who, last=LATEST), 45 * SECOND, 20 * HOUR), "one person held 45 seconds after the search")


def d30_trap_stop(world: World) -> None:
    """The stop came first, as stops do; then the search, the review, the evidence and the arrest."""
    who, rows = world.hire(system="field-app"), list[Row]()
    for start, _ in world.duty(who, 3, last=LATEST):
        at = start + 2 * HOUR
        case = world.case(who, offense="theft", opened=at - HOUR)
        query = hit(world, who, at, case)
        stop = act(world, who, query, "stop", at - 3 * MINUTE, case)
        rows += [("queries", query), ("actions", stop), ("reviews", review(world, who, query, at + HOUR))]
        proof(world, who, query, at + 4 * HOUR, case)
        rows.append(("actions", act(world, who, query, "arrest", at + 9 * HOUR, case)))
    world.plant("operator", who.name, rows, "three traffic stops minutes before the search that they led to; arrests after review and evidence")


def d30_trap_rounded(world: World) -> None:
    """The report rounds the time of the detention to five minutes, so it seems to precede the review by two."""
    who = world.hire()
    start = world.duty(who, last=LATEST)[0][0].replace(minute=0, second=0)
    case = world.case(who, opened=start - DAY)
    query = hit(world, who, start + HOUR, case)
    proof(world, who, query, start + 90 * MINUTE, case)
    checked = review(world, who, query, start + 2 * HOUR + 10 * MINUTE, minutes=12 + 10 / 60)
    held = act(world, who, query, "detention", start + 2 * HOUR + 20 * MINUTE, case)
    world.plant(
        "operator", who.name, [query, ("actions", held), ("reviews", checked)], "review decided at 22 past, detention written down as at 20 past: rounded"
    )


def _held(world: World, who: Operator, at: dt.datetime, after: dt.timedelta, checked: dt.timedelta) -> list[Row]:
    """A field search and a detention `after` it, with the review `checked` after it."""
    query = hit(world, who, at, instruction="reference_code", reference=world.fresh_id(8).upper())
    return [("queries", query), ("actions", act(world, who, query, "detention", at + after)), ("reviews", review(world, who, query, at + checked))]


# --- D31: comparison of two faces, used as a search


def d31_easy(world: World) -> None:
    """One picture against sixty licence photos in eight minutes."""
    who = world.hire(system="cloud-matcher")
    ids = _compare(world, who, 60, 8, f"walkin/{world.fresh_id(8)}.jpg", lambda _: f"s3://licences/{world.fresh_id(10)}.jpg")
    world.plant("operator", who.name, ids, "one picture compared with sixty licence photos one by one in eight minutes")


def d31_medium(world: World) -> None:
    """One picture against eighteen photos in nine minutes."""
    who = world.hire(system="cloud-matcher")
    ids = _compare(world, who, 18, 30, f"tip/{world.fresh_id(8)}.jpg", lambda _: f"s3://staff-of-the-works/{world.fresh_id(10)}.jpg")
    world.plant("operator", who.name, ids, "one picture compared with eighteen photos of a firm's staff in nine minutes")


def d31_hard(world: World) -> None:
    """The other way round: twelve faces of a crowd against one photo."""
    who = world.hire(system="cloud-matcher")
    target = f"s3://licences/{world.fresh_id(10)}.jpg"
    ids = _compare(world, who, 12, 40, lambda _: f"frames/{world.fresh_id(8)}.jpg", target)
    world.plant("operator", who.name, ids, "twelve unknown faces compared one by one with one licence photo in eight minutes")


def d31_trap_photos(world: World) -> None:
    """One picture against all photos of one suspect."""
    who = world.hire(system="cloud-matcher", unit="Robbery Unit")
    case = world.case(who)
    folder = f"s3://cases/{case.number}/suspect-1"
    ids = _compare(
        world, who, 14, 30, f"{case.number}/still.jpg", lambda n: f"{folder}/photo-{n:02d}.jpg", subject=case.subjects[0], subject_state="value", case=case
    )
    world.plant("operator", who.name, ids, "one still compared with fourteen photos of one and the same suspect of the case")


def _compare(world: World, who: Operator, count: int, gap: float, source: Any, target: Any, **changes: Any) -> list[str]:  # noqa: ANN401  text, or asked for each
    """CompareFaces again and again: source and target may be functions of the number of the comparison."""
    facts: dict[str, Any] = {"operation": "verification", "call": "CompareFaces", "max_candidates": None, "threshold": 90.0, "threshold_explicit": True}
    facts |= {"probe": source, "gallery": target, "carriers": who.name, "reviewed": False}
    return world.burst(who, world.moment(who, last=112), count, gap, **{**facts, **changes})
