"""The periodic work: reminders, mail, alerts to staff, the audit chain; and the process that ticks."""
