"""`manage.py worker`: run what was enqueued, and what is done by the clock, until told to stop."""

import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from procrastinate.exceptions import ConnectorException

from newsroom.tasks.runner import Lost, reason, work


class Command(BaseCommand):
    """The worker. Any number of them may run; a supervisor starts it again whenever it ends."""

    help = "Run tasks from the queue and the periodic jobs until SIGTERM, then finish those that have begun."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--until-idle", action="store_true", help="Stop when no task is waiting.")

    def handle(self, *_args: Any, until_idle: bool, **_options: Any) -> None:
        """Work."""
        try:
            asyncio.run(work(until_idle=until_idle))
        except (Lost, ConnectorException) as error:
            raise CommandError(f"The worker cannot go on: {reason(error)}") from error
