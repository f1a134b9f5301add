"""What the bench reads, made by DuckDB from a row's number alone: the same bytes on every machine, any size; see bench.py."""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import duckdb
from isal import igzip

SEED = 20260301
ROWS_A_FILE = 10_000_000  # of NDJSON, CSV and Parquet; more are several files
SMALL, BIG = 125, 130_000  # CloudTrail records a file: as delivered, and about 100 MB decompressed
SHEET = 200_000  # rows of a workbook
COLUMNS = {
    "query_id": "VARCHAR", "system": "VARCHAR", "operation": "VARCHAR", "occurred_at": "TIMESTAMPTZ", "operator": "VARCHAR", "operator_kind": "VARCHAR", "agency": "VARCHAR",
    "unit": "VARCHAR", "device": "VARCHAR", "latitude": "DOUBLE", "longitude": "DOUBLE", "probe": "VARCHAR", "probe_source": "VARCHAR", "gallery": "VARCHAR",
    "threshold": "DOUBLE", "max_candidates": "BIGINT", "candidates": "BIGINT", "top_score": "DOUBLE", "candidate": "VARCHAR", "reason": "VARCHAR", "case_number": "VARCHAR",
    "offense": "VARCHAR", "status": "VARCHAR",
}  # fmt: skip
REASONS = (
    "burglary at Fifth and Main, suspect on store camera", "identify unknown male, robbery 26-1187", "BOLO", "investigation", "", "fraud: account opened with a stolen licence",
    "missing juvenile, last seen at the transit centre", "assault outside the stadium, witness video",
)  # fmt: skip


def pick(values, salt):
    """A value of the list by the row's hash."""
    listed = ", ".join("'" + v.replace("'", "''") + "'" for v in values)
    return f"[{listed}][1 + (hash(i, {SEED}, {salt}) % {len(values)})::INT]"


def share(salt):
    """A number in [0, 1) by the row's hash."""
    return f"((hash(i, {SEED}, {salt}) % 1000000) / 1000000.0)"


def moment():
    """The time of row i, three seconds after the one before."""
    return "strftime(make_timestamp((1735689600 + 3 * i) * 1000000), '%Y-%m-%dT%H:%M:%SZ')"


def uses(first, count):
    """SELECT of rows of `queries` in the interchange form, all as text or numbers."""
    made = {
        "query_id": "'Q-' || lpad(i::VARCHAR, 12, '0')",
        "system": pick(["metro-fr", "county-lineup"], 1),
        "operation": pick(["identification"] * 8 + ["verification", "video_search"], 2),
        "occurred_at": moment(),
        "operator": f"'officer-' || lpad((hash(i, {SEED}, 3) % 800)::VARCHAR, 4, '0')",
        "operator_kind": "'human'",
        "agency": pick(["Springfield PD", "Shelby County SO", "State Police"], 1),
        "unit": pick(["detectives", "patrol", "gang unit", "fusion centre"], 4),
        "device": f"'WS-' || (hash(i, {SEED}, 5) % 300)::VARCHAR",
        "latitude": f"round(39.5 + {share(6)} * 0.6, 5)",
        "longitude": f"round(-89.9 + {share(7)} * 0.8, 5)",
        "probe": f"md5(concat({SEED}, '-', i // 2)) || '.jpg'",
        "probe_source": pick(["still", "frame", "mobile_capture", "social_media"], 8),
        "gallery": pick(["mugshots", "dmv", "watchlist"], 9),
        "threshold": pick(["0.80", "0.85", "0.90"], 10) + "::DOUBLE",
        "max_candidates": pick(["10", "20", "50"], 11) + "::BIGINT",
        "candidates": f"(hash(i, {SEED}, 12) % 11)::BIGINT",
        "top_score": f"round(0.5 + {share(13)} / 2, 4)",
        "candidate": f"'S-' || lpad((hash(i, {SEED}, 14) % 90000)::VARCHAR, 7, '0')",
        "reason": pick(REASONS, 15),
        "case_number": f"CASE WHEN hash(i, {SEED}, 16) % 5 > 0 THEN '26-' || lpad((hash(i, {SEED}, 17) % 40000)::VARCHAR, 5, '0') END",
        "offense": pick(["burglary", "robbery", "fraud", "assault", "missing person"], 18),
        "status": "'ok'",
    }
    return f"SELECT {', '.join(f'{sql} AS {name}' for name, sql in made.items())} FROM range({first}, {first + count}) AS r(i)"


def events(first, count):
    """SELECT of one column: CloudTrail records of Rekognition as JSON text."""
    who = f"'analyst' || (hash(i, {SEED}, 3) % 400)::VARCHAR"
    parts = [
        '\'{"eventVersion":"1.11","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:\'', who,
        '\'","arn":"arn:aws-us-gov:sts::111122223333:assumed-role/Analyst/\'', who,
        '\'","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLE",'
        '"arn":"arn:aws-us-gov:iam::111122223333:role/Analyst","accountId":"111122223333","userName":"Analyst"},"attributes":{"creationDate":"2025-01-01T00:00:00Z",'
        '"mfaAuthenticated":"true"}}},"eventTime":"\'', moment(), '\'","eventSource":"rekognition.amazonaws.com","eventName":"\'',
        pick(["SearchFacesByImage"] * 7 + ["CompareFaces", "DetectFaces", "ListCollections"], 2),
        '\'","awsRegion":"us-gov-west-1","sourceIPAddress":"192.0.2.\'', f"(hash(i, {SEED}, 5) % 250)::VARCHAR",
        '\'","userAgent":"aws-cli/2.15.0 Python/3.11.6 Linux/5.10 exe/x86_64","requestParameters":{"collectionId":"county-mugshots","image":{"s3Object":{"bucket":'
        '"springfield-probes","name":"cases/26-\'', f"lpad((hash(i, {SEED}, 17) % 40000)::VARCHAR, 5, '0')", "'/probe-'", "(i % 9)::VARCHAR",
        '\'.jpg"}},"faceMatchThreshold":\'', pick(["99", "95", "90.5"], 10), '\',"maxFaces":10},"responseElements":null,"requestID":"\'', "md5(concat('r', i))",
        '\'","eventID":"\'', "md5(concat('e', i))",
        '\'","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"}\'',
    ]  # fmt: skip
    return f"SELECT {' || '.join(parts)} AS record FROM range({first}, {first + count}) AS r(i)"


def make(folder, case, first, count):
    """The files of one case for rows first … first + count, made unless they are there; returns their folder."""
    place = Path(folder) / f"{case}-{first}-{count}"
    done = place.with_name(place.name + ".made")
    if done.exists():
        return place
    place.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        MAKERS[case](connection, place, first, count)
    done.touch()
    return place


def _copied(ending, options):
    def write(connection, place, first, count):
        for start in range(first, first + count, ROWS_A_FILE):
            rows = uses(start, min(ROWS_A_FILE, first + count - start))
            connection.execute(f"COPY ({rows}) TO '{place}/uses-{start:010}.{ending}' ({options})")

    return write


def _enveloped(size):
    def write(connection, place, first, count):
        for start in range(first, first + count, BIG):
            found = [r for (r,) in connection.execute(events(start, min(BIG, first + count - start))).fetchall()]
            for at in range(0, len(found), size):
                body = '{"Records":[' + ",".join(found[at : at + size]) + "]}"
                (place / f"CloudTrail_{start + at:010}.json.gz").write_bytes(igzip.compress(body.encode(), compresslevel=2, mtime=0))

    return write


def _workbooks(connection, place, first, count):
    for start in range(first, first + count, SHEET):
        rows = connection.execute(uses(start, min(SHEET, first + count - start))).fetchall()
        with zipfile.ZipFile(place / f"uses-{start:010}.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
            for name, text in PARTS.items():
                book.writestr(zipfile.ZipInfo(name), text)
            with book.open(zipfile.ZipInfo("xl/worksheets/sheet1.xml"), "w") as sheet:
                sheet.write(f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>'.encode())
                for number, row in enumerate([tuple(COLUMNS), *rows], 1):
                    cells = "".join(_cell(f"{chr(65 + i)}{number}", v) for i, v in enumerate(row) if v is not None)
                    sheet.write(f'<row r="{number}">{cells}</row>'.encode())
                sheet.write(b"</sheetData></worksheet>")


def _cell(place, value):
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value!r}</v></c>'


HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELS}"><sheets><sheet name="queries" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{RELS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
MAKERS = {
    "ndjson": _copied("ndjson", "FORMAT json"),
    "csv": _copied("csv", "FORMAT csv, HEADER"),
    "parquet": _copied("parquet", "FORMAT parquet, COMPRESSION zstd"),
    "cloudtrail-small": _enveloped(SMALL),
    "cloudtrail-big": _enveloped(BIG),
    "xlsx": _workbooks,
}
