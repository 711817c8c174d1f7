"""The background worker: what is done next for every task, how fast, and by which code."""
