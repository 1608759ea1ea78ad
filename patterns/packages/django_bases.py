# packages: polymorphic ordered_model safedelete parler modelcluster django_lifecycle
# Source: django-polymorphic 2.1 to 4.1, models.py; django-ordered-model 3.4 to 3.7, models.py; django-safedelete 1.3 and 1.4, models.py
# (FIELD_NAME, the cascaded one); django-parler 2.0 to 2.3, models.py (what it holds: src/readers/django_translated.c); django-modelcluster 6.0,
# models.py; django-lifecycle 1.0, mixins.py.
from django.contrib.contenttypes.models import ContentType
from django.db import models


class PolymorphicModel(models.Model):
    polymorphic_ctype = models.ForeignKey(ContentType, null=True, on_delete=models.CASCADE)

    class Meta:
        abstract = True


class OrderedModelBase(models.Model):
    class Meta:
        abstract = True


class OrderedModel(OrderedModelBase):
    order = models.PositiveIntegerField(db_index=True)

    class Meta:
        abstract = True


class SafeDeleteModel(models.Model):
    deleted = models.DateTimeField(null=True, db_index=True)
    deleted_by_cascade = models.BooleanField()

    class Meta:
        abstract = True


class SafeDeleteMixin(SafeDeleteModel):
    class Meta:
        abstract = True


class TranslatableModelMixin:
    pass


class TranslatableModel(models.Model):
    class Meta:
        abstract = True


class ClusterableModel(models.Model):
    class Meta:
        abstract = True


class LifecycleModelMixin:
    pass


class LifecycleModel(models.Model):
    class Meta:
        abstract = True
