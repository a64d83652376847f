"""HTML as programs write it: notes, title block, lists and quotations of Word, LibreOffice and Markdown converters."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pubpipe.model import ListBlock, Quote, SourceDocument, Table, plain, to_markup
from pubpipe.readers import read


def html(body: str, head: str = "") -> SourceDocument:
    return read(Path("a.html"), f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>".encode())


def body_and_notes(document: SourceDocument) -> tuple[list[str], list[str]]:
    notes = [to_markup(u.content) for u in document.units() if u.role == "note"]
    return [to_markup(u.content) for u in document.units() if u.role != "note"], notes


@pytest.mark.parametrize(
    "body",
    [
        # pandoc, HTML5
        '<p>Fees<a href="#fn1" class="footnote-ref" id="fnref1" role="doc-noteref"><sup>1</sup></a> fell.</p>'
        '<section class="footnotes" role="doc-endnotes"><hr><ol><li id="fn1"><p>Act <i>5</i>.<a href="#fnref1" '
        'class="footnote-back" role="doc-backlink">↩︎</a></p></li></ol></section>',
        # Python-Markdown
        '<p>Fees<sup id="fnref:1"><a class="footnote-ref" href="#fn:1">1</a></sup> fell.</p><div class="footnote"><hr>'
        '<ol><li id="fn:1"><p>Act <i>5</i>.&#160;<a class="footnote-backref" href="#fnref:1">&#8617;</a></p></li></ol>'
        "</div>",
        # GitHub
        '<p>Fees<sup><a href="#user-content-fn-1" id="user-content-fnref-1" data-footnote-ref>1</a></sup> fell.</p>'
        '<section data-footnotes class="footnotes"><h2 class="sr-only">Footnotes</h2><ol><li id="user-content-fn-1">'
        '<p>Act <i>5</i>. <a href="#user-content-fnref-1" data-footnote-backref>↩</a></p></li></ol></section>',
        # LibreOffice
        '<p>Fees<a class="sdfootnoteanc" name="sdfootnote1anc" href="#sdfootnote1sym"><sup>1</sup></a> fell.</p>'
        '<div id="sdfootnote1"><p class="sdfootnote-western"><a class="sdfootnotesym" name="sdfootnote1sym" '
        'href="#sdfootnote1anc">1</a>\n Act <i>5</i>.</p></div>',
        # Word
        '<p>Fees<a style="mso-footnote-id:ftn1" href="#_ftn1" name="_ftnref1" title=""><span '
        "class=MsoFootnoteReference><![if !supportFootnotes]>[1]<![endif]></span></a> fell.</p>"
        '<div style="mso-element:footnote-list"><br clear=all><hr align=left size=1 width="33%"><div '
        'style="mso-element:footnote" id=ftn1><p class=MsoFootnoteText><a href="#_ftnref1" name="_ftn1" title=""><span '
        "class=MsoFootnoteReference>[1]</span></a> Act <i>5</i>.</p></div></div>",
        # by hand, with and without a link back
        '<p>Fees<sup>[<a href="#n1" id="r1">1</a>]</sup> fell.</p><h2>Notes</h2><p id=n1><a href="#r1">[1]</a> '
        "Act <i>5</i>.</p>",
        '<p>Fees<sup><a href="#n1">1</a></sup> fell.</p><p><a name=n1></a>1. Act <i>5</i>.</p>',
        '<p>Fees<a href="#n1" id="r1">*</a> fell.</p><p id=n1>* Act <i>5</i>. <a href="#r1">Back to text</a></p>',
    ],
    ids=["pandoc", "python-markdown", "github", "libreoffice", "word", "brackets", "no-link-back", "star"],
)
def test_footnotes_are_notes_whoever_linked_them(body: str) -> None:
    document = html(f"<p>Before.</p>{body}")
    assert body_and_notes(document) == (["Before.", "Fees<1/> fell."], ["Act <1>5</1>."])
    assert document.findings == ()


def test_links_that_are_no_notes_stay_text() -> None:
    document = html(
        '<p><a id="t1" href="#s1">1</a></p><h2 id="s1"><a href="#t1">1</a> Wages</h2><p>See <a id="q" href="#p9">section '
        '9</a> and 10<sup>2</sup>.</p><p id=p9>Nine. <a href="#q">back</a></p>'
    )
    assert document.notes == ()
    assert [plain(u.content) for u in document.units()] == ["1", "1 Wages", "See section 9 and 102.", "Nine. back"]


def test_a_note_of_several_paragraphs_is_one_note_and_words_that_lead_to_a_note_stay() -> None:
    document = html(
        '<p>Fees <a role="doc-noteref" href="#n1" id="r1">(see the act)</a> fell.</p>'
        '<aside id=n1><p>Act 5.</p><ul><li>one</li></ul><p>And 6. <a role="doc-backlink" href="#r1">↩</a></p></aside>'
    )
    (note,) = document.notes
    assert [b.type for b in note.blocks] == ["paragraph", "list", "paragraph"]
    assert body_and_notes(document)[0][0] == "Fees (see the act)<1/> fell."


def test_a_note_that_two_places_name_is_read_at_both() -> None:
    document = html(
        '<p>One<sup id="a"><a href="#n">1</a></sup> two<sup id="b"><a href="#n">1</a></sup></p>'
        '<ol><li id="n">Act 5. <a href="#a">↩</a> <a href="#b">↩</a></li></ol>'
    )
    assert body_and_notes(document) == (["One<1/> two<2/>"], ["Act 5.", "Act 5."])
    assert document.findings == ()


@pytest.mark.parametrize(
    "opening",
    [
        '<header id="title-block-header"><h1 class="title">The <em>law</em></h1><p class="subtitle">For all</p>'
        '<p class="author">Ann Lee</p><p class="author">Bob Ray</p><p class="date">14 March 2025</p></header>',
        "<p class=MsoTitle>The <i>law</i></p><p class=MsoSubtitle>For all</p><p class=Author>Ann Lee</p>"
        "<p class=Author>Bob Ray</p><p class=MsoDate>14 March 2025</p>",
        "<p><font size=6>The <i>law</i></font></p><p><font><i>For all</i></font></p><p>Ann Lee</p><p>Bob Ray</p>"
        "<p>14 March 2025</p>",
    ],
    ids=["pandoc", "word", "libreoffice"],
)
def test_the_title_block_is_not_text(opening: str) -> None:
    document = html(
        f"{opening}<h1>One</h1><p>Text.</p><h1>Two</h1>",
        '<title>The law</title><meta name="author" content="Ann Lee; Bob Ray">',
    )
    assert body_and_notes(document)[0] == ["The <1>law</1>", "For all", "One", "Text.", "Two"]
    assert document.authors == ("Ann Lee", "Bob Ray")
    assert document.date == dt.date(2025, 3, 14)
    assert document.findings == ()


def test_a_first_line_like_the_window_title_takes_no_text_with_it() -> None:
    document = html("<p>The law</p><p>A first paragraph.</p><h1>One</h1><h1>Two</h1>", "<title>The law</title>")
    assert [u.role for u in document.units()] == ["title", "paragraph", "heading", "heading"]


def test_a_date_that_is_no_day_stays_a_paragraph() -> None:
    document = html('<h1 class="title">The law</h1><p class="date">Spring 2025</p><p>Text.</p>')
    assert body_and_notes(document)[0] == ["The law", "Spring 2025", "Text."]
    assert [f.check for f in document.findings] == ["reader.date"]


SPACE = "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span>"


@pytest.mark.parametrize(
    "mark",
    ["<![if !supportLists]><span style='mso-list:Ignore'>{}" + SPACE + "</span><![endif]>", "{}" + SPACE],
    ids=["whole", "filtered"],
)
def test_words_lists_are_lists(mark: str) -> None:
    def line(level: int, number: str, words: str) -> str:
        style = f"margin-left:{level * 36}pt;" + (f"mso-list:l0 level{level} lfo1" if "mso-list" in mark else "")
        return f'<p class=MsoListParagraphCxSpMiddle style="{style}">{mark.format(number)}{words}</p>\n'

    document = html(
        "<p>We ask:</p>"
        + line(1, "6.", "Pay <b>wages</b>.")
        + line(2, "a)", "on time")
        + line(2, "b)", "in full")
        + line(1, "7.", "Return passports.")
        + "<p>And:</p>"
        + line(1, "<span style='font-family:Symbol'>·</span>", "rest")
    )
    assert body_and_notes(document)[0] == [
        "We ask:", "Pay <1>wages</1>.", "on time", "in full", "Return passports.", "And:", "rest",
    ]  # fmt: skip
    first, second = (b for b in document.blocks if isinstance(b, ListBlock))
    assert (first.ordered, first.start, len(first.items), second.ordered) == (True, 6, 2, False)
    inner = first.items[0].blocks[1]
    assert isinstance(inner, ListBlock)
    assert (inner.numbering, len(inner.items)) == ("lower-alpha", 2)
    assert document.findings == ()


def test_numbers_that_items_set_are_kept() -> None:
    document = html("<p>x</p><ol><li value=6>six</li><li>seven</li><li value=10>ten</li></ol>")
    lists = [b for b in document.blocks if isinstance(b, ListBlock)]
    assert [(b.start, len(b.items)) for b in lists] == [(6, 2), (10, 1)]


def test_paragraphs_in_a_style_for_quotations_are_one_quotation() -> None:
    document = html("<p>x</p><p class=MsoQuote>I could not say no.</p>\n<p class=MsoQuote>— Bopha</p><p>y</p>")
    (quote,) = (b for b in document.blocks if isinstance(b, Quote))
    assert len(quote.blocks) == 2


def test_a_link_is_not_underlined_twice_and_a_caption_not_in_italics_as_a_whole() -> None:
    document = html(
        '<p>See <u><a href="https://example.org">here</a></u> or <a href="https://example.org"><u>there</u></a>, '
        "<u>now</u>.</p><table><tr><td>1</td></tr></table><p><font><i>Table <span>1</span>. Wages</i></font></p>"
    )
    assert body_and_notes(document)[0] == ["See <1>here</1> or <2>there</2>, <3>now</3>.", "Wages", "1"]
    table = next(b for b in document.blocks if isinstance(b, Table))
    assert table.caption is not None
