"""The sheet that explains a workbook (说明): the day, who took it out, the rules, and what its signs say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from ..choices import Cadence, Timeliness
from ..models import Plan
from ..timeliness import in_words, local_day, rule_of
from .book import Book
from .sheets import Column, Heading

Line = tuple[object, object]  # what it is about, and what is to be said of it


def explain(book: Book, heading: Heading, lines: Iterable[Line]) -> None:
    """The sheet 说明, the last of a workbook."""
    columns: tuple[Column[Line], ...] = (
        Column(_("项目"), 16, _label, "center", is_light=True),
        Column(_("说明"), 90, lambda line: str(line[1])),
    )
    book.page(_("说明"), replace(heading, title=_("%(title)s说明") % {"title": heading.title}), columns, lines)


def _label(line: Line) -> object:
    return line[0] if isinstance(line[0], Timeliness) else str(line[0])


def taken(
    as_of: date,
    exported_by: str,
    exported_at: datetime | None,
    conditions: Sequence[tuple[str, str]] = (),
    all_of_it: str = "",
) -> list[Line]:
    """
    Of which day it is, by whom and when it was taken out, and what it was narrowed down to; ``all_of_it`` says what is
    in it where that is not simply everything.
    """
    lines: list[Line] = [
        (_("数据截至"), of_day(as_of, exported_at)),
        (_("导出人"), exported_by),
    ]
    if exported_at is not None:
        lines.append((_("导出时间"), f"{timezone.localtime(exported_at):%Y-%m-%d %H:%M}"))
    words = "；".join(f"{label}：{value}" for label, value in conditions)
    lines.append((_("导出条件"), words or all_of_it or _("全部，没有筛选。")))
    return lines


def of_day(day: date, known_at: datetime | None) -> str:
    """What is in a workbook of ``day`` that was taken out, or frozen, at ``known_at``; None says: after the day."""
    known_on = None if known_at is None else local_day(known_at)
    if known_at is None or known_on is None or day < known_on:
        return _("%(day)s当日结束时。此后登记的内容不在其中。") % {"day": in_words(day)}
    if day > known_on:
        return _("%(day)s尚未到来：按已有的记录推算，是预测，不是事实。") % {"day": in_words(day)}
    words = {"day": in_words(day), "time": f"{timezone.localtime(known_at):%H:%M}"}
    return _("%(day)s%(time)s。此后登记的内容不在其中，当日的也不在。") % words


def rules(plan: Plan, day: date) -> list[Line]:
    """The rules of time in force on ``day``, and every light with its own; two queries unless the plan was asked."""
    return rules_of(plan.due_soon_days_on(day), plan.grace_days_on(day), plan.cadence)


def rules_of(due_soon_days: int, grace_days: int, cadence: str) -> list[Line]:
    """The same of rules that are known."""
    words = _("距完成时限不超过%(near)d天的为临期；填报周期%(cadence)s，周期结束后满%(grace)d天仍未填报的为超期未报。")
    numbers = {"near": due_soon_days, "grace": grace_days, "cadence": Cadence(cadence).label}
    return [(_("时效规则"), words % numbers), *((light, rule_of(light, due_soon_days)) for light in Timeliness)]
