"""When a subtitle is on the screen: the timing line of SubRip and WebVTT as numbers."""

from __future__ import annotations

import re
from itertools import pairwise

from pubpipe.model.document import Block, Code, Paragraph, SourceDocument
from pubpipe.model.values import Value

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
TIMING = re.compile(rf"[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}(?P<settings>(?:[ \t].*)?)$")
"""SubRip writes a comma and hours, WebVTT a point and hours at will (W3C WebVTT, 4.1); both are read in both."""


class Cue(Value):
    """A subtitle of a document that came in as subtitles."""

    header: str
    """Identifier and timing line, as they stand in the file."""
    start: int
    """Milliseconds."""
    end: int
    block: Paragraph | None
    """Its text; None where it has none."""

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / 1000


def times(line: str) -> tuple[int, int] | None:
    """Start and end in milliseconds of a timing line; None for any other line."""
    match = TIMING.match(line)
    if match is None:
        return None
    values = match.groups()[:8]
    return _milliseconds(values[:4]), _milliseconds(values[4:])


def cues(document: SourceDocument) -> tuple[Cue, ...]:
    """The subtitles of a document, in its order: preformatted text with a timing line, and the paragraph after it."""
    out = []
    blocks: tuple[Block | None, ...] = (*document.blocks, None)
    for block, after in pairwise(blocks):
        if isinstance(block, Code) and (found := times(block.text.rpartition("\n")[2])) is not None:
            text = after if isinstance(after, Paragraph) else None
            out.append(Cue(header=block.text, start=found[0], end=found[1], block=text))
    return tuple(out)


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, rest = parts
    return ((int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)) * 1000 + int(
        (rest or "0").ljust(3, "0")
    )
