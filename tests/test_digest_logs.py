import copy
import json

import pytest
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
    make_digest,
    make_log,
    sha,
)

from audit_analyzer.digests import LogFile, verify


@pytest.mark.parametrize("known", [LISTED, None])
def test_one_changed_byte_of_a_log_is_a_modified_log_with_keys_and_without(known):
    pieces = make_delivery()
    log = pieces[2].logs[3]
    log.body = log.body.replace(b"Search", b"Saerch")
    found = looked_at(pieces, known)
    assert faults(found) == {"modified_log"}
    (event,) = events(found, "modified_log")
    assert (event.export_id, event.account, event.region) == (log.file().export_id, *PLACES[2])
    assert levels(found, [log]) == ["file-hash-only"]
    assert [v.integrity for v in found.logs].count("file-hash-only") == 1


def test_bytes_that_lie_under_two_names_have_the_lower_of_their_two_levels():
    chain = make_chain(hours=4)
    changed = copy.deepcopy(chain.logs[0])
    changed.body = changed.body.replace(b"Search", b"Detect")
    cover = make_log(*PLACES[0], START + 4.5 * HOUR)
    cover.body = changed.body
    liar = make_digest(*PLACES[0], START + 5 * HOUR, [cover], chain.digests[-1], number=7)
    after = make_digest(*PLACES[0], START + 6 * HOUR, [], liar, number=7)
    files = [d.file() for d in [*chain.digests, liar, after]]
    for paths in ((cover.key, changed.key), ("a/" + changed.key, "b/" + cover.key)):
        logs = [LogFile("twice", path, sha(changed.body)) for path in paths]
        assert verify(files, logs, LISTED).integrity("twice") == "file-hash-only"
    assert verify(files, [LogFile("twice", cover.key, sha(changed.body))], LISTED).integrity("twice") == "hash-chain"


def test_a_listed_log_that_was_not_delivered_is_missing():
    pieces = make_delivery()
    gone = pieces[1].logs[2]
    found = looked_at(pieces, drop=[gone])
    assert faults(found) == {"missing_log"}
    (event,) = events(found, "missing_log")
    assert gone.key.rpartition("/")[2] in event.detail
    assert (event.account, event.region) == PLACES[1]


def test_a_delivered_log_that_no_digest_lists_is_told_while_digests_cover_its_time():
    pieces = make_delivery()
    extra = make_log(*PLACES[0], START + 2.5 * HOUR, 9)
    pieces[0].logs.append(extra)
    found = looked_at(pieces)
    assert faults(found) == {"unlisted_log"}
    assert events(found, "unlisted_log")[0].export_id == extra.file().export_id
    assert levels(found, [extra]) == ["file-hash-only"]


def test_a_log_that_the_next_digest_may_still_list_is_not_called_unlisted():
    chain = make_chain()
    chain.logs.append(make_log(*PLACES[0], START + 8 * HOUR - HOUR / 12, 9))
    assert faults(looked_at([chain])) == {"uncovered_logs"}


def test_logs_of_a_region_without_digests_are_uncovered_not_unlisted():
    chain = make_chain()
    found = looked_at([chain, make_chain("111122223333", "eu-west-1", 1)], drop=make_chain("111122223333", "eu-west-1", 1).digests)
    assert faults(found) == {"uncovered_logs"}
    assert events(found, "uncovered_logs")[0].region == "eu-west-1"


def test_a_log_recompressed_or_inflated_is_as_good_as_the_original():
    chain = make_chain()
    logs = [LogFile(f"other{n}", log.key.removesuffix(".gz") if n % 2 else log.key, sha(log.body)) for n, log in enumerate(chain.logs)]
    found = verify([d.file() for d in chain.digests], logs, LISTED)
    assert faults(found) == set()


def test_a_pretty_printed_log_fails_and_its_innocent_reason_is_said():
    chain = make_chain()
    log = chain.logs[0]
    original = log.body
    log.body = json.dumps(json.loads(original), indent=2).encode().replace(b"\n", b"\r\n")
    found = looked_at([chain], read=lambda each: log.body if each == log.file() else pytest.fail("asked for a log that fits"))
    assert faults(found) == {"reserialised_log"}
    assert "a pretty-printed or converted copy" in events(found, "reserialised_log")[0].detail
    assert levels(found, [log]) == ["file-hash-only"]
    unread = looked_at([chain])
    assert faults(unread) == {"modified_log"}
    assert "harmless only if a copy was written anew" in events(unread, "modified_log")[0].detail


def test_a_pretty_printed_log_that_was_changed_too_stays_a_modified_log():
    chain = make_chain()
    chain.logs[0].body = json.dumps(json.loads(chain.logs[0].body.replace(b"Search", b"Detect")), indent=1).encode()
    found = looked_at([chain], read=lambda _: chain.logs[0].body)
    assert faults(found) == {"modified_log"}
    assert "do not explain it" in events(found, "modified_log")[0].detail


def test_blanks_inside_of_strings_are_content():
    chain = make_chain()
    chain.logs[0].body = chain.logs[0].body.replace(b"SearchFaces", b"Search Faces")
    assert faults(looked_at([chain], read=lambda _: chain.logs[0].body)) == {"modified_log"}


def test_a_renamed_log_keeps_its_level_and_the_new_name_is_noted():
    chain = make_chain()
    logs = [log.file() for log in chain.logs]
    logs[0] = LogFile("renamed", "delivery/march.json", logs[0].sha256)
    found = verify([d.file() for d in chain.digests], logs, LISTED)
    assert (faults(found), found.integrity("renamed")) == ({"renamed_log"}, "signed-chain")


def test_a_log_replaced_by_a_copy_of_another_is_missing_and_the_copy_noted():
    chain = make_chain()
    logs = [log.file() for log in chain.logs]
    logs[0] = LogFile("swapped", logs[0].path, logs[1].sha256)
    found = verify([d.file() for d in chain.digests], logs, LISTED)
    assert faults(found) == {"renamed_log", "missing_log"}
    assert chain.logs[0].key.rpartition("/")[2] in events(found, "missing_log")[0].detail


def test_a_listed_log_whose_content_cannot_be_read_is_told():
    chain = make_chain()
    logs = [log.file() for log in chain.logs]
    logs[0] = LogFile("torn", logs[0].path, None)
    found = verify([d.file() for d in chain.digests], logs, LISTED)
    assert (faults(found), found.integrity("torn")) == ({"unreadable_log"}, "file-hash-only")


def test_an_excerpt_under_a_name_of_its_own_is_unnamed_where_digests_cover_its_events():
    chain = make_chain()
    logs = [*(log.file() for log in chain.logs), LogFile("excerpt", "events.json", "0" * 64, START, START + HOUR)]
    found = verify([d.file() for d in chain.digests], logs, LISTED)
    assert (faults(found), found.integrity("excerpt")) == ({"unnamed_log"}, "file-hash-only")
