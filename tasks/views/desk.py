"""What a unit's person works on: each part with its form, and what becomes of what is sent."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .. import permissions
from ..actions import draft as drafts
from ..actions import report as actions
from ..choices import SETTLED, AssignmentRole, Timeliness
from ..forms.report import NO_NEWS, ReportForm
from ..models import Assignment, Draft, Period, Report, Words
from ..summary import sources
from .access import person

TYPED = re.compile(r"p(\d{1,18})-token")  # see prefix()
MOST_PERIODS = 4  # to choose from: the one that runs, and what may still be made up for


@dataclass
class Card:
    """
    One part on the page of its unit.

    ``asked`` is the period that a report is asked for now (None: a dated part nobody asks about by periods).
    ``newer`` and ``theirs`` are what another has sent or saved meanwhile; ``error`` is why nothing was taken.
    ``is_lost`` says that the part was the unit's when the page was opened, and is no more.
    """

    part: Any
    form: ReportForm
    asked: Period | None
    draft: Draft | None
    returned: Report | None = None
    newer: Report | None = None
    theirs: Draft | None = None
    error: str = ""
    has_conflict: bool = False
    is_kept: bool = False
    is_open: bool = True
    is_lost: bool = False
    no_news = NO_NEWS

    @property
    def is_reported(self) -> bool:
        """Whether what is asked for now has been said."""
        part = self.part
        return self.asked is not None and part.reported_for is not None and part.reported_for >= self.asked.starts_on

    @property
    def compiles(self) -> bool:
        """As ``Assignment.compiles``, from the units that are loaded already."""
        units = self.part.measure.parts
        named = self.part.collective_part_id is None and len(units) > 1
        return named and (
            self.part.is_principal or (self.part.role == AssignmentRole.JOINT and units[0].pk == self.part.pk)
        )

    @property
    def is_owed(self) -> bool:
        """Whether a report is asked for now."""
        return self.is_open and self.asked is not None

    @property
    def has_moved(self) -> bool:
        """Whether another has sent, saved or discarded meanwhile, so that its writer must choose."""
        return self.newer is not None or self.has_conflict

    @property
    def has_errors(self) -> bool:
        return bool(self.error or self.newer or self.theirs or (self.form.is_bound and self.form.errors))


def prefix(part: Assignment) -> str:
    """What the names of a part's fields begin with, where a page has several."""
    return f"p{part.pk}"


def parts_of(request: HttpRequest, day: date) -> list[Any]:
    """All that the person's unit owes, the most pressing first, with all that a page shows of it."""
    department = person(request).department
    if department is None:
        return []
    return with_everything(Assignment.objects.as_of(day).of(department, day), day)


def lost(request: HttpRequest, found: list[Card], day: date) -> list[Card]:
    """
    Cards for what the unit was writing on parts that have been terminated or taken from it: typed since the page was
    opened, or left as a draft before.
    """
    department = person(request).department
    if department is None:
        return []
    typed = {int(name[1]) for name in filter(None, map(TYPED.fullmatch, request.POST))}
    own = Assignment.objects.as_of(day).filter(department=department)
    left = own.filter(draft__isnull=False).lost_by(day)
    keys = (typed | set(left.values_list("pk", flat=True))) - {card.part.pk for card in found}
    if not keys:
        return []
    gone = [lose(card) for card in cards(request, with_everything(own.filter(pk__in=keys), day), day)]
    for card in gone:
        if card.part.pk not in typed:
            card.error = str(LEFT)
    return gone


LEFT = _("本任务已终止或不再由本单位承担，这份草稿不能再提交；需要的请自行留存，然后删除草稿。")


def lose(card: Card) -> Card:
    card.is_open, card.is_lost, card.error = False, True, str(drafts.Closed().args[0])
    return card


def with_everything(parts: Any, day: date) -> list[Any]:
    """``parts`` of ``as_of(day)``, the most pressing first, with all that a page shows of them."""
    rows = (
        parts.with_last_report(day)
        .with_siblings(day)
        .with_receipt(day)
        .with_newest_report()
        .select_related(
            "measure__plan", "measure__section", "department", "collective_part__department", "draft__saved_by"
        )
        .prefetch_related("draft__evidence", "last_reports__evidence")
    )
    found: list[Any] = rows.most_pressing_first(day)
    return found


def cards(
    request: HttpRequest, parts: list[Any], day: date, *, single: bool = False, words: Words | None = None
) -> list[Card]:
    """
    A card for each part; what was left as a draft stands in its form, or else ``words`` to begin with.

    ``single`` says that the page has one part only: the names of its fields then have no prefix.
    """
    plans = {part.measure.plan_id for part in parts}
    open_periods: dict[int, list[Period]] = {plan: [] for plan in plans}
    for period in Period.objects.filter(plan__in=plans).opened_by(day):
        open_periods[period.plan_id].append(period)
    returned = (
        Report.objects.with_request()
        .prefetch_related("evidence")
        .in_bulk([part.returned_report for part in parts if part.is_returned])
    )
    window = uuid.uuid4()
    found = []
    for part in parts:
        periods, asked = _periods(part, open_periods[part.measure.plan_id], day)
        draft: Draft | None = getattr(part, "draft", None)
        kind: dict[str, Any] = {"periods": periods, "prefix": None if single else prefix(part)}
        if draft is None:
            form = ReportForm.fresh(part.newest_report, words, **kind)
        else:
            form = ReportForm.of_draft(draft, part.newest_report, **kind)
        if form.initial.get("period") is None and asked is not None:
            form.initial["period"] = asked.pk
        form.initial["window"] = window
        is_open = part.requested_on is None and permissions.may_report(request.user, part)
        found.append(Card(part, form, asked, draft, returned=returned.get(part.returned_report or 0), is_open=is_open))
    return found


def _periods(part: Any, opened: list[Period], day: date) -> tuple[list[Period], Period | None]:
    """``(those a report may be for, the one that is asked for)``; the latest first."""
    ongoing = part.measure.is_ongoing_on(day)
    candidates = _candidates(part, opened, day)
    asked = None
    if ongoing and part.timeliness == Timeliness.SILENT:
        asked = next((period for period in candidates if period.starts_on == part.owed_since), None)
    if asked is None and candidates:
        asked = candidates[-1]
        for before in candidates[-2:-1]:
            if day <= before.due_on and not _covers(part, before):
                asked = before
        if asked.ends_on < day and (day > asked.due_on or _covers(part, asked)) and not ongoing:
            asked = None
    if part.timeliness in SETTLED:
        asked = None
    return [period for period in reversed(candidates) if not period.is_locked], asked


def _candidates(part: Any, opened: list[Period], day: date) -> list[Period]:
    """Those of the periods ``opened`` by ``day`` that a report on ``part`` may be for, the latest last."""
    running = [period for period in opened if period.starts_on <= day and period.ends_on >= part.begun_on(day)]
    if part.measure.is_ongoing_on(day):
        return running[-MOST_PERIODS:]
    return [each for each in running[-2:] if each.asks_dated and (day <= each.due_on or not _covers(part, each))]


def card_while_typing(part: Any, day: date, *, single: bool) -> Card:
    """The card of a part whose words are to be kept, without all that is shown around them: it is asked for often."""
    opened = list(Period.objects.filter(plan=part.measure.plan_id).opened_by(day))
    periods = [period for period in _candidates(part, opened, day) if not period.is_locked]
    form = ReportForm(prefix=None if single else prefix(part), periods=periods)
    return Card(part, form, None, getattr(part, "draft", None))


def _covers(part: Any, period: Period) -> bool:
    return part.reported_for is not None and part.reported_for >= period.starts_on


# --- what is sent ----------------------------------------------------------------------------------


def bound(request: HttpRequest, card: Card, *, is_draft: bool) -> ReportForm:
    """The card's form with what was sent; a draft may say less than a report."""
    data = request.POST
    return ReportForm(data, prefix=card.form.prefix, periods=card.form.periods, is_draft=is_draft)


def says_more(card: Card, form: ReportForm) -> bool:
    """Whether what was sent differs from what is kept."""
    is_stale = card.draft is not None and str(card.draft.version) != form["draft_version"].value()
    if card.draft is None or (is_stale and not form.says_something):
        return form.says_something
    if not form.is_valid():
        return True
    said = form.words | {"period": form.cleaned_data["period"]}
    return any(_plain(getattr(card.draft, name)) != _plain(value) for name, value in said.items())


def _plain(value: Any) -> Any:
    return "\n".join(value.strip().splitlines()) if isinstance(value, str) else value


def keep(request: HttpRequest, card: Card, form: ReportForm) -> Draft | None:
    """Saves what was typed as the draft; what stands in the way is put on the card."""
    card.form = form
    if not form.is_valid():
        return None
    data = form.cleaned_data
    try:
        card.draft = drafts.save(
            by=person(request),
            assignment=card.part,
            version=data["draft_version"],
            token=data["token"],
            words=form.words,
            period=data["period"],
            window=data["window"],
            now=timezone.now(),
        )
    except drafts.Conflict as conflict:
        _show_conflict(card, conflict)
        return None
    except drafts.Closed as closed:
        card.error = str(closed.args[0])
        return None
    except drafts.AlreadySent as sent:
        card.newer, card.form = sent.report, form.again(newer=sent.report)
        return None
    except ValidationError as error:
        form.add_error(None, error.messages)
        return None
    card.is_kept = True
    return card.draft


def send(request: HttpRequest, card: Card, form: ReportForm) -> actions.Submission | None:
    """Submits what was typed; what stands in the way is put on the card, and everything typed stays."""
    card.form = form
    if not form.is_valid():
        return None
    data = dict(form.cleaned_data)
    said = sources(card.part, timezone.localdate()) if data["summary"].strip() else ()
    try:
        return actions.submit(by=person(request), assignment=card.part, now=timezone.now(), sources=said, **data)
    except actions.Superseded as superseded:
        card.newer, card.form = superseded.newer, form.again(newer=superseded.newer, draft=card.draft)
    except drafts.Conflict as conflict:
        _show_conflict(card, conflict)
    except actions.NotAccepted as refusal:
        card.error = str(refusal.args[0])
    except ValidationError as error:
        form.add_error(None, error)
    return None


def _show_conflict(card: Card, conflict: drafts.Conflict) -> None:
    card.theirs, card.error, card.has_conflict = conflict.draft, str(conflict.args[0]), True
    card.form = card.form.again(draft=conflict.draft)
