/* same_code.h -- do two editions of a source file say the same, layout apart?
 *
 * In:    Python, Ruby, TypeScript, JavaScript, known by the ending of the path; two texts.
 * Out:   true: both are understood to their last byte, and differ in nothing but blank space, line breaks, semicolons at the end of statements, a comma
 *        before a closing bracket, and the quotes around strings that hold no quote, no escape and nothing that is put in. That is what formatters
 *        change (black, ruff, rubocop, prettier). false: anything else, comments too, or a file of another language.
 * Fails: never; a text of more than 1 MB, or that takes too long to parse, is another one.
 * Source: the grammars' node types (tree-sitter-python 0.23, -ruby 0.23, -typescript 0.23).
 */
#ifndef HOOKCHECK_READERS_SAME_CODE_H
#define HOOKCHECK_READERS_SAME_CODE_H

#include "base/arena.h"
#include "base/str.h"

bool same_code(struct arena *arena, struct str path, struct str before, struct str after);

#endif
