"""Writes rules/proven.json: for each shipped rule whose own tests all pass, the state in which they did. `make proven` runs it after every change."""

from __future__ import annotations

import json
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from audit_analyzer import clauses, prove, proven, rulebook, settings

ROOT = Path(__file__).resolve().parent.parent
HERE = settings.load(None)


def proofs_of(names: list[str]) -> list[tuple[str, str, bool, str]]:
    """The proofs of some rules, in a process of their own."""
    book, packs = rulebook.load(HERE.rule_folders()), clauses.load(HERE.rule_folders())
    return [(p.rule, p.test, p.passed, p.message) for p in prove.prove([book.rule(name) for name in names], HERE, packs)]


def everything() -> tuple[dict[str, str], list[str]]:
    """The states of the rules that are proven, and what is wrong with the others."""
    book = rulebook.load(HERE.rule_folders())
    names = [rule.name for rule in book.rules]
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:  # a fork of a process with polars' threads waits for ever
        found = [proof for part in pool.map(proofs_of, [names[0::2], names[1::2]]) for proof in part]
    red = [f"{rule}: {test}: {message}" for rule, test, passed, message in found if not passed] + [str(error) for error in book.refused]
    failed = {rule for rule, _, passed, _ in found if not passed}
    states = proven.fingerprints(book.rules, HERE)
    return {name: state for name, state in sorted(states.items()) if name not in failed}, sorted(red)


if __name__ == "__main__":
    proven_now, wrong = everything()
    (ROOT / "rules" / "proven.json").write_text(json.dumps(proven_now, indent=0) + "\n", encoding="ascii")
    print("\n".join(wrong) or f"{len(proven_now)} rules proven")  # noqa: T201
    sys.exit(1 if wrong else 0)
