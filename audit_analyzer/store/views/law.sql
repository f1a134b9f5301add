-- What binds which system: the registers of systems and galleries as rules read them. Bindings, limits and parameters come from Python (told.sql).

-- approval_ends: One row for each period of approval (of a system with its agency, or of a gallery with its system) that a later delivery told again: its end as it was told last (NULL: it goes on).
CREATE VIEW approval_ends AS
WITH arrivals AS (
  SELECT export_id, min(rowid) AS nth FROM main.exports GROUP BY export_id
), periods AS (
  SELECT 'system' AS part, system AS name, agency AS beside, approved_from AS begins_at, approved_to AS ends_at, export_id FROM main.systems
  UNION ALL
  SELECT 'gallery', gallery, system, approved_from, approved_to, export_id FROM main.galleries
), placed AS (
  SELECT p.part, p.name, p.beside, p.begins_at, p.ends_at, a.nth, max(a.nth) OVER same AS last_nth, min(a.nth) OVER same AS first_nth
  FROM periods AS p
  INNER JOIN arrivals AS a ON a.export_id = p.export_id
  WINDOW same AS (PARTITION BY p.part, p.name, p.beside, p.begins_at)
)
SELECT part, name, beside, seconds(begins_at) AS begins_s, CASE WHEN bool_or(ends_at IS NULL) THEN NULL ELSE max(seconds(ends_at)) END AS ends_s
FROM placed
WHERE nth = last_nth AND first_nth < last_nth
GROUP BY part, name, beside, begins_at;

-- systems: One row for each period of a system's approval in the register; its lists as text joined by ';' (system_terms has them one by one).
CREATE VIEW systems AS
SELECT columns(systems, s, without approved_to), CASE WHEN e.part IS NULL THEN seconds(s.approved_to) ELSE e.ends_s END AS approved_to_s
FROM main.systems AS s
LEFT JOIN ground.approval_ends AS e
  ON e.part = 'system' AND e.name = s.system AND e.beside IS NOT DISTINCT FROM s.agency AND e.begins_s IS NOT DISTINCT FROM seconds(s.approved_from);

-- system_terms: One row for each offense, agency, attribute or barred purpose that the register states for a system in a period. No row: not stated, which is not none.
CREATE VIEW system_terms AS
WITH stated AS (
  SELECT system, agency, 'offense' AS kind, unnest(permitted_offenses) AS term, approved_from, approved_to FROM main.systems
  UNION ALL
  SELECT system, agency, 'agency', unnest(permitted_agencies), approved_from, approved_to FROM main.systems
  UNION ALL
  SELECT system, agency, 'attribute', unnest(permitted_attributes), approved_from, approved_to FROM main.systems
  UNION ALL
  SELECT system, agency, 'barred', unnest(barred_purposes), approved_from, approved_to FROM main.systems
)
SELECT
  t.system, t.agency, t.kind, t.term, lower(trim(t.term)) AS term_key, seconds(t.approved_from) AS approved_from_s,
  CASE WHEN e.part IS NULL THEN seconds(t.approved_to) ELSE e.ends_s END AS approved_to_s
FROM stated AS t
LEFT JOIN ground.approval_ends AS e
  ON e.part = 'system' AND e.name = t.system AND e.beside IS NOT DISTINCT FROM t.agency AND e.begins_s IS NOT DISTINCT FROM seconds(t.approved_from);

-- galleries: One row for each period of a gallery's approval in the register.
CREATE VIEW galleries AS
SELECT columns(galleries, g, without approved_to), CASE WHEN e.part IS NULL THEN seconds(g.approved_to) ELSE e.ends_s END AS approved_to_s
FROM main.galleries AS g
LEFT JOIN ground.approval_ends AS e
  ON e.part = 'gallery' AND e.name = g.gallery AND e.beside IS NOT DISTINCT FROM g.system AND e.begins_s IS NOT DISTINCT FROM seconds(g.approved_from);

-- published_counts: One row for each figure that an agency or vendor published.
CREATE VIEW published_counts AS SELECT columns(published_counts, p) FROM main.published_counts AS p;
