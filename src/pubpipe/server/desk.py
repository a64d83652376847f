"""The review page behind the login: which address is what, and how an answer reaches the run that waits for it."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar
from urllib.parse import parse_qs

from pubpipe.errors import PubpipeError
from pubpipe.identity import Hash, digest
from pubpipe.model import ReviewAnswer, ReviewRequest
from pubpipe.server import assets, client, form, pages, review_data, review_page
from pubpipe.server.assets import FONTS_PATH, STYLE_PATH, Reply
from pubpipe.server.door import Clock
from pubpipe.server.here import REVIEW_PATH
from pubpipe.server.people import Account
from pubpipe.server.review_data import Look, UnknownEdition
from pubpipe.server.review_labels import label

log = logging.getLogger(__name__)

Result = TypeVar("Result")
LONGEST_FORM = 8 * 1024 * 1024
LONGEST_TEXT = 256 * 1024
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    b"trusted-types 'none'"
)
"""Nothing inline, nothing from elsewhere, and no text can become markup through a script."""
PICTURE_POLICY = b"default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
"""As for the files of the output folder: browsers show a PDF in a page of their own."""
ADDRESS = re.compile(rf"{REVIEW_PATH}/([a-z0-9-]{{1,200}})/([A-Za-z0-9-]{{2,30}})(/.*)?", re.ASCII)
"""Publication, language, and what of it."""
_PICTURE = re.compile(r"/(pages/[1-9]\d{0,3}\.webp|preview\.pdf)", re.ASCII)
_HTML = b"text/html; charset=utf-8"
_JSON = b"application/json"
_PRIVATE = (b"cache-control", b"private, no-cache")
_AT_ONCE = 3
"""How many requests may read the workspace at a time: Prefect needs the processor too."""
_LONG = dt.timedelta(minutes=3)
_WORK = (0.5, 1.0, 2.0)
"""Seconds between the looks at a run that is at work while somebody hands in an answer."""


class Prefect(Protocol):
    """The server behind the layer, as this page needs it; the layer's own rules hold for `hand_in`."""

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of an answer to us."""
        ...

    async def hand_in(self, run: str, values: Mapping[str, str]) -> tuple[int, Any]:
        """Status and JSON of what becomes of an answer: the right checked, the name stamped, the whole sealed."""
        ...


@dataclass(frozen=True)
class Asked:
    """A request of somebody who was let in."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Callable[[int], Awaitable[bytes]]
    """The body, at most so many bytes; ValueError where it is longer or broken off."""
    account: Account | None
    """None where the workspace has no accounts."""


@dataclass(frozen=True)
class Run:
    """What Prefect has for an edition."""

    state: Literal["waiting", "working", "none", "unreachable"]
    id: str = ""
    since: dt.datetime | None = None


def language_of(path: str) -> str:
    """The language of the edition that an address of this page is about; empty for another address."""
    found = ADDRESS.fullmatch(path)
    return found[2] if found else ""


def is_ours(path: str) -> bool:
    """Whether this address is one of the review page's."""
    return path.startswith((f"{REVIEW_PATH}/", f"{FONTS_PATH}/")) or path in (REVIEW_PATH, *assets.FILES)


class Desk:
    """The review page of one workspace."""

    def __init__(self, root: Path, now: Clock) -> None:
        self.root = root
        self.now = now
        self._work = asyncio.Semaphore(_AT_ONCE)
        self._interface: str | None = None
        self._handed_in: dict[tuple[str, str, str], Hash] = {}
        """Publication, language and person to the answer that they last gave: a form may be sent twice."""

    async def serve(self, asked: Asked, prefect: Prefect) -> Reply:
        """The answer to a request for one of our addresses, as it goes over the wire."""
        try:
            reply = await self._reply(asked, prefect)
        except UnknownEdition:
            reply = _said(asked, 404, "There is no such review here.")
        except ValueError:
            reply = _said(asked, 400, "This could not be read.")
        except PubpipeError as error:
            log.error("review page: %s", error)
            reply = _said(asked, 503, "The workspace cannot be read at the moment. Tell who runs this server.")
        return assets.fitted(reply, asked.headers)

    async def _reply(self, asked: Asked, prefect: Prefect) -> Reply:
        reading = asked.method in ("GET", "HEAD")
        if reading and (found := assets.asset(asked.path)) is not None:
            return found
        if asked.path.startswith(f"{FONTS_PATH}/"):
            folder = self.root / ".pubpipe" / review_data.WEB_FONTS
            return assets.font_file(folder, asked.path) or _said(asked, 404, "There is no such font.")
        if not reading and (refusal := _foreign(asked)):
            return _said(asked, 403, refusal)
        if asked.path in (REVIEW_PATH, f"{REVIEW_PATH}/"):
            return await self._list(asked)
        match = ADDRESS.fullmatch(asked.path)
        if match is None:
            raise UnknownEdition
        publication, language, rest = match[1], match[2], match[3] or ""
        if rest in ("", "/"):
            if reading:
                return await self._page(asked, prefect, publication, language)
            if asked.method == "POST":
                return await self._posted(asked, prefect, publication, language)
        elif rest == "/typed" and asked.method == "POST":
            return await self._typed(asked, publication, language)
        elif rest == "/news" and reading:
            said = await self._in_thread(review_data.news, self.root, publication, language, asked.account)
            return Reply(200, _json(said), _JSON, (_PRIVATE,))
        elif reading and (picture := _PICTURE.fullmatch(rest)):
            return await self._picture(publication, language, picture[1])
        return _said(asked, 405 if rest in ("", "/", "/typed", "/news") else 404, "There is no such thing here.")

    async def _in_thread(self, work: Callable[..., Result], *arguments: Any) -> Result:
        async with self._work:
            return await asyncio.to_thread(work, *arguments)

    # ---- to read

    async def _list(self, asked: Asked) -> Reply:
        found = await self._in_thread(review_data.entries, self.root, asked.account)
        who = asked.account.name if asked.account else ""
        return _page(200, review_page.list_page(found, who, styles=(assets.address(STYLE_PATH),)))

    async def _page(self, asked: Asked, prefect: Prefect, publication: str, language: str) -> Reply:
        found = await self._in_thread(review_data.look, self.root, publication, language, asked.account, self.now())
        query = parse_qs(asked.query)
        sheet = found.sheet
        run = await self._run(prefect, publication, language, sheet.request if sheet else None)
        if run.state == "working":
            return await self._working(asked, prefect, found, run, "sent" if "sent" in query else "")
        if sheet is None:
            return await self._done(asked, found)
        opened = {int(n) for n in query.get("open", ()) if n.isdecimal() and len(n) < 7}
        shown = replace(sheet, show=query.get("show", [""])[0], opened=frozenset(opened))
        return _page(200, await self._html(prefect, shown, run))

    async def _html(self, prefect: Prefect, sheet: review_page.Sheet, run: Run) -> str:
        where = await self._address_of(prefect, run)
        return review_page.review_page(
            replace(sheet, waits=run.state == "waiting", reachable=run.state != "unreachable", run=where)
        )

    async def _working(
        self, asked: Asked, prefect: Prefect, found: Look, run: Run, answer: Literal["", "sent", "unsent"]
    ) -> Reply:
        who = asked.account.name if asked.account else ""
        long = run.since is not None and self.now() - run.since > _LONG
        where = await self._address_of(prefect, run)
        page = review_page.waiting_page(
            found.title, who, here=asked.path, answer=answer, run=where, long=long, styles=found.styles
        )
        return _page(503 if answer == "unsent" else 200, page)

    async def _done(self, asked: Asked, found: Look) -> Reply:
        who = asked.account.name if asked.account else ""
        page = review_page.done_page(
            found.title, who, found.state, why=found.why, files=found.files, stale=found.stale, run="",
            styles=found.styles,
        )  # fmt: skip
        return _page(200, page)

    async def _picture(self, publication: str, language: str, name: str) -> Reply:
        data = await self._in_thread(review_data.preview_file, self.root, publication, language, name)
        if data is None:
            raise UnknownEdition
        is_pdf = name.endswith(".pdf")
        kept = _PRIVATE if is_pdf else (b"cache-control", b"private, max-age=31536000, immutable")
        kind = b"application/pdf" if is_pdf else b"image/webp"
        return Reply(200, data, kind, (kept, (b"content-security-policy", PICTURE_POLICY)))

    # ---- to write

    async def _typed(self, asked: Asked, publication: str, language: str) -> Reply:
        """A text at a pause of typing."""
        if asked.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return _said(asked, 415, "JSON, please.")
        try:
            said = json.loads(await asked.body(LONGEST_TEXT))
        except RecursionError as error:
            raise ValueError("not of this page") from error
        status, answer = await self._in_thread(
            review_data.save_one, self.root, publication, language, asked.account, said, self.now()
        )
        return Reply(status, _json(answer), _JSON, (_NO_STORE,))

    async def _posted(self, asked: Asked, prefect: Prefect, publication: str, language: str) -> Reply:
        """The whole form: what was typed is stored before anything else is looked at."""
        body = (await asked.body(LONGEST_FORM)).decode("ascii")
        fields = parse_qs(body, keep_blank_values=True, max_num_fields=20_000, encoding="utf-8", errors="strict")
        said = review_data.posted(fields)
        who, now = asked.account, self.now()
        if said.do:
            found = await self._in_thread(review_data.keep, self.root, publication, language, who, said, now)
            if found.sheet is not None and found.sheet.collisions:
                run = await self._run(prefect, publication, language, found.sheet.request)
                return _page(409, await self._html(prefect, found.sheet, run))
            return _see(asked.path, _next_view(said.do))
        taken = await self._in_thread(review_data.take, self.root, publication, language, who, said, now)
        sheet = taken.look.sheet
        if sheet is None:
            return await self._done(asked, taken.look)
        run = await self._run(prefect, publication, language, sheet.request)
        if taken.answer is None:
            return _page(409 if sheet.moved else 422, await self._html(prefect, sheet, run))
        for pause in _WORK:  # it may put up this very review in a moment
            if run.state != "working":
                break
            await asyncio.sleep(pause)
            run = await self._run(prefect, publication, language, sheet.request)
        if run.state == "working":
            # only the very same: "approve" is at work where somebody thinks better of it and sends "request changes"
            if self._handed_in.get((publication, language, taken.answer.reviewer)) == _said_in(taken.answer):
                return _see(asked.path, "sent=1")
            return await self._working(asked, prefect, taken.look, run, "unsent")
        if run.state != "waiting":
            return _page(503, await self._html(prefect, sheet, run))
        problems, status = await self._hand_in(prefect, sheet.request, taken.answer, run)
        if problems:
            return _page(status, await self._html(prefect, replace(sheet, problems=problems), run))
        self._handed_in[publication, language, taken.answer.reviewer] = _said_in(taken.answer)
        await self._in_thread(review_data.sent, self.root, taken.answer, who)
        log.info("%s/%s: answer of %s handed in", publication, language, taken.answer.reviewer)
        return _see(asked.path, "sent=1")

    async def _hand_in(
        self, prefect: Prefect, request: ReviewRequest, answer: ReviewAnswer, run: Run
    ) -> tuple[tuple[str, ...], int]:
        """(why the answer was not taken, the status to say it with); nothing where it was."""
        status, said = await prefect.hand_in(run.id, form.answer_values(request, answer))
        said = said if isinstance(said, dict) else {}
        if status in (200, 201) and said.get("status") == "ACCEPT":
            return (), 200
        if status in client.BUSY:
            return ("The server is busy. What you typed is kept: send it once more.",), 503
        if status == 409:
            return ("Somebody else answered this review at the same moment.",), 409
        if status == 403:
            return (str(said.get("detail") or "You may not decide here."),), 403
        details = said.get("details")
        reason = str(details.get("reason") or "") if isinstance(details, dict) else ""
        return (reason or "The server did not take the answer. Look again and send it once more.",), 409

    # ---- Prefect

    async def _run(self, prefect: Prefect, publication: str, language: str, request: ReviewRequest | None) -> Run:
        """The run that waits with this very review; else whether one is at work on the edition."""
        body = {
            "flow_runs": {
                "tags": {"all_": client.edition_tags(publication, language)},
                "state": {"type": {"any_": list(client.OPEN)}},
            },
            "flows": {"name": {"any_": [client.FLOW]}},
            "sort": "EXPECTED_START_TIME_DESC",
            "limit": 50,
        }
        status, said = await prefect.ask("POST", "/api/flow_runs/filter", body)
        if status != 200 or not isinstance(said, list):
            return Run("unreachable")
        tag = client.review_tag(request.digest) if request else None
        working: Run | None = None
        for run in said:
            if run["state_type"] == "PAUSED":
                if tag is not None and tag in run["tags"]:
                    return Run("waiting", run["id"])
            elif working is None:
                stamp = (run.get("state") or {}).get("timestamp")
                working = Run("working", run["id"], _moment(stamp))
        return working or Run("none")

    async def _address_of(self, prefect: Prefect, run: Run) -> str:
        """The run's page in the interface that is shown first; empty where there is no run."""
        if not run.id:
            return ""
        if self._interface is None:
            status, said = await prefect.ask("GET", "/ui-settings")
            said = said if status == 200 and isinstance(said, dict) else {}
            self._interface = str(said.get(f"{said.get('default_ui')}_base_url") or "").rstrip("/")
        return f"{self._interface}/runs/flow-run/{run.id}"


_NO_STORE = (b"cache-control", b"no-store")


def _said_in(answer: ReviewAnswer) -> Hash:
    return digest(answer.model_dump(mode="json", exclude={"at"}))


def _foreign(asked: Asked) -> str:
    """Why a request that changes something is refused: browsers say where it comes from, and it has to be from here.

    That it is not from another site is checked before (`gate`); a request that says nothing is no browser's.
    """
    if "origin" not in asked.headers and asked.headers.get("sec-fetch-site") != "same-origin":
        return "This request does not say where it comes from."
    return ""


def _next_view(do: str) -> str:
    """The query that shows what was asked for with a button of the form."""
    kind, _, what = do.partition("-")
    if kind == "show" and what in review_page.SHOWS:
        return f"show={what}"
    if kind == "open" and what.isdecimal() and len(what) < 7:
        return f"open={what}#s{what}"
    return ""


def _moment(stamp: Any) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(str(stamp))
    except ValueError:
        return None


def _json(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode()


def _page(status: int, html: str) -> Reply:
    headers = (
        _PRIVATE if status == 200 else _NO_STORE,
        (b"content-security-policy", POLICY),
        (b"referrer-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
    )
    return Reply(status, html.encode(), _HTML, headers)


def _see(path: str, query: str) -> Reply:
    """Lead a browser on after a post, so that loading again sends nothing twice."""
    query, sharp, fragment = query.partition("#")
    where = path + (f"?{query}" if query else "") + sharp + fragment
    return Reply(303, b"", headers=((b"location", where.encode()), _NO_STORE))


def _said(asked: Asked, status: int, words: str) -> Reply:
    """Words that a person or the page's script can show."""
    if "text/html" in asked.headers.get("accept", ""):
        return Reply(
            status,
            pages.notice_page(label("list.title"), words, REVIEW_PATH + "/").encode(),
            _HTML,
            ((b"content-security-policy", pages.POLICY.encode()), _NO_STORE),
        )
    return Reply(status, _json({"detail": words}), _JSON, (_NO_STORE,))
