"""The one way to open a link: checked, pinned to one address, bounded in time and bytes."""
