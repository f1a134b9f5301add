// report.html works without this: it filters the findings, opens the one that a link names, copies request sentences, and opens for print what belongs on paper.
(() => {
  "use strict";
  const root = document.documentElement, form = document.getElementById("filters");
  const all = Array.from(document.querySelectorAll("details.f"));
  root.classList.add("js");

  const texts = new WeakMap();
  const textOf = (el) => {
    if (!texts.has(el)) texts.set(el, (el.parentNode.querySelector("h4").textContent + " " + el.textContent).toLowerCase());
    return texts.get(el);
  };
  const fits = (el, wanted) =>
    ["family", "severity", "level"].every((key) => !wanted[key] || el.dataset[key] === wanted[key]) &&
    (!wanted.state || el.dataset.state.split(" ").includes(wanted.state)) &&
    (!wanted.system || el.dataset.system.split("\n").includes(wanted.system)) &&
    wanted.words.every((word) => textOf(el).includes(word));

  const filter = () => {
    const given = new FormData(form), wanted = Object.fromEntries(given);
    wanted.words = String(given.get("text") || "").toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const el of all) {
      el.hidden = !fits(el, wanted);
      if (!el.hidden) shown += 1;
    }
    for (const group of document.querySelectorAll(".rule, .family")) group.hidden = !group.querySelector("details.f:not([hidden])");
    document.getElementById("shown").textContent = `${shown.toLocaleString("en")} of ${all.length.toLocaleString("en")} finding${all.length === 1 ? "" : "s"}`;
    document.getElementById("none-fits").hidden = shown > 0;
  };

  let waiting = 0;
  const act = {
    open: () => all.forEach((el) => { if (!el.hidden) el.open = true; }),
    close: () => all.forEach((el) => { el.open = false; }),
    reset: () => { clearTimeout(waiting); form.reset(); filter(); },
  };
  if (form) {
    form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 120); });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("click", (event) => { const name = event.target.dataset && event.target.dataset.do; if (name) act[name](); });
  }

  const follow = () => {
    let name = "";
    try { name = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const target = name && document.getElementById(name);
    if (!target || !target.matches("details.f")) return;
    if (target.hidden) act.reset();
    target.open = true;
    target.scrollIntoView({ block: "start" });
  };
  addEventListener("hashchange", follow);
  follow();

  document.addEventListener("click", async (event) => {
    const button = event.target.closest && event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy).textContent;
    let done = false;
    try { await navigator.clipboard.writeText(text); done = true; } catch { done = byHand(text); }
    button.textContent = done ? "Copied" : "Select and copy by hand";
  });
  const byHand = (text) => {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  };

  // A chart that is wider than the screen starts at its newest bar: the empty days before or after it would look like no searches.
  const charts = Array.from(document.querySelectorAll(".charts .scroll"));
  const say = () => charts.forEach((box) => { box.nextElementSibling.hidden = box.scrollWidth <= box.clientWidth; });
  for (const box of charts) {
    const newest = Array.from(box.querySelectorAll(".newest rect.bar")).pop();
    if (newest) box.scrollLeft += newest.getBoundingClientRect().right - box.getBoundingClientRect().right + 16;
  }
  addEventListener("resize", say);
  say();

  const contents = document.getElementById("contents"), wide = matchMedia("(min-width: 80rem)");
  const fold = () => { contents.open = wide.matches; };
  wide.addEventListener("change", fold);
  fold();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = Array.from(document.querySelectorAll("details.paper:not([open])"));
    closed.forEach((el) => { el.open = true; });
  });
  addEventListener("afterprint", () => { closed.forEach((el) => { el.open = false; }); closed = []; });
})();
