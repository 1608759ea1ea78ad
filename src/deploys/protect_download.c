/* protect_download.c -- files that `curl` and `wget` write: those that options name, and those that are called as the last part of an address. */
#include "base/file.h"
#include "deploys/protect_write.h"

struct download {
    struct strs files; /* named by options */
    struct strs addresses;
    struct str directory;
    bool named; /* by their addresses, over what is there */
};

/* Without one of these wget leaves a file that is there, and gives what it loads another name. */
static bool overwrites(struct str option)
{
    static const char *const options[] = {
        "-N", "--timestamping", "-c",        "--continue", "-r", "--recursive",
        "-m", "--mirror",       "--backups", NULL};

    return str_is_one_of(option, options);
}

static void read_option(struct recogniser *r, bool curl, const struct option_word *option,
                        struct download *ret)
{
    static const char *const of_curl[] = {"-o", "--output", NULL};
    static const char *const of_wget[] = {"-O", "--output-document", NULL};
    static const char *const places[] = {"--output-dir", "-P", "--directory-prefix", NULL};
    static const char *const names[] = {"-O", "--remote-name", "--remote-name-all", NULL};

    if (str_is_one_of(option->name, curl ? of_curl : of_wget))
        VEC_PUSH(r->arena, &ret->files, option->value);
    else if (str_is_one_of(option->name, places))
        ret->directory = path_join(r->arena, ret->directory, option->value);
    else if (str_eq(option->name, STR("--url")))
        VEC_PUSH(r->arena, &ret->addresses, option->value);
    ret->named =
        ret->named || (curl ? str_is_one_of(option->name, names) : overwrites(option->name));
}

/* curl leaves out what stands behind "?"; wget takes it into the name. */
static struct str name_of(struct str address, bool curl)
{
    address = str_prefix(address, str_find_byte(address, '#'));
    if (curl)
        address = str_prefix(address, str_find_byte(address, '?'));
    return path_base_name(address);
}

bool protect_write_download(struct recogniser *r, const struct call *call, struct write *write,
                            const struct line *line, struct err *e)
{
    struct download download = {.directory = call->directory};
    bool curl = str_eq(line->name, STR("curl"));

    for (size_t i = 0; i < line->options.count; i++)
        read_option(r, curl, &line->options.items[i], &download);
    for (size_t i = 0; i < line->operands.count; i++)
        VEC_PUSH(r->arena, &download.addresses, line->operands.items[i]);
    if (curl)
        write->directory = download.directory;
    for (size_t i = 0; i < download.files.count; i++)
        if (!protect_write(r, write, download.files.items[i], e))
            return false;
    write->directory = download.directory;
    for (size_t i = 0; download.named && i < download.addresses.count; i++) {
        struct str name = name_of(download.addresses.items[i], curl);
        if (protect_is_known(name) && !protect_write(r, write, name, e))
            return false;
    }
    return true;
}
