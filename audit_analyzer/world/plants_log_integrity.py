"""Plants about the log itself: broken digests (D50), silence (D51), logging switched off (D52), two versions of one export (D53)."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from audit_analyzer.world.aftermath import MINUTE, months, ordinary
from audit_analyzer.world.trails import Trail, compact, rehash
from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Operator
    from audit_analyzer.world.rows import Cell


# --- D50: digests and what they say


def d50_easy(world: World) -> None:
    """From two logs a search was taken out after they had been delivered."""
    trail = _trail(world, "bucket-copy-a")
    for hour in trail.hours[2:4]:
        hour.log = compact({"Records": json.loads(hour.log or b"{}")["Records"][1:]})
    trail.deliver()
    _told(world, trail, [h.log_name for h in trail.hours[2:4]], "one search taken out of each of two logs: their hashes do not fit the digests")


def d50_medium(world: World) -> None:
    """The digest of one hour is missing, and so is its log."""
    trail = _trail(world, "bucket-copy-b")
    before, _, after = trail.hours[3:6]
    del trail.hours[4]
    trail.deliver()
    _told(world, trail, [before.digest_name, after.digest_name], "one hour's digest and log are missing from the middle of the chain", (before.end, after.end))


def d50_hard(world: World) -> None:
    """A log was edited and all hashes made to fit; only the signatures could not be."""
    trail = _trail(world, "bucket-copy-c")
    hour = trail.hours[3]
    hour.log = compact({"Records": json.loads(hour.log or b"{}")["Records"][:1]})
    rehash(trail.hours[3:])
    trail.deliver()
    _told(world, trail, [hour.log_name, hour.digest_name], "a log edited and every hash since made to fit: the signatures do not")
    for later in trail.hours[4:-1]:
        evidence = trail.file(later.digest_name)
        world.plant("export", evidence[1], [evidence], "one of the digests that were made to fit", period=(later.end - HOUR, later.end))


def d50_trap_copied(world: World) -> None:
    """A plain copy: compressed anew, without the signatures that lie in the bucket's metadata, without the keys."""
    trail = _trail(world, "bucket-copy-d")
    trail.deliver(keys=False, level=1)
    _told(world, trail, [n for h in trail.hours for n in (h.log_name, h.digest_name)], "a whole chain in a plain copy, compressed anew, without keys")


def d50_trap_restart(world: World) -> None:
    """The trail was made anew, as announced, so the chain begins anew."""
    trail = _trail(world, "bucket-copy-e", fresh=4)
    start = trail.hours[3].end
    world.notice("migration", start - HOUR, start + HOUR, "trail moved to the organisation's account", system=trail.system)
    trail.deliver()
    _told(world, trail, [h.digest_name for h in trail.hours[3:5]], "an announced new trail: the chain begins anew without a gap")


def d50_trap_pretty(world: World) -> None:
    """Somebody opened a log in an editor that indents it; every value is the same."""
    trail = _trail(world, "bucket-copy-f")
    hour = trail.hours[2]
    hour.log = json.dumps(json.loads(hour.log or b"{}"), indent=2).replace("\n", "\r\n").encode()
    trail.deliver()
    _told(world, trail, [hour.log_name], "one log indented anew with other line ends: other bytes, the same records")


def _trail(world: World, system: str, *, fresh: int = 0) -> Trail:
    """Nine hours of a trail, some searches in each. All trails of a delivery end in the same hour: one that ends earlier would have been cut off."""
    world.matcher(system, ("dhs-026-11", "privacy-act"), like="cloud")
    who = world.hire(system=system, routine=False, shifts=False)
    trail, start = Trail(world, system), world.at(100, 8)
    world.add("shifts", operator=who.name, starts_at=start - HOUR, ends_at=start + 9 * HOUR)
    for n in range(9):
        begin = start + n * HOUR
        trail.hour(begin + HOUR, [trail.search(who, begin + (9 + 16 * k) * MINUTE) for k in range(3)], fresh=bool(fresh) and n == fresh)
    return trail


def _told(world: World, trail: Trail, names: list[str], note: str, period: tuple[dt.datetime, dt.datetime] | None = None) -> None:
    span = period or (trail.hours[0].end - HOUR, trail.hours[-1].end)
    world.plant("system", trail.system, [trail.file(name) for name in names], note, period=span)


# --- D51: silence


def d51_easy(world: World) -> None:
    """Nine days without a line."""
    _silent(world, "metro-faces-1", 80, 9, "nine days without any record on a system with a dozen searches a day")


def d51_medium(world: World) -> None:
    """Three days."""
    _silent(world, "metro-faces-2", 86, 3, "three days without any record on a system with a dozen searches a day")


def d51_hard(world: World) -> None:
    """One day, from midnight to midnight."""
    _silent(world, "metro-faces-3", 93, 1, "one day without any record on a system with a dozen searches a day")


def d51_trap_outage(world: World) -> None:
    """Four days of an outage that was announced."""
    world.notice("outage", world.at(84, 0), world.at(88, 0), "data centre moved: matcher off", system="metro-faces-4")
    _silent(world, "metro-faces-4", 84, 4, "four days without any record in an announced outage")


def d51_trap_weekends(world: World) -> None:
    """An office that is closed on weekends, and on one Monday."""
    system, holiday = world.matcher("bureau-desk", ("dhs-026-11",)), 91
    world.notice("other", world.at(holiday, 0), world.at(holiday + 1, 0), "public holiday: office closed", system=system)
    ids = _run(world, system, lambda day: day % 7 in {5, 6} or day == holiday)
    world.plant("system", system, [i for i, _ in ids[:40]], "an office without work on weekends and on a public holiday", period=(ids[0][1], ids[-1][1]))


def d51_trap_rare(world: World) -> None:
    """A system that is used every other day."""
    system, agency = world.matcher("village-faces", ("dhs-026-11",)), world.host()
    who = [world.hire(agency, system, routine=False) for _ in range(3)]
    ids = [(ordinary(world, operator, at), at) for operator, at in months(world, who, 0.25)]
    world.plant("system", system, [i for i, _ in ids], "a system with a search every other day: days without one mean nothing", period=(ids[0][1], ids[-1][1]))


def _silent(world: World, name: str, first: int, days: int, note: str) -> None:
    """A busy system with some days of which nothing was handed over."""
    system = world.matcher(name, ("dhs-026-11",))
    ids = _run(world, system, lambda day: first <= day < first + days)
    gap = world.at(first, 0), world.at(first + days, 0)
    before, after = [i for i, at in ids if at < gap[0]][-1], next(i for i, at in ids if at >= gap[1])
    world.plant("system", system, [before, after], note, period=gap)


def _run(world: World, system: str, closed: Callable[[int], bool]) -> list[tuple[str, dt.datetime]]:
    """Ten weeks of a dozen searches a day by ten people; nothing on days that are closed (in local time)."""
    agency = world.host()
    who = [world.hire(agency, system, routine=False, watch=("day", "day", "swing", "night")[n % 4]) for n in range(10)]
    moments = [(o, at) for o, at in months(world, who, 2.4, 45) if not closed(_day(world, at))]
    return [(ordinary(world, operator, at), at) for operator, at in moments]


def _day(world: World, at: dt.datetime) -> int:
    """Local day of the world."""
    return next(day for day in range((at - world.start).days + 1, -2, -1) if world.at(day, 0) <= at)


# --- D52: logging switched off


def d52_easy(world: World) -> None:
    """Logging stopped for three days by an administrator."""
    system, who, boss = _logged(world, "cloud-east")
    start = world.at(88, 22)
    _searches(world, who, lambda at: not start <= at < start + 3 * DAY)
    ids = [_control(world, boss, start, "StopLogging", "main-trail"), _control(world, boss, start + 3 * DAY, "StartLogging", "main-trail")]
    world.plant("system", system, ids, "logging stopped for three days, nothing announced")


def d52_medium(world: World) -> None:
    """Reads are not logged any more: no search appears, enrolments still do."""
    system, who, boss = _logged(world, "cloud-west")
    start = world.at(85, 9)
    _searches(world, who, lambda at: at < start)
    selectors = '[{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": true}]'
    ids = [_control(world, boss, start, "PutEventSelectors", f"main-trail {selectors}")]
    for operator, at in months(world, [who[0]], 1.5, 86):
        world.search(operator, at, operation="enrolment", call="IndexFaces", threshold=None, probe_faces=1, reviewed=False)
    world.plant("system", system, ids, "read events taken out of the trail: searches end, enrolments go on")


def d52_hard(world: World) -> None:
    """The bucket of the logs forgets after thirty days."""
    system, who, boss = _logged(world, "cloud-north")
    _searches(world, who, lambda _: True)
    rule = "constructed-trail-logs expire-audit-logs Expiration Days 30"
    ids = [_control(world, boss, world.at(90, 11), "PutBucketLifecycle", rule)]
    world.plant("system", system, ids, "the bucket of the logs was told to delete them after 30 days")


def d52_trap_migration(world: World) -> None:
    """A new trail on the day on which the old one ended, announced."""
    system, who, boss = _logged(world, "cloud-south")
    _searches(world, who, lambda _: True)
    start = world.at(87, 10)
    world.notice("migration", start - HOUR, start + 6 * HOUR, "trail replaced by the organisation's trail", system=system)
    calls = (("CreateTrail", "org-trail"), ("StartLogging", "org-trail"), ("StopLogging", "main-trail"), ("DeleteTrail", "main-trail"))
    ids = [_control(world, boss, start + n * 7 * MINUTE, call, name) for n, (call, name) in enumerate(calls)]
    world.plant("system", system, ids, "one trail replaced by another within half an hour, the new one first, announced")


def _logged(world: World, name: str) -> tuple[str, list[Operator], Operator]:
    """A cloud system with three people who search and one who administers it."""
    system, agency = world.matcher(name, ("dhs-026-11",), like="cloud"), world.host()
    who = [world.hire(agency, system, routine=False) for _ in range(3)]
    return system, who, world.hire(agency, system, unit="Information Technology", role="administrator", routine=False, shifts=False)


def _searches(world: World, who: list[Operator], there: Callable[[dt.datetime], bool]) -> None:
    for operator, at in months(world, who, 0.6):
        if there(at):
            ordinary(world, operator, at)


def _control(world: World, who: Operator, at: dt.datetime, call: str, carriers: str) -> str:
    facts: dict[str, Any] = {"operation": "log_control", "probe": None, "gallery": None, "threshold": None, "max_candidates": None, "probe_source": None}
    return world.search(who, at, call=call, carriers=carriers, reviewed=False, **facts)


# --- D53: two versions of one export


def d53_easy(world: World) -> None:
    """In the second version a dozen reasons are others, and five searches are gone."""
    _released(world, "suburb-a", "a dozen reasons and operators changed and five searches gone in the second version of one month", edited=12, gone=5)


def d53_medium(world: World) -> None:
    """Four reasons were made good."""
    _released(world, "suburb-b", "four reasons changed in the second version of one month", edited=4)


def d53_hard(world: World) -> None:
    """Two searches are gone."""
    _released(world, "suburb-c", "two searches of the middle of the month are not in its second version", gone=2)


def d53_trap_copies(world: World) -> None:
    """The second delivery repeats the second half of the month, line for line."""
    first = _month(world, "suburb-d")
    for row in first[len(first) // 2 :]:
        world.add("queries", file="suburb-d/network/queries-2026-03.csv", **row)
    ids = [r["query_id"] for r in first[len(first) // 2 :]]
    world.plant("system", "suburb-d", ids, "half a month handed over twice with the same values: copies of a network's log", period=_march(world))


def d53_trap_redacted(world: World) -> None:
    """The second delivery blacks out all reasons, as its cover letter says."""
    first = _month(world, "suburb-e")
    world.notice("other", world.at(100, 0), world.at(101, 0), "second release of March with all reasons redacted under 7923.600", system="suburb-e")
    for row in first:
        world.add("queries", file="suburb-e/second/queries-2026-03.csv", **{**row, "reason": "REDACTED"})
    ids = [r["query_id"] for r in first]
    world.plant("system", "suburb-e", ids, "one month handed over again with every reason redacted, announced", period=_march(world))


def d53_trap_addendum(world: World) -> None:
    """CloudTrail itself replaces a record, and says so."""
    system = world.matcher("trail-late", ("dhs-026-11",), like="cloud")
    who, trail = world.hire(system=system, routine=False), Trail(world, system)
    start = world.duty(who, 1, 70, 90)[0][0]
    records = [trail.search(who, start + (5 + 9 * n) * MINUTE) for n in range(4)]
    said = {
        "reason": "UPDATED_DATA",
        "updatedFields": "requestParameters",
        "originalRequestID": records[1]["requestID"],
        "originalEventID": records[1]["eventID"],
    }
    again = trail.record("SearchFacesByImage", start + 14 * MINUTE, who, {**records[1]["requestParameters"], "maxFaces": 20}, addendum=said)
    trail.hand_over("events.json", [*records, again])
    world.plant("system", system, [records[1]["eventID"]], "one record replaced by the service's own addendum", period=(start, start + 2 * HOUR))


def _march(world: World) -> tuple[dt.datetime, dt.datetime]:
    return world.start + 55 * DAY, world.start + 86 * DAY


def _month(world: World, name: str) -> list[dict[str, Cell]]:
    """The rows of March of a small system, which stand in its first delivery."""
    system, agency = world.matcher(name, ("dhs-026-11",)), world.host()
    who = [world.hire(agency, system, routine=False) for _ in range(4)]
    for operator, at in months(world, who, 1.0, 20):
        ordinary(world, operator, at)
    return list(world.rows["queries"][f"{system}/queries-2026-03.csv"].frame().to_dicts())


def _released(world: World, name: str, note: str, *, edited: int = 0, gone: int = 0) -> None:
    """A second version of March with other values in some rows and without some others, all by chance."""
    rows = _month(world, name)
    chosen = [int(i) for i in world.rng.permutation(range(2, len(rows) - 2))]
    changed, left_out = set(chosen[:edited]), set(chosen[edited : edited + gone])
    for n, row in enumerate(rows):
        if n not in left_out:
            other = {"reason": "homicide investigation", "unit": "Persons Crimes"} if n in changed else {}
            world.add("queries", file=f"{name}/second/queries-2026-03.csv", **{**row, **other})
    ids = [rows[n]["query_id"] for n in sorted(changed | left_out)]
    world.plant("system", name, ids, note, period=_march(world))
