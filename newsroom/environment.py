"""The one table of environment variables: what an installation may set, and what it means.

Decides names, types and defaults. `settings.py` reads through `read`, and `docs/settings.md` is made from
`VARIABLES`, so a variable that is not in this table does not exist. What a value is used for stands in
`settings.py`.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: its type is a cast that django-environ knows."""

    name: str
    cast: type
    default: Any
    meaning: str


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "DATABASE_URL",
        str,
        "",
        "PostgreSQL 15 or newer, as postgresql://user:password@host/name. "
        "Empty: the embedded database, allowed with DEBUG=1 or DEMO=1 only.",
    ),
    Variable("PORT", int, 8000, "Port that `make run` serves on."),
    Variable("HOST", str, "127.0.0.1", "Address that `make run` binds to."),
    Variable("NEWSROOM_DATA", str, "var", "Folder of uploads, renditions, the embedded database and logs."),
    Variable("DEMO_PASSWORD", str, "", "Password of the four demo accounts. Empty: a random one, printed once."),
    Variable("DEMO", bool, False, "This is a demo: the embedded database is allowed without DEBUG."),
    Variable("SECRET_KEY", str, "", "Signs sessions and links. Required unless DEBUG=1."),
    Variable("DEBUG", bool, False, "Show tracebacks in the browser. Never on a site that readers reach."),
    Variable(
        "ALLOWED_HOSTS", list, ["localhost", "127.0.0.1", "[::1]"], "Host names the site answers to, comma-separated."
    ),
    Variable("SITE_NAME", str, "The Newsroom", "Name of the publication, on every page and in every feed."),
    Variable(
        "SITE_URL",
        str,
        "",
        "Address of the site as readers see it, without a closing slash, for feeds, "
        "canonical links and structured data. Empty: http://localhost:PORT.",
    ),
    Variable("SITE_TAGLINE", str, "", "One line about the publication, under its name on the front page."),
    Variable("LANGUAGE_CODE", str, "en", "Language of the site, as a BCP 47 tag."),
    Variable(
        "STORY_LANGUAGES",
        list,
        [],
        "Languages that stories are written in, comma-separated, the most frequent first: en,ar,de. One that Django "
        "does not know has its name beside it, as ps=Pashto. Empty: all that Django knows.",
    ),
    Variable(
        "TIME_ZONE", str, "UTC", "The newsroom's time zone (IANA name): story addresses, schedules and times on pages."
    ),
    Variable("CACHE_URL", str, "", "A shared cache such as redis://host:6379/0. Empty: a table in the database."),
    Variable("MAIL_URL", str, "", "SMTP server as smtp://user:password@host:587. Empty: mails are written to the log."),
    Variable("MAIL_FROM", str, "newsroom@localhost", "Sender of the newsroom's mails."),
    Variable(
        "CHAT_PRIVATE_HOSTS",
        list,
        [],
        "Host names of chat servers inside your own network that webhooks may reach, comma-separated. "
        "All others must have a public address.",
    ),
    Variable("UPLOAD_MAX_BYTES", int, 60_000_000, "Largest picture file that the library takes, in bytes."),
    Variable("UPLOAD_MAX_PIXELS", int, 50_000_000, "Largest picture that the library decodes, in pixels."),
    Variable("HTTPS", bool, False, "The site is reached by HTTPS: secure cookies, HSTS, and http is sent to https."),
    Variable("TRUSTED_PROXIES", int, 0, "Number of proxies in front that set X-Forwarded-For and X-Forwarded-Proto."),
)


def read(source: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the value of every variable in the table, cast, defaults filled in.

    Raises `django.core.exceptions.ImproperlyConfigured` or `ValueError` when a value does not fit its type.
    """
    env = environ.Env()
    env.ENVIRON = dict(os.environ if source is None else source)
    return {v.name: env.get_value(v.name, cast=v.cast, default=v.default) for v in VARIABLES}


def data_folder(value: str, base: Path) -> Path:
    """Return NEWSROOM_DATA as an absolute path; a relative one counts from the checkout."""
    return (base / value).resolve()
