"""Templates for stories that come again: the weekly column, the match report, the market at noon.

A feature of its own: nothing else of the stories depends on its table.
"""
