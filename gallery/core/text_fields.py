"""The form field of all words that people read: one rule for every page."""

from __future__ import annotations

from typing import Any

from django import forms

from thumbworker.contract.text import clean_text


class CleanField(forms.CharField):
    """Text without control and hidden characters; with line ends only where people can type them."""

    def to_python(self, value: Any) -> str:
        """Return the cleaned text."""
        text = super().to_python(value) or ""
        return clean_text(text, lines=isinstance(self.widget, forms.Textarea))
