"""A CloudTrail digest file as a value: strictly parsed, never trusted; and how digests, key lists and signature sidecars are told from logs.

Format: CloudTrail user guide, "CloudTrail digest file structure". A digest says for about one hour which log files were delivered, with the
SHA-256 of each over its uncompressed bytes, and names its predecessor with hash and signature. Its own signature is not in it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import hashlib
import json
import re
from typing import Any, Final, Literal, NoReturn

ALGORITHM, HASH_ALGORITHM = "SHA256withRSA", "SHA-256"
DIGEST_NAME = re.compile(r"(\d{12})_CloudTrail-Digest_([a-z0-9-]+)_([A-Za-z0-9._-]+)_([a-z0-9-]+)_(\d{8}T\d{6}Z)(_backfill)?\.json\.gz")
LOG_NAME = re.compile(r"(\d{12})_CloudTrail_([a-z0-9-]+)_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_[A-Za-z0-9]+\.json")
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z", re.ASCII)
_OBJECT = re.compile(r"[\x20-\x7e]{1,1024}")
_BUCKET = re.compile(r"[A-Za-z0-9._-]{3,255}")
_SHA256, _MD5, _HEX = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{32}"), re.compile(r"(?:[0-9a-f]{2}){64,1024}")
_SPACE = re.compile(rb'("(?:[^"\\]|\\.)*")|[ \t\r\n]+', re.DOTALL)
_FIRST_KEY = re.compile(rb'\s*(?:\[\s*)?\{\s*"((?:[^"\\]|\\.){1,1100})"\s*:', re.DOTALL)
_DIGEST_KEYS: Final = frozenset(
    b"awsAccountId digestStartTime digestEndTime digestS3Bucket digestS3Object digestPublicKeyFingerprint digestSignatureAlgorithm newestEventTime "
    b"oldestEventTime previousDigestS3Bucket previousDigestS3Object previousDigestHashValue previousDigestHashAlgorithm "
    b"previousDigestSignature logFiles".split()
)
_HEAD_OBJECT_KEYS: Final = frozenset(
    b"AcceptRanges LastModified ContentLength ETag VersionId ContentType ContentEncoding ServerSideEncryption SSEKMSKeyId BucketKeyEnabled "
    b"Metadata Key Bucket ResponseMetadata Expiration StorageClass ReplicationStatus ObjectLockMode x-amz-meta-signature x-amz-meta-signature-algorithm".split()
)
_PREVIOUS = ("previousDigestS3Bucket", "previousDigestS3Object", "previousDigestHashValue", "previousDigestHashAlgorithm", "previousDigestSignature")


class Malformed(ValueError):  # noqa: N818  the name is the verdict
    """The bytes are not what they are delivered as; the message says what is wrong."""


@dataclasses.dataclass(frozen=True, slots=True)
class DigestFile:
    """A digest as delivered: its export, the path it lay at, its decompressed bytes."""

    export_id: str
    path: str
    body: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """One log that a digest lists, with the SHA-256 of its uncompressed bytes."""

    object: str
    sha256: str
    oldest: dt.datetime | None
    newest: dt.datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class Previous:
    """What a digest says of its predecessor."""

    bucket: str
    object: str
    sha256: str
    signature: str


@dataclasses.dataclass(frozen=True)
class Digest:
    """One well-formed digest. Well-formed says nothing about genuine."""

    file: DigestFile
    account: str
    region: str
    trail: str
    backfill: bool
    start: dt.datetime
    end: dt.datetime
    bucket: str
    object: str
    fingerprint: str
    previous: Previous | None
    logs: tuple[Listed, ...]

    @functools.cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.file.body).hexdigest()

    @functools.cached_property
    def compact_sha256(self) -> str:
        return hashlib.sha256(compact(self.file.body)).hexdigest()

    @property
    def chain(self) -> tuple[str, str, str, bool]:
        return (self.account, self.region, self.trail, self.backfill)

    @property
    def signed_text(self) -> bytes:
        """The string to sign of the CloudTrail user guide (custom validation). None of its parts can hold a line break: `parse` saw to it."""
        end = self.end.strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"{end}\n{self.bucket}/{self.object}\n{self.sha256}\n{self.previous.signature if self.previous else 'null'}".encode("ascii")


def parse(file: DigestFile) -> Digest:
    """The digest in a file's bytes. Algorithms are fixed, not chosen by the file. Errors: Malformed."""
    facts = strict_json(file.body)
    if not isinstance(facts, dict) or "Records" in facts:
        raise Malformed("it is not the JSON object of a digest")
    for key, only in (("digestSignatureAlgorithm", ALGORITHM), ("previousDigestHashAlgorithm", HASH_ALGORITHM)):
        if facts.get(key) != only and not (key == _PREVIOUS[3] and facts.get(key) is None):
            raise Malformed(f"{key} is {facts.get(key)!r}; only {only} is accepted")
    account, key = _fits(facts, "awsAccountId", re.compile(r"\d{12}", re.ASCII)), _fits(facts, "digestS3Object", _OBJECT)
    name = DIGEST_NAME.fullmatch(base(key))
    if name is None:
        raise Malformed("digestS3Object does not end in the name of a digest file")
    start, end = moment(facts.get("digestStartTime"), "digestStartTime"), moment(facts.get("digestEndTime"), "digestEndTime")
    if start >= end:
        raise Malformed("digestStartTime is not before digestEndTime")
    for edge in ("newestEventTime", "oldestEventTime"):
        _optional(facts, edge)
    return Digest(
        file=file, account=account, region=name[2], trail=name[3], backfill=bool(name[6]), start=start, end=end,
        bucket=_fits(facts, "digestS3Bucket", _BUCKET), object=key, fingerprint=_fits(facts, "digestPublicKeyFingerprint", _MD5),
        previous=_previous(facts), logs=_logs(facts.get("logFiles")),
    )  # fmt: skip


def _previous(facts: dict[str, Any]) -> Previous | None:
    if not all(key in facts for key in _PREVIOUS):
        raise Malformed("a previousDigest field is not there")
    if all(facts[key] is None for key in _PREVIOUS):
        return None
    if facts[_PREVIOUS[3]] != HASH_ALGORITHM:
        raise Malformed("some previousDigest fields are null and some are not")
    return Previous(
        bucket=_fits(facts, _PREVIOUS[0], _BUCKET),
        object=_fits(facts, _PREVIOUS[1], _OBJECT),
        sha256=_fits(facts, _PREVIOUS[2], _SHA256),
        signature=_fits(facts, _PREVIOUS[4], _HEX),
    )


def _logs(entries: object) -> tuple[Listed, ...]:
    if not isinstance(entries, list):
        raise Malformed("logFiles is not a list")
    return tuple(_listed(entry) for entry in entries)


def _listed(entry: object) -> Listed:
    if not isinstance(entry, dict) or entry.get("hashAlgorithm") != HASH_ALGORITHM:
        raise Malformed(f"an entry of logFiles has no hashAlgorithm {HASH_ALGORITHM}")
    _fits(entry, "s3Bucket", _BUCKET)
    oldest, newest = _optional(entry, "oldestEventTime"), _optional(entry, "newestEventTime")
    return Listed(_fits(entry, "s3Object", _OBJECT), _fits(entry, "hashValue", _SHA256), oldest, newest)


def _fits(facts: dict[str, Any], key: str, pattern: re.Pattern[str]) -> str:
    value = facts.get(key)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        size = f" ({len(value)} characters)" if isinstance(value, str) else ""
        raise Malformed(f"{key} is not what it should be{size}")
    return value


def _optional(facts: dict[str, Any], key: str) -> dt.datetime | None:
    return None if facts.get(key) is None else moment(facts[key], key)


def moment(value: object, key: str) -> dt.datetime:
    """UTC instant of "2020-09-11T18:36:49Z", the one way digests write time. Errors: Malformed."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    try:
        return dt.datetime(*(int(part) for part in found.groups()), tzinfo=dt.UTC) if found else _malformed(f"{key} is not a time")  # type: ignore[arg-type,misc]
    except ValueError:
        raise Malformed(f"{key} is not a time") from None


def strict_json(body: bytes) -> object:
    """JSON in UTF-8 without byte order mark, NaN or a key that stands twice. Errors: Malformed."""
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_malformed)
    except Malformed:
        raise
    except (ValueError, RecursionError) as error:
        raise Malformed(f"it is not JSON ({type(error).__name__})") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    facts = dict(pairs)
    return facts if len(facts) == len(pairs) else _malformed("a key stands twice in one object")


def _malformed(what: str) -> NoReturn:
    raise Malformed(what)


def compact(body: bytes) -> bytes:
    """The same JSON without byte order mark and without blanks outside of strings: what CloudTrail writes, and an editor undoes."""
    return _SPACE.sub(lambda found: found[1] or b"", body.removeprefix(b"\xef\xbb\xbf"))


def base(path: str) -> str:
    """Last part of a key or path."""
    return path.replace("\\", "/").rpartition("/")[2]


def stem(path: str) -> str:
    """Last part of a key or path without .gz: what copying and inflating leave of it."""
    return base(path).removesuffix(".gz")


def recognise(body_head: bytes, path: str) -> Literal["digest", "keys", "signatures"] | None:
    """What kind of integrity file this is, by the first key of its decompressed beginning (4 KiB are plenty) or a digest's name; None: none of them.

    The first key decides, so that a log which merely speaks of digests stays a log; `{"Records"` is always a log, whatever its name.
    """
    found = _FIRST_KEY.match(body_head.removeprefix(b"\xef\xbb\xbf"))
    first = found[1] if found else b""
    if first == b"Records":
        return None
    if DIGEST_NAME.fullmatch(stem(path) + ".gz") or (first in _DIGEST_KEYS and b'"digest' in body_head):
        return "digest"
    if first == b"PublicKeyList" or (first == b"NextToken" and b'"PublicKeyList"' in body_head):
        return "keys"
    named = first in _HEAD_OBJECT_KEYS or DIGEST_NAME.fullmatch(base(first.decode("utf-8", "replace")))
    return "signatures" if named and b"signature-algorithm" in body_head else None
