-- The uses of a matcher as rules see them: main.queries with its times as seconds, its keys folded, and what the context tables know of each use.

-- accounts: One row for each account that the logs name, with a number for short joins; person, service and shifts as the roster has them (periods of one account taken together).
-- materialise
CREATE VIEW accounts AS
WITH named AS (
  SELECT DISTINCT system, agency, operator, operator_kind FROM main.queries
), numbered AS (
  SELECT
    CAST(row_number() OVER (ORDER BY system, agency NULLS FIRST, operator NULLS FIRST, operator_kind) AS INTEGER) AS account,
    system, agency, operator, operator_kind, lower(trim(operator)) AS operator_key, lower(trim(agency)) AS agency_key
  FROM named
), rostered AS (
  SELECT
    n.account, min(o.person) AS person, count(DISTINCT o.person) AS persons,
    bool_or(lower(o.role) = 'service') AS service_role,
    min(coalesce(seconds(o.active_from), -9000000000)) FILTER (WHERE lower(o.role) = 'service') AS service_from_s,
    max(coalesce(seconds(o.active_to), 9000000000000)) FILTER (WHERE lower(o.role) = 'service') AS service_to_s
  FROM numbered AS n
  INNER JOIN main.operators AS o
    ON lower(trim(o.operator)) = n.operator_key AND (o.agency IS NULL OR n.agency IS NULL OR lower(trim(o.agency)) = n.agency_key)
  GROUP BY n.account
), duty AS (
  SELECT DISTINCT lower(trim(operator)) AS operator_key FROM main.shifts
), declared AS (
  SELECT DISTINCT system, lower(trim(operator)) AS operator_key FROM ground.service_accounts
)
SELECT
  n.account, n.system, n.agency, n.operator, n.operator_kind, n.operator_key, coalesce(n.agency_key, '') AS agency_key,
  CASE WHEN r.persons = 1 THEN r.person ELSE n.operator END AS person,
  n.operator_kind = 'service' OR d.operator_key IS NOT NULL OR coalesce(r.service_role, FALSE) AS is_machine,
  d.operator_key IS NOT NULL AS service_declared,
  r.service_from_s, r.service_to_s, r.account IS NOT NULL AS rostered, s.operator_key IS NOT NULL AS has_shifts
FROM numbered AS n
LEFT JOIN rostered AS r ON r.account = n.account
LEFT JOIN duty AS s ON s.operator_key = n.operator_key
LEFT JOIN declared AS d ON d.system = n.system AND d.operator_key = n.operator_key;

-- zone_days: One row for each day and offset of a system whose zone is stated: the seconds to add to UTC between from_s and to_s (two rows on a day on which the clocks change).
-- materialise: nothing without ground.zone_spans
CREATE VIEW zone_days AS
SELECT z.system, CAST(d.day_no AS INTEGER) AS day_no, z.from_s, z.to_s, z.offset_s
FROM ground.zone_spans AS z, LATERAL (SELECT unnest(range(z.from_s // 86400, (z.to_s - 1) // 86400 + 1)) AS day_no) AS d;

-- uses: One row for each use with its place in main.queries (use_no), its account and the keys that context is joined by: the narrow ground of the wide table below.
CREATE VIEW uses AS
SELECT
  q.rowid AS use_no, a.account, a.agency_key, q.system, q.agency, q.operator, q.gallery, seconds(q.occurred_at) AS ts_s, day_of(q.occurred_at) AS day_no,
  CASE WHEN q.case_number_state = 'value' THEN key_of(q.case_number) END AS case_key,
  q.operation IN ('identification', 'video_search', 'live_watch') AS is_search, q.status, coalesce(q.subject, q.probe) AS person_sought
FROM main.queries AS q
INNER JOIN ground.accounts AS a
  ON a.system = q.system AND a.agency IS NOT DISTINCT FROM q.agency AND a.operator IS NOT DISTINCT FROM q.operator AND a.operator_kind = q.operator_kind;

-- queries: One row for each use of a matcher: the model's columns (times as seconds, lists as text joined by ';'), the derived ones, and what the context explains of it.
-- materialise
CREATE VIEW queries AS
WITH keyed AS (
  SELECT
    q.rowid AS use_no, columns(queries, q),
    seconds(q.occurred_at) AS ts_s, day_of(q.occurred_at) AS day_no,
    q.time_basis IN ('declared', 'inferred') AS zone_known,
    q.operation IN ('identification', 'video_search', 'live_watch') AS is_search,
    CASE WHEN q.case_number_state = 'value' THEN key_of(q.case_number) END AS case_key,
    CAST(floor(q.longitude * 100) AS INTEGER) AS cell_x, CAST(floor(q.latitude * 100) AS INTEGER) AS cell_y,
    a.account, a.agency_key, a.operator_key, a.is_machine, a.person, a.has_shifts,
    a.service_declared OR coalesce(seconds(q.occurred_at) >= a.service_from_s AND seconds(q.occurred_at) < a.service_to_s, FALSE) AS is_rostered_service
  FROM main.queries AS q
  INNER JOIN ground.accounts AS a
    ON a.system = q.system AND a.agency IS NOT DISTINCT FROM q.agency AND a.operator IS NOT DISTINCT FROM q.operator AND a.operator_kind = q.operator_kind
), known AS (
  SELECT
    u.*,
    CASE WHEN u.zone_known THEN u.ts_s + z.offset_s END AS local_s,
    CASE WHEN u.reason_state = 'value' THEN coalesce(t.reason_class, 'stated') ELSE u.reason_state END AS reason_class,
    t.reason_key,
    coalesce(c.case_key, w.case_key) IS NOT NULL AS case_known, coalesce(c.is_open, w.is_open, FALSE) AS case_open, o.key_b IS NOT NULL AS case_assigned,
    CASE WHEN u.case_key IS NOT NULL THEN coalesce(k.case_subjects, 1) END AS case_subjects,
    CASE WHEN u.case_key IS NOT NULL THEN coalesce(k.operator_subjects, 1) END AS case_operator_subjects,
    ((aq.key_b IS NOT NULL) OR (ac.key_b IS NOT NULL)) AS authorized,
    CASE WHEN u.has_shifts THEN s.operator_key IS NOT NULL END AS on_shift,
    n.notice_kind
  FROM keyed AS u
  LEFT JOIN ground.zone_days AS z ON z.system = u.system AND z.day_no = u.day_no AND u.ts_s >= z.from_s AND u.ts_s < z.to_s
  LEFT JOIN ground.texts AS t ON t.text = u.reason
  LEFT JOIN ground.case_spans AS c ON c.case_key = u.case_key AND c.agency_key = u.agency_key AND u.ts_s >= c.from_s AND u.ts_s < c.to_s
  LEFT JOIN ground.case_spans_of_any AS w
    ON w.case_key = CASE WHEN c.case_key IS NULL THEN u.case_key END AND u.ts_s >= w.from_s AND u.ts_s < w.to_s
  LEFT JOIN ground.assigned_spans AS o ON o.key_b = u.case_key AND o.account = u.account AND u.ts_s >= o.from_s AND u.ts_s < o.to_s
  LEFT JOIN ground.case_crowds AS k ON k.case_key = u.case_key AND k.account = u.account
  LEFT JOIN ground.authorized_queries AS aq ON aq.key_b = u.query_id AND aq.key_a = u.system AND u.ts_s >= aq.from_s AND u.ts_s < aq.to_s
  LEFT JOIN ground.authorized_cases AS ac ON ac.key_b = u.case_key AND ac.key_a = u.system AND u.ts_s >= ac.from_s AND u.ts_s < ac.to_s
  LEFT JOIN ground.shift_days AS s ON s.operator_key = u.operator_key AND s.day_no = u.day_no AND u.ts_s >= s.from_s AND u.ts_s < s.to_s
  LEFT JOIN ground.notice_uses AS n ON n.use_no = u.use_no
)
SELECT
  k.* EXCLUDE (agency_key, operator_key, has_shifts),
  CAST(floor(k.local_s / 86400) AS INTEGER) AS local_day_no,
  CAST(floor((k.local_s - floor(k.local_s / 86400) * 86400) / 3600) AS INTEGER) AS local_hour,
  CAST(((CAST(floor(k.local_s / 86400) AS INTEGER) + 3) % 7 + 7) % 7 AS INTEGER) AS local_dow,
  CASE
    WHEN k.is_rostered_service THEN 'service_account'
    WHEN k.notice_kind IS NOT NULL THEN k.notice_kind
    WHEN k.authorized THEN 'authorization'
    WHEN k.case_open AND k.case_assigned AND k.case_operator_subjects <= f.case_subjects THEN 'case'
  END AS explained_by
FROM known AS k
CROSS JOIN ground.figures AS f;

-- searches: One row for each search that was done: identification, video search or live watch with status ok. This is what is counted.
CREATE VIEW searches AS SELECT * FROM ground.queries WHERE is_search AND status = 'ok';

-- attempts: One row for each search that was tried, whatever came of it.
CREATE VIEW attempts AS SELECT * FROM ground.queries WHERE is_search;

-- use_attributes: One row for each face attribute that a use asked for (face analysis), as the log writes it.
CREATE VIEW use_attributes AS
SELECT q.system, q.query_id, q.export_id, q.record, seconds(q.occurred_at) AS ts_s, q.operator, q.agency, q.operation, q.status, t.attribute
FROM main.queries AS q, LATERAL (SELECT unnest(q.attributes) AS attribute) AS t
WHERE q.attributes IS NOT NULL;
