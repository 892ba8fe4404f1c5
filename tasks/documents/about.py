"""What a document says of itself: its title, number, issuer, days, and the years it is for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from . import lines
from .parsed import About, Doubt, Kind
from .text import plain, standard
from .timeframe import Span

TITLED = re.compile(r"关于(?:印发|发布|下发)(?:《(.{1,200}?)》的通知|([^《》<>,。:]{4,100})的通知\s*$)")
NUMBERED = re.compile(r"[\u4e00-\u9fff]+(?:[〔\[]\d{4}[〕\]])(?:第)?\d+号")
CITED = re.compile(r"([\u4e00-\u9fff]{1,12})[〔\[](\d{4})[〕\]](\d+)号")
PLAN = re.compile(r"(?:计划|方案|要点|清单|任务书|分工|意见|台账|措施|任务|分解表)(?:\(.{0,12}\))?")
NO_TITLE = re.compile(r"\s*(?:附件?\s*\d*\s*[:]|工作表“)")
YEARS = re.compile(r"(20\d{2})\s*年?\s*[-—–~至]+\s*(20\d{2})\s*年?|(20\d{2})\s*年")


def read(rows: Sequence[str], first: int) -> tuple[About, list[Doubt]]:
    """``first`` is the number of rows before the first heading or measure."""
    about, doubts = About(), []
    blank: list[tuple[int, str]] = []
    issued: list[tuple[int, date]] = []
    for number, row in enumerate(rows[:first], start=1):
        row = row.strip()
        words = plain(row)
        if match := lines.INFORMATION.match(words):
            name, value = re.sub(r"\s", "", match[1]), row[match.start(2) : match.end(2)].strip()
            if name in {"成文日期", "印发日期", "发布日期", "发文日期"}:
                if not value:
                    blank.append((number, name))
                elif day := _day(plain(value)):
                    issued.append((number, day))
            elif name in {"发文字号", "文号"} and value:
                about.number = value
            elif name in {"发布机构", "发文机关"} and value:
                about.issuer = value
            elif name in {"名称", "标题"} and (match := TITLED.search(words)):
                about.title = about.title or _titled(row, match)
        elif (match := TITLED.search(words)) and "\t" not in match[0]:
            about.title = about.title or _titled(row, match)
        elif day := (lines.DAY.fullmatch(words) and _day(words)):
            issued.append((number, day))
        elif (
            not about.title
            and "\t" not in row
            and not NO_TITLE.match(words)
            and lines.is_heading(words)
            and PLAN.search(words[-12:])
            and len(words) > 6
        ):
            about.title = standard(row.strip())
        elif not about.number and NUMBERED.fullmatch(words.strip()):
            about.number = row.strip()
    if issued:
        about.issued_on = issued[-1][1].isoformat()
        if blank:
            names = "、".join(f"“{name}”" for _line, name in blank)
            asked = _("文件信息中的%(names)s空白，以落款日期%(day)s为印发日期，请核对。")
            doubts.append(Doubt(Kind.ISSUED, asked % {"names": names, "day": about.issued_on}, blank[0][0]))
        elif len({day for _line, day in issued}) > 1:
            asked = _("文中有几个日期，以%(day)s为印发日期，请核对。") % {"day": about.issued_on}
            doubts.append(Doubt(Kind.ISSUED, asked, issued[-1][0]))
    if period := period_of(about.title):
        about.starts_on, about.ends_on = (day.isoformat() for day in period)
    return about, doubts


def _titled(row: str, match: re.Match[str]) -> str:
    start, end = match.span(match.lastindex or 0)
    return standard(row[start:end])


def _day(words: str) -> date | None:
    match = re.search(r"(\d{4})[-年./](\d{1,2})[-月./](\d{1,2})", words)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def period_of(title: str) -> Span | None:
    """The whole years that a title names, where it names one span of them: 2020-2021年 is both."""
    found = {(match[1] or match[3], match[2] or match[3]) for match in YEARS.finditer(plain(title))}
    if len(found) != 1:
        return None
    first, last = (int(year) for year in found.pop())
    return (date(first, 1, 1), date(last, 12, 31)) if first <= last else None


def citations(rows: Sequence[str]) -> list[Doubt]:
    """One number of one office with two years: one of them is probably a slip."""
    seen: dict[tuple[str, str], dict[str, tuple[int, int, int]]] = {}
    for line, row in enumerate(rows, start=1):
        for match in CITED.finditer(row):
            seen.setdefault((match[1], match[3]), {}).setdefault(match[2], (line, match.start(), match.end()))
    doubts = []
    for (office, number), years in seen.items():
        if len(years) > 1:
            line, start, end = list(years.values())[-1]
            both = "、".join(f"“{office}〔{year}〕{number}号”" for year in years)
            asked = _("同一文号前后年份不一：%(both)s。不影响任务，请核对。") % {"both": both}
            doubts.append(Doubt(Kind.CITATIONS, asked, line, start, end))
    return doubts
