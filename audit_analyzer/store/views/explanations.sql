-- What clears a use before any rule asks: cases, leave given, announced events, shifts, rostered services. Every join key is unique at an instant, so that no use is doubled.

-- leaves: One row for each leave that was granted, with who stands behind it: by_supervisor is leave of the kind supervisor, and an order or a warrant that an account of the
-- log or a person of the roster gave: a court has no account on the matcher. An emergency is declared by whoever is there.
-- materialise: nothing without main.authorizations
CREATE VIEW leaves AS
WITH inside AS (
  SELECT operator_key FROM ground.operators WHERE operator_key IS NOT NULL
  UNION
  SELECT operator_key FROM ground.accounts WHERE operator_key IS NOT NULL
)
SELECT
  l.system, l.query_id, l.case_number, l.kind, seconds(l.granted_at) AS granted_s, seconds(l.expires_at) AS expires_s, lower(trim(l.granted_by)) AS giver_key,
  l.kind = 'supervisor' OR (l.kind IN ('court_order', 'warrant') AND i.operator_key IS NOT NULL) AS by_supervisor
FROM main.authorizations AS l
LEFT JOIN inside AS i ON i.operator_key = lower(trim(l.granted_by))
WHERE l.granted_at IS NOT NULL;

-- context_spans: One row for each stretch of time that context gives to a pair of keys, before overlapping ones are joined. kind: case (agency, number; '' serves uses without
-- agency where one agency alone has the number, '*' is a register row without agency), assigned (account, number), authorized query (system, id), authorized case (system, number), shift (operator).
-- An exigency counts from exigency_s before it was granted: Regulation (EU) 2024/1689 Art. 26(10) gives 48 hours. A number that two agencies have is not covered by leave for the bare number.
-- Routine query: leave for one use by a supervisor, on a system where supervisors gave it for half of the uses at least (30 or more): it is a step that every search takes, and explains none.
-- Routine case: the same of a supervisor's leave for a case number, where they gave it for half of the numbers at least. An order or a warrant that somebody of the roster or with an
-- account gave is a supervisor's leave, whatever it is called (leaves). What the searcher gave for the own search (self_given) is none.
CREATE VIEW context_spans AS
WITH register AS (
  SELECT
    key_of(c.case_number) AS case_key, coalesce(w.agency_key, lower(trim(c.agency))) AS agency_key, c.assigned_operators,
    coalesce(seconds(c.opened_at), -9000000000) AS from_s, coalesce(CASE WHEN e.case_number IS NULL THEN seconds(c.closed_at) ELSE e.closed_s END, 9000000000000) AS to_s
  FROM main.cases AS c
  LEFT JOIN ground.agency_spellings AS w ON w.said = lower(trim(c.agency))
  LEFT JOIN ground.case_ends AS e
    ON e.case_number = c.case_number AND e.said_agency IS NOT DISTINCT FROM lower(trim(c.agency)) AND e.opened_s IS NOT DISTINCT FROM seconds(c.opened_at)
), numbers AS (
  SELECT case_key, count(DISTINCT agency_key) AS agencies FROM register GROUP BY case_key
), named AS (
  SELECT r.case_key, r.agency_key, r.from_s, r.to_s, lower(trim(t.name)) AS name
  FROM register AS r, LATERAL (SELECT unnest(r.assigned_operators) AS name) AS t
), persons AS (
  SELECT n.case_key, n.agency_key, n.from_s, n.to_s, a.person FROM named AS n INNER JOIN ground.accounts AS a ON a.operator_key = n.name
  UNION
  SELECT n.case_key, n.agency_key, n.from_s, n.to_s, a.person FROM named AS n INNER JOIN ground.accounts AS a ON lower(trim(a.person)) = n.name
  UNION
  SELECT n.case_key, n.agency_key, n.from_s, n.to_s, o.person
  FROM named AS n
  INNER JOIN ground.operators AS o ON o.operator_key = n.name AND (o.agency IS NULL OR n.agency_key IS NULL OR o.agency_key = n.agency_key)
  WHERE o.person IS NOT NULL
), routine AS (
  SELECT s.system
  FROM (SELECT system, count(*) AS uses FROM main.queries WHERE operation IN ('identification', 'verification', 'video_search') GROUP BY system) AS s
  INNER JOIN (
    SELECT system, count(DISTINCT query_id) AS approved FROM ground.leaves WHERE by_supervisor AND query_id IS NOT NULL GROUP BY system
  ) AS a ON a.system = s.system
  WHERE a.approved >= 30 AND 2 * a.approved >= s.uses
), routine_cases AS (
  SELECT s.system
  FROM (SELECT system, approx_count_distinct(case_number) AS numbers FROM main.queries WHERE case_number_state = 'value' GROUP BY system) AS s
  INNER JOIN (
    SELECT system, count(DISTINCT key_of(case_number)) AS approved
    FROM ground.leaves
    WHERE by_supervisor AND query_id IS NULL AND case_number IS NOT NULL
    GROUP BY system
  ) AS a ON a.system IS NULL OR a.system = s.system
  GROUP BY s.system
  HAVING sum(a.approved) >= 30 AND 2 * sum(a.approved) >= any_value(s.numbers)
), independent_cases AS (
  SELECT DISTINCT z.system, key_of(l.case_number) AS case_key
  FROM ground.leaves AS l INNER JOIN ground.system_zones AS z ON l.system IS NULL OR z.system = l.system
  WHERE NOT l.by_supervisor AND l.query_id IS NULL AND l.case_number IS NOT NULL
), independent AS (
  SELECT DISTINCT z.system, l.query_id
  FROM ground.leaves AS l INNER JOIN ground.system_zones AS z ON l.system IS NULL OR z.system = l.system
  WHERE NOT l.by_supervisor AND l.query_id IS NOT NULL
), leave AS (
  SELECT
    z.system, l.query_id, key_of(l.case_number) AS case_key, l.by_supervisor AND r.system IS NOT NULL AND i.query_id IS NULL AS is_routine,
    l.by_supervisor AND rc.system IS NOT NULL AND ic.case_key IS NULL AS is_routine_case,
    l.granted_s - CASE WHEN l.kind = 'exigency' THEN f.exigency_s ELSE 0 END AS from_s, coalesce(l.expires_s, 9000000000000) AS to_s
  FROM ground.leaves AS l
  INNER JOIN ground.system_zones AS z ON l.system IS NULL OR z.system = l.system
  LEFT JOIN ground.self_given AS o ON o.system = z.system AND o.query_id = l.query_id AND o.giver_key = l.giver_key
  LEFT JOIN routine AS r ON r.system = z.system
  LEFT JOIN independent AS i ON i.query_id = l.query_id AND i.system = z.system
  LEFT JOIN routine_cases AS rc ON rc.system = z.system
  LEFT JOIN independent_cases AS ic ON ic.case_key = key_of(l.case_number) AND ic.system = z.system
  CROSS JOIN ground.figures AS f
  WHERE o.query_id IS NULL
)
SELECT 'case' AS kind, agency_key AS key_a, case_key AS key_b, from_s, to_s FROM register WHERE agency_key IS NOT NULL
UNION ALL
SELECT 'case', '*', case_key, from_s, to_s FROM register WHERE agency_key IS NULL
UNION ALL
SELECT 'case', '', r.case_key, r.from_s, r.to_s FROM register AS r INNER JOIN numbers AS n ON n.case_key = r.case_key WHERE n.agencies = 1 AND r.agency_key IS NOT NULL AND EXISTS (SELECT 1 FROM ground.accounts WHERE agency_key = '')
UNION ALL
SELECT 'assigned', CAST(a.account AS VARCHAR), p.case_key, p.from_s, p.to_s
FROM persons AS p INNER JOIN ground.accounts AS a ON a.person = p.person AND (p.agency_key IS NULL OR a.agency_key = '' OR a.agency_key = p.agency_key)
UNION ALL
SELECT CASE WHEN is_routine THEN 'routine query' ELSE 'authorized query' END, system, query_id, from_s, to_s FROM leave WHERE query_id IS NOT NULL
UNION ALL
SELECT CASE WHEN l.is_routine_case THEN 'routine case' ELSE 'authorized case' END, l.system, l.case_key, l.from_s, l.to_s
FROM leave AS l LEFT JOIN numbers AS n ON n.case_key = l.case_key
WHERE l.query_id IS NULL AND l.case_key IS NOT NULL AND coalesce(n.agencies, 0) <= 1
UNION ALL
SELECT 'shift', lower(trim(operator)), '', seconds(starts_at), seconds(ends_at) FROM main.shifts;

-- merged_spans: One row for each stretch of context after overlapping and touching ones of the same kind and keys became one (gaps and islands), so that at most one holds at an instant.
-- materialise: nothing without main.cases, main.authorizations, main.shifts
CREATE VIEW merged_spans AS
WITH marked AS (
  SELECT
    kind, key_a, key_b, from_s, to_s,
    CASE
      WHEN from_s <= max(to_s) OVER (PARTITION BY kind, key_a, key_b ORDER BY from_s, to_s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) THEN 0
      ELSE 1
    END AS fresh
  FROM ground.context_spans
  WHERE from_s < to_s AND key_b IS NOT NULL
), numbered AS (
  SELECT kind, key_a, key_b, from_s, to_s, sum(fresh) OVER (PARTITION BY kind, key_a, key_b ORDER BY from_s, to_s ROWS UNBOUNDED PRECEDING) AS island FROM marked
)
SELECT kind, key_a, key_b, min(from_s) AS from_s, max(to_s) AS to_s FROM numbered GROUP BY kind, key_a, key_b, island;

-- case_spans: One row for each stretch in which a case of the register (case_key, agency_key) is open or not; together the rows of a case cover all time, so a match means: known.
-- materialise: nothing without main.cases
CREATE VIEW case_spans AS
WITH opened AS (
  SELECT
    key_b AS case_key, key_a AS agency_key, from_s, to_s,
    row_number() OVER (PARTITION BY key_a, key_b ORDER BY from_s) AS nth,
    lead(from_s, 1, 9100000000000) OVER (PARTITION BY key_a, key_b ORDER BY from_s) AS next_s
  FROM ground.merged_spans
  WHERE kind = 'case'
)
SELECT case_key, agency_key, from_s, to_s, TRUE AS is_open FROM opened
UNION ALL
SELECT case_key, agency_key, to_s, next_s, FALSE FROM opened WHERE to_s < next_s
UNION ALL
SELECT case_key, agency_key, -9100000000, from_s, FALSE FROM opened WHERE nth = 1 AND from_s > -9100000000;

-- case_spans_of_any: The rows of case_spans whose register row names no agency: they serve an agency that has no row of its own under the number.
CREATE VIEW case_spans_of_any AS SELECT case_key, from_s, to_s, is_open FROM ground.case_spans WHERE agency_key = '*';

-- assigned_spans: One row for each stretch in which an account (or another account of the same person) is assigned to a case that is open.
CREATE VIEW assigned_spans AS SELECT CAST(key_a AS INTEGER) AS account, key_b, from_s, to_s FROM ground.merged_spans WHERE kind = 'assigned';

-- authorized_queries: One row for each stretch in which leave given covers one use (key_a system, key_b query_id); is_routine: a supervisor's, where every search takes that step.
CREATE VIEW authorized_queries AS
SELECT key_a, key_b, from_s, to_s, kind = 'routine query' AS is_routine FROM ground.merged_spans WHERE kind IN ('authorized query', 'routine query');

-- authorized_cases: One row for each stretch in which leave given covers a case number on a system (key_a system, key_b case_key).
CREATE VIEW authorized_cases AS
SELECT key_a, key_b, from_s, to_s, kind = 'routine case' AS is_routine FROM ground.merged_spans WHERE kind IN ('authorized case', 'routine case');

-- shift_days: One row for each UTC day that a stretch of duty touches, so that the join goes by operator and day.
-- materialise: nothing without main.shifts
CREATE VIEW shift_days AS
SELECT m.key_a AS operator_key, CAST(d.day_no AS INTEGER) AS day_no, m.from_s, m.to_s
FROM ground.merged_spans AS m, LATERAL (SELECT unnest(range(m.from_s // 86400, (m.to_s - 1) // 86400 + 1)) AS day_no) AS d
WHERE m.kind = 'shift';

-- case_crowds: One row for each case and account under which its agency sought more than one person (case_subjects) and how many of them the account sought itself (operator_subjects).
-- Persons are subject tokens, else probes: without tokens several frames of one suspect count as several. Keys are 64-bit hashes: of two in one case, one in 10^19 collides.
-- materialise
CREATE VIEW case_crowds AS
WITH pairs AS (
  SELECT a.agency_no, hash(q.case_key) AS case_hash, u.account, q.sought
  FROM ground.use_keys AS u
  POSITIONAL JOIN ground.use_cases AS q
  INNER JOIN ground.accounts AS a ON a.account = u.account
  WHERE u.is_search AND q.case_key IS NOT NULL
), several AS (
  SELECT agency_no, case_hash, min(account) < max(account) AS shared FROM pairs GROUP BY agency_no, case_hash HAVING min(sought) <> max(sought)
), people AS (
  SELECT DISTINCT p.agency_no, p.case_hash, p.account, p.sought, s.shared
  FROM pairs AS p INNER JOIN several AS s ON s.agency_no = p.agency_no AND s.case_hash = p.case_hash
), totals AS (
  SELECT agency_no, case_hash, count(DISTINCT sought) AS case_subjects FROM people WHERE shared GROUP BY agency_no, case_hash
), own AS (
  SELECT agency_no, case_hash, account, count(*) AS operator_subjects FROM people GROUP BY agency_no, case_hash, account
)
SELECT o.case_hash, o.account, o.operator_subjects, coalesce(t.case_subjects, o.operator_subjects) AS case_subjects
FROM own AS o
LEFT JOIN totals AS t ON t.agency_no = o.agency_no AND t.case_hash = o.case_hash;

-- case_uses: One row for each case number and account: searches under it (whatever their status), distinct persons sought (see case_crowds), first and last.
CREATE VIEW case_uses AS
SELECT
  system, agency, operator, case_key, count(*) AS searches, count(DISTINCT coalesce(subject, probe)) AS subjects, min(ts_s) AS first_s, max(ts_s) AS last_s
FROM ground.queries
WHERE is_search AND case_key IS NOT NULL
GROUP BY system, agency, operator, case_key;

-- notice_scopes: One row for each announced event and system that it concerns; an event without an end lasts through its day in the system's zone (UTC where none is stated).
-- materialise: nothing without main.notices
CREATE VIEW notice_scopes AS
SELECT
  n.notice_id, n.kind, z.system, coalesce(w.agency_key, lower(trim(n.agency))) AS agency_key, lower(trim(n.operator)) AS operator_key, n.gallery, n.text,
  seconds(n.starts_at) AS starts_s,
  coalesce(
    seconds(n.ends_at),
    seconds((date_trunc('day', n.starts_at AT TIME ZONE z.zone_or_utc) + INTERVAL 1 DAY) AT TIME ZONE z.zone_or_utc)
  ) AS ends_s
FROM main.notices AS n
INNER JOIN ground.system_zones AS z ON n.system IS NULL OR z.system = n.system
LEFT JOIN ground.agency_spellings AS w ON w.said = lower(trim(n.agency));

-- notice_uses: One row for each use that an announced test, training, outage, import or migration covers (system, agency, operator, gallery and time all fit), with the first of these kinds.
-- blanket: only a test or a class that names neither operator nor gallery covers it: then work on an open case of the register goes on beside it, and is none of it (use_context).
-- An import or migration of a gallery is of its pictures: it explains what was enrolled, read and deleted, never a search against the gallery; nor does an import, migration or outage of
-- more than three days that names no operator explain searches: people go on working meanwhile, and what is brought in at once is not brought in for weeks.
-- materialise: nothing without main.notices
CREATE VIEW notice_uses AS
WITH days AS (
  SELECT
    n.kind, n.gallery, n.starts_s, n.ends_s, a.account, CAST(d.day_no AS INTEGER) AS day_no,
    n.kind IN ('test', 'training') AND n.operator_key IS NULL AND n.gallery IS NULL AS blanket,
    n.kind IN ('test', 'training') OR n.operator_key IS NOT NULL OR ((n.gallery IS NULL OR n.kind = 'outage') AND n.ends_s - n.starts_s <= 259200) AS of_searches
  FROM ground.notice_scopes AS n
  INNER JOIN ground.accounts AS a
    ON a.system = n.system AND (n.agency_key IS NULL OR n.agency_key = a.agency_key) AND (n.operator_key IS NULL OR n.operator_key = a.operator_key), LATERAL (SELECT unnest(range(n.starts_s // 86400, (n.ends_s - 1) // 86400 + 1)) AS day_no) AS d
  WHERE n.kind IN ('test', 'training', 'outage', 'import', 'migration') AND n.starts_s < n.ends_s
), hits AS (
  SELECT
    u.use_no,
    bool_and(n.blanket) AS blanket, min(CASE n.kind WHEN 'test' THEN 1 WHEN 'training' THEN 2 WHEN 'outage' THEN 3 WHEN 'import' THEN 4 ELSE 5 END) AS first_kind
  FROM ground.use_keys AS u
  POSITIONAL JOIN ground.use_cases AS q
  INNER JOIN days AS n
    ON n.account = u.account AND n.day_no = u.day_no AND u.ts_s >= n.starts_s AND u.ts_s < n.ends_s
      AND (n.gallery IS NULL OR (n.gallery = q.gallery AND NOT (u.is_search AND n.kind IN ('import', 'migration'))))
    AND (n.of_searches OR NOT u.is_search)
  GROUP BY u.use_no
)
SELECT use_no, CASE first_kind WHEN 1 THEN 'test' WHEN 2 THEN 'training' WHEN 3 THEN 'outage' WHEN 4 THEN 'import' ELSE 'migration' END AS notice_kind, blanket FROM hits;

-- explanations: One row for each system, agency, operator and explanation (NULL: unexplained) with the searches that it accounts for.
CREATE VIEW explanations AS
SELECT system, agency, operator, explained_by, count(*) AS searches FROM ground.searches GROUP BY system, agency, operator, explained_by;
