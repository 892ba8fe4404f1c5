"""The people of the demonstration: every name says that nobody is called so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from departments.models import Department, Role, User

# Published on purpose, like everything else here: it opens nothing but made-up data.
PASSWORD = "yanshi-2022-0112"  # noqa: S105
OFFICE = "区市场监管局"
MARK = "（演示）"
STREETS = ("演示街道办一", "演示街道办二", "演示街道办三")

FAMILY_NAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑谢"
GIVEN_NAMES = "丽强敏伟静帆磊洁涛娜刚莉超琳军燕平翔芳毅爽婷"
# Name to sign in with, name, role, unit.
OFFICIALS = (
    ("duban1", "孟凡", Role.SUPERVISOR, OFFICE),
    ("duban2", "秦岚", Role.SUPERVISOR, OFFICE),
    ("lingdao1", "韩建国", Role.LEADER, ""),
    ("lingdao2", "曹慧", Role.LEADER, ""),
    ("guanli1", "沈宁", Role.ADMINISTRATOR, ""),
    ("guanli2", "蒋越", Role.ADMINISTRATOR, ""),
)
SECOND_REPORTERS = (("tianbao91", "宋文", OFFICE), ("tianbao92", "唐岩", "公安东丽分局"))


@dataclass
class Cast:
    """Who plays whom."""

    supervisors: list[User] = field(default_factory=list)
    leaders: list[User] = field(default_factory=list)
    administrators: list[User] = field(default_factory=list)
    reporters: dict[str, User] = field(default_factory=dict)  # the first of each unit, by the unit's name

    @property
    def supervisor(self) -> User:
        return self.supervisors[0]

    @property
    def leader(self) -> User:
        return self.leaders[0]

    @property
    def administrator(self) -> User:
        return self.administrators[0]


class Casting:
    """Creates the people; the password is hashed once, with a salt of its own, so that its rows are always the same."""

    def __init__(self) -> None:
        self.password = make_password(PASSWORD, salt="demonstration")
        self.groups = {group.name: group for group in Group.objects.all()}
        self.cast = Cast()

    def everybody(self, since: datetime) -> Cast:
        for username, name, role, unit in OFFICIALS:
            person = self._person(username, name, role, Department.objects.filter(name=unit).first(), since)
            of_role = {
                Role.SUPERVISOR: self.cast.supervisors,
                Role.LEADER: self.cast.leaders,
                Role.ADMINISTRATOR: self.cast.administrators,
            }
            of_role[role].append(person)
        units = Department.objects.exclude(kind=Department.Kind.COLLECTIVE).order_by("position", "name")
        names = zip(units, FAMILY_NAMES, GIVEN_NAMES, strict=False)
        for number, (unit, family, given) in enumerate(names, start=1):
            self.reporter(f"tianbao{number:02}", f"{family}{given}", unit, since)
        for username, name, office in SECOND_REPORTERS:
            self._person(username, name, Role.REPORTER, Department.objects.get(name=office), since)
        return self.cast

    def street(self, name: str, since: datetime) -> Department:
        """A member of 各街道办, with somebody who reports for it. No street of the district is called so."""
        number = STREETS.index(name) + 1
        unit = Department(name=name, kind=Department.Kind.TOWNSHIP, position=100 + number)
        unit.full_clean()
        unit.save()
        self.reporter(f"jiedao{number:02}", "冯袁邓"[number - 1] + "安", unit, since)
        return unit

    def reporter(self, username: str, name: str, unit: Department, since: datetime) -> None:
        self.cast.reporters[unit.name] = self._person(username, name, Role.REPORTER, unit, since)

    def _person(self, username: str, name: str, role: Role, unit: Department | None, since: datetime) -> User:
        user = User(
            username=username,
            last_name=name[:1],
            first_name=f"{name[1:]}{MARK}",
            department=unit,
            password=self.password,
            date_joined=since,
            is_staff=role in {Role.SUPERVISOR, Role.ADMINISTRATOR},
        )
        user.full_clean()
        user.save()
        user.groups.add(self.groups[role])
        return user


def accounts() -> Iterator[tuple[str, str, str, str]]:
    """Role, name to sign in with, name and unit of everybody, those of one role together."""
    for role in (Role.LEADER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.REPORTER):
        for user in User.objects.in_role(role).select_related("department").order_by("username"):
            yield str(role.label), user.username, user.name, user.department.name if user.department else ""
