/* sqlalchemy.h -- SQLAlchemy's models, read without importing them (inside readers only, but for sqlalchemy_read).
 *
 * In:    Python files: declarative classes of 1.x (Column) and 2.0 (Mapped, mapped_column), Flask-SQLAlchemy, SQLModel (table=True), Table(…).
 * Out:   tables, columns, indexes, enumerated types as `create_all` would make them in PostgreSQL.
 * Fails: never; what cannot be read is in schema->unread, with file and line.
 * Source: SQLAlchemy 1.4 and 2.0 (declarative mapping, Mapped, type_annotation_map, naming conventions), Flask-SQLAlchemy 3.1, SQLModel 0.0.22.
 */
#ifndef HOOKCHECK_READERS_SQLALCHEMY_H
#define HOOKCHECK_READERS_SQLALCHEMY_H

#include "readers/python_tree.h"
#include "schema/schema.h"

#define SA_BASES_MAX 24u
#define CONVENTION_COLUMNS_MAX 32u /* PostgreSQL's INDEX_MAX_KEYS */

struct sa_mapping { /* one entry of a type_annotation_map */
    struct python_scope scope;
    TSNode key, value;
};
VEC_DEFINE(sa_mappings, struct sa_mapping);

/* A class and those it inherits from. */
struct sa_class {
    struct python_file *file;
    TSNode node;
    struct str name;
    const struct python_thing *self; /* for `cls.…` in what it is made of; NULL: not mapped */
    bool mapped;                     /* stands under a declarative base */
    bool flask;                      /* under db.Model: the table's name may be left out */
    bool sqlmodel;                   /* under SQLModel: columns are annotated fields */
    bool table;                      /* sqlmodel: table=True */
    bool abstract;                   /* or the declarative base itself */
    struct str foreign_base;         /* a base of another package that may bring columns */
    struct str made_base;            /* or the words of a call that makes one nobody can tell */
    struct str naming_base;          /* one that brings none, and may name tables */
    bool unseen;                     /* a base that says the table's name may be out of sight */
    struct {
        struct python_file *file;
        TSNode node;
        const struct python_bound *bound; /* of a class that a function makes: its parameters */
    } order[SA_BASES_MAX];                /* itself first, then the bases in the order of lookup */
    size_t order_count;
    struct sa_mappings types;
    struct python_scope metadata_scope;
    TSNode metadata; /* the expression that makes it; null: the usual */
    struct python_file *base_file;
    TSNode base; /* declarative_base(…), SQLAlchemy(…); null: none is called */
};

struct sa_type {
    struct str text; /* empty: not readable */
    struct str enum_name;
    bool inherits_schema; /* the enumerated type stands where its table does */
    struct strs labels;
    bool is_text_like; /* its string defaults stay quoted */
    struct strs
        allowed; /* an enumeration kept as text: what its check lets pass; empty: there is none */
    struct str allowed_name;
};

/* A type whose column has only a foreign key: looked up when every table is known. */
struct sa_pending {
    struct str table, column, target; /* "users.id" */
    struct str annotated;             /* what stands when the target is not to be seen */
    struct schema_place place;
};
VEC_DEFINE(sa_pendings, struct sa_pending);

/* A class with columns under a base of another package, which may give it its table's name; or a mixin of such classes. */
struct sa_orphan {
    struct str file, name, source;
    size_t line;
    bool named; /* its own declared_attr names its table, if no class inherits from it */
};
VEC_DEFINE(sa_orphans, struct sa_orphan);

/* Base.metadata.naming_convention = {…} below what makes the metadata. */
struct sa_convention {
    struct str owner; /* where that is made, or the dictionary that is added to */
    struct python_scope scope;
    TSNode map;     /* a dictionary, or `x.update(…)` */
    bool adds;      /* what was there before stays */
    struct str key; /* x["ix"] = "…": the map is that value; empty: it is a map */
};
VEC_DEFINE(sa_conventions, struct sa_convention);

struct sa_reader {
    struct arena *arena;
    struct python_tree *tree;
    struct schema *schema;
    struct sa_pendings pending;
    size_t type_functions;     /* functions that a type is being looked for in */
    size_t annotations, types; /* that are read for one another: a name may stand for itself */
    struct sa_orphans orphans;
    bool names_itself; /* a class that no other inherits from: its declared_attr is about itself */
    struct strs inherited; /* "file name" of the classes that others inherit from */
    struct strs
        loose; /* files with Index(…), User.nick = Column(…) or users.append_column(…) below what they name */
    struct sa_conventions conventions;
    struct python_thing partial; /* what made the function of the call `partial_call` */
    TSNode partial_call;
    bool has_conventions; /* all of them are known: what was read without them is read again */
};

/* What is read of one column, before its table is known. */
struct sa_column {
    struct schema_column column;
    struct str target;  /* foreign key: "users.id"; empty: none */
    struct str actions; /* " ON DELETE CASCADE" */
    bool has_type, has_nullable, index;
    bool skip; /* no column after all */
    struct sa_type type;
    struct str annotated; /* foreign key: the type that Mapped[X] alone would give */
    struct python_scope check_scope;
    TSNode check; /* CheckConstraint(…) among its arguments; null: none */
};

struct sa_attribute {
    struct python_scope scope; /* where the value stands */
    struct str name;
    TSNode value, annotation;
    struct python_file
        *place_file; /* where the value stands, when that is another file; else NULL */
    bool method;     /* a declared_attr */
};

MUST_CHECK bool sqlalchemy_read(struct arena *arena, struct python_tree *tree,
                                const struct strs *paths, struct schema *schema, struct err *e);

/* --- Parts. --- */
/* What the one `return` of a function gives; null: it does more than that. */
TSNode sa_returned(TSNode function);
void sa_attribute_read(struct sa_reader *r, const struct sa_class *class,
                       const struct sa_attribute *attribute, struct schema_table *table);
/* A class that is made without `class`, here or by a function of the tree: it is not read, and said where it may be a model. */
void sa_note_made_class(struct sa_reader *r, struct python_file *file, TSNode call);
/* The column is there and cannot be read. `name` is empty when even that cannot be told. */
void sa_attribute_unread(struct sa_reader *r, const struct sa_attribute *attribute,
                         struct schema_table *table, TSNode at, struct str name);
bool sa_class_read(struct sa_reader *r, struct python_file *file, TSNode node,
                   struct sa_class *ret_class);
/* An argument by its keyword or place (SIZE_MAX: by keyword only), through `*args` and `**kwargs` too. False of sa_given and sa_flag: it is
 * there, and no constant. */
struct sa_argument {
    TSNode node; /* null: it is not given, or there is no call */
    struct python_scope scope;
};
struct sa_argument sa_argument(struct sa_reader *r, struct python_scope scope, TSNode call,
                               const char *keyword, size_t index);
struct sa_argument sa_keyword(struct sa_reader *r, struct python_scope scope, TSNode call,
                              const char *keyword);
bool sa_given(struct sa_reader *r, struct sa_argument argument, struct str *ret_text,
              bool *ret_present);
bool sa_flag(struct sa_reader *r, struct python_scope scope, TSNode call, const char *keyword,
             size_t index, bool *ret_flag);
/* "NUMERIC(10, 2)": a type with the sizes that its call gives it; `scaled`: it may have a scale too. */
bool sa_sized(struct sa_reader *r, struct python_scope scope, TSNode call, const char *name,
              const char *keyword, size_t index, bool scaled, struct str *ret_type);
/* *ret_known: it is one of MySQL's own. False: not readable, or not known. */
bool sa_mysql_type(struct sa_reader *r, struct python_scope scope, TSNode call, struct str dotted,
                   bool *ret_known, struct sa_type *type);
/* What the class, or the first of its bases from there on, binds to a name; NULL: none. */
const struct python_binding *sa_says(struct sa_reader *r, const struct sa_class *class, size_t from,
                                     struct str name, size_t *ret_index);
/* Does a class below order[at] say something else of the name? */
bool sa_is_said_anew(struct sa_reader *r, const struct sa_class *class, size_t at, struct str name);
/* __table_args__ of a class, in order[*ret_index]; NULL: it has none. */
const struct python_binding *sa_says_arguments(struct sa_reader *r, const struct sa_class *class,
                                               size_t *ret_index);
void sa_arguments_read(struct sa_reader *r, const struct sa_class *class,
                       struct schema_table *table);
/* `what` stands in messages: "users.email". */
bool sa_type_read(struct sa_reader *r, struct python_scope scope, TSNode expression,
                  struct sa_type *ret_type);
/* if dialect.name == "mysql": … elif …: the branch that PostgreSQL takes, null: none. False: its conditions ask for something else. */
bool sa_dialect_branch(struct python_scope scope, TSNode statement, TSNode *ret_block);
/* x.with_variant(JSONB(), "cockroachdb", "postgresql"): is it PostgreSQL's? False: a name that cannot be told. */
bool sa_variant_is_ours(struct sa_reader *r, struct python_scope scope, TSNode call,
                        bool *ret_ours);
/* A Python class whose members are the labels of an enumerated type. */
bool sa_is_enum_class(struct sa_reader *r, struct python_thing thing, size_t depth);
/* `values`: the labels are the members' values, not their names. */
bool sa_enum_of_class(struct sa_reader *r, struct python_thing class, bool values,
                      struct sa_type *type);
/* Does values_callable= of Enum(…) take the members' values? False when that is not to be seen. */
bool sa_enum_wants_values(struct sa_reader *r, struct python_scope scope, TSNode call,
                          bool *ret_values);
/* Labels (and the name of a class) of Enum(…). */
bool sa_enum_labels(struct sa_reader *r, struct python_scope scope, TSNode call,
                    struct sa_type *type);
/* Fills type->text from its name and labels; `native`: as a type of PostgreSQL's own. */
void sa_enum_text(struct sa_reader *r, struct sa_type *type, bool native);
bool sa_annotation_read(struct sa_reader *r, const struct sa_class *class,
                        struct python_scope scope, TSNode annotation, struct sa_type *ret_type,
                        bool *ret_optional, struct sa_column *column);
bool sa_column_read(struct sa_reader *r, const struct sa_class *class, struct python_scope scope,
                    TSNode call, struct sa_column *ret_column);
/* `required = partial(Column, nullable=False)`: what it says of every column that it makes. */
bool sa_partial_read(struct sa_reader *r, struct python_thing partial, struct sa_column *column);
void sa_column_add(struct sa_reader *r, const struct sa_class *class, struct schema_table *table,
                   struct sa_column *column, struct python_scope scope, TSNode at);
/* Index, UniqueConstraint, CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint; anything else is left alone. */
void sa_argument_read(struct sa_reader *r, const struct sa_class *class, struct python_scope scope,
                      struct schema_table *table, TSNode argument);
void sa_table_read(struct sa_reader *r, const struct sa_class *class, struct python_scope scope,
                   TSNode call);
/* The text of a keyword argument; empty: absent, or no constant. */
struct str sa_keyword_text(struct sa_reader *r, struct python_scope scope, TSNode call,
                           const char *name);
/* The table that an expression stands for: a class, Table(…), or their __table__ and columns; empty: none that is known. ret_class: zero but
 * for a class. */
struct str sa_table_of(struct sa_reader *r, struct python_scope scope, TSNode node,
                       struct sa_class *ret_class);
/* Of SQLAlchemy, or of one of the packages that hand its names on. */
bool sa_is_family(struct str dotted);

/* --- Above the classes (sqlalchemy_decorator.c). --- */
/* Columns that its decorators set, when they are functions of the tree; what is not written out in one of these is said. */
void sa_decorators_read(struct sa_reader *r, const struct sa_class *class,
                        struct schema_table *table);

/* --- Below the classes (sqlalchemy_late.c). --- */
/* User.nick = Column(String(30)), setattr(User, "nick", Column(String(30))). */
struct sa_late {
    struct python_scope scope;
    TSNode class, value;
    struct str name;
};
bool sa_late_read(struct sa_reader *r, struct python_scope scope, TSNode statement,
                  struct sa_late *ret_late);
void sa_late_add(struct sa_reader *r, const struct sa_late *late);
/* for name in ("a", "b"): setattr(User, name, Column(…)) */
void sa_late_loop_read(struct sa_reader *r, struct python_file *file, TSNode loop);
/* Index("ix", User.email), UniqueConstraint(User.email, name="uq") by itself, below the class */
bool sa_is_loose(struct str called);
void sa_loose_read(struct sa_reader *r, struct python_scope scope, TSNode call);
/* users.append_column(Column(…)), User.__table__.append_constraint(…) */
bool sa_is_append(struct sa_reader *r, struct python_scope scope, TSNode call);
void sa_table_append(struct sa_reader *r, struct python_scope scope, TSNode call);
/* The table a `Table(…)` call or a mapped class stands for; empty when it cannot be read. */
/* Table(…), or a function of the tree that hands its arguments to it. */
bool sa_makes_table(struct sa_reader *r, struct python_scope scope, TSNode call);
struct str sa_table_name(struct sa_reader *r, struct python_scope scope, TSNode call);
struct str sa_class_table(struct sa_reader *r, struct sa_class *class);
/* Does the class itself have a column with primary_key=True? */
bool sa_has_own_key(struct sa_reader *r, const struct sa_class *class);
/* SQLModel's Field(…), which may stand elsewhere than the annotation; null: the annotation alone. */
bool sa_field_read(struct sa_reader *r, const struct sa_class *class,
                   const struct sa_attribute *attribute, struct python_scope scope, TSNode value,
                   struct sa_column *ret_column);
/* The database's default as an SQL expression, false when it cannot be read. */
bool sa_default_read(struct sa_reader *r, struct python_scope scope, TSNode expression,
                     struct str *ret_text, bool *ret_string);
/* "users.id", User.id, users.c.id, a column of the class itself: what a foreign key points at; empty: that cannot be told. */
struct str sa_target(struct sa_reader *r, struct python_scope scope, TSNode target);
/* As PostgreSQL shows it: DEFAULT 'true' of a boolean is true, DEFAULT '0' of a number is 0. */
struct str sa_default_shown(struct arena *arena, struct str type, struct str text, bool string);
/* X.metadata.naming_convention = …, .update(…): kept, for the classes and tables of that metadata. False: another statement. */
bool sa_convention_note(struct sa_reader *r, struct python_scope scope, TSNode statement);
/* metadata = Base.metadata: what such a name stands for, and where that is written; any other node is itself. */
TSNode sa_metadata_meant(struct sa_reader *r, struct python_scope *scope, TSNode node);
bool sa_has_convention(struct sa_reader *r, const struct sa_class *class);
struct str sa_index_name(struct sa_reader *r, const struct sa_class *class,
                         const struct schema_table *table, const struct strs *columns,
                         const char *key, struct str given);
/* That of a foreign key; `referred`: the table that it points at. */
struct str sa_foreign_name(struct sa_reader *r, const struct sa_class *class,
                           const struct schema_table *table, const struct strs *columns,
                           struct str given, struct str referred);
/* The column that User.nick, users.c.nick or cls.nick stands for: nick, unless the class says another name. */
struct str sa_column_named(struct sa_reader *r, struct python_scope scope, TSNode attribute);
/* A column or an expression of an index, as SQL. */
bool sa_index_part(struct sa_reader *r, struct python_scope scope, TSNode node,
                   struct str *ret_part);
/* User.deleted_at.is_(None), users.c.age > 18, ~User.active */
bool sa_condition_read(struct sa_reader *r, struct python_scope scope, TSNode node,
                       struct str *ret_text);
/* A condition as SQL; as it is written where it cannot be told. Null: left alone. */
void sa_where_read(struct sa_reader *r, struct python_scope scope, TSNode where,
                   struct str *ret_text);
/* postgresql_ops= of Index(…): the operator classes, put behind their columns. */
bool sa_ops_read(struct sa_reader *r, struct python_scope scope, TSNode call, struct strs *parts);
/* PostgreSQL's ExcludeConstraint(("room", "="), …). */
bool sa_exclude_read(struct sa_reader *r, const struct sa_class *class, struct python_scope scope,
                     const struct schema_table *table, TSNode call, struct schema_index *index);
bool sa_is(struct str dotted, const char *name);
struct schema_place sa_place(struct python_file *file, TSNode node);
/* ondelete=, onupdate= of a call, as SQL; empty: neither. */
struct str sa_actions(struct sa_reader *r, struct python_scope scope, TSNode call);
/* deferrable=True, initially="DEFERRED" as schema_deferral has it. */
const char *sa_deferral(struct sa_reader *r, struct python_scope scope, TSNode call);

#endif
