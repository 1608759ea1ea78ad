/* settings_owner.c -- a setting may say which of several directories it is of: by its path, its name, or what its migrations belong to. */
#include "base/file.h"
#include "migrations/settings.h"
#include "migrations/survey.h"

#define SAMPLE_MAX ((size_t)64 << 10)
#define SAMPLES_MAX 40u
#define NAME_WORDS_MAX 8u

/* AuditRepo owns priv/audit_repo. */
static struct str plain(struct arena *arena, struct str name)
{
    char *bytes = str_c(arena, name);
    size_t length = 0;

    for (size_t i = 0; i < name.length; i++)
        if (bytes[i] != '_' && bytes[i] != '-')
            bytes[length++] = bytes[i];
    return str_lower(arena, str_of(bytes, length));
}

static struct str owner_by_texts(struct asking *a)
{
    struct tree_entries entries;
    struct err unread = ERR_NONE; /* the history says what cannot be read */
    struct str groups[2];
    size_t samples = 0;
    bool exists, whole;

    if (!tree_list(a->tree, a->arena, a->wanted, &entries, &exists, &unread))
        return STR("");
    for (size_t i = 0; i < entries.count && samples < SAMPLES_MAX; i++) {
        struct str path = path_below(a->arena, a->wanted, entries.items[i].name), text;
        if (entries.items[i].kind != TREE_FILE ||
            !tracker_regex_matches(a->tracker->unit.pattern, entries.items[i].name, NULL, 0, a->e))
            continue;
        samples++;
        if (tree_read_start(a->tree, a->arena, path, SAMPLE_MAX, &text, &whole, &unread) &&
            tracker_regex_matches(a->tracker->unit.owner, text, groups, 2, a->e))
            return groups[1];
    }
    return STR("");
}

/* priv/audit_repo beside priv/repo: a name that none of the directories beside has may be this one's all the same. */
static bool lies_in(struct asking *a, struct str above, struct str name)
{
    struct tree_entries entries = {0};
    struct err unread = ERR_NONE;
    bool exists;

    if (!tree_list(a->tree, a->arena, above, &entries, &exists, &unread))
        return false;
    for (size_t i = 0; i < entries.count; i++)
        if (entries.items[i].kind == TREE_DIRECTORY &&
            str_eq(plain(a->arena, entries.items[i].name), plain(a->arena, name)))
            return true;
    return false;
}

static struct str before(struct asking *a, struct str part)
{
    return str_prefix(a->wanted, (size_t)(part.bytes - a->wanted.bytes));
}

/* apps/audit beside apps/shop, which both have a priv/repo. */
static bool is_of_project_beside(struct asking *a, struct str project)
{
    struct str groups[1], own;

    if (!project.length ||
        !tracker_regex_matches(a->tracker->unit.owner, a->wanted, groups, 1, a->e))
        return false;
    own = str_trim_bytes(before(a, groups[0]), "/");
    return !str_eq(plain(a->arena, path_base_name(own)), plain(a->arena, project)) && own.length &&
           lies_in(a, path_parent(own), project);
}

static bool is_owner(struct asking *a, struct str name)
{
    struct str groups[2];

    if (tracker_regex_matches(a->tracker->unit.owner, a->wanted, groups, 2, a->e))
        return str_eq(plain(a->arena, groups[1]), plain(a->arena, name)) ||
               !lies_in(a, path_parent(before(a, groups[1])), name);
    if (!a->owner.bytes)
        a->owner = owner_by_texts(a);
    return !a->owner.length || str_eq(plain(a->arena, a->owner), plain(a->arena, name));
}

bool settings_is_owner(struct asking *a, struct str name)
{
    struct str groups[2];

    return name.length && a->wanted.bytes &&
           tracker_regex_matches(a->tracker->unit.owner, a->wanted, groups, 2, a->e) &&
           str_eq(plain(a->arena, groups[1]), plain(a->arena, name));
}

bool settings_is_wanted(struct asking *a, struct str name, struct str project)
{
    struct str path;

    if (a->wanted.bytes && is_of_project_beside(a, project))
        return false;
    if (!name.length || !a->wanted.bytes || str_eq(name, path_base_name(a->wanted)))
        return true;
    if (a->tracker->unit.owner.length)
        return is_owner(a, name);
    /* The program may run elsewhere: only a directory that is there is another one. */
    return str_find_byte(name, '/') != SIZE_MAX &&
           (!tree_path_join(a->arena, a->root, name, &path) || str_eq(path, a->wanted) ||
            !settings_is_directory(a, path));
}

/* --- Manifests of a cluster: one directory for all services of a repository. --- */

static bool is_manifest(struct str inside)
{
    static const char *const tops[] = {"k8s",  "kubernetes", "deploy", "manifests",
                                       "helm", "chart",      "charts", NULL};

    return str_find_byte(inside, '/') != SIZE_MAX && str_is_one_of(str_cut(&inside, '/'), tops) &&
           (str_ends(inside, STR(".yaml")) || str_ends(inside, STR(".yml")));
}

static bool has_migrations(struct asking *a, struct str directory, struct str wanted)
{
    struct survey_directories found = {0};
    struct err unread = ERR_NONE;

    return settings_is_directory(a, directory) &&
           (settings_is_directory(a, path_join(a->arena, directory, wanted)) ||
            (survey_directories(a->arena, a->tree, a->tracker, directory, &found, &unread) &&
             found.list.count));
}

/* services/audit, which has migrations, and not those that are asked for. */
static bool is_service(struct asking *a, struct str name, struct str wanted)
{
    static const char *const above[] = {"", "services", "apps", "packages", "projects", "modules"};
    struct str inside;

    for (size_t i = 0; i < COUNT_OF(above) && name.length; i++) {
        struct str directory =
            path_join(a->arena, a->root, path_join(a->arena, str_from(above[i]), name));
        if (!str_eq(directory, a->wanted) && !path_relative(directory, a->wanted, &inside) &&
            has_migrations(a, directory, wanted))
            return true;
    }
    return false;
}

static bool is_between_words(char byte)
{
    return byte == '-' || byte == '_' || byte == '.';
}

static bool begins_with_service(struct asking *a, struct str words, struct str wanted)
{
    size_t tried = 0;

    for (size_t i = 1; i < words.length && tried < NAME_WORDS_MAX; i++)
        if (is_between_words(words.bytes[i]) && ++tried &&
            is_service(a, str_prefix(words, i), wanted))
            return true;
    return is_service(a, words, wanted);
}

/* "audit-migrate" may be audit's, and "migrate-audit.yaml" and "job-audit-up.yaml" as well. */
static bool names_service(struct asking *a, struct str part, struct str wanted)
{
    size_t tried = 0, dot = str_find_last_byte(part, '.');
    struct str words = dot == SIZE_MAX ? part : str_prefix(part, dot);

    if (begins_with_service(a, words, wanted))
        return true;
    for (size_t i = 1; i < words.length && tried < NAME_WORDS_MAX; i++)
        if (is_between_words(words.bytes[i]) && ++tried &&
            begins_with_service(a, str_from_offset(words, i + 1), wanted))
            return true;
    return is_service(a, part, wanted);
}

bool settings_is_of_service(struct asking *a, struct str path)
{
    struct str inside = path, wanted = a->wanted;

    if (!a->wanted.length || (a->root.length && !path_relative(a->root, path, &inside)) ||
        !is_manifest(inside))
        return false;
    if (a->root.length && !path_relative(a->root, a->wanted, &wanted))
        return false;
    (void)str_cut(&inside, '/');
    while (inside.length)
        if (names_service(a, str_cut(&inside, '/'), wanted))
            return true;
    return false;
}
