"""Examples for every operation, by operation id. A test validates them against the OpenAPI document."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from gallery.core import reasons
from thumbworker.contract import policy

PHOTO_ID = "6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11"
RAW_ID = "a3c5e1d2-7b40-4f6e-8a19-2d5c6b7e8f90"
ALBUM_ID = "0b7f3c6e-52b0-4f0c-9f35-6f0a5d7f3c21"
UPLOAD_ID = "f81d4fae-7dec-41d0-a765-00a0c91e6bf6"
SHARE_ID = "4e1d7a90-3c52-4b8f-a1de-6b90c2f4d815"
SITE = "https://photos.example.org"
WORDS_MARK = "5a9f41d2c07be8360d1f4b6a93c2e758"
INSTANT = "2026-05-01T06:12:00Z"

SMALLEST = policy.CURRENT.renditions[0]
RENDITION: dict[str, Any] = {
    "name": SMALLEST.name,
    "width": SMALLEST.longest_side,
    "height": 213,
    "sizeBytes": 14210,
    "contentType": SMALLEST.content_type,
    "address": f"{SITE}/renditions/{policy.CURRENT.key(SMALLEST, UUID(PHOTO_ID))}?signature=abc",
}
PHOTO: dict[str, Any] = {
    "id": PHOTO_ID,
    "state": "approved",
    "reason": None,
    "sentence": "Everyone can see it.",
    "visibility": "public",
    "caption": "Harbor at dawn",
    "altText": "Three fishing boats tied to a wooden pier under a pink sky.",
    "tags": ["blue hour", "harbor"],
    "wordsMark": WORDS_MARK,
    "newWords": None,
    "owner": "alice",
    "ownerName": "Alice Bergström",
    "pageAddress": f"{SITE}/photos/{PHOTO_ID}/",
    "width": 3000,
    "height": 2000,
    "createdAt": INSTANT,
    "takenAt": "2026-04-30T04:51:00Z",
    "takenAtLocal": "2026-04-30T06:51:00.250",
    "takenAtOffset": "+02:00",
    "isDateCorrected": False,
    "rotation": 0,
    "thumbhash": "1QcSHQRnh493V4dIh4eXh1h4kJUI",
    "dominantColor": "#28343c",
    "renditions": [RENDITION],
    "fileName": "IMG_0042.jpg",
    "contentType": "image/jpeg",
    "sizeBytes": 2413331,
    "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "originUrl": None,
    "trashedAt": None,
    "decidedAt": INSTANT,
    "canAskAgain": False,
    "reviewHint": None,
    "favorite": True,
    "archived": False,
    "stack": [
        {"id": PHOTO_ID, "fileName": "IMG_0042.jpg", "format": "JPEG", "sizeBytes": 2413331},
        {"id": RAW_ID, "fileName": "IMG_0042.CR3", "format": "CR3", "sizeBytes": 28311552},
    ],
}
DETAIL: dict[str, Any] = {
    **PHOTO,
    "metadata": {"camera": "Nikon D750", "exposure_time": "1/250"},
    "location": {"latitude": "59.9075", "longitude": "10.7379"},
    "fileTags": ["norway"],
    "incomplete": 0,
    "albums": [{"id": ALBUM_ID, "title": "Norway 2026"}],
}
PAGE: dict[str, Any] = {"photos": [PHOTO], "nextCursor": None}
ALBUM: dict[str, Any] = {
    "id": ALBUM_ID,
    "title": "Norway 2026",
    "description": "A week along the coast.",
    "owner": "alice",
    "ownerName": "Alice Bergström",
    "visibility": "private",
    "order": "added",
    "coverId": PHOTO_ID,
    "createdAt": INSTANT,
    "changedAt": INSTANT,
    "photoCount": 12,
    "pageAddress": f"{SITE}/albums/{ALBUM_ID}/",
    "wordsState": "waiting",
    "reviewNote": None,
}
ALBUM_WORDS: dict[str, Any] = {
    "id": ALBUM_ID,
    "title": "Norway 2026",
    "description": "A week along the coast.",
    "owner": "alice",
    "wordsState": "waiting",
    "wordsMark": WORDS_MARK,
    "wordsAt": INSTANT,
    "publicTitle": "Norway",
    "publicDescription": "",
    "reviewNote": "",
    "pageAddress": f"{SITE}/albums/{ALBUM_ID}/",
}
BATCH: dict[str, Any] = {
    "id": PHOTO_ID,
    "kind": "add_tags",
    "total": 300,
    "processed": 300,
    "done": 299,
    "isFinished": True,
    "isCanceled": False,
    "canUndo": True,
    "refused": [{"id": PHOTO_ID, "reason": reasons.TOO_MANY_TAGS.code}],
}
OF_BATCH = {"batch_id": PHOTO_ID}
NOT_READY: dict[str, Any] = {
    "photoId": PHOTO_ID,
    "state": "awaiting",
    "sentence": "Your photo is being uploaded and processed.",
}
OFFER: dict[str, Any] = {
    "outcome": "offered",
    "uploadId": UPLOAD_ID,
    "photoId": PHOTO_ID,
    "url": f"https://originals.example.org/originals/{PHOTO_ID}?X-Amz-Signature=abc",
    "method": "PUT",
    "headers": {
        "Content-Type": "image/jpeg",
        "If-None-Match": "*",
        "x-amz-checksum-sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "x-amz-meta-owner": "7",
        "x-amz-meta-correlation-id": "6c1f0e0a-8d1d-4b55-9d0e-2f1f6f4f7a11",
    },
    "expiresAt": "2026-05-01T06:27:00Z",
}
IMPORT: dict[str, Any] = {
    "requestId": PHOTO_ID,
    "status": "COMPLETED",
    "reason": None,
    "sentence": "Waiting for review. Only you can see it.",
    "retryCount": 1,
    "createdAt": INSTANT,
    "originUrl": "https://upload.example.org/harbor.jpg",
    "photoAddress": f"{SITE}/api/v1/photos/{PHOTO_ID}",
    "pageAddress": f"{SITE}/photos/{PHOTO_ID}/",
    "downloadAddress": f"{SITE}/api/v1/download/{PHOTO_ID}",
    "thumbnailAddress": f"{SITE}/api/v1/download-thumbnail/{PHOTO_ID}",
    "renditions": [RENDITION],
}
IMPORT_ACCEPTED: dict[str, Any] = {
    "outcome": "accepted",
    "requestId": PHOTO_ID,
    "originUrl": "https://upload.example.org/harbor.jpg",
    "statusAddress": f"{SITE}/api/v1/images/{PHOTO_ID}",
}
OF_PHOTO = {"photo_id": PHOTO_ID}
OF_ALBUM = {"album_id": ALBUM_ID}

SHARE: dict[str, Any] = {
    "id": SHARE_ID,
    "albumId": ALBUM_ID,
    "role": "view",
    "label": "Grandma",
    "person": None,
    "hasPassword": True,
    "createdAt": INSTANT,
    "expiresAt": "2026-07-30T06:12:00Z",
    "maxViews": None,
    "uses": 3,
    "places": 2,
    "lastUsedAt": INSTANT,
    "pageAddress": f"{SITE}/shared/{SHARE_ID}/",
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "get_account": {
        "responses": {
            "200": {
                "name": "alice",
                "displayName": "Alice Bergström",
                "ownerName": "Alice Bergström",
                "scopes": ["read", "upload"],
                "tokenExpiresAt": "2026-08-01T00:00:00Z",
                "usedBytes": 2413331,
                "quotaBytes": 5368709120,
                "limits": {"reads": {"perMinute": 600, "burst": 300}},
            }
        }
    },
    "list_photos": {"parameters": {"view": "mine", "limit": 60}, "responses": {"200": PAGE}},
    "search": {"parameters": {"q": "harbor"}, "responses": {"200": PAGE}},
    "get_photo": {"parameters": OF_PHOTO, "responses": {"200": DETAIL}},
    "change_photo": {
        "parameters": OF_PHOTO,
        "request": {"caption": "Harbor at dawn", "tags": ["harbor", "blue hour"]},
        "responses": {"200": DETAIL},
    },
    "delete_photo": {"parameters": OF_PHOTO | {"forever": False}},
    "restore_photo": {"parameters": OF_PHOTO, "responses": {"200": DETAIL}},
    "try_again": {"parameters": OF_PHOTO, "responses": {"200": DETAIL}},
    "ask_again": {
        "parameters": OF_PHOTO,
        "request": {"words": "It was taken with everyone's consent."},
        "responses": {"200": DETAIL},
    },
    "review_photo": {
        "parameters": OF_PHOTO,
        "request": {"decision": "approve", "wordsMark": WORDS_MARK},
        "responses": {"200": DETAIL},
    },
    "take_down_photo": {
        "parameters": OF_PHOTO,
        "request": {"reason": "Shows someone who did not agree to it."},
        "responses": {"200": {"id": PHOTO_ID, "isComplete": True}},
    },
    "delete_photos": {
        "request": {"ids": [PHOTO_ID], "forever": False},
        "responses": {"200": {"results": [{"id": PHOTO_ID, "outcome": "trashed"}]}},
    },
    "start_batch": {
        "request": {"ids": [PHOTO_ID], "addTags": ["harbor"]},
        "responses": {"200": BATCH},
    },
    "get_batch": {"parameters": OF_BATCH, "responses": {"200": BATCH}},
    "continue_batch": {"parameters": OF_BATCH, "responses": {"200": BATCH}},
    "cancel_batch": {
        "parameters": OF_BATCH,
        "responses": {"200": BATCH | {"processed": 120, "done": 120, "isCanceled": True, "refused": []}},
    },
    "undo_batch": {
        "parameters": OF_BATCH,
        "responses": {"200": BATCH | {"kind": "remove_tags", "total": 299, "processed": 299, "refused": []}},
    },
    "rename_tag": {
        "request": {"tag": "harbour", "to": "harbor"},
        "responses": {"200": BATCH | {"kind": "rename_tag", "refused": []}},
    },
    "remove_tag": {
        "request": {"tag": "harbour"},
        "responses": {"200": BATCH | {"kind": "remove_tags", "refused": []}},
    },
    "get_trash": {"responses": {"200": {"photoCount": 12, "sizeBytes": 62_914_560, "asOf": INSTANT}}},
    "restore_trash": {
        "request": {"until": INSTANT},
        "responses": {"200": BATCH | {"kind": "restore", "refused": []}},
    },
    "empty_trash": {
        "request": {"until": INSTANT},
        "responses": {"200": BATCH | {"kind": "purge", "canUndo": False, "refused": []}},
    },
    "offer_uploads": {
        "request": {
            "uploads": [
                {
                    "uploadId": UPLOAD_ID,
                    "name": "IMG_0042.jpg",
                    "sizeBytes": 2413331,
                    "contentType": "image/jpeg",
                    "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
                }
            ],
            "visibility": "public",
        },
        "responses": {"200": {"results": [OFFER]}},
    },
    "upload": {
        "responses": {
            "200": {"photoId": PHOTO_ID, "alreadyThere": True},
            "201": {"photoId": PHOTO_ID, "alreadyThere": False},
        }
    },
    "import_images": {
        "request": {"url": "https://upload.example.org/harbor.jpg"},
        "responses": {"202": {"requestId": PHOTO_ID, "results": [IMPORT_ACCEPTED]}},
    },
    "get_image": {"parameters": {"request_id": PHOTO_ID}, "responses": {"200": IMPORT}},
    "download": {"parameters": {"name": "IMG_0042.jpg"}, "responses": {"202": NOT_READY}},
    "download_thumbnail": {
        "parameters": {"name": PHOTO_ID, "size": "800"},
        "responses": {"202": NOT_READY},
    },
    "list_albums": {"parameters": {"public": False}, "responses": {"200": {"albums": [ALBUM]}}},
    "save_search": {
        "request": {"title": "Harbors", "query": "harbor"},
        "responses": {
            "201": {
                "id": ALBUM_ID,
                "title": "Harbors",
                "query": "harbor",
                "createdAt": INSTANT,
                "pageAddress": f"{SITE}/albums/smart/{ALBUM_ID}/",
            }
        },
    },
    "make_album": {"request": {"title": "Norway 2026"}, "responses": {"201": ALBUM}},
    "get_archive": {
        "responses": {
            "200": {
                "format": "contactsheet",
                "version": 1,
                "exportedAt": INSTANT,
                "gallery": SITE,
                "owner": "alice",
                "albums": [
                    {
                        "id": ALBUM_ID,
                        "title": "Norway 2026",
                        "description": "",
                        "visibility": "private",
                        "order": "hand",
                        "createdAt": INSTANT,
                    }
                ],
                "smartAlbums": [{"title": "Harbors", "query": "harbor"}],
            }
        }
    },
    "list_archive_photos": {
        "responses": {
            "200": {
                "photos": [
                    {
                        "id": PHOTO_ID,
                        "names": ["harbor.jpg", "harbor-6f1c2a52.jpg"],
                        "folder": "Norway 2026",
                        "sizeBytes": 4210880,
                        "modifiedAt": "2026-04-30T06:51:00",
                        "sentence": None,
                        "about": {
                            "fileName": "harbor.jpg",
                            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                            "contentType": "image/jpeg",
                            "caption": "Harbor at dawn",
                            "altText": "Three fishing boats tied to a wooden pier under a pink sky.",
                            "tags": ["blue hour", "harbor"],
                            "favorite": True,
                            "archived": False,
                            "visibility": "public",
                            "state": "approved",
                            "rotation": 0,
                            "takenAtLocal": "2026-04-30T06:51:00",
                            "takenAtOffset": "+02:00",
                            "isDateCorrected": False,
                            "standsAlone": False,
                            "originUrl": None,
                            "uploadedAt": INSTANT,
                            "sentBy": "Aunt Vera",
                            "sentFor": "Norway 2026",
                            "albums": [{"id": ALBUM_ID, "rank": 0, "entry": 41, "isCover": True}],
                            "history": [
                                {
                                    "at": INSTANT,
                                    "move": "processed",
                                    "from": "awaiting",
                                    "to": "pending",
                                    "reason": "",
                                    "byOwner": False,
                                }
                            ],
                        },
                    }
                ],
                "nextCursor": None,
            }
        }
    },
    "get_album": {"parameters": OF_ALBUM, "responses": {"200": ALBUM}},
    "change_album": {
        "parameters": OF_ALBUM,
        "request": {"description": "A week along the coast."},
        "responses": {"200": ALBUM},
    },
    "delete_album": {"parameters": OF_ALBUM},
    "change_album_photos": {
        "parameters": OF_ALBUM,
        "request": {"add": [PHOTO_ID]},
        "responses": {"200": ALBUM},
    },
    "place_album_photo": {
        "parameters": OF_ALBUM,
        "request": {"id": PHOTO_ID, "after": RAW_ID},
        "responses": {"200": ALBUM | {"order": "hand"}},
    },
    "choose_album_cover": {
        "parameters": OF_ALBUM,
        "request": {"id": PHOTO_ID},
        "responses": {"200": ALBUM},
    },
    "list_albums_to_review": {"responses": {"200": {"albums": [ALBUM_WORDS]}}},
    "review_album": {
        "parameters": OF_ALBUM,
        "request": {"decision": "approve", "wordsMark": WORDS_MARK},
        "responses": {"200": ALBUM_WORDS | {"wordsState": "approved", "publicTitle": "Norway 2026"}},
    },
    "list_shares": {"responses": {"200": {"shares": [SHARE]}}},
    "list_received": {
        "responses": {
            "200": {
                "received": [
                    {
                        "id": PHOTO_ID,
                        "fileName": "IMG_0042.jpg",
                        "sizeBytes": 3481204,
                        "state": "pending",
                        "reason": None,
                        "sentBy": "Aunt Vera",
                        "sentAt": INSTANT,
                        "waitsUntil": INSTANT,
                        "albumId": ALBUM_ID,
                        "shareId": SHARE_ID,
                        "renditions": [RENDITION],
                    }
                ]
            }
        },
    },
    "decide_received": {
        "request": {"accept": [PHOTO_ID]},
        "responses": {"200": {"accepted": [PHOTO_ID], "had": [], "declined": []}},
    },
    "list_lent": {
        "responses": {
            "200": {
                "lent": [
                    {
                        "id": PHOTO_ID,
                        "albumId": ALBUM_ID,
                        "albumTitle": "Sailing club",
                        "owner": "maja",
                        "decision": "accepted",
                        "lentAt": INSTANT,
                    }
                ]
            }
        }
    },
    "lend": {
        "request": {"shareId": SHARE_ID, "ids": [PHOTO_ID]},
        "responses": {"200": {"count": 1}},
    },
    "take_back_lent": {
        "request": {"ids": [PHOTO_ID], "albumId": ALBUM_ID},
        "responses": {"200": {"count": 1}},
    },
    "list_lent_waiting": {
        "responses": {
            "200": {
                "waiting": [
                    {
                        "id": PHOTO_ID,
                        "albumId": ALBUM_ID,
                        "lentBy": "ivo",
                        "caption": "Our boat",
                        "altText": "A small boat at a pier",
                        "lentAt": INSTANT,
                        "renditions": [RENDITION],
                    }
                ]
            }
        }
    },
    "decide_lent": {
        "request": {"accept": [PHOTO_ID]},
        "responses": {"200": {"accepted": [PHOTO_ID], "declined": []}},
    },
    "share_album": {
        "parameters": OF_ALBUM,
        "request": {"label": "Grandma", "days": 90, "password": "blue harbor at dawn"},
        "responses": {
            "201": SHARE | {"uses": 0, "places": 0, "lastUsedAt": None, "linkAddress": f"{SITE}/s/2xVb…/"}
        },
    },
    "end_share": {"parameters": {"share_id": SHARE_ID}},
    "list_tags": {
        "parameters": {"q": "har"},
        "responses": {"200": {"tags": [{"name": "harbor", "photoCount": 12}]}},
    },
}
