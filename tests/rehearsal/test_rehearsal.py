"""The real ``zappa deploy``, ``update``, ``manage`` and ``undeploy``, and a visitor of what they made."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from gallery.storage.signed_urls import LIFETIME_SECONDS
from tests.rehearsal import walk
from tests.rehearsal.transports import OverHttp
from tests.rehearsal.visitor import Visitor
from tests.waiting import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.rehearsal.conftest import Deployed, Package

pytestmark = [pytest.mark.slow, pytest.mark.embedded, pytest.mark.timeout(600)]


def test_deployment__asks_nothing_that_aws_refuses(deployed: Deployed) -> None:
    assert deployed.layer.refused == []
    assert deployed.layer.weighed > 50  # the layer was in the way


def test_visitor__signs_in_uploads_sees_and_deletes(deployed: Deployed) -> None:
    visitor = deployed.visitor()
    picture = walk.large_picture(1)
    walk.see_the_first_page(visitor)
    walk.sign_in(visitor, deployed.secret("admin-password"))
    walk.upload(visitor, picture)
    originals = deployed.outputs()["OriginalsBucket"]
    photo_id = walk.find_original(deployed.client("s3"), originals, picture)
    address = urlsplit(walk.wait_for_the_thumbnail(visitor, photo_id))
    pictures = OverHttp(deployed.aws.endpoint_url, address.netloc)
    shown = pictures.send("GET", f"{address.path}?{address.query}", {}, b"")
    assert (shown.status, shown.headers["content-type"]) == (200, "image/webp")
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown.headers["content-security-policy"]
    # The emulated CloudFront forwards no query to S3, which would answer with these headers.
    asked = parse_qs(address.query)
    assert asked["response-cache-control"] == ["private, immutable"]
    (expires,) = asked["response-expires"]
    assert parsedate_to_datetime(expires).timestamp() < time.time() + LIFETIME_SECONDS
    assert f"/photos/{photo_id}/" in visitor.get("/").text
    walk.use_the_admin(visitor)
    walk.end(visitor, photo_id)
    s3 = deployed.client("s3")
    eventually(
        lambda: not s3.list_objects_v2(Bucket=originals, Prefix=f"originals/{photo_id}").get("KeyCount")
    )
    renditions = deployed.outputs()["RenditionsBucket"]
    eventually(lambda: not s3.list_objects_v2(Bucket=renditions).get("KeyCount"), within_seconds=60)


def test_gateway__is_closed_to_whom_comes_around_cloudfront(deployed: Deployed) -> None:
    (api,) = deployed.client("apigatewayv2").get_apis()["Items"]
    way = OverHttp(deployed.aws.endpoint_url, "localhost", f"/_aws/execute-api/{api['ApiId']}/{walk.STAGE}")
    assert Visitor(way, "https://anywhere.example").get("/").status == 403
    knowing = Visitor(way, "", {"X-Origin-Secret": deployed.secret("origin-secret")})
    walk.see_the_first_page(knowing)


def test_static_files__are_cached_forever_by_their_hashed_names(deployed: Deployed) -> None:
    s3, bucket = deployed.client("s3"), deployed.outputs("-site")["StaticBucket"]
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    hashed = next(
        key for key in keys if key.startswith("static/admin/css/base.") and key != "static/admin/css/base.css"
    )
    found = deployed.visitor().get(f"/{hashed}")
    assert found.status == 200
    assert "immutable" in found.headers["cache-control"]
    assert found.headers["content-type"].startswith("text/css")


def test_scheduled_jobs__run_as_their_rules_start_them(deployed: Deployed) -> None:
    events = deployed.client("events")
    rules = events.list_rules()["Rules"]
    assert sorted(rule["ScheduleExpression"] for rule in rules) == ["rate(1 minute)", "rate(5 minutes)"]
    assert {rule["State"] for rule in rules} == {"ENABLED"}
    for rule in rules:
        (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
        answer = deployed.client("lambda").invoke(
            FunctionName=target["Arn"], Payload=target["Input"].encode()
        )
        said = answer["Payload"].read().decode()
        assert "FunctionError" not in answer, said


def test_second_deployment__changes_nothing(deployed: Deployed) -> None:
    before = [deployed.outputs(part) for part in ("", "-site", "-watch")], deployed.variables()
    said = deployed.make("deploy")
    assert "zappa update" in said
    assert not [line for line in said.splitlines() if line.startswith(("add ", "modify ", "remove "))]
    assert "0 files uploaded" in said
    assert ([deployed.outputs(part) for part in ("", "-site", "-watch")], deployed.variables()) == before


def test_operator__may_look_at_everything(deployed: Deployed) -> None:
    """Who has the rights of ``infra/deployer.yaml`` alone gets a line about each thing, and all is well."""
    said = deployed.make("status")
    for what in ("policy of static", "dashboard", "budget", "topic", "alarms", "database", "clock"):
        assert f"\nok   {what}\n" in said
    assert "\nok   alarm subscribers\n" in said
    assert "not checked" not in said
    assert "FAIL" not in said


def test_package__holds_no_secret_no_test_and_no_tool(package: Package, deployed: Deployed) -> None:
    names = {path.relative_to(package.code).as_posix() for path in package.code.rglob("*")}
    assert not {"tests", "infra", "var", ".git", ".env", "boto3", "botocore", "zappa_settings.json"} & names
    assert {
        f"{folder}locale/ja/LC_MESSAGES/django.mo" for folder in ("", "allauth/", "django/conf/")
    } <= names
    keys = {name for name in names if name.endswith((".sqlite3", ".pem", ".key"))}
    assert keys <= {"certifi/cacert.pem"}  # the public certificate authorities
    secrets = {
        deployed.secret(name).encode()
        for name in ("secret-key", "origin-secret", "admin-password", "database-url")
    }
    for path in package.code.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [secret for secret in secrets if secret in content], path


def test_package__is_small(package: Package) -> None:
    unpacked_bytes = sum(path.stat().st_size for path in package.code.rglob("*") if path.is_file())
    assert unpacked_bytes < 150_000_000
    assert package.archive.stat().st_size < 50_000_000  # Lambda's limit for what is uploaded directly


@pytest.mark.parametrize("prefix", [f"/{walk.STAGE}", ""], ids=["stage-prefix", "custom-domain"])
def test_events__without_cloudfront(
    deployed: Deployed, package: Package, tmp_path: Path, prefix: str
) -> None:
    host = "photos.example"
    variables = {
        **deployed.variables(),
        **deployed.role_variables(deployed.outputs()["WebRoleArn"]),
        "ORIGIN_SECRET": "",
        "SITE_ORIGIN": f"https://{host}",
        "ALLOWED_HOSTS": host,
        "PATH_PREFIX": prefix,
    }
    function = package.start(variables, tmp_path / "log", prefix=prefix, host=host)
    try:
        visitor = Visitor(function, f"https://{host}")
        picture = walk.large_picture(2)
        walk.see_the_first_page(visitor, prefix=prefix)
        walk.sign_in(visitor, deployed.secret("admin-password"))
        walk.upload(visitor, picture)
        photo_id = walk.find_original(deployed.client("s3"), deployed.outputs()["OriginalsBucket"], picture)
        walk.wait_for_the_thumbnail(visitor, photo_id)
        walk.end(visitor, photo_id)
        assert function.handle({"command": "gallery.operations.jobs.sweep"})["unavailable"] is False
    finally:
        function.stop()
