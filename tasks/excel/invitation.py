"""The links of those who were invited, to be handed to their units: a sheet for each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from departments.models import Invitation

from ..timeliness import in_words
from .book import Book
from .ledger import UNSAFE
from .sheets import Column, Heading

MOST_IN_A_TITLE = 31  # characters of a sheet's name


@dataclass(frozen=True)
class Line:
    """One person; ``link`` is empty once its time is over, ``unit`` for somebody who belongs to none."""

    invitation: Invitation
    unit: str
    roles: str
    link: str


def workbook(lines: Sequence[Line], *, as_of: date, exported_by: str) -> bytes:
    """The bytes of an .xlsx with ``lines``, which stand unit by unit."""
    book = Book(_("邀请链接"), exported_by)
    titles: set[str] = set()
    for unit, people in groupby(lines, key=lambda line: line.unit):
        named = unit or _("无所属单位")
        until = _("数据截至%(day)s") % {"day": in_words(as_of)}
        note = _("请在有效期内打开链接，由本人设定密码；链接只能使用一次，请勿转发给他人。")
        heading = Heading(
            title=_("%(unit)s邀请链接") % {"unit": named},
            document=_("督查台账"),
            note="　·　".join([until, _("导出人：%(person)s") % {"person": exported_by}, note]),
            foot=_("邀请链接"),
            as_of=until,
        )
        book.page(_title(named, titles), heading, _columns(), list(people), frozen=2)
    return book.content()


def filename(day: date, unit: str) -> str:
    words = {"unit": UNSAFE.sub("_", unit).strip("._"), "day": day.isoformat()}
    return (_("邀请链接_%(unit)s_%(day)s.xlsx") if unit else _("邀请链接_%(day)s.xlsx")) % words


def _title(unit: str, taken: set[str]) -> str:
    """A sheet's name: without what Excel allows in none, and no two alike."""
    clean = re.sub(r"[\[\]']", "_", UNSAFE.sub("_", unit))[:MOST_IN_A_TITLE] or "_"
    title, number = clean, 2
    while title.casefold() in taken:
        title, number = f"{clean[: MOST_IN_A_TITLE - 4]}_{number}", number + 1
    taken.add(title.casefold())
    return title


def _columns() -> tuple[Column[Line], ...]:
    return (
        Column(gettext_lazy("姓名"), 12, lambda line: line.invitation.person.name),
        Column(gettext_lazy("用户名"), 16, lambda line: line.invitation.person.username),
        Column(gettext_lazy("角色"), 16, lambda line: line.roles),
        Column(gettext_lazy("有效期至"), 18, _until, "center"),
        Column(gettext_lazy("邀请链接"), 80, lambda line: line.link or _("已过期，请联系系统管理员重新生成")),
    )


def _until(line: Line) -> str:
    return f"{timezone.localtime(line.invitation.expires_at):%Y-%m-%d %H:%M}"
