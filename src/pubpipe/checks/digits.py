"""Numbers in the digits that the project chose for the language."""

from __future__ import annotations

from collections.abc import Iterable

from pubpipe.checks.context import CheckContext, Described, finding, shown
from pubpipe.languages.digits import contradicting, in_digits
from pubpipe.model import Finding

ID = "digits"
FINDINGS = (
    Described(
        "digits",
        "warning",
        "A number is in other digits than `digits` of pubpipe.toml asks for. Without that setting nothing is asked. "
        "Codes, addresses and telephone numbers keep the digits that they have.",
        "14 provinces → ១៤ provinces, where digits = “latin”",
    ),
)


def check(context: CheckContext) -> Iterable[Finding]:
    """One warning a text, at its first number in other digits; the suggestion has all of them right."""
    text, profile = context.target_text, context.profile
    places = contradicting(text, profile)
    if not places:
        return
    start, end = places[0]
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    chosen = "Latin" if profile.digits == "latin" else profile.english_name
    yield finding(
        ID,
        "warning",
        f"{shown(text[start:end])}{more}: this project writes numbers in {chosen} digits.",
        target=(start, end),
        suggestion=in_digits(text, profile),
    )
