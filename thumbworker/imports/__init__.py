"""Import by URL: the second Lambda, which downloads an image and stores it as an original."""
