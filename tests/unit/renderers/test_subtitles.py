"""Subtitles out: the times they came with, two lines that a reader of the script accepts, nothing lost."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pubpipe import checks, segmentation
from pubpipe.errors import RenderError
from pubpipe.identity import Hash
from pubpipe.languages import TARGETS, profile
from pubpipe.languages.subtitling import clusters, parted, width
from pubpipe.model import ApprovedEdition, DraftEdition, Edition, Text, plain
from pubpipe.model.cue import cues, times
from pubpipe.readers import read
from pubpipe.renderers import RENDERERS, find_fonts
from pubpipe.renderers.inspecting import format_of, inspect_file
from pubpipe.renderers.matter import PREVIEW
from tests.contracts.test_renderers import IMPRINT, TEMPLATE, edition
from tests.unit.readers.test_subtitles import SRT, VTT

FILES = {"srt": SRT, "vtt": VTT}


def made(format_: str, language: str, *, draft: bool = False, text: str = "") -> tuple[Edition, bytes]:
    """The edition of an example, in pseudo-translation or all of `text`, and its file."""
    source = read(Path(f"a.{format_}"), FILES[format_].encode())
    segments = segmentation.segment(source)
    sample = profile(language).sample
    words = sample if profile(language).spaced else sample.replace(" ", "")
    targets = {
        s.id: tuple(
            i.model_copy(update={"text": text or words[: 2 * len(i.text)]}) if isinstance(i, Text) else i
            for i in s.content
        )
        for s in segments
    }
    localized = segmentation.localize(source, segments, targets, profile(language))
    at = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
    edition_: Edition = (
        DraftEdition(publication="p", localized=localized, edition_hash=Hash("e" * 64))
        if draft
        else ApprovedEdition(publication="p", localized=localized, edition_hash=Hash("e" * 64), approved_at=at)
    )
    return edition_, RENDERERS[format_].render(edition_, TEMPLATE, profile(language), find_fonts(), IMPRINT)


@pytest.mark.parametrize("draft", [False, True], ids=["approved", "draft"])
@pytest.mark.parametrize("format_", FILES)
@pytest.mark.parametrize("language", TARGETS)
def test_the_inspection_finds_nothing_and_the_times_are_those_of_the_source(
    language: str, format_: str, draft: bool
) -> None:
    which, data = made(format_, language, draft=draft)
    assert [f for f in inspect_file(format_, data, which, profile(language)) if f.severity != "warning"] == []
    assert format_of(data) == format_
    again = read(Path(f"a.{format_}"), data)
    assert [c.header for c in cues(again)][draft:] == [c.header for c in cues(which.localized.document)]


@pytest.mark.parametrize("format_", FILES)
def test_a_file_in_english_comes_out_as_it_went_in(format_: str) -> None:
    source = read(Path(f"a.{format_}"), FILES[format_].encode())
    localized = segmentation.localize(source, segmentation.segment(source), {}, profile("vi"))
    at = dt.datetime(2026, 3, 9, tzinfo=dt.UTC)
    whole = ApprovedEdition(publication="p", localized=localized, edition_hash=Hash("e" * 64), approved_at=at)
    data = RENDERERS[format_].render(whole, TEMPLATE, profile("vi"), find_fonts(), IMPRINT).decode()
    # a voice is closed where it ran to the end of its subtitle; lines may part at another place
    assert data.split() == FILES[format_].replace("you know it", "you know it</v>").split()


@pytest.mark.parametrize("format_", FILES)
def test_a_draft_says_so_on_the_screen_from_the_beginning_to_the_end(format_: str) -> None:
    data = made(format_, "ja", draft=True)[1].decode()
    start, end = next(found for line in data.split("\n") if (found := times(line.strip())))
    assert (start, end) == (0, max(c.end for c in cues(read(Path(f"a.{format_}"), FILES[format_].encode()))))
    assert PREVIEW in data
    assert PREVIEW not in made(format_, "ja")[1].decode()


def test_what_a_text_says_is_never_a_tag_of_webvtt() -> None:
    data = made("vtt", "vi", text="a < b & c --> d")[1].decode()
    assert "a &lt; b &amp; c --&gt; d" in data


def test_a_publication_without_times_cannot_become_subtitles() -> None:
    with pytest.raises(RenderError, match="has no times"):
        RENDERERS["srt"].render(edition("vi"), TEMPLATE, profile("vi"), find_fonts(), IMPRINT)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.replace("00:00:01,000 -->", "00:00:01,500 -->"), "the times are not those of the source"),
        (lambda t: t.replace("người lao", "người"), "subtitle 1 is not in the file as it was approved"),
        (lambda t: t + "\n" + PREVIEW, "carries the banner of a preview"),
        (lambda t: "no times", "the file has no subtitles"),
    ],
)  # fmt: skip
def test_the_inspection_names(change: object, message: str) -> None:
    which, data = made("srt", "vi")
    assert callable(change)
    broken = change(data.decode())
    assert any(message in f.message for f in inspect_file("srt", broken.encode(), which, profile("vi")))


@pytest.mark.parametrize("language", TARGETS)
@given(data=st.data())
def test_a_line_is_parted_between_letters_and_never_before_a_sign_that_may_not_begin_one(
    language: str, data: st.DataObject
) -> None:
    own = profile(language)
    words = data.draw(
        st.lists(st.sampled_from([*own.sample.split(), *own.typesetting.not_at_line_start, "ILO", "2019"]), max_size=40)
    )
    text = (" " if own.spaced else "").join(words)
    cut = parted(text, own)
    if cut is None:
        return
    assert 0 < cut < len(text)
    assert text[cut] not in own.typesetting.not_at_line_start
    assert "".join(clusters(text, own)) == text
    places = {len("".join(clusters(text, own)[:n])) for n in range(len(clusters(text, own)))}
    assert cut in places


def test_letters_are_counted_as_a_reader_counts_them() -> None:
    assert width("ស្ត្រី", profile("km")) <= 3
    assert width("น้ำ", profile("th")) == 1
    assert width("労働ILO", profile("ja")) == 3.5


def test_a_subtitle_that_nobody_can_read_in_its_time_is_found_where_a_limit_is_published() -> None:
    shown = [("s-1", 1.0, (Text(text="労働者の権利を守る"),))]
    (found,) = checks.run_subtitles(shown, profile("ja"))
    assert (found.check, found.severity, found.segment) == ("subtitles.speed", "error", "s-1")
    assert "9 letters a second; viewers read 4" in found.message
    assert checks.run_subtitles([("s-1", 3.0, (Text(text="労働者の権利を守る"),))], profile("ja")) == ()
    assert checks.run_subtitles([("s-1", 0.1, (Text(text=profile("km").sample),))], profile("km")) == ()
    assert checks.run_subtitles(shown, profile("ja"), severities={"subtitles": "off"}) == ()


def test_a_subtitle_that_fills_more_than_two_lines_is_found() -> None:
    long = (Text(text=profile("ja").sample.replace(" ", "")),)
    assert len(plain(long)) > 26
    assert "subtitles.line" in [f.check for f in checks.run_subtitles([("s-1", 60.0, long)], profile("ja"))]
