"""A sheet that can be handed on: heading, columns, panes, filter, and how it is printed."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.protection import SheetProtection
from openpyxl.worksheet.worksheet import Worksheet

from ..models import demonstration_mark
from .rows import letter
from .rows import row as written
from .style import LIGHTS, MOST_LINES, Pen, capacity, lines, lines_of, printable, row_height

Row = TypeVar("Row")
Known = Mapping[Callable[..., object], object]  # what stands in the cells of a row, by what it is worked out with

TITLE_ROW, DOCUMENT_ROW, NOTE_ROW, HEADER_ROW = 1, 2, 3, 4
A3, A4 = 8, 9  # Excel's numbers for sizes of paper
CHOICES = gettext_lazy("选项")  # the hidden sheet
YES, NO = gettext_lazy("是"), gettext_lazy("否")
TO_FILL_IN = gettext_lazy("（填写）")
MOST_UNPACKED = 2000  # rows that are kept as they are
MOST_IN_A_FOOTER = 80  # characters of each part; Excel refuses more than 255 in all


@dataclass(frozen=True)
class Column(Generic[Row]):
    """
    A column: its heading, its width in narrow characters, what stands in it, and where text stands in a cell.

    ``opens`` makes it one to be filled in, and says in which rows; ``takes`` what is put there: text, ``percent``, or
    ``yes``, chosen from a list. ``name`` is by what it is chosen and named in formulas; ``is_light`` says that its
    cells are lights, or end with one. ``sign`` instead of ``value`` speaks of the row's other cells: it is given those
    that stand before it, so that they are not worked out again.
    """

    label: object
    width: float
    value: Callable[[Row], object]
    align: str = "left"
    opens: Callable[[Row], bool] | None = None
    takes: str = ""
    is_hidden: bool = False
    name: str = ""
    is_light: bool = False
    sign: Callable[[Row, Known], object] | None = None

    @property
    def is_locked(self) -> bool:
        """Whether it shows what is nobody's to fill in."""
        return self.opens is None and not self.is_hidden

    @property
    def heading(self) -> str:
        return f"{self.label}\n{TO_FILL_IN}" if self.opens else str(self.label)


def locked_in(columns: Iterable[Column[Row]], row: Row, known: Known) -> Iterator[tuple[object, object]]:
    """Heading and value of every cell of ``row`` that is nobody's to fill in, chosen or not."""
    for column in columns:
        if column.is_locked:
            value = column.value
            yield column.label, known[value] if value in known else value(row)


def nothing(_row: object) -> None:
    """Of a column that has a ``sign``, or nothing in it when it goes out."""


@dataclass(frozen=True)
class Styled:
    """A value with a look of its own, other than its column's."""

    value: object
    look: str


@dataclass(frozen=True)
class Heading:
    """The lines above the table, and what stands at the foot of each printed page."""

    title: str
    document: str
    note: str
    foot: str
    as_of: str
    empty: str = ""  # what stands there instead of rows
    paper: int = A4


class Page(Generic[Row]):
    """
    A sheet of a workbook while its rows come in: they are written at once and kept as what they are in the file.

    ``frozen`` columns stay in place when it is scrolled sideways; one that ``is_hidden`` is there for what other
    sheets work out. Without a ``heading`` the header is the first line, as for files that other programs read.
    ``line`` is the last line that is filled, ``is_cut`` whether text was longer than any row can show: whoever goes on
    with a page that was begun elsewhere sets both.
    """

    def __init__(
        self,
        pen: Pen,
        title: str,
        heading: Heading | None,
        columns: Sequence[Column[Row]],
        *,
        frozen: int,
        is_hidden: bool = False,
    ) -> None:
        self.pen, self.title, self.heading, self.columns = pen, title, heading, tuple(columns)
        self.frozen, self.is_hidden = frozen, is_hidden
        self.head = HEADER_ROW if heading else 1
        self.line, self.is_cut = self.head, False
        self._written: list[str] = []
        self._packed: list[bytes] = []  # what was written before, packed: a tenth of the room

    def add(self, rows: Iterable[Row]) -> None:
        for self.line, row in enumerate(rows, start=self.line + 1):  # noqa: B020 - it goes on where it was
            self._written.append(self._row(row))
            if len(self._written) == MOST_UNPACKED:
                self._packed.append(zlib.compress("".join(self._written).encode(), 1))
                self._written = []

    def _rows(self) -> Iterator[bytes]:
        for packed in self._packed:
            yield zlib.decompress(packed)
        yield "".join(self._written).encode()

    def taken(self) -> bytes:
        """What was written since this was asked last, to be kept elsewhere."""
        rows = b"".join(self._rows())
        self._written, self._packed = [], []
        return rows

    def content(self, before: Iterable[bytes] = ()) -> Iterator[bytes]:
        """All rows from the first line on; ``before`` are those that were taken."""
        yield "".join(self._head()).encode()
        yield from before
        yield from self._rows()
        if self.line == self.head and self.heading:
            words = self.heading.empty or _("没有符合条件的任务。")
            yield self._banner(self.head + 1, words, "center", height=row_height(3)).encode()

    def place(self, name: str) -> str:
        """
        Where the rows of the column ``name`` stand, as formulas name it: '台账'!$I$5:$I$46.

        Raises ``ValueError`` where there is no such column.
        """
        column = letter([each.name for each in self.columns].index(name) + 1)
        quoted = self.title.replace("'", "''")
        return f"'{quoted}'!${column}${self.head + 1}:${column}${max(self.line, self.head + 1)}"

    def _row(self, row: Row) -> str:
        most, cells = 2, []
        known: dict[Callable[..., object], object] = {}
        for column in self.columns:
            value = known[column.value] = column.value(row) if column.sign is None else column.sign(row, known)
            look = column.align
            if isinstance(value, Styled):
                look, value = value.look, value.value
            if not column.is_hidden:
                needed = lines_of(value, column.width)
                most = max(most, needed)
                if needed > MOST_LINES:
                    look = "cut"  # what no row is high enough for shows its beginning, not its middle
            cells.append((value, look, column.opens is not None and column.opens(row)))
        self.is_cut = self.is_cut or most > MOST_LINES
        return written(self.pen, self.line, row_height(most), cells)

    def _head(self) -> Iterator[str]:
        if self.heading:
            yield from self._banners(self.heading)
        most = max(lines_of(column.heading, column.width) for column in self.columns if not column.is_hidden)
        heads = [(column.heading, "input header" if column.opens else "header", False) for column in self.columns]
        yield written(self.pen, self.head, row_height(max(2, most)), heads)

    def _banners(self, heading: Heading) -> Iterator[str]:
        mark = _("【演示数据，均非真实】") if demonstration_mark() else ""
        cut = _("　·　部分文字超出行高上限，打印不全，全文请点开单元格查看") if self.is_cut else ""
        yield self._banner(TITLE_ROW, heading.title, "title", size=18)
        yield self._banner(DOCUMENT_ROW, mark + heading.document, "document", size=11)
        yield self._banner(NOTE_ROW, heading.note + cut, "note")

    def _banner(self, line: int, text: str, look: str, *, size: float = 10, height: float | None = None) -> str:
        """A line of ``size`` points over the whole width."""
        cells = [(text if place == 0 else None, look, False) for place in range(len(self.columns))]
        width = sum(column.width for column in self.columns if not column.is_hidden)
        room = capacity(width * 10 / size)
        return written(self.pen, line, height or row_height(lines(printable(text), room), size), cells)

    def frame(self, sheet: Any) -> None:
        """What stands around the rows, once they are all there."""
        width, columns = len(self.columns), self.columns
        for place, column in enumerate(columns, start=1):
            dimension = sheet.column_dimensions[letter(place)]
            dimension.width, dimension.hidden = column.width, column.is_hidden
        banners = [TITLE_ROW, DOCUMENT_ROW, NOTE_ROW] + [self.head + 1] * (self.line == self.head)
        if width > 1 and self.heading:
            for line in banners:
                sheet.merged_cells.add(f"A{line}:{letter(width)}{line}")
        sheet.auto_filter.ref = f"A{self.head}:{letter(width)}{self.line}"
        sheet.freeze_panes = f"{letter(self.frozen + 1)}{self.head + 1}"
        sheet.sheet_state = "hidden" if self.is_hidden else "visible"
        if self.heading:
            _print(sheet, self.heading)
        self._lights(sheet)
        if any(column.opens for column in columns):
            _protect(sheet, columns, self.line)

    def _lights(self, sheet: Any) -> None:
        """The ground of a light follows its word, whoever changes or sorts it."""
        places = [letter(place) for place, column in enumerate(self.columns, start=1) if column.is_light]
        if not places or self.line == self.head:
            return
        first = f"{places[0]}{self.head + 1}"
        area = " ".join(f"{place}{self.head + 1}:{place}{self.line}" for place in places)
        for light, (ink, ground) in LIGHTS.items():
            word = str(light.label).replace('"', '""')
            # A cell of the matrix says the role on a line above the light.
            last = f'RIGHT({first},{len(word) + 1})=CHAR(10)&"{word}"'
            rule = FormulaRule(
                formula=[f'OR({first}="{word}",{last})'],
                font=Font(b=True, color=ink),
                fill=PatternFill("solid", fgColor=ground, bgColor=ground),
            )
            sheet.conditional_formatting.add(area, rule)


def _protect(sheet: Worksheet, columns: Sequence[Column[Row]], last: int) -> None:
    """
    Only what is to be filled in can be typed over. There is no password: this guards against slips, and what comes
    back is checked anyway.
    """
    sheet.protection = SheetProtection(sheet=True, autoFilter=False, sort=False, formatColumns=False, formatRows=False)
    checks = {
        "yes": DataValidation(type="list", formula1=f"'{CHOICES}'!$A$1:$A$2", allow_blank=True),
        "percent": DataValidation(type="decimal", operator="between", formula1="0", formula2="1", allow_blank=True),
    }
    checks["yes"].error = _("请选择“是”或“否”。")
    checks["percent"].error = _("请填写0%到100%之间的百分数。")
    for place, column in enumerate(columns, start=1):
        if column.takes in checks and last > HEADER_ROW:
            checks[column.takes].add(f"{letter(place)}{HEADER_ROW + 1}:{letter(place)}{last}")
    for check in checks.values():
        if check.sqref:
            check.errorTitle = _("填写有误")
            check.showErrorMessage = True
            sheet.add_data_validation(check)


def _print(sheet: Worksheet, heading: Heading) -> None:
    """Landscape, as many pages long as it takes and one wide, the header on each, page n / m."""
    page: Any = sheet
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = heading.paper
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    page.print_options.horizontalCentered = True
    margins = page.page_margins  # in inches
    margins.left = margins.right = margins.header = margins.footer = 0.3
    margins.top, margins.bottom = 0.5, 0.65
    page.oddFooter.left.text = _footing(heading.foot)
    page.oddFooter.center.text = _("第 %(page)s 页 / 共 %(pages)s 页") % {"page": "&P", "pages": "&N"}
    page.oddFooter.right.text = _footing(heading.as_of)


def _footing(text: str) -> str:
    """Text as a footer can hold it, where & begins a code."""
    return " ".join(printable(text).split())[:MOST_IN_A_FOOTER].replace("&", "&&")
