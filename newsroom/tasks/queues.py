"""The queues, and how many of their tasks run side by side.

Decides names and numbers only, and imports nothing, so that enqueueing does not load what runs the tasks.
"""

from dataclasses import dataclass

RUN = "run"  # procrastinate's name for "call this task"; rows in the queue carry it, so it stays


@dataclass(frozen=True, slots=True)
class Lane:
    """Some queues, and how many of their tasks run side by side in one worker."""

    queues: tuple[str, ...]
    side_by_side: int


CLOCK = "clock"
# The clock has a lane of its own: a story goes out at its time, however many pictures are waiting to be made.
LANES = (
    Lane(queues=(CLOCK,), side_by_side=2),
    Lane(queues=("default", "pictures"), side_by_side=4),
    # So has what is mailed: a mail server that hangs holds up nothing but other mail.
    Lane(queues=("post",), side_by_side=2),
)
# Where a task may be enqueued: `@task(queue_name="pictures")`.
QUEUES = tuple(queue for lane in LANES for queue in lane.queues if queue != CLOCK)
