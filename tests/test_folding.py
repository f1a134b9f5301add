import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit_analyzer import folding

DISGUISES = {
    "zero width space": "pro\u200btest",
    "zero width non-joiner": "pro\u200ctest",
    "zero width joiner": "pro\u200dtest",
    "soft hyphen": "pro\u00adtest",
    "word joiner": "pro\u2060test",
    "byte order mark": "pro\ufefftest",
    "combining grapheme joiner": "pro\u034ftest",
    "variation selector": "pro\ufe0ftest",
    "mongolian vowel separator": "pro\u180etest",
    "hangul filler": "pro\u3164test",
    "tag character": "pro\U000e0061test",
    "NUL": "pro\x00test",
    "backspace": "pro\x08test",
    "enclosing circle": "p\u20ddrotest",
    "strokes laid over": "p\u0336r\u0336o\u0336t\u0336e\u0336s\u0336t\u0336",
    "Cyrillic o": "pr\u043etest",
    "Greek omicron": "pr\u03bftest",
    "Armenian oh": "pr\u0585test",
    "Cherokee capitals": "ᏢᎡᎾtest",
    "Lisu capitals": "ꓑꓣꓳꓔꓰꓢꓔ",
    "Cyrillic throughout": "рrотеѕт",
    "full width": "ｐｒｏｔｅｓｔ",
    "mathematical bold": "𝐩𝐫𝐨𝐭𝐞𝐬𝐭",
    "mathematical script": "𝓹𝓻𝓸𝓽𝓮𝓼𝓽",
    "double struck": "𝕡𝕣𝕠𝕥𝕖𝕤𝕥",
    "circled": "ⓟⓡⓞⓣⓔⓢⓣ",
    "in brackets": "⒫⒭⒪⒯⒠⒮⒯",
    "negative squared": "🅿🆁🅾🆃🅴🆂🆃",
    "regional indicators": "🇵🇷🇴🇹🇪🇸🇹",
    "small capitals": "ᴘʀᴏᴛᴇsᴛ",
    "right to left override": "\u202etsetorp\u202c",
    "override inside isolates": "\u2067\u202etsetorp\u202c\u2069",
    "digits for letters": "pr0t3st",
    "signs for letters": "prote$t",
    "letters apart": "p r o t e s t",
    "letters with full stops": "p.r.o.t.e.s.t",
    "letters with hyphens": "p-r-o-t-e-s-t",
    "letters with underscores": "p_r_o_t_e_s_t",
    "letters with stars": "P*R*O*T*E*S*T",
    "letters apart with digits": "p r 0 t 3 s t",
    "HTML entity": "&#112;rotest",
    "hexadecimal entity": "&#x70;rotest",
    "percent code": "%70rotest",
    "double percent code": "%2570rotest",
}
PLAINLY = {
    "No%20Kings": "no kings",
    "investigation+of+protest": "investigation of protest",
    "NoKings_rally-portland.mp4": "no kings rally portland mp4",
    "2026/05/02/march/IMG_0412.jpg": "2026 05 02 march img 0412 jpg",
    "blm2020.jpg": "blm 2020 jpg",
    "protest2.png": "protest 2 png",
    "women&#39;s march": "womens march",
    "l'église": "l eglise",
    "Manifestación": "manifestacion",
    "biểu tình": "bieu tinh",
    "مُظاهَرة": "مظاهره",
    "I.C.E. hold": "ice hold",
    "8 U.S.C. 1325": "8 usc 1325",
}
INNOCENT = [
    "pro-test", "pro test", "cop rotest", "prot est", "Protestant church", "F150 white truck", "case CR24-001234", "10-31 459 PC", "3rd st", "a b c",
    "grade A B",
    "❤️ 👩‍👩‍👧 🇺🇸", "5869ce7e-98f2-47e7-a3c2-5e6bff4def4a", "Größe 10 km²", "O'Brien", "AT&T store", "50% off", "R&D", "test@agency.gov", "10kΩ",
]  # fmt: skip
NATIVE = ["протест у мэрии", "مظاهرة في المدينة", "抗议集会", "διαδήλωση στο κέντρο", "митинг и шествие"]


@pytest.mark.parametrize("text", DISGUISES.values(), ids=DISGUISES)
def test_a_disguised_word_stands_in_a_reading_that_had_to_be_undone(text):
    readings = folding.fold(text).readings
    assert [kind for kind, form in readings if form == " protest "] != []
    assert [kind for kind, form in readings if form == " protest " and kind == folding.PLAIN] == []


@pytest.mark.parametrize(("text", "form"), PLAINLY.items(), ids=PLAINLY)
def test_keys_codes_and_abbreviations_read_as_words_and_are_no_disguise(text, form):
    folded = folding.fold(text)
    assert (folding.PLAIN, f" {form} ") in folded.readings
    assert folded.disguised is False


@pytest.mark.parametrize("text", INNOCENT)
def test_an_innocent_text_is_not_disguised_and_never_becomes_another_word(text):
    folded = folding.fold(text)
    assert folded.disguised is False
    assert [form for _, form in folded.readings if " protest " in form] == []


@pytest.mark.parametrize("text", NATIVE)
def test_a_text_in_another_script_keeps_its_own_words(text):
    folded = folding.fold(text)
    words = folding.search_form(folding.pl.Series([text])).item().strip()
    assert (folded.folded, folded.disguised) == (words, False)


def test_the_text_is_kept_and_the_note_says_what_was_hidden_and_where():
    folded = folding.fold("pro\u200btest of \u0440olice")
    assert folded.text == "pro\u200btest of \u0440olice"
    assert folded.folded == "protest of police"
    assert folded.disguised is True
    assert folded.note == "U+200B at 3; U+0440 for p at 12"


def test_the_note_names_the_override_and_the_spelled_out_word():
    assert folding.fold("\u202etsetorp\u202c").note == "U+202E at 0; U+202C at 8"
    assert folding.fold("b.l.o.c.k.a.d.e").note == "spelled out: blockade"
    assert folding.fold("%70rotest").note == "letters written as codes"


def test_a_mark_at_the_edge_of_a_text_is_noted_and_is_no_disguise():
    folded = folding.fold("\ufeffinvestigation")
    assert (folded.folded, folded.disguised, folded.note) == ("investigation", False, "U+FEFF at 0")


def test_joiners_between_arabic_letters_are_writing_and_no_disguise():
    assert folding.fold("می‌خواهم").disguised is False


def test_the_one_stands_for_i_and_for_l():
    assert {form for kind, form in folding.fold("ra11y v1gil").readings if kind == "digits"} == {" raiiy vigil ", " rally vlgil "}


def test_a_short_word_beside_a_word_with_digits_is_read_alike_and_numbers_stay():
    assert ("digits", " no kings 14 ") in folding.fold("N0 K1NGS 14").readings
    assert folding.fold("N0 14 F150").readings == ((folding.PLAIN, " n0 14 f150 "),)


def test_many_texts_keep_their_order_and_equal_each_alone():
    texts = [*DISGUISES.values(), *PLAINLY, *INNOCENT, *NATIVE, "", "plain words"]
    assert folding.fold_many(texts) == [folding.fold(text) for text in texts]
    assert folding.fold_many([]) == []


def test_an_id_stays_in_the_folded_text_and_is_not_searched_for_words():
    folded = folding.fold("job 01be36c9-daca-7b06-8319-19cf2415fd59")
    assert (folded.folded, folded.readings) == ("job 01be36c9 daca 7b06 8319 19cf2415fd59", ((folding.PLAIN, " job "),))


def test_a_plain_text_has_one_reading_and_no_note():
    assert folding.fold("Stolen Vehicle") == folding.Folded(
        "Stolen Vehicle", "stolen vehicle", disguised=False, note=None, readings=((folding.PLAIN, " stolen vehicle "),)
    )


@pytest.mark.parametrize("text", ["\u200b" * 60_000, "@" * 60_000 + "a", "a " * 30_000, "@ " * 30_000, "p.r" * 20_000, "1a" * 30_000, "&#112;" * 10_000])
def test_a_hostile_text_is_read_all_the_same(text):
    assert folding.fold(text).text == text


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=40), max_size=8))
def test_any_text_folds_to_lower_case_words_parted_by_one_blank(texts):
    for text, folded in zip(texts, folding.fold_many(texts), strict=True):
        assert folded.text == text
        assert folded.readings != ()
        assert [form for _, form in folded.readings if form[0] != " " or form[-1] != " " or "  " in form] == []
