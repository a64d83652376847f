"""pubpipe people: who may log in at the server, and what each may decide."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pubpipe.cli.options import JsonOption, WorkspaceOption, print_json, workspace_root
from pubpipe.errors import ConfigError

if TYPE_CHECKING:
    from pubpipe.pipeline import Workspace
    from pubpipe.project import Project
    from pubpipe.server.people import Account, Role

app = typer.Typer(no_args_is_help=True)

NameArgument = typer.Argument(..., help="The name, as it stands in the record of decisions.")
LanguageOption = typer.Option(
    None, "--language", "-l", help="Language tags with commas that the person may decide on, or 'all'."
)
StageOption = typer.Option(
    None, "--stage", "-s", help="A stage of pubpipe.toml at which the person may decide, or 'all'; may be repeated."
)
RoleOption = typer.Option(
    "reviewer",
    "--role",
    help="reviewer: the named stages and languages. editor: by default every language, where editions are signed off. "
    "admin: everything in Prefect's interface (decides only where a stage and language are named). service: a program.",
)
StdinOption = typer.Option(
    False, "--password-stdin", help="Read the password from standard input instead of making a start password."
)


@app.command(epilog='Example: pubpipe people add "Sokha Chan" --language km --stage "language review"')
def add(
    name: str = NameArgument,
    email: str = typer.Option("", "--email", help="Where the person is told of reviews; can be used to log in, too."),
    language: str | None = LanguageOption,
    stage: list[str] | None = StageOption,
    role: str = RoleOption,
    password_stdin: bool = StdinOption,
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Make an account, and print its start password once. With the first account everybody has to log in."""
    from pubpipe import pipeline
    from pubpipe.server import people

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        chosen = _role(role)
        languages = _languages(language)
        stages = _stages(ws, stage)
        if chosen == "reviewer" and not (languages and stages):
            raise ConfigError(
                "a reviewer needs a language and a stage.",
                remedy=f"--language km --stage {_quoted(ws)[0]}. Stages: {', '.join(_quoted(ws))}.",
            )
        if chosen == "editor":
            signing = tuple(s.name for s in ws.project.review.stages if s.decides == "edition")
            languages, stages = languages or (people.ALL,), stages or signing
        if chosen == "service" and (languages or stages or password_stdin):
            raise ConfigError("a program decides nothing and has a token that is made for it.")
        told = people.add(
            ws.state,
            name,
            now=ws.now(),
            email=email,
            role=chosen,
            languages=languages or (),
            stages=stages or (),
            password=_from_stdin() if password_stdin else None,
        )
        account = people.known(people.load(ws.state), name)
        left_out = _left_out(ws.project, account)
    print(f"{account.name}: {_rights(account)}")
    _tell(account, told)
    for line in left_out:
        print(line)


@app.command("list", epilog="Example: pubpipe people list")
def list_(workspace: Path | None = WorkspaceOption, as_json: bool = JsonOption) -> None:
    """List the accounts with their rights; no passwords."""
    from pubpipe.cli.table import print_table
    from pubpipe.project import load_project
    from pubpipe.root import STATE_FOLDER
    from pubpipe.server import people

    root = workspace_root(workspace)
    accounts = people.load(root / STATE_FOLDER).people
    if as_json:
        hidden = {"password", "generation"}
        print_json([{**a.model_dump(mode="json", exclude=hidden), "active": a.active} for a in accounts])
        return
    if not accounts:
        print("No accounts: who reaches the server answers under any name. Make the first with 'pubpipe people add'.")
        return
    print_table(
        ("name", "e-mail", "role", "languages", "stages", "state"),
        [(a.name, a.email, a.role, ", ".join(a.languages), ", ".join(a.stages), _state(a)) for a in accounts],
    )
    project = load_project(root, {})
    for account in accounts:
        for line in _left_out(project, account):
            print(line)


@app.command(epilog='Example: pubpipe people grant "Sokha Chan" --language km,lo --stage "language review"')
def grant(
    name: str = NameArgument,
    language: str | None = LanguageOption,
    stage: list[str] | None = StageOption,
    role: str | None = typer.Option(None, "--role", help="reviewer, editor or admin."),
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Change what a person may decide, at once; what is not named stays."""
    from pubpipe import pipeline
    from pubpipe.server import people

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        account = people.grant(
            ws.state,
            name,
            role=_role(role) if role else None,
            languages=_languages(language),
            stages=_stages(ws, stage),
        )
        left_out = _left_out(ws.project, account)
    print(f"{account.name}: {_rights(account)}")
    for line in left_out:
        print(line)


@app.command(epilog='Example: pubpipe people email "Sokha Chan" sokha@example.org')
def email(
    name: str = NameArgument,
    address: str = typer.Argument("", help="The new e-mail address; without it the account has none any more."),
    workspace: Path | None = WorkspaceOption,
) -> None:
    """Change the e-mail address under which a person is told of reviews and can log in."""
    from pubpipe import pipeline
    from pubpipe.server import people

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        account = people.set_email(ws.state, name, address)
    print(f"{account.name}: {account.email or 'no e-mail address'}")


@app.command(epilog='Example: pubpipe people revoke "Sokha Chan"')
def revoke(name: str = NameArgument, workspace: Path | None = WorkspaceOption) -> None:
    """End an account: logins, sessions and open connections at once. What the person decided stays."""
    from pubpipe import pipeline
    from pubpipe.server import people

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        account = people.revoke(ws.state, name, now=ws.now())
    print(f"{account.name}: revoked")


@app.command(epilog='Example: pubpipe people password "Sokha Chan"')
def password(
    name: str = NameArgument, password_stdin: bool = StdinOption, workspace: Path | None = WorkspaceOption
) -> None:
    """Give an account another password (a program: another token); its sessions end."""
    from pubpipe import pipeline
    from pubpipe.server import people

    with pipeline.open_workspace(workspace_root(workspace)) as ws:
        account = people.known(people.load(ws.state), name)
        told = people.renew(ws.state, name, now=ws.now(), password=_from_stdin() if password_stdin else None)
    print(f"{account.name}: {'another token' if account.role == 'service' else 'another password'}")
    _tell(account, told)


def vouched(ws: Workspace, reviewer: str, publication: str, language: str, stage: str) -> str:
    """The name under which an answer from this terminal goes on record: with accounts, after its password was asked."""
    from pubpipe.server import vouch

    return vouch(
        ws.state, reviewer, lambda name: _ask(ws, name),
        publication=publication, language=language, stage=stage, now=ws.now(),
    )  # fmt: skip


PASSWORD_VARIABLE = "PUBPIPE_PASSWORD"  # noqa: S105 - the name of a variable
_asked: dict[str, str] = {}


def _ask(ws: Workspace, name: str) -> str:
    """The password of the person at the terminal, asked once a command; where nobody is there, from the environment."""
    if name not in _asked:
        if given := ws.environ.get(PASSWORD_VARIABLE):
            _asked[name] = given
        elif sys.stdin.isatty():
            from getpass import getpass

            _asked[name] = getpass(f"Password of {name}: ")
        else:
            raise ConfigError(
                f"nobody can be asked here for the password of {name}.",
                remedy=f"Set {PASSWORD_VARIABLE} for this call.",
            )
    return _asked[name]


def _tell(account: Account, told: str | None) -> None:
    """Show what is stored nowhere, once."""
    if told is None:
        return
    if account.role == "service":
        print(f"token: {told}")
        print(f'  It is shown once. On the program\'s machine: PREFECT_API_AUTH_STRING="{account.name}:TOKEN"')
        return
    from pubpipe.server.people import START_DAYS

    print(f"start password: {told}")
    print(f"  It is shown once, holds for {START_DAYS} days, and is only good for choosing another at the first login.")


def _from_stdin() -> str:
    if sys.stdin.isatty():
        from getpass import getpass

        first = getpass("New password: ")
        if getpass("The same again: ") != first:
            raise ConfigError("the two passwords differ.")
        return first
    return sys.stdin.readline().rstrip("\r\n")


def _role(text: str) -> Role:
    match text:
        case "reviewer" | "editor" | "admin" | "service":
            return text
        case _:
            raise ConfigError(f"there is no role {text!r}.", remedy="Roles: reviewer, editor, admin, service.")


def _languages(text: str | None) -> tuple[str, ...] | None:
    """ "km, lo" as ("km", "lo"), "all" as ("all",), nothing as None; ConfigError for what is no target language."""
    from pubpipe.server.people import ALL

    if text is None:
        return None
    parts = tuple(part.strip() for part in text.split(",") if part.strip())
    if ALL in parts:
        return (ALL,)
    from pubpipe.project import known_languages

    return known_languages(parts)


def _stages(ws: Workspace, names: list[str] | None) -> tuple[str, ...] | None:
    from pubpipe.server.people import ALL

    if not names:
        return None
    if ALL in names:
        return (ALL,)
    known = {s.name for s in ws.project.review.stages}
    for name in names:
        if name not in known:
            raise ConfigError(f"there is no stage {name!r}.", remedy=f"Stages: {', '.join(_quoted(ws))}.")
    return tuple(names)


def _quoted(ws: Workspace) -> tuple[str, ...]:
    return tuple(f'"{s.name}"' for s in ws.project.review.stages)


def _rights(account: Account) -> str:
    if account.role == "service":
        return "service"
    where = ", ".join(account.languages) or "no language"
    return f"{account.role}; {where}; {', '.join(account.stages) or 'no stage'}"


def _left_out(project: Project, account: Account) -> list[str]:
    """Where pubpipe.toml lists others, and what to write there; the name as a string of TOML, as all are."""
    from pubpipe.root import FILE_NAME
    from pubpipe.server.rights import left_out

    lines = []
    for stage, language, listed in left_out(project, account):
        names = ", ".join(json.dumps(name, ensure_ascii=False) for name in (*listed, account.name))
        lines += [
            f"! {account.name} cannot decide at “{stage}” in {language}: {FILE_NAME} lists {', '.join(listed)} there.",
            f"  Write in `people` of that stage: {language} = [{names}]",
        ]
    return lines


def _state(account: Account) -> str:
    if not account.active:
        return "revoked"
    return "start password" if account.start_until else "active"
