"""From drafts to findings: every check and every term, over one edition."""

from __future__ import annotations

from pubpipe import __version__, checks, glossary
from pubpipe.identity import content_hash, digest
from pubpipe.model import Content, Finding
from pubpipe.model.cue import cues
from pubpipe.pipeline.edition import EditionView, view
from pubpipe.pipeline.workspace import Workspace


def check(ws: Workspace, present: EditionView) -> EditionView:
    """The edition with its findings up to date; checks run only if a text, a term or a setting moved."""
    severities = dict(ws.project.checks)
    stamp_key = f"checked/{present.publication}/{present.profile.tag}"
    timed = cues(present.source.document)
    stamp = digest(
        __version__,
        list(checks.CHECKS),
        present.profile.fingerprint,
        severities,
        [
            (
                s.id,
                present.terms[s.id],
                content_hash(target) if (target := present.targets[s.id]) is not None else None,
            )
            for s in present.segments
        ],
        [f.model_dump(mode="json") for f in present.source.document.findings],
        [cue.header for cue in timed],
    )
    if ws.store.cache.get([stamp_key]).get(stamp_key) == stamp:
        return present
    findings: list[Finding] = list(present.source.document.findings)
    pairs = []
    for segment in present.segments:
        target = present.targets[segment.id]
        if target is None:
            continue
        pairs.append((segment.id, segment.content, target))
        if not segment.translatable:
            continue
        findings += checks.run(segment.content, target, present.profile, segment=segment.id, severities=severities)
        for found in glossary.verify(present.hits[segment.id], segment.content, target, present.profile, ws.matcher):
            severity = severities.get(found.check, found.severity)
            if severity != "off":
                findings.append(found.model_copy(update={"segment": segment.id, "severity": severity}))
    findings += checks.run_document(pairs, present.profile, severities=severities)
    if timed:
        findings += checks.run_subtitles(_shown(present), present.profile, severities=severities)
    with ws.store.transaction():
        ws.store.findings.replace(present.publication, present.profile.tag, findings)
        ws.store.cache.put({stamp_key: stamp})
    # once more, for a text that somebody wrote meanwhile: these findings are not about it
    return check(ws, view(ws, present.publication, present.profile.tag, present.source))


def _shown(present: EditionView) -> list[tuple[str, float, Content]]:
    """The subtitles that have a translation: the segment that stands for each, its time, its text."""
    last = {s.unit: s.id for s in present.segments if present.targets[s.id] is not None}
    return [
        (last[cue.block.unit.id], cue.seconds, cue.block.unit.content)
        for cue in cues(present.localized.document)
        if cue.block is not None and cue.block.unit.id in last
    ]
