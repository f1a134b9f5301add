"""The marks of the page: each severity and verdict has a shape of its own, so that nothing rests on colour alone."""

from __future__ import annotations

from audit_analyzer.outputs.page.markup import Child, Markup, raw, tag, words

SHAPES = {
    "low": "M6 1.8a4.2 4.2 0 1 0 0 8.4a4.2 4.2 0 1 0 0-8.4z",
    "medium": "M6 1L11.2 10.4H.8z",
    "high": "M1.6 1.6h8.8v8.8H1.6z",
    "critical": "M6 0L12 6L6 12L0 6z",
}
VERDICTS = {
    "measured": '<circle cx="6" cy="6" r="5" class="vf"/>',
    "partly": '<circle cx="6" cy="6" r="4.5" class="vo"/><path d="M6 1a5 5 0 0 0 0 10z" class="vf"/>',
    "not_measurable": '<circle cx="6" cy="6" r="4.5" class="vo vd"/>',
}


def severity(name: str) -> Markup:
    """The mark of a severity, as a small picture beside its word."""
    return tag(
        "svg", tag("path", d=SHAPES.get(name, SHAPES["low"])), class_=f"g s-{name if name in SHAPES else 'low'}", viewBox="0 0 12 12", aria_hidden="true"
    )


def verdict(name: str) -> Markup:
    """The mark of a verdict: full, half or broken ring."""
    return tag("svg", raw(VERDICTS.get(name, VERDICTS["not_measurable"])), class_="g v", viewBox="0 0 12 12", aria_hidden="true")


def badge(word: str, kind: str) -> Markup:
    """A word in a small frame."""
    return tag("span", words(word), class_=f"badge b-{kind}")


def labelled(mark: Markup, word: Child) -> Markup:
    """A mark and its word, kept together."""
    return tag("span", mark, word, class_="labelled")
