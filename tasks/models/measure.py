"""A numbered measure of a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, Count, DateField, Exists, F, Max, OuterRef, Prefetch, Q, Subquery, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .. import timeliness
from ..choices import SETTLED, AmendmentKind, Course, Timeframe, Timeliness
from ..course import HORIZONS, course
from ..validators import printable
from .amendment import wording_in_force
from .assignment import Assignment, measure_closing
from .closing import ACCEPTED, ASKED, count_by_clock, is_kept, is_measured, is_missed
from .coming import coming_of, coming_rules, with_coming
from .extension import Extension, effective_due_on, last_extension, open_due_on
from .kept import kept
from .period import owed, periods_of, with_periods
from .plan import Plan, Section
from .report import Report
from .rule import due_soon_days

# When a measure's duty to be reported on began, where it became ongoing after it was issued.
BEGUN_ON = ("ongoing_from",)


class MeasureQuerySet(models.QuerySet["Measure"]):
    def in_plan_order(self) -> MeasureQuerySet:
        return self.order_by("plan_id", "number")

    def unterminated(self, day: date) -> MeasureQuerySet:
        """Those that are counted: without what had been terminated by ``day``."""
        return self.filter(timeliness.not_terminated(day))

    def as_of(self, day: date, plan: Plan | None = None) -> MeasureQuerySet:
        """
        Every measure as it stood at the end of ``day``, with all that its sentence needs.

        Adds to ``lights``: ``closed_on``, the day of the closing's last decision, NULL while open; ``last_extension``,
        what has become of the last request for more time, NULL where none has been made; and what ``coming_of`` reads.
        """
        rows = with_coming(self.lights(day, plan), day, "pk").annotate(
            closed_on=measure_closing(day, "pk", ACCEPTED),
            last_extension=last_extension(day, "pk"),
            coming_rules=coming_rules(day, plan or "plan"),
        )
        return with_periods(rows, day, plan or "plan", since=BEGUN_ON)

    def lights(self, day: date, plan: Plan | None = None) -> MeasureQuerySet:
        """
        Every measure with its light at the end of ``day``: enough for a list that says no sentences.

        Adds ``timeliness``, ``effective_due_on`` (the deadline in force; NULL where there is none), ``requested_on``
        (of the closing, NULL while open), ``wording_in_force``, ``due_soon_days``, ``owed_since``
        and ``owed_until``.
        ``plan`` is given where all rows are of one plan: the question is then cheaper to ask.
        """
        return self.annotate(
            as_of_day=Value(day, output_field=DateField()),
            owed_since=owed(day, plan or "plan", since=BEGUN_ON),
            owed_until=owed(day, plan or "plan", "ends_on", since=BEGUN_ON),
            due_soon_days=due_soon_days(day, plan or "plan__"),
            wording_in_force=wording_in_force(day, "pk"),
            requested_on=measure_closing(day, "pk", ASKED),
            effective_due_on=effective_due_on(day, "pk"),
            timeliness=self._timeliness(day),
        )

    def _timeliness(self, day: date) -> Case:
        own = Assignment.objects.leaves(day).filter(measure=OuterRef("pk"))
        silent = own.silent(day, OuterRef(OuterRef("owed_since")), OuterRef("owed_until"))
        return timeliness.timeliness(
            day,
            measure="",
            due_on="effective_due_on",
            open_due_on=open_due_on(day, "pk"),
            requested_on="requested_on",
            silent=Q(owed_since__isnull=False) & Q(Exists(silent)),
        )

    def with_timeframe(self) -> MeasureQuerySet:
        """Adds ``is_ongoing``: whether there is no deadline in force. Wants the lights."""
        return self.annotate(is_ongoing=Q(effective_due_on__isnull=True))

    def standing(self, light: str) -> MeasureQuerySet:
        """Those whose light, as of the day the queryset was built for, is ``light``."""
        return self.filter(timeliness=light)

    def closed(self) -> MeasureQuerySet:
        """In time or late. Wants ``lights``."""
        return self.filter(timeliness__in=SETTLED)

    def open(self) -> MeasureQuerySet:
        return self.exclude(timeliness__in=SETTLED)

    def with_course(self, day: date) -> MeasureQuerySet:
        """Adds ``course`` as of ``day``, and what it takes: ``effective_due_on`` and ``requested_on``."""
        return self.annotate(
            requested_on=measure_closing(day, "pk", ASKED),
            effective_due_on=effective_due_on(day, "pk"),
            course=course(day, due_on="effective_due_on", requested_on="requested_on"),
        )

    def most_common_deadlines(self, day: date, first: date, last: date) -> models.QuerySet[Any]:
        """
        The days on which most is due as issued, from ``first`` to ``last``; the most common first.

        Without what had become ongoing by ``day``, or been terminated: its deadline is nobody's to keep any more. What
        was asked to be closed before it went on keeps the deadline that it was to be closed by, here as elsewhere.
        """
        rows: Any = self.order_by().unterminated(day).with_course(day)
        dated = rows.filter(effective_due_on__isnull=False, due_on__range=(first, last))
        days: models.QuerySet[Any] = dated.values("due_on").annotate(number=Count("pk"))
        return days.order_by("-number", "due_on").values_list("due_on", flat=True)

    def turning_overdue(self, day: date, days: int) -> MeasureQuerySet:
        """
        Those that fall overdue within ``days`` days if nothing is recorded after ``day``. Wants ``lights``.

        Two days are asked for: the deadline in force, the closing and changes of the plan to come are those recorded
        by the end of ``day``.
        """
        return self._keeping_deadline(day).annotate(turns=self._course_in(day, days)).filter(turns=Course.OVERDUE)

    def count_turning_overdue(self, day: date) -> dict[int, int]:
        """How many fall overdue within each horizon; one query. Wants ``lights``."""
        rows: Any = self.order_by()._keeping_deadline(day)
        for days in HORIZONS:
            rows = rows.annotate(**{f"course_in_{days}": self._course_in(day, days)})
        turning = {f"in_{days}": Count("pk", filter=Q(**{f"course_in_{days}": Course.OVERDUE})) for days in HORIZONS}
        numbers = rows.aggregate(**turning)
        return {days: numbers[f"in_{days}"] for days in HORIZONS}

    def _keeping_deadline(self, day: date) -> MeasureQuerySet:
        """The open ones whose deadline no change of the plan recorded by ``day`` lifts before it is over."""
        rows: Any = with_coming(self.unterminated(day), day, "pk").annotate(course=self._course_in(day, 0))
        keeping: MeasureQuerySet = rows.filter(timeliness.keeps_deadline("effective_due_on"), course=Course.OPEN)
        return keeping

    @staticmethod
    def _course_in(day: date, days: int) -> Case:
        return course(day + timedelta(days=days), due_on="effective_due_on", requested_on="requested_on")

    def measured(self, day: date, clock: str) -> MeasureQuerySet:
        """
        Dated ones of which it can be said whether they were in time: closed, or their deadline is over on ``day``.

        ``clock`` names the deadline, see ``closing.CLOCKS``. Wants ``lights``.
        """
        return self.filter(is_measured(day, clock))

    def kept(self, day: date, clock: str) -> MeasureQuerySet:
        """Those of ``measured`` that were asked to be closed on or before the deadline."""
        return self.filter(is_kept(clock))

    def missed(self, day: date, clock: str) -> MeasureQuerySet:
        """Those of ``measured`` that were asked to be closed after the deadline, or not at all."""
        return self.filter(is_measured(day, clock), is_missed(clock))

    def count_by_clock(self, day: date) -> dict[str, int]:
        """How many are ``measured`` and ``kept`` on each clock, as ``original_kept``; one query. Wants ``lights``."""
        return count_by_clock(self, day)

    def needing_coordination(self, day: date) -> MeasureQuerySet:
        """Open measures on which a unit's last word asks the leading group to step in."""
        asking = Assignment.objects.as_of(day).named(day).needing_coordination(day)
        return self.filter(Exists(asking.filter(measure=OuterRef("pk"))))

    def with_last_report(self, day: date) -> MeasureQuerySet:
        """Adds ``last_reported_on``: the last report of any unit by the end of ``day``."""
        reports = Report.objects.standing(day).filter(assignment__measure=OuterRef("pk")).order_by()
        latest = reports.values("assignment__measure").annotate(latest=Max("recorded_on")).values("latest")
        return self.annotate(last_reported_on=Subquery(latest))

    def by_deadline(self) -> MeasureQuerySet:
        """The nearest deadline first; ongoing ones last."""
        return self.order_by(F("effective_due_on").asc(nulls_last=True), "number")

    def by_last_report(self, day: date, *, oldest_first: bool) -> MeasureQuerySet:
        """By the last report of any unit: the newest first, or the longest silent (never reported) first."""
        rows = self.with_last_report(day)
        if oldest_first:
            return rows.order_by(F("last_reported_on").asc(nulls_first=True), "number")
        return rows.order_by(F("last_reported_on").desc(nulls_last=True), "number")

    def with_parts(self, day: date, plan: Plan | None = None) -> MeasureQuerySet:
        """Loads every measure's units as ``parts``, in the order of the text, with what they have reported."""
        rows = Assignment.objects.with_reporting(day, plan).named(day).select_related("department")
        parts = rows.order_by("position", "pk")
        return self.prefetch_related(Prefetch("assignments", queryset=parts, to_attr="parts"))

    def by_days_late(self) -> MeasureQuerySet:
        """The most days late first, overdue or closed late; then everything else in the plan's order."""
        days = Case(
            When(timeliness=Timeliness.OVERDUE, then=F("as_of_day") - F("effective_due_on")),
            When(timeliness=Timeliness.CLOSED_LATE, then=F("requested_on") - F("effective_due_on")),
            output_field=models.DurationField(),
        )
        return self.order_by(days.desc(nulls_last=True), "number")

    def longest_overdue(self, day: date) -> MeasureQuerySet:
        """The overdue ones, the most days late first. Wants ``with_course``."""
        rows: Any = self.unterminated(day)
        overdue: MeasureQuerySet = rows.filter(course=Course.OVERDUE).order_by("effective_due_on", "number")
        return overdue

    def extended(self, day: date) -> MeasureQuerySet:
        """Those whose deadline had been moved by the end of ``day``."""
        return self.filter(Exists(Extension.objects.granted_by(day).filter(measure=OuterRef("pk"))))

    def extended_repeatedly(self, day: date) -> MeasureQuerySet:
        return self.filter(Exists(Extension.objects.narrowed(day, repeated=True).filter(measure=OuterRef("pk"))))

    def with_extension_waiting(self, day: date) -> MeasureQuerySet:
        return self.filter(Exists(Extension.objects.to_decide(day).filter(measure=OuterRef("pk"))))


class MeasureManager(models.Manager.from_queryset(MeasureQuerySet)):  # type: ignore[misc]
    as_of = kept(MeasureQuerySet.as_of)
    lights = kept(MeasureQuerySet.lights)
    with_course = kept(MeasureQuerySet.with_course)

    def count_by_course(self, plan: Plan, days: Sequence[date]) -> dict[date, Counter[str]]:
        """How many of ``plan`` stood in which ``Course`` at the end of each of ``days``; one query however many."""
        numbers: dict[date, Counter[str]] = {day: Counter() for day in days}
        asked = [
            self.with_course(day)
            .filter(plan=plan)
            .unterminated(day)
            .order_by()
            .annotate(day=Value(day, output_field=DateField()))
            .values("day", "course")
            .annotate(number=Count("pk"))
            for day in days
        ]
        for row in asked[0].union(*asked[1:], all=True) if asked else ():
            numbers[row["day"]][row["course"]] += row["number"]
        return numbers

    def get_by_natural_key(self, plan: str, number: int) -> Measure:
        return self.get(plan__slug=plan, number=number)


class Measure(models.Model):
    """
    A numbered measure of a plan (任务), its official wording kept verbatim.

    Loaded by ``actions.plan.load``, or entered in the panel. What was issued stays as it is: an issued plan is changed
    by ``actions.amendment``, its deadlines by ``actions.extension``.
    """

    plan = models.ForeignKey(
        Plan,
        on_delete=models.CASCADE,
        related_name="measures",
        db_index=False,  # the unique number begins with it
        verbose_name=_("推进计划"),
    )
    section = models.ForeignKey(Section, on_delete=models.RESTRICT, related_name="measures", verbose_name=_("章节"))
    number = models.PositiveIntegerField(_("序号"), validators=[MinValueValidator(1)])
    wording = models.TextField(_("任务"), validators=[printable], help_text=_("正式文本，逐字照录。"))
    responsibility_text = models.TextField(
        _("责任分工原文"), blank=True, validators=[printable], help_text=_("正式文本，逐字照录。")
    )
    timeframe_text = models.CharField(
        _("时限原文"), max_length=100, blank=True, validators=[printable], help_text=_("正式文本，逐字照录。")
    )
    timeframe = models.CharField(_("时限类型"), max_length=8, choices=Timeframe)
    due_on = models.DateField(
        _("完成时限"),
        null=True,  # ongoing, and nothing else: see the constraint
        blank=True,
        validators=timeliness.IN_RANGE,
        help_text=_("当日仍算按期；持续推进的任务不填。"),
    )

    # Set once by actions.amendment; NULL: as issued. The day itself counts.
    ongoing_from = models.DateField(_("转常态日期"), null=True, blank=True, editable=False)
    terminated_from = models.DateField(_("终止日期"), null=True, blank=True, editable=False)

    objects = MeasureManager()

    parts: list[Any]  # of with_parts(): assignments, with their annotations

    class Meta:
        verbose_name = _("任务")
        verbose_name_plural = _("任务")
        ordering = ("plan_id", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("plan", "number"),
                name="measure_number_once_in_plan",
                violation_error_message=_("本计划中已有该序号的任务。"),
            ),
            models.CheckConstraint(
                condition=Q(timeframe=Timeframe.BY_DATE, due_on__isnull=False)
                | Q(timeframe=Timeframe.ONGOING, due_on__isnull=True),
                name="measure_timeframe_agrees_with_deadline",
                violation_error_message=_("限期完成的任务须有完成时限，持续推进的任务不能有完成时限。"),
            ),
            models.CheckConstraint(
                condition=Q(ongoing_from__isnull=True) | Q(timeframe=Timeframe.BY_DATE),
                name="measure_becomes_ongoing_once",
                violation_error_message=_("持续推进的任务无需转常态。"),
            ),
            models.CheckConstraint(
                condition=~Q(wording=""),
                name="measure_has_wording",
                violation_error_message=_("任务须有正式文本。"),
            ),
        )

    def __str__(self) -> str:
        return _("第%(number)d项") % {"number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("measure", args=[self.plan.slug, self.number])

    def wording_on(self, day: date) -> str:
        """The wording in force; one query."""
        amended = self.amendments.counting_on(day).of_kind(AmendmentKind.WORDING).in_order().last()
        return self.wording if amended is None else amended.wording

    def is_ongoing_on(self, day: date) -> bool:
        return self.due_on is None or (self.ongoing_from is not None and self.ongoing_from <= day)

    def has_deadline_on(self, day: date) -> bool:
        """Whether a deadline on ``day`` is one still: the measure neither ongoing nor terminated by then."""
        return not self.is_ongoing_on(day) and not self.is_terminated_on(day)

    def is_terminated_on(self, day: date) -> bool:
        return self.terminated_from is not None and self.terminated_from <= day

    def natural_key(self) -> tuple[str, int]:
        return (*self.plan.natural_key(), self.number)

    natural_key.dependencies = ["tasks.section"]  # type: ignore[attr-defined]

    @property
    def light(self) -> timeliness.Standing:
        """Where this measure stands; wants a row from ``as_of().with_parts()``, with its plan."""
        row: Any = self  # the annotations
        return timeliness.Standing(
            timeliness=row.timeliness,
            day=row.as_of_day,
            due_on=row.effective_due_on,
            original_due_on=self.due_on,
            extension=getattr(row, "last_extension", None),
            due_soon_days=row.due_soon_days,
            terminated_from=self.terminated_from,
            requested_on=row.requested_on,
            closed_on=getattr(row, "closed_on", None),
            **periods_of(row),
            **coming_of(row),
            units=len(self.parts),
            reported=self.reported,
        )

    @property
    def reported(self) -> int:
        """How many of its units have reported, of ``len(parts)``."""
        return sum(part.has_reported for part in self.parts)

    @property
    def silent_units(self) -> list[Any]:
        """Its units that have not reported; wants ``with_parts``."""
        return [part for part in self.parts if not part.has_reported]

    @property
    def closed_parts(self) -> int:
        """How many of its units have had their own part accepted as finished."""
        return sum(part.own_requested_on is not None for part in self.parts)

    @property
    def last_report_on(self) -> date | None:
        """The day of the last report of any of its units; None where all are silent."""
        return max((part.last_reported_on for part in self.parts if part.last_reported_on), default=None)
