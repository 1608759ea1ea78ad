# packages: wagtail
# Source: Wagtail 4.0 to 7.1, models/*.py, images/models.py, documents/models.py, contrib/forms/models.py, contrib/settings/models.py. Page,
# Site, Locale, Revision and Collection are tables of its own: their keys are in src/readers/django_fields.c.
from django.conf import settings
from django.db import models
from wagtail.models import Page


class Orderable(models.Model):
    sort_order = models.IntegerField(null=True)

    class Meta:
        abstract = True


class TranslatableMixin(models.Model):
    translation_key = models.UUIDField()
    locale = models.ForeignKey("wagtailcore.Locale", on_delete=models.PROTECT)

    class Meta:
        abstract = True
        unique_together = [("translation_key", "locale")]


class RevisionMixin(models.Model):
    latest_revision = models.ForeignKey("wagtailcore.Revision", null=True, on_delete=models.SET_NULL)

    class Meta:
        abstract = True


class DraftStateMixin(models.Model):
    live = models.BooleanField()
    has_unpublished_changes = models.BooleanField()
    first_published_at = models.DateTimeField(null=True, db_index=True)
    last_published_at = models.DateTimeField(null=True)
    live_revision = models.ForeignKey("wagtailcore.Revision", null=True, on_delete=models.SET_NULL)
    go_live_at = models.DateTimeField(null=True)
    expire_at = models.DateTimeField(null=True)
    expired = models.BooleanField()

    class Meta:
        abstract = True


class LockableMixin(models.Model):
    locked = models.BooleanField()
    locked_at = models.DateTimeField(null=True)
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)

    class Meta:
        abstract = True


class WorkflowMixin:
    pass


class PreviewableMixin:
    pass


class Indexed:
    pass


class CollectionMember(models.Model):
    collection = models.ForeignKey("wagtailcore.Collection", on_delete=models.CASCADE)

    class Meta:
        abstract = True


class AbstractImage(CollectionMember):
    title = models.CharField(max_length=255)
    file = models.ImageField()
    description = models.CharField(max_length=255)
    width = models.IntegerField()
    height = models.IntegerField()
    created_at = models.DateTimeField(db_index=True)
    uploaded_by_user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    focal_point_x = models.PositiveIntegerField(null=True)
    focal_point_y = models.PositiveIntegerField(null=True)
    focal_point_width = models.PositiveIntegerField(null=True)
    focal_point_height = models.PositiveIntegerField(null=True)
    file_size = models.PositiveIntegerField(null=True)
    file_hash = models.CharField(max_length=40, db_index=True)

    class Meta:
        abstract = True


class AbstractRendition(models.Model):
    filter_spec = models.CharField(max_length=255, db_index=True)
    file = models.ImageField()
    width = models.IntegerField()
    height = models.IntegerField()
    focal_point_key = models.CharField(max_length=16)

    class Meta:
        abstract = True


class AbstractDocument(CollectionMember):
    title = models.CharField(max_length=255)
    file = models.FileField()
    created_at = models.DateTimeField()
    uploaded_by_user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    file_size = models.PositiveBigIntegerField(null=True)
    file_hash = models.CharField(max_length=40)

    class Meta:
        abstract = True


class AbstractFormField(Orderable):
    clean_name = models.CharField(max_length=255)
    label = models.CharField(max_length=255)
    field_type = models.CharField(max_length=16)
    required = models.BooleanField()
    choices = models.TextField()
    default_value = models.TextField()
    help_text = models.CharField(max_length=255)

    class Meta:
        abstract = True


class AbstractForm(Page):
    class Meta:
        abstract = True


class AbstractEmailForm(Page):
    to_address = models.CharField(max_length=255)
    from_address = models.EmailField(max_length=255)
    subject = models.CharField(max_length=255)

    class Meta:
        abstract = True


class AbstractFormSubmission(models.Model):
    form_data = models.JSONField()
    page = models.ForeignKey(Page, on_delete=models.CASCADE)
    submit_time = models.DateTimeField()

    class Meta:
        abstract = True


class BaseSiteSetting(models.Model):
    site = models.OneToOneField("wagtailcore.Site", on_delete=models.CASCADE)

    class Meta:
        abstract = True


class BaseSetting(BaseSiteSetting):
    class Meta:
        abstract = True


class BaseGenericSetting(models.Model):
    class Meta:
        abstract = True
