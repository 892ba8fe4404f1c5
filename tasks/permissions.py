"""
Who may do what to which: the only place that decides.

Every view, every action and the panel ask here. A role is a Django group (``departments.models.Role``); a person
with several roles may do what any of them may.
"""

from __future__ import annotations

from typing import TypeGuard

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from departments.models import Department, Role, User

from .models import Assignment, Plan, Report

Person = User | AnonymousUser

# Whose working data the office itself keeps up to date in the panel; everything else there is for administrators.
WORKING_DATA = frozenset({"plan", "section", "measure", "assignment", "sourcenote", "alias", "membership"})
# What the panel shows and never changes: written by people's own actions, kept for ever.
RECORDS = frozenset({"report", "review", "logentry", "accessattempt", "accesslog", "accessfailurelog"})


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


def has_own_duties(user: Person) -> bool:
    """Whether 我的填报 is this person's page."""
    return has_role(user, Role.REPORTER)


def has_review_queue(user: Person) -> bool:
    return has_role(user, Role.SUPERVISOR, Role.LEADER, Role.ADMINISTRATOR)


# --- reports and reviews -------------------------------------------------------------------------


def reporting_department(user: Person, assignment: Assignment) -> Department | None:
    """
    In whose name this person may report on ``assignment``; None where he may not.

    A reporter speaks for his own department, also where it owes the duty as a member of a collective. An
    administrator may enter a report on behalf of the unit itself.
    """
    if has_role(user, Role.REPORTER):
        own = user.department
        if own is not None and own.is_active and _answers_for(own, assignment.department):
            return own
    if has_role(user, Role.ADMINISTRATOR):
        return assignment.department
    return None


def _answers_for(own: Department, owing: Department) -> bool:
    return own == owing or (owing.is_collective and any(each.member_id == own.pk for each in owing.memberships.all()))


def may_report(user: Person, assignment: Assignment) -> bool:
    return reporting_department(user, assignment) is not None


def may_review(user: Person, report: Report) -> bool:
    """
    Four eyes: nobody decides on a report of his own department, or on one he wrote himself.

    What the plan's own office asks for goes to the leading group, everything else to the supervisors.
    """
    if not isinstance(user, User) or report.author_id == user.pk:
        return False
    own = user.department_id
    if own is not None and own in (report.department_id, report.assignment.department_id):
        return False
    if report.department_id == report.assignment.measure.plan.office_id:
        return has_role(user, Role.LEADER, Role.ADMINISTRATOR)
    return has_role(user, Role.SUPERVISOR, Role.ADMINISTRATOR)


def why_not_review(user: Person, report: Report) -> str:
    """In words, why somebody with a review queue may not decide on this report; empty where he may."""
    if may_review(user, report) or not isinstance(user, User):
        return ""
    if report.author_id == user.pk:
        return _("这份申请由您本人填写，须由他人审核。")
    if report.department_id == report.assignment.measure.plan.office_id and not has_role(user, Role.LEADER):
        return _("督办单位自己的办结申请，由领导小组审核。")
    if user.department_id in (report.department_id, report.assignment.department_id):
        return _("按回避要求，本单位的办结申请须由其他单位的人员审核。")
    return _("这份申请由督办管理员审核。")


def may_assign(user: Person, plan: Plan) -> bool:
    """Change who is responsible for a measure."""
    return has_role(user, Role.SUPERVISOR, Role.ADMINISTRATOR)


# --- the panel -----------------------------------------------------------------------------------


def may_use_panel(user: Person) -> bool:
    return has_role(user, Role.SUPERVISOR, Role.ADMINISTRATOR)


def may_view_in_panel(user: Person, model: str) -> bool:
    """``model`` is a model's name in lower case, as in ``WORKING_DATA``."""
    if has_role(user, Role.ADMINISTRATOR):
        return True
    return has_role(user, Role.SUPERVISOR) and model in WORKING_DATA | {"department", "report", "review"}


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
