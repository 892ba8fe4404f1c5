"""Lists wait for their confirmation in a table of their own: nothing uses the shared cache any more."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tasks", "0019_workbooks_of_every_page")]

    operations = [migrations.RunSQL("DROP TABLE IF EXISTS plan_tracker_cache", migrations.RunSQL.noop)]
