"""Which clauses a finding may cite: those of the packs that bind the system, in force when the event happened."""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING

from audit_analyzer.clauses import OWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit_analyzer.clauses import Clause, Pack
    from audit_analyzer.rule import Rule
    from audit_analyzer.settings import Settings

DAY = 86_400


def unknown(rule: Rule, packs: Mapping[str, Pack]) -> list[str]:
    """Clauses that the rule cites and no pack has."""
    known = {clause.key for pack in packs.values() for clause in pack.clauses}
    return [key for key in rule.clauses if key not in known]


class Citations:
    """The clauses of one night. Clauses begin and end at midnight UTC, so that one answer holds for a system and a day."""

    def __init__(self, settings: Settings, packs: Mapping[str, Pack], as_of: dt.datetime) -> None:
        self.settings, self.as_of_s = settings, int(as_of.timestamp())
        self.clauses: dict[str, Clause] = {clause.key: clause for pack in packs.values() for clause in pack.clauses}
        self.holds = functools.cache(self._holds)

    def _holds(self, key: str, system: str | None, day: int) -> bool:
        """Whether the clause binds the system (None: any) and is in force on the day (days since 1970-01-01, UTC)."""
        pack = key.partition("/")[0]
        if pack == OWN:
            return True
        bound = self.settings.default_packs if system is None else self.settings.system(system).packs
        clause = self.clauses.get(key)
        return pack in bound and clause is not None and clause.covers(dt.datetime.fromtimestamp(day * DAY, dt.UTC))

    def day(self, ts_s: int | None) -> int:
        """The day of an event; of the night where the event has no time."""
        return (self.as_of_s - 1 if ts_s is None else ts_s) // DAY

    def of(self, keys: tuple[str, ...], events: set[tuple[str | None, int]]) -> list[str]:
        """Those of the keys that hold for at least one of the events (system, day), in the given order."""
        return [key for key in keys if any(self.holds(key, system, day) for system, day in events)]
