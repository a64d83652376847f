"""Every number and month of the source stands in the target with the same value, however it is written
there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from pubpipe.checks.amounts import (
    Amount,
    Number,
    ideographic,
    source_amounts,
    source_months,
    source_words,
    spelled,
    surely_month,
    target_amounts,
    target_months,
)
from pubpipe.checks.context import CheckContext, Described, finding, shown
from pubpipe.languages import LanguageProfile
from pubpipe.languages.normal import fold
from pubpipe.model import Finding

ID = "numbers"
FINDINGS = (
    Described(
        "numbers",
        "error/warning",
        "A value is missing or changed. A warning where the digits of a name or code are only gone (COVID-19).",
        "1,204 women → 1,240 women",
    ),
    Described(
        "numbers.fewer",
        "warning",
        "A value stands less often than in the English, and no other value took its place.",
        "5 of the 5 camps → 5 camps",
    ),
    Described(
        "numbers.extra",
        "warning",
        "A value stands in the translation alone.",
        "Workers were paid. → 50 workers were paid.",
    ),
    Described(
        "numbers.month",
        "error/warning",
        "A month is not named, neither by name nor by number. Error where another month stands instead.",
        "30 January → 30 March",
    ),
)

_LOOKED_UP = 100
"""Missing numbers that are searched as words, each through the whole target."""
_LONG_WORD = 6
"""Characters from which a number in words is not part of another word by accident."""


def check(context: CheckContext) -> Iterable[Finding]:
    """An error for a value that is missing or changed, a warning for one that was added.

    Native and full-width digits, separators of both kinds, scale words, Buddhist and Japanese eras, months by
    name or number and numbers in words are the same value. Digits of names and codes that are
    gone (COVID-19) and values that stand less often than in the source are warnings.
    """
    source = source_amounts(context.source_text, context.profile)
    target = target_amounts(context.target_text, context.profile)
    months = target_months(context.target_folded, context.profile)
    missing, extra = _match(source, target)
    wrong_months = []
    for name in source_months(context.source_text):
        number = next((t for t in extra if t.first == name.month), None)
        if number is not None:
            extra.remove(number)
        elif name.month not in months and not any(Decimal(name.month) in t.readings for t in target):
            wrong_months.append(name)
    by_name = months.keys() - {n.month for n in source_months(context.source_text)}
    missing = [s for s in missing if not (isinstance(s.first, Decimal) and s.first in by_name)]
    words = source_words(context.source_text)
    known = words | {v for s in source for v in s.readings}
    extra = [t for t in extra if not (t.readings & known) and not (t.parts and set(t.parts) <= known)]
    present = {v for t in target for v in t.readings} | {v for t in target for v in t.parts}
    if missing and not [t for t in extra if t.force == "required"]:
        written = _Written(context)
        dated = _dated(context.source_text)
        missing = [s for i, s in enumerate(missing) if i >= _LOOKED_UP or not written.has(s, s.start in dated)]
    dates = [t for t in extra if isinstance(t.first, Decimal) and 1 <= t.first <= 12]
    for name, t in zip(list(wrong_months), dates, strict=False):
        wrong_months.remove(name)
        extra.remove(t)
        yield finding(
            "numbers.month",
            "error",
            f"{shown(name.text)} is not found in the translation; {shown(t.text)} may stand for another month.",
            source=(name.start, name.end),
            target=(t.start, t.end),
        )
    yield from _report(missing, extra, present)
    named = {n.month for n in source_months(context.source_text)}
    for name in wrong_months:
        other = next(
            (m for m, word in months.items() if m not in named and surely_month(word, context.target_folded)), None
        )
        yield finding(
            "numbers.month",
            "error" if other else "warning",
            f"{shown(name.text)} is not found in the translation"
            + (f"; it names another month ({months[other]})." if other else "."),
            source=(name.start, name.end),
        )


def _report(missing: list[Amount], extra: list[Amount], present: set[Number]) -> Iterable[Finding]:
    hard = [t for t in extra if t.force == "required"]
    codes = [t for t in extra if t.force == "soft"]
    if codes and len(codes) == len(missing) and all(s.force == "soft" for s in missing):
        hard = codes
    for place, s in enumerate(missing):
        span = (s.start, s.end)
        if s.force == "optional":
            continue
        if place < len(hard) and len(missing) == len(hard):
            t = hard[place]
            yield finding(
                ID,
                "error",
                f"{shown(s.text)} is {shown(t.text)} in the translation.",
                source=span,
                target=(t.start, t.end),
                suggestion=s.text,
            )
        elif not hard and s.readings & present:
            yield finding(
                "numbers.fewer", "warning", f"{shown(s.text)} stands less often than in English.", source=span
            )
        else:
            level = "warning" if s.force == "soft" else "error"
            yield finding(
                ID,
                "warning" if level == "warning" else "error",
                f"{shown(s.text)} is missing from the translation or was changed.",
                source=span,
                suggestion=s.text,
            )
    if len(missing) != len(hard):
        for t in hard:
            yield finding(
                "numbers.extra",
                "warning",
                f"{shown(t.text)} does not stand in the English.",
                target=(t.start, t.end),
            )


class _Written:
    """Whether the target has a number in words; short words are found by accident, so that this only
    excuses."""

    def __init__(self, context: CheckContext) -> None:
        self.profile: LanguageProfile = context.profile
        self.text = context.target_folded
        for phrase in self.profile.numbers.word_accidents:
            self.text = self.text.replace(fold(phrase), "\x00" * len(fold(phrase)))
        self._ideographic: set[Number] | None = None
        self._edges: frozenset[int] | None = None

    def has(self, amount: Amount, dated: bool) -> bool:
        """Days and years stand in digits (or ideographs), whatever else the script writes in words."""
        if self._ideographic is None:
            self._ideographic = set(ideographic(self.text, self.profile))
        if amount.readings & self._ideographic:
            return True
        value = amount.first
        if dated or not isinstance(value, Decimal) or value != int(value):
            return False
        if value >= self.profile.numbers.spelled_below or (1900 <= value <= 2100 and amount.text.isdigit()):
            return False
        words = spelled(value, self.profile.locale)
        if self.profile.spaced:
            return re.search(rf"(?<!\w){re.escape(words)}(?!\w)(?! ?\d)", self.text) is not None
        if len(words) > _LONG_WORD:
            return words.replace(" ", "") in self.text.replace(" ", "")
        return any(
            m.start() in self.edges and m.end() in self.edges and not self.text[m.end() : m.end() + 1].isdigit()
            for m in re.finditer(re.escape(words), self.text)
        )

    @property
    def edges(self) -> frozenset[int]:
        """Where ICU's dictionary begins and ends words: "three" inside "to use" is no number."""
        if self._edges is None:
            from icu4py.breakers import WordBreaker

            breaker = WordBreaker(self.text, self.profile.locale)
            self._edges = frozenset(p for pair in breaker.segments() for p in pair[:2])
        return self._edges


def _dated(text: str) -> frozenset[int]:
    """Where the numbers of dates with a month's name begin: "7 April", "April 7, 2020"."""
    out = set()
    for month in source_months(text):
        before, after = text[max(0, month.start - 9) : month.start], text[month.end : month.end + 14]
        day = re.search(r"(\d{1,2})(?:st|nd|rd|th)?(?: of)? $", before)
        if day:
            out.add(month.start - len(before) + day.start(1))
        follows = re.match(r" (\d{1,2})(?!\d)(?:st|nd|rd|th)?(?:,? \d{4})?", after)
        if follows:
            out.add(month.end + follows.start(1))
    return frozenset(out)


def _match(source: Sequence[Amount], target: Sequence[Amount]) -> tuple[list[Amount], list[Amount]]:
    """What has no partner on either side, by values: likely readings first, then any, then parts."""
    free = dict(enumerate(target))
    left: list[Amount] = list(source)
    for by_first in (True, False):
        places: dict[Number, list[int]] = defaultdict(list)
        for index, t in reversed(free.items()):
            for value in (t.first,) if by_first else t.readings:
                places[value].append(index)
        rest: list[Amount] = []
        for s in left:
            partner = next(
                (
                    found
                    for value in ((s.first,) if by_first else sorted(s.readings, key=lambda v: v != s.first))
                    if (found := _pop(places[value], free)) is not None
                ),
                None,
            )
            if partner is None:
                rest.append(s)
            else:
                del free[partner]
        left = rest
    return _match_parts(left, list(free.values()))


def _pop(places: list[int], free: dict[int, Amount]) -> int | None:
    while places:
        index = places.pop()
        if index in free:
            return index
    return None


def _match_parts(source: list[Amount], target: list[Amount]) -> tuple[list[Amount], list[Amount]]:
    """The same for amounts that are several numbers on one side: "10:30" and "10.30", "25/12/2025" and
    "25.12.2025"."""
    source, target = _consume(source, target)
    target, source = _consume(target, source)
    return source, target


def _consume(ones: list[Amount], wholes: list[Amount]) -> tuple[list[Amount], list[Amount]]:
    """Without each whole whose parts all stand among the ones, and without those ones."""
    if not ones or not any(w.parts for w in wholes):
        return ones, wholes
    places: dict[Number, list[int]] = defaultdict(list)
    for index, one in reversed(list(enumerate(ones))):
        for value in one.readings:
            places[value].append(index)
    used: set[int] = set()
    rest = []
    for whole in wholes:
        taken: list[int] = []
        for part in whole.parts:
            stack = places.get(part, [])
            while stack and stack[-1] in used:
                stack.pop()
            match = next((i for i in reversed(stack[-8:]) if i not in used and i not in taken), None)
            if match is not None:
                taken.append(match)
        if whole.parts and len(taken) == len(whole.parts):
            used.update(taken)
        else:
            rest.append(whole)
    return [one for index, one in enumerate(ones) if index not in used], rest
