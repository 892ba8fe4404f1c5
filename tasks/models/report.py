"""What units say about their parts."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from departments.models import Department

from ..choices import Decision, ReportState
from ..states import state_of
from ..timeliness import EVER
from .period import Period
from .words import Words


class ReportQuerySet(models.QuerySet["Report"]):
    def recorded_by(self, day: date) -> ReportQuerySet:
        """Recorded by the end of ``day``, whatever period they speak of."""
        return self.filter(recorded_on__lte=day)

    def standing(self, day: date) -> ReportQuerySet:
        """Recorded by the end of ``day`` and neither withdrawn nor returned by then: those that count."""
        return self.recorded_by(day).filter(Q(void_on__isnull=True) | Q(void_on__gt=day))

    def standing_at(self, moment: Any) -> ReportQuerySet:
        """Those that counted at a moment: recorded by then and neither withdrawn nor returned by then."""
        back = Q(void_on__isnull=False, review__decided_at__lte=moment)
        return self.filter(recorded_at__lte=moment).exclude(back)

    def in_effect(self, day: date) -> ReportQuerySet:
        """Those of ``standing`` that wait for no decision at the end of ``day`` and were not returned."""
        decided = Q(review__decision=Decision.ACCEPTED, review__decided_on__lte=day)
        return self.standing(day).filter(Q(review__isnull=True) | decided)

    def spoken_on(self, parts: models.QuerySet[Any]) -> ReportQuerySet:
        """On ``parts``, or on their members' own parts."""
        return self.filter(Q(assignment__in=parts) | Q(assignment__collective_part__in=parts))

    def with_request(self) -> ReportQuerySet:
        """With all that is shown of a report, and asked of it before a decision."""
        return self.select_related(
            "author",
            "department",
            "period",
            "review__reviewer",
            "assignment__department",
            "assignment__collective_part__department",
            "assignment__measure__plan",
            "assignment__measure__section",
        )

    def newest_first(self) -> ReportQuerySet:
        return self.order_by("-recorded_on", "-pk")

    def last_word_first(self) -> ReportQuerySet:
        """What a part said last of its work: what is made up for an earlier period stands behind a newer one."""
        return self.order_by("-speaks_of", "-pk")

    def last_in_effect(self, day: date) -> ReportQuerySet:
        """The last report on every assignment of those in effect at the end of ``day``."""
        last = Report.objects.filter(assignment=OuterRef("assignment")).in_effect(day).last_word_first()
        return self.filter(pk=Subquery(last.values("pk")[:1]))

    def last_of_each_assignment(self, day: date) -> ReportQuerySet:
        """The last report on every assignment by the end of ``day``."""
        last = Report.objects.latest_of_outer_assignment(day, "assignment")
        return self.filter(pk=Subquery(last.values("pk")[:1]))

    def latest_of_outer_assignment(self, day: date, assignment: str = "pk") -> ReportQuerySet:
        """For a subquery: the last report of the outer row's assignment that counts at the end of ``day``."""
        return self.filter(assignment=OuterRef(assignment)).standing(day).last_word_first()

    def of_outer_part_since(self, day: date, counts_from: Any) -> ReportQuerySet:
        """For a subquery: the outer part's that count for the period that begins on ``counts_from``, or a later one."""
        return self.standing(day).filter(assignment=OuterRef("pk"), reported_for__gte=counts_from).order_by()

    def with_followers(self, day: date) -> ReportQuerySet:
        """
        Adds ``is_followed``: whether a later report of the same part had taken its place by the end of ``day``.

        A returned one is followed by what was said after it came back: what had been said before corrects nothing.
        """
        after = Q(speaks_of__gt=OuterRef("speaks_of")) | Q(speaks_of=OuterRef("speaks_of"), pk__gt=OuterRef("pk"))
        later = Report.objects.standing(day).filter(after, assignment=OuterRef("assignment"))
        answers = later.filter(recorded_at__gt=OuterRef("review__decided_at"))
        came_back = Q(review__decision=Decision.RETURNED, review__decided_on__lte=day)
        return self.annotate(is_followed=Case(When(came_back, then=Exists(answers)), default=Exists(later)))

    def of_part(self, part: object) -> ReportQuerySet:
        """On one part; on a collective's also what its members say on their own."""
        return self.filter(Q(assignment=part) | Q(assignment__collective_part=part))

    def told_by(self, day: date) -> ReportQuerySet:
        """All that was said by the end of ``day``, whatever became of it, newest first and with all that is shown."""
        return self.recorded_by(day).with_followers(day).with_request().prefetch_related("evidence").newest_first()

    def with_newest(self) -> ReportQuerySet:
        """Adds ``newest``: the key of the last report of the same part there is, whatever has become of it."""
        same = Report.objects.filter(assignment=OuterRef("assignment")).order_by("-pk")
        return self.annotate(newest=Subquery(same.values("pk")[:1]))

    def undecided(self, day: date) -> ReportQuerySet:
        """
        What reviewers could decide on at the end of ``day``: what waits for it, and what took effect at once.

        Of the latter only each part's newest, and only those made in the period of ``day`` or the one before it:
        what is older has been taken as it is. Adds what ``with_followers`` adds.
        """
        begun = Period.objects.filter(starts_on__lte=day).of_outer_plan("assignment__measure__plan")
        before = Subquery(begun.order_by("-starts_on").values("starts_on")[1:2])
        open_still = Q(review__decided_on__isnull=True) | Q(review__decided_on__gt=day)
        waits = Q(review__is_afterwards=False) & open_still
        in_effect = Q(asks_to_close=False, is_followed=False, recorded_on__gte=F("recent_since")) & (
            Q(review__isnull=True) | Q(review__is_afterwards=True, review__decided_on__gt=day)
        )
        there = Q(assignment__until__isnull=True) | Q(assignment__until__gt=day)
        rows = self.filter(there).standing(day).with_followers(day).annotate(recent_since=Coalesce(before, EVER))
        return rows.filter(waits | in_effect)


class Report(Words):
    """
    What one department says about its own part of a measure (进展填报): progress, problems, next steps.

    Written only by ``actions.report.submit``; its words are never changed afterwards: a later report supersedes it.
    ``void_on`` alone is set later, by ``actions.report.withdraw`` and ``actions.review.send_back``.
    """

    assignment = models.ForeignKey(
        "tasks.Assignment",
        on_delete=models.PROTECT,
        related_name="reports",
        db_index=False,  # the indexes below begin with it
        verbose_name=_("责任分工"),
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        related_name="reports",
        verbose_name=_("填报单位"),
        help_text=_("以谁的名义填报；集合的成员填报时为成员自己。"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports", verbose_name=_("填报人")
    )
    is_recorded_for_another = models.BooleanField(_("代录"), default=False, help_text=_("填报人当时不属于填报单位。"))
    recorded_on = models.DateField(_("填报日期"))
    recorded_at = models.DateTimeField(_("填报时间"))
    period = models.ForeignKey(
        Period,
        on_delete=models.PROTECT,
        null=True,  # a dated part that was not asked for in a period
        blank=True,
        related_name="reports",
        verbose_name=_("填报周期"),
    )
    reported_for = models.DateField(_("所报周期"), help_text=_("所报填报周期的开始日期；不按周期填报的，为填报日期。"))
    speaks_of = models.DateField(
        _("所述日期"), help_text=_("所报情况的先后以此为准：填报日期；补报的，为所补周期的填报截止。")
    )
    is_late = models.BooleanField(_("补报"), default=False, help_text=_("在填报截止之后提交，长期保留此标记。"))
    is_after_deadline = models.BooleanField(
        _("逾期后申请"),
        default=False,
        help_text=_("申请办结时，当时的完成时限已过，长期保留此标记。"),
    )
    void_on = models.DateField(
        _("失效日期"),
        null=True,  # it counts
        blank=True,
        help_text=_("撤回或被退回之日，自该日起不再计为已报。"),
    )
    sources = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="summaries",
        verbose_name=_("汇总依据"),
        help_text=_("汇总时引用的各单位填报。"),
    )
    token = models.UUIDField(
        _("提交标识"),
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text=_("同一份表单只能记录一次。"),
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("进展填报")
        verbose_name_plural = _("进展填报")
        ordering = ("-recorded_on", "-pk")
        indexes = (
            models.Index(fields=("assignment", "speaks_of", "id", "recorded_on", "void_on"), name="report_last_word"),
            models.Index(fields=("assignment", "reported_for"), name="report_for_period"),
            models.Index(fields=("assignment",), condition=Q(asks_to_close=True), name="report_closing"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__gte=0, percent__lte=100),
                name="report_percent_0_to_100",
                violation_error_message=_("完成进度须在0到100之间。"),
            ),
            models.CheckConstraint(
                condition=~Q(progress=""),
                name="report_says_something",
                violation_error_message=_("请填写进展情况。"),
            ),
            models.CheckConstraint(
                condition=Q(void_on__isnull=True) | Q(void_on__gte=F("recorded_on")),
                name="report_void_after_recorded",
                violation_error_message=_("失效日期不能早于填报日期。"),
            ),
            models.CheckConstraint(
                condition=Q(is_late=False) | Q(period__isnull=False),
                name="report_late_for_a_period",
                violation_error_message=_("补报须注明填报周期。"),
            ),
            models.CheckConstraint(
                condition=Q(is_unchanged=False) | Q(asks_to_close=False),
                name="report_unchanged_asks_nothing",
                violation_error_message=_("申请办结时不能选择“本期无新进展”。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.department} · {self.recorded_on}"

    def state(self, day: date) -> ReportState:
        """
        Where it is on its way at the end of ``day``; wants ``with_followers`` of that day, and its review loaded.
        """
        row: Any = self
        review = getattr(self, "review", None)
        decision = review.decision_on(day) if review is not None else None
        return state_of(decision, is_followed=row.is_followed)

    def is_decided(self, day: date) -> bool:
        """Whether its review, if it has one, had come to a decision by the end of ``day``, or it was withdrawn."""
        review = getattr(self, "review", None)
        return review is not None and review.decision_on(day) not in (None, Decision.PENDING)

    def was_accepted(self, day: date) -> bool:
        """Whether it had been accepted by the end of ``day``, superseded since or not."""
        review = getattr(self, "review", None)
        return review is not None and review.decision_on(day) == Decision.ACCEPTED
