"""The log of changes for many rows at once: the entries that django-auditlog would have made of each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from auditlog.cid import get_cid
from auditlog.context import auditlog_disabled
from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

Action = LogEntry.Action
SIGNED_IN = ("actor_id", "actor_email", "remote_addr", "remote_port")


class Entries:
    """
    What was done to rows that were written in bulk, for which no signals are sent; ``write`` puts it into the log.

    Nothing is kept where the log is switched off. Whatever the rows say is read when they are handed over.
    """

    def __init__(self) -> None:
        self._is_kept = not auditlog_disabled.get()
        self._entries: list[LogEntry] = []

    def added(self, row: Model) -> None:
        self._keep(row, Action.CREATE, lambda: self._difference(None, row))

    def changed(self, row: Model, was: Model, fields: Collection[str] | None) -> None:
        """``fields`` are those that were written; None: all of them. No entry where nothing of it has changed."""
        self._keep(row, Action.UPDATE, lambda: model_instance_diff(was, row, fields_to_check=fields))

    def removed(self, row: Model) -> None:
        """Wants the row with its key."""
        self._keep(row, Action.DELETE, lambda: self._difference(row, None))

    def linked(self, row: Model, field: str, operation: str, others: Sequence[Model]) -> None:
        """``others`` were added to many ("add"), or taken away from them ("delete")."""
        said = {"type": "m2m", "operation": operation, "objects": [str(other) for other in others]}
        self._keep(row, Action.UPDATE, lambda: {field: said} if others else {})

    def write(self) -> None:
        """The first one as any row is saved: by that auditlog says who is signed in, which holds for the others."""
        if not self._entries:
            return
        first, *others = self._entries
        first.save()
        for entry in others:
            for name in SIGNED_IN:
                setattr(entry, name, getattr(first, name))
        LogEntry.objects.bulk_create(others)
        self._entries = []

    @staticmethod
    def _difference(was: Model | None, row: Model | None) -> Any:
        """Of columns alone: what refers to a row that has just come, or goes, would be asked for one by one."""
        columns = [field.name for field in (was or row)._meta.concrete_fields]  # type: ignore[union-attr]
        return model_instance_diff(was, row, fields_to_check=columns)

    def _keep(self, row: Model, action: int, changes: Any) -> None:
        if not self._is_kept or not (found := changes()):
            return
        self._entries.append(
            LogEntry(
                content_type=ContentType.objects.get_for_model(row),
                object_pk=row.pk,
                object_id=row.pk,
                object_repr=str(row),
                action=action,
                changes=found,
                cid=get_cid(),
            )
        )
