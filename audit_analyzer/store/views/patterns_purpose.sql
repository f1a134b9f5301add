-- What a search was for, and for whom: offences by kind, held against the lists that a register or a law gives; names of agencies, made comparable.

-- offense_groups: One row for each kind of offence (rules/lexicons/offenses.toml) and group of the clause packs that it may belong to. Where a law's own list was not read the benefit of the
-- doubt counts as belonging: a generic "assault" may be aggravated. Part I is the FBI's uniform crime reports' list: homicide, rape, robbery, aggravated assault.
CREATE VIEW offense_groups AS
SELECT g.kind, g.offense_group
FROM (VALUES
  ('homicide', 'part_1_violent_crime'), ('sexual_assault', 'part_1_violent_crime'), ('robbery', 'part_1_violent_crime'), ('aggravated_assault', 'part_1_violent_crime'),
  ('assault', 'part_1_violent_crime'), ('person_crime', 'part_1_violent_crime'), ('domestic_violence', 'part_1_violent_crime'),
  ('homicide', 'violent_crime'), ('sexual_assault', 'violent_crime'), ('robbery', 'violent_crime'), ('aggravated_assault', 'violent_crime'), ('assault', 'violent_crime'),
  ('simple_assault', 'violent_crime'), ('violence', 'violent_crime'), ('violence', 'part_1_violent_crime'), ('violence', 'serious_crime'), ('person_crime', 'violent_crime'), ('domestic_violence', 'violent_crime'), ('kidnapping', 'violent_crime'), ('home_invasion', 'violent_crime'),
  ('arson', 'violent_crime'), ('child_abuse', 'violent_crime'), ('child_exploitation', 'violent_crime'), ('human_trafficking', 'violent_crime'), ('extortion', 'violent_crime'),
  ('ongoing_threat', 'violent_crime'), ('hate_crime', 'violent_crime'), ('stalking', 'violent_crime'), ('threats', 'violent_crime'), ('hit_and_run', 'violent_crime'),
  ('home_invasion', 'home_invasion'), ('burglary', 'home_invasion'),
  ('homicide', 'serious_crime'), ('sexual_assault', 'serious_crime'), ('robbery', 'serious_crime'), ('aggravated_assault', 'serious_crime'), ('assault', 'serious_crime'),
  ('person_crime', 'serious_crime'), ('domestic_violence', 'serious_crime'), ('kidnapping', 'serious_crime'), ('home_invasion', 'serious_crime'), ('burglary', 'serious_crime'),
  ('commercial_burglary', 'serious_crime'), ('arson', 'serious_crime'), ('weapons', 'serious_crime'), ('drugs', 'serious_crime'), ('fentanyl_import', 'serious_crime'),
  ('human_trafficking', 'serious_crime'), ('child_abuse', 'serious_crime'), ('child_sexual_material', 'serious_crime'), ('child_exploitation', 'serious_crime'),
  ('hate_crime', 'serious_crime'), ('stalking', 'serious_crime'), ('ongoing_threat', 'serious_crime'), ('extortion', 'serious_crime'), ('organized_crime', 'serious_crime'),
  ('fraud', 'serious_crime'), ('vehicle_theft', 'serious_crime'), ('theft', 'serious_crime'), ('hit_and_run', 'serious_crime'), ('threats', 'serious_crime'),
  ('wanted_person', 'serious_crime'), ('animal_cruelty', 'serious_crime'),
  ('human_trafficking', 'human_trafficking'), ('child_abuse', 'child_abuse'), ('child_exploitation', 'child_abuse'), ('child_sexual_material', 'child_abuse'),
  ('child_sexual_material', 'child_sexual_material'), ('child_exploitation', 'child_sexual_material'),
  ('child_exploitation', 'child_exploitation'), ('child_sexual_material', 'child_exploitation'), ('child_abuse', 'child_exploitation'), ('human_trafficking', 'child_exploitation'),
  ('hate_crime', 'hate_crime'), ('weapons', 'weapons'), ('animal_cruelty', 'animal_cruelty'), ('fentanyl_import', 'fentanyl_import'), ('stalking', 'stalking'),
  ('ongoing_threat', 'ongoing_threat'), ('fraud', 'fraud'), ('missing_person', 'missing_person'), ('kidnapping', 'missing_person'), ('deceased_person', 'deceased_person')
) AS g (kind, offense_group);

-- offense_families: One row for each general kind and special kind that a list which names the general one has as well: who permits assault permits aggravated assault.
CREATE VIEW offense_families AS
SELECT f.general, f.special
FROM (VALUES
  ('assault', 'aggravated_assault'), ('assault', 'simple_assault'), ('assault', 'sexual_assault'), ('assault', 'domestic_violence'), ('assault', 'violence'), ('aggravated_assault', 'violence'),
  ('theft', 'retail_theft'), ('theft', 'vehicle_theft'), ('burglary', 'home_invasion'), ('burglary', 'commercial_burglary'), ('drugs', 'fentanyl_import'), ('threats', 'ongoing_threat'),
  ('threats', 'violence'), ('homicide', 'violence'), ('robbery', 'violence'), ('missing_person', 'kidnapping'),
  ('person_crime', 'homicide'), ('person_crime', 'sexual_assault'), ('person_crime', 'robbery'), ('person_crime', 'aggravated_assault'), ('person_crime', 'assault'), ('person_crime', 'simple_assault'),
  ('person_crime', 'kidnapping'), ('person_crime', 'domestic_violence'), ('person_crime', 'stalking'), ('person_crime', 'threats'), ('person_crime', 'violence'), ('person_crime', 'home_invasion'),
  ('property_crime', 'theft'), ('property_crime', 'retail_theft'), ('property_crime', 'vehicle_theft'), ('property_crime', 'burglary'), ('property_crime', 'commercial_burglary'),
  ('property_crime', 'home_invasion'), ('property_crime', 'vandalism'), ('property_crime', 'arson'), ('property_crime', 'fraud')
) AS f (general, special);

-- offense_texts: One row for each distinct text and kind of offence that it names; petty: traffic, trespass, public order, civil matters. A generic word gives way to a special one of its
-- family ("simple assault" is no assault that may be aggravated).
-- materialise
CREATE VIEW offense_texts AS
WITH named AS (
  SELECT DISTINCT text, sense AS kind FROM ground.text_hits WHERE lexicon = 'offenses' AND cleared IS NULL
), whole AS (
  SELECT
    text, bool_or(kind IN ('simple_assault', 'aggravated_assault', 'sexual_assault', 'domestic_violence')) AS has_assault, bool_or(kind = 'aggravated_assault') AS has_aggravated,
    bool_or(kind IN ('home_invasion', 'commercial_burglary')) AS has_burglary, bool_or(kind IN ('fraud', 'vehicle_theft', 'retail_theft', 'commercial_burglary')) AS has_theft,
    bool_or(kind IN ('fentanyl_import')) AS has_import, bool_or(kind = 'child_exploitation') AS has_child, bool_or(kind = 'property_crime') AS has_property
  FROM named
  GROUP BY text
)
SELECT n.text, n.kind, n.kind IN ('traffic', 'trespass', 'public_order', 'civil_matter') AS petty
FROM named AS n
INNER JOIN whole AS w ON w.text = n.text
WHERE NOT (
  (n.kind = 'assault' AND w.has_assault) OR (n.kind = 'simple_assault' AND w.has_aggravated) OR (n.kind = 'burglary' AND w.has_burglary) OR (n.kind = 'theft' AND w.has_theft)
  OR (n.kind = 'drugs' AND w.has_import) OR (n.kind = 'sexual_assault' AND w.has_child) OR (n.kind = 'vandalism' AND w.has_property)
);

-- crime_texts: One row for each distinct text that names an offence that is not petty, or a person to be found or named, in letters (a bare number may be a house's).
-- materialise
CREATE VIEW crime_texts AS
SELECT DISTINCT h.text
FROM ground.text_hits AS h
WHERE h.cleared IS NULL AND regexp_matches(h.word, '[^0-9 ]')
  AND ((h.lexicon = 'offenses' AND h.sense NOT IN ('traffic', 'trespass', 'public_order', 'civil_matter')) OR h.lexicon = 'serious_crime');

-- mixed_texts: One row for each of the crime_texts in which something else was found as well, or a matter that is no crime. Nearly all texts that name an offence name nothing else, and
-- a question about other words need not hold a million of them.
-- materialise
CREATE VIEW mixed_texts AS
SELECT DISTINCT c.text
FROM ground.crime_texts AS c
INNER JOIN (
  SELECT DISTINCT text FROM ground.text_hits WHERE lexicon NOT IN ('offenses', 'serious_crime') OR sense IN ('traffic', 'trespass', 'public_order', 'civil_matter')
) AS h ON h.text = c.text;

-- social_uses: One row for each search done by a named account whose picture came from social media, as the log says or as words of its name, its carriers or its reason do (social), which is
-- a screenshot, or which was made of somebody who is known already (known).
-- materialise
CREATE VIEW social_uses AS
WITH marked AS (
  SELECT rowid AS use_no, 1 AS social, 0 AS known FROM main.queries WHERE probe_source = 'social_media'
  UNION ALL
  SELECT use_no, CASE WHEN sense = 'platform' THEN 1 ELSE 0 END, 0
  FROM ground.word_hits
  WHERE lexicon = 'social_media' AND cleared IS NULL AND carrier IN ('probe', 'carriers', 'reason') AND sense IN ('platform', 'screenshot')
  UNION ALL
  SELECT use_no, 0, 1
  FROM ground.word_hits
  WHERE cleared IS NULL AND carrier = 'reason'
    AND ((lexicon = 'social_media' AND sense = 'known_person') OR (lexicon = 'precrime' AND word IN ('known person', 'known subject', 'verify identity of known subject')))
), sources AS MATERIALIZED (
  SELECT use_no, max(social) AS social, max(known) AS known FROM marked GROUP BY use_no
)
SELECT
  q.system, q.query_id, q.export_id, q.record, q.ts_s, q.operator, q.subject, q.probe, q.reason, q.offense, q.carriers, q.case_number_state, q.is_machine, q.explained_by, s.social, s.known
FROM uses_at(sources) AS q
INNER JOIN sources AS s ON s.use_no = q.use_no
WHERE q.is_search AND q.status = 'ok' AND q.operator IS NOT NULL;

-- offense_lists: One row for each term of a list of permitted offences that holds for a system: from the register (clause NULL) or from a clause of a pack; complete says whether the list is
-- whole, so that what it leaves out is barred. term_key is folded and case-folded.
CREATE VIEW offense_lists AS
SELECT
  system, 'register' AS source, CAST(NULL AS VARCHAR) AS clause, TRUE AS complete, term, lower(trim(regexp_replace(term, '[\x00-/:-@\[-`{-\x{A0}]+', ' ', 'g'))) AS term_key,
  approved_from_s AS from_s, approved_to_s AS to_s
FROM ground.system_terms
WHERE kind = 'offense'
UNION ALL
SELECT
  p.system, 'law', p.clause, coalesce(c.number, 0) = 1, p.text, replace(p.text, '_', ' '), p.from_s, p.to_s
FROM ground.pack_parameters AS p
LEFT JOIN ground.pack_parameters AS c ON c.system = p.system AND c.clause = p.clause AND c.name = 'offenses_complete'
WHERE p.name = 'permitted_offenses';

-- offense_verdicts: One row for each system, list and distinct text of an offence or reason: permitted (the text is a term, holds one, or names a kind that a term names or its group holds),
-- petty or other (kinds that the list does not have), or unmapped (words that are not
-- known, a category such as "person crime", or a wanted person, for whatever offence). Lists of one source that overlap in time are one: any of them permits.
-- materialise
CREATE VIEW offense_verdicts AS
WITH term_kinds AS (
  SELECT DISTINCT l.system, l.source, l.clause, l.term, o.kind FROM ground.offense_lists AS l INNER JOIN ground.offense_texts AS o ON o.text = l.term
  UNION
  SELECT DISTINCT l.system, l.source, l.clause, l.term, f.special
  FROM ground.offense_lists AS l INNER JOIN ground.offense_texts AS o ON o.text = l.term INNER JOIN ground.offense_families AS f ON f.general = o.kind
  UNION
  SELECT DISTINCT l.system, l.source, l.clause, l.term, g.kind
  FROM ground.offense_lists AS l INNER JOIN ground.offense_groups AS g ON g.offense_group = replace(l.term_key, ' ', '_')
), lists AS (
  SELECT system, source, clause, from_s, to_s, bool_and(complete) AS complete, string_agg(DISTINCT term_key, '; ' ORDER BY term_key) AS listed
  FROM ground.offense_lists
  GROUP BY system, source, clause, from_s, to_s
), stated AS (
  SELECT DISTINCT carrier, text, trim(lower(regexp_replace(text, '[\x00-/:-@\[-`{-\x{A0}]+', ' ', 'g'))) AS text_key FROM ground.sought_texts WHERE carrier IN ('offense', 'reason', 'case_offense')
), named AS (
  SELECT s.carrier, s.text, s.text_key, o.kind, coalesce(o.petty, FALSE) AS petty, coalesce(o.kind, 'person_crime') IN ('person_crime', 'property_crime', 'wanted_person') AS open_kind
  FROM stated AS s LEFT JOIN ground.offense_texts AS o ON o.text = s.text
  WHERE s.carrier = 'offense' OR o.kind IS NOT NULL
), judged AS (
  SELECT
    l.system, l.source, l.clause, l.from_s, l.to_s, l.complete, l.listed, n.carrier, n.text, n.kind, n.petty, n.open_kind,
    bool_or(
      t.term_key IN ('all', 'any', 'all crimes', 'any crime', 'all offenses', 'criminal investigation', 'criminal investigations', 'felony', 'felonies', 'any felony', 'all felonies')
      OR t.term_key = n.text_key OR (length(t.term_key) >= 4 AND contains(' ' || n.text_key || ' ', ' ' || t.term_key || ' '))
      OR (length(n.text_key) >= 4 AND contains(' ' || t.term_key || ' ', ' ' || n.text_key || ' ')) OR k.kind IS NOT NULL
    ) AS permitted
  FROM lists AS l
  CROSS JOIN named AS n
  INNER JOIN ground.offense_lists AS t
    ON t.system = l.system AND t.source = l.source AND t.clause IS NOT DISTINCT FROM l.clause AND t.from_s IS NOT DISTINCT FROM l.from_s AND t.to_s IS NOT DISTINCT FROM l.to_s
  LEFT JOIN term_kinds AS k ON k.system = t.system AND k.source = t.source AND k.clause IS NOT DISTINCT FROM t.clause AND k.term = t.term AND k.kind = n.kind
  GROUP BY l.system, l.source, l.clause, l.from_s, l.to_s, l.complete, l.listed, n.carrier, n.text, n.kind, n.petty, n.open_kind
)
SELECT
  system, source, clause, from_s, to_s, complete, listed, carrier, text,
  CASE WHEN bool_or(permitted) THEN 'permitted' WHEN bool_or(open_kind) THEN 'unmapped' WHEN bool_and(petty) THEN 'petty' ELSE 'other' END AS verdict,
  string_agg(DISTINCT replace(kind, '_', ' '), ', ' ORDER BY replace(kind, '_', ' ')) AS kinds
FROM judged
GROUP BY system, source, clause, from_s, to_s, complete, listed, carrier, text;

-- outside_law: One row for each search and clause whose list of offences, read whole, does not have the offence given, nor one that the reason names; written: how long a reason is that stands in
-- place of an offence (NULL where the offence itself is given). petty: a petty offence.
-- materialise: nothing without ground.pack_parameters
CREATE VIEW outside_law AS
WITH stated AS (
  SELECT q.use_no, v.clause, v.kinds, v.verdict, q.offense, CAST(NULL AS BIGINT) AS written
  FROM ground.searches AS q
  INNER JOIN ground.offense_verdicts AS v ON v.system = q.system AND v.text = q.offense
  WHERE v.carrier = 'offense' AND v.source = 'law' AND v.complete AND v.verdict IN ('petty', 'other') AND q.offense_state = 'value' AND q.operator IS NOT NULL
    AND (v.from_s IS NULL OR q.ts_s >= v.from_s) AND (v.to_s IS NULL OR q.ts_s < v.to_s) AND (q.explained_by IS NULL OR q.explained_by NOT IN ('test', 'training'))
  UNION ALL
  SELECT q.use_no, v.clause, v.kinds, v.verdict, q.reason AS offense, length(q.reason) AS written
  FROM ground.searches AS q
  INNER JOIN ground.offense_verdicts AS v ON v.system = q.system AND v.text = q.reason
  WHERE v.carrier = 'reason' AND v.source = 'law' AND v.complete AND v.verdict = 'petty' AND q.offense_state <> 'value' AND q.operator IS NOT NULL
    AND (v.from_s IS NULL OR q.ts_s >= v.from_s) AND (v.to_s IS NULL OR q.ts_s < v.to_s) AND (q.explained_by IS NULL OR q.explained_by NOT IN ('test', 'training'))
), found AS MATERIALIZED (
  SELECT DISTINCT use_no FROM stated
), allowed AS (
  SELECT DISTINCT system, clause, text FROM ground.offense_verdicts WHERE source = 'law' AND carrier = 'reason' AND verdict = 'permitted'
)
SELECT q.system, q.agency, q.operator, q.query_id, q.export_id, q.record, q.ts_s, s.clause, s.offense, s.kinds, s.verdict = 'petty' AS petty, s.written
FROM uses_at(found) AS q
INNER JOIN stated AS s ON s.use_no = q.use_no
LEFT JOIN allowed AS p ON p.system = q.system AND p.clause = s.clause AND p.text = q.reason
WHERE p.text IS NULL;

-- agency_names: One row for each name of an agency that a log, a register or a published figure gives, with the key that its spellings share ("Portland Police Department", "Portland PD" and "PORTLAND PD
-- [Inactive]" are one), whether it is tagged or named as federal, whether immigration is its own task, and whether it is a city whose ban on face recognition stands in a clause pack (San Francisco, Austin).
-- materialise
CREATE VIEW agency_names AS
SELECT name, name_key, words, is_federal, is_immigration, is_banned_place FROM ground.agency_keys WHERE NOT register_only;

-- agency_spellings: One row for each name of an agency that a table uses and no log does, where the logs have one agency under another spelling of it: said is the name (folded), agency_key how the logs have it.
-- materialise
CREATE VIEW agency_spellings AS
WITH logged AS (
  SELECT DISTINCT lower(trim(name)) AS agency_key, name_key FROM ground.agency_keys WHERE in_log
)
SELECT lower(trim(k.name)) AS said, min(l.agency_key) AS agency_key
FROM ground.agency_keys AS k
INNER JOIN logged AS l ON l.name_key = k.name_key
WHERE NOT EXISTS (SELECT 1 FROM logged AS o WHERE o.agency_key = lower(trim(k.name)))
GROUP BY lower(trim(k.name))
HAVING min(l.agency_key) = max(l.agency_key);

-- agency_keys: One row for each name of an agency that a log or any table gives, as agency_names has it. in_log: a log has it; register_only: only a roster, a case register, an announcement or a handing over has it.
-- materialise
CREATE VIEW agency_keys AS
WITH said AS (
  SELECT agency AS name, TRUE AS in_log, FALSE AS register_only FROM main.queries WHERE agency IS NOT NULL
  UNION
  SELECT on_behalf_of, FALSE, FALSE FROM main.queries WHERE on_behalf_of IS NOT NULL
  UNION
  SELECT owner, FALSE, FALSE FROM main.queries WHERE owner IS NOT NULL
  UNION
  SELECT unnest(permitted_agencies), FALSE, FALSE FROM main.systems
  UNION
  SELECT agency, FALSE, FALSE FROM main.systems WHERE agency IS NOT NULL
  UNION
  SELECT agency, FALSE, FALSE FROM main.published_counts WHERE agency IS NOT NULL
  UNION
  SELECT to_org, FALSE, TRUE FROM main.disclosures
  UNION
  SELECT agency, FALSE, TRUE FROM main.operators WHERE agency IS NOT NULL
  UNION
  SELECT agency, FALSE, TRUE FROM main.cases WHERE agency IS NOT NULL
  UNION
  SELECT agency, FALSE, TRUE FROM main.notices WHERE agency IS NOT NULL
  UNION
  SELECT agency, FALSE, TRUE FROM main.actions WHERE agency IS NOT NULL
), given AS (
  SELECT name, bool_or(in_log) AS in_log, bool_and(register_only) AS register_only FROM said GROUP BY name
), plain AS (
  SELECT name, in_log, register_only, trim(regexp_replace(regexp_replace(lower(name), '\[[^\]]*\]|''s\b|’s\b', ' ', 'g'), '[\x00-/:-@\[-`{-\x{A0}]+', ' ', 'g')) AS words FROM given
), short AS (
  SELECT
    name, in_log, register_only, words,
    regexp_replace(
      regexp_replace(
        regexp_replace(regexp_replace(' ' || words || ' ', ' (police|polic) (department|dept|dep|division|bureau|service) | police ', ' pd ', 'g'), ' (county )?(sheriffs?|sherriff) (office|offices|department|dept) | sheriffs? ', ' so ', 'g'),
        ' (the|of|city|town|township|village|county|co|office|dept|department|agency|inc) ', ' ', 'g'
      ),
      ' (the|of|city|town|township|village|county|co|office|dept|department|agency|inc) ', ' ', 'g'
    ) AS shortened
  FROM plain
)
SELECT
  name, in_log, register_only, coalesce(nullif(replace(shortened, ' ', ''), ''), nullif(replace(words, ' ', ''), ''), name) AS name_key, words,
  regexp_matches(lower(name), '\[federal\]') OR regexp_matches(
    ' ' || words || ' ',
    ' (fbi|dea|atf|hsi|ice|ero|cbp|usbp|dhs|usms|usss|uscis|tsa|irs|uspis|usps|uscp|federal|us|u s|united states|homeland|secret service|border patrol|postal inspection|customs|immigration) '
  ) AS is_federal,
  regexp_matches(' ' || words || ' ', ' (ice|ero|hsi|cbp|usbp|uscis|dhs|immigration|customs|border patrol|homeland|enforcement and removal) ') AS is_immigration,
  regexp_matches(' ' || words || ' ', ' (san francisco|sfpd|austin) ') AS is_banned_place
FROM short;

-- unlisted_agencies: One row for each system, agency name and period of the register whose list of permitted agencies does not have it; other_period: another period of the register has it.
-- An agency without a list is not here: not stated is not none. The agency that runs the system is always permitted.
CREATE VIEW unlisted_agencies AS
WITH lists AS (
  SELECT t.system, t.approved_from_s AS from_s, t.approved_to_s AS to_s, n.name_key
  FROM ground.system_terms AS t INNER JOIN ground.agency_names AS n ON n.name = t.term
  WHERE t.kind = 'agency'
  UNION
  SELECT t.system, t.approved_from_s, t.approved_to_s, n.name_key
  FROM ground.system_terms AS t INNER JOIN ground.agency_names AS n ON n.name = t.agency
  WHERE t.kind = 'agency'
), periods AS (
  SELECT DISTINCT system, from_s, to_s FROM lists
), seen AS (
  SELECT DISTINCT a.system, n.name, n.name_key FROM ground.accounts AS a INNER JOIN ground.agency_names AS n ON n.name = a.agency
  UNION
  SELECT DISTINCT q.system, n.name, n.name_key FROM main.queries AS q INNER JOIN ground.agency_names AS n ON n.name = q.on_behalf_of WHERE q.on_behalf_of IS NOT NULL
)
SELECT
  p.system, s.name, p.from_s, p.to_s, EXISTS (SELECT 1 FROM lists AS o WHERE o.system = p.system AND o.name_key = s.name_key) AS other_period
FROM periods AS p
INNER JOIN seen AS s ON s.system = p.system
WHERE NOT EXISTS (
  SELECT 1 FROM lists AS l
  WHERE l.system = p.system AND l.name_key = s.name_key AND l.from_s IS NOT DISTINCT FROM p.from_s AND l.to_s IS NOT DISTINCT FROM p.to_s
);

-- unlisted_disclosures: One row for each handing over of data to an organisation that the register's list of permitted agencies does not have at that time. Courts, prosecutors, defenders, laboratories, overseers,
-- inspectors and the press of law's own making (records requests) are not searchers, and are left out. barred: it enforces immigration law, which the register bars.
CREATE VIEW unlisted_disclosures AS
WITH lists AS (
  SELECT t.system, t.approved_from_s AS from_s, t.approved_to_s AS to_s, n.name_key
  FROM ground.system_terms AS t INNER JOIN ground.agency_keys AS n ON n.name = t.term OR n.name = t.agency
  WHERE t.kind = 'agency'
), handed AS (
  SELECT
    d.system, d.disclosure_id, d.export_id, d.record, d.disclosed_s, d.to_org, d.reason, d.case_key, k.name_key, k.is_federal, k.is_immigration, a.name_key AS own_key,
    regexp_matches(lower(trim(coalesce(d.reason, ''))), '^([^a-z0-9]*|x+|n/?a|na|none|test|other|misc|info|request|requested|per request|as requested|sharing|courtesy|inv|investigation|law enforcement|le)$') AS unsaid
  FROM ground.disclosures AS d
  INNER JOIN ground.agency_keys AS k ON k.name = d.to_org
  LEFT JOIN ground.agency_keys AS a ON a.name = d.query_agency
  WHERE d.system IS NOT NULL
    AND NOT regexp_matches(' ' || k.words || ' ', ' (court|courts|tribunal|prosecutor|prosecutors|prosecution|attorney|attorneys|da|das|defen[cs]e|defender|defenders|defendant|counsel|lawyer|lab|labs|laboratory|crime laboratory|auditor|inspector|oversight|ombudsman|council|commission|board|coroner|medical examiner) ')
)
SELECT
  h.system, h.disclosure_id, h.export_id, h.record, h.disclosed_s, h.to_org, h.reason, h.case_key, h.is_federal, h.unsaid,
  h.is_immigration AND EXISTS (SELECT 1 FROM ground.system_terms AS b WHERE b.system = h.system AND b.kind = 'barred' AND b.term_key IN ('immigration', 'civil_enforcement')) AS barred
FROM handed AS h
WHERE h.name_key IS DISTINCT FROM h.own_key
  AND EXISTS (SELECT 1 FROM lists AS l WHERE l.system = h.system AND (l.from_s IS NULL OR h.disclosed_s >= l.from_s) AND (l.to_s IS NULL OR h.disclosed_s < l.to_s))
  AND NOT EXISTS (
    SELECT 1 FROM lists AS l
    WHERE l.system = h.system AND l.name_key = h.name_key AND (l.from_s IS NULL OR h.disclosed_s >= l.from_s) AND (l.to_s IS NULL OR h.disclosed_s < l.to_s)
  );

-- requested_uses: One row for each use that somebody else than its own agency asked for: named in its own field (how 'field'; an other agency's name) or in words ('words': "for Portland
-- PD", "assist other agency"), or by a case number that opens with the initials of another police or sheriff ('number': "SFPD 26-113402", where at most one in twenty of the agency's does).
-- Words that hold the own agency's name are left out; a mutual-aid case number clears them (see rules/lexicons/on_behalf.toml). Words that name no agency ("aoa") have no requester_key. listed: 'permitted' or
-- 'not permitted' by the register's list of agencies at that time, 'no list' where it has none.
CREATE VIEW requested_uses AS
WITH behalf AS MATERIALIZED (
  SELECT rowid AS use_no FROM main.queries WHERE on_behalf_of IS NOT NULL
), initialled AS MATERIALIZED (
  SELECT s.system, s.agency, s.initials, count(*) AS uses
  FROM (
    SELECT
      system, agency, CASE WHEN contains(upper(case_number), 'PD') OR contains(upper(case_number), 'SO')
        THEN nullif(regexp_extract(upper(case_number), '^([A-Z]{2,6}(PD|SO))[ :#/-]+[0-9]', 1), '') END AS initials
    FROM main.queries
    WHERE case_number_state = 'value' AND agency IS NOT NULL
  ) AS s
  GROUP BY s.system, s.agency, s.initials
), owners AS (
  SELECT system, min(agency) AS agency FROM main.systems WHERE agency IS NOT NULL GROUP BY system HAVING count(DISTINCT agency) = 1
), asked AS (
  SELECT
    q.system, q.query_id, q.export_id, q.record, q.ts_s, q.operator, q.agency, q.unit, 'field' AS how, q.on_behalf_of AS requester, o.name_key AS requester_key, o.is_federal, o.is_banned_place,
    q.case_number_state, q.is_machine, q.is_search, q.explained_by
  FROM uses_at(behalf) AS q
  INNER JOIN ground.agency_names AS o ON o.name = q.on_behalf_of
  LEFT JOIN owners AS w ON w.system = q.system
  LEFT JOIN ground.agency_names AS a ON a.name = coalesce(q.agency, q.owner, w.agency)
  WHERE o.name_key IS DISTINCT FROM a.name_key AND NOT coalesce(length(a.name_key) >= 4 AND contains(o.name_key, a.name_key), FALSE)
    AND NOT coalesce(length(o.name_key) >= 4 AND contains(a.name_key, o.name_key), FALSE)
    AND lower(trim(q.on_behalf_of)) <> lower(trim(coalesce(q.operator, ''))) AND lower(trim(q.on_behalf_of)) <> lower(trim(coalesce(q.unit, '')))
  UNION ALL
  SELECT
    q.system, q.query_id, q.export_id, q.record, q.ts_s, q.operator, q.agency, q.unit, 'words',
    CASE WHEN h.sense = 'assist' THEN h.matched ELSE regexp_replace(h.matched, '^((for|f|per|req|reqd|requested|request|by|of|from|at|the|on|behalf|assist|assisting|assisted|asst|courtesy|aoa|bolo) )+', '') END,
    CASE WHEN h.sense <> 'assist' THEN h.said_key END,
    regexp_matches(' ' || h.matched || ' ', ' (fbi|dea|atf|hsi|ice|ero|cbp|usbp|dhs|usms|usss|uscis|tsa|irs|uspis|federal|us marshals?|secret service|border patrol|homeland security|feds) '),
    regexp_matches(' ' || h.matched || ' ', ' (san francisco|sfpd|austin) '),
    q.case_number_state, q.is_machine, q.is_search, q.explained_by
  FROM ground.queries AS q
  INNER JOIN (
    SELECT
      *,
      replace(
        regexp_replace(
          regexp_replace(regexp_replace(' ' || matched || ' ', ' police( department| dept| dep| division| bureau| service)? ', ' pd '), ' (county )?(sheriffs?|sherriff)( office| offices| department| dept)? ', ' so '),
          ' (the|of|city|town|township|village|county|co|office|dept|department|agency|inc) ', ' ', 'g'
        ), ' ', ''
      ) AS said_key
    FROM ground.word_hits
    WHERE lexicon = 'on_behalf'
  ) AS h ON h.use_no = q.use_no
  LEFT JOIN ground.agency_names AS a ON a.name = q.agency
  WHERE h.lexicon = 'on_behalf' AND h.cleared IS NULL AND h.carrier IN ('reason', 'carriers', 'offense', 'case_number') AND h.sense IN ('agency', 'assist') AND h.word <> 'aoj'
    AND NOT coalesce(length(a.name_key) >= 4 AND contains(h.said_key, regexp_replace(a.name_key, '[0-9]+', '', 'g')), FALSE)
    AND NOT coalesce(length(a.words) >= 4 AND contains(h.matched, a.words), FALSE)
  UNION ALL
  SELECT
    q.system, q.query_id, q.export_id, q.record, seconds(q.occurred_at), q.operator, q.agency, q.unit, 'number', i.initials, lower(i.initials), FALSE,
    i.initials IN ('SFPD', 'AUSTINPD'), q.case_number_state, FALSE, q.operation IN ('identification', 'video_search', 'live_watch'), NULL
  FROM main.queries AS q
  INNER JOIN (
    SELECT s.system, s.agency, s.initials, s.uses, sum(s.uses) OVER (PARTITION BY s.system, s.agency) AS all_uses FROM initialled AS s
  ) AS i
    ON i.system = q.system AND i.agency = q.agency AND i.initials IS NOT NULL AND i.uses * 20 <= i.all_uses AND starts_with(upper(q.case_number), i.initials)
), lists AS (
  SELECT t.system, t.approved_from_s AS from_s, t.approved_to_s AS to_s, n.name_key
  FROM ground.system_terms AS t INNER JOIN ground.agency_names AS n ON n.name = t.term
  WHERE t.kind = 'agency'
)
SELECT
  r.*,
  CASE
    WHEN r.how = 'number' OR r.requester_key IS NULL THEN 'no list'
    WHEN NOT EXISTS (SELECT 1 FROM lists AS l WHERE l.system = r.system AND (l.from_s IS NULL OR r.ts_s >= l.from_s) AND (l.to_s IS NULL OR r.ts_s < l.to_s)) THEN 'no list'
    WHEN EXISTS (
      SELECT 1 FROM lists AS l
      WHERE l.system = r.system AND (l.from_s IS NULL OR r.ts_s >= l.from_s) AND (l.to_s IS NULL OR r.ts_s < l.to_s)
        AND (l.name_key = r.requester_key OR (r.how = 'words' AND length(l.name_key) >= 4 AND contains(r.requester_key, l.name_key)))
    ) THEN 'permitted'
    ELSE 'not permitted'
  END AS listed
FROM asked AS r;
