"""The look of a script in the runs, styles and themes of a Word file that somebody else made."""

from __future__ import annotations

from typing import Any

from pubpipe.languages import LanguageProfile
from pubpipe.renderers.fallback import Piece, splitter
from pubpipe.renderers.fonts import FontSet
from pubpipe.word import PROPERTY_ORDER, SYMBOL_FONTS, A, W, remove

SLOTS = ("ascii", "hAnsi", "eastAsia", "cs")
"""The fonts of a run: Word takes one of them by what a character is."""
_ORDER = {name: place for place, name in enumerate(PROPERTY_ORDER)}


class Look:
    """What the new script asks of every run: fonts by name, language, and the twins of bold, italic and size."""

    def __init__(self, profile: LanguageProfile, fonts: FontSet) -> None:
        self.profile = profile
        self.main = profile.fonts[0]
        self.latin = profile.fonts[-1]
        self.complex = profile.word_class == "complex"
        self.upright = profile.typesetting.emphasis != "italic"
        self.split = splitter(profile.fonts[:1], fonts, profile)
        far_east = self.main if profile.word_class == "east-asian" else self.latin
        self.slots = {"ascii": self.main, "hAnsi": self.main, "eastAsia": far_east, "cs": self.main}
        self.hint = {"complex": "cs", "east-asian": "eastAsia"}.get(profile.word_class, "")
        own = profile.word_locale
        self.language = {
            "latin": {"val": own, "eastAsia": own, "bidi": own},
            "complex": {"val": "en-GB", "eastAsia": "en-GB", "bidi": own},
            "east-asian": {"val": own, "eastAsia": own, "bidi": "en-GB"},
        }[profile.word_class]

    def run(self, properties: Any, piece: Piece) -> None:
        """Give the properties of one run what its letters need."""
        for name in ("rFonts", "lang", "cs", "rtl", "fitText", "noProof"):
            drop(properties, name)
        other = bool(piece.family)
        slots = dict.fromkeys(SLOTS, piece.family) if other else self.slots
        hints = {"complex": "cs", "right-to-left": "cs", "east-asian": "eastAsia"}
        hint = hints.get(piece.word_class, "") if other else self.hint
        put(properties, "rFonts", {**({"hint": hint} if hint else {}), **slots})
        if piece.word_class == "right-to-left" and other:
            put(properties, "rtl", {})
        elif (piece.word_class == "complex") if other else self.complex:
            put(properties, "cs", {})
        if other:
            slot = "eastAsia" if piece.word_class == "east-asian" else "bidi"
            if piece.locale:
                put(properties, "lang", {slot: piece.locale})
        else:
            put(properties, "lang", self.language)
        self.twins(properties)

    def any(self, properties: Any) -> None:
        """Give properties that somebody else wrote (a style, a field's run) the fonts and language of the script."""
        fonts = properties.find(f"{W}rFonts")
        if fonts is not None:
            if (fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or "").lower() in SYMBOL_FONTS:
                return
            put(properties, "rFonts", self.slots)
        if properties.find(f"{W}lang") is not None:
            put(properties, "lang", self.language)
        self.twins(properties)

    def twins(self, properties: Any) -> None:
        """Complex-script twins of bold, italic and size; no false slant where the script has no italics."""
        if self.upright:
            drop(properties, "i")
            drop(properties, "iCs")
        for name, twin in (("b", "bCs"), ("i", "iCs"), ("sz", "szCs")):
            element = properties.find(f"{W}{name}")
            if element is not None:
                put(properties, twin, {"val": value} if (value := element.get(f"{W}val")) else {})
            elif name != "sz":
                drop(properties, twin)
        properties[:] = sorted(properties, key=rank)

    def theme(self, theme: Any) -> None:
        """The fonts of a theme, which whoever names none takes."""
        for family in theme.iter(f"{A}majorFont", f"{A}minorFont"):
            for name, face in (("latin", self.main), ("ea", self.slots["eastAsia"]), ("cs", self.main)):
                for element in family.iter(f"{A}{name}"):
                    element.attrib.clear()
                    element.set("typeface", face)


def rank(element: Any) -> int:
    """The place of a run's property in the order of the schema."""
    return _ORDER.get(element.tag.removeprefix(W) if isinstance(element.tag, str) else "", len(_ORDER))


def drop(properties: Any, name: str) -> None:
    """Take a property out."""
    for element in properties.findall(f"{W}{name}"):
        remove(element)


def put(properties: Any, name: str, values: dict[str, str]) -> None:
    """Give a property these values and no other."""
    element = properties.find(f"{W}{name}")
    if element is None:
        element = properties.makeelement(f"{W}{name}")
        properties.append(element)
    element.attrib.clear()
    for key, value in values.items():
        element.set(f"{W}{key}", value)
