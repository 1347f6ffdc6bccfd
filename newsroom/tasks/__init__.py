"""Work that is done outside a request: Django's Tasks on procrastinate, which keeps its queue in PostgreSQL.

Code that has something to do later declares it with `django.tasks.task` and calls `.enqueue()`; only this package
knows what runs it. `backend` puts work into the queue, `runner` takes it out and keeps the clock.
"""
