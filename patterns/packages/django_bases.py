# packages: polymorphic ordered_model safedelete parler modelcluster django_lifecycle django_prometheus dirtyfields rules.contrib solo guardian.mixins auto_prefetch computedfields model_clone
# Source: django-polymorphic 2.1 to 4.1, models.py; django-ordered-model 3.4 to 3.7, models.py; django-safedelete 1.3 and 1.4, models.py
# and config.py; django-parler 2.0 to 2.3, models.py (what it holds: src/readers/django_translated.c); django-modelcluster 6.0,
# models.py; django-lifecycle 1.0, mixins.py; django-prometheus 2.3, models.py; django-dirtyfields 1.9; rules 3.5, contrib/models.py; django-solo
# 2.4, models.py; django-guardian 2.4, mixins.py; django-auto-prefetch 1.12; django-computedfields 0.2; django-clone 5.3.
from django.conf import settings
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
    deleted = models.DateTimeField(null=True, db_index=True, db_column=getattr(settings, "SAFE_DELETE_FIELD_NAME", "deleted"))
    deleted_by_cascade = models.BooleanField(db_column=getattr(settings, "SAFE_DELETE_CASCADED_FIELD_NAME", "deleted_by_cascade"))

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


class DirtyFieldsMixin:
    pass


class ExportModelOperationsMixin:
    pass


class RulesModelMixin:
    pass


class GuardianUserMixin:
    pass


class CloneMixin:
    pass


class RulesModel(models.Model):
    class Meta:
        abstract = True


class SingletonModel(models.Model):
    class Meta:
        abstract = True


class Model(models.Model):
    class Meta:
        abstract = True


class ComputedFieldsModel(models.Model):
    class Meta:
        abstract = True


class CloneModel(models.Model):
    class Meta:
        abstract = True
