"""All that depends on the DOM, attributes, timing and bugs of Streamlit 1.67.

Read this package at every upgrade of Streamlit. Each module names the trap that it handles;
`tests/browser/widgets` and the `*.test.js` files beside the scripts hold a test of each.
"""
