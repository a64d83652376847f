"""Pseudo-translations: as long, as tall and as breakable as the real thing, and plainly not it."""

from __future__ import annotations

import pytest

from pubpipe.engines import build
from pubpipe.engines.answers import complaint
from pubpipe.engines.protect import FORMS
from pubpipe.engines.pseudo import MARK
from pubpipe.languages import SOURCE, TARGETS, LanguageProfile, canonical

ENGINE = build("pseudo", {}, {})
EVERY = pytest.mark.parametrize("target", TARGETS.values(), ids=lambda p: p.tag)
PARAGRAPH = (
    "In [X1X]2023[X2X], more than 350,000 migrant workers crossed the border to work in garment factories, "
    "fisheries and private homes (see https://example.org/report and No. 249/13); most of them paid recruitment "
    "fees that their employers should have paid, and few knew where to complain."
)


@EVERY
def test_it_passes_for_an_answer_in_the_script(target: LanguageProfile) -> None:
    answer = ENGINE.translate(PARAGRAPH, SOURCE, target)
    assert complaint(PARAGRAPH, answer, FORMS["bracket"], target) is None


@EVERY
def test_it_is_marked_and_the_same_each_time(target: LanguageProfile) -> None:
    answer = ENGINE.translate(PARAGRAPH, SOURCE, target)
    assert answer.startswith(MARK)
    assert answer == build("pseudo", {}, {}).translate(PARAGRAPH, SOURCE, target)
    assert answer != ENGINE.translate(PARAGRAPH + " Now.", SOURCE, target)


@EVERY
def test_numbers_addresses_and_placeholders_stay(target: LanguageProfile) -> None:
    answer = ENGINE.translate(PARAGRAPH, SOURCE, target)
    for kept in ("[X1X]2023[X2X]", "350,000", "https://example.org/report", "No. 249/13", "(", ");"):
        assert answer.count(kept) == 1


@EVERY
def test_it_is_about_as_long_as_a_translation(target: LanguageProfile) -> None:
    prose = PARAGRAPH[PARAGRAPH.index("more") :].replace("350,000", "many").partition(" (see")[0]
    answer = ENGINE.translate(prose, SOURCE, target)
    assert len(answer) / len(prose) == pytest.approx(target.checking.length_ratio, rel=0.25)


@EVERY
def test_a_sentence_ends_as_the_script_ends_it(target: LanguageProfile) -> None:
    last = ENGINE.translate("They may leave.", SOURCE, target)[-1]
    if target.checking.sentence_end:
        assert last == target.checking.sentence_end[0]
    else:
        assert last.isalpha() or not last.isascii()


@EVERY
def test_the_sample_is_canonical_and_in_its_own_script(target: LanguageProfile) -> None:
    assert canonical(target.sample) == target.sample
    letters = [c for c in target.sample if not c.isspace()]
    assert all(any(a <= ord(c) <= b for a, b in target.script_ranges) for c in letters)
    assert len(target.sample.split()) >= 20
