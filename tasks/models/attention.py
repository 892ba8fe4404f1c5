"""What of a unit's part wants somebody's attention: questions to the assignments, asked with ``as_of``."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from ..choices import Decision
from ..timeliness import not_terminated
from .amendment import wording_in_force
from .closing import is_settled
from .report import Report
from .review import Review


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

    def with_timeframe(self) -> Self:
        """Adds ``is_ongoing``: whether there is no deadline in force. Wants the lights."""
        return self.annotate(is_ongoing=Q(effective_due_on__isnull=True))

    def standing(self, light: str) -> Self:
        """Those whose light, as of the day that ``as_of`` was asked for, is ``light``."""
        return self.filter(timeliness=light)

    def reported(self) -> Self:
        return self.filter(has_reported=True)

    def unreported(self) -> Self:
        return self.filter(has_reported=False)

    def waiting(self) -> Self:
        return self.filter(is_waiting=True)

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

    @staticmethod
    def _last_asks(day: date) -> Subquery:
        return Subquery(Report.objects.latest_of_outer_assignment(day).values("needs_coordination")[:1])

    def with_return(self, day: date) -> Self:
        """
        Adds ``returned_because``: why a report or a request to close came back, until the unit says something again,
        and ``returned_report``, its key; NULL where none did. ``Assignment.is_returned`` says whether it matters still.
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

    def longest_unsigned_first(self) -> Self:
        """Wants ``unsigned``."""
        return self.order_by("given_on", "measure__number", "position", "department__position", "pk")

    def most_pressing_first(self, day: date) -> list[Any]:
        """The rows in the order in which a unit works through them, see ``Assignment.urgency``. Wants ``as_of``."""
        rows = self.with_return(day).order_by(
            F("effective_due_on").asc(nulls_last=True), "measure__plan_id", "measure__number", "position"
        )
        return sorted(rows, key=lambda row: row.urgency)
