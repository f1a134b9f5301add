"""Plants about who may use a system, and when: training (D36), shared accounts (D37), hours (D38), leave (D39)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit_analyzer.world import background, people
from audit_analyzer.world.aftermath import MINUTE
from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Operator


# --- D36: no training, lapsed training, no account at all


def d36_easy(world: World) -> None:
    """Never trained, and at work for months."""
    who = world.hire(system=_trained_only(world, "academy-faces"), trained=False, routine=False)
    ids = world.written(who, ("Person Crime",) * 25, first=10, case=world.case(who))
    world.plant("operator", who.name, ids, "25 searches by an officer without any training, on a system whose rules ask for it")


def d36_medium(world: World) -> None:
    """The certificate ran out in the middle."""
    who = world.hire(system=_trained_only(world, "harbor-faces"), rostered=False, routine=False)
    case = world.case(who)
    people.enrol(world, who, trained_to=world.at(70, 0))
    world.written(who, ("Property Crime",) * 10, first=5, last=69, case=case)
    world.plant("operator", who.name, world.written(who, ("459",) * 9, first=72, case=case), "nine searches after the training had lapsed, ten before")


def d36_medium_unknown(world: World) -> None:
    """An account that the roster does not know."""
    who = world.hire(rostered=False, shifts=False, routine=False)
    ids = world.written(who, ("Person Crime", "459", "UUV", "Property Crime", "211PC", "Person Crime"), case=world.case(who))
    world.plant("operator", who.name, ids, "six searches by an account that is on nobody's roster")


def d36_hard(world: World) -> None:
    """The course came a week after the first searches."""
    who = world.hire(system=_trained_only(world, "valley-faces"), rostered=False, routine=False)
    people.enrol(world, who, trained_from=world.at(80, 9))
    case = world.case(who)
    ids = world.written(who, ("Person Crime", "459"), first=70, last=77, case=case)
    world.written(who, ("Person Crime",) * 8, first=81, case=case)
    world.plant("operator", who.name, ids, "two searches in the weeks before the course, eight after it")


def d36_trap_renamed(world: World) -> None:
    """The account was renamed; the training stands under its old name, for the same person."""
    who = world.hire(system=_trained_only(world, "ridge-faces"), rostered=False, routine=False)
    old: dict[str, Any] = {
        "operator": f"{who.name}.old",
        "agency": who.agency.name,
        "unit": who.unit,
        "role": who.role,
        "person": who.person,
        "licence": "standard",
    }
    trained: dict[str, Any] = {"trained_from": world.start - 90 * DAY, "trained_to": world.end + 150 * DAY}
    world.add("operators", file=None, **old, **trained, active_from=world.start - 900 * DAY, active_to=world.at(60, 0))
    people.enrol(world, who, active_from=world.at(60, 0), trained=False)
    ids = world.written(who, ("Person Crime",) * 10, first=62, case=world.case(who))
    world.plant("operator", who.name, ids, "an account renamed on a day; training and person are those of the old name")


def d36_trap_renewed(world: World) -> None:
    """Training that was renewed before it ran out: two rows, one after the other."""
    who = world.hire(system=_trained_only(world, "mesa-faces"), rostered=False, routine=False)
    people.enrol(world, who, trained_to=world.at(60, 0))
    people.enrol(world, who, trained_from=world.at(58, 0))
    ids = world.written(who, ("Property Crime",) * 14, first=40, case=world.case(who))
    world.plant("operator", who.name, ids, "training in two rows of the roster, renewed two days before the first ran out")


def d36_trap_none(world: World) -> None:
    """No rule asked for training, and none is recorded."""
    system = world.matcher("plain-faces", ("dhs-026-11",))
    who = world.hire(system=system, trained=False, routine=False)
    ids = world.written(who, ("Property Crime",) * 8, case=world.case(who))
    world.plant("operator", who.name, ids, "eight searches without training on a system that no rule on training binds")


def _trained_only(world: World, name: str) -> str:
    return world.matcher(name, ("dhs-026-11", "gao"))


# --- D37: shared, or in foreign hands


def d37_easy(world: World) -> None:
    """One account in two towns 2,000 km apart, in turn all through a shift."""
    who = world.hire(system="field-app")
    start = world.duty(who)[0][0] + HOUR
    far: dict[str, Any] = {
        "latitude": who.latitude + 9,
        "longitude": who.longitude + 20,
        "client_ip": "198.51.100.77",
        "device": "PH-9F21",
        "session": world.fresh_id(12),
    }
    ids = [world.search(who, start + n * 25 * MINUTE, **(far if n % 2 else {})) for n in range(14)]
    world.plant("operator", who.name, ids, "one account in two places 2,000 km apart every 25 minutes for a shift, two phones, two sessions")


def d37_medium_day(world: World) -> None:
    """One credential at work for a day and a night, on four devices."""
    who = world.hire(watch="day")
    start, session = world.duty(who)[0][0], world.fresh_id(12)
    desks: list[dict[str, Any]] = [{"device": f"WS-{world.fresh_id(4).upper()}", "client_ip": f"{who.agency.network}.{17 + n}"} for n in range(4)]
    ids = [world.search(who, start + n * 80 * MINUTE, session=session, **desks[n % 4]) for n in range(19)]
    world.plant("operator", who.name, ids, "one login session searched every 80 minutes for 25 hours from four workstations")


def d37_medium_mfa(world: World) -> None:
    """A password alone, from an address that nobody at the agency has, at night."""
    who = world.hire(system="cloud-matcher", watch="day")
    start = world.duty(who)[0][0] - 5 * HOUR
    foreign: dict[str, Any] = {"client_ip": "203.0.113.201", "user_agent": "python-requests/2.31", "mfa": False, "session": world.fresh_id(12)}
    ids = world.burst(who, start, 9, 500, **foreign)
    world.plant("operator", who.name, ids, "nine searches in one night without a second factor, from an address and a program never seen for this account")


def d37_hard(world: World) -> None:
    """Two sessions from two networks in one town at the same time."""
    who = world.hire()
    start = world.duty(who)[0][0] + HOUR
    other: dict[str, Any] = {"client_ip": "198.51.100.12", "device": f"WS-{world.fresh_id(4).upper()}", "session": world.fresh_id(12)}
    ids = [world.search(who, start + n * 17 * MINUTE, **(other if n in {1, 3, 4, 6} else {})) for n in range(8)]
    world.plant("operator", who.name, ids, "two login sessions from two networks side by side for two hours")


def d37_trap_mobile(world: World) -> None:
    """A phone whose carrier gives it another address every few minutes."""
    who = world.hire(system="field-app")
    start = world.duty(who)[0][0] + HOUR
    ids = world.burst(who, start, 10, 1500, client_ip=lambda n: f"100.64.{7 + n * 13}.{21 + n * 5}")
    world.plant("operator", who.name, ids, "one phone, one session, ten addresses of one carrier")


def d37_trap_nat(world: World) -> None:
    """Six officers behind the station's one address."""
    agency, ids = world.host(), []
    for _ in range(6):
        who = world.hire(agency, routine=False, watch="day")
        ids += [world.search(who, start + HOUR, client_ip="203.0.113.9", case=world.case(who)) for start, _ in world.duty(who, 3, 80, 90)]
    world.plant("agency", agency.name, ids, "six accounts, each with its own device, behind one address of the station")


def d37_trap_programs(world: World) -> None:
    """Console and scripts of one person, and calls that the cloud makes on its own."""
    who = world.hire(system="cloud-matcher")
    start = world.duty(who)[0][0] + HOUR
    ids = world.burst(
        who,
        start,
        9,
        900,
        user_agent=lambda n: ("console.amazonaws.com", "Boto3/1.34.0", "aws-cli/2.15")[n % 3],
        client_ip=lambda n: "AWS Internal" if n % 3 == 0 else who.ip,
    )
    world.plant("operator", who.name, ids, "one session through console, scripts and the cloud's own proxy")


# --- D38: outside the hours


def d38_easy(world: World) -> None:
    """Seven nights of a day officer."""
    who, ids = world.hire(watch="day"), []
    for start, _ in world.duty(who, 7):
        ids += world.burst(who, start + HOUR * float(world.rng.uniform(18, 20)), 2, 900, reason="follow up")
    world.plant("operator", who.name, ids, "a day officer's fourteen searches between one and four at night on seven nights, no case")


def d38_medium(world: World) -> None:
    """Three evenings at home."""
    who, ids = world.hire(watch="day"), []
    for _, end in world.duty(who, 3):
        ids += world.burst(who, end + HOUR * float(world.rng.uniform(4, 6)), 2, 600, reason="ID check")
    world.plant("operator", who.name, ids, "six searches on three evenings, four to six hours after the shift, no case")


def d38_hard(world: World) -> None:
    """One isolated session on a day off."""
    who = world.hire(watch="day")
    off = _days_off(world, who)
    ids = world.burst(who, world.at(off, 15.4), 3, 500, reason="investigation")
    world.plant("operator", who.name, ids, "three searches within half an hour on a day off, nothing for a day on either side, no case")


def d38_trap_overtime(world: World) -> None:
    """Overtime, and the roster says so."""
    who, ids = world.hire(watch="day"), []
    for start, _ in world.duty(who, 4):
        begin = start + 13 * HOUR
        world.add("shifts", operator=who.name, starts_at=begin, ends_at=begin + 6 * HOUR)
        ids += world.burst(who, begin + HOUR, 2, 1800, case=world.case(who, opened=begin - DAY))
    world.plant("operator", who.name, ids, "eight searches on four nights of overtime that stand in the roster")


def d38_trap_zone(world: World) -> None:
    """Evening work on a system whose zone nobody states: in UTC it looks like night."""
    system = world.matcher("zoneless", ("dhs-026-11",), zone=None)
    who = world.hire(system=system, watch="swing", routine=False, shifts=False)
    ids = world.written(who, ("Person Crime",) * 20, first=10, case=world.case(who))
    world.plant(
        "operator", who.name, ids, "twenty searches between two in the afternoon and midnight; the system's time zone is not known, no roster of shifts"
    )


def _days_off(world: World, who: Operator) -> int:
    """The middle one of three days off."""
    busy = {(s - world.start).days for s, _ in who.shifts}
    free = [day for day in range(75, world.days - 5) if not busy & {day - 1, day, day + 1}]
    return world.one_of(free)


# --- D39: leave missing or late


def d39_easy(world: World) -> None:
    """Ten searches where each needs a court order, and none was asked for."""
    who, ids = world.hire(system=_ordered(world, "registry-east"), routine=False), []
    for start, _ in world.duty(who, 10, 40):
        ids.append(world.search(who, start + HOUR, case=world.case(who, opened=start - DAY)))
    world.plant("operator", who.name, ids, "ten searches without court order or emergency, where the law asks for one of them")


def d39_medium(world: World) -> None:
    """Orders came five days later."""
    who, ids = world.hire(system=_ordered(world, "registry-west"), routine=False), []
    for start, _ in world.duty(who, 3, last=108):
        case = world.case(who, opened=start - DAY)
        world.leave(case, "court_order", granted=start + 5 * DAY)
        ids.append(world.search(who, start + HOUR, case=case))
    world.plant("operator", who.name, ids, "three searches, the court orders given five days after")


def d39_hard(world: World) -> None:
    """The order had run out the day before."""
    who = world.hire(system=_ordered(world, "registry-north"), routine=False)
    start = world.duty(who)[0][0]
    case = world.case(who, opened=start - 40 * DAY)
    world.leave(case, "court_order", granted=start - 32 * DAY, expires=start - DAY)
    world.plant("operator", who.name, [world.search(who, start + HOUR, case=case)], "one search the day after its court order had expired")


def d39_hard_late(world: World) -> None:
    """Two days would have been in time; it took sixty hours."""
    who = world.hire(system=_new(world, "post-event"), routine=False)
    start = world.duty(who, last=110)[0][0]
    case = world.case(who, opened=start - DAY)
    world.leave(case, "court_order", granted=start + 61 * HOUR)
    ids = [world.search(who, start + HOUR, case=case, candidates=0, top_score=None, candidate=None)]
    world.plant("operator", who.name, ids, "one search, authorised sixty hours later where 48 are allowed")


def d39_trap_oral(world: World) -> None:
    """An oral order, written down a day later and within the time that the law gives."""
    who, ids = world.hire(system=_new(world, "post-event-oral"), routine=False), []
    for start, _ in world.duty(who, 3, last=110):
        case = world.case(who, opened=start - DAY)
        world.leave(case, "court_order", requested_at=start, granted=start + 30 * HOUR)
        ids.append(world.search(who, start + HOUR, case=case, candidates=0, top_score=None, candidate=None))
    world.plant("operator", who.name, ids, "oral orders, on paper 29 hours after the search where 48 are allowed")


def d39_trap_blanket(world: World) -> None:
    """One order for the whole case."""
    who = world.hire(system=_ordered(world, "registry-south"), routine=False)
    case = world.case(who, opened=world.at(30, 9))
    world.leave(case, "court_order", granted=world.at(32, 12))
    ids = world.written(who, ("Person Crime",) * 8, first=40, case=case)
    world.plant("operator", who.name, ids, "eight searches of one case under one court order that covers them all")


def _new(world: World, name: str) -> str:
    """A system that began this spring, so that its log cannot be older."""
    return world.matcher(name, ("dhs-026-11", "eu-ai-act"), approved_from=world.at(65, 0), logs_from=world.at(65, 0))


def _ordered(world: World, name: str) -> str:
    return background.matcher(world, name, ("dhs-026-11", "massachusetts"), "police")
