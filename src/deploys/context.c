/* context.c -- commands that choose where later commands of the same text run, as a variable or an option would.
 *
 * `docker context use prod` stands for DOCKER_CONTEXT, `terraform workspace select prod` for TF_WORKSPACE, `kubectl config use-context x` for
 * KUBE_CONTEXT (no variable of kubectl's: the packs call the chosen context so). Kept under a name that no variable can have.
 */
#include "deploys/judge.h"

#define KUBE_CONTEXT_CHOSEN "KUBE_CONTEXT" SETTING_CHOSEN

static void choose(struct shell_state *state, struct str variable, struct str name)
{
    struct shell_value value = {.text = name,
                                .known = str_find_byte(name, SHELL_UNKNOWN) == SIZE_MAX};

    shell_state_set_variable(state, variable, value);
}

/* `terraform -chdir=other …`, `kubectl … --kubeconfig=other`: it chooses, or deploys, in another directory or by another file than the commands around it. */
bool call_is_for_elsewhere(const struct call *call)
{
    static const char *const options[] = {"-chdir", "--kubeconfig", "--cwd", "-C",
                                          "--configuration"};
    struct str ignored;

    for (size_t i = 0; i < COUNT_OF(options); i++)
        if (call_option_value(call, str_from(options[i]), &ignored))
            return true;
    return false;
}

static bool operands_are(const struct line *line, const char *const *words, size_t count)
{
    if (line->operands.count < count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!str_eq(line->operands.items[i], str_from(words[i])))
            return false;
    return true;
}

/* The tools that run a cluster on this machine name its context themselves, and switch to it. */
static bool local_cluster(struct recogniser *r, const struct call *call, const struct line *line,
                          struct str *ret_context)
{
    static const struct {
        const char *program, *verbs[2], *prefix, *option, *usual;
        size_t name_operand; /* from 0; 0: none */
    } tools[] = {
        {"kind", {"create", "cluster"}, "kind-", "--name", "kind", 0},
        {"kind", {"export", "kubeconfig"}, "kind-", "--name", "kind", 0},
        {"k3d", {"cluster", "create"}, "k3d-", "--name", "k3s-default", 2},
        {"minikube", {"start", NULL}, "", "", "minikube", 0},
        {"colima", {"start", NULL}, "", "", "colima", 0},
    };

    for (size_t i = 0; i < COUNT_OF(tools); i++) {
        struct str name = str_from(tools[i].usual);
        if (!str_eq(line->name, str_from(tools[i].program)) ||
            !operands_are(line, tools[i].verbs, tools[i].verbs[1] ? 2 : 1))
            continue;
        if (tools[i].name_operand && line->operands.count > tools[i].name_operand)
            name = line->operands.items[tools[i].name_operand];
        if (tools[i].option[0])
            (void)call_option_value(call, str_from(tools[i].option), &name);
        *ret_context = str_printf(r->arena, "%s" STR_FMT, tools[i].prefix, STR_ARG(name));
        return true;
    }
    return false;
}

/* Commands that write another cluster's access into the configuration, and mostly switch to it. */
static bool leaves_cluster(const struct line *line)
{
    static const char *const programs[] = {
        "aws",      "gcloud", "az",         "doctl",        "oc",      "tsh",
        "ibmcloud", "civo",   "linode-cli", "eksctl",       "rancher", "kubelogin",
        "vcluster", "k3sup",  "kubie",      "telepresence", NULL};

    return str_is_one_of(line->name, programs);
}

static void choose_cluster(struct recogniser *r, struct shell_state *state, const struct call *call,
                           const struct line *line)
{
    static const char *const use[] = {"config", "use-context"};
    struct str name;

    if (str_eq(line->name, STR("kubectl")) && operands_are(line, use, 2))
        name = line->operands.count > 2 ? line->operands.items[2] : UNKNOWN_TEXT;
    else if ((str_eq(line->name, STR("kubectx")) || str_eq(line->name, STR("kubectl-ctx"))) &&
             line->operands.count)
        name = line->operands.items[0];
    else if (leaves_cluster(line))
        name = UNKNOWN_TEXT;
    else if (!local_cluster(r, call, line, &name))
        return;
    choose(state, STR(KUBE_CONTEXT_CHOSEN), call_is_for_elsewhere(call) ? UNKNOWN_TEXT : name);
}

/* What is kept in the work tree or in the person's settings until it is chosen again. */
static void choose_kept(struct shell_state *state, const struct call *call, const struct line *line)
{
    static const struct {
        const char *program, *verbs[3], *variable;
        const char *option; /* that holds the name; NULL: it stands behind the verbs */
    } kept[] = {
        {"docker", {"context", "use"}, "DOCKER_CONTEXT" SETTING_CHOSEN, NULL},
        {"terraform", {"workspace", "select"}, "TF_WORKSPACE" SETTING_CHOSEN, NULL},
        {"terraform", {"workspace", "new"}, "TF_WORKSPACE" SETTING_CHOSEN, NULL},
        {"tofu", {"workspace", "select"}, "TF_WORKSPACE" SETTING_CHOSEN, NULL},
        {"tofu", {"workspace", "new"}, "TF_WORKSPACE" SETTING_CHOSEN, NULL},
        {"pulumi", {"stack", "select"}, "PULUMI_STACK" SETTING_CHOSEN, NULL},
        {"firebase", {"use"}, "FIREBASE_PROJECT" SETTING_CHOSEN, NULL},
        {"cf", {"target"}, "CF_SPACE" SETTING_CHOSEN, "-s"},
        {"gcloud", {"config", "set", "project"}, "CLOUDSDK_CORE_PROJECT" SETTING_CHOSEN, NULL},
    };

    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        size_t verbs = 0;
        struct str name;
        while (verbs < COUNT_OF(kept[i].verbs) && kept[i].verbs[verbs])
            verbs++;
        if (!str_eq(line->name, str_from(kept[i].program)) ||
            !operands_are(line, kept[i].verbs, verbs))
            continue;
        if (!kept[i].option && line->operands.count == verbs + 1)
            name = line->operands.items[verbs];
        else if (!kept[i].option || !call_option_value(call, str_from(kept[i].option), &name))
            continue;
        choose(state, str_from(kept[i].variable),
               call_is_for_elsewhere(call) ? UNKNOWN_TEXT : name);
    }
}

void context_choose(struct recogniser *r, struct shell_state *state, const struct call *call,
                    const struct line *line)
{
    if (call->remote)
        return;
    choose_kept(state, call, line);
    choose_cluster(r, state, call, line);
}
