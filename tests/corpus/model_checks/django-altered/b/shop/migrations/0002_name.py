from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.AlterField("item", "name", models.CharField(max_length=90)),
    ]
