"""Lists out to a workbook, and units and people in from one: import-export under this project's permissions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from import_export.admin import ExportMixin, ImportExportMixin
from import_export.forms import ExportForm, ImportForm

from .. import permissions
from ..excel.formats import LedgerCSV, LedgerXLSX, Unreadable
from .base import makes_sense

FORMATS: list[Any] = [LedgerXLSX, LedgerCSV]
MOST_PROBLEMS = 20  # said in one message


class FormatForm(ExportForm):
    """Which kind of file; a workbook unless somebody wants otherwise."""

    format = forms.ChoiceField(label=gettext_lazy("文件格式"), initial="0")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["format"]
        choice.choices = [(str(number), kind().get_title()) for number, kind in enumerate(FORMATS)]


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
    """Names the upload that was previewed."""

    import_file_name = forms.RegexField(r"\A[0-9a-f]{32}\Z", widget=forms.HiddenInput)
    original_file_name = forms.CharField(required=False, max_length=255, widget=forms.HiddenInput)
    format = forms.ChoiceField(
        choices=[(str(number), str(number)) for number in range(len(FORMATS))], widget=forms.HiddenInput
    )
    resource = forms.ChoiceField(choices=[("0", "0")], required=False, widget=forms.HiddenInput)


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

    def _do_file_export(self, file_format: Any, request: HttpRequest, queryset: Any, export_form: Any = None) -> Any:
        response = super()._do_file_export(file_format, request, queryset, export_form)
        name = self.get_export_filename(request, queryset, file_format)
        response.headers["Content-Disposition"] = content_disposition_header(True, name)
        return response


class Exchanges(Exports, ImportExportMixin):
    """Besides, what was taken out, changed and brought back: looked at first, then taken whole or not at all."""

    import_form_class = UploadForm
    confirm_form_class = ConfirmForm

    def has_import_permission(self, request: HttpRequest) -> bool:
        return permissions.may_import(request.user) and self.has_change_permission(request)

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        more = {"rollback_on_validation_errors": True, "now": timezone.now()}
        return super().get_import_data_kwargs(**kwargs) | more

    def add_data_read_fail_error_to_form(self, form: forms.Form, e: Exception) -> None:
        form.add_error("import_file", str(e) if isinstance(e, Unreadable) else _("文件无法读取。"))

    @method_decorator(require_POST)
    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        permissions.require(self.has_import_permission(request))
        if not self.create_confirm_form(request).is_valid():
            return self._once_more(request, _("确认信息无效，请重新上传文件。"))
        try:
            response: HttpResponse = super().process_import(request, **kwargs)
        except Unreadable as unreadable:
            return self._once_more(request, str(unreadable))
        return response

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        if not result.has_errors() and not result.has_validation_errors():
            response: HttpResponse = super().process_result(result, request)
            return response
        said = [
            *result.of_file,
            *(
                _("第%(line)d行%(column)s：%(fault)s") % dict(zip(("line", "column", "fault"), found, strict=True))
                for found in result.of_rows
            ),
        ]
        words = [_("预览之后数据有了变化，没有导入任何内容："), *said[:MOST_PROBLEMS]]
        return self._once_more(request, " ".join(words))

    def _once_more(self, request: HttpRequest, words: str) -> HttpResponse:
        self.message_user(request, words, messages.ERROR)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_import"
        return redirect(reverse(name))

    def add_success_message(self, result: Any, request: HttpRequest) -> None:
        words = _("导入完成：新增%(new)d条，更新%(update)d条，未变%(skip)d条。") % result.totals
        self.message_user(request, words, messages.SUCCESS)

    def _create_log_entries(self, user_pk: int, rows: dict[str, list[Any]]) -> None:
        for kind, flag in (("new", ADDITION), ("update", CHANGE)):
            instances: Any = rows.get(kind, [])
            if instances:
                LogEntry.objects.log_actions(user_pk, instances, flag, change_message=_("从文件导入"))
