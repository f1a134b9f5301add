-- What happened around a use, and the registers: the model's tables with times as seconds. A row that names a use carries that use's system, time, operator, agency, subject and case.
-- Of actions, evidence, leave and handings-on there are fewer than of uses that anything names: they are the side of the join that is held.

-- linked_uses: One row for each use that any child row names; only_one says that no other system knows the id, so a child row without a system belongs to it.
-- materialise: nothing without main.reviews, main.corroborations, main.actions, main.authorizations, main.biometric_items, main.disclosures
CREATE VIEW linked_uses AS
WITH ids AS (
  SELECT query_id FROM main.reviews
  UNION SELECT query_id FROM main.corroborations
  UNION SELECT query_id FROM main.actions
  UNION SELECT query_id FROM main.authorizations
  UNION SELECT query_id FROM main.biometric_items
  UNION SELECT query_id FROM main.disclosures
)
SELECT
  q.rowid AS use_no, q.query_id, q.system, seconds(q.occurred_at) AS query_ts_s, q.operator, q.agency AS query_agency, q.subject AS query_subject,
  CASE WHEN q.case_number_state = 'value' THEN key_of(q.case_number) END AS query_case_key,
  count(*) OVER (PARTITION BY q.query_id) = 1 AS only_one
FROM main.queries AS q
INNER JOIN ids AS i ON i.query_id = q.query_id;

-- reviews: One row for each human decision about what a search returned (use_no: NULL where the log does not have that search).
CREATE VIEW reviews AS
SELECT
  columns(reviews, c, without system), coalesce(c.system, l.system) AS system, l.use_no, l.query_ts_s, l.operator, l.query_agency, l.query_subject, l.query_case_key AS case_key
FROM main.reviews AS c
LEFT JOIN ground.linked_uses AS l ON l.query_id = c.query_id AND (l.system = c.system OR (c.system IS NULL AND l.only_one));

-- corroborations: One row for each piece of evidence that is, or is claimed to be, independent of the match.
CREATE VIEW corroborations AS
SELECT
  columns(corroborations, c, without system), coalesce(c.system, l.system) AS system, l.query_ts_s, l.operator, l.query_agency, l.query_subject, coalesce(key_of(c.case_number), l.query_case_key) AS case_key
FROM ground.linked_uses AS l
RIGHT JOIN main.corroborations AS c ON l.query_id = c.query_id AND (l.system = c.system OR (c.system IS NULL AND l.only_one));

-- actions: One row for each thing done to a person after a search; agency is the officer's, query_agency the searcher's.
CREATE VIEW actions AS
SELECT
  columns(actions, c, without system), coalesce(c.system, l.system) AS system, l.query_ts_s, l.operator, l.query_agency, l.query_subject, coalesce(key_of(c.case_number), l.query_case_key) AS case_key
FROM ground.linked_uses AS l
RIGHT JOIN main.actions AS c ON l.query_id = c.query_id AND (l.system = c.system OR (c.system IS NULL AND l.only_one));

-- self_given: One row for each use whose leave the searcher gave: by the same account, or by another account of the same person. Leave is somebody else's.
-- materialise: nothing without main.authorizations
CREATE VIEW self_given AS
SELECT DISTINCT l.system, l.query_id, lower(trim(c.granted_by)) AS giver_key
FROM main.authorizations AS c
INNER JOIN ground.linked_uses AS l ON l.query_id = c.query_id AND (l.system = c.system OR (c.system IS NULL AND l.only_one))
INNER JOIN ground.accounts AS a ON a.system = l.system AND a.operator = l.operator AND a.agency IS NOT DISTINCT FROM l.query_agency
LEFT JOIN ground.accounts AS g ON g.system = l.system AND g.operator_key = lower(trim(c.granted_by))
LEFT JOIN ground.operators AS o ON o.operator_key = lower(trim(c.granted_by))
WHERE c.granted_by IS NOT NULL AND NOT a.is_machine AND (lower(trim(c.granted_by)) = a.operator_key OR g.person = a.person OR o.person = a.person OR lower(trim(c.granted_by)) = lower(trim(a.person)));

-- authorizations: One row for each leave given for a use, before or after it; is_own: the searcher gave it (self_given).
CREATE VIEW authorizations AS
SELECT
  columns(authorizations, c, without system), coalesce(c.system, l.system) AS system, l.query_ts_s, l.operator, l.query_agency, l.query_subject, coalesce(key_of(c.case_number), l.query_case_key) AS case_key,
  s.query_id IS NOT NULL AS is_own
FROM ground.linked_uses AS l
RIGHT JOIN main.authorizations AS c ON l.query_id = c.query_id AND (l.system = c.system OR (c.system IS NULL AND l.only_one))
LEFT JOIN ground.self_given AS s ON s.system = l.system AND s.query_id = l.query_id AND s.giver_key = lower(trim(c.granted_by));

-- biometric_items: One row for each stored face image or template, with its life. Kept, since a dozen questions begin with it.
-- materialise: nothing without main.biometric_items
CREATE VIEW biometric_items AS
SELECT
  columns(biometric_items, c, without system), coalesce(c.system, l.system) AS system, l.query_ts_s, l.operator, l.query_agency, l.query_subject, l.query_case_key AS case_key
FROM main.biometric_items AS c
LEFT JOIN ground.linked_uses AS l ON l.query_id = c.query_id AND (l.system = c.system OR (c.system IS NULL AND l.only_one));

-- disclosures: One row for each handing over of data to another organisation.
CREATE VIEW disclosures AS
SELECT
  columns(disclosures, c, without system), coalesce(c.system, l.system) AS system, l.query_ts_s, l.operator, l.query_agency, l.query_subject, l.query_case_key AS case_key
FROM ground.linked_uses AS l
RIGHT JOIN main.disclosures AS c ON l.query_id = c.query_id AND (l.system = c.system OR (c.system IS NULL AND l.only_one));

-- roster_ends: One row for each period of the roster (account, agency and beginning) that a later delivery told again: its end as it was told last (NULL: it goes on). part: 'active' or 'trained'.
-- materialise: nothing without main.operators
CREATE VIEW roster_ends AS
WITH arrivals AS (
  SELECT export_id, min(rowid) AS nth FROM main.exports GROUP BY export_id
), periods AS (
  SELECT 'active' AS part, lower(trim(operator)) AS operator_key, lower(trim(agency)) AS said_agency, seconds(active_from) AS begins_s, seconds(active_to) AS ends_s, export_id FROM main.operators
  UNION ALL
  SELECT 'trained', lower(trim(operator)), lower(trim(agency)), seconds(trained_from), seconds(trained_to), export_id FROM main.operators WHERE trained_from IS NOT NULL
), placed AS (
  SELECT p.*, a.nth, max(a.nth) OVER same AS last_nth, min(a.nth) OVER same AS first_nth
  FROM periods AS p
  INNER JOIN arrivals AS a ON a.export_id = p.export_id
  WINDOW same AS (PARTITION BY p.part, p.operator_key, p.said_agency, p.begins_s)
)
SELECT part, operator_key, said_agency, begins_s, CASE WHEN bool_or(ends_s IS NULL) THEN NULL ELSE max(ends_s) END AS ends_s
FROM placed
WHERE nth = last_nth AND first_nth < last_nth
GROUP BY part, operator_key, said_agency, begins_s;

-- operators: One row for each period of an account in the roster; agency_key is its agency as the logs spell it (folded). A period told again by a later delivery ends as that one says (roster_ends).
CREATE VIEW operators AS
SELECT
  o.operator, o.agency, o.unit, o.role, seconds(o.active_from) AS active_from_s, CASE WHEN e.part IS NULL THEN seconds(o.active_to) ELSE e.ends_s END AS active_to_s,
  seconds(o.trained_from) AS trained_from_s, CASE WHEN t.part IS NULL THEN seconds(o.trained_to) ELSE t.ends_s END AS trained_to_s,
  o.licence, o.person, o.export_id, o.record, lower(trim(o.operator)) AS operator_key, coalesce(w.agency_key, lower(trim(o.agency))) AS agency_key
FROM main.operators AS o
LEFT JOIN ground.agency_spellings AS w ON w.said = lower(trim(o.agency))
LEFT JOIN ground.roster_ends AS e
  ON e.part = 'active' AND e.operator_key = lower(trim(o.operator)) AND e.said_agency IS NOT DISTINCT FROM lower(trim(o.agency)) AND e.begins_s IS NOT DISTINCT FROM seconds(o.active_from)
LEFT JOIN ground.roster_ends AS t
  ON t.part = 'trained' AND t.operator_key = lower(trim(o.operator)) AND t.said_agency IS NOT DISTINCT FROM lower(trim(o.agency)) AND t.begins_s = seconds(o.trained_from);

-- shifts: One row for each shift of an operator.
CREATE VIEW shifts AS SELECT columns(shifts, s), lower(trim(s.operator)) AS operator_key FROM main.shifts AS s;

-- case_ends: One row for each case (number, agency and opening) that a later delivery told again: its end as it was told last (NULL: it is open).
-- materialise: nothing without main.cases
CREATE VIEW case_ends AS
WITH arrivals AS (
  SELECT export_id, min(rowid) AS nth FROM main.exports GROUP BY export_id
), placed AS (
  SELECT
    c.case_number, lower(trim(c.agency)) AS said_agency, seconds(c.opened_at) AS opened_s, seconds(c.closed_at) AS closed_s, a.nth,
    max(a.nth) OVER same AS last_nth, min(a.nth) OVER same AS first_nth
  FROM main.cases AS c
  INNER JOIN arrivals AS a ON a.export_id = c.export_id
  WINDOW same AS (PARTITION BY c.case_number, lower(trim(c.agency)), c.opened_at)
)
SELECT case_number, said_agency, opened_s, CASE WHEN bool_or(closed_s IS NULL) THEN NULL ELSE max(closed_s) END AS closed_s
FROM placed
WHERE nth = last_nth AND first_nth < last_nth
GROUP BY case_number, said_agency, opened_s;

-- cases: One row for each entry of the case register; agency_key is its agency as the logs spell it (folded); assigned operators as text joined by ';' (case_operators has them one by one). A case told again
-- by a later delivery ends as that one says (case_ends).
CREATE VIEW cases AS
SELECT
  c.case_number, c.agency, c.offense, seconds(c.opened_at) AS opened_s, CASE WHEN e.case_number IS NULL THEN seconds(c.closed_at) ELSE e.closed_s END AS closed_s,
  array_to_string(c.assigned_operators, ';') AS assigned_operators, c.export_id, c.record, key_of(c.case_number) AS case_key, coalesce(w.agency_key, lower(trim(c.agency))) AS agency_key
FROM main.cases AS c
LEFT JOIN ground.agency_spellings AS w ON w.said = lower(trim(c.agency))
LEFT JOIN ground.case_ends AS e
  ON e.case_number = c.case_number AND e.said_agency IS NOT DISTINCT FROM lower(trim(c.agency)) AND e.opened_s IS NOT DISTINCT FROM seconds(c.opened_at);

-- case_operators: One row for each operator assigned to a case. A case without any row states no assignment, which is not: nobody.
CREATE VIEW case_operators AS
SELECT
  c.case_number, key_of(c.case_number) AS case_key, c.agency, trim(t.operator) AS operator, seconds(c.opened_at) AS opened_s,
  CASE WHEN e.case_number IS NULL THEN seconds(c.closed_at) ELSE e.closed_s END AS closed_s
FROM main.cases AS c
LEFT JOIN ground.case_ends AS e
  ON e.case_number = c.case_number AND e.said_agency IS NOT DISTINCT FROM lower(trim(c.agency)) AND e.opened_s IS NOT DISTINCT FROM seconds(c.opened_at),
  LATERAL (SELECT unnest(c.assigned_operators) AS operator) AS t;

-- assemblies: One row for each public assembly; radius_m is how near counts as near: the greater of near_m (1,000 m) and the precision of its place.
CREATE VIEW assemblies AS
SELECT columns(assemblies, a), greatest(f.near_m, a.precision_m) AS radius_m FROM main.assemblies AS a CROSS JOIN ground.figures AS f;

-- places: One row for each place where rights are exercised or care is sought.
CREATE VIEW places AS SELECT columns(places, p) FROM main.places AS p;

-- notices: One row for each announced event, as given (notice_scopes has it per system, with its end).
CREATE VIEW notices AS SELECT columns(notices, n) FROM main.notices AS n;
