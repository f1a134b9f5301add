"""Digests to chains: which signature proves which digest, which hash links hold, what is missing between them.

What is proven, and what is not:

* AWS signs a digest's end time, place, SHA-256 and the signature before it. The signature of digest N lies in N's object metadata, which a plain copy
  loses, and again inside digest N+1 as previousDigestSignature. A valid RSA signature over N's own bytes proves N **wherever it was found**: nobody without
  the private key can make one, so digest N+1 is only its carrier, and its own faults take nothing from N. Hence `signed-chain` is given to a digest for its own
  signature, never for its neighbour's; and the newest digest, whose signature no digest carries yet, has it only where object metadata was kept.
* A signed digest proves what it says of the digest before it (hash, signature), so what it contradicts is altered or another version.
* Without a usable signature, digests can only agree with each other. `hash-chain` means: the hash of this digest stands in the one after it, or the hash
  of the one before it stands in this one, and nothing contradicts either. Whoever rewrites every digest can make all hashes agree: it shows that a
  delivery is whole in itself, not that it is genuine. A digest contradicted by a signature or a hash has no more than its own file's hash.
* No chain proves its own end: a cut tail leaves a valid chain. Therefore the covered intervals are reported, always.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING

from audit_analyzer.digest_events import CADENCE, HOUR, Chain, Covered, Event, number, rank, stamp
from audit_analyzer.digest_file import Digest, DigestFile, base, stem
from audit_analyzer.digest_keys import Checked, Keys, Signature, check

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from audit_analyzer.words import Integrity


@dataclasses.dataclass(slots=True, eq=False)
class Link:
    """A digest under examination: what its signatures say, how many links hold, what speaks against it."""

    digest: Digest
    checked: Checked = dataclasses.field(default_factory=lambda: Checked("no_keys"))
    holds: int = 0
    against: list[str] = dataclasses.field(default_factory=list)

    @property
    def level(self) -> Integrity:
        if self.checked.verdict == "valid":
            return "signed-chain"
        return "hash-chain" if self.holds and not self.against else "file-hash-only"

    @property
    def reason(self) -> str:
        """Why it has its level, to stand after `the digest … `."""
        if self.checked.verdict == "valid" and self.checked.by:
            return f"is signed under key {self.digest.fingerprint}; the signature was found in {self.checked.by.found}"
        return (
            f"{'; '.join(sorted(self.against))}"
            if self.against
            else f"{_WHY[self.checked.verdict]}; {'its hash links hold' if self.holds else 'no delivered digest confirms it'}"
        )

    @property
    def title(self) -> str:
        return f"the digest {base(self.digest.object)}"

    def event(self, kind: str, detail: str, period: tuple[dt.datetime, dt.datetime] | None = None) -> Event:
        d = self.digest
        begin, end = period or (d.start, d.end)
        return Event(kind, d.file.export_id, d.account, d.region, begin, end, detail[0].upper() + detail[1:] + ".")


_WHY = {
    "no_keys": "cannot be checked against a signature, for no key list was delivered",
    "unsigned": "has no delivered signature: neither its object metadata nor the digest after it is there",
    "unknown_key": "names a key that is not in the delivered list",
    "expired_key": "has a signature that fits, under a key that was not valid at its time",
    "contested_key": "names a key that is listed with two different values",
    "wrong_key": "has a signature that fits another listed key than the one it names",
    "bad_signature": "has a signature that does not fit its bytes",
}
_COPIED = " (the content is the same but for blanks: a copy written anew, ask for the file as delivered)"
_SPEAKS_AGAINST = ("bad_signature", "wrong_key")
_BY_KEY = ("wrong_key", "unknown_key", "expired_key", "contested_key")


class Chains:
    """All digests of a delivery, examined. `by_object`: the versions of each digest, best first; `links`: one version of each, in order of time."""

    def __init__(self, digests: Iterable[Digest], malformed: Mapping[str, str], signatures: Sequence[Signature], keys: Keys | None) -> None:
        self.malformed = malformed  # name of a delivered digest that cannot be read -> SHA-256 of its bytes
        self.events: list[Event] = []
        self.by_object: dict[str, list[Link]] = {}
        for digest in sorted({(d.object, d.sha256): d for d in sorted(digests, key=_order, reverse=True)}.values(), key=_order):
            self.by_object.setdefault(digest.object, []).append(Link(digest))
        self.named_by: dict[str, list[Link]] = {}
        for link in self.every:
            if link.digest.previous:
                self.named_by.setdefault(link.digest.previous.object, []).append(link)
        self._check(signatures, keys)
        self._join()
        for versions in self.by_object.values():
            versions.sort(key=lambda link: (-rank(link.level), _order(link.digest)))
        self.links = sorted((versions[0] for versions in self.by_object.values()), key=lambda link: _order(link.digest))
        self._report()

    @property
    def every(self) -> list[Link]:
        return [link for versions in self.by_object.values() for link in versions]

    def groups(self) -> list[tuple[tuple[str, str, str, bool], list[Link]]]:
        """Links by (account, region, trail, backfill), in order of time."""
        by_chain = sorted(self.links, key=lambda link: link.digest.chain)  # stable: time stays in order
        return [(chain, list(links)) for chain, links in itertools.groupby(by_chain, key=lambda link: link.digest.chain)]

    def _check(self, signatures: Sequence[Signature], keys: Keys | None) -> None:
        found: dict[str, list[Signature]] = {}
        for signature in signatures:
            found.setdefault(signature.of, []).append(signature)
        for link in self.every:
            own = found.get(stem(link.digest.object), [])
            carried = [_carried(other.digest) for other in self.named_by.get(link.digest.object, ())]
            link.checked = check(link.digest, list(dict.fromkeys((*own, *carried))), keys)
            if link.checked.verdict in _SPEAKS_AGAINST and link.checked.by:
                link.against.append(f"{_WHY[link.checked.verdict]} (found in {link.checked.by.found})")
            good = link.checked.by.value if link.checked.verdict == "valid" and link.checked.by else None
            for stray in (s for s in own if good and s.value != good):
                self.events.append(link.event("stray_signature", f"{link.title} is signed, but a second signature in {stray.found} does not fit it"))

    def _join(self) -> None:
        """Hash links between delivered digests: what holds, and who is contradicted where it does not."""
        pairs = [(link, version) for link in self.every if link.digest.previous for version in self.by_object.get(link.digest.previous.object, ())]
        sound = []
        for link, before in pairs:
            what = _differs(link, before)
            if what is None:
                sound.append((link, before))
            elif before.checked.verdict != "valid":
                before.against.append(f"is not the one that {base(link.digest.object)} names as its predecessor: {what}")
        for link, before in sound:  # only after every contradiction is known: a link to a contradicted digest confirms nothing
            if not _contradicted(link) and not _contradicted(before):
                link.holds += 1
                before.holds += 1

    def _report(self) -> None:
        for link in self.every:
            if link.checked.verdict == "bad_signature":
                self.events.append(link.event(link.checked.verdict, f"{link.title} {link.reason}{_copied(link, self.named_by)}"))
        for versions in self.by_object.values():
            if len(versions) > 1:
                hashes = ", ".join(sorted(v.digest.sha256 for v in versions))
                self.events.append(
                    versions[0].event("duplicate_digest", f"{versions[0].title} was delivered in {len(versions)} versions with SHA-256 {hashes}")
                )
        for chain, links in self.groups():
            self._report_keys(links)
            for before, link in zip([None, *links], links, strict=False):
                self._step(before, link)
            if chain[3]:
                period = (links[0].digest.start, max(link.digest.end for link in links))
                self.events.append(links[0].event("backfill", f"{number(len(links), 'backfill digest')} of trail {chain[2]} list logs delivered late", period))

    def _report_keys(self, links: list[Link]) -> None:
        for kind in (*_BY_KEY, "unsigned"):
            of_kind = sorted((link for link in links if link.checked.verdict == kind), key=lambda link: link.digest.fingerprint)
            for fingerprint, some in itertools.groupby(of_kind, key=lambda link: link.digest.fingerprint):
                each = list(some)
                period = (min(e.digest.start for e in each), max(e.digest.end for e in each))
                detail = f"{number(len(each), 'digest')} from {each[0].title.removeprefix('the digest ')} on, key {fingerprint}: each {_WHY[kind]}"
                self.events.append(each[0].event("unsigned_digest" if kind == "unsigned" else kind, detail, period))

    def _step(self, before: Link | None, link: Link) -> None:
        """What stands between a digest and the one delivered before it in its chain."""
        d, previous = link.digest, link.digest.previous
        since = (before.digest.end, d.start) if before and before.digest.end <= d.start else None
        if d.end - d.start > HOUR + CADENCE and not d.backfill:
            self.events.append(link.event("missing_hour", f"{link.title} spans {stamp(d.start)} to {stamp(d.end)}, more than the hour of a digest"))
        if previous is None:
            self._first(before, link, since)
        elif previous.object in self.by_object:
            self._follow(before, link, self.by_object[previous.object])
        elif stem(previous.object) in self.malformed:
            if self.malformed[stem(previous.object)] != previous.sha256:
                self.events.append(link.event("broken_hash_chain", f"{link.title} names a predecessor that was delivered in a form that is no digest"))
        elif before and since:
            hours = max(1, round((since[1] - since[0]) / HOUR))
            detail = f"{link.title} names {base(previous.object)} as its predecessor, which was not delivered; a gap of about {number(hours, 'digest')}"
            self.events.append(link.event("missing_digest", f"{detail}, so logs delivered {stamp(since[0])} to {stamp(since[1])} cannot be checked", since))
        else:
            kind = "missing_digest" if before else "chain_goes_back"
            self.events.append(link.event(kind, f"{link.title} names {base(previous.object)} as its predecessor, which was not delivered"))

    def _first(self, before: Link | None, link: Link, since: tuple[dt.datetime, dt.datetime] | None) -> None:
        if link.digest.backfill:
            return
        proof = "signed as such under a listed key" if link.level == "signed-chain" else "unsigned, so that a piece taken out cannot be told from a stop"
        if before is None:
            self.events.append(link.event("chain_start", f"{link.title} starts a chain ({proof}); nothing earlier is covered"))
        else:
            gap = f"nothing covers {stamp(since[0])} to {stamp(since[1])}" if since else "it overlaps the digest before it"
            detail = f"{link.title} starts the chain anew ({proof}): logging or its validation had been stopped, or the trail made anew; {gap}"
            self.events.append(link.event("restart", detail, since))

    def _follow(self, before: Link | None, link: Link, versions: list[Link]) -> None:
        named = next((v for v in versions if _differs(link, v) is None), None)
        if named is None:
            what = _differs(link, versions[0])
            kind = "reserialised_digest" if what and what.endswith(_COPIED) else "broken_hash_chain"
            detail = f"{link.title} and the delivered {base(versions[0].digest.object)} before it do not fit: {what}{_blame(link, versions[0])}"
            self.events.append(link.event(kind, detail, (versions[0].digest.start, link.digest.end)))
        gap = link.digest.start - versions[0].digest.end
        if gap > CADENCE and not link.digest.backfill:
            detail = f"{link.title} follows directly on one that ends {stamp(versions[0].digest.end)}: the digests of {stamp(versions[0].digest.end)} to "
            period = (versions[0].digest.end, link.digest.start)
            self.events.append(link.event("missing_hour", f"{detail}{stamp(link.digest.start)} are not in the chain", period))
        if before and before.digest.object != versions[0].digest.object:
            detail = f"{before.title} is passed over: the next digest names {base(versions[0].digest.object)} as its predecessor"
            self.events.append(before.event("forked_chain", detail))


def _contradicted(link: Link) -> bool:
    return bool(link.against) and link.checked.verdict != "valid"


def _differs(link: Link, before: Link) -> str | None:
    """What a digest says of its predecessor and is not so of this one; None where all fits. RSA PKCS#1 v1.5 is deterministic: one text, one signature."""
    previous, digest = link.digest.previous, before.digest
    if previous is None:
        return "it names none"
    if previous.sha256 != digest.sha256:
        same = (
            " (the content is the same but for blanks: a copy written anew, ask for the file as delivered)" if previous.sha256 == digest.compact_sha256 else ""
        )
        return f"SHA-256 {previous.sha256} is named, {digest.sha256} was delivered{same}"
    if previous.bucket != digest.bucket:
        return f"bucket {previous.bucket} is named, {digest.bucket} stands in it"
    if before.checked.verdict == "valid" and before.checked.by and previous.signature != before.checked.by.value:
        return "another signature is named than the one that fits"
    return None


def _blame(link: Link, before: Link) -> str:
    signed = (link.checked.verdict == "valid", before.checked.verdict == "valid")
    if signed == (True, False):
        return "; the later one is signed, so the earlier one is not what AWS wrote"
    if signed == (False, True):
        return "; the earlier one is signed, so the later one is not what AWS wrote"
    return "; neither is signed, so either may have been altered" if signed == (False, False) else ""


def _carried(digest: Digest) -> Signature:
    value = digest.previous.signature if digest.previous else ""
    return Signature("", value, f"previousDigestSignature of {base(digest.object)}")


def _copied(link: Link, named_by: Mapping[str, list[Link]]) -> str:
    names = {other.digest.previous.sha256 for other in named_by.get(link.digest.object, ()) if other.digest.previous}
    innocent = link.digest.sha256 not in names and link.digest.compact_sha256 in names
    return "; without blanks it has the expected hash: a copy written anew, ask for the file as delivered" if innocent else ""


def _order(digest: Digest) -> tuple[dt.datetime, dt.datetime, str, str, str, str]:
    return (digest.end, digest.start, digest.object, digest.sha256, digest.file.path, digest.file.export_id)


def moved(files: Iterable[tuple[DigestFile, Digest]]) -> list[Event]:
    """Digests that lie under another name than their own; folders do not count, since copies are put anywhere."""
    return [
        Link(digest).event("moved_digest", f"the digest {base(digest.object)} was delivered as {base(file.path)}")
        for file, digest in files
        if stem(file.path) != stem(digest.object)
    ]


def covered(links: Iterable[Link]) -> tuple[Covered, ...]:
    """Intervals without a break, by level: digests of one level that touch or overlap."""
    runs: list[Covered] = []
    for link in links:
        start, end, last = link.digest.start, link.digest.end, runs[-1] if runs else None
        if last and last.level == link.level and start <= last.period_to:
            runs[-1] = Covered(last.level, last.period_from, max(end, last.period_to), last.digests + 1)
        else:
            runs.append(Covered(link.level, start, end, 1))
    return tuple(runs)


def chains(examined: Chains) -> tuple[Chain, ...]:
    """Every chain with what it covers."""
    return tuple(Chain(*chain, len(links), () if chain[3] else covered(links)) for chain, links in examined.groups())
