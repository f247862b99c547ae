"""When a clinic is open and who works there: holidays, leave, the chain of escalation."""
