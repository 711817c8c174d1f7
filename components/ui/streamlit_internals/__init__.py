"""All that depends on the DOM, timing and bugs of Streamlit 1.67."""
