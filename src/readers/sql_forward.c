/* sql_forward.c -- one file for both ways: which part of it goes forward. */
#include "base/buf.h"
#include "readers/steps.h"

/* Lines that begin a part, without regard to case: dbmate, goose, sql-migrate, node-pg-migrate, tern, MyBatis, Play's evolutions, shmig. */
static const struct {
    const char *line;
    bool forward;
} marks[] = {
    {"-- migrate:up", true},
    {"-- migrate:down", false},
    {"-- +goose up", true},
    {"-- +goose down", false},
    {"-- +migrate up", true},
    {"-- +migrate down", false},
    {"-- +micrate up", true},
    {"-- +micrate down", false},
    {"-- up migration", true},
    {"-- down migration", false},
    {"---- create above / drop below ----", false},
    {"--//@undo", false},
    {"-- //@undo", false},
    {"# --- !ups", true},
    {"# --- !downs", false},
    {"-- !ups", true},
    {"-- !downs", false},
    {"-- ==== up ====", true},
    {"-- ==== down ====", false},
};

/* "--  migrate:down  transaction:false" begins with "-- migrate:down": blanks count once, and what stands behind is an option. */
static bool begins(struct str line, struct str mark)
{
    size_t at = 0, i = 0;

    while (i < mark.length && at < line.length) {
        char byte = line.bytes[at] == '\t' ? ' ' : line.bytes[at];
        byte = byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
        if (byte != mark.bytes[i])
            return false;
        at++;
        i++;
        while (byte == ' ' && at < line.length && (line.bytes[at] == ' ' || line.bytes[at] == '\t'))
            at++;
    }
    return i == mark.length &&
           (at == line.length || line.bytes[at] == ' ' || line.bytes[at] == '\t');
}

struct str sql_forward(struct arena *arena, struct str text)
{
    bool forward = true, any = false;
    struct buf out = buf_new(arena, text.length + 1);

    for (struct str rest = text; rest.length;) {
        struct str whole = rest, line = str_trim(str_cut(&rest, '\n'));
        for (size_t i = 0; i < COUNT_OF(marks); i++)
            if (line.length && (line.bytes[0] == '-' || line.bytes[0] == '#') &&
                begins(line, str_from(marks[i].line))) {
                forward = marks[i].forward;
                any = true;
            }
        if (forward)
            buf_add(&out, str_prefix(whole, whole.length - rest.length));
    }
    return any ? buf_str(&out) : text;
}
