from pathlib import Path

import pytest

from audit_analyzer import prove, rulebook
from audit_analyzer.errors import RuleError, SettingsError
from audit_analyzer.settings import Settings

RULE = prove.scaffold("some_rule")


def load(tmp_path, text, name="some_rule"):
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return rulebook.load([tmp_path])


def refusals(tmp_path, text):
    return [f"{Path(e.where).name}: {e.what}" for e in load(tmp_path, text).refused]


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


def test_the_scaffold_is_a_rule(tmp_path):
    book = load(tmp_path, RULE)
    assert [rule.name for rule in book.rules] == ["some_rule"]
    assert book.refused == ()


def test_all_bad_rules_are_told_at_once_each_with_file_line_and_remedy(tmp_path):
    (tmp_path / "one.toml").write_text(RULE.replace('severity = "medium"', 'severity = "awful"'))
    (tmp_path / "two.toml").write_text(RULE.replace("FROM searches s\n", "FROM serches s\n"))
    (tmp_path / "three.toml").write_text("title = ")
    refused = rulebook.load([tmp_path]).refused
    assert [Path(e.where).name for e in refused] == ["one.toml:4", "three.toml:1", f"two.toml:{line_of(RULE, 'FROM searches s')}"]
    assert all(e.remedy for e in refused)


def test_a_misspelt_key_is_told_with_the_key_meant(tmp_path):
    (error,) = [e for e in load(tmp_path, RULE.replace("innocent =", "inocent  =")).refused if "no key" in e.what]
    assert (error.what, error.remedy) == ("there is no key 'inocent'", "did you mean 'innocent'?")


def test_an_sql_problem_is_told_by_the_line_of_the_file(tmp_path):
    bad = RULE.replace("GROUP BY system, operator\n", "GROUP BY ALL\n")
    assert refusals(tmp_path, bad) == [f"some_rule.toml:{line_of(bad, 'GROUP BY ALL')}: GROUP BY is not explicit"]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("s.record, ", "", "the SELECT does not return record"),
        ("{observed}", "{seen}", "it names {seen}, which the SELECT does not return"),
        ("{observed}", "{observed:.1f}", "it says how a figure is written"),
        ("{observed}", "{observed:one|two|many}", "it says how a figure is written"),
        (
            "> :most",
            "> 3",
            "the {most} in no",
        ),
        ('episode  = "1 day"', 'episode  = "soon"', "'soon' is not a length of time"),
        ('clauses  = ["dhs-026-11/R2b"]', 'clauses  = ["R2b"]', "'R2b' is not a clause"),
        ('needs    = ["queries.operator"]', 'needs    = ["operator"]', "'operator' is not a need"),
        ('needs    = ["queries.operator"]', 'needs    = ["nowhere.operator"]', "there is no table 'nowhere'"),
        ("most = { value = 3,", "most = { valeu = 3,", "parameter most is not quite one"),
        ("expect = []", "expect = [1]", "expect holds something that is not text"),
        ("expect = []", 'expect = []\nas_of = "2026-03-02"', "as_of is not an instant with its offset, without quotes: 2026-03-02T00:00:00Z"),
        ("episode  =", 'chance = "poisson"\nepisode  =', "the SELECT does not return expected"),
        ("episode  =", 'concerns = "is_serch = "\nepisode  =', "the SQL cannot be read: Required keyword: 'expression' missing"),
    ],
)
def test_what_is_not_quite_a_rule_is_refused(tmp_path, old, new, what):
    if what == "the {most} in no":
        text, what = RULE.replace(old, new).replace("; at most {most} are usual", ""), "parameter most is used nowhere"
    else:
        text = RULE.replace(old, new, 1)
    assert what in " | ".join(refusals(tmp_path, text))


def test_a_later_folder_may_not_replace_a_rule_silently(tmp_path):
    load(tmp_path / "a", RULE)
    load(tmp_path / "b", RULE)
    book = rulebook.load([tmp_path / "a", tmp_path / "b"])
    assert [rule.path.parent.name for rule in book.rules] == ["a"]
    assert [str(tmp_path / folder) in book.refused[0].what for folder in ("a", "b")] == [True, True]


def test_lengths_of_time_are_seconds_and_settings_override_them(tmp_path):
    text = RULE.replace("most = { value = 3,", 'most = { value = "10 minutes",')
    (rule,) = load(tmp_path, text).rules
    assert rulebook.values(rule) == {"most": 600}
    assert rulebook.values(rule, Settings(root=tmp_path, parameters={"some_rule": {"most": "1 hour"}})) == {"most": 3600}


def test_an_override_of_another_type_is_refused(tmp_path):
    (rule,) = load(tmp_path, RULE).rules
    with pytest.raises(RuleError, match="does not fit"):
        rulebook.values(rule, Settings(root=tmp_path, parameters={"some_rule": {"most": "many"}}))
    with pytest.raises(RuleError, match="has no parameter 'least'"):
        rulebook.values(rule, Settings(root=tmp_path, parameters={"some_rule": {"least": 1}}))


def test_an_override_of_a_rule_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="there is no rule 'sme_rule'"):
        rulebook.check_overrides(load(tmp_path, RULE), Settings(root=tmp_path, parameters={"sme_rule": {"most": 1}}))


def test_the_schema_knows_every_key_and_its_words():
    schema = rulebook.schema()
    assert schema["properties"]["severity"]["enum"] == ["low", "medium", "high", "critical"]
    assert schema["properties"]["test"]["items"]["required"] == ["name", "expect"]
    assert schema["additionalProperties"] is False
