"""A text under review as HTML that can do nothing: terms, findings and formatting marks in it, and what changed.

Everything that comes from a document or a person goes through `html.escape` here. The marks are for the eye; each has
words beside the text as well (`review_page`).
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from pubpipe.model import Content, Placeholder, Span, TagOpen, Text, tidy, to_markup
from pubpipe.model.change import DiffPart
from pubpipe.server.wording import visible

_KINDS = {
    "strong": "bold",
    "emphasis": "italic",
    "smallcaps": "small capitals",
    "code": "fixed width",
    "span": "format",
    "note": "footnote",
    "break": "line break",
    "math": "formula",
    "raw": "field",
}
"""Names of inline marks as people say them, where they differ from the model's."""


@dataclass(frozen=True)
class Mark:
    """A stretch of a text that something is said about."""

    span: Span
    """Characters of the plain text."""
    kind: str
    """"term" or "finding"."""
    ref: str = ""
    """The letter under which it is said."""


def text(words: str) -> str:
    """Words for the inside of an element or an attribute: they show as they are and mean nothing."""
    return escape(visible(words))


def marked(content: Content, marks: Iterable[Mark] = ()) -> str:
    """The text in the short form that people edit (`<1>…</1>`), with the stretches in `marks` set off.

    A stretch that is out of range or empty is left out.
    """
    wanted = [m for m in marks if 0 <= m.span.start < m.span.end]
    edges = sorted({m.span.start for m in wanted} | {m.span.end for m in wanted})
    named: set[int] = set()
    kinds = {i.id: i.kind for i in content if isinstance(i, TagOpen)}
    parts: list[str] = []
    offset = 0
    for item in tidy(content):
        if not isinstance(item, Text):
            kind = item.kind if isinstance(item, TagOpen | Placeholder) else kinds.get(item.id, "")
            name = _KINDS.get(kind, kind)
            parts.append(f'<span class="tag" title="{text(name)}">{text(to_markup((item,)))}</span>')
            offset += isinstance(item, Placeholder) and item.kind == "break"
            continue
        start, end = offset, offset + len(item.text)
        cuts = [start, *(e for e in edges if start < e < end), end]
        for one, other in itertools.pairwise(cuts):
            inside = [m for m in wanted if m.span.start <= one and other <= m.span.end]
            parts.append(_stretch(item.text[one - start : other - start], inside, named))
        offset = end
    return "".join(parts)


def _stretch(words: str, marks: Sequence[Mark], named: set[int]) -> str:
    shown = text(to_markup((Text(text=words),)))
    if not marks:
        return shown
    refs = [m.ref for m in marks if m.ref and id(m) not in named]
    named.update(id(m) for m in marks)
    ref = f' data-ref="{text(" ".join(refs))}"' if refs else ""
    return f'<mark class="{" ".join(sorted({m.kind for m in marks}))}"{ref}>{shown}</mark>'


def says_the_same(content: Content) -> bool:
    """Whether the text of what `marked` gives is exactly the short form, so that a script may take it from there."""
    markup = to_markup(content)
    pieces = "".join(to_markup((item,)) for item in tidy(content))
    return visible(markup) == markup == pieces


def changed(parts: Iterable[DiffPart]) -> str:
    """A comparison of two texts: what went is struck out, what came is underlined, and both are said in words to those
    who do not see that."""
    tags = {"removed": "del", "added": "ins"}
    out = []
    for part in parts:
        tag = tags.get(part.op)
        said = f'<span class="vh">[{part.op}: </span>{text(part.text)}<span class="vh">]</span>'
        out.append(f"<{tag}>{said}</{tag}>" if tag else text(part.text))
    return "".join(out)


def compare(before: str, after: str, *, spaced: bool) -> tuple[DiffPart, ...]:
    """Two texts word by word, or cluster by cluster where the script does not separate its words."""
    import regex

    pattern = r"\s+|[\p{L}\p{M}\p{N}]+|\X" if spaced else r"\X"
    one, other = regex.findall(pattern, before), regex.findall(pattern, after)
    parts: list[DiffPart] = []
    for op, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if op == "equal":
            parts.append(DiffPart(op="same", text="".join(one[a:b])))
            continue
        if a < b:
            parts.append(DiffPart(op="removed", text="".join(one[a:b])))
        if c < d:
            parts.append(DiffPart(op="added", text="".join(other[c:d])))
    return tuple(parts)
