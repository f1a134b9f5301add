import io
import re
from pathlib import Path

import night_hostile
import night_sample
import pytest

from audit_analyzer.outputs import inert, terminal


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self):
        return True


def said(night, stream=None, folder=None):
    stream = stream or io.StringIO()
    terminal.closing(night, stream, folder)
    return stream.getvalue()


def test_the_summary_tells_what_was_read_asked_found_and_where_the_report_is():
    text = said(night_sample.sample(), folder=Path("reports/0042-2026-07-23"))
    for part in (
        "28 findings need a human's judgement",
        "145: 142 accepted, 2 rejected, 1 failed",
        "44,906 read = 40,978 kept + 55 rejected + 3,567 set aside + 306 copies",
        "rekognition-metro: 2026-01-05 to 2026-07-23",
        "rekognition-metro: 2026-04-11 to 2026-04-19 (9 days)",
        "20 asked, 2 not asked",
        "off_hours: not measurable in any system",
        "◆ critical",
        "2026-05-26 (653)",
        "usage-Q3.xlsx: rejected",
        "reports/0042-2026-07-23/report.html",
    ):
        assert part in " ".join(text.split()), part


def test_lines_are_short_enough_for_a_terminal():
    assert max(map(len, said(night_sample.sample()).splitlines())) <= 100


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_nothing_of_the_data_moves_the_cursor_or_hides_text(stream):
    text = said(night_hostile.hostile(), stream())
    own = re.sub(r"\x1b\[[0-9;]*m", "", text) if stream is Terminal else text
    assert inert.HIDDEN.search(own.replace("\n", "")) is None
    assert "\x1b[31mred" not in text
    assert "\\x1b[31mred" in " ".join(text.split())


def test_a_terminal_gets_colour_and_a_file_gets_plain_text():
    assert "\x1b[" in said(night_sample.sample(), Terminal())
    assert "\x1b[" not in said(night_sample.sample())


def test_a_stream_that_is_not_utf8_gets_escapes_and_no_error():
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    terminal.closing(night_sample.sample(), stream)
    stream.flush()
    assert b"\\u25c6 critical" in raw.getvalue()


def test_a_night_without_anything_is_told_too():
    empty = night_sample.sample(
        findings=(), measurability=(), ledger=(), checks=(), timeline=(), operators=(), rules=(), profile={}, failures=(), assumptions=()
    )
    assert "Nothing was read" in said(empty)


def test_rules_that_name_markup_of_the_terminal_library_are_printed_as_they_are():
    assert "[red]x[/red]" in said(night_sample.sample(assumptions=("[red]x[/red]",)), Terminal())
