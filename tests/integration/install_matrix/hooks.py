"""git's pre-push hook: what stands there, where git looks for it, where the repository lies. A real push shows which hooks run."""
import itertools
import os
import shutil

import world as worlds
from world import BIN, difference

GATE = """#!/bin/sh
{ echo "argv $*"; cat; } >>"$GATE_LOG"
[ ! -e "$GATE_LOG.object" ] || { echo "hookcheck-pre-push: blocked" >&2; exit 2; }
"""
# What stands there, its mode, and whether git runs it.
HOOKS = {
    "none": None,
    "sh": ("#!/bin/sh\nREAD", 0o755, True),
    "bash that asks its name": ('#!/usr/bin/env bash\nset -euo pipefail\n[ "$(basename "$0")" = pre-push ]\nREAD', 0o750, True),
    "no interpreter line": ("READ", 0o755, True),
    "read-only": ("#!/bin/sh\nREAD", 0o555, True),
    "set-user-id": ("#!/bin/sh\nREAD", 0o4711, True),
    "empty": ("", 0o755, False),
    "not executable": ("#!/bin/sh\nexit 1\n", 0o644, False),
    "link": "link",
    "link that leads nowhere": "dangling",
    "directory": "directory",
    "program": "program",
}
# core.hooksPath, and the directory that is.
PATHS = {
    "unset": (None, ".git/hooks"),
    "relative": (".githooks", ".githooks"),
    "relative, with a slash": (".githooks/", ".githooks"),
    "nested": ("tools/git/hooks", "tools/git/hooks"),
    "with a blank": ("my hooks", "my hooks"),
    "with a quote": ("hök'e", "hök'e"),
    "as usual": (".git/hooks", ".git/hooks"),
    "above": ("../outside/hooks", "../outside/hooks"),
    "absolute": ("REPO/hooks", "hooks"),
    "absolute, outside": ("OUTSIDE/hooks", "../outside/hooks"),
    "tilde": ("~/hooks", "../home/hooks"),
}


def prepare(world):
    """Beside the program a gate that notes what it is given."""
    world.bin = world.root / "bin"
    world.bin.mkdir()
    shutil.copy(BIN / "hookcheck", world.bin)
    gate = world.bin / "hookcheck-pre-push"
    gate.write_text(GATE)
    gate.chmod(0o755)
    world.log, world.theirs = world.root / "gate.log", world.root / "theirs.log"
    world.environment["GATE_LOG"] = str(world.log)
    world.git("init", "-q", "--bare", str(world.root / "remote.git"), cwd=world.root)


def put_hook(world, path, kind):
    """True: git runs it."""
    hook = HOOKS[kind]
    if hook is None:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    reads = f'cat >>"{world.theirs}"\n'
    if hook == "link":
        (world.outside / "theirs.sh").write_text("#!/bin/sh\n" + reads)
        (world.outside / "theirs.sh").chmod(0o755)
        path.symlink_to(world.outside / "theirs.sh")
    elif hook == "dangling":
        path.symlink_to("/nowhere/hook")
    elif hook == "directory":
        path.mkdir()
        (path / "file").write_text("x")
    elif hook == "program":
        shutil.copy("/bin/true", path)
    else:
        path.write_text(hook[0].replace("READ", reads))
        path.chmod(hook[1])
        return hook[2]
    return hook == "link"


def set_hooks_path(world, name, repository):
    value, directory = PATHS[name]
    if value is not None:
        world.git("config", "core.hooksPath", value.replace("REPO", str(repository)).replace("OUTSIDE", str(world.outside)), cwd=repository)
    return repository / directory


def pushes(world, where, theirs):
    """A push is given to the gate once, and to the hook that was there; what the gate objects to does not go out."""
    for log in (world.log, world.theirs):
        log.unlink(missing_ok=True)
    remote = str(world.root / "remote.git")
    done = world.git("push", remote, "HEAD:refs/heads/main", cwd=where, check=False)
    said = world.log.read_text() if world.log.exists() else ""
    if done.returncode or said.count("argv") != 1 or "refs/heads/main" not in said:
        yield ("push", done.returncode, done.stderr.decode(), said)
    if theirs and (not world.theirs.exists() or "refs/heads/main" not in world.theirs.read_text()):
        yield "the hook that was there did not get its input"
    world.git("commit", "-q", "--allow-empty", "-m", "more", "--no-verify", cwd=where)
    objection = world.root / "gate.log.object"
    objection.touch()
    done = world.git("push", remote, "HEAD:refs/heads/main", cwd=where, check=False)
    objection.unlink()
    if done.returncode == 0 or b"hookcheck-pre-push: blocked" not in done.stderr:
        yield ("not stopped", done.returncode, done.stderr.decode())


def look(world):
    return worlds.snapshot(world.repo, world.home, world.outside, *world.more)


def installs(setup, options=(), push=True):
    """`setup` returns the directory to work in, and whether git runs a hook that is there."""

    def check(world):
        prepare(world)
        world.more = []
        where, theirs = setup(world)
        before = look(world)
        status, out, errors = world.hookcheck("install", "--print", "git", *options, cwd=where)
        if status or difference(before, look(world)) or world.state.exists():
            yield ("--print", status, out, errors, difference(before, look(world)))
        status, out, errors = world.hookcheck("install", "git", *options, cwd=where)
        if status or errors:
            yield ("install", status, out, errors)
        after = look(world)
        status, out, errors = world.hookcheck("install", "git", *options, cwd=where)
        if status or errors or "git: unchanged" not in out or difference(after, look(world)):
            yield ("install again", status, out, errors, difference(after, look(world)))
        if push:
            yield from pushes(world, where, theirs)
        status, out, errors = world.hookcheck("uninstall", "--print", "git", *options, cwd=where)
        if status or difference(after, look(world)):
            yield ("uninstall --print", status, out, errors)
        yield from uninstalls(world, before, where, options)

    return check


def uninstalls(world, before, where, options):
    status, out, errors = world.hookcheck("uninstall", "git", *options, cwd=where)
    if status or errors or difference(before, look(world)) or world.records():
        yield ("uninstall", status, out, errors, difference(before, look(world)), world.records())
    status, out, errors = world.hookcheck("uninstall", "git", *options, cwd=where)
    if status or errors or "nothing of hookcheck" not in out or difference(before, look(world)):
        yield ("uninstall again", status, out, errors)


def refuses(setup, words, options=(), out=""):
    def check(world):
        prepare(world)
        world.more = []
        setup(world)
        before = look(world)
        for verb in (["install", "--print"], ["install"]):
            status, said, errors = world.hookcheck(*verb, "git", *options)
            if status != 2 or words not in errors or f"\n  next step: {out}" not in errors:
                yield (verb, status, said, errors)
        if difference(before, look(world)) or world.state.exists():
            yield ("something was written", difference(before, look(world)))
        status, said, errors = world.hookcheck("uninstall", "git", *options)
        if status or difference(before, look(world)):
            yield ("uninstall", status, said, errors)

    return check


def at_root(path, hook):
    def setup(world):
        world.new_repository()
        directory = set_hooks_path(world, path, world.repo)
        return world.repo, put_hook(world, directory / "pre-push", hook)

    return setup


def below(path, hook):
    def setup(world):
        where, theirs = at_root(path, hook)(world)
        (where / "a/b").mkdir(parents=True)
        return where / "a/b", theirs

    return setup


def linked(path, hook):
    def setup(world):
        world.new_repository()
        tree = world.root / "linked"
        world.git("worktree", "add", "-q", "-b", "side", str(tree))
        world.more = [tree]
        directory = set_hooks_path(world, path, world.repo)
        if path == "relative":
            directory = tree / ".githooks"
        return tree, put_hook(world, directory / "pre-push", hook)

    return setup


def submodule(path, hook):
    def setup(world):
        world.new_repository(world.root / "other")
        world.new_repository()
        world.git("submodule", "add", "-q", str(world.root / "other"), "lib/s")
        module = world.repo / "lib/s"
        directory = set_hooks_path(world, path, module)
        if path == "unset":
            directory = world.repo / ".git/modules/lib/s/hooks"
            shutil.rmtree(directory, ignore_errors=True)
        elif path == "tilde":
            directory = world.home / "hooks"
        return module, put_hook(world, directory / "pre-push", hook)

    return setup


def separate(path, hook):
    def setup(world):
        world.new_repository(None, "--separate-git-dir", str(world.root / "git"))
        world.more = [world.root / "git/hooks"] if (world.root / "git/hooks").exists() else []
        directory = set_hooks_path(world, path, world.repo)
        if path == "unset":
            directory = world.root / "git/hooks"
        return world.repo, put_hook(world, directory / "pre-push", hook)

    return setup


def without_commits(*options):
    """An unborn branch, or a bare repository."""

    def place(path, hook):
        def setup(world):
            world.git("init", "-q", "--template=", *options, str(world.repo), cwd=world.root)
            directory = set_hooks_path(world, path, world.repo)
            if options and path == "unset":
                directory = world.repo / "hooks"
            return world.repo, put_hook(world, directory / "pre-push", hook)

        return setup

    return place


def named(name):
    def setup(world):
        world.repo = world.root / name
        world.new_repository(world.repo)
        return world.repo, put_hook(world, world.repo / ".git/hooks/pre-push", "sh")

    return setup


def of_the_work_tree(hook):
    def setup(world):
        world.new_repository()
        world.git("config", "extensions.worktreeConfig", "true")
        world.git("config", "--worktree", "core.hooksPath", str(world.outside / "hooks"))
        return world.repo, put_hook(world, world.outside / "hooks/pre-push", hook)

    return setup


def included(world):
    world.new_repository()
    (world.outside / "settings").write_text("[core]\n\thooksPath = hooks\n")
    world.git("config", "include.path", str(world.outside / "settings"))
    return world.repo, put_hook(world, world.repo / "hooks/pre-push", "sh")


def of_the_user(value, hook):
    def setup(world):
        world.new_repository()
        world.git("config", "--global", "core.hooksPath", value)
        directory = world.home / "hooks" if value.startswith("~") else world.repo / value
        return world.repo, put_hook(world, directory / "pre-push", hook)

    return setup


def template(set_by_the_user, hook):
    def setup(world):
        world.new_repository()
        directory = world.home / ".config/git/template"
        if set_by_the_user:
            directory = world.outside / "template"
            world.git("config", "--global", "init.templateDir", str(directory))
        put_hook(world, directory / "hooks/pre-push", hook)
        return world.repo, False

    return setup


def with_hooks_path(value, *options):
    def setup(world):
        world.new_repository()
        (world.repo / "file").write_text("x")
        world.git("config", *options, "core.hooksPath", value)

    return setup


def in_the_way(world):
    world.new_repository()
    put_hook(world, world.repo / ".git/hooks/pre-push", "sh")
    (world.repo / ".git/hooks/pre-push.before-hookcheck").write_text("x")


def of_somebody_else(world):
    world.new_repository()
    os.chown(world.repo, 65534, 65534)
    os.chown(world.repo / ".git", 65534, 65534)


def moved(setting):
    """core.hooksPath is set, or emptied, after the hook was installed: what was put into the usual place is taken out there."""

    def check(world):
        prepare(world)
        world.more = []
        world.new_repository()
        put_hook(world, world.repo / ".git/hooks/pre-push", "sh")
        before = look(world)
        world.hookcheck("install", "git")
        world.git("config", "core.hooksPath", setting)
        if setting:
            world.hookcheck("install", "git")
        status, out, errors = world.hookcheck("uninstall", "git")
        world.git("config", "--unset", "core.hooksPath")
        if status or errors or difference(before, look(world)):
            yield (status, out, errors, difference(before, look(world)))

    return check


def shared_stays(world):
    """The hook of all of the user's repositories is not taken away from one of them."""
    prepare(world)
    world.more = []
    of_the_user("~/hooks", "none")(world)
    world.hookcheck("install", "git", "--user")
    status, out, errors = world.hookcheck("uninstall", "git")
    if status or not (world.home / "hooks/pre-push").exists():
        yield (status, out, errors)


def cases():
    for path, hook in itertools.product(PATHS, HOOKS):
        yield f"git, core.hooksPath {path}, hook {hook}", installs(at_root(path, hook))
    places = {"a directory below": below, "a linked work tree": linked, "a submodule": submodule, "a .git elsewhere": separate}
    for (place, setup), path, hook in itertools.product(places.items(), ("unset", "relative", "absolute", "tilde"), ("none", "sh", "link")):
        if (place, path) == ("a submodule", "tilde"):
            continue
        yield f"git, {place}, core.hooksPath {path}, hook {hook}", installs(setup(path, hook))
    for path, hook in itertools.product(("unset", "relative", "absolute"), ("none", "sh", "link")):
        yield f"git, an unborn branch, core.hooksPath {path}, hook {hook}", installs(without_commits()(path, hook), push=False)
        yield f"git, a bare repository, core.hooksPath {path}, hook {hook}", installs(without_commits("--bare")(path, hook), push=False)
    for name in ("with blank", "quo'te", 'dq"x', "dollar$HOME", "back`tick", "new\nline", "ünïcode", "-dash", "semi;colon", "percent%s", "star*", "back\\slash"):
        yield f"git, a repository called {name!r}", installs(named(name))
    for hook in ("none", "sh", "link"):
        yield f"git, core.hooksPath of the work tree, hook {hook}", installs(of_the_work_tree(hook))
        yield f"git, core.hooksPath of the user, relative, hook {hook}", installs(of_the_user(".githooks", hook))
    yield "git, core.hooksPath in an included file", installs(included)
    for hook in HOOKS:
        yield f"git, core.hooksPath of the user, --user, hook {hook}", installs(of_the_user("~/hooks", hook), ["--user"])
        for by_user in (True, False):
            yield f"git, template {'of the user' if by_user else 'made'}, hook {hook}", installs(template(by_user, hook), ["--global-template"], push=False)
    unset = "git config --local --unset core.hooksPath"
    yield "git, refused: core.hooksPath empty", refuses(with_hooks_path(""), "core.hooksPath is empty (local): git runs no hook", (), unset)
    yield "git, refused: core.hooksPath .", refuses(with_hooks_path("."), "core.hooksPath is . (local), the work tree itself: git runs no hook", (), unset)
    yield "git, refused: core.hooksPath /dev/null", refuses(with_hooks_path("/dev/null"), "core.hooksPath is /dev/null (local), no directory: git runs no hook", (), unset)
    yield "git, refused: core.hooksPath a file", refuses(with_hooks_path("file"), "core.hooksPath is file (local), no directory: git runs no hook", (), unset)
    for value in ("~/hooks", "/nowhere/hooks"):
        yield f"git, refused: core.hooksPath of the user, {value}", refuses(
            with_hooks_path(value, "--global"), f"core.hooksPath is {value} (global): its hooks run in every repository", (), "install it for all of them"
        )
    yield "git, refused: the name is taken", refuses(in_the_way, "pre-push.before-hookcheck is in the way")
    for option in ("--user", "--managed"):
        yield f"git, refused: {option}", refuses(lambda world: world.new_repository(), "has no hooks for all repositories", [option, "--sysroot", "/nowhere"])
    yield "git, refused: no repository", refuses(lambda world: None, "no git repository", (), "go to the repository, or name it: -C DIR")
    elsewhere = "git, refused: a repository of somebody else"
    if os.geteuid() == 0:
        yield elsewhere, refuses(of_somebody_else, "detected dubious ownership", (), "git config --global --add safe.directory ")
    else:
        yield f"{elsewhere} # SKIP only root can give a directory away", lambda world: ()
    yield "git, core.hooksPath set afterwards", moved("hooks")
    yield "git, core.hooksPath emptied afterwards", moved("")
    yield "git, the user's hook stays", shared_stays
