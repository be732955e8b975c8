"""The shapes that the API takes and gives; every name in JSON is in camel case."""
