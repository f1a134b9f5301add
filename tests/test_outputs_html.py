import base64
import datetime as dt
import hashlib
import re
from html.parser import HTMLParser

import msgspec
import night_hostile
import night_sample
import pytest

from audit_analyzer.outputs import html, inert, tally
from audit_analyzer.outputs.page import charts, findings, markup

VOID = {"meta", "input", "br", "col", "hr"}


class Page(HTMLParser):
    """The page as a browser's parser sees it: tags with attributes, texts, and whether every tag is closed in its turn."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.texts, self.open = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in {"style", "script"}:
            self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def sample():
    return Page(html.page(night_sample.sample()))


@pytest.fixture(scope="module")
def hostile():
    return html.page(night_hostile.hostile())


def test_sections_come_in_their_order(sample):
    ids = [attrs["id"] for tag, attrs in sample.tags if tag in {"header", "section"}]
    assert ids == [
        *(
            "top",
            "begin",
            "reading",
            "ledger",
            "quality",
            "charts",
            "operators",
            "findings",
            "measured",
            "requests",
            "not-asked",
            "caveats",
            "method",
            "glossary",
        )
    ]
    assert sample.open == []


def test_every_link_leads_to_a_place_on_the_page(sample):
    ids = [attrs["id"] for _, attrs in sample.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs["href"] for tag, attrs in sample.tags if tag == "a"]
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)


@pytest.mark.parametrize("night", [night_sample.sample, night_hostile.hostile])
def test_the_page_refers_to_nothing_outside_of_itself(night):
    text = html.page(night())
    page = Page(text)
    fetching = {"src", "srcset", "href", "data", "action", "formaction", "poster", "background", "ping", "xlink:href", "style", "srcdoc"}
    for tag, attrs in page.tags:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "audio", "video", "image", "use", "foreignobject"}
        for name, value in attrs.items():
            assert name not in fetching or (tag == "a" and value.startswith("#")), (tag, name, value)
            assert not name.startswith("on"), (tag, name)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    assert "@import" not in style
    assert "url(" not in style


def test_the_policy_allows_the_pages_own_style_and_script_and_nothing_else(sample):
    text = html.page(night_sample.sample())
    policy = next(attrs["content"] for tag, attrs in sample.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    hashes = {
        tag: "sha256-" + base64.b64encode(hashlib.sha256(re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)[1].encode()).digest()).decode()
        for tag in ("style", "script")
    }
    assert policy == f"default-src 'none'; style-src '{hashes['style']}'; script-src '{hashes['script']}'; base-uri 'none'; form-action 'none'"
    assert [tag for tag, _ in sample.tags].count("script") == 1


def test_hostile_text_adds_no_tag_no_attribute_and_no_hidden_character(hostile):
    page = Page(hostile)
    assert [tag for tag, _ in page.tags].count("script") == 1
    assert {name for _, attrs in page.tags for name in attrs if name.startswith("on")} == set()
    assert inert.HIDDEN.search(hostile.replace("\n", "")) is None
    assert '<script>alert(\'x\')</script>"onmouseover="alert(1)" \\u202egnp.exe\\u202c' in page.text


def test_each_finding_says_what_it_rests_on_and_what_would_make_it_harmless(sample):
    night = night_sample.sample()
    found = [attrs for tag, attrs in sample.tags if tag == "details" and "f" in (attrs.get("class") or "").split()]
    assert {attrs["id"] for attrs in found} == {f.finding_id for f in night.findings}
    for words in ("What would make it harmless", "What to do next", "What this rule misses", "Clause it bears on", "Seen by other rules too", "unverified"):
        assert words in sample.text
    assert "Nobody has decided about this finding yet." in sample.text
    assert "Decided: explained" in sample.text


def test_evidence_is_capped_on_the_page_and_its_number_told(sample):
    assert "The first 50 of 240 rows; all are in findings.jsonl" in sample.text
    many = [msgspec.structs.replace(f, finding_id=f"{f.finding_id}-{n}") for n in range(10) for f in night_sample.findings()]
    assert "The first 10 of 240 rows" in Page(html.page(night_sample.sample(findings=tuple(many)))).text


def test_what_could_not_be_read_and_not_be_measured_stands_on_the_page(sample):
    for words in (
        "3 exports could not be used",
        "read error at byte 1,048,576",
        "The sum holds.",
        "114 more files of this folder",
        "15 questions could not be asked",
        "failed, blocking",
        "For field_app, the operator of every entry of queries",
        "no shift was handed over",
        "network_wide_search",
        "31 evidence rows",
        "14 not decidable yet",
    ):
        assert words in sample.text, words


def test_each_box_that_scrolls_is_a_region_with_a_name(sample):
    boxes = [attrs for tag, attrs in sample.tags if attrs.get("tabindex") == "0"]
    assert boxes
    assert {(attrs.get("role"), bool(attrs.get("aria-label"))) for attrs in boxes} == {("region", True)}
    assert len({attrs["aria-label"] for attrs in boxes if "Evidence" in attrs["aria-label"]}) == len(night_sample.findings())


def test_files_declared_to_be_no_exports_are_counted_apart():
    rows = night_sample.ledger()[:3]
    notes = [rows[0] | {"export_id": f"{n:064}", "path": f"notes/{n}.txt", "source": None, "system": None, "read": 0} for n in (1, 2)]
    text = Page(html.page(night_sample.sample(ledger=(*rows, *notes)))).text
    assert "of 3 delivered; 2 other files" in text
    assert "Every export could be used. 2 more files are declared in audit.toml to be no exports: kept, and not read." in text
    assert "no export" in text


def test_a_limit_of_the_agencys_own_is_told_as_such():
    assert "audit.toml/retention</code>: a limit of the agency&#x27;s own, as audit.toml states it." in findings.clause("audit.toml/retention", None)
    assert "not in the installed packs" in findings.clause("no-pack/no-clause", None)


def test_a_sum_that_does_not_hold_is_told():
    rows = list(night_sample.ledger())
    rows[0] = rows[0] | {"read": rows[0]["read"] + 1}
    assert "The sum does not hold" in Page(html.page(night_sample.sample(ledger=tuple(rows)))).text


def test_a_night_without_anything_still_is_a_page():
    empty = night_sample.sample(
        findings=(),
        measurability=(),
        ledger=(),
        checks=(),
        timeline=(),
        operators=(),
        rules=(),
        clauses={},
        profile={},
        failures=(),
        assumptions=(),
        held_back={},
    )
    text = Page(html.page(empty)).text
    assert "Nothing was read: this page says nothing about what happened." in text
    assert "That is not the same as no violation" in text


def test_the_order_in_which_a_night_was_gathered_changes_no_byte():
    night, mixed = night_sample.sample(), {}
    for part in ("findings", "measurability", "checks", "ledger", "rules", "timeline", "operators", "failures", "assumptions"):
        rows = list(getattr(night, part))
        night_sample.dice_of(part).shuffle(rows)
        mixed[part] = tuple(rows)
    assert html.page(night) == html.page(night_sample.sample(**mixed))


def test_years_of_days_are_drawn_in_wider_bars_and_days_beyond_the_night_are_told():
    days = [{"system": "s", "day": (dt.date(2012, 1, 1) + dt.timedelta(days=n)).isoformat(), "queries": 3} for n in range(0, 5000, 3)]
    text = Page(html.page(night_sample.sample(timeline=(*days, {"system": "s", "day": "9999-12-31", "queries": 2})))).text
    assert "One bar is 28 days." in text
    assert "2 searches are dated after the as-of day and not drawn." in text


def test_marks_of_findings_close_together_are_one_mark_with_their_number():
    night = night_sample.sample()
    same = [msgspec.structs.replace(night.findings[0], finding_id=f"f{n}", severity="critical" if n == 4 else "low") for n in range(12)]
    text = html.page(night_sample.sample(findings=tuple(same)))
    chart = re.search(r'<section id="charts">(.*?)</section>', text, re.DOTALL)[1]
    assert re.findall(r'class="mark s-(\w+)"', chart) == ["critical"]
    assert 'class="count">12<' in chart
    assert "and 4 more" in chart


@pytest.mark.parametrize(("top", "ticks"), [(1, [0, 1]), (7, [0, 5, 10]), (20, [0, 10, 20]), (137, [0, 50, 100, 150]), (25_000, [0, 10_000, 20_000, 30_000])])
def test_axes_have_round_figures_that_reach_the_highest_bar(top, ticks):
    assert charts.nice(top) == ticks


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("observed", 1840, "1,840"),
        ("expected", 14.2, "14.2"),
        ("p_value", 3.1e-9, "3.1 × 10⁻⁹"),
        ("action_s", 1_780_320_600, "2026-06-01 13:30 UTC"),
        ("window_s", 3600, "3,600"),
        ("known", True, "yes"),
        ("missing", None, "not known"),
        ("words", ["a", "b"], '["a", "b"]'),
    ],
)
def test_figures_are_written_for_readers(key, value, words):
    assert findings.figure(key, value) == words


def test_text_becomes_markup_only_by_being_escaped():
    assert (
        markup.tag("p", "<b>", [markup.tag("i", 'a"&b'), None], title='"><script>') == '<p title="&quot;&gt;&lt;script&gt;">&lt;b&gt;<i>a&quot;&amp;b</i></p>'
    )


def test_clauses_that_bind_no_system_are_left_out_and_counted_and_where_one_does_not_bind_it_is_said():
    packs = {"field_app": ("dhs-026-11", "md-2-502"), "rekognition-metro": ("dhs-026-11",), "tvs-airport": ("dhs-026-11",), "vendor_portal": ("dhs-026-11",)}
    night = night_sample.sample(packs=packs, findings=())
    matrix = Page(re.search(r'<section id="measured">(.*?)</section>', html.page(night), re.DOTALL)[0]).text
    assert "Never the sole basis" in matrix
    assert "Minimum of an access log" not in matrix
    assert matrix.count("does not bind") == 3  # md-2-502/a in the three other systems
    assert "7 clauses of packs that bind none of these systems are left out." in matrix


def test_numbers_of_the_verdict_are_those_of_the_page(sample):
    assert tally.verdict(night_sample.sample())[0] in sample.text
