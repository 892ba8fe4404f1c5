"""Who: the units a plan names, the people who work there, and what they may be called."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """The four kinds of people; each is the name of a Django group."""

    REPORTER = "reporter", _("填报员")
    SUPERVISOR = "supervisor", _("督办管理员")
    LEADER = "leader", _("领导小组")
    ADMINISTRATOR = "administrator", _("系统管理员")


class DepartmentQuerySet(models.QuerySet["Department"]):
    def active(self) -> DepartmentQuerySet:
        return self.filter(is_active=True)

    def collectives(self) -> DepartmentQuerySet:
        return self.filter(kind=Department.Kind.COLLECTIVE)

    def without_members(self, day: date) -> DepartmentQuerySet:
        """Collectives that had no members on ``day``: no document lists them, and nobody answers for the duty."""
        return self.collectives().exclude(memberships__in=Membership.objects.on(day))


class DepartmentManager(models.Manager.from_queryset(DepartmentQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, name: str) -> Department:
        return self.get(name=name)


class Department(models.Model):
    """
    A unit named by a plan (责任单位).

    Some units are collectives (各街道办): several units named as one. Its members see its duties as theirs. A unit
    that has stopped existing is made inactive, never deleted, so that old plans still name it.
    """

    class Kind(models.TextChoices):
        PARTY = "PARTY", _("党委机构")
        GOVERNMENT = "GOVERNMENT", _("政府部门")
        JUDICIAL = "JUDICIAL", _("司法机关")
        BRANCH = "BRANCH", _("分局")
        INSTITUTION = "INSTITUTION", _("事业单位")
        ZONE = "ZONE", _("功能区")
        TOWNSHIP = "TOWNSHIP", _("街道（乡镇）")
        COLLECTIVE = "COLLECTIVE", _("集合")

    name = models.CharField(_("名称"), max_length=60, unique=True, error_messages={"unique": _("已有同名的责任单位。")})
    kind = models.CharField(_("类别"), max_length=12, choices=Kind)
    position = models.PositiveSmallIntegerField(_("排序"), default=100, help_text=_("数字小的排在前面。"))
    is_active = models.BooleanField(
        _("在用"), default=True, help_text=_("单位撤并后取消勾选；不要删除，历史计划仍要显示。")
    )

    objects = DepartmentManager()

    class Meta:
        verbose_name = _("责任单位")
        verbose_name_plural = _("责任单位")
        ordering = ("position", "name")
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "PARTY",
                        "GOVERNMENT",
                        "JUDICIAL",
                        "BRANCH",
                        "INSTITUTION",
                        "ZONE",
                        "TOWNSHIP",
                        "COLLECTIVE",
                    ]
                ),
                name="department_kind_is_known",
                violation_error_message=_("单位类别不在规定范围内。"),
            ),
        )

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.name,)

    @property
    def is_collective(self) -> bool:
        return self.kind == self.Kind.COLLECTIVE


class AliasManager(models.Manager["Alias"]):
    def get_by_natural_key(self, name: str) -> Alias:
        return self.get(name=name)


class Alias(models.Model):
    """Another name of a unit (full name, former name), by which a search or a workbook may call it."""

    department = models.ForeignKey(
        Department, on_delete=models.CASCADE, related_name="aliases", verbose_name=_("责任单位")
    )
    name = models.CharField(_("别名"), max_length=60, unique=True, error_messages={"unique": _("该别名已被使用。")})

    objects = AliasManager()

    class Meta:
        verbose_name = _("别名")
        verbose_name_plural = _("别名")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.name,)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> MembershipQuerySet:
        return self.filter(left_on__isnull=True)

    def known_on(self, day: date) -> MembershipQuerySet:
        """Recorded by the end of ``day``, whether or not they have ended since."""
        return self.filter(Q(joined_on__isnull=True) | Q(joined_on__lte=day))

    def on(self, day: date) -> MembershipQuerySet:
        """Those who were members at the end of ``day``."""
        return self.known_on(day).filter(Q(left_on__isnull=True) | Q(left_on__gt=day))

    def left_by(self, day: date) -> MembershipQuerySet:
        return self.known_on(day).filter(left_on__lte=day)


class Membership(models.Model):
    """
    One unit's place in a collective, from ``joined_on`` to the day before ``left_on``.

    The document lists no members: administrators add them. Both days are those on which it was recorded, so that
    joining and leaving never change what a past day showed.
    """

    collective = models.ForeignKey(
        Department,
        on_delete=models.CASCADE,
        related_name="memberships",
        limit_choices_to={"kind": Department.Kind.COLLECTIVE},
        verbose_name=_("集合"),
    )
    member = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="collectives", verbose_name=_("成员单位")
    )
    joined_on = models.DateField(_("加入日期"), null=True, blank=True)  # NULL: a member since the plan was issued
    left_on = models.DateField(_("退出日期"), null=True, blank=True)  # NULL: still a member

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("成员单位")
        verbose_name_plural = _("成员单位")
        ordering = (F("left_on").asc(nulls_first=True), "member__position", "member__name")
        constraints = (
            models.UniqueConstraint(
                fields=("collective", "member"),
                condition=Q(left_on__isnull=True),
                name="membership_once",
                violation_error_message=_("该单位已是成员。"),
            ),
            models.CheckConstraint(
                condition=~Q(collective=F("member")),
                name="membership_not_of_itself",
                violation_error_message=_("集合不能是自己的成员。"),
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(joined_on__isnull=True) | Q(left_on__gte=F("joined_on")),
                name="membership_left_after_joined",
                violation_error_message=_("退出日期不能早于加入日期。"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.collective} · {self.member}"


class UserQuerySet(models.QuerySet["User"]):
    def in_role(self, role: Role) -> UserQuerySet:
        return self.filter(is_active=True, groups__name=role)


class PeopleManager(UserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    pass


class User(AbstractUser):
    """A person who signs in. What a person may do follows from the groups alone, see ``tasks.permissions``."""

    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,  # leaders and administrators need not belong to a unit of the plan
        blank=True,
        related_name="people",
        verbose_name=_("所属单位"),
    )
    phone = models.CharField(_("电话"), max_length=32, blank=True)

    objects: ClassVar[PeopleManager] = PeopleManager()

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Family name first, as Chinese names are written; the sign-in name where there is none."""
        return f"{self.last_name}{self.first_name}".strip() or self.username

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles of this person, one query the first time. A superuser is an administrator."""
        known = set(Role.values)
        names = {name for name in self.groups.values_list("name", flat=True) if name in known}
        if self.is_superuser:
            names.add(Role.ADMINISTRATOR)
        return frozenset(Role(name) for name in names)
