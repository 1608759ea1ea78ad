/* output_jq.c -- `jq '.model = "x"' FILE`, `yq -i`: what is made of a file of ours where the filter sets, adds to and deletes members; nothing
 * is known of other files and filters. */
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "deploys/output_lines.h"
#include "deploys/protect_write.h"

#define STEPS_MAX 16u
#define KEYS_MAX 32u
#define JQ_FILE_MAX ((size_t)1 << 20)

struct jq {
    struct recogniser *r;
    struct str filter, file;
    struct {
        struct str name, value;
        bool json;
    } arguments[STEPS_MAX]; /* --arg, --argjson */
    size_t argument_count;
    cJSON *document; /* a copy in the arena */
};

/* --- Values, linked forwards alone. --- */

static cJSON *copy_of(struct arena *arena, const cJSON *item)
{
    cJSON *copy = ARENA_NEW(arena, cJSON);
    cJSON **last = &copy->child;

    copy->type = item->type;
    copy->valuedouble = item->valuedouble;
    if (item->string)
        copy->string = (char *)(uintptr_t)str_c(arena, str_from(item->string));
    if (item->valuestring)
        copy->valuestring = (char *)(uintptr_t)str_c(arena, str_from(item->valuestring));
    for (const cJSON *child = item->child; child; child = child->next) {
        *last = copy_of(arena, child);
        last = &(*last)->next;
    }
    return copy;
}

/* Where the member hangs, or would. */
static cJSON **link_of(cJSON *object, const char *key)
{
    cJSON **link = &object->child;

    while (*link && strcmp((*link)->string, key) != 0)
        link = &(*link)->next;
    return link;
}

static void put(cJSON *object, const char *key, cJSON *value)
{
    cJSON **link = link_of(object, key);

    value->string = (char *)(uintptr_t)key;
    value->next = *link ? (*link)->next : NULL;
    *link = value;
}

static void write_value(struct buf *out, const cJSON *value)
{
    bool list = json_is_array(value);

    if (json_is_string(value)) {
        json_write_string(out, str_from(value->valuestring));
    } else if (json_is_number(value)) {
        buf_printf(out, "%.17g", value->valuedouble);
    } else if (!list && !json_is_object(value)) {
        buf_printf(out, "%s",
                   json_is_null(value)   ? "null"
                   : json_is_true(value) ? "true"
                                         : "false");
    } else {
        buf_add_byte(out, list ? '[' : '{');
        for (const cJSON *child = value->child; child; child = child->next) {
            if (child != value->child)
                buf_add_byte(out, ',');
            if (!list) {
                json_write_string(out, str_from(child->string));
                buf_add_byte(out, ':');
            }
            write_value(out, child);
        }
        buf_add_byte(out, list ? ']' : '}');
    }
}

static bool read_argument(struct jq *jq, const struct shell_values *words, size_t *i)
{
    if (*i + 2 >= words->count || jq->argument_count == STEPS_MAX)
        return false;
    jq->arguments[jq->argument_count].json = str_eq(words->items[*i].text, STR("--argjson"));
    jq->arguments[jq->argument_count].name = words->items[*i + 1].text;
    jq->arguments[jq->argument_count++].value = words->items[*i + 2].text;
    *i += 2;
    return true;
}

static bool read_operand(struct jq *jq, struct str word)
{
    if (!jq->filter.length)
        jq->filter = word;
    else if (!jq->file.length)
        jq->file = word;
    else
        return false;
    return true;
}

static bool read_words(struct jq *jq, const struct shell_values *words)
{
    static const char *const harmless[] = {"-S", "--sort-keys", "-M", "--tab", "-c", NULL};
    static const char *const arguments[] = {"--arg", "--argjson", NULL};

    for (size_t i = 1; i < words->count; i++) {
        struct str word = words->items[i].text;
        bool known = protect_is_known(word) && !str_has_nul(word);
        if (known && str_is_one_of(word, arguments))
            known = read_argument(jq, words, &i);
        else if (known && str_eq(word, STR("--indent")) && i + 1 < words->count)
            i++;
        else if (known && str_starts(word, STR("-")))
            known = str_is_one_of(word, harmless);
        else if (known)
            known = read_operand(jq, word);
        if (!known)
            return false;
    }
    return jq->filter.length > 0;
}

/* yq writes what it has read as the file's name ends, as of version 4.32; where it is told how to read, it must be told how to write. */
static bool read_words_of_yq(struct jq *jq, const struct shell_values *words)
{
    static const char *const harmless[] = {"-i", "--inplace", "-M", "--no-colors", NULL};
    static const char *const writes[] = {"-o", "--output-format", "-oj", "-ojson", NULL};
    static const char *const reads[] = {"-p", "--input-format", "-pj", "-pjson", NULL};
    static const char *const json[] = {"json", "j", NULL};
    static const char *const verbs[] = {"eval", "e", NULL};
    bool in = false, out = false;

    for (size_t i = 1; i < words->count; i++) {
        struct str word = words->items[i].text, value = word, name = str_cut(&value, '=');
        bool writing = str_is_one_of(name, writes), format = writing || str_is_one_of(name, reads);
        bool apart = name.length == word.length;
        if (!protect_is_known(word) || str_has_nul(word))
            return false;
        if (format && apart && name.length != 3 && !str_ends(name, STR("json")))
            value = i + 1 < words->count ? words->items[++i].text : STR("");
        else if (format && apart)
            value = STR("json");
        if (format && !str_is_one_of(value, json))
            return false;
        out = out || writing;
        in = in || (format && !writing);
        if (format || (str_is_one_of(word, verbs) && !jq->filter.length))
            continue;
        if (str_starts(word, STR("-")) ? !str_is_one_of(word, harmless) : !read_operand(jq, word))
            return false;
    }
    return jq->file.length && (out || !in) && (out || str_ends(jq->file, STR(".json")));
}

/* --- Paths: .a.b, ."a b", .["a"] --- */

static bool take_key(struct str *rest, struct str *ret_key)
{
    static const struct {
        const char *before, *after;
    } forms[] = {{".[\"", "\"]"}, {"[\"", "\"]"}, {".\"", "\""}, {".", ""}};
    size_t form = 0, end = 0;

    while (form < COUNT_OF(forms) && !str_starts(*rest, str_from(forms[form].before)))
        form++;
    if (form == COUNT_OF(forms))
        return false;
    struct str after = str_from(forms[form].after);
    *rest = str_from_offset(*rest, strlen(forms[form].before));
    while (end < rest->length &&
           (after.length ? !strchr("\"\\", rest->bytes[end]) : byte_is_word(rest->bytes[end])))
        end++;
    *ret_key = str_prefix(*rest, end);
    *rest = str_from_offset(*rest, end);
    if (!ret_key->length || !str_starts(*rest, after))
        return false;
    *rest = str_from_offset(*rest, after.length);
    return true;
}

/* The object that holds the path's last key; made on the way where it is to be set. NULL: there is none. *rest is what stands behind the path. */
static cJSON *holder_of(struct jq *jq, struct str *rest, bool make, const char **ret_key,
                        bool *ret_bad)
{
    cJSON *object = jq->document;
    struct str key;

    *ret_bad = !take_key(rest, &key);
    for (size_t i = 0; !*ret_bad; i++) {
        *ret_key = str_c(jq->r->arena, key);
        *ret_bad = (object && !json_is_object(object)) || i == KEYS_MAX;
        if (*ret_bad || (!str_starts(*rest, STR(".")) && !str_starts(*rest, STR("["))))
            break;
        cJSON *below = object ? *link_of(object, *ret_key) : NULL;
        if (!below && make) {
            below = ARENA_NEW(jq->r->arena, cJSON);
            below->type = cJSON_Object;
            put(object, *ret_key, below);
        }
        object = below;
        *ret_bad = !take_key(rest, &key);
    }
    return *ret_bad ? NULL : object;
}

/* --- What is set. --- */

static cJSON *parse_value(struct arena *arena, struct str text)
{
    struct err ignored = ERR_NONE;
    JSON_DOCUMENT(value);

    return json_parse(arena, text, JSON_STRICT, "jq", &value, &ignored) ? copy_of(arena, value)
                                                                        : NULL;
}

static cJSON *value_of(struct jq *jq, struct str text)
{
    struct arena *arena = jq->r->arena;

    text = str_trim(text);
    if (!str_starts(text, STR("$"))) /* "\\(…)" puts a filter in */
        return str_contains(text, STR("\\(")) ? NULL : parse_value(arena, text);
    for (size_t i = 0; i < jq->argument_count; i++) {
        if (!str_eq(str_from_offset(text, 1), jq->arguments[i].name))
            continue;
        if (jq->arguments[i].json)
            return parse_value(arena, jq->arguments[i].value);
        cJSON *value = ARENA_NEW(arena, cJSON);
        value->type = cJSON_String;
        value->valuestring = (char *)(uintptr_t)str_c(arena, jq->arguments[i].value);
        return value;
    }
    return NULL;
}

/* What jq makes of a sum: lists in a row, objects with the later one's members. */
static bool add_to(cJSON *object, const char *key, cJSON *value)
{
    cJSON *old = *link_of(object, key), **last, *next;

    if (!old || json_is_null(old)) {
        put(object, key, value);
        return true;
    }
    if (json_is_array(old) && json_is_array(value)) {
        for (last = &old->child; *last;)
            last = &(*last)->next;
        *last = value->child;
        return true;
    }
    for (cJSON *member = value->child; member && json_is_object(value); member = next) {
        next = member->next;
        put(old, member->string, member);
    }
    return json_is_object(old) && json_is_object(value);
}

/* --- The filter. --- */

static bool set_member(struct jq *jq, struct str text)
{
    const char *key;
    bool bad, adds, absent_only;
    cJSON *object = holder_of(jq, &text, true, &key, &bad);

    if (bad || !object)
        return false;
    text = str_trim(text);
    adds = str_starts(text, STR("+="));
    absent_only = str_starts(text, STR("//="));
    if (!adds && !absent_only && !str_starts(text, STR("=")) && !str_starts(text, STR("|=")))
        return false;
    text = str_from_offset(text, str_find_byte(text, '=') + 1);
    cJSON *value = str_starts(text, STR("=")) ? NULL : value_of(jq, text);
    if (!value)
        return false;
    if (adds)
        return add_to(object, key, value);
    const cJSON *old = *link_of(object, key);
    if (!absent_only || !old || json_is(old, cJSON_NULL | cJSON_False))
        put(object, key, value);
    return true;
}

static bool delete_members(struct jq *jq, struct str paths)
{
    while (paths.length) {
        struct str path = str_trim(str_cut(&paths, ','));
        const char *key;
        bool bad;
        cJSON *object = holder_of(jq, &path, false, &key, &bad);
        if (bad || path.length)
            return false;
        cJSON **link = object ? link_of(object, key) : NULL;
        if (link && *link)
            *link = (*link)->next;
    }
    return true;
}

/* Up to a "|" that stands in no string and no bracket, and is none of "|=". */
static struct str cut_step(struct str *rest)
{
    bool string = false;
    size_t depth = 0, i = 0;

    for (; i < rest->length; i++) {
        char byte = rest->bytes[i];
        if (string && byte == '\\') {
            i++;
        } else if (byte == '"') {
            string = !string;
        } else if (!string) {
            depth += strchr("([{", byte) != NULL;
            depth -= depth && strchr(")]}", byte) != NULL;
            if (byte == '|' && !depth && !str_starts(str_from_offset(*rest, i + 1), STR("=")))
                break;
        }
    }
    struct str step = str_prefix(*rest, i);
    *rest = str_from_offset(*rest, i + 1);
    return str_trim(step);
}

static bool run_filter(struct jq *jq)
{
    struct str rest = jq->filter;

    for (size_t i = 0; rest.length; i++) {
        struct str step = cut_step(&rest);
        bool deletes = str_starts(step, STR("del(")) && str_ends(step, STR(")"));
        if (i == STEPS_MAX ||
            (deletes ? !delete_members(jq, str_slice(step, strlen("del("), step.length - 1))
                     : !str_eq(step, STR(".")) && !set_member(jq, step)))
            return false;
    }
    return true;
}

/* What else has changed it, changed it before. */
static bool is_changed(const struct recogniser *r, struct str path)
{
    for (size_t i = 0; r->tampers && i < r->tampers->count; i++)
        if (str_eq(r->tampers->items[i].path, path))
            return true;
    for (size_t i = 0; i < r->written.count; i++)
        if (str_eq(r->written.items[i].path, path))
            return true;
    return false;
}

/* What is printed goes to the file itself: it is empty before it is read. */
static bool is_emptied(const struct recogniser *r, const struct shell_command *command,
                       struct str path)
{
    for (size_t i = 0; i < command->output_count; i++)
        if (str_eq(path_join(r->arena, command->directory, command->outputs[i].path.text), path))
            return true;
    return false;
}

/* The file's document, changed, as text. */
static bool change_file(struct jq *jq, struct str directory, struct str *ret)
{
    struct recogniser *r = jq->r;
    struct str path = path_join(r->arena, directory, jq->file), text;
    struct err ignored = ERR_NONE;
    JSON_DOCUMENT(document);

    if (!protect_names_path(r->arena, protect_state(r), directory, jq->file) ||
        is_changed(r, path) || ++r->files_read > FOLLOW_FILES_MAX ||
        !file_read(r->arena, path, JQ_FILE_MAX, &text, &ignored) ||
        !json_parse(r->arena, text, JSON_STRICT, "jq", &document, &ignored))
        return false;
    jq->document = copy_of(r->arena, document);
    if (!run_filter(jq))
        return false;
    struct buf out = buf_new(r->arena, 2 * JQ_FILE_MAX);
    write_value(&out, jq->document);
    buf_add_byte(&out, '\n');
    *ret = buf_str(&out);
    return !out.truncated;
}

/* `jq FILTER < FILE`, `cat FILE | jq FILTER` */
static struct str file_read_by(const struct shell_command *command)
{
    const struct shell_command *from = command->piped_from;

    if (command->input == INPUT_FILE && protect_is_known(command->input_text.text))
        return command->input_text.text;
    if (from && from->words.count == 2 && str_eq(from->directory, command->directory) &&
        str_eq(path_base_name(from->words.items[0].text), STR("cat")) &&
        protect_is_known(from->words.items[1].text))
        return from->words.items[1].text;
    return STR("");
}

bool output_jq(struct recogniser *r, const struct shell_command *command, struct str *ret)
{
    struct jq jq = {.r = r};

    if (r->remote || !r->tampers || !read_words(&jq, &command->words))
        return false;
    if (!jq.file.length)
        jq.file = file_read_by(command);
    return jq.file.length && !str_has_nul(jq.file) &&
           !is_emptied(r, command, path_join(r->arena, command->directory, jq.file)) &&
           change_file(&jq, command->directory, ret);
}

bool output_yq_in_place(struct recogniser *r, const struct call *call, struct str *ret)
{
    struct shell_values words = {0};
    struct jq jq = {.r = r};

    for (size_t i = 0; i < call->count; i++)
        VEC_PUSH(r->arena, &words, call->words[i]);
    return read_words_of_yq(&jq, &words) && change_file(&jq, call->directory, ret);
}
