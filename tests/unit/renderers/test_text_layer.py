"""The text layer: what Typst writes twice is written once."""

from __future__ import annotations

import io

import pikepdf
import pytest

from pubpipe.languages import profile
from pubpipe.renderers import find_fonts
from pubpipe.renderers.fonts import typst_fonts
from pubpipe.renderers.pdf_content import parse_cmap, text_string
from pubpipe.renderers.text_layer import mend


def typeset(text: str, language: str) -> bytes:
    import typst

    fonts = ", ".join(f'"{f}"' for f in profile(language).fonts)
    source = (
        f'#set document(title: "x")\n#set page(width: 150mm, height: 60mm, margin: 8mm)\n'
        f'#set text(lang: "{language}", font: ({fonts},), fallback: false)\n#"{text}"\n'
    )
    data: bytes = typst.Compiler({"main.typ": source.encode()}, font_paths=typst_fonts(find_fonts())).compile(
        format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=0
    )
    return data


def spoken(data: bytes) -> str:
    """The page's text as a program reads it that honours /ActualText and ToUnicode."""
    out: list[str] = []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            fonts = dict(page.obj.Resources.Font.items())
            mapping: dict[int, str] = {}
            inside: list[bool] = []
            for operands, operator in pikepdf.parse_content_stream(page):
                name = str(operator)
                if name == "Tf":
                    mapping = parse_cmap(fonts[str(operands[0])].ToUnicode.read_bytes())
                elif name == "BDC":
                    actual = operands[1].get("/ActualText") if isinstance(operands[1], pikepdf.Dictionary) else None
                    inside.append(actual is not None)
                    if actual is not None:
                        out.append(text_string(bytes(actual)) if isinstance(actual, pikepdf.String) else "")
                elif name == "BMC":
                    inside.append(False)
                elif name == "EMC":
                    inside.pop()
                elif name in ("Tj", "TJ") and not any(inside):
                    for piece in operands[0] if name == "TJ" else [operands[0]]:
                        if isinstance(piece, pikepdf.String):
                            codes = bytes(piece)
                            out += [mapping.get(codes[i] << 8 | codes[i + 1], "") for i in range(0, len(codes), 2)]
    return "".join(out).replace("\ufeff", "")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("មនុស្សទាំងអស់", "km"),
        ("ប្រកាស ស្ត្រី គ្រប់", "km"),
        ("កែប្រែ ចេញ សេរី", "km"),
        ("လူ့အခွင့်အရေး ကြေညာစာတမ်း", "my"),
        ("သင်္ဘော ဥက္ကဋ္ဌ", "my"),
        ("น้ำที่ปู่ซื้อ", "th"),
        ("ຜູ້ຍິງ ນ້ຳ ເຮົາ", "lo"),
        ("Tiếng Việt được viết", "vi"),
        ("日本語の文章。", "ja"),
    ],
)
def test_a_mended_page_reads_as_it_was_written(text: str, language: str) -> None:
    assert spoken(mend(typeset(text, language))) == text


def test_break_marks_are_gone_from_thetext_string() -> None:
    assert spoken(mend(typeset("ប្រ\u2060កាស\u200bជា\u200bសកល", "km"))) == "ប្រកាសជាសកល"


def test_mending_is_repeatable_and_keeps_the_standards() -> None:
    data = typeset("មនុស្ស (ក) [ខ] \\\\ ((( )", "km")
    once = mend(data)
    assert once == mend(data)
    with pikepdf.open(io.BytesIO(once)) as pdf, pdf.open_metadata() as metadata:
        assert metadata.pdfa_status == "2A"
        assert metadata["pdfuaid:part"] == "1"


def test_parentheses_in_glyph_codes_are_read_right() -> None:
    text = "".join(chr(c) for c in range(33, 127) if chr(c) not in '"\\')
    assert spoken(mend(typeset(text * 2, "vi"))) == text * 2


def test_a_mended_page_can_be_mended_again() -> None:
    once = mend(typeset("មនុស្សទាំងអស់ កែប្រែ", "km"))
    assert spoken(mend(once)) == "មនុស្សទាំងអស់ កែប្រែ"


def test_a_letter_that_ends_a_line_in_bold_and_begins_the_next_is_two() -> None:
    import typst

    source = (
        '#set document(title: "x")\n#set text(lang: "vi", font: "Noto Sans", fallback: false)\n'
        "#text(weight: 700)[lục] \\ chữ"
    )
    compiler = typst.Compiler({"main.typ": source.encode()}, font_paths=typst_fonts(find_fonts()))
    data = compiler.compile(format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=0)
    assert spoken(mend(data)).replace(" ", "") == "lụcchữ"
