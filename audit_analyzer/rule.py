"""What a rule is: the keys of its file, each with its meaning, the values that they become, and the schema that editors read."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from audit_analyzer import portable
from audit_analyzer.words import FAMILIES, SEVERITIES, SUBJECT_KINDS

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

REQUIRED_COLUMNS = ("subject", "system", "table_name", "id", "export_id", "record", "ts_s")
OPTIONAL_COLUMNS = ("role", "end_s", "clause", "severity", "hypothesis")
ALWAYS_NAMED = ("subject", "system", "clauses", "evidence", "first", "last", "observed", "p_value")


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """One key of a rule file: its JSON type, whether a rule must have it, its words where they are closed, and what it is for."""

    type: str
    required: bool
    doc: str
    words: tuple[str, ...] = ()


TEXT, LIST, TABLE, TABLES = "string", "array", "object", "tables"
KEYS = {
    "title": Key(TEXT, True, "What was found, in a few words: the heading of the finding."),
    "family": Key(TEXT, True, "Which group of questions it belongs to.", FAMILIES),
    "severity": Key(TEXT, True, "How much it would matter if it were so.", SEVERITIES),
    "level": Key(TEXT, True, "fact: the log proves it; indicator: it needs a human's judgement.", ("fact", "indicator")),
    "clauses": Key(LIST, True, 'The clauses that it bears on, as "pack/id".'),
    "needs": Key(
        LIST,
        True,
        'The columns without which it cannot be asked, as "table.column"; "a.x|a.y": either will do; "a.x?": it may be empty, but must have been exported.',
    ),
    "because": Key(TEXT, True, "Why it is asked: the duty, in one sentence."),
    "innocent": Key(TEXT, True, "What would make it harmless, and how to check."),
    "misses": Key(TEXT, True, "What it cannot see."),
    "next": Key(TEXT, True, "What an inspector does next."),
    "subject": Key(TEXT, True, "What kind of thing the column `subject` names.", SUBJECT_KINDS),
    "episode": Key(TEXT, True, 'Evidence of one subject closer than this is one finding, for instance "7 days".'),
    "sql": Key(TEXT, True, f"One portable SELECT that returns evidence: {', '.join(REQUIRED_COLUMNS)}, and figures."),
    "explanation": Key(
        TEXT, True, "One sentence about a finding, with {subject}, {observed} and other figures in braces; {observed:search|searches} where it may be 1."
    ),
    "detection": Key(LIST, False, "Numbers of the detections that it answers, for instance D01."),
    "concerns": Key(TEXT, False, "Which uses it concerns, as a condition over queries; without it: is_search."),
    "undecided": Key(TEXT, False, "A SELECT of system and id of what cannot be decided yet as of the night."),
    "chance": Key(TEXT, False, "poisson: observed is held against expected, with a false-discovery control over `tests` hypotheses.", ("poisson",)),
    "parameters": Key(TABLE, False, "Figures that a workspace may set otherwise: name = { value = …, doc = … }; :name in the SQL."),
    "test": Key(TABLES, True, "At least one that fires and one that stays quiet, on given rows."),
}
TEST_KEYS = {
    "name": Key(TEXT, True, "What the rule does, in a sentence."),
    "given": Key(TABLE, False, "Rows by table; columns left out are unremarkable (store/ordinary.toml)."),
    "repeat": Key(TABLE, False, 'Rows that stand many times: { times = 25, every = "20 seconds", …columns, "{n}" in strings }.'),
    "as_of": Key("datetime", False, "The instant that the night is asked as of; without it: end of the day of the newest event."),
    "packs": Key(LIST, False, "Clause packs that bind every system of the test; without it: dhs-026-11."),
    "zone": Key(TEXT, False, "The systems' own time zone; without it: UTC."),
    "parameters": Key(TABLE, False, "Parameters set otherwise in this test."),
    "retention": Key(LIST, False, "Retention limits as in audit.toml: { kind, limit, citizenship }."),
    "service_accounts": Key(LIST, False, "Service accounts as in audit.toml."),
    "expect": Key(LIST, True, "Subjects of the findings, one for each finding; [] for none."),
    "expect_ids": Key(LIST, False, "Ids of all evidence rows."),
    "expect_measurability": Key(TEXT, False, "The verdict of every system.", ("measured", "partly", "not_measurable")),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Parameter:
    """A figure of a rule. `value` as the SQL gets it: durations are seconds; `written` as the file says it."""

    name: str
    value: Any
    written: Any
    doc: str


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One [[test]] of a rule; `line` is where it begins in the file."""

    name: str
    line: int
    given: dict[str, list[dict[str, Any]]]
    repeat: dict[str, list[dict[str, Any]]]
    expect: tuple[str, ...]
    expect_ids: tuple[str, ...] | None
    expect_measurability: str | None
    as_of: dt.datetime | None
    packs: tuple[str, ...]
    zone: str
    parameters: dict[str, Any]
    retention: tuple[dict[str, Any], ...]
    service_accounts: tuple[str, ...]

    @property
    def fires(self) -> bool:
        return bool(self.expect)


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """One question. `needs`: each entry a tuple of alternatives ("table.column"); `episode` in seconds; `sql_line`: line of the SQL's first line."""

    name: str
    path: Path
    title: str
    family: str
    severity: str
    level: str
    clauses: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...]
    because: str
    innocent: str
    misses: str
    next: str
    subject: str
    episode: int
    sql: str
    sql_line: int
    explanation: str
    detection: tuple[str, ...]
    concerns: str
    undecided: str | None
    chance: str | None
    parameters: dict[str, Parameter]
    tests: tuple[Case, ...]

    @property
    def columns(self) -> list[str]:
        return portable.columns(self.sql)

    def facts(self) -> dict[str, Any]:
        """What a report says of the rule itself."""
        words = ("name", "title", "family", "severity", "level", "because", "innocent", "misses", "next", "clauses", "detection")
        return {word: getattr(self, word) for word in words} | {"needs": ["|".join(n) for n in self.needs]}


@dataclasses.dataclass(frozen=True, slots=True)
class Proof:
    """One test of one rule: whether it passed, and the rows that are missing or too many. `test` is "" where the rule lacks a kind of test."""

    rule: str
    test: str
    passed: bool
    message: str
    where: str = ""


def schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a rule file, for editors."""
    parameter = {"type": "object", "required": ["value", "doc"], "properties": {"value": {}, "doc": {"type": "string"}}, "additionalProperties": False}
    rows = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "object"}}}
    test = _object(TEST_KEYS, {"given": rows, "repeat": rows, "retention": {"type": "array", "items": {"type": "object"}}})
    whole = _object(KEYS, {"parameters": {"type": "object", "additionalProperties": parameter}, "test": {"type": "array", "minItems": 2, "items": test}})
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A rule of audit-analyzer", **whole}


def _object(keys: dict[str, Key], shapes: dict[str, Any]) -> dict[str, Any]:
    properties = {}
    for name, key in keys.items():
        shape: dict[str, Any] = {"type": "string"} if key.type == "datetime" else {"type": key.type}
        if key.type == LIST:
            shape["items"] = {"type": "string"}
        if key.words:
            shape["enum"] = list(key.words)
        properties[name] = {**shape, **shapes.get(name, {}), "description": key.doc}
    return {"type": "object", "required": [n for n, k in keys.items() if k.required], "additionalProperties": False, "properties": properties}
