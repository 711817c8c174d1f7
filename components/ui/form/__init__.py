"""The form that the Generate and Edit pages share."""
