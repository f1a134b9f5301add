import gzip
import json
import os
import subprocess
import sys

import pytest
from conftest import PROGRAM, surroundings
from exports_maker import use, write_csv

HEAVY = ("duckdb", "polars", "pyarrow", "great_expectations", "numpy", "sqlglot", "scipy", "pandas", "sqlalchemy")
FIELDS = ["export", "file", "source", "outcome", "reason", "read", "kept", "rejected", "set_aside", "copies", "integrity"]
HOLD = """
import sys, time
from pathlib import Path
from audit_analyzer import workspace
with workspace.hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    """A workspace with one small export in it, for commands that only look."""
    folder = tmp_path_factory.mktemp("taken")
    write_csv(folder / "a.csv", [use(1), use(2, occurred_at="soon")])
    (folder / "w").mkdir()
    (folder / "w" / "audit.toml").touch()  # without, it is said that the workspace is a new one
    done = subprocess.run(
        [PROGRAM, "ingest", "a.csv", "--workspace", "w", "--json"], cwd=folder, capture_output=True, text=True, env=surroundings(), check=False
    )
    return folder, done


def loaded(words):
    """The heavy libraries that a command has loaded by the time it ends."""
    say = (
        "import sys\nfrom audit_analyzer import cli\n"
        f"sys.argv = ['audit-analyzer', *{words!r}]\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    return subprocess.run([sys.executable, "-c", say], capture_output=True, text=True, env=surroundings(), check=True).stderr.splitlines()[-1]


@pytest.mark.parametrize("words", [["--help"], ["ingest", "--help"], ["rules", "--help"]])
def test_help_loads_no_heavy_library(words):
    assert loaded(words) == "[]"


def test_making_a_workspace_loads_none_either(tmp_path):
    assert loaded(["init", str(tmp_path / "w")]) == "[]"


def test_an_intake_loads_no_library_of_frames_that_it_does_not_use(tmp_path):
    write_csv(tmp_path / "a.csv", [use(1)])
    told = loaded(["ingest", str(tmp_path / "a.csv"), "--workspace", str(tmp_path / "w")])
    assert told == "['duckdb', 'pyarrow', 'numpy', 'sqlglot']"


def test_every_command_of_the_contract_is_there(run_cli):
    text = run_cli("--help").stdout
    assert [
        c
        for c in ("run", "ingest", "check", "detect", "report", "prove", "show", "rules", "sources", "init", "rebuild", "explain", "decide")
        if f"  {c} " not in text
    ] == []


def test_json_gives_one_object_per_export_with_the_fields_of_the_contract_in_their_order(taken):
    (line,) = taken[1].stdout.splitlines()
    told = json.loads(line)
    assert (list(told), told["file"], told["outcome"], told["read"], told["kept"], told["rejected"]) == (FIELDS, "a.csv", "accepted", 2, 1, 1)


def test_data_goes_to_stdout_and_stderr_stays_silent_where_nobody_looks(taken):
    assert (taken[1].returncode, taken[1].stderr) == (2, "")  # 2: one of its records could not be read, which stdout tells


def test_an_export_is_shown_by_the_beginning_of_its_hash(taken, run_cli):
    sha = json.loads(taken[1].stdout)["export"]
    done = run_cli("show", sha[:8], "--workspace", taken[0] / "w")
    assert (done.returncode, sha in done.stdout, "not readable: soon" in done.stdout) == (0, True, True)


def test_the_workspace_may_be_named_by_the_environment(taken, run_cli):
    assert run_cli("show", json.loads(taken[1].stdout)["export"][:8], AUDIT_WORKSPACE=str(taken[0] / "w")).returncode == 0


# --- exit codes


def ends(done, code, *parts):
    """The exit code, what of the parts is missing from stderr, and whether a traceback is there."""
    return (done.returncode, [p for p in parts if p not in done.stderr], "Traceback" in done.stderr) == (code, [], False)


def test_a_missing_file_ends_with_2_and_is_named(run_cli, tmp_path):
    assert ends(run_cli("ingest", "missing.csv", "--workspace", "w"), 2, "missing.csv: there is no such file or folder", "next: ")


def test_an_empty_folder_ends_with_3_which_is_not_the_answer_of_a_quiet_night(run_cli, tmp_path):
    (tmp_path / "empty").mkdir()
    assert ends(run_cli("ingest", "empty", "--workspace", "w"), 3, "there is no file to read")


def test_an_unknown_export_ends_with_2_and_shows_its_columns_and_how_to_write_a_source(run_cli, tmp_path):
    (tmp_path / "a.csv").write_text("name,remark\nkim,x\n")
    done = run_cli("ingest", "a.csv", "--workspace", "w")
    assert (done.returncode, "name, remark" in done.stdout, "sources propose" in done.stdout) == (2, True, True)


RAGGED = "query_id,operation,occurred_at,operator\nq1,identification,2026-03-01T10:00:00Z,ann\nq2,identification,2026-03-01T10:01:00Z\n"
BROKEN = '{"query_id":"a","operation":"identification","occurred_at":"2026-03-01T10:00:00Z","operator":"u"}\n{"query_id":"b","oper\n'


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("queries.csv", RAGGED, "1 record could not be read, at 3: csv.ragged: 3 cells, 4 expected"),
        ("queries.ndjson", BROKEN, "1 record could not be read, at 2: json.syntax"),
    ],
)
def test_a_record_that_cannot_be_read_ends_with_2_and_says_where_it_is_and_what_is_wrong(run_cli, tmp_path, name, text, said):
    (tmp_path / name).write_text(text)
    done = run_cli("ingest", name, "--workspace", "w", cwd=tmp_path)
    assert (done.returncode, "2 = 1 kept + 1 rejected + 0 set aside + 0 copies" in done.stdout, said in done.stdout) == (2, True, True)


def test_a_night_over_what_nobody_can_read_ends_with_2_and_says_why_for_each_file(run_cli, tmp_path):
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "odd.csv").write_text("alpha,beta\n1,2\n")
    (tmp_path / "exports" / "cut.json.gz").write_bytes(gzip.compress(BROKEN.encode())[:-9])
    done = run_cli("run", "exports", "--workspace", "w", cwd=tmp_path)
    assert done.returncode == 2
    assert [
        part in done.stderr for part in ("odd.csv: rejected: no source knows", "alpha, beta", "sources propose", "cut.json.gz: rejected: gzip.truncated")
    ] == [True] * 4


@pytest.mark.parametrize(
    "words",
    [
        ["ingest", "a.csv"],
        ["ingest", "--workspace", "w"],
        ["ingest", "a.csv", "-w", "w", "--nonsense"],
        ["nonsense"],
        ["run", "a.csv", "-w", "w", "--as-of", "soon"],
    ],
)
def test_words_that_do_not_fit_end_with_64(run_cli, tmp_path, words):
    write_csv(tmp_path / "a.csv", [use(1)])
    assert ends(run_cli(*words), 64)


def test_a_bar_that_is_no_severity_ends_with_64_before_anything_is_read(run_cli, tmp_path):
    write_csv(tmp_path / "a.csv", [use(1)])
    done = run_cli("run", "a.csv", "-w", "w", "--fail-on", "awful")
    assert (ends(done, 64, "'awful' is not a severity"), (tmp_path / "w" / "audit.duckdb").exists()) == (True, False)


def test_a_bad_audit_toml_ends_with_64_and_names_the_line(run_cli, tmp_path):
    write_csv(tmp_path / "a.csv", [use(1)])
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "audit.toml").write_text('packs = ["dhs-026-11"]\n[[system]\n')
    assert ends(run_cli("ingest", "a.csv", "-w", "w"), 64, "audit.toml", "line 2")


def test_a_clause_pack_that_is_not_there_ends_with_64_before_anything_is_read(run_cli, tmp_path):
    write_csv(tmp_path / "a.csv", [use(1)])
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "audit.toml").write_text('packs = ["dhs-026-1"]\n')
    assert ends(run_cli("run", "a.csv", "-w", "w"), 64, "there is no clause pack 'dhs-026-1'", "perhaps 'dhs-026-11'")
    assert not (tmp_path / "w" / "audit.duckdb").exists()


def test_a_misspelt_workspace_is_no_new_one_unless_something_is_read_into_it_and_then_it_is_said(run_cli, tmp_path):
    write_csv(tmp_path / "a.csv", [use(1)])
    assert ends(run_cli("detect", "-w", "typo"), 64, "there is no workspace here")
    assert not (tmp_path / "typo").exists()
    first, second = run_cli("ingest", "a.csv", "-w", "new"), run_cli("ingest", "a.csv", "-w", "new")
    assert ("is a new workspace without audit.toml" in first.stderr, second.stderr) == (True, "")


def test_a_database_that_another_run_holds_or_that_is_damaged_is_told_as_that(run_cli, tmp_path):
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    write_csv(tmp_path / "a.csv", [use(n) for n in range(400)])
    export = run_cli("ingest", "--json", "a.csv", "-w", "w").stdout
    database = tmp_path / "w" / "audit.duckdb"
    holder = subprocess.Popen([sys.executable, "-c", hold, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        holder.stdout.readline()
        assert ends(run_cli("show", json.loads(export)["export"][:8], "-w", "w"), 75, "the workspace is in use", "reports/latest")
    finally:
        holder.communicate("")
    whole = bytearray(database.read_bytes())
    whole[len(whole) // 2 :] = bytes(len(whole) - len(whole) // 2)
    database.write_bytes(whole)
    assert ends(run_cli("check", "-w", "w"), 2, "audit-analyzer rebuild")


def test_a_workspace_in_use_ends_with_75_and_names_the_holder(run_cli, tmp_path):
    write_csv(tmp_path / "a.csv", [use(1)])
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "w")], stdout=subprocess.PIPE, text=True, env=surroundings())
    try:
        holder.stdout.readline()
        assert ends(run_cli("ingest", "a.csv", "-w", "w"), 75, f"in use by process {holder.pid} on ", "nothing was changed")
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()


def test_a_workspace_that_cannot_be_written_ends_with_2(run_cli, tmp_path):
    write_csv(tmp_path / "a.csv", [use(1)])
    assert ends(run_cli("ingest", "a.csv", "-w", "/proc/audit"), 2, "the workspace cannot be written")


def test_a_workspace_on_a_disk_that_is_read_only_ends_with_2(run_cli, tmp_path):
    """Mounted read-only in a mount namespace of its own, where the machine allows that."""
    write_csv(tmp_path / "a.csv", [use(1)])
    (tmp_path / "w").mkdir()
    mount = ["unshare", "-rm", "sh", "-c", 'mount --bind w w && mount -o remount,bind,ro w && "$@"', "sh"]
    if subprocess.run([*mount, "true"], cwd=tmp_path, capture_output=True, check=False).returncode:
        pytest.skip("no mount namespace may be made here")
    done = subprocess.run([*mount, PROGRAM, "ingest", "a.csv", "-w", "w"], cwd=tmp_path, capture_output=True, text=True, env=surroundings(), check=False)
    assert ends(done, 2, "the workspace cannot be written")


# --- rules that are not quite rules


def test_a_rule_with_a_typing_error_ends_with_2_is_named_by_line_and_the_others_are_still_proved(run_cli, tmp_path):
    (tmp_path / "w" / "rules").mkdir(parents=True)
    (tmp_path / "w" / "rules" / "broken.toml").write_text('title = "t"\nfamily = = "access"\n')
    done = run_cli("prove", "search_burst", "-w", "w")
    assert (done.returncode, "broken.toml" in done.stdout, "line 2" in done.stdout, "1 rule proven" in done.stdout) == (2, True, True, True)
    assert ends(run_cli("prove", "broken", "-w", "w"), 2, "broken.toml", "line 2")


def test_a_rule_that_fails_its_own_test_ends_with_2_and_says_which(run_cli, tmp_path):
    made = run_cli("rules", "new", "night_shift", "-w", "w")
    done = run_cli("prove", "night_shift", "-w", "w")
    assert (made.returncode, done.returncode, "night_shift" in done.stdout) == (0, 2, True)


def test_a_shipped_rule_is_proven(run_cli):
    done = run_cli("prove", "search_burst")
    assert (done.returncode, "1 rule proven" in done.stdout) == (0, True)


def test_a_rule_that_does_not_exist_cannot_be_proved(run_cli):
    assert ends(run_cli("prove", "no_such_rule"), 2, "no_such_rule")


# --- streams and names


def test_a_reader_of_stdout_that_has_seen_enough_is_no_error():
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([PROGRAM, "rules", "clauses"], stdout=write, stderr=subprocess.PIPE, text=True, env=surroundings(), check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_closed_stdout_is_no_error():
    done = subprocess.run(["/bin/sh", "-c", '"$0" sources >&-', PROGRAM], stderr=subprocess.PIPE, text=True, env=surroundings(), check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_file_whose_name_is_not_utf_8_is_handed_over_like_any_other(tmp_path):
    name = os.fsencode(tmp_path) + b"/caf\xe9.csv"
    write_csv(tmp_path / "a.csv", [use(1)]).rename(os.fsdecode(name))
    done = subprocess.run(
        [PROGRAM, b"ingest", name, b"-w", os.fsencode(tmp_path / "w"), b"--json"], capture_output=True, env=surroundings(LC_ALL="C"), check=False
    )
    assert (done.returncode, json.loads(done.stdout)["file"].endswith("caf\\xe9.csv")) == (0, True)


def test_what_a_log_says_cannot_move_the_cursor_of_the_terminal(run_cli, tmp_path):
    (tmp_path / "a.csv").write_text("\x1b[2Jname,\u202eremark\nkim,x\n")
    done = run_cli("ingest", "a.csv", "-w", "w")
    assert (done.returncode, "\x1b" in done.stdout, "\u202e" in done.stdout) == (2, False, False)


def test_the_rules_sources_and_clauses_of_the_program_are_told_without_a_workspace(run_cli):
    told = [run_cli(*words) for words in (["rules"], ["sources"], ["rules", "clauses"], ["rules", "schema"])]
    assert [(d.returncode, d.stderr, bool(d.stdout)) for d in told] == [(0, "", True)] * 4


def test_a_folder_with_a_file_called_audit_toml_is_no_workspace_unless_it_is_named(run_cli, tmp_path):
    (tmp_path / "audit.toml").write_text("this is not TOML")
    assert run_cli("sources", cwd=tmp_path).returncode == 0


def test_a_rebuilding_says_how_many_deliveries_it_read_again(taken, run_cli):
    done = run_cli("rebuild", "--workspace", taken[0] / "w")
    assert (done.returncode, done.stdout) == (0, "1 deliveries read again\n")
