"""The theme of a Word document: the template's colours and the language's fonts in the places where Word offers them.

No run of ours takes its font or colour from the theme. It is there for whoever edits the document: what Word
offers first is what the publication uses, and not the fonts of Word.
"""

from __future__ import annotations

from pubpipe.renderers.word_styles import Look
from pubpipe.renderers.word_xml import attribute


def theme(look: Look) -> str:
    """word/theme/theme1.xml (ECMA-376 Part 1, 20.1.6)."""
    colours = look.colours
    slots = {
        "dk1": colours.text,
        "lt1": "#ffffff",
        "dk2": colours.accent,
        "lt2": colours.tint,
        "accent1": colours.accent,
        "accent2": colours.emphasis,
        "accent3": colours.link,
        "accent4": colours.soft,
        "accent5": colours.rule,
        "accent6": colours.watermark,
        "hlink": colours.link,
        "folHlink": colours.soft,
    }
    palette = "".join(f'<a:{slot}><a:srgbClr val="{_hex(colour)}"/></a:{slot}>' for slot, colour in slots.items())
    far_east = look.main if look.profile.word_class == "east-asian" else look.latin
    faces = (
        f"<a:latin typeface={attribute(look.main)}/><a:ea typeface={attribute(far_east)}/>"
        f"<a:cs typeface={attribute(look.main)}/>"
    )
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="6350" cap="flat" cmpd="sng" algn="ctr">{fill}<a:prstDash val="solid"/></a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return (
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="Publication"><a:themeElements>'
        f'<a:clrScheme name="Publication">{palette}</a:clrScheme><a:fontScheme name="Publication">'
        f"<a:majorFont>{faces}</a:majorFont><a:minorFont>{faces}</a:minorFont></a:fontScheme>"
        f'<a:fmtScheme name="Publication"><a:fillStyleLst>{fill * 3}</a:fillStyleLst><a:lnStyleLst>{line * 3}'
        f"</a:lnStyleLst><a:effectStyleLst>{effect * 3}</a:effectStyleLst><a:bgFillStyleLst>{fill * 3}"
        "</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )


def _hex(colour: str) -> str:
    return colour.lstrip("#").upper()
