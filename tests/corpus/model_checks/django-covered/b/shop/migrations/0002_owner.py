from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.AddField(model_name="item", name="owner", field=models.ForeignKey(null=True, to="auth.User")),
    ]
