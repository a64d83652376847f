"""The style sheet of the web page: the template's colours, the language's spacing, small screens, print, the dark."""

from __future__ import annotations

from pubpipe.languages import LanguageProfile
from pubpipe.renderers.contrast import READABLE, contrast
from pubpipe.renderers.template import Design


def style_sheet(design: Design, profile: LanguageProfile, families: str) -> str:
    """CSS without anything from elsewhere; `families` is the value of `font-family`.

    Lines are as far apart as on paper: Typst's leading is the gap, to which the height of the letters is added. They
    break where the browser's own dictionary says (docs/decisions/0008-html-edition.md); a word that fits on no
    line breaks anywhere rather than leave the screen.
    """
    colours = design.colours
    line = max(1.5, round(0.75 + float(profile.typesetting.leading.removesuffix("em")), 2))
    slanted = profile.typesetting.emphasis == "italic"
    emphasis = "em{font-style:italic}" if slanted else "em{font-style:normal;font-weight:700;color:var(--emphasis)}"
    light = {
        "text": _readable(colours.text),
        "accent": _readable(colours.accent),
        "soft": _readable(colours.soft),
        "link": _readable(colours.link),
        "emphasis": _readable(colours.emphasis),
        "rule": colours.rule,
        "tint": colours.tint,
        "paper": "#ffffff",
        "mark": colours.watermark,
    }
    numerals = ""
    if profile.native:
        symbols = " ".join(f'"{digit}"' for digit in profile.native_digits or "")
        numerals = f'@counter-style native{{system:numeric;symbols:{symbols};suffix:". "}}'
        numerals += "\nol:not([type]){list-style-type:native}"
    return f"""
:root{{{_variables(light)}color-scheme:light dark}}
@media screen and (prefers-color-scheme:dark){{:root{{{_variables(_DARK)}}}}}
*{{box-sizing:border-box}}
html{{font-family:{families};font-size:106.25%;line-height:{line};font-synthesis:none;-webkit-text-size-adjust:100%}}
body{{margin:0;background:var(--paper);color:var(--text);overflow-wrap:anywhere;line-break:strict}}
header.page,main,footer.imprint{{max-width:44rem;margin:0 auto;padding:0 1rem}}
header.page{{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;align-items:baseline;padding-top:1rem;font-size:.875rem}}
.logo,.cover{{flex:1 0 100%;margin:0}}.logo img{{max-width:min(100%,12rem);height:auto}}
.cover img{{width:100%;max-height:14rem;object-fit:cover}}
h1.band{{background:{_readable(colours.accent, colours.on_accent)};color:{colours.on_accent};padding:.8em .7em}}
.publisher{{margin:0;color:var(--soft);flex:1 0 12rem}}
.choice ul{{display:flex;flex-wrap:wrap;gap:0 1rem;list-style:none;margin:0;padding:0}}
.choice a{{display:inline-block;padding:.3rem 0;min-width:24px}}
.choice [aria-current]{{color:var(--text);text-decoration:none;border-bottom:2px solid var(--accent)}}
main:focus{{outline:0}}
a{{color:var(--link);text-underline-offset:.2em}}
:focus-visible{{outline:3px solid var(--link);outline-offset:2px}}
.skip{{position:absolute;left:-200vw;padding:.6rem 1rem;background:var(--paper);z-index:3}}
.skip:focus{{left:.5rem;top:.5rem}}
h1,h2,h3,h4,h5,h6{{color:var(--accent);line-height:{max(1.3, round(line - 0.2, 2))};font-weight:700;
margin:2em 0 .5em;word-break:auto-phrase;text-wrap:balance}}
h1{{font-size:clamp(1.5rem,1.1rem + 2vw,{max(1.6, design.sizes.title * 0.95):.2f}rem);margin:1.2em 0 .4em}}
h2{{font-size:{design.sizes.heading[0] * 0.95:.2f}rem}}h3{{font-size:{design.sizes.heading[1]:.2f}rem}}
h4{{font-size:{design.sizes.heading[2]:.2f}rem}}h5,h6{{font-size:1rem}}
p,ul,ol,figure,blockquote,pre,.scroll{{margin:0 0 1em}}
{emphasis}
{numerals}
.subtitle{{font-size:1.2rem;color:var(--soft)}}
.byline{{color:var(--soft);font-size:.9375rem}}
ul,ol{{padding-left:1.6em}}li{{margin:.2em 0}}
.contents{{border:1px solid var(--rule);border-width:1px 0;padding:1rem 0;margin:1.5rem 0}}
.contents h2{{font-size:1rem;margin:0 0 .4em}}.contents ul{{list-style:none;margin:0;padding:0}}
.contents a{{display:inline-block;padding:.15rem 0;text-decoration:none}}.contents a:hover{{text-decoration:underline}}
.level2{{padding-left:1.2em}}.level3,.level4,.level5,.level6{{padding-left:2.4em}}
blockquote{{border-left:4px solid var(--rule);padding-left:1rem;margin-left:0}}
blockquote>:last-child{{margin-bottom:0}}
figure img,p img,li img,td img{{max-width:100%;height:auto}}
img{{background:#fff}}
figcaption,caption{{color:var(--soft);font-size:.9375rem;text-align:left;padding:.4rem 0}}
caption span{{display:inline-block;max-width:min(100%,calc(100vw - 2rem))}}
.label{{color:var(--text);margin-right:.4em}}
.scroll{{overflow-x:auto}}
table{{border-collapse:collapse;width:100%;font-size:.9375rem;line-height:{max(1.4, round(line - 0.15, 2))}}}
th,td{{border-bottom:1px solid var(--rule);padding:.45rem .6rem;text-align:left;vertical-align:top;
overflow-wrap:break-word;min-width:4.5rem}}
th{{background:var(--tint);vertical-align:bottom}}
.right{{text-align:right}}.center{{text-align:center}}td>:last-child{{margin-bottom:0}}
pre{{overflow-x:auto;background:var(--tint);padding:.8rem}}code{{font:inherit;color:var(--soft)}}
.small-caps{{font-variant-caps:small-caps;font-synthesis:small-caps}}
hr{{border:0;border-top:1px solid var(--rule);margin:2em 0}}
.note{{line-height:0;font-size:.75em;margin-left:.1em}}.note a{{padding:.3em .2em}}
.notes{{border-top:1px solid var(--rule);margin-top:3em;font-size:.9375rem}}
:target{{background:var(--tint)}}
.imprint{{border-top:4px solid var(--accent);margin-top:3em;padding-bottom:2rem;font-size:.875rem;color:var(--soft)}}
.imprint h2{{font-size:1rem;margin-top:1.2em}}.imprint p{{margin:.2em 0}}
.draft p{{margin:0}}
.draft{{padding:.6rem 1rem;background:#7a1712;color:#fff;text-align:center;font-weight:700;
position:sticky;top:0;z-index:2}}
.mark{{position:fixed;inset:-20% -40%;display:flex;flex-wrap:wrap;gap:7rem 4rem;transform:rotate(-30deg);
justify-content:center;z-index:1;pointer-events:none;overflow:hidden;
font-weight:700;font-size:1.5rem;white-space:nowrap;color:#808890;opacity:.22}}
@media print{{:root{{font-size:10.5pt;color-scheme:light}}
.skip,.choice,.back{{display:none}}a{{color:inherit;text-decoration:none}}
main a[href^="http"]::after{{content:" (" attr(href) ")";font-size:.85em}}
h1,h2,h3,h4{{break-after:avoid}}figure,tr,blockquote{{break-inside:avoid}}thead{{display:table-header-group}}
.scroll{{overflow:visible}}.draft{{position:static}}header.page,main,footer.imprint{{max-width:none}}p{{orphans:2;widows:2}}}}
@page{{margin:20mm}}
"""


_DARK = {
    "text": "#e4e7eb",
    "accent": "#a8d1e8",
    "soft": "#b3bdc7",
    "link": "#86c5ea",
    "emphasis": "#f2b8a0",
    "rule": "#4a5560",
    "tint": "#263038",
    "paper": "#14191d",
    "mark": "#3a444d",
}


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colours.items())


def _readable(colour: str, behind: str = "#eef3f6") -> str:
    """The colour, darkened as far as it takes to be read on the page and on a tinted cell."""
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    while contrast(_written(parts), behind) < READABLE and any(parts):
        parts = [int(part * 0.9) for part in parts]
    return _written(parts)


def _written(parts: list[int]) -> str:
    return "#" + "".join(f"{part:02x}" for part in parts)
