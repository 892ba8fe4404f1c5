"""A snapshot as a workbook, from what was frozen alone: the same cells whenever it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..choices import PRINCIPAL_ROLES, AssignmentRole
from ..models import Export, Snapshot
from ..snapshot import is_listed, read
from ..timeliness import in_words
from . import about
from .design import ABOUT, ABOUT_TITLE, Design
from .ledger import UNSAFE, safe_title
from .sheets import Column, Heading
from .style import MOST_LINES, Lit, capacity, share
from .workbook import Workbook

Row = dict[str, Any]
Pair = tuple[Row, Row]  # a measure and one of its parts


def _day(day: str | None) -> date | None:
    return None if day is None else date.fromisoformat(day)


def _deadline(row: Row, field: str) -> date | str:
    return _day(row[field]) or _("持续推进")


def _units(row: Row, *roles: str) -> str:
    return "、".join(part["unit"] for part in row["parts"] if part["role"] in roles)


def _words(parts: list[Row], field: str, width: float) -> str:
    """What the units last said, each under its name, as much as a row can show."""
    texts = []
    for part in parts:
        said = [(report["unit"], report["on"], report[field].strip()) for report in part["reports"]]
        texts += [(f"【{unit}】{day}：", text) for unit, day, text in said if text]
        if field == "progress" and not part["reports"]:
            texts.append((_("【%(unit)s】未填报") % {"unit": part["unit"]}, ""))
    return "\n".join(share(texts, capacity(width), MOST_LINES, "……"))


def _percent(part: Row) -> float | None:
    told = [report["percent"] for report in part["reports"]]
    return told[0] / 100 if len(told) == 1 and told[0] is not None else None


def _request(part: Row) -> str:
    if part["waits_for_review"]:
        return _("待审核")
    return _("退回：%(reason)s") % {"reason": part["returned_because"]} if part["returned_because"] else ""


MEASURE_COLUMNS: tuple[Column[Row], ...] = (
    Column(gettext_lazy("序号"), 5, lambda row: row["number"], "ordinal", name="number"),
    Column(gettext_lazy("章节"), 12.5, lambda row: row["section"], name="section"),
    Column(gettext_lazy("工作任务"), 34, lambda row: row["wording"], name="wording"),
    Column(gettext_lazy("牵头/负责单位"), 14, lambda row: _units(row, *PRINCIPAL_ROLES), name="principals"),
    Column(gettext_lazy("配合单位"), 14, lambda row: _units(row, AssignmentRole.CO), name="partners"),
    Column(gettext_lazy("责任单位"), 14, lambda row: _units(row, AssignmentRole.JOINT), name="joint"),
    Column(gettext_lazy("原定时限"), 11, lambda row: _deadline(row, "due_on"), "center", name="due_on"),
    Column(
        gettext_lazy("现行时限"), 11, lambda row: _deadline(row, "effective_due_on"), "center", name="effective_due_on"
    ),
    Column(gettext_lazy("时效"), 10, lambda row: Lit(row["word"], row["light"]), is_light=True, name="light"),
    Column(gettext_lazy("说明"), 30, lambda row: row["sentence"], name="sentence"),
    Column(gettext_lazy("逾期天数"), 9, lambda row: row["days_late"], name="days_late"),
    Column(gettext_lazy("进展情况"), 44, lambda row: _words(row["parts"], "progress", 44), name="progress"),
    Column(
        gettext_lazy("已报/应报"), 10, lambda row: f"{row['reported']}/{len(row['parts'])}", "right", name="reported"
    ),
    Column(gettext_lazy("最近填报"), 11, lambda row: _day(row["last_reported_on"]), name="last_reported_on"),
)
PART_COLUMNS: tuple[Column[Pair], ...] = (
    Column(gettext_lazy("序号"), 5, lambda pair: pair[0]["number"], "ordinal", name="number"),
    Column(gettext_lazy("章节"), 12.5, lambda pair: pair[0]["section"], name="section"),
    Column(gettext_lazy("工作任务"), 30, lambda pair: pair[0]["wording"], name="wording"),
    Column(gettext_lazy("责任单位"), 13, lambda pair: pair[1]["unit"], name="unit"),
    Column(gettext_lazy("角色"), 10.5, lambda pair: pair[1]["role_word"], "center", name="role"),
    Column(gettext_lazy("原定时限"), 11, lambda pair: _deadline(pair[0], "due_on"), "center", name="due_on"),
    Column(
        gettext_lazy("现行时限"),
        11,
        lambda pair: _deadline(pair[1], "effective_due_on"),
        "center",
        name="effective_due_on",
    ),
    Column(gettext_lazy("时效"), 10, lambda pair: Lit(pair[1]["word"], pair[1]["light"]), is_light=True, name="light"),
    Column(gettext_lazy("说明"), 28, lambda pair: pair[1]["sentence"], name="sentence"),
    Column(gettext_lazy("逾期天数"), 9, lambda pair: pair[1]["days_late"], name="days_late"),
    Column(gettext_lazy("完成进度"), 9, lambda pair: _percent(pair[1]), name="percent"),
    Column(gettext_lazy("进展情况"), 34, lambda pair: _words([pair[1]], "progress", 34), name="progress"),
    Column(gettext_lazy("存在问题"), 18, lambda pair: _words([pair[1]], "problems", 18), name="problems"),
    Column(gettext_lazy("下一步措施"), 18, lambda pair: _words([pair[1]], "next_steps", 18), name="next_steps"),
    Column(
        gettext_lazy("需领导协调"),
        7.5,
        lambda pair: _("是") if pair[1]["needs_coordination"] else "",
        "center",
        name="needs_coordination",
    ),
    Column(gettext_lazy("办结申请"), 12, lambda pair: _request(pair[1]), name="request"),
    Column(gettext_lazy("最近填报"), 11, lambda pair: _day(pair[1]["last_reported_on"]), name="last_reported_on"),
)

# The sheets by the name under which they are chosen.
MEASURES, PARTS = "measures", "parts"
DESIGN = Design(
    "snapshot",
    {MEASURES: gettext_lazy("台账"), PARTS: gettext_lazy("分工"), ABOUT: ABOUT_TITLE},
    {MEASURES: MEASURE_COLUMNS, PARTS: PART_COLUMNS},
    {MEASURES: 3, PARTS: 4},
)


class SnapshotWorkbook(Workbook):
    """What was frozen: the same cells whenever and by whomever it is taken out, of what he wants to have in it."""

    design = DESIGN
    chunk = 5000  # the whole of it is read again with every stretch

    def __init__(self, snapshot: Snapshot, *, left_out: Collection[str] = ()) -> None:
        self.snapshot, self.frozen = snapshot, read(snapshot)
        self.title = _("%(plan)s会议快照") % {"plan": self.frozen["plan"]["title"]}
        super().__init__(title=self.title, exported_by=self.frozen["taken_by"], left_out=left_out)

    @classmethod
    def of(cls, export: Export) -> Self:
        rows = Snapshot.objects.defer("lights").select_related("plan")
        return cls(rows.get(plan=export.plan, pk=export.subject["snapshot"]), left_out=export.left_out)

    def filename(self) -> str:
        words = {
            "plan": safe_title(self.snapshot.plan),
            "name": UNSAFE.sub("_", self.snapshot.name).strip("._") or str(self.snapshot.pk),
            "day": self.snapshot.day.isoformat(),
        }
        return _("%(plan)s_会议快照_%(name)s_%(day)s.xlsx") % words

    def add(self, keys: Sequence[int]) -> None:
        """Measures by their place among those that are listed, with their parts; no query."""
        listed = listed_in(self.frozen)
        rows = [listed[key] for key in keys]
        parts = [(row, part) for row in rows for part in row["parts"] if is_listed(part)]
        self.listed[MEASURES] += len(rows)
        self.listed[PARTS] += len(parts)
        contents: dict[str, Any] = {MEASURES: rows, PARTS: parts}
        for name, page in self.pages.items():
            page.add(contents[name])

    def _heading(self, name: str) -> Heading:
        plan = self.frozen["plan"]
        as_of = _("数据截至%(day)s") % {"day": in_words(self.snapshot.day)}
        numbers = {"measures": self.listed[MEASURES], "parts": self.listed[PARTS]}
        note = [
            as_of,
            _("会议快照：%(name)s") % {"name": self.frozen["name"]},
            _("任务%(measures)d项，责任分工%(parts)d项") % numbers,
            f"SHA-256 {self.snapshot.sha256}",
        ]
        document = f"{plan['number']}　{plan['issuer']}"
        return Heading(self.title, document, "　·　".join(note), plan["number"], as_of)

    def _told(self) -> list[about.Line]:
        """Of which meeting it is; whenever and by whomever it is taken out, it says the same."""
        plan = self.frozen["plan"]
        what = {
            MEASURES: _("每项任务一行，内容为生成快照时所记，此后不变。"),
            PARTS: _("每个责任单位的每项责任分工一行，内容为生成快照时所记，此后不变。"),
        }
        return [
            (_("数据截至"), about.of_day(self.snapshot.day, self.snapshot.taken_at)),
            (_("会议快照"), self.frozen["name"]),
            (_("生成人"), self.frozen["taken_by"]),
            *((self.design.titles[name], words) for name, words in what.items() if self._has(name)),
            (_("校验"), f"SHA-256 {self.snapshot.sha256}"),
            *about.rules_of(plan["due_soon_days"], plan["grace_days"], plan["cadence"]),
        ]


def listed_in(frozen: dict[str, Any]) -> list[Row]:
    """The measures that a snapshot lists."""
    return [row for row in frozen["measures"] if is_listed(row)]
