"""Web and e-mail addresses: each of the source's as often in the target, unchanged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from pubpipe.checks.context import CheckContext, Described, finding
from pubpipe.model import Finding

ID = "urls"
FINDINGS = (
    Described(
        "urls",
        "error/warning",
        "A web or e-mail address is missing or changed (error), or added (warning).",
        "https://example.org/a → https://example.org/b",
    ),
)

ADDRESS = re.compile(
    r"(?:https?|ftp)://[!#-;=?-~]{1,2000}"
    r"|(?<![\w.@-])www\.[!#-;=?-~]{1,2000}"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}",
    re.ASCII,
)
"""Addresses in ASCII: Khmer or Japanese may follow one without a space. Each repetition is bounded."""
_TRAILING = ".,;:!?'\")]}"


def check(context: CheckContext) -> Iterable[Finding]:
    """An error for each address that is missing from the target, a warning for each that is not in the
    source."""
    wanted, found = addresses(context.source_text), addresses(context.target_text)
    missing = Counter(a for a, _ in wanted) - Counter(a for a, _ in found)
    added = Counter(a for a, _ in found) - Counter(a for a, _ in wanted)
    for address, span in wanted:
        if missing[address] > 0:
            missing[address] -= 1
            yield finding(ID, "error", f"The address {address} is missing or changed.", source=span, suggestion=address)
    for address, span in found:
        if added[address] > 0:
            added[address] -= 1
            yield finding(ID, "warning", f"The address {address} does not stand in the source.", target=span)


def addresses(text: str) -> list[tuple[str, tuple[int, int]]]:
    """Each address with its place, without the punctuation of the sentence around it."""
    out = []
    for match in ADDRESS.finditer(text):
        address = match[0].rstrip(_TRAILING)
        if "(" in address and match[0][len(address) :].startswith(")"):
            address += ")"
        out.append((address, (match.start(), match.start() + len(address))))
    return out
