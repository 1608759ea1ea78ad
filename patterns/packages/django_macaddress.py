# packages: macaddress
# Source: django-macaddress 1.5 to 1.8, fields.py: a number, unless the settings or integer=False make it a text of 17.
from django.db import models


class MACAddressField(models.BigIntegerField):
    pass
