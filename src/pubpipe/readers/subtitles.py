"""SubRip (.srt) and WebVTT (.vtt) to a `SourceDocument`: each subtitle a paragraph, its times beside it.

Times, identifiers, positions and the blocks of WebVTT that are no subtitles stand in the document as preformatted
text, which nobody translates: they come out as they went in. A subtitle is translated on its own, with its neighbours
in sight (docs/decisions/0008-html-edition.md): what a reviewer approves is what stands on the screen at that time.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

from pubpipe.errors import SourceError
from pubpipe.model import (
    Block,
    Code,
    Content,
    Inline,
    Paragraph,
    Placeholder,
    SourceDocument,
    TagClose,
    TagKind,
    TagOpen,
    Text,
    Unit,
    tidy,
)
from pubpipe.model.cue import times
from pubpipe.readers import base, markdown

NAME = "subtitles/1"
EXTENSIONS: tuple[str, ...] = (".srt", ".vtt")

_TOKEN = re.compile(r"</?[A-Za-z][^<>\n]*>|<\d[\d:.]*>|\{\\[^{}\n]*\}")
"""Tags of both formats, karaoke times of WebVTT, and the positions that SubRip took over from another format."""
_KINDS: dict[str, TagKind] = {"i": "emphasis", "b": "strong", "u": "underline"}
_SPEAKER = re.compile(r"[ \t]*(?:[-–—‐]|<v[ .]|>>)")


def read(data: bytes, folder: Path | None = None) -> SourceDocument:  # noqa: ARG001 (one signature for all readers)
    """The subtitles in the bytes of a file (UTF-8, or UTF-16 with a byte-order mark).

    SourceError names the line where a time cannot be read, ends before it begins, or text stands outside of any
    subtitle.
    """
    text = markdown.decode(data).removeprefix("\ufeff")
    base.check_length(len(text))
    lines = text.split("\n")
    web = bool(re.match(r"WEBVTT(?:[ \t]|$)", lines[0]))
    starts = _timing_lines(lines)
    if not starts:
        raise SourceError("the file has no subtitles.", remedy="A subtitle begins with 00:00:01,000 --> 00:00:04,000.")
    blocks: list[Block] = []
    first = _header_line(lines, starts, 0)
    if web:
        blocks += [Code(text=part) for part in _parts(lines[:first])]
    elif (stray := next((n for n in range(first) if lines[n].strip()), None)) is not None:
        raise SourceError(f"line {stray + 1} stands before the first subtitle.", remedy="Remove it.")
    for number, start in enumerate(starts):
        head = _header_line(lines, starts, number)
        end = _header_line(lines, starts, number + 1) if number + 1 < len(starts) else len(lines)
        blocks.append(Code(text="\n".join(line.strip() for line in lines[head : start + 1])))
        body = lines[start + 1 : end]
        cut = next((n for n, line in enumerate(body) if not line.strip()), len(body)) if web else len(body)
        content = _content([line for line in body[:cut] if line.strip()], web=web)
        if content:
            blocks.append(Paragraph(unit=Unit(id="", role="paragraph", content=content)))
        blocks += [Code(text=part) for part in _parts(body[cut:])]
    return base.assemble(base.Parts(blocks=tuple(blocks)), data=data, reader=f"{NAME} {'vtt' if web else 'srt'}")


def _timing_lines(lines: list[str]) -> list[int]:
    out = []
    comment = False
    for number, line in enumerate(lines):
        comment = bool(line.strip()) and (comment or line.startswith("NOTE"))
        if "-->" not in line or comment:
            continue
        found = times(line)
        if found is None:
            if not re.match(r"[ \t\d:.,]*-->", line):
                continue  # an arrow in the text of a subtitle
            raise SourceError(
                f"line {number + 1}: the time cannot be read.", remedy="Write it as 00:00:01,000 --> 00:00:04,000."
            )
        if found[1] < found[0]:
            raise SourceError(f"line {number + 1}: the subtitle ends before it begins.", remedy="Mend its times.")
        out.append(number)
    return out


def _header_line(lines: list[str], starts: list[int], number: int) -> int:
    """Where a subtitle begins: at the identifier before its timing line, if it has one.

    A line right before it is one after a blank line, and where blank lines were forgotten, if it counts on.
    """
    start = starts[number]
    before = start - 1
    floor = starts[number - 1] if number else -1
    if before <= floor or not lines[before].strip():
        return start
    if before - 1 <= floor or not lines[before - 1].strip():
        return before if floor < before - 1 or number == 0 else start
    last = lines[floor - 1].strip() if floor > 0 else ""
    counts = lines[before].strip().isdigit() and last.isdigit() and int(lines[before]) == int(last) + 1
    return before if counts else start


def _parts(lines: list[str]) -> list[str]:
    """The blocks between blank lines, as they stand."""
    return [part.strip("\n") for part in re.split(r"\n[ \t]*\n", "\n".join(lines)) if part.strip()]


def _content(lines: list[str], *, web: bool) -> Content:
    """The text of a subtitle: its lines as one, since another language breaks elsewhere; speakers keep theirs."""
    out: list[Inline] = []
    number = 0
    whole = ""
    for place, line in enumerate(lines):
        cleaned = line.strip()
        whole += ("\n" if _SPEAKER.match(cleaned) else " ") * bool(place) + cleaned
    tokens = _TOKEN.findall(whole)
    nested = _well_nested(tokens)
    opened: list[tuple[int, str]] = []
    for part in re.split(f"({_TOKEN.pattern}|\n)", whole):
        if not part:
            continue
        name = re.match(r"</?([A-Za-z]+)", part)
        number += 1
        if part == "\n":
            out.append(Placeholder(id=number, kind="break"))
        elif not _TOKEN.fullmatch(part):
            number -= 1
            out.append(Text(text=base.clean(html.unescape(part) if web else part)))
        elif not nested or name is None:
            out.append(Placeholder(id=number, kind="raw", ref=part))
        elif part.startswith("</"):
            number -= 1
            out.append(TagClose(id=opened.pop()[0]))
        else:
            kind = _KINDS.get(part[1:-1].lower(), "span")
            out.append(TagOpen(id=number, kind=kind, title=part if kind == "span" else None))
            opened.append((number, name[1]))
    out += [TagClose(id=id_) for id_, _ in reversed(opened)]
    return tidy(out)


def _well_nested(tokens: list[str]) -> bool:
    """Every end has its beginning; else the tags of this subtitle are kept as they are, one by one."""
    stack: list[str] = []
    for token in tokens:
        name = re.match(r"<(/?)([A-Za-z]+)", token)
        if name is None:
            continue
        if not name[1]:
            stack.append(name[2].lower())
        elif not stack or stack.pop() != name[2].lower():
            return False
    return all(name == "v" for name in stack)  # a voice may run to the end of its subtitle (W3C WebVTT, 4.2.2)


__all__ = ["EXTENSIONS", "NAME", "read"]
