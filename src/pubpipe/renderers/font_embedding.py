"""Fonts inside a Word file, so that it reads right where they are not installed (ECMA-376 Part 1, 17.8).

A font part is a TrueType file whose first 32 bytes are mixed with the key that stands in the font table; nothing is
secret in that, the part just cannot be installed by a double click. Only fonts whose makers allow it travel (OS/2
fsType): all of ours do. A font of a few hundred characters travels whole, so that the text can be edited with it;
one of thousands (Japanese, Chinese, Korean) with the characters of the document, both kana and all signs.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pubpipe.errors import RenderError
from pubpipe.identity import Hash, digest_bytes
from pubpipe.renderers.fonts import FontFile, FontSet
from pubpipe.renderers.word_xml import package

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_FONT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/font"
_FONT_TYPE = "application/vnd.openxmlformats-officedocument.obfuscatedFont"
_TABLE = "word/fontTable.xml"
_SLOTS = ("embedRegular", "embedBold", "embedItalic", "embedBoldItalic")
_BEFORE_EMBEDDING = (
    *("writeProtection", "view", "zoom", "removePersonalInformation", "removeDateAndTime"),
    *("doNotDisplayPageBoundaries", "displayBackgroundShape", "printPostScriptOverText"),
    *("printFractionalCharacterWidth", "printFormsData"),
)
"""What stands before w:embedTrueTypeFonts in w:settings (ECMA-376 Part 1, CT_Settings)."""
_MANY = 8000
"""Characters from which on a font travels in parts."""
_SIGNS = (
    *((0x20, 0x7F), (0xA0, 0x250), (0x2B0, 0x300), (0x1E00, 0x1F00), (0x2000, 0x2070), (0x20A0, 0x20C0)),
    *((0x2100, 0x2200), (0x2460, 0x2500), (0x25A0, 0x2600), (0x3000, 0x3100), (0xFF00, 0xFFF0)),
)
"""Latin letters with those of Vietnamese, punctuation, currencies, arrows, circled numbers, kana, full-width forms."""
_UNUSED = frozenset(["aalt", "valt", "vert", "vhal", "vkna", "vkrn", "vpal", "vrt2", "vrtr"])
"""OpenType features that a program offers to choose from, and those of vertical lines, which no page of ours has."""


class Face(NamedTuple):
    """One cut of a family that a document uses."""

    family: str
    bold: bool
    italic: bool

    @property
    def slot(self) -> str:
        return _SLOTS[self.bold + 2 * self.italic]


def embed_fonts(data: bytes, fonts: FontSet) -> bytes:
    """The Word file with the fonts in it that its text names, as far as they are in `fonts`; same input, same bytes.

    RenderError where a font forbids to be embedded or cannot be cut.
    """
    from lxml import etree

    parser = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    trees = {
        name: etree.fromstring(part, parser)
        for name, part in parts.items()
        if isinstance(part, bytes) and name.startswith("word/") and name.endswith(".xml")
    }
    text = frozenset(
        ord(character)
        for tree in trees.values()
        for element in tree.iter(f"{_W}t", f"{_W}lvlText")
        for character in (element.text or element.get(f"{_W}val") or "")
    )
    files = {(f.family, f.style): f for f in fonts.files}
    made: list[tuple[Face, str, bytes]] = []
    for number, face in enumerate(sorted(_faces(trees.values(), frozenset(f.family for f in fonts.files))), 1):
        file = files.get((face.family, "italic" if face.italic else "normal"))
        if file is None:
            continue  # a family without italics: the program slants the upright one
        cut = _cut(file, text, bold=face.bold)
        key = _key(digest_bytes(cut))
        name = f"publication{number}.odttf"  # a client's file may carry fonts of its own
        parts[f"word/fonts/{name}"] = obfuscated(cut, key)
        made.append((face, name, key))
    if not made:
        return data
    _name_in_table(parts, trees, made)
    _name_in_settings(parts, trees)
    _name_type(parts)
    return package(parts)


def obfuscated(font: bytes, key: bytes) -> bytes:
    """The font with its first 32 bytes mixed with the 16 of the key, last byte first; doing it again undoes it."""
    mixed = bytes(byte ^ key[15 - place % 16] for place, byte in enumerate(font[:32]))
    return mixed + font[32:]


def _key(content: Hash) -> bytes:
    """The key of a font part, from its content: the same font gets the same key in every document."""
    return bytes.fromhex(content)[:16]


def _written(key: bytes) -> str:
    """The key as Word writes it: a GUID in braces."""
    digits = key.hex().upper()
    return f"{{{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}}}"


def _faces(trees: Iterable[Any], known: frozenset[str]) -> set[Face]:
    """The cuts that runs and styles ask for. Which runs a style makes bold is Word's to work out: where anything is
    bold or slanted, every family that the text names comes in that cut too.
    """
    families: set[str] = set()
    cuts: set[tuple[bool, bool]] = {(False, False)}
    for tree in trees:
        for named in tree.iter(f"{_W}rFonts"):
            families |= {str(named.get(f"{_W}{slot}")) for slot in ("ascii", "hAnsi", "eastAsia", "cs")}
        for properties in tree.iter(f"{_W}rPr"):
            bold, italic = (_on(properties, *names) for names in (("b", "bCs"), ("i", "iCs")))
            cuts |= {(bold, italic), (bold, False), (False, italic)}
    return {Face(family, *cut) for family in families & known for cut in cuts}


def _on(properties: Any, *names: str) -> bool:
    found = (properties.find(f"{_W}{name}") for name in names)
    return any(e is not None and e.get(f"{_W}val", "1") not in ("0", "false", "off") for e in found)


def _cut(file: FontFile, text: frozenset[int], *, bold: bool) -> bytes:
    own = _characters(str(file.path), file.sha256)
    in_part = len(own) > _MANY or file.family == "Noto Sans"  # of which we need Latin letters, not the Greek
    wanted = own & (text | _signs()) if in_part else own
    return _face(str(file.path), file.sha256, file.family, wanted, bold)


@lru_cache(maxsize=1)
def _signs() -> frozenset[int]:
    return frozenset(code for first, end in _SIGNS for code in range(first, end))


@lru_cache(maxsize=32)
def _characters(path: str, _sha256: Hash) -> frozenset[int]:
    from pubpipe.renderers.font_characters import code_points

    with Path(path).open("rb") as file:
        return code_points(file)


@lru_cache(maxsize=64)
def _face(path: str, _sha256: Hash, family: str, characters: frozenset[int], bold: bool) -> bytes:
    """A TrueType file of one weight with these characters and every glyph that they turn into, named as Word asks."""
    import logging

    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont, TTLibError
    from fontTools.varLib import instancer

    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells of every table that it leaves alone
    options: Any = Options()
    options.layout_features = sorted(set(options.layout_features) - _UNUSED)
    options.name_IDs = [0, 13, 14]
    options.notdef_outline = True
    options.recalc_timestamp = False
    try:
        with TTFont(path, recalcTimestamp=False) as font:
            if not may_embed(font["OS/2"].fsType):
                raise RenderError(
                    f"the maker of {family} does not allow the font to be embedded.",
                    remedy="Leave embed_fonts out, or use another font.",
                )
            subsetter = Subsetter(options)
            subsetter.populate(unicodes=characters)
            subsetter.subset(font)
            for name in ("vhea", "vmtx", "VORG"):
                if name in font:
                    del font[name]
            if "fvar" in font:
                weight = 700 if bold else 400
                axes = {a.axisTag: weight if a.axisTag == "wght" else a.defaultValue for a in font["fvar"].axes}
                instancer.instantiateVariableFont(font, axes, inplace=True)
            _name(font, family, bold=bold, italic="italic" in path.lower())
            out = io.BytesIO()
            font.save(out, reorderTables=False)
    except (TTLibError, OSError) as error:
        raise RenderError(
            f"{family} cannot be cut out of {path}: {error}.", remedy="Install pubpipe's font packages again."
        ) from error
    return out.getvalue()


def may_embed(fs_type: int) -> bool:
    """Whether a font's OS/2 fsType lets an editable document carry its outlines, and a part of them (OpenType, OS/2).

    Bit 1 forbids it, bit 2 alone lets a document be printed only, bit 8 forbids subsets, bit 9 lets bitmaps travel.
    """
    if fs_type & 0x0300:
        return False
    return fs_type & 0x000F == 0 or bool(fs_type & 0x0008)


def _name(font: Any, family: str, *, bold: bool, italic: bool) -> None:
    """The names and flags by which programs put the cuts of a family together."""
    style = {(0, 0): "Regular", (1, 0): "Bold", (0, 1): "Italic", (1, 1): "Bold Italic"}[bold, italic]
    full = family if style == "Regular" else f"{family} {style}"
    for number, words in (
        (1, family),
        (2, style),
        (3, full),
        (4, full),
        (6, f"{family.replace(' ', '')}-{style.replace(' ', '')}"),
    ):
        font["name"].setName(words, number, 3, 1, 0x409)
    flags = font["OS/2"].fsSelection & ~0b0110_0001
    font["OS/2"].fsSelection = flags | (0b10_0000 if bold else 0) | italic | (0b100_0000 if style == "Regular" else 0)
    font["OS/2"].usWeightClass = 700 if bold else 400
    font["head"].macStyle = bold | italic << 1
    if "STAT" in font:
        del font["STAT"]


def _name_in_table(parts: dict[str, str | bytes], trees: dict[str, Any], made: list[tuple[Face, str, bytes]]) -> None:
    from lxml import etree

    table = trees.get(_TABLE)
    if table is None:
        raise RenderError("the Word file has no font table.", remedy="Save it again with Word or LibreOffice.")
    relations = _opened(parts, "word/_rels/fontTable.xml.rels", "Relationships", _RELATIONS)
    for old in [r for r in relations if str(r.get("Id")).startswith("rIdPublication")]:
        relations.remove(old)
    for face, name, key in made:
        entry = next((e for e in table if e.get(f"{_W}name") == face.family), None)
        if entry is None:
            entry = etree.SubElement(table, f"{_W}font", {f"{_W}name": face.family})
        for old in entry.findall(f"{_W}{face.slot}"):
            entry.remove(old)
        number = f"rId{name.removesuffix('.odttf').capitalize()}"
        reference = entry.makeelement(f"{_W}{face.slot}", {f"{_R}id": number, f"{_W}fontKey": _written(key)})
        later = _SLOTS[_SLOTS.index(face.slot) + 1 :]
        following = next((e for e in entry if e.tag in {f"{_W}{slot}" for slot in later}), None)
        entry.insert(len(entry) if following is None else entry.index(following), reference)
        etree.SubElement(
            relations, f"{{{_RELATIONS}}}Relationship", {"Id": number, "Type": _FONT, "Target": f"fonts/{name}"}
        )
    parts[_TABLE] = _bytes(table)
    parts["word/_rels/fontTable.xml.rels"] = _bytes(relations)


def _name_in_settings(parts: dict[str, str | bytes], trees: dict[str, Any]) -> None:
    settings = trees.get("word/settings.xml")
    if settings is None:
        return
    for name in ("embedTrueTypeFonts", "saveSubsetFonts"):
        for old in settings.findall(f"{_W}{name}"):
            settings.remove(old)
    before = {f"{_W}{name}" for name in _BEFORE_EMBEDDING}
    place = max((settings.index(e) + 1 for e in settings if e.tag in before), default=0)
    settings.insert(place, settings.makeelement(f"{_W}embedTrueTypeFonts", {}))
    settings.insert(place + 1, settings.makeelement(f"{_W}saveSubsetFonts", {}))
    parts["word/settings.xml"] = _bytes(settings)


def _name_type(parts: dict[str, str | bytes]) -> None:
    types = _opened(parts, "[Content_Types].xml", "Types", _TYPES[1:-1])
    if not any(e.get("Extension") == "odttf" for e in types):
        default = types.makeelement(f"{_TYPES}Default", {"Extension": "odttf", "ContentType": _FONT_TYPE})
        types.insert(0, default)
    parts["[Content_Types].xml"] = _bytes(types)


def _opened(parts: dict[str, str | bytes], name: str, tag: str, namespace: str) -> Any:
    from lxml import etree

    part = parts.get(name)
    if part is None:
        return etree.fromstring(f'<{tag} xmlns="{namespace}"/>')
    return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))


def _bytes(tree: Any) -> bytes:
    from lxml import etree

    data: bytes = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
    return data


def faces_in(data: bytes) -> Iterator[tuple[str, str, bytes]]:
    """(family, slot, font) for each font that a Word file carries, as a program unpacks them."""
    from lxml import etree

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "word/_rels/fontTable.xml.rels" not in archive.namelist():
            return
        relations = etree.fromstring(archive.read("word/_rels/fontTable.xml.rels"))
        places = {str(r.get("Id")): str(r.get("Target")) for r in relations}
        for entry in etree.fromstring(archive.read(_TABLE)):
            for slot in _SLOTS:
                if (reference := entry.find(f"{_W}{slot}")) is not None:
                    key = bytes.fromhex(str(reference.get(f"{_W}fontKey")).strip("{}").replace("-", ""))
                    font = archive.read(f"word/{places[str(reference.get(f'{_R}id'))]}")
                    yield str(entry.get(f"{_W}name")), slot, obfuscated(font, key)
