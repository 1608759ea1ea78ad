from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField, CICharField, DateRangeField, HStoreField, IntegerRangeField
from django.db import models


class Kind(models.Model):
    code = models.CharField(max_length=8, unique=True)


class Dated(models.Model):
    made = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class Label(models.CharField):
    """A CharField by another name."""


class Thing(Dated):
    a1 = models.CharField(max_length=80)
    a2 = models.TextField()
    a3 = models.SlugField()
    a4 = models.EmailField()
    a5 = models.URLField(max_length=300)
    a6 = models.FileField(upload_to="x")
    a7 = models.FilePathField()
    b1 = models.IntegerField()
    b2 = models.BigIntegerField()
    b3 = models.SmallIntegerField()
    b4 = models.PositiveIntegerField()
    b5 = models.PositiveBigIntegerField()
    b6 = models.PositiveSmallIntegerField()
    b7 = models.FloatField()
    b8 = models.DecimalField(max_digits=9, decimal_places=4)
    b9 = models.BooleanField(null=True)
    c1 = models.DateField()
    c2 = models.TimeField()
    c3 = models.DateTimeField()
    c4 = models.DurationField()
    c5 = models.BinaryField()
    c6 = models.UUIDField()
    c7 = models.JSONField()
    c8 = models.GenericIPAddressField()
    d1 = ArrayField(models.CharField(max_length=5))
    d2 = ArrayField(ArrayField(models.IntegerField()), size=3)
    d3 = HStoreField()
    d4 = CICharField(max_length=9)
    d5 = IntegerRangeField()
    d6 = DateRangeField()
    e1 = models.ForeignKey(Kind, on_delete=models.CASCADE)
    e2 = models.ForeignKey(Kind, on_delete=models.CASCADE, to_field="code", related_name="+")
    e3 = models.OneToOneField("self", null=True, on_delete=models.CASCADE)
    e4 = models.ForeignKey(Group, on_delete=models.CASCADE, db_column="grp")
    e5 = Label(max_length=6)
