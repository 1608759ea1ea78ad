/* object_pack.h -- one pack and its index (inside object_store only).
 *
 * In:    the path of a pack without ".idx", and the size of the repository's ids.
 * Out:   the place of an object, and what stands there: whole, or made from deltas.
 * Fails: never; false is "ask git". Nothing is read outside the files' bytes, whatever they hold.
 * Source: gitformat-pack(5).
 */
#ifndef HOOKCHECK_REPOSITORY_OBJECT_PACK_H
#define HOOKCHECK_REPOSITORY_OBJECT_PACK_H

#include "base/vec.h"
#include "repository/object_store.h"

struct object_pack {
    struct str path;
    bool is_tried;
    size_t id_size;         /* bytes of an id */
    struct str index, data; /* mapped */
    size_t count;           /* of its objects */
    size_t offsets, large;  /* where these tables stand in the index */
};
VEC_DEFINE(object_packs, struct object_pack);

/* What reads; not shared between threads. It keeps what deltas were made from, for the next ones. */
struct object_reader;
struct object_reader *object_reader_new(struct arena *arena);
void object_reader_end(struct object_reader *reader);

MUST_CHECK bool object_pack_open(struct object_pack *pack, size_t id_size);
void object_pack_close(struct object_pack *pack);
bool object_pack_find(const struct object_pack *pack, const unsigned char *id, size_t *ret_offset);

struct object_found {
    enum git_type type;
    struct str bytes;
};
MUST_CHECK bool object_pack_read(const struct object_pack *pack, struct object_reader *reader,
                                 struct arena *arena, size_t offset,
                                 struct object_found *ret_found);
/* A loose object's bytes, as they stand in its file. */
MUST_CHECK bool object_loose_read(struct object_reader *reader, struct arena *arena,
                                  struct str compressed, struct object_found *ret_found);

#endif
