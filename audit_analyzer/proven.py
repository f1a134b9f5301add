"""Proofs that are remembered: a rule's own tests run once for each state of the rule, the program, the word lists, the clauses and the engine."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from audit_analyzer import prove
from audit_analyzer.rule import Proof
from audit_analyzer.settings import PACKAGE
from audit_analyzer.store import engine_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from audit_analyzer.clauses import Pack
    from audit_analyzer.rule import Rule
    from audit_analyzer.settings import Settings
    from audit_analyzer.store import Store


def proven(store: Store, rules: Sequence[Rule], settings: Settings, packs: Mapping[str, Pack]) -> tuple[Proof, ...]:
    """The proofs of all rules: those that the ledger has for the state of today, and the rest made and written down now."""
    ground = _ground(settings)
    states = {rule.name: hashlib.sha256(ground + rule.path.read_bytes()).hexdigest() for rule in rules}
    known: dict[str, list[Proof]] = {}
    for fingerprint, rule, test, passed, message, place in store.rows("SELECT fingerprint, rule, test, passed, message, place FROM proofs ORDER BY rowid"):
        if states.get(rule) == fingerprint:
            known.setdefault(rule, []).append(Proof(rule, test, passed, message, place))
    fresh = prove.prove([rule for rule in rules if rule.name not in known], settings, packs)
    _remember(store, fresh, states)
    made: dict[str, list[Proof]] = {}
    for proof in fresh:
        made.setdefault(proof.rule, []).append(proof)
    return tuple(proof for rule in rules for proof in known.get(rule.name) or made.get(rule.name, []))


def _remember(store: Store, proofs: Iterable[Proof], states: Mapping[str, str]) -> None:
    import polars as pl

    rows = [(states[p.rule], p.rule, p.test, p.passed, p.message, p.where) for p in proofs]
    if rows:
        names = ["fingerprint", "rule", "test", "passed", "message", "place"]
        with store.transaction(), store.lent("proofs_now", pl.DataFrame(rows, schema=names, orient="row")):
            store.run("DELETE FROM proofs WHERE rule IN (SELECT rule FROM proofs_now); INSERT INTO proofs SELECT * FROM proofs_now")


def _ground(settings: Settings) -> bytes:
    """A digest of everything besides the rule that its tests rest on."""
    digest = hashlib.sha256(engine_version().encode())
    folders = [(PACKAGE, ("*.py", "*.sql", "*.toml"))]
    folders += [(folder / name, ("*.toml",)) for folder in settings.rule_folders() for name in ("lexicons", "clauses")]
    for folder, patterns in folders:
        for file in sorted(path for pattern in patterns for path in Path(folder).rglob(pattern)):
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.digest()
