"""Numbers as values: what "1,204", "១.២០៤", "35万", "1.5 သိန်း" and "พ.ศ. 2568" have to do with one another.

One model for source and target. A number may be read in several ways (1.250 is 1250 to one writer and 1.25 to
another; 2025 is also 2568), so an amount is a set of readings, and two amounts agree where they share one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from pubpipe.languages import LanguageProfile
from pubpipe.languages.normal import fold

Number = Decimal | str
"""A value; the digits themselves where they are too many for one (an account number)."""
Force = Literal["required", "soft", "optional"]


class Amount(NamedTuple):
    """A number that stands in a text."""

    start: int
    end: int
    text: str
    first: Number
    """The reading that the writer most likely means."""
    readings: frozenset[Number]
    parts: tuple[Number, ...] = ()
    """What the same characters are if they are several numbers: "10.30" is also half past ten."""
    force: Force = "required"
    """soft: digits of a name or code (COVID-19, C189), which a translator may replace with the name;
    optional: a number in words, which the other language may write in digits or leave in another word."""


class MonthName(NamedTuple):
    start: int
    end: int
    text: str
    month: int


_WIDTH = {0xFF0E: ".", 0xFF0C: ",", 0xFF1A: ":", 0xFF05: "%", 0x066B: ".", 0x066C: ","}
_DIGITS = {
    zero + digit: str(digit) for zero in (0x0E50, 0x0ED0, 0x1040, 0x1090, 0x17E0, 0xFF10) for digit in range(10)
} | _WIDTH

_NUMBER = re.compile(
    r"(?<!\d)\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?!\d)(?:[.,]\d+)?"  # 1 204 500
    r"|\d+(?:[.,\u104a]\d+)*"
)
_SEPARATORS = re.compile(r"[.,\u104a \u00a0\u2009\u202f]")
_PRECISION = 28
"""Digits that a Decimal multiplies without rounding."""

_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "lakh": 5, "crore": 7}
_SHORT_SCALES = {"bn": 9, "mn": 6, "mln": 6, "tn": 12, "k": 3, "m": 6, "b": 9}
_SCALE = re.compile(
    r"[ \u00a0-]?(?:(?P<word>hundred|thousand|million|billion|trillion|lakh|crore)s?|(?P<short>bn|mn|mln|tn))\b"
    r"|(?P<letter>[kKmMbB])\b"
)
_DECADE = re.compile(r"['’]?s\b")
_HALF_DAY = re.compile(r"[ \u00a0]?([ap])\.?m\b", re.IGNORECASE)
_RANGE = re.compile(r"\s?(?:[-‐‑–—~〜/]|to|and|or)\s?$")
_CODE_BEFORE = re.compile(r"[A-Za-z][A-Za-z.]*[-‐‑/]?$|[A-Za-z\d]+[-‐‑]$")
_LINE = 40


def source_amounts(text: str, profile: LanguageProfile) -> list[Amount]:
    """The numbers of an English text, with the readings that the target language may give them."""
    plain = text.translate(_DIGITS)
    out: list[Amount] = []
    for match in _NUMBER.finditer(plain):
        start, end = match.span()
        first, readings, parts = _read(match[0], english=True)
        values = set(readings)
        force: Force = "required"
        before, after = plain[max(0, start - _LINE) : start], plain[end : end + _LINE]
        scale = _SCALE.match(after)
        if scale:
            power = _SCALES.get(scale["word"] or "") or _SHORT_SCALES[(scale["short"] or scale["letter"]).lower()]
            scaled = {_times(v, power) for v in values}
            # "5m" may be metres, so that its bare value stays possible
            values = scaled | (values if scale["letter"] else set())
            first = first if scale["letter"] == "m" else _times(first, power)
            parts = ()
            end += scale.end()
            _scale_range(out, plain, start, power)
        elif after[:1].isascii() and after[:1].isalpha() and not _DECADE.match(after):
            # "1st" may become "first", "3D" a word
            force = "soft"
        if _CODE_BEFORE.search(before) and not before.endswith((" ", "No.", "no.", "US", "USD", "THB", "p.", "pp.")):
            force = "soft"
        if isinstance(first, Decimal) and match[0].isdigit():
            values |= _year_readings(int(match[0]), len(match[0]), bool(_DECADE.match(after)), profile)
            values |= _short_year(out, before, match[0], profile)
            half = _HALF_DAY.match(after) or _HALF_DAY.match(after[3:] if after[:1] in ":." else "")
            if half and len(match[0]) <= 2:
                values |= {first + 12} if half[1].lower() == "p" else {first % 12}
            if before.endswith(":") and int(match[0]) == 0:
                force = "optional"
        out.append(Amount(start, end, text[start:end], first, frozenset(values), parts, force))
    return out


def target_amounts(text: str, profile: LanguageProfile) -> list[Amount]:
    """The numbers in digits of a translation; scale words, eras and digits of the language are understood."""
    plain = text.translate(_DIGITS)
    out: list[Amount] = []
    done = 0
    numbers = profile.numbers
    if numbers.eras:
        plain, found = _eras(plain, text, profile)
        out += found
    scale = _scale_pattern(tuple(numbers.scales), numbers.not_scales, profile.spaced)
    for match in _NUMBER.finditer(plain):
        start, end = match.span()
        if start < done:
            continue
        first, readings, parts = _read(match[0])
        force: Force = "required"
        if _is_code(plain, start, end):
            force = "soft"
        values = set(readings)
        if scale is not None:
            terms = [(first, values, _power(scale, plain, end, numbers.scales))]
            end = terms[0][2][1]
            # "3億5,000万": further numbers with smaller scales belong to the same amount
            while terms[-1][2][0]:
                following = _NUMBER.match(plain, _skip(plain, end))
                if following is None:
                    break
                value, more, _ = _read(following[0])
                power = _power(scale, plain, following.end(), numbers.scales)
                if power[0] >= terms[-1][2][0] or (power[0] == 0 and not _plain_rest(value, terms[-1][2][0], profile)):
                    break
                terms.append((value, set(more), power))
                end = power[1]
            if len(terms) > 1:
                pieces = tuple(_times(v, p[0]) for v, _, p in terms)
                total = sum((p for p in pieces if isinstance(p, Decimal)), Decimal(0))
                first, values, parts = total, {total}, pieces
            elif terms[0][2][0]:
                power = terms[0][2]
                first, values, parts = _times(first, power[0]), {_times(v, power[0]) for v in values}, ()
            elif numbers.scale_first:
                before = _scale_before(plain[max(0, start - _LINE) : start], numbers.scales)
                values |= {_times(v, before) for v in values} if before else set()
        done = end
        out.append(Amount(start, end, text[start:end], first, frozenset(values), parts, force))
    return sorted(out, key=lambda a: a.start)


def _is_code(plain: str, start: int, end: int) -> bool:
    before, after = plain[max(0, start - _LINE) : start], plain[end : end + 1]
    if after.isascii() and after.isalpha():
        return True
    return bool(re.search(r"[A-Za-z]$|[A-Za-z][-‐‑/]$", before))


# --- reading digits -----------------------------------------------------------------------------------------


def _read(digits: str, english: bool = False) -> tuple[Number, set[Number], tuple[Number, ...]]:
    """The likely value, all readings and, where it may be several numbers, the parts of digits with
    separators.

    A comma before three digits groups in English; before "000" any sign does, since nobody writes three
    empty decimals.
    """
    groups = _SEPARATORS.split(digits)
    signs = _SEPARATORS.findall(digits)
    if len(digits) > _PRECISION:
        return digits, {digits}, ()
    joined = Decimal("".join(groups))
    if not signs:
        return joined, {joined}, ()
    parts: tuple[Number, ...] = tuple(Decimal(g) for g in groups)
    decimal = Decimal("".join(groups[:-1]) + "." + groups[-1])
    grouped = 1 <= len(groups[0]) <= 3 and groups[0] != "0"
    thousands = grouped and all(len(g) == 3 for g in groups[1:])
    if len(signs) == 1:
        if not thousands:
            return decimal, {decimal}, parts
        if groups[-1] == "000" or (english and signs[0] == ","):
            return joined, {joined}, parts
        if signs[0] == ".":
            return decimal, {decimal, joined}, parts
        return joined, {joined, decimal}, parts
    if len(set(signs)) == 1:
        indian = grouped and len(groups[-1]) == 3 and all(len(g) == 2 for g in groups[1:-1])
        if thousands or (indian and signs[0] == ","):
            return joined, {joined}, parts
        return digits, {digits}, parts
    if len(set(signs[:-1])) == 1 and signs[-1] != signs[0] and grouped and all(len(g) == 3 for g in groups[1:-1]):
        return decimal, {decimal}, parts
    return digits, {digits}, parts


def _times(value: Number, power: int) -> Number:
    return value if isinstance(value, str) else value * (Decimal(10) ** power)


def _year_readings(value: int, digits: int, decade: bool, profile: LanguageProfile) -> set[Number]:
    out: set[Number] = set()
    if digits != 4:
        return out
    for offset in profile.numbers.year_offsets:
        if 1800 <= value <= 2200:
            out.add(Decimal(value + offset))
            if decade:
                out.add(Decimal((value + offset) // 10 * 10))
        if 1800 + offset <= value <= 2200 + offset:
            out.add(Decimal(value - offset))
    if decade:
        out.add(Decimal(value % 100))
    return out


def _short_year(out: list[Amount], before: str, digits: str, profile: LanguageProfile) -> set[Number]:
    """2016 for the 16 of "2015-16"."""
    if len(digits) != 2 or not out or not re.search(r"\d{4}\s?[-–/]\s?$", before):
        return set()
    century = re.search(r"(\d\d)\d\d\s?[-–/]\s?$", before)
    assert century is not None
    year = int(century[1] + digits)
    offsets = profile.numbers.year_offsets
    return {Decimal(year), *(Decimal(y) for o in offsets for y in (year + o, (year + o) % 100))}


def _scale_range(out: list[Amount], plain: str, start: int, power: int) -> None:
    """In "2 to 3 million" the 2 is millions as well, though it may be written bare."""
    if out and _RANGE.fullmatch(plain[out[-1].end : start]) and len(out[-1].readings) <= 4:
        last = out[-1]
        out[-1] = last._replace(readings=last.readings | {_times(v, power) for v in last.readings})


# --- scale words --------------------------------------------------------------------------------------------


@functools.cache
def _scale_pattern(words: tuple[str, ...], others: tuple[str, ...], spaced: bool) -> re.Pattern[str] | None:
    if not words:
        return None
    longest = sorted(words, key=len, reverse=True)
    end = r"(?!\w)" if spaced else ""
    never = f"(?!{'|'.join(map(re.escape, others))})" if others else ""
    return re.compile(rf"[\s\u200b]*{never}({'|'.join(map(re.escape, longest))}){end}", re.IGNORECASE)


def _power(scale: re.Pattern[str], plain: str, end: int, scales: dict[str, int]) -> tuple[int, int]:
    """The power of ten that the scale words after a number make, and where they end; growing ones
    multiply."""
    total = last = 0
    for _ in range(3):
        match = scale.match(plain, end)
        if match is None:
            break
        power = scales.get(match[1]) or scales[match[1].lower()]
        if total and power < last:
            break
        total, last, end = total + power, power, match.end()
    return total, end


def _skip(plain: str, at: int) -> int:
    while at < len(plain) and plain[at] in " \u00a0\u200b":
        at += 1
    return at


def _plain_rest(value: Number, power: int, profile: LanguageProfile) -> bool:
    """Whether a bare number may be the rest of a larger one: 2,000 after 3,501万, not the next number of a
    list."""
    return bool(profile.numbers.numerals) and isinstance(value, Decimal) and value < Decimal(10) ** power


def _scale_before(before: str, scales: dict[str, int]) -> int:
    bare = before.rstrip(" \u00a0\u200b").removesuffix("ပေါင်း").rstrip()
    return next((p for w, p in sorted(scales.items(), key=lambda i: -len(i[0])) if bare.endswith(w)), 0)


# --- eras, months, words ------------------------------------------------------------------------------------


def _eras(plain: str, text: str, profile: LanguageProfile) -> tuple[str, list[Amount]]:
    """Years counted in eras, and the text with those years blanked out."""
    numbers = profile.numbers
    names = "|".join(map(re.escape, numbers.eras))
    first = re.escape(numbers.era_first_year or "\ufffe")
    out = []

    def blank(match: re.Match[str]) -> str:
        count = int(match[2]) if match[2].isdigit() else 1
        year = Decimal(numbers.eras[match[1]] + count)
        out.append(Amount(*match.span(), text[match.start() : match.end()], year, frozenset({year})))
        return " " * len(match[0])

    plain = re.sub(rf"({names})[\s\u200b]*(\d{{1,3}}|{first})", blank, plain)
    return plain, out


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        1,
    )
    for name in names
}
_MONTH = re.compile(
    r"\b(January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?"
)
_MONTH_AFTER = re.compile(
    r"(?:\d(?:st|nd|rd|th)?(?: of)?|\b(?:in|since|until|till|by|from|early|late|mid|to|of))[ -]?$"
)
_MONTH_BEFORE = re.compile(r"[ ,]{0,2}(?:\d|(?:and|to|or|through)\b)|[-–]")
_SURE_MONTHS = frozenset((1, 2, 4, 6, 7, 9, 10, 11, 12))
"""Months whose full name is nothing else in English (March, May, August are)."""


def source_months(text: str) -> list[MonthName]:
    """The months named in an English text; "may" and "march" only where a date is around them."""
    out = []
    for match in _MONTH.finditer(text):
        month = _MONTHS[match[1].lower()]
        full = len(match[1]) > 4
        before, after = text[max(0, match.start() - 12) : match.start()], text[match.end() : match.end() + 8]
        dated = _MONTH_AFTER.search(before) or _MONTH_BEFORE.match(after)
        if (full and month in _SURE_MONTHS) or dated:
            out.append(MonthName(*match.span(), match[0], month))
    return out


@functools.cache
def _month_names(locale: str, extra: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    from babel import Locale

    months = Locale.parse(locale).months
    names = {(n, m) for context in months for w in ("wide", "abbreviated") for m, n in months[context][w].items()}
    # an abbreviation without a dot is a common word in Burmese ("အောက်" is October and "under")
    wide = {name for context in months for name in months[context]["wide"].values()}
    names = {(n, m) for n, m in names if n in wide or n.endswith(".")} | set(extra)
    keep = {(fold(n), m) for n, m in names if len(n) >= 2 and not any(c.isdigit() for c in n)}
    return tuple(sorted(keep, key=lambda n: (-len(n[0]), n)))


def target_months(folded: str, profile: LanguageProfile) -> dict[int, str]:
    """The months that a folded translation names in words, each with the name found."""
    out: dict[int, str] = {}
    for name, month in _month_names(profile.locale, tuple(sorted(profile.numbers.months.items()))):
        if name in folded and (not profile.spaced or re.search(rf"(?<!\w){re.escape(name)}(?!\w)", folded)):
            out.setdefault(month, name)
    return out


def surely_month(name: str, folded: str) -> bool:
    """Whether a name found in a folded text is a month: a short one only beside a number."""
    return len(name) > 3 or re.search(rf"\d[, ]*{re.escape(name)}|{re.escape(name)}[, ]*\d", folded) is not None


_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
)
_WORDS = {w: Decimal(i) for i, w in enumerate(f"{_UNITS} eighteen nineteen".split())}
_WORDS |= {
    w: Decimal(10 * i)
    for i, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_LOOSE: dict[str, tuple[str, ...]] = {
    **{w: (str(i),) for i, w in enumerate(_ORDINALS.split(), 1)},
    "a": ("1",),
    "an": ("1",),
    "once": ("1",),
    "single": ("1",),
    "each": ("1",),
    "per": ("1",),
    "every": ("1",),
    "another": ("1",),
    "same": ("1",),
    "twice": ("2",),
    "both": ("2",),
    "pair": ("2",),
    "couple": ("2",),
    "double": ("2",),
    "either": ("2",),
    "fortnight": ("2", "14", "15"),
    "biweekly": ("2",),
    "triple": ("3",),
    "dozen": ("12",),
    "half": ("0.5", "2", "1", "50", "6", "30"),
    "third": ("3", "1"),
    "thirds": ("3",),
    "quarter": ("0.25", "4", "1", "3"),
    "quarters": ("4",),
    "fifths": ("5",),
    "decade": ("10", "1"),
    "decades": ("10",),
    "century": ("100", "1"),
    "week": ("7", "1"),
    "hourly": ("1",),
    "daily": ("1",),
    "monthly": ("1",),
    "annual": ("1",),
    "yearly": ("1",),
    "hundred": ("100",),
    "hundreds": ("100",),
    "thousand": ("1000",),
    "thousands": ("1000",),
    "million": ("1000000",),
    "millions": ("1000000",),
    "billion": ("1000000000",),
    "billions": ("1000000000",),
}
"""Words for which a translator may write digits; they ask for nothing."""
_WORD = re.compile(r"[A-Za-z]+")
_ROMAN = re.compile(r"\b[IVXLC]{1,7}\b")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


def source_words(text: str) -> set[Number]:
    """The values that an English text names in words or Roman numerals: digits for them in the target add
    nothing."""
    out: set[Number] = set()
    run: list[str] = []
    for match in _WORD.finditer(text.lower()):
        word = match[0]
        out |= {Decimal(v) for v in _LOOSE.get(word, ())}
        if word in _WORDS or (run and (word in _SCALES or word == "and")):
            run.append(word)
            continue
        out |= _run_values(run)
        run = []
    out |= _run_values(run)
    for match in _ROMAN.finditer(text):
        values = [_ROMAN_VALUES[c] for c in match[0]]
        out.add(Decimal(sum(-v if v < max(values[i:], default=0) else v for i, v in enumerate(values[:20]))))
    return out


def _run_values(run: list[str]) -> set[Number]:
    """All values in a run of number words: the whole of it ("two hundred and five") and its pieces."""
    out: set[Number] = set()
    total, current = Decimal(0), Decimal(0)
    for word in run[:12]:
        if word in _WORDS:
            value = _WORDS[word]
            out.add(value)
            current = current + value if current == 0 or current % 10 == 0 or value >= 20 else value
        elif word in _SCALES:
            scaled = max(current, Decimal(1)) * Decimal(10) ** _SCALES[word]
            out.add(scaled)
            if _SCALES[word] == 2:
                current = scaled
            else:
                total, current = total + scaled, Decimal(0)
        out |= {current, total + current}
    return out if run else set()


@functools.lru_cache(maxsize=4096)
def spelled(value: Decimal, locale: str) -> str:
    """A whole number in words of the locale (CLDR spell-out rules through ICU), folded."""
    from icu4py.messageformat import MessageFormat

    return fold(str(MessageFormat("{n, spellout}", locale).format({"n": int(value)})))


def ideographic(text: str, profile: LanguageProfile) -> Iterator[Number]:
    """The values of numbers that a text writes in ideographs (二十五, 一九九八, 三万)."""
    numerals = profile.numbers.numerals
    if not numerals:
        return
    digits = {c: i for i, c in enumerate(numerals[:10])}
    small = {c: 10 ** (i + 1) for i, c in enumerate(numerals[10:])}
    large = {w: 10**p for w, p in profile.numbers.scales.items() if w not in small}
    for match in re.finditer(f"[{re.escape(numerals + ''.join(large))}]{{1,24}}", text):
        run = match[0]
        if all(c in digits for c in run):
            yield Decimal("".join(str(digits[c]) for c in run))
            continue
        total = section = digit = 0
        for char in run:
            if char in digits:
                digit = digits[char]
            elif char in small:
                section, digit = section + max(digit, 1) * small[char], 0
            else:
                total, section, digit = total + max(section + digit, 1) * large[char], 0, 0
        yield Decimal(total + section + digit)
