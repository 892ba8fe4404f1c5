"""The enumerations of the domain, with the words people see. Imports nothing of this project."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Timeframe(models.TextChoices):
    """Whether a measure ends on a day or goes on (rule: ongoing is explicit, never a missing date)."""

    BY_DATE = "BY_DATE", _("限期完成")
    ONGOING = "ONGOING", _("持续推进")


class Cadence(models.TextChoices):
    """How often ongoing work must be reported."""

    QUARTER = "QUARTER", _("按季度")
    MONTH = "MONTH", _("按月")


class AssignmentRole(models.TextChoices):
    """What the text says a unit is for a measure: X负责, X牵头, 配合, X、Y按职责分工负责."""

    SOLE = "SOLE", _("负责")
    LEAD = "LEAD", _("牵头")
    CO = "CO", _("配合")
    JOINT = "JOINT", _("按职责分工")


# Whose accepted requests close a measure. A supporting unit (配合) never decides.
DECIDING_ROLES = (AssignmentRole.SOLE, AssignmentRole.LEAD, AssignmentRole.JOINT)

# Who answers for the measure as a whole, and who for a part of it only.
PRINCIPAL_ROLES = (AssignmentRole.SOLE, AssignmentRole.LEAD)
PARTNER_ROLES = (AssignmentRole.CO, AssignmentRole.JOINT)


class Decision(models.TextChoices):
    """What has become of a report that was put up for review; a request to close always is."""

    PENDING = "PENDING", _("待审核")
    ACCEPTED = "ACCEPTED", _("同意")
    RETURNED = "RETURNED", _("退回")
    WITHDRAWN = "WITHDRAWN", _("已撤回")


class ReportState(models.TextChoices):
    """Where a report is on its way, see ``states``."""

    DRAFT = "DRAFT", _("草稿")
    WAITING = "WAITING", _("待审核")
    IN_EFFECT = "IN_EFFECT", _("已生效")
    WITHDRAWN = "WITHDRAWN", _("已撤回")
    RETURNED = "RETURNED", _("被退回")
    CORRECTED = "CORRECTED", _("退回后已更正")
    ACCEPTED = "ACCEPTED", _("审核通过")
    SUPERSEDED = "SUPERSEDED", _("已有新的填报")


class ReportAct(models.TextChoices):
    """What people do with a report, see ``states``."""

    SAVE = "SAVE", _("保存草稿")
    SUBMIT = "SUBMIT", _("提交")
    WITHDRAW = "WITHDRAW", _("撤回")
    ACCEPT = "ACCEPT", _("同意")
    SEND_BACK = "SEND_BACK", _("退回")
    FOLLOW_UP = "FOLLOW_UP", _("再次填报")
    REINSTATE = "REINSTATE", _("后一份填报撤回或被退回")


class ExtensionState(models.TextChoices):
    """What has become of a request for more time."""

    PENDING = "PENDING", _("待审核")
    APPROVED = "APPROVED", _("同意延期")
    REFUSED = "REFUSED", _("不同意延期")
    WITHDRAWN = "WITHDRAWN", _("已撤回")


class AmendmentKind(models.TextChoices):
    """How an issued plan is changed (计划调整)."""

    WORDING = "WORDING", _("调整任务内容")
    UNITS = "UNITS", _("调整责任分工")
    ONGOING = "ONGOING", _("转常态")
    TERMINATION = "TERMINATION", pgettext_lazy("amendment", "终止")


class QueueKind(models.TextChoices):
    """Why a report lies before those who decide on it."""

    CLOSING = "CLOSING", _("办结申请")
    REPORT = "REPORT", _("待审核的进展填报")
    IN_EFFECT = "IN_EFFECT", _("已生效、尚未审核的进展填报")


class PeriodState(models.TextChoices):
    """Whether a period takes reports on a day."""

    AHEAD = "AHEAD", _("未开启")
    OPEN = "OPEN", _("填报中")
    DUE = "DUE", _("已截止，可补报")
    LOCKED = "LOCKED", _("已锁定")


class EvidenceKind(models.TextChoices):
    """What files are taken as evidence, known by their content."""

    PDF = "PDF", "PDF"
    JPEG = "JPEG", "JPEG"
    PNG = "PNG", "PNG"
    DOCX = "DOCX", "Word"
    XLSX = "XLSX", "Excel"
    PPTX = "PPTX", "PowerPoint"
    DOC = "DOC", "Word 97-2003"
    XLS = "XLS", "Excel 97-2003"
    PPT = "PPT", "PowerPoint 97-2003"
    OFD = "OFD", "OFD"


class Timeliness(models.TextChoices):
    """Where a measure or one unit's part in it stands on a day. Always computed, see ``timeliness``."""

    OVERDUE = "OVERDUE", pgettext_lazy("timeliness", "逾期")
    DUE_SOON = "DUE_SOON", _("临期")
    ON_TRACK = "ON_TRACK", pgettext_lazy("timeliness", "正常")
    SILENT = "SILENT", _("超期未报")
    ONGOING = "ONGOING", _("持续推进")
    CLOSED = "CLOSED", _("已办结")
    CLOSED_LATE = "CLOSED_LATE", _("逾期办结")
    TERMINATED = "TERMINATED", _("已终止")


class ChangeKind(models.TextChoices):
    """In which way a measure or a part changed between two days."""

    OVERDUE = "overdue", _("新增逾期")
    CLOSED = "closed", _("新办结")
    EXTENDED = "extended", _("新延期")
    RECOVERED = "recovered", _("由红转绿")
    SILENT = "silent", _("新增超期未报")


class WorkbookKind(models.TextChoices):
    """Of what a workbook has the rows."""

    MEASURES = "MEASURES", _("任务台账")
    ASSIGNMENTS = "ASSIGNMENTS", _("责任分工")
    MATRIX = "MATRIX", _("责任矩阵")
    COMPARISON = "COMPARISON", _("对比")
    SNAPSHOT = "SNAPSHOT", _("会议快照")


class Course(models.TextChoices):
    """The three courses of a measure: what the trend tells apart."""

    OPEN = "OPEN", _("未办结")
    OVERDUE = "OVERDUE", pgettext_lazy("timeliness", "逾期")
    CLOSED = "CLOSED", _("已办结")


class Age(models.TextChoices):
    """For how many days something has waited for a decision."""

    LONGEST = "15-", _("15天及以上")
    LONGER = "8-14", _("8至14天")
    LONG = "4-7", _("4至7天")
    NEW = "0-3", _("3天以内")

    @property
    def least(self) -> int:
        return int(self.value.partition("-")[0])

    @property
    def most(self) -> int | None:
        """None where there is no limit."""
        last = self.value.partition("-")[2]
        return int(last) if last else None

    @classmethod
    def of(cls, days: int) -> Age:
        return next(age for age in cls if days >= age.least)


class Urgency(models.IntegerChoices):
    """In which order a unit works through what it owes."""

    OVERDUE = 1, pgettext_lazy("timeliness", "逾期")
    DUE_SOON = 2, _("临期")
    RETURNED = 3, _("被退回")
    SILENT = 4, _("超期未报")
    REST = 5, _("其他")
    SETTLED = 6, _("已办结")


OPEN = (Timeliness.OVERDUE, Timeliness.DUE_SOON, Timeliness.ON_TRACK, Timeliness.SILENT, Timeliness.ONGOING)
SETTLED = (Timeliness.CLOSED, Timeliness.CLOSED_LATE)
