"""
What an earlier version has left: the table of the shared cache, which nothing uses since lists wait for their
confirmation in a table of their own; and workbooks half made, whose state nothing understands any more.
"""

from django.db import migrations


def give_up(apps, schema_editor):
    """They are made again by who wants them; none lies longer than a day."""
    apps.get_model("tasks", "Export").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("tasks", "0019_workbooks_of_every_page")]

    operations = [
        migrations.RunSQL("DROP TABLE IF EXISTS plan_tracker_cache", migrations.RunSQL.noop),
        migrations.RunPython(give_up, migrations.RunPython.noop),
    ]
