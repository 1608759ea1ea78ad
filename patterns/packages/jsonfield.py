# packages: jsonfield picklefield
# Source: jsonfield 2.0 to 3.1 (text in every database); django-picklefield 3.1.
from django.db import models


class JSONField(models.TextField):
    pass


class PickledObjectField(models.TextField):
    pass
