import inspect

import pytest

from audit_analyzer import errors
from audit_analyzer.errors import AuditError, ExportRejected, NothingToRead, SettingsError, UsageError, WorkspaceHeld

TREE = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, AuditError)]


def test_an_error_says_where_what_and_what_to_do_next_in_that_order():
    assert str(AuditError("it is broken", "rules/x.toml:12", "mend it")) == "rules/x.toml:12: it is broken\n  next: mend it"


def test_an_error_without_place_or_remedy_is_its_fact_alone():
    assert str(AuditError("it is broken")) == "it is broken"


@pytest.mark.parametrize(
    ("kind", "code"), [(AuditError, 2), (ExportRejected, 2), (NothingToRead, 3), (UsageError, 64), (SettingsError, 64), (WorkspaceHeld, 75)]
)
def test_each_error_carries_the_exit_code_of_the_contract(kind, code):
    assert kind("x").exit_code == code


def test_no_error_has_the_exit_code_of_a_finding_or_of_success():
    assert {kind.exit_code for kind in TREE} & {0, errors.FOUND} == set()


def test_every_error_says_in_a_sentence_what_it_is():
    assert [kind.__name__ for kind in TREE if not kind.__doc__.strip().endswith(".")] == []
