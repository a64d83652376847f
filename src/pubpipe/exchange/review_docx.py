"""One bilingual Word document of a review round, for reviewers who know only Word, out and back.

Each row says which segment it is four times over: a visible number with a code, a hidden bookmark, the English text,
and a content control around the translation. Word keeps all of them, LibreOffice most, Google Docs the visible ones;
who reads the file compares whatever is left (`pipeline.offline`). Format: ECMA-376 part 1, WordprocessingML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from pubpipe.exchange.bilingual import (
    DECISIONS,
    Returned,
    ReturnedRemark,
    ReturnedRow,
    Sheet,
    SheetRow,
    Stamp,
    decision_of,
    row_code,
    short_base,
    wrong_file,
)
from pubpipe.exchange.office import document, main_part, open_parts, stamp, writable
from pubpipe.identity import short
from pubpipe.languages import SOURCE, LanguageProfile, profile

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MARK = re.compile(r"(</?\d{1,6}/?>)")
_COLUMNS = (("number", 900), ("source", 4500), ("target", 4900), ("about", 2800), ("remarks", 2038))
"""What stands in each column, and its width in twips: together the text width of A4 landscape."""
_HELP = (
    "What this is: a translation to review, sentence by sentence. English stands on the left, the translation beside "
    "it. Correct the translation column as you like; the rest is for your information.",
    "Keep the marks such as <1>…</1> and <2/>, around or in the place of the words that they belong to: they stand for "
    "bold words, links, line breaks and footnotes.",
    "Write what you want to say about a sentence in the remarks column, or as a comment. Tracked changes may stay.",
    "A row that you do not change, or delete, means: no change. Please leave numbers and English as they are.",
    "Decide in the next line (approve, request changes or reject), give your name, save, and send the file back.",
)
_DECISION, _NAME = "Decision", "Your name"
_FILE = re.compile(r"Publication:\s*(?P<publication>\S+)\s*·\s*Language:\s*(?P<language>\S+)\s*·.*?"
                   r"File code:\s*(?P<digest>[0-9a-f]{12,64})")  # fmt: skip
_OURS = re.compile("(Translation review: |For: |Earlier remark: )")


def write(made: Sheet) -> bytes:
    """The round as a DOCX file; the same round gives the same bytes."""
    target = profile(made.language)
    word = "wordprocessingml"
    parts = {
        "word/document.xml": (f"{word}.document.main", _document(made, target)),
        "word/styles.xml": (f"{word}.styles", _styles(target)),
        "word/settings.xml": (
            f"{word}.settings",
            f'<w:settings xmlns:w="{_W}"><w:trackRevisions/><w:compat><w:compatSetting w:name="compatibilityMode" '
            'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>',
        ),
        "word/footer1.xml": (f"{word}.footer", _footer(made)),
    }
    return document(made, parts, ("styles.xml", "settings.xml", "footer1.xml"))


def read(data: bytes, name: str) -> Returned:
    """What came back in a DOCX file: tracked changes as accepted, comments and authors kept.

    `name` is the file's name for messages. Raises ReviewError for a file that is no DOCX, damaged, locked or hostile.
    Says nothing about whether the rows are right: that takes the edition as it is now.
    """
    package = open_parts(data, name)
    root = package.xml(main_part(package, "word/document.xml"))
    body = root.find(_q("body")) if root is not None and root.tag == _q("document") else None
    if body is None:
        raise wrong_file(name, "it is no Word document (.docx)")
    return _Reader(_comments(package)).read(body, stamp(package))


# --- out


def _document(made: Sheet, target: LanguageProfile) -> str:
    lines = [
        _paragraph(f"Translation review: {made.title} · {SOURCE.english_name} to {made.language_name}", "Title"),
        _paragraph(f"For: {made.stage}, round {made.round}, {len(made.rows)} sentences", "Help"),
        *(_paragraph(f"Earlier remark: {comment}", "Help") for comment in made.comments),
        *(_paragraph(line, "Help") for line in _HELP),
        _asked(
            _DECISION, 1, "".join(f"<w:listItem w:displayText={_a(d)} w:value={_a(d)}/>" for d in DECISIONS.values())
        ),
        _asked(_NAME, 2, None),
        _paragraph(
            f"Publication: {made.publication} · Language: {made.language} · File code: {short(made.digest)}", "Code"
        ),
    ]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for _, width in _COLUMNS)
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="BFBFBF"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    rows = "".join(_row(row, place, target) for place, row in enumerate(made.rows, 1))
    return (
        f'<w:document xmlns:w="{_W}" xmlns:r="{_R}"><w:body>{"".join(lines)}'
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(w for _, w in _COLUMNS)}" w:type="dxa"/>'
        f"<w:tblBorders>{edges}</w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="85" w:type="dxa"/><w:right w:w="85" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{_head(made)}{rows}</w:tbl>"
        '<w:p/><w:sectPr><w:footerReference w:type="default" r:id="rId3"/>'
        '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="850" w:right="850" w:bottom="850" '
        'w:left="850" w:header="425" w:footer="425" w:gutter="0"/></w:sectPr></w:body></w:document>'
    )


def _head(made: Sheet) -> str:
    titles = ("No.", SOURCE.english_name, f"{made.language_name} (edit here)", "About the sentence", "Your remarks")
    cells = "".join(
        _cell(_paragraph(title, "Head"), width, "D9E2F3") for title, (_, width) in zip(titles, _COLUMNS, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"


def _row(row: SheetRow, place: int, target: LanguageProfile) -> str:
    widths = dict(_COLUMNS)
    base = short_base(row.base)
    bookmark = f"_pp_{row.segment.replace('-', '_')}_{base}"
    number = (
        f'<w:p><w:pPr><w:pStyle w:val="Number"/></w:pPr><w:bookmarkStart w:id="{place}" w:name={_a(bookmark)}/>'
        f"<w:r><w:t>{row.number}</w:t></w:r><w:r><w:br/></w:r>"
        f'<w:r><w:rPr><w:rStyle w:val="RowCode"/></w:rPr><w:t>{row_code(row.segment)}</w:t></w:r>'
        f'<w:bookmarkEnd w:id="{place}"/></w:p>'
    )
    control = (
        f'<w:p><w:pPr><w:pStyle w:val="Translation"/></w:pPr><w:sdt><w:sdtPr><w:alias w:val="{row.number}"/>'
        f'<w:tag w:val={_a(f"pp:{row.segment}:{base}")}/><w:id w:val="{10_000 + place}"/></w:sdtPr><w:sdtContent>'
        f"{_runs(row.target, _script(target)) or '<w:r><w:t/></w:r>'}</w:sdtContent></w:sdt></w:p>"
    )
    about = "".join(_paragraph(line, "About", _script(target)) for line in row.about) or _paragraph("", "About")
    shade = "FFF2CC" if not row.target else ""
    return (
        f"<w:tr>{_cell(number, widths['number'], 'F2F2F2')}"
        f"{_cell(_paragraph(row.source, 'English'), widths['source'], 'F2F2F2')}"
        f"{_cell(control, widths['target'], shade)}{_cell(about, widths['about'], 'F2F2F2')}"
        f"{_cell(_paragraph('', 'Remarks'), widths['remarks'], '')}</w:tr>"
    )


def _cell(content: str, width: int, shade: str) -> str:
    fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{fill}</w:tcPr>{content}</w:tc>'


def _asked(label: str, place: int, choices: str | None) -> str:
    """A line to fill in: a content control in Word, four underscores everywhere else."""
    kind = "<w:text/>" if choices is None else f"<w:dropDownList>{choices}</w:dropDownList>"
    return (
        f'<w:p><w:pPr><w:pStyle w:val="Answer"/></w:pPr><w:r><w:t xml:space="preserve">{label}: </w:t></w:r>'
        f'<w:sdt><w:sdtPr><w:alias w:val={_a(label)}/><w:tag w:val={_a(f"pp:{label}")}/><w:id w:val="{place}"/>'
        f"<w:showingPlcHdr/>{kind}</w:sdtPr><w:sdtContent><w:r><w:t>____</w:t></w:r></w:sdtContent></w:sdt></w:p>"
    )


def _paragraph(text: str, style: str, properties: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{_runs(text, properties)}</w:p>'


def _runs(text: str, properties: str = "") -> str:
    """Runs of the text, its marks in their own style; tabs and line ends as Word has them."""
    out = []
    for piece in _MARK.split(writable(text)):
        if not piece:
            continue
        style = '<w:rStyle w:val="Mark"/>' if _MARK.fullmatch(piece) else ""
        inner = f"{style}{properties}"
        out.append(f"<w:r>{f'<w:rPr>{inner}</w:rPr>' if inner else ''}{_text(piece)}</w:r>")
    return "".join(out)


def _text(piece: str) -> str:
    parts = []
    for part in re.split(r"(\t|\r\n|\r|\n)", piece):
        if part == "\t":
            parts.append("<w:tab/>")
        elif part in ("\n", "\r", "\r\n"):
            parts.append("<w:br/>")
        elif part:
            parts.append(f'<w:t xml:space="preserve">{escape(part)}</w:t>')
    return "".join(parts)


def _script(target: LanguageProfile) -> str:
    """Run properties of the translation: every font slot named, and the slot's language, or letters get lost."""
    main, latin = _a(target.fonts[0]), _a(target.fonts[-1])
    hint = {"complex": ' w:hint="cs"', "east-asian": ' w:hint="eastAsia"'}.get(target.word_class, "")
    east = main if target.word_class == "east-asian" else latin
    complex_ = "<w:cs/>" if target.word_class == "complex" else ""
    own, neutral = _a(target.word_locale), _a(SOURCE.word_locale)
    slots = {
        "latin": f"w:val={own} w:eastAsia={own} w:bidi={own}",
        "complex": f"w:val={neutral} w:eastAsia={neutral} w:bidi={own}",
        "east-asian": f"w:val={own} w:eastAsia={own} w:bidi={neutral}",
    }
    return (
        f"<w:rFonts{hint} w:ascii={main} w:hAnsi={main} w:eastAsia={east} w:cs={main}/>{complex_}"
        f"<w:lang {slots[target.word_class]}/>"
    )


def _styles(target: LanguageProfile) -> str:
    latin = _a(target.fonts[-1])
    neutral = _a(SOURCE.word_locale)

    def paragraph(name: str, half_points: int, more: str = "", script: str = "") -> str:
        size = f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'
        fonts, rest = script.split("/>", 1) if script else ("", "")
        return (
            f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{name}"><w:name w:val="Review {name}"/>'
            f'<w:basedOn w:val="Normal"/><w:qFormat/><w:rPr>{fonts + "/>" if fonts else ""}{more}{size}{rest}'
            "</w:rPr></w:style>"
        )

    bold = "<w:b/><w:bCs/>"
    grey = '<w:color w:val="595959"/>'
    return (
        f'<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii={latin} w:hAnsi={latin} '
        f'w:eastAsia={latin} w:cs={_a(target.fonts[0])}/><w:sz w:val="20"/><w:szCs w:val="20"/>'
        f"<w:lang w:val={neutral} w:eastAsia={neutral} w:bidi={_a(target.word_locale)}/></w:rPr></w:rPrDefault>"
        '<w:pPrDefault><w:pPr><w:spacing w:after="40"/></w:pPr></w:pPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        f"{paragraph('Title', 28, bold)}{paragraph('Help', 18)}{paragraph('Answer', 24, bold)}"
        f"{paragraph('Code', 16, grey)}{paragraph('Head', 18, bold)}{paragraph('Number', 18)}"
        f"{paragraph('English', 20)}"
        f"{paragraph('Translation', round(target.typesetting.size * 2), script=_script(target))}"
        f"{paragraph('About', 16, grey)}{paragraph('Remarks', 18)}"
        '<w:style w:type="character" w:customStyle="1" w:styleId="Mark"><w:name w:val="Review Mark"/>'
        '<w:rPr><w:noProof/><w:color w:val="C00000"/></w:rPr></w:style>'
        '<w:style w:type="character" w:customStyle="1" w:styleId="RowCode"><w:name w:val="Review Row Code"/><w:rPr>'
        '<w:noProof/><w:color w:val="7F7F7F"/><w:sz w:val="12"/><w:szCs w:val="12"/></w:rPr></w:style></w:styles>'
    )


def _footer(made: Sheet) -> str:
    said = f"{made.publication} · {made.language} · {short(made.digest)} · "
    return (
        f'<w:ftr xmlns:w="{_W}"><w:p><w:pPr><w:pStyle w:val="Code"/></w:pPr>{_runs(said)}'
        '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>'
    )


def _a(value: str) -> str:
    return quoteattr(writable(value))


# --- back


def _q(name: str) -> str:
    return f"{{{_W}}}{name}"


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def _value(element: Any, name: str = "val") -> str:
    return str(element.get(_q(name)) or "") if element is not None else ""


def _comments(package: Any) -> dict[str, tuple[str, str]]:
    """Comment id to (author, text)."""
    root = package.xml("word/comments.xml")
    out: dict[str, tuple[str, str]] = {}
    for each in root if root is not None else ():
        if _local(each) == "comment":
            out[_value(each, "id")] = (_author(each), _Text().blocks(each).text)
    return out


def _author(element: Any) -> str:
    name = _value(element, "author").strip()
    return "" if name.casefold() in ("", "unknown author", "unknown", "author") else name


_STRANGE = {
    "drawing": "a picture",
    "pict": "a picture",
    "object": "an embedded object",
    "footnoteReference": "a footnote",
    "endnoteReference": "an endnote",
    "oMath": "a formula",
    "oMathPara": "a formula",
    "tbl": "a table",
}
_PLAIN = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}
_SKIPPED = frozenset(
    ["pPr", "rPr", "sdtPr", "sdtEndPr", "tcPr", "delText", "instrText", "delInstrText", "fldData", "rt", "Fallback"]
)


@dataclass
class _Text:
    """The text of some element as it reads with every tracked change accepted, and what else stands in it."""

    pieces: list[str] = field(default_factory=list)
    authors: dict[str, None] = field(default_factory=dict)
    controls: list[str] = field(default_factory=list)
    bookmarks: list[str] = field(default_factory=list)
    strange: dict[str, None] = field(default_factory=dict)
    comments: dict[str, list[str]] = field(default_factory=dict)
    """Comment id to the pieces of text that it is anchored to."""
    open: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def add(self, text: str) -> None:
        self.pieces.append(text)
        for comment in self.open:
            self.comments[comment].append(text)

    def blocks(self, container: Any) -> _Text:
        """The paragraphs of a cell, a comment or a control, one under the other."""
        first = True
        joined = False
        for paragraph in _paragraphs(container):
            if not first and not joined:
                self.add("\n")
            first = False
            self.inline(paragraph)
            mark = paragraph.find(f"{_q('pPr')}/{_q('rPr')}")
            joined = mark is not None and mark.find(_q("del")) is not None
            for change in mark if mark is not None else ():
                if _local(change) in ("ins", "del"):
                    self._by(change)
        # a control, bookmark or comment can also stand between paragraphs
        for element in container.iter(_q("sdt")):
            self._control(element)
        for element in container.iter(_q("bookmarkStart")):
            self.bookmarks.append(_value(element, "name"))
        for element in container.iter(_q("commentRangeStart"), _q("commentReference")):
            self.comments.setdefault(_value(element, "id"), [])
        for element in container.iter(_q("tbl")):
            self.strange[_STRANGE[_local(element)]] = None
        return self

    def inline(self, parent: Any) -> _Text:
        for child in parent:
            name = _local(child)
            match name:
                case "t":
                    self.add(str(child.text or ""))
                case _ if name in _PLAIN:
                    self.add(_PLAIN[name])
                case "del" | "moveFrom":
                    if any(True for _ in child.iter(_q("delText"), _q("t"), _q("br"), _q("tab"))):
                        self._by(child)
                case "ins" | "moveTo":
                    self._by(child)
                    self.inline(child)
                case "sdt":
                    if child.find(f"{_q('sdtPr')}/{_q('showingPlcHdr')}") is None:
                        self.inline(child)
                case "sym":
                    self._symbol(child)
                case "commentRangeStart":
                    id_ = _value(child, "id")
                    self.comments.setdefault(id_, [])
                    self.open.append(id_)
                case "commentRangeEnd":
                    if _value(child, "id") in self.open:
                        self.open.remove(_value(child, "id"))
                case "r":
                    self._run(child)
                case _ if name in _STRANGE:
                    self.strange[_STRANGE[name]] = None
                case _ if name in _SKIPPED:
                    pass
                case _:
                    self.inline(child)
        return self

    def _run(self, run: Any) -> None:
        hidden = run.find(f"{_q('rPr')}/{_q('vanish')}")
        if hidden is not None and _value(hidden) not in ("0", "false", "off"):
            if any(str(t.text or "").strip() for t in run.iter(_q("t"))):
                self.strange["hidden text"] = None
            return
        self.inline(run)

    def _symbol(self, element: Any) -> None:
        try:
            character = chr(int(_value(element, "char"), 16))
        except (ValueError, OverflowError):
            character = ""
        if not character or "\ud800" <= character <= "\uf8ff":
            self.strange[f"a symbol of the font {_value(element, 'font') or 'Symbol'}"] = None
        else:
            self.add(character)

    def _by(self, change: Any) -> None:
        if author := _author(change):
            self.authors[author] = None

    def _control(self, element: Any) -> None:
        tag = _value(element.find(f"{_q('sdtPr')}/{_q('tag')}"))
        if tag.startswith("pp:"):
            self.controls.append(tag)


def _paragraphs(container: Any) -> Iterator[Any]:
    """The paragraphs of a block container in reading order, also those in controls and in tables inside it."""
    for child in container:
        name = _local(child)
        if name == "p":
            yield child
        elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "tbl", "tr", "tc", "smartTag"):
            yield from _paragraphs(child)


def _children(parent: Any, wanted: str) -> Iterator[Any]:
    """The rows of a table or the cells of a row, also those inside controls."""
    for child in parent:
        name = _local(child)
        if name == wanted:
            yield child
        elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _children(child, wanted)


_ANCHOR = re.compile(r"_pp_(?P<hash>[0-9a-f]{12})_(?P<nth>\d+)_(?P<base>[0-9a-f]{12})?$")
_CONTROL = re.compile(r"pp:(?P<segment>[0-9a-f]{12}-\d+):(?P<base>[0-9a-f]{12})?$")


@dataclass
class _Reader:
    comments: dict[str, tuple[str, str]]
    rows: list[ReturnedRow] = field(default_factory=list)
    remarks: list[ReturnedRemark] = field(default_factory=list)
    said: set[str] = field(default_factory=set)
    roles: dict[str, int] = field(default_factory=dict)
    width: int = 0
    decision: str = ""
    reviewer: str = ""
    seen: str = ""

    def read(self, body: Any, stamp: Stamp) -> Returned:
        self._body(body)
        for id_, (author, text) in self.comments.items():
            if id_ not in self.said and text.strip():
                self.remarks.append(ReturnedRemark(author=author, text=text.strip()))
        decision, unclear = decision_of(self.decision)
        if visible := _FILE.search(self.seen):
            stamp = stamp.model_copy(
                update={key: getattr(stamp, key) or visible[key] for key in ("publication", "language", "digest")}
            )
        return Returned(
            stamp=stamp,
            rows=tuple(self.rows),
            decision=decision,
            decision_text=unclear,
            reviewer=self.reviewer,
            remarks=tuple(self.remarks),
        )

    def _body(self, container: Any) -> None:
        for child in container:
            name = _local(child)
            if name == "p":
                self._line(child)
            elif name == "tbl":
                self._table(child)
            elif name in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
                self._body(child)

    def _line(self, paragraph: Any) -> None:
        found = _Text().inline(paragraph)
        text = " ".join(found.text.split())
        asked = re.match(rf"({_DECISION}|{_NAME})\s*[:：]\s*(.*)$", text, re.IGNORECASE)
        if asked and asked[1].casefold() == _DECISION.casefold():
            self.decision = self.decision or asked[2].strip("_ ")
        elif asked:
            self.reviewer = self.reviewer or asked[2].strip("_ ")
        elif _FILE.search(text):
            self.seen = self.seen or text
        elif text and text not in _HELP and not _OURS.match(text):
            self.remarks.append(ReturnedRemark(author=", ".join(found.authors), text=text))
        self.remarks += self._comments_of([found])

    def _table(self, table: Any) -> None:
        for row in _children(table, "tr"):
            properties = row.find(_q("trPr"))
            if properties is not None and properties.find(_q("del")) is not None:
                continue
            cells = list(_children(row, "tc"))
            texts = [_Text().blocks(cell) for cell in cells]
            roles = _roles(texts)
            if roles:
                self.roles, self.width = roles, len(cells)
            elif any(t.text.strip() or t.comments for t in texts):
                self._row(cells, texts)

    def _row(self, cells: list[Any], texts: list[_Text]) -> None:
        roles = self.roles or {name: place for place, (name, _) in enumerate(_COLUMNS)}
        width = self.width or len(_COLUMNS)
        place = f"row {len(self.rows) + 1}"
        anchors = [m for t in texts for b in t.bookmarks if (m := _ANCHOR.match(b))]
        controls = [m for t in texts for c in t.controls if (m := _CONTROL.match(c))]
        broken = ""
        if len(cells) != width:
            broken = "cells of this row were merged, split or deleted"
        elif any(
            cells[at].find(f"{_q('tcPr')}/{_q('vMerge')}") is not None for role, at in roles.items() if role != "about"
        ):
            broken = "this row was merged with the one above or below"
        elif len({m["segment"] for m in controls}) > 1:
            broken = "the translations of several rows stand in it"

        def part(role: str) -> _Text | None:
            return texts[roles[role]] if not broken and role in roles else None

        number, source, target, remarks = (part(role) for role in ("number", "source", "target", "remarks"))
        label = (number or (texts[0] if texts else _Text())).text
        numbers = re.match(r"\s*(\d{1,6})(?!\d)", label)
        codes = re.findall(r"(?<![0-9a-f])([0-9a-f]{6})(?![0-9a-f])", label)
        said = self._comments_of(texts)
        if remarks is not None and remarks.text.strip():
            said.append(ReturnedRemark(author=", ".join(remarks.authors), text=remarks.text.strip()))
        bases = {f"{m['hash']}-{m['nth']}": m["base"] or "" for m in anchors}
        inside = {m["segment"]: m["base"] or "" for m in controls}
        if len(bases) > 1 and not broken:
            broken = "several rows were merged into it"
        anchor, control = (next(iter(found)) if len(found) == 1 else "" for found in (bases, inside))
        told = [texts[at].text for role, at in roles.items() if role != "about" and at < len(texts)]
        if len(cells) != width:
            told = [t.text for t in texts]
        self.rows.append(
            ReturnedRow(
                place=place,
                number=int(numbers[1]) if numbers else None,
                code=codes[-1] if codes else "",
                anchor=anchor,
                control=control,
                base=bases.get(anchor, ""),
                control_base=inside.get(control, ""),
                source=source.text if source is not None else None,
                target=target.text if target is not None else "\n".join(t for t in told if t.strip()),
                authors=tuple(target.authors if target is not None else {a: None for t in texts for a in t.authors}),
                remarks=tuple(said),
                strange=tuple(target.strange) if target is not None else (),
                broken=broken or ("" if target is not None else "the translation column is missing"),
                others=tuple(dict.fromkeys((*bases, *inside, *codes))) if broken else (),
            )
        )

    def _comments_of(self, texts: Iterable[_Text]) -> list[ReturnedRemark]:
        out = []
        for text in texts:
            for id_, pieces in text.comments.items():
                if id_ in self.said or id_ not in self.comments:
                    continue
                self.said.add(id_)
                author, words = self.comments[id_]
                if words.strip():
                    out.append(ReturnedRemark(author=author, text=words.strip(), quoted="".join(pieces).strip()))
        return out


def _roles(texts: list[_Text]) -> dict[str, int]:
    """Which column holds what, where these are the cells of the title row; empty for any other row."""
    found: dict[str, int] = {}
    for place, text in enumerate(texts):
        title = " ".join(text.text.split()).casefold()
        if title in ("no.", "no"):
            found["number"] = place
        elif title == SOURCE.english_name.casefold():
            found["source"] = place
        elif title.endswith("(edit here)"):
            found["target"] = place
        elif title == "about the sentence":
            found["about"] = place
        elif title == "your remarks":
            found["remarks"] = place
    return found if len(found) >= 3 and "target" in found else {}
