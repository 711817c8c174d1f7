"""The engine: what is done next for every task, how fast, and by whom."""
