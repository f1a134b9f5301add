-- What binds which system: the registers of systems and galleries as rules read them. Bindings, limits and parameters come from Python (told.sql).

-- systems: One row for each period of a system's approval in the register; its lists as text joined by ';' (system_terms has them one by one).
CREATE VIEW systems AS SELECT columns(systems, s) FROM main.systems AS s;

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
SELECT system, agency, kind, term, lower(trim(term)) AS term_key, seconds(approved_from) AS approved_from_s, seconds(approved_to) AS approved_to_s FROM stated;

-- galleries: One row for each period of a gallery's approval in the register.
CREATE VIEW galleries AS SELECT columns(galleries, g) FROM main.galleries AS g;

-- published_counts: One row for each figure that an agency or vendor published.
CREATE VIEW published_counts AS SELECT columns(published_counts, p) FROM main.published_counts AS p;
