"""Lists out to a workbook, and units and people in from one: import-export under this project's permissions."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import nullcontext
from typing import Any, cast

from auditlog.context import disable_auditlog
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from import_export.admin import ExportMixin, ImportExportMixin
from import_export.forms import ExportForm, ImportForm

from departments.models import RosterImport, User

from .. import permissions
from ..actions import export as actions
from ..actions import roster
from ..excel.formats import LedgerCSV, LedgerXLSX, Unreadable
from ..models import left_out_by
from .base import makes_sense, person

FORMATS: list[Any] = [LedgerXLSX, LedgerCSV]


class FormatForm(ExportForm):
    """Which kind of file; a workbook unless somebody wants otherwise."""

    format = forms.ChoiceField(label=gettext_lazy("文件格式"), initial="0")
    columns = forms.MultipleChoiceField(
        label=gettext_lazy("要导出的列"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("“%(value)s”不在可选之列。")},
    )
    has_columns = forms.BooleanField(required=False, widget=forms.HiddenInput)  # the boxes were there to be ticked

    def __init__(self, formats: Any, resources: Any, **kwargs: Any) -> None:
        super().__init__(formats, resources, **kwargs)
        choice: Any = self.fields["format"]
        choice.choices = [(str(number), kind().get_title()) for number, kind in enumerate(FORMATS)]
        resource = resources[0]()
        names = resource.get_export_order()
        self.labels = {name: resource.fields[name].column_name for name in names}
        boxes: Any = self.fields["columns"]
        boxes.choices = list(self.labels.items())
        self.fields["has_columns"].initial = True
        self.leave_out(())

    def leave_out(self, names: Collection[str]) -> None:
        """Ticks the others."""
        self.fields["columns"].initial = [name for name in self.labels if name not in names]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("has_columns") and "columns" not in self.errors and not cleaned["columns"]:
            self.add_error("columns", _("请至少选择一列。"))
        return cleaned

    @property
    def left_out(self) -> list[str]:
        return [name for name in self.labels if name not in self.cleaned_data["columns"]]


class UploadForm(ImportForm):
    """A file; its name says of which kind it is."""

    format = forms.CharField(required=False, widget=forms.HiddenInput)
    import_file = forms.FileField(
        label=gettext_lazy("文件"), widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"})
    )
    media = forms.Media()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limits = {"rows": settings.IMPORT_MAX_ROWS, "size": filesizeformat(settings.IMPORT_MAX_BYTES)}
        self.fields["import_file"].help_text = (
            _(".xlsx 或 .csv 文件，不超过%(rows)d行、%(size)s；第一行（或标题下的一行）为表头。") % limits
        )

    def _init_formats(self, formats: Any) -> None:
        """The kind of file is not chosen here."""

    def clean_import_file(self) -> Any:
        upload = self.cleaned_data["import_file"]
        if upload.size > settings.IMPORT_MAX_BYTES:
            size = filesizeformat(settings.IMPORT_MAX_BYTES)
            raise forms.ValidationError(_("文件超过%(size)s，请分批导入。") % {"size": size})
        return upload

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if upload := cleaned.get("import_file"):
            endings = [f".{kind().get_extension()}" for kind in FORMATS]
            found = [number for number, ending in enumerate(endings) if upload.name.lower().endswith(ending)]
            if not found:
                self.add_error("import_file", _("只能导入 .xlsx 或 .csv 文件。"))
            cleaned["format"] = str(found[0]) if found else ""
        return cleaned


class ConfirmForm(forms.Form):
    """Names the list that was looked at, and what the page said of it."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.RegexField(r"\A[0-9a-f]{64}\Z", widget=forms.HiddenInput)


class Changed(Exception):
    """The list would write something else by now than the preview said, or can be taken no more."""


class Exports(ExportMixin):
    """A list as it stands on the screen, filters and order included, as a file."""

    formats = FORMATS
    export_form_class = FormatForm

    def has_export_permission(self, request: HttpRequest) -> bool:
        return permissions.may_export(request.user) and self.has_view_permission(request)

    def export_action(self, request: HttpRequest) -> HttpResponse:
        permissions.require(self.has_export_permission(request))
        if not makes_sense(request):
            return self.whole_list(request)
        try:
            response: HttpResponse = super().export_action(request)
        except IncorrectLookupParameters:
            return self.whole_list(request)
        return response

    def get_valid_export_item_pks(self, request: HttpRequest) -> list[str]:
        """Rows are chosen by the list's filters, never one by one."""
        return []

    def get_export_filename(self, request: HttpRequest, queryset: Any, file_format: Any) -> str:
        name = f"{self.opts.verbose_name_plural}-{timezone.localdate():%Y-%m-%d}"
        return f"{name}.{file_format.get_extension()}"

    def init_request_context_data(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        """What this person left out last time is not ticked."""
        if not form.is_bound:
            form.leave_out(left_out_by(request.user, of=self.opts.label_lower))
        context: dict[str, Any] = super().init_request_context_data(request, form)
        return context

    def get_export_resource_fields_from_form(self, form: FormatForm) -> list[str] | None:
        return form.cleaned_data["columns"] or None

    def _do_file_export(self, file_format: Any, request: HttpRequest, queryset: Any, export_form: Any = None) -> Any:
        if (number := queryset.count()) > settings.EXPORT_MOST_ROWS:
            words = {"number": number, "most": settings.EXPORT_MOST_ROWS}
            said = _("符合条件的有%(number)d条，一次最多导出%(most)d条，没有导出。请先在列表中筛选。")
            messages.error(request, said % words)
            return redirect(request.get_full_path())
        if export_form.cleaned_data["has_columns"]:
            actions.choose(by=cast(User, request.user), left_out=export_form.left_out, of=self.opts.label_lower)
        response = super()._do_file_export(file_format, request, queryset, export_form)
        name = self.get_export_filename(request, queryset, file_format)
        response.headers["Content-Disposition"] = content_disposition_header(True, name)
        return response


class Exchanges(Exports, ImportExportMixin):
    """
    Besides, what was taken out, changed and brought back: looked at first, then taken whole or not at all.

    Between the two the list is held in the database (``actions.roster``): whichever server process gets the
    confirmation finds it there, and the second of two who confirm it as well.
    """

    import_form_class = UploadForm

    def has_import_permission(self, request: HttpRequest) -> bool:
        return permissions.may_import(request.user) and self.has_change_permission(request)

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        permissions.require(self.has_import_permission(request))
        form = self.create_import_form(request)
        if request.method != "POST" or not form.is_valid():
            return self._page(request, form)
        upload, kind = form.cleaned_data["import_file"], FORMATS[int(form.cleaned_data["format"])]()
        content = upload.read()
        try:
            result = self._result(request, kind, content, is_trial=True)
        except Unreadable as unreadable:
            form.add_error("import_file", str(unreadable))
            return self._page(request, form)
        held = None
        if result.can_be_taken and result.changes:
            held = roster.hold(
                by=person(request),
                room=self.noun,
                form=kind.get_extension(),
                name=upload.name or "",
                content=content,
                shown=result.fingerprint,
                now=timezone.now(),
            )
        return self._page(request, form, result, held)

    @method_decorator(require_POST)
    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        permissions.require(self.has_import_permission(request))
        form = ConfirmForm(request.POST)
        if not form.is_valid():
            return self._once_more(request, _("确认信息无效，没有导入任何内容，请重新上传文件。"))
        claim = {"by": person(request), "room": self.noun, "token": form.cleaned_data["token"], "now": timezone.now()}
        try:
            with transaction.atomic():
                held = roster.claim(**claim, seen=form.cleaned_data["seen"])
                result = self._result(request, _kind_of(held), held.data)
                if result.fingerprint != held.shown:
                    raise Changed  # and with it everything goes back, the confirmation too
                self.generate_log_entries(result, request)
        except Changed:
            try:
                return self._shown_again(request, claim)
            except (roster.Refused, Unreadable) as refusal:
                return self._once_more(request, str(refusal))
        except (roster.Refused, Unreadable) as refusal:
            return self._once_more(request, str(refusal))
        return self._done(request, result)

    def _shown_again(self, request: HttpRequest, claim: dict[str, Any]) -> HttpResponse:
        """The preview as it is by now, so that nobody need upload anything again."""
        held = roster.waiting(**claim)
        result = self._result(request, _kind_of(held), held.data, is_trial=True)
        again = None
        if result.can_be_taken and result.changes:
            again = roster.show_again(**claim, shown=result.fingerprint)
        words = _("预览之后数据有了变化，没有导入任何内容，请重新核对以下内容。")
        self.message_user(request, words, messages.WARNING)
        return self._page(request, self.create_import_form(None), result, again, status=409)

    def _result(self, request: HttpRequest, kind: Any, content: bytes, *, is_trial: bool = False) -> Any:
        """What comes of a list; of a trial nothing stays, and no history is written that would be half of the work."""
        resource = self.get_import_resource_classes(request)[0]()
        dataset = kind.create_dataset(content)
        with disable_auditlog() if is_trial else nullcontext():
            return resource.import_data(
                dataset,
                dry_run=is_trial,
                raise_errors=False,
                user=request.user,
                rollback_on_validation_errors=True,
                retain_instance_in_row_result=True,
                now=timezone.now(),
            )

    def create_import_form(self, request: HttpRequest | None) -> Any:
        given = {"data": request.POST, "files": request.FILES} if request and request.method == "POST" else {}
        return UploadForm(FORMATS, self.resource_classes, **given)

    def _page(
        self,
        request: HttpRequest,
        form: Any,
        result: Any = None,
        held: RosterImport | None = None,
        *,
        status: int = 200,
    ) -> HttpResponse:
        seen = {"token": held.token, "seen": result.fingerprint} if held is not None else {}
        context = {
            **self.admin_site.each_context(request),
            "title": _("导入%(list)s") % {"list": self.opts.verbose_name_plural},
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
            "resource": self.resource_classes[0](),
            "result": result,
            "confirm_form": ConfirmForm(initial=seen) if seen else None,
            "hours": settings.IMPORT_PREVIEW_HOURS,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/import_export/import.html", context, status=status)

    def _once_more(self, request: HttpRequest, words: str) -> HttpResponse:
        self.message_user(request, words, messages.ERROR)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_import"
        return redirect(reverse(name))

    def _done(self, request: HttpRequest, result: Any) -> HttpResponse:
        words = _("导入完成：新增%(new)d条，更新%(update)d条，未变%(skip)d条。") % result.totals
        self.message_user(request, words, messages.SUCCESS)
        if not result.invited:
            return redirect(self.list_address())
        invited = _("其中%(n)d人没有密码，邀请链接如下，请分送各单位。") % {"n": result.invited}
        self.message_user(request, invited, messages.SUCCESS)
        return redirect("invitations")

    def _create_log_entries(self, user_pk: int, rows: dict[str, list[Any]]) -> None:
        for kind, flag in (("new", ADDITION), ("update", CHANGE)):
            instances: Any = rows.get(kind, [])
            if instances:
                LogEntry.objects.log_actions(user_pk, instances, flag, change_message=_("从文件导入"))


def _kind_of(held: RosterImport) -> Any:
    return next(kind for kind in (each() for each in FORMATS) if kind.get_extension() == held.format)
