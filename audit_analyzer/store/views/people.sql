-- People: what each account does against its own past and its peers. Median and MAD are robust: one day of misuse does not move the measure that it is held against.

-- subject_days: One row for each account, UTC day and person sought (64-bit hash of the subject token, else of the probe) with its searches: what the counts of subjects come from.
-- known_by: 2 a subject token, 1 a probe, 0 neither.
-- materialise
CREATE VIEW subject_days AS
SELECT
  account, day_no, hash(coalesce(subject, probe)) AS sought, CASE WHEN subject IS NOT NULL THEN 2 WHEN probe IS NOT NULL THEN 1 ELSE 0 END AS known_by, count(*) AS searches,
  count(*) FILTER (WHERE explained_by IS NULL) AS unexplained, min(ts_s) AS first_s, max(ts_s) AS last_s
FROM ground.searches
GROUP BY account, day_no, hash(coalesce(subject, probe)), CASE WHEN subject IS NOT NULL THEN 2 WHEN probe IS NOT NULL THEN 1 ELSE 0 END;

-- operator_days: One row for each account and UTC day with searches: all, unexplained, distinct persons sought, first and last.
-- materialise
CREATE VIEW operator_days AS
WITH days AS (
  SELECT
    account, day_no, CAST(sum(searches) AS BIGINT) AS searches, CAST(sum(unexplained) AS BIGINT) AS unexplained,
    count(*) FILTER (WHERE known_by > 0) AS subjects, min(first_s) AS first_s, max(last_s) AS last_s
  FROM ground.subject_days
  GROUP BY account, day_no
)
SELECT a.system, a.agency, a.operator, d.day_no, d.searches, d.unexplained, d.subjects, d.first_s, d.last_s, d.account, a.is_machine
FROM days AS d
INNER JOIN ground.accounts AS a ON a.account = d.account
WHERE a.operator IS NOT NULL;

-- clockwork_accounts: One row for each account, not known to be a person's, that works on at least 10 days, usually 10 searches or more, and begins within two minutes of the same time of day on nine days of
-- ten (or an hour from it, since clocks change): a scheduled job. A desk that begins with its shift is not that exact.
-- materialise
CREATE VIEW clockwork_accounts AS
WITH usual AS (
  SELECT d.account, median(d.first_s % 86400) AS begins_s
  FROM ground.operator_days AS d
  INNER JOIN ground.accounts AS a ON a.account = d.account AND a.operator_kind <> 'human'
  GROUP BY d.account
  HAVING count(*) >= 10 AND median(d.searches) >= 10
)
SELECT d.account, count(*) AS days, min(u.begins_s) AS begins_s
FROM ground.operator_days AS d
INNER JOIN usual AS u ON u.account = d.account
GROUP BY d.account
HAVING 10 * count(*) FILTER (WHERE least(abs(d.first_s % 86400 - u.begins_s), abs(abs(d.first_s % 86400 - u.begins_s) - 3600), abs(abs(d.first_s % 86400 - u.begins_s) - 86400)) <= 120) >= 9 * count(*);

-- operator_profiles: One row for each account: active days, searches, median and median absolute deviation of searches on an active day, first and last day, distinct persons sought;
-- log_first_day is the first day of the system's log: an account first seen then is not new, the log is.
-- materialise
CREATE VIEW operator_profiles AS
WITH profiles AS (
  SELECT
    account, count(*) AS active_days, CAST(sum(searches) AS BIGINT) AS searches, CAST(sum(unexplained) AS BIGINT) AS unexplained,
    median(searches) AS median_day, mad(searches) AS mad_day, max(searches) AS max_day, min(day_no) AS first_day, max(day_no) AS last_day
  FROM ground.operator_days
  GROUP BY account
), sought AS (
  SELECT account, count(DISTINCT sought) AS subjects FROM ground.subject_days WHERE known_by > 0 GROUP BY account
), logs AS (
  SELECT system, CAST(min(hour_no) // 24 AS INTEGER) AS log_first_day FROM ground.coverage_hours GROUP BY system
)
SELECT
  a.system, a.agency, a.operator, p.active_days, p.searches, p.unexplained, p.median_day, p.mad_day, p.first_day, p.last_day,
  coalesce(s.subjects, 0) AS subjects, p.max_day, l.log_first_day, a.is_machine, p.account
FROM profiles AS p
INNER JOIN ground.accounts AS a ON a.account = p.account
LEFT JOIN sought AS s ON s.account = p.account
LEFT JOIN logs AS l ON l.system = a.system;

-- peer_profiles: One row for each system and agency: median, MAD and 99th percentile of searches on an active day of its human accounts. Where the agency has fewer than peer_operators
-- accounts (5) or peer_days active days (30), the figures are those of the whole system (basis 'system'); where that has too few as well they are NULL (basis 'none').
-- materialise
CREATE VIEW peer_profiles AS
WITH agencies AS (
  SELECT
    system, agency, count(DISTINCT account) FILTER (WHERE NOT is_machine) AS operators, count(*) FILTER (WHERE NOT is_machine) AS operator_days,
    median(searches) FILTER (WHERE NOT is_machine) AS median_day, mad(searches) FILTER (WHERE NOT is_machine) AS mad_day,
    quantile_disc(searches, 0.99) FILTER (WHERE NOT is_machine) AS p99_day
  FROM ground.operator_days
  GROUP BY system, agency
), systems AS (
  SELECT
    system, count(DISTINCT account) AS operators, count(*) AS operator_days, median(searches) AS median_day, mad(searches) AS mad_day,
    quantile_disc(searches, 0.99) AS p99_day
  FROM ground.operator_days
  WHERE NOT is_machine
  GROUP BY system
), judged AS (
  SELECT
    a.system, a.agency,
    CASE
      WHEN a.operators >= f.peer_operators AND a.operator_days >= f.peer_days THEN 'agency'
      WHEN s.operators >= f.peer_operators AND s.operator_days >= f.peer_days THEN 'system'
      ELSE 'none'
    END AS basis,
    a.operators AS own_operators, s.operators AS all_operators, a.operator_days AS own_days, s.operator_days AS all_days,
    a.median_day AS own_median, a.mad_day AS own_mad, a.p99_day AS own_p99, s.median_day AS all_median, s.mad_day AS all_mad, s.p99_day AS all_p99
  FROM agencies AS a
  LEFT JOIN systems AS s ON s.system = a.system
  CROSS JOIN ground.figures AS f
)
SELECT
  system, agency, CASE basis WHEN 'system' THEN all_operators ELSE own_operators END AS operators,
  CASE basis WHEN 'agency' THEN own_median WHEN 'system' THEN all_median END AS median_day,
  CASE basis WHEN 'agency' THEN own_mad WHEN 'system' THEN all_mad END AS mad_day,
  CASE basis WHEN 'agency' THEN own_p99 WHEN 'system' THEN all_p99 END AS p99_day,
  CASE basis WHEN 'system' THEN all_days ELSE own_days END AS operator_days, basis
FROM judged;

-- unnamed_days: One row for each agency and UTC day with searches of which the log does not name the account: all, and unexplained.
-- materialise
CREATE VIEW unnamed_days AS
SELECT a.system, a.agency, d.day_no, CAST(sum(d.searches) AS BIGINT) AS searches, CAST(sum(d.unexplained) AS BIGINT) AS unexplained, a.account, a.is_machine
FROM ground.subject_days AS d
INNER JOIN ground.accounts AS a ON a.account = d.account
WHERE a.operator IS NULL AND a.agency IS NOT NULL
GROUP BY a.system, a.agency, d.day_no, a.account, a.is_machine;

-- agency_weeks: One row for each system, agency and week (Monday to Sunday UTC, week 0 holds 1 January 1970) from its first to its last search (of unnamed accounts too), weeks without any too, with the median
-- of up to eight weeks before it.
-- materialise
CREATE VIEW agency_weeks AS
WITH days AS (
  SELECT system, agency, day_no, searches, unexplained FROM ground.operator_days
  UNION ALL
  SELECT system, agency, day_no, searches, unexplained FROM ground.unnamed_days
), counted AS (
  SELECT system, agency, CAST(floor((day_no + 3) / 7) AS INTEGER) AS week_no, CAST(sum(searches) AS BIGINT) AS searches, CAST(sum(unexplained) AS BIGINT) AS unexplained
  FROM days
  GROUP BY system, agency, CAST(floor((day_no + 3) / 7) AS INTEGER)
), spans AS (
  SELECT system, agency, greatest(min(week_no), max(week_no) - 2080) AS first_week, max(week_no) AS last_week FROM counted GROUP BY system, agency
), calendar AS (
  SELECT s.system, s.agency, CAST(d.week_no AS INTEGER) AS week_no
  FROM spans AS s, LATERAL (SELECT unnest(range(s.first_week, s.last_week + 1)) AS week_no) AS d
), filled AS (
  SELECT c.system, c.agency, c.week_no, coalesce(k.searches, 0) AS searches, coalesce(k.unexplained, 0) AS unexplained
  FROM calendar AS c
  LEFT JOIN counted AS k ON k.system = c.system AND k.agency IS NOT DISTINCT FROM c.agency AND k.week_no = c.week_no
)
SELECT
  system, agency, week_no, searches,
  median(searches) OVER before AS trailing_median, count(*) OVER before AS trailing_weeks, unexplained
FROM filled
WINDOW before AS (PARTITION BY system, agency ORDER BY week_no ROWS BETWEEN 8 PRECEDING AND 1 PRECEDING);

-- use_gaps: One row for each search of an account in the order of its time: seconds since the one before (NULL for the first), its running number, and how many unexplained ones came before.
-- materialise
CREATE VIEW use_gaps AS
SELECT
  account, ts_s, ts_s - lag(ts_s) OVER within AS gap_s, CAST(row_number() OVER within AS INTEGER) AS nth,
  CAST(sum(CASE WHEN explained_by IS NULL THEN 1 ELSE 0 END) OVER within AS INTEGER) - CASE WHEN explained_by IS NULL THEN 1 ELSE 0 END AS unexplained_before,
  explained_by IS NULL AS is_unexplained
FROM ground.searches
WHERE operator IS NOT NULL
WINDOW within AS (PARTITION BY account ORDER BY ts_s, explained_by NULLS FIRST ROWS UNBOUNDED PRECEDING);

-- operator_cadence: One row for each account with at least three searches: mean and coefficient of variation of the gaps between them. Regular gaps (under 0.2) are a machine's;
-- people's are bursty (well above 1). A heuristic of published hotlist automation: 964 look-ups of one plate in 19 days at constant pace.
CREATE VIEW operator_cadence AS
SELECT
  a.system, a.agency, a.operator, count(*) AS gaps, avg(g.gap_s) AS mean_gap_s, median(g.gap_s) AS median_gap_s,
  CASE WHEN avg(g.gap_s) > 0 THEN stddev_samp(g.gap_s) / avg(g.gap_s) END AS gap_cv, a.is_machine
FROM ground.use_gaps AS g
INNER JOIN ground.accounts AS a ON a.account = g.account
WHERE g.gap_s IS NOT NULL
GROUP BY a.system, a.agency, a.operator, a.operator_kind, a.is_machine
HAVING count(*) >= 2;

-- operator_subjects: One row for each account and subject token with at least two searches: how many, unexplained, on how many days, first and last, and the account's share of all
-- searches of that subject in the system.
-- materialise
CREATE VIEW operator_subjects AS
WITH pairs AS (
  SELECT
    account, sought, CAST(sum(searches) AS BIGINT) AS searches, CAST(sum(unexplained) AS BIGINT) AS unexplained, count(*) AS days,
    min(first_s) AS first_s, max(last_s) AS last_s
  FROM ground.subject_days
  WHERE known_by = 2
  GROUP BY account, sought
), repeated AS (
  SELECT p.*, a.system, a.agency, a.operator, a.is_machine FROM pairs AS p INNER JOIN ground.accounts AS a ON a.account = p.account WHERE p.searches > 1 AND a.operator IS NOT NULL
), totals AS (
  SELECT r.system, r.sought, CAST(sum(p.searches) AS BIGINT) AS all_searches, count(*) AS accounts
  FROM pairs AS p
  INNER JOIN ground.accounts AS a ON a.account = p.account
  INNER JOIN (SELECT DISTINCT system, sought FROM repeated) AS r ON r.sought = p.sought AND r.system = a.system
  GROUP BY r.system, r.sought
), tokens AS (
  SELECT s.account, r.sought, min(s.subject) AS subject
  FROM ground.searches AS s
  INNER JOIN repeated AS r ON r.sought = hash(s.subject) AND r.account = s.account
  GROUP BY s.account, r.sought
)
SELECT
  r.system, r.agency, r.operator, k.subject, r.searches, r.unexplained, r.days, r.first_s, r.last_s, t.all_searches, t.accounts, r.is_machine, r.account
FROM repeated AS r
INNER JOIN totals AS t ON t.system = r.system AND t.sought = r.sought
INNER JOIN tokens AS k ON k.account = r.account AND k.sought = r.sought;

-- subject_cadence: One row for each account and subject with at least three searches: mean and coefficient of variation of the gaps (under 0.2: a machine's, see operator_cadence).
CREATE VIEW subject_cadence AS
WITH gaps AS (
  SELECT s.account, s.subject, s.ts_s - lag(s.ts_s) OVER (PARTITION BY s.account, s.subject ORDER BY s.ts_s) AS gap_s
  FROM ground.searches AS s
  INNER JOIN ground.operator_subjects AS o ON o.account = s.account AND o.subject = s.subject
  WHERE o.searches >= 3
)
SELECT
  a.system, a.agency, a.operator, g.subject, count(*) AS gaps, avg(g.gap_s) AS mean_gap_s, median(g.gap_s) AS median_gap_s,
  CASE WHEN avg(g.gap_s) > 0 THEN stddev_samp(g.gap_s) / avg(g.gap_s) END AS gap_cv
FROM gaps AS g
INNER JOIN ground.accounts AS a ON a.account = g.account
WHERE g.gap_s IS NOT NULL
GROUP BY a.system, a.agency, a.operator, g.account, g.subject;

-- active_hours: One row for each account with at least habit_searches (20) searches of known local time: the shortest stretch of the day (from_hour, hours long, wrapping at midnight)
-- that holds primary_share (85 %) of them. The share is that of the published Search Anomaly Index (haveibeenflocked.com, "primary active window").
-- materialise
CREATE VIEW active_hours AS
WITH counted AS (
  SELECT account, local_hour, count(*) AS searches FROM ground.searches WHERE local_hour IS NOT NULL AND operator IS NOT NULL GROUP BY account, local_hour
), busy AS (
  SELECT c.account, sum(c.searches) AS total
  FROM counted AS c CROSS JOIN ground.figures AS f GROUP BY c.account, f.habit_searches HAVING sum(c.searches) >= f.habit_searches
), clock AS (
  SELECT b.account, b.total, CAST(h.hour AS INTEGER) AS hour, coalesce(c.searches, 0) AS searches
  FROM busy AS b
  CROSS JOIN (SELECT unnest(range(48)) AS hour) AS h
  LEFT JOIN counted AS c ON c.account = b.account AND c.local_hour = h.hour % 24
), running AS (
  SELECT account, total, hour, sum(searches) OVER (PARTITION BY account ORDER BY hour ROWS UNBOUNDED PRECEDING) - searches AS before FROM clock
), stretches AS (
  SELECT
    s.account, s.total, s.hour AS from_hour, e.hour - s.hour AS hours, e.before - s.before AS held,
    row_number() OVER (PARTITION BY s.account ORDER BY e.hour - s.hour, e.before - s.before DESC, s.hour) AS best
  FROM running AS s
  INNER JOIN running AS e ON e.account = s.account AND e.hour > s.hour AND e.hour <= s.hour + 24
  CROSS JOIN ground.figures AS f
  WHERE s.hour < 24 AND e.before - s.before >= f.primary_share * s.total
)
SELECT a.system, a.agency, a.operator, t.from_hour, t.hours, CAST(t.held AS BIGINT) AS held, CAST(t.total AS BIGINT) AS searches, t.account
FROM stretches AS t
INNER JOIN ground.accounts AS a ON a.account = t.account
WHERE t.best = 1;

-- operator_sessions: One row for each stretch of an account's searches with at least quiet_s (8 hours) of quiet on either side (NULL: the first or last in the log): an isolated session.
-- Eight hours as in the Search Anomaly Index (haveibeenflocked.com).
CREATE VIEW operator_sessions AS
WITH ends AS (
  SELECT account, max(ts_s) AS last_s, max(nth) AS searches, count(*) FILTER (WHERE is_unexplained) AS unexplained FROM ground.use_gaps GROUP BY account
), starts AS (
  SELECT g.account, g.ts_s AS first_s, g.gap_s AS quiet_before_s, g.nth, g.unexplained_before
  FROM ground.use_gaps AS g CROSS JOIN ground.figures AS f
  WHERE g.gap_s IS NULL OR g.gap_s >= f.quiet_s
), paired AS (
  SELECT
    account, first_s, quiet_before_s, nth, unexplained_before, lead(first_s) OVER ordered AS next_first_s, lead(quiet_before_s) OVER ordered AS quiet_after_s,
    lead(nth) OVER ordered AS next_nth, lead(unexplained_before) OVER ordered AS next_unexplained
  FROM starts
  WINDOW ordered AS (PARTITION BY account ORDER BY nth)
)
SELECT
  a.system, a.agency, a.operator, p.first_s, coalesce(p.next_first_s - p.quiet_after_s, e.last_s) AS last_s,
  coalesce(p.next_nth, e.searches + 1) - p.nth AS searches, coalesce(p.next_unexplained, e.unexplained) - p.unexplained_before AS unexplained,
  p.quiet_before_s, p.quiet_after_s, a.is_machine, p.account
FROM paired AS p
INNER JOIN ends AS e ON e.account = p.account
INNER JOIN ground.accounts AS a ON a.account = p.account;

-- account_sessions: One row for each account, UTC day and way in (address, client program, device, login session, factors): first, last, uses of any kind. network is the address's first
-- three parts (IPv4 /24), or its first four groups (IPv6 /64), or NULL for a service's own name: one household or office is one network.
-- materialise
CREATE VIEW account_sessions AS
WITH days AS (
  SELECT account, day_no, client_ip, user_agent, device, session, mfa, min(ts_s) AS first_s, max(ts_s) AS last_s, count(*) AS uses
  FROM ground.queries
  WHERE operator IS NOT NULL AND (client_ip IS NOT NULL OR user_agent IS NOT NULL OR device IS NOT NULL OR session IS NOT NULL)
  GROUP BY account, day_no, client_ip, user_agent, device, session, mfa
)
SELECT
  a.system, a.agency, a.operator, d.day_no, d.client_ip,
  CASE
    WHEN d.client_ip LIKE '%.amazonaws.com' OR d.client_ip = 'AWS Internal' THEN NULL
    WHEN regexp_full_match(d.client_ip, '[0-9]+(\.[0-9]+){3}') THEN regexp_extract(d.client_ip, '^([0-9]+\.[0-9]+\.[0-9]+)', 1)
    WHEN d.client_ip LIKE '%:%' THEN array_to_string(string_split(d.client_ip, ':')[1:4], ':')
    ELSE d.client_ip
  END AS network,
  d.user_agent, d.device, d.session, d.mfa, d.first_s, d.last_s, d.uses, d.account, a.is_machine
FROM days AS d
INNER JOIN ground.accounts AS a ON a.account = d.account;

-- account_days: One row for each account and UTC day: distinct addresses, networks, client programs, devices and login sessions, hours with a use, uses without a second factor.
CREATE VIEW account_days AS
SELECT
  system, agency, operator, day_no, count(DISTINCT client_ip) AS addresses, count(DISTINCT network) AS networks, count(DISTINCT user_agent) AS agents,
  count(DISTINCT device) AS devices, count(DISTINCT session) AS sessions, CAST(sum(uses) AS BIGINT) AS uses,
  CAST(sum(CASE WHEN mfa = FALSE THEN uses ELSE 0 END) AS BIGINT) AS without_mfa, min(first_s) AS first_s, max(last_s) AS last_s, is_machine
FROM ground.account_sessions
GROUP BY system, agency, operator, day_no, account, is_machine;
