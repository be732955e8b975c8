"""Django's command without guesses: a new text gets no translation of another that looks like it."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """Write the texts of the sources to ``locale/``."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]
