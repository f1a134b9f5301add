"""The top of the page: what was asked, of which day, the night in plain words, where to begin, and how to read the rest."""

from __future__ import annotations

from audit_analyzer.outputs import tally
from audit_analyzer.outputs.page import glyphs
from audit_analyzer.outputs.page.markup import Child, Markup, join, long_date, plural, section, tag
from audit_analyzer.words import SEVERITIES, Night

FIRST = 6
READING = (
    (
        "An indicator, not a verdict",
        (
            "A finding gives a pattern in the log, the rows it rests on, the clause it bears on and the innocent explanations to rule out. "
            "Whether a use was unlawful is for people to decide."
        ),
    ),
    (
        "Fact or indicator",
        "A fact is what the log itself shows, such as an arrest dated before any review. An indicator is a pattern that is unusual enough to ask about.",
    ),
    (
        "Not measurable is not “no violation”",
        (
            "Where a field was never logged, not exported or redacted, a question cannot be answered. "
            "The page then says what is missing and which sentence to put into a records request."
        ),
    ),
    (
        "Back to the bytes",
        (
            "Every evidence row names its file, its record and the SHA-256 of the file as delivered. "
            "“audit-analyzer show” with a finding's id prints each record as it was written."
        ),
    ),
)


def drawn(night: Night) -> Markup:
    """Header, figures, where to begin."""
    first, *rest = tally.verdict(night)
    day = tally.last_day(night)
    facts = [
        ("As of", tag("time", long_date(day), datetime=day.isoformat())),
        ("Run", night.run_id),
        ("Version", night.version),
        ("Systems", len(tally.systems(night))),
    ]
    return tag(
        "header",
        tag("p", "Audit of face-search logs", class_="eyebrow"),
        tag("h1", "What the logs show, and what they cannot"),
        tag("dl", [tag("div", tag("dt", name), tag("dd", value)) for name, value in facts], class_="facts"),
        tag("div", tag("p", first, class_="verdict"), [tag("p", sentence, class_="verdict-more") for sentence in rest], class_="said", id="verdict"),
        _severities(night),
        _figures(night),
        id="top",
    )


def _severities(night: Night) -> Markup:
    seen = [f for f in night.findings if tally.state(f) != "gone"]
    tiles = []
    for name in reversed(SEVERITIES):
        here = [f for f in seen if f.severity == name]
        new = sum(1 for f in here if tally.state(f) == "new")
        tiles.append(_tile(glyphs.labelled(glyphs.severity(name), name.capitalize()), len(here), f"{new:,} new" if here else "none", f"tile t-{name}"))
    return tag("div", tiles, class_="tiles", role="group", aria_label="findings by severity")


def _figures(night: Night) -> Markup:
    sums = tally.ledger_sums(night.ledger)
    exports = tally.exports(night.ledger)
    good, others = sum(1 for row in exports if row.get("outcome") == "accepted"), len(night.ledger) - len(exports)
    silent = sum(1 for m in night.measurability if m.verdict == "not_measurable")
    failed = [c for c in night.checks if not c.passed]
    blocking = sum(1 for c in failed if c.blocking)
    tiles = (
        _tile("Exports used", f"{good:,}", f"of {len(exports):,} delivered" + (f"; {tally.number(others, 'other file')}" if others else "")),
        _tile("Records kept", f"{sums['kept']:,}", f"of {sums['read']:,} read"),
        _tile("Questions not measurable", f"{silent:,}", f"of {len(night.measurability):,} (rule × system)"),
        _tile("Quality checks failed", f"{len(failed):,}", f"of {len(night.checks):,}" + (f", {blocking} blocking" if blocking else "")),
    )
    return tag("div", tiles, class_="tiles quiet", role="group", aria_label="what was read")


def _tile(name: Child, figure: Child, more: Child, kind: str = "tile") -> Markup:
    return tag(
        "div",
        tag("p", name, class_="tile-name"),
        tag("p", f"{figure:,}" if isinstance(figure, int) else figure, class_="tile-figure"),
        tag("p", more, class_="tile-more"),
        class_=kind,
    )


def begin(night: Night) -> Markup | None:
    """The findings to open first: most severe, facts before indicators, new before standing."""
    chosen = tally.first(night.findings, FIRST)
    if not chosen:
        return None
    items = [
        tag(
            "li",
            tag(
                "a",
                glyphs.severity(f.severity),
                tag("span", tag("b", f.title), tag("span", f.explanation, class_="begin-why"), class_="begin-what"),
                href=f"#{f.finding_id}",
            ),
        )
        for f in chosen
    ]
    waiting = len(tally.awaiting(night.findings))
    lead = f"The most severe of {tally.number(waiting, 'finding')} still to be judged, one of each kind." if waiting > 1 else None
    return section("begin", "Where to begin", tag("ol", items, class_="begin"), lead=lead)


def reading() -> Markup:
    """How to read the page, with the marks that it uses."""
    cards = [tag("div", tag("h3", title), tag("p", words)) for title, words in READING]
    marks = [glyphs.labelled(glyphs.severity(name), name) for name in reversed(SEVERITIES)]
    verdicts = [
        glyphs.labelled(glyphs.verdict(name), words)
        for name, words in (("measured", "measured"), ("partly", "partly measured"), ("not_measurable", "not measurable"))
    ]
    states = [join([glyphs.badge(name, name), " ", tag("span", words, class_="soft")]) for name, words in _STATES]
    legend = tag("div", tag("p", marks, class_="legend"), tag("p", verdicts, class_="legend"), tag("p", [tag("span", s) for s in states], class_="legend"))
    return section("reading", "How to read this page", tag("div", cards, class_="cards"), legend)


_STATES = (
    ("new", "not seen in the run before"),
    ("standing", "seen in the run before, and still there"),
    ("gone", "no longer there: the data or a rule changed"),
)


def contents(entries: list[tuple[str, str, int | None]]) -> Markup:
    """The list of sections, with their numbers where there are any."""
    items = [
        tag("li", tag("a", title, tag("span", f"{count:,}", class_="count") if count is not None else None, href=f"#{anchor}"))
        for anchor, title, count in entries
    ]
    total = plural("section", len(entries))
    return tag("nav", tag("details", tag("summary", f"Contents ({len(entries)} {total})"), tag("ol", items), id="contents", open=True), aria_label="contents")
