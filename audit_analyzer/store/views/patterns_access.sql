-- Who used which account, when and from where: the roster held against each account, ways in that change too fast, duty, hours, and kinds of face attributes.

-- roster_rows: One row for each account of the logs and row of the roster that is about it: the same name (of the same agency where both state one, unless it is a mail address, which is one account's everywhere), or another account of the same person
-- (own is then false: training goes with the person, employment and role with the account).
CREATE VIEW roster_rows AS
WITH named AS (
  SELECT
    a.account, o.role, o.licence, o.person, o.operator, o.operator_key, o.active_from_s, o.active_to_s, o.trained_from_s, o.trained_to_s, o.export_id, o.record
  FROM ground.accounts AS a
  INNER JOIN ground.operators AS o
    ON o.operator_key = a.operator_key AND (o.agency IS NULL OR a.agency_key = '' OR o.agency_key = a.agency_key OR o.operator_key LIKE '%_@_%._%')
), others AS (
  SELECT DISTINCT
    n.account, o.role, o.licence, o.person, o.operator, o.operator_key, o.active_from_s, o.active_to_s, o.trained_from_s, o.trained_to_s, o.export_id, o.record
  FROM named AS n
  INNER JOIN ground.operators AS o ON o.person = n.person AND o.operator_key <> n.operator_key
)
SELECT *, TRUE AS own FROM named
UNION ALL
SELECT *, FALSE FROM others;

-- roster_reach: One row for each account of the logs whose agency has a roster (or where the roster names no agencies): whether the account stands in it, and how many of the agency's accounts
-- of people do. An agency without a single row has delivered no roster, which says nothing about its accounts.
CREATE VIEW roster_reach AS
WITH agencies AS (
  SELECT DISTINCT coalesce(agency_key, '') AS agency_key FROM ground.operators
), reached AS (
  SELECT a.account, a.system, a.agency, a.agency_key, a.operator, a.operator_kind, a.is_machine, a.rostered
  FROM ground.accounts AS a
  WHERE a.operator IS NOT NULL AND (a.agency_key = '' OR a.agency_key IN (SELECT agency_key FROM agencies) OR '' IN (SELECT agency_key FROM agencies))
), people AS (
  SELECT agency_key, count(*) AS accounts, count(*) FILTER (WHERE rostered) AS known FROM reached WHERE NOT is_machine GROUP BY agency_key
)
SELECT r.*, coalesce(p.accounts, 0) AS agency_accounts, coalesce(p.known, 0) AS agency_known
FROM reached AS r
LEFT JOIN people AS p ON p.agency_key = r.agency_key;

-- way_uses: One row for each use of a person's account on a day on which it came from several networks with several clients (the day before counted in): network as in account_sessions; client is
-- the device, else the client program without its version (with the login session, where that stayed in its one network for three uses and more: two such logins side by side are two seats,
-- whatever program both run), else the login session. switched: this use and the one before lie within 30 minutes and differ in network and in client both; changed: the same within 12 hours.
-- Mobile addresses and VPNs change the network and not the client; a console beside a script changes the client and not the network.
-- materialise
CREATE VIEW way_uses AS
WITH days AS (
  SELECT
    account, day_no, min(network) AS low_network, max(network) AS high_network,
    min(coalesce(device, concat(regexp_replace(user_agent, '[/ ].*$', ''), session))) AS low_client,
    max(coalesce(device, concat(regexp_replace(user_agent, '[/ ].*$', ''), session))) AS high_client
  FROM ground.account_sessions
  WHERE NOT is_machine AND network IS NOT NULL AND coalesce(device, user_agent, session) IS NOT NULL
  GROUP BY account, day_no
), pairs AS (
  SELECT
    account, day_no, min(low_network) OVER around AS low_network, max(high_network) OVER around AS high_network,
    min(low_client) OVER around AS low_client, max(high_client) OVER around AS high_client
  FROM days
  WINDOW around AS (PARTITION BY account ORDER BY day_no RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING)
), busy AS (
  SELECT account, day_no FROM pairs WHERE low_network <> high_network AND low_client <> high_client
), seats AS (
  SELECT s.account, s.session
  FROM ground.account_sessions AS s
  WHERE s.device IS NULL AND s.session IS NOT NULL AND s.account IN (SELECT account FROM busy)
  GROUP BY s.account, s.session
  HAVING count(DISTINCT s.network) = 1 AND count(s.network) = count(*) AND sum(s.uses) >= 3
), uses AS (
  SELECT
    q.account, q.system, q.agency, q.operator, q.query_id, q.export_id, q.record, q.ts_s, q.day_no, q.session, q.explained_by,
    CASE
      WHEN q.client_ip LIKE '%.amazonaws.com' OR q.client_ip = 'AWS Internal' THEN NULL
      WHEN regexp_full_match(q.client_ip, '[0-9]+(\.[0-9]+){3}') THEN regexp_extract(q.client_ip, '^([0-9]+\.[0-9]+\.[0-9]+)', 1)
      WHEN q.client_ip LIKE '%:%' THEN array_to_string(string_split(q.client_ip, ':')[1:4], ':')
      ELSE q.client_ip
    END AS network,
    coalesce(q.device, CASE WHEN t.session IS NULL THEN regexp_replace(q.user_agent, '[/ ].*$', '') ELSE concat(regexp_replace(q.user_agent, '[/ ].*$', ''), ' ', q.session) END, q.session) AS client
  FROM ground.queries AS q
  INNER JOIN busy AS b ON b.account = q.account AND b.day_no = q.day_no
  LEFT JOIN seats AS t ON t.account = q.account AND t.session = q.session
  WHERE q.operator IS NOT NULL
), kept AS (
  SELECT
    *, lag(network) OVER within AS previous_network, lag(client) OVER within AS previous_client, lag(session) OVER within AS previous_session, lag(ts_s) OVER within AS previous_ts_s
  FROM uses
  WHERE network IS NOT NULL AND client IS NOT NULL
  WINDOW within AS (PARTITION BY account ORDER BY ts_s, query_id)
)
SELECT
  *, coalesce(network <> previous_network AND client <> previous_client AND ts_s - previous_ts_s <= 1800, FALSE) AS switched,
  coalesce(network <> previous_network AND client <> previous_client AND ts_s - previous_ts_s <= 43200, FALSE) AS changed,
  coalesce(session = previous_session, FALSE) AS same_session
FROM kept;

-- far_uses: One row for each use of a person's account and another use of it, at most 12 hours apart, that one person cannot both have made: to be at both places would take more than 900 km/h
-- (the cruising speed of an airliner). device_place: at both the place is the device's: a photo taken with it, or taken within an hour of the search; else it may be where a
-- video was recorded. other_client: the two came from different devices, sessions and addresses, as far as the log tells; same_client: one of the three is the same.
-- materialise
CREATE VIEW far_uses AS
WITH hops AS (
  SELECT system, operator, agency, min(previous_ts_s) - 43200 AS from_s, max(ts_s) + 43200 AS to_s, ts_s // 86400 AS hop_day
  FROM ground.travel
  WHERE NOT is_machine AND (speed_kmh IS NULL OR speed_kmh > 900)
  GROUP BY system, operator, agency, ts_s // 86400
), near_hops AS (
  SELECT DISTINCT
    q.account, q.system, q.agency, q.operator, q.query_id, q.export_id, q.record, q.ts_s, q.latitude, q.longitude, q.explained_by, q.device, q.session, q.client_ip,
    coalesce(q.probe_source = 'mobile_capture' OR abs(q.ts_s - q.captured_s) <= 3600, FALSE) AS device_place
  FROM ground.queries AS q
  INNER JOIN hops AS h ON h.system = q.system AND h.operator = q.operator AND h.agency IS NOT DISTINCT FROM q.agency AND q.ts_s BETWEEN h.from_s AND h.to_s
  WHERE q.latitude IS NOT NULL AND q.longitude IS NOT NULL
), pairs AS (
  SELECT
    a.*, b.query_id AS other_id, abs(a.ts_s - b.ts_s) AS apart_s, metres(a.latitude, a.longitude, b.latitude, b.longitude) AS distance_m,
    a.device_place AND b.device_place AS both_device,
    (a.device IS NULL OR b.device IS NULL OR a.device <> b.device) AND (a.session IS NULL OR b.session IS NULL OR a.session <> b.session)
      AND (a.client_ip IS NULL OR b.client_ip IS NULL OR a.client_ip <> b.client_ip)
      AND (coalesce(a.device, a.session, a.client_ip) IS NOT NULL AND coalesce(b.device, b.session, b.client_ip) IS NOT NULL) AS other_client,
    coalesce(a.device = b.device, FALSE) OR coalesce(a.session = b.session, FALSE) OR coalesce(a.client_ip = b.client_ip, FALSE) AS same_client
  FROM near_hops AS a
  INNER JOIN near_hops AS b ON b.account = a.account AND b.query_id <> a.query_id AND abs(a.ts_s - b.ts_s) <= 43200
)
SELECT
  p.account, p.system, p.agency, p.operator, p.query_id, p.export_id, p.record, p.ts_s, p.explained_by, p.other_id, p.apart_s, p.distance_m,
  p.distance_m * 3.6 / greatest(p.apart_s, 1) AS speed_kmh, p.both_device AS device_place, p.other_client, p.same_client
FROM pairs AS p CROSS JOIN ground.figures AS f
WHERE p.distance_m >= f.travel_m AND p.distance_m * 3.6 > 900 * p.apart_s;

-- account_hours: One row for each person's account and local hour of the day (0 to 23) of known zone: searches done, and those that nothing explains.
-- materialise
CREATE VIEW account_hours AS
SELECT account, local_hour, count(*) AS searches, count(*) FILTER (WHERE explained_by IS NULL) AS unexplained
FROM ground.searches
WHERE local_hour IS NOT NULL AND operator IS NOT NULL AND NOT is_machine
GROUP BY account, local_hour;

-- agency_hours: One row for each system, agency and local hour with the searches of its people in that hour and in all hours.
CREATE VIEW agency_hours AS
WITH counted AS (
  SELECT a.system, a.agency_key, h.local_hour, sum(h.searches) AS searches
  FROM ground.account_hours AS h
  INNER JOIN ground.accounts AS a ON a.account = h.account
  GROUP BY a.system, a.agency_key, h.local_hour
), totals AS (
  SELECT system, agency_key, sum(searches) AS total FROM counted GROUP BY system, agency_key
)
SELECT t.system, t.agency_key, CAST(c.hour AS INTEGER) AS local_hour, CAST(coalesce(k.searches, 0) AS BIGINT) AS searches, CAST(t.total AS BIGINT) AS total
FROM totals AS t
CROSS JOIN (SELECT unnest(range(24)) AS hour) AS c
LEFT JOIN counted AS k ON k.system = t.system AND k.agency_key = t.agency_key AND k.local_hour = c.hour;

-- off_shift_uses: One row for each search of a person's account with shifts that lies in none of them, within the time that its shifts span: away_s to the nearest end or begin of a shift.
-- materialise: nothing without main.shifts
CREATE VIEW off_shift_uses AS
WITH spans AS (
  SELECT key_a AS operator_key, from_s, to_s FROM ground.merged_spans WHERE kind = 'shift'
), reach AS (
  SELECT operator_key, min(from_s) AS from_s, max(to_s) AS to_s FROM spans GROUP BY operator_key
), loose AS (
  SELECT
    q.account, q.system, q.agency, q.operator, q.query_id, q.export_id, q.record, q.ts_s, q.day_no, q.explained_by, q.case_key, q.case_known, q.subject, q.cell_x, q.cell_y, q.case_open AND q.case_assigned AS own_case, a.operator_key
  FROM ground.searches AS q
  INNER JOIN ground.accounts AS a ON a.account = q.account
  INNER JOIN reach AS r ON r.operator_key = a.operator_key AND q.ts_s >= r.from_s AND q.ts_s < r.to_s
  WHERE q.on_shift = FALSE AND NOT q.is_machine AND q.operator IS NOT NULL
), after AS (
  SELECT l.*, l.ts_s - s.to_s AS since_s FROM loose AS l ASOF LEFT JOIN spans AS s ON s.operator_key = l.operator_key AND s.to_s <= l.ts_s
)
SELECT
  a.account, a.system, a.agency, a.operator, a.query_id, a.export_id, a.record, a.ts_s, a.day_no, a.explained_by, a.case_key, a.case_known, a.subject, a.cell_x, a.cell_y, a.own_case,
  a.since_s, s.from_s - a.ts_s AS until_s, least(a.since_s, s.from_s - a.ts_s) AS away_s
FROM after AS a ASOF LEFT JOIN spans AS s ON s.operator_key = a.operator_key AND s.from_s >= a.ts_s;

-- analysis_uses: One row for each use and face attribute asked for, by kind: plain (the default, or age where nobody forbids it), age (where the register lists other attributes and not this one), quality
-- (open eyes, something before the face: whether the picture is fit), appearance (glasses, direction of the eyes, open mouth), character (gender, emotions, hair, ethnicity and whatever else),
-- permitted (a register row of the system in force lists it), unstated (face analysis without a list). Names as in Amazon Rekognition's API (DetectFaces, Attributes).
CREATE VIEW analysis_uses AS
WITH asked AS (
  SELECT
    q.system, q.query_id, q.export_id, q.record, seconds(q.occurred_at) AS ts_s, q.operator, q.agency, q.operation, q.status, t.attribute,
    regexp_replace(upper(trim(t.attribute)), '[^A-Z]+', '_', 'g') AS name
  FROM main.queries AS q, LATERAL (SELECT unnest(q.attributes) AS attribute) AS t
  WHERE q.attributes IS NOT NULL AND q.attributes <> ['DEFAULT']
  UNION ALL
  SELECT system, query_id, export_id, record, seconds(occurred_at), operator, agency, operation, status, NULL, NULL
  FROM main.queries
  WHERE operation = 'face_analysis' AND (attributes IS NULL OR len(attributes) = 0)
), permitted AS (
  SELECT system, regexp_replace(upper(trim(term)), '[^A-Z]+', '_', 'g') AS name, approved_from_s, approved_to_s FROM ground.system_terms WHERE kind = 'attribute'
), leave AS (
  SELECT DISTINCT a.system, a.query_id, a.attribute
  FROM asked AS a
  INNER JOIN permitted AS p
    ON p.system = a.system AND p.name = a.name AND (p.approved_from_s IS NULL OR p.approved_from_s <= a.ts_s) AND (p.approved_to_s IS NULL OR p.approved_to_s > a.ts_s)
), registers AS (
  SELECT DISTINCT system FROM permitted
)
SELECT
  a.*,
  CASE
    WHEN a.name IS NULL THEN 'unstated'
    WHEN a.name IN ('DEFAULT', 'NONE', '', 'BOUNDING_BOX', 'LANDMARKS', 'POSE', 'CONFIDENCE') THEN 'plain'
    WHEN l.query_id IS NOT NULL THEN 'permitted'
    WHEN a.name IN ('AGE_RANGE', 'AGE', 'AGERANGE') THEN CASE WHEN r.system IS NULL THEN 'plain' ELSE 'age' END
    WHEN a.name IN ('QUALITY', 'EYES_OPEN', 'EYESOPEN', 'FACE_OCCLUDED', 'FACEOCCLUDED', 'OCCLUSION', 'SHARPNESS', 'BRIGHTNESS', 'BLUR', 'LIVENESS') THEN 'quality'
    WHEN a.name IN ('EYEGLASSES', 'SUNGLASSES', 'GLASSES', 'EYE_DIRECTION', 'MOUTH_OPEN', 'MASK', 'HEADWEAR') THEN 'appearance'
    ELSE 'character'
  END AS kind
FROM asked AS a
LEFT JOIN leave AS l ON l.system = a.system AND l.query_id = a.query_id AND l.attribute = a.attribute
LEFT JOIN registers AS r ON r.system = a.system;

-- without_leave: One row for each use and clause that wants leave for it (a warrant, a court order, a supervisor, an exigency), of which the time for it is over and none that the clause knows covers
-- the use, by its id or its case; refused: it was asked for and not given; own_word: the searcher gave it, by this or another account (an exigency is declared by whoever is there). due: uses of the system for which the clause wants leave, and whose time for it is over.
-- materialise: nothing without ground.pack_parameters
CREATE VIEW without_leave AS
WITH kinds AS (
  SELECT system, clause, text AS kind, from_s, to_s FROM ground.pack_parameters WHERE name = 'authorization_kinds'
), times AS (
  SELECT system, clause, max(number) AS within_s FROM ground.pack_parameters WHERE name = 'authorization_within' GROUP BY system, clause
), named AS (
  SELECT system, clause, text AS operation FROM ground.pack_parameters WHERE name = 'authorization_operations'
), operations AS (  -- a clause that names no operation means every search
  SELECT system, clause, operation FROM named
  UNION
  SELECT k.system, k.clause, o.operation
  FROM kinds AS k
  CROSS JOIN (VALUES ('identification'), ('video_search'), ('live_watch')) AS o (operation)
  LEFT JOIN named AS n ON n.system = k.system AND n.clause = k.clause
  WHERE n.clause IS NULL
), duties AS (
  SELECT DISTINCT o.system, o.clause, o.operation, k.from_s, k.to_s, coalesce(t.within_s, 0) AS within_s
  FROM operations AS o
  INNER JOIN kinds AS k ON k.system = o.system AND k.clause = o.clause
  LEFT JOIN times AS t ON t.system = o.system AND t.clause = o.clause
), bound AS MATERIALIZED (
  SELECT q.use_no, q.system, q.query_id, q.case_key, q.ts_s, d.clause
  FROM ground.queries AS q
  INNER JOIN duties AS d ON d.system = q.system AND d.operation = q.operation
  CROSS JOIN ground.night AS n
  WHERE q.status = 'ok' AND q.operator IS NOT NULL AND (q.explained_by IS NULL OR q.explained_by NOT IN ('test', 'training', 'import', 'migration'))
    AND (d.from_s IS NULL OR q.ts_s >= d.from_s) AND (d.to_s IS NULL OR q.ts_s < d.to_s) AND n.as_of_s - q.ts_s > d.within_s
), leave AS (  -- until when each use, or case, has leave that a clause knows
  SELECT k.system, k.clause, a.query_id, CASE WHEN a.query_id IS NULL THEN a.case_key END AS case_key, max(coalesce(a.expires_s, 9000000000000)) AS until_s
  FROM ground.authorizations AS a
  INNER JOIN kinds AS k ON k.kind = a.kind AND (a.system = k.system OR a.system IS NULL)
  WHERE a.granted_s IS NOT NULL AND (NOT a.is_own OR a.kind = 'exigency')
  GROUP BY ALL
), own_words AS (
  SELECT DISTINCT system, query_id FROM ground.authorizations WHERE is_own AND kind <> 'exigency' AND granted_s IS NOT NULL
), refusals AS (
  SELECT DISTINCT query_id FROM ground.authorizations WHERE granted_s IS NULL AND query_id IS NOT NULL
), totals AS (
  SELECT system, clause, count(*) AS due FROM bound GROUP BY system, clause
), lacking AS MATERIALIZED (
  SELECT DISTINCT b.use_no, b.clause, t.due
  FROM bound AS b
  INNER JOIN totals AS t ON t.system = b.system AND t.clause = b.clause
  LEFT JOIN leave AS l ON l.query_id = b.query_id AND l.system = b.system AND l.clause = b.clause AND l.until_s > b.ts_s
  LEFT JOIN leave AS c ON c.case_key = b.case_key AND c.system = b.system AND c.clause = b.clause AND c.until_s > b.ts_s
  WHERE l.clause IS NULL AND c.clause IS NULL
)
SELECT q.system, q.agency, q.operator, q.query_id, q.export_id, q.record, q.ts_s, q.operation, b.clause, r.query_id IS NOT NULL AS refused, w.query_id IS NOT NULL AS own_word, b.due
FROM uses_at(lacking) AS q
INNER JOIN lacking AS b ON b.use_no = q.use_no
LEFT JOIN refusals AS r ON r.query_id = q.query_id
LEFT JOIN own_words AS w ON w.system = q.system AND w.query_id = q.query_id;
