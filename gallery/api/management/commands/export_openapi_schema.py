"""Print the OpenAPI document."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gallery.api.api import api


class Command(BaseCommand):
    help = "Print the OpenAPI 3.1 document of the API."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--indent", type=int, default=None)

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(api.get_openapi_schema(), indent=options["indent"], sort_keys=True))
