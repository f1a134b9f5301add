"""What tests share: a workspace in a temporary folder, and the installed program run as people run it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from audit_analyzer import nightly
from audit_analyzer import settings as rooms_settings
from audit_analyzer.store import canonical, open_store

settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
settings.load_profile("house")

PROGRAM = Path(sys.executable).with_name("audit-analyzer")
ANOTHER_PLACE = {"export_id", "record", "row_key", "row_hash"}


class Place:
    """A workspace, worked on in this process."""

    def __init__(self, root):
        self.root = root

    @property
    def settings(self):
        return rooms_settings.load(self.root)

    def says(self, text):
        """Write audit.toml."""
        self.root.mkdir(exist_ok=True)
        (self.root / "audit.toml").write_text(text, encoding="utf-8")
        return self

    def source(self, name, text):
        """A source of the workspace's own."""
        folder = self.root / "sources"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
        return self

    def ingest(self, *paths, forced=None):
        """One intake; what became of each export, in the order of the report."""
        return nightly.ingest(self.settings, list(paths), forced=forced)

    def one(self, *paths, forced=None):
        """One intake of one export."""
        (result,) = self.ingest(*paths, forced=forced)
        return result

    def rows(self, sql):
        with open_store(self.settings.database, read_only=True) as store:
            return store.rows(sql)

    def values(self, sql):
        return [row[0] for row in self.rows(sql)]

    def rows_of(self, table):
        """A canonical table's rows as values, whichever export they stand in, in a fixed order."""
        columns = ", ".join(c.name for c in canonical()[table].columns)
        return self.rows(f"SELECT {columns} FROM {table} ORDER BY ALL")

    def uses(self, *columns):
        """Some columns of queries by query_id."""
        return {row[0]: row[1] if len(columns) == 1 else row[1:] for row in self.rows(f"SELECT query_id, {', '.join(columns)} FROM queries ORDER BY query_id")}


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path / "workspace")


@pytest.fixture
def places(tmp_path):
    """As many workspaces as asked for."""
    made = []

    def another():
        made.append(Place(tmp_path / f"workspace-{len(made)}"))
        return made[-1]

    return another


@pytest.fixture
def files(tmp_path):
    """The folder of the delivery."""
    folder = tmp_path / "delivery"
    folder.mkdir()
    return folder


def surroundings(**changes):
    """The environment for a subprocess: byte code may be cached, and None takes a variable away."""
    given = {**os.environ, **changes}
    given.pop("PYTHONDONTWRITEBYTECODE", None)
    return {k: v for k, v in given.items() if v is not None}


@pytest.fixture
def run_cli(tmp_path):
    """The installed `audit-analyzer`, run to its end."""

    def run(*words, cwd=tmp_path, **changes):
        return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, cwd=cwd, env=surroundings(**changes), check=False, timeout=300)

    return run
