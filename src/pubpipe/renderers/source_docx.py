"""An edition in the client's own Word file: its text replaced where it stands, everything else kept.

The file is walked as the reader walked it (`pubpipe.word`), each unit is proved to be the one that was approved, and
its translation is written into the same paragraph: tags become the formatting, links and controls that they stood
for, placeholders the very objects. Then the look of the new script is given to every run and style.
"""

from __future__ import annotations

import copy
import posixpath
import re
from collections.abc import Iterable, Sequence
from typing import Any

from pubpipe.errors import RenderError
from pubpipe.identity import content_hash, digest_bytes
from pubpipe.languages import LanguageProfile
from pubpipe.model import Content, DraftEdition, Edition, Placeholder, SourceDocument, TagClose, TagOpen, Text, plain
from pubpipe.ooxml import RELATIONSHIPS, Problem, pack, serialize
from pubpipe.renderers.base import Imprint, Original
from pubpipe.renderers.breaking import hold_spaces
from pubpipe.renderers.fallback import Piece
from pubpipe.renderers.fonts import FontSet
from pubpipe.renderers.matter import matter
from pubpipe.renderers.runs import clean, cleaned
from pubpipe.renderers.source_boxes import fit_boxes
from pubpipe.renderers.source_charts import dress, rewrite, save_data
from pubpipe.renderers.source_diagrams import fit_diagrams
from pubpipe.renderers.source_look import SLOTS, Look, drop, put, rank
from pubpipe.renderers.template import Template
from pubpipe.renderers.word_xml import attribute
from pubpipe.word import (
    DC,
    SYMBOL_FONTS,
    XML_SPACE,
    Cached,
    Derived,
    DrawnParagraph,
    O,
    Paragraph,
    Place,
    R,
    Tag,
    Token,
    V,
    Value,
    W,
    WordFile,
    Words,
    Wrapper,
    open_word,
    read_words,
    relations_of,
    remove,
    value_of,
)
from pubpipe.word.package import STRICT

_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
NOTICE = "_PubpipeNotice"
"""The bookmark around a sentence that every document must carry and that the client's file does not have."""


def render_source_docx(
    edition: Edition,
    original: Original,
    template: Template,
    profile: LanguageProfile,
    fonts: FontSet,
    imprint: Imprint,
) -> bytes:
    """The client's Word file in another language: same input, same bytes; a `DraftEdition` has a watermark on every
    page.

    Of template and imprint only the words of the watermark are used, and the sentences that every document must carry:
    they stand at its end. RenderError where the file is not the one that was
    read, where a unit is not the one that was translated, or where no font has a character.
    """
    return write(translated(edition, original, template, profile, fonts, imprint))


def translated(
    edition: Edition,
    original: Original,
    template: Template,
    profile: LanguageProfile,
    fonts: FontSet,
    imprint: Imprint,
) -> WordFile:
    """The package with the edition's text in it; `render_source_docx` says the rest."""
    word = open_word(original.data, _refuse)
    words = read_words(word)
    targets = proved(words, edition, original)
    fonts.require_glyphs((clean(plain(c)) for c in targets.values()), profile)
    look = Look(profile, fonts)
    _whole_file(word, words, look)
    for place in words.places():
        _write(place, targets[place.id], look)
    for derived in words.derived:
        _follow(derived, targets[derived.place.id], look)
    fit_boxes(word, words.stories, profile, fonts)
    fit_diagrams(words, profile, fonts)
    save_data(words)
    _bindings(word)
    _identity(word, edition, look)
    around = matter(edition, template, profile, imprint)
    _notices(word, around.notices, look)
    if isinstance(edition, DraftEdition):
        _watermark(word, words, around.watermark, look)
    return word


def write(word: WordFile) -> bytes:
    """The package as a file: the parts in their order, those that were opened as they are now; a Strict file stays
    one, because its measures are written otherwise.
    """
    data = {name: serialize(word.trees[name]) if name in word.trees else part for name, part in word.parts.items()}
    for new, old in STRICT if word.strict else ():
        data.update({n: p.replace(old, new) for n, p in data.items() if n.endswith((".xml", ".rels", ".vml"))})
    first = ["[Content_Types].xml", "_rels/.rels"]
    names = [*(n for n in first if n in data), *(n for n in data if n not in first)]
    return pack({name: data[name] for name in names})


def _refuse(problem: Problem) -> RenderError:
    return RenderError(
        f"the source file cannot be written into ({problem.kind}{f' in {problem.part}' if problem.part else ''}).",
        remedy="Publish the file again, so that it is read anew.",
    )


def proved(words: Words, edition: Edition, original: Original) -> dict[str, Content]:
    """Unit id to its translation, after proof that file, reading and edition belong together: RenderError otherwise.

    A translation never lands in a paragraph whose English is not the one that was translated.
    """
    document = edition.localized.document
    remedy = "Publish the file again, so that it is read anew and its changes are reviewed."
    if digest_bytes(original.data) != document.file_hash or original.document.file_hash != document.file_hash:
        raise RenderError(f"{edition.publication}: the source file is not the one that was translated.", remedy=remedy)
    read = {unit.id: unit for unit in original.document.units()}
    targets = {unit.id: unit.content for unit in document.units()}
    here = {place.id: place for place in words.places()}
    if read.keys() != here.keys() or targets.keys() != here.keys():
        raise RenderError(
            f"{edition.publication}: the source file has {len(here)} texts, {len(targets)} were translated.",
            remedy=remedy,
        )
    for id_, place in here.items():
        if content_hash(place.content) != content_hash(read[id_].content):
            raise RenderError(f"{edition.publication}: {id_} is not the text that was translated.", remedy=remedy)
    return targets


# -- one unit -------------------------------------------------------------------------------------------------------


def _write(place: Place, target: Content, look: Look) -> None:
    for spot in place.spots:
        if isinstance(spot, Value | Cached):
            spot.write(_said(target))
        elif isinstance(spot, DrawnParagraph):
            rewrite(spot, hold_spaces(cleaned(target), look.profile), look)
        else:
            _Rewriter(spot, look).rewrite(hold_spaces(cleaned(target), look.profile))


def _said(content: Content) -> str:
    """A text without tags; the pieces of a list's pattern where they stand."""
    out = []
    for item in content:
        if isinstance(item, Text):
            out.append(clean(item.text))
        elif isinstance(item, Placeholder):
            out.append(" " if item.kind == "break" else item.ref if item.kind == "raw" and item.ref[:1] == "%" else "")
    return "".join(out).strip()


class _Rewriter:
    """Puts a translation into one paragraph."""

    def __init__(self, paragraph: Paragraph, look: Look) -> None:
        self.paragraph = paragraph
        self.look = look
        self.out: list[Any] = []
        """Children of the paragraph, as far as they are made."""
        self.open: list[tuple[Wrapper, Any]] = []
        """Wrappers that are open, with the element that takes their content (None: the one around it)."""
        self.tags: dict[tuple[str, str | None, str | None], list[Tag]] = {}
        for tag in paragraph.tags:
            self.tags.setdefault(_key(tag.open), []).append(tag)
        self.objects: dict[tuple[str, str], list[Token]] = {}
        for token in paragraph.core:
            if token.holder is not None:
                self.objects.setdefault((token.holder.kind, token.holder.ref), []).append(token)
        self.copies: dict[tuple[str, str], Token] = {}
        self.anchors = list(paragraph.anchors)

    def rewrite(self, target: Content) -> None:
        paragraph = self.paragraph
        for token in paragraph.lead:
            self._emit(token)
        self._content(target)
        for token in (t for tokens in self.objects.values() for t in tokens):
            self._emit(token, paragraph.base_path)  # what a translation lost stays in its paragraph
        for anchor in self.anchors:
            self._emit(anchor.token, paragraph.base_path)
        for token in paragraph.tail:
            self._emit(token)
        self._go(())
        element = paragraph.element
        kept = [c for c in element if c.tag == f"{W}pPr"]
        element[:] = [*kept, *self.out]

    def _content(self, target: Content) -> None:
        base = self.paragraph.base_path
        stack: list[Tag] = []
        total = sum(len(i.text) for i in target if isinstance(i, Text)) or 1
        passed = 0
        made: dict[int, Tag] = {}
        for item in target:
            path = (*base, *(t.wrapper for t in stack if t.wrapper is not None))
            match item:
                case TagOpen():
                    tag = self._tag(item)
                    self._anchors(before=tag.open)
                    made[item.id] = tag
                    stack.append(tag)
                    if tag.wrapper is not None:
                        self._go((*path, tag.wrapper))
                    self._anchors(after=tag.open)
                case TagClose() if item.id in made:
                    tag = made[item.id]
                    self._anchors(before=TagClose(id=tag.open.id))
                    if tag in stack:
                        stack.remove(tag)
                    self._go((*base, *(t.wrapper for t in stack if t.wrapper is not None)))
                    self._anchors(after=TagClose(id=tag.open.id))
                case Text():
                    self._go(path)
                    passed = self._text(item.text, stack, passed, total)
                case Placeholder(kind="break"):
                    self._go(path)
                    self._add(self._run(_element(self.paragraph, "br"), stack, Piece("")))
                case Placeholder():
                    self._object(item, path)

    def _tag(self, item: TagOpen) -> Tag:
        """The tag of the source that a tag of the translation stands for; again the last one where it comes again."""
        known = self.tags.get(_key(item))
        if not known:
            return Tag(item)
        return known.pop(0) if len(known) > 1 else known[0]

    def _object(self, item: Placeholder, path: tuple[Wrapper, ...]) -> None:
        key = (item.kind, item.ref)
        waiting = self.objects.get(key)
        if waiting:
            token = self.copies[key] = waiting.pop(0)
            holder = token.holder
            assert holder is not None
            self._anchors(before=holder)
            self._emit(token, path)
            self._anchors(after=holder)
        elif key in self.copies:  # a translation that says it twice shows it twice
            again = self.copies[key]
            self._emit(Token(again.kind, [copy.deepcopy(n) for n in again.nodes], again.path), path)

    def _text(self, text: str, stack: list[Tag], passed: int, total: int) -> int:
        """Runs of a text, cut where something without text (a bookmark, a comment's end) stood as far along."""
        start = 0
        for anchor in list(self.anchors):
            if anchor.after is not None or anchor.before is not None:
                continue
            wanted = anchor.share * total - passed
            if wanted > len(text):
                break
            place = _cut(text, max(start, round(wanted)))
            self._pieces(text[start:place], stack)
            start = place
            self.anchors.remove(anchor)
            self._emit(anchor.token, tuple(w for w, _ in self.open))
        self._pieces(text[start:], stack)
        return passed + len(text)

    def _pieces(self, text: str, stack: list[Tag]) -> None:
        for piece in self.look.split(text):
            element = _element(self.paragraph, "t")
            element.text = piece.text
            element.set(XML_SPACE, "preserve")
            self._add(self._run(element, stack, piece))

    def _run(self, child: Any, stack: list[Tag], piece: Piece) -> Any:
        run = _element(self.paragraph, "r")
        base = self.paragraph.base_properties
        properties = copy.deepcopy(base) if base is not None else _element(self.paragraph, "rPr")
        for tag in stack:
            self._apply(properties, tag)
        self.look.run(properties, piece)
        run.append(properties)
        run.append(child)
        return run

    def _apply(self, properties: Any, tag: Tag) -> None:
        """One tag's formatting; emphasis is weight where the script has no italics."""
        for name, element in tag.delta.items():
            drop(properties, name)
            if element is not None:
                properties.append(copy.deepcopy(element))
        if tag.open.kind == "emphasis" and self.look.upright:
            put(properties, "b", {})

    def _anchors(self, *, before: Any = None, after: Any = None) -> None:
        for anchor in list(self.anchors):
            if (after is not None and _same(anchor.after, after)) or (
                before is not None and anchor.after is None and _same(anchor.before, before)
            ):
                self.anchors.remove(anchor)
                self._emit(anchor.token, tuple(w for w, _ in self.open))

    # nodes

    def _emit(self, token: Token, path: tuple[Wrapper, ...] | None = None) -> None:
        self._go(token.path if path is None else path)
        if token.kind == "text":  # white space at the edge: its run may hold words too
            self._pieces(token.text, [])
            return
        for node in token.nodes:
            self._add(node)

    def _add(self, node: Any) -> None:
        node.tail = None
        inner = next((e for _, e in reversed(self.open) if e is not None), None)
        if inner is not None:
            inner.append(node)
        else:
            if node.getparent() is not None:
                node.getparent().remove(node)
            self.out.append(node)

    def _go(self, path: tuple[Wrapper, ...]) -> None:
        """Close and open wrappers until exactly these are open."""
        keep = 0
        while keep < min(len(self.open), len(path)) and self.open[keep][0] is path[keep]:
            keep += 1
        while len(self.open) > keep:
            wrapper, element = self.open.pop()
            if element is None:
                for node in _fresh(wrapper, wrapper.tail):
                    self._add(node)
        for wrapper in path[keep:]:
            self._begin(wrapper)

    def _begin(self, wrapper: Wrapper) -> None:
        if wrapper.element is None:
            wrapper.uses += 1
            for node in _fresh(wrapper, wrapper.head):
                self._add(node)
            self.open.append((wrapper, None))
            return
        source = wrapper.element
        made = source.makeelement(source.tag, dict(source.attrib))
        self._add(made)
        inner = made
        for child in source:
            if child.tag in (f"{W}sdtPr", f"{W}sdtEndPr", f"{W}fldData"):
                made.append(copy.deepcopy(child))
        if source.tag == f"{W}sdt":
            if wrapper.uses:
                for number in made.iter(f"{W}id"):
                    remove(number)
            inner = made.makeelement(f"{W}sdtContent")
            made.append(inner)
        wrapper.uses += 1
        self.open.append((wrapper, inner))


def _fresh(wrapper: Wrapper, nodes: list[Any]) -> list[Any]:
    """The nodes themselves the first time, copies after that."""
    return nodes if wrapper.uses <= 1 else [copy.deepcopy(n) for n in nodes]


def _key(tag: TagOpen) -> tuple[str, str | None, str | None]:
    return tag.kind, tag.href, tag.title


def _same(one: Any, other: Any) -> bool:
    return one is not None and type(one) is type(other) and one.id == other.id


def _element(paragraph: Paragraph, name: str) -> Any:
    return paragraph.element.makeelement(f"{W}{name}")


def _cut(text: str, place: int) -> int:
    """The nearest place at a space, else the start or the end: never inside a word whose letters join."""
    spaces = [m.start() for m in re.finditer(r"\s", text)]
    return min([0, len(text), *spaces], key=lambda at: (abs(at - place), at)) if 0 < place < len(text) else place


def _follow(derived: Derived, target: Content, look: Look) -> None:
    """Let the entry of a table of contents say what its heading says now."""
    heading = derived.place.spots[0]
    assert isinstance(heading, Paragraph)
    words = clean(heading.shown(target))
    first = next(t for t in derived.tokens if t.kind == "text")
    for token in derived.tokens:
        for node in token.nodes:
            if token is not first and node.getparent() is not None and node not in first.nodes:
                remove(node)
    run = first.nodes[0]
    parent = run.getparent()
    place = parent.index(run)
    made = []
    for piece in look.split(words):
        new = run.makeelement(f"{W}r")
        properties = copy.deepcopy(first.properties) if first.properties is not None else run.makeelement(f"{W}rPr")
        look.run(properties, piece)
        element = run.makeelement(f"{W}t")
        element.text = piece.text
        element.set(XML_SPACE, "preserve")
        new.extend([properties, element])
        made.append(new)
    parent[place : place + 1] = made


# -- the whole file -------------------------------------------------------------------------------------------------

_SAFE = re.compile(r"(https?|mailto|tel|ftp):", re.IGNORECASE)


def _whole_file(word: WordFile, words: Words, look: Look) -> None:
    """Give every style, list and run the look of the script, and room for what it needs."""
    main = word.main()
    for part in words.stories:
        root = word.xml(part)
        for properties in list(root.iter(f"{W}rPr")):
            look.any(properties)
        _room(root)
        _art(root, look)
        _links(word, part)
    effects = word.related(main, "stylesWithEffects")  # the same styles again for Word 2010, which compares them
    for part in (*effects, *word.related(main, "styles")) or [
        _add(word, main, "styles", f"<w:styles {_namespace()}/>")
    ]:
        root = word.xml(part)
        _default(root, look)
        for style in root.iter(f"{W}style"):
            properties = style.find(f"{W}rPr")
            slanted = properties is not None and properties.find(f"{W}i") is not None
            if slanted and look.upright and style.get(f"{W}type") == "character":
                put(properties, "b", {})
        for properties in list(root.iter(f"{W}rPr")):
            look.any(properties)
        _room(root)
    for part in word.related(main, "numbering"):
        for properties in list(word.xml(part).iter(f"{W}rPr")):
            look.any(properties)
        for level in word.xml(part).iter(f"{W}lvl"):
            _bullet(level, look)
    for part in word.related(main, "settings"):
        _settings(word.xml(part), look)
        rels = word.relationships(part)
        for element in list(word.xml(part).iter(f"{W}attachedTemplate")):
            remove(element)
        _unrelate(word, part, {id_ for id_, (kind, _, _) in rels.items() if kind.endswith("/attachedTemplate")})
    for part in word.related(main, "theme"):
        look.theme(word.xml(part))
    dress(words, look)
    for part in words.drawn.parts:
        _links(word, part)
    _without_macros(word, main)


def _bullet(level: Any, look: Look) -> None:
    """A bullet that the font of the script lacks is printed by one that has it."""
    properties = level.find(f"{W}rPr")
    fonts = properties.find(f"{W}rFonts") if properties is not None else None
    if fonts is not None and (fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or "").lower() in SYMBOL_FONTS:
        return
    family = next((p.family for p in look.split(clean(value_of(level, f"{W}lvlText"))) if p.family), "")
    if family:
        if properties is None:
            properties = level.makeelement(f"{W}rPr")
            level.append(properties)  # the last child but for none (ISO/IEC 29500-1, 17.9.6)
        put(properties, "rFonts", dict.fromkeys(SLOTS, family))
        properties[:] = sorted(properties, key=rank)


def _default(styles: Any, look: Look) -> None:
    """docDefaults name the fonts and the language: what no style says is not left to the program."""
    defaults = styles.find(f"{W}docDefaults")
    if defaults is None:
        defaults = styles.makeelement(f"{W}docDefaults")
        styles.insert(0, defaults)
    outer = defaults.find(f"{W}rPrDefault")
    if outer is None:
        outer = defaults.makeelement(f"{W}rPrDefault")
        defaults.insert(0, outer)
    properties = outer.find(f"{W}rPr")
    if properties is None:
        properties = outer.makeelement(f"{W}rPr")
        outer.append(properties)
    put(properties, "rFonts", look.slots)
    put(properties, "lang", look.language)


def _room(root: Any) -> None:
    """Lines, rows and frames of an exact height become at least so high: the new text may need more."""
    for spacing in root.iter(f"{W}spacing"):
        if spacing.get(f"{W}lineRule") == "exact":
            spacing.set(f"{W}lineRule", "atLeast")
    for height in root.iter(f"{W}trHeight"):
        if height.get(f"{W}hRule") == "exact":
            height.set(f"{W}hRule", "atLeast")
    for frame in root.iter(f"{W}framePr"):
        if frame.get(f"{W}hRule") == "exact":
            frame.set(f"{W}hRule", "atLeast")


def _art(root: Any, look: Look) -> None:
    """Words drawn as shapes (WordArt) name the font of the script: programs draw them as outlines, boxes for letters
    that a font lacks.
    """
    for path in root.iter(f"{V}textpath"):
        if path.get("string") is None:
            continue
        style = [s for s in (path.get("style") or "").split(";") if s.strip() and "font-family" not in s]
        path.set("style", ";".join([f'font-family:"{look.main}"', *style]))


def _links(word: WordFile, part: str) -> None:
    """Links that no publication may open (to files, to scripts) lose their target, not their words."""
    unsafe = {
        id_
        for id_, (kind, target, outside) in word.relationships(part).items()
        if outside and kind.endswith("/hyperlink") and not _SAFE.match(target)
    }
    if not unsafe:
        return
    for element in word.xml(part).iter():
        if element.get(f"{R}id") in unsafe:
            del element.attrib[f"{R}id"]
    _unrelate(word, part, unsafe)


def _unrelate(word: WordFile, part: str, gone: set[str]) -> None:
    name = relations_of(part)
    if gone and name in word.parts:
        for relation in list(word.xml(name)):
            if relation.get("Id") in gone:
                remove(relation)


def _settings(root: Any, look: Look) -> None:
    _languages = {"val": look.language["val"], "eastAsia": look.language["eastAsia"], "bidi": look.language["bidi"]}
    element = root.find(f"{W}themeFontLang")
    if element is None:
        later = [
            *("clrSchemeMapping", "doNotIncludeSubdocsInStats", "doNotAutoCompressPictures", "forceUpgrade"),
            *("captions", "readModeInkLockDown", "smartTagType", "shapeDefaults", "doNotEmbedSmartTags"),
            *("decimalSymbol", "listSeparator"),
        ]
        element = root.makeelement(f"{W}themeFontLang")
        following = next((c for c in root if c.tag in {f"{W}{n}" for n in later}), None)
        if following is not None:
            following.addprevious(element)
        else:
            root.append(element)
    for key, value in _languages.items():
        element.set(f"{W}{key}", value)


def _without_macros(word: WordFile, main: str) -> None:
    """The file as a plain document: macros and the type of a template do not travel with a publication."""
    macros = [n for n in word.parts if re.search(r"vba(Project(Signature.*)?\.bin|Data\.xml)(\.rels)?$", n)]
    rels = word.relationships(main)
    _unrelate(
        word,
        main,
        {id_ for id_, (kind, _, _) in rels.items() if kind.endswith(("/vbaProject", "/keyMapCustomizations"))},
    )
    for name in macros:
        word.parts.pop(name)
        word.trees.pop(name, None)
    types = word.xml("[Content_Types].xml")
    for item in list(types):
        if item.get("PartName", "").lstrip("/") in macros:
            types.remove(item)
        elif item.get("PartName", "").lstrip("/") == main:
            item.set("ContentType", f"{_MAIN}.document.main+xml")


def _namespace() -> str:
    return f'xmlns:w="{W[1:-1]}" xmlns:r="{R[1:-1]}" xmlns:v="{V[1:-1]}" xmlns:o="{O[1:-1]}"'


def _add(word: WordFile, main: str, kind: str, xml: str, *, number: str = "") -> str:
    """The name of a new part that the main part refers to."""
    folder = posixpath.dirname(main)
    count = 1
    while (part := posixpath.join(folder, f"{kind}{count}.xml")) in word.parts:
        count += 1
    word.parts[part] = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{xml}'.encode()
    types = word.xml("[Content_Types].xml")
    override = types.makeelement(f"{_TYPES}Override", {"PartName": f"/{part}", "ContentType": f"{_MAIN}.{kind}+xml"})
    types.append(override)
    name = relations_of(main)
    if name not in word.parts:
        word.parts[name] = f'<Relationships xmlns="{_PACKAGE}/relationships"/>'.encode()
    relations = word.xml(name)
    relations.append(
        relations.makeelement(
            f"{{{_PACKAGE}/relationships}}Relationship",
            {
                "Id": number or f"rIdOwn{kind.capitalize()}{count}",
                "Type": f"{RELATIONSHIPS}/{kind}",
                "Target": posixpath.basename(part),
            },
        )
    )
    return part


_SIMPLE_PATH = re.compile(r"(/([A-Za-z_][\w.-]*:)?[A-Za-z_][\w.-]*(\[\d+\])?)+(/text\(\))?")


def _bindings(word: WordFile) -> None:
    """What a content control is bound to says the translation too: Word fills the control from there at each start.

    A binding whose place is not found is taken off, so that English does not come back.
    """
    stores = {name: word.xml(name) for name in word.parts if re.search(r"(customXml/[^/]*|docProps/[^/]*)\.xml$", name)}
    for part in [n for n in word.trees if n.startswith("word/")]:
        for control in list(word.xml(part).iter(f"{W}sdt")):
            properties, content = control.find(f"{W}sdtPr"), control.find(f"{W}sdtContent")
            binding = next(
                (b for b in (properties if properties is not None else ()) if str(b.tag).endswith("}dataBinding")), None
            )
            if binding is None or content is None:
                continue
            said = "".join(t.text or "" for t in content.iter(f"{W}t"))
            found = _bound(binding, stores.values())
            if found is not None and len(found) == 0:
                found.text = said
            elif re.search(r"[^\W\d_]", said):
                remove(binding)


def _bound(binding: Any, stores: Iterable[Any]) -> Any:
    """The element that a binding names by its path."""
    from lxml import etree

    path = binding.get(f"{W}xpath") or ""
    spaces = dict(re.findall(r"xmlns:(\w+)=['\"]([^'\"]+)['\"]", binding.get(f"{W}prefixMappings") or ""))
    if not _SIMPLE_PATH.fullmatch(path):
        return None
    for root in stores:
        try:
            found = root.getroottree().xpath(path.removesuffix("/text()"), namespaces=spaces)
        except etree.XPathError:
            continue
        if found:
            return found[0]
    return None


def _identity(word: WordFile, edition: Edition, look: Look) -> None:
    """Language and title in the file's properties."""
    part = next((t for k, t, out in word.relationships("").values() if k.endswith("/core-properties") and not out), "")
    if part not in word.parts:
        part = "docProps/core.xml"
        word.parts[part] = (
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties xmlns:cp="{_CORE}" '
            f'xmlns:dc="{DC[1:-1]}" xmlns:dcterms="http://purl.org/dc/terms/"/>'
        ).encode()
        types = word.xml("[Content_Types].xml")
        kind = "application/vnd.openxmlformats-package.core-properties+xml"
        types.append(types.makeelement(f"{_TYPES}Override", {"PartName": f"/{part}", "ContentType": kind}))
        relations = word.xml("_rels/.rels")
        relations.append(
            relations.makeelement(
                f"{{{_PACKAGE}/relationships}}Relationship",
                {"Id": "rIdOwnCore", "Type": f"{_PACKAGE}/relationships/metadata/core-properties", "Target": part},
            )
        )
    core = word.xml(part)
    for name, value in (("language", look.profile.word_locale), ("title", title_of(edition))):
        element = core.find(f"{DC}{name}")
        if element is None:
            element = core.makeelement(f"{DC}{name}")
            core.append(element)
        if name == "language" or not (element.text or "").strip() or edition.localized.document.title is not None:
            element.text = value


def title_of(edition: Edition) -> str:
    """What the file is called: the document's title, else the one in its properties, its first heading, its id."""
    document: SourceDocument = edition.localized.document
    units = [document.title, *(u for u in document.units() if u.role == "metadata")]
    units += [u for u in document.units() if u.role == "heading"]
    for unit in units:
        words = " ".join(clean(plain(unit.content)).split()) if unit is not None else ""
        if words:
            return words
    return edition.publication


def _notices(word: WordFile, notices: Sequence[str], look: Look) -> None:
    """The sentences that every document must carry, as small paragraphs at the end of the text."""
    root = word.xml(word.main())
    body = root.find(f"{W}body")
    body = root if body is None else body
    section = body.find(f"{W}sectPr")
    numbers = [int(b.get(f"{W}id") or 0) for b in root.iter(f"{W}bookmarkStart") if (b.get(f"{W}id") or "").isdigit()]
    for count, notice in enumerate(notices, 1):
        paragraph = body.makeelement(f"{W}p")
        number = str(max(numbers, default=0) + count)
        mark = {f"{W}id": number, f"{W}name": f"{NOTICE}{count}"}
        paragraph.append(paragraph.makeelement(f"{W}bookmarkStart", mark))
        for piece in look.split(clean(notice)):
            run, properties = paragraph.makeelement(f"{W}r"), paragraph.makeelement(f"{W}rPr")
            put(properties, "sz", {"val": "17"})
            look.run(properties, piece)
            text = paragraph.makeelement(f"{W}t")
            text.text = piece.text
            text.set(XML_SPACE, "preserve")
            run.extend([properties, text])
            paragraph.append(run)
        paragraph.append(paragraph.makeelement(f"{W}bookmarkEnd", {f"{W}id": number}))
        if section is not None:
            section.addprevious(paragraph)
        else:
            body.append(paragraph)


# -- the watermark of a draft ---------------------------------------------------------------------------------------


def _watermark(word: WordFile, words: Words, lines: Sequence[str], look: Look) -> None:
    """Both lines at the head of every page and the second across it, whatever headers the file has."""
    main = word.main()
    sections = list(word.xml(main).iter(f"{W}sectPr"))
    if not sections:
        body = word.xml(main).find(f"{W}body")
        section = body.makeelement(f"{W}sectPr")
        body.append(section)
        sections = [section]
    have = {r.get(f"{W}type") or "default" for r in sections[0].findall(f"{W}headerReference")}
    for kind in ("default", "first", "even"):
        if kind not in have:
            number = f"rIdOwnPreview{kind.capitalize()}"
            _add(word, main, "header", f"<w:hdr {_namespace()}><w:p/></w:hdr>", number=number)
            reference = sections[0].makeelement(f"{W}headerReference", {f"{W}type": kind, f"{R}id": number})
            sections[0].insert(0, reference)
    relations = word.relationships(main)
    parts = {
        relations[id_][1]: None
        for section in sections
        for r in section.findall(f"{W}headerReference")
        if (id_ := r.get(f"{R}id") or "") in relations
    }
    for count, part in enumerate(parts, 1):
        root = word.xml(part)
        line, shape = _preview(lines, look, count)
        last = next((c for c in reversed(root) if c.tag == f"{W}p"), None)
        if last is None:
            last = root.makeelement(f"{W}p")
            root.append(last)
        last.append(shape)
        root.insert(0, line)
        if part not in words.stories:
            words.stories.append(part)


def _preview(lines: Sequence[str], look: Look, count: int) -> tuple[Any, Any]:
    """A line in a frame of its own at the head of the page, which moves nothing, and WordArt behind the text."""
    from lxml import etree

    fonts = " ".join(f"w:{slot}={attribute(look.main)}" for slot in SLOTS)
    language = " ".join(f"w:{slot}={attribute(tag)}" for slot, tag in look.language.items())
    script = "<w:cs/>" if look.complex else ""
    hint = f'w:hint="{look.hint}" ' if look.hint else ""
    line = (
        f'<w:p {_namespace()}><w:pPr><w:framePr w:w="9000" w:hSpace="0" w:wrap="around" w:vAnchor="page" '
        'w:hAnchor="page" w:xAlign="center" w:y="240"/><w:spacing w:before="0" w:after="0"/><w:jc w:val="center"/>'
        f'</w:pPr><w:r><w:rPr><w:rFonts {hint}{fonts}/><w:b/><w:bCs/><w:color w:val="B42318"/><w:sz w:val="17"/>'
        f'<w:szCs w:val="17"/>{script}<w:lang {language}/></w:rPr><w:t xml:space="preserve"></w:t></w:r></w:p>'
    )
    shape = (
        f'<w:r {_namespace()}><w:rPr><w:noProof/></w:rPr><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" '
        'o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
        '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/>'
        '<v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/>'
        '</v:formulas><v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
        f'<v:shape id="PubpipePreview{count}" o:spid="_x0000_s409{count}" type="#_x0000_t136" alt="" '
        'style="position:absolute;margin-left:0;margin-top:0;width:520pt;height:66pt;rotation:315;'
        "z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        'mso-position-vertical:center;mso-position-vertical-relative:margin" o:allowincell="f" '
        'fillcolor="#d9d9d9" stroked="f"><v:fill opacity=".6"/>'
        f'<v:textpath style="font-family:&quot;{look.main}&quot;;font-size:1pt" string={attribute(lines[-1])}/>'
        "</v:shape></w:pict></w:r>"
    )
    made = etree.fromstring(line)
    next(made.iter(f"{W}t")).text = " · ".join(lines)
    return made, etree.fromstring(shape)
