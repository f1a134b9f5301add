"""The docs against the program: what is made from it is up to date, every command, rule, source and table is there, and links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import make_docs
import pytest

from audit_analyzer import rulebook, settings, sources
from audit_analyzer.store import model

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


@pytest.mark.parametrize("name", make_docs.PAGES)
def test_what_is_made_from_the_program_is_up_to_date(name):
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == make_docs.PAGES[name](), "run `make docs`"


def test_every_rule_source_and_table_has_its_heading():
    rules, listed, tables = ((ROOT / "docs" / n).read_text(encoding="utf-8") for n in ("rules.md", "sources.md", "tables.md"))
    assert [r.name for r in rulebook.load(settings.load(None).rule_folders()).rules if f"\n## {r.name}\n" not in rules] == []
    assert [s.name for s in sources.load(settings.load(None).source_folders()) if f"\n## {s.name}\n" not in listed] == []
    assert [t for t in model() if f"\n## {t}\n" not in tables] == []


def test_every_command_of_the_help_has_its_heading():
    told = make_docs.help_of("")
    commands = re.findall(r"^  (\w+) {2,}", told.split("Commands:")[1], re.MULTILINE)
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert commands
    assert [c for c in commands if f"\n## {c}\n" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_inside_the_project_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not link.startswith(("http:", "https:")) and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_command_that_a_page_shows_exists(page):
    shown = re.findall(r"^\$? ?(?:\.venv/bin/)?audit-analyzer (\w+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert [c for c in shown if c not in make_docs.COMMANDS] == []


def test_every_setting_of_the_draft_is_one_that_the_program_knows(tmp_path):
    from audit_analyzer.workspace import init

    file = init(tmp_path / "w")
    text = re.sub(r"^# (?=\[|\w+ +=|  \{|\])", "", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")
    assert settings.load(tmp_path / "w").systems[0].name == "clearview-portal"


def test_the_readme_says_how_many_rules_there_are():
    rules = rulebook.load([ROOT / "rules"]).rules
    assert f"{len(rules)} rules for sixty questions" in (ROOT / "README.md").read_text(encoding="utf-8")
