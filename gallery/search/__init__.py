"""Search: the text by which each photo is found, and the language of queries."""
