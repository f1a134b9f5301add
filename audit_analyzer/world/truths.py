"""What is true of a labelled world: the plants, what each should be found as, and how they stand in truth.jsonl."""

from __future__ import annotations

import dataclasses

FAMILY_OF = {f"D{n:02}": "wide_scale_monitoring" for n in range(1, 10)}
FAMILY_OF |= {f"D{n:02}": "protest" for n in range(10, 15)}
FAMILY_OF |= {f"D{n:02}": "purpose" for n in (*range(15, 20), *range(22, 28))}
FAMILY_OF |= {"D20": "sharing", "D21": "sharing"}
FAMILY_OF |= {f"D{n:02}": "corroboration" for n in range(28, 36)}
FAMILY_OF |= {f"D{n:02}": "access" for n in range(36, 42)}
FAMILY_OF |= {
    "D42": "sharing",
    "D43": "retention",
    "D44": "retention",
    "D45": "face_analysis",
    "D46": "retention",
    "D47": "retention",
    "D48": "retention",
    "D49": "retention",
}
FAMILY_OF |= {f"D{n:02}": "log_integrity" for n in range(50, 59)}
FAMILY_OF |= {"D59": "purpose", "D60": "access"}
LEVELS = ("easy", "medium", "hard", "trap")


@dataclasses.dataclass(frozen=True, slots=True)
class Truth:
    """One plant: misuse at a level, or a look-alike (level "trap") that must not be reported at severity medium or above.

    evidence: (table, id) of every row that belongs to it. period: epoch seconds from and to (exclusive).
    """

    plant: str
    detection: str
    level: str
    family: str
    subject_kind: str
    subject: str
    evidence: tuple[tuple[str, str], ...]
    period: tuple[int, int]
    note: str
