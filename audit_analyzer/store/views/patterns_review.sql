-- What came after a search, tied to it once: actions, reviews and corroborations with the search that they rest on, and searches that were tried again.

-- person_keys: One row for each account name of the roster (folded) with the person behind it; a name that several persons have stands for itself.
CREATE VIEW person_keys AS
SELECT
  lower(trim(operator)) AS operator_key,
  CASE WHEN count(DISTINCT person) = 1 THEN min(lower(trim(person))) ELSE lower(trim(operator)) END AS person_key
FROM main.operators
GROUP BY lower(trim(operator));

-- reviewers: One row for each system and account that reviews name, with a number for short groupings and the person behind the account (folded).
-- materialise: nothing without main.reviews
CREATE VIEW reviewers AS
SELECT
  z.system, r.reviewer, CAST(row_number() OVER (ORDER BY z.system, r.reviewer) AS INTEGER) AS reviewer_no, coalesce(p.person_key, lower(trim(r.reviewer))) AS reviewer_person
FROM (SELECT DISTINCT reviewer FROM main.reviews WHERE reviewer IS NOT NULL) AS r
CROSS JOIN ground.system_zones AS z
LEFT JOIN ground.person_keys AS p ON p.operator_key = lower(trim(r.reviewer));

-- review_uses: One row for each human decision with the search that it judged; reviewer_person and searcher_person are the persons behind the accounts (folded), so that one person's two
-- accounts are one.
-- materialise: nothing without main.reviews
CREATE VIEW review_uses AS
WITH joined AS (
  SELECT
    r.review_id, r.query_id, r.use_no, r.system, r.reviewer, r.started_s, r.decided_s, r.decision, r.candidate, r.method, r.notes,
    r.export_id, r.record, q.ts_s AS query_ts_s, q.operator, q.account, q.agency, q.case_number, r.case_key, q.subject,
    q.probe, q.probe_source, q.encounter, q.gallery, q.candidate AS top_candidate, q.candidates, q.top_score, q.operation, q.is_search, q.explained_by,
    q.export_id AS query_export, q.record AS query_record
  FROM ground.queries AS q
  INNER JOIN ground.reviews AS r ON r.use_no = q.use_no
), searchers AS (
  SELECT a.account, coalesce(p.person_key, lower(trim(a.person))) AS searcher_person
  FROM ground.accounts AS a
  LEFT JOIN ground.person_keys AS p ON p.operator_key = lower(trim(a.person))
)
SELECT j.*, v.reviewer_no, v.reviewer_person, s.searcher_person
FROM joined AS j
LEFT JOIN ground.reviewers AS v ON v.system = j.system AND v.reviewer = j.reviewer
LEFT JOIN searchers AS s ON s.account = j.account;

-- review_paces: One row for each human decision and the pace of its reviewer: took_s is the time from the review's start to its decision (timed), else from the same reviewer's decision before
-- it (an upper bound); at_once counts that reviewer's decisions of the same second, or the
-- reviews begun in the same second, whichever are more.
CREATE VIEW review_paces AS
WITH decided AS (  -- by numbers alone: a window over whole reviews costs six times as much
  SELECT reviewer_no, decided_s, count(*) AS reviews, min(use_no) AS first_no, lag(decided_s) OVER (PARTITION BY reviewer_no ORDER BY decided_s) AS before_s
  FROM ground.review_uses
  GROUP BY reviewer_no, decided_s
), begun AS (  -- seconds with one review are most of them: counting those with more costs a third of counting beside every review
  SELECT reviewer_no, started_s, count(*) AS reviews FROM ground.review_uses WHERE started_s IS NOT NULL GROUP BY reviewer_no, started_s HAVING count(*) > 1
)
SELECT
  r.system, r.reviewer, r.reviewer_no, r.query_id, coalesce(r.review_id, r.query_id) AS id, r.export_id, r.record, r.decided_s, r.decision, r.top_score, r.explained_by,
  CASE WHEN r.started_s <= r.decided_s THEN r.decided_s - r.started_s WHEN r.use_no = d.first_no THEN r.decided_s - d.before_s ELSE r.decided_s - d.decided_s END AS took_s,
  coalesce(r.started_s <= r.decided_s, FALSE) AS timed,
  greatest(coalesce(d.reviews, 1), CASE WHEN r.started_s <= r.decided_s THEN coalesce(b.reviews, 1) ELSE 1 END) AS at_once
FROM ground.review_uses AS r
LEFT JOIN decided AS d ON d.reviewer_no = r.reviewer_no AND d.decided_s = r.decided_s
LEFT JOIN begun AS b ON b.reviewer_no = r.reviewer_no AND b.started_s = r.started_s;

-- acted_searches: One row for each action and the search that it followed. link 'named': the action names the search; 'case': it names only the case, and this is the last search with
-- candidates under that number in the 90 days before. subject is the case number, else the search's id: what the action is known by.
-- materialise: nothing without main.actions
CREATE VIEW acted_searches AS
WITH named AS (
  SELECT a.action_id, a.kind, a.occurred_s, a.officer, a.case_number AS action_case, a.export_id, a.record, q.use_no, 'named' AS link
  FROM ground.queries AS q
  INNER JOIN ground.actions AS a ON a.system = q.system AND a.query_id = q.query_id
  WHERE q.is_search AND a.occurred_s >= q.ts_s
), bare AS (
  SELECT
    a.action_id, a.kind, a.occurred_s, a.officer, a.case_number, a.case_key, coalesce(w.agency_key, lower(trim(a.agency))) AS agency_key, a.system, a.export_id, a.record
  FROM ground.actions AS a
  LEFT JOIN ground.agency_spellings AS w ON w.said = lower(trim(a.agency))
  WHERE a.query_id IS NULL AND a.case_key IS NOT NULL AND a.kind NOT IN ('lead', 'stop')
), earlier AS (
  SELECT
    a.action_id, a.kind, a.occurred_s, a.officer, a.case_number AS action_case, a.export_id, a.record, q.use_no,
    row_number() OVER (PARTITION BY a.export_id, a.record, a.action_id ORDER BY q.ts_s DESC, q.query_id) AS nth
  FROM ground.searches AS q
  INNER JOIN bare AS a
    ON a.case_key = q.case_key AND a.occurred_s >= q.ts_s AND a.occurred_s - q.ts_s <= 7776000
    AND coalesce(a.system = q.system, TRUE) AND coalesce(a.agency_key = lower(trim(q.agency)), TRUE)
  WHERE q.candidates IS NULL OR q.candidates > 0
), linked AS MATERIALIZED (
  SELECT action_id, kind, occurred_s, officer, action_case, export_id, record, use_no, link FROM named
  UNION ALL
  SELECT action_id, kind, occurred_s, officer, action_case, export_id, record, use_no, 'case' FROM earlier WHERE nth = 1
)
SELECT
  coalesce(j.action_case, j.case_number, j.query_id) AS subject, j.action_id, j.kind, j.occurred_s, j.officer, j.export_id, j.record, j.link,
  j.system, j.query_id, j.ts_s, j.query_export, j.query_record, j.candidates, j.candidate, j.top_score, j.operator, j.agency, j.sought,
  j.case_number, key_of(coalesce(j.action_case, CASE WHEN j.case_number_state = 'value' THEN j.case_number END)) AS case_key, j.encounter, j.probe_source, j.instruction,
  j.is_machine, j.rehearsed
FROM (
  SELECT
    l.action_case, l.action_id, l.kind, l.occurred_s, l.officer, l.export_id, l.record, l.link,
    q.system, q.query_id, q.ts_s, q.export_id AS query_export, q.record AS query_record, q.candidates, q.candidate, q.top_score, q.operator, q.agency, q.subject AS sought,
    q.case_number, q.case_number_state, q.encounter, q.probe_source, q.instruction, q.is_machine,
    coalesce(q.explained_by IN ('test', 'training', 'outage', 'import', 'migration'), FALSE) AS rehearsed
  FROM uses_at(linked) AS q
  INNER JOIN linked AS l ON l.use_no = q.use_no
) AS j;

-- action_corroborations: One row for each action and each piece of evidence filed under its search or its case, with the time it was obtained. by_face: it is face recognition itself, by
-- its kind, by what its note says, or because the file that it points to is another search. veiled: it says no more of where it comes from than "investigative means", as reports did that hid a match.
-- materialise: nothing without main.actions, main.corroborations
CREATE VIEW action_corroborations AS
WITH filed AS (
  SELECT
    c.corroboration_id, c.query_id, c.system, c.case_key, c.kind, c.obtained_s, c.export_id, c.record, c.source_ref,
    c.kind = 'face_recognition' OR (
      c.kind IN ('other', 'video', 'document') AND c.notes IS NOT NULL
      AND regexp_matches(lower(c.notes), 'fac(e|ial)[- ]?(recognition|match|search|hit)|\bfr (hit|match|search)\b|second (face )?match|clearview|rekognition')
      AND NOT regexp_matches(lower(c.notes), 'independent|without|\bno\b|\bnot\b|other than')
    ) AS by_face,
    coalesce(c.kind IN ('other', 'document') AND c.source_ref IS NULL AND regexp_matches(lower(c.notes), '\binvestigative (means|methods?|techniques?|tools?|resources?)\b'), FALSE) AS veiled
  FROM ground.corroborations AS c
), sources AS (
  SELECT DISTINCT f.source_ref
  FROM main.queries AS q
  INNER JOIN (SELECT DISTINCT source_ref FROM filed WHERE source_ref IS NOT NULL) AS f ON f.source_ref = q.query_id
  WHERE q.operation IN ('identification', 'video_search', 'live_watch', 'verification')
), pairs AS (
  SELECT s.system, s.action_id, s.occurred_s, f.corroboration_id, f.kind, f.obtained_s, f.export_id, f.record, f.source_ref, f.query_id, f.by_face, f.veiled
  FROM ground.acted_searches AS s
  INNER JOIN filed AS f ON f.query_id = s.query_id AND (f.system = s.system OR f.system IS NULL)
  UNION
  SELECT s.system, s.action_id, s.occurred_s, f.corroboration_id, f.kind, f.obtained_s, f.export_id, f.record, f.source_ref, f.query_id, f.by_face, f.veiled
  FROM ground.acted_searches AS s
  INNER JOIN filed AS f ON f.case_key = s.case_key
)
SELECT
  p.system, p.action_id, p.occurred_s, p.corroboration_id, p.kind, p.obtained_s, p.export_id, p.record, p.query_id,
  p.by_face OR r.source_ref IS NOT NULL AS by_face, p.veiled
FROM pairs AS p
LEFT JOIN sources AS r ON r.source_ref = p.source_ref;

-- repeated_comparisons: One row for each 1:1 comparison whose probe, or whose reference image (the person claimed, where none is named), the same account used in ten or more comparisons, or whose probe several accounts of a system did. same_file: the reference image lies in the
-- probe's own folder or below it, and that folder is a case's (a number, or the word, in its name). person_file: the reference image's folder, where its name is one numbered person's (suspects/S-1182/).
-- materialise
CREATE VIEW repeated_comparisons AS
WITH compared AS (
  SELECT u.use_no, u.account, hash(q.probe) AS probe_hash, hash(coalesce(q.gallery, ''), coalesce(q.candidate, q.subject, '')) AS target_hash
  FROM (SELECT rowid AS row_no, operation, status, probe, gallery, candidate, subject, operator FROM main.queries) AS q
  POSITIONAL JOIN ground.use_keys AS u
  WHERE q.operation = 'verification' AND q.status = 'ok' AND q.probe IS NOT NULL AND q.operator IS NOT NULL
), by_probe AS (
  SELECT account, probe_hash FROM compared GROUP BY account, probe_hash HAVING count(*) >= 10
), by_target AS (
  SELECT account, target_hash FROM compared GROUP BY account, target_hash HAVING count(*) >= 10
), by_turns AS (
  SELECT probe_hash FROM compared GROUP BY probe_hash HAVING count(*) >= 10 AND min(account) < max(account)
), kept AS MATERIALIZED (
  SELECT c.use_no FROM compared AS c INNER JOIN by_probe AS b ON b.account = c.account AND b.probe_hash = c.probe_hash
  UNION
  SELECT c.use_no FROM compared AS c INNER JOIN by_target AS b ON b.account = c.account AND b.target_hash = c.target_hash
  UNION
  SELECT c.use_no FROM compared AS c INNER JOIN by_turns AS b ON b.probe_hash = c.probe_hash
)
SELECT
  q.use_no, q.system, q.operator, q.agency, q.query_id, q.export_id, q.record, q.ts_s, q.probe, q.gallery, q.candidate, q.subject, q.case_number, q.explained_by,
  coalesce(q.gallery, '') || ' ' || coalesce(q.candidate, q.subject, '') AS target,
  coalesce(q.candidate IS NOT NULL OR regexp_matches(lower(q.gallery), '://|\.(jpe?g|png|bmp|tiff?|webp)$'), FALSE) AS target_is_one,
  coalesce(
    starts_with(coalesce(q.gallery, q.candidate), regexp_extract(q.probe, '^(.*/)[^/]*$', 1)) AND regexp_matches(lower(regexp_extract(q.probe, '^(.*/)[^/]*$', 1)), 'case|suspect|incident|[0-9]{2}-?[0-9]{3}|-[0-9]+/$'), FALSE
  ) AS same_file,
  coalesce(
    nullif(regexp_extract(lower(q.gallery), '^(.*/)?(suspect|subject|person|offender|inmate|defendant|detainee)s?[/_\-]?[a-z]{0,3}[_\-]?[0-9]{2,}/'), ''),
    nullif(regexp_extract(lower(q.gallery), '^(.*/)?(suspect|offender|inmate|defendant|detainee)s?/[a-z]{2,}[a-z_\-]*[_\-][a-z0-9_\-]+/'), '')
  ) AS person_file
FROM uses_at(kept) AS q
INNER JOIN kept AS k ON k.use_no = q.use_no;

-- answered_twice: One row for each search whose image, or whose person within one encounter, got another first candidate in another search of the same gallery. basis 'probe': the same image,
-- 'encounter': the same encounter and person token, 'encounter, person not stated': the same encounter, no token. group_no numbers the groups; one search may stand in several. A short file name
-- without folder (IMG_0412.jpg) names an image only for one account and case, where no person token stands with it: cameras count from 1. A hash (eight hexadecimal digits and more, letters among them) names it anywhere.
-- materialise
CREATE VIEW answered_twice AS
WITH answered AS (
  SELECT
    u.use_no,
    hash(q.system, coalesce(q.gallery, ''), coalesce(q.subject, CASE WHEN length(q.probe) < 24 AND NOT contains(q.probe, '/') AND NOT coalesce(regexp_matches(regexp_extract(lower(q.probe), '^(?:[a-z0-9]+[:_-])?([0-9a-f]{8,})(?:\.[a-z]{3,4})?$', 1), '[a-f].*[0-9]|[0-9].*[a-f]'), FALSE) THEN concat('by ', q.case_number, ' ', q.operator) END, ''), q.probe) AS by_probe,
    CASE WHEN q.probe IS NOT NULL THEN coalesce(q.probe_faces, 1) <= 1 ELSE FALSE END AS probe_counts,
    hash(q.system, coalesce(q.gallery, ''), coalesce(q.subject, ''), q.encounter) AS by_encounter, q.encounter IS NOT NULL AS encounter_counts,
    q.subject IS NOT NULL AS named, hash(q.candidate) AS answer
  FROM (
    SELECT rowid AS row_no, system, gallery, subject, probe, probe_faces, encounter, candidate, candidates, status, case_number, operator FROM main.queries
  ) AS q
  POSITIONAL JOIN ground.use_keys AS u
  WHERE u.is_search AND q.status = 'ok' AND q.candidate IS NOT NULL AND (q.candidates IS NULL OR q.candidates > 0) AND (q.probe IS NOT NULL OR q.encounter IS NOT NULL)
), probes AS (
  SELECT by_probe FROM answered WHERE probe_counts GROUP BY by_probe HAVING min(answer) <> max(answer)
), encounters AS (
  SELECT by_encounter FROM answered WHERE encounter_counts GROUP BY by_encounter HAVING min(answer) <> max(answer)
), kept AS MATERIALIZED (
  SELECT a.use_no, 'probe' AS basis, a.by_probe AS group_no FROM answered AS a INNER JOIN probes AS p ON p.by_probe = a.by_probe WHERE a.probe_counts
  UNION ALL
  SELECT a.use_no, CASE WHEN a.named THEN 'encounter' ELSE 'encounter, person not stated' END, a.by_encounter
  FROM answered AS a INNER JOIN encounters AS e ON e.by_encounter = a.by_encounter WHERE a.encounter_counts
)
SELECT
  k.basis, CAST(k.group_no AS VARCHAR) AS group_no, q.system, q.query_id, q.export_id, q.record, q.ts_s, q.operator, q.gallery, q.subject, q.probe, q.encounter, q.candidate, q.top_score,
  coalesce(q.explained_by IN ('test', 'training', 'outage', 'import', 'migration'), FALSE) AS rehearsed
FROM uses_at(kept) AS q
INNER JOIN kept AS k ON k.use_no = q.use_no;

-- tried_until_answer: One row for each search of a series that several accounts of a system, or one account with pauses of more than three days, made for one target (the person's token, else the case number,
-- else the image): each as loose as the one before or looser, three times looser at least, without a pause of two weeks, all without candidates but the last. Where the log does not say how many candidates
-- came back, nor person or case: what several accounts did with one and the same image (by a key or a hash), without a pause of a day.
-- materialise
CREATE VIEW tried_until_answer AS
WITH keyed AS (
  SELECT
    u.use_no, u.account, u.ts_s, q.threshold, q.max_candidates, q.candidates,
    CASE
      WHEN q.subject IS NOT NULL THEN hash(1, q.system, q.subject)
      WHEN q.case_number_state = 'value' AND q.case_number IS NOT NULL THEN hash(2, q.system, q.case_number)
      WHEN q.probe IS NOT NULL THEN hash(3, q.system, q.probe)
    END AS target
  FROM (SELECT rowid AS row_no, system, subject, case_number, case_number_state, probe, threshold, max_candidates, candidates, status, operator FROM main.queries) AS q
  POSITIONAL JOIN ground.use_keys AS u
  WHERE u.is_search AND q.status = 'ok' AND q.operator IS NOT NULL AND NOT u.is_machine AND (
    q.candidates IS NOT NULL OR (
      q.subject IS NULL AND (q.case_number IS NULL OR q.case_number_state <> 'value') AND (q.threshold IS NOT NULL OR q.max_candidates IS NOT NULL) AND (contains(q.probe, '/') OR length(q.probe) >= 24)
    )
  )
), several AS (
  SELECT target
  FROM keyed
  WHERE target IS NOT NULL
  GROUP BY target
  HAVING count(*) BETWEEN 4 AND 100 AND (count(*) FILTER (WHERE candidates = 0) >= 3 OR (count(candidates) = 0 AND min(account) < max(account))) AND (min(threshold) < max(threshold) OR min(max_candidates) < max(max_candidates))
), following AS (
  SELECT
    k.*, lag(k.ts_s) OVER tries AS before_s, lag(k.candidates) OVER tries AS answered, lag(k.threshold) OVER tries AS threshold_before, lag(k.max_candidates) OVER tries AS most_before
  FROM keyed AS k INNER JOIN several AS s ON s.target = k.target
  WINDOW tries AS (PARTITION BY k.target ORDER BY k.ts_s, k.use_no)
), cut AS (
  SELECT
    use_no, account, target, ts_s, candidates, ts_s - before_s AS gap_s,
    CASE WHEN coalesce(answered > 0, FALSE) OR coalesce(ts_s - before_s > CASE WHEN candidates IS NULL THEN 86400 ELSE 1209600 END, TRUE) THEN 0 WHEN coalesce(threshold < threshold_before, FALSE) OR coalesce(max_candidates > most_before, FALSE) THEN 1 ELSE 0 END AS step,
    sum(CASE WHEN answered > 0 OR ts_s - before_s > CASE WHEN candidates IS NULL THEN 86400 ELSE 1209600 END OR threshold > threshold_before OR max_candidates < most_before THEN 1 ELSE 0 END)
      OVER (PARTITION BY target ORDER BY ts_s, use_no ROWS UNBOUNDED PRECEDING) AS part
  FROM following
), series AS (
  SELECT target, part, min(use_no) AS first_use
  FROM cut
  GROUP BY target, part
  HAVING count(*) >= 4 AND sum(step) >= 3 AND CASE WHEN count(candidates) = 0 THEN min(account) < max(account) ELSE max(candidates) > 0 AND (min(account) < max(account) OR max(gap_s) > 259200) END
), told AS MATERIALIZED (
  SELECT t.use_no, t.step, s.first_use FROM cut AS t INNER JOIN series AS s ON s.target = t.target AND s.part = t.part
)
SELECT
  'until-' || CAST(c.first_use AS VARCHAR) AS chain_id, c.step, q.system, q.operator, q.query_id, q.export_id, q.record, q.ts_s, q.threshold, q.subject AS sought, q.reason, q.offense, q.explained_by
FROM uses_at(told) AS q
INNER JOIN told AS c ON c.use_no = q.use_no;

-- tried_again: One row for each search of an account for one target (the person's token, else the case number, else the image without its marks of editing) that it searched three times or
-- more, without a pause of three days (two weeks before a looser search of one and the same image, or another edit of it), with other thresholds, other numbers of candidates or edited images; chain_id names the stretch.
-- edited: the log or the image's name says so.
-- materialise
CREATE VIEW tried_again AS
WITH keyed AS (
  SELECT
    u.use_no, u.account, u.ts_s,
    CASE WHEN q.subject IS NOT NULL THEN hash(1, q.subject) WHEN q.case_number_state = 'value' AND q.case_number IS NOT NULL THEN hash(2, q.case_number) END AS named,
    CASE WHEN q.subject IS NULL AND (q.case_number_state <> 'value' OR q.case_number IS NULL) THEN lower(q.probe) END AS name,
    coalesce(q.probe_source = 'edited', FALSE) AS told_edited
  FROM (SELECT rowid AS row_no, subject, case_number, case_number_state, probe, probe_source, status, operator FROM main.queries) AS q
  POSITIONAL JOIN ground.use_keys AS u
  WHERE u.is_search AND q.status = 'ok' AND q.operator IS NOT NULL AND NOT u.is_machine
), aimed AS (
  SELECT
    use_no, account, ts_s,
    CASE
      WHEN named IS NOT NULL THEN named
      WHEN told_edited OR regexp_matches(name, '[_\-. ](edit|edited|crop|cropped|flip|flipped|mirror|mirrored|enh|enhanced|sharp|sharpened|bright|brightened|contrast|rot|rotated|pose|posed|frontal|frontalized|retouch|retouched|retouche|filter|filtered|filled)[0-9]*([_\-. ]|$)')
        THEN hash(3, regexp_replace(name, '([_\-. ](edit|edited|crop|cropped|flip|flipped|mirror|mirrored|enh|enhanced|sharp|sharpened|bright|brightened|contrast|rot|rotated|pose|posed|frontal|frontalized|retouch|retouched|retouche|filter|filtered|filled|v)?[0-9]{0,2})+(\.[a-z]+)?$', ''))
      ELSE hash(3, regexp_replace(name, '\.[a-z]+$', ''))
    END AS target
  FROM keyed
  WHERE named IS NOT NULL OR name IS NOT NULL
), several AS (
  SELECT account, target
  FROM aimed
  GROUP BY account, target
  HAVING count(*) >= 3
), spaced AS (
  SELECT a.use_no, a.account, a.target, a.ts_s - lag(a.ts_s) OVER tries AS before_s, lead(a.ts_s) OVER tries - a.ts_s AS after_s
  FROM aimed AS a
  INNER JOIN several AS s ON s.account = a.account AND s.target = a.target
  WINDOW tries AS (PARTITION BY a.account, a.target ORDER BY a.ts_s, a.use_no)
), near AS MATERIALIZED (  -- what stands alone for two weeks before and after it belongs to no stretch
  SELECT use_no, account, target FROM spaced WHERE before_s <= 1209600 OR after_s <= 1209600
), again AS (
  SELECT
    n.use_no, n.account, n.target, q.ts_s, q.threshold, q.max_candidates, q.probe,
    coalesce(q.probe_source = 'edited', FALSE) OR coalesce(regexp_matches(lower(q.probe), '[_\-. ](edit|edited|crop|cropped|flip|flipped|mirror|mirrored|enh|enhanced|sharp|sharpened|bright|brightened|contrast|rot|rotated|pose|posed|frontal|frontalized|retouch|retouched|retouche|filter|filtered|filled)[0-9]*([_\-. ]|$)'), FALSE) AS edited,
    regexp_replace(lower(q.probe), '([_\-. ](edit|edited|crop|cropped|flip|flipped|mirror|mirrored|enh|enhanced|sharp|sharpened|bright|brightened|contrast|rot|rotated|pose|posed|frontal|frontalized|retouch|retouched|retouche|filter|filtered|filled)[0-9]*)*(\.[a-z]+)?$', '') AS image
  FROM uses_at(near) AS q
  INNER JOIN near AS n ON n.use_no = q.use_no
), following AS (
  SELECT
    use_no, account, target, ts_s, threshold, max_candidates, edited, ts_s - lag(ts_s) OVER tries AS gap_s,
    coalesce(
      ts_s - lag(ts_s) OVER tries <= 1209600 AND image = lag(image) OVER tries AND (
        (edited AND probe <> lag(probe) OVER tries) OR threshold < lag(threshold) OVER tries OR (max_candidates > lag(max_candidates) OVER tries AND coalesce(threshold <= lag(threshold) OVER tries, TRUE))
      ), FALSE
    ) AS one_image
  FROM again
  WINDOW tries AS (PARTITION BY account, target ORDER BY ts_s, use_no)
), chained AS (
  SELECT
    use_no, account, target, threshold, max_candidates, edited,
    sum(CASE WHEN gap_s > 259200 AND NOT one_image THEN 1 ELSE 0 END) OVER (PARTITION BY account, target ORDER BY ts_s, use_no ROWS UNBOUNDED PRECEDING) AS part
  FROM following
), stretches AS (
  SELECT account, target, part
  FROM chained
  GROUP BY account, target, part
  HAVING count(*) >= 3 AND (min(threshold) < max(threshold) OR min(max_candidates) < max(max_candidates) OR bool_or(edited))
), links AS MATERIALIZED (
  SELECT c.use_no, c.account, c.target, c.part, c.edited
  FROM chained AS c
  INNER JOIN stretches AS s ON s.account = c.account AND s.target = c.target AND s.part = c.part
)
SELECT
  CAST(c.account AS VARCHAR) || '-' || CAST(c.target AS VARCHAR) || '-' || CAST(c.part AS VARCHAR) AS chain_id,
  q.system, q.operator, q.agency, q.query_id, q.export_id, q.record, q.ts_s, q.probe, q.threshold, q.threshold_explicit, q.max_candidates, c.edited, q.candidates,
  q.subject AS sought, q.reason, q.offense, q.explained_by
FROM uses_at(links) AS q
INNER JOIN links AS c ON c.use_no = q.use_no;
