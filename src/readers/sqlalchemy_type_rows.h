/* sqlalchemy_type_rows.h -- types of SQLAlchemy, its dialects and packages around it, and how their arguments are read. (inside readers) */
#ifndef HOOKCHECK_READERS_SQLALCHEMY_TYPE_ROWS_H
#define HOOKCHECK_READERS_SQLALCHEMY_TYPE_ROWS_H

#include "base/str.h"

enum sa_shape {
    SHAPE_PLAIN,          /* as it stands */
    SHAPE_LENGTH,         /* (n) */
    SHAPE_STRING,         /* (n, collation) */
    SHAPE_TEXT,           /* the same, of which the length does not count */
    SHAPE_KEYWORD_LENGTH, /* (…, length=n) */
    SHAPE_NUMERIC,        /* (p, s) */
    SHAPE_FLOAT,          /* (p) */
    SHAPE_TIMESTAMP,      /* timezone=, precision= */
    SHAPE_TIME,
    SHAPE_ARRAY,
    SHAPE_ENUM,
    SHAPE_BIT,
    SHAPE_UUID,
    SHAPE_INTERVAL,
    SHAPE_GEOMETRY,
    SHAPE_CHOICE, /* impl= */
    SHAPE_DOMAIN, /* (name, …, schema=) */
};

struct sa_type_row {
    const char *name; /* last part of the dotted name */
    const char *text;
    enum sa_shape shape;
};

/* By the last part of the dotted name; NULL: not known. */
const struct sa_type_row *sa_type_row_named(struct str name);

#endif
