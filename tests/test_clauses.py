"""Clause packs: what ships is whole, dates behave, and what is not quite a pack is refused by file and line."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from audit_analyzer import clauses, parameters
from audit_analyzer.errors import ClauseError

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "rules"

# The clauses that the sixty detections bear on. Without one: D23, D25, D38, D48, D53, D55, D56 and D58, which rest on an agency's own policy or on the honesty
# of the log; nor have sanctuary acts, sharing laws and purpose limitation in general a text here.
CITED = """
D01 dhs-026-11/R2b washington/43.386.080 colorado/24-18-307-1
D02 dhs-026-11/R2b ohleg/dragnet eu-ai-act/26-10
D03 dhs-026-11/R2b dhs-026-11/R2a 28-cfr-23/20b privacy-act/e7
D04 dhs-026-11/R2b colorado/24-18-307-3 privacy-act/e7 eu-ai-act/5-1-e
D05 detroit/307.5-3.1 washington/43.386.080 colorado/24-18-307-1 eu-ai-act/5-1-h virginia/15.2-1723.2 montana/44-15-surveillance
D06 dhs-026-11/R2b aws-public-safety/sustained-surveillance washington/43.386.080 colorado/24-18-307-1 montana/44-15-surveillance
D07 detroit/307.5-3.1 dhs-026-11/R2b eu-ai-act/26-10
D08 dhs-026-11/R2b dhs-026-11/R5
D09 aws-public-safety/threshold fbi-ngi/candidates dhs-026-11/R4
D10 dhs-026-11/R2a 28-cfr-23/20b privacy-act/e7 colorado/24-18-307-2 detroit/307.5-3.5 washington/43.386.080
D11 dhs-026-11/R2a 28-cfr-23/20b colorado/24-18-307-3
D12 maryland/2-503 dhs-026-11/R2a
D13 dhs-026-11/R2a dhs-026-11/R2b
D14 dhs-026-11/R2a 28-cfr-23/20b
D15 dhs-026-11/R2a dhs-139-06/P2 new-orleans/offenses washington/43.386.080 colorado/24-18-307-2
D16 detroit/307.5-3.6 maine/25-6001
D17 maryland/2-503 virginia/15.2-1723.2 new-orleans/offenses detroit/307.5-offenses montana/44-15-warrant maine/25-6001 eu-ai-act/26-10 ice-pia-054/minimum
D18 dhs-139-06/P2 dhs-026-11/R2a colorado/24-18-307-2
D19 28-cfr-23/20a 28-cfr-23/20b aws-public-safety/not-sole maryland/2-503
D20 dhs-026-11/R5 lapd/outside-agencies san-francisco/ban austin/ban maryland/2-508
D21 dhs-026-11/R5
D22 california-sb34/1798.90.52 lacris/case-number 28-cfr-23/20f eu-ai-act/26-10 bja-template/accountability
D23
D24 maryland/2-505 lacris/case-number
D25
D26 maryland/2-510
D27 dhs-026-11/R6
D28 dhs-026-11/R4 fbi-ngi/review ice-pia-054/vetting washington/43.386.030 maryland/2-502 aws-public-safety/human-review eu-ai-act/14-5
D29 dhs-026-11/R4
D30 dhs-026-11/R4 maryland/2-502 detroit/307.5-examiners detroit/williams
D31 dhs-026-11/R2b dhs-026-11/R4
D32 eu-ai-act/14-5 new-orleans/examiners detroit/307.5-examiners fbi-ngi/review maryland/2-505
D33 dhs-026-11/R4 washington/43.386.030
D34 dhs-026-11/R4 maryland/2-502 maryland/2-504 virginia/15.2-1723.2 colorado/24-18-307-4 colorado/24-18-308 detroit/williams washington/43.386.070
D35 colorado/24-18-307-5 maryland/2-503 dhs-026-11/R4
D36 gao/23-105607 maryland/2-505 lapd/training michigan-snap/training
D37 dhs-026-11/R6 cjis/unique-id california-sb34/1798.90.52
D38
D39 massachusetts/6-220 montana/44-15-warrant washington/43.386.080 colorado/24-18-307-1 eu-ai-act/26-10 eu-ai-act/5-1-h new-orleans/approval \
ice-pia-054/exigent
D40 dhs-026-11/R8 ice-clearview/assessment-first gao/21-518 lapd/third-party
D41 dhs-026-11/R6 cjis/unique-id
D42 dhs-026-11/R5 dhs-026-11/R6
D43 cbp-tvs/citizen-photo cbp-tvs/noncitizen-photo met-lfr/no-alert met-lfr/footage montana/44-15-deletion mobile-fortify/retention task-force-module/retention
D44 cbp-tvs/partners gao/20-568
D45 dhs-026-11/R7 eu-ai-act/5-1-g
D46 dhs-026-11/R3 cbp-tvs/citizen-photo
D47 fbi-ngi/no-enrolment mirs/no-enrolment georgetown-model/4c
D48
D49 met-lfr/watchlist uk-lfr/bridges uk-lfr/code-4.12 georgetown-model/scrub
D50 dhs-026-11/R6 eu-ai-act/12-3 eu-ai-act/19
D51 28-cfr-23/20f maryland/2-505
D52 dhs-026-11/R6 eu-ai-act/12-3
D53
D54 eu-ai-act/26-6 lapd/so-31 privacy-act/c maryland/2-505 ice-clearview/browser-logs
D55
D56
D57 maryland/2-510 virginia/15.2-1723.2 montana/44-15-111 massachusetts/6-220 detroit/307.5-report
D58
D59 dhs-139-06/P2 maryland/2-510 new-orleans/report title-vi/2000d
D60 california-sb34/1798.90.52 cjis/unique-id eu-ai-act/12-3
"""
PLAIN = """title = "A law"
jurisdiction = "Somewhere"
source = "somewhere.example"
source_quality = "primary"
status = "in_force"

[[clause]]
id = "1"
title = "One"
text = "Do not."
"""


@pytest.fixture(scope="module")
def shipped():
    return clauses.load([RULES])


def packs_of(tmp_path, **texts):
    (tmp_path / "clauses").mkdir(exist_ok=True)
    for name, text in texts.items():
        (tmp_path / "clauses" / f"{name.replace('_', '-')}.toml").write_text(text, encoding="utf-8")
    return clauses.load([tmp_path])


def refused(tmp_path, text, name="law"):
    with pytest.raises(ClauseError) as caught:
        packs_of(tmp_path, **{name: text})
    return caught.value


def at(day, hour=12):
    return dt.datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00")


def value(shipped, key, name):
    return clauses.find(shipped, key).parameters[name]


def test_every_clause_that_a_detection_cites_has_a_home(shipped):
    cited = dict((*line.split(" ", 1), "")[:2] for line in CITED.strip().splitlines())
    homeless = {"D23", "D25", "D38", "D48", "D53", "D55", "D56", "D58"}
    assert list(cited) == [f"D{n:02}" for n in range(1, 61)]
    assert {detection for detection, keys in cited.items() if not keys} == homeless
    assert {key for keys in cited.values() for key in keys.split()} - clauses.known(shipped) == set()


def test_every_pack_asked_for_is_shipped(shipped):
    asked = [
        "dhs-026-11",
        "dhs-139-06",
        "28-cfr-23",
        "privacy-act",
        "maryland",
        "virginia",
        "washington",
        "colorado",
        "maine",
        "massachusetts",
        "montana",
        "california-sb34",
        "detroit",
        "new-orleans",
        "eu-ai-act",
        "met-lfr",
        "aws-public-safety",
        "cbp-tvs",
        "mobile-fortify",
        "task-force-module",
        "fbi-ngi",
        "ice-pia-054",
    ]
    assert set(asked) - shipped.keys() == set()


def test_packs_come_in_the_order_of_the_alphabet_whatever_the_order_of_folders(shipped, tmp_path):
    packs_of(tmp_path, a_first=PLAIN)
    assert list(shipped) == sorted(shipped)
    assert list(clauses.load([RULES, tmp_path])) == list(clauses.load([tmp_path, RULES]))


def test_every_shipped_clause_says_what_it_asks_and_where_that_is_from(shipped):
    bare = [c.key for p in shipped.values() for c in p.clauses if not (c.title and c.text and c.source and c.source_quality)]
    assert bare == []


def test_a_shipped_clause_without_a_first_day_says_so_in_its_note(shipped):
    silent = [c.key for p in shipped.values() for c in p.clauses if c.effective_from is None and "open" not in c.note]
    assert silent == []


def test_a_shipped_clause_that_is_unverified_says_why(shipped):
    assert [c.key for p in shipped.values() for c in p.clauses if c.status == "unverified" and not c.note] == []


def test_a_pack_has_one_list_of_permitted_offenses_and_says_whether_it_is_whole(shipped):
    lists = {p.name: [c.parameters for c in p.clauses if "permitted_offenses" in c.parameters] for p in shipped.values()}
    assert {name for name, found in lists.items() if len(found) > 1} == set()
    assert [name for name, found in lists.items() for facts in found if "offenses_complete" not in facts] == []


def test_a_pack_never_has_two_limits_for_the_same_items(shipped):
    limits = [(p.name, kind, who) for p in shipped.values() for c in p.clauses for kind, who, _ in c.limits()]
    assert len(limits) == len(set(limits))


def test_retention_limits_are_the_published_ones_in_seconds(shipped):
    found = {name: [limit for c in shipped[name].clauses for limit in c.limits()] for name in ("cbp-tvs", "mobile-fortify", "task-force-module", "met-lfr")}
    years = 15 * 31_557_600
    assert found == {
        "cbp-tvs": [("probe", "citizen", 12 * 3600), ("probe", "noncitizen", 14 * 86_400), ("enrolment", "noncitizen", 75 * 31_557_600)],
        "mobile-fortify": [("probe", None, years), ("nonmatch", None, years)],
        "task-force-module": [("probe", None, years), ("nonmatch", None, years)],
        "met-lfr": [("nonmatch", None, 0), ("watchlist", None, 86_400), ("probe", None, 31 * 86_400)],
    }


@pytest.mark.parametrize(
    ("key", "name", "expected"),
    [
        ("aws-public-safety/threshold", "threshold_min", 99),
        ("fbi-ngi/candidates", "min_candidates", 2),
        ("fbi-ngi/candidates", "max_candidates", 50),
        ("virginia/15.2-1723.2", "accuracy_min_percent", 98),
        ("eu-ai-act/14-5", "reviewers_min", 2),
        ("detroit/307.5-examiners", "reviewers_min", 2),
        ("detroit/307.5-examiners", "authorization_kinds", ["supervisor"]),
        ("new-orleans/examiners", "reviewers_min", 2),
        ("eu-ai-act/26-10", "authorization_within", 48 * 3600),
        ("eu-ai-act/5-1-h", "authorization_within", 24 * 3600),
        ("montana/44-15-warrant", "authorization_kinds", ["warrant"]),
        ("massachusetts/6-220", "authorization_kinds", ["court_order", "exigency"]),
        ("detroit/307.5-3.5", "notice_within", 24 * 3600),
        ("detroit/307.5-3.6", "barred_purposes", ["immigration"]),
        ("detroit/307.5-3.1", "prohibited_operations", ["live_watch", "video_search"]),
        ("detroit/307.5-offenses", "permitted_offenses", ["part_1_violent_crime", "home_invasion"]),
        ("maryland/2-503", "barred_probe_sources", ["sketch", "edited"]),
        ("maryland/2-510", "report_due", "02-01"),
        ("virginia/15.2-1723.2", "report_due", "04-01"),
        ("montana/44-15-111", "report_due", "06-30"),
        ("eu-ai-act/26-6", "log_retention_min", 15_778_800),
        ("lapd/so-31", "log_retention_min", 5 * 31_557_600),
        ("maryland/2-505", "log_retention_min", 3 * 31_557_600),
        ("ice-clearview/browser-logs", "log_kept", 90 * 86_400),
        ("dhs-026-11/R7", "permitted_attributes", ["AGE_RANGE"]),
    ],
)
def test_a_published_figure_is_the_parameter_that_rules_read(shipped, key, name, expected):
    assert value(shipped, key, name) == expected


def test_every_shipped_parameter_has_its_declared_type(shipped):
    types = {"retention": list, "number": (int, float), "whole": int, "flag": bool, "duration": int, "day": str, "words": list, "fields": list}
    wrong = [
        (c.key, name, v)
        for p in shipped.values()
        for c in p.clauses
        for name, v in c.parameters.items()
        if not isinstance(v, types[parameters.shape(name)]) or (isinstance(v, bool) and parameters.shape(name) != "flag")
    ]
    assert wrong == []


def test_every_declared_parameter_is_used_by_a_shipped_clause_and_explained_in_a_sentence(shipped):
    used = {name for p in shipped.values() for c in p.clauses for name in c.parameters}
    assert used == set(parameters.PARAMETERS)
    assert [name for name, sentence in parameters.PARAMETERS.items() if not re.fullmatch(r"[A-Z].+\.", sentence)] == []


def test_the_words_of_parameters_are_the_words_of_the_model():
    schema = (ROOT / "audit_analyzer" / "store" / "schema.sql").read_text(encoding="utf-8")
    tables = {t.split(" ", 1)[0]: t for t in schema.split("CREATE TABLE ")[1:]}

    def words(table, column):
        return tuple(re.search(rf"^  {column} .*\{{([^}}]*)\}}", tables[table], re.MULTILINE)[1].split("|"))

    assert words("queries", "operation") == parameters.OPERATIONS
    assert words("queries", "probe_source") == parameters.PROBE_SOURCES
    assert words("authorizations", "kind") == parameters.AUTHORIZATIONS
    assert words("actions", "kind") == parameters.ACTIONS
    assert words("biometric_items", "kind") == parameters.ITEM_KINDS
    assert words("biometric_items", "citizenship") == parameters.CITIZENSHIPS
    assert words("published_counts", "measure") == parameters.MEASURES


def test_log_fields_are_columns_of_the_model(shipped):
    schema = (ROOT / "audit_analyzer" / "store" / "schema.sql").read_text(encoding="utf-8")
    tables = {t.split(" ", 1)[0]: set(re.findall(r"^  (\w+) [A-Z]", t, re.MULTILINE)) for t in schema.split("CREATE TABLE ")[1:]}
    fields = {f for p in shipped.values() for c in p.clauses for field in c.parameters.get("log_fields", []) for f in field.split("|")}
    assert [f for f in fields if f.split(".")[1] not in tables[f.split(".")[0]]] == []


def test_virginia_holds_until_the_last_instant_before_july_2026(shipped):
    last, first = dt.datetime(2026, 6, 30, 23, 59, 59, 999_999, tzinfo=dt.UTC), dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    assert [clauses.in_force(shipped, "virginia/15.2-1723.2", moment) for moment in (last, first)] == [True, False]


def test_maryland_holds_from_the_first_instant_of_october_2024(shipped):
    held = [clauses.in_force(shipped, "maryland/2-502", moment) for moment in (at("2024-09-30", 23), at("2024-10-01", 0), at("2031-01-01"))]
    assert held == [False, True, True]


def test_an_unverified_clause_may_be_cited_and_its_doubt_has_a_first_day(shipped):
    clause = clauses.find(shipped, "dhs-026-11/R2b")
    moments = [at("2023-09-13"), at("2024-06-01"), at("2026-06-01")]
    assert [clauses.in_force(shipped, clause.key, m) for m in moments] == [False, True, True]
    assert [clause.status_at(m) for m in moments[1:]] == ["in_force", "unverified"]


def test_one_instant_has_one_answer_whatever_zone_it_is_written_in(shipped):
    eastern = dt.timezone(dt.timedelta(hours=-4))
    moment = dt.datetime(2026, 7, 1, 1, tzinfo=dt.UTC)
    assert {clauses.in_force(shipped, "virginia/15.2-1723.2", m) for m in (moment, moment.astimezone(eastern))} == {False}


def test_a_time_without_a_zone_is_not_answered(shipped):
    with pytest.raises(ValueError, match="has no zone"):
        clauses.in_force(shipped, "virginia/15.2-1723.2", dt.datetime(2026, 1, 1))  # noqa: DTZ001  that is the case


def test_a_rescinded_clause_holds_until_its_end(tmp_path):
    text = PLAIN.replace('status = "in_force"', 'status = "rescinded"\neffective_from = 2020-01-01\neffective_to = 2021-01-01')
    packs = packs_of(tmp_path, law=text)
    assert [clauses.in_force(packs, "law/1", at(day)) for day in ("2019-12-31", "2020-12-31", "2021-01-01")] == [False, True, False]


def test_what_the_workspace_sets_itself_always_holds(shipped):
    assert clauses.in_force(shipped, "audit.toml/retention", at("2001-01-01"))


def test_a_clause_or_pack_that_is_not_there_is_an_error_and_not_a_no(shipped):
    with pytest.raises(ClauseError, match="no clause 'R9'"):
        clauses.in_force(shipped, "dhs-026-11/R9", at("2024-01-01"))
    with pytest.raises(ClauseError, match="no clause pack 'dhs'"):
        clauses.in_force(shipped, "dhs/R2b", at("2024-01-01"))


def test_known_has_every_pack_and_id(tmp_path):
    packs = packs_of(tmp_path, one=PLAIN, two=PLAIN + '\n[[clause]]\nid = "2.b"\ntitle = "Two"\ntext = "Do."\n')
    assert clauses.known(packs) == {"one/1", "two/1", "two/2.b"}


def test_a_clause_says_what_the_head_says_unless_it_says_otherwise(tmp_path):
    head = PLAIN.replace('status = "in_force"', 'status = "in_force"\neffective_from = 2020-01-01\nnote = "Of all."')
    pack = packs_of(tmp_path, law=head + '\n[[clause]]\nid = "2"\ntitle = "T"\ntext = "T."\neffective_from = 2022-01-01\nnote = "Of two."\n')["law"]
    assert [(c.effective_from.year, c.note) for c in pack.clauses] == [(2020, "Of all."), (2022, "Of all. Of two.")]


def test_parameters_come_as_rows_of_name_number_and_text(tmp_path):
    given = (
        'parameters.threshold_min = 99.5\nparameters.use_banned = true\nparameters.report_due = "02-01"\nparameters.notice_within = "24 hours"\n'
        'parameters.corroborated_actions = ["arrest", "lineup"]\nparameters.retention = [{ kind = "probe", limit = "1 day" }]\n'
    )
    clause = packs_of(tmp_path, law=PLAIN + given)["law"].clause("1")
    assert clause.rows() == [
        ("threshold_min", 99.5, None),
        ("use_banned", 1.0, None),
        ("report_due", 201.0, "02-01"),
        ("notice_within", 86_400.0, None),
        ("corroborated_actions", None, "arrest"),
        ("corroborated_actions", None, "lineup"),
    ]
    assert clause.limits() == [("probe", None, 86_400)]


@pytest.mark.parametrize(
    ("extra", "line", "said"),
    [
        ('colour = "red"', 11, "there is no key 'colour'"),
        ('effective_from = "2024-10-01"', 11, "effective_from is not a day: '2024-10-01'"),
        ("effective_from = 2024-10-01T00:00:00Z", 11, "effective_from is not a day"),
        ('status = "sunset"\neffective_from = 2024-10-01\neffective_to = 2024-09-30', 13, "it ends on 2024-09-30, before it begins on 2024-10-01"),
        ('status = "lapsed"', 11, "there is no status 'lapsed'"),
        ('status = ["in_force"]', 11, "status is not text"),
        ('status = "sunset"', 11, "status 'sunset' without effective_to"),
        ('status = "rescinded"', 11, "status 'rescinded' without effective_to"),
        ("effective_to = 2024-10-01", 11, 'status "in_force" with an end'),
        ("unverified_from = 2024-10-01", 11, "unverified_from with status 'in_force'"),
        ('source_quality = "rumour"', 11, "there is no source_quality 'rumour'"),
        ("parameters.speed = 3", 11, "there is no parameter 'speed'"),
        ("parameters = 3", 11, "parameters is not a table"),
        ("[clause.parameters]\nmax_candidates = 0", 12, "0 is not a whole number of 1 or more"),
        ("parameters.max_candidates = true", 11, "True is not a whole number"),
        ("parameters.threshold_min = nan", 11, "nan is not a number of 0 or more"),
        ("parameters.use_banned = 1", 11, "1 is neither true nor false"),
        ("parameters.notice_within = 24", 11, "24 is not a length of time"),
        ('parameters.notice_within = "a while"', 11, "'a while' is not a length of time"),
        ('parameters.notice_within = "-1 hours"', 11, "'-1 hours' is negative"),
        ('parameters.notice_within = "inf hours"', 11, "parameter notice_within"),
        ('parameters.report_due = "02-30"', 11, "parameter report_due"),
        ('parameters.report_due = "W01-1"', 11, "'W01-1' is not a day of the year"),
        ('parameters.authorization_kinds = ["phone"]', 11, "unknown: phone; known: supervisor, warrant"),
        ('parameters.authorization_kinds = "warrant"', 11, "'warrant' is not a list of different words"),
        ('parameters.authorization_kinds = ["warrant", "warrant"]', 11, "is not a list of different words"),
        ("parameters.authorization_kinds = []", 11, "is not a list of different words"),
        ('parameters.log_fields = ["operator"]', 11, "not written as table.column: operator"),
        ('parameters.retention = [{ kind = "probe" }]', 11, "each limit is written"),
        ('parameters.retention = [{ kind = "hair", limit = "1 day" }]', 11, "unknown: hair"),
        ('parameters.retention = [{ kind = "probe", citizenship = "alien", limit = "1 day" }]', 11, "unknown: alien"),
        ('parameters.retention = [{ kind = "probe", limit = "1 day" }, { kind = "probe", limit = "2 days" }]', 11, "two limits for the same kind"),
        ('\n[[clause]]\nid = "1"\ntitle = "Again"\ntext = "Again."', 13, "there are two clauses '1'"),
        ('\n[[clause]]\ntitle = "Two"\ntext = "Two."', 12, "'id' is missing"),
        ('\n[[clause]]\nid = "a b"\ntitle = "Two"\ntext = "Two."', 13, "'a b' is no id for a clause"),
        ('\n[[clause]]\nid = "2"\ntitle = ""\ntext = "Two."', 14, "'title' is missing or empty"),
        ("status = in_force", 11, "this is not TOML"),
    ],
)
def test_a_faulty_pack_is_refused_by_file_line_and_remedy(tmp_path, extra, line, said):
    error = refused(tmp_path, PLAIN + extra + "\n")
    assert said in error.what
    assert error.where == f"{tmp_path / 'clauses' / 'law.toml'}:{line}"
    assert error.remedy


@pytest.mark.parametrize("key", ["title", "jurisdiction", "source", "source_quality"])
def test_a_head_without_what_it_must_say_is_refused(tmp_path, key):
    error = refused(tmp_path, re.sub(rf"^{key} = .*\n", "", PLAIN, count=1, flags=re.MULTILINE))
    assert f"{key!r} is missing" in error.what


def test_a_clause_whose_status_nobody_states_is_refused(tmp_path):
    assert "a clause has no status" in refused(tmp_path, PLAIN.replace('status = "in_force"\n', "")).what


def test_a_pack_without_clauses_is_refused(tmp_path):
    assert "'clause' is missing" in refused(tmp_path, PLAIN.split("[[clause]]", maxsplit=1)[0]).what


def test_a_pack_with_a_strange_name_is_refused(tmp_path):
    assert "'Law' is no name for a pack" in refused(tmp_path, PLAIN, name="Law").what


def test_bytes_that_are_not_text_are_refused(tmp_path):
    (tmp_path / "clauses").mkdir()
    (tmp_path / "clauses" / "law.toml").write_bytes(b'title = "\xff"\n')
    with pytest.raises(ClauseError, match="this is not TOML"):
        clauses.load([tmp_path])


def test_two_packs_of_one_name_in_two_folders_are_refused_and_both_named(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        (folder / "clauses").mkdir(parents=True)
        (folder / "clauses" / "law.toml").write_text(PLAIN, encoding="utf-8")
    with pytest.raises(ClauseError) as caught:
        clauses.load([one, two])
    assert caught.value.where == f"{two / 'clauses' / 'law.toml'}:1"
    assert str(one / "clauses" / "law.toml") in caught.value.remedy


def test_all_faults_of_all_files_are_told_at_once(tmp_path):
    with pytest.raises(ClauseError) as caught:
        packs_of(tmp_path, a=PLAIN + 'colour = "red"\nshape = "round"\n', b="title = \n", c=PLAIN)
    told = str(caught.value)
    assert told.startswith("3 faults in the clause packs")
    assert [part in told for part in ("a.toml:11: there is no key 'colour'", "a.toml:12: there is no key 'shape'", "b.toml:1: this is not TOML")] == [True] * 3


def test_folders_without_clauses_give_no_packs(tmp_path):
    assert clauses.load([tmp_path, tmp_path / "absent"]) == {}
