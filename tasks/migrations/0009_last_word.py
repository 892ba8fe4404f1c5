import datetime

from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery


def put_into_order(apps, schema_editor):
    """A report speaks of the day it was made on; one that was made up, of the last day its period could be reported."""
    report, period = apps.get_model("tasks", "Report"), apps.get_model("tasks", "Period")
    report.objects.update(speaks_of=F("recorded_on"))
    due = period.objects.filter(pk=OuterRef("period")).values("due_on")[:1]
    report.objects.filter(is_late=True).update(speaks_of=Subquery(due))


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0008_extensions'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='report',
            name='report_latest',
        ),
        migrations.AddField(
            model_name='report',
            name='speaks_of',
            field=models.DateField(default=datetime.date(2000, 1, 1), help_text='所报情况的先后以此为准：填报日期；补报的，为所补周期的填报截止。', verbose_name='所述日期'),
            preserve_default=False,
        ),
        migrations.RunPython(put_into_order, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['assignment', 'speaks_of', 'id', 'recorded_on', 'void_on'], name='report_last_word'),
        ),
    ]
