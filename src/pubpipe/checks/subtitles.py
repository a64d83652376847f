"""A subtitle that is longer than a viewer can read in its time, or than its lines hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pubpipe.checks.context import Described, finding
from pubpipe.languages import LanguageProfile
from pubpipe.languages.subtitling import parted, width
from pubpipe.model import Content, Finding, plain

ID = "subtitles"
FINDINGS = (
    Described(
        "subtitles.speed",
        "error/warning",
        "The subtitle has more letters a second than viewers of the language read; error at twice as many. Only where "
        "a limit is published: Thai, Vietnamese, Japanese.",
        "40 letters in one second",
    ),
    Described(
        "subtitles.line",
        "warning",
        "The subtitle does not fit into two lines of the language’s length. Only where a limit is published: Thai, "
        "Vietnamese, Japanese.",
        "three lines of text",
    ),
)

Shown = tuple[str, float, Content]
"""Segment id that a finding names, seconds on the screen, the whole text of the subtitle."""


def check_subtitles(shown: Sequence[Shown], profile: LanguageProfile) -> Iterable[Finding]:
    """Findings on subtitles; letters are counted as readers count them (a base with its marks is one)."""
    limits = profile.subtitles
    for segment, seconds, content in shown:
        text = plain(content)
        if not text.strip():
            continue
        if limits.speed is not None:
            letters = sum(width(line, profile) for line in text.split("\n"))
            speed = letters / seconds if seconds > 0 else float("inf")
            if speed > limits.speed:
                said = f"{speed:.0f} letters a second" if seconds > 0 else f"{letters:.0f} letters in no time"
                over = round(letters - limits.speed * seconds)
                yield finding(
                    "subtitles.speed",
                    "error" if speed >= 2 * limits.speed else "warning",
                    f"{said}; viewers read {limits.speed:g}. About {over} letters too many for {seconds:.1f} seconds.",
                ).model_copy(update={"segment": segment})
        if limits.line is not None:
            lines = _lines(text, profile)
            longest = max(width(line, profile) for line in lines)
            if longest > limits.line or len(lines) > 2:
                what = f"a line of {longest:g} letters" if longest > limits.line else f"{len(lines)} lines"
                yield finding(
                    "subtitles.line", "warning", f"The subtitle has {what}; two lines of {limits.line} are read."
                ).model_copy(update={"segment": segment})


def _lines(text: str, profile: LanguageProfile) -> list[str]:
    """The lines as they will stand on the screen."""
    if "\n" in text:
        return [line.strip() for line in text.split("\n")]
    cut = parted(text, profile)
    return [text] if cut is None else [text[:cut].rstrip(), text[cut:].strip()]
