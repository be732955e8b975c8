"""Dollars for photos, page views and an idle month, beside two other ways: ``make cost``."""
