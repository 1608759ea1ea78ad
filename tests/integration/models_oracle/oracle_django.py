"""ADD lines of every column but the keys, by Django's PostgreSQL backend (no connection is made)."""
import sys

import django
from django.conf import settings

sys.path.insert(0, sys.argv[1])
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "shop"],
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "none"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()
from django.apps import apps  # noqa: E402
from django.db import connection  # noqa: E402

lines = []
for model in apps.get_app_config("shop").get_models():
    for field in model._meta.local_fields:
        if not field.primary_key:
            lines.append(f"ADD {model._meta.db_table}.{field.column} {field.db_type(connection).upper()}")
print("\n".join(sorted(lines)))
