#include "config/keys.h"

#include "config/config.h"

#define FIELD(type, field) .offset = offsetof(struct type, field)
#define SHAPE(keys_of, type)                                                                       \
    .keys = (keys_of), .count = COUNT_OF(keys_of), .size = sizeof(struct type)

static const struct config_key column_value = {"", KEY_STRING, FIELD(config_column, name)};
static const struct config_shape columns_shape = {
    .what = "columns",
    .size = sizeof(struct config_column),
    .name_offset = offsetof(struct config_column, column),
    .place_offset = CONFIG_NO_OFFSET,
    .value = &column_value,
};

static const struct config_key migrations_keys[] = {
    {"tracker", KEY_STRING, FIELD(config_migrations, tracker)},
    {"root", KEY_PATH, FIELD(config_migrations, root)},
    {"script_location", KEY_STRING, FIELD(config_migrations, script_location)},
    {"versions", KEY_STRINGS, FIELD(config_migrations, versions)},
    {"recursive", KEY_BOOL, FIELD(config_migrations, recursive),
     .set_offset = offsetof(struct config_migrations, recursive_set)},
    {"table", KEY_STRING, FIELD(config_migrations, table)},
    {"schema", KEY_STRING, FIELD(config_migrations, schema)},
    {"parameter", KEY_STRING, FIELD(config_migrations, parameter)},
    {"columns", KEY_MAP, FIELD(config_migrations, columns), .shape = &columns_shape},
};
static const struct config_shape migrations_shape = {
    .what = "migrations",
    SHAPE(migrations_keys, config_migrations),
    .name_offset = offsetof(struct config_migrations, name),
    .place_offset = offsetof(struct config_migrations, place),
};

static const struct config_key named_database_value = {"", KEY_DATABASE,
                                                       FIELD(config_named_database, database)};
static const struct config_shape databases_shape = {
    .what = "databases",
    .size = sizeof(struct config_named_database),
    .name_offset = offsetof(struct config_named_database, migrations),
    .place_offset = CONFIG_NO_OFFSET,
    .value = &named_database_value,
};

static const struct config_key identity_keys[] = {
    {"host", KEY_STRING, FIELD(config_identity, host)},
    {"database", KEY_STRING, FIELD(config_identity, database)},
    {"user", KEY_STRING, FIELD(config_identity, user)},
    {"system_identifier", KEY_STRING, FIELD(config_identity, system_identifier)},
};
static const struct config_shape identity_shape = {
    .what = "identity",
    SHAPE(identity_keys, config_identity),
    .name_offset = CONFIG_NO_OFFSET,
    .place_offset = CONFIG_NO_OFFSET,
};

static const struct config_key environment_keys[] = {
    {"database", KEY_DATABASE, FIELD(config_environment, database)},
    {"databases", KEY_MAP, FIELD(config_environment, databases), .shape = &databases_shape},
    {"identity", KEY_OBJECT, FIELD(config_environment, identity), .shape = &identity_shape},
    {"migrations", KEY_STRINGS, FIELD(config_environment, migrations)},
    {"matches", KEY_STRINGS, FIELD(config_environment, matches)},
    {"policy", KEY_POLICY, FIELD(config_environment, policy)},
};
static const struct config_shape environment_shape = {
    .what = "environment",
    SHAPE(environment_keys, config_environment),
    .name_offset = offsetof(struct config_environment, name),
    .place_offset = offsetof(struct config_environment, place),
};

/* Both lists go into the same struct: an examples object has no struct of its own. */
static const struct config_key examples_keys[] = {
    {"deploy", KEY_STRINGS, FIELD(config_deploy_rule, deploy_examples)},
    {"safe", KEY_STRINGS, FIELD(config_deploy_rule, safe_examples)},
};
static const struct config_shape examples_shape = {
    .what = "examples",
    SHAPE(examples_keys, config_deploy_rule),
    .name_offset = CONFIG_NO_OFFSET,
    .place_offset = CONFIG_NO_OFFSET,
};

static const char *const certainties[] = {"certain", "suspected", NULL};
static const char *const kinds[] = {"work-tree", "rollback", NULL};
static const struct config_key deploy_keys[] = {
    {"id", KEY_STRING, FIELD(config_deploy_rule, id)},
    {"command", KEY_REGEX, .required = true, FIELD(config_deploy_rule, command)},
    {"unless", KEY_REGEX, FIELD(config_deploy_rule, unless)},
    {"certainty", KEY_CHOICE, FIELD(config_deploy_rule, certainty), .choices = certainties},
    {"kind", KEY_CHOICE, FIELD(config_deploy_rule, kind), .choices = kinds},
    {"environment", KEY_STRING, FIELD(config_deploy_rule, environment)},
    {"migrations", KEY_STRINGS, FIELD(config_deploy_rule, migrations)},
    {"examples", KEY_OBJECT, .offset = 0, .shape = &examples_shape},
};
static const struct config_shape deploy_shape = {
    .what = "deploy",
    SHAPE(deploy_keys, config_deploy_rule),
    .name_offset = CONFIG_NO_OFFSET,
    .place_offset = offsetof(struct config_deploy_rule, place),
};

static const struct config_key not_deploy_keys[] = {
    {"command", KEY_REGEX, .required = true, FIELD(config_not_deploy, command)},
    {"reason", KEY_STRING, FIELD(config_not_deploy, reason)},
};
static const struct config_shape not_deploy_shape = {
    .what = "not_deploy",
    SHAPE(not_deploy_keys, config_not_deploy),
    .name_offset = CONFIG_NO_OFFSET,
    .place_offset = offsetof(struct config_not_deploy, place),
};

static const struct config_key branch_value = {"", KEY_STRING, FIELD(config_branch, environment)};
static const struct config_shape branches_shape = {
    .what = "branches",
    .size = sizeof(struct config_branch),
    .name_offset = offsetof(struct config_branch, pattern),
    .place_offset = offsetof(struct config_branch, place),
    .value = &branch_value,
};

static const struct config_key model_keys[] = {
    {"path", KEY_REGEX, .required = true, FIELD(config_model, path)},
    {"migrations", KEY_STRING, FIELD(config_model, migrations)},
};
static const struct config_shape model_shape = {
    .what = "model",
    SHAPE(model_keys, config_model),
    .name_offset = CONFIG_NO_OFFSET,
    .place_offset = offsetof(struct config_model, place),
};

static const struct config_key document_keys[] = {
    {"$schema", KEY_IGNORED, .offset = 0},
    {"migrations", KEY_MAP, FIELD(config, migrations), .shape = &migrations_shape},
    {"default_environment", KEY_STRING, FIELD(config, default_environment)},
    {"environments", KEY_MAP, FIELD(config, environments), .shape = &environment_shape},
    {"deploys", KEY_LIST, FIELD(config, deploys), .shape = &deploy_shape},
    {"not_deploys", KEY_LIST, FIELD(config, not_deploys), .shape = &not_deploy_shape},
    {"branches", KEY_MAP, FIELD(config, branches), .shape = &branches_shape},
    {"models", KEY_LIST, FIELD(config, models), .shape = &model_shape},
    {"trackers", KEY_LIST, FIELD(config, trackers), .shape = &tracker_shape},
    {"policy", KEY_POLICY, FIELD(config, policy)},
    {"deadline", KEY_DURATION, FIELD(config, deadline_ms)},
};
const struct config_shape config_document_shape = {
    .what = "",
    SHAPE(document_keys, config),
    .name_offset = CONFIG_NO_OFFSET,
    .place_offset = CONFIG_NO_OFFSET,
};

static const struct config_key database_keys[] = {
    {"command", KEY_STRINGS, FIELD(config_database, arguments)},
    {"url_from", KEY_STRINGS, FIELD(config_database, arguments)},
    {"timeout", KEY_DURATION, FIELD(config_database, timeout_ms)},
};
const struct config_shape config_database_shape = {
    .what = "database",
    SHAPE(database_keys, config_database),
    .name_offset = CONFIG_NO_OFFSET,
    .place_offset = offsetof(struct config_database, place),
};

#define NEAREST_MAX 40u

static char folded(char byte)
{
    if (byte >= 'A' && byte <= 'Z')
        return (char)(byte + ('a' - 'A'));
    return byte == '-' ? '_' : byte;
}

/* Edits (insert, delete, replace, swap of neighbours) between two short words. */
static size_t distance(struct str a, struct str b)
{
    size_t rows[3][NEAREST_MAX + 1];

    if (a.length > NEAREST_MAX || b.length > NEAREST_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.length; i++) {
        size_t *row = rows[i % 3];
        const size_t *last = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.length; j++) {
            char left = folded(a.bytes[i - 1]), right = folded(b.bytes[j - 1]);
            size_t best = last[j - 1] + (left != right);
            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            bool swapped =
                i > 1 && j > 1 && left == folded(b.bytes[j - 2]) && folded(a.bytes[i - 2]) == right;
            if (swapped && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[a.length % 3][b.length];
}

struct str config_nearest(struct str written, const struct str *names, size_t count)
{
    struct str nearest = STR_NONE;
    size_t best = written.length / 3 > 2 ? written.length / 3 : 2;

    for (size_t i = 0; i < count; i++) {
        size_t edits = distance(written, names[i]);
        if (edits > best || edits >= names[i].length)
            continue;
        if (nearest.length && edits == best)
            continue;
        best = edits;
        nearest = names[i];
    }
    return nearest;
}
