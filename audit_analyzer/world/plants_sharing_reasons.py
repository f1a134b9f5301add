"""Plants about for whom (D20, D21) and on which grounds (D22 missing, D23 copied) a search is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World
    from audit_analyzer.world.people import Agency, Operator


# --- D20: on behalf of a third agency


def d20_easy(world: World) -> None:
    """For a department that may not search itself."""
    who = world.hire()
    ids = world.written(who, ("for San Francisco PD",) * 8, on_behalf_of="San Francisco Police Department")
    world.plant("operator", who.name, ids, "eight searches for a police department whose city has banned them")


def d20_medium(world: World) -> None:
    """Only the reason says for whom."""
    who = world.hire()
    reasons = ("req by Oakland PD", "assist Austin PD", "AOA Reno PD", "per Berkeley PD detective")
    world.plant("operator", who.name, world.written(who, reasons), "four searches at the request of other agencies, said in the reason only")


def d20_hard(world: World) -> None:
    """In the field for the case number, and in few words."""
    who = world.hire()
    ids = world.written(who, ("Person Crime",), last=90, case_number="SFPD 26-113402") + world.written(who, ("f/ Santa Rosa PD",), first=91)
    world.plant("operator", who.name, ids, "another agency's case number, and an abbreviation for another agency")


def d20_trap_mutual(world: World) -> None:
    """Mutual aid under a case of the agency's own."""
    who = world.hire(unit="Robbery Unit")
    case = world.case(who, opened=world.at(45, 9))
    world.leave(case, "supervisor")
    ids = world.written(who, ("mutual aid, assist neighboring PD with robbery series",) * 3, case=case)
    world.plant("operator", who.name, ids, "mutual aid in a series that is the agency's own open case, with a supervisor's leave")


def d20_trap_words(world: World) -> None:
    """Assisting citizens, by victims' accounts, for one's own colleagues."""
    who = world.hire()
    reasons = (
        "assist citizen, lost adult",
        "ID per victim statement",
        "warrant for robbery",
        f"for {who.agency.name} Robbery Unit",
        "assist fire dept, unconscious adult",
        "assist motorist, theft",
    )
    world.plant("operator", who.name, world.written(who, reasons), "assist citizen, per victim, for the own agency's unit")


# --- D21: who searches from outside


def d21_easy(world: World) -> None:
    """A federal agency that no one shares with."""
    agency = _outsider(world, "Homeland Removal Task Force [Federal]")
    ids = _visits(world, agency, 3, 9)
    world.plant("agency", agency.name, ids, "27 searches by a federal agency that is not on the list of permitted agencies")


def d21_medium(world: World) -> None:
    """A sheriff of another State."""
    agency = _outsider(world, "Washoe Sheriff NV")
    world.plant("agency", agency.name, _visits(world, agency, 2, 4), "eight searches by another State's sheriff, not on the list")


def d21_hard(world: World) -> None:
    """Two searches by an agency that is called almost like one on the list."""
    agency = _outsider(world, f"{world.host().name} (Nevada)")
    world.plant("agency", agency.name, _visits(world, agency, 1, 2), "two searches by an agency with nearly the name of a permitted one")


def d21_trap_inactive(world: World) -> None:
    """A permitted agency that the vendor tagged [Inactive] later."""
    agency = world.agency()
    permitted = agency.name
    agency.name = f"{permitted} [Inactive]"
    who = world.hire(agency, routine=False)
    agency.name = permitted
    ids = [world.search(who, start + HOUR, case=world.case(who, opened=start - DAY), agency=f"{permitted} [Inactive]") for start, _ in world.duty(who, 9, 10)]
    world.plant("agency", f"{permitted} [Inactive]", ids, "a permitted agency whose name carries the vendor's tag since it left")


def d21_trap_dispatch(world: World) -> None:
    """A dispatch centre that serves two permitted agencies."""
    agency = world.agency(name="Regional Dispatch Center")
    who = world.hire(agency, unit="Dispatch", role="dispatcher", routine=False)
    served = world.host()
    ids = [world.search(who, start + HOUR, case=world.case(who, opened=start - DAY), on_behalf_of=served.name) for start, _ in world.duty(who, 20, 10)]
    world.plant("agency", agency.name, ids, "a dispatch centre on the list searches for the agencies that it serves")


def _outsider(world: World, name: str) -> Agency:
    world.outsiders.add(name)
    return world.agency(name=name)


def _visits(world: World, agency: Agency, officers: int, each: int) -> list[str]:
    ids = []
    for _ in range(officers):
        who = world.hire(agency, routine=False)
        ids += [world.search(who, start + 2 * HOUR, case=world.case(who, opened=start - DAY)) for start, _ in world.duty(who, each, 30)]
    return ids


# --- D22: reason missing, a placeholder, vague


def d22_easy(world: World) -> None:
    """Thirty searches with nothing or a full stop."""
    who = world.hire()
    world.plant("operator", who.name, _plain(world, who, (None, ".", "", "-", ".", "x") * 5), "30 searches whose reason is blank or a mark, no case")


def d22_medium(world: World) -> None:
    """Sixteen placeholders."""
    who = world.hire()
    world.plant(
        "operator", who.name, _plain(world, who, ("inv", "x", "asdf", "na", "test", "police", "lawful", "n/a") * 2), "16 searches with placeholders, no case"
    )


def d22_hard(world: World) -> None:
    """Runs on the keyboard amid ordinary reasons."""
    who = world.hire()
    reasons = ("sdfghj", "qwert", "lkjhg", "asdf jkl", "zxcvb", "poiuy", "fghjk", "dfgdfg", "wertyu", "hjkl")
    world.plant("operator", who.name, _plain(world, who, reasons), "ten keyboard runs amid ordinary work, no case")


def d22_trap_codes(world: World) -> None:
    """Codes that name an offence to those who know them."""
    who = world.hire()
    reasons = ("459", "211PC", "10851(a)CVC", "5150", "SMV", "UUV", "BOLO", "187", "10-29", "1700", "920", "484PC", "245(a)(1) PC", "23152 VC", "11350 HS")
    world.plant("operator", who.name, _plain(world, who, reasons * 2), "30 searches whose reasons are penal and radio codes")


def d22_trap_redacted(world: World) -> None:
    """An agency that blacked out its reasons before it handed the log over."""
    agency = world.agency()
    ids = []
    for _ in range(5):
        who = world.hire(agency, routine=False)
        for start, _ in world.duty(who, 8, 5):
            case = world.case(who, opened=start - DAY)
            ids.append(world.search(who, start + HOUR, case=case, reason="***", file=f"county-faces/released-{agency.letters.lower()}.csv"))
    world.plant("agency", agency.name, ids, "all reasons of an agency redacted in the release")


def d22_trap_not_exported(world: World) -> None:
    """An export without the column."""
    system = world.matcher("partner-faces", ("dhs-026-11",))
    agency = world.agency()
    ids = []
    for _ in range(5):
        who = world.hire(agency, system, routine=False)
        for start, _ in world.duty(who, 8, 5):
            ids.append(world.search(who, start + HOUR, case=world.case(who, opened=start - DAY), reason=None, reason_state="not_exported"))
    world.plant("agency", agency.name, ids, "the export leaves the reasons out: not measurable, not missing")


def d22_trap_dropdown(world: World) -> None:
    """Category and detail of a drop-down list."""
    who = world.hire()
    reasons = ("Person Crime - Robbery", "Property Crime - Burglary", "Property Crime - Vehicle Theft", "Missing Person - At Risk") * 4
    world.plant("operator", who.name, _plain(world, who, reasons), "16 searches with category and detail from a drop-down list")


def _plain(world: World, who: Operator, reasons: tuple[str | None, ...]) -> list[str]:
    """Searches without a case, two to four on a shift."""
    shifts = world.duty(who, max(1, len(reasons) // 3), 45)
    return [world.search(who, shifts[n % len(shifts)][0] + (1 + 2 * (n // len(shifts))) * HOUR, reason=reason) for n, reason in enumerate(reasons)]


# --- D23: copied reasons


def d23_easy(world: World) -> None:
    """Forty people, one sentence."""
    who = world.hire(routine=False)
    world.plant(
        "operator", who.name, _plain(world, who, ("investigation of activity in the area",) * 40), "40 different people with one and the same sentence, no case"
    )


def d23_medium(world: World) -> None:
    """Twenty-six people, one sentence, capitals and blanks changed."""
    who = world.hire(routine=False)
    reasons = ("subject ID follow up", "Subject ID  follow up", "SUBJECT ID FOLLOW UP ", "subject id follow up") * 6 + ("Person Crime", "459")
    world.plant("operator", who.name, _plain(world, who, reasons)[:24], "24 of 26 people with one sentence, capitals and blanks changed, no case")


def d23_hard(world: World) -> None:
    """Three officers share a long sentence."""
    agency, ids, names = world.host(), [], []
    for _ in range(3):
        who = world.hire(agency, unit="Patrol")
        names.append(who.name)
        ids += _plain(world, who, ("subject matching the description was seen near the location of a prior incident",) * 9)
    world.plant("operator", names[0], ids, "27 searches of three officers with one long sentence, letter by letter, no case")


def d23_trap_unit(world: World) -> None:
    """Auto theft, all day."""
    who = world.hire(unit="Auto Theft", routine=False)
    ids = []
    for start, _ in world.duty(who, 45, 5):
        case = world.case(who, offense="auto theft", opened=start - DAY) if world.rng.random() < 0.8 else None  # noqa: PLR2004  most have a number by then
        ids.append(world.search(who, start + 2 * HOUR, case=case, reason="UUV"))
    world.plant("operator", who.name, ids, "an auto-theft detective whose reason is always UUV, mostly with an open case")


def d23_trap_template(world: World) -> None:
    """A sentence that the agency's policy asks for."""
    agency, ids = world.agency(), []
    world.notice(
        "vocabulary", world.at(0, 0), world.end, "reasons are taken from the list of the policy: 'Criminal investigation, case on file'", agency=agency.name
    )
    for _ in range(4):
        who = world.hire(agency, routine=False)
        for start, _ in world.duty(who, 14, 5):
            ids.append(world.search(who, start + HOUR, case=world.case(who, opened=start - DAY), reason="Criminal investigation, case on file"))
    world.plant("agency", agency.name, ids, "a sentence that the agency's announced policy prescribes, with the case number of each")
