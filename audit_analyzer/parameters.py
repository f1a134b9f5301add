"""What a clause may carry for rules to read: the name, shape, words and meaning of every parameter, and how its value is read."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from audit_analyzer.settings import duration

if TYPE_CHECKING:
    from collections.abc import Collection

OPERATIONS = (
    "identification",
    "verification",
    "video_search",
    "live_watch",
    "face_capture",
    "face_analysis",
    "enrolment",
    "deletion",
    "gallery_read",
    "gallery_admin",
    "export",
    "log_control",
    "other",
)
PROBE_SOURCES = ("still", "frame", "video", "mobile_capture", "social_media", "sketch", "edited", "enrolled_face", "unknown")
AUTHORIZATIONS = ("supervisor", "warrant", "court_order", "exigency", "consent")
ACTIONS = ("lead", "stop", "detention", "lineup", "warrant", "arrest", "denial", "revocation", "removal")
ITEM_KINDS = ("probe", "template", "nonmatch", "watchlist", "enrolment")
CITIZENSHIPS = ("citizen", "noncitizen", "unknown")
MEASURES = ("queries", "matches", "arrests")

OFFENSES = {
    "violent_crime": "Crimes of violence, as the law concerned lists them.",
    "part_1_violent_crime": "Homicide, rape, robbery and aggravated assault (Part I of the FBI's uniform crime reports).",
    "home_invasion": "Breaking into a dwelling.",
    "serious_crime": "Serious crimes, as the law concerned lists them.",
    "human_trafficking": "Trafficking in persons.",
    "child_abuse": "Abuse of a child.",
    "child_sexual_material": "Child sexual abuse material, its making, keeping or spreading.",
    "child_exploitation": "Sexual exploitation of children.",
    "hate_crime": "Crimes out of bias.",
    "weapons": "Weapons crimes.",
    "animal_cruelty": "Aggravated cruelty to animals.",
    "fentanyl_import": "Bringing fentanyl into the country or state.",
    "stalking": "Stalking.",
    "ongoing_threat": "A substantial and ongoing threat to public safety or national security.",
    "fraud": "Fraud, identity fraud included.",
    "missing_person": "No offense: somebody is missing.",
    "deceased_person": "No offense: a dead person is to be named.",
}
PURPOSES = {
    "protected_activity": "Speech, press, assembly, petition, worship: what the First Amendment protects.",
    "religion": "Religious views or activities.",
    "political_views": "Political views, association or activities.",
    "social_views": "Social views or activities.",
    "lawful_event": "Taking part in a lawful event or a noncriminal organisation.",
    "protected_trait": "Ethnicity, national origin, gender, orientation, disability and other protected traits.",
    "immigration": "Immigration status or its enforcement.",
    "civil_enforcement": "Civil enforcement.",
    "reproductive_care": "Abortion and other reproductive care.",
    "consensual_sex": "Consensual sexual acts.",
    "predictive": "Predicting who may commit a crime.",
}

# name: (shape, vocabulary or None, sentence). Durations are read into whole seconds (a year has 365.25 days, a month a twelfth of that).
_SHAPES: dict[str, tuple[str, Collection[str] | None, str]] = {
    "retention": ("retention", None, "Longest life of a stored item: kind, citizenship (absent: all), limit counted from its creation."),
    "threshold_min": ("number", None, "Lowest comparison score threshold that may be used, in percent."),
    "threshold_exempt_offenses": ("words", OFFENSES, "Offenses and needs for which a lower threshold is accepted."),
    "accuracy_min_percent": ("number", None, "Lowest true-positive rate of the algorithm in an independent test."),
    "test_every": ("duration", None, "Longest time between two tests of the algorithm."),
    "min_candidates": ("whole", None, "Fewest candidates that may be asked for."),
    "max_candidates": ("whole", None, "Most candidates that may be asked for."),
    "reviewers_min": ("whole", None, "Persons who must each have confirmed a match before it is acted on."),
    "corroborated_actions": ("words", ACTIONS, "Actions that may not rest on a match alone."),
    "disclosure_required": ("flag", None, "The person charged must be told of the use."),
    "authorization_kinds": ("words", AUTHORIZATIONS, "Kinds of leave of which one must cover the use."),
    "authorization_operations": ("words", OPERATIONS, "Operations that need that leave; absent: every search."),
    "authorization_within": ("duration", None, "Latest time after the use at which leave may be given; 0: before it; absent: no time stated."),
    "tracking_needs_authorization": ("flag", None, "Following one person over time needs that leave, whatever the operation."),
    "approval_required": ("flag", None, "The system must be reviewed and approved before it is used."),
    "training_required": ("flag", None, "Who searches must have been trained before."),
    "training_every": ("duration", None, "Longest time between two trainings."),
    "permitted_offenses": ("words", OFFENSES, "Offenses and needs for which a search may be made; one list in a pack."),
    "offenses_complete": ("flag", None, "Whether permitted_offenses is the whole list; false: another offense is to be looked up, not held against anybody."),
    "barred_purposes": ("words", PURPOSES, "Purposes for which no search may be made."),
    "prohibited_operations": ("words", OPERATIONS, "Operations that may not be done at all."),
    "barred_probe_sources": ("words", PROBE_SOURCES, "Kinds of probe that may not be searched with."),
    "permitted_attributes": ("words", None, "Face attributes that may be analysed, each after approval; others may not."),
    "probe_enrolment_barred": ("flag", None, "A probe may not be added to a gallery."),
    "use_banned": ("flag", None, "The agency may not use face recognition, but for exceptions in the text."),
    "outside_requests_barred": ("flag", None, "No search may be made on behalf of another agency."),
    "third_party_systems_barred": ("flag", None, "No system but the one named may be used."),
    "partner_copies_barred": ("flag", None, "Partners may keep no copy."),
    "case_number_required": ("flag", None, "Every search must carry a case or file number."),
    "reason_required": ("flag", None, "Every search must carry its purpose."),
    "disclosure_reason_required": ("flag", None, "Every handing on must be recorded with recipient, date and reason."),
    "instructions": ("words", None, "Answers that the system gives to the officer, as queries.instruction has them."),
    "log_fields": ("fields", None, "Columns of the model that a log must fill; a|b: one of the two."),
    "log_retention_min": ("duration", None, "Shortest time for which logs must be kept."),
    "log_kept": ("duration", None, "How long logs are kept in fact, where that is known to be short."),
    "records_review_every": ("duration", None, "Longest time before a stored record must be reviewed or removed."),
    "scrub_every": ("duration", None, "Longest time between two cleanings of a gallery."),
    "notice_within": ("duration", None, "Latest time after a breach at which oversight must be told."),
    "report_due": ("day", None, "Month and day by which the report of the period is due."),
    "report_every": ("duration", None, "How often a report is due."),
    "report_measures": ("words", MEASURES, "What the report must count, as published_counts.measure has it."),
    "audit_due": ("day", None, "Month and day by which the yearly audit is due."),
    "audit_every": ("duration", None, "How often an audit is due."),
}
PARAMETERS: dict[str, str] = {name: sentence for name, (_, _, sentence) in _SHAPES.items()}

_FIELD = re.compile(r"[a-z_]+\.[a-z_]+(\|[a-z_]+\.[a-z_]+)*")


def shape(name: str) -> str:
    """Which shape the values of a parameter have: number, whole, flag, duration, day, words, fields or retention."""
    return _SHAPES[name][0]


def read(name: str, value: Any) -> Any:  # noqa: ANN401  shapes differ
    """A parameter's value as rules get it: durations in whole seconds, limits with every key in place.

    ValueError, TypeError or SettingsError says how the value differs from the declared shape; the name must be known.
    """
    shaped, words, _ = _SHAPES[name]
    return _READ[shaped](value, words)


def flat(name: str, value: Any) -> tuple[str, float | None, str | None]:  # noqa: ANN401
    """One value, or one word of a list, as (name, number, text): a flag is 1 or 0, a day of the year "02-01" is also 201."""
    if isinstance(value, str):
        return name, (float(value.replace("-", "")) if shape(name) == "day" else None), value
    return name, float(value), None


def _number(value: Any, _: object) -> float:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        raise ValueError(f"{value!r} is not a number of 0 or more")
    return value


def _whole(value: Any, _: object) -> int:  # noqa: ANN401
    if type(value) is not int or value < 1:
        raise ValueError(f"{value!r} is not a whole number of 1 or more")
    return value


def _flag(value: Any, _: object) -> bool:  # noqa: ANN401
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _length(value: Any, _: object) -> int:  # noqa: ANN401
    if not isinstance(value, str):
        raise TypeError(f'{value!r} is not a length of time such as "12 hours"')
    seconds = duration(value, "")
    if seconds < 0:
        raise ValueError(f"{value!r} is negative")
    return seconds


def _day(value: Any, _: object) -> str:  # noqa: ANN401
    if not isinstance(value, str) or not re.fullmatch(r"\d\d-\d\d", value, re.ASCII):
        raise ValueError(f'{value!r} is not a day of the year such as "02-01"')
    dt.date.fromisoformat(f"2000-{value}")  # a leap year: 29 February is a day
    return value


def _words(value: Any, words: Collection[str] | None) -> list[str]:  # noqa: ANN401
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and v for v in value) or len({*value}) < len(value):
        raise ValueError(f"{value!r} is not a list of different words")
    strange = [v for v in value if words is not None and v not in words]
    if words is not None and strange:
        raise ValueError(f"unknown: {', '.join(strange)}; known: {', '.join(words)}")
    return value


def _fields(value: Any, _: object) -> list[str]:  # noqa: ANN401
    strange = [v for v in _words(value, None) if not _FIELD.fullmatch(v)]
    if strange:
        raise ValueError(f"not written as table.column: {', '.join(strange)}")
    return list(value)


def _retention(value: Any, _: object) -> list[dict[str, Any]]:  # noqa: ANN401
    if (
        not isinstance(value, list)
        or not value
        or not all(isinstance(v, dict) and {"kind", "limit"} <= v.keys() <= {"kind", "limit", "citizenship"} for v in value)
    ):
        raise ValueError("each limit is written { kind = …, limit = … }, with citizenship = … where it is for some only")
    for item in value:
        _words([item["kind"]], ITEM_KINDS)
        _words([item.get("citizenship", "citizen")], CITIZENSHIPS)
    whom = [(v["kind"], v.get("citizenship")) for v in value]
    if len({*whom}) < len(whom):
        raise ValueError("two limits for the same kind and citizenship")
    return [{"kind": v["kind"], "citizenship": v.get("citizenship"), "limit": _length(v["limit"], None)} for v in value]


_READ = {
    "number": _number,
    "whole": _whole,
    "flag": _flag,
    "duration": _length,
    "day": _day,
    "words": _words,
    "fields": _fields,
    "retention": _retention,
}
