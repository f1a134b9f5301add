"""Writes what docs/ tells of the program from the program itself: commands.md, rules.md, clauses.md, sources.md, tables.md and systems.md. `make docs` runs it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import systems_page

from audit_analyzer import clauses, ground, rulebook, settings, sources
from audit_analyzer.store import model

ROOT = Path(__file__).resolve().parent.parent
MADE = "<!-- made from the program by `make docs`: edit the program, not this page -->"
COMMANDS = {
    "run": "A night: everything that follows, in one go. Exit codes: 0 ran; 1 findings at or above `--fail-on`; 2 could not look (an export that could not be read, "
    "a rule that is broken, the quality gate); 3 nothing to read; 64 usage; 75 the workspace is in use; 130 interrupted. *Could not look* outranks *found*.",
    "ingest": "Reads exports into the workspace and asks nothing. With `--json` one object per export: what was read, kept, rejected, set aside, and known already.",
    "check": "Asks the data-quality suite of what is in the workspace.",
    "detect": "Asks the rules again of what is in the workspace, for instance after a rule or `audit.toml` has changed, and writes a new report.",
    "report": "Writes the newest night down again, for instance after decisions.",
    "prove": "Runs every rule's own tests. A rule that fails one is not asked at night.",
    "show": "Walks a finding, or an export, back to the bytes.",
    "explain": "Says why a rule did or did not fire for a subject.",
    "decide": "Writes down what a person decided about a finding. Decisions are appended, never overwritten, and stand in every later report.",
    "init": "Makes a workspace with a commented `audit.toml`.",
    "rebuild": "Makes the database anew from the vault, after a crash of the machine or a damaged disk. Decisions and earlier findings are carried over.",
    "validate": "Builds a labelled world, runs the installed rulebook over it and prints what it found, missed and wrongly told: the known error rate.",
    "rules": "Lists the rules. `rules new NAME` drafts one, `rules schema` prints the JSON schema for editors, `rules clauses` lists the clause packs.",
    "sources": "Lists the sources. `sources propose FILE > WORKSPACE/sources/NAME.toml` drafts one for an export that no source knows.",
}
SUBCOMMANDS = ("rules new", "rules schema", "rules clauses", "sources propose")


def help_of(command: str) -> str:
    """What `audit-analyzer COMMAND --help` prints, at a fixed width."""
    environment = {**os.environ, "COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1"}
    program = [sys.executable, "-m", "audit_analyzer.cli", *command.split(), "--help"]
    told = subprocess.run(program, capture_output=True, text=True, check=True, env=environment, cwd=ROOT)
    return re.sub(r"python -m audit_analyzer\.cli|cli\.py", "audit-analyzer", told.stdout).rstrip()


def commands() -> str:
    """docs/commands.md."""
    parts = [
        MADE,
        "# Commands",
        "stdout is data, stderr is narration. Every command that writes holds the workspace; a second one exits 75 and says who holds it, and so does one that only looks while another writes: `reports/latest` has the last night.",
    ]
    for name, said in COMMANDS.items():
        parts += [f"## {name}", said, f"```\n{help_of(name)}\n```"]
        parts += [f"```\n{help_of(sub)}\n```" for sub in SUBCOMMANDS if sub.startswith(f"{name} ")]
    return "\n\n".join(parts) + "\n"


def tables() -> str:
    """docs/tables.md."""
    parts = [MADE, "# Tables", "What every export becomes. Canonical tables first, then the ledger, then the ground that rules see."]
    for table in model().values():
        rows = [
            f"| {c.name} | {c.type}{'' if c.required else '?'} | {c.meaning}{' (' + ', '.join(f'`{w}`' for w in c.words) + ')' if c.words else ''} |"
            for c in table.columns
        ]
        parts += [
            f"## {table.name}",
            ("Ledger. " if table.ledger else "") + table.meaning,
            "\n".join(["| column | type | meaning |", "| --- | --- | --- |", *rows]),
        ]
        if not table.ledger:
            parts[-2] += " Each row also has `export_id` and `record`: where it stands."
    parts += [
        "# The ground",
        "What rules read: the canonical tables under their own names with times as seconds (`x_at` is `x_s`), and what is computed once for all rules.",
    ]
    for name, (sentence, columns) in ground.names().items():
        parts += [f"### {name}", f"{sentence}\n\n`{', '.join(columns)}`"]
    return "\n\n".join(parts) + "\n"


def rules() -> str:
    """docs/rules.md."""
    book = rulebook.load(settings.load(None).rule_folders())
    parts = [
        MADE,
        "# Rules",
        f"{len(book.rules)} questions, one file each in `rules/`. A finding is an indicator for a human, not a verdict. "
        "How to write one: [contributing](contributing.md#a-rule). What is known of their errors: [validation](validation.md).",
    ]
    for family in sorted({r.family for r in book.rules}):
        parts.append(f"# {family.replace('_', ' ').capitalize()}")
        for rule in (r for r in book.rules if r.family == family):
            quiet = [f"*{t.name}*" for t in rule.tests if not t.fires]
            figures = [f"- `{p.name}` = {p.written}: {p.doc}" for p in rule.parameters.values()]
            parts += [
                f"## {rule.name}",
                f"**{rule.title}** ({rule.severity}, {rule.level}; {', '.join(rule.detection) or 'of our own'}; subject: {rule.subject})",
                f"{rule.because} Clauses: {', '.join(f'`{c}`' for c in rule.clauses)}. Needs: {', '.join('`' + ' or '.join(n) + '`' for n in rule.needs)}.",
                f"*Innocent when:* {rule.innocent}\n\n*Misses:* {rule.misses}\n\n*Next:* {rule.next}\n\n*Stays quiet, by its own tests:* {'; '.join(quiet)}.",
            ]
            if figures:
                parts.append("\n".join(figures))
            parts.append(f"```sql\n{rule.sql.strip()}\n```")
    return "\n\n".join(parts) + "\n"


def clause_packs() -> str:
    """docs/clauses.md."""
    parts = [
        MADE,
        "# Clauses",
        "What the law and the policies ask, as data: one pack per file in `rules/clauses/`. `audit.toml` says which packs bind which system.",
    ]
    for name, pack in clauses.load(settings.load(None).rule_folders()).items():
        parts += [f"## {name}", f"{pack.title}"]
        for c in pack.clauses:
            dates = f"{c.effective_from or 'start not stated'} to {c.effective_to or 'open'}"
            figures = "; ".join(f"`{k}` = {v}" for k, v in c.parameters.items())
            note = f" *{c.note}*" if c.note else ""
            parts.append(
                f"- **{c.key}** ({c.status.replace('_', ' ')}, {dates}): {c.title}. {c.text}{note} Source ({c.source_quality}): {c.source}."
                + (f" Figures: {figures}." if figures else "")
            )
    return "\n\n".join(parts) + "\n"


def source_list() -> str:
    """docs/sources.md."""
    parts = [
        MADE,
        "# Sources",
        "One matcher system per TOML file: how its files begin, its clock, one SELECT per table. Exactly one may claim a file. A workspace brings its own in `sources/`. "
        "How to write one: [contributing](contributing.md#a-source).",
    ]
    for source in sources.load(settings.load(None).source_folders()):
        filled = ", ".join(dict.fromkeys(source.tables())) or "any table of the model"
        never = "; ".join(f"{table}: {', '.join(columns)}" for table, columns in source.not_logged.items())
        parts += [
            f"## {source.name}",
            f"**{source.title}**" + (" (a constructed example to copy: how these exports look is not published)" if source.constructed else ""),
            f"{source.about}\n\nFormats: {', '.join(source.formats)}. Fills: {filled}." + (f" Its system never logs {never}." if never else ""),
        ]
    return "\n\n".join(parts) + "\n"


def systems() -> str:
    """docs/systems.md."""
    return systems_page.page(MADE)


PAGES = {"systems.md": systems, "commands.md": commands, "tables.md": tables, "rules.md": rules, "clauses.md": clause_packs, "sources.md": source_list}


if __name__ == "__main__":
    for name, made in PAGES.items():
        (ROOT / "docs" / name).write_text(made(), encoding="utf-8")
