import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

from articles import body


def fill(apps, schema_editor):
    """Write down the words of the stories that are there already."""
    StoryWords = apps.get_model("articles", "StoryWords")
    Article = apps.get_model("articles", "Article")
    rows = Article.objects.values_list(
        "pk", "headline", "slugline", "standfirst", "body", "lead_caption", "lead_alt", "slug"
    )
    for pk, headline, slugline, standfirst, source, caption, alt, slug in rows.iterator(chunk_size=500):
        text = "\n".join(part for part in (standfirst, body.text(source), caption, alt, slug) if part)
        names = apps.get_model("articles", "Byline").objects.filter(article=pk).values_list("author__name", flat=True)
        text = "\n".join([text, *names]).encode()[:400_000].decode(errors="ignore")
        StoryWords.objects.create(article_id=pk, headline=headline, slugline=slugline, text=text)


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0005_notes_and_looks"),
        ("media", "0002_photo_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="StoryWords",
            fields=[
                ("article", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="words", serialize=False, to="articles.article")),
                ("headline", models.CharField(blank=True, max_length=300)),
                ("slugline", models.CharField(blank=True, max_length=60)),
                ("text", models.TextField(blank=True)),
                ("search", models.GeneratedField(db_persist=True, expression=django.contrib.postgres.search.SearchVector("headline", "slugline", "text", config="simple"), output_field=django.contrib.postgres.search.SearchVectorField())),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["search"], name="story_words_search"),
                    django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper("headline"), name="gin_trgm_ops"), name="story_words_headline"),
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
