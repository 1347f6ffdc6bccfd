"""The verbs: the only code that changes what a story says or where it stands.

Decides how each verb of `transitions.VERBS` is carried out. Every verb takes the row's lock, looks whether this
person may do this now, changes the story and writes its record in one transaction, or raises `TransitionRefused`
with a sentence for the person and changes nothing. The desk, commands and imports call `workflow.approve(...)` and
its like from here and nothing else; the modules stand in reading order in ARCHITECTURE.md. What readers see is cut by
`articles/publishing.py`.
"""

from articles.workflow.beginnings import duplicate, start
from articles.workflow.due import sweep, tell_late
from articles.workflow.events import record
from articles.workflow.moves import approve, embargo, publish, revive, schedule, send_back, spike, submit, unschedule
from articles.workflow.plans import arrange
from articles.workflow.questions import Offer, may_arrange, may_edit, needs_override, offers, started_by
from articles.workflow.refusals import OnlyByHand, StaleSave, TransitionRefused, is_own
from articles.workflow.words import restore, save_draft

__all__ = [
    "Offer",
    "OnlyByHand",
    "StaleSave",
    "TransitionRefused",
    "approve",
    "arrange",
    "duplicate",
    "embargo",
    "is_own",
    "may_arrange",
    "may_edit",
    "needs_override",
    "offers",
    "publish",
    "record",
    "restore",
    "revive",
    "save_draft",
    "schedule",
    "send_back",
    "spike",
    "start",
    "started_by",
    "submit",
    "sweep",
    "tell_late",
    "unschedule",
]
