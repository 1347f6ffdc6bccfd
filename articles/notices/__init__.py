"""Telling people: who hears of what was done to a story, and by which way.

`kinds` is the table of what there is to be told; `telling` turns an Event into notices in the transaction that
wrote it; `deliveries` sends mail and chat messages afterwards. Could be taken out: stories would move as before.
"""
