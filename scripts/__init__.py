"""Set-up of the machine and of the locked requirements; standard library only."""
