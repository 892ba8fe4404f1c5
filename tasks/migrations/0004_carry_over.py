"""
Carries what had been recorded over into periods and members' own parts; nothing is lost.

Every plan gets the periods of its calendar. A report on ongoing work is for the period it was made in, or for the one
before where it was made in time for that and was the first since it began. A member of a collective gets a part of its
own with what it has reported; a request that had been accepted stays where it closed the whole part.
"""

from datetime import date, timedelta
from itertools import groupby

from django.db import migrations
from django.utils import timezone


def spans(first, last, cadence):
    months = 3 if cadence == "QUARTER" else 1
    starts_on = date(first.year, (first.month - 1) // months * months + 1, 1)
    while starts_on <= last:
        following = (starts_on + timedelta(days=31 * months)).replace(day=1)
        yield starts_on, following - timedelta(days=1)
        starts_on = following


def set_up_periods(apps, schema_editor):
    Plan, Period = apps.get_model("tasks", "Plan"), apps.get_model("tasks", "Period")
    for plan in Plan.objects.all():
        last = max(plan.ends_on, timezone.localdate()) + timedelta(days=365)
        Period.objects.bulk_create(
            Period(
                plan=plan,
                starts_on=starts_on,
                ends_on=ends_on,
                opens_on=starts_on,
                due_on=ends_on + timedelta(days=plan.grace_days - 1),
            )
            for starts_on, ends_on in spans(plan.issued_on, last, plan.cadence)
        )


def say_for_which_period(apps, schema_editor):
    Report, Period = apps.get_model("tasks", "Report"), apps.get_model("tasks", "Period")
    periods = {}
    for period in Period.objects.order_by("plan_id", "starts_on"):
        periods.setdefault(period.plan_id, []).append(period)
    reports = Report.objects.order_by("assignment_id", "recorded_on", "pk")
    rows = reports.select_related("assignment__measure").iterator(chunk_size=2000)
    for _key, own in groupby(rows, key=lambda report: report.assignment_id):
        done = date.min
        for report in own:
            report.reported_for = report.recorded_on
            measure = report.assignment.measure
            if measure.timeframe == "ONGOING":
                for period in periods.get(measure.plan_id, ()):
                    in_time = period.ends_on < report.recorded_on <= period.due_on and done < period.starts_on
                    if in_time or period.starts_on <= report.recorded_on <= period.ends_on:
                        report.period, report.reported_for = period, period.starts_on
                        done = max(done, period.starts_on)
                        break
            report.save(update_fields=["period", "reported_for"])


def give_members_their_own_parts(apps, schema_editor):
    Assignment, Membership = apps.get_model("tasks", "Assignment"), apps.get_model("departments", "Membership")
    Report = apps.get_model("tasks", "Report")
    for membership in Membership.objects.order_by("pk"):
        for part in Assignment.objects.filter(department=membership.collective_id, collective_part__isnull=True):
            own = Assignment.objects.create(
                measure_id=part.measure_id,
                department_id=membership.member_id,
                role=part.role,
                position=part.position,
                collective_part=part,
            )
            said = Report.objects.filter(assignment=part, department=membership.member_id)
            for report in said.exclude(review__decision="ACCEPTED"):
                report.assignment = own
                report.save(update_fields=["assignment"])


class Migration(migrations.Migration):
    dependencies = [("tasks", "0003_reporting_loop"), ("departments", "0003_dated_membership")]

    operations = [
        migrations.RunPython(set_up_periods, migrations.RunPython.noop),
        migrations.RunPython(say_for_which_period, migrations.RunPython.noop),
        migrations.RunPython(give_members_their_own_parts, migrations.RunPython.noop),
    ]
