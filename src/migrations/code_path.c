#include "migrations/code_path.h"

#include "base/file.h"
#include "migrations/code_reader.h"
#include "repository/tree.h"

/* --- Expressions. --- */

static struct code_value read_one(struct code_reader *r)
{
    struct code_value value;
    char byte = code_peek(r, 0);

    if (r->depth >= CODE_PATH_DEPTH_MAX || ++r->file->steps > CODE_PATH_STEPS_MAX) {
        code_skip_rest(r, true);
        return code_value_unknown(r);
    }
    r->depth++;
    if (byte == '"' || byte == '\'') {
        value = code_read_text(r);
    } else if (byte == '[' || byte == '{') {
        r->at++;
        struct code_values items = code_read_items(r, byte == '[' ? ']' : '}');
        value = code_list_of(r, &items);
    } else if (byte == '(') {
        r->at++;
        struct code_values items = code_read_items(r, ')');
        value = items.count == 1 ? items.items[0] : code_value_unknown(r);
    } else if (r->ruby && code_starts_with(r, "%w")) {
        value = code_read_words(r);
    } else if (byte >= '0' && byte <= '9') {
        value = code_value_one(r, CODE_LITERAL, code_read_name(r));
    } else if (r->ruby) {
        value = code_read_ruby(r);
    } else {
        value = code_read_php(r);
    }
    /* "x".freeze, [a, b].map(&:to_s) */
    while (r->ruby && (byte == '"' || byte == '\'' || byte == '[' || byte == '(' || byte == '%') &&
           code_peek(r, 0) == '.') {
        r->at++;
        struct str name = code_read_name(r);
        struct code_values arguments = code_ruby_arguments(r);
        value = code_ruby_method(r, value, name, &arguments);
    }
    r->depth--;
    return value;
}

static bool takes_operator(struct code_reader *r, char *ret_operator)
{
    char byte = code_peek(r, 0);

    if ((r->ruby && (byte == '+' || byte == '/')) || (!r->ruby && byte == '.')) {
        *ret_operator = byte;
        r->at++;
        code_skip_spaces(r, true);
        return true;
    }
    return false;
}

struct code_value code_read_value(struct code_reader *r)
{
    struct code_value value = read_one(r);
    char operator= '\0';

    for (;;) {
        code_skip_spaces(r, !r->ruby);
        if (code_peek(r, 0) == '?' && code_peek(r, 1) != '>') { /* a choice, or a default */
            code_skip_rest(r, true);
            code_value_add(r, &value, CODE_FROM_ANYWHERE, STR("*"));
            return value;
        }
        if (!takes_operator(r, &operator))
            return value;
        struct code_value right = read_one(r);
        if (operator== '+' &&(value.is_list || right.is_list))
            code_value_add_all(r, &value, &right);
        else
            value = code_value_combined(r, &value, &right, operator== '/' ? "/" : "");
    }
}

/* --- What comes out. --- */

/* What tools put into the texts of their settings for the places they know. */
static struct code_piece without_placeholder(struct code_reader *r, struct code_piece piece)
{
    static const struct str of_root[] = {STR_INIT("%kernel.project_dir%")};
    static const struct str of_file[] = {STR_INIT("%%PHINX_CONFIG_DIR%%")};

    if (piece.start != CODE_LITERAL)
        return piece;
    if (str_starts(piece.text, of_root[0]))
        return (struct code_piece){
            CODE_FROM_TREE, str_printf(r->arena, STR_FMT STR_FMT, STR_ARG(r->file->root),
                                       STR_ARG(str_from_offset(piece.text, of_root[0].length)))};
    if (str_starts(piece.text, of_file[0]))
        return (struct code_piece){
            CODE_FROM_TREE,
            str_printf(r->arena, STR_FMT STR_FMT, STR_ARG(path_parent(r->file->path)),
                       STR_ARG(str_from_offset(piece.text, of_file[0].length)))};
    if (str_starts(piece.text, STR("@"))) { /* a bundle of Symfony's */
        struct str rest = piece.text;
        (void)str_cut(&rest, '/');
        return (struct code_piece){CODE_FROM_ANYWHERE,
                                   rest.length ? str_printf(r->arena, "*/" STR_FMT, STR_ARG(rest))
                                               : STR("*")};
    }
    return (struct code_piece){CODE_FROM_TREE, path_join(r->arena, r->file->root, piece.text)};
}

/* "{a,b}", "?" and "[ab]" of a shell's patterns. */
static struct str with_stars(struct code_reader *r, struct str text)
{
    struct buf out = buf_new(r->arena, CODE_TEXT_MAX);
    size_t deep = 0;

    for (size_t i = 0; i < text.length; i++) {
        char byte = text.bytes[i];
        if (byte == '{' || byte == '[' || byte == '?')
            buf_add_byte(&out, '*');
        else if (!deep && byte != '}' && byte != ']')
            buf_add_byte(&out, byte);
        deep += byte == '{' || byte == '[';
        deep -= deep && (byte == '}' || byte == ']');
    }
    return buf_str(&out);
}

static void keep(struct code_reader *r, struct code_piece piece, struct code_paths *paths)
{
    struct code_path path = {.text = STR("*"), .start = CODE_PATH_ANYWHERE};
    struct str clean;

    piece = without_placeholder(r, piece);
    piece.text = with_stars(r, piece.text);
    while (str_starts(piece.text, STR("/")))
        piece.text = str_from_offset(piece.text, 1);
    size_t star = str_find_byte(piece.text, '*');
    bool climbs = star != SIZE_MAX && str_contains(str_from_offset(piece.text, star), STR(".."));
    if (!climbs && tree_path_join(r->arena, STR(""), piece.text, &clean)) {
        path.text = clean;
        path.start = piece.start == CODE_FROM_TREE     ? CODE_PATH_OF_TREE
                     : piece.start == CODE_FROM_MODULE ? CODE_PATH_OF_MODULE
                                                       : CODE_PATH_ANYWHERE;
    } else if (!climbs && piece.start == CODE_FROM_TREE) {
        return; /* outside of the tree */
    }
    VEC_PUSH(r->arena, paths, path);
}

void code_paths_read(struct arena *arena, struct code_file *file, size_t at,
                     struct code_paths *ret_paths)
{
    struct code_reader r = {.arena = arena,
                            .file = file,
                            .text = file->text,
                            .at = at,
                            .end = file->text.length,
                            .ruby = str_ends(file->path, STR(".rb")) ||
                                    str_ends(file->path, STR(".rake")) ||
                                    str_eq(path_base_name(file->path), STR("Rakefile"))};
    struct code_values items = {0};

    *ret_paths = (struct code_paths){0};
    code_skip_spaces(&r, false);
    if (code_take(&r, "("))
        items = code_read_items(&r, ')');
    else
        VEC_PUSH(arena, &items, code_read_value(&r));
    for (size_t i = 0; i < items.count && (r.ruby || i == 0); i++)
        for (size_t j = 0; j < items.items[i].all.count; j++)
            keep(&r, items.items[i].all.items[j], ret_paths);
}

void code_paths_of_text(struct arena *arena, struct code_file *file, struct str text,
                        struct code_paths *ret_paths)
{
    struct code_reader r = {.arena = arena, .file = file};

    *ret_paths = (struct code_paths){0};
    keep(&r, (struct code_piece){CODE_LITERAL, text}, ret_paths);
}
