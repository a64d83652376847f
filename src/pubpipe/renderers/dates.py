"""Dates as a reader of the language writes them."""

from __future__ import annotations

import datetime as dt

from pubpipe.languages import LanguageProfile

_BCP47 = {"gregorian": "gregory"}
"""Calendars that a locale tag calls otherwise (CLDR bcp47/calendar.xml): a key has at most eight letters."""


def long_date(date: dt.date, profile: LanguageProfile) -> str:
    """A date in words in the profile's calendar, in the digits that the project chose.

    CLDR's long form through ICU, or `LanguageProfile.date_pattern`. Without a choice the digits are Latin in every
    language, so that date, text, list numbers and page numbers agree (CLDR's default for Burmese would be native
    ones).
    """
    from icu4py.messageformat import MessageFormat

    noon = dt.datetime(date.year, date.month, date.day, 12, tzinfo=dt.UTC)
    style = profile.date_pattern or "long"
    calendar = _BCP47.get(profile.calendar, profile.calendar)
    locale = f"{profile.locale.replace('_', '-')}-u-ca-{calendar}-nu-latn"
    return profile.number(str(MessageFormat("{day, date, " + style + "}", locale).format({"day": noon})).strip())
