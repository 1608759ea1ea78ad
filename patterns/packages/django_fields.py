# packages: bitfield colorfield django_ckeditor_5 django_fsm django_prices django_quill django_resized django_summernote encrypted_model_fields hashid_field localflavor markdownfield martor mdeditor netfields relativedeltafield shortuuidfield stdimage versatileimagefield
# Source: django-bitfield 2.2, django-colorfield 0.9 to 0.14, django-ckeditor-5 0.2, django-fsm 2.8 and 3.0, django-prices 2.3, django-quill-editor 0.1,
# django-resized 1.0, django-summernote 0.8, django-encrypted-model-fields 0.6, django-hashid-field 3.4, django-localflavor 4.0 (generic and
# us), django-markdownfield 0.11, martor 1.6, django-mdeditor 0.1, django-netfields 1.3, django-relativedelta 2.0, django-shortuuidfield 0.1,
# django-stdimage 6.0, django-versatileimagefield 3.1: what each class is made from, its length and its db_type.
from django.db import models


class BitField(models.BigIntegerField):
    pass


class ColorField(models.CharField):
    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 25)
        super().__init__(*args, **kwargs)


class FSMField(models.CharField):
    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 50)
        super().__init__(*args, **kwargs)


class FSMIntegerField(models.IntegerField):
    pass


class FSMKeyField(models.ForeignKey):
    pass


class MoneyField(models.DecimalField):
    pass


class CKEditor5Field(models.TextField):
    pass


class QuillField(models.TextField):
    pass


class SummernoteTextField(models.TextField):
    pass


class MarkdownField(models.TextField):
    pass


class MartorField(models.TextField):
    pass


class MDTextField(models.TextField):
    pass


class ResizedImageField(models.ImageField):
    pass


class StdImageField(models.ImageField):
    pass


class VersatileImageField(models.ImageField):
    pass


class ShortUUIDField(models.CharField):
    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 22)
        super().__init__(*args, **kwargs)


class HashidField(models.IntegerField):
    pass


class BigHashidField(models.BigIntegerField):
    pass


class HashidAutoField(models.AutoField):
    pass


class BigHashidAutoField(models.BigAutoField):
    pass


class InetAddressField(models.Field):
    def db_type(self, connection):
        return "inet"


class CidrAddressField(models.Field):
    def db_type(self, connection):
        return "cidr"


class MACAddressField(models.Field):
    def db_type(self, connection):
        return "macaddr"


class MACAddress8Field(models.Field):
    def db_type(self, connection):
        return "macaddr8"


class RelativeDeltaField(models.Field):
    def db_type(self, connection):
        return "interval"


class IBANField(models.CharField):
    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 34)
        super().__init__(*args, **kwargs)


class BICField(models.CharField):
    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 11)
        super().__init__(*args, **kwargs)


class USStateField(models.CharField):
    def __init__(self, *args, **kwargs):
        kwargs["max_length"] = 2
        super().__init__(*args, **kwargs)


class USZipCodeField(models.CharField):
    def __init__(self, *args, **kwargs):
        kwargs["max_length"] = 10
        super().__init__(*args, **kwargs)


class EncryptedCharField(models.TextField):
    pass


class EncryptedTextField(models.TextField):
    pass


class EncryptedDateField(models.TextField):
    pass


class EncryptedDateTimeField(models.TextField):
    pass


class EncryptedEmailField(models.TextField):
    pass


class EncryptedBooleanField(models.TextField):
    pass


class EncryptedIntegerField(models.TextField):
    pass


class EncryptedPositiveIntegerField(models.TextField):
    pass


class EncryptedSmallIntegerField(models.TextField):
    pass


class EncryptedPositiveSmallIntegerField(models.TextField):
    pass


class EncryptedBigIntegerField(models.TextField):
    pass
