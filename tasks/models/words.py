"""What a report says: the fields that a draft and the report it becomes have in common."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator, MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..validators import MAX_TEXT, printable

TEXT = (printable, MaxLengthValidator(MAX_TEXT))

# In the order in which a form asks for them.
WORDS = (
    "progress",
    "problems",
    "next_steps",
    "percent",
    "needs_coordination",
    "is_unchanged",
    "asks_to_close",
    "shortfall_reason",
    "summary",
)


class Words(models.Model):
    """The words and figures of a report. Percents are 0–100."""

    progress = models.TextField(_("进展情况"), validators=TEXT)
    problems = models.TextField(_("存在问题"), blank=True, validators=TEXT)
    next_steps = models.TextField(_("下一步措施"), blank=True, validators=TEXT)
    percent = models.PositiveSmallIntegerField(
        _("完成进度"),
        null=True,  # most progress has no honest percentage
        blank=True,
        validators=[MaxValueValidator(100)],
    )
    needs_coordination = models.BooleanField(_("需领导协调"), default=False)
    is_unchanged = models.BooleanField(
        _("本期无新进展"), default=False, help_text=_("“进展情况”写明原因，如等待上级文件。")
    )
    asks_to_close = models.BooleanField(_("申请办结"), default=False)
    shortfall_reason = models.TextField(
        _("未达目标的原因"), blank=True, validators=TEXT, help_text=_("量化指标未达目标而申请办结时必填。")
    )
    summary = models.TextField(
        _("汇总情况"), blank=True, validators=TEXT, help_text=_("由负责、牵头或列第一位的单位汇总各单位情况。")
    )

    class Meta:
        abstract = True

    def says_the_same_as(self, other: Words) -> bool:
        """Whether both have the same words and figures, however their lines end."""
        return self._content() == other._content()

    def _content(self) -> tuple[object, ...]:
        values = (getattr(self, name) for name in WORDS)
        return tuple("\n".join(each.strip().splitlines()) if isinstance(each, str) else each for each in values)
