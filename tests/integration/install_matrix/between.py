"""Settings files that somebody changes between install and uninstall: the change stays, ours goes, and no record is left."""
import json
import shutil

import settings
from world import BOM

TWO = b'{\n  "a": 1\n}\n'
READ = {"matcher": "Read", "hooks": []}
READ_ALONE = b"""{
  "a": 1,
  "hooks": {
    "PreToolUse": [
      {
        "matcher": "Read",
        "hooks": []
      }
    ]
  }
}
"""


def put(data):
    return lambda path: path.write_bytes(data)


def edit(function):
    """Read, changed and written again as a program does."""

    def change(path):
        document = json.loads(path.read_bytes())
        function(document)
        path.write_text(json.dumps(document, indent=2) + "\n")

    return change


def write_again(end="\n", **form):
    return lambda path: path.write_text(json.dumps(json.loads(path.read_bytes()), **form) + end)


def with_bytes(function):
    return lambda path: path.write_bytes(function(path.read_bytes()))


def entries(document):
    return document["hooks"]["PreToolUse"]


# name, target, before, the change, after uninstall; None: no file.
ROWS = [
    ("emptied to {} and a newline", "claude", TWO, put(b"{}\n"), b"{}\n"),
    ("emptied to {}", "claude", TWO, put(b"{}"), b"{}"),
    ("emptied to two lines", "claude", TWO, put(b"{\n}\n"), b"{\n}\n"),
    ("made, emptied to {} and a newline", "claude", None, put(b"{}\n"), b"{}\n"),
    ("emptied", "claude", TWO, put(b""), b""),
    ("a blank line", "claude", TWO, put(b"\n"), b"\n"),
    ("a comment", "claude", TWO, put(b"// x\n"), b"// x\n"),
    ("another file", "claude", TWO, put(b'{"b": 2}\n'), b'{"b": 2}\n'),
    ("as it was", "claude", TWO, put(TWO), TWO),
    ("an array", "claude", TWO, put(b"[]\n"), b"[]\n"),
    ("hooks: null", "claude", TWO, put(b'{"hooks":null}\n'), b'{"hooks":null}\n'),
    ("deleted", "claude", TWO, lambda path: path.unlink(), None),
    ("made, deleted", "claude", None, lambda path: path.unlink(), None),
    ("made, deleted with its directory", "claude", None, lambda path: shutil.rmtree(path.parent), None),
    ("a key behind", "claude", TWO, edit(lambda d: d.update(z=1)), b'{\n  "a": 1,\n  "z": 1\n}\n'),
    ("indented otherwise", "claude", TWO, write_again("", indent=4), b'{\n    "a": 1\n}'),
    ("minified", "claude", TWO, write_again("", separators=(",", ":")), b'{"a":1}'),
    ("empty, minified", "claude", b"{}", write_again("", separators=(",", ":")), b"{}"),
    ("made, indented otherwise", "claude", None, write_again(indent=4), None),
    ("made, CRLF", "claude", None, with_bytes(lambda data: data.replace(b"\n", b"\r\n")), None),
    ("CRLF", "claude", TWO, with_bytes(lambda data: data.replace(b"\n", b"\r\n")), b'{\r\n  "a": 1\r\n}\r\n'),
    ("a final newline", "claude", b'{"a":1}', with_bytes(lambda data: data + b"\n"), b'{"a":1}\n'),
    ("no final newline", "claude", TWO, with_bytes(lambda data: data.rstrip(b"\n")), b'{\n  "a": 1\n}'),
    ("a BOM", "claude", TWO, with_bytes(lambda data: BOM + data), BOM + TWO),
    ("another event", "claude", TWO, edit(lambda d: d["hooks"].update(Stop=[])), b'{\n  "a": 1,\n  "hooks": {\n    "Stop": []\n  }\n}\n'),
    ("an entry behind", "claude", TWO, edit(lambda d: entries(d).append(READ)), READ_ALONE),
    ("an entry before", "claude", TWO, edit(lambda d: entries(d).insert(0, READ)), READ_ALONE),
    ("an entry between", "claude", TWO, edit(lambda d: entries(d).insert(1, READ)), READ_ALONE),
    ("ours twice", "claude", TWO, edit(lambda d: entries(d).extend(list(entries(d)))), TWO),
    ("one of ours gone", "claude", TWO, edit(lambda d: entries(d).pop()), TWO),
    ("another matcher", "claude", TWO, edit(lambda d: entries(d)[0].update(matcher="Bash")), TWO),
    ("all of ours gone", "claude", TWO, edit(lambda d: entries(d).clear()), TWO),
    ("hooks gone", "claude", TWO, edit(lambda d: d.pop("hooks")), TWO),
    ("made, disableAllHooks", "claude", None, edit(lambda d: d.update(disableAllHooks=True)), b'{\n  "disableAllHooks": true\n}\n'),
    ("made, another version", "cursor", None, edit(lambda d: d.update(version=2)), b'{\n  "version": 2\n}\n'),
    ("made, another event", "cursor", None, edit(lambda d: d["hooks"].update(stop=[])), b'{\n  "version": 1,\n  "hooks": {\n    "stop": []\n  }\n}\n'),
    ("made, written again", "cursor", None, write_again(), None),
    ("made, written again", "gemini", None, write_again(), None),
    ("made, written again", "codex", None, write_again(), None),
]


def changed(target, before, change, after):
    def check(world):
        world.new_repository()
        path = settings.file_of(world, target)
        if before is not None:
            path.parent.mkdir()
            path.write_bytes(before)
        status, out, errors = world.hookcheck("install", target)
        if status:
            yield ("install", status, out, errors)
        change(path)
        status, out, errors = world.hookcheck("uninstall", target)
        if status or errors:
            yield ("uninstall", status, out, errors)
        left = path.read_bytes() if path.exists() else None
        if left != after:
            yield ("left", left, "instead of", after)
        if world.records():
            yield ("on record still", world.records())

    return check


def installed_again(change, after):
    """One of our entries is lost or changed, and install puts it back: the other one is ours as much."""

    def check(world):
        world.new_repository()
        path = settings.file_of(world, "claude")
        path.parent.mkdir()
        path.write_bytes(TWO)
        world.hookcheck("install", "claude")
        edit(change)(path)
        world.hookcheck("install", "claude")
        if len(entries(json.loads(path.read_bytes()))) != 2:
            yield ("installed again", path.read_bytes())
        if after:
            after(path)
        world.hookcheck("uninstall", "claude")
        if json.loads(path.read_bytes()) != {"a": 1}:
            yield ("left", path.read_bytes())

    return check


def mended(world):
    """An entry that no client can read is added beside ours and taken out by --mend: uninstall brings it back, without ours."""
    world.new_repository()
    path = settings.file_of(world, "claude")
    world.hookcheck("install", "claude")
    edit(lambda d: entries(d).append("guard.sh"))(path)
    status, out, errors = world.hookcheck("install", "--mend", "claude")
    if status or "guard.sh" in path.read_text():
        yield (status, out, errors, path.read_text())
    status, out, errors = world.hookcheck("uninstall", "claude")
    if status or errors or json.loads(path.read_text()) != {"hooks": {"PreToolUse": ["guard.sh"]}} or world.records():
        yield (status, out, errors, path.read_text())


def mode(world):
    """Content from the copy, but whoever took rights away meanwhile meant it."""
    world.new_repository()
    path = settings.file_of(world, "claude")
    path.parent.mkdir()
    path.write_bytes(TWO)
    world.hookcheck("install", "claude")
    path.chmod(0o600)
    world.hookcheck("uninstall", "claude")
    if path.read_bytes() != TWO or path.stat().st_mode & 0o777 != 0o600:
        yield (path.read_bytes(), oct(path.stat().st_mode))


def taken_over(before):
    """A dotfiles manager moves the file away and puts a link in its place."""

    def check(world):
        world.new_repository()
        path = settings.file_of(world, "claude")
        if before is not None:
            path.parent.mkdir()
            path.write_bytes(before)
        world.hookcheck("install", "claude")
        shutil.move(path, world.outside / "settings.json")
        path.symlink_to(world.outside / "settings.json")
        status, out, errors = world.hookcheck("uninstall", "claude")
        left = (world.outside / "settings.json").read_bytes()
        if status or not path.is_symlink() or left != (before or b"{}\n") or world.records():
            yield (status, out, errors, left, world.records())

    return check


def own_file(target):
    """A file that is ours alone: what somebody wrote into it is not thrown away, what is somebody else's is none of ours."""

    def check(world):
        world.new_repository()
        path = settings.file_of(world, target)
        world.hookcheck("install", target)
        path.write_bytes(path.read_bytes() + b"\n")
        status, out, errors = world.hookcheck("uninstall", target)
        if status != 2 or f"{path}: changed after it was installed" not in errors or "next step" not in errors or not path.exists():
            yield (status, out, errors)
        path.write_text("theirs\n")
        status, out, errors = world.hookcheck("uninstall", target)
        if status or errors or path.read_text() != "theirs\n":
            yield (status, out, errors)

    return check


def cases():
    for name, target, before, change, after in ROWS:
        yield f"between, {target}: {name}", changed(target, before, change, after)
    for name, after in (("", None), (", edited", edit(lambda d: d.update(a=1)))):
        yield f"between, claude: one entry lost, installed again{name}", installed_again(lambda d: entries(d).pop(), after)
        yield f"between, claude: one entry changed, installed again{name}", installed_again(lambda d: entries(d)[0].update(matcher="x"), after)
    yield "between, claude: an entry that no client reads, --mend", mended
    yield "between, claude: another mode", mode
    yield "between, claude: a link in its place", taken_over(TWO)
    yield "between, claude: made, a link in its place", taken_over(None)
    yield "between, copilot: our own file", own_file("copilot")
    yield "between, opencode: our own file", own_file("opencode")
