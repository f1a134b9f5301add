"""One ordinary search and all that belongs to it: its case, its row as each kind of system logs it, the review, the lead, the corroboration, the arrest."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any

from audit_analyzer.world import wordings
from audit_analyzer.world.people import Agency, Case

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Operator
    from audit_analyzer.world.rows import Cell

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NOT_LOGGED = dict.fromkeys(("reason_state", "case_number_state", "offense_state", "subject_state"), "not_logged")
SOURCES = ("still", "frame", "video", "mobile_capture", "unknown")
CORROBORATION = ("witness", "document", "fingerprint", "phone", "video", "confession")


def open_case(
    world: World, operators: Iterable[Operator], offense: str, opened: dt.datetime, closed: dt.datetime | None = None, agency: Agency | None = None
) -> Case:
    """A case in the register and on the desks of those who are assigned to it."""
    assigned = list(operators)
    agency = agency or assigned[0].agency
    number = f"{agency.letters}26-{int(world.fresh_id(12), 16) % 10**8:08d}"
    case = Case(number, agency, offense, opened, closed, assigned, [world.subject() for _ in range(world.one_of((1, 2, 3), (0.7, 0.2, 0.1)))])
    world.cases.append(case)
    for operator in assigned:
        operator.cases.append(case)
    world.add(
        "cases", case_number=number, agency=agency.name, offense=offense, opened_at=opened, closed_at=closed, assigned_operators=[o.name for o in assigned]
    )
    return case


def current_case(world: World, operator: Operator, at: dt.datetime) -> Case:
    """One of the operator's open cases, or a new one. One new case in sixty gets into the register only hours after its first search."""
    open_now = [c for c in operator.cases[-6:] if c.opened <= at and (c.closed is None or at < c.closed)]
    if open_now and world.rng.random() < 0.55:  # noqa: PLR2004  a case is worked on more than once
        return world.one_of(open_now)
    possible = wordings.UNIT_OFFENSES.get(operator.unit, tuple(wordings.OFFENSES))
    offense = possible[int(leaning(operator) * 997) % len(possible)] if world.rng.random() < _own(operator, wordings.LEANING) else world.one_of(possible)
    late = world.rng.random() < 1 / 60
    opened = at + HOUR * float(world.rng.uniform(0.5, 5)) if late else at - HOUR * float(world.rng.exponential(30) + 0.2)
    closed = max(opened, at) + DAY * float(world.rng.uniform(15, 70)) if world.rng.random() < 0.6 else None  # noqa: PLR2004  most are closed in time
    helping = [o for o in operator.agency.operators[: world.size.operators] if o.unit == operator.unit and o is not operator]
    team = [operator, *([world.one_of(helping)] if helping and world.rng.random() < 0.5 else [])]  # noqa: PLR2004
    return open_case(world, team, offense, opened, None if closed is None or closed >= world.end else closed)


def leaning(operator: Operator) -> float:
    """What is a person's own in habits: a number in [0, 1) that stays theirs."""
    return int(hashlib.sha256(operator.name.encode()).hexdigest()[:8], 16) / 2**32


def _own(operator: Operator, span: tuple[float, float]) -> float:
    return span[0] + (span[1] - span[0]) * leaning(operator)


def wording(world: World, operator: Operator, offense: str) -> str:
    """What this person writes for this offense: mostly the same words each time, mostly those of the drop-down."""
    category, code, words = wordings.OFFENSES.get(offense, (offense, offense, (offense,)))
    if offense not in operator.wording:
        operator.wording[offense] = world.one_of((category, code, world.one_of(words)), (0.75, 0.15, 0.1))
    if world.rng.random() < _own(operator, wordings.HABIT):
        return operator.wording[offense]
    kind = world.one_of(tuple(wordings.SHARES), tuple(wordings.SHARES.values()))
    return {"category": category, "code": code, "words": world.one_of(words)}[kind]


def search(world: World, operator: Operator, at: dt.datetime, case: Case | None, *, reviewed: bool = True, **changes: Cell) -> str:
    """One search with everything that belongs to it; `changes` override columns of its row."""
    at = at.replace(microsecond=0)
    subject = changes.get("subject")
    row = {**ROWS[world.systems[operator.system].kind](world, operator, at, case, str(subject) if subject else None), **changes}
    file = row.pop("file", None)
    query = world.add("queries", file=str(file) if file else None, **row)
    if reviewed and row["status"] == "ok" and int(row.get("candidates") or 0) > 0:
        followed(world, operator, at, case, query, row)
    return query


def _common(world: World, operator: Operator, at: dt.datetime) -> dict[str, Any]:
    return {
        "system": operator.system, "operation": "identification", "occurred_at": at, "operator": operator.name, "operator_kind": "human",
        "agency": operator.agency.name, "unit": operator.unit, "client_ip": operator.ip, "user_agent": "client/4.2", "device": operator.device, "status": "ok",
        "session": hashlib.sha256(f"{operator.name}{at:%Y%m%d}".encode()).hexdigest()[:12], "mfa": True, "owner": operator.agency.name,
        "captured_at": at - HOUR * float(world.rng.exponential(20) + 0.1),
    }  # fmt: skip


def _person(world: World, case: Case | None, subject: str | None = None) -> dict[str, Any]:
    """Who is searched for with which image, and what the gallery answers: the same candidate for the same person always."""
    subject = subject or (world.one_of(case.subjects) if case else world.subject())
    image = world.fresh_id(10) if world.rng.random() < 0.6 else hashlib.sha256(subject.encode()).hexdigest()[:10]  # noqa: PLR2004  some images are used again
    candidates = 0 if world.rng.random() < 0.3 else 1 + int(world.rng.poisson(3))  # noqa: PLR2004
    found = candidates > 0
    return {
        "subject": subject, "probe": f"{case.number if case else 'intake'}/{image}.jpg", "candidates": candidates,
        "top_score": 0.7 + int(hashlib.sha256(subject.encode()).hexdigest()[:4], 16) / 65536 * 0.29 if found else None,
        "candidate": "C-" + hashlib.sha256(f"c{subject}".encode()).hexdigest()[:10] if found else None,
    }  # fmt: skip


def _police(world: World, operator: Operator, at: dt.datetime, case: Case | None, subject: str | None) -> dict[str, Any]:
    row = {**_common(world, operator, at), **_person(world, case, subject)}
    row |= {"gallery": world.one_of(world.systems[operator.system].galleries), "galleries_searched": 1, "max_candidates": 20, "probe_faces": 1}
    row |= {"probe_source": world.one_of(SOURCES, (0.5, 0.25, 0.05, 0.12, 0.08)), "call": "search", "on_behalf_of": None}
    if world.rng.random() < 0.6:  # noqa: PLR2004  where the image was taken is not always known
        row |= {"latitude": operator.latitude + float(world.rng.normal(0, 0.01)), "longitude": operator.longitude + float(world.rng.normal(0, 0.01))}
    if case:
        row |= {"case_number": case.number, "offense": case.offense, "reason": wording(world, operator, case.offense)}
    else:
        row |= {"case_number": None, "offense": None, "reason": world.one_of(wordings.UNPREPARED)}
    return row


def _cloud(world: World, operator: Operator, at: dt.datetime, case: Case | None, subject: str | None) -> dict[str, Any]:
    row = {**_common(world, operator, at), **NOT_LOGGED, **_person(world, case, subject)}
    row |= {"subject": None, "candidate": None, "top_score": None, "candidates": None, "unit": None, "device": None, "operator_kind": "role_session"}
    row |= {
        "gallery": world.systems[operator.system].galleries[0],
        "threshold": 99.0,
        "threshold_explicit": True,
        "max_candidates": 10,
        "quality_filter": "AUTO",
    }
    return row | {"call": "SearchFacesByImage", "carriers": f"{row['probe']} | {operator.name}", "probe_source": "still", "job": world.fresh_id(12)}


def _field(world: World, operator: Operator, at: dt.datetime, case: Case | None, subject: str | None) -> dict[str, Any]:
    row = {**_common(world, operator, at), **_person(world, case, subject)}
    row |= {
        "probe_source": "mobile_capture",
        "captured_at": at - dt.timedelta(seconds=20),
        "gallery": "encounters",
        "galleries_searched": 1,
        "max_candidates": 5,
    }
    row |= {"latitude": operator.latitude + float(world.rng.normal(0, 0.015)), "longitude": operator.longitude + float(world.rng.normal(0, 0.015))}
    row |= {"encounter": "E-" + world.fresh_id(8), "reason": world.one_of(wordings.FIELD), "case_number": None, "device": operator.device.replace("WS", "PH")}
    known = row["candidates"] and world.rng.random() < 0.1  # noqa: PLR2004
    row |= {"instruction": "reference_code" if known else "do_not_detain", "reference": world.fresh_id(8).upper() if known else None}
    if case:
        row |= {"case_number": case.number, "offense": case.offense, "reason": wording(world, operator, case.offense)}
    world.add("biometric_items", system=operator.system, kind="probe", subject=row["subject"], citizenship="unknown", created_at=at, gallery=row["gallery"])
    return row


ROWS = {"police": _police, "cloud": _cloud, "field": _field, "gate": _police}


def followed(world: World, operator: Operator, at: dt.datetime, case: Case | None, query: str, row: dict[str, Any]) -> None:
    """A trained examiner's review, and what came of a match: a lead, evidence of its own, at times an arrest. Nothing after the world's end."""
    examiner = world.one_of([e for e in operator.agency.examiners if e != operator.name])
    started = at + HOUR * float(world.rng.gamma(2, 1.2) + 0.1)
    decided = started + dt.timedelta(minutes=min(110.0, 2 + float(world.rng.lognormal(2.1, 0.6))))
    decision = world.one_of(("match", "no_match", "inconclusive"), (0.22, 0.48, 0.3))
    if decided >= world.end:
        return
    world.add(
        "reviews", query_id=query, system=row["system"], reviewer=examiner, started_at=started, decided_at=decided, decision=decision,
        candidate=row.get("candidate"), method="morphological comparison",
    )  # fmt: skip
    if decision != "match" or case is None:
        return
    link = {"query_id": query, "system": row["system"], "case_number": row["case_number"]}
    lead = decided + HOUR * float(world.rng.uniform(0.5, 20))
    proof = lead + HOUR * float(world.rng.uniform(4, 90))
    arrest = proof + HOUR * float(world.rng.uniform(2, 120))
    acted = {"officer": operator.name, "agency": operator.agency.name}
    if lead < world.end:
        world.add("actions", **link, kind="lead", occurred_at=lead, **acted)
    if proof < world.end:
        world.add("corroborations", **link, kind=world.one_of(CORROBORATION), obtained_at=proof, source_ref=f"file {world.fresh_id(5)}")
    if arrest < world.end and world.rng.random() < 0.35:  # noqa: PLR2004
        world.add("actions", **link, kind="arrest", occurred_at=arrest, **acted)
