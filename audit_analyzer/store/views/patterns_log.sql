-- The log as a series: silences, columns and words that stop, numbers left out, releases that differ, hours that do not fit the declared zone.

-- holidays: One row for each UTC day that many offices keep: the federal holidays of 5 USC 6103, the day after Thanksgiving, and 24 and 31 December.
CREATE VIEW holidays AS
WITH days AS (
  SELECT CAST(d.day_no AS INTEGER) AS day_no, DATE '1970-01-01' + CAST(d.day_no AS INTEGER) AS day
  FROM (SELECT min(day_no) AS first_day, max(day_no) AS last_day FROM ground.coverage_days) AS s, LATERAL (SELECT unnest(range(s.first_day, s.last_day + 1)) AS day_no) AS d
), parts AS (
  SELECT day_no, month(day) AS m, day(day) AS d, isodow(day) AS w FROM days
)
SELECT day_no FROM parts
WHERE (m = 1 AND d = 1) OR (m = 6 AND d = 19) OR (m = 7 AND d = 4) OR (m = 11 AND d = 11) OR (m = 12 AND d IN (24, 25, 31))
  OR (m = 1 AND w = 1 AND d BETWEEN 15 AND 21) OR (m = 2 AND w = 1 AND d BETWEEN 15 AND 21) OR (m = 5 AND w = 1 AND d >= 25) OR (m = 9 AND w = 1 AND d <= 7)
  OR (m = 10 AND w = 1 AND d BETWEEN 8 AND 14) OR (m = 11 AND w = 4 AND d BETWEEN 22 AND 28) OR (m = 11 AND w = 5 AND d BETWEEN 23 AND 29)
  OR (w = 5 AND ((m = 12 AND d = 31) OR (m = 7 AND d = 3) OR (m = 6 AND d = 18) OR (m = 11 AND d = 10)))
  OR (w = 1 AND ((m = 1 AND d = 2) OR (m = 7 AND d = 5) OR (m = 6 AND d = 20) OR (m = 11 AND d = 12)));

-- system_rhythms: One row for each system: median uses on a day, how far they vary (variance over mean, from the median absolute deviation against the median of the same weekday, at least 1, as
-- for a Poisson count; more is overdispersion; days without any use are what is judged, and left out), and whether it is an office's system (its weekend days hold at most a quarter of its weekdays).
-- materialise
CREATE VIEW system_rhythms AS
WITH judged AS (
  SELECT system, day_no, uses, weekday_median, (day_no + 3) % 7 >= 5 AS weekend FROM ground.coverage_days WHERE weekday_median > 0 OR uses > 0
)
SELECT
  system, count(*) AS days, median(uses) AS median_day,
  greatest(1.0, pow(1.4826 * median(abs(uses - weekday_median)) FILTER (WHERE uses > 0), 2) / nullif(median(weekday_median) FILTER (WHERE uses > 0), 0)) AS spread,
  coalesce(4 * median(uses) FILTER (WHERE weekend) <= median(uses) FILTER (WHERE NOT weekend), TRUE) AS is_office
FROM judged
GROUP BY system;

-- excused_hours: One row for each system and UTC hour that an announced outage or migration of the whole system covers (an hour of grace either side), or a notice that says it was closed or down.
CREATE VIEW excused_hours AS
SELECT DISTINCT n.system, CAST(h.hour_no AS BIGINT) AS hour_no
FROM ground.notice_scopes AS n, LATERAL (SELECT unnest(range(n.starts_s // 3600 - 1, (n.ends_s - 1) // 3600 + 2)) AS hour_no) AS h
WHERE n.operator_key IS NULL AND n.gallery IS NULL AND n.ends_s - n.starts_s < 86400 * 400
  AND (n.kind IN ('outage', 'migration') OR regexp_matches(lower(coalesce(n.text, '')), 'clos(ed|ure)|holiday|shut|offline|out of service|maintenance|unavailable|suspended|\bdown\b|no logging'));

-- quiet_runs: One row for each run of whole UTC hours between two uses of a system in which it logged nothing, where at least 9 uses were to be expected: what the same weekday has (median of eight weeks before and
-- after; in a log of one week the median day), hour by hour as the hours of weekdays and of week-ends usually share it. Hours of an announced outage, and a holiday of an office's system, expect nothing (a holiday of another half). surprise:
-- -log10 of the chance of none at all if counts are negative binomial with the system's spread (Poisson where that is 1). similar: other runs with half as many expected, or more: a
-- system that is often silent is not conspicuous. tail: -log10 of the chance by the system's own runs: beyond the fifth longest they fall off exponentially, by the mean excess over two expected uses (1 where hours
-- are independent; more where shifts come and go as a whole). Runs inside a stretch in which all searches vanished while other uses were logged (search_silences) are that one thing, and do not count as the system's own pauses. last_query_id and next_query_id: the uses on either side. covered: a chain of digests without a break spans it: nothing was taken out.
-- materialise
CREATE VIEW quiet_runs AS
WITH shares AS (
  SELECT system, (hour_no // 24 + 3) % 7 >= 5 AS weekend, hour_no % 24 AS hour, sum(uses) / sum(sum(uses)) OVER (PARTITION BY system, (hour_no // 24 + 3) % 7 >= 5) AS share
  FROM ground.coverage_hours
  GROUP BY system, (hour_no // 24 + 3) % 7 >= 5, hour_no % 24
), runs AS (
  SELECT system, lag(hour_no) OVER (PARTITION BY system ORDER BY hour_no) AS before_hour, hour_no AS after_hour
  FROM ground.coverage_hours
  WHERE hour_no * 3600 < (SELECT as_of_s FROM ground.night)
), vanished AS (
  SELECT system, first_day * 24 AS from_hour, (last_day + 1) * 24 AS to_hour FROM ground.search_silences WHERE expected >= 20 AND days_with_uses >= 2 AND uses >= 5
), hours AS (
  SELECT r.system, r.before_hour, r.after_hour, h.hour_no
  FROM runs AS r, LATERAL (SELECT unnest(range(r.before_hour + 1, least(r.after_hour, r.before_hour + 350000))) AS hour_no) AS h
  WHERE r.after_hour - r.before_hour > 1 AND NOT EXISTS (SELECT 1 FROM vanished AS v WHERE v.system = r.system AND r.before_hour >= v.from_hour AND r.after_hour <= v.to_hour)
), weighed AS (
  SELECT
    h.system, h.before_hour, h.after_hour,
    CASE WHEN x.hour_no IS NOT NULL THEN 0 ELSE coalesce(d.weekday_median, CASE WHEN NOT m.is_office THEN m.median_day END, 0) * s.share * CASE WHEN k.day_no IS NULL THEN 1 WHEN m.is_office THEN 0 ELSE 0.5 END END AS expected
  FROM hours AS h
  INNER JOIN ground.coverage_days AS d ON d.system = h.system AND d.day_no = h.hour_no // 24
  INNER JOIN shares AS s ON s.system = h.system AND s.weekend = ((h.hour_no // 24 + 3) % 7 >= 5) AND s.hour = h.hour_no % 24
  INNER JOIN ground.system_rhythms AS m ON m.system = h.system
  LEFT JOIN ground.holidays AS k ON k.day_no = h.hour_no // 24
  LEFT JOIN ground.excused_hours AS x ON x.system = h.system AND x.hour_no = h.hour_no
), summed AS (
  SELECT system, before_hour, after_hour, coalesce(sum(expected), 0) AS expected FROM weighed GROUP BY system, before_hour, after_hour
), ranked AS (
  SELECT *, count(*) OVER (PARTITION BY system ORDER BY ln(greatest(expected, 0.001)) RANGE BETWEEN 0.6931 PRECEDING AND UNBOUNDED FOLLOWING) - 1 AS similar FROM summed
), tails AS (
  SELECT system, coalesce(min(expected) FILTER (WHERE nth = 5), 0) AS fifth, greatest(0.7, coalesce(avg(expected - 2) FILTER (WHERE nth > 4 AND expected > 2), 1)) AS excess
  FROM (SELECT system, expected, row_number() OVER (PARTITION BY system ORDER BY expected DESC, before_hour) AS nth FROM summed)
  GROUP BY system
), kept AS (
  SELECT r.*, (r.expected - t.fifth) / t.excess / ln(10) AS tail, m.spread, m.is_office, m.median_day, r.expected * CASE WHEN m.spread > 1.0001 THEN ln(m.spread) / (m.spread - 1) ELSE 1 END / ln(10) AS surprise
  FROM ranked AS r INNER JOIN ground.system_rhythms AS m ON m.system = r.system INNER JOIN tails AS t ON t.system = r.system
  WHERE r.expected >= 9
), edges AS (
  SELECT k.system, k.before_hour, max(q.ts_s) AS from_s, arg_max(q.query_id, (q.ts_s, q.query_id)) AS last_query_id
  FROM ground.queries AS q INNER JOIN kept AS k ON k.system = q.system AND k.before_hour = q.ts_s // 3600
  GROUP BY k.system, k.before_hour
), ends AS (
  SELECT k.system, k.after_hour, min(q.ts_s) AS to_s, arg_min(q.query_id, (q.ts_s, q.query_id)) AS next_query_id
  FROM ground.queries AS q INNER JOIN kept AS k ON k.system = q.system AND k.after_hour = q.ts_s // 3600
  GROUP BY k.system, k.after_hour
)
SELECT
  k.system, f.from_s, t.to_s, k.expected, k.spread, k.surprise, k.tail, k.similar, k.is_office, k.median_day, f.last_query_id, t.next_query_id,
  EXISTS (
    SELECT 1 FROM ground.integrity_events AS i
    WHERE i.kind = 'covered' AND (i.system = k.system OR i.system IS NULL) AND i.period_from_s <= f.from_s AND i.period_to_s >= t.to_s
  ) AS covered
FROM kept AS k
INNER JOIN edges AS f ON f.system = k.system AND f.before_hour = k.before_hour
INNER JOIN ends AS t ON t.system = k.system AND t.after_hour = k.after_hour;

-- part_silences: One row for each run of days (local, where the zone is known) on which one part of a system with several parts of its kind logged no search, while the others went on: expected (weekday medians as in
-- coverage_days), spread and surprise as in quiet_runs, other runs like it, what the other parts logged in it against what they do on such days, and the last search before and the first after. Kinds: agency, and region (the cloud
-- region in whose folder the exports lie). A part's first and last day bound its series.
-- materialise
CREATE VIEW part_silences AS
WITH regions AS (
  SELECT export_id, regexp_extract(path, 'CloudTrail/([a-z]{2}(?:-[a-z]+)+-[0-9]+)/', 1) AS region FROM main.exports WHERE regexp_matches(path, 'CloudTrail/[a-z]{2}(-[a-z]+)+-[0-9]+/')
), uses AS (
  SELECT u.account, u.ts_s, CAST(floor(coalesce(u.local_s, u.ts_s) / 86400) AS INTEGER) AS day_no, q.export_id
  FROM (SELECT rowid AS row_no, status, export_id FROM main.queries) AS q
  POSITIONAL JOIN ground.use_keys AS u
  WHERE u.is_search AND q.status = 'ok'
), counted AS (
  SELECT 'agency' AS kind, a.system, a.agency AS part, u.day_no, sum(u.searches) AS searches, min(u.first_s) AS first_s, max(u.last_s) AS last_s
  FROM (SELECT account, day_no, count(*) AS searches, min(ts_s) AS first_s, max(ts_s) AS last_s FROM uses GROUP BY account, day_no) AS u
  INNER JOIN ground.accounts AS a ON a.account = u.account
  WHERE a.agency IS NOT NULL AND a.operator IS NOT NULL
  GROUP BY a.system, a.agency, u.day_no
  UNION ALL
  SELECT 'region' AS kind, a.system, r.region AS part, u.day_no, count(*) AS searches, min(u.ts_s) AS first_s, max(u.ts_s) AS last_s
  FROM uses AS u
  INNER JOIN regions AS r ON r.export_id = u.export_id
  INNER JOIN ground.accounts AS a ON a.account = u.account
  GROUP BY a.system, r.region, u.day_no
), spans AS (
  SELECT kind, system, part, min(day_no) AS first_day, max(day_no) AS last_day FROM counted GROUP BY kind, system, part
), several AS (
  SELECT s.* FROM spans AS s WHERE (SELECT count(*) FROM spans AS o WHERE o.system = s.system AND o.kind = s.kind) > 1
), calendar AS (
  SELECT s.kind, s.system, s.part, CAST(d.day_no AS INTEGER) AS day_no
  FROM several AS s, LATERAL (SELECT unnest(range(greatest(s.first_day, s.last_day - 14610), s.last_day + 1)) AS day_no) AS d
), filled AS (
  SELECT
    c.kind, c.system, c.part, c.day_no, coalesce(k.searches, 0) AS searches,
    max(k.last_s) OVER (PARTITION BY c.kind, c.system, c.part ORDER BY c.day_no ROWS UNBOUNDED PRECEDING) AS before_s,
    min(k.first_s) OVER (PARTITION BY c.kind, c.system, c.part ORDER BY c.day_no ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS after_s,
    median(coalesce(k.searches, 0)) OVER (PARTITION BY c.kind, c.system, c.part, c.day_no % 7 ORDER BY c.day_no ROWS BETWEEN 8 PRECEDING AND 8 FOLLOWING EXCLUDE CURRENT ROW) AS weekday_median
  FROM calendar AS c LEFT JOIN counted AS k ON k.kind = c.kind AND k.system = c.system AND k.part = c.part AND k.day_no = c.day_no
), rhythms AS (
  SELECT
    kind, system, part, greatest(1.0, pow(1.4826 * median(abs(searches - weekday_median)), 2) / nullif(median(weekday_median), 0)) AS spread
  FROM filled WHERE searches > 0 GROUP BY kind, system, part
), totals AS (
  SELECT kind, system, day_no, sum(searches) AS searches, sum(weekday_median) AS usual FROM filled GROUP BY kind, system, day_no
), marked AS (
  SELECT f.*, t.searches - f.searches AS others, t.usual - f.weekday_median AS others_usual, f.day_no - sum(CASE WHEN f.searches = 0 THEN 1 ELSE 0 END) OVER (PARTITION BY f.kind, f.system, f.part ORDER BY f.day_no ROWS UNBOUNDED PRECEDING) AS run
  FROM filled AS f INNER JOIN totals AS t ON t.kind = f.kind AND t.system = f.system AND t.day_no = f.day_no
), runs AS (
  SELECT
    m.kind, m.system, m.part, min(m.day_no) AS first_day, max(m.day_no) AS last_day, coalesce(sum(CASE WHEN h.day_no IS NULL AND x.system IS NULL THEN m.weekday_median ELSE 0 END), 0) AS expected,
    sum(m.others) AS others, sum(m.others_usual) AS others_usual, max(m.before_s) AS before_s, min(m.after_s) AS after_s
  FROM marked AS m
  LEFT JOIN ground.holidays AS h ON h.day_no = m.day_no
  LEFT JOIN (SELECT DISTINCT system, hour_no // 24 AS day_no FROM ground.excused_hours) AS x ON x.system = m.system AND x.day_no = m.day_no
  WHERE m.searches = 0
  GROUP BY m.kind, m.system, m.part, m.run
)
SELECT
  r.*, y.spread, r.expected * CASE WHEN y.spread > 1.0001 THEN ln(y.spread) / (y.spread - 1) ELSE 1 END / ln(10) AS surprise,
  count(*) OVER (PARTITION BY r.kind, r.system, r.part ORDER BY ln(greatest(r.expected, 0.001)) RANGE BETWEEN 0.6931 PRECEDING AND UNBOUNDED FOLLOWING) - 1 AS similar
FROM runs AS r
INNER JOIN rhythms AS y ON y.kind = r.kind AND y.system = r.system AND y.part = r.part;

-- search_silences: One row for each run of UTC days on which a system logged other uses and not one search, where searches were to be expected by the same weekdays (median of eight before and after):
-- how many, the enrolments and other uses that it did log, and the usual share of days without a search.
-- materialise
CREATE VIEW search_silences AS
WITH days AS (
  SELECT
    d.system, d.day_no, d.searches, d.uses,
    median(d.searches) OVER (PARTITION BY d.system, d.day_no % 7 ORDER BY d.day_no ROWS BETWEEN 8 PRECEDING AND 8 FOLLOWING EXCLUDE CURRENT ROW) AS usual
  FROM ground.coverage_days AS d
), marked AS (
  SELECT *, day_no - sum(CASE WHEN searches = 0 THEN 1 ELSE 0 END) OVER (PARTITION BY system ORDER BY day_no ROWS UNBOUNDED PRECEDING) AS run FROM days
), enrolled AS (
  SELECT system, hour_no // 24 AS day_no, sum(enrolments) AS enrolments FROM ground.coverage_hours GROUP BY system, hour_no // 24
)
SELECT
  m.system, min(m.day_no) AS first_day, max(m.day_no) AS last_day, count(*) AS days, count(*) FILTER (WHERE m.uses > 0) AS days_with_uses,
  coalesce(sum(CASE WHEN x.system IS NULL AND h.day_no IS NULL THEN m.usual ELSE 0 END), 0) AS expected, sum(m.uses) AS uses, coalesce(sum(e.enrolments), 0) AS enrolments
FROM marked AS m
LEFT JOIN enrolled AS e ON e.system = m.system AND e.day_no = m.day_no
LEFT JOIN ground.holidays AS h ON h.day_no = m.day_no
LEFT JOIN (SELECT DISTINCT system, hour_no // 24 AS day_no FROM ground.excused_hours) AS x ON x.system = m.system AND x.day_no = m.day_no
WHERE m.searches = 0
GROUP BY m.system, m.run
HAVING sum(m.uses) > 0;

-- field_days: One row for each system, UTC day and column that a log of searches may hold, with the searches of the day and those in which the column says something; and the same for each part of a
-- system that two to sixty agencies share: an agency may leave out what the others go on to tell.
-- materialise
CREATE VIEW field_days AS
WITH shared AS (
  SELECT system FROM ground.accounts WHERE agency IS NOT NULL GROUP BY system HAVING count(DISTINCT agency) BETWEEN 2 AND 60
), counted AS (
  SELECT
    system, CASE WHEN system IN (SELECT s.system FROM shared AS s) THEN coalesce(agency, '') ELSE '' END AS part, day_of(occurred_at) AS day_no, count(*) AS uses, count(operator) AS operator, count(agency) AS agency, count(*) FILTER (WHERE reason_state = 'value') AS reason,
    count(*) FILTER (WHERE case_number_state = 'value') AS case_number, count(*) FILTER (WHERE offense_state = 'value') AS offense, count(subject) AS subject, count(probe) AS probe,
    count(gallery) AS gallery, count(client_ip) AS client_ip, count(device) AS device, count(candidates) AS candidates, count(top_score) AS top_score, count(candidate) AS candidate,
    count(threshold) AS threshold, count(latitude) AS latitude, count(galleries_searched) AS galleries_searched, count(on_behalf_of) AS on_behalf_of, count(captured_at) AS captured_at
  FROM main.queries
  WHERE operation IN ('identification', 'video_search', 'live_watch') AND status = 'ok'
  GROUP BY ALL
), told AS (
  SELECT system, part, day_no, uses, name AS column_name, filled
  FROM (UNPIVOT counted ON operator, agency, reason, case_number, offense, subject, probe, gallery, client_ip, device, candidates, top_score, candidate, threshold, latitude,
  galleries_searched, on_behalf_of, captured_at INTO NAME name VALUE filled)
)
SELECT system, '' AS part, day_no, CAST(sum(uses) AS BIGINT) AS uses, column_name, CAST(sum(filled) AS BIGINT) AS filled FROM told GROUP BY system, day_no, column_name
UNION ALL
SELECT system, part, day_no, uses, column_name, filled FROM told WHERE part <> '';

-- field_drops: One row for each system and column that was filled in at least half of the searches of the four weeks before a day and, from that day on, in four weeks in at most a quarter of that share, or in 40 points of
-- percent less (six standard errors of the pooled share at least), or in 15 points less in one step (ten standard errors, and the two weeks on either side differ as much, so that it is no slow decline), at least 25 searches each: the day with the sharpest fall, both shares, and for how many days it stayed so.
-- materialise
CREATE VIEW field_drops AS
WITH shares AS (
  SELECT
    system, part, column_name, day_no, sum(uses) OVER before AS uses_before, sum(filled) OVER before AS filled_before, sum(uses) OVER after AS uses_after, sum(filled) OVER after AS filled_after,
    uses AS day_uses, filled AS day_filled,
    sum(filled) OVER just_before / nullif(sum(uses) OVER just_before, 0) - sum(filled) OVER just_after / nullif(sum(uses) OVER just_after, 0) AS near_fall
  FROM ground.field_days
  WINDOW just_before AS (PARTITION BY system, part, column_name ORDER BY day_no RANGE BETWEEN 14 PRECEDING AND 1 PRECEDING),
    just_after AS (PARTITION BY system, part, column_name ORDER BY day_no RANGE BETWEEN CURRENT ROW AND 13 FOLLOWING),
    before AS (PARTITION BY system, part, column_name ORDER BY day_no RANGE BETWEEN 28 PRECEDING AND 1 PRECEDING),
    after AS (PARTITION BY system, part, column_name ORDER BY day_no RANGE BETWEEN CURRENT ROW AND 27 FOLLOWING)
), tested AS (
  SELECT
    *, filled_before / uses_before AS share_before, filled_after / uses_after AS share_after,
    sqrt((filled_before + filled_after) / (uses_before + uses_after) * (1 - (filled_before + filled_after) / (uses_before + uses_after)) * (1 / uses_before + 1 / uses_after)) AS error
  FROM shares
  WHERE uses_before >= 25 AND uses_after >= 25
), fallen AS (
  SELECT *, row_number() OVER (PARTITION BY system, part, column_name ORDER BY share_before - share_after DESC, day_filled / day_uses, day_no) AS best
  FROM tested
  WHERE share_before >= 0.5 AND share_before - share_after >= 6 * error
    AND (4 * share_after <= share_before OR share_before - share_after >= 0.4
      OR (share_before - share_after >= 0.15 AND share_before - share_after >= 10 * error AND near_fall >= 0.8 * (share_before - share_after)))
)
SELECT
  f.system, f.part, f.column_name, f.day_no, f.share_before, f.share_after,
  (SELECT max(d.day_no) FROM ground.field_days AS d WHERE d.system = f.system AND d.part = f.part AND d.column_name = f.column_name) - f.day_no + 1 AS days_after
FROM fallen AS f
WHERE f.best = 1 AND (f.part = '' OR NOT EXISTS (SELECT w.system FROM fallen AS w WHERE w.best = 1 AND w.part = '' AND w.system = f.system AND w.column_name = f.column_name));

-- reason_weeks: One row for each system and week (as in agency_weeks) with its stated reasons: how many uses, how many different reasons, and how many of the uses bear the most frequent one.
-- materialise
CREATE VIEW reason_weeks AS
WITH shared AS (
  SELECT system FROM ground.accounts WHERE agency IS NOT NULL GROUP BY system HAVING count(DISTINCT agency) BETWEEN 2 AND 60
), counted AS (
  SELECT
    q.system, CASE WHEN q.system IN (SELECT s.system FROM shared AS s) THEN coalesce(q.agency, '') ELSE '' END AS part, CAST(floor((u.day_no + 3) / 7) AS INTEGER) AS week_no, u.reason_no, count(*) AS uses
  FROM ground.use_keys AS u
  POSITIONAL JOIN main.queries AS q
  WHERE u.is_search AND q.reason_state = 'value' AND u.reason_no IS NOT NULL
  GROUP BY q.system, CASE WHEN q.system IN (SELECT s.system FROM shared AS s) THEN coalesce(q.agency, '') ELSE '' END, CAST(floor((u.day_no + 3) / 7) AS INTEGER), u.reason_no
), whole AS (
  SELECT system, week_no, reason_no, sum(uses) AS uses FROM counted GROUP BY system, week_no, reason_no
)
SELECT system, '' AS part, week_no, CAST(sum(uses) AS BIGINT) AS uses, count(*) AS reasons, CAST(max(uses) AS BIGINT) AS top_uses FROM whole GROUP BY system, week_no
UNION ALL
SELECT system, part, week_no, CAST(sum(uses) AS BIGINT), count(*), max(uses) FROM counted WHERE part <> '' GROUP BY system, part, week_no;

-- wide_revisions: One row for each later version of a use that is known already, not declared to replace it, and column in which it says something else: what it said first and what it says later. blanked: the
-- later version has nothing there, or a mask in place of text. Only columns that a person or an event fills are compared.
CREATE VIEW wide_revisions AS
WITH later AS (
  SELECT c.export_id, c.record, c.id, c.system, c.version, to_json(q) AS first_version, q.export_id AS first_export, seconds(q.occurred_at) AS ts_s
  FROM main.queries AS q
  INNER JOIN main.copies AS c ON c.system = q.system AND c.id = q.query_id
  WHERE c.table_name = 'queries' AND c.kind = 'revision' AND c.version IS NOT NULL AND json_valid(c.version)
), cells AS (
  SELECT
    l.export_id, l.record, l.id, l.system, l.ts_s, l.first_export, n.name AS column_name,
    json_extract_string(l.first_version, '$.' || n.name) AS was, json_extract_string(l.version, '$.' || n.name) AS now, json_exists(l.version, '$.' || n.name) AS told
  FROM later AS l,
    (SELECT unnest(['operator', 'agency', 'on_behalf_of', 'reason', 'case_number', 'offense', 'subject', 'probe', 'gallery', 'candidates', 'top_score', 'candidate', 'occurred_at',
      'status', 'operation', 'threshold', 'galleries_searched', 'place', 'instruction', 'reference']) AS name) AS n
)
SELECT
  *, now IS NULL OR trim(now) = '' OR regexp_full_match(upper(trim(now)), '[*#X_. -]{2,}|\[?REDACTED\]?.*|WITHHELD.*') AS blanked
FROM cells
WHERE was IS DISTINCT FROM now AND told;

-- dropped_rows: One row for each use that an export has and a later release of the same period, of the same system, leaves out, though it has at least four fifths of the other uses of the period and is the later one delivered (by
-- run, else by its last use). Uses within a day of the ends of the shared period are passed over: releases are cut in different zones. A file that a later run hands over again under its own name (same_file) is not cut anew:
-- everything from its first use on counts, up to the end of the earlier one, and one half of the uses is enough to know it by.
-- materialise
CREATE VIEW dropped_rows AS
WITH members AS (
  SELECT export_id, system, query_id, seconds(occurred_at) AS ts_s, record FROM main.queries
  WHERE system IN (SELECT DISTINCT system FROM main.copies WHERE table_name = 'queries')
  UNION ALL
  SELECT c.export_id, q.system, q.query_id, seconds(q.occurred_at), c.record
  FROM main.queries AS q INNER JOIN main.copies AS c ON c.system = q.system AND c.id = q.query_id
  WHERE c.table_name = 'queries'
), spans AS (
  SELECT m.export_id, m.system, min(m.ts_s) AS from_s, max(m.ts_s) AS to_s, any_value(e.run_id) AS run_id, any_value(e.path) AS path,
    any_value(regexp_extract(e.path, '[^/\\]*$')) AS file
  FROM members AS m INNER JOIN main.exports AS e ON e.export_id = m.export_id
  GROUP BY m.export_id, m.system
), linked AS (
  SELECT DISTINCT a.export_id AS early, b.export_id AS late
  FROM members AS b INNER JOIN members AS a ON a.system = b.system AND a.query_id = b.query_id AND a.export_id <> b.export_id
), pairs AS (
  SELECT a.export_id AS early, b.export_id AS late, a.system, greatest(a.from_s, b.from_s) + 86400 AS from_s, least(a.to_s, b.to_s) - 86400 AS to_s, FALSE AS same_file
  FROM linked AS l
  INNER JOIN spans AS a ON a.export_id = l.early
  INNER JOIN spans AS b ON b.export_id = l.late AND b.system = a.system AND (b.run_id, b.to_s, b.path) > (a.run_id, a.to_s, a.path) AND (b.file <> a.file OR b.run_id = a.run_id)
  WHERE greatest(a.from_s, b.from_s) + 2 * 86400 <= least(a.to_s, b.to_s)
  UNION ALL
  SELECT a.export_id, b.export_id, a.system, greatest(a.from_s, b.from_s), a.to_s, TRUE
  FROM linked AS l
  INNER JOIN spans AS a ON a.export_id = l.early
  INNER JOIN spans AS b ON b.export_id = l.late AND b.system = a.system AND b.file = a.file AND b.run_id > a.run_id
), held AS (
  SELECT DISTINCT p.early, p.late, p.system, p.same_file, m.query_id, m.ts_s, m.record, k.query_id IS NOT NULL AS kept
  FROM pairs AS p
  INNER JOIN members AS m ON m.export_id = p.early AND m.system = p.system AND m.ts_s >= p.from_s AND m.ts_s <= p.to_s
  LEFT JOIN (SELECT DISTINCT export_id, system, query_id FROM members) AS k ON k.export_id = p.late AND k.system = m.system AND k.query_id = m.query_id
), counted AS (
  SELECT early, late, system, count(*) AS rows_early, count(*) FILTER (WHERE NOT kept) AS dropped FROM held GROUP BY early, late, system
)
SELECT h.early AS export_id, h.record, h.late AS late_export, h.system, h.query_id, h.ts_s, c.rows_early, c.dropped, h.same_file
FROM held AS h INNER JOIN counted AS c ON c.early = h.early AND c.late = h.late AND c.system = h.system
WHERE NOT h.kept AND CASE WHEN h.same_file THEN 2 ELSE 5 END * c.dropped <= c.rows_early;

-- twin_rows: One row for each export with its records that repeat, value for value, a record of the same export.
CREATE VIEW twin_rows AS
SELECT c.export_id, c.table_name, c.system, count(*) AS twins, min(c.record) AS first_record
FROM main.queries AS q
INNER JOIN main.copies AS c ON c.system = q.system AND c.id = q.query_id AND c.export_id = q.export_id
WHERE c.kind = 'copy' AND c.table_name = 'queries'
GROUP BY c.export_id, c.table_name, c.system;

-- ordered_uses: One row for each conspicuous use of a system that numbers its uses one by one (their ids are one text and a running number, at least 50, of which at most one of twenty is missing between the lowest
-- and the highest, and which rise with time, nineteen of twenty): a use after missing numbers, one whose time is more than a day away from those of both neighbours, and one of up to 50 in a row whose times lie more than a day before what went before them, or after what comes after them
-- (astray_s: by how much; of the two sides the shorter is astray). uses: how many the series has.
-- Ids that are no such series (UUIDs, hashes, random numbers) give no row. Of series with over 200,000 uses only those stretches of 256 numbers are looked at that are not full, or span over two days.
-- materialise
CREATE VIEW ordered_uses AS
WITH cut AS (
  SELECT u.use_no, u.ts_s, q.system, q.query_id, regexp_extract(q.query_id, '(?s)^.*[^0-9]') AS head FROM main.queries AS q POSITIONAL JOIN ground.use_keys AS u
), numbered AS (
  SELECT use_no, ts_s, system, head, try_cast(substr(query_id, length(head) + 1) AS BIGINT) AS number FROM cut WHERE length(query_id) - length(head) BETWEEN 1 AND 18
), dense AS (
  SELECT system, head, count(*) AS uses FROM numbered GROUP BY system, head
  HAVING count(*) >= 50 AND 20 * (max(number) - min(number) + 1 - count(*)) <= max(number) - min(number) + 1
), placed AS (
  SELECT n.system, n.head, n.number, n.number // 256 AS stretch, n.use_no, n.ts_s, d.uses
  FROM numbered AS n
  INNER JOIN dense AS d ON d.system = n.system AND d.head = n.head
), stretches AS (
  SELECT system, head, stretch, any_value(uses) AS uses FROM placed GROUP BY system, head, stretch HAVING any_value(uses) <= 200000 OR count(*) < 256 OR max(ts_s) - min(ts_s) > 172800
), near_stretches AS (
  SELECT DISTINCT s.system, s.head, s.stretch + o.step AS stretch FROM stretches AS s CROSS JOIN (VALUES (-1), (0), (1)) AS o (step)
), paced AS (
  SELECT
    p.*, row_number() OVER ordered AS place, lag(p.number) OVER ordered AS previous, lag(p.ts_s) OVER ordered AS previous_s, lag(p.use_no) OVER ordered AS previous_no, lead(p.ts_s) OVER ordered AS next_s
  FROM placed AS p
  INNER JOIN near_stretches AS n ON n.system = p.system AND n.head = p.head AND n.stretch = p.stretch
  WINDOW ordered AS (PARTITION BY p.system, p.head ORDER BY p.number, p.use_no)
), orderly AS (
  SELECT system, head FROM paced GROUP BY system, head HAVING 20 * count(*) FILTER (WHERE previous_s > ts_s) <= count(*)
), falls AS (
  SELECT p.system, p.head, p.place, p.ts_s, p.previous_s
  FROM paced AS p
  INNER JOIN orderly AS o ON o.system = p.system AND o.head = p.head
  WHERE p.ts_s < p.previous_s - 86400
), sides AS (
  SELECT
    f.system, f.head, f.place, f.previous_s - f.ts_s AS astray_s,
    coalesce(min(CASE WHEN p.place >= f.place AND p.ts_s >= f.previous_s - 43200 THEN p.place END), CASE WHEN max(p.place) < f.place + 50 THEN max(p.place) + 1 END) AS caught_up,
    coalesce(max(CASE WHEN p.place < f.place AND p.ts_s <= f.ts_s + 43200 THEN p.place END), CASE WHEN min(p.place) > f.place - 51 THEN min(p.place) - 1 END) AS still_right
  FROM falls AS f
  INNER JOIN paced AS p ON p.system = f.system AND p.head = f.head AND p.place >= f.place - 51 AND p.place <= f.place + 50
  GROUP BY f.system, f.head, f.place, f.previous_s, f.ts_s
), runs AS (
  SELECT
    system, head, astray_s, CASE WHEN coalesce(caught_up - place, 99) <= coalesce(place - 1 - still_right, 99) THEN place ELSE still_right + 1 END AS from_place,
    CASE WHEN coalesce(caught_up - place, 99) <= coalesce(place - 1 - still_right, 99) THEN caught_up ELSE place END AS to_place
  FROM sides
  WHERE caught_up IS NOT NULL OR still_right IS NOT NULL
), astray AS (
  SELECT r.system, r.head, t.place, max(r.astray_s) AS astray_s FROM runs AS r, LATERAL (SELECT unnest(range(r.from_place, r.to_place)) AS place) AS t GROUP BY r.system, r.head, t.place
), conspicuous AS (
  SELECT p.*, a.astray_s
  FROM paced AS p
  INNER JOIN orderly AS o ON o.system = p.system AND o.head = p.head
  INNER JOIN stretches AS s ON s.system = p.system AND s.head = p.head AND s.stretch = p.stretch
  LEFT JOIN astray AS a ON a.system = p.system AND a.head = p.head AND a.place = p.place
  WHERE a.astray_s IS NOT NULL OR p.number - p.previous > 1 OR (p.ts_s < p.previous_s - 86400 AND p.ts_s < p.next_s - 86400) OR (p.ts_s > p.previous_s + 86400 AND p.ts_s > p.next_s + 86400)
), befores AS (
  SELECT q.rowid AS use_no, q.query_id, q.export_id, q.record FROM main.queries AS q WHERE q.rowid IN (SELECT previous_no FROM conspicuous)
)
SELECT
  c.system, c.head, c.number, c.uses, q.query_id, q.export_id, q.record, c.ts_s, c.previous, c.previous_s, c.next_s, c.astray_s, b.query_id AS previous_id, b.export_id AS previous_export, b.record AS previous_record
FROM main.queries AS q
INNER JOIN conspicuous AS c ON c.use_no = q.rowid
LEFT JOIN befores AS b ON b.use_no = c.previous_no;

-- local_troughs: One row for each system with at least 200 searches of people of known local time: the six hours in a row with the fewest searches (from_hour, local), and their share of all; people: accounts with searches.
CREATE VIEW local_troughs AS
WITH counted AS (
  SELECT a.system, h.local_hour, sum(h.searches) AS searches
  FROM ground.account_hours AS h INNER JOIN ground.accounts AS a ON a.account = h.account
  GROUP BY a.system, h.local_hour
), manned AS (
  SELECT a.system, count(DISTINCT h.account) AS people FROM ground.account_hours AS h INNER JOIN ground.accounts AS a ON a.account = h.account GROUP BY a.system
), totals AS (
  SELECT system, sum(searches) AS total FROM counted GROUP BY system HAVING sum(searches) >= 200
), stretches AS (
  SELECT t.system, t.total, CAST(s.hour AS INTEGER) AS from_hour, coalesce(sum(c.searches), 0) AS held
  FROM totals AS t
  CROSS JOIN (SELECT unnest(range(24)) AS hour) AS s
  LEFT JOIN counted AS c ON c.system = t.system AND (c.local_hour - s.hour + 24) % 24 < 6
  GROUP BY t.system, t.total, s.hour
)
SELECT s.system, CAST(s.total AS BIGINT) AS searches, arg_min(s.from_hour, (s.held, s.from_hour)) AS from_hour, CAST(min(s.held) AS BIGINT) AS held, any_value(m.people) AS people
FROM stretches AS s INNER JOIN manned AS m ON m.system = s.system
GROUP BY s.system, s.total;
