"""Tables for the file a colleague asks for: CSV, Excel, LaTeX, Word or HTML, in Danish or English."""

import os
import tempfile
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path

import pandas as pd

from whatworks.core.disclosure import K_PUBLISH
from whatworks.core.errors import InvalidOption
from whatworks.core.formulas import without_formulas
from whatworks.core.options import one_of
from whatworks.core.result import EffectResult
from whatworks.findings.language import LANGUAGES
from whatworks.findings.tables_for_print import PrintedTable, printed

_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "−": "$-$", "\N{NO-BREAK SPACE}": "~", "∞": r"$\infty$",
    "✓": r"$\surd$", "✗": r"$\times$",
}  # fmt: skip
_WIDEST = 60


def write_table(
    table: EffectResult | pd.DataFrame,
    path: str | Path,
    *,
    language: str = "da",
    title: str | None = None,
    unit: str | None = None,
    source: str | None = None,
    k: int = K_PUBLISH,
) -> Path:
    """Write a result, or a small table of groups, as the kind of file its name ends with.

    Parameters
    ----------
    table : any result, or a frame with one row per group
    path : ends with ``.csv`` (each row says its unit, level and source; Danish: semicolons and decimal commas), ``.xlsx``
        (numbers stay numbers), ``.tex``, ``.docx`` or ``.html``; the folder is made where it is missing
    language : ``"da"`` or ``"en"``, of headings, notes and numbers
    title : by default what is estimated
    unit : the unit in that language; the result's own by default
    source : where the numbers come from
    k : parts that rest on fewer people are left empty (5 by default, never below 3)

    Returns
    -------
    The path. The file has the title, every row with its interval, and below it the answer in a sentence, every check with its
    verdict, the source, and the version and data it was made from.

    Raises
    ------
    InvalidOption
        If the ending or the language is not known, or it is neither a result nor a frame.
    DisclosureRisk
        If the table has a row per person, a column that names persons, over 2,000 rows, or rests on too few people.

    Examples
    --------
    >>> import tempfile
    >>> table = pd.DataFrame({"Ordning": ["A", "B"], "Dage": [4.5, 3.25]})
    >>> with tempfile.TemporaryDirectory() as place:
    ...     print(write_table(table, Path(place) / "dage.csv").read_text(encoding="utf-8-sig"))
    Ordning;Dage
    A;4,5
    B;3,25
    """
    place = Path(path)
    one_of(language, LANGUAGES, name="language")
    if place.suffix.casefold() not in _WRITERS:
        raise InvalidOption(f"{place.name} ends with {place.suffix!r}; tables are written to {', '.join(_WRITERS)}. Rename it.")
    ready = printed(table, language=language, title=title, unit=unit, source=source, k=k)
    place.parent.mkdir(parents=True, exist_ok=True)
    # Beside first, then in place: a killed run leaves the old file whole.
    handle, beside = tempfile.mkstemp(prefix=f".{place.stem}-", suffix=place.suffix, dir=place.parent)
    os.close(handle)
    try:
        _WRITERS[place.suffix.casefold()](ready, Path(beside))
        Path(beside).chmod(0o644)
        return Path(beside).replace(place)
    finally:
        Path(beside).unlink(missing_ok=True)


def _csv(table: PrintedTable, path: Path) -> None:
    frame = table.frame.copy()
    for name, value in table.about.items():
        frame[name] = value
    danish = table.language == "da"
    # The mark in front lets Excel see that the file is UTF-8.
    without_formulas(frame).to_csv(
        path, index=False, sep=";" if danish else ",", decimal="," if danish else ".", encoding="utf-8-sig", lineterminator="\n"
    )


def _excel(table: PrintedTable, path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = "whatworks"
    rows = [[table.title], [], [str(column) for column in table.frame], *table.frame.astype(object).to_numpy().tolist(), []]
    for y, row in enumerate([*rows, *([note] for note in table.notes)], start=1):
        for x, value in enumerate(row, start=1):
            cell = sheet.cell(row=y, column=x, value=_excel_value(value))
            if isinstance(value, str):
                # Text that begins like a formula stays text.
                cell.data_type = "s"
            elif x <= table.frame.shape[1] and isinstance(value, float):
                places = table.decimals.get(str(table.frame.columns[x - 1]))
                cell.number_format = "#,##0" + ("." + "0" * places if places else "")
    sheet["A1"].font = Font(bold=True, size=13)
    for x in range(1, table.frame.shape[1] + 1):
        head = sheet.cell(row=3, column=x)
        head.font, head.border = Font(bold=True), Border(bottom=Side(style="thin"))
        head.alignment = Alignment(wrap_text=True, vertical="bottom", horizontal="left" if x == 1 else "right")
        widest = max(table.cells().iloc[:, x - 1].str.len().max(), 10)
        sheet.column_dimensions[get_column_letter(x)].width = min(_WIDEST, widest + 3)
    sheet.freeze_panes = "B4"
    book.save(path)


def _excel_value(value: object) -> object:
    missing = value is None or (not isinstance(value, str) and bool(pd.isna(value)))  # type: ignore[call-overload]
    if missing or isinstance(value, (str, int, float, bool)):
        return None if missing else value
    return value.item() if hasattr(value, "item") else str(value)


def _latex(table: PrintedTable, path: Path) -> None:
    cells = table.cells().map(_tex).rename(columns=_tex)
    body = cells.style.hide(axis="index").to_latex(
        hrules=True, caption=_tex(table.title), column_format="l" + "r" * (cells.shape[1] - 1), position="htbp",
        position_float="centering",
    )  # fmt: skip
    notes = "\n\n".join(_tex(note) for note in table.notes)
    below = f"\\par\\medskip\\begin{{minipage}}{{\\linewidth}}\\footnotesize\n{notes}\n\\end{{minipage}}\n\\end{{table}}"
    heading = "% \\usepackage{booktabs}\n"
    path.write_text(heading + body.replace("\\end{table}", below if notes else "\\end{table}"), encoding="utf-8")


def _tex(text: str) -> str:
    return "".join(_LATEX.get(char, char) for char in str(text))


def _word(table: PrintedTable, path: Path) -> None:
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = Document()
    tag = {"da": "da-DK", "en": "en-GB"}[table.language]
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:val"), tag)
    document.styles["Normal"].element.get_or_add_rPr().append(spoken)
    document.add_paragraph().add_run(table.title).bold = True
    cells = table.cells()
    grid = document.add_table(rows=1, cols=cells.shape[1], style="Light List")
    for place, column in enumerate(cells.columns):
        grid.rows[0].cells[place].text = str(column)
    for values in cells.itertuples(index=False, name=None):
        for cell, value in zip(grid.add_row().cells, values, strict=True):
            cell.text = value
    for row in grid.rows:
        for place, cell in enumerate(row.cells):
            for paragraph in cell.paragraphs:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if place == 0 else WD_ALIGN_PARAGRAPH.RIGHT
                for run in paragraph.runs:
                    run.font.size = Pt(9)
    for note in table.notes:
        document.add_paragraph().add_run(note).font.size = Pt(9)
    document.save(str(path))


def _html(table: PrintedTable, path: Path) -> None:
    from great_tables import GT

    drawn = GT(table.cells()).tab_header(title=table.title).cols_align("right", columns=list(table.frame.columns[1:]))
    for note in table.notes:
        drawn = drawn.tab_source_note(note)
    # Colours are the reader's: light or dark, as the page.
    colors = ":root{color-scheme:light dark}body{margin:1rem;overflow-x:auto}"
    colors += ".gt_table,.gt_table *{color:inherit!important;background-color:transparent!important}"
    page = (
        f'<!doctype html><html lang="{table.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(table.title)}</title><style>{colors}</style>"
        f"</head><body>{drawn.as_raw_html()}</body></html>\n"
    )
    path.write_text(page, encoding="utf-8")


_WRITERS: Mapping[str, Callable[[PrintedTable, Path], None]] = {
    ".csv": _csv,
    ".xlsx": _excel,
    ".tex": _latex,
    ".docx": _word,
    ".html": _html,
}
