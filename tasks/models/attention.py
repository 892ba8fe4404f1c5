"""What of a unit's part wants somebody's attention: questions to the assignments, asked with ``as_of``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Least

from ..choices import OPEN, PARTNER_ROLES, PRINCIPAL_ROLES, Age, Decision, Timeliness
from ..course import HORIZONS, asked_between
from ..timeliness import DaysAfter, not_terminated
from .amendment import wording_in_force
from .closing import count_by_clock, is_kept, is_measured, is_missed, is_settled
from .period import Period, owed
from .plan import Plan
from .report import Report
from .review import Review

# When a part's duty to report began: with the unit, and with the measure's becoming ongoing.
BEGUN_ON = ("since", "measure__ongoing_from")


class AttentionQuerySet(models.QuerySet[Any]):
    """
    What ``AssignmentQuerySet`` says of who answers for itself, who is silent, help asked for, returns, receipts and the
    order of work.
    """

    def begun_by(self, day: date) -> Self:
        """Without the parts of members who had not joined by ``day``."""
        return self.filter(Q(since__isnull=True) | Q(since__lte=day))

    def in_force(self, day: date) -> Self:
        """Without the parts of members who had not joined by ``day``, or had left."""
        return self.begun_by(day).filter(Q(until__isnull=True) | Q(until__gt=day))

    def unterminated(self, day: date) -> Self:
        """Without the parts of measures that had been terminated by ``day``."""
        return self.filter(not_terminated(day, "measure__"))

    def lost_by(self, day: date) -> Self:
        """Those that nobody answers for any more on ``day``: ended, or of terminated measures."""
        return self.filter(Q(until__lte=day) | ~not_terminated(day, "measure__"))

    def with_reported_for(self, day: date) -> Self:
        """Adds ``reported_for``: the first day of the latest period that had been reported for by ``day``."""
        latest = Report.objects.standing(day).filter(assignment=OuterRef("pk")).order_by("-reported_for")
        return self.annotate(reported_for=Subquery(latest.values("reported_for")[:1]))

    def members_of_outer_part(self, day: date) -> Self:
        """For a subquery: the members' own parts, in force on ``day``, of the outer row's collective."""
        rows: Self = self.model._default_manager.all()
        return rows.in_force(day).filter(collective_part=OuterRef("pk"))

    def leaves(self, day: date) -> Self:
        """Those who answer for themselves on ``day``: every part but those of collectives with members."""
        return self.in_force(day).filter(~Exists(self.members_of_outer_part(day)))

    def leaves_and_left(self, day: date) -> Self:
        """``leaves``, and the parts of members who had left by ``day``."""
        return self.begun_by(day).filter(Q(until__lte=day) | ~Exists(self.members_of_outer_part(day)))

    def silent(self, day: date, owed_since: Any, owed_until: Any) -> Self:
        """
        Leaves that owe a report for the period of the given days and have said nothing for it nor for a later one.

        Who joined after the period's end owes nothing for it, and neither does who is done.
        """
        return self.filter(
            Q(since__isnull=True) | Q(since__lte=owed_until),
            ~Exists(Report.objects.of_outer_part_since(day, owed_since)),
            ~is_settled(day),
        )

    def _is_silent(self, day: date, period: str) -> Q:
        """
        Whether a part, or one of a collective's members', had not reported by the end of ``day`` for what is owed.

        The days of the period that is owed are in ``{period}_since`` and ``{period}_until``. Wants ``with_reporting``.
        """
        quiet = self.members_of_outer_part(day).silent(
            day, OuterRef(OuterRef(f"{period}_since")), OuterRef(f"{period}_until")
        )
        said = Report.objects.of_outer_part_since(day, OuterRef(f"{period}_since"))
        return Q(**{f"{period}_since__isnull": False}) & (Exists(quiet) | Q(~Exists(said), has_members=False))

    def with_forecast(self, day: date, days: int, plan: Plan | None = None) -> Self:
        """
        Adds ``turns_silent_in_{days}``: whether a part that is not silent will be within ``days`` days if nothing is
        recorded after ``day``.

        Two days are asked for: what is known is what had been recorded by the end of ``day``, changes of the plan to
        come among it; what is due is what will be by ``day + days``, or until the measure ends. Nothing turns where no
        period falls due in between. Wants ``as_of(day)``.
        """
        then, name, place = day + timedelta(days=days), f"owed_in_{days}", plan or "measure__plan"
        falls_due = Exists(Period.objects.coming_due(day).fallen_due_by(then).of_outer_plan(place).order_by())
        last = Case(
            When(terminates_on__lte=then, then=DaysAfter(F("terminates_on"), Value(-1))),
            default=Value(then),
            output_field=models.DateField(),
        )
        dates = {
            f"{name}_since": owed(OuterRef(f"{name}_last"), place, since=BEGUN_ON),
            f"{name}_until": owed(OuterRef(f"{name}_last"), place, "ends_on", since=BEGUN_ON),
        }
        # What costs least to ask comes first.
        goes_on = Q(becomes_ongoing_on__isnull=False) & Q(becomes_ongoing_on__lte=F(f"{name}_last"))
        turns = (falls_due & Q(effective_due_on__isnull=True)) | goes_on
        turns &= self._is_silent(day, name)
        turns &= Q(timeliness__in=[light for light in OPEN if light != Timeliness.SILENT])
        turning = Case(When(turns, then=True), default=False, output_field=models.BooleanField())
        rows = self.annotate(**{f"{name}_last": last}).annotate(**dates)
        return rows.annotate(**{f"turns_silent_in_{days}": turning})

    def turning_silent(self, day: date, days: int, plan: Plan | None = None) -> Self:
        """Those that fall silent within ``days`` days if nothing is recorded after ``day``. Wants ``as_of(day)``."""
        return self.with_forecast(day, days, plan).filter(**{f"turns_silent_in_{days}": True})

    def count_turning_silent(self, day: date, plan: Plan | None = None) -> dict[int, int]:
        """How many fall silent within each horizon; one query. Wants ``as_of(day)``."""
        rows = self.order_by()
        for days in HORIZONS:
            rows = rows.with_forecast(day, days, plan)
        turning = {f"in_{days}": Count("pk", filter=Q(**{f"turns_silent_in_{days}": True})) for days in HORIZONS}
        numbers = rows.aggregate(**turning)
        return {days: numbers[f"in_{days}"] for days in HORIZONS}

    def waiting_for_decision(self, day: date, *, closing: bool, age: Age | None = None) -> Self:
        """
        Parts of which a request to close, or else an ordinary report, waits to be decided on: for ``age``, or at all.

        Adds ``waiting_since``, the day of the oldest; a collective's waits where a member's does.
        """
        waiting = Review.objects.filter(report__asks_to_close=closing).waiting_on(day).order_by()
        there = Q(report__assignment__until__isnull=True) | Q(report__assignment__until__gt=day)
        own, members = "report__assignment", "report__assignment__collective_part"
        theirs = waiting.filter(there, **{f"{members}__isnull": False})
        # Begun with what waits, which is little, not with the parts.
        rows = self.filter(Q(pk__in=waiting.values(own)) | Q(pk__in=theirs.values(members)))
        # Of two days the earlier; SQLite finds no least of a day and nothing.
        oldest = _oldest(waiting, own), _oldest(theirs, members)
        rows = rows.annotate(waiting_since=Coalesce(Least(*oldest), *oldest))
        return rows if age is None else rows.filter(waiting_since__range=asked_between(day, age))

    def with_timeframe(self) -> Self:
        """Adds ``is_ongoing``: whether there is no deadline in force. Wants the lights."""
        return self.annotate(is_ongoing=Q(effective_due_on__isnull=True))

    def in_role(self, role: str) -> Self:
        """One role, or ``principal`` (answers for the measure as a whole) or ``partner`` (for its own part only)."""
        groups = {"principal": PRINCIPAL_ROLES, "partner": PARTNER_ROLES}
        return self.filter(role__in=groups.get(role, (role,)))

    def standing(self, light: str) -> Self:
        """Those whose light, as of the day that ``as_of`` was asked for, is ``light``."""
        return self.filter(timeliness=light)

    def reported(self) -> Self:
        return self.filter(has_reported=True)

    def unreported(self) -> Self:
        return self.filter(has_reported=False)

    def as_member(self) -> Self:
        """The parts that units have as members of a collective."""
        return self.filter(collective_part__isnull=False)

    def answered_by(self, unit: Any) -> Self:
        """The parts of ``unit``; of a collective also its members' own, who answer for it."""
        return self.filter(Q(department=unit) | Q(collective_part__department=unit))

    def measured(self, day: date, clock: str) -> Self:
        """Dated ones of which it can be said whether they were in time, see ``is_measured``. Wants ``as_of``."""
        return self.filter(is_measured(day, clock, "measure__"))

    def kept(self, day: date, clock: str) -> Self:
        """Those of ``measured`` that were asked to be closed on or before the deadline."""
        return self.filter(is_kept(clock, "measure__"))

    def missed(self, day: date, clock: str) -> Self:
        """Those of ``measured`` that were asked to be closed after the deadline, or not at all."""
        return self.filter(is_measured(day, clock, "measure__"), is_missed(clock, "measure__"))

    def count_by_clock(self, day: date) -> dict[str, int]:
        """How many are ``measured`` and ``kept`` on each clock, as ``original_kept``; one query. Wants ``as_of``."""
        return count_by_clock(self, day, "measure__")

    def needing_coordination(self, day: date) -> Self:
        """
        Open parts whose last report asks the leading group to step in; a collective's, where a member's does.

        Wants ``as_of`` first.
        """
        members = self.members_of_outer_part(day)
        return self.alias(asks_for_help=self._last_asks(day)).filter(
            Q(asks_for_help=True) | Q(Exists(members.alias(asks=self._last_asks(day)).filter(asks=True))),
            requested_on__isnull=True,
        )

    def latest_word_first(self) -> Self:
        """Wants ``with_reporting``."""
        return self.order_by(F("last_reported_on").desc(nulls_last=True), "measure__number", "position", "pk")

    @staticmethod
    def _last_asks(day: date) -> Subquery:
        return Subquery(Report.objects.latest_of_outer_assignment(day).values("needs_coordination")[:1])

    def with_return(self, day: date) -> Self:
        """
        Adds ``returned_because``: why a report or a request to close came back, until the unit says something again,
        ``returned_report``, its key, and ``returned_asks_to_close``, which of the two it was; NULL where none did.
        ``Assignment.is_returned`` says whether it matters still.
        """
        accepted = Q(pk__gt=OuterRef("report"), review__decision=Decision.ACCEPTED, review__decided_on__lte=day)
        answers = Report.objects.standing(day).filter(
            Q(recorded_at__gt=OuterRef("decided_at")) | accepted, assignment=OuterRef("report__assignment")
        )
        came_back = Review.objects.decided_by(day, Decision.RETURNED).filter(
            ~Exists(answers), report__assignment=OuterRef("pk")
        )
        last = came_back.order_by("-decided_at")
        return self.annotate(
            returned_because=Subquery(last.values("reason")[:1]),
            returned_report=Subquery(last.values("report")[:1]),
            returned_asks_to_close=Subquery(last.values("report__asks_to_close")[:1]),
        )

    def with_newest_report(self) -> Self:
        """Adds ``newest_report``: the key of the last report there is, whether it counts or not; NULL without any."""
        rows = Report.objects.filter(assignment=OuterRef("pk")).newest_first()
        return self.annotate(newest_report=Subquery(rows.values("pk")[:1]))

    def with_receipt(self, day: date) -> Self:
        """Adds ``signed_on``: the day the unit signed for its part, NULL where it had not by the end of ``day``."""
        return self.annotate(signed_on=Case(When(receipt__signed_on__lte=day, then=F("receipt__signed_on"))))

    def unsigned(self, day: date) -> Self:
        """Parts that somebody has to sign for and nobody had by the end of ``day``: members', not the collective's."""
        members = self.members_of_outer_part(day)
        return (
            self.in_force(day)
            .unterminated(day)
            .filter(~Exists(members), Q(receipt__isnull=True) | Q(receipt__signed_on__gt=day))
            .annotate(
                given_on=Coalesce("since", "measure__plan__issued_on"),
                wording_in_force=wording_in_force(day, "measure_id", "measure__"),
            )
            .filter(given_on__lte=day)
        )

    def to_fill_in(self, day: date, plan: Plan) -> Self:
        """The parts of ``plan`` that somebody can report on at the end of ``day``, unit by unit, with their lights."""
        rows: Any = self.in_force(day).unterminated(day).filter(measure__plan=plan)
        rows = rows.as_of(day, plan).filter(has_members=False, requested_on__isnull=True).with_last_report(day)
        found: Self = rows.select_related("department", "measure", "collective_part__department").order_by(
            "department__position", "department_id", "measure__number", "position", "pk"
        )
        return found

    def in_text_order(self) -> Self:
        return self.order_by("measure__plan_id", "measure__number", "position", "pk")

    def longest_unsigned_first(self) -> Self:
        """Wants ``unsigned``."""
        return self.order_by("given_on", "measure__number", "position", "department__position", "pk")

    def worst_first(self, lights: Sequence[str]) -> Self:
        """The parts in one of ``lights``, in that order, the nearest deadline first. Wants ``as_of``."""
        order = Case(*(When(timeliness=light, then=place) for place, light in enumerate(lights)))
        rows = self.filter(timeliness__in=lights)
        return rows.order_by(order, F("effective_due_on").asc(nulls_last=True), "measure__number", "position")

    def most_pressing_first(self, day: date) -> list[Any]:
        """The rows in the order in which a unit works through them, see ``Assignment.urgency``. Wants ``as_of``."""
        rows = self.with_return(day).order_by(
            F("effective_due_on").asc(nulls_last=True), "measure__plan_id", "measure__number", "position"
        )
        return sorted(rows, key=lambda row: row.urgency)


def _oldest(reviews: models.QuerySet[Review], part: str) -> Subquery:
    """The day of the oldest report among the ``reviews`` of the outer row's part; ``part`` is the path to that."""
    of_part = reviews.filter(**{part: OuterRef("pk")})
    return Subquery(of_part.values(part).annotate(oldest=Min("report__recorded_on")).values("oldest"))
