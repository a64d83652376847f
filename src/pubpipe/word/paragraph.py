"""One paragraph of a Word file taken apart: what is translated in it, and all that has to be put back around it."""

from __future__ import annotations

import copy
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pubpipe.languages import canonical
from pubpipe.model import Content, Inline, Placeholder, TagClose, TagKind, TagOpen, Text, tidy
from pubpipe.word.package import (
    MC,
    PROPERTY_ORDER,
    SYMBOL_FONTS,
    WP,
    A,
    M,
    O,
    R,
    V,
    W,
    WordFile,
    is_on,
    remove,
    text_of,
    value_of,
)

_UNSEEN = {"rFonts", "lang", "noProof", "bCs", "iCs", "szCs", "kern", "spacing", "w", "webHidden", "snapToGrid"}
_UNSEEN |= {"rtl", "cs", "rPrChange", "ins", "del", "moveFrom", "moveTo", "fitText", "specVanish", "eastAsianLayout"}
"""Run properties that a reader does not see, or that the new script decides: they make no inline tag."""
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ufdd0-\ufdef\ufffe\uffff]"
)
LETTER = re.compile(r"[^\W\d_]")
PUBLISHED = re.compile(r"(https?://|mailto:|tel:)", re.IGNORECASE)
_UNSEEN_FIELDS = {"XE", "TC", "TA", "RD", "SET", "ASK", "ADVANCE", "PRIVATE"}
"""Fields that show nothing where they stand."""
_CODE_FIELDS = {
    "SEQ",
    "PAGE",
    "NUMPAGES",
    "PAGEREF",
    "NOTEREF",
    "SECTION",
    "SECTIONPAGES",
    "FORMCHECKBOX",
}
_CODE_FIELDS |= {"FORMDROPDOWN", "LISTNUM", "AUTONUM", "AUTONUMLGL", "AUTONUMOUT", "EQ", *_UNSEEN_FIELDS}
"""Fields that are not words, whatever their last result was."""
_TOGGLES: tuple[tuple[str, TagKind], ...] = (
    ("b", "strong"),
    ("i", "emphasis"),
    ("u", "underline"),
    ("strike", "strike"),
    ("vertAlign", "superscript"),
    ("smallCaps", "smallcaps"),
)
_BLANK_FIELD = re.compile(r"\s*«[^»]*»\s*")
"""What stands for a letter's data before it is merged."""
_NESTING: tuple[TagKind, ...] = (
    "strong", "emphasis", "underline", "strike", "superscript", "subscript", "smallcaps",
)  # fmt: skip
_NEUTRAL_REFS = {"tab", "image", "drawing", "page-break"}
"""Objects that stay where they are when they stand at the edge of a paragraph."""


@dataclass(eq=False)
class Wrapper:
    """What goes around text: a link, a content control, a field with words as its result."""

    tag: TagOpen
    element: Any = None
    """The element that is copied without its content; None for a complex field."""
    head: list[Any] = field(default_factory=list)
    tail: list[Any] = field(default_factory=list)
    """Runs before and after the result of a complex field."""
    uses: int = 0
    """How often it was written already: a second time takes copies."""


Format = tuple[tuple[str, str], ...]
"""Run properties that a reader sees, as (name, canonical XML), in the order of the schema."""


@dataclass(eq=False)
class Token:
    kind: Literal["text", "break", "object", "note", "anchor", "field"]
    nodes: list[Any]
    path: tuple[Wrapper, ...] = ()
    text: str = ""
    """Of an object: what it shows (the number of a field)."""
    ref: str = ""
    properties: Any = None
    """w:rPr of a text."""
    format: Format = ()
    holder: Placeholder | None = None


@dataclass(eq=False)
class Tag:
    """An inline tag of the source and what it stands for."""

    open: TagOpen
    wrapper: Wrapper | None = None
    delta: dict[str, Any] = field(default_factory=dict)
    """Run property to the element that has it inside the tag, None where only the text around has it."""


@dataclass
class Anchor:
    """Something without text (a bookmark, a comment's range) and where it stands in the content."""

    token: Token
    after: Inline | None = None
    before: Inline | None = None
    share: float = 0.0
    """How much of the text stands before it, where it stands inside text."""


class Paragraph:
    """A w:p taken apart: its translatable content, and all that has to be put back around and into it."""

    def __init__(self, element: Any, word: WordFile, part: str, note_refs: dict[tuple[str, str], str]) -> None:
        self.element = element
        self._word = word
        self._relations = word.relationships(part)
        self._notes = note_refs
        self._hidden_style = word.style_of(element, f"{W}pPr/{W}pStyle").hidden
        self.hidden: list[str] = []
        """Words of hidden runs."""
        self.tokens = self._fields(self._collect(element, ()))
        self.base_path: tuple[Wrapper, ...] = ()
        self.base_format: Format = ()
        self.base_properties: Any = None
        self.lead: list[Token] = []
        self.tail: list[Token] = []
        self.core: list[Token] = []
        self.anchors: list[Anchor] = []
        self.tags: list[Tag] = []
        self.content: Content = ()
        self._split()
        if self.core:
            self.content = self._build()

    # reading

    def _collect(self, element: Any, path: tuple[Wrapper, ...]) -> list[Token]:
        out: list[Token] = []
        for child in list(element):
            tag = child.tag
            if tag in (f"{W}pPr", f"{W}sdtPr", f"{W}sdtEndPr", f"{W}smartTagPr", f"{W}customXmlPr", f"{W}fldData"):
                continue
            if tag == f"{W}r":
                out += self._run(child, path)
            elif tag == f"{W}hyperlink":
                href = self._address(child)
                wrapper = Wrapper(TagOpen(id=0, kind="link" if href else "span", href=href, title=None), child)
                if href is None:
                    wrapper.tag = TagOpen(id=0, kind="span", title="link")
                out += self._collect(child, (*path, wrapper))
            elif tag == f"{W}sdt":
                content = child.find(f"{W}sdtContent")
                inner_path = (*path, Wrapper(TagOpen(id=0, kind="span", title="control"), child))
                inner = self._collect(content, inner_path) if content is not None else []
                if any(t.kind == "text" and t.text.strip() for t in inner):
                    out += inner
                else:
                    out.append(Token("object", [child], path, text=text_of(child), ref="control"))
            elif tag in (f"{W}smartTag", f"{W}customXml", f"{W}bdo", f"{W}dir"):
                out += self._collect(child, path)
            elif tag == f"{W}fldSimple":
                code = child.get(f"{W}instr") or ""
                inner_path = (*path, Wrapper(TagOpen(id=0, kind="span", title=f"field {_field_name(code)}"), child))
                inner = self._collect(child, inner_path)
                words = "".join(t.text for t in inner if t.kind == "text")
                if LETTER.search(words) and _field_name(code) not in _CODE_FIELDS and not _BLANK_FIELD.fullmatch(words):
                    out += inner
                else:
                    out.append(Token("object", [child], path, text=words, ref=f"field {_field_name(code)}"))
            elif tag in (f"{M}oMath", f"{M}oMathPara"):
                out.append(Token("object", [child], path, ref="formula"))
            elif tag == f"{W}proofErr" or not isinstance(tag, str):
                continue
            else:
                out.append(Token("anchor", [child], path))
        return out

    def _run(self, run: Any, path: tuple[Wrapper, ...]) -> Iterator[Token]:
        properties = run.find(f"{W}rPr")
        hidden = self._is_hidden(properties)
        pictured = is_symbol_font(properties)
        children = [c for c in run if c.tag != f"{W}rPr"]
        if hidden:
            if words := text_of(run).strip():
                self.hidden.append(words)
            yield Token("anchor", [run], path)
            return
        for child in children:
            own = run
            if len(children) > 1:  # one run a piece, in the file too: what is not rewritten stays whole
                own = run.makeelement(run.tag, dict(run.attrib))
                if properties is not None:
                    own.append(copy.deepcopy(properties))
                run.addprevious(own)
                own.append(child)
                if child is children[-1]:
                    remove(run)
            yield from self._piece(child, own, properties, path, pictured=pictured)

    def _piece(
        self, child: Any, run: Any, properties: Any, path: tuple[Wrapper, ...], *, pictured: bool
    ) -> Iterator[Token]:
        tag = child.tag.removeprefix(W) if isinstance(child.tag, str) else ""
        match tag:
            case "t" | "noBreakHyphen":
                words = "\u2011" if tag == "noBreakHyphen" else clean(child.text or "")
                if pictured and words.strip():
                    yield Token("object", [run], path, ref="symbol")
                    return
                for part in re.findall(r"\s+|\S+(?:\s+\S+)*", words):
                    yield Token("text", [run], path, part, properties=properties, format=_seen(properties))
            case "tab" | "ptab":
                yield Token("object", [run], path, text="\t", ref="tab")
            case "br" if child.get(f"{W}type") in ("page", "column"):
                yield Token("object", [run], path, ref="page-break")
            case "br" | "cr":
                yield Token("break", [run], path)
            case "sym" | "pgNum" | "ruby":
                yield Token("object", [run], path, ref="symbol" if tag == "sym" else tag)
            case "footnoteReference" | "endnoteReference":
                key = (tag.removesuffix("Reference"), child.get(f"{W}id") or "")
                kind: Literal["note", "anchor"] = "note" if key in self._notes else "anchor"
                yield Token(kind, [run], path, ref=self._notes.get(key, ""))
            case "fldChar" | "instrText":
                yield Token("field", [run], path)
            case "softHyphen" | "lastRenderedPageBreak":
                return
            case "drawing" | "pict" | "object" | "":
                if tag or child.tag == f"{MC}AlternateContent":
                    yield self._drawing(child, run, path)
                else:
                    yield Token("anchor", [run], path)
            case _:
                yield Token("anchor", [run], path)

    def _drawing(self, child: Any, run: Any, path: tuple[Wrapper, ...]) -> Token:
        """A picture that stands in the line is a placeholder; what floats is no part of a sentence."""
        inline = next((e for e in descend(child) if e.tag == f"{WP}inline"), None)
        if (
            inline is None
            and next(child.iter(f"{W}object", f"{O}OLEObject"), None) is None
            and child.tag != f"{W}object"
        ):
            shape = next(child.iter(f"{V}shape", f"{V}rect", f"{V}group", f"{V}line"), None)
            style = (shape.get("style") or "").replace(" ", "") if shape is not None else ""
            if next(child.iter(f"{WP}anchor"), None) is not None or "position:absolute" in style or shape is None:
                return Token("anchor", [run], path)
        names = self.pictures(child)
        if inline is not None and len(names) == 1:
            described = next(child.iter(f"{WP}docPr"), None)
            alt = clean(described.get("descr") or "") if described is not None else ""
            return Token(
                "object", [run], path, ref="image", holder=Placeholder(id=0, kind="image", ref=names[0], alt=alt)
            )
        return Token("object", [run], path, ref="drawing")

    def pictures(self, element: Any) -> list[str]:
        """The names of the images in an element, those that every page format can show."""
        names = []
        for blip in descend(element):
            if blip.tag != f"{A}blip":
                continue
            _, target, outside = self._relations.get(blip.get(f"{R}embed") or "", ("", "", True))
            if not outside and target in self._word.parts:
                names.append(self._word.image(target))
        return [name for name in dict.fromkeys(names) if name]

    def _is_hidden(self, properties: Any) -> bool:
        own = is_on(properties, "vanish")
        if own is None and properties is not None and self._word.style_of(properties, f"{W}rStyle").hidden:
            return True
        return self._hidden_style if own is None else own

    def _address(self, link: Any) -> str | None:
        kind, target, outside = self._relations.get(link.get(f"{R}id") or "", ("", "", False))
        if outside and kind.endswith("/hyperlink") and PUBLISHED.match(target):
            anchor = link.get(f"{W}anchor")
            return f"{target}#{anchor}" if anchor and "#" not in target else target
        return None

    def _fields(self, tokens: list[Token]) -> list[Token]:
        """Complex fields that begin and end here as one object, or as a wrapper around the words that they show."""
        out: list[Token] = []
        begins: list[int] = []
        for token in tokens:
            out.append(token)
            mark = token.nodes[0].find(f"{W}fldChar") if token.kind == "field" else None
            kind = mark.get(f"{W}fldCharType") if mark is not None else ""
            if kind == "begin":
                begins.append(len(out) - 1)
            elif kind == "end" and begins:
                start = begins.pop()
                out[start:] = self._field(out[start:])
        for token in out:
            if token.kind == "field":  # the field goes on in another paragraph
                token.kind = "anchor"
        return out

    def _field(self, tokens: list[Token]) -> list[Token]:
        first, last = tokens[0], tokens[-1]
        cut = next((n for n, t in enumerate(tokens) if _mark(t) == "separate"), None)
        code = "".join(i.text or "" for t in tokens[:cut] for n in t.nodes for i in n.iter(f"{W}instrText"))
        name = _field_name(code)
        result = tokens[cut + 1 : -1] if cut is not None else []
        shown = "".join(t.text for t in result if t.kind in ("text", "object"))
        if first.path != last.path or any(t.path[: len(first.path)] != first.path for t in tokens):
            for token in tokens:
                token.kind = "anchor" if token.kind == "field" else token.kind
            return tokens
        if not LETTER.search(shown) or name in _CODE_FIELDS or cut is None or _BLANK_FIELD.fullmatch(shown):
            nodes = [node for t in tokens for node in t.nodes]
            if name in _UNSEEN_FIELDS:
                return [Token("anchor", list(dict.fromkeys(nodes)), first.path)]
            if name == "FORMDROPDOWN":
                shown = _chosen(nodes)
            return [Token("object", list(dict.fromkeys(nodes)), first.path, text=shown, ref=f"field {name}")]
        href = _field_address(code) if name == "HYPERLINK" else None
        tag = TagOpen(id=0, kind="link", href=href) if href else TagOpen(id=0, kind="span", title=f"field {name}")
        head = [node for t in tokens[: cut + 1] for node in t.nodes]
        wrapper = Wrapper(tag, None, list(dict.fromkeys(head)), list(last.nodes))
        for token in result:
            token.path = (*first.path, wrapper, *token.path[len(first.path) :])
        return result

    def _split(self) -> None:
        """Find the text between what stands at the edges, and what is the same around all of it."""
        shown = [t for t in self.tokens if t.kind != "anchor"]
        worded = [t for t in shown if t.kind == "text" and t.text.strip()]
        if not worded:
            self.lead = self.tokens
            return
        self.base_path = _common(t.path for t in shown)
        for depth, wrapper in enumerate(self.base_path):
            if wrapper.tag.href:
                self.base_path = self.base_path[:depth]
                break
        start, end = 0, len(self.tokens)
        while self._at_edge(self.tokens[start]):
            start += 1
        while self._at_edge(self.tokens[end - 1]):
            end -= 1
        self.lead, self.core, self.tail = self.tokens[:start], self.tokens[start:end], self.tokens[end:]
        loose = [t for t in worded if not any(w.tag.kind == "link" for w in t.path)] or worded
        self.base_format = _plainest(loose)
        alike = [t for t in loose if set(self.base_format) <= set(t.format)]
        nearest = min(alike, key=lambda t: (len(t.format), -len(t.text)))
        self.base_properties = copy.deepcopy(nearest.properties)
        for name in dict(nearest.format).keys() - dict(self.base_format).keys():
            remove(self.base_properties.find(f"{W}{name}"))

    def _at_edge(self, token: Token) -> bool:
        if len(token.path) > len(self.base_path) or token.kind == "note":
            return False
        if token.kind == "text":
            return not token.text.strip()
        return token.kind in ("anchor", "break") or token.ref in _NEUTRAL_REFS

    def _build(self) -> Content:
        wanted = self._wanted()
        items: list[Inline] = []
        stack: list[tuple[Tag, Tag]] = []
        """What is asked for and the tag that was opened for it: the same link twice is two tags."""
        waiting: list[Anchor] = []
        total = sum(len(t.text) for t in self.core if t.kind == "text") or 1
        passed = 0
        numbers = itertools.count(1)

        def add(item: Inline) -> None:
            for anchor in waiting:
                if not isinstance(item, Text):
                    anchor.before = item
            waiting.clear()
            items.append(item)

        for token, tags in zip(self.core, wanted, strict=True):
            if token.kind == "anchor":
                last = items[-1] if items else None
                anchor = Anchor(token, after=last if not isinstance(last, Text) else None, share=passed / total)
                self.anchors.append(anchor)
                waiting.append(anchor)
                continue
            keep = 0
            while keep < min(len(stack), len(tags)) and stack[keep][0] is tags[keep]:
                keep += 1
            for _, tag in reversed(stack[keep:]):
                add(TagClose(id=tag.open.id))
            del stack[keep:]
            for asked in tags[keep:]:
                tag = Tag(asked.open.model_copy(update={"id": next(numbers)}), asked.wrapper, asked.delta)
                self.tags.append(tag)
                stack.append((asked, tag))
                add(tag.open)
            if token.kind == "text":
                add(Text(text=token.text))
                passed += len(token.text)
            elif token.kind == "break":
                add(Placeholder(id=next(numbers), kind="break"))
            else:
                holder = token.holder or Placeholder(
                    id=0, kind="note" if token.kind == "note" else "raw", ref=token.ref
                )
                token.holder = holder.model_copy(update={"id": next(numbers)})
                add(token.holder)
        for _, tag in reversed(stack):
            add(TagClose(id=tag.open.id))
        return tidy(items)

    def _wanted(self) -> list[list[Tag]]:
        """For each token of the core, the tags that it stands in."""
        links = {w for t in self.core for w in t.path if w.tag.kind == "link"}
        around: dict[Wrapper, Tag] = {}
        base_of: dict[Wrapper, Format] = {}
        for wrapper in links:
            inside = [t for t in self.core if wrapper in t.path and t.kind == "text" and t.text.strip()]
            base_of[wrapper] = _plainest(inside) if inside else self.base_format
        for token in self.core:
            for wrapper in token.path[len(self.base_path) :]:
                if wrapper not in around:
                    around[wrapper] = Tag(wrapper.tag, wrapper)
                    if wrapper in base_of:
                        inner = next((t for t in self.core if wrapper in t.path and t.format == base_of[wrapper]), None)
                        if inner is not None:
                            elements = _elements(inner.properties)
                            names = _delta(self.base_format, inner.format)
                            around[wrapper].delta = {name: elements.get(name) for name in names}
        marks: list[tuple[tuple[Tag, ...], tuple[tuple[TagKind, str], ...]] | None] = []
        for token in self.core:
            outer = tuple(around[w] for w in token.path[len(self.base_path) :])
            if token.kind == "text" and (token.text.strip() or _shows_space(token.format)):
                link = next((w for w in reversed(token.path) if w in base_of), None)
                base = base_of[link] if link is not None else self.base_format
                marks.append((outer, tuple(_kinds(_delta(base, token.format)))))
            else:
                marks.append(None)
        return self._shared(marks, around)

    def _shared(self, marks: list[Any], around: dict[Wrapper, Tag]) -> list[list[Tag]]:
        """Tags by token; what has no look of its own takes that of its neighbours where both have the same."""
        out: list[list[Tag]] = []
        known: list[tuple[tuple[Tag, ...], tuple[tuple[TagKind, str], ...]]] = []
        following: list[Any] = [None] * len(marks)
        for place in range(len(marks) - 2, -1, -1):
            following[place] = marks[place + 1] if marks[place + 1] is not None else following[place + 1]
        before = None
        for place, token in enumerate(self.core):
            outer = tuple(around[w] for w in token.path[len(self.base_path) :])
            mark = marks[place]
            before = mark if mark is not None else before
            if mark is None:
                after = following[place]
                kinds: list[tuple[TagKind, str]] = []
                if before and after and before[0] == outer == after[0]:
                    for one, other in zip(before[1], after[1], strict=False):
                        if one != other:
                            break
                        kinds.append(one)
                mark = (outer, tuple(kinds))
            known.append(mark)
        previous: list[tuple[Any, Tag]] = []
        for place, token in enumerate(self.core):
            outer, kinds_ = known[place]
            names: list[Any] = [*outer, *((outer, *kind) for kind in kinds_)]
            keep = 0
            while keep < min(len(previous), len(names)) and previous[keep][0] == names[keep]:
                keep += 1
            current = previous[:keep]
            for name in names[keep:]:
                tag = name if isinstance(name, Tag) else self._look(name, token, known[place][0])
                current.append((name, tag))
            if token.kind != "anchor":
                previous = current
            out.append([tag for _, tag in current])
        return out

    def _look(self, name: Any, token: Token, outer: tuple[Tag, ...]) -> Tag:
        """A tag for formatting, with the properties that make it."""
        _, kind, title = name
        link = next((t for t in reversed(outer) if t.open.kind == "link"), None)
        base = dict(self.base_format)
        for key, element in (link.delta if link else {}).items():
            base[key] = _canonical(element) if element is not None else ""
        delta = _delta(tuple((k, v) for k, v in base.items() if v), token.format)
        elements = _elements(token.properties)
        wanted = {key: elements.get(key) for key in delta if _kind_of(key, delta[key]) == (kind if not title else None)}
        return Tag(TagOpen(id=0, kind=kind, title=title or None), None, wanted)

    # what it shows, for tables of contents

    def shown(self, content: Content) -> str:
        """The text as the page shows it, the results of fields in it."""
        numbers: dict[tuple[str, str], list[str]] = {}
        for token in self.core:
            if token.holder is not None:
                numbers.setdefault((token.holder.kind, token.holder.ref), []).append(token.text)
        parts = []
        for item in content:
            if isinstance(item, Text):
                parts.append(item.text)
            elif isinstance(item, Placeholder) and item.kind == "raw":
                waiting = numbers.get((item.kind, item.ref)) or [""]
                parts.append(waiting.pop(0) if len(waiting) > 1 else waiting[0])
            elif isinstance(item, Placeholder) and item.kind == "break":
                parts.append(" ")
        return " ".join("".join(parts).split())

    def links_to(self) -> str:
        """The bookmark that the entry of a table of contents leads to."""
        for link in self.element.iter(f"{W}hyperlink"):
            if link.get(f"{W}anchor"):
                return str(link.get(f"{W}anchor"))
        for code in self.element.iter(f"{W}instrText"):
            found = re.match(r'\s*(?:PAGEREF\s+|HYPERLINK\s+\\l\s+")(\w+)', code.text or "")
            if found:
                return found[1]
        return ""


def _mark(token: Token) -> str:
    mark = token.nodes[0].find(f"{W}fldChar") if token.kind == "field" else None
    return (mark.get(f"{W}fldCharType") or "") if mark is not None else ""


def _field_name(code: str) -> str:
    words = code.split()
    return words[0].upper() if words else ""


def _field_address(code: str) -> str | None:
    found = re.match(r'\s*HYPERLINK\s+"([^"]+)"', code) or re.match(r"\s*HYPERLINK\s+([^\s\\\"]\S*)", code)
    return found[1] if found and PUBLISHED.match(found[1]) else None


def _chosen(nodes: Iterable[Any]) -> str:
    """The entry that a drop-down list of a form shows."""
    for node in nodes:
        for choice in node.iter(f"{W}ddList"):
            entries = [e.get(f"{W}val") or "" for e in choice.iter(f"{W}listEntry")]
            number = value_of(choice, f"{W}result") or value_of(choice, f"{W}default") or "0"
            if number.isdigit() and int(number) < len(entries):
                return entries[int(number)]
    return ""


def clean(text: str) -> str:
    return canonical(_UNWANTED.sub("", text.replace("\n", " ").replace("\r", " ").replace("\t", " ")))


def is_symbol_font(properties: Any) -> bool:
    fonts = properties.find(f"{W}rFonts") if properties is not None else None
    return fonts is not None and (fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or "").lower() in SYMBOL_FONTS


def _canonical(element: Any) -> str:
    """One look, one string: "color val=FF0000"."""
    values = sorted(
        f"{k.rsplit('}', 1)[-1]}={v}" for k, v in element.attrib.items() if not k.rsplit("}", 1)[-1].startswith("theme")
    )
    name = element.tag.removeprefix(W)
    toggles = ("b", "i", "caps", "smallCaps", "strike", "dstrike", "vanish", "outline", "shadow", "emboss", "imprint")
    if name in toggles:
        return "off" if element.get(f"{W}val") in ("0", "false", "off", "none") else "on"
    return " ".join(values)


def _elements(properties: Any) -> dict[str, Any]:
    return {e.tag.removeprefix(W): e for e in properties if isinstance(e.tag, str)} if properties is not None else {}


def _seen(properties: Any) -> Format:
    out = {name: _canonical(e) for name, e in _elements(properties).items() if name not in _UNSEEN and "{" not in name}
    if out.get("u") == "val=none":
        out.pop("u")
    if out.get("color") in ("val=auto", "val=000000"):
        out.pop("color")
    return tuple((name, out[name]) for name in PROPERTY_ORDER if name in out)


def _shows_space(look: Format) -> bool:
    """A space with a line under it or a colour behind it is seen: the blank of a form."""
    return any(name in ("u", "highlight", "shd", "bdr", "strike") for name, _ in look)


def _plainest(tokens: Sequence[Token]) -> Format:
    """The look that most of the text has, one without emphasis where there is any."""
    sizes = Counter[Format]()
    for token in tokens:
        sizes[token.format] += len(token.text)
    emphasised = {name for name, _ in _TOGGLES}
    quiet = {f: n for f, n in sizes.items() if not any(name in emphasised and v != "off" for name, v in f)}
    if not quiet and len(sizes) > 1:  # what all of them have
        shared = set.intersection(*(set(f) for f in sizes))
        return tuple(item for item in next(iter(sizes)) if item in shared)
    candidates = quiet or dict(sizes)
    return max(candidates, key=lambda f: (candidates[f], f))


def _delta(base: Format, own: Format) -> dict[str, str]:
    """What differs: name to the value here, "" where only the base has it."""
    one, other = dict(base), dict(own)
    return {n: other.get(n, "") for n in PROPERTY_ORDER if one.get(n) != other.get(n)}


def _kind_of(name: str, value: str) -> TagKind | None:
    """The kind of tag that one property makes; None: it is part of a span."""
    if name == "rStyle":
        named: dict[str, TagKind] = {"val=Strong": "strong", "val=Emphasis": "emphasis"}
        return named.get(value)
    if name == "vertAlign":
        kinds: dict[str, TagKind] = {"val=superscript": "superscript", "val=subscript": "subscript"}
        return kinds.get(value)
    if name == "u":
        return "underline" if value else None
    return dict(_TOGGLES).get(name) if value == "on" else None


def _kinds(delta: dict[str, str]) -> Iterator[tuple[TagKind, str]]:
    """The tags that a look needs, the widest known first; all that has no name of its own is one span."""
    kinds = {kind for name, value in delta.items() if (kind := _kind_of(name, value)) is not None}
    yield from ((kind, "") for kind in _NESTING if kind in kinds)
    rest = [f"{n} {v or 'none'}" for n, v in delta.items() if _kind_of(n, v) is None]
    if rest:
        yield "span", "; ".join(rest)


def _common(paths: Iterable[tuple[Wrapper, ...]]) -> tuple[Wrapper, ...]:
    shared: tuple[Wrapper, ...] | None = None
    for path in paths:
        if shared is None:
            shared = path
        while shared != path[: len(shared)]:
            shared = shared[:-1]
    return shared or ()


def descend(element: Any) -> Iterator[Any]:
    for child in element:
        yield child
        if child.tag != f"{W}txbxContent":
            yield from descend(child)
