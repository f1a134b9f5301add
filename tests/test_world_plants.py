"""The plants of corroboration, access, retention, face analysis and log integrity: complete, at home where they say, and right in themselves."""

import collections
import datetime as dt
import gzip
import json
import tomllib

import pytest

from audit_analyzer.digests import KINDS, DigestFile, Keys, LogFile, keys, verify
from audit_analyzer.world import LEVELS, build, plants, trails
from audit_analyzer.world.truths import FAMILY_OF

OURS = [f"D{n:02}" for n in range(28, 61)]


@pytest.fixture(scope="module")
def world():
    return build(11, "tiny", only=set(OURS))


@pytest.fixture(scope="module")
def folder(world, tmp_path_factory):
    place = tmp_path_factory.mktemp("world")
    world.write(place)
    return place


def truth(world, plant):
    """The first truth of a plant: some declare one for each case, item or account."""
    return next(t for t in world.truths if t.plant == plant)


def rows(world, table):
    return [row for buffer in world.rows[table].values() for row in buffer.frame().to_dicts()]


def moment(text):
    return dt.datetime.fromisoformat(text)


def test_every_detection_from_d28_on_has_a_plant_at_each_level_and_a_trap():
    there = collections.defaultdict(set)
    for _, detection, level, _ in plants():
        there[detection].add(level)
    assert {d: there[d] for d in OURS} == {d: set(LEVELS) for d in OURS}


def test_plants_of_disparity_rest_on_what_a_gate_recorded_and_on_reviews(world):
    rows = {table for t in world.truths if t.detection == "D59" for table, _ in t.evidence}
    assert rows == {"reviews"}


def test_every_plant_belongs_to_the_family_of_its_detection(world):
    assert [t.plant for t in world.truths if t.family != FAMILY_OF[t.detection]] == []


def test_a_plant_does_not_change_when_another_joins(world):
    alone = {t.plant: t for t in build(11, "tiny", only={"D31", "D50"}).truths}
    assert alone == {t.plant: t for t in world.truths if t.detection in {"D31", "D50"}}


def test_the_same_seed_gives_the_same_raw_files(world):
    assert build(11, "tiny", only={"D50"}).extra_files == {n: b for n, b in world.extra_files.items() if n.startswith("bucket-copy")}


def test_rows_of_traps_are_not_rows_of_misuse(world):
    guilty = {row for t in world.truths if t.level != "trap" for row in t.evidence}
    assert [t.plant for t in world.truths if t.level == "trap" and set(t.evidence) & guilty] == []


def test_nothing_but_the_planted_future_is_dated_after_the_end(world):
    planted = {row for plant in ("d55_easy", "d55_easy_epoch") for _, row in truth(world, plant).evidence}
    when = {"queries": "occurred_at", "reviews": "decided_at", "actions": "occurred_at", "corroborations": "obtained_at", "biometric_items": "created_at"}
    late = [(t, r) for t, column in when.items() for r in rows(world, t) if r[column] and moment(r[column]) >= world.end]
    assert {r.get("query_id") for _, r in late} - planted == set()
    assert len(late) >= len(planted) - 4 == 16  # of the second plant four are of 2003


# --- corroboration


def test_unreviewed_hits_have_no_review_and_reviewed_ones_have(world):
    reviewed = {r["query_id"] for r in rows(world, "reviews")}
    queries = {
        plant: {i for t in world.truths if t.plant == plant for table, i in t.evidence if table == "queries"}
        for plant in ("d28_easy", "d28_hard", "d30_hard", "d34_easy")
    }
    assert {plant: len(ids & reviewed) for plant, ids in queries.items()} == {"d28_easy": 0, "d28_hard": 0, "d30_hard": 1, "d34_easy": 5}


def test_rubber_stamps_take_seconds_and_their_look_alikes_minutes(world):
    seconds = {r["review_id"]: (moment(r["decided_at"]) - moment(r["started_at"])).total_seconds() for r in rows(world, "reviews")}
    longest = {p: max(seconds[i] for _, i in truth(world, p).evidence) for p in ("d33_easy", "d33_medium", "d33_hard")}
    assert longest == {"d33_easy": pytest.approx(8, abs=1), "d33_medium": pytest.approx(16, abs=1), "d33_hard": pytest.approx(19, abs=1)}
    assert min(seconds[i] for p in ("d33_trap_batch", "d33_trap_good") for _, i in truth(world, p).evidence) >= 60


# --- access


def test_overtime_stands_in_the_roster_and_night_work_does_not(world):
    shifts = collections.defaultdict(list)
    for s in rows(world, "shifts"):
        shifts[s["operator"]].append((moment(s["starts_at"]), moment(s["ends_at"])))
    by = {q["query_id"]: (q["operator"], moment(q["occurred_at"])) for q in rows(world, "queries")}

    def on_duty(plant):
        return {any(a <= by[i][1] < b for a, b in shifts[by[i][0]]) for _, i in truth(world, plant).evidence}

    assert {p: on_duty(p) for p in ("d38_easy", "d38_medium", "d38_hard", "d38_trap_overtime")} == {
        "d38_easy": {False}, "d38_medium": {False}, "d38_hard": {False}, "d38_trap_overtime": {True},
    }  # fmt: skip


def test_the_unapproved_system_is_in_audit_toml_and_not_in_the_register(world, folder):
    register = (folder / "exports/context/systems.csv").read_text()
    facts = tomllib.loads((folder / "audit.toml").read_text())
    assert ("portal-beta" in register, "portal-beta" in {s["name"] for s in facts["system"]}) == (False, True)


# --- log integrity


@pytest.fixture(scope="module")
def verified(world):
    """Kinds of events by trail, all trails verified together as a night does it."""
    files = {n: b for n, b in world.extra_files.items() if n.startswith("bucket-copy")}
    accounts = {n.split("/")[2]: n.split("/")[0] for n in files if "AWSLogs" in n}
    known = Keys.merged([keys(b, n) for n, b in files.items() if n.endswith("public-keys.json")])
    bodies = {n: gzip.decompress(b) for n, b in files.items() if n.endswith(".gz")}
    digests = [DigestFile(trails.sha(files[n]), n, b) for n, b in bodies.items() if "Digest" in n]
    logs = [LogFile(trails.sha(files[n]), n, trails.sha(b)) for n, b in bodies.items() if "Digest" not in n]
    by = collections.defaultdict(collections.Counter)
    for event in verify(digests, logs, known, (), lambda log: bodies[log.path]).events:
        by[accounts.get(event.account, "")][event.kind] += 1
    return {system: {k: n for k, n in kinds.items() if KINDS[k][0] != "low"} for system, kinds in by.items()}


def test_edited_logs_missing_hours_and_forged_digests_are_what_they_say(verified):
    found = {system: verified[f"bucket-copy-{system}"] for system in "abc"}
    assert found == {"a": {"modified_log": 2}, "b": {"missing_digest": 1}, "c": {"bad_signature": 5}}


def test_innocent_copies_of_a_trail_show_no_tampering(verified):
    assert [verified[f"bucket-copy-{system}"] for system in "def"] == [{}, {"restart": 1}, {}]  # a restart is what was announced


def test_two_versions_of_a_month_differ_in_the_planted_rows_only(world):
    for plant, system in (("d53_easy", "suburb-a"), ("d53_medium", "suburb-b"), ("d53_hard", "suburb-c")):
        first, second = (
            {r["query_id"]: r for r in world.rows["queries"][f"{system}/{name}"].frame().to_dicts()}
            for name in ("queries-2026-03.csv", "second/queries-2026-03.csv")
        )
        assert {i for i in first if first[i] != second.get(i)} == {i for _, i in truth(world, plant).evidence}


def test_silent_days_have_no_record_and_other_days_have(world):
    for plant in ("d51_easy", "d51_medium", "d51_hard", "d51_trap_outage"):
        t = truth(world, plant)
        seconds = [moment(q["occurred_at"]).timestamp() for q in rows(world, "queries") if q["system"] == t.subject]
        days = (t.period[1] - t.period[0]) / 86_400
        assert [s for s in seconds if t.period[0] <= s < t.period[1] - 1] == []
        assert sum(t.period[0] - 20 * 86_400 <= s < t.period[0] for s in seconds) / 20 > 9.3, days  # a day without one: p < 1e-4


def test_lost_columns_are_lost_from_april_on(folder):
    headers = {month: (folder / f"exports/fields-a/export-2026-{month}.csv").read_text().splitlines()[0].split(",") for month in ("03", "04")}
    assert [{"reason", "case_number", "offense"} <= set(h) for h in headers.values()] == [True, False]
    assert set(headers["03"]) - set(headers["04"]) == {"reason", "case_number", "offense"}


def test_published_figures_are_wrong_where_planted_and_right_in_the_look_alike(world, folder):
    log = collections.Counter((q["agency"], q["occurred_at"][:7]) for q in rows(world, "queries") if q["status"] == "ok" and q["operation"] == "identification")
    said = collections.defaultdict(dict)
    for p in rows(world, "published_counts"):
        if p["measure"] == "queries" and not p.get("system"):
            said[p["agency"]][p["period_from"][:7]] = int(p["count"])
    share = {p: {m: round(c / log[truth(world, p).subject, m], 1) for m, c in said[truth(world, p).subject].items()} for p in ("d57_easy", "d57_trap_measure")}
    months = ("2026-02", "2026-03", "2026-04")
    assert share == {"d57_easy": dict.fromkeys(months, 0.0), "d57_trap_measure": dict.fromkeys(months, 1.0)}
    assert json.loads((folder / "truth.jsonl").read_text().splitlines()[0])["detection"] == "D28"
