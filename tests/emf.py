"""What CloudWatch demands of a line in its embedded metric format, as a schema and the rules beyond one.

Written after the Amazon CloudWatch User Guide, "Specification: Embedded metric format".
"""

from __future__ import annotations

import json
from typing import Any

from jsonschema import Draft202012Validator

LINE_BYTES = 256 * 1024
SCALES = ("Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes")
BITS = tuple(name.replace("Bytes", "Bits").replace("bytes", "bits") for name in SCALES)
UNITS = [
    *("Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", "None"),
    *(SCALES + BITS),
    *(f"{name}/Second" for name in SCALES + BITS),
]
NAME = {"type": "string", "minLength": 1, "maxLength": 1024}
SCHEMA = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer", "minimum": 1_600_000_000_000, "maximum": 9_999_999_999_999},
                "CloudWatchMetrics": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["Namespace", "Dimensions", "Metrics"],
                        "properties": {
                            "Namespace": NAME | {"not": {"pattern": "^AWS/"}},
                            "Dimensions": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "type": "array",
                                    "maxItems": 30,
                                    "uniqueItems": True,
                                    "items": {"type": "string", "minLength": 1, "maxLength": 250},
                                },
                            },
                            "Metrics": {
                                "type": "array",
                                "minItems": 1,
                                "maxItems": 100,
                                "items": {
                                    "type": "object",
                                    "additionalProperties": False,
                                    "required": ["Name"],
                                    "properties": {
                                        "Name": NAME,
                                        "Unit": {"enum": UNITS},
                                        "StorageResolution": {"enum": [1, 60]},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}


def metrics_of(line: dict[str, Any]) -> dict[tuple[str, ...], dict[str, float]]:
    """Return the values that CloudWatch takes from a line, by metric name, for each set of dimensions.

    A set is written as its values in the order of its names. A line that CloudWatch would not take is an
    ``AssertionError`` or the schema's own.
    """
    text = json.dumps(line, allow_nan=False)
    assert len(text.encode()) <= LINE_BYTES
    assert "\n" not in text
    Draft202012Validator(SCHEMA).validate(line)
    found: dict[tuple[str, ...], dict[str, float]] = {}
    for directive in line["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            values = tuple(line[name] for name in names)
            assert all(isinstance(value, str) and 0 < len(value) <= 1024 for value in values), values
            values_by_name = found.setdefault(values, {})
            for metric in directive["Metrics"]:
                value = line[metric["Name"]]
                assert isinstance(value, int | float), metric
                assert not isinstance(value, bool), metric
                assert metric["Name"] not in values_by_name, f"{metric} is written twice"
                values_by_name[metric["Name"]] = value
    return found
