#include "base/file.h"
#include "migrations/sqitch.h"

/* [engine "pg"] is engine.pg; names in lower case but for the quoted part. */
static struct str section_of(struct arena *arena, struct str header)
{
    struct str inner =
        str_trim(str_prefix(str_from_offset(header, 1), str_find_byte(header, ']') - 1));
    size_t quote = str_find_byte(inner, '"');

    if (quote == SIZE_MAX)
        return str_lower(arena, inner);
    struct str kind = str_lower(arena, str_trim(str_prefix(inner, quote)));
    return str_printf(arena, STR_FMT "." STR_FMT, STR_ARG(kind),
                      STR_ARG(str_trim_bytes(str_from_offset(inner, quote), "\"")));
}

/* A value ends at a comment's mark outside of quotes. */
static struct str value_of(struct str text)
{
    bool quoted = false;
    size_t end = 0;

    for (; end < text.length; end++) {
        if (text.bytes[end] == '"')
            quoted = !quoted;
        if (!quoted && (text.bytes[end] == '#' || text.bytes[end] == ';'))
            break;
    }
    return str_trim_bytes(str_trim(str_prefix(text, end)), "\"");
}

void sqitch_conf_parse(struct arena *arena, struct str bytes, struct sqitch_conf *ret_conf)
{
    struct sqitch_conf conf = {0};
    struct str line, section = STR_NONE;

    while (str_next_line(&bytes, &line)) {
        struct str text = str_trim(line);
        if (!text.length || text.bytes[0] == '#' || text.bytes[0] == ';')
            continue;
        if (text.bytes[0] == '[') {
            if (str_find_byte(text, ']') != SIZE_MAX)
                section = section_of(arena, text);
            continue;
        }
        struct str key = str_cut(&text, '=');
        VEC_PUSH(arena, &conf.settings,
                 (struct sqitch_setting){.section = section,
                                         .key = str_lower(arena, str_trim(key)),
                                         .value = value_of(text)});
    }
    *ret_conf = conf;
}

static struct str get(const struct sqitch_conf *conf, struct str section, struct str key)
{
    for (size_t i = conf->settings.count; i > 0 && section.length; i--)
        if (str_eq(conf->settings.items[i - 1].section, section) &&
            str_eq(conf->settings.items[i - 1].key, key))
            return conf->settings.items[i - 1].value;
    return STR_NONE;
}

/* The target's, its engine's, the core's. */
static struct str fetch(struct arena *arena, const struct sqitch_conf *conf, struct str target,
                        struct str engine, const char *key)
{
    struct str name = str_from(key);
    struct str sections[] = {
        target.length ? str_printf(arena, "target." STR_FMT, STR_ARG(target)) : STR_NONE,
        engine.length ? str_printf(arena, "engine." STR_FMT, STR_ARG(engine)) : STR_NONE,
        STR("core")};

    for (size_t i = 0; i < COUNT_OF(sections); i++) {
        struct str value = get(conf, sections[i], name);
        if (value.length)
            return value;
    }
    return STR_NONE;
}

static struct str joined(struct arena *arena, struct str directory, const char *name)
{
    return path_below(arena, str_eq(directory, STR(".")) ? STR("") : directory, str_from(name));
}

static struct str or_below(struct arena *arena, struct str value, struct str directory,
                           const char *name)
{
    return value.length ? value : joined(arena, directory, name);
}

static void add_places(struct arena *arena, const struct sqitch_conf *conf, struct str target,
                       struct str engine, struct str name, struct sqitch_places_list *list)
{
    struct str top = fetch(arena, conf, target, engine, "top_dir");
    struct str reworked = fetch(arena, conf, target, engine, "reworked_dir");
    struct str extension = fetch(arena, conf, target, engine, "extension");
    struct sqitch_places places = {.name = name};

    places.plan =
        or_below(arena, fetch(arena, conf, target, engine, "plan_file"), top, "sqitch.plan");
    places.deploy =
        or_below(arena, fetch(arena, conf, target, engine, "deploy_dir"), top, "deploy");
    places.revert =
        or_below(arena, fetch(arena, conf, target, engine, "revert_dir"), top, "revert");
    places.reworked_deploy = fetch(arena, conf, target, engine, "reworked_deploy_dir");
    places.reworked_revert = fetch(arena, conf, target, engine, "reworked_revert_dir");
    if (!places.reworked_deploy.length)
        places.reworked_deploy =
            reworked.length ? joined(arena, reworked, "deploy") : places.deploy;
    if (!places.reworked_revert.length)
        places.reworked_revert =
            reworked.length ? joined(arena, reworked, "revert") : places.revert;
    places.extension = extension.length ? extension : STR("sql");
    places.registry = fetch(arena, conf, target, engine, "registry");
    VEC_PUSH(arena, list, places);
}

/* "db:pg://…" is pg. */
static struct str engine_of_uri(struct str uri)
{
    struct str rest = uri;

    if (!str_starts(rest, STR("db:")))
        return STR_NONE;
    (void)str_cut(&rest, ':');
    return str_cut(&rest, ':');
}

void sqitch_conf_places(struct arena *arena, const struct sqitch_conf *conf,
                        struct sqitch_places_list *ret_places)
{
    struct sqitch_places_list list = {0};
    struct str engine = get(conf, STR("core"), STR("engine")), target = STR_NONE;
    struct strs seen = {0};

    if (engine.length)
        target = get(conf, str_printf(arena, "engine." STR_FMT, STR_ARG(engine)), STR("target"));
    if (!target.length)
        target = get(conf, STR("core"), STR("target"));
    if (!engine.length && target.length)
        engine = engine_of_uri(
            str_starts(target, STR("db:"))
                ? target
                : get(conf, str_printf(arena, "target." STR_FMT, STR_ARG(target)), STR("uri")));
    add_places(arena, conf, target, engine, STR_NONE, &list);
    for (size_t i = 0; i < conf->settings.count; i++) {
        struct str section = conf->settings.items[i].section, name = section;
        struct str kind = str_cut(&name, '.');
        if (!name.length || strs_have(&seen, section))
            continue;
        VEC_PUSH(arena, &seen, section);
        if (str_eq(kind, STR("engine")))
            add_places(arena, conf, get(conf, section, STR("target")), name, name, &list);
        else if (str_eq(kind, STR("target")))
            add_places(arena, conf, name, engine_of_uri(get(conf, section, STR("uri"))), name,
                       &list);
    }
    *ret_places = list;
}
