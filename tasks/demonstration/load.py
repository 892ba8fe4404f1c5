"""Filling an empty database with the demonstration."""

from __future__ import annotations

from datetime import date, datetime

from auditlog.models import LogEntry
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from departments.models import User

from ..actions import plan as plans
from ..models import Demonstration, Plan
from ..models.demonstration import forget
from .calendar import ISSUED, LAST_DAY, at
from .narrator import Narrator
from .people import Casting
from .story import steps

PEOPLE_CAME = date(2021, 8, 30)


class InUse(Exception):
    """The database holds something that is not the demonstration's; ``args[0]`` says so in Chinese."""

    def __init__(self) -> None:
        super().__init__(_("数据库已在使用（已有用户、责任单位或推进计划），不能载入演示数据。没有改动任何内容。"))


@transaction.atomic
def load(*, document: object) -> bool:
    """
    Fills the database with the plan of ``document``, the people and all that happened until ``LAST_DAY``; false where
    it had been filled before, and then nothing is done.

    The periods are those that every plan is given: to a year after its end, as far as a deadline may be moved. None
    is made for the years since, in which nobody of this story lives: a later day shows how the plan would look if
    everybody had fallen silent.

    Raises ``InUse``, and ``plan.Malformed`` for a document that cannot be loaded. Nothing is then written.
    """
    is_in_use = Demonstration.objects.is_in_use()
    _mark, is_new = Demonstration.objects.get_or_create(pk=1, defaults={"last_day": LAST_DAY})
    if not is_new:
        return False
    if is_in_use:
        raise InUse
    log = Log()
    plans.load(document=document, today=ISSUED)
    log.date(at(ISSUED))
    casting = Casting()
    casting.everybody(at(PEOPLE_CAME))
    log.date(at(PEOPLE_CAME))
    for step in steps(Narrator(Plan.objects.get(), casting)):
        log.date(step.at, by=step.do(step.at))
    forget()
    return True


class Log:
    """The log knows only the clock of the machine: what it writes becomes of the moment and the person of the story."""

    def __init__(self) -> None:
        self.newest = self._newest()

    def date(self, moment: datetime, by: User | None = None) -> None:
        """Of all that has been written since the last time."""
        LogEntry.objects.filter(pk__gt=self.newest).update(timestamp=moment, actor=by)
        self.newest = self._newest()

    @staticmethod
    def _newest() -> int:
        newest: int | None = LogEntry.objects.aggregate(newest=Max("pk"))["newest"]
        return newest or 0
