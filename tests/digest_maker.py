"""Makes deliveries of CloudTrail digests and logs, signed with keys of the tests' own, in the shape of the published samples."""

import base64
import dataclasses
import datetime as dt
import functools
import hashlib
import json

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from audit_analyzer.digests import DigestFile, LogFile, Signature, keys, verify

START = dt.datetime(2026, 3, 1, 0, 1, 31, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
BUCKET = "county-trail"
PLACES = (("111122223333", "us-east-1"), ("111122223333", "us-west-2"), ("444455556666", "us-east-1"), ("444455556666", "us-west-2"))


@functools.cache
def private_key(number=0):
    """RSA key pair of the tests; the number tells several apart."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def der(number=0):
    return private_key(number).public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)


def fingerprint(number=0):
    return hashlib.md5(der(number), usedforsecurity=False).hexdigest()


def key_entry(number=0, valid_from="2026-02-01T00:00:00+00:00", valid_to="2026-04-01T00:00:00+00:00", **other):
    value = base64.b64encode(der(number)).decode()
    return {"Value": value, "ValidityStartTime": valid_from, "ValidityEndTime": valid_to, "Fingerprint": fingerprint(number), **other}


def key_list(*entries):
    return json.dumps({"PublicKeyList": list(entries or (key_entry(),))}).encode()


def stamp(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def sha(body):
    return hashlib.sha256(body).hexdigest()


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


@dataclasses.dataclass
class Log:
    """A delivered log: its S3 key and uncompressed bytes."""

    key: str
    body: bytes
    delivered: dt.datetime

    def entry(self):
        event = stamp(self.delivered - dt.timedelta(minutes=6))
        hashes = {"hashValue": sha(self.body), "hashAlgorithm": "SHA-256"}
        return {"s3Bucket": BUCKET, "s3Object": self.key, **hashes, "newestEventTime": event, "oldestEventTime": event}

    def file(self):
        return LogFile(sha(b"gz" + self.key.encode() + self.body), f"delivery/{self.key}", sha(self.body))


@dataclasses.dataclass
class Made:
    """One digest: its facts (as in its JSON), its bytes and its own signature."""

    facts: dict
    body: bytes
    signature: str

    @property
    def key(self):
        return self.facts["digestS3Object"]

    def file(self):
        return DigestFile(sha(b"gz" + self.body), f"delivery/{self.key}", self.body)

    def metadata(self):
        return Signature(self.key.rpartition("/")[2].removesuffix(".gz"), self.signature, "the object metadata")


def sign(facts, body, number=0):
    """Signature over the string to sign of the user guide."""
    place = f"{facts['digestS3Bucket']}/{facts['digestS3Object']}"
    text = "\n".join((facts["digestEndTime"], place, sha(body), facts["previousDigestSignature"] or "null"))
    return private_key(number).sign(text.encode(), PKCS1v15(), SHA256()).hex()


def make_log(account, region, delivered, number=0):
    mark = int(sha(f"{account}{region}{delivered}{number}".encode())[:20], 16)
    name = f"{account}_CloudTrail_{region}_{delivered:%Y%m%dT%H%MZ}_{mark:020X}.json.gz"
    body = compact({"Records": [{"eventID": f"{mark:x}", "eventTime": stamp(delivered), "awsRegion": region, "eventName": "SearchFacesByImage"}]})
    return Log(f"AWSLogs/{account}/CloudTrail/{region}/{delivered:%Y/%m/%d}/{name}", body, delivered)


def make_digest(account, region, end, logs, before=None, *, number=0, backfill=False, start=None, **changes):
    """A digest of the hour that ends at `end`, linked to `before`; `changes` replace facts before it is signed."""
    tail = f"{account}_CloudTrail-Digest_{region}_county-trail_us-east-1_{end:%Y%m%dT%H%M%SZ}{'_backfill' if backfill else ''}.json.gz"
    facts = {
        "awsAccountId": account,
        "digestStartTime": stamp(start or end - HOUR),
        "digestEndTime": stamp(end),
        "digestS3Bucket": BUCKET,
        "digestS3Object": f"AWSLogs/{account}/CloudTrail-Digest/{region}/{end:%Y/%m/%d}/{tail}",
        "digestPublicKeyFingerprint": fingerprint(number),
        "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": logs[-1].entry()["newestEventTime"] if logs else None,
        "oldestEventTime": logs[0].entry()["oldestEventTime"] if logs else None,
        "previousDigestS3Bucket": before.facts["digestS3Bucket"] if before else None,
        "previousDigestS3Object": before.key if before else None,
        "previousDigestHashValue": sha(before.body) if before else None,
        "previousDigestHashAlgorithm": "SHA-256" if before else None,
        "previousDigestSignature": before.signature if before else None,
        "logFiles": [log.entry() for log in logs],
        **changes,
    }
    body = compact(facts)
    return Made(facts, body, sign(facts, body, number))


@dataclasses.dataclass
class Piece:
    """A chain in one account and region with its logs; digest n covers the hours from START + n."""

    account: str
    region: str
    digests: list
    logs: list


def make_chain(account=PLACES[0][0], region=PLACES[0][1], hours=8, *, logs_an_hour=2, number=0, first=0, before=None):
    """A clean chain: every third hour is empty, as idle hours are."""
    digests, logs = [], []
    for hour in range(first, first + hours):
        start = START + hour * HOUR
        some = [make_log(account, region, start + dt.timedelta(minutes=10 + 20 * n), n) for n in range(0 if hour % 3 == 2 else logs_an_hour)]
        before = make_digest(account, region, start + HOUR, some, before, number=number)
        digests.append(before)
        logs += some
    return Piece(account, region, digests, logs)


def make_delivery(hours=8):
    """Chains of two accounts in two regions each: 32 digests."""
    return [make_chain(account, region, hours) for account, region in PLACES]


def rehash(digests, first=0):
    """What a forger without the private key can do: make every hash from digest `first` on agree again; signatures stay what they were."""
    for before, digest in zip(digests[first:], digests[first + 1 :], strict=False):
        digest.facts["previousDigestHashValue"] = sha(before.body)
        digest.body = compact(digest.facts)


LISTED = keys(key_list())
NOTES = {"covered", "chain_start", "unsigned_digest"}


def looked_at(pieces, known=LISTED, proofs=(), read=None, drop=()):
    digests = [d.file() for p in pieces for d in p.digests if d not in drop]
    logs = [log.file() for p in pieces for log in p.logs if log not in drop]
    return verify(digests, logs, known, proofs, read)


def faults(verification):
    return {event.kind for event in verification.events} - NOTES


def events(verification, kind):
    return [event for event in verification.events if event.kind == kind]


def levels(verification, made):
    return [verification.integrity(each.file().export_id) for each in made]


def head_object(digest):
    metadata = {"signature": digest.signature, "signature-algorithm": "SHA256withRSA"}
    return {"AcceptRanges": "bytes", "ContentLength": 500, "ContentType": "application/json", "Metadata": metadata}
