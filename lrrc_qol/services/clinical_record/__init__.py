"""The clinical record: versions of its parts, read, checked and saved."""
