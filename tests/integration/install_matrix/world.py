"""A home directory, a repository and system-wide files of a case's own, and what can be said of them."""
import contextlib
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile

BIN = pathlib.Path(os.environ["HOOKCHECK_BIN_DIR"]).resolve()
BOM = b"\xef\xbb\xbf"
_scratch = None


@contextlib.contextmanager
def scratch():
    global _scratch
    _scratch = pathlib.Path(tempfile.mkdtemp())
    _scratch.chmod(0o755)
    try:
        yield
    finally:
        shutil.rmtree(_scratch)


def run(case):
    """A case is a name and a function that takes a world and returns what is wrong."""
    name, function = case
    world = World()
    try:
        return [str(problem).replace(str(world.root), "WORLD") for problem in function(world)]
    except Exception as error:  # a crash of one case is no end of the others
        return [f"{type(error).__name__}: {error}"]
    finally:
        shutil.rmtree(world.root, ignore_errors=True)


def snapshot(*roots):
    """Names, kinds, modes, link targets, contents; of a .git what an installer may touch."""
    found = {}
    for root in roots:
        for path in [root, *sorted(root.rglob("*"))]:
            inside = str(path).partition("/.git/")[2]
            if inside and not inside.startswith("hooks") and not inside.startswith("modules/lib/s/hooks") and inside != "config":
                continue
            if path.is_symlink():
                found[str(path)] = ("link", os.readlink(path))
            elif path.is_dir():
                found[str(path)] = ("directory", stat.S_IMODE(path.stat().st_mode))
            elif path.is_file():
                found[str(path)] = ("file", stat.S_IMODE(path.stat().st_mode), path.read_bytes())
            elif path.exists():
                found[str(path)] = ("other",)
    return found


def difference(before, after):
    return [f"{path}: {before.get(path)} -> {after.get(path)}" for path in sorted(set(before) | set(after)) if before.get(path) != after.get(path)]


class World:
    def __init__(self):
        self.root = pathlib.Path(tempfile.mkdtemp(dir=_scratch))
        self.root.chmod(0o755)
        self.home, self.repo, self.image, self.outside = (self.root / name for name in ("home", "repo", "image", "outside"))
        for directory in (self.home, self.repo, self.image, self.outside):
            directory.mkdir()
        self.state = self.root / "state"
        self.bin = BIN
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.home),
            "HOOKCHECK_STATE_DIR": str(self.state),
            "GIT_CONFIG_NOSYSTEM": "1",
            "LC_ALL": "C.UTF-8",
        }

    def git(self, *arguments, cwd=None, check=True):
        identity = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid", "-c", "protocol.file.allow=always")
        return subprocess.run(
            ("git", *identity, *arguments), cwd=cwd or self.repo, env=self.environment, check=check, capture_output=True, stdin=subprocess.DEVNULL, timeout=60
        )

    def new_repository(self, path=None, *options):
        path = path or self.repo
        self.git("init", "-q", "-b", "main", "--template=", *options, str(path), cwd=self.root)
        self.git("commit", "-q", "--allow-empty", "-m", "one", cwd=path)

    def hookcheck(self, *arguments, cwd=None, **environment):
        done = subprocess.run(
            (str(self.bin / "hookcheck"), *arguments),
            cwd=cwd or self.repo,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=120,
        )
        return done.returncode, done.stdout, done.stderr

    def snapshot(self):
        return snapshot(self.repo, self.home, self.image, self.outside)

    def records(self):
        directory = self.state / "install"
        return sorted(path.name for path in directory.iterdir()) if directory.exists() else []
