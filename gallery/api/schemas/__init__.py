"""Schemas of the API's input and output. JSON names are in camel case."""
