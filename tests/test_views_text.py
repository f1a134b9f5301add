import dataclasses

from ground_bench import bench, column, zoned


def words(tmp_path, text):
    """Settings whose own rules folder holds one more lexicon."""
    folder = tmp_path / "rules" / "lexicons"
    folder.mkdir(parents=True)
    (folder / "made_up.toml").write_text(text, encoding="utf-8")
    return dataclasses.replace(zoned(), root=tmp_path)


SIMPLE = 'title = "Made up"\n\n[[word]]\nword = ["zebrawood"]\nlanguage = "en"\n'


def hits(store, what="query_id, carrier"):
    return store.rows(f"SELECT {what} FROM ground.word_hits WHERE lexicon = 'made_up' ORDER BY query_id, carrier")


def test_a_word_is_found_in_every_carrier_and_told_with_the_text_as_written(tmp_path):
    carriers = ("reason", "offense", "case_number", "gallery", "on_behalf_of", "place", "carriers", "probe")
    queries = [{carrier: "the Zebrawood 12"} for carrier in carriers] + [{"reason": "another"}]
    store = bench(words(tmp_path, SIMPLE), queries=queries)
    assert hits(store, "carrier, text, word") == [(carrier, "the Zebrawood 12", "zebrawood") for carrier in carriers]


def test_ten_thousand_file_names_are_a_few_shapes_and_each_keeps_its_own_text(tmp_path):
    queries = [{"probe": f"2026/05/{n:02}/zebrawood/IMG_{n:04}.jpg"} for n in range(1, 29)]
    store = bench(words(tmp_path, SIMPLE), queries=queries)
    assert (store.value("SELECT count(*) FROM ground.sought_texts"), len(hits(store)), hits(store, "text")[:1]) == (
        1,
        28,
        [("2026/05/01/zebrawood/IMG_0001.jpg",)],
    )


def test_numbers_without_words_are_not_looked_up_but_known_numbers_and_digits_for_letters_are():
    numbers = ["26-0001234", "A-17", "case 50501", "pr0t3st 26", "A123456789", "抗议"]
    store = bench(queries=[{"case_number": number} for number in numbers])
    assert column(store, "SELECT text FROM ground.sought_texts ORDER BY text") == ["A000000000", "case 50501", "pr0t3st 26", "抗议"]


def test_a_word_of_certain_years_is_cleared_in_others(tmp_path):
    text = 'title = "Made up"\n\n[[word]]\nword = ["zebrawood"]\nlanguage = "en"\nyears = [2026, 2026]\n'
    store = bench(words(tmp_path, text), queries=[{"reason": "zebrawood", "occurred_at": f"{year}-06-01T00:00:00Z"} for year in (2025, 2026)])
    assert hits(store, "query_id, cleared") == [("q1", "the word has this meaning only in other years"), ("q2", None)]


def test_making_a_record_unreadable_does_not_take_its_words_out_of_sight(tmp_path):
    raws = [b'"x","zebrawood', "zebrawood".encode("utf-16-le"), b"\xff\xfe zebrawood \x80", None]
    rejects = [{"reason": "broken", "raw": raw, "export_id": "e", "record": str(n)} for n, raw in enumerate(raws)]
    exports = [
        {
            "export_id": "e",
            "path": "x",
            "bytes": 1,
            "system": "matcher",
            "outcome": "accepted",
            "read": 4,
            "kept": 0,
            "rejected": 4,
            "set_aside": 0,
            "copies": 0,
            "integrity": "file-hash-only",
            "run_id": "r",
        }
    ]
    store = bench(words(tmp_path, SIMPLE), rejects=rejects, exports=exports)
    assert store.rows("SELECT record, system FROM ground.reject_words WHERE lexicon = 'made_up' ORDER BY record") == [
        ("0", "matcher"),
        ("1", "matcher"),
        ("2", "matcher"),
    ]
