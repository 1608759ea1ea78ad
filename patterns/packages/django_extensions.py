# packages: django_extensions
# Source: django-extensions 3.0 to 4.1, db/models.py. Its fields are in src/readers/django_fields.c.
from django.db import models


class TimeStampedModel(models.Model):
    created = models.DateTimeField()
    modified = models.DateTimeField()

    class Meta:
        abstract = True


class TitleDescriptionModel(models.Model):
    title = models.CharField(max_length=255)
    description = models.TextField(null=True)

    class Meta:
        abstract = True


class TitleSlugDescriptionModel(TitleDescriptionModel):
    slug = models.SlugField()

    class Meta:
        abstract = True


class ActivatorModel(models.Model):
    status = models.IntegerField()
    activate_date = models.DateTimeField(null=True)
    deactivate_date = models.DateTimeField(null=True)

    class Meta:
        abstract = True
