"""The process of the embedded AWS: addresses, saved state and shutdown."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from infra import ports
from infra.commands import CommandError
from infra.worker_zip import PROJECT
from tests.aws import EMBEDDED_PYTHON
from tests.waiting import eventually

pytestmark = pytest.mark.embedded


def is_alive(process_id):
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def listeners(port):
    """Return the local addresses, as the kernel writes them, of sockets that listen on a port."""
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            address, state = line.split()[1], line.split()[3]
            if state == "0A" and int(address.split(":")[1], 16) == port:
                found.add(address.split(":")[0])
    return found


def test_start__listens_only_on_loopback(aws):
    aws.start()
    assert listeners(aws.port) == {"0100007F"}


def test_start__passes_no_environment(aws, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "ours")
    aws.start()
    environ = Path(f"/proc/{aws.process.pid}/environ").read_text()
    names = {entry.split("=")[0] for entry in environ.split("\0") if entry}
    assert names == set(aws.environment())
    assert "SECRET_KEY" not in names


def test_stop__saves_state(aws):
    aws.start()
    aws.client("sqs").create_queue(QueueName="kept")
    aws.client("s3").create_bucket(
        Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    aws.client("s3").put_object(Bucket="kept", Key="a", Body=b"bytes", Metadata={"owner": "7"})
    aws.stop()
    aws.start()
    assert aws.client("sqs").get_queue_url(QueueName="kept")
    assert aws.client("s3").get_object(Bucket="kept", Key="a")["Body"].read() == b"bytes"


def test_kill__keeps_objects_and_owners(aws):
    aws.start()
    aws.client("s3").create_bucket(
        Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    aws.client("s3").put_object(
        Bucket="kept", Key="originals/a", Body=b"bytes", ContentType="image/jpeg", Metadata={"owner": "7"}
    )
    aws.kill()
    aws.start()
    found = aws.client("s3").get_object(Bucket="kept", Key="originals/a")
    assert found["Body"].read() == b"bytes"
    assert found["Metadata"] == {"owner": "7"}
    assert found["ContentType"] == "image/jpeg"


@pytest.fixture
def table(aws):
    """Start it with an empty table, saved; return a function that gives its client."""
    aws.start()
    aws.client("dynamodb").create_table(
        TableName="kept",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    aws.stop()
    aws.start()
    return aws.client("dynamodb")


def items(table):
    """Return the values in the table by their keys."""
    return {item["pk"]["S"]: item["n"]["N"] for item in table.scan(TableName="kept")["Items"]}


def put(table, *keys, **condition):
    for key in keys:
        table.put_item(TableName="kept", Item={"pk": {"S": key}, "n": {"N": "1"}}, **condition)


def add(table, key):
    table.update_item(
        TableName="kept",
        Key={"pk": {"S": key}},
        UpdateExpression="ADD n :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )


def test_kill__keeps_every_item(aws, table):
    put(table, *(f"photo#{number}" for number in range(40)))
    add(table, "photo#1")
    table.delete_item(TableName="kept", Key={"pk": {"S": "photo#2"}})
    with pytest.raises(table.exceptions.ConditionalCheckFailedException):
        put(table, "photo#3", ConditionExpression="attribute_not_exists(pk)")
    before = items(table)
    assert (len(before), before["photo#1"]) == (39, "2")
    for _ in range(2):
        aws.kill()
        aws.start()
        assert items(table) == before


def test_stop__makes_no_write_twice(aws, table):
    add(table, "photo#1")
    aws.stop()
    aws.start()
    add(table, "photo#1")
    aws.kill()
    aws.start()
    assert items(table) == {"photo#1": "2"}


def test_kill__half_a_line_spoils_no_other(aws, table):
    put(table, "photo#1")
    with (aws.folder / "state" / "dynamodb.journal").open("a") as journal:
        journal.write('\n["0000')
    put(table, "photo#2")
    aws.kill()
    aws.start()
    assert items(table).keys() == {"photo#1", "photo#2"}


def test_stop__empties_the_temporary_folder(aws):
    aws.start()
    (aws.folder / "tmp" / "left-behind").mkdir()
    aws.kill()
    aws.start()
    assert not (aws.folder / "tmp" / "left-behind").exists()
    aws.stop()
    assert not (aws.folder / "tmp").exists()


def test_folder__is_readable_only_by_its_owner(aws):
    aws.start()
    assert aws.folder.stat().st_mode & 0o077 == 0


def test_start__with_a_port_in_use_names_the_log(aws):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", aws.port))
        taken.listen()
        with pytest.raises(CommandError, match=r"ministack\.log"):
            aws.start()
    assert not aws.is_running()


def test_process__ends_with_its_parent(tmp_path):
    code = f"""
        import os, signal
        from pathlib import Path
        from infra.embedded import EmbeddedAws
        aws = EmbeddedAws(Path({str(EMBEDDED_PYTHON)!r}), Path({str(tmp_path / "aws")!r}), {ports.any_free()})
        aws.start()
        print(aws.process.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    starter = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert starter.returncode == -signal.SIGKILL, starter.stderr
    process_id = int(starter.stdout)
    eventually(lambda: not is_alive(process_id))


def test_stop__before_start_does_nothing(aws):
    aws.stop()
    assert not aws.is_running()
