"""Texts that are cut short, on every page and in the panel."""

from __future__ import annotations

from django.template import Context, Template

from tasks.templatetags.shortened import truncatechars


def test_a_text_cut_short_ends_as_chinese_does() -> None:
    page = Template("{{ text|truncatechars:6 }}")

    assert page.render(Context({"text": "一二三四五六七"})) == "一二三四……"
    assert page.render(Context({"text": "一二三四五六"})) == "一二三四五六"
    assert page.render(Context({"text": "<b>三四五六七"})) == "&lt;b&gt;三……"


def test_what_was_cut_short_already_gets_no_second_mark() -> None:
    assert truncatechars("一二三四……", 6) == "一二三四……"
