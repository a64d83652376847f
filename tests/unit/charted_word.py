"""A Word file with a chart, the workbook behind it, a box drawn on it and a SmartArt diagram, as Word saves them."""

from __future__ import annotations

from collections.abc import Mapping

from pubpipe.ooxml import pack
from tests.unit.readers.made import edited, word_body

C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
D = "http://schemas.openxmlformats.org/drawingml/2006/main"
DGM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
DSP = "http://schemas.microsoft.com/office/drawing/2008/diagram"
CDR = "http://schemas.openxmlformats.org/drawingml/2006/chartDrawing"
C15 = "http://schemas.microsoft.com/office/drawing/2012/chart"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument"
WORKBOOK = "word/embeddings/Microsoft_Excel_Sheet1.xlsx"


def rels(*items: tuple[str, str, str]) -> str:
    """A part of relations from (id, end of the type or all of it, target)."""
    outside = ' TargetMode="External"'
    inside = "".join(
        f'<Relationship Id="{i}" Type="{k if k.startswith("http") else f"{REL}/{k}"}" Target="{t}"'
        f"{outside * t.startswith('file:')}/>"
        for i, k, t in items
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'


def workbook(
    rows: list[list[str | float]],
    *,
    table: bool = True,
    sheet: str = "Sheet1",
    formulas: Mapping[str, str] | None = None,
) -> bytes:
    """The bytes of a workbook with these cells in a table; `formulas` by the name of their cell."""
    strings: list[str] = []
    cells = ""
    for number, row in enumerate(rows, 1):
        inside = ""
        for place, value in enumerate(row):
            name = f"{chr(65 + place)}{number}"
            if formulas and name in formulas:
                inside += f'<c r="{name}" t="str"><f>{formulas[name]}</f><v>{value}</v></c>'
            elif isinstance(value, str):
                if value not in strings:
                    strings.append(value)
                inside += f'<c r="{name}" s="1" t="s"><v>{strings.index(value)}</v></c>'
            else:
                inside += f'<c r="{name}"><v>{value}</v></c>'
        cells += f'<row r="{number}">{inside}</row>'
    area = f"A1:{chr(64 + len(rows[0]))}{len(rows)}"
    columns = "".join(f'<tableColumn id="{n}" name="{v or " "}"/>' for n, v in enumerate(rows[0], 1))
    tables = '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>' if table else ""
    kinds = f'<Override PartName="/xl/tables/table1.xml" ContentType="{_TYPE}.spreadsheetml.table+xml"/>'
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.spreadsheetml.'
        f'sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.spreadsheetml.'
        f'worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.spreadsheetml.'
        f'sharedStrings+xml"/>{kinds if table else ""}</Types>',
        "_rels/.rels": rels(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{REL}"><sheets><sheet name="{sheet}" sheetId="1" '
        'r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": rels(
            ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "sharedStrings", "sharedStrings.xml")
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}" xmlns:r="{REL}"><sheetData>{cells}</sheetData>'
        f"{tables}</worksheet>",
        "xl/sharedStrings.xml": f'<sst xmlns="{SHEET}" count="{len(strings)}" uniqueCount="{len(strings)}">'
        + "".join(f"<si><t>{s}</t></si>" for s in strings)
        + "</sst>",
    }
    if table:
        parts["xl/worksheets/_rels/sheet1.xml.rels"] = rels(("rId1", "table", "../tables/table1.xml"))
        parts["xl/tables/table1.xml"] = (
            f'<table xmlns="{SHEET}" id="1" name="Table1" displayName="Table1" ref="{area}"><tableColumns '
            f'count="{len(rows[0])}">{columns}</tableColumns></table>'
        )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return pack({name: (head + text).encode() for name, text in parts.items()})


ROWS: list[list[str | float]] = [
    ["Country", "Women workers", "Men workers"],
    ["Fishing", 4.3, 2.4],
    ["Domestic work", 2.5, 4.4],
    ["2019", 3.5, 1.8],
]


def names(reference: str, *texts: str) -> str:
    points = "".join(f'<c:pt idx="{n}"><c:v>{t}</c:v></c:pt>' for n, t in enumerate(texts))
    cache = f'<c:strCache><c:ptCount val="{len(texts)}"/>{points}</c:strCache>'
    return f"<c:strRef><c:f>{reference}</c:f>{cache}</c:strRef>"


def numbers(reference: str, *values: float) -> str:
    points = "".join(f'<c:pt idx="{n}"><c:v>{v}</c:v></c:pt>' for n, v in enumerate(values))
    return (
        f"<c:numRef><c:f>{reference}</c:f><c:numCache><c:formatCode>General</c:formatCode>"
        f'<c:ptCount val="{len(values)}"/>{points}</c:numCache></c:numRef>'
    )


def rich(inside: str) -> str:
    return (
        '<c:title><c:tx><c:rich><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="1400"/></a:pPr>'
        f'{inside}</a:p></c:rich></c:tx><c:overlay val="0"/></c:title>'
    )


def run(text: str, attributes: str = "", inside: str = "") -> str:
    return f'<a:r><a:rPr lang="en-US"{attributes}>{inside}</a:rPr><a:t>{text}</a:t></a:r>'


TITLE = rich(run("Workers in ") + run("debt", ' b="1"') + run(", by sector"))
_SERIES = "".join(
    f'<c:ser><c:idx val="{n}"/><c:order val="{n}"/><c:tx>{names(f"Sheet1!${column}$1", name)}</c:tx>'
    f'<c:invertIfNegative val="0"/><c:cat>{names("Sheet1!$A$2:$A$4", "Fishing", "Domestic work", "2019")}</c:cat>'
    f"<c:val>{numbers(f'Sheet1!${column}$2:${column}$4', *values)}</c:val></c:ser>"
    for n, (column, name, values) in enumerate(
        [("B", "Women workers", (4.3, 2.5, 3.5)), ("C", "Men workers", (2.4, 4.4, 1.8))]
    )
)


def chart(
    *, title: str = TITLE, series: str = _SERIES, axis: str = "Share of all workers", format_: str = "General",
    external: str = '<c:externalData r:id="rId1"><c:autoUpdate val="0"/></c:externalData>', drawn: bool = True,
) -> str:  # fmt: skip
    """A column chart."""
    shapes = '<c:userShapes r:id="rId2"/>'
    return (
        f'<c:chartSpace xmlns:c="{C}" xmlns:a="{D}" xmlns:r="{REL}"><c:date1904 val="0"/><c:lang val="en-US"/>'
        f'<c:roundedCorners val="0"/><c:chart>{title}<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/><c:barChart>'
        f'<c:barDir val="col"/><c:grouping val="clustered"/><c:varyColors val="0"/>{series}<c:gapWidth val="150"/>'
        '<c:axId val="111"/><c:axId val="222"/></c:barChart><c:catAx><c:axId val="111"/><c:scaling><c:orientation '
        'val="minMax"/></c:scaling><c:delete val="0"/><c:axPos val="b"/><c:majorTickMark val="out"/>'
        '<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="222"/><c:crosses val="autoZero"/>'
        '</c:catAx><c:valAx><c:axId val="222"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        f'<c:axPos val="l"/>{rich(run(axis)).replace("<a:bodyPr/>", _ROTATED)}<c:numFmt formatCode="{format_}" '
        'sourceLinked="0"/><c:majorTickMark val="out"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        '<c:crossAx val="111"/><c:crosses val="autoZero"/></c:valAx></c:plotArea><c:legend><c:legendPos val="r"/>'
        '<c:overlay val="0"/></c:legend><c:plotVisOnly val="1"/></c:chart>'
        f"{external}{shapes * drawn}</c:chartSpace>"
    )


_ROTATED = '<a:bodyPr rot="-5400000" vert="horz"/>'
_TRANSFORM = '<a:xfrm><a:off x="0" y="0"/><a:ext cx="1600000" cy="600000"/></a:xfrm>'
_RECTANGLE = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
BOX = (
    f'<c:userShapes xmlns:c="{C}" xmlns:a="{D}" xmlns:cdr="{CDR}"><cdr:relSizeAnchor><cdr:from><cdr:x>0.4</cdr:x>'
    "<cdr:y>0.2</cdr:y></cdr:from><cdr:to><cdr:x>0.7</cdr:x><cdr:y>0.35</cdr:y></cdr:to>"
    '<cdr:sp macro="" textlink=""><cdr:nvSpPr><cdr:cNvPr id="2" name="Box 1"/><cdr:cNvSpPr txBox="1"/></cdr:nvSpPr>'
    f'<cdr:spPr>{_TRANSFORM}{_RECTANGLE}</cdr:spPr><cdr:txBody><a:bodyPr wrap="square"/><a:lstStyle/><a:p>'
    f"{run('Survey of 2019')}</a:p></cdr:txBody></cdr:sp></cdr:relSizeAnchor></c:userShapes>"
)


def inline(kind: str, inside: str, number: int, alternative: str = "") -> str:
    """A paragraph with a chart or diagram in its line."""
    described = f' descr="{alternative}"' if alternative else ""
    return (
        '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/'
        'wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0"><wp:extent cx="5486400" cy="3200400"/>'
        f'<wp:docPr id="{number}" name="Drawing {number}"{described}/><wp:cNvGraphicFramePr/>'
        f'<a:graphic xmlns:a="{D}"><a:graphicData uri="{kind}">{inside}</a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r></w:p>"
    )


CHART = inline(C, f'<c:chart xmlns:c="{C}" xmlns:r="{REL}" r:id="rIdChart"/>', 71)
DIAGRAM = inline(
    DGM,
    f'<dgm:relIds xmlns:dgm="{DGM}" xmlns:r="{REL}" r:dm="rIdData" r:lo="rIdLayout" r:qs="rIdStyle" r:cs="rIdColors"/>',
    72,
)
STEPS = ("Recruitment", "Departure", "Return")


def _step(number: int, text: str) -> str:
    return (
        f'<dgm:pt modelId="{{0000000{number}-0000-0000-0000-000000000000}}"><dgm:prSet phldrT="[Text]"/><dgm:spPr/>'
        f"<dgm:t><a:bodyPr/><a:lstStyle/><a:p>{run(text)}</a:p></dgm:t></dgm:pt>"
    )


def data(steps: tuple[str, ...] = STEPS, more: str = "") -> str:
    inside = "".join(_step(n, s) for n, s in enumerate(steps, 1))
    return (
        f'<dgm:dataModel xmlns:dgm="{DGM}" xmlns:a="{D}"><dgm:ptLst><dgm:pt modelId="{{00000000-0000-0000-0000-'
        '000000000000}" type="doc"><dgm:prSet/><dgm:spPr/><dgm:t><a:bodyPr/><a:lstStyle/><a:p><a:endParaRPr '
        f'lang="en-US"/></a:p></dgm:t></dgm:pt>{inside}{more}</dgm:ptLst><dgm:cxnLst/><dgm:bg/><dgm:whole/><dgm:extLst>'
        f'<a:ext uri="http://schemas.microsoft.com/office/drawing/2008/diagram"><dsp:dataModelExt xmlns:dsp="{DSP}" '
        f'relId="rIdDrawing" minVer="{DGM}"/></a:ext></dgm:extLst></dgm:dataModel>'
    )


def drawing(steps: tuple[str, ...] = STEPS) -> str:
    size = ' sz="1800" b="1" kern="1200"'
    shapes = "".join(
        f'<dsp:sp modelId="{{1000000{n}-0000-0000-0000-000000000000}}"><dsp:nvSpPr><dsp:cNvPr id="0" name=""/>'
        f'<dsp:cNvSpPr/></dsp:nvSpPr><dsp:spPr><a:xfrm><a:off x="{(n - 1) * 1850000}" y="900000"/><a:ext cx="1700000" '
        f'cy="1000000"/></a:xfrm>{_RECTANGLE}<a:solidFill><a:srgbClr val="1F5FA8"/></a:solidFill></dsp:spPr>'
        f'<dsp:txBody><a:bodyPr spcFirstLastPara="0" vert="horz" wrap="square" anchor="ctr" anchorCtr="0"><a:noAutofit/>'
        f'</a:bodyPr><a:lstStyle/><a:p><a:pPr algn="ctr"/>{run(step, size)}</a:p></dsp:txBody>'
        "</dsp:sp>"
        for n, step in enumerate(steps, 1)
    )
    return (
        f'<dsp:drawing xmlns:dsp="{DSP}" xmlns:a="{D}"><dsp:spTree><dsp:nvGrpSpPr><dsp:cNvPr id="0" name=""/>'
        f"<dsp:cNvGrpSpPr/></dsp:nvGrpSpPr><dsp:grpSpPr/>{shapes}</dsp:spTree></dsp:drawing>"
    )


_LAYOUT = (
    f'<dgm:layoutDef xmlns:dgm="{DGM}" uniqueId="urn:test"><dgm:title val=""/><dgm:desc val=""/><dgm:catLst/>'
    '<dgm:layoutNode name="root"/></dgm:layoutDef>'
)
_STYLE = (
    f'<dgm:styleDef xmlns:dgm="{DGM}" xmlns:a="{D}" uniqueId="urn:test"><dgm:title val=""/><dgm:desc val=""/>'
    '<dgm:catLst/><dgm:styleLbl name="node0"><dgm:scene3d><a:camera prst="orthographicFront"/><a:lightRig rig="threePt" '
    'dir="t"/></dgm:scene3d><dgm:sp3d/><dgm:txPr/></dgm:styleLbl></dgm:styleDef>'
)
_COLORS = (
    f'<dgm:colorsDef xmlns:dgm="{DGM}" uniqueId="urn:test"><dgm:title val=""/><dgm:desc val=""/><dgm:catLst/>'
    "</dgm:colorsDef>"
)
PARTS = {
    "chart": (f"{_TYPE}.drawingml.chart+xml", "word/charts/chart1.xml"),
    "chartUserShapes": (f"{_TYPE}.drawingml.chartshapes+xml", "word/drawings/drawing1.xml"),
    "diagramData": (f"{_TYPE}.drawingml.diagramData+xml", "word/diagrams/data1.xml"),
    "diagramLayout": (f"{_TYPE}.drawingml.diagramLayout+xml", "word/diagrams/layout1.xml"),
    "diagramQuickStyle": (f"{_TYPE}.drawingml.diagramStyle+xml", "word/diagrams/quickStyle1.xml"),
    "diagramColors": (f"{_TYPE}.drawingml.diagramColors+xml", "word/diagrams/colors1.xml"),
    "diagramDrawing": ("application/vnd.ms-office.drawingml.diagramDrawing+xml", "word/diagrams/drawing1.xml"),
}


def charted_word(
    *, body: str = "", parts: Mapping[str, str] | None = None, book: bytes | None = None, target: str = ""
) -> bytes:
    """The file's bytes; `parts` replaces some of its own, `target` what the chart names as its workbook."""
    made = {
        "word/charts/chart1.xml": chart(),
        "word/charts/_rels/chart1.xml.rels": rels(
            ("rId1", "package", target or "../embeddings/Microsoft_Excel_Sheet1.xlsx"),
            ("rId2", "chartUserShapes", "../drawings/drawing1.xml"),
        ),
        "word/drawings/drawing1.xml": BOX,
        "word/diagrams/data1.xml": data(),
        "word/diagrams/layout1.xml": _LAYOUT,
        "word/diagrams/quickStyle1.xml": _STYLE,
        "word/diagrams/colors1.xml": _COLORS,
        "word/diagrams/drawing1.xml": drawing(),
        **(parts or {}),
    }
    relations = "".join(
        f'<Relationship Id="rId{i}" Type="{k}" Target="{t}"/>'
        for i, k, t in [
            ("Chart", f"{REL}/chart", "charts/chart1.xml"),
            ("Data", f"{REL}/diagramData", "diagrams/data1.xml"),
            ("Layout", f"{REL}/diagramLayout", "diagrams/layout1.xml"),
            ("Style", f"{REL}/diagramQuickStyle", "diagrams/quickStyle1.xml"),
            ("Colors", f"{REL}/diagramColors", "diagrams/colors1.xml"),
            (
                "Drawing",
                "http://schemas.microsoft.com/office/2007/relationships/diagramDrawing",
                "diagrams/drawing1.xml",
            ),
        ]
    )
    plain = word_body(body or CHART + DIAGRAM, parts=made, relationships=relations)
    types = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for kind, name in PARTS.values())
    types = f'<Default Extension="xlsx" ContentType="{_TYPE}.spreadsheetml.sheet"/>{types}'

    def typed(name: str, part: bytes) -> bytes:
        if name == "[Content_Types].xml":
            return part.replace(b"</Types>", types.encode() + b"</Types>")
        return part

    whole = edited(plain, typed)
    return _with(whole, WORKBOOK, workbook(ROWS) if book is None else book)


def _with(package: bytes, name: str, added: bytes) -> bytes:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    return pack(parts | {name: added})
