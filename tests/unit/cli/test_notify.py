"""pubpipe notify, status and doctor: what a person sees of messages and deadlines."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from pubpipe import pipeline
from pubpipe.cli.app import app
from pubpipe.errors import ConfigError, ServerError
from tests.mail_server import Post, post_office

STAGES = """
[project]
languages = ["km"]

[engines]
chain = ["pseudo"]

[[review.stages]]
name = "language review"
people = { km = ["Sokha Chan", "Vanna"] }
deadline = "10 days"
"""


def notify(port: int) -> str:
    smtp = f'[notify.smtp]\nhost = "localhost"\nport = {port}\ntls = "none"\nfrom = "r@example.org"\ntimeout = 3\n'
    return smtp + '[notify.addresses]\n"Sokha Chan" = "sokha@example.org"\n'


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as office:
        yield office


@pytest.fixture
def root(tmp_path: Path, post: Post) -> Path:
    (tmp_path / "pubpipe.toml").write_text(STAGES + notify(post.port), encoding="utf-8")
    (tmp_path / "water.md").write_text("# Water\n\nNobody pays a fee.\n", encoding="utf-8")
    with pipeline.open_workspace(tmp_path, environ={}) as ws:
        pipeline.register(ws, tmp_path / "water.md")
        pipeline.prepare(ws, "water", "km")
    return tmp_path


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--workspace", str(root)])


def test_messages_are_shown_collected_and_sent(root: Path, post: Post) -> None:
    shown = run(root, "notify", "--dry-run", "--now").output
    assert "---- to Sokha Chan (mail)" in shown
    assert "1 message would go out. Nothing was sent" in shown
    assert run(root, "notify").output == "0 sent, 1 being collected.\n"
    assert run(root, "notify", "--now").output == "1 sent.\n"
    assert [str(m["To"]) for m in post.mails] == ["Sokha Chan <sokha@example.org>"]
    status = run(root, "status").output
    assert "due 20" in status
    assert "! not everybody heard that water/km waits at “language review”: no e-mail address: Vanna" in status
    (row,) = json.loads(run(root, "status", "--json").output)
    assert (row["overdue"], row["deadline"][:4]) == (False, "due ")
    (review,) = json.loads(run(root, "review", "list", "--json").output)
    assert dt.datetime.fromisoformat(review["due"]) == dt.datetime.fromisoformat(row["due"])
    assert review["due"].endswith("+07:00")  # a day is the day of the people here
    assert f"language review: {row['deadline']}" in run(root, "plan").output


def test_a_failure_is_an_error_of_its_own_and_can_be_tried_again(root: Path, post: Post) -> None:
    post.refuses = {"sokha@example.org": "550 no such user"}
    failed = run(root, "notify", "--now")
    assert isinstance(failed.exception, ServerError)
    assert "Sokha Chan: 550 no such user" in str(failed.exception)
    assert "Sokha Chan was not told" in run(root, "status").output
    post.refuses = {}
    assert run(root, "notify", "--retry").output == "to be tried again of what had failed: 1\n1 sent.\n"


def test_doctor_looks_at_the_mail_server_and_sends_nothing(root: Path, post: Post) -> None:
    lines = {line["name"]: line for line in json.loads(run(root, "doctor", "--json").output)}
    assert (lines["mail"]["state"], "no login" in lines["mail"]["detail"]) == ("ok", True)
    assert lines["messages"]["detail"] == "1 wait to be sent"
    assert (post.connections, post.mails) == (1, [])
    (root / "pubpipe.toml").write_text(STAGES + notify(1), encoding="utf-8")
    broken = {line["name"]: line for line in json.loads(run(root, "doctor", "--json").output)}["mail"]
    assert (broken["state"], "cannot be reached: Connection refused" in broken["detail"]) == ("broken", True)


def test_without_settings_it_says_how_to_make_them(tmp_path: Path) -> None:
    (tmp_path / "pubpipe.toml").write_text(STAGES, encoding="utf-8")
    assert isinstance(run(tmp_path, "notify").exception, ConfigError)
