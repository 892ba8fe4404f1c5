"""The form with which a plan's archive is uploaded."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class UploadForm(forms.Form):
    """One file; what is in it, the action looks at."""

    file = forms.FileField(
        label=_("归档文件"),
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".zip,.json"}),
        help_text=_("从本系统导出的归档包（.zip，含附件），或计划数据（.json，不含附件）。"),
        error_messages={"empty": _("文件是空的。"), "required": _("请选择文件。")},
    )

    def __init__(self, *args: Any, has_too_much: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.too_much = ""
        if has_too_much:  # see ``plan_tracker.uploads``: the file was cut off, or is not there at all
            most = filesizeformat(settings.EVIDENCE_MAX_TOTAL_BYTES)
            words = gettext("文件超过%(most)s，请在服务器上用 manage.py import_plan_archive 导入。")
            self.too_much = words % {"most": most}
            self.fields["file"].error_messages["required"] = self.too_much

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if self.too_much:
            raise forms.ValidationError(self.too_much, code="size")
        return file
