"""The templates of a workspace: which there are, what is wrong with one, and a copy to begin a new one from."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pubpipe.errors import ConfigError, OutputError, RenderError
from pubpipe.pipeline.workspace import Workspace, bundled

if TYPE_CHECKING:
    from pubpipe.renderers.template_check import TemplateProblem

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")


class KnownTemplate(NamedTuple):
    name: str
    folder: Path
    origin: str
    """built-in; workspace; workspace, instead of the built-in one."""
    title: str
    description: str
    columns: int
    used: bool
    """The project, or one of its publications, is set in it."""


def known_templates(ws: Workspace) -> tuple[KnownTemplate, ...]:
    """Every template that the workspace can use, by name; what is wrong with a broken one is its description."""
    from pubpipe.renderers import load_template

    own, built_in = ws.root / "templates", bundled("templates")
    names = {p.parent.name for place in (own, built_in) for p in place.glob("*/template.toml")}
    in_use = {ws.project.template, *(p.template for p in ws.project.publications.values() if p.template)}
    found = []
    for name in sorted(names):
        folder = ws.template_folder(name)
        try:
            design = load_template(folder, ws.label_tables).design
            title, description, columns = design.title, design.description, design.columns.count
        except RenderError as error:
            title, description, columns = "", f"broken: {error.message}", 1
        here = own.resolve() != built_in.resolve() and folder.parent == own
        over = here and (built_in / name / "template.toml").is_file()
        origin = "workspace, instead of the built-in one" if over else "workspace" if here else "built-in"
        found.append(KnownTemplate(name, folder, origin, title, description, columns, name in in_use))
    return tuple(found)


def check_template(ws: Workspace, name: str, languages: tuple[str, ...]) -> tuple[TemplateProblem, ...]:
    """What is wrong with a template in these languages, as the project writes digits and dates in them."""
    from pubpipe.renderers import load_template
    from pubpipe.renderers import template_check as checking

    template = load_template(ws.template_folder(name), ws.label_tables)
    profiles = [ws.project.profile_of("", tag) for tag in languages]
    return checking.check_template(template, profiles, ws.fonts)


def copy_template(ws: Workspace, name: str, new: str, *, word: bool = False) -> Path:
    """The folder of a new template in the workspace, a copy of an existing one; ConfigError where it is there.

    With `word`, it gets a base.docx that shows every style in use, to be changed in Word.
    """
    if not _NAME.fullmatch(new):
        raise ConfigError(
            f"{new!r} cannot be the name of a template.",
            remedy="Use small Latin letters, digits and dashes: my-brief.",
        )
    source, target = ws.template_folder(name), ws.root / "templates" / new
    if target.exists():
        raise ConfigError(f"{target} is there already.", remedy="Choose another name, or change that one.")
    try:
        shutil.copytree(source, target)
        for path in target.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        target.chmod(0o755)
        if word and not (target / "base.docx").exists():
            (target / "base.docx").write_bytes(_base(ws, target))
    except OSError as error:
        raise OutputError(
            f"{target} cannot be written: {error.strerror or error}.", remedy="Free the folder."
        ) from error
    return target


_WORDS = (
    "Every style of this template stands here once. Change a style in Word (Modify Style), not the text: size, colour, "
    "weight, spacing, indents, borders and shading count. Fonts are those of each language and cannot be chosen here."
)


def _base(ws: Workspace, folder: Path) -> bytes:
    """A Word document in English with the template's styles in use."""
    from pubpipe.languages import SOURCE
    from pubpipe.renderers import RENDERERS, Imprint, load_template
    from pubpipe.renderers.template_check import sample

    english = SOURCE.model_copy(update={"sample": _WORDS})
    template = load_template(folder, ws.label_tables)
    imprint = Imprint(publisher=ws.project.publisher or ws.project.name)
    return RENDERERS["docx"].render(sample(english), template, english, ws.fonts, imprint)
