"""What is not a plan's file, or not quite one, is refused at its place, and nothing of it is kept."""

from __future__ import annotations

import json
import random
import re
import tracemalloc
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest

from departments.models import Department
from tasks.actions.plan_archive import bring_in
from tasks.exchange.faults import MOST_TOLD, Refused
from tasks.exchange.reading import Deadline, parse
from tasks.exchange.schema import PLAN, Table
from tasks.exchange.tables import TABLES

from . import exchange
from .builders import a_department, a_person, a_plan
from .builders import at as moment
from .exchange import BROUGHT_ON, SLUG, Change, Moved, bring, changed, refusal, rows

pytestmark = pytest.mark.django_db
moved = exchange.moved


TAKEN = f"本系统中已有网址标识为“{SLUG}”的计划，不能再次导入。"


def tried(data: bytes) -> None:
    """Brought in as far as that goes, and nothing kept."""
    bring_in(name="plan.json", stream=BytesIO(data), now=moment(BROUGHT_ON), is_trial=True)


def put(table: str, at: int, **values: Any) -> Change:
    """Other values in one row."""
    return lambda content: content[table][at].update(values)


def row_of(table: str, **found_by: Any) -> Change:
    """A second row like the first."""
    return lambda content: content[table].append(content[table][0] | found_by)


def drop(table: str, name: str) -> Change:
    return lambda content: content[table][0].pop(name)


def without(table: str) -> Change:
    return lambda content: content.pop(table)


REFUSED: dict[str, tuple[Change, str]] = {
    "another format": (lambda c: c.update(format="x"), "$.format：不是推进计划的数据文件，应为“plan-tracker/plan”。"),
    "a later version": (lambda c: c.update(version=2), "$.version：本系统只能读取版本1的文件。"),
    "a version that is none": (lambda c: c.update(version=True), "$.version：本系统只能读取版本1的文件。"),
    "something unknown": (lambda c: c.update(extra=[]), "$.extra：格式中没有这一项。"),
    "a table that is missing": (without("reviews"), "$.reviews）：缺少这一项。"),
    "an unknown column": (put("measures", 0, extra=1), "$.measures[0].extra）：格式中没有这一项。"),
    "a column that is missing": (drop("measures", "wording"), "$.measures[0].wording）：缺少这一项。"),
    "no list": (lambda c: c.update(rules={}), "$.rules）：第"),
    "a row that is none": (lambda c: c["rules"].append(1), "$.rules[1]）：第"),
    "text as a number": (put("measures", 1, number="2"), "$.measures[1].number）：应为0到2147483647的整数。"),
    "a number below": (put("plan_documents", 0, size=-1), "$.plan_documents[0].size）：应为0到2147483647的整数。"),
    "a flag as a number": (put("measures", 1, number=True), "$.measures[1].number）：应为0到2147483647的整数。"),
    "a number with a fraction": (
        put("rules", 0, grace_days=1.5),
        "$.rules[0].grace_days）：只能是整数，且不超过20位。",
    ),
    "a number without end": (put("rules", 0, grace_days=10**40), "$.rules[0].grace_days）：只能是整数，且不超过20位。"),
    "a list for a text": (put("rules", 0, reason=["x"]), "$.rules[0].reason）：此处不应是列表或对象。"),
    "null where none may be": (put("rules", 0, reason=None), "$.rules[0].reason）：不能为空。"),
    "an unknown word": (lambda c: c["plan"].update(cadence="YEAR"), "$.plan.cadence）：应为QUARTER、MONTH之一。"),
    "NUL": (put("rules", 0, reason="a\0b"), "$.rules[0].reason）：文字中有空字符或不成对的代理字符。"),
    "half a character": (put("rules", 0, reason="\ud800"), "$.rules[0].reason）：文字中有空字符或不成对的代理字符。"),
    "half a character inside": (
        put("amendments", 0, units=[["\udfff", "LEAD"]]),
        "$.amendments[0].units）：文字中有空字符或不成对的代理字符。",
    ),
    "a mark of direction": (
        put("rules", 0, reason="年底\u202e前"),
        "$.rules[0].reason）：文字中有无法显示的控制字符，请删除后重试。",
    ),
    "a text too long": (
        put("sections", 0, title="长" * 101),
        "$.sections[0].title）：文字长101个字，超过100个字的上限。",
    ),
    "a text as long as no form takes": (
        put("rules", 0, reason="长" * 5001),
        "$.rules[0].reason）：确保该变量包含不超过 5000 字符 (目前字符数 5001)。",
    ),
    "an empty text": (put("measures", 0, wording=""), "$.measures[0].wording）：此字段不能为空。"),
    "no such day": (put("rules", 0, in_force_on="2021-02-30"), "$.rules[0].in_force_on）：没有这一天：2021-02-30。"),
    "a day otherwise written": (
        put("rules", 0, in_force_on="2021/02/03"),
        "$.rules[0].in_force_on）：应为YYYY-MM-DD形式的日期。",
    ),
    "a day out of range": (
        put("rules", 0, in_force_on="2200-01-01"),
        "$.rules[0].in_force_on）：日期须在1949-10-01至2199-12-31之间。",
    ),
    "a moment elsewhere": (
        put("rules", 0, recorded_at="2021-12-01T10:00:00+08:00"),
        "$.rules[0].recorded_at）：应为YYYY-MM-DDTHH:MM:SS+00:00形式的时间。",
    ),
    "a token that is none": (put("reports", 0, token="x"), "$.reports[0].token）：应为小写的UUID。"),
    "a fingerprint that is none": (
        put("plan_documents", 0, sha256="A" * 64),
        "$.plan_documents[0].sha256）：应为64位小写十六进制的SHA-256。",
    ),
    "an unknown unit": (
        put("assignments", 0, department="区外局"),
        "$.assignments[0].department）：责任单位中没有“区外局”。",
    ),
    "an unknown person": (put("reports", 0, author="nobody"), "$.reports[0].author）：用户中没有“nobody”。"),
    "an unknown step": (
        put("milestone_entries", 0, milestone=[1, 9]),
        "$.milestone_entries[0].milestone）：节点中没有“1、9”。",
    ),
    "a reference that is none": (put("reports", 0, author=True), "$.reports[0].author）：应为所指记录的标识。"),
    "a source twice": (
        lambda c: next(row for row in c["reports"] if row["sources"])["sources"].append(c["reports"][0]["token"]),
        ".sources）：列表中有重复的项。",
    ),
    "a key twice": (row_of("measures"), "$.measures[3]）：标识与任务第1条（plan.json $.measures[0]）重复。"),
    "a number out of turn": (put("assignments", 0, id=9), "$.assignments[0].id）：应从1起依次编号，此处应为1。"),
    "units of no shape": (put("amendments", 0, units=[["甲局"]]), "$.amendments[0].units）：结构与格式说明不符。"),
    "keys of no shape": (put("snapshots", 0, keys={}), "$.snapshots[0].keys）：结构与格式说明不符。"),
    "content of no shape": (
        put("plan_documents", 0, content={"parsed": 1, "plan": {}, "units": {}}),
        "$.plan_documents[0].content）：结构与格式说明不符。",
    ),
    "a closing that nobody accepted": (
        put("assignments", 1, closing_asked_on="2022-01-05", closing_accepted_on="2022-01-08"),
        "$.assignments[1]）：办结日期与审核通过的办结申请不符。",
    ),
    "an ending that nobody recorded": (
        put("measures", 0, terminated_from="2021-12-01"),
        "$.measures[0].terminated_from）：与登记的计划调整不符。",
    ),
    "a member's part of no collective": (
        put("assignments", 3, collective_part=1),
        "$.assignments[",
    ),
    "a snapshot that was changed": (
        lambda c: c["snapshots"][0].update(content=c["snapshots"][0]["content"].replace("第一次会议", "第九次会议")),
        "$.snapshots[0]）：内容与校验值不符；名称、日期或格式版本与内容不符",
    ),
    "a snapshot of other rows": (
        lambda c: c["snapshots"][0]["keys"]["measures"].reverse(),
        "$.snapshots[0]）：时效与内容不符",
    ),
    "a snapshot of fewer rows": (lambda c: c["snapshots"][0]["keys"]["units"].pop(), "$.snapshots[0]）：内容无法读取"),
    "what the database refuses": (
        put("reviews", 0, decision="PENDING"),
        "$.reviews[0]）：",
    ),
    "what a constraint refuses": (
        lambda c: c["plan"].update(ends_on="2019-12-31", starts_on="2020-01-01"),
        "$.plan）：计划结束日期不能早于开始日期。",
    ),
    "a part signed for twice": (
        lambda c: c["receipts"].append(c["receipts"][0]),
        "$.receipts[1]）：同一条签收只能有一条：文件中重复，或系统中已有（该计划可能已经导入过）。",
    ),
    "a parent that is not here": (
        lambda c: c["plan"].update(parent="city-2021"),
        "$.plan.parent）：本系统中没有上级计划“city-2021”，请先导入上级计划。",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_told_at_its_place_and_nothing_is_written(moved: Moved, case: str) -> None:
    change, told = REFUSED[case]
    content = json.loads(moved.file)
    change(content)

    faults = refusal(json.dumps(content).encode())

    assert told in faults[0]
    assert re.match(r"plan\.json \$\.|[\u4e00-\u9fff\d]+（plan\.json \$\.", faults[0])  # in words where it has a place


@pytest.mark.parametrize(
    ("write", "told"),
    [
        (lambda text: text[: len(text) // 2], "文件在此中断，不完整。"),
        (lambda text: text[:-1], "plan.json $：文件在此中断，不完整。"),
        (lambda text: text + "{}", "plan.json $：正文结束之后还有多余的内容。"),
        (lambda text: text[:-1] + ',"version":1}', "plan.json $.version：重复出现。"),
        (
            lambda text: text.replace('"cadence":', '"cadence":"MONTH","cadence":', 1),
            "推进计划的填报周期（plan.json $.plan.cadence）：重复出现。",
        ),
        (lambda text: text.replace('"typed":{', '"typed":{"a":1,"a":2,'), ".typed）：其中有重复的键。"),
        (lambda text: text.replace('"typed":{', '"typed":{"a":NaN,'), ".typed）：只能是整数，且不超过20位。"),
        (lambda text: text.replace('"units":[', '"units":' + "[" * 100_000, 1), ".units）：嵌套过深。"),
        (lambda text: text.replace("\\n", "\n", 1), "个字符处不符合JSON语法。"),
        (lambda _text: "[]", "plan.json $：这不是本系统导出的计划数据或归档包。"),
        (lambda _text: "督查台账", "plan.json $：这不是本系统导出的计划数据或归档包。"),
        (lambda _text: " ", "plan.json $：文件在此中断，不完整。"),
        (lambda _text: "", "文件是空的。"),
    ],
)
def test_what_is_no_json_of_this_kind_is_refused_where_it_ends_to_make_sense(moved: Moved, write, told: str) -> None:
    faults = refusal(write(moved.file.decode()).encode())

    assert told in faults[0]


def test_another_encoding_is_refused(moved: Moved) -> None:
    assert refusal(moved.file.decode().encode("gb18030"))[0].startswith("plan.json：第")


def test_the_first_faults_are_told_together_and_no_more_than_that(moved: Moved) -> None:
    def change(content: dict[str, Any]) -> None:
        for row in content["periods"] * 3 + content["reports"] + content["people"] + content["assignments"]:
            for name in ("asks_dated", "is_late", "last_name", "role"):
                if name in row:
                    row[name] = 9

    faults = refusal(changed(moved.file, change))

    assert len(faults) == MOST_TOLD + 1
    assert faults[-1] == "……其余从略，请先改正以上各处。"
    assert faults[0] == "责任分工第1条的角色（plan.json $.assignments[0].role）：应为SOLE、LEAD、CO、JOINT之一。"


# --- limits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "most", "told"),
    [
        ("EXCHANGE_MAX_BYTES", 1000, "大小为"),
        ("EXCHANGE_MAX_JSON_BYTES", 1000, "plan.json：大小为"),
        ("EXCHANGE_MAX_ROWS", 10, "记录超过10条的上限。"),
        ("EXCHANGE_MAX_VALUE", 10, "$.amendments[0].units）：内容超过10个字符的上限。"),
    ],
)
def test_a_file_beyond_a_limit_is_refused(moved: Moved, settings, limit: str, most: int, told: str) -> None:
    setattr(settings, limit, most)

    assert told in refusal(changed(moved.file, put("amendments", 0, units=[["区市场监管局", "LEAD"]])))[0]


def test_work_on_a_file_ends_when_its_time_is_over(moved: Moved, settings) -> None:
    settings.EXCHANGE_MAX_SECONDS = -1

    assert refusal(moved.file) == ["处理时间超过-1秒的上限。"]


@pytest.mark.parametrize("bomb", ['"units":' + "[[]," * 300_000, '"units":[' + '{"a":0},' * 300_000])
def test_a_list_without_end_takes_no_memory(moved: Moved, settings, bomb: str) -> None:
    settings.EXCHANGE_MAX_VALUE = 10_000
    text = moved.file.decode().replace('"units":[', bomb, 1)

    tracemalloc.start()
    with pytest.raises(Refused):
        parse(text, Deadline(60))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 4_000_000


# --- what is here already ------------------------------------------------------------------------------


def test_a_plan_that_is_here_is_not_imported_again(moved: Moved) -> None:
    a_plan(slug=SLUG)

    assert refusal(moved.file) == [f"推进计划的网址标识（plan.json $.plan.slug）：{TAKEN}"]


def test_units_and_people_that_are_here_stay_as_they_are_and_what_is_not_taken_is_told(moved: Moved) -> None:
    police = a_department("公安东丽分局", kind=Department.Kind.BRANCH, position=7)
    streets = a_department("各街道办", kind=Department.Kind.COLLECTIVE)
    same = a_person(username="duban", last_name="督", first_name="办员")
    other = a_person(username="minjing", last_name="别", first_name="人")

    plan, findings = bring(moved.file)

    police.refresh_from_db()
    assert (police.kind, police.position, police.aliases.count()) == ("BRANCH", 7, 0)
    assert streets.memberships.count() == 0
    assert sorted(findings.units_here) == ["公安东丽分局", "各街道办"]
    assert findings.left_out == [["alias", "公安东丽分局", "东丽公安"], ["member", "各街道办", "万新街道"]]
    assert findings.people_here == [["duban", "督办员"], ["minjing", "别人"]]
    assert findings.differing == [["minjing", "别人", "民警"]]
    assert set(plan.rules.values_list("recorded_by", flat=True)) == {same.pk}
    assert other.receipts.count() == 1


def test_a_name_that_means_another_unit_here_is_refused(moved: Moved) -> None:
    a_department("东丽区公安局").aliases.create(name="公安东丽分局")

    assert refusal(moved.file)[0].endswith(".name）：“公安东丽分局”在本系统中是“东丽区公安局”的别名，请先统一名称。")


def test_a_collective_that_is_none_here_is_refused(moved: Moved) -> None:
    a_department("各街道办")

    assert "“各街道办”在本系统中类别不同：一方是集合。" in refusal(moved.file)[0]


# --- whatever stands in whichever column ---------------------------------------------------------------

STRANGE: tuple[Any, ...] = (None, "", "甲", 7, True, [], ["甲", 7], {"甲": []}, "2021-12-31")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_nothing_in_any_column_does_more_than_be_refused(moved: Moved, table: Table) -> None:
    content = json.loads(moved.file)
    row = content[table.name] if table.name == PLAN else content[table.name][0]
    before = rows()
    for at, column in enumerate(table.columns):
        was = row[column.name]
        for strange in STRANGE[at % 3 :: 3]:
            row[column.name] = strange
            with suppress(Refused):
                tried(json.dumps(content).encode())
        row[column.name] = was
    assert rows() == before


@pytest.mark.parametrize("seed", range(20))
def test_a_file_that_was_scrambled_is_refused_or_as_good_as_before(moved: Moved, seed: int) -> None:
    chance = random.Random(seed)
    scrambled = bytearray(moved.file)
    for _ in range(1 + seed % 4):
        at, length = chance.randrange(len(scrambled)), chance.randrange(1, 40)
        if chance.random() < 0.5:
            del scrambled[at : at + length]
        else:
            scrambled[at:at] = scrambled[chance.randrange(len(scrambled)) :][:length]

    with suppress(Refused):
        tried(bytes(scrambled))
