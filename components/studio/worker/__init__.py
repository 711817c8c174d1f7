"""Background worker: schedules, runs and limits the jobs of all tasks."""
