"""The ordinary months of a labelled world, at the rates of logs.md 4.2 (Eugene): nothing here is misuse, and all of it is as untidy as real life."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from audit_analyzer.world import people, places, wordings
from audit_analyzer.world.frame import Matcher
from audit_analyzer.world.uses import DAY, HOUR, current_case, search

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Agency, Operator
    from audit_analyzer.world.rows import Cell

MEDIAN_SEARCHES, SPREAD, MOST = 16.0, 1.14, 340.0  # per user in 167 days: median 16, p90 69, max 340
DAY_SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12)  # searches of a user-day: median 1, p95 5, p99 8, max 12
DAY_SHARES = (0.53, 0.20, 0.10, 0.07, 0.045, 0.02, 0.015, 0.01, 0.006, 0.004)
IN_TEN_MINUTES = 4  # the most that anybody did
NO_CASE, VAGUE, BLANK, ARTIFACT, TYPO = 0.2, 0.08, 0.03, 0.02, 0.01  # shares of reasons and case numbers
OFFENSES = (*wordings.OFFENSES, "child exploitation", "human trafficking", "stalking", "threats", "arson", "riot")


def build(world: World) -> None:
    """Systems, agencies with their people, their routine, gates, outages and tests."""
    policed: dict[str, Any] = {"permitted_offenses": OFFENSES, "barred_purposes": ("immigration",), "galleries": ("county-mugshots", "state-corrections")}
    matcher(world, "county-faces", ("dhs-026-11", "dhs-139-06", "28-cfr-23", "privacy-act"), "police", **policed)
    matcher(world, "cloud-matcher", ("dhs-026-11", "28-cfr-23", "aws-public-safety"), "cloud", galleries=("persons-of-record",))
    matcher(world, "field-app", ("dhs-026-11", "dhs-139-06", "mobile-fortify"), "field", galleries=("encounters",))
    matcher(world, "gate", ("dhs-026-11", "cbp-tvs"), "gate", zone="America/New_York", galleries=("manifest",))
    for n in range(world.size.agencies):
        with world.stream(f"agency {n}"):
            agency = people.found(world)
            places.settle(world, agency)
            for _ in range(world.size.operators):
                routine(world, people.hire(world, agency, world.one_of(("county-faces", "cloud-matcher", "field-app"), (0.7, 0.15, 0.15))))
            gates(world, agency)
    with world.stream("announced"):
        _announced(world)


def matcher(world: World, name: str, packs: tuple[str, ...], like: str, *, register: bool = True, zone: str = people.ZONE, **facts: Cell) -> str:
    """A system: what audit.toml says of it and, with `register`, its row in the register, approved from long before until long after."""
    settings = {key: facts.pop(key) for key in ("agency", "service_accounts", "retention") if key in facts}
    system = Matcher(name, packs, zone, galleries=tuple(facts.pop("galleries", (f"{name}-gallery",))), kind=like)
    for key, value in settings.items():
        setattr(system, key, value)
    span: dict[str, Any] = {"approved_from": world.start - 900 * DAY, "approved_to": world.end + 900 * DAY}
    for gallery in system.galleries:
        world.add("galleries", gallery=gallery, system=name, purpose="identification in open cases", **span)
    world.systems[name] = system
    if register:
        row = {"approval": f"PIA {name}", **span, "logs_from": world.start, **facts}
        world.register[name] = {"system": name, **row}
    return name


def routine(world: World, operator: Operator, share: float = 1.0) -> list[str]:
    """Months of ordinary work of one account, `share` of the usual number of searches; the ids."""
    wanted = min(MOST, float(world.rng.lognormal(_log(MEDIAN_SEARCHES), SPREAD))) * world.days / 167 * share
    made: list[str] = []
    shifts = list(operator.shifts)
    while len(made) < wanted and shifts:
        start, end = shifts.pop(int(world.rng.integers(len(shifts))))
        moments = [m for m in day_of_work(world, start, end) if m < world.end]
        made += [once(world, operator, at) for at in moments]
    return made


def day_of_work(world: World, start: dt.datetime, end: dt.datetime) -> list[dt.datetime]:
    """When somebody searches in one shift: a few times, some close together, never more than four in ten minutes."""
    count = world.one_of(DAY_SIZES, DAY_SHARES)
    moments: list[dt.datetime] = []
    at = world.between(start, start + (end - start) * 0.7)
    while len(moments) < count:
        close = moments and world.rng.random() < 0.3  # noqa: PLR2004  a second image, a second candidate
        at = at + dt.timedelta(seconds=float(world.rng.uniform(25, 400))) if close else world.between(start, end)
        near = sum(abs((at - m).total_seconds()) < 600 for m in moments)  # noqa: PLR2004  ten minutes
        if near < IN_TEN_MINUTES - 1 and start <= at < end and at not in moments:
            moments.append(at)
    return sorted(moments)


def once(world: World, operator: Operator, at: dt.datetime) -> str:
    """One search of the routine: with a case or without, and with the reasons that real logs hold."""
    world.background_queries += 1
    case = None if world.rng.random() < NO_CASE else current_case(world, operator, at)
    if world.systems[operator.system].kind != "police":
        return search(world, operator, at, case)
    kind = world.one_of(
        ("plain", "vague", "blank", "artifact", "typo", "error"), (1 - VAGUE - BLANK - ARTIFACT - TYPO - 0.01, VAGUE, BLANK, ARTIFACT, TYPO, 0.01)
    )
    if kind != "plain" and case is None:
        case = current_case(world, operator, at) if world.rng.random() < 0.75 else None  # noqa: PLR2004  who writes little mostly has a number at least
    changes: dict[str, Any] = {}
    if kind in {"vague", "blank", "artifact"}:
        changes["reason"] = {"vague": world.one_of(wordings.VAGUE), "blank": None, "artifact": wordings.ARTIFACTS[0]}[kind]
    elif kind == "typo" and case:
        changes["case_number"] = _mistyped(world, case.number)
    elif kind == "error":
        changes |= {"status": "error", "error_code": "no face found", "candidates": None, "top_score": None, "candidate": None}
    return search(world, operator, at, case, **changes)


def _mistyped(world: World, number: str) -> str:
    place = int(world.rng.integers(5, len(number) - 2))
    return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


def gates(world: World, agency: Agency) -> None:
    """A boarding gate: one traveller after the other is verified; photos of citizens are deleted within hours, of noncitizens within days."""
    account = f"svc-gate-{agency.letters.lower()}"
    world.systems["gate"].service_accounts.append(account)
    enrolled: dict[str, Any] = {
        "person": f"P-{account}",
        "operator": account,
        "agency": agency.name,
        "role": "service",
        "active_from": world.start - 400 * DAY,
        "active_to": world.end + 400 * DAY,
    }
    world.add("operators", **enrolled, trained_from=world.start - 300 * DAY, trained_to=world.end + 300 * DAY, licence="standard")
    for day in range(world.days):
        at = world.at(day, 6, "America/New_York")
        for _ in range(int(world.rng.poisson(world.size.gate_crossings))):
            at += dt.timedelta(minutes=float(world.rng.exponential(14 * 60 / world.size.gate_crossings)))
            if at < min(world.at(day, 23.5, "America/New_York"), world.end):
                _crossing(world, agency, account, at.replace(microsecond=0))


def _crossing(world: World, agency: Agency, account: str, at: dt.datetime) -> None:
    world.background_queries += 1
    traveller, citizenship = world.subject(), world.one_of(("citizen", "noncitizen"), (0.6, 0.4))
    query = world.add(
        "queries", system="gate", operation="verification", occurred_at=at, operator=account, operator_kind="service", agency=agency.name, device="gate B12",
        probe=f"gate/{world.fresh_id(10)}", probe_source="still", subject=traveller, gallery="manifest", galleries_searched=1, status="ok", candidates=1,
        top_score=0.9 + float(world.rng.random()) * 0.09, encounter="X-" + world.fresh_id(8), call="verify", reason="boarding", session=account, mfa=True,
    )  # fmt: skip
    kept = HOUR * float(world.rng.uniform(1, 11.5)) if citizenship == "citizen" else DAY * float(world.rng.uniform(0.2, 13.5))
    gone = at + kept if at + kept < world.end else None
    world.add(
        "biometric_items",
        system="gate",
        query_id=query,
        kind="probe",
        subject=traveller,
        citizenship=citizenship,
        created_at=at,
        deleted_at=gone,
        gallery="manifest",
    )


def _announced(world: World) -> None:
    """Quiet Sundays of maintenance, and the administrator's announced test of every month."""
    for day in range(13, world.days, 28):
        world.notice("outage", world.at(day, 3), world.at(day, 5), "planned maintenance", system="county-faces")
    for agency in world.agencies:
        clerk = people.hire(world, agency, "county-faces", unit="Information Technology", role="administrator", watch="day")
        for start, _ in clerk.shifts[4::18]:
            begins = start + HOUR
            world.notice("test", begins, begins + HOUR, "monthly test of the matcher with staff who consented", system="county-faces", operator=clerk.name)
            for n in range(int(world.rng.integers(2, 5))):
                world.background_queries += 1
                search(
                    world,
                    clerk,
                    begins + dt.timedelta(minutes=4 + 13 * n),
                    None,
                    reason="Administrative Test",
                    probe=f"test/{world.fresh_id(6)}.jpg",
                    candidates=0,
                )


def _log(value: float) -> float:
    import math

    return math.log(value)
