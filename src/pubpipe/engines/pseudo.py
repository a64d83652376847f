"""Text that looks like a translation and says nothing: to see a layout in a script before anybody translates.

The words are real ones of the target language (`LanguageProfile.sample`), because line breaking looks words
up in a dictionary, and are as long together as a translation would be. A leading ¤ tells it from a
translation.
"""

from __future__ import annotations

import re

from pubpipe.engines.base import EngineFactory, EngineSettings, Limits, fingerprint
from pubpipe.engines.protect import FORMS, LITERAL, NUMBER
from pubpipe.errors import EngineError
from pubpipe.identity import digest
from pubpipe.languages import LanguageProfile

MARK = "¤"
"""Stands before every pseudo-translation; every Noto font has it."""

_KEPT = re.compile(
    "|".join((*(form.found.pattern for form in FORMS.values()), LITERAL.pattern, NUMBER.pattern)), re.VERBOSE
)
_WORDS = re.compile(r"[^\W\d_]+(?:(?:[ \t\u00a0]+|[-’'])[^\W\d_]+)*")


class Settings(EngineSettings):
    """[engines.pseudo] has no settings."""


class PseudoEngine:
    name = "pseudo"
    languages = None
    limits = Limits(concurrency=2)
    fingerprint = fingerprint("pseudo", "1", {})

    def translate(
        self,
        text: str,
        source: LanguageProfile,  # noqa: ARG002 - the Protocol's name
        target: LanguageProfile,
    ) -> str:
        """Words of `target` for the words of `text`: the same answer for the same text, at any time,
        anywhere.

        Placeholders, numbers, addresses and punctuation stay; a full stop at the end becomes that of the
        script. EngineError for a language whose profile has no sample.
        """
        words = target.sample.split()
        if not words:
            raise EngineError(f"the profile of {target.english_name} has no sample text")
        turn = int(digest("pseudo", target.tag, text)[:8], 16)
        joint = " " if target.spaced else ""
        parts: list[str] = []
        at = 0
        for kept in [*_KEPT.finditer(text), None]:
            end = len(text) if kept is None else kept.start()
            last = 0
            stretch = text[at:end]
            for run in _WORDS.finditer(stretch):
                wanted = len(run[0]) * target.checking.length_ratio
                chosen: list[str] = []
                # Nearest length, at least one word: half a word too long is better than a word too short.
                while not chosen or len(joint.join(chosen)) + len(words[turn % len(words)]) / 2 < wanted:
                    chosen.append(words[turn % len(words)])
                    turn += 1
                parts += [stretch[last : run.start()], joint.join(chosen)]
                last = run.end()
            parts.append(stretch[last:])
            if kept is not None:
                parts.append(kept[0])
                at = kept.end()
        return MARK + _end("".join(parts), target)


def _end(text: str, target: LanguageProfile) -> str:
    """The text with the script's own full stop, or none where it has none."""
    if not text.endswith(".") or text.endswith(".."):
        return text
    return text[:-1] + target.checking.sentence_end[:1]


FACTORY = EngineFactory(Settings, lambda _, __: PseudoEngine())
