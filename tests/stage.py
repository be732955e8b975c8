"""The names of the stage ``test`` and the environment that every test process has."""

REGION = "eu-central-1"
ACCOUNT = "123456789012"
STAGE = "test"
SITE_ORIGIN = "http://127.0.0.1:8000"

ENVIRONMENT = {
    # No test reaches AWS: these credentials are invalid, and no file or host has others.
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    # What the web and the worker read.
    "SECRET_KEY": "only-for-tests",
    "SITE_ORIGIN": SITE_ORIGIN,
    "ORIGINALS_BUCKET": f"contactsheet-{STAGE}-originals-{ACCOUNT}-{REGION}",
    "RENDITIONS_BUCKET": f"contactsheet-{STAGE}-renditions-{ACCOUNT}-{REGION}",
    "CATALOGUE_TABLE": f"contactsheet-{STAGE}-catalogue",
    "PHOTO_EVENTS_TOPIC_ARN": f"arn:aws:sns:{REGION}:{ACCOUNT}:contactsheet-{STAGE}-photo-events",
}
