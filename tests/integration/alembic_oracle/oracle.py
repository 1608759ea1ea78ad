"""Compares history-dump with the real alembic on generated trees. Writes TAP.

usage: oracle.py HISTORY_DUMP [SEED...]
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import warnings

from alembic import command, util
from alembic.config import Config
from alembic.script import ScriptDirectory
import sqlalchemy

DUMP = os.path.abspath(sys.argv[1])
SEEDS = [int(seed) for seed in sys.argv[2:]] or list(range(1, 91))
ERRORS = ("broken-history", "indeterminate-history")

ENV_PY = """
import os
from alembic import context
import sqlalchemy
engine = sqlalchemy.create_engine("sqlite:///" + os.environ["ORACLE_DATABASE"])
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=None)
    with context.begin_transaction():
        context.run_migrations()
"""

number = failures = 0


def ok(passed, name, *details):
    global number, failures
    number += 1
    failures += not passed
    print(("" if passed else "not ") + "ok %d - %s" % (number, name))
    for detail in () if passed else details:
        print("  # " + str(detail)[:2000])
    sys.stdout.flush()


def dump(directory, rows=()):
    done = subprocess.run([DUMP, directory, *rows], capture_output=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError("history-dump: %d %s" % (done.returncode, done.stderr.decode()[-1500:]))
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


class Revision:
    def __init__(self, id, down, depends=(), labels=()):
        self.id, self.down, self.depends, self.labels = id, list(down), list(depends), list(labels)
        self.location = 0


# --- Generated histories. ---

def random_id(rng, taken):
    while True:
        kind = rng.random()
        if kind < 0.6:
            id = "%012x" % rng.getrandbits(48)
        elif kind < 0.8:
            id = "2025%04d_%s" % (rng.randrange(1200), rng.choice(["users", "orders", "email_flags"]))
        else:
            id = rng.choice(["abc", "Rev", "x"]) + str(rng.randrange(10000))
        if id not in taken:
            return id


def generate(rng, count):
    revisions, labels, taken = [], [], set()
    for index in range(count):
        id = random_id(rng, taken)
        taken.add(id)
        heads = [r.id for r in revisions if not any(r.id in other.down for other in revisions)]
        kind = rng.random()
        if not revisions or kind < 0.06:
            down = []
        elif kind < 0.22 and len(heads) > 1:
            down = rng.sample(heads, min(len(heads), rng.choice([2, 2, 3])))
        elif kind < 0.85:
            down = [rng.choice(heads)]
        else:
            down = [rng.choice(revisions).id]
        revision = Revision(id, down)
        if revisions and rng.random() < 0.12:
            revision.depends = [rng.choice(labels)] if labels and rng.random() < 0.5 else [rng.choice(revisions).id]
        if rng.random() < 0.1:
            label = "label_%d" % index
            revision.labels = [label] + (["other_%d" % index] if rng.random() < 0.2 else [])
            labels.append(label)
        revisions.append(revision)
    return revisions


def literal(rng, text):
    form = rng.randrange(7)
    if form == 0:
        return '"%s"' % text
    if form == 1 and len(text) > 3:
        return "'%s' '%s'" % (text[:2], text[2:])
    if form == 2 and len(text) > 3:
        return '("%s" + "%s")' % (text[:3], text[3:])
    if form == 3:
        return "r'''%s'''" % text
    if form == 4:
        return "u'%s'" % "".join("\\x%02x" % ord(c) for c in text)
    return "'%s'" % text


def several(rng, texts):
    items = [literal(rng, text) for text in texts]
    if not items:
        return rng.choice(["None", "None", "()"])
    if len(items) == 1 and rng.random() < 0.8:
        return items[0]
    form = rng.randrange(4)
    if form == 0:
        return "(\n    %s,  # ( not a bracket\n)" % ",\n    ".join(items)
    if form == 1 and len(items) > 1:
        return ", ".join(items)
    if form == 2:
        return "[%s]" % ", ".join(items)
    return "(%s,)" % ", ".join(items)


def source(rng, revision):
    names = [("revision", literal(rng, revision.id)), ("down_revision", several(rng, revision.down)),
             ("branch_labels", several(rng, revision.labels)), ("depends_on", several(rng, revision.depends))]
    head = '"""change %s\n\nRevision ID: wrong\nRevises: wrong\n"""\n' % revision.id if rng.random() < 0.8 else ""
    head += "from alembic import op\nimport sqlalchemy as sa\n\n"
    form = rng.randrange(5)
    if form == 0:
        lines = ["%s: str = %s" % (n, "(" + v + ")" if "," in v and v[0] not in "([" else v) for n, v in names]
    elif form == 1 and not any("\n" in v or v[0] not in "'\"ru(N[" or ", " in v for _, v in names):
        lines = ["%s = %s" % (", ".join(n for n, _ in names), ", ".join(v for _, v in names))]
    elif form == 2:
        lines = ["CONSTANT_%d = %s\n%s = CONSTANT_%d" % (i, v, n, i) for i, (n, v) in enumerate(names)]
    else:
        lines = ["%s = %s" % (n, v) for n, v in names if v != "None" or n in ("revision", "down_revision")]
    body = '\n\ndef upgrade():\n    revision = "not this"\n    sql = """\ndown_revision = \'nor this\'\n"""\n\n\ndef downgrade():\n    pass\n'
    return head + "\n".join(lines) + body


def write(rng, directory, revisions, ini="[alembic]\nscript_location = alembic\n", locations=("alembic/versions",)):
    for location in locations:
        os.makedirs(os.path.join(directory, location), exist_ok=True)
    with open(os.path.join(directory, "alembic.ini"), "w") as file:
        file.write(ini)
    with open(os.path.join(directory, "alembic", "env.py"), "w") as file:
        file.write(ENV_PY)
    for index, revision in enumerate(revisions):
        location = locations[rng.randrange(len(locations))]
        with open(os.path.join(directory, location, "%04d_%s.py" % (index, rng.randrange(10**6))), "w") as file:
            file.write(source(rng, revision))


# --- What alembic says. ---

def real_script(directory):
    os.chdir(directory)
    return ScriptDirectory.from_config(Config("alembic.ini"))


def real_history(directory):
    """(script, error): a duplicate id is only a warning of alembic's, and an error of ours."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            script = real_script(directory)
            script.get_heads()
            script.revision_map._real_heads
        except BaseException as error:
            return None, repr(error)
    for warning in caught:
        if "present more than once" in str(warning.message):
            return script, str(warning.message)
    return script, None


def real_pending(script, rows):
    try:
        return [step.revision.revision for step in script._upgrade_revs("heads", tuple(rows))], None
    except Exception as error:
        return None, repr(error)


def ordered(pending, revisions, labels):
    """Is every parent before its child?"""
    place = {id: index for index, id in enumerate(pending)}
    for revision in revisions:
        for parent in revision.down + [labels.get(name, name) for name in revision.depends]:
            if revision.id in place and parent in place and place[parent] > place[revision.id]:
                return False
    return True


# --- Comparisons. ---

def random_rows(rng, revisions):
    ids = [r.id for r in revisions]
    rows = rng.sample(ids, min(len(ids), rng.choice([0, 1, 1, 2, 3])))
    for index in range(len(rows)):
        kind = rng.random()
        if kind < 0.1:
            rows[index] = rows[index][: rng.randrange(1, len(rows[index]) + 1)]
        elif kind < 0.15:
            rows[index] = "unknown%d" % rng.randrange(100)
        elif kind < 0.25:
            labels = [label for r in revisions for label in r.labels]
            rows[index] = rng.choice(labels) if labels else rows[index]
    return sorted(set(rows))


def compare_rows(ours, script, revisions, rows):
    labels = {label: r.id for r in revisions for label in r.labels}
    pending, error = real_pending(script, rows)
    if error is None:
        inexact = [p for p in ours["plan_problems"] if "cannot upgrade from it" in p]
        others = [p for p in ours["plan_problems"] if p not in inexact]
        exact = all(row in {r.id for r in revisions} for row in rows)
        return (sorted(pending) == sorted(ours["pending"]) and not ours["unknown"] and not others
                and (bool(inexact) == (not exact and bool(pending)))
                and ordered(ours["pending"], revisions, labels)
                and ours["applied"] + len(pending) == len(revisions))
    if "overlaps" in error:
        return any("overlaps" in p for p in ours["plan_problems"])
    if "Multiple revisions" in error or "Can't locate" in error or "ResolutionError" in error:
        return bool(ours["unknown"])
    return False


def are_branches(script):
    """Alembic's own reading of the labels: has each head, but for one at most, a label that no other head has?"""
    labels = [set(script.get_revision(head).branch_labels) for head in script.get_heads()]
    nameless = [own for own in labels if not own - set().union(*(other for other in labels if other is not own))]
    return len(labels) <= 8 and len(nameless) <= 1


def compare_tree(seed, directory):
    rng = random.Random(seed)
    revisions = generate(rng, rng.choice([1, 3, 8, 20, 40]))
    locations = ("alembic/versions",)
    ini = "[DEFAULT]\nwhere = %(here)s/alembic\n[alembic]\nscript_location = " + rng.choice(
        ["alembic", "%(here)s/alembic", "%(where)s", "./alembic/"]) + "\n"
    if rng.random() < 0.4:
        locations = ("alembic/versions", "modules/a/versions", "modules/b")
        separator, name = rng.choice([(" ", "space"), (":", "os"), (":", ":"), (";", ";"), (", ", None), (" ", None)])
        ini += "version_locations = " + separator.join(
            rng.choice(["", "%(here)s/"]) + location for location in locations + ("absent/versions",)) + "\n"
        if name:
            ini += "version_path_separator = %s\n" % name
    write(rng, directory, revisions, ini, locations)
    script, error = real_history(directory)
    ours = dump(directory)
    if error or len(ours) != 1:
        return ["seed %d: alembic: %s; ours: %s" % (seed, error, ours)]
    ours, wrong = ours[0], []
    errors = [p for p in ours["problems"] if p.startswith(ERRORS)]
    if errors:
        wrong.append("alembic loads it, we: %s" % errors)
    if sorted(script.get_heads()) != ours["heads"]:
        wrong.append("heads: %s, ours: %s" % (sorted(script.get_heads()), ours["heads"]))
    if sorted(script.revision_map._real_heads) != ours["real_heads"]:
        wrong.append("real heads: %s, ours %s" % (sorted(script.revision_map._real_heads), ours["real_heads"]))
    if (len(ours["heads"]) > 1 and not are_branches(script)) != any(p.startswith("multiple-heads") for p in ours["problems"]):
        wrong.append("multiple-heads: %s" % ours["problems"])
    if len(ours["migrations"]) != len(revisions):
        wrong.append("%d revisions, ours %d" % (len(revisions), len(ours["migrations"])))
    for _ in range(6):
        rows = random_rows(rng, revisions)
        plan = dump(directory, rows)[0]
        if not compare_rows(plan, script, revisions, rows):
            wrong.append("rows %s: alembic %s; ours: pending %s unknown %s problems %s" % (
                rows, real_pending(script, rows), plan["pending"], plan["unknown"], plan["plan_problems"]))
    return wrong


def append(directory, name, text):
    with open(os.path.join(directory, "alembic/versions", name), "w") as file:
        file.write(text)


BREAKS = {
    "a missing parent": lambda d, r: append(d, "z.py", "revision = 'zz1'\ndown_revision = 'gone'\n"),
    "a missing dependency": lambda d, r: append(d, "z.py", "revision = 'zz1'\ndown_revision = None\ndepends_on = ('gone',)\n"),
    "an abbreviated parent": lambda d, r: append(d, "z.py", "revision = 'zz1'\ndown_revision = '%s'\n" % r[0].id[:-1]),
    "a parent named by its label": lambda d, r: (
        append(d, "y.py", "revision = 'yy1'\ndown_revision = None\nbranch_labels = 'lab'\n"),
        append(d, "z.py", "revision = 'zz1'\ndown_revision = 'lab'\n")),
    "a duplicate id": lambda d, r: append(d, "z.py", "revision = '%s'\ndown_revision = None\n" % r[-1].id),
    "a duplicate label": lambda d, r: (
        append(d, "y.py", "revision = 'yy1'\ndown_revision = None\nbranch_labels = 'lab'\n"),
        append(d, "z.py", "revision = 'zz1'\ndown_revision = None\nbranch_labels = ('lab',)\n")),
    "a label that is an id": lambda d, r: append(
        d, "z.py", "revision = 'zz1'\ndown_revision = None\nbranch_labels = '%s'\n" % r[0].id),
    "a revision before itself": lambda d, r: append(d, "z.py", "revision = 'zz1'\ndown_revision = 'zz1'\n"),
    "a dependency on itself": lambda d, r: append(
        d, "z.py", "revision = 'zz1'\ndown_revision = None\ndepends_on = 'zz1'\n"),
    "a cycle": lambda d, r: (append(d, "y.py", "revision = 'yy1'\ndown_revision = 'zz1'\n"),
                             append(d, "z.py", "revision = 'zz1'\ndown_revision = 'yy1'\n")),
    "a dependency cycle": lambda d, r: (
        append(d, "y.py", "revision = 'yy1'\ndown_revision = None\ndepends_on = 'zz1'\n"),
        append(d, "z.py", "revision = 'zz1'\ndown_revision = 'yy1'\n")),
    "a forbidden character": lambda d, r: append(d, "z.py", "revision = 'a-b'\ndown_revision = None\n"),
    "a helper without a revision": lambda d, r: append(d, "helpers.py", "def f():\n    pass\n"),
    "no down_revision": lambda d, r: append(d, "z.py", "revision = 'zz1'\n"),
    "a syntax error": lambda d, r: append(d, "z.py", "revision = 'zz1'\ndown_revision = (None\n"),
    "a merge conflict": lambda d, r: append(
        d, "z.py", "revision = 'zz1'\n<<<<<<< HEAD\ndown_revision = None\n=======\ndown_revision = 'x'\n>>>>>>> b\n"),
    "a string that is not closed": lambda d, r: append(d, "z.py", "'''zz\nrevision = 'zz1'\ndown_revision = None\n"),
}
HARMLESS = {
    "a legacy file name": lambda d, r: append(d, "deadbeef.py", "down_revision = None\n"),
    "an __init__.py": lambda d, r: append(d, "__init__.py", "x = 1\n"),
    "an __init__helper.py": lambda d, r: append(d, "__init__helper.py", "x = 1\n"),
    "an editor's lock file": lambda d, r: append(d, ".#x.py", "x = 1\n"),
    "a file of another kind": lambda d, r: append(d, "x.pyc", "x = 1\n"),
    "CRLF and a byte order mark": lambda d, r: append(d, "z.py", "\ufeffrevision = 'zz1'\r\ndown_revision = None\r\n"),
    "a later assignment": lambda d, r: append(d, "z.py", "revision = 'no'\ndown_revision = None\ndef f():\n  pass\nrevision = 'zz1'\n"),
}


def fresh(work, name):
    directory = os.path.join(work, name)
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    return directory


def test_breaks(work):
    for name, break_it in list(BREAKS.items()) + list(HARMLESS.items()):
        directory = fresh(work, "break")
        rng = random.Random(7)
        revisions = [Revision("aaaa1111", []), Revision("bbbb2222", ["aaaa1111"])]
        write(rng, directory, revisions)
        break_it(directory, revisions)
        script, error = real_history(directory)
        ours = dump(directory)[0]
        problems = [p for p in ours["problems"] if p.startswith(ERRORS)]
        same = bool(error) == bool(problems) == (name in BREAKS)
        if same and not error:
            same = sorted(script.get_heads()) == ours["heads"]
        ok(same, "%s: both %s" % (name, "refuse" if name in BREAKS else "agree"),
           "alembic: %s" % error, "ours: %s %s" % (ours["problems"], ours["heads"]))


def applied_rows(database):
    engine = sqlalchemy.create_engine("sqlite:///" + database)
    with engine.connect() as connection:
        rows = [row[0] for row in connection.execute(sqlalchemy.text("select version_num from alembic_version"))]
    engine.dispose()
    return sorted(rows)


def test_upgrades(work):
    """The rows that alembic itself leaves behind, step by step."""
    for seed in range(1, 13):
        directory = fresh(work, "upgrade")
        rng = random.Random(1000 + seed)
        revisions = generate(rng, 14)
        write(rng, directory, revisions)
        script, error = real_history(directory)
        database = os.path.join(directory, "app.db")
        os.environ["ORACLE_DATABASE"] = database
        config = Config("alembic.ini")
        wrong = [] if error is None else [error]
        for target in rng.sample([r.id for r in revisions], 4) + ["heads"]:
            try:
                command.upgrade(config, target)
            except util.CommandError:
                continue  # e.g. a target below what is there
            rows = applied_rows(database)
            pending, error = real_pending(script, rows)
            plan = dump(directory, rows)[0]
            if error or sorted(pending) != sorted(plan["pending"]) or plan["unknown"] or plan["plan_problems"]:
                wrong.append("after %s: rows %s: alembic %s %s; ours %s %s" % (
                    target, rows, pending, error, plan["pending"], plan["plan_problems"]))
        if dump(directory, applied_rows(database))[0]["pending"]:
            wrong.append("something is pending at the heads")
        ok(not wrong, "upgrades of tree %d on SQLite leave what we expect" % seed, *wrong)


def test_recursive(work):
    """alembic 1.8 knows no recursive_version_locations: the same directories, given one by one, are the oracle."""
    directory = fresh(work, "recursive")
    rng = random.Random(5)
    revisions = generate(rng, 30)
    flat = ("alembic/versions", "alembic/versions/2024", "alembic/versions/2025/q1")
    ini = "[alembic]\nscript_location = alembic\nrecursive_version_locations = true\nversion_locations = " + " ".join(flat) + "\n"
    write(rng, directory, revisions, ini, flat)
    os.makedirs(os.path.join(directory, "alembic/versions/__pycache__"))
    append(directory, "__pycache__/x.py", "broken = (\n")
    script, error = real_history(directory)
    with open(os.path.join(directory, "alembic.ini"), "w") as file:
        file.write("[alembic]\nscript_location = alembic\nrecursive_version_locations = true\n")
    ours = dump(directory)[0]
    ok(error is None and sorted(script.get_heads()) == ours["heads"] and len(ours["migrations"]) == 30
       and not any(p.startswith(ERRORS) for p in ours["problems"]),
       "recursive version locations", error, ours["problems"])


def test_large(work):
    directory = fresh(work, "large")
    rng = random.Random(11)
    revisions, heads = [], []
    for index in range(5000):
        id = "%012x" % rng.getrandbits(48)
        if len(heads) > 4 or (len(heads) > 1 and rng.random() < 0.1):
            down = rng.sample(heads, 2)
        elif revisions and rng.random() < 0.05:
            down = [revisions[-rng.randrange(1, min(len(revisions), 30) + 1)].id]
        else:
            down = [heads[-1]] if heads else []
        revisions.append(Revision(id, down))
        heads = [head for head in heads if head not in down] + [id]
    write(rng, directory, revisions)
    script, error = real_history(directory)
    ours = dump(directory)[0]
    ok(error is None and sorted(script.get_heads()) == ours["heads"] and len(ours["migrations"]) == 5000,
       "5,000 revisions: heads", error, script and sorted(script.get_heads()), ours["heads"])
    row = revisions[2500].id
    # Alembic's own sort takes minutes here; its set of ancestors is the oracle.
    applied = {r.revision for r in script.revision_map._get_ancestor_nodes([script.get_revision(row)])}
    plan = dump(directory, [row])[0]
    ok({r.id for r in revisions} - applied == set(plan["pending"]) and plan["applied"] == len(applied)
       and ordered(plan["pending"], revisions, {}), "5,000 revisions: pending from the middle")


def main():
    work = os.path.realpath(tempfile.mkdtemp(prefix="alembic-oracle-"))
    try:
        for start in range(0, len(SEEDS), 10):
            wrong = []
            for seed in SEEDS[start : start + 10]:
                wrong += ["seed %d: %s" % (seed, line) for line in compare_tree(seed, fresh(work, "tree"))]
            ok(not wrong, "generated trees %d to %d" % (SEEDS[start], SEEDS[min(start + 9, len(SEEDS) - 1)]), *wrong)
        test_breaks(work)
        test_upgrades(work)
        test_recursive(work)
        test_large(work)
    finally:
        os.chdir("/")
        shutil.rmtree(work, ignore_errors=True)
    print("1..%d" % number)
    sys.exit(1 if failures else 0)


sys.dont_write_bytecode = True
main()
