"""pandoc's syntax tree of a document, made by its program and turned into our blocks."""

from __future__ import annotations

import html.parser
import importlib.util
import itertools
import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pubpipe.errors import MissingExtra, SourceError
from pubpipe.identity import content_hash, digest_bytes, short
from pubpipe.model import (
    Alignment,
    Block,
    Cell,
    Code,
    Content,
    Figure,
    Finding,
    Heading,
    Inline,
    Item,
    ListBlock,
    Note,
    Paragraph,
    Placeholder,
    Quote,
    Resource,
    Role,
    Row,
    Rule,
    Table,
    TagClose,
    TagKind,
    TagOpen,
    Text,
    Unit,
    plain,
    quoted,
    tidy,
)
from pubpipe.readers.base import MAX_DEPTH, SHOWN_DEPTH, Parts, clean, found, parse_date, too_deep
from pubpipe.readers.captions import attach, label
from pubpipe.readers.images import ImageError, extension, stand_in

TIMEOUT = 10.0
TIMEOUT_PER_MILLION = 30.0
"""Seconds, and seconds more for a million characters: three times what tables, the slowest text, were measured to
need. Text built to confuse a parser is small and has no end ("[a](" two thousand times)."""
MEMORY = "2g"

_TEXT_WIDTH_INCHES = 6.3
"""A4 less two margins of 25 mm: what an image's width in inches is a share of."""


def program() -> str:
    """The path of pandoc: the one that comes with pypandoc_binary, else the one on the path."""
    spec = importlib.util.find_spec("pypandoc")
    if spec and spec.origin:
        for name in ("pandoc", "pandoc.exe"):
            path = Path(spec.origin).parent / "files" / name
            if path.is_file():
                return str(path)
    path_program = shutil.which("pandoc")
    if path_program:
        return path_program
    raise MissingExtra("pandoc is not installed.", remedy="pip install pypandoc_binary")


def tree(data: bytes, source_format: str, characters: int | None = None) -> dict[str, Any]:
    """pandoc's JSON tree of the bytes in a pandoc format name; reads no other file and no network.

    `characters` is the length of the text in them where they are packed (default: the number of bytes); the time
    that pandoc may take hangs on it. Raises SourceError where pandoc refuses the text, needs more memory than a
    publication may, or does not end.
    """
    timeout = round(TIMEOUT + TIMEOUT_PER_MILLION * (len(data) if characters is None else characters) / 1_000_000)
    argv = [program(), "+RTS", f"-M{MEMORY}", "-RTS", "--from", source_format, "--to", "json", "--sandbox"]
    try:
        done = subprocess.run(argv, input=data, capture_output=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as error:
        raise SourceError(
            f"the document cannot be read: pandoc did not finish in {timeout} seconds.",
            remedy="It has brackets, quotes or tables in one another in an unusual way; simplify or split it.",
        ) from error
    except OSError as error:
        raise SourceError(
            f"pandoc cannot be started ({type(error).__name__}).",
            remedy="pip install --force-reinstall pypandoc_binary",
        ) from error
    if done.returncode == 251:
        raise SourceError("the document needs too much memory to be read.", remedy="Split it.")
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace")
        place = re.search(r"line \d+,? column \d+", said)
        kind = "its YAML title block is not valid" if "YAML" in said else "pandoc cannot read it"
        raise SourceError(
            f"the document cannot be read: {kind}{f' ({place[0]})' if place else ''}.",
            remedy="Mend that place, or save the document again in its own program.",
        )
    try:
        result: dict[str, Any] = json.loads(done.stdout)
    except RecursionError:
        raise too_deep() from None
    return result


_KINDS: dict[str, TagKind] = {
    "Strong": "strong",
    "Emph": "emphasis",
    "Underline": "underline",
    "Strikeout": "strike",
    "Superscript": "superscript",
    "Subscript": "subscript",
    "SmallCaps": "smallcaps",
}
_JOINED_OVER_SPACE = {"strong", "emphasis", "superscript", "subscript", "smallcaps"}
_ALIGNMENTS: dict[str, Alignment] = {
    "AlignLeft": "left",
    "AlignRight": "right",
    "AlignCenter": "center",
    "AlignDefault": "default",
}
_NUMBERINGS: dict[str, Literal["decimal", "lower-alpha", "upper-alpha", "lower-roman", "upper-roman"]] = {
    "LowerAlpha": "lower-alpha",
    "UpperAlpha": "upper-alpha",
    "LowerRoman": "lower-roman",
    "UpperRoman": "upper-roman",
}
_QUOTES = {"SingleQuote": ("‘", "’"), "DoubleQuote": ("“", "”")}
_HTML_TAGS: dict[str, str] = {
    "b": "Strong",
    "strong": "Strong",
    "i": "Emph",
    "em": "Emph",
    "u": "Underline",
    "ins": "Underline",
    "s": "Strikeout",
    "del": "Strikeout",
    "strike": "Strikeout",
    "sup": "Superscript",
    "sub": "Subscript",
    "small": "Plain span",
    "span": "Plain span",
    "mark": "Plain span",
    "abbr": "Plain span",
    "font": "Plain span",
}
_LINK_SCHEMES = re.compile(r"(https?://|mailto:|tel:)", re.IGNORECASE)
_TEX = re.compile(r"[\\^_{}=<>+*/|]|^\s*[A-Za-z]\s*$")


def convert(
    ast: dict[str, Any],
    load: Callable[[str], bytes],
    alternatives: Mapping[str, str] | None = None,
    captions: Collection[str] = (),
) -> Parts:
    """Our blocks for a pandoc tree.

    `load` gives the bytes of an image or raises ImageError; `alternatives` are alternative texts by image address
    that pandoc does not read, `captions` texts of paragraphs that the file calls captions and pandoc does not.
    """
    walk = _Walk(load, alternatives or {}, frozenset(" ".join(clean(c).split()) for c in captions))
    meta = ast["meta"]
    blocks = list(walk.blocks(ast["blocks"], "paragraph", 0))
    if "abstract" in meta:
        blocks[:0] = walk.blocks(_meta_blocks(meta["abstract"]), "paragraph", 0)
    date_inlines = _meta_inlines(meta.get("date"))
    date_text = plain(walk.content(date_inlines))
    date = parse_date(date_text)
    if date_text.strip() and date is None:
        blocks.insert(0, Paragraph(unit=Unit(id="", role="paragraph", content=walk.content(date_inlines))))
        walk.find(
            "date", "info", f"the date {quoted(date_text)} is not one whole day; it stands as a paragraph of its own"
        )
    simple = {k.lower(): plain(walk.content(_meta_inlines(v))) for k, v in meta.items() if k not in _META_USED}
    kept_out = sorted(k for k, v in simple.items() if v.strip() and k not in ("lang", "language"))
    if kept_out:
        walk.find("metadata", "info", f"these entries of the title block are not printed: {', '.join(kept_out)}")
    walk.report_links()
    walk.report_images(blocks)
    return Parts(
        title=_not_bold(walk.content(_meta_inlines(meta.get("title")))) or None,
        subtitle=walk.content(_meta_inlines(meta.get("subtitle"))) or None,
        authors=tuple(filter(None, (" ".join(plain(walk.content(a)).split()) for a in _authors(meta.get("author"))))),
        date=date,
        blocks=tuple(blocks),
        notes=tuple(walk.notes.values()),
        resources=tuple(walk.resources.values()),
        findings=tuple(walk.findings),
        metadata=simple,
    )


_META_USED = {"title", "subtitle", "author", "date", "abstract"}


def _meta_inlines(value: Any) -> list[Any]:
    match value:
        case {"t": "MetaInlines", "c": inlines}:
            return list(inlines)
        case {"t": "MetaString", "c": string}:
            return [{"t": "Str", "c": string}]
        case {"t": "MetaBool", "c": flag}:
            return [{"t": "Str", "c": str(flag)}]
        case {"t": "MetaBlocks", "c": blocks}:
            return _flatten(blocks)
        case {"t": "MetaList", "c": items}:
            return _joined([_meta_inlines(i) for i in items], [{"t": "Str", "c": ","}, {"t": "Space"}])
        case {"t": "MetaMap", "c": entries}:
            return _joined([_meta_inlines(v) for v in entries.values()], [{"t": "Str", "c": ","}, {"t": "Space"}])
    return []


def _authors(value: Any) -> list[list[Any]]:
    if isinstance(value, dict) and value["t"] == "MetaList":
        return [_author(i) for i in value["c"]]
    return [_author(value)] if value else []


def _author(value: Any) -> list[Any]:
    if isinstance(value, dict) and value["t"] == "MetaMap" and "name" in value["c"]:
        return _meta_inlines(value["c"]["name"])
    return _meta_inlines(value)


def _meta_blocks(value: Any) -> list[Any]:
    if isinstance(value, dict) and value["t"] == "MetaBlocks":
        return list(value["c"])
    return [{"t": "Para", "c": _meta_inlines(value)}]


def _joined(lists: Sequence[list[Any]], joint: list[Any]) -> list[Any]:
    out: list[Any] = []
    for part in lists:
        if out and part:
            out += joint
        out += part
    return out


def _flatten(blocks: Iterable[Any]) -> list[Any]:
    """The inlines of blocks, one line a block: for captions and titles, which are one run of text."""
    lines: list[list[Any]] = []
    for block in blocks:
        kind, value = block["t"], block.get("c")
        if kind in ("Para", "Plain"):
            lines.append(value)
        elif kind == "Header":
            lines.append(value[2])
        elif kind == "CodeBlock":
            lines.append([{"t": "Code", "c": value}])
        elif kind == "LineBlock":
            lines += value
        elif kind == "Div":
            lines.append(_flatten(value[1]))
        elif kind == "BlockQuote":
            lines.append(_flatten(value))
        elif kind == "BulletList":
            lines += [_flatten(i) for i in value]
        elif kind == "OrderedList":
            lines += [_flatten(i) for i in value[1]]
    return _joined(lines, [{"t": "LineBreak"}])


@dataclass
class _Walk:
    """One walk over one tree; it gathers notes, images and findings on the way."""

    load: Callable[[str], bytes]
    alternatives: Mapping[str, str]
    captions: frozenset[str]
    silent: list[tuple[str, str]] = field(default_factory=list)
    """Name of each image without words of its own, and the words near it."""
    links: dict[str, list[str]] = field(default_factory=dict)
    """Words of links that cannot be published, by kind."""
    notes: dict[str, Note] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    _ids: Any = field(default_factory=itertools.count)
    _near: str = ""

    def find(self, check: str, severity: Literal["info", "warning", "block"], message: str) -> None:
        self.findings.append(found(check, severity, message))

    # -- blocks ------------------------------------------------------------------------------------------

    def blocks(self, nodes: Iterable[Any], role: Role, depth: int) -> tuple[Block, ...]:
        if depth > MAX_DEPTH:
            raise too_deep()
        out: list[Block] = []
        for node in nodes:
            for block in self._block(node["t"], node.get("c"), role, depth):
                captioned = _captioned_image(block) if isinstance(block, Paragraph) else None
                if captioned and captioned.alt:
                    said = _stays_english(plain(captioned.alt.content))
                    self.findings = [f for f in self.findings if f.message != said]
                out.append(captioned or block)
        return attach(out, self.captions)

    def _block(self, kind: str, value: Any, role: Role, depth: int) -> Iterable[Block]:
        if depth >= SHOWN_DEPTH and kind in ("BulletList", "OrderedList", "BlockQuote"):
            self.find("depth", "warning", f"lists or quotes below level {SHOWN_DEPTH} stand at that level")
            inner = (
                value
                if kind == "BlockQuote"
                else itertools.chain.from_iterable(value if kind == "BulletList" else value[1])
            )
            return self.blocks(inner, role, depth + 1)
        match kind:
            case "Para" | "Plain":
                return self._paragraph(value, role)
            case "Header":
                level, _, inlines = value
                unit = self._unit(inlines, "heading")
                if unit:
                    unit = unit.model_copy(update={"content": _not_bold(unit.content)})
                return [Heading(level=level, unit=unit)] if unit else []
            case "BulletList":
                return self._list(value, depth)
            case "OrderedList":
                (start, style, _), items = value
                numbering = _NUMBERINGS.get(style["t"], "decimal")
                return [
                    b.model_copy(update={"ordered": True, "start": start, "numbering": numbering})
                    for b in self._list(items, depth)
                ]
            case "DefinitionList":
                items = [
                    [{"t": "Para", "c": term}, *itertools.chain.from_iterable(definitions)]
                    for term, definitions in value
                ]
                return self._list(items, depth)
            case "BlockQuote":
                inner = self.blocks(value, "quote", depth + 1)
                return [Quote(blocks=inner)] if inner else []
            case "CodeBlock":
                return self._code(value[1])
            case "LineBlock":
                return self._paragraph(_joined(value, [{"t": "LineBreak"}]), role)
            case "HorizontalRule":
                return [Rule()]
            case "Table":
                return self._table(value, depth)
            case "Figure":
                return self._figure(value, role, depth)
            case "Div":
                return self.blocks(value[1], role, depth + 1)
            case "RawBlock":
                self._raw(*value)
                return []
        raise SourceError(f"the document has a block of an unknown kind ({kind}).", remedy="Report this file.")

    def _unit(self, inlines: Sequence[Any], role: Role) -> Unit | None:
        content = self.content(inlines)
        if not content:
            return None
        text = plain(content).strip()
        if text:
            self._near = text
        return Unit(id="", role=role, content=content)

    def _paragraph(self, inlines: Sequence[Any], role: Role) -> list[Block]:
        images = _only_images(inlines)
        if images:
            return [self._image_figure(i, None) for i in images]
        for before, mark, after in zip(inlines, inlines[1:], inlines[2:], strict=False):
            if before["t"] == "SoftBreak" and after["t"] == "Space" and mark.get("c") in ("-", "*", "+", "•"):
                self.find(
                    "list",
                    "warning",
                    f"a line that looks like a list item stands inside a paragraph (an empty line before the list "
                    f"is missing?): {quoted(_text(inlines))}",
                )
                break
        unit = self._unit(inlines, role)
        return [Paragraph(unit=unit)] if unit else []

    def _list(self, items: Iterable[Any], depth: int) -> list[ListBlock]:
        made = tuple(Item(blocks=self.blocks(i, "item", depth + 1)) for i in items)
        return [ListBlock(ordered=False, items=made)] if any(i.blocks for i in made) else []

    def _code(self, text: str) -> list[Block]:
        text = clean(text)
        if not text.strip():
            return []
        self.find("code", "warning", f"preformatted text is printed as it is, not translated: {quoted(text)}")
        return [Code(text=text)]

    def _table(self, value: Any, depth: int) -> list[Block]:
        _, caption, columns, head, bodies, foot = value

        def rows(nodes: Any) -> tuple[Row, ...]:
            return tuple(
                Row(
                    cells=tuple(
                        Cell(
                            blocks=self.blocks(blocks, "cell", depth + 1),
                            rows=max(1, span_rows),
                            columns=max(1, span_columns),
                            alignment=_ALIGNMENTS.get(alignment["t"], "default"),
                        )
                        for _, alignment, span_rows, span_columns, blocks in cells
                    )
                )
                for _, cells in nodes
            )

        title = self._unit(_flatten(caption[1]), "caption")
        top = rows(head[1])
        body = tuple(itertools.chain.from_iterable(rows([*b[2], *b[3]]) for b in bodies))
        bottom = rows(foot[1])
        if not body and not bottom:
            top, body = (), top
        return [
            Table(
                caption=title,
                widths=tuple(w.get("c") if w["t"] == "ColWidth" else None for _, w in columns),
                alignments=tuple(_ALIGNMENTS.get(a["t"], "default") for a, _ in columns),
                head=top,
                body=body,
                foot=bottom,
            )
        ]

    def _figure(self, value: Any, role: Role, depth: int) -> Iterable[Block]:
        _, caption, content = value
        title = self._unit(_flatten(caption[1]), "caption")
        images: list[Any] = []
        for block in content:
            only = _only_images(block["c"]) if block["t"] in ("Para", "Plain") else []
            if not only:
                # a figure of something else (a table, text, figures in it): its parts stand for themselves
                inner = list(self.blocks(content, role, depth + 1))
                for place, part in enumerate(inner):
                    if title and isinstance(part, Table | Figure) and part.caption is None:
                        inner[place] = part.model_copy(update={"caption": title})
                        return inner
                return [*inner, *([Paragraph(unit=title)] if title else [])]
            images += only
        figures: list[Block] = [self._image_figure(i, None) for i in images[:-1]]
        if images:
            return [*figures, self._image_figure(images[-1], title)]
        return [Paragraph(unit=title)] if title else []

    def _image_figure(self, image: Any, caption: Unit | None) -> Figure:
        name, alt, width = self._image(image)
        same = caption is not None and plain(alt).strip() == plain(caption.content).strip()
        if not alt and caption is None:
            self.silent.append((name, self._near))
        return Figure(
            resource=name,
            alt=Unit(id="", role="alt", content=alt) if alt and not same else None,
            caption=caption,
            width=width,
        )

    # -- images ------------------------------------------------------------------------------------------

    def _image(self, image: Any) -> tuple[str, Content, float | None]:
        (_, _, attributes), inlines, (source, _) = image
        named = dict(attributes)
        alt_text = clean(" ".join((named.get("alt") or _text(inlines) or self.alternatives.get(source, "")).split()))
        alt: Content = (Text(text=alt_text),) if alt_text else ()
        try:
            data = self.load(source)
            kind = extension(data)
        except ImageError as error:
            shown = source if len(source) < 80 else source[:77] + "..."
            self.find(
                "image",
                "block",
                f"image {shown!r} is not in the document: {error}"
                + (f" (near {quoted(self._near)})" if self._near else ""),
            )
            data, kind = stand_in(), "png"
        name = f"image-{short(digest_bytes(data))}.{kind}"
        self.resources.setdefault(name, Resource(name=name, data=data))
        return name, alt, _share(named.get("width", ""))

    # -- inlines -----------------------------------------------------------------------------------------

    def content(self, nodes: Sequence[Any]) -> Content:
        """The content of one unit: white space at its edges gone, equal neighbours merged, tags numbered from 1."""
        items = _trim(_merge(list(tidy(self._inlines(nodes, 0)))))
        numbers: dict[int, int] = {}
        out: list[Inline] = []
        for item in items:
            if isinstance(item, Text):
                out.append(item)
            else:
                number = numbers.setdefault(item.id, len(numbers) + 1)
                out.append(item.model_copy(update={"id": number}))
        return tidy(out)

    def _inlines(self, nodes: Sequence[Any], depth: int) -> list[Inline]:
        if depth > MAX_DEPTH:
            raise too_deep()
        out: list[Inline] = []
        run: list[str] = []
        for node in [*self._fold_html(nodes), {"t": "End"}]:
            kind, value = node["t"], node.get("c")
            if kind == "Str":
                run.append(value)
                continue
            if kind in ("Space", "SoftBreak"):
                run.append(" ")
                continue
            if run:
                # one value for a run of words: a long document has a million of them
                out.append(Text(text=clean("".join(run))))
                run = []
            match kind:
                case "End":
                    break
                case "LineBreak":
                    out.append(Placeholder(id=next(self._ids), kind="break"))
                case "Quoted":
                    opening, closing = _QUOTES[value[0]["t"]]
                    out += [Text(text=opening), *self._inlines(value[1], depth + 1), Text(text=closing)]
                case "Code":
                    out += self._wrap("code", [Text(text=clean(value[1]))], trim=False)
                case "Math":
                    out += self._math(value)
                case "RawInline":
                    self._raw(*value)
                case "Link":
                    out += self._link(value, depth)
                case "Image":
                    out.append(self._inline_image(value))
                case "Note":
                    out.append(self._note(value))
                case "Span":
                    classes = value[0][1]
                    inner = self._inlines(value[1], depth + 1)
                    if "underline" in classes:
                        inner = self._wrap("underline", inner)
                    out += inner
                case "Plain span":
                    out += self._inlines(value, depth + 1)
                case "Cite":
                    out += self._inlines(value[1], depth + 1)
                case _ if kind in _KINDS:
                    out += self._wrap(_KINDS[kind], self._inlines(value, depth + 1))
                case _:
                    raise SourceError(f"the document has text of an unknown kind ({kind}).", remedy="Report this file.")
        return out

    def _wrap(
        self,
        kind: TagKind,
        inner: list[Inline],
        *,
        trim: bool = True,
        href: str | None = None,
        title: str | None = None,
    ) -> list[Inline]:
        """`inner` between tags; white space at its edges stands outside, and tags around nothing do not stand."""
        before: list[Inline] = []
        after: list[Inline] = []
        inner = list(tidy(inner))
        if trim:
            while inner and isinstance(inner[0], Text):
                rest = inner[0].text.lstrip(" \t")
                before.append(Text(text=inner[0].text[: len(inner[0].text) - len(rest)]))
                if rest:
                    inner[0] = Text(text=rest)
                    break
                inner.pop(0)
            while inner and isinstance(inner[-1], Text):
                rest = inner[-1].text.rstrip(" \t")
                after.insert(0, Text(text=inner[-1].text[len(rest) :]))
                if rest:
                    inner[-1] = Text(text=rest)
                    break
                inner.pop()
        if not any(isinstance(i, Text | Placeholder) for i in inner):
            return [*before, *inner, *after]
        number = next(self._ids)
        return [*before, TagOpen(id=number, kind=kind, href=href, title=title), *inner, TagClose(id=number), *after]

    def _link(self, value: Any, depth: int) -> list[Inline]:
        _, inlines, (url, title) = value
        inner = self._inlines(inlines, depth + 1)
        if _LINK_SCHEMES.match(url):
            return self._wrap("link", inner, href=url, title=clean(title) or None)
        if not any(isinstance(i, Text) and i.text.strip() for i in inner):
            return inner
        kind = url.split(":", 1)[0][:20] if ":" in url[:20] else "relative"
        if url.startswith("#"):
            kind = ""
        self.links.setdefault(kind, []).append(_text(inlines))
        return inner

    def report_links(self) -> None:
        """One finding for each kind of link that became plain text."""
        for kind, said in self.links.items():
            number = f"{len(said)} link{'s' if len(said) > 1 else ''}"
            shown = ", ".join(quoted(text, 40) for text in list(dict.fromkeys(said))[:5])
            if kind:
                self.find(
                    "link", "warning", f"{number} of a kind that is not published ({kind}): plain text now: {shown}"
                )
            else:
                self.find("link", "info", f"{number} inside the document: plain text in the translation: {shown}")

    def report_images(self, blocks: Iterable[Any]) -> None:
        """One finding for each figure that ended up without caption and alternative text."""
        bare = Counter(
            f.resource
            for f in _figures([*blocks, *itertools.chain.from_iterable(n.blocks for n in self.notes.values())])
            if f.alt is None and f.caption is None
        )
        for name, near in self.silent:
            if bare[name]:
                bare[name] -= 1
                self.find("alt", "warning", f"an image has neither caption nor alternative text (near {quoted(near)})")

    def _math(self, value: Any) -> list[Inline]:
        kind, tex = value
        if kind["t"] == "InlineMath" and not _TEX.search(tex):
            # "$20 to 30$": two prices, not a formula
            return [Text(text=f"${clean(tex)}$")]
        named = re.findall(r"\\(?:text|mathrm|mbox)\{([^}]*[A-Za-z]{3}[^}]*)\}", tex)
        if named:
            self.find("math", "warning", f"words in a formula are not translated: {quoted(' '.join(named))}")
        return [Placeholder(id=next(self._ids), kind="math", ref=tex)]

    def _inline_image(self, value: Any) -> Placeholder:
        name, alt, _ = self._image(value)
        text = plain(alt)
        if text:
            self.find("alt", "warning", _stays_english(text))
        return Placeholder(id=next(self._ids), kind="image", ref=name, alt=text)

    def _note(self, blocks: Any) -> Placeholder:
        near = self._near
        made = self.blocks(blocks, "note", 1)
        self._near = near
        said = [short(content_hash(u)) for u in _contents(made)]
        base = f"note-{short(digest_bytes(' '.join(said).encode()))}"
        name = base
        # two notes that say the same are two notes; counting the same text keeps ids steady when others come and go
        for number in itertools.count(2):
            if name not in self.notes:
                break
            name = f"{base}-{number}"
        self.notes[name] = Note(id=name, blocks=made)
        return Placeholder(id=next(self._ids), kind="note", ref=name)

    # -- raw HTML ------------------------------------------------------------------------------------------

    def _raw(self, source_format: str, text: str) -> None:
        if source_format == "html":
            if re.fullmatch(r"\s*(<!--.*?-->\s*)+", text, re.DOTALL):
                self.find("comment", "info", "an HTML comment is not carried")
                return
            name = re.match(r"\s*</?\s*([A-Za-z0-9]+)", text)
            if text.strip().startswith("</"):
                return
            what = f"<{name[1].lower()}>" if name else "HTML"
            place = f" (near {quoted(self._near)})" if self._near else ""
            self.find(
                "html",
                "block",
                f"raw HTML {what} is not carried; the text in it, if any, stands as plain paragraphs{place}",
            )
        else:
            self.find("raw", "block", f"raw {source_format} is not carried: {quoted(text)}")

    def _fold_html(self, nodes: Sequence[Any]) -> Sequence[Any]:
        """Pairs of simple HTML tags in Markdown as what they mean; `<br>` as a line break, `<img>` as an image."""
        if not any(n["t"] == "RawInline" and n["c"][0] == "html" for n in nodes):
            return nodes
        out: list[Any] = []
        stack: list[tuple[str, int]] = []
        for node in nodes:
            if node["t"] != "RawInline" or node["c"][0] != "html":
                out.append(node)
                continue
            tag, closing, attributes = _tag(node["c"][1])
            if tag == "br":
                out.append({"t": "LineBreak"})
            elif tag == "img":
                alt = attributes.get("alt") or ""
                size = [["width", attributes.get("width") or ""]]
                out.append(
                    {"t": "Image", "c": [["", [], size], [{"t": "Str", "c": alt}], [attributes.get("src") or "", ""]]}
                )
            elif tag in _HTML_TAGS and not closing:
                stack.append((tag, len(out)))
                out.append({"t": "Plain span", "c": []})
            elif tag in _HTML_TAGS and stack and stack[-1][0] == tag:
                _, start = stack.pop()
                out[start:] = [{"t": _HTML_TAGS[tag], "c": out[start + 1 :]}]
            else:
                out.append(node)
        if stack:
            self.find("html", "warning", f"HTML tags are not closed: {', '.join(f'<{t}>' for t, _ in stack)}")
        return out


class _OneTag(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tag, self.attributes, self.closing = "", dict[str, str | None](), False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tag, self.attributes = tag, dict(attrs)

    def handle_endtag(self, tag: str) -> None:
        self.tag, self.closing = tag, True


def _tag(text: str) -> tuple[str, bool, dict[str, str | None]]:
    parser = _OneTag()
    parser.feed(text)
    return parser.tag, parser.closing and not parser.attributes and text.lstrip().startswith("</"), parser.attributes


def _stays_english(alt: str) -> str:
    return f"the alternative text of an image inside a sentence stays English: {quoted(alt)}"


def _captioned_image(block: Paragraph) -> Figure | None:
    """The figure that a paragraph of one image and "Figure 4: …" is: word processors keep both in one frame."""
    items = block.unit.content
    images = [i for i in items if isinstance(i, Placeholder) and i.kind == "image"]
    if len(images) != 1 or not (found := label(plain(items).strip())) or found.kind == "table":
        return None
    image = images[0]
    rest = _trim([i for i in items if i is not image])
    numbers: dict[int, int] = {}
    caption = tuple(
        i if isinstance(i, Text) else i.model_copy(update={"id": numbers.setdefault(i.id, len(numbers) + 1)})
        for i in rest
    )
    alt = Unit(id="", role="alt", content=(Text(text=image.alt),)) if image.alt else None
    return Figure(resource=image.ref, alt=alt, caption=Unit(id="", role="caption", content=caption))


def _not_bold(content: Content) -> Content:
    """A heading's content without bold around the whole of it: a heading is bold already."""
    if len(content) < 3 or not isinstance(content[0], TagOpen) or content[0].kind != "strong":
        return content
    if not isinstance(content[-1], TagClose) or content[-1].id != content[0].id:
        return content
    return tuple(i if isinstance(i, Text) else i.model_copy(update={"id": i.id - 1}) for i in content[1:-1])


def _contents(blocks: Iterable[Any]) -> Iterable[Content]:
    """The contents of units anywhere in blocks."""
    for block in blocks:
        for name in ("unit", "caption", "alt"):
            unit = getattr(block, name, None)
            if unit is not None:
                yield unit.content
        if block.type == "quote":
            yield from _contents(block.blocks)
        if block.type == "list":
            for item in block.items:
                yield from _contents(item.blocks)
        if block.type == "table":
            for row in (*block.head, *block.body, *block.foot):
                for cell in row.cells:
                    yield from _contents(cell.blocks)
        if block.type == "code":
            yield (Text(text=block.text),)


def _figures(blocks: Iterable[Any]) -> Iterable[Figure]:
    """The figures anywhere in blocks, in reading order."""
    for block in blocks:
        if block.type == "figure":
            yield block
        elif block.type == "quote":
            yield from _figures(block.blocks)
        elif block.type == "list":
            for item in block.items:
                yield from _figures(item.blocks)
        elif block.type == "table":
            for row in (*block.head, *block.body, *block.foot):
                for cell in row.cells:
                    yield from _figures(cell.blocks)


def _only_images(inlines: Sequence[Any]) -> list[Any]:
    """The images of a paragraph that has nothing else; empty where it has text."""
    images: list[Any] = []
    for node in inlines:
        if node["t"] == "Image":
            images.append(node["c"])
        elif node["t"] == "Link" or (node["t"] == "Span" and node["c"][1]):
            inner = _only_images(node["c"][1])
            if not inner:
                return []
            images += inner
        elif node["t"] not in ("Space", "SoftBreak", "LineBreak", "Span"):
            return []
    return images


def _text(inlines: Any) -> str:
    """The characters of pandoc inlines, for names of places and alternative texts."""
    parts: list[str] = []
    stack: list[Any] = list(reversed(inlines))
    while stack:
        node = stack.pop()
        if isinstance(node, dict) and "t" in node:
            value: Any = node.get("c")
            if node["t"] == "Str":
                parts.append(value)
            elif node["t"] in ("Space", "SoftBreak", "LineBreak"):
                parts.append(" ")
            elif node["t"] in ("Code", "Math"):
                parts.append(value[1])
            elif node["t"] in _KINDS or node["t"] == "Plain span":
                stack += reversed(value)
            elif node["t"] in ("Link", "Image", "Span", "Quoted", "Cite"):
                stack += reversed(value[1])
    return "".join(parts)


def _share(width: str) -> float | None:
    """An image's width as a share of the text width, from "50%", "3in", "7.5cm" or "200px"."""
    match = re.fullmatch(r"\s*([\d.]+(?:e-?\d+)?)\s*(%|in|cm|mm|pt|px|)\s*", width)
    if not match:
        return None
    try:
        value = float(match[1])
    except ValueError:
        return None
    unit = match[2] or "px"
    inches = {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4, "pt": 1 / 72, "px": 1 / 96}
    share = value / 100 if unit == "%" else value * inches[unit] / _TEXT_WIDTH_INCHES
    return round(min(share, 1.0), 4) if share > 0 else None


def _merge(items: list[Inline]) -> list[Inline]:
    """Equal tags that meet (or meet over a space) as one: Word cuts runs where nobody sees a difference."""
    out: list[Inline] = []
    opened: dict[int, TagOpen] = {}
    renamed: dict[int, int] = {}
    for item in items:
        if isinstance(item, TagOpen):
            gap: list[Inline] = []
            if (
                len(out) > 1
                and isinstance(out[-1], Text)
                and not out[-1].text.strip(" ")
                and item.kind in _JOINED_OVER_SPACE
            ):
                gap = [out[-1]]
            last = out[-1 - len(gap)] if len(out) > len(gap) else None
            if isinstance(last, TagClose):
                before = opened[last.id]
                if (before.kind, before.href, before.title) == (item.kind, item.href, item.title):
                    del out[-1 - len(gap)]
                    renamed[item.id] = last.id
                    continue
            opened[item.id] = item
            out.append(item)
        elif isinstance(item, TagClose):
            out.append(TagClose(id=renamed.get(item.id, item.id)))
        else:
            out.append(item)
    return list(tidy(out))


def _trim(items: list[Inline]) -> list[Inline]:
    """The same without white space and line breaks at the very edges."""

    def blank(item: Inline) -> bool:
        return (isinstance(item, Text) and not item.text.strip()) or (
            isinstance(item, Placeholder) and item.kind == "break"
        )

    start, end = 0, len(items)
    while start < end and blank(items[start]):
        start += 1
    while end > start and blank(items[end - 1]):
        end -= 1
    items = items[start:end]
    if items and isinstance(items[0], Text):
        items[0] = Text(text=items[0].text.lstrip(" \t\n"))
    if items and isinstance(items[-1], Text):
        items[-1] = Text(text=items[-1].text.rstrip(" \t\n"))
    return items
