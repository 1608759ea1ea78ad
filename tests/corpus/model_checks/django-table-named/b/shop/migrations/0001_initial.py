from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("number", models.CharField(max_length=20)),
                ("tags", models.ManyToManyField(to="shop.order")),
            ],
        ),
        migrations.CreateModel(
            name="Old",
            fields=[("id", models.BigAutoField(primary_key=True)), ("size", models.IntegerField())],
            options={"db_table": "tbl_old"},
        ),
    ]
