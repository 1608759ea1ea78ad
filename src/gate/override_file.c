/* override_file.c -- STATE/overrides.json: read, written under the lock. */
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "base/quote.h"
#include "config/state.h"
#include "gate/audit_files.h"
#include "gate/override.h"

#define FILE_NAME "overrides.json"
#define LOCK_MS 5000u

void override_write_json(struct buf *out, const struct override *entry)
{
    bool first = true;

    buf_add_byte(out, '{');
    json_add_string(out, &first, "id", entry->id);
    json_add_string(out, &first, "work_tree", entry->work_tree);
    json_add_string(out, &first, "environment", entry->environment);
    json_add_string(out, &first, "reason", entry->reason);
    json_add_string(out, &first, "by", entry->by);
    json_write_key(out, &first, "created");
    buf_printf(out, "%llu", (unsigned long long)entry->created);
    json_write_key(out, &first, "until");
    buf_printf(out, "%llu", (unsigned long long)entry->until);
    json_add_strings(out, &first, "codes", &entry->codes);
    json_add_strings(out, &first, "pending", &entry->pending);
    if (entry->commits.count)
        json_add_strings(out, &first, "commits", &entry->commits);
    buf_add_byte(out, '}');
}

static bool read_strings(struct arena *arena, const cJSON *list, struct strs *ret)
{
    const cJSON *item;

    if (!json_is_array(list))
        return false;
    cJSON_ArrayForEach(item, list)
    {
        if (!json_is_string(item))
            return false;
        VEC_PUSH(arena, ret, str_copy(arena, json_value_string(item)));
    }
    return true;
}

static bool read_seconds(const cJSON *item, const char *key, uint64_t *ret)
{
    const cJSON *number = json_get(item, key);

    if (!json_is_number(number) || !(number->valuedouble >= 0 && number->valuedouble <= 1e15))
        return false;
    *ret = (uint64_t)number->valuedouble;
    return true;
}

static bool read_entry(struct arena *arena, const cJSON *item, struct override *ret)
{
    *ret = (struct override){
        .id = str_copy(arena, json_string(item, "id")),
        .work_tree = str_copy(arena, json_string(item, "work_tree")),
        .environment = str_copy(arena, json_string(item, "environment")),
        .reason = str_copy(arena, json_string(item, "reason")),
        .by = str_copy(arena, json_string(item, "by")),
    };
    return ret->id.length && read_seconds(item, "created", &ret->created) &&
           read_seconds(item, "until", &ret->until) &&
           read_strings(arena, json_get(item, "codes"), &ret->codes) &&
           read_strings(arena, json_get(item, "pending"), &ret->pending) &&
           (!json_get(item, "commits") ||
            read_strings(arena, json_get(item, "commits"), &ret->commits));
}

/* Nobody else may have been able to write it. */
static bool is_ours(struct arena *arena, struct str path, struct err *e)
{
    struct stat status;

    if (lstat(str_c(arena, path), &status) != 0)
        return err_errno(e, STR_FMT ": cannot stat", STR_ARG(path));
    bool ours = S_ISREG(status.st_mode) && (status.st_uid == geteuid() || status.st_uid == 0);
    if (ours && !(status.st_mode & (S_IWGRP | S_IWOTH)))
        return true;
    err_set(e, ERR_REFUSED, STR_FMT ": others can write it: no override in it counts",
            STR_ARG(path));
    return err_hint(e, "chmod 600 " STR_FMT "\nonce you have looked at it",
                    STR_ARG(shell_shown(arena, path)));
}

bool override_list(struct arena *arena, struct str state, uint64_t now, struct overrides *ret,
                   struct err *e)
{
    struct str path = path_join(arena, state, STR(FILE_NAME)), bytes;
    JSON_DOCUMENT(document);
    const cJSON *item;

    *ret = (struct overrides){0};
    if (!state.length || file_kind(arena, path) == FILE_ABSENT)
        return true;
    if (!is_ours(arena, path, e) || !file_read(arena, path, FILE_MAX, &bytes, e) ||
        !json_parse(arena, bytes, JSON_STRICT, str_c(arena, path), &document, e))
        return false;
    if (!json_is_array(document))
        return err_set(e, ERR_INPUT, STR_FMT ": not a list that hookcheck wrote", STR_ARG(path));
    cJSON_ArrayForEach(item, document)
    {
        struct override entry;
        if (!read_entry(arena, item, &entry))
            return err_set(e, ERR_INPUT, STR_FMT ": an entry that hookcheck did not write",
                           STR_ARG(path));
        /* One from the future was not given by this clock: it does not count either. */
        if (entry.until > now && entry.created <= now + 60 &&
            entry.until <= entry.created + OVERRIDE_SECONDS_MAX)
            VEC_PUSH(arena, ret, entry);
    }
    return true;
}

static bool write_all(struct arena *arena, struct str state, const struct overrides *list,
                      struct err *e)
{
    struct buf out = buf_new(arena, FILE_MAX);

    buf_add_byte(&out, '[');
    for (size_t i = 0; i < list->count; i++) {
        buf_add(&out, i ? STR(",\n") : STR("\n"));
        override_write_json(&out, &list->items[i]);
    }
    buf_add(&out, STR("\n]\n"));
    if (out.truncated)
        return err_set(e, ERR_LIMIT, "the overrides are too large");
    return file_write_atomically(arena, path_join(arena, state, STR(FILE_NAME)), buf_str(&out),
                                 0600, e);
}

static bool lock(struct arena *arena, struct str state, int *ret_fd, struct err *e)
{
    return state_make(arena, state, e) && audit_lock(arena, state, clock_ms() + LOCK_MS, ret_fd, e);
}

bool override_name(struct arena *arena, struct override *entry, struct err *e)
{
    unsigned char bytes[6];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return err_errno(e, "no random numbers");
    entry->id = str_printf(arena, "%02x%02x%02x%02x%02x%02x", bytes[0], bytes[1], bytes[2],
                           bytes[3], bytes[4], bytes[5]);
    entry->work_tree = path_real(arena, entry->work_tree);
    return true;
}

bool override_add(struct arena *arena, struct str state, struct override *entry, uint64_t now,
                  struct err *e)
{
    struct overrides list;

    AUDIT_FD(fd);
    if (!lock(arena, state, &fd, e) || !override_list(arena, state, now, &list, e))
        return false;
    if (list.count >= OVERRIDES_MAX)
        return err_set(e, ERR_LIMIT, "there are %u overrides already", OVERRIDES_MAX) ||
               err_hint(e, "hookcheck override --revoke\ntakes them back");
    VEC_PUSH(arena, &list, *entry);
    return write_all(arena, state, &list, e);
}

bool override_remove(struct arena *arena, struct str state, struct str id, uint64_t now,
                     size_t *ret_count, struct err *e)
{
    struct overrides list, kept = {0};

    AUDIT_FD(fd);
    *ret_count = 0;
    if (!lock(arena, state, &fd, e) || !override_list(arena, state, now, &list, e))
        return false;
    for (size_t i = 0; i < list.count; i++)
        if (id.length && !str_eq(list.items[i].id, id))
            VEC_PUSH(arena, &kept, list.items[i]);
    *ret_count = list.count - kept.count;
    return *ret_count == 0 || write_all(arena, state, &kept, e);
}

bool override_leave_to_push(struct arena *arena, struct str state, struct str id,
                            const struct strs *commits, uint64_t now, size_t *ret_count,
                            struct err *e)
{
    struct overrides list;

    AUDIT_FD(fd);
    *ret_count = 0;
    if (!lock(arena, state, &fd, e) || !override_list(arena, state, now, &list, e))
        return false;
    for (size_t i = 0; i < list.count; i++)
        if (str_eq(list.items[i].id, id) && !list.items[i].commits.count) {
            list.items[i].commits = *commits;
            *ret_count = 1;
        }
    return *ret_count == 0 || write_all(arena, state, &list, e);
}
