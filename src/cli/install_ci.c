/* CI: a file of our own that runs the push gate over what a merge request brings. */
#include <unistd.h>

#include "base/file.h"
#include "cli/install.h"

static const struct {
    const char *name, *path, *text, *note;
} systems[] = {
    {"github", ".github/workflows/hookcheck.yml",
     "# hookcheck: do the changes of a pull request have their migrations? Put here by\n"
     "# `hookcheck install ci github`. The runner needs hookcheck: bake it into its image with\n"
     "# ./install/quickstart --no-demo.\n"
     "name: hookcheck\n"
     "on: pull_request\n"
     "permissions:\n"
     "  contents: read\n"
     "jobs:\n"
     "  migrations:\n"
     "    runs-on: ubuntu-24.04\n"
     "    steps:\n"
     "      - uses: actions/checkout@v4\n"
     "        with:\n"
     "          fetch-depth: 0\n"
     "          ref: ${{ github.event.pull_request.head.sha }}\n"
     "      - name: What this pull request would push\n"
     "        env:\n"
     "          BASE: ${{ github.event.pull_request.base.sha }}\n"
     "        run: hookcheck push origin \"$BASE..HEAD\"\n",
     NULL},
    {"gitlab", ".gitlab/hookcheck.gitlab-ci.yml",
     "# hookcheck: do the changes of a merge request have their migrations? Put here by\n"
     "# `hookcheck install ci gitlab`. The runner needs hookcheck: bake it into its image with\n"
     "# ./install/quickstart --no-demo.\n"
     "hookcheck:\n"
     "  stage: test\n"
     "  rules:\n"
     "    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"\n"
     "  variables:\n"
     "    GIT_DEPTH: \"0\"\n"
     "  script:\n"
     "    - hookcheck push origin \"$CI_MERGE_REQUEST_DIFF_BASE_SHA..$CI_COMMIT_SHA\"\n",
     "add to .gitlab-ci.yml: include: { local: .gitlab/hookcheck.gitlab-ci.yml }"},
};

bool ci_is_known(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(systems); i++)
        if (str_eq(name, str_from(systems[i].name)))
            return true;
    return false;
}

enum cli_status ci_usage_error(const struct cli *cli, struct str name)
{
    return cli_usage_error(cli,
                           "there is nothing named ci%s" STR_FMT " to %s: ci github, ci gitlab",
                           name.length ? " " : "", STR_ARG(name), cli->command->name);
}

static bool install_file(struct install *in, size_t index, struct err *e)
{
    struct install_file file;
    struct install_change change = {
        .mode = 0644, .text = str_from(systems[index].text), .inserted = STR("")};

    if (str_is_empty(in->work_tree))
        return err_set(e, ERR_NOT_FOUND, STR_FMT " lies in no repository",
                       STR_ARG(in->cli->directory)) ||
               err_hint(e, "go to the repository, or name it: -C DIR");
    if (!install_read(in, path_join(in->arena, in->work_tree, str_from(systems[index].path)), &file,
                      e))
        return false;
    if (file.exists && str_eq(file.text, change.text)) {
        install_note(in, "ci", file.path, "unchanged", STR_NONE, STR_NONE);
        return true;
    }
    if (file.exists)
        return err_set(e, ERR_REFUSED, STR_FMT " is there already", STR_ARG(file.path)) ||
               err_hint(e, "move it away, or add to it what --print shows");
    if (!install_write(in, "ci", &file, &change, e))
        return false;
    if (systems[index].note && !in->print)
        install_note(in, "ci", STR_NONE, "note", str_from(systems[index].note), STR_NONE);
    return true;
}

void ci_install(struct install *in, struct str name)
{
    struct err e = ERR_NONE;

    for (size_t i = 0; i < COUNT_OF(systems); i++)
        if (str_eq(name, str_from(systems[i].name)) && !install_file(in, i, &e))
            install_refuse(in, "ci", str_from(systems[i].path), &e);
}

/* What was changed since is somebody's work, and stays. */
void ci_uninstall(struct install *in, struct str name)
{
    for (size_t i = 0; i < COUNT_OF(systems); i++) {
        struct install_file file;
        struct install_record record;
        struct err e = ERR_NONE;
        if ((name.length && !str_eq(name, str_from(systems[i].name))) || !in->work_tree.length)
            continue;
        bool done = install_read(in, path_join(in->arena, in->work_tree, str_from(systems[i].path)),
                                 &file, &e) &&
                    install_recall(in, &file, &record, &e);
        if (done && file.exists && str_eq(file.text, str_from(systems[i].text)))
            done = install_put_back(in, "ci", &file, &record, STR_NONE, &e);
        if (!done)
            install_refuse(in, "ci", str_from(systems[i].path), &e);
    }
}
