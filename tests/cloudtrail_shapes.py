"""One CloudTrail event of Rekognition, and the same event in every envelope and schema that it is delivered in; all constructed."""

import datetime as dt
import json
import uuid

SPACE = uuid.UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")


def made_id(*parts):
    """A UUID that is the same for the same parts."""
    return str(uuid.uuid5(SPACE, "/".join(map(str, parts))))


def identity(account, role, session, person=None, mfa="true", key="ASIAEXAMPLE"):
    """The userIdentity of an assumed role; `person` is the sourceIdentity that the identity provider set."""
    issuer = {"type": "Role", "principalId": "AROAEXAMPLE", "arn": f"arn:aws:iam::{account}:role/{role}", "accountId": account, "userName": role}
    context = {"sessionIssuer": issuer, "attributes": {"creationDate": "2026-05-02T12:50:11Z", "mfaAuthenticated": mfa}}
    if person:
        context["sourceIdentity"] = person
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE:{session}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{role}/{session}",
        "accountId": account,
        "accessKeyId": key,
        "sessionContext": context,
    }


def event(name, at, who, request, response=None, *, account="111122223333", source="rekognition", ip="192.0.2.10", agent="Boto3/1.34.0", salt="", **more):
    """One record as CloudTrail delivers it."""
    at = at if isinstance(at, str) else at.strftime("%Y-%m-%dT%H:%M:%SZ")
    key = (name, at, json.dumps(request, sort_keys=True), account, salt)
    return {
        "eventVersion": "1.08",
        "userIdentity": who,
        "eventTime": at,
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-gov-west-1",
        "sourceIPAddress": ip,
        "userAgent": agent,
        "requestParameters": request,
        "responseElements": response,
        "requestID": made_id("request", *key),
        "eventID": made_id("event", *key),
        "readOnly": response is None,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
        **more,
    }


def as_lookup(record):
    """An element of the answer of LookupEvents."""
    return {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": str(record["readOnly"]).lower(),
        "EventTime": record["eventTime"],
        "EventSource": record["eventSource"],
        "Username": "dmoss",
        "Resources": [],
        "CloudTrailEvent": json.dumps(record),
    }


def as_eventbridge(record):
    """The event that EventBridge hands on."""
    return {
        "version": "0",
        "id": made_id("bridge", record["eventID"]),
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.rekognition",
        "time": record["eventTime"],
        "detail": record,
    }


def as_ocsf(record):
    """OCSF 1.1 API Activity after the published mapping (Apache-2.0, github.com/ocsf/examples); sourceIdentity stays under `unmapped`."""
    who = record["userIdentity"]
    context = who.get("sessionContext", {})
    at = dt.datetime.fromisoformat(record["eventTime"])
    unmapped = {k: record[k] for k in ("recipientAccountId", "sharedEventID") if k in record}
    if context.get("sourceIdentity"):
        unmapped["userIdentity.sessionContext.sourceIdentity"] = context["sourceIdentity"]
    user = {
        "type": who.get("type"),
        "name": who.get("userName"),
        "uid": who.get("arn"),
        "uid_alt": who.get("principalId"),
        "credential_uid": who.get("accessKeyId"),
    }
    answer = {"error": record.get("errorCode"), "message": record.get("errorMessage"), "data": None}
    if record["responseElements"] is not None:
        answer["data"] = json.dumps(record["responseElements"])
    return {
        "class_uid": 6003,
        "class_name": "API Activity",
        "category_uid": 6,
        "activity_id": 2 if record["readOnly"] else 1,
        "severity_id": 1,
        "time": int(at.timestamp() * 1000),
        "time_dt": record["eventTime"],
        "metadata": {
            "uid": record["eventID"],
            "event_code": record["eventType"],
            "version": "1.1.0",
            "product": {"name": "CloudTrail", "vendor_name": "AWS", "version": "1.08"},
        },
        "actor": {"user": user | {"account": {"uid": who.get("accountId")}}, "session": {"is_mfa": _mfa(context)}, "invoked_by": who.get("invokedBy")},
        "api": {
            "operation": record["eventName"],
            "service": {"name": record["eventSource"]},
            "request": {"uid": record["requestID"], "data": json.dumps(record["requestParameters"])},
            "response": answer,
        },
        "src_endpoint": {"ip": record["sourceIPAddress"]},
        "http_request": {"user_agent": record["userAgent"]},
        "cloud": {"provider": "AWS", "region": record["awsRegion"]},
        "unmapped": unmapped,
    }


def _mfa(context):
    told = context.get("attributes", {}).get("mfaAuthenticated")
    return None if told is None else told == "true"


def in_braces(value):
    """A value as the ingest pipeline's Map.toString writes it: {k=v, k={…}, k=[a, b]}."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}={in_braces(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_braces, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_ecs(record, *, original=False, flattened=True):
    """The document of Elastic's AWS integration; user.name is the role's name where a role was assumed."""
    who = record["userIdentity"]
    context = who.get("sessionContext", {})
    trail = {
        "event_type": record["eventType"],
        "request_id": record["requestID"],
        "recipient_account_id": record["recipientAccountId"],
        "request_parameters": in_braces(record["requestParameters"]),
        "user_identity": {"type": who.get("type"), "arn": who.get("arn"), "access_key_id": who.get("accessKeyId")},
    }
    if "attributes" in context:
        trail["user_identity"]["session_context"] = {"mfa_authenticated": context["attributes"]["mfaAuthenticated"]}
    for name, key in (("shared_event_id", "sharedEventID"), ("error_code", "errorCode")):
        if key in record:
            trail[name] = record[key]
    if flattened:
        trail["flattened"] = {"request_parameters": record["requestParameters"]}
        if record["responseElements"]:
            trail["flattened"]["response_elements"] = record["responseElements"]
    told = {"action": record["eventName"], "provider": record["eventSource"], "id": record["eventID"], "kind": "event", "outcome": "success"}
    if original:
        told["original"] = json.dumps(record)
    return {
        "@timestamp": record["eventTime"].replace("Z", ".000Z"),
        "aws": {"cloudtrail": trail},
        "cloud": {"account": {"id": who.get("accountId")}, "region": record["awsRegion"]},
        "event": told,
        "source": {"address": record["sourceIPAddress"], "ip": record["sourceIPAddress"]},
        "user": {"id": who.get("principalId"), "name": context.get("sessionIssuer", {}).get("userName") or who.get("userName")},
        "user_agent": {"original": record["userAgent"]},
    }


def dotted(document, way=""):
    """The same document with dotted keys; the objects of `flattened` stay objects."""
    flat = {}
    for key, value in document.items():
        path = f"{way}{key}"
        if isinstance(value, dict) and not way.endswith("flattened."):
            flat |= dotted(value, f"{path}.")
        else:
            flat[path] = value
    return flat
