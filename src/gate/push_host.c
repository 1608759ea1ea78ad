/* push_host.c -- git push heroku main: the remote is where the code runs, whatever the branches of the configuration say. The packs know such
 * remotes by their name and by their host, as they do in a command; rules of the user's own count by the remote's name. */
#include "base/quote.h"
#include "gate/pusher.h"
#include "shell/evaluate.h"

#define ASKED_AT_ONCE 200u

/* dokku@apps.example.com of dokku@apps.example.com:api, git.heroku.com of https://git.heroku.com/api.git; empty: a path. */
static struct str authority_of(struct str url)
{
    size_t scheme = str_find(url, STR("://"));

    if (scheme == SIZE_MAX) {
        size_t colon = str_find_byte(url, ':');
        return colon < str_find_byte(url, '/') ? str_prefix(url, colon) : STR_NONE;
    }
    if (str_starts(url, STR("file:")))
        return STR_NONE;
    url = str_from_offset(url, scheme + 3);
    return str_prefix(url, str_find_byte(url, '/'));
}

/* No password, no port; of HTTP no user either, who may be a token: https://TOKEN@git.heroku.com/api.git. */
static struct str without_secrets(struct arena *arena, struct str authority, bool http)
{
    size_t at = str_find_last_byte(authority, '@');
    struct str host = at == SIZE_MAX ? authority : str_from_offset(authority, at + 1);
    struct str user = at == SIZE_MAX || http ? STR_NONE : str_prefix(authority, at);

    host = str_prefix(host, str_find_byte(host, ':'));
    user = str_prefix(user, str_find_byte(user, ':'));
    return str_printf(arena, STR_FMT "%s" STR_FMT, STR_ARG(user), user.length ? "@" : "",
                      STR_ARG(host));
}

/* A repository about Heroku is no Heroku. */
static bool is_code_host(struct str authority)
{
    static const char *const hosts[] = {"github.",   "gitlab.", "bitbucket.",   "codeberg.",
                                        "dev.azure", "sr.ht",   "visualstudio", "codecommit"};

    for (size_t i = 0; i < COUNT_OF(hosts); i++)
        if (str_contains(authority, str_from(hosts[i])))
            return true;
    return false;
}

/* How the remote is called in a command: by its name, and by its host. */
struct remote_names {
    struct str items[2];
    size_t count;
};

static struct remote_names names_of(const struct pusher *pusher)
{
    const struct push_input *input = pusher->input;
    bool http = str_starts(input->url, STR("https:")) || str_starts(input->url, STR("http:"));
    struct str authority = without_secrets(pusher->arena, authority_of(input->url), http);
    struct remote_names names = {0};

    if (!input->remote.length || str_starts(input->remote, STR("-")))
        return names;
    if (!str_eq(input->remote, input->url) && !is_code_host(authority))
        names.items[names.count++] = input->remote;
    if (authority.length)
        names.items[names.count++] = authority;
    return names;
}

static void add_command(struct arena *arena, struct buf *text, struct str remote, struct str branch)
{
    buf_printf(text, "git push " STR_FMT " " STR_FMT "\n", STR_ARG(shell_quote(arena, remote)),
               STR_ARG(shell_quote(arena, branch)));
}

static bool recognise(struct pusher *pusher, struct str commands, struct deploy *ret_deploy,
                      bool *ret_found, struct err *e)
{
    struct request request = {.host = HOST_GIT,
                              .runs_shell = true,
                              .cwd = pusher->input->directory,
                              .command = str_trim(commands)};
    struct tampers tampers;
    struct deploys deploys;

    if (!deploys_recognise(pusher->arena, pusher->input->configs, &request, &deploys, &tampers, e))
        return false;
    for (size_t i = 0; i < deploys.count && !*ret_found; i++) {
        if (deploys.items[i].certainty != DEPLOY_CERTAIN)
            continue;
        *ret_deploy = deploys.items[i];
        *ret_found = true;
    }
    return true;
}

/* Of thousands of branches hardly any is a deploy: of some hundred at once it is asked whether one is. */
static void note_plain(struct pusher *pusher, const struct remote_names *names)
{
    const struct push_refs *refs = pusher->input->refs;

    for (size_t from = 0; from < refs->count; from += ASKED_AT_ONCE) {
        size_t to = from + ASKED_AT_ONCE < refs->count ? from + ASKED_AT_ONCE : refs->count;
        struct buf text = buf_new(pusher->arena, SHELL_TEXT_MAX);
        struct err none = ERR_NONE;
        struct deploy deploy;
        bool found = false;
        for (size_t i = from; i < to; i++)
            for (size_t n = 0; n < names->count; n++)
                add_command(pusher->arena, &text, names->items[n],
                            push_short_name(refs->items[i].remote_ref));
        if (text.truncated || !recognise(pusher, buf_str(&text), &deploy, &found, &none) || found)
            continue; /* each is asked about by itself */
        for (size_t i = from; i < to; i++)
            (void)words_add(&pusher->plain, push_short_name(refs->items[i].remote_ref));
    }
}

bool push_to_host(struct pusher *pusher, struct str branch, struct deploy *ret_deploy,
                  bool *ret_found, struct err *e)
{
    struct remote_names names = names_of(pusher);

    *ret_found = false;
    if (names.count && pusher->input->refs->count > 1 && !pusher->plain.arena) {
        pusher->plain.arena = pusher->arena;
        note_plain(pusher, &names);
    }
    if (words_have(&pusher->plain, branch))
        return true;
    for (size_t n = 0; n < names.count && !*ret_found; n++) {
        struct buf text = buf_new(pusher->arena, SHELL_TEXT_MAX);
        add_command(pusher->arena, &text, names.items[n], branch);
        if (!recognise(pusher, buf_str(&text), ret_deploy, ret_found, e))
            return false;
    }
    return true;
}
