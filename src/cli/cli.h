/* cli.h -- hookcheck's subcommands: one table (cli.c), one file per subcommand (cmd_*.c).
 *
 * A subcommand is an entry with its options; --help is made from it. It writes into cli->out, which is printed once at the end, so that a reader
 * gets a whole answer or none.
 *
 * Exit status: DESIGN §4.
 */
#ifndef HOOKCHECK_CLI_CLI_H
#define HOOKCHECK_CLI_CLI_H

#include "base/buf.h"
#include "config/config.h"
#include "report/report.h"

enum cli_status { CLI_OK = 0, CLI_USAGE = 1, CLI_BLOCKED = 2 };

#define CLI_OUTPUT_MAX ((size_t)256 << 20)
#define CLI_OPTIONS_MAX 24u

struct cli_option {
    const char *name;     /* without "--" */
    const char *argument; /* NULL: a flag */
    const char *help;
};

struct cli;
struct cli_command {
    const char *name;
    const char *operands;             /* "[-- TEXT]"; "" when it takes none */
    const char *summary;              /* one line, lower case */
    const char *text;                 /* what --help says below the options */
    const struct cli_option *options; /* ends with a NULL name; may be NULL */
    enum cli_status (*run)(struct cli *cli);
    bool hidden;
};

struct cli {
    struct arena *arena;
    const struct cli_command *command;
    struct config_options config_options;
    struct str directory; /* absolute: -C, or where we are */
    bool json, color;
    struct strs operands;
    struct buf out; /* stdout */
    struct {
        const char *name;
        struct str value;
    } values[CLI_OPTIONS_MAX];
    size_t value_count;
    bool has_separator; /* "--" stood before the operands */
};

extern const struct cli_command *const cli_commands[];
extern const struct cli_command cmd_init, cmd_command, cmd_status, cmd_packs, cmd_log, cmd_trust,
    cmd_demo, cmd_decide, cmd_models, cmd_install, cmd_uninstall, cmd_doctor, cmd_push,
    cmd_override;

/* main() of hookcheck. */
int cli_main(int argc, char **argv);

/* Was --NAME given; its value (STR_NONE when not). */
bool cli_has(const struct cli *cli, const char *name);
struct str cli_value(const struct cli *cli, const char *name);
/* "hookcheck status: …" on stderr, with the hint; returns CLI_USAGE. */
enum cli_status cli_usage_error(const struct cli *cli, const char *format, ...) PRINTF_LIKE(2, 3);
/* A line on standard error, folded on a terminal. */
void cli_say(const struct cli *cli, struct str line);
/* A next step's lines after the first, which is the command, stand below it. */
struct str cli_hint(struct arena *arena, struct str hint);
/* The failure of a step, with its hint, on stderr. */
void cli_say_error(const struct cli *cli, const struct err *e);
/* Prints what `out` holds and empties it; false when nobody can read it. */
MUST_CHECK bool cli_flush(struct cli *cli);
/* allow and warn: 0; else 2. */
enum cli_status cli_status_of(const struct verdict *verdict);
struct report_style cli_style(const struct cli *cli);
/* Configuration of the directory; false when the process cannot go on (the message is printed). */
MUST_CHECK bool cli_config(struct cli *cli, struct str directory, const struct config **ret_config);

/* --help and the list of commands. */
void cli_help(struct cli *cli, const struct cli_command *command);
void cli_help_all(struct cli *cli);

#endif
