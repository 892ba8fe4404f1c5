"""
What could have happened on the shipped plan from its issue to 2022-01-12: made up, the same every time.

The pictures of the user guide are taken of it, and the browser tests walk through it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from departments.models import Department, Role, User
from tasks.actions import draft as drafts
from tasks.actions import evidence, extension, indicator, member, milestone, period, receipt
from tasks.actions import review as actions
from tasks.models import Assignment, Indicator, Milestone, Plan, Report, Review

from .builders import a_department, a_person, a_report, at
from .files import a_pdf, a_picture, sent

Parts = dict[tuple[int, str], Assignment]  # by the measure's number and the unit's name
Event = tuple[int, str, date, dict[str, Any]]  # number, unit, day, what the report says

TODAY = date(2022, 1, 12)

# What the first unit of each measure says in autumn and in December.
WORK = {
    1: ("组织学习两部条例，梳理本单位执法依据。", "开展联合检查3次，依据两部条例办理案件6件。"),
    2: ("起草尽职调查工作指引，征求4家单位意见。", "尽职调查工作指引印发执行，已用于2个重大项目。"),
    3: ("起草联席会商制度征求意见稿。", "征求意见稿发4家单位，已收回2家意见。"),
    4: ("部署“昆仑2021”行动，排查线索11条。", "立案侦办侵权假冒案件3起，涉案金额约160万元。"),
    5: ("与市版权局联合部署“剑网2021”行动。", "巡查网站62家次，查扣侵权盗版出版物430余册。"),
    6: ("制定“铁拳”专项行动方案，部署到各市场监管所。", "检查市场主体320户次，立案14件，结案11件。"),
    7: ("摸排辖区经营老字号商品的商户86户。", "立案2件，没收侵权商品57件，专项整治结束。"),
    8: ("检查种子经营门店15家。", ""),
    9: ("走访地理标志产品经营单位9家。", "开展地理标志专项整治，检查商户40户，未发现侵权。"),
    10: ("向重点企业发放商业秘密保护指引200份。", "立案查办不正当竞争案件1件，走访企业18家。"),
    11: ("建立高价值专利培育名单，入库企业12家。", "组织专利挖掘辅导4场，新增发明专利申请31件。"),
    12: ("发布商标代理机构自查通知。", "7家代理机构全部完成自查，整改问题5个。"),
    13: ("走访合作社6家，了解集体商标注册意愿。", "指导1家合作社提交集体商标注册申请。"),
    14: ("走访汽车技术企业8家，征集联盟成员意向。", "产业知识产权联盟章程起草完成，意向成员15家。"),
    15: ("梳理涉企信息录入责任清单。", "录入行政处罚信息23条、抽查检查结果640条。"),
    16: ("与2家服务机构签订托管协议，已托管企业135家。", "已托管企业412家；专利清零企业38家。"),
    17: ("与华明高新区商定集聚区选址。", "集聚区办公场地完成装修，3家机构签订入驻意向。"),
    18: ("拟定人民调解委员会组建方案，推荐调解员9名。", "调解委员会挂牌，聘任调解员9名，受理纠纷4件。"),
    19: ("制定展会知识产权投诉处理流程。", "进驻展会2场，现场处理投诉1件。"),
    20: ("与律师协会商定调解值班安排。", "电商平台调解点接待咨询27件，调解成功8件。"),
    21: ("梳理网络侵权处置流程。", "处置侵权盗版信息46条，约谈网站2家。"),
    22: ("征集维权援助专家人选。", "专家库入库专家16名，举办维权援助培训2场。"),
    23: ("收集企业海外参展和纠纷情况。", "应对指导手册完成初稿，正在请专家审核。"),
    24: ("走访有出口业务的企业14家。", ""),
    25: ("组织2家企业申报国际自主品牌。", "1家企业通过“国际自主品牌”市级初审。"),
    26: ("落实24小时舆情监看排班。", ""),
    27: ("约谈违法违规网站1家。", "约谈问题网站2家，均已整改。"),
    28: ("向企业推介“公证云”平台。", "办理电子数据存证公证35件。"),
    29: ("摸清执法人员底数，制定培训计划。", "举办执法业务培训2期，参训58人次。"),
    30: ("补充文化市场执法人员2名。", "完成执法人员轮训，参训19人次。"),
    31: ("编制执法装备采购清单。", "采购执法记录仪12台，全部配发到位。"),
    32: ("统计公职律师、法律顾问配备情况。", "新增公职律师3名，6家企业聘请法律顾问。"),
    33: ("与2所高校商谈人才培养合作。", "举办知识产权人才专题培训班，参训75人。"),
    34: ("拟定“12.4”集中宣传方案。", "组织“12.4”主题宣传，发布稿件22篇。"),
    35: ("遴选内审员培训机构。", "举办内审员培训1期，47人取得证书。"),
    36: ("确定知识产权教育试点学校4所。", "试点学校开展主题班会和讲座31场。"),
    37: ("制定“五进”活动安排。", "“五进”活动开展19场，发放资料3000份。"),
    38: ("起草领导小组组成人员名单。", "领导小组成立，名单和工作规则印发。"),
    39: ("将保护经费列入2022年预算建议。", "知识产权保护经费列入2022年部门预算草案。"),
    40: ("研究可以使用的现有奖励项目。", "推荐先进集体1个、先进个人2名。"),
    41: ("拟定考核指标征求意见稿。", "考核指标纳入2021年度绩效考核方案。"),
    42: ("起草通报约谈工作办法。", "印发通报1期，约谈进展缓慢单位1家。"),
}
# What units further down the list say, in turn.
HELP = (
    "已确定联络员，按职责分工开展工作。",
    "配合开展联合检查，报送相关数据。",
    "反馈书面意见，参加联席会议1次。",
    "在本系统内完成部署，建立工作台账。",
    "按月报送信息，未发现异常情况。",
)
# Units that owe a report on ongoing work for the last quarter.
SILENT = {(8, "区农业农村委"), (24, "区市场监管局"), (26, "区委网信办"), (1, "区融媒体中心"), (21, "区委网信办")}
# Requests to close: measure, unit, asked for on, decided on (None: still waiting), why it came back.
REQUESTS: tuple[tuple[int, str, date, date | None, str], ...] = (
    (2, "区金融局", date(2021, 12, 20), date(2021, 12, 23), ""),
    (2, "区发改委", date(2021, 12, 21), date(2021, 12, 23), ""),
    (3, "公安东丽分局", date(2021, 12, 27), date(2021, 12, 29), "会商制度尚未正式印发，请印发后再申请，并附文号。"),
    (3, "区市场监管局", date(2021, 12, 15), date(2021, 12, 17), ""),
    (6, "区市场监管局", date(2021, 12, 10), date(2021, 12, 14), ""),
    (7, "区市场监管局", date(2021, 12, 10), date(2021, 12, 14), ""),
    (12, "区市场监管局", date(2021, 11, 26), date(2021, 11, 30), ""),
    (14, "区市场监管局", date(2022, 1, 6), date(2022, 1, 8), ""),
    (17, "华明高新区服务中心", date(2021, 12, 28), None, ""),
    (18, "区市场监管局", date(2021, 12, 24), date(2021, 12, 28), ""),
    (18, "区司法局", date(2021, 12, 24), date(2021, 12, 27), ""),
    (22, "区市场监管局", date(2021, 12, 17), date(2021, 12, 21), ""),
    (31, "区文化旅游体育局", date(2021, 12, 9), date(2021, 12, 13), ""),
    (34, "区委宣传部", date(2021, 12, 28), date(2021, 12, 30), ""),
    (34, "区司法局", date(2021, 12, 28), date(2021, 12, 30), ""),
    (34, "区法院", date(2021, 12, 29), date(2021, 12, 30), ""),
    (34, "公安东丽分局", date(2021, 12, 29), date(2021, 12, 31), "请补充“12.4”宣传活动的场次和受众人数。"),
    (35, "区科技局", date(2021, 12, 13), date(2021, 12, 16), ""),
    (38, "区市场监管局", date(2022, 1, 10), None, ""),
    (41, "区委组织部", date(2021, 12, 20), date(2021, 12, 22), ""),
    (41, "区市场监管局", date(2021, 12, 20), date(2021, 12, 24), ""),
    (34, "区检察院", date(2022, 1, 11), None, ""),
)
# Said in the new year, or with more than progress: measure, unit, day, what was said.
SPECIAL: tuple[Event, ...] = (
    (
        16,
        "区市场监管局",
        date(2022, 1, 7),
        {
            "progress": "已托管企业468家，距600家目标还差132家；专利清零企业45家。",
            "problems": "街道提供的企业名单更新慢，部分企业已迁出，服务机构上门成功率不高。",
            "next_steps": "请各街道于1月20日前更新企业名单，增加1家服务机构。",
            "percent": 78,
            "needs_coordination": True,
        },
    ),
    (
        3,
        "公安东丽分局",
        date(2022, 1, 7),
        {
            "progress": "联席会商制度已通过合法性审查，正在会签。",
            "problems": "会签单位较多，1家单位意见未返回。",
            "next_steps": "1月底前完成会签并印发。",
            "percent": 80,
        },
    ),
    (
        23,
        "区市场监管局",
        date(2021, 12, 29),
        {
            "progress": "应对指导手册已完成专家审核，按意见修改中。",
            "problems": "翻译和印刷经费尚未落实。",
            "next_steps": "与区财政局沟通后付印。",
            "percent": 85,
            "needs_coordination": True,
        },
    ),
)
# Said by the members of 各街道办, which join on the day named; one of them never says anything.
MEMBERS = (("万新街道", date(2021, 9, 6)), ("新立街道", date(2021, 9, 6)))
MEMBER_EVENTS: tuple[Event, ...] = (
    (37, "万新街道", date(2021, 9, 24), {"progress": "在3个社区设置宣传栏，发放资料260份。"}),
    (37, "万新街道", date(2021, 12, 16), {"progress": "“五进”活动走进社区4场，参加群众310人次。"}),
)
# For the third quarter, after its last day: measure, unit, day, words.
LATE: tuple[Event, ...] = ((1, "公安东丽分局", date(2021, 10, 14), {"progress": "派员参加联合检查1次，移送线索2条。"}),)
# Nothing new in the new quarter.
UNCHANGED: tuple[Event, ...] = (
    (5, "公安东丽分局", date(2022, 1, 10), {"progress": "等待上级部署或文件。", "is_unchanged": True}),
)
# Reports that the office has read and accepted three days later, or returned.
READ = {(34, "区检察院"), (34, "区农业农村委"), (4, "公安东丽分局"), (6, "区市场监管局"), (16, "区市场监管局")}
FILES = {
    (34, "区检察院", date(2022, 1, 11)): ("“12.4”宣传活动总结.pdf", "检察官进企业宣讲现场.jpg"),
    (4, "公安东丽分局", date(2021, 12, 22)): ("“昆仑2021”行动情况统计.pdf",),
}
# What 区市场监管局 said of the 600 units of measure 16: by which day, how many, said on.
REACHED = (
    (date(2021, 9, 24), 135, date(2021, 9, 27)),
    (date(2021, 10, 29), 236, date(2021, 11, 1)),
    (date(2021, 11, 30), 331, date(2021, 12, 1)),
    (date(2021, 12, 20), 412, date(2021, 12, 21)),
    (date(2022, 1, 6), 468, date(2022, 1, 7)),
)
# More time asked for: measure, unit, asked for on, until, granted on (None: still waiting), why, how far it has come.
EXTENSIONS = (
    (
        *(16, "区市场监管局", date(2021, 12, 20), date(2022, 1, 31), date(2021, 12, 24)),
        "部分街道企业名单更新滞后，服务机构年底前难以全部上门签约。",
        "已托管企业412家，已增派服务专员2名。",
    ),
    (
        *(3, "公安东丽分局", date(2022, 1, 10), date(2022, 2, 28), None),
        "会签单位较多，1家单位的意见尚未返回，须重新履行会签程序。",
        "联席会商制度已通过合法性审查，会签完成4家。",
    ),
)
# Left as drafts at the end: measure, unit, words, files.
DRAFTS = (
    (
        3,
        "公安东丽分局",
        {"progress": "联席会商制度会签完成4家，区农业农村委意见1月11日返回。", "percent": 90},
        (),
    ),
    (
        34,
        "公安东丽分局",
        {
            "progress": "“12.4”期间开展集中宣传3场，现场咨询420人次，发放材料1200份，媒体报道6篇。",
            "next_steps": "将宣传材料移交各街道继续使用。",
            "percent": 100,
            "asks_to_close": True,
        },
        ("“12.4”宣传活动情况.pdf", "现场照片.jpg"),
    ),
)
# Units that have not signed for anything, and single parts that were forgotten.
UNSIGNED = {"区融媒体中心", "区税务局", "新立街道"}
FORGOTTEN = {(29, "公安东丽分局"), (31, "区文化旅游体育局")}


@dataclass
class Cast:
    """The people of the district."""

    supervisor: User
    leader: User
    administrator: User
    reporters: dict[str, User] = field(default_factory=dict)  # by the unit's name


FAMILY_NAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑谢"
GIVEN_NAMES = "丽强敏伟静帆磊洁涛娜刚莉超琳军燕平翔芳毅爽婷"


def the_people() -> Cast:
    """One person of each kind, and a reporter in every unit that is no collective."""
    office = Department.objects.get(name="区市场监管局")
    since = {"date_joined": at(date(2021, 8, 30), 9)}
    cast = Cast(
        supervisor=a_person(
            Role.SUPERVISOR, department=office, username="duban", last_name="孟", first_name="凡", **since
        ),
        leader=a_person(Role.LEADER, username="lingdao", last_name="韩", first_name="建国", **since),
        administrator=a_person(
            Role.ADMINISTRATOR, username="guanli", last_name="沈", first_name="宁", is_staff=True, **since
        ),
    )
    User.objects.filter(pk=cast.supervisor.pk).update(is_staff=True)
    units = Department.objects.exclude(kind=Department.Kind.COLLECTIVE).order_by("position")
    names = zip(units, FAMILY_NAMES, GIVEN_NAMES, strict=False)
    for number, (unit, family, given) in enumerate(names, start=1):
        cast.reporters[unit.name] = a_person(
            Role.REPORTER, department=unit, username=f"tianbao{number:02}", last_name=family, first_name=given, **since
        )
    return cast


def half_a_year(plan: Plan) -> Cast:
    """The people, and everything they reported, asked for and decided until the end of ``TODAY``."""
    cast = the_people()
    _members_join(cast)
    parts = {
        (part.measure.number, part.department.name): part
        for part in Assignment.objects.filter(measure__plan=plan).select_related("measure__plan", "department")
    }
    _sign(cast, parts)
    requests = (
        (number, unit, day, _asking(parts, number, unit)) for number, unit, day, _decided_on, _reason in REQUESTS
    )
    autumn = plan.periods.get(starts_on=date(2021, 7, 1))
    late = ((number, unit, day, words | {"period": autumn}) for number, unit, day, words in LATE)
    events = [*_each_quarter(parts), *SPECIAL, *MEMBER_EVENTS, *UNCHANGED, *late, *requests]
    for number, unit, day, words in sorted(events, key=lambda event: (event[2], event[0])):
        report = _say(cast, parts[number, unit], day, words)
        if (number, unit) in READ and not report.asks_to_close:
            actions.accept(by=_reviewer(cast, report), report=report, now=at(day + timedelta(days=3), 16))
    for number, unit, asked_on, decided_on, reason in REQUESTS:
        if decided_on is not None:
            _decide(cast, parts[number, unit], asked_on, decided_on, reason)
    period.lock(by=cast.supervisor, periods=[autumn], now=at(date(2021, 11, 1), 9))
    _more_time(cast, parts)
    _marks(cast, plan)
    _drafts(cast, parts)
    return cast


def _members_join(cast: Cast) -> None:
    """Two of the streets; who belongs to the other collective nobody has said yet."""
    collective = Department.objects.get(name="各街道办")
    for number, (name, day) in enumerate(MEMBERS, start=1):
        unit = a_department(name, kind=Department.Kind.TOWNSHIP, position=30 + number)
        member.join(by=cast.administrator, collective=collective, member=unit, now=at(day))
        words = {
            "username": f"jiedao{number:02}",
            "last_name": "谢郑"[number - 1],
            "first_name": "芳",
            "date_joined": at(day),
        }
        cast.reporters[name] = a_person(Role.REPORTER, department=unit, **words)


def _sign(cast: Cast, parts: Parts) -> None:
    for number, (unit, person) in enumerate(cast.reporters.items()):
        own = [part for (number_, name), part in parts.items() if name == unit and (number_, name) not in FORGOTTEN]
        if unit not in UNSIGNED:
            receipt.sign(by=person, assignments=own, now=at(date(2021, 9, 7) + timedelta(days=number % 5), 9))


def _say(cast: Cast, part: Assignment, day: date, words: dict[str, Any]) -> Report:
    """What a unit says, with its files where it has any."""
    unit = part.department.name
    names = FILES.get((part.measure.number, unit, day), ())
    for name in names:
        evidence.add(by=cast.reporters[unit], assignment=part, file=_file(name), now=at(day, 9))
    return a_report(part, day, by=cast.reporters[unit], **words, **({"draft_version": 0} if names else {}))


def _file(name: str) -> Any:
    return sent(name, a_picture("JPEG") + b"\0" * 187_000 if name.endswith(".jpg") else a_pdf(name * 7000))


def _more_time(cast: Cast, parts: Parts) -> None:
    for number, unit, asked_on, until, granted_on, reason, progress in EXTENSIONS:
        words = {"reason": reason, "progress": progress, "token": uuid.uuid4()}
        measure, by = parts[number, unit].measure, cast.reporters[unit]
        asked = extension.ask(by=by, measure=measure, due_on=until, now=at(asked_on, 11), **words)
        if granted_on is not None:
            by = {"by": cast.leader, "document_number": "津丽知略〔2021〕6号"}
            extension.approve(extension=asked, now=at(granted_on, 16), opinion="同意，请按新的时限完成。", **by)


def _marks(cast: Cast, plan: Plan) -> None:
    """The step and the number that the document names."""
    step = Milestone.objects.get(measure__plan=plan, measure__number=34, due_on=date(2021, 12, 4))
    milestone.mark_done(
        by=cast.reporters["区委宣传部"],
        milestone=step,
        done_on=date(2021, 12, 4),
        note="全区集中宣传日活动1场，各单位分会场8个，发放资料6000份。",
        files=[_file("“12.4”主题宣传活动方案.pdf")],
        now=at(date(2021, 12, 6)),
    )
    number = Indicator.objects.get(measure__plan=plan, measure__number=16)
    for reached_on, value, said_on in REACHED:
        indicator.record(
            by=cast.reporters["区市场监管局"], indicator=number, reached_on=reached_on, value=value, now=at(said_on)
        )


def _drafts(cast: Cast, parts: Parts) -> None:
    for number, unit, words, names in DRAFTS:
        part, person = parts[number, unit], cast.reporters[unit]
        drafts.save(by=person, assignment=part, version=None, token=uuid.uuid4(), words=words, now=at(TODAY, 9, 40))
        for name in names:
            evidence.add(by=person, assignment=part, file=_file(name), now=at(TODAY, 9, 42))


def _each_quarter(parts: Parts) -> Iterator[Event]:
    """The first unit of a measure speaks every quarter, the others two times in three."""
    asked = {(number, unit): day for number, unit, day, _decided_on, _reason in REQUESTS}
    for (number, unit), part in parts.items():
        if part.department.is_collective or part.collective_part_id is not None:
            continue
        place = part.position
        autumn = date(2021, 9, 13) + timedelta(days=(number * 3 + place) % 17)
        winter = date(2021, 12, 1) + timedelta(days=(number * 5 + place) % 24)
        early, late = WORK[number] if place == 1 else (HELP[(number + place) % 5], HELP[number * 2 % 5])
        if place == 1 or (number + place) % 3:
            yield number, unit, autumn, {"progress": early}
        is_mute = (number, unit) in SILENT or (part.measure.due_on is not None and place > 1 and number % 2)
        if late and not is_mute and asked.get((number, unit), TODAY) > winter:
            yield number, unit, winter, {"progress": late}


def _asking(parts: Parts, number: int, unit: str) -> dict[str, Any]:
    first = parts[number, unit].position == 1
    words = WORK[number][1] if first else "本单位承担的工作已全部完成，佐证材料已报送。"
    return {"progress": words, "percent": 100, "asks_to_close": True}


def _decide(cast: Cast, part: Assignment, asked_on: date, decided_on: date, reason: str) -> None:
    review = Review.objects.get(report__assignment=part, report__recorded_on=asked_on)
    reviewer = _reviewer(cast, review.report)
    if reason:
        actions.send_back(by=reviewer, report=review.report, now=at(decided_on, 15), reason=reason)
    else:
        actions.accept(by=reviewer, report=review.report, now=at(decided_on, 15))


def _reviewer(cast: Cast, report: Report) -> User:
    part = report.assignment
    return cast.leader if part.department_id == part.measure.plan.office_id else cast.supervisor
