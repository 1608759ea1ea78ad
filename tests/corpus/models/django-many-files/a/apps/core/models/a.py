from django.db import models
from .base import Thing

class A(Thing):
    x = models.IntegerField()
