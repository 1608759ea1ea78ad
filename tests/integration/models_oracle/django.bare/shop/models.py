from django.db import models


class Kind(models.Model):
    pass


class Thing(models.Model):
    pass
