"""The readers' door: pages, feeds and what machines read, made of published rows and nothing else."""
