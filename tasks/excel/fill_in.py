"""What a unit is sent to fill in (填报表): its open rows, and nothing to be typed over but what it is asked for."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import Department

from ..choices import Timeliness
from ..models import Assignment, Plan
from ..timeliness import in_words
from .about import explain
from .book import Book
from .keys import FILL_IN, KEY, LABELS, VERSION, key_of, version_of
from .ledger import safe_name, safe_title
from .sheets import Column, Heading, Known, locked_in, nothing

MOST_IN_MEMORY = 4 * 1024 * 1024  # bytes of an archive; what is larger goes to a file of its own


def workbook(*, plan: Plan, unit: Department, parts: Iterable[Any], as_of: date, exported_by: str) -> bytes:
    """The bytes of an .xlsx with ``parts``, rows of ``Assignment.objects.to_fill_in``, for ``unit``."""
    rows = list(parts)
    title = _("%(plan)s填报表") % {"plan": plan.title}
    book = Book(title, exported_by)
    day = _("数据截至%(day)s") % {"day": in_words(as_of)}
    note = [
        unit.name,
        day,
        _("导出人：%(person)s") % {"person": exported_by},
        _("责任分工%(parts)d项") % {"parts": len(rows)},
        _("只填写标有“（填写）”的各列，填法见“说明”"),
    ]
    heading = Heading(
        title=title,
        document=f"{plan.number}　{plan.issuer}",
        note="　·　".join(note),
        foot=plan.number,
        as_of=day,
        empty=_("目前没有需要填报的责任分工。"),
    )
    book.page(_("填报表"), heading, COLUMNS, rows, frozen=4)
    explain(book, heading, RULES)
    return book.content()


def archive(*, plan: Plan, parts: Iterable[Any], as_of: date, exported_by: str) -> IO[bytes]:
    """
    A .zip with a workbook for every unit that has something to fill in; ``parts`` are in the order of units.

    One workbook at a time is in memory. The file is the caller's to close.
    """
    file = SpooledTemporaryFile(max_size=MOST_IN_MEMORY)  # noqa: SIM115 - it is sent after this returns
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:  # workbooks are compressed already
        for number, (unit, rows) in enumerate(groupby(parts, key=lambda part: part.department), start=1):
            content = workbook(plan=plan, unit=unit, parts=rows, as_of=as_of, exported_by=exported_by)
            packed.writestr(f"{number:03d}_{safe_name(unit)}.xlsx", content)
    file.seek(0)
    return file


def filename(plan: Plan, unit: Department, as_of: date) -> str:
    """The workbook's name, safe on every system: 强化知识产权保护推进计划_填报表_区商务局_2022-01-12.xlsx."""
    words = {"plan": safe_title(plan), "unit": safe_name(unit), "day": as_of.isoformat()}
    return _("%(plan)s_填报表_%(unit)s_%(day)s.xlsx") % words


def archive_name(plan: Plan, as_of: date) -> str:
    return _("%(plan)s_填报表_%(day)s.zip") % {"plan": safe_title(plan), "day": as_of.isoformat()}


# --- the columns -----------------------------------------------------------------------------------


def _role(part: Any) -> str:
    role = str(part.get_role_display())
    if part.collective_part is None:
        return role
    return _("%(role)s（%(collective)s成员）") % {"role": role, "collective": part.collective_part.department}


def _deadline(part: Any) -> date | str:
    return part.effective_due_on or _("持续推进")


def _said(part: Assignment) -> str:
    last = part.last_report
    return "" if last is None else f"{last.recorded_on:%Y-%m-%d}：{last.progress.strip()}"


def _key(part: Assignment) -> str:
    return key_of(part.measure.plan_id, part.pk)


def _version(part: Any, known: Known) -> str:
    last = part.last_report
    return version_of(_key(part), FILL_IN, 0 if last is None else last.pk, {}, locked_in(COLUMNS, part, known))


def _always(_part: Any) -> bool:
    return True


def _input(name: str, width: float, align: str = "left", takes: str = "") -> Column[Any]:
    return Column(LABELS[name], width, nothing, align, opens=_always, takes=takes)


COLUMNS: tuple[Column[Any], ...] = (
    Column(gettext_lazy("序号"), 5, lambda part: part.measure.number, "ordinal"),
    Column(gettext_lazy("工作任务"), 32, lambda part: part.wording_in_force),
    Column(gettext_lazy("责任单位"), 13, lambda part: part.department.name),
    Column(gettext_lazy("角色"), 10.5, _role, "center"),
    Column(gettext_lazy("现行时限"), 11, _deadline, "center"),
    Column(gettext_lazy("时效"), 10, lambda part: Timeliness(part.timeliness), is_light=True),
    Column(gettext_lazy("说明"), 22, lambda part: part.light.sentence()),
    Column(gettext_lazy("上次填报"), 24, _said),
    _input("progress", 36),
    _input("problems", 18),
    _input("next_steps", 18),
    _input("percent", 9, "percent", "percent"),
    _input("needs_coordination", 9, "center", "yes"),
    _input("is_unchanged", 9, "center", "yes"),
    _input("asks_to_close", 9, "center", "yes"),
    _input("shortfall_reason", 18),
    Column(KEY, 10, _key, is_hidden=True),
    Column(VERSION, 10, nothing, is_hidden=True, sign=_version),
)


# --- the page that explains it ---------------------------------------------------------------------

RULES = (
    (gettext_lazy("填什么"), gettext_lazy("只填标有“（填写）”、底色为浅黄的各列，其他各列不能修改，改了也不采用。")),
    (
        gettext_lazy("进展情况"),
        gettext_lazy("每填一行必填：本期做了什么，取得什么结果。没有填写任何内容的行，视为不填报。"),
    ),
    (gettext_lazy("完成进度"), gettext_lazy("可不填。写百分数，如30%，须为0%到100%之间的整数。")),
    (gettext_lazy("需领导协调"), gettext_lazy("问题需要领导小组出面时选“是”。")),
    (gettext_lazy("本期无新进展"), gettext_lazy("没有新情况时选“是”，并在“进展情况”写明原因。")),
    (
        gettext_lazy("申请办结"),
        gettext_lazy("本单位部分已经完成时选“是”，由领导小组办公室审核；不能同时选“本期无新进展”。"),
    ),
    (gettext_lazy("未达目标的原因"), gettext_lazy("任务有量化指标、尚未达到目标值而申请办结的，必填。")),
    (
        gettext_lazy("行和列"),
        gettext_lazy(
            "可以筛选、排序、隐藏行、调整列的先后；不要删除列、合并单元格，也不要删除或改动隐藏的“标识”“版本”两列。"
        ),
    ),
    (gettext_lazy("公式"), gettext_lazy("填写的各列不能是公式，请粘贴为数值。")),
    (
        gettext_lazy("所报周期"),
        gettext_lazy(
            "与在页面上填报相同，计入上传确认时应报的填报周期；补报以前的周期、上传佐证材料，请在“我的填报”页面办理。"
        ),
    ),
    (
        gettext_lazy("交回"),
        gettext_lazy("登录后在“Excel 填报”页面上传，或者交领导小组办公室；核对预览、点“确认填报”之后才生效。"),
    ),
)
