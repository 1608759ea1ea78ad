"""Settings files of the agents' hosts: every shape that is edited, and every one that is refused."""
import json
import os

from world import BIN, BOM, difference

PROGRAM = str(BIN / "hookcheck-pre-tool-use")
FILES = {
    "claude": {
        "project": ".claude/settings.json",
        "local": ".claude/settings.local.json",
        "user": "~/.claude/settings.json",
        "managed": "/etc/claude-code/managed-settings.json",
    },
    "codex": {"project": ".codex/hooks.json", "user": "~/.codex/hooks.json"},
    "gemini": {"project": ".gemini/settings.json", "user": "~/.gemini/settings.json", "managed": "/etc/gemini-cli/settings.json"},
    "cursor": {"project": ".cursor/hooks.json", "user": "~/.cursor/hooks.json", "managed": "/etc/cursor/hooks.json"},
    "copilot": {
        "project": ".github/hooks/hookcheck.json",
        "user": "~/.copilot/hooks/hookcheck.json",
        "managed": "/etc/github-copilot/policy.d/hookcheck.json",
    },
    "opencode": {"project": ".opencode/plugins/hookcheck.js", "user": "~/.config/opencode/plugins/hookcheck.js"},
}
EVENT = {"claude": "PreToolUse", "codex": "PreToolUse", "gemini": "BeforeTool", "cursor": "beforeShellExecution", "copilot": "preToolUse"}


def file_of(world, target, scope="project"):
    name = FILES[target][scope]
    if name.startswith("~/"):
        return world.home / name[2:]
    return world.image / name[1:] if name.startswith("/") else world.repo / name


def options_of(world, scope):
    if scope == "managed":
        return ["--managed", "--sysroot", str(world.image)]
    return [] if scope == "project" else [f"--{scope}"]


def accepted(target):
    event = EVENT[target]
    other = '{"command": "/x/y"}' if target == "cursor" else '{"matcher": "Read", "hooks": [{"type": "command", "command": "/x/y"}]}'
    dense = json.dumps(json.loads(other), separators=(",", ":"))
    shapes = {
        "empty object": "{}",
        "empty object, newline": "{}\n",
        "empty object on two lines": "{\n}\n",
        "empty object on two lines, CRLF": "{\r\n}\r\n",
        "empty object, blank": "{ }\n",
        "tabs": '{\n\t"a": 1,\n\t"b": {\n\t\t"c": []\n\t}\n}\n',
        "four blanks": '{\n    "a": 1\n}\n',
        "one blank": '{\n "a": 1\n}\n',
        "no indentation": '{\n"a": 1,\n"b": 2\n}\n',
        "CRLF": '{\r\n  "a": 1\r\n}\r\n',
        "CRLF without the last": '{\r\n  "a": 1\r\n}',
        "both line ends": '{\r\n  "a": 1,\n  "b": 2\r\n}\n',
        "CR alone": '{\r"a": 1\r}',
        "no final newline": '{\n  "a": 1\n}',
        "BOM": "\ufeff" + '{\n  "a": 1\n}\n',
        "BOM, CRLF": "\ufeff" + '{\r\n  "a": 1\r\n}\r\n',
        "BOM, empty object": "\ufeff{}",
        "minified": '{"a":1,"b":[1,2]}',
        "empty hooks": '{"hooks":{}}',
        "empty hooks on two lines": '{\n  "hooks": {\n  }\n}\n',
        "empty event": f'{{"hooks":{{"{event}":[]}}}}',
        "empty event on two lines": f'{{\n  "hooks": {{\n    "{event}": [\n    ]\n  }}\n}}\n',
        "an entry": f'{{\n  "hooks": {{\n    "{event}": [\n      {other}\n    ]\n  }}\n}}\n',
        "an entry on one line": f'{{ "hooks": {{ "{event}": [ {other} ] }} }}\n',
        "an entry, minified": f'{{"hooks":{{"{event}":[{dense}]}}}}',
        "an entry, CRLF and tabs": f'{{\r\n\t"hooks": {{\r\n\t\t"{event}": [\r\n\t\t\t{other}\r\n\t\t]\r\n\t}}\r\n}}',
        "the same entry twice": f'{{\n  "hooks": {{\n    "{event}": [\n      {other},\n      {other}\n    ]\n  }}\n}}\n',
        "another event": '{\n  "hooks": {\n    "Zzz": []\n  },\n  "z": 1\n}\n',
        "the words in a string": '{\n  "x": "\\"hooks\\": {\\"PreToolUse\\": []}"\n}\n',
        "escapes": '{\n  "x": "\\u00e9\\/<&\\t\\ud83d\\ude00 ä €"\n}\n',
        "numbers": '{"a": 1.0, "b": 12345678901234567890, "c": -0.0, "d": 1e5}\n',
        "blank lines around": '\n\n  {\n  "a": 1\n}\n\n\n',
        "blanks behind": '{"a": 1}   \t \n \n',
        "brace on the next line": '{\n  "hooks":\n  {\n  },\n  "b": 1\n}\n',
        "hooks of something else": '{\n  "x": {"hooks": {"PreToolUse": [1]}}\n}\n',
        "an escaped key": f'{{\n  "h\\u006foks": {{\n    "{event}": []\n  }}\n}}\n',
        "300 KB": '{\n  "a": [\n' + ",\n".join(f'    "item {i} {"x" * 100}"' for i in range(3000)) + "\n  ]\n}\n",
        "deep": '{"a": ' + "[" * 40 + "]" * 40 + "}\n",
        "blank lines in empty hooks": '{\n  "a": 1,\n\n  "hooks": {\n\n  }\n\n}\n',
        "order of keys": '{\n  "zeta": 1,\n  "alpha": 2,\n  "hooks": {\n    "Stop": []\n  },\n  "beta": null\n}\n',
    }
    return {name: text.encode() for name, text in shapes.items()}


def refused(target):
    """The bytes, and a word of the reason."""
    event = EVENT[target]
    shapes = {
        "comment": (b'{\n  // x\n  "a": 1\n}\n', ":2:3: "),
        "block comment": (b"{ /* x */ }\n", ":1:3: "),
        "trailing comma": (b'{\n  "a": 1,\n}\n', ":3:1: "),
        "trailing comma in an array": (b'{"a":[1,]}', ":1:9: "),
        "empty": (b"", "is empty"),
        "blank": (b" \n\t\n", "is empty"),
        "BOM alone": (BOM, "is empty"),
        "an array": (b"[]\n", "not an object"),
        "a string": (b'"x"\n', "not an object"),
        "null": (b"null", "not an object"),
        "hooks: an array": (b'{"hooks":[]}', "hooks"),
        "hooks: null": (b'{"hooks":null}', "hooks"),
        "hooks: a string": (b'{"hooks":"x"}', "hooks"),
        "event: an object": (f'{{"hooks":{{"{event}":{{}}}}}}'.encode(), event),
        "event: null": (f'{{"hooks":{{"{event}":null}}}}'.encode(), event),
        "event: a string": (f'{{"hooks":{{"{event}":"x"}}}}'.encode(), event),
        "hooks twice": (b'{"hooks":{},"hooks":{}}', "hooks"),
        "hooks twice, once escaped": (b'{"hooks":{},"h\\u006foks":{}}', "hooks"),
        "event twice": (f'{{"hooks":{{"{event}":[],"{event}":[]}}}}'.encode(), event),
        "another key twice": (b'{"a":1,"a":2}', "a"),
        "truncated": (b'{"a": 1', ":1:"),
        "two documents": (b"{} {}", ":1:"),
        "no UTF-8": (b'{"a": "\xff"}', ":1:"),
        "NUL": (b'{"a": "\0"}', ":1:"),
        "UTF-16": ('{"a": 1}'.encode("utf-16"), ":1:"),
        "single quotes": (b"{'a': 1}", ":1:2: "),
        "no quotes": (b"{a: 1}", ":1:2: "),
        "too deep": (b'{"a": ' + b"[" * 4000 + b"]" * 4000 + b"}", "nest"),
    }
    if target == "gemini":  # its reader takes comments
        del shapes["comment"], shapes["block comment"]
    return shapes


def put(world, path, data, how):
    """The file as it is before: plain, behind links, with a mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if how == "link":
        path.symlink_to(world.outside / "file")
    elif how == "two links":
        (world.outside / "middle").symlink_to("file")
        path.symlink_to(os.path.relpath(world.outside / "middle", path.parent))
    elif how == "linked directory":
        path.parent.rmdir()
        path.parent.symlink_to(world.outside)
    if "link" in how and how != "linked directory":
        (world.outside / "file").write_bytes(data)
    else:
        path.write_bytes(data)
    if how.startswith("mode "):
        path.chmod(int(how[5:], 8))


def is_one_insertion(before, after):
    grown = len(after) - len(before)
    return any(after[:at] + after[at + grown :] == before for at in range(len(before) + 1)) if len(before) < 10000 else after.startswith(before[:1000])


def look_at_text(target, before, text):
    """Our entry is in it, behind those that were there; nothing else is changed."""
    if PROGRAM.encode() not in text:
        yield "our entry is not in it"
    if target == "opencode":
        return
    document = json.loads(text.decode("utf-8-sig"))
    earlier = json.loads(before.decode("utf-8-sig")) if before is not None else {}
    for key, value in earlier.items():
        if key != "hooks" and document[key] != value:
            yield f"{key} was changed"
    entries = (earlier.get("hooks") or {}).get(EVENT[target], [])
    if document["hooks"][EVENT[target]][: len(entries)] != entries:
        yield f"the entries that were there: {document['hooks'][EVENT[target]]}"
    if before is None:
        return
    if not is_one_insertion(before, text):
        yield "more than one insertion"
    windows = b"\r\n" in before and b"\n" not in before.replace(b"\r\n", b"")
    if windows and b"\n" in text.replace(b"\r\n", b""):
        yield "other line ends than the file's"


def installs(target, scope, data, how="plain"):
    def check(world):
        world.new_repository()
        path, options = file_of(world, target, scope), options_of(world, scope)
        if data is not None:
            put(world, path, data, how)
        before = world.snapshot()
        status, out, errors = world.hookcheck("install", "--print", target, *options)
        if status or "\n+ " not in out or difference(before, world.snapshot()) or world.state.exists():
            yield ("--print", status, out, errors, difference(before, world.snapshot()))
        status, out, errors = world.hookcheck("install", target, *options)
        if status or errors or f"{target}: {'created' if data is None else 'changed'} {path}" not in out:
            yield ("install", status, out, errors)
        yield from look_at_text(target, data, path.read_bytes())
        after, inode = world.snapshot(), path.stat()
        status, out, errors = world.hookcheck("install", target, *options)
        if status or errors or f"{target}: unchanged {path}" not in out:
            yield ("install again", status, out, errors)
        if difference(after, world.snapshot()) or (inode.st_ino, inode.st_mtime_ns) != (path.stat().st_ino, path.stat().st_mtime_ns):
            yield ("install again changed", difference(after, world.snapshot()))
        status, out, errors = world.hookcheck("uninstall", "--print", target, *options)
        if status or difference(after, world.snapshot()):
            yield ("uninstall --print", status, out, errors)
        yield from uninstalls(world, before, target, *options)

    return check


def uninstalls(world, before, *arguments):
    """Everything is as it was, nothing is left on record, and there is nothing more to take away."""
    status, out, errors = world.hookcheck("uninstall", *arguments)
    if status or errors or difference(before, world.snapshot()):
        yield ("uninstall", status, out, errors, difference(before, world.snapshot()))
    if world.records():
        yield ("on record still", world.records())
    status, out, errors = world.hookcheck("uninstall", *arguments)
    if status or errors or "nothing of hookcheck is registered here" not in out or difference(before, world.snapshot()):
        yield ("uninstall again", status, out, errors)


def refuses(target, scope, data, word):
    def check(world):
        world.new_repository()
        path, options = file_of(world, target, scope), options_of(world, scope)
        put(world, path, data, "plain")
        before = world.snapshot()
        for verb in (["install", "--print"], ["install"]):
            status, out, errors = world.hookcheck(*verb, target, *options)
            if status != 2 or f"{target}: refused {path}" not in errors or word not in errors or "\n  next step: " not in errors:
                yield (verb, status, out, errors)
            if errors.count(str(path)) != 1:
                yield ("the path is said more than once", errors)
        if difference(before, world.snapshot()) or world.state.exists():
            yield ("something was written", difference(before, world.snapshot()))
        status, out, errors = world.hookcheck("uninstall", target, *options)
        if status or "nothing of hookcheck is registered here" not in out or difference(before, world.snapshot()):
            yield ("uninstall", status, out, errors)

    return check


def cases():
    for target, scopes in FILES.items():
        for scope in scopes:
            yield f"{target}, {scope}, no file", installs(target, scope, None)
    for target in ("claude", "codex", "gemini", "cursor"):
        shapes = accepted(target)
        for name, data in shapes.items():
            yield f"{target}, {name}", installs(target, "project", data)
        for name, (data, word) in refused(target).items():
            yield f"{target}, refused: {name}", refuses(target, "project", data, word)
        for how in ("link", "two links", "linked directory", "mode 600", "mode 640", "mode 777"):
            yield f"{target}, {how}", installs(target, "project", shapes["four blanks"], how)
            yield f"{target}, user, {how}", installs(target, "user", shapes["an entry, CRLF and tabs"], how)
    for scope in ("local", "user", "managed"):
        for name in ("tabs", "CRLF", "BOM", "minified", "an entry", "no final newline"):
            yield f"claude, {scope}, {name}", installs("claude", scope, accepted("claude")[name])
        for name in ("comment", "empty", "hooks twice"):
            yield f"claude, {scope}, refused: {name}", refuses("claude", scope, *refused("claude")[name])
