"""What holds of every page of the demonstration: figures open their lists, lights explain themselves, days are said."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Set
from datetime import date
from functools import cache
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.test.html import Element
from django.urls import resolve

from departments.models import Department, User
from tasks.demonstration.calendar import LAST_DAY
from tasks.models import Plan

from .pages import Page, address, attribute, every, it_is, signed_in, visit, words

AUTUMN, FEBRUARY = date(2021, 12, 15), date(2022, 2, 15)
EACH = 2  # pages of one kind that are looked at
COUNTS = re.compile(r"(?:\D*?)(\d+)(?:件|项任务|项分工|个责任单位)?")

# The kinds of pages that say how things stand; a page that is added belongs here or to those that follow.
WITH_FIGURES = {"plan", "present", "units", "unit", "section", "matrix", "comparison", "snapshot", "periods"}
LISTS = {"measures", "assignments", "extensions", "receipts", "period", "unit_reporting", "amendments", "snapshots"}
CHOICES = {f"{name}_export_choice" for name in ("measures", "unit", "assignments", "matrix", "comparison", "snapshot")}
SINGLE = {"measure", "assignment", "extension", "rules", "plans", "members"} | CHOICES
OF_REVIEWERS = {"reviews", "reviews_decided", "review"}
KINDS = WITH_FIGURES | LISTS | SINGLE
FRAMELESS = {"snapshot", "present"}  # frozen on its own day; says its day at the foot of every slide


@pytest.fixture(autouse=True)
def _the_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    it_is(monkeypatch, LAST_DAY)


def signed_in_as(name: str) -> Client:
    return signed_in(User.objects.get(username=name))


def kind_of(href: str) -> str:
    return resolve(urlsplit(href).path).url_name or ""


def absolute(href: str, page: str) -> str:
    """Where a link on ``page`` leads; empty where it is no page of these."""
    if href.startswith("?"):
        href = urlsplit(page).path + href
    path = urlsplit(href).path
    is_page = path.startswith(("/plans/", "/reviews/", "/extensions/", "/units/", "/mine/"))
    return href if is_page and not path.endswith((".xlsx", ".zip", ".json")) else ""


def figure(link: Element) -> int | None:
    """The number that a link is, begins with or counts in words; None of any other, and of the numbers of pages."""
    if "page-link" in (attribute(link, "class") or "").split():
        return None
    for said in (words(link), *(words(bold) for bold in every(link, "b")[:1])):
        if found := COUNTS.fullmatch(said):
            return int(found[1])
    return None


def said_of(page: Page, kind: str, href: str) -> int:
    """How many rows a list says it has; to a unit's page, of days of silence, how many days."""
    if kind == "unit" and "reported=silence" in href:
        (days,) = re.findall(r"沉默天数合计(\d+)天", page.words) or ["0"]
        return int(days)
    if kind_of(href) == "units":
        return len(page.rows(page.every("table", "ledger--units")[0]))
    return page.count


class Walk:
    """
    All pages that somebody can reach from ``starts``, up to ``each`` of a kind, and the figures on them.

    Of ``kinds`` alone, where they are named.
    """

    def __init__(self, client: Client, *starts: str, each: int = EACH, kinds: Set[str] = frozenset()) -> None:
        self.pages: dict[str, Page] = {}
        self.figures: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self.kinds: Counter[str] = Counter()
        self.open = cache(lambda href: visit(client, href))
        ahead = list(starts)
        while ahead:
            href = ahead.pop(0)
            kind = kind_of(href)
            if href in self.pages or self.kinds[kind] == each or (kinds and kind not in kinds):
                continue
            self.kinds[kind] += 1
            self.pages[href] = self.open(href)
            for link in every(self.pages[href].main, "a"):
                target = absolute((attribute(link, "href") or "").partition("#")[0], href)
                if not target:
                    continue
                ahead.append(target)
                if (number := figure(link)) is not None:
                    self.figures[kind].append((number, target))

    def wrong(self) -> list[tuple[str, int, str, int]]:
        """Figures behind which there is a list of another length."""
        found = {
            (kind, number, target): said_of(self.open(target), kind, target)
            for kind, figures in self.figures.items()
            for number, target in figures
        }
        return [(*key, said) for key, said in found.items() if key[1] != said]

    def lost_days(self, day: date) -> list[tuple[str, str]]:
        """Figures that open another day than that of their page; the trend and comparisons name days of their own."""
        return [
            (kind, target)
            for kind, figures in self.figures.items()
            for _number, target in figures
            if parse_qs(urlsplit(target).query).get("as_of") != [day.isoformat()] and kind not in {"plan", "present"}
        ]


def doors(plan: Plan, day: date) -> list[str]:
    """Where a walk begins: what the frame of every page leads to, and what is opened from the panel."""
    members = f"/units/{Department.objects.get(name='各街道办').pk}/members/"
    query = {} if day == LAST_DAY else {"as_of": day}
    return [
        address(path, **query)
        for path in (plan.get_absolute_url(), f"{plan.get_absolute_url()}matrix/", "/plans/", members)
    ]


@cache
def walked(plan: str, day: date) -> Walk:
    """What a leader can reach as of ``day``: of the last day two pages of each kind, of any other one."""
    return Walk(signed_in_as("lingdao1"), *doors(Plan.objects.get(slug=plan), day), each=EACH if day == LAST_DAY else 1)


@pytest.fixture(scope="module", autouse=True)
def _nothing_is_kept_for_others() -> Iterator[None]:
    yield
    walked.cache_clear()


@pytest.mark.parametrize(("day", "least"), [(LAST_DAY, 800), (AUTUMN, 400)])
def test_every_figure_that_leaders_see_opens_its_list(demonstration: Plan, day: date, least: int) -> None:
    walk = walked(demonstration.slug, day)

    assert set(walk.kinds) >= KINDS
    assert {kind for kind, figures in walk.figures.items() if figures} >= WITH_FIGURES | {"unit_reporting"}
    assert sum(map(len, walk.figures.values())) > least
    assert walk.wrong() == []
    assert day == LAST_DAY or walk.lost_days(day) == []


def unlinked(element: Element) -> Iterator[str]:
    """Counts that open nothing: numbers set as such, less noughts, ordinals, ranks and days."""
    for child in element.children:
        if isinstance(child, str) or child.name in {"a", "th"}:
            continue
        classes = (attribute(child, "class") or "").split()
        is_number = ("num" in classes or child.name == "b") and words(child).isdecimal() and int(words(child)) > 0
        if is_number and not every(child, "a"):
            # On a slide a measure's number and its days late stand without a label.
            label = attribute(child, "data-label") or ("序号" if child.name == "td" else "")
            if label not in {"序号", "名次", "逾期天数", "已等天数"}:
                yield f"{label} {words(child)}"
        else:
            yield from unlinked(child)


def test_no_count_of_the_boards_opens_nothing(demonstration: Plan) -> None:
    walk = walked(demonstration.slug, LAST_DAY)

    boards = {href: page for href, page in walk.pages.items() if kind_of(href) in WITH_FIGURES}
    found = {(kind_of(href), each) for href, page in boards.items() for each in unlinked(page.main)}
    assert found == set()


@pytest.mark.parametrize("name", ["duban1", "lingdao1"])
def test_every_figure_that_reviewers_see_opens_its_list(demonstration: Plan, name: str) -> None:
    walk = Walk(signed_in_as(name), "/reviews/", each=1, kinds=OF_REVIEWERS)

    counts = [number for number, target in walk.figures["reviews"] if "kind=" in target]
    assert set(walk.kinds) >= OF_REVIEWERS
    assert (len(counts) >= 3, sum(counts[:3]) > 0) == (True, True)
    assert walk.wrong() == []


def unexplained(element: Element) -> list[str]:
    """The lights that say neither rule nor next change, less those of heads and keys, which are of no row."""
    found = []
    for child in element.children:
        if isinstance(child, str):
            continue
        classes = set((attribute(child, "class") or "").split())
        if child.name == "thead" or classes & {"matrix-key", "key"}:
            continue
        if "explained" in classes:
            assert "规则：" in (attribute(child, "aria-label") or "")
            assert "下一变化：" in (attribute(child, "aria-label") or "")
            continue
        found += [words(child)] if "light" in classes else unexplained(child)
    return found


def test_every_light_explains_itself(demonstration: Plan) -> None:
    """One measure's or part's page does it in words; frozen lights, and of two days the earlier, have no rule."""
    walk = walked(demonstration.slug, LAST_DAY)
    desk = Walk(signed_in_as("tianbao02"), "/mine/", each=1, kinds={"mine"})
    queue = Walk(signed_in_as("duban1"), "/reviews/", each=1, kinds=OF_REVIEWERS)

    pages = walk.pages | desk.pages | queue.pages
    bare = {href: unexplained(page.main) for href, page in pages.items()}
    in_words = {href for href, page in pages.items() if kind_of(href) in {"measure", "assignment"}}
    assert {kind_of(href) for href, found in bare.items() if found} == {
        *("measure", "assignment"),
        *("comparison", "snapshot"),
        *("period", "periods"),  # how a period stands, which is no light
    }
    assert [href for href in in_words if "规则：" not in pages[href].words] == []
    assert sum(len(page.every("span", "explained")) for page in pages.values()) > 200


def test_every_cell_of_the_matrix_explains_its_light(demonstration: Plan) -> None:
    page = visit(signed_in_as("lingdao1"), f"{demonstration.get_absolute_url()}matrix/")

    said = [attribute(a, "title") or "" for cell in page.every("td", "lit") for a in every(cell, "a")]
    assert len(said) == 100
    assert [each for each in said if "规则：" not in each or "下一变化：" not in each] == []


def rows_and_cards(element: Element) -> Iterator[Element]:
    """What speaks of one measure, part or request; entries of time lines tell which deadline became which."""
    for child in element.children:
        if isinstance(child, str):
            continue
        if child.name in {"tr", "article"}:
            yield child
        else:
            yield from rows_and_cards(child)


def test_wherever_a_moved_deadline_stands_the_issued_one_does(demonstration: Plan) -> None:
    """Measure 17, extended twice, is due by a day on which nothing else happens; measure 3 asks for that day."""
    walk = walked(demonstration.slug, LAST_DAY)
    desk = Walk(signed_in_as("tianbao13"), "/mine/", each=1, kinds={"mine"})
    queue = Walk(signed_in_as("duban1"), "/reviews/", each=1, kinds=OF_REVIEWERS)
    moved, issued = ("2022-02-28", "2022年2月28日"), ("2021-12-31", "2021年12月31日")

    found = defaultdict(list)
    for href, page in (walk.pages | desk.pages | queue.pages).items():
        for block in rows_and_cards(page.main):
            said = " ".join([words(block), *(attribute(a, "title") or "" for a in every(block, "a"))])
            if any(day in said for day in moved):
                found[kind_of(href)].append(any(day in said for day in issued))
    assert set(found) >= {"measures", "assignments", "measure", "matrix", "unit", "comparison", "extensions", "mine"}
    assert {kind for kind, both in found.items() if not all(both)} == set()


@pytest.mark.parametrize(
    ("day", "said"),
    [(AUTUMN, "正在查看 2021年12月15日 结束时的情况"), (FEBRUARY, "按今天已有的记录推算，不是事实。")],
    ids=["past", "ahead"],
)
def test_every_page_of_another_day_says_so_on_screen_and_on_paper(demonstration: Plan, day: date, said: str) -> None:
    walk = walked(demonstration.slug, day)

    shown = {kind_of(href): page.every("div", "then") for href, page in walk.pages.items()}
    assert {kind for kind, strips in shown.items() if not strips} <= FRAMELESS
    assert {kind for kind, strips in shown.items() if strips and said not in words(strips[0])} == set()
    assert {kind for kind, strips in shown.items() if strips and "no-print" in str(strips[0].attributes)} == set()
    slides = next(page for href, page in walk.pages.items() if kind_of(href) == "present").every("footer")
    foot = f"数据截至 {day}" + ("（预看，不是事实）" if day > LAST_DAY else "")
    assert [slide for slide in slides if foot not in words(slide)] == []
