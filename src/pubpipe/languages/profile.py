"""What pubpipe has to know of a language: one `LanguageProfile`, a page that a linguist can read and correct.

Sources are named beside each value: CLDR (Unicode Common Locale Data Repository 48), Unicode (the core
specification, UAX #14, UAX #29), the W3C layout requirements, and for widths and leading the project's own
measurements on Noto Sans. "Drafted, measured" is a word list that a machine drafted and that was kept for what
it does on human translations (docs/reference/checks.md); it waits for a linguist. A field that nobody has a
source for stays unset (None or empty) and switches the rule off.
"""

from __future__ import annotations

from typing import Literal

from pubpipe.model import LanguageTag, Value


class Quotes(Value):
    open: str
    close: str
    inner_open: str
    inner_close: str


class Typesetting(Value):
    """How a page of this script is set; lengths in em of the text size."""

    leading: str
    """Typst leading (from the bottom of one line to the top of the next)."""
    line_breaks: Literal["optimized", "simple"] = "optimized"
    tracking_min: str | None = None
    tracking_max: str | None = None
    """How far letter spacing may shrink and grow to justify a line; None: only spaces stretch."""
    dictionary_breaks: bool = False
    """Words are not separated: line-break opportunities come from ICU's dictionary."""
    emphasis: Literal["italic", "weight"] = "italic"
    """How emphasis looks: scripts without italics take weight and colour instead of a false slant."""
    not_at_line_start: str = ""
    """Characters that must stay with the word before."""
    size: float = 10.5
    """Text size in points that looks as large as 10.5 pt Latin."""


class Checking(Value):
    """Thresholds and word lists for the checks."""

    length_ratio: float
    """Mean target length by source length in characters: midway between the Universal Declaration of Human
    Rights and everyday prose, which is shorter (`make quality` measures both)."""
    sentence_end: str = ""
    """Characters that may end a sentence; empty: the script has no such mark and none is asked for."""
    negation: tuple[str, ...] = ()
    """Markers of which at least one is expected where English says "not", "never", "no". Empty: not
    checked."""
    negation_accidents: tuple[str, ...] = ()
    """Words that hold a marker of negation and negate nothing ("อย่าง" holds "อย่า"); they are passed
    over."""
    negation_sure: tuple[str, ...] = ()
    """Markers that say "not" wherever they stand as a word: where the English denies nothing, one of them was
    added. Empty: not checked."""
    affirmed: tuple[str, ...] = ()
    """Phrases with a marker of `negation_sure` that deny nothing ("かもしれません", perhaps)."""
    obligation: tuple[str, ...] = ()
    """Markers of which at least one is expected where English says "must", "shall". Empty: not checked."""
    signature: tuple[tuple[int, int], ...] = ()
    """Code points (first, last) of which every text longer than some words has one: kana tell Japanese from
    Chinese."""
    common_words: tuple[str, ...] = ()
    """Words of nearly every sentence, where the language has the letters of English and no marks on them: what
    tells the two apart."""
    question_end: tuple[str, ...] = ()
    """Endings of a question besides "?": a sentence that ends so needs no question mark."""


class Numbers(Value):
    """How numbers are written besides digits; the checks read it, nothing else."""

    scales: dict[str, int] = {}
    """Words after a number and the power of ten that they multiply it by."""
    not_scales: tuple[str, ...] = ()
    """Words that begin like a scale word and are none ("พันธ" after พัน)."""
    scale_first: bool = False
    """The scale word may also stand before the number ("သန်း ၂၀": 20 million)."""
    year_offsets: tuple[int, ...] = ()
    """What a common-era year may be raised by (Buddhist era: 543)."""
    eras: dict[str, int] = {}
    """Names of eras before a year of their own, and what to add to it for the common era."""
    era_first_year: str = ""
    """What stands for the first year of an era instead of a number (元)."""
    months: dict[str, int] = {}
    """Names of months in use beside CLDR's."""
    spelled_below: int = 1_000_000_000
    """Numbers under this one are recognised as words (ICU's spell-out rules for the locale)."""
    word_accidents: tuple[str, ...] = ()
    """Words that hold the name of a number and count nothing ("ခုနှစ်" is seven and also "year"); they are
    passed over where a number is looked for in words."""
    percent: tuple[str, ...] = ()
    """Words for per cent beside the sign. Empty: not compared."""
    currencies: dict[str, tuple[str, ...]] = {}
    """ISO 4217 code to what the language calls the money, without the country ("ดอลลาร์"); symbols and codes
    are understood anyway. Empty: not compared."""
    numerals: str = ""
    """Digits from zero, then ten, hundred and thousand, where numbers are also written in ideographs."""


class Subtitles(Value):
    """What a viewer can read on the screen. None: nobody has published a limit, and none is checked."""

    line: int | None = None
    """Letters of one line (`subtitling.width`)."""
    speed: float | None = None
    """Letters a second."""


class LanguageProfile(Value):
    """Everything that makes one language different; code reads fields, it never compares tags."""

    tag: LanguageTag
    english_name: str
    native_name: str
    locale: str
    """Babel's and ICU's name of the locale, underscore form."""
    word_locale: str
    """What Word calls it (w:lang), hyphen form with region."""
    script: str
    """ISO 15924."""
    script_ranges: tuple[tuple[int, int], ...]
    """Code points (first, last) whose letters and marks belong to the script."""
    word_class: Literal["latin", "complex", "east-asian"]
    """Which of Word's three font slots and language attributes the script uses (ECMA-376 part 1, 17.3.2)."""
    fonts: tuple[str, ...]
    """Font families in order; the second one has the Latin letters and symbols that the first lacks."""
    spaced: bool
    """Words are separated by spaces."""
    sentence_joint: str
    """What stands between two sentences of a paragraph."""
    native_digits: str | None = None
    """Ten digits from zero, where the script has its own."""
    digits: Literal["latin", "native"] | None = None
    """Which digits a project chose for this language. None: it did not choose; the program writes Latin ones
    and no text is judged by its digits."""
    word_numbers: str = ""
    """What Word calls decimal numbers in the native digits (ECMA-376 part 1, 17.18.59 ST_NumberFormat); "": it
    has no such format."""
    word_number_switch: str = ""
    """The same for a field (ECMA-376 part 1, 17.16.4.3.1)."""
    calendar: str = "gregorian"
    """Unicode calendar type ("buddhist", "japanese") in which dates are written by default."""
    calendars: tuple[str, ...] = ("gregorian",)
    """The calendars that a project may choose: those in use, whose eras CLDR names in the language."""
    date_pattern: str | None = None
    """An ICU pattern where CLDR's long date is not the house form; None: CLDR's long date."""
    quotes: Quotes
    typesetting: Typesetting
    checking: Checking
    numbers: Numbers = Numbers()
    subtitles: Subtitles = Subtitles()
    engine_codes: dict[str, str] = {}
    """The language's code at an engine where it is not the tag: {"mymemory": "km-KH"}; "": it has none
    there."""
    sample: str = ""
    """Words with a space between them, whatever the script does: what pseudo-translations are made of."""
    latin_diacritics: bool = False
    """Latin script told from English by its diacritics."""

    @property
    def native(self) -> bool:
        """The project chose the digits of the script."""
        return self.digits == "native" and self.native_digits is not None

    def number(self, text: object) -> str:
        """A number that the program writes itself, in the digits that the project chose."""
        if not self.native or self.native_digits is None:
            return str(text)
        return str(text).translate(str.maketrans("0123456789", self.native_digits))

    @property
    def fingerprint(self) -> str:
        """Changes when any field changes: part of the key of a draft and of a rendition."""
        from pubpipe.identity import digest, short

        return f"{self.tag}/{short(digest(self.model_dump(mode='json')))}"
