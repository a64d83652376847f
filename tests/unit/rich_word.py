"""A small Word file with everything in it that a layout can lose, and helpers to look into what became of it."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from lxml import etree

from pubpipe.engines.pseudo import PseudoEngine
from pubpipe.identity import digest
from pubpipe.languages import SOURCE, profile
from pubpipe.model import ApprovedEdition, Content, DraftEdition, SourceDocument, Text, plain
from pubpipe.ooxml import pack
from pubpipe.readers import docx_source
from pubpipe.renderers import Imprint, Original, find_fonts, load_template
from pubpipe.renderers.source_docx import render_source_docx
from pubpipe.segmentation import localize, segment
from tests.unit.readers.made import png

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"

PICTURE = (
    '<w:drawing><wp:inline><wp:extent cx="900000" cy="900000"/><wp:docPr id="5" name="Picture 5" '
    'descr="A worker signs a contract"/><a:graphic><a:graphicData '
    'uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="5" '
    'name="p.png" descr="A worker signs a contract"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
    '<a:blip r:embed="rIdImage"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
    '<a:off x="0" y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    "</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"
)
_BOX = "<w:txbxContent><w:p><w:r><w:t>Call the hotline.</w:t></w:r></w:p></w:txbxContent>"
TEXT_BOX = (
    '<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" '
    'simplePos="0" relativeHeight="1" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" '
    'y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>3000000</wp:posOffset></wp:positionH><wp:positionV '
    'relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV><wp:extent cx="1800000" cy="600000"/>'
    '<wp:wrapNone/><wp:docPr id="9" name="Box 9"/><a:graphic><a:graphicData '
    'uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/>'
    '<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="1800000" cy="600000"/></a:xfrm><a:prstGeom prst="rect">'
    f"<a:avLst/></a:prstGeom></wps:spPr><wps:txbx>{_BOX}</wps:txbx><wps:bodyPr><a:noAutofit/></wps:bodyPr></wps:wsp>"
    "</a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape "
    f'style="position:absolute;width:140pt;height:50pt"><v:textbox>{_BOX}</v:textbox></v:shape></w:pict>'
    "</mc:Fallback></mc:AlternateContent>"
)


def field(code: str, result: str) -> str:
    """A complex field with its last result."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def run(text: str, properties: str = "") -> str:
    inside = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{inside}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(inside: str, style: str = "", more: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{more}</w:pPr>{inside}</w:p>"


BODY = "".join(
    [
        paragraph(run("Workers’ rights"), "Title"),
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        "<w:sdtContent>",
        paragraph(
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> TOC \\o "1-3" \\h </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:hyperlink w:anchor="_Toc1">'
            + run("Wages and hours")
            + "<w:r><w:tab/></w:r>"
            + field("PAGEREF _Toc1 \\h", "<w:r><w:t>7</w:t></w:r>")
            + "</w:hyperlink>",
            "TOC1",
        ),
        paragraph('<w:r><w:fldChar w:fldCharType="end"/></w:r>'),
        "</w:sdtContent></w:sdt>",
        paragraph(
            '<w:bookmarkStart w:id="1" w:name="_Toc1"/>' + run("Wages and hours") + '<w:bookmarkEnd w:id="1"/>',
            "Heading1",
        ),
        # two runs with a bold one between them, one of them cut for no reason that a reader sees
        paragraph(
            run("The employer ") + run("must ", "<w:b/>") + run("p", '<w:lang w:val="en-US"/>') + run("ay on time.")
        ),
        paragraph(
            run("Read the ")
            + '<w:hyperlink r:id="rIdLink" w:history="1">'
            + run("law", '<w:rStyle w:val="Hyperlink"/>')
            + "</w:hyperlink>"
            + run(" and the note")
            + '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="1"/></w:r>'
            + run(".")
        ),
        paragraph(
            '<w:commentRangeStart w:id="0"/>'
            + run("Working hours")
            + '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>'
            + run(" are limited.")
        ),
        paragraph(
            run("Overtime is ")
            + '<w:del w:id="2" w:author="Ann"><w:r><w:delText>never </w:delText></w:r></w:del>'
            + f'<w:ins w:id="3" w:author="Ann">{run("always ")}</w:ins>'
            + run("paid.")
        ),
        paragraph(
            run("Signed on behalf of ")
            + '<w:sdt><w:sdtPr><w:alias w:val="Name"/><w:tag w:val="name"/></w:sdtPr><w:sdtContent>'
            + run("the union")
            + "</w:sdtContent></w:sdt>"
            + run(".")
        ),
        paragraph(run("See page ") + field("PAGEREF _Toc1", run("7")) + run(" for wages.")),
        paragraph(run("First rule"), "", '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'),
        paragraph(run("Second rule"), "", '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr>'),
        '<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid><w:gridCol w:w="3000"/>'
        '<w:gridCol w:w="3000"/></w:tblGrid><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>'
        + paragraph(run("Minimum wage"))
        + '</w:tc></w:tr><w:tr><w:trPr><w:trHeight w:val="300" w:hRule="exact"/></w:trPr><w:tc><w:tcPr>'
        '<w:vMerge w:val="restart"/></w:tcPr>'
        + paragraph(run("Daily"))
        + "</w:tc><w:tc><w:p><w:r><w:t>12.50</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr>"
        "<w:p/></w:tc><w:tc>" + paragraph(run("Monthly")) + "</w:tc></w:tr></w:tbl>",
        paragraph(
            run("Name:") + "<w:r><w:tab/></w:r>" + run("Address:"), "", '<w:spacing w:line="240" w:lineRule="exact"/>'
        ),
        paragraph(run("His name is ") + run("محمد", "<w:rtl/>") + run(" and he works.")),
        paragraph(f"<w:r>{PICTURE}</w:r>"),
        paragraph(run("Figure ") + field("SEQ Figure", run("1")) + run(": A contract"), "Caption"),
        paragraph(f"<w:r>{TEXT_BOX}</w:r>" + run("A box stands beside this.")),
        paragraph(run("Secret", "<w:vanish/>") + run("Everybody may read this.")),
        paragraph(run("An ") + run("urgent", '<w:i/><w:color w:val="FF0000"/>') + run(" matter.")),
    ]
)


def rich_word(body: str = BODY, *, settings: str = "", core: str = "Workers’ rights") -> bytes:
    """The file's bytes."""
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

    def style(identifier: str, name: str, more: str = "", kind: str = "paragraph") -> str:
        return f'<w:style w:type="{kind}" w:styleId="{identifier}"><w:name w:val="{name}"/>{more}</w:style>'

    def note(identifier: int, inside: str, kind: str = "") -> str:
        typed = f' w:type="{kind}"' if kind else ""
        return f'<w:footnote w:id="{identifier}"{typed}>{inside}</w:footnote>'

    related = {
        "styles": ("styles", "styles.xml"),
        "settings": ("settings", "settings.xml"),
        "notes": ("footnotes", "footnotes.xml"),
        "comments": ("comments", "comments.xml"),
        "numbering": ("numbering", "numbering.xml"),
        "Header": ("header", "header1.xml"),
        "Footer": ("footer", "footer1.xml"),
        "Image": ("image", "media/image1.png"),
    }
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_TYPE}.document.main+xml"/>'
        + "".join(
            f'<Override PartName="/word/{target}" ContentType="{_TYPE}.{kind}+xml"/>'
            for kind, target in related.values()
            if kind != "image"
        )
        + '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATION}/officeDocument" Target="word/document.xml"/>'
        '<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/'
        'core-properties" Target="docProps/core.xml"/></Relationships>',
        "docProps/core.xml": '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{core}</dc:title><dc:language>en-US</dc:language></cp:coreProperties>",
        "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="rId{key}" Type="{_RELATION}/{kind}" Target="{target}"/>'
            for key, (kind, target) in related.items()
        )
        + f'<Relationship Id="rIdLink" Type="{_RELATION}/hyperlink" Target="https://example.org/law" '
        'TargetMode="External"/></Relationships>',
        "word/document.xml": f"<w:document {SPACES}><w:body>{body}<w:sectPr>"
        '<w:headerReference w:type="default" r:id="rIdHeader"/><w:footerReference w:type="default" r:id="rIdFooter"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" '
        'w:header="720" w:footer="720" w:gutter="0"/></w:sectPr></w:body></w:document>',
        "word/styles.xml": f"<w:styles {SPACES}><w:docDefaults><w:rPrDefault><w:rPr>"
        '<w:rFonts w:asciiTheme="minorHAnsi" w:hAnsiTheme="minorHAnsi" w:cstheme="minorBidi"/><w:sz w:val="22"/>'
        '<w:lang w:val="en-US" w:bidi="ar-SA"/></w:rPr></w:rPrDefault></w:docDefaults>'
        + style(
            "Title", "Title", '<w:rPr><w:rFonts w:ascii="Cambria" w:hAnsi="Cambria"/><w:b/><w:sz w:val="40"/></w:rPr>'
        )
        + style("Heading1", "heading 1", "<w:rPr><w:b/><w:i/></w:rPr>")
        + style("TOC1", "toc 1")
        + style("Caption", "caption", "<w:rPr><w:i/></w:rPr>")
        + style("Hyperlink", "Hyperlink", '<w:rPr><w:color w:val="0000FF"/><w:u w:val="single"/></w:rPr>', "character")
        + "</w:styles>",
        "word/settings.xml": f'<w:settings {SPACES}>{settings}<w:themeFontLang w:val="en-US"/></w:settings>',
        "word/footnotes.xml": f"<w:footnotes {SPACES}>"
        + note(-1, "<w:p><w:r><w:separator/></w:r></w:p>", "separator")
        + note(0, "<w:p><w:r><w:continuationSeparator/></w:r></w:p>", "continuationSeparator")
        + note(1, f"<w:p><w:r><w:footnoteRef/></w:r>{run(' The act of 2003.')}</w:p>")
        + "</w:footnotes>",
        "word/comments.xml": f'<w:comments {SPACES}><w:comment w:id="0" w:author="Ann">'
        f"<w:p>{run('Is that so?')}</w:p></w:comment></w:comments>",
        "word/numbering.xml": f'<w:numbering {SPACES}><w:abstractNum w:abstractNumId="0">'
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="Article %1."/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xF0B7;"/><w:rPr>'
        '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/></w:rPr></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>',
        "word/header1.xml": f"<w:hdr {SPACES}>{paragraph(run('A network of workers'))}</w:hdr>",
        "word/footer1.xml": f"<w:ftr {SPACES}>"
        + paragraph(run("Page ") + field("PAGE", run("1")) + run(" of ") + field("NUMPAGES", run("3")))
        + "</w:ftr>",
    }
    return pack({**{name: (head + text).encode() for name, text in parts.items()}, "word/media/image1.png": png()})


def trees(data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {n: etree.fromstring(archive.read(n)) for n in archive.namelist() if n.endswith((".xml", ".rels"))}


def elements(data: bytes) -> Counter[str]:
    """Part and name of each element that is no text, with how often it stands there."""
    text = {"r", "t", "rPr", "delText", "del", "ins", "proofErr"}
    out: Counter[str] = Counter()
    for name, tree in trees(data).items():
        for element in tree.iter():
            local = etree.QName(element).localname
            inside_look = any(etree.QName(a).localname == "rPr" for a in element.iterancestors())
            if name.startswith("word/") and local not in text and not inside_look:
                out[f"{name} {local}"] += 1
    return out


def words(data: bytes, part: str = "word/document.xml") -> list[str]:
    """The text of each paragraph of a part."""
    return ["".join(t.text or "" for t in p.iter(f"{W}t")) for p in trees(data)[part].iter(f"{W}p")]


def pseudo(content: Content, language: str) -> Content:
    engine = PseudoEngine()
    return tuple(
        Text(text=engine.translate(i.text, SOURCE, profile(language))[1:])
        if isinstance(i, Text) and re.search(r"[^\W\d_]", i.text)
        else i
        for i in content
    )


def approved(document: SourceDocument, language: str, targets: dict[str, Content] | None = None) -> ApprovedEdition:
    """The document in words of the language, or with these contents by segment id."""
    segments = segment(document)
    if targets is None:
        targets = {s.id: pseudo(s.content, language) for s in segments if s.translatable}
    return ApprovedEdition(
        publication="rights",
        localized=localize(document, segments, targets, profile(language)),
        edition_hash=digest("test"),
        approved_at=dt.datetime(2026, 3, 9, tzinfo=dt.UTC),
    )


def drafted(document: SourceDocument, language: str) -> DraftEdition:
    edition = approved(document, language)
    return DraftEdition(publication="rights", localized=edition.localized, edition_hash=edition.edition_hash)


TEMPLATE = load_template(Path(__file__).parents[2] / "templates" / "report")


IMPRINT = Imprint(publisher="Network")


def rendered(data: bytes, language: str, *, draft: bool = False) -> tuple[bytes, ApprovedEdition | DraftEdition]:
    """The file in another language, and the edition that it is."""
    document = docx_source.read(data)
    edition = drafted(document, language) if draft else approved(document, language)
    original = Original(data=data, document=document)
    return render_source_docx(edition, original, TEMPLATE, profile(language), find_fonts(), IMPRINT), edition


def translated(data: bytes, language: str, said: dict[str, str]) -> bytes:
    """The file with some of its texts in other words; `|` stands for the tags and placeholders in order."""
    document = docx_source.read(data)
    targets: dict[str, Content] = {}
    for each in segment(document):
        wanted = said.get(plain(each.content))
        if wanted is None:
            continue
        marks = [item for item in each.content if not isinstance(item, Text)]
        content: list[Any] = []
        for place, piece in enumerate(wanted.split("|")):
            content.append(Text(text=piece))
            content += marks[place : place + 1]
        targets[each.id] = tuple(content)
    edition = approved(document, language, targets)
    original = Original(data=data, document=document)
    return render_source_docx(edition, original, TEMPLATE, profile(language), find_fonts(), IMPRINT)
