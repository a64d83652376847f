"""pubpipe init: make a workspace."""

from __future__ import annotations

import shlex
from pathlib import Path

import typer

from pubpipe.errors import ConfigError, OutputError

SETTINGS = """# A pubpipe workspace. Every key: docs/reference/pubpipe-toml.md ('pubpipe doctor' says where that is).

[project]
name = "{name}"
publisher = "{publisher}"
languages = ["km", "my", "th", "vi", "lo", "ja"]
template = "report"
output = "outputs"

[imprint]
place = "{place}"
contact = "{contact}"
url = "{url}"
licence = "{licence}"
notice = "{notice}"

[engines]
# Engines are asked in this order. "none": a person translates what the memory does not have.
# "google" sends your text to a public web page: see docs/how-to/choose-an-engine.md before you use it.
chain = ["none"]

[memory]
fuzzy_threshold = 75

[review]
form_size = 40
# Four eyes: a correction is approved by another person than its writer. With one reviewer a language say true.
self_approval = false

[[review.stages]]
name = "language review"
decides = "segments"
# people = {{ km = ["Sokha Chan", "Dara Kim"], ja = ["Aoi Tanaka"] }}
# deadline = "10 days"
# reminder = "2 days"
# delegates = {{ "Sokha Chan" = "Dara Kim" }}

[[review.stages]]
name = "sign-off"
decides = "edition"

[server]
port = 4200

[rebuild]
cron = "0 5 * * *"
timezone = "Asia/Bangkok"
"""

TEMPLATES = """A folder here with a template.toml is a template of its own; one named like a built-in template
('report', 'policy-brief') takes its place. 'pubpipe template copy report ours' begins one.
See docs/how-to/make-a-template.md ('pubpipe doctor' says where that is).
"""
EXAMPLE = {
    "name": "Example workspace",
    "publisher": "Mekong Migration Research Network (fictitious)",
    "place": "",
    "contact": "publications@example.org",
    "url": "https://example.org",
    "licence": "CC BY 4.0",
    "notice": "Demonstration only: invented content, machine-drafted translation, not reviewed by native speakers.",
}
EMPTY = {**dict.fromkeys(EXAMPLE, ""), "name": "Publications"}


def init(
    folder: Path = typer.Argument(Path(), help="Folder of the workspace; it is made if need be."),
    example: bool = typer.Option(False, "--example", help="With the example publication, its terms and its memory."),
) -> None:
    """Make a workspace: pubpipe.toml, glossary/, templates/, outputs/, and on request the example."""
    from pubpipe.pipeline import bundled

    if (folder / "pubpipe.toml").exists():
        raise ConfigError(
            f"{folder / 'pubpipe.toml'} is there already.",
            remedy="Choose another folder, or use this workspace.",
        )
    values = EXAMPLE if example else EMPTY
    try:
        for name in ("glossary/candidates", "templates", "outputs"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        terms = (bundled("glossary") / "terms.csv").read_bytes()
        files = {
            "templates/README.md": TEMPLATES.encode(),
            "glossary/terms.csv": terms if example else terms.splitlines(keepends=True)[0],
            ".gitignore": b".pubpipe/\noutputs/\n",
        }
        if example:
            source = bundled("examples") / "mekong-migration"
            files |= {name: (source / name).read_bytes() for name in ("summary.docx", "memory.tmx")}
            files["EXAMPLE.md"] = (source / "README.md").read_bytes()
        kept = [name for name in files if (folder / name).exists()]
        for name, data in files.items():
            if name not in kept:  # somebody's own work, perhaps a termbase of years
                (folder / name).write_bytes(data)
        (folder / "pubpipe.toml").write_text(SETTINGS.format(**values), encoding="utf-8")
    except OSError as error:
        raise OutputError(
            f"{error.filename or folder} cannot be written: {error.strerror}.",
            remedy="Choose another folder.",
        ) from error
    print(f"A workspace is in {folder}: pubpipe.toml, glossary/terms.csv, templates/, outputs/.")
    if kept:
        print(f"There already, and left as it was: {', '.join(kept)}.")
        if ".gitignore" in kept:
            print("Let git leave out .pubpipe/ (it holds secrets) and outputs/.")
    place = shlex.quote(str(folder))
    if example:
        print("Next:")
        print(f"  cd {place}")
        print("  pubpipe memory import memory.tmx")
        print("  pubpipe publish summary.docx --id mekong-migration")
    else:
        print(f"Next: cd {place}; pubpipe publish FILE. 'pubpipe doctor' says what is installed.")
