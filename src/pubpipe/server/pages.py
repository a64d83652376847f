"""The small pages of our own: log in, choose a password, who am I. No script, nothing from elsewhere."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from pubpipe.server.here import REVIEW_PATH
from pubpipe.server.people import SHORTEST, Account

LOGIN_PATH = "/pubpipe/login"
LOGOUT_PATH = "/pubpipe/logout"
ACCOUNT_PATH = "/pubpipe/account"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 12vh auto 2rem; padding: 0 1rem; }
body { color: #1a1a1a; background: #fff; }
label { display: block; margin: 1rem 0 0.25rem; }
input { font: inherit; width: 100%; box-sizing: border-box; padding: 0.5rem; border: 1px solid #767676; }
button { font: inherit; margin-top: 1.25rem; padding: 0.5rem 1.25rem; border: 0; background: #1b4f9c; color: #fff; }
input, button { border-radius: 4px; }
button:focus-visible, input:focus-visible { outline: 3px solid #f0a500; outline-offset: 1px; }
.problem { color: #a30000; font-weight: 600; }
.note { color: #4d4d4d; font-size: 0.9rem; }
@media (prefers-color-scheme: dark) {
  body { background: #16181d; color: #e8e8e8; }
  input { background: #22252c; color: inherit; }
  a { color: #9cc3ff; }
  .problem { color: #ff9b9b; }
  .note { color: #b5b5b5; }
}
"""


def safe_next(path: str) -> str:
    """Where to go after the login: a path of this server, never another site."""
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path and path.isprintable()
    return path if fine and not path.startswith(LOGIN_PATH) else "/"


def login_link(path: str) -> str:
    return f"{LOGIN_PATH}?next={quote(safe_next(path), safe='/')}"


def login_page(next_: str, name: str = "", problem: str = "") -> str:
    return _page(
        "Log in",
        f"""<form method="post" action="{LOGIN_PATH}">{_problem(problem)}
<input type="hidden" name="next" value="{escape(safe_next(next_))}">
<label for="name">Name or e-mail</label>
<input id="name" name="name" value="{escape(name)}" autocomplete="username" required autofocus maxlength="200">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="256">
<button type="submit">Log in</button></form>
<p class="note">Your name goes into the record of every decision that you make here. No account, or the password
forgotten: ask who runs this server.</p>""",
    )


def account_page(account: Account, next_: str = "/", problem: str = "") -> str:
    first = account.start_until is not None
    where = ", ".join(account.languages) or "none"
    stages = ", ".join(account.stages) or "none"
    about = (
        "<p>Choose a password of your own. The one that you were given ends with this.</p>"
        if first
        else f"<p>{escape(account.role)}; languages: {escape(where)}; stages: {escape(stages)}.</p>"
    )
    leave = (
        ""
        if first
        else f"""<form method="post" action="{LOGOUT_PATH}"><button type="submit">Log out</button></form>
<p><a href="{escape(safe_next(next_))}">Back</a></p>"""
    )
    return _page(
        account.name,
        f"""{about}<form method="post" action="{ACCOUNT_PATH}">{_problem(problem)}
<input type="hidden" name="next" value="{escape(safe_next(next_))}">
<input type="hidden" name="username" value="{escape(account.name)}" autocomplete="username">
<label for="old">{"Password that you were given" if first else "Present password"}</label>
<input id="old" name="old" type="password" autocomplete="current-password" required maxlength="256">
<label for="new">New password ({SHORTEST} characters or more; a few words make a good one)</label>
<input id="new" name="new" type="password" autocomplete="new-password" required minlength="{SHORTEST}" maxlength="256">
<label for="again">The same again</label>
<input id="again" name="again" type="password" autocomplete="new-password" required maxlength="256">
<button type="submit">Change the password</button></form>{leave}""",
    )


def notice_page(title: str, words: str, back: str) -> str:
    """A page that says one thing, and where to go from it."""
    return _page(title, f'<p class="problem">{escape(words)}</p><p><a href="{escape(back)}">{escape(title)}</a></p>')


def badge(account: Account | None) -> str:
    """Small links on each of Prefect's pages, which know nothing of ours: to the reviews, and who is logged in."""
    links = [f'<a href="{REVIEW_PATH}/">Reviews</a>']
    if account is not None:
        links.append(f'<a href="{ACCOUNT_PATH}" target="_blank" rel="noopener">{escape(account.name)}</a>')
    return f'<div class="pubpipe-who">{" · ".join(links)}</div></body>'


def _problem(words: str) -> str:
    return f'<p class="problem" role="alert">{escape(words)}</p>' if words else ""


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · pubpipe</title><style>{_STYLE}</style></head>
<body><main><h1>{escape(title)}</h1>
{body}
</main></body></html>
"""
