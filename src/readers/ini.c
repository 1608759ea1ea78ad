#include "readers/ini.h"

#include "base/buf.h"

#define INTERPOLATION_DEPTH_MAX 10u /* as ConfigParser */
#define SECTIONS_MAX 1000u
#define VALUE_MAX ((size_t)64 << 10)

struct ini_state {
    struct arena *arena;
    struct ini *ini;
    struct str section;
    bool in_section, in_key;
    size_t key_indent, line;
    struct buf value; /* of the key, once it has continuation lines */
};

static size_t indent_of(struct str line)
{
    size_t indent = 0;

    while (indent < line.length && (line.bytes[indent] == ' ' || line.bytes[indent] == '\t'))
        indent++;
    return indent;
}

static void refuse(struct ini_state *s)
{
    if (!s->ini->refused_line)
        s->ini->refused_line = s->line;
}

static void add_section(struct ini_state *s, struct str text)
{
    size_t end = str_find_byte(text, ']');

    if (end == SIZE_MAX) {
        refuse(s);
        return;
    }
    s->section = str_slice(text, 1, end);
    s->in_section = true;
    s->in_key = false;
    if (!str_eq(s->section, STR("DEFAULT")) && s->ini->sections.count < SECTIONS_MAX)
        strs_add(s->arena, &s->ini->sections, s->section);
}

static void add_key(struct ini_state *s, struct str text, size_t indent)
{
    size_t at = 0;

    while (at < text.length && text.bytes[at] != '=' && text.bytes[at] != ':')
        at++;
    if (at == text.length || at == 0 || !s->in_section) {
        refuse(s);
        return;
    }
    struct ini_entry entry = {
        .section = s->section,
        .key = str_lower(s->arena, str_trim(str_prefix(text, at))),
        .value = str_trim(str_from_offset(text, at + 1)),
        .line = s->line,
    };
    VEC_PUSH(s->arena, &s->ini->entries, entry);
    s->value = (struct buf){0};
    s->in_key = true;
    s->key_indent = indent;
}

static void add_continuation(struct ini_state *s, struct str text)
{
    struct ini_entry *entry = &VEC_LAST(&s->ini->entries);

    if (!s->value.arena) {
        s->value = buf_new(s->arena, VALUE_MAX);
        buf_add(&s->value, entry->value);
    }
    buf_add_byte(&s->value, '\n');
    buf_add(&s->value, text);
    entry->value = buf_str(&s->value);
}

void ini_parse(struct arena *arena, struct str bytes, struct ini *ret_ini)
{
    struct ini ini = {0};
    struct ini_state s = {.arena = arena, .ini = &ini};
    struct str line;

    if (str_starts(bytes, STR("\xEF\xBB\xBF")))
        bytes = str_from_offset(bytes, 3);
    while (str_next_line(&bytes, &line)) {
        size_t indent = indent_of(line);
        struct str text = str_trim(line);
        s.line++;
        if (text.length == 0 || text.bytes[0] == '#' || text.bytes[0] == ';')
            continue;
        if (s.in_key && indent > s.key_indent)
            add_continuation(&s, text);
        else if (text.bytes[0] == '[')
            add_section(&s, text);
        else
            add_key(&s, text, indent);
    }
    *ret_ini = ini;
}

const struct ini_entry *ini_get(const struct ini *ini, struct str section, struct str key)
{
    const struct ini_entry *found = NULL, *otherwise = NULL;

    for (size_t i = 0; i < ini->entries.count; i++) {
        const struct ini_entry *entry = &ini->entries.items[i];
        if (!str_eq(entry->key, key))
            continue;
        if (str_eq(entry->section, section))
            found = entry;
        else if (str_eq(entry->section, STR("DEFAULT")))
            otherwise = entry;
    }
    return found ? found : otherwise;
}

static bool expand(struct arena *arena, const struct ini *ini, struct str section, struct str here,
                   struct str value, size_t depth, struct buf *buf)
{
    while (value.length) {
        size_t percent = str_find_byte(value, '%');
        buf_add(buf, str_prefix(value, percent));
        if (percent == SIZE_MAX)
            return !buf->truncated;
        value = str_from_offset(value, percent + 1);
        if (str_starts(value, STR("%"))) {
            buf_add_byte(buf, '%');
            value = str_from_offset(value, 1);
            continue;
        }
        size_t end = str_find(value, STR(")s"));
        if (!str_starts(value, STR("(")) || end == SIZE_MAX)
            return false;
        struct str name = str_lower(arena, str_slice(value, 1, end));
        value = str_from_offset(value, end + 2);
        if (str_eq(name, STR("here"))) {
            buf_add(buf, here);
            continue;
        }
        const struct ini_entry *entry = ini ? ini_get(ini, section, name) : NULL;
        if (!entry || depth >= INTERPOLATION_DEPTH_MAX ||
            !expand(arena, ini, section, here, entry->value, depth + 1, buf))
            return false;
    }
    return !buf->truncated;
}

bool ini_expand(struct arena *arena, const struct ini *ini, struct str section, struct str here,
                struct str value, struct str *ret_value)
{
    struct buf buf = buf_new(arena, VALUE_MAX);

    if (!expand(arena, ini, section, here, value, 0, &buf))
        return false;
    *ret_value = buf.length ? buf_str(&buf) : STR("");
    return true;
}
