"""The styles of a template's base.docx: what a designer set in Word, made fit for every script."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from typing import Any

from pubpipe.errors import RenderError
from pubpipe.languages import LanguageProfile
from pubpipe.model import Value

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_NAMESPACE = re.compile(r' xmlns:\w+="[^"]*"')
_LATIN_SIZE = 10.5
"""Points that the sizes of a base.docx are meant for (`Typesetting.size`)."""

# What is taken over, in the order of the schema (ECMA-376 part 1, 17.3.1.26 and 17.3.2.28). Fonts and languages are
# the program's: they differ from language to language.
_PARAGRAPH = ("keepNext", "keepLines", "pageBreakBefore", "widowControl", "pBdr", "shd", "spacing", "ind", "jc")
_RUN = ("b", "i", "caps", "smallCaps", "color", "spacing", "sz", "u", "shd")
_TWINS = {"b": "bCs", "i": "iCs", "sz": "szCs"}


class WordStyle(Value):
    """A paragraph style of base.docx, as far as it is taken over: XML of its properties, without namespaces."""

    name: str
    paragraph: tuple[str, ...] = ()
    run: tuple[str, ...] = ()


class WordBase(Value):
    styles: tuple[WordStyle, ...] = ()
    fonts: tuple[str, ...] = ()
    """The families that it names; they are not used."""

    def style(self, name: str) -> WordStyle | None:
        return next((s for s in self.styles if s.name.casefold() == name.casefold()), None)


def read_base(data: bytes, where: str) -> WordBase:
    """The paragraph styles of a Word document; RenderError, with `where`, if it is none."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            root = etree.fromstring(archive.read("word/styles.xml"), parser)
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError, EOFError, ValueError, RuntimeError) as error:
        raise RenderError(
            f"{where} cannot be read as a Word document with styles.", remedy="Save it in Word as .docx."
        ) from error
    styles = []
    for style in root.iterfind(f"{{{_W}}}style[@{{{_W}}}type='paragraph']"):
        name = style.find(f"{{{_W}}}name")
        if name is None:
            continue
        styles.append(
            WordStyle(
                name=str(name.get(f"{{{_W}}}val")),
                paragraph=_taken(style.find(f"{{{_W}}}pPr"), _PARAGRAPH),
                run=_taken(style.find(f"{{{_W}}}rPr"), _RUN),
            )
        )
    named = {str(f.get(f"{{{_W}}}{slot}")) for f in root.iter(f"{{{_W}}}rFonts") for slot in ("ascii", "cs")}
    return WordBase(styles=tuple(styles), fonts=tuple(sorted(named - {"None"})))


def _taken(properties: Any, names: tuple[str, ...]) -> tuple[str, ...]:
    """The properties of these names, in this order, without references to the theme of the document they come from."""
    from lxml import etree

    if properties is None:
        return ()
    out = []
    for name in names:
        found = properties.find(f"{{{_W}}}{name}")
        if found is None:
            continue
        for element in found.iter():
            for key in [k for k in element.attrib if "theme" in k.lower() or not k.startswith(f"{{{_W}}}")]:
                del element.attrib[key]
        out.append(_NAMESPACE.sub("", etree.tostring(found, encoding="unicode")).strip())
    return tuple(out)


def restyled(styles: str, base: WordBase, profile: LanguageProfile) -> str:
    """word/styles.xml with the properties of the base's styles in the place of ours, in the fonts of the language.

    Each size, weight and slant gets its twin for complex scripts; sizes grow and shrink with the language's text size;
    a script without italics takes weight; where only single words could be spread, text stays ragged.
    """
    from lxml import etree

    root = etree.fromstring(styles.encode())
    for style in root.iterfind(f"{{{_W}}}style[@{{{_W}}}type='paragraph']"):
        name = style.find(f"{{{_W}}}name")
        own = base.style(str(name.get(f"{{{_W}}}val"))) if name is not None else None
        if own is None:
            continue
        paragraph = _element("pPr", own.paragraph)
        both = paragraph.find(f"{{{_W}}}jc")
        if both is not None and both.get(f"{{{_W}}}val") == "both" and profile.word_class == "complex":
            both.set(f"{{{_W}}}val", "left")
        outline = style.find(f"{{{_W}}}pPr/{{{_W}}}outlineLvl")
        if outline is not None:
            paragraph.append(outline)
        run = _element("rPr", _fitting(own.run, profile))
        for old in (*style.findall(f"{{{_W}}}pPr"), *style.findall(f"{{{_W}}}rPr")):
            style.remove(old)
        for new in (paragraph, run):
            if len(new):
                style.append(new)
    return str(etree.tostring(root, encoding="unicode"))


def _element(name: str, inside: Iterable[str]) -> Any:
    from lxml import etree

    return etree.fromstring(f'<w:{name} xmlns:w="{_W}">{"".join(inside)}</w:{name}>')


def _fitting(run: tuple[str, ...], profile: LanguageProfile) -> list[str]:
    """Run properties with their twins, sizes for the language, and weight for a slant that the script does not have."""
    from lxml import etree

    slanted = profile.typesetting.emphasis == "italic"
    heavy = any(part.startswith("<w:b") for part in run)
    out = []
    for given in run:
        part = given
        element = etree.fromstring(f'<w:x xmlns:w="{_W}">{part}</w:x>')[0]
        name = etree.QName(element).localname
        if name == "i" and not slanted:
            if heavy:
                continue
            name, part = "b", part.replace("<w:i", "<w:b", 1)
        if name == "sz":
            half = max(2, round(int(element.get(f"{{{_W}}}val", "21")) * profile.typesetting.size / _LATIN_SIZE))
            part = f'<w:sz w:val="{half}"/>'
        out.append(part)
        if name in _TWINS:
            out.append(part.replace(f"<w:{name}", f"<w:{_TWINS[name]}", 1))
    return out
