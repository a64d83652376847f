"""An edition as DOCX: real Word styles, lists, footnotes and fields, in the fonts and language of its script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from pubpipe.errors import RenderError
from pubpipe.languages import LanguageProfile
from pubpipe.model import (
    ApprovedEdition,
    Block,
    Code,
    Content,
    DraftEdition,
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
    TagKind,
    Text,
    Unit,
    plain,
)
from pubpipe.renderers.base import Imprint
from pubpipe.renderers.breaking import hold_spaces
from pubpipe.renderers.fallback import Piece, splitter
from pubpipe.renderers.fonts import FontSet, typst_fonts
from pubpipe.renderers.grid import Placed, lay_out, lines, shrunk
from pubpipe.renderers.matter import Matter, matter
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
    pictures_of,
    printed,
    spans_columns,
)
from pubpipe.renderers.pictures import Picture
from pubpipe.renderers.runs import Run, by_link, clean, cleaned, has_words, runs, safe_url, shows
from pubpipe.renderers.template import Template
from pubpipe.renderers.word_sections import bleeding, described, ended, section
from pubpipe.renderers.word_styles import INDENT, Lists, Look, font_table, settings, styles
from pubpipe.renderers.word_theme import theme
from pubpipe.renderers.word_xml import NAMESPACES, attribute, emu, package, text, twips

_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_DEEPEST = 8
"""Word's last list level (from 0); deeper items stay at it."""
_OWN = "template: "
"""Before the names of the template's own images, which no image of a document can have."""
_MOST_LITERAL = 500
"""Items of one list whose numbers are written out; a longer one counts in Latin digits."""


def render_docx(
    edition: ApprovedEdition | DraftEdition,
    template: Template,
    profile: LanguageProfile,
    fonts: FontSet,
    imprint: Imprint,
) -> bytes:
    """The Word document of an edition: same input, same bytes; a `DraftEdition` has a watermark on every page.

    RenderError names a character that no font has, an image that cannot be read, or a missing label.
    """
    document: SourceDocument = edition.localized.document
    profile = template.dressed(profile)
    around = matter(edition, template, profile, imprint)
    fonts.require_glyphs(printed(document, around), profile)
    own = {_OWN + kind: shown for kind, shown in template.pictures.items()}
    pictures = {name: _for_word(p, fonts) for name, p in (pictures_of(document) | own).items()}
    return _Writer(document, around, template, profile, pictures, fonts).package()


def _for_word(picture: Picture, fonts: FontSet) -> Picture:
    """Word reads no SVG without a bitmap beside it: it is drawn once, at print resolution, its text in our fonts."""
    if picture.type != "svg":
        return picture
    import typst

    families = ", ".join(f'"{family}"' for family in dict.fromkeys(f.family for f in fonts.files))
    source = (
        f"#set page(width: {picture.width:.3f}mm, height: {picture.height:.3f}mm, margin: 0pt, fill: none)\n"
        f"#set text(font: ({families},))\n"
        f'#image(bytes({_quoted(picture.data)}), format: "svg", width: 100%, height: 100%)'
    )
    try:
        sources: Any = {"main.typ": source.encode()}
        judge: Any = typst.Compiler(sources, font_paths=typst_fonts(fonts))
        judge.compile(format="pdf", pdf_standards="a-2b")  # refuses characters that no font has; a bitmap drops them
        compiler: Any = typst.Compiler(sources, font_paths=typst_fonts(fonts))
        data = compiler.compile(format="png", ppi=220)
    except typst.TypstError as error:
        raise RenderError(
            f"image {picture.name} cannot be drawn: {error.message}.",
            remedy="Replace it in the source document by PNG or JPEG.",
        ) from error
    assert isinstance(data, bytes)
    return picture.model_copy(update={"type": "png", "data": data})


def _quoted(data: bytes) -> str:
    from pubpipe.renderers.typst_source import literal

    return literal(data.decode("utf-8", "replace"))


class _Writer:
    """Holds what a walk over the blocks collects: relationships, notes, lists, images, bookmarks."""

    def __init__(
        self,
        document: SourceDocument,
        around: Matter,
        template: Template,
        profile: LanguageProfile,
        pictures: dict[str, Picture],
        fonts: FontSet,
    ) -> None:
        self.split = splitter(profile.fonts[:1], fonts, profile)
        self.document = document
        self.around = around
        self.template = template
        self.profile = profile
        self.pictures = pictures
        self.look = Look(profile, template)
        self.lists = Lists(self.look)
        self.notes: dict[str, Note] = {n.id: n for n in document.notes}
        self.note_numbers: dict[str, int] = {}
        self.counts = {"table": 0, "figure": 0}
        self.levels = Levels(document)
        self.tables = 0
        self.shrunk = 1.0
        """How much smaller the type is in the table that is being written."""
        self.design = template.design
        self.written_out = profile.native and not profile.word_numbers
        """Numbers of lists and captions are part of the text: Word cannot count in the digits of the script. Pages and
        notes are counted all the same, in Latin digits: custom marks of notes come twice in LibreOffice ("22")."""
        self.room = self.design.column_width
        """Millimetres that the text has: of a column, or between the edges of the cell that is being written."""
        self.drawings = 0
        self.bookmarks = 0
        self.entries: list[tuple[int, str, str]] = []
        self.links: dict[str, dict[str, str]] = {"document": {}, "footnotes": {}}
        self.images: dict[str, dict[str, str]] = {"document": {}, "footnotes": {}}
        self.part = "document"

    # The package

    def package(self) -> bytes:
        lead, rest = parted(self.document, self.design)
        opening = self._lead(lead)
        body = self._body(rest)
        ending = "".join(self._ending())
        front = "".join(self._front()) + opening
        if self.design.columns.count > 1:
            front = ended(front, section(self.design, self.profile))
        last = section(self.design, self.profile, first=self.design.columns.count == 1)
        notes = self._footnotes()
        parts: dict[str, str | bytes] = {
            "word/document.xml": f"<w:document {NAMESPACES}><w:body>{front}{body}{ending}{last}</w:body></w:document>",
            "word/styles.xml": styles(self.look),
            "word/numbering.xml": self.lists.xml(),
            "word/settings.xml": settings(self.look),
            "word/theme/theme1.xml": theme(self.look),
            "word/fontTable.xml": font_table(self.look),
            "word/footnotes.xml": notes,
            "word/header1.xml": self._header(first=False),
            "word/header2.xml": self._header(first=True),
            "word/footer1.xml": self._footer(),
            "docProps/core.xml": self._core(),
            "docProps/app.xml": (
                '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
                "<Application>pubpipe</Application></Properties>"
            ),
            "_rels/.rels": _relationships(
                [
                    ("rId1", f"{_REL}/officeDocument", "word/document.xml"),
                    (
                        "rId2",
                        "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties",
                        "docProps/core.xml",
                    ),
                    ("rId3", f"{_REL}/extended-properties", "docProps/app.xml"),
                ]
            ),
        }
        own = [
            ("rIdStyles", f"{_REL}/styles", "styles.xml"),
            ("rIdNumbering", f"{_REL}/numbering", "numbering.xml"),
            ("rIdSettings", f"{_REL}/settings", "settings.xml"),
            ("rIdTheme", f"{_REL}/theme", "theme/theme1.xml"),
            ("rIdFonts", f"{_REL}/fontTable", "fontTable.xml"),
            ("rIdFootnotes", f"{_REL}/footnotes", "footnotes.xml"),
            ("rIdHeader", f"{_REL}/header", "header1.xml"),
            ("rIdHeaderFirst", f"{_REL}/header", "header2.xml"),
            ("rIdFooter", f"{_REL}/footer", "footer1.xml"),
        ]
        for part, fixed in (("document", own), ("footnotes", [])):
            related = [
                *fixed,
                *((number, f"{_REL}/image", self._media(name)) for name, number in self.images[part].items()),
            ]
            outside = [(number, f"{_REL}/hyperlink", url) for url, number in self.links[part].items()]
            parts[f"word/_rels/{part}.xml.rels"] = _relationships(related, outside)
        for name in dict.fromkeys([*self.images["document"], *self.images["footnotes"]]):
            parts[f"word/{self._media(name)}"] = self.pictures[name].data
        parts["[Content_Types].xml"] = _content_types()
        return package(parts)

    def _media(self, name: str) -> str:
        return f"media/image{list(self.pictures).index(name) + 1}.{self.pictures[name].type}"

    def _core(self) -> str:
        around = self.around
        moment = around.moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"
        author = "; ".join(around.authors or (around.publisher,))
        return (
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<dc:title>{text(around.plain_title)}</dc:title><dc:creator>{text(author)}</dc:creator>"
            f"<dc:language>{text(self.profile.word_locale)}</dc:language>"
            f'<dcterms:created xsi:type="dcterms:W3CDTF">{moment}</dcterms:created>'
            f'<dcterms:modified xsi:type="dcterms:W3CDTF">{moment}</dcterms:modified></cp:coreProperties>'
        )

    def _lead(self, blocks: tuple[Block, ...]) -> str:
        """The abstract over the full width."""
        self.room = self.design.page.text_width
        written = "".join(self.blocks(blocks, style="Lead"))
        self.room = self.design.column_width
        return written

    def _body(self, blocks: tuple[Block, ...]) -> str:
        """The body; in a design with columns, sections in turn: what is too wide for a column stands in one of its
        own over the full width, and Word ends the columns before it at the same height."""
        out: list[str] = []
        for wide, group in groupby(blocks, lambda block: spans_columns(block, self.design, self.pictures)):
            self.room = self.design.page.text_width if wide else self.design.column_width
            written = "".join(self.blocks(group))
            if self.design.columns.count > 1 and written:
                columns = 1 if wide else self.design.columns.count
                written = ended(written, section(self.design, self.profile, columns=columns, first=False))
            out.append(written)
        self.room = self.design.page.text_width
        return "".join(out)

    # Front, end, header and footer

    def _own_images(self) -> Iterator[str]:
        """The cover from edge to edge of the first page, the logo above the title."""
        cover, logo = self.design.cover, self.design.logo
        if cover is not None:
            alt = "" if cover.decorative else clean(self.template.label("cover", self.profile.tag))
            name = f"{_OWN}cover"
            relation = self._relation(name)
            shown = bleeding(self.pictures[name], relation, self.design.page.width, cover.height, alt, self.drawings)
            yield _p("Logo", f"<w:r>{shown}</w:r>", '<w:spacing w:after="0" w:line="20" w:lineRule="exact"/>')
        if logo is not None:
            alt = "" if logo.decorative else clean(self.template.label("logo", self.profile.tag))
            yield _p("Logo", f"<w:r>{self._drawing(f'{_OWN}logo', alt, logo.width)}</w:r>")

    def _front(self) -> Iterator[str]:
        around = self.around
        yield from self._own_images()
        yield self._line("Publisher", around.publisher)
        yield self.paragraph("Title", around.title)
        if around.subtitle:
            yield self.paragraph("Subtitle", around.subtitle)
        yield self._line("Author", " · ".join(p for p in (*around.authors, around.date) if p))
        depth = self.template.design.contents_depth
        if depth and len(self.entries) > 1:
            yield from self._contents(depth)

    def _contents(self, depth: int) -> Iterator[str]:
        """A table-of-contents field with its entries in it, as links.

        It shows no page numbers (switch \\n): they are known only to the program that lays out the pages, and a wrong
        number is worse than none. Word fills the field anew on request (F9).
        """
        yield (
            '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/>'
            "</w:docPartObj></w:sdtPr><w:sdtContent>"
        )
        yield self._line("TOCHeading", self.around.contents)
        shown = [entry for entry in self.entries if entry[0] <= depth]
        begin = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
            f'<w:r><w:instrText xml:space="preserve"> TOC \\o "1-{depth}" \\n \\h \\z \\u </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        for number, (level, words, mark) in enumerate(shown):
            last = number == len(shown) - 1
            end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>' if last else ""
            space = '<w:spacing w:after="240"/>' if last else ""
            yield (
                f'<w:p><w:pPr><w:pStyle w:val="TOC{level}"/>{space}</w:pPr>{begin if number == 0 else ""}'
                f'<w:hyperlink w:anchor="{mark}" w:history="1">{self._run(Run(text=words))}</w:hyperlink>{end}</w:p>'
            )
        yield "</w:sdtContent></w:sdt>"

    def _ending(self) -> Iterator[str]:
        alone = "<w:pageBreakBefore/>" if self.design.imprint.position == "page" else ""
        yield self.paragraph("ImprintHeading", (Text(text=self.around.about),), properties=alone)
        for line in self.around.imprint:
            label = self._run(Run(text=f"{line.label}: ", marks=frozenset[TagKind](["strong"])))
            href = safe_url(line.href)
            inside = self._spans((Run(text=line.text, href=href),))
            yield _p("Imprint", (label if line.label else "") + inside, "<w:keepNext/>")
        for notice in self.around.notices:
            yield self._line("Notice", notice)

    def _header(self, *, first: bool) -> str:
        around = self.around
        lines = []
        if not first:
            lines.append(self._running("Header", self.design.running.head))
        if around.watermark:
            lines.append(_p("Preview", self._run(Run(text=" · ".join(around.watermark))) + self._watermark(first)))
        return f"<w:hdr {NAMESPACES}>{''.join(lines) or _p('Normal', '')}</w:hdr>"

    def _watermark(self, first: bool) -> str:
        """WordArt behind the text of every page; the words of the language stand in the header's text beside it,
        because WordArt does not shape complex scripts in every program."""
        number = 2 if first else 1
        colour = self.template.design.colours.watermark
        return (
            '<w:r><w:rPr><w:noProof/></w:rPr><w:pict><v:shapetype id="_x0000_t136" coordsize="21600,21600" '
            'o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
            '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/>'
            '<v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/>'
            '</v:formulas><v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/>'
            "</v:shapetype>"
            f'<v:shape id="PowerPlusWaterMarkObject{number}" o:spid="_x0000_s204{number}" type="#_x0000_t136" '
            'alt="" style="position:absolute;margin-left:0;margin-top:0;width:520pt;height:66pt;rotation:315;'
            "z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
            'mso-position-vertical:center;mso-position-vertical-relative:margin" o:allowincell="f" '
            f'fillcolor="{colour}" stroked="f"><v:fill opacity=".6"/>'
            f'<v:textpath style="font-family:&quot;{text(self.look.latin)}&quot;;font-size:1pt" '
            f"string={attribute(self.around.watermark[-1])}/></v:shape></w:pict></w:r>"
        )

    def _footer(self) -> str:
        return f"<w:ftr {NAMESPACES}>{self._running('Footer', self.design.running.foot)}</w:ftr>"

    def _running(self, style: str, names: tuple[str, str]) -> str:
        """A line with what the template names for its left and its right end."""
        left, right = map(self._furniture, names)
        stop = twips(self.design.page.text_width)
        return (
            f'<w:p><w:pPr><w:pStyle w:val="{style}"/><w:tabs><w:tab w:val="right" w:pos="{stop}"/></w:tabs>'
            f'<w:jc w:val="left"/></w:pPr>{left}<w:r><w:tab/></w:r>{right}</w:p>'
        )

    def _furniture(self, name: str) -> str:
        around = self.around
        words = {"title": around.running_head, "publisher": around.publisher, "date": around.date}.get(name, "")
        if name != "page":
            return self._run(Run(text=words)) if words else ""
        parts = []
        label = self.template.label("page", self.profile.tag)
        switch = f" \\* {self.profile.word_number_switch}" if self.profile.native and not self.written_out else ""
        for piece in label.replace("{pages}", "\0NUMPAGES\0").replace("{page}", "\0PAGE\0").split("\0"):
            if piece in ("PAGE", "NUMPAGES"):
                parts.append(
                    f'<w:fldSimple w:instr=" {piece}{switch} "><w:r><w:rPr>{self.look.properties(script=True)}</w:rPr>'
                    f"{self._mark(1) if switch else '<w:t>1</w:t>'}</w:r></w:fldSimple>"
                )
            elif piece:
                parts.append(self._run(Run(text=piece)))
        return "".join(parts)

    def _footnotes(self) -> str:
        """word/footnotes.xml: Word's two separators, then the notes in the order of their marks."""
        self.part = "footnotes"
        out = [
            '<w:footnote w:type="separator" w:id="-1"><w:p><w:pPr><w:spacing w:after="0"/></w:pPr>'
            "<w:r><w:separator/></w:r></w:p></w:footnote>",
            '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:pPr><w:spacing w:after="0"/></w:pPr>'
            "<w:r><w:continuationSeparator/></w:r></w:p></w:footnote>",
        ]
        written = 0
        while written < len(self.note_numbers):  # a note may hold the mark of another
            ref, number = list(self.note_numbers.items())[written]
            written += 1
            mark = (
                '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>'
                '<w:r><w:t xml:space="preserve"> </w:t></w:r>'
            )
            blocks = self.notes[ref].blocks
            if blocks and isinstance(blocks[0], Paragraph):
                first = self.paragraph("FootnoteText", blocks[0].unit.content, before=mark)
                inside = [first, *self.blocks(blocks[1:], style="FootnoteText")]
            else:
                inside = [_p("FootnoteText", mark), *self.blocks(blocks, style="FootnoteText")]
            out.append(f'<w:footnote w:id="{number}">{"".join(inside)}</w:footnote>')
        self.part = "document"
        return f"<w:footnotes {NAMESPACES}>{''.join(out)}</w:footnotes>"

    # Text

    def _line(self, style: str, words: str) -> str:
        return self.paragraph(style, (Text(text=words),) if words else ())

    def paragraph(
        self, style: str, content: Content, *, properties: str = "", before: str = "", strong: bool = False
    ) -> str:
        spans = runs(hold_spaces(cleaned(content), self.profile))
        if strong:
            spans = tuple(run.model_copy(update={"marks": run.marks | {"strong"}}) for run in spans)
        return _p(style, before + self._spans(spans), properties)

    def _spans(self, items: tuple[Run, ...]) -> str:
        out = []
        for href, group in by_link(items):
            inside = "".join(self._holder(run) if run.holder else self._run(run) for run in group)
            if href:
                table = self.links[self.part]
                number = table.setdefault(href, f"rIdLink{len(table) + 1}")
                inside = f'<w:hyperlink r:id="{number}" w:history="1">{inside}</w:hyperlink>'
            out.append(inside)
        return "".join(out)

    def _run(self, run: Run) -> str:
        return "".join(
            f'<w:r>{self._properties(run, piece)}<w:t xml:space="preserve">{text(piece.text)}</w:t></w:r>'
            for piece in self.split(run.text) or (Piece(""),)
        )

    def _properties(self, run: Run, piece: Piece) -> str:
        marks = run.marks
        wanted: dict[str, Any] = {"script": True}
        if piece.family:
            self.look.others.add(piece.family)
            wanted["other"] = piece
        if run.href:
            wanted["style"] = "Hyperlink"
        if "emphasis" in marks:
            wanted |= self.look.emphasis()
        if "strong" in marks:
            wanted["bold"] = True
        if "code" in marks:
            wanted["shade"] = self.look.colours.tint
        if self.shrunk < 1:
            wanted["size"] = self.look.base * 0.94 * self.shrunk
        wanted["underline"] = "underline" in marks
        wanted["strike"] = "strike" in marks
        wanted["caps"] = "smallcaps" in marks
        if "superscript" in marks or "subscript" in marks:
            wanted["vertical"] = "superscript" if "superscript" in marks else "subscript"
        return f"<w:rPr>{self.look.properties(**wanted)}</w:rPr>"

    def _holder(self, run: Run) -> str:
        holder = run.holder
        assert holder is not None
        match holder.kind:
            case "break":
                return "<w:r><w:br/></w:r>"
            case "note" if holder.ref in self.notes:
                return self._note(holder.ref)
            case "image" if holder.ref in self.pictures:
                size = self.pictures[holder.ref]
                width = min(size.width, self.room)
                return f"<w:r>{self._drawing(holder.ref, clean(holder.alt), width)}</w:r>"
            case "image":
                return self._run(Run(text=clean(holder.alt), marks=run.marks))
            case "math":
                return self._run(Run(text=clean(holder.ref), marks=run.marks))
            case _:
                return ""

    def _note(self, ref: str) -> str:
        """The mark of a footnote; when it comes again, a reference to the number of the first."""
        style = '<w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>'
        if ref in self.note_numbers:
            number = self.note_numbers[ref]
            return (
                f'<w:fldSimple w:instr=" NOTEREF _RefNote{number} \\f \\h ">'
                f"<w:r>{style}{self._mark(number)}</w:r></w:fldSimple>"
            )
        number = self.note_numbers[ref] = len(self.note_numbers) + 1
        self.bookmarks += 1
        return (
            f'<w:bookmarkStart w:id="{self.bookmarks}" w:name="_RefNote{number}"/>'
            f'<w:r>{style}<w:footnoteReference w:id="{number}"/></w:r><w:bookmarkEnd w:id="{self.bookmarks}"/>'
        )

    def _mark(self, number: int) -> str:
        """A number that Word counts, as it will show it."""
        return f"<w:t>{number if self.written_out else self.profile.number(number)}</w:t>"

    def _relation(self, name: str) -> str:
        """The relation of an image that is about to be drawn."""
        table = self.images[self.part]
        self.drawings += 1
        return table.setdefault(name, f"rIdImage{len(table) + 1}")

    def _drawing(self, name: str, alt: str, width: float) -> str:
        picture = self.pictures[name]
        number = self._relation(name)
        height = width * picture.height / picture.width
        size = f'cx="{emu(width)}" cy="{emu(height)}"'
        return (
            f'<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent {size}/>'
            f"{described(self.drawings, alt)}"
            '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
            '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
            f'<pic:nvPicPr><pic:cNvPr id="{self.drawings}" name="Image {self.drawings}" descr={attribute(alt)}/>'
            f'<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="{number}"/><a:stretch><a:fillRect/>'
            f'</a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
            "</wp:inline></w:drawing>"
        )

    # Blocks

    def blocks(
        self, blocks: Iterable[Block], *, style: str = "BodyText", indent: int = 0, level: int = -1
    ) -> Iterator[str]:
        for block in blocks:
            yield from self._block(block, style, indent, level)

    def _block(self, block: Block, style: str, indent: int, level: int) -> Iterator[str]:
        shifted = f'<w:ind w:left="{indent}"/>' if indent else ""
        match block:
            case Paragraph():
                if shows(block.unit.content):
                    yield self.paragraph(style, block.unit.content, properties=shifted)
            case Heading() if not has_words(block.unit.content):  # a note mark alone stands in no table of contents
                yield from self._block(Paragraph(unit=block.unit), style, indent, level)
            case Heading():
                yield self._heading(block)
            case ListBlock():
                yield from self._list(block, min(level + 1, _DEEPEST))
            case Quote():
                inset = f'<w:ind w:left="{indent + 340}" w:right="340"/>' if indent else ""
                for inner in block.blocks:
                    if isinstance(inner, Paragraph):
                        yield self.paragraph("Quote", inner.unit.content, properties=inset)
                    else:
                        yield from self._block(inner, "Quote", indent, level)
            case Table():
                yield from self._table(block, indent)
            case Figure():
                yield from self._figure(block)
            case Code():
                lines = (self._run(Run(text=line)) for line in code_lines(block))
                yield _p("SourceCode", "<w:r><w:br/></w:r>".join(lines), shifted)
            case Rule():
                colour = self.look.colours.rule.lstrip("#").upper()
                border = f'<w:pBdr><w:bottom w:val="single" w:sz="6" w:space="1" w:color="{colour}"/></w:pBdr>'
                yield _p("Normal", "", border)

    def _heading(self, block: Heading) -> str:
        level = self.levels.next(block)
        self.bookmarks += 1
        own = self.bookmarks  # a note in the heading has a bookmark too
        mark = f"_Toc{1000 + own}"
        words = " ".join(clean(plain(block.unit.content)).split())
        if words and self.part == "document":
            self.entries.append((level, words, mark))
        spans = self._spans(runs(hold_spaces(cleaned(block.unit.content), self.profile)))
        inside = f'<w:bookmarkStart w:id="{own}" w:name="{mark}"/>{spans}<w:bookmarkEnd w:id="{own}"/>'
        return _p(f"Heading{level}", inside)

    def _list(self, block: ListBlock, level: int) -> Iterator[str]:
        number = self.lists.bullets()
        if block.ordered:
            number = self.lists.numbered(block.numbering, level, first_number(block))
        style = "ListNumber" if block.ordered else "ListBullet"
        first = first_number(block)
        literal = (
            self.written_out and block.ordered and block.numbering == "decimal" and len(block.items) <= _MOST_LITERAL
        )
        for place, item in enumerate(block.items, first):
            if literal:
                number = self.lists.item(level, f"{self.profile.number(place)}.")
            marked = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
            yield from self._item(item, style, marked, level)

    def _item(self, item: Item, style: str, marked: str, level: int) -> Iterator[str]:
        first, rest = item.blocks[:1], item.blocks
        if first and isinstance(first[0], Paragraph):
            yield self.paragraph(style, first[0].unit.content, properties=marked)
            rest = item.blocks[1:]
        else:
            yield _p(style, "", marked)
        yield from self.blocks(rest, style="ListContinue", indent=INDENT * (level + 1), level=level)

    def _caption(self, kind: str, caption: Unit) -> str:
        """The caption with its number as a sequence field, in the words of the language."""
        self.counts[kind] += 1
        keep = "<w:keepNext/>" if kind == "table" else ""
        label_words = self.template.label(kind, self.profile.tag)
        place = own_number(clean(plain(caption.content)), label_words, self.counts[kind])
        if place is not None:
            return self._numbered_caption(kind, caption, place, keep)
        before, _, after = label_words.partition("{number}")
        strong = frozenset[TagKind](["strong"])

        def words(value: str) -> str:
            return self._run(Run(text=clean(value), marks=strong)) if value else ""

        number = self._sequence(kind, Run(text=self.profile.number(self.counts[kind]), marks=strong))
        label = words(before) + number + words(after) + words("\u2002")
        return self.paragraph("Caption", caption.content, properties=keep, before=label)

    def _numbered_caption(self, kind: str, caption: Unit, place: tuple[int, int], keep: str) -> str:
        """A caption that brings its own label: its digits become the field, where Word would write the same ones."""
        first, *rest = cleaned(caption.content)
        held = len(first.text) >= place[1] if isinstance(first, Text) else False
        if (
            not isinstance(first, Text)
            or not held
            or first.text[slice(*place)] != self.profile.number(self.counts[kind])
        ):
            return self.paragraph("Caption", caption.content, properties=keep)
        start, end = place
        number = self._sequence(kind, Run(text=first.text[start:end]))
        label = (self._run(Run(text=first.text[:start])) if start else "") + number
        return self.paragraph("Caption", (Text(text=first.text[end:]), *rest), properties=keep, before=label)

    def _sequence(self, kind: str, run: Run) -> str:
        """The number of a caption as a field; as text where a program that counts it would write other digits."""
        if self.written_out:
            return self._run(run)
        switch = self.profile.word_number_switch if self.profile.native else "ARABIC"
        return f'<w:fldSimple w:instr=" SEQ {kind} \\* {switch} ">{self._run(run)}</w:fldSimple>'

    def _figure(self, block: Figure) -> Iterator[str]:
        size = self.pictures[block.resource]
        width = figure_width(block, size, self.template.design.page, self.room)
        alt = clean(plain(block.alt.content)) if block.alt else ""
        if not alt and block.caption:
            alt = clean(plain(block.caption.content))
        keep = "<w:keepNext/>" if block.caption else ""
        yield _p("Figure", f"<w:r>{self._drawing(block.resource, alt, width)}</w:r>", keep)
        if block.caption:
            yield self._caption("figure", block.caption)

    def _table(self, block: Table, indent: int) -> Iterator[str]:
        if self.tables >= MOST_TABLES:
            yield from self.blocks(flattened(block), style="TableText")
            return
        self.tables += 1
        yield from self._whole_table(block, indent)
        self.tables -= 1

    def _whole_table(self, block: Table, indent: int) -> Iterator[str]:
        if block.caption:
            yield self._caption("table", block.caption)
        grid = lay_out(block).fitted(self.room)
        total = twips(self.room) - indent
        widths = [round(share * total) for share in grid.shares]
        shift = f'<w:tblInd w:w="{indent}" w:type="dxa"/>' if indent else ""
        around, self.shrunk = self.shrunk, shrunk(grid)
        side = round(108 * self.shrunk**3)  # half the type, an eighth of the margin: 40 columns are 4 mm wide
        margins = "".join(f'<w:{edge} w:w="{side}" w:type="dxa"/>' for edge in ("left", "right"))
        close = f"<w:tblCellMar>{margins}</w:tblCellMar>" if self.shrunk < 1 else ""
        yield (
            '<w:tbl><w:tblPr><w:tblStyle w:val="PublicationTable"/>'
            f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/>{shift}<w:tblLayout w:type="fixed"/>{close}'
            f'<w:tblLook w:val="{"0420" if block.head else "0400"}" w:firstRow="{1 if block.head else 0}" '
            'w:lastRow="0" w:firstColumn="0" '
            'w:lastColumn="0" w:noHBand="0" w:noVBand="1"/></w:tblPr><w:tblGrid>'
            + "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
            + "</w:tblGrid>"
        )
        repeated = lines(grid, grid.head, self.room) <= LONGEST_HEAD
        rows = (*grid.head, *grid.body, *grid.foot)
        whole = self.tables == 1 and lines(grid, rows, self.room) <= LONGEST_WHOLE
        last = rows[-1] if rows else ()
        for part, head in ((grid.head, True), (grid.body, False), (grid.foot, False)):
            covered = grid.covered(part)
            for number, row in enumerate(part):
                cells = sorted(
                    [(p.column, p, False) for p in row] + [(column, p, True) for column, p in covered[number].items()],
                    key=lambda entry: entry[0],
                )
                repeat = "<w:tblHeader/>" if head and repeated else ""
                kept = "<w:cantSplit/>" if lines(grid, (row,), self.room) <= LONGEST_WHOLE else ""
                yield f"<w:tr><w:trPr>{kept}{repeat}</w:trPr>" if kept or repeat else "<w:tr>"
                for _, placed, below in cells:
                    yield self._cell(block, placed, widths, head=head, below=below, keep=whole and row is not last)
                yield "</w:tr>"
        yield "</w:tbl>" + _p("Normal", "", '<w:spacing w:after="0"/>')
        self.shrunk = around

    def _cell(self, table: Table, placed: Placed, widths: list[int], *, head: bool, below: bool, keep: bool) -> str:
        """One w:tc; `keep` holds its row on the page of the next: a short table stays whole."""
        width = sum(widths[placed.column : placed.column + placed.columns])
        span = f'<w:gridSpan w:val="{placed.columns}"/>' if placed.columns > 1 else ""
        merge = ""
        if placed.rows > 1:
            merge = "<w:vMerge/>" if below else '<w:vMerge w:val="restart"/>'
        tint = self.look.colours.tint.lstrip("#").upper()
        shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{tint}"/>' if head else ""
        side = placed.cell.alignment
        if side == "default" and placed.column < len(table.alignments):
            side = table.alignments[placed.column]
        align = "<w:keepNext/>" if keep else ""
        align += f'<w:jc w:val="{side}"/>' if side in ("right", "center") else ""
        style = "TableHeading" if head else "TableText"
        inside: list[str] = []
        around, self.room = self.room, max(1.0, width / 1440 * 25.4 - 4)  # 108 twips of margin on either side
        for block in () if below else placed.cell.blocks:
            if isinstance(block, Paragraph):
                inside.append(self.paragraph(style, block.unit.content, properties=align))
            else:
                inside += self._block(block, style, 0, -1)
        self.room = around
        properties = f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merge}{shade}</w:tcPr>'
        return f"<w:tc>{properties}{''.join(inside) or _p(style, '')}</w:tc>"


def _p(style: str, inside: str, properties: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{inside}</w:p>'


def _relationships(inside: list[tuple[str, str, str]], outside: Iterable[tuple[str, str, str]] = ()) -> str:
    entries = [
        f"<Relationship Id={attribute(number)} Type={attribute(kind)} Target={attribute(target)}/>"
        for number, kind, target in inside
    ]
    entries += [
        f"<Relationship Id={attribute(number)} Type={attribute(kind)} Target={attribute(target)} "
        'TargetMode="External"/>'
        for number, kind, target in outside
    ]
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(entries)
        + "</Relationships>"
    )


def _content_types() -> str:
    parts = {
        "/word/document.xml": f"{_MAIN}.document.main+xml",
        "/word/styles.xml": f"{_MAIN}.styles+xml",
        "/word/numbering.xml": f"{_MAIN}.numbering+xml",
        "/word/settings.xml": f"{_MAIN}.settings+xml",
        "/word/theme/theme1.xml": "application/vnd.openxmlformats-officedocument.theme+xml",
        "/word/fontTable.xml": f"{_MAIN}.fontTable+xml",
        "/word/footnotes.xml": f"{_MAIN}.footnotes+xml",
        "/word/header1.xml": f"{_MAIN}.header+xml",
        "/word/header2.xml": f"{_MAIN}.header+xml",
        "/word/footer1.xml": f"{_MAIN}.footer+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "/docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    }
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="png" ContentType="image/png"/><Default Extension="jpeg" ContentType="image/jpeg"/>'
        + "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts.items())
        + "</Types>"
    )
