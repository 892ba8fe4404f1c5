"""The panel as a browser sees it: forms are sent back as they were filled in on the page."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from .pages import Element, Page, attribute, every, words

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def form_of(page: Page, name: str) -> Element:
    """The form called ``name``; of the pages that have only one form of their own, that one."""
    forms = every(page.main, "form")
    named = [form for form in forms if attribute(form, "id") == name]
    return (named or forms)[0]


def filled(page: Page, name: str = "") -> dict[str, Any]:
    """What a browser would send back from a form of the page, untouched."""
    form, values = form_of(page, name), {}
    for field in every(form):
        own = dict(field.attributes)
        key = own.get("name")
        if not key or "disabled" in own:
            continue
        if field.name == "textarea":
            values[key] = words(field)
        elif field.name == "select":
            chosen = [option for option in every(field, "option") if "selected" in dict(option.attributes)]
            values[key] = (attribute(chosen[0], "value") or "") if chosen else ""
        elif own.get("type") == "checkbox" and "checked" in own:
            values[key] = [*values.get(key, []), own.get("value", "on")]
        elif own.get("type") not in {"checkbox", "submit", "file"}:
            values[key] = own.get("value") or ""
    return values


def save(client: Client, path: str, **changes: Any) -> Page:
    """Opens a form, changes some of its fields (None takes one away) and sends it."""
    data = filled(Page(client.get(path))) | changes
    return Page(client.post(path, {key: value for key, value in data.items() if value is not None}))


def faults(page: Page) -> list[str]:
    """Every message of every list of errors on a page."""
    return [words(item) for found in page.every("ul", "errorlist") for item in every(found, "li")]


def said(page: Page) -> list[str]:
    """The messages above the page."""
    return [words(item) for found in page.every("ul", "messagelist") for item in every(found, "li")]


def a_workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def opened(response: HttpResponse) -> list[list[Any]]:
    """The values of the first sheet of a workbook that came back."""
    assert response.headers["Content-Type"] == XLSX
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(response.content)).active.values]


def an_upload(data: bytes, name: str = "名单.xlsx") -> dict[str, Any]:
    return {"import_file": SimpleUploadedFile(name, data), "resource": "0"}
