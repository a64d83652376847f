"""The sections of a Word document: page, running head and number of columns of each stretch of it."""

from __future__ import annotations

from pubpipe.languages import LanguageProfile
from pubpipe.renderers.pictures import Picture
from pubpipe.renderers.template import Design
from pubpipe.renderers.word_xml import attribute, emu, twips

_FURNITURE = (
    '<w:headerReference w:type="default" r:id="rIdHeader"/><w:headerReference w:type="first" r:id="rIdHeaderFirst"/>'
    '<w:footerReference w:type="default" r:id="rIdFooter"/><w:footerReference w:type="first" r:id="rIdFooter"/>'
)


def section(design: Design, profile: LanguageProfile, *, columns: int = 1, first: bool = True) -> str:
    """w:sectPr: A4, margins, columns; the first brings head and foot, the others go on with them on the same page.

    Page and note numbers are in the chosen digits where Word can count in them (ECMA-376 part 1, 17.18.59).
    """
    page = design.page
    numbers = profile.word_numbers if profile.native else ""
    notes = f'<w:footnotePr><w:numFmt w:val="{numbers}"/></w:footnotePr>' if numbers else ""
    count = f'<w:pgNumType w:fmt="{numbers}"/>' if numbers else ""
    gap = twips(design.columns.gap)
    across = f'<w:cols w:num="{columns}" w:space="{gap}"/>' if design.columns.count > 1 else ""
    return (
        f"<w:sectPr>{_FURNITURE if first else ''}{notes}"
        + ("" if first else '<w:type w:val="continuous"/>')
        + f'<w:pgSz w:w="{twips(page.width)}" w:h="{twips(page.height)}"/>'
        f'<w:pgMar w:top="{twips(page.margin_top)}" w:right="{twips(page.margin_side)}" '
        f'w:bottom="{twips(page.margin_bottom)}" w:left="{twips(page.margin_side)}" w:header="680" '
        f'w:footer="680" w:gutter="0"/>{count}{across}{"<w:titlePg/>" if first else ""}</w:sectPr>'
    )


def ended(paragraphs: str, properties: str) -> str:
    """The same paragraphs as a section of their own: Word keeps its properties in the last paragraph of it."""
    start = paragraphs.rfind("<w:p><w:pPr>")
    if start < 0 or not paragraphs.endswith("</w:p>"):
        return (
            f'{paragraphs}<w:p><w:pPr><w:spacing w:after="0" w:line="20" w:lineRule="exact"/>{properties}</w:pPr></w:p>'
        )
    place = paragraphs.index("</w:pPr>", start)
    return paragraphs[:place] + properties + paragraphs[place:]


def bleeding(picture: Picture, relation: str, width: float, height: float, alt: str, number: int) -> str:
    """A w:drawing from edge to edge at the head of its page, the text below it, cut to the height (millimetres)."""
    shown = width * picture.height / picture.width
    if shown >= height:
        cut = round((1 - height / shown) / 2 * 100_000)
        crop = f'<a:srcRect t="{cut}" b="{cut}"/>'
    else:
        cut = round((1 - shown / height) / 2 * 100_000)
        crop = f'<a:srcRect l="{cut}" r="{cut}"/>'
    size = f'cx="{emu(width)}" cy="{emu(height)}"'
    return (
        f'<w:drawing><wp:anchor distT="0" distB="{emu(9)}" distL="0" distR="0" simplePos="0" relativeHeight="2" '
        'behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>'
        '<wp:positionH relativeFrom="page">'
        '<wp:posOffset>0</wp:posOffset></wp:positionH><wp:positionV relativeFrom="page"><wp:posOffset>0</wp:posOffset>'
        f'</wp:positionV><wp:extent {size}/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapTopAndBottom/>'
        f"{described(number, alt)}<wp:cNvGraphicFramePr/>"
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr id="{number}" name="Image {number}" descr={attribute(alt)}/><pic:cNvPicPr/>'
        f'</pic:nvPicPr><pic:blipFill><a:blip r:embed="{relation}"/>{crop}<a:stretch><a:fillRect/></a:stretch>'
        f'</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect">'
        "<a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:anchor></w:drawing>"
    )


def described(number: int, alt: str) -> str:
    """wp:docPr with the words for an image; without words it is marked as decorative, for whoever reads it aloud."""
    if alt:
        return f'<wp:docPr id="{number}" name="Image {number}" descr={attribute(alt)}/>'
    return (
        f'<wp:docPr id="{number}" name="Image {number}" descr=""><a:extLst>'
        '<a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}">'
        '<adec:decorative xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/>'
        "</a:ext></a:extLst></wp:docPr>"
    )
