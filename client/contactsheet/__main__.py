"""Entry point of ``python -m contactsheet``."""

from contactsheet.command_line import run

if __name__ == "__main__":
    run()
