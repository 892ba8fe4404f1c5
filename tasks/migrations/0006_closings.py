from django.db import migrations, models


def carry_over(apps, schema_editor):
    """Writes the two days of every accepted request to close to its part; of several the first decided counts."""
    review = apps.get_model("tasks", "Review")
    part = apps.get_model("tasks", "Assignment")
    accepted = review.objects.filter(decision="ACCEPTED", report__asks_to_close=True).order_by("-decided_on", "-pk")
    rows = accepted.values_list("report__assignment", "report__recorded_on", "decided_on")
    for key, asked_on, accepted_on in rows.iterator():
        part.objects.filter(pk=key).update(closing_asked_on=asked_on, closing_accepted_on=accepted_on)


class Migration(migrations.Migration):

    dependencies = [
        ('departments', '0003_dated_membership'),
        ('tasks', '0005_reported_for_is_known'),
    ]

    operations = [
        migrations.AddField(
            model_name='assignment',
            name='closing_accepted_on',
            field=models.DateField(blank=True, editable=False, null=True, verbose_name='办结审核日期'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='closing_asked_on',
            field=models.DateField(blank=True, editable=False, null=True, verbose_name='办结申请日期'),
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
    ]
