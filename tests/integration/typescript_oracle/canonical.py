"""Lines of schema-dump (ours) or of the catalog (theirs) in one spelling, sorted."""

import re
import sys

TYPES = [
    (r"^varchar", "character varying"),
    (r"^char\b", "character"),
    (r"^(small|big|)serial$", lambda m: {"small": "smallint", "big": "bigint", "": "integer"}[m.group(1)]),
    (r"^float$", "double precision"),
    (r", ", ","),
    (r"^interval (\w.*)\((\d)\)$", r"interval \1(\2)"),
    (r"(\[\])+$", "[]"),
    (r"^bit$", "bit(1)"),
    (r"^character$", "character(1)"),
]


def kind(text):
    schema = text
    if text == text.upper():
        schema = text.lower()
    for pattern, spelling in TYPES:
        schema = re.sub(pattern, spelling, schema)
    return schema.replace('"', "")


def default(text):
    if text.startswith("GENERATED ") and not text.endswith(" IDENTITY"):
        return ""  # the catalog does not call it a default
    if text.startswith("nextval("):
        return "nextval"  # of a sequence that has the table's name and the column's
    text = re.sub(r"::[a-z_ .\"]+(\(\d+(,\d+)?\))?(\[\])?$", "", text)
    if text.upper() == "CURRENT_TIMESTAMP":
        return "now()"
    number = re.fullmatch(r"'(-?[0-9.]+)'", text)
    if number:
        return number.group(1)
    if text[:1] == "'" and text[1:2] in "{[":
        return text.replace(" ", "")
    return text


def main():
    lines = []
    for line in sys.stdin:
        fields = line.rstrip("\n").split("\t")
        if fields[0] == "column":
            serial = re.fullmatch(r"(small|big|)serial", fields[3], re.IGNORECASE)
            fields[3] = kind(fields[3])
            fields[5] = "nextval" if serial else default(fields[5])
        fields = [field.replace('"', "") for field in fields]
        lines.append("\t".join(fields).rstrip())
    print("\n".join(sorted(lines)))


main()
