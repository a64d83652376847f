"""Write `summary.docx` from `summary.md` as a person would in Word: styles, real lists, notes, merged cells.

Run from a checkout: `python examples/build_docx.py`. The result is committed, because it is the input of the
demonstration, and it is byte-stable: the same text gives the same file.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docx
import pypandoc
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from lxml import etree

FOLDER = Path(__file__).parent / "mekong-migration"
BLUE = RGBColor(0x1F, 0x5F, 0x8B)
GREY = RGBColor(0x55, 0x60, 0x6A)
TEXT_WIDTH = Cm(16)
ZIP_TIME = (2025, 3, 14, 9, 0, 0)
Node = dict[str, Any]


@dataclass
class Writing:
    """The document being written, and what has to be numbered across it."""

    document: Document
    folder: Path
    notes: list[list[Node]] = field(default_factory=list)
    lists: int = 0
    captions: dict[str, int] = field(default_factory=dict)


# -- text


def inlines(writing: Writing, paragraph: Paragraph, nodes: list[Node], **look: Any) -> None:
    """Append pandoc inlines to the paragraph as runs; `look` is bold, italic or style, inherited inwards."""
    for node in nodes:
        content = node.get("c")
        match node["t"]:
            case "Str":
                run(paragraph._p, content, paragraph, **look)
            case "Space" | "SoftBreak":
                run(paragraph._p, " ", paragraph, **look)
            case "LineBreak":
                paragraph.add_run().add_break()
            case "Strong":
                inlines(writing, paragraph, content, **{**look, "bold": True})
            case "Emph":
                inlines(writing, paragraph, content, **{**look, "italic": True})
            case "Link":
                hyperlink(writing, paragraph, content[1], content[2][0], **look)
            case "Span":
                inlines(writing, paragraph, content[1], **look)
            case "Note":
                writing.notes.append(content)
                note_mark(paragraph, len(writing.notes))
            case other:
                raise ValueError(f"summary.md: the inline {other} has no form in this script")


def run(parent: Any, text: str, paragraph: Paragraph, **look: Any) -> None:
    """Append text to the last run of the same look, as Word keeps it, or to a new one."""
    wanted = (look.get("bold"), look.get("italic"), look.get("style"))
    runs = [child for child in parent if child.tag == qn("w:r")]
    if runs and parent[-1] is runs[-1] and runs[-1].find(qn("w:t")) is not None:
        last = docx.text.run.Run(runs[-1], paragraph)
        style = last.style.name if last._r.rPr is not None and last._r.rPr.rStyle is not None else None
        if (last.bold, last.italic, style) == wanted:
            last.text = last.text + text
            return
    made = docx.text.run.Run(etree.SubElement(parent, qn("w:r")), paragraph)
    made.text = text
    made.bold, made.italic = wanted[0], wanted[1]
    if wanted[2]:
        made.style = wanted[2]


def plain(nodes: list[Node]) -> str:
    """The characters of inlines that have no markup."""
    return "".join(" " if node["t"] in ("Space", "SoftBreak") else node["c"] for node in nodes)


def hyperlink(writing: Writing, paragraph: Paragraph, nodes: list[Node], target: str, **look: Any) -> None:
    """Append a w:hyperlink with its relationship."""
    relation = writing.document.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = etree.SubElement(paragraph._p, qn("w:hyperlink"))
    link.set(qn("r:id"), relation)
    link.set(qn("w:history"), "1")
    run(link, plain(nodes), paragraph, **{**look, "style": "Hyperlink"})


def note_mark(paragraph: Paragraph, number: int) -> None:
    """Append the mark of footnote `number`."""
    mark = paragraph.add_run()
    mark.style = "Footnote Reference"
    reference = etree.SubElement(mark._r, qn("w:footnoteReference"))
    reference.set(qn("w:id"), str(number))


# -- blocks


def blocks(writing: Writing, nodes: list[Node]) -> None:
    """Append the body of the document."""
    document = writing.document
    for node in nodes:
        content = node.get("c")
        match node["t"]:
            case "Header":
                inlines(writing, document.add_heading(level=content[0]), content[2])
            case "Para" | "Plain":
                inlines(writing, document.add_paragraph(style="Body Text"), content)
            case "BlockQuote":
                for inner in content:
                    inlines(writing, document.add_paragraph(style="Quote"), inner["c"])
            case "OrderedList" | "BulletList":
                list_block(writing, node, level=0, number=None)
            case "Table":
                table(writing, content)
            case "Figure":
                figure(writing, content)
            case other:
                raise ValueError(f"summary.md: the block {other} has no form in this script")


def list_block(writing: Writing, node: Node, *, level: int, number: int | None) -> None:
    """Append a list; a nested list is a deeper level of the same Word numbering."""
    ordered = node["t"] == "OrderedList"
    items = node["c"][1] if ordered else node["c"]
    if number is None:
        number = numbering(writing, ordered=ordered, start=node["c"][0][0] if ordered else 1)
    style = "List Number" if ordered else "List Bullet"
    for item in items:
        for inner in item:
            if inner["t"] in ("OrderedList", "BulletList"):
                list_block(writing, inner, level=level + 1, number=number)
                continue
            paragraph = writing.document.add_paragraph(style=style)
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val = level
            properties.get_or_add_numId().val = number
            inlines(writing, paragraph, inner["c"])


def numbering(writing: Writing, *, ordered: bool, start: int) -> int:
    """The id of a new w:num with levels 1./a. or dots and dashes."""
    root = writing.document.part.numbering_part.element
    writing.lists += 1
    identity = 100 + writing.lists
    forms = (("decimal", "%1."), ("lowerLetter", "%2.")) if ordered else (("bullet", "•"), ("bullet", "–"))
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{425 * (level + 1)}" w:hanging="425"/></w:pPr></w:lvl>'
        for level, (form, text) in enumerate(forms)
    )
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{identity}">'
        f'<w:multiLevelType w:val="multilevel"/>{levels}</w:abstractNum>'
    )
    first = root.find(qn("w:num"))
    if first is None:
        root.append(abstract)
    else:
        first.addprevious(abstract)
    root.append(
        parse_xml(
            f'<w:num {nsdecls("w")} w:numId="{identity}"><w:abstractNumId w:val="{identity}"/>'
            f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{start}"/></w:lvlOverride></w:num>'
        )
    )
    return identity


def caption(writing: Writing, label: str, nodes: list[Node]) -> None:
    """Append a caption as Word's own command writes it: label, SEQ field, text; above a table it stays with it."""
    number = writing.captions[label] = writing.captions.get(label, 0) + 1
    paragraph = writing.document.add_paragraph(style="Caption")
    run(paragraph._p, f"{label} ", paragraph)
    sequence = etree.SubElement(paragraph._p, qn("w:fldSimple"))
    sequence.set(qn("w:instr"), f" SEQ {label} \\* ARABIC ")
    run(sequence, str(number), paragraph)
    run(paragraph._p, ". ", paragraph)
    inlines(writing, paragraph, nodes)
    if label == "Table":
        paragraph.paragraph_format.keep_with_next = True


def table(writing: Writing, content: list[Any]) -> None:
    """Append a table: caption above, header rows repeated on each page, cells merged as the source says."""
    _, title, columns, head, bodies, _ = content
    caption(writing, "Table", title[1][0]["c"])
    rows = [(True, row) for row in head[1]]
    rows += [(False, row) for body in bodies for row in (*body[2], *body[3])]
    made = writing.document.add_table(len(rows), len(columns), style="Table Grid")
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    shares = [column[1].get("c", 1 / len(columns)) for column in columns]
    for position, share in enumerate(shares):
        made.columns[position].width = int(TEXT_WIDTH * share / sum(shares))
        for cell in made.columns[position].cells:
            cell.width = int(TEXT_WIDTH * share / sum(shares))
    taken: set[tuple[int, int]] = set()
    for r, (is_head, row) in enumerate(rows):
        if is_head:
            made.rows[r]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
        made.rows[r]._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
        c = 0
        for _, _, down, across, cell_blocks in row[1]:
            while (r, c) in taken:
                c += 1
            cell = made.cell(r, c)
            if down > 1 or across > 1:
                cell = cell.merge(made.cell(r + down - 1, c + across - 1))
            taken |= {(r + i, c + j) for i in range(down) for j in range(across)}
            paragraph = cell.paragraphs[0]
            paragraph.style = "Table Heading" if is_head else "Table Text"
            for inner in cell_blocks:
                inlines(writing, paragraph, inner["c"])
            if paragraph.text.replace(",", "").replace(".", "").rstrip("%").isdigit():
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if is_head:
                cell._tc.get_or_add_tcPr().append(
                    parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="E4ECF2"/>')
                )
            c += across
    for row, (is_head, _) in zip(made._tbl.iter(qn("w:tr")), rows, strict=True):
        for inner in row.iter(qn("w:p")):
            Paragraph(inner, made).style = "Table Heading" if is_head else "Table Text"
    writing.document.add_paragraph(style="Body Text").paragraph_format.space_after = Pt(0)


def figure(writing: Writing, content: list[Any]) -> None:
    """Append a centred picture with its alternative text, and the caption below it."""
    _, title, inner = content
    image = next(node for node in inner[0]["c"] if node["t"] == "Image")
    attributes = dict(image["c"][0][2])
    paragraph = writing.document.add_paragraph(style="Figure")
    share = float(attributes.get("width", "100%").rstrip("%")) / 100
    picture = paragraph.add_run().add_picture(str(writing.folder / image["c"][2][0]), width=int(TEXT_WIDTH * share))
    properties = picture._inline.docPr
    properties.set("name", f"Figure {writing.captions.get('Figure', 0) + 1}")
    properties.set("descr", plain(image["c"][1]))
    caption(writing, "Figure", title[1][0]["c"])


def footnotes(writing: Writing) -> None:
    """Add the footnotes part: two separators, as Word wants them, then the notes from id 1."""
    root = parse_xml(
        f"<w:footnotes {nsdecls('w', 'r')}>"
        '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p>'
        "</w:footnote></w:footnotes>"
    )
    for number, content in enumerate(writing.notes, 1):
        note = etree.SubElement(root, qn("w:footnote"))
        note.set(qn("w:id"), str(number))
        for position, block in enumerate(content):
            scratch = writing.document.add_paragraph(style="Footnote Text")
            if position == 0:
                mark = scratch.add_run()
                mark.style = "Footnote Reference"
                etree.SubElement(mark._r, qn("w:footnoteRef"))
                run(scratch._p, " ", scratch)
            inlines(writing, scratch, block["c"])
            note.append(scratch._p)
    part = Part(
        PackURI("/word/footnotes.xml"),
        CONTENT_TYPE.WML_FOOTNOTES,
        etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True),
        writing.document.part.package,
    )
    writing.document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


# -- the document


def styles(document: Document) -> None:
    """Set the styles that the text uses; those that python-docx's base lacks are added under Word's names."""
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(11)
    defaults = document.styles.element.find(qn("w:docDefaults")).find(f".//{qn('w:lang')}")
    defaults.set(qn("w:val"), "en-GB")

    def add(name: str, kind: WD_STYLE_TYPE, based: str | None, change: Callable[[Any], None]) -> None:
        names = {style.name for style in document.styles}
        style = document.styles[name] if name in names else document.styles.add_style(name, kind)
        if based:
            style.base_style = document.styles[based]
        change(style)

    def look(size: float, *, before: float = 0, after: float = 6, **font: Any) -> Callable[[Any], None]:
        def change(style: Any) -> None:
            style.font.size = Pt(size)
            for key, value in font.items():
                if key == "color":
                    style.font.color.rgb = value
                else:
                    setattr(style.font, key, value)
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)

        return change

    paragraph, character = WD_STYLE_TYPE.PARAGRAPH, WD_STYLE_TYPE.CHARACTER
    add("Body Text", paragraph, "Normal", look(11, after=8))
    add("Author", paragraph, "Normal", look(11, after=0, color=GREY))
    add("Date", paragraph, "Normal", look(11, after=18, color=GREY))
    add("Table Text", paragraph, "Normal", look(10, before=2, after=2))
    add("Table Heading", paragraph, "Table Text", look(10, before=2, after=2, bold=True))
    add("Figure", paragraph, "Normal", look(11, before=8, after=2))
    document.styles["Figure"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.styles["Figure"].paragraph_format.keep_with_next = True
    add("Caption", paragraph, "Normal", look(9.5, before=4, after=8, bold=False, italic=True, color=GREY))
    add("Quote", paragraph, "Normal", look(11, after=6, italic=True, color=BLUE))
    document.styles["Quote"].paragraph_format.left_indent = Cm(1)
    add("Footnote Text", paragraph, "Normal", look(9, after=0))
    add("Footnote Reference", character, None, lambda style: setattr(style.font, "superscript", True))

    def link(style: Any) -> None:
        style.font.underline = True
        style.font.color.rgb = RGBColor(0x05, 0x63, 0xC1)

    add("Hyperlink", character, None, link)


def build(source: Path) -> bytes:
    """The DOCX that says what the Markdown file says."""
    tree = json.loads(pypandoc.convert_file(str(source), "json", format="markdown-smart"))
    writing = Writing(document=docx.Document(), folder=source.parent)
    document = writing.document
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    styles(document)

    meta = tree["meta"]
    for name, style in (("title", "Title"), ("subtitle", "Subtitle")):
        inlines(writing, document.add_paragraph(style=style), meta[name]["c"])
    authors = []
    for author in meta["author"]["c"]:
        paragraph = document.add_paragraph(style="Author")
        inlines(writing, paragraph, author["c"])
        authors.append(paragraph.text)
    paragraph = document.add_paragraph(style="Date")
    inlines(writing, paragraph, meta["date"]["c"])
    day = dt.datetime.strptime(paragraph.text, "%d %B %Y").replace(hour=9, tzinfo=dt.UTC)

    blocks(writing, tree["blocks"])
    footnotes(writing)

    core = document.core_properties
    core.title = document.paragraphs[0].text
    core.author = core.last_modified_by = "; ".join(authors)
    core.language = "en-GB"
    core.comments = "Invented example publication of pubpipe."
    core.created = core.modified = day.replace(tzinfo=None)

    written = io.BytesIO()
    document.save(written)
    return stable(written.getvalue())


def stable(data: bytes) -> bytes:
    """The same package with fixed times, so that the file changes only when the text does."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, old.read(name))
    return out.getvalue()


if __name__ == "__main__":
    (FOLDER / "summary.docx").write_bytes(build(FOLDER / "summary.md"))
