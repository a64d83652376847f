"""The words of the review page, in one table: a language of its own is another table with the same keys.

The keys that begin with `js.` go to the page's script. `{…}` is filled in; what is filled in is escaped by the page.
"""

from __future__ import annotations

LABELS: dict[str, str] = {
    # the list
    "list.title": "Reviews",
    "list.yours": "Waiting for you",
    "list.others": "In review, waiting for others",
    "list.rest": "Everything else",
    "list.none": "Nothing waits for you.",
    "list.empty": "There is no publication in your languages yet.",
    "list.publication": "Publication",
    "list.language": "Language",
    "list.state": "State",
    "list.progress": "Approved",
    "state.new": "not translated yet",
    "state.in review": "in review",
    "state.approved": "approved, not printed yet",
    "state.rejected": "rejected",
    "state.published": "published",
    "state.error": "cannot be told",
    # the head of a page
    "page.title": "{language}: {title}",
    "nav.all": "All reviews",
    "nav.skip": "To the first sentence",
    "nav.run": "Run and log in Prefect",
    "nav.account": "Account of {name}",
    "head.stage": "{stage}, round {round}",
    "head.asked": "{count} of {total} sentences need your eyes",
    "head.asked.one": "1 of {total} sentences needs your eyes",
    "head.later": "{count} more follow in later rounds",
    "head.signoff": "The whole text, {total} sentences, as it stands",
    "head.due": "due {when}",
    "head.tags": "Marks such as <1>…</1> and <2/> are formatting, line breaks and footnotes: keep each of them, at the "
    "words it belongs to.",
    "head.before": "Said before",
    "head.document": "About the document",
    "head.problems": "Your answer was not taken yet. What you typed is kept.",
    "head.last": "The last answer was not taken",
    "head.moved": "The text under review has moved since you opened this page. What you typed is kept: where a "
    "sentence changed, your text stands beside the new one.",
    "head.gone": "Typed by you for sentences that are not in the text any more",
    "head.mayread": "You may read this. {why}",
    # filters, help, progress
    "show.label": "Show",
    "show.eyes": "what needs eyes",
    "show.all": "everything",
    "show.findings": "what has remarks",
    "progress": "{done} of {total} read",
    "next": "Next",
    "keys.title": "Keys",
    "keys.next": "tick this sentence off and go to the next that is not",
    "keys.move": "to the sentence above or below",
    "keys.tab": "moves as everywhere",
    "save": "Save what I typed",
    # a sentence
    "sentence": "Sentence {number}",
    "box": "Translation of sentence {number} into {language}",
    "read": "Read",
    "page": "page {page}",
    "change": "Change sentence {number}",
    "sendback": "Send back sentence {number}",
    "open": "no translation yet",
    "marked": "With marks",
    "why": "why: {reason}",
    "english.before": "English before",
    "english.changed": "Changed in English",
    "approved.before": "Approved before",
    "approved.diff": "Against what was approved",
    "similar": "Similar in the memory ({score} %)",
    "similar.source": "for",
    "offered": "Offered by {who}",
    "use": "Start from this",
    "terms": "Terms",
    "waive": "I take responsibility for this; my name stays with it in the record",
    "waive.elsewhere": "the same as at sentence {number}: one tick is for both",
    "group": "Sentences {first} to {last}",
    "group.one": "Sentence {first}",
    "group.states": "{count} {state}",
    "state.item.open": "without translation",
    "state.item.waiting": "not asked for in this round",
    "state.item.approved": "approved",
    "state.item.rejected": "rejected",
    "typed.draft": "Your text, not sent yet",
    "typed.stale": "Typed by you over an earlier wording ({when}); the text has moved since",
    "typed.other": "{who} has typed here and not sent it ({when})",
    "typed.collision": "Stored meanwhile from another window or browser. Yours is in the box; nothing was overwritten",
    "someone": "Somebody",
    # the decision
    "decide.title": "Your decision",
    "decide.comment": "Comment",
    "decide.comment.help": "Needed to request changes or to reject. It stays in the record.",
    "decide.name": "Your name",
    "decide.name.help": "It stays in the record.",
    "decide.people": "Who may answer: {people}.",
    "decide.as": "You decide as {name}.",
    "approve": "Approve",
    "approve.segments": "The sentences of this round are right as they stand here, with your changes.",
    "approve.eyes": "The sentences of this round are right as they stand here, with your changes; what is in your own "
    "wording waits for another person.",
    "approve.edition": "Publish the whole as it stands.",
    "request_changes": "Request changes",
    "request_changes.segments": "Keep what is typed here; it comes back.",
    "request_changes.edition": "Send back what is ticked; without a tick, everything.",
    "reject": "Reject",
    "reject.help": "Stop this edition.",
    "none.waits": "An answer cannot be sent at the moment: no run on this server waits for this review. What you "
    "type is kept here.",
    "none.todo": "Who runs the server starts one with:",
    "unreachable": "Prefect does not answer at the moment, so that an answer cannot be sent. What you type is kept.",
    # after it
    "working.title": "The server is at work on this edition",
    "working.sent": "Your answer is with the server.",
    "working": "It takes up to a minute. This page looks again by itself.",
    "working.long": "If it stays like this for some minutes, the worker may be down: tell who runs the server. Nothing "
    "is lost.",
    "done.approved": "Nothing waits here: every sentence is approved and the edition is signed off.",
    "done.rejected": "This edition was rejected. It waits again when its text changes or somebody reopens it.",
    "done.new": "This edition was not translated yet.",
    "done.files": "Files",
    # the pages
    "pages.title": "The pages",
    "pages.count": "{count} pages, with the numbers of the sentences in the margin",
    "pages.older": "These pages show the text as it was when this round was opened.",
    "pages.pdf": "The same as PDF",
    "pages.alt": "Page {page} of the preview",
    "pages.alt.with": "Page {page} of the preview, with sentences {first} to {last}",
    "pages.none": "There is no preview of this text yet.",
    # the script
    "js.saved": "All saved",
    "js.saving": "Saving …",
    "js.typing": "Not saved yet",
    "js.offline": "Not saved: no connection. Kept in this browser, and sent when the connection is back.",
    "js.refused": "Not saved: {why} Kept in this browser.",
    "js.login": "Not saved: you are logged out. Log in in another tab; then it goes on from here.",
    "js.collision": "Another window or browser stored another text for sentence {number}. Both are shown there.",
    "js.theirs": "Stored from another window",
    "js.mine": "Keep mine",
    "js.take": "Take this one",
    "js.kept": "Kept in this browser since a lost connection; the text has moved since",
    "js.restored": "Brought back from this browser: sentence {number}",
    "js.moved": "The text under review has moved. Load the page again: what you typed is kept.",
    "js.reload": "Load again",
    "js.editing": "{who} is typing here ({when})",
    "js.unsent": "There is no connection, so that the answer cannot be sent. What you typed is kept.",
    "js.progress": "{done} of {total} read",
    "js.summary": "You changed {changed} and have not ticked off {unread}.",
    "js.last": "That was the last sentence. Your decision is below.",
}


def label(key: str, **values: object) -> str:
    """The words under `key`, filled in."""
    return LABELS[key].format(**values) if values else LABELS[key]


def script_labels() -> dict[str, str]:
    """What the page's script says, without the prefix."""
    return {key.removeprefix("js."): words for key, words in LABELS.items() if key.startswith("js.")}
