-- Patterns of wide-scale use: what several rules ask of the few busy days of people's accounts, so that ten million uses are read once.

-- missions: One row for each distinct reason or offense that names work in which many faces in a row are ordinary: child (exploitation, trafficking), missing (and unidentified persons,
-- victims of a disaster), threat (to life), lineup (a photo array is built), fugitive (a warrant is
-- out), intake (people are booked), test (a benchmark, an import). The senses are those of rules/lexicons/serious_crime.toml.
-- materialise
CREATE VIEW missions AS
WITH named AS (
  SELECT
    text, CASE sense WHEN 'child_or_trafficking' THEN 'child' WHEN 'missing_or_unidentified' THEN 'missing' WHEN 'terror_or_threat' THEN 'threat' END AS mission
  FROM ground.text_hits
  WHERE lexicon = 'serious_crime' AND cleared IS NULL AND sense IN ('child_or_trafficking', 'missing_or_unidentified', 'terror_or_threat')
  UNION ALL
  SELECT text, CASE WHEN regexp_matches(word, 'pornogr|tr[aá]ta|traite|tr[aá]fico|贩|販|色情|buôn|trafficking|торгов') THEN 'child' ELSE 'missing' END
  FROM ground.text_hits
  WHERE lexicon = 'serious_crime' AND cleared IS NULL
    AND regexp_matches(word, 'desaparec|dispar|失踪|失蹤|mất tích|nawawala|пропавш|مفقود|pornogr|tr[aá]ta|traite|tr[aá]fico|贩|販|色情|buôn|trafficking|торгов')
  UNION ALL
  SELECT
    text,
    CASE
      WHEN regexp_matches(folded, '\b(disaster|mass casualty|victim id|victim identification|(identif[a-z]*|id) (the |of |an? )?(unknown )?(victims?|deceased|decedents?|dead|body|bodies|corpses?|remains)|deceased (persons?|subjects?|identif[a-z]*)|unknown (deceased|decedents?|body|bodies)|decedents?|unidentified|next of kin)\b') THEN 'missing'
      WHEN regexp_matches(folded, '\b(book(ed|ing)( in)?|book in|(jail|custody|prisoner|inmate) (intake|admission|check in)|intake (photo|desk|room)|id at booking)\b') THEN 'intake'
      WHEN regexp_matches(folded, '\b(benchmark[a-z]*|accuracy test[a-z]*|vendor (test|eval)[a-z]*|(system|admin|administrative|acceptance|load|regression) tests?|calibration|back ?fill(ed|ing)?|(legacy|data|batch) (import|migration)|import(ed)? from (old|legacy)( system)?)\b') THEN 'test'
      WHEN regexp_matches(folded, '\b(line ?ups?|photo ?arrays?|photo ?packs?|six ?packs?)\b') THEN 'lineup'
      WHEN regexp_matches(folded, '\b(fugitives?|absconders?|escapees?|wanted persons?|(arrest|felony|bench|outstanding|active) warrants?|warrant service)\b') THEN 'fugitive'
    END
  FROM ground.texts
)
SELECT text, min(mission) AS mission FROM named WHERE mission IS NOT NULL GROUP BY text;

-- crowded_days: One row for each account of a person and UTC day that, with the day before or after it, holds at least 8 unexplained searches: the 99th percentile of people's days in the
-- published Eugene log. What looks for bursts and batches looks here only.
-- materialise
CREATE VIEW crowded_days AS
WITH near AS (
  SELECT
    account, day_no, unexplained, lag(day_no) OVER days AS day_before, lag(unexplained) OVER days AS before, lead(day_no) OVER days AS day_after, lead(unexplained) OVER days AS after
  FROM ground.operator_days
  WHERE NOT is_machine AND unexplained > 0
  WINDOW days AS (PARTITION BY account ORDER BY day_no)
)
SELECT account, day_no
FROM near
WHERE unexplained + CASE WHEN day_before = day_no - 1 THEN before ELSE 0 END >= 8 OR unexplained + CASE WHEN day_after = day_no + 1 THEN after ELSE 0 END >= 8;

-- loud_uses: One row for each unexplained search on a crowded day, with the person sought (subject token, else probe; the numbered frames of one recording are one person, unless their names say that faces were cut out), whether a case backs
-- it and what its probe's name is made of.
-- backed: its case number is not shared by more than case_subjects (5) persons that the account sought, and stands in the register where there is one. mission: see missions. habit: the
-- account is a desk that searches for others all day: median of its active days at least 10 over at least 10 days (people's days have a median of 1 in the Eugene log), or the roster says
-- records clerk or service desk. intake_desk: the unit, the place, or the folder or first word of the probe's name is a booking room's, whose people have no case yet. stem and number: the probe's name around the last run of digits in it, IMG_0412.jpg is IMG_#.jpg and 412; folder: all up to the last slash; in_case_folder: one of them is named by a case's number. stamp_s: the time that a
-- camera or messenger wrote into the name; name_stem: the stem without its folder; image: the probe without what follows a #, ? or ; (a box that was cut out of it) (PXL_20260312_141013.jpg), roll: the name without any digits' values.
-- materialise
CREATE VIEW loud_uses AS
WITH desks AS (
  SELECT DISTINCT operator_key FROM ground.operators WHERE regexp_matches(lower(coalesce(role, '')), 'clerk|records|help ?desk|service desk')
), habits AS (
  SELECT p.account, d.operator_key IS NOT NULL OR (p.median_day >= 10 AND p.active_days >= 10) AS habit
  FROM ground.operator_profiles AS p
  INNER JOIN ground.accounts AS a ON a.account = p.account
  LEFT JOIN desks AS d ON d.operator_key = a.operator_key
), listed AS (
  SELECT DISTINCT agency_key FROM ground.cases
), registers AS (  -- another agency's register says nothing of one's own numbers
  SELECT a.account, l.agency_key IS NOT NULL OR w.unnamed > 0 OR (a.agency IS NULL AND w.lists > 0) AS has_cases
  FROM ground.accounts AS a
  CROSS JOIN (SELECT count(*) AS lists, count(*) - count(agency_key) AS unnamed FROM listed) AS w
  LEFT JOIN listed AS l ON l.agency_key = lower(trim(a.agency))
), crowded AS MATERIALIZED (
  SELECT u.use_no
  FROM ground.use_keys AS u
  INNER JOIN ground.crowded_days AS d ON d.account = u.account AND d.day_no = u.day_no
  WHERE u.is_search
), kept AS (
  SELECT
    system, agency, operator, query_id, export_id, record, operation, subject, probe, probe_source, gallery, case_key, on_behalf_of, device, session, unit, place, reason, offense, use_no,
    account, ts_s, day_no, coalesce(local_day_no, day_no) AS local_day, person, case_known, case_open, case_assigned, case_operator_subjects, regexp_replace(regexp_replace(probe, '\?version=.*$', ''), '^.*/', '') AS name
  FROM uses_at(crowded)
  WHERE status = 'ok' AND explained_by IS NULL AND operator IS NOT NULL
)
SELECT
  k.use_no, k.account, k.system, k.agency, k.operator, k.query_id, k.export_id, k.record, k.ts_s, k.day_no, k.local_day, k.operation, k.subject, k.probe, k.probe_source,
  coalesce(
    k.subject,
    CASE WHEN k.operation = 'identification' AND (k.probe_source IN ('frame', 'video') OR contains(lower(k.name), 'frame')) AND NOT regexp_matches(lower(k.name), 'crop|face|person') THEN regexp_replace(k.probe, '[0-9]+([^0-9/]*)$', '#\1') END,
    k.probe
  ) AS sought, k.gallery, k.case_key, k.case_known, k.case_open, k.case_assigned, k.on_behalf_of, k.device, k.session, k.person,
  k.case_key IS NOT NULL AND k.case_operator_subjects <= f.case_subjects AND (k.case_known OR NOT r.has_cases) AS backed, r.has_cases,
  CASE WHEN regexp_matches(lower(concat_ws(' ', k.unit, k.place, regexp_replace(regexp_extract(k.probe, '^(.*/)[^/]*$', 1), '(?i)(probe|evidence|video|media|image|photo|picture|upload|search|enrol[a-z]*)s?[-_. ]?intake', ''), regexp_extract(k.name, '^[A-Za-z_-]+'))), '(^|[^a-z])(bookings?|intake|live ?scan|sally ?port)([^a-z]|$)') THEN 'intake_desk' ELSE coalesce(o.mission, m.mission) END AS mission, h.habit OR regexp_matches(lower(coalesce(k.unit, '')), 'clerk|records') AS habit,
  CASE WHEN regexp_matches(k.name, '[0-9]') THEN regexp_replace(k.probe, '[0-9]+([^0-9/]*)$', '#\1') END AS stem,
  CASE WHEN regexp_matches(k.name, '[0-9]') THEN regexp_replace(k.name, '[0-9]+([^0-9]*)$', '#\1') END AS name_stem,
  try_cast(nullif(regexp_extract(k.name, '([0-9]+)[^0-9]*$', 1), '') AS BIGINT) AS number,
  nullif(regexp_replace(k.probe, '[#?;|].*$', ''), '') AS image,
  nullif(regexp_extract(k.probe, '^(.*/)[^/]*$', 1), '') AS folder,
  coalesce(regexp_matches(lower(k.probe), '(^|/)(cases?|incidents?|investigations?)/[^/]*[0-9]{2}[^/]*/|(^|/)[a-z]{0,4}-?[0-9]{2,4}-[0-9]{3,7}/'), FALSE) AS in_case_folder,
  seconds(try_strptime(
    nullif(regexp_replace(
      regexp_extract(k.name, '20[0-9]{2}[-_.]?[01][0-9][-_.]?[0-3][0-9][^0-9]{1,4}[0-2][0-9][-_.:h]?[0-5][0-9][-_.:m]?[0-5][0-9]'), '[^0-9]', '', 'g'
    ), ''), '%Y%m%d%H%M%S'
  )) AS stamp_s,
  regexp_replace(k.probe, '[0-9]+', '#', 'g') AS roll
FROM kept AS k
INNER JOIN habits AS h ON h.account = k.account
LEFT JOIN ground.missions AS m ON m.text = k.reason
LEFT JOIN ground.missions AS o ON o.text = k.offense
INNER JOIN registers AS r ON r.account = k.account
CROSS JOIN ground.figures AS f;

-- name_counters: One row for each system and stem of a probe's name (see loud_uses) that at least three accounts use, with numbers that rise with time (correlation 0.9 or more over at least
-- 20 uses), where names of that stem, in whatever folder, stand in loud_uses more than once: the system itself numbers what is uploaded, so that a run of numbers is nobody's batch.
-- materialise
CREATE VIEW name_counters AS
WITH named AS (
  SELECT regexp_extract(stem, '^([^#]*)#', 1) AS head, regexp_replace(regexp_extract(stem, '^([^#]*)#', 1), '^.*/', '') AS name_head, count(*) AS uses
  FROM ground.loud_uses
  WHERE stem IS NOT NULL AND number < 1000000000000000
  GROUP BY ALL
), stems AS (  -- how many digits a number may have stands here so that it is asked of the few names that are joined, not of all
  SELECT n.head, 1 AS fewest, 15 AS most
  FROM named AS n
  INNER JOIN (SELECT name_head FROM named GROUP BY name_head HAVING sum(uses) >= 2) AS s ON s.name_head = n.name_head
), openings AS (
  SELECT DISTINCT left(head, 3) AS opening FROM stems
), numbered AS (  -- of ten million names only those are cut that begin as one of them does
  SELECT
    u.account, q.system, u.ts_s,
    CASE WHEN contains(right(q.probe, 6), '.') THEN left(q.probe, length(q.probe) - strpos(reverse(q.probe), '.')) ELSE q.probe END AS base
  FROM main.queries AS q
  POSITIONAL JOIN ground.use_keys AS u
  WHERE u.is_search AND q.probe IS NOT NULL
    AND (left(q.probe, 3) IN (SELECT opening FROM openings) OR left(q.probe, 2) IN (SELECT opening FROM openings WHERE length(opening) = 2)
      OR left(q.probe, 1) IN (SELECT opening FROM openings WHERE length(opening) = 1) OR EXISTS (SELECT 1 FROM openings WHERE opening = ''))
), cut AS (
  SELECT account, system, ts_s, base, regexp_extract(base, '(?s)^.*[^0-9]') AS head FROM numbered
)
SELECT c.system, c.head, regexp_replace(c.head, '^.*/', '') AS name_head, count(*) AS uses, count(DISTINCT c.account) AS accounts
FROM cut AS c
INNER JOIN stems AS s ON s.head = c.head
WHERE length(c.base) - length(c.head) BETWEEN s.fewest AND s.most
GROUP BY c.system, c.head
HAVING count(*) >= 20 AND count(DISTINCT c.account) >= 3 AND corr(CAST(substr(c.base, length(c.head) + 1) AS DOUBLE), c.ts_s) >= 0.9;

-- hand_days: One row for each hand (a person of the roster, a device, a login session) and UTC day on which it made at least 10 unexplained searches under two to five accounts; a device that
-- more than five accounts ever use is a shared terminal or a front end, and no hand.
-- materialise
CREATE VIEW hand_days AS
WITH told AS (
  SELECT u.account, u.day_no, CASE WHEN u.person <> q.operator THEN u.person END AS person, q.device, q.session, q.system, c.explained_by
  FROM main.queries AS q
  POSITIONAL JOIN ground.use_keys AS u
  POSITIONAL JOIN ground.use_context AS c
  WHERE u.is_search AND q.status = 'ok' AND NOT u.is_machine AND q.operator IS NOT NULL
), hands AS (
  SELECT 'person' AS kind, system, person AS hand FROM told WHERE person IS NOT NULL GROUP BY system, person HAVING min(account) <> max(account) AND count(DISTINCT account) <= 5
  UNION ALL
  SELECT 'device', system, device FROM told WHERE device IS NOT NULL GROUP BY system, device HAVING min(account) <> max(account) AND count(DISTINCT account) <= 5
  UNION ALL
  SELECT 'session', system, session FROM told WHERE session IS NOT NULL GROUP BY system, session HAVING min(account) <> max(account) AND count(DISTINCT account) <= 5
), held AS (
  SELECT h.kind, h.system, h.hand, t.account, t.day_no FROM told AS t INNER JOIN hands AS h ON h.kind = 'person' AND h.system = t.system AND h.hand = t.person WHERE t.explained_by IS NULL
  UNION ALL
  SELECT h.kind, h.system, h.hand, t.account, t.day_no FROM told AS t INNER JOIN hands AS h ON h.kind = 'device' AND h.system = t.system AND h.hand = t.device WHERE t.explained_by IS NULL
  UNION ALL
  SELECT h.kind, h.system, h.hand, t.account, t.day_no FROM told AS t INNER JOIN hands AS h ON h.kind = 'session' AND h.system = t.system AND h.hand = t.session WHERE t.explained_by IS NULL
)
SELECT kind, system, hand, day_no
FROM held
GROUP BY kind, system, hand, day_no
HAVING count(*) >= 10 AND count(DISTINCT account) >= 2;

-- folder_totals: One row for each system and folder (all of a probe's name up to its last slash) from which an account took at least 10 images on one crowded day: images searched from it in
-- the whole log, and by how many accounts.
-- materialise
CREATE VIEW folder_totals AS
WITH taken AS (
  SELECT DISTINCT folder FROM (SELECT account, day_no, folder FROM ground.loud_uses WHERE folder IS NOT NULL GROUP BY account, day_no, folder HAVING count(*) >= 10)
), held AS (
  SELECT u.account, q.system, left(q.probe, length(q.probe) - strpos(reverse(q.probe), '/') + 1) AS folder
  FROM main.queries AS q
  POSITIONAL JOIN ground.use_keys AS u
  WHERE u.is_search AND q.status = 'ok' AND contains(q.probe, '/')
)
SELECT h.system, h.folder, count(*) AS uses, count(DISTINCT h.account) AS accounts
FROM held AS h
INNER JOIN taken AS t ON t.folder = h.folder
GROUP BY h.system, h.folder;

-- event_galleries: One row for each gallery whose name, or what was written where it was made or filled (tags, object keys), names an assembly: a word of the protest or campaign lexicons that
-- no look-alike clears, or the name of an assembly of the register. named_after says which word or assembly. whole: its name or what was said where it was made does so, or four of five of its
-- enrolments; else only the enrolments that bear the word are of the assembly, and the gallery is an ordinary one.
-- materialise
CREATE VIEW event_galleries AS
WITH hits AS (
  SELECT q.system, q.gallery, h.word, q.rowid AS row_no, h.carrier = 'gallery' OR h.operation = 'gallery_admin' AS of_gallery
  FROM main.queries AS q
  INNER JOIN ground.word_hits AS h ON h.use_no = q.rowid
  WHERE h.lexicon IN ('protest', 'campaigns') AND h.cleared IS NULL AND h.carrier IN ('gallery', 'carriers', 'probe')
    AND h.operation IN ('enrolment', 'gallery_admin') AND q.gallery IS NOT NULL
), filled AS (
  SELECT q.system, q.gallery, count(*) AS enrolments
  FROM main.queries AS q
  INNER JOIN (SELECT DISTINCT system, gallery FROM hits) AS h ON h.system = q.system AND h.gallery = q.gallery
  WHERE q.operation = 'enrolment'
  GROUP BY q.system, q.gallery
), worded AS (
  SELECT h.system, h.gallery, min(h.word) AS named_after, bool_or(h.of_gallery) OR 5 * count(DISTINCT h.row_no) >= 4 * max(coalesce(f.enrolments, 0)) AS whole
  FROM hits AS h
  LEFT JOIN filled AS f ON f.system = h.system AND f.gallery = h.gallery
  GROUP BY h.system, h.gallery
), galleries_named AS (
  SELECT DISTINCT system, gallery, ' ' || trim(regexp_replace(lower(gallery), '[^a-z0-9]+', ' ', 'g')) || ' ' AS folded FROM main.queries WHERE gallery IS NOT NULL AND operation IN ('enrolment', 'gallery_admin')
), assemblies_named AS (
  SELECT DISTINCT name, ' ' || trim(regexp_replace(lower(name), '[^a-z0-9]+', ' ', 'g')) || ' ' AS folded FROM main.assemblies WHERE length(name) >= 8
)
SELECT system, gallery, min(named_after) AS named_after, bool_or(whole) AS whole
FROM (
  SELECT system, gallery, named_after, whole FROM worded
  UNION ALL
  SELECT g.system, g.gallery, a.name, TRUE FROM galleries_named AS g INNER JOIN assemblies_named AS a ON contains(g.folded, a.folded)
)
GROUP BY system, gallery;

-- kind_galleries: One row for each gallery whose name or registered purpose says that many faces in it are ordinary: staff, missing persons, victims of a disaster, bookings, tests. helps: it is of
-- staff, or of people who are missing or were harmed. singles: a picture in it shows one person (bookings,
-- licences, visas), so that the faces of a group have no business there.
CREATE VIEW kind_galleries AS
SELECT gallery, NOT bool_or(regexp_matches(said, '(^|[^a-z])(employees?|staff|personnel|badges?|missing|disasters?|dvi|floods?|wildfires?|hurricanes?|earthquakes?|tornado(es)?|derailments?|evacuees?|casualties|victims?|reunification|deceased|consent(ed|ing)?|volunteers?|training|tests?|demo)([^a-z]|$)')) AS singles, bool_or(regexp_matches(said, '(^|[^a-z])(employees?|staff|personnel|missing|disasters?|dvi|floods?|wildfires?|hurricanes?|earthquakes?|tornado(es)?|derailments?|evacuees?|casualties|victims?|reunification|deceased)([^a-z]|$)')) AS helps FROM (
  SELECT gallery, lower(gallery) AS said FROM main.queries WHERE gallery IS NOT NULL AND operation IN ('enrolment', 'gallery_admin')
  UNION ALL
  SELECT gallery, lower(purpose) FROM main.galleries
)
WHERE regexp_matches(
  said,
  '(^|[^a-z])(employees?|staff|personnel|badges?|missing|disasters?|dvi|floods?|wildfires?|hurricanes?|earthquakes?|tornado(es)?|derailments?|evacuees?|casualties|victims?|reunification|deceased|bookings?|mug ?shots?|arrest(s|ees?)|jail|inmates?|custody|licen[cs]es?|dmv|visas?|passports?|consent(ed|ing)?|volunteers?|training|tests?|demo)([^a-z]|$)'
)
GROUP BY gallery;

-- enrolments: One row for each enrolment that a person made (no service account, nothing that explains it), with the first use that the log has of its gallery.
CREATE VIEW enrolments AS
WITH firsts AS (
  SELECT system, gallery, min(ts_s) AS first_s FROM ground.queries WHERE gallery IS NOT NULL GROUP BY system, gallery
), logs AS (
  SELECT system, min(hour_no) * 3600 AS log_first_s FROM ground.coverage_hours GROUP BY system
)
SELECT
  q.account, q.system, q.agency, q.operator, q.query_id, q.export_id, q.record, q.ts_s, q.gallery, q.probe, q.probe_faces, q.subject, f.first_s AS gallery_first_s, l.log_first_s, q.captured_s
FROM ground.queries AS q
INNER JOIN firsts AS f ON f.system = q.system AND f.gallery = q.gallery
INNER JOIN logs AS l ON l.system = q.system
WHERE q.operation = 'enrolment' AND q.status = 'ok' AND NOT q.is_machine AND q.explained_by IS NULL AND q.operator IS NOT NULL;

-- video_folders: One row for each recording that was searched, with the folder it lies in (all up to the last slash): the recordings of one scene lie together. is_file: a part of the
-- path is named as a case's (the word, or a number of a year and a count).
CREATE VIEW video_folders AS
SELECT DISTINCT
  system, probe, coalesce(nullif(regexp_extract(probe, '^(.*)/[^/]*$', 1), ''), '-') AS folder,
  regexp_matches(lower(regexp_extract(probe, '^(.*)/[^/]*$', 1)), '(^|[^a-z])(cases?|incidents?)([^a-z]|$)|(^|[^0-9])(19|20)?[0-9]{2}-[0-9]{4,}([^0-9]|$)') AS is_file
FROM main.queries WHERE operation = 'video_search' AND probe IS NOT NULL;

-- probe_scope_uses: One row for each search of an image that its account searched against at least three galleries without an hour's pause, with how many galleries it was and from when to when; in_case: in an open case of
-- the officer's own. body is -- the agency, the owner of the system or the system itself where no agency is logged.
-- materialise
CREATE VIEW probe_scope_uses AS
WITH marked AS (
  SELECT u.account, hash(q.probe) AS image, hash(q.gallery) AS gallery_hash, u.ts_s, u.use_no, c.explained_by IS NOT NULL AS in_case
  FROM main.queries AS q
  POSITIONAL JOIN ground.use_keys AS u
  POSITIONAL JOIN ground.use_context AS c
  WHERE q.operation = 'identification' AND q.status = 'ok' AND q.probe IS NOT NULL AND q.gallery IS NOT NULL AND NOT u.is_machine AND (c.explained_by IS NULL OR c.explained_by = 'case')
), several AS (
  SELECT account, image FROM marked GROUP BY account, image HAVING min(gallery_hash) <> max(gallery_hash)
), paced AS (
  SELECT m.*, m.ts_s - lag(m.ts_s) OVER (PARTITION BY m.account, m.image ORDER BY m.ts_s, m.use_no) AS gap_s
  FROM marked AS m
  INNER JOIN several AS s ON s.account = m.account AND s.image = m.image
), rounds AS (
  SELECT *, sum(CASE WHEN gap_s <= 3600 THEN 0 ELSE 1 END) OVER (PARTITION BY account, image ORDER BY ts_s, use_no ROWS UNBOUNDED PRECEDING) AS round_no FROM paced
), images AS (
  SELECT account, image, round_no, min(ts_s) AS first_s, max(ts_s) AS last_s, count(DISTINCT gallery_hash) AS galleries
  FROM rounds
  GROUP BY account, image, round_no
  HAVING count(DISTINCT gallery_hash) >= 3
), uses AS (
  SELECT r.use_no, r.account, r.ts_s, r.image, r.in_case, i.first_s, i.last_s, i.galleries
  FROM rounds AS r
  INNER JOIN images AS i ON i.account = r.account AND i.image = r.image AND i.round_no = r.round_no
)
SELECT
  q.system, coalesce(q.agency, q.owner, q.system) AS body, u.account, CAST(u.image AS VARCHAR) AS image, q.query_id, q.export_id, q.record, u.ts_s, q.reason, q.offense, u.first_s, u.last_s, u.galleries, u.in_case
FROM main.queries AS q
INNER JOIN uses AS u ON u.use_no = q.rowid;

-- scope_habits: One row for each system and agency that searched an image against several galleries (see probe_scope_uses): images searched, galleries that it ever searched, and
-- those that it customarily searches: with at least one in a hundred of its searches (one that somebody made for himself is not missing among them).
-- materialise
CREATE VIEW scope_habits AS
WITH bodies AS (
  SELECT DISTINCT system, body FROM ground.probe_scope_uses
), uses AS (
  SELECT b.system, b.body, q.probe, q.gallery
  FROM main.queries AS q
  POSITIONAL JOIN ground.use_keys AS u
  INNER JOIN bodies AS b ON b.system = q.system AND b.body = coalesce(q.agency, q.owner, q.system)
  WHERE q.operation = 'identification' AND q.status = 'ok' AND NOT u.is_machine
), images AS (
  SELECT system, body, count(DISTINCT probe) AS images, count(*) AS searches FROM uses GROUP BY system, body
), galleries AS (
  SELECT system, body, gallery, count(*) AS searches FROM uses WHERE gallery IS NOT NULL GROUP BY system, body, gallery
)
SELECT i.system, i.body, i.images, count(*) AS galleries, count(*) FILTER (WHERE 100 * g.searches >= i.searches) AS customary, i.searches
FROM images AS i
INNER JOIN galleries AS g ON g.system = i.system AND g.body = i.body
GROUP BY i.system, i.body, i.images, i.searches;

-- scope_settings: One row for each system and agency (see probe_scope_uses) that logs how many galleries or networks a search went to: searches, the median of the agency, and how many went to
-- at least 1,000, the size from which the published Eugene log has 1,289 of 4,294 searches: there scope was a setting of the program, not anybody's intent. narrow: nearly all searches of
-- the whole system, or of the agency where agencies are set differently, go to the usual number (the 90th percentile is at most twice the median), so that a few wide ones stand apart; far_from is
-- the number from which they do: at least ten times that custom and twenty.
-- materialise
CREATE VIEW scope_settings AS
WITH sizes AS (
  SELECT system, coalesce(agency, owner, system) AS body, galleries_searched FROM ground.searches WHERE galleries_searched IS NOT NULL AND NOT is_machine
), bodies AS (
  SELECT system, body, count(*) AS searches, median(galleries_searched) AS usual, quantile_disc(galleries_searched, 0.90) AS p90,
    count(*) FILTER (WHERE galleries_searched >= 1000) AS nationwide
  FROM sizes GROUP BY system, body
), systems AS (
  SELECT system, median(galleries_searched) AS usual, quantile_disc(galleries_searched, 0.90) AS p90, count(*) AS searches FROM sizes GROUP BY system
), customs AS (
  SELECT
    b.system, b.body, b.searches, b.usual, b.nationwide,
    CASE WHEN s.searches >= 100 AND s.p90 <= greatest(2 * s.usual, 5) THEN s.usual WHEN b.searches >= 100 AND b.p90 <= greatest(2 * b.usual, 5) THEN b.usual END AS custom
  FROM bodies AS b
  INNER JOIN systems AS s ON s.system = b.system
)
SELECT
  system, body, searches, usual, nationwide, custom IS NOT NULL AS narrow, CASE WHEN custom < 100 THEN greatest(20, 10 * custom) ELSE 1000 END AS far_from
FROM customs;

-- grave_texts: One row for each distinct text that names a grave offence or an emergency (rules/lexicons/serious_crime.toml).
CREATE VIEW grave_texts AS SELECT DISTINCT text FROM ground.text_hits WHERE lexicon = 'serious_crime' AND cleared IS NULL;

-- parameter_scales: One row for each system and what its thresholds and limits usually are: hundred is what a threshold is multiplied with to be percent (NULL where the scale is no percent),
-- low_threshold the 10th percentile in percent, high_candidates the 90th percentile of candidates asked for, searches, and how many of them went without a quality filter.
-- materialise
CREATE VIEW parameter_scales AS
WITH rows AS (
  SELECT system, threshold, max_candidates, upper(quality_filter) = 'NONE' AS unfiltered, quality_filter IS NOT NULL AS filter_known
  FROM ground.searches WHERE operation <> 'live_watch'
), scaled AS (
  SELECT system, CASE WHEN max(threshold) <= 1 THEN 100.0 WHEN max(threshold) <= 100 THEN 1.0 END AS hundred FROM rows GROUP BY system
)
SELECT
  r.system, s.hundred, quantile_disc(r.threshold, 0.10) * s.hundred AS low_threshold, quantile_disc(r.max_candidates, 0.90) AS high_candidates, count(*) AS searches,
  count(*) FILTER (WHERE r.unfiltered) AS unfiltered, count(*) FILTER (WHERE r.filter_known) AS filter_known
FROM rows AS r
INNER JOIN scaled AS s ON s.system = r.system
GROUP BY r.system, s.hundred;

-- loose_searches: One row for each search by a person that is looser than nine of ten of its system: a threshold below low_threshold, more candidates than high_candidates, or no quality filter where hardly
-- any search goes without one (see parameter_scales).
-- materialise
CREATE VIEW loose_searches AS
WITH marked AS (
  SELECT
    q.rowid AS use_no, p.low_threshold, p.high_candidates, p.hundred, p.searches, q.system, q.operator, q.query_id, q.export_id, q.record, q.threshold, q.max_candidates,
    upper(q.quality_filter) = 'NONE' AND 20 * p.unfiltered <= p.filter_known AS is_bare, q.reason, q.offense, q.gallery, coalesce(q.probe, q.query_id) AS image
  FROM main.queries AS q
  INNER JOIN ground.parameter_scales AS p ON p.system = q.system
  WHERE q.status = 'ok' AND q.operation IN ('identification', 'video_search') AND q.operator IS NOT NULL
    AND (q.threshold * p.hundred < p.low_threshold OR q.max_candidates > p.high_candidates OR (upper(q.quality_filter) = 'NONE' AND 20 * p.unfiltered <= p.filter_known))
)
SELECT
  u.account, m.system, m.operator, m.query_id, m.export_id, m.record, u.ts_s, m.threshold, m.max_candidates, coalesce(m.is_bare, FALSE) AS is_bare, m.reason, m.offense, m.gallery, m.image, m.low_threshold,
  m.high_candidates, m.hundred, m.searches
FROM ground.use_keys AS u
POSITIONAL JOIN ground.use_context AS c
INNER JOIN marked AS m ON m.use_no = u.use_no
WHERE NOT u.is_machine AND coalesce(c.explained_by, 'case') = 'case';

-- policy_breaches: One row for each search and clause in force whose figure it does not meet: what 'threshold' (below threshold_min) or 'candidates' (over max_candidates). Searches for
-- missing persons and exploited children may use a lower threshold by the vendor's own guidance, and are left out (by reason, offence, or the gallery's name); so are those that somebody gave leave for.
CREATE VIEW policy_breaches AS
WITH policies AS (
  SELECT p.system, p.clause, p.name, p.number, p.from_s, p.to_s, s.hundred
  FROM ground.pack_parameters AS p INNER JOIN ground.parameter_scales AS s ON s.system = p.system
  WHERE p.name IN ('threshold_min', 'max_candidates')
), broken AS (
  SELECT
    q.use_no, q.account, q.system, q.operator, q.query_id, q.export_id, q.record, q.ts_s, q.gallery, q.threshold_explicit, q.reason, q.offense, p.clause, p.number AS policy,
    CASE p.name WHEN 'threshold_min' THEN 'threshold' ELSE 'candidates' END AS what,
    CASE p.name WHEN 'threshold_min' THEN q.threshold * p.hundred ELSE q.max_candidates END AS used
  FROM ground.searches AS q
  INNER JOIN policies AS p ON p.system = q.system
  WHERE NOT q.is_machine AND coalesce(q.explained_by, 'case') = 'case'
    AND ((p.name = 'threshold_min' AND q.threshold * p.hundred < p.number) OR (p.name = 'max_candidates' AND q.max_candidates > p.number))
    AND (p.from_s IS NULL OR q.ts_s >= p.from_s) AND (p.to_s IS NULL OR q.ts_s < p.to_s)
)
SELECT b.*
FROM broken AS b
LEFT JOIN ground.missions AS m ON m.text = b.reason AND m.mission IN ('missing', 'child', 'threat')
LEFT JOIN ground.missions AS o ON o.text = b.offense AND o.mission IN ('missing', 'child', 'threat')
LEFT JOIN (
  SELECT gallery FROM (SELECT DISTINCT gallery FROM main.queries WHERE gallery IS NOT NULL) WHERE regexp_matches(lower(gallery), '(^|[^a-z])(missing|unidentified|runaways?|amber|victims?|deceased)([^a-z]|$)')
) AS g ON g.gallery = b.gallery AND b.what = 'threshold'
WHERE m.text IS NULL AND o.text IS NULL AND g.gallery IS NULL;

-- policy_customs: One row for each account, clause and what: searches that do not meet the clause, all searches of the account, the same of everybody else in the system, and of how many
-- accounts of people (accounts) three or more fell short (short_accounts): a few of them may spoil the others' share.
-- materialise
CREATE VIEW policy_customs AS
WITH own AS (
  SELECT account, system, clause, what, count(*) AS broken FROM ground.policy_breaches GROUP BY account, system, clause, what
), sums AS (
  SELECT system, clause, what, sum(broken) AS broken, count(*) FILTER (WHERE broken >= 3) AS short_accounts FROM own GROUP BY system, clause, what
), totals AS (
  SELECT p.account, p.searches, sum(p.searches) OVER (PARTITION BY p.system) AS all_searches, count(*) OVER (PARTITION BY p.system) AS accounts FROM ground.operator_profiles AS p WHERE NOT p.is_machine
)
SELECT
  o.account, o.system, o.clause, o.what, o.broken, CAST(t.searches AS BIGINT) AS searches, CAST(s.broken - o.broken AS BIGINT) AS others_broken,
  CAST(t.all_searches - t.searches AS BIGINT) AS others_searches, s.short_accounts, t.accounts
FROM own AS o
INNER JOIN sums AS s ON s.system = o.system AND s.clause = o.clause AND s.what = o.what
INNER JOIN totals AS t ON t.account = o.account;

-- gallery_thresholds: One row for each system, gallery and stretch of 30 days with at least 10 searches by people: the median threshold in percent, and that of the first such stretch.
-- materialise
CREATE VIEW gallery_thresholds AS
WITH periods AS (
  SELECT q.system, q.gallery, CAST(floor(q.day_no / 30) AS INTEGER) AS period_no, median(q.threshold) * s.hundred AS usual, count(*) AS searches
  FROM ground.searches AS q
  INNER JOIN ground.parameter_scales AS s ON s.system = q.system
  WHERE NOT q.is_machine AND q.gallery IS NOT NULL AND q.threshold IS NOT NULL AND s.hundred IS NOT NULL
  GROUP BY q.system, q.gallery, CAST(floor(q.day_no / 30) AS INTEGER), s.hundred
  HAVING count(*) >= 10
)
SELECT
  system, gallery, period_no, usual, searches, first_value(usual) OVER (PARTITION BY system, gallery ORDER BY period_no) AS first_usual,
  lag(usual) OVER (PARTITION BY system, gallery ORDER BY period_no) AS usual_before
FROM periods;

-- gang_texts: One row for each distinct text that names a gang, racketeering, trafficking, a cartel or a conspiracy: cases in which it is ordinary to ask who belongs to whom.
CREATE VIEW gang_texts AS
SELECT text FROM ground.texts WHERE regexp_matches(folded, '\b(gangs?|rico|racketeering|traffick[a-z]*|cartels?|conspirac[a-z]*|organi[sz]ed crime|theft ring|burglary crew|pandill[a-z]*|crimen organizado)\b');

-- hit_links: One row for each search of an account whose person or image is what an earlier search of the same account gave as its first candidate, at most a week before: the search followed
-- the hit. A candidate that is the person sought himself is no such hit; a face of the gallery that is searched with counts as its image, whatever token the person has.
-- materialise
CREATE VIEW hit_links AS
WITH hits AS (
  SELECT account, candidate, ts_s, query_id, use_no FROM ground.searches WHERE candidate IS NOT NULL AND operator IS NOT NULL AND NOT is_machine AND candidate IS DISTINCT FROM subject AND explained_by IS NULL
), followed AS (
  SELECT account, coalesce(subject, probe) AS sought, ts_s, query_id, use_no FROM ground.searches WHERE operator IS NOT NULL AND NOT is_machine AND explained_by IS NULL AND coalesce(subject, probe) IS NOT NULL
  UNION ALL
  SELECT account, probe, ts_s, query_id, use_no
  FROM ground.searches
  WHERE probe_source = 'enrolled_face' AND subject IS NOT NULL AND probe IS NOT NULL AND operator IS NOT NULL AND NOT is_machine AND explained_by IS NULL
), paired AS (
  SELECT
    f.account, h.query_id AS hit_id, h.ts_s AS hit_s, f.query_id, f.ts_s, f.sought,
    row_number() OVER (PARTITION BY f.account, f.use_no ORDER BY h.ts_s DESC, h.use_no DESC) AS latest
  FROM followed AS f
  INNER JOIN hits AS h ON h.account = f.account AND h.candidate = f.sought
  WHERE f.ts_s > h.ts_s AND f.ts_s - h.ts_s <= 604800
)
SELECT account, hit_id, hit_s, query_id, ts_s, sought FROM paired WHERE latest = 1;

-- association_texts: One row for each distinct text with words of association that no look-alike clears (rules/lexicons/association.toml); pointed: it asks for organizers, followers, sympathizers.
CREATE VIEW association_texts AS
SELECT text, min(word) AS word, bool_or(regexp_matches(lower(word), 'organi|òganiz|ringlead|sympath|simpat|senpat|supporter|منظم|متعاطف|组织者|組織者|người tổ chức|tagapag|организатор|сторонник')) AS pointed
FROM ground.text_hits
WHERE lexicon = 'association' AND cleared IS NULL
GROUP BY text;

-- assembly_texts: One row for each distinct text that names an assembly or a campaign and that no look-alike clears.
CREATE VIEW assembly_texts AS SELECT DISTINCT text FROM ground.text_hits WHERE lexicon IN ('protest', 'campaigns') AND cleared IS NULL;

-- surge_days: One row for each account and day of a week in which its agency made at least three times its trailing median (and twice 30 searches), or six times (and 30), without explanation;
-- or as many in all (searches), in open cases of the officers' own too.
-- materialise
CREATE VIEW surge_days AS
WITH days AS (
  SELECT account, system, agency, day_no, is_machine FROM ground.operator_days
  UNION ALL
  SELECT account, system, agency, day_no, is_machine FROM ground.unnamed_days
)
SELECT d.account, d.day_no, w.system, w.agency, w.week_no, w.searches, w.unexplained, w.trailing_median, w.trailing_weeks
FROM days AS d
INNER JOIN ground.agency_weeks AS w ON w.system = d.system AND w.agency = d.agency AND w.week_no = CAST(floor((d.day_no + 3) / 7) AS INTEGER)
WHERE NOT d.is_machine AND ((w.searches >= 60 AND w.searches >= 3 * w.trailing_median) OR (w.unexplained >= 30 AND w.unexplained >= 6 * w.trailing_median));

-- case_customs: One row for each account of a person: searches, and how many of them left the case number empty or filled it with a placeholder although the log has a field for it.
-- materialise
CREATE VIEW case_customs AS
SELECT
  u.account, count(*) FILTER (WHERE q.case_number_state NOT IN ('not_logged', 'not_exported', 'redacted')) AS searches,
  count(*) FILTER (WHERE q.case_number_state NOT IN ('value', 'not_logged', 'not_exported', 'redacted')) AS bare
FROM main.queries AS q
POSITIONAL JOIN ground.use_keys AS u
WHERE u.is_search AND q.status = 'ok' AND NOT u.is_machine AND q.operator IS NOT NULL
GROUP BY u.account;

-- caseless_uses: One row for each unexplained search without a case number of an account that made at least 20 of them, with the person sought and whether its words name a mission.
-- materialise
CREATE VIEW caseless_uses AS
WITH many AS (
  SELECT account FROM ground.case_customs WHERE bare >= 20
), kept AS (
  SELECT q.system, q.agency, q.operator, q.query_id, q.export_id, q.record, q.reason, q.offense, coalesce(q.subject, q.probe) AS sought, u.account, u.ts_s
  FROM main.queries AS q
  POSITIONAL JOIN ground.use_keys AS u
  POSITIONAL JOIN ground.use_context AS c
  INNER JOIN many AS m ON m.account = u.account
  WHERE u.is_search AND q.status = 'ok' AND c.explained_by IS NULL AND q.operator IS NOT NULL
    AND q.case_number_state NOT IN ('value', 'not_logged', 'not_exported', 'redacted') AND coalesce(q.subject, q.probe) IS NOT NULL
)
SELECT k.*, coalesce(m.mission, o.mission) AS mission
FROM kept AS k
LEFT JOIN ground.missions AS m ON m.text = k.reason
LEFT JOIN ground.missions AS o ON o.text = k.offense;

-- tracked_uses: One row for each unexplained search, without leave, of a subject token that people searched for at least five times without explanation; bare: the log has a field for the
-- case number and it holds none. Of one searched for at least thirty times in all, the searches in open cases of the officers' own are here too (covered). day_no is the agency's own day where its zone is stated.
-- materialise
CREATE VIEW tracked_uses AS
WITH often AS (
  SELECT a.system, d.sought, sum(d.searches) >= 30 AS very_often
  FROM ground.subject_days AS d
  INNER JOIN ground.accounts AS a ON a.account = d.account
  WHERE d.known_by = 2 AND NOT a.is_machine
  GROUP BY a.system, d.sought
  HAVING sum(d.unexplained) >= 5 OR sum(d.searches) >= 30
), kept AS (
  SELECT
    q.system, q.agency, q.operator, q.subject, q.query_id, q.export_id, q.record, q.reason, q.offense, q.case_number, q.case_number_state, u.account, u.ts_s,
    coalesce(CAST(floor(u.local_s / 86400) AS INTEGER), u.day_no) AS day_no, c.explained_by IS NOT NULL AS covered
  FROM main.queries AS q
  POSITIONAL JOIN ground.use_keys AS u
  POSITIONAL JOIN ground.use_context AS c
  INNER JOIN often AS f ON f.system = q.system AND f.sought = hash(q.subject)
  WHERE u.is_search AND q.status = 'ok' AND NOT u.is_machine AND (c.explained_by IS NULL OR (f.very_often AND c.explained_by = 'case')) AND NOT c.authorized AND q.operator IS NOT NULL
)
SELECT
  k.*, CASE WHEN k.case_number_state = 'value' THEN key_of(k.case_number) END AS case_key,
  k.case_number_state NOT IN ('value', 'not_logged', 'not_exported', 'redacted') AS bare, coalesce(m.mission, o.mission) AS mission
FROM kept AS k
LEFT JOIN ground.missions AS m ON m.text = k.reason
LEFT JOIN ground.missions AS o ON o.text = k.offense;

-- association_uses: One row for each search, unexplained or (in_case) in an open case of the officer's own, whose reason, offense, case number or other free text asks who belongs to whom (association_texts).
-- materialise
CREATE VIEW association_uses AS
WITH asked AS (
  SELECT u.use_no, coalesce(r.word, o.word, f.word, n.word) AS word, coalesce(r.pointed, FALSE) OR coalesce(o.pointed, FALSE) OR coalesce(f.pointed, FALSE) OR coalesce(n.pointed, FALSE) AS pointed,
    c.explained_by IS NOT NULL AS in_case
  FROM main.queries AS q
  POSITIONAL JOIN ground.use_keys AS u
  POSITIONAL JOIN ground.use_context AS c
  LEFT JOIN ground.association_texts AS r ON r.text = q.reason
  LEFT JOIN ground.association_texts AS o ON o.text = q.offense
  LEFT JOIN ground.association_texts AS f ON f.text = q.carriers
  LEFT JOIN ground.association_texts AS n ON n.text = q.case_number
  WHERE u.is_search AND q.status = 'ok' AND (c.explained_by IS NULL OR c.explained_by = 'case') AND q.operator IS NOT NULL AND coalesce(r.text, o.text, f.text, n.text) IS NOT NULL
)
SELECT
  q.system, q.operator, u.account, q.query_id, q.export_id, q.record, u.ts_s, a.word, a.pointed, a.in_case, q.reason, q.offense, q.carriers, q.case_number_state = 'value' AS has_case
FROM main.queries AS q
POSITIONAL JOIN ground.use_keys AS u
INNER JOIN asked AS a ON a.use_no = u.use_no;

-- walk_uses: One row for each unexplained search by a person of a face that is enrolled already, for which no case of the officer's own and no leave is on record.
-- materialise
CREATE VIEW walk_uses AS
SELECT u.account, q.query_id, u.ts_s, coalesce(q.subject, q.probe) AS sought
FROM main.queries AS q
POSITIONAL JOIN ground.use_keys AS u
POSITIONAL JOIN ground.use_context AS c
WHERE q.probe_source = 'enrolled_face' AND u.is_search AND q.status = 'ok' AND NOT u.is_machine AND c.explained_by IS NULL AND NOT c.case_assigned AND NOT c.authorized AND q.operator IS NOT NULL;

-- stream_uses: One row for each live watch, and for each call that made or changed a stream. faceless: the stream was made with settings that name no faces (parcels, pets), so that its start
-- is no watch of faces. A start does not repeat the gallery: it is the one that the stream was made or last changed with, and what was announced for that gallery covers the start too.
-- materialise
CREATE VIEW stream_uses AS
WITH found AS MATERIALIZED (
  SELECT rowid AS use_no FROM main.queries WHERE operation = 'live_watch' OR call IN ('CreateStreamProcessor', 'UpdateStreamProcessor')
), streams AS (
  SELECT system, operator, query_id, case_key, export_id, record, ts_s, operation, status, call, job, gallery, authorized, explained_by
  FROM uses_at(found)
), homes AS (
  SELECT system, job
  FROM streams
  WHERE job IS NOT NULL AND call IN ('CreateStreamProcessor', 'UpdateStreamProcessor')
  GROUP BY system, job
  HAVING NOT bool_or(operation = 'live_watch')
), watched AS (
  SELECT
    s.* REPLACE (
      CASE
        WHEN s.gallery IS NULL AND s.job IS NOT NULL
          THEN last_value(s.gallery IGNORE NULLS) OVER (PARTITION BY s.system, s.job ORDER BY s.ts_s, s.query_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
        ELSE s.gallery
      END AS gallery
    ),
    s.gallery IS NULL AS unsaid
  FROM streams AS s
)
SELECT
  s.* EXCLUDE (unsaid) REPLACE (coalesce(s.explained_by, CASE WHEN n.query_id IS NOT NULL THEN 'test' END) AS explained_by), h.job IS NOT NULL AS faceless
FROM watched AS s
LEFT JOIN homes AS h ON h.system = s.system AND h.job = s.job
LEFT JOIN (
  SELECT DISTINCT w.system, w.query_id
  FROM watched AS w
  INNER JOIN ground.notice_scopes AS a
    ON a.system = w.system AND a.gallery = w.gallery AND w.unsaid AND a.agency_key IS NULL AND (a.operator_key IS NULL OR a.operator_key = lower(trim(w.operator)))
    AND w.ts_s >= a.starts_s AND w.ts_s < a.ends_s
  WHERE a.kind IN ('test', 'training')
) AS n ON n.system = s.system AND n.query_id = s.query_id;
