"""Plants about what a search is for: sensitive status (D15), immigration (D16), offences (D17), traits (D18), intelligence (D19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit_analyzer.world.uses import DAY, HOUR

if TYPE_CHECKING:
    from audit_analyzer.world.frame import World


# --- D15: sensitive status


def d15_easy(world: World) -> None:
    """Plain words of care, worship, press and union."""
    who = world.hire()
    reasons = (
        "had an abortion, search for female",
        "attends the mosque on 4th",
        "reporter covering the sweep",
        "union organizer at warehouse",
        "LGBTQ activist",
        "member of socialist party",
    )
    world.plant("operator", who.name, world.written(who, reasons), "reasons that are people's care, faith, press work, union, orientation, party")


def d15_medium(world: World) -> None:
    """Two reasons amid ordinary ones."""
    who = world.hire()
    world.plant(
        "operator",
        who.name,
        world.written(who, ("abortion clinic visitor", "journalist filming officers", "synagogue congregant")),
        "three such reasons amid ordinary work",
    )


def d15_hard(world: World) -> None:
    """Disguised, and in Spanish."""
    who = world.hire()
    world.plant("operator", who.name, world.written(who, ("ab0rtion seeker", "m o s q u e", "periodista independiente")), "disguised, and in Spanish")


def d15_trap_words(world: World) -> None:
    """Churches as victims, press charges, threats to schools, the unknown patient."""
    who = world.hire(unit="Property Crimes")
    reasons = (
        "church burglary",
        "victim wants to press charges",
        "bench press stolen from gym",
        "school threat, caller on video",
        "John Doe in hospital, identify patient",
        "robbery outside Planned Parenthood, suspect fled",
        "credit union robbery",
        "vandalism of mosque, suspect on camera",
        "medical examiner, unidentified body",
        "party supply store theft",
    )
    world.plant("operator", who.name, world.written(who, reasons), "places as victims of crimes, press charges, credit union, unknown patients")


# --- D16: immigration where it is barred


def d16_easy(world: World) -> None:
    """Plain words."""
    who = world.hire()
    reasons = ("ICE", "ICE ERO removal", "immigration", "ERO assist", "CBP request, removal order", "USBP", "ICE detainer", "Immigration (civil)")
    world.plant("operator", who.name, world.written(who, reasons), "eight searches for immigration enforcement on a system where it is barred")


def d16_medium(world: World) -> None:
    """Numbers and sections."""
    who = world.hire()
    world.plant(
        "operator", who.name, world.written(who, ("A204567891", "8 USC 1326", "287(g) task force")), "an A-number, a section of title 8, a 287(g) agreement"
    )


def d16_hard(world: World) -> None:
    """Disguised, in Spanish, and only in the field for the requester."""
    who = world.hire()
    ids = world.written(who, ("1CE hold", "deportación"), last=95)
    ids += world.written(who, ("assist",), first=96, on_behalf_of="ICE ERO San Francisco")
    world.plant("operator", who.name, ids, "a disguised word, a Spanish one, and one that stands only in on_behalf_of")


def d16_trap_words(world: World) -> None:
    """Police, justice, service; ice the drug; ICE in a phone; fraud with immigration papers; exploitation of children."""
    who = world.hire(unit="Fraud Unit")
    reasons = (
        "assist Police Services with robbery",
        "obstruction of justice",
        "service station robbery",
        "selling ice, meth dealer on video",
        "lost person, ICE contact in phone",
        "HSI child exploitation task force, victim identification",
        "immigration fraud crime, forged visas sold",
        "ice cream truck robbery",
        "office of justice theft",
        "notice of theft",
    )
    case = world.case(who, offense="fraud", opened=world.at(40, 9))
    world.plant(
        "operator",
        who.name,
        world.written(who, reasons, case=case),
        "ice and ICE in words, drugs and telephones; crimes with immigration papers; child exploitation",
    )


# --- D17: offence not permitted


def d17_easy(world: World) -> None:
    """People asleep and seat belts."""
    who = world.hire()
    ids = world.written(who, ("male asleep on bench",) * 6, offense="trespass") + world.written(who, ("seat belt stop",) * 6, offense="seat belt violation")
    world.plant("operator", who.name, ids, "12 searches for trespass and seat belts, which the register does not permit")


def d17_medium(world: World) -> None:
    """Traffic infractions amid permitted ones."""
    who = world.hire()
    world.plant("operator", who.name, world.written(who, ("driver without papers",) * 4, offense="traffic infraction"), "four searches for traffic infractions")


def d17_hard(world: World) -> None:
    """One case of loitering, one of littering, with case numbers."""
    who = world.hire()
    ids = []
    for (start, _), offense in zip(world.duty(who, 2), ("loitering", "littering"), strict=True):
        ids.append(world.search(who, start + HOUR, case=world.case(who, offense=offense, opened=start - DAY)))
    world.plant("operator", who.name, ids, "two minor offences under proper open cases of the officer")


def d17_trap_downgraded(world: World) -> None:
    """Searched for a robbery; the register has the lesser charge that was brought later."""
    who = world.hire(unit="Robbery Unit")
    ids = []
    for start, _ in world.duty(who, 3):
        ids.append(
            world.search(
                who,
                start + HOUR,
                case=world.case(who, offense="petty theft", opened=start - DAY),
                offense="robbery",
                reason="street robbery, still from bus camera",
            )
        )
    world.plant("operator", who.name, ids, "robbery when it was searched for, charged as petty theft later")


def d17_trap_codes(world: World) -> None:
    """Permitted offences written as codes."""
    who = world.hire(unit="Property Crimes")
    ids = []
    for (start, _), code in zip(world.duty(who, 5), ("459PC", "211PC", "10851(a)CVC", "187 PC", "PC 245"), strict=True):
        ids.append(world.search(who, start + HOUR, case=world.case(who, offense="burglary", opened=start - DAY), offense=code, reason=code))
    world.plant("operator", who.name, ids, "burglary, robbery, vehicle theft, homicide and assault by their penal codes")


# --- D18: a trait as the reason


def d18_easy(world: World) -> None:
    """Descent, nationality and faith instead of a reason."""
    who = world.hire()
    reasons = ("Hispanic males in park", "Muslim male", "black male walking", "Arab looking", "Venezuelan nationals", "Asian female")
    world.plant("operator", who.name, world.written(who, reasons), "six reasons that are only descent, nationality or faith")


def d18_medium(world: World) -> None:
    """Two such reasons."""
    who = world.hire()
    world.plant("operator", who.name, world.written(who, ("Somali male", "Jewish male")), "two reasons that are only descent or faith")


def d18_hard(world: World) -> None:
    """In Spanish, and disguised."""
    who = world.hire()
    world.plant("operator", who.name, world.written(who, ("hombre musulmán", "h1spanic m4le")), "in Spanish, and with digits for letters")


def d18_trap_words(world: World) -> None:
    """Descriptions by witnesses of crimes, white vans, letters of forms."""
    who = world.hire(unit="Robbery Unit")
    reasons = (
        "BM 20s red hoodie robbery",
        "white van, burglary crew",
        "W/M 30s shoplifting suspect",
        "robbery by Hispanic male 5'9 blue jacket",
        "black SUV hit and run driver",
        "stolen white Honda",
        "theft of Indian motorcycle",
        "burglary of Chinese restaurant",
        "Black Friday theft crew",
        "H/M 40s assault with bat",
    )
    case = world.case(who, opened=world.at(40, 9))
    world.plant("operator", who.name, world.written(who, reasons, case=case), "witnesses' descriptions of robbers, colours of cars, names of shops")


# --- D19: before any crime


def d19_easy(world: World) -> None:
    """Intelligence, again and again."""
    who = world.hire()
    reasons = ("Intelligence", "intelligence gathering", "monitoring POI", "Intel", "threat assessment", "suspicious person") * 3
    world.plant("operator", who.name, world.written(who, reasons), "18 searches for intelligence and monitoring, no case")


def d19_medium(world: World) -> None:
    """Field contacts."""
    who = world.hire()
    world.plant(
        "operator",
        who.name,
        world.written(who, ("FIO", "field contact", "intel", "POI", "field interview")),
        "five field contacts and persons of interest, no case",
    )


def d19_hard(world: World) -> None:
    """Two reasons that look ahead."""
    who = world.hire()
    world.plant(
        "operator", who.name, world.written(who, ("possible future activity, monitoring", "keep an eye on him, no crime yet")), "no crime yet, in so many words"
    )


def d19_trap_file(world: World) -> None:
    """A file under 28 CFR 23, a threat to life, a conference on artificial intelligence."""
    who = world.hire(unit="Persons Crimes")
    case = world.case(who, offense="threats", opened=world.at(45, 9))
    world.leave(case, "supervisor")
    ids = world.written(
        who, ("28 CFR 23 file, intelligence on threats", "fusion center, threat to life at school", "suspicious person with gun, threats"), case=case
    )
    world.plant("operator", who.name, ids, "intelligence under a valid file with leave, and a threat to life")


def d19_trap_words(world: World) -> None:
    """Words that sound like it."""
    who = world.hire(unit="Property Crimes")
    reasons = ("badge stolen at artificial intelligence conference", "theft of baby monitor", "suspicious package, owner on video", "heart monitor stolen")
    case = world.case(who, offense="theft", opened=world.at(45, 9))
    world.plant("operator", who.name, world.written(who, reasons, case=case), "conference, baby monitor, package: thefts")
