"""Which text boxes of a finished Word file have smaller type than in the client's, or still too little room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pubpipe.languages import LanguageProfile
from pubpipe.model import Finding, Severity, quoted
from pubpipe.renderers.findings import NAMED_AT_MOST, as_finding
from pubpipe.renderers.fonts import FontSet
from pubpipe.renderers.source_boxes import Box, boxes_of, height_needed, own_paragraphs, sheet_of
from pubpipe.renderers.source_measure import Ruler, runs_of
from pubpipe.word import W, WordFile, accept_changes
from pubpipe.word.package import text_of


def look_at_boxes(
    word: WordFile, source: WordFile, stories: Sequence[str], profile: LanguageProfile, fonts: FontSet
) -> Iterator[Finding]:
    """What became of the text boxes in these parts, the worst first.

    Severity "warning": the text does not fit at any size that can be read, so the box is higher than it was drawn; what
    it covers there, the inspection of the PDF says. "info": the type is smaller than in the source, and the text fits.
    The tracked changes of `source` are accepted in place.
    """
    now, before = Ruler(word, profile, fonts), Ruler(source, profile, fonts)
    pitch = sheet_of(word.xml(word.main())).pitch
    smaller, higher = [], []
    for part in stories:
        if part not in source.parts:
            continue
        accept_changes(source.xml(part))
        boxes, drawn = list(boxes_of(word.xml(part))), list(boxes_of(source.xml(part)))
        for here, there in zip(boxes, drawn, strict=True) if len(boxes) == len(drawn) else ():
            sizes = _largest(here, now), _largest(there, before)
            words = quoted(text_of(here.contents[0]), 40)
            if 0 < sizes[0] < sizes[1]:
                smaller.append((sizes[0] / sizes[1], words))
                continue
            times = height_needed(here, now.blocks(here.contents[0], pitch) or ())
            if sizes[0] and times and not there.grows:
                higher.append((-times, words))
    yield from _named(
        "warning",
        [
            f"the text box {w} grows to {-t:.0%} of its height: no size of type makes its text fit"
            for t, w in sorted(higher)
        ],
        "more text boxes grow, whose text fits at no size",
    )
    yield from _named(
        "info",
        [
            f"the type of the text box {w} is {s:.0%} of its size in the source: so its text fits"
            for s, w in sorted(smaller)
        ],
        "more text boxes have smaller type than in the source",
    )


def _named(severity: Severity, messages: Sequence[str], more: str) -> Iterator[Finding]:
    for message in messages[:NAMED_AT_MOST]:
        yield as_finding("boxes", severity, message)
    if len(messages) > NAMED_AT_MOST:
        yield as_finding("boxes", severity, f"{len(messages) - NAMED_AT_MOST} {more}")


def _largest(box: Box, ruler: Ruler) -> int:
    """Half-points of the largest type in a text box; 0 without text."""
    sizes = (
        ruler.look(paragraph, run.find(f"{W}rPr")).size
        for paragraph in own_paragraphs(box.contents[0])
        for run in runs_of(paragraph)
        if any((t.text or "").strip() for t in run.findall(f"{W}t"))
    )
    return max(sizes, default=0)


__all__ = ["look_at_boxes"]
