"""The four roles, as groups without permissions of their own: what a role may do is decided in code."""

from django.db import migrations

ROLES = ("reporter", "supervisor", "leader", "administrator")


def create(apps, schema_editor):
    group = apps.get_model("auth", "Group")
    for name in ROLES:
        group.objects.using(schema_editor.connection.alias).get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("departments", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    # Backwards, the groups stay: people may have been given them.
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
