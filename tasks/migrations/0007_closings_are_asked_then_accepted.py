from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0006_closings'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closing_accepted_on__isnull', True), ('closing_asked_on__isnull', True)), models.Q(('closing_accepted_on__gte', models.F('closing_asked_on')), ('closing_accepted_on__isnull', False), ('closing_asked_on__isnull', False)), _connector='OR'), name='assignment_closing_is_asked_then_accepted', violation_error_message='办结须先申请、后审核。'),
        ),
    ]
