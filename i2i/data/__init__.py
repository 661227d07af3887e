"""Images to learn from: procedural worlds, and readers for folders of real ones."""
