import copy

import pytest
from digest_maker import (
    HOUR,
    LISTED,
    PLACES,
    START,
    compact,
    events,
    faults,
    levels,
    looked_at,
    make_chain,
    make_digest,
    rehash,
    sha,
    sign,
)

from audit_analyzer.digests import DigestFile, verify


def test_a_log_and_its_digest_changed_together_fail_by_the_signature():
    chain = make_chain()
    chain.logs[0].body = chain.logs[0].body.replace(b"Search", b"Detect")
    chain.digests[0].facts["logFiles"][0] = chain.logs[0].entry()
    chain.digests[0].body = compact(chain.digests[0].facts)
    found = looked_at([chain])
    assert faults(found) == {"bad_signature", "broken_hash_chain"}
    assert levels(found, [chain.logs[0], chain.digests[0]]) == ["file-hash-only"] * 2
    assert "the later one is signed" in events(found, "broken_hash_chain")[0].detail


@pytest.mark.parametrize("place", [0, 3, 6])
def test_a_forger_who_rehashes_everything_after_a_change_gets_no_signed_digest_from_there_on(place):
    chain = make_chain()
    digest = chain.digests[place]
    listed = {entry["s3Object"] for entry in digest.facts["logFiles"]}
    for log in chain.logs:
        if log.key in listed:
            log.body = log.body.replace(b"Search", b"Detect")
    digest.facts["logFiles"] = [log.entry() for log in chain.logs if log.key in listed]
    digest.body = compact(digest.facts)
    rehash(chain.digests, place)
    proofs = [d.metadata() for d in chain.digests]
    found = looked_at([chain], proofs=proofs)
    assert levels(found, chain.digests[place:]) == ["file-hash-only"] * (8 - place)
    assert len(events(found, "bad_signature")) == 8 - place
    assert levels(found, chain.digests[:place]) == ["signed-chain"] * place
    assert "signed-chain" not in levels(found, [log for log in chain.logs if log.key in listed])
    unkeyed = looked_at([chain], known=None, proofs=proofs)
    assert "signed-chain" not in levels(unkeyed, chain.digests)


def test_the_newest_digest_of_a_forger_without_metadata_is_not_confirmed_by_the_digests_that_fail():
    chain = make_chain()
    chain.digests[4].facts["logFiles"] = []
    chain.digests[4].body = compact(chain.digests[4].facts)
    rehash(chain.digests, 4)
    found = looked_at([chain])
    assert levels(found, chain.digests[3:]) == ["signed-chain"] + ["file-hash-only"] * 4
    assert len(events(found, "bad_signature")) == 3


def test_an_unsigned_successor_that_carries_a_false_signature_of_a_signed_digest_is_the_one_at_fault():
    chain = make_chain(hours=2)
    chain.digests[1].facts["previousDigestSignature"] = "ab" * 256
    chain.digests[1].body = compact(chain.digests[1].facts)
    found = looked_at([chain], proofs=[chain.digests[0].metadata()])
    assert faults(found) == {"broken_hash_chain"}
    assert "the earlier one is signed" in events(found, "broken_hash_chain")[0].detail
    assert levels(found, chain.digests) == ["signed-chain", "file-hash-only"]


def test_a_forger_who_signs_with_a_key_of_his_own_under_the_real_fingerprint_fails():
    chain = make_chain(number=0)
    forged, before = [], None
    for digest in chain.digests:
        facts = {**digest.facts, "previousDigestSignature": before[1] if before else None, "previousDigestHashValue": sha(before[0]) if before else None}
        body = compact(facts)
        before = (body, sign(facts, body, number=7))
        forged.append(DigestFile(sha(body), digest.key, body))
    found = verify(forged, [log.file() for log in chain.logs], LISTED)
    assert "signed-chain" not in {v.integrity for v in (*found.logs, *found.digests)}
    assert len(events(found, "bad_signature")) == 7


def test_a_forger_who_names_a_key_of_his_own_gets_a_hash_chain_at_most():
    found = looked_at([make_chain(number=7)])
    assert {v.integrity for v in found.digests} == {"hash-chain"}
    assert faults(found) == {"unknown_key"}


def test_a_forger_who_drops_the_links_to_hide_a_change_is_not_signed_either():
    chain = make_chain()
    forged = chain.digests[4]
    forged.facts.update({key: None for key in forged.facts if key.startswith("previousDigest")})
    forged.body = compact(forged.facts)
    found = looked_at([chain])
    assert levels(found, chain.digests[3:5]) == ["hash-chain", "file-hash-only"]
    assert {"bad_signature", "broken_hash_chain", "restart"} == faults(found)


def test_an_unsigned_digest_that_lists_a_changed_log_does_not_outrank_the_signed_one():
    chain = make_chain(hours=4)
    true_log = copy.deepcopy(chain.logs[0])
    chain.logs[0].body = chain.logs[0].body.replace(b"Search", b"Detect")
    liar = make_digest(*PLACES[0], START + 5 * HOUR, [chain.logs[0]], chain.digests[-1], number=7)
    follower = make_digest(*PLACES[0], START + 6 * HOUR, [], liar, number=7)
    found = looked_at([type(chain)(chain.account, chain.region, [*chain.digests, liar, follower], chain.logs)])
    assert levels(found, [liar]) == ["hash-chain"]
    assert levels(found, [chain.logs[0]]) == ["file-hash-only"]
    assert sha(true_log.body) in events(found, "modified_log")[0].detail
