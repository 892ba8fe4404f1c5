"""Where a dated step of a measure stands, by the words and colours of ``timeliness``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .choices import Timeliness
from .timeliness import in_words


@dataclass(frozen=True)
class Step:
    """
    What is known of a dated step (节点) on ``day``: ``done_on`` is None unless that had been recorded by then, and
    ``terminated_from`` unless its measure had been terminated by then: an open step is then nobody's to do.
    """

    day: date
    due_on: date
    issued_on: date
    due_soon_days: int
    done_on: date | None
    terminated_from: date | None = None

    @property
    def is_before_issue(self) -> bool:
        """A day that was over when the plan was issued was nobody's to keep: never late."""
        return self.due_on < self.issued_on

    @property
    def timeliness(self) -> Timeliness:
        if self.done_on is not None:
            is_late = self.done_on > self.due_on and not self.is_before_issue
            return Timeliness.CLOSED_LATE if is_late else Timeliness.CLOSED
        if self.terminated_from is not None:
            return Timeliness.TERMINATED
        if self.is_before_issue:
            return Timeliness.ON_TRACK
        left = (self.due_on - self.day).days
        if left < 0:
            return Timeliness.OVERDUE
        return Timeliness.DUE_SOON if left <= self.due_soon_days else Timeliness.ON_TRACK

    @property
    def word(self) -> str:
        """What its light says: a step is done or not yet due where a measure is closed or on track."""
        if self.timeliness == Timeliness.ON_TRACK:
            return _("计划印发前") if self.is_before_issue else _("未到期")
        own = {Timeliness.CLOSED: _("已完成"), Timeliness.CLOSED_LATE: _("逾期完成")}
        return own.get(self.timeliness) or str(self.timeliness.label)

    def sentence(self) -> str:
        """The light in one sentence, dates in words."""
        left = (self.due_on - self.day).days
        words = {
            "due": in_words(self.due_on),
            "done": in_words(self.done_on or self.day),
            "issued": in_words(self.issued_on),
            "days": abs(left),
            "end": in_words(self.terminated_from or self.day),
        }
        if self.done_on is not None:
            if self.timeliness == Timeliness.CLOSED_LATE:
                late = words | {"days": (self.done_on - self.due_on).days}
                return _("节点日期%(due)s，%(done)s完成，逾期%(days)d天。") % late
            return _("节点日期%(due)s，%(done)s完成。") % words
        if self.terminated_from is not None:
            return _("节点日期%(due)s，任务自%(end)s起终止。") % words
        if self.is_before_issue:
            return _("节点日期%(due)s，在计划印发（%(issued)s）之前，不计逾期。") % words
        if left < 0:
            return _("节点日期%(due)s，逾期%(days)d天，未登记完成。") % words
        if left == 0:
            return _("节点日期%(due)s，当日到期。") % words
        return ngettext("节点日期%(due)s，还有%(days)d天。", "节点日期%(due)s，还有%(days)d天。", left) % words
