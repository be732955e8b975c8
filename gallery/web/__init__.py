"""Pages, forms and template tags. It has no models."""
