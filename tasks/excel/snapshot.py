"""A snapshot as a workbook, from what was frozen alone: the same cells whenever it is asked for."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..choices import PRINCIPAL_ROLES, AssignmentRole
from ..models import Snapshot
from ..snapshot import is_listed, read
from ..timeliness import in_words
from . import about
from .book import Book
from .ledger import UNSAFE, safe_title
from .sheets import Column, Heading
from .style import MOST_LINES, Lit, capacity, share

Row = dict[str, Any]
Pair = tuple[Row, Row]  # a measure and one of its parts


def workbook(snapshot: Snapshot) -> bytes:
    content = read(snapshot)
    measures: list[Row] = [row for row in content["measures"] if is_listed(row)]
    parts = [(row, part) for row in measures for part in row["parts"] if is_listed(part)]
    title = _("%(plan)s会议快照") % {"plan": content["plan"]["title"]}
    book = Book(title, content["taken_by"])
    heading = _heading(snapshot, content, title, len(measures), len(parts))
    book.page(_("台账"), heading, MEASURE_COLUMNS, measures, frozen=3)
    book.page(_("分工"), heading, PART_COLUMNS, parts, frozen=4)
    about.explain(book, heading, _about(snapshot, content))
    return book.content()


def _about(snapshot: Snapshot, content: dict[str, Any]) -> list[about.Line]:
    """Of which meeting it is; whenever and by whomever it is taken out, it says the same."""
    plan = content["plan"]
    return [
        (_("数据截至"), about.of_day(snapshot.day, snapshot.taken_at)),
        (_("会议快照"), content["name"]),
        (_("生成人"), content["taken_by"]),
        (_("台账"), _("每项任务一行，内容为生成快照时所记，此后不变。")),
        (_("分工"), _("每个责任单位的每项责任分工一行，内容为生成快照时所记，此后不变。")),
        (_("校验"), f"SHA-256 {snapshot.sha256}"),
        *about.rules_of(plan["due_soon_days"], plan["grace_days"], plan["cadence"]),
    ]


def _heading(snapshot: Snapshot, content: dict[str, Any], title: str, measures: int, parts: int) -> Heading:
    as_of = _("数据截至%(day)s") % {"day": in_words(snapshot.day)}
    note = [
        as_of,
        _("会议快照：%(name)s") % {"name": content["name"]},
        _("任务%(measures)d项，责任分工%(parts)d项") % {"measures": measures, "parts": parts},
        f"SHA-256 {snapshot.sha256}",
    ]
    document = f"{content['plan']['number']}　{content['plan']['issuer']}"
    return Heading(title, document, "　·　".join(note), content["plan"]["number"], as_of)


def filename(snapshot: Snapshot) -> str:
    """The workbook's name, safe on every system."""
    words = {
        "plan": safe_title(snapshot.plan),
        "name": UNSAFE.sub("_", snapshot.name).strip("._") or str(snapshot.pk),
        "day": snapshot.day.isoformat(),
    }
    return _("%(plan)s_会议快照_%(name)s_%(day)s.xlsx") % words


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
    return "\n".join(share(texts, capacity(width), MOST_LINES, "…"))


def _percent(part: Row) -> float | None:
    told = [report["percent"] for report in part["reports"]]
    return told[0] / 100 if len(told) == 1 and told[0] is not None else None


def _request(part: Row) -> str:
    if part["waits_for_review"]:
        return _("待审核")
    return _("退回：%(reason)s") % {"reason": part["returned_because"]} if part["returned_because"] else ""


MEASURE_COLUMNS: tuple[Column[Row], ...] = (
    Column(gettext_lazy("序号"), 5, lambda row: row["number"], "ordinal"),
    Column(gettext_lazy("章节"), 12.5, lambda row: row["section"]),
    Column(gettext_lazy("工作任务"), 34, lambda row: row["wording"]),
    Column(gettext_lazy("牵头/负责单位"), 14, lambda row: _units(row, *PRINCIPAL_ROLES)),
    Column(gettext_lazy("配合单位"), 14, lambda row: _units(row, AssignmentRole.CO)),
    Column(gettext_lazy("责任单位"), 14, lambda row: _units(row, AssignmentRole.JOINT)),
    Column(gettext_lazy("原定时限"), 11, lambda row: _deadline(row, "due_on"), "center"),
    Column(gettext_lazy("现行时限"), 11, lambda row: _deadline(row, "effective_due_on"), "center"),
    Column(gettext_lazy("时效"), 10, lambda row: Lit(row["word"], row["light"]), is_light=True),
    Column(gettext_lazy("说明"), 30, lambda row: row["sentence"]),
    Column(gettext_lazy("逾期天数"), 9, lambda row: row["days_late"]),
    Column(gettext_lazy("进展情况"), 44, lambda row: _words(row["parts"], "progress", 44)),
    Column(gettext_lazy("已报/应报"), 10, lambda row: f"{row['reported']}/{len(row['parts'])}", "right"),
    Column(gettext_lazy("最近填报"), 11, lambda row: _day(row["last_reported_on"])),
)
PART_COLUMNS: tuple[Column[Pair], ...] = (
    Column(gettext_lazy("序号"), 5, lambda pair: pair[0]["number"], "ordinal"),
    Column(gettext_lazy("章节"), 12.5, lambda pair: pair[0]["section"]),
    Column(gettext_lazy("工作任务"), 30, lambda pair: pair[0]["wording"]),
    Column(gettext_lazy("责任单位"), 13, lambda pair: pair[1]["unit"]),
    Column(gettext_lazy("角色"), 10.5, lambda pair: pair[1]["role_word"], "center"),
    Column(gettext_lazy("原定时限"), 11, lambda pair: _deadline(pair[0], "due_on"), "center"),
    Column(gettext_lazy("现行时限"), 11, lambda pair: _deadline(pair[1], "effective_due_on"), "center"),
    Column(gettext_lazy("时效"), 10, lambda pair: Lit(pair[1]["word"], pair[1]["light"]), is_light=True),
    Column(gettext_lazy("说明"), 28, lambda pair: pair[1]["sentence"]),
    Column(gettext_lazy("逾期天数"), 9, lambda pair: pair[1]["days_late"]),
    Column(gettext_lazy("完成进度"), 9, lambda pair: _percent(pair[1])),
    Column(gettext_lazy("进展情况"), 34, lambda pair: _words([pair[1]], "progress", 34)),
    Column(gettext_lazy("存在问题"), 18, lambda pair: _words([pair[1]], "problems", 18)),
    Column(gettext_lazy("下一步措施"), 18, lambda pair: _words([pair[1]], "next_steps", 18)),
    Column(gettext_lazy("需领导协调"), 7.5, lambda pair: _("是") if pair[1]["needs_coordination"] else "", "center"),
    Column(gettext_lazy("办结申请"), 12, lambda pair: _request(pair[1])),
    Column(gettext_lazy("最近填报"), 11, lambda pair: _day(pair[1]["last_reported_on"])),
)
