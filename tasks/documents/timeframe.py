"""When a measure is to be done: 2021年12月底前完成, 第三季度, 长期坚持. What can mean two days is asked."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from ..choices import Timeframe
from .text import plain

Span = tuple[date, date]

LONGEST = 60  # of a clause that says when

GOES_ON = re.compile(
    r"(?:长期|持续|常年|常态化?|定期|经常)(?:性|化)?(?:地|有序|深入|全面)?"
    r"(?:坚持|推进|实施|开展|落实|任务|工作|执行|进行|推动|加强|抓好|完善|、|,|并|长期|持续)*"
    r"|(?:全年|贯穿全年,?)(?:长期|持续)(?:坚持|推进|实施|开展|推动)?"
    r"|每(?:个)?(?:年度?|半年|季度?|月|周|日)(?:\d{1,2}月)?(?:底|末|初)?(?:之?前)?(?:至少)?"
    r"(?:开展|完成|报送|调度|推进|组织|总结|更新|通报|实施|一次|1次|两次|2次)*"
)
DONE = r"(?:基本|全面)?(?:完成|办结|落实到位|完成到位|落实)?"
BY = r"(?:之?前|以前)"
YEAR = r"(?:于|在)?(?:(?P<year>\d{4})年|(?P<this>今年|本年度?|当年))?"
FORMS = {
    "day": rf"{YEAR}(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})日{BY}?{DONE}",
    "iso": rf"(?P<year>\d{{4}})[-./](?P<month>\d{{1,2}})[-./](?P<day>\d{{1,2}})日?{BY}?{DONE}",
    "month": rf"{YEAR}(?P<month>\d{{1,2}})月份?(?:(?:底|末|下旬){BY}?|内|)?{DONE}",
    "tenth": rf"{YEAR}(?P<month>\d{{1,2}})月(?P<third>[上中])旬{DONE}",
    "year": rf"(?:于|在)?(?:(?P<year>\d{{4}})年度?|(?P<this>今年|本年度?|当年))(?:(?:年)?(?:底|末){BY}?|内|)?{DONE}",
    "this year": rf"(?:于|在)?(?:年(?:底|末){BY}?|年内|年度内){DONE}",
    "half": rf"{YEAR}(?P<half>[上下])半年(?:(?:底|末){BY}?|内|)?{DONE}",
    "quarter": rf"{YEAR}第?(?P<quarter>[一二三四1-4])季度(?:(?:底|末){BY}?|内|)?{DONE}",
}
PATTERNS = {name: re.compile(form) for name, form in FORMS.items()}
QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}
# What is a time without doubt, and may be more than one day; it is asked which.
SOME_YEAR = r"(?:于|在)?(?:\d{4}年|今年|本年度?|当年|明年)?"
UNCLEAR = re.compile(
    rf"{SOME_YEAR}\d{{1,2}}月份?{BY}{DONE}|{SOME_YEAR}第?[一二三四1-4]季度{BY}{DONE}|{SOME_YEAR}[上下]半年{BY}{DONE}"
    rf"|(?:\d{{4}}年|今年|明年|年){BY}{DONE}|(?:\d{{4}}年|{SOME_YEAR}\d{{1,2}}月?)(?:至|到|[-—–~])(?:\d{{4}}年)?(?:\d{{1,2}}月份?)?(?:底|末)?{BY}?{DONE}"
    r"|(?:“[一二三四五六七八九十]+五”(?:时期|期间|末|期末)?|[一二三四五六七八九十]+五(?:时期|期间|末|期末))"
    r"|(?:适时|尽快|即时|立即|及时|按时|近期|随时)(?:开展|推进|完成|实施|组织)?|按(?:上级|国家|省|市)?(?:规定|要求|计划|进度)(?:时限|时间)?(?:完成|推进)?"
    r"|(?:\d+|[一二三四五六七八九十半]+)(?:个月|个?工作日|个?季度|年)内(?:完成)?"
)
HINT = re.compile(
    r"\d{4}年|\d月|季度|半年|年底|年内|年末|长期|持续|常态|每年|每月|每季|每周|时限|前完成|[上中下]旬|\d{4}[-./]\d|年前|月前|全年|“十.五”|工作日内|月内|年内"
)
DUTY = re.compile("负责|牵头|配合|按职责|单位[:]")


@dataclass(frozen=True)
class Reading:
    """``timeframe`` is empty where a person has to be asked; ``problem`` is the question, and ``no_year`` its kind."""

    timeframe: str = ""
    due_on: date | None = None
    problem: str = ""
    no_year: bool = False


def is_timely(text: str) -> bool:
    """Whether a clause speaks of when, and not of who."""
    words = plain(text)
    return bool(HINT.search(words)) and not DUTY.search(words)


def is_one(text: str) -> bool:
    """Whether a clause is a time and nothing else, whatever the day may be."""
    words = re.sub(r"\s", "", plain(text)).strip("。;,")
    if not 0 < len(words) <= LONGEST:
        return False
    return bool(
        GOES_ON.fullmatch(words)
        or UNCLEAR.fullmatch(words)
        or any(pattern.fullmatch(words) for pattern in PATTERNS.values())
    )


def read(text: str, period: Span | None) -> Reading:
    """What a clause that speaks of when means; ``period`` is the plan's, and gives the year where there is only one."""
    words = re.sub(r"\s", "", plain(text)).strip("。;,")
    if len(words) > LONGEST:
        return Reading(problem=_("时限“%(text)s”不能确定是哪一天，请核对。") % {"text": f"{text[:LONGEST]}……"})
    if GOES_ON.fullmatch(words):
        return Reading(Timeframe.ONGOING)
    for name, pattern in PATTERNS.items():
        if match := pattern.fullmatch(words):
            found = {key: value for key, value in match.groupdict().items() if value}
            return _dated(name, found, text, period)
    return Reading(problem=_("时限“%(text)s”不能确定是哪一天，请核对。") % {"text": text})


def _dated(name: str, found: dict[str, str], text: str, period: Span | None) -> Reading:
    only = period[0].year if period and period[0].year == period[1].year else None
    year = int(found["year"]) if "year" in found else only
    if year is None:
        problem = _("时限“%(text)s”没有写年份，从计划期也不能确定，请核对。") % {"text": text}
        return Reading(problem=problem, no_year=True)
    try:
        due_on = _day(name, year, found)
    except ValueError:
        return Reading(problem=_("时限“%(text)s”不是有效的日期，请核对。") % {"text": text})
    if period and not date(period[0].year, 1, 1) <= due_on <= date(period[1].year, 12, 31):
        problem = _("时限“%(text)s”不在计划期内，请核对。") % {"text": text}
        return Reading(Timeframe.BY_DATE, due_on, problem)
    return Reading(Timeframe.BY_DATE, due_on)


def _day(name: str, year: int, found: dict[str, str]) -> date:
    if name in {"day", "iso"}:
        return date(year, int(found["month"]), int(found["day"]))
    if name == "tenth":
        return date(year, int(found["month"]), {"上": 10, "中": 20}[found["third"]])
    month = 12
    if name == "month":
        month = int(found["month"])
    elif name == "half":
        month = {"上": 6, "下": 12}[found["half"]]
    elif name == "quarter":
        month = 3 * (QUARTERS.get(found["quarter"]) or int(found["quarter"]))
    date(year, month, 1)  # refuses a thirteenth month
    return date(year, month, calendar.monthrange(year, month)[1])
