"""Footnotes of HTML pages, in whatever way a program links them, in the one form that pandoc reads as footnotes."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

_MARK = re.compile(r"[\[(]?\s*(?:\d{1,4}|[a-z]{1,2}|[ivxlc]{1,6}|[*†‡§¶#]{1,4})\s*[\])]?", re.IGNORECASE)
_KNOWN = re.compile(r"(?<![\w-])(footnote-?ref|noteref|sd(foot|end)noteanc|mso(foot|end)notereference)", re.IGNORECASE)
"""Classes of pandoc and of most converters of Markdown, of LibreOffice and of Word."""
_BACK = re.compile(
    r"(?<![\w-])(foot|end)?note-?back|backlink|backref|reversefootnote|sd(foot|end)notesym", re.IGNORECASE
)
_NAVIGATION = re.compile(r"(jump|back|return|go)\b.{0,30}", re.IGNORECASE)
_OF_NOTES = re.compile(r"foot|note|(?<![a-z])(ftn|edn|fn)", re.IGNORECASE)
_TITLES = re.compile(r"(foot|end)?notes?( and references)?\s*:?", re.IGNORECASE)
"""What stands above notes at the end of a page; the pages of an edition carry them at their foot."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BODIES = ("p", "li", "div", "aside", "dd")
_AROUND = ("sup", "span", "font", "b", "i", "small")


@dataclass(frozen=True)
class Linked:
    """One footnote of a page."""

    marks: tuple[Any, ...]
    """The links in the text, emptied of their numbers."""
    body: Any
    """The element that holds the note's text, without the links back."""


def linked(root: Any) -> list[Linked]:
    """The page's footnotes in the order of their text; numbers of marks and links back are taken out of the tree.

    A link is a mark where it is called so (ARIA's doc-noteref, or a class that a program is known to write), or where
    it shows a number or sign only and the place that it leads to links back to it. Headings are no notes: a table of
    contents is linked both ways too.
    """
    places = {element: number for number, element in enumerate(root.iter())}
    named: dict[str, Any] = {}
    for element in places:
        if isinstance(element.tag, str):
            for name in (element.get("id"), element.get("name") if element.tag == "a" else None):
                if name:
                    named.setdefault(name, element)
    links = {a: unquote(a.get("href")[1:]) for a in root.iter("a") if (a.get("href") or "").startswith("#")}
    targets = [named[to] for a, to in links.items() if to in named and _is_mark(_said(a))]
    marks: dict[Any, list[Any]] = {}
    backs: dict[Any, list[Any]] = {}
    for link, to in links.items():
        target = named.get(to)
        body = _body(target, link, targets) if target is not None else None
        if body is None or places[link] > places[body]:
            continue
        own = _names(link)
        back = [a for a in body.iter("a") if links.get(a) in own]
        called = link.get("role") == "doc-noteref" or _KNOWN.search(_classes(link))
        raised = link.getparent().tag == "sup" or link.find("sup") is not None
        counted = body.tag == "li" or _said(body).startswith(_said(link))
        mark = _is_mark(_said(link))
        words = len(_said(body)) - sum(len(_said(a)) for a in back)
        if words > 0 and (called or (mark and (back or (raised and counted)))):
            marks.setdefault(body, []).append(link)
            backs.setdefault(body, []).extend(back)
    return [_emptied(body, marks[body], backs[body]) for body in sorted(marks, key=lambda b: places[b])]


def gather(root: Any, notes: Collection[Linked]) -> list[str]:
    """Move the notes into one list at the end of the page, as pandoc reads them; the words that this leaves out."""
    from lxml import etree

    if not notes:
        return []
    omitted: list[str] = []
    titles: list[Any] = []
    end = root.find("body") if root.find("body") is not None else root
    section = etree.SubElement(end, "section", {"role": "doc-endnotes"})
    listed = etree.SubElement(section, "ol")
    for number, note in enumerate(notes, 1):
        item = etree.SubElement(listed, "li", {"id": f"pubpipe-note-{number}"})
        for mark in note.marks:
            mark.attrib.clear()
            mark.set("role", "doc-noteref")
            mark.set("href", f"#pubpipe-note-{number}")
        around, before = note.body.getparent(), note.body.getprevious()
        note.body.drop_tree()
        if note.body.tag == "p":
            item.append(note.body)
        else:
            item.text = note.body.text
            item.extend(list(note.body))
        if before is not None and before.tag == "hr":
            before.drop_tree()
        if before is not None and before.tag in _HEADINGS and _TITLES.fullmatch(_said(before)):
            titles.append(before)
        omitted += _tidied(around, end)
    for title in titles:
        following = title.getnext()
        if following is None or following is section or following.tag in _HEADINGS:
            omitted.append(_said(title))
            title.drop_tree()
    return omitted


def _said(element: Any) -> str:
    return " ".join(element.text_content().split())


def _is_mark(text: str) -> bool:
    return bool(_MARK.fullmatch(text))


def _classes(link: Any) -> str:
    return " ".join(e.get("class") or "" for e in (link, *link.iterdescendants()) if isinstance(e.tag, str))


def _names(link: Any) -> set[str]:
    """What a link back may call the mark: the link's own names and those of what is wrapped around it alone."""
    around = [link, *link.iterdescendants()]
    parent = link.getparent()
    while parent is not None and parent.tag in _AROUND:
        around.append(parent)
        parent = parent.getparent()
    return {name for e in around for name in (e.get("id"), e.get("name")) if name}


def _body(target: Any, link: Any, targets: Collection[Any]) -> Any:
    """The element with the text of the note that a link leads to; None where that is no note."""
    body = target
    while body is not None and body.tag not in _BODIES:
        if body.tag in (*_HEADINGS, "body", "table", "td", "section"):
            return None
        body = body.getparent()
    if body is None or link in body.iterdescendants():
        return None
    parent = body.getparent()
    while (
        parent is not None
        and (parent.tag in ("li", "dd") or (parent.tag in ("div", "aside") and _is_of_notes(parent)))
        and _said(parent).startswith(_said(body))
        and link not in parent.iterdescendants()
        and all(t is target or t not in parent.iterdescendants() for t in targets)
    ):
        body, parent = parent, parent.getparent()
    return body


def _is_of_notes(element: Any) -> bool:
    return any(_OF_NOTES.search(element.get(name) or "") for name in ("id", "class", "style", "role"))


def _emptied(body: Any, marks: list[Any], backs: list[Any]) -> Linked:
    """The note, with the marks' numbers and the links back taken out."""
    shown = _said(marks[0])
    for mark in marks:
        if not _is_mark(_said(mark)):
            # words that are a link to the note stay, before its mark
            words = mark.makeelement("span")
            words.text = _said(mark)
            mark.addprevious(words)
        for child in list(mark):
            mark.remove(child)
        mark.text = ""
        _unbracketed(mark)
    for back in backs:
        if back.getparent() is None:
            continue
        said = _said(back)
        is_back = back.get("role") == "doc-backlink" or _BACK.search(back.get("class") or "")
        if is_back or _is_mark(said) or not re.search(r"\w", said) or _NAVIGATION.fullmatch(said):
            first = _said(body).startswith(said)
            if first and back.tail:
                back.tail = back.tail.lstrip(" \t\n\u00a0.):]")
            before = back.getprevious()
            if before is not None:
                before.tail = (before.tail or "").rstrip(" \t\n\u00a0")
            else:
                back.getparent().text = (back.getparent().text or "").rstrip(" \t\n\u00a0")
            _unbracketed(back)
            back.drop_tree()
        else:
            back.drop_tag()
    if body.tag != "li":
        _without_number(body, shown)
    return Linked(marks=tuple(marks), body=body)


def _unbracketed(link: Any) -> None:
    """Take brackets and commas around a link out, and the raised or coloured type that holds nothing else."""
    before = link.getprevious()
    text = (before.tail if before is not None else link.getparent().text) or ""
    if text.rstrip().endswith(("[", "(")) and (link.tail or "").lstrip().startswith(("]", ")")):
        text = text.rstrip()[:-1]
        link.tail = link.tail.lstrip()[1:]
        if before is not None:
            before.tail = text
        else:
            link.getparent().text = text
    around = link.getparent()
    while around.tag in _AROUND and not re.search(r"\w", _said(around)):
        upper = around.getparent()
        around.text = None
        for child in around:
            child.tail = None
        around.drop_tag()
        around = upper


def _without_number(body: Any, shown: str) -> None:
    """Take the note's number off where it is typed before the note's words."""
    from lxml import etree

    number = re.escape(shown.strip("[]() "))
    for event, element in etree.iterwalk(body, events=("start", "end")):
        if not isinstance(element.tag, str) or (event == "end" and element is body):
            continue
        name = "text" if event == "start" else "tail"
        said = getattr(element, name) or ""
        if said.strip():
            match = re.match(rf"\s*[\[(]?{number}[\])]?(?:[.:]?\s+|[.:]?$)", said) if number else None
            if match:
                setattr(element, name, said[match.end() :])
            return


def _tidied(around: Any, end: Any) -> list[str]:
    """Drop what was there for the notes alone: an empty list, a rule, a title. The words of the title."""
    omitted: list[str] = []
    while around is not None and around is not end and around.getparent() is not None:
        said = _said(around)
        if (said and not _TITLES.fullmatch(said)) or around.find(".//img") is not None:
            break
        if said:
            omitted.append(said)
        upper, before = around.getparent(), around.getprevious()
        around.drop_tree()
        if (
            before is not None
            and before.tag in ("hr", *_HEADINGS)
            and (before.tag == "hr" or _TITLES.fullmatch(_said(before)))
        ):
            omitted += [_said(before)] if before.tag != "hr" else []
            before.drop_tree()
        around = upper
    return omitted


__all__ = ["Linked", "gather", "linked"]
