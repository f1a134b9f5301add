import zipfile

import night_hostile
import night_sample
import openpyxl

from audit_analyzer.outputs import inert, xlsx


def book(night, tmp_path):
    xlsx.write(night, tmp_path / "findings.xlsx")
    return openpyxl.load_workbook(tmp_path / "findings.xlsx")


def test_every_finding_and_every_evidence_row_has_its_line(tmp_path):
    night = night_sample.sample()
    sheets = book(night, tmp_path)
    assert sheets.sheetnames == ["Summary", "Findings", "Evidence", "Measurability", "Exports", "Checks"]
    counts = {name: sheets[name].max_row - 1 for name in sheets.sheetnames[1:]}
    evidence = sum(len(f.evidence) for f in night.findings)
    assert counts == {"Findings": len(night.findings), "Evidence": evidence, "Measurability": len(night.measurability), "Exports": 145, "Checks": 20}


def test_no_cell_is_a_formula_a_link_or_a_hidden_character(tmp_path):
    sheets = book(night_hostile.hostile(), tmp_path)
    for sheet in sheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in {"s", "n", "b", "inlineStr"}, (sheet.title, cell.coordinate, cell.value)
                assert cell.hyperlink is None
                assert not isinstance(cell.value, str) or inert.HIDDEN.search(cell.value) is None
    texts = [cell.value for row in sheets["Findings"].iter_rows(min_row=2) for cell in row if isinstance(cell.value, str)]
    assert any(text.startswith("=cmd") for text in texts)  # as text: the value is not changed


def test_the_workbook_has_no_part_that_could_run_or_fetch(tmp_path):
    xlsx.write(night_hostile.hostile(), tmp_path / "findings.xlsx")
    with zipfile.ZipFile(tmp_path / "findings.xlsx") as parts:
        assert [n for n in parts.namelist() if "macro" in n.lower() or "external" in n.lower() or n.endswith(".bin")] == []
        sheets = [parts.read(n) for n in parts.namelist() if n.startswith("xl/worksheets/")]
    assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)


def test_a_table_longer_than_a_sheet_goes_on_in_the_next_one(tmp_path, monkeypatch):
    monkeypatch.setattr(xlsx, "SHEET_ROWS", 1000)
    night = night_sample.sample()
    sheets = book(night, tmp_path)
    parts = [name for name in sheets.sheetnames if name.startswith("Evidence")]
    assert parts[:2] == ["Evidence", "Evidence 2"]
    assert sum(sheets[name].max_row - 1 for name in parts) == sum(len(f.evidence) for f in night.findings)


def test_a_text_too_long_for_a_cell_is_cut_and_says_where_it_is_whole(tmp_path):
    night = night_sample.sample()
    night.findings[0].explanation = "x" * 40_000
    sheets = book(night_sample.sample(findings=(night.findings[0],)), tmp_path)
    longest = max((str(cell.value) for row in sheets["Findings"].iter_rows() for cell in row), key=len)
    assert len(longest) == 32_767
    assert longest.endswith("[cut: whole in findings.jsonl]")


def test_the_same_night_gives_the_same_bytes(tmp_path):
    xlsx.write(night_sample.sample(), tmp_path / "one.xlsx")
    xlsx.write(night_sample.sample(), tmp_path / "two.xlsx")
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.xlsx", "two.xlsx"]
