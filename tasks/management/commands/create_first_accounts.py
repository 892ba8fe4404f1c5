"""The people to sign in with on a new instance, one for each role."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.utils.translation import gettext as _

from departments.models import Department, Role, User

# Who plays whom on the shipped plan: the office supervises, another unit reports.
UNITS = {Role.REPORTER: "公安东丽分局", Role.SUPERVISOR: "区市场监管局"}


class Command(BaseCommand):
    help = (
        "Create one account per role where there are no accounts; print the passwords once and keep them in .accounts."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            self.stdout.write(_("已有用户，未新建账号。"))
            return
        passwords = {role: secrets.token_urlsafe(12) for role in Role}
        file = Path(settings.BASE_DIR) / ".accounts"
        lines = [f"{role.label}\t{role.value}\t{password}\n" for role, password in passwords.items()]
        with transaction.atomic():
            for role, password in passwords.items():
                self._create(role, password)
            file.touch(mode=0o600)
            file.chmod(0o600)
            with file.open("a", encoding="utf-8") as kept:  # another database's accounts may stand there already
                kept.writelines([f"# {Path(str(connection.settings_dict['NAME'])).name}\n", *lines])
        self.stdout.write(
            _("已新建账号（角色、用户名、密码），密码只显示这一次，另存于 %(file)s：") % {"file": file.name}
        )
        self.stdout.write("".join(lines))

    def _create(self, role: Role, password: str) -> None:
        user = User.objects.create_user(
            username=role.value,
            password=password,
            last_name=str(role.label),
            department=Department.objects.filter(name=UNITS.get(role, "")).first(),
            is_staff=role in {Role.SUPERVISOR, Role.ADMINISTRATOR},
        )
        user.groups.add(Group.objects.get(name=role))
