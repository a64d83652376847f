"""What a number counts: per cent and money stand in the target as in the source."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from pubpipe.checks.context import CheckContext, Described, finding, shown
from pubpipe.languages import LanguageProfile
from pubpipe.languages.normal import fold
from pubpipe.model import Finding

ID = "units"
FINDINGS = (
    Described(
        "units.percent",
        "warning",
        "The English counts in per cent and the translation has neither the sign nor the word, or the reverse: "
        "a share became a number.",
        "12 per cent of women → 12 women",
    ),
    Described(
        "units.currency",
        "warning",
        "An amount of money has lost its currency, or has another one.",
        "US$ 1,250 → 1,250 baht",
    ),
)

_NUMBER = r"\d[\d.,]{0,20}(?:\s?(?:thousand|million|billion|trillion|bn|mn|m|k))?"
_MONEY: dict[str, tuple[str, str]] = {
    # ISO 4217: (before a number, after a number)
    "USD": (r"US\$|USD|(?<![A-Z])\$", r"US\$|USD|(?:US |American )?dollars?"),
    "THB": ("THB|฿", "THB|(?:Thai )?baht"),
    "KHR": ("KHR|៛", "KHR|(?:Cambodian )?riels?"),
    "MMK": ("MMK|Ks", "MMK|(?:Myanmar )?kyats?"),
    "VND": ("VND|₫", "VND|(?:Vietnamese )?dongs?"),
    "LAK": ("LAK|₭", "LAK|(?:Lao )?kips?"),
    "JPY": ("JPY|JP¥|¥", "JPY|(?:Japanese )?yen"),
    "EUR": ("EUR|€", "EUR|€|euros?"),
    "GBP": ("GBP|£", "GBP|pounds sterling"),
    "CNY": ("CNY|RMB", "CNY|RMB|(?:Chinese )?yuan"),
    "MYR": ("MYR|RM", "MYR|RM|(?:Malaysian )?ringgits?"),
    "KRW": ("KRW|₩", "KRW|(?:Korean )?won"),
}
_AMOUNTS = {
    code: re.compile(rf"(?:{before})\s?{_NUMBER}|(?<![\w.]){_NUMBER}\s?(?:{after})\b")
    for code, (before, after) in _MONEY.items()
}
_ANY_MONEY = re.compile("|".join(f"{b}|{a}" for b, a in _MONEY.values()), re.IGNORECASE)
_SIGNS: dict[str, tuple[str, ...]] = {
    "USD": ("$", "usd"),
    "THB": ("฿", "thb", "baht"),
    "KHR": ("៛", "khr", "riel"),
    "MMK": ("mmk", "kyat"),
    "VND": ("₫", "vnd"),
    "LAK": ("₭", "lak", "kip"),
    "JPY": ("¥", "jpy"),
    "EUR": ("€", "eur"),
    "GBP": ("£", "gbp"),
    "CNY": ("cny", "rmb", "¥"),
    "MYR": ("myr", "rm"),
    "KRW": ("₩", "krw"),
}
_PER_CENT = re.compile(r"\d\s?%|\d\s?(?:per ?cent|percent(?:age points?)?)\b", re.IGNORECASE)
_SHARE = re.compile(r"%|per ?cent|\b(?:half|quarters?|thirds?|fifths?|proportion|rate|share|pp)\b", re.IGNORECASE)
_PERCENT_SIGN = re.compile(r"\d\s?%|%\s?\d")


def check(context: CheckContext) -> Iterable[Finding]:
    """A warning where per cent or a currency of the source is not in the target, or a per cent was added.

    Only whether each stands there is compared: the numbers themselves are the business of `numbers`.
    """
    yield from _percent(context)
    yield from _currency(context)


def _percent(context: CheckContext) -> Iterable[Finding]:
    words = context.profile.numbers.percent
    if not words:
        return
    wanted = _PER_CENT.search(context.source_text)
    text = context.target_folded
    stands = "%" in text or any(fold(w) in text for w in words)
    if wanted and not stands:
        yield finding(
            "units.percent",
            "warning",
            f"{shown(wanted[0])} is a share in English; the translation has neither % nor “{words[0]}”.",
            source=wanted.span(),
        )
    elif not wanted and not _SHARE.search(context.source_text):
        added = _PERCENT_SIGN.search(context.target_text)
        if added:
            yield finding(
                "units.percent",
                "warning",
                f"{shown(added[0])} is a share in the translation and none in the English.",
                target=added.span(),
            )


def _currency(context: CheckContext) -> Iterable[Finding]:
    known = context.profile.numbers.currencies
    if not known or not _ANY_MONEY.search(context.source_text):
        return
    named: dict[str, bool] = {}
    for code, amounts in _AMOUNTS.items():
        found = amounts.search(context.source_text)
        if not found or code not in known or _names(code, context.target_folded, context.profile):
            continue
        if not named:
            named = {c: _names(c, context.target_folded, context.profile) for c in known}
        other = next((c for c, there in named.items() if there and not _AMOUNTS[c].search(context.source_text)), None)
        instead = f"it names {known[other][0]}" if other else f"“{known[code][0]}” is expected"
        yield finding(
            "units.currency",
            "warning",
            f"The currency of {shown(found[0])} is not in the translation; {instead}.",
            source=found.span(),
        )


def _names(code: str, text: str, profile: LanguageProfile) -> bool:
    return _currency_pattern(code, profile.numbers.currencies.get(code, ()), profile.spaced).search(text) is not None


@functools.cache
def _currency_pattern(code: str, words: tuple[str, ...], spaced: bool) -> re.Pattern[str]:
    """Signs and codes stand beside a number, words of a spaced script stand alone."""
    edge = r"(?!\w)" if spaced else ""
    start = r"(?<!\w)" if spaced else ""
    parts = [start + re.escape(fold(w)) + edge for w in words]
    parts += [re.escape(s) if not s.isalpha() else rf"(?<![a-z]){s}(?![a-z])" for s in _SIGNS[code]]
    return re.compile("|".join(parts))
