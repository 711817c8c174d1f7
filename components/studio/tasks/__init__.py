"""What a task is and what becomes of it: values and pure rules."""
