import gzip
import json

from digest_maker import HOUR, START, Made, key_list, make_chain, make_log, sha

from audit_analyzer.digests import DigestFile
from audit_analyzer.integrity import settle
from audit_analyzer.store import scratch

KEYS = DigestFile("keys", "delivery/keys.json", key_list())


def entered(store, log, *, source="aws-rekognition", outcome="accepted", packed=True, system="county"):
    """One log in the ledger as intake leaves it; returns its export_id."""
    export_id = log.file().export_id if packed else sha(log.body)
    path = log.file().path if packed else log.file().path.removesuffix(".gz")
    store.run(
        "INSERT INTO exports (export_id, path, bytes, source, system, outcome, read, kept, rejected, set_aside, copies, content_sha256, integrity, run_id) "
        "VALUES (?, ?, 1, ?, ?, ?, 1, 1, 0, 0, 0, ?, 'file-hash-only', '0001')",
        [export_id, path, source, system, outcome, sha(log.body) if packed and outcome != "failed" else None],
    )
    store.run("INSERT INTO deliveries VALUES (?, ?, '0001', false)", [export_id, path])
    return export_id


def digest_files(chain):
    return [digest.file() if isinstance(digest, Made) else digest for digest in chain.digests]


def levels(store):
    return sorted(row[0] for row in store.rows("SELECT integrity FROM exports"))


def told(store):
    return store.rows("SELECT DISTINCT kind FROM integrity_events WHERE kind NOT IN ('covered', 'chain_start', 'unsigned_digest') ORDER BY ALL")


def everything(store):
    return store.rows("SELECT * FROM integrity_events ORDER BY ALL"), store.rows("SELECT export_id, integrity FROM exports ORDER BY ALL")


def test_levels_and_events_are_written_to_the_ledger():
    chain = make_chain(hours=4)
    with scratch() as store:
        for number, log in enumerate(chain.logs[1:]):
            entered(store, log, packed=bool(number % 2))
        settle(store, "0001", lambda: [*digest_files(chain), KEYS])
        assert levels(store) == ["hash-chain"] * 2 + ["signed-chain"] * 3
        assert told(store) == [("missing_log",)]
        assert store.rows("SELECT export_id, system, run_id FROM integrity_events WHERE kind = 'missing_log'") == [
            (chain.digests[0].file().export_id, "county", "0001")
        ]
        assert store.value("SELECT min(period_from) FROM integrity_events WHERE kind = 'covered'") == START


def test_settling_twice_writes_the_same_and_a_later_run_keeps_who_found_it_first():
    chain = make_chain(hours=4)
    with scratch() as store:
        for log in chain.logs[1:]:
            entered(store, log)
        settle(store, "0001", lambda: [*digest_files(chain), KEYS])
        once = everything(store)
        settle(store, "0001", lambda: [KEYS, *reversed(digest_files(chain))])
        assert everything(store) == once
        settle(store, "0002", lambda: [*digest_files(chain), KEYS])
        assert everything(store) == once


def test_what_no_longer_holds_goes_and_facts_of_others_stay():
    chain = make_chain(hours=4)
    with scratch() as store:
        store.run("INSERT INTO integrity_events VALUES (NULL, 'county', 'rewritten', NULL, NULL, 'an export was rewritten', '0001')")
        for log in chain.logs[1:]:
            entered(store, log)
        settle(store, "0001", lambda: digest_files(chain))
        assert levels(store) == ["hash-chain"] * 5
        entered(store, chain.logs[0])
        settle(store, "0002", lambda: [*digest_files(chain), KEYS])
        assert levels(store) == ["hash-chain"] * 2 + ["signed-chain"] * 4
        assert told(store) == [("rewritten",)]
        settle(store, "0003", list)
        assert levels(store) == ["file-hash-only"] * 6
        assert store.rows("SELECT kind FROM integrity_events") == [("rewritten",)]


def test_exports_of_other_systems_are_left_alone():
    chain = make_chain(hours=4)
    other = make_log("1" * 12, "us-east-1", START + HOUR)
    other.key = "flock/audit.csv"
    with scratch() as store:
        for log in chain.logs:
            entered(store, log)
        entered(store, other, source="flock", system="plates", packed=False)
        settle(store, "0001", lambda: [*digest_files(chain), KEYS])
        assert told(store) == []
        assert store.value("SELECT integrity FROM exports WHERE source = 'flock'") == "file-hash-only"


def test_a_log_that_intake_refused_is_still_delivered_and_still_verified():
    chain = make_chain(hours=3)
    with scratch() as store:
        for log in chain.logs[1:]:
            entered(store, log)
        entered(store, chain.logs[0], source=None, outcome="rejected")
        settle(store, "0001", lambda: [*digest_files(chain), KEYS])
        assert told(store) == []
        assert levels(store) == ["signed-chain"] * 4


def test_a_log_that_could_not_be_read_is_not_called_missing_nor_modified():
    chain = make_chain(hours=3)
    with scratch() as store:
        for log in chain.logs[1:]:
            entered(store, log)
        entered(store, chain.logs[0], outcome="failed")
        settle(store, "0001", lambda: [*digest_files(chain), KEYS])
        assert told(store) == [("unreadable_log",)]


def test_a_log_that_lies_at_a_second_place_under_its_right_name_is_not_missing():
    chain = make_chain(hours=3)
    with scratch() as store:
        for log in chain.logs[1:]:
            entered(store, log)
        right, chain.logs[0].key = chain.logs[0].key, "copies/first.json"
        chain.logs[0].body += b"x"
        export_id = entered(store, chain.logs[0])
        store.run("INSERT INTO deliveries VALUES (?, ?, '0001', true)", [export_id, right])
        settle(store, "0001", lambda: [*digest_files(chain), KEYS])
        assert told(store) == [("modified_log",)]


def test_the_vault_tells_a_pretty_printed_copy_from_a_changed_log(tmp_path):
    chain = make_chain(hours=3)
    chain.logs[0].body = json.dumps(json.loads(chain.logs[0].body), indent=2).encode()
    chain.logs[1].body = chain.logs[1].body.replace(b"Search", b"Detect")
    with scratch() as store:
        for log in chain.logs:
            file = tmp_path / entered(store, log)[:2] / log.file().export_id
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(gzip.compress(log.body))
        settle(store, "0001", lambda: [*digest_files(chain), KEYS], vault=tmp_path)
        assert told(store) == [("modified_log",), ("reserialised_log",)]


def test_a_vault_file_that_is_gone_or_torn_changes_nothing_but_the_explanation(tmp_path):
    chain = make_chain(hours=3)
    for log in chain.logs[:2]:
        log.body += b" "
    with scratch() as store:
        for log in chain.logs:
            entered(store, log)
        torn = tmp_path / chain.logs[0].file().export_id[:2] / chain.logs[0].file().export_id
        torn.parent.mkdir()
        torn.write_bytes(gzip.compress(chain.logs[0].body)[:-9])
        settle(store, "0001", lambda: [*digest_files(chain), KEYS], vault=tmp_path)
        assert told(store) == [("modified_log",)]


def test_a_key_list_that_cannot_be_read_is_told_and_signs_nothing():
    chain = make_chain(hours=3)
    with scratch() as store:
        for log in chain.logs:
            entered(store, log)
        settle(store, "0001", lambda: [*digest_files(chain), DigestFile("keys", "keys.json", b'{"PublicKeyList":[{}]}')])
        assert told(store) == [("malformed_keys",)]
        assert levels(store) == ["hash-chain"] * 4


def test_saved_metadata_signs_the_newest_digest():
    chain = make_chain(hours=2)
    heads = {d.key: {"Metadata": {"signature": d.signature, "signature-algorithm": "SHA256withRSA"}} for d in chain.digests}
    with scratch() as store:
        for log in chain.logs:
            entered(store, log)
        settle(store, "0001", lambda: [*digest_files(chain), KEYS, DigestFile("heads", "heads.json", json.dumps(heads).encode())])
        assert levels(store) == ["signed-chain"] * 4


def test_an_empty_ledger_and_no_digests_settle_to_nothing():
    with scratch() as store:
        assert settle(store, "0001", list).events == ()
        assert everything(store) == ([], [])
