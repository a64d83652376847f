"""The words of charts and diagrams in another language, written where `pubpipe.word.charts` found them.

Runs of DrawingML name the fonts of the script in all slots and its language, as runs of Word do; what a chart copied
from its workbook is written there as well, so that English does not come back when somebody edits the data.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from typing import Any

from pubpipe.model import Content, Placeholder, TagClose, TagOpen, Text
from pubpipe.renderers.fallback import Piece
from pubpipe.renderers.source_look import Look
from pubpipe.word import A, DrawnParagraph, DrawnTag, Words
from pubpipe.word.package import SYMBOL_FONTS, remove

_PROPERTIES = (f"{A}rPr", f"{A}defRPr", f"{A}endParaRPr")
_CHILDREN = re.findall(
    r"\w+",
    "ln noFill solidFill gradFill blipFill pattFill grpFill effectLst effectDag highlight uLnTx uLn uFillTx uFill "
    "latin ea cs sym hlinkClick hlinkMouseOver rtl extLst",
)
"""Children of a:rPr in the order of the schema (ISO/IEC 29500-1, 21.1.2.3.9)."""
_ORDER = {f"{A}{name}": place for place, name in enumerate(_CHILDREN)}
_BEFORE_TEXT = re.findall(
    r"\w+", "date1904 lang roundedCorners AlternateContent style clrMapOvr pivotSource protection chart spPr"
)
"""Children of c:chartSpace before c:txPr (ISO/IEC 29500-1, 21.2.2.29)."""


def rewrite(paragraph: DrawnParagraph, target: Content, look: Look) -> None:
    """Put a translation into a paragraph of a chart or diagram."""
    element = paragraph.element
    made: list[Any] = []
    stack: list[DrawnTag] = []
    opened: dict[int, DrawnTag] = {}
    known: dict[tuple[str, str | None], list[DrawnTag]] = {}
    for tag in paragraph.tags:
        known.setdefault((tag.open.kind, tag.open.title), []).append(tag)
    waiting: dict[str, list[Any]] = {}
    for holder, node in paragraph.objects:
        waiting.setdefault(holder.ref, []).append(node)
    shown: dict[str, Any] = {}
    for item in target:
        match item:
            case TagOpen():
                alike = known.get((item.kind, item.title), [])
                tag = (alike.pop(0) if len(alike) > 1 else alike[0]) if alike else DrawnTag(item, {}, {})
                opened[item.id] = tag
                stack.append(tag)
            case TagClose() if item.id in opened and opened[item.id] in stack:
                stack.remove(opened[item.id])
            case Text():
                made += [_run(paragraph, "t", piece, stack, look) for piece in look.split(item.text)]
            case Placeholder(kind="break"):
                made.append(_run(paragraph, "br", Piece(""), stack, look))
            case Placeholder() if waiting.get(item.ref):
                node = shown[item.ref] = waiting[item.ref].pop(0)
                made.append(node)
            case Placeholder() if item.ref in shown:  # a translation that says it twice shows it twice
                made.append(copy.deepcopy(shown[item.ref]))
    made += [node for nodes in waiting.values() for node in nodes]  # what a translation lost stays
    before = [c for c in element if c.tag == f"{A}pPr"]
    after = [c for c in element if c.tag == f"{A}endParaRPr"]
    element[:] = [*before, *made, *after]
    _unlink(element)


def _run(paragraph: DrawnParagraph, kind: str, piece: Piece, stack: Iterable[DrawnTag], look: Look) -> Any:
    """One a:r (of a:br, the break itself) that looks like the tags that are open."""
    properties = paragraph.properties()
    for tag in stack:
        for name, value in tag.attributes.items():
            properties.attrib.pop(name, None)
            if value is not None:
                properties.set(name, value)
        for name, child in tag.children.items():
            for old in properties.findall(f"{A}{name}"):
                properties.remove(old)
            if child is not None:
                properties.append(copy.deepcopy(child))
        if tag.open.kind == "emphasis" and look.upright:
            properties.set("b", "1")
    _dress(properties, look, piece)
    run = paragraph.element.makeelement(f"{A}{'br' if kind == 'br' else 'r'}")
    run.append(properties)
    if kind == "t":
        text = run.makeelement(f"{A}t")
        text.text = piece.text
        run.append(text)
    return run


def _unlink(element: Any) -> None:
    """A shape that showed a cell shows the translation of what the cell said."""
    for above in element.iterancestors():
        above.attrib.pop("textlink", None)


def dress(words: Words, look: Look) -> None:
    """Give all letters of charts and diagrams the fonts and the language of the script, those of their theme too."""
    word = words.word
    for part in words.drawn.parts:
        root = word.xml(part)
        if root.tag.endswith("}chartSpace"):
            _whole_chart(root, look)
        for properties in list(root.iter(*_PROPERTIES)):
            _dress(properties, look)
        for run in list(root.iter(f"{A}r")):
            _step_in(run, look)
        for theme in word.related(part, "themeOverride"):
            look.theme(word.xml(theme))


def _step_in(run: Any, look: Look) -> None:
    """Cut a run where another font has to print its signs: one that no translation replaces ("∆ 5 %")."""
    pieces = look.split(run.findtext(f"{A}t") or "")
    if not any(piece.family for piece in pieces):
        return
    for piece in pieces:
        part = copy.deepcopy(run)
        properties = part.find(f"{A}rPr")
        _dress(_added(part, "rPr", 0) if properties is None else properties, look, piece)
        part.find(f"{A}t").text = piece.text
        run.addprevious(part)
    remove(run)


def _whole_chart(root: Any, look: Look) -> None:
    """The language of a chart, and fonts for the letters that no paragraph of it holds: names, numbers, legend."""
    for language in root.iterfind("{*}lang"):
        language.set("val", look.profile.word_locale)
    space = root.tag.removesuffix("chartSpace")
    text = root.find(f"{space}txPr")
    if text is None:
        text = root.makeelement(f"{space}txPr")
        text.append(text.makeelement(f"{A}bodyPr"))
        text.append(text.makeelement(f"{A}lstStyle"))
        place = 0
        for number, child in enumerate(root):
            if isinstance(child.tag, str) and child.tag.rsplit("}", 1)[-1] in _BEFORE_TEXT:
                place = number + 1
        root.insert(place, text)
    for holder in root.iter(f"{space}txPr"):
        for paragraph in holder.findall(f"{A}p") or [_added(holder, "p", len(holder))]:
            settings = paragraph.find(f"{A}pPr")
            settings = _added(paragraph, "pPr", 0) if settings is None else settings
            if settings.find(f"{A}defRPr") is None:
                last = settings.find(f"{A}extLst")
                _added(settings, "defRPr", len(settings) if last is None else settings.index(last))
            if paragraph.find(f"{A}endParaRPr") is None:
                _added(paragraph, "endParaRPr", len(paragraph))


def _added(parent: Any, name: str, place: int) -> Any:
    made = parent.makeelement(f"{A}{name}")
    parent.insert(place, made)
    return made


def _dress(properties: Any, look: Look, piece: Piece | None = None) -> None:
    """Fonts in all slots, the language, no false slant: what `Look.run` does to a run of Word."""
    latin = properties.find(f"{A}latin")
    if piece is None and latin is not None and (latin.get("typeface") or "").lower() in SYMBOL_FONTS:
        return
    family = piece.family if piece is not None else ""
    for name in ("latin", "ea", "cs", "rtl"):
        for old in properties.findall(f"{A}{name}"):
            remove(old)
    faces = {"latin": look.main, "ea": look.slots["eastAsia"], "cs": look.main}
    own = {"complex": "cs", "east-asian": "ea", "latin": "latin"}[look.profile.word_class]
    for name, face in faces.items():
        # LibreOffice sets a whole title in the fonts of its first run: a sign must not take the script's own from it
        kept = piece is not None and name == own and piece.word_class != look.profile.word_class
        element = properties.makeelement(f"{A}{name}")
        element.set("typeface", family if family and not kept else face)
        properties.append(element)
    properties.attrib.pop("altLang", None)
    locale = piece.locale if piece is not None and family else look.profile.word_locale
    if locale:
        properties.set("lang", locale)
    else:
        properties.attrib.pop("lang", None)
    for name in ("dirty", "err", "smtClean", "noProof"):
        properties.attrib.pop(name, None)
    if look.upright:
        properties.attrib.pop("i", None)
    properties[:] = sorted(properties, key=lambda c: _ORDER.get(c.tag, len(_ORDER)))


def save_data(words: Words) -> None:
    """Write the workbooks behind the charts, or take away those that cannot follow."""
    for sheet in words.drawn.sheets:
        sheet.save()


__all__ = ["dress", "rewrite", "save_data"]
