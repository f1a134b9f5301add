import hashlib
import json
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_analyzer import vault
from audit_analyzer.errors import AuditError, ExportFailed, ExportRejected
from audit_analyzer.vault import Delivered, Entry


def kept(path, home):
    return vault.keep(Delivered(path, str(path)), home)


def test_a_file_is_kept_under_the_hash_of_its_bytes(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"abc")
    told = kept(tmp_path / "a.csv", tmp_path / "vault")
    sha = hashlib.sha256(b"abc").hexdigest()
    assert (told.export_id, told.path, told.path.read_bytes(), told.bytes) == (sha, tmp_path / "vault" / sha[:2] / sha, b"abc", 3)


def test_the_same_bytes_lie_in_the_vault_once(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"abc")
        kept(tmp_path / name, tmp_path / "vault")
    assert len([p for p in (tmp_path / "vault").rglob("*") if p.is_file()]) == 1


def test_what_is_kept_is_for_its_owner_to_read_only(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    told = kept(tmp_path / "a", tmp_path / "vault")
    assert [oct(p.stat().st_mode & 0o777) for p in (told.path, told.path.parent, tmp_path / "vault")] == ["0o400", "0o700", "0o700"]


def writing_while_read(path, monkeypatch, times):
    """Another process that appends to the file whenever it begins to be read, `times` times."""
    left = [times]
    read = os.read

    def interfered(handle, size):
        if left[0] and os.lseek(handle, 0, os.SEEK_CUR) == 0:
            left[0] -= 1
            with path.open("ab") as file:
                file.write(b"more\n")
        return read(handle, size)

    monkeypatch.setattr(vault.os, "read", interfered)


def test_a_file_that_changes_once_while_it_is_read_is_read_again(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"abc\n")
    writing_while_read(tmp_path / "a", monkeypatch, 1)
    assert kept(tmp_path / "a", tmp_path / "vault").path.read_bytes() == b"abc\nmore\n"


def test_a_file_that_never_stops_changing_failed_and_leaves_nothing_behind(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"abc\n")
    writing_while_read(tmp_path / "a", monkeypatch, 6)
    with pytest.raises(ExportFailed, match="it changes while it is being read"):
        kept(tmp_path / "a", tmp_path / "vault")
    assert [p for p in (tmp_path / "vault").rglob("*") if p.is_file()] == []


def test_a_file_that_cannot_be_opened_failed_with_the_reason(tmp_path):
    with pytest.raises(ExportFailed, match="No such file"):
        kept(tmp_path / "gone", tmp_path / "vault")


def test_a_folder_or_a_pipe_is_no_regular_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(ExportRejected, match="not a regular file"):
            kept(path, tmp_path / "vault")


def test_what_a_killed_run_left_half_copied_is_swept_away_and_nothing_else(tmp_path):
    for name in (".incoming-7", "journal.jsonl"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / ".incoming-folder" / "deep").mkdir(parents=True)
    (tmp_path / ".incoming-folder" / "00000").write_bytes(b"x")
    vault.sweep(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["journal.jsonl"]


def test_walking_gives_every_file_sorted_by_the_name_shown_whatever_was_named_first(tmp_path):
    for name in ("b/2.csv", "b/1.csv", "a.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    walked = [vault.walk(paths) for paths in ([tmp_path], [tmp_path / "b", tmp_path / "a.csv"], [tmp_path / "a.csv", tmp_path])]
    assert [[d.shown for d in w] for w in walked] == [[str(tmp_path / n) for n in ("a.csv", "b/1.csv", "b/2.csv")]] * 3


def test_hidden_files_are_delivered_too(tmp_path):
    (tmp_path / ".a.csv").write_bytes(b"")
    assert [d.shown for d in vault.walk([tmp_path])] == [str(tmp_path / ".a.csv")]


def test_a_path_that_is_not_there_is_named(tmp_path):
    with pytest.raises(AuditError, match="there is no such file or folder"):
        vault.walk([tmp_path / "gone"])


@given(st.binary(min_size=1, max_size=30).filter(lambda b: b"\0" not in b))
def test_any_name_at_all_is_shown_as_text_that_prints(name):
    assert vault.plainly(os.fsdecode(name)).isprintable()


def test_a_name_that_no_encoding_of_the_machine_holds_is_shown_with_its_escape():
    assert vault.plainly("a\ud800.csv") == "a\\ud800.csv"


def test_a_plain_name_is_shown_as_it_is():
    assert vault.plainly("exports/März 2026 (3).csv") == "exports/März 2026 (3).csv"


ENTRIES = [Entry("0001", "a" * 64, "x.csv"), Entry("0002", "b" * 64, "ü\u202e.csv", "flock_search_audit")]


def test_the_journal_gives_back_what_was_noted_in_its_order(tmp_path):
    for entry in ENTRIES:
        vault.note(tmp_path, [entry])
    assert vault.journal(tmp_path) == ENTRIES


def test_an_entry_noted_again_after_a_kill_counts_once(tmp_path):
    vault.note(tmp_path, ENTRIES)
    vault.note(tmp_path, ENTRIES)
    assert vault.journal(tmp_path) == ENTRIES


def test_a_journal_cut_at_any_byte_gives_the_whole_lines_before_the_cut(tmp_path):
    vault.note(tmp_path, ENTRIES)
    whole = (tmp_path / vault.JOURNAL).read_bytes()
    ends = [i for i, c in enumerate(whole) if c == ord("\n")]
    found = []
    for cut in range(len(whole) + 1):
        (tmp_path / vault.JOURNAL).write_bytes(whole[:cut])
        found.append(len(vault.journal(tmp_path)) == sum(cut >= end for end in ends))
    assert all(found)


def test_what_is_noted_after_a_cut_line_is_not_lost_with_it(tmp_path):
    vault.note(tmp_path, ENTRIES[:1])
    file = tmp_path / vault.JOURNAL
    file.write_bytes(file.read_bytes()[:-9])
    vault.note(tmp_path, ENTRIES[1:])
    assert vault.journal(tmp_path) == ENTRIES[1:]


def test_a_journal_of_an_earlier_version_without_forced_sources_is_read(tmp_path):
    (tmp_path / vault.JOURNAL).write_text(json.dumps({"run_id": "0001", "export_id": "a" * 64, "shown": "x.csv"}) + "\n")
    assert vault.journal(tmp_path) == ENTRIES[:1]


def test_no_journal_is_no_delivery(tmp_path):
    assert vault.journal(tmp_path) == []


def test_a_file_that_a_loss_of_power_left_torn_in_the_vault_is_replaced_by_the_next_delivery_of_it(tmp_path):
    file = tmp_path / "log.csv"
    file.write_bytes(b"query_id\nq1\n")
    (delivered,) = vault.walk([file])
    kept = vault.keep(delivered, tmp_path / "vault")
    kept.path.chmod(0o600)
    kept.path.write_bytes(b"query_id\n\0\0\0")
    assert vault.keep(delivered, tmp_path / "vault") == kept
    assert kept.path.read_bytes() == b"query_id\nq1\n"
