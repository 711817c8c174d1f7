"""Pictures on their way out, under names that are harmless anywhere."""
