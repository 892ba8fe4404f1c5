"""
What may come in from a workbook: units and people, row by row, all of it or nothing.

A row is known by its name (people by their sign-in name). What is not in the file stays as it is; nothing is
deleted. Passwords never come in.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from django.contrib.auth.models import Group
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.instance_loaders import CachedInstanceLoader
from import_export.resources import Diff
from import_export.results import Result

from departments.models import Alias, Department, Role, User

from ..actions import member as members
from .columns import ByName, OneOf, Several, Text, Whole, YesNo, code_of
from .resources import TableResource, column


def check_department(department: Department, *, has_members: bool, is_member: bool) -> None:
    """Only a collective has members, and it is nobody's member itself. Raises ``ValidationError``."""
    if has_members and not department.is_collective:
        raise ValidationError({"kind": _("只有集合可以有成员单位，请先移除成员单位。")})
    if is_member and department.is_collective:
        raise ValidationError({"kind": _("该单位是其他集合的成员，不能改为集合。")})


def check_person(person: User, roles: set[str], *, by: User | None) -> None:
    """
    A reporter speaks for a unit; and nobody locks himself out, so that there is always an administrator.

    ``roles`` are the names of the groups the person is to have. Raises ``ValidationError``.
    """
    if Role.REPORTER in roles and person.department_id is None:
        raise ValidationError({"department": _("填报员须有所属单位。")})
    if by is None or person.pk != by.pk:
        return
    if not person.is_active:
        raise ValidationError({"is_active": _("不能停用自己的账号。")})
    if Role.ADMINISTRATOR not in roles and not person.is_superuser:
        raise ValidationError({"groups": _("不能取消自己的系统管理员角色。")})


class Problems(Result):
    """What came of an import, with every fault under its row in the file and its column."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []
        self.columns: dict[str, str] = {}

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    @property
    def of_file(self) -> list[str]:
        """What is wrong with the file as a whole."""
        faults = [error.error for error in self.base_errors]
        return [said for fault in faults for said in getattr(fault, "messages", [str(fault)])]

    @property
    def of_rows(self) -> list[tuple[int, str, str]]:
        """``(row in the file, column, what is wrong)``; the column is empty where the row as a whole is meant."""
        found = []
        for invalid in self.invalid_rows:
            for name, messages in invalid.error_dict.items():
                label = "" if name == NON_FIELD_ERRORS else str(self.columns.get(name, name))
                found += [(self._line(invalid.number), label, message) for message in messages]
        found += [(self._line(wrong.number), "", _("该行无法保存。")) for wrong in self.error_rows]
        return sorted(found)

    def _line(self, number: int) -> int:
        return self.lines[number - 1] if number <= len(self.lines) else number

    @property
    def changes(self) -> list[Any]:
        return [row for row in self.rows if row.is_new() or row.is_update()]


class Difference(Diff):
    """What was and what will be, in words and marks; the library's own has its colours in the markup."""

    def as_html(self) -> list[str]:
        return [
            format_html("{}", now) if was == now or self.new else format_html("<del>{}</del> <ins>{}</ins>", was, now)
            for was, now in zip(self.left, self.right, strict=True)
        ]


class SheetResource(TableResource):
    """A table that comes in as it went out."""

    required: tuple[str, ...] = ()
    by: User | None = None
    now: datetime

    @classmethod
    def get_result_class(cls) -> type[Result]:
        return Problems

    @classmethod
    def get_diff_class(cls) -> type[Diff]:
        return Difference

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        self.by, self.now = kwargs.get("user"), kwargs["now"]
        known = self.get_export_headers()
        missing = [str(self.fields[name].column_name) for name in self.required]
        missing = [name for name in missing if name not in dataset.headers]
        unknown = [name for name in dataset.headers if name not in known]
        faults = []
        if missing:
            faults.append(_("表头缺少：%(names)s。") % {"names": "、".join(missing)})
        if unknown:
            faults.append(
                _("表头中有不认识的列：%(names)s。可用的列：%(known)s。")
                % {"names": "、".join(unknown), "known": "、".join(known)}
            )
        if faults:
            raise ValidationError(faults)
        self._refuse_repeats(dataset)

    def _refuse_repeats(self, dataset: Any) -> None:
        key = self.fields[self._meta.import_id_fields[0]]
        first: dict[str, int] = {}
        faults = []
        for line, row in zip(dataset.lines, dataset.dict, strict=True):
            name = key.clean(row)
            if name in first:
                words = {"line": line, "first": first[name], "column": key.column_name, "name": name}
                faults.append(_("第%(line)d行与第%(first)d行重复：%(column)s“%(name)s”。") % words)
            elif name:
                first[name] = line
        if faults:
            raise ValidationError(faults)

    def after_init_instance(self, instance: Any, new: bool, row: Any, **kwargs: Any) -> None:
        for field in self._several():
            field.remember(instance)

    def _several(self) -> list[Several]:
        return [field for field in self.fields.values() if isinstance(field, Several)]

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        super().after_import(dataset, result, **kwargs)
        result.lines = dataset.lines
        result.columns = {str(field.attribute): field.column_name for field in self.fields.values()}


class DepartmentResource(SheetResource):
    name = column("name", gettext_lazy("名称"), Text())
    kind = column("kind", gettext_lazy("类别"), OneOf(Department.Kind))
    position = column("position", gettext_lazy("排序"), Whole())
    is_active = column("is_active", gettext_lazy("在用"), YesNo())
    aliases = Several(
        "aliases", gettext_lazy("别名"), lambda department: [alias.name for alias in department.aliases.all()]
    )
    members = Several(
        "memberships",
        gettext_lazy("成员单位"),
        lambda department: [each.member.name for each in department.memberships.all() if each.left_on is None],
    )
    required = ("name", "kind")

    class Meta:
        model = Department
        fields = ("name", "kind", "position", "is_active", "aliases", "members")
        import_id_fields = ("name",)
        instance_loader_class = CachedInstanceLoader
        clean_model_instances = True
        skip_unchanged = True

    def get_queryset(self) -> QuerySet[Department]:
        return Department.objects.prefetch_related("aliases", "memberships__member")

    def after_save_instance(self, instance: Department, row: Any, **kwargs: Any) -> None:
        aliases, members = self.fields["aliases"], self.fields["members"]
        is_member = instance.is_collective and instance.collectives.current().exists()
        check_department(instance, has_members=bool(members.wanted(instance)), is_member=is_member)
        if aliases.has_changed(instance):
            self._rename(instance, aliases.wanted(instance))
        if members.has_changed(instance):
            self._regroup(instance, members.wanted(instance))

    def _rename(self, department: Department, names: set[str]) -> None:
        for alias in Alias.objects.filter(department=department):
            if alias.name in names:
                names.remove(alias.name)
            else:
                alias.delete()
        for name in sorted(names):
            _keep(Alias(department=department, name=name), "aliases", name)

    def _regroup(self, collective: Department, names: set[str]) -> None:
        by, now = cast(User, self.by), self.now
        for membership in collective.memberships.current().select_related("member"):
            if membership.member.name in names:
                names.remove(membership.member.name)
            else:
                members.leave(by=by, membership=membership, now=now)
        units = Department.objects.in_bulk(names, field_name="name")
        for name in sorted(names):
            member = units.get(name)
            if member is None:
                raise ValidationError(
                    {"memberships": _("没有名为“%(name)s”的单位（须已有，或在本行之前）。") % {"name": name}}
                )
            if member.is_collective:
                raise ValidationError({"memberships": _("“%(name)s”是集合，不能作为成员。") % {"name": name}})
            try:
                members.join(by=by, collective=collective, member=member, now=now)
            except ValidationError as error:
                raise ValidationError({"memberships": error.messages}) from error


def _keep(instance: Alias, attribute: str, name: str) -> None:
    """Saves what belongs to a row; its faults are the row's, under the column it came from."""
    try:
        instance.full_clean()
    except ValidationError as error:
        raise ValidationError(
            {attribute: [_("“%(name)s”：%(fault)s") % {"name": name, "fault": fault} for fault in error.messages]}
        ) from error
    instance.save()


class SignInName(Text):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return User.normalize_username(super().clean(value))


class UserResource(SheetResource):
    username = column("username", gettext_lazy("用户名"), SignInName())
    last_name = column("last_name", gettext_lazy("姓氏"), Text())
    first_name = column("first_name", gettext_lazy("名字"), Text())
    department = column("department", gettext_lazy("所属单位"), ByName())
    phone = column("phone", gettext_lazy("电话"), Text())
    email = column("email", gettext_lazy("电子邮件地址"), Text())
    groups = Several(
        "groups",
        gettext_lazy("角色"),
        lambda user: {group.name for group in user.groups.all()} & set(Role.values),
        translate=lambda word: code_of(word, Role),
        say=lambda code: str(Role(code).label),
    )
    is_active = column("is_active", gettext_lazy("有效"), YesNo())
    last_login = column("last_login", gettext_lazy("上次登录"), readonly=True)
    required = ("username",)

    class Meta:
        model = User
        fields = (
            *("username", "last_name", "first_name", "department", "phone", "email"),
            *("groups", "is_active", "last_login"),
        )
        import_id_fields = ("username",)
        instance_loader_class = CachedInstanceLoader
        clean_model_instances = True
        skip_unchanged = True

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.select_related("department").prefetch_related("groups")

    def init_instance(self, row: Any = None) -> User:
        """A new person cannot sign in until an administrator sets a password."""
        person = User()
        person.set_unusable_password()
        return person

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        super().before_import(dataset, **kwargs)
        units = {alias.name: alias.department for alias in Alias.objects.select_related("department")}
        self.fields["department"].widget.known = units | {unit.name: unit for unit in Department.objects.all()}
        self.roles = {group.name: group for group in Group.objects.filter(name__in=Role.values)}

    def after_save_instance(self, instance: User, row: Any, **kwargs: Any) -> None:
        groups = self.fields["groups"]
        roles = groups.wanted(instance)
        check_person(instance, roles, by=self.by)
        if groups.has_changed(instance):
            others = instance.groups.exclude(name__in=Role.values)
            instance.groups.set([*others, *(self.roles[role] for role in sorted(roles))])
