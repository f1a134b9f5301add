from pathlib import Path

import polars as pl
import pytest

from audit_analyzer import wordhits
from audit_analyzer.errors import RuleError
from audit_analyzer.settings import shipped

EUGENE = Path(__file__).resolve().parents[2] / "shared" / "data" / "eugene-flock-audit.csv"
LEXICONS = wordhits.load([shipped("rules") / "lexicons"])

FIRES = [
    ("protest", "protest on 5th and Main", "assembly"),
    ("protest", "Protesters at city hall", "assembly"),
    ("protest", "march downtown against ICE", "assembly"),
    ("protest", "demo at city hall, anti war activists", "assembly"),
    ("protest", "candlelight vigil for victim of shooting", "assembly"),
    ("protest", "student walkout", "assembly"),
    ("protest", "pro-life rally at the capitol", "assembly"),
    ("protest", "second amendment rally", "assembly"),
    ("protest", "campus encampment", "assembly"),
    ("protest", "jlowe-encampment", "assembly"),
    ("protest", "2026/05/02/march/IMG_0412.jpg", "assembly"),
    ("protest", "NoKings_rally-portland.mp4", "assembly"),
    ("protest", "civil unrest", "unrest"),
    ("protest", "riot", "unrest"),
    ("protest", "Portland Riots", "unrest"),
    ("protest", "possible protest organizer", "organizer"),
    ("protest", "manifestación en la plaza", "assembly"),
    ("protest", "marcha contra las deportaciones, organizadores", "assembly"),
    ("protest", "participants à la manif", "assembly"),
    ("protest", "passeata no centro", "assembly"),
    ("protest", "manifestasyon nan lari a", "assembly"),
    ("protest", "مظاهرة في المدينة", "assembly"),
    ("protest", "صور المتظاهرين والمظاهرات", "assembly"),
    ("protest", "抗议者身份", "assembly"),
    ("protest", "参加遊行的人", "assembly"),
    ("protest", "người biểu tình ở công viên", "assembly"),
    ("protest", "nguoi bieu tinh", "assembly"),
    ("protest", "welga sa pabrika", "assembly"),
    ("protest", "участники митинга", "assembly"),
    ("protest", "протестующие у мэрии", "assembly"),
    ("campaigns", "George Floyd demonstration", "campaigns"),
    ("campaigns", "#nokings", "campaigns"),
    ("campaigns", "blm2020.jpg", "campaigns"),
    ("campaigns", "50501", "campaigns"),
    ("campaigns", "Delaney Hall 05-2026", "campaigns"),
    ("campaigns", "Women's March", "campaigns"),
    ("campaigns", "March for Life", "campaigns"),
    ("campaigns", "VCDL lobby day", "campaigns"),
    ("campaigns", "Jan 6 capitol", "campaigns"),
    ("campaigns", "proud boys", "campaigns"),
    ("campaigns", "ANTIFA", "campaigns"),
    ("campaigns", "stop cop city", "campaigns"),
    ("campaigns", "Free Palestine", "campaigns"),
    ("campaigns", "solidarité palestine libre", "campaigns"),
    ("press", "ID press photographer at rally", "press"),
    ("press", "journalist", "press"),
    ("press", "identificar periodista", "press"),
    ("press", "журналист издания", "press"),
    ("legal_observers", "NLG legal observer", "legal_observers"),
    ("legal_observers", "male filming officers", "legal_observers"),
    ("worship", "leaving mosque after Friday prayers", "worship"),
    ("worship", "church members", "worship"),
    ("worship", "المصلين في المسجد", "worship"),
    ("health", "had an abortion, search for female", "reproductive"),
    ("health", "avortement", "reproductive"),
    ("health", "gender clinic", "gender_care"),
    ("immigration", "ICE", "agency"),
    ("immigration", "ice hold", "agency"),
    ("immigration", "I.C.E. hold", "agency"),
    ("immigration", "ERO request", "agency"),
    ("immigration", "Immigration (civil)", "enforcement"),
    ("immigration", "removal of alien", "status"),
    ("immigration", "8 U.S.C. § 1326(a)", "statute"),
    ("immigration", "8USC1325", "statute"),
    ("immigration", "A123456789", "a_number"),
    ("immigration", "A# 123-456-789", "a_number"),
    ("immigration", "287(g)", "agency"),
    ("immigration", "sin papeles", "status"),
    ("immigration", "驱逐出境", "status"),
    ("precrime", "intel", "intelligence"),
    ("precrime", "person of interest", "person_of_interest"),
    ("precrime", "FIO", "field_contact"),
    ("precrime", "suspicious", "suspicion"),
    ("association", "who is with subject", "association"),
    ("on_behalf", "o/b/o Reno PD", "agency"),
    ("social_media", "cases/26-1/fb_0012.jpg", "platform"),
    ("social_media", "probes/signal-photo_3.png", "platform"),
    ("on_behalf", "for Portland PD", "agency"),
    ("on_behalf", "req by LAPD", "agency"),
    ("on_behalf", "per ICE", "agency"),
    ("on_behalf", "req by Det Smith", "person"),
    ("on_behalf", "AOA", "assist"),
    ("traits", "BM 20s", "race_code"),
    ("traits", "hispanic male", "ethnicity"),
    ("traits", "muslim", "religion"),
    ("sensitive", "union organizer", "union"),
    ("sensitive", "transgender", "lgbtq"),
    ("sensitive", "Republican event", "politics"),
    ("personal", "my ex girlfriend", "relation"),
    ("personal", "system test", "test"),
    ("serious_crime", "missing child", "missing_or_unidentified"),
]

MONTH, STREET, NAME, ALONE = "the month of March", "a street name", "a person's name", wordhits.ALONE
AT_EVENT, AT_PLACE, THREAT = (
    "a crime at the event is named, not the event",
    "a crime against the place or in it is named",
    "the event is threatened or protected",
)
CLEARED = [
    ("social_media", "traffic-signal-5.jpg", "the signal is a light of the road or the railway"),
    ("protest", "homeless encampment cleanup", "a camp of people without a home is no assembly"),
    ("protest", "March 14 burglary", MONTH),
    ("protest", "robbery 12 march", MONTH),
    ("protest", "DOB 12 March 1990", MONTH),
    ("protest", "since March", MONTH),
    ("protest", "march", ALONE),
    ("protest", "Dr. March", NAME),
    ("protest", "Officer March", NAME),
    ("protest", "Det. Vigil", NAME),
    ("protest", "Vigil, Jose", NAME),
    ("protest", "Protest Rd", STREET),
    ("protest", "100 March St", STREET),
    ("protest", "theft on Rally Dr", STREET),
    ("protest", "Rally restaurant robbery", "a restaurant"),
    ("protest", "Rally car", "a car, a race or a school event"),
    ("protest", "product demo", "a product is shown, or a trial of the system"),
    ("protest", "vendor demonstration", "a product is shown, or a trial of the system"),
    ("protest", "Disturbing Public Peace/Riot", "riot is named as a charged offence"),
    ("protest", "riot 2nd degree", "riot is named as a charged offence"),
    ("protest", "victim at protest", AT_EVENT),
    ("protest", "robbery victim stabbed at protest", AT_EVENT),
    ("protest", "threat against protest", THREAT),
    ("protest", "bomb threat to the rally", THREAT),
    ("protest", "vehículo puesto en marcha", "something is set going or in gear"),
    ("protest", "víctima de robo en la manifestación", AT_EVENT),
    ("protest", "moteur en marche", "walking, working, a step or a market"),
    ("protest", "marcha lenta na via", "something is set going or in gear"),
    ("protest", "mach foutbol", "a match is played"),
    ("protest", "مسيرة مهنية", "a career or a way through life"),
    ("protest", "相机罢工", "a machine does not work"),
    ("protest", "diễu hành Tết", "a holiday or a sports event"),
    ("protest", "rali ng kotse", "a race or a car"),
    ("protest", "демонстрация товара", "something is shown"),
    ("campaigns", "Fort Dodge IA 50501", "a ZIP code"),
    ("campaigns", "Jan 6 burglary", ALONE),
    ("campaigns", "Floyd Johnson warrant", ALONE),
    ("press", "victim wants to press charges", "charges are pressed, or a thing is"),
    ("campaigns", "BLM ranger assault", "the Bureau of Land Management"),
    ("protest", "riot games account fraud", "a company or a piece of equipment"),
    ("protest", "protest of citation", "a fine or a bill is disputed"),
    ("press", "press", ALONE),
    ("press", "photo for press release", "the agency's own word to the press"),
    ("worship", "church burglary", AT_PLACE),
    ("worship", "theft at church", AT_PLACE),
    ("worship", "vandalism of mosque", AT_PLACE),
    ("worship", "robo en la iglesia", AT_PLACE),
    ("worship", "教堂失窃", AT_PLACE),
    ("health", "hospital John Doe", "a person who cannot say who they are is to be named"),
    ("immigration", "ice, meth 2 grams", "ice is the drug here"),
    ("immigration", "In case of emergency ICE contact", "in case of emergency"),
    ("immigration", "slipped on ice", "frozen water, or a thing that keeps it"),
    ("immigration", "theft of ice machine", "frozen water, or a thing that keeps it"),
    ("immigration", "HSI child exploitation task force", "a child-exploitation or trafficking investigation"),
    ("immigration", "immigration fraud", "immigration is the means of a crime against somebody"),
    ("immigration", "tree removal", ALONE),
    ("immigration", "case A24001234", "a case, report or plate number that begins with A"),
    ("precrime", "suspect on surveillance video", "recordings of a camera are meant"),
    ("precrime", "suspicious male, burglary", "the suspicion has an offence"),
    ("association", "associates, RICO gang case", "a gang, trafficking or conspiracy case is named"),
    ("on_behalf", "mutual aid case 24-1234", "a mutual-aid case number is given"),
    ("traits", "BM 20s red hoodie robbery", "a description of a person beside an offence"),
    ("sensitive", "Union St", STREET),
    ("sensitive", "school threat", "a school is threatened, or a pupil is missing"),
    ("personal", "ex boyfriend violated protective order", "a domestic offence is named"),
]

SILENT = [
    "pro-test", "pro test", "cop rotest", "demolition", "vigilance", "Protestant", "Rally's", "police", "justice", "services", "notice",
    "expressway", "white van", "assist citizen",
    "marchand", "expression", "impression", "UUV", "Property Crime", "stolen vehicle", "welfare check", "протестант", "Marso 5", "mars 2024",
    "prometheus", "A1234", "18 USC 2252",
]  # fmt: skip
WATCHED = ["campaigns", "immigration", "legal_observers", "press", "protest"]


@pytest.fixture(scope="module")
def found():
    texts = [text for _, text, _ in FIRES + CLEARED] + SILENT
    return wordhits.hits(texts, LEXICONS)


@pytest.mark.parametrize(("lexicon", "text", "sense"), FIRES)
def test_a_word_is_found_in_its_sense(found, lexicon, text, sense):
    mine = found.filter(pl.col("text") == text, pl.col("lexicon") == lexicon, pl.col("cleared").is_null(), pl.col("sense") == sense)
    assert mine["disguised"].unique().to_list() == [False]


@pytest.mark.parametrize(("lexicon", "text", "because"), CLEARED)
def test_a_look_alike_is_a_cleared_hit_that_says_why(found, lexicon, text, because):
    mine = found.filter(pl.col("text") == text, pl.col("lexicon") == lexicon)
    assert set(mine["cleared"]) == {because}


@pytest.mark.parametrize("text", SILENT)
def test_a_text_without_such_a_word_has_no_hit(found, text):
    assert found.filter(pl.col("text") == text, pl.col("lexicon").is_in(WATCHED)).rows() == []


def test_a_charged_riot_and_a_crime_at_an_event_have_senses_of_their_own(found):
    senses = dict(
        found.filter(pl.col("text").is_in(["riot 2nd degree", "victim at protest", "threat against protest"]), pl.col("lexicon") == "protest")
        .select("text", "sense")
        .iter_rows()
    )
    assert senses == {"riot 2nd degree": "offense", "victim at protest": "crime_at", "threat against protest": "threat_against"}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("march 14: march on city hall, protesters", "march"),
        ("protest on Protest Rd", "protest"),
        ("ICE detainer, meth", "ice detainer"),
        ("press charges against reporter, press pass", "press"),
    ],
)
def test_one_cleared_occurrence_does_not_clear_another(text, word):
    hits = wordhits.hits([text], LEXICONS).filter(pl.col("word") == word)
    assert hits["cleared"].to_list() == [None]


@pytest.mark.parametrize(
    "text",
    [
        "pro\u200btest",
        "pr\u043etest",
        "pr0t3st",
        "p r o t e s t",
        "prootesst",
        "prrrotest",
        "\u202etsetorp\u202c",
        "%70rotest",
        "рrотеѕт",
        "p r o t e s t d o w n t o w n",
    ],
)
def test_a_disguised_word_is_a_hit_and_marked(text):
    hits = wordhits.hits([text], LEXICONS).filter(pl.col("lexicon") == "protest")
    assert hits.select("word", "disguised", "cleared").rows() == [("protest", True, None)]


@pytest.mark.parametrize("text", ["pro\u200btest march 5 protest", "PROTEST", "ProTest protest", "no\u200bte protest"])
def test_a_word_that_also_stands_openly_is_not_disguised(text):
    hits = wordhits.hits([text], LEXICONS).filter(pl.col("word") == "protest")
    assert hits["disguised"].to_list() == [False]


@pytest.mark.parametrize(
    "text",
    [
        "pres",
        "pro tests",
        "meet",
        "coop",
        "boook",
        "suspicious person missing",
        "Looooong street",
        "HELLO",
        "searches/01be36c9-daca-7b06-8319-19cf2415fd59.jpg",
        "03ddaca6-369d-090c-9c86-33cb178ab214",
        "f1oor 12",
        "st0len vehic1e",
    ],
)
def test_folding_never_makes_a_hit_of_an_innocent_text(text):
    hits = wordhits.hits([text], LEXICONS).filter(pl.col("lexicon") != "offenses")  # an offence named clears: it is no hit against anybody
    assert hits.filter(pl.col("lexicon").is_in(WATCHED) | pl.col("disguised")).rows() == []


@pytest.mark.parametrize(
    ("text", "word", "years"), [("no kings", "no kings", (2025, None)), ("george floyd protest", "floyd", (2020, 2022)), ("protest", "protest", (None, None))]
)
def test_the_years_of_a_name_come_with_its_hits(text, word, years):
    hits = wordhits.hits([text], LEXICONS).filter(pl.col("word") == word)
    assert hits.select("year_from", "year_to").rows() == [years]


def test_the_answer_does_not_hang_on_order_or_repetition():
    texts = [text for _, text, _ in FIRES + CLEARED]
    assert wordhits.hits(texts, LEXICONS).equals(wordhits.hits(texts[::-1] + texts[:40], LEXICONS))


def test_nothing_to_read_gives_no_hits_with_the_same_columns():
    assert wordhits.hits([], LEXICONS).schema == pl.Schema(wordhits.SCHEMA)
    assert wordhits.hits(["UUV"], LEXICONS).schema == pl.Schema(wordhits.SCHEMA)


def test_texts_have_their_folded_form_note_class_and_key():
    rows = wordhits.searched(["pro\u200btest", "Inv.", "UUV", "UUV", None], LEXICONS)[0].rows()
    assert rows == [
        ("Inv.", "inv", False, None, "vague", "inv"),
        ("UUV", "uuv", False, None, "code", "uuv"),
        ("pro\u200btest", "protest", True, "U+200B at 3", "stated", "protest"),
    ]


def test_the_real_log_has_no_word_of_protest_campaigns_immigration_or_press():
    if not EUGENE.exists():
        pytest.skip(f"{EUGENE.name} is not here")
    hits = wordhits.hits(pl.read_csv(EUGENE)["reason"], LEXICONS)
    assert hits.filter(pl.col("lexicon").is_in(WATCHED)).rows() == []
    assert hits.filter("disguised").rows() == []


ENTRY = 'title = "x"\n\n[[word]]\nword = "zebra"\nlanguage = "en"\n'


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("word = ", None, "this is not TOML"),
        ('[[word]]\nword = "zebra"\n', 1, "a lexicon needs a title"),
        ('title = "x"\nwords = []\n', 1, "a lexicon has no 'words'"),
        (ENTRY + 'needs = ["x"]\n', 3, "there is no key 'needs' here"),
        (ENTRY + 'unless = ["nowhere"]\n', 3, "there is no clear 'nowhere'"),
        (ENTRY + 'needs_near = [":nobody"]\n', 3, "there is no group 'nobody'"),
        (ENTRY + "years = [2025, 2020]\n", 3, "[2025, 2020] are not years"),
        (ENTRY + 'pattern = "a(?!b)"\n', 3, "'a(?!b)' is not a pattern"),
        (ENTRY + '\n[[word]]\nword = ["horse", "zebra"]\nlanguage = "en"\n', 7, "'zebra' already stands at"),
        ('title = "x"\n[[word]]\nword = "zebra"\nlanguage = "xx"\n', 2, "'xx' is not a language known here"),
        ('title = "x"\n[[word]]\nword = "!!"\nlanguage = "en"\n', 2, "an entry needs a word that has letters or digits"),
        ('title = "x"\n[[clear]]\nbecause = "y"\npattern = "@"\n', 2, "this block has no name"),
        ('title = "x"\n[[clear]]\nname = "n"\nbecause = "y"\npattern = "no word"\n', 2, "a clear says because"),
    ],
)
def test_a_file_that_is_not_quite_a_lexicon_is_refused_with_its_line(tmp_path, text, line, what):
    file = tmp_path / "animals.toml"
    file.write_text(text)
    with pytest.raises(RuleError) as refused:
        wordhits.load([tmp_path])
    assert (refused.value.where, refused.value.what.startswith(what)) == (f"{file}:{line}" if line else str(file), True)


def test_a_workspace_adds_words_to_a_shipped_lexicon(tmp_path):
    (tmp_path / "protest.toml").write_text('title = "x"\n[[word]]\nword = ["zebra parade"]\nlanguage = "en"\nunless = ["street"]\n')
    more = wordhits.load([shipped("rules") / "lexicons", tmp_path])
    hits = wordhits.hits(["zebra parade", "zebra parade rd", "protest"], more).select("text", "lexicon", "cleared").rows()
    assert hits == [("protest", "protest", None), ("zebra parade", "protest", None), ("zebra parade rd", "protest", STREET)]
