/* pack_check.c -- runs the examples of the packs through the recogniser; part of every build.
 *
 * Usage: pack-check             the built-in tables
 *        pack-check FILE…       these packs instead (patterns/deploys/x.json, patterns/wrappers/x.json); wrappers are the built-in ones
 *                               unless a file names some
 *        pack-check --corpus DIRECTORY FILE…  JSON lines {"command", "deploy"}: judged as in that directory; prints the misjudged
 *        pack-check --recognise command lines from standard input; prints what each would deploy
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "deploys/protect_tables.h"
#include "deploys/recognise.h"

/* Never released: compiled patterns hang on it until the process ends. */
static struct arena arena = {.budget = (size_t)1 << 30};

static int fail(const struct err *e)
{
    fprintf(stderr, "%s\n%s%s", e->message, e->hint, e->hint[0] ? "\n" : "");
    return 1;
}

static int print_failures(const struct pack_failures *failures, size_t count)
{
    for (size_t i = 0; i < failures->count; i++) {
        const struct pack_failure *f = &failures->items[i];
        fprintf(stderr,
                STR_FMT ": " STR_FMT ": example failed\n  example:  " STR_FMT
                        "\n  expected: " STR_FMT "\n  found:    " STR_FMT "\n",
                STR_ARG(f->file), STR_ARG(f->row), STR_ARG(f->example), STR_ARG(f->expected),
                STR_ARG(f->found));
    }
    if (failures->count)
        fprintf(stderr, "%zu of %zu examples failed\n", failures->count, count);
    else
        printf("%zu examples hold\n", count);
    return failures->count ? 1 : 0;
}

static int check_protect(const struct protect_tables *tables, const struct pack_examples *examples)
{
    struct err e = ERR_NONE;
    struct pack_failures failures;
    size_t count;

    if (!protect_check_examples(&arena, tables, examples, &failures, &count, &e))
        return fail(&e);
    return print_failures(&failures, count);
}

static int check_tables(const struct pack_tables *tables, const struct pack_examples *examples)
{
    struct err e = ERR_NONE;
    struct pack_failures failures;
    size_t count;

    if (!pack_check_examples(&arena, tables, examples, STR_NONE, &failures, &count, &e))
        return fail(&e);
    return print_failures(&failures, count);
}

static bool load_file(struct pack_loader *loader, struct str path, bool *ret_wrappers,
                      struct err *e)
{
    struct str bytes;

    if (!file_read(&arena, path, FILE_MAX, &bytes, e))
        return false;
    *ret_wrappers = str_contains(bytes, STR("\"wrappers\""));
    return *ret_wrappers ? pack_load_wrappers(loader, bytes, path, e)
                         : pack_load_deploys(loader, bytes, path, e);
}

static int check_files(char **paths)
{
    struct err e = ERR_NONE;
    struct pack_loader *loader = pack_loader_new(&arena);
    struct pack_tables tables;
    struct pack_examples examples;

    for (; *paths; paths++) {
        bool wrappers;
        if (!load_file(loader, str_from(*paths), &wrappers, &e))
            return fail(&e);
    }
    /* Examples are written with wrappers around them: the files beside ours complete the tables. */
    struct str folder = str_from(PATTERNS_DIRECTORY "/wrappers");
    struct strs names;
    if (!file_list(&arena, folder, &names, &e))
        return fail(&e);
    for (size_t i = 0; i < names.count; i++) {
        bool wrappers;
        if (str_ends(names.items[i], STR(".json")) &&
            !load_file(loader, path_join(&arena, folder, names.items[i]), &wrappers, &e))
            return fail(&e);
    }
    if (!pack_loader_finish(loader, &tables, &examples, &e))
        return fail(&e);
    return check_tables(&tables, &examples);
}

static void print_deploy(const struct deploy *deploy)
{
    printf("  %s " STR_FMT " [" STR_FMT "] " STR_FMT "%s" STR_FMT "\n",
           deploy->certainty == DEPLOY_CERTAIN ? "certain" : "suspected", STR_ARG(deploy->rule),
           STR_ARG(deploy->environment_word), STR_ARG(deploy->command),
           deploy->why.length ? " -- " : "", STR_ARG(deploy->why));
    for (size_t i = 0; i + 1 < deploy->trail.count; i++)
        printf("    " STR_FMT "\n", STR_ARG(deploy->trail.items[i]));
}

static void print_tried(void *context, const struct pack_rule *rule, struct str line, bool matched,
                        bool unless)
{
    (void)context;
    printf("  tried " STR_FMT " on \"" STR_FMT "\": %s\n",
           STR_ARG(pack_str(&pack_builtin, rule->id)), STR_ARG(line),
           unless    ? "taken, but for its `unless`"
           : matched ? "taken"
                     : "not taken");
}

static int recognise(void)
{
    struct err e = ERR_NONE;
    struct str text, line;
    bool whole;
    char directory[4096];

    if (!getcwd(directory, sizeof directory) ||
        !file_read_descriptor(&arena, STDIN_FILENO, REQUEST_MAX, &text, &whole, &e))
        return fail(&e);
    while (str_next_line(&text, &line)) {
        struct deploys deploys = {0};
        struct tampers tampers = {0};
        struct recogniser *r = recogniser_new(&arena, NULL, &pack_builtin, &deploys);
        recogniser_protect(r, &protect_builtin, &tampers);
        if (getenv("EXPLAIN"))
            recogniser_explain(r, print_tried, NULL);
        printf(STR_FMT "\n", STR_ARG(line));
        if (!recogniser_run(r, DIALECT_SH, line, str_from(directory), recogniser_home(), &e))
            return fail(&e);
        for (size_t i = 0; i < deploys.count; i++)
            print_deploy(&deploys.items[i]);
        for (size_t i = 0; i < tampers.count; i++)
            printf("  guarded " STR_FMT " " STR_FMT " " STR_FMT "\n",
                   STR_ARG(tampers.items[i].rule), STR_ARG(tampers.items[i].path),
                   STR_ARG(tampers.items[i].command));
    }
    return 0;
}

static bool judge_line(struct configs *configs, struct str directory, struct str line,
                       bool *ret_agrees, struct err *e)
{
    JSON_DOCUMENT(document);
    struct deploys deploys;
    struct tampers tampers;

    if (!json_parse(&arena, line, JSON_STRICT, "corpus", &document, e))
        return false;
    struct str dialect = json_string(document, "dialect");
    struct request request = {.runs_shell = true,
                              .command = json_string(document, "command"),
                              .cwd = directory,
                              .dialect = str_eq(dialect, STR("powershell")) ? DIALECT_POWERSHELL
                                                                            : DIALECT_SH};
    if (json_string(document, "cwd").length)
        request.cwd = path_join(&arena, directory, json_string(document, "cwd"));
    if (!deploys_recognise(&arena, configs, &request, &deploys, &tampers, e))
        return false;
    bool wanted = json_bool(document, "deploy", false), found = deploys.count > 0;
    struct str rule = json_string(document, "rule");
    for (size_t i = 0; found && rule.length && i < deploys.count; i++) {
        found = str_eq(deploys.items[i].rule, rule);
        if (found)
            break;
    }
    *ret_agrees = wanted == found;
    if (*ret_agrees)
        return true;
    printf("%s " STR_FMT " " STR_FMT "\n", wanted ? "MISSED" : "FALSE ALARM", STR_ARG(rule),
           STR_ARG(line));
    for (size_t i = 0; i < deploys.count; i++)
        print_deploy(&deploys.items[i]);
    return true;
}

static int judge_corpus(struct str directory, char **paths)
{
    struct err e = ERR_NONE;
    struct config_options options;
    size_t count = 0, wrong = 0;

    config_options_from_environment(&arena, &options);
    struct configs *configs = configs_new(&arena, &options);
    for (; *paths; paths++) {
        struct str text, line;
        if (!file_read(&arena, str_from(*paths), FILE_MAX, &text, &e))
            return fail(&e);
        while (str_next_line(&text, &line)) {
            bool agrees = true;
            if (line.length && !judge_line(configs, directory, line, &agrees, &e))
                return fail(&e);
            count++;
            wrong += !agrees;
        }
    }
    printf("%zu of %zu commands misjudged\n", wrong, count);
    return wrong ? 1 : 0;
}

int main(int count, char **arguments)
{
    if (count == 1)
        return check_tables(&pack_builtin, &pack_builtin_examples) |
               check_protect(&protect_builtin, &protect_builtin_examples);
    if (strcmp(arguments[1], "--recognise") == 0)
        return recognise();
    if (strcmp(arguments[1], "--corpus") == 0 && count > 3)
        return judge_corpus(str_from(arguments[2]), arguments + 3);
    return check_files(arguments + 1);
}
