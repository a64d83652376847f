"""An edition as SubRip or WebVTT, as its source came in: the same times, the text of the language in its own lines."""

from __future__ import annotations

import re
from html import escape

from pubpipe.errors import RenderError
from pubpipe.languages import LanguageProfile
from pubpipe.languages.subtitling import parted
from pubpipe.model import (
    Code,
    Content,
    DraftEdition,
    Edition,
    Finding,
    Paragraph,
    Placeholder,
    SourceDocument,
    TagClose,
    TagOpen,
    Text,
    plain,
)
from pubpipe.model.cue import cues, times
from pubpipe.renderers.base import Imprint
from pubpipe.renderers.findings import as_finding, pieces_of, squeezed, worst_first
from pubpipe.renderers.fonts import FontSet
from pubpipe.renderers.matter import PREVIEW
from pubpipe.renderers.runs import cleaned
from pubpipe.renderers.template import Template

_NAMES = {"emphasis": "i", "strong": "b", "underline": "u"}


def render_srt(
    edition: Edition,
    template: Template,
    profile: LanguageProfile,
    fonts: FontSet,  # noqa: ARG001 (a player brings its own)
    imprint: Imprint,  # noqa: ARG001 (there is no page for it)
) -> bytes:
    """The SubRip file of an edition (UTF-8, lines ended as Windows does, which players of the format expect)."""
    return _file(edition, template, profile, web=False).replace("\n", "\r\n").encode()


def render_vtt(
    edition: Edition,
    template: Template,
    profile: LanguageProfile,
    fonts: FontSet,  # noqa: ARG001 (a player brings its own)
    imprint: Imprint,  # noqa: ARG001 (there is no page for it)
) -> bytes:
    """The WebVTT file of an edition."""
    return _file(edition, template, profile, web=True).encode()


def _file(edition: Edition, template: Template, profile: LanguageProfile, *, web: bool) -> str:
    """The parts in the order of the source; a draft says on the screen, from the first second to the last, what it is.

    RenderError where the edition did not come in as subtitles: nobody knows when its sentences are spoken.
    """
    document = edition.localized.document
    known = cues(document)
    if not known:
        raise RenderError(
            "the publication has no times: it did not come in as subtitles.",
            remedy="Publish an .srt or .vtt file, or take srt and vtt out of `formats`.",
        )
    parts: list[str] = []
    if web and not (isinstance(document.blocks[0], Code) and document.blocks[0].text.startswith("WEBVTT")):
        parts.append("WEBVTT")
    blocks = list(document.blocks)
    place = 0
    while place < len(blocks):
        block = blocks[place]
        place += 1
        if not isinstance(block, Code):
            continue
        part = block.text
        if times(part.rpartition("\n")[2]) is not None:
            if place < len(blocks) and isinstance(after := blocks[place], Paragraph):
                part += "\n" + _shown(after.unit.content, profile, web=web)
                place += 1
            else:
                part += "\n"
        parts.append(part)
    if isinstance(edition, DraftEdition):
        first = next(n for n, part in enumerate(parts) if any(times(line) for line in part.split("\n")))
        parts.insert(first, _banner(template.label("draft", profile.tag), max(c.end for c in known), web=web))
    return "\n\n".join(parts) + "\n"


def _banner(words: str, end: int, *, web: bool) -> str:
    """A subtitle over all others, at the top of the picture."""
    text = f"{words} · {PREVIEW}"
    if web:
        return f"NOTE {text}\n\npreview\n{_time(0, '.')} --> {_time(end, '.')} line:0\n{escape(text, quote=False)}"
    return f"0\n{_time(0, ',')} --> {_time(end, ',')}\n{{\\an8}}{text}"


def _time(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{rest:03d}"


def _shown(content: Content, profile: LanguageProfile, *, web: bool) -> str:
    """The text of a subtitle with its tags, in at most two lines of its own; those of two speakers stay as they are."""
    content = cleaned(content)
    text = plain(content)
    cut = parted(text, profile) if "\n" not in text else None
    out: list[str] = []
    opened: list[TagOpen] = []
    place = 0
    for item in content:
        match item:
            case Text():
                piece = item.text
                if cut is not None and place <= cut < place + len(piece):
                    head, tail = piece[: cut - place].rstrip(), piece[cut - place :]
                    if not head and out:
                        out[-1] = out[-1].rstrip() if not out[-1].startswith("<") else out[-1]
                    out += [_escaped(head, web=web), "\n", _escaped(tail, web=web)]
                else:
                    out.append(_escaped(piece, web=web))
                place += len(piece)
            case TagOpen():
                opened.append(item)
                out.append(_tag(item))
            case TagClose():
                mine = next((t for t in reversed(opened) if t.id == item.id), None)
                out.append(_end(mine) if mine else "")
            case Placeholder(kind="break"):
                out.append("\n")
                place += 1
            case Placeholder(kind="raw"):
                out.append(item.ref)
            case _:
                pass
    return re.sub(r"\n{2,}", "\n", "".join(out)).strip()


def _escaped(text: str, *, web: bool) -> str:
    return escape(text, quote=False) if web else text


def _tag(tag: TagOpen) -> str:
    return f"<{_NAMES[tag.kind]}>" if tag.kind in _NAMES else tag.title or ""


def _end(tag: TagOpen) -> str:
    name = re.match(r"<([A-Za-z]+)", _tag(tag))
    return f"</{name[1]}>" if name else ""


# --- inspection ----------------------------------------------------------------------------------------------------


def inspect_subtitles(data: bytes, edition: Edition | None) -> tuple[Finding, ...]:
    """What is wrong with a subtitle file: its times, its text against the edition, its lines, the banner of a draft."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return (as_finding("file", "block", f"the file is not UTF-8 (byte {error.start})"),)
    lines = text.replace("\r\n", "\n").split("\n")
    found: list[Finding] = []
    shown = [found_ for line in lines if (found_ := times(line)) is not None]
    if not shown:
        return (as_finding("file", "block", "the file has no subtitles"),)
    for number, (start, end) in enumerate(shown, 1):
        if end < start:
            found.append(as_finding("times", "block", f"subtitle {number} ends before it begins"))
    blocks = [block.split("\n") for block in re.split(r"\n[ \t]*\n", "\n".join(lines))]
    for block in blocks:
        place = next((n for n, line in enumerate(block) if times(line)), None)
        if place is not None and len(block) - place - 1 > 2:
            found.append(as_finding("lines", "warning", f"three lines or more at {block[place].strip()}"))
    if edition is not None:
        found += _against(edition, text, shown)
    return worst_first(found)


def _against(edition: Edition, text: str, shown: list[tuple[int, int]]) -> list[Finding]:
    document: SourceDocument = edition.localized.document
    known = cues(document)
    found = []
    draft = isinstance(edition, DraftEdition)
    if draft != (PREVIEW in text):
        what = "a preview lacks its banner" if draft else "an approved edition carries the banner of a preview"
        found.append(as_finding("watermark", "block", what))
    if shown[draft:] != [(cue.start, cue.end) for cue in known]:
        found.append(as_finding("times", "block", "the times are not those of the source"))
    bare = re.sub(r"<[^<>\n]*>|\{\\[^{}\n]*\}", "", text)
    bare = squeezed(bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    for number, cue in enumerate(known, 1):
        if cue.block is None:
            continue
        for piece in pieces_of(cue.block.unit):
            if squeezed(re.sub(r"<[^<>\n]*>", "", piece)) not in bare:
                found.append(as_finding("text", "block", f"subtitle {number} is not in the file as it was approved"))
    return found
