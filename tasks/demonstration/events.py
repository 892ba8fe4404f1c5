"""What happened beside the ordinary reports of each quarter, day by day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

OFFICE = "区市场监管局"
POLICE = "公安东丽分局"
CULTURE = "区文化旅游体育局"
PUBLICITY = "区委宣传部"
ZONE = "华明高新区服务中心"


def y21(month: int, day: int) -> date:
    return date(2021, month, day)


def y22(day: int) -> date:
    return date(2022, 1, day)


@dataclass(frozen=True)
class Request:
    """A request to close, and what became of it: ``decided_on`` is None while it waits, ``reason`` says why it came
    back. ``words`` is what it says where that is not the work done by December."""

    number: int
    unit: str
    asked_on: date
    decided_on: date | None = None
    reason: str = ""
    words: str = ""
    paper: str = ""
    shortfall: str = ""
    summary: str = ""


REQUESTS = (
    Request(12, OFFICE, y21(11, 26), y21(11, 30), paper="商标代理机构自查情况报告"),
    Request(
        *(35, "区科技局", y21(12, 6), y21(12, 8)),
        reason="请补充参训企业名单和取得证书的人数。",
        words="举办内审员培训1期，培训工作全部结束。",
    ),
    Request(31, CULTURE, y21(12, 9), y21(12, 13), paper="执法记录仪验收单"),
    Request(6, OFFICE, y21(12, 10), y21(12, 14), paper="“铁拳”专项行动总结"),
    Request(35, "区科技局", y21(12, 13), y21(12, 16), paper="内审员培训签到表和证书清单"),
    Request(
        *(3, OFFICE, y21(12, 15), y21(12, 17)),
        words="提供近三年会商案例9件，对联席会商制度提出的修改意见全部采纳。",
    ),
    Request(22, OFFICE, y21(12, 17), y21(12, 21), paper="维权援助专家名册"),
    Request(2, "区金融局", y21(12, 20), y21(12, 23), paper="知识产权尽职调查工作指引"),
    Request(41, "区委组织部", y21(12, 20), y21(12, 22)),
    Request(
        *(41, OFFICE, y21(12, 20), y21(12, 24)),
        words="会同区委组织部完成考核指标测算，指标解释和评分办法已印发各街道、部门。",
    ),
    Request(
        *(2, "区发改委", y21(12, 21), y21(12, 23)),
        words="重大项目前期论证已增设知识产权核查环节，2个项目按新程序办理。",
    ),
    Request(18, OFFICE, y21(12, 24), y21(12, 28)),
    Request(
        *(18, "区司法局", y21(12, 24), y21(12, 27)),
        words="指导调解委员会建章立制，完成调解员备案和首批调解案件回访。",
    ),
    Request(
        *(3, POLICE, y21(12, 27), y21(12, 29)),
        reason="会商制度尚未正式印发，请印发后再申请，并附文号。",
        words="联席会商制度文本定稿，拟于近期印发。",
    ),
    Request(
        *(17, ZONE, y21(12, 28), None),
        words="集聚区场地、标识和公共服务窗口全部就位，5家机构签约，3家已挂牌运营。",
        paper="集聚区入驻机构名录",
    ),
    Request(
        *(34, PUBLICITY, y21(12, 28), y21(12, 30)),
        summary="主会场1场、分会场8场，各成员单位合计发放资料6000余份，媒体报道22篇。",
    ),
    Request(
        *(34, "区司法局", y21(12, 28), y21(12, 30)),
        words="“12.4”期间组织律师现场咨询3场，解答知识产权问题96人次。",
    ),
    Request(
        *(34, "区法院", y21(12, 29), y21(12, 30)),
        words="“12.4”期间公开开庭审理商标侵权案1件，邀请代表委员和企业旁听31人。",
    ),
    Request(
        *(34, POLICE, y21(12, 29), y21(12, 31)),
        reason="请补充“12.4”宣传活动的场次和受众人数。",
        words="“12.4”宣传任务全部完成。",
    ),
    Request(14, OFFICE, y22(6), y22(8), words="产业知识产权联盟成立，成员15家；专利池首批入池专利63件。"),
    Request(
        *(34, "区融媒体中心", y22(5), None),
        words="“12.4”专栏刊发稿件22篇，短视频播放量8.6万次，专题已归档。",
    ),
    Request(
        *(38, OFFICE, y22(10), None),
        words="领导小组组成人员名单和工作规则已印发，首次会议议程已拟定。",
        paper="领导小组工作规则",
    ),
    Request(
        *(34, "区检察院", y22(11), None),
        words="“12.4”期间检察官进企业宣讲3场，发放维权指引200份，收集企业诉求8条。",
        paper="“12.4”宣传活动总结",
    ),
)


@dataclass(frozen=True)
class Saying:
    """A report that is not the ordinary one of its quarter. ``for_autumn`` makes it up for the third one."""

    number: int
    unit: str
    on: date
    progress: str
    more: dict[str, Any] = field(default_factory=dict)
    for_autumn: bool = False


SAYINGS = (
    Saying(1, POLICE, y21(10, 14), "派员参加联合检查1次，移送线索2条。", for_autumn=True),
    Saying(
        *(20, "区商务局", y21(10, 21), "与2家电商平台商谈设立快速处理窗口。"),
        more={
            "problems": "平台运营主体不在本区，区级部门约谈缺乏抓手。",
            "next_steps": "拟请市商务局出面协调平台总部。",
            "needs_coordination": True,
        },
    ),
    Saying(26, "区委网信办", y21(11, 9), "三季度舆情监看日志补齐，未发现重大侵权舆情。", for_autumn=True),
    Saying(33, "区教育局", y21(12, 15), "梳理区内职业院校知识产权课程2门，推荐师资4名。"),
    Saying(
        *(29, "区农业农村委", y21(12, 22), "农业执法队现有持证人员11名，能够办理植物新品种案件的2名。"),
        more={
            "problems": "编制空缺3名长期未补，骨干被抽调参加疫情防控。",
            "next_steps": "请区委编办、区人社局支持，在2022年招录计划中单列岗位。",
            "needs_coordination": True,
        },
    ),
    Saying(
        *(23, OFFICE, y21(12, 29), "应对指导手册完成专家审核，正在按意见修改。"),
        more={
            "problems": "翻译和印刷经费11万元尚未落实，年初预算没有安排。",
            "next_steps": "请区财政局在执行中调剂解决，落实后付印。",
            "percent": 85,
            "needs_coordination": True,
        },
    ),
    Saying(
        *(16, OFFICE, y22(7), "已托管企业468家，距600家目标还差132家；专利清零企业45家。"),
        more={
            "problems": "街道提供的企业名单更新慢，部分企业已迁出，服务机构上门成功率不高。",
            "next_steps": "请各街道于1月20日前更新企业名单，增加1家服务机构。",
            "percent": 78,
            "needs_coordination": True,
        },
    ),
    Saying(
        *(3, POLICE, y22(7), "联席会商制度通过合法性审查，正在会签。"),
        more={
            "problems": "会签单位较多，1家单位的意见未返回。",
            "next_steps": "1月底前完成会签并印发。",
            "percent": 80,
        },
    ),
    Saying(5, POLICE, y22(10), "等待上级部署新一轮行动。", more={"is_unchanged": True}),
)

# Ordinary reports that the office read: number, unit, reported on (the day of the quarter's report), what was wrong.
ACCEPTED = {(34, "区检察院"), (34, "区农业农村委"), (4, POLICE), (6, OFFICE), (16, OFFICE), (11, "区科技局")}
RETURNED = {
    (5, CULTURE): "检查家次与上月报送的数据不一致，请核实后重报。",
    (36, "区教育局"): "请写明试点学校名称和活动场次。",
}
AGAIN = {
    (5, CULTURE): "经核实，检查文化经营场所29家次（原报34家次含复查5家次），整改问题3个。",
    (36, "区教育局"): "4所试点学校开展知识产权主题班会24场、讲座7场，覆盖学生2100人次。",
}
# Taken back by the unit itself on the same day, and sent again with other words the day after.
TAKEN_BACK = (33, "区人社局", "完成人才政策比对，将知识产权专业纳入2022年紧缺人才目录征求意见稿。")


@dataclass(frozen=True)
class MoreTime:
    """More time asked for a measure by ``unit``, until a day; ``decision`` is granted, refused, withdrawn or ""."""

    number: int
    unit: str
    asked_on: date
    until: date
    reason: str
    progress: str
    decision: str = ""
    decided_on: date | None = None
    opinion: str = ""
    document: str = ""


MORE_TIME = (
    MoreTime(
        *(6, OFFICE, y21(11, 29), date(2022, 2, 28)),
        "年底检查力量不足，拟将专项行动延长到春节前。",
        "已检查市场主体270户次，立案12件。",
        *("refused", y21(12, 2), "专项行动时间由市局统一部署，请统筹力量按期完成。"),
    ),
    MoreTime(
        *(23, OFFICE, y21(12, 1), y22(10)),
        "海外案例涉及多国法律，专家审核所需时间超出预期。",
        "手册初稿完成约八成，已约请专家4名。",
        *("granted", y21(12, 6), "同意延期，请抓紧组织审核。", "津丽知略〔2021〕5号"),
    ),
    MoreTime(
        *(17, ZONE, y21(12, 7), y22(10)),
        "办公场地消防验收安排在12月下旬，机构进驻须在验收之后。",
        "场地装修完成，3家机构签订入驻意向。",
        *("granted", y21(12, 10), "同意，验收后及时组织进驻。", ""),
    ),
    MoreTime(
        *(41, "区委组织部", y21(12, 13), date(2022, 1, 31)),
        "年度绩效考核方案尚未最后审定。",
        "考核指标已完成征求意见。",
        *("withdrawn", y21(12, 16)),
    ),
    MoreTime(
        *(16, OFFICE, y21(12, 20), date(2022, 1, 31)),
        "部分街道企业名单更新滞后，服务机构年底前难以全部上门签约。",
        "已托管企业412家，已增派服务专员2名。",
        *("granted", y21(12, 24), "同意，请按新的时限完成。", "津丽知略〔2021〕6号"),
    ),
    MoreTime(
        *(38, OFFICE, y21(12, 28), date(2022, 1, 31)),
        "部分单位分管负责同志调整，组成人员名单须重新确认。",
        "组建方案已经区政府专题会议研究。",
    ),
    MoreTime(
        *(17, OFFICE, y22(6), date(2022, 2, 28)),
        "2家意向机构总部审批未完成，聚集区服务功能尚不齐全。",
        "5家机构签约，3家已挂牌运营。",
        *("granted", y22(10), "第二次延期，请每月报送进展，不再延长。", "津丽知略〔2022〕1号"),
    ),
    MoreTime(
        *(3, POLICE, y22(10), date(2022, 2, 28)),
        "会签单位较多，1家单位的意见尚未返回，须重新履行会签程序。",
        "联席会商制度已通过合法性审查，会签完成4家。",
    ),
)


@dataclass(frozen=True)
class Change:
    """A recorded change of the plan: ``act`` is one of those of ``actions.amendment``, ``to`` what it changes to."""

    number: int
    on: date
    in_force_on: date
    act: str
    document: str
    reason: str
    wording: str = ""
    joining: str = ""  # a unit that takes part from now on, like the others


CHANGES = (
    Change(
        *(16, y21(11, 12), y21(11, 15), "reword"),
        document="领导小组第二次会议纪要（虚构）",
        reason="托管企业迁入迁出频繁，须随时掌握实际托管数。",
        wording=(
            "推动600家中小微企业实现知识产权托管服务，建立托管企业动态名单，提升企业专利普及率及防御知识产权风险能力，"
            "为企业发展注入动力。推进中小企业专利清零专项工作，提升拥有有效专利的企业数量。"
        ),
    ),
    Change(
        *(33, y21(11, 22), y21(11, 22), "reassign"),
        document="领导小组办公室关于调整第33项责任分工的通知（虚构）",
        reason="区内职业院校知识产权课程由教育部门统筹，增列区教育局。",
        joining="区教育局",
    ),
    Change(
        *(7, y21(12, 28), date(2022, 1, 1), "make_ongoing"),
        document="区市场监管局关于老字号保护转入常态化监管的请示及批复（虚构）",
        reason="集中整治阶段结束，仿冒老字号行为仍时有发生，转为日常监管。",
    ),
    Change(
        *(25, y21(12, 29), date(2022, 1, 1), "terminate"),
        document="关于国际自主品牌认定工作调整的通知（虚构）",
        reason="市级认定工作自2022年起停止，本区不再单独开展。",
    ),
)

# The ledger frozen for a meeting: as of, taken on, for which.
SNAPSHOTS = (
    (y21(10, 12), y21(10, 13), "领导小组第一次会议"),
    (y21(11, 10), y21(11, 11), "领导小组第二次会议"),
    (y21(12, 23), y21(12, 24), "领导小组第三次会议"),
)

# Rules of time: laid down on, in force on, days before a deadline from which on it is near, why.
RULES = (
    (y21(9, 27), y21(10, 1), 15, "【演示】试行缩短临期提醒，减少重复提示。"),
    (y21(11, 29), y21(12, 1), 30, "【演示】年底到期任务集中，恢复提前30天提醒。"),
)
GRACE_DAYS = 10

# What the office's reporter said of the 600 units of measure 16: by which day, how many, said on.
REACHED = (
    (y21(9, 24), 135, y21(9, 27)),
    (y21(10, 29), 236, y21(11, 1)),
    (y21(11, 30), 331, y21(12, 1)),
    (y21(12, 20), 412, y21(12, 21)),
    (y22(6), 468, y22(7)),
)
# The steps of measure 34: due on, done on, recorded on, by whom, note, paper.
STEPS = (
    (
        *(y21(4, 26), y21(4, 26), y21(9, 10), PUBLICITY),
        "计划印发前已经完成，现予补登：悬挂标语60条，现场咨询3场。",
        "“4.26”宣传周活动小结",
    ),
    (
        *(y21(12, 4), y21(12, 4), y21(12, 6), PUBLICITY),
        "全区集中宣传日活动1场，各单位分会场8个，发放资料6000份。",
        "“12.4”主题宣传活动方案",
    ),
)
# Left as drafts at the end: number, unit, words, paper.
DRAFTS: tuple[tuple[int, str, dict[str, Any], str], ...] = (
    (3, POLICE, {"progress": "联席会商制度会签完成4家，区农业农村委意见1月11日返回。", "percent": 90}, ""),
    (
        *(34, POLICE),
        {
            "progress": "“12.4”期间开展集中宣传3场，现场咨询420人次，发放材料1200份，媒体报道6篇。",
            "next_steps": "将宣传材料移交各街道继续使用。",
            "percent": 100,
            "asks_to_close": True,
        },
        "“12.4”宣传活动情况",
    ),
    (24, OFFICE, {"progress": "拟报：四季度PCT国际专利申请辅导情况，待核对数据。"}, ""),
)

# Units that owe a report on ongoing work for the last quarter, or have hardly ever said a word.
SILENT = {
    *((8, "区农业农村委"), (24, OFFICE), (26, "区委网信办"), (1, "区融媒体中心"), (21, "区委网信办")),
    *((40, "区人社局"), (13, "区农业农村委")),
}
NEVER_SPOKE = {"区融媒体中心", "演示街道办二"}
# Streets that join 各街道办, and on which day.
JOINING = (("演示街道办一", y21(9, 6)), ("演示街道办二", y21(9, 6)), ("演示街道办三", y21(11, 8)))
# Units that have not signed for anything, and single parts that were forgotten.
UNSIGNED = {"区融媒体中心", "区财政局", "演示街道办二"}
FORGOTTEN = {(29, POLICE), (31, CULTURE)}
# The third quarter is locked, opened once more for one who asked, and locked again.
LOCKED_ON, REOPENED_ON, LOCKED_AGAIN_ON = y21(11, 1), y21(11, 8), y21(11, 16)
REOPENED_BECAUSE = "【演示】区委网信办因值班记录移交延误申请补报三季度情况，经领导小组办公室同意。"
