"""What is missing before a document can become a plan, each with the place on the page where it is put right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ..choices import AssignmentRole, Timeframe
from .names import LONGEST, same
from .parsed import Doubt, Kind, Measure, Parsed
from .parser import LONGEST_TITLE

SOLE, LEAD, CO, JOINT = AssignmentRole.SOLE, AssignmentRole.LEAD, AssignmentRole.CO, AssignmentRole.JOINT


@dataclass(frozen=True)
class Missing:
    """``place`` is the name of an element of the page."""

    words: str
    place: str


def faults_of(measure: Measure, units: Mapping[str, str]) -> list[str]:
    """What a measure lacks; ``units`` leads from names in the text to those of units, as far as they are decided."""
    faults = []
    if not measure.wording.strip():
        faults.append(_("没有任务内容"))
    if measure.timeframe not in Timeframe.values or (measure.timeframe == Timeframe.BY_DATE) != bool(measure.due_on):
        faults.append(_("没有确定完成时限"))
    roles = [part.role for part in measure.parts]
    if not roles:
        faults.append(_("没有责任单位"))
    elif set(roles) - set(AssignmentRole.values):
        faults.append(_("有单位没有确定角色"))
    elif _is_impossible(Counter(roles)):
        faults.append(_("角色不能这样并列：负责只能有一个；牵头、配合与按职责分工不能并列；配合须与负责或牵头并列"))
    named = Counter(units.get(part.unit, part.unit) for part in measure.parts)
    faults += [_("“%(unit)s”重复") % {"unit": unit} for unit, times in named.items() if times > 1]
    if any(not part.unit.strip() or len(part.unit) > LONGEST for part in measure.parts):
        faults.append(_("单位名称应为1至%(most)d字") % {"most": LONGEST})
    return faults


def has_reading(parsed: Parsed, doubt: Doubt) -> bool:
    """Whether anything was read that a person can take as it is: no role that is not there, nor a time, nor a unit."""
    measure = None if doubt.measure is None else parsed.measure(doubt.measure)
    if measure is None:
        return True
    if doubt.kind == Kind.ROLE:
        return all(part.role for part in measure.parts)
    if doubt.kind == Kind.NO_UNIT:
        return bool(measure.parts)
    return doubt.kind != Kind.NO_TIME or bool(measure.timeframe)


def _is_impossible(roles: Counter[str]) -> bool:
    """As ``actions.measure.check_roles`` refuses them; the plan is checked there again."""
    return bool(
        roles[SOLE] > 1
        or (roles[SOLE] and roles[LEAD])
        or (roles[JOINT] and len(+roles) > 1)
        or (roles[CO] and not roles[SOLE] and not roles[LEAD])
    )


def units_of(parsed: Parsed, known: Mapping[str, str], decisions: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """From each name in the text to the unit's own; names that nobody has decided about yet are left out."""
    found = {}
    for name in parsed.units:
        decided = decisions.get(name, {})
        if (unit := known.get(same(name))) is not None:
            found[name] = unit
        elif decided.get("unit") in known.values():
            found[name] = decided["unit"]
        elif decided.get("kind"):
            found[name] = name
    return found


def missing(
    parsed: Parsed, plan: Mapping[str, Any], known: Mapping[str, str], decisions: Mapping[str, Mapping[str, Any]]
) -> list[Missing]:
    """Everything that keeps the document from becoming a plan; empty where it may."""
    units = units_of(parsed, known, decisions)
    found = []
    if not plan:
        found.append(Missing(_("计划信息尚未核对保存。"), "about"))
    elif (office := plan["office"][0]) not in known.values() and office not in units:
        found.append(Missing(_("督办单位“%(office)s”不是已有的单位，也不在本文件中。") % {"office": office}, "about"))
    if undecided := [name for name in parsed.units if name not in units]:
        found.append(Missing(_("有%(n)d个单位尚未确定是新单位还是已有单位。") % {"n": len(undecided)}, "units"))
    used = {measure.section for measure in parsed.kept}
    there = {section.number for section in parsed.sections}
    for section in parsed.sections:
        if section.number in used and not 1 <= len(section.title.strip()) <= LONGEST_TITLE:
            words = {"number": section.number, "most": LONGEST_TITLE}
            found.append(Missing(_("第%(number)d章的标题应为1至%(most)d字。") % words, "sections"))
    if not parsed.kept:
        found.append(Missing(_("没有任务。"), "measures"))
    numbers = Counter(measure.number for measure in parsed.kept)
    for measure in parsed.kept:
        faults = faults_of(measure, units)
        if numbers[measure.number] > 1:
            faults.append(_("序号重复"))
        if measure.section not in there:
            faults.append(_("章节不存在"))
        if faults:
            said = {"number": str(measure.number), "faults": _("；").join(faults)}
            found.append(Missing(_("任务%(number)s：%(faults)s。") % said, f"m{measure.key}"))
    if doubts := open_doubts(parsed):
        found.append(Missing(_("还有%(n)d处疑点没有核对。") % {"n": len(doubts)}, "doubts"))
    return found


def out_of_use(parsed: Parsed, inactive: Collection[str]) -> list[Doubt]:
    """One question about each unit that the plan names and that is no longer in use, where it is named first."""
    found: dict[str, list[Measure]] = {}
    for measure in parsed.kept:
        for part in measure.parts:
            if part.unit in inactive:
                found.setdefault(part.unit, []).append(measure)
    asked = _("“%(unit)s”已停用，文件中有%(n)d项任务由其承担，请核对是否应为其他单位。")
    return [
        Doubt(Kind.INACTIVE, asked % {"unit": unit, "n": len(measures)}, measures[0].line)
        for unit, measures in found.items()
    ]


def open_doubts(parsed: Parsed) -> list[int]:
    """Places in ``parsed.doubts`` of those to be settled; those of measures that are left out are settled with them."""
    out = {measure.key for measure in parsed.measures if measure.is_left_out}
    return [at for at, doubt in enumerate(parsed.doubts) if not doubt.settled and doubt.measure not in out]
