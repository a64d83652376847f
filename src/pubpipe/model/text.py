"""Text with inline markup, as a sequence of values instead of a string with markup inside.

A bold word is `TagOpen(1, "strong") Text("word") TagClose(1)`; a footnote mark is a `Placeholder`.
People see and type the short form of `to_markup`: `Read the <1>law</1>.<2/>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from pubpipe.model.values import Value

TagKind = Literal[
    "strong",
    "emphasis",
    "underline",
    "strike",
    "superscript",
    "subscript",
    "smallcaps",
    "code",
    "link",
    "span",
]
PlaceholderKind = Literal["break", "note", "image", "math", "raw"]


class Text(Value):
    """A run of plain characters."""

    type: Literal["text"] = "text"
    text: str


class TagOpen(Value):
    """The start of a formatted stretch; its `TagClose` has the same `id`."""

    type: Literal["open"] = "open"
    id: int
    kind: TagKind
    href: str | None = None
    """Where a link leads; only for kind "link"."""
    title: str | None = None


class TagClose(Value):
    """The end of the stretch that `TagOpen` of this `id` began."""

    type: Literal["close"] = "close"
    id: int


class Placeholder(Value):
    """Something that is not text and stands in it once: a line break, a footnote mark, an image, a formula."""

    type: Literal["placeholder"] = "placeholder"
    id: int
    kind: PlaceholderKind
    ref: str = ""
    """note: the `Note.id`; image: the `Resource.name`; math: the TeX source; raw: what the reader kept."""
    alt: str = ""
    """image: its alternative text in the source language."""


Inline = Annotated[Text | TagOpen | TagClose | Placeholder, Field(discriminator="type")]
Content = tuple[Inline, ...]

_MARK = re.compile(r"<(/?)(\d{1,6})(/?)>")
_ESCAPED = re.compile(r"(\\*)<(/?\d{1,6}/?)>")


def plain(content: Iterable[Inline]) -> str:
    """The characters alone; a line break is a newline, other placeholders are nothing."""
    parts: list[str] = []
    for item in content:
        if isinstance(item, Text):
            parts.append(item.text)
        elif isinstance(item, Placeholder) and item.kind == "break":
            parts.append("\n")
    return "".join(parts)


def tidy(content: Iterable[Inline]) -> Content:
    """The same content with adjacent texts joined and empty texts gone."""
    out: list[Inline] = []
    for item in content:
        if isinstance(item, Text):
            if not item.text:
                continue
            if out and isinstance(out[-1], Text):
                out[-1] = Text(text=out[-1].text + item.text)
                continue
        out.append(item)
    return tuple(out)


def to_markup(content: Iterable[Inline]) -> str:
    r"""The short form that people edit: `<1>…</1>` for a tag, `<2/>` for a placeholder.

    Text that looks like a mark gets a backslash before it, so that `from_markup` is its exact inverse.
    """
    parts: list[str] = []
    for item in tidy(content):
        if parts and not isinstance(item, Text):
            # a backslash that is text must not escape the mark after it
            parts[-1] += "\\" * (len(parts[-1]) - len(parts[-1].rstrip("\\")))
        if isinstance(item, Text):
            parts.append(_ESCAPED.sub(lambda m: m[1] * 2 + "\\<" + m[2] + ">", item.text))
        elif isinstance(item, TagOpen):
            parts.append(f"<{item.id}>")
        elif isinstance(item, TagClose):
            parts.append(f"</{item.id}>")
        else:
            parts.append(f"<{item.id}/>")
    return "".join(parts)


class MarkupError(ValueError):
    """The short form names a tag that the source does not have, or does not close one."""


def from_markup(markup: str, like: Iterable[Inline]) -> Content:
    """The content that `markup` stands for, its tags taken by number from `like` (the source segment).

    Raises `MarkupError` for a number that `like` does not have, or has in another form. Whether tags are
    complete and nested is for `tag_problems` to say.
    """
    opens = {i.id: i for i in like if isinstance(i, TagOpen)}
    holders = {i.id: i for i in like if isinstance(i, Placeholder)}
    out: list[Inline] = []
    position = 0
    for match in _ESCAPED.finditer(markup):
        slashes = match[1]
        out.append(Text(text=markup[position : match.start()] + "\\" * (len(slashes) // 2)))
        position = match.end()
        if len(slashes) % 2:
            out.append(Text(text=f"<{match[2]}>"))
            continue
        mark = _MARK.fullmatch(f"<{match[2]}>")
        if mark is None or (mark[1] and mark[3]):
            out.append(Text(text=f"<{match[2]}>"))
            continue
        number = int(mark[2])
        if mark[3]:
            if number not in holders:
                raise MarkupError(f"<{number}/> does not stand in the source")
            out.append(holders[number])
        elif mark[1]:
            if number not in opens:
                raise MarkupError(f"</{number}> does not stand in the source")
            out.append(TagClose(id=number))
        else:
            if number not in opens:
                raise MarkupError(f"<{number}> does not stand in the source")
            out.append(opens[number])
    out.append(Text(text=markup[position:]))
    return tidy(out)


def tag_problems(source: Iterable[Inline], target: Iterable[Inline]) -> tuple[str, ...]:
    """What is wrong with the target's inline tags, in words: missing, repeated, unknown, badly nested."""
    problems: list[str] = []

    def marks(content: Iterable[Inline]) -> list[str]:
        names = []
        for item in content:
            if isinstance(item, TagOpen):
                names.append(f"<{item.id}>")
            elif isinstance(item, TagClose):
                names.append(f"</{item.id}>")
            elif isinstance(item, Placeholder):
                names.append(f"<{item.id}/>")
        return names

    target = tuple(target)
    wanted, found = marks(source), marks(target)
    for name in dict.fromkeys(wanted):
        if name not in found:
            problems.append(f"{name} is missing")
        elif found.count(name) > wanted.count(name):
            problems.append(f"{name} stands {found.count(name)} times instead of {wanted.count(name)}")
    problems += [f"{name} does not stand in the source" for name in dict.fromkeys(found) if name not in wanted]
    stack: list[int] = []
    for item in target:
        if isinstance(item, TagOpen):
            stack.append(item.id)
        elif isinstance(item, TagClose):
            if not stack or stack[-1] != item.id:
                problems.append(f"</{item.id}> closes what is not open there")
            else:
                stack.pop()
    problems += [f"<{number}> is not closed" for number in stack if f"</{number}>" in found]
    return tuple(problems)
