"""Changing who is responsible for a measure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from departments.models import Department, User

from .. import permissions
from ..choices import AssignmentRole
from ..models import Assignment, Measure


def check_roles(roles: Iterable[str]) -> None:
    """
    Refuses combinations that no text can mean (design rule 2); raises ``ValidationError``.

    A measure has one sole unit, or leads, either with supporting units; or it is everybody's jointly, and then
    no unit is singled out.
    """
    given = list(roles)
    if given.count(AssignmentRole.SOLE) > 1:
        raise ValidationError(_("一项任务只能有一个负责单位。"), code="two_soles")
    if AssignmentRole.SOLE in given and AssignmentRole.LEAD in given:
        raise ValidationError(_("负责单位与牵头单位不能并列于一项任务。"), code="sole_beside_lead")
    if AssignmentRole.JOINT in given and set(given) != {AssignmentRole.JOINT}:
        raise ValidationError(
            _("按职责分工的任务中，各单位并列，不能再有负责、牵头或配合单位。"), code="joint_beside_other"
        )
    if AssignmentRole.CO in given and not {AssignmentRole.SOLE, AssignmentRole.LEAD} & set(given):
        raise ValidationError(_("配合单位须与负责或牵头单位并列。"), code="co_alone")


@transaction.atomic
def assign(*, by: User, measure: Measure, roles: Mapping[Department, str]) -> list[Assignment]:
    """
    Makes ``roles`` the whole of the measure's responsibilities, in that order.

    Raises ``PermissionDenied``; ``ValidationError`` on an impossible combination, or where a unit to be removed
    has reported: what has been reported stays somebody's duty.
    """
    permissions.require(permissions.may_assign(by, measure.plan))
    check_roles(roles.values())
    Measure.objects.select_for_update().get(pk=measure.pk)
    leaving = measure.assignments.exclude(department__in=roles)
    reported = leaving.filter(reports__isnull=False).select_related("department").distinct()
    if reported:
        names = _("、").join(part.department.name for part in reported)
        raise ValidationError(_("%(units)s已有填报，不能移出本任务。") % {"units": names}, code="has_reports")
    leaving.delete()
    # Demote before promoting, so that no two units are sole for a moment.
    kept = {part.department: part for part in measure.assignments.select_related("department")}
    for part in sorted(kept.values(), key=lambda part: roles[part.department] == AssignmentRole.SOLE):
        part.role = roles[part.department]
        part.position = list(roles).index(part.department) + 1
        part.save(update_fields=["role", "position"])
    for position, (department, role) in enumerate(roles.items(), start=1):
        if department not in kept:
            part = Assignment(measure=measure, department=department, role=role, position=position)
            part.full_clean()
            part.save()
    return list(measure.assignments.select_related("department").order_by("position"))
