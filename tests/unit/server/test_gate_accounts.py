"""The layer once there are accounts: who gets in, what they may ask, and whose name an answer carries."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

from pubpipe.server import people, signature
from pubpipe.server.door import HOURS, WINDOW
from tests.unit.server.house import ADMIN, EDITOR, PASSWORD, RUN, SOKHA, SOMCHAI, House, account, basic

HTML = "text/html"


@pytest.fixture
def house(tmp_path: Path) -> House:
    for language in ("km", "th"):
        folder = tmp_path / "outputs" / "water" / language
        folder.mkdir(parents=True)
        (folder / f"water.{language}.pdf").write_bytes(b"%PDF")
    (tmp_path / "outputs" / "water" / "manifest.json").write_text("{}")
    return House(tmp_path, SOKHA, SOMCHAI, EDITOR, ADMIN)


# ---- getting in


def test_without_accounts_this_machine_is_let_in_as_before(tmp_path: Path) -> None:
    house = House(tmp_path)
    assert house.ask("GET", "/api/flow_runs/x").status == 200
    assert house.answer(None, reviewer="anybody").status == 200
    assert house.prefect.resumed == {"digest": "d1", "decision": "approve", "reviewer": "anybody"}


def test_an_address_that_others_reach_lets_nobody_in_without_accounts(tmp_path: Path) -> None:
    assert House(tmp_path, exposed=True).ask("GET", "/api/flow_runs/x").status == 503


def test_accounts_that_vanish_or_break_open_nothing(house: House) -> None:
    assert house.ask("GET", "/api/version").status == 401
    (house.state / people.FILE).unlink()
    assert house.ask("GET", "/api/version").status == 503
    (house.state / people.FILE).write_text("{")
    assert house.ask("GET", "/api/version").status == 503
    assert house.prefect.asked == []


@pytest.mark.parametrize("path", ["/api/flow_runs/filter", f"/api/flow_runs/{RUN}/resume", "/api/admin/settings", "/x"])
def test_nothing_is_open_without_a_login_except_that_the_server_is_up(house: House, path: str) -> None:
    for method in ("GET", "POST", "DELETE", "PATCH", "PUT", "OPTIONS"):
        assert house.ask(method, path).status == 401
    assert house.prefect.asked == []
    assert house.ask("GET", "/api/health").status == 200
    assert house.ask("GET", "/pubpipe/files/water/km/water.km.pdf").status == 401


def test_a_browser_is_led_to_the_login_and_back(house: House) -> None:
    led = house.ask("GET", "/runs/flow-run/1?tab=logs", accept=HTML)
    assert (led.status, led.headers["location"]) == (303, "/pubpipe/login?next=/runs/flow-run/1%3Ftab%3Dlogs")
    page = house.ask("GET", led.headers["location"], accept=HTML)
    assert 'name="next" value="/runs/flow-run/1?tab=logs"' in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    "evil", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", ""]
)
def test_the_login_leads_to_no_other_site(house: House, evil: str) -> None:
    body = urlencode({"name": "Sokha Chan", "password": PASSWORD, "next": evil}).encode()
    assert house.ask("POST", "/pubpipe/login", body).headers["location"] == "/"


def test_a_login_gives_a_session_that_scripts_and_other_sites_cannot_use(house: House) -> None:
    done = house.login("sokha  chan")
    assert (done.status, done.headers["location"]) == (303, "/runs")
    assert "; HttpOnly; SameSite=Lax" in done.headers["set-cookie"]
    assert "Secure" not in done.headers["set-cookie"]
    page = house.ask("GET", "/", accept=HTML, cookie=done.cookie)
    assert 'class="pubpipe-who"' in page.text
    assert 'href="/pubpipe/review/"' in page.text
    assert "Sokha Chan</a>" in page.text


def test_behind_tls_the_session_is_sent_over_tls_only(tmp_path: Path) -> None:
    house = House(tmp_path, SOKHA, public_url="https://reviews.example.org", trusted_proxy=True, exposed=True)
    done = house.login("Sokha Chan", host="reviews.example.org", origin="https://reviews.example.org")
    assert "; Secure" in done.headers["set-cookie"]


@pytest.mark.parametrize(
    ("name", "password"), [("Sokha Chan", "wrong"), ("nobody", PASSWORD), ("", ""), ("Sokha Chan", PASSWORD.upper())]
)
def test_a_wrong_password_and_an_unknown_name_are_told_the_same(house: House, name: str, password: str) -> None:
    refused = house.login(name, password)
    assert refused.status == 401
    assert "Name or password is wrong." in refused.text
    assert "set-cookie" not in refused.headers


def test_what_was_typed_as_a_name_is_shown_as_text(house: House) -> None:
    assert "<script>" not in house.login('"><script>alert(1)</script>', "x").text


def test_guessing_is_stopped_for_the_account_from_there_and_not_for_its_owner_elsewhere(house: House) -> None:
    statuses = [house.login("Sokha Chan", f"guess {n}").status for n in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    right = house.login("Sokha Chan")
    assert right.status == 429  # also the right one: a guess must not be told from a hit
    assert "minutes" in right.text
    assert house.login("Sokha Chan", client="198.51.100.7").status == 303
    house.time += WINDOW + dt.timedelta(seconds=1)
    assert house.login("Sokha Chan").status == 303


def test_guessing_from_many_addresses_and_over_many_names_is_stopped_too(house: House) -> None:
    for n in range(20):
        assert house.login("Sokha Chan", "guess", client=f"198.51.100.{n}").status == 401
    assert house.login("Sokha Chan", "guess", client="198.51.100.99").status == 429
    for n in range(30):
        assert house.login(f"name {n}", "guess", client="203.0.113.5").status == 401
    assert house.login("Ed Itor", "guess", client="203.0.113.5").status == 429


def test_an_address_claimed_in_a_header_counts_only_behind_our_own_proxy(tmp_path: Path, house: House) -> None:
    for n in range(6):
        last = house.login("Sokha Chan", "guess", x_forwarded_for=f"203.0.113.{n}")
    assert last.status == 429
    behind = House(tmp_path, SOKHA, public_url="https://r.example.org", trusted_proxy=True, exposed=True)
    for n in range(6):
        last = behind.login("Sokha Chan", "x", host="r.example.org", x_forwarded_for=f"203.0.113.{n}, 198.51.100.1")
    assert last.status == 429  # what the client claims stands before what our proxy saw


def test_a_session_ends_with_its_time_with_the_logout_and_with_another_password(house: House) -> None:
    cookie = house.login("Sokha Chan").cookie
    assert house.ask("GET", "/api/version", cookie=cookie).status == 200
    assert house.ask("POST", "/pubpipe/logout", cookie=cookie).status == 303
    assert house.ask("GET", "/api/version", cookie=cookie).status == 401
    cookie = house.login("Sokha Chan").cookie
    house.time += dt.timedelta(hours=HOURS, seconds=1)
    assert house.ask("GET", "/api/version", cookie=cookie).status == 401
    cookie = house.login("Sokha Chan").cookie
    house.write(SOKHA.model_copy(update={"generation": "another"}), EDITOR)
    assert house.ask("GET", "/api/version", cookie=cookie).status == 401


def test_the_cookie_of_a_revoked_account_is_worth_nothing_at_once(house: House) -> None:
    cookie = house.login("Sokha Chan").cookie
    assert house.ask("GET", "/api/version", cookie=cookie).status == 200
    people.revoke(house.state, "Sokha Chan", now=house.time)
    assert house.ask("GET", "/api/version", cookie=cookie).status == 401
    assert house.ask("GET", "/api/version", authorization=basic("Sokha Chan")).status == 401
    assert house.login("Sokha Chan").status == 401


def test_a_forged_or_altered_cookie_opens_nothing(house: House, tmp_path: Path) -> None:
    name, _, value = house.cookie(SOKHA).partition("=")
    packed, _, seal = value.partition(".")
    other = House(tmp_path / "other" if (tmp_path / "other").mkdir() is None else tmp_path, SOKHA)
    foreign = other.cookie(SOKHA)
    stolen = house.cookie(EDITOR).partition("=")[2].partition(".")[0]
    for wrong in (f"{name}={packed}.{seal[:-1]}x", f"{name}={stolen}.{seal}", f"{name}=", f"{name}=a.b", foreign):
        assert house.ask("GET", "/api/version", cookie=wrong).status == 401


def test_programs_and_people_may_send_name_and_password_with_each_request(house: House) -> None:
    assert house.ask("GET", "/api/version", authorization=basic("Sokha Chan")).status == 200
    assert house.ask("GET", "/api/version", authorization=basic("Sokha Chan", "wrong")).status == 401
    assert house.ask("GET", "/api/version", authorization="Bearer x").status == 401
    token = people.workspace_login(house.state).partition(":")[2]
    assert house.ask("DELETE", "/api/flows/1", authorization=basic(people.WORKSPACE, token)).status == 200
    assert house.ask("DELETE", "/api/flows/1", authorization=basic(people.WORKSPACE, token[:-1] + "g")).status == 401


def test_a_start_password_is_good_for_one_thing(house: House) -> None:
    start = account("New", languages="km", stages="language review", start_until=house.time + dt.timedelta(days=7))
    house.write(start, EDITOR)
    done = house.login("New")
    assert done.status == 303
    page = house.ask("GET", "/runs", accept=HTML, cookie=done.cookie)
    assert page.headers["location"] == "/pubpipe/account"
    assert house.ask("GET", "/api/version", cookie=done.cookie).status == 403
    assert house.answer(start).status == 403
    for new, again, words in (
        ("short", "short", "10 characters"),
        ("long enough now", "differs", "differ"),
        (PASSWORD,) * 2 + ("you have",),
    ):
        body = urlencode({"old": PASSWORD, "new": new, "again": again}).encode()
        refused = house.ask("POST", "/pubpipe/account", body, cookie=done.cookie)
        assert (refused.status, words in refused.text) == (400, True)
    body = urlencode({"old": PASSWORD, "new": "long enough now", "again": "long enough now", "next": "/runs"}).encode()
    changed = house.ask("POST", "/pubpipe/account", body, cookie=done.cookie)
    assert (changed.status, changed.headers["location"]) == (303, "/runs")
    assert house.ask("GET", "/api/version", cookie=changed.cookie).status == 200
    assert house.ask("GET", "/api/version", cookie=done.cookie).status == 401
    assert house.login("New").status == 401


def test_a_start_password_that_nobody_used_in_time_is_over(house: House) -> None:
    house.write(account("New", start_until=house.time + dt.timedelta(days=7)), EDITOR)
    house.time += dt.timedelta(days=8)
    assert house.login("New").status == 401


# ---- answers


def test_the_name_of_the_login_is_stamped_over_whatever_was_typed(house: House) -> None:
    assert house.answer(SOKHA, reviewer="Mallory", signature="forged", segment_a="ទឹក").status == 200
    resumed = house.prefect.resumed
    assert resumed is not None
    assert resumed["reviewer"] == "Sokha Chan"
    assert resumed["segment_a"] == "ទឹក"
    assert signature.sealed_at(people.secret(house.state), RUN, resumed) == house.time
    _, _, body, headers = house.prefect.asked[-1]
    assert headers["content-length"] == str(len(body))


@pytest.mark.parametrize(
    ("who", "language", "stage", "words"),
    [
        (SOMCHAI, "km", "language review", "Somchai may not decide at “language review” in km"),
        (SOKHA, "km", "sign-off", "may decide: language review in km"),
        (EDITOR, "km", "language review", "may decide: sign-off in all"),
        (ADMIN, "km", "sign-off", "may decide: nothing"),
    ],
)
def test_a_person_without_the_right_for_this_stage_and_language_is_refused_in_words(
    house: House, who: people.Account, language: str, stage: str, words: str
) -> None:
    house.prefect.language, house.prefect.stage = language, stage
    refused = house.answer(who)
    assert refused.status == 403
    assert words in json.loads(refused.text)["detail"]
    assert house.prefect.resumed is None


def test_a_run_that_waits_for_no_review_of_ours_is_answered_by_nobody(house: House) -> None:
    other = "0189a0de-9999-7222-8333-444455556666"
    assert "waits for no review" in house.answer(SOKHA, path=f"/api/flow_runs/{other}/resume").text
    assert house.prefect.resumed is None


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b'{"run_input": null}', b'{"run_input": {"decision": {"__prefect_kind": "jinja"}}}',
        b'{"run_input": {"decision": "approve", "x": 1}}', b"{",
    ],
)  # fmt: skip
def test_an_answer_that_is_not_made_of_texts_reaches_nobody(house: House, body: bytes) -> None:
    assert house.ask("POST", f"/api/flow_runs/{RUN}/resume", body, cookie=house.cookie(SOKHA)).status == 400
    assert house.prefect.resumed is None


def test_of_a_key_that_is_given_twice_prefect_sees_what_was_sealed(house: House) -> None:
    body = b'{"run_input": {"decision": "reject", "decision": "approve", "reviewer": "A", "reviewer": "B"}, "more": 1}'
    assert house.ask("POST", f"/api/flow_runs/{RUN}/resume", body, cookie=house.cookie(SOKHA)).status == 200
    sent = json.loads(house.prefect.asked[-1][2])
    assert list(sent) == ["run_input"]
    assert (sent["run_input"]["decision"], sent["run_input"]["reviewer"]) == ("approve", "Sokha Chan")


def test_one_run_has_one_name_in_the_seal_however_its_address_is_written(house: House) -> None:
    house.answer(SOKHA, path=f"/api/flow_runs/{RUN.upper()}/resume")
    assert house.prefect.asked[-1][1] == f"/api/flow_runs/{RUN}/resume"
    assert signature.sealed_at(people.secret(house.state), RUN, house.prefect.resumed or {}) == house.time


def test_a_program_decides_nothing_except_what_the_terminal_has_sealed(house: House) -> None:
    key = people.secret(house.state)
    login = basic(people.WORKSPACE, people.workspace_token(key))
    path, said = f"/api/flow_runs/{RUN}/resume", {"decision": "approve", "digest": "d1"}
    unsealed = json.dumps({"run_input": {**said, "reviewer": "Sokha Chan"}}).encode()
    refused = house.ask("POST", path, unsealed, authorization=login)
    assert (refused.status, "only people decide" in refused.text) == (403, True)
    sealed = signature.signed(key, RUN, said, "Sokha Chan", house.time)
    assert house.ask("POST", path, json.dumps({"run_input": sealed}).encode(), authorization=login).status == 200
    assert house.prefect.resumed == sealed


def test_an_answer_from_another_site_is_refused_though_the_browser_is_logged_in(house: House) -> None:
    cookie = house.cookie(SOKHA)
    for headers in (
        {"origin": "https://evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ):
        assert house.ask("POST", f"/api/flow_runs/{RUN}/resume", b"{}", cookie=cookie, **headers).status == 403
        assert house.ask("POST", "/pubpipe/login", b"", **headers).status == 403


# ---- everything else

CLOSED = [
    ("POST", f"/api/flow_runs/{RUN}/set_state"),
    ("POST", f"/api/flow_runs/{RUN}/input"),
    ("POST", f"/api/flow_runs/{RUN}/input/filter"),
    ("GET", f"/api/flow_runs/{RUN}/input/suspended-review-1-response"),
    ("DELETE", f"/api/flow_runs/{RUN}/input/suspended-review-1-schema"),
    ("DELETE", f"/api/flow_runs/{RUN}"),
    ("PATCH", f"/api/flow_runs/{RUN}"),
    ("PATCH", f"/api/flow_runs/{RUN}/labels"),
    ("POST", "/api/flow_runs/"),
    ("POST", "/api/flow_runs/bulk_delete"),
    ("POST", "/api/flow_runs/bulk_set_state"),
    ("POST", f"/api/task_runs/{RUN}/set_state"),
    ("POST", "/api/deployments/"),
    ("POST", "/api/deployments/bulk_delete"),
    ("POST", f"/api/deployments/{RUN}/create_flow_run"),
    ("POST", f"/api/deployments/{RUN}/create_flow_run/bulk"),
    ("POST", f"/api/deployments/{RUN}/schedule"),
    ("POST", f"/api/deployments/{RUN}/pause_deployment"),
    ("POST", f"/api/deployments/{RUN}/resume_deployment"),
    ("PATCH", f"/api/deployments/{RUN}"),
    ("DELETE", f"/api/deployments/{RUN}/schedules/{RUN}"),
    ("POST", "/api/block_documents/"),
    ("GET", f"/api/block_documents/{RUN}"),
    ("POST", "/api/automations/"),
    ("DELETE", f"/api/automations/{RUN}"),
    ("POST", "/api/variables/"),
    ("GET", "/api/variables/name/x"),
    ("POST", "/api/work_pools/"),
    ("PATCH", "/api/work_pools/pubpipe"),
    ("POST", "/api/work_pools/pubpipe/get_scheduled_flow_runs"),
    ("POST", "/api/work_pools/pubpipe/workers/heartbeat"),
    ("POST", "/api/concurrency_limits/"),
    ("POST", "/api/v2/concurrency_limits/decrement"),
    ("POST", "/api/artifacts/"),
    ("DELETE", f"/api/artifacts/{RUN}"),
    ("POST", "/api/logs/"),
    ("POST", "/api/events"),
    ("POST", "/api/templates/validate"),
    ("DELETE", "/api/admin/storage"),
    ("PUT", "/api/saved_searches/"),
    ("POST", "/api/flows/"),
    ("GET", "/api/ui/schemas/validate"),
    ("POST", "/"),
    ("PUT", "/runs"),
]


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_the_side_doors_around_the_form_are_closed_to_reviewers(house: House, method: str, path: str) -> None:
    for who in (SOKHA, EDITOR):
        assert house.ask(method, path, b"{}", cookie=house.cookie(who)).status == 403
    assert house.prefect.asked == []


@pytest.mark.parametrize(
    "path",
    [
        f"/api//flow_runs/{RUN}/set_state", f"//api/flow_runs/{RUN}/set_state", f"/api/flow_runs/{RUN}/set_state/",
        f"/api/flow_runs/{RUN}/./set_state", f"/api/flow_runs/filter/../{RUN}/set_state", f"/API/flow_runs/{RUN}/set_state",
        f"/api/Flow_Runs/{RUN}/set_state", f"/api/flow_runs/{RUN}/set_state;filter", f"/api/flow_runs/{RUN}%2fset_state",
        f"/api/flow_runs/{RUN}/set_state%00", f"/api/flow_runs/{RUN}\\set_state", "/api/flow_runs/filter\n",
        f"/api/flow_runs/{RUN}/resume/", f"/api/flow_runs/{RUN}/Resume", f"/api//flow_runs/{RUN}/resume",
        f"/api/flow_runs/urn:uuid:{RUN}/resume", f"/api/flow_runs/{{{RUN}}}/resume", f"/api/flow_runs/{RUN}/resume\n",
    ],
)  # fmt: skip
def test_no_spelling_of_a_path_opens_a_side_door(house: House, path: str) -> None:
    body = b'{"run_input": {"decision": "approve"}}'
    for method in ("POST", "GET"):
        assert house.ask(method, path, body, cookie=house.cookie(SOKHA)).status in (400, 403)
    assert house.prefect.asked == []


def test_a_header_that_names_another_method_changes_nothing(house: House) -> None:
    cookie = house.cookie(SOKHA)
    assert house.ask("GET", f"/api/flow_runs/{RUN}", cookie=cookie, x_http_method_override="DELETE").status == 200
    assert house.prefect.asked[-1][0] == "GET"
    path = f"/api/flow_runs/{RUN}/set_state"
    assert house.ask("POST", path, b"{}", cookie=cookie, x_http_method_override="GET").status == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/api/flow_runs/{RUN}"),
        ("GET", f"/api/flow_runs/{RUN}/input/suspended-review-1-schema"),
        ("POST", "/api/flow_runs/filter"),
        ("POST", "/api/flow_runs/paginate"),
        ("POST", "/api/artifacts/latest/filter"),
        ("POST", "/api/logs/filter"),
        ("POST", "/api/ui/schemas/validate"),
        ("GET", "/runs/flow-run/1"),
        ("GET", "/assets/index.js"),
        ("GET", "/pubpipe/prefect.css"),
    ],
)
def test_what_the_interface_needs_to_read_is_open(house: House, method: str, path: str) -> None:
    assert house.ask(method, path, b"{}", cookie=house.cookie(SOKHA)).status == 200


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("GET", "/api/admin/settings", '{"PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": false}'),
        ("POST", "/api/block_documents/filter", "[]"),
        ("POST", "/api/automations/filter", "[]"),
        ("POST", "/api/variables/filter", "[]"),
    ],
)
def test_what_the_interface_asks_for_on_its_own_and_is_not_theirs_people_see_empty(
    house: House, method: str, path: str, told: str
) -> None:
    assert house.ask(method, path, b"{}", cookie=house.cookie(SOKHA)).text == told
    assert house.prefect.asked == []
    house.ask(method, path, b"{}", cookie=house.cookie(ADMIN))
    assert house.prefect.asked[-1][1] == path


def test_an_admin_may_do_everything_but_decide_without_a_grant(house: House) -> None:
    for method, path in CLOSED:
        assert house.ask(method, path, b"{}", cookie=house.cookie(ADMIN)).status == 200
    assert house.answer(ADMIN).status == 403
    granted = people.grant(house.state, "Root", languages=["km"], stages=["language review"])
    assert house.answer(granted).status == 200
    assert (house.prefect.resumed or {})["reviewer"] == "Root"


def test_files_are_open_to_those_who_work_in_their_language(house: House) -> None:
    def status(who: people.Account, path: str) -> int:
        return house.ask("GET", f"/pubpipe/files/{path}", cookie=house.cookie(who)).status

    assert status(SOKHA, "water/km/water.km.pdf") == 200
    assert status(SOMCHAI, "water/km/water.km.pdf") == 403
    assert status(SOMCHAI, "water/th/../km/water.km.pdf") == 400
    assert status(EDITOR, "water/km/water.km.pdf") == status(ADMIN, "water/km/water.km.pdf") == 200
    assert status(SOMCHAI, "water/manifest.json") == 200


# ---- websockets


def test_a_websocket_without_a_login_hears_nothing(house: House) -> None:
    for path in ("/api/events/out", "/api/logs/out", "/api/events/in", "/api/work_pools/p/workers/connect"):
        (only,) = house.socket(path, '{"type": "filter"}', protocol="")
        assert (only["type"], only["code"]) == ("websocket.close", 1008)
        sent = house.socket(path, '{"type": "auth", "token": null}', '{"type": "filter"}')
        assert [m["type"] for m in sent] == ["websocket.accept", "websocket.close"]
        sent = house.socket(path, json.dumps({"type": "auth", "token": "Sokha Chan:wrong"}), '{"type": "filter"}')
        assert [m["type"] for m in sent] == ["websocket.accept", "websocket.close"]
    assert house.prefect.heard == []


def test_a_person_may_listen_and_not_speak(house: House) -> None:
    cookie = house.cookie(SOKHA)
    assert {"type": "websocket.send", "text": "news"} in house.socket("/api/events/out", "{}", cookie=cookie)
    for path in ("/api/events/in", "/api/task_runs/subscriptions/scheduled", "/api/work_pools/p/workers/connect"):
        (only,) = house.socket(path, "{}", cookie=cookie)
        assert only["type"] == "websocket.close"
        token = json.dumps({"type": "auth", "token": f"Sokha Chan:{PASSWORD}"})
        assert {"type": "websocket.send", "text": "news"} not in house.socket(path, token)


def test_a_worker_is_known_by_its_first_message_or_its_header(house: House) -> None:
    login = people.workspace_login(house.state)
    news = {"type": "websocket.send", "text": "news"}
    assert news in house.socket("/api/work_pools/p/workers/connect", json.dumps({"type": "auth", "token": login}))
    name, _, token = login.partition(":")
    assert news in house.socket("/api/events/in", "{}", protocol="", authorization=basic(name, token))


def test_an_open_websocket_of_a_revoked_account_is_closed(house: House) -> None:
    cookie = house.cookie(SOKHA)
    real = house.prefect.heard

    class Listening(list):  # type: ignore[type-arg]
        def append(self, text: str) -> None:
            real.append(text)
            if len(real) == 2:
                people.revoke(house.state, "Sokha Chan", now=house.time)

    house.prefect.heard = Listening()
    sent = house.socket("/api/events/out", "{}", "{}", "{}", cookie=cookie)
    assert [m["type"] for m in sent] == ["websocket.accept", "websocket.send", "websocket.close"]
    assert re.search("revoked", sent[-1]["reason"])
