"""What my department owes, and reporting on it: all on one page, or one part on a page of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from .. import charts, permissions
from ..actions import draft as drafts
from ..actions import report as actions
from ..choices import Urgency
from ..forms.report import ReportForm
from ..links import day_of
from ..models import Assignment, Draft, Plan, Report
from ..summary import compiled, sources
from . import desk
from .access import allowed, person
from .desk import Card

# --- all on one page ---------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.has_own_duties)
def mine(request: HttpRequest) -> HttpResponse:
    """
    Everything my unit owes, each part with its form.

    ``do`` says what is done with what was typed: ``save`` keeps all of it as drafts, ``submit`` sends all that are
    complete, ``submit-7`` and ``unchanged-7`` send one part; whatever is not sent is kept.
    """
    as_of = day_of(request)
    found = desk.cards(request, desk.parts_of(request, as_of.day), as_of.day)
    if as_of.is_today:
        found = desk.lost(request, found, as_of.day) + found
    if request.method != "POST":
        return _all(request, found)
    if not as_of.is_today:
        raise Http404
    failed = _handle(request, found, request.POST.get("do", "save"))
    if not failed:
        return redirect("mine")
    fresh = desk.cards(request, desk.parts_of(request, as_of.day), as_of.day)
    fresh = desk.lost(request, fresh, as_of.day) + fresh
    shown = [failed.pop(card.part.pk, card) for card in fresh]
    return _all(request, [*failed.values(), *shown], status=422)


def _handle(request: HttpRequest, found: list[Card], act: str) -> dict[int, Card]:
    """Sends and keeps as ``act`` says, one part after the other; returns those that could not be, by part."""
    act, _dash, only = act.partition("-")
    sent, kept, failed = 0, 0, {}
    for card in found:
        if f"{card.form.prefix}-token" not in request.POST:
            continue
        form = desk.bound(request, card, is_draft=True)
        if not card.is_open:
            if desk.says_more(card, form):
                card.form = form
                card.error = card.error or _("您填写期间，本单位部分已办结，以下内容没有提交。")
                failed[card.part.pk] = card
            continue
        is_chosen = only == str(card.part.pk) if only else act == "submit" and form.is_complete
        if is_chosen:
            result: object = desk.send(request, card, _chosen_form(request, card, act))
            sent += result is not None
        elif desk.says_more(card, form):
            result = desk.keep(request, card, form)
            kept += result is not None
        else:
            continue
        if result is None:
            failed[card.part.pk] = card
    _tell(request, sent, kept, len(failed), drafted=any(card.draft is not None and card.is_open for card in found))
    return failed


def _chosen_form(request: HttpRequest, card: Card, act: str) -> ReportForm:
    form = desk.bound(request, card, is_draft=False)
    return form.with_no_news() if act == "unchanged" else form


def _tell(request: HttpRequest, sent: int, kept: int, failed: int, *, drafted: bool = False) -> None:
    if sent:
        messages.success(request, ngettext("已提交%(n)d项。", "已提交%(n)d项。", sent) % {"n": sent})
    if kept:
        messages.info(request, ngettext("已保存草稿%(n)d项。", "已保存草稿%(n)d项。", kept) % {"n": kept})
    if failed:
        words = ngettext("有%(n)d项未能提交或保存，请查看。", "有%(n)d项未能提交或保存，请查看。", failed)
        messages.warning(request, words % {"n": failed})
    elif not sent and not kept:
        saved, nothing = _("没有新的改动；此前写的内容已自动保存为草稿。"), _("没有需要保存或提交的内容。")
        messages.info(request, saved if drafted else nothing)


@dataclass(frozen=True)
class Sum:
    """What a unit owes in one plan: how much, how much of that is reported, and how much is drafted."""

    plan: Plan | None
    cards: list[Card]

    @property
    def owed(self) -> list[Card]:
        return [card for card in self.cards if card.is_owed]

    @property
    def periods(self) -> list[str]:
        return sorted({str(card.asked) for card in self.owed})

    @property
    def reported(self) -> int:
        return sum(card.is_reported for card in self.owed)

    @property
    def drafts(self) -> int:
        return sum(card.draft is not None and not card.is_lost for card in self.cards)


def _by_plan(found: list[Card]) -> Iterable[tuple[Plan | None, Iterable[Card]]]:
    """The cards of each plan, the newest first; of no plan where there are no cards."""
    if not found:
        return [(None, [])]
    rows = sorted(found, key=lambda card: (card.part.measure.plan.issued_on, card.part.measure.plan_id), reverse=True)
    return groupby(rows, key=lambda card: card.part.measure.plan)


def _all(request: HttpRequest, found: list[Card], *, status: int = 200) -> HttpResponse:
    context = {
        "department": person(request).department,
        "cards": found,
        "plans": list({card.part.measure.plan_id: card.part.measure.plan for card in found}.values()),
        "sums": [Sum(plan, list(cards)) for plan, cards in _by_plan(found)],
        "steps": _steps([card for card in found if not card.is_lost]),
        "has_failed": status != 200,
        "drafts": sum(card.draft is not None and not card.is_lost for card in found),
        "complete": sum(card.draft is not None and card.draft.is_complete and not card.is_lost for card in found),
        "unsigned": [card.part for card in found if card.is_open and card.part.signed_on is None],
    }
    return render(request, "tasks/report/mine.html", context, status=status)


def _steps(found: list[Card]) -> list[dict[str, object]]:
    """How many parts press how much, each with the first of them to jump to."""
    steps = []
    for urgency in Urgency:
        parts = [card.part for card in found if card.part.urgency == urgency]
        if parts:
            steps.append({"label": urgency.label, "number": len(parts), "first": parts[0].pk, "urgency": urgency.name})
    return steps


# --- one part ------------------------------------------------------------------------------------------


def _part(request: HttpRequest, pk: int) -> Any:
    """
    The part, for somebody who may report on it; for everybody else there is no such page, except to give back what
    was typed on a part that has been taken from the unit meanwhile.
    """
    day = day_of(request).day
    found = desk.with_everything(Assignment.objects.as_of(day).filter(pk=pk), day)
    is_typed = request.method == "POST"
    if not found or not (
        permissions.may_report(request.user, found[0])
        or (is_typed and permissions.has_reported_for(request.user, found[0]))
    ):
        raise Http404
    return found[0]


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(permissions.has_own_duties)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    day = day_of(request).day
    part = _part(request, pk)
    (card,) = desk.cards(request, [part], day, single=True, words=_words_to_begin_with(request, part))
    if request.method != "POST":
        return _page(request, card)
    act = request.POST.get("do", "submit")
    if part.until is not None:
        card.form = desk.bound(request, card, is_draft=True)
        return _page(request, desk.lose(card), status=409)
    if act == "save":
        if desk.keep(request, card, desk.bound(request, card, is_draft=True)):
            messages.info(request, _("%(measure)s的草稿已保存。") % {"measure": part.measure})
            return redirect("report", pk)
        return _page(request, card, status=_status(card))
    submission = desk.send(request, card, _chosen_form(request, card, act))
    if submission is None:
        return _page(request, card, status=_status(card))
    if not submission.is_new:
        messages.info(request, _("这份填报已经提交过，没有重复记录。"))
    elif submission.report.asks_to_close:
        messages.success(request, _("%(measure)s的办结申请已提交，等待审核。") % {"measure": part.measure})
    else:
        messages.success(request, _("%(measure)s的进展已提交。") % {"measure": part.measure})
    return redirect("mine")


def _words_to_begin_with(request: HttpRequest, part: Any) -> Report | None:
    """An earlier report of this part, where the address asks to begin with it (以此为底稿)."""
    key = request.GET.get("from", "")
    return part.reports.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None


def _status(card: Card) -> int:
    return 409 if card.newer or card.theirs or card.error else 422


def _page(request: HttpRequest, card: Card, *, status: int = 200) -> HttpResponse:
    part, day = card.part, day_of(request).day
    compiles = part.compiles(day)
    said = sources(part, day) if compiles else []
    asked = request.GET.get("compile")  # an edited summary makes room only where that is asked for by name
    if said and asked and not card.form.is_bound and (asked == "again" or not card.form.initial.get("summary")):
        card.form.initial["summary"] = compiled(said)
    context = {
        "plan": part.measure.plan,
        "card": card,
        "part": part,
        "measure": part.measure,
        "compiles": compiles,
        "sources": said,
        "indicators": charts.states(part.measure, day),
        "is_single": True,
        "has_failed": status != 200,
    }
    return render(request, "tasks/report/form.html", context, status=status)


# --- while it is being written -----------------------------------------------------------------------


@require_POST
@allowed(permissions.has_own_duties)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps what is being typed; answers with what to say beside it, and with the draft's new marks."""
    part = Assignment.objects.select_related("measure__plan", "department", "draft__saved_by").filter(pk=pk).first()
    if part is None or not (
        permissions.may_report(request.user, part) or permissions.has_reported_for(request.user, part)
    ):
        raise Http404
    single = f"{desk.prefix(part)}-token" not in request.POST
    card = desk.card_while_typing(part, day_of(request).day, single=single)
    form = desk.bound(request, card, is_draft=True)
    if part.until is not None:
        desk.lose(card)
    elif desk.says_more(card, form):
        desk.keep(request, card, form)
    return render(request, "tasks/report/saved.html", {"card": card, "part": part})


@require_POST
@allowed(permissions.has_own_duties)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throws a draft away; the part itself stays as it was."""
    part = get_object_or_404(Assignment.objects.select_related("measure__plan", "department"), pk=pk)
    if not permissions.may_discard(request.user, part):
        raise Http404
    version = request.POST.get("version", "")
    try:
        drafts.discard(
            by=person(request),
            assignment=part,
            version=int(version) if version.isdecimal() and len(version) < 10 else 0,
        )
    except drafts.Conflict as conflict:
        messages.warning(request, conflict.args[0])
    else:
        messages.info(request, _("%(measure)s的草稿已删除。") % {"measure": part.measure})
    return redirect("mine")


@require_POST
@allowed(permissions.has_own_duties)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a report back; its words are a draft again."""
    found = get_object_or_404(Report.objects.with_request(), pk=pk)
    if not permissions.may_withdraw(request.user, found):
        raise Http404
    try:
        taken: Draft = actions.withdraw(by=person(request), report=found, now=timezone.now())
    except actions.NotAccepted as refusal:
        messages.warning(request, refusal.args[0])
        return redirect("mine")
    messages.success(request, _("填报已撤回，内容已转为草稿，可修改后再提交。"))
    return redirect("report", taken.assignment_id)
