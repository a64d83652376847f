"""What an edit of the English does: format only, a typo, or something over which no approval may be carried."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from pubpipe.languages import canonical
from pubpipe.languages.spelling import respelt
from pubpipe.model import (
    RISK,
    SAFE,
    ChangeClass,
    Content,
    Difference,
    DiffPart,
    Inline,
    Placeholder,
    SourceChange,
    TagClose,
    TagOpen,
    Text,
    plain,
)

_SHOWN = 12
"""How many differences are named; a text that has more of them was written anew."""
_WORDS_SHOWN = 14
_SLIPS = 3
"""Words next to one another that may all be mended spelling; more of them are another text."""
_COMPARED = 2000
"""Words up to which two texts are compared one by one: a longer one is no sentence."""


class Reading(NamedTuple):
    """What other rooms read in an English text, handed in as values."""

    numbers: tuple[tuple[str, str], ...] = ()
    """(as it stands, its value), in order."""
    terms: tuple[tuple[str, str], ...] = ()
    """(as it stands, the term's id), in order."""
    words: frozenset[str] = frozenset()
    """Lower-case words that are words here, whatever a dictionary says: those of terms, those that the document uses
    elsewhere."""


NOTHING_READ = Reading()


def classify(
    old: Content,
    new: Content,
    before: Reading = NOTHING_READ,
    after: Reading = NOTHING_READ,
    *,
    relation: Literal["revised", "split", "merged"] = "revised",
) -> SourceChange:
    """How `new` differs from `old`, two English texts; `before` and `after` are what was read in them.

    A change is only called safe (`SourceChange.safe`) where that is proved: each word that changed is accounted for, as
    the style of a quotation mark or dash, white space, a tag that changes the look alone, or the mended spelling of one
    word that is none (`languages.spelling`). Whatever is not accounted for is "meaning". Several classes may hold.
    """
    one, other = plain(old), plain(new)
    ours, theirs = _tokens(one), _tokens(other)
    found = list(_tag_differences(old, new))
    if [t.key for t in ours] == [t.key for t in theirs]:
        found += _gap_differences(ours, theirs)
        found += _style_differences(one, other)
    elif max(len(ours), len(theirs)) > _COMPARED:
        found.append(Difference(kind="meaning", note="the text was written anew"))
    else:
        found += _word_differences(ours, theirs, before, after)
        if all(d.kind in SAFE for d in found):
            found += _style_differences(one, other)
    found += _read_differences(found, before, after)
    if not found:
        found.append(Difference(kind="format", note="characters that look the same"))
    found.sort(key=lambda d: RISK.index(d.kind))
    classes = tuple(c for c in RISK if any(d.kind == c for d in found))
    if len(found) > _SHOWN:
        found = [*found[:_SHOWN], Difference(kind=found[_SHOWN].kind, note=f"and {len(found) - _SHOWN} more")]
    return SourceChange(classes=classes, differences=tuple(found), diff=tuple(word_diff(one, other)), relation=relation)


def same_tags(old: Content, new: Content) -> bool:
    """Whether two English texts have the same tags, with the same numbers, around the same words.

    Then a translation of the one has its tags right for the other, and need not be touched.
    """
    return _marks(old) == _marks(new)


def joined(contents: Iterable[Content]) -> Content:
    """Several segments as one text, to compare with the one that they were or became."""
    out: list[Inline] = []
    for content in contents:
        out += [*([Text(text=" ")] if out else []), *content]
    return tuple(out)


def word_diff(one: str, other: str) -> Iterator[DiffPart]:
    """The two texts compared word by word. What is not "added" rejoins to `one`, what is not "removed" to `other`."""
    ours, theirs = _PIECE.findall(one), _PIECE.findall(other)
    if max(len(ours), len(theirs)) > 2 * _COMPARED:
        yield from _parts([("removed", one), ("added", other)])
        return
    steps: list[tuple[str, str]] = []
    for op, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if op == "equal":
            same = "".join(ours[a:b])
            if not same.strip() and steps and b < len(ours) and d < len(theirs):
                steps += [("removed", same), ("added", same)]  # a lone space between two changes is part of both
            else:
                steps.append(("same", same))
        else:
            steps += [("removed", "".join(ours[a:b])), ("added", "".join(theirs[c:d]))]
    yield from _parts(steps)


def _parts(steps: Iterable[tuple[str, str]]) -> Iterator[DiffPart]:
    removed = added = ""
    for op, text in [*steps, ("same", "")]:
        if op == "removed":
            removed += text
        elif op == "added":
            added += text
        else:
            if removed:
                yield DiffPart(op="removed", text=removed)
            if added:
                yield DiffPart(op="added", text=added)
            removed = added = ""
            if text:
                yield DiffPart(op="same", text=text)


# --- words and signs -----------------------------------------------------------------------------------------------

Kind = Literal["negation", "modal", "number", "name", ""]

_PIECE = re.compile(r"\s+|\d+(?:[.,]\d+)*\w*|\w+(?:['’]\w+)*|[^\w\s]")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)+\w*|\w+(?:'\w+)*|[^\w\s]")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]+")
_STYLE = str.maketrans(
    {**dict.fromkeys("“”„‟«»″", '"'), **dict.fromkeys("‘’‚‛′", "'"), **dict.fromkeys("‐‑−", "-"), "—": "–", "―": "–"}
)
"""Marks that say the same. A hyphen and a dash do only in some places (`_dash`), ' and " never."""
_LOOSE = frozenset(',;:!?()[]/"…–%$€£¥฿')
"""Signs beside which white space says nothing, where no digit is on the other side."""
_BESIDE_DIGITS = frozenset("%$€£¥฿–")
_END = frozenset(".!?:")

NEGATION = _set(
    """
    not no never none nor neither nobody nothing nowhere cannot without unless except excepting excluding exclude
    excludes excluded only solely merely just hardly barely scarcely seldom rarely but instead rather other
    otherwise fail fails failed failing failure refuse refuses refused deny denies denied denial lack lacks lacked
    lacking prohibit prohibits prohibited ban bans banned forbid forbids forbidden prevent prevents prevented
    avoid avoids avoided exempt exempts exempted regardless irrespective despite against false any anyone anybody
    anything until ain aren can't couldn didn doesn don hadn hasn haven isn mustn needn shouldn wasn weren won
    wouldn
    """
)
"""Words that turn a sentence round or limit it. English only: publications are written in English."""
MODAL = _set(
    """
    may might must shall should can could will would need needs needed ought required requires
    require obliged obligated mandatory compulsory optional voluntary entitled permitted permits permit allowed
    allows allow able unable recommended recommends supposed let lets possible impossible
    likely unlikely necessary unnecessary
    """
)
"""Words of duty, permission and possibility; "has to" and "is to" are among them (`_tokens`)."""
_AUXILIARY = _set("is are be been being was were do does did have has had")
"""Words that need no naming beside another: "do not" is about the "not"."""
NUMBER = _set(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand
    thousands million millions billion billions trillion lakh crore dozen dozens score first second third fourth
    fifth sixth seventh eighth ninth tenth eleventh twelfth last next previous once twice thrice double doubled
    triple tripled half halves quarter quarters thirds fifths both pair couple single several few fewer many more
    most less least all some every each half majority minority maximum minimum percent cent percentage points per
    january february march april june july august september october november december jan feb mar apr jun jul aug
    sept sep oct nov dec monday tuesday wednesday thursday friday saturday sunday today tomorrow yesterday second
    seconds minute minutes hour hours day days week weeks fortnight month months quarter year years decade decades
    century centuries hourly daily weekly monthly quarterly annual annually yearly before after above below over
    under within since dollar dollars usd baht thb riel riels khr kyat kyats mmk dong vnd kip lak yen jpy euro
    euros eur pound pounds gbp yuan cny rmb ringgit myr won krw cents km kilometre kilometres kilometer kilometers
    metre metres meter meters m cm mm mile miles hectare hectares ha acre acres kg kilogram kilograms gram grams g
    tonne tonnes ton tons litre litres liter liters l degree degrees am pm bn mn mln
    """
)
"""Words that count, measure, date or bound an amount."""
_NUMBER_SIGNS = frozenset("%‰$€£¥฿៛₫₭₩°½¼¾⅓⅔±<>≤≥=+×*^§#№²³¹")
_PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non", "mis", "de", "anti", "counter", "under", "over")
_DOUBLED = _set("the a an of and")
"""Words that nobody writes twice on purpose."""


_NAMED: tuple[Literal["negation", "modal", "number", "name"], ...] = ("negation", "modal", "number", "name")


class _Token(NamedTuple):
    key: str
    """What two tokens are compared by: the characters without differences of style."""
    text: str
    gap: bool
    """White space before it."""
    first: bool
    """At the beginning of a sentence, where a capital says nothing."""
    kind: Kind


def _tokens(text: str) -> list[_Token]:
    text = _INVISIBLE.sub("", canonical(text)).translate(_STYLE).replace("...", "…")
    out: list[_Token] = []
    done = 0
    first = True
    for match in _TOKEN.finditer(text):
        gap = match.start() > done
        done = match.end()
        word = match[0]
        key = word if word != "-" else _dash(text, match.start(), match.end())
        out.append(_Token(key, word, gap, first, _kind(word, first)))
        if word in _END:
            first = True
        elif word not in "\"'([":
            first = False
    for index, token in enumerate(out[:-1]):
        if token.text.lower() in _AUXILIARY and out[index + 1].text.lower() == "to":
            out[index] = token._replace(kind="modal")
    return out


def _dash(text: str, start: int, end: int) -> str:
    """A hyphen that stands for a dash: between digits, or with white space on both sides."""
    before, after = text[:start][-1:], text[end : end + 1]
    return "–" if (before.isdigit() and after.isdigit()) or (before.isspace() and after.isspace()) else "-"


def _kind(word: str, first: bool) -> Kind:
    low = word.lower()
    if any(c.isdigit() for c in word) or word in _NUMBER_SIGNS:
        return "number"
    if low in NEGATION or low.endswith("n't"):
        return "negation"
    if low in MODAL and not (word[0].isupper() and not first):
        return "modal"
    if low == "may" or (low in NUMBER and (word == low or first or low not in _AS_NAMES)):
        return "number"
    if not word[0].isalpha():
        return ""
    if len(word) > 1 and word.upper() == word:
        return "name"
    if any(c.isupper() for c in word) and not first:
        return "name"
    return ""


_AS_NAMES = _set("second won march g l m ha")
"""Words of NUMBER that with a capital inside a sentence are rather a name."""


def _word_differences(
    ours: Sequence[_Token], theirs: Sequence[_Token], before: Reading, after: Reading
) -> Iterator[Difference]:
    """What the words that changed amount to; every one of them is accounted for."""
    terms, in_terms = _term_differences(before, after)
    yield from terms
    words = before.words | after.words | {w for reading in (before, after) for t, _ in reading.terms for w in _bare(t)}
    matcher = SequenceMatcher(None, [t.key for t in ours], [t.key for t in theirs], autojunk=False)
    edge = 0
    for op, a, b, c, d in matcher.get_opcodes():
        if op == "equal":
            yield from _gap_differences(ours[a - edge : b], theirs[c - edge : d])
            continue
        gone, new = list(ours[a:b]), list(theirs[c:d])
        typo = _typo(ours, theirs, (a, b), (c, d), words)
        edge = 1 if typo is not None and new else 0  # the gap after a mended word counts as well
        if typo is not None:
            yield typo
            continue
        told = list(_block(gone, new, in_terms))
        if not told and not terms:
            told = [_residue(gone, new)]
        yield from told


def _block(gone: list[_Token], new: list[_Token], in_terms: frozenset[str]) -> Iterator[Difference]:
    gone, new, recased = _without_case(gone, new)
    if recased and not gone and not new:
        yield from recased
        return
    if len(gone) == len(new) == 1 and _turned(gone[0].text.lower(), new[0].text.lower()):
        yield Difference(kind="negation", before=gone[0].text, after=new[0].text)
        return
    for kind in _NAMED:
        yield from _paired(kind, [t for t in gone if t.kind == kind], [t for t in new if t.kind == kind])
    weighty = any(t.kind in ("negation", "modal") for t in (*gone, *new))
    explained = in_terms | (_AUXILIARY | {"to"} if weighty else frozenset())
    rest = [[t for t in side if not t.kind and t.text.lower() not in explained] for side in (gone, new)]
    if rest[0] or rest[1]:
        yield _residue(*rest)


def _paired(kind: ChangeClass, gone: Sequence[_Token], new: Sequence[_Token]) -> Iterator[Difference]:
    for index in range(max(len(gone), len(new))):
        yield Difference(
            kind=kind,
            before=gone[index].text if index < len(gone) else "",
            after=new[index].text if index < len(new) else "",
        )


def _residue(gone: Sequence[_Token], new: Sequence[_Token]) -> Difference:
    return Difference(kind="meaning", before=_spoken(gone), after=_spoken(new))


def _spoken(tokens: Sequence[_Token]) -> str:
    shown = "".join((" " if t.gap and i else "") + t.text for i, t in enumerate(tokens[:_WORDS_SHOWN]))
    return shown + (" …" if len(tokens) > _WORDS_SHOWN else "")


def _without_case(gone: list[_Token], new: list[_Token]) -> tuple[list[_Token], list[_Token], list[Difference]]:
    """Without words that differ in capitals alone, and what is to be said of those."""
    recased: list[Difference] = []
    left = list(new)
    rest: list[_Token] = []
    for token in gone:
        partner = next((t for t in left if t.key != token.key and t.key.casefold() == token.key.casefold()), None)
        if partner is None:
            rest.append(token)
            continue
        left.remove(partner)
        if not (token.first != partner.first and token.text[1:] == partner.text[1:]):
            recased.append(Difference(kind="name", before=token.text, after=partner.text))
    if not rest and not left and not recased:
        recased = [Difference(kind="name", before=_spoken(gone), after=_spoken(new))]
    return rest, left, recased


def _turned(one: str, other: str) -> bool:
    """Whether one word is the other with a beginning that denies ("documented", "undocumented")."""
    if min(len(one), len(other)) < 3:
        return False
    long, short = (one, other) if len(one) > len(other) else (other, one)
    return (
        any(long == prefix + short for prefix in _PREFIXES)
        or long == f"{short}less"
        or (long.removesuffix("less") == short.removesuffix("ful") and long != short)
    )


def _typo(
    ours: Sequence[_Token],
    theirs: Sequence[_Token],
    gone: tuple[int, int],
    new: tuple[int, int],
    words: frozenset[str],
) -> Difference | None:
    """The difference, where a changed stretch is nothing but mended spelling."""
    old, mended = ours[gone[0] : gone[1]], theirs[new[0] : new[1]]
    if len(old) == 1 and not mended:
        beside = {ours[i].key for i in (gone[0] - 1, gone[1]) if 0 <= i < len(ours)}
        after = [not i or side[i].gap for side, i in ((ours, gone[1]), (theirs, new[0])) if i < len(side)]
        if old[0].key in _DOUBLED and old[0].key in beside and all(after):
            return Difference(kind="typo", note=f"‘{old[0].text}’ no longer written twice")
    if not 0 < len(old) == len(mended) <= _SLIPS:
        return None
    for one, other in zip(old, mended, strict=True):
        if one.gap != other.gap or one.kind or other.kind:
            return None
        if {one.key, other.key} != {"a", "an"} and not respelt(one.key, other.key, words):
            return None
    return Difference(kind="typo", before=_spoken(old), after=_spoken(mended))


def _term_differences(before: Reading, after: Reading) -> tuple[list[Difference], frozenset[str]]:
    """Terms that came and went, and their words, which need no other explanation."""
    gone = _beyond(before.terms, after.terms)
    new = _beyond(after.terms, before.terms)
    out = [
        Difference(
            kind="term",
            before=gone[i] if i < len(gone) else "",
            after=new[i] if i < len(new) else "",
        )
        for i in range(max(len(gone), len(new)))
    ]
    return out, frozenset(w for surface in (*gone, *new) for w in _bare(surface))


def _beyond(ours: Iterable[tuple[str, str]], theirs: Iterable[tuple[str, str]]) -> list[str]:
    """The surfaces of `ours` whose value `theirs` has less often."""
    left = Counter(value for _, value in theirs)
    out = []
    for surface, value in ours:
        if left[value]:
            left[value] -= 1
        else:
            out.append(surface)
    return out


def _bare(surface: str) -> list[str]:
    return [t.text.lower() for t in _tokens(surface)]


def _read_differences(found: Sequence[Difference], before: Reading, after: Reading) -> Iterator[Difference]:
    """Values that moved though no word says so: what other rooms read has the last word."""
    if not any(d.kind == "number" for d in found):
        gone, new = _beyond(before.numbers, after.numbers), _beyond(after.numbers, before.numbers)
        for index in range(max(len(gone), len(new))):
            yield Difference(
                kind="number",
                before=gone[index] if index < len(gone) else "",
                after=new[index] if index < len(new) else "",
            )
    if not any(d.kind == "term" for d in found):
        yield from _term_differences(before, after)[0]


# --- style ---------------------------------------------------------------------------------------------------------


def _gap_differences(ours: Sequence[_Token], theirs: Sequence[_Token]) -> Iterator[Difference]:
    """White space that came or went between the same words and signs, where it may say something."""
    for i in range(1, len(ours)):
        if ours[i].gap == theirs[i].gap:
            continue
        pair = (ours[i - 1].key, ours[i].key)
        loose = any(k in _LOOSE for k in pair)
        digits = any(k[-1].isdigit() or k[0].isdigit() for k in pair)
        if not loose or (digits and not any(k in _BESIDE_DIGITS for k in pair)):
            yield Difference(kind="meaning", before=_spoken(ours[i - 1 : i + 1]), after=_spoken(theirs[i - 1 : i + 1]))


def _style_differences(one: str, other: str) -> Iterator[Difference]:
    """What is different in two texts of the same words, in words."""
    if one == other:
        return
    for pattern, note in _STYLES:
        if pattern.findall(one) != pattern.findall(other):
            yield Difference(kind="format", note=note)


_STYLES = (
    (re.compile(r"\s+"), "white space"),
    (re.compile(r"[\"'“”„‟«»″‘’‚‛′]"), "the style of quotation marks"),
    (re.compile(r"[-‐‑−–—―]"), "the style of dashes"),
    (re.compile(_INVISIBLE.pattern), "invisible characters"),
    (re.compile(r"…|\.\.\."), "the style of the ellipsis"),
)

# --- tags ----------------------------------------------------------------------------------------------------------

_LOOKS = frozenset(("strong", "emphasis", "underline", "smallcaps", "span", "code", "break"))
"""Tags and placeholders that change how words look and not what they say. Struck out, raised (10²) and linked words say
something else without their tag, footnote marks, images and formulas say something themselves."""
_CALLED = {
    "strong": "bold",
    "emphasis": "italics",
    "underline": "underlining",
    "strike": "striking out",
    "superscript": "raised text",
    "subscript": "lowered text",
    "smallcaps": "small capitals",
    "code": "code",
    "link": "a link",
    "span": "a style",
    "break": "a line break",
    "note": "a footnote mark",
    "image": "an image",
    "math": "a formula",
    "raw": "a field",
}
_Mark = tuple[int, int, str]


def _signs(content: Content) -> Counter[tuple[str, str]]:
    """Kind and what makes it another one (where a link leads), of every tag and placeholder."""
    out: Counter[tuple[str, str]] = Counter()
    for item in content:
        if isinstance(item, TagOpen):
            out[item.kind, f"{item.href or ''} {item.title or ''}".strip()] += 1
        elif isinstance(item, Placeholder):
            out[item.kind, f"{item.ref} {item.alt}".strip()] += 1
    return out


def _tag_differences(old: Content, new: Content) -> Iterator[Difference]:
    ours, theirs = _signs(old), _signs(new)
    for kind in dict.fromkeys(k for k, _ in (*ours, *theirs)):
        gone = sum((ours - theirs)[sign] for sign in ours if sign[0] == kind)
        added = sum((theirs - ours)[sign] for sign in theirs if sign[0] == kind)
        said: ChangeClass = "format" if kind in _LOOKS else "meaning"
        if gone and added:
            where = "leads elsewhere" if kind == "link" else "is another one"
            yield Difference(kind=said, note=f"{_CALLED[kind]} {where}")
        elif gone or added:
            yield Difference(kind=said, note=f"{_CALLED[kind]} {'removed' if gone else 'added'}")
    if ours == theirs and (moved := _moved(old, new)):
        heavy = any(kind not in _LOOKS and kind != "link" for kind in moved)
        named = ", ".join(dict.fromkeys(_CALLED[kind] for kind in moved))
        yield Difference(kind="meaning" if heavy else "format", note=f"{named} at another place")


def _moved(old: Content, new: Content) -> list[str]:
    """The kinds of tags whose place among the words is another, where the words are as many as before."""
    if len(_tokens(plain(old))) != len(_tokens(plain(new))):
        return []
    ours, theirs = _places(old), _places(new)
    return [kind for kind, place in ours if (kind, place) not in theirs] if ours != theirs else []


def _places(content: Content) -> list[tuple[str, tuple[int, int]]]:
    kinds = {i.id: i.kind for i in content if not isinstance(i, (Text, TagClose))}
    return [
        (kinds.get(item.id, "span"), _place(content, index))
        for index, item in enumerate(content)
        if not isinstance(item, Text)
    ]


def _place(content: Content, index: int) -> tuple[int, int]:
    """How many words and signs stand before a tag, and how many characters of a word that it cuts."""
    before, after = plain(content[:index]), plain(content[index:])
    tokens = _tokens(before)
    inside = bool(before and after) and before[-1].isalnum() and after[0].isalnum()
    return (len(tokens) - 1, len(tokens[-1].key)) if inside else (len(tokens), 0)


def _marks(content: Content) -> list[tuple[tuple[int, int], str]]:
    return [
        (_place(content, index), item.model_dump_json())
        for index, item in enumerate(content)
        if not isinstance(item, Text)
    ]
