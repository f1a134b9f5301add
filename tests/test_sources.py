"""Every source on real files: what each dialect becomes, and that one event is one use whichever way it was delivered."""

import gzip
import json
from pathlib import Path

import cloudtrail_shapes as shapes
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit_analyzer import ingest, settings, sources, store, vault

HERE = Path(sources.__file__).parent
EUGENE = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "eugene-flock-audit.csv"
PROBE = {
    "collectionId": "county-mugshots",
    "image": {"s3Object": {"bucket": "probes", "name": "2026/05/02/a=b/IMG_0412.jpg"}},
    "maxFaces": 50,
    "faceMatchThreshold": 80,
}


@pytest.fixture
def read(tmp_path):
    """Files (name to bytes, text or a JSON value) into an empty workspace: (store, what became of each by name)."""
    root = tmp_path / "workspace"
    root.mkdir()
    opened = []

    def take(files, audit=""):
        delivery = tmp_path / "delivery"
        for name, data in files.items():
            file = delivery / name
            file.parent.mkdir(parents=True, exist_ok=True)
            raw = data if isinstance(data, bytes) else (data if isinstance(data, str) else json.dumps(data)).encode()
            file.write_bytes(raw)
        (root / "audit.toml").write_text(audit)
        facts = settings.load(root)
        store.create(facts.database)
        opened.append(store.open_store(facts.database))
        told = ingest.ingest(opened[0], facts, vault.walk([delivery]), "0001-test")
        return opened[0], {t.file.split("/delivery/")[-1]: t for t in told}

    yield take
    for one in opened:
        one.close()


def parquet(rows):
    out = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue().to_pybytes()


def every_way(event):
    """One event in every envelope and schema."""
    return {
        "00-delivered.json.gz": gzip.compress(json.dumps({"Records": [event]}).encode()),
        "01-array.json": [event],
        "02-lines.ndjson": json.dumps(event) + "\n",
        "03-lookup.json": {"Events": [shapes.as_lookup(event)]},
        "04-bridge.ndjson": json.dumps(shapes.as_eventbridge(event)) + "\n",
        "05-ocsf.json": [shapes.as_ocsf(event)],
        "06-ocsf.parquet": parquet([shapes.as_ocsf(event)]),
        "07-ecs-original.ndjson": json.dumps(shapes.as_ecs(event, original=True, flattened=False)) + "\n",
        "08-ecs-flattened.ndjson": json.dumps(shapes.as_ecs(event)) + "\n",
        "09-ecs-braces.ndjson": json.dumps(shapes.as_ecs(event, flattened=False)) + "\n",
        "10-ecs-dotted.ndjson": json.dumps(shapes.dotted(shapes.as_ecs(event))) + "\n",
        "11-ecs-hit.ndjson": json.dumps({"_index": "logs", "_id": "1", "_source": shapes.as_ecs(event)}) + "\n",
    }


ANALYST = shapes.identity("111122223333", "Analyst", "jdoe")
SHARED = {"sharedEventID": shapes.made_id("shared")}
EVENTS = {
    "search": shapes.event("SearchFacesByImage", "2026-05-02T14:02:31Z", ANALYST, PROBE, **SHARED),
    "default threshold": shapes.event("SearchUsers", "2026-05-02T14:03:31Z", ANALYST, {"collectionId": "c", "userId": "u-1"}),
    "failed": shapes.event("SearchFaces", "2026-05-02T14:04:31Z", ANALYST, {"collectionId": "c", "faceId": "f-1"}, errorCode="ThrottlingException"),
    "analysis": shapes.event(
        "DetectFaces", "2026-05-02T14:05:31Z", ANALYST, {"image": {"s3Object": {"bucket": "b", "name": "k.jpg"}}, "attributes": ["ALL", "GENDER"]}
    ),
    "compare": shapes.event(
        "CompareFaces",
        "2026-05-02T14:06:31Z",
        ANALYST,
        {"sourceImage": {"s3Object": {"bucket": "b", "name": "s.jpg"}}, "targetImage": {"s3Object": {"bucket": "b", "name": "t.jpg"}}},
    ),
}


@pytest.mark.parametrize("name", EVENTS)
def test_one_event_in_every_envelope_is_one_use_and_eleven_equal_copies(read, name):
    opened, told = read(every_way(EVENTS[name]))
    assert {n: (t.outcome, t.read, t.kept, t.copies) for n, t in told.items()} == {
        n: ("accepted", 1, int(n.startswith("00")), int(not n.startswith("00"))) for n in told
    }
    assert opened.rows("SELECT kind, count(*) FROM copies GROUP BY kind") == [("copy", 11)]
    assert opened.rows("SELECT system, count(*) FROM queries GROUP BY system") == [("rekognition", 1)]


def test_an_enrolment_and_its_deletion_are_one_stored_face_in_every_schema(read):
    face = {"faceRecords": [{"face": {"faceId": "f-9", "externalImageId": "bk-1"}}]}
    enrolled = shapes.event("IndexFaces", "2026-05-01T10:00:00Z", ANALYST, {"collectionId": "c", "externalImageId": "bk-1"}, face)
    deleted = shapes.event("DeleteFaces", "2026-05-03T10:00:00Z", ANALYST, {"collectionId": "c", "faceIds": ["f-9"]}, {"deletedFaces": ["f-9"]})
    files = {f"{n}-{name}": data for n, e in enumerate((enrolled, deleted)) for name, data in every_way(e).items() if "braces" not in name}
    opened, told = read(files)
    assert {t.outcome for t in told.values()} == {"accepted"}
    rows = opened.rows(
        "SELECT item_id, subject, gallery, strftime(created_at AT TIME ZONE 'UTC', '%d'), strftime(deleted_at AT TIME ZONE 'UTC', '%d') FROM biometric_items"
    )
    assert rows == [("f-9", "bk-1", "c", "01", "03")]
    assert opened.rows("SELECT DISTINCT kind FROM copies") == [("copy",)]


def test_the_three_cloudtrail_sources_share_their_selects():
    of = {name: sources.read(HERE / f"{name}.toml") for name in ("rekognition_cloudtrail", "ocsf_api_activity", "ecs_cloudtrail")}
    assert of["ocsf_api_activity"].fillings == of["rekognition_cloudtrail"].fillings
    assert of["ecs_cloudtrail"].fillings == of["rekognition_cloudtrail"].fillings


def test_the_operator_is_the_person_behind_the_role_and_never_the_role(read):
    opened, _ = read({"ecs.ndjson": json.dumps(shapes.as_ecs(EVENTS["search"])) + "\n"})
    assert opened.rows("SELECT operator, operator_kind FROM queries") == [("jdoe", "role_session")]


def test_source_identity_outranks_the_session_name_where_the_schema_keeps_it(read):
    event = shapes.event("SearchFacesByImage", "2026-05-02T14:02:31Z", shapes.identity("111122223333", "Analyst", "botocore-session-1", "jdoe"), PROBE)
    ways = {n: d for n, d in every_way(event).items() if "ecs" not in n or "original" in n}
    opened, _ = read(ways)
    assert opened.rows("SELECT operator, operator_kind FROM queries") == [("jdoe", "human")]
    assert opened.rows("SELECT kind, count(*) FROM copies GROUP BY kind") == [("copy", len(ways) - 1)]


def test_a_caller_from_another_account_is_the_session_in_its_principal(read):
    who = {"type": "AWSAccount", "principalId": "AROAEXAMPLE:jdoe", "accountId": "999900001111"}
    opened, _ = read({"a.json": {"Records": [shapes.event("SearchFacesByImage", "2026-05-02T14:02:31Z", who, PROBE)]}})
    assert opened.rows("SELECT operator, operator_kind FROM queries") == [("jdoe", "role_session")]


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [(80, (80.0, True)), (80.0, (80.0, True)), ("80", (80.0, True)), (None, (80.0, False))],
)
def test_a_threshold_in_any_spelling_is_a_number_and_its_absence_the_default(read, threshold, expected):
    request = {k: v for k, v in PROBE.items() if k != "faceMatchThreshold"} | ({} if threshold is None else {"faceMatchThreshold": threshold})
    opened, _ = read({"a.json": {"Records": [shapes.event("SearchFacesByImage", "2026-05-02T14:02:31Z", ANALYST, request)]}})
    assert opened.rows("SELECT threshold, threshold_explicit FROM queries") == [expected]


def test_lists_that_are_no_lists_do_not_break_the_batch(read):
    odd = shapes.event("DeleteFaces", "2026-05-02T14:02:31Z", ANALYST, {"collectionId": "c", "faceIds": "f-1"}, {"deletedFaces": "f-1"})
    strange = shapes.event("IndexFaces", "2026-05-02T14:03:31Z", ANALYST, {"collectionId": "c"}, {"faceRecords": "none"})
    opened, told = read({"a.json": {"Records": [odd, strange]}})
    assert (told["a.json"].kept, opened.value("SELECT count(*) FROM biometric_items")) == (2, 0)


def test_braces_that_cannot_be_taken_apart_keep_the_use_and_stand_in_carriers(read):
    request = PROBE | {"image": {"s3Object": {"bucket": "probes", "name": "march, 2 May/IMG_1.jpg"}}}
    event = shapes.event("SearchFacesByImage", "2026-05-02T14:02:31Z", ANALYST, request)
    opened, told = read({"a.ndjson": json.dumps(shapes.as_ecs(event, flattened=False)) + "\n"})
    assert told["a.ndjson"].kept == 1
    assert "march, 2 May/IMG_1.jpg" in opened.value("SELECT carriers FROM queries")


def test_other_classes_products_and_services_are_set_aside_by_name(read):
    other = {"class_uid": 3002, "metadata": {"product": {"name": "CloudTrail"}}, "api": {}, "time": 1781000000000}
    foreign = {"class_uid": 6003, "metadata": {"product": {"name": "Gateway"}}, "api": {"service": {"name": "x"}}, "time": 1781000000000}
    put = shapes.as_ocsf(shapes.event("PutObject", "2026-05-02T14:02:31Z", ANALYST, {"bucketName": "b"}, {}, source="s3"))
    opened, told = read({"a.json": [other, foreign, put]})
    assert told["a.json"].set_aside == 3
    assert opened.rows("SELECT reason FROM set_aside ORDER BY record") == [
        ("other OCSF class: 3002",),
        ("not from CloudTrail: Gateway",),
        ("other service: s3.amazonaws.com",),
    ]


# --- Flock

FULL = (
    "ID,Name,Org Name,Total Networks Searched,Total Devices Searched,Time Frame,License Plate,Reason,Case #,Filters,"
    "Search Time,Search Type,Text Prompt,Moderation,Offense Type"
)


def test_a_full_flock_export_gives_window_plate_scope_and_tags(read):
    window = '"04/01/2026, 01:00:00 AM UTC\n- 05/01/2026, 01:00:00 AM UTC"'
    row = f'7,J. Smi,"Border Unit [Federal]","6,709","83,345",{window},ZZAA001,stolen,26-1,,"05/01/2026, 12:30:00 AM UTC",lookup - Mobile,,allow,Theft'
    opened, _ = read({"a.csv": f"{FULL}\n{row}\n"})
    wanted = "query_id, operator, agency, galleries_searched, subject, reason, case_number, offense, call, device, operation, time_basis, carriers"
    assert opened.rows(f"SELECT {wanted} FROM queries") == [
        (
            "7",
            "J. Smi",
            "Border Unit",
            6709,
            "ZZAA001",
            "stolen",
            "26-1",
            "Theft",
            "lookup - Mobile",
            "mobile",
            "identification",
            "declared",
            "cameras=83,345 | moderation=allow | tag=[Federal]",
        )
    ]
    assert opened.rows("SELECT searched_from = '2026-04-01 01:00Z', searched_to = '2026-05-01 01:00Z', occurred_at = '2026-05-01 00:30Z' FROM queries") == [
        (True, True, True)
    ]
    assert opened.rows("SELECT column_name FROM field_states WHERE state = 'not_exported' AND table_name = 'queries'") == []


def test_a_narrow_no_break_space_before_am_is_a_blank(read):
    opened, told = read({"a.csv": 'ID,userID,networkCount,Search Time,Reason\n1,u,3,"05/01/2026, 12:30:00\u202fAM UTC",x\n'})
    assert told["a.csv"].kept == 1
    assert opened.rows("SELECT occurred_at = '2026-05-01 00:30Z', time_basis FROM queries") == [(True, "declared")]


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("id,userId,searchDate,networkCount", "a,***,2026-03-01T10:00:00.000Z,347", ("redacted", "not_exported", "not_exported", "declared")),
        ("id,userId,searchDate,networkCount,reason", "a,***,2026-03-01T10:00:00.000Z,347,", ("redacted", "empty", "not_exported", "declared")),
        (
            "id,userId,searchDate,networkCount,caseNumber,offenseType",
            "a,***,2026-03-01T10:00:00.000Z,347,26-1,Theft",
            ("redacted", "not_exported", "value", "declared"),
        ),
        ("id,userId,searchDate,cameraCount,reason", "a,u-1,2026-03-01 10:00:00.123,94,Property+Crime", ("value", "value", "not_exported", "unknown")),
    ],
)
def test_each_short_flock_form_says_what_is_withheld_left_out_or_blank(read, header, cells, expected):
    opened, _ = read({"a.csv": f"{header}\n{cells}\n"})
    assert opened.rows("SELECT operator_state, reason_state, case_number_state, time_basis FROM queries") == [expected]


def test_the_underscore_form_reads_its_split_time_frame(read):
    header = "ID,Org_Name,Total_Networks_Searched,Total_Devices_Searched,Time_Frame_Start,Time_Frame_End,Reason,Search_Time,Search_Type,Moderation"
    row = '1,Some SO [Inactive],10,20,"01/01/2026, 01:00:00 AM UTC","02/01/2026, 01:00:00 AM UTC",warrant,"02/01/2026, 02:00:00 AM UTC",mostSeenOcrValues,block'
    opened, _ = read({"a.csv": f"{header}\n{row}\n"})
    assert opened.rows("SELECT agency, operation, status, error_code, day(searched_from AT TIME ZONE 'UTC') FROM queries") == [
        ("Some SO", "gallery_read", "error", "moderation: block", 1)
    ]


def test_a_blacked_out_plate_is_no_subject(read):
    opened, _ = read({"a.csv": f'{FULL}\n7,u,O,1,1,,###,x,,,"05/01/2026, 12:30:00 AM UTC",lookup,,,\n'})
    assert opened.rows("SELECT subject, subject_state FROM queries") == [(None, "redacted")]


def test_the_real_eugene_audit_is_read_whole():
    if not EUGENE.exists():
        pytest.skip(f"the real audit is not here: {EUGENE.name}")
    source = sources.read(HERE / "flock_search_audit.toml")
    from audit_analyzer import readers
    from audit_analyzer.settings import Limits

    part = readers.look(EUGENE, EUGENE.name, Limits())[0]
    assert sources.claim(part, EUGENE.name, sources.load([HERE])).source.name == source.name


# --- Field app and portal

FIELD = (
    "Scan ID,Encounter ID,Scan Time,UTC Time,Officer,Badge,Agency,Device,Latitude,Longitude,Photo ID,Person Token,Databases,"
    "Candidates,Match ID,Score,Result,Note"
)
PACIFIC = '[[delivery]]\nfiles = "*.csv"\nsystem = "app"\nzone = "America/Los_Angeles"\n'


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("DO NOT DETAIN", ("ok", None, "do_not_detain", None)),
        ("REF 7F3K22", ("ok", None, "reference_code", "7F3K22")),
        ("NO MATCH", ("ok", None, "no_match", None)),
        ("POOR IMAGE - RETAKE", ("error", "POOR IMAGE - RETAKE", "POOR IMAGE - RETAKE", None)),
    ],
)
def test_an_answer_in_words_becomes_an_instruction_and_a_reference(read, answer, expected):
    opened, _ = read({"a.csv": f"{FIELD}\nS1,E1,2026-05-01 10:00:00,,O,B1,A,D,43.2,-120.4,P1,T1,border;visa,1,M1,90,{answer},\n"}, PACIFIC)
    assert opened.rows("SELECT status, error_code, instruction, reference FROM queries") == [expected]
    assert opened.rows("SELECT operator, probe_source, galleries_searched, system FROM queries") == [("B1", "mobile_capture", 2, "app")]


def test_a_time_in_utc_settles_the_hour_that_the_clocks_repeat(read):
    rows = [
        "S1,E1,2026-11-01 01:30:00,2026-11-01T08:30:00Z,O,B1,A,D,,,P1,,,,,,NO MATCH,",
        "S2,E2,2026-11-01 01:30:00,2026-11-01T09:30:00Z,O,B1,A,D,,,P2,,,,,,NO MATCH,",
    ]
    opened, _ = read({"a.csv": "\n".join([FIELD, *rows, "S3,E3,2026-11-01 01:30:00,,O,B1,A,D,,,P3,,,,,,NO MATCH,"]) + "\n"}, PACIFIC)
    told = opened.rows("SELECT query_id, strftime(occurred_at AT TIME ZONE 'UTC', '%H:%M') FROM queries ORDER BY 1")
    assert told[:2] == [("S1", "08:30"), ("S2", "09:30")]
    assert opened.rows("SELECT q.query_id FROM field_issues f JOIN queries q USING (export_id, record) WHERE f.column_name = 'occurred_at'") == [("S3",)]


def test_one_file_of_entries_fills_reviews_and_actions(read):
    files = {
        "1.csv": f"{FIELD}\nS1,E1,2026-05-01 10:00:00,,O,B1,A,D,,,P1,,,1,M1,90,REF 1,\n",
        "2.csv": "Entry ID,Scan ID,Entry,Opened,Entry Time,Entered By,Agency,Outcome,Match ID,Note\n"
        "1,S1,REVIEW,2026-05-01 10:01:00,2026-05-01 10:05:00,desk,A,Not the same person,M1,\n2,S1,Detention,,2026-05-01 10:06:00,B1,A,,,\n",
        "3.csv": "Photo ID,Scan ID,Stored,Deleted,Matched,Citizenship,Person Token\nP1,S1,2026-05-01 10:00:00,,N,USC,T1\n",
    }
    opened, told = read(files, PACIFIC)
    assert {t.kept for t in told.values()} == {1, 2}
    assert opened.rows("SELECT decision, reviewer, query_id, system FROM reviews") == [("no_match", "desk", "S1", "app")]
    assert opened.rows("SELECT kind, officer, query_id FROM actions") == [("detention", "B1", "S1")]
    assert opened.rows("SELECT kind, citizenship, query_id FROM biometric_items") == [("nonmatch", "citizen", "S1")]


def test_a_portals_three_files_become_searches_accounts_and_decisions(read):
    files = {
        "1.csv": "Search ID,User,Organization,Date,Case Number,Crime Type,Reason,Image,Image Source,Matches,Top Match,Top Similarity,Status\n"
        "V1,a@x.example,Office,11/01/2025 12:05 PM,C-1,fraud,lead,fb_1.jpg,Social media,2,M1,91.5%,Done\n",
        "2.csv": "Email,Name,Organization,License,Created,Disabled,Role\na@x.example,A,Office,Trial,10/01/2025,,agent\n",
        "3.csv": "Search ID,Decision,Decided By,Opened,Decided,Top Match\nV1,Confirmed,s@x.example,11/01/2025 12:06:00 PM,11/01/2025 12:06:05 PM,M1\n",
    }
    opened, _ = read(files, PACIFIC)
    assert opened.rows("SELECT operator, probe_source, top_score, offense, strftime(occurred_at AT TIME ZONE 'UTC', '%H:%M') FROM queries") == [
        ("a@x.example", "social_media", 91.5, "fraud", "19:05")
    ]
    assert opened.rows("SELECT operator, licence, agency FROM operators") == [("a@x.example", "trial", "Office")]
    assert opened.rows("SELECT decision, date_diff('second', started_at, decided_at) FROM reviews") == [("match", 5)]


def test_sources_whose_format_is_made_up_say_so():
    marked = {s.name: s.constructed for s in sources.load([HERE])}
    assert {name for name, constructed in marked.items() if constructed} == {"field_app", "vendor_portal"}


def test_no_two_sources_claim_a_sample_of_another():
    from audit_analyzer import readers
    from audit_analyzer.settings import Limits, shipped

    known = sources.load([HERE])
    claimed = {}
    for file in sorted(shipped("sample_logs").glob("*/exports/**/*")):
        if file.is_file():
            for part in readers.look(file, file.name, Limits()):
                claimed.setdefault(file.relative_to(shipped("sample_logs")).parts[0], set()).add(sources.claim(part, file.name, known).source.name)
    assert claimed == {name: {name} for name in claimed}
    assert len(claimed) == 7
