"""Fill a PostgreSQL with a library of any size, by statements that make the rows in the server.

What a measured page shows is the same at every size: a rare word or tag has 50 photos in a thousand as in a
million, while a common one has 30 % of them. All else grows with the library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER, VISITOR, MODERATOR = "keeper", "visitor", "moderator"
RARE_PHOTOS = 50
FEW = 120
RARE_TAGS = 10_000
COMMON_TAG, RARE_TAG = "sea", "lighthouse"
COMMON_WORD, RARE_WORD, NO_WORD, SHORT_WORD = "harbor", "zugspitze", "qwxyzzy", "東京"
RARE_CAMERA, COMMON_CAMERA = "Leica M6", "Nikon D750"
COUNTED_MONTH = "2009-06"
BIG_ALBUM = "00000000-0000-4000-8000-000000000001"
SMALL_ALBUM_PHOTOS = 50
FILE_NAME = "IMG_7.JPG"

# The seed makes independent draws of one number: the same rows at every run.
_DRAW = "(abs(hashint8extended({of}::bigint, {seed})) % {below})"


def draw(below: int, seed: int, of: str = "n") -> str:
    """Return the expression of a number from 0 that only ``of`` and the seed decide."""
    return _DRAW.format(of=of, seed=seed, below=below)


def fill(photos: int) -> None:
    """Migrate the database and add a library of so many photos, with indexes and statistics."""
    from django.core.management import call_command  # noqa: PLC0415 - the settings come first
    from django.db import connection  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    owners = _make_people(photos)
    with connection.cursor() as cursor:
        # Foreign keys hold by construction; checking each would take longer than all else.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        kept = list(_without_indexes(cursor))
        for statement in _statements(photos, *owners):
            cursor.execute(statement)
        for definition in kept:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SET session_replication_role = DEFAULT")
    _keep_counts()


def _make_people(photos: int) -> tuple[int, int, int]:
    """Return the id of the keeper, the first id of other owners, and their number."""
    from django.utils import timezone  # noqa: PLC0415

    from gallery.accounts.models import User  # noqa: PLC0415

    moderator = User.objects.create_superuser(MODERATOR, "moderator@example.org")
    User.objects.create_user(VISITOR)
    keeper = User.objects.create_user(OWNER)
    others = max(10, photos // 500)
    made = User.objects.bulk_create(
        [
            User(username=f"person-{number}", skeleton=f"person-{number}", date_joined=timezone.now())
            for number in range(others)
        ]
    )
    assert moderator.pk is not None
    return keeper.pk, made[0].pk, others


def _without_indexes(cursor: Any) -> Iterator[str]:
    """Drop the indexes of the big tables that no constraint needs. Yield how to make them again."""
    # How fine the statistics of an expression are is not in the definition of its index.
    cursor.execute(
        "SELECT c.relname, pg_get_indexdef(c.oid), (SELECT string_agg(format("
        "'ALTER INDEX %I ALTER COLUMN %s SET STATISTICS %s', c.relname, attnum, attstattarget), ';')"
        " FROM pg_attribute WHERE attrelid = c.oid AND attstattarget > 0)"
        " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid::regclass::text IN ('photos_photo', 'search_searchtext', 'albums_phototag',"
        " 'albums_albumentry', 'photos_historyentry')"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)"
    )
    for name, definition, statistics in cursor.fetchall():
        cursor.execute(f'DROP INDEX "{name}"')
        yield definition
        if statistics:
            yield statistics


def _statements(photos: int, keeper: int, first_other: int, others: int) -> Iterator[str]:
    syllables = "ARRAY['ka','lo','mi','ner','sto','ba','fe','ru','tan','ve','gra','pi','do','sul','he','wi']"
    word = "||".join(f"({syllables})[1+{draw(16, 900, f'(w*16+{place})')}]" for place in range(4))
    yield f"CREATE TEMP TABLE words AS SELECT w, {word} AS word FROM generate_series(0, 1999) w"
    yield "CREATE UNIQUE INDEX ON words (w)"
    # Few wait, failed or are in the trash, whatever the size: others each, also where every eighth is.
    step = max(8, photos // FEW)
    # Two neighbors belong to one owner and, where they are a raw and its JPEG, to one capture.
    yield f"""
        CREATE TEMP TABLE made AS SELECT n, md5('photo' || n)::uuid AS id,
            CASE WHEN {draw(10, 1, "n/2")} < 3 THEN {keeper}
                ELSE {first_other} + {draw(others, 2, "n/2")} END AS owner_id,
            {draw(100, 3)} AS fate, {draw(100, 4)} < 10 AS is_private,
            {draw(100, 5)} AS luck, (n + 7) % {step} IN (0, 1) AS is_in_trash,
            (n + 11) % {step} IN (0, 1) AS is_failed, (n + 13) % {step} IN (0, 1) AS is_awaiting,
            n % 50 IN (0, 1) AS is_pair,
            timestamp '2009-01-01' + ({draw(525_600 * 17, 6, "n/2")}) * interval '1 minute' AS taken,
            now() - interval '20 minutes' - (({photos} - n)::float8 / {photos}) * interval '3650 days' AS at,
            n % {max(1, photos // RARE_PHOTOS)} = 0 AS is_rare
        FROM generate_series(0, {photos - 1}) n"""
    yield "CREATE UNIQUE INDEX ON made (n)"
    yield "ANALYZE made"
    yield _photos()
    yield _tags(photos)
    yield from _albums(photos, keeper, first_other, others)
    yield from _texts()
    yield """
        INSERT INTO photos_historyentry (photo_id, at, actor_id, move, from_state, to_state, reason,
            news_type, published_at, owner_untold)
        SELECT id, created_at, NULL, 'processed', 'awaiting', state, '', '', NULL, false FROM photos_photo"""
    yield """
        INSERT INTO reports_report (photo_id, reason, words, reporter, at)
        SELECT id, 'other', '', md5(id::text), now() FROM photos_photo
        WHERE state = 'approved' AND visibility = 'public' AND trashed_at IS NULL ORDER BY id LIMIT 40"""
    yield f"""
        INSERT INTO photos_deletionrecord (photo_id, purged_at, offered_until, looked_at, due_at, closed_at)
        SELECT md5('purged' || n)::uuid, now(), now(), now(), now(),
            CASE WHEN n < 200 THEN NULL ELSE now() END
        FROM generate_series(0, {photos // 10 + 200}) n"""


def _photos() -> str:
    state = """CASE WHEN is_rare THEN 'approved' WHEN is_failed THEN 'failed'
        WHEN is_awaiting THEN 'awaiting' WHEN fate < 80 THEN 'approved' WHEN fate < 90 THEN 'pending'
        ELSE 'rejected' END"""
    kind = "CASE WHEN is_pair AND n % 2 = 1 THEN 'CR3' ELSE 'JPEG' END"
    return f"""
        INSERT INTO photos_photo (id, owner_id, state, visibility, caption, file_name, upload_id,
            content_type, size_bytes, sha256, created_at, offered_until, reason, review_note, format, width,
            height, taken_at, taken_local, processed_at, trashed_at, decided_at, taken_down_at, stack_key,
            looked_at, origin_url, words_at, asked_again, stands_alone, is_favorite)
        SELECT id, owner_id, {state}, CASE WHEN is_private AND NOT is_rare THEN 'private' ELSE 'public' END,
            CASE WHEN luck = 99 THEN '' ELSE concat_ws(' ',
                CASE WHEN luck < 30 THEN '{COMMON_WORD}' END, CASE WHEN luck = 30 THEN '{SHORT_WORD}' END,
                CASE WHEN is_rare THEN '{RARE_WORD}' END, a.word, b.word, c.word) END,
            'IMG_' || n || CASE WHEN is_pair AND n % 2 = 1 THEN '.CR3' ELSE '.JPG' END,
            md5('upload' || n)::uuid, 'image/jpeg', 4200000, md5('a' || n) || md5('b' || n), at, at,
            CASE WHEN {state} = 'failed' THEN 'damaged' ELSE '' END, '',
            CASE WHEN {state} IN ('failed', 'awaiting') THEN '' ELSE {kind} END,
            3000, 2000, CASE WHEN luck % 2 = 0 THEN taken AT TIME ZONE 'UTC' END,
            CASE WHEN luck % 10 < 9 THEN taken END,
            CASE WHEN {state} <> 'awaiting' THEN at + interval '5 seconds' END,
            CASE WHEN is_in_trash AND NOT is_rare THEN now() END, NULL, NULL,
            CASE WHEN luck % 10 < 9 THEN md5(CASE WHEN is_pair THEN n / 2 ELSE -n END::text) ELSE '' END,
            at, '', at, false, false, n % 50 = 7
        FROM made JOIN words a ON a.w = {draw(2000, 11)} JOIN words b ON b.w = {draw(2000, 12)}
            JOIN words c ON c.w = {draw(2000, 13)} ORDER BY n"""


def _tags(photos: int) -> str:
    return f"""
        WITH tagged AS (
            SELECT n, '{COMMON_TAG}' AS name FROM made WHERE {draw(10, 21)} < 3
            UNION ALL SELECT n, '{RARE_TAG}' FROM made WHERE is_rare
            UNION ALL SELECT n, 'theme-' || {draw(100, 22)} FROM made
            UNION ALL SELECT n, 'detail-' || {draw(RARE_TAGS, 23)} FROM made WHERE n % 2 = 0
        ), made_tags AS (
            INSERT INTO albums_tag (name)
            SELECT '{COMMON_TAG}' UNION ALL SELECT '{RARE_TAG}'
            UNION ALL SELECT 'theme-' || i FROM generate_series(0, 99) i
            UNION ALL SELECT 'detail-' || i FROM generate_series(0, {RARE_TAGS - 1}) i RETURNING id, name
        ), names AS (
            INSERT INTO search_name (kind, name, folded) SELECT 'tag', name, name FROM made_tags
        )
        INSERT INTO albums_phototag (photo_id, tag_id)
        SELECT made.id, made_tags.id FROM tagged JOIN made USING (n) JOIN made_tags USING (name)
        ORDER BY n LIMIT {photos * 4}"""


def _albums(photos: int, keeper: int, first_other: int, others: int) -> Iterator[str]:
    columns = "id, owner_id, title, description, public_title, words_state, words_at, visibility, created_at"
    yield f"""
        INSERT INTO albums_album ({columns}) VALUES ('{BIG_ALBUM}', {keeper}, 'everything', '', 'everything',
            'approved', now(), 'public', now() - interval '1 day')"""
    small = max(200, photos // 500)
    yield f"""
        INSERT INTO albums_album ({columns})
        SELECT md5('album' || a)::uuid, CASE WHEN a < 100 THEN {keeper} ELSE {first_other} + a % {others} END,
            'album ' || a, '', 'album ' || a,
            CASE WHEN a % 5 = 0 THEN 'waiting' ELSE 'approved' END, now() - a * interval '1 minute',
            CASE WHEN a % 10 = 9 THEN 'private' ELSE 'public' END, now() - a * interval '1 hour'
        FROM generate_series(0, {small - 1}) a"""
    yield f"""
        INSERT INTO albums_albumentry (album_id, photo_id, added_at)
        SELECT '{BIG_ALBUM}', id, now() FROM made WHERE owner_id = {keeper} ORDER BY md5(n::text)
        LIMIT {photos // 10}"""
    # As many as 10 % of all: 200,000 entries in a library of a million.
    yield f"""
        INSERT INTO albums_albumentry (album_id, photo_id, added_at)
        SELECT album.id, photo.id, now() FROM albums_album album
            JOIN (SELECT id, owner_id,
                row_number() OVER (PARTITION BY owner_id ORDER BY md5(n::text)) AS place FROM made) photo
            ON photo.owner_id = album.owner_id AND photo.place <= {SMALL_ALBUM_PHOTOS}
        WHERE album.id <> '{BIG_ALBUM}'"""
    yield """
        INSERT INTO search_name (kind, name, folded)
        SELECT DISTINCT 'album', public_title, public_title FROM albums_album
        WHERE visibility = 'public' AND public_title <> ''"""


def _texts() -> Iterator[str]:
    """Yield what writes the texts as ``gallery.search.texts`` does; album titles are left out."""
    camera = f"CASE WHEN is_rare THEN '{RARE_CAMERA}' ELSE '{COMMON_CAMERA}' END"
    yield f"""
        INSERT INTO search_searchtext (photo_id, owner_id, public_text, own_text, bigrams, camera, lens,
            file_words, timeline_at, is_stale)
        SELECT photo.id, photo.owner_id, public_text, own_text,
            (SELECT string_agg(pair, ' ' ORDER BY pair) FROM (SELECT DISTINCT substr(part, place, 2) AS pair
                FROM string_to_array(translate(own_text, E'\\n', ' '), ' ') AS parts, unnest(parts) AS part,
                generate_series(1, length(part) - 1) AS place) pairs),
            camera, 'AF-S 50mm', '', coalesce(taken_local, photo.created_at AT TIME ZONE 'UTC'), false
        FROM photos_photo photo JOIN made ON made.id = photo.id
        LEFT JOIN (SELECT photo_id, string_agg(name, E'\\n' ORDER BY name) AS tags FROM albums_phototag
            JOIN albums_tag ON albums_tag.id = tag_id GROUP BY photo_id) tagged ON tagged.photo_id = photo.id
        CROSS JOIN LATERAL (SELECT {camera} AS camera) device
        CROSS JOIN LATERAL (SELECT concat_ws(E'\\n', NULLIF(caption, ''), tags, lower(camera), 'af-s 50mm')
            AS public_text) public
        CROSS JOIN LATERAL (SELECT public_text || E'\\n' || lower(file_name) AS own_text) own
        WHERE state <> 'awaiting' ORDER BY n"""
    yield f"""
        INSERT INTO search_name (kind, name, folded) VALUES
            ('camera', '{RARE_CAMERA}', lower('{RARE_CAMERA}')),
            ('camera', '{COMMON_CAMERA}', lower('{COMMON_CAMERA}')), ('lens', 'AF-S 50mm', 'af-s 50mm')"""


def _keep_counts() -> None:
    from django.db import connection  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from gallery.processing.hours import close  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO photos_monthcount (owner_id, month, photos)"
            " SELECT owner_id, to_char(coalesce(taken_local, created_at AT TIME ZONE 'UTC'), 'YYYY-MM'),"
            " count(*) FROM photos_photo WHERE trashed_at IS NULL AND state NOT IN ('awaiting', 'failed')"
            " GROUP BY 1, 2"
        )
        cursor.execute("UPDATE accounts_user SET used_bytes = 1000000000")
    # As the sweep has done before a page is asked for.
    while close(timezone.now()):
        pass
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
