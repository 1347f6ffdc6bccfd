"""How long the desk's lists take, for a writer and for an editor, and by which index the database reads each rule."""

import json
import statistics
import time

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.desk.keyset import DUE_FIRST, LONGEST_WAIT, NEWEST_CHANGE, NEXT_OUT
from articles.desk.wanted import day_bounds
from articles.models import Article
from authors.models import User
from authors.roles import Role
from tests.bench import archive


def measure(stories: int, runs: int) -> None:
    """Measure the list, the board, the budget and home, for a writer and for an editor."""
    now = timezone.now()
    began = time.perf_counter()
    archive.fill(stories, now=now)
    print(f"{Article.objects.count()} stories, ready after {time.perf_counter() - began:.0f} s\n")
    middle = Article.objects.order_by("pk")[stories // 2]
    writer = User.objects.filter(role=Role.WRITER, email__startswith="bench").first()
    assert writer is not None
    listed = "/desk/articles/article/"
    pages = {
        "home": "/desk/",
        "list, first page": listed,
        "list, in the middle": f"{listed}?after={NEWEST_CHANGE.cursor_of(middle)}",
        "list, my stories": f"{listed}?mine=1",
        "list, in review": f"{listed}?state=in_review",
        "list, a section": f"{listed}?section=culture/books",
        "list, words": f"{listed}?q=bridge+77",
        "board": "/desk/board/",
        "board, refreshed": "/desk/board/?part=columns",
        "board, filtered": f"/desk/board/?section=news&person={writer.pk}&q=bridge",
        "board, more": f"/desk/board/?part=cards&column=draft&after={NEWEST_CHANGE.cursor(now, 1)}",
        "budget": "/desk/budget/",
        "budget, without a date": "/desk/budget/?day=none",
        "budget, overdue": "/desk/budget/?day=overdue",
    }
    print(f"{'page':<26}{'who':<8}{'queries':>8}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}{'KB':>6}")
    for role in (Role.WRITER, Role.EDITOR):
        client = Client()
        client.force_login(User.objects.filter(role=role, email__startswith="bench").order_by("pk")[0])
        for name, url in pages.items():
            client.get(url)
            with CaptureQueriesContext(connection) as seen:
                response = client.get(url)
                queries = len(seen)
            assert response.status_code == 200, (url, response.status_code)
            times = sorted(_timed(client, url) for _ in range(runs))
            p95 = times[min(len(times) - 1, round(0.95 * len(times)))]
            print(
                f"{name:<26}{role:<8}{queries:>8}{statistics.median(times):>9.1f}{p95:>9.1f}{times[-1]:>9.1f}"
                f"{len(response.content) / 1024:>6.0f}"
            )
    _plans(writer)


def _timed(client: Client, url: str) -> float:
    began = time.perf_counter()
    client.get(url)
    return (time.perf_counter() - began) * 1000


def _plans(writer: User) -> None:
    """Print by which index the database reads each rule, and how many rows it touches for a page of 50."""
    now, stories = timezone.now(), Article.objects.all()
    rules = {
        "list": NEWEST_CHANGE.sort(stories),
        "list, my stories": NEWEST_CHANGE.sort(stories.of(writer)),
        "planned": DUE_FIRST.sort(stories.planned()),
        "in writing": NEWEST_CHANGE.sort(stories.in_writing()),
        "in review": LONGEST_WAIT.sort(stories.in_review()),
        "ready": LONGEST_WAIT.sort(stories.ready()),
        "scheduled": NEXT_OUT.sort(stories.scheduled()),
        "due on a day": DUE_FIRST.sort(stories.due_between(*day_bounds(timezone.localdate(now)))),
        "overdue": DUE_FIRST.sort(stories.overdue(at=now)),
        "without a date": NEWEST_CHANGE.sort(stories.without_a_date()),
        "to write": stories.to_write(writer),
        "open": NEWEST_CHANGE.sort(stories.open()),
        "called": NEWEST_CHANGE.sort(stories.called("bridge 7777")),
    }
    print(f"\n{'rule':<20}{'ms':>8}  read by")
    for name, rule in rules.items():
        plan = json.loads(rule.values("pk")[:50].explain(format="json", analyze=True))[0]
        print(f"{name:<20}{plan['Execution Time']:>8.2f}  {', '.join(dict.fromkeys(_read_by(plan['Plan'])))}")


def _read_by(node: dict) -> list[str]:
    own = [node["Index Name"]] if "Index Name" in node else []
    if node["Node Type"] == "Seq Scan":
        own = [f"all of {node['Relation Name']}"]
    return own + [name for child in node.get("Plans", ()) for name in _read_by(child)]
