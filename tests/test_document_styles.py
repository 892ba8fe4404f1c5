"""Documents as provinces, cities and districts write them, on other matters: what is read, and what is asked."""

from __future__ import annotations

from collections import Counter

import pytest

from tasks.documents.parsed import Kind, Use
from tasks.documents.parser import parse

from .test_document_wording import ASKED, CO, JOINT, LEAD, SOLE, asked, parsed, units, used

WITHOUT_YEAR = {Kind.FIGURE, Kind.DATES, Kind.NO_TIME}  # asked of nearly every measure of these


def asked_besides(text: str) -> Counter[str]:
    return Counter({kind: times for kind, times in asked(parsed(text)).items() if kind not in WITHOUT_YEAR})


ENVIRONMENT = """滨海市2026年生态环境保护工作要点
一、深入打好蓝天保卫战
1.强化工业源治理。（市生态环境局牵头，市工业和信息化局等按职责分工负责，各区人民政府负责落实。以下均需各区人民政府落实，不再列出）
2.推进清洁取暖。（市发展改革委牵头，市生态环境局、市财政局配合，10月底前完成）
二、着力打好碧水保卫战
（三）推进黑臭水体整治。责任单位：市水务局、市住房城乡建设局；配合单位：各区人民政府；完成时限：2026年11月底。
（四）加强饮用水水源保护。牵头单位：市生态环境局。配合单位：市水务局、市卫生健康委。时间安排：全年。
三、保障措施
各区、各部门要高度重视，压实责任，确保各项任务落到实处。
"""


def test_a_citys_work_on_its_environment() -> None:
    plan = parsed(ENVIRONMENT)

    assert units(plan) == [
        {"市生态环境局": LEAD, "市工业和信息化局": CO, "各区人民政府": CO},
        {"市发展改革委": LEAD, "市生态环境局": CO, "市财政局": CO},
        {"市水务局": ASKED, "市住房城乡建设局": ASKED, "各区人民政府": CO},
        {"市生态环境局": LEAD, "市水务局": CO, "市卫生健康委": CO},
    ]
    assert asked_besides(ENVIRONMENT) == {
        **{Kind.OTHERS: 1, Kind.ROLE: 2, Kind.CONVENTION: 1, Kind.TIME: 1},
        **{Kind.EMPTY_SECTION: 1, Kind.LINE: 1},
    }


LIVELIHOOD = """关于印发《2026年城东区民生实事项目任务分解方案》的通知
一、教育提升工程
（一）新建2所公办幼儿园。
牵头领导：张三
责任单位：区教育局（牵头）、区住建局、望江街道
责任人：李四
时间节点：3月底前完成立项，8月底前建成投用
（二）改造提升学校食堂。
责任单位：区教育局
责任人：李四
时间节点：8月底前
附件：1.责任清单
      2.进度表
（联系人：赵六，电话：12345678）
"""


def test_a_districts_promises_with_the_people_who_answer_for_them() -> None:
    plan = parsed(LIVELIHOOD)

    assert [measure.wording for measure in plan.measures] == ["新建2所公办幼儿园。", "改造提升学校食堂。"]
    assert units(plan) == [{"区教育局": LEAD, "区住建局": CO, "望江街道": CO}, {"区教育局": SOLE}]
    assert asked_besides(LIVELIHOOD) == {Kind.PERSON: 1, Kind.TIME: 1}
    assert [used(plan, line) for line in (12, 13)] == [(Use.LEFT_OUT, "附件的名称")] * 2
    assert used(plan, 14) == (Use.LEFT_OUT, "正文之后的文字")


TOURISM = """海东省推动文化和旅游深度融合发展若干措施
1.加大财政支持力度。（责任单位：省财政厅、省文化和旅游厅，各市、州人民政府）
2.优化用地保障。（责任单位：省自然资源厅。列第一位的为牵头单位，下同）
3.支持景区提质升级。（省文化和旅游厅牵头，省财政厅，各市、州人民政府配合）
4.培育旅游新业态，支持各地开展多种形式的文化和旅游消费活动。（省委宣传部、省文化和旅游厅，各市州）
本措施自2026年1月1日起施行，有效期5年。
"""


def test_a_provinces_measures_with_a_convention_in_a_bracket() -> None:
    plan = parsed(TOURISM)

    assert units(plan) == [
        {"省财政厅": LEAD, "省文化和旅游厅": CO, "各市、州人民政府": CO},
        {"省自然资源厅": SOLE},
        {"省文化和旅游厅": LEAD, "省财政厅": CO, "各市、州人民政府": CO},
        {},
    ]
    assert "下同" in plan.measures[1].responsibility_text
    assert asked_besides(TOURISM) == {Kind.NO_SECTION: 1, Kind.CONVENTION: 1, Kind.NO_UNIT: 1, Kind.CONTINUED: 1}


@pytest.mark.parametrize(
    "own",
    [
        *("（责任单位：甲局、乙局，列第一位的为牵头单位）", "（甲局、乙局按职责分工负责。排名第一的为牵头单位）"),
        *("\n责任单位（列第一位的为牵头单位）：甲局、乙局", "（责任单位：甲局、乙局（列第一位的为牵头单位））"),
    ],
)
def test_a_convention_within_a_measure_holds_for_that_measure_alone(own: str) -> None:
    others = "（丙局、丁局按职责分工负责）"

    plan = parsed(f"一、章节\n1.甲项。{others}\n2.乙项。{own}\n3.丙项。{others}")

    assert units(plan) == [{"丙局": JOINT, "丁局": JOINT}, {"甲局": LEAD, "乙局": CO}, {"丙局": JOINT, "丁局": JOINT}]
    assert [(doubt.words[:17], doubt.measure) for doubt in plan.doubts if doubt.kind == Kind.CONVENTION] == [
        ("本项约定列第一位的为牵头单位，只用", 2)
    ]


def test_a_convention_in_the_wording_of_a_measure_is_asked_about() -> None:
    plan = parsed("一、章节\n1.甲项，列第一位的为牵头单位。（甲局、乙局按职责分工负责；长期）")

    assert (units(plan), asked(plan)) == ([{"甲局": JOINT, "乙局": JOINT}], {Kind.CONVENTION: 1})


def test_a_convention_in_one_cell_holds_for_the_rows_of_that_cell() -> None:
    rows = ["一、章节", "序号\t工作任务\t责任单位\t时限", "1\t甲项\t甲局、乙局（列第一位的为牵头单位）\t长期"]
    plan = parse([*rows, "2\t乙项\t\t长期", "3\t丙项\t甲局、乙局\t长期"], merged={(4, 2)})

    assert units(plan) == [{"甲局": LEAD, "乙局": CO}] * 2 + [{"甲局": JOINT, "乙局": JOINT}]


COUNTRYSIDE = """2026年江北县乡村振兴重点任务分工方案
    一、粮食安全
    1. 建设高标准农田。
    牵头单位:县农业农村局
    责任单位:县财政局、县水利局、
    各乡镇（街道）
    完成时限:2026年10月
    2. 发展特色产业（县农业农村局、县文广旅局，各乡镇（街道）；2026年12月）
    3. 改造老旧管网（县住建局 2026年10月）
    4. 培育龙头企业。责任单位为县农业农村局，完成时限为2026年11月底。

中共江北县委农村工作领导小组办公室
2026年2月11日印发
"""


def test_a_countys_work_with_indented_lines_and_lists_without_roles() -> None:
    plan = parsed(COUNTRYSIDE)

    assert units(plan) == [
        {"县农业农村局": LEAD, "县财政局": CO, "县水利局": CO, "各乡镇（街道）": CO},
        dict.fromkeys(("县农业农村局", "县文广旅局", "各乡镇（街道）"), ASKED),
        {"县住建局": ASKED},
        {},
    ]
    assert [measure.due_on for measure in plan.measures] == ["2026-10-31", "2026-12-31", "2026-10-31", None]
    assert asked_besides(COUNTRYSIDE) == {Kind.ROLE: 2, Kind.NO_UNIT: 1}
    assert [used(plan, line)[0] for line in (12, 13)] == [Use.LEFT_OUT] * 2


SAFETY = """关于2026年度安全生产重点工作的实施意见
（一）强化责任落实
1、压实企业主体责任。（区应急局、区国资局等相关单位按职责分工负责，2026年6月底前完成并长期坚持）
2、开展专项整治。在（危化品、消防、燃气）等领域开展整治（区应急局、区住建局按职责分工负责；2026年全年）
（二）强化监管执法
1、加大执法检查力度。【区应急局】
2、建立有奖举报制度。（责任部门：区应急局）（完成时间：2026.9.30）
3、推行“互联网+执法”。 牵头部门：区应急局 配合部门：区大数据中心 时间要求：2026年底

        区安全生产委员会办公室
          2026年3月1日
"""


def test_a_districts_work_on_safety() -> None:
    plan = parsed(SAFETY)

    assert units(plan) == [
        {"区应急局": JOINT, "区国资局": JOINT},
        {"区应急局": JOINT, "区住建局": JOINT},
        {},
        {"区应急局": SOLE},
        {"区应急局": LEAD, "区大数据中心": CO},
    ]
    assert plan.measures[1].wording == "开展专项整治。在（危化品、消防、燃气）等领域开展整治"
    assert asked_besides(SAFETY) == {
        **{Kind.NO_SECTION: 1, Kind.OTHERS: 1, Kind.TIME: 2, Kind.NO_UNIT: 1, Kind.NUMBERING: 1},
    }
    assert [used(plan, line)[0] for line in (10, 11)] == [Use.LEFT_OUT] * 2


BUSINESS = """索 引 号：XZ0001
标    题：西城县人民政府办公室关于印发西城县2026年优化营商环境行动方案的通知
文    号：西政办发〔2026〕12号
附件：1.任务分解表
2.责任清单
西城县人民政府办公室
2026年3月18日
一、行动目标
对标一流，全面提升。
二、重点行动
行动一：政务服务提升行动
1.深化“一网通办”。
责任单位：县行政审批局牵头，县直有关部门、各乡镇配合
2.落实惠企政策。（县发改局、县税务局按职责分工负责，12月底前取得明显成效）
三、新增停车泊位——责任单位：县住建局
"""


def test_a_countys_work_on_business() -> None:
    plan = parsed(BUSINESS)

    assert plan.about.title == "西城县2026年优化营商环境行动方案"
    assert units(plan) == [
        {"县行政审批局": LEAD, "县直有关部门": CO, "各乡镇": CO},
        {"县发改局": JOINT, "县税务局": JOINT},
    ]
    assert asked_besides(BUSINESS) == {
        **{Kind.EMPTY_SECTION: 2, Kind.LINE: 2, Kind.TIME: 1, Kind.SECTION_TITLE: 1},
    }


LIST = """2026年全市数字经济重点任务清单（共3项）
序号\t任务类别\t重点任务\t工作目标\t责任单位\t\t完成时限
\t\t\t\t牵头单位\t配合单位\t
一\t数字产业化\t\t\t\t\t
1\t数字产业化\t培育数字企业\t新增20家\t市数据局\t市工信局、各县（市、区）\t2026年12月
二\t产业数字化
2\t产业数字化\t推进工业互联网\t\t市工信局\t——\t持续
市电力公司\t产业数字化\t建设算力中心\t\t市数据局（牵头）\t市发改委\t6月底
合计\t3项\t\t\t\t\t
注：1.牵头单位加*的为总牵头。
填表人：张三\t\t\t\t审核人：李四
"""


def test_a_citys_list_with_a_head_of_two_rows() -> None:
    plan = parsed(LIST)

    assert [section.title for section in plan.sections] == ["数字产业化", "产业数字化"]
    assert units(plan) == [
        {"市数据局": LEAD, "市工信局": CO, "各县（市、区）": CO},
        {"市工信局": LEAD},
        {"市数据局": LEAD, "市发改委": CO},
    ]
    assert asked_besides(LIST) == {Kind.COLUMN: 2, Kind.LINE: 2, Kind.CONVENTION: 1, Kind.NUMBERING: 1}


FLAT = """附件：
一、推进城市更新。（区住建局牵头，各街道按职责分工负责；2026年11月底前）
二、完善公交线网（区交通局负责；2026年9月）
任务三：培育龙头企业（牵头单位：区发改局；责任单位：各街道；完成时限：持续推进）
4.整治背街小巷。责任单位：区城管局、各街道；分管领导：王某；完成时限：2026年11月底
"""


def test_a_list_of_things_to_do_numbered_like_chapters() -> None:
    plan = parsed(FLAT)

    assert units(plan) == [
        {"区住建局": LEAD, "各街道": CO},
        {"区交通局": SOLE},
        {"区发改局": LEAD, "各街道": CO},
        {"区城管局": JOINT, "各街道": JOINT},
    ]
    assert asked_besides(FLAT) == {
        **{Kind.NO_SECTION: 1, Kind.SECTION_TITLE: 2, Kind.NO_NUMBER: 1, Kind.NUMBERING: 1, Kind.PERSON: 1},
    }
