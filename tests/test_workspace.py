import os
import subprocess
import sys

import pytest
from conftest import surroundings

from audit_analyzer import workspace
from audit_analyzer.errors import AuditError, UsageError, WorkspaceHeld

HOLD = """
import sys, time
from pathlib import Path
from audit_analyzer import workspace
with workspace.hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the workspace."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "w")], stdout=subprocess.PIPE, text=True, env=surroundings())
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def mode(path):
    return oct(path.stat().st_mode & 0o777)


def test_a_new_workspace_is_for_its_owner_only(tmp_path):
    before = os.umask(0o022)
    try:
        file = workspace.init(tmp_path / "w")
    finally:
        os.umask(before)
    assert [mode(p) for p in (tmp_path / "w", file, tmp_path / "w" / "rules", tmp_path / "w" / "sources")] == ["0o700", "0o600", "0o700", "0o700"]


def test_a_workspace_that_is_there_is_left_alone(tmp_path):
    workspace.init(tmp_path)
    (tmp_path / "audit.toml").write_text("packs = []")
    with pytest.raises(AuditError, match="there is a workspace here already"):
        workspace.init(tmp_path)
    assert (tmp_path / "audit.toml").read_text() == "packs = []"


def test_a_second_run_is_told_who_holds_the_workspace(tmp_path, holder):
    with pytest.raises(WorkspaceHeld, match=f"in use by process {holder.pid} on "), workspace.hold(tmp_path / "w"):
        pass


def test_the_hold_dies_with_a_process_that_is_killed(tmp_path, holder):
    holder.kill()
    holder.wait()
    with workspace.hold(tmp_path / "w"):
        held = (tmp_path / "w" / ".lock").read_text()
    assert held.startswith(f"process {os.getpid()} on ")


def test_one_run_after_another_may_hold_it(tmp_path):
    for _ in range(2):
        with workspace.hold(tmp_path / "w"):
            pass
    assert (tmp_path / "w" / ".lock").read_text() == ""


def test_what_is_written_while_it_is_held_is_for_its_owner_only(tmp_path):
    before = os.umask(0o022)
    try:
        with workspace.hold(tmp_path / "w"):
            (tmp_path / "w" / "x").write_text("")
        (tmp_path / "y").write_text("")
    finally:
        os.umask(before)
    assert [mode(tmp_path / "w" / "x"), mode(tmp_path / "y")] == ["0o600", "0o644"]


def test_a_workspace_that_cannot_be_made_is_told_with_the_reason():
    with pytest.raises(AuditError, match="the workspace cannot be written"), workspace.hold(workspace.Path("/proc/audit-workspace")):
        pass


def test_a_workspace_in_the_place_of_a_file_is_told(tmp_path):
    (tmp_path / "w").write_text("")
    with pytest.raises(AuditError, match="the workspace cannot be written"), workspace.hold(tmp_path / "w"):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_workspace_that_may_not_be_written_is_told_before_any_work(tmp_path):
    (tmp_path / "w").mkdir(mode=0o500)
    with pytest.raises(AuditError, match="the workspace cannot be written"), workspace.hold(tmp_path / "w"):
        pass


def test_a_workspace_that_must_be_there_is_not_made(tmp_path):
    with pytest.raises(UsageError, match="there is no workspace here"), workspace.hold(tmp_path / "w", there=True):
        pass
    assert not (tmp_path / "w").exists()
