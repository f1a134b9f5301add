"""Excel's day numbers as ISO 8601 text, in both of its calendars, and which number formats show a date or a time (ECMA-376 part 1, 18.8.30)."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation

_DATES = frozenset([14, 15, 16, 17, *range(27, 32), 36, *range(50, 59)])
_TIMES = frozenset([18, 19, 20, 21, 32, 33, 34, 35, 45, 47])
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hmsHMS]+\])[^\]]*\]')
_ELAPSED = re.compile(r"\[[hmsHMS]+\]")
_MOMENT = 22
_LAST_DAY = 2_958_465  # 31 December 9999
_LEAP_1900 = 60  # 29 February 1900, which Excel has and the calendar has not
_DAY_MS = 86_400_000


def date_kind(number: int, code: str | None) -> str | None:
    """'date', 'moment' (date and time), 'time' (of day) or None (a number, also an elapsed time) for a number format."""
    if code is None:
        return "moment" if number == _MOMENT else "date" if number in _DATES else "time" if number in _TIMES else None
    plain = _LITERAL.sub("", code.split(";")[0])
    if _ELAPSED.search(plain) or plain.lower().strip() in ("general", "@"):
        return None
    clock = re.search(r"[hHsS]", plain)
    if re.search(r"[yYdD]", plain):
        return "moment" if clock else "date"
    return "time" if clock else "date" if re.search(r"[mM]", plain) else None


def excel_iso(text: str, kind: str, *, from_1904: bool) -> str:
    """A day number as ISO text, to the millisecond (a stored number holds no more); the number as stored where it names no day."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if not value.is_finite() or value < 0 or value > _LAST_DAY:
        return text
    milliseconds = int((value * _DAY_MS).to_integral_value())
    days, rest = divmod(milliseconds, _DAY_MS)
    clock = (dt.datetime(2000, 1, 1) + dt.timedelta(milliseconds=rest)).time()  # noqa: DTZ001  a time of day
    shown = clock.isoformat("milliseconds" if rest % 1000 else "seconds")
    if kind == "time" and days == 0:
        return shown
    day = _day(days, from_1904=from_1904)
    if day is None:
        return text
    return day.isoformat() if kind == "date" and rest == 0 else f"{day.isoformat()}T{shown}"


def _day(days: int, *, from_1904: bool) -> dt.date | None:
    if from_1904:
        first = dt.date(1904, 1, 1)
    elif days in (0, _LEAP_1900):
        return None
    else:
        first = dt.date(1899, 12, 31) if days < _LEAP_1900 else dt.date(1899, 12, 30)
    try:
        return first + dt.timedelta(days=days)
    except OverflowError:
        return None
