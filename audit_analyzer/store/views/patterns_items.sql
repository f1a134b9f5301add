-- Stored faces over time: the limits that each falls under, the deployments of watchlists, probes that were enrolled, and faces that were used after they were deleted.

-- deployments: One row for each stretch of live watching of one gallery: a watchlist's deployment. A pause of deployment_pause seconds (8 hours, as for a session of an account) ends it, but not between the rows of one
-- job, nor between a start and the stop that follows, nor twelve hours between two rows of one account with the same words (a log that writes start and stop as two rows alike). It ends with its last row, or with the window
-- that a row states; a start without a stop is taken to last the twelve hours of a long shift.
-- materialise
CREATE VIEW deployments AS
WITH watched AS (
  SELECT
    system, gallery, ts_s, job, use_no, account, coalesce(reason_no, 0) AS words, lower(coalesce(call, '')) LIKE '%start%' AS begins, lower(coalesce(call, '')) LIKE '%stop%' AS ends,
    CASE WHEN searched_to_s > ts_s AND searched_to_s - ts_s <= 604800 THEN searched_to_s ELSE ts_s END AS watched_to_s
  FROM ground.queries
  WHERE operation = 'live_watch' AND status = 'ok'
), gaps AS (
  SELECT
    *, ts_s - lag(watched_to_s) OVER in_order AS gap_s, lag(job) OVER in_order AS job_before, lag(begins) OVER in_order AS begun_before,
    coalesce(account = lag(account) OVER in_order AND words = lag(words) OVER in_order, FALSE) AS alike
  FROM watched
  WINDOW in_order AS (PARTITION BY system, gallery ORDER BY ts_s, use_no)
), numbered AS (
  SELECT
    w.*, sum(CASE WHEN w.gap_s >= f.quiet_s AND NOT (coalesce(w.job = w.job_before, FALSE) OR (w.ends AND w.begun_before) OR (w.alike AND w.gap_s <= 43200)) THEN 1 ELSE 0 END)
      OVER (PARTITION BY w.system, w.gallery ORDER BY w.ts_s, w.use_no ROWS UNBOUNDED PRECEDING) AS part
  FROM gaps AS w
  CROSS JOIN ground.figures AS f
)
SELECT
  system, gallery, min(ts_s) AS starts_s, max(watched_to_s) + CASE WHEN bool_or(begins) AND NOT bool_or(ends) AND max(watched_to_s) = max(ts_s) THEN 43200 ELSE 0 END AS ends_s, count(*) AS watches
FROM numbered
GROUP BY system, gallery, part;

-- item_limits: One row for each stored item and each retention limit that it falls under: its own citizenship's limit where the pack states one, else the limit for anybody. due_s is when it had
-- to be gone: the limit from its creation (a watchlist's from the end of the deployment that began within the limit), not before the limit came into force, or the end of a hold that
-- covers that instant (a deletion within a day of it is in time: somebody has to lift the hold and run the deletion); until_s is when it was deleted, or the night (where the system's records end within the night's own day, their last instant: nothing tells of the rest of that day). certain: FALSE where the citizenship is not known and a longer limit, or none, may hold for the person.
-- materialise: nothing without main.biometric_items
CREATE VIEW item_limits AS
WITH items AS (
  SELECT
    i.item_id, i.system, i.kind, i.gallery, i.export_id, i.record, i.created_s, i.deleted_s, i.hold_from_s, i.hold_to_s,
    coalesce(i.citizenship, 'unknown') AS citizenship, i.query_id, i.subject, i.operator
  FROM ground.biometric_items AS i
), stated AS (
  SELECT
    system, pack, kind, bool_or(citizenship IS NULL) AS for_all, bool_or(coalesce(citizenship = 'citizen', FALSE)) AS for_citizens,
    bool_or(coalesce(citizenship = 'noncitizen', FALSE)) AS for_noncitizens, bool_or(coalesce(citizenship = 'unknown', FALSE)) AS for_unknown, max(seconds) AS longest
  FROM ground.limits
  GROUP BY system, pack, kind
), paired AS (
  SELECT
    i.*, l.pack, l.clause, l.seconds AS limit_s, l.from_s, l.to_s,
    i.citizenship <> 'unknown' OR l.citizenship IS NULL OR l.citizenship = 'unknown' OR (s.for_citizens AND s.for_noncitizens AND l.seconds = s.longest) AS certain
  FROM items AS i
  INNER JOIN ground.limits AS l ON l.system = i.system AND l.kind = i.kind
  INNER JOIN stated AS s ON s.system = l.system AND s.pack = l.pack AND s.kind = l.kind
  WHERE l.citizenship = i.citizenship
    OR (l.citizenship IS NULL AND NOT CASE i.citizenship WHEN 'citizen' THEN s.for_citizens WHEN 'noncitizen' THEN s.for_noncitizens ELSE s.for_unknown END)
    OR (i.citizenship = 'unknown' AND l.citizenship IS NOT NULL AND NOT s.for_unknown AND NOT (s.for_all AND l.seconds >= s.longest))
), started AS (
  SELECT p.system, p.item_id, p.export_id, p.record, p.clause, min(d.ends_s) AS deployed_until_s
  FROM paired AS p
  INNER JOIN ground.deployments AS d
    ON d.system = p.system AND coalesce(d.gallery = p.gallery, TRUE) AND d.ends_s >= p.created_s AND d.starts_s <= p.created_s + p.limit_s
  WHERE p.kind = 'watchlist'
  GROUP BY p.system, p.item_id, p.export_id, p.record, p.clause
), ended AS (
  SELECT p.*, greatest(coalesce(s.deployed_until_s, p.created_s) + p.limit_s, coalesce(p.from_s, -9000000000)) AS limit_end_s
  FROM paired AS p
  LEFT JOIN started AS s ON s.system = p.system AND s.item_id = p.item_id AND s.export_id = p.export_id AND s.record = p.record AND s.clause = p.clause
), held AS (
  SELECT
    e.*, coalesce(e.hold_from_s <= e.limit_end_s AND e.hold_to_s IS NULL, FALSE) AS on_hold,
    CASE
      WHEN NOT coalesce(e.hold_from_s <= e.limit_end_s AND e.hold_to_s > e.limit_end_s, FALSE) THEN e.limit_end_s
      WHEN e.deleted_s BETWEEN e.hold_to_s AND e.hold_to_s + 86400 THEN e.deleted_s
      ELSE e.hold_to_s
    END AS due_s
  FROM ended AS e
)
, told AS (
  SELECT system, max(ts_s) AS last_s FROM ground.queries GROUP BY system
  UNION ALL
  SELECT system, greatest(max(created_s), max(deleted_s)) AS last_s FROM ground.biometric_items GROUP BY system
), known AS (
  SELECT t.system, CASE WHEN max(t.last_s) > n.as_of_s - 86400 THEN least(max(t.last_s), n.as_of_s) ELSE n.as_of_s END AS now_s
  FROM told AS t CROSS JOIN ground.night AS n GROUP BY t.system, n.as_of_s
)
SELECT
  h.system, h.item_id, h.kind, h.gallery, h.citizenship, h.pack, h.clause, h.limit_s, h.created_s, h.deleted_s, h.due_s, h.on_hold, h.certain, h.query_id, h.subject, h.operator,
  h.export_id, h.record, least(coalesce(h.deleted_s, n.now_s), n.now_s) AS until_s, h.to_s
FROM held AS h
INNER JOIN known AS n ON n.system = h.system
WHERE h.to_s IS NULL OR h.due_s < h.to_s;

-- item_lives: One row for each kind of item and gallery of a system: how many items were deleted, how long the longest of those lived, and whether a limit stands for the kind.
-- materialise: nothing without main.biometric_items
CREATE VIEW item_lives AS
WITH limited AS (
  SELECT DISTINCT system, kind FROM ground.limits
)
SELECT
  i.system, i.kind, i.gallery, count(*) AS items, count(i.deleted_s) AS deleted, max(i.deleted_s - i.created_s) AS longest_s, min(i.created_s) AS first_created_s,
  max(i.deleted_s) AS last_deleted_s, l.system IS NOT NULL AS limited
FROM ground.biometric_items AS i
LEFT JOIN limited AS l ON l.system = i.system AND l.kind = i.kind
GROUP BY i.system, i.kind, i.gallery, l.system IS NOT NULL;

-- face_afterlives: One row for each use of a stored face after its deletion. how: 'returned' (a search gave the deleted face as its first candidate), 'searched with' (the deleted item was the
-- probe), 'image used' (the image that made the item was used again in another system or by another agency), 'handed on' (it was disclosed after its deletion). An item that was
-- stored again under the same id is alive again.
-- materialise: nothing without main.biometric_items
CREATE VIEW face_afterlives AS
WITH gone AS (
  SELECT i.item_id, i.system, i.kind, i.subject, i.query_id, i.created_s, i.deleted_s, i.export_id AS item_export, i.record AS item_record, i.gallery, i.query_agency
  FROM ground.biometric_items AS i
  WHERE i.deleted_s IS NOT NULL
), pictured AS (
  SELECT g.item_id, g.system, g.kind, g.deleted_s, g.item_export, g.item_record, g.created_s, q.probe, lower(trim(q.agency)) AS agency_key
  FROM main.queries AS q
  INNER JOIN gone AS g ON g.system = q.system AND g.query_id = q.query_id
  WHERE q.probe IS NOT NULL
), found AS MATERIALIZED (
  SELECT g.item_id, g.system, g.kind, g.deleted_s, g.created_s, g.item_export, g.item_record, q.use_no, 'returned' AS how
  FROM (SELECT use_no, system, candidate, gallery, ts_s FROM ground.queries WHERE is_search AND status = 'ok' AND candidate IS NOT NULL) AS q
  INNER JOIN gone AS g ON g.item_id = q.candidate AND q.ts_s > g.deleted_s
  UNION
  SELECT g.item_id, g.system, g.kind, g.deleted_s, g.created_s, g.item_export, g.item_record, q.use_no, 'searched with'
  FROM (SELECT use_no, system, probe, ts_s FROM ground.queries WHERE status = 'ok' AND probe IS NOT NULL) AS q
  INNER JOIN gone AS g ON g.item_id = q.probe AND q.ts_s > g.deleted_s
  UNION
  SELECT p.item_id, p.system, p.kind, p.deleted_s, p.created_s, p.item_export, p.item_record, q.use_no, 'image used'
  FROM (SELECT use_no, system, agency, probe, ts_s FROM ground.queries WHERE status = 'ok' AND probe IS NOT NULL) AS q
  INNER JOIN pictured AS p ON p.probe = q.probe AND q.ts_s > p.deleted_s AND (q.system <> p.system OR lower(trim(q.agency)) <> p.agency_key)
), used AS (
  SELECT
    f.item_id, f.system, f.kind, f.deleted_s, f.created_s, f.item_export, f.item_record, f.how, q.ts_s AS used_s, 'queries' AS table_name, q.query_id AS id, q.export_id,
    q.record, q.operator, q.agency AS by_org, q.system AS used_system, q.explained_by, CAST(NULL AS VARCHAR) AS reason
  FROM uses_at(found) AS q
  INNER JOIN found AS f ON f.use_no = q.use_no
  UNION ALL
  SELECT
    g.item_id, g.system, g.kind, g.deleted_s, g.created_s, g.item_export, g.item_record, 'handed on', d.disclosed_s, 'disclosures', d.disclosure_id, d.export_id,
    d.record, d.operator, d.to_org, coalesce(d.system, g.system), NULL, d.reason
  FROM ground.disclosures AS d
  INNER JOIN gone AS g ON g.item_id = d.item_id AND (d.system = g.system OR d.system IS NULL) AND d.disclosed_s > g.deleted_s
)
SELECT u.*
FROM used AS u
WHERE NOT EXISTS (
  SELECT 1 FROM ground.biometric_items AS b
  WHERE b.system = u.system AND b.item_id = u.item_id AND b.created_s > u.created_s AND b.created_s <= u.used_s
);

-- shared_items: One row for each stored face that was handed to another organisation than the one that made it, with the account's agency: the disclosure names the item, or the use that stored it. hashed: the reason says
-- that no image was given. An hour is left for the clocks of two systems.
-- materialise: nothing without main.disclosures
CREATE VIEW shared_items AS
WITH pairs AS (
  SELECT i.item_id, i.system, i.export_id, i.record, d.disclosure_id, d.export_id AS d_export, d.record AS d_record
  FROM ground.biometric_items AS i INNER JOIN ground.disclosures AS d ON d.item_id = i.item_id WHERE d.system = i.system OR d.system IS NULL
  UNION ALL
  SELECT i.item_id, i.system, i.export_id, i.record, d.disclosure_id, d.export_id, d.record
  FROM ground.biometric_items AS i INNER JOIN ground.disclosures AS d ON d.query_id = i.query_id AND d.system = i.system WHERE d.item_id IS NULL
)
SELECT
  d.disclosure_id, i.item_id, d.query_id, coalesce(d.system, i.system) AS system, d.to_org, lower(trim(d.to_org)) AS org_key, d.disclosed_s, d.export_id, d.record,
  coalesce(regexp_matches(lower(d.reason), '\bhash|checksum|fingerprint of the file|no image|without image|no photo|without photo|reconciliation of numbers|count only|statistics'), FALSE) AS hashed,
  i.system AS item_system, i.kind, i.subject, i.created_s, i.deleted_s, i.export_id AS item_export, i.record AS item_record, i.query_agency, i.query_id AS item_query
FROM pairs AS p
INNER JOIN ground.biometric_items AS i ON i.item_id = p.item_id AND i.system = p.system AND i.export_id = p.export_id AND i.record = p.record
INNER JOIN ground.disclosures AS d ON d.export_id = p.d_export AND d.record = p.d_record
WHERE i.created_s <= d.disclosed_s + 3600 AND (i.query_agency IS NULL OR lower(trim(d.to_org)) <> lower(trim(i.query_agency)));

-- partner_copies: One row for each stored face in a system of an organisation that faces were handed to: the same item, or an item of the same person stored within a day of the handing over; and, in a system of which most
-- items are such copies, each other item too (by_role: nobody wrote its handing over down; it counts from when it was stored). A system is an organisation's where the register, its accounts or its own name say so (letters
-- and digits compared). hashed: no image was given. until_s: when it was deleted, or the night.
-- materialise: nothing without main.disclosures
CREATE VIEW partner_copies AS
WITH named AS (
  SELECT system, agency FROM main.systems
  UNION SELECT system, agency FROM ground.accounts
  UNION SELECT system, system FROM ground.biometric_items
), partners AS (
  SELECT DISTINCT n.system, o.org_key
  FROM named AS n INNER JOIN (SELECT DISTINCT org_key FROM ground.shared_items) AS o ON key_of(n.agency) = key_of(o.org_key)
), handed AS (
  SELECT s.*, p.system AS partner FROM ground.shared_items AS s INNER JOIN partners AS p ON p.org_key = s.org_key AND p.system <> s.item_system
), paired AS (
  SELECT h.*, b.item_id AS copy_id, b.export_id AS copy_export, b.record AS copy_record FROM handed AS h INNER JOIN ground.biometric_items AS b ON b.system = h.partner AND b.item_id = h.item_id
  UNION
  SELECT h.*, b.item_id, b.export_id, b.record
  FROM handed AS h INNER JOIN ground.biometric_items AS b ON b.system = h.partner AND b.subject = h.subject AND b.created_s BETWEEN h.disclosed_s - 86400 AND h.disclosed_s + 86400
), roles AS (
  SELECT partner, min(item_system) AS item_system, min(to_org) AS to_org, count(DISTINCT copy_id) AS copies FROM paired WHERE NOT hashed GROUP BY partner
), undeclared AS (
  SELECT r.partner, r.item_system, r.to_org, b.item_id AS copy_id, b.export_id AS copy_export, b.record AS copy_record
  FROM ground.biometric_items AS b
  INNER JOIN roles AS r ON r.partner = b.system
  WHERE 2 * r.copies > (SELECT count(*) FROM ground.biometric_items AS a WHERE a.system = r.partner) AND NOT EXISTS (SELECT 1 FROM paired AS p WHERE p.partner = b.system AND p.copy_id = b.item_id)
), copies AS (
  SELECT partner, copy_id, copy_export, copy_record, item_system, item_id, deleted_s AS item_deleted_s, disclosure_id, disclosed_s, export_id, record, to_org, hashed, FALSE AS by_role FROM paired
  UNION ALL
  SELECT partner, copy_id, copy_export, copy_record, item_system, NULL, NULL, NULL, NULL, NULL, NULL, to_org, FALSE, TRUE FROM undeclared
)
SELECT
  p.partner AS system, p.copy_id, p.copy_export, p.copy_record, b.kind, b.created_s AS copied_s, b.deleted_s AS copy_deleted_s, least(coalesce(b.deleted_s, n.as_of_s), n.as_of_s) AS until_s,
  b.hold_from_s IS NOT NULL AS on_hold, p.item_system, p.item_id, p.item_deleted_s, p.disclosure_id, coalesce(p.disclosed_s, b.created_s) AS disclosed_s, p.export_id, p.record, p.to_org, p.hashed, p.by_role
FROM copies AS p
INNER JOIN ground.biometric_items AS b ON b.system = p.partner AND b.item_id = p.copy_id AND b.export_id = p.copy_export AND b.record = p.copy_record
CROSS JOIN ground.night AS n;

-- enrolled_probes: One row for each image that was searched with and then put into a gallery. how: 'enrolled' (an enrolment of the same image follows the search), 'stored' (the search itself stored an
-- item of a gallery's kind), 'returned' (another search got the image as its first candidate). delay_s is the time between; same_account: one account did both.
-- A short file name without folder (IMG_0412.jpg) counts as the same image for one account or person token only: cameras count from 1. A name that is a hash or a UUID is the same image in any folder.
-- materialise
CREATE VIEW enrolled_probes AS
WITH enrolments AS (
  SELECT use_no, system, ts_s, probe, hash(probe) AS image, account FROM ground.queries WHERE operation = 'enrolment' AND status = 'ok' AND probe IS NOT NULL
), answers AS (
  SELECT rowid AS use_no, hash(candidate) AS image FROM main.queries WHERE candidate IS NOT NULL AND status = 'ok' AND operation IN ('identification', 'video_search', 'live_watch')
), searched AS (
  SELECT u.use_no, u.account, u.ts_s, hash(q.probe) AS image
  FROM (SELECT rowid AS row_no, probe, probe_source, status FROM main.queries) AS q
  POSITIONAL JOIN ground.use_keys AS u
  WHERE u.is_search AND q.status = 'ok' AND q.probe IS NOT NULL AND coalesce(q.probe_source, 'unknown') <> 'enrolled_face'
), hashes AS (
  SELECT use_no, ts_s, image, hash(lower(split_part(probe, '/', -1))) AS name
  FROM enrolments
  WHERE regexp_matches(regexp_extract(lower(split_part(probe, '/', -1)), '^(?:[a-z0-9]+[:_-])?([0-9a-f-]{8,})(?:\.[a-z]{3,4})?$', 1), '[a-f].*[0-9]|[0-9].*[a-f]')
), copies AS (
  SELECT u.use_no, h.use_no AS later_no
  FROM (SELECT rowid AS row_no, probe, probe_source, status FROM main.queries) AS q
  POSITIONAL JOIN ground.use_keys AS u
  INNER JOIN hashes AS h ON h.name = hash(lower(split_part(q.probe, '/', -1)))
  WHERE u.is_search AND q.status = 'ok' AND q.probe IS NOT NULL AND coalesce(q.probe_source, 'unknown') <> 'enrolled_face' AND h.ts_s >= u.ts_s AND h.image <> hash(q.probe)
), followed AS MATERIALIZED (
  SELECT use_no, later_no, 'enrolled' AS how FROM copies
  UNION ALL
  SELECT s.use_no, e.use_no AS later_no, 'enrolled' AS how FROM searched AS s INNER JOIN enrolments AS e ON e.image = s.image AND e.ts_s >= s.ts_s
  UNION ALL
  SELECT s.use_no, a.use_no, 'returned' FROM searched AS s INNER JOIN answers AS a ON a.image = s.image AND a.use_no <> s.use_no
), stored AS MATERIALIZED (
  SELECT q.rowid AS use_no
  FROM main.queries AS q
  WHERE q.query_id IN (SELECT i.query_id FROM ground.biometric_items AS i WHERE i.kind IN ('enrolment', 'watchlist'))
), later AS MATERIALIZED (
  SELECT later_no AS use_no FROM followed
), paired AS (
  SELECT
    q.how, q.system, q.query_id, q.export_id, q.record, q.ts_s, q.operator, q.account, q.agency, q.is_machine, q.probe, q.reason, q.offense, q.carriers, q.gallery, q.explained_by,
    'queries' AS later_table, l.query_id AS later_id, l.export_id AS later_export, l.record AS later_record, l.ts_s AS later_s, l.operator AS later_operator, l.is_machine AS later_machine,
    l.gallery AS later_gallery, l.explained_by AS later_explained, l.account = q.account AS same_account, l.system AS later_system
  FROM uses_at(later) AS l
  INNER JOIN (SELECT e.*, f.how, f.later_no FROM uses_at(followed) AS e INNER JOIN followed AS f ON f.use_no = e.use_no) AS q ON q.later_no = l.use_no
  WHERE l.ts_s >= q.ts_s AND (q.how = 'enrolled' OR l.candidate = q.probe)
    AND (length(q.probe) >= 24 OR contains(q.probe, '/') OR l.account = q.account OR l.subject = q.subject OR (q.how = 'returned' AND l.system = q.system))
  UNION ALL
  SELECT
    'stored', q.system, q.query_id, q.export_id, q.record, q.ts_s, q.operator, q.account, q.agency, q.is_machine, q.probe, q.reason, q.offense, q.carriers, q.gallery, q.explained_by,
    'biometric_items', i.item_id, i.export_id, i.record, i.created_s, q.operator, q.is_machine, i.gallery, CASE WHEN q.explained_by = 'authorization' AND i.kind = 'enrolment' THEN NULL ELSE q.explained_by END, TRUE, i.system
  FROM uses_at(stored) AS q
  INNER JOIN ground.biometric_items AS i ON i.system = q.system AND i.query_id = q.query_id AND i.kind IN ('enrolment', 'watchlist')
  WHERE q.is_search
)
SELECT p.*, p.later_s - p.ts_s AS delay_s FROM paired AS p;
