"""Searches by people who work in shifts and search a few times a day, as real logs have them: made by DuckDB from a row's number alone; see bench_night.py."""

from pathlib import Path

import duckdb
from bench_data import COLUMNS, SEED, SMALL, pick, share
from isal import igzip

DAYS = 365
QUERIES_A_PERSON = 500  # in the year: the median user-day of public audits holds one search, the 99th percentile eight
STREETS = ("Fifth", "Main", "Oak", "Cedar", "Harbor", "Union", "Second", "Lake")
TEXTS = (
    "'burglary at ' || street || ' and Main, suspect on store camera ' || (i % 977)", "'identify unknown male, robbery ' || lower(made_case)", "'BOLO ' || street || ' St'",
    "'fraud: account opened with a stolen licence'", "'missing juvenile, last seen near ' || street || ' station'", "'assault outside the stadium, witness video ' || (i % 3001)",
    "'theft from vehicle'", "'follow-up ' || lower(made_case)",
)  # fmt: skip
ASSEMBLIES = 60


def people(first: int, count: int, total: int) -> str:
    """SELECT of who searches when: i, person, agency_no, place_no, at_s (epoch seconds), street, made_case; `total` sets how many people there are."""
    people = max(60, total // QUERIES_A_PERSON)
    even, skewed = f"floor({share(31)} * {people})", f"floor(pow({share(32)}, 1.3) * {people})"
    day = f"floor({share(34)} * {DAYS})"
    who = f"SELECT i, (CASE WHEN {share(30)} < 0.7 THEN {even} ELSE {skewed} END)::BIGINT AS person FROM range({first}, {first + count}) AS r(i)"
    placed = (
        "SELECT *, hash(person, 41) % 4 AS shift, (hash(person, 42) % 120)::INTEGER AS agency_no, (hash(person, 43) % 4)::INTEGER AS place_no, "
        f"({day} - CASE WHEN {day} % 7 IN (4, 5) AND {share(35)} < 0.6 THEN 2 ELSE 0 END)::BIGINT AS day_no FROM ({who})"
    )
    names = "', '".join(STREETS)
    return (
        f"SELECT *, 1735689600 + 86400 * greatest(day_no, 0) + (6 + [7, 9, 15, 22][1 + shift::INTEGER]) * 3600 + floor({share(36)} * 9 * 3600)::BIGINT AS at_s, "
        f"['{names}'][1 + (hash(i, {SEED}, 37) % {len(STREETS)})::INTEGER] AS street, "
        f"'25-' || lpad((person * 200 + hash(i, {SEED}, 17) % 200)::VARCHAR, 7, '0') AS made_case FROM ({placed})"
    )


def uses(first: int, count: int, total: int) -> str:
    """SELECT of rows of `queries` in the interchange form."""
    text = "CASE (hash(i, 38) % 8)::INTEGER " + " ".join(f"WHEN {n} THEN {sql}" for n, sql in enumerate(TEXTS)) + " END"
    made = {
        "query_id": "'Q-' || lpad(i::VARCHAR, 12, '0')",
        "system": "CASE WHEN agency_no < 90 THEN 'metro-fr' ELSE 'county-lineup' END",
        "operation": pick(["identification"] * 9 + ["verification"], 2),
        "occurred_at": "strftime(make_timestamp(at_s * 1000000), '%Y-%m-%dT%H:%M:%SZ')",
        "operator": "'officer-' || lpad(person::VARCHAR, 6, '0')",
        "operator_kind": "'human'",
        "agency": "'Agency ' || agency_no",
        "unit": "['detectives', 'patrol', 'gang unit', 'fusion centre'][1 + place_no]",
        "device": "'WS-' || agency_no || '-' || (hash(person, 44) % 9)",
        "latitude": f"CASE WHEN {share(45)} < 0.4 THEN round(39.5 + (agency_no % 12) * 0.05 + {share(6)} * 0.05, 5) END",
        "longitude": f"CASE WHEN {share(45)} < 0.4 THEN round(-89.9 + (agency_no // 12) * 0.08 + {share(7)} * 0.08, 5) END",
        "probe": f"md5(concat({SEED}, '-', i)) || '.jpg'",
        "probe_source": pick(["still"] * 60 + ["frame"] * 24 + ["mobile_capture"] * 15 + ["social_media"], 8),
        "gallery": pick(["mugshots", "mugshots", "dmv"], 9),
        "threshold": pick(["0.80", "0.85", "0.90"], 10) + "::DOUBLE",
        "max_candidates": pick(["10", "20", "50"], 11) + "::BIGINT",
        "candidates": f"(hash(i, {SEED}, 12) % 11)::BIGINT",
        "top_score": f"round(0.5 + {share(13)} / 2, 4)",
        "candidate": f"CASE WHEN hash(i, {SEED}, 12) % 11 > 0 THEN 'S-' || lpad((hash(i, {SEED}, 14) % {max(900, total // 5)})::VARCHAR, 8, '0') END",
        "reason": text,
        "case_number": f"CASE WHEN {share(16)} < 0.8 THEN made_case END",
        "offense": pick(["burglary", "robbery", "fraud", "assault", "missing person"], 18),
        "status": "'ok'",
    }
    return f"SELECT {', '.join(f'{made[name]} AS {name}' for name in COLUMNS)} FROM ({people(first, count, total)})"


def reviews() -> str:
    """SELECT of one review for three searches of ten, some minutes later."""
    return (
        "SELECT 'R-' || query_id AS review_id, query_id, system, 'examiner-' || (hash(query_id, 2) % 40 + 1000 * (hash(operator, 3) % 100)) AS reviewer, "
        "strftime(strptime(occurred_at, '%Y-%m-%dT%H:%M:%SZ') + to_seconds((240 + hash(query_id) % 7000)::BIGINT), '%Y-%m-%dT%H:%M:%SZ') AS decided_at, "
        "['no_match', 'no_match', 'match', 'inconclusive'][1 + (hash(query_id, 4) % 4)::INTEGER] AS decision FROM uses WHERE hash(query_id, 5) % 10 < 3"
    )


def assemblies() -> str:
    """SELECT of lawful gatherings over the year and the towns."""
    return (
        "SELECT 'A-' || i AS assembly_id, 'march' AS name, strftime(make_timestamp((1735689600 + 86400 * (i * 6) + 64800) * 1000000), '%Y-%m-%dT%H:%M:%SZ') AS starts_at, "
        "strftime(make_timestamp((1735689600 + 86400 * (i * 6) + 75600) * 1000000), '%Y-%m-%dT%H:%M:%SZ') AS ends_at, "
        f"round(39.52 + (i % 12) * 0.05, 5) AS latitude, round(-89.86 + (i % 10) * 0.08, 5) AS longitude, 200.0 AS precision_m FROM range({ASSEMBLIES}) AS r(i)"
    )


def events(count: int) -> str:
    """SELECT of one column in the order of time: CloudTrail records of Rekognition as JSON text."""
    parts = [
        '\'{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:\'', "who", '\'","arn":"arn:aws-us-gov:sts::111122223333:assumed-role/Analyst/\'',
        "who", '\'","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE",'
        '"arn":"arn:aws-us-gov:iam::111122223333:role/Analyst","accountId":"111122223333","userName":"Analyst"},"attributes":{"creationDate":"2025-01-01T00:00:00Z",'
        '"mfaAuthenticated":"true"}}},"eventTime":"\'', "strftime(make_timestamp(at_s * 1000000), '%Y-%m-%dT%H:%M:%SZ')",
        '\'","eventSource":"rekognition.amazonaws.com","eventName":"\'', pick(["SearchFacesByImage"] * 9 + ["CompareFaces"], 2),
        '\'","awsRegion":"us-gov-west-1","sourceIPAddress":"192.0.2.\'', "(hash(person, 44) % 250)::VARCHAR",
        '\'","userAgent":"aws-cli/2.15.0 Python/3.11.6 Linux/5.10 exe/x86_64","requestParameters":{"collectionId":"county-mugshots","image":{"s3Object":{"bucket":'
        '"springfield-probes","name":"cases/\'', "made_case", "'/probe-'", "(i % 9)::VARCHAR", '\'.jpg"}},"faceMatchThreshold":99,"maxFaces":10},"responseElements":null,"requestID":"\'',
        "md5(concat('r', i))", '\'","eventID":"\'', "md5(concat('e', i))",
        '\'","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}\'',
    ]  # fmt: skip
    who = f"SELECT *, 'analyst-' || lpad(person::VARCHAR, 5, '0') AS who FROM ({people(0, count, count)})"
    return f"SELECT {' || '.join(parts)} AS record FROM ({who}) ORDER BY at_s, i"


def make_trail(folder: Path, count: int) -> Path:
    """As many CloudTrail records in .json.gz files of 125, in the order of time, made unless they are there; returns their folder."""
    place = Path(folder) / f"trail-{count}"
    done = place.with_name(place.name + ".made")
    if done.exists():
        return place
    place.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        answer = connection.execute(events(count))
        for n in range(0, count, SMALL):
            body = '{"Records":[' + ",".join(record for (record,) in answer.fetchmany(SMALL)) + "]}"
            (place / f"111122223333_CloudTrail_us-gov-west-1_{n:010}.json.gz").write_bytes(igzip.compress(body.encode(), compresslevel=2, mtime=0))
    done.touch()
    return place


def make_uses(folder: Path, count: int) -> Path:
    """queries.ndjson (as many as asked), reviews and assemblies, made unless they are there; returns their folder."""
    place = Path(folder) / f"people-{count}"
    done = place.with_name(place.name + ".made")
    if done.exists():
        return place
    place.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for first in range(0, count, 1_000_000):
            here = min(1_000_000, count - first)
            connection.execute(f"CREATE OR REPLACE TEMP TABLE uses AS {uses(first, here, count)}")
            connection.execute(f"COPY uses TO '{place}/queries-{first:010}.ndjson' (FORMAT json)")
            connection.execute(f"COPY ({reviews()}) TO '{place}/reviews-{first:010}.parquet' (FORMAT parquet)")
        connection.execute(f"COPY ({assemblies()}) TO '{place}/assemblies.csv' (FORMAT csv, HEADER)")
    done.touch()
    return place
