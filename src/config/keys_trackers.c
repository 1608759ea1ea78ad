/* keys_trackers.c -- the keys of a tracker. Each key is named as its field: the generator of the built-in table relies on it. */
#include "config/keys.h"
#include "config/trackers.h"

#define KEY(type, field, kind)                                                                     \
    {                                                                                              \
#field, kind, .offset = offsetof(struct type, field)                                       \
    }
#define REQUIRED(type, field, kind)                                                                \
    {                                                                                              \
#field, kind, .required = true, .offset = offsetof(struct type, field)                     \
    }
#define LIST(type, field, of)                                                                      \
    {                                                                                              \
#field, KEY_LIST, .offset = offsetof(struct type, field), .shape = &(of)                   \
    }
#define CHOICE(type, field, of)                                                                    \
    {                                                                                              \
#field, KEY_CHOICE, .offset = offsetof(struct type, field), .choices = (of)                \
    }
#define SHAPE(type, table)                                                                         \
    {                                                                                              \
        .what = #type, .keys = (table), .count = COUNT_OF(table), .size = sizeof(struct type),     \
        .name_offset = CONFIG_NO_OFFSET, .place_offset = CONFIG_NO_OFFSET                          \
    }

static const struct config_key sign_keys[] = {
    KEY(tracker_sign, near, KEY_STRINGS),        KEY(tracker_sign, mentions, KEY_REGEX),
    KEY(tracker_sign, directories, KEY_STRINGS), KEY(tracker_sign, files, KEY_STRINGS),
    KEY(tracker_sign, inside, KEY_STRING),       KEY(tracker_sign, content, KEY_REGEX),
};
static const struct config_shape sign_shape = SHAPE(tracker_sign, sign_keys);

static const char *const set_choices[] = {
    "directory", "table",       "schema",  "parameter", "ending", "unordered",
    "unchecked", "search_path", "beside",  "prefix",    "suffix", "column",
    "dbms",      "database",    "ordered", "ignored",   "edits",  NULL};
static const struct config_key setting_keys[] = {
    REQUIRED(tracker_setting, file, KEY_STRINGS), KEY(tracker_setting, pattern, KEY_REGEX),
    KEY(tracker_setting, key, KEY_STRING),        KEY(tracker_setting, through, KEY_STRING),
    KEY(tracker_setting, between, KEY_STRING),    CHOICE(tracker_setting, sets, set_choices),
    KEY(tracker_setting, as, KEY_STRING),         KEY(tracker_setting, every, KEY_BOOL),
    KEY(tracker_setting, required, KEY_BOOL),     KEY(tracker_setting, own_database, KEY_BOOL),
};
static const struct config_shape setting_shape = SHAPE(tracker_setting, setting_keys);

static const struct config_key registration_keys[] = {
    REQUIRED(tracker_registration, file, KEY_STRINGS),
    REQUIRED(tracker_registration, pattern, KEY_REGEX),
    KEY(tracker_registration, directories, KEY_STRINGS),
    KEY(tracker_registration, module, KEY_REGEX),
    KEY(tracker_registration, own, KEY_BOOL),
    KEY(tracker_registration, last, KEY_BOOL),
};
static const struct config_shape registration_shape =
    SHAPE(tracker_registration, registration_keys);
static const struct config_key modules_keys[] = {
    REQUIRED(tracker_modules, application, KEY_STRINGS),
    KEY(tracker_modules, usual, KEY_STRINGS),
    LIST(tracker_modules, registered, registration_shape),
    REQUIRED(tracker_modules, left_out, KEY_STRING),
};
static const struct config_shape modules_shape = SHAPE(tracker_modules, modules_keys);

static const char *const kinds[] = {"file", "directory", "journal", "content", "listed", NULL};
static const char *const id_types[] = {"text", "text-ci", "int", NULL};
static const char *const script_choices[] = {"counts", "skipped", "broken", NULL};
static const char *const duplicate_choices[] = {"refused", "shared", NULL};
static const struct config_key unit_keys[] = {
    CHOICE(tracker_unit, kind, kinds),        KEY(tracker_unit, recursive, KEY_BOOL),
    KEY(tracker_unit, pattern, KEY_REGEX),    KEY(tracker_unit, unless, KEY_REGEX),
    KEY(tracker_unit, refused, KEY_REGEX),    KEY(tracker_unit, down, KEY_REGEX),
    KEY(tracker_unit, down_counts, KEY_BOOL), KEY(tracker_unit, id, KEY_STRING),
    KEY(tracker_unit, name, KEY_STRING),      KEY(tracker_unit, place, KEY_REGEX),
    CHOICE(tracker_unit, id_type, id_types),  KEY(tracker_unit, unordered, KEY_REGEX),
    KEY(tracker_unit, strip, KEY_STRING),     KEY(tracker_unit, same, KEY_REGEX),
    KEY(tracker_unit, script, KEY_STRING),    CHOICE(tracker_unit, without_script, script_choices),
    KEY(tracker_unit, journal, KEY_STRING),   KEY(tracker_unit, entries, KEY_STRING),
    KEY(tracker_unit, list, KEY_STRING),      KEY(tracker_unit, content, KEY_REGEX),
    KEY(tracker_unit, prefix, KEY_REGEX),     KEY(tracker_unit, instead, KEY_REGEX),
    KEY(tracker_unit, each, KEY_REGEX),       CHOICE(tracker_unit, duplicates, duplicate_choices),
    KEY(tracker_unit, owner, KEY_REGEX),      KEY(tracker_unit, class_path, KEY_BOOL),
    KEY(tracker_unit, gather, KEY_BOOL),      KEY(tracker_unit, contiguous, KEY_BOOL),
    KEY(tracker_unit, distinct, KEY_STRING),  KEY(tracker_unit, misnamed, KEY_REGEX),
    KEY(tracker_unit, skips_links, KEY_BOOL),
};
static const struct config_shape unit_shape = SHAPE(tracker_unit, unit_keys);

static const struct config_key variant_keys[] = {
    REQUIRED(tracker_variant, column, KEY_STRING),
    REQUIRED(tracker_variant, applied, KEY_STRING),
    KEY(tracker_variant, applied_sqlite, KEY_STRING),
    KEY(tracker_variant, applied_mysql, KEY_STRING),
};
static const struct config_shape variant_shape = SHAPE(tracker_variant, variant_keys);

static const struct config_key table_keys[] = {
    KEY(tracker_table, place, KEY_REGEX),          KEY(tracker_table, schema, KEY_STRING),
    REQUIRED(tracker_table, name, KEY_STRING),     KEY(tracker_table, schema_on, KEY_STRINGS),
    KEY(tracker_table, whole_name, KEY_BOOL),      KEY(tracker_table, dotted, KEY_BOOL),
    KEY(tracker_table, need, KEY_STRINGS),         KEY(tracker_table, need_any, KEY_STRINGS),
    KEY(tracker_table, deny, KEY_STRINGS),         KEY(tracker_table, only_these, KEY_BOOL),
    KEY(tracker_table, beside, KEY_STRING),        KEY(tracker_table, parameter, KEY_STRING),
    REQUIRED(tracker_table, applied, KEY_STRING),  KEY(tracker_table, applied_sqlite, KEY_STRING),
    KEY(tracker_table, applied_mysql, KEY_STRING), KEY(tracker_table, failed, KEY_STRING),
    KEY(tracker_table, failed_sqlite, KEY_STRING), KEY(tracker_table, failed_mysql, KEY_STRING),
    KEY(tracker_table, locked, KEY_STRING),        KEY(tracker_table, locked_sqlite, KEY_STRING),
    KEY(tracker_table, locked_mysql, KEY_STRING),  LIST(tracker_table, variants, variant_shape),
};
static const struct config_shape table_shape = SHAPE(tracker_table, table_keys);

static const struct config_key file_text = {"text", KEY_PATH,
                                            .offset = offsetof(struct tracker_example_file, text)};
static const struct config_shape files_shape = {
    .what = "tracker_example_file",
    .size = sizeof(struct tracker_example_file),
    .name_offset = offsetof(struct tracker_example_file, path),
    .place_offset = CONFIG_NO_OFFSET,
    .value = &file_text,
};
static const struct config_key row_keys[] = {
    REQUIRED(tracker_example_row, id, KEY_STRING),
    KEY(tracker_example_row, name, KEY_STRING),
    KEY(tracker_example_row, checksum, KEY_STRING),
    KEY(tracker_example_row, state, KEY_STRING),
    KEY(tracker_example_row, ord, KEY_STRING),
    KEY(tracker_example_row, applied_at, KEY_STRING),
};
static const struct config_shape row_shape = SHAPE(tracker_example_row, row_keys);
static const struct config_key example_keys[] = {
    {"files", KEY_MAP, .required = true, .offset = offsetof(struct tracker_example, files),
     .shape = &files_shape},
    KEY(tracker_example, other, KEY_BOOL),
    KEY(tracker_example, configured, KEY_BOOL),
    KEY(tracker_example, root, KEY_PATH),
    KEY(tracker_example, versions, KEY_STRINGS),
    KEY(tracker_example, table, KEY_STRING),
    KEY(tracker_example, dbms, KEY_STRING),
    LIST(tracker_example, rows, row_shape),
    KEY(tracker_example, migrations, KEY_STRINGS),
    KEY(tracker_example, pending, KEY_STRINGS),
    KEY(tracker_example, never_applied, KEY_STRINGS),
    KEY(tracker_example, out_of_order, KEY_STRINGS),
    KEY(tracker_example, unknown, KEY_STRINGS),
    KEY(tracker_example, explained, KEY_STRINGS),
    KEY(tracker_example, dirty, KEY_STRINGS),
    KEY(tracker_example, diverged, KEY_STRINGS),
    KEY(tracker_example, problem, KEY_STRING),
};
static const struct config_shape example_shape = SHAPE(tracker_example, example_keys);

static const char *const orders[] = {"id",    "file", "int",    "number", "time",
                                     "utf16", "end",  "listed", NULL};
static const char *const order_meanings[] = {"applied", "refused", "skipped", NULL};
static const char *const missing_meanings[] = {"ignored", "reported", "refused", NULL};
static const char *const edited_meanings[] = {"ignored", "refused", NULL};
static const struct config_key tracker_keys[] = {
    REQUIRED(tracker, id, KEY_STRING),
    KEY(tracker, title, KEY_STRING),
    REQUIRED(tracker, rule, KEY_STRING),
    CHOICE(tracker, order, orders),
    LIST(tracker, detect, sign_shape),
    LIST(tracker, settings, setting_shape),
    {"modules", KEY_OBJECT, .offset = offsetof(struct tracker, modules), .shape = &modules_shape},
    {"unit", KEY_OBJECT, .offset = offsetof(struct tracker, unit), .shape = &unit_shape},
    {"table", KEY_OBJECT, .required = true, .offset = offsetof(struct tracker, table),
     .shape = &table_shape},
    KEY(tracker, checksum, KEY_STRING),
    KEY(tracker, own_database, KEY_REGEX),
    CHOICE(tracker, out_of_order, order_meanings),
    CHOICE(tracker, missing_file, missing_meanings),
    CHOICE(tracker, edited, edited_meanings),
    KEY(tracker, external, KEY_REGEX),
    KEY(tracker, reserved, KEY_STRINGS),
    KEY(tracker, squashed_by, KEY_STRINGS),
    KEY(tracker, assumes, KEY_STRINGS),
    KEY(tracker, upgrade, KEY_STRING),
    KEY(tracker, upgrade_out_of_order, KEY_STRING),
    KEY(tracker, create, KEY_STRING),
    LIST(tracker, examples, example_shape),
};
const struct config_shape tracker_shape = SHAPE(tracker, tracker_keys);
