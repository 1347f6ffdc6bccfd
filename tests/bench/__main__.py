"""`make bench ARGS="desk --stories 100000"`: prints how long whole pages take on a database of that size.

Runs in one process, through every middleware and template, on a database of its own (`newsroom_bench`) that is kept
for the next run. Prints times and numbers of queries and asserts nothing: machines differ, ratios tell.
"""

import argparse
import os

PARTS = ("desk",)
DATABASE = "newsroom_bench"


def main() -> None:
    """Read the arguments, open the bench's database and measure."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("part", choices=PARTS, nargs="?", default=PARTS[0])
    parser.add_argument("--stories", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=30)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_test_environment

    from tests.bench import desk

    setup_test_environment(debug=False)
    connection.settings_dict["TEST"]["NAME"] = DATABASE
    connection.creation.create_test_db(verbosity=0, keepdb=True)
    desk.measure(given.stories, given.runs)


main()
