"""What the panel's form found good and the action refuses, since somebody else was faster: said, never a crash."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client

from departments.models import Alias, Department, Membership, User
from tasks.actions import department as units
from tasks.actions import person as people
from tasks.admin.department import DepartmentAdmin

from .builders import a_collective, a_department, a_person, an_administrator
from .pages import Element, Page, attribute, every, signed_in, words
from .panel import faults, filled, save
from .test_panel_import import UNITS, USERS


@pytest.fixture
def client(db: None) -> Client:
    return signed_in(an_administrator(username="root"))


def page_of(obj: User | Department) -> str:
    return f"{USERS if isinstance(obj, User) else UNITS}{obj.pk}/change/"


def meanwhile(monkeypatch: pytest.MonkeyPatch, door: Any, name: str, deed: Any) -> None:
    """When the form has found all good, and before the action saves it, ``deed`` is done."""
    action = getattr(door, name)

    def overtaken(**given: Any) -> Any:
        deed()
        return action(**given)

    monkeypatch.setattr(door, name, overtaken)


def lines(page: Page) -> list[Element]:
    return [row for row in page.every("tr") if (attribute(row, "id") or "").startswith("aliases-")]


def test_another_name_that_is_taken_meanwhile_is_refused_on_its_line(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, other = a_department("甲局", position=3), a_department("乙局")
    meanwhile(monkeypatch, units, "save", lambda: Alias.objects.create(department=other, name="科委"))
    typed = {"aliases-TOTAL_FORMS": 2, "aliases-0-name": "科技委", "aliases-1-name": "科委"}

    page = save(client, page_of(unit), position=9, **typed)

    assert (page.status, faults(page)) == (200, ["该别名已被使用。"])
    assert [words(item) for line in lines(page)[1:2] for item in every(line, "li")] == ["该别名已被使用。"]
    again = filled(page)
    assert (again["position"], again["aliases-0-name"], again["aliases-1-name"]) == ("9", "科技委", "科委")
    assert (Department.objects.get(pk=unit.pk).position, Alias.objects.count()) == (3, 0)


def test_a_name_that_is_taken_meanwhile_is_refused_on_a_new_units_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = a_department("乙局")
    meanwhile(monkeypatch, units, "save", lambda: Alias.objects.create(department=other, name="科委"))
    typed = {"name": "甲局", "kind": "GOVERNMENT", "aliases-TOTAL_FORMS": 1, "aliases-0-name": "科委"}

    page = save(client, f"{UNITS}add/", **typed)

    assert (page.status, faults(page)) == (200, ["该别名已被使用。"])
    assert filled(page)["name"] == "甲局"
    assert not Department.objects.filter(name="甲局").exists()


def test_a_unit_that_joins_a_collective_meanwhile_becomes_none_itself(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, streets = a_department("甲街"), a_collective("各街道办")
    joins = lambda: Membership.objects.create(collective=streets, member=unit)  # noqa: E731
    meanwhile(monkeypatch, units, "save", joins)

    page = save(client, page_of(unit), kind="COLLECTIVE")

    assert (page.status, faults(page)) == (200, ["该单位是其他集合的成员，不能改为集合。"])
    assert filled(page)["kind"] == "COLLECTIVE"
    assert Department.objects.get(pk=unit.pk).kind == unit.kind


@pytest.mark.parametrize("field", ["department", "groups", "is_active", "password"])
def test_a_person_that_the_action_refuses_is_refused_on_the_form(
    field: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is refused for; what the form has no field for is said above it."""
    person = a_person(username="li", phone="1")

    def refuse() -> None:
        raise ValidationError({field: "情况有变。"})

    meanwhile(monkeypatch, people, "save_all", refuse)

    page = save(client, page_of(person), phone="2")

    assert (page.status, faults(page)) == (200, ["情况有变。"])
    assert filled(page)["phone"] == "2"
    assert User.objects.get(pk=person.pk).phone == "1"


def test_whoever_is_overtaken_in_the_database_is_looked_at_once_more(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries, save_model = [], DepartmentAdmin.save_model

    def overtaken(room: Any, request: Any, obj: Any, form: Any, change: bool) -> None:
        tries.append(obj.name)
        if len(tries) == 1:
            raise IntegrityError
        save_model(room, request, obj, form, change)

    monkeypatch.setattr(DepartmentAdmin, "save_model", overtaken)

    page = save(client, f"{UNITS}add/", name="甲局", kind="GOVERNMENT")

    assert (page.status, tries) == (302, ["甲局", "甲局"])
    assert Department.objects.get().name == "甲局"
