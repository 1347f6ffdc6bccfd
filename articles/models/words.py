"""What the desk's search looks through: the words of each story's newest version, as text.

Decides which words find a story. A table of its own, so that nobody who reads a story reads its words twice. It is
written in the transaction of each save; what people may ask is `articles/desk/search.py`'s to say.
"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Upper

from articles import body
from articles.content import StoryContent
from articles.models.article import Article

#: How much of a story is searched, in bytes of UTF-8: PostgreSQL's limit for a row of word positions is 1 MB, which
#: no text of this length can reach. Some 60,000 words of English.
MOST_BYTES = 400_000


class StoryWords(models.Model):
    """The words of one story. `search` is made by the database, word by word and in no language in particular."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, primary_key=True, related_name="words")
    headline = models.CharField(max_length=300, blank=True)
    slugline = models.CharField(max_length=60, blank=True)
    text = models.TextField(blank=True)
    search = models.GeneratedField(
        expression=SearchVector("headline", "slugline", "text", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        indexes = (
            GinIndex(fields=("search",), name="story_words_search"),
            # for parts of words: "%BRIDGE%" has no beginning to sort by
            GinIndex(OpClass(Upper("headline"), name="gin_trgm_ops"), name="story_words_headline"),
        )

    def __str__(self) -> str:
        return f"Words of {self.article_id}"


def text_of(content: StoryContent) -> str:
    """Return everything of a version that somebody may look for, a line a part, but its headline. No query."""
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
    text = "\n".join(part for part in parts if part)
    return text.encode()[:MOST_BYTES].decode(errors="ignore")


def keep_words(article: Article, content: StoryContent) -> None:
    """Write down what a story says now, for searching. One query."""
    StoryWords.objects.bulk_create(
        [StoryWords(article=article, headline=content.headline, slugline=article.slugline, text=text_of(content))],
        update_conflicts=True,
        unique_fields=["article"],
        update_fields=["headline", "slugline", "text"],
    )
