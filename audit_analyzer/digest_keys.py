"""Public keys and signatures of CloudTrail digests: strict readers of both, and the one RSA check.

The key list is the anchor of trust. It is the answer of CloudTrail's ListPublicKeys for the region and period, and is not in the digests: whoever can slip in a
key of their own can sign what they like, so an inspector asks for it from somebody else than the one who delivers the logs, or compares fingerprints.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime as dt
import re
from typing import TYPE_CHECKING, Any, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from audit_analyzer.digest_file import ALGORITHM, DIGEST_NAME, Digest, Malformed, base, stem, strict_json
from audit_analyzer.errors import ExportRejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LEAST_BITS = 2048
# A digest that ends just before keys are rotated is signed just after it: aws-cli looks two hours further for its key (pull request 10073).
ROTATION = dt.timedelta(hours=2)
MOST_KEYS_TRIED, MOST_SIGNATURES_TRIED = 64, 4  # in search of the key that did sign, once the named one did not: only to say so
_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
_SIGNATURE = re.compile(r"(?:[0-9a-f]{2}){64,1024}")

Verdict = Literal["valid", "bad_signature", "unknown_key", "expired_key", "contested_key", "wrong_key", "unsigned", "no_keys"]


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """One public key: PKCS#1 DER, and from when until when (both inclusive) it signed."""

    fingerprint: str
    der: bytes
    valid_from: dt.datetime
    valid_to: dt.datetime

    def may_have_signed(self, digest: Digest) -> bool:
        """Whether its period fits the digest. A backfill is signed any time after its own period; that it is one stands in its name, which is signed too."""
        return digest.end <= self.valid_to and (digest.backfill or self.valid_from - ROTATION <= digest.end)


@dataclasses.dataclass(frozen=True, slots=True)
class Keys:
    """Every key that was delivered. One fingerprint with two different keys is contested: it proves nothing."""

    entries: tuple[Key, ...] = ()

    def named(self, fingerprint: str) -> tuple[Key, ...]:
        return tuple(key for key in self.entries if key.fingerprint == fingerprint)

    @classmethod
    def merged(cls, lists: Iterable[Keys]) -> Keys | None:
        """Several exports (regions, periods) as one; None where there is no list."""
        lists = tuple(lists)
        distinct = {key for each in lists for key in each.entries}
        return cls(tuple(sorted(distinct, key=lambda k: (k.fingerprint, k.valid_from, k.valid_to, k.der)))) if lists else None


@dataclasses.dataclass(frozen=True, slots=True)
class Signature:
    """A signature in lower-case hexadecimal, the name of the digest that it is said to be of (without .gz), and where it was found."""

    of: str
    value: str
    found: str


@dataclasses.dataclass(frozen=True, slots=True)
class Checked:
    """What the signatures say of one digest; `by` is the one that decided."""

    verdict: Verdict
    by: Signature | None = None


def keys(body: bytes, where: str = "") -> Keys:
    """The keys of one ListPublicKeys export, times as ISO 8601 with offset or as epoch seconds. Errors: ExportRejected, and then none of it is used."""
    try:
        return Keys.merged([Keys(tuple(_key(entry) for entry in _entries(strict_json(body))))]) or Keys()
    except Malformed as error:
        raise ExportRejected(f"this is no list of public keys: {error}", where, "ask for the unedited output of `aws cloudtrail list-public-keys`") from None


def _entries(facts: object) -> list[object]:
    entries = facts.get("PublicKeyList") if isinstance(facts, dict) and not set(facts) - {"PublicKeyList", "NextToken", "ResponseMetadata"} else None
    if not isinstance(entries, list):
        raise Malformed('it is not {"PublicKeyList": […]}')
    return entries


def _key(entry: object) -> Key:
    if not isinstance(entry, dict) or not isinstance(entry.get("Value"), str):
        raise Malformed("an entry has no Value")
    fingerprint = entry.get("Fingerprint")
    if not isinstance(fingerprint, str) or not _FINGERPRINT.fullmatch(fingerprint):
        raise Malformed("a Fingerprint is not 32 lower-case hexadecimal digits")
    valid_from, valid_to = _instant(entry.get("ValidityStartTime")), _instant(entry.get("ValidityEndTime"))
    if valid_from >= valid_to:
        raise Malformed("a key's validity ends before it starts")
    try:
        der = base64.b64decode(entry["Value"], validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("a Value is not base64") from None
    _rsa(der)
    return Key(fingerprint, der, valid_from, valid_to)


def _instant(value: object) -> dt.datetime:
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return dt.datetime.fromtimestamp(value, dt.UTC)
        read = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        read = None
    if read is None or read.tzinfo is None:
        raise Malformed("a validity time is neither ISO 8601 with offset nor epoch seconds")
    return read.astimezone(dt.UTC)


def _rsa(der: bytes) -> RSAPublicKey:
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm):
        raise Malformed("a Value is not a public key") from None
    if not isinstance(key, RSAPublicKey) or key.public_bytes(Encoding.DER, PublicFormat.PKCS1) != der:
        raise Malformed("a Value is not an RSA public key in PKCS#1 DER")
    if key.key_size < LEAST_BITS:
        raise Malformed(f"a key has {key.key_size} bits, fewer than {LEAST_BITS}")
    return key


def signatures(body: bytes, path: str) -> tuple[Signature, ...]:
    """Signatures from saved S3 object metadata. Errors: ExportRejected.

    Three shapes: the answer of `aws s3api head-object` in a file named after its digest (NAME.json.gz.head.json, or any ending); a list of such answers
    with a Key each; an object whose names are keys and whose values are such answers. Which digest one is *said* to be of only saves work:
    a signature that fits is proof wherever it stood, and one that does not fit proves nothing.
    """
    try:
        found = tuple(_signature(key, facts, path) for key, facts in _answers(strict_json(body), path))
    except Malformed as error:
        raise ExportRejected(f"these are no signatures of digests: {error}", path, "ask for the unedited output of `aws s3api head-object`") from None
    return tuple(sorted(found, key=lambda s: (s.of, s.value)))


def _answers(facts: object, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(facts, dict) and not {"Metadata", "x-amz-meta-signature"} & facts.keys():
        entries = [(key, value) for key, value in facts.items()]
    elif isinstance(facts, list):
        entries = [(str(e.get("Key", "")) if isinstance(e, dict) else "", e) for e in facts]
    else:
        entries = [(str(facts.get("Key", path)) if isinstance(facts, dict) else path, facts)]
    for key, entry in entries:
        if not isinstance(entry, dict):
            raise Malformed("an entry is not an object")
        yield key, entry


def _signature(key: str, facts: dict[str, Any], path: str) -> Signature:
    metadata = facts.get("Metadata", facts)
    if not isinstance(metadata, dict):
        raise Malformed("Metadata is not an object")
    plain = {str(name).lower().removeprefix("x-amz-meta-"): value for name, value in metadata.items()}
    name = DIGEST_NAME.match(base(key)) or DIGEST_NAME.match(base(key).replace(".json.", ".json.gz.", 1))
    if name is None:
        raise Malformed("an entry does not say which digest it is of")
    if plain.get("signature-algorithm") != ALGORITHM:
        raise Malformed(f"signature-algorithm is {plain.get('signature-algorithm')!r}; only {ALGORITHM} is accepted")
    value = plain.get("signature")
    if not isinstance(value, str) or not _SIGNATURE.fullmatch(value):
        raise Malformed("a signature is not lower-case hexadecimal")
    return Signature(stem(name[0]), value, f"the object metadata in {base(path)}")


def check(digest: Digest, found: Sequence[Signature], known: Keys | None) -> Checked:
    """Whether one of the signatures is a listed key's over this very digest. Only `valid` proves anything; every other verdict says what is in the way."""
    if known is None:
        return Checked("no_keys")
    if not found:
        return Checked("unsigned")
    named = known.named(digest.fingerprint)
    if len({key.der for key in named}) > 1:
        return Checked("contested_key", found[0])
    by = next((s for s in found if named and fits(digest, s, named[0])), None)
    if by is not None:
        return Checked("valid" if any(key.may_have_signed(digest) for key in named) else "expired_key", by)
    others = {key.der: key for key in known.entries[:MOST_KEYS_TRIED] if key.fingerprint != digest.fingerprint}
    if any(fits(digest, s, key) for s in found[:MOST_SIGNATURES_TRIED] for key in others.values()):
        return Checked("wrong_key", found[0])
    return Checked("bad_signature" if named else "unknown_key", found[0])


def fits(digest: Digest, signature: Signature, key: Key) -> bool:
    """RSA PKCS#1 v1.5 with SHA-256 over the digest's text to sign."""
    try:
        _rsa(key.der).verify(bytes.fromhex(signature.value), digest.signed_text, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
