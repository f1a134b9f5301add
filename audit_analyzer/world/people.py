"""The people of a labelled world: agencies in their towns, accounts with roster, training and shifts."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.rows import Cell

ZONE = "America/Los_Angeles"
WATCHES = {"day": 7.0, "swing": 14.0, "night": 21.0}  # local hour at which ten hours of duty begin; four days on, three off
DUTY = 10.0
UNITS = ("Patrol", "Patrol", "Patrol", "Robbery Unit", "Property Crimes", "Auto Theft", "Fraud Unit", "Persons Crimes")
TOWNS = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Ironwood", "Juniper", "Katsura", "Larch", "Maple", "Nutmeg", "Oak", "Pine")
EXAMINERS = 6


@dataclasses.dataclass(slots=True)
class Agency:
    """An agency and its town: centre in degrees, examiners who review, the letters of its case numbers."""

    name: str
    latitude: float
    longitude: float
    letters: str
    examiners: list[str] = dataclasses.field(default_factory=list)
    network: str = "192.0.2"
    operators: list[Operator] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(slots=True)
class Operator:
    """One account: whose it is, from where it works, when it is on duty, and which cases are its own."""

    name: str
    agency: Agency
    unit: str
    role: str
    person: str
    system: str
    watch: str
    device: str
    ip: str
    latitude: float
    longitude: float
    shifts: list[tuple[dt.datetime, dt.datetime]]
    cases: list[Case] = dataclasses.field(default_factory=list)
    wording: dict[str, str] = dataclasses.field(default_factory=dict)  # offense to the words that this person always takes


@dataclasses.dataclass(slots=True)
class Case:
    """A case of the register, with the few people it is about and the images of each."""

    number: str
    agency: Agency
    offense: str
    opened: dt.datetime
    closed: dt.datetime | None
    operators: list[Operator]
    subjects: list[str] = dataclasses.field(default_factory=list)


def found(world: World, staff: int = 0, name: str | None = None) -> Agency:
    """A new agency in a town of its own, with examiners, and officers in their routine. Name and place come from the chance of who founds it."""
    n = int(world.fresh_id(7), 16)
    agency = Agency(
        name or f"{TOWNS[n % len(TOWNS)]} Police Department {n % 9973}",
        28.0 + 0.3 * (n % 67),
        -120.0 + 0.4 * (n // 67 % 120),
        "".join(chr(65 + n // 26**place % 26) for place in range(3)),
        network=f"10.{n % 251}.{n // 251 % 251}",
    )
    world.agencies.append(agency)
    for _ in range(EXAMINERS):
        examiner = hire(world, agency, "county-faces", unit="Forensic Services", role="examiner", watch="day")
        agency.examiners.append(examiner.name)
        agency.operators.remove(examiner)
    for _ in range(staff):
        world.hire(agency, world.one_of(("county-faces", "cloud-matcher", "field-app"), (0.7, 0.15, 0.15)))
    return agency


def hire(
    world: World,
    agency: Agency,
    system: str,
    *,
    unit: str | None = None,
    role: str = "investigator",
    watch: str | None = None,
    person: str | None = None,
    name: str | None = None,
    rostered: bool = True,
    trained: bool = True,
    shifts: bool = True,
) -> Operator:
    """A new account with its roster row (active and trained from long before until long after), and shifts for every day of the world."""
    own = world.fresh_id(6)
    watch = watch or world.one_of(tuple(WATCHES), (0.5, 0.3, 0.2))
    operator = Operator(
        name=name or f"u{own}",
        agency=agency,
        unit=unit or ("Patrol" if system == "field-app" else world.one_of(UNITS)),
        role=role,
        person=person or f"P-{own}",
        system=system,
        watch=watch,
        device=f"WS-{own[:4].upper()}",
        ip=f"{agency.network}.{1 + int(own[:4], 16) % 250}",
        latitude=agency.latitude + float(world.rng.normal(0, 0.03)),
        longitude=agency.longitude + float(world.rng.normal(0, 0.03)),
        shifts=rotation(world, watch),
    )
    agency.operators.append(operator)
    world.operators.append(operator)
    if rostered:
        enrol(world, operator, trained=trained)
    for starts, ends in operator.shifts if shifts else ():
        world.add("shifts", operator=operator.name, starts_at=starts, ends_at=ends)
    return operator


def enrol(world: World, operator: Operator, *, trained: bool = True, **changes: Cell) -> str:
    """The roster row of an account; `changes` override its columns (active_to, trained_to, licence, role …)."""
    joined = world.start - dt.timedelta(days=int(world.rng.integers(200, 3000)))
    training = (
        {"trained_from": world.start - dt.timedelta(days=int(world.rng.integers(20, 180))), "trained_to": world.end + dt.timedelta(days=150)} if trained else {}
    )
    row = {
        "operator": operator.name, "agency": operator.agency.name, "unit": operator.unit, "role": operator.role, "active_from": joined,
        "active_to": world.end + dt.timedelta(days=400), **training, "licence": "standard", "person": operator.person,
    }  # fmt: skip
    return world.add("operators", **{**row, **changes})


def rotation(world: World, watch: str) -> list[tuple[dt.datetime, dt.datetime]]:
    """Ten hours of duty on four days of seven; one in thirty runs over by up to three hours and the roster says so."""
    first, shifts = int(world.rng.integers(7)), []
    for day in range(world.days):
        if (day + first) % 7 < 4:  # noqa: PLR2004  four days on
            over = float(world.rng.uniform(0.5, 3)) if world.rng.random() < 1 / 30 else 0.0
            start = world.at(day, WATCHES[watch])
            shifts.append((start, start + dt.timedelta(hours=DUTY + over)))
    return shifts
