"""Random edit scripts over a review document: what people do in Word, and what has to come of each."""

from __future__ import annotations

import copy
import io
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from pubpipe import identity
from pubpipe.exchange import review_docx
from pubpipe.exchange.bilingual import Sheet, SheetRow
from pubpipe.exchange.lines import content_of
from pubpipe.languages import TARGETS
from pubpipe.languages.normal import canonical
from pubpipe.model import Content, from_markup

NUMBER, SOURCE, TARGET, ABOUT, REMARKS = range(5)
PEOPLE = ("Sokha Chan", "Dara Lim", "Mya Thu")
ENGLISH = (
    "Migrant workers {0}must not{1} pay recruitment fees of any kind.",
    "In {n}, more than {n} workers were interviewed in five provinces.{2}",
    "Employers may not keep the passports of domestic workers.",
    "Read {0}the law on labour{1} of the Ministry.{2}",
    "Wages shall be paid at least once a month, in legal currency.",
    "The study was carried out with partners in border towns.",
)
ZAWGYI = "ေနာက္ဆုံးအႀကိမ္ေတြ႕ဆုံခဲ့သည့္အလုပ္သမားမ်ားသည္ႏိုင္ငံတစ္ကာဥပေဒအရအခြင့္အေရးမ်ားကိုရရွိသင့္ပါသည္"


def a_sheet(rng: random.Random, language: str, size: int = 12) -> Sheet:
    """A round of sentences that no two have in common, with and without marks, one of them open."""
    words = TARGETS[language].sample.split()
    rows = []
    for number in range(1, size + 1):
        template = ENGLISH[number % len(ENGLISH)]
        marks = ("<1>", "</1>", "<2/>")
        source = template.replace("{n}", str(1900 + number)).format(*marks, n=number) + f" Case {number}."
        target = a_text(rng, words)
        if "<1>" in source:
            target = f"<1>{target}</1>{a_text(rng, words)}"
        if "<2/>" in source:
            target += "<2/>"
        if number == size:
            target = ""
        content = content_of(source)
        rows.append(
            SheetRow(
                segment=f"{identity.content_hash(content)[:12]}-1",
                number=number + 3,
                source=source,
                target=canonical(target),
                base=identity.content_hash(from_markup(canonical(target), content)) if target else None,
                source_hash=identity.content_hash(content),
                about=("machine translation (google)", "Term: worker → …"),
            )
        )
    return Sheet(
        publication="rights",
        title="Rights at work",
        language=language,
        language_name=TARGETS[language].english_name,
        stage="language review",
        round=1,
        digest=identity.digest("round", language, [r.target for r in rows]),
        rows=tuple(rows),
        comments=("Sokha (sign-off, request changes): please mend",),
    )


def a_text(rng: random.Random, words: list[str]) -> str:
    """Some words that do not come twice in one sheet."""
    joint = rng.choice(("", " "))
    return joint.join(rng.choices(words, k=rng.randint(5, 9))) + str(rng.randint(10_000, 99_999))


def contents(sheet: Sheet) -> dict[str, Content]:
    return {row.segment: content_of(row.source) for row in sheet.rows}


@dataclass
class Script:
    """A document under the hands of some people, and what has to be read from it afterwards."""

    rng: random.Random
    sheet: Sheet
    document: Any
    changed: dict[str, str] = field(default_factory=dict)
    authors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    missing: set[int] = field(default_factory=set)
    remarks: list[tuple[int, str, str]] = field(default_factory=list)
    """(number, author, text)"""
    done: list[str] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        return TARGETS[self.sheet.language].sample.split()

    @property
    def table(self) -> Any:
        return self.document.tables[0]

    def cell(self, row: SheetRow, column: int) -> Any:
        """The w:tc of a row, found by its English, whatever happened to the order."""
        return self.tr(row).findall(qn("w:tc"))[column]

    def tr(self, row: SheetRow) -> Any:
        for tr in self.table._tbl.findall(qn("w:tr")):
            cells = tr.findall(qn("w:tc"))
            if text_of(cells[SOURCE]) == row.source:
                return tr
        raise AssertionError(row.source)

    def expect(self, row: SheetRow, text: str) -> None:
        """A text with all its marks has to be a proposal, any other a question."""
        wanted, typed = (sorted(re.findall(r"</?\d/?>", t)) for t in (row.source, text))
        if wanted == typed:
            self.changed[row.segment] = text
        else:
            self.asked.add(row.segment)

    def new_text(self, row: SheetRow) -> str:
        """Another translation, with the marks that it needs."""
        text = a_text(self.rng, self.words)
        if "<1>" in row.source:
            text = f"{a_text(self.rng, self.words)} <1>{text}</1>"
        return canonical(text + ("<2/>" if "<2/>" in row.source else ""))


def text_of(element: Any) -> str:
    return "".join(t.text or "" for t in element.iter(qn("w:t")))


def run(text: str, deleted: bool = False) -> Any:
    element = OxmlElement("w:r")
    for place, part in enumerate(text.split("\n")):
        if place:
            element.append(OxmlElement("w:br"))
        t = OxmlElement("w:delText" if deleted else "w:t")
        t.text = part
        t.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        element.append(t)
    return element


def change(kind: str, author: str, *children: Any) -> Any:
    element = OxmlElement(kind)
    element.set(qn("w:id"), str(random.Random(author).randint(1, 9999)))
    element.set(qn("w:author"), author)
    element.set(qn("w:date"), "2026-03-01T00:00:00Z")
    element.extend(children)
    return element


def holder(cell: Any) -> Any:
    """Where the runs of a translation are: in its content control, or in the paragraph where that is lost."""
    content = cell.find(f".//{qn('w:sdtContent')}")
    return content if content is not None else cell.find(qn("w:p"))


def empty(element: Any) -> None:
    for child in list(element):
        if child.tag in (qn("w:r"), qn("w:ins"), qn("w:del"), qn("w:hyperlink"), qn("w:sdt")):
            element.remove(child)


# --- what people do to one row


def type_over(script: Script, row: SheetRow) -> None:
    text = script.new_text(row)
    place = holder(script.cell(row, TARGET))
    empty(place)
    place.append(run(text))
    script.expect(row, text)


def add_words(script: Script, row: SheetRow) -> None:
    word = script.rng.choice(script.words)
    holder(script.cell(row, TARGET)).append(run(word))
    script.expect(row, canonical(row.target + word))


def paste_with_formatting(script: Script, row: SheetRow) -> None:
    """The whole cell replaced: no control any more, fonts, bold, a link, two paragraphs."""
    cell = script.cell(row, TARGET)
    for child in list(cell):
        if child.tag != qn("w:tcPr"):
            cell.remove(child)
    text = script.new_text(row)
    at = script.rng.randint(0, len(text))
    while at < len(text) and re.search(r"<[/\d]*$", text[:at]):
        at += 1
    paragraph = OxmlElement("w:p")
    first, second = run(text[:at]), run(text[at:])
    properties = OxmlElement("w:rPr")
    properties.append(OxmlElement("w:b"))
    first.insert(0, properties)
    link = OxmlElement("w:hyperlink")
    link.append(second)
    paragraph.extend([first, link])
    cell.append(paragraph)
    if script.rng.random() < 0.5:
        cell.append(OxmlElement("w:p"))
    script.expect(row, text)


def track(script: Script, row: SheetRow) -> None:
    """One person strikes out the old words, another writes new ones."""
    first, second = script.rng.sample(PEOPLE, 2)
    place = holder(script.cell(row, TARGET))
    empty(place)
    new = script.new_text(row)
    half = len(new) // 2
    if row.target:
        place.append(change("w:del", first, run(row.target, deleted=True)))
    place.append(change("w:ins", second, run(new[:half])))
    place.append(run(new[half:]))
    script.expect(row, new)
    script.authors[row.segment] = (first, second) if row.target else (second,)


def typographic(script: Script, row: SheetRow) -> None:
    """Smart quotes and a no-break space stay as they are typed."""
    text = f"“{script.rng.choice(script.words)}” 12\u00a0‘{script.rng.choice(script.words)}’"
    holder(script.cell(row, TARGET)).append(run(text))
    script.expect(row, canonical(row.target + text))


def break_line(script: Script, row: SheetRow) -> None:
    word = script.rng.choice(script.words)
    joint = " " if TARGETS[script.sheet.language].spaced else ""
    holder(script.cell(row, TARGET)).append(run("\n" + word))
    script.expect(row, canonical(row.target + (joint if row.target else "") + word))


def edit_the_english_too(script: Script, row: SheetRow) -> None:
    type_over(script, row)
    holder(script.cell(row, SOURCE)).append(run(" (?)"))
    script.remarks.append((row.number, "", "The English in the file was changed"))


def lose_the_number(script: Script, row: SheetRow) -> None:
    type_over(script, row)
    cell = script.cell(row, NUMBER)
    for t in cell.iter(qn("w:t")):
        t.text = "?"


def comment(script: Script, row: SheetRow) -> None:
    author = script.rng.choice(PEOPLE)
    paragraph = next(p for p in cell_of(script, row, ABOUT).paragraphs if p.runs)
    words = f"Not sure about {row.number}."
    script.document.add_comment(runs=paragraph.runs[0], text=words, author=author, initials="x")
    script.remarks.append((row.number, author, words))


def remark(script: Script, row: SheetRow) -> None:
    words = f"Please check {row.number}"
    cell_of(script, row, REMARKS).paragraphs[0].add_run(words)
    script.remarks.append((row.number, "", words))


def cell_of(script: Script, row: SheetRow, column: int) -> Any:
    from docx.table import _Cell

    return _Cell(script.cell(row, column), script.table)


def delete(script: Script, row: SheetRow) -> None:
    script.table._tbl.remove(script.tr(row))
    script.missing.add(row.number)


def delete_tracked(script: Script, row: SheetRow) -> None:
    tr = script.tr(row)
    properties = tr.find(qn("w:trPr"))
    if properties is None:
        properties = OxmlElement("w:trPr")
        tr.insert(0, properties)
    properties.append(change("w:del", PEOPLE[0]))
    for place in (holder(script.cell(row, TARGET)), *tr.iter(qn("w:p"))):
        for each in [c for c in place if c.tag == qn("w:r")]:
            words = text_of(each)
            place.replace(each, change("w:del", PEOPLE[0], run(words, deleted=True)))
    script.missing.add(row.number)


def copy_the_row(script: Script, row: SheetRow) -> None:
    """A copy below, of which one is edited."""
    tr = script.tr(row)
    tr.addnext(copy.deepcopy(tr))
    type_over(script, row)


def damage_a_mark(script: Script, row: SheetRow) -> None:
    if "<" not in row.target:
        return add_words(script, row)
    text = row.target.replace("<1>", "", 1) if "<1>" in row.target else row.target.replace("<2/>", "<7/>")
    place = holder(script.cell(row, TARGET))
    empty(place)
    place.append(run(text))
    script.asked.add(row.segment)
    return None


def clear(script: Script, row: SheetRow) -> None:
    if not row.target:
        return
    empty(holder(script.cell(row, TARGET)))
    script.asked.add(row.segment)


def type_zawgyi(script: Script, row: SheetRow) -> None:
    place = holder(script.cell(row, TARGET))
    empty(place)
    place.append(run(ZAWGYI))
    script.asked.add(row.segment)


def put_a_picture(script: Script, row: SheetRow) -> None:
    place = holder(script.cell(row, TARGET))
    place.append(run("x"))
    element = OxmlElement("w:r")
    element.append(OxmlElement("w:object"))
    place.append(element)
    script.asked.add(row.segment)


# --- what people do to two rows


def exchange(script: Script, one: SheetRow, two: SheetRow) -> None:
    """The two translations cut and pasted into each other's row, controls and all."""
    if not one.target or not two.target:
        return
    a, b = script.cell(one, TARGET), script.cell(two, TARGET)
    here, there = [c for c in a if c.tag == qn("w:p")], [c for c in b if c.tag == qn("w:p")]
    for child in here:
        b.append(child)
    for child in there:
        a.append(child)
    script.asked |= {one.segment, two.segment}


def copy_over(script: Script, one: SheetRow, two: SheetRow) -> None:
    """The first translation copied over the second as well: they read the same now."""
    if ("<1>" in one.source, "<2/>" in one.source) != ("<1>" in two.source, "<2/>" in two.source) or not one.target:
        return
    a, b = script.cell(one, TARGET), script.cell(two, TARGET)
    for child in [c for c in b if c.tag == qn("w:p")]:
        b.remove(child)
    for child in [c for c in a if c.tag == qn("w:p")]:
        b.append(copy.deepcopy(child))
    script.expect(two, one.target)


def merge(script: Script, one: SheetRow, two: SheetRow) -> None:
    """The second row moved below the first one, and their cells merged."""
    first, second = script.tr(one), script.tr(two)
    first.addnext(second)
    for tr, kind in ((first, "restart"), (second, "continue")):
        for cell in tr.findall(qn("w:tc"))[:3]:
            mark = OxmlElement("w:vMerge")
            mark.set(qn("w:val"), kind)
            cell.find(qn("w:tcPr")).find(qn("w:tcW")).addnext(mark)
    for place in range(3):
        a, b = (tr.findall(qn("w:tc"))[place] for tr in (first, second))
        for child in [c for c in b if c.tag == qn("w:p")]:
            a.append(child)
        b.append(OxmlElement("w:p"))
    script.asked |= {one.segment, two.segment}


Step = Callable[[Script, SheetRow], None]
ON_ONE: tuple[Step, ...] = (
    type_over, add_words, paste_with_formatting, track, typographic, break_line, edit_the_english_too, comment, remark,
    delete, delete_tracked, copy_the_row, damage_a_mark, clear, put_a_picture,
)  # fmt: skip
ON_TWO = (exchange, copy_over)


def shuffle(script: Script) -> None:
    rows = script.table._tbl.findall(qn("w:tr"))[1:]
    for tr in rows:
        script.table._tbl.remove(tr)
    script.rng.shuffle(rows)
    script.table._tbl.extend(rows)


def find_and_replace(script: Script) -> None:
    """A digit for another one, everywhere in the translations; no number that stands in a mark."""
    for tr in script.table._tbl.findall(qn("w:tr"))[1:]:
        for t in tr.findall(qn("w:tc"))[TARGET].iter(qn("w:t")):
            if t.text and not re.fullmatch(r"</?\d+/?>", t.text) and "<" not in t.text:
                t.text = t.text.replace("7", "8")
    for row in script.sheet.rows:
        if "7" in row.target and row.segment not in script.changed:
            script.expect(row, row.target.replace("7", "8"))


def scripted(rng: random.Random, language: str, *, steps: tuple[Step, ...] = ON_ONE, merging: bool = True) -> Script:
    """A document that somebody worked on: one thing at most done to each row, then perhaps the rows sorted."""
    sheet = a_sheet(rng, language)
    script = Script(rng, sheet, docx.Document(io.BytesIO(review_docx.write(sheet))))
    rows = list(sheet.rows)
    if rng.random() < 0.2:
        find_and_replace(script)
        script.done.append("find_and_replace")
        return script
    rng.shuffle(rows)
    if merging and rng.random() < 0.3:
        merge(script, rows.pop(), rows.pop())
        script.done.append("merge")
    if rng.random() < 0.5:
        pair = rng.choice(ON_TWO)
        pair(script, rows.pop(), rows.pop())
        script.done.append(pair.__name__)
    if TARGETS[language].script == "Mymr":
        steps = (*steps, type_zawgyi)
    for row in rows:
        if rng.random() < 0.6:
            step = rng.choice(steps)
            step(script, row)
            script.done.append(f"{step.__name__} {row.number}")
    if rng.random() < 0.4 and "merge" not in script.done:
        shuffle(script)
        script.done.append("shuffle")
    return script


def saved(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def as_google_docs_saves_it(data: bytes) -> bytes:
    """The document without what Google Docs does not know: controls, bookmarks, styles, document properties."""
    import zipfile

    from lxml import etree

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as other:
        for name in archive.namelist():
            part = archive.read(name)
            if name == "docProps/custom.xml":
                continue
            if name in ("_rels/.rels", "[Content_Types].xml"):
                part = re.sub(rb"<(Relationship|Override) [^>]*custom[^>]*/>", b"", part)
            if name == "word/document.xml":
                root = etree.fromstring(part)
                for sdt in list(root.iter(qn("w:sdt"))):
                    for child in sdt.find(qn("w:sdtContent")):
                        sdt.addprevious(child)
                    sdt.getparent().remove(sdt)
                for tag in ("w:bookmarkStart", "w:bookmarkEnd", "w:rStyle", "w:pStyle"):
                    for element in list(root.iter(qn(tag))):
                        element.getparent().remove(element)
                part = etree.tostring(root)
            other.writestr(name, part)
    return out.getvalue()
