"""The desk's pages of notices: the bell, the list, and what each person is told.

Decides what these pages show. What there is to be told stands in `articles.notices.kinds`.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from articles.desk.story import person
from articles.notices import choices, telling
from articles.notices.choices import ChoiceRefused, Wishes
from articles.notices.kinds import KINDS, Channel
from articles.notices.models import MOST_COUNTED, Notice, Webhook
from authors.models import User

_ROWS = 30
#: Seconds between two tests that one person sends.
_BETWEEN_TESTS = 20


def urls(behind_the_door: Callable[..., Any]) -> list[URLPattern]:
    """Return the addresses of these pages, each behind the desk's door."""
    return [
        path("notices/", behind_the_door(notices), name="notices"),
        path("notices/count/", behind_the_door(count), name="notices_count"),
        path("notices/choices/", behind_the_door(chosen), name="notices_choices"),
        path("notices/test/", behind_the_door(test), name="notices_test"),
    ]


class Bell:
    """How much somebody has not read yet, for the bar. One query, made when a template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._unread: int | None = None

    @property
    def unread(self) -> int:
        """Return the number of unread notices, at most one more than is shown."""
        if self._unread is None:
            user = self._request.user
            self._unread = 0
            if isinstance(user, User):
                rows = Notice.objects.filter(recipient=user, on_desk=True).unread().values("pk")
                self._unread = len(rows[: MOST_COUNTED + 1])
        return self._unread

    @property
    def shown(self) -> str:
        """Return the number as the bar shows it."""
        return f"{MOST_COUNTED}+" if self.unread > MOST_COUNTED else str(self.unread or "")

    @property
    def label(self) -> str:
        """Return the bell's name, for those who hear it."""
        if self.unread > MOST_COUNTED:
            return f"Notices, more than {MOST_COUNTED} unread"
        return f"Notices, {self.unread} unread" if self.unread else "Notices"


def bell(request: HttpRequest) -> dict[str, Any]:
    """Give templates the bell. No query until one asks."""
    return {"bell": Bell(request)}


@require_safe
@never_cache
def count(request: HttpRequest) -> HttpResponse:
    """Answer how much is unread, for the bell of a page that stays open. Three queries."""
    ring = Bell(request)
    return JsonResponse({"unread": ring.unread, "shown": ring.shown, "label": ring.label})


@never_cache
def notices(request: HttpRequest) -> HttpResponse:
    """List somebody's notices, the newest first; by POST mark one, or all, as read. At most six queries."""
    actor, now = person(request), timezone.now()
    if request.method == "POST":
        mine = Notice.objects.filter(recipient=actor, on_desk=True).unread()
        if request.POST.get("read") != "all":
            mine = mine.filter(pk=_number(request.POST.get("read", "")))
        mine.update(read_at=now)
        return redirect("admin:notices")
    rows = Notice.objects.on_desk_of(actor).with_stories()
    before = request.GET.get("before", "")
    if before:
        last = Notice.objects.filter(recipient=actor, pk=_number(before)).only("at").first()
        rows = rows.older_than(last.at, last.pk) if last else rows.none()
    found = list(rows[: _ROWS + 1])
    context = {
        **admin.site.each_context(request),
        "title": "Notices",
        "notices": found[:_ROWS],
        "older": found[_ROWS - 1].pk if len(found) > _ROWS else None,
        "behind": bool(before),
    }
    return render(request, "notices/notices.html", context)


@never_cache
def chosen(request: HttpRequest) -> HttpResponse:
    """Show and keep what somebody is told by which ways, and what the newsroom's chat room is. At most ten queries."""
    actor = person(request)
    if request.method == "POST":
        return _choose(request, actor)
    keeper = actor.has_perm(choices.ROOM)
    wishes = Wishes.of({actor.pk, None}, KINDS)
    hooks = {hook.person_id: hook for hook in Webhook.objects.filter(Q(person=actor) | Q(person=None))}
    context = {
        **admin.site.each_context(request),
        "title": "What you are told",
        "channels": [*Channel],
        "rows": [(kind, [(channel, wishes.wanted(actor.pk, kind, channel)) for channel in Channel]) for kind in KINDS],
        "hook": hooks.get(actor.pk),
        "keeper": keeper,
        "room": hooks.get(None),
        "room_rows": [(kind, wishes.wanted(None, kind, Channel.CHAT)) for kind in KINDS if kind.in_room],
        "last_test": _last_test(actor),
        "last_room": _last_in_room() if keeper else None,
    }
    return render(request, "notices/choices.html", context)


@require_POST
def test(request: HttpRequest) -> HttpResponse:
    """Send a test by every way there is: to oneself, or by a chief to the newsroom's chat room."""
    actor, room = person(request), bool(request.POST.get("room"))
    if room and not actor.has_perm(choices.ROOM):
        raise PermissionDenied
    if not cache.add(f"notices-test-{actor.pk}", 1, _BETWEEN_TESTS):
        messages.warning(request, "A test is on its way already. Wait a moment before you send another.")
    else:
        telling.tell_test(person=actor, room=room, now=timezone.now())
        messages.success(request, "A test is on its way. Load this page again in a moment to see what became of it.")
    return redirect(_here("room" if room else "test"))


def _choose(request: HttpRequest, actor: User) -> HttpResponse:
    part = request.POST.get("part", "")
    room = part.startswith("room")
    try:
        if part in {"hook", "room-hook"}:
            url = "" if request.POST.get("forget") else request.POST.get("url", "")
            if url or request.POST.get("forget"):
                choices.set_webhook(actor=actor, url=url, now=timezone.now(), room=room)
        else:
            pairs = [each.partition(":") for each in request.POST.getlist("wanted")]
            choices.choose(actor=actor, wanted={(kind, way) for kind, _, way in pairs}, room=room)
    except ChoiceRefused as refused:
        messages.error(request, f"Not saved. {refused}")
    else:
        messages.success(request, "Saved.")
    return redirect(_here({"hook": "chat", "room-hook": "room", "room": "room"}.get(part, "")))


def _here(part: str) -> str:
    return reverse("admin:notices_choices") + (f"#{part}" if part else "")


def _last_test(actor: User) -> Notice | None:
    return Notice.objects.filter(recipient=actor, kind="test").prefetch_related("deliveries").order_by("-pk").first()


def _last_in_room() -> Notice | None:
    """Return what was told last in the newsroom's chat room, so that a chief sees whether it arrived."""
    return Notice.objects.filter(recipient=None).prefetch_related("deliveries").order_by("-pk").first()


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
