"""The mark of a database whose whole content is made up."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from departments.models import Department, User

from .plan import Plan


class DemonstrationQuerySet(models.QuerySet["Demonstration"]):
    def is_in_use(self) -> bool:
        """Whether the database holds what people work with, be it real or not: such a one is never filled."""
        return any(model._default_manager.exists() for model in (User, Department, Plan))


class Demonstration(models.Model):
    """
    Says that nothing in this database is real (演示标记): one row, set by ``demonstration.load`` with the history
    itself, and never anywhere else. In an ordinary database there is none.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    last_day = models.DateField(_("演示截止日期"), help_text=_("演示数据讲到这一天为止。"))

    objects = DemonstrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("演示标记")
        verbose_name_plural = _("演示标记")
        constraints = (
            models.CheckConstraint(
                condition=Q(id=1),
                name="demonstration_at_most_one",
                violation_error_message=_("演示标记最多一个。"),
            ),
        )

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class _Known:
    """What this process knows of its database; ``is_known`` is false until somebody has looked."""

    is_known = False
    mark: Demonstration | None = None


def demonstration_mark() -> Demonstration | None:
    """
    The mark of the database, None in an ordinary one.

    Asked of the database once in the life of a process. That is sound because a mark is set only in an empty
    database, and is there for good: a mark that has been seen stays, and a database in use never gets one. While the
    database is empty nothing is kept, as it may still be filled.
    """
    if not _Known.is_known:
        is_in_use = Demonstration.objects.is_in_use()  # first: whoever fills it meanwhile sets the mark as well
        _Known.mark = Demonstration.objects.first()
        _Known.is_known = is_in_use or _Known.mark is not None
    return _Known.mark


def remember(*, mark: Demonstration | None) -> None:
    """What there is to know, from whoever knows it without asking."""
    _Known.mark, _Known.is_known = mark, True


def forget() -> None:
    """Looks again next time; for whoever has just filled the database, or put another in its place."""
    _Known.mark, _Known.is_known = None, False
