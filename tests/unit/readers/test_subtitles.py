"""Subtitles in: each a paragraph of its own, everything else as it came."""

from __future__ import annotations

from pathlib import Path

import pytest

from pubpipe import segmentation
from pubpipe.errors import SourceError
from pubpipe.model import Code, SourceDocument, plain, tag_problems, to_markup
from pubpipe.model.cue import cues
from pubpipe.readers import read

SRT = """\
1
00:00:01,000 --> 00:00:04,000
Migrant workers <i>must not</i> pay
recruitment fees.

2
00:00:03,500 --> 00:00:06,000 X1:10
{\\an8}- Who keeps your passport?
- My employer.
"""
VTT = """\
WEBVTT - Rights

STYLE
::cue { color: red }

REGION
id:fred

NOTE a comment --> not a time

intro
00:01.000 --> 00:04.000 line:0 position:20%
<v Dara>Workers must <c.loud>not</c> pay &amp; you know it

00:05.000 --> 00:06.000
Second <00:05.500>part
"""


def srt(text: str) -> SourceDocument:
    return read(Path("a.srt"), text.encode())


def texts(document: SourceDocument) -> list[str]:
    return [to_markup(unit.content) for unit in document.units()]


def test_the_lines_of_a_subtitle_are_one_text_and_two_speakers_keep_theirs() -> None:
    document = srt(SRT)
    assert texts(document) == [
        "Migrant workers <1>must not</1> pay recruitment fees.",
        "<1/>- Who keeps your passport?<2/>- My employer.",
    ]
    assert [(c.start, c.end) for c in cues(document)] == [(1000, 4000), (3500, 6000)]
    assert cues(document)[1].header == "2\n00:00:03,500 --> 00:00:06,000 X1:10"


def test_what_is_no_subtitle_in_webvtt_is_kept_and_not_translated() -> None:
    document = read(Path("a.vtt"), VTT.encode())
    assert [b.text for b in document.blocks if isinstance(b, Code)][:4] == [
        "WEBVTT - Rights",
        "STYLE\n::cue { color: red }",
        "REGION\nid:fred",
        "NOTE a comment --> not a time",
    ]
    assert texts(document) == ["<1>Workers must <2>not</2> pay & you know it</1>", "Second <1/>part"]
    assert all(not tag_problems(u.content, u.content) for u in document.units())


def test_each_sentence_of_a_subtitle_is_a_segment_and_none_goes_beyond_it() -> None:
    document = srt(
        "1\n00:00:01,000 --> 00:00:02,000\nShe came. He\n\n2\n00:00:02,000 --> 00:00:03,000\nstayed at home.\n"
    )
    assert [plain(s.content) for s in segmentation.segment(document)] == ["She came.", "He", "stayed at home."]


@pytest.mark.parametrize(
    "data",
    [
        SRT.replace("\n", "\r\n").encode(),
        SRT.encode("utf-8-sig"),
        SRT.encode("utf-16"),
        SRT.replace("recruitment fees.\n\n2", "recruitment fees.\n2").encode(),
        SRT.replace("\n\n2", "\n\n\n\n2").encode(),
        SRT.replace(",", ".").encode(),
    ],
    ids=["CRLF", "byte-order mark", "UTF-16", "no blank line", "many blank lines", "points"],
)
def test_files_of_careless_programs_are_read_alike(data: bytes) -> None:
    assert [plain(u.content) for u in read(Path("a.srt"), data).units()] == [plain(u.content) for u in srt(SRT).units()]


def test_a_number_that_ends_a_subtitle_is_not_taken_for_the_next_one() -> None:
    document = srt("1\n00:00:01,000 --> 00:00:02,000\nThe year was\n1999\n\n2\n00:00:02,000 --> 00:00:03,000\nYes.\n")
    assert texts(document) == ["The year was 1999", "Yes."]


def test_a_blank_line_inside_of_a_subtitle_loses_no_text() -> None:
    document = srt("1\n00:00:01,000 --> 00:00:02,000\nOne\n\ntwo\n\n2\n00:00:02,000 --> 00:00:03,000\nYes.\n")
    assert texts(document) == ["One two", "Yes."]


def test_an_empty_subtitle_keeps_its_time() -> None:
    document = srt("1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:02,000 --> 00:00:03,000\nYes.\n")
    assert [c.block is None for c in cues(document)] == [True, False]


def test_tags_that_do_not_match_are_kept_one_by_one() -> None:
    (unit,) = srt("1\n00:00:01,000 --> 00:00:02,000\n<b>One <i>two</b> three</i> & <3 you\n").units()
    assert to_markup(unit.content) == "<1/>One <2/>two<3/> three<4/> & <3 you"


def test_an_arrow_in_the_text_is_text() -> None:
    assert texts(srt("1\n00:00:01,000 --> 00:00:02,000\nKhmer --> Thai\n")) == ["Khmer --> Thai"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1\n00:00:01,000 --> 00:00:9x,000\nHi\n", "a.srt: line 2: the time cannot be read."),
        ("1\n00:00:05,000 --> 00:00:04,000\nHi\n", "a.srt: line 2: the subtitle ends before it begins."),
        ("Hello\n\n1\n00:00:01,000 --> 00:00:04,000\nHi\n", "a.srt: line 1 stands before the first subtitle."),
        ("Just text.\n", "a.srt: the file has no subtitles."),
        ("WEBVTT\n\nNOTE nothing\n", "a.srt: the file has no subtitles."),
        ("1\n00:00:01,000 --> 00:00:04,000\n\n", "a.srt: the document has no text that can be read."),
    ],
)
def test_a_bad_file_is_refused_with_the_line(text: str, message: str) -> None:
    with pytest.raises(SourceError) as error:
        srt(text)
    assert error.value.message == message
    assert error.value.remedy


def test_another_encoding_is_named_with_the_line() -> None:
    with pytest.raises(SourceError, match=r"not valid UTF-8: byte 34 \(line 3\)"):
        read(Path("a.srt"), "1\n00:00:01,000 --> 00:00:02,000\nCa\xf1ada\n".encode("latin-1"))
