"""The styles, numbering and settings of a Word document: one base, made for the fonts and script of one language."""

from __future__ import annotations

from typing import Literal

from pubpipe.languages import LanguageProfile
from pubpipe.renderers.fallback import Piece
from pubpipe.renderers.template import Template
from pubpipe.renderers.word_base import restyled
from pubpipe.renderers.word_xml import NAMESPACES, attribute

_DEEPEST = 9
_FORMATS = {
    "decimal": ("decimal", "%{n}."),
    "lower-alpha": ("lowerLetter", "%{n}."),
    "upper-alpha": ("upperLetter", "%{n}."),
    "lower-roman": ("lowerRoman", "%{n}."),
    "upper-roman": ("upperRoman", "%{n}."),
}
_BULLETS = ("\u2022", "\u2013")
INDENT = 397
"""Twips that each list level moves to the right (7 mm)."""


class Look:
    """Run properties of one language: fonts, sizes and language with their complex-script twins."""

    def __init__(self, profile: LanguageProfile, template: Template) -> None:
        self.profile = profile
        self.template = template
        self.design = template.design
        self.colours = template.design.colours
        self.sizes = template.design.sizes
        self.base = profile.typesetting.size
        self.complex = profile.word_class == "complex"
        self.main = profile.fonts[0]
        self.latin = profile.fonts[-1]
        self.others: set[str] = set()
        """Families of other scripts that the document turned out to need."""

    def fonts(self, *, hint: bool = False) -> str:
        """All four font slots by name; an unnamed slot is where letters get lost (no theme fonts anywhere)."""
        far_east = self.main if self.profile.word_class == "east-asian" else self.latin
        hinted = {"complex": ' w:hint="cs"', "east-asian": ' w:hint="eastAsia"'}.get(self.profile.word_class, "")
        return (
            f"<w:rFonts{hinted if hint else ''} w:ascii={attribute(self.main)} w:hAnsi={attribute(self.main)} "
            f"w:eastAsia={attribute(far_east)} w:cs={attribute(self.main)}/>"
        )

    def other(self, piece: Piece) -> tuple[str, str]:
        """w:rFonts, and what ends the properties, of a stretch that another font prints: that font in all slots."""
        hint = {"complex": ' w:hint="cs"', "right-to-left": ' w:hint="cs"', "east-asian": ' w:hint="eastAsia"'}
        slots = " ".join(f"w:{slot}={attribute(piece.family)}" for slot in ("ascii", "hAnsi", "eastAsia", "cs"))
        ending = {"complex": "<w:cs/>", "right-to-left": "<w:rtl/>"}.get(piece.word_class, "")
        if piece.locale:
            slot = "eastAsia" if piece.word_class == "east-asian" else "bidi"
            ending += f"<w:lang w:{slot}={attribute(piece.locale)}/>"
        return f"<w:rFonts{hint.get(piece.word_class, '')} {slots}/>", ending

    def language(self) -> str:
        """w:lang: the slot of the script names the language, the others stay neutral English."""
        own = attribute(self.profile.word_locale)
        slots: dict[Literal["latin", "complex", "east-asian"], str] = {
            "latin": f"w:val={own} w:eastAsia={own} w:bidi={own}",
            "complex": f'w:val="en-GB" w:eastAsia="en-GB" w:bidi={own}',
            "east-asian": f'w:val={own} w:eastAsia={own} w:bidi="en-GB"',
        }
        return f"<w:lang {slots[self.profile.word_class]}/>"

    def properties(
        self,
        *,
        style: str = "",
        bold: bool | None = None,
        italic: bool = False,
        caps: bool = False,
        strike: bool = False,
        colour: str = "",
        size: float = 0,
        underline: bool = False,
        vertical: str = "",
        script: bool = False,
        shade: str = "",
        other: Piece | None = None,
    ) -> str:
        """The inside of a w:rPr in schema order; `script` adds what a run of the language's own script needs."""
        fonts, ending = self.other(other) if other else ("", "")
        parts = []
        if style:
            parts.append(f"<w:rStyle w:val={attribute(style)}/>")
        if script:
            parts.append(fonts or self.fonts(hint=True))
        if bold is not None:
            on = "" if bold else ' w:val="0"'
            parts.append(f"<w:b{on}/><w:bCs{on}/>")
        if italic:
            parts.append("<w:i/><w:iCs/>")
        if caps:
            parts.append("<w:smallCaps/>")
        if strike:
            parts.append("<w:strike/>")
        if colour:
            parts.append(f'<w:color w:val="{colour.lstrip("#").upper()}"/>')
        if size:
            half = max(2, round(size * 2))
            parts.append(f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>')
        if underline:
            parts.append('<w:u w:val="single"/>')
        if shade:
            parts.append(f'<w:shd w:val="clear" w:color="auto" w:fill="{shade.lstrip("#").upper()}"/>')
        if vertical:
            parts.append(f'<w:vertAlign w:val="{vertical}"/>')
        if other:
            parts.append(ending)
        elif script:
            parts.append(("<w:cs/>" if self.complex else "") + self.language())
        return "".join(parts)

    def emphasis(self) -> dict[str, object]:
        """How emphasised words look: italic, or weight and colour where the script has no italics."""
        if self.profile.typesetting.emphasis == "italic":
            return {"italic": True}
        return {"bold": True, "colour": self.colours.emphasis}


def styles(look: Look) -> str:
    """word/styles.xml."""
    colour, size, base = look.colours, look.sizes, look.base
    small = base * size.small
    out = [
        f"<w:styles {NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr>{look.fonts()}"
        f'<w:color w:val="{colour.text.lstrip("#").upper()}"/>'
        f'<w:sz w:val="{round(base * 2)}"/><w:szCs w:val="{round(base * 2)}"/>{look.language()}'
        "</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:widowControl/>"
        f'<w:spacing w:after="120" w:line="{_line(look)}" w:lineRule="auto"/></w:pPr></w:pPrDefault>'
        "</w:docDefaults>",
        _style("Normal", "Normal", default=True, quick=True),
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>',
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
        '<w:top w:w="0" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
        '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>',
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/></w:style>',
        _style("BodyText", "Body Text", quick=True, paragraph=_justified(look)),
        *_opening(look),
    ]
    for level in range(1, 7):
        scale = size.heading[min(level, 4) - 1]
        out.append(
            _style(
                f"Heading{level}",
                f"heading {level}",
                following="BodyText",
                quick=True,
                paragraph=f'<w:keepNext/><w:keepLines/><w:spacing w:before="{360 if level == 1 else 240}" '
                f'w:after="120"/><w:outlineLvl w:val="{level - 1}"/>',
                run=look.properties(bold=True, colour=colour.accent, size=base * scale),
            )
        )
    out += [
        _style("ListBullet", "List Bullet", quick=True, paragraph=_tight()),
        _style("ListNumber", "List Number", quick=True, paragraph=_tight()),
        _style("ListContinue", "List Continue", paragraph=_tight()),
        _style(
            "Quote",
            "Quote",
            quick=True,
            paragraph='<w:pBdr><w:left w:val="single" w:sz="18" w:space="10" w:color='
            f'"{colour.accent.lstrip("#").upper()}"/></w:pBdr><w:ind w:left="340" w:right="340"/>',
            run=look.properties(colour=colour.soft),
        ),
        _style(
            "Caption",
            "caption",
            quick=True,
            paragraph='<w:keepLines/><w:spacing w:before="120" w:after="120"/>',
            run=look.properties(colour=colour.soft, size=base * 0.92),
        ),
        _style("Figure", "Figure", paragraph='<w:spacing w:before="240"/><w:jc w:val="center"/>'),
        _style(
            "TableText",
            "Table Text",
            paragraph='<w:spacing w:before="40" w:after="40"/>',
            run=look.properties(size=base * 0.94),
        ),
        _style(
            "TableHeading",
            "Table Heading",
            parent="TableText",
            run=look.properties(bold=True, colour=colour.accent),
        ),
        _style(
            "SourceCode",
            "Source Code",
            paragraph=f'<w:shd w:val="clear" w:color="auto" w:fill="{colour.tint.lstrip("#").upper()}"/>',
            run=look.properties(size=base * 0.9),
        ),
        _style(
            "TOCHeading",
            "TOC Heading",
            paragraph='<w:keepNext/><w:spacing w:before="120" w:after="120"/>',
            run=look.properties(bold=True, colour=colour.accent, size=base * size.heading[2]),
        ),
    ]
    for level in range(1, 7):
        out.append(
            _style(
                f"TOC{level}",
                f"toc {level}",
                paragraph=f'<w:spacing w:after="60"/><w:ind w:left="{(level - 1) * 284}"/>',
                run=look.properties(bold=True) if level == 1 else "",
            )
        )
    out += [
        _style(
            "Header",
            "header",
            paragraph='<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="4" w:color='
            f'"{colour.rule.lstrip("#").upper()}"/></w:pBdr><w:spacing w:after="0"/>',
            run=look.properties(colour=colour.soft, size=small),
        ),
        _style(
            "Preview",
            "Preview",
            paragraph='<w:spacing w:before="60" w:after="200"/><w:jc w:val="center"/>',
            run=look.properties(bold=True, colour="#b42318", size=small),
        ),
        _style(
            "Footer",
            "footer",
            paragraph='<w:spacing w:after="0"/><w:jc w:val="right"/>',
            run=look.properties(colour=colour.soft, size=small),
        ),
        _style(
            "FootnoteText",
            "footnote text",
            paragraph='<w:spacing w:after="40"/>',
            run=look.properties(size=small),
        ),
        _style(
            "ImprintHeading",
            "Imprint Heading",
            following="Imprint",
            paragraph='<w:keepNext/><w:pBdr><w:top w:val="single" w:sz="12" w:space="8" w:color='
            f'"{colour.accent.lstrip("#").upper()}"/></w:pBdr><w:spacing w:before="600" w:after="120"/>',
            run=look.properties(bold=True, colour=colour.accent, size=base * size.heading[2]),
        ),
        _style(
            "Imprint",
            "Imprint",
            paragraph='<w:keepLines/><w:spacing w:after="40"/>',
            run=look.properties(colour=colour.soft, size=small),
        ),
        _style(
            "Notice",
            "Notice",
            parent="Imprint",
            paragraph='<w:pBdr><w:left w:val="single" w:sz="18" w:space="8" w:color='
            f'"{colour.accent.lstrip("#").upper()}"/></w:pBdr>'
            f'<w:shd w:val="clear" w:color="auto" w:fill="{colour.tint.lstrip("#").upper()}"/>'
            '<w:spacing w:before="120"/><w:ind w:left="170"/>',
        ),
        _character("Strong", "Strong", look.properties(bold=True)),
        _character("Emphasis", "Emphasis", look.properties(**look.emphasis())),  # type: ignore[arg-type]
        _character("Hyperlink", "Hyperlink", look.properties(colour=colour.link, underline=True)),
        _character("FootnoteReference", "footnote reference", look.properties(vertical="superscript")),
        _character("VerbatimChar", "Verbatim Char", look.properties(colour=colour.soft)),
        _table_style(look),
        "</w:styles>",
    ]
    made = "".join(out)
    return restyled(made, look.template.base, look.profile) if look.template.base else made


def _opening(look: Look) -> list[str]:
    """The styles of the title block: between two rules, or in a band of the accent colour."""
    colour, size, base = look.colours, look.sizes, look.base
    if look.design.title_band:
        band = _box(colour.accent)
        ink = soft = colour.on_accent
        publisher = author = band
    else:
        band, ink, soft = "", colour.accent, colour.soft
        publisher = (
            '<w:pBdr><w:top w:val="single" w:sz="18" w:space="10" w:color='
            f'"{colour.accent.lstrip("#").upper()}"/></w:pBdr>'
        )
        author = (
            '<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="12" w:color='
            f'"{colour.rule.lstrip("#").upper()}"/></w:pBdr>'
        )
    inset = '<w:ind w:left="340" w:right="340"/>' if band else ""
    return [
        _style("Logo", "Logo", paragraph='<w:keepNext/><w:spacing w:after="200"/>'),
        _style(
            "Publisher",
            "Publisher",
            paragraph=f'{publisher}<w:spacing w:after="{160 if band else 240}"/>{inset}',
            run=look.properties(bold=True, colour=ink),
        ),
        _style(
            "Title",
            "Title",
            following="Subtitle",
            quick=True,
            paragraph=f'<w:keepNext/>{band}<w:spacing w:after="160" w:line="240" w:lineRule="auto"/>{inset}',
            run=look.properties(bold=True, colour=ink, size=base * size.title),
        ),
        _style(
            "Subtitle",
            "Subtitle",
            following="BodyText",
            quick=True,
            paragraph=f'<w:keepNext/>{band}<w:spacing w:after="160"/>{inset}',
            run=look.properties(colour=soft, size=base * size.subtitle),
        ),
        _style(
            "Author",
            "Author",
            paragraph=f'{author}<w:spacing w:after="{0 if look.design.columns.lead else 360}"/>{inset}',
            run=look.properties(colour=soft),
        ),
        _style(
            "Lead",
            "Lead",
            paragraph=f'{_box(colour.tint)}<w:spacing w:after="80"/><w:ind w:left="340" w:right="340"/>',
            run=look.properties(size=base * 1.08),
        ),
    ]


def _box(colour: str) -> str:
    """Borders and shading of one colour: neighbouring paragraphs that have them stand in one box."""
    value = colour.lstrip("#").upper()
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="{space}" w:color="{value}"/>'
        for side, space in (("top", 14), ("left", 16), ("bottom", 14), ("right", 16))
    )
    return f'<w:pBdr>{sides}</w:pBdr><w:shd w:val="clear" w:color="auto" w:fill="{value}"/>'


def _style(
    identifier: str,
    name: str,
    *,
    parent: str = "Normal",
    following: str = "",
    paragraph: str = "",
    run: str = "",
    default: bool = False,
    quick: bool = False,
) -> str:
    based = "" if default else f'<w:basedOn w:val="{parent}"/>'
    standard = ' w:default="1"' if default else ""
    return (
        f'<w:style w:type="paragraph"{standard} w:styleId="{identifier}">'
        f'<w:name w:val="{name}"/>{based}'
        + (f'<w:next w:val="{following}"/>' if following else "")
        + ("<w:qFormat/>" if quick else "")
        + (f"<w:pPr>{paragraph}</w:pPr>" if paragraph else "")
        + (f"<w:rPr>{run}</w:rPr>" if run else "")
        + "</w:style>"
    )


def _character(identifier: str, name: str, run: str) -> str:
    return (
        f'<w:style w:type="character" w:styleId="{identifier}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="DefaultParagraphFont"/><w:qFormat/><w:rPr>{run}</w:rPr></w:style>'
    )


def _table_style(look: Look) -> str:
    rule, accent = (c.lstrip("#").upper() for c in (look.colours.rule, look.colours.accent))
    tint = look.colours.tint.lstrip("#").upper()
    line = f'w:val="single" w:sz="4" w:space="0" w:color="{rule}"'
    strong = f'w:val="single" w:sz="8" w:space="0" w:color="{accent}"'
    return (
        '<w:style w:type="table" w:styleId="PublicationTable"><w:name w:val="Publication Table"/>'
        '<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>'
        f"<w:top {strong}/><w:bottom {line}/><w:insideH {line}/></w:tblBorders><w:tblCellMar>"
        '<w:top w:w="40" w:type="dxa"/><w:left w:w="108" w:type="dxa"/><w:bottom w:w="40" w:type="dxa"/>'
        '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f'<w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{tint}"/></w:tcPr>'
        "</w:tblStylePr></w:style>"
    )


def _justified(look: Look) -> str:
    """Body text is justified in spaced scripts; Word has no tracking limits, so unspaced ones stay ragged."""
    spaced = look.design.justified and (look.profile.spaced or look.profile.word_class == "east-asian")
    return '<w:jc w:val="both"/>' if spaced else '<w:jc w:val="left"/>'


def _line(look: Look) -> int:
    """Line spacing in 240ths of the font's own: fonts of stacking scripts bring the room in their metrics."""
    return 240 if look.complex else 264


def _tight() -> str:
    return '<w:spacing w:after="60"/>'


class Lists:
    """word/numbering.xml, filled while the body is written: one numbering a list, so that each starts anew."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.formats: list[str] = ["bullet"]
        self.instances: list[tuple[int, int, int]] = [(0, 0, 1)]
        self.literal: dict[int, str] = {}
        """Numbering id to the mark of one item, where Word has no numerals of the language's own."""

    def bullets(self) -> int:
        """The numbering id of bulleted lists."""
        return 1

    def numbered(self, numbering: str, level: int, start: int) -> int:
        """A new numbering id for one ordered list at a level (from 0)."""
        if numbering not in self.formats:
            self.formats.append(numbering)
        self.instances.append((self.formats.index(numbering), level, start))
        return len(self.instances)

    def item(self, level: int, mark: str) -> int:
        """A numbering id for one item, with its mark written out."""
        number = self.numbered("decimal", level, 1)
        self.literal[number] = mark
        return number

    def xml(self) -> str:
        out = [f"<w:numbering {NAMESPACES}>"]
        for number, kind in enumerate(self.formats):
            out.append(f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="hybridMultilevel"/>')
            out += [self._level(kind, level) for level in range(_DEEPEST)]
            out.append("</w:abstractNum>")
        for number, (abstract, level, start) in enumerate(self.instances, 1):
            override = ""
            if number in self.literal:
                shown = self._level("literal", level, self.literal[number])
                override = f'<w:lvlOverride w:ilvl="{level}">{shown}</w:lvlOverride>'
            elif number > 1:
                override = f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{start}"/></w:lvlOverride>'
            out.append(f'<w:num w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{override}</w:num>')
        return "".join([*out, "</w:numbering>"])

    def _level(self, kind: str, level: int, mark: str = "") -> str:
        colour = self.look.colours.accent.lstrip("#").upper()
        latin = attribute(self.look.latin)
        fonts = f'<w:rFonts w:ascii={latin} w:hAnsi={latin} w:eastAsia={latin} w:cs={latin} w:hint="default"/>'
        if kind == "bullet":
            name, text = "bullet", _BULLETS[level % len(_BULLETS)]
            run = f'<w:rPr>{fonts}<w:color w:val="{colour}"/></w:rPr>'
        elif kind == "literal":
            name, text, run = "none", mark, f"<w:rPr>{self.look.properties(script=True)}</w:rPr>"
        else:
            name, pattern = _FORMATS[kind]
            if kind == "decimal" and self.look.profile.native and self.look.profile.word_numbers:
                name = self.look.profile.word_numbers
            text, run = pattern.replace("{n}", str(level + 1)), ""
        return (
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{name}"/>'
            f'<w:lvlText w:val={attribute(text)}/><w:lvlJc w:val="left"/><w:pPr>'
            f'<w:ind w:left="{INDENT * (level + 1)}" w:hanging="{INDENT}"/></w:pPr>{run}</w:lvl>'
        )


def settings(look: Look) -> str:
    """word/settings.xml."""
    profile = look.profile
    slot = {"latin": "w:val", "complex": "w:bidi", "east-asian": "w:eastAsia"}[profile.word_class]
    theme = f"{slot}={attribute(profile.word_locale)}"
    if slot != "w:val":
        theme = f'w:val="en-GB" {theme}'
    numbers = f'<w:numFmt w:val="{profile.word_numbers}"/>' if profile.native and profile.word_numbers else ""
    return (
        f'<w:settings {NAMESPACES}><w:zoom w:percent="100"/><w:defaultTabStop w:val="567"/>'
        f'<w:characterSpacingControl w:val="doNotCompress"/><w:footnotePr>{numbers}<w:footnote w:id="-1"/>'
        '<w:footnote w:id="0"/></w:footnotePr><w:compat>'
        # a line that ends with a break keeps its own spaces: addresses are not spread over the measure
        '<w:doNotExpandShiftReturn/><w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        f'<w:themeFontLang {theme}/><w:decimalSymbol w:val="."/><w:listSeparator w:val=","/></w:settings>'
    )


def font_table(look: Look) -> str:
    """word/fontTable.xml: the families that the document names, so that a substitute is chosen knowingly."""
    fonts = "".join(
        f'<w:font w:name={attribute(family)}><w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font>'
        for family in dict.fromkeys([*look.profile.fonts, *sorted(look.others)])
    )
    return f"<w:fonts {NAMESPACES}>{fonts}</w:fonts>"
