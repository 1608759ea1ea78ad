/* sqitch.h -- Sqitch's plan and configuration files (inside migrations only).
 *
 * In:    sqitch.plan (syntax version 1.0.0) and sqitch.conf, as bytes.
 * Out:   changes in the order of the plan, with the id that Sqitch computes: the SHA-1 of the line, of the id before it, project and URI.
 * Fails: never; what Sqitch refuses is in `refused`, with its line, and nothing behind it was read.
 * Source: App::Sqitch 1.3.1: Plan.pm, Plan/{Line,Change,Tag,Depend}.pm, Target.pm; URI 5.17 (canonical).
 */
#ifndef HOOKCHECK_MIGRATIONS_SQITCH_H
#define HOOKCHECK_MIGRATIONS_SQITCH_H

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"

#define SQITCH_CHANGES_MAX 200000u

struct sqitch_change {
    struct str name, note;
    struct str id; /* 40 hexadecimal digits */
    size_t line;
    struct strs requires;  /* as written, without what is of other projects */
    struct strs conflicts; /* the same: "name", "name@tag", "@tag"; or an id */
    struct strs tags;      /* "v1", of this change */
    /* Not empty: a later change has its name, and its files are NAME@TAG. */
    struct strs rework_tags;
};
VEC_DEFINE(sqitch_changes, struct sqitch_change);

struct sqitch_plan {
    struct str project, uri;
    struct sqitch_changes changes;
    struct str refused; /* why Sqitch gives up; empty: it does not */
    size_t refused_line;
};

MUST_CHECK bool sqitch_plan_parse(struct arena *arena, struct str bytes,
                                  struct sqitch_plan *ret_plan, struct err *e);

/* --- sqitch.conf: the format of git's configuration. --- */
struct sqitch_setting {
    struct str section; /* "core", "engine.pg", "target.prod" */
    struct str key, value;
};
struct sqitch_conf {
    VEC(struct sqitch_setting) settings;
};
void sqitch_conf_parse(struct arena *arena, struct str bytes, struct sqitch_conf *ret_conf);

struct sqitch_places { /* from the directory of sqitch.conf */
    struct str plan, deploy, revert, reworked_deploy, reworked_revert, extension, registry;
    struct str name; /* of the engine or target; empty: the default one */
};
VEC_DEFINE(sqitch_places_list, struct sqitch_places);
/* The default target first, then every engine and target that the file has. */
void sqitch_conf_places(struct arena *arena, const struct sqitch_conf *conf,
                        struct sqitch_places_list *ret_places);
/* URI->canonical, for what a plan's %uri may hold. */
struct str sqitch_uri_canonical(struct arena *arena, struct str uri);

#endif
