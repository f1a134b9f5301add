"""What the verification of digests can say, each kind with its weight and its meaning, and the values that it says it with."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit_analyzer.words import Integrity, Severity

HOUR: Final = dt.timedelta(hours=1)
CADENCE = dt.timedelta(minutes=5)  # digests follow each other to the second in every published sample; this is room for a late scheduler
TAIL = dt.timedelta(hours=2)  # one digest may still be on its way; two may not
# A log's name has its delivery time floored to five minutes (sample: a log named 18:35 in the digest that starts at 18:36:49); three times that, for late ones.
DELIVERY = dt.timedelta(minutes=15)

# kind: (weight, meaning). Weights are hints: a rule decides. The kinds from chain_start on are notes, not faults.
KINDS: Final[dict[str, tuple[Severity, str]]] = {
    "modified_log": ("critical", "a delivered log's bytes are not those that its digest lists"),
    "bad_signature": ("critical", "a digest's signature does not fit its bytes under the key that it names"),
    "broken_hash_chain": ("critical", "a digest names a hash, bucket or signature of its predecessor that is not the delivered predecessor's"),
    "duplicate_digest": ("high", "one digest was delivered in two versions with different bytes"),
    "malformed_digest": ("high", "a file that is delivered as a digest is not one"),
    "malformed_keys": ("high", "a file that is delivered as a list of public keys is not one"),
    "malformed_signatures": ("medium", "a file that is delivered as saved object metadata holds no signatures of digests"),
    "wrong_key": ("high", "a digest's signature fits another listed key than the one that the digest names"),
    "contested_key": ("high", "two different public keys are listed under one fingerprint"),
    "expired_key": ("high", "a signature fits, but the key was not valid at the digest's time"),
    "missing_log": ("high", "a log that a digest lists was not delivered"),
    "unlisted_log": ("high", "a delivered log stands in no digest, though digests cover the time of its delivery"),
    "missing_digest": ("high", "a digest names a predecessor that was not delivered, between two that were"),
    "missing_hour": ("high", "two linked digests do not follow each other, or one spans more than its hour"),
    "forked_chain": ("high", "a delivered digest is passed over by the one after it, which names another predecessor"),
    "cut_tail": ("high", "the digests end well before the delivered logs or the other chains do"),
    "restart": ("medium", "a chain starts anew after an earlier one ended: logging or validation was off in between"),
    "unknown_key": ("medium", "digests name a key that is not in the delivered key list"),
    "uncovered_logs": ("medium", "logs were delivered for a time that no usable digest covers"),
    "unreadable_log": ("high", "a listed log was delivered but could not be decompressed or read"),
    "reserialised_log": ("low", "a log has the listed content but not the listed bytes: blanks or line ends were changed in copying"),
    "reserialised_digest": ("low", "a digest has the expected content but not the expected bytes: blanks or line ends were changed in copying"),
    "chain_start": ("low", "the first digest delivered is one that starts a chain"),
    "chain_goes_back": ("low", "the first digest delivered names a predecessor: the chain began before the delivery does"),
    "unsigned_digest": ("low", "no signature of a digest was delivered, nor the digest after it, which would hold one"),
    "stray_signature": ("low", "a signature in the object metadata does not fit, while another of the same digest does"),
    "moved_digest": ("low", "a digest lies under another name than the one that it gives itself"),
    "renamed_log": ("low", "a log's bytes are listed, under another name"),
    "unnamed_log": ("low", "a file has no name of a CloudTrail log file and no digest lists its bytes: an excerpt or a rewritten copy"),
    "backfill": ("low", "backfill digests list logs that were delivered late"),
    "covered": ("low", "an interval without a break for which digests were delivered, at one level"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """One fact found: its kind (see KINDS), the export and the account and region concerned, its period (to is exclusive), a sentence."""

    kind: str
    export_id: str | None
    account: str | None
    region: str | None
    period_from: dt.datetime | None
    period_to: dt.datetime | None
    detail: str

    @property
    def severity(self) -> Severity:
        return KINDS[self.kind][0]


@dataclasses.dataclass(frozen=True, slots=True)
class LogFile:
    """A delivered log: SHA-256 over its uncompressed bytes (None: they could not be had), and the period of its events where known."""

    export_id: str
    path: str
    sha256: str | None
    period_from: dt.datetime | None = None
    period_to: dt.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """How far one export's wholeness is shown, and by what."""

    export_id: str
    integrity: Integrity
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class Covered:
    """An interval without a break in which every digest has this level."""

    level: Integrity
    period_from: dt.datetime
    period_to: dt.datetime
    digests: int


@dataclasses.dataclass(frozen=True, slots=True)
class Chain:
    """The digests of one trail in one account and region; backfills form a chain of their own and cover nothing."""

    account: str
    region: str
    trail: str
    backfill: bool
    digests: int
    covered: tuple[Covered, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Verification:
    """Everything found, in an order that does not depend on the order of the input."""

    chains: tuple[Chain, ...]
    logs: tuple[Verdict, ...]
    digests: tuple[Verdict, ...]
    events: tuple[Event, ...]

    def integrity(self, export_id: str) -> Integrity:
        """Level of one export; one that nothing is known of has its own hash only."""
        return next((v.integrity for v in (*self.logs, *self.digests) if v.export_id == export_id), "file-hash-only")


LEVELS: Final[tuple[Integrity, ...]] = ("file-hash-only", "hash-chain", "signed-chain")


def rank(level: Integrity) -> int:
    """0 for file-hash-only to 2 for signed-chain."""
    return LEVELS.index(level)


def ordered(events: Iterable[Event]) -> tuple[Event, ...]:
    """Each event once, by time, place and kind."""
    return tuple(sorted(set(events), key=_place))


def _place(event: Event) -> tuple[str, str, str, str, str, str, str]:
    times = (stamp(event.period_from), stamp(event.period_to))
    return (event.account or "", event.region or "", *times, event.kind, event.detail, event.export_id or "")


def stamp(moment: dt.datetime | None) -> str:
    """A time in a sentence."""
    return "an unknown time" if moment is None else moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def number(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count} {noun}" + ("" if count == 1 else "s")
