import time

import pytest

from audit_analyzer import clauses, prove, rulebook
from audit_analyzer.settings import Settings, shipped

SCAFFOLD = prove.scaffold("some_rule")
HEAD = SCAFFOLD[: SCAFFOLD.index("[[test]]")]


@pytest.fixture(scope="module")
def packs():
    return clauses.load([shipped("rules")])


def proofs(tmp_path, packs, tests):
    (tmp_path / "some_rule.toml").write_text(HEAD + tests)
    book = rulebook.load([tmp_path])
    assert [str(e) for e in book.refused] == []
    return prove.prove(book.rules, Settings(root=tmp_path), packs)


def messages(*args):
    return [p.message for p in proofs(*args) if not p.passed]


FIRES = '[[test]]\nname = "fires"\nrepeat.queries = [{ times = 4, every = "1 minute" }]\nexpect = ["operator-1"]\n'
QUIET = '[[test]]\nname = "quiet"\ngiven.queries = [{}]\nexpect = []\n'


def test_a_new_rule_is_red_until_it_is_filled_in(tmp_path, packs):
    (tmp_path / "some_rule.toml").write_text(SCAFFOLD)
    told = prove.prove(rulebook.load([tmp_path]).rules, Settings(root=tmp_path), packs)
    assert [p.passed for p in told] == [False, False]


def test_a_rule_that_fires_and_stays_quiet_is_proven(tmp_path, packs):
    assert messages(tmp_path, packs, FIRES + QUIET) == []


def test_a_rule_without_a_firing_or_a_quiet_test_is_not_proven(tmp_path, packs):
    assert "no test that fires" in messages(tmp_path, packs, QUIET)[0]
    assert "no test that stays quiet" in messages(tmp_path, packs, FIRES)[0]


def test_a_test_that_cannot_be_asked_is_no_quiet_test(tmp_path, packs):
    blind = '[[test]]\nname = "blind"\ngiven.queries = [{ operator_state = "not_logged" }]\nexpect = []\nexpect_measurability = "not_measurable"\n'
    assert "no test that stays quiet" in messages(tmp_path, packs, FIRES + blind)[0]


def test_the_message_names_the_row_that_is_missing_or_too_many(tmp_path, packs):
    wrong = FIRES.replace("operator-1", "operator-2") + 'expect_ids = ["q1", "q2", "q3", "q9"]\n'
    assert messages(tmp_path, packs, wrong + QUIET) == [
        "finding missing: operator-2; finding too many: operator-1; evidence missing: q9; evidence too many: q4"
    ]


def test_a_quiet_test_that_is_quiet_for_lack_of_rows_fails(tmp_path, packs):
    blind = '[[test]]\nname = "quiet"\ngiven.queries = [{ operator_state = "not_logged" }]\nexpect = []\n'
    assert messages(tmp_path, packs, FIRES + QUIET + blind) == [
        "not measurable for lack of queries.operator (not_logged): give those rows, or say expect_measurability"
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('{ operatr = "x" }', "queries has no column 'operatr'"),
        ('{ operation = "serch" }', "queries.operation = 'serch' is not a word of the model"),
        ("{ occurred_at = 2026-03-02 }", "has no offset"),
        ("{ occurred_at = 2026-03-02T10:00:00 }", "has no offset"),
        ('{ candidates = "many" }', "the given rows do not fit the model"),
        ('{ absent = ["system"] }', "the given rows do not fit the model"),
    ],
)
def test_a_row_that_does_not_fit_the_model_is_told(tmp_path, packs, row, told):
    assert told in messages(tmp_path, packs, FIRES + QUIET + f'[[test]]\nname = "odd"\ngiven.queries = [{row}]\nexpect = []\n')[0]


def test_a_message_of_the_database_names_the_file_and_line_of_the_sql(tmp_path, packs):
    (tmp_path / "some_rule.toml").write_text(HEAD.replace("WHERE c.n > :most", "WHERE s.exprt_id IS NULL AND c.n > :most") + FIRES + QUIET)
    book = rulebook.load([tmp_path])
    told = prove.prove(book.rules, Settings(root=tmp_path), packs)[0].message
    assert f"{tmp_path / 'some_rule.toml'}:{book.rules[0].sql_line}: the database refuses it" in told
    assert "exprt_id" in told


def test_a_parameter_and_the_packs_can_be_set_for_one_test(tmp_path, packs):
    more = '[[test]]\nname = "more"\nrepeat.queries = [{ times = 4 }]\nparameters = { most = 4 }\npacks = ["maryland"]\nexpect = []\n'
    assert messages(tmp_path, packs, FIRES + QUIET + more) == []


def test_the_workspaces_parameters_do_not_change_what_is_proven(tmp_path, packs):
    (tmp_path / "some_rule.toml").write_text(HEAD + FIRES + QUIET)
    settings = Settings(root=tmp_path, parameters={"some_rule": {"most": 100}})
    assert [p.passed for p in prove.prove(rulebook.load([tmp_path]).rules, settings, packs)] == [True, True]


def test_rows_of_one_test_are_not_there_in_the_next(tmp_path, packs):
    assert messages(tmp_path, packs, FIRES + QUIET.replace("given.queries = [{}]", "repeat.queries = [{ times = 3 }]")) == []


def test_the_bench_costs_less_than_a_second_of_processor_time_for_a_test(tmp_path, packs):
    proofs(tmp_path, packs, FIRES + QUIET)  # imports
    begun = time.process_time()
    count = len(proofs(tmp_path, packs, (FIRES + QUIET) * 5))
    assert (time.process_time() - begun) / count < 1
