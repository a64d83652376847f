"""Dates as a reader of the language writes them."""

from __future__ import annotations

import datetime as dt

from pubpipe.languages import LanguageProfile


def long_date(date: dt.date, profile: LanguageProfile) -> str:
    """A date in words in the language's default calendar, with Western digits.

    CLDR's long form through ICU, or `LanguageProfile.date_pattern`. Digits are Western in every language, so that
    date, text, list numbers and page numbers agree (CLDR's default for Burmese would be native ones).
    """
    from icu4py.messageformat import MessageFormat

    noon = dt.datetime(date.year, date.month, date.day, 12, tzinfo=dt.UTC)
    style = profile.date_pattern or "long"
    locale = f"{profile.locale.replace('_', '-')}-u-ca-{profile.calendar}-nu-latn"
    return str(MessageFormat("{day, date, " + style + "}", locale).format({"day": noon})).strip()
