-- Place: where uses lie near public assemblies and near places of worship, health, press. Distances are great circles (haversine, mean radius 6,371,008.8 m, IUGG).
-- An equal key of grid cell and day stands before every distance: that is forty times faster than an inequality join, and exact.

-- assembly_cells: One row for each grid cell that an assembly's circle may touch: level 0 has cells of 0.01 degrees (circles up to 2,500 m), level 1 of 0.1 degrees (wider circles).
-- materialise: nothing without main.assemblies
CREATE VIEW assembly_cells AS
WITH circles AS (
  SELECT
    assembly_id, latitude, longitude, radius_m, CASE WHEN radius_m <= 2500 THEN 0 ELSE 1 END AS level, CASE WHEN radius_m <= 2500 THEN 100 ELSE 10 END AS per_degree,
    radius_m / 111195.0 AS reach_y, radius_m / (111195.0 * greatest(cos(radians(least(abs(latitude) + radius_m / 111195.0, 89.0))), 0.01)) AS reach_x
  FROM ground.assemblies
), columned AS (
  SELECT c.*, x.cell_x
  FROM circles AS c,
    LATERAL (SELECT unnest(range(CAST(floor((c.longitude - c.reach_x) * c.per_degree) AS BIGINT), CAST(floor((c.longitude + c.reach_x) * c.per_degree) AS BIGINT) + 1)) AS cell_x) AS x
)
SELECT c.assembly_id, c.level, CAST(c.cell_x AS INTEGER) AS cell_x, CAST(y.cell_y AS INTEGER) AS cell_y
FROM columned AS c,
  LATERAL (SELECT unnest(range(CAST(floor((c.latitude - c.reach_y) * c.per_degree) AS BIGINT), CAST(floor((c.latitude + c.reach_y) * c.per_degree) AS BIGINT) + 1)) AS cell_y) AS y;

-- assembly_days: One row for each UTC day of an assembly's windows: search window (from assembly_before_s, 2 hours, before its start to assembly_after_s, 72 hours, after its end) and
-- capture window (from the same start to capture_after_s, 2 hours, after its end).
-- materialise: nothing without main.assemblies
CREATE VIEW assembly_days AS
WITH windows AS (
  SELECT
    a.assembly_id, a.latitude, a.longitude, a.radius_m, a.starts_s, a.ends_s, lower(trim(split_part(a.locality, ',', 1))) AS locality_key,
    a.starts_s - f.assembly_before_s AS from_s, a.ends_s + f.assembly_after_s AS to_s, a.ends_s + f.capture_after_s AS captured_to_s
  FROM ground.assemblies AS a CROSS JOIN ground.figures AS f
)
SELECT w.*, CAST(d.day_no AS INTEGER) AS day_no
FROM windows AS w, LATERAL (SELECT unnest(range(w.from_s // 86400, greatest(w.to_s, w.captured_to_s) // 86400 + 1)) AS day_no) AS d;

-- near_pairs: One row for each use and assembly near in place and in one of the windows, before the stronger of its ways is chosen: capture (1) over device (2).
CREATE VIEW near_pairs AS
WITH located AS (
  SELECT
    use_no, ts_s, captured_s, latitude, longitude, cell_x, cell_y, day_no, CAST(floor(captured_s / 86400) AS INTEGER) AS captured_day
  FROM ground.queries
  WHERE cell_x IS NOT NULL AND cell_y IS NOT NULL
    AND operation IN ('identification', 'verification', 'video_search', 'live_watch', 'face_capture', 'face_analysis', 'enrolment')
), areas AS (
  SELECT d.*, c.level, c.cell_x, c.cell_y FROM ground.assembly_days AS d INNER JOIN ground.assembly_cells AS c ON c.assembly_id = d.assembly_id
), pairs AS (
  SELECT l.*, a.assembly_id, a.latitude AS a_latitude, a.longitude AS a_longitude, a.radius_m, a.starts_s, a.ends_s, 1 AS way
  FROM located AS l
  INNER JOIN areas AS a ON a.level = 0 AND a.cell_x = l.cell_x AND a.cell_y = l.cell_y AND a.day_no = l.captured_day
  WHERE l.captured_s >= a.from_s AND l.captured_s < a.captured_to_s
  UNION ALL
  SELECT l.*, a.assembly_id, a.latitude, a.longitude, a.radius_m, a.starts_s, a.ends_s, 1
  FROM located AS l
  INNER JOIN areas AS a
    ON a.level = 1 AND a.cell_x = CAST(floor(l.longitude * 10) AS INTEGER) AND a.cell_y = CAST(floor(l.latitude * 10) AS INTEGER) AND a.day_no = l.captured_day
  WHERE l.captured_s >= a.from_s AND l.captured_s < a.captured_to_s
  UNION ALL
  SELECT l.*, a.assembly_id, a.latitude, a.longitude, a.radius_m, a.starts_s, a.ends_s, 2
  FROM located AS l
  INNER JOIN areas AS a ON a.level = 0 AND a.cell_x = l.cell_x AND a.cell_y = l.cell_y AND a.day_no = l.day_no
  WHERE l.ts_s >= a.from_s AND l.ts_s < a.to_s
  UNION ALL
  SELECT l.*, a.assembly_id, a.latitude, a.longitude, a.radius_m, a.starts_s, a.ends_s, 2
  FROM located AS l
  INNER JOIN areas AS a
    ON a.level = 1 AND a.cell_x = CAST(floor(l.longitude * 10) AS INTEGER) AND a.cell_y = CAST(floor(l.latitude * 10) AS INTEGER) AND a.day_no = l.day_no
  WHERE l.ts_s >= a.from_s AND l.ts_s < a.to_s
), measured AS (
  SELECT
    use_no, ts_s, assembly_id, radius_m, starts_s, ends_s, way,
    metres(latitude, longitude, a_latitude, a_longitude) AS distance_m
  FROM pairs
)
SELECT use_no, ts_s, assembly_id, starts_s, ends_s, min(way) AS way, min(distance_m) AS distance_m
FROM measured
WHERE distance_m <= radius_m
GROUP BY use_no, ts_s, assembly_id, starts_s, ends_s;

-- near_assemblies: One row for each use and assembly that belong together. how (also under the name "by", which SQL wants in quotes): 'capture' (the face was taken near it while it lasted), 'device' (the use was made near it from 2 hours before
-- to 72 hours after), 'time_only' (no coordinates; made in that window, and its place or agency bears the assembly's locality): never a hit on its own. Near is 1,000 m or the precision
-- of the assembly's place, whichever is more. after_start_s and before_end_s are of the use, negative when outside.
-- materialise: nothing without main.assemblies
CREATE VIEW near_assemblies AS
WITH towns AS (
  SELECT DISTINCT a.account, d.locality_key
  FROM ground.accounts AS a
  INNER JOIN (SELECT DISTINCT locality_key FROM ground.assembly_days WHERE length(locality_key) >= 4) AS d
    ON contains(' ' || a.agency_key || ' ', ' ' || d.locality_key || ' ')
), unlocated AS (
  SELECT q.use_no, q.ts_s, q.day_no, q.account, lower(trim(split_part(q.place, ',', 1))) AS place_key
  FROM ground.queries AS q
  WHERE (q.cell_x IS NULL OR q.cell_y IS NULL) AND q.is_search
), by_town AS (
  SELECT u.use_no, u.ts_s, d.assembly_id, d.starts_s, d.ends_s
  FROM unlocated AS u
  INNER JOIN ground.assembly_days AS d ON d.day_no = u.day_no AND d.locality_key = u.place_key
  WHERE u.ts_s >= d.from_s AND u.ts_s < d.to_s
  UNION
  SELECT u.use_no, u.ts_s, d.assembly_id, d.starts_s, d.ends_s
  FROM unlocated AS u
  INNER JOIN towns AS t ON t.account = u.account
  INNER JOIN ground.assembly_days AS d ON d.day_no = u.day_no AND d.locality_key = t.locality_key
  WHERE u.ts_s >= d.from_s AND u.ts_s < d.to_s
), found AS MATERIALIZED (
  SELECT use_no, ts_s, assembly_id, distance_m, starts_s, ends_s, CASE way WHEN 1 THEN 'capture' ELSE 'device' END AS how FROM ground.near_pairs
  UNION ALL
  SELECT use_no, ts_s, assembly_id, NULL, starts_s, ends_s, 'time_only' FROM by_town
)
SELECT
  q.system, q.query_id, q.export_id, q.record, q.ts_s, q.operator, q.agency, n.assembly_id, n.distance_m, n.ts_s - n.starts_s AS after_start_s, n.ends_s - n.ts_s AS before_end_s,
  n.how AS "by", n.how, q.explained_by, q.operation, q.status, q.is_search, q.subject, q.probe, q.candidate, q.case_key, q.captured_s,
  q.case_open AND q.case_assigned AS own_case
FROM uses_at(found) AS q
INNER JOIN found AS n ON q.use_no = n.use_no;

-- cell_hours: One row for each system, level of grid (see assembly_cells), cell and UTC hour with unexplained searches done: what the lift of an assembly is measured by.
-- materialise: nothing without main.assemblies
CREATE VIEW cell_hours AS
WITH fine AS (
  SELECT system, cell_x, cell_y, CAST(floor(ts_s / 3600) AS INTEGER) AS hour_no, count(*) AS searches
  FROM ground.searches
  WHERE cell_x IS NOT NULL AND cell_y IS NOT NULL AND explained_by IS NULL
  GROUP BY system, cell_x, cell_y, CAST(floor(ts_s / 3600) AS INTEGER)
)
SELECT system, 0 AS level, cell_x, cell_y, hour_no, searches FROM fine
UNION ALL
SELECT system, 1, CAST(floor(cell_x / 10) AS INTEGER), CAST(floor(cell_y / 10) AS INTEGER), hour_no, CAST(sum(searches) AS BIGINT)
FROM fine
GROUP BY system, CAST(floor(cell_x / 10) AS INTEGER), CAST(floor(cell_y / 10) AS INTEGER), hour_no;

-- assembly_weeks: One row for each assembly, system and week by which its search window (whole hours) is moved, from baseline_weeks (8) before to as many after; week 0 is the window itself.
-- A moved window counts only where the system's log covers it whole and no assembly of the same cells has its own window then.
-- materialise: nothing without main.assemblies
CREATE VIEW assembly_weeks AS
WITH windows AS (
  SELECT
    a.assembly_id, CAST(floor((a.starts_s - f.assembly_before_s) / 3600) AS BIGINT) AS from_hour, CAST(ceil((a.ends_s + f.assembly_after_s) / 3600.0) AS BIGINT) AS to_hour,
    f.baseline_weeks
  FROM ground.assemblies AS a CROSS JOIN ground.figures AS f
), logged AS (
  SELECT system, min(hour_no) AS first_hour, max(hour_no) AS last_hour FROM ground.cell_hours GROUP BY system
), moved AS (
  SELECT w.assembly_id, l.system, CAST(k.week AS INTEGER) AS week, w.from_hour + k.week * 168 AS from_hour, w.to_hour + k.week * 168 AS to_hour
  FROM windows AS w
  CROSS JOIN logged AS l, LATERAL (SELECT unnest(range(-w.baseline_weeks, w.baseline_weeks + 1)) AS week) AS k
  WHERE k.week = 0 OR (w.from_hour + k.week * 168 >= l.first_hour AND w.to_hour + k.week * 168 <= l.last_hour + 1)
), neighbours AS (
  SELECT DISTINCT a.assembly_id, b.assembly_id AS other_id
  FROM ground.assembly_cells AS a
  INNER JOIN ground.assembly_cells AS b ON b.level = a.level AND b.cell_x = a.cell_x AND b.cell_y = a.cell_y
  UNION
  SELECT DISTINCT a.assembly_id, b.assembly_id
  FROM ground.assembly_cells AS a
  INNER JOIN ground.assembly_cells AS b
    ON a.level <> b.level
    AND CASE a.level WHEN 1 THEN a.cell_x ELSE CAST(floor(a.cell_x / 10.0) AS INTEGER) END = CASE b.level WHEN 1 THEN b.cell_x ELSE CAST(floor(b.cell_x / 10.0) AS INTEGER) END
    AND CASE a.level WHEN 1 THEN a.cell_y ELSE CAST(floor(a.cell_y / 10.0) AS INTEGER) END = CASE b.level WHEN 1 THEN b.cell_y ELSE CAST(floor(b.cell_y / 10.0) AS INTEGER) END
), taken AS (
  SELECT DISTINCT m.assembly_id, m.system, m.week
  FROM moved AS m
  INNER JOIN neighbours AS n ON n.assembly_id = m.assembly_id
  INNER JOIN windows AS w ON w.assembly_id = n.other_id AND w.from_hour < m.to_hour AND w.to_hour > m.from_hour
  WHERE m.week <> 0
)
SELECT m.assembly_id, m.system, m.week, m.from_hour, m.to_hour
FROM moved AS m
LEFT JOIN taken AS t ON t.assembly_id = m.assembly_id AND t.system = m.system AND t.week = m.week
WHERE t.assembly_id IS NULL;

-- assembly_lift: One row for each system and assembly with an unexplained search in its cells and window: observed against expected from the same cells, weekdays and hours in other weeks.
-- expected = (baseline searches + 0.5) / windows (the mean under Jeffreys' prior, never zero). lift_low: lower end of the two-sided 95 % interval of the rate ratio on the log scale,
-- standard error sqrt(1/(a+0.5) + 1/(b+0.5)) (Rothman, Greenland & Lash, Modern Epidemiology, 3rd ed., ch. 14; Haldane and Anscombe's 0.5). p_value: P(X >= observed), X binomial with
-- n = observed + baseline and p = 1 / (1 + windows) (Przyborowski & Wilenski, Biometrika 31, 1940). NULL without a comparable window. baseline_max is the fullest of those windows.
-- materialise: nothing without main.assemblies
CREATE VIEW assembly_lift AS
WITH windows AS (
  SELECT w.assembly_id, w.system, w.week, w.from_hour, w.to_hour, c.level, c.cell_x, c.cell_y
  FROM ground.assembly_weeks AS w
  INNER JOIN ground.assembly_cells AS c ON c.assembly_id = w.assembly_id
), counted AS (
  SELECT w.assembly_id, w.system, w.week, CAST(sum(h.searches) AS BIGINT) AS searches
  FROM ground.cell_hours AS h
  INNER JOIN windows AS w
    ON h.system = w.system AND h.level = w.level AND h.cell_x = w.cell_x AND h.cell_y = w.cell_y AND h.hour_no >= w.from_hour AND h.hour_no < w.to_hour
  GROUP BY w.assembly_id, w.system, w.week
), filled AS (
  SELECT w.assembly_id, w.system, w.week, w.to_hour - w.from_hour AS hours, coalesce(c.searches, 0) AS searches
  FROM ground.assembly_weeks AS w
  LEFT JOIN counted AS c ON c.assembly_id = w.assembly_id AND c.system = w.system AND c.week = w.week
), summed AS (
  SELECT
    system, assembly_id, CAST(coalesce(sum(searches) FILTER (WHERE week = 0), 0) AS BIGINT) AS observed, CAST(coalesce(sum(searches) FILTER (WHERE week <> 0), 0) AS BIGINT) AS baseline,
    count(*) FILTER (WHERE week <> 0) AS windows, max(searches) FILTER (WHERE week <> 0) AS baseline_max,
    CAST(coalesce(sum(hours) FILTER (WHERE week <> 0), 0) // 24 AS BIGINT) AS baseline_days
  FROM filled
  GROUP BY system, assembly_id
), lifted AS (
  SELECT *, CASE WHEN windows > 0 THEN (baseline + 0.5) / windows END AS expected FROM summed WHERE observed > 0
)
SELECT
  system, assembly_id, observed, expected, baseline_days, observed / expected AS lift,
  observed / expected * exp(-1.959964 * sqrt(1 / (observed + 0.5) + 1 / (baseline + 0.5))) AS lift_low,
  CASE WHEN windows > 0 THEN
    least(1.0, list_sum(list_transform(
      range(observed, least(observed + baseline, observed + 20000) + 1),
      lambda x: exp(
        lgamma(observed + baseline + 1) - lgamma(x + 1) - lgamma(observed + baseline - x + 1) - x * ln(1.0 + windows)
        + (observed + baseline - x) * (ln(windows) - ln(1.0 + windows))
      )
    )))
  END AS p_value,
  baseline, windows AS baseline_windows, baseline_max
FROM lifted;

-- place_cells: One row for each grid cell (0.01 degrees) within place_m (150 m) of a place.
-- materialise: nothing without main.places
CREATE VIEW place_cells AS
WITH reach AS (
  SELECT p.place_id, p.kind, p.name, p.latitude, p.longitude, f.place_m, f.place_m / 111195.0 AS y, f.place_m / (111195.0 * greatest(cos(radians(least(abs(p.latitude) + 0.01, 89.0))), 0.01)) AS x
  FROM main.places AS p CROSS JOIN ground.figures AS f
)
SELECT DISTINCT r.place_id, r.kind, r.name, r.latitude, r.longitude, r.place_m, CAST(floor((r.longitude + s.x * r.x) * 100) AS INTEGER) AS cell_x, CAST(floor((r.latitude + s.y * r.y) * 100) AS INTEGER) AS cell_y
FROM reach AS r
CROSS JOIN (VALUES (-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 0), (0, 1), (1, -1), (1, 0), (1, 1)) AS s (x, y);

-- near_places: One row for each use within place_m (150 m, about a city block) of a place of worship, health, court, school, union, press or legal aid. local_day is the agency's own day, or UTC's where no zone is known.
-- materialise: nothing without main.places
CREATE VIEW near_places AS
WITH pairs AS (
  SELECT
    q.system, q.query_id, q.export_id, q.record, q.ts_s, coalesce(q.local_day_no, q.day_no) AS local_day, q.operator, q.agency, p.place_id, p.kind, p.name, metres(q.latitude, q.longitude, p.latitude, p.longitude) AS distance_m,
    p.place_m, q.explained_by, q.operation, q.status, q.is_search, q.subject, q.case_key
  FROM ground.queries AS q
  INNER JOIN ground.place_cells AS p ON p.cell_x = q.cell_x AND p.cell_y = q.cell_y
)
SELECT system, query_id, export_id, record, ts_s, local_day, operator, agency, place_id, kind, name, distance_m, explained_by, operation, status, is_search, subject, case_key
FROM pairs
WHERE distance_m <= place_m;

-- travel: One row for each pair of uses of one account, one after the other, whose places lie at least travel_m (50 km) apart: distance, seconds between and the speed that it would take.
-- Only days on which the account's places span that far (the day before and after included) are looked at.
-- materialise
CREATE VIEW travel AS
WITH boxes AS (
  SELECT account, day_no, min(latitude) AS south, max(latitude) AS north, min(longitude) AS west, max(longitude) AS east
  FROM ground.queries
  WHERE latitude IS NOT NULL AND longitude IS NOT NULL AND operator IS NOT NULL
  GROUP BY account, day_no
), widened AS (
  SELECT
    account, day_no, min(south) OVER around AS south, max(north) OVER around AS north, min(west) OVER around AS west, max(east) OVER around AS east
  FROM boxes
  WINDOW around AS (PARTITION BY account ORDER BY day_no RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING)
), wide AS (
  SELECT w.account, w.day_no
  FROM widened AS w CROSS JOIN ground.figures AS f
  WHERE metres(w.south, w.west, w.north, w.east) >= f.travel_m OR metres(w.south, w.west, w.south, w.east) >= f.travel_m OR metres(w.north, w.west, w.north, w.east) >= f.travel_m
), there AS MATERIALIZED (
  SELECT u.use_no FROM ground.use_keys AS u INNER JOIN wide AS w ON w.account = u.account AND w.day_no = u.day_no
), placed AS (
  SELECT
    q.account, q.system, q.agency, q.operator, q.query_id, q.export_id, q.record, q.ts_s, q.latitude, q.longitude, q.is_machine,
    lag(q.query_id) OVER within AS previous_query_id, lag(q.export_id) OVER within AS previous_export_id, lag(q.record) OVER within AS previous_record,
    lag(q.ts_s) OVER within AS previous_ts_s, lag(q.latitude) OVER within AS previous_latitude, lag(q.longitude) OVER within AS previous_longitude
  FROM uses_at(there) AS q
  WHERE q.latitude IS NOT NULL AND q.longitude IS NOT NULL
  WINDOW within AS (PARTITION BY q.account ORDER BY q.ts_s, q.query_id)
), measured AS (
  SELECT *, metres(previous_latitude, previous_longitude, latitude, longitude) AS distance_m, ts_s - previous_ts_s AS seconds FROM placed WHERE previous_ts_s IS NOT NULL
)
SELECT
  m.system, m.agency, m.operator, m.query_id, m.export_id, m.record, m.ts_s, m.previous_query_id, m.previous_export_id, m.previous_record, m.previous_ts_s,
  m.distance_m, m.seconds, CASE WHEN m.seconds > 0 THEN m.distance_m * 3.6 / m.seconds END AS speed_kmh, m.is_machine
FROM measured AS m CROSS JOIN ground.figures AS f
WHERE m.distance_m >= f.travel_m;
