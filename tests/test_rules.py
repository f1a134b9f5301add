"""All shipped rules: each proven by its own tests, in the state that rules/proven.json says; what a reader must find in each."""

from __future__ import annotations

import json
from pathlib import Path

import make_proven
import pytest

from audit_analyzer import clauses, rulebook, settings

ROOT = Path(__file__).resolve().parent.parent
HERE = settings.load(None)
BOOK = rulebook.load(HERE.rule_folders())


def test_every_rule_is_proven_and_the_shipped_states_are_those_of_today():
    states, wrong = make_proven.everything()
    assert wrong == []
    assert json.loads((ROOT / "rules" / "proven.json").read_text(encoding="ascii")) == states, "run `make proven`"


def test_every_one_of_the_sixty_detections_has_a_rule():
    answered = {d for rule in BOOK.rules for d in rule.detection}
    assert [f"D{n:02}" for n in range(1, 61) if f"D{n:02}" not in answered] == []


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda r: r.name)
def test_every_clause_that_a_rule_cites_exists(rule):
    known = clauses.known(clauses.load(HERE.rule_folders()))
    assert [c for c in rule.clauses if c not in known] == []
