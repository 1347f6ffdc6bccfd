"""Showing a story outside: preview links for people without an account, and what they answer.

`links` holds the verbs, `views` is what outsiders open at `/preview/<token>/`. Could be taken out: stories would
move as before.
"""
