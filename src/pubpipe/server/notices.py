"""Telling people: who hears of what, collected into few messages, sent and tried again, never in a review's way."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pubpipe import review
from pubpipe.errors import ConfigError, PubpipeError, ServerError
from pubpipe.identity import digest
from pubpipe.languages import fold, profile
from pubpipe.pipeline import messages, notices
from pubpipe.pipeline.deciding import zone
from pubpipe.pipeline.edition import stages_of
from pubpipe.server import hooks, mail, people
from pubpipe.server.here import review_address
from pubpipe.server.mail import Sent
from pubpipe.server.runs import people_address
from pubpipe.store import Delivery, Notice
from pubpipe.store.outbox import MAIL

if TYPE_CHECKING:
    from pubpipe.pipeline import Workspace
    from pubpipe.project import WebhookSettings
    from pubpipe.review import Stage
    from pubpipe.server.people import People

log = logging.getLogger(__name__)

HOOK = "hook:"
INTERVAL = {"off": dt.timedelta(0), "hourly": dt.timedelta(hours=1), "daily": dt.timedelta(days=1)}
SETTLE = dt.timedelta(minutes=2)
"""A message waits until nothing was added to it for so long: six languages that open at once are one message."""
PATIENCE = dt.timedelta(minutes=15)
"""But no longer than this."""
LEASE = dt.timedelta(minutes=10)
"""After this a batch that is neither sent nor refused is taken to be that of a process that died."""
FIRST_PAUSE = dt.timedelta(minutes=2)
LONGEST_PAUSE = dt.timedelta(hours=6)
ATTEMPTS = 12
"""With pauses that double up to six hours: about a day and a half."""


@dataclass(frozen=True)
class Batch:
    """What goes out together: to one person by mail, or one event to a webhook."""

    id: str
    channel: str
    person: str
    deliveries: tuple[Delivery, ...]


@dataclass
class Report:
    """What one pass did."""

    sent: int = 0
    """Messages and requests, not notices."""
    later: int = 0
    failed: int = 0
    collecting: int = 0
    """Messages that wait for what else happens (the digest)."""
    problems: list[str] = field(default_factory=list)

    def words(self) -> str:
        """ "3 sent, 1 waits for another try"."""
        parts = [f"{self.sent} sent"]
        if self.later:
            parts.append(f"{self.later} to be tried again")
        if self.failed:
            parts.append(f"{self.failed} failed for good")
        if self.collecting:
            parts.append(f"{self.collecting} being collected")
        return ", ".join(parts)


def tell(ws: Workspace, *, at_once: bool = False) -> Report:
    """Look for what is due, decide who hears of what is new, and send what is ready; safe to call at any time.

    `at_once`: without waiting for the digest. Whatever goes wrong with a mail or a webhook is in the report and in the
    outbox, and is tried again; nothing is raised for it.
    """
    report = Report()
    if not ws.project.notify.wanted:
        return report
    notices.remind(ws)
    again = [(n, was) for n, was in ws.store.outbox.unheard() if notices.is_open(ws, n)]
    for notice, was in [*((n, None) for n in ws.store.outbox.new()), *again]:
        to, problem = hears(ws, notice)
        if problem != was:  # who has an address by now hears of it
            ws.store.outbox.address(notice, to, problem, ws.now())
    ready, moot = choose(ws, ws.store.outbox.open(), at_once=at_once)
    ws.store.outbox.drop(moot)
    _send_hooks(ws, [b for b in ready if b.channel != MAIL], report)
    _send_mail(ws, [b for b in ready if b.channel == MAIL], report)
    left = [d for d in ws.store.outbox.open() if d.state == "waiting" and not d.attempts]
    report.collecting = len({(d.channel, d.person) for d in left})
    return report


def preview(ws: Workspace, *, at_once: bool = True) -> tuple[tuple[Batch, str], ...]:
    """(what would be sent now, in words); nothing is sent, nothing is written down."""
    pending = list(ws.store.outbox.open())
    for notice in ws.store.outbox.new():
        to, _ = hears(ws, notice)
        pending += [Delivery(notice, channel, person, "waiting", 0, ws.now(), "", "") for channel, person in to]
    ready, _ = choose(ws, pending, at_once=at_once)
    out = []
    for batch in ready:
        if batch.channel == MAIL:
            letter = _letter(ws, batch)
            out.append((batch, f"Subject: {letter.subject}\n\n{letter.body}"))
        else:
            out.append((batch, str(_payload(ws, _hook(ws, batch), batch.deliveries[0].notice))))
    return tuple(out)


# --- who hears of what


def hears(ws: Workspace, notice: Notice) -> tuple[list[tuple[str, str]], str]:
    """([(channel, person)], who should hear of it and cannot be reached)."""
    settings = ws.project.notify
    to = [(f"{HOOK}{hook.name}", hook.name) for hook in settings.webhooks if notice.event in hook.events]
    if settings.smtp is None:
        return to, ""
    accounts = people.load(ws.state)
    wanted = _interested(ws, notice, accounts)
    reached = {fold(name): name for name in wanted if address_of(ws, name, accounts)}
    lost = [name for name in wanted if fold(name) not in reached]
    to += [(MAIL, name) for name in reached.values()]
    if lost:
        return to, f"no e-mail address: {', '.join(lost)}"
    if not wanted and notice.event != "answered":  # an answer need not interest anybody
        return to, "nobody is named for it: people of the stage in pubpipe.toml, accounts or [notify] watchers"
    return to, ""


def _interested(ws: Workspace, notice: Notice, accounts: People) -> list[str]:
    stage = next((s for s in stages_of(ws.project) if s.name == notice.stage), None)
    own = _people_of(ws, stage, notice.language, accounts) if stage else []
    standing_in = _standing_in(ws, stage, notice, own) if stage else []
    watchers = list(ws.project.notify.watchers)
    match notice.event:
        case "opened" | "due":
            names = [n for n in (*own, *standing_in) if notice.event == "opened" or not _has_answered(ws, notice, n)]
        case "overdue":
            names = [*(n for n in (*own, *standing_in) if not _has_answered(ws, notice, n)), *watchers]
        case "answered":
            followers = own if notice.data.get("left") else []
            names = [n for n in (*watchers, *followers) if fold(n) != fold(str(notice.data.get("reviewer", "")))]
        case _:
            names = watchers or own or _people_of(ws, stages_of(ws.project)[-1], notice.language, accounts)
    return list({fold(name): name for name in names}.values())


def _people_of(ws: Workspace, stage: Stage, language: str, accounts: People) -> list[str]:
    """Those who may decide at the stage in their own right: named there, or by their accounts where it names nobody."""
    named = list(stage.people.get(language, ()))
    if not accounts.people:
        return named
    own = stage.model_copy(update={"delegations": ()})
    at = ws.now()
    may = [a.name for a in accounts.people if review.right(own, language, a.name, at=at, find=accounts.find).granted]
    return may or named


def _standing_in(ws: Workspace, stage: Stage, notice: Notice, own: list[str]) -> list[str]:
    """Delegates of these people whose time it is."""
    now = ws.now().astimezone(zone(ws.project))
    opening = ws.store.openings.current(notice.publication, notice.language)
    due = review.deadline(stage, opening.opened) if opening else None
    absent = {fold(name) for name in own}
    names = []
    for delegation in stage.delegations:
        if fold(delegation.absent) not in absent:
            continue
        by_days = delegation.since is not None or delegation.until is not None
        begun = delegation.since is None or delegation.since <= now.date()
        over = delegation.until is not None and delegation.until < now.date()
        if (by_days and begun and not over) or (not by_days and due is not None and now >= due.due):
            names.append(delegation.delegate)
    return names


def _has_answered(ws: Workspace, notice: Notice, name: str) -> bool:
    """Whether this person decided at the stage since it opened: who did is not reminded."""
    opening = ws.store.openings.current(notice.publication, notice.language)
    if opening is None:
        return False
    return any(
        d.stage == notice.stage and d.at >= opening.opened and fold(name) in (fold(d.reviewer), fold(d.behalf))
        for d in ws.store.decisions.all(notice.publication, notice.language)
    )


def address_of(ws: Workspace, name: str, accounts: People) -> str:
    """The e-mail address of a person: that of pubpipe.toml, else of the account; empty where there is none."""
    for known, address in ws.project.notify.addresses.items():
        if fold(known) == fold(name):
            return address
    account = accounts.find(name)
    return account.email if account is not None and account.active else ""


# --- what goes out together


def choose(ws: Workspace, pending: Sequence[Delivery], *, at_once: bool) -> tuple[list[Batch], list[Delivery]]:
    """(what to send now, what is over before it was sent)."""
    now = ws.now()
    moot = [d for d in pending if d.state == "waiting" and _over(ws, d, pending)]
    batches: dict[str, list[Delivery]] = {}
    fresh: dict[tuple[str, str], list[Delivery]] = {}
    for delivery in pending:
        if delivery in moot or (delivery.next > now and not (at_once and delivery.state == "waiting")):
            continue
        if delivery.batch:  # was begun before: the same again, under the same name
            batches.setdefault(delivery.batch, []).append(delivery)
        elif delivery.state == "waiting":
            fresh.setdefault((delivery.channel, delivery.person), []).append(delivery)
    for (channel, person), waiting in fresh.items():
        single = channel != MAIL or ws.project.notify.digest == "off"
        if not single and not at_once and not _ready(ws, channel, person, waiting):
            continue
        for part in [[d] for d in waiting] if single else [waiting]:
            ids = sorted(d.notice.id for d in part)
            batches[digest("batch", 1, channel, person, ids)[:32]] = part
    return [Batch(id_, part[0].channel, part[0].person, tuple(part)) for id_, part in batches.items()], moot


def _over(ws: Workspace, delivery: Delivery, pending: Sequence[Delivery]) -> bool:
    """Whether nobody needs to hear of this by mail any more: the stage is closed, or a stronger word goes out."""
    notice = delivery.notice
    if delivery.channel == MAIL and notice.event == "answered" and delivery.person not in ws.project.notify.watchers:
        return not notices.still_waits(ws, notice)  # it was to ask for a second pair of eyes
    if delivery.channel != MAIL or notice.event not in notices.URGENCY:
        return False
    if not notices.is_open(ws, notice):
        return True
    return any(
        other.channel == MAIL
        and other.person == delivery.person
        and (other.notice.publication, other.notice.language, other.notice.opening)
        == (notice.publication, notice.language, notice.opening)
        and notices.URGENCY.get(other.notice.event, -1) > notices.URGENCY[notice.event]
        for other in pending
    )


def _ready(ws: Workspace, channel: str, person: str, waiting: Sequence[Delivery]) -> bool:
    now = ws.now()
    newest, oldest = max(d.notice.at for d in waiting), min(d.notice.at for d in waiting)
    if now - newest < SETTLE and now - oldest < PATIENCE:
        return False
    last = ws.store.outbox.last_sent(channel, person)
    return last is None or now - last >= INTERVAL[ws.project.notify.digest]


# --- the words


def _values(ws: Workspace, notice: Notice) -> dict[str, str]:
    known = ws.store.publications.get(notice.publication)
    language = profile(notice.language).english_name if notice.language else ""
    opening = ws.store.openings.current(notice.publication, notice.language)
    stage = next((s for s in stages_of(ws.project) if s.name == notice.stage), None)
    same = opening is not None and opening.number == notice.opening
    due = review.deadline(stage, opening.opened) if stage and opening and same else None
    shown = {k: str(v) for k, v in notice.data.items() if v not in (0, None)}
    if not ws.project.notify.include_text:
        shown.pop("comment", None)
    return {
        **dict.fromkeys(("by", "decision", "next", "left", "reason", "comment", "asked"), ""),
        **shown,
        "id": notice.id[:32],
        "event": notice.event,
        "at": notice.at.isoformat(timespec="seconds"),
        "publication": notice.publication,
        "title": known.title if known and known.title else notice.publication,
        "language": language,
        "language_tag": notice.language,
        "stage": notice.stage,
        "due": due.due.astimezone(zone(ws.project)).strftime("%Y-%m-%d") if due else "",
        "link": review_address(people_address(ws), notice.publication, notice.language),
        "project": ws.project.name,
    }


def _letter(ws: Workspace, batch: Batch) -> messages.Letter:
    said = {}
    for one in (_values(ws, d.notice) for d in batch.deliveries):  # the rounds of a long text read the same: once
        said[tuple(item for item in one.items() if item[0] not in ("id", "at"))] = one
    values = list(said.values())
    common = {"name": batch.person, "count": str(len(values)), "project": ws.project.name}
    return messages.letter(messages.mail_template(ws, [v["language_tag"] for v in values]), common, values)


def _hook(ws: Workspace, batch: Batch) -> WebhookSettings:
    """ConfigError where the webhook was taken out of pubpipe.toml meanwhile."""
    for hook in ws.project.notify.webhooks:
        if batch.channel == f"{HOOK}{hook.name}":
            return hook
    raise ConfigError(f"there is no webhook {batch.person!r} any more.", remedy="Nothing: it is not told.")


def _payload(ws: Workspace, hook: WebhookSettings, notice: Notice) -> object:
    values = _values(ws, notice)
    text = messages.words(messages.mail_template(ws), values).replace("\n", " ")
    return messages.payload(messages.webhook_template(ws, hook.template), {**values, "text": text})


# --- sending


def _send_mail(ws: Workspace, batches: Sequence[Batch], report: Report) -> None:
    settings = ws.project.notify.smtp
    if settings is None or not batches:
        return
    accounts = people.load(ws.state)
    left = list(batches)
    try:
        with mail.connection(settings, ws.environ.get(mail.PASSWORD_VARIABLE, "")) as server:
            while left:
                batch = left.pop(0)
                if not _claim(ws, batch):
                    continue
                try:
                    letter = _letter(ws, batch)
                    address = address_of(ws, batch.person, accounts)
                    made = mail.message(
                        letter, settings, name=batch.person, address=address, batch=batch.id, at=ws.now()
                    )
                except PubpipeError as error:
                    _settle(ws, batch, Sent("later" if address_of(ws, batch.person, accounts) else "never",
                                            error.message), report)  # fmt: skip
                    continue
                _settle(ws, batch, mail.send(server, made), report)
    except (ServerError, ConfigError) as error:
        # nobody is told now; each message that was ready counts as tried, so that a dead server is asked ever less
        for batch in left:
            if _claim(ws, batch):
                _settle(ws, batch, Sent("later", error.message), report)


def _send_hooks(ws: Workspace, batches: Sequence[Batch], report: Report) -> None:
    for batch in batches:
        if not _claim(ws, batch):
            continue
        try:
            hook = _hook(ws, batch)
            sent = hooks.post(
                hooks.address(hook, ws.environ),
                _payload(ws, hook, batch.deliveries[0].notice),
                key=hooks.secret(hook, ws.environ),
                delivery=batch.id,
                at=ws.now(),
            )
        except ConfigError as error:
            gone = all(batch.channel != f"{HOOK}{h.name}" for h in ws.project.notify.webhooks)
            sent = Sent("never" if gone else "later", error.message)
        _settle(ws, batch, sent, report)


def _claim(ws: Workspace, batch: Batch) -> bool:
    return ws.store.outbox.claim(batch.id, batch.deliveries, ws.now() + LEASE)


def _settle(ws: Workspace, batch: Batch, sent: Sent, report: Report) -> None:
    attempt = max(d.attempts for d in batch.deliveries) + 1
    now = ws.now()
    if sent.state == "sent":
        ws.store.outbox.settle(batch.id, "sent", now)
        report.sent += 1
        return
    who = batch.person if batch.channel == MAIL else f"webhook {batch.person}"
    report.problems.append(f"{who}: {sent.problem}")
    log.warning("%s was not told (attempt %d): %s", who, attempt, sent.problem)
    if sent.state == "never" or attempt >= ATTEMPTS:
        ws.store.outbox.settle(batch.id, "failed", now, sent.problem)
        report.failed += 1
        return
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))
    if sent.retry_after is not None:
        pause = max(pause, min(LONGEST_PAUSE, dt.timedelta(seconds=sent.retry_after)))
    ws.store.outbox.settle(batch.id, "waiting", now + pause, sent.problem)
    report.later += 1
