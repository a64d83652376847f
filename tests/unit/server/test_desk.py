"""The review page behind the login: who sees it, what is stored, and what an answer from it is worth."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from pubpipe import pipeline
from pubpipe.model import ReviewAnswer, ReviewRequest
from pubpipe.pipeline import open_workspace
from pubpipe.server import client, people, review_data, signature
from pubpipe.server.people import Account
from pubpipe.store import Typed
from tests.unit.server.house import ADMIN, EDITOR, NOW, RUN, SOKHA, SOMCHAI, House, Reply, account
from tests.unit.server.test_marking import HOSTILE, Read

HTML = "text/html"
ORIGIN = "http://127.0.0.1:4200"
PAGE = "/pubpipe/review/water/km"
DARA = account("Dara", languages="km", stages="language review")
SETTINGS = """
[project]
languages = ["km", "th"]
[engines]
chain = ["pseudo"]
[review]
self_approval = true
"""
SOURCE = "# Water\n\nThe law **protects** workers & \\<script>alert(1)\\</script>.\n\n- Nobody pays 5.\n\n2019\n"


class Room:
    """A workspace with one publication, its layer, and a run that waits."""

    def __init__(self, root: Path, *accounts: Account) -> None:
        (root / "pubpipe.toml").write_text(SETTINGS, encoding="utf-8")
        (root / "water.md").write_text(SOURCE, encoding="utf-8")
        with open_workspace(root, now=lambda: NOW) as ws:
            pipeline.register(ws, root / "water.md")
            pipeline.prepare(ws, "water", "km")
        self.root = root
        self.house = House(root, *accounts)
        self.wait()

    @property
    def request(self) -> ReviewRequest:
        with open_workspace(self.root, now=lambda: NOW) as ws:
            found = pipeline.next_review(ws, "water", "km")
        assert found is not None
        return found

    def wait(self, state: str = "PAUSED") -> None:
        tags = [*client.edition_tags("water", "km"), client.review_tag(self.request.digest)]
        stamp = {"timestamp": NOW.isoformat()}
        self.house.prefect.runs = [{"id": RUN, "tags": tags, "state_type": state, "state": stamp}]
        self.house.prefect.verdict = {"status": "ACCEPT"}

    def get(self, path: str = PAGE, who: Account | None = SOKHA, **headers: str) -> Reply:
        cookie = {"cookie": self.house.cookie(who)} if who else {}
        return self.house.ask("GET", path, **{"accept": HTML, **cookie, **headers})

    def fields(self, **more: Any) -> dict[str, Any]:
        """What the browser of a person sends who changed nothing."""
        request = self.request
        said: dict[str, Any] = {"digest": request.digest, "comment": "", "vc": "0"}
        for item in request.attention:
            said[f"t.{item.segment}"] = item.target
            said[f"v.{item.segment}"] = f"0 {item.target_hash or ''}"
        return said | more

    def post(self, fields: dict[str, Any], who: Account | None = SOKHA, **headers: str) -> Reply:
        cookie = {"cookie": self.house.cookie(who)} if who else {}
        sent = {"accept": HTML, "origin": ORIGIN, **cookie, **headers}
        return self.house.ask("POST", PAGE, urlencode(fields, doseq=True).encode(), **sent)

    def type(
        self, text: str | None, who: Account | None = SOKHA, number: int = 2, version: int = 0, **more: Any
    ) -> Reply:
        item = next(i for i in self.request.items if i.number == number)
        said = {"segment": item.segment, "base": item.target_hash, "text": text, "version": version, **more}
        cookie = {"cookie": self.house.cookie(who)} if who else {}
        sent = {"origin": ORIGIN, "content-type": "application/json", **cookie}
        return self.house.ask("POST", f"{PAGE}/typed", json.dumps(said).encode(), **sent)

    def typed(self) -> tuple[Typed, ...]:
        with open_workspace(self.root) as ws:
            return ws.store.typed.all("water", "km")

    @property
    def resumed(self) -> dict[str, str] | None:
        return self.house.prefect.resumed


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path, SOKHA, SOMCHAI, EDITOR, ADMIN, DARA)


# ---- what it shows


def test_the_page_shows_each_sentence_and_loads_nothing_from_elsewhere(room: Room) -> None:
    page = room.get()
    assert page.status == 200
    read = Read(page.text)
    assert "The law <1>protects</1>" in read.words
    boxes = [e for tag, e in read.elements if tag == "textarea" and (e.get("name") or "").startswith("t.")]
    assert [e.get("lang") for e in boxes] == ["km"] * len(room.request.attention)
    loaded = [e.get("src") or e.get("href") or "" for tag, e in read.elements if tag in ("script", "link", "img")]
    assert all(address.startswith("/pubpipe/") for address in loaded)
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    for address in loaded:
        assert room.get(address).status == 200


def test_nothing_in_a_text_can_run_on_the_page(room: Room) -> None:
    for words in HOSTILE:
        segment = room.request.items[1].segment
        said = room.fields(comment=words, decision="approve", **{f"t.{segment}": words})
        for html in (room.post(said).text, room.get().text, room.get(who=DARA).text):
            read = Read(html)
            assert [
                e for tag, e in read.elements if tag == "script" and not (e.get("src") or "").startswith("/pubpipe/")
            ] == []
            assert not any(name.startswith("on") or name == "style" for _, names in read.elements for name in names)
            assert not any(tag in ("img", "iframe", "object", "b ", "u") for tag, _ in read.elements)
        with open_workspace(room.root) as ws:
            ws.store.typed.forget(room.typed())


def test_a_page_that_the_browser_has_is_not_sent_again_and_texts_are_compressed(room: Room) -> None:
    first = room.get()
    again = room.get(**{"if-none-match": first.headers["etag"]})
    assert (again.status, again.text) == (304, "")
    style = room.get(re.findall(r'href="(/pubpipe/review\.css[^"]+)"', first.text)[0])
    assert "immutable" in style.headers["cache-control"]
    from pubpipe.server.assets import Reply as Wire
    from pubpipe.server.assets import fitted

    wire = fitted(Wire(200, first.text.encode(), b"text/html"), {"accept-encoding": "gzip, deflate"})
    assert gzip.decompress(wire.body).decode() == first.text
    assert len(wire.body) < len(first.text) / 2
    assert (
        dict(fitted(Wire(200, first.text.encode(), b"text/html"), {"accept-encoding": "gzip, br"}).headers)[
            b"content-encoding"
        ]
        == b"br"
    )


def test_the_list_shows_what_waits_for_whom(room: Room) -> None:
    mine = room.get("/pubpipe/review/").text
    assert "Waiting for you" in mine
    assert f'href="{PAGE}"' in mine
    assert "/pubpipe/review/water/th" not in mine
    assert "Waiting for you" not in room.get("/pubpipe/review/", who=EDITOR).text


def test_what_is_left_in_own_wording_is_listed_as_waiting_for_a_second_person(room: Room) -> None:
    (room.root / "pubpipe.toml").write_text(SETTINGS.replace("self_approval = true", ""), encoding="utf-8")
    with open_workspace(room.root, now=lambda: NOW) as ws:
        asked = room.request
        said = {"decision": "approve", "reviewer": "sokha  chan", "at": NOW, "digest": asked.digest}
        said |= {"texts": {i.segment: f"{i.target}ថ្មី" for i in asked.attention}, "stage": asked.stage}
        answer = ReviewAnswer.model_validate({"publication": "water", "language": "km", **said})
        assert pipeline.take_answer(ws, asked, answer) == ()
    mine = room.get("/pubpipe/review/").text
    assert "Waiting for you" not in mine
    assert "Nothing waits for you." in mine
    others = mine.partition("<h2>In review, waiting for others</h2>")[2]
    assert "language review; a second person has to approve it: what is left is worded by you" in others
    hers = room.get("/pubpipe/review/", who=DARA).text
    assert "Waiting for you" in hers
    assert "second person" not in hers


# ---- who sees it


def test_a_review_of_another_language_is_closed(room: Room) -> None:
    for path in (PAGE, f"{PAGE}/news", f"{PAGE}/preview.pdf", f"{PAGE}/pages/1.webp", f"{PAGE}/"):
        assert room.get(path, who=SOMCHAI).status == 403
    assert room.type("x", who=SOMCHAI).status == 403
    assert room.post(room.fields(decision="approve"), who=SOMCHAI).status == 403
    assert PAGE not in room.get("/pubpipe/review/", who=SOMCHAI).text
    assert room.typed() == ()
    assert room.resumed is None


def test_without_a_login_there_is_no_page(room: Room) -> None:
    assert room.get(who=None).status == 303
    assert room.type("x", who=None).status == 401
    assert room.post(room.fields(decision="approve"), who=None).status == 401
    assert room.get("/pubpipe/web-fonts/km.000000000000.css", who=None, accept="*/*").status == 401


def test_a_person_without_the_right_reads_and_cannot_answer(room: Room) -> None:
    page = room.get(who=EDITOR)
    assert "Ed Itor may not decide at “language review” in km" in page.text
    assert "<textarea" not in page.text
    assert room.post(room.fields(decision="approve"), who=EDITOR).status == 422
    assert room.resumed is None


@pytest.mark.parametrize("path", ["/pubpipe/review/other/km", "/pubpipe/review/water/vi", "/pubpipe/review/water/km/x"])
def test_what_is_not_there_is_said_to_be_not_there(room: Room, path: str) -> None:
    assert room.get(path, who=ADMIN).status == 404


@pytest.mark.parametrize("name", ["../people.json", "people.json", "..%2fpeople.json", ".css", "x/km.1.css"])
def test_the_folder_of_fonts_gives_out_fonts_only(room: Room, name: str) -> None:
    assert room.get(f"/pubpipe/web-fonts/{name}").status in (400, 404)


def test_a_store_that_is_broken_is_said_in_words(room: Room) -> None:
    (room.root / ".pubpipe" / "pubpipe.db").write_bytes(b"no database" * 1000)
    for suffix in ("-wal", "-shm"):
        (room.root / ".pubpipe" / f"pubpipe.db{suffix}").unlink(missing_ok=True)
    page = room.get()
    assert page.status == 503
    assert "The workspace cannot be read at the moment" in page.text
    assert str(room.root) not in page.text


# ---- what is typed


def test_what_is_typed_is_kept_under_the_name_of_the_login(room: Room) -> None:
    assert json.loads(room.type("មួយ", reviewer="Dara").text)["version"] == 1
    (kept,) = room.typed()
    assert (kept.reviewer, kept.text, kept.version) == ("Sokha Chan", "មួយ", 1)
    assert "មួយ</textarea>" in room.get().text
    other = room.get(who=DARA).text
    assert "Sokha Chan has typed here and not sent it" in other
    assert "មួយ</textarea>" not in other
    said = json.loads(room.get(f"{PAGE}/news", who=DARA).text)
    assert [o["who"] for o in said["others"]] == ["Sokha Chan"]


def test_a_text_is_checked_as_it_is_saved_and_by_the_same_checks(room: Room) -> None:
    said = json.loads(room.type("ច្បាប់").text)["remarks"]
    assert any("<1>" in line for line in said)
    page = room.get().text
    assert "Your text, not sent yet. Remarks on it:" in page
    assert f"<li>{said[0].replace('<', '&lt;').replace('>', '&gt;')}</li>" in page
    assert json.loads(room.type("ច្បាប់<9>", version=1).text)["remarks"] == ["error: <9> does not stand in the source."]
    assert json.loads(room.type(None, version=2, looked=True).text)["remarks"] == []


def test_a_second_window_is_told_and_nothing_is_overwritten(room: Room) -> None:
    room.type("មួយ")
    refused = room.type("ពីរ")
    assert (refused.status, json.loads(refused.text)) == (409, {"version": 1, "text": "មួយ"})
    assert room.type("បី", who=DARA).status == 200
    assert room.type("ពីរ", version=1).status == 200
    assert {(t.reviewer, t.text) for t in room.typed()} == {("Sokha Chan", "ពីរ"), ("Dara", "បី")}


def test_a_form_from_a_second_window_shows_both_texts_and_decides_nothing(room: Room) -> None:
    room.type("មួយ")
    segment = room.request.items[1].segment
    page = room.post(room.fields(decision="approve", **{f"t.{segment}": "ពីរ"}))
    assert page.status == 422
    assert "ពីរ</textarea>" in page.text
    assert "មួយ</span>" in page.text
    assert room.resumed is None
    assert [t.text for t in room.typed() if t.segment == segment] == ["មួយ"]


@pytest.mark.parametrize(
    "said",
    [
        b"{", b"[]", b"null", b"[" * 100_000, b'{"segment": 1}',
        json.dumps({"segment": "x", "base": "", "text": "y", "version": 0}).encode(),
        json.dumps({"segment": "", "base": "<script>", "text": "y", "version": 0}).encode(),
        json.dumps({"segment": "", "base": "", "text": "y" * 20_001, "version": 0}).encode(),
        json.dumps({"segment": "", "base": "", "text": "y", "version": -1}).encode(),
        json.dumps({"segment": "", "base": "", "text": "y", "version": True}).encode(),
        b"x" * 300_000,
    ],
)  # fmt: skip
def test_what_is_no_message_of_the_page_is_not_stored(room: Room, said: bytes) -> None:
    sent = {"origin": ORIGIN, "content-type": "application/json", "cookie": room.house.cookie(SOKHA)}
    assert room.house.ask("POST", f"{PAGE}/typed", said, **sent).status in (400, 404)
    assert room.typed() == ()


def test_nobody_fills_the_disk_with_typed_texts(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_data, "MOST", 1)
    assert room.type("មួយ").status == 200
    assert room.type("ពីរ", number=3).status == 400
    assert len(room.typed()) == 1


# ---- what an answer is worth


def test_an_answer_from_the_page_goes_the_way_of_the_form_stamped_and_sealed(room: Room) -> None:
    copied = next(i for i in room.request.items if not i.attention)
    more = {f"t.{copied.segment}": "២០១៩", f"v.{copied.segment}": f"0 {copied.target_hash}"}
    sent = room.post(room.fields(decision="approve", reviewer="Mallory", comment="Fine.", **more))
    assert (sent.status, sent.headers["location"]) == (303, f"{PAGE}?sent=1")
    values = room.resumed
    assert values is not None
    assert (values["reviewer"], values["decision"], values["comment"]) == ("Sokha Chan", "approve", "Fine.")
    assert json.loads(values["other_texts"]) == {copied.segment: "២០១៩"}
    assert signature.sealed_at(people.secret(room.house.state), RUN, values) == NOW


def test_an_answer_that_does_not_fit_is_refused_at_its_sentence_with_what_was_typed(room: Room) -> None:
    page = room.post(room.fields(decision="reject"))
    assert "say in the comment what is wrong" in page.text
    assert room.post(room.fields(decision="publish")).status == 422
    segment = room.request.items[1].segment
    page = room.post(room.fields(decision="approve", **{f"t.{segment}": "ច្បាប់"}))
    assert page.status == 422
    assert '<a href="#s2">Segment 2</a>: &lt;1&gt; is missing.' in page.text
    assert "ច្បាប់</textarea>" in page.text
    assert room.resumed is None
    assert room.resumed is None


def test_a_stale_page_decides_nothing_and_keeps_what_was_typed(room: Room) -> None:
    old = room.fields(decision="approve")
    item = room.request.items[1]
    with open_workspace(room.root, now=lambda: NOW) as ws:
        from pubpipe.model import ReviewAnswer

        request = room.request
        answer = ReviewAnswer(
            publication="water", language="km", stage=request.stage, digest=request.digest, decision="request_changes",
            reviewer="Dara", comment="Look again.", texts={item.segment: "ច្បាប់<1>ការពារ</1>"}, at=NOW,
        )  # fmt: skip
        assert pipeline.take_answer(ws, request, answer) == ()
    room.wait()
    page = room.post(old | {f"t.{item.segment}": "អត្ថបទ<1>របស់</1>ខ្ញុំ"})
    assert page.status == 409
    assert "has moved since you opened this page" in page.text
    assert "ច្បាប់&lt;1&gt;ការពារ&lt;/1&gt;</textarea>" in page.text
    assert "អត្ថបទ&lt;1&gt;របស់&lt;/1&gt;ខ្ញុំ" in page.text
    assert room.resumed is None
    untouched = room.request.items[0]
    assert [t.segment for t in room.typed()] == [item.segment]  # what was only shown is nobody's text
    assert untouched.segment not in {t.segment for t in room.typed()}


def test_a_post_that_is_sent_twice_reaches_the_run_once(room: Room) -> None:
    said = room.fields(decision="approve")
    assert room.post(said).status == 303
    room.wait("SCHEDULED")
    assert room.post(said).status == 303
    assert sum(path.endswith("/resume") for _, path, _, _ in room.house.prefect.asked) == 1
    page = room.get(f"{PAGE}?sent=1")
    assert "Your answer is with the server." in page.text
    assert f'http-equiv="refresh" content="3; url={PAGE}?sent=1"' in page.text


def test_who_changes_their_mind_while_the_run_is_at_work_is_not_told_that_it_was_sent(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pubpipe.server.desk._WORK", (0.0, 0.0))
    assert room.post(room.fields(decision="approve")).status == 303
    room.wait("RUNNING")
    page = room.post(room.fields(decision="request_changes", comment="A “not” is missing."))
    assert page.status == 503
    assert "Your answer was not sent" in page.text
    assert room.resumed is not None
    assert room.resumed["decision"] == "approve"
    room.wait()
    assert "A “not” is missing.</textarea>" in room.get().text


def test_an_answer_that_comes_while_the_run_is_at_work_waits_for_it(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pubpipe.server.desk._WORK", (0.0, 0.0))
    room.house.prefect.working = 2
    assert room.post(room.fields(decision="approve")).status == 303
    assert room.resumed is not None


def test_an_answer_that_cannot_be_sent_because_the_run_is_at_work_is_told_and_kept(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pubpipe.server.desk._WORK", (0.0, 0.0))
    room.wait("RUNNING")
    page = room.post(room.fields(decision="approve", comment="Fine."))
    assert page.status == 503
    assert "Your answer was not sent" in page.text
    assert f'http-equiv="refresh" content="15; url={PAGE}"' in page.text
    assert room.resumed is None
    assert [t.text for t in room.typed()] == ["Fine."]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"}, {"origin": "null"}, {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
        {"origin": "http://127.0.0.1:4201"},
    ],
)  # fmt: skip
def test_a_form_of_another_site_is_refused_though_the_browser_is_logged_in(room: Room, headers: dict[str, str]) -> None:
    assert room.post(room.fields(decision="approve"), **headers).status == 403
    assert room.resumed is None
    assert room.typed() == ()


def test_a_post_that_does_not_say_where_it_comes_from_is_refused(room: Room) -> None:
    body = urlencode(room.fields(decision="approve")).encode()
    cookie = room.house.cookie(SOKHA)
    assert room.house.ask("POST", PAGE, body, cookie=cookie).status == 403
    assert room.house.ask("POST", PAGE, body, cookie=cookie, sec_fetch_site="same-origin").status == 303


def test_where_no_run_waits_the_page_says_so_and_keeps_what_is_typed(room: Room) -> None:
    room.house.prefect.runs = []
    page = room.get()
    assert "no run on this server waits for this review" in page.text
    assert "<code>pubpipe publish water.md</code>" in page.text
    segment = room.request.items[1].segment
    refused = room.post(room.fields(decision="approve", **{f"t.{segment}": "ច្បាប់<1>ការពារ</1>"}))
    assert refused.status == 503
    assert [t.text for t in room.typed()] == ["ច្បាប់<1>ការពារ</1>"]
    room.house.prefect.runs = None  # type: ignore[assignment]
    assert "Prefect does not answer at the moment" in room.get().text


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ({"status": "REJECT", "details": {"reason": "Validation failed."}}, "Validation failed."),
        ({"status": "ABORT"}, "did not take the answer"),
        ("nonsense", "did not take the answer"),
    ],
)
def test_what_prefect_refuses_is_said_and_kept(room: Room, verdict: Any, words: str) -> None:
    room.house.prefect.verdict = verdict
    page = room.post(room.fields(decision="approve", comment="Fine."))
    assert page.status == 409
    assert words in page.text
    assert "Fine.</textarea>" in page.text


def test_a_server_that_is_busy_is_asked_again(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pubpipe.server.gate._PAUSES", (0.0, 0.0, 0.0))
    room.house.prefect.busy = 3
    assert room.post(room.fields(decision="approve")).status == 303
    room.wait()
    room.house.prefect.busy = 2
    assert room.house.answer(SOKHA, digest=room.request.digest).status == 200  # the form in Prefect's own interface
    room.house.prefect.busy = 100
    assert room.house.answer(SOKHA).status == 503
    room.house.prefect.busy = 100
    assert "Prefect does not answer at the moment" in room.get().text


def test_a_server_that_is_busy_is_asked_again_without_accounts_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pubpipe.server.gate._PAUSES", (0.0, 0.0))
    room = Room(tmp_path)
    room.house.prefect.busy = 2
    assert room.house.answer(None).status == 200
    assert room.resumed is not None


def test_without_accounts_the_name_is_typed_as_in_the_form(tmp_path: Path) -> None:
    room = Room(tmp_path)
    page = room.get(who=None)
    assert 'name="reviewer"' in page.text
    refused = room.post(room.fields(decision="approve"), who=None)
    assert "Please give your name" in refused.text
    assert room.post(room.fields(decision="approve", reviewer="Sokha"), who=None).status == 303
    assert room.resumed is not None
    assert room.resumed["reviewer"] == "Sokha"
    assert "signature" not in room.resumed


def test_what_was_typed_for_a_sentence_that_is_gone_is_shown_all_the_same(room: Room) -> None:
    room.type("ច្បាប់<1>ថ្មី</1>")
    (room.root / "water.md").write_text(SOURCE.replace("protects", "guards"), encoding="utf-8")
    with open_workspace(room.root, now=lambda: NOW) as ws:
        pipeline.prepare(ws, "water", "km")
    page = room.get()
    assert "sentences that are not in the text any more" in page.text
    assert "ច្បាប់&lt;1&gt;ថ្មី&lt;/1&gt;" in page.text


def test_the_sign_off_sends_back_what_is_ticked(room: Room) -> None:
    with open_workspace(room.root, now=lambda: NOW) as ws:
        from pubpipe.model import ReviewAnswer

        request = room.request
        answer = ReviewAnswer(
            publication="water", language="km", stage=request.stage, digest=request.digest, decision="approve",
            reviewer="Sokha Chan", at=NOW,
        )  # fmt: skip
        assert pipeline.take_answer(ws, request, answer) == ()
    room.wait()
    room.house.prefect.stage = "sign-off"
    page = room.get(who=EDITOR)
    assert 'name="segments" value="2"' in page.text
    said = room.fields(decision="request_changes", comment="See 2.", segments=["2", "x"])
    assert room.post(said, who=EDITOR).status == 303
    assert room.resumed is not None
    assert room.resumed["segments_to_send_back"] == "2"


def test_the_form_is_read_as_it_was_sent() -> None:
    said = review_data.posted({"digest": ["d"], "t.a-1": ["x\r\ny"], "v.a-1": ["7 abc"], "comment": ["c"], "vc": ["x"]})
    assert said.texts == {"a-1": "x\ny", "": "c"}
    assert said.seen == {"a-1": (7, "abc"), "": (0, "d")}
    with pytest.raises(ValueError, match="too long"):
        review_data.posted({"t.a-1": ["x" * 20_001]})
