"""A centre's own words for the messages to its patients, in versions."""
