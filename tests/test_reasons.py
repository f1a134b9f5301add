from pathlib import Path

import polars as pl
import pytest

from audit_analyzer import folding, reasons, store, tokens
from audit_analyzer.errors import RuleError

EUGENE = Path(__file__).resolve().parents[2] / "shared" / "data" / "eugene-flock-audit.csv"
CLASSES = {
    "empty": ["", " ", "+", "\u200b", "\ufeff \u200b"],
    "placeholder": [
        ".", "-", "--", "?", "x", "X", "xxx", "na", "N/A", "n/a", "none", "NONE", "null", "test", "Test", "TEST 2", "asdf", "ASDFGH", "qwerty", "sdfgsd", "xcvbvc",
        "zxcv", "123", "1234", "12", "7", "aaaa", "000", "00-000000", "tbd", "ok", "无", "нет",
    ],
    "ui_artifact": [
        "Daytime search for best result", "daytime+search+for+best+result", "Select Reason", "-- Select --", "undefined", "[object Object]",
        "Reason (required)", "#N/A",
    ],
    "redacted": [
        "***", "*****", "* * *", "###", "REDACTED", "[REDACTED]", "(redacted)", "█████", "HIDDEN_DUE_TO_SECURITY_REASONS", "7923.600",
        "Gov. Code § 7923.600", "GC 7923.600", "§7923.600", "(b)(6)", "b(7)(C)", "REDACTED per 7923.600", "Withheld",
    ],
    "truncated": ["robbery suspect seen on Main Str...", "homicide on 4th and Elm, subj…"],
    "code": [
        "211PC", "211 PC", "PC 211", "459", "187", "5150", "10851(a)CVC", "10-31", "10-50", "code 3", "UUV", "uuv", "SMV", "BOLO", "920", "1700",
        "23152 VC", "647.6", "18 USC 2252", "RCW 9A.56.065", "ORS 164.135", "720 ILCS 5/19-1", "Signal 20", "24-001234", "Investigation, 2510494",
        "CFS", "attempt 211", "419DHN", "More Like This: ST2",
    ],
    "vague": [
        "inv", "INV.", "Investigation", "investigatin", "invetigation", "ivestigations", "criminal investigation", "investigation+", "police",
        "Police Business", "lawful", "lawful purpose", "law enforcement", "intel", "intelligence", "suspicious", "official use", "follow up", "fu",
        "case", "investigación", "расследование", "调查",
    ],
    "stated": [
        "stolen vehicle", "Property Crime", "Person Crime", "robbery at bank", "George Floyd demonstration", "protest", "murder", "missing person",
        "Administrative Test", "test of the new camera after the robbery", "hit and run", "POI", "hospital John Doe", "press charges", "убийство",
        "robo a mano armada",
    ],
}  # fmt: skip
CASE_NUMBERS = {
    "placeholder": ["00-000000", "0", "n/a", "24-000000", "999999", "99-99999", "xx-xxxxxx", "no case", "none", "123456", "test"],
    "redacted": ["***", "[redacted]"],
    None: ["24-001234", "PD-2024-118", "25 03 0417", "A24001234"],
}


@pytest.mark.parametrize(("expected", "texts"), CLASSES.items(), ids=CLASSES)
def test_each_reason_has_its_class(expected, texts):
    assert dict(zip(texts, reasons.classify(texts)["reason_class"], strict=True)) == dict.fromkeys(texts, expected)


def test_missing_text_is_empty_and_every_class_is_known():
    frame = reasons.classify([None, "burglary", "."])
    assert frame["reason_class"].to_list() == ["empty", "stated", "placeholder"]
    assert [name for name in CLASSES if name not in reasons.CLASSES] == []


def test_the_key_joins_case_blanks_and_plus_signs_and_keeps_marks_that_are_all_there_is():
    frame = reasons.classify(["Property+Crime", "PROPERTY  CRIMe ", "property crime", "***", " . "])
    assert frame["reason_key"].to_list() == ["property crime", "property crime", "property crime", "***", "."]


def test_a_class_does_not_hang_on_whether_the_folded_form_is_handed_over():
    texts = [text for group in CLASSES.values() for text in group]
    folded = pl.Series([f.folded for f in folding.fold_many(texts)])
    assert reasons.classify(texts, folded).equals(reasons.classify(texts))


@pytest.mark.parametrize(("state", "texts"), CASE_NUMBERS.items(), ids=str)
def test_case_numbers_have_their_own_placeholders(state, texts):
    assert {text: _state(text, "case_number") for text in texts} == dict.fromkeys(texts, state)


def test_the_tokens_give_the_same_states_in_duckdb_as_here():
    texts = sorted({text for group in (*CLASSES.values(), *CASE_NUMBERS.values()) for text in group})
    with store.scratch() as scratch:
        for field in tokens.FIELDS:
            cells = f"SELECT t AS cell, {tokens.key_sql('t')} AS key FROM (SELECT unnest(?) AS t)"
            rows = dict(scratch.rows(f"SELECT cell, {tokens.state_sql(field)} FROM ({cells})", [texts]))
            assert rows == {text: _state(text, field) or ("value" if text.strip(" ") else "empty") for text in texts}


def test_a_code_is_told_by_jurisdiction():
    assert reasons.jurisdictions("10851(a)CVC") == ["California Penal, Vehicle, Health and Safety, Welfare and Institutions, Business and Professions Code"]
    assert reasons.jurisdictions("10-31") == ["section with a decimal", "ten-codes and eleven-codes"]
    assert reasons.jurisdictions("UUV") == ["abbreviations of offences and incident types in the United States"]
    assert reasons.jurisdictions("stolen vehicle") == []


def test_the_real_log_has_182_strings_of_the_interface_and_its_codes_are_no_placeholders():
    if not EUGENE.exists():
        pytest.skip(f"{EUGENE.name} is not here")
    found = reasons.classify(pl.read_csv(EUGENE)["reason"].fill_null(""))
    counts = dict(found["reason_class"].value_counts().iter_rows())
    assert (counts["ui_artifact"], counts["empty"], counts["placeholder"]) == (182, 5, 3)
    assert found.filter(pl.col("text").str.to_lowercase() == "uuv")["reason_class"].unique().to_list() == ["code"]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('kind = "reasons"\n\n[[token]]\nstate = "gone"\nfields = ["reason"]\ndoc = "x"\nwords = []\n', 3, "state or fields are not known"),
        ('kind = "reasons"\n[[code]]\njurisdiction = "x"\ndoc = "x"\npattern = "a(?=b)"\n', 2, "'a(?=b)' is not a pattern"),
        ('kind = "reasons"\n[[code]]\njurisdiction = "x"\npattern = "a"\n', 2, "'doc' is missing"),
        ('kind = "reasons"\n[[filler]]\ndoc = "x"\nwords = []\nword = 1\n', 2, "there is no key 'word' here"),
        ('kind = "reasons"\n[[cods]]\n', 1, "there is no [[cods]]"),
    ],
)
def test_a_file_that_is_not_quite_a_vocabulary_is_refused_with_its_line(tmp_path, text, line, what):
    file = tmp_path / "reasons.toml"
    file.write_text(text)
    with pytest.raises(RuleError) as refused:
        reasons.load([tmp_path])
    assert (refused.value.where, refused.value.what.startswith(what)) == (f"{file}:{line}", True)


def test_a_workspace_adds_words_of_its_own(tmp_path):
    (tmp_path / "reasons.toml").write_text('kind = "reasons"\n[[token]]\nstate = "ui_artifact"\nfields = ["reason"]\ndoc = "x"\nwords = ["pick one"]\n')
    added = reasons.load([reasons.shipped("rules") / "lexicons", tmp_path])
    assert reasons.classify(["Pick one", "***"], vocabulary=added)["reason_class"].to_list() == ["ui_artifact", "redacted"]
    assert reasons.classify(["Pick one"])["reason_class"].to_list() == ["stated"]


def _state(text, field):
    key = pl.DataFrame({"t": [text]}).select(t=reasons.key(pl.col("t")))
    states = [state for state, known in tokens.shipped_tokens()[field].items() if key.select(reasons.fits(pl.col("t"), known)).item()]
    return states[0] if states else None
