"""Plants about what a log covers: too little (D54), wrong clocks (D55), columns lost (D56), other figures in public (D57), change after scrutiny (D58)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from audit_analyzer.world import people, uses
from audit_analyzer.world.aftermath import MINUTE, hit, months, ordinary, review
from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Agency, Operator
    from audit_analyzer.world.rows import Cell

VERIFIED: dict[str, Any] = {"operation": "verification", "call": "verify", "candidates": 1, "reviewed": False, "probe_source": "still"}


# --- D54: kept too short


def d54_easy(world: World) -> None:
    """Three weeks of a log that is to be kept for years."""
    _kept(world, "statehouse-door", "maryland", 98, "the log of the last three weeks where three years are to be kept")


def d54_medium(world: World) -> None:
    """Four months of three years."""
    _kept(world, "courthouse-door", "maryland", 2, "the log of four months where three years are to be kept")


def d54_hard(world: World) -> None:
    """Five months of six."""
    _kept(world, "ministry-door", "eu-ai-act", -31, "the log of five months where six are to be kept")


def d54_trap_young(world: World) -> None:
    """The system itself is two months old."""
    _kept(world, "library-door", "eu-ai-act", 60, "the log of two months of a system that began two months ago", old=False)


def d54_trap_enough(world: World) -> None:
    """Seven months where six are to be kept."""
    _kept(world, "harbor-door", "eu-ai-act", -95, "the log of seven months where six are to be kept")


def _kept(world: World, name: str, pack: str, first: int, note: str, *, old: bool = True) -> None:
    """A door that verifies staff, in use for years (`old`), with a log from day `first` on; what is missing lies before it."""
    begun = world.at(-2500, 0) if old else world.at(first, 0)
    system = world.matcher(name, ("dhs-026-11", pack), like="gate", approved_from=begun, logs_from=begun)
    who = world.hire(system=system, routine=False, shifts=False)
    ids = [world.search(who, world.at(day, float(world.rng.uniform(8, 15))), reason="door", **VERIFIED) for day in range(first, world.days)]
    world.background_queries += len(ids)
    world.plant("system", system, ids[:1], note, period=(world.at(first, 0) - 14 * DAY, world.at(first + 1, 0)))


# --- D55: clocks, zones, order


def d55_easy(world: World) -> None:
    """Fifteen searches of the night after the delivery."""
    system, who = _desk(world, "clock-east")
    _work(world, [who], 0.6)
    ids = [world.search(who, world.end + (2 + n) * HOUR, case=world.case(who)) for n in range(15)]
    world.plant("system", system, ids, "fifteen searches dated hours after the delivery was made", period=(world.end - DAY, world.end))


def d55_medium(world: World) -> None:
    """Recordings that end before they begin, reviews decided before they began."""
    system, who = _desk(world, "clock-west")
    _work(world, [who], 0.6)
    ids = []
    for start, _ in world.duty(who, 4, last=112):
        at = start + HOUR
        window: dict[str, Any] = {"operation": "video_search", "call": "video search", "searched_from": at - 2 * HOUR, "searched_to": at - 26 * HOUR}
        query = hit(world, who, at, world.case(who, opened=at - DAY), **window)
        review(world, who, query, at + 5 * HOUR, decided_at=at + 2 * HOUR, decision="no_match")
        ids.append(query)
    world.plant("system", system, ids, "four searches of recordings that end a day before they begin, with reviews decided before they began")


def d55_medium_zone(world: World) -> None:
    """Local time written as UTC: the quietest hours lie at midday."""
    system, agency = world.matcher("clock-zone", ("dhs-026-11",)), world.host()
    who = [world.hire(agency, system, routine=False, watch="day", shifts=False) for _ in range(8)]
    ids = []
    for operator, at in months(world, who, 0.9):
        wall = at.astimezone(ZoneInfo(people.ZONE)).replace(tzinfo=dt.UTC)
        if wall > world.start:
            ids.append(ordinary(world, operator, wall, reviewed=False))
    world.plant("system", system, ids, "day shifts whose local times are written as if they were UTC")


def d55_hard(world: World) -> None:
    """Two searches bear numbers of last week and times of the month before."""
    system, who = _desk(world, "clock-order")
    moments = [at for _, at in months(world, [who], 1.2)]
    first = int(world.fresh_id(6), 16) * 10**8
    back = {len(moments) * 3 // 4: 30, len(moments) * 3 // 4 + 5: 32}
    ids = []
    for n, at in enumerate(moments):
        query = world.search(who, at - DAY * back.get(n, 0), query_id=f"{first + n:016d}", case=world.case(who, opened=at - 40 * DAY))
        ids += [query] if n in back else []
    world.plant("system", system, ids, "two searches dated a month before their neighbours in the numbering")


def d55_trap_window(world: World) -> None:
    """The window that was asked for ends after the search: until the end of the day."""
    system, who = _desk(world, "clock-window")
    ids = []
    for start, _ in world.duty(who, 6):
        at = start + HOUR
        window: dict[str, Any] = {"operation": "video_search", "call": "video search", "searched_from": at - 9 * HOUR, "searched_to": at + 12 * HOUR}
        ids.append(world.search(who, at, case=world.case(who, opened=at - DAY), **window))
    world.plant("system", system, ids, "six searches of recordings until the end of the running day")


def d55_trap_completion(world: World) -> None:
    """The log writes when a search was done; the review began while its last seconds ran."""
    system, who = _desk(world, "clock-done")
    ids = []
    for start, _ in world.duty(who, 5, last=112):
        at = start + 2 * HOUR
        query = hit(world, who, at, world.case(who, opened=at - DAY))
        review(world, who, query, at - MINUTE / 20, decision="no_match")
        ids.append(query)
    world.plant("system", system, ids, "five reviews begun three seconds before the search's time, which is that of its end")


def _desk(world: World, name: str) -> tuple[str, Operator]:
    system = world.matcher(name, ("dhs-026-11",))
    return system, world.hire(system=system, routine=False)


def _work(world: World, who: list[Operator], per_shift: float, **changes: Cell) -> list[tuple[str, dt.datetime]]:
    return [(ordinary(world, operator, at, **changes), at) for operator, at in months(world, who, per_shift)]


# --- D56: a column lost, or emptied, or all the same


def d56_easy(world: World) -> None:
    """From April on the export has no reasons and no case numbers."""
    _changed(world, "fields-a", {}, without=("reason", "case_number", "offense"), note="reason, case number and offense are no columns any more from April on")


def d56_medium(world: World) -> None:
    """From April on nine reasons in ten are blank."""
    blank = lambda world: {"reason": None} if world.rng.random() < 0.9 else {}  # noqa: E731, PLR2004  nine in ten
    _changed(world, "fields-b", blank, note="nine in ten reasons are blank from April on, three in a hundred before")


def d56_hard(world: World) -> None:
    """From April on everybody writes one word."""
    _changed(world, "fields-c", {"reason": "Investigation"}, note="every reason is 'Investigation' from April on, many words before")


def d56_trap_vocabulary(world: World) -> None:
    """From April on there is a drop-down, announced by the vendor."""
    world.notice("vocabulary", world.at(85, 0), world.at(87, 0), "release 9: reasons come from a drop-down", system="fields-d")
    chosen = lambda world: {"reason": world.one_of(("Person Crime - Robbery", "Property Crime - Burglary", "Person Crime - Assault"))}  # noqa: E731
    _changed(world, "fields-d", chosen, note="three reasons of a drop-down from April on, announced by the vendor")


def _changed(world: World, name: str, change: dict[str, Cell] | Callable[[World], dict[str, Cell]], *, without: Iterable[str] = (), note: str) -> None:
    """A system whose exports are ordinary until March and changed from April on (day 86)."""
    system, agency = world.matcher(name, ("dhs-026-11",)), world.host()
    who = [world.hire(agency, system, routine=False) for _ in range(8)]
    cut = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
    for operator, at in months(world, who, 0.8):
        if at < cut:
            ordinary(world, operator, at, file=_export(system, at))
            continue
        world.background_queries += 1
        case = uses.current_case(world, operator, at)
        row = uses.ROWS["police"](world, operator, at, case, None) | (change(world) if callable(change) else change)
        query = world.add("queries", file=_export(system, at), **{k: v for k, v in row.items() if k not in set(without)})
        if row["candidates"]:
            uses.followed(world, operator, at, case, query, row)
    rows = [("exports", f"file:{_export(system, at)}") for at in (cut, cut + 31 * DAY)]
    world.plant("system", system, rows, note, period=(cut - DAY, world.end))


def _export(system: str, at: dt.datetime) -> str:
    """One export a month; each has the columns that it has."""
    return f"{system}/export-{at:%Y-%m}.csv"


# --- D57: what was published is not what is in the log


def d57_easy(world: World) -> None:
    """Nothing, says the report."""
    _published(world, "report-a", lambda _: 0, "three months of published zeros, and a hundred searches in the log")


def d57_easy_vendor(world: World) -> None:
    """The vendor counted ten times as many as the agency's log holds."""
    agency, system, counts = _reporting(world, "report-v")
    ids = [i for ids in counts.values() for i in ids]
    span: dict[str, Any] = {"period_from": world.at(0, 0), "period_to": world.end}
    world.add("published_counts", system=system, agency=agency.name, measure="queries", count=len(ids) * 10 + 23, **span)
    world.plant("agency", agency.name, ids, "the vendor published ten times the searches that are in the log")


def d57_medium(world: World) -> None:
    """Six in ten."""
    _published(world, "report-b", lambda count: count * 6 // 10, "six in ten of the searches in the log were published, three months running")


def d57_hard(world: World) -> None:
    """One month of three is short by a quarter."""
    _published(world, "report-c", lambda count: count, "one month published with three quarters of its searches, the others right", short=2)


def d57_trap_measure(world: World) -> None:
    """The report counts matches, not searches."""
    agency, system, counts = _reporting(world, "report-d")
    for month, ids in counts.items():
        _say(world, agency, month, len(ids))
    confirmed = [r for r in world.rows["reviews"]["context/reviews.csv"].frame().to_dicts() if r["system"] == system and r["decision"] == "match"]
    for month in counts:
        _say(world, agency, month, sum(r["decided_at"][:7] == f"{month:%Y-%m}" for r in confirmed), measure="matches")
    world.plant("agency", agency.name, [i for ids in counts.values() for i in ids], "few matches were published, and all searches: two measures, both right")


def d57_trap_fiscal(world: World) -> None:
    """The report is about the fiscal year, the log began in its middle."""
    agency, _, counts = _reporting(world, "report-e", logs_from=world.start)
    ids = [i for ids in counts.values() for i in ids]
    year: dict[str, Any] = {"period_from": world.start - 188 * DAY, "period_to": world.start + 177 * DAY}
    world.add("published_counts", agency=agency.name, measure="queries", count=len(ids) * 3 + 11, **year)
    world.plant("agency", agency.name, ids, "a fiscal year's figure, of which the log covers a third")


def _published(world: World, name: str, said: Callable[[int], int], note: str, *, short: int | None = None) -> None:
    """An agency that published `said` of what the log holds of each whole month; of month `short` three quarters."""
    agency, _, counts = _reporting(world, name)
    wrong = []
    for month, ids in counts.items():
        count = said(len(ids)) if month.month != short else len(ids) * 3 // 4
        _say(world, agency, month, count)
        wrong += ids if count != len(ids) else []
    world.plant("agency", agency.name, wrong, note)


def _reporting(world: World, name: str, **facts: Cell) -> tuple[Agency, str, dict[dt.datetime, list[str]]]:
    """An agency with a system of its own, and the searches of each whole month."""
    agency, system = world.agency(), world.matcher(name, ("dhs-026-11",), **facts)
    world.counted.add(agency.name)
    who = [world.hire(agency, system, routine=False) for _ in range(4)]
    counts: dict[dt.datetime, list[str]] = {dt.datetime(2026, m, 1, tzinfo=dt.UTC): [] for m in (2, 3, 4)}
    for query, at in _work(world, who, 0.7, status="ok"):
        month = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        if month in counts:
            counts[month].append(query)
    return agency, system, counts


def _say(world: World, agency: Agency, month: dt.datetime, count: int, measure: str = "queries") -> None:
    after = (month + 32 * DAY).replace(day=1)
    world.add("published_counts", agency=agency.name, period_from=month, period_to=after, measure=measure, count=count)


# --- D58: other behaviour once somebody looks


def d58_easy(world: World) -> None:
    """After the records request nearly nothing, and that with dots for reasons."""
    _watched(world, "spotlight-a", 0.1, 0.9, "after a records request a tenth of the searches, nearly all with a dot for a reason")


def d58_medium(world: World) -> None:
    """Less than half, every other reason a placeholder."""
    _watched(world, "spotlight-b", 0.4, 0.5, "after a records request four in ten of the searches, every other one with a placeholder for a reason")


def d58_hard(world: World) -> None:
    """Two thirds, every third reason a placeholder."""
    _watched(world, "spotlight-c", 0.65, 0.33, "after a records request two thirds of the searches, every third one with a placeholder for a reason")


def d58_trap_policy(world: World) -> None:
    """After the new policy there are fewer searches and better reasons."""
    world.notice("other", world.at(70, 0), world.at(70, 24), "new policy: a supervisor checks each request before it is run", system="spotlight-d")
    _watched(world, "spotlight-d", 0.5, 0.0, "fewer searches after a new policy, each with a case and a proper reason: it worked")


def _watched(world: World, name: str, share: float, placeholders: float, note: str) -> None:
    """A system before and after the records request of day 70: `share` of the searches are left, so many of them with placeholders."""
    agency, system = world.agency(), world.matcher(name, ("dhs-026-11",))
    day = world.at(70, 12)
    if placeholders:
        world.notice("other", day, day + HOUR, "public records request for the search log received", system=system, agency=agency.name)
    who, after = [world.hire(agency, system, routine=False) for _ in range(8)], []
    for operator, at in months(world, who, 1.1):
        if at < day:
            ordinary(world, operator, at)
        elif world.rng.random() < share:
            empty = world.rng.random() < placeholders
            facts: dict[str, Any] = {"reason": world.one_of((".", "x", "na", "inv"))} if empty else {}
            case = uses.current_case(world, operator, at)
            after.append(world.search(operator, at, case=case, **facts))
    world.plant("agency", agency.name, after, note, period=(day, world.end))
