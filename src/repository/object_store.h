/* object_store.h -- objects read in this process from where git keeps them: packs and loose files, of alternates too (inside repository only).
 *
 * A git that is asked costs a millisecond to start, and each small object is written twice on its way. What is read here is what git itself
 * would hand over: an object is named by its content. Whatever is not found, not understood or too large is no answer, and git is asked for
 * it: a partial clone's objects are fetched so, and formats that come later are read.
 *
 * In:    the directory that a repository was opened in, and, of a hook, the environment (GIT_DIR, GIT_COMMON_DIR, GIT_OBJECT_DIRECTORY,
 *        GIT_ALTERNATE_OBJECT_DIRECTORIES); full ids in hexadecimal, of 40 or 64 digits.
 * Out:   type and bytes, checked as far as git checks what it reads (sizes, the checksum of the compressed bytes).
 * Fails: never; false is "ask git".
 * Limits: OBJECT_STORE_MAX bytes an object, DELTAS_MAX deltas one upon the other, ALTERNATES_DEPTH alternates of alternates (git's own limit).
 * Source: gitformat-pack(5), "pack-*.pack files", "Version 2 pack-*.idx"; gitrepository-layout(5), "objects/info/alternates", "commondir",
 *         "gitfile"; loose objects: the book "Pro Git", "Git Internals - Git Objects".
 */
#ifndef HOOKCHECK_REPOSITORY_OBJECT_STORE_H
#define HOOKCHECK_REPOSITORY_OBJECT_STORE_H

#include "base/arena.h"
#include "base/str.h"

#define OBJECT_STORE_MAX ((size_t)32 << 20)

enum git_type { GIT_MISSING = 0, GIT_COMMIT, GIT_TREE, GIT_BLOB, GIT_TAG };
struct git_object {
    enum git_type type;
    struct str id;    /* what the name led to */
    struct str bytes; /* of blobs at most the maximum; all of the others */
    bool whole;
};

struct object_store;

/* Where git keeps what is one work tree's (HEAD), and what all have in common; not from the environment. False: that is not understood. */
struct git_directories {
    struct str git, common;
};
bool git_directories_find(struct arena *arena, struct str directory,
                          struct git_directories *ret_directories);

/* `arena` keeps it. NULL: where the objects are is not understood. */
struct object_store *object_store_open(struct arena *arena, struct str directory,
                                       bool from_environment);
void object_store_close(struct object_store *store);
/* Of a blob the first `maximum` bytes are handed over. The object's id is `id` itself. */
bool object_store_read(struct object_store *store, struct arena *arena, struct str id,
                       size_t maximum, struct git_object *ret_object);

/* Where an object stands in a pack of this store. */
struct object_place {
    const struct object_pack *pack; /* NULL: in none of those that are open */
    size_t offset;
};
/* Places of many objects: looked up in the order of the index, of which each part is in the processor's memory once then. */
void object_store_locate(struct object_store *store, const struct str *ids, size_t count,
                         struct object_place *ret_places);
/* As above. The place may be another store's that was opened alike and stays open. */
bool object_store_read_placed(struct object_store *store, struct arena *arena,
                              const struct object_place *place, struct str id, size_t maximum,
                              struct git_object *ret_object);
enum git_type git_type_of(struct str word);

#endif
