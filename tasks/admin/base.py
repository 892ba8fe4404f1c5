"""What every room of the panel has in common: who may do what, and what may be asked of its list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import attrgetter
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ERROR_FLAG
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from departments.models import User

from .. import permissions
from ..changes import EMPTY
from ..choices import Timeliness
from ..validators import printable
from .forms import MEMORY, Refused


def person(request: HttpRequest) -> User:
    """Who asks; the panel lets in nobody who has not signed in."""
    return cast(User, request.user)


class Permitted:
    """Asks ``tasks.permissions`` what a person may do with this model, and nothing else; for rooms and inlines."""

    opts: Any
    # The browser's own calendar: in its language, and without a script.
    formfield_overrides: Any = {
        models.DateField: {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")},
    }

    @property
    def noun(self) -> str:
        return str(self.opts.model_name)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.may_view_in_panel(request.user, self.noun)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.may_add_in_panel(request.user, self.noun)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.may_change_in_panel(request.user, self.noun)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.may_delete_in_panel(request.user, self.noun)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return permissions.may_view_in_panel(request.user, self.noun)

    def formfield_for_dbfield(self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Texts people can read, days that can be counted with, and no windows that open from a field."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if isinstance(field, forms.CharField):
            field.validators.append(printable)
        widget = getattr(field, "widget", None)
        if isinstance(widget, RelatedFieldWidgetWrapper):
            widget.can_add_related = widget.can_change_related = False
            widget.can_delete_related = widget.can_view_related = False
        return field


def day(path: str, label: Any) -> Any:
    """A column of dates as tables write them: 2021-12-31."""

    @admin.display(description=label, ordering=path)
    def day(obj: Any) -> str:
        value = attrgetter(path.replace("__", "."))(obj)
        return f"{value:%Y-%m-%d}" if value else EMPTY

    return day


def moment(path: str, label: Any) -> Any:
    """A column of instants in the plan's own time zone: 2021-12-31 09:30."""

    @admin.display(description=label, ordering=path)
    def moment(obj: Any) -> str:
        value = attrgetter(path)(obj)
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else EMPTY

    return moment


class Lines(BaseInlineFormSet):
    """The lines of a table; what takes one away has a name for those who cannot see its column."""

    refused: Refused | None = None  # what an action has said of a line already; set by the table

    def full_clean(self) -> None:
        super().full_clean()
        for form in self.forms if self.refused is not None else ():
            self.refused.say(form)  # type: ignore[union-attr]

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = _("删除")


class Table(Permitted, admin.TabularInline):
    """What belongs to a row and is changed on its page; as many lines as anybody could mean."""

    template = "admin/table.html"
    formset = Lines
    extra = 0
    max_num = 200

    def formfield_for_dbfield(self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Fields in a table have no labels of their own."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs["aria-label"] = field.label
        return field

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        # Of the class: where nothing may be added the instance's is 0, and lines that are there come back all the same.
        formset: Any = super().get_formset(request, obj, absolute_max=type(self).max_num, **kwargs)
        formset.refused = getattr(request, "refused", None)
        return formset


class TimelinessFilter(admin.SimpleListFilter):
    """Narrows a list that ``as_of`` has annotated: the same rule as on the pages."""

    title = _("时效")
    parameter_name = "timeliness"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(choice.value, choice.label) for choice in Timeliness]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        return queryset.standing(value) if value in Timeliness.values else queryset


# What a filter beside the list may add to a column's name in the address.
LOOKUPS = ("__exact", "__id__exact", "__isnull", "__gte", "__lt")
MOST_WORDS = 100
# Longer than any key of a row: some databases fail on it instead of finding nothing.
HUGE_NUMBER = re.compile(r"\d{16}")


def makes_sense(request: HttpRequest) -> bool:
    """Whether the conditions in the address can have come from the list's own search and filters."""
    for values in request.GET.lists():
        for word in (values[0], *values[1]):
            try:
                printable(word)
            except ValidationError:
                return False
            if len(word) > MOST_WORDS or HUGE_NUMBER.search(word):
                return False
    return ERROR_FLAG not in request.GET


class Room(Permitted, admin.ModelAdmin):
    """
    One noun of the panel.

    There are no bulk actions: deleting goes one by one, past the page that says what stands in the way.
    """

    actions = None
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    view_on_site: Any = False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not makes_sense(request):
            return self.whole_list(request)
        return super().changelist_view(request, {"title": self.opts.verbose_name_plural} | (extra_context or {}))

    def whole_list(self, request: HttpRequest) -> HttpResponse:
        """Conditions that mean nothing are dropped, and it is said that they were."""
        self.message_user(request, _("筛选条件无效，已显示全部。"), messages.WARNING)
        return HttpResponseRedirect(self.list_address())

    def list_address(self) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        return reverse(name, current_app=self.admin_site.name)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        # No button here offers it, and it would make a new row of one that may only be read.
        permissions.require("_saveasnew" not in request.POST)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def title_of(self, request: HttpRequest, obj: Any) -> str:
        """What the page of a row is for; without the gaps that Django's own words have around a noun."""
        if obj is None:
            words = _("新增%(noun)s")
        else:
            words = _("修改%(noun)s") if self.has_change_permission(request, obj) else _("查看%(noun)s")
        return str(words % {"noun": self.opts.verbose_name})

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        context["title"] = self.title_of(request, context.get("original"))
        return super().render_change_form(request, context, *args, **kwargs)

    def render_delete_form(self, request: HttpRequest, context: Any) -> HttpResponse:
        is_refused = context["perms_lacking"] or context["protected"]
        words = _("无法删除%(noun)s") if is_refused else _("删除%(noun)s")
        context["title"] = words % {"noun": self.opts.verbose_name}
        return super().render_delete_form(request, context)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the filters offer: no other column can be sounded out by way of the address."""
        return lookup in set(self._lookups(request))

    def _lookups(self, request: HttpRequest) -> Iterator[str]:
        for offered in self.get_list_filter(request):
            if isinstance(offered, type) and issubclass(offered, admin.SimpleListFilter):
                yield str(offered.parameter_name)
            else:
                path = offered[0] if isinstance(offered, tuple | list) else offered
                yield from (f"{path}{lookup}" for lookup in LOOKUPS)

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """For a change the row is held until it is done, so that two people follow one another."""
        obj = super().get_object(request, object_id, from_field)
        if obj is not None and request.method == "POST" and transaction.get_connection().in_atomic_block:
            list(self.model._base_manager.select_for_update(of=("self",)).filter(pk=obj.pk).order_by())
            obj.refresh_from_db()
        return obj

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Adds what a careful form remembers to the page of somebody who may change it."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or MEMORY not in self.form.base_fields or not self.has_change_permission(request, obj):
            return fieldsets
        return [*fieldsets, (None, {"fields": [MEMORY]})]
