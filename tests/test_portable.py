import pytest

from audit_analyzer import portable
from audit_analyzer.errors import RuleError

TABLES = {"queries", "searches", "night"}


def told(sql, parameters=()):
    return [(p.line, p.what) for p in portable.problems(sql, parameters, TABLES)]


def test_a_rule_within_the_subset_has_no_problem():
    sql = """
    WITH counted AS (
      SELECT system, operator, ts_s, query_id, COUNT(*) OVER (PARTITION BY system, operator ORDER BY ts_s RANGE BETWEEN :w PRECEDING AND CURRENT ROW) AS n
      FROM searches WHERE explained_by IS NULL AND LOWER(reason) LIKE '%x%'
    )
    SELECT c.operator AS subject, SUM(c.n) AS total, AVG(c.n) / NULLIF(MAX(c.n), 0) AS share, CAST(FLOOR(MAX(c.ts_s) / 86400) AS BIGINT) AS day
    FROM queries q CROSS JOIN night n LEFT JOIN counted c ON c.query_id = q.query_id
    WHERE c.n * 3 >= :w AND EXISTS (SELECT z.query_id FROM queries z WHERE z.query_id = c.query_id)
    GROUP BY c.operator
    UNION ALL
    SELECT operator, 1, 1.0, 2 FROM queries
    """
    assert told(sql, {"w"}) == []


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("SELECT * FROM queries", "* leaves the columns open"),
        ("SELECT a FROM queries; SELECT b FROM queries", "this is not exactly one SELECT"),
        ("DELETE FROM queries", "this is not exactly one SELECT"),
        ("SELECT a FROM read_csv('/etc/passwd')", "the function read_csv is not in the portable subset"),
        ("SELECT a FROM 'file.csv'", "there is no view 'file.csv'"),
        ("SELECT a FROM main.queries", "'main.queries' names a schema"),
        ("SELECT a FROM findings", "there is no view 'findings'"),
        ("SELECT getenv('HOME') AS a FROM queries", "the function getenv is not in the portable subset"),
        ("SELECT random() AS a FROM queries", "the function rand is not in the portable subset"),
        ("SELECT CURRENT_TIMESTAMP AS a FROM queries", "the function current_timestamp is not in the portable subset"),
        ("SELECT DATE_DIFF('day', a, b) AS c FROM queries", "the function datediff is not in the portable subset"),
        ("SELECT a FROM queries LIMIT 5", "'LIMIT 5' (Limit) is not in the portable subset"),
        ("SELECT a FROM queries GROUP BY ALL", "GROUP BY is not explicit"),
        ("SELECT a FROM queries GROUP BY 1", "GROUP BY is not explicit"),
        ("SELECT a FROM queries ORDER BY ALL", "ORDER BY ALL is not portable"),
        ("SELECT a FROM queries ORDER BY 1", "ORDER BY a number is not explicit"),
        ("SELECT a FROM queries q ASOF JOIN night n ON q.a >= n.a", "a ASOF join is not portable"),
        ("SELECT a FROM queries q JOIN night n USING (a)", "USING is not portable"),
        ("SELECT a FROM queries, night", "a join without ON"),
        ("SELECT a FROM queries SEMI JOIN night ON a = b", "a SEMI join is not portable"),
        ("SELECT CAST(a AS TIMESTAMP) AS b FROM queries", "a cast to TIMESTAMPNTZ is not portable"),
        ("SELECT CAST(a AS BIGINT) AS b FROM queries", "a cast to an integer without FLOOR"),
        ("SELECT a FROM queries WHERE a / b > 0.5", "a ratio is compared: a / b"),
        ("SELECT a / b AS c FROM queries", "the divisor may be 0: a / b"),
        ("SELECT ROW_NUMBER() OVER (ORDER BY ts_s) AS n FROM queries", "the window's order has ties: which row comes first is left to the engine"),
        ("SELECT COUNT(*) OVER (ORDER BY a, b RANGE BETWEEN 5 PRECEDING AND CURRENT ROW) AS n FROM queries", "a RANGE frame needs exactly one ORDER BY column"),
        ("SELECT COUNT(DISTINCT a) OVER (PARTITION BY b) AS n FROM queries", "DISTINCT in a window is not portable"),
        ("SELECT SUM(a) OVER (ORDER BY b GROUPS 2 PRECEDING) AS n FROM queries", "a GROUPS frame is not portable"),
        ("SELECT a FROM night n INNER JOIN searches s ON s.a = n.a", "searches is joined to fewer rows: all uses would be held in memory"),
        ("SELECT a FROM queries UNION BY NAME SELECT a FROM night", "UNION BY NAME is not portable"),
        ("WITH RECURSIVE r AS (SELECT 1 AS a) SELECT a FROM r", "WITH RECURSIVE is not portable"),
        ("WITH queries AS (SELECT 1 AS a) SELECT a FROM queries", "the WITH query 'queries' hides the view of that name"),
        ("SELECT LOWER(a) AS b FROM queries WHERE b = 'x'", "'b' is given and used in one SELECT"),
        ("SELECT COUNT(*) FROM queries", "column 1 of the SELECT has no name"),
        ("SELECT SUBSTRING(a, 0, 2) AS b FROM queries", "SUBSTRING counts from 1"),
        ("SELECT a FROM queries WHERE a > :most", "there is no parameter 'most'"),
        ("SELECT a -- harmless\u202e\nFROM queries", "a hidden character U+202E stands in the SQL"),
    ],
)
def test_what_is_outside_the_subset_is_refused_by_name(sql, what):
    assert what in [w for _, w in told(sql)]


def test_every_problem_tells_its_line_and_what_to_write_instead():
    problems = portable.problems("SELECT a\nFROM queries\nWHERE a ILIKE 'x'\n  AND b > :nope", {"most"}, TABLES)
    assert [(p.line, p.remedy) for p in problems] == [(3, "write LOWER(a) LIKE 'b'"), (4, "add it under [parameters], or use one of: most")]


def test_a_syntax_error_tells_its_line():
    (problem,) = portable.problems("SELECT a\nFROM queries\nWHERE (a = ", (), TABLES)
    assert (problem.line, problem.what.startswith("the SQL cannot be read")) == (3, True)


def test_parameters_become_typed_literals_and_comments_vanish():
    sql = "SELECT a FROM queries WHERE a > :n AND b = :t /* :n */ AND c > :f AND d = :yes AND e IN (:many)"
    bound = portable.bind(sql, {"n": -5, "t": "o'x; DROP TABLE queries", "f": 0.5, "yes": True, "many": ["p", "q"]})
    assert bound == ("SELECT a FROM queries WHERE a > -5 AND b = 'o''x; DROP TABLE queries' AND c > CAST(0.5 AS DOUBLE) AND d = TRUE AND e IN ('p', 'q')")


def test_a_list_stands_behind_in_only():
    with pytest.raises(RuleError, match="is a list"):
        portable.bind("SELECT a FROM queries WHERE a = :many", {"many": ["p"]})


def test_a_rule_goes_to_spark_as_it_is():
    sql = "SELECT COUNT(*) OVER (PARTITION BY a ORDER BY ts_s RANGE BETWEEN :w PRECEDING AND CURRENT ROW) AS n FROM queries"
    assert "RANGE BETWEEN 600 PRECEDING AND CURRENT ROW" in portable.bind(sql, {"w": 600}, "spark")


def test_a_condition_is_only_its_condition():
    assert portable.condition("is_search AND ts_s > :n", {"n": 3}) == "(is_search AND ts_s > 3)"


def test_what_a_select_returns_and_reads_is_known():
    sql = "WITH c AS (SELECT a FROM searches) SELECT c.a AS subject, n.as_of_s FROM c CROSS JOIN night n"
    assert (portable.columns(sql), portable.reads(sql), portable.steps(sql)) == (["subject", "as_of_s"], {"searches", "night"}, ("c",))
