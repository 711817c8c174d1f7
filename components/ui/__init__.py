"""What Streamlit draws: the layout of every page and what the pages are made of."""
