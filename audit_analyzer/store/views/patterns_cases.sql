-- Who is searched for again and again, and what is written down for it: repeated persons, crowded case numbers, justifications counted by account.

-- person_hands: One row for each account of a person and the account by which the same person's accounts of one system are counted together (the first of them): the roster says who is behind each.
CREATE VIEW person_hands AS
SELECT account, min(account) OVER (PARTITION BY system, CASE WHEN is_machine OR person IS NULL THEN CAST(account AS VARCHAR) ELSE lower(trim(person)) END) AS hand FROM ground.accounts;

-- repeat_pairs: One row for each account and person sought (subject token, else probe) on at least three days without explanation: how often, and the account's share of the system's searches.
-- materialise
CREATE VIEW repeat_pairs AS
WITH several AS (
  SELECT h.account, h.hand FROM ground.person_hands AS h INNER JOIN (SELECT hand FROM ground.person_hands GROUP BY hand HAVING count(*) > 1) AS s ON s.hand = h.hand
), pairs AS (
  SELECT
    account, sought, CAST(sum(searches) AS BIGINT) AS searches, CAST(sum(unexplained) AS BIGINT) AS unexplained, count(*) AS days,
    count(*) FILTER (WHERE unexplained > 0) AS unexplained_days, min(first_s) AS first_s, max(last_s) AS last_s
  FROM ground.subject_days
  WHERE known_by > 0 AND NOT EXISTS (SELECT 1 FROM several AS s WHERE s.account = subject_days.account)
  GROUP BY account, sought
  HAVING count(*) FILTER (WHERE unexplained > 0) >= 3
  UNION ALL
  SELECT
    s.hand, d.sought, CAST(sum(d.searches) AS BIGINT), CAST(sum(d.unexplained) AS BIGINT), count(DISTINCT d.day_no),
    count(DISTINCT CASE WHEN d.unexplained > 0 THEN d.day_no END), min(d.first_s), max(d.last_s)
  FROM ground.subject_days AS d
  INNER JOIN several AS s ON s.account = d.account
  WHERE d.known_by > 0
  GROUP BY s.hand, d.sought
  HAVING count(DISTINCT CASE WHEN d.unexplained > 0 THEN d.day_no END) >= 3
), totals AS (
  SELECT a.system, d.sought, CAST(sum(d.searches) AS BIGINT) AS all_searches, count(DISTINCT d.account) AS accounts
  FROM ground.subject_days AS d
  INNER JOIN ground.accounts AS a ON a.account = d.account
  WHERE d.known_by > 0 AND d.sought IN (SELECT sought FROM pairs)
  GROUP BY a.system, d.sought
)
SELECT a.system, a.agency, a.operator, p.*, t.all_searches, t.accounts, a.is_machine
FROM pairs AS p
INNER JOIN ground.accounts AS a ON a.account = p.account
INNER JOIN totals AS t ON t.system = a.system AND t.sought = p.sought
WHERE a.operator IS NOT NULL;

-- repeat_uses: One row for each search of a repeated pair, with what was written down for it, the offence that it names (the first by name), and the seconds since the one before.
-- A supplement to a report (26-004711-S2) has the report's number.
-- materialise
CREATE VIEW repeat_uses AS
WITH kinds AS (
  SELECT text, min(kind) AS kind FROM ground.offense_texts GROUP BY text
), uses AS (
  SELECT
    p.account, p.sought, q.system, p.agency, p.operator, coalesce(q.subject, q.probe) AS person, q.query_id, q.export_id, q.record, q.ts_s, q.day_no, q.explained_by,
    regexp_replace(q.case_key, '^(.*[0-9]{4,})(?:S|SUP|SUPP|SUPPL|REV|ADD)[0-9]{0,2}$', '\1') AS case_key, q.case_number_state, q.reason, q.reason_state, q.reason_class, q.reason_no, q.offense, q.offense_state, q.on_shift, q.local_hour, q.case_known, q.case_open, q.case_assigned,
    q.probe, q.probe_source
  FROM ground.searches AS q
  INNER JOIN ground.person_hands AS h ON h.account = q.account
  INNER JOIN ground.repeat_pairs AS p ON p.account = h.hand AND p.sought = hash(coalesce(q.subject, q.probe))
)
SELECT
  u.*, CASE WHEN u.offense_state = 'value' THEN coalesce(o.kind, lower(u.offense)) ELSE r.kind END AS offense_kind, r.kind AS reason_kind,
  u.ts_s - lag(u.ts_s) OVER (PARTITION BY u.account, u.sought ORDER BY u.ts_s, u.query_id) AS gap_s
FROM uses AS u
LEFT JOIN kinds AS o ON o.text = u.offense
LEFT JOIN kinds AS r ON r.text = u.reason;

-- own_case_rotations: One row for each search, in an open case of the officer's own, for a person token that this account, or this one and another that does the same, sought alone (four of five searches),
-- on three days or more, under three cases or more of three kinds of offence or more, over thirty days or more (four kinds on four days: over a week): a spree, or a prolific offender of one kind, is one
-- officer's work; one of every kind, month after month, is several officers'. others: searches of other accounts for that person.
-- materialise: nothing without main.cases
CREATE VIEW own_case_rotations AS
WITH pairs AS (
  SELECT account, sought FROM ground.subject_days WHERE known_by = 2 AND searches > unexplained GROUP BY account, sought HAVING count(*) >= 3
), shares AS (
  SELECT
    a.system, d.sought, d.account, CAST(sum(d.searches) AS BIGINT) AS own_searches,
    CAST(sum(sum(d.searches)) OVER (PARTITION BY a.system, d.sought) AS BIGINT) AS all_searches
  FROM ground.subject_days AS d
  INNER JOIN ground.accounts AS a ON a.account = d.account
  WHERE d.known_by = 2 AND d.sought IN (SELECT sought FROM pairs)
  GROUP BY a.system, d.sought, d.account
), hands AS (
  SELECT s.system, s.sought, s.account, s.own_searches, s.all_searches FROM shares AS s INNER JOIN pairs AS p ON p.account = s.account AND p.sought = s.sought
), kinds AS (
  SELECT text, min(kind) AS kind FROM ground.offense_texts GROUP BY text
), uses AS (
  SELECT
    q.system, q.operator, q.account, a.sought, q.subject, q.query_id, q.export_id, q.record, q.ts_s, q.day_no,
    regexp_replace(q.case_key, '^(.*[0-9]{4,})(?:S|SUP|SUPP|SUPPL|REV|ADD)[0-9]{0,2}$', '\1') AS case_key,
    CASE WHEN q.offense_state = 'value' THEN coalesce(o.kind, lower(q.offense)) ELSE r.kind END AS offense_kind
  FROM ground.searches AS q
  INNER JOIN hands AS a ON a.account = q.account AND a.sought = hash(q.subject)
  LEFT JOIN kinds AS o ON o.text = q.offense
  LEFT JOIN kinds AS r ON r.text = q.reason
  WHERE q.explained_by = 'case' AND NOT q.is_machine AND q.operator IS NOT NULL
), rotating AS (
  SELECT account, sought, count(DISTINCT case_key) AS cases, count(DISTINCT offense_kind) AS kinds, count(DISTINCT day_no) AS days
  FROM uses
  GROUP BY account, sought
  HAVING count(DISTINCT case_key) >= 3 AND count(DISTINCT offense_kind) >= 3 AND count(DISTINCT day_no) >= 3
    AND max(day_no) - min(day_no) >= CASE WHEN count(DISTINCT offense_kind) >= 4 AND count(DISTINCT day_no) >= 4 THEN 7 ELSE 30 END
), alone AS (
  SELECT h.system, h.sought
  FROM hands AS h
  INNER JOIN rotating AS t ON t.account = h.account AND t.sought = h.sought
  GROUP BY h.system, h.sought
  HAVING count(*) <= 2 AND 5 * sum(h.own_searches) >= 4 * any_value(h.all_searches)
)
SELECT u.*, t.cases, t.kinds, t.days, h.all_searches - h.own_searches AS others, count(*) OVER (PARTITION BY u.account, u.sought) AS uses
FROM uses AS u
INNER JOIN rotating AS t ON t.account = u.account AND t.sought = u.sought
INNER JOIN hands AS h ON h.account = u.account AND h.sought = u.sought
INNER JOIN alone AS e ON e.system = u.system AND e.sought = u.sought;

-- crowded_case_uses: One row for each search of an account under a case number under which it sought at least five persons (tokens, else probes), with the same of the whole agency.
-- reason_key without the values of numbers: "suspect 3" and "suspect 4" are one reason that counts the persons of a case.
-- materialise
CREATE VIEW crowded_case_uses AS
WITH kinds AS (
  SELECT text, min(kind) AS kind FROM ground.offense_texts GROUP BY text
), crowds AS (
  SELECT account, case_hash, operator_subjects, case_subjects FROM ground.case_crowds WHERE operator_subjects >= 5
), found AS MATERIALIZED (
  SELECT u.use_no, k.operator_subjects, k.case_subjects
  FROM ground.use_keys AS u
  POSITIONAL JOIN ground.use_cases AS c
  INNER JOIN crowds AS k ON k.account = u.account AND k.case_hash = hash(c.case_key)
  WHERE u.is_search
)
SELECT
  q.system, q.agency, q.operator, q.account, q.is_machine, q.case_key, q.case_number, q.query_id, q.export_id, q.record, q.ts_s, q.day_no, q.subject, q.probe, q.probe_source, q.status,
  coalesce(q.subject, q.probe) AS person, q.subject IS NOT NULL AS has_token, q.explained_by, q.reason, regexp_replace(t.reason_key, '[0-9]+', '#', 'g') AS reason_key, q.reason_class, q.case_known, q.case_open, q.case_assigned,
  CASE WHEN q.offense_state = 'value' THEN coalesce(o.kind, lower(q.offense)) ELSE r.kind END AS offense_kind, k.case_subjects, k.operator_subjects,
  CASE WHEN q.offense_state = 'value' AND o.kind IN ('child_exploitation', 'child_sexual_material', 'human_trafficking', 'missing_person', 'deceased_person') THEN TRUE
       WHEN r.kind IN ('child_exploitation', 'child_sexual_material', 'human_trafficking', 'missing_person', 'deceased_person') THEN TRUE ELSE FALSE END AS is_victim_work
FROM uses_at(found) AS q
INNER JOIN found AS k ON k.use_no = q.use_no
LEFT JOIN kinds AS o ON o.text = q.offense
LEFT JOIN kinds AS r ON r.text = q.reason
LEFT JOIN ground.reason_keys AS t ON t.reason_no = q.reason_no;

-- justifications: One row for each account and what its searches say of their purpose: class of the reason, states of case number and offence; explained searches (tests, leave ...) apart.
-- materialise
CREATE VIEW justifications AS
SELECT
  account, reason_class, reason_state, case_number_state, offense_state, explained_by IS NULL AS is_unexplained, count(*) AS searches, min(ts_s) AS first_s, max(ts_s) AS last_s
FROM ground.searches
GROUP BY account, reason_class, reason_state, case_number_state, offense_state, explained_by IS NULL;

-- account_reasons: One row for each account and reason (reason_key) that it gave at least ten times: how often, for how many persons, on how many days, in how many cases, and
-- beside how many offences.
-- materialise
CREATE VIEW account_reasons AS
WITH given AS (
  SELECT account, reason_no, reason_class, subject, probe, day_no, case_number, case_number_state, CASE WHEN offense_state = 'value' THEN offense END AS offense
  FROM ground.searches
  WHERE reason_no IS NOT NULL AND operator IS NOT NULL AND NOT is_machine
), often AS (
  SELECT account, reason_no, count(*) AS searches FROM given GROUP BY account, reason_no HAVING count(*) >= 10
), told AS (
  SELECT
    g.account, g.reason_no, min(g.reason_class) AS reason_class, any_value(o.searches) AS searches, count(DISTINCT coalesce(g.subject, g.probe)) AS subjects,
    count(DISTINCT g.day_no) AS days, count(DISTINCT CASE WHEN g.case_number_state = 'value' THEN key_of(g.case_number) END) AS cases,
    count(DISTINCT g.offense) AS offenses
  FROM given AS g
  INNER JOIN often AS o ON o.account = g.account AND o.reason_no = g.reason_no
  GROUP BY g.account, g.reason_no
)
SELECT t.*, r.reason_key
FROM told AS t
INNER JOIN ground.reason_keys AS r ON r.reason_no = t.reason_no;

-- reason_users: One row for each agency of a system and reason that some account gives at least ten times: how many of its accounts give it at all.
CREATE VIEW reason_users AS
SELECT q.system, q.agency, q.reason_no, count(DISTINCT q.account) AS accounts
FROM ground.searches AS q
WHERE q.reason_no IN (SELECT reason_no FROM ground.account_reasons)
GROUP BY q.system, q.agency, q.reason_no;

-- prefixed_cases: One row for each case number of a search that the register lacks as written, but has without letters before or after it ("PD FJA26-47898518" and FJA26-47898518).
CREATE VIEW prefixed_cases AS
WITH unknown AS (
  SELECT DISTINCT q.case_key FROM ground.queries AS q WHERE q.case_key IS NOT NULL AND NOT q.case_known AND q.is_search
), registered AS (
  SELECT DISTINCT case_key, regexp_replace(case_key, '[^0-9]', '', 'g') AS digits FROM ground.cases
)
SELECT DISTINCT u.case_key
FROM unknown AS u
INNER JOIN registered AS r ON r.digits = regexp_replace(u.case_key, '[^0-9]', '', 'g')
WHERE length(r.digits) >= 5 AND (contains(u.case_key, r.case_key) OR contains(r.case_key, u.case_key));

-- other_numberings: One row for each case number of a search that the register lacks, where at least thirty different numbers begin with the same letters and no registered number does: bookings,
-- calls or citations have a numbering of their own, and one who invents a number does not invent a series.
CREATE VIEW other_numberings AS
WITH unknown AS (
  SELECT DISTINCT q.case_key, regexp_extract(q.case_key, '^[A-Z]+') AS letters FROM ground.queries AS q WHERE q.case_key IS NOT NULL AND NOT q.case_known AND q.is_search
), series AS (
  SELECT letters FROM unknown WHERE letters <> '' GROUP BY letters HAVING count(*) >= 30
), registered AS (
  SELECT DISTINCT regexp_extract(case_key, '^[A-Z]+') AS letters FROM ground.cases
)
SELECT u.case_key
FROM unknown AS u
INNER JOIN series AS s ON s.letters = u.letters
LEFT JOIN registered AS r ON r.letters = u.letters
WHERE r.letters IS NULL;

-- case_texts: One row for each distinct reason that holds a number of the case register, of uses whose field for it holds a filler: who writes the number there left nothing out.
CREATE VIEW case_texts AS
WITH filled AS (
  SELECT DISTINCT reason AS text FROM main.queries WHERE case_number_state = 'placeholder'
)
SELECT DISTINCT n.text
FROM (SELECT text, unnest(regexp_extract_all(upper(text), '[A-Z]{0,5}[0-9]{1,4}-?[0-9]{3,9}')) AS number FROM filled) AS n
INNER JOIN ground.cases AS c ON c.case_key = key_of(n.number);
