"""pubpipe.toml: every mistake is answered with the file, the key and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from pubpipe.errors import ConfigError
from pubpipe.languages import TARGETS
from pubpipe.project import Project, load_project, publication_id
from pubpipe.root import find_root


def load(tmp_path: Path, text: str, **environ: str) -> Project:
    (tmp_path / "pubpipe.toml").write_text(text, encoding="utf-8")
    return load_project(tmp_path, environ)


def test_an_empty_file_gives_every_default(tmp_path: Path) -> None:
    project = load(tmp_path, "")
    assert project.languages == tuple(TARGETS)
    assert [s.decides for s in project.review.stages] == ["segments", "edition"]
    assert project.engines.chain == ("none",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[projekt]\n", "Did you mean [project]?"),
        ('[project]\noutpt = "x"\n', "did you mean 'output'?"),
        ("[server]\nprot = 1\n", "did you mean 'port'?"),
        ('[project]\nlanguages = ["khm"]\n', "unknown language 'khm'"),
        ('[project]\nlanguages = ["en"]\n', "language of the sources"),
        ("[project]\nlanguages = []\n", "no language is given"),
        ("[server]\nport = 99999\n", "server.port"),
        ("[memory\n", "pubpipe.toml"),
        ('[[review.stages]]\nname = "a"\ndecides = "edition"\n', "every sentence is approved"),
        ('[[review.stages]]\nname = "a"\n[[review.stages]]\nname = "a"\n', "a name of its own"),
        ('[checks]\nnumbers = "fatal"\n', "checks.numbers"),
    ],
)
def test_a_mistake_is_named_with_its_cure(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert said in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "pubpipe.toml").write_bytes("[project]\nname = 'é'".encode("latin-1"))
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_project(tmp_path, {})


def test_the_store_comes_from_the_environment_where_it_is_set(tmp_path: Path) -> None:
    assert load(tmp_path, "", PUBPIPE_STORE="postgresql+psycopg://h/d").store == "postgresql+psycopg://h/d"


def test_engine_tables_are_settings_of_that_engine(tmp_path: Path) -> None:
    project = load(tmp_path, '[engines]\nchain = ["google"]\n[engines.google]\ntimeout = 5\n')
    assert project.engines.settings == {"google": {"timeout": 5}}
    assert project.engines.chain == ("google",)


def test_a_publication_may_have_languages_and_engines_of_its_own(tmp_path: Path) -> None:
    project = load(tmp_path, '[publications.brief]\nlanguages = ["km"]\nengines = ["pseudo"]\n')
    assert project.languages_of("brief") == ("km",)
    assert project.languages_of("other") == tuple(TARGETS)
    assert project.engines_of("brief", "km") == ("pseudo",)


def test_the_workspace_is_found_from_a_folder_below(tmp_path: Path) -> None:
    load(tmp_path, "")
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find_root(deep) == tmp_path.resolve()


def test_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="pubpipe init"):
        find_root(tmp_path)


@pytest.mark.parametrize(
    ("name", "id_"),
    [("Executive Summary (final)", "executive-summary-final"), ("Résumé_2026", "resume-2026"), ("a--b", "a-b")],
)
def test_a_publication_id_comes_from_the_file_name(name: str, id_: str) -> None:
    assert publication_id(name) == id_


def test_a_name_without_latin_letters_asks_for_an_id() -> None:
    with pytest.raises(ConfigError, match="--id"):
        publication_id("សង្ខេប")
