"""An edition as one accessible web page: a single file that holds its fonts and images and asks for nothing else.

What changes when another language or format comes out (the links to them) stands between marks in the page and is
put there by `with_links`, so that a published page follows the others without its text being set again.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from html import escape
from typing import Literal

from pubpipe.identity import digest_bytes
from pubpipe.languages import SOURCE, TARGETS, LanguageProfile, extra
from pubpipe.model import (
    ApprovedEdition,
    Block,
    Code,
    Content,
    DraftEdition,
    Figure,
    Heading,
    Item,
    LanguageTag,
    ListBlock,
    Note,
    Paragraph,
    Quote,
    Rule,
    SourceDocument,
    Table,
    Unit,
    Value,
    plain,
)
from pubpipe.renderers.base import Imprint
from pubpipe.renderers.breaking import hold_spaces
from pubpipe.renderers.fallback import splitter
from pubpipe.renderers.fonts import FontSet
from pubpipe.renderers.grid import Placed, lay_out
from pubpipe.renderers.html_style import style_sheet
from pubpipe.renderers.matter import Matter, matter
from pubpipe.renderers.pages import (
    MOST_TABLES,
    Levels,
    code_lines,
    first_number,
    flattened,
    own_number,
    pictures_of,
    printed,
)
from pubpipe.renderers.pictures import Picture
from pubpipe.renderers.runs import Run, by_link, clean, cleaned, has_words, runs, safe_url, shows
from pubpipe.renderers.template import Template
from pubpipe.renderers.web_fonts import font_stack, web_fonts, web_fonts_css

LABELS = ("skip", "languages", "download", "back_to_text", "notes")
"""Words that a web page needs beside those of every format."""
_OWN = "template: "
"""Before the names of the template's own pictures."""
ARROW = "↑"
_ASIDE = "0123456789DOCXPFHTMLSRV:· " + ARROW
"""What the page says beside the texts: names of formats, numbers of notes, signs between."""
_NUMBERING = {"decimal": "1", "lower-alpha": "a", "upper-alpha": "A", "lower-roman": "i", "upper-roman": "I"}
_ELEMENT = {
    "strong": "strong",
    "emphasis": "em",
    "underline": "u",
    "strike": "s",
    "superscript": "sup",
    "subscript": "sub",
    "code": "code",
}
_WIDEST = 1360
"""Pixels across of an image: two for each of the text column on a fine screen."""
_LONGEST_SUMMARY = 200


class PageLink(Value):
    """A language that the publication is out in, and where its page is."""

    language: LanguageTag
    href: str
    """Relative to the page that links."""


class FileLink(Value):
    """The same edition in another format."""

    format: str
    href: str


def render_html(
    edition: ApprovedEdition | DraftEdition,
    template: Template,
    profile: LanguageProfile,
    fonts: FontSet,
    imprint: Imprint,
) -> bytes:
    """The web page of an edition: same input, same bytes; a `DraftEdition` has a banner and a watermark.

    No script, nothing from another host (a content security policy in the page forbids it), every text escaped.
    RenderError names a character that no font has, an image that cannot be read, or a missing label.
    """
    document = edition.localized.document
    for key in LABELS:
        template.label(key, profile.tag)
    profile = template.dressed(profile)
    around = matter(edition, template, profile, imprint)
    fonts.require_glyphs(printed(document, around), profile)
    writer = _Writer(document, around, template, profile, fonts)
    body = writer.body()
    head = writer.head(edition, imprint)
    return (
        f'<!doctype html>\n<html lang="{profile.tag}" dir="ltr">\n'
        f"<head>\n{head}</head>\n<body>\n{body}</body>\n</html>\n"
    ).encode()


def with_links(
    page: bytes, languages: Iterable[PageLink], files: Iterable[FileLink], *, index: str, address: str = ""
) -> bytes:
    """The page with its links to the other languages, the other formats and the index, in place of those it has.

    `index` is where the index page is, relative to the page. `address` is the folder of the page on the web
    ("https://example.org/reports/symposium/km/"): search engines want whole addresses in `hreflang`; without it the
    links are relative. Applied twice it changes nothing.
    """
    from urllib.parse import urljoin

    own = re.search(r'<html lang="([^"]+)"', page[:400].decode("utf-8", "replace"))
    here = own[1] if own else ""
    languages = tuple(languages)
    alternates = "".join(
        f'<link rel="alternate" hreflang="{x.language}" href="{escape(urljoin(address, x.href))}">\n' for x in languages
    )
    alternates += f'<link rel="alternate" hreflang="x-default" href="{escape(urljoin(address, index))}">\n'
    for link in languages:
        if link.language == here and address:
            alternates += f'<link rel="canonical" href="{escape(urljoin(address, link.href))}">\n'
    names = native_names()
    current = ' aria-current="page"'
    choice = "".join(
        f'<li><a href="{escape(x.href)}" hreflang="{x.language}" lang="{x.language}"'
        f"{current if x.language == here else ''}>{escape(names.get(x.language, x.language))}</a></li>"
        for x in languages
    )
    shown = "".join(
        f'<li><a href="{escape(f.href)}" type="{MEDIA_TYPES.get(f.format, "application/octet-stream")}">'
        f"{escape(f.format.upper())}</a></li>"
        for f in files
    )
    for name, inside in (("alternates", alternates), ("languages", choice), ("files", shown)):
        start, end = _marks(name)
        before, found, rest = page.partition(start)
        _, closed, after = rest.partition(end)
        if found and closed:
            page = before + start + inside.encode() + end + after
    return page


def native_names() -> dict[str, str]:
    """Tag to what the language calls itself, of every language that is known."""
    return {own.tag: own.native_name for own in (*TARGETS.values(), *extra().values(), SOURCE)}


MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "html": "text/html",
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
}


def _marks(name: str) -> tuple[bytes, bytes]:
    return f"<!--pubpipe:{name}-->".encode(), f"<!--/pubpipe:{name}-->".encode()


def _slot(name: str) -> str:
    return b"".join(_marks(name)).decode()


class _Writer:
    """Holds what a walk over the blocks collects: the texts of each cut, notes, captions, headings."""

    def __init__(
        self,
        document: SourceDocument,
        around: Matter,
        template: Template,
        profile: LanguageProfile,
        fonts: FontSet,
    ) -> None:
        self.document = document
        self.around = around
        self.template = template
        self.profile = profile
        self.fonts = fonts
        self.split = splitter(profile.fonts, fonts, profile)
        own = {_OWN + kind: picture for kind, picture in template.pictures.items()}
        self.pictures = {name: _for_web(picture) for name, picture in (pictures_of(document) | own).items()}
        self.levels = Levels(document)
        self.notes: dict[str, Note] = {n.id: n for n in document.notes}
        self.noted: dict[str, int] = {}
        self.marks: dict[str, int] = {}
        self.counts = {"table": 0, "figure": 0}
        self.entries: list[tuple[int, str, str]] = []
        self.tables = 0
        self.drawn = 0
        self.rules: list[str] = []
        self.bold = False
        self.texts: dict[tuple[bool, bool], set[str]] = {}

    # The page

    def head(self, edition: ApprovedEdition | DraftEdition, imprint: Imprint) -> str:
        around, profile = self.around, self.profile

        def set_in(*, bold: bool = False, italic: bool = False) -> str:
            return "".join(sorted(self.texts.get((bold, italic), set())))

        names = "".join(native_names().values())
        files = web_fonts(
            profile,
            self.fonts,
            set_in() + names + _ASIDE + (profile.native_digits or "") * profile.native,
            bold=set_in(bold=True),
            italic=set_in(italic=True),
            bold_italic=set_in(bold=True, italic=True),
        )
        style = web_fonts_css(files) + style_sheet(self.template.design, profile, font_stack(profile, files))
        style += "".join(self.rules)
        hashed = base64.b64encode(bytes.fromhex(digest_bytes(style.encode()))).decode()
        policy = (
            f"default-src 'none'; style-src 'sha256-{hashed}'; font-src data:; img-src data:; base-uri 'none'; "
            "form-action 'none'"
        )
        author = "; ".join(around.authors or (around.publisher,))
        terms = {
            "title": around.plain_title,
            "language": profile.tag,
            "creator": author,
            "publisher": around.publisher,
            "date": around.moment.date().isoformat(),
            "identifier": f"sha256:{edition.edition_hash}",
            "rights": imprint.licence,
        }
        return "".join(
            [
                '<meta charset="utf-8">\n',
                f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n',
                '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
                f"<title>{escape(self._title())}</title>\n",
                _meta("description", self._summary()),
                _meta("author", author),
                '<meta name="robots" content="noindex">\n' if around.watermark else "",
                '<link rel="schema.dcterms" href="http://purl.org/dc/terms/">\n',
                *(_meta(f"dcterms.{name}", value) for name, value in terms.items()),
                _meta("generator", imprint.program),
                _slot("alternates"),
                f"\n<style>{style}</style>\n",
            ]
        )

    def _title(self) -> str:
        around = self.around
        draft = f"[{' · '.join(around.watermark)}] " if around.watermark else ""
        house = f" — {around.publisher}" if around.publisher else ""
        return f"{draft}{around.plain_title}{house}"

    def _summary(self) -> str:
        """The subtitle, else the beginning of the first paragraph: what a search engine shows below the title."""
        first = (b.unit.content for b in self.document.blocks if isinstance(b, Paragraph) and shows(b.unit.content))
        words = " ".join(clean(plain(self.around.subtitle or next(first, ()))).split())
        if len(words) <= _LONGEST_SUMMARY:
            return words
        from icu4py.breakers import LineBreaker

        short = ""
        for piece in LineBreaker(words, self.profile.locale):
            if len(short) + len(piece) > _LONGEST_SUMMARY - 1:
                break
            short += piece
        return short.rstrip() + "…"

    def body(self) -> str:
        around = self.around
        text = self.blocks(self.document.blocks)
        notes = self._endnotes()
        title = self._heavy(around.title)
        out = [f'<a class="skip" href="#text">{self._label("skip")}</a>\n']
        if around.watermark:
            words = " · ".join(around.watermark)
            out.append(f'<aside class="draft"><p>{self.words(words, bold=True)}</p></aside>\n')
            again = f"<span>{self.words(words, bold=True)}</span>" * 24
            out.append(f'<div class="mark" aria-hidden="true">{again}</div>\n')
        out.append('<header class="page">\n')
        design = self.template.design
        for kind, image in (("cover", design.cover), ("logo", design.logo)):
            if image is not None and _OWN + kind in self.pictures:
                alt = "" if image.decorative else clean(self.template.label(kind, self.profile.tag))
                out.append(f'<p class="{kind}">{self._image(_OWN + kind, alt)}</p>\n')
        if around.publisher:
            out.append(f'<p class="publisher">{self.words(around.publisher)}</p>\n')
        out.append(
            f'<nav class="choice" aria-label="{self._attribute("languages")}"><ul>{_slot("languages")}</ul></nav>\n'
            f'<nav class="choice files" aria-label="{self._attribute("download")}"><ul>{_slot("files")}</ul></nav>\n'
            "</header>\n"
        )
        out.append('<main id="text" tabindex="-1">\n<article itemscope itemtype="https://schema.org/Report">\n')
        out.append(f'<meta itemprop="inLanguage" content="{self.profile.tag}">\n')
        band = ' class="band"' if self.template.design.title_band else ""
        out.append(f'<h1 itemprop="headline"{band}>{title}</h1>\n')
        if around.subtitle:
            out.append(f'<p class="subtitle">{self.inline(around.subtitle)}</p>\n')
        who = [f'<span itemprop="author">{self.words(a)}</span>' for a in around.authors]
        if around.date:
            day = around.moment.date().isoformat()
            out_date = self.words(around.date)
            who.append(f'<time itemprop="datePublished" datetime="{day}">{out_date}</time>')
        if who:
            out.append(f'<p class="byline">{self.words(" · ").join(who)}</p>\n')
        out.append(self._contents())
        out.append(text)
        out.append(notes)
        out.append("</article>\n</main>\n")
        out.append(self._imprint())
        return "".join(out)

    def _contents(self) -> str:
        depth = self.template.design.contents_depth
        shown = [entry for entry in self.entries if entry[0] <= depth]
        if not depth or len(self.entries) < 2:
            return ""
        items = "".join(
            f'<li class="level{level}"><a href="#{mark}">{self.words(words)}</a></li>\n' for level, words, mark in shown
        )
        return (
            f'<nav class="contents" aria-labelledby="contents"><h2 id="contents">'
            f"{self.words(self.around.contents, bold=True)}</h2>\n<ul>\n{items}</ul></nav>\n"
        )

    def _imprint(self) -> str:
        out = [f'<footer class="imprint">\n<h2>{self.words(self.around.about, bold=True)}</h2>\n']
        for line in self.around.imprint:
            label = f"<strong>{self.words(line.label, bold=True)}</strong>: " if line.label else ""
            href = safe_url(line.href)
            words = self.words(line.text)
            out.append(f"<p>{label}{_link(href, words) if href else words}</p>\n")
        out += [f'<p class="notice">{self.words(notice)}</p>\n' for notice in self.around.notices]
        return "".join([*out, "</footer>\n"])

    def _endnotes(self) -> str:
        out = []
        written = 0
        back = self._attribute("back_to_text")
        while written < len(self.noted):  # a note may hold the mark of another
            ref, number = list(self.noted.items())[written]
            written += 1
            inside = self.blocks(self.notes[ref].blocks, loose=True)
            words = f"{back} {self.profile.number(number)}"
            arrow = f'<a class="back" href="#ref-{number}" role="doc-backlink" aria-label="{words}">{ARROW}</a>'
            inside = inside[:-5] + f" {arrow}</p>\n" if inside.endswith("</p>\n") else f"{inside} {arrow}"
            out.append(f'<li id="note-{number}">{inside}</li>\n')
        if not out:
            return ""
        words = self._label("notes", bold=True)
        return (
            f'<section class="notes" role="doc-endnotes" aria-labelledby="notes"><h2 id="notes">{words}</h2>\n'
            f"<ol>\n{''.join(out)}</ol></section>\n"
        )

    def _label(self, key: str, *, bold: bool = False) -> str:
        return self.words(clean(self.template.label(key, self.profile.tag)), bold=bold)

    def _attribute(self, key: str) -> str:
        return escape(clean(self.template.label(key, self.profile.tag)))

    # Text

    def words(self, text: str, *, bold: bool = False, italic: bool = False) -> str:
        """Escaped text; a stretch in another script names its language, which a screen reader needs."""
        self.texts.setdefault((bold or self.bold, italic), set()).add(text)
        parts = []
        for piece in self.split(text):
            part = escape(piece.text)
            if piece.word_class == "right-to-left":
                spoken = f' lang="{piece.tag}"' if piece.tag else ""
                part = f'<bdi dir="rtl"{spoken}>{part}</bdi>'
            elif piece.tag:
                part = f'<span lang="{piece.tag}">{part}</span>'
            parts.append(part)
        return "".join(parts)

    def inline(self, content: Content) -> str:
        return self._spans(hold_spaces(cleaned(content), self.profile))

    def _heavy(self, content: Content) -> str:
        """The same in bold type: headings, the heads of tables."""
        outer, self.bold = self.bold, True
        try:
            return self.inline(content)
        finally:
            self.bold = outer

    def _spans(self, content: Content) -> str:
        parts: list[str] = []
        for href, group in by_link(runs(content)):
            inside = "".join(self._run(run) for run in group)
            parts.append(_link(href, inside) if href else inside)
        return "".join(parts)

    def _run(self, run: Run) -> str:
        slanted = "emphasis" in run.marks and self.profile.typesetting.emphasis == "italic"
        heavy = "strong" in run.marks or ("emphasis" in run.marks and not slanted)
        out = self._holder(run) if run.holder else self.words(run.text, bold=heavy, italic=slanted)
        for mark in sorted(run.marks):
            if mark == "smallcaps":
                out = f'<span class="small-caps">{out}</span>'
            elif mark in _ELEMENT:
                out = f"<{_ELEMENT[mark]}>{out}</{_ELEMENT[mark]}>"
        return out

    def _holder(self, run: Run) -> str:
        holder = run.holder
        assert holder is not None
        match holder.kind:
            case "break":
                return "<br>"
            case "note":
                return self._note(holder.ref)
            case "image":
                alt = clean(holder.alt)
                return self._image(holder.ref, alt) if holder.ref in self.pictures else self.words(alt)
            case "math":
                return self.words(clean(holder.ref))
            case _:
                return ""

    def _note(self, ref: str) -> str:
        if ref not in self.notes:
            return ""
        number = self.noted.setdefault(ref, len(self.noted) + 1)
        self.marks[ref] = self.marks.get(ref, 0) + 1
        name = f"ref-{number}" if self.marks[ref] == 1 else f"ref-{number}-{self.marks[ref]}"
        words = self.words(self.profile.number(number))
        return f'<sup class="note"><a id="{name}" href="#note-{number}" role="doc-noteref">{words}</a></sup>'

    def _image(self, name: str, alt: str) -> str:
        picture = self.pictures[name]
        kind = {"svg": "svg+xml"}.get(picture.type, picture.type)
        width, height = (max(1, round(side / 25.4 * 96)) for side in (picture.width, picture.height))
        data = base64.b64encode(picture.data).decode()
        return (
            f'<img src="data:image/{kind};base64,{data}" alt="{escape(alt)}" width="{width}" height="{height}" '
            'decoding="async">'
        )

    # Blocks

    def blocks(self, blocks: Iterable[Block], *, loose: bool = False) -> str:
        """The elements, one a line; `loose` leaves a single paragraph without its own."""
        blocks = tuple(blocks)
        if loose and len(blocks) == 1 and isinstance(blocks[0], Paragraph):
            return self.inline(blocks[0].unit.content)
        return "".join(self.block(block) for block in blocks)

    def block(self, block: Block) -> str:
        match block:
            case Paragraph():
                return f"<p>{self.inline(block.unit.content)}</p>\n" if shows(block.unit.content) else ""
            case Heading() if not has_words(block.unit.content):
                return self.block(Paragraph(unit=block.unit))
            case Heading():
                return self._heading(block)
            case ListBlock():
                items = "".join(f"<li>{self._item(item)}</li>\n" for item in block.items)
                if not block.ordered:
                    return f"<ul>\n{items}</ul>\n"
                start = first_number(block)
                begin = f' start="{start}"' if start != 1 else ""
                kind = f' type="{_NUMBERING[block.numbering]}"' if block.numbering != "decimal" else ""
                return f"<ol{begin}{kind}>\n{items}</ol>\n"
            case Quote():
                return f"<blockquote>\n{self.blocks(block.blocks)}</blockquote>\n"
            case Table():
                return self._table(block)
            case Figure():
                return self._figure(block)
            case Code():
                lines = "\n".join(self.words(line) for line in code_lines(block))
                return f'<pre tabindex="0"><code>{lines}</code></pre>\n'
            case Rule():
                return "<hr>\n"

    def _heading(self, block: Heading) -> str:
        level = self.levels.next(block)
        mark = f"part-{len(self.entries) + 1}"
        self.entries.append((level, " ".join(clean(plain(block.unit.content)).split()), mark))
        # The title is h1; below h6 there is nothing, and a seventh level is still a heading of the sixth.
        element = f"h{min(level + 1, 6)}"
        return f'<{element} id="{mark}">{self._heavy(block.unit.content)}</{element}>\n'

    def _item(self, item: Item) -> str:
        first, rest = item.blocks[:1], item.blocks[1:]
        if not first or not isinstance(first[0], Paragraph):
            return self.blocks(item.blocks)
        return self.inline(first[0].unit.content) + (f"\n{self.blocks(rest)}" if rest else "")

    def _caption(self, kind: Literal["table", "figure"], caption: Unit) -> str:
        self.counts[kind] += 1
        words = self.template.label(kind, self.profile.tag)
        if own_number(clean(plain(caption.content)), words, self.counts[kind]):
            return self.inline(caption.content)
        label = clean(words.replace("{number}", self.profile.number(self.counts[kind])))
        return f'<strong class="label">{self.words(label, bold=True)}</strong> {self.inline(caption.content)}'

    def _figure(self, block: Figure) -> str:
        alt = clean(plain(block.alt.content)) if block.alt else ""
        image = self._image(block.resource, alt or (clean(plain(block.caption.content)) if block.caption else ""))
        caption = f"<figcaption>{self._caption('figure', block.caption)}</figcaption>\n" if block.caption else ""
        share = f" {self._width(block.width)}" if block.width else ""
        return f"<figure{share}>\n{image}\n{caption}</figure>\n"

    def _width(self, share: float) -> str:
        """A class for the width that the source gives an image: the policy of the page allows no style attribute."""
        per_cent = max(5, min(100, round(share * 20) * 5))
        rule = f".w{per_cent} img{{width:{per_cent}%}}\n"
        if rule not in self.rules:
            self.rules.append(rule)
        return f'class="w{per_cent}"'

    def _table(self, block: Table) -> str:
        if self.tables >= MOST_TABLES:
            return self.blocks(flattened(block))
        self.tables += 1
        self.drawn += 1
        number = self.drawn
        try:
            grid = lay_out(block)
            caption = (
                f'<caption id="table-{number}"><span>{self._caption("table", block.caption)}</span></caption>\n'
                if block.caption
                else ""
            )
            head = f"<thead>\n{self._rows(block, grid.head, head=True)}</thead>\n" if grid.head else ""
            body = f"<tbody>\n{self._rows(block, grid.body)}</tbody>\n"
            foot = f"<tfoot>\n{self._rows(block, grid.foot)}</tfoot>\n" if grid.foot else ""
        finally:
            self.tables -= 1
        # A table wider than the screen scrolls in its own frame, which a keyboard has to reach.
        named = f'aria-labelledby="table-{number}"' if block.caption else f'aria-label="{self._table_name(number)}"'
        table = f"<table>\n{caption}{head}{body}{foot}</table>\n"
        return f'<div class="scroll" role="region" tabindex="0" {named}>\n{table}</div>\n'

    def _table_name(self, number: int) -> str:
        return escape(clean(self.template.label("table", self.profile.tag, number=self.profile.number(number))))

    def _rows(self, table: Table, rows: tuple[tuple[Placed, ...], ...], *, head: bool = False) -> str:
        out = []
        for row in rows:
            out.append("<tr>")
            for placed in row:
                out.append(self._cell(placed, table, head=head))
            out.append("</tr>\n")
        return "".join(out)

    def _cell(self, placed: Placed, table: Table, *, head: bool) -> str:
        alignment = placed.cell.alignment
        if alignment == "default" and placed.column < len(table.alignments):
            alignment = table.alignments[placed.column]
        attributes = f' class="{alignment}"' if alignment in ("right", "center") else ""
        if placed.columns > 1:
            attributes += f' colspan="{placed.columns}"'
        if placed.rows > 1:
            attributes += f' rowspan="{placed.rows}"'
        outer, self.bold = self.bold, self.bold or head
        try:
            inside = self.blocks(placed.cell.blocks, loose=True)
        finally:
            self.bold = outer
        if not head or not inside.strip():  # an empty corner heads nothing
            return f"<td{attributes}>{inside}</td>"
        return f'<th scope="{"colgroup" if placed.columns > 1 else "col"}"{attributes}>{inside}</th>'


def _meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{escape(content)}">\n' if content else ""


def _link(href: str, inside: str) -> str:
    return f'<a href="{escape(href)}" rel="noopener">{inside}</a>'


def _for_web(picture: Picture) -> Picture:
    """A picture for a page that travels over slow links: no wider than a fine screen shows it."""
    if picture.type == "svg":
        return picture
    import io

    from PIL import Image

    with Image.open(io.BytesIO(picture.data)) as image:
        if image.width <= _WIDEST or getattr(image, "is_animated", False):
            return picture
        size = (_WIDEST, max(1, round(image.height * _WIDEST / image.width)))
        small = (image.convert("RGBA") if image.mode in ("P", "PA", "LA") else image).resize(
            size, Image.Resampling.LANCZOS
        )
        out = io.BytesIO()
        if picture.type == "jpeg":
            small.save(out, "JPEG", quality=85, optimize=True)
        else:
            small.save(out, "PNG", optimize=True)
    # A drawing of few colours may grow by being scaled: then it stays as it is.
    return picture.model_copy(update={"data": out.getvalue()}) if len(out.getvalue()) < len(picture.data) else picture
