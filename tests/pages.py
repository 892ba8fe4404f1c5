"""Reads a page as a person does: its words, its links, its tables, and what its forms hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from django.test.html import Element, parse_html

from departments.models import User

from .builders import at

CSRF_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')


def it_is(monkeypatch: pytest.MonkeyPatch, day: date, hour: int = 10, minute: int = 0) -> None:
    """Stops the clock of the server on ``day``, at a time of the plan's own zone."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(day, hour, minute).astimezone(UTC))


def signed_in(user: User, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user)
    return client


def address(path: str, **query: Any) -> str:
    return path + (f"{'&' if '?' in path else '?'}{urlencode(query)}" if query else "")


def words(element: Element | str) -> str:
    """What is written in an element, pieces apart by one space."""
    if isinstance(element, str):
        return element
    return " ".join(filter(None, (words(child) for child in element.children)))


def attribute(element: Element, name: str) -> str | None:
    return dict(element.attributes).get(name)


def every(element: Element | str, name: str = "", cls: str = "", /, **attributes: str) -> list[Element]:
    """All descendants of that tag, class and attributes, in the order of the page."""
    if isinstance(element, str):
        return []
    found = []
    for child in element.children:
        if isinstance(child, str):
            continue
        own = dict(child.attributes)
        if (
            (not name or child.name == name)
            and (not cls or cls in (own.get("class") or "").split())
            and all(own.get(key) == value for key, value in attributes.items())
        ):
            found.append(child)
        found.extend(every(child, name, cls, **attributes))
    return found


def cells(row: Element) -> list[str]:
    return [words(cell) for cell in row.children if not isinstance(cell, str) and cell.name in {"td", "th"}]


@dataclass
class Page:
    """An answer of the server. Reading it fails where its tags do not close one another."""

    response: HttpResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @cached_property
    def tree(self) -> Element:
        root = Element("page", ())
        root.append(parse_html(self.response.content.decode()))
        return root

    @property
    def main(self) -> Element:
        return self.every("main")[0]

    @property
    def words(self) -> str:
        return words(self.tree)

    def every(self, name: str = "", cls: str = "", /, **attributes: str) -> list[Element]:
        return every(self.tree, name, cls, **attributes)

    def links(self, within: Element | None = None) -> dict[str, str]:
        """Words of each link, and where it leads; of links with equal words the last."""
        return {words(a): attribute(a, "href") or "" for a in every(within or self.tree, "a")}

    @property
    def addresses(self) -> list[str]:
        return [attribute(a, "href") or "" for a in self.every("a")]

    def rows(self, within: Element | None = None) -> list[list[str]]:
        """The words of the cells of every row that holds data: neither a head nor a heading of a group."""
        bodies = every(within or self.main if self.every("main") else self.tree, "tbody")
        rows = [row for body in bodies for row in every(body, "tr") if every(row, "td")]
        return [cells(row) for row in rows]

    @property
    def count(self) -> int:
        """How many rows the list says it has, on all its pages: 共42项."""
        return int(re.findall(r"共(\d+)项", self.words)[0])

    def column(self, number: int) -> list[str]:
        return [row[number] for row in self.rows()]

    @property
    def alerts(self) -> list[str]:
        return [words(alert) for alert in self.every(role="alert")]

    @property
    def notes(self) -> list[str]:
        """The messages above the page: what has just been done."""
        return [words(note) for note in self.every("div", "note", role="status")]

    def filled_in(self, name: str) -> str | None:
        """What the form holds in the field ``name``; None where it is empty or not ticked."""
        for field in self.every("textarea", name=name):
            return words(field) or None
        for field in self.every("select", name=name):
            chosen = [option for option in every(field, "option") if "selected" in dict(option.attributes)]
            return (attribute(chosen[0], "value") or None) if chosen else None
        for field in self.every("input", name=name):
            if attribute(field, "type") == "checkbox":
                return "on" if "checked" in dict(field.attributes) else None
            return attribute(field, "value")
        raise AssertionError(f"no field {name}")

    @property
    def without_token(self) -> bytes:
        """The page byte for byte, less what is random in it."""
        return CSRF_TOKEN.sub(b"", self.response.content)


def visit(
    client: Client,
    path: str,
    *,
    status: int = 200,
    follow: bool = False,
    headers: dict[str, str] | None = None,
    **query: Any,
) -> Page:
    page = Page(client.get(address(path, **query), headers=headers, follow=follow))
    assert page.status == status, f"{path} answered {page.status}"
    return page


def send(client: Client, path: str, *, status: int, follow: bool = False, **data: Any) -> Page:
    page = Page(client.post(path, data, follow=follow))
    assert page.status == status, f"{path} answered {page.status}: {page.words}"
    return page
