from django.db import models


class Item(models.Model):
    owner = models.ForeignKey("auth.User", null=True, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
