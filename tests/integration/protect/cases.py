"""tests/corpus/protect against the installed programs: commands through `hookcheck command`, edits through the hook.

Each case runs against a repository in which `hookcheck install` has put its hooks; nothing of a command is ever run.
"""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(os.environ["HOOKCHECK_ROOT"])
BIN = pathlib.Path(os.environ["HOOKCHECK_BIN_DIR"])
CORPUS = ROOT / "tests/corpus/protect"


class Tap:
    count = failed = 0

    def check(self, name, good, why=""):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        if not good:
            for line in str(why).splitlines():
                print(f"# {line}")


def environment(home):
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("HOOKCHECK_", "CLAUDE", "XDG_"))}
    return keep | {"HOME": str(home), "HOOKCHECK_STATE_DIR": str(home / "state")}


def make_repository(work):
    repository, home = work / "repository", work / "home"
    home.mkdir()
    env = environment(home)

    def run(*words):
        subprocess.run(words, cwd=repository, env=env, check=True, stdout=subprocess.DEVNULL)

    shutil.copytree(CORPUS / "tree", repository, symlinks=True)
    (repository / ".claude/settings.json").write_text("{}\n")
    run("git", "init", "-q", "-b", "main")
    # HEAD~1: a configuration that asks for nothing; HEAD: this one, and settings without the registration that follows.
    ours = (repository / ".hookcheck.json").read_text()
    for text in ("{}\n", ours):
        (repository / ".hookcheck.json").write_text(text)
        run("git", "add", "-A")
        run("git", "-c", "user.name=x", "-c", "user.email=x@example.test", "commit", "-q", "-m", "x")
    run(BIN / "hookcheck", "install", "git", "claude", "codex", "copilot", "gemini", "cursor", "opencode")
    (home / "state/audit").mkdir(parents=True, exist_ok=True)
    (home / "state/audit/audit.jsonl").touch()
    return repository, env


def fill(text, repository, env):
    return (text.replace("@ROOT@", str(repository)).replace("@BIN@", str(BIN))
            .replace("@STATE@", env["HOOKCHECK_STATE_DIR"]))


def lines(name):
    return [json.loads(line) for line in (CORPUS / name).read_text().splitlines() if line]


def snapshot(repository):
    return {str(p): (p.lstat().st_mode, p.read_bytes() if p.is_file() else b"")
            for p in sorted(repository.rglob("*")) if p.is_symlink() or not p.is_dir()}


def judge(cases, repository, env):
    questions = "".join(
        json.dumps({"command": fill(c["command"], repository, env), "cwd": str(repository / c.get("cwd", "."))}) + "\n"
        for c in cases)
    result = subprocess.run([BIN / "hookcheck", "command", "--batch", "--json"], input=questions, cwd=repository, env=env,
                            capture_output=True, text=True)
    return [json.loads(line) for line in result.stdout.splitlines()], result.stderr


def words_of(answer):
    """All that it says, without blanks."""
    said = (r[key] or "" for r in answer.get("reasons", []) for key in ("message", "hint") if key in r)
    return "".join("".join(said).split())


def commands(tap, repository, env):
    """All at once; those that need files of their own one by one."""
    cases = lines("commands.jsonl")
    before = snapshot(repository)
    plain = [c for c in cases if not {"files", "git"} & c.keys()]
    answers, errors = judge(plain, repository, env)
    tap.check("one answer a command", len(answers) == len(plain), errors)
    judged = list(zip(plain, answers))
    for case in (c for c in cases if {"files", "git"} & c.keys()):
        prepare(case, repository, env)
        judged.append((case, judge([case], repository, env)[0][0]))
        undo(case, repository, before)
    for case, answer in judged:
        found = sorted({r["code"] for r in answer.get("reasons", []) if r["code"] in ("protected", "stamp")})
        wanted = [case["reason"]] if case["reason"] else []
        good = found == wanted and "".join(case.get("says", "").split()) in words_of(answer)
        tap.check(f"{case['reason'] or 'passes'}: {case['command']!r}", good, json.dumps(answer)[:2000])
    tap.check("no file was touched by judging them", snapshot(repository) == before)


def ask(event, env, cwd):
    return subprocess.run([BIN / "hookcheck-pre-tool-use"], input=json.dumps(event) + "\n", cwd=cwd, env=env,
                          capture_output=True, text=True)


def request(case, repository, env):
    tool_input = json.loads(fill(json.dumps(case["input"]), repository, env))
    return {"session_id": "s", "transcript_path": "/t", "cwd": str(repository / case.get("cwd", ".")), "hook_event_name": "PreToolUse",
            "permission_mode": "default", "tool_name": case["tool"], "tool_input": tool_input, "tool_use_id": "t"}


def prepare(case, repository, env):
    """Files that a case needs, put back afterwards; "links" are symbolic, "git" is what was done before the case, to the index."""
    for name, text in case.get("files", {}).items():
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fill(text, repository, env))
    for name, target in case.get("links", {}).items():
        (repository / name).symlink_to(fill(target, repository, env))
    if "git" in case:
        subprocess.run(["git", *case["git"]], cwd=repository, env=env, check=True, stdout=subprocess.DEVNULL)


def undo(case, repository, kept):
    if "git" in case:
        index = repository / ".git/index"
        index.write_bytes(kept[str(index)][1])
    for name in list(case.get("files", {})) + list(case.get("links", {})):
        path = repository / name
        if str(path) in kept:
            path.write_bytes(kept[str(path)][1])
        elif path.is_symlink() or path.exists():
            path.unlink()


def edits(tap, repository, env):
    kept = snapshot(repository)
    for case in lines("edits.jsonl"):
        prepare(case, repository, env)
        result = ask(request(case, repository, env), env, repository)
        undo(case, repository, kept)
        wanted = 2 if "says" in case else 0
        said = "".join(result.stderr.split())
        good = result.returncode == wanted and result.stdout == ""
        if "says" in case:
            good = good and "protected(block)" in said and "".join(case["says"].split()) in said
        else:
            good = good and result.stderr == ""
        tap.check(f"{'blocked' if wanted else 'passes'}: {case['name']}", good,
                  f"status {result.returncode}\n{result.stdout}{result.stderr}")
    tap.check("the edits changed nothing", snapshot(repository) == kept)
    shown = subprocess.run([BIN / "hookcheck", "log", "--format=json"], env=env, cwd=repository, capture_output=True, text=True).stdout
    asked = {json.loads(line).get("command") for line in shown.splitlines()}
    wanted = f"Write {repository}/.claude/settings.json"
    tap.check("the audit trail says what was to be edited", wanted in asked, "\n".join(sorted(map(str, asked))))


def hosts(tap, repository, env):
    """Each host's documented message with a reason of this kind, and the answer it understands."""
    for case in lines("hosts.jsonl"):
        event = json.loads(fill(json.dumps(case["message"]), repository, env))
        result = ask(event, env, repository)
        good = result.returncode == 2 and case["code"] in result.stderr
        if case.get("answer"):
            answer = json.loads(result.stdout)
            for key, value in case["answer"].items():
                good = good and answer.get(key) == value
            good = good and any(case["code"] in str(v) for v in answer.values())
        else:
            good = good and result.stdout == ""
        tap.check(f"{case['host']}: {case['code']}", good, f"status {result.returncode}\n{result.stdout}{result.stderr}")


def main():
    tap = Tap()
    work = pathlib.Path(tempfile.mkdtemp())
    try:
        repository, env = make_repository(work)
        commands(tap, repository, env)
        edits(tap, repository, env)
        hosts(tap, repository, env)
    finally:
        shutil.rmtree(work)
    print(f"1..{tap.count}")
    raise SystemExit(tap.failed != 0)


main()
