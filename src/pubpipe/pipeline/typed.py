"""What the checks say of a text that somebody has typed and not sent yet: what they will say of it afterwards."""

from __future__ import annotations

from pubpipe import checks, glossary
from pubpipe.languages import canonical, profile
from pubpipe.model import Finding, MarkupError, Segment, from_markup
from pubpipe.pipeline.workspace import Workspace

_ORDER = {"block": 0, "error": 1, "warning": 2, "info": 3}


def findings_on(ws: Workspace, segment: Segment, language: str, text: str) -> tuple[Finding, ...]:
    """The findings on `text` (in the short form that people type) as the translation of one segment, worst first.

    What only a whole document shows is left out. A text whose marks cannot be read has one finding, which says so.
    """
    if not segment.translatable:
        return ()
    spoken = profile(language)
    severities = dict(ws.project.checks)
    try:
        target = from_markup(canonical(text.strip()), segment.content)
    except MarkupError as error:
        return (Finding(check="tags", severity="error", message=f"{error}.", segment=segment.id),)
    found = list(checks.run(segment.content, target, spoken, segment=segment.id, severities=severities))
    hits = ws.matcher.find(segment.content, language)
    for finding in glossary.verify(hits, segment.content, target, spoken, ws.matcher):
        severity = severities.get(finding.check, finding.severity)
        if severity != "off":
            found.append(finding.model_copy(update={"segment": segment.id, "severity": severity}))
    return tuple(sorted(found, key=lambda f: _ORDER[f.severity]))
