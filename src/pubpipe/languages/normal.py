"""Two forms of a text: `canonical`, which is stored and published, and `fold`, which is only compared.

NFC alone does not make equal what readers see as equal, and NFKC destroys Thai and Lao (it splits U+0E33 and
U+0EDC), so neither form is one of Unicode's own.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")
_SPACES = re.compile(r"\s+")


def canonical(text: str) -> str:
    """NFC with safe repairs; idempotent and lossless to the reader's eye."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """A key for comparing: canonical, case folded, without invisible characters, white space as one space."""
    text = _INVISIBLE.sub("", canonical(text))
    return _SPACES.sub(" ", text).strip().casefold()
