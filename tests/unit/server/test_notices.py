"""Who is told what, when, and what happens where a server refuses: over real SMTP and HTTP on loopback."""

from __future__ import annotations

import datetime as dt
import email
import email.header
import email.policy
import hashlib
import hmac
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from pubpipe import pipeline
from pubpipe.errors import ConfigError, ServerError
from pubpipe.model import ReviewAnswer, plain
from pubpipe.pipeline import Workspace, messages
from pubpipe.pipeline import notices as noted
from pubpipe.pipeline.deciding import deadline_of
from pubpipe.project import SmtpSettings
from pubpipe.server import hooks, mail, people
from pubpipe.server.notices import ATTEMPTS, LEASE, preview, tell
from tests.mail_server import PASSWORD, Endpoint, Post, certificate, endpoint, post_office

START = dt.datetime(2026, 5, 4, 2, 0, tzinfo=dt.UTC)  # nine in the morning in Phnom Penh
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
SECRET = "sixteen characters or more"
STAGES = """
[project]
name = "Water Network"
languages = ["km", "th"]

[engines]
chain = ["pseudo"]

[server]
public_url = "https://reviews.example.org"

[[review.stages]]
name = "language review"
people = { km = ["Sokha Chan", "Vanna"], th = ["Somchai", "Vanna"] }
deadline = "10 days"
reminder = "2 days"
delegates = { "Sokha Chan" = "Dara Kim" }

[[review.stages]]
name = "sign-off"
decides = "edition"
people = { km = ["Chief"], th = ["Chief"] }
"""
ADDRESSES = """
[notify.addresses]
"Sokha Chan" = "sokha@example.org"
"Vanna" = "vanna@example.org"
"Somchai" = "somchai@example.org"
"Dara Kim" = "dara@example.org"
"Chief" = "chief@example.org"
"""


def smtp(port: int = 1, more: str = "", **settings: str) -> str:
    lines = "\n".join(f'{key} = "{value}"' for key, value in settings.items() if key != "user")
    user = f'user = "{settings["user"]}"' if "user" in settings else ""
    tls = "" if "tls" in settings else 'tls = "none"'
    head = f'[notify]\nwatchers = ["Chief"]\n{more}\n[notify.smtp]\nhost = "localhost"\nport = {port}\n'
    return f'{head}from = "Water Network <reviews@example.org>"\n{tls}\n{lines}\n{user}\ntimeout = 3\n{ADDRESSES}'


class Clock:
    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> dt.datetime:
        return self.at

    def on(self, by: dt.timedelta) -> None:
        self.at += by


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which Khmer and Thai wait for the language review, opened at START; nothing was sent."""
    root = tmp_path_factory.mktemp("notices")
    (root / "pubpipe.toml").write_text(STAGES + smtp(), encoding="utf-8")
    (root / "water.md").write_text("# Water and work\n\nNobody pays a fee.\n\nThe law is of 2019.\n", encoding="utf-8")
    with pipeline.open_workspace(root, environ={}, now=Clock()) as ws:
        pipeline.register(ws, root / "water.md")
        for language in ("km", "th"):
            pipeline.prepare(ws, "water", language)
    return root


class House:
    """One workspace with its clock, opened anew for each step as the processes do it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = Clock()
        self.environ: dict[str, str] = {}

    def settings(self, text: str, stages: str = STAGES) -> None:
        (self.root / "pubpipe.toml").write_text(stages + text, encoding="utf-8")

    def open(self) -> Workspace:
        return pipeline.open_workspace(self.root, environ=self.environ, now=self.clock)

    def tell(self, after: dt.timedelta = 3 * MINUTE, **more: Any) -> str:
        self.clock.on(after)
        with self.open() as ws:
            return tell(ws, **more).words()

    def answer(
        self, reviewer: str, language: str = "km", decision: str = "approve", comment: str = "", **more: Any
    ) -> tuple[str, ...]:
        with self.open() as ws:
            request = pipeline.next_review(ws, "water", language)
            assert request is not None
            if texts := more.pop("typed", {}):
                more["texts"] = {i.segment: texts[i.number] for i in request.items if i.number in texts}
            given = ReviewAnswer.model_validate(
                {
                    "publication": "water", "language": language, "stage": request.stage, "digest": request.digest,
                    "decision": decision, "reviewer": reviewer, "comment": comment, "at": ws.now(), **more,
                }
            )  # fmt: skip
            return pipeline.take_answer(ws, request, given)

    @property
    def troubles(self) -> tuple[str, ...]:
        with self.open() as ws:
            return noted.troubles(ws)


@pytest.fixture
def house(waiting: Path, tmp_path: Path) -> House:
    return House(Path(shutil.copytree(waiting, tmp_path / "ws")))


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as office:
        yield office


@pytest.fixture
def hook() -> Iterator[Endpoint]:
    with endpoint() as found:
        yield found


def told(post: Post) -> dict[str, EmailMessage]:
    """The last mail of each person."""
    return {str(m["To"]): m for m in post.mails}


# --- who hears of what


def test_when_a_review_opens_its_people_are_told_where_and_until_when(house: House, post: Post) -> None:
    house.settings(smtp(post.port))
    assert house.tell() == "3 sent"
    assert set(told(post)) == {
        "Sokha Chan <sokha@example.org>",
        "Vanna <vanna@example.org>",
        "Somchai <somchai@example.org>",
    }
    one = told(post)["Sokha Chan <sokha@example.org>"]
    assert one["Subject"] == "Water and work (Khmer): language review waits for you"
    body = one.get_content()
    assert "https://reviews.example.org/pubpipe/review/water/km" in body
    assert "Please answer by 2026-05-14." in body
    assert "Sentences to look at: 3" in body
    assert one["Auto-Submitted"] == "auto-generated"
    assert house.tell() == "0 sent"


def test_two_languages_of_one_person_are_one_message(house: House, post: Post) -> None:
    house.settings(smtp(post.port))
    house.tell()
    body = told(post)["Vanna <vanna@example.org>"].get_content()
    assert told(post)["Vanna <vanna@example.org>"]["Subject"] == "Water Network: 2 messages about your publications"
    assert "review/water/km" in body
    assert "review/water/th" in body


def test_no_word_of_the_text_is_in_a_message(house: House, post: Post) -> None:
    house.settings(smtp(post.port, digest_off()))
    assert house.answer("Sokha Chan", decision="request_changes", comment="“ថ្លៃ” is too weak") == ()
    house.tell()
    with house.open() as ws:
        texts = [plain(d.target or ()) for d in ws.store.drafts.all("water", "km").values()]
        texts += [plain(s.content) for s in pipeline.edition.view(ws, "water", "km").segments if s.number > 1]
    shown = "".join(m.get_content() for m in post.mails)
    assert "Chief" in str([m["To"] for m in post.mails])
    assert [t for t in [*texts, "too weak"] if t in shown] == []
    house.settings(smtp(post.port, digest_off() + "include_text = true\n"))
    assert house.answer("Vanna", decision="request_changes", comment="“ថ្លៃ” is too weak") == ()
    house.tell()
    assert "“ថ្លៃ” is too weak" in told(post)["Chief <chief@example.org>"].get_content()


def digest_off() -> str:
    return 'digest = "off"\n'


def test_people_are_reminded_once_and_those_who_answered_are_not(house: House, post: Post) -> None:
    house.settings(smtp(post.port))
    house.tell()
    house.tell(8 * DAY - HOUR)
    assert len(post.mails) == 3
    house.answer("Somchai", language="th")
    house.tell(HOUR)
    house.tell()
    subjects = {str(m["To"]): str(m["Subject"]) for m in post.mails[3:] if "due" in str(m["Subject"])}
    assert subjects == {
        "Sokha Chan <sokha@example.org>": "Water and work (Khmer): language review is due on 2026-05-14",
        "Vanna <vanna@example.org>": "Water and work (Khmer): language review is due on 2026-05-14",
    }
    count = len(post.mails)
    house.tell(HOUR)
    assert len(post.mails) == count


def test_what_is_overdue_is_told_to_delegates_and_watchers_too(house: House, post: Post) -> None:
    house.settings(smtp(post.port))
    house.tell()
    house.tell(10 * DAY)
    house.tell()
    late = {str(m["To"]) for m in post.mails[3:]}
    assert {"Dara Kim <dara@example.org>", "Chief <chief@example.org>"} <= late
    assert "was due on 2026-05-14 and nobody has answered" in told(post)["Dara Kim <dara@example.org>"].get_content()
    with house.open() as ws:
        due = deadline_of(ws, "water", "km")
        assert due is not None
        assert due.state(ws.now()) == "overdue"
        (km, _) = pipeline.status(ws)
        assert (km.overdue, km.deadline) == (True, "OVERDUE since 2026-05-14")
        assert pipeline.plan(ws)[0].reasons[0] == "language review: OVERDUE since 2026-05-14"


def test_a_delegate_answers_from_the_deadline_on_and_the_record_says_for_whom(house: House) -> None:
    early = house.answer("Dara Kim")
    assert "Dara Kim stands in for Sokha Chan from the deadline on (2026-05-14 09:00)." in early[0]
    house.clock.on(10 * DAY)
    assert house.answer("Dara Kim") == ()
    with house.open() as ws:
        assert {d.by for d in ws.store.decisions.all("water", "km")} == {"Dara Kim for Sokha Chan"}
        opening = ws.store.openings.current("water", "km")
        assert opening is not None
        assert (opening.stage, opening.opened) == ("sign-off", house.clock.at)


def test_an_answer_is_told_to_watchers_and_a_correction_to_those_who_can_approve_it(house: House, post: Post) -> None:
    house.settings(smtp(post.port))
    house.tell()
    assert house.answer("Sokha Chan", typed={1: "ទឹក និងការងារ"}) == ()
    house.tell(2 * HOUR)
    new = post.mails[3:]
    assert {str(m["To"]) for m in new} == {"Vanna <vanna@example.org>", "Chief <chief@example.org>"}
    assert (
        "Corrected sentences that wait for a second person: 1" in told(post)["Vanna <vanna@example.org>"].get_content()
    )
    assert "Sokha Chan approved at “language review”. Next: language review." in new[0].get_content()


def test_a_correction_that_was_approved_meanwhile_asks_nobody_for_a_second_pair_of_eyes(
    house: House, post: Post
) -> None:
    house.settings(smtp(post.port))
    house.tell()
    assert house.answer("Sokha Chan", typed={1: "ទឹក និងការងារ"}) == ()
    assert house.answer("Vanna") == ()
    house.tell(2 * HOUR)
    new = [m for m in post.mails[3:] if "Corrected sentences" in m.get_content()]
    assert {str(m["To"]) for m in new} <= {"Chief <chief@example.org>"}


def test_a_rejection_and_a_failed_inspection_stop_a_release_and_are_told(house: House, post: Post) -> None:
    house.settings(smtp(post.port, digest_off()))
    house.tell()
    assert house.answer("Sokha Chan", decision="reject", comment="withdrawn by the partner") == ()
    with house.open() as ws:
        noted.held_back(ws, "water", "th", "water.th.pdf failed its inspection: page 3")
        noted.held_back(ws, "water", "th", "water.th.pdf failed its inspection: page 3")
    house.tell()
    stopped = [m for m in post.mails if "the release is stopped" in str(m["Subject"])]
    assert {str(m["To"]) for m in stopped} == {"Chief <chief@example.org>"}
    bodies = " ".join(m.get_content() for m in stopped)
    assert "rejected by Sokha Chan" in bodies
    assert "its files could not be made, or failed their inspection" in bodies
    assert "withdrawn" not in bodies
    assert len(stopped) == 2


def test_what_is_over_before_it_was_sent_is_not_sent(house: House, post: Post) -> None:
    for reviewer, language in (("Sokha Chan", "km"), ("Somchai", "th")):
        house.answer(reviewer, language)
    house.settings(smtp(post.port))
    house.tell()
    assert {str(m["To"]) for m in post.mails} == {"Chief <chief@example.org>"}
    assert "sign-off" in post.mails[0].get_content()


def test_with_accounts_those_are_told_who_have_the_right_there(house: House, post: Post) -> None:
    with house.open() as ws:
        for name, languages, address in (
            ("Sokha Chan", ["km"], "sokha@accounts.example.org"),
            ("Stranger", ["th"], "stranger@example.org"),
            ("Somchai", ["th"], ""),
        ):
            people.add(
                ws.state,
                name,
                now=ws.now(),
                languages=languages,
                stages=["all"],
                email=address,
                password="a b c d e f g",
            )
    house.settings(smtp(post.port).replace(ADDRESSES, ""))
    house.tell()
    assert {str(m["To"]) for m in post.mails} == {"Sokha Chan <sokha@accounts.example.org>"}
    assert house.troubles == (
        "not everybody heard that water/th waits at “language review”: no e-mail address: Somchai",
    )
    with house.open() as ws:
        people.set_email(ws.state, "somchai", "somchai@accounts.example.org")
    house.tell()
    assert "Somchai <somchai@accounts.example.org>" in told(post)  # as soon as there is an address
    assert house.troubles == ()
    with house.open() as ws:
        with pytest.raises(ConfigError, match="no e-mail address"):
            people.set_email(ws.state, "somchai", "a@example.org\nBcc: b@example.org")
        with pytest.raises(ConfigError, match="belongs to the account of Sokha Chan"):
            people.set_email(ws.state, "somchai", "sokha@accounts.example.org")


def test_where_nobody_is_named_that_is_said(house: House, post: Post) -> None:
    open_to_all = STAGES.replace('people = { km = ["Sokha Chan", "Vanna"], th = ["Somchai", "Vanna"] }', "")
    house.settings(smtp(post.port), open_to_all)
    house.tell()
    assert post.mails == []
    assert "nobody is named for it" in house.troubles[0]


def test_an_answer_that_nobody_follows_is_no_trouble(house: House, post: Post) -> None:
    house.settings(smtp(post.port).replace('watchers = ["Chief"]', ""))
    house.answer("Sokha Chan")
    house.tell()
    assert house.troubles == ()
    house.settings('\n[[notify.webhooks]]\nname = "chat"\nurl = "http://127.0.0.1:9/"\nevents = ["blocked"]\n')
    house.answer("Somchai", "th")
    assert house.tell() == "0 sent"
    assert house.troubles == ()


def test_without_settings_nothing_is_written_down(tmp_path: Path) -> None:
    (tmp_path / "pubpipe.toml").write_text(STAGES, encoding="utf-8")
    (tmp_path / "water.md").write_text("# Water\n", encoding="utf-8")
    with pipeline.open_workspace(tmp_path, environ={}, now=Clock()) as ws:
        pipeline.register(ws, tmp_path / "water.md")
        pipeline.prepare(ws, "water", "km")
        assert ws.store.outbox.new() == ()
        assert deadline_of(ws, "water", "km") is not None  # a deadline needs no messages
        assert tell(ws).words() == "0 sent"


# --- few messages


def test_what_happens_within_the_hour_is_in_the_next_message(house: House, post: Post) -> None:
    house.settings(smtp(post.port))
    house.tell()
    house.answer("Somchai", "th")
    house.tell(MINUTE * 5)
    (first,) = [m for m in post.mails if "Chief" in str(m["To"])]  # nothing within the last hour: at once
    house.answer("Sokha Chan", "km")
    house.tell(MINUTE * 5)
    assert len([m for m in post.mails if "Chief" in str(m["To"])]) == 1
    house.tell(HOUR)
    (_, second) = [m for m in post.mails if "Chief" in str(m["To"])]
    assert first["Message-ID"] != second["Message-ID"]
    assert second.get_content().count("https://") == 2  # Khmer was answered, and waits for its sign-off


def test_a_message_waits_until_nothing_is_added_to_it(house: House, post: Post) -> None:
    house.settings(smtp(post.port))
    assert house.tell(MINUTE) == "0 sent, 3 being collected"
    assert house.tell(0 * MINUTE, at_once=True) == "3 sent"


def test_without_a_digest_each_event_is_a_message_and_daily_means_one_a_day(house: House, post: Post) -> None:
    house.settings(smtp(post.port, digest_off()))
    assert house.tell(MINUTE) == "4 sent"
    house.settings(smtp(post.port, 'digest = "daily"\n'))
    house.answer("Sokha Chan", "km")
    house.tell(HOUR)
    house.answer("Somchai", "th")
    house.tell(20 * HOUR)
    assert len([m for m in post.mails if "Chief" in str(m["To"])]) == 1
    house.tell(5 * HOUR)
    assert len([m for m in post.mails if "Chief" in str(m["To"])]) == 2


def test_a_dry_run_shows_the_messages_and_changes_nothing(house: House, post: Post) -> None:
    house.settings(smtp(post.port))
    for _ in range(2):
        with house.open() as ws:
            shown = preview(ws)
        assert {batch.person for batch, _ in shown} == {"Sokha Chan", "Vanna", "Somchai"}
        assert any("Subject: Water and work (Khmer)" in words for _, words in shown)
    assert post.mails == []


# --- what a mail server may do


@pytest.mark.parametrize("said", ["421 closing", "450 greylisted", "451 later", "452 too much"])
def test_a_refusal_for_now_is_tried_again_under_the_same_name(house: House, post: Post, said: str) -> None:
    house.settings(smtp(post.port))
    post.answers = [said]
    words = house.tell()
    assert words in ("2 sent, 1 to be tried again", "0 sent, 3 to be tried again")  # 421: the server hangs up
    sent = len(post.mails)
    assert house.tell(MINUTE) == "0 sent"
    house.tell(3 * MINUTE)
    assert len(post.mails) == 3
    assert sent < 3
    assert len({str(m["Message-ID"]) for m in post.mails}) == 3


def test_an_address_that_is_refused_for_good_is_told_and_does_not_stop_the_others(house: House, post: Post) -> None:
    house.settings(smtp(post.port))
    post.refuses = {"sokha@example.org": "550 no such user"}
    assert house.tell() == "2 sent, 1 failed for good"
    assert house.troubles == ("Sokha Chan was not told that water/km waits at “language review”: 550 no such user",)
    assert house.tell(DAY) == "0 sent"
    post.refuses = {}
    with house.open() as ws:
        ws.store.outbox.retry(ws.now())
    assert house.tell() == "1 sent"
    assert house.troubles == ()


def test_a_refusal_that_lasts_ends_after_some_days_and_is_told(house: House, post: Post) -> None:
    house.settings(smtp(post.port))
    post.refuses = {"sokha@example.org": "450 mailbox busy"}
    house.tell()
    attempts = 1
    while not house.troubles:
        house.tell(6 * HOUR)
        attempts += 1
    assert attempts == ATTEMPTS


def test_a_server_that_is_not_there_stops_no_review(house: House) -> None:
    with post_office() as gone:
        port = gone.port
    house.settings(smtp(port))
    assert house.tell() == "0 sent, 3 to be tried again"
    assert house.answer("Sokha Chan") == ()
    with house.open() as ws:
        request = pipeline.next_review(ws, "water", "km")
        assert request is not None
        assert request.stage == "sign-off"


def test_of_two_senders_at_once_one_sends(house: House, post: Post) -> None:
    house.settings(smtp(post.port))
    house.clock.on(3 * MINUTE)
    threads = [threading.Thread(target=lambda: house.tell(0 * MINUTE)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(m["To"]) for m in post.mails) == sorted(told(post))


def test_a_sender_that_is_killed_after_sending_repeats_one_message_under_the_same_name(
    house: House, post: Post
) -> None:
    house.settings(smtp(post.port, digest_off()))
    script = (
        "import os, sys, datetime as dt; from pathlib import Path; from pubpipe import pipeline; "
        "from pubpipe.server import mail, notices\n"
        "real = mail.send\n"
        "def send(server, made):\n"
        "    real(server, made); print('sent', flush=True); sys.stdin.readline()\n"
        "mail.send = send\n"
        f"now = lambda: dt.datetime.fromisoformat({(START + 3 * MINUTE).isoformat()!r})\n"
        f"notices.tell(pipeline.open_workspace(Path({str(house.root)!r}), environ={{}}, now=now))\n"
    )
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stdin=subprocess.PIPE, env=environ
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"sent\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(post.mails) == 1
    house.tell(4 * MINUTE)  # somebody else goes on with the others, and leaves that one alone
    assert len(post.mails) == 4
    house.tell(LEASE)
    names = [str(m["Message-ID"]) for m in post.mails]
    assert len(names) == 5
    assert len(set(names)) == 4
    assert names[4] == names[0]
    assert house.tell(LEASE) == "0 sent"


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("pem"))


def settings_of(port: int, tls: str = "starttls", user: str = "") -> SmtpSettings:
    values = {"host": "localhost", "port": port, "from": "r@example.org", "tls": tls, "user": user, "timeout": 3}
    return SmtpSettings.model_validate(values)


def test_mail_goes_encrypted_and_with_a_login(house: House, pem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with post_office(pem, login=True) as office:
        house.settings(smtp(office.port, tls="starttls", user="reviews"))
        assert house.tell() == "0 sent, 3 to be tried again"  # no password yet
        house.environ = {mail.PASSWORD_VARIABLE: PASSWORD}
        assert house.tell() == "3 sent"
        assert set(office.logins) == {"reviews"}
        assert "STARTTLS, logged in as reviews" in mail.look(settings_of(office.port, user="reviews"), PASSWORD)
        with pytest.raises(ServerError, match="refuses the login of reviews") as refused:
            mail.look(settings_of(office.port, user="reviews"), "a guess")
        assert "a guess" not in str(refused.value)
    with post_office(pem, implicit=True) as office:
        assert "TLS, no login" in mail.look(settings_of(office.port, "tls"), "")


def test_a_certificate_that_is_not_trusted_and_a_server_without_tls_get_no_mail(
    pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with post_office(pem) as office, pytest.raises(ServerError, match="certificate"):
        mail.look(settings_of(office.port), "")
    with post_office() as office, pytest.raises(ServerError, match="STARTTLS"):
        mail.look(settings_of(office.port), "")
    assert office.mails == []


# --- the words


NASTY = "Water\r\nBcc: thief@example.org\r\n\r\nFree money $link ${name} \u202egnirts\u2028x"


def test_a_title_begins_no_header_and_fills_in_nothing(house: House, post: Post) -> None:
    house.settings(smtp(post.port).replace('"Sokha Chan" = "sokha', '"Sokha Chan" = "sokha'))
    with house.open() as ws:
        known = ws.store.publications.get("water")
        assert known is not None
        ws.store.publications.save(
            "water", title=NASTY, source_path=known.source_path, source_name=known.source_name,
            languages=known.languages, options=known.options, at=known.at,
        )  # fmt: skip
    house.tell()
    assert len(post.mails) == 3
    assert set(post.to) == {"sokha@example.org", "vanna@example.org", "somchai@example.org"}
    for made in post.mails:
        assert made["Bcc"] is None
        assert "\n" not in str(made["Subject"])
    one = told(post)["Sokha Chan <sokha@example.org>"]
    assert str(one["Subject"]).startswith("Water Bcc: thief@example.org Free money $link ${name} gnirts x")
    assert one.get_content().count("https://reviews") == 1


def test_a_name_begins_no_header() -> None:
    letter = messages.Letter("Subject", "Body\n")
    made = mail.message(
        letter,
        settings_of(25),
        name='Sokha"\r\nBcc: x@example.org <a@b.org>,',
        address="s@example.org",
        batch="b",
        at=START,
    )
    read = email.message_from_bytes(made.data, policy=email.policy.default)
    assert read["Bcc"] is None
    (to,) = read["To"].addresses
    assert to.addr_spec == "s@example.org"
    with pytest.raises(ConfigError):
        mail.message(letter, settings_of(25), name="S", address="s@example.org, t@example.org", batch="b", at=START)


@pytest.mark.parametrize(
    "title",
    [
        "សិទ្ធិពលករចំណាកស្រុកនៅតំបន់ទន្លេមេគង្គ និងការងារសមរម្យ",
        "ရွှေ့ပြောင်းအလုပ်သမားများ၏ အခွင့်အရေး မူဝါဒ အကျဉ်းချုပ်",
        "สิทธิแรงงานข้ามชาติในลุ่มน้ำโขง: บทสรุปผู้บริหาร",
        "Quyền của người lao động di cư ở tiểu vùng sông Mê Kông",
        "ສິດຂອງແຮງງານຕ່າງດ້າວ ໃນອະນຸພາກພື້ນແມ່ນ້ຳຂອງ",
        "メコン地域における移住労働者の権利：概要版",
    ],
)
def test_six_scripts_arrive_in_subject_and_name_as_they_were(post: Post, title: str) -> None:
    settings = settings_of(post.port, "none")
    letter = messages.Letter(title, f"{title}\n")
    made = mail.message(letter, settings, name=title[:40].strip(), address="s@example.org", batch="b", at=START)
    with mail.connection(settings, "") as server:
        assert mail.send(server, made).state == "sent"
    assert post.raw[0].isascii()
    assert max(map(len, post.raw[0].splitlines())) <= 998  # RFC 5322, 2.1.1
    (got,) = post.mails
    assert (got["Subject"], got.get_content().splitlines()) == (title, [title])
    # Python's own reader adds spaces between the encoded words of a name; RFC 2047, 6.2, says that there are none
    head = post.raw[0].split(b"To: ")[1].split(b" <s@example.org>")[0].decode()
    read = "".join(part.decode(code) for part, code in email.header.decode_header(head) if code)  # type: ignore[union-attr]
    assert read == title[:40].strip()
    assert all(len(word) <= 75 for word in head.split())  # RFC 2047, 2


def test_a_workspace_may_choose_its_words_for_all_or_for_one_language(house: House, post: Post) -> None:
    house.settings(smtp(post.port))
    own = house.root / "templates" / "messages"
    own.mkdir(parents=True)
    built_in = (pipeline.bundled("templates") / "messages" / "email.txt").read_text(encoding="utf-8")
    (own / "email.txt").write_text(built_in.replace("Dear $name,", "Hello $name!"), encoding="utf-8")
    (own / "email.km.txt").write_text(built_in.replace("Dear $name,", "សួស្តី $name"), encoding="utf-8")
    house.tell()
    assert "សួស្តី Sokha Chan" in told(post)["Sokha Chan <sokha@example.org>"].get_content()
    assert "Hello Vanna!" in told(post)["Vanna <vanna@example.org>"].get_content()  # two languages
    (own / "email.km.txt").write_text("== greeting\nx\n", encoding="utf-8")
    with house.open() as ws, pytest.raises(ConfigError, match=r"email\.km\.txt lacks the section 'subject opened'"):
        messages.mail_template(ws, ["km"])


def test_a_broken_template_is_tried_again_and_said(house: House, post: Post) -> None:
    house.settings(smtp(post.port))
    own = house.root / "templates" / "messages"
    own.mkdir(parents=True)
    (own / "email.txt").write_bytes(b"\xff\xfe")
    assert house.tell() == "0 sent, 3 to be tried again"
    (own / "email.txt").unlink()
    assert house.tell() == "3 sent"


# --- webhooks


def hooked(hook: Endpoint, more: str = "") -> str:
    return f'\n[[notify.webhooks]]\nname = "chat"\nurl = "{hook.url}"\n{more}\n'


def test_a_webhook_is_told_each_event_with_a_signature(house: House, hook: Endpoint) -> None:
    house.settings(hooked(hook, "signed = true"))
    house.environ = {hooks.SECRET_VARIABLE: SECRET}
    assert house.tell(0 * MINUTE) == "2 sent"
    km = next(said for said in hook.said if said["language"] == "km")
    assert (km["event"], km["stage"], km["due"]) == ("opened", "language review", "2026-05-14")
    assert km["link"] == "https://reviews.example.org/pubpipe/review/water/km"
    assert "waits for you" in km["text"]
    stamp, _, made = hook.headers[0]["x-pubpipe-signature"].partition(",")
    signed = stamp.removeprefix("t=").encode() + b"." + hook.bodies[0]
    assert made == "v1=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert hook.headers[0]["x-pubpipe-delivery"] != hook.headers[1]["x-pubpipe-delivery"]


@pytest.mark.parametrize("answer", [(500, {}), (503, {}), (429, {}), (0, {})])
def test_a_webhook_that_cannot_now_is_tried_again_as_the_same_delivery(
    house: House, hook: Endpoint, answer: tuple[int, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "TIMEOUT", (1.0, 0.5))
    house.settings(hooked(hook, 'events = ["opened"]'))
    hook.answers = [answer]
    assert house.tell() == "1 sent, 1 to be tried again"
    assert house.tell(3 * MINUTE) == "1 sent"
    assert hook.headers[0]["x-pubpipe-delivery"] == hook.headers[2]["x-pubpipe-delivery"]
    assert hook.bodies[0] == hook.bodies[2]


def test_a_webhook_is_left_alone_as_long_as_it_asks(house: House, hook: Endpoint) -> None:
    house.settings(hooked(hook))
    hook.answers = [(429, {"Retry-After": "3600"}), (204, {})]
    house.tell()
    assert house.tell(50 * MINUTE) == "0 sent"
    assert house.tell(11 * MINUTE) == "1 sent"


@pytest.mark.parametrize(("status", "said"), [(400, "HTTP 400"), (404, "HTTP 404"), (302, "HTTP 302 (a redirect")])
def test_a_webhook_that_refuses_for_good_is_told(house: House, hook: Endpoint, status: int, said: str) -> None:
    house.settings(hooked(hook))
    hook.answers = [(status, {"Location": hook.url})] * 2
    assert house.tell() == "0 sent, 2 failed for good"
    assert said in house.troubles[0]
    assert len(hook.bodies) == 2  # a redirect is not followed


def test_a_webhook_may_have_words_and_an_address_of_its_own(house: House, hook: Endpoint) -> None:
    own = house.root / "templates" / "messages"
    own.mkdir(parents=True)
    (own / "chat.json").write_text('{"text": "$title: $text", "tags": ["$language_tag", 7]}', encoding="utf-8")
    house.settings(
        '\n[[notify.webhooks]]\nname = "chat"\nurl_variable = "CHAT_URL"\ntemplate = "chat.json"\nevents = ["opened"]\n'
    )
    assert house.tell() == "0 sent, 2 to be tried again"
    house.environ = {"CHAT_URL": hook.url}
    assert house.tell() == "2 sent"
    assert hook.said[0]["tags"] == ["km", 7]
    assert hook.said[0]["text"].startswith("Water and work: Water and work, Khmer: the review")


def test_what_is_filled_into_a_webhook_stays_inside_its_quotes() -> None:
    values: Callable[[str], Any] = lambda title: messages.payload({"a": "x $title", "b": ["$other"]}, {"title": title})  # noqa: E731
    assert values('", "admin": true, "c": "') == {"a": 'x ", "admin": true, "c": "', "b": ["$other"]}
    assert values("$other ${title}") == {"a": "x $other ${title}", "b": ["$other"]}
