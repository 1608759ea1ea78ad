from django.db import models


class Order(models.Model):
    number = models.CharField(max_length=20)
    labels = models.ManyToManyField("self")


class Old(models.Model):
    size = models.IntegerField()

    class Meta:
        db_table = "tbl_old"
