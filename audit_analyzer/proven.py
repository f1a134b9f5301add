"""Proofs that are remembered: a rule's own tests run once for each state of the rule, the program, the word lists, the clauses and the engine.

The shipped rules come with `rules/proven.json`: the states in which all their tests passed. It holds only for exactly those bytes; CI proves every
rule and compares. Whatever is not in it, or was changed, is proven in the workspace, and the ledger remembers it.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from audit_analyzer import prove
from audit_analyzer.program import data, program
from audit_analyzer.rule import Proof
from audit_analyzer.settings import shipped as shipped_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from audit_analyzer.clauses import Pack
    from audit_analyzer.rule import Rule
    from audit_analyzer.settings import Settings
    from audit_analyzer.store import Store


def proven(store: Store, rules: Sequence[Rule], settings: Settings, packs: Mapping[str, Pack]) -> tuple[Proof, ...]:
    """The proofs of all rules: those that the ledger has for the state of today, and the rest made and written down now."""
    states = fingerprints(rules, settings)
    shipped = shipped_states()
    known: dict[str, list[Proof]] = {name: [Proof(name, "", True, "", "")] for name, state in states.items() if shipped.get(name) == state}
    for fingerprint, rule, test, passed, message, place in store.rows("SELECT fingerprint, rule, test, passed, message, place FROM proofs ORDER BY rowid"):
        if states.get(rule) == fingerprint and shipped.get(rule) != fingerprint:
            known.setdefault(rule, []).append(Proof(rule, test, passed, message, place))
    fresh = prove.prove([rule for rule in rules if rule.name not in known], settings, packs)
    _remember(store, fresh, states)
    made: dict[str, list[Proof]] = {}
    for proof in fresh:
        made.setdefault(proof.rule, []).append(proof)
    return tuple(proof for rule in rules for proof in known.get(rule.name) or made.get(rule.name, []))


def fingerprints(rules: Iterable[Rule], settings: Settings) -> dict[str, str]:
    """The state of each rule: a digest of its file and of everything else that its tests rest on."""
    rests_on = (program() + data(settings, ("lexicons", "clauses"))).encode()
    return {rule.name: hashlib.sha256(rests_on + rule.path.read_bytes()).hexdigest() for rule in rules}


def shipped_states() -> dict[str, str]:
    """Name of a shipped rule -> the state in which all its tests passed."""
    file = shipped_folder("rules") / "proven.json"
    return dict(json.loads(file.read_text(encoding="ascii"))) if file.exists() else {}


def _remember(store: Store, proofs: Iterable[Proof], states: Mapping[str, str]) -> None:
    import polars as pl

    rows = [(states[p.rule], p.rule, p.test, p.passed, p.message, p.where) for p in proofs]
    if rows:
        names = ["fingerprint", "rule", "test", "passed", "message", "place"]
        with store.transaction(), store.lent("proofs_now", pl.DataFrame(rows, schema=names, orient="row")):
            store.run("DELETE FROM proofs WHERE rule IN (SELECT rule FROM proofs_now); INSERT INTO proofs SELECT * FROM proofs_now")
