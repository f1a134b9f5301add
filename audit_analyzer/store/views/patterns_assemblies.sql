-- Searches at assemblies held against the same places, weekdays and hours in other weeks: by the time at which the face was taken, and by each account.

-- capture_hours: One row for each system, level of grid (see assembly_cells), cell and UTC hour in which faces were taken that were searched for without explanation.
-- materialise: nothing without main.assemblies
CREATE VIEW capture_hours AS
WITH fine AS (
  SELECT system, cell_x, cell_y, CAST(floor(captured_s / 3600) AS INTEGER) AS hour_no, count(*) FILTER (WHERE explained_by IS NULL) AS searches,
    count(*) FILTER (WHERE explained_by = 'case') AS in_cases
  FROM ground.searches
  WHERE cell_x IS NOT NULL AND cell_y IS NOT NULL AND captured_s IS NOT NULL AND (explained_by IS NULL OR explained_by = 'case')
  GROUP BY system, cell_x, cell_y, CAST(floor(captured_s / 3600) AS INTEGER)
)
SELECT system, 0 AS level, cell_x, cell_y, hour_no, searches, in_cases FROM fine
UNION ALL
SELECT system, 1, CAST(floor(cell_x / 10) AS INTEGER), CAST(floor(cell_y / 10) AS INTEGER), hour_no, CAST(sum(searches) AS BIGINT), CAST(sum(in_cases) AS BIGINT)
FROM fine
GROUP BY system, CAST(floor(cell_x / 10) AS INTEGER), CAST(floor(cell_y / 10) AS INTEGER), hour_no;

-- capture_weeks: One row for each comparable week (see assembly_weeks) of an assembly, with the hours in which a face may have been taken at it, moved by that week.
CREATE VIEW capture_weeks AS
SELECT
  w.assembly_id, w.system, w.week, CAST(floor((a.starts_s - f.assembly_before_s) / 3600) AS BIGINT) + w.week * 168 AS from_hour,
  CAST(ceil((a.ends_s + f.capture_after_s) / 3600.0) AS BIGINT) + w.week * 168 AS to_hour
FROM ground.assembly_weeks AS w
INNER JOIN ground.assemblies AS a ON a.assembly_id = w.assembly_id
CROSS JOIN ground.figures AS f;

-- capture_lift: One row for each system and assembly with a face taken at it that was searched for without explanation: observed against expected, figures as in assembly_lift. in_cases and in_cases_max: the same
-- of searches in open cases of the officers' own, and of their fullest comparable week.
-- materialise: nothing without main.assemblies
CREATE VIEW capture_lift AS
WITH counted AS (
  SELECT w.assembly_id, w.system, w.week, CAST(sum(h.searches) AS BIGINT) AS searches, CAST(sum(h.in_cases) AS BIGINT) AS in_cases
  FROM ground.capture_hours AS h
  INNER JOIN ground.assembly_cells AS c ON c.level = h.level AND c.cell_x = h.cell_x AND c.cell_y = h.cell_y
  INNER JOIN ground.capture_weeks AS w ON w.system = h.system AND w.assembly_id = c.assembly_id AND h.hour_no >= w.from_hour AND h.hour_no < w.to_hour
  GROUP BY w.assembly_id, w.system, w.week
), summed AS (
  SELECT
    w.system, w.assembly_id, CAST(coalesce(sum(c.searches) FILTER (WHERE w.week = 0), 0) AS BIGINT) AS observed, CAST(coalesce(sum(c.searches) FILTER (WHERE w.week <> 0), 0) AS BIGINT) AS baseline,
    count(*) FILTER (WHERE w.week <> 0) AS windows, coalesce(max(c.searches) FILTER (WHERE w.week <> 0), 0) AS baseline_max,
    CAST(coalesce(sum(c.in_cases) FILTER (WHERE w.week = 0), 0) AS BIGINT) AS in_cases, coalesce(max(c.in_cases) FILTER (WHERE w.week <> 0), 0) AS in_cases_max
  FROM ground.capture_weeks AS w
  LEFT JOIN counted AS c ON c.assembly_id = w.assembly_id AND c.system = w.system AND c.week = w.week
  GROUP BY w.system, w.assembly_id
)
SELECT system, assembly_id, observed, baseline, windows, baseline_max, CASE WHEN windows > 0 THEN (baseline + 0.5) / windows END AS expected, in_cases, in_cases_max FROM summed WHERE observed > 0 OR in_cases > 0;

-- short_log_lift: One row for each system and assembly for which the log is too short for two comparable weeks (see assembly_weeks) but has a day besides: what the place's other hours lead to
-- expect from two hours before it to two hours after it, times three, since people search in a third of the day.
-- materialise: nothing without main.assemblies
CREATE VIEW short_log_lift AS
WITH logged AS (
  SELECT system, min(hour_no) AS first_hour, max(hour_no) AS last_hour FROM ground.cell_hours GROUP BY system
), few AS (
  SELECT system, assembly_id FROM ground.assembly_weeks GROUP BY system, assembly_id HAVING count(*) FILTER (WHERE week <> 0) < 2
), spans AS (
  SELECT
    w.system, w.assembly_id, CAST(floor((a.starts_s - f.assembly_before_s) / 3600) AS BIGINT) AS from_hour, CAST(ceil((a.ends_s + f.assembly_before_s) / 3600.0) AS BIGINT) AS to_hour,
    l.first_hour, l.last_hour + 1 AS end_hour
  FROM few AS w
  INNER JOIN ground.assemblies AS a ON a.assembly_id = w.assembly_id
  INNER JOIN logged AS l ON l.system = w.system
  CROSS JOIN ground.figures AS f
), other AS (
  SELECT s.system, s.assembly_id, CAST(sum(h.searches) AS BIGINT) AS searches
  FROM spans AS s
  INNER JOIN ground.assembly_cells AS c ON c.assembly_id = s.assembly_id
  INNER JOIN ground.cell_hours AS h ON h.system = s.system AND h.level = c.level AND h.cell_x = c.cell_x AND h.cell_y = c.cell_y
  WHERE h.hour_no < s.from_hour OR h.hour_no >= s.to_hour
  GROUP BY s.system, s.assembly_id
), hours AS (
  SELECT *, greatest(least(from_hour, end_hour) - first_hour, 0) + greatest(end_hour - greatest(to_hour, first_hour), 0) AS other_hours FROM spans
)
SELECT s.system, s.assembly_id, 3.0 * (coalesce(o.searches, 0) + 0.5) * (s.to_hour - s.from_hour) / s.other_hours AS expected
FROM hours AS s
LEFT JOIN other AS o ON o.system = s.system AND o.assembly_id = s.assembly_id
WHERE s.other_hours >= 24;

-- assembly_accounts: One row for each account with at least four unexplained searches that belong to an assembly by place: how many, of how many persons and under how many case numbers (own_case: open cases of the officer), and how
-- many searches the account made within the same cells in the same hours of the week in comparable weeks (by the time of the search; by the time of the picture for those that belong by it);
-- busiest: of its comparable weeks the one with most. Who has duty there on some days only has a low mean and a full day now and then.
-- materialise: nothing without main.assemblies
CREATE VIEW assembly_accounts AS
WITH near AS (
  SELECT n.system, n.operator, n.assembly_id, n.by AS way, count(*) AS observed, count(DISTINCT coalesce(n.subject, n.probe, n.query_id)) AS subjects,
    count(n.case_key) AS with_case, count(DISTINCT n.case_key) AS cases,
    count(*) FILTER (WHERE n.own_case) AS own_case
  FROM ground.near_assemblies AS n
  WHERE n.by IN ('capture', 'device') AND is_search AND status = 'ok' AND explained_by IS NULL AND operator IS NOT NULL
  GROUP BY n.system, n.operator, n.assembly_id, n.by
  HAVING count(*) >= 4
), uses AS (
  SELECT q.system, q.operator, q.cell_x, q.cell_y, CAST(floor(q.ts_s / 3600) AS BIGINT) AS hour_no, CAST(floor(q.captured_s / 3600) AS BIGINT) AS captured_hour
  FROM ground.searches AS q
  INNER JOIN (SELECT DISTINCT system, operator FROM near) AS n ON n.system = q.system AND n.operator = q.operator
  WHERE q.cell_x IS NOT NULL AND q.cell_y IS NOT NULL AND q.explained_by IS NULL
), placed AS (
  SELECT u.*, c.assembly_id
  FROM uses AS u
  INNER JOIN ground.assembly_cells AS c ON c.level = 0 AND c.cell_x = u.cell_x AND c.cell_y = u.cell_y
  UNION ALL
  SELECT u.*, c.assembly_id
  FROM uses AS u
  INNER JOIN ground.assembly_cells AS c
    ON c.level = 1 AND c.cell_x = CAST(floor(u.cell_x / 10.0) AS INTEGER) AND c.cell_y = CAST(floor(u.cell_y / 10.0) AS INTEGER)
), weekly AS (
  SELECT p.system, p.operator, p.assembly_id, 'device' AS way, w.week, count(*) AS searches
  FROM placed AS p
  INNER JOIN ground.assembly_weeks AS w ON w.assembly_id = p.assembly_id AND w.system = p.system AND w.week <> 0 AND p.hour_no >= w.from_hour AND p.hour_no < w.to_hour
  GROUP BY p.system, p.operator, p.assembly_id, w.week
  UNION ALL
  SELECT p.system, p.operator, p.assembly_id, 'capture', w.week, count(*)
  FROM placed AS p
  INNER JOIN ground.capture_weeks AS w
    ON w.assembly_id = p.assembly_id AND w.system = p.system AND w.week <> 0 AND p.captured_hour >= w.from_hour AND p.captured_hour < w.to_hour
  GROUP BY p.system, p.operator, p.assembly_id, w.week
), before AS (
  SELECT system, operator, assembly_id, way, sum(searches) AS baseline, max(searches) AS busiest FROM weekly GROUP BY system, operator, assembly_id, way
), weeks AS (
  SELECT system, assembly_id, count(*) FILTER (WHERE week <> 0) AS windows FROM ground.assembly_weeks GROUP BY system, assembly_id
)
SELECT
  n.system, n.operator, n.assembly_id, n.way, n.observed, n.subjects, n.with_case, n.cases, n.own_case, CAST(coalesce(b.baseline, 0) AS BIGINT) AS baseline, coalesce(b.busiest, 0) AS busiest, coalesce(w.windows, 0) AS windows,
  CASE WHEN w.windows > 0 THEN (coalesce(b.baseline, 0) + 0.5) / w.windows END AS expected
FROM near AS n
LEFT JOIN before AS b ON b.system = n.system AND b.operator = n.operator AND b.assembly_id = n.assembly_id AND b.way = n.way
LEFT JOIN weeks AS w ON w.system = n.system AND w.assembly_id = n.assembly_id;
