"""Translations are compiled as gettext reads them."""

from __future__ import annotations

import json
from gettext import GNUTranslations
from pathlib import Path

import allauth

from infra.catalogs import PROJECT, compile_catalogs

SOURCE = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

#, python-format
msgid "%(name)s said \"no\"\n"
msgstr "「いいえ」と%(name)s\n"

msgctxt "verb"
msgid "Archive"
msgstr "しまう"

msgid "untranslated"
msgstr ""

msgid "%(count)s photo"
msgid_plural "%(count)s photos"
msgstr[0] "%(count)s Foto"
msgstr[1] "%(count)s Fotos"

msgid "half"
msgid_plural "halves"
msgstr[0] "Hälfte"
msgstr[1] ""

msgid ""
"two\n"
"lines"
msgstr ""
"zwei\n"
"Zeilen"
"""


def compile_one(folder: Path, source: str) -> Path:
    path = folder / "locale" / "de" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(source)
    compile_catalogs(folder / "locale", folder / "made")
    return folder / "made" / "de" / "LC_MESSAGES" / "django.mo"


def test_catalog__is_read_by_gettext(tmp_path: Path) -> None:
    with compile_one(tmp_path, SOURCE).open("rb") as file:
        texts = GNUTranslations(file)
    assert texts.gettext('%(name)s said "no"\n') == "「いいえ」と%(name)s\n"
    assert texts.pgettext("verb", "Archive") == "しまう"
    assert texts.gettext("Archive") == "Archive"
    assert texts.gettext("untranslated") == "untranslated"
    plurals = [texts.ngettext("%(count)s photo", "%(count)s photos", count) for count in (1, 2)]
    assert plurals == ["%(count)s Foto", "%(count)s Fotos"]
    assert texts.ngettext("half", "halves", 2) == "halves"
    assert texts.gettext("two\nlines") == "zwei\nZeilen"


def test_catalog__without_translations_is_left_out(tmp_path: Path) -> None:
    assert not compile_one(tmp_path, 'msgid ""\nmsgstr "Language: \\n"\n\nmsgid "a"\nmsgstr ""\n').exists()


def test_catalog__is_written_only_if_it_changed(tmp_path: Path) -> None:
    made = compile_one(tmp_path, SOURCE)
    before = made.stat().st_ino
    compile_catalogs(tmp_path / "locale", tmp_path / "made")
    assert made.stat().st_ino == before
    assert [path.name for path in made.parent.iterdir()] == ["django.mo"]


def test_package__keeps_translations_of_allauth(tmp_path: Path) -> None:
    """Its pages say what it says itself in few places, such as the errors of codes."""
    settings = json.loads((PROJECT / "zappa_settings.json").read_text())
    installed = Path(allauth.__file__).with_name("locale")
    for folder in installed.iterdir():
        (tmp_path / "allauth" / "locale" / folder.name).mkdir(parents=True)
    left_out = [path for pattern in settings["common"]["exclude_glob"] for path in tmp_path.glob(pattern)]
    kept = set((tmp_path / "allauth" / "locale").iterdir()) - set(left_out)
    assert {folder.name for folder in kept} == {"ja"}
