"""The nouns that rooms hand each other: values without behaviour, shaped by the contract in docs/tables.md."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Integrity = Literal["signed-chain", "hash-chain", "file-hash-only"]
Outcome = Literal["accepted", "rejected", "failed"]
Severity = Literal["low", "medium", "high", "critical"]
Verdict = Literal["measured", "partly", "not_measurable"]

INTERCHANGE = "interchange"  # the source of the exchange format; what comes without a system of its own is the inspector's own table
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")
FAMILIES = (
    "wide_scale_monitoring",
    "protest",
    "retention",
    "corroboration",
    "purpose",
    "sharing",
    "access",
    "face_analysis",
    "log_integrity",
)
SUBJECT_KINDS = ("operator", "agency", "system", "case", "subject", "assembly", "export", "item")


@dataclasses.dataclass(frozen=True, slots=True)
class Rejected:
    """One record that cannot be read: its locator, why, and its bytes as written."""

    record: str
    reason: str
    raw: bytes
    offset: int | None = None
    length: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one export; `read == kept + rejected + set_aside + copies` always holds."""

    export: str
    file: str
    source: str | None
    outcome: Outcome
    reason: str | None = None
    read: int = 0
    kept: int = 0
    rejected: int = 0
    set_aside: int = 0
    copies: int = 0
    integrity: Integrity = "file-hash-only"


class Evidence(msgspec.Struct, frozen=True):
    """One canonical row that a finding rests on, with the way back to the bytes."""

    table: str
    id: str
    system: str | None
    export: str | None
    file: str | None
    record: str | None
    role: str


class Finding(msgspec.Struct):
    """One line of findings.jsonl. Times are ISO 8601 with Z; period.to is exclusive."""

    finding_id: str
    rule: str
    family: str
    title: str
    severity: str
    level: str
    subject: dict[str, str]
    period: dict[str, str | None]
    figures: dict[str, Any]
    clauses: list[str]
    explanation: str
    innocent: str
    evidence: list[Evidence]
    status: dict[str, Any]
    systems: list[str] = msgspec.field(default_factory=list)
    matter: str | None = None  # id shared by findings that see one behaviour
    caveats: list[str] = msgspec.field(default_factory=list)  # what was assumed on the way to it


class Measurability(msgspec.Struct):
    """One line of measurability.jsonl: what one rule could see of one system."""

    rule: str
    family: str
    system: str
    verdict: Verdict
    missing: list[dict[str, Any]]  # [{"field": "queries.reason", "state": "not_logged", "rows": n}]
    rows: int  # rows that the rule would concern
    request: str | None  # the sentence to put into a records request
    why: str | None = None  # other reasons: blocked by the quality gate, zone unknown, rule failed
    undecided: int = 0  # rows that cannot be decided yet as of the night's date


class Check(msgspec.Struct):
    """One verdict of the data-quality suite; `system` None means all systems."""

    table: str
    expectation: str
    passed: bool
    blocking: bool
    observed: str | None = None
    unexpected: int = 0
    system: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class RuleOutcome:
    """One rule asked in one night: its findings, or why it could not be asked."""

    rule: str
    findings: tuple[Finding, ...] = ()
    measurability: tuple[Measurability, ...] = ()
    error: str | None = None  # refused, timed out or failed its own tests
    held_back: int = 0  # evidence that the false-discovery control did not let through
    folded: int = 0  # evidence rows folded into the findings


@dataclasses.dataclass(frozen=True, slots=True)
class Night:
    """Everything that a night found, ready to be written down by any output.

    profile: see profile.py; ledger: rows of `exports` as dicts; timeline and operators: see report.py.
    """

    run_id: str
    as_of: dt.datetime
    version: str
    findings: tuple[Finding, ...]
    measurability: tuple[Measurability, ...]
    checks: tuple[Check, ...]
    ledger: tuple[Mapping[str, Any], ...]
    rules: tuple[Mapping[str, Any], ...]  # each rule's facts: name, title, family, severity, level, because, innocent, misses, next
    clauses: Mapping[str, Mapping[str, Any]]  # "pack/id" -> {title, text, status, effective_from, effective_to, source, ...}
    profile: Mapping[str, Any]
    timeline: tuple[Mapping[str, Any], ...]  # {"system", "day", "queries"}
    operators: tuple[Mapping[str, Any], ...]  # {"system", "agency", "operator", "queries", "unexplained"}
    failures: tuple[str, ...] = ()  # what could not be looked at, in words
    assumptions: tuple[str, ...] = ()  # what had to be assumed
    held_back: Mapping[str, int] = dataclasses.field(default_factory=dict)  # rule -> evidence rows that statistical control held back
    run: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # started_at, ended_at, command: the clock of the machine, for the record only
    limits: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # [limits] of audit.toml with every default in place
    packs: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)  # system -> clause packs that bind it; empty: not told, so all are shown


def iso(moment: dt.datetime | None) -> str | None:
    """UTC instant as ISO 8601 with Z; None stays None."""
    if moment is None:
        return None
    text = moment.astimezone(dt.UTC).isoformat(timespec="microseconds" if moment.microsecond else "seconds")
    return text.replace("+00:00", "Z")
