"""The whole rulebook over the one public log with stable users and reasons (CC0; not part of the project): docs/published-log.md says what it showed."""

from pathlib import Path

import pytest

from audit_analyzer import nightly, settings, workspace
from audit_analyzer.store import open_store

LOG = Path(__file__).resolve().parents[2] / "shared" / "data" / "eugene-flock-audit.csv"
ANSWERED = {"protest", "corroboration", "retention"}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    if not LOG.exists():
        pytest.skip(f"the published log is not beside this checkout: {LOG.name}")
    place = tmp_path_factory.mktemp("published") / "w"
    workspace.init(place)
    return nightly.run(settings.load(place), [LOG])


def test_every_record_is_accounted_for(done):
    (line,) = done.night.ledger
    assert (line["read"], line["kept"] + line["copies"], line["rejected"], line["set_aside"], line["source"]) == (4294, 4294, 0, 0, "flock_search_audit")


def test_the_strings_of_the_interface_are_no_reasons(done):
    with open_store(done.folder.parent.parent / "audit.duckdb", read_only=True) as store:
        assert store.value("SELECT count(*) FROM queries WHERE reason_state = 'ui_artifact'") == 182


def test_it_gives_at_most_two_findings_of_medium_or_above(done):
    told = [(f.severity, f.rule, f.family) for f in done.night.findings]
    assert len([t for t in told if t[0] not in {"low", "info"}]) <= 2
    assert [t for t in told if t[2] in ANSWERED] == []


def test_corroboration_is_not_measurable_and_says_what_to_ask_for(done):
    verdicts = [m for m in done.night.measurability if m.family == "corroboration"]
    assert {m.verdict for m in verdicts} == {"not_measurable"}
    assert [m.rule for m in verdicts if not m.request] == []


def test_the_page_says_how_many_questions_could_not_be_asked(done):
    blind = [m for m in done.night.measurability if m.verdict == "not_measurable"]
    page = (Path(__file__).resolve().parent.parent / "docs" / "published-log.md").read_text(encoding="utf-8")
    assert f"{len(blind)} of the {len(done.night.measurability)} questions" in page


def test_the_local_hour_is_not_asked_while_the_zone_is_unknown(done):
    verdicts = {m.rule: m.verdict for m in done.night.measurability}
    assert (verdicts["off_hours_searches"], verdicts["off_shift_searches"]) == ("not_measurable", "not_measurable")
