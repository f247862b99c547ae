"""Reads for pages: scoped to a centre, frozen rows out, a fixed number of statements each."""
