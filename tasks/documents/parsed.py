"""What a document was taken apart into, with the places of everything in its text; kept as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What is asked about a place in a document."""

    LINE = "LINE", _("不认识的段落")
    NO_SECTION = "NO_SECTION", _("没有章节标题")
    EMPTY_SECTION = "EMPTY_SECTION", _("没有任务的章节")
    SECTION_NUMBER = "SECTION_NUMBER", _("章节编号")
    SECTION_TITLE = "SECTION_TITLE", _("章节标题")
    NUMBERING = "NUMBERING", _("任务编号")
    NO_NUMBER = "NO_NUMBER", _("没有编号的任务")
    CONTINUED = "CONTINUED", _("分成几段的任务")
    SEVERAL = "SEVERAL", _("一项中有几处责任分工")
    ENDING = "ENDING", _("任务末尾")
    FIGURE = "FIGURE", _("任务中的数量")
    DATES = "DATES", _("任务中的日期")
    NO_UNIT = "NO_UNIT", _("没有责任单位")
    NAME = "NAME", _("单位名称")
    JOINED = "JOINED", _("单位之间缺少分隔")
    REPEATED = "REPEATED", _("单位重复")
    OTHERS = "OTHERS", _("未列明的单位")
    ROLE = "ROLE", _("角色")
    ROLE_WORDS = "ROLE_WORDS", _("责任表述")
    CONVENTION = "CONVENTION", _("牵头单位的约定")
    NO_TIME = "NO_TIME", _("没有完成时限")
    NO_YEAR = "NO_YEAR", _("时限没有年份")
    TIME = "TIME", _("完成时限")
    COLUMN = "COLUMN", _("表格的列")
    PERSON = "PERSON", _("责任人")
    SHEET = "SHEET", _("没有读入的工作表")
    HIDDEN = "HIDDEN", _("隐藏或划去的内容")
    INACTIVE = "INACTIVE", _("已停用的单位")
    HALF_WIDTH = "HALF_WIDTH", _("半角标点")
    CITATIONS = "CITATIONS", _("文号前后不一")
    ISSUED = "ISSUED", _("印发日期")


class Use(TextChoices):
    """What became of a line: every line of a document is one of these."""

    BLANK = "BLANK", _("空行")
    ABOUT = "ABOUT", _("文件信息")
    SECTION = "SECTION", _("章节")
    HEADING = "HEADING", _("小标题")
    MEASURE = "MEASURE", _("任务")
    DUTY = "DUTY", _("责任分工")
    LEFT_OUT = "LEFT_OUT", _("不录入")
    ASKED = "ASKED", _("待核对")


@dataclass
class Part:
    """One unit of a measure. ``role`` is of ``AssignmentRole``; empty where the text does not say."""

    unit: str
    role: str = ""


@dataclass
class Doubt:
    """Something to ask a person: ``words`` say it, the place is ``start`` to ``end`` of line ``line`` (from 1)."""

    kind: str
    words: str
    line: int
    start: int = 0
    end: int = 0
    measure: int | None = None  # the key of one
    settled: bool = False
    reading: str = ""  # what a person adopted, in words

    @property
    def label(self) -> str:
        return str(Kind(self.kind).label)


@dataclass
class Mark:
    """What became of one line; ``why`` says more, ``measure`` is the key of the one it belongs to."""

    use: str = ""
    why: str = ""
    measure: int | None = None

    @property
    def label(self) -> str:
        return str(Use(self.use).label)


@dataclass
class Section:
    number: int
    title: str
    line: int


@dataclass
class Measure:
    """``key`` names it for good, whatever its ``number`` becomes. ``due_on`` is an ISO date."""

    key: int
    number: int
    section: int  # the number of one
    wording: str
    line: int
    last_line: int = 0
    label: str = ""  # as it is numbered in the text
    heading: str = ""  # a heading below the section's
    responsibility_text: str = ""
    timeframe_text: str = ""
    timeframe: str = ""
    due_on: str | None = None
    parts: list[Part] = field(default_factory=list)
    is_left_out: bool = False


@dataclass
class About:
    """What a document says of itself; days are ISO dates, empty where it does not say."""

    title: str = ""
    number: str = ""
    issuer: str = ""
    issued_on: str = ""
    starts_on: str = ""
    ends_on: str = ""


@dataclass
class Parsed:
    about: About = field(default_factory=About)
    marks: list[Mark] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    measures: list[Measure] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Parsed:
        measures = [Measure(**each | {"parts": [Part(**part) for part in each["parts"]]}) for each in data["measures"]]
        return cls(
            about=About(**data["about"]),
            marks=[Mark(**each) for each in data["marks"]],
            sections=[Section(**each) for each in data["sections"]],
            measures=measures,
            doubts=[Doubt(**each) for each in data["doubts"]],
        )

    @property
    def kept(self) -> list[Measure]:
        """The measures that become the plan's."""
        return [measure for measure in self.measures if not measure.is_left_out]

    @property
    def units(self) -> list[str]:
        """Every unit named, once, in the order of the text."""
        return list(dict.fromkeys(part.unit for measure in self.kept for part in measure.parts))

    @property
    def open_doubts(self) -> list[Doubt]:
        return [doubt for doubt in self.doubts if not doubt.settled]

    def measure(self, key: int) -> Measure | None:
        return next((measure for measure in self.measures if measure.key == key), None)
