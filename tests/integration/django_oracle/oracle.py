"""Compares history-dump with Django's own loader on generated projects. Writes TAP.

usage: oracle.py HISTORY_DUMP [SEED...]

A project has one to three applications, whose labels differ from their packages' names, with dependencies inside and across them, run_before,
__first__ and __latest__, squashes whose files are there or not, and rows that fit, do not fit, or contradict it.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

import django
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.exceptions import (BadMigrationError, CircularDependencyError,
                                             InconsistentMigrationHistory, NodeNotFoundError)
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

DUMP = os.path.abspath(sys.argv[1])
SEEDS = [int(seed) for seed in sys.argv[2:]] or list(range(1, 101))
LABELS = ["alpha", "beta", "beta_two"]
number = failures = 0


def ok(passed, name, *details):
    global number, failures
    number += 1
    failures += not passed
    print(("" if passed else "not ") + "ok %d - %s" % (number, name))
    for detail in () if passed else details:
        for line in str(detail)[:3000].splitlines():
            print("  # " + line)
    sys.stdout.flush()


class Migration:
    def __init__(self, label, name):
        self.key = (label, name)
        self.dependencies, self.run_before, self.replaces = [], [], []
        self.on_disk = True


# --- Generated projects. ---


def make_applications(chance):
    """All migrations in one order that respects what they depend on."""
    labels = LABELS[:chance.randint(1, 3)]
    order, by_label = [], {label: [] for label in labels}
    for _ in range(chance.randint(3, 14)):
        label = chance.choice(labels)
        mine = by_label[label]
        made = Migration(label, "%04d_%s" % (len(mine) + 1, chance.choice("abcxyz") + str(len(mine))))
        if chance.random() < 0.05:
            made.key = (label, "odd-name%d" % len(mine))
        if mine:
            made.dependencies.append(mine[-1].key if chance.random() < 0.9 else chance.choice(mine).key)
            if chance.random() < 0.15:
                made.dependencies.append(chance.choice(mine).key)
        for _ in range(chance.choice([0, 0, 0, 1, 2])):
            others = [one for one in order if one.key[0] != label]
            if others:
                made.dependencies.append(chance.choice(others).key)
        if chance.random() < 0.12 and len(labels) > 1:
            other = chance.choice([one for one in labels if one != label])
            if by_label[other]:
                made.dependencies.append((other, chance.choice(["__first__", "__first__", "__latest__"])))
        if chance.random() < 0.05:
            made.dependencies.append((label, "__first__"))
        mine.append(made)
        order.append(made)
    for made in order:
        if chance.random() < 0.06:
            later = [one for one in order[order.index(made) + 1:] if one.key[0] != made.key[0]]
            if later:
                made.run_before.append(chance.choice(later).key)
    return order, by_label


def add_squash(chance, order, by_label):
    label = chance.choice([one for one in by_label if by_label[one]] or [None])
    mine = [one for one in by_label[label] if not one.replaces and not getattr(one, "squashed", False)]
    if len(mine) < 2:
        return
    start = chance.randrange(len(mine) - 1)
    part = mine[start:start + chance.randint(1, 4)]
    squash = Migration(label, "%s_squashed_%s" % (part[0].key[1], part[-1].key[1][:4]))
    squash.replaces = [one.key for one in part]
    keys = set(squash.replaces)
    for one in part:
        one.squashed = True
        squash.dependencies += [key for key in one.dependencies if key not in keys and key not in squash.dependencies]
    if chance.random() < 0.4:
        for one in part:
            one.on_disk = False
    if chance.random() < 0.3:  # what stood on the last one names the squash now
        for one in order:
            one.dependencies = [squash.key if key == part[-1].key else key for key in one.dependencies]
    by_label[label].append(squash)
    order.append(squash)


def make_project(seed):
    chance = random.Random(seed)
    order, by_label = make_applications(chance)
    for _ in range(chance.choice([0, 0, 1, 1, 2])):
        add_squash(chance, order, by_label)
    everything = [one for one in order]
    if chance.random() < 0.06:
        chance.choice(everything).on_disk = False
    if chance.random() < 0.05:
        a, b = chance.choice(everything), chance.choice(everything)
        if a is not b:
            a.dependencies.append(b.key)
    rows = set()
    for one in order:
        if chance.random() < 0.5 and all(key in rows or key[1].startswith("__") for key in one.dependencies):
            rows.add(one.key)
    for one in order:  # a squash records what it replaces
        if one.replaces and chance.random() < 0.4:
            rows |= set(one.replaces) | {one.key}
    if chance.random() < 0.3:
        rows.add(chance.choice(everything).key)
    if chance.random() < 0.3:
        rows.add((chance.choice(list(by_label)), "0099_gone"))
    if chance.random() < 0.3:
        rows |= {("auth", "0001_initial"), ("contenttypes", "0001_initial")}
    return chance, [one for one in everything if one.on_disk], by_label, rows


def text_of(chance, one):
    def pairs(keys):
        quote = chance.choice("'\"")
        inner = ["(%s%s%s, %s%s%s)" % (quote, key[0], quote, quote, key[1], quote) for key in keys]
        style = chance.randrange(4)
        if style == 0:
            return "[" + ", ".join(inner) + "]"
        if style == 1:
            return "[\n        " + ",  # one, (two)\n        ".join(inner + [""]) + "\n    ]"
        if style == 2:
            return "(" + "".join(one + ", " for one in inner) + ")"
        return "[" + ", ".join(inner[:1]) + "] + [" + ", ".join(inner[1:]) + "]"

    lines = ['"""dependencies = [("no", "such")]"""', "from django.db import migrations", "", "",
             "class Migration(migrations.Migration):"]
    parts = [("dependencies", one.dependencies), ("replaces", one.replaces), ("run_before", one.run_before)]
    chance.shuffle(parts)
    for name, keys in parts:
        if keys or chance.random() < 0.3:
            lines.append("    %s = %s" % (name, pairs(keys)))
    lines.append("    operations = [migrations.RunPython(migrations.RunPython.noop)]")
    return "\n".join(lines) + "\n"


def write_project(directory, seed, chance, migrations, by_label):
    packages = []
    for index, label in enumerate(by_label):
        package = "p%d_%d" % (seed, index)
        home = os.path.join(directory, package)
        os.makedirs(os.path.join(home, "migrations"))
        for name in ("__init__.py", "migrations/__init__.py", "migrations/_helper.py"):
            open(os.path.join(home, name), "w").close()
        with open(os.path.join(home, "apps.py"), "w") as out:
            out.write("from django.apps import AppConfig\n\n\nclass Mine(AppConfig):\n    name = %r\n    label = %r\n"
                      % (package, label))
        packages.append(package + ".apps.Mine" if chance.random() < 0.5 else package)
        for one in migrations:
            if one.key[0] == label:
                with open(os.path.join(home, "migrations", one.key[1] + ".py"), "w") as out:
                    out.write(text_of(chance, one))
    with open(os.path.join(directory, "manage.py"), "w") as out:
        out.write("import os\n\n\ndef main():\n    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf')\n")
    with open(os.path.join(directory, "conf.py"), "w") as out:
        out.write("INSTALLED_APPS = ['django.contrib.auth']\nINSTALLED_APPS += %r\n" % packages)
    return packages


# --- Django's answers. ---


def django_says(rows):
    answer = {"error": "", "inconsistent": False}
    MigrationRecorder.applied_migrations = lambda self: {key: None for key in rows}
    try:
        loader = MigrationLoader(connection)
    except (NodeNotFoundError, CircularDependencyError, BadMigrationError, ValueError) as error:
        answer["error"] = "%s: %s" % (type(error).__name__, error)
        return answer
    plan = []
    for node in loader.graph.leaf_nodes():
        for key in loader.graph.forwards_plan(node):
            if key not in plan:
                plan.append(key)
    ours = [key for key in plan if key[0] in LABELS]
    answer["pending"] = ["%s.%s" % key for key in ours if key not in loader.applied_migrations]
    answer["applied"] = len([key for key in ours if key in loader.applied_migrations])
    answer["leaves"] = sorted("%s.%s" % key for key in loader.graph.leaf_nodes() if key[0] in LABELS)
    answer["conflicts"] = sorted(loader.detect_conflicts())
    try:
        loader.check_consistent_history(connection)
    except InconsistentMigrationHistory:
        answer["inconsistent"] = True
    return answer


def check(seed, ours, fresh, now, details):
    said = ours["problems"] + ours["plan_problems"]
    errors = [one for one in said if one.startswith(("broken-history", "indeterminate-history"))
              and "is applied before" not in one]
    name = "seed %d: " % seed
    if now["error"]:
        ok(errors, name + "what Django refuses is refused: " + now["error"].split(":")[0], now, *details)
        return "refused"
    ok(bool(errors) <= bool(fresh["error"]), name + "what Django takes is taken", errors, *details)
    ok(ours["pending"] == now["pending"], name + "pending, in order", "Django: %s" % now["pending"],
       "ours:   %s" % ours["pending"], *details)
    ok(ours["applied"] == now["applied"], name + "applied", "Django: %d, ours: %d" % (now["applied"], ours["applied"]),
       *details)
    refused = any("is applied before" in one for one in ours["plan_problems"])
    ok(refused == now["inconsistent"], name + "inconsistent history", "Django: %s" % now["inconsistent"], said, *details)
    heads = any(one.startswith("multiple-heads") for one in said)
    if not fresh["error"]:
        ok(bool(now["conflicts"]) <= heads <= bool(now["conflicts"] or fresh["conflicts"]), name + "conflicts",
           now["conflicts"], said, *details)
        ok(ours["heads"] == fresh["leaves"], name + "leaf nodes", fresh["leaves"], ours["heads"], *details)
    return "conflict" if now["conflicts"] else "inconsistent" if refused else "pending" if now["pending"] else "current"


def main():
    settings.configure(INSTALLED_APPS=[], DEFAULT_AUTO_FIELD="django.db.models.AutoField",
                       DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
    django.setup()
    seen = {}
    for seed in SEEDS:
        directory = tempfile.mkdtemp()
        try:
            chance, migrations, by_label, rows = make_project(seed)
            packages = write_project(directory, seed, chance, migrations, by_label)
            done = subprocess.run([DUMP, directory, *("%s.%s" % key for key in rows)], capture_output=True)
            lines = done.stdout.decode().splitlines()
            if not migrations:
                continue
            if done.returncode or len(lines) != 1:
                ok(False, "seed %d: one set is found" % seed, done.stdout, done.stderr.decode()[-2000:])
                continue
            ours = json.loads(lines[0])
            sys.path.insert(0, directory)
            apps.set_installed_apps(["django.contrib.auth", "django.contrib.contenttypes", *packages])
            details = ["rows: %s" % sorted(rows)] + ["%s %s replaces %s before %s" % (
                one.key, one.dependencies, one.replaces, one.run_before) for one in migrations]
            outcome = check(seed, ours, django_says(set()), django_says(rows), details)
            seen[outcome] = seen.get(outcome, 0) + 1
            sys.path.remove(directory)
        finally:
            shutil.rmtree(directory)
    if len(SEEDS) > 80:
        for outcome in ("refused", "conflict", "inconsistent", "pending", "current"):
            ok(seen.get(outcome, 0) > 1, "the projects are of every kind: " + outcome, seen)
    print("1..%d" % number)
    return failures != 0


sys.exit(main())
