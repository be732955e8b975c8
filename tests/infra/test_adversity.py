"""The running gallery while the worker is disabled, and after all processes are killed."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import signal
import subprocess
import uuid
from pathlib import Path

import pytest
import requests

from infra.embedded import EmbeddedAws
from infra.local.environment import CHOICES
from tests.pictures import jpeg
from tests.running import descendants, gallery_in
from tests.waiting import eventually

pytestmark = [pytest.mark.embedded, pytest.mark.slow]


class Visitor:
    """An HTTP session signed in as the first admin."""

    def __init__(self, gallery):
        self.gallery = gallery
        self.web = requests.Session()
        page = self.web.get(f"{gallery.address}/sign-in/", timeout=10)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[1]
        fields = {"username": gallery.admin, "password": gallery.admin_password, "csrfmiddlewaretoken": token}
        answer = self.web.post(f"{gallery.address}/sign-in/", fields, timeout=10)
        assert answer.history, "the sign-in was refused"

    def offers(self, pictures):
        """Ask for uploads as the page's script does; return the answers."""
        uploads = [
            {
                "upload_id": str(uuid.uuid4()),
                "name": f"{number}.jpg",
                "content_type": "image/jpeg",
                "size_bytes": len(picture),
                "sha256": base64.b64encode(hashlib.sha256(picture).digest()).decode(),
            }
            for number, picture in enumerate(pictures)
        ]
        answer = self.web.post(
            f"{self.gallery.address}/uploads/offers/",
            json={"uploads": uploads},
            headers={"X-CSRFToken": self.web.cookies["csrftoken"]},
            timeout=10,
        )
        answer.raise_for_status()
        return answer.json()["results"]

    def upload(self, pictures):
        """Upload pictures as the page's script does; return the photos' ids."""
        offers = self.offers(pictures)
        for offer, picture in zip(offers, pictures, strict=True):
            requests.put(offer["url"], picture, headers=offer["headers"], timeout=10).raise_for_status()
        return [offer["photo_id"] for offer in offers]

    def photos(self, photo_ids):
        """Return the status poll's response by photo id."""
        answer = self.web.get(
            f"{self.gallery.address}/photos/status/", params={"ids": ",".join(photo_ids)}, timeout=10
        )
        return {photo["id"]: photo for photo in answer.json()["photos"]}

    def states(self, photo_ids):
        return [photo["state"] for photo in self.photos(photo_ids).values()]

    def all_shown(self, photo_ids):
        photos = self.photos(photo_ids)
        return len(photos) == len(photo_ids) and all(photo["src"] for photo in photos.values())


@pytest.fixture
def disk(tmp_path):
    """Mount a disk of its own whose size can be changed, where this process may."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2g", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def set_size(disk, size_bytes):
    """Change the size of the disk; what is on it stays."""
    subprocess.run(["mount", "-o", f"remount,size={size_bytes}", str(disk)], check=True)


def set_mapping(gallery, *, enabled):
    """Enable or disable the worker's event source mapping, as an operator would."""
    root = EmbeddedAws(gallery.folder.path, gallery.folder.aws, gallery.aws_port)
    functions = root.client("lambda")
    mappings = functions.list_event_source_mappings()["EventSourceMappings"]
    (mapping,) = [found for found in mappings if found["EventSourceArn"].endswith("-thumbnails")]
    functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=enabled)


def test_uploads__wait_while_the_worker_is_disabled(tmp_path):
    with gallery_in(tmp_path / "var") as gallery:
        visitor = Visitor(gallery)
        set_mapping(gallery, enabled=False)
        photo_ids = visitor.upload([jpeg(number) for number in range(5)])
        assert visitor.states(photo_ids) == ["awaiting"] * 5
        set_mapping(gallery, enabled=True)
        eventually(lambda: visitor.all_shown(photo_ids), within_seconds=90)


def test_kill__loses_and_duplicates_no_photo(tmp_path):
    with gallery_in(tmp_path / "var") as gallery:
        visitor = Visitor(gallery)
        before = visitor.upload([jpeg(number, (1600, 1200)) for number in range(3)])
        eventually(lambda: visitor.all_shown(before), within_seconds=90)
        during = visitor.upload([jpeg(number, (2400, 1600)) for number in range(10, 18)])
        gallery.kill()
    with gallery_in(tmp_path / "var") as gallery:
        visitor = Visitor(gallery)
        eventually(lambda: visitor.all_shown(before + during), within_seconds=90)
        for photo in visitor.photos(before + during).values():
            assert requests.get(photo["src"], timeout=10).headers["Content-Type"].startswith("image/")
        report = gallery.manage("fsck").splitlines()
        assert report == ["11 photos, 11 originals.", "Nothing is damaged."]


def test_kill__of_the_embedded_aws_alone_keeps_every_item(tmp_path):
    with gallery_in(tmp_path / "var") as gallery:
        visitor = Visitor(gallery)
        photo_ids = visitor.upload([jpeg(number) for number in range(20)])
        eventually(lambda: visitor.all_shown(photo_ids), within_seconds=90)
        (aws,) = [
            process_id
            for process_id in descendants(gallery.process.pid)
            if "embedded_server.py" in Path(f"/proc/{process_id}/cmdline").read_text()
        ]
        os.kill(aws, signal.SIGKILL)
        assert gallery.process.wait(60) == 1
    with gallery_in(tmp_path / "var") as gallery:
        # What the start found before it repaired anything.
        found = (gallery.folder.logs / "prepare.log").read_text()
        assert "20 photos, 20 originals.\nNothing is damaged." in found
        assert Visitor(gallery).all_shown(photo_ids)


def test_lost_state__is_made_again_from_objects(tmp_path):
    """Removing the folder is the runbook's cure of what someone changed by hand."""
    with gallery_in(tmp_path / "var") as gallery:
        visitor = Visitor(gallery)
        photo_ids = visitor.upload([jpeg(number) for number in range(5)])
        eventually(lambda: visitor.all_shown(photo_ids), within_seconds=90)
        gallery.stop()
    shutil.rmtree(gallery.folder.aws / "state")
    with gallery_in(tmp_path / "var") as gallery:
        assert "The embedded AWS has lost its state. Checking photos ..." in gallery.said()
        visitor = Visitor(gallery)
        eventually(lambda: visitor.all_shown(photo_ids), within_seconds=90)
        assert gallery.manage("fsck").splitlines() == ["5 photos, 5 originals.", "Nothing is damaged."]


def test_full_disk__takes_no_upload_and_loses_none(disk):
    with gallery_in(disk / "var") as gallery:
        visitor = Visitor(gallery)
        floor = int(CHOICES["LOCAL_FREE_BYTES"])
        room = 4 * 1024**2
        set_size(disk, shutil.disk_usage(disk).used + floor + room)
        accepted, refused, stored_bytes = [], None, 0
        for number in range(60):
            picture = jpeg(number, (1600, 1200))
            (answer,) = visitor.offers([picture])
            if "url" not in answer:
                refused = answer
                break
            requests.put(answer["url"], picture, headers=answer["headers"], timeout=10).raise_for_status()
            accepted.append(answer["photo_id"])
            stored_bytes += len(picture)
        assert refused["reason"] == "disk_full"
        assert len(accepted) >= 2
        eventually(lambda: visitor.all_shown(accepted), within_seconds=120)
        # Not what is free: each process of the worker unpacks its code there, too.
        assert stored_bytes <= room + len(picture)
        set_size(disk, 2 * 1024**3)
        visitor.upload([jpeg(99)])
