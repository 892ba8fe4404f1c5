"""One unit's part in one measure: the thing that is tracked."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, DateField, Exists, F, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from departments.models import Department

from .. import timeliness
from ..choices import (
    DECIDING_ROLES,
    PARTNER_ROLES,
    PRINCIPAL_ROLES,
    SETTLED,
    AssignmentRole,
    Decision,
    Timeframe,
    Timeliness,
    Urgency,
)
from .report import Report
from .review import Review

# Before and after any day there is. NEVER is how a part that is not closed counts where the last of several dates is
# looked for.
EVER = Value(date.min, output_field=DateField())
NEVER = Value(date.max, output_field=DateField())


@lru_cache(maxsize=128)  # an expression without a database behind it; building it costs more than its answer
def measure_closing(day: date, measure: str, field: str) -> NullIf:
    """
    A date of the closing of the outer row's measure, NULL while it is open on ``day``.

    A measure is closed when the request of every deciding unit (the sole one, the leads, or all the joint ones)
    has been accepted; ``field`` is ``report__recorded_on`` (asked for) or ``decided_on``, the last of them.
    """
    accepted = Review.objects.accepted_by(day).of_outer_assignment()
    deciding = Assignment.objects.filter(measure=OuterRef(measure), role__in=DECIDING_ROLES)
    last = deciding.annotate(settled_on=Coalesce(Subquery(accepted.values(field)[:1]), NEVER)).order_by("-settled_on")
    return NullIf(Subquery(last.values("settled_on")[:1]), NEVER)


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def in_text_order(self) -> AssignmentQuerySet:
        return self.order_by("measure__plan_id", "measure__number", "position", "pk")

    def of(self, department: Department) -> AssignmentQuerySet:
        """What ``department`` owes, as itself and as a member of collectives."""
        return self.filter(department__in=Department.objects.answering_as(department))

    def in_role(self, role: str) -> AssignmentQuerySet:
        """One role, or ``principal`` (answers for the measure as a whole) or ``partner`` (for its own part only)."""
        groups = {"principal": PRINCIPAL_ROLES, "partner": PARTNER_ROLES}
        return self.filter(role__in=groups.get(role, (role,)))

    @staticmethod
    def _reports_count_from(day: date, plan: timeliness.Rules | None) -> Case:
        """From which day on a report answers for what is owed: any report does for a dated duty."""
        owed_since = timeliness.owed_since(day, plan or "measure__plan__")
        return Case(
            When(measure__timeframe=Timeframe.ONGOING, then=Coalesce(owed_since, EVER)),
            default=EVER,
        )

    def with_reporting(self, day: date, plan: timeliness.Rules | None = None) -> AssignmentQuerySet:
        """
        Adds ``last_reported_on``, ``owed_since``, ``own_requested_on`` and ``has_reported`` as of ``day``.

        A dated duty has been reported on when there is any report; an ongoing one when there is one since the
        period that is owed began, or when it is closed. ``plan`` is given where all rows are of one plan: the
        question is then cheaper to ask.
        """
        accepted = Review.objects.accepted_by(day).of_outer_assignment()
        return self.annotate(
            last_reported_on=Subquery(Report.objects.latest_of_outer_assignment(day).values("recorded_on")[:1]),
            owed_since=timeliness.owed_since(day, plan or "measure__plan__"),
            own_requested_on=Subquery(accepted.values("report__recorded_on")[:1]),
            has_reported=Case(
                When(
                    Q(own_requested_on__isnull=False) | Q(last_reported_on__gte=self._reports_count_from(day, plan)),
                    then=True,
                ),
                default=False,
                output_field=models.BooleanField(),
            ),
        )

    def as_of(self, day: date, plan: timeliness.Rules | None = None) -> AssignmentQuerySet:
        """
        Every part as it stood at the end of ``day``.

        Adds to ``with_reporting``: ``requested_on`` and ``closed_on`` (of the unit's own accepted request, or of
        the measure's closing where the unit made none), ``is_waiting`` (a request is under review) and
        ``timeliness``. ``plan`` as in ``with_reporting``.
        """
        own = Review.objects.accepted_by(day).of_outer_assignment()
        return self.with_reporting(day, plan).annotate(
            as_of_day=Value(day, output_field=DateField()),
            requested_on=Coalesce("own_requested_on", measure_closing(day, "measure_id", "report__recorded_on")),
            closed_on=Coalesce(
                Subquery(own.values("decided_on")[:1]), measure_closing(day, "measure_id", "decided_on")
            ),
            is_waiting=Exists(Review.objects.waiting_on(day).of_outer_assignment()),
            timeliness=timeliness.timeliness(
                day,
                measure="measure__",
                plan=plan or "measure__plan__",
                requested_on="requested_on",
                silent=Q(owed_since__isnull=False, has_reported=False),
            ),
        )

    def with_last_report(self, day: date) -> AssignmentQuerySet:
        """Loads ``last_report`` of every part as of ``day``, with its review and the people who wrote them."""
        last = Report.objects.last_of_each_assignment(day).select_related("department", "author", "review__reviewer")
        return self.prefetch_related(Prefetch("reports", queryset=last, to_attr="last_reports"))

    def with_siblings(self, day: date) -> AssignmentQuerySet:
        """Loads ``measure.parts``: every unit of the measure, with what it has reported."""
        siblings = Assignment.objects.with_reporting(day).select_related("department").order_by("position", "pk")
        return self.prefetch_related(Prefetch("measure__assignments", queryset=siblings, to_attr="parts"))

    def standing(self, light: str) -> AssignmentQuerySet:
        """Those whose light, as of the day the queryset was built for, is ``light``."""
        return self.filter(timeliness=light)

    def reported(self) -> AssignmentQuerySet:
        return self.filter(has_reported=True)

    def unreported(self) -> AssignmentQuerySet:
        return self.filter(has_reported=False)

    def waiting(self) -> AssignmentQuerySet:
        return self.filter(is_waiting=True)

    def needing_coordination(self, day: date) -> AssignmentQuerySet:
        """Open parts whose last report asks the leading group to step in. Wants ``as_of`` first."""
        last = Report.objects.latest_of_outer_assignment(day)
        return self.alias(asks_for_help=Subquery(last.values("needs_coordination")[:1])).filter(
            requested_on__isnull=True, asks_for_help=True
        )

    def with_return(self, day: date) -> AssignmentQuerySet:
        """
        Adds ``returned_because``: why a request to close came back, until the unit says something again.

        NULL where none did, and where the part has been closed meanwhile. Wants ``as_of``.
        """
        answers = Report.objects.recorded_by(day).filter(
            assignment=OuterRef("report__assignment"), recorded_at__gt=OuterRef("decided_at")
        )
        came_back = Review.objects.decided_by(day, Decision.RETURNED).of_outer_assignment().filter(~Exists(answers))
        reason = Subquery(came_back.order_by("-decided_at").values("reason")[:1])
        return self.annotate(
            returned_because=Case(When(requested_on__isnull=True, then=reason), output_field=models.TextField())
        )

    def most_pressing_first(self, day: date) -> AssignmentQuerySet:
        """
        As a unit works through them: 逾期, 临期, 被退回, 超期未报, the rest, then what is closed. Wants ``as_of``.

        Adds ``urgency`` and what ``with_return`` adds.
        """
        urgency = Case(
            When(timeliness__in=SETTLED, then=Value(Urgency.SETTLED)),
            When(timeliness=Timeliness.OVERDUE, then=Value(Urgency.OVERDUE)),
            When(timeliness=Timeliness.DUE_SOON, then=Value(Urgency.DUE_SOON)),
            When(returned_because__isnull=False, then=Value(Urgency.RETURNED)),
            When(timeliness=Timeliness.SILENT, then=Value(Urgency.SILENT)),
            default=Value(Urgency.REST),
            output_field=models.IntegerField(),
        )
        rows: Any = self.with_return(day).annotate(**{"urgency": urgency})
        ordered: AssignmentQuerySet = rows.order_by(
            "urgency",
            F("measure__due_on").asc(nulls_last=True),
            "measure__plan_id",
            "measure__number",
            "position",
        )
        return ordered


class AssignmentManager(models.Manager.from_queryset(AssignmentQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, plan: str, number: int, department: str) -> Assignment:
        return self.get(measure__plan__slug=plan, measure__number=number, department__name=department)


class Assignment(models.Model):
    """
    The link measure × department with its role (责任分工); each unit answers for its own part.

    Made with the plan by ``actions.plan.load`` and changed by ``actions.measure.assign``; never deleted once
    something has been reported on it.
    """

    Role = AssignmentRole

    measure = models.ForeignKey(
        "tasks.Measure", on_delete=models.CASCADE, related_name="assignments", verbose_name=_("任务")
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("责任单位")
    )
    role = models.CharField(_("角色"), max_length=8, choices=AssignmentRole)
    position = models.PositiveSmallIntegerField(_("原文顺序"), default=1, validators=[MinValueValidator(1)])

    objects = AssignmentManager()

    last_reports: list[Report]  # of with_last_report(): one or none
    urgency: int  # of most_pressing_first()
    members: list[tuple[Department, date | None]]  # of members.attach_members(), where it is a collective's
    may_report: bool  # set by a page for the person who looks at it

    class Meta:
        verbose_name = _("责任分工")
        verbose_name_plural = _("责任分工")
        ordering = ("measure_id", "position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("measure", "department"),
                name="assignment_department_once_on_measure",
                violation_error_message=_("同一任务中一个责任单位只能出现一次。"),
            ),
            models.UniqueConstraint(
                fields=("measure",),
                condition=Q(role=AssignmentRole.SOLE),
                name="assignment_one_sole_on_measure",
                violation_error_message=_("一项任务只能有一个负责单位。"),
            ),
            models.CheckConstraint(
                condition=Q(role__in=AssignmentRole.values),
                name="assignment_role_is_known",
                violation_error_message=_("角色只能是负责、牵头、配合或按职责分工。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure} · {self.department}"

    def natural_key(self) -> tuple[str, int, str]:
        return (*self.measure.natural_key(), *self.department.natural_key())

    natural_key.dependencies = ["tasks.measure", "departments.department"]  # type: ignore[attr-defined]

    @property
    def light(self) -> timeliness.Standing:
        """Where this part stands; wants a row from ``as_of``, with its measure and plan."""
        row: Any = self  # the annotations
        plan = self.measure.plan
        return timeliness.Standing(
            timeliness=row.timeliness,
            day=row.as_of_day,
            due_on=self.measure.due_on,
            requested_on=row.requested_on,
            closed_on=row.closed_on,
            owed_since=row.owed_since,
            cadence=plan.cadence,
            grace_days=plan.grace_days,
            issued_on=plan.issued_on,
            reported=int(row.has_reported),
            is_own=row.requested_on is None or row.own_requested_on is not None,
        )

    def get_report_url(self) -> str:
        return reverse("report", args=[self.pk])

    @property
    def is_returned(self) -> bool:
        """Whether a request to close came back and has not been answered; wants ``with_return``."""
        row: Any = self
        return row.returned_because is not None

    @property
    def last_report(self) -> Report | None:
        """Wants ``with_last_report``."""
        return self.last_reports[0] if self.last_reports else None

    @property
    def is_principal(self) -> bool:
        return self.role in PRINCIPAL_ROLES
