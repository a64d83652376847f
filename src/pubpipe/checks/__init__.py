"""What is probably wrong with a translation, one file a check; nothing here changes a text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, Protocol

from pubpipe.checks import (
    characters,
    consistency,
    digits,
    empty,
    length,
    negation,
    numbers,
    punctuation,
    repetition,
    script,
    spaces,
    subtitles,
    tags,
    units,
    urls,
)
from pubpipe.checks.consistency import Consistency
from pubpipe.checks.context import CheckContext, Described
from pubpipe.languages import LanguageProfile
from pubpipe.model import Content, Finding, Severity


class Check(Protocol):
    """What a file of this folder has: a name, and a function from a pair to findings."""

    @property
    def ID(self) -> str:  # noqa: N802 -- a constant of a module
        """The check's name in findings and in pubpipe.toml."""
        ...

    @property
    def FINDINGS(self) -> tuple[Described, ...]:  # noqa: N802
        """Every kind of finding it makes, for the reference page."""
        ...

    @property
    def check(self) -> Callable[[CheckContext], Iterable[Finding]]:
        """Findings with their default severity; pure, in time that grows with the text."""
        ...


CHECKS: dict[str, Check] = {
    module.ID: module
    for module in (
        empty,
        tags,
        numbers,
        units,
        urls,
        script,
        characters,
        repetition,
        length,
        negation,
        punctuation,
        spaces,
        digits,
    )
}
"""Every check by its name, in the order in which findings are shown."""

Setting = Severity | Literal["off"]


def run(
    source: Content,
    target: Content,
    profile: LanguageProfile,
    *,
    segment: str | None = None,
    severities: Mapping[str, Setting] | None = None,
) -> tuple[Finding, ...]:
    """All findings on one translated segment.

    `severities` overrides defaults by a finding's id ("negation.must") or its check ("negation"); "off" drops
    it. An empty target is only that: the other checks are not asked.
    """
    context = CheckContext(source=source, target=target, profile=profile)
    found: list[Finding] = []
    for name, check in CHECKS.items():
        found += check.check(context)
        if name == empty.ID and not context.target_text.strip():
            break
    return _settle(found, severities or {}, segment)


def run_document(
    pairs: Sequence[tuple[str, Content, Content]],
    profile: LanguageProfile,
    *,
    severities: Mapping[str, Setting] | None = None,
) -> tuple[Finding, ...]:
    """Findings that only a whole document shows; `pairs` are (segment id, source, target) in its order."""
    return _settle(consistency.check_document(pairs, profile), severities or {}, None)


def run_subtitles(
    shown: Sequence[subtitles.Shown],
    profile: LanguageProfile,
    *,
    severities: Mapping[str, Setting] | None = None,
) -> tuple[Finding, ...]:
    """Findings on subtitles, which only their time on the screen shows: (segment id, seconds, text) each."""
    return _settle(subtitles.check_subtitles(shown, profile), severities or {}, None)


def _settle(findings: Iterable[Finding], severities: Mapping[str, Setting], segment: str | None) -> tuple[Finding, ...]:
    out = []
    for finding in findings:
        setting = severities.get(finding.check, severities.get(finding.check.partition(".")[0], finding.severity))
        if setting != "off":
            out.append(finding.model_copy(update={"severity": setting, "segment": segment or finding.segment}))
    return tuple(out)


FINDINGS: tuple[Described, ...] = (
    *(d for c in CHECKS.values() for d in c.FINDINGS),
    *consistency.FINDINGS,
    *subtitles.FINDINGS,
)
"""Every kind of finding of this room, in the order of the checks."""

__all__ = [
    "CHECKS",
    "FINDINGS",
    "Check",
    "CheckContext",
    "Consistency",
    "Described",
    "run",
    "run_document",
    "run_subtitles",
]
