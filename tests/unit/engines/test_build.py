"""Engines made from settings: what is refused, where keys come from, and engines of other packages."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from pubpipe.engines import EngineRefused, build
from pubpipe.engines.transport import retry_after
from pubpipe.errors import ConfigError, EngineBusy
from pubpipe.languages import SOURCE, TARGETS
from pubpipe.model import Span, TermHit
from tests.mt_server import KEY, always, first, serve, translation

KHMER = next(iter(TARGETS.values()))


def test_an_unknown_engine_is_told_its_nearest_neighbour() -> None:
    with pytest.raises(ConfigError) as caught:
        build("gogle", {}, {})
    assert "'gogle'" in caught.value.message
    assert "'google'" in caught.value.remedy


def test_a_missing_key_names_the_variable() -> None:
    with pytest.raises(ConfigError) as caught:
        build("microsoft", {"key_env": "OUR_KEY"}, {})
    assert "OUR_KEY" in caught.value.message


@pytest.mark.parametrize(
    "settings",
    [
        {"base_url": "ftp://example.org"},
        {"base_url": "https://user:secret-word@example.org/m"},
        {"read_timeout": 0},
        {"concurrency": "many"},
    ],
)
def test_a_wrong_value_is_refused_without_being_repeated(settings: dict[str, object]) -> None:
    with pytest.raises(ConfigError) as caught:
        build("google", settings, {})
    assert f"[engines.google] {next(iter(settings))}" in caught.value.message
    assert "secret-word" not in str(caught.value)


def test_microsoft_names_the_source_language_and_reads_no_language_list() -> None:
    with serve() as server:
        engine = build(
            "microsoft", server.settings("microsoft", region="southeastasia"), {"PUBPIPE_MICROSOFT_KEY": KEY}
        )
        assert engine.translate("A word here.", SOURCE, KHMER) == translation("A word here.", "km")
        [seen] = server.seen
        assert (seen.path, seen.query["from"], seen.query["to"]) == ("/ms/translate", "en", "km")
        assert seen.headers["Ocp-Apim-Subscription-Region"] == "southeastasia"
        server.faults = always("quota")
        with pytest.raises(EngineRefused, match="quota"):
            engine.translate("A word here.", SOURCE, KHMER)


def test_a_wrong_microsoft_key_is_refused_without_being_told() -> None:
    with serve() as server:
        engine = build("microsoft", server.settings("microsoft"), {"PUBPIPE_MICROSOFT_KEY": "wrong-key"})
        with pytest.raises(EngineRefused) as caught:
            engine.translate("A word here.", SOURCE, KHMER)
    assert "wrong-key" not in str(caught.value) + repr(caught.value.__cause__)


def test_a_key_does_not_travel_in_clear_text() -> None:
    with pytest.raises(ConfigError, match="base_url"):
        build("microsoft", {"base_url": "http://mt.example.org"}, {"PUBPIPE_MICROSOFT_KEY": KEY})


def test_mymemory_is_asked_over_https_where_nothing_else_is_said() -> None:
    assert build("mymemory", {}, {})._url.startswith("https://")  # type: ignore[attr-defined]


def test_a_model_is_told_the_terms_and_gets_the_text_as_data() -> None:
    hits = (
        TermHit(term="w", surface="wage", span=Span(start=2, end=6), preferred="ប្រាក់ឈ្នួល", forbidden=("លុយ",)),
        TermHit(term="n", surface="ILO", span=Span(start=0, end=1), keep=True),
    )
    with serve() as server:
        engine = build("llm", server.settings("llm", model="m", key_env="K"), {"K": KEY})
        engine.translate_with_terms("A wage.", SOURCE, KHMER, hits)  # type: ignore[attr-defined]
        [seen] = server.seen
    assert seen.headers["Authorization"] == f"Bearer {KEY}"
    assert seen.body["temperature"] == 0
    asked = json.loads(seen.body["messages"][1]["content"])
    assert asked["text"] == "A wage."
    assert [(t["source"], t["target"], t["avoid"]) for t in asked["terms"]] == [("wage", "ប្រាក់ឈ្នួល", ["លុយ"])]
    assert "A wage." not in seen.body["messages"][0]["content"]


@pytest.mark.parametrize(("fault", "requests"), [("chatter", 1), ("wrong-id", 2)])
def test_a_model_that_misses_the_form_gets_one_chance_to_repair(fault: str, requests: int) -> None:
    with serve(first(1, fault)) as server:
        engine = build("llm", server.settings("llm", model="m"), {})
        assert engine.translate("A word here.", SOURCE, KHMER) == translation("A word here.", "km")
        assert len(server.seen) == requests
        server.faults = always("wrong-id")
        with pytest.raises(EngineBusy, match="form of the answer"):
            engine.translate("A word here.", SOURCE, KHMER)


def test_deep_translator_still_works_for_others_in_the_same_process() -> None:
    from deep_translator import GoogleTranslator

    with serve() as server:
        build("google", server.settings("google"), {}).translate("A word here.", SOURCE, KHMER)
        theirs = GoogleTranslator(source="en", target="km")
        theirs._base_url = server.url + "/m"
        assert theirs.translate("Another word.") == translation("Another word.", "km")


def test_an_engine_of_another_package_is_found_by_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "parrot_engine.py").write_text(
        "from pubpipe.engines import EngineFactory, EngineSettings, Limits\n"
        "class Parrot:\n"
        "    name, fingerprint, languages, limits = 'parrot', 'parrot/1', None, Limits()\n"
        "    def translate(self, text, source, target):\n"
        "        return text\n"
        "FACTORY = EngineFactory(EngineSettings, lambda settings, environ: Parrot())\n"
        "WRONG = 3\n"
    )
    info = tmp_path / "parrot-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: parrot\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[pubpipe.engines]\nparrot = parrot_engine:FACTORY\nwrong = parrot_engine:WRONG\ngone = no_such_module:X\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert build("parrot", {}, {}).translate("squawk", SOURCE, KHMER) == "squawk"
    with pytest.raises(ConfigError, match="is no EngineFactory"):
        build("wrong", {}, {})
    with pytest.raises(ConfigError, match="cannot be loaded"):
        build("gone", {}, {})
    with pytest.raises(ConfigError) as caught:
        build("parot", {}, {})
    assert "'parrot'" in caught.value.remedy
    sys.modules.pop("parrot_engine", None)


@pytest.mark.parametrize(
    ("value", "seconds"), [("", None), ("7", 7.0), ("soon", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)]
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": value} if value else {}) == seconds
