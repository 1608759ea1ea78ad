/* graphile.c -- the chain of graphile-migrate's committed files: with one that does not fit, every command of the tool ends. */
#include "migrations/graphile.h"

#include "base/digest.h"
#include "migrations/checksum.h"

#define FILE_BYTES_MAX ((size_t)16 << 20)
#define SCRATCH_BUDGET ((size_t)256 << 20)
#define SCRATCH_ENOUGH ((size_t)8 << 20)

/* --- One file. --- */

static bool is_word(struct str text)
{
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i];
        bool capital = byte >= 'A' && byte <= 'Z';
        bool other = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_';
        if (!capital && (i == 0 || !other))
            return false;
    }
    return text.length > 0;
}

/* "--! Key: value" or "--! Key" */
static bool header_of(struct str line, struct str *ret_key, struct str *ret_value)
{
    struct str start = STR("--! ");

    if (!str_starts(line, start))
        return false;
    struct str rest = str_from_offset(line, start.length);
    *ret_key = str_cut(&rest, ':');
    *ret_value = str_trim(rest);
    return is_word(*ret_key);
}

static void take_header(struct graphile_file *file, struct str key, struct str value)
{
    struct str *place = str_eq(key, STR("Previous")) ? &file->previous
                        : str_eq(key, STR("Hash"))   ? &file->hash
                                                     : NULL;

    file->headed = true;
    if (str_eq(key, STR("AllowInvalidHash")))
        file->hash_is_free = true;
    if (place && place->length)
        file->fault = "a header stands in it twice";
    if (place)
        *place = value;
}

void graphile_parse(struct str text, struct graphile_file *ret_file)
{
    struct graphile_file file = {0};
    struct str rest = text, line, key, value;

    for (struct str next = rest; str_next_line(&next, &line) && header_of(line, &key, &value);
         rest = next)
        take_header(&file, key, value);
    file.body = str_trim(rest);
    bool parted = rest.length ? rest.bytes[0] == '\n' : str_ends(text, STR("\n"));
    if (!file.fault && !parted)
        file.fault = file.headed ? "no empty line stands behind its headers"
                                 : "it does not begin with its headers";
    if (!file.fault && !file.previous.length)
        file.fault = "it has no header \"Previous\"";
    if (!file.fault && !file.hash.length)
        file.fault = "it has no header \"Hash\"";
    *ret_file = file;
}

static struct str previous_hash(const struct graphile_file *file)
{
    return str_eq(file->previous, STR("-")) ? STR("") : file->previous;
}

struct str graphile_hash(struct arena *arena, const struct graphile_file *file)
{
    struct str body =
        str_printf(arena, STR_FMT "\n" STR_FMT, STR_ARG(previous_hash(file)), STR_ARG(file->body));
    struct str hashed = str_printf(arena, STR_FMT "\n", STR_ARG(str_trim(body)));

    return str_printf(arena, "sha1:" STR_FMT, STR_ARG(digest_sha1(arena, hashed)));
}

/* --- All of them. --- */

struct chain {
    struct arena *arena;
    struct arena *scratch;
    struct tree *tree;
    struct plan *plan;
    const struct migration *before; /* NULL: none */
    struct str hash;                /* of that */
};

static void refuse(struct chain *c, const struct migration *migration, struct str why)
{
    VEC_PUSH(
        c->arena, &c->plan->problems,
        (struct history_problem){
            .code = REASON_BROKEN_HISTORY,
            .message =
                str_printf(c->arena, "graphile-migrate refuses to work with " STR_FMT ": " STR_FMT,
                           STR_ARG(migration->file), STR_ARG(why)),
            .hint = STR("take the files as they were committed (git log -p); `graphile-migrate "
                        "uncommit` and `commit` write the last one anew")});
}

static bool read_file(struct chain *c, const struct migration *migration,
                      struct graphile_file *ret_file)
{
    struct err ignored = ERR_NONE;
    struct str bytes;

    if (!tree_read(c->tree, c->scratch, migration->file, FILE_BYTES_MAX, &bytes, &ignored) ||
        checksum_is_of_lfs(bytes))
        return false;
    graphile_parse(checksum_with_lf(c->scratch, bytes), ret_file);
    return true;
}

static bool follows(struct chain *c, const struct migration *migration,
                    const struct graphile_file *file)
{
    struct str previous = previous_hash(file);

    if (str_eq(previous, c->hash))
        return true;
    refuse(c, migration,
           c->before ? str_printf(c->arena, "its \"Previous\" is not the hash of " STR_FMT,
                                  STR_ARG(c->before->file))
                     : STR("what it names as \"Previous\" is not there"));
    return false;
}

/* The tool computes the hash of what it is about to run, and of nothing else. */
static bool fits(struct chain *c, const struct migration *migration,
                 const struct graphile_file *file)
{
    bool same = str_eq(graphile_hash(c->scratch, file), file->hash);

    if (same != file->hash_is_free)
        return true;
    refuse(c, migration,
           same ? STR("its \"AllowInvalidHash\" stands beside the right hash")
                : STR("its statements have another hash than its \"Hash\" says"));
    return false;
}

static bool check_one(struct chain *c, const struct migration *migration, bool pending)
{
    struct graphile_file file;

    if (!read_file(c, migration, &file))
        return false;
    if (file.fault) {
        refuse(c, migration, str_from(file.fault));
        return false;
    }
    if (!follows(c, migration, &file) || (pending && !fits(c, migration, &file)))
        return false;
    c->before = migration;
    c->hash = str_copy(c->arena, file.hash);
    return true;
}

void graphile_check_chain(struct arena *arena, struct tree *tree, const struct history *history,
                          struct plan *plan)
{
    ARENA(scratch, SCRATCH_BUDGET);
    struct chain c = {.arena = arena, .scratch = &scratch, .tree = tree, .plan = plan};
    const struct migrations *all = &history->migrations;
    bool *pending = ARENA_ARRAY(arena, all->count + 1, bool);

    for (size_t i = 0; i < plan->pending.count; i++)
        pending[plan->pending.items[i]] = true;
    for (size_t i = 0; i < all->count && history->problems.count == 0; i++) {
        if (!check_one(&c, &all->items[i], pending[i]))
            return;
        if (scratch.used > SCRATCH_ENOUGH)
            arena_release(&scratch);
    }
}
