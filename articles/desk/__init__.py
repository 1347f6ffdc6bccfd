"""The staff door: the story page, lists, history, comparison and preview, as pages of the desk."""
