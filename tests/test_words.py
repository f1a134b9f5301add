import dataclasses
import datetime as dt

import msgspec
import pytest

from audit_analyzer.words import Evidence, Finding, Ingested, Rejected, iso

CONTRACT = ("export", "file", "source", "outcome", "reason", "read", "kept", "rejected", "set_aside", "copies", "integrity")
FINDING = (
    "finding_id",
    "rule",
    "family",
    "title",
    "severity",
    "level",
    "subject",
    "period",
    "figures",
    "clauses",
    "explanation",
    "innocent",
    "evidence",
    "status",
)


def test_an_instant_is_written_in_utc_with_z():
    assert iso(dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=-8)))) == "2026-03-01T20:00:00Z"


def test_fractions_of_a_second_are_kept():
    assert iso(dt.datetime(2026, 3, 1, 12, 0, 0, 500, dt.UTC)) == "2026-03-01T12:00:00.000500Z"


def test_no_instant_stays_none():
    assert iso(None) is None


def test_the_fields_of_an_ingested_export_are_those_of_the_contract_in_its_order():
    assert tuple(f.name for f in dataclasses.fields(Ingested)) == CONTRACT


def test_the_first_fields_of_a_finding_are_those_of_the_contract_in_its_order():
    assert tuple(f.name for f in msgspec.structs.fields(Finding))[: len(FINDING)] == FINDING


def test_the_fields_of_evidence_are_those_of_the_contract_in_its_order():
    assert tuple(f.name for f in msgspec.structs.fields(Evidence)) == ("table", "id", "system", "export", "file", "record", "role")


def test_what_was_read_cannot_be_changed_afterwards():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Rejected("1", "csv.ragged: 2 cells, 3 expected", b"a,b").record = "2"
