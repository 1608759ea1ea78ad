/* powershell_words.c -- how PowerShell is told from shell text, and its cmdlets by their verbs. */
#include <string.h>

#include "deploys/powershell.h"

/* "Get" of Get-Content; STR_NONE when the word is no cmdlet's name. */
static struct str verb_of(struct str word)
{
    static const char *const verbs[] = {
        "Add",      "Clear",      "Compare",  "Connect",    "Convert", "ConvertFrom", "ConvertTo",
        "Copy",     "Disable",    "Enable",   "Enter",      "Expand",  "Export",      "ForEach",
        "Format",   "Get",        "Group",    "Import",     "Install", "Invoke",      "Join",
        "Measure",  "Move",       "New",      "Out",        "Pop",     "Publish",     "Push",
        "Read",     "Remove",     "Rename",   "Resolve",    "Restart", "Select",      "Send",
        "Set",      "Show",       "Sort",     "Split",      "Start",   "Stop",        "Tee",
        "Test",     "Update",     "Wait",     "Where",      "Write",   "Deploy",      "Save",
        "Compress", "Disconnect", "Register", "Unregister", NULL};
    size_t dash = str_find_byte(word, '-');

    if (dash == SIZE_MAX || dash + 2 >= word.length || !byte_is_letter(word.bytes[dash + 1]))
        return STR_NONE;
    for (size_t i = dash + 1; i < word.length; i++)
        if (!byte_is_letter(word.bytes[i]) && !(word.bytes[i] >= '0' && word.bytes[i] <= '9'))
            return STR_NONE;
    struct str verb = str_prefix(word, dash);
    return str_is_one_of_nocase(verb, verbs) ? verb : STR_NONE;
}

bool powershell_is_cmdlet(struct str word)
{
    return verb_of(word).length > 0;
}

bool powershell_is_data(struct str word)
{
    static const char *const verbs[] = {
        "Add",    "Clear",    "Compare", "Convert", "ConvertFrom", "ConvertTo", "Copy",
        "Export", "Format",   "Get",     "Group",   "Import",      "Join",      "Measure",
        "Move",   "Out",      "Read",    "Remove",  "Rename",      "Resolve",   "Select",
        "Show",   "Sort",     "Split",   "Tee",     "Test",        "Where",     "Write",
        "Expand", "Compress", "Save",    "ForEach", NULL};
    static const char *const settings[] = {
        "Set-Content", "Set-Item",       "Set-Variable",        "Set-Alias", "Set-ItemProperty",
        "New-Item",    "Set-StrictMode", "Set-ExecutionPolicy", NULL};

    return str_is_one_of_nocase(word, settings) || str_is_one_of_nocase(verb_of(word), verbs);
}

/* "Get-Content", as it is usually spelt: the cheap test of the capital comes first. */
static bool is_spelt_cmdlet(struct str word)
{
    if (!word.length || word.bytes[0] < 'A' || word.bytes[0] > 'Z')
        return false;
    struct str verb = verb_of(word);
    return verb.length && word.bytes[verb.length + 1] <= 'Z';
}

#define BREAKS " \t\r\n;|&(){}'\"`,"

static struct str word_at(struct str text, size_t at)
{
    size_t end = at;

    while (end < text.length && !strchr(BREAKS, text.bytes[end]))
        end++;
    return str_slice(text, at, end);
}

/* A cmdlet in its usual spelling, or an alias of those that run or fetch. */
static bool has_cmdlet(struct str text)
{
    static const char *const aliases[] = {"iex", "iwr", "irm", "icm", "saps", NULL};

    for (size_t at = 0; at < text.length;) {
        struct str word = word_at(text, at);
        bool first = at == 0 || strchr(";|&({\n", text.bytes[at - 1]) ||
                     (at > 1 && strchr(";|&({\n", text.bytes[at - 2]));
        if (is_spelt_cmdlet(word) || (first && str_is_one_of_nocase(word, aliases)))
            return true;
        at += word.length ? word.length : 1;
    }
    return false;
}

/* `(Get-Content x) -replace …`, `if (Test-Path x) {…}`: the text's first command. Further on a cmdlet's name may be any program's word. */
static bool begins_with_cmdlet(struct str text)
{
    text = str_trim(text);
    if (str_starts(text, STR("if (")))
        text = str_from_offset(text, 3);
    while (str_starts(text, STR("(")))
        text = str_from_offset(text, 1);
    return is_spelt_cmdlet(word_at(text, 0));
}

static bool begins_statement(struct str text, size_t at)
{
    while (at > 0 && (text.bytes[at - 1] == ' ' || text.bytes[at - 1] == '\t'))
        at--;
    return at == 0 || strchr("\n;{", text.bytes[at - 1]);
}

/* `$name = …`: no shell assigns like this. */
static bool assigns_variable(struct str text)
{
    for (size_t at = 0; at < text.length; at++) {
        size_t end = at + 1;
        if (text.bytes[at] != '$' || !begins_statement(text, at))
            continue;
        while (end < text.length && (byte_is_letter(text.bytes[end]) || text.bytes[end] == '_'))
            end++;
        if (end > at + 1 && str_starts(str_from_offset(text, end), STR(" = ")))
            return true;
    }
    return false;
}

bool powershell_likely(struct str text, bool *ret_certain)
{
    static const char *const strong[] = {"$env:",         "$ErrorActionPreference",
                                         "$LASTEXITCODE", "$PSScriptRoot",
                                         " $null",        "\n<#",
                                         "@'\n",          "@\"\n"};
    static const char *const weak[] = {".ps1", ".bat", ".cmd", ":\\", " .\\", "@{", "`\n"};
    bool likely = false;

    *ret_certain = str_starts(str_trim(text), STR("& ")) || str_starts(text, STR("<#"));
    if (str_contains(text, STR("<<")))
        return false; /* a here-document: no PowerShell */
    for (size_t i = 0; i < COUNT_OF(strong); i++)
        *ret_certain = *ret_certain || str_contains(text, str_from(strong[i]));
    *ret_certain = *ret_certain || begins_with_cmdlet(text) ||
                   (str_find_byte(text, '$') != SIZE_MAX && assigns_variable(text));
    if (*ret_certain)
        return true;
    likely = has_cmdlet(text);
    for (size_t i = 0; i < COUNT_OF(weak); i++)
        likely = likely || str_contains(text, str_from(weak[i]));
    return likely;
}
