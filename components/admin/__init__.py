"""The operator's commands, `python -m components.admin`: backup, restore, check, migrate."""
