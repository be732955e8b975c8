"""The command line: what it understands, and how it ends."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from rich.markup import escape

from contactsheet import __version__, sign_in
from contactsheet.deleting import delete
from contactsheet.downloading import SIZES, download
from contactsheet.engine.interfaces import Refusal, Unavailable
from contactsheet.engine.upload import PARALLEL
from contactsheet.exits import Exit, NotSignedIn
from contactsheet.listing import add_filters, list_photos
from contactsheet.output import Output
from contactsheet.places import ORIGINAL
from contactsheet.transport import Transport
from contactsheet.uploading import upload
from contactsheet.web_gallery import WebGallery

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_PARALLEL = 32
TOKENS_PAGE = "/me/tokens/"
EXITS = "Exit status: " + ", ".join(f"{int(e)} {e.name.lower().replace('_', ' ')}" for e in Exit) + "."


def run() -> None:
    """Run as a program."""
    status = main(sys.argv[1:])
    if status == Exit.STOPPED:
        # Threads that wait for a silent peer must not hold the terminal.
        sys.stdout.flush()
        os._exit(status)
    sys.exit(status)


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say and return the exit status."""
    options = parser().parse_args(arguments)
    output = Output()
    try:
        return int(options.act(options, output))
    except NotSignedIn as problem:
        _say(output, str(problem), problem.reason)
        return Exit.NOT_SIGNED_IN
    except Refusal as refusal:
        _say(output, refusal.sentence, refusal.reason)
        return Exit.NOT_ALL
    except Unavailable as silence:
        _say(output, str(silence), "unavailable")
        return Exit.UNAVAILABLE
    except OSError as problem:
        _say(output, f"This machine does not let us: {problem}.", "local_file")
        return Exit.NOT_ALL
    except KeyboardInterrupt:
        output.words.print("Stopped. Nothing is lost; run the same command again to go on.")
        return Exit.STOPPED


def _say(output: Output, sentence: str, reason: str) -> None:
    output.words.print(f"{escape(sentence)} [dim]({reason})[/dim]")


def parser() -> argparse.ArgumentParser:
    """Return the command line's description."""
    top = argparse.ArgumentParser(
        prog="contactsheet", description="A gallery's photos from the command line.", epilog=EXITS
    )
    top.add_argument("--version", action="version", version=f"contactsheet {__version__}")
    top.add_argument(
        "--address", default="", help=f"the gallery's address, instead of ${sign_in.ADDRESS_VARIABLE}"
    )
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    found = commands.add_parser("login", help="keep a gallery's address and a token of yours")
    found.add_argument("gallery", nargs="?", metavar="ADDRESS", help="such as https://photos.example.org")
    found.set_defaults(act=_login)

    found = commands.add_parser("logout", help="forget the token; it stays valid until you revoke it")
    found.set_defaults(act=_logout)

    found = commands.add_parser("upload", help="upload files and folders, except what is there already")
    found.add_argument("paths", nargs="+", metavar="PATH")
    found.add_argument("--private", action="store_true", help="only you can see them")
    found.add_argument("--json", action="store_true", help="a line of JSON for each file on the output")
    _add_parallel(found)
    found.set_defaults(act=_in_gallery(upload))

    found = commands.add_parser("list", help="list your photos, newest first")
    add_filters(found)
    found.add_argument(
        "--json", action="store_true", help="a line of JSON for each photo, as the API says it"
    )
    found.set_defaults(act=_in_gallery(list_photos))

    found = commands.add_parser("download", help="download your photos")
    found.add_argument(
        "ids", nargs="*", type=UUID, metavar="ID", help="only these; else all that the options choose"
    )
    found.add_argument("--to", type=Path, default=Path(), metavar="FOLDER", help="where to (here)")
    found.add_argument(
        "--size", choices=SIZES, default=ORIGINAL, help="original, or a thumbnail's longest side"
    )
    add_filters(found)
    _add_parallel(found)
    found.set_defaults(act=_in_gallery(download))

    found = commands.add_parser("delete", help="move your photos to the trash")
    found.add_argument("ids", nargs="+", type=UUID, metavar="ID")
    found.add_argument("--forever", action="store_true", help="skip the trash; there is no way back")
    found.add_argument("--yes", action="store_true", help="be sure; needed with --forever")
    found.set_defaults(act=_in_gallery(delete))
    return top


def _add_parallel(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--parallel",
        type=_parallel,
        default=PARALLEL,
        metavar="N",
        help=f"how many at once ({PARALLEL}, at most {MAX_PARALLEL})",
    )


def _parallel(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MAX_PARALLEL:
        raise argparse.ArgumentTypeError(f"say a number from 1 to {MAX_PARALLEL}")
    return number


def _in_gallery(
    command: Callable[[WebGallery, argparse.Namespace, Output], Exit],
) -> Callable[[argparse.Namespace, Output], Exit]:
    def act(options: argparse.Namespace, output: Output) -> Exit:
        found = sign_in.find(os.environ, address=options.address)
        visibility = "private" if getattr(options, "private", False) else "public"
        with Transport(found.address, found.token, parallel=getattr(options, "parallel", 1)) as transport:
            return command(WebGallery(transport, visibility=visibility), options, output)

    return act


def _login(options: argparse.Namespace, output: Output) -> Exit:
    """Ask for a token (or read it from the input), try it, keep it."""
    address = options.gallery or options.address or os.environ.get(sign_in.ADDRESS_VARIABLE, "")
    if not address:
        raise NotSignedIn("address_missing", "Which gallery? Say: contactsheet login ADDRESS")
    address = sign_in.clean_address(address)
    if sys.stdin.isatty():
        output.words.print(f"Make a token with the scopes read and upload on your account page: {address}/")
        token = getpass.getpass("Token: ").strip()
    else:
        token = sys.stdin.readline().strip()
    with Transport(address, token) as transport:
        account = WebGallery(transport).account()
    path = sign_in.settings_file(os.environ)
    sign_in.keep(sign_in.SignIn(address, token), path)
    output.words.print(escape(f"Signed in to {address} as {account['name']}. The token is kept in {path}."))
    return Exit.DONE


def _logout(_options: argparse.Namespace, output: Output) -> Exit:
    path = sign_in.settings_file(os.environ)
    if sign_in.forget(path):
        output.words.print("Signed out. Revoke the token on your account page if nothing else uses it.")
    else:
        output.words.print("You were not signed in.")
    return Exit.DONE
