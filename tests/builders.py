"""Plain functions that build what a test needs; every one takes what matters to the test and fills in the rest."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group
from django.utils import timezone

from departments.models import Department, Invitation, Membership, Role, User
from tasks.actions import amendment as amendment_actions
from tasks.actions import export as export_actions
from tasks.actions import extension as extension_actions
from tasks.actions import invitation as invitation_actions
from tasks.actions import plan_document as plan_document_actions
from tasks.actions import report as report_actions
from tasks.actions import review as review_actions
from tasks.actions import rule as rule_actions
from tasks.actions import snapshot as snapshot_actions
from tasks.actions.member import expand, expand_to_members
from tasks.actions.period import create_ahead
from tasks.choices import DECIDING_ROLES, AmendmentKind, AssignmentRole, Timeframe
from tasks.documents.reading import read_text
from tasks.exchange.findings import Findings
from tasks.exchange.tables import TABLES
from tasks.models import (
    Amendment,
    Assignment,
    Export,
    Extension,
    Indicator,
    Measure,
    Milestone,
    Plan,
    PlanArchive,
    PlanDocument,
    Report,
    Rule,
    Section,
    Snapshot,
)

from .kept_rows import Kept

SHANGHAI = ZoneInfo("Asia/Shanghai")
ISSUED_ON = date(2021, 8, 26)
DUE_ON = date(2021, 12, 31)
PASSWORD = "kwqz-7342-mmrt"

numbers = count(1)


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    """An instant of ``day`` in the plan's time zone."""
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def a_department(name: str = "", **fields: Any) -> Department:
    fields = {"kind": Department.Kind.GOVERNMENT} | fields
    return Department.objects.get_or_create(name=name or f"第{next(numbers)}局", defaults=fields)[0]


def a_collective(name: str, *members: Department) -> Department:
    collective = a_department(name, kind=Department.Kind.COLLECTIVE)
    for member in members:
        a_member(collective, member)
    return collective


def a_member(collective: Department, member: Department) -> Membership:
    """A member since the plan was issued, with a part of its own in whatever the collective owes."""
    expand(Assignment.objects.ever_named().filter(department=collective), members=[member], since=None)
    return Membership.objects.create(collective=collective, member=member)


def a_person(*roles: Role, department: Department | None = None, **fields: Any) -> User:
    fields = {"username": f"person-{next(numbers)}", "password": PASSWORD} | fields
    user = User.objects.create_user(department=department, **fields)
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


def a_reporter(department: Department, **fields: Any) -> User:
    return a_person(Role.REPORTER, department=department, **fields)


def a_supervisor(department: Department | None = None, **fields: Any) -> User:
    return a_person(Role.SUPERVISOR, department=department, **fields)


def a_leader(**fields: Any) -> User:
    return a_person(Role.LEADER, **fields)


def an_administrator(**fields: Any) -> User:
    return a_person(Role.ADMINISTRATOR, is_staff=True, **fields)


def an_invitation(person: User | None = None, day: date | None = None, *, by: User | None = None) -> Invitation:
    """Of somebody who has no password; on ``day`` at ten, where it is not of today."""
    person = person or a_person(password=None)
    now = at(day) if day else timezone.now()
    return invitation_actions.issue(by=by or an_administrator(), person=person, now=now)


def a_plan(**fields: Any) -> Plan:
    fields = {
        "slug": f"plan-{next(numbers)}",
        "number": "津丽知略〔2021〕1号",
        "title": "强化知识产权保护推进计划",
        "issuer": "区市场监管局",
        "issued_on": ISSUED_ON,
        "starts_on": date(2020, 1, 1),
        "ends_on": DUE_ON,
    } | fields
    if "office" not in fields:
        fields["office"] = a_department("区市场监管局")
    plan = Plan.objects.create(**fields)
    create_ahead(plan=plan, until=max(plan.ends_on, plan.issued_on) + timedelta(days=730))
    return plan


def a_plan_being_entered(**fields: Any) -> Plan:
    """One whose measures and units are still changed in the panel."""
    return a_plan(is_being_entered=True, **fields)


def a_plan_document(text: str, day: date = DUE_ON) -> PlanDocument:
    """One that was pasted, and that nobody has gone through yet."""
    received = plan_document_actions.Received(**vars(read_text(text)))
    return plan_document_actions.receive(by=an_administrator(), received=received, now=at(day))


def a_plan_archive(found_in: str = "推进计划") -> PlanArchive:
    """One that waits to be confirmed; its file is not what it was, if it is looked for."""
    about = {"slug": f"moved-{next(numbers)}", "title": found_in, "number": "甲〔2022〕1号"}
    counts = dict.fromkeys((table.name for table in TABLES), 0)
    findings = Findings(**about, starts_on="2022-01-01", ends_on="2022-12-31", counts=counts)
    return PlanArchive.objects.create(
        name="计划.zip",
        size=1,
        sha256="0" * 64,
        file="archives/0",
        found=findings.as_json(),
        uploaded_by=an_administrator(),
        uploaded_at=at(DUE_ON),
    )


def a_section(plan: Plan, number: int = 1, title: str = "完善知识产权保护制度") -> Section:
    return Section.objects.get_or_create(plan=plan, number=number, defaults={"title": title})[0]


def a_measure(plan: Plan | None = None, *, due_on: date | None = DUE_ON, **fields: Any) -> Measure:
    """Dated by default; ``due_on=None`` makes it ongoing."""
    plan = plan or a_plan()
    fields = {
        "section": fields.pop("section", None) or a_section(plan),
        "number": plan.measures.count() + 1,
        "wording": "建立区重大案件联席会商制度。",
        "timeframe": Timeframe.ONGOING if due_on is None else Timeframe.BY_DATE,
        "due_on": due_on,
    } | fields
    return Measure.objects.create(plan=plan, **fields)


def a_part(
    measure: Measure | None = None,
    department: Department | None = None,
    role: str = AssignmentRole.SOLE,
    **fields: Any,
) -> Assignment:
    measure = measure or a_measure()
    fields = {"position": measure.assignments.count() + 1} | fields
    part = Assignment.objects.create(measure=measure, department=department or a_department(), role=role, **fields)
    expand_to_members(part, since=None)
    return part


def a_milestone(measure: Measure | None = None, due_on: date = date(2021, 12, 4), **fields: Any) -> Milestone:
    measure = measure or a_measure()
    fields = {"title": "“12.4”普法宣传日", "position": measure.milestones.count() + 1} | fields
    return Milestone.objects.create(measure=measure, due_on=due_on, **fields)


def an_indicator(measure: Measure | None = None, **fields: Any) -> Indicator:
    measure = measure or a_measure()
    fields = {"name": f"托管企业{next(numbers)}", "unit": "家", "target": 600} | fields
    return Indicator.objects.create(measure=measure, **fields)


def own_part(part: Assignment, member: Department) -> Assignment:
    """A member's own part in what its collective owes."""
    return part.member_parts.get(department=member)


def a_report(part: Assignment, on: date, *, by: User | None = None, **fields: Any) -> Report:
    """Through the one door: what ``part``'s unit (or ``by``) says on a day."""
    author = by or User.objects.in_role(Role.REPORTER).filter(department=part.department).first()
    author = author or a_reporter(part.department)
    latest = part.reports.newest_first().first()
    fields = {"progress": "已完成阶段性工作。", "token": uuid.uuid4(), "now": at(on)} | fields
    return report_actions.submit(by=author, assignment=part, seen=latest.pk if latest else None, **fields).report


def the_reviewer_of(part: Assignment) -> User:
    """Somebody who may decide on this part's requests."""
    role = Role.LEADER if part.department_id == part.measure.plan.office_id else Role.SUPERVISOR
    found = User.objects.in_role(role).exclude(department=part.department).first()
    return found or a_person(role)


def a_closing(part: Assignment, asked_on: date, accepted_on: date | None = None) -> Report:
    """A request to close made on a day, accepted on that day or a later one."""
    report = a_report(part, asked_on, asks_to_close=True)
    review_actions.accept(by=the_reviewer_of(part), report=report, now=at(accepted_on or asked_on))
    return report


def a_return(part: Assignment, asked_on: date, returned_on: date | None = None, reason: str = "请补充材料。") -> Report:
    """A request to close that came back."""
    report = a_report(part, asked_on, asks_to_close=True)
    review_actions.send_back(by=the_reviewer_of(part), report=report, now=at(returned_on or asked_on), reason=reason)
    return report


def an_extension(
    measure: Measure, due_on: date, asked_on: date = date(2021, 12, 1), granted_on: date | None = None, **fields: Any
) -> Extension:
    """More time asked for by the first unit that answers for the measure, and granted on a day (None: not decided)."""
    part = measure.assignments.filter(role__in=DECIDING_ROLES).order_by("position").first() or a_part(measure)
    author = User.objects.in_role(Role.REPORTER).filter(department=part.department).first()
    words = {"reason": "配套文件尚未印发。", "progress": "已完成初稿。", "token": uuid.uuid4()} | fields
    asked = extension_actions.ask(
        by=author or a_reporter(part.department), measure=measure, due_on=due_on, now=at(asked_on), **words
    )
    if granted_on is not None:
        extension_actions.approve(by=who_may_give_time(asked), extension=asked, now=at(granted_on, 15))
        asked.refresh_from_db()
    return asked


def an_amendment(measure: Measure, kind: str, on: date = date(2021, 12, 1), **content: Any) -> Amendment:
    """A change of the plan recorded on a day, in force from that day unless ``in_force_on`` says otherwise."""
    acts: dict[str, Any] = {
        AmendmentKind.WORDING: amendment_actions.reword,
        AmendmentKind.UNITS: amendment_actions.reassign,
        AmendmentKind.ONGOING: amendment_actions.make_ongoing,
        AmendmentKind.TERMINATION: amendment_actions.terminate,
    }
    basis = {"document": "领导小组会议纪要〔2021〕3号", "reason": "上级要求变化。", "in_force_on": on}
    by = content.pop("by", None) or a_supervisor()
    return acts[kind](by=by, measure=measure, now=at(on), **basis | {"token": uuid.uuid4()} | content)


def a_rule(plan: Plan, in_force_on: date, *, recorded_on: date | None = None, **days: Any) -> Rule:
    """Another rule of time, laid down on the day it comes into force unless said otherwise."""
    given = {"due_soon_days": 7, "grace_days": plan.grace_days_on(in_force_on), "reason": "年底前加密提醒。"} | days
    day, by = recorded_on or in_force_on, given.pop("by", None) or a_supervisor()
    return rule_actions.lay_down(by=by, plan=plan, in_force_on=in_force_on, now=at(day), **given)


def who_may_give_time(extension: Extension) -> User:
    office = extension.measure.plan.office_id
    answering = extension.measure.assignments.filter(role__in=DECIDING_ROLES, department=office).exists()
    return a_leader() if answering else a_supervisor()


def a_snapshot(plan: Plan, day: date, taken_on: date | None = None, name: str = "") -> Snapshot:
    """The ledger of ``plan`` at the end of ``day``, frozen that evening or on a later day."""
    return snapshot_actions.take(
        by=a_supervisor(last_name="督办员"),
        plan=plan,
        name=name or f"第{next(numbers)}次会议",
        day=day,
        now=at(taken_on or day, 18),
    )


def an_export(plan: Plan, by: User, day: date = DUE_ON) -> Export:
    """A workbook of the whole plan that has been begun and nothing more."""
    keys = list(plan.measures.order_by("number").values_list("pk", flat=True))
    asked = Export(plan=plan, author=by, keys=keys, as_of=day, language="zh-hans")
    return export_actions.begin(by=by, export=asked, now=at(day))


def the_part(plan: Plan, number: int, unit: str) -> Assignment:
    return Assignment.objects.select_related("measure__plan", "department").get(
        measure__plan=plan, measure__number=number, department__name=unit
    )


@Kept
def a_busy_autumn(plan: Plan) -> None:
    """
    What happened on the shipped plan until 2022-01-20, one of each kind; everybody not named here kept silent.

    Of the dated measures 2, 7 and 22 were closed in time and 35 late; 6 came back, 31 still waits, and of 17 one unit
    of two is done. Of the ongoing ones 8 was closed, 4 and 5 were always reported on, 25 only in the third quarter,
    39 too late, and 19 and 37 by some of their units.
    """
    a_report(the_part(plan, 25, "区商务局"), date(2021, 9, 15), progress="两家企业申报国际自主品牌。")
    a_report(the_part(plan, 12, "区市场监管局"), date(2021, 9, 28), needs_coordination=True)
    a_report(the_part(plan, 4, "公安东丽分局"), date(2021, 10, 8), progress="立案侦办侵权假冒案件三起。")
    a_report(
        the_part(plan, 3, "公安东丽分局"),
        date(2021, 10, 12),
        progress="会商制度起草完成。",
        problems="检察机关的意见没有返回。",
        next_steps="年底前会签印发。",
        percent=30,
        needs_coordination=True,
    )
    a_closing(the_part(plan, 22, "区市场监管局"), date(2021, 10, 13), date(2021, 10, 15))
    a_closing(the_part(plan, 8, "区农业农村委"), date(2021, 10, 18), date(2021, 10, 20))
    a_report(the_part(plan, 3, "区委宣传部"), date(2021, 11, 2), progress="征求意见稿已反馈。")
    for unit in ("区委宣传部", "区委网信办", "公安东丽分局", "区文化旅游体育局"):
        a_report(the_part(plan, 5, unit), date(2021, 11, 5), progress="“剑网”行动已部署。")
    a_closing(the_part(plan, 2, "区金融局"), date(2021, 11, 20), date(2021, 11, 25))
    a_report(the_part(plan, 12, "区市场监管局"), date(2021, 12, 1), progress="七家代理机构完成自查。")
    a_closing(the_part(plan, 17, "华明高新区服务中心"), date(2021, 12, 8), date(2021, 12, 10))
    a_report(the_part(plan, 31, "区文化旅游体育局"), date(2021, 12, 15), asks_to_close=True)
    a_report(the_part(plan, 19, "区商务局"), date(2021, 12, 20), progress="进驻展会两场。")
    a_return(the_part(plan, 6, "区市场监管局"), date(2021, 12, 20), date(2021, 12, 24), "请附执法数据。")
    member = a_department("万新街道")
    a_member(a_department("各街道办"), member)
    a_report(own_part(the_part(plan, 37, "各街道办"), member), date(2021, 12, 22))
    a_closing(the_part(plan, 7, "区市场监管局"), date(2021, 12, 31), date(2022, 1, 8))
    a_report(the_part(plan, 4, "公安东丽分局"), date(2022, 1, 5))
    a_closing(the_part(plan, 35, "区科技局"), date(2022, 1, 5), date(2022, 1, 10))
    a_report(the_part(plan, 39, "区财政局"), date(2022, 1, 20), progress="经费列入预算草案。")
