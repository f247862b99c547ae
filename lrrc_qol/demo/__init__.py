"""A working demonstration: synthetic patients at every stage and a local mailbox; never part of production."""
