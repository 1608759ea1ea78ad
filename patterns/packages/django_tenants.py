# packages: django_tenants
# Source: django-tenants 3.4 to 3.7, models.py.
from django.conf import settings
from django.db import models


class TenantMixin(models.Model):
    schema_name = models.CharField(max_length=63, unique=True)

    class Meta:
        abstract = True


class DomainMixin(models.Model):
    domain = models.CharField(max_length=253, unique=True)
    tenant = models.ForeignKey(settings.TENANT_MODEL, on_delete=models.CASCADE)
    is_primary = models.BooleanField(db_index=True)

    class Meta:
        abstract = True
