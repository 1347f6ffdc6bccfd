"""Files that are there whole or not at all, whatever happens while they are written.

Decides how a file comes under its name; which files there are, `originals.py` and `darkroom.py` decide.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def written_whole(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file to write; when the block ends without an error it takes its name, replacing an older one.

    The folder must exist. After an error nothing is left. What was written survives a power cut: content
    first, then the name (POSIX orders neither by itself).
    """
    number, unfinished = tempfile.mkstemp(prefix=".unfinished-", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as out:
            yield out
            out.flush()
            os.fchmod(out.fileno(), 0o644)
            os.fsync(out.fileno())
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
