"""The clinical record: versions of its parts, read and saved."""
