"""What is there instead of a file, who asks for what, and hook managers in places of their own."""
import concurrent.futures
import json
import os
import shutil
import subprocess

import hooks
import settings
from world import difference


def refused(setup, words, out="", target="claude", print_too=True):
    """`setup` puts something in the way; nothing of it is touched."""

    def check(world):
        world.new_repository()
        setup(world)
        before = world.snapshot()
        for verb in (["install", "--print"], ["install"]) if print_too else (["install"],):
            status, said, errors = world.hookcheck(*verb, target)
            if status != 2 or words not in errors or f"\n  next step: {out}" not in errors:
                yield (verb, status, said, errors)
        if difference(before, world.snapshot()):
            yield difference(before, world.snapshot())

    return check


def put(kind):
    def setup(world):
        path = settings.file_of(world, "claude")
        path.parent.mkdir()
        if kind == "link":
            path.symlink_to("other.json")
        elif kind == "loop":
            path.symlink_to("settings.json")
        elif kind == "directory":
            path.mkdir()
        elif kind == "pipe":
            os.mkfifo(path)
        elif kind == "large":
            path.write_text('{"a":"' + "x" * (9 << 20) + '"}')
        elif kind == "read-only":
            path.write_text("{}\n")
            path.chmod(0o444)

    return setup


def nobody(*targets):
    """A directory without the right to write: said, with nothing left in the state directory either."""

    def check(world):
        world.new_repository()
        (world.home / ".gitconfig").write_text("[safe]\n\tdirectory = *\n")
        world.state.mkdir(mode=0o777)
        world.state.chmod(0o777)
        before = world.snapshot()
        bounded = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if os.geteuid() == 0 else []
        closed = [] if bounded else [world.repo, *(path for path in world.repo.rglob("*") if path.is_dir())]
        for path in closed:
            path.chmod(0o555)
        for target in targets:
            done = subprocess.run(
                [*bounded, str(world.bin / "hookcheck"), "install", target], cwd=world.repo, env=world.environment, capture_output=True, text=True, timeout=60
            )
            if done.returncode != 2 or "Permission denied" not in done.stderr or "\n  next step: " not in done.stderr:
                yield (target, done.returncode, done.stdout, done.stderr)
        for path in closed:
            path.chmod(0o755)
        if difference(before, world.snapshot()) or world.records():
            yield (difference(before, world.snapshot()), world.records())

    return check


def says(arguments, status, words, out="", repository=True, **environment):
    def check(world):
        if repository:
            world.new_repository()
        wanted = {name: value for name, value in environment.items() if value is not None}
        for name in environment:
            world.environment.pop(name, None)
        got, said, errors = world.hookcheck(*arguments, **wanted)
        text = said if status == 0 else errors
        if got != status or words not in text or out not in text:
            yield (got, said, errors)

    return check


def local_alone(world):
    """--local takes the local settings away, nothing else."""
    world.new_repository()
    world.hookcheck("install", "git", "claude")
    before = world.snapshot()
    world.hookcheck("install", "--local", "claude")
    status, out, errors = world.hookcheck("uninstall", "--local")
    if status or errors or difference(before, world.snapshot()):
        yield (status, out, errors, difference(before, world.snapshot()))


def users_stay(world):
    """What is registered for all repositories stays, and is named."""
    world.new_repository()
    world.hookcheck("install", "claude")
    world.hookcheck("install", "--user", "claude")
    status, out, errors = world.hookcheck("uninstall")
    user = settings.file_of(world, "claude", "user")
    if status or not user.exists() or settings.file_of(world, "claude").exists():
        yield (status, out, errors)
    if f"claude: note {user}: still registered, for all of your repositories" not in out or "next step: hookcheck uninstall --user" not in out:
        yield out


def at_once(world):
    """Two dozen installers: one registration, one wrapper around the hook that was there, and all of it back."""
    world.new_repository()
    path = settings.file_of(world, "claude")
    path.parent.mkdir()
    path.write_text('{\n  "a": 1\n}\n')
    hook = world.repo / ".git/hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 0\n")
    hook.chmod(0o755)
    before = world.snapshot()
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: world.hookcheck("install", "claude", "git", "cursor"), range(24)))
    if any(answer[0] for answer in answers):
        yield [answer for answer in answers if answer[0]][:2]
    if len(json.loads(path.read_bytes())["hooks"]["PreToolUse"]) != 2:
        yield path.read_text()
    status, out, errors = world.hookcheck("uninstall")
    if status or errors or difference(before, world.snapshot()) or world.records():
        yield (status, out, errors, difference(before, world.snapshot()), world.records())


def json_says_what_print_does(world):
    world.new_repository()
    targets = ["claude", "git", "opencode", "ci", "github"]
    before = world.snapshot()
    for verb, setup in (("install", []), ("uninstall", ["install", *targets])):
        if setup:
            world.hookcheck(*setup)
            before = world.snapshot()
        status, out, errors = world.hookcheck(verb, "--json", "--print", *targets)
        results = json.loads(out)["results"]
        if status or sorted({result["target"] for result in results}) != ["ci", "claude", "git", "opencode"] or difference(before, world.snapshot()):
            yield (verb, status, results, errors)


def husky(directory, version, absolute=False):
    """Wherever husky's scripts lie, git's core.hooksPath leads there: the entry goes into the script that husky runs."""

    def check(world):
        hooks.prepare(world)
        world.more = []
        world.new_repository()
        place = world.repo / directory
        (place / "_").mkdir(parents=True)
        setting = directory if version == 8 else f"{directory}/_"
        if version == 8:
            (place / "_/husky.sh").write_text("#!/bin/sh\n")
        else:
            (place / "_/h").write_text('#!/usr/bin/env sh\ns=$(dirname "$(dirname "$0")")/$(basename "$0")\n[ ! -f "$s" ] || exec sh -e "$s" "$@"\n')
            (place / "_/pre-push").write_text('#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n')
            (place / "_/pre-push").chmod(0o755)
        world.git("config", "core.hooksPath", str(world.repo / setting) if absolute else setting)
        before = world.snapshot()
        status, out, errors = world.hookcheck("install", "git")
        script = place / "pre-push"
        if status or errors or not script.exists() or ">>> hookcheck" not in script.read_text() or not os.access(script, os.X_OK):
            yield (status, out, errors)
        yield from hooks.pushes(world, world.repo, False)
        yield from hooks.uninstalls(world, before_without_more(world, before), world.repo, ())

    return check


def before_without_more(world, before):
    return {path: entry for path, entry in before.items() if not path.startswith(str(world.image))}


def manager(file, text, after, target="lefthook"):
    """An entry of that name in another hook, or in a comment, is none of ours."""

    def check(world):
        world.new_repository()
        path = world.repo / file
        path.write_text(text)
        status, out, errors = world.hookcheck("install", target)
        if status or errors or after not in path.read_text():
            yield (status, out, errors, path.read_text())
        status, out, errors = world.hookcheck("uninstall", target)
        if status or errors or path.read_text() != text:
            yield (status, out, errors, path.read_text())

    return check


def without_record(target):
    """The copies are lost: our entry goes all the same."""

    def check(world):
        world.new_repository()
        world.hookcheck("install", target)
        shutil.rmtree(world.state)
        status, out, errors = world.hookcheck("uninstall", target)
        left = [path for path in world.repo.rglob("*") if path.is_file() and ".git" not in path.parts and b"hookcheck" in path.read_bytes()]
        if status or errors or left:
            yield (status, out, errors, left)

    return check


def in_a_linked_work_tree(world):
    """The settings are the work tree's, the hook is the repository's."""
    world.new_repository()
    tree = world.root / "linked"
    world.git("worktree", "add", "-q", str(tree))
    world.hookcheck("install", "claude", "git", cwd=tree)
    if not (tree / ".claude/settings.json").exists() or not (world.repo / ".git/hooks/pre-push").exists():
        yield "not installed"
    world.hookcheck("uninstall", cwd=tree)
    if (tree / ".claude").exists() or (world.repo / ".git/hooks/pre-push").exists():
        yield "not uninstalled"


def cases():
    yield "a link that leads nowhere", refused(put("link"), "settings.json: a symbolic link that leads nowhere", "remove the link, or make the file that it names")
    yield "a link to itself", refused(put("loop"), "settings.json: cannot be looked at: Too many levels of symbolic links")
    yield "a directory in its place", refused(put("directory"), "settings.json: not a regular file", "look at it, and move it away")
    yield "a pipe in its place", refused(put("pipe"), "settings.json: not a regular file")
    yield "nine megabytes", refused(put("large"), "settings.json: larger than any settings file")
    yield "a read-only file", refused(put("read-only"), "settings.json is read-only", "whatever writes it adds the hook", print_too=False)
    yield "a file on the way", refused(lambda world: (world.repo / ".claude").write_text("x"), "/.claude: not a directory", "look at it, and move it away")
    yield "a link that leads nowhere on the way", refused(lambda world: (world.repo / ".claude").symlink_to("/nowhere"), "/.claude: not a directory")
    yield "no right to write", nobody("claude", "git", "copilot", "opencode", "husky", "lefthook", "pre-commit")
    for arguments in (["install", "claude"], ["install", "--user", "claude"], ["install", "git", "--global-template"], ["uninstall"], ["doctor"]):
        yield f"no home: {' '.join(arguments)}", says(arguments, 2, "no home directory is known", "next step: set HOME", HOME=None, HOOKCHECK_STATE_DIR=None)
    yield "no home, a state directory", says(["install", "--user", "claude"], 2, "no home directory is known", "next step: set HOME", HOME=None)
    for arguments, words in (
        (["--managed", "codex"], "Codex CLI has no settings file for --managed\n  next step: one of those it has: --project --user\n"),
        (["--local", "gemini"], "Gemini CLI has no settings file for --local\n  next step: one of those it has: --project --user --managed\n"),
        (["--managed", "opencode"], "OpenCode has no settings file for --managed\n  next step: one of those it has: --project --user\n"),
    ):
        yield f"no such file: {' '.join(arguments)}", says(["install", *arguments], 2, words)
    for target in ("claude", "copilot", "opencode"):
        yield f"no repository: {target}", says(["install", target], 2, "lies in no repository", "register for all of yours: --user", False)
    for target in ("git", "husky", "lefthook", "pre-commit"):
        yield f"no repository: {target}", says(["install", target], 2, "no git repository", "go to the repository, or name it: -C DIR", False)
    yield "no repository: ci", says(["install", "ci", "github"], 2, "lies in no repository", "go to the repository, or name it: -C DIR", False)
    yield "no repository, no agent", says(["install"], 2, "found no repository and no agent here", "next step: hookcheck install claude\n", False)
    yield "no repository: uninstall", says(["uninstall"], 0, "nothing of hookcheck is registered here", "", False)
    yield "no git", says(["install", "git"], 2, "cannot start git", "", True, PATH="/nowhere")
    for arguments in (["--nonsense"], ["a", "b"], ["--print=x"], ["--sysroot"], ["ci"], ["--user", "--local"], ["--global-template"], ["--global-template", "claude"], [""], ["-x"]):
        yield f"wrong usage: {' '.join(arguments) or 'an empty word'}", says(["install", *arguments], 1, "--help says more")
    yield "--local alone", local_alone
    yield "the user's registration stays, and is named", users_stay
    yield "two dozen at once", at_once
    yield "--json --print", json_says_what_print_does
    for directory, version, absolute in ((".husky", 9, False), ("web/.husky", 9, False), (".config/husky", 9, False), (".husky", 9, True), (".husky", 8, False), ("web/.husky", 8, False), ("tools/hooks", 8, False)):
        yield f"husky {version} in {directory}{', absolute' if absolute else ''}", husky(directory, version, absolute)
    yield "lefthook: a command of that name in another hook", manager("lefthook.yml", "pre-commit:\n  commands:\n    hookcheck:\n      run: hookcheck status\n", "\npre-push:\n")
    yield "lefthook: a comment", manager("lefthook.yml", "# pre-push:\n#   scripts:\n#     hookcheck:\npre-commit:\n  parallel: true\n", "\npre-push:\n")
    yield "lefthook: a job of that name in another hook", manager("lefthook.yml", "pre-push:\n  jobs:\n    - name: a\n      run: a\npre-commit:\n  jobs:\n    - name: hookcheck\n      run: a\n", "- name: hookcheck\n      script: hookcheck\n")
    yield "pre-commit: a hook that starts hookcheck", manager(".pre-commit-config.yaml", "repos:\n- repo: local\n  hooks:\n  - id: other\n    name: hookcheck\n    entry: hookcheck status\n    language: system\n", "- id: hookcheck\n", "pre-commit")
    for target in ("husky", "lefthook", "pre-commit"):
        yield f"{target}, the copies are lost", without_record(target)
    yield "a linked work tree", in_a_linked_work_tree
