/* stand-in until the evaluator is there: quotes, ; && || | newline, assignments */
#include "base/buf.h"
#include "shell/evaluate.h"
#include <string.h>
struct shell_state {
    struct arena *arena;
    struct str dir;
    const struct shell_visitor *v;
};
struct shell_state *shell_state_new(struct arena *arena, struct str directory, struct str home,
                                    const struct shell_visitor *visitor)
{
    (void)home;
    struct shell_state *s = ARENA_NEW(arena, struct shell_state);
    s->arena = arena;
    s->dir = directory;
    s->v = visitor;
    return s;
}
struct shell_state *shell_state_fork(struct shell_state *s)
{
    struct shell_state *n = ARENA_NEW(s->arena, struct shell_state);
    *n = *s;
    return n;
}
void shell_state_set_arguments(struct shell_state *s, const struct shell_value *a, size_t c)
{
    (void)s;
    (void)a;
    (void)c;
}
void shell_state_set_variable(struct shell_state *s, struct str n, struct shell_value v)
{
    (void)s;
    (void)n;
    (void)v;
}
bool shell_state_get_variable(const struct shell_state *s, struct str n, struct str *r)
{
    (void)s;
    (void)n;
    (void)r;
    return false;
}
struct str shell_state_directory(const struct shell_state *s)
{
    return s->dir;
}
void shell_state_set_directory(struct shell_state *s, struct str d)
{
    s->dir = d;
}
struct arena *shell_state_arena(struct shell_state *s)
{
    return s->arena;
}
bool shell_evaluate(struct shell_state *s, struct str t, struct err *e)
{
    size_t i = 0, line = 1;
    while (i <= t.length) {
        struct shell_command c = {.directory = s->dir, .directory_known = true, .line = line};
        VEC(struct shell_setting) set = {0};
        while (i < t.length && !strchr(";&|\n", t.bytes[i])) {
            if (t.bytes[i] == ' ' || t.bytes[i] == '\t') {
                i++;
                continue;
            }
            struct buf b = buf_new(s->arena, 1 << 20);
            char q = 0;
            bool unknown = false;
            bool any = false;
            while (i < t.length && (q || !strchr(" \t;&|\n", t.bytes[i]))) {
                char ch = t.bytes[i++];
                any = true;
                if (q) {
                    if (ch == q)
                        q = 0;
                    else if (ch == '$' && q == '"') {
                        buf_add_byte(&b, 1);
                        while (i < t.length &&
                               strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz{}",
                                      t.bytes[i]))
                            i++;
                    } else
                        buf_add_byte(&b, ch);
                } else if (ch == '\'' || ch == '"')
                    q = ch;
                else if (ch == '\\' && i < t.length)
                    buf_add_byte(&b, t.bytes[i++]);
                else if (ch == '$') {
                    unknown = true;
                    buf_add_byte(&b, 1);
                    while (i < t.length &&
                           strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz{}",
                                  t.bytes[i]))
                        i++;
                } else
                    buf_add_byte(&b, ch);
            }
            (void)any;
            if (q)
                return err_set(e, ERR_INPUT, "quote");
            struct str w = buf_str(&b);
            size_t eq = str_find_byte(w, '=');
            bool ident = eq != SIZE_MAX && eq > 0;
            for (size_t k = 0; ident && k < eq; k++)
                if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz0123456789",
                            w.bytes[k]))
                    ident = false;
            struct shell_value v = {.text = w, .known = !unknown, .may_vanish = unknown};
            if (ident && !c.words.count) {
                v.text = str_from_offset(w, eq + 1);
                struct shell_setting st = {str_prefix(w, eq), v};
                VEC_PUSH(s->arena, &set, st);
            } else
                VEC_PUSH(s->arena, &c.words, v);
        }
        c.settings = set.items;
        c.setting_count = set.count;
        if (c.words.count && !s->v->command(s->v->context, s, &c, e))
            return false;
        while (i < t.length && strchr(";&|\n", t.bytes[i])) {
            if (t.bytes[i] == '\n')
                line++;
            i++;
        }
        if (i >= t.length)
            break;
    }
    return true;
}
