"""The gallery as a new user in Japan meets it: six tasks, and each page's geometry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.browser.test_screens import DESKTOP, PHONE, picture_of
from tests.browser.tray import THUMBNAILS_WITHIN_MS

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Open

pytestmark = pytest.mark.slow

JAPANESE = {"locale": "ja-JP", "color_scheme": "light"}
PATHS = {
    "sheet": "/",
    "sign-in": "/sign-in/",
    "mine": "/me/photos/",
    "albums": "/albums/",
    "album-new": "/albums/new/",
    "search": "/search/?q=%E6%B5%B7%E8%BE%BA",
    "failed": "/me/photos/failed/",
    "favorites": "/me/favorites/",
    "archive": "/me/archive/",
    "duplicates": "/me/duplicates/",
    "tags": "/me/tags/",
    "trash": "/me/trash/",
    "storage": "/me/storage/",
    "upload": "/upload/",
    "account": "/me/",
    "name": "/me/name/",
    "email": "/me/email/",
    "notifications": "/me/notifications/",
    "language": "/language/",
    "tokens": "/me/tokens/",
    "password": "/me/password/",
    "two-step": "/me/two-step/",
    "sessions": "/me/sessions/",
    "activity": "/me/activity/",
    "delete": "/me/delete/",
    "not-here": "/nowhere/",
}
LABELS_IN_TWO_LINES = """
() => [...document.querySelectorAll("header a, button, [role=button], nav a")]
  .filter((e) => e.checkVisibility() && !e.querySelector("svg, img") && e.textContent.trim())
  .filter((e) => {
    const range = document.createRange();
    range.selectNodeContents(e);
    const tops = [...range.getClientRects()].filter((r) => r.width).map((r) => r.top);
    return Math.max(...tops) - Math.min(...tops) > 12;
  })
  .map((e) => e.textContent.trim())
"""


def japanese(open_page: Open, person: str, path: str, size: tuple[int, int], **options: Any) -> Page:
    return open_page(person, path, viewport={"width": size[0], "height": size[1]}, **JAPANESE, **options)


def test_new_user__does_six_tasks_in_japanese(open_page: Open) -> None:
    page = japanese(open_page, "", "/", PHONE)
    # 1: sign up.
    page.get_by_role("link", name="新規登録").click()
    page.get_by_label("ユーザー名").fill("hanako")
    page.get_by_label("メールアドレス").fill("hanako@example.org")
    page.get_by_label("パスワード", exact=True).fill("minato-aozora-jitensha")
    picture_of(page, "ja-task-sign-up")
    page.get_by_role("button", name="新規登録").click()
    expect(page.get_by_text("ようこそ")).to_be_visible()
    picture_of(page, "ja-task-welcome")
    # 2: upload.
    page.get_by_role("link", name="アップロード", exact=True).first.click()
    files = [
        {"name": f"海辺{number}.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(7100 + number)}
        for number in range(3)
    ]
    page.set_input_files("#file", files)
    expect(page.get_by_text("写真3枚をアップロードしました。")).to_be_visible(timeout=THUMBNAILS_WITHIN_MS)
    rows = page.locator("[data-tray] .upload-row")
    expect(rows.get_by_role("link", name="開く")).to_have_count(3, timeout=THUMBNAILS_WITHIN_MS)
    picture_of(page, "ja-task-uploaded")
    # 3: an album with a photo.
    page.get_by_role("navigation", name="メイン").get_by_role("link", name="写真").click()
    page.locator(".tile").first.wait_for()
    picture_of(page, "ja-task-mine")
    page.get_by_role("navigation", name="メイン").get_by_role("link", name="アルバム").click()
    page.get_by_role("button", name="新しいアルバム").click()
    page.get_by_label("タイトル").fill("夏の旅")
    picture_of(page, "ja-task-album")
    page.get_by_role("button", name="保存").click()
    picture_of(page, "ja-task-album-made")
    page.get_by_role("link", name="自分の写真").first.click()
    page.locator(".tile a").first.click()
    page.get_by_role("link", name="編集").click()
    page.locator(".organize summary").click()
    page.get_by_label("夏の旅").check()
    expect(page.get_by_role("form", name="タグとアルバム").locator(".save-state span")).to_have_text(
        "保存しました。"
    )
    picture_of(page, "ja-task-photo")
    # 4: search.
    box = page.get_by_role("combobox", name="写真を検索")
    box.fill("海辺1")
    box.press("Enter")
    expect(page.get_by_text("1枚の写真が見つかりました。")).to_be_visible()
    picture_of(page, "ja-task-found")
    # 5: delete and restore.
    page.locator(".tile a").first.click()
    page.get_by_role("link", name="編集").click()
    page.get_by_role("button", name="ゴミ箱に移動").click()
    picture_of(page, "ja-task-trashed")
    page.goto("/me/trash/")
    page.get_by_role("button", name="復元", exact=False).first.click()
    expect(page.get_by_text("復元しました。")).to_be_visible()
    # 6: a setting.
    page.get_by_role("link", name="アカウント").click()
    page.get_by_role("link", name="メール通知").click()
    page.get_by_label("そのつど、すぐに").check()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("何かあるとすぐにメールが届きます。")).to_be_visible()
    picture_of(page, "ja-task-setting")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_pages__have_labels_on_one_line(open_page: Open, watch: Any, size: tuple[int, int]) -> None:
    watch.expect("404 (Not Found)")
    open_page("tina")  # signs in by the labels in English
    page = japanese(open_page, "tina", "/upload/", size)
    files = [
        {"name": f"ja-{number}.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(number, shape)}
        for number, shape in enumerate(pictures.SHAPES[:3], start=7200 + size[0])
    ]
    page.set_input_files("#file", files)
    rows = page.locator("[data-tray] .upload-row")
    expect(rows.get_by_role("link", name="開く")).to_have_count(3, timeout=THUMBNAILS_WITHIN_MS)
    expect(page.locator("[data-tray] .upload-row.working")).to_have_count(0, timeout=THUMBNAILS_WITHIN_MS)
    broken: dict[str, list[str]] = {}
    for name, path in PATHS.items():
        page.goto(path)
        page.wait_for_load_state("networkidle")
        picture_of(page, f"ja-{name}")
        broken[name] = page.evaluate(LABELS_IN_TWO_LINES)
    page.goto("/me/photos/")
    page.locator("[data-select-month]").first.click()
    picture_of(page, "ja-selected")
    broken["selected"] = page.evaluate(LABELS_IN_TWO_LINES)
    page.goto("/me/photos/")
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    picture_of(page, "ja-keys")
    page.keyboard.press("Escape")
    page.locator(".tile a").first.click()
    expect(page.locator(".pswp--open .legend-line")).to_be_visible()
    page.wait_for_timeout(500)
    picture_of(page, "ja-lightbox")
    page.get_by_role("link", name="編集").click()
    page.wait_for_load_state("networkidle")
    picture_of(page, "ja-photo")
    broken["photo"] = page.evaluate(LABELS_IN_TWO_LINES)
    assert {name: labels for name, labels in broken.items() if labels} == {}
