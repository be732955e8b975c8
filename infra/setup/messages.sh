#!/bin/sh
# Write the texts for people from the sources below the working directory to its locale/: messages.sh PYTHON
# Without dates and places in the code, so that only a changed text changes the files.
set -eu

for domain in django djangojs; do
    "$1" manage.py makemessages --settings gallery.settings --verbosity 0 --locale en --locale ja --domain "$domain" \
        --no-wrap --no-location --no-obsolete --symlinks --ignore node_modules --ignore tests --ignore bench \
        --ignore infra --ignore client --ignore static/build --ignore staticfiles --ignore var
done
sed -i '/^"\(POT-Creation-Date\|Report-Msgid-Bugs-To\|PO-Revision-Date\|Last-Translator\|Language-Team\|Project-Id-Version\):/d
/^#\( \|$\|, fuzzy\)/d' locale/*/LC_MESSAGES/*.po
