"""Reads prompts and instructions: translation, then words, then a scene or a change of one."""
