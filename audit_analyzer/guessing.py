"""What a column of an unknown export may be: by its name, then by what its values look like."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

SHAPE = 48  # the longest shape that is shown
MOSTLY = 0.9  # of the filled cells of a column have to look like something for it to count

# What columns are called in audit exports: (canonical column, words of its name). The first that fits is proposed, one column to each.
NAMES: tuple[tuple[str, str], ...] = (
    (
        "occurred_at",
        r"^(search|query|scan|event|request|access|lookup)?_?(time|date|datetime|timestamp|at|on)$|(search|query|scan|event|created?|occurred|performed|log)(_?(time|date|datetime|timestamp|at|on))+",
    ),
    ("query_id", r"^(id|guid|uuid)$|^(search|query|scan|transaction|event|request|record|audit|log)_?(id|no|nr|number|guid|uuid|key)$"),
    (
        "operator",
        r"^(user|username|user_?name|user_?id|login|account|operator|officer|badge|agent|searched_by|performed_by|email|e_?mail|examiner)(_?(id|name|no|number|email))?$",
    ),
    ("agency", r"agency|^org|organi[sz]ation|department|^dept|^ori$|tenant"),
    ("unit", r"^(unit|team|division|bureau|squad)"),
    ("on_behalf_of", r"behalf|requested_?(by|for)|requestor|requester|requesting"),
    ("case_number", r"case|incident|report_?(no|nr|number|id)|^rms|docket|complaint"),
    ("reason", r"reason|purpose|justif|motiv|why"),
    ("offense", r"offen[sc]e|crime|charge|statute|violation"),
    ("top_score", r"score|similarity|confidence|match_?(pct|percent)"),
    ("threshold", r"threshold|cut_?off"),
    ("candidates", r"candidates|^matches$|hits|match_?count|result_?count|results_returned|num_?(results|matches)"),
    ("candidate", r"candidate|match_?(id|name|ref)|top_?match|^hit"),
    ("max_candidates", r"max_?(faces|results|candidates)|limit"),
    ("galleries_searched", r"network_?count|galleries|databases_searched|networks|agencies_searched"),
    ("gallery", r"gallery|collection|database|^db$|watch_?list|repository"),
    ("probe_source", r"(image|photo|probe)_?(source|type)|source_?type"),
    ("captured_at", r"capture|photo_?(date|time)|taken"),
    ("probe", r"probe|image|photo|picture|^file(_?name)?$|input"),
    ("subject", r"subject|person|suspect|plate|target|enrol?lee"),
    ("latitude", r"^lat(itude)?$|gps_?lat"),
    ("longitude", r"^(lon|lng|long|longitude)$|gps_?lon"),
    ("place", r"location|address|place|^city$|precinct|camera_?name"),
    ("client_ip", r"(^|_)ip(_|$)|ip_?addr|client_?address"),
    ("user_agent", r"user_?agent|browser|client_?app|^app"),
    ("device", r"device|terminal|workstation|host|^imei"),
    ("session", r"session|token"),
    ("encounter", r"encounter|stop_?(id|no)|booking_?(id|no)"),
    ("error_code", r"error|fail"),
    ("reference", r"^ref"),
    ("searched_from", r"(frame|window|range|date)_?(start|from|begin)|^from$"),
    ("searched_to", r"(frame|window|range|date)_?(end|to)|^to$"),
    ("call", r"(search|query|scan|event|operation|action)_?type|^action$|^operation$|^method$"),
    ("carriers", r"note|comment|remark|description|detail|filter|tag|text"),
)

# What values look like: (what it is said to be, pattern of a whole cell).
LOOKS: tuple[tuple[str, str], ...] = (
    ("time with offset", r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)? ?(Z|UTC|[+-]\d\d(:?\d\d)?)"),
    ("time without offset", r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d+)?)?"),
    ("time with the day in figures", r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4},? \d{1,2}:\d\d(:\d\d)?( ?[AaPp][Mm])?( (UTC|Z))?"),
    ("day in figures", r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}"),
    ("seconds since 1970", r"1[0-9]{9}"),
    ("milliseconds since 1970", r"1[0-9]{12}"),
    ("uuid", r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"),
    ("e-mail address", r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    ("IP address", r"\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F]*:[0-9a-fA-F:]+:[0-9a-fA-F]*"),
    ("image file", r".*\.(jpe?g|png|bmp|tiff?|webp|heic)"),
)
BY_LOOKS = {
    "time with offset": "occurred_at",
    "time without offset": "occurred_at",
    "time with the day in figures": "occurred_at",
    "seconds since 1970": "occurred_at",
    "milliseconds since 1970": "occurred_at",
    "IP address": "client_ip",
    "e-mail address": "operator",
    "image file": "probe",
}
TIMES = {"occurred_at", "captured_at", "searched_from", "searched_to"}


@dataclasses.dataclass(slots=True)
class Field:
    """One column of the export: its place, some of its cells, and what it is taken for."""

    place: str
    cells: list[str]
    name: str = ""
    guess: str | None = None
    because: str = ""

    @property
    def looks(self) -> str | None:
        filled = [c.strip() for c in self.cells if c.strip()]
        for what, pattern in LOOKS:
            if filled and sum(bool(re.fullmatch(pattern, c)) for c in filled) >= MOSTLY * len(filled):
                return what
        return None


def guess(fields: Sequence[Field]) -> None:
    """By name first, in the order of NAMES; then by what the values look like. No canonical column is given twice."""
    taken: set[str] = set()
    for column, pattern in NAMES:
        for field in fields:
            if field.guess is None and column not in taken and re.search(pattern, words(field.place)) and _possible(column, field.looks):
                field.guess, field.because = column, f"its name says so{f', its values look like: {field.looks}' if field.looks else ''}"
                taken.add(column)
    for field in fields:
        column = BY_LOOKS.get(field.looks or "", "")
        if field.guess is None and column and column not in taken:
            field.guess, field.because = column, f"its values look like: {field.looks}; its name says nothing"
            taken.add(column)


def _possible(column: str, looks: str | None) -> bool:
    """A time has to look like one, and nothing else may."""
    timely = looks is not None and any(word in looks for word in ("time", "day", "1970"))
    return timely if column in TIMES else not timely


def words(place: str) -> str:
    """The last step of a path as lower-case words joined by '_'."""
    last = re.split(r"\.(?![^\"]*\"$)", place)[-1].strip('"')
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", last).lower().replace("#", " number")).strip("_")


def shape(cell: str) -> str:
    """A cell without what it says: letters become A or a, figures 9; marks and blanks stay."""
    plain = "".join("9" if c.isdigit() else "A" if c.isupper() else "a" if c.isalpha() else c if c.isascii() and c.isprintable() else "?" for c in cell)
    return plain[:SHAPE] + ("…" if len(plain) > SHAPE else "")


def shapes(field: Field) -> str:
    """Two shapes of the column's values, quoted; the values themselves are never shown."""
    found = list(dict.fromkeys(shape(c.strip()) for c in field.cells if c.strip()))[:2]
    return " and ".join(f"'{s}'" for s in found) or "nothing (every cell looked at is empty)"
