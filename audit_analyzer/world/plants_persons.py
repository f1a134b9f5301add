"""Plants about whom one officer searches: under one case number (D24), with changing grounds (D25), again and again (D26), out of curiosity (D27)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World

ROTATING = (
    "suspicious",
    "missing child",
    "drug investigation",
    "traffic stop, no license",
    "welfare check",
    "Property Crime",
    "ID check",
    "Person Crime",
    "warrant",
    "459",
)


# --- D24: one case number, unrelated people


def d24_easy(world: World) -> None:
    """Forty people under the number of a closed case."""
    who = world.hire()
    case = world.case(who, offense="burglary", opened=world.at(-30, 9), closed=world.at(12, 9))
    ids = [world.search(who, start + 2 * HOUR, case=case, subject=world.subject()) for start, _ in world.duty(who, 40, 20)]
    world.plant("case", case.number, ids, "40 different people over months under the number of a case closed before")


def d24_medium(world: World) -> None:
    """Eighteen people under an open case of one's own."""
    who = world.hire()
    case = world.case(who, offense="theft", opened=world.at(30, 9))
    ids = [world.search(who, start + 2 * HOUR, case=case, subject=world.subject()) for start, _ in world.duty(who, 18, 35)]
    world.plant("case", case.number, ids, "18 different people over ten weeks under one theft")


def d24_hard(world: World) -> None:
    """Nine people under another unit's case, as in Evansville."""
    agency = world.host()
    owner, who = world.hire(agency, unit="Fraud Unit"), world.hire(agency, unit="Patrol")
    case = world.case(owner, offense="fraud", opened=world.at(20, 9))
    ids = [world.search(who, start + 2 * HOUR, case=case, subject=world.subject(), probe_source="unknown") for start, _ in world.duty(who, 9, 30)]
    world.plant("case", case.number, ids, "nine different people over weeks under a real, open case of another unit")


def d24_hard_later(world: World) -> None:
    """The case was made two weeks after the searches."""
    who = world.hire()
    shifts = world.duty(who, 3, 70, 80)
    case = world.case(who, offense="theft", opened=shifts[-1][0] + 14 * DAY)
    ids = [world.search(who, start + HOUR, case=case, subject=world.subject()) for start, _ in shifts]
    world.plant("case", case.number, ids, "three people under a number that was given to a case only two weeks later")


def d24_trap_big(world: World) -> None:
    """A big case with a team and a court order."""
    agency = world.host()
    team = [world.hire(agency, unit="Persons Crimes") for _ in range(5)]
    case = world.case(*team, offense="homicide", opened=world.at(40, 9))
    world.leave(case, "court_order")
    ids = [world.search(who, start + 2 * HOUR, case=case, subject=world.subject()) for who in team for start, _ in world.duty(who, 8, 45, 85)]
    world.plant("case", case.number, ids, "40 people in a homicide with a team of five, all assigned, under a court order")


def d24_trap_placeholder(world: World) -> None:
    """The program's own zeros where no case is known yet."""
    agency, ids = world.host(), []
    for _ in range(5):
        who = world.hire(agency, unit="Patrol")
        ids += world.written(
            who, ("unable to provide ID at collision scene", "lost adult, cannot state name", "warrant arrest, ID at booking"), case_number="00-000000"
        )
    world.plant("case", "00-000000", ids, "zeros instead of a number where there is no case yet: no case number at all, and the reasons are stated")


def d24_trap_prefix(world: World) -> None:
    """Proper cases with the agency's letters in front."""
    who = world.hire(unit="Robbery Unit")
    ids = []
    for start, _ in world.duty(who, 6):
        case = world.case(who, opened=start - DAY)
        ids.append(world.search(who, start + HOUR, case=case, case_number=f"PD {case.number}"))
    world.plant("operator", who.name, ids, "six proper open cases of the officer, written with PD in front")


# --- D25: one person, changing grounds


def d25_easy(world: World) -> None:
    """One person, ten reasons."""
    who, subject = world.hire(), world.subject()
    world.plant(
        "operator",
        who.name,
        world.written(who, ROTATING, subject=subject, first=50),
        "one person searched ten times by one officer, always another reason, no case",
    )


def d25_medium(world: World) -> None:
    """One person, five cases of colleagues."""
    agency, subject = world.host(), world.subject()
    who, ids = world.hire(agency), []
    for n, (start, _) in enumerate(world.duty(who, 5, 60)):
        owner = world.hire(agency, routine=False, shifts=False)
        case = world.case(owner, offense=("theft", "assault", "missing person", "fraud", "burglary")[n], opened=start - 4 * DAY)
        ids.append(world.search(who, start + HOUR, case=case, subject=subject))
    world.plant("operator", who.name, ids, "one person searched under five colleagues' cases of five kinds")


def d25_hard(world: World) -> None:
    """A missing child, drugs and a burglary for one and the same person."""
    who, subject = world.hire(), world.subject()
    ids = world.written(who, ("missing child", "drug investigation", "res burg"), subject=subject)
    world.plant("operator", who.name, ids, "one person searched as a missing child, for drugs and for a burglary, weeks apart, no case")


def d25_trap_supplements(world: World) -> None:
    """Supplements to one report."""
    who = world.hire(unit="Robbery Unit")
    case = world.case(who, opened=world.at(50, 9))
    subject = case.subjects[0]
    ids = [
        world.search(who, start + HOUR, case=case, subject=subject, case_number=f"{case.number}{tail}")
        for (start, _), tail in zip(world.duty(who, 3), ("", "-S1", "-S2"), strict=True)
    ]
    world.plant("operator", who.name, ids, "one suspect under one case and its two supplements")


def d25_trap_prolific(world: World) -> None:
    """One prolific offender, six detectives."""
    agency, subject, ids = world.host(), world.subject(), []
    for offense in ("theft", "burglary", "robbery", "fraud", "auto theft", "assault"):
        who = world.hire(agency)
        start = world.duty(who)[0][0]
        ids.append(world.search(who, start + HOUR, case=world.case(who, offense=offense, opened=start - DAY), subject=subject))
    world.plant("subject", subject, ids, "one offender searched by six detectives, each in an open case of their own")


# --- D26: one officer, one person, for weeks


def d26_easy(world: World) -> None:
    """Twice a day for a month, after the shift too."""
    who, subject, ids = world.hire(), world.subject(), []
    for start, end in world.duty(who, 24, 50, 105):
        ids.append(world.search(who, start + 3 * HOUR, subject=subject, reason="suspicious"))
        ids.append(world.search(who, end + dt.timedelta(hours=float(world.rng.uniform(1, 4))), subject=subject, reason="suspicious"))
    world.plant("operator", who.name, ids, "one person searched 48 times on 24 days by one officer, half of it after the shift, no case")


def d26_medium(world: World) -> None:
    """Once a day on twelve days."""
    who, subject = world.hire(), world.subject()
    ids = world.written(who, ("follow up",) * 12, subject=subject, first=60)
    world.plant("operator", who.name, ids, "one person searched once a day on twelve days by one officer, no case")


def d26_hard(world: World) -> None:
    """Once a day on ten days within eight weeks, the reasons always others, a companion twice."""
    who, subject, companion = world.hire(), world.subject(), world.subject()
    ids = world.written(who, ROTATING, subject=subject, first=55) + world.written(who, ("ID check", "follow up"), subject=companion, first=80)
    world.plant("operator", who.name, ids, "one person on ten days within eight weeks with ever other reasons, a companion on two more, all on duty, no case")


def d26_trap_cold(world: World) -> None:
    """A detective on a cold case."""
    who = world.hire(unit="Persons Crimes", watch="day")
    case = world.case(who, offense="homicide", opened=world.at(-200, 9))
    ids = [world.search(who, start + 2 * HOUR, case=case, subject=case.subjects[0]) for start, _ in world.duty(who, 15, 30)]
    world.plant("operator", who.name, ids, "the suspect of a cold case on fifteen days by the detective assigned to it")


def d26_trap_protective(world: World) -> None:
    """A protective detail looks out for one who made threats, with leave."""
    who = world.hire(unit="Protective Detail")
    case = world.case(who, offense="threats", opened=world.at(40, 9))
    world.leave(case, "court_order")
    ids = [world.search(who, start + 2 * HOUR, case=case, subject=case.subjects[0]) for start, _ in world.duty(who, 14, 50)]
    world.plant("operator", who.name, ids, "one who made threats, on fourteen days, by the protective detail under a court order")


def d26_trap_own_test(world: World) -> None:
    """An administrator tries the matcher with a picture of himself every morning, as announced."""
    who = world.hire(unit="Information Technology", role="administrator", watch="day", routine=False)
    ids = []
    for start, _ in world.duty(who, 20, 20):
        world.notice("test", start, start + HOUR, "daily check of the matcher with the administrator's own picture", system=who.system, operator=who.name)
        ids.append(
            world.search(who, start + HOUR / 3, subject="S-own-" + who.person[2:], reason="Administrative Test", candidates=0, candidate=None, top_score=None)
        )
    world.plant("operator", who.name, ids, "an announced daily check with the administrator's own picture")


# --- D27: curiosity. The agency gives the tokens of its own people, salted as the matcher's: operators.person equals queries.subject.


def d27_easy(world: World) -> None:
    """Seven colleagues."""
    agency = world.host()
    who = world.hire(agency)
    ids = [
        world.search(who, start + 2 * HOUR, subject=o.person, reason="test")
        for (start, _), o in zip(world.duty(who, 7, 50), agency.operators[5:12], strict=True)
    ]
    world.plant("operator", who.name, ids, "seven colleagues searched with 'test' as the reason in the live gallery")


def d27_medium_celebrities(world: World) -> None:
    """Famous people."""
    who = world.hire(system="cloud-matcher")
    ids = [world.search(who, start + 2 * HOUR, call="RecognizeCelebrities", gallery="celebrities", carriers="celebrity") for start, _ in world.duty(who, 6)]
    world.plant("operator", who.name, ids, "six look-ups of famous people")


def d27_medium_self(world: World) -> None:
    """Oneself."""
    who = world.hire()
    world.plant(
        "operator", who.name, world.written(who, ("Person Crime", "test", "ID check"), subject=who.person), "three searches of oneself in the live gallery"
    )


def d27_hard(world: World) -> None:
    """One colleague, twice, with an ordinary reason."""
    agency = world.host()
    who = world.hire(agency)
    ids = world.written(who, ("Person Crime", "459"), subject=agency.operators[20].person)
    world.plant("operator", who.name, ids, "one colleague searched twice with ordinary reasons, no case")


def d27_trap_training(world: World) -> None:
    """A training day with the pictures of the class."""
    agency = world.host()
    who = world.hire(agency, unit="Training", role="trainer", watch="day")
    start = world.duty(who)[0][0]
    world.notice("training", start, start + 9 * HOUR, "training day, pictures of the class", system=who.system, operator=who.name)
    ids = [world.search(who, start + (1 + n / 3) * HOUR, subject=o.person, reason="training") for n, o in enumerate(agency.operators[12:22])]
    world.plant("operator", who.name, ids, "ten colleagues on an announced training day")


def d27_trap_consent(world: World) -> None:
    """A test of the matcher with staff who consented."""
    agency = world.host()
    who = world.hire(agency, unit="Information Technology", role="administrator", watch="day")
    start = world.duty(who)[0][0]
    world.notice("test", start, start + 4 * HOUR, "test with staff who consented", system=who.system, operator=who.name)
    ids = []
    for n, colleague in enumerate(agency.operators[24:30]):
        ids.append(world.search(who, start + (1 + n / 4) * HOUR, subject=colleague.person, reason="test with consent"))
        world.add("authorizations", query_id=ids[-1], system=who.system, kind="consent", granted_at=start - DAY, granted_by="form on file")
    world.plant("operator", who.name, ids, "six colleagues in an announced test, each with consent on file")
