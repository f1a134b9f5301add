import datetime as dt
import decimal
import json
import math
import sys
import unicodedata

import night_hostile
import pytest

from audit_analyzer.outputs import inert

VISIBLE_FORMATS = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}  # number signs that are drawn


def test_every_control_format_separator_and_surrogate_character_of_unicode_is_written_out():
    kinds = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    hidden = [chr(n) for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n)) in kinds and n not in VISIBLE_FORMATS]
    assert len(hidden) > 2000
    assert [c for c in hidden if inert.visible(c) == c] == []


def test_letters_of_every_script_marks_and_emoji_stay_as_they_are():
    text = "Zoë Ødegård, Иванов, 王芳, محمد, नमस्ते, 1,234 € – “done” 🙂"
    assert inert.visible(text) == text


def test_escapes_show_which_character_it_was():
    assert inert.visible("a\x1b[31m\u202eb\U000e0041\n\t") == "a\\x1b[31m\\u202eb\\U000e0041\\n\\t"


def test_kept_characters_are_kept():
    assert inert.visible("a\nb\r", keep="\n") == "a\nb\\r"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1", "＝1", "  =1", "|calc", "%0A"])
def test_what_a_spreadsheet_would_take_for_a_formula_gets_an_apostrophe(text):
    assert inert.cell(text).startswith("'")


@pytest.mark.parametrize(("value", "written"), [(-3, "-3"), (2.5, "2.5"), (None, ""), (True, "true"), ("plain", "plain"), ("a=b", "a=b")])
def test_numbers_and_ordinary_text_are_left_alone(value, written):
    assert inert.cell(value) == written


def test_plain_values_are_json_and_say_what_is_no_number():
    given = {
        "b": decimal.Decimal("12.50"),
        "a": decimal.Decimal(3),
        "n": math.nan,
        "t": dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
        "d": dt.date(2026, 3, 1),
        "s": (1, 2),
    }
    assert list(inert.plain(given)) == ["a", "b", "d", "n", "s", "t"]
    assert inert.plain(given) == {"a": 3, "b": 12.5, "d": "2026-03-01", "n": "nan", "s": [1, 2], "t": "2026-03-01T00:00:00Z"}


def test_json_keeps_every_value_exactly_and_shows_no_hidden_character():
    text = inert.json_text({"k" + night_hostile.HOSTILE: night_hostile.HOSTILE + "\udc80\U000e0041"})
    assert json.loads(text) == {"k" + night_hostile.HOSTILE: night_hostile.HOSTILE + "\udc80\U000e0041"}
    assert inert.HIDDEN.search(text) is None
    assert text.encode()
