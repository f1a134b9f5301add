"""The parts of report.html, a section per file, in the order of the page; style.css and script.js are put into it."""
