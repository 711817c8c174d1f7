"""What is written down: tasks, pictures, stars, drafts and what was spent. All SQL is here."""
