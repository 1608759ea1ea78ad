#include "migrations/jvm_reading.h"

#include "base/base.h"
#include "base/buf.h"
#include "base/file.h"
#include "migrations/graph.h"
#include "migrations/tracker.h"
#include "readers/document.h"
#include "readers/properties.h"
#include "readers/toml.h"

#define KEY_MAX ((size_t)512)

/* "flyway.out-of-order" and "outOfOrder" are one key; what stands behind "placeholders." is a name and stays. */
static struct str plain_key(struct arena *arena, struct str key)
{
    struct buf out = buf_new(arena, KEY_MAX);
    static const struct str names[] = {STR_INIT("placeholders."), STR_INIT("parameters."),
                                       STR_INIT("changelogparameters.")};

    for (size_t i = 0; i < key.length; i++) {
        for (size_t j = 0; j < COUNT_OF(names); j++)
            if (out.length && str_eq(buf_str(&out), names[j])) {
                buf_add(&out, str_from_offset(key, i));
                return buf_str(&out);
            }
        if (key.bytes[i] != '-' && key.bytes[i] != '_')
            buf_add(&out, str_lower(arena, str_slice(key, i, i + 1)));
    }
    return out.length ? buf_str(&out) : STR("");
}

void jvm_add(struct settings_reading *r, struct str key, struct str value, struct str file)
{
    struct str plain = plain_key(r->arena, key);

    for (size_t i = 0; i < r->settings->items.count; i++)
        if (str_eq(r->settings->items.items[i].key, plain))
            return;
    VEC_PUSH(r->arena, &r->settings->items,
             (struct jvm_setting){.key = plain, .value = str_trim(value), .file = file});
}

bool jvm_read_file(struct settings_reading *r, const char *name, struct str *ret_path,
                   struct str *ret_text)
{
    struct err bad = ERR_NONE;
    enum tree_entry_kind kind;

    if (!tree_path_join(r->arena, r->root, str_from(name), ret_path) ||
        !tree_exists(r->tree, r->arena, *ret_path, &kind) || kind != TREE_FILE)
        return false;
    if (tree_read(r->tree, r->arena, *ret_path, FILE_MAX, ret_text, &bad))
        return true;
    history_not_read(r->arena, r->history, &bad);
    return false;
}

void jvm_note_unreadable(struct settings_reading *r, const struct err *bad)
{
    VEC_PUSH(r->arena, &r->settings->unreadable, str_copy(r->arena, str_from(bad->message)));
}

struct str jvm_list_text(struct arena *arena, const struct node *list)
{
    struct buf out = buf_new(arena, VALUE_MAX);

    for (const struct node *item = list->first; item; item = item->next) {
        if (out.length)
            buf_add_byte(&out, ',');
        buf_add(&out, str_trim(item->text));
    }
    return out.length ? buf_str(&out) : STR("");
}

/* --- The tool's own files. --- */

static struct str without_prefix(struct str key, const char *name)
{
    struct str prefix = str_from(name);

    return str_starts(key, prefix) && key.length > prefix.length && key.bytes[prefix.length] == '.'
               ? str_from_offset(key, prefix.length + 1)
               : key;
}

static void take_toml(struct settings_reading *r, struct str path, struct str text)
{
    struct toml toml;

    toml_parse(r->arena, text, &toml);
    for (size_t i = 0; i < toml.entries.count; i++) {
        const struct toml_entry *entry = &toml.entries.items[i];
        struct str value = entry->text;
        if (!str_starts(entry->key, str_from(r->tool->name)) || entry->kind == TOML_OTHER)
            continue;
        if (entry->kind == TOML_BOOLEAN)
            value = entry->truth ? STR("true") : STR("false");
        else if (entry->kind == TOML_STRINGS)
            value = str_join(r->arena, entry->items.items, entry->items.count, STR(","));
        jvm_add(r, without_prefix(entry->key, r->tool->name), value, path);
    }
}

static void read_own(struct settings_reading *r)
{
    struct str path, text;

    for (size_t i = 0; r->tool->files[i]; i++) {
        struct properties properties;
        if (!jvm_read_file(r, r->tool->files[i], &path, &text))
            continue;
        r->settings->own_file = true;
        if (str_ends(path, STR(".toml"))) {
            take_toml(r, path, text);
            continue;
        }
        properties_parse(r->arena, text, &properties);
        for (size_t j = properties.count; j-- > 0;)
            jvm_add(r, without_prefix(properties.items[j].key, r->tool->name),
                    properties.items[j].value, path);
    }
}

/* --- Maven: <configuration> beside the plugin's <artifactId>, and <flyway.x> among the <properties>. --- */

static void take_configuration(struct settings_reading *r, const struct node *configuration,
                               struct str path)
{
    for (const struct node *child = configuration->first; child; child = child->next) {
        bool deeper = child->first && !child->first->attribute;
        if (deeper && str_eq(child->name, STR("placeholders")))
            for (const struct node *one = child->first; one; one = one->next)
                jvm_add(r, str_printf(r->arena, "placeholders." STR_FMT, STR_ARG(one->name)),
                        one->text, path);
        else
            jvm_add(r, child->name, deeper ? jvm_list_text(r->arena, child) : child->text, path);
    }
}

static void take_pom(struct settings_reading *r, const struct node *node, struct str path,
                     size_t depth)
{
    if (depth > DOCUMENT_DEPTH_MAX)
        return;
    if (str_eq(node_text(node, "artifactId"), str_from(r->tool->maven_plugin))) {
        const struct node *configuration = node_get(node, "configuration");
        r->settings->maven = true;
        if (configuration)
            take_configuration(r, configuration, path);
    }
    for (const struct node *child = node->first; child; child = child->next) {
        struct str key = without_prefix(child->name, r->tool->name);
        if (str_eq(node->name, STR("properties")) && key.length < child->name.length)
            jvm_add(r, key, child->text, path);
        take_pom(r, child, path, depth + 1);
    }
}

static void read_maven(struct settings_reading *r)
{
    struct str path, text;
    struct err bad = ERR_NONE;
    struct node *root;

    if (!jvm_read_file(r, "pom.xml", &path, &text))
        return;
    if (!xml_parse(r->arena, text, str_c(r->arena, path), &root, &bad))
        jvm_note_unreadable(r, &bad);
    else
        take_pom(r, root, path, 0);
}

/* --- Gradle: the block "flyway { … }" of a program, line by line. --- */

static struct str quoted_words(struct arena *arena, struct str text)
{
    struct buf out = buf_new(arena, VALUE_MAX);

    for (size_t i = 0; i < text.length; i++) {
        char quote = text.bytes[i];
        if (quote != '\'' && quote != '"')
            continue;
        struct str word = str_from_offset(text, i + 1);
        size_t end = str_find_byte(word, quote);
        if (end == SIZE_MAX)
            break;
        if (out.length)
            buf_add_byte(&out, ',');
        buf_add(&out, str_prefix(word, end));
        i += end + 1;
    }
    return out.length ? buf_str(&out) : STR_NONE;
}

static void take_block(struct settings_reading *r, struct str block, struct str path)
{
    struct str line;

    while (str_next_line(&block, &line)) {
        struct str groups[3] = {STR_NONE};
        struct err ignored = ERR_NONE;
        if (!tracker_regex_matches(STR("^\\s*(\\w+)\\s*(?:=|\\.set\\(|\\()?\\s*(.+)$"), line,
                                   groups, 3, &ignored))
            continue;
        struct str words = quoted_words(r->arena, groups[2]), bare = str_trim(groups[2]);
        if (words.length)
            jvm_add(r, groups[1], words, path);
        else if (str_starts(bare, STR("true")) || str_starts(bare, STR("false")))
            jvm_add(r, groups[1], str_starts(bare, STR("true")) ? STR("true") : STR("false"), path);
    }
}

static void read_gradle(struct settings_reading *r)
{
    static const char *const names[] = {"build.gradle", "build.gradle.kts"};
    struct str path, text, groups[2] = {STR_NONE};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct err ignored = ERR_NONE;
        if (!jvm_read_file(r, names[i], &path, &text) ||
            !str_contains(text, str_from(r->tool->name)))
            continue;
        r->settings->gradle = true;
        struct str pattern =
            str_printf(r->arena, "(?ms)^\\s*%s\\s*\\{(.*?)^\\s*\\}", r->tool->name);
        if (tracker_regex_matches(pattern, text, groups, 2, &ignored))
            take_block(r, groups[1], path);
    }
}

void jvm_settings_read(struct arena *arena, struct tree *tree, const struct jvm_tool *tool,
                       struct str root, struct history *history, struct jvm_settings *ret_settings)
{
    struct settings_reading r = {.arena = arena,
                                 .tree = tree,
                                 .tool = tool,
                                 .root = root,
                                 .history = history,
                                 .settings = ret_settings};

    *ret_settings = (struct jvm_settings){0};
    read_own(&r);
    jvm_read_application(&r);
    read_maven(&r);
    read_gradle(&r);
    jvm_read_commands(&r);
}

const struct jvm_setting *jvm_setting_find(const struct jvm_settings *settings, const char *key)
{
    for (size_t i = 0; i < settings->items.count; i++)
        if (str_eq(settings->items.items[i].key, str_from(key)))
            return &settings->items.items[i];
    return NULL;
}

bool jvm_setting_is_true(const struct jvm_settings *settings, const char *key, bool otherwise)
{
    const struct jvm_setting *setting = jvm_setting_find(settings, key);

    return setting && setting->value.length ? str_eq_nocase(setting->value, STR("true"))
                                            : otherwise;
}

static struct str dbms_of_url(const struct jvm_settings *settings)
{
    static const char *const keys[] = {"url", "command.url", "datasource.url"};

    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        const struct jvm_setting *setting = jvm_setting_find(settings, keys[i]);
        struct str rest = setting ? setting->value : STR_NONE;
        if (!str_starts(rest, STR("jdbc:")))
            continue;
        (void)str_cut(&rest, ':');
        struct str name = str_cut(&rest, ':');
        return str_eq(name, STR("sqlserver")) ? STR("mssql") : name;
    }
    return STR("");
}

struct str jvm_dbms(const struct jvm_settings *settings, struct str asked)
{
    struct str written = dbms_of_url(settings);
    bool is_mysql = str_eq(asked, STR("mysql"));

    if (!asked.length)
        return written;
    if (is_mysql && (str_eq(written, STR("mysql")) || str_eq(written, STR("mariadb"))))
        return written;
    return is_mysql ? STR("mysql,mariadb") : asked;
}
