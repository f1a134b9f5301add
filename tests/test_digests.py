import random

from digest_maker import (
    HOUR,
    LISTED,
    PLACES,
    START,
    events,
    faults,
    levels,
    looked_at,
    make_chain,
    make_delivery,
)

from audit_analyzer.digest_events import KINDS, ordered
from audit_analyzer.digests import Keys, verify


def test_a_clean_delivery_with_keys_and_metadata_is_signed_throughout_and_has_no_fault():
    pieces = make_delivery()
    found = looked_at(pieces, proofs=[d.metadata() for p in pieces for d in p.digests])
    assert sum(len(p.digests) for p in pieces) == 32
    assert {v.integrity for v in (*found.logs, *found.digests)} == {"signed-chain"}
    assert {event.kind for event in found.events} == {"covered", "chain_start"}
    assert [(c.account, c.region, c.trail, c.digests) for c in found.chains] == [(a, r, "county-trail", 8) for a, r in PLACES]
    assert [[(s.level, s.period_from, s.period_to) for s in c.covered] for c in found.chains] == [[("signed-chain", START, START + 8 * HOUR)]] * 4


def test_without_object_metadata_every_digest_but_the_newest_is_signed_by_what_its_successor_carries():
    pieces = make_delivery()
    found = looked_at(pieces)
    assert faults(found) == set()
    assert [levels(found, p.digests) for p in pieces] == [["signed-chain"] * 7 + ["hash-chain"]] * 4
    assert len(events(found, "unsigned_digest")) == 4
    assert {found.integrity(log.file().export_id) for p in pieces for log in p.logs if log.delivered > START + 7 * HOUR} == {"hash-chain"}


def test_without_a_key_list_nothing_is_more_than_a_hash_chain():
    found = looked_at(make_delivery(), known=None)
    assert {v.integrity for v in (*found.logs, *found.digests)} == {"hash-chain"}
    assert faults(found) == set()
    assert all("no key list was delivered" in verdict.reason for verdict in found.logs)


def test_an_empty_key_list_is_not_the_same_as_none_and_signs_nothing():
    found = looked_at([make_chain()], known=Keys())
    assert {v.integrity for v in found.logs} == {"hash-chain"}
    assert faults(found) == {"unknown_key"}


def test_logs_without_any_digest_have_only_their_own_hash_and_no_event():
    found = verify([], [log.file() for log in make_chain().logs], LISTED)
    assert {v.integrity for v in found.logs} == {"file-hash-only"}
    assert found.events == ()


def test_a_lone_unsigned_digest_is_no_chain():
    chain = make_chain(hours=1)
    found = looked_at([chain])
    assert levels(found, chain.digests + chain.logs) == ["file-hash-only"] * 3


def test_a_lone_digest_is_signed_by_its_own_metadata():
    chain = make_chain(hours=1)
    found = looked_at([chain], proofs=[chain.digests[0].metadata()])
    assert levels(found, chain.digests + chain.logs) == ["signed-chain"] * 3


def test_shuffled_input_gives_the_identical_result():
    pieces = make_delivery(5)
    pieces[0].digests.pop(2)
    pieces[1].logs[0].body += b" "
    digests, logs = [d.file() for p in pieces for d in p.digests], [log.file() for p in pieces for log in p.logs]
    expected = verify(digests, logs, LISTED)
    for seed in range(5):
        random.Random(seed).shuffle(digests)  # noqa: S311  a seeded order
        random.Random(seed).shuffle(logs)  # noqa: S311  a seeded order
        assert verify(digests, logs, LISTED) == expected


def test_what_is_delivered_twice_counts_once():
    pieces = make_delivery(3)
    digests, logs = [d.file() for p in pieces for d in p.digests], [log.file() for p in pieces for log in p.logs]
    assert verify(digests * 2, logs * 2, LISTED) == verify(digests, logs, LISTED)


def test_every_kind_that_is_reported_is_described_and_events_are_ordered():
    pieces = make_delivery()
    found = looked_at(pieces, drop=[pieces[0].digests[3], pieces[1].logs[1]])
    assert {event.kind for event in found.events} <= KINDS.keys()
    assert ordered(reversed(found.events)) == found.events
    assert all(event.detail.endswith(".") for event in found.events)
