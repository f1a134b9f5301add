"""report.html in a real Chromium, offline, from its file."""

import os
import re
import shutil
from pathlib import Path

import msgspec
import night_hostile
import night_sample
import pytest

from audit_analyzer.report import report

CHROMIUM = Path("/usr/bin/chromium")
SWITCHES = [
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SIZES = {"desktop": (1360, 1000), "tablet": (820, 1100), "phone": (390, 844), "small phone": (320, 640)}


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        reason = f"there is no {CHROMIUM}, so the page was not looked at in a browser"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    sample = report(night_sample.sample(), folder, {"html"}) / "report.html"
    hostile = report(night_hostile.hostile(), folder / "hostile", {"html"}) / "report.html"
    return {"sample": sample, "hostile": hostile}


class Looked:
    """A page and what happened while it was looked at: console messages, errors, requests, dialogs."""

    def __init__(self, context, file):
        self.page, self.said, self.asked, self.dialogs = context.new_page(), [], [], []
        self.page.on("console", lambda m: self.said.append(m.text))
        self.page.on("pageerror", lambda e: self.said.append(str(e)))
        self.page.on("request", lambda r: self.asked.append(r.url))
        self.page.on("dialog", lambda d: (self.dialogs.append(d.message), d.dismiss()))
        self.address = file.as_uri()
        self.page.goto(self.address)

    def quiet(self):
        return self.said == [] and self.dialogs == [] and self.asked == [self.address]


@pytest.fixture
def look(browser, files):
    contexts = []

    def open_page(which="sample", size="desktop", **options):
        width, height = SIZES[size]
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **options))
        return Looked(contexts[-1], files[which])

    yield open_page
    for context in contexts:
        context.close()


def wide(page):
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def test_the_page_is_rendered_without_a_message_and_asks_for_nothing_but_itself(look):
    seen = look()
    assert seen.page.locator("#verdict .verdict").inner_text() == "28 findings need a human's judgement; 6 others have been decided."
    assert seen.page.locator("details.f").count() == 41
    assert seen.page.locator("#charts svg.chart rect.bar").count() > 600
    seen.page.mouse.wheel(0, 30_000)
    assert seen.quiet(), (seen.said, seen.asked)


def test_a_finding_opens_by_click_to_its_evidence(look):
    seen = look()
    finding = seen.page.locator("details.f").first
    assert not finding.locator("table.evidence").is_visible()
    finding.locator("summary").first.click()
    assert finding.locator("table.evidence").is_visible()
    assert finding.locator("table.evidence tbody tr").count() > 0
    assert "What would make it harmless" in finding.inner_text()
    assert seen.quiet()


def test_filters_show_the_findings_that_fit_and_the_number(look):
    seen = look()
    shown = seen.page.locator("details.f:visible")
    seen.page.select_option("select[name=family]", "protest")
    seen.page.locator("#shown", has_text=re.compile("^7 of 41 findings")).wait_for()
    assert shown.count() == 7
    assert {e.get_attribute("data-family") for e in shown.all()} == {"protest"}
    assert seen.page.locator(".family:visible").count() == 1
    seen.page.select_option("select[name=severity]", "critical")
    seen.page.fill("input[name=text]", "ASM-14 /Records/7")
    seen.page.locator("#shown", has_text=re.compile("^[01] of")).wait_for()
    seen.page.fill("input[name=text]", "no such word")
    seen.page.locator("#none-fits").wait_for(state="visible")
    assert shown.count() == 0
    seen.page.get_by_role("button", name="Reset").click()
    assert shown.count() == 41
    assert seen.quiet()


@pytest.mark.parametrize(
    ("name", "value", "wanted"), [("level", "fact", "level"), ("state", "gone", "state"), ("system", "tvs-airport", "system"), ("state", "decided", "state")]
)
def test_each_control_filters_by_its_own_field(look, name, value, wanted):
    seen = look()
    seen.page.select_option(f"select[name={name}]", value)
    seen.page.locator("#shown:not(:text-is('41 of 41 findings'))").wait_for()
    fields = [(e.get_attribute(f"data-{wanted}") or "").split() for e in seen.page.locator("details.f:visible").all()]
    assert fields
    assert all(value in words for words in fields)


def test_all_shown_findings_open_and_close_at_once(look):
    seen = look()
    seen.page.select_option("select[name=severity]", "critical")
    seen.page.locator("#shown", has_text=re.compile("^5 of 41")).wait_for()
    seen.page.get_by_role("button", name="Open all shown").click()
    assert seen.page.locator("details.f[open]").count() == 5
    seen.page.get_by_role("button", name="Close all").click()
    assert seen.page.locator("details.f[open]").count() == 0


def test_a_mark_of_the_timeline_leads_to_its_finding_even_when_it_is_filtered_away(look):
    seen = look()
    seen.page.select_option("select[name=family]", "face_analysis")
    seen.page.locator("#shown", has_text=re.compile("^1 of 41")).wait_for()
    mark = seen.page.locator("#charts a").first
    name = mark.get_attribute("href").removeprefix("#")
    mark.click()
    seen.page.locator(f"[id='{name}'][open]").wait_for(state="visible")
    assert seen.quiet()


@pytest.fixture(scope="module")
def long_report(tmp_path_factory):
    """A page of many findings with long words, so that a browser that guesses their heights guesses wrong."""
    found = [msgspec.structs.replace(f, finding_id=f"{f.finding_id}{n}", explanation=f.explanation * 6) for n in range(12) for f in night_sample.findings()]
    return report(night_sample.sample(findings=tuple(found)), tmp_path_factory.mktemp("long"), {"html"}) / "report.html"


AT_REST = """(name) => { const limit = document.documentElement.scrollHeight - innerHeight - 1;
  return scrollY >= limit ? 0 : document.getElementById(name).getBoundingClientRect().top; }"""


@pytest.mark.parametrize("width", [1280, 400])
def test_a_link_of_the_contents_brings_its_section_to_the_top_at_the_first_click(browser, long_report, width):
    seen = browser.new_page(viewport={"width": width, "height": 900})
    seen.goto(long_report.as_uri())
    names = [link.get_attribute("href").removeprefix("#") for link in seen.locator("nav a").all()]
    assert {"findings", "measured", "requests", "glossary"} <= set(names)
    for name in names:
        seen.goto("about:blank")
        seen.goto(long_report.as_uri())
        if seen.locator("#contents").get_attribute("open") is None:
            seen.locator("#contents summary").click()
        seen.locator(f"nav a[href='#{name}']").click()
        seen.wait_for_timeout(100)
        assert abs(seen.evaluate(AT_REST, name)) <= 40, name
    seen.goto("about:blank")
    seen.goto(long_report.as_uri() + "#measured")
    seen.wait_for_timeout(100)
    assert abs(seen.evaluate(AT_REST, "measured")) <= 40
    seen.close()


BARS_SEEN = """() => [...document.querySelectorAll("#charts .scroll")].map((box) => { const b = box.getBoundingClientRect();
  return [...box.querySelectorAll("rect.bar")].filter((bar) => { const r = bar.getBoundingClientRect(); return r.left < b.right && r.right > b.left; }).length; })"""


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_every_chart_shows_bars_at_once_and_says_that_it_scrolls(look, scripts):
    seen = look(size="phone", java_script_enabled=scripts)
    with_bars = seen.page.locator("#charts .scroll").count()
    if scripts:
        counted = seen.page.evaluate(BARS_SEEN)
        assert len(counted) == with_bars
        assert min(counted) > 0
    told = seen.page.locator("#charts .scrolls:visible")
    assert told.count() == (with_bars if scripts else 0)  # without scripts a chart fits the screen


def test_a_chart_that_fits_says_nothing_of_scrolling(look):
    assert look(size="desktop").page.locator(".charts .scrolls:visible").count() == 0


def test_request_sentences_can_be_copied(look):
    seen = look(permissions=["clipboard-read", "clipboard-write"])
    seen.page.locator("[data-copy]").first.click()
    seen.page.get_by_role("button", name="Copied").wait_for()
    copied = seen.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("1. For field_app, ")
    assert "\n2. For field_app, " in copied


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("which", ["sample", "hostile"])
def test_nothing_makes_the_page_scroll_sideways_on_any_screen(look, size, which):
    seen = look(which, size)
    assert wide(seen.page) <= 0
    seen.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert wide(seen.page) <= 0


def test_on_a_phone_text_is_large_enough_and_controls_can_be_hit(look):
    seen = look(size="phone")
    sizes = seen.page.evaluate(
        "[...document.querySelectorAll('main p, main li, summary')].filter((e) => e.offsetParent).map((e) => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 11
    heights = seen.page.evaluate("[...document.querySelectorAll('select, input, .shown button')].map((e) => e.getBoundingClientRect().height)")
    assert min(heights) >= 28


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parse = (c) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1);
    const d = canvas.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255]; };
  const over = (a, b) => [0, 1, 2].map((i) => a[i] * a[3] + b[i] * (1 - a[3]));
  const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = (c) => { const [r, g, b] = c.map((v) => linear(v / 255)); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (el) => {
    const stack = []; for (let e = el; e; e = e.parentElement) stack.push(parse(getComputedStyle(e).backgroundColor));
    return stack.reverse().reduce((base, c) => over(c, base), [255, 255, 255]); };
  const bad = [];
  for (const el of document.querySelectorAll("main *")) {
    if (el.closest("svg") || !el.offsetParent || ![...el.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    const back = ground(el), fore = over(parse(getComputedStyle(el).color), back);
    const [hi, lo] = [light(back), light(fore)].sort((a, b) => b - a), ratio = (hi + 0.05) / (lo + 0.05);
    if (ratio < 4.5) bad.push([el.className, el.textContent.slice(0, 30), ratio.toFixed(2)].join(" | "));
  }
  return [...new Set(bad)];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_can_be_read_in_light_and_dark(look, scheme):
    """WCAG 2.2, 1.4.3: 4.5 to 1 at least."""
    seen = look(color_scheme=scheme)
    seen.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert seen.page.evaluate(CONTRAST) == []


def test_dark_is_dark(look):
    grounds = {scheme: look(color_scheme=scheme).page.evaluate("getComputedStyle(document.body).backgroundColor") for scheme in ("light", "dark")}
    assert grounds == {"light": "rgb(247, 246, 243)", "dark": "rgb(20, 23, 26)"}


def test_printed_every_finding_is_opened_and_controls_are_gone(look, tmp_path):
    """Its words, its clauses and the number of its rows; the rows themselves are in the files that the page names."""
    seen = look()
    seen.page.emulate_media(media="print")
    assert seen.page.locator("table.evidence:visible").count() == 0
    assert not seen.page.locator("#filters").is_visible()
    assert not seen.page.locator("nav").is_visible()
    assert seen.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert wide(seen.page) <= 0
    seen.page.pdf(path=str(tmp_path / "report.pdf"), prefer_css_page_size=True)
    printed = (tmp_path / "report.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert b"/URI" not in printed
    if shutil.which("pdftotext"):
        import subprocess

        text = subprocess.run([shutil.which("pdftotext"), "-layout", str(tmp_path / "report.pdf"), "-"], check=True, capture_output=True, text=True).stdout
        assert text.count("What would make it harmless") == 41
        assert len(re.findall(r"Clauses? it bears on:", text)) == 41
        assert len(re.findall(r"[0-9] rows?, in full in findings.jsonl", text)) == 41
        assert "Indicators for people to judge, not verdicts" in text


def test_printing_leaves_findings_closed_on_the_screen_afterwards(look):
    seen = look()
    seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert seen.page.locator("details.f:not([open])").count() == 0
    seen.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert seen.page.locator("details.f[open]").count() == 0


def test_without_scripts_all_findings_are_there_and_no_dead_control_is_shown(look):
    seen = look(java_script_enabled=False)
    assert seen.page.locator("details.f").count() == 41
    assert not seen.page.locator("#filters").is_visible()
    assert not seen.page.locator("[data-copy]").first.is_visible()
    finding = seen.page.locator("details.f").first
    finding.locator("summary").first.click()
    assert finding.locator("table.evidence").is_visible()


def test_hostile_text_runs_nothing_and_is_shown_as_it_is(look):
    seen = look("hostile")
    seen.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    seen.page.mouse.move(400, 400)
    assert seen.quiet(), (seen.said, seen.dialogs, seen.asked)
    assert seen.page.locator("main script").count() == 0
    who = seen.page.locator("details.f .who").first.text_content()
    assert (
        who == "<script>alert('x')</script>\"onmouseover=\"alert(1)\" \\u202egnp.exe\\u202c \\x1b[31mred\\x1b[0m\\x07 =cmd|' /C calc'!A0 </style>\\u2066\\u200b"
    )


def test_the_policy_refuses_a_script_that_got_in_all_the_same(look):
    seen = look()
    seen.page.evaluate("const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)")
    assert seen.page.evaluate("window.ran === undefined")
    assert any("Content Security Policy" in text for text in seen.said)
