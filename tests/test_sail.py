"""Every rule's SQL on another engine: Sail, through Spark's own client, over the same rows as on DuckDB, with equal results."""

from __future__ import annotations

import math
import os

import pyarrow.parquet as pq
import pytest

from audit_analyzer import clauses, portable, prove, rulebook, settings

HERE = settings.load(None)
BOOK = rulebook.load(HERE.rule_folders())
PACKS = clauses.load(HERE.rule_folders())


@pytest.fixture(scope="module")
def spark():
    try:
        from pysail.spark import SparkConnectServer
        from pyspark.sql.connect.session import SparkSession
    except ImportError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"pysail and pyspark-client are not installed: {error}")
    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    host, port = server.listening_address
    session = SparkSession.builder.remote(f"sc://{host}:{port}").getOrCreate()
    session.conf.set("spark.sql.session.timeZone", "UTC")
    yield session
    session.stop()
    server.stop()


@pytest.fixture(scope="module")
def bench():
    with prove.bench(HERE) as locked:
        yield locked


def plain(value):
    """A cell as it is compared: numbers by their value (an engine may widen them), floats to nine digits."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    number = float(value)
    return "NaN" if math.isnan(number) else round(number, 9) if abs(number) < 1e6 else round(number, 3)


def rows_of(names, rows):
    return sorted((tuple(plain(row[names.index(n)]) for n in sorted(names)) for row in rows), key=repr)


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda r: r.name)
def test_a_rule_gives_the_same_rows_on_sail_as_on_duckdb(rule, spark, bench, tmp_path):
    case = next(c for c in rule.tests if c.fires)
    prove.asked(bench, rule, case, HERE, PACKS)
    values = rulebook.values(rule, own=case.parameters)
    for table in sorted(portable.reads(rule.sql)):
        file = tmp_path / f"{table}.parquet"
        pq.write_table(bench.store.arrow(f"SELECT * FROM ground.{table}"), file)
        spark.read.parquet(str(file)).createOrReplaceTempView(table)
    ours = bench.store.arrow(portable.bind(rule.sql, values))
    theirs = spark.sql(portable.bind(rule.sql, values, "spark"))
    expected = rows_of(ours.column_names, [tuple(r.values()) for r in ours.to_pylist()])
    assert expected
    assert sorted(theirs.columns) == sorted(ours.column_names)
    assert rows_of(list(theirs.columns), [tuple(r) for r in theirs.collect()]) == expected
