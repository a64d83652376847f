"""Text that stands on other text is found on the page, and nothing is found on a page that can be read."""

from __future__ import annotations

import io

import pikepdf
import pytest
import typst

from pubpipe.renderers.inspect_source import _covered
from pubpipe.renderers.pdf_reading import Font, read_page

PAGE = """
#set document(title: "Boxes")
#set text(size: 11pt, lang: "vi")
#set page(width: 12cm, height: 12cm, margin: 1cm)
= Hộp chữ
#place(dx: 0cm, dy: 2cm, block[Người lao động di cư \\ giữ hộ chiếu của mình \\ và không ai được giữ thay.])
#place(dx: 0cm, dy: {down}, block[Hợp đồng có hai bản \\ bằng ngôn ngữ của người đọc \\ và mỗi bên giữ một bản.])
"""


def covered(down: str) -> list[str]:
    data = typst.compile(PAGE.replace("{down}", down).encode(), pdf_standards=["ua-1"])
    fonts: dict[tuple[int, int], Font] = {}
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pages = [read_page(page, fonts, lines=True) for page in pdf.pages]
    return [finding.message for finding in _covered(pages) if finding.severity == "block"]


@pytest.mark.parametrize("down", ["2.1cm", "1.9cm"])
def test_a_box_that_covers_another_is_found_with_its_page_and_both_texts(down: str) -> None:
    (message,) = covered(down)
    assert message.startswith("on page 1 text stands on text in 3 places")
    assert "“và mỗi bên giữ một b”" in message
    assert "“và không ai được giữ”" in message


@pytest.mark.parametrize("down", ["4cm", "6cm"])
def test_boxes_below_one_another_are_no_fault(down: str) -> None:
    assert covered(down) == []
