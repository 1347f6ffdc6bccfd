"""`manage.py demo`: the demo newsroom in an empty database, and its sign-ins."""

import logging
import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from newsroom.demo import build
from newsroom.demo.content import load


class Command(BaseCommand):
    """Fills an empty database once; afterwards it changes nothing unless told to."""

    help = "Create the demo newsroom in an empty database and print its sign-ins. Does nothing to any other database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--reset-password", action="store_true", help="Give the demo accounts DEMO_PASSWORD, or a new random one."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Build, reset or leave alone."""
        given = os.environ.get("DEMO_PASSWORD", "")
        password = given or build.new_password()
        if options["reset_password"]:
            if not build.set_password(password):
                raise CommandError("There are no demo accounts in this database.")
        elif build.is_empty():
            logging.getLogger("articles").setLevel(logging.WARNING)  # a line for each verb would bury the sign-ins
            build.build(password=password, now=timezone.now(), say=self.stderr.write)
        else:
            self.stdout.write("The database holds a newsroom already; nothing was changed.")
            return
        self.stdout.write("\nSign in at /accounts/login/ as")
        for account in load().accounts:
            self.stdout.write(f"  {account.email:<24} {account.name}, {account.role.replace('_', ' ')}")
        shown = (
            "the one in DEMO_PASSWORD"
            if given
            else f"{password}   (shown this once; `make demo-password` sets a new one)"
        )
        self.stdout.write(f"  password: {shown}\n")
