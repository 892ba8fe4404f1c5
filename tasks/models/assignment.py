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
    PRINCIPAL_ROLES,
    SETTLED,
    AssignmentRole,
    Decision,
    Timeliness,
    Urgency,
)
from ..timeliness import EVER, NEVER
from .amendment import wording_in_force
from .attention import BEGUN_ON, AttentionQuerySet
from .closing import ACCEPTED, ASKED, is_settled, own_closing, own_closing_or_leaving
from .coming import coming_of, coming_rules, with_coming
from .extension import effective_due_on, last_extension, open_due_on
from .kept import kept
from .period import owed, periods_of, with_periods
from .plan import Plan
from .report import Report
from .review import Review
from .rule import due_soon_days


@lru_cache(maxsize=128)  # an expression without a database behind it; building it costs more than its answer
def measure_closing(day: date, measure: str, field: str) -> NullIf:
    """
    A day of the closing of the outer row's measure, NULL while it is open on ``day``; ``field`` as of a part.

    A measure is closed when the part of every deciding unit (the sole one, the leads, or all the joint ones) is, on
    the last of their days.
    """
    deciding = Assignment.objects.leaves_and_left(day).filter(measure=OuterRef(measure), role__in=DECIDING_ROLES)
    whole = own_closing(day, field, "collective_part__")
    last = deciding.annotate(settled_on=Coalesce(whole, own_closing_or_leaving(day, field)))
    return NullIf(Subquery(last.order_by("-settled_on").values("settled_on")[:1]), NEVER)


@lru_cache(maxsize=128)
def members_closing(day: date, field: str) -> Case:
    """A day of the closing of a collective's part by all its members' own; NULL where one is open, or none there."""
    there = Assignment.objects.members_of_outer_part(day)
    ever = Assignment.objects.begun_by(day).filter(collective_part=OuterRef("pk"))
    last = ever.annotate(settled_on=own_closing_or_leaving(day, field)).order_by("-settled_on")
    closed = NullIf(Subquery(last.values("settled_on")[:1]), NEVER)
    return Case(When(Exists(there), then=closed), output_field=DateField())


@lru_cache(maxsize=128)
def own_request(day: date) -> Coalesce:
    """The day of the outer part's own accepted request, of all its members' for a collective; NULL while it is open."""
    return Coalesce(own_closing(day, ASKED), members_closing(day, ASKED))


class AssignmentQuerySet(AttentionQuerySet):
    def ever_named(self) -> AssignmentQuerySet:
        """The parts that the plan's text names or has named, gone ones among them. A collective is one of them."""
        return self.filter(collective_part__isnull=True)

    def named(self, day: date) -> AssignmentQuerySet:
        """The parts that the plan's text names on ``day``, amended as it was by then."""
        return self.ever_named().in_force(day)

    def gone_by(self, day: date) -> AssignmentQuerySet:
        """The parts that a change of the plan had ended by ``day``."""
        return self.ever_named().filter(until__lte=day).order_by("until", "position", "pk")

    def counted(self, day: date) -> AssignmentQuerySet:
        """Of ``named`` those that are counted: not of terminated measures."""
        return self.named(day).unterminated(day)

    def of(self, department: Department, day: date) -> AssignmentQuerySet:
        """What ``department`` owes on ``day``, as itself and as a member of collectives."""
        return self.filter(department=department).in_force(day).unterminated(day)

    def beside(self, part: Assignment, day: date) -> AssignmentQuerySet:
        """The other parts that the text names on the same measure on ``day``, in its order."""
        return self.named(day).filter(measure=part.measure_id).exclude(pk=part.pk).order_by("position", "pk")

    def with_members(self, day: date) -> AssignmentQuerySet:
        """Loads ``member_rows`` of every collective's part: its members' own on ``day``, with what they reported."""
        rows = Assignment.objects.as_of(day).in_force(day).with_last_report(day).select_related("department")
        return self.prefetch_related(
            Prefetch("member_parts", queryset=rows.order_by("department__position", "pk"), to_attr="member_rows")
        )

    def with_reporting(self, day: date, plan: Plan | None = None) -> AssignmentQuerySet:
        """
        Adds ``last_reported_on``, ``owed_since``, ``counts_from``, ``own_requested_on``, ``has_members`` and
        ``has_reported`` as of ``day``.

        A dated duty has been reported on when there is any report that counts; an ongoing one when there is one for
        the period that is owed or a later one, or when it is closed; a collective's when all its members' have.
        ``plan`` is given where all rows are of one plan: the question is then cheaper to ask.
        """
        latest = Report.objects.latest_of_outer_assignment(day)
        theirs = Report.objects.standing(day).filter(assignment__collective_part=OuterRef("pk")).newest_first()
        members = self.members_of_outer_part(day)
        said = Report.objects.of_outer_part_since
        quiet = members.filter(~Exists(said(day, OuterRef(OuterRef("counts_from")))), ~is_settled(day))
        ongoing = Q(measure__due_on__isnull=True) | Q(measure__ongoing_from__lte=day)
        return self.annotate(
            last_reported_on=Coalesce(
                Subquery(theirs.values("recorded_on")[:1]), Subquery(latest.values("recorded_on")[:1])
            ),
            owed_since=owed(day, plan or "measure__plan", since=BEGUN_ON),
            counts_from=Case(When(ongoing, then=Coalesce("owed_since", EVER)), default=EVER),
            own_requested_on=own_request(day),
            has_members=Exists(members),
            has_reported=Case(
                When(own_requested_on__isnull=False, then=True),
                When(has_members=True, then=~Exists(quiet)),
                default=Exists(said(day, OuterRef("counts_from"))),
                output_field=models.BooleanField(),
            ),
        )

    def with_requests(self, day: date) -> AssignmentQuerySet:
        """
        What has been asked for and said as of ``day``, without the lights: enough for whoever takes a report.

        Adds ``own_requested_on``; ``requested_on``, the same or, where the unit made no request, of the closing of
        what the part belongs to; ``effective_due_on``, the deadline in force; ``is_waiting`` (a request is under
        review); and ``reported_for``, the first day of the latest period reported for.
        """
        waiting = Review.objects.requests().waiting_on(day)
        there = Q(report__assignment__until__isnull=True) | Q(report__assignment__until__gt=day)
        theirs = waiting.filter(there, report__assignment__collective_part=OuterRef("pk"))
        return self.annotate(
            own_requested_on=own_request(day),
            requested_on=Coalesce(
                own_request(day),
                own_closing(day, ASKED, "collective_part__"),
                measure_closing(day, "measure_id", ASKED),
            ),
            effective_due_on=effective_due_on(day, "measure_id", "measure__"),
            is_waiting=Exists(waiting.of_outer_assignment()) | Exists(theirs),
        ).with_reported_for(day)

    def as_of(self, day: date, plan: Plan | None = None) -> AssignmentQuerySet:
        """
        Every part as it stood at the end of ``day``.

        Adds to ``with_reporting`` and ``with_requests``: ``closed_on`` (of the unit's own accepted request, of all
        members' for a collective, or of the closing of what the part belongs to where the unit made none),
        ``last_extension``, ``wording_in_force``, ``due_soon_days``, ``timeliness`` and the periods and changes to come
        that its sentences speak of. ``plan`` as in ``with_reporting``.
        """
        place = plan or "measure__plan"
        rows = with_coming(self.with_requests(day).with_reporting(day, plan), day, "measure_id")
        rows = rows.annotate(
            owed_until=owed(day, place, "ends_on", since=BEGUN_ON),
            as_of_day=Value(day, output_field=DateField()),
            due_soon_days=due_soon_days(day, plan or "measure__plan__"),
            last_extension=last_extension(day, "measure_id"),
            coming_rules=coming_rules(day, place),
            wording_in_force=wording_in_force(day, "measure_id", "measure__"),
            closed_on=Coalesce(
                own_closing(day, ACCEPTED),
                members_closing(day, ACCEPTED),
                own_closing(day, ACCEPTED, "collective_part__"),
                measure_closing(day, "measure_id", ACCEPTED),
            ),
            timeliness=timeliness.timeliness(
                day,
                measure="measure__",
                due_on="effective_due_on",
                open_due_on=open_due_on(day, "measure_id", "measure__"),
                requested_on="requested_on",
                silent=self._is_silent(day, "owed"),
            ),
        )
        return with_periods(rows, day, place, since=BEGUN_ON)

    def with_last_report(self, day: date) -> AssignmentQuerySet:
        """Loads ``last_report`` of every part that counts as of ``day``, with its review and who wrote them."""
        last = Report.objects.last_of_each_assignment(day).select_related(
            "department", "author", "period", "review__reviewer"
        )
        return self.prefetch_related(Prefetch("reports", queryset=last, to_attr="last_reports"))

    def with_siblings(self, day: date) -> AssignmentQuerySet:
        """Loads ``measure.parts``: every unit that the text names for the measure, with what it has reported."""
        siblings = Assignment.objects.with_reporting(day).named(day).select_related("department")
        rows = siblings.order_by("position", "pk")
        return self.prefetch_related(Prefetch("measure__assignments", queryset=rows, to_attr="parts"))


class AssignmentManager(models.Manager.from_queryset(AssignmentQuerySet)):  # type: ignore[misc]
    as_of = kept(AssignmentQuerySet.as_of)
    with_requests = kept(AssignmentQuerySet.with_requests)
    with_reporting = kept(AssignmentQuerySet.with_reporting)

    def get_by_natural_key(self, plan: str, number: int, department: str) -> Assignment:
        """The part that the text names, or the last one where the unit left the measure and came back."""
        rows = self.ever_named().filter(measure__plan__slug=plan, measure__number=number, department__name=department)
        found: Assignment | None = rows.order_by("pk").last()
        if found is None:
            raise self.model.DoesNotExist
        return found


class Assignment(models.Model):
    """
    The link measure × department with its role (责任分工); each unit answers for its own part.

    Made with the plan by ``actions.plan.load`` and changed by ``actions.measure.assign``; never deleted once
    something has been reported on it. A member of a collective has a part of its own, ``collective_part`` being the
    one that the text names, while it is a member: ``actions.member`` makes and ends it. A part that came or went with
    a change of the plan (``actions.amendment.reassign``) has the day in ``since`` or ``until``, and stays on record.
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

    collective_part = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,  # the text names this part itself
        blank=True,
        related_name="member_parts",
        verbose_name=_("所属集合的分工"),
    )
    since = models.DateField(_("起始日期"), null=True, blank=True)  # NULL: since the plan was issued
    until = models.DateField(_("终止日期"), null=True, blank=True)  # NULL: still in force; that day no longer counts

    closing_asked_on = models.DateField(
        _("办结申请日期"),
        null=True,
        blank=True,
        editable=False,  # NULL while the part is open
    )
    closing_accepted_on = models.DateField(_("办结审核日期"), null=True, blank=True, editable=False)

    objects = AssignmentManager()

    last_reports: list[Report]  # of with_last_report(): one or none
    newest_report: int | None  # of with_newest_report()
    member_rows: list[Any]  # of with_members(): the members' own parts, with their annotations
    may_report: bool  # set by a page for the person who looks at it

    class Meta:
        verbose_name = _("责任分工")
        verbose_name_plural = _("责任分工")
        ordering = ("measure_id", "position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("measure", "department"),
                condition=Q(collective_part__isnull=True, until__isnull=True),
                name="assignment_department_once_on_measure",
                violation_error_message=_("同一任务中一个责任单位只能出现一次。"),
            ),
            models.UniqueConstraint(
                fields=("collective_part", "department"),
                condition=Q(collective_part__isnull=False, until__isnull=True),
                name="assignment_member_once_on_part",
                violation_error_message=_("该成员单位在本分工中已有一份。"),
            ),
            models.UniqueConstraint(
                fields=("measure",),
                condition=Q(role=AssignmentRole.SOLE, collective_part__isnull=True, until__isnull=True),
                name="assignment_one_sole_on_measure",
                violation_error_message=_("一项任务只能有一个负责单位。"),
            ),
            models.CheckConstraint(
                condition=Q(closing_asked_on__isnull=True, closing_accepted_on__isnull=True)
                | Q(
                    closing_asked_on__isnull=False,
                    closing_accepted_on__isnull=False,
                    closing_accepted_on__gte=F("closing_asked_on"),
                ),
                name="assignment_closing_is_asked_then_accepted",
                violation_error_message=_("办结须先申请、后审核。"),
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
        members = getattr(self, "member_rows", ())
        return timeliness.Standing(
            timeliness=row.timeliness,
            day=row.as_of_day,
            due_on=row.effective_due_on,
            original_due_on=self.measure.due_on,
            extension=row.last_extension,
            due_soon_days=row.due_soon_days,
            terminated_from=self.measure.terminated_from,
            requested_on=row.requested_on,
            closed_on=row.closed_on,
            **periods_of(row),
            **coming_of(row),
            reported_for=row.reported_for,
            units=max(len(members), 1),
            reported=self.members_reported if members else int(row.has_reported),
            is_own=row.requested_on is None or row.own_requested_on is not None,
        )

    def begun_on(self, day: date) -> date:
        """From when, seen on ``day``, the part owes reports for periods: the unit has it, the measure is ongoing."""
        became = self.measure.ongoing_from if self.measure.is_ongoing_on(day) else None
        return max(filter(None, (self.since, became)), default=date.min)

    def get_report_url(self) -> str:
        return reverse("report", args=[self.pk])

    @property
    def is_returned(self) -> bool:
        """Whether something came back, has not been answered and is open still; wants ``as_of`` and ``with_return``."""
        row: Any = self
        return row.returned_because is not None and row.requested_on is None

    @property
    def urgency(self) -> Urgency:
        """逾期, 临期, 被退回, 超期未报, the rest, then what is closed; wants ``as_of`` and ``with_return``."""
        row: Any = self
        if row.timeliness in SETTLED:
            return Urgency.SETTLED
        if row.timeliness in (Timeliness.OVERDUE, Timeliness.DUE_SOON):
            return Urgency[row.timeliness]
        if self.is_returned:
            return Urgency.RETURNED
        return Urgency.SILENT if row.timeliness == Timeliness.SILENT else Urgency.REST

    @property
    def last_report(self) -> Report | None:
        """Wants ``with_last_report``."""
        return self.last_reports[0] if self.last_reports else None

    @property
    def last_report_waits(self) -> bool:
        """Whether the last report was still to be accepted; wants ``as_of`` and ``with_last_report``."""
        row: Any = self
        review = getattr(self.last_report, "review", None)
        return review is not None and review.decision_on(row.as_of_day) == Decision.PENDING

    @property
    def is_principal(self) -> bool:
        return self.role in PRINCIPAL_ROLES

    @property
    def members_reported(self) -> int:
        """How many of a collective's members have reported, of ``len(member_rows)``; wants ``with_members``."""
        return sum(part.has_reported for part in self.member_rows)

    def compiles(self, day: date) -> bool:
        """
        Whether this unit sums up for all on ``day``: the sole or leading one, or the first-listed of a joint measure
        (汇总). Alone on a measure it has nothing to sum up. One query.
        """
        if self.collective_part_id is not None or self.role == AssignmentRole.CO:
            return False
        named = Assignment.objects.named(day).filter(measure=self.measure_id).order_by("position", "pk")
        keys = list(named.values_list("pk", flat=True)[:2])
        return len(keys) > 1 and (self.is_principal or keys[0] == self.pk)
