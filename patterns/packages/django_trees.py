# packages: mptt treebeard
# Source: django-mptt 0.11 to 0.18, models.py; django-treebeard 4.3 to 4.7, mp_tree.py, ns_tree.py, al_tree.py. Other names for
# mptt's columns are read by src/readers/django_tree.c. The index that it puts on (tree_id, lft) comes too late for Django's migrations, which do
# not make it.
from django.db import models


class MPTTModel(models.Model):
    lft = models.PositiveIntegerField()
    rght = models.PositiveIntegerField()
    tree_id = models.PositiveIntegerField(db_index=True)
    level = models.PositiveIntegerField()

    class Meta:
        abstract = True


class MP_Node(models.Model):
    path = models.CharField(max_length=255, unique=True)
    depth = models.PositiveIntegerField()
    numchild = models.PositiveIntegerField()

    class Meta:
        abstract = True


class NS_Node(models.Model):
    lft = models.PositiveIntegerField(db_index=True)
    rgt = models.PositiveIntegerField(db_index=True)
    tree_id = models.PositiveIntegerField(db_index=True)
    depth = models.PositiveIntegerField(db_index=True)

    class Meta:
        abstract = True


class AL_Node(models.Model):
    class Meta:
        abstract = True
