"""What follows a search, piece by piece: a hit, somebody's review, evidence of another kind, what was done. For plants that say which piece is missing."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any

from audit_analyzer.world import uses

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Case, Operator
    from audit_analyzer.world.rows import Cell

MINUTE = dt.timedelta(minutes=1)


def face(subject: str) -> str:
    """The candidate that the gallery names for this person every time, as in the background."""
    return "C-" + hashlib.sha256(f"c{subject}".encode()).hexdigest()[:10]


def hit(world: World, who: Operator, at: dt.datetime, case: Case | None = None, **changes: Cell) -> str:
    """A search that found somebody, and nothing else yet; the query's id."""
    subject = changes.pop("subject", None) or (case.subjects[0] if case else world.subject())
    found: dict[str, Any] = {"subject": subject, "status": "ok", "candidates": 4, "top_score": 0.93, "candidate": face(str(subject))}
    return world.search(who, at, case=case, reviewed=False, **{**found, **changes})


def review(world: World, who: Operator, query: str, started: dt.datetime, *, minutes: float = 12, **changes: Cell) -> str:
    """A review of the query by one of the agency's examiners, a match unless told otherwise; the review's id."""
    row: dict[str, Any] = {
        "query_id": query, "system": who.system, "started_at": started, "decided_at": started + MINUTE * minutes, "decision": "match",
        "method": "morphological comparison", "reviewer": changes.get("reviewer") or world.one_of(who.agency.examiners),
    }  # fmt: skip
    return world.add("reviews", **{**row, **changes})


def proof(world: World, who: Operator, query: str | None, at: dt.datetime, case: Case, kind: str = "witness", **changes: Cell) -> str:
    """Evidence of another kind in the case; its id."""
    row: dict[str, Any] = {"query_id": query, "system": who.system if query else None, "case_number": case.number, "kind": kind, "obtained_at": at}
    return world.add("corroborations", **{**row, "source_ref": f"file {world.fresh_id(5)}", **changes})


def act(world: World, who: Operator, query: str | None, kind: str, at: dt.datetime, case: Case | None = None) -> str:
    """What the officer did; the action's id."""
    return world.add(
        "actions", query_id=query, system=who.system if query else None, case_number=case.number if case else None, kind=kind, occurred_at=at,
        officer=who.name, agency=who.agency.name,
    )  # fmt: skip


def months(world: World, who: list[Operator], per_shift: float, first: int = 0, last: int | None = None) -> list[tuple[Operator, dt.datetime]]:
    """When these people search on their shifts between two days, `per_shift` times on average, never more than four times; in the order of time."""
    moments = []
    for operator in who:
        for start, end in operator.shifts:
            if world.at(first, 0) <= start and end < min(world.at(last or world.days, 0), world.end):
                count = min(4, int(world.rng.poisson(per_shift)))
                moments += [(operator, world.between(start, end)) for _ in range(count)]
    return sorted(moments, key=lambda pair: (pair[1], pair[0].name))


def ordinary(world: World, who: Operator, at: dt.datetime, **changes: Cell) -> str:
    """One search of the routine, four in five with a case; it counts as background. `changes` override columns."""
    world.background_queries += 1
    case = uses.current_case(world, who, at) if world.rng.random() < 0.8 else None  # noqa: PLR2004  as in the background
    return world.search(who, at, case=case, **changes)
