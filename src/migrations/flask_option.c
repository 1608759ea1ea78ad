/* flask_option.c -- Flask-Migrate hands its keywords on to Alembic: Migrate(app, db, version_table="…"), migrate.init_app(app, db, version_table="…"). */
#include "base/file.h"
#include "migrations/alembic.h"
#include "migrations/survey.h"
#include "migrations/survey_enter.h"
#include "migrations/tracker.h"

#define FILES_MAX 400u
#define LEVELS 3u

struct looking {
    struct arena *arena;
    struct tree *tree;
    struct str pattern;
    size_t files;
    struct str text, from;
    bool differs;
};

static void look_into(struct looking *l, struct str path)
{
    struct err unread = ERR_NONE;
    struct str text, groups[2] = {STR_NONE};

    if (!tree_read(l->tree, l->arena, path, CONFIG_FILE_MAX, &text, &unread) ||
        !str_contains(text, STR("version_table")) ||
        !tracker_regex_matches(l->pattern, text, groups, 2, &unread))
        return;
    l->differs = l->differs || (l->text.length && !str_eq(l->text, groups[1]));
    l->text = groups[1];
    l->from = path;
}

static void look_below(struct looking *l, struct str directory, unsigned level)
{
    struct tree_entries entries;
    struct err unread = ERR_NONE;
    bool exists;

    if (!tree_list(l->tree, l->arena, directory, &entries, &exists, &unread))
        return;
    for (size_t i = 0; i < entries.count && l->files < FILES_MAX; i++) {
        const struct tree_entry *entry = &entries.items[i];
        struct str path = path_below(l->arena, directory, entry->name);
        if (entry->kind == TREE_FILE && str_ends(entry->name, STR(".py"))) {
            l->files++;
            look_into(l, path);
        } else if (entry->kind == TREE_DIRECTORY && level < LEVELS &&
                   survey_entering(&entries, entry->name) == ENTERED &&
                   !survey_is_aside(entry->name)) {
            look_below(l, path, level + 1);
        }
    }
}

bool flask_option_read(struct arena *arena, struct tree *tree, struct str root, struct str keyword,
                       struct alembic_option *ret_option)
{
    struct looking looking = {
        .arena = arena,
        .tree = tree,
        .pattern = str_printf(arena,
                              "(?s)\\b(?:Migrate|\\w{0,40}\\.init_app)\\([^()]{0,800}?\\b" STR_FMT
                              "\\s{0,8}=\\s{0,8}[\"']([^\"'\\n]{1,200})[\"']",
                              STR_ARG(keyword))};

    /* Migrate(directory="db/steps") lies above that. */
    for (;; root = path_parent(root)) {
        looking.files = 0;
        look_below(&looking, root, 0);
        if (looking.text.length || !root.length)
            break;
    }
    if (!looking.text.length || looking.differs)
        return false;
    *ret_option = (struct alembic_option){.text = looking.text, .from = looking.from};
    return true;
}
