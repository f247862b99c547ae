"""The periodic work: reminders, mail, alerts to staff, the audit chain, cohort figures; and the process that ticks."""
