import copy
import json

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
    make_delivery,
    make_digest,
    make_log,
    rehash,
    sha,
)

from audit_analyzer.digest_events import KINDS
from audit_analyzer.digests import DigestFile, verify


def test_a_digest_removed_from_the_middle_is_missing_with_its_interval():
    pieces = make_delivery()
    found = looked_at(pieces, drop=[pieces[0].digests[3]])
    assert faults(found) == {"missing_digest", "uncovered_logs"}
    (event,) = events(found, "missing_digest")
    assert (event.period_from, event.period_to) == (START + 3 * HOUR, START + 4 * HOUR)
    assert "a gap of about 1 digest, so logs delivered" in event.detail
    spans = [(s.level, s.period_from, s.period_to) for s in found.chains[0].covered]
    assert [span[1:] for span in spans if span[0] == "signed-chain"] == [(START, START + 2 * HOUR), (START + 4 * HOUR, START + 7 * HOUR)]


def test_several_digests_removed_in_a_row_are_one_gap_with_their_number():
    chain = make_chain()
    found = looked_at([chain], drop=chain.digests[2:5])
    (event,) = events(found, "missing_digest")
    assert (event.period_from, event.period_to) == (START + 2 * HOUR, START + 5 * HOUR)
    assert "about 3 digests" in event.detail


def test_digests_removed_with_the_logs_that_they_list_still_leave_the_gap():
    chain = make_chain()
    gone = chain.digests[3:5]
    logs = [log for log in chain.logs if START + 3 * HOUR < log.delivered < START + 5 * HOUR]
    assert faults(looked_at([chain], drop=[*gone, *logs])) == {"missing_digest"}


@pytest.mark.parametrize(("known", "expected"), [(None, {"missing_hour"}), (LISTED, {"missing_hour", "bad_signature"})])
def test_a_digest_removed_and_the_chain_closed_over_it_shows_by_the_hour_and_the_signatures(known, expected):
    chain = make_chain()
    before, after = chain.digests[2], chain.digests[4]
    lost = [log for log in chain.logs if START + 3 * HOUR < log.delivered < START + 4 * HOUR]
    after.facts.update(previousDigestS3Object=before.key, previousDigestHashValue=sha(before.body), previousDigestSignature=before.signature)
    del chain.digests[3]
    after.body = compact(after.facts)
    rehash(chain.digests, 3)
    found = looked_at([chain], known, drop=lost)
    assert faults(found) == expected
    assert (events(found, "missing_hour")[0].period_from, events(found, "missing_hour")[0].period_to) == (START + 3 * HOUR, START + 4 * HOUR)
    if known:
        assert "signed-chain" not in levels(found, chain.digests[3:])


def test_a_digest_stretched_over_a_removed_hour_is_told():
    chain = make_chain(hours=3)
    stretched = make_digest(*PLACES[0], START + 5 * HOUR, [], chain.digests[-1], start=START + 3 * HOUR)
    chain.digests.append(stretched)
    assert faults(looked_at([chain])) == {"missing_hour"}


def test_a_cut_tail_is_told_by_the_logs_that_follow_it_and_by_the_other_chains():
    pieces = make_delivery()
    found = looked_at(pieces, drop=pieces[0].digests[4:])
    (event,) = events(found, "cut_tail")
    assert event.period_from == START + 4 * HOUR
    assert "logs were delivered until" in event.detail
    assert "another chain run until" in event.detail
    assert faults(found) == {"cut_tail", "uncovered_logs"}


def test_a_cut_tail_without_logs_is_still_told_by_the_other_chains():
    pieces = make_delivery()
    late = [log for log in pieces[0].logs if log.delivered > START + 4 * HOUR]
    found = looked_at(pieces, drop=[*pieces[0].digests[4:], *late])
    assert faults(found) == {"cut_tail"}


def test_a_tail_cut_from_everything_leaves_a_valid_chain_whose_end_is_reported():
    pieces = make_delivery(4)
    found = looked_at(pieces)
    assert faults(found) == set()
    assert {max(e.period_to for e in events(found, "covered") if (e.account, e.region) == place) for place in PLACES} == {START + 4 * HOUR}


def test_a_lag_of_two_hours_is_no_cut_tail():
    pieces = make_delivery()
    late = [log for log in pieces[0].logs if log.delivered > START + 6 * HOUR]
    assert faults(looked_at(pieces, drop=[*pieces[0].digests[6:], *late])) == set()


def test_a_restart_is_not_a_removed_digest_and_its_gap_is_told():
    chain, second = make_chain(hours=4), make_chain(hours=4, first=6)
    found = looked_at([chain, second])
    assert faults(found) == {"restart"}
    (event,) = events(found, "restart")
    assert (event.period_from, event.period_to) == (START + 4 * HOUR, START + 6 * HOUR)
    assert "signed as such under a listed key" in event.detail
    unkeyed = [(s.period_from, s.period_to, s.digests) for s in looked_at([chain, second], known=None).chains[0].covered]
    assert unkeyed == [(START, START + 4 * HOUR, 4), (START + 6 * HOUR, START + 10 * HOUR, 4)]
    assert "cannot be told from a stop" in events(looked_at([chain, second], known=None), "restart")[0].detail


def test_logs_in_the_gap_of_a_restart_are_uncovered():
    chain, second = make_chain(hours=4), make_chain(hours=4, first=6)
    chain.logs.append(make_log(*PLACES[0], START + 5 * HOUR, 9))
    assert faults(looked_at([chain, second])) == {"restart", "uncovered_logs"}


def test_a_delivery_that_begins_within_a_chain_says_so_without_alarm():
    chain = make_chain()
    early = [log for log in chain.logs if log.delivered < START + 2 * HOUR]
    found = looked_at([chain], drop=[*chain.digests[:2], *early])
    assert faults(found) == {"chain_goes_back"}
    assert KINDS["chain_goes_back"][0] == "low"


def test_backfill_digests_are_a_chain_of_their_own_and_vouch_for_late_logs():
    chain = make_chain()
    late = make_log(*PLACES[0], START + 2.5 * HOUR, 9)
    backfill = make_digest(*PLACES[0], START + 3 * HOUR, [late], backfill=True)
    found = verify([*(d.file() for d in chain.digests), backfill.file()], [*(log.file() for log in chain.logs), late.file()], LISTED, [backfill.metadata()])
    assert faults(found) == {"backfill"}
    assert [(c.backfill, c.digests, c.covered != ()) for c in found.chains] == [(False, 8, True), (True, 1, False)]
    assert levels(found, [backfill, late]) == ["signed-chain"] * 2


def test_a_backfill_does_not_make_its_time_covered():
    chain, second = make_chain(hours=4), make_chain(hours=4, first=6)
    backfill = make_digest(*PLACES[0], START + 5 * HOUR, [], backfill=True)
    extra = make_log(*PLACES[0], START + 4.5 * HOUR, 9)
    pieces = [type(chain)(*PLACES[0], [*chain.digests, *second.digests, backfill], [*chain.logs, *second.logs, extra])]
    assert faults(looked_at(pieces, proofs=[backfill.metadata()])) == {"backfill", "restart", "uncovered_logs"}


def test_two_trails_of_one_account_and_region_are_two_chains():
    chain = make_chain()
    other, before = [], None
    for hour in range(3):
        end = START + (hour + 1) * HOUR
        name = f"{PLACES[0][0]}_CloudTrail-Digest_{PLACES[0][1]}_Second_trail-2_us-east-1_{end:%Y%m%dT%H%M%SZ}.json.gz"
        before = make_digest(*PLACES[0], end, [], before, digestS3Object=f"AWSLogs/{name}")
        other.append(before)
    found = verify([d.file() for d in [*chain.digests, *other]], [log.file() for log in chain.logs], LISTED)
    assert [c.trail for c in found.chains] == ["Second_trail-2", "county-trail"]
    assert faults(found) == {"cut_tail"}


def test_moved_folders_are_nothing_and_a_new_name_is_a_note():
    chain = make_chain()
    files = [DigestFile(d.file().export_id, f"copy of bucket/{d.key.rpartition('/')[2].removesuffix('.gz')}", d.body) for d in chain.digests]
    logs = [log.file() for log in chain.logs]
    assert faults(verify(files, logs, LISTED)) == set()
    files[0] = DigestFile(files[0].export_id, "digest1.json", files[0].body)
    found = verify(files, logs, LISTED)
    assert faults(found) == {"moved_digest"}
    assert found.integrity(files[0].export_id) == "signed-chain"


def test_two_versions_of_one_digest_are_told_and_only_the_signed_one_counts():
    chain = make_chain()
    lie = copy.deepcopy(chain.digests[3])
    lie.facts["logFiles"] = []
    lie.body = compact(lie.facts)
    found = verify([d.file() for d in [*chain.digests, lie]], [log.file() for log in chain.logs], LISTED)
    assert faults(found) == {"duplicate_digest", "bad_signature"}
    assert levels(found, [chain.digests[3], lie]) == ["signed-chain", "file-hash-only"]


def test_a_digest_that_its_successor_passes_over_forks_the_chain():
    chain = make_chain(hours=4)
    aside = make_digest(*PLACES[0], START + 2.5 * HOUR, [], None, start=START + 2.2 * HOUR)
    found = verify([d.file() for d in [*chain.digests, aside]], [log.file() for log in chain.logs], LISTED)
    assert "forked_chain" in faults(found)


@pytest.mark.parametrize("known", [LISTED, None])
def test_a_hash_link_that_does_not_hold_is_broken(known):
    chain = make_chain(hours=4)
    chain.digests[3] = make_digest(*PLACES[0], START + 4 * HOUR, [log for log in chain.logs if log.delivered > START + 3 * HOUR], chain.digests[2])
    chain.digests[3].facts["previousDigestHashValue"] = "0" * 64
    chain.digests[3].body = compact(chain.digests[3].facts)
    found = looked_at([chain], known)
    assert faults(found) == {"broken_hash_chain"}
    assert levels(found, chain.digests[3:]) == ["file-hash-only"]
    assert levels(found, chain.digests[2:3]) == (["signed-chain"] if known else ["file-hash-only"])


def test_a_bucket_that_does_not_fit_breaks_the_link():
    chain = make_chain(hours=2)
    chain.digests[1] = make_digest(*PLACES[0], START + 2 * HOUR, chain.logs[2:], chain.digests[0], previousDigestS3Bucket="another-bucket")
    assert faults(looked_at([chain])) == {"broken_hash_chain"}


def test_a_pretty_printed_digest_fails_and_its_innocent_reason_is_said():
    chain = make_chain()
    chain.digests[3].body = json.dumps(chain.digests[3].facts, indent=4).encode()
    found = looked_at([chain])
    assert levels(found, chain.digests[3:4]) == ["file-hash-only"]
    assert faults(found) == {"bad_signature", "reserialised_digest"}
    assert "a copy written anew" in events(found, "bad_signature")[0].detail
    assert faults(looked_at([chain], known=None)) == {"reserialised_digest"}
