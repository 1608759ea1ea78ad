"""What differs between two PostgreSQL databases by their own catalogs, in the words of `hookcheck models diff`.

usage: catalog.py difference URL_A URL_B      prints the lines, sorted
       catalog.py shorten < LINES             hookcheck's lines without what the two would spell differently: expressions
"""
import re
import sys

KEPT = ("schema_migrations", "ar_internal_metadata")

COLUMNS = """
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
       CASE WHEN a.attidentity <> '' THEN 'identity ' || a.attidentity::text
            WHEN a.attgenerated <> '' THEN 'generated ' || pg_get_expr(d.adbin, d.adrelid)
            ELSE coalesce(pg_get_expr(d.adbin, d.adrelid), '') END,
       coalesce(e.typtype = 'e' OR t.typtype = 'e', false),
       (SELECT co.collname FROM pg_collation co WHERE co.oid = a.attcollation AND co.oid <> t.typcollation)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p')"""

TABLES = """
SELECT n.nspname, c.relname, c.relispartition FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
WHERE c.relkind IN ('r', 'p')"""

CONSTRAINTS = """
SELECT n.nspname, c.relname, k.contype::text, k.conname,
       ARRAY(SELECT a.attname FROM unnest(k.conkey) WITH ORDINALITY AS u(num, at)
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.num ORDER BY u.at)::text[],
       pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema')
WHERE k.contype IN ('p', 'u', 'f', 'c', 'x')"""

INDEXES = """
SELECT n.nspname, c.relname, i.relname, x.indisunique, pg_get_indexdef(x.indexrelid)
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
WHERE c.relkind IN ('r', 'p')
  AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x'))"""

LABELS = """
SELECT t.typname, ARRAY(SELECT enumlabel FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY enumsortorder)::text[]
FROM pg_type t WHERE t.typtype = 'e'"""


def spelled(name, own):
    """format_type's words in hookcheck's: PostgreSQL's own types in capitals."""
    if own:
        return name
    name = re.sub(r"(\d),(\d)", r"\1, \2", name.replace("character varying", "varchar"))
    return re.sub(r"\bcharacter\(", "char(", name).upper()


def read(url):
    import psycopg2

    facts = {"tables": set(), "columns": {}, "keys": {}, "unique": set(), "foreign": {}, "objects": {}, "types": {}}
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        def rows(query):
            cursor.execute(query)
            return cursor.fetchall()

        def named(schema, table):
            return table if schema == "public" else f"{schema}.{table}"

        partitions = set()
        for schema, table, partition in rows(TABLES):
            if table not in KEPT:
                facts["tables"].add(named(schema, table))
            if partition:
                partitions.add(named(schema, table))
        wanted = facts["tables"] - partitions
        for schema, table, column, kind, null, default, own, collation in rows(COLUMNS):
            if named(schema, table) in wanted:
                kind = spelled(kind, own) + (f' COLLATE "{collation}"' if collation else "")
                # Two words for the same thing.
                facts["columns"][named(schema, table), column] = (kind, null, default.replace("CURRENT_TIMESTAMP", "now()"))
        for schema, table, kind, name, columns, text in rows(CONSTRAINTS):
            at = named(schema, table)
            if at not in wanted:
                continue
            if kind == "p":
                for column in columns:
                    facts["keys"][at, column] = True
            elif kind == "u" and len(columns) == 1 and name == f"{table}_{columns[0]}_key":
                facts["unique"].add((at, columns[0]))
            elif kind == "f" and len(columns) == 1:
                facts["foreign"][at, columns[0]] = text
            else:
                words = {"u": "UNIQUE", "f": "FOREIGN KEY", "c": "CHECK", "x": "EXCLUDE"}[kind]
                facts["objects"][words, name, at] = (text, columns if kind == "c" and len(columns) == 1 else [])
        for schema, table, name, unique, text in rows(INDEXES):
            if named(schema, table) in wanted:
                facts["objects"]["UNIQUE INDEX" if unique else "INDEX", name, named(schema, table)] = (text, [])
        facts["types"] = dict(rows(LABELS))
    return facts


def columns(a, b, both):
    for key in sorted(set(a["columns"]) | set(b["columns"])):
        (table, column), old, new = key, a["columns"].get(key), b["columns"].get(key)
        at = f"{table}.{column}"
        if table not in both:
            continue
        if not old:
            yield f"ADD {at} {new[0]}"
            continue
        if not new:
            yield f"DROP {at}"
            continue
        if old[0] != new[0]:
            yield f"CHANGE {at} {old[0]} -> {new[0]}"
        if old[1] != new[1]:
            yield f"CHANGE {at} {'NULL' if new[1] else 'NOT NULL'}"
        if old[2] != new[2]:
            yield f"CHANGE {at} DEFAULT"
        for word, facts in (("PRIMARY KEY", "keys"), ("UNIQUE", "unique")):
            if (key in a[facts]) != (key in b[facts]):
                yield f"CHANGE {at} {'DROP ' if key in a[facts] else ''}{word}"
        if a["foreign"].get(key) != b["foreign"].get(key):
            yield f"CHANGE {at} {'REFERENCES' if key in b['foreign'] else 'DROP REFERENCES'}"


def difference(a, b):
    both = a["tables"] & b["tables"]
    for table in b["tables"] - a["tables"]:
        yield f"ADD TABLE {table}"
    for table in a["tables"] - b["tables"]:
        yield f"DROP TABLE {table}"
    yield from columns(a, b, both)
    for verb, here, there in (("ADD", b, a), ("DROP", a, b)):
        for (words, name, table), (text, of) in here["objects"].items():
            # A check of one column that comes or goes with it is part of it.
            whole = of and (table, of[0]) not in there["columns"]
            if table in both and not whole and there["objects"].get((words, name, table), (None,))[0] != text:
                yield f"{verb} {'INDEX' if verb == 'DROP' and words == 'UNIQUE INDEX' else words} {name}"
    for name in set(a["types"]) & set(b["types"]):
        for label in b["types"][name]:
            if label not in a["types"][name]:
                yield f"CHANGE TYPE {name} ADD VALUE '{label}'"
    used = {kind.replace("[]", "") for (table, _), (kind, _, _) in b["columns"].items() if table in both}
    for name in set(b["types"]) - set(a["types"]):
        if name in used:
            yield f"ADD TYPE {name}"


def shorten(line):
    line = re.sub(r"^((?:ADD|DROP) (?:UNIQUE INDEX|INDEX|UNIQUE|CHECK|FOREIGN KEY|EXCLUDE) \S+) ON .*", r"\1", line)
    line = re.sub(r"^(CHANGE \S+) (?:DEFAULT .*|GENERATED .*|DROP (?:DEFAULT|IDENTITY|EXPRESSION))$", r"\1 DEFAULT", line)
    line = re.sub(r"^(CHANGE \S+ REFERENCES) .*", r"\1", line)
    return re.sub(r"^(ADD TYPE \S+) .*", r"\1", line)


if __name__ == "__main__":
    if sys.argv[1] == "shorten":
        lines = [shorten(line.rstrip("\n")) for line in sys.stdin]
    else:
        lines = list(difference(read(sys.argv[2]), read(sys.argv[3])))
    for line in sorted(lines, key=str.encode):
        print(line)
