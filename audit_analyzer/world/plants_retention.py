"""Plants about faces that are kept: too long (D43), by partners (D44), against somebody's word (D46), probes made gallery (D47)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from audit_analyzer.world.trails import Trail
from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Operator
    from audit_analyzer.world.rows import Cell

MINUTE = dt.timedelta(minutes=1)
Row = tuple[str, str]


# --- D43: kept longer than allowed


def d43_easy(world: World) -> None:
    """Photos of citizens, kept for months."""
    gate = _gate(world, "gate-north")
    for _ in range(8):
        item = _photo(world, gate, world.between(world.at(5, 8), world.at(40, 20)), "citizen", None)
        world.plant(
            "item", item, [("biometric_items", item)], "a photo of a citizen never deleted where twelve hours are allowed, one of eight", period=_life(world)
        )


def d43_medium(world: World) -> None:
    """Noncitizens' photos deleted after three weeks instead of two."""
    gate = _gate(world, "gate-south")
    for _ in range(4):
        item = _photo(world, gate, world.between(world.at(20, 8), world.at(90, 20)), "noncitizen", 21 * DAY)
        world.plant(
            "item", item, [("biometric_items", item)], "a photo of a noncitizen deleted after 21 days where 14 are allowed, one of four", period=_life(world)
        )


def d43_hard(world: World) -> None:
    """Three citizens' photos deleted an hour and a half late, among fifty in time."""
    gate = _gate(world, "gate-west")
    for _ in range(50):
        _photo(world, gate, world.between(world.at(60, 8), world.at(110, 20)), "citizen", float(world.rng.uniform(0.5, 11)) * HOUR)
    for _ in range(3):
        item = _photo(world, gate, world.between(world.at(60, 8), world.at(110, 20)), "citizen", 13.5 * HOUR)
        world.plant(
            "item",
            item,
            [("biometric_items", item)],
            "a photo of a citizen deleted after 13.5 hours where twelve are allowed, one of three",
            period=_life(world),
        )


def d43_trap_hold(world: World) -> None:
    """Held for a lawsuit, from before they were due."""
    gate = _gate(world, "gate-east")
    rows = []
    for _ in range(8):
        at = world.between(world.at(30, 8), world.at(80, 20))
        rows.append(("biometric_items", _photo(world, gate, at, "noncitizen", None, hold_from=at + 2 * DAY)))
    world.plant("system", gate, rows, "eight photos under a litigation hold that began before they were due and runs on")


def d43_trap_collection(world: World) -> None:
    """Faces that went with their whole gallery: no deletion names them one by one."""
    system = world.matcher("trail-gallery", ("dhs-026-11",), like="cloud", retention=[{"kind": "enrolment", "limit": "30 days"}])
    who, trail, faces = world.hire(system=system, routine=False), Trail(world, system), []
    start, gallery = world.duty(who, 1, 60, 80)[0][0], world.systems[system].galleries[0]
    records = []
    for n in range(6):
        face = world.fresh_id(32)
        image = {"s3Object": {"bucket": "constructed-probes", "name": f"staff/{n}.jpg"}}
        made = {"faceRecords": [{"face": {"faceId": face, "externalImageId": f"staff-{n}"}}], "faceModelVersion": "7.0"}
        request = {"collectionId": gallery, "image": image, "externalImageId": f"staff-{n}", "maxFaces": 1}
        records.append(trail.record("IndexFaces", start + n * MINUTE, who, request, made))
        faces.append(("biometric_items", face))
    gone = start + 12 * DAY
    records.append(trail.record("DeleteCollection", gone, who, {"collectionId": gallery}, {"statusCode": 200}))
    trail.hand_over("events.json", records)
    world.plant("system", system, faces, "six faces deleted with their gallery after twelve days where thirty are allowed", period=(start, gone))


def _life(world: World) -> tuple[dt.datetime, dt.datetime]:
    """An overrun lies between the day on which the photo was due and the one on which it went: weeks after the row's own time."""
    return world.start, world.end


def _gate(world: World, name: str) -> str:
    return world.matcher(name, ("dhs-026-11", "cbp-tvs"), like="gate")


def _photo(world: World, gate: str, at: dt.datetime, citizenship: str, kept: dt.timedelta | None, **changes: Cell) -> str:
    """One stored photo of a traveller, deleted after `kept`; its id."""
    gone = at + kept if kept is not None else None
    row: dict[str, Any] = {"system": gate, "kind": "probe", "subject": world.subject(), "citizenship": citizenship, "created_at": at, "deleted_at": gone}
    return world.add("biometric_items", **{**row, "gallery": f"{gate}-gallery", **changes})


# --- D44: copies at partners


def d44_easy(world: World) -> None:
    """An airline keeps every photo that it took for the gate, and looks at them weeks later."""
    rows, partner = _partner(world, "airline-blue", 20, None)
    who = world.hire(system=partner, routine=False)
    facts: dict[str, Any] = {"operation": "gallery_read", "call": "read", "reviewed": False, "candidates": None}
    shifts = zip(world.duty(who, 6, 90), [item for _, item in rows], strict=False)
    rows += [("queries", world.search(who, start + HOUR, carriers=item, **facts)) for (start, _), item in shifts]
    world.plant("system", partner, rows, "20 photos kept by a partner that must not keep any, six looked at weeks later", period=_life(world))


def d44_medium(world: World) -> None:
    """Another partner deletes after three days."""
    rows, partner = _partner(world, "airline-red", 8, 3 * DAY)
    world.plant("system", partner, rows, "eight photos kept by a partner for three days each; it must not keep any", period=_life(world))


def d44_hard(world: World) -> None:
    """One photo forgotten by a partner that deletes the others at once."""
    _partner(world, "airline-grey", 15, 0 * MINUTE)
    item = _photo(world, "airline-grey", world.at(80, 11), "citizen", 30 * HOUR)
    world.plant(
        "system",
        "airline-grey",
        [("biometric_items", item)],
        "one photo kept by a partner for thirty hours, fifteen others deleted at once",
        period=_life(world),
    )


def d44_trap_hash(world: World) -> None:
    """The partner got numbers to reconcile with, not pictures, and what it took it deleted at once."""
    rows, partner = _partner(world, "airline-green", 10, 0 * MINUTE)
    for n in range(10):
        handed: dict[str, Any] = {"to_org": "Green Air", "disclosed_at": world.at(70 + n, 12), "reason": "ledger of hashes for reconciliation, no images"}
        rows.append(("disclosures", world.add("disclosures", system=partner, **handed)))
    world.plant("system", partner, rows, "ten photos deleted in the second they were sent; afterwards only hashes were handed over")


def _partner(world: World, name: str, count: int, kept: dt.timedelta | None) -> tuple[list[Row], str]:
    """A gate, and an airline's own system that gets each photo for boarding; the gate deletes in time, the airline's copy stays for `kept`."""
    gate, airline = world.matcher(f"{name}-gate", ("dhs-026-11", "cbp-tvs"), like="gate"), f"{name} (carrier)"
    world.matcher(name, ("dhs-026-11", "cbp-tvs", "gao"), like="gate", agency=airline)
    world.register[name]["agency"] = airline
    rows = list[Row]()
    for _ in range(count):
        at, traveller = world.between(world.at(30, 8), world.at(80, 20)), world.subject()
        citizenship = world.one_of(("citizen", "noncitizen"))
        original = _photo(world, gate, at, citizenship, 2 * HOUR, subject=traveller)
        world.add("disclosures", system=gate, item_id=original, to_org=airline, disclosed_at=at, reason="boarding")
        rows.append(("biometric_items", _photo(world, name, at, citizenship, kept, subject=traveller)))
    return rows, name


# --- D46: opted out, and searched all the same. An opt-out is a consent that was asked for and not given.


def d46_easy(world: World) -> None:
    """Thirty citizens said no, and were photographed and verified."""
    ids, gate = _crossings(world, "lane-1", 30, refused=True)
    world.plant("system", gate, ids, "30 citizens refused and were verified by face all the same")


def d46_medium(world: World) -> None:
    """Six of forty."""
    _crossings(world, "lane-2", 34, refused=False)
    ids, gate = _crossings(world, "lane-2", 6, refused=True)
    world.plant("system", gate, ids, "six of forty citizens refused and were verified by face all the same")


def d46_hard(world: World) -> None:
    """One of thirty."""
    _crossings(world, "lane-3", 29, refused=False)
    ids, gate = _crossings(world, "lane-3", 1, refused=True)
    world.plant("system", gate, ids, "one of thirty citizens refused and was verified by face all the same")


def d46_trap_police(world: World) -> None:
    """A suspect is not asked: an opt-out asked for on a law-enforcement search changes nothing."""
    who = world.hire(unit="Robbery Unit")
    start = world.duty(who)[0][0]
    case = world.case(who, opened=start - DAY)
    ids = world.burst(who, start + HOUR, 2, 900, case=case)
    for query in ids:
        world.add("authorizations", query_id=query, system=who.system, kind="consent", requested_at=start + HOUR)
    world.plant("operator", who.name, ids, "two searches in an open robbery case; the suspect refused a photo, which is no ground there")


def d46_trap_manual(world: World) -> None:
    """Who refuses is looked at by an officer: the face is not used."""
    gate = _lane(world, "lane-4")
    who, ids = world.hire(system=gate, routine=False), []
    for start, _ in world.duty(who, 8):
        facts: dict[str, Any] = {"operation": "other", "call": "manual document check", "probe": None, "gallery": None, "candidates": None, "subject": None}
        query = world.search(who, start + HOUR, reason="opted out", reviewed=False, **facts)
        world.add("authorizations", query_id=query, system=gate, kind="consent", requested_at=start + HOUR - MINUTE)
        ids.append(query)
    world.plant("system", gate, ids, "eight travellers refused and were checked by hand, without any face recognition")


def _lane(world: World, name: str) -> str:
    return name if name in world.systems else world.matcher(name, ("dhs-026-11", "cbp-tvs"), like="gate")


def _crossings(world: World, name: str, count: int, *, refused: bool) -> tuple[list[str], str]:
    """Citizens at a lane, asked for consent and verified."""
    gate = _lane(world, name)
    who, ids = world.hire(system=gate, routine=False, role="gate officer", shifts=False), []
    for _ in range(count):
        at, traveller = world.between(world.at(70, 9), world.at(110, 18)), world.subject()
        facts: dict[str, Any] = {"operation": "verification", "call": "verify", "subject": traveller, "reason": "boarding", "candidates": 1}
        query = world.search(who, at, reviewed=False, case=None, **facts)
        world.add("authorizations", query_id=query, system=gate, kind="consent", requested_at=at - MINUTE, granted_at=None if refused else at - MINUTE / 2)
        _photo(world, gate, at, "citizen", 3 * HOUR, query_id=query, subject=traveller)
        ids.append(query)
    return ids, gate


# --- D47: the picture that was searched with becomes part of the gallery


def d47_easy(world: World) -> None:
    """Ten pictures searched and enrolled."""
    who = world.hire(system=_barred(world, "state-faces"), routine=False)
    ids = [i for start, _ in world.duty(who, 10, 40) for i in _kept(world, who, start + HOUR, 9 * MINUTE)]
    world.plant("operator", who.name, ids, "ten pictures searched with and enrolled into the gallery minutes later")


def d47_medium(world: World) -> None:
    """Two pictures, a day later."""
    who = world.hire(system=_barred(world, "bureau-faces"), routine=False)
    ids = [i for start, _ in world.duty(who, 2, last=110) for i in _kept(world, who, start + HOUR, 25 * HOUR)]
    world.plant("operator", who.name, ids, "two pictures searched with and enrolled into the gallery the day after")


def d47_hard(world: World) -> None:
    """One picture, enrolled ten days later by a colleague."""
    agency, system = world.host(), _barred(world, "lab-faces")
    first, second = world.hire(agency, system, routine=False), world.hire(agency, system, routine=False)
    at = world.moment(first, 70, 95)
    later = next(s for s, _ in second.shifts if s > at + 10 * DAY) + HOUR
    ids = _kept(world, first, at, later - at, by=second)
    world.plant("system", system, ids, "one picture searched with, and enrolled by a colleague ten days later")


def d47_trap_unsolved(world: World) -> None:
    """The file of unsolved cases: enrolled on a court order, into a gallery made for it."""
    who, ids = world.hire(system=_barred(world, "cold-case-faces", purpose="unsolved-photo file, felony with probable cause"), routine=False), []
    for start, _ in world.duty(who, 3, last=110):
        case = world.case(who, offense="homicide", opened=start - 20 * DAY)
        world.leave(case, "court_order", granted=start - 3 * DAY)
        ids += _kept(world, who, start + HOUR, 2 * HOUR, gallery="unsolved-file", case=case)
    world.plant("operator", who.name, ids, "three pictures of unsolved felonies enrolled under court orders into the gallery approved for them")


def _barred(world: World, name: str, purpose: str = "") -> str:
    """A system whose rules bar enrolling what was searched with."""
    system = world.matcher(name, ("dhs-026-11", "mirs"))
    if purpose:
        span: dict[str, Any] = {"approved_from": world.start - 300 * DAY, "approved_to": world.end + 300 * DAY}
        world.add("galleries", gallery="unsolved-file", system=name, purpose=purpose, **span)
    return system


def _kept(world: World, who: Operator, at: dt.datetime, after: dt.timedelta, *, by: Operator | None = None, **changes: Cell) -> list[str]:
    """One search and the enrolment of its picture."""
    case = changes.pop("case", None) or world.case(who, opened=at - DAY)
    image, subject = f"{case.number}/{world.fresh_id(10)}.jpg", case.subjects[0]
    gallery = changes.pop("gallery", f"{who.system}-gallery")
    search = world.search(who, at, case=case, probe=image, subject=subject)
    facts: dict[str, Any] = {"operation": "enrolment", "call": "enrol", "probe": image, "subject": subject, "gallery": gallery, "candidates": None}
    return [search, world.search(by or who, at + after, case=case, reviewed=False, **facts)]
