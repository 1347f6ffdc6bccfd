"""The table of Django's database cache, so that `migrate` is all that an installation has to remember.

The columns are those of `manage.py createcachetable`, which leaves a table that is there alone. Unlogged: what it
holds (counts of sign-ins that failed) may be lost when the server crashes.
"""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.RunSQL(
            sql=[
                'CREATE UNLOGGED TABLE IF NOT EXISTS "newsroom_cache" ('
                '"cache_key" varchar(255) NOT NULL PRIMARY KEY, '
                '"value" text NOT NULL, '
                '"expires" timestamp with time zone NOT NULL)',
                'CREATE INDEX IF NOT EXISTS "newsroom_cache_expires" ON "newsroom_cache" ("expires")',
            ],
            reverse_sql=['DROP TABLE IF EXISTS "newsroom_cache"'],
        ),
    ]
