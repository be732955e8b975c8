"""What other programs keep beside pictures: captions, tags, dates, albums and marks."""
