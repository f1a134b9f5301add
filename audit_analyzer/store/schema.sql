-- The canonical model as tables. One column a line, its meaning behind it; docs/tables.md and the casts at intake are made from this file.
-- {a|b} after the dashes lists the words a column may hold. NOT NULL means that a record without it is a reject.
-- Every canonical table ends with the four provenance columns export_id, record, row_key and row_hash.

-- queries: One row for each use of a matcher, however many exports it stands in.
CREATE TABLE queries (
  query_id VARCHAR NOT NULL,            -- the system's own id of this use; where it has none, a stable hash of the record
  system VARCHAR NOT NULL,              -- the matcher, as the workspace names it
  operation VARCHAR NOT NULL,           -- {identification|verification|video_search|live_watch|face_capture|face_analysis|enrolment|deletion|gallery_read|gallery_admin|export|log_control|other} what was done
  occurred_at TIMESTAMPTZ NOT NULL,     -- when it was made, UTC
  occurred_at_raw VARCHAR,              -- the time as the export wrote it
  time_basis VARCHAR NOT NULL,          -- {declared|inferred|assumed|unknown} how the time zone is known
  operator VARCHAR,                     -- who made it, as the system names the account
  operator_kind VARCHAR NOT NULL,       -- {human|role_session|service|unknown} what kind of account it is
  agency VARCHAR,                       -- the operator's agency
  unit VARCHAR,                         -- the operator's unit
  on_behalf_of VARCHAR,                 -- the agency or person for whom the search was made
  client_ip VARCHAR,                    -- the address it came from: an IP, a host name or a service's name
  user_agent VARCHAR,                   -- the client program
  device VARCHAR,                       -- the device it came from
  latitude DOUBLE,                      -- degrees, WGS 84: where the face was captured or the device was
  longitude DOUBLE,                     -- degrees, WGS 84
  place VARCHAR,                        -- the same place in words
  probe VARCHAR,                        -- the image searched with: its key, name or hash
  probe_source VARCHAR,                 -- {still|frame|video|mobile_capture|social_media|sketch|edited|enrolled_face|unknown} what kind of image the probe is
  captured_at TIMESTAMPTZ,              -- when the probe was taken, UTC
  subject VARCHAR,                      -- opaque token of the person searched for, where the system has one
  gallery VARCHAR,                      -- what was searched
  galleries_searched BIGINT,            -- how many galleries or networks were searched
  threshold DOUBLE,                     -- comparison score threshold in effect, in the system's own scale
  threshold_explicit BOOLEAN,           -- true: the caller set the threshold; false: the system's default applied
  max_candidates BIGINT,                -- the most candidates asked for
  quality_filter VARCHAR,               -- the quality filter in effect
  attributes VARCHAR[],                 -- face attributes asked for (face analysis)
  status VARCHAR NOT NULL,              -- {ok|error} whether the system did it
  error_code VARCHAR,                   -- the system's own error code
  candidates BIGINT,                    -- how many candidates came back
  top_score DOUBLE,                     -- the highest comparison score, in the system's own scale
  candidate VARCHAR,                    -- the candidate ranked first
  instruction VARCHAR,                  -- what the system told the officer: do_not_detain, reference_code, ...
  reference VARCHAR,                    -- the code that the system handed out for further inquiry
  reason VARCHAR,                       -- justification as given
  case_number VARCHAR,                  -- case number as given
  offense VARCHAR,                      -- offense as given
  reason_state VARCHAR NOT NULL,        -- {value|empty|placeholder|ui_artifact|redacted|truncated|not_exported|not_logged} what kind of fact the cell is
  case_number_state VARCHAR NOT NULL,   -- {value|empty|placeholder|ui_artifact|redacted|truncated|not_exported|not_logged} the same of case_number
  offense_state VARCHAR NOT NULL,       -- {value|empty|placeholder|ui_artifact|redacted|truncated|not_exported|not_logged} the same of offense
  operator_state VARCHAR NOT NULL,      -- {value|empty|placeholder|ui_artifact|redacted|truncated|not_exported|not_logged} the same of operator
  subject_state VARCHAR NOT NULL,       -- {value|empty|placeholder|ui_artifact|redacted|truncated|not_exported|not_logged} the same of subject
  searched_from TIMESTAMPTZ,            -- start of the recordings asked for, UTC
  searched_to TIMESTAMPTZ,              -- end of the recordings asked for, UTC, exclusive
  carriers VARCHAR,                     -- other free text that can carry a justification (job tag, session name, object key, filters), joined by ' | '
  call VARCHAR,                         -- the system's own name of the operation: API call, search type
  job VARCHAR,                          -- the system's id of the job, request or stream that several records belong to
  session VARCHAR,                      -- the login session or credential that the use was made with
  mfa BOOLEAN,                          -- whether the session was authenticated by more than one factor
  probe_faces BIGINT,                   -- faces found or enrolled from the one image
  owner VARCHAR,                        -- account or agency that owns the system searched, where the log says so
  encounter VARCHAR,                    -- the system's id of the encounter (stop, booking, crossing) that the use belongs to
  export_id VARCHAR NOT NULL,           -- SHA-256 of the export it was first read from
  record VARCHAR NOT NULL,              -- where in that export: line, JSON pointer, or sheet and row
  row_key UHUGEINT NOT NULL,            -- MD5 of what identifies the row (system and id, or the whole row)
  row_hash UHUGEINT NOT NULL            -- MD5 of the row's values as read: tells a copy from a revision
);

-- reviews: A human's decision about what a search returned.
CREATE TABLE reviews (
  review_id VARCHAR,                    -- the review's own id
  query_id VARCHAR NOT NULL,            -- the use reviewed
  system VARCHAR,                       -- the system that knows the query_id
  reviewer VARCHAR NOT NULL,            -- who decided
  started_at TIMESTAMPTZ,               -- when the review began, UTC
  decided_at TIMESTAMPTZ NOT NULL,      -- when it was decided, UTC
  decision VARCHAR NOT NULL,            -- {match|no_match|inconclusive} what was decided
  candidate VARCHAR,                    -- the candidate judged
  method VARCHAR,                       -- how (for instance morphological comparison)
  notes VARCHAR,                        -- free text
  export_id VARCHAR NOT NULL, record VARCHAR NOT NULL, row_key UHUGEINT NOT NULL, row_hash UHUGEINT NOT NULL
);

-- corroborations: Evidence that is independent of the match, or is claimed to be.
CREATE TABLE corroborations (
  corroboration_id VARCHAR,             -- its own id
  query_id VARCHAR,                     -- the use that it bears on
  system VARCHAR,                       -- the system that knows the query_id
  case_number VARCHAR,                  -- the case that it belongs to
  kind VARCHAR NOT NULL,                -- {witness|document|fingerprint|dna|phone|video|confession|face_recognition|other} what it is
  obtained_at TIMESTAMPTZ NOT NULL,     -- when it was obtained, UTC
  source_ref VARCHAR,                   -- where it is filed
  notes VARCHAR,                        -- free text
  export_id VARCHAR NOT NULL, record VARCHAR NOT NULL, row_key UHUGEINT NOT NULL, row_hash UHUGEINT NOT NULL
);

-- actions: What was done to a person after a search.
CREATE TABLE actions (
  action_id VARCHAR NOT NULL,           -- its own id
  query_id VARCHAR,                     -- the use that it followed
  system VARCHAR,                       -- the system that knows the query_id
  case_number VARCHAR,                  -- the case that it belongs to
  kind VARCHAR NOT NULL,                -- {lead|stop|detention|lineup|warrant|arrest|denial|revocation|removal} what was done
  occurred_at TIMESTAMPTZ NOT NULL,     -- when, UTC
  officer VARCHAR,                      -- who did it
  agency VARCHAR,                       -- whose officer
  export_id VARCHAR NOT NULL, record VARCHAR NOT NULL, row_key UHUGEINT NOT NULL, row_hash UHUGEINT NOT NULL
);

-- authorizations: Leave given for a use before or after it.
CREATE TABLE authorizations (
  authorization_id VARCHAR NOT NULL,    -- its own id
  query_id VARCHAR,                     -- the use that it covers
  system VARCHAR,                       -- the system that knows the query_id
  case_number VARCHAR,                  -- the case that it covers
  kind VARCHAR NOT NULL,                -- {supervisor|warrant|court_order|exigency|consent} what kind of leave
  requested_at TIMESTAMPTZ,             -- when it was asked for, UTC
  granted_at TIMESTAMPTZ,               -- when it was given, UTC; absent: not given
  expires_at TIMESTAMPTZ,               -- when it ends, UTC, exclusive
  granted_by VARCHAR,                   -- who gave it
  export_id VARCHAR NOT NULL, record VARCHAR NOT NULL, row_key UHUGEINT NOT NULL, row_hash UHUGEINT NOT NULL
);

-- biometric_items: A stored face image or template, with its life.
CREATE TABLE biometric_items (
  item_id VARCHAR NOT NULL,             -- the system's id of the stored item
  system VARCHAR NOT NULL,              -- where it is stored
  query_id VARCHAR,                     -- the use that stored it
  kind VARCHAR NOT NULL,                -- {probe|template|nonmatch|watchlist|enrolment} what it is
  subject VARCHAR,                      -- opaque token of the person
  citizenship VARCHAR,                  -- {citizen|noncitizen|unknown} as the system recorded it
  created_at TIMESTAMPTZ NOT NULL,      -- when it was stored, UTC
  deleted_at TIMESTAMPTZ,               -- when it was deleted, UTC; absent: not known to be deleted
  hold_from TIMESTAMPTZ,                -- start of a hold (litigation, investigation), UTC
  hold_to TIMESTAMPTZ,                  -- end of the hold, UTC, exclusive; absent: it runs on
  gallery VARCHAR,                      -- the gallery that it is stored in
  export_id VARCHAR NOT NULL, record VARCHAR NOT NULL, row_key UHUGEINT NOT NULL, row_hash UHUGEINT NOT NULL
);

-- disclosures: Data handed to another organisation.
CREATE TABLE disclosures (
  disclosure_id VARCHAR NOT NULL,       -- its own id
  query_id VARCHAR,                     -- the use whose result was handed on
  system VARCHAR,                       -- the system that knows the query_id
  item_id VARCHAR,                      -- the stored item handed on
  to_org VARCHAR NOT NULL,              -- who received it
  disclosed_at TIMESTAMPTZ NOT NULL,    -- when, UTC
  reason VARCHAR,                       -- why, as given
  export_id VARCHAR NOT NULL, record VARCHAR NOT NULL, row_key UHUGEINT NOT NULL, row_hash UHUGEINT NOT NULL
);

-- operators: Who may use the systems; several rows for one operator are periods.
CREATE TABLE operators (
  operator VARCHAR NOT NULL,            -- the account, as the logs name it
  agency VARCHAR,                       -- whose account
  unit VARCHAR,                         -- which unit
  role VARCHAR,                         -- what they do
  active_from TIMESTAMPTZ,              -- start of employment or access, UTC
  active_to TIMESTAMPTZ,                -- end of it, UTC, exclusive
  trained_from TIMESTAMPTZ,             -- start of valid training, UTC
  trained_to TIMESTAMPTZ,               -- end of it, UTC, exclusive
  licence VARCHAR,                      -- {standard|trial} what kind of licence the account has
  person VARCHAR,                       -- one person behind several accounts
  export_id VARCHAR NOT NULL, record VARCHAR NOT NULL, row_key UHUGEINT NOT NULL, row_hash UHUGEINT NOT NULL
);

-- shifts: When an operator was on duty.
CREATE TABLE shifts (
  operator VARCHAR NOT NULL,            -- the account, as the logs name it
  starts_at TIMESTAMPTZ NOT NULL,       -- start of the shift, UTC
  ends_at TIMESTAMPTZ NOT NULL,         -- end of it, UTC, exclusive
  export_id VARCHAR NOT NULL, record VARCHAR NOT NULL, row_key UHUGEINT NOT NULL, row_hash UHUGEINT NOT NULL
);

-- cases: The case register; numbers are unique within an agency.
CREATE TABLE cases (
  case_number VARCHAR NOT NULL,         -- the number
  agency VARCHAR,                       -- whose case
  offense VARCHAR,                      -- what it is about
  opened_at TIMESTAMPTZ,                -- when it was opened, UTC
  closed_at TIMESTAMPTZ,                -- when it was closed, UTC, exclusive
  assigned_operators VARCHAR[],         -- who works on it
  export_id VARCHAR NOT NULL, record VARCHAR NOT NULL, row_key UHUGEINT NOT NULL, row_hash UHUGEINT NOT NULL
);

-- assemblies: Public assemblies, whatever they were about.
CREATE TABLE assemblies (
  assembly_id VARCHAR NOT NULL,         -- its own id
  name VARCHAR,                         -- what it was called
  starts_at TIMESTAMPTZ NOT NULL,       -- start, UTC
  ends_at TIMESTAMPTZ NOT NULL,         -- end, UTC, exclusive
  latitude DOUBLE NOT NULL,             -- degrees, WGS 84
  longitude DOUBLE NOT NULL,            -- degrees, WGS 84
  precision_m DOUBLE NOT NULL,          -- metres: how exactly the place is known
  locality VARCHAR,                     -- town or district
  source VARCHAR,                       -- where this is known from
  export_id VARCHAR NOT NULL, record VARCHAR NOT NULL, row_key UHUGEINT NOT NULL, row_hash UHUGEINT NOT NULL
);

-- places: Places where constitutional rights are exercised or care is sought.
CREATE TABLE places (
  place_id VARCHAR NOT NULL,            -- its own id
  kind VARCHAR NOT NULL,                -- {worship|health|court|school|union|press|legal_aid|other} what it is
  name VARCHAR,                         -- what it is called
  latitude DOUBLE NOT NULL,             -- degrees, WGS 84
  longitude DOUBLE NOT NULL,            -- degrees, WGS 84
  export_id VARCHAR NOT NULL, record VARCHAR NOT NULL, row_key UHUGEINT NOT NULL, row_hash UHUGEINT NOT NULL
);

-- systems: The register of approved systems; several rows for one system are periods.
CREATE TABLE systems (
  system VARCHAR NOT NULL,              -- the matcher
  agency VARCHAR,                       -- whose
  approval VARCHAR,                     -- the approving document (PIA, PTA, ordinance)
  approved_from TIMESTAMPTZ,            -- start of the approval, UTC
  approved_to TIMESTAMPTZ,              -- end of it, UTC, exclusive
  permitted_offenses VARCHAR[],         -- offenses it may be used for; absent: not stated
  permitted_agencies VARCHAR[],         -- agencies that may use it; absent: not stated
  permitted_attributes VARCHAR[],       -- face attributes that may be analysed; absent: not stated
  barred_purposes VARCHAR[],            -- purposes it may not be used for: immigration, civil_enforcement, ...
  logs_from TIMESTAMPTZ,                -- from when on the system keeps logs, UTC
  export_id VARCHAR NOT NULL, record VARCHAR NOT NULL, row_key UHUGEINT NOT NULL, row_hash UHUGEINT NOT NULL
);

-- galleries: The register of galleries; several rows for one gallery are periods.
CREATE TABLE galleries (
  gallery VARCHAR NOT NULL,             -- the gallery, as the logs name it
  system VARCHAR,                       -- where it is kept
  purpose VARCHAR,                      -- what it is for
  approved_from TIMESTAMPTZ,            -- start of the approval, UTC
  approved_to TIMESTAMPTZ,              -- end of it, UTC, exclusive
  export_id VARCHAR NOT NULL, record VARCHAR NOT NULL, row_key UHUGEINT NOT NULL, row_hash UHUGEINT NOT NULL
);

-- published_counts: What an agency or vendor said in public.
CREATE TABLE published_counts (
  agency VARCHAR,                       -- whose figure
  system VARCHAR,                       -- of which system; absent: of all
  period_from TIMESTAMPTZ NOT NULL,     -- start of the period, UTC
  period_to TIMESTAMPTZ NOT NULL,       -- end of it, UTC, exclusive
  measure VARCHAR NOT NULL,             -- {queries|matches|arrests} what was counted
  count BIGINT NOT NULL,                -- the figure
  export_id VARCHAR NOT NULL, record VARCHAR NOT NULL, row_key UHUGEINT NOT NULL, row_hash UHUGEINT NOT NULL
);

-- notices: Announced events that explain what a log shows.
CREATE TABLE notices (
  notice_id VARCHAR NOT NULL,           -- its own id
  system VARCHAR,                       -- concerns this system; absent: all
  agency VARCHAR,                       -- concerns this agency; absent: all
  operator VARCHAR,                     -- concerns this operator; absent: all
  gallery VARCHAR,                      -- concerns this gallery; absent: all
  kind VARCHAR NOT NULL,                -- {outage|import|training|test|vocabulary|migration|other} what happened
  starts_at TIMESTAMPTZ NOT NULL,       -- start, UTC
  ends_at TIMESTAMPTZ,                  -- end, UTC, exclusive
  text VARCHAR,                         -- the notice itself
  export_id VARCHAR NOT NULL, record VARCHAR NOT NULL, row_key UHUGEINT NOT NULL, row_hash UHUGEINT NOT NULL
);

-- exports: ledger. One row for each export read, refused or failed.
CREATE TABLE exports (
  export_id VARCHAR NOT NULL,           -- SHA-256 of its bytes
  path VARCHAR NOT NULL,                -- where it lay in the delivery, as text (never opened again)
  container VARCHAR,                    -- SHA-256 of the archive that it came in
  bytes BIGINT NOT NULL,                -- its size as delivered
  source VARCHAR,                       -- the source that claimed it
  system VARCHAR,                       -- the system that its records belong to, where one delivery is one system
  zone VARCHAR,                         -- the time zone that its times without offset were read in
  zone_basis VARCHAR,                   -- {declared|inferred|assumed|unknown} how that zone is known
  outcome VARCHAR NOT NULL,             -- {accepted|rejected|failed} what became of it
  reason VARCHAR,                       -- why it was refused or failed
  period_from TIMESTAMPTZ,              -- earliest event read from it
  period_to TIMESTAMPTZ,                -- latest event read from it
  read BIGINT NOT NULL,                 -- records read
  kept BIGINT NOT NULL,                 -- records that became canonical rows
  rejected BIGINT NOT NULL,             -- records that could not be read
  set_aside BIGINT NOT NULL,            -- records of no interest
  copies BIGINT NOT NULL,               -- records of a use that was known already
  content_sha256 VARCHAR,               -- SHA-256 of its decompressed bytes, where it came compressed
  integrity VARCHAR NOT NULL,           -- {signed-chain|hash-chain|file-hash-only} how far its wholeness can be shown
  columns_unknown VARCHAR[],            -- columns that the source does not know: reported, not read
  run_id VARCHAR NOT NULL               -- the run that read it
);

-- deliveries: ledger. Every time an export was handed over, also the second time.
CREATE TABLE deliveries (
  export_id VARCHAR NOT NULL,           -- what was handed over
  path VARCHAR NOT NULL,                -- under which name
  run_id VARCHAR NOT NULL,              -- to which run
  known BOOLEAN NOT NULL                -- true: the same bytes had been read before
);

-- rejects: ledger. Records that could not be read, with their text as written.
CREATE TABLE rejects (
  export_id VARCHAR NOT NULL,           -- where it stands
  record VARCHAR NOT NULL,              -- and at which place
  byte_offset BIGINT,                   -- its offset in the decompressed bytes, where known
  byte_length BIGINT,                   -- its length there
  reason VARCHAR NOT NULL,              -- why it could not be read
  raw BLOB                              -- its bytes as written
);

-- set_aside: ledger. Records of no interest, under a named reason.
CREATE TABLE set_aside (
  export_id VARCHAR NOT NULL,           -- where it stands
  record VARCHAR NOT NULL,              -- and at which place
  reason VARCHAR NOT NULL               -- why it is of no interest
);

-- copies: ledger. Records of a use that is known already: exact copies, revisions and declared replacements.
CREATE TABLE copies (
  export_id VARCHAR NOT NULL,           -- where the copy stands
  record VARCHAR NOT NULL,              -- and at which place
  table_name VARCHAR NOT NULL,          -- the canonical table
  row_key UHUGEINT NOT NULL,            -- the row that it repeats
  row_hash UHUGEINT NOT NULL,           -- the values that it has
  kind VARCHAR NOT NULL,                -- {copy|completion|revision|superseded} completion: says only what was still open (a deletion, a hold, leave given); revision: other values under the same id, the first stays canonical; superseded: the earlier version, replaced by a source's declaration
  id VARCHAR,                           -- the row's own id
  system VARCHAR,                       -- the row's system
  version VARCHAR                       -- but for copy: the values as JSON
);

-- corrections: ledger. Kept uses that a source declares to replace an earlier version, so that a version which comes later is told for what it is.
CREATE TABLE corrections (
  row_key UHUGEINT NOT NULL             -- the use
);

-- deletions: ledger. Deletions of stored items as a log tells them; they end the life of biometric_items.
CREATE TABLE deletions (
  system VARCHAR NOT NULL,              -- where the item was stored
  item_id VARCHAR,                      -- the item; absent: every item of the gallery
  gallery VARCHAR,                      -- the gallery
  deleted_at TIMESTAMPTZ NOT NULL,      -- when, UTC
  export_id VARCHAR NOT NULL,           -- where it is told
  record VARCHAR NOT NULL               -- and at which place
);

-- field_states: ledger. For each export and column: whether it was exported, and how many rows have it.
CREATE TABLE field_states (
  export_id VARCHAR NOT NULL,           -- the export
  table_name VARCHAR NOT NULL,          -- the canonical table
  column_name VARCHAR NOT NULL,         -- the canonical column
  system VARCHAR,                       -- the system of the rows
  state VARCHAR NOT NULL,               -- {exported|not_exported|not_logged|redacted} what the export does with the column
  row_count BIGINT NOT NULL,            -- rows of this export in the table
  filled BIGINT NOT NULL,               -- rows in which the column has a value
  unreadable BIGINT NOT NULL            -- rows in which there is text that is not a value of the column's type
);

-- field_issues: ledger. Cells whose text is not a value of the column's type; the record stays in, the cell is NULL.
CREATE TABLE field_issues (
  export_id VARCHAR NOT NULL,           -- where it stands
  record VARCHAR NOT NULL,              -- and at which place
  table_name VARCHAR NOT NULL,          -- the canonical table
  column_name VARCHAR NOT NULL,         -- the canonical column
  raw VARCHAR,                          -- the text as written
  reason VARCHAR NOT NULL               -- what is wrong with it
);

-- spellings: ledger. Names that a system writes in several ways (capitals, blanks), and the one, the first, that its uses have. What a record says is in its bytes.
CREATE TABLE spellings (
  system VARCHAR NOT NULL,              -- the system
  column_name VARCHAR NOT NULL,         -- operator or agency
  said VARCHAR NOT NULL,                -- as written
  name VARCHAR NOT NULL,                -- as the uses have it
  uses BIGINT NOT NULL                  -- uses that said so, in one intake
);

-- integrity_events: ledger. What the verification of digests, and the comparison of deliveries, found.
CREATE TABLE integrity_events (
  export_id VARCHAR,                    -- the export concerned, where there is one
  system VARCHAR,                       -- the system concerned
  kind VARCHAR NOT NULL,                -- modified, missing_digest, missing_log, unlisted_log, bad_signature, gap, restart, cut_tail, ...
  period_from TIMESTAMPTZ,              -- the period concerned
  period_to TIMESTAMPTZ,                -- its end, exclusive
  detail VARCHAR NOT NULL,              -- the facts, in one sentence
  run_id VARCHAR NOT NULL               -- the run that found it
);

-- runs: ledger. One row a night.
CREATE TABLE runs (
  run_id VARCHAR NOT NULL,              -- number and as-of day: 0001-2026-03-02
  command VARCHAR NOT NULL,             -- what was asked
  as_of TIMESTAMPTZ,                    -- the instant that the night was asked as of: end of the as-of day, exclusive
  started_at TIMESTAMPTZ,               -- the machine's clock, for the record only
  ended_at TIMESTAMPTZ,                 -- the machine's clock, for the record only
  version VARCHAR NOT NULL,             -- version of this program
  outcome VARCHAR,                      -- done, partial, interrupted
  summary VARCHAR                       -- summary.json of the run
);

-- checks: ledger. Verdicts of the data-quality suite.
CREATE TABLE checks (
  run_id VARCHAR NOT NULL,              -- the run
  table_name VARCHAR NOT NULL,          -- the canonical table
  system VARCHAR,                       -- the system concerned; absent: all
  expectation VARCHAR NOT NULL,         -- what was expected, in words
  passed BOOLEAN NOT NULL,              -- whether it was so
  blocking BOOLEAN NOT NULL,            -- whether a failure stops the rules for the system
  observed VARCHAR,                     -- what was observed
  unexpected BIGINT                     -- rows that were not as expected
);

-- findings: ledger. Every finding of every run, as its JSON object.
CREATE TABLE findings (
  run_id VARCHAR NOT NULL,              -- the run
  finding_id VARCHAR NOT NULL,          -- stable across runs
  rule VARCHAR NOT NULL,                -- the rule
  subject_kind VARCHAR NOT NULL,        -- kind of the subject
  subject_id VARCHAR NOT NULL,          -- the subject
  period_from TIMESTAMPTZ,              -- first evidence
  period_to TIMESTAMPTZ,                -- last evidence, exclusive
  state VARCHAR NOT NULL,               -- {new|standing|gone} against the previous run
  body VARCHAR NOT NULL                 -- the finding as in findings.jsonl
);

-- measurability: ledger. What each rule could see of each system, for every run, as its JSON object.
CREATE TABLE measurability (
  run_id VARCHAR NOT NULL,              -- the run
  rule VARCHAR NOT NULL,                -- the rule
  system VARCHAR NOT NULL,              -- the system
  verdict VARCHAR NOT NULL,             -- {measured|partly|not_measurable} what the rule could see
  body VARCHAR NOT NULL                 -- the object as in measurability.jsonl
);

-- proofs: ledger. What the tests of the rules said, so that a rule is proven once for each state of the rule, the program and the engine.
CREATE TABLE proofs (
  fingerprint VARCHAR NOT NULL,         -- SHA-256 of the rule, the program, the word lists, the clause packs and the engine's version
  rule VARCHAR NOT NULL,                -- the rule
  test VARCHAR NOT NULL,                -- its test
  passed BOOLEAN NOT NULL,              -- whether it held
  message VARCHAR NOT NULL,             -- what was missing or too many
  place VARCHAR NOT NULL                -- file and line of the test
);

-- decisions: ledger. What people decided about findings; appended, never overwritten.
CREATE TABLE decisions (
  finding_id VARCHAR NOT NULL,          -- the finding
  decision VARCHAR NOT NULL,            -- {confirmed|explained|dismissed|escalated|reopened} what was decided
  reason VARCHAR NOT NULL,              -- why
  author VARCHAR NOT NULL,              -- by whom
  decided_at TIMESTAMPTZ NOT NULL,      -- when
  expires_at TIMESTAMPTZ                -- until when it holds; absent: until reopened
);
