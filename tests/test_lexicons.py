import tomllib

import polars as pl
import pytest

from audit_analyzer import lexicons, wordhits
from audit_analyzer.settings import shipped

FOLDER = shipped("rules") / "lexicons"
KNOWN = lexicons.load([FOLDER])
NAMES = [
    "association", "campaigns", "health", "immigration", "legal_observers", "offenses", "on_behalf", "personal", "precrime", "press", "protest", "sensitive",
    "serious_crime", "social_media", "traits",
    "worship",
]  # fmt: skip
STATUTES = ["8 USC 1182", "8 U.S.C. 1325", "8 USC 1326(a)", "title 8 USC 1227"]


def test_every_lexicon_of_the_rulebook_is_here():
    assert KNOWN.names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_lexicon_speaks_all_eleven_languages(name):
    assert {entry.language for entry in KNOWN.entries if entry.lexicon == name} == lexicons.LANGUAGES


@pytest.mark.parametrize("name", [*NAMES, "reasons", "senses"])
def test_each_file_begins_with_what_it_is_and_has_a_title(name):
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    assert (text[:2], tomllib.loads(text)["title"] != "") == ("# ", True)


def test_every_word_is_found_by_its_own_entry():
    entries = [entry for entry in KNOWN.entries if not entry.pattern]
    words = {(e.lexicon, e.language, word): word.rstrip("*") for e in entries for word in e.words}
    hits = wordhits.hits(sorted(set(words.values())), KNOWN)
    found = set(hits.select("text", "lexicon", "language", "word").iter_rows())
    assert [key for key, text in words.items() if (text, key[0], key[1], key[2]) not in found] == []


def test_a_word_alone_is_cleared_only_where_it_needs_others_near():
    entries = [entry for entry in KNOWN.entries if not entry.pattern and not entry.needs]
    words = {(e.lexicon, e.language, word): word.rstrip("*") for e in entries for word in e.words}
    hits = wordhits.hits(sorted(set(words.values())), KNOWN).filter(pl.col("cleared").is_not_null())
    found = set(hits.select("text", "lexicon", "language", "word").iter_rows())
    assert [key for key, text in words.items() if (text, key[0], key[1], key[2]) in found] == []


def test_every_clear_is_used_and_says_why():
    facts = tomllib.loads((FOLDER / "senses.toml").read_text(encoding="utf-8"))
    used = {clear.name for entry in KNOWN.entries for clear in entry.unless}
    assert [clear["name"] for clear in facts["clear"] if clear["name"] not in used] == []
    assert [clear["name"] for clear in facts["clear"] if not clear["because"]] == []


def test_every_group_is_used():
    text = "".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("*.toml"))
    groups = tomllib.loads((FOLDER / "senses.toml").read_text(encoding="utf-8"))["group"]
    assert [group["name"] for group in groups if f'":{group["name"]}"' not in text] == []


def test_campaigns_of_every_side_have_their_years():
    years = {word: entry.years for entry in KNOWN.entries if entry.lexicon == "campaigns" for word in entry.words}
    assert [word for e in KNOWN.entries if e.lexicon == "campaigns" and e.language == "en" and e.years == (None, None) for word in e.words] == []
    sides = [
        "blm",
        "back the blue",
        "march for life",
        "women's march",
        "second amendment rally",
        "march for our lives",
        "free palestine",
        "stand with israel",
        "antifa",
        "proud boys",
        "no kings",
    ]
    assert [side for side in sides if side not in years] == []


@pytest.mark.parametrize("text", STATUTES)
def test_statutes_of_civil_removal_are_found_however_they_are_cited(text):
    assert wordhits.hits([text], KNOWN).filter(pl.col("sense") == "statute")["lexicon"].to_list() == ["immigration"]
