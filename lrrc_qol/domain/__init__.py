"""The clinical core: pure functions over plain values, no framework, no database, no clock."""
