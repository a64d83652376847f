"""pubpipe.toml: every mistake is answered with the file, the key and what to do."""

from __future__ import annotations

import datetime as dt
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


STAGE = '[[review.stages]]\nname = "a"\n'


@pytest.mark.parametrize(
    ("text", "days"), [("10", 10), ('"10 days"', 10), ('"1 day"', 1), ('"36 hours"', 1.5), ('"2 weeks"', 14)]
)
def test_a_deadline_is_a_number_of_days_or_says_its_unit(tmp_path: Path, text: str, days: float) -> None:
    (stage,) = load(tmp_path, f"{STAGE}deadline = {text}\n").review.stages
    assert stage.deadline == dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (STAGE + 'deadline = "soon"\n', "a duration is a number of days"),
        (STAGE + "deadline = 0\n", "a duration is a number of days"),
        (STAGE + "deadline = true\n", "a duration is a number of days"),
        (STAGE + "reminder = 2\n", "a reminder needs a deadline"),
        (STAGE + "deadline = 2\nreminder = 3\n", "a reminder needs a deadline"),
        (STAGE + 'delegates = { "Sokha" = "sokha" }\n', "somebody else"),
        (
            STAGE + 'delegates = { "S" = { name = "D", from = 2026-02-01, until = 2026-01-01 } }\n',
            "end before they begin",
        ),
        (STAGE + 'delegates = { "S" = { name = "D", form = 2026-02-01 } }\n', "delegates"),
        ("[notify]\nwatcher = []\n", "did you mean 'watchers'?"),
        ('[notify.addresses]\nSokha = "sokha@example.org, x@example.org"\n', "no e-mail address"),
        ('[notify.smtp]\nhost = "h"\nfrom = "nobody"\n', "from is no e-mail address"),
        ('[notify.smtp]\nhost = "h"\nfrom = "a@b.org"\ntls = "none"\nuser = "u"\n', "in clear text"),
        ('[notify.smtp]\nhost = "h"\nfrom = "a@b.org"\npassword = "x"\n', "notify.smtp.password is not a key"),
        ('[[notify.webhooks]]\nname = "w"\n', "needs url or url_variable"),
        ('[[notify.webhooks]]\nname = "w"\nurl = "ftp://h"\n', "begins with https://"),
        ('[[notify.webhooks]]\nname = "w"\nurl = "https://u:p@h/x"\n', "holds no login"),
    ],
)
def test_a_mistake_about_stages_and_messages_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert said in str(caught.value)


def test_four_eyes_are_the_default_and_delegates_have_days_or_none(tmp_path: Path) -> None:
    assert not load(tmp_path, "").review.self_approval
    text = '[review]\nself_approval = true\ndelegates = { "S" = { name = "D", from = 2026-01-01 } }\n' + STAGE
    review = load(tmp_path, text + 'delegates = { "T" = "E" }\nself_approval = false\n').review
    (stage,) = review.stages
    assert (review.self_approval, stage.self_approval) == (True, False)
    assert stage.delegates == {"T": "E"}
    given = review.delegates["S"]
    assert not isinstance(given, str)
    assert (given.name, given.since, given.until) == ("D", dt.date(2026, 1, 1), None)


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
