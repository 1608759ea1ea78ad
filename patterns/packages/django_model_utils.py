# packages: model_utils
# Source: django-model-utils 4.2 to 5.0, models.py. Its fields are in src/readers/django_fields.c.
from django.db import models


class TimeStampedModel(models.Model):
    created = models.DateTimeField()
    modified = models.DateTimeField()

    class Meta:
        abstract = True


class TimeFramedModel(models.Model):
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class StatusModel(models.Model):
    status = models.CharField(max_length=100)
    status_changed = models.DateTimeField()

    class Meta:
        abstract = True


class SoftDeletableModel(models.Model):
    is_removed = models.BooleanField()

    class Meta:
        abstract = True


class UUIDModel(models.Model):
    id = models.UUIDField(primary_key=True)

    class Meta:
        abstract = True
