"""
What may come in from a workbook: units and people, row by row, all of it or nothing.

A row is known by its name (people by their sign-in name). What is not in the file stays as it is; nothing is
deleted. Passwords never come in: who has none is invited to set one. Rows are written by the actions that the panel's
forms use.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, NamedTuple, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.instance_loaders import CachedInstanceLoader
from import_export.resources import Diff
from import_export.results import Result

from departments.models import Alias, Department, Role, User

from ..actions import department as units
from ..actions import person as people
from .columns import ByName, Digits, OneOf, Several, Text, Whole, YesNo, code_of
from .preview import Difference, Problems
from .resources import TableResource, column

# A column under which somebody may have put passwords.
PASSWORD = re.compile(r"密码|口令|passw(or)?d|\bpwd\b", re.IGNORECASE)


class SheetResource(TableResource):
    """A table that comes in as it went out."""

    required: tuple[str, ...] = ()
    advice: Any = ""  # what besides is to be known before a file is uploaded
    by: User | None = None
    now: datetime

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for field in self.fields.values():
            field.column_name = str(field.column_name)  # looked up in every row: translated once
        self._import_fields = super().get_import_fields()

    def get_import_fields(self) -> list[Field]:
        return self._import_fields

    @classmethod
    def get_result_class(cls) -> type[Result]:
        return Problems

    @classmethod
    def get_diff_class(cls) -> type[Diff]:
        return Difference

    @property
    def key(self) -> Any:
        """The column by whose values the rows are known."""
        return self.fields[self._meta.import_id_fields[0]]

    def get_user_visible_fields(self) -> list[Any]:
        """Without those that only go out."""
        return [field for field in self.get_import_fields() if not field.readonly]

    def get_diff_headers(self) -> list[str]:
        return [str(field.column_name) for field in self.get_user_visible_fields()]

    def left_alone(self) -> list[str]:
        """The columns that may be in a file, since they went out, and say nothing."""
        return [str(field.column_name) for field in self.get_import_fields() if field.readonly]

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        self.by, self.now = kwargs.get("user"), kwargs["now"]
        known = self.get_diff_headers()
        also = self.left_alone()
        missing = [str(self.fields[name].column_name) for name in self.required]
        missing = [name for name in missing if name not in dataset.headers]
        unknown = [name for name in dataset.headers if name not in known and name not in also]
        faults = self._refuse_passwords(unknown)
        unknown = [name for name in unknown if not PASSWORD.search(name)]
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

    @staticmethod
    def _refuse_passwords(names: list[str]) -> list[str]:
        found = [name for name in names if PASSWORD.search(name)]
        words = _("密码不从文件导入，请删除以下各列：%(names)s。没有密码的人员会得到邀请链接，由本人设定密码。")
        return [words % {"names": "、".join(found)}] if found else []

    def _refuse_repeats(self, dataset: Any) -> None:
        key = self.key
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
        result.lines, result.key = dataset.lines, str(self.key.column_name)
        result.keys = [str(row.get(result.key) or "").strip() for row in dataset.dict]  # the column may be missing
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

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.renamed: list[tuple[int, Any, Department]] = []  # with the number of the row

    def get_queryset(self) -> QuerySet[Department]:
        return Department.objects.prefetch_related("aliases", "memberships__member")

    def do_instance_save(self, instance: Department, is_create: bool) -> None:
        to_have_members = bool(self.fields["members"].wanted(instance))
        units.save(by=cast(User, self.by), department=instance, to_have_members=to_have_members)

    def after_save_instance(self, instance: Department, row: Any, **kwargs: Any) -> None:
        aliases, members = self.fields["aliases"], self.fields["members"]
        if aliases.has_changed(instance):
            self.renamed.append((kwargs["row_number"], row, instance))
        if members.has_changed(instance):
            names = members.wanted(instance)
            units.regroup(by=cast(User, self.by), collective=instance, names=names, now=self.now)

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        super().after_import(dataset, result, **kwargs)
        self._rename(result)

    def _rename(self, result: Any) -> None:
        """When all rows are read: what holds after the whole file counts, not which row stands first."""
        aliases, by = self.fields["aliases"], cast(User, self.by)
        for _number, _row, unit in self.renamed:
            units.give_up(by=by, department=unit, names=aliases.wanted(unit))
        # What a row with a fault may be about to give up is not held against the row that takes it.
        name_at = result.diff_headers.index(self.fields["name"].column_name)
        faulty = [str(invalid.values[name_at]) for invalid in result.invalid_rows]
        undecided = set(Alias.objects.filter(department__name__in=faulty).values_list("name", flat=True))
        for number, row, unit in self.renamed:
            try:
                units.take(by=by, department=unit, names=aliases.wanted(unit) - undecided)
            except ValidationError as error:
                result.append_invalid_row(number, row, error)


class SignInName(Text):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return User.normalize_username(super().clean(value))


class Taken(NamedTuple):
    """A row of the list that was found good."""

    number: int
    row: Any
    change: people.Change
    is_new: bool


class UserResource(SheetResource):
    username = column("username", gettext_lazy("用户名"), SignInName())
    last_name = column("last_name", gettext_lazy("姓氏"), Text())
    first_name = column("first_name", gettext_lazy("名字"), Text())
    department = column("department", gettext_lazy("所属单位"), ByName())
    phone = column("phone", gettext_lazy("电话"), Digits())
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
    advice = gettext_lazy("密码不从文件导入：没有密码的人员得到邀请链接，由本人设定密码。")
    invited = 0  # people whom this import has invited
    # Of people who are there already: a password that is set meanwhile is not written over.
    written = ("username", "last_name", "first_name", "department", "phone", "email", "is_active")

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
        use_bulk = True
        batch_size = None  # all at once, when all rows are read

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.taken: list[Taken] = []

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.select_related("department").prefetch_related("groups")

    def init_instance(self, row: Any = None) -> User:
        """A new person cannot sign in until he has set a password, by the link of his invitation."""
        person = User()
        person.set_unusable_password()
        return person

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        super().before_import(dataset, **kwargs)
        called = {alias.name: alias.department for alias in Alias.objects.select_related("department")}
        self.by = people.admitted(cast(User, self.by))
        self.fields["department"].widget.known = called | {unit.name: unit for unit in Department.objects.all()}

    def validate_instance(
        self, instance: User, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """
        As the panel's form looks at it, without asking for each person what is known of the whole list.

        The unit is one of those that ``known`` holds, and whose name it is was looked up to find the row.
        """
        errors = dict(import_validation_errors or {})
        try:
            instance.full_clean(exclude={*errors, "department"}, validate_unique=False)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def before_save_instance(self, instance: User, row: Any, **kwargs: Any) -> None:
        change = people.Change(instance, self.fields["groups"].wanted(instance))
        people.check(*change, by=self.by)
        self.taken.append(Taken(kwargs["row_number"], row, change, is_new=instance.pk is None))

    def bulk_create(
        self, using_transactions: bool, dry_run: bool, raise_errors: bool, batch_size: Any = None, result: Any = None
    ) -> None:
        """What the library calls once all rows are read: all people at once, those who are there already as well."""
        try:
            with transaction.atomic():
                self._save([each.change for each in self.taken])
        except Exception:  # whose fault it is, the database does not say
            self._one_by_one(result)

    def bulk_update(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is left to do."""

    def _save(self, changes: list[people.Change]) -> None:
        made = people.save_all(by=cast(User, self.by), changes=changes, now=self.now, fields=self.written)
        self.invited += len(made)

    def _one_by_one(self, result: Any) -> None:
        """Finds the rows that cannot be saved; ``result`` has them, and nothing stays."""
        for number, row, change, is_new in self.taken:
            if is_new:
                change.person.pk, change.person._state.adding = None, True
            try:
                with transaction.atomic():
                    self._save([change])
            except ValidationError as error:
                result.append_invalid_row(number, row, error)
            except Exception as error:
                faults = result.rows[number - 1].errors
                faults.append(self.get_error_result_class()(error, row=row, number=number))
                result.append_error_row(number, row, faults)

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        super().after_import(dataset, result, **kwargs)
        result.invited = self.invited
