"""What officers write into justification fields, by offense: a category as drop-downs have it, a code, and their own words (shares: logs.md 4.2)."""

from __future__ import annotations

OFFENSES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "robbery": (
        "Person Crime",
        "211PC",
        ("robbery of a shop, suspect on the shop's video", "street robbery, still from bus camera", "attempt to identify robbery suspect"),
    ),
    "burglary": ("Property Crime", "459", ("burglary suspect on doorbell video", "res burg, male on porch camera", "commercial burglary")),
    "auto theft": ("UUV", "10851(a)CVC", ("stolen vehicle, driver on toll camera", "UUV recovered, suspect fled", "carjack follow up")),
    "assault": (
        "Person Crime",
        "245PC",
        ("assault at bar, suspect left before arrival", "agg assault, clip from witness phone", "fight with injury at transit stop"),
    ),
    "fraud": ("Property Crime", "530.5PC", ("identity theft at bank branch", "counterfeit ID used for account opening", "credit card fraud, ATM still")),
    "homicide": ("Person Crime", "187PC", ("homicide investigation, still from hotel lobby", "homicide, person leaving scene")),
    "missing person": ("Missing Person", "MP", ("endangered missing adult, last seen at station", "missing juvenile located, confirm identity")),
    "theft": ("Property Crime", "487PC", ("organized retail theft, suspect at exit", "shoplift crew, third store this week", "package theft")),
    "hit and run": ("Person Crime", "20001VC", ("hit and run with injury, driver at gas station", "felony hit and run")),
}
UNIT_OFFENSES = {
    "Auto Theft": ("auto theft",),
    "Robbery Unit": ("robbery", "assault"),
    "Property Crimes": ("burglary", "theft", "auto theft"),
    "Fraud Unit": ("fraud", "theft"),
    "Persons Crimes": ("assault", "homicide", "missing person", "robbery"),
}
VAGUE = ("investigation", "Investigation", "investigative+", "inv", "follow up")  # 8 % in Eugene, most of them with a case number behind
ARTIFACTS = ("Daytime search for best result",)
UNPREPARED = (
    "unable to provide ID at collision scene",
    "5150",
    "welfare check, unresponsive adult",
    "warrant arrest, ID at booking",
    "BOLO",
    "subject gave false name at traffic stop",
)
FIELD = (
    "unable to present ID, consented to photo",
    "no ID at collision scene",
    "ID check on warrant arrest",
    "subject gave false name",
    "lost adult, cannot state name",
)
SHARES = {"category": 0.4, "code": 0.25, "words": 0.35}  # where a person's own habit does not decide
# How much of a person's reasons is habit, and of their new cases of one offense: with both the top-reason shares of logs.md 4.2 come out (43 %, p90 66 %).
HABIT = (0.2, 1.0)
LEANING = (0.3, 0.9)
