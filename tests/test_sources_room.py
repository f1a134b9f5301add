import pytest

from audit_analyzer import sources
from audit_analyzer.errors import ExportRejected, SourceError
from audit_analyzer.readers import Part
from audit_analyzer.settings import Settings
from audit_analyzer.sources import table_of
from audit_analyzer.store import canonical

GOOD = """
title = "A portal"
formats = ["csv"]
[[recognise]]
all = ["Search Id", "When"]
none = ["Plate"]
[fields]
search_id = ["Search Id", "Id"]
[[table]]
name = "queries"
sql = "SELECT search_id AS query_id FROM records"
"""


def source(tmp_path, text, name="portal"):
    (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return sources.read(tmp_path / f"{name}.toml")


def csv(header, name=""):
    return Part(name, "csv", None, None, (), header.encode() + b"\n")


def claimed(header, known, name="x.csv", forced=None):
    return sources.claim(csv(header), name, known, forced).source.name


@pytest.fixture(scope="module")
def shipped():
    return sources.load(Settings(root=sources.Path("/nowhere")).source_folders())


def test_every_shipped_source_is_read(shipped):
    assert {"interchange", "rekognition_cloudtrail", "flock_search_audit", "ocsf_api_activity", "ecs_cloudtrail", "field_app", "vendor_portal"} <= {
        s.name for s in shipped
    }


def test_a_source_is_what_its_file_says(tmp_path):
    read = source(tmp_path, GOOD)
    assert (read.name, read.tables(), read.fields["search_id"], read.clock.zone) == ("portal", ("queries",), ("Search Id", "Id"), "delivery")


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        (GOOD.replace('title = "A portal"', "title = "), "not TOML"),
        (GOOD + "\ncolour = 1", "[[table]] has name, sql"),
        (GOOD.replace("sql = ", "SQL = "), "[[table]] has name, sql"),
        (GOOD + "\n[set_aside]\nreason = 3", "[set_aside] has sql"),
        ('colour = "red"\n' + GOOD, "a source has no colour"),
        (GOOD.replace('title = "A portal"', ""), "does not state its title"),
        (GOOD.replace('formats = ["csv"]', ""), "does not state its formats"),
        (GOOD.replace("all = ", "every = "), "recognise knows"),
        (GOOD.replace('name = "queries"', 'name = "querys"'), "there is no table 'querys'"),
        (GOOD.split("[[table]]", maxsplit=1)[0], "it fills no table"),
        (GOOD.replace("[[recognise]]", "[other]"), "a source has no other"),
        ('layout = { delimiter = ";", header = 3 }\n' + GOOD, "a layout has no header = 3"),
        ('layout = { header_row = "3" }\n' + GOOD, "a layout has no header_row = '3'"),
        ('clock = { timezone = "UTC" }\n' + GOOD, "a clock has no timezone"),
    ],
)
def test_what_is_not_quite_a_source_is_refused_with_its_file(tmp_path, broken, what):
    with pytest.raises(SourceError) as told:
        source(tmp_path, broken)
    assert (what in str(told.value), "portal.toml" in told.value.where) == (True, True)


def test_a_source_without_any_sign_is_refused(tmp_path):
    with pytest.raises(SourceError, match="nothing says how its files begin"):
        source(tmp_path, GOOD.replace("[[recognise]]", "[numbers]").replace("all = ", "x = ").replace("none = ", "y = "))


def test_two_sources_of_one_name_are_refused_with_both_places(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "portal.toml").write_text(GOOD)
    with pytest.raises(SourceError) as told:
        sources.load([tmp_path / "a", tmp_path / "b"])
    assert (str(tmp_path / "a" / "portal.toml") in told.value.what, told.value.where) == (True, str(tmp_path / "b" / "portal.toml"))


def test_a_file_is_claimed_by_the_columns_it_must_have(tmp_path):
    assert claimed("When,Search Id,Extra", [source(tmp_path, GOOD)]) == "portal"


def test_a_column_it_must_not_have_keeps_a_source_away(tmp_path):
    with pytest.raises(ExportRejected):
        claimed("When,Search Id,Plate", [source(tmp_path, GOOD)])


def test_columns_are_compared_without_regard_to_case_blanks_and_byte_order_mark(tmp_path):
    assert claimed("\ufeffSEARCH ID , when", [source(tmp_path, GOOD)]) == "portal"


def test_an_export_that_no_source_knows_is_told_with_its_columns(shipped):
    with pytest.raises(ExportRejected, match="its columns are: name, remark"):
        claimed("name,remark", shipped)


def test_the_columns_are_shown_in_the_delimiter_that_fits_best(shipped):
    with pytest.raises(ExportRejected, match="its columns are: name, remark, note"):
        claimed("name;remark;note", shipped)


def test_a_forced_source_takes_what_it_would_not_recognise(tmp_path):
    assert claimed("Id,Other", [source(tmp_path, GOOD)], forced="portal") == "portal"


def test_a_forced_source_does_not_take_another_format(tmp_path):
    with pytest.raises(ExportRejected):
        sources.claim(Part("", "ndjson", None, None, ("Search Id", "When")), "x.ndjson", [source(tmp_path, GOOD)], "portal")


def test_two_sources_that_claim_one_file_are_both_named(tmp_path):
    with pytest.raises(SourceError, match="several sources claim it: portal, twin"):
        claimed("Search Id,When", [source(tmp_path, GOOD), source(tmp_path, GOOD, "twin")])


def test_a_header_further_down_is_found_where_the_layout_says_it_is(tmp_path):
    known = source(tmp_path, 'layout = { header_row = 3, delimiter = ";" }\n' + GOOD)
    assert claimed("Report of the portal\nmade on Monday\nSearch Id;When", [known]) == "portal"


def test_the_records_below_such_a_header_are_read_by_it(place, files):
    place.source(
        "portal",
        'layout = { header_row = 2, delimiter = ";" }\n'
        + GOOD.replace('"SELECT search_id AS query_id', "\"SELECT 'identification' AS operation, w AS occurred_at, search_id AS query_id").replace(
            "[[table]]", 'w = "When"\n[[table]]'
        ),
    )
    (files / "a.csv").write_text("a report\nWhen;Search Id\n2026-03-01T10:00:00Z;s-1\n")
    told = place.one(files)
    assert (told.kept, place.uses("record")) == (1, {"s-1": "3"})


def test_an_export_in_a_declared_encoding_is_recognised_and_read(place, files):
    place.source(
        "portal",
        'layout = { encoding = "utf-16-le" }\n'
        + GOOD.replace('"SELECT search_id AS query_id', "\"SELECT 'identification' AS operation, w AS occurred_at, search_id AS query_id").replace(
            "[[table]]", 'w = "When"\n[[table]]'
        ),
    )
    (files / "a.csv").write_bytes("When,Search Id\n2026-03-01T10:00:00Z,sé-1\n".encode("utf-16"))
    assert (place.one(files).kept, place.uses("system")) == (1, {"sé-1": "portal"})


# --- the exchange format


@pytest.mark.parametrize("name", list(canonical()))
def test_a_table_is_recognised_by_its_whole_header_whatever_the_file_is_called(name):
    assert table_of([c.name for c in canonical()[name].columns], "export.csv") == name


@pytest.mark.parametrize("name", list(canonical()))
def test_a_table_is_recognised_by_the_columns_it_cannot_do_without(name):
    needed = [c.name for c in canonical()[name].columns if c.required and c.name not in sources.FILLED.get(name, ()) and not c.name.endswith("_state")]
    assert table_of(needed, f"{name}.csv") == name


def test_a_register_without_the_name_of_what_it_registers_is_no_table():
    assert table_of(["agency", "approval", "approved_from"], "systems.csv") is None


@pytest.mark.parametrize(("file", "table"), [("operators.csv", "operators"), ("the cases of 2026.csv", "cases"), ("x/cases/export.csv", "cases")])
def test_the_name_of_the_file_breaks_a_tie(file, table):
    assert table_of(["operator", "case_number", "agency"], file) == table


def test_the_name_never_outweighs_the_header():
    assert table_of(["operator", "starts_at", "ends_at"], "cases.csv") == "shifts"


def test_a_header_that_is_mostly_unknown_belongs_to_no_table():
    assert table_of(["operator", "a", "b", "c"], "operators.csv") is None


def test_what_was_said_to_be_the_exchange_format_needs_only_the_needed_columns():
    header = ["query_id", "operation", "occurred_at", *"abcdefgh"]
    assert (table_of(header, "x.csv"), table_of(header, "x.csv", forced=True)) == (None, "queries")
    assert table_of(["query_id", "occurred_at"], "x.csv", forced=True) is None


def test_no_order_of_the_columns_matters():
    header = [c.name for c in canonical()["reviews"].columns]
    assert {table_of(header[n:] + header[:n], "x.csv") for n in range(len(header))} == {"reviews"}
