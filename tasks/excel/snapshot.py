"""A snapshot as a workbook, from what was frozen alone: the same cells whenever it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..choices import PRINCIPAL_ROLES, AssignmentRole, Timeliness
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


def _said(parts: list[Row], field: str) -> list[tuple[str, str]]:
    """What the units last said, each behind its name."""
    texts = []
    for part in parts:
        said = [(report["unit"], report["on"], report[field].strip()) for report in part["reports"]]
        texts += [(f"【{unit}】{day}：", text) for unit, day, text in said if text]
        if field == "progress" and not part["reports"]:
            texts.append((_("【%(unit)s】未填报") % {"unit": part["unit"]}, ""))
    return texts


def _shortened(row: Row, width: float) -> str:
    """As much of it as a row can show; the whole of it is on the other sheet."""
    texts = _said(row["parts"], "progress")
    return "\n".join(share(texts, capacity(width), MOST_LINES, _("……（详见分工表）")))


def _whole(part: Row, field: str) -> str:
    return "\n".join(head + text for head, text in _said([part], field))


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
    Column(gettext_lazy("进展情况"), 44, lambda row: _shortened(row, 44), name="progress"),
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
    Column(gettext_lazy("进展情况"), 34, lambda pair: _whole(pair[1], "progress"), name="progress"),
    Column(gettext_lazy("存在问题"), 18, lambda pair: _whole(pair[1], "problems"), name="problems"),
    Column(gettext_lazy("下一步措施"), 18, lambda pair: _whole(pair[1], "next_steps"), name="next_steps"),
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
    """
    What was frozen: the same cells whenever and by whomever it is taken out, of what he wants to have in it. With a
    ``level`` and a ``light`` it has the rows of the page that is narrowed down to them, and the other sheet not.
    """

    design = DESIGN
    chunk = 5000  # the whole of it is read again with every stretch

    def __init__(self, snapshot: Snapshot, *, level: str = "", light: str = "", left_out: Collection[str] = ()) -> None:
        self.snapshot, self.frozen = snapshot, read(snapshot)
        self.level, self.light = level or (MEASURES if light else ""), light
        self.title = _("%(plan)s会议快照") % {"plan": self.frozen["plan"]["title"]}
        super().__init__(title=self.title, exported_by=self.frozen["taken_by"], left_out=left_out)

    @classmethod
    def of(cls, export: Export) -> Self:
        rows = Snapshot.objects.defer("lights").select_related("plan")
        snapshot = rows.get(plan=export.plan, pk=export.subject["snapshot"])
        return cls(snapshot, level=export.subject["level"], light=export.subject["light"], left_out=export.left_out)

    def filename(self) -> str:
        words = {
            "plan": safe_title(self.snapshot.plan),
            "name": UNSAFE.sub("_", self.snapshot.name).strip("._") or str(self.snapshot.pk),
            "day": self.snapshot.day.isoformat(),
        }
        return _("%(plan)s_会议快照_%(name)s_%(day)s.xlsx") % words

    def add(self, keys: Sequence[list[int]]) -> None:
        """Rows by their places, as ``keys_of`` names them; no query."""
        rows = self.frozen["measures"]
        measures = [rows[place[0]] for place in keys if len(place) == 1]
        parts = [(rows[place[0]], rows[place[0]]["parts"][place[1]]) for place in keys if len(place) > 1]
        if not self.level:
            parts = [(row, part) for row in measures for part in row["parts"] if is_listed(part)]
        self.listed[MEASURES] += len(measures)
        self.listed[PARTS] += len(parts)
        contents: dict[str, Any] = {MEASURES: measures, PARTS: parts}
        for name, page in self.pages.items():
            page.add(contents[name])

    def _has(self, name: str) -> bool:
        if self.level and name in (MEASURES, PARTS):
            return name == self.level
        return super()._has(name)

    def _heading(self, name: str) -> Heading:
        plan = self.frozen["plan"]
        as_of = _("数据截至%(day)s") % {"day": in_words(self.snapshot.day)}
        numbers = {"measures": self.listed[MEASURES], "parts": self.listed[PARTS]}
        counts = {
            "": _("任务%(measures)d项，责任分工%(parts)d项"),
            MEASURES: _("任务%(measures)d项"),
            PARTS: _("责任分工%(parts)d项"),
        }
        note = [
            as_of,
            _("会议快照：%(name)s") % {"name": self.frozen["name"]},
            counts[self.level] % numbers,
            *([_("时效：%(light)s") % {"light": Timeliness(self.light).label}] if self.light else []),
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


def keys_of(frozen: dict[str, Any], *, level: str = "", light: str = "") -> list[list[int]]:
    """
    The places of the rows that a page lists: of measures ``[measure]``, of parts ``[measure, part]``; of everything
    that is counted, without a level, the measures, with which their parts come.
    """
    rows = frozen["measures"]
    if level != PARTS:
        return [[place] for place, row in enumerate(rows) if is_listed(row, light)]
    return [
        [place, at] for place, row in enumerate(rows) for at, part in enumerate(row["parts"]) if is_listed(part, light)
    ]
