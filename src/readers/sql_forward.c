/* sql_forward.c -- one file for both ways: which part of it goes forward. */
#include "base/buf.h"
#include "readers/steps.h"

/* Lines that begin a part, without regard to case: dbmate, goose, sql-migrate, node-pg-migrate, tern, MyBatis, Play's evolutions, shmig, rambler. */
static const struct {
    const char *line;
    bool forward;
    bool alone; /* nothing stands behind it */
} marks[] = {
    {"-- migrate:up", true, false},
    {"-- migrate:down", false, false},
    {"-- +goose up", true, false},
    {"-- +goose down", false, false},
    {"-- +migrate up", true, false},
    {"-- +migrate down", false, false},
    {"-- +micrate up", true, false},
    {"-- +micrate down", false, false},
    {"-- up migration", true, false},
    {"-- down migration", false, false},
    {"---- create above / drop below ----", false, false},
    {"--//@undo", false, false},
    {"-- //@undo", false, false},
    {"# --- !ups", true, false},
    {"# --- !downs", false, false},
    {"-- !ups", true, false},
    {"-- !downs", false, false},
    {"-- ==== up ====", true, false},
    {"-- ==== down ====", false, false},
    {"-- rambler up", true, false},
    {"-- rambler down", false, false},
    {"-- up", true, true},
    {"-- down", false, true},
};

/* "--  migrate:down  transaction:false" begins with "-- migrate:down", and so does "--migrate:down": blanks count once, and none is needed behind
 * the dashes; what stands behind is an option. */
static bool begins(struct str line, struct str mark, bool alone)
{
    size_t at = 0, i = 0;

    while (i < mark.length && at < line.length) {
        if (mark.bytes[i] == ' ' && i && mark.bytes[i - 1] == '-' && line.bytes[at] != ' ' &&
            line.bytes[at] != '\t') {
            i++;
            continue;
        }
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
           (at == line.length || (!alone && (line.bytes[at] == ' ' || line.bytes[at] == '\t')));
}

struct str sql_forward(struct arena *arena, struct str text)
{
    bool forward = true, any = false;
    struct buf out = buf_new(arena, text.length + 1);

    for (struct str rest = text; rest.length;) {
        struct str whole = rest, line = str_trim(str_cut(&rest, '\n'));
        for (size_t i = 0; i < COUNT_OF(marks); i++)
            if (line.length && (line.bytes[0] == '-' || line.bytes[0] == '#') &&
                begins(line, str_from(marks[i].line), marks[i].alone)) {
                forward = marks[i].forward;
                any = true;
            }
        whole = str_prefix(whole, whole.length - rest.length);
        if (forward)
            buf_add(&out, whole);
        else if (str_ends(whole, STR("\n"))) /* lines keep their numbers */
            buf_add_byte(&out, '\n');
    }
    return any ? buf_str(&out) : text;
}
