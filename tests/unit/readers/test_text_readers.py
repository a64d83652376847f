"""Markdown, HTML and OpenDocument: what each means arrives, what none can carry is named."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pubpipe.model import Figure, ListBlock, SourceDocument, Table, TagOpen, plain, to_markup
from pubpipe.readers import read
from tests.unit.readers.made import opendocument, png


def texts(document: SourceDocument) -> list[str]:
    return [plain(u.content) for u in document.units()]


def markup(document: SourceDocument) -> list[str]:
    return [to_markup(u.content) for u in document.units()]


def blocking(document: SourceDocument) -> list[str]:
    return [f.message for f in document.findings if f.severity == "block"]


def md(text: str, path: Path = Path("a.md")) -> SourceDocument:
    return read(path, text.encode())


def html(body: str, path: Path = Path("a.html")) -> SourceDocument:
    return read(path, f"<!DOCTYPE html><html><body>{body}</body></html>".encode())


# -- Markdown ---------------------------------------------------------------------------------------------------------


def test_the_yaml_block_is_the_title_block() -> None:
    document = md("---\ntitle: The *law*\nsubtitle: For all\nauthor: [Ann, Bob]\ndate: March 12, 2024\n---\n\nText.\n")
    assert markup(document) == ["The <1>law</1>", "For all", "Text."]
    assert document.authors == ("Ann", "Bob")
    assert document.date == dt.date(2024, 3, 12)


def test_a_date_that_is_no_day_stands_as_a_paragraph() -> None:
    document = md("---\ntitle: T\ndate: Spring 2024\n---\n\nText.\n")
    assert document.date is None
    assert texts(document) == ["T", "Spring 2024", "Text."]


def test_numbered_lists_keep_start_style_and_nesting() -> None:
    document = md("3. one\n\n    a) alpha\n    b) beta\n\n4. two\n")
    (outer,) = document.blocks
    assert isinstance(outer, ListBlock)
    assert (outer.ordered, outer.start, outer.numbering) == (True, 3, "decimal")
    inner = outer.items[0].blocks[1]
    assert isinstance(inner, ListBlock)
    assert inner.numbering == "lower-alpha"


def test_dollar_amounts_are_text_and_formulas_are_placeholders() -> None:
    assert markup(md("From $US, then 5$, or $x^2$.")) == ["From $US, then 5$, or <1/>."]


def test_straight_quotes_at_signs_and_dashes_stay_as_typed() -> None:
    assert texts(md('"Quoted" -- it\'s @ILO (@) 5...')) == ['"Quoted" -- it\'s @ILO (@) 5...']


def test_images_come_from_the_documents_folder_only(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "a.png").write_bytes(png())
    (tmp_path / "secret.png").write_bytes(png())
    (inside / "link.png").symlink_to(tmp_path / "secret.png")
    document = md(
        "![A harbour](a.png){width=50%}\n\n![Out](../secret.png)\n\n![Web](https://example.org/x.png)\n\n"
        "![Abs](/etc/passwd)\n\n![Link](link.png)\n\n![Gone](gone.png)\n",
        inside / "a.md",
    )
    figures = [b for b in document.blocks if isinstance(b, Figure)]
    assert [plain(f.caption.content) for f in figures if f.caption] == [
        "A harbour",
        "Out",
        "Web",
        "Abs",
        "Link",
        "Gone",
    ]
    assert figures[0].width == 0.5
    assert len(blocking(document)) == 5
    assert png() in [r.data for r in document.resources]


def test_html_in_markdown_is_meant_or_named() -> None:
    document = md("One<br>two <u>three</u> H<sub>2</sub>O\n\n<table><tr><td>x</td></tr></table>\n")
    assert markup(document) == ["One<1/>two <2>three</2> H<3>2</3>O", "x"]
    assert any("<table>" in message for message in blocking(document))


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[law](https://example.org)", "<1>law</1>"),
        ("[law](javascript:alert)", "law"),
        ("[law](file:///etc/passwd)", "law"),
        ("[law](#part)", "law"),
    ],
)
def test_only_links_that_a_reader_can_follow_stay_links(link: str, expected: str) -> None:
    assert markup(md(f"The {link}.")) == [f"The {expected}."]


def test_a_list_without_an_empty_line_before_it_is_pointed_out() -> None:
    document = md("We ask for:\n- wages\n- rest\n")
    assert [f.check for f in document.findings] == ["reader.list"]


def test_a_definition_list_and_a_line_block_keep_their_text() -> None:
    document = md("Broker\n:   A person who recruits.\n\n| one\n| two\n")
    assert texts(document) == ["Broker", "A person who recruits.", "one\ntwo"]


def test_code_is_kept_and_said_not_to_be_translated() -> None:
    document = md("Text.\n\n    pay the fee\n")
    assert [b.type for b in document.blocks] == ["paragraph", "code"]
    assert [f.check for f in document.findings] == ["reader.code"]


def test_note_ids_do_not_move_when_another_note_is_added() -> None:
    before = md("One.[^a]\n\n[^a]: First note.\n")
    after = md("Zero.[^b] \n\nOne.[^a]\n\n[^a]: First note.\n\n[^b]: New note.\n")
    assert before.notes[0].id in {n.id for n in after.notes}


# -- HTML ---------------------------------------------------------------------------------------------------------------


def test_merged_cells_head_and_caption_of_a_table_arrive() -> None:
    document = html(
        "<p>x</p><table><caption>Wages</caption><thead><tr><th rowspan=2>A</th><th colspan=2>B</th></tr>"
        "<tr><th>c</th><th>d</th></tr></thead><tbody><tr><td>1</td><td>2</td><td align=right>3</td></tr></tbody></table>"
    )
    table = next(b for b in document.blocks if isinstance(b, Table))
    assert [[(c.rows, c.columns) for c in r.cells] for r in table.head] == [[(2, 1), (1, 2)], [(1, 1), (1, 1)]]
    assert table.caption is not None
    assert table.body[0].cells[2].alignment == "right"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<iframe src=x></iframe>", "an embedded page"),
        ("<svg><text>Chart words</text></svg>", "Chart words"),
        ("<video src=x>Watch</video>", "a video"),
        ("<form>Name <input name=a></form>", "a form"),
        ("<select><option>Yes</option></select>", "a form field"),
        ("<canvas></canvas>", "a drawing"),
    ],
)
def test_what_html_embeds_blocks(body: str, said: str) -> None:
    document = html(f"<p>Before.</p>{body}<p>After.</p>")
    assert any(said in message for message in blocking(document))
    assert "Before." in texts(document)
    assert "After." in texts(document)


def test_scripts_styles_and_hidden_text_are_not_text() -> None:
    document = html(
        "<script>x()</script><style>p{}</style><p>Seen.</p><p style='display:none'>Secret.</p><p hidden>Other.</p>"
    )
    assert texts(document) == ["Seen."]
    assert [f.check for f in document.findings] == ["reader.hidden", "reader.hidden"]


def test_a_figure_keeps_alternative_text_and_caption(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    body = "<p>x</p><figure><img src='a.png' alt='Boats'><figcaption>A harbour</figcaption></figure>"
    figure = html(body, tmp_path / "a.html").blocks[1]
    assert isinstance(figure, Figure)
    assert [plain(u.content) for u in (figure.alt, figure.caption) if u] == ["Boats", "A harbour"]


def test_a_page_in_windows_1252_is_read_as_declared() -> None:
    data = "<html><head><meta charset='windows-1252'></head><body><p>Café “x”</p></body></html>".encode("cp1252")
    assert texts(read(Path("a.html"), data)) == ["Café “x”"]


# -- OpenDocument -------------------------------------------------------------------------------------------------------


def test_odt_title_styles_fields_and_merged_cells_arrive() -> None:
    document = read(
        Path("a.odt"),
        opendocument(
            '<text:p text:style-name="Title">Living together</text:p><text:p text:style-name="Subtitle">Summary</text:p>'
            '<text:p>See <text:sequence-ref text:ref-name="x">Figure 8</text:sequence-ref>.</text:p>'
            "<table:table><table:table-column/><table:table-column/><table:table-row>"
            '<table:table-cell table:number-columns-spanned="2"><text:p>wide</text:p></table:table-cell>'
            "<table:covered-table-cell/></table:table-row><table:table-row><table:table-cell><text:p>a</text:p>"
            "</table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
        ),
    )
    assert texts(document) == ["Living together", "Summary", "See Figure 8.", "wide", "a", "b"]
    table = next(b for b in document.blocks if isinstance(b, Table))
    assert (table.head or table.body)[0].cells[0].columns == 2


def test_odt_text_boxes_are_carried_and_named() -> None:
    document = read(
        Path("a.odt"),
        opendocument(
            "<text:p>Anchor.<draw:frame><draw:text-box><text:p>Fees are illegal.</text:p></draw:text-box></draw:frame>"
            "</text:p><text:p>Last.</text:p>"
        ),
    )
    assert texts(document) == ["Anchor.", "Fees are illegal.", "Last."]
    assert [f.check for f in document.findings] == ["reader.textbox"]


def test_odt_images_keep_alternative_text_and_a_missing_one_blocks() -> None:
    frame = (
        '<text:p><draw:frame><draw:image xlink:href="Pictures/{}.png"/><svg:desc>Boats</svg:desc></draw:frame></text:p>'
    )
    document = read(
        Path("a.odt"),
        opendocument("<text:p>x</text:p>" + frame.format("a") + frame.format("gone"), files={"Pictures/a.png": png()}),
    )
    figure = document.blocks[1]
    assert isinstance(figure, Figure)
    assert figure.alt is not None
    assert plain(figure.alt.content) == "Boats"
    assert any("gone.png" in message for message in blocking(document))


def test_odt_comments_changes_and_hidden_text_are_named() -> None:
    document = read(
        Path("a.odt"),
        opendocument(
            "<text:tracked-changes><text:changed-region><text:deletion><text:p>Gone.</text:p></text:deletion>"
            "</text:changed-region></text:tracked-changes><text:p>Seen.<office:annotation><text:p>Check</text:p>"
            '</office:annotation><text:span text:style-name="H">Secret.</text:span></text:p>',
            styles='<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/>'
            "</style:style>",
        ),
    )
    assert texts(document) == ["Seen."]
    assert {f.check for f in document.findings} == {"reader.changes", "reader.comments", "reader.hidden"}


def test_odt_notes_keep_their_place() -> None:
    document = read(
        Path("a.odt"),
        opendocument(
            '<text:p>One.<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
            "<text:note-body><text:p>Act 5.</text:p></text:note-body></text:note> Two.</text:p>"
        ),
    )
    assert markup(document) == ["One.<1/> Two.", "Act 5."]
    assert not blocking(document)


_LEVELS = "".join(
    f'<text:list-level-style-number text:level="{level}" style:num-format="{form}" style:num-suffix="."/>'
    for level, form in ((1, "1"), (2, "a"))
)
_ODT_STYLES = (
    f'<text:list-style style:name="L1">{_LEVELS}</text:list-style>'
    '<style:style style:name="U" style:family="text"><style:text-properties style:text-underline-style="solid"/>'
    '</style:style><style:style style:name="P1" style:family="paragraph"><style:text-properties '
    'fo:font-weight="bold"/></style:style><style:style style:name="P2" style:family="paragraph" '
    'style:parent-style-name="Author"/>'
)


def odt(body: str) -> SourceDocument:
    return read(Path("a.odt"), opendocument(body, styles=_ODT_STYLES, files={"Pictures/a.png": png()}))


def test_odt_authors_and_date_in_their_styles_are_the_title_block() -> None:
    document = odt(
        '<text:p text:style-name="Title">The <text:span text:style-name="U">law</text:span></text:p>'
        '<text:p text:style-name="Author">Ann Lee</text:p><text:p text:style-name="P2">Bob Ray</text:p>'
        '<text:p text:style-name="Date">14 March 2025</text:p><text:p>Text.</text:p>'
        '<text:p text:style-name="Date">15 March 2025</text:p>'
    )
    assert markup(document) == ["The <1>law</1>", "Text.", "15 March 2025"]
    assert (document.authors, document.date) == (("Ann Lee", "Bob Ray"), dt.date(2025, 3, 14))
    assert document.findings == ()


def test_odt_images_keep_title_and_description_each_time_they_are_shown() -> None:
    frame = (
        '<text:p><draw:frame style:rel-width="50%" svg:width="900pt"><draw:image xlink:href="Pictures/a.png"/>'
        "<svg:title>{}</svg:title><svg:desc>{}</svg:desc></draw:frame></text:p>"
    )
    document = odt(
        "<text:p>x</text:p>"
        + frame.format("Boats", "Three of them.")
        + frame.format("", "Wages")
        + frame.format("Fees", "")
    )
    figures = [b for b in document.blocks if isinstance(b, Figure)]
    assert [plain(f.alt.content) for f in figures if f.alt] == ["Boats. Three of them.", "Wages", "Fees"]
    assert [f.width for f in figures] == [0.5, 0.5, 0.5]
    assert document.findings == ()


def test_odt_captions_of_writers_own_kind_belong_to_figures_and_tables() -> None:
    document = odt(
        '<text:p>x</text:p><text:p><draw:frame><draw:text-box><text:p text:style-name="Illustration"><draw:frame>'
        '<draw:image xlink:href="Pictures/a.png"/><svg:desc>Boats</svg:desc></draw:frame>Figure <text:sequence '
        'text:name="Figure">1</text:sequence>: A harbour</text:p></draw:text-box></draw:frame></text:p>'
        '<text:p text:style-name="Table">Table <text:sequence text:name="Table">1</text:sequence>: Wages</text:p>'
        "<table:table><table:table-column/><table:table-row><table:table-cell><text:p>300</text:p></table:table-cell>"
        "</table:table-row></table:table>"
    )
    assert [(u.role, plain(u.content)) for u in document.units()][1:] == [
        ("alt", "Boats"),
        ("caption", "A harbour"),
        ("caption", "Wages"),
        ("cell", "300"),
    ]
    assert document.findings == ()


def test_odt_lists_go_on_where_the_list_before_ended() -> None:
    def listed(attributes: str, *items: str) -> str:
        made = "".join(f"<text:list-item><text:p>{i}</text:p></text:list-item>" for i in items)
        return f'<text:list text:style-name="L1" {attributes}>{made}</text:list>'

    document = odt(
        listed('xml:id="one"', "a", "b")
        + "<text:p>x</text:p>"
        + listed('text:continue-numbering="true"', "c", "d")
        + "<text:p>x</text:p>"
        + listed('text:continue-list="one"', "c again")
        + "<text:p>x</text:p>"
        + listed("", "e").replace("<text:list-item>", '<text:list-item text:start-value="9">')
        + "<text:p>x</text:p>"
        + listed("", "new")
    )
    assert [b.start for b in document.blocks if isinstance(b, ListBlock)] == [1, 3, 3, 9, 1]


def test_odt_tables_in_which_every_row_is_merged_keep_all_cells() -> None:
    document = odt(
        "<text:p>x</text:p><table:table><table:table-column table:number-columns-repeated='3'/><table:table-row>"
        "<table:table-cell table:number-rows-spanned='2'><text:p>A</text:p></table:table-cell><table:table-cell "
        "table:number-columns-spanned='2'><text:p>B</text:p></table:table-cell><table:covered-table-cell/>"
        "</table:table-row><table:table-row><table:covered-table-cell/><table:table-cell><text:p>1</text:p>"
        "</table:table-cell><table:table-cell><text:p>2</text:p></table:table-cell></table:table-row></table:table>"
    )
    table = document.blocks[1]
    assert isinstance(table, Table)
    assert [[(c.rows, c.columns) for c in r.cells] for r in table.body] == [[(2, 1), (1, 2)], [(1, 1), (1, 1)]]
    assert texts(document) == ["x", "A", "B", "1", "2"]
    assert document.findings == ()


def test_odt_bold_paragraphs_underlines_and_links_are_told_apart() -> None:
    document = odt(
        '<text:p>x</text:p><text:p text:style-name="P1">They must pay.</text:p><text:p>They <text:span '
        'text:style-name="U">must</text:span> pay: <text:a xlink:href="https://example.org"><text:span '
        'text:style-name="U">law</text:span></text:a>.</text:p>'
    )
    kinds = [[i.kind for i in u.content if isinstance(i, TagOpen)] for u in document.units()]
    assert kinds == [[], ["strong"], ["underline", "link"]]


def test_odt_quotations_of_several_paragraphs_are_one() -> None:
    document = odt(
        '<text:p>x</text:p><text:p text:style-name="Quotations">I could not.</text:p>'
        '<text:p text:style-name="Quotations">— Bopha</text:p>'
    )
    assert [b.type for b in document.blocks] == ["paragraph", "quote"]
