"""The enumerations of the domain, with the words people see. Imports nothing of this project."""

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
    """What has become of a request to close."""

    PENDING = "PENDING", _("待审核")
    ACCEPTED = "ACCEPTED", _("同意办结")
    RETURNED = "RETURNED", _("退回")


class Timeliness(models.TextChoices):
    """Where a measure or one unit's part in it stands on a day. Always computed, see ``timeliness``."""

    OVERDUE = "OVERDUE", pgettext_lazy("timeliness", "逾期")
    DUE_SOON = "DUE_SOON", _("临期")
    ON_TRACK = "ON_TRACK", pgettext_lazy("timeliness", "正常")
    SILENT = "SILENT", _("超期未报")
    ONGOING = "ONGOING", _("持续推进")
    CLOSED = "CLOSED", _("已办结")
    CLOSED_LATE = "CLOSED_LATE", _("逾期办结")


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
