import datetime

import django.core.validators
import django.db.models.deletion
import tasks.validators
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tasks", "0010_amendments_and_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, validators=[tasks.validators.printable], verbose_name="名称")),
                (
                    "day",
                    models.DateField(
                        validators=[
                            django.core.validators.MinValueValidator(
                                datetime.date(1949, 10, 1), "日期不能早于%(limit_value)s。"
                            ),
                            django.core.validators.MaxValueValidator(
                                datetime.date(2199, 12, 31), "日期不能晚于%(limit_value)s。"
                            ),
                        ],
                        verbose_name="数据截至",
                    ),
                ),
                ("taken_on", models.DateField(verbose_name="生成日期")),
                ("taken_at", models.DateTimeField(verbose_name="生成时间")),
                ("format_version", models.PositiveSmallIntegerField(verbose_name="格式版本")),
                ("counts", models.JSONField(verbose_name="计数")),
                ("lights", models.JSONField(verbose_name="时效")),
                ("content", models.TextField(verbose_name="内容")),
                ("sha256", models.CharField(max_length=64, verbose_name="校验值")),
                (
                    "plan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to="tasks.plan",
                        verbose_name="推进计划",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="生成人",
                    ),
                ),
            ],
            options={
                "verbose_name": "会议快照",
                "verbose_name_plural": "会议快照",
                "ordering": ("-day", "-taken_at", "-pk"),
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["plan", "-day", "-taken_at"], name="snapshot_of_plan")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("plan", "name"),
                        name="snapshot_name_once_in_plan",
                        violation_error_message="本计划中已有同名的会议快照。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True),
                        name="snapshot_has_name",
                        violation_error_message="会议快照须有名称。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("day__lte", models.F("taken_on"))),
                        name="snapshot_of_a_day_that_has_come",
                        violation_error_message="会议快照不能是将来的日期。",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("content", ""), _negated=True), models.Q(("sha256", ""), _negated=True)
                        ),
                        name="snapshot_has_content",
                        violation_error_message="会议快照须有内容和校验值。",
                    ),
                ],
            },
        ),
    ]
