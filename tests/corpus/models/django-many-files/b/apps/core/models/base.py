from django.db import models

class Thing(models.Model):
    slug = models.SlugField()

    class Meta:
        abstract = True
