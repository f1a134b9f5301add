-- What Python hands to the views each night: audit.toml, the clause packs, the words found in texts. Filled by filling.py.

-- night: The one row of the night: as_of_s is the exclusive end of the day that the night is asked as of.
CREATE TABLE night (as_of_s BIGINT);

-- figures: The one row of figures that the views below use, each with its default and source in ground.FIGURES; [parameters.ground] of audit.toml overrides them.
CREATE TABLE figures (
  case_subjects BIGINT, exigency_s BIGINT, quiet_s BIGINT, primary_share DOUBLE, habit_searches BIGINT, peer_operators BIGINT, peer_days BIGINT,
  near_m DOUBLE, assembly_before_s BIGINT, assembly_after_s BIGINT, capture_after_s BIGINT, baseline_weeks BIGINT, place_m DOUBLE, travel_m DOUBLE
);

-- system_zones: One row for each system that any table or audit.toml names; zone is its agency's own time zone (NULL: not stated), zone_or_utc the one that days are cut by.
CREATE TABLE system_zones (system VARCHAR, zone VARCHAR, zone_or_utc VARCHAR);

-- zone_spans: One row for each stretch of time in which a system's zone keeps one offset (offset_s seconds east of UTC); computed with Python's zoneinfo (IANA data).
CREATE TABLE zone_spans (system VARCHAR, from_s BIGINT, to_s BIGINT, offset_s BIGINT);

-- service_accounts: One row for each service account that audit.toml lists for a system.
CREATE TABLE service_accounts (system VARCHAR, operator VARCHAR);

-- sought_texts: One row for each carrier and distinct text that is looked up for it (see carrier_texts).
CREATE TABLE sought_texts (carrier VARCHAR, text VARCHAR);

-- texts: One row for each distinct text of a carrier: folded copy, whether it was disguised, what kind of reason it would make, and the key that equal reasons share (wordhits.py) with a
-- number of the night's own for it: ten million uses are grouped by a number in a third of the time that a text takes.
CREATE TABLE texts (text VARCHAR, folded VARCHAR, disguised BOOLEAN, reason_class VARCHAR, reason_key VARCHAR, reason_no INTEGER);

-- text_hits: One row for each lexicon entry found in a distinct text; cleared is NULL or says why a look-alike sense applies; the word has this meaning from 1 January of year_from
-- to the end of year_to where they are given (wordhits.py, rules/lexicons).
CREATE TABLE text_hits (
  text VARCHAR, lexicon VARCHAR, word VARCHAR, matched VARCHAR, language VARCHAR, disguised BOOLEAN, cleared VARCHAR, sense VARCHAR, year_from INTEGER, year_to INTEGER
);

-- reject_texts: One row for each record that could not be read and whose bytes hold text, as that text; making a record unreadable must not take its words out of sight.
CREATE TABLE reject_texts (export_id VARCHAR, record VARCHAR, text VARCHAR);

-- bindings: One row for each clause that binds a system: clause is "pack/id", from_s and to_s (exclusive) are its effective days (midnight UTC), NULL is open.
CREATE TABLE bindings (system VARCHAR, pack VARCHAR, clause VARCHAR, from_s BIGINT, to_s BIGINT, status VARCHAR);

-- limits: One row for each retention limit on a system: seconds that an item of the kind may be kept; citizenship NULL means anybody's. From audit.toml (pack "audit.toml") and the packs.
CREATE TABLE limits (system VARCHAR, pack VARCHAR, clause VARCHAR, kind VARCHAR, citizenship VARCHAR, seconds BIGINT, from_s BIGINT, to_s BIGINT);

-- pack_parameters: One row for each other parameter of a clause that binds a system, a list as several rows: number where it is a number or a length of time (seconds), text as written.
CREATE TABLE pack_parameters (system VARCHAR, pack VARCHAR, clause VARCHAR, name VARCHAR, number DOUBLE, text VARCHAR, from_s BIGINT, to_s BIGINT);
