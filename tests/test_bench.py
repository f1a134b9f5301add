"""The bench works: small, and without a word about how fast anything is."""

import shutil

import bench
import bench_data


def test_the_bench_reads_every_format_and_writes_its_table_between_the_markers(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(bench, "FOLDER", tmp_path / "data")
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- bench 10k -->\nold\n<!-- end of bench 10k -->\nafter\n", encoding="utf-8")
    bench.main(["10k", "--runs", "1", "--write", str(page), "--remove"])
    text = page.read_text(encoding="utf-8")
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| ")]
    counts = [[f" {case} ", " 100 " if case == "1 % more" else " 10,000 "] for case in bench.CASES]
    assert (rows[1:], text[:7], text[-6:], "old" in text, (tmp_path / "data").exists()) == (counts, "before\n", "after\n", False, False)
    assert capsys.readouterr().out.count("\n") > len(counts)


def test_the_data_of_the_bench_are_the_same_bytes_each_time(tmp_path):
    def made():
        place = bench_data.make(tmp_path, "ndjson", 5, 50)
        found = [f.read_bytes() for f in sorted(place.iterdir())]
        shutil.rmtree(place)
        place.with_name(place.name + ".made").unlink()
        return found

    assert made() == made()
