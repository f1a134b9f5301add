import json
import random

import pytest
from digest_maker import (
    BUCKET,
    HOUR,
    LISTED,
    PLACES,
    START,
    compact,
    faults,
    head_object,
    key_list,
    levels,
    looked_at,
    make_chain,
    make_digest,
    sign,
)

from audit_analyzer.digests import DigestFile, recognise, signatures, verify

MALFORMED = {
    "63 hexadecimal digits": {"previousDigestHashValue": "5" * 63},
    "an upper-case hash": {"previousDigestHashValue": "A" * 64},
    "another signature algorithm": {"digestSignatureAlgorithm": "SHA1withRSA"},
    "no signature algorithm": {"digestSignatureAlgorithm": None},
    "another hash algorithm": {"previousDigestHashAlgorithm": "MD5"},
    "half a predecessor": {"previousDigestSignature": None},
    "a predecessor without an algorithm": {"previousDigestHashAlgorithm": None},
    "a time with an offset": {"digestEndTime": "2026-03-01T05:01:31+00:00"},
    "a day that is none": {"digestEndTime": "2026-02-30T05:01:31Z"},
    "an end before its start": {"digestEndTime": "2026-03-01T04:01:31Z"},
    "a line break in its name": {"digestS3Object": "a\nb"},
    "a name of something else": {"digestS3Object": "AWSLogs/111122223333/notes.txt"},
    "a line break in its bucket": {"digestS3Bucket": "county\ntrail"},
    "a number for a fingerprint": {"digestPublicKeyFingerprint": 7},
    "an odd signature": {"previousDigestSignature": "abc"},
    "a signature that is not hexadecimal": {"previousDigestSignature": "zz" * 256},
    "no list of logs": {"logFiles": None},
    "a log without a hash": {"logFiles": [{"s3Bucket": BUCKET, "s3Object": "x", "hashAlgorithm": "SHA-256"}]},
    "a log under another algorithm": {"logFiles": [{"s3Bucket": BUCKET, "s3Object": "x", "hashValue": "0" * 32, "hashAlgorithm": "MD5"}]},
    "an account that is no number": {"awsAccountId": "county"},
    "records of a log": {"Records": []},
}


@pytest.mark.parametrize("changes", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_digest_that_is_not_quite_one_is_malformed_and_proves_nothing_even_when_signed(changes):
    chain = make_chain(hours=6)
    facts = {**chain.digests[4].facts, **changes}
    body = compact(facts)
    path = chain.digests[4].key
    proof = signatures(json.dumps({"Metadata": {"signature": sign(chain.digests[4].facts, body), "signature-algorithm": "SHA256withRSA"}}).encode(), path)
    files = [*(d.file() for d in chain.digests if d is not chain.digests[4]), DigestFile("bad", path, body)]
    found = verify(files, [log.file() for log in chain.logs], LISTED, proof)
    assert faults(found) >= {"malformed_digest", "broken_hash_chain"}
    assert found.integrity("bad") == "file-hash-only"
    assert "missing_digest" not in faults(found)
    listed = {entry["s3Object"] for entry in chain.digests[4].facts["logFiles"]}
    assert levels(found, [log for log in chain.logs if log.key in listed]) == ["file-hash-only"] * 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe{}",
        b'{"a":1,"a":1}',
        b'{"a":NaN}',
        b"[" * 100_000,
        b"1" * 5000,
        b'\xef\xbb\xbf{"awsAccountId":"1"}',
        b"\x1f\x8b\x08\x00",
    ],
)
def test_bytes_that_are_no_digest_at_all_are_malformed_and_stop_nothing(body):
    chain = make_chain(hours=3)
    found = verify([*(d.file() for d in chain.digests), DigestFile("bad", "x.json", body)], [log.file() for log in chain.logs], LISTED)
    assert faults(found) == {"malformed_digest"}
    assert {v.integrity for v in found.logs} == {"signed-chain"}


def test_a_malformed_digest_with_the_hash_that_its_successor_names_breaks_no_link():
    chain = make_chain(hours=4)
    strange = make_digest(*PLACES[0], START + 2 * HOUR, [], chain.digests[0], digestPublicKeyFingerprint="a new kind of key")
    after = make_digest(*PLACES[0], START + 3 * HOUR, [], strange)
    found = verify([chain.digests[0].file(), strange.file(), after.file()], [], LISTED)
    assert faults(found) - {"missing_log"} == {"malformed_digest"}


def test_a_key_that_stands_twice_makes_a_digest_malformed():
    chain = make_chain(hours=3)
    body = chain.digests[1].body.replace(b'{"awsAccountId":"111122223333",', b'{"awsAccountId":"111122223333","awsAccountId":"111122223333",')
    found = verify([chain.digests[0].file(), DigestFile("bad", chain.digests[1].key, body)], [], LISTED)
    assert "malformed_digest" in faults(found)


def test_no_flipped_byte_of_a_digest_leaves_it_signed():
    chain = make_chain(hours=3, logs_an_hour=1)
    digest = chain.digests[1]
    proofs = [d.metadata() for d in chain.digests]
    others = [d.file() for d in chain.digests if d is not digest]
    dice = random.Random(20260301)  # noqa: S311  seeded, so that a failure comes again
    for place in sorted(dice.sample(range(len(digest.body)), 400)):
        body = bytearray(digest.body)
        body[place] ^= 1 << dice.randrange(8)
        found = verify([*others, DigestFile("flipped", digest.key, bytes(body))], [], LISTED, proofs)
        assert found.integrity("flipped") != "signed-chain", place
        assert faults(found) - {"missing_log"} != set(), place


def test_no_flipped_bit_of_a_signature_verifies():
    chain = make_chain(hours=1)
    good = chain.digests[0].metadata()
    for place in range(0, len(good.value), 16):
        value = good.value[:place] + f"{int(good.value[place], 16) ^ 1:x}" + good.value[place + 1 :]
        found = looked_at([chain], proofs=[type(good)(good.of, value, good.found)])
        assert faults(found) == {"bad_signature"}


def test_a_signature_of_another_digest_proves_nothing():
    chain = make_chain(hours=2)
    borrowed = chain.digests[0].metadata()
    proof = type(borrowed)(chain.digests[1].metadata().of, borrowed.value, borrowed.found)
    found = looked_at([chain], proofs=[proof])
    assert levels(found, chain.digests) == ["signed-chain", "file-hash-only"]
    assert faults(found) == {"bad_signature"}


def test_a_stray_second_signature_is_noted_and_takes_nothing_away():
    chain = make_chain(hours=1)
    good = chain.digests[0].metadata()
    found = looked_at([chain], proofs=[good, type(good)(good.of, "ab" * 256, "another file")])
    assert levels(found, chain.digests) == ["signed-chain"]
    assert faults(found) == {"stray_signature"}


def test_files_are_recognised_by_their_first_key_and_a_log_never_passes_for_a_digest():
    digest = make_chain(hours=1).digests[0]
    log = compact({"Records": [{**digest.facts, "PublicKeyList": []}]})
    assert recognise(digest.body[:4096], digest.key) == "digest"
    assert recognise(json.dumps(digest.facts, indent=2).encode()[:4096], "anything.json") == "digest"
    assert recognise(b"\x00torn", digest.key) == "digest"
    assert recognise(key_list()[:4096], "keys.json") == "keys"
    assert recognise(json.dumps(head_object(digest)).encode(), "x.json") == "signatures"
    assert recognise(json.dumps({digest.key: head_object(digest)}).encode(), "x.json") == "signatures"
    assert [recognise(log, path) for path in (digest.key, "x.json")] == [None, None]
    assert recognise(b'{"eventID":"1","note":"\\"digestS3Object\\" signature-algorithm PublicKeyList"}', "x.json") is None
    assert recognise(b"reason,case\n1,2\n", "searches.csv") is None
