"""Lists of units and people on their way in: held where every server finds them, and confirmed once."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from departments.models import RosterImport, User

from .. import permissions
from ..files import shown_name
from .person import one_by_one


class Refused(Exception):
    """Nothing was written; ``args[0]`` says why, in Chinese."""


def _oldest(now: datetime) -> datetime:
    return now - timedelta(hours=settings.IMPORT_PREVIEW_HOURS)


def clear(*, now: datetime) -> int:
    """Takes away the lists that nobody has confirmed in time, with the people in them; returns how many."""
    gone, _each = RosterImport.objects.filter(confirmed_at__isnull=True, uploaded_at__lt=_oldest(now)).delete()
    return gone


@transaction.atomic
def hold(*, by: User, room: str, form: str, name: str, content: bytes, shown: str, now: datetime) -> RosterImport:
    """
    Keeps a list that could be taken, until it is confirmed or too old; what is too old by now goes.

    ``room`` and ``form`` are ``RosterImport.Room`` and ``Format``; ``shown`` is the SHA-256 of what the preview said.
    Raises ``PermissionDenied``.
    """
    permissions.require(permissions.may_import(by))
    clear(now=now)
    held = RosterImport(room=room, format=form, name=shown_name(name) or _("未命名"), content=content, shown=shown)
    held.sha256, held.uploaded_by, held.uploaded_at = sha256(content).hexdigest(), by, now
    held.full_clean()
    held.save(force_insert=True)
    return held


@transaction.atomic
def claim(*, by: User, room: str, token: uuid.UUID, seen: str, now: datetime) -> RosterImport:
    """
    Confirms a list as it was shown; whoever calls takes it in the same transaction, or lets that fail.

    ``seen`` is the SHA-256 of the preview that is confirmed. Raises ``PermissionDenied`` and ``Refused``.
    """
    permissions.require(permissions.may_import(by))
    one_by_one()  # lists come in one after the other, and see what the one before has brought
    permissions.require(permissions.may_import(User.objects.get(pk=by.pk)))  # as he is after the wait
    held = _waiting(room, token, now)
    if held.shown != seen:
        raise Refused(_("确认的不是最近一次预览的内容，没有导入任何内容，请重新上传文件。"))
    if sha256(held.data).hexdigest() != held.sha256:
        raise Refused(_("保存的文件与预览时的不一致，没有导入任何内容，请重新上传文件。"))
    content = held.content
    held.confirmed_by, held.confirmed_at, held.content = by, now, b""
    held.full_clean()
    held.save(update_fields=["confirmed_by", "confirmed_at", "content"])
    held.content = content
    return held


def waiting(*, by: User, room: str, token: uuid.UUID, now: datetime) -> RosterImport:
    """The list as it waits, to be looked at again. Raises as ``claim``."""
    permissions.require(permissions.may_import(by))
    with transaction.atomic():
        return _waiting(room, token, now)


@transaction.atomic
def show_again(*, by: User, room: str, token: uuid.UUID, shown: str, now: datetime) -> RosterImport:
    """What a list would write has changed and is shown anew: that can be confirmed now. Raises as ``claim``."""
    permissions.require(permissions.may_import(by))
    held = _waiting(room, token, now)
    held.shown = shown
    held.save(update_fields=["shown"])
    return held


def _waiting(room: str, token: uuid.UUID, now: datetime) -> RosterImport:
    """The list, locked; refused where it is nowhere, confirmed, or too old."""
    hours = {"hours": settings.IMPORT_PREVIEW_HOURS}
    held = RosterImport.objects.select_for_update().filter(room=room, token=token).first()
    if held is None:
        words = _("没有找到这次预览，可能已过期（保留%(hours)d小时）。没有导入任何内容，请重新上传文件。")
        raise Refused(words % hours)
    if held.confirmed_by is not None and held.confirmed_at is not None:
        moment = f"{timezone.localtime(held.confirmed_at):%Y-%m-%d %H:%M}"
        done = {"file": held.name, "person": held.confirmed_by.name, "moment": moment}
        raise Refused(_("“%(file)s”已由%(person)s于%(moment)s确认导入，没有再次导入。") % done)
    if held.uploaded_at < _oldest(now):
        raise Refused(_("预览已过期（保留%(hours)d小时）。没有导入任何内容，请重新上传文件。") % hours)
    return held
