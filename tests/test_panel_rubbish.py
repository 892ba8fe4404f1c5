"""Whatever is thrown at the panel, it answers with a page."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from departments.models import Alias
from tasks.admin.site import ROOMS
from tasks.models import Assignment

from .builders import a_collective, a_department, a_measure, a_part, a_report, an_administrator
from .pages import Page, signed_in
from .panel import an_upload, filled

LISTS = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in ROOMS]
ADDED = [f"/admin/{name}/add/" for name in ("tasks/plan", "tasks/section", "tasks/measure", "tasks/sourcenote")]
PEOPLE = ["/admin/departments/department/", "/admin/departments/user/"]
OFTEN = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

PARAMETERS = st.sampled_from(
    [
        *("q", "p", "o", "e", "all", "_popup", "_facets", "_to_field", "timeliness", "action", "kind", "assignment"),
        *("plan__id__exact", "section__id__exact", "is_active__exact", "recorded_on__gte", "department__isnull"),
        *("plan", "section", "due_on", "number", "groups", "department", "_changelist_filters"),
    ]
)
RUBBISH = st.text(max_size=40) | st.sampled_from(
    [
        *("", " ", "0", "-1", "abc", "--", "9" * 40, "-" + "9" * 40, "1e400", "NaN", "\x00", "\u202e", "١", "True"),
        *("0000-00-00", "0001-01-01", "9999-12-31", "2021-02-30", "2021-12-31T24:00", "<script>", "%s", "长" * 7000),
    ]
)


@pytest.fixture
def client(db: None) -> Client:
    unit = a_department("区科技局")
    Alias.objects.create(department=unit, name="科委")
    a_collective("各成员单位", unit)
    a_report(a_part(a_measure(), unit), date(2021, 10, 1))
    return signed_in(an_administrator())


@OFTEN
@given(path=st.sampled_from(LISTS), tail=st.sampled_from(["", "export/", "import/", "add/"]), data=st.data())
def test_no_conditions_break_a_page(path: str, tail: str, data: st.DataObject, client: Client) -> None:
    query = data.draw(st.dictionaries(PARAMETERS | st.text(max_size=10), RUBBISH, max_size=4))

    assert client.get(path + tail, query).status_code < 500


def forms() -> list[str]:
    return [*ADDED, *(f"{path}add/" for path in PEOPLE), "/admin/tasks/report/add/?assignment={}"]


@OFTEN
@given(
    path=st.sampled_from(forms()),
    is_new=st.booleans(),
    changed=st.lists(st.tuples(st.integers(0, 99), RUBBISH), max_size=5),
    lost=st.sets(st.integers(0, 99), max_size=2),
)
def test_no_words_break_a_form(
    path: str, is_new: bool, changed: list[tuple[int, str]], lost: set[int], client: Client
) -> None:
    address = address_of(path, is_new, client)
    fields = filled(Page(client.get(address)))
    names = sorted(fields)
    fields |= {names[place % len(names)]: word for place, word in changed}
    gone = {names[place % len(names)] for place in lost}

    with transaction.atomic():
        answer = client.post(address, {name: word for name, word in fields.items() if name not in gone})
        transaction.set_rollback(True)

    assert answer.status_code < 500


def address_of(path: str, is_new: bool, client: Client) -> str:
    """The form of a new row, or of the first one there is."""
    if "report" in path:
        return path.format(Assignment.objects.get().pk)
    links = [link for link in Page(client.get(path.removesuffix("add/"))).addresses if link.endswith("/change/")]
    return path if is_new or not links else links[0]


NAMES = ["a.xlsx", "a.csv", "a", "\u202e.csv", ".xlsx"]
HEADS = ["用户名", "名称", "类别", "排序", "在用", "有效", "别名", "成员单位", "所属单位", "角色", "姓氏"]


@OFTEN
@given(
    path=st.sampled_from(PEOPLE),
    name=st.sampled_from(NAMES),
    header=st.lists(st.sampled_from(HEADS), min_size=1, max_size=6),
    rows=st.lists(st.lists(RUBBISH, min_size=1, max_size=7), max_size=4),
    encoding=st.sampled_from(["utf-8-sig", "utf-16", "gb18030"]),
)
def test_no_file_breaks_an_import(
    path: str, name: str, header: list[str], rows: list[list[str]], encoding: str, client: Client
) -> None:
    text = "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in (header, *rows))

    with transaction.atomic():
        answers = [
            client.post(f"{path}import/", an_upload(text.encode(encoding, "replace"), name)),
            client.post(f"{path}process_import/", {"import_file_name": text, "format": name}),
        ]
        transaction.set_rollback(True)

    assert max(answer.status_code for answer in answers) < 500
