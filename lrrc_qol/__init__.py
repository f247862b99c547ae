"""Quality-of-life and follow-up tracker for people who have a pelvic exenteration."""
