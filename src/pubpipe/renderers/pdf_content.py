"""What a page of a PDF is written in: strings, text-showing operators, ToUnicode tables."""

from __future__ import annotations

import re
from functools import lru_cache


def _string_pattern(depth: int) -> bytes:
    """A PDF literal string with balanced parentheses inside it, down to `depth` levels."""
    pattern = rb"\((?:[^()\\]++|\\[\s\S])*+\)"
    for _ in range(depth):
        pattern = rb"\((?:[^()\\]++|\\[\s\S]|" + pattern + rb")*+\)"
    return pattern


_LITERAL = _string_pattern(12)
_HEX = rb"<[0-9A-Fa-f\s]*+>"
STRING = rb"(?:" + _LITERAL + rb"|" + _HEX + rb")"
_ARRAY = rb"\[(?:[^\[\]()<>]++|" + STRING + rb")*+\]"
SHOW = rb"(?:" + _ARRAY + rb"\s*TJ\b|" + STRING + rb"\s*(?:Tj\b|['\"]))"
"""An operator that shows text, with its operand."""
SHOW_GOES_ON = (
    rb"(?:(?<=\[)" + _ARRAY[2:] + rb"\s*TJ\b"
    rb"|(?:(?<=\()" + _LITERAL[2:] + rb"|(?<=<)" + _HEX[1:] + rb")\s*(?:Tj\b|['\"]))"
)
"""The same after its first character: a pattern that begins with a set of characters is searched for much faster."""
STRING_GOES_ON = rb"(?:(?<=\()" + _LITERAL[2:] + rb"|(?<=<)(?:<|" + _HEX[1:] + rb"))"
"""A string, or the opening of a dictionary, after its first character: what stands in them is no operator."""
PART = re.compile(STRING + rb"|[-+.\d]+")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|[\s\S])")
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_BF_CHARS = re.compile(rb"beginbfchar(.*?)endbfchar", re.S)
_BF_RANGES = re.compile(rb"beginbfrange(.*?)endbfrange", re.S)
_PAIR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>")
_TRIPLE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")


@lru_cache(maxsize=8192)
def string_bytes(string: bytes) -> bytes:
    """What a PDF string, literal or hexadecimal, stands for."""
    if string[0] == 0x3C:
        digits = b"".join(string[1:-1].split())
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    inside = string[1:-1]
    return _ESCAPE.sub(_unescaped, inside) if b"\\" in inside else inside


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code[:1] in b"01234567":
        return bytes([int(code, 8) & 0xFF])
    return b"" if code in (b"\n", b"\r", b"\r\n") else _NAMED.get(code, code)


def text_string(data: bytes) -> str:
    if data.startswith(b"\xfe\xff"):
        return data[2:].decode("utf-16-be", "replace")
    return data.decode("latin-1")


def parse_cmap(data: bytes) -> dict[int, str]:
    mapping: dict[int, str] = {}
    for block in _BF_CHARS.findall(data):
        for glyph, text in _PAIR.findall(block):
            mapping[int(glyph, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
    for block in _BF_RANGES.findall(data):
        for first, last, text in _TRIPLE.findall(block):
            start = bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
            for step, glyph in enumerate(range(int(first, 16), int(last, 16) + 1)):
                mapping[glyph] = start[:-1] + chr(ord(start[-1]) + step)
    return mapping
