"""Running the newsroom on one machine: finding Python, installing, the embedded database, the supervisor.

Nothing here imports Django: these programs run before it is installed or configured.
"""
