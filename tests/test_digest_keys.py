import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from digest_maker import (
    HOUR,
    LISTED,
    PLACES,
    START,
    der,
    events,
    faults,
    fingerprint,
    head_object,
    key_entry,
    key_list,
    levels,
    looked_at,
    make_chain,
    make_digest,
    stamp,
)

from audit_analyzer.digests import Keys, keys, signatures, verify
from audit_analyzer.errors import ExportRejected


def test_a_wrong_key_under_the_right_fingerprint_is_a_bad_signature():
    listed = keys(key_list(key_entry(3, Fingerprint=fingerprint(0))))
    found = looked_at([make_chain()], listed)
    assert "signed-chain" not in {v.integrity for v in found.digests}
    assert len(events(found, "bad_signature")) == 7


def test_a_signature_under_another_listed_key_than_the_named_one_is_not_accepted():
    listed = keys(key_list(key_entry(3, Fingerprint=fingerprint(0)), key_entry(0, Fingerprint=fingerprint(3))))
    found = looked_at([make_chain()], listed)
    assert "wrong_key" in faults(found)
    assert "signed-chain" not in {v.integrity for v in found.digests}


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "expected"),
    [
        ("2025-01-01T00:00:00Z", "2026-03-01T00:30:00Z", "hash-chain"),
        ("2026-03-02T00:00:00Z", "2026-05-01T00:00:00Z", "hash-chain"),
        ("2026-03-01T03:01:31Z", "2026-05-01T00:00:00Z", "signed-chain"),  # rotated within the two hours after the first digest's end
        ("2026-03-01T03:01:32Z", "2026-05-01T00:00:00Z", "hash-chain"),
        ("2025-01-01T00:00:00Z", "2026-03-01T01:01:31Z", "signed-chain"),
    ],
)
def test_a_key_signs_only_within_its_validity(valid_from, valid_to, expected):
    chain = make_chain()
    found = looked_at([chain], keys(key_list(key_entry(0, valid_from, valid_to))))
    assert levels(found, chain.digests[:1]) == [expected]
    assert ("expired_key" in faults(found)) or expected == "signed-chain"


def test_a_backfill_may_be_signed_with_a_later_key_but_not_with_one_that_had_ended():
    backfill = make_digest(*PLACES[0], START + HOUR, [], backfill=True)
    later = keys(key_list(key_entry(0, "2026-03-20T00:00:00Z", "2026-05-01T00:00:00Z")))
    ended = keys(key_list(key_entry(0, "2026-01-20T00:00:00Z", "2026-02-01T00:00:00Z")))
    assert [verify([backfill.file()], [], known, [backfill.metadata()]).digests[0].integrity for known in (later, ended)] == ["signed-chain", "file-hash-only"]


def test_a_rotation_of_keys_within_a_chain_is_followed():
    first = make_chain(hours=4)
    second = make_chain(hours=4, first=4, number=1, before=first.digests[-1])
    found = looked_at([first, second], Keys.merged([keys(key_list()), keys(key_list(key_entry(1)))]))
    assert faults(found) == set()
    assert levels(found, first.digests + second.digests) == ["signed-chain"] * 7 + ["hash-chain"]


@pytest.mark.parametrize(("bits", "shape"), [(1024, PublicFormat.PKCS1), (2048, PublicFormat.SubjectPublicKeyInfo)])
def test_a_key_that_is_short_or_in_another_shape_is_refused(bits, shape):
    public = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    value = base64.b64encode(public.public_bytes(Encoding.DER, shape)).decode()
    with pytest.raises(ExportRejected):
        keys(key_list(key_entry(Value=value)))


def test_two_keys_under_one_fingerprint_prove_nothing():
    contested = Keys.merged([LISTED, keys(key_list(key_entry(5, Fingerprint=fingerprint(0))))])
    found = looked_at([make_chain()], contested)
    assert faults(found) == {"contested_key"}
    assert {v.integrity for v in found.digests} == {"hash-chain"}


def test_one_key_listed_for_two_periods_is_not_contested():
    twice = Keys.merged([keys(key_list(key_entry(0, "2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z"))), LISTED])
    assert faults(looked_at([make_chain()], twice)) == set()


def test_key_times_may_be_epoch_seconds_or_iso_text():
    listed = keys(key_list(key_entry(0, 1769904000, 1774998000.5)))
    assert (stamp(listed.entries[0].valid_from), listed.entries[0].der) == ("2026-02-01T00:00:00Z", der(0))


def test_no_list_gives_no_keys_and_lists_are_merged_in_any_order():
    other = keys(key_list(key_entry(1)))
    assert Keys.merged([]) is None
    assert Keys.merged([LISTED, other]) == Keys.merged([other, LISTED])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"Keys":[]}',
        b'{"PublicKeyList":{}}',
        b'{"PublicKeyList":[{}]}',
        b'{"PublicKeyList":[],"PublicKeyList":[]}',
        b'{"PublicKeyList":[],"Records":[]}',
        key_list(key_entry(Fingerprint="ABC")),
        key_list(key_entry(Value="not base64!")),
        key_list(key_entry(Value="AAAA")),
        key_list(key_entry(valid_from="2026-02-01T00:00:00")),
        key_list(key_entry(valid_from=1769904000000)),
        key_list(key_entry(valid_from=True)),
        key_list(key_entry(valid_from="2026-05-01T00:00:00Z", valid_to="2026-02-01T00:00:00Z")),
        key_list(key_entry(Value="MAoCAwEAAQIDAQAB")),
    ],
)
def test_a_list_that_is_not_quite_a_key_list_is_refused_whole(body):
    with pytest.raises(ExportRejected) as refused:
        keys(body, "keys.json")
    assert refused.value.where == "keys.json"


def test_saved_metadata_is_read_in_each_of_its_three_shapes():
    digest = make_chain(hours=1).digests[0]
    answer = head_object(digest)
    bodies = {f"{digest.key}.head.json": answer, "heads.json": {digest.key: answer}, "list.json": [{"Key": digest.key, **answer}]}
    read = [signatures(json.dumps(body).encode(), path) for path, body in bodies.items()]
    assert [[(s.of, s.value) for s in each] for each in read] == [[(digest.metadata().of, digest.signature)]] * 3
    assert levels(verify([digest.file()], [], LISTED, read[1]), [digest]) == ["signed-chain"]


@pytest.mark.parametrize(
    "changes", [{"signature": "xyz"}, {"signature": None}, {"signature-algorithm": "SHA1withRSA"}, {"signature-algorithm": None}, {"signature": 5}]
)
def test_metadata_that_is_no_signature_is_refused(changes):
    digest = make_chain(hours=1).digests[0]
    answer = head_object(digest)
    answer["Metadata"].update(changes)
    with pytest.raises(ExportRejected):
        signatures(json.dumps(answer).encode(), f"{digest.key}.json")


def test_metadata_that_does_not_say_whose_it_is_is_refused():
    with pytest.raises(ExportRejected):
        signatures(json.dumps(head_object(make_chain(hours=1).digests[0])).encode(), "metadata.json")
