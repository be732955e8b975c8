"""Import by URL: the second Lambda, which fetches a picture from the web and stores it as an original."""
