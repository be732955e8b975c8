"""The origins that browsers download pictures from and upload to."""

from urllib.parse import urlsplit


def s3_origin(endpoint_url: str, region: str, buckets: tuple[str, ...]) -> list[str]:
    """Return the origins of the buckets for the Content-Security-Policy.

    >>> s3_origin("http://127.0.0.1:4566", "eu-central-1", ("a", "b"))
    ['http://127.0.0.1:4566']
    >>> s3_origin("", "eu-central-1", ("a", ""))
    ['https://a.s3.eu-central-1.amazonaws.com']
    """
    if endpoint_url:
        parts = urlsplit(endpoint_url)
        return [f"{parts.scheme}://{parts.netloc}"]
    return [f"https://{bucket}.s3.{region}.amazonaws.com" for bucket in buckets if bucket]
