"""docs/systems.md: what the sample night says of each system of the public record, from the export's line to the finding; made by make_docs.py."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from audit_analyzer import nightly, settings, show
from audit_analyzer.store import open_store

if TYPE_CHECKING:
    from audit_analyzer.store import Store
    from audit_analyzer.words import Night

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 700  # characters of a record as written that are shown


class Told(NamedTuple):
    """One system: its heading, what the record says of it, its folder of samples, its name in audit.toml, and the rules whose findings are shown."""

    heading: str
    record: str
    folder: str
    system: str
    rules: tuple[str, ...]


SYSTEMS = (
    Told(
        "Amazon Rekognition, by CloudTrail",
        "A search is an API call, and CloudTrail logs who made it, when, in which collection and with which threshold. It never logs a reason, a case, the candidates or a review: "
        "what the provider's public-safety guidance asks for (a threshold of 99, human review) can be seen only in part.",
        "rekognition_cloudtrail",
        "rekognition",
        ("crowd_batch_search", "event_gallery", "loose_parameters_policy", "probe_enrolled", "face_analysis_requested", "logging_controls_changed"),
    ),
    Told(
        "A vendor's search portal (as Clearview's)",
        "Bought for one purpose and drifting from it, used before its privacy assessment, by accounts that nobody had counted, some on trial licences and private mail.",
        "vendor_portal",
        "vendor-portal",
        ("unapproved_system", "offense_not_in_register", "account_not_rostered", "trial_account", "use_after_end", "published_count_differs"),
    ),
    Told(
        "A mobile field app (as Mobile Fortify and the Task Force Module)",
        "Fifteen years of retention whatever the answer, an answer that is a reference or *do not detain*, officers who are not federal ones, scans in the street.",
        "field_app",
        "field-app",
        (
            "assembly_search_lift", "same_person_at_two_assemblies", "action_too_soon", "action_before_review", "conflicting_identities", "agency_not_permitted",
            "retention_overrun_systemic",
        ),
    ),
    Told(
        "A traveller verification service (as CBP's)",
        "Photos of citizens go within 12 hours, those of noncitizens within 14 days; machines do the searching.",
        "interchange/exports/gate",
        "gate",
        ("retention_overrun", "retention_overrun_possible"),
    ),
    Told(
        "Candidate lists with mandatory human review (as NGI's)",
        "A list of candidates is a lead and nothing more: a trained examiner decides first, and there must be other evidence.",
        "interchange/exports/state-ngi",
        "state-ngi",
        ("rubber_stamp_reviews", "action_against_review", "action_before_review", "action_on_match_alone"),
    ),
    Told(
        "A browser whose audit log is kept for 90 days",
        "Searches in a browser plug-in that no register knows, mostly without a reason, with a log that is gone before anybody asks for it.",
        "interchange/exports/browser",
        "browser",
        ("unapproved_system", "logs_known_to_be_short", "no_reason_by_agency"),
    ),
)  # fmt: skip


def page(head: str) -> str:
    """The whole page, from a night over the samples in a workspace that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(ROOT / "sample_logs" / "audit.toml", folder)
        here = settings.load(Path(folder))
        night = nightly.run(here, [ROOT / "sample_logs"]).night
        parts = [
            head,
            "# Systems of the record",
            "What public records tell of six kinds of system, and how each is looked at here. The exports are constructed (`sample_logs/`); the findings are those of "
            "`make demo`, one for each question that is shown. A finding is an indicator with its innocent explanations, which the report puts beside it.",
        ]
        with open_store(here.database, read_only=True) as store:
            for told in SYSTEMS:
                parts += [f"## {told.heading}", f"{told.record}\n\nSamples: `sample_logs/{told.folder}`."]
                parts += [part for rule in told.rules for part in _finding(store, here, night, told.system, rule)]
                parts += _silent(night, told.system)
    return "\n\n".join(parts) + "\n"


def _finding(store: Store, here: settings.Settings, night: Night, system: str, rule: str) -> list[str]:
    """The strongest finding of a rule about a system, with the first record that it rests on, as written."""
    found = [f for f in night.findings if f.rule == rule and any(e.system == system for e in f.evidence)]
    if not found:
        raise LookupError(f"the night over the samples has no finding of {rule} about {system}: mend the page, the samples or the rule")
    finding = min(found, key=lambda f: (-len(f.evidence), f.finding_id))
    others = f" {len(found) - 1} more of this kind." if len(found) > 1 else ""
    told = f"**{finding.title}** ([{rule}](rules.md#{rule}), {finding.severity}). {finding.explanation}{others}"
    told += f" Clauses: {', '.join(f'`{c}`' for c in finding.clauses) or 'none of this system is in force'}."
    evidence = next(((e.export, e.record) for e in finding.evidence if e.export and e.record and e.system == system), None)
    return [told, *(_written(store, here, *evidence) if evidence else [])]


def _written(store: Store, here: settings.Settings, export: str, record: str) -> list[str]:
    path, source = store.rows("SELECT path, source FROM exports WHERE export_id = ? ORDER BY path LIMIT 1", [export])[0]
    text = show.printable(show.as_written(here, export, path, source, record))
    shown = text if len(text) <= LONGEST else text[:LONGEST] + " …"
    return [f"`{path[path.index('sample_logs') :]}`, record `{record}`:", f"```\n{shown}\n```"]


def _silent(night: Night, system: str) -> list[str]:
    """How many questions could be asked of the system, and what a records request should ask for first."""
    verdicts = [m for m in night.measurability if m.system == system]
    blind = [m for m in verdicts if m.verdict == "not_measurable"]
    partly = sum(m.verdict == "partly" for m in verdicts)
    told = f"Of {len(verdicts)} questions {len(verdicts) - len(blind) - partly} were measured here, {partly} partly, and {len(blind)} were *not measurable*, which is not the same as no violation."
    asked = next((m.request for m in blind if m.request), None)
    return [told + (f" What to ask for, for instance: {asked}" if asked else "")]
