"""Advice on a prompt before it is paid for. Never a barrier."""
