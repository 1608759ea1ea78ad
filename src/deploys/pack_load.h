/* pack_load.h -- what the loaders of both kinds of rows share. Private to pack*.c. */
#ifndef HOOKCHECK_DEPLOYS_PACK_LOAD_H
#define HOOKCHECK_DEPLOYS_PACK_LOAD_H

#include "deploys/pack.h"
#include "deploys/row.h"

#define PACK_BYTES_MAX (16u << 20)

VEC_DEFINE(pack_texts, struct pack_text);
VEC_DEFINE(pack_packs, struct pack);
VEC_DEFINE(pack_programs, struct pack_program);
VEC_DEFINE(pack_rules, struct pack_rule);
VEC_DEFINE(pack_wrappers, struct pack_wrapper);
VEC_DEFINE(pack_names, struct pack_name);
VEC_DEFINE(pack_example_list, struct pack_example);

struct pack_loader {
    struct arena *arena;
    struct buf bytes;         /* of the tables */
    struct buf example_bytes; /* of the examples */
    struct pack_texts lists;
    struct pack_packs packs;
    struct pack_programs programs;
    struct pack_rules rules;
    struct pack_wrappers wrappers;
    struct pack_names program_names, wrapper_names;
    struct pack_example_list examples;
    struct strs words;
};

struct pack_text pack_put(struct buf *bytes, struct str text);
struct pack_list pack_put_list(struct pack_loader *loader, const struct strs *texts);
/* Reads a key of texts into a list. */
MUST_CHECK bool pack_read_list(struct pack_loader *loader, const struct row *row, const char *key,
                               struct pack_list *ret);
/* Reads a pattern and compiles it, so that a bad one is refused here. */
MUST_CHECK bool pack_read_pattern(struct pack_loader *loader, const struct row *row,
                                  const char *key, bool required, struct pack_text *ret);
MUST_CHECK bool pack_read_program(struct pack_loader *loader, struct row *row, uint32_t pack);
/* Among the programs from `first_program` on. */
MUST_CHECK bool pack_find_program(struct pack_loader *loader, const struct row *row,
                                  uint32_t first_program, struct str name, uint32_t *ret);
/* pattern_needs(pattern), as a part of it. */
struct pack_text pack_need(const struct pack_loader *loader, struct pack_text pattern);
struct str pack_loader_str(const struct pack_loader *loader, struct pack_text text);

#endif
