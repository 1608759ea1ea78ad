/* init -- looks at the repository and writes a commented .hookcheck.json for a person to complete.
 *
 * Writes names, never secrets: a URL found in a .env file is proposed as "env:NAME".
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/process.h"
#include "cli/cli.h"
#include "config/state.h"
#include "gate/target.h"
#include "migrations/astray.h"
#include "migrations/history.h"

struct found {
    struct str work_tree;
    struct config_migrations_list sets;
    struct strs remotes;
    struct strs variables; /* names that look like database URLs */
    struct strs places;    /* where each was seen */
};

static bool looks_like_database(struct str name, struct str value)
{
    static const char *const parts[] = {"DATABASE", "POSTGRES", "SQLALCHEMY",
                                        "DB_URL",   "DB_URI",   "DSN"};
    bool named = false;

    for (size_t i = 0; i < COUNT_OF(parts); i++)
        named |= str_contains(name, str_from(parts[i]));
    return named && (str_contains(value, STR("://")) || str_starts(value, STR("sqlite:")) ||
                     str_starts(value, STR("file:")));
}

static void read_variables(struct cli *cli, struct found *found, struct str name)
{
    struct str bytes, line;
    struct err ignored = ERR_NONE;

    if (!file_read(cli->arena, path_join(cli->arena, found->work_tree, name), FILE_MAX, &bytes,
                   &ignored))
        return;
    while (str_next_line(&bytes, &line)) {
        line = str_trim(line);
        if (str_starts(line, STR("export ")))
            line = str_trim(str_from_offset(line, 7));
        struct str key = str_trim(str_cut(&line, '='));
        struct str value = str_trim_bytes(str_trim(line), "\"'");
        if (!looks_like_database(key, value) || strs_have(&found->variables, key))
            continue;
        VEC_PUSH(cli->arena, &found->variables, key);
        VEC_PUSH(cli->arena, &found->places, name);
    }
}

static void find_variables(struct cli *cli, struct found *found)
{
    struct strs names = {0};
    struct err ignored = ERR_NONE;

    if (!file_list(cli->arena, found->work_tree, &names, &ignored))
        return;
    for (size_t i = 0; i < names.count; i++)
        if (str_eq(names.items[i], STR(".env")) || str_starts(names.items[i], STR(".env.")))
            read_variables(cli, found, names.items[i]);
    for (size_t i = 0; i < found->sets.count; i++) {
        struct str root = found->sets.items[i].root;
        if (root.length)
            read_variables(cli, found, str_printf(cli->arena, STR_FMT "/.env", STR_ARG(root)));
    }
}

static void find_remotes(struct cli *cli, struct found *found)
{
    struct str arguments[] = {STR("git"), STR("remote")};
    struct process_options options = {
        .arguments = arguments,
        .argument_count = COUNT_OF(arguments),
        .directory = found->work_tree,
        .search_path = true,
        .scrub_environment = true,
        .deadline_ms = 5000,
        .output_maximum = 1 << 16,
    };
    struct process_result result;
    struct err ignored = ERR_NONE;
    struct str line;

    /* Without git there is nothing to propose. */
    if (!process_run(cli->arena, &options, &result, &ignored) || result.timed_out ||
        result.signalled || result.status)
        return;
    while (str_next_line(&result.output, &line))
        if (line.length)
            VEC_PUSH(cli->arena, &found->remotes, line);
}

static bool look_around(struct cli *cli, struct found *found, struct err *e)
{
    struct config *nothing = ARENA_NEW(cli->arena, struct config);
    struct str git_entry = STR_NONE;

    found->work_tree = work_tree_find(cli->arena, cli->directory, &git_entry);
    if (str_is_empty(found->work_tree))
        return err_set(e, ERR_NOT_FOUND, STR_FMT " lies in no repository",
                       STR_ARG(cli->directory)) ||
               err_hint(e, "git init, or go to the repository: hookcheck init -C DIR");
    nothing->work_tree = found->work_tree;
    if (!sets_detect(cli->arena, tree_of_directory(cli->arena, found->work_tree), nothing,
                     &found->sets, e))
        return false;
    astray_drop(&found->sets);
    find_variables(cli, found);
    if (git_entry.length)
        find_remotes(cli, found);
    return true;
}

static void write_sets(struct buf *out, const struct found *found)
{
    size_t written = 0;

    if (found->sets.count == 0) {
        buf_add(out,
                STR("  // No migrations were found. Name them where detection does not see them:\n"
                    "  // \"migrations\": { \"api\": { \"tracker\": \"alembic\", \"root\": "
                    "\"apps/api\" } },\n\n"));
        return;
    }
    buf_add(out, STR("  // The migration histories found here; \"root\" is where the tool is "
                     "started.\n"
                     "  \"migrations\": {"));
    for (size_t i = 0; i < found->sets.count; i++)
        if (found->sets.items[i].undecided.length)
            buf_printf(out, "\n    // not decided: " STR_FMT,
                       STR_ARG(found->sets.items[i].undecided));
    for (size_t i = 0; i < found->sets.count; i++) {
        const struct config_migrations *set = &found->sets.items[i];
        bool first = true;
        if (set->undecided.length)
            continue;
        buf_add(out, written++ ? STR(",\n    ") : STR("\n    "));
        json_write_string(out, set->name);
        buf_add(out, STR(": { "));
        json_write_key(out, &first, "tracker");
        buf_add_byte(out, ' ');
        json_write_string(out, set->tracker);
        buf_add(out, STR(", \"root\": "));
        json_write_string(out, set->root.length ? set->root : STR("."));
        size_t versions = set->of_application ? 0 : set->versions.count;
        for (size_t v = 0; v < versions; v++) {
            buf_add(out, v ? STR(", ") : STR(", \"versions\": ["));
            json_write_string(out, set->versions.items[v]);
        }
        buf_add(out, versions ? STR("] }") : STR(" }"));
    }
    buf_add(out, STR("\n  },\n\n"));
}

static bool names_production(struct str name)
{
    return str_contains(name, STR("PROD")) || str_contains(name, STR("LIVE"));
}

static struct str production_variable(const struct found *found)
{
    for (size_t i = 0; i < found->variables.count; i++)
        if (names_production(found->variables.items[i]))
            return found->variables.items[i];
    return STR("PRODUCTION_DATABASE_URL");
}

/* Rails' config/database.yml says which histories have one: another must not answer for them. */
static bool write_own_databases(struct buf *out, const struct found *found)
{
    size_t written = 0;

    for (size_t i = 0; i < found->sets.count; i++) {
        const struct config_migrations *set = &found->sets.items[i];
        if (!set->database.length || set->undecided.length)
            continue;
        buf_add(out, written++ ? STR(", ") : STR(",\n      \"databases\": { "));
        json_write_string(out, set->name);
        buf_add(out, STR(": "));
        json_write_string(out, str_printf(out->arena, "env:" STR_FMT,
                                          STR_ARG(database_variable(out->arena, set->database))));
    }
    if (written)
        buf_add(out, STR(" }"));
    return written > 0;
}

static void write_environment(struct buf *out, const struct found *found)
{
    buf_add(out,
            STR("  \"default_environment\": \"production\",\n"
                "  \"environments\": {\n"
                "    \"production\": {\n"
                "      // Where its database is. The URL itself stays in the environment (or\n"
                "      // \"file:PATH\", \"service=NAME\", \"sqlite:FILE\", or a command: see\n"
                "      // README, \"Configuration\").\n"));
    for (size_t i = 0; i < found->variables.count; i++) {
        buf_add(out, STR("      // seen in "));
        json_write_string(out, found->places.items[i]);
        buf_add(out, STR(": "));
        json_write_string(
            out, str_printf(out->arena, "env:" STR_FMT, STR_ARG(found->variables.items[i])));
        if (!names_production(found->variables.items[i]))
            buf_add(out, STR(" (usually the local one: take it only if it is production's)"));
        buf_add_byte(out, '\n');
    }
    buf_add(out, STR("      \"database\": "));
    json_write_string(out,
                      str_printf(out->arena, "env:" STR_FMT, STR_ARG(production_variable(found))));
    if (!write_own_databases(out, found) && found->sets.count > 1) {
        buf_add(out, STR(",\n"
                         "      // Where a history has a database of its own:\n"
                         "      // \"databases\": { "));
        /* A quoted name cannot end the comment's line. */
        json_write_string(out, VEC_LAST(&found->sets).name);
        buf_add(out, STR(": \"env:OTHER_DATABASE_URL\" }"));
    }
    buf_add(out, STR(",\n"
                     "      // Pin it, so that another database cannot answer in its place:\n"
                     "      // \"identity\": { \"host\": \"prod-db.*\", \"database\": \"app\" },\n"
                     "      // How commands name it:\n"
                     "      \"matches\": [\"prod\", \"production\", \"live\"]\n"
                     "    }\n"
                     "  }\n\n"));
}

static struct str render(struct cli *cli, const struct found *found)
{
    struct buf out = buf_new(cli->arena, FILE_MAX);

    buf_add(&out,
            STR("// hookcheck stops deploys while migrations are pending. Comments are allowed.\n"
                "// After a change a person runs, in a terminal: hookcheck trust\n"
                "{\n"));
    write_sets(&out, found);
    write_environment(&out, found);
    buf_add(&out,
            STR("  // More keys go here, each after a comma:\n"
                "  // \"deploys\": [ { \"id\": \"our-image\", \"environment\": \"production\",\n"
                "  //                \"command\": \"^infra/scripts/build-image\\\\.sh\\\\b\" } ],\n"
                "  // \"branches\": { \"main\": \"production\" }   (a push there is a deploy"));
    if (found->remotes.count) {
        buf_add(&out, STR("; remotes here:"));
        for (size_t i = 0; i < found->remotes.count; i++) {
            buf_add_byte(&out, ' ');
            /* A quoted name cannot end the comment's line. */
            json_write_string(&out, found->remotes.items[i]);
        }
    }
    buf_add(&out, STR(")\n}\n"));
    return buf_str(&out);
}

/* Trusts exactly the bytes that were written. An agent may write a proposal, but not vouch for it: *ret_why says so, else it is empty. */
static bool trust_own(struct cli *cli, struct str path, struct str bytes, struct str *ret_why,
                      struct err *e)
{
    struct str state = state_directory(cli->arena);

    *ret_why = STR("");
    if (agent_is_there(ret_why))
        return true;
    return state_make(cli->arena, state, e) &&
           trust_add(cli->arena, state, digest_sha256(cli->arena, bytes), path, e);
}

/* --- The answer. --- */

static void answer_text(struct cli *cli, const struct found *found, struct str path, struct str why)
{
    struct buf *out = &cli->out;
    struct str variable = production_variable(found);

    buf_printf(out, "wrote " STR_FMT "\n", STR_ARG(path));
    for (size_t i = 0; i < found->sets.count; i++) {
        const struct config_migrations *set = &found->sets.items[i];
        if (set->undecided.length)
            buf_printf(out, "  not decided: " STR_FMT "\n", STR_ARG(set->undecided));
        else
            buf_printf(out, "  migrations: " STR_FMT " (" STR_FMT ", " STR_FMT ")\n",
                       STR_ARG(set->name), STR_ARG(set->tracker),
                       STR_ARG(set->root.length ? set->root : STR(".")));
    }
    if (found->sets.count == 0)
        buf_add(out, STR("  migrations: none found; name them in the file where there are some\n"));
    buf_printf(out, "  database:   env:" STR_FMT "\n", STR_ARG(variable));
    if (why.length)
        buf_printf(out,
                   "not trusted yet: " STR_FMT
                   "\n  next step: a person reads it and runs: hookcheck trust\n",
                   STR_ARG(why));
    else
        buf_add(out, STR("trusted as written; after a change: hookcheck trust\n"));
    buf_printf(out, "next: %shookcheck status\n",
               getenv(str_c(cli->arena, variable)) ? "" : "set that variable, then ");
}

static void answer_json(struct cli *cli, const struct found *found, struct str path, struct str why)
{
    struct buf *out = &cli->out;
    struct strs undecided = {0};
    bool first = true, more = false;

    buf_add_byte(out, '{');
    json_add_string(out, &first, "file", path);
    json_write_key(out, &first, "migrations");
    buf_add_byte(out, '[');
    for (size_t i = 0; i < found->sets.count; i++) {
        const struct config_migrations *set = &found->sets.items[i];
        bool inner = true;
        if (set->undecided.length) {
            VEC_PUSH(cli->arena, &undecided, set->undecided);
            continue;
        }
        buf_add(out, more ? STR(",{") : STR("{"));
        more = true;
        json_add_string(out, &inner, "name", set->name);
        json_add_string(out, &inner, "tracker", set->tracker);
        json_add_string(out, &inner, "root", set->root.length ? set->root : STR("."));
        buf_add_byte(out, '}');
    }
    buf_add_byte(out, ']');
    json_add_strings(out, &first, "undecided", &undecided);
    json_add_string(out, &first, "database",
                    str_printf(cli->arena, "env:" STR_FMT, STR_ARG(production_variable(found))));
    json_write_key(out, &first, "trusted");
    buf_add(out, why.length ? STR("false}\n") : STR("true}\n"));
}

/* False: it may not be written, said. */
static bool may_write(struct cli *cli, struct str path)
{
    struct str why;

    if (file_kind(cli->arena, path) == FILE_ABSENT)
        return true;
    if (!cli_has(cli, "force")) {
        fprintf(stderr,
                "hookcheck init: " STR_FMT
                " is there already\n  next step: hookcheck init --print\n"
                "    shows a new one; --force writes it\n",
                STR_ARG(path));
        return false;
    }
    /* What is there may hold rules and branches that nobody could propose again. */
    if (!agent_is_there(&why))
        return true;
    fprintf(stderr,
            "hookcheck init: replacing " STR_FMT " is for a person: " STR_FMT
            "\n  next step: hookcheck init --print\n    shows the proposal\n",
            STR_ARG(path), STR_ARG(why));
    return false;
}

static enum cli_status run(struct cli *cli)
{
    struct found found = {0};
    struct err e = ERR_NONE;
    struct str why;

    if (!look_around(cli, &found, &e)) {
        cli_say_error(cli, &e);
        return CLI_BLOCKED;
    }
    struct str path = path_join(cli->arena, found.work_tree, STR(CONFIG_NAME));
    struct str bytes = render(cli, &found);
    if (cli_has(cli, "print")) {
        buf_add(&cli->out, bytes);
        return CLI_OK;
    }
    if (!may_write(cli, path))
        return CLI_BLOCKED;
    if (!file_write_atomically(cli->arena, path, bytes, 0644, &e) ||
        !trust_own(cli, path, bytes, &why, &e)) {
        cli_say_error(cli, &e);
        return CLI_BLOCKED;
    }
    if (cli->json)
        answer_json(cli, &found, path, why);
    else
        answer_text(cli, &found, path, why);
    return CLI_OK;
}

static const struct cli_option options[] = {
    {"print", NULL, "only show what would be written"},
    {"force", NULL, "replace the file that is there"},
    {NULL, NULL, NULL},
};

const struct cli_command cmd_init = {
    .name = "init",
    .operands = "",
    .summary = "looks at the repository and writes a commented " CONFIG_NAME,
    .text = "What it writes is trusted, unless an agent runs it.\n",
    .options = options,
    .run = run,
};
