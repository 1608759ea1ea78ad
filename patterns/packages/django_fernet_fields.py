# packages: fernet_fields django_cryptography
# Source: django-fernet-fields 0.6, fields.py (get_internal_type: BinaryField); django-cryptography 1.1 and 2.0, fields.py. Its encrypt() is in
# src/readers/django_class.c.
from django.db import models


class PickledField(models.BinaryField):
    pass


class EncryptedField(models.BinaryField):
    pass


class EncryptedTextField(EncryptedField):
    pass


class EncryptedCharField(EncryptedField):
    pass


class EncryptedEmailField(EncryptedField):
    pass


class EncryptedIntegerField(EncryptedField):
    pass


class EncryptedDateField(EncryptedField):
    pass


class EncryptedDateTimeField(EncryptedField):
    pass
