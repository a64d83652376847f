"""Which text boxes of a finished Word file have smaller type than in the client's, read from both files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pubpipe.languages import LanguageProfile
from pubpipe.model import Finding, quoted
from pubpipe.renderers.findings import NAMED_AT_MOST, as_finding
from pubpipe.renderers.fonts import FontSet
from pubpipe.renderers.source_boxes import Box, boxes_of, own_paragraphs
from pubpipe.renderers.source_measure import Ruler, runs_of
from pubpipe.word import W, WordFile, accept_changes
from pubpipe.word.package import text_of


def smaller_type(
    word: WordFile, source: WordFile, stories: Sequence[str], profile: LanguageProfile, fonts: FontSet
) -> Iterator[Finding]:
    """The boxes in these parts whose type is smaller than in the source, the smallest first: their text did not fit.

    The tracked changes of `source` are accepted in place. Severity "info": a person may want to look, or to shorten.
    """
    now, before = Ruler(word, profile, fonts), Ruler(source, profile, fonts)
    found = []
    for part in stories:
        if part not in source.parts:
            continue
        accept_changes(source.xml(part))
        for here, there in zip(boxes_of(word.xml(part)), boxes_of(source.xml(part)), strict=False):
            sizes = _largest(here, now), _largest(there, before)
            if 0 < sizes[0] < sizes[1]:
                found.append((sizes[0] / sizes[1], quoted(text_of(here.contents[0]), 40)))
    for share, words in sorted(found)[:NAMED_AT_MOST]:
        message = f"the type of the text box {words} is {share:.0%} of its size in the source, so that the text fits"
        yield as_finding("boxes", "info", message)
    if len(found) > NAMED_AT_MOST:
        message = f"{len(found) - NAMED_AT_MOST} more text boxes have smaller type than in the source"
        yield as_finding("boxes", "info", message)


def _largest(box: Box, ruler: Ruler) -> int:
    """Half-points of the largest type in a text box; 0 without text."""
    sizes = (
        ruler.look(paragraph, run.find(f"{W}rPr")).size
        for paragraph in own_paragraphs(box.contents[0])
        for run in runs_of(paragraph)
        if any((t.text or "").strip() for t in run.findall(f"{W}t"))
    )
    return max(sizes, default=0)


__all__ = ["smaller_type"]
