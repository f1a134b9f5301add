"""Verification of CloudTrail digest chains from plain copies, offline: digests, logs and keys in; levels, covered intervals and events out.

Pure: no database, no files, no clock, no network. The order of the input changes nothing. What each level proves stands in digest_chain.py, the
kinds of events in digest_events.py, the shapes of the files in digest_file.py and digest_keys.py. AWS's own tool (`aws cloudtrail validate-logs`) reads
from S3 only and answers neither for downloaded files nor for where a chain ends.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from audit_analyzer.digest_chain import Chains, chains, moved
from audit_analyzer.digest_events import KINDS, Chain, Covered, Event, LogFile, Verdict, Verification, number, ordered, rank, stamp
from audit_analyzer.digest_file import Digest, DigestFile, Malformed, base, parse, recognise, stem
from audit_analyzer.digest_keys import Keys, Signature, keys, signatures
from audit_analyzer.digest_logs import Logs, tails

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "KINDS", "Chain", "Covered", "DigestFile", "Event", "Keys", "LogFile", "Signature", "Verdict", "Verification", "keys", "recognise", "signatures", "verify",
]  # fmt: skip


def verify(
    digests: Sequence[DigestFile],
    logs: Sequence[LogFile],
    keys: Keys | None = None,
    signatures: Sequence[Signature] = (),
    read: Callable[[LogFile], bytes | None] | None = None,
) -> Verification:
    """What a delivery of digests shows of a delivery of logs.

    digests: their decompressed bytes; logs: every delivered log, one entry for each place it lay at; keys: every key list merged, None where none was
    delivered; signatures: from saved object metadata; read: uncompressed bytes of a log that does not fit (None: not to be had), asked for those only.
    Raises nothing for bad input: bad digests are events. Levels: see digest_chain.py.
    """
    parsed, events = _parsed(digests)
    malformed = {stem(file.path): hashlib.sha256(file.body).hexdigest() for file, digest in parsed if digest is None}
    good = [(file, digest) for file, digest in parsed if digest is not None]
    examined = Chains([digest for _, digest in good], malformed, signatures, keys)
    places = _places(examined)
    judged = Logs(logs, examined, places, read)
    events += [*examined.events, *moved(good), *judged.events, *tails(examined, logs)]
    found = chains(examined)
    events += [_covered(chain, span) for chain in found for span in chain.covered if rank(span.level)]
    verdicts = tuple(judged.verdicts[export_id] for export_id in sorted(judged.verdicts))
    return Verification(found, verdicts, _digests(parsed, examined), ordered(events))


def _parsed(files: Sequence[DigestFile]) -> tuple[list[tuple[DigestFile, Digest | None]], list[Event]]:
    parsed: list[tuple[DigestFile, Digest | None]] = []
    events: list[Event] = []
    for file in sorted(set(files), key=lambda f: (f.path, f.export_id, f.body)):
        try:
            parsed.append((file, parse(file)))
        except Malformed as error:
            parsed.append((file, None))
            detail = f"The file {base(file.path)} was delivered as a digest and is not one: {error}."
            events.append(Event("malformed_digest", file.export_id, None, None, None, None, detail))
    return parsed, events


def _places(examined: Chains) -> dict[tuple[str, str], tuple[Covered, ...]]:
    """What usable digests of all trails together cover, by account and region."""
    links = [link for link in examined.links if rank(link.level) and not link.digest.backfill]
    by_place: dict[tuple[str, str], list[Covered]] = {}
    for link in sorted(links, key=lambda each: (each.digest.start, each.digest.end)):
        spans = by_place.setdefault((link.digest.account, link.digest.region), [])
        begin, end = link.digest.start, link.digest.end
        if spans and begin <= spans[-1].period_to:
            spans[-1] = Covered("hash-chain", spans[-1].period_from, max(end, spans[-1].period_to), spans[-1].digests + 1)
        else:
            spans.append(Covered("hash-chain", begin, end, 1))
    return {place: tuple(spans) for place, spans in by_place.items()}


def _covered(chain: Chain, span: Covered) -> Event:
    where = f"Trail {chain.trail} in {chain.region} of account {chain.account}"
    period = f"{stamp(span.period_from)} to {stamp(span.period_to)}"
    detail = f"{where}: {span.level} from {period} without a break, {number(span.digests, 'digest')}; it shows nothing of the time before or after."
    return Event("covered", None, chain.account, chain.region, span.period_from, span.period_to, detail)


def _digests(parsed: Sequence[tuple[DigestFile, Digest | None]], examined: Chains) -> tuple[Verdict, ...]:
    by_bytes = {(link.digest.object, link.digest.sha256): link for link in examined.every}
    verdicts: dict[str, Verdict] = {}
    for file, digest in parsed:
        if digest is None:
            verdicts[file.export_id] = Verdict(file.export_id, "file-hash-only", "it was delivered as a digest and is not one")
        else:
            link = by_bytes[digest.object, digest.sha256]
            verdicts[file.export_id] = Verdict(file.export_id, link.level, f"it {link.reason}")
    return tuple(verdicts[export_id] for export_id in sorted(verdicts))
