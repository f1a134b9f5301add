"""Commands about what is installed: rules, clauses and sources, and drafts of new ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

Workspace = Annotated[Path, typer.Option("--workspace", "-w", help="The workspace folder.", envvar="AUDIT_WORKSPACE", show_default=False)]
Also = Annotated[Path | None, typer.Option("--workspace", "-w", help="Also this workspace's.", show_default=False)]

rules_app = typer.Typer(help="What is asked, and what each question needs.", invoke_without_command=True, rich_markup_mode=None)
sources_app = typer.Typer(help="Which exports can be read, and what each gives.", invoke_without_command=True, rich_markup_mode=None)


@rules_app.callback()
def rules(context: typer.Context, workspace: Also = None) -> None:
    """Without a subcommand: every rule, one line each."""
    from audit_analyzer import telling

    if context.invoked_subcommand is None:
        for line in telling.rules(workspace):
            typer.echo(line)


@rules_app.command("new")
def rules_new(name: Annotated[str, typer.Argument(help="The file's name without its ending: what the rule finds.")], workspace: Workspace) -> None:
    """Write a rule into the workspace that proves itself red until it is filled in."""
    from audit_analyzer import nightly, settings

    typer.echo(str(nightly.new_rule(settings.load(workspace), name)))


@rules_app.command("schema")
def rules_schema() -> None:
    """The JSON schema of a rule file, for editors."""
    from audit_analyzer import rule

    typer.echo(json.dumps(rule.schema(), indent=2))


@rules_app.command("clauses")
def rules_clauses(workspace: Also = None) -> None:
    """Every clause pack and its clauses."""
    from audit_analyzer import telling

    for line in telling.clauses(workspace):
        typer.echo(line)


@sources_app.callback()
def sources(context: typer.Context, workspace: Also = None) -> None:
    """Without a subcommand: every source, and what it gives."""
    from audit_analyzer import telling

    if context.invoked_subcommand is None:
        for line in telling.sources(workspace):
            typer.echo(line)


@sources_app.command("propose")
def sources_propose(file: Annotated[Path, typer.Argument(help="An export that no source knows.")]) -> None:
    """Write a draft source for an unknown export to stdout, every decision left to you marked."""
    from audit_analyzer import propose

    typer.echo(propose.draft(file))
