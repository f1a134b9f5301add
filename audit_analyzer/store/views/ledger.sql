-- What was delivered and what became of it, and what the logs cover.

-- exports: One row for each export read, refused or failed, with its counts; asked_s is the exclusive end of the day that the run which read it was asked as of (NULL: of none).
CREATE VIEW exports AS
SELECT
  e.export_id, e.path, e.source, e.system, e.zone, e.zone_basis, e.outcome, e.reason, seconds(e.period_from) AS period_from_s, seconds(e.period_to) AS period_to_s,
  e.read AS read_count, e.kept, e.rejected, e.set_aside, e.copies, e.integrity, e.run_id, seconds(r.as_of) AS asked_s
FROM main.exports AS e
LEFT JOIN main.runs AS r ON r.run_id = e.run_id;

-- handed_over: One row for each time that a file was handed over, with the run; known: its very bytes had been read before. file is what it is known by from one delivery to the next: its name without
-- folders, or the whole path where a delivery has that name in several folders.
CREATE VIEW handed_over AS
WITH named AS (
  SELECT DISTINCT export_id, path, regexp_extract(path, '[^/\\]*$') AS name, run_id, known FROM main.deliveries
), shared AS (
  SELECT name FROM named GROUP BY run_id, name HAVING min(path) <> max(path)
)
SELECT export_id, path, CASE WHEN name IN (SELECT name FROM shared) THEN path ELSE name END AS file, run_id, known
FROM named;

-- rejects: One row for each record that could not be read, with the system of its export where one delivery is one system.
CREATE VIEW rejects AS
SELECT r.export_id, r.record, r.reason, e.system FROM main.rejects AS r LEFT JOIN main.exports AS e ON e.export_id = r.export_id;

-- set_aside: One row for each record of no interest and why.
CREATE VIEW set_aside AS
SELECT s.export_id, s.record, s.reason, e.system FROM main.set_aside AS s LEFT JOIN main.exports AS e ON e.export_id = s.export_id;

-- revisions: One row for each later version of a row that is known already (revision: other values under the same id; superseded: replaced by the source's declaration).
CREATE VIEW revisions AS SELECT export_id, record, table_name, id, system, kind FROM main.copies WHERE kind IN ('revision', 'superseded');

-- repeats: One row for each export and table with its exact copies of rows that are known already.
CREATE VIEW repeats AS SELECT export_id, table_name, system, count(*) AS copies FROM main.copies WHERE kind = 'copy' GROUP BY export_id, table_name, system;

-- field_states: One row for each export, table and column: whether it was exported, and in how many rows it is filled or unreadable.
CREATE VIEW field_states AS SELECT export_id, table_name, column_name, system, state, row_count, filled, unreadable FROM main.field_states;

-- field_issues: One row for each cell whose text is not a value of its column.
CREATE VIEW field_issues AS
SELECT f.export_id, f.record, f.table_name, f.column_name, f.raw, f.reason, e.system FROM main.field_issues AS f LEFT JOIN main.exports AS e ON e.export_id = f.export_id;

-- integrity_events: One row for each thing that the verification of digests, or the comparison of deliveries, found.
CREATE VIEW integrity_events AS
SELECT export_id, system, kind, seconds(period_from) AS period_from_s, seconds(period_to) AS period_to_s, detail, run_id FROM main.integrity_events;

-- coverage_hours: One row for each system and UTC hour in which it logged anything: uses of any kind, and searches done.
-- materialise
CREATE VIEW coverage_hours AS
SELECT
  system, CAST(floor(ts_s / 3600) AS BIGINT) AS hour_no, count(*) AS uses, count(*) FILTER (WHERE is_search AND status = 'ok') AS searches,
  count(*) FILTER (WHERE operation = 'enrolment') AS enrolments
FROM ground.queries
GROUP BY system, CAST(floor(ts_s / 3600) AS BIGINT);

-- log_ends: One row for each system with where its log begins and ends: first_s is its earliest row; of what is no change of the log's own settings, first_use_s the earliest, last_use_s the
-- newest before the night's end, and uses how many there are. Times that are not after 1970 say nothing of a beginning.
-- materialise
CREATE VIEW log_ends AS
SELECT
  t.system, min(t.ts_s) FILTER (WHERE t.ts_s > 0) AS first_s, min(t.ts_s) FILTER (WHERE t.ts_s > 0 AND t.is_use) AS first_use_s,
  max(t.ts_s) FILTER (WHERE t.ts_s < n.as_of_s AND t.is_use) AS last_use_s, count(*) FILTER (WHERE t.ts_s > 0 AND t.is_use) AS uses
FROM (SELECT system, seconds(occurred_at) AS ts_s, operation <> 'log_control' AS is_use FROM main.queries) AS t
CROSS JOIN ground.night AS n
GROUP BY t.system;

-- end_uses: One row for each use at a time of log_ends.
-- materialise
CREATE VIEW end_uses AS
SELECT q.system, q.operation, q.query_id, q.export_id, q.record, seconds(q.occurred_at) AS ts_s
FROM main.queries AS q
INNER JOIN ground.log_ends AS e ON e.system = q.system
WHERE seconds(q.occurred_at) IN (e.first_s, e.first_use_s, e.last_use_s);

-- coverage_days: One row for each system and UTC day from its first to its last use (not beyond the as-of day), days without any use too; weekday_median is the median of uses on the
-- same weekday in the eight weeks before and after, the day itself left out.
-- materialise
CREATE VIEW coverage_days AS
WITH counted AS (
  SELECT system, CAST(floor(hour_no / 24) AS BIGINT) AS day_no, sum(uses) AS uses, sum(searches) AS searches, count(*) AS hours FROM ground.coverage_hours GROUP BY ALL
), spans AS (
  SELECT c.system, max(c.day_no) FILTER (WHERE c.day_no * 86400 < n.as_of_s) AS last_day, min(c.day_no) AS first_day
  FROM counted AS c CROSS JOIN ground.night AS n GROUP BY c.system
), calendar AS (
  SELECT s.system, d.day_no
  FROM spans AS s, LATERAL (SELECT unnest(range(greatest(s.first_day, s.last_day - 14610), s.last_day + 1)) AS day_no) AS d
), filled AS (
  SELECT c.system, c.day_no, CAST(coalesce(k.searches, 0) AS BIGINT) AS searches, CAST(coalesce(k.uses, 0) AS BIGINT) AS uses, coalesce(k.hours, 0) AS hours
  FROM calendar AS c LEFT JOIN counted AS k ON k.system = c.system AND k.day_no = c.day_no
)
SELECT
  system, CAST(day_no AS INTEGER) AS day_no, searches, uses, hours,
  median(uses) OVER (PARTITION BY system, day_no % 7 ORDER BY day_no ROWS BETWEEN 8 PRECEDING AND 8 FOLLOWING EXCLUDE CURRENT ROW) AS weekday_median
FROM filled;
