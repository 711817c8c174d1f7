"""The page of admins: spending, budgets, queue, people, rules and the audit log."""
