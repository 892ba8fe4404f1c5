"""
The sheet that counts (统计): formulas over the other sheets, so that it follows them, with what comes of them now.

Counted as the dashboard does: measures and parts by light, terminated ones left out; a collective's part once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..choices import PARTNER_ROLES, PRINCIPAL_ROLES, AssignmentRole, ExtensionState, Timeliness
from .details import MOOT, Asked
from .duties import Duty
from .rows import Formula
from .sheets import YES, Column, Page, Styled

# From what is done to what is late, as on the dashboard; what is terminated is not counted.
COUNTED = (
    *(Timeliness.CLOSED, Timeliness.CLOSED_LATE, Timeliness.ON_TRACK, Timeliness.DUE_SOON),
    *(Timeliness.ONGOING, Timeliness.SILENT, Timeliness.OVERDUE),
)
# What it needs of the other sheets, chosen or not.
NEEDED = {"measures": {"section", "light"}, "parts": {"unit", "role", "light", "has_reported"}, "extensions": {"state"}}

Line = tuple[object, ...]


@dataclass
class Numbers:
    """
    What the formulas come to, counted while the rows are written. Sections and units by key: ``(place, name)``; numbers
    by key and what is counted: a light, a group of roles, or ``reported``.
    """

    sections: dict[str, tuple[int, str]] = field(default_factory=dict)
    units: dict[str, tuple[int, str]] = field(default_factory=dict)
    measures: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)
    extensions: Counter[str] = field(default_factory=Counter)

    def add(self, duties: Iterable[Duty], asked: Iterable[Asked]) -> None:
        for duty in duties:
            section = duty.measure.section
            self.sections[str(section.pk)] = (section.number, str(section))
            self.measures[f"{section.pk} {duty.measure.timeliness}"] += 1
            for part in duty.listed:
                row = part.assignment
                unit = str(row.department_id)
                self.units[unit] = (row.department.position, row.department.name)
                self.parts[f"{unit} {row.timeliness}"] += 1
                if row.timeliness != Timeliness.TERMINATED:
                    self.parts[f"{unit} {'principal' if row.role in PRINCIPAL_ROLES else 'partner'}"] += 1
                    self.parts[f"{unit} reported"] += bool(row.has_reported)
        for each in asked:
            self.extensions["MOOT" if each.is_moot else each.state.value] += 1

    def state(self) -> dict[str, Any]:
        """All of it, for a later ``Numbers(**…)``, as JSON can hold it."""
        return {name: dict(value) for name, value in vars(self).items()}

    @classmethod
    def of(cls, state: dict[str, Any]) -> Numbers:
        known: dict[str, Any] = {
            name: {key: tuple(pair) for key, pair in state[name].items()} for name in ("sections", "units")
        }
        known |= {name: Counter(state[name]) for name in ("measures", "parts", "extensions")}
        return cls(**known)


def _columns() -> tuple[Column[Line], ...]:
    def at(place: int) -> Any:
        return lambda line: line[place]

    labels = (gettext_lazy("合计"), *(light.label for light in COUNTED))
    roles = (gettext_lazy("负责或牵头"), gettext_lazy("配合或按职责分工"), gettext_lazy("已填报"))
    return (
        Column(gettext_lazy("项目"), 38, at(0)),
        *(Column[Line](label, 10, at(place), "center") for place, label in enumerate(labels, start=1)),
        *(Column[Line](label, 12, at(place), "center") for place, label in enumerate(roles, start=len(labels) + 1)),
    )


COLUMNS = _columns()


def _text(word: object) -> str:
    """As formulas write text."""
    return '"{}"'.format(str(word).replace('"', '""'))


def _same(place: str) -> str:
    """The condition that a cell says the same as the one at ``place``, where signs and wildcards mean nothing."""
    quiet = place
    for sign in "~*?":
        quiet = f'SUBSTITUTE({quiet},"{sign}","~{sign}")'
    return f'"="&{quiet}'


def lines(numbers: Numbers, measures: Page[Any], parts: Page[Any], extensions: Page[Any], first: int) -> Iterator[Line]:
    """The rows of the sheet, the first of them on the line ``first``; the pages are complete."""
    line = first
    blank = ("",) * (len(COLUMNS) - 1)
    kinds = (
        (_("任务（按章节）"), _("全部任务"), numbers.sections, numbers.measures, measures, "section"),
        (_("责任分工（按责任单位）"), _("全部责任分工"), numbers.units, numbers.parts, parts, "unit"),
    )
    for title, total, rows, counted, page, name in kinds:
        yield _band(title)
        yield _counted(line + 1, total, counted, page, "", ())
        line += 2
        for key, (_place, label) in sorted(rows.items(), key=lambda row: row[1]):
            yield _counted(line, label, counted, page, key, (page.place(name), _same(f"$A{line}")))
            line += 1
    yield _band(_("延期申请"))
    for key, label in [*((state.value, str(state.label)) for state in ExtensionState), ("MOOT", str(MOOT))]:
        counts = Formula(f"COUNTIFS({extensions.place('state')},{_text(label)})", numbers.extensions[key])
        yield (label, counts, *blank[1:])


def _band(title: str) -> Line:
    return (Styled(title, "band"), *(Styled(None, "band") for _column in COLUMNS[1:]))


def _counted(line: int, label: str, counted: Counter[str], page: Page[Any], key: str, same: tuple[str, ...]) -> Line:
    """One row: the total, the lights, and of parts the roles and how many have been reported on."""

    def number(what: str) -> int:
        if key:
            return counted[f"{key} {what}"]
        return sum(n for each, n in counted.items() if each.endswith(f" {what}"))

    def count(what: str, *conditions: str) -> Formula:
        return Formula(f"COUNTIFS({','.join((*same, *conditions))})", number(what))

    light = page.place("light")
    lights = [count(each.value, light, _text(each.label)) for each in COUNTED]
    total = Formula(f"SUM(C{line}:{'ABCDEFGHIJKLMNOP'[len(COUNTED) + 1]}{line})", sum(cell.value for cell in lights))
    if page.title != str(_("分单位")):
        return (label, total, *lights, "", "", "")
    standing = (light, _text(f"<>{Timeliness.TERMINATED.label}"))
    role = page.place("role")
    roles = []
    for name, group in (("principal", PRINCIPAL_ROLES), ("partner", PARTNER_ROLES)):
        labels = [_text(AssignmentRole(each).label) for each in group]
        each_role = "+".join(f"COUNTIFS({','.join((*same, *standing, role, word))})" for word in labels)
        roles.append(Formula(each_role, number(name)))
    reported = count("reported", *standing, page.place("has_reported"), _text(YES))
    return (label, total, *lights, *roles, reported)
