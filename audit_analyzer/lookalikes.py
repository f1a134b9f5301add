"""Letters that look like Latin ones: the part of Unicode Technical Standard 39 (confusables) that can stand for a Latin letter in a word."""

from __future__ import annotations

import unicodedata

_PAIRS = (
    # Cyrillic, Greek, Armenian, Cherokee, Lisu, Canadian syllabics, small capitals: each string pairs with the Latin one behind it
    ("аеорсухѕіїјԁԛԝѵһкмтвнгпьԍоӏияєґ", "aeopcyxsiijdqwvhkmtbhrnbgolnreg"),
    ("АЕОРСУХЅІЇЈԀԚԜѴҺКМТВНӀЯИЄЄ", "AEOPCYXSIIJDQWVHKMTBHIRNEE"),
    ("αερτυοικνχγηωςβ", "aeptuoikvxynwcb"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
    ("օոսհցզյՏՍՕԼ", "onuhgqjSUOL"),
    ("ᎠᎡᎢᎥᎪᎫᎬᎳᎷᎻᎾᏀᏃᏎᏏᏒᏕᏙᏚᏞᏟᏢᏦᏴᏻ", "DRTiAJEWMHOGZ4bRSVSLCPKBG"),
    ("ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ", "BPDTGKJCZFMNLSRVHWXYAEIOU"),
    ("ᗅᗷᑕᗞᗴᖴᕼᒍᒪᗰᑎᑭᖇᑌᐯᗯ᙭", "ABCDEFHJLMNPRUVWX"),
    ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡɩɐɔǝıƒ", "abcdefghijklmnoprstuvwyzagiaoeif"),
)
_RANGES = ((0x1F130, 26, "A"), (0x1F150, 26, "A"), (0x1F170, 26, "A"), (0x1F1E6, 26, "A"), (0x249C, 26, "a"))


def _lookalikes() -> dict[int, str]:
    table = {ord(a): b for strange, latin in _PAIRS for a, b in zip(strange, latin, strict=True)}
    table.update({0xAB70 + code - 0x13A0: letter.lower() for code, letter in table.items() if 0x13A0 <= code < 0x13F0})  # noqa: PLR2004  small Cherokee
    table.update({start + n: chr(ord(first) + n) for start, count, first in _RANGES for n in range(count)})
    return table


LOOKALIKES = _lookalikes()
# What NFKD leaves alone and a person reads as other letters; Arabic letters that are typed for one another.
LETTERS = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i",
    "ى": "ي", "ة": "ه", "ک": "ك", "ی": "ي", "ـ": "",
}  # fmt: skip


def styled(char: str) -> str:
    """The letter that a styled one stands for (mathematical, enclosed, full width, small capital), or nothing."""
    if char < "\u0250":
        return ""
    if ord(char) in LOOKALIKES and ("\u0250" <= char <= "\u02af" or "\u1d00" <= char <= "\u1d7f" or char in "ꜰꜱ" or char > "\U0001f000"):
        return LOOKALIKES[ord(char)]
    plain = unicodedata.normalize("NFKD", char).strip("()")
    return plain if len(plain) == 1 and plain.isascii() and plain.isalpha() else ""
