"""One rule file while it is read: its keys with their lines, and every fault with where it stands and what to write instead."""

from __future__ import annotations

import datetime as dt
import difflib
import re
import string
import tomllib
from typing import TYPE_CHECKING, Any

from audit_analyzer import portable
from audit_analyzer.errors import RuleError, SettingsError
from audit_analyzer.rule import ALWAYS_NAMED, KEYS, LIST, REQUIRED_COLUMNS, TABLE, TABLES, TEST_KEYS, TEXT, Case, Key, Parameter, Rule
from audit_analyzer.settings import DEFAULT_PACKS, duration

if TYPE_CHECKING:
    from pathlib import Path

_TYPES: dict[str, tuple[type, str]] = {
    TEXT: (str, 'text in quotes: "…"'),
    LIST: (list, "a list: […]"),
    TABLE: (dict, "a table: name = { … }"),
    TABLES: (list, "tables, each under its own [[test]]"),
    "datetime": (dt.datetime, "an instant with its offset, without quotes: 2026-03-02T00:00:00Z"),
}
_NEED = re.compile(r"\w+\.\w+\??(\|\w+\.\w+\??)*")


def seconds_or_self(written: object) -> object:
    """Seconds where the text is a length of time ("10 minutes"), else the value itself."""
    if isinstance(written, str) and re.fullmatch(r"\d+(\.\d+)? (second|minute|hour|day|week|month|year)s?", written):
        return duration(written, "parameters")
    return written


def index(text: str) -> dict[tuple[str, str], int]:
    """Line of each key by (section, key); the n-th [[test]] is section "test n", a section's own line has the key ""."""
    places: dict[tuple[str, str], int] = {}
    section, tests, inside = "", -1, ""
    for number, line in enumerate(text.splitlines(), 1):
        if inside:
            inside = "" if inside in line else inside
            continue
        head = re.match(r"\s*(\[\[?)\s*([\w.]+)\s*\]", line)
        if head:
            name, *rest = head[2].split(".")
            tests += head[1] == "[[" and not rest
            section = f"test {tests}" if name == "test" else name
            places.setdefault((section, ".".join(rest)), number)
        key = re.match(r"""\s*["']?([\w.-]+)["']?\s*=""", line)
        if key:
            for name in (key[1], key[1].split(".")[0]):
                places.setdefault((section, name), number)
        inside = next((quote for quote in ("'''", '"""') if line.count(quote) % 2), "")
    return places


class Sheet:
    """A file and the list that its faults go to."""

    def __init__(self, file: Path, faults: list[RuleError]) -> None:
        self.file, self.faults = file, faults
        self.text, self.places = "", dict[tuple[str, str], int]()

    def fault(self, key: str, what: str, remedy: str, section: str = "", line: int | None = None) -> None:
        """Note what is wrong with a key; `line` where it is known better than from the key."""
        at = line or self.places.get((section, key)) or self.places.get((section, "")) or 1
        self.faults.append(RuleError(what, f"{self.file}:{at}", remedy))

    def rule(self) -> Rule | None:
        """The rule in the file; None, with faults noted, where it is not quite one."""
        before = len(self.faults)
        facts = self._facts()
        if facts is None or not self._keys(facts, KEYS, ""):
            return None
        if not re.fullmatch(r"[a-z][a-z0-9_]*", self.file.stem):
            self.fault("title", f"{self.file.stem!r} is no name for a rule", "name the file in lower case with underscores: search_burst.toml")
        parameters = self._parameters(facts.get("parameters", {}))
        self._statements(facts, parameters)
        self._words(facts)
        tests = tuple(self._test(n, test) for n, test in enumerate(facts["test"]))
        episode = self._duration("episode", facts["episode"])
        if len(self.faults) > before:
            return None
        return Rule(
            name=self.file.stem,
            path=self.file,
            **{key: facts[key] for key in ("title", "family", "severity", "level", "because", "innocent", "misses", "next", "subject", "sql", "explanation")},
            clauses=tuple(facts["clauses"]),
            needs=tuple(tuple(need.split("|")) for need in facts["needs"]),
            episode=episode,
            sql_line=self._line_of(facts["sql"], "sql"),
            detection=tuple(facts.get("detection", ())),
            concerns=facts.get("concerns", "is_search"),
            undecided=facts.get("undecided"),
            chance=facts.get("chance"),
            parameters=parameters,
            tests=tuple(test for test in tests if test),
        )

    def _facts(self) -> dict[str, Any] | None:
        try:
            self.text = self.file.read_text(encoding="utf-8")
            self.places = index(self.text)
            return tomllib.loads(self.text)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            at = re.search(r"at line (\d+)", str(error))
            self.fault("", f"this is not TOML: {error}", "mend the line; text stands in quotes, SQL between two lines of '''", line=int(at[1]) if at else 1)
            return None

    def _keys(self, facts: dict[str, Any], keys: dict[str, Key], section: str) -> bool:
        """Whether the keys are all there and of their types; each fault is noted."""
        before = len(self.faults)
        for name in facts.keys() - keys.keys():
            near = difflib.get_close_matches(name, keys, 1)
            self.fault(name, f"there is no key {name!r}", f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(keys)}", section)
        for name, key in keys.items():
            if name not in facts:
                if key.required:
                    self.fault(name, f"{name!r} is missing", f"add {name}: {key.doc}", section)
                continue
            self._value(name, key, facts[name], section)
        return len(self.faults) == before

    def _value(self, name: str, key: Key, value: object, section: str) -> None:
        kind, shape = _TYPES[key.type]
        if not isinstance(value, kind):
            self.fault(name, f"{name} is not {shape}", f"{name}: {key.doc}", section)
        elif key.words and value not in key.words:
            self.fault(name, f"there is no {name} {value!r}", f"one of: {', '.join(key.words)}", section)
        elif isinstance(value, str) and not value.strip():
            self.fault(name, f"{name} is empty", f"{name}: {key.doc}", section)
        elif key.type == LIST and name != "retention" and not all(isinstance(item, str) for item in value):  # type: ignore[attr-defined]
            self.fault(name, f"{name} holds something that is not text", "put each item into quotes", section)

    def _duration(self, key: str, text: object) -> int:
        try:
            return duration(text, key)
        except SettingsError as error:
            self.fault(key, error.what, error.remedy)
            return 0

    def _parameters(self, written: dict[str, Any]) -> dict[str, Parameter]:
        found = {}
        for name, facts in written.items():
            if not isinstance(facts, dict) or facts.keys() != {"value", "doc"} or not isinstance(facts["doc"], str) or not facts["doc"].strip():
                self.fault(
                    name, f"parameter {name} is not quite one", f'write {name} = {{ value = 20, doc = "what it means, and why this value" }}', "parameters"
                )
            elif not isinstance(facts["value"], bool | int | float | str | list):
                self.fault(name, f"parameter {name} is neither number, text, truth nor list", 'lengths of time are text: "10 minutes"', "parameters")
            else:
                found[name] = Parameter(name, seconds_or_self(facts["value"]), facts["value"], facts["doc"])
        return found

    def _line_of(self, text: str, key: str) -> int:
        """Line of the first line of a text that stands in the file as it is, else of its key."""
        at = self.text.find(text)
        return self.text.count("\n", 0, at) + 1 if at >= 0 else self.places.get(("", key), 1)

    def _statements(self, facts: dict[str, Any], parameters: dict[str, Parameter]) -> None:
        """The SQL texts against the linter, and what they return against what the engine needs."""
        clean = self._lint("sql", facts["sql"], parameters)
        returned = portable.columns(facts["sql"]) if clean else []
        wanted = [*REQUIRED_COLUMNS, *(("observed", "expected", "tests") if facts.get("chance") else ())]
        for column in (c for c in wanted if clean and c not in returned):
            self.fault("sql", f"the SELECT does not return {column}", f"add … AS {column}", line=self._line_of(facts["sql"], "sql"))
        if facts.get("undecided") and self._lint("undecided", facts["undecided"], parameters) and portable.columns(facts["undecided"]) != ["system", "id"]:
            self.fault("undecided", "undecided does not return system, id", "SELECT … AS system, … AS id, in this order")
        if facts.get("concerns"):
            self._lint("concerns", facts["concerns"], parameters, condition=True)
        if clean:
            self._names(facts, parameters, returned)

    def _lint(self, key: str, text: str, parameters: dict[str, Parameter], *, condition: bool = False) -> bool:
        told = portable.problems(portable.predicate(text) if condition else text, parameters, {"queries"} if condition else None)
        first = self._line_of(text, key)
        for problem in told:
            self.fault(key, problem.what, problem.remedy, line=first + problem.line - 1)
        return not told

    def _names(self, facts: dict[str, Any], parameters: dict[str, Parameter], returned: list[str]) -> None:
        """Names in the explanation, and parameters that nothing uses."""
        known = {*returned, *ALWAYS_NAMED, *parameters}
        try:
            fields = [(name, spec, how) for _, name, spec, how in string.Formatter().parse(facts["explanation"]) if name is not None]
        except ValueError as error:
            self.fault("explanation", f"its braces do not pair: {error}", "write each figure as {name}")
            return
        if any(how or (spec and spec.count("|") != 1) for _, spec, how in fields):
            self.fault("explanation", "it says how a figure is written", "write {name}, or {name:search|searches} for a figure that may be 1")
        named = {name for name, _, _ in fields}
        for name in sorted(named - known):
            self.fault("explanation", f"it names {{{name}}}, which the SELECT does not return", f"it returns: {', '.join(returned)}")
        texts = " ".join(str(facts.get(key, "")) for key in ("sql", "undecided", "concerns"))
        for name in parameters:
            if not re.search(rf"[:$]{name}\b", texts) and name not in named:
                self.fault(name, f"parameter {name} is used nowhere", f"write :{name} in the SQL, or delete it", "parameters")

    def _words(self, facts: dict[str, Any]) -> None:
        for clause in facts["clauses"]:
            if not re.fullmatch(r"[a-z0-9.-]+/[\w.()-]+", clause):
                self.fault("clauses", f"{clause!r} is not a clause", 'write "pack/id", for instance "dhs-026-11/R4"')
        for need in facts["needs"]:
            if not _NEED.fullmatch(need):
                self.fault("needs", f"{need!r} is not a need", 'write "table.column", or "queries.subject|queries.probe" where either will do')
            elif portable.ground_names() and (tables := {n.split(".")[0] for n in need.split("|")} - portable.ground_names()):
                self.fault("needs", f"there is no table {min(tables)!r}", f"tables: {', '.join(sorted(portable.ground_names()))}")

    def _test(self, n: int, facts: dict[str, Any]) -> Case | None:
        section = f"test {n}"
        if not self._keys(facts, TEST_KEYS, section):
            return None
        moment = facts.get("as_of")
        if moment is not None and moment.tzinfo is None:
            self.fault("as_of", "as_of has no offset", "write 2026-03-02T00:00:00Z", section)
            return None
        ids = facts.get("expect_ids")
        return Case(
            name=facts["name"],
            line=self.places.get((section, ""), 1),
            given=facts.get("given", {}),
            repeat=facts.get("repeat", {}),
            expect=tuple(facts["expect"]),
            expect_ids=None if ids is None else tuple(ids),
            expect_measurability=facts.get("expect_measurability"),
            as_of=moment,
            packs=tuple(facts.get("packs", DEFAULT_PACKS)),
            zone=facts.get("zone", "UTC"),
            parameters=facts.get("parameters", {}),
            retention=tuple(facts.get("retention", ())),
            service_accounts=tuple(facts.get("service_accounts", ())),
        )
