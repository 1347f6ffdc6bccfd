"""Fills a database with an archive: N stories, nearly all published, some percent of them at work. SQL only.

Decides how such an archive is made up. Triggers sleep while it is filled, for they would run once a row.
"""

import datetime as dt

from django.db import connection, transaction

from articles.models import Article, Section
from authors.models import Author, User
from authors.roles import Role

PEOPLE = 60
_TABLES = ("articles_article", "articles_revision", "articles_approval", "articles_event", "articles_publishedarticle")
_TOPS = {"news": ("world", "politics", "business"), "culture": ("books", "film"), "science": (), "opinion": ()}

#: Of ten thousand stories: how many are planned, drafts, in review, approved, scheduled, spiked. The rest is published.
_AT_WORK = """
    CASE WHEN n %% 10000 < 40 THEN 'planned' WHEN n %% 10000 < 100 THEN 'draft' WHEN n %% 10000 < 140 THEN 'in_review'
         WHEN n %% 10000 < 160 THEN 'approved' WHEN n %% 10000 < 180 THEN 'scheduled' WHEN n %% 10000 < 280 THEN 'spiked'
         ELSE 'published' END
"""


def fill(stories: int, *, now: dt.datetime) -> None:
    """Make an archive of about this many stories, unless there is one already."""
    if Article.objects.count() >= stories:
        return
    first = Article.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    people = _people()
    sections = _sections()
    with transaction.atomic(), connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        _insert(cursor, first, stories, people=people, sections=sections, now=now)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in _TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _people() -> list[int]:
    roles = [Role.EDITOR] * 8 + [Role.CHIEF] * 2 + [Role.WRITER] * (PEOPLE - 10)
    for number, role in enumerate(roles):
        user = User.objects.get_or_create(
            email=f"bench{number}@example.org", defaults={"name": f"Person {number}", "role": role}
        )[0]
        Author.objects.get_or_create(slug=f"person-{number}", defaults={"name": f"Person {number}", "user": user})
    return list(User.objects.filter(email__startswith="bench").order_by("pk").values_list("pk", flat=True))


def _sections() -> list[int]:
    for slug, children in _TOPS.items():
        top = Section.objects.get_or_create(slug=slug, parent=None, defaults={"name": slug.capitalize()})[0]
        for child in children:
            Section.objects.get_or_create(slug=child, parent=top, defaults={"name": child.capitalize()})
    return list(Section.objects.order_by("pk").values_list("pk", flat=True))


def _insert(cursor, first: int, stories: int, *, people: list[int], sections: list[int], now: dt.datetime) -> None:
    values = {"first": first, "stories": stories, "people": people, "sections": sections, "now": now}
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE made AS
        SELECT n, {_AT_WORK} AS kind,
               (%(people)s::bigint[])[(1 + (n * 7919) %% {PEOPLE})::int] AS writer,
               (%(people)s::bigint[])[(1 + (n * 104729) %% 10)::int] AS editor,
               (%(sections)s::bigint[])[(1 + (n * 31) %% {len(sections)})::int] AS section,
               %(now)s::timestamptz - (%(stories)s - n) * (interval '3650 days' / %(stories)s) AS published,
               %(now)s::timestamptz - ((n * 7907) %% 43200) * interval '1 minute' AS lately
        FROM generate_series(1::bigint, %(stories)s) AS n
        """,
        values,
    )
    cursor.execute("ANALYZE made")
    cursor.execute(
        """
        INSERT INTO articles_article (id, headline, standfirst, body, slug, language, section_id, lead_alt,
            lead_caption, status, version, publish_at, first_published_at, created_by_id, created_at, changed_at,
            slugline, brief, assigned_to_id, asked_editor_id, due_at, words_planned, pictures_planned, word_count,
            picture_count, embargo_reason)
        OVERRIDING SYSTEM VALUE
        SELECT %(first)s + n,
            CASE kind WHEN 'planned' THEN '' ELSE 'Harbour office says bridge ' || n || ' opens ' || md5(n::text) END,
            'What happened at the harbour on day ' || n,
            CASE kind WHEN 'planned' THEN '' ELSE repeat('<p>The harbour office said that ' || md5(n::text)
                || ' ships passed before noon, and nobody counted them.</p>', 30) END,
            'bridge-' || n, 'en', section, '', '', 'draft', 1, NULL,
            CASE kind WHEN 'published' THEN published END, writer, LEAST(published, lately),
            CASE kind WHEN 'published' THEN published ELSE lately END,
            'bridge-' || n, '', CASE WHEN n %% 3 = 0 THEN writer END, CASE WHEN n %% 5 = 0 THEN editor END,
            CASE WHEN kind = 'published' THEN published - interval '2 hours'
                 WHEN n %% 4 > 0 THEN lately + interval '15 days' END,
            600, 1, CASE kind WHEN 'planned' THEN 0 ELSE 420 END, 0, ''
        FROM made
        """,
        values,
    )
    cursor.execute(
        """
        INSERT INTO articles_revision (article_id, number, content, content_hash, created_by_id, created_at, reason,
            touches)
        SELECT %(first)s + n, 1, '{}', lpad(to_hex(n), 64, '0'), writer, lately, '', true FROM made
        """,
        values,
    )
    cursor.execute(
        """
        INSERT INTO articles_approval (article_id, revision_id, content_hash, approved_by_id, approved_at,
            override_reason)
        SELECT r.article_id, r.id, r.content_hash, made.editor, made.lately, ''
        FROM made JOIN articles_revision r ON r.article_id = %(first)s + n
        WHERE kind IN ('approved', 'scheduled', 'published')
        """,
        values,
    )
    cursor.execute(
        """
        UPDATE articles_article SET approval_id = a.id,
            status = CASE kind WHEN 'published' THEN 'published' ELSE 'approved' END,
            publish_at = CASE kind WHEN 'scheduled' THEN %(now)s + (n %% 97) * interval '1 hour' + interval '1 hour' END
        FROM made JOIN articles_approval a ON a.article_id = %(first)s + n WHERE articles_article.id = a.article_id
        """,
        values,
    )
    cursor.execute(
        """
        UPDATE articles_article SET status = kind FROM made
        WHERE articles_article.id = %(first)s + n AND kind IN ('in_review', 'spiked')
        """,
        values,
    )
    cursor.execute(
        """
        INSERT INTO articles_byline (article_id, author_id, role, printed_name, position)
        SELECT %(first)s + n, authors_author.id, 'writer', '', 0
        FROM made JOIN authors_author ON authors_author.user_id = writer
        """,
        values,
    )
    cursor.execute(
        """
        INSERT INTO articles_event (article_id, verb, actor_id, at, from_status, to_status, note, data)
        SELECT %(first)s + n, verb, writer, lately, '', 'draft', '', '{}'
        FROM made, (VALUES ('start'), ('submit'), ('send_back')) AS did (verb)
        WHERE verb = 'start' OR kind <> 'planned'
        """,
        values,
    )
    cursor.execute(
        """
        INSERT INTO articles_publishedarticle (article_id, revision_id, approval_id, content_hash, visible_from,
            published_on, slug, first_published_at, section_id, headline, standfirst, language, body_html,
            lite_body_html, bylines, topics, lead_data, word_count)
        SELECT a.article_id, a.revision_id, a.id, a.content_hash, published, published::date, 'bridge-' || n,
            published, section, 'Harbour office says bridge ' || n || ' opens', '', 'en', '<p>Text</p>', '<p>Text</p>',
            '[]', '[]', '{}', 420
        FROM made JOIN articles_approval a ON a.article_id = %(first)s + n WHERE kind = 'published'
        """,
        values,
    )
    cursor.execute("DROP TABLE made")
