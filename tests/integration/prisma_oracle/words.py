"""The lines of `hookcheck models diff` for the SQL that prisma migrate wrote.

usage: words.py < migration.sql     prints the lines, sorted. A statement of a form that is not known here ends it.
       words.py shorten < LINES     hookcheck's own lines in the same words
"""
import re
import sys

SERIALS = {"SERIAL": "INTEGER", "BIGSERIAL": "BIGINT", "SMALLSERIAL": "SMALLINT"}
NAME = r'"([^"]+)"'


def parts(text):
    """Splits at the commas of the outermost level."""
    depth, quoted, start = 0, False, 0
    for at, byte in enumerate(text):
        quoted ^= byte == "'"
        depth += (byte in "([") - (byte in ")]") if not quoted else 0
        if byte == "," and depth == 0 and not quoted:
            yield text[start:at].strip()
            start = at + 1
    yield text[start:].strip()


def action(table, text):
    """One action of ALTER TABLE."""
    if m := re.match(rf"ADD COLUMN\s+{NAME} (.*)", text, re.S):
        kind = re.split(r" NOT NULL| DEFAULT ", m[2])[0]
        # The types of a schema's own stand in quotes; PostgreSQL's own are in capitals here, however they were typed.
        kind = kind.replace('"', "") if '"' in kind else kind.upper()
        yield f"ADD {table}.{m[1]} {SERIALS.get(kind, kind)}"
    elif m := re.match(rf"DROP COLUMN {NAME}$", text):
        yield f"DROP {table}.{m[1]}"
    elif m := re.match(rf"ALTER COLUMN {NAME} (SET|DROP) NOT NULL$", text):
        yield f"CHANGE {table}.{m[1]} {'NOT NULL' if m[2] == 'SET' else 'NULL'}"
    elif m := re.match(rf"ALTER COLUMN {NAME} (?:SET DEFAULT .*|DROP DEFAULT)$", text, re.S):
        yield f"CHANGE {table}.{m[1]} DEFAULT"
    elif m := re.match(rf"ALTER COLUMN {NAME} SET DATA TYPE (.*)$", text):
        yield f"CHANGE {table}.{m[1]} -> {SERIALS.get(m[2], m[2])}"
    elif re.match(r"(?:ADD|DROP) CONSTRAINT", text):
        return
    else:
        raise SystemExit(f"unknown action: {text}")


def statement(text, defined):
    if m := re.match(rf"ALTER TYPE {NAME} ADD VALUE '(.*)'$", text):
        yield f"CHANGE TYPE {m[1]} ADD VALUE '{m[2]}'"
    elif m := re.match(rf"CREATE (UNIQUE )?INDEX {NAME} ON {NAME}", text):
        if m[3] not in defined:
            yield f"ADD {m[1] or ''}INDEX {m[2]}"
    elif m := re.match(rf"DROP INDEX {NAME}$", text):
        yield f"DROP INDEX {m[1]}"
    elif m := re.match(rf"CREATE TABLE {NAME}", text):
        yield f"ADD TABLE {m[1]}"
    elif m := re.match(rf"DROP TABLE {NAME}$", text):
        yield f"DROP TABLE {m[1]}"
    elif m := re.match(rf"ALTER TABLE {NAME} (.*)$", text, re.S):
        for item in parts(m[2]):
            yield from action(m[1], item)
    elif not re.match(r"CREATE SEQUENCE|DROP SEQUENCE|ALTER SEQUENCE", text):
        raise SystemExit(f"unknown statement: {text}")


def shorten(line):
    line = re.sub(r"^((?:ADD|DROP) (?:UNIQUE )?INDEX \S+) ON .*", r"\1", line)
    line = re.sub(r"^(CHANGE \S+) (?:DEFAULT .*|DROP DEFAULT)$", r"\1 DEFAULT", line)
    return re.sub(r"^(CHANGE \S+) .* -> ", r"\1 -> ", line)


if len(sys.argv) > 1:
    # Keys and constraints are judged by `models check`, which must find each of them in the SQL.
    lines = {shorten(l.rstrip("\n")) for l in sys.stdin if not re.search(r"REFERENCES|PRIMARY KEY|FOREIGN KEY", l)}
else:
    sql = re.sub(r"^\s*(--|/\*|\*/|Warnings|- ).*$", "", sys.stdin.read(), flags=re.M)
    statements = [s.strip() for s in sql.split(";\n") if s.strip().strip(";")]
    new = set(re.findall(rf"CREATE TABLE {NAME}", sql))
    lines = {line for s in statements for line in statement(s.rstrip(";"), new)}
print("\n".join(sorted(lines, key=str.encode)))
