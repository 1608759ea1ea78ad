from django.conf import settings
from django.db import models


class Stamped(models.Model):
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class Tag(models.Model):
    name = models.CharField(max_length=40)


class Item(Stamped):
    """An item."""

    name = models.CharField(max_length=80, verbose_name="Name")
    price = models.DecimalField(max_digits=8, decimal_places=2)
    note = models.TextField(blank=True, default="")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    is_open = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class Sale(Stamped):
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="sales")
    code = models.UUIDField(unique=True)

    class Meta:
        db_table = "sales"
