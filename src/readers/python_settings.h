/* python_settings.h -- the values that a module of settings ends with: INSTALLED_APPS, MIGRATION_MODULES, AUTH_USER_MODEL; nothing is run.
 *
 * In:    a module by its path, read through a python_tree, with the modules of the tree that it imports from.
 * Out:   strings, lists of strings and mappings of strings, built by assignment, +=, append, extend, insert, remove and update, from
 *        other lists, `from .base import *`, and both sides of what is conditional.
 * Fails: never. A value that is computed in part has `open` set, and holds the part that can be read.
 * Source: Python reference; Django's settings as people write them (cookiecutter-django, django-environ, split settings).
 */
#ifndef HOOKCHECK_READERS_PYTHON_SETTINGS_H
#define HOOKCHECK_READERS_PYTHON_SETTINGS_H

#include "readers/python_tree.h"

enum setting_kind { SETTING_ABSENT = 0, SETTING_OPAQUE, SETTING_STRING, SETTING_LIST, SETTING_MAP };

struct setting_pair {
    struct str key;
    struct str text;
    bool none; /* None */
};
VEC_DEFINE(setting_pairs, struct setting_pair);

struct setting_value {
    enum setting_kind kind;
    struct str text;            /* SETTING_STRING */
    struct strs items;          /* SETTING_LIST */
    struct setting_pairs pairs; /* SETTING_MAP */
    bool open;                  /* there is more, which cannot be read */
    size_t line;
};

struct python_settings;
struct python_settings *python_settings_new(struct python_tree *tree);
/* The modules that were read for what was asked so far; NULL behind the last. */
struct python_file *python_settings_file(const struct python_settings *settings, size_t index);
/* ABSENT where the module is not there or has no such name. */
struct setting_value python_setting(struct python_settings *settings, struct str path,
                                    struct str name);

#endif
