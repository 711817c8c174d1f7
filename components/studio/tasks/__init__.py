"""Tasks: models, and the state machine as pure functions."""
