"""The dialect through which Great Expectations asks DuckDB: right counts for every kind of expectation, read-only, and let go of at the end."""

import datetime as dt

import duckdb
import pytest
import sqlalchemy as sa

from audit_analyzer import check, errors, store
from audit_analyzer.store import dialect

ROWS = """
CREATE TABLE things AS SELECT * FROM (VALUES
  (1::UHUGEINT, 'a', 1.5::DOUBLE, TIMESTAMPTZ '2026-01-01 00:00:00+00', TIMESTAMPTZ '2026-01-02 00:00:00+00', true),
  (340282366920938463463374607431768211455, 'b', 'nan'::DOUBLE, TIMESTAMPTZ '2026-01-01 01:00:00+01', TIMESTAMPTZ '2025-12-31 00:00:00+00', false),
  (3, 'o''b:x%s', -1, TIMESTAMPTZ '1999-12-31 23:59:59.999999+00', NULL, NULL),
  (1, NULL, NULL, TIMESTAMPTZ '2100-01-01 00:00:00+00', TIMESTAMPTZ '2100-01-01 00:00:00+00', true)
) AS t(key, word, number, earlier, later, flag)
"""
MILLENNIUM = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
KINDS = {  # kind -> (facts, rows that are not so)
    "ColumnValuesToNotBeNull": ({"column": "word", "mostly": 0.9}, 1),
    "ColumnValuesToBeInSet": ({"column": "word", "value_set": ["a", "o'b:x%s"]}, 1),
    "ColumnValuesToNotBeInSet": ({"column": "word", "value_set": ["a", "b"]}, 2),
    "ColumnValuesToBeBetween": ({"column": "number", "min_value": 0, "max_value": 100}, 2),
    "ColumnValuesToBeUnique": ({"column": "key"}, 2),
    "ColumnPairValuesToBeEqual": ({"column_A": "earlier", "column_B": "later", "ignore_row_if": "either_value_is_missing"}, 2),
    "ColumnPairValuesAToBeGreaterThanB": ({"column_A": "later", "column_B": "earlier", "or_equal": True, "ignore_row_if": "either_value_is_missing"}, 1),
    "UnexpectedRows": ({"unexpected_rows_query": "SELECT word AS what, 5 AS n FROM {batch} WHERE number < 0 ORDER BY what"}, 5),
}


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "audit.duckdb"
    store.open_store(path).close()
    with dialect.served(path) as served:
        served.run(ROWS)
        yield served


def verdicts(database, *expected):
    return check._asked(database, check._source(database.url), check.Batch("things", "queries", None, expected))  # noqa: SLF001


def test_every_kind_of_expectation_that_the_suite_uses_is_among_the_tried_ones():
    tables = [e.kind for table in store.canonical() for e in check._of_table(table)]  # noqa: SLF001
    ledgers = [e.kind for e in (*check._of_ledger(known=True), *check._of_cells(), *check._of_queries(MILLENNIUM, MILLENNIUM))]  # noqa: SLF001
    assert {*tables, *ledgers} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_an_expectation_that_fails_counts_its_rows_on_duckdb(database, kind):
    facts, unexpected = KINDS[kind]
    (verdict,) = verdicts(database, check.Expected(kind, facts, "so"))
    assert (verdict.passed, verdict.unexpected) == (False, unexpected)


def test_instants_are_compared_in_utc_and_strict_bounds_are_strict(database):
    bounds = {"column": "earlier", "min_value": MILLENNIUM, "max_value": dt.datetime(2100, 1, 1, tzinfo=dt.UTC)}
    open_end, closed_end = (check.Expected("ColumnValuesToBeBetween", {**bounds, "strict_max": strict}, "so") for strict in (True, False))
    assert [v.unexpected for v in verdicts(database, open_end, closed_end)] == [2, 1]


def test_rows_can_be_read_after_the_connection_was_closed(database):
    engine = sa.create_engine(database.url)
    with engine.connect() as connection:
        answer = connection.execute(sa.text("SELECT i FROM range(5) AS t(i) ORDER BY i"))
    assert ([tuple(r) for r in answer.fetchmany(2)], answer.fetchone()[0], [r[0] for r in answer.fetchall()]) == ([(0,), (1,)], 2, [3, 4])


def test_columns_are_reflected_in_their_order_with_their_types(database):
    columns = sa.inspect(sa.create_engine(database.url)).get_columns("things")
    assert [(c["name"], type(c["type"]).__name__) for c in columns] == [
        ("key", "NullType"),
        ("word", "String"),
        ("number", "Float"),
        ("earlier", "DateTime"),
        ("later", "DateTime"),
        ("flag", "Boolean"),
    ]


def test_tables_views_and_what_is_neither_are_told_apart(database):
    database.run("CREATE VIEW seen AS SELECT 1 AS x")
    inspector = sa.inspect(sa.create_engine(database.url))
    assert (inspector.get_table_names(), inspector.get_view_names(), inspector.get_schema_names()) == (["things"], ["seen"], ["main"])
    assert [inspector.has_table(name) for name in ("things", "seen", "nothing")] == [True, True, False]
    with pytest.raises(sa.exc.NoSuchTableError):
        inspector.get_columns("nothing")


@pytest.mark.parametrize(
    "sql", ["DELETE FROM audit.main.queries", "CREATE TABLE audit.main.more (x INT)", "COPY things TO 'out.csv'", "SELECT * FROM read_text('/etc/hostname')"]
)
def test_nothing_is_written_to_the_workspace_and_no_other_file_is_opened(database, sql):
    with pytest.raises(duckdb.Error):
        database.run(sql)


def test_the_workspace_can_be_opened_for_writing_when_the_block_ends(tmp_path):
    path = tmp_path / "audit.duckdb"
    store.open_store(path).close()
    with dialect.served(path) as served:
        engine = sa.create_engine(served.url)
        held = engine.connect()
        held.execute(sa.text("SELECT count(*) FROM audit.main.queries"))
    with store.open_store(path) as workspace:
        workspace.run("DELETE FROM queries")
    held.invalidate()


def test_a_missing_database_is_said_with_what_to_do(tmp_path):
    with pytest.raises(errors.StoreError, match="there is no database here"), dialect.served(tmp_path / "audit.duckdb"):
        pass


def test_a_path_with_quotes_is_just_a_path(tmp_path):
    path = tmp_path / "o'brien; x" / "audit.duckdb"
    store.open_store(path).close()
    with dialect.served(path) as served:
        assert served.rows("SELECT count(*) FROM audit.main.queries") == [(0,)]
