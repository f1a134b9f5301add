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
    ON lower(trim(o.operator)) = n.operator_key
  LEFT JOIN ground.agency_spellings AS w ON w.said = lower(trim(o.agency))
  WHERE o.agency IS NULL OR n.agency IS NULL OR coalesce(w.agency_key, lower(trim(o.agency))) = n.agency_key
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
  d.operator_key IS NOT NULL AS service_declared, CAST(dense_rank() OVER (ORDER BY coalesce(n.agency_key, '')) AS INTEGER) AS agency_no,
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

-- use_keys: One row for each use, in the order of main.queries (use_no is its place there): its account and what follows from its own record. local_s is its time on the clock of the system's zone; where no zone
-- is stated, on the clock that the record's own offset from UTC is of (an offset of zero says nothing of a place).
-- materialise
CREATE VIEW use_keys AS
SELECT
  q.rowid AS use_no, a.account, seconds(q.occurred_at) AS ts_s, day_of(q.occurred_at) AS day_no,
  q.operation IN ('identification', 'video_search', 'live_watch') AS is_search, q.time_basis IN ('declared', 'inferred') AS zone_known,
  CASE
    WHEN q.time_basis IN ('declared', 'inferred') THEN seconds(q.occurred_at) + coalesce(
      z.offset_s,
      CASE
        WHEN substr(q.occurred_at_raw, -6, 1) IN ('+', '-') AND right(q.occurred_at_raw, 5) <> '00:00' AND regexp_full_match(right(q.occurred_at_raw, 5), '[01][0-9]:[0-5][0-9]')
          THEN (3600 * CAST(substr(q.occurred_at_raw, -5, 2) AS INTEGER) + 60 * CAST(right(q.occurred_at_raw, 2) AS INTEGER)) * CASE substr(q.occurred_at_raw, -6, 1) WHEN '-' THEN -1 ELSE 1 END
      END
    )
  END AS local_s,
  CASE WHEN q.reason_state = 'value' THEN coalesce(t.reason_class, 'stated') ELSE q.reason_state END AS reason_class,
  t.reason_no, a.is_machine, a.person,
  CAST(floor(q.longitude * 100) AS INTEGER) AS cell_x, CAST(floor(q.latitude * 100) AS INTEGER) AS cell_y
FROM main.queries AS q
LEFT JOIN ground.accounts AS a
  ON a.system = q.system AND a.agency IS NOT DISTINCT FROM q.agency AND a.operator IS NOT DISTINCT FROM q.operator AND a.operator_kind = q.operator_kind
LEFT JOIN ground.zone_days AS z
  ON z.system = q.system AND z.day_no = day_of(q.occurred_at) AND seconds(q.occurred_at) >= z.from_s AND seconds(q.occurred_at) < z.to_s
LEFT JOIN ground.texts AS t ON t.text = q.reason
ORDER BY use_no;

-- use_cases: One row for each use, in the same order, with what its record says of its case and of the person sought (computed where it is read: ten million keys cost more to store).
CREATE VIEW use_cases AS
SELECT
  rowid AS use_no, query_id, gallery, CASE WHEN case_number_state = 'value' THEN key_of(case_number) END AS case_key,
  hash(coalesce(subject, probe)) AS sought
FROM main.queries;

-- use_context: One row for each use, in the same order: what cases, leave, shifts, notices and the roster say of it, and what explains it (see explanations.sql).
-- materialise
CREATE VIEW use_context AS
WITH known AS (
  SELECT
    u.use_no,
    coalesce(c.case_key, w.case_key) IS NOT NULL AS case_known, coalesce(c.is_open, w.is_open, FALSE) AS case_open, o.key_b IS NOT NULL AS case_assigned,
    CASE WHEN q.case_key IS NOT NULL THEN coalesce(k.case_subjects, 1) END AS case_subjects,
    CASE WHEN q.case_key IS NOT NULL THEN coalesce(k.operator_subjects, 1) END AS case_operator_subjects,
    aq.key_b IS NOT NULL OR ac.key_b IS NOT NULL AS authorized, coalesce(ac.is_routine, TRUE) AND coalesce(aq.is_routine, TRUE) AS routinely,
    CASE WHEN a.has_shifts THEN s.operator_key IS NOT NULL END AS on_shift,
    a.service_declared OR coalesce(u.ts_s >= a.service_from_s AND u.ts_s < a.service_to_s, FALSE) AS is_rostered_service,
    CASE WHEN NOT (n.blanket AND coalesce(c.is_open, w.is_open, FALSE)) THEN n.notice_kind END AS notice_kind
  FROM ground.use_keys AS u
  POSITIONAL JOIN ground.use_cases AS q
  LEFT JOIN ground.accounts AS a ON a.account = u.account
  LEFT JOIN ground.case_spans AS c ON c.case_key = q.case_key AND c.agency_key = a.agency_key AND u.ts_s >= c.from_s AND u.ts_s < c.to_s
  LEFT JOIN ground.case_spans_of_any AS w
    ON w.case_key = CASE WHEN c.case_key IS NULL THEN q.case_key END AND u.ts_s >= w.from_s AND u.ts_s < w.to_s
  LEFT JOIN ground.assigned_spans AS o ON o.key_b = q.case_key AND o.account = u.account AND u.ts_s >= o.from_s AND u.ts_s < o.to_s
  LEFT JOIN ground.case_crowds AS k ON k.case_hash = hash(q.case_key) AND k.account = u.account
  LEFT JOIN ground.authorized_queries AS aq ON aq.key_b = q.query_id AND aq.key_a = a.system AND u.ts_s >= aq.from_s AND u.ts_s < aq.to_s
  LEFT JOIN ground.authorized_cases AS ac ON ac.key_b = q.case_key AND ac.key_a = a.system AND u.ts_s >= ac.from_s AND u.ts_s < ac.to_s
  LEFT JOIN ground.shift_days AS s ON s.operator_key = a.operator_key AND s.day_no = u.day_no AND u.ts_s >= s.from_s AND u.ts_s < s.to_s
  LEFT JOIN ground.notice_uses AS n ON n.use_no = u.use_no
)
SELECT
  k.* EXCLUDE (routinely),
  CASE
    WHEN k.is_rostered_service THEN 'service_account'
    WHEN k.notice_kind IS NOT NULL THEN k.notice_kind
    WHEN k.authorized AND NOT k.routinely THEN 'authorization'
    WHEN k.case_open AND k.case_assigned AND k.case_operator_subjects <= (SELECT case_subjects FROM ground.figures) THEN 'case'
  END AS explained_by
FROM known AS k
ORDER BY use_no;

-- queries: One row for each use of a matcher: the model's columns (times as seconds, lists as text joined by ';'), the derived ones, and what the context explains of it. The three
-- tables lie side by side in one order, which ground.py verifies whenever it fills them: no copy of ten million rows, no join by key.
CREATE VIEW queries AS
SELECT
  columns(queries, q), u.ts_s, u.day_no, u.zone_known, u.local_s,
  CAST(floor(u.local_s / 86400) AS INTEGER) AS local_day_no,
  CAST(floor(u.local_s / 3600) - 24 * floor(u.local_s / 86400) AS INTEGER) AS local_hour,
  CAST(floor(u.local_s / 86400) + 3 - 7 * floor((floor(u.local_s / 86400) + 3) / 7) AS INTEGER) AS local_dow,
  u.is_search, u.is_machine, u.person,
  CASE WHEN q.case_number_state = 'value' THEN key_of(q.case_number) END AS case_key, u.reason_class, u.reason_no, c.explained_by,
  c.case_known, c.case_open, c.case_assigned, c.case_subjects, c.case_operator_subjects, c.authorized, c.on_shift, c.notice_kind, c.is_rostered_service,
  u.cell_x, u.cell_y, u.account, u.use_no
FROM (SELECT rowid AS row_no, * FROM main.queries) AS q
POSITIONAL JOIN ground.use_keys AS u
POSITIONAL JOIN ground.use_context AS c
WHERE q.row_no = u.use_no AND q.row_no = c.use_no;

-- searches: One row for each search that was done: identification, video search or live watch with status ok. This is what is counted.
CREATE VIEW searches AS SELECT * FROM ground.queries WHERE is_search AND status = 'ok';

-- attempts: One row for each search that was tried, whatever came of it.
CREATE VIEW attempts AS SELECT * FROM ground.queries WHERE is_search;

-- acts: One row for each use that searches neither one image nor one recording: live watches, enrolments, exports, changes of galleries and of the log's own settings, and others.
CREATE VIEW acts AS
WITH few AS MATERIALIZED (
  SELECT rowid AS use_no FROM main.queries WHERE operation NOT IN ('identification', 'verification', 'video_search')
)
SELECT * FROM uses_at(few) AS q;

-- untimely_uses: One row for each use of recordings that end before they begin, or of a picture that is younger than the use.
CREATE VIEW untimely_uses AS
WITH odd AS MATERIALIZED (
  SELECT rowid AS use_no FROM main.queries WHERE searched_to < searched_from OR captured_at > occurred_at
)
SELECT * FROM uses_at(odd) AS q;

-- use_attributes: One row for each face attribute that a use asked for (face analysis), as the log writes it.
CREATE VIEW use_attributes AS
SELECT q.system, q.query_id, q.export_id, q.record, seconds(q.occurred_at) AS ts_s, q.operator, q.agency, q.operation, q.status, t.attribute
FROM main.queries AS q, LATERAL (SELECT unnest(q.attributes) AS attribute) AS t
WHERE q.attributes IS NOT NULL;
