"""One client of many servers."""
