"""rules/*.toml to Rule values: one question per file, its facts, its SQL and its tests. What is not quite a rule is refused by file and line."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

from audit_analyzer.errors import RuleError, SettingsError
from audit_analyzer.rule import schema
from audit_analyzer.rulesheet import Sheet, seconds_or_self

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from audit_analyzer.rule import Parameter, Rule
    from audit_analyzer.settings import Settings

__all__ = ["Rulebook", "check_overrides", "load", "schema", "values"]


@dataclasses.dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules by name, and every reason why a file is not one."""

    rules: tuple[Rule, ...]
    refused: tuple[RuleError, ...]

    def rule(self, name: str) -> Rule:
        """The rule of that name. RuleError where there is none."""
        for rule in self.rules:
            if rule.name == name:
                return rule
        for refused in self.refused:
            if stem(refused.where) == name:
                raise refused
        raise RuleError(f"there is no rule {name!r}", remedy="`audit-analyzer rules` lists them; a refused rule is told by `audit-analyzer prove`")


def load(folders: Iterable[Path]) -> Rulebook:
    """Every *.toml of the folders. All faults of all files are told at once; no file takes another's name silently."""
    rules: dict[str, Rule] = {}
    faults: list[RuleError] = []
    for file in (f for folder in folders for f in sorted(folder.glob("*.toml"))):
        sheet = Sheet(file, faults)
        rule = sheet.rule()
        if rule and rule.name in rules:
            other = rules[rule.name].path
            sheet.fault(
                "title", f"there are two rules {rule.name!r}: {other} and {file}", "give one of the files another name; parameters can be set in audit.toml"
            )
        elif rule:
            rules[rule.name] = rule
    return Rulebook(tuple(rules[name] for name in sorted(rules)), tuple(faults))


def values(rule: Rule, settings: Settings | None = None, own: dict[str, Any] | None = None) -> dict[str, Any]:
    """The rule's parameters by name, typed: the file's, then audit.toml's, then `own`. RuleError where one does not fit."""
    found = {name: p.value for name, p in rule.parameters.items()}
    for where, given in (("audit.toml [parameters]", settings.parameters.get(rule.name, {}) if settings else {}), (str(rule.path), own or {})):
        for name, written in given.items():
            if name not in rule.parameters:
                known = ", ".join(rule.parameters) or "none"
                raise RuleError(f"rule {rule.name} has no parameter {name!r}", where, f"it has: {known}")
            found[name] = _typed(rule.parameters[name], written, where)
    return found


def check_overrides(book: Rulebook, settings: Settings) -> None:
    """SettingsError where audit.toml sets parameters of a rule, or one of a rule, that is not there: a misspelt name would change nothing, silently."""
    known = {rule.name for rule in book.rules} | {stem(e.where) for e in book.refused} | {"ground"}  # ground: the figures of the shared views
    for name in sorted(settings.parameters.keys() - known):
        raise SettingsError(f"there is no rule {name!r}", "audit.toml [parameters]", "`audit-analyzer rules` lists the names")
    for rule in book.rules:
        if rule.name in settings.parameters:
            try:
                values(rule, settings)
            except RuleError as error:
                raise SettingsError(error.what, f"{error.where}.{rule.name}", error.remedy) from None


def stem(where: str) -> str:
    """The rule that an error's place ("rules/name.toml:12") is about."""
    return re.split(r"[/\\]", where)[-1].split(".toml")[0]


def _typed(parameter: Parameter, written: object, where: str) -> object:
    """An override as the parameter's own type. RuleError where it is another."""
    value = seconds_or_self(written)
    old = parameter.value
    if isinstance(old, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not type(old) or (isinstance(old, list) and old and any(type(v) is not type(old[0]) for v in value)):  # type: ignore[attr-defined]
        kind = "a length of time" if isinstance(parameter.written, str) and isinstance(old, int) else f"a value like {parameter.written!r}"
        raise RuleError(f"parameter {parameter.name} = {written!r} does not fit", where, f"give it {kind}")
    return value
