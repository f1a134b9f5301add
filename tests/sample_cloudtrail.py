"""Rekognition as CloudTrail records it, two accounts, January to June 2026: background, planted misuse and look-alikes; and the same events in OCSF and ECS."""

import datetime as dt
import functools
import gzip
import io
import json

import cloudtrail_shapes as shapes
from sample_world import ANALYSTS, at, chance, days, few, iso, open_cases, some_time

CITY_ACCOUNT, COUNTY_ACCOUNT = "111122223333", "444455556666"
MUGS = "county-mugshots"
STOPPED = (at(dt.date(2026, 6, 20), 9), at(dt.date(2026, 6, 21), 21))


def person(name, account=CITY_ACCOUNT, role="Analyst", **more):
    """An analyst whose identity provider hands on who it is."""
    return shapes.identity(account, role, name, name, key=f"ASIA{name.upper():X<12}", **more)


def service(name, account=COUNTY_ACCOUNT, role="GalleryMaintenance"):
    """A job's role session: nobody behind it."""
    return shapes.identity(account, role, name, key="ASIAMAINTENANCE1", mfa="false")


def ip_of(name):
    """Each analyst's desk."""
    return f"192.0.2.{10 + ANALYSTS.index(name)}" if name in ANALYSTS else "198.51.100.7"


def search(moment, name, key, *, limit=99, most=10, gallery=MUGS, salt="", **more):
    """One SearchFacesByImage; without `limit` the default of 80 applies and the record does not say so."""
    request = {"collectionId": gallery, "image": {"s3Object": {"bucket": "springfield-probes", "name": key}}, "maxFaces": most}
    if limit:
        request["faceMatchThreshold"] = limit
    return shapes.event("SearchFacesByImage", moment, person(name), request, ip=ip_of(name), salt=salt, **more)


def enrol(moment, who, gallery, key, faces, *, account, name):
    """One IndexFaces with as many face records as faces were found."""
    found = [{"face": {"faceId": shapes.made_id("face", gallery, key, n), "externalImageId": name, "confidence": 99.9}} for n in range(faces)]
    request = {
        "collectionId": gallery,
        "image": {"s3Object": {"bucket": "springfield-probes", "name": key}},
        "externalImageId": name,
        "maxFaces": max(1, faces),
    }
    return shapes.event("IndexFaces", moment, who, request, {"faceRecords": found, "faceModelVersion": "7.0"}, account=account)


def background():
    """Analysts at work: a few searches a day, each for a case they work on."""
    rng = chance("rekognition")
    for day in days():
        for name in ANALYSTS:
            for n in range(few(rng, 1.3 if day.weekday() < 5 else 0.15)):
                number = rng.choice(open_cases(day, name) or open_cases(day) or ["26-01001"])
                loose = name == "lwynn" and rng.random() < 0.4
                key = f"cases/{number}/probe-{rng.randint(1, 9)}.jpg"
                yield search(some_time(rng, day), name, key, limit=None if loose else 99, most=100 if loose else 10, salt=f"{n}")


def booking():
    """The county jail's intake: each face enrolled, then searched; released people's faces are deleted within 25 days."""
    rng = chance("booking")
    desk = shapes.identity(COUNTY_ACCOUNT, "BookingDesk", "cbook", key="ASIABOOKINGDESK1")
    for day in days():
        for n in range(few(rng, 1.5)):
            moment, key = some_time(rng, day, 6, 22), f"booking/{day:%Y/%m/%d}/intake-{n}.jpg"
            enrolled = enrol(moment, desk, MUGS, key, 1, account=COUNTY_ACCOUNT, name=f"bk-{day:%y%m%d}-{n}")
            yield enrolled
            request = {"collectionId": MUGS, "image": {"s3Object": {"bucket": "county-booking", "name": key}}, "maxFaces": 5, "faceMatchThreshold": 99}
            yield shapes.event("SearchFacesByImage", moment + dt.timedelta(seconds=40), desk, request, account=COUNTY_ACCOUNT)
            gone = moment + dt.timedelta(days=rng.randint(2, 25), hours=2)
            if gone.date() <= dt.date(2026, 6, 29):
                face = enrolled["responseElements"]["faceRecords"][0]["face"]["faceId"]
                yield shapes.event(
                    "DeleteFaces",
                    gone,
                    service("gallery-maintenance"),
                    {"collectionId": MUGS, "faceIds": [face]},
                    {"deletedFaces": [face]},
                    account=COUNTY_ACCOUNT,
                )


def crowd():
    """Planted: 29 photos of the march of 2 May searched in five minutes, a gallery made of the crowd, five of its faces searched for."""
    start = at(dt.date(2026, 5, 2), 14, 2)
    for n in range(29):
        yield search(start + dt.timedelta(seconds=10 * n), "rvoss", f"2026/05/02/march/IMG_{412 + n:04d}.jpg", limit=None, most=50)
    gallery, later = "may2-march-crowd", start + dt.timedelta(hours=3)
    made = {"collectionArn": f"aws:rekognition:us-gov-west-1:{CITY_ACCOUNT}:collection/{gallery}", "faceModelVersion": "7.0", "statusCode": 200}
    yield shapes.event("CreateCollection", later, person("rvoss"), {"collectionId": gallery, "tags": {"event": "may-2-march"}}, made)
    for n, faces in enumerate((14, 19, 11, 16)):
        yield enrol(
            later + dt.timedelta(minutes=2 + n), person("rvoss"), gallery, f"2026/05/02/march/CROWD_{n}.jpg", faces, account=CITY_ACCOUNT, name=f"crowd-{n}"
        )
    for n in range(5):
        face = shapes.made_id("face", gallery, "2026/05/02/march/CROWD_1.jpg", n)
        yield shapes.event("SearchFaces", later + dt.timedelta(minutes=20 + n), person("rvoss"), {"collectionId": MUGS, "faceId": face, "maxFaces": 20})


def planted():
    """Planted: one face on eleven evenings, CompareFaces as a search, face analysis, a probe enrolled, root, logging stopped."""
    face = shapes.made_id("face", "one-person")
    for n in range(11):
        request = {"collectionId": MUGS, "faceId": face, "maxFaces": 5, "faceMatchThreshold": 90}
        yield shapes.event("SearchFaces", at(dt.date(2026, 5, 18) + dt.timedelta(days=3 * n), 23, 7 + n), person("rvoss"), request, ip="203.0.113.44")
    for n in range(14):
        pair = {
            "sourceImage": {"s3Object": {"bucket": "springfield-probes", "name": "walkin/unknown-7.jpg"}},
            "targetImage": {"s3Object": {"bucket": "dmv-sample", "name": f"lic-{n:04d}.jpg"}},
        }
        yield shapes.event("CompareFaces", at(dt.date(2026, 4, 9), 16, 3 + n // 2, 20 * (n % 2)), person("jhale"), pair | {"similarityThreshold": 70})
    for n in range(3):
        request = {"image": {"s3Object": {"bucket": "springfield-probes", "name": f"lobby/frame-{n}.jpg"}}, "attributes": ["ALL"]}
        yield shapes.event("DetectFaces", at(dt.date(2026, 6, 3), 10, n), person("tpark"), request)
    yield search(at(dt.date(2026, 2, 18), 11), "lwynn", "walkin/visitor-3.jpg", limit=None)
    yield enrol(at(dt.date(2026, 2, 18), 11, 9), person("lwynn"), MUGS, "walkin/visitor-3.jpg", 1, account=CITY_ACCOUNT, name="visitor-3")
    root = {
        "type": "Root",
        "principalId": CITY_ACCOUNT,
        "arn": f"arn:aws:iam::{CITY_ACCOUNT}:root",
        "accountId": CITY_ACCOUNT,
        "accessKeyId": "AKIAROOTEXAMPLE1",
    }
    request = {"collectionId": MUGS, "image": {"s3Object": {"bucket": "springfield-probes", "name": "tmp/upload.jpg"}}}
    yield shapes.event("SearchFacesByImage", at(dt.date(2026, 6, 9), 22, 41), root, request, agent="console.amazonaws.com")
    for name, moment in (("StopLogging", STOPPED[0]), ("StartLogging", STOPPED[1])):
        yield shapes.event(name, moment, person("kroll", role="Administrator"), {"name": "rekognition-trail"}, {}, source="cloudtrail")


def innocent():
    """Look-alikes: a missing child, retries after throttling, a nightly job, searches across accounts, late and replaced records, other services."""
    for n in range(26):
        yield search(at(dt.date(2026, 4, 14), 17, 1 + n // 3, 15 * (n % 3)), "ekline", f"cases/26-01777/frame-{n:02d}.jpg", limit=85)
    for n in range(7):
        failed = {"errorCode": "ThrottlingException", "errorMessage": "Rate exceeded"} if n < 6 else {}
        yield search(at(dt.date(2026, 3, 11), 9, 30, 5 * n), "dmoss", "cases/26-01005/probe-1.jpg", salt=f"try {n}", **failed)
    for night in range(4):
        for n in range(30):
            request = {"collectionId": MUGS, "faceId": shapes.made_id("dedupe", night, n), "maxFaces": 2, "faceMatchThreshold": 99}
            moment = at(dt.date(2026, 2, 1) + dt.timedelta(days=28 * night), 2, n)
            yield shapes.event("SearchFaces", moment, service("gallery-maintenance"), request, account=COUNTY_ACCOUNT)
    for n in range(20):
        shared = shapes.made_id("shared", n)
        for account in (CITY_ACCOUNT, COUNTY_ACCOUNT):
            one = search(at(dt.date(2026, 3, 2) + dt.timedelta(days=4 * n), 13, n), "jhale", f"cases/26-010{10 + n}/across.jpg", sharedEventID=shared)
            yield one | {"recipientAccountId": account, "eventID": shapes.made_id("copy", account, n)}
    late = search(at(dt.date(2026, 4, 22), 15), "tpark", "cases/26-01020/probe-2.jpg")
    yield late
    addendum = {"reason": "UPDATED_DATA", "updatedFields": "requestParameters", "originalEventID": late["eventID"], "originalRequestID": late["requestID"]}
    yield late | {"eventID": shapes.made_id("addendum"), "requestParameters": late["requestParameters"] | {"maxFaces": 20}, "addendum": addendum}
    yield search(at(dt.date(2026, 5, 12), 10), "dmoss", "cases/26-01031/probe-1.jpg", addendum={"reason": "DELIVERY_DELAY"})
    for n, day in enumerate(days()[::3]):
        put = {"bucketName": "springfield-probes", "key": f"cases/upload-{n}.jpg"}
        yield shapes.event("PutObject", at(day, 12, n % 60), person("dmoss"), put, {}, source="s3")
    yield shapes.event("DetectLabels", at(dt.date(2026, 3, 3), 12), person("dmoss"), {"image": {"s3Object": {"bucket": "b", "name": "car.jpg"}}})


@functools.cache
def everything():
    """All events, oldest first; what happened while logging was stopped is in the lake only."""
    events = [e for part in (background, booking, crowd, planted, innocent) for e in part()]
    return tuple(sorted(events, key=lambda e: (e["eventTime"], e["eventID"])))


def trail():
    """The bucket of each account: one file a week (a real trail writes one every few minutes)."""
    weeks = {}
    for e in everything():
        stopped = iso(STOPPED[0]) < e["eventTime"] < iso(STOPPED[1]) and e["recipientAccountId"] == CITY_ACCOUNT
        if not stopped:
            day = dt.date.fromisoformat(e["eventTime"][:10])
            weeks.setdefault((e["recipientAccountId"], day - dt.timedelta(days=day.weekday())), []).append(e)
    for (account, monday), events in sorted(weeks.items()):
        end = monday + dt.timedelta(days=6)
        name = f"{account}_CloudTrail_us-gov-west-1_{end:%Y%m%d}T2355Z_{shapes.made_id(account, monday)[:8]}.json.gz"
        path = f"rekognition_cloudtrail/exports/AWSLogs/{account}/CloudTrail/us-gov-west-1/{end:%Y/%m/%d}/{name}"
        yield path, gzip.compress(json.dumps({"Records": events}, separators=(",", ":")).encode(), mtime=0)
    newest = [shapes.as_lookup(e) for e in everything() if e["eventName"] == "SearchFacesByImage"][-15:]
    yield "rekognition_cloudtrail/exports/lookup-events.json", json.dumps({"Events": newest}, indent=1).encode()


def unseen():
    """Searches made while the trail was stopped: the security lake has a trail of its own."""
    return [search(STOPPED[0] + dt.timedelta(hours=2, minutes=4 * n), "rvoss", f"2026/06/20/walkout/IMG_{90 + n:04d}.jpg", limit=None) for n in range(12)]


def lake():
    """Security Lake: the crowd batch again as Parquet, and as JSON what the stopped trail did not see."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    again = [shapes.as_ocsf(e) for e in everything() if e["eventTime"].startswith("2026-05-02") and e["recipientAccountId"] == CITY_ACCOUNT]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(again), out)
    yield "ocsf_api_activity/exports/region=us-gov-west-1/eventday=20260502/part-0.parquet", out.getvalue()
    other = {"class_uid": 3002, "metadata": {"uid": "x-1", "product": {"name": "CloudTrail"}}, "api": {}, "time": 1781000000000}
    yield "ocsf_api_activity/exports/lake-2026-06.json", json.dumps([shapes.as_ocsf(e) for e in unseen()] + [other]).encode()


def siem():
    """The SIEM's copy of one week, a file for each account; event.original is kept where a person is behind the role; keys nested and dotted."""
    for account in (CITY_ACCOUNT, COUNTY_ACCOUNT):
        lines = []
        for e in everything():
            if "2026-05-11" <= e["eventTime"][:10] <= "2026-05-15" and e["recipientAccountId"] == account:
                document = shapes.as_ecs(e, original="sourceIdentity" in e["userIdentity"].get("sessionContext", {}))
                lines.append(json.dumps(document if len(lines) % 2 else shapes.dotted(document)))
        yield f"ecs_cloudtrail/exports/siem-{account}-2026-w20.ndjson", ("\n".join(lines) + "\n").encode()


def files():
    """Every file of the three folders: (path, bytes)."""
    yield from trail()
    yield from lake()
    yield from siem()
