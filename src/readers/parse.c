#include "readers/parse.h"

#include "base/door.h"

uint64_t parse_limit_us = 5000000;

TSParser *parse_with(const TSLanguage *language)
{
    TSParser *parser = ts_parser_new();

    if (!parser || !ts_parser_set_language(parser, language))
        door_memory();
    return parser;
}

TSTree *parse_text(TSParser *parser, struct str text)
{
    ts_parser_set_timeout_micros(parser, parse_limit_us);
    TSTree *tree =
        ts_parser_parse_string(parser, NULL, text.bytes ? text.bytes : "", (uint32_t)text.length);

    /* Else the next text would be taken for the rest of this one. */
    ts_parser_reset(parser);
    return tree;
}

void parse_failed(struct parse_failure *failure, struct str path, bool too_large)
{
    if (!failure->path.length)
        *failure = (struct parse_failure){.path = path, .too_large = too_large};
}

bool parse_none_failed(const struct parse_failure *failure, struct err *e)
{
    if (!failure->path.length)
        return true;
    if (failure->too_large)
        return err_set(e, ERR_LIMIT, STR_FMT ": larger than %u bytes", STR_ARG(failure->path),
                       FILE_MAX);
    return err_set(e, ERR_TIMEOUT, STR_FMT ": it took longer than %u ms to parse",
                   STR_ARG(failure->path), (unsigned)(parse_limit_us / 1000));
}
