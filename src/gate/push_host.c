/* push_host.c -- git push heroku main: the remote is where the code runs, whatever the branches of the configuration say. The packs know such
 * remotes by their name and by their host, as they do in a command; rules of the user's own count by the remote's name. */
#include "base/quote.h"
#include "gate/pusher.h"

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

static bool recognise(struct pusher *pusher, struct str remote, struct str branch,
                      struct deploy *ret_deploy, bool *ret_found, struct err *e)
{
    struct arena *arena = pusher->arena;
    struct request request = {.host = HOST_GIT,
                              .runs_shell = true,
                              .cwd = pusher->input->directory,
                              .command = str_printf(arena, "git push " STR_FMT " " STR_FMT,
                                                    STR_ARG(shell_quote(arena, remote)),
                                                    STR_ARG(shell_quote(arena, branch)))};
    struct tampers tampers;
    struct deploys deploys;

    if (!deploys_recognise(arena, pusher->input->configs, &request, &deploys, &tampers, e))
        return false;
    for (size_t i = 0; i < deploys.count && !*ret_found; i++) {
        if (deploys.items[i].certainty != DEPLOY_CERTAIN)
            continue;
        *ret_deploy = deploys.items[i];
        *ret_found = true;
    }
    return true;
}

bool push_to_host(struct pusher *pusher, struct str branch, struct deploy *ret_deploy,
                  bool *ret_found, struct err *e)
{
    const struct push_input *input = pusher->input;
    bool http = str_starts(input->url, STR("https:")) || str_starts(input->url, STR("http:"));
    struct str authority = without_secrets(pusher->arena, authority_of(input->url), http);
    struct str name = input->remote;

    *ret_found = false;
    if (!name.length || str_starts(name, STR("-")))
        return true;
    if (!str_eq(name, input->url) && !is_code_host(authority) &&
        !recognise(pusher, name, branch, ret_deploy, ret_found, e))
        return false;
    return *ret_found || !authority.length ||
           recognise(pusher, authority, branch, ret_deploy, ret_found, e);
}
