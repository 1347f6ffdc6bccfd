"""How the site speaks HTTP: caching, conditional requests, methods, hostile addresses, and no cookies ever."""

import datetime as dt
from urllib.parse import quote

import pytest
from django.test import Client
from django.test.utils import override_settings

from articles import body, publishing
from articles.models import Topic
from articles.public.lists import Cursor
from tests.articles.reading import one, page, words
from tests.builders import make_author, make_photo, make_published, make_section, publish_again

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
PAGES = ["/", "/news/", "/news/world/", "/authors/", "/authors/ada-marsh/", "/topics/bridges/"]
ALL = [*PAGES, *(f"/lite{path}" for path in PAGES), "/feed.xml", "/news/world/feed.xml", "/authors/ada-marsh/feed.xml"]


@pytest.fixture
def story(writer, editor):
    """A story, and so every kind of page."""
    return make_published(writer=writer, editor=editor, slug="bridge", lead=make_photo(writer))


@pytest.fixture
def everything(story):
    """An address of each kind of page."""
    return [*ALL, story.get_absolute_url(), story.lite_url]


class TestCaching:
    def test_pages_are_kept_and_asked_for_every_time(self, reader, everything):
        for path in everything:
            response = reader.get(path)
            assert response["Cache-Control"] == "public, max-age=0, must-revalidate", path
            assert response["ETag"], path

    def test_the_same_page_has_the_same_validator(self, reader, everything):
        assert all(reader.get(path)["ETag"] == reader.get(path)["ETag"] for path in everything)

    def test_who_has_the_page_is_told_so(self, reader, everything):
        for path in everything:
            etag = reader.get(path)["ETag"]
            response = reader.get(path, headers={"if-none-match": etag})
            assert (response.status_code, response.content) == (304, b""), path
            assert response["ETag"] == etag
            assert response["Cache-Control"] == "public, max-age=0, must-revalidate"
            assert "Content-Length" not in response

    def test_a_compressed_page_has_a_weak_validator_that_counts(self, reader, story):
        response = reader.get("/", headers={"accept-encoding": "gzip"})
        assert response["Content-Encoding"] == "gzip"
        assert response["ETag"].startswith('W/"')
        again = reader.get("/", headers={"accept-encoding": "gzip", "if-none-match": response["ETag"]})
        assert again.status_code == 304
        assert response["Vary"] == again["Vary"] == "Accept-Encoding"

    def test_a_date_does_as_well(self, reader, everything):
        for path in everything:
            response = reader.get(path)
            if "authors/" not in path or "marsh" in path:
                date = response["Last-Modified"]
                assert reader.get(path, headers={"if-modified-since": date}).status_code == 304, path
                earlier = "Tue, 18 Jun 2024 00:00:00 GMT"
                assert reader.get(path, headers={"if-modified-since": earlier}).status_code == 200, path

    def test_a_story_is_as_old_as_its_newest_words(self, reader, story, writer, editor, now):
        assert reader.get(story.get_absolute_url())["Last-Modified"] == "Wed, 19 Jun 2024 12:05:00 GMT"
        publish_again(story.article, writer=writer, editor=editor, now=now + HOUR, headline="Newer")
        assert reader.get(story.get_absolute_url())["Last-Modified"] == "Wed, 19 Jun 2024 13:05:00 GMT"

    @pytest.mark.parametrize("path", ["/news/", "/feed.xml"])
    def test_a_list_is_new_when_a_story_is_withdrawn(self, reader, story, now, path, time_machine):
        make_published(headline="Stays", now=now - HOUR)
        time_machine.move_to(now + HOUR, tick=False)
        before = reader.get(path)
        publishing.withdraw(story.article, now=now + 2 * HOUR)
        time_machine.move_to(now + 2 * HOUR, tick=False)

        for condition in ({"if-none-match": before["ETag"]}, {"if-modified-since": before["Last-Modified"]}):
            assert reader.get(path, headers=condition).status_code == 200

    def test_a_list_is_new_when_a_section_is_renamed(self, reader, story):
        etag = reader.get("/news/world/")["ETag"]
        section = make_section("news/world")
        section.name = "The World"
        section.save()

        assert reader.get("/news/world/", headers={"if-none-match": etag}).status_code == 200

    def test_the_front_page_is_new_every_day(self, reader, story, now, time_machine):
        time_machine.move_to(now + HOUR, tick=False)
        before = reader.get("/")
        time_machine.move_to(now + 24 * HOUR, tick=False)

        assert reader.get("/", headers={"if-none-match": before["ETag"]}).status_code == 200
        assert reader.get("/", headers={"if-modified-since": before["Last-Modified"]}).status_code == 200

    def test_what_is_not_there_is_asked_for_again(self, reader):
        assert "max-age" not in reader.get("/nothing/")["Cache-Control"]


class TestCookies:
    def test_no_reader_gets_a_cookie_and_no_page_depends_on_one(self, reader, everything):
        for path in [*everything, "/nothing/", "/robots.txt", "/favicon.ico"]:
            response = reader.get(path)
            assert not response.cookies, path
            assert "cookie" not in response.get("Vary", "").lower(), path

    def test_staff_who_are_signed_in_see_the_same_page_and_their_session_is_not_read(
        self, reader, as_user, editor, story, django_assert_num_queries
    ):
        staff = as_user(editor)
        for path in ("/", story.get_absolute_url(), "/news/"):
            assert staff.get(path).content == reader.get(path).content
            assert "cookie" not in staff.get(path)["Vary"].lower()


class TestMethods:
    def test_head_is_get_without_the_body(self, reader, everything):
        for path in everything:
            got, head = reader.get(path), reader.head(path)
            assert (head.status_code, head.content) == (200, b"")
            for name in ("ETag", "Last-Modified", "Cache-Control", "Content-Type", "Content-Length"):
                assert head.get(name) == got.get(name), f"{name} of {path}"

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
    def test_pages_take_nothing_in(self, story, method):
        strict = Client(enforce_csrf_checks=True)
        for path in ("/", story.get_absolute_url(), "/feed.xml", "/lite/news/", "/robots.txt"):
            response = getattr(strict, method)(path)
            assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
            assert b"This page takes nothing in" in response.content


class TestSecurity:
    def test_the_policy_allows_nothing_foreign_and_nothing_inline(self, reader, everything):
        for path in [*everything, "/nothing/"]:
            policy = reader.get(path)["Content-Security-Policy"]
            assert "unsafe" not in policy
            assert "nonce" not in policy
            assert "default-src 'none'" in policy

    def test_pages_need_no_script_and_ask_nobody_else(self, reader, everything):
        for path in [path for path in everything if not path.endswith(".xml")]:
            root = page(reader, path)
            assert not [node for node in root.iter("script") if node.get("type") != "application/ld+json"]
            assert not list(root.iter("style", "iframe", "form", "object", "embed"))
            assert not root.xpath("//@style | //@*[starts-with(name(), 'on')]")
            for address in root.xpath("//link[@rel!='canonical']/@href | //img/@src | //source/@srcset"):
                assert address.startswith("/"), address

    def test_whatever_people_type_is_text(self, reader, writer):
        bad = "\"><script>alert(1)</script><b onmouseover='x'>&amp;"
        section = make_section("news/world")
        section.name = bad[:60]
        section.save()
        Topic.objects.create(name=bad, slug="bad")
        make_published(
            headline=bad,
            standfirst=bad,
            slug="bad",
            topics=[bad],
            bylines=[make_author(bad, slug="bad", note=bad)],
            lead=make_photo(writer, alt=bad, caption=bad, photographer=bad),
            body=body.clean(f"<p>Words. {bad}</p>"),
        )
        for path in (
            "/",
            "/news/",
            "/news/world/",
            "/authors/",
            "/authors/bad/",
            "/topics/bad/",
            "/2024/06/19/bad/",
            "/nothing/",
        ):
            for address in (path, f"/lite{path}"):
                response = reader.get(address)
                assert b"<script>alert" not in response.content, address
                assert b"<b onmouse" not in response.content, address


HOSTILE_PATHS = [
    "/%00/",
    "/news%00/",
    "/news/%00/",
    "/2024/06/19/%00/",
    "/2024/06/19/bridge%00/",
    "/authors/%00/",
    "/topics/a%00b/",
    "/0000/01/01/x/",
    "/9999/12/31/x/",
    "/10000/01/01/x/",
    "/2024/00/01/x/",
    "/2024/13/01/x/",
    "/2024/02/30/x/",
    "/2024/6/19/bridge/",
    "/-2024/06/19/bridge/",
    "/٢٠٢٤/٠٦/١٩/bridge/",
    "/2024/06/19/" + "x" * 2000 + "/",
    "/2024/06/19/../../../etc/passwd",
    "/2024/06/19/%2e%2e/",
    "/2024/06/19/<script>/",
    "/" + "a" * 3000 + "/",
    "/news/" + "b" * 3000 + "/",
    "/👾/",
    "/%ff%fe/",
    "/news/world/more/",
    "//news//",
    "/news/feed.xml/",
    "/feed.xml%00",
    "/lite/lite/",
    "/lite/%00/",
    "/lite/2024/02/30/x/",
    "/authors/feed.xml",
    "/topics/",
    "/lite/topics/",
    "/.env",
    "/wp-login.php",
    "/index.php?id=1'--",
]

HOSTILE_CURSORS = [
    "",
    "x",
    "-",
    "1-",
    "-1",
    "1-1-1",
    "1_000-1",
    " 1-1",
    "+1-1",
    "01-1",
    "1-01",
    "A-1",
    "1-A",
    "١-١",
    "1-" + "z" * 13,
    "z" * 40 + "-1",
    "1" * 5000,
    "0-0\x00",
    "\x00",
    "👾-1",
    "zzzzzzzzzzzz-1",
    "-zzzzzzzzzzz-1",
    "' OR 1=1 --",
    "null",
    "1.5-1",
]


class TestHostileAddresses:
    @pytest.mark.parametrize("path", HOSTILE_PATHS)
    def test_a_hostile_address_is_not_found(self, path):
        reader = Client(raise_request_exception=False)
        make_section("news/world")
        path, _, query = path.partition("?")
        response = reader.generic("GET", quote(path, safe="/%"), QUERY_STRING=query, follow=False)
        if response.status_code == 301:
            assert response["Location"].partition("?")[0].endswith("/"), "only a missing slash is forgiven"
            response = reader.get(response["Location"])
        assert response.status_code in {400, 404}
        assert b"The Example" in response.content

    @pytest.mark.parametrize("cursor", HOSTILE_CURSORS)
    @pytest.mark.parametrize("path", ["/news/", "/lite/news/world/", "/authors/ada-marsh/", "/topics/bridges/"])
    def test_a_hostile_place_in_a_list_is_not_found(self, story, path, cursor):
        reader = Client(raise_request_exception=False)
        response = reader.get(path, {"before": cursor})
        assert response.status_code == 404
        assert words(one(page(reader, "/x/", status=404), "h1")) == "There is nothing at this address"

    @pytest.mark.parametrize("after", ["", "x", "0", "-1", "01", "1e3", "9" * 18, "9" * 30, "١", "\x00", "1;"])
    def test_a_hostile_place_in_the_masthead_is_not_found(self, story, after):
        assert Client(raise_request_exception=False).get("/authors/", {"after": after}).status_code == 404

    def test_a_repeated_parameter_is_not_found(self, reader, story):
        cursor = str(Cursor(dt.datetime(2030, 1, 1, tzinfo=dt.UTC), 1))
        assert reader.get("/news/", {"before": cursor}).status_code == 200
        assert reader.get("/news/", {"before": [cursor, cursor]}).status_code == 404
        assert reader.get("/authors/", {"after": ["1", "1"]}).status_code == 404

    def test_other_parameters_change_nothing(self, reader, everything):
        for path in everything:
            plain = reader.get(path)
            odd = reader.get(path, {"utm_source": "x", "a[]": "\x00", "page": "99999999999", "lite": "1"})
            assert odd.content == plain.content
            assert odd["ETag"] == plain["ETag"]

    def test_a_place_is_written_in_one_way_only(self):
        place = Cursor(dt.datetime(2024, 6, 19, 12, 5, 0, 123456, tzinfo=dt.UTC), 4711)
        assert Cursor.read(str(place)) == place
        for other in HOSTILE_CURSORS:
            with pytest.raises(ValueError, match=r".*"):
                Cursor.read(other)


class TestErrorPages:
    def test_a_bug_shows_a_page_that_needs_no_database(self, story, monkeypatch, django_assert_num_queries):
        def broken(*args, **kwargs):
            raise RuntimeError("secret detail")

        monkeypatch.setattr("articles.public.pages.lists.newest", broken)
        monkeypatch.setattr("articles.public.sections.SectionTree.__init__", broken)
        with django_assert_num_queries(0):
            response = Client(raise_request_exception=False).get("/")
        assert response.status_code == 500
        assert b"Something broke on our side" in response.content
        assert b"secret detail" not in response.content

    def test_a_wrong_host_is_refused_with_a_page(self):
        response = Client(raise_request_exception=False).get("/", headers={"host": "evil.example"})
        assert response.status_code == 400
        assert b"We could not read this request" in response.content

    def test_a_form_that_nobody_vouches_for_is_refused_with_advice(self, writer):
        strict = Client(enforce_csrf_checks=True)
        response = strict.post("/accounts/login/", {"login": "x", "password": "y"})
        assert response.status_code == 403
        assert b"load the page again" in response.content

    @override_settings(DEBUG=False)
    def test_the_desk_has_its_own_page_for_what_is_not_there(self, as_user, editor):
        response = as_user(editor).get("/desk/nothing/at/all/")
        assert response.status_code == 404
        assert b"There is no such page on the desk" in response.content

    def test_a_stranger_at_the_desk_gets_the_readers_page(self, reader):
        response = reader.get("/desk/nothing/", follow=True)
        assert response.status_code in {200, 404}
        assert b"There is no such page on the desk" not in response.content
