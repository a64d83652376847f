"""Two people and a stranger in a real Chromium against a real server: login, stamped names, refusals."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pubpipe import pipeline
from pubpipe.pipeline import open_workspace
from pubpipe.server import client, down, people, runs, up_in_background
from tests.e2e.commands import done, pubpipe
from tests.e2e.test_review_in_browser import PATIENCE, Form, ends, free_port, waits_at

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.slow]

SETTINGS = """
[project]
name = "Login test"
publisher = "House"
languages = ["km"]

[engines]
chain = ["pseudo"]

[review]
self_approval = true
"""
OWN = "three quiet rivers"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "pubpipe.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "water.md").write_text("# Water\n\nNobody pays a fee.\n", encoding="utf-8")
    with open_workspace(tmp_path) as ws:
        pipeline.register(ws, tmp_path / "water.md")
    yield tmp_path
    down(tmp_path, say=print)


@pytest.fixture
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        yield browser
        browser.close()


def person(browser: Any) -> Any:
    """A browser of one's own: no cookie is shared."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE)
    return page


def log_in(page: Any, name: str, password: str) -> None:
    page.get_by_label("Name or e-mail").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_two_people_log_in_and_decide_in_their_own_names_and_nobody_else_does(
    workspace: Path, browser: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pictures = Path(os.environ.get("PUBPIPE_PICTURES") or tmp_path_factory.mktemp("pictures"))
    told = done(pubpipe("people", "add", "Sokha Chan", "-l", "km", "-s", "language review", cwd=workspace))
    start = told.partition("start password: ")[2].split()[0]
    with open_workspace(workspace) as ws:
        people.add(
            ws.state, "Ed Itor", now=ws.now(), role="editor", languages=["all"], stages=["sign-off"], password=OWN
        )
    address = up_in_background(workspace, say=print, port=free_port())
    own = runs.own_login(workspace, address)
    with open_workspace(workspace) as ws:
        runs.ensure_edition(ws, own, "water", "km")
    run = waits_at(own, "language review")
    assert "@" not in run.url

    # a stranger gets the login and nothing else
    stranger = person(browser)
    stranger.goto(run.url)
    assert stranger.url.startswith(f"{address}/pubpipe/login?next=")
    stranger.screenshot(path=pictures / "7-login.png")
    assert stranger.request.get(f"{address}/api/flow_runs/{run.id}").status == 401
    log_in(stranger, "Sokha Chan", "wrong")
    assert stranger.get_by_role("alert").inner_text() == "Name or password is wrong."

    # the editor is logged in and refused at a stage that is not theirs; what was typed stays
    editor = person(browser)
    editor.goto(run.url)
    log_in(editor, "ed itor", OWN)
    editor.get_by_text("Ed Itor", exact=True).wait_for()
    form = Form(editor, run, last="Comment")
    form.box("1 · ").fill("ទឹក")
    form.decide("approve")
    with editor.expect_response(lambda r: r.url.endswith("/resume")) as answer:
        form.submit()
    assert answer.value.status == 403
    editor.get_by_text("Ed Itor may not decide at “language review” in km").first.wait_for()
    editor.screenshot(path=pictures / "8-refused.png")
    assert form.box("1 · ").input_value() == "ទឹក"
    state = {"state": {"type": "COMPLETED"}}
    assert editor.request.post(f"{address}/api/flow_runs/{run.id}/set_state", data=state).status == 403

    # the reviewer chooses a password of her own, and approves under her name though another is sent
    reviewer = person(browser)
    reviewer.goto(run.url)
    log_in(reviewer, "Sokha Chan", start)
    reviewer.get_by_label("Password that you were given").fill(start)
    reviewer.get_by_label("New password").fill(OWN)
    reviewer.get_by_label("The same again").fill(OWN)
    reviewer.screenshot(path=pictures / "9-own-password.png")
    reviewer.get_by_role("button", name="Change the password").click()
    reviewer.get_by_text("Sokha Chan", exact=True).wait_for()
    form = Form(reviewer, run, last="Comment")
    assert form.field("Your name").count() == 0
    form.decide("approve")

    def claims(route: Any) -> None:
        said = json.loads(route.request.post_data)
        said["run_input"]["reviewer"] = "Mallory"
        route.continue_(post_data=json.dumps(said))

    reviewer.route("**/resume", claims)
    assert form.accepted()
    reviewer.screenshot(path=pictures / "10-approved.png")
    signing = waits_at(own, "sign-off")
    with open_workspace(workspace) as ws:
        assert {d.reviewer for d in ws.store.decisions.all("water", "km")} == {"Sokha Chan"}

    # revoked: her session is over at once
    done(pubpipe("people", "revoke", "Sokha Chan", cwd=workspace))
    assert reviewer.request.get(f"{address}/api/flow_runs/{run.id}").status == 401
    reviewer.reload()
    assert "/pubpipe/login" in reviewer.url

    # the editor signs off in the terminal: without the password not, with it yes
    sign = ["review", "approve", "water", "-l", "km", "--reviewer", "ed itor", "--yes"]
    with open_workspace(workspace) as ws:
        request = pipeline.next_review(ws, "water", "km")
    assert request is not None
    for finding in request.blocking:
        sign += ["--waive", finding]
    assert "nobody can be asked" in pubpipe(*sign, cwd=workspace).stderr
    assert "password is wrong" in pubpipe(*sign, cwd=workspace, PUBPIPE_PASSWORD="wrong").stderr
    assert client.run_state(own, signing.id).waiting
    done(pubpipe(*sign, cwd=workspace, PUBPIPE_PASSWORD=OWN))
    assert ends(own, run.id).name == "Completed"
    with open_workspace(workspace) as ws:
        assert {d.reviewer for d in ws.store.decisions.all("water", "km")} == {"Sokha Chan", "Ed Itor"}
    assert "up to date" in done(pubpipe("publish", "water.md", cwd=workspace))
    published = editor.request.get(f"{address}/pubpipe/files/water/km/water.km.pdf")
    assert published.body().startswith(b"%PDF")
    assert stranger.request.get(f"{address}/pubpipe/files/water/km/water.km.pdf").status == 401


def test_an_address_beyond_this_machine_is_refused_with_the_way_to_do_it(workspace: Path) -> None:
    with (workspace / "pubpipe.toml").open("a") as file:
        file.write('\n[server]\nhost = "0.0.0.0"\n')
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "pubpipe.server.supervise", str(workspace), str(port)]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 10
    assert "it has no accounts" in refused.stderr
    with open_workspace(workspace) as ws:
        people.add(ws.state, "Ed Itor", now=ws.now(), role="admin", password=OWN)
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 10
    assert "trusted_proxy = true" in refused.stderr
