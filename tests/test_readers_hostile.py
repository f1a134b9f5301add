"""Every hostile file of the table has the outcome that the policy gives it, and nothing of it is lost or guessed."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest
from hostile_cases import ARCHIVES, CASES
from hostile_files import lying_statistics

from audit_analyzer import readers
from audit_analyzer.errors import ExportFailed, ExportRejected
from audit_analyzer.settings import Limits

ALL = [pytest.param(case, id=f"{group}: {case.name}") for group, cases in CASES.items() for case in cases]


def read_all(path, case):
    """Rows (cells, or the raw text of JSON), rejects and parts of all tables of the file."""
    parts = readers.look(path, case.file, case.limits)
    rows, rejected = [], []
    for part in parts:
        for batch in readers.read(path, part, case.layout, case.limits):
            rows += [(part, row["raw"] if "raw" in row else tuple(v for k, v in row.items() if k[0] == "c"), row) for row in batch.table.to_pylist()]
            rejected += batch.rejected
    return rows, rejected, parts


@pytest.mark.parametrize("case", ALL)
def test_a_hostile_file_has_the_outcome_that_the_policy_gives_it(case, tmp_path):
    path = tmp_path / "vault-name"
    path.write_bytes(case.data)
    if case.refusal:
        with pytest.raises((ExportRejected, ExportFailed)) as caught:
            read_all(path, case)
        assert case.refusal in str(caught.value)
        assert isinstance(caught.value, ExportFailed) == case.failed
        return
    rows, rejected, parts = read_all(path, case)
    assert tuple(cells for _, cells, _ in rows) == case.rows
    assert [r.record for r in rejected] == [record for record, _ in case.rejects]
    for reject, (_, reason) in zip(rejected, case.rejects, strict=True):
        assert reject.reason.startswith(reason)
    assert not case.format or parts[0].format == case.format


@pytest.mark.parametrize("case", [c for c in ALL if not c.values[0].refusal])
def test_every_record_of_a_hostile_text_is_found_again_by_its_locator(case, tmp_path):
    path = tmp_path / "vault-name"
    path.write_bytes(case.data)
    rows, rejected, _ = read_all(path, case)
    for part, cells, row in rows:
        if row["offset"] is not None and isinstance(cells, str) and not part.head.startswith((b"\xff\xfe", b"\xfe\xff")):
            assert readers.record_bytes(path, part.compression, row["offset"], row["length"]).decode() == cells
    for reject in rejected:
        if reject.offset is not None:
            compression = rows[0][0].compression if rows else None
            assert readers.record_bytes(path, compression, reject.offset, reject.length)[: case.limits.record_bytes] == reject.raw
            assert "\ufffd".encode() not in reject.raw


@pytest.mark.parametrize("case", ARCHIVES, ids=lambda c: c.name)
def test_an_archive_gives_its_members_or_says_why_not(case, tmp_path):
    path, into = tmp_path / "vault-name", tmp_path / "into"
    into.mkdir()
    path.write_bytes(case.data)
    before = sorted(p.name for p in tmp_path.iterdir())
    if case.refusal:
        with pytest.raises((ExportRejected, ExportFailed)) as caught:
            list(readers.members(path, into, case.limits))
        assert case.refusal in str(caught.value)
        assert isinstance(caught.value, ExportFailed) == case.failed
        return
    found = list(readers.members(path, into, case.limits))
    problems = [f for f in found if isinstance(f, readers.Problem)]
    assert tuple((m.name, m.path.read_bytes()) for m in found if isinstance(m, readers.Member)) == case.members
    assert [p.name for p in problems] == [name for name, _ in case.problems]
    for problem, (_, reason) in zip(problems, case.problems, strict=True):
        assert problem.reason.startswith(reason)
    assert sorted(p.name for p in tmp_path.iterdir()) == before
    assert all(p.name.isdecimal() or p.name == "archive.tar" for p in into.iterdir())


def test_statistics_that_lie_would_hide_rows_from_a_reader_that_filters_by_them(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(lying_statistics())
    assert pq.read_table(path, filters=[("purpose", "=", "protest")]).num_rows == 0
    (part,) = readers.look(path, "a.parquet", Limits())
    assert sum(b.table.num_rows for b in readers.read(path, part, readers.Layout(), Limits())) == 100


def test_the_table_has_at_least_150_cases_over_all_formats():
    assert len(ALL) + len(ARCHIVES) >= 150
    assert set(CASES) == {"csv", "ndjson", "json", "gzip", "foreign", "xlsx", "parquet"}
    assert all(len(cases) >= 15 for cases in CASES.values())
