"""A CloudTrail delivery of a labelled world as raw files: records, logs, digests and the list of keys, in the shape of the published samples."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import functools
import gzip
import hashlib
import itertools
import json
import random
import uuid
from typing import TYPE_CHECKING, Any

from audit_analyzer.world.uses import HOUR

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Operator

REGION, BUCKET = "us-gov-west-1", "constructed-trail"
Record = dict[str, Any]


@functools.cache
def signing_key() -> RSAPrivateKey:
    """The key that the constructed CloudTrail signs with: always the same one, so that the same world has the same bytes."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    chance = random.Random("audit-analyzer world")  # noqa: S311  a key that protects nothing
    p, q = _prime(chance), _prime(chance)
    exponent = 65537
    d = pow(exponent, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(exponent, p * q)
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


def _prime(chance: random.Random, bits: int = 1024) -> int:
    """A number that twenty rounds of Miller and Rabin's test call prime."""
    while True:
        n = chance.getrandbits(bits) | 1 | 3 << bits - 2
        if all(n % small for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)) and pow(2, n - 1, n) == 1 and _passes(n, chance):
            return n


def _passes(n: int, chance: random.Random) -> bool:
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(20):
        x = pow(chance.randrange(2, n - 1), odd, n)
        if x not in {1, n - 1} and not any((x := x * x % n) == n - 1 for _ in range(twos - 1)):
            return False
    return True


@dataclasses.dataclass(slots=True)
class Hour:
    """One hour of a trail: its log (None: nothing happened) and its digest, as facts and as bytes."""

    end: dt.datetime
    log_name: str
    log: bytes | None
    digest_name: str
    facts: Record
    digest: bytes
    signature: str


class Trail:
    """One trail of one system. Hours are added in order; what is handed over is chosen at the end."""

    def __init__(self, world: World, system: str) -> None:
        self.world, self.system = world, system
        self.account = f"{int(world.fresh_id(12), 16) % 10**12:012d}"
        self.hours: list[Hour] = []

    def record(self, name: str, at: dt.datetime, who: Operator, request: Record, response: Record | None = None, **more: object) -> Record:
        """One event as CloudTrail writes it; `who` is the person that the identity provider names."""
        role = {"type": "Role", "principalId": "AROACONSTRUCTED", "arn": f"arn:aws:iam::{self.account}:role/Analyst", "accountId": self.account}
        identity = {
            "type": "AssumedRole", "principalId": f"AROACONSTRUCTED:{who.name}", "arn": f"arn:aws:sts::{self.account}:assumed-role/Analyst/{who.name}",
            "accountId": self.account, "accessKeyId": f"ASIA{who.name.upper()}",
            "sessionContext": {"sessionIssuer": {**role, "userName": "Analyst"}, "attributes": {"mfaAuthenticated": "true"}, "sourceIdentity": who.name},
        }  # fmt: skip
        return {
            "eventVersion": "1.08", "userIdentity": identity, "eventTime": stamp(at), "eventSource": "rekognition.amazonaws.com", "eventName": name,
            "awsRegion": REGION, "sourceIPAddress": who.ip, "userAgent": "Boto3/1.34.0", "requestParameters": request, "responseElements": response,
            "requestID": str(uuid.UUID(self.world.fresh_id(32))), "eventID": str(uuid.UUID(self.world.fresh_id(32))), "readOnly": response is None,
            "eventType": "AwsApiCall", "managementEvent": True, "recipientAccountId": self.account, "eventCategory": "Management", **more,
        }  # fmt: skip

    def search(self, who: Operator, at: dt.datetime) -> Record:
        """One ordinary SearchFacesByImage."""
        image = {"s3Object": {"bucket": "constructed-probes", "name": f"cases/{self.world.fresh_id(8)}.jpg"}}
        gallery = self.world.systems[self.system].galleries[0]
        return self.record("SearchFacesByImage", at, who, {"collectionId": gallery, "image": image, "maxFaces": 10, "faceMatchThreshold": 99})

    def hour(self, end: dt.datetime, records: list[Record], *, fresh: bool = False) -> Hour:
        """The hour that ends at `end`: its log, and a digest linked to that of the hour before (`fresh`: the chain begins anew)."""
        before = self.hours[-1] if self.hours and not fresh else None
        folder = f"{end:%Y/%m/%d}"
        log_name = (
            f"AWSLogs/{self.account}/CloudTrail/{REGION}/{folder}/{self.account}_CloudTrail_{REGION}_{end:%Y%m%dT%H%MZ}_{self.world.fresh_id(16)}.json.gz"
        )
        tail = f"{self.account}_CloudTrail-Digest_{REGION}_main-trail_{REGION}_{end:%Y%m%dT%H%M%SZ}.json.gz"
        log = compact({"Records": records}) if records else None
        facts: Record = {
            "awsAccountId": self.account, "digestStartTime": stamp(end - HOUR), "digestEndTime": stamp(end), "digestS3Bucket": BUCKET,
            "digestS3Object": f"AWSLogs/{self.account}/CloudTrail-Digest/{REGION}/{folder}/{tail}", "digestPublicKeyFingerprint": fingerprint(),
            "digestSignatureAlgorithm": "SHA256withRSA", "newestEventTime": records[-1]["eventTime"] if records else None,
            "oldestEventTime": records[0]["eventTime"] if records else None, "previousDigestS3Bucket": BUCKET if before else None,
            "previousDigestS3Object": before.digest_name if before else None, "previousDigestHashValue": sha(before.digest) if before else None,
            "previousDigestHashAlgorithm": "SHA-256" if before else None, "previousDigestSignature": before.signature if before else None, "logFiles": [],
        }  # fmt: skip
        if log is not None:
            span = {"newestEventTime": facts["newestEventTime"], "oldestEventTime": facts["oldestEventTime"]}
            facts["logFiles"] = [{"s3Bucket": BUCKET, "s3Object": log_name, "hashValue": sha(log), "hashAlgorithm": "SHA-256", **span}]
        body = compact(facts)
        made = Hour(end, log_name, log, facts["digestS3Object"], facts, body, sign(facts, body))
        self.hours.append(made)
        return made

    def deliver(self, *, keys: bool = True, level: int = 9) -> None:
        """Logs, digests and the list of keys go into the delivery as they stand now."""
        for hour in self.hours:
            if hour.log is not None:
                self.put(hour.log_name, hour.log, level)
            self.put(hour.digest_name, hour.digest, level)
        if keys:
            span = {"ValidityStartTime": stamp(self.world.start - 90 * 24 * HOUR), "ValidityEndTime": stamp(self.world.end + 90 * 24 * HOUR)}
            entry = {"Value": base64.b64encode(der()).decode(), **span, "Fingerprint": fingerprint()}
            self.world.extra_files[f"{self.system}/public-keys.json"] = compact({"PublicKeyList": [entry]})

    def hand_over(self, name: str, records: list[Record]) -> None:
        """Some events as a plain array, as people export them: not a file of the bucket, and in no digest."""
        self.world.extra_files[f"{self.system}/{name}"] = compact(records)

    def put(self, name: str, body: bytes, level: int = 9) -> None:
        """One file of the bucket, compressed as its name says."""
        self.world.extra_files[f"{self.system}/{name}"] = gzip.compress(body, level, mtime=0)

    def file(self, name: str) -> tuple[str, str]:
        """The file as evidence of a truth."""
        return ("exports", f"file:{self.system}/{name}")


def rehash(hours: list[Hour]) -> None:
    """What a forger can do who has not the key: the first hour's digest names the log as it is now, and every later one the digest before it."""
    first = hours[0]
    if first.log is not None:
        first.facts["logFiles"][0]["hashValue"] = sha(first.log)
    first.digest = compact(first.facts)
    for before, hour in itertools.pairwise(hours):
        hour.facts["previousDigestHashValue"] = sha(before.digest)
        hour.digest = compact(hour.facts)


def sign(facts: Record, body: bytes) -> str:
    """Signature over the string to sign of the CloudTrail user guide, in hexadecimal digits."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    place = f"{facts['digestS3Bucket']}/{facts['digestS3Object']}"
    text = "\n".join((facts["digestEndTime"], place, sha(body), facts["previousDigestSignature"] or "null"))
    return signing_key().sign(text.encode(), PKCS1v15(), SHA256()).hex()


@functools.cache
def der() -> bytes:
    """The public key as ListPublicKeys gives it."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return signing_key().public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)


def fingerprint() -> str:
    """What digests call the key."""
    return hashlib.md5(der(), usedforsecurity=False).hexdigest()


def stamp(moment: dt.datetime) -> str:
    """A time as CloudTrail writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def sha(body: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(body).hexdigest()


def compact(value: object) -> bytes:
    """JSON without blanks."""
    return json.dumps(value, separators=(",", ":")).encode()
