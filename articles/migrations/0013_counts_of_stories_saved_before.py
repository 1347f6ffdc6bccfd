"""Count the words and pictures of stories that were saved before they were counted, and complete what is searched.

Without it such a draft stands on the board as planned until somebody saves it. In batches, each a transaction of its
own: an archive of any size is never locked as a whole, and a run that was cut short is taken up again.
"""

from django.db import migrations, transaction
from django.db.models import OuterRef, Q, Subquery

from articles import body
from articles.content import StoryContent

BATCH = 200
MOST_BYTES = 400_000


def text_of(content: StoryContent) -> str:
    """Return what may be looked for, as `articles.models.words` had it when this was written."""
    lead = content.lead
    parts = [
        content.standfirst,
        body.text(content.body),
        *((lead.caption, lead.alt, lead.picture.credit) if lead else ()),
        *(figure.alt for figure in body.figures(content.body)),
        *(picture.credit for picture in content.pictures),
        *(line.name for line in content.bylines),
        *(topic.name for topic in content.topics),
        content.slug,
    ]
    return "\n".join(part for part in parts if part).encode()[:MOST_BYTES].decode(errors="ignore")


def fill(apps, schema_editor):
    """Fill word_count, picture_count and StoryWords of stories with words or pictures and no count."""
    Article = apps.get_model("articles", "Article")
    Revision = apps.get_model("articles", "Revision")
    StoryWords = apps.get_model("articles", "StoryWords")
    newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number").values("content")[:1]
    uncounted = Article.objects.filter(~Q(body=""), word_count=0) | Article.objects.filter(
        Q(lead_photo__isnull=False) | Q(body__contains="<figure"), picture_count=0
    )
    last = 0
    while True:
        with transaction.atomic():
            pks = uncounted.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]
            pks = list(Article.objects.select_for_update().filter(pk__in=list(pks)).values_list("pk", flat=True))
            if not pks:
                return
            rows = list(
                Article.objects.filter(pk__in=pks)
                .annotate(newest=Subquery(newest))
                .only("pk", "headline", "slugline", "body", "lead_photo")
            )
            for article in rows:
                article.word_count = body.word_count(article.body)
                pictures = len(body.figures(article.body)) + (article.lead_photo_id is not None)
                article.picture_count = min(pictures, 32_767)
            Article.objects.bulk_update(rows, ["word_count", "picture_count"])
            StoryWords.objects.bulk_create(
                [
                    StoryWords(
                        article_id=article.pk,
                        headline=article.headline,
                        slugline=article.slugline,
                        text=text_of(StoryContent.from_data(article.newest)),
                    )
                    for article in rows
                    if article.newest
                ],
                update_conflicts=True,
                unique_fields=["article"],
                update_fields=["headline", "slugline", "text"],
            )
            last = max(pks)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("articles", "0012_when_embargoes_end")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
