"""Delivered logs against what the digests list: unchanged, modified, missing, unlisted, uncovered; and where the digests end too early.

The bytes decide, not the name: a log whose SHA-256 a digest lists is the log that was listed, wherever it lies. Its level is that of the best digest that
lists it. But if a better digest lists the same name with another hash, the name's file was changed and the weaker listing was made to fit.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, NamedTuple

from audit_analyzer.digest_events import DELIVERY, TAIL, Event, LogFile, Verdict, number, rank, stamp
from audit_analyzer.digest_file import LOG_NAME, Listed, base, compact, stem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from audit_analyzer.digest_chain import Chains, Link
    from audit_analyzer.digest_events import Covered

Place = tuple[str, str]  # account, region


class Listing(NamedTuple):
    """One entry of one digest."""

    entry: Listed
    link: Link

    @property
    def strength(self) -> int:
        return rank(self.link.level)


class Name(NamedTuple):
    """What a log's file name says: whose, where, and when it was delivered (to the five minutes)."""

    account: str
    region: str
    delivered: dt.datetime


def name(path: str) -> Name | None:
    """The facts in a CloudTrail log file's name; None where it is no such name."""
    found = LOG_NAME.fullmatch(stem(path))
    try:
        return Name(found[1], found[2], dt.datetime(*(int(found[n]) for n in range(3, 8)), tzinfo=dt.UTC)) if found else None  # type: ignore[arg-type,misc]
    except ValueError:
        return None


class Logs:
    """Delivered logs, judged. `read` gives the uncompressed bytes of a log that does not fit, so that an innocent copy can be told from a changed one."""

    def __init__(
        self, logs: Sequence[LogFile], chains: Chains, covered: Mapping[Place, Sequence[Covered]], read: Callable[[LogFile], bytes | None] | None
    ) -> None:
        self.covered, self.read = covered, read
        self.events: list[Event] = []
        self.verdicts: dict[str, Verdict] = {}
        self.any_digest = bool(chains.every)
        self.by_name: dict[str, list[Listing]] = {}
        self.by_hash: dict[str, list[Listing]] = {}
        for link in chains.every:
            for entry in link.digest.logs:
                self.by_name.setdefault(stem(entry.object), []).append(Listing(entry, link))
                self.by_hash.setdefault(entry.sha256, []).append(Listing(entry, link))
        self.outside: dict[Place, list[tuple[LogFile, Name]]] = {}
        for log in sorted(set(logs), key=lambda each: (each.path, each.export_id)):
            self._keep(self._judge(log))
        self._missing(logs)
        self._outside()

    def _keep(self, verdict: Verdict) -> None:
        """One export that lies at two places has the lower of its two levels."""
        before = self.verdicts.get(verdict.export_id)
        if before is None or rank(verdict.integrity) < rank(before.integrity):
            self.verdicts[verdict.export_id] = verdict

    def _judge(self, log: LogFile) -> Verdict:
        same_bytes, same_name = self.by_hash.get(log.sha256 or "", []), self.by_name.get(stem(log.path), [])
        best = max(same_bytes, key=_preference(log), default=None)
        stronger = [listing for listing in same_name if listing.entry.sha256 != log.sha256 and (best is None or listing.strength > best.strength)]
        if log.sha256 is None and same_name:
            self._say("unreadable_log", log, "it is listed, but its content could not be read from the delivered file", max(same_name, key=_preference(log)))
            return Verdict(log.export_id, "file-hash-only", "its content could not be read, so no hash could be compared")
        if stronger:
            return self._modified(log, max(stronger, key=_preference(log)))
        if best is not None:
            return self._unchanged(log, best)
        return self._unlisted(log)

    def _unchanged(self, log: LogFile, listing: Listing) -> Verdict:
        if stem(listing.entry.object) != stem(log.path):
            self._say("renamed_log", log, f"its bytes are listed as {base(listing.entry.object)}", listing)
        return Verdict(log.export_id, listing.link.level, f"its SHA-256 stands in {listing.link.title}, which {listing.link.reason}")

    def _modified(self, log: LogFile, listing: Listing) -> Verdict:
        facts = f"{listing.link.title} ({listing.link.level}) lists SHA-256 {listing.entry.sha256}, the delivered bytes have {log.sha256}"
        body = self.read(log) if self.read else None
        if body is not None and _compact_sha256(body) == listing.entry.sha256:
            why = "its content is as listed once blanks and line ends are taken out: a pretty-printed or converted copy; ask for the file as delivered"
            self._say("reserialised_log", log, f"{facts}; {why}", listing)
            return Verdict(log.export_id, "file-hash-only", f"its bytes are not the listed ones, though {why}")
        innocent = "harmless only if a copy was written anew, with other blanks, line ends or key order: compare with the file as delivered"
        self._say("modified_log", log, f"{facts}; {'blanks and line ends do not explain it' if body is not None else innocent}", listing)
        return Verdict(log.export_id, "file-hash-only", f"its bytes are not the listed ones: {facts}")

    def _unlisted(self, log: LogFile) -> Verdict:
        said = name(log.path)
        if said is None:
            if self.covered and self._touches(log):
                self._say(
                    "unnamed_log", log, "no digest lists its bytes, and its name is not that of a CloudTrail log file, so it cannot be found in any digest"
                )
            return Verdict(log.export_id, "file-hash-only", "no digest lists its bytes, and its name does not say which should")
        spans = self.covered.get((said.account, said.region), ())
        if any(span.period_from <= said.delivered and said.delivered + DELIVERY <= span.period_to for span in spans):
            detail = "no delivered digest lists it, though digests cover its delivery; harmless only if a second trail, without validation, wrote it too"
            self._say("unlisted_log", log, detail)
            return Verdict(log.export_id, "file-hash-only", "digests cover the time of its delivery, and none lists it")
        self.outside.setdefault((said.account, said.region), []).append((log, said))
        return Verdict(
            log.export_id,
            "file-hash-only",
            "no usable digest covers the time of its delivery" if spans else "no usable digest of its account and region was delivered",
        )

    def _touches(self, log: LogFile) -> bool:
        begin, end = log.period_from, log.period_to
        return any(begin and end and begin < span.period_to and span.period_from <= end for spans in self.covered.values() for span in spans)

    def _say(self, kind: str, log: LogFile, detail: str, listing: Listing | None = None) -> None:
        said = name(listing.entry.object if listing else log.path)
        begin, end = (listing.entry.oldest, listing.entry.newest) if listing else (None, None)
        begin, end = begin or log.period_from or (said.delivered if said else None), end or log.period_to or (said.delivered if said else None)
        account, region = (said.account, said.region) if said else (None, None)
        self.events.append(Event(kind, log.export_id, account, region, begin, end, f"The log {base(log.path)}: {detail}."))

    def _missing(self, logs: Iterable[LogFile]) -> None:
        """Listed and not delivered, by name or by bytes. Several digests that list one log make one event, the best of them its witness."""
        named: dict[str, list[LogFile]] = {}
        for log in logs:
            named.setdefault(stem(log.path), []).append(log)
        hashes = {log.sha256 for log in logs}
        for key, listings in self.by_name.items():
            best = max(listings, key=lambda each: (each.strength, each.link.digest.sha256))
            if best.entry.sha256 in hashes or not all(self._belongs_elsewhere(log) for log in named.get(key, ())):
                continue
            link, said = best.link, name(best.entry.object)
            begin, end = best.entry.oldest or link.digest.start, best.entry.newest or link.digest.end
            account, region = (said.account, said.region) if said else (link.digest.account, link.digest.region)
            detail = f"The log {base(best.entry.object)} is listed in {link.title} ({link.level}) and was not delivered."
            self.events.append(Event("missing_log", link.digest.file.export_id, account, region, begin, end, detail))

    def _belongs_elsewhere(self, log: LogFile) -> bool:
        """The file under this name has the bytes of another listed log: it is that one, renamed, and what the name stood for is missing."""
        return any(stem(listing.entry.object) != stem(log.path) for listing in self.by_hash.get(log.sha256 or "", ()))

    def _outside(self) -> None:
        for (account, region), some in sorted(self.outside.items()):
            if not self.any_digest:
                continue
            first, last = min(said.delivered for _, said in some), max(said.delivered for _, said in some)
            detail = f"{number(len(some), 'delivered log')} of account {account} in {region}, delivered {stamp(first)} to {stamp(last)}, "
            detail += "stand in no digest, for no usable digest covers their time."
            self.events.append(Event("uncovered_logs", None, account, region, first, last + DELIVERY, detail))


def _preference(log: LogFile) -> Callable[[Listing], tuple[int, bool, str, str]]:
    return lambda listing: (listing.strength, stem(listing.entry.object) == stem(log.path), listing.link.digest.object, listing.link.digest.sha256)


def _compact_sha256(body: bytes) -> str:
    return hashlib.sha256(compact(body)).hexdigest()


def tails(chains: Chains, logs: Iterable[LogFile]) -> list[Event]:
    """Chains that end more than two hours before the newest delivered log of their account and region, or before the newest digest of any chain."""
    newest: dict[Place, dt.datetime] = {}
    for log in logs:
        said = name(log.path)
        if said is not None:
            newest[said.account, said.region] = max(said.delivered, newest.get((said.account, said.region), said.delivered))
    ends = {chain: max(links, key=lambda link: link.digest.end) for chain, links in chains.groups() if not chain[3]}
    places: dict[Place, dt.datetime] = {}
    for chain, link in ends.items():
        places[chain[:2]] = max(link.digest.end, places.get(chain[:2], link.digest.end))
    rest = max(places.values(), default=None)
    return [event for chain, link in sorted(ends.items()) if rest for event in _tail(chain[2], link, newest.get(chain[:2]), places[chain[:2]], rest)]


def _tail(trail: str, link: Link, newest: dt.datetime | None, place_end: dt.datetime, rest: dt.datetime) -> list[Event]:
    end, parts, until = link.digest.end, [], link.digest.end
    if newest and newest > end + TAIL and place_end == end:
        parts.append(f"logs were delivered until {stamp(newest)}")
        until = newest
    if rest > end + TAIL:
        parts.append(f"the digests of another chain run until {stamp(rest)}")
        until = max(until, rest)
    if not parts:
        return []
    why = "later digests were not handed over, were removed, or the trail was stopped or deleted (look for StopLogging and DeleteTrail)"
    return [link.event("cut_tail", f"the digests of trail {trail} end at {stamp(end)}, while {' and '.join(parts)}: {why}", (end, until))]
