"""
Who may do what to which: the only place that decides.

Every view, every action and the panel ask here. A role is a Django group (``departments.models.Role``); a person
with several roles may do what any of them may.
"""

from __future__ import annotations

from typing import Any, TypeGuard

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from departments.models import Department, Role, User

from .choices import DECIDING_ROLES, ExtensionState, Timeliness
from .models import Assignment, Evidence, Export, Extension, Measure, Plan, Report, Upload

Person = User | AnonymousUser

# Whose working data the office itself keeps up to date in the panel; everything else there is for administrators.
WORKING_DATA = frozenset(
    {"plan", "section", "measure", "assignment", "milestone", "indicator", "sourcenote", "alias", "membership"}
)
SUPERVISORS_RECORDS = frozenset({"report", "review", "extension", "amendment", "rule"})
# What the panel shows and never changes: written by people's own actions, kept for ever.
RECORDS = frozenset(
    {
        "report",
        "review",
        "receipt",
        "evidence",
        "indicatorvalue",
        "milestoneentry",
        "extension",
        "amendment",
        "rule",
        "snapshot",
        "logentry",
        "accessattempt",
        "accesslog",
        "accessfailurelog",
    }
)


def has_role(user: Person, *roles: Role) -> TypeGuard[User]:
    return isinstance(user, User) and user.is_active and not user.roles.isdisjoint(roles)


def require(allowed: bool) -> None:
    """Raises ``PermissionDenied`` unless ``allowed``; how the actions ask."""
    if not allowed:
        raise PermissionDenied


# --- pages ---------------------------------------------------------------------------------------


def may_read(user: Person) -> bool:
    """The whole plan is open to everybody who has a role."""
    return has_role(user, *Role)


def may_export(user: Person) -> bool:
    return has_role(user, Role.SUPERVISOR, Role.LEADER, Role.ADMINISTRATOR)


def may_see_export(user: Person, export: Export) -> bool:
    """A workbook that is being made is its author's alone."""
    return may_export(user) and export.author_id == user.pk


def has_own_duties(user: Person) -> bool:
    """Whether 我的填报 is this person's page."""
    return has_role(user, Role.REPORTER)


def has_review_queue(user: Person) -> bool:
    return has_role(user, Role.SUPERVISOR, Role.LEADER, Role.ADMINISTRATOR)


def may_audit(user: Person) -> bool:
    """Read who has changed what in the working data."""
    return has_role(user, Role.ADMINISTRATOR)


# --- reports and reviews -------------------------------------------------------------------------


def reporting_department(user: Person, assignment: Assignment) -> Department | None:
    """
    In whose name this person may report on ``assignment``; None where he may not.

    A reporter speaks for his own department, as long as it has the part. An administrator may enter a report on
    behalf of the unit. Nobody speaks for a collective that has members: each of them has a part of its own.
    """
    if assignment.until is not None or _has_members(assignment):
        return None
    if has_role(user, Role.REPORTER):
        own = user.department
        if own is not None and own.is_active and own == assignment.department:
            return own
    if has_role(user, Role.ADMINISTRATOR):
        return assignment.department
    return None


def has_reported_for(user: Person, assignment: Assignment) -> bool:
    """Whether the part, ended by now, was this person's unit's: he is told, and given back what he has typed."""
    is_own = isinstance(user, User) and user.department_id == assignment.department_id
    return is_own and assignment.until is not None and has_role(user, Role.REPORTER)


def may_discard(user: Person, assignment: Assignment) -> bool:
    """Whoever may write a draft, and the unit that was writing one when its part ended."""
    return may_report(user, assignment) or has_reported_for(user, assignment)


def _has_members(assignment: Assignment) -> bool:
    if not assignment.department.is_collective:
        return False
    if (known := getattr(assignment, "has_members", None)) is not None:
        return bool(known)
    return assignment.member_parts.filter(until__isnull=True).exists()


def may_report(user: Person, assignment: Assignment) -> bool:
    return reporting_department(user, assignment) is not None


def may_sign(user: Person, assignment: Assignment) -> bool:
    """Receipt is the unit's own: nobody signs on its behalf."""
    return user.is_authenticated and reporting_department(user, assignment) == user.department is not None


def may_withdraw(user: Person, report: Report) -> bool:
    """Whoever may speak for the unit whose report it is; whether it can still be had back, the action knows."""
    return reporting_department(user, report.assignment) == report.department


def may_fill_in(user: Person) -> bool:
    """Whether the page on which workbooks are taken away to be filled in is this person's."""
    return has_role(user, Role.REPORTER, Role.SUPERVISOR, Role.ADMINISTRATOR)


def may_take_away(user: Person, unit: Department) -> bool:
    """Take away the workbook of one unit: its own reporters, and the office."""
    return may_send_out(user) or (has_role(user, Role.REPORTER) and user.department_id == unit.pk)


def may_send_out(user: Person) -> bool:
    """Take away the workbooks of all units, to send them round."""
    return has_role(user, Role.SUPERVISOR, Role.ADMINISTRATOR)


def may_upload(user: Person) -> bool:
    """Bring workbooks back; which of their rows are taken, ``reporting_department`` says of each."""
    return has_role(user, Role.REPORTER, Role.ADMINISTRATOR)


def may_see_upload(user: Person, upload: Upload) -> bool:
    """Look at, confirm and undo it: whoever brought it, and administrators."""
    return may_upload(user) and (user.pk == upload.author_id or has_role(user, Role.ADMINISTRATOR))


def may_see_evidence(user: Person, evidence: Evidence) -> bool:
    """What was submitted is open with the plan; what is still being written, to those who may write it."""
    if evidence.draft is not None:
        return may_report(user, evidence.draft.assignment)
    return may_read(user)


def may_review(user: Person, report: Report) -> bool:
    """
    Four eyes: nobody decides on a report of his own department, or on one he wrote himself.

    What the plan's own office asks for goes to the leading group, everything else to the supervisors.
    """
    if not isinstance(user, User) or report.author_id == user.pk or report.assignment.until is not None:
        return False
    own, whose = user.department_id, _whose(report)
    if own is not None and own in whose:
        return False
    if report.assignment.measure.plan.office_id in whose:
        return has_role(user, Role.LEADER, Role.ADMINISTRATOR)
    return has_role(user, Role.SUPERVISOR, Role.ADMINISTRATOR)


def _whose(report: Report) -> set[int]:
    """The keys of the unit that speaks, of its collective where it is a member, and of its members where it is one."""
    part = report.assignment
    whose = {report.department_id, part.department_id}
    if part.collective_part is not None:
        whose.add(part.collective_part.department_id)
    elif part.department.is_collective:
        whose |= set(part.department.memberships.current().values_list("member", flat=True))
    return whose


def why_not_review(user: Person, report: Report) -> str:
    """In words, why somebody with a review queue may not decide on this report; empty where he may."""
    if may_review(user, report) or not isinstance(user, User):
        return ""
    if report.author_id == user.pk:
        return _("这份填报由您本人填写，须由他人审核。")
    if report.assignment.until is not None:
        return _("该单位已不在这项分工中，这份填报无需再审核。")
    if report.assignment.measure.plan.office_id in _whose(report) and not has_role(user, Role.LEADER):
        return _("督办单位自己的填报，由领导小组审核。")
    if user.department_id in _whose(report):
        return _("按回避要求，本单位的填报须由其他单位的人员审核。")
    return _("这份填报由督办管理员审核。")


def may_decide_extension(user: Person, extension: Extension) -> bool:
    """
    Four eyes: nobody gives more time to his own department, be it the one that asks or one that answers with it.

    Where the plan's own office answers for the measure the leading group decides, elsewhere the supervisors.
    """
    if not isinstance(user, User) or extension.author_id == user.pk:
        return False
    answering = _answering_for(extension)
    if user.department_id is not None and user.department_id in answering:
        return False
    if extension.measure.plan.office_id in answering:
        return has_role(user, Role.LEADER, Role.ADMINISTRATOR)
    return has_role(user, Role.SUPERVISOR, Role.ADMINISTRATOR)


def _answering_for(extension: Extension) -> set[int]:
    """The keys of the units that answer for the measure, members of collectives included, and of the one that asks."""
    parts = extension.measure.assignments.all()
    return {part.department_id for part in parts if part.role in DECIDING_ROLES and part.until is None} | {
        extension.department_id
    }


def why_not_decide_extension(user: Person, extension: Extension) -> str:
    """In words, why somebody with a review queue may not decide on this request; empty where he may."""
    if may_decide_extension(user, extension) or not isinstance(user, User):
        return ""
    if extension.author_id == user.pk:
        return _("这份延期申请由您本人提出，须由他人审核。")
    if user.department_id in _answering_for(extension):
        return _("按回避要求，本单位负责的任务延期须由其他单位的人员审核。")
    if extension.measure.plan.office_id in _answering_for(extension):
        return _("督办单位自己负责的任务，延期由领导小组审核。")
    return _("这份延期申请由督办管理员审核。")


def may_ask_for_time(user: Person, measure: Measure) -> bool:
    """Offer the form for it: for an open measure with a deadline, to who answers for it; wants the measure's light."""
    row: Any = measure
    is_open = row.effective_due_on is not None and row.requested_on is None and row.timeliness != Timeliness.TERMINATED
    is_open = is_open and row.last_extension != ExtensionState.PENDING
    return is_open and answering_department(user, measure) is not None


def may_withdraw_extension(user: Person, extension: Extension) -> bool:
    """Whoever may ask for the unit that asked."""
    return answering_department(user, extension.measure) == extension.department


def answering_department(user: Person, measure: Measure) -> Department | None:
    """
    In whose name this person may record what the measure as a whole has reached; None where he may not.

    That is for the units that answer for it (负责, 牵头, 按职责分工); an administrator does it on behalf of the first
    of them that can speak.
    """
    if not has_role(user, Role.REPORTER, Role.ADMINISTRATOR):
        return None
    own = user.department_id
    members = Assignment.objects.filter(collective_part=OuterRef("pk"), until__isnull=True)
    parts = Assignment.objects.filter(~Exists(members), measure=measure, role__in=DECIDING_ROLES, until__isnull=True)
    if not has_role(user, Role.ADMINISTRATOR):
        parts = parts.filter(department=own)
    found = parts.select_related("department").order_by("position", "pk")
    own_first = sorted(found, key=lambda part: part.department_id != own)
    speaking = (reporting_department(user, part) for part in own_first)
    return next((department for department in speaking if department is not None), None)


def may_mark(user: Person, measure: Measure) -> bool:
    """Record that a step of the measure is done: whoever answers for it, and the office."""
    return may_take_back(user) or answering_department(user, measure) is not None


def may_take_back(user: Person) -> bool:
    """Take back a step that was recorded as done by mistake."""
    return has_role(user, Role.SUPERVISOR, Role.ADMINISTRATOR)


def may_assign(user: Person, plan: Plan) -> bool:
    """Change who is responsible for a measure."""
    return has_role(user, Role.SUPERVISOR, Role.ADMINISTRATOR)


def may_amend(user: Person) -> bool:
    """Record that an issued plan has been changed."""
    return has_role(user, Role.SUPERVISOR, Role.ADMINISTRATOR)


def may_set_rules(user: Person) -> bool:
    """Lay down from when a deadline is near, and how long reports may take."""
    return has_role(user, Role.SUPERVISOR, Role.ADMINISTRATOR)


def may_take_snapshot(user: Person) -> bool:
    """Freeze the ledger for a meeting; nobody changes or deletes what was frozen."""
    return has_role(user, Role.SUPERVISOR, Role.LEADER, Role.ADMINISTRATOR)


def may_manage_periods(user: Person) -> bool:
    """Set up, open, lock and reopen reporting periods."""
    return has_role(user, Role.SUPERVISOR, Role.ADMINISTRATOR)


def may_manage_members(user: Person) -> bool:
    """Say who belongs to a collective."""
    return has_role(user, Role.SUPERVISOR, Role.ADMINISTRATOR)


# --- the panel -----------------------------------------------------------------------------------


def may_use_panel(user: Person) -> bool:
    return has_role(user, Role.SUPERVISOR, Role.ADMINISTRATOR)


def may_view_in_panel(user: Person, model: str) -> bool:
    """``model`` is a model's name in lower case, as in ``WORKING_DATA``."""
    if has_role(user, Role.ADMINISTRATOR):
        return True
    return has_role(user, Role.SUPERVISOR) and model in WORKING_DATA | SUPERVISORS_RECORDS | {"department"}


def may_add_in_panel(user: Person, model: str) -> bool:
    if model == "report":
        return has_role(user, Role.ADMINISTRATOR)
    return model not in RECORDS and may_change_in_panel(user, model)


def may_change_in_panel(user: Person, model: str) -> bool:
    if model in RECORDS:
        return False
    if has_role(user, Role.ADMINISTRATOR):
        return True
    return has_role(user, Role.SUPERVISOR) and model in WORKING_DATA


def may_delete_in_panel(user: Person, model: str) -> bool:
    """Only administrators, and never a record. What has history refuses by itself (``PROTECT``)."""
    return model not in RECORDS and has_role(user, Role.ADMINISTRATOR)


def may_correct_official_text(user: Person) -> bool:
    """The wording is the issued document's: corrected against it by administrators only."""
    return has_role(user, Role.ADMINISTRATOR)


def may_import(user: Person) -> bool:
    return has_role(user, Role.ADMINISTRATOR)


def may_invite(user: Person) -> bool:
    """Hand out the links with which people set their first password."""
    return has_role(user, Role.ADMINISTRATOR)


def may_import_plan(user: Person) -> bool:
    """Upload the document of a plan, go through what was read of it, and make it a plan."""
    return has_role(user, Role.ADMINISTRATOR)


def may_move_plans(user: Person) -> bool:
    """Take a plan with its whole history away as a file, and bring one in."""
    return has_role(user, Role.ADMINISTRATOR)
