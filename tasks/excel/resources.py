"""What the panel's lists say in a workbook."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource

from ..choices import AssignmentRole, Decision, Timeframe, Timeliness
from ..models import Measure
from .columns import Native, OneOf, YesNo

# Rows fetched at a time, with what belongs to them.
CHUNK = 2000


def column(attribute: str, name: Any, widget: Native | None = None, *, readonly: bool = False) -> Field:
    return Field(attribute=attribute, column_name=name, widget=widget or Native(), readonly=readonly)


class TableResource(ModelResource):
    """A list as it is on the screen: the queryset is the list's own, filtered and in its order."""

    def iter_queryset(self, queryset: QuerySet[Any]) -> Any:
        yield from queryset.iterator(chunk_size=CHUNK)


class MeasureResource(TableResource):
    """Wants rows of ``as_of().with_parts()``."""

    plan = column("plan__title", _("推进计划"))
    number = column("number", _("序号"))
    section = column("section", _("章节"))
    wording = column("wording", _("任务"))
    responsibility_text = column("responsibility_text", _("责任分工原文"))
    timeframe_text = column("timeframe_text", _("时限原文"))
    timeframe = column("timeframe", _("时限类型"), OneOf(Timeframe))
    due_on = column("due_on", _("完成时限"))
    timeliness = column("timeliness", _("时效"), OneOf(Timeliness))
    days_late = column("light__days_late", _("逾期天数"))
    reported = column("reported", _("已报"))
    units = column("parts", _("应报"))
    last_report_on = column("last_report_on", _("最近填报"))

    def dehydrate_units(self, measure: Measure) -> int:
        return len(measure.parts)


class AssignmentResource(TableResource):
    """Wants rows of ``as_of()``."""

    plan = column("measure__plan__title", _("推进计划"))
    number = column("measure__number", _("序号"))
    section = column("measure__section", _("章节"))
    wording = column("measure__wording", _("任务"))
    department = column("department", _("责任单位"))
    role = column("role", _("角色"), OneOf(AssignmentRole))
    position = column("position", _("原文顺序"))
    timeframe = column("measure__timeframe", _("时限类型"), OneOf(Timeframe))
    due_on = column("measure__due_on", _("完成时限"))
    timeliness = column("timeliness", _("时效"), OneOf(Timeliness))
    days_late = column("light__days_late", _("逾期天数"))
    has_reported = column("has_reported", _("已填报"), YesNo())
    last_reported_on = column("last_reported_on", _("最近填报"))


class ReportResource(TableResource):
    plan = column("assignment__measure__plan__title", _("推进计划"))
    number = column("assignment__measure__number", _("序号"))
    owing = column("assignment__department", _("责任单位"))
    department = column("department", _("填报单位"))
    author = column("author__name", _("填报人"))
    recorded_on = column("recorded_on", _("填报日期"))
    recorded_at = column("recorded_at", _("填报时间"))
    progress = column("progress", _("进展情况"))
    problems = column("problems", _("存在问题"))
    next_steps = column("next_steps", _("下一步措施"))
    percent = column("percent", _("完成进度（%）"))
    needs_coordination = column("needs_coordination", _("需领导协调"), YesNo())
    asks_to_close = column("asks_to_close", _("申请办结"), YesNo())
    decision = column("review__decision", _("审核结果"), OneOf(Decision))
