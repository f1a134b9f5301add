-- Words in what people wrote: every carrier of a justification, joined to the lexicons through its distinct texts, never by one scan for each word.

-- carrier_texts: One row for each use and carrier with what was written there (text) and what is looked up for it (sought). Case numbers, carriers and probes are looked up by their
-- shape: digits as zeros and long hexadecimal ids as one zero, unless a digit may stand for a letter or is one of a known number (50501, 287g, 1325), so that ten million file names are a few
-- hundred shapes; what holds neither letters near one another, nor such a number, nor writing beyond ASCII is not looked up at all.
CREATE VIEW carrier_texts AS
SELECT c.use_no, c.carrier, c.text, c.sought
FROM (
  SELECT q.rowid AS use_no, 'reason' AS carrier, q.reason AS text, q.reason AS sought FROM main.queries AS q
  UNION ALL
  SELECT q.rowid AS use_no, 'offense' AS carrier, q.offense AS text, q.offense AS sought FROM main.queries AS q
  UNION ALL
  SELECT q.rowid AS use_no, 'gallery' AS carrier, q.gallery AS text, q.gallery AS sought FROM main.queries AS q
  UNION ALL
  SELECT q.rowid AS use_no, 'on_behalf_of' AS carrier, q.on_behalf_of AS text, q.on_behalf_of AS sought FROM main.queries AS q
  UNION ALL
  SELECT q.rowid AS use_no, 'place' AS carrier, q.place AS text, q.place AS sought FROM main.queries AS q
  UNION ALL
  SELECT q.rowid AS use_no, 'case_number' AS carrier, q.case_number AS text, shape_of(q.case_number) AS sought FROM main.queries AS q
  UNION ALL
  SELECT q.rowid AS use_no, 'carriers' AS carrier, q.carriers AS text, shape_of(q.carriers) AS sought FROM main.queries AS q
  UNION ALL
  SELECT q.rowid AS use_no, 'probe' AS carrier, q.probe AS text, shape_of(q.probe) AS sought FROM main.queries AS q
) AS c
WHERE c.sought IS NOT NULL;

-- word_hits: One row for each use, carrier and lexicon entry found in it; cleared is NULL or says why a look-alike sense applies (rules pass over those).
-- materialise: nothing without ground.text_hits
CREATE VIEW word_hits AS
SELECT
  q.system, q.query_id, q.export_id, q.record, seconds(q.occurred_at) AS ts_s, q.operator, q.agency, q.operation, q.status,
  c.carrier, h.lexicon, h.word, h.matched, h.language, h.disguised, c.text,
  coalesce(
    h.cleared,
    CASE WHEN year(q.occurred_at) < h.year_from OR year(q.occurred_at) > h.year_to THEN 'the word has this meaning only in other years' END
  ) AS cleared,
  h.sense
FROM ground.text_hits AS h
INNER JOIN ground.carrier_texts AS c ON c.sought = h.text
INNER JOIN main.queries AS q ON q.rowid = c.use_no;

-- reject_words: One row for each unreadable record and lexicon entry found in its bytes.
CREATE VIEW reject_words AS
SELECT r.export_id, r.record, e.system, h.lexicon, h.word, h.matched, h.language, h.disguised, r.text, h.cleared
FROM ground.reject_texts AS r
INNER JOIN ground.text_hits AS h ON h.text = r.text
LEFT JOIN main.exports AS e ON e.export_id = r.export_id;
