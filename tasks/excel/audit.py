"""The audit as a workbook: one row for each change, what stood there before and after in one cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from auditlog.models import LogEntry
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..changes import ACTIONS, Names, changes_of, kind_of, names_in, who_did
from ..timeliness import in_words
from .book import Book
from .sheets import Column, Heading


def workbook(
    entries: Iterable[LogEntry], *, as_of: date, exported_by: str, conditions: Sequence[tuple[str, str]] = ()
) -> bytes:
    """The bytes of an .xlsx with exactly ``entries`` in their order; ``conditions`` are ``(label, value)`` in words."""
    rows = list(entries)
    title = _("操作审计")
    book = Book(title, exported_by)
    until = _("数据截至%(day)s") % {"day": in_words(as_of)}
    note = [until, _("导出人：%(person)s") % {"person": exported_by}, _("记录%(n)d条") % {"n": len(rows)}]
    if conditions:
        words = "；".join(f"{label}：{value}" for label, value in conditions)
        note.append(_("导出条件：%(conditions)s") % {"conditions": words})
    heading = Heading(
        title=title,
        document=_("督查台账"),
        note="　·　".join(note),
        foot=title,
        as_of=until,
        empty=_("没有符合条件的记录。"),
    )
    book.page(title, heading, _columns(names_in(rows)), rows, frozen=2)
    return book.content()


def filename(as_of: date) -> str:
    return _("操作审计_%(day)s.xlsx") % {"day": as_of.isoformat()}


def _columns(names: Names) -> tuple[Column[LogEntry], ...]:
    def changed(entry: LogEntry) -> str:
        lines = (
            _("%(label)s：%(was)s → %(now)s") % {"label": change.label, "was": change.was, "now": change.now}
            for change in changes_of(entry, names)
        )
        return "\n".join(lines)

    return (
        Column(gettext_lazy("时间"), 19, _moment, "center"),
        Column(gettext_lazy("操作人"), 12, who_did),
        Column(gettext_lazy("用户名"), 14, lambda entry: entry.actor.username if entry.actor else ""),
        Column(gettext_lazy("操作"), 8, lambda entry: str(ACTIONS[entry.action]), "center"),
        Column(gettext_lazy("类别"), 13, kind_of),
        Column(gettext_lazy("对象"), 30, lambda entry: entry.object_repr),
        Column(gettext_lazy("修改内容"), 60, changed),
        Column(gettext_lazy("地址"), 16, lambda entry: entry.remote_addr or ""),
    )


def _moment(entry: LogEntry) -> str:
    return f"{timezone.localtime(entry.timestamp):%Y-%m-%d %H:%M:%S}"
