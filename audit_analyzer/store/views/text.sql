-- Words in what people wrote: every carrier of a justification, joined to the lexicons through its distinct texts, never by one scan for each word.

-- carrier_texts: One row for each carrier and distinct text that is looked up for it. Case numbers and probes are looked up by their shape: digits as zeros, unless a digit may stand for
-- a letter or is one of a known number (50501, 287g, 1325), and probes without the ids that machines give, so that ten million file names are a few hundred shapes; what holds neither
-- letters near one another, nor such a number, nor writing beyond ASCII is not looked up. The offences that the register permits (carrier 'register'), and where it permits some those of its cases (carrier 'case_offense'), are looked up as well, to be told by kind; they are nobody's justification.
CREATE VIEW carrier_texts AS
SELECT c.carrier, c.sought
FROM (
  SELECT DISTINCT 'reason' AS carrier, reason AS sought FROM main.queries
  UNION ALL
  SELECT DISTINCT 'offense' AS carrier, offense AS sought FROM main.queries
  UNION ALL
  SELECT DISTINCT 'gallery' AS carrier, gallery AS sought FROM main.queries
  UNION ALL
  SELECT DISTINCT 'on_behalf_of' AS carrier, on_behalf_of AS sought FROM main.queries
  UNION ALL
  SELECT DISTINCT 'place' AS carrier, place AS sought FROM main.queries
  UNION ALL
  SELECT DISTINCT 'carriers' AS carrier, carriers AS sought FROM main.queries
  UNION ALL
  SELECT DISTINCT 'case_number' AS carrier, shape_of(case_number) AS sought FROM main.queries
  UNION ALL
  SELECT DISTINCT 'probe' AS carrier, shape_of(bare) AS sought FROM (SELECT DISTINCT bare_of(probe) AS bare FROM main.queries) AS p
  UNION ALL
  SELECT DISTINCT 'register' AS carrier, unnest(permitted_offenses) AS sought FROM main.systems
  UNION ALL
  SELECT DISTINCT 'case_offense' AS carrier, offense AS sought FROM main.cases WHERE EXISTS (SELECT 1 FROM main.systems WHERE len(permitted_offenses) > 0)
) AS c
WHERE c.sought IS NOT NULL;

-- reason_keys: One row for each reason as equal reasons share it: its number in this night, and its key.
CREATE VIEW reason_keys AS SELECT reason_no, min(reason_key) AS reason_key FROM ground.texts GROUP BY reason_no;

-- word_hits: One row for each use, carrier and lexicon entry found in it; cleared is NULL or says why a look-alike sense applies (rules pass over those). Ask for a lexicon: a condition on
-- it reaches the distinct texts first, and only their uses are read.
CREATE VIEW word_hits AS
WITH wanted AS (
  SELECT c.carrier, c.text AS sought, h.lexicon, h.word, h.matched, h.language, h.disguised, h.cleared, h.sense, h.year_from, h.year_to
  FROM ground.sought_texts AS c INNER JOIN ground.text_hits AS h ON h.text = c.text  -- the hits of a lexicon are the few
), written AS (
  SELECT q.rowid AS use_no, q.system, q.query_id, q.export_id, q.record, q.occurred_at, q.operator, q.agency, q.operation, q.status, q.reason AS text, w.*
  FROM main.queries AS q INNER JOIN wanted AS w ON w.sought = q.reason
  WHERE w.carrier = 'reason'
  UNION ALL
  SELECT q.rowid AS use_no, q.system, q.query_id, q.export_id, q.record, q.occurred_at, q.operator, q.agency, q.operation, q.status, q.offense AS text, w.*
  FROM main.queries AS q INNER JOIN wanted AS w ON w.sought = q.offense
  WHERE w.carrier = 'offense'
  UNION ALL
  SELECT q.rowid AS use_no, q.system, q.query_id, q.export_id, q.record, q.occurred_at, q.operator, q.agency, q.operation, q.status, q.gallery AS text, w.*
  FROM main.queries AS q INNER JOIN wanted AS w ON w.sought = q.gallery
  WHERE w.carrier = 'gallery'
  UNION ALL
  SELECT q.rowid AS use_no, q.system, q.query_id, q.export_id, q.record, q.occurred_at, q.operator, q.agency, q.operation, q.status, q.on_behalf_of AS text, w.*
  FROM main.queries AS q INNER JOIN wanted AS w ON w.sought = q.on_behalf_of
  WHERE w.carrier = 'on_behalf_of'
  UNION ALL
  SELECT q.rowid AS use_no, q.system, q.query_id, q.export_id, q.record, q.occurred_at, q.operator, q.agency, q.operation, q.status, q.place AS text, w.*
  FROM main.queries AS q INNER JOIN wanted AS w ON w.sought = q.place
  WHERE w.carrier = 'place'
  UNION ALL
  SELECT q.rowid AS use_no, q.system, q.query_id, q.export_id, q.record, q.occurred_at, q.operator, q.agency, q.operation, q.status, q.carriers AS text, w.*
  FROM main.queries AS q INNER JOIN wanted AS w ON w.sought = q.carriers
  WHERE w.carrier = 'carriers'
  UNION ALL
  SELECT q.rowid AS use_no, q.system, q.query_id, q.export_id, q.record, q.occurred_at, q.operator, q.agency, q.operation, q.status, q.case_number AS text, w.*
  FROM main.queries AS q INNER JOIN wanted AS w ON w.sought = shape_of(q.case_number)
  WHERE w.carrier = 'case_number'
  UNION ALL
  SELECT q.rowid AS use_no, q.system, q.query_id, q.export_id, q.record, q.occurred_at, q.operator, q.agency, q.operation, q.status, q.probe AS text, w.*
  FROM main.queries AS q INNER JOIN wanted AS w ON w.sought = shape_of(bare_of(q.probe))
  WHERE w.carrier = 'probe'
)
SELECT
  system, query_id, export_id, record, seconds(occurred_at) AS ts_s, operator, agency, operation, status, carrier, lexicon, word, matched, language, disguised, text,
  coalesce(cleared, CASE WHEN year(occurred_at) < year_from OR year(occurred_at) > year_to THEN 'the word has this meaning only in other years' END) AS cleared, sense,
  use_no
FROM written;

-- reject_words: One row for each unreadable record and lexicon entry found in its bytes.
CREATE VIEW reject_words AS
SELECT r.export_id, r.record, e.system, h.lexicon, h.word, h.matched, h.language, h.disguised, r.text, h.cleared
FROM ground.reject_texts AS r
INNER JOIN ground.text_hits AS h ON h.text = r.text
LEFT JOIN main.exports AS e ON e.export_id = r.export_id;
