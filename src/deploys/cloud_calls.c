/* cloud_calls.c -- which command line says the same as a call into a cloud's library?
 *
 * In:     the text, which must mention such a library, and the name of a method in it: boto3's update_function_code, the JavaScript SDK's UpdateFunctionCodeCommand and updateFunctionCode,
 *         the Kubernetes clients' patch_namespaced_deployment.
 * Out:    the words of the command line, without options: the packs judge it like one that was typed.
 * Source: boto3, AWS SDK for JavaScript v2 and v3, kubernetes-client (Python, JavaScript).
 */
#include "deploys/code.h"

struct cloud_call {
    const char *operation; /* in lower case with hyphens */
    const char *words;
};

static const struct cloud_call cloud_calls[] = {
    {"update-function-code", "aws lambda update-function-code"},
    {"update-alias", "aws lambda update-alias"},
    {"update-service", "aws ecs update-service"},
    {"run-task", "aws ecs run-task"},
    {"update-stack", "aws cloudformation update-stack"},
    {"create-stack", "aws cloudformation create-stack"},
    {"execute-change-set", "aws cloudformation execute-change-set"},
    {"create-deployment", "aws deploy create-deployment"},
    {"start-deployment", "aws amplify start-deployment"},
    {"start-pipeline-execution", "aws codepipeline start-pipeline-execution"},
    {"update-environment", "aws elasticbeanstalk update-environment"},
    {"create-namespaced-deployment", "kubectl create deployment"},
    {"patch-namespaced-deployment", "kubectl patch deployment/"},
    {"replace-namespaced-deployment", "kubectl replace deployment"},
    {"patch-namespaced-stateful-set", "kubectl patch statefulset/"},
    {"replace-namespaced-stateful-set", "kubectl replace statefulset"},
};

struct str cloud_call_kebab(struct arena *arena, struct str name)
{
    struct buf out = buf_new(arena, REQUEST_MAX);

    for (size_t i = 0; i < name.length; i++) {
        char byte = name.bytes[i];
        bool upper = byte >= 'A' && byte <= 'Z';
        if (upper && i > 0 && name.bytes[i - 1] != '_' &&
            !(name.bytes[i - 1] >= 'A' && name.bytes[i - 1] <= 'Z'))
            buf_add_byte(&out, '-');
        buf_add_byte(&out, (char)(byte == '_' ? '-' : upper ? byte - 'A' + 'a' : byte));
    }
    return buf_str(&out);
}

bool cloud_call_words(struct arena *arena, struct str text, struct str name, struct str *ret_words)
{
    bool aws = str_contains(text, STR("boto")) || str_contains(text, STR("aws-sdk")) ||
               str_contains(text, STR("aws_sdk"));
    bool kubernetes = str_contains(text, STR("kubernetes"));

    if (!aws && !kubernetes)
        return false; /* somebody's own method */
    struct str operation = cloud_call_kebab(arena, name);

    if (str_ends(operation, STR("-command")))
        operation.length -= 8;
    for (size_t i = 0; i < COUNT_OF(cloud_calls); i++)
        if (str_eq(operation, str_from(cloud_calls[i].operation))) {
            *ret_words = str_from(cloud_calls[i].words);
            return str_starts(*ret_words, STR("aws")) ? aws : kubernetes;
        }
    return false;
}
