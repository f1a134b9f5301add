"""The labelled world: reproducible, innocent where it says so, and at the rates that were measured."""

import collections
import csv
import datetime as dt
import gzip
import json
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from audit_analyzer import settings, store, words
from audit_analyzer.world import LEVELS, build, plants
from audit_analyzer.world.frame import World


@pytest.fixture(scope="module")
def world():
    return build(3, "tiny")


@pytest.fixture(scope="module")
def plain():
    return build(3, "tiny", only=())


@pytest.fixture(scope="module")
def folder(world, tmp_path_factory):
    place = tmp_path_factory.mktemp("world")
    world.write(place)
    return place


def rows(folder: Path, pattern: str):
    return [row for file in sorted(folder.glob(f"exports/{pattern}")) for row in csv.DictReader(file.open(encoding="utf-8"))]


def queries(world: World):
    return [row for buffer in world.rows["queries"].values() for row in buffer.frame().to_dicts()]


def test_every_detection_up_to_d27_has_a_plant_at_each_level_and_at_least_one_trap():
    there = collections.defaultdict(set)
    for _, detection, level, _ in plants():
        there[detection].add(level)
    assert {d: there[d] for d in (f"D{n:02}" for n in range(1, 28))} == {f"D{n:02}": set(LEVELS) for n in range(1, 28)}


def test_the_same_seed_gives_the_same_bytes(world, folder, tmp_path):
    build(3, "tiny").write(tmp_path)
    files = sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    assert [(f, (tmp_path / f).read_bytes() == (folder / f).read_bytes()) for f in files] == [(f, True) for f in files]


def test_another_seed_gives_other_people(world):
    assert not {o.name for o in build(4, "tiny", only=()).operators} & {o.name for o in world.operators}


def test_a_plant_is_the_same_whichever_others_are_there(world):
    alone = {t.plant: t for t in build(3, "tiny", only={"D24"}).truths}
    assert alone == {t.plant: t for t in world.truths if t.detection == "D24"}


def test_every_truth_rests_on_rows_that_are_there_within_its_period(world):
    ids = {table: set() for table in world.rows}
    for table, files in world.rows.items():
        for buffer in files.values():
            frame = buffer.frame()
            ids[table] |= set(frame[frame.columns[0]])
    ids["exports"] = {f"file:{name}" for name in [*(n for files in world.rows.values() for n in files), *world.extra_files]}
    raw = b"".join(gzip.decompress(body) if name.endswith(".gz") else body for name, body in world.extra_files.items())
    lost = [(t.plant, row) for t in world.truths for table, row in t.evidence if row not in ids[table] and row.encode() not in raw]
    assert lost == []
    assert [t.plant for t in world.truths if not t.evidence] == []
    assert [t.plant for t in world.truths if not t.period[0] < t.period[1]] == []
    beyond = {t.detection for t in world.truths if t.period[0] < world.start.timestamp() - 86_400 or t.period[1] > world.end.timestamp() + 1}
    assert beyond == {"D54", "D55"}  # logs that are missing from before the world's span, and clocks that were never set


def test_no_row_belongs_to_two_truths(world):
    owners = Counter(row for t in world.truths for row in t.evidence)
    assert [row for row, count in owners.items() if count > 1] == []


def test_families_levels_and_subject_kinds_are_those_of_the_model(world):
    assert {t.family for t in world.truths} <= set(words.FAMILIES)
    assert {t.level for t in world.truths} == set(LEVELS)
    assert {t.subject_kind for t in world.truths} <= set(words.SUBJECT_KINDS)


def test_ids_say_nothing_of_plants_or_their_order(world):
    there = {q["query_id"] for q in queries(world)}
    planted = {row for t in world.truths for table, row in t.evidence if table == "queries"} & there  # raw files of a trail have ids of their own
    others = there - planted
    assert {len(i) for i in planted} == {len(i) for i in others} == {16}
    assert abs(np.mean([int(i[:4], 16) for i in planted]) - np.mean([int(i[:4], 16) for i in others])) < 5_000


def test_a_typing_error_in_a_column_is_refused():
    world = World(1, "tiny")
    with pytest.raises(KeyError):
        world.add("notices", kind="test", begins_at=world.start)


def test_a_misuse_needs_a_plant_to_declare_it():
    with pytest.raises(RuntimeError):
        World(1, "tiny").plant("operator", "u1", [], "nobody planted this")


def test_audit_toml_is_one_that_the_program_reads(world, folder):
    facts = settings.load(folder)
    assert {s.name for s in facts.systems} == set(world.systems)
    assert facts.system("gate").zone == "America/New_York"
    assert tomllib.loads((folder / "audit.toml").read_text())["delivery"][0]["files"] == "county-faces/*"


def test_the_truth_lies_beside_the_delivery_and_not_in_it(world, folder):
    lines = [json.loads(line) for line in (folder / "truth.jsonl").read_text().splitlines()]
    assert [line["plant"] for line in lines] == [t.plant for t in world.truths]
    names = {t.plant for t in world.truths}
    assert not any(name in file.read_text(errors="replace") for file in (folder / "exports").rglob("*.*") for name in names)


def test_files_hold_only_columns_of_the_model(folder):
    known = {name: {c.name for c in table.columns} for name, table in store.canonical().items()}
    for file in folder.glob("exports/context/*.csv"):
        assert set(next(csv.reader(file.open()))) <= known[file.stem]
    for file in folder.glob("exports/*/queries-*.csv"):
        assert set(next(csv.reader(file.open()))) <= known["queries"]


def test_a_system_writes_the_same_columns_every_month(folder):
    headers = collections.defaultdict(set)
    for file in folder.glob("exports/*/queries-*.csv"):
        headers[file.parent.name].add(file.read_text().splitlines()[0])
    assert {system: len(found) for system, found in headers.items()} == dict.fromkeys(headers, 1)


def test_published_counts_agree_with_the_log_but_for_agencies_that_publish_their_own(world, folder):
    log = Counter()
    for q in rows(folder, "*/*.csv"):
        if q.get("query_id") and q.get("operation") in {"identification", "video_search", "live_watch"} and q["status"] == "ok":
            log[q["agency"], q["occurred_at"][:7]] += 1
    published = {(p["agency"], p["period_from"][:7]): int(p["count"]) for p in rows(folder, "context/published_counts.csv") if p["agency"] not in world.counted}
    assert published == {key: count for key, count in log.items() if key in published}
    assert len(published) > 0


# --- the background


def test_user_days_have_the_measured_sizes(plain):
    days = Counter((q["operator"], q["occurred_at"][:10]) for q in queries(plain) if q["system"] != "gate")
    sizes = sorted(days.values())
    assert np.median(sizes) == 1
    assert np.quantile(sizes, 0.95) == pytest.approx(5, abs=1)
    assert sizes[-1] <= 14  # two shifts can touch one UTC day


@pytest.fixture(scope="module")
def small():
    return build(5, "small", only=())


def test_users_have_the_measured_numbers_of_searches(small):
    counts = sorted(Counter(q["operator"] for q in queries(small) if q["system"] != "gate").values())
    scale = 167 / small.days
    assert np.median(counts) * scale == pytest.approx(16, rel=0.25)
    assert np.quantile(counts, 0.9) * scale == pytest.approx(69, rel=0.25)
    assert counts[-1] * scale < 400
    assert 15_000 < small.background_queries < 25_000


def test_people_repeat_their_reasons_as_much_as_was_measured(small):
    by = collections.defaultdict(Counter)
    for q in queries(small):
        if q["system"] == "county-faces":
            by[q["operator"]][(q["reason"] or "").casefold()] += 1
    shares = [max(c.values()) / c.total() for c in by.values() if c.total() >= 20]
    assert np.median(shares) == pytest.approx(0.43, abs=0.06)
    assert np.quantile(shares, 0.9) == pytest.approx(0.66, abs=0.1)


def test_nobody_in_the_background_searches_more_than_four_times_in_ten_minutes(plain):
    moments = collections.defaultdict(list)
    for q in queries(plain):
        if q["system"] != "gate":
            moments[q["operator"]].append(dt.datetime.fromisoformat(q["occurred_at"]).timestamp())
    most = 0
    for times in moments.values():
        times.sort()
        most = max(most, *(sum(0 <= b - a < 600 for b in times[n : n + 20]) for n, a in enumerate(times)))
    assert most <= 4


def test_background_searches_lie_in_the_shifts_of_the_roster(plain):
    shifts = {o.name: o.shifts for o in plain.operators}
    outside = [
        q["query_id"]
        for q in queries(plain)
        if q["operator"] in shifts and not any(a <= dt.datetime.fromisoformat(q["occurred_at"]) < b for a, b in shifts[q["operator"]])
    ]
    assert outside == []


def test_every_background_account_is_rostered_and_trained(plain):
    roster = {r["operator"]: r for buffer in plain.rows["operators"].values() for r in buffer.frame().to_dicts()}
    used = {q["operator"] for q in queries(plain)}
    assert used <= set(roster)
    assert all(roster[o]["trained_from"] < "2026-01-05" and roster[o]["trained_to"] > "2026-05-04" for o in used)


def test_reviews_are_made_by_others_and_take_minutes(plain):
    by = {q["query_id"]: q["operator"] for q in queries(plain)}
    reviews = [r for buffer in plain.rows["reviews"].values() for r in buffer.frame().to_dicts()]
    seconds = [(dt.datetime.fromisoformat(r["decided_at"]) - dt.datetime.fromisoformat(r["started_at"])).total_seconds() for r in reviews]
    assert [r["review_id"] for r in reviews if r["reviewer"] == by[r["query_id"]]] == []
    assert min(seconds) >= 90
    assert 0.1 < np.mean([r["decision"] == "match" for r in reviews]) < 0.5


def test_actions_follow_a_review_and_arrests_follow_evidence_of_their_own(plain):
    first = {}
    for name, when in (("reviews", "decided_at"), ("corroborations", "obtained_at")):
        first[name] = {r["query_id"]: r[when] for buffer in plain.rows[name].values() for r in buffer.frame().to_dicts()}
    actions = [a for buffer in plain.rows["actions"].values() for a in buffer.frame().to_dicts()]
    assert {a["kind"] for a in actions} == {"lead", "arrest"}
    assert [a for a in actions if not first["reviews"][a["query_id"]] < a["occurred_at"]] == []
    assert [a for a in actions if a["kind"] == "arrest" and not first["corroborations"][a["query_id"]] < a["occurred_at"]] == []


def test_photos_at_the_gate_are_deleted_within_the_limits(plain):
    limits = {"citizen": 12 * 3600, "noncitizen": 14 * 86_400}
    items = [i for buffer in plain.rows["biometric_items"].values() for i in buffer.frame().to_dicts() if i["system"] == "gate"]
    end = plain.end.timestamp()
    kept = [
        (dt.datetime.fromisoformat(i["deleted_at"]).timestamp() if i["deleted_at"] else end) - dt.datetime.fromisoformat(i["created_at"]).timestamp()
        for i in items
    ]
    assert [i for i, seconds in zip(items, kept, strict=True) if seconds > limits[i["citizenship"]]] == []
    assert len(items) > 300


def test_one_face_gives_one_candidate_in_the_background(plain):
    answers = collections.defaultdict(set)
    for q in queries(plain):
        if q.get("candidate"):
            answers[q["subject"]].add(q["candidate"])
    assert {len(found) for found in answers.values()} == {1}


def test_reasons_have_the_measured_untidiness(plain):
    reasons = [q["reason"] for q in queries(plain) if q["system"] == "county-faces"]
    vague = sum(r in {"investigation", "Investigation", "investigative+", "inv", "follow up"} for r in reasons) / len(reasons)
    blank = sum(not r for r in reasons) / len(reasons)
    assert 0.04 < vague < 0.12
    assert 0.01 < blank < 0.06
