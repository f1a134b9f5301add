"""The sentence to put into a records request: what to ask for, of which system and period, and why it is missing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from audit_analyzer.store import model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

REASONS = {
    "not_exported": "the export left it out",
    "not_logged": "the system does not log it: ask where else it is kept",
    "redacted": "the agency blacked it out",
    "empty": "it is empty",
    "not_delivered": "nothing of it was delivered",
    "zone_unknown": "the clock's time zone is not stated",
}
_ZONE = "the time zone of the clock that writes the log"
WORDS = {  # what to ask a records officer for, by column, or by table for all of its columns
    "actions": "the stops, arrests, detentions and other steps taken after a search, each with its case number, date and time",
    "assemblies": "the list of assemblies and events in the period, with place, beginning and end",
    "authorizations": "the approvals, warrants and court orders for these searches, each with its date and time and the person who gave it",
    "biometric_items": "the list of stored face images and templates, each with its kind, the date it was stored and the date it was deleted",
    "cases": "the case register: case numbers, officers assigned, dates opened and closed",
    "corroborations": "the other evidence of each case (witnesses, documents, fingerprints), with the date it was obtained",
    "disclosures": "the record of images and results that were given to other organizations: what, to whom and when",
    "exports": "the complete log files, as the system wrote them",
    "galleries": "the list of approved face databases (galleries), with purpose and dates of approval",
    "integrity_events": "the digest files of the logs with their signatures (the objects' metadata), and the public keys of the period",
    "notices": "the notices of outages, tests, trainings, data imports and changes in the period",
    "operators": "the roster of the system's users: account, person, unit, role, dates of access",
    "operators.trained_from": "the training records of the system's users: account, date of training, date until which it is valid",
    "operators.trained_to": "the training records of the system's users: account, date of training, date until which it is valid",
    "places": "the list of places of worship, health care, unions, newsrooms and legal aid in the area, with their coordinates",
    "published_counts": "the numbers of searches that were published or reported, with their periods",
    "rejects": "the complete log files, as the system wrote them",
    "reviews": "the record of who examined the results of each search, when, and what they decided",
    "shifts": "the duty roster: who was on duty from when to when",
    "systems": "the register of approved face recognition systems: who may use each, for which offenses and purposes",
    "queries.agency": "the agency of the person who made each search",
    "queries.attributes": "the facial attributes (age, sex, emotion and the like) that each request asked for",
    "queries.candidate": "the candidates (possible matches) that each search returned",
    "queries.carriers": "the free-text notes and file names of each search",
    "queries.captured_at": "the date and time at which the picture of each search was taken",
    "queries.case_number": "the case or incident number of each search",
    "queries.client_ip": "the network (IP) address from which each search was made",
    "queries.device": "the device on which each search was made",
    "queries.encounter": "the number of the encounter in which each picture was taken",
    "queries.galleries_searched": "the number of databases or networks that each search was sent to",
    "queries.gallery": "the name of the database (gallery) that each search was run against",
    "queries.instruction": "the instruction that the system showed to the officer with the result",
    "queries.latitude": "the place of each search: where the picture was taken or the device was (coordinates)",
    "queries.longitude": "the place of each search: where the picture was taken or the device was (coordinates)",
    "queries.local_hour": _ZONE,
    "queries.max_candidates": "the number of candidates that each search was set to return",
    "queries.mfa": "whether the user had signed in with a second factor",
    "queries.occurred_at": "the date and time of each search, with its time zone",
    "queries.offense": "the offense that each search was made for",
    "queries.on_behalf_of": "the person or agency for whom each search was made",
    "queries.operation": "what each entry of the log is: a search, a comparison, an enrolment, a deletion",
    "queries.operator": "the user account that made each search",
    "queries.owner": "the owner of each picture or gallery",
    "queries.place": "the place or camera that each search was made for",
    "queries.probe": "the picture that each search was made with: its file name, number or hash",
    "queries.probe_source": "where the picture of each search came from (photo, video, social media, sketch)",
    "queries.quality_filter": "the image-quality setting of each search",
    "queries.query_id": "the system's own number of each search",
    "queries.reason": "the reason given for each search",
    "queries.searched_from": "the period of recordings that each search went through, from and to",
    "queries.searched_from_at": "the period of recordings that each search went through, from and to",
    "queries.session": "the login session in which each search was made",
    "queries.subject": "the number or name by which the system tells apart the persons searched for",
    "queries.threshold": "the similarity threshold that was set for each search",
    "queries.user_agent": "the program with which each search was made",
}


def sentence(system: str, missing: Iterable[Mapping[str, Any]], span: tuple[int, int] | None) -> str:
    """One request for all that is missing. missing: field ("table.column", alternatives by "|"), state, rows; span: first and last use in epoch seconds."""
    parts = dict.fromkeys(_part(lack) for lack in missing)
    period = f" for the period {_day(span[0])} to {_day(span[1])}" if span else ""
    return f"Ask for the following of system {system}{period}: {'; '.join(parts)}."


def log(system: str) -> str:
    """The request where nothing of a system was read."""
    return f"Ask for the query log of system {system}: none could be read."


def _part(lack: Mapping[str, Any]) -> str:
    state, rows = lack["state"], lack["rows"]
    what = _ZONE if state == "zone_unknown" else " or ".join(dict.fromkeys(_meaning(field) for field in lack["field"].split("|")))
    return f"{what}, since {REASONS.get(state, state)}" + (f" ({rows:,} record{'' if rows == 1 else 's'})" if rows else "")


def _meaning(field: str) -> str:
    """The field as a records officer would say it; of a column without words of its own, what the model says of it, and its name."""
    table, column = field.split(".")
    if field in WORDS or table in WORDS:
        return WORDS.get(field) or WORDS[table]
    if table not in model():
        return field
    told = next((c.meaning for c in model()[table].columns if c.name == column), "")
    subject = "" if table == "queries" else f"{table.replace('_', ' ')}: "
    return f"{subject}{told.split(' (')[0].rstrip('.')} ({field})" if told else field


def _day(seconds: int) -> str:
    return (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds)).date().isoformat()
