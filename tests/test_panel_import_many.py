"""A long list of people: it costs as few queries as a short one, and leaves the same traces as one by one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry as History
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError
from django.test import Client

from departments.models import Invitation, Role, User
from tasks.actions import person as people
from tasks.excel.imports import UserResource

from .builders import a_department, a_person, a_reporter, an_administrator, an_invitation, at
from .pages import signed_in
from .panel import a_workbook
from .test_panel_import import PEOPLE, USERS, problems, taken, upload

NOW = at(date(2022, 1, 12))
DAYS = timedelta(days=14)
SAID = ("content_type__model", "object_id", "object_pk", "object_repr", "action", "changes", "cid", "serialized_data")


@pytest.fixture
def administrator(db: None) -> User:
    return an_administrator(username="root")


@pytest.fixture
def client(administrator: User) -> Client:
    return signed_in(administrator)


def traces() -> list[tuple[Any, ...]]:
    return list(History.objects.order_by("pk").values_list(*SAID))


def rows(count: int) -> list[list[str]]:
    return [[f"p{n}", "李", f"{n}", "甲局", "", "", "填报员", "是"] for n in range(count)]


def new(name: str, **fields: Any) -> User:
    person = User(username=name, last_name="李", **fields)
    person.set_unusable_password()
    return person


@pytest.mark.parametrize("count", [1, 3])
def test_the_preview_of_new_people_costs_the_same_however_many_they_are(
    count: int, client: Client, django_assert_num_queries: Any
) -> None:
    a_department("甲局")
    data = a_workbook(PEOPLE, *rows(count))

    # Who asks 3, who may 3, units and their other names 2, who is there 1; people, groups, links and invitations 5;
    # keeping the list for the confirmation 7; the rest is savepoints.
    with django_assert_num_queries(44):
        upload(client, USERS, data)


@pytest.mark.parametrize("count", [2, 4])
def test_new_people_are_written_in_the_same_queries_however_many_they_are(
    count: int, administrator: User, django_assert_num_queries: Any
) -> None:
    unit = a_department("甲局")
    ContentType.objects.get_for_models(User, Invitation)
    changes = [people.Change(new(f"p{n}", department=unit), {"reporter", "leader"}) for n in range(count)]
    administrator.roles  # noqa: B018

    # People, groups, links, invited already, invitations; a first entry and the others, of people and of invitations;
    # four of savepoints. Of one there are no others.
    with django_assert_num_queries(13):
        people.save_all(by=administrator, changes=changes, now=NOW)


@pytest.mark.parametrize("count", [1, 3])
def test_people_who_are_there_cost_one_query_each_and_the_same_beside(
    count: int, administrator: User, django_assert_num_queries: Any
) -> None:
    unit = a_department("甲局")
    changes = [people.Change(a_reporter(unit, username=f"p{n}"), {"leader"}) for n in range(count)]
    for person, _roles in changes:
        person.phone = "1"
    ContentType.objects.get_for_models(User, Invitation)
    administrator.roles  # noqa: B018

    # As they were and their groups, groups, links taken and given, a first entry and the others; two of savepoints.
    with django_assert_num_queries(7 + count + 2):
        people.save_all(by=administrator, changes=changes, now=NOW, fields=UserResource.written)


def test_new_people_leave_the_traces_that_they_leave_one_by_one(administrator: User) -> None:
    unit = a_department("甲局")
    History.objects.all().delete()
    one = new("zhao", department=unit, phone="1", email="zhao@example.org", date_joined=NOW)
    one.save()
    one.groups.add(*Group.objects.filter(name__in=["reporter", "leader"]))
    Invitation.objects.create(person=one, issued_by=administrator, issued_at=NOW, expires_at=NOW + DAYS)
    by_itself = traces()
    Invitation.objects.all().delete()
    one.delete()
    History.objects.all().delete()

    same = new("zhao", department=unit, phone="1", email="zhao@example.org", date_joined=NOW)
    people.save_all(by=administrator, changes=[people.Change(same, {"reporter", "leader"})], now=NOW)

    assert without_keys(traces()) == without_keys(by_itself)
    assert len(by_itself) == 3


def test_changed_people_leave_the_traces_that_they_leave_one_by_one(administrator: User) -> None:
    one, other = (a_person(Role.LEADER, username=name, last_name="李") for name in ("zhao", "qian"))
    unchanged = a_person(Role.LEADER, username="sun")
    unit = a_department("甲局")
    for person in (one, other):
        person.last_name, person.department, person.phone = "张", unit, "1"
    History.objects.all().delete()

    one.save(update_fields=UserResource.written)
    one.groups.remove(*Group.objects.filter(name="leader"))
    one.groups.add(*Group.objects.filter(name__in=["reporter", "supervisor"]))
    by_itself = [entry[3:] for entry in traces()]
    History.objects.all().delete()
    changes = [people.Change(other, {"reporter", "supervisor"}), people.Change(unchanged, {"leader"})]
    people.save_all(by=administrator, changes=changes, now=NOW, fields=UserResource.written)

    assert [entry[3:] for entry in traces()] == by_itself
    assert len(by_itself) == 3


def test_whoever_is_switched_off_by_a_list_loses_the_invitation_with_a_trace(client: Client) -> None:
    invited = an_invitation(a_person(username="zhao", password=None, last_name="赵"))
    key = invited.pk

    taken(client, USERS, ["用户名", "有效"], ["zhao", "否"])

    entries = History.objects.filter(content_type__model="invitation", action=History.Action.DELETE)
    assert list(entries.values_list("object_id", "object_repr", "actor__username")) == [(key, "赵", "root")]
    assert not Invitation.objects.exists()


def test_every_trace_of_a_list_names_who_confirmed_it_and_from_where(client: Client) -> None:
    a_department("甲局")
    History.objects.all().delete()

    taken(client, USERS, PEOPLE, *rows(3))

    said = set(History.objects.values_list("actor__username", "actor_email", "remote_addr"))
    assert said == {("root", User.objects.get(username="root").email, "127.0.0.1")}
    assert History.objects.count() == 9  # of each the person, the roles and the invitation
    assert Invitation.objects.count() == 3


def test_a_row_that_only_the_database_refuses_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    a_department("甲局")
    store = people._store

    def refusing(persons: Any, fields: Any) -> None:
        if any(person.username == "p1" for person in persons):
            raise DatabaseError
        store(persons, fields)

    monkeypatch.setattr(people, "_store", refusing)

    page = upload(client, USERS, a_workbook(PEOPLE, *rows(3)))

    assert problems(page) == [["3", "", "该行无法保存。"]]
    assert list(User.objects.values_list("username", flat=True)) == ["root"]


def test_nobody_is_unique_but_by_the_name_that_a_list_knows_him_by() -> None:
    """A list does not ask of each row what is unique; the name alone is, and it was looked up."""
    unique = {field.name for field in User._meta.concrete_fields if field.unique}

    assert unique == {"id", *UserResource.Meta.import_id_fields}
    assert (User._meta.constraints, User._meta.unique_together) == ([], ())


def without_keys(entries: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """
    Without keys, which are others when rows are made again, and what auditlog says of tables that refer to a new row:
    that they do.
    """
    columns = {field.name for model in (User, Invitation) for field in model._meta.fields} - {"id", "person"}
    columns |= {"groups"}
    said = [{name: change for name, change in entry[5].items() if name in columns} for entry in entries]
    return [(entry[0], *entry[3:5], changes, *entry[6:]) for entry, changes in zip(entries, said, strict=True)]
