"""Put a stage of the gallery on AWS, say how it is, and take it away again."""
