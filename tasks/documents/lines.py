"""What kind of line a line is, told by itself alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .text import NUMERAL, number_of

LONGEST_HEADING = 60
SECTION = re.compile(rf"\s*(?:第({NUMERAL}+)[章部]分?|({NUMERAL}+)、|({NUMERAL}+)\.(?!\d))\s*")
HEADING = re.compile(rf"\s*\(({NUMERAL}+)\)[.、]?\s*")
NUMBER = re.compile(
    r"\s*(?:(\d{1,4})(?:[.、](?!\d|\s*\d+[.、])|\s+(?=[^\d\s.,、年月日]))|(\d{1,3})[.、]\s*(?=\d{4}年)|\((\d{1,3})\)|(\d{1,3})\)"
    r"|任务(\d{1,3})[.、:]|第(\d{1,3})[项条][.、:]?)\s*"
)
INFORMATION = re.compile(
    r"\s*(名\s*称|索\s*引\s*号|发\s*布\s*机\s*构|发\s*文\s*机\s*关|发\s*文\s*字\s*号|文\s*号|主\s*题\s*分\s*类|主\s*题\s*词|成\s*文\s*日\s*期"
    r"|发\s*布\s*日\s*期|发\s*文\s*日\s*期|印\s*发\s*日\s*期|公\s*开\s*日\s*期|有\s*效\s*性|联\s*合\s*发\s*文\s*单\s*位|修\s*改\s*和\s*废\s*止\s*依\s*据|公\s*开\s*方\s*式"
    r"|信\s*息\s*来\s*源|来\s*源|组\s*配\s*分\s*类|体\s*裁\s*分\s*类|生\s*成\s*日\s*期|标\s*题)\s*:(.*)"
)
DAY = re.compile(r"\s*(\d{4})年(\d{1,2})月(\d{1,2})日\s*")
# The first of a list leads: what a document may say of itself once, for all of its measures.
FIRST_LEADS = re.compile(
    r"(?:第一|首)(?:位|个|名|家)?的?(?:(?:责任)?(?:单位|部门))?(?:即?为|是|系|作为)(?:该项|本项|总)?(?:工作|任务)?(?:的)?(?:总)?牵头"
    r"|(?:排|列|位)(?:名|序|列)?(?:在|于)?(?:第一|首)(?:位|个|名)?的?(?:责任)?(?:单位|部门)?牵头"
)
# Any other sentence by which units are told apart: by a star, by bold letters, by where they stand.
PLACED = "(?:排|列|位|居)(?:名|序|列)?(?:在|于)?(?:第一|首|最?前(?:面|者|位|的))"
CALLED = "(?:牵头|主办|主责|责任|配合|协办)(?:责任)?(?:单位|部门)"
CONVENTION = re.compile(
    rf"(?:{PLACED}|第一(?:位|个|名|责任|牵头)?(?:单位|部门)|第一(?:位|个|名)|首位|首个单位|加粗|加黑|黑体|粗体|下划线|划线|斜体|红色"
    rf"|(?:标|带)注?(?:有|为)?[“\"]?[*★▲●△☆]|[*★▲●△☆][”\"]?号?(?:的)?(?:为|是|表示|标))[^。;]{{0,16}}(?:{CALLED}|牵头)"
    rf"|{CALLED}[^。;]{{0,16}}(?:{PLACED}|首位|[*★▲●△☆]|加粗|加黑|黑体|粗体|下划线|划线)"
)
# What is said once for all that follows.
ONCE = re.compile(r"下同|以下(?:各项|各条)?均|以下不再|不再(?:逐一|一一|重复|逐项)?(?:列出|标注|赘述)")
# People are not entered: only units answer for measures.
PERSON = re.compile(
    r"[\[【]?(?:(?:牵头|责任|分管|包抓|挂钩|联系|主管|挂帅|包保)(?:区|市|县|省)?(?:级)?领导"
    r"|(?:第一|具体)?责任人|联系人|联络员|经办人|负责人)[\]】]?\s{0,9}[:]"
)
# What a form is signed with.
SIGNING = re.compile(
    r"\s*(?:填表人|填报人|审核人|审签人|制表人|填报单位|填表单位|单位负责人|填报日期|填表日期|联系人|联系电话)\s*[:]"
)
SHEET = re.compile(
    r"工作表“(.+)”(?:(没有读入)(?::(.+))?)?"
)  # written by the reader of workbooks between the rows of two sheets
FOOTNOTE = re.compile(r"\s*(?:脚注|尾注)\s*[:]")  # written by the reader of Word files before its notes
NOTE = re.compile(r"\s*(?:(?:注|备\s*注|说\s*明|填表说明|注释)[\s\d]{0,9}[:.]|[*※])")


@dataclass(frozen=True)
class Start:
    """How a line begins: ``label`` as it is printed, ``number`` what it counts, ``after`` where its text begins."""

    label: str
    number: int | None
    after: int


def sheet_name(name: str, *, is_read: bool, why: str = "") -> str:
    """The line between the rows of two sheets, as ``SHEET`` knows it."""
    return f"工作表“{name}”" + ("" if is_read else "没有读入") + (f"：{why}" if why else "")


def section_start(words: str) -> Start | None:
    """一、 and what follows, as long as it is a heading."""
    match = SECTION.match(words)
    if not match or not words[match.end() :].strip():
        return None
    numeral = next(filter(None, match.groups()))
    return Start(match[0].strip(), number_of(numeral), match.end())


def heading_start(words: str) -> Start | None:
    match = HEADING.match(words)
    return Start(match[0].strip(), number_of(match[1]), match.end()) if match else None


def number_start(words: str) -> Start | None:
    match = NUMBER.match(words)
    if not match or not words[match.end() :].strip():
        return None
    return Start(match[0].strip(), int(next(filter(None, match.groups()))), match.end())


def states_convention(words: str) -> bool:
    """Whether a line says how units are told apart in the whole document."""
    return bool(FIRST_LEADS.search(words) or CONVENTION.search(words))


def is_heading(words: str) -> bool:
    """Short, and no sentence."""
    line = words.strip()
    return len(line) <= LONGEST_HEADING and not line.endswith(("。", ";", ",")) and "。" not in line
