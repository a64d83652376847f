"""What every language promises, run over ours and over the example of the guide."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
import sys
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_decimal

from pubpipe import checks, cli, engines, languages
from pubpipe.checks import CheckContext, numbers
from pubpipe.checks.amounts import target_amounts
from pubpipe.errors import ConfigError
from pubpipe.glossary import matcher, table, verify
from pubpipe.languages import TARGETS, LanguageProfile, canonical, fold
from pubpipe.model import Text
from pubpipe.project import Project, known_languages
from tests.tables import rows

EXAMPLE = Path(__file__).parents[2] / "docs" / "how-to" / "indonesian"


def _example() -> LanguageProfile:
    spec = importlib.util.spec_from_file_location("pubpipe_indonesian_for_tests", EXAMPLE / "pubpipe_indonesian.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert isinstance(module.PROFILE, LanguageProfile)
    return module.PROFILE


ALL = (*TARGETS.values(), _example())
each = pytest.mark.parametrize("profile", ALL, ids=[p.tag for p in ALL])


def words_of(profile: LanguageProfile) -> list[str]:
    checking, numbers_ = profile.checking, profile.numbers
    lists = (
        checking.negation,
        checking.negation_accidents,
        checking.negation_sure,
        checking.affirmed,
        checking.obligation,
        checking.question_end,
        checking.common_words,
        numbers_.not_scales,
        numbers_.word_accidents,
        numbers_.percent,
        *numbers_.currencies.values(),
    )
    return [w for words in lists for w in words] + [*numbers_.scales, *numbers_.eras, *numbers_.months]


def found(english: str, translation: str, profile: LanguageProfile) -> set[str]:
    pair = (Text(text=english),), (Text(text=translation),)
    return {f"{f.check} {f.severity}" for f in checks.run(*pair, profile)}


@each
def test_names_are_those_of_cldr_and_letters_are_in_the_script(profile: LanguageProfile) -> None:
    locale = Locale.parse(profile.locale)
    assert profile.english_name in (locale.get_display_name("en"), "Burmese")
    assert fold(profile.native_name) == fold(locale.get_display_name(profile.locale) or "")
    for char in profile.native_name + profile.sample:
        if unicodedata.category(char)[0] in "LM":
            assert any(a <= ord(char) <= b for a, b in profile.script_ranges), f"U+{ord(char):04X}"


@each
def test_every_word_is_in_the_form_in_which_text_is_stored(profile: LanguageProfile) -> None:
    for word in (*words_of(profile), profile.sample):
        assert canonical(word) == word
        assert word == word.strip()
        assert word


@each
def test_quotes_and_digits_are_those_of_cldr(profile: LanguageProfile) -> None:
    if profile.native_digits is not None:
        assert [unicodedata.digit(c) for c in profile.native_digits] == list(range(10))
    data = Locale.parse(profile.locale)._data.get("delimiters") or {}
    if data:
        assert profile.quotes.open == data["quotationStart"]
    assert len({profile.quotes.open, profile.quotes.close, profile.quotes.inner_open, profile.quotes.inner_close}) == 4


@each
@pytest.mark.parametrize("value", [2_300, 35_000, 230_000, 2_300_000, 35_000_000, 1_400_000_000])
def test_numbers_as_cldr_writes_them_are_understood(profile: LanguageProfile, value: int) -> None:
    kinds = Locale.parse(profile.locale).compact_decimal_formats
    kind = "long" if "long" in kinds else "short"
    written = {
        format_decimal(value, locale=profile.locale),
        format_compact_decimal(value, format_type=kind, locale=profile.locale, fraction_digits=1),
    }
    for text in written:
        assert any(value in {int(r) for r in a.readings} for a in target_amounts(text, profile)), text


@each
@pytest.mark.parametrize("month", range(1, 13))
def test_dates_as_cldr_writes_them_are_the_same_date_and_no_other(profile: LanguageProfile, month: int) -> None:
    def judged(english: dt.date, other: dt.date) -> list[str]:
        source = f"On {format_date(english, 'd MMMM y', locale='en')} the law changed."
        target = format_date(other, "long", locale=profile.locale)
        context = CheckContext((Text(text=source),), (Text(text=target),), profile)
        return [f.severity for f in numbers.check(context)]

    day = dt.date(2023, month, 14)
    assert judged(day, day) == []
    assert "error" in judged(day, dt.date(2023, month % 12 + 1, 14))
    assert "error" in judged(day, dt.date(2024, month, 14))


@each
def test_per_cent_and_each_currency_are_known_by_their_words(profile: LanguageProfile) -> None:
    for word in profile.numbers.percent:
        assert "units.percent warning" not in found("12 per cent of it", f"12 {word}", profile)
    assert "units.percent warning" in found("12 per cent of it", "12", profile)
    for code, english in {"THB": "baht", "USD": "dollars", "JPY": "yen", "EUR": "euros", "MMK": "kyat"}.items():
        for word in profile.numbers.currencies[code]:
            assert "units.currency warning" not in found(f"It costs 12 {english}", f"12 {word}", profile)
        assert "units.currency warning" in found(f"It costs 12 {english}", "12", profile)


@each
def test_a_sentence_of_the_sample_is_of_the_language_and_english_is_not(profile: LanguageProfile) -> None:
    english = "The workers have the right to a fair wage and to good conditions of work in this country."
    sample = profile.sample if profile.spaced else profile.sample.replace(" ", "")
    assert not {f for f in found(english, sample, profile) if f.startswith("script")}
    assert "script error" in found(english, english.replace("workers", "people"), profile)


@each
def test_each_rule_for_checking_and_numbers_has_its_source_beside_it(profile: LanguageProfile) -> None:
    module = EXAMPLE / "pubpipe_indonesian.py"
    if profile.tag in TARGETS:
        module = Path(languages.__file__).parent / f"{profile.tag}.py"
    without = []
    lines = module.read_text("utf-8").splitlines()
    inside = ""
    for number, line in enumerate(lines):
        if line.startswith("    checking=") or line.startswith("    numbers="):
            inside = line.strip()
        elif line.startswith("    )"):
            inside = ""
        elif inside and line.startswith("        ") and line[8] not in " )}#":
            before, own = lines[number - 1], [line]
            for following in lines[number + 1 :]:
                if not following.startswith((" " * 9, "        )", "        }")):
                    break
                own.append(following)
            if not before.strip().startswith("#") and not any("#" in each_line for each_line in own):
                without.append(line.strip())
    assert without == []


# --- the seventh language
# ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def indonesian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LanguageProfile]:
    """The example as an installer leaves it."""
    points = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    install(tmp_path, "pubpipe_indonesian", (EXAMPLE / "pubpipe_indonesian.py").read_text("utf-8"), points)
    monkeypatch.syspath_prepend(str(tmp_path))
    languages.extra.cache_clear()
    yield languages.profile("id")
    languages.extra.cache_clear()
    sys.modules.pop("pubpipe_indonesian", None)


def install(folder: Path, module: str, code: str, points: dict[str, dict[str, str]]) -> None:
    (folder / f"{module}.py").write_text(code, encoding="utf-8")
    information = folder / f"{module}-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    lines = [f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in values.items()) for group, values in points.items()]
    (information / "entry_points.txt").write_text("".join(lines))


def test_a_language_of_another_package_is_known_by_name_and_changes_no_default(indonesian: LanguageProfile) -> None:
    assert indonesian.english_name == "Indonesian"
    assert "id" not in TARGETS
    assert Project.model_fields["languages"].default == tuple(TARGETS)
    assert not [c for c in table.COLUMNS if c.startswith("indonesian")]
    assert known_languages(("km", "id")) == ("km", "id")
    with pytest.raises(ConfigError, match="unknown language 'indonesian'") as error:
        languages.profile("indonesian")
    assert "Did you mean 'id'?" in error.value.remedy


def test_the_cases_of_the_example_hold(indonesian: LanguageProfile) -> None:
    for _, row in rows("numbers", EXAMPLE):
        context = CheckContext((Text(text=row["english"]),), (Text(text=row["translation"]),), indonesian)
        severities = {f.severity for f in numbers.check(context)}
        worst = "ok" if not severities else "error" if "error" in severities else "warning"
        assert worst == row["expect"], row
    for _, row in rows("checks", EXAMPLE):
        wanted = set() if row["finds"] == "-" else set(row["finds"].split(", "))
        assert found(row["english"], row["translation"], indonesian) == wanted, row


def test_a_glossary_may_have_its_columns_and_its_files_can_be_checked(
    indonesian: LanguageProfile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    csv = "id,source,km,indonesian,indonesian_forbidden\nmw,migrant worker,ពលករ,pekerja migran,TKI\n"
    glossary = table.parse(csv.encode())
    found_ = matcher(glossary)
    source, wrong = (Text(text="Migrant workers rest."),), (Text(text="TKI beristirahat."),)
    hits = found_.find(source, "id")
    assert [f.check for f in verify(hits, source, wrong, indonesian, found_)] == ["terms", "terms.forbidden"]
    path = tmp_path / "a.jsonl"
    path.write_text('{"source": "There are 12 of them.", "target": "Ada 13."}\n', encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["pubpipe", "check", str(path), "-l", "id"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 1
    assert "“12” is “13”" in capsys.readouterr().out


def test_engines_translate_into_it_and_the_memory_takes_it(
    indonesian: LanguageProfile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    google = engines.build("google", {}, {})
    assert engines.supports(google, indonesian)
    assert all(engines.supports(google, own) for own in TARGETS.values())
    (tmp_path / "pubpipe.toml").write_text("", encoding="utf-8")
    path = tmp_path / "a.jsonl"
    lines = ({"lang": tag, "source": "One.", "target": "Satu."} for tag in ("id", "fr"))
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["pubpipe", "memory", "import", str(path), "-w", str(tmp_path), "--json"])
    _run(cli.main)
    assert json.loads(capsys.readouterr().out) == {"imported": {"id": 1}, "skipped": 0, "zawgyi": 0}


def _run(command: Callable[[], None]) -> None:
    with pytest.raises(SystemExit) as end:
        command()
    assert not end.value.code


@pytest.mark.parametrize(
    ("tag", "code", "said"),
    [
        ("xx", "import nothing_of_that_name", "cannot be loaded (ModuleNotFoundError)"),
        ("xx", "PROFILE = 3", "is no LanguageProfile of it"),
        ("km", "from pubpipe.languages import TARGETS\nPROFILE = TARGETS['km']", "it is there already"),
    ],
)
def test_what_is_wrong_with_a_language_of_another_package_is_said_with_its_name(
    tag: str, code: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, "strange_language", code, {languages.ENTRY_POINTS: {tag: "strange_language:PROFILE"}})
    monkeypatch.syspath_prepend(str(tmp_path))
    languages.extra.cache_clear()
    try:
        with pytest.raises(ConfigError) as error:
            languages.profile("zz")
        assert said in error.value.message
        assert "strange_language" in error.value.message
    finally:
        languages.extra.cache_clear()
        sys.modules.pop("strange_language", None)
