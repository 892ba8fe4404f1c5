"""Who: the units a plan names, the people who work there, and what they may be called."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import ClassVar

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
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

    def offered(self, *others: int) -> DepartmentQuerySet:
        """Those in use, and those with the keys ``others``, which are named somewhere already."""
        return self.filter(models.Q(is_active=True) | models.Q(pk__in=others))

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

    def uninvited(self) -> UserQuerySet:
        """Those who may come in, but have no password, and no link by which to set one."""
        return self.filter(is_active=True, invitation=None, password__startswith=UNUSABLE_PASSWORD_PREFIX)


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

    @property
    def roles_in_words(self) -> str:
        """The roles this person was given, as people call them; lists fetch the groups with it."""
        given = {group.name for group in self.groups.all()}
        return str(_("、")).join(str(role.label) for role in Role if role in given)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> InvitationQuerySet:
        """Of people who may come in and have no password yet; their time may be over."""
        return self.filter(
            accepted_at__isnull=True, person__is_active=True, person__password__startswith=UNUSABLE_PASSWORD_PREFIX
        )

    def unit_by_unit(self) -> InvitationQuerySet:
        unit = "person__department"
        return self.select_related(unit, "issued_by").order_by(
            F(f"{unit}__position").asc(nulls_last=True), f"{unit}__name", "person__username"
        )

    def over(self, now: datetime) -> InvitationQuerySet:
        """Those whose time is over, as ``Invitation.is_over`` says of one."""
        return self.filter(expires_at__lt=now)

    def by_unit(self) -> dict[int | None, int]:
        """How many there are of each unit, by its key; None: of people who belong to none."""
        return dict(self.order_by().values_list("person__department").annotate(models.Count("pk")))


class Invitation(models.Model):
    """
    What lets a person who has no password set one of his own, once (邀请).

    Made and renewed by ``tasks.actions.invitation``. The link is kept nowhere: ``tasks.invitations`` works it out from
    what the person's row has for a password, so that it is void as soon as that changes.
    """

    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="invitation", verbose_name=_("人员"))
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("签发人"))
    issued_at = models.DateTimeField(_("签发时间"))
    expires_at = models.DateTimeField(_("有效期至"))
    accepted_at = models.DateTimeField(_("接受时间"), null=True, blank=True)  # NULL: no password was set by it

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("邀请")
        verbose_name_plural = _("邀请")
        constraints = (
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("issued_at")),
                name="invitation_lasts",
                violation_error_message=_("邀请的有效期须在签发之后。"),
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True)
                | Q(accepted_at__gte=F("issued_at"), accepted_at__lte=F("expires_at")),
                name="invitation_accepted_in_time",
                violation_error_message=_("邀请须在有效期内接受。"),
            ),
        )

    def __str__(self) -> str:
        return str(self.person)

    def is_over(self, now: datetime) -> bool:
        return now > self.expires_at


class RosterImport(models.Model):
    """
    A list of units or people that was uploaded and looked at, and waits to be confirmed (名单导入).

    It waits here, where every server process finds it. Made by ``tasks.actions.roster.hold``, confirmed once, by
    ``claim``; the file goes with that, and the row stays as the record of it.
    """

    class Room(models.TextChoices):
        DEPARTMENT = "department", _("责任单位")
        USER = "user", _("用户")

    class Format(models.TextChoices):
        XLSX = "xlsx", _("Excel 工作簿")
        CSV = "csv", _("CSV 文件")

    token = models.UUIDField(_("编号"), unique=True, default=uuid.uuid4, editable=False)
    room = models.CharField(_("名单"), max_length=12, choices=Room)
    format = models.CharField(_("文件格式"), max_length=4, choices=Format)
    name = models.CharField(_("文件名"), max_length=150)
    content = models.BinaryField(_("内容"), blank=True)  # empty once it is confirmed
    sha256 = models.CharField(_("校验值"), max_length=64)
    shown = models.CharField(_("预览的校验值"), max_length=64)  # of what the page said would be written
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("上传人"))
    uploaded_at = models.DateTimeField(_("上传时间"))
    confirmed_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,  # until it is confirmed
        blank=True,
        related_name="+",
        verbose_name=_("确认人"),
    )
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("名单导入")
        verbose_name_plural = _("名单导入")
        constraints = (
            models.CheckConstraint(
                condition=Q(room__in=["department", "user"], format__in=["xlsx", "csv"]),
                name="roster_import_is_known",
                violation_error_message=_("只能导入单位或人员的 .xlsx、.csv 名单。"),
            ),
            models.CheckConstraint(
                condition=~Q(sha256="") & ~Q(shown=""),
                name="roster_import_has_fingerprints",
                violation_error_message=_("名单导入须有文件和预览的校验值。"),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="roster_import_confirmed_by_somebody",
                violation_error_message=_("确认人和确认时间须同时登记。"),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def data(self) -> bytes:
        """The file; databases hand it out as they like."""
        return bytes(self.content)
