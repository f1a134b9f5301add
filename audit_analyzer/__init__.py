"""audit-analyzer: reads the query logs of face-recognition systems and finds what may break the rules.

The rooms, in the order of the night:

    cli         commands: parse, call one room, print, exit
    nightly     the whole night
    workspace   a workspace folder: made, and held by one run at a time
    ingest      an export in; canonical rows, rejects, set-asides and copies out
    vault       every delivered file under its SHA-256
    readers     one file format per file: every record, broken ones too, with its locator
    sources     one matcher system per TOML file
    staging     a source's SELECT as typed rows;  field_places, casts: from a record's text to values
    landing     one batch into the tables;  fates: what becomes of each record
    settle      what can be settled only when all exports are in
    integrity   whether the logs are whole;  digests: CloudTrail's chains, verified offline
    check       the data-quality suite;  profile: the data-reliability sheet
    ground      what rules see, computed once;  wordhits, folding, reasons: text;  store/views: SQL
    clauses     what the law asks, and when
    rulebook    rules/*.toml to rules;  portable: the SQL that they may use;  prove: their own tests
    detect      proven rules over the rows;  episodes, chance, measure, matters: from evidence to findings
    triage      what people decided about findings
    gather      a night as one value;  report: that value written down, by outputs
    show        from a finding back to the bytes
    store       the only room that opens DuckDB
    settings    audit.toml;  words: the nouns;  errors: what can go wrong
"""

__version__ = "0.1.0"
