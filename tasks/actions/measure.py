"""Who is responsible for a measure, and by when, while its plan is being entered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import Department, User

from .. import permissions
from ..choices import AssignmentRole
from ..models import Assignment, Measure, Review
from ..timeliness import LATEST, in_words
from .member import expand_to_members

# What is said where something is recorded on a measure that has been terminated.
TERMINATED = gettext_lazy("本任务已终止，不再接受填报和登记。")

# What is said where only units would be left to answer for a measure that are done with it.
NOBODY_LEFT = gettext_lazy(
    "调整后负责本任务的单位均已办结，任务将不经审核即告办结。"
    "请先由移出的单位申请办结，或另行指定负责单位；任务不再实施的，登记终止。"
)


def check_roles(roles: Iterable[str]) -> None:
    """
    Refuses combinations that no text can mean (design rule 2); raises ``ValidationError``.

    A measure has one sole unit, or leads, either with supporting units; or it is everybody's jointly, and then
    no unit is singled out.
    """
    given = list(roles)
    if set(given) - set(AssignmentRole.values):
        raise ValidationError(_("角色只能是负责、牵头、配合或按职责分工。"), code="unknown_role")
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


def check_deadline(measure: Measure, timeframe: str, due_on: date | None) -> None:
    """
    Refuses another deadline for what has been accepted as finished, whether that was on time being on record, and
    where more time has been asked for.
    """
    changed = (measure.timeframe, measure.due_on) != (timeframe, due_on)
    if changed and Review.objects.accepted().requests().of_measure(measure).exists():
        raise ValidationError(_("本任务已有单位办结，完成时限不能再改。"), code="settled")
    if changed and measure.extensions.exists():
        raise ValidationError(_("本任务已有延期申请，完成时限只能经延期改变。"), code="extended")


def check_is_being_entered(measure: Measure) -> None:
    """Refuses to change what has been issued otherwise than by a recorded change; raises ``ValidationError``."""
    if not measure.plan.is_being_entered:
        raise ValidationError(_("计划已启用，任务和责任分工只能登记“计划调整”来改变。"), code="in_use")


def _check_what_is_settled(measure: Measure, roles: Mapping[Department, str]) -> None:
    """What was accepted was accepted of a unit in its role; another role would rewrite what past days showed."""
    parts = list(measure.assignments.ever_named().select_related("department"))
    requests = Review.objects.accepted().requests().of_measure(measure)
    asked = requests.values_list("report__assignment", "report__assignment__collective_part")
    accepted = {key for keys in asked for key in keys}  # a collective is settled as soon as one member is
    changes = {part.department: part.role for part in parts} != dict(roles)
    if changes and _is_closed(measure):
        raise ValidationError(_("任务已办结，不能再调整责任分工。"), code="closed")
    if changes and measure.terminated_from is not None:
        words = {"day": in_words(measure.terminated_from)}
        raise ValidationError(_("本任务自%(day)s起终止，不能再调整。") % words, code="terminated")
    for part in parts:
        if part.pk in accepted and roles.get(part.department, part.role) != part.role:
            raise ValidationError(
                _("%(unit)s的办结申请已经同意，不能再改角色。") % {"unit": part.department}, code="settled"
            )


def _is_closed(measure: Measure) -> bool:
    """Whether all that has been recorded closes the measure."""
    return Measure.objects.lights(LATEST, measure.plan).filter(pk=measure.pk, requested_on__isnull=False).exists()


@transaction.atomic
def assign(*, by: User, measure: Measure, roles: Mapping[Department, str]) -> list[Assignment]:
    """
    Makes ``roles`` the whole of the measure's responsibilities, in that order, while the plan is being entered; a plan
    in use is changed by ``amendment.reassign``.

    Raises ``PermissionDenied``; ``ValidationError`` on an impossible combination, on a closed measure or one that ends
    or is to end, where the role of an accepted part would change, where a unit to be removed has reported: what has
    been reported stays somebody's duty; and where only units would be left to answer that are done: what is finished
    is asked for and accepted, and does not come about by taking units away.
    """
    permissions.require(permissions.may_assign(by, measure.plan))
    check_is_being_entered(measure)
    check_roles(roles.values())
    held = Measure.objects.select_for_update(of=("self",)).select_related("plan").get(pk=measure.pk)
    _check_what_is_settled(held, roles)
    was_closed = _is_closed(held)
    leaving = measure.assignments.ever_named().exclude(department__in=roles)
    list(leaving.select_for_update())  # nobody reports on them while they go
    spoken = Q(reports__isnull=False) | Q(member_parts__reports__isnull=False)
    signed = Q(receipt__isnull=False) | Q(member_parts__receipt__isnull=False)
    written = Q(draft__isnull=False) | Q(member_parts__draft__isnull=False)
    reported = leaving.filter(spoken | signed | written).select_related("department").distinct()
    if reported:
        names = _("、").join(part.department.name for part in reported)
        raise ValidationError(
            _("%(units)s已有填报、签收或草稿，不能移出本任务。") % {"units": names}, code="has_reports"
        )
    leaving.delete()
    # Demote before promoting, so that no two units are sole for a moment.
    kept = {part.department: part for part in measure.assignments.ever_named().select_related("department")}
    for part in sorted(kept.values(), key=lambda part: roles[part.department] == AssignmentRole.SOLE):
        part.role = roles[part.department]
        part.position = list(roles).index(part.department) + 1
        part.save(update_fields=["role", "position"])
        for own in part.member_parts.all():
            own.role, own.position = part.role, part.position
            own.save(update_fields=["role", "position"])
    for position, (department, role) in enumerate(roles.items(), start=1):
        if department not in kept:
            part = Assignment(measure=measure, department=department, role=role, position=position)
            part.full_clean()
            part.save()
            expand_to_members(part, since=None)
    if not was_closed and _is_closed(held):
        raise ValidationError(NOBODY_LEFT, code="nobody_left")
    return list(measure.assignments.ever_named().select_related("department").order_by("position"))
