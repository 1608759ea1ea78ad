"""What silences a hook is found, with the file it stands in and the way out; where nothing does, doctor is content."""
import json
import shutil
import subprocess

from settings import PROGRAM
from world import BIN

HOSTS = ("claude", "codex", "copilot", "gemini", "cursor", "opencode")
BOTH = ("git", "claude")
SETTINGS = ".claude/settings.json"
ENTRY = {"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": f"{PROGRAM} || exit 2", "timeout": 60, "onFailure": "block"}]}]}}
MANAGED = "/etc/claude-code/managed-settings"


def place(world, name):
    """~: the home directory, /: system-wide, below the image; else the repository."""
    if name.startswith("~/"):
        return world.home / name[2:]
    return world.image / name[1:] if name.startswith("/") else world.repo / name


def put(name, text, mode=0o644):
    def change(world):
        path = place(world, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    return change


def edit(name, function):
    """`function` changes the document, or returns another one."""

    def change(world):
        path = place(world, name)
        document = json.loads(path.read_text()) if path.exists() else {}
        other = function(document)
        put(name, json.dumps(document if other is None else other, indent=2) + "\n")(world)

    return change


def with_keys(**keys):
    return lambda document: document.update(keys)


def entry(document, event="PreToolUse"):
    return document["hooks"][event][0]


def handler(**keys):
    return lambda document: entry(document)["hooks"][0].update(keys)


def without(key, event):
    def change(document):
        del entry(document, event)[key]

    return change


def renamed(old, new):
    return lambda document: document["hooks"].update({new: document["hooks"].pop(old)})


def every(*changes):
    def change(world):
        for one in changes:
            one(world)

    return change


def git(*arguments):
    return lambda world: world.git(*arguments)


def install(*arguments):
    def change(world):
        status, out, errors = world.hookcheck("install", *arguments)
        if status:
            raise RuntimeError(out + errors)

    return change


def managed(*targets):
    return lambda world: install("--managed", "--sysroot", str(world.image), *targets)(world)


def replaced(name, function):
    def change(world):
        path = place(world, name)
        path.write_text(function(path.read_text()))

    return change


def link_to(name, target):
    def change(world):
        path = place(world, name)
        path.unlink(missing_ok=True)
        path.symlink_to(target)

    return change


def copy_of_program(mode):
    """Another program of that name, registered."""

    def change(world):
        other = world.outside / "hookcheck-pre-tool-use"
        if mode == "directory":
            other.mkdir()
        elif mode == "link":
            other.symlink_to("/nowhere")
        else:
            shutil.copy(PROGRAM, other)
            other.chmod(mode)
        edit(SETTINGS, handler(command=f"{other} || exit 2"))(world)

    return change


def other_program(world):
    shutil.copytree(BIN, world.outside / "bin")
    other = json.loads(json.dumps(ENTRY))
    entry(other)["hooks"][0]["command"] = f"{world.outside}/bin/hookcheck-pre-tool-use || exit 2"
    edit("~/.claude/settings.json", lambda _: other)(world)


def placeholder(world):
    (world.repo / "tools").symlink_to(BIN)
    command = '"$CLAUDE_PROJECT_DIR"/tools/hookcheck-pre-tool-use || exit 2'
    edit(SETTINGS, lambda _: {"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": command}]}]}})(world)


# --- hook managers, as they stand when they are active ---


def husky(directory=".husky"):
    def change(world):
        scripts = world.repo / directory
        put(f"{directory}/_/h", '#!/usr/bin/env sh\ns=$(dirname "$(dirname "$0")")/$(basename "$0")\n[ ! -f "$s" ] || exec sh -e "$s" "$@"\n')(world)
        put(f"{directory}/_/pre-push", '#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n', 0o755)(world)
        world.git("config", "core.hooksPath", f"{directory}/_")
        install("git")(world)
        assert (scripts / "pre-push").exists()

    return change


def lefthook(world, file="lefthook.yml", text="pre-push:\n  parallel: true\n"):
    put(file, text)(world)
    put(".git/hooks/pre-push", '#!/bin/sh\n# lefthook\ncall_lefthook run "pre-push" "$@"\n', 0o755)(world)
    install("git")(world)


def lefthook_in(file, text):
    return lambda world: lefthook(world, file, text)


def pre_commit(world):
    put(".pre-commit-config.yaml", "repos:\n- repo: local\n  hooks:\n  - {id: a, name: a, entry: 'true', language: system}\n")(world)
    subprocess.run(("pre-commit", "install", "-t", "pre-push"), cwd=world.repo, env=world.environment, check=True, capture_output=True)
    install("git")(world)


def old_husky(world):
    put(".husky/_/husky.sh", "")(world)
    world.git("config", "core.hooksPath", ".husky")
    install("git")(world)
    (world.repo / ".husky/pre-push").chmod(0o644)


HOOK = ".git/hooks/pre-push"
CLAUDE = ("claude",)
# name, what is installed, what is changed then.
HEALTHY = [
    *((host, ("git", host), None) for host in HOSTS),
    *((f"{host}, user", ("git",), install("--user", host)) for host in HOSTS),
    *((f"{host}, managed", ("git",), managed(host)) for host in ("claude", "gemini", "cursor", "copilot")),
    ("all of them", ("git", *HOSTS), None),
    ("claude, local", ("git",), install("--local", "claude")),
    ("claude, in managed-settings.d", ("git",), edit(f"{MANAGED}.d/50-hookcheck.json", lambda _: ENTRY)),
    ("disableAllHooks: false", BOTH, edit(SETTINGS, with_keys(disableAllHooks=False))),
    ("disableAllHooks of the user, false in the project", BOTH, every(edit("~/.claude/settings.json", with_keys(disableAllHooks=True)), edit(SETTINGS, with_keys(disableAllHooks=False)))),
    ("disableAllHooks, and ours is managed", ("git",), every(managed("claude"), edit(SETTINGS, with_keys(disableAllHooks=True)))),
    ("allowManagedHooksOnly, and ours is managed", BOTH, every(edit(f"{MANAGED}.d/1.json", with_keys(allowManagedHooksOnly=True)), edit(f"{MANAGED}.d/2.json", lambda _: ENTRY))),
    ("allowManagedHooksOnly, false in a later file", BOTH, every(edit(f"{MANAGED}.d/1.json", with_keys(allowManagedHooksOnly=True)), edit(f"{MANAGED}.d/2.json", with_keys(allowManagedHooksOnly=False)))),
    ("a hidden file in managed-settings.d", BOTH, put(f"{MANAGED}.d/.1.json", "{,}")),
    ("another file in managed-settings.d", BOTH, put(f"{MANAGED}.d/README", "x")),
    ("entries of others beside ours", BOTH, edit(SETTINGS, lambda d: d["hooks"]["PreToolUse"].append({"matcher": "Bash", "hooks": [{"type": "command", "command": "/x"}]}))),
    ("other events of others", BOTH, edit(SETTINGS, lambda d: d["hooks"].update(Stop=[{"hooks": [{"type": "prompt", "prompt": "x"}]}]))),
    ("a placeholder of the host", ("git",), placeholder),
    ("without a shell, onFailure", ("git",), edit(SETTINGS, lambda _: {"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": PROGRAM, "args": [], "timeout": 60, "onFailure": "block"}]}]}})),
    ("gemini: another hook is disabled", ("git", "gemini"), edit(".gemini/settings.json", with_keys(hooksConfig={"disabled": ["fmt"], "enabled": True}))),
    ("gemini: tools.enableHooks = true", ("git", "gemini"), edit(".gemini/settings.json", with_keys(tools={"enableHooks": True}))),
    ("codex: hooks = true", ("git", "codex"), put("~/.codex/config.toml", "[features]\nhooks = true\n")),
    ("codex: other features in one line", ("git", "codex"), put("~/.codex/config.toml", 'features = { web_search = false, a.hooks = false }\n')),
    ("codex: hooks = false of something else", ("git", "codex"), put("~/.codex/config.toml", "[other]\nhooks = false\n")),
    ("codex: a description", ("git", "codex"), edit(".codex/hooks.json", with_keys(description="x"))),
    ("copilot: a matcher that takes bash", ("git", "copilot"), edit(".github/hooks/hookcheck.json", lambda d: entry(d, "preToolUse").update(matcher="bash|powershell"))),
    ("cursor: preToolUse", ("git", "cursor"), edit(".cursor/hooks.json", renamed("beforeShellExecution", "preToolUse"))),
    ("core.hooksPath in the work tree", CLAUDE, every(git("config", "core.hooksPath", ".githooks"), install("git"))),
    ("an earlier hook", CLAUDE, every(put(HOOK, "#!/bin/sh\nexit 0\n", 0o755), install("git"))),
    ("an earlier hook that fails", CLAUDE, every(put(HOOK, "#!/bin/sh\nexit 1\n", 0o755), install("git"))),
    ("husky", CLAUDE, husky()),
    ("husky in web/", CLAUDE, husky("web/.husky")),
    ("husky, after the wrapper", BOTH, husky()),
    ("lefthook", CLAUDE, lefthook),
    ("lefthook, skip of another hook", CLAUDE, lefthook_in("lefthook.yml", "pre-commit:\n  skip: true\npre-push:\n  parallel: true\n")),
    ("pre-commit", CLAUDE, pre_commit),
]
# name, what is installed, what is changed then, and what must be found: code, subject, the end of the path, words.
FAULTS = [
    *((f"disableAllHooks in {file}", BOTH, edit(file, with_keys(disableAllHooks=True)), "hooks-disabled", "claude", file.strip("~"), "disableAllHooks is true")
      for file in (SETTINGS, ".claude/settings.local.json", "~/.claude/settings.json", f"{MANAGED}.json", f"{MANAGED}.d/1.json")),
    ("allowManagedHooksOnly in managed-settings.d", BOTH, edit(f"{MANAGED}.d/1.json", with_keys(allowManagedHooksOnly=True)), "managed-hooks-only", "claude", "1.json", "allowManagedHooksOnly"),
    ("managed-settings.d: no JSON", BOTH, put(f"{MANAGED}.d/1.json", "{,}"), "settings-invalid", "claude", "1.json", ":1:2: "),
    ("gemini: hooksConfig.enabled", ("git", "gemini"), edit(".gemini/settings.json", with_keys(hooksConfig={"enabled": False})), "hooks-disabled", "gemini", ".gemini/settings.json", "hooksConfig.enabled is false"),
    ("gemini: hooksConfig.enabled of the user", ("git", "gemini"), edit("~/.gemini/settings.json", with_keys(hooksConfig={"enabled": False})), "hooks-disabled", "gemini", "home/.gemini/settings.json", "hooksConfig.enabled"),
    ("gemini: hooks.enabled", ("git", "gemini"), edit(".gemini/settings.json", lambda d: d["hooks"].update(enabled=False)), "hooks-disabled", "gemini", ".gemini/settings.json", "hooks.enabled"),
    ("gemini: tools.enableHooks", ("git", "gemini"), edit("~/.gemini/settings.json", with_keys(tools={"enableHooks": False})), "hooks-disabled", "gemini", "home/.gemini/settings.json", "tools.enableHooks is false"),
    ("gemini: disabled by its name, as before 0.27", ("git", "gemini"), edit(".gemini/settings.json", lambda d: d["hooks"].update(disabled=["hookcheck"])), "hooks-disabled", "gemini", ".gemini/settings.json", 'hooks.disabled names our hook, "hookcheck"'),
    ("gemini: disabled by its name", ("git", "gemini"), edit("~/.gemini/settings.json", with_keys(hooksConfig={"disabled": ["hookcheck"]})), "hooks-disabled", "gemini", "home/.gemini/settings.json", 'hooksConfig.disabled names our hook, "hookcheck"'),
    ("gemini: disabled by its command", ("git", "gemini"), edit(".gemini/settings.json", with_keys(hooksConfig={"disabled": [f"{PROGRAM} || exit 2"]})), "hooks-disabled", "gemini", ".gemini/settings.json", "names our hook"),
    ("gemini: a timeout in seconds", ("git", "gemini"), edit(".gemini/settings.json", lambda d: entry(d, "BeforeTool")["hooks"][0].update(timeout=60)), "deadline", "gemini", ".gemini/settings.json", "waits 0.06 s"),
    ("gemini: a matcher", ("git", "gemini"), edit(".gemini/settings.json", lambda d: entry(d, "BeforeTool").update(matcher="Bash")), "matcher", "gemini", ".gemini/settings.json", "run_shell_command"),
    ("codex: hooks = false", ("git", "codex"), put("~/.codex/config.toml", 'model = "x"\n[features]\nhooks = false # no\n'), "hooks-disabled", "codex", "home/.codex/config.toml", "features.hooks is false"),
    ("codex: hooks = false in the project", ("git", "codex"), put(".codex/config.toml", "features.hooks = false\n"), "hooks-disabled", "codex", "repo/.codex/config.toml", "features.hooks"),
    ("codex: hooks = false in one line", ("git", "codex"), put("~/.codex/config.toml", 'x = { y = [1, "}"], z = 2 }\nfeatures = { web_search = true, hooks = false }\n'), "hooks-disabled", "codex", "home/.codex/config.toml", "features.hooks is false"),
    ("a state directory for everybody", ("git",), lambda world: world.state.chmod(0o777), "state-open", "state", "", "everybody on this machine can write there"),
    ("codex: codex_hooks = false", ("git", "codex"), put("~/.codex/config.toml", "[features]\ncodex_hooks = false\n"), "hooks-disabled", "codex", ".codex/config.toml", "codex_hooks"),
    ("codex: hooks = false of the administrator", ("git", "codex"), put("/etc/codex/requirements.toml", "[features]\nhooks = false\n"), "hooks-disabled", "codex", "requirements.toml", "features.hooks"),
    ("codex: allow_managed_hooks_only", ("git", "codex"), put("/etc/codex/requirements.toml", "allow_managed_hooks_only = true\n"), "managed-hooks-only", "codex", "requirements.toml", "allow_managed_hooks_only"),
    ("copilot: disableAllHooks", ("git", "copilot"), edit(".github/hooks/hookcheck.json", with_keys(disableAllHooks=True)), "hooks-disabled", "copilot", "hookcheck.json", "disableAllHooks"),
    ("copilot: disableAllHooks of the repository", ("git", "copilot"), edit(".github/copilot/settings.json", with_keys(disableAllHooks=True)), "hooks-disabled", "copilot", "copilot/settings.json", "disableAllHooks"),
    ("copilot: disableAllHooks beside a comment", ("git", "copilot"), put(".github/copilot/settings.local.json", '{\n  // mine\n  "disableAllHooks": true\n}\n'), "hooks-disabled", "copilot", "settings.local.json", "disableAllHooks"),
    ("copilot: another version", ("git", "copilot"), edit(".github/hooks/hookcheck.json", with_keys(version=2)), "settings-invalid", "copilot", "hookcheck.json", '"version" is not 1'),
    ("copilot: a timeout", ("git", "copilot"), edit(".github/hooks/hookcheck.json", lambda d: entry(d, "preToolUse").update(timeoutSec=10)), "deadline", "copilot", "hookcheck.json", "waits 10 s"),
    ("copilot: a matcher", ("git", "copilot"), edit(".github/hooks/hookcheck.json", lambda d: entry(d, "preToolUse").update(matcher="edit")), "matcher", "copilot", "hookcheck.json", "the tool bash"),
    ("copilot: a part of the name", ("git", "copilot"), edit(".github/hooks/hookcheck.json", lambda d: entry(d, "preToolUse").update(matcher="ba")), "matcher", "copilot", "hookcheck.json", "the tool bash"),
    ("copilot: PowerShell alone", ("git", "copilot"), edit(".github/hooks/hookcheck.json", lambda d: {"version": 1, "hooks": {"preToolUse": [{"type": "command", "powershell": PROGRAM}]}}), "not-registered", "copilot", "", ""),
    ("copilot: a policy that others can write", ("git",), every(managed("copilot"), lambda world: place(world, "/etc/github-copilot/policy.d/hookcheck.json").chmod(0o666)), "settings-ignored", "copilot", "hookcheck.json", "others can write it"),
    ("cursor: a relative path", ("git", "cursor"), edit(".cursor/hooks.json", lambda d: entry(d, "beforeShellExecution").update(command="./hookcheck-pre-tool-use || exit 2")), "relative-path", "cursor", ".cursor/hooks.json", ""),
    ("cursor: without a version", ("git", "cursor"), edit(".cursor/hooks.json", lambda d: d.pop("version")), "settings-invalid", "cursor", ".cursor/hooks.json", "is not a number"),
    ("cursor: a matcher", ("git", "cursor"), edit(".cursor/hooks.json", lambda d: entry(d, "beforeShellExecution").update(matcher="^sst ")), "matcher", "cursor", ".cursor/hooks.json", "tried on the command"),
    ("cursor: another event", ("git", "cursor"), edit(".cursor/hooks.json", renamed("beforeShellExecution", "afterShellExecution")), "wrong-event", "cursor", ".cursor/hooks.json", "afterShellExecution"),
    ("opencode: another plugin", ("git", "opencode"), put(".opencode/plugins/hookcheck.js", "// nothing\n"), "settings-invalid", "opencode", "hookcheck.js", "not the plugin that install writes"),
    ("opencode: another program", ("git", "opencode"), replaced(".opencode/plugins/hookcheck.js", lambda text: text.replace(PROGRAM, "/nowhere/hookcheck-pre-tool-use")), "missing-program", "opencode", "hookcheck.js", "/nowhere"),
    *((f"claude: {name}", BOTH, edit(SETTINGS, handler(**keys)), code, "claude", SETTINGS, words) for name, keys, code, words in (
        ("asynchronous", {"async": True}, "async", ""),
        ("a condition", {"if": "Bash(sst *)"}, "matcher", "condition"),
        ("ten seconds", {"timeout": 10}, "deadline", "waits 10 s"),
        ("another type", {"type": "prompt"}, "wrong-type", "prompt"),
        ("timeout 0", {"timeout": 0}, "settings-invalid", "timeout"),
        ("timeout as text", {"timeout": "60"}, "settings-invalid", "timeout"),
        ("without || exit 2", {"command": PROGRAM}, "fails-open", ""),
        ("|| true", {"command": f"{PROGRAM} || true"}, "fails-open", ""),
        ("; exit 0", {"command": f"{PROGRAM}; exit 0"}, "does-not-block", ""),
        ("in the background", {"command": f"{PROGRAM} &"}, "does-not-block", ""),
        ("no such program", {"command": "/nowhere/hookcheck-pre-tool-use || exit 2"}, "missing-program", "/nowhere"),
        ("a tilde", {"command": "~/bin/hookcheck-pre-tool-use || exit 2"}, "relative-path", ""),
        ("a bare name", {"command": "hookcheck-pre-tool-use || exit 2"}, "relative-path", ""),
        ("another shell", {"shell": "powershell"}, "wrong-shell", "powershell"),
    )),
    *((f"claude: matcher {matcher}", BOTH, edit(SETTINGS, lambda d, m=matcher: entry(d).update(matcher=m)), "matcher", "claude", SETTINGS, "") for matcher in ("bash", "Bash,PowerShell", "Bas", "Bash(", "^bash$", "Shell", "mcp__.*")),
    ("claude: the event of another host", BOTH, edit(SETTINGS, renamed("PreToolUse", "preToolUse")), "wrong-event", "claude", SETTINGS, "preToolUse"),
    ("claude: PostToolUse", BOTH, edit(SETTINGS, renamed("PreToolUse", "PostToolUse")), "wrong-event", "claude", SETTINGS, "PostToolUse"),
    ("claude: the plugin is off", ("git",), edit(SETTINGS, with_keys(enabledPlugins={"hookcheck@tools": False})), "not-registered", "claude", "", ""),
    ("claude: not below hooks", BOTH, edit(SETTINGS, lambda d: d["hooks"]), "not-registered", "claude", "", ""),
    ("claude: a comment", BOTH, replaced(SETTINGS, lambda text: "// x\n" + text), "settings-invalid", "claude", SETTINGS, ":1:1: "),
    ("claude: the user's file is broken", BOTH, put("~/.claude/settings.json", "{"), "settings-invalid", "claude", "home/.claude/settings.json", ""),
    ("claude: a bad entry of another event", BOTH, edit(SETTINGS, lambda d: d["hooks"].update(Stop=["x"])), "unreadable-hooks", "claude", SETTINGS, "hooks.Stop[0]"),
    ("claude: a link that leads nowhere", BOTH, link_to(SETTINGS, "/nowhere"), "settings-invalid", "claude", SETTINGS, "leads nowhere"),
    ("claude: no run bit", BOTH, copy_of_program(0o644), "not-executable", "claude", SETTINGS, ""),
    ("claude: a directory for the program", BOTH, copy_of_program("directory"), "missing-program", "claude", SETTINGS, ""),
    ("claude: a link that leads nowhere for the program", BOTH, copy_of_program("link"), "missing-program", "claude", SETTINGS, ""),
    ("no run bit", ("claude", "git"), lambda world: (world.repo / HOOK).chmod(0o644), "not-executable", "git", HOOK, ""),
    ("a link that leads nowhere", ("claude", "git"), link_to(HOOK, "/nowhere"), "missing-program", "git", HOOK, ""),
    ("removed", ("claude", "git"), lambda world: (world.repo / HOOK).unlink(), "not-registered", "git", "", ""),
    ("overwritten", ("claude", "git"), put(HOOK, "#!/bin/sh\n", 0o755), "not-registered", "git", "", ""),
    ("an interpreter that is not there", ("claude", "git"), replaced(HOOK, lambda text: "#!/nowhere/sh" + text[9:]), "missing-program", "git", HOOK, "/nowhere/sh"),
    ("an end before its beginning", ("claude", "git"), replaced(HOOK, lambda text: text.replace("gate=", "exit 0\ngate=", 1)), "does-not-block", "git", HOOK, ""),
    ("the gate is gone", ("claude", "git"), replaced(HOOK, lambda text: text.replace(f"gate={BIN}", "gate=/nowhere")), "does-not-answer", "git", HOOK, "/nowhere"),
    ("core.hooksPath /dev/null", ("claude", "git"), git("config", "core.hooksPath", "/dev/null"), "hooks-path", "git", "config", "/dev/null"),
    ("core.hooksPath empty", ("claude", "git"), git("config", "core.hooksPath", ""), "hooks-path", "git", "config", "empty"),
    ("core.hooksPath .", ("claude", "git"), git("config", "core.hooksPath", "."), "hooks-path", "git", "config", "the work tree itself"),
    ("core.hooksPath elsewhere", ("claude", "git"), git("config", "core.hooksPath", "other"), "hooks-path", "git", HOOK, "core.hooksPath"),
    ("core.hooksPath of the user", ("claude", "git"), git("config", "--global", "core.hooksPath", "/nowhere"), "hooks-path", "git", HOOK, "core.hooksPath"),
    ("a linked work tree without the directory", CLAUDE, every(git("config", "core.hooksPath", "hooks"), install("git"), lambda world: world.git("worktree", "add", "-q", str(world.root / "linked"))), "hooks-path", "git", "linked/hooks/pre-push", ""),
    ("pushed aside by lefthook", ("claude", "git"), lambda world: (world.repo / HOOK).rename(world.repo / f"{HOOK}.old"), "hooks-path", "git", "pre-push.old", ""),
    ("husky: HUSKY=0 of the user", CLAUDE, every(husky(), put("~/.config/husky/init.sh", "export HUSKY=0\n")), "hooks-disabled", "git", "init.sh", "HUSKY=0"),
    ("cursor: neither || exit 2 nor failClosed", ("git", "cursor"), edit(".cursor/hooks.json", lambda document: entry(document, "beforeShellExecution").update(command=PROGRAM, failClosed=False)), "fails-open", "cursor", ".cursor/hooks.json", ""),
    ("gemini: without || exit 2", ("git", "gemini"), edit(".gemini/settings.json", lambda document: entry(document, "BeforeTool")["hooks"][0].update(command=PROGRAM)), "fails-open", "gemini", ".gemini/settings.json", ""),
    ("husky is not active", CLAUDE, every(lambda world: (world.repo / ".husky").mkdir(), install("husky")), "hooks-path", "git", ".husky/pre-push", ""),
    ("husky 8: no run bit", CLAUDE, old_husky, "not-executable", "git", ".husky/pre-push", ""),
    ("lefthook is not active", CLAUDE, every(put("lefthook.yml", "a: 1\n"), install("lefthook")), "hooks-path", "git", "lefthook.yml", ""),
    ("lefthook: the script is gone", CLAUDE, every(lefthook, lambda world: (world.repo / ".lefthook/pre-push/hookcheck").unlink()), "missing-program", "git", ".lefthook/pre-push/hookcheck", ""),
    ("lefthook: skip", CLAUDE, lefthook_in("lefthook.yml", "pre-push:\n  skip: true\n"), "hooks-disabled", "git", "lefthook.yml", "skip"),
    ("lefthook: skip of the script", CLAUDE, every(lefthook, replaced("lefthook.yml", lambda text: text.replace("runner: sh\n", "runner: sh\n      skip: true\n"))), "hooks-disabled", "git", "lefthook.yml", "skip"),
    ("lefthook: skip of the person", CLAUDE, every(lefthook, put("lefthook-local.yml", "pre-push:\n  skip: true\n")), "hooks-disabled", "git", "lefthook-local.yml", "skip"),
    ("lefthook: skip in TOML", CLAUDE, lefthook_in("lefthook.toml", "[pre-push]\nskip = true\n"), "hooks-disabled", "git", "lefthook.toml", "skip"),
    ("lefthook: skip in JSON", CLAUDE, lefthook_in("lefthook.json", '{"pre-push": {"skip": true}}\n'), "hooks-disabled", "git", "lefthook.json", "skip"),
    ("pre-commit is not active", CLAUDE, every(put(".pre-commit-config.yaml", "repos:\n"), install("pre-commit")), "hooks-path", "git", ".pre-commit-config.yaml", ""),
]
# What is no problem by itself, but has to be known.
NOTES = [
    ("claude: two programs", BOTH, other_program, "twice", "claude", "", "the first uses an override up"),
    ("cursor: another version", ("git", "cursor"), edit(".cursor/hooks.json", with_keys(version=2)), "settings-version", "cursor", ".cursor/hooks.json", "is not 1"),
    ("cursor: without failClosed", ("git", "cursor"), edit(".cursor/hooks.json", without("failClosed", "beforeShellExecution")), "fails-open", "cursor", ".cursor/hooks.json", "failClosed"),
    ("claude: the plugin", ("git",), edit(SETTINGS, with_keys(enabledPlugins={"hookcheck@tools": True})), "plugin", "claude", SETTINGS, "hookcheck@tools is enabled"),
    ("codex: another key", ("git", "codex"), edit(".codex/hooks.json", with_keys(**{"$schema": "x"})), "settings-invalid", "codex", ".codex/hooks.json", "$schema"),
    ("pre-commit: nothing before it", CLAUDE, every(pre_commit, lambda world: (world.repo / ".git/hooks/pre-push.legacy").unlink()), "first-ref-only", "git", ".pre-commit-config.yaml", ""),
]
# Set where doctor runs.
VARIABLES = [
    ("CLAUDE_CODE_SIMPLE", "1", BOTH, None, "claude"),
    ("CLAUDE_CODE_SAFE_MODE", "1", BOTH, None, "claude"),
    ("GIT_CONFIG_PARAMETERS", "'core.hooksPath'='/tmp'", BOTH, None, "git"),
    ("HUSKY", "0", CLAUDE, husky(), "git"),
    ("LEFTHOOK", "0", CLAUDE, lefthook, "git"),
    ("LEFTHOOK", "false", CLAUDE, lefthook, "git"),
    ("SKIP", "a,hookcheck", CLAUDE, every(pre_commit, lambda world: (world.repo / ".git/hooks/pre-push.legacy").unlink()), "git"),
]


def ask(world, targets, change, **environment):
    """doctor's exit status and findings."""
    world.new_repository()
    if targets:
        install(*targets)(world)
    if change:
        change(world)
    status, out, errors = world.hookcheck("doctor", "--json", "--sysroot", str(world.image), **environment)
    return status, json.loads(out)["findings"]


def short(findings):
    return [(finding["level"], finding["code"], finding["subject"], finding["path"], finding["message"]) for finding in findings]


def healthy(targets, change):
    def check(world):
        status, findings = ask(world, targets, change)
        if status or any(finding["level"] == "problem" for finding in findings) or not any(finding["code"] == "fires" for finding in findings):
            yield (status, short(findings))

    return check


def found(level, targets, change, code, subject, path, words, **environment):
    def check(world):
        status, findings = ask(world, targets, change, **environment)
        hits = [finding for finding in findings if (finding["level"], finding["code"], finding["subject"]) == (level, code, subject)]
        if not any(finding["path"].endswith(path) and words in finding["message"] and finding["hint"] for finding in hits):
            yield (status, short(findings))
        if status != (2 if level == "problem" else 0):
            yield (status, short(findings))

    return check


def cases():
    for name, targets, change in HEALTHY:
        yield f"doctor, all is well: {name}", healthy(targets, change)
    for name, *row in FAULTS:
        yield f"doctor, a problem: {name}", found("problem", *row)
    for name, *row in NOTES:
        yield f"doctor, a note: {name}", found("note", *row)
    for name, value, targets, change, subject in VARIABLES:
        yield f"doctor, a problem: {name}={value}", found("problem", targets, change, "hooks-disabled", subject, "", name, **{name: value})
