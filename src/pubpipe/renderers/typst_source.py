"""An edition as Typst source: every text a string literal, every structure a call of the template's functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from pubpipe.languages import LanguageProfile
from pubpipe.model import (
    Block,
    Code,
    Content,
    Figure,
    Heading,
    Item,
    ListBlock,
    Note,
    Paragraph,
    Quote,
    Rule,
    SourceDocument,
    Table,
    Unit,
    plain,
)
from pubpipe.renderers.breaking import for_lines
from pubpipe.renderers.fallback import splitter
from pubpipe.renderers.fonts import FontSet
from pubpipe.renderers.grid import Grid, Placed, lay_out, lines, shrunk
from pubpipe.renderers.matter import Line, Matter
from pubpipe.renderers.pages import (
    LONGEST_HEAD,
    LONGEST_WHOLE,
    MOST_TABLES,
    Levels,
    code_lines,
    figure_width,
    first_number,
    flattened,
    own_number,
    parted,
    spans_columns,
)
from pubpipe.renderers.pictures import Picture
from pubpipe.renderers.runs import Run, by_link, clean, cleaned, has_words, runs, safe_url, shows
from pubpipe.renderers.template import Template

_NUMBERING = {
    "decimal": "1.",
    "lower-alpha": "a.",
    "upper-alpha": "A.",
    "lower-roman": "i.",
    "upper-roman": "I.",
}
_WRAP: dict[str, Callable[[str], str]] = {
    "strong": lambda body: f"strong({body})",
    "emphasis": lambda body: f"emphasised(design, script, {body})",
    "underline": lambda body: f"underline({body})",
    "strike": lambda body: f"strike-out({body})",
    "superscript": lambda body: f"super({body})",
    "subscript": lambda body: f"sub({body})",
    "smallcaps": lambda body: f"smallcaps({body})",
    "code": lambda body: f"text(size: 0.94em, fill: design.colours.soft, {body})",
}
_END = (
    "[#context [#metadata((page: here().page(), pages: counter(page).final().first(), "
    "x: here().position().x / 1mm, y: here().position().y / 1mm, "
    "foot: query(<pubpipe-foot>).map(it => it.value / 1mm).sum(default: 0), "
    "starts: query(<pubpipe-block>).map(it => (it.value, it.location().page())), "
    "wide: query(<pubpipe-wide>).map(it => (it.location().page(), it.location().position().y / 1mm)))) "
    "<pubpipe-end>]]"
)
"""Says where the text ends, on which page each block of it begins, and where what spans the columns came to stand,
for whoever balances the columns."""
_LAST = (
    '(anchor: int(sys.inputs.at("anchor", default: "-1")), imprint: sys.inputs.at("imprint", default: "float"), '
    'balance: float(sys.inputs.at("balance", default: "0")) * 1mm)'
)
"""How the last page of a design in columns ends (`pdf.LastPage`)."""
SEGMENT_MARK = "pubpipe.segment:"
"""What the `ref` of a raw placeholder begins with that says which segment starts there; its number follows."""
_NUMBERS = """
#let segment-mark(n) = context if not listing.get() { box[#metadata(n)<pubpipe-segment>] }
#let segment-numbers = context {
  let page = here().page()
  let rows = (:)
  for mark in query(<pubpipe-segment>).filter(it => it.location().page() == page) {
    let at = mark.location().position()
    // two columns have margins of their own; what begins on one line shares a row
    let side = if at.x > design.page.width / 2 and design.columns.count > 1 { "right" } else { "left" }
    let key = side + str(calc.round(at.y / 2mm))
    rows.insert(key, rows.at(key, default: ()) + ((at.y, mark.value, side),))
  }
  for row in rows.values() {
    let (y, _, side) = row.first()
    let numbers = row.map(it => str(it.at(1))).dedup().join(" · ")
    let edge = design.page.margin-side - 2mm
    let shown = box(width: edge, align(if side == "left" { right } else { left }, text(
      font: script.fonts, size: 6.5pt, weight: 600, fill: rgb("#8a3b00"), numbers,
    )))
    place(top + left, dx: if side == "left" { 0mm } else { design.page.width - edge }, dy: y - 2.4mm, shown)
  }
}
#set page(background: pdf.artifact(kind: "page", segment-numbers))
"""
"""The numbers of the segments in the margin, for a preview that is read beside the review."""
_PAGES = (
    "[#context [#metadata(query(<pubpipe-segment>).map(it => (it.value, it.location().page()))) "
    "<pubpipe-segment-pages>]]"
)
"""Says on which page each segment begins."""
_LONGEST = 30
"""Latin letters that a word may have before it is given places to break at."""
_DEEPEST = 14
"""List and quote levels that still move to the right; a page has no room for more."""


def typst_files(
    document: SourceDocument,
    matter: Matter,
    template: Template,
    profile: LanguageProfile,
    pictures: dict[str, Picture],
    fonts: FontSet,
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The files of the Typst project in memory: the sources (`main.typ`, `layout.typ`) and the images."""
    writer = _Writer(document, template, profile, pictures, fonts)
    lead, rest = parted(document, template.design)
    opening = writer.opening(matter.title, matter.subtitle, lead)
    body = writer.body(rest)
    around = _matter(matter, template, profile, writer, opening)
    source = "\n".join(
        [
            '#import "layout.typ": *',
            f"#let design = {_design(template)}",
            f"#let script = {_script(profile)}",
            '#let listing = state("pubpipe-listing", false)',
            *([_NUMBERS] if writer.numbered else []),
            f"#let matter = {around}",
            "#show outline: it => { listing.update(true); it; listing.update(false) }",
            "#show: publication.with(design, script, matter)",
            "#{",
            *([opening.notes] if opening.notes else []),
            body,
            *([_END] if template.design.columns.count > 1 else []),
            *([_PAGES] if writer.numbered else []),
            "}",
        ]
    )
    sources = {"main.typ": source.encode(), "layout.typ": template.layout.encode()}
    images = {writer.file_of(name): pictures[name].data for name in writer.used}
    return sources, images | {_own_file(kind, shown): shown.data for kind, shown in template.pictures.items()}


class _Opening(NamedTuple):
    """What stands before the body, as Typst expressions."""

    title: str
    subtitle: str
    lead: str
    notes: str


class _Writer:
    """Holds what a walk over the blocks counts: captions, notes and images met so far."""

    def __init__(
        self,
        document: SourceDocument,
        template: Template,
        profile: LanguageProfile,
        pictures: dict[str, Picture],
        fonts: FontSet,
    ) -> None:
        self.split = splitter(profile.fonts, fonts, profile)
        self.template = template
        self.profile = profile
        self.pictures = pictures
        self.notes: dict[str, Note] = {n.id: n for n in document.notes}
        self.noted: dict[str, str] = {}
        self.counts = {"table": 0, "figure": 0}
        self.headings = 0
        self.in_heading = False
        self.carried: list[str] | None = None
        """Notes of a stretch that spans the columns, while one is written."""
        self.numbered = False
        """A segment's number was met: they stand in the margin."""
        self.room = template.design.column_width
        """Millimetres that the text has: of a column, or between the edges of the cell that is being written."""
        self.levels = Levels(document)
        self.tables = 0
        self.used: list[str] = []
        self.names = list(pictures)

    def file_of(self, name: str) -> str:
        kind = self.pictures[name].type
        return f"image{self.names.index(name)}.{'jpg' if kind == 'jpeg' else kind}"

    # Text

    def inline(self, content: Content, longest: int = _LONGEST) -> str:
        """A content expression for a unit's text."""
        fits = max(3, int(self.room / 2.4))  # letters of 2.4 mm: wide ones at text size
        content = for_lines(cleaned(content), self.profile, min(longest, fits))
        return self.spans(content)

    def spans(self, content: Content) -> str:
        parts: list[str] = []
        for href, group in by_link(runs(content)):
            inside = " + ".join(self._run(run) for run in group)
            parts.append(f"link({literal(href)}, {inside})" if href else inside)
        return " + ".join(parts) or "[]"

    def words(self, text: str) -> str:
        """A content expression for plain text; what another font has to print names it, and its language."""
        parts = []
        for piece in self.split(text):
            part = f"[#{literal(piece.text)}]"
            if piece.family and piece.family not in self.profile.fonts:
                families = ", ".join(literal(f) for f in (piece.family, *self.profile.fonts))
                spoken = f"lang: {literal(piece.tag)}, " if piece.tag else ""
                part = f"text(font: ({families}), {spoken}{part})"
            parts.append(part)
        return " + ".join(parts) or "[]"

    def _run(self, run: Run) -> str:
        out = self._holder(run) if run.holder else self.words(run.text)
        for mark in sorted(run.marks):
            if mark == "underline" and "strike" in run.marks:
                # PDF/UA knows one decoration line a text: the line below a struck text is drawn as an edge.
                out = f"highlight(fill: none, stroke: (bottom: 0.05em), extent: 0pt, bottom-edge: -0.15em, {out})"
            elif mark in _WRAP:
                out = _WRAP[mark](out)
        return out

    def _holder(self, run: Run) -> str:
        holder = run.holder
        assert holder is not None
        match holder.kind:
            case "break":
                return "linebreak()"
            case "note":
                return self._note(holder.ref)
            case "image":
                if holder.ref not in self.pictures:
                    return self.words(clean(holder.alt))
                self._use(holder.ref)
                alt = literal(clean(holder.alt) or self.template.label("figure", self.profile.tag, number=""))
                size = self.pictures[holder.ref]
                width = min(size.width, self.room)
                return f"box(image({literal(self.file_of(holder.ref))}, alt: {alt}, width: {width:.2f}mm))"
            case "math":
                return self.words(clean(holder.ref))
            case "raw" if holder.ref.startswith(SEGMENT_MARK):
                self.numbered = True
                return f"segment-mark({int(holder.ref.removeprefix(SEGMENT_MARK))})"
            case _:
                return "[]"

    def _note(self, ref: str) -> str:
        if ref in self.noted:
            again = f"footnote(<{self.noted[ref]}>)"
            return f"(context if not listing.get() {{{again}}})" if self.in_heading else again
        note = self.notes.get(ref)
        if note is None:
            return "[]"
        self.noted[ref] = f"note-{len(self.noted) + 1}"
        around, self.room = self.room, min(self.room, self.template.design.column_width)
        made = f"[#footnote({{{self.blocks(note.blocks, depth=0, loose=True)}}}) <{self.noted[ref]}>]"
        self.room = around
        if self.carried is not None:
            self.carried.append(f"place(box(width: 0pt, height: 0pt, clip: true, {made}))")
            return f"footnote(<{self.noted[ref]}>)"
        # The table of contents repeats the heading; the note belongs to the heading alone.
        return f"(context if not listing.get() {{{made}}})" if self.in_heading else made

    def _use(self, name: str) -> None:
        if name not in self.used:
            self.used.append(name)

    # Blocks

    def body(self, blocks: tuple[Block, ...]) -> str:
        """The blocks of the document itself: what needs more room than a column stands over all of them."""
        design = self.template.design
        out = []
        for number, block in enumerate(blocks):
            if design.columns.count > 1:
                out.append(f"[#metadata({number}) <pubpipe-block>]")
                out.append(f"if matter.last.anchor == {number} {{ foot-room(design, script, matter) }}")
            if not spans_columns(block, design, self.pictures):
                out.append(self.block(block, 0, _LONGEST))
                continue
            # Typst keeps what spans the columns on one page: a long table gets pages of its own.
            self.room = design.page.text_width
            whole = not isinstance(block, Table) or self._whole(lay_out(block))
            self.carried = [] if whole else None
            written = self.block(block, 0, _LONGEST)
            mark = "[#metadata(none) <pubpipe-wide>]\n" if whole else ""
            out.append(f"{'wide' if whole else 'wide-pages'}(design, {{{mark}{written}}})")
            out += self._released()
            self.room = design.column_width
        return "\n".join(out) or "[]"

    def _released(self) -> list[str]:
        """The notes of what spans the columns, for the text that follows: Typst 0.15 loses a note in such a float."""
        carried, self.carried = self.carried, None
        return carried or []

    def opening(self, title: Content, subtitle: Content, lead: tuple[Block, ...]) -> _Opening:
        """Title, subtitle and abstract, and where they span the columns, their notes for the text that follows."""
        self.room = self.template.design.page.text_width
        self.carried = [] if self.template.design.columns.count > 1 else None
        shown = _Opening(
            title=self.inline(title),
            subtitle=self.inline(subtitle) if subtitle else "none",
            lead="{" + self.blocks(lead, depth=0) + "}" if lead else "none",
            notes="\n".join(self._released()),
        )
        self.room = self.template.design.column_width
        return shown

    def blocks(self, blocks: Iterable[Block], depth: int, *, longest: int = _LONGEST, loose: bool = False) -> str:
        """A sequence of content expressions, one a line; `loose` leaves a single paragraph without its box."""
        blocks = tuple(blocks)
        if loose and len(blocks) == 1 and isinstance(blocks[0], Paragraph):
            return self.inline(blocks[0].unit.content, longest)
        return "\n".join(self.block(block, depth, longest) for block in blocks) or "[]"

    def block(self, block: Block, depth: int, longest: int) -> str:
        match block:
            case Paragraph() if not shows(block.unit.content):
                return "[]"
            case Paragraph():
                return f"par({self.inline(block.unit.content, longest)})"
            case Heading() if not has_words(block.unit.content):  # a note mark alone stands in no table of contents
                return self.block(Paragraph(unit=block.unit), depth, longest)
            case Heading():
                self.headings += 1
                self.in_heading = True
                try:
                    return f"heading(level: {self.levels.next(block)}, {self.inline(block.unit.content)})"
                finally:
                    self.in_heading = False
            case ListBlock():
                return self._list(block, depth)
            case Quote():
                inside = self.blocks(block.blocks, depth + 1)
                return f"quoted(design, {{{inside}}})" if depth < _DEEPEST else inside
            case Table():
                return self._table(block, depth)
            case Figure():
                return self._figure(block)
            case Code():
                lines = code_lines(block)
                text = " + linebreak() + ".join(self.words(_indented(line)) for line in lines)
                return f"code-block(design, script, {text})"
            case Rule():
                return "divider(design)"

    def _list(self, block: ListBlock, depth: int) -> str:
        if depth >= _DEEPEST:
            return "\n".join(self.blocks(item.blocks, depth + 1) for item in block.items)
        items = ", ".join(self._item(item, depth) for item in block.items)
        if not block.ordered:
            return f"list({items})"
        numbering = f"(script.numbering)({literal(_NUMBERING[block.numbering])})"
        return f"enum(numbering: {numbering}, start: {first_number(block)}, {items})"

    def _item(self, item: Item, depth: int) -> str:
        first, rest = item.blocks[:1], item.blocks[1:]
        if not first or not isinstance(first[0], Paragraph):
            return f"{{{self.blocks(item.blocks, depth + 1)}}}"
        inside = self.inline(first[0].unit.content)
        return f"{{{inside}\n{self.blocks(rest, depth + 1) if rest else ''}}}"

    def caption(self, kind: str, caption: Unit) -> str:
        """The caption with its label and number as content; tables and figures with a caption are counted apart."""
        self.counts[kind] += 1
        words = self.template.label(kind, self.profile.tag)
        if own_number(clean(plain(caption.content)), words, self.counts[kind]):
            return self.inline(caption.content)
        label = clean(words.replace("{number}", self.profile.number(self.counts[kind])))
        return f"strong({self.words(label)}) + h(0.7em) + {self.inline(caption.content)}"

    def _figure(self, block: Figure) -> str:
        self._use(block.resource)
        size = self.pictures[block.resource]
        width = figure_width(block, size, self.template.design.page, self.room)
        alt = clean(plain(block.alt.content)) if block.alt else ""
        if not alt and block.caption:
            alt = clean(plain(block.caption.content))
        image = f"image({literal(self.file_of(block.resource))}, width: {width:.2f}mm"
        if not alt:
            return f"align(center, pdf.artifact({image})))"
        image += f", alt: {literal(alt)})"
        if not block.caption:
            return f"align(center, {image})"
        return f"figure(kind: image, supplement: none, caption: {self.caption('figure', block.caption)}, {image})"

    def _table(self, block: Table, depth: int) -> str:
        if self.tables >= MOST_TABLES:
            return self.blocks(flattened(block), depth + self.tables)  # lists in it go on counting
        self.tables += 1
        try:
            return self._whole_table(block)
        finally:
            self.tables -= 1

    def _whole_table(self, block: Table) -> str:
        grid = lay_out(block).fitted(self.room)
        columns = ", ".join(f"{share:.4f}fr" for share in grid.shares)
        head = self._cells(grid, block, grid.head, head=True)
        if head and lines(grid, grid.head, self.room) <= LONGEST_HEAD:  # Typst keeps a header on one page, or cuts it
            head = f"table.header({head}), "
        body = self._cells(grid, block, grid.body)
        foot = f"table.footer(repeat: false, {self._cells(grid, block, grid.foot)}), " if grid.foot else ""
        table = f"table(columns: ({columns},), {head}{body}{foot})"
        if shrunk(grid) < 1:
            table = f"text(size: {shrunk(grid):.2f}em, {table})"
        # Typst breaks a table anywhere; a short one stays whole.
        whole = self._whole(grid)
        if block.caption is None:
            return f"block(breakable: {'false' if whole else 'true'}, width: 100%, {table})"
        caption = self.caption("table", block.caption)
        if whole:
            table = f"block(breakable: false, width: 100%, {table})"
        return f"figure(kind: table, supplement: none, caption: {caption}, {table})"

    def _whole(self, grid: Grid) -> bool:
        return lines(grid, (*grid.head, *grid.body, *grid.foot), self.room) <= LONGEST_WHOLE

    def _cells(self, grid: Grid, table: Table, rows: tuple[tuple[Placed, ...], ...], *, head: bool = False) -> str:
        out = []
        small = shrunk(grid)  # asked once: it looks at every cell
        for number, row in enumerate(rows):
            for placed in row:
                alignment = placed.cell.alignment
                if alignment == "default" and placed.column < len(table.alignments):
                    alignment = table.alignments[placed.column]
                side = {"default": "start", "left": "left", "right": "right", "center": "center"}[alignment]
                share = sum(grid.shares[placed.column : placed.column + placed.columns])
                around, self.room = self.room, max(1.0, share * self.room - 5 * small)
                fits = max(3, int(self.room / 2.4 / small))  # letters of 2.4 mm: wide ones at text size
                inside = self.blocks(placed.cell.blocks, 0, longest=min(30, fits), loose=True)
                self.room = around
                inside = f"head-cell(design, {{{inside}}})" if head else f"{{{inside}}}"
                out.append(
                    f"table.cell(x: {placed.column}, {'' if head else f'y: {self._row(grid, rows, number)}, '}"
                    f"colspan: {placed.columns}, rowspan: {placed.rows}, align: {side}, {inside}), "
                    if not head
                    else f"table.cell(x: {placed.column}, y: {number}, colspan: {placed.columns}, "
                    f"rowspan: {placed.rows}, align: {side} + bottom, fill: design.colours.tint, {inside}), "
                )
        return "".join(out)

    @staticmethod
    def _row(grid: Grid, rows: tuple[tuple[Placed, ...], ...], number: int) -> int:
        before = len(grid.head) + (len(grid.body) if rows is grid.foot else 0)
        return before + number


def literal(text: str) -> str:
    """A Typst string literal; nothing in it can be read as markup."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _indented(line: str) -> str:
    """A line of preformatted text whose leading and repeated spaces stay."""
    return re.sub(" (?= )|^ ", "\u00a0", line)


def _colours(template: Template) -> str:
    return ", ".join(
        f"{key.replace('_', '-')}: rgb({literal(str(value))})"
        for key, value in template.design.colours.model_dump().items()
    )


def _own_file(kind: str, shown: Picture) -> str:
    return f"template-{kind}.{'jpg' if shown.type == 'jpeg' else shown.type}"


def _own_image(kind: Literal["logo", "cover"], template: Template, profile: LanguageProfile) -> str:
    """The logo or the cover of the template as content, with its words or as an artifact; `none` without one."""
    if kind not in template.pictures:
        return "none"
    design = template.design
    image = f"image({literal(_own_file(kind, template.pictures[kind]))}, "
    if kind == "logo":
        assert design.logo is not None
        decorative = design.logo.decorative
        image += f"width: {design.logo.width:g}mm"
    else:
        assert design.cover is not None
        decorative = design.cover.decorative
        image += f'width: {design.page.width:g}mm, height: {design.cover.height:g}mm, fit: "cover"'
    if decorative:
        return f"pdf.artifact({image}))"
    return f"{image}, alt: {literal(clean(template.label(kind, profile.tag)))})"


def _pair(items: tuple[str, str]) -> str:
    return f"({literal(items[0])}, {literal(items[1])})"


def _design(template: Template) -> str:
    design = template.design
    columns = design.columns
    page = ", ".join(f"{k.replace('_', '-')}: {v:g}mm" for k, v in design.page.model_dump().items())
    sizes = ", ".join(
        f"{k}: ({', '.join(f'{n:g}' for n in v)})" if isinstance(v, tuple) else f"{k}: {v:g}"
        for k, v in design.sizes.model_dump().items()
    )
    return (
        f"(colours: ({_colours(template)}), page: ({page}), sizes: ({sizes}), "
        f"columns: (count: {columns.count}, gap: {columns.gap:g}mm), "
        f"cover-height: {design.cover.height if design.cover else 0:g}mm, "
        f"running: (head: {_pair(design.running.head)}, foot: {_pair(design.running.foot)}), "
        f"imprint-position: {literal(design.imprint.position)}, justified: {str(design.justified).lower()}, "
        f"title-band: {str(design.title_band).lower()}, contents-depth: {design.contents_depth})"
    )


def _script(profile: LanguageProfile) -> str:
    style = profile.typesetting
    tracking = ""
    if style.tracking_min and style.tracking_max:
        # A break mark stands between any two clusters of these scripts and is tracked too: half for each.
        half = ("/ 2", "/ 2") if style.dictionary_breaks else ("", "")
        tracking = f"tracking: (min: {style.tracking_min} {half[0]}, max: {style.tracking_max} {half[1]}),"
    fonts = ", ".join(literal(f) for f in profile.fonts)
    digits, numbering = "(text) => str(text)", "(pattern) => pattern"
    if profile.native:
        table = ", ".join(f"{literal(str(n))}: {literal(c)}" for n, c in enumerate(profile.native_digits or ""))
        digits = f"(text) => str(text).clusters().map(c => ({table}).at(c, default: c)).join()"
        numbering = f"(pattern) => (..n) => ({digits})(numbering(pattern, ..n))"
    return (
        f"(lang: {literal(profile.tag.split('-')[0])}, fonts: ({fonts},), size: {style.size:g}pt, "
        f"leading: {style.leading}, line-breaks: {literal(style.line_breaks)}, "
        f"justification: ({tracking or ':'}), "
        f"italics: {'true' if style.emphasis == 'italic' else 'false'}, "
        f"digits: {digits}, numbering: {numbering})"
    )


def _matter(matter: Matter, template: Template, profile: LanguageProfile, writer: _Writer, opening: _Opening) -> str:
    def words(text: str) -> str:
        from pubpipe.model import Text

        return writer.inline((Text(text=text),))

    def row(line: Line) -> str:
        href = safe_url(line.href)
        body = f"link({literal(href)}, {words(line.text)})" if href else words(line.text)
        return f"(label: {literal(line.label)}, body: {body})"

    def array(items: Iterable[str]) -> str:
        return "(" + "".join(f"{item}, " for item in items) + ")"

    page = template.label("page", profile.tag)
    pieces = re.split(r"(\{pages?\})", page)
    shown = " + ".join(
        {"{page}": "(script.digits)(page)", "{pages}": "(script.digits)(pages)"}.get(piece, literal(piece))
        for piece in pieces
        if piece
    )
    made = matter.moment
    return (
        f"(title: {opening.title}, plain-title: {literal(matter.plain_title)}, "
        f"subtitle: {opening.subtitle}, "
        f"publisher: {words(matter.publisher)}, "
        f"authors: {array(words(a) for a in matter.authors)}, "
        f"authors-plain: {array(literal(a) for a in matter.authors or (matter.publisher,))}, "
        f"date: {words(matter.date) if matter.date else literal('')}, "
        f"date-made: datetime(year: {made.year}, month: {made.month}, day: {made.day}), "
        f"running-head: {words(matter.running_head)}, contents: {words(matter.contents)}, "
        f"headings: {writer.headings}, about: {words(matter.about)}, "
        f"imprint: {array(row(line) for line in matter.imprint)}, "
        f"notices: {array(words(n) for n in matter.notices)}, "
        f"watermark: {array(words(w) for w in matter.watermark)}, "
        f"lead: {opening.lead}, "
        f"logo: {_own_image('logo', template, profile)}, cover: {_own_image('cover', template, profile)}, "
        f"last: {_LAST}, "
        f"page: (page, pages) => {shown})"
    )
