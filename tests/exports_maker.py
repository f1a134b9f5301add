"""Small exports, written as an agency would hand them over: the rows of a use, a CloudTrail record, and a writer for each format."""

import csv
import gzip
import json
import zipfile

DAY = "2026-03-01"


def use(n, **given):
    """One row of `queries` in the interchange form; what is given replaces or adds columns."""
    return {
        "query_id": f"q-{n}",
        "system": "metro",
        "operation": "identification",
        "occurred_at": f"{DAY}T{n // 60 % 24:02}:{n % 60:02}:00Z",
        "operator": f"officer-{n % 3}",
    } | given


def event(n, name="SearchFacesByImage", **given):
    """One CloudTrail record of Rekognition."""
    return {
        "eventVersion": "1.11",
        "eventTime": f"{DAY}T{n // 60 % 24:02}:{n % 60:02}:00Z",
        "eventSource": "rekognition.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": "203.0.113.7",
        "userAgent": "aws-cli/2",
        "eventID": f"e-{n}",
        "eventType": "AwsApiCall",
        "recipientAccountId": "111111111111",
        "requestID": f"r-{n}",
        "userIdentity": {"type": "IAMUser", "principalId": "AID", "arn": "arn:aws:iam::111111111111:user/kim", "accountId": "111111111111", "userName": "kim"},
        "requestParameters": {"collectionId": "mugshots"},
        "responseElements": None,
    } | given


def write_csv(path, rows, delimiter=",", end="\n"):
    """The columns are those of all rows, in the order in which they come up."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = list(dict.fromkeys(c for row in rows for c in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, delimiter=delimiter, lineterminator=end, restval="")
        writer.writeheader()
        writer.writerows({c: cell(v) for c, v in row.items()} for row in rows)
    return path


def cell(value):
    """A value as a CSV or workbook cell of the interchange form."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ";".join(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def write_ndjson(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, default=lambda v: v.isoformat()) + "\n" for row in rows), encoding="utf-8")
    return path


def write_cloudtrail(path, records):
    path.parent.mkdir(parents=True, exist_ok=True)
    body = json.dumps({"Records": records}).encode()
    path.write_bytes(gzip.compress(body, mtime=0) if path.suffix == ".gz" else body)
    return path


def write_parquet(path, rows):
    import pyarrow as pa
    import pyarrow.parquet

    path.parent.mkdir(parents=True, exist_ok=True)
    pyarrow.parquet.write_table(pa.Table.from_pylist(rows), path)
    return path


def write_xlsx(path, sheets):
    """sheets: name to rows."""
    import openpyxl

    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        header = list(dict.fromkeys(c for row in rows for c in row))
        sheet.append(header)
        for row in rows:
            sheet.append([cell(row.get(c)) for c in header])
    book.save(path)
    return path


def write_gz(path, source):
    path.write_bytes(gzip.compress(source.read_bytes(), mtime=0))
    return path


def write_zip(path, members):
    """members: name to bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return path
