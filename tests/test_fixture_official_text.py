"""The shipped plan says what the official document says, word for word; oddities are read as noted."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings

PLAN = "dongli-ip-2020-2021"
FIXTURES = settings.BASE_DIR / "fixtures"
TEXT = (FIXTURES / f"{PLAN}.txt").read_text("utf-8")
ENTRIES: list[dict[str, Any]] = json.loads((FIXTURES / f"{PLAN}.json").read_text("utf-8"))

OFFICE = "区市场监管局"
COLLECTIVES = {"各街道办", "各成员单位"}
DUE = [2, 3, 6, 7, 12, 14, 16, 17, 18, 22, 23, 31, 34, 35, 38, 41]

# The two measures whose responsibilities cannot be split as they are written, with the reading adopted.
READ_OTHERWISE = {
    13: [("区市场监管局", "SOLE"), ("区农业农村委", "CO")],
    37: [
        ("区委宣传部", "JOINT"),
        ("区市场监管局", "JOINT"),
        ("区司法局", "JOINT"),
        ("区委网信办", "JOINT"),
        ("区文化旅游体育局", "JOINT"),
        ("区教育局", "JOINT"),
        ("各街道办", "JOINT"),
    ],
}


# --- the document ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clause:
    """One numbered measure as the document prints it."""

    section: int
    number: int
    wording: str
    responsibility: str
    timeframe: str

    def roles(self) -> list[tuple[str, str]]:
        """``(unit, role)`` in the order of the text."""
        if self.number in READ_OTHERWISE:
            return READ_OTHERWISE[self.number]
        lead, led, others = self.responsibility.partition("牵头,")
        units = re.sub(r"(按照?职责分工)?负责$", "", others if led else lead).split("、")
        if led:
            return [(lead, "LEAD"), *((unit, "CO") for unit in units)]
        return [(unit, "JOINT" if "职责分工" in self.responsibility else "SOLE") for unit in units]


def sections_of(text: str) -> list[tuple[int, str]]:
    headings = re.findall(r"(?m)^([一二三四五六七八九十])、(.+)$", text)
    return [("一二三四五六七八九十".index(numeral) + 1, title) for numeral, title in headings]


def clauses_of(text: str) -> list[Clause]:
    found, section = [], 0
    for line in text.splitlines():
        if re.match(r"[一二三四五六七八九十]、", line):
            section += 1
        elif match := re.fullmatch(r"(\d+)\.(.+)\((.+);(.+)\)", line):
            number, wording, responsibility, timeframe = match.groups()
            found.append(Clause(section, int(number), wording, responsibility, timeframe))
    return found


CLAUSES = clauses_of(TEXT)


# --- the fixture -----------------------------------------------------------------------------------


def fields_of(model: str) -> list[dict[str, Any]]:
    return [entry["fields"] for entry in ENTRIES if entry["model"] == model]


def measures() -> list[dict[str, Any]]:
    return fields_of("tasks.measure")


def roles_on(number: int) -> list[tuple[str, str]]:
    parts = [part for part in fields_of("tasks.assignment") if part["measure"] == [PLAN, number]]
    return [(part["department"][0], part["role"]) for part in sorted(parts, key=lambda part: part["position"])]


def same(text: str) -> str:
    """``text`` with the width of its punctuation disregarded."""
    return unicodedata.normalize("NFKC", text)


# --- the document as it was read -------------------------------------------------------------------


def test_document_has_forty_two_numbered_lines() -> None:
    numbers = [int(number) for number in re.findall(r"(?m)^(\d+)\.", TEXT)]

    assert numbers == list(range(1, 43))
    assert [clause.number for clause in CLAUSES] == numbers


# --- what the fixture is made of -------------------------------------------------------------------


def test_fixture_holds_no_primary_keys() -> None:
    keys = Counter(key for entry in ENTRIES for key in entry)

    assert keys == {"model": len(ENTRIES), "fields": len(ENTRIES)}
    assert [entry for entry in ENTRIES if {"id", "pk"} & set(entry["fields"])] == []


def test_fixture_holds_every_row_in_loading_order() -> None:
    assert list(Counter(entry["model"] for entry in ENTRIES).items()) == [
        ("departments.department", 23),
        ("departments.alias", 1),
        ("tasks.plan", 1),
        ("tasks.section", 8),
        ("tasks.measure", 42),
        ("tasks.assignment", 100),
        ("tasks.milestone", 2),
        ("tasks.indicator", 1),
        ("tasks.sourcenote", 9),
    ]
    models = [entry["model"] for entry in ENTRIES]
    assert models == sorted(models, key=list(dict.fromkeys(models)).index)


def test_fixture_names_each_row_once() -> None:
    keys = {
        "departments.department": ("name",),
        "departments.alias": ("name",),
        "tasks.section": ("plan", "number"),
        "tasks.measure": ("plan", "number"),
        "tasks.assignment": ("measure", "department"),
        "tasks.milestone": ("measure", "position"),
        "tasks.indicator": ("measure", "name"),
        "tasks.sourcenote": ("plan", "key"),
    }

    for model, names in keys.items():
        rows = Counter(str([row[name] for name in names]) for row in fields_of(model))

        assert [row for row, times in rows.items() if times > 1] == [], model


# --- the plan --------------------------------------------------------------------------------------


def test_plan_is_the_one_of_the_header() -> None:
    (plan,) = fields_of("tasks.plan")
    number = re.search(r"(?m)^发 文 字 号 :(.+)$", TEXT)
    issuer = re.search(r"(?m)^发 布 机 构 :(.+)$", TEXT)
    title = re.search(r"(?m)^关于印发《(.+)》的通知$", TEXT)
    issued = re.search(r"(?m)^(\d+)年(\d+)月(\d+)日$", TEXT)
    assert number
    assert issuer
    assert title
    assert issued

    assert plan == {
        "slug": PLAN,
        "number": number[1],
        "title": title[1],
        "issuer": issuer[1],
        "issued_on": "{}-{:0>2}-{:0>2}".format(*issued.groups()),
        "starts_on": "2020-01-01",
        "ends_on": "2021-12-31",
        "parent": None,
        "office": [OFFICE],
        "cadence": "QUARTER",
        "grace_days": 10,
        "due_soon_days": 30,
    }


def test_sections_are_the_headings_of_the_document() -> None:
    sections = [(section["number"], section["title"]) for section in fields_of("tasks.section")]

    assert sections == sections_of(TEXT)
    assert sections == [
        (1, "完善知识产权保护制度"),
        (2, "打击知识产权侵权行为"),
        (3, "健全知识产权保护体系"),
        (4, "构建快速便捷维权通道"),
        (5, "优化知识产权保护环境"),
        (6, "强化保护支撑条件建设"),
        (7, "加强知识产权保护文化宣传"),
        (8, "做好知识产权保护组织保障"),
    ]


# --- the measures ----------------------------------------------------------------------------------


def test_measures_stand_in_the_sections_of_the_document() -> None:
    placed = [(measure["section"], measure["number"]) for measure in measures()]

    assert placed == [([PLAN, clause.section], clause.number) for clause in CLAUSES]
    assert list(Counter(section[1] for section, _ in placed).values()) == [3, 8, 6, 5, 5, 6, 4, 5]


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: str(clause.number))
def test_measure_repeats_the_words_of_the_document(clause: Clause) -> None:
    measure = measures()[clause.number - 1]

    assert same(measure["wording"]) == same(clause.wording)
    assert same(measure["responsibility_text"]) == same(clause.responsibility)
    assert same(measure["timeframe_text"]) == same(clause.timeframe)


def test_measures_are_punctuated_in_full_width() -> None:
    words = [measure[name] for measure in measures() for name in ("wording", "responsibility_text", "timeframe_text")]

    assert [text for text in words if set(",;:()<>?!") & set(text)] == []
    assert [text for text in words if text != text.strip()] == []


def test_measures_end_in_a_full_stop_except_the_one_that_ends_in_a_comma() -> None:
    endings = {measure["number"]: measure["wording"][-1] for measure in measures()}

    assert endings == dict.fromkeys(range(1, 43), "。") | {34: "，"}


def test_measures_due_by_a_date_are_due_at_the_end_of_2021() -> None:
    due = {measure["number"]: measure["due_on"] for measure in measures() if measure["timeframe"] == "BY_DATE"}

    assert due == dict.fromkeys(DUE, "2021-12-31")
    assert [clause.number for clause in CLAUSES if clause.timeframe == "2021年12月底前完成"] == DUE


def test_ongoing_measures_have_no_deadline() -> None:
    ongoing = {measure["number"]: measure["due_on"] for measure in measures() if measure["timeframe"] == "ONGOING"}

    assert ongoing == dict.fromkeys(sorted(set(range(1, 43)) - set(DUE)))
    assert len(ongoing) == 26
    assert [clause.number for clause in CLAUSES if clause.timeframe == "持续推进"] == list(ongoing)


# --- who is responsible ----------------------------------------------------------------------------


def test_units_are_those_the_document_names_in_its_order() -> None:
    units = [(unit["position"], unit["name"]) for unit in fields_of("departments.department")]

    named = dict.fromkeys(name for clause in CLAUSES for name, _ in clause.roles())

    assert units == list(enumerate(named, start=1))
    assert len(set(named) - COLLECTIVES) == 21
    assert [name for name in named if name not in TEXT] == []


def test_units_are_of_the_kind_they_are() -> None:
    kinds: dict[str, list[str]] = {}
    for unit in fields_of("departments.department"):
        kinds.setdefault(unit["kind"], []).append(unit["name"])

    government = kinds.pop("GOVERNMENT")

    assert {kind: set(names) for kind, names in kinds.items()} == {
        "PARTY": {"区委宣传部", "区委网信办", "区委组织部"},
        "JUDICIAL": {"区法院", "区检察院"},
        "BRANCH": {"公安东丽分局"},
        "INSTITUTION": {"区融媒体中心"},
        "ZONE": {"华明高新区服务中心"},
        "COLLECTIVE": COLLECTIVES,
    }
    assert len(government) == 13


def test_units_are_all_in_use() -> None:
    assert {unit["is_active"] for unit in fields_of("departments.department")} == {True}


def test_alias_is_the_full_name_of_the_office_in_the_document() -> None:
    aliases = fields_of("departments.alias")

    assert aliases == [{"department": [OFFICE], "name": "天津市东丽区市场监督管理局"}]
    assert TEXT.count("天津市东丽区市场监督管理局") == 1


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: str(clause.number))
def test_responsibility_follows_the_text(clause: Clause) -> None:
    assert roles_on(clause.number) == clause.roles()


def test_responsibilities_are_numbered_from_one_on_each_measure() -> None:
    for number in range(1, 43):
        parts = [part for part in fields_of("tasks.assignment") if part["measure"] == [PLAN, number]]

        assert [part["position"] for part in parts] == list(range(1, len(parts) + 1)), number


def test_responsibilities_number_one_hundred() -> None:
    roles = Counter(part["role"] for part in fields_of("tasks.assignment"))

    assert roles == {"JOINT": 66, "SOLE": 21, "CO": 10, "LEAD": 3}
    assert sum(len(clause.roles()) for clause in CLAUSES) == 100


def test_leads_are_only_those_the_text_calls_so() -> None:
    leads = {
        part["measure"][1]: part["department"][0] for part in fields_of("tasks.assignment") if part["role"] == "LEAD"
    }

    assert leads == {2: "区金融局", 3: "公安东丽分局", 38: "区市场监管局"}


def test_office_is_itself_responsible_on_thirty_one_measures() -> None:
    numbers = {part["measure"][1] for part in fields_of("tasks.assignment") if part["department"] == [OFFICE]}

    assert numbers == {clause.number for clause in CLAUSES if OFFICE in clause.responsibility}
    assert len(numbers) == 31


# --- steps and numbers -----------------------------------------------------------------------------


def test_steps_are_the_two_days_that_the_document_names() -> None:
    wording = measures()[33]["wording"]
    steps = fields_of("tasks.milestone")

    assert steps == [
        {"measure": [PLAN, 34], "position": 1, "title": "“4.26”世界知识产权日", "due_on": "2021-04-26"},
        {"measure": [PLAN, 34], "position": 2, "title": "“12.4”普法宣传日", "due_on": "2021-12-04"},
    ]
    assert "、".join(step["title"] for step in steps) + "等时间节点" in wording
    named = {clause.number: re.findall(r"“(\d+\.\d+)”", clause.wording) for clause in CLAUSES}
    assert {number: days for number, days in named.items() if days} == {34: ["4.26", "12.4"]}


def test_the_only_number_to_reach_is_the_one_of_measure_sixteen() -> None:
    wording = measures()[15]["wording"]
    (indicator,) = fields_of("tasks.indicator")

    assert indicator == {
        "measure": [PLAN, 16],
        "name": "实现知识产权托管服务的中小微企业",
        "unit": "家",
        "target": 600,
    }
    assert wording.startswith("推动600家中小微企业实现知识产权托管服务，")
    numbers = {clause.number: re.findall(r"(\d+)[家件个项场名]", clause.wording) for clause in CLAUSES}
    assert {number: found for number, found in numbers.items() if found} == {16: ["600"]}


# --- the oddities ----------------------------------------------------------------------------------


def test_source_notes_name_every_oddity_with_its_measure() -> None:
    notes = {note["key"]: note["measure"] for note in fields_of("tasks.sourcenote")}

    assert notes == {
        "half-width-punctuation": None,
        "header-dates-blank": None,
        "citations-differ": None,
        "m11-role-words": [PLAN, 11],
        "m13-two-units": [PLAN, 13],
        "m16-two-tasks": [PLAN, 16],
        "m34-trailing-comma": [PLAN, 34],
        "m34-two-dates": [PLAN, 34],
        "m37-missing-separator": [PLAN, 37],
    }


@pytest.mark.parametrize("note", fields_of("tasks.sourcenote"), ids=lambda note: note["key"])
def test_source_note_quotes_the_document(note: dict[str, Any]) -> None:
    document = same(re.sub(r"\s", "", TEXT))

    quoted = re.findall(r"“([^“”]+)”", note["oddity"])

    assert [words for words in quoted if same(words) not in document] == []
    assert note["reading"] != ""


def test_oddities_that_are_noted_are_in_the_document() -> None:
    clause = {clause.number: clause for clause in CLAUSES}

    assert [number for number in clause if "按照职责分工" in clause[number].responsibility] == [11]
    assert clause[13].responsibility == "区市场监管局负责、区农业农村委"
    assert re.findall(r"\d+家", clause[16].wording) == ["600家"]
    assert re.findall(r"“([\d.]+)”", clause[34].wording) == ["4.26", "12.4"]
    assert clause[37].responsibility.endswith("区教育局各街道办按职责分工负责")
    assert re.findall(r"强化知识产权保护(..)计划>.*?〔(\d+)〕39号", TEXT) == [("推进", "2021"), ("推动", "2020")]
    assert re.findall(r"(?m)^[成发] [文布] 日 期 :(.*)$", TEXT) == ["", ""]
    assert set("，；：（）") & set(TEXT) == set()
