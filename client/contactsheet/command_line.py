"""The command line: parse arguments, run a command, return its exit status."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from rich.markup import escape

from contactsheet import __version__, credentials
from contactsheet.deleting import delete
from contactsheet.destinations import ORIGINAL
from contactsheet.downloading import download, size_name
from contactsheet.engine.interfaces import Problem, Refusal, Unavailable
from contactsheet.engine.upload import PARALLEL
from contactsheet.exits import Exit, NotSignedIn
from contactsheet.importing import import_archive, say_what_would_be
from contactsheet.listing import add_filters, list_photos
from contactsheet.output import Output, print_failure
from contactsheet.transport import Transport
from contactsheet.uploading import upload
from contactsheet.web_gallery import WebGallery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_PARALLEL = 32
TOKENS_PAGE = "/me/tokens/"
STATUSES = {NotSignedIn: Exit.NOT_SIGNED_IN, Refusal: Exit.INCOMPLETE, Unavailable: Exit.UNAVAILABLE}
EXITS = "Exit status: " + ", ".join(f"{int(e)} {e.name.lower().replace('_', ' ')}" for e in Exit) + "."


def run() -> None:
    """Run the program and exit."""
    status = main(sys.argv[1:])
    if status == Exit.STOPPED:
        # Threads that wait for a response must not block the terminal.
        sys.stdout.flush()
        os._exit(status)
    sys.exit(status)


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit status."""
    options = parser().parse_args(arguments)
    output = Output()
    try:
        return int(options.run(options, output))
    except Problem as problem:
        print_failure(output.messages, str(problem), problem.reason)
        return STATUSES[type(problem)]
    except OSError as problem:
        print_failure(output.messages, f"We couldn't read or write a file: {problem}.", "local_file")
        return Exit.INCOMPLETE
    except KeyboardInterrupt:
        output.messages.print("Stopped. Run the same command again to resume.")
        return Exit.STOPPED


def parser() -> argparse.ArgumentParser:
    """Return the argument parser."""
    top = argparse.ArgumentParser(
        prog="contactsheet", description="Manage a gallery's photos from the command line.", epilog=EXITS
    )
    top.add_argument("--version", action="version", version=f"contactsheet {__version__}")
    top.add_argument(
        "--address", default="", help=f"the gallery's address (default: ${credentials.ADDRESS_VARIABLE})"
    )
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    command = commands.add_parser("login", help="save a gallery's address and your token")
    command.add_argument(
        "gallery", nargs="?", metavar="ADDRESS", help="for example https://photos.example.org"
    )
    command.set_defaults(run=_login)

    command = commands.add_parser("logout", help="remove the saved token; it stays valid until you revoke it")
    command.set_defaults(run=_logout)

    command = commands.add_parser(
        "upload", help="upload files and folders; skip photos that are already in the gallery"
    )
    command.add_argument("paths", nargs="+", metavar="PATH")
    command.add_argument("--private", action="store_true", help="make them visible only to you")
    command.add_argument(
        "--keep-visibility",
        action="store_true",
        help="of an archive: publish what was public (default: only you see it)",
    )
    command.add_argument("--json", action="store_true", help="print one line of JSON per file")
    _add_parallel(command)
    command.set_defaults(run=_in_gallery(upload))

    command = commands.add_parser(
        "import", help="upload an archive of another program with its captions, dates, albums and favorites"
    )
    command.add_argument("paths", nargs="+", metavar="FOLDER", help="the unpacked archive, all of its parts")
    command.add_argument("--dry-run", action="store_true", help="only say what would be done")
    command.add_argument("--public", action="store_true", help="publish them (default: only you see them)")
    command.add_argument("--folders-as-albums", action="store_true", help="name albums after folders")
    command.add_argument("--people-as-tags", action="store_true", help="names of people become tags")
    command.add_argument("--json", action="store_true", help="print one line of JSON per file")
    _add_parallel(command)
    command.set_defaults(run=_import)

    command = commands.add_parser("list", help="list your photos, newest first")
    add_filters(command)
    command.add_argument("--json", action="store_true", help="print one line of the API's JSON per photo")
    command.set_defaults(run=_in_gallery(list_photos))

    command = commands.add_parser("download", help="download your photos")
    command.add_argument(
        "ids",
        nargs="*",
        type=UUID,
        metavar="ID",
        help="only these photos (default: all that match the options)",
    )
    command.add_argument(
        "--to",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="target folder (default: the current folder)",
    )
    command.add_argument(
        "--size",
        type=size_name,
        default=ORIGINAL,
        help="original, or the longest side of a thumbnail in pixels (default: original)",
    )
    command.add_argument(
        "--all",
        action="store_true",
        help="everything you own, in folders, with captions, tags, albums and dates in contactsheet.json",
    )
    add_filters(command)
    _add_parallel(command)
    command.set_defaults(run=_in_gallery(download))

    command = commands.add_parser("delete", help="move your photos to the trash")
    command.add_argument("ids", nargs="+", type=UUID, metavar="ID")
    command.add_argument("--forever", action="store_true", help="skip the trash; this can't be undone")
    command.add_argument("--yes", action="store_true", help="confirm --forever")
    command.set_defaults(run=_in_gallery(delete))
    return top


def _add_parallel(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--parallel",
        type=_parallel,
        default=PARALLEL,
        metavar="N",
        help=f"number of parallel transfers, up to {MAX_PARALLEL} (default: {PARALLEL})",
    )


def _parallel(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MAX_PARALLEL:
        raise argparse.ArgumentTypeError(f"use a number from 1 to {MAX_PARALLEL}")
    return number


def _in_gallery(
    command: Callable[[WebGallery, argparse.Namespace, Output], Exit],
) -> Callable[[argparse.Namespace, Output], Exit]:
    def run_command(options: argparse.Namespace, output: Output) -> Exit:
        found = credentials.find(os.environ, address=options.address)
        is_private = getattr(options, "private", not getattr(options, "public", True))
        visibility = "private" if is_private else "public"
        with Transport(found.address, found.token, parallel=getattr(options, "parallel", 1)) as transport:
            return command(WebGallery(transport, visibility=visibility), options, output)

    return run_command


def _import(options: argparse.Namespace, output: Output) -> Exit:
    """Import an archive. A dry run needs no gallery."""
    return (
        say_what_would_be(options, output)
        if options.dry_run
        else _in_gallery(import_archive)(options, output)
    )


def _login(options: argparse.Namespace, output: Output) -> Exit:
    """Prompt for a token (or read it from standard input), verify and save it."""
    address = options.gallery or options.address or os.environ.get(credentials.ADDRESS_VARIABLE, "")
    if not address:
        raise NotSignedIn("address_missing", "Add the gallery's address: contactsheet login ADDRESS")
    address = credentials.clean_address(address)
    if sys.stdin.isatty():
        output.messages.print(f"Create a token with the read and upload scopes: {address}{TOKENS_PAGE}")
        token = getpass.getpass("Token: ").strip()
    else:
        token = sys.stdin.readline().strip()
    with Transport(address, token) as transport:
        account = WebGallery(transport).account()
    path = credentials.credentials_file(os.environ)
    credentials.save(credentials.Credentials(address, token), path)
    output.messages.print(escape(f"Signed in to {address} as {account['name']}. Token saved in {path}."))
    return Exit.DONE


def _logout(_options: argparse.Namespace, output: Output) -> Exit:
    if credentials.remove(credentials.credentials_file(os.environ)):
        output.messages.print("Signed out. If nothing else uses the token, revoke it on your account page.")
    else:
        output.messages.print("You weren't signed in.")
    return Exit.DONE
