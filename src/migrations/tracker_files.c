#include "migrations/tracker_files.h"

#include "migrations/markers.h"
#include "migrations/settings.h"

size_t trackers_count(const struct config *config, const struct tracker *only)
{
    return only ? 1 : (config ? config->trackers.count : 0) + tracker_table_count;
}

const struct tracker *trackers_at(const struct config *config, const struct tracker *only,
                                  size_t index)
{
    size_t own = config ? config->trackers.count : 0;

    if (only)
        return only;
    return index < own ? &config->trackers.items[index] : &tracker_table[index - own];
}

static bool is_form(struct str name)
{
    return str_find_byte(name, '*') != SIZE_MAX;
}

static void note(struct arena *arena, struct str first, struct tracker_files *files)
{
    struct str part = str_trim_bytes(first, "*");

    if (!is_form(first))
        (void)words_add(&files->names, first);
    else if (first.bytes[0] == '*' && part.length + 2 == first.length && !is_form(part) &&
             str_find_byte(part, '#') == SIZE_MAX)
        strs_add(arena, &files->parts, part);
    else
        strs_add(arena, &files->forms, first);
}

void tracker_files_note(struct arena *arena, const struct config *config,
                        const struct tracker *only, struct tracker_files *ret_files)
{
    *ret_files = (struct tracker_files){.names = {.arena = arena}};
    for (size_t i = 0; i < trackers_count(config, only); i++) {
        const struct tracker_settings *settings = &trackers_at(config, only, i)->settings;
        for (size_t j = 0; j < settings->count; j++)
            for (size_t k = 0;
                 settings_sets_directory(&settings->items[j]) && k < settings->items[j].file.count;
                 k++) {
                struct str rest = settings->items[j].file.items[k];
                note(arena, str_cut(&rest, '/'), ret_files);
            }
    }
}

static bool is_one(const struct tracker_files *files, struct str name)
{
    if (words_have(&files->names, name))
        return true;
    for (size_t i = 0; i < files->forms.count; i++)
        if (form_matches(files->forms.items[i], name))
            return true;
    for (size_t i = 0; i < files->parts.count; i++)
        if (str_contains(name, files->parts.items[i]))
            return true;
    return false;
}

bool tracker_files_lie_in(const struct tracker_files *files, const struct tree_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        if (is_one(files, entries->items[i].name))
            return true;
    return false;
}

bool tracker_file_lies_in(const struct tracker *tracker, const struct tree_entries *entries)
{
    for (size_t i = 0; i < tracker->settings.count; i++)
        for (size_t j = 0; settings_sets_directory(&tracker->settings.items[i]) &&
                           j < tracker->settings.items[i].file.count;
             j++) {
            struct str rest = tracker->settings.items[i].file.items[j];
            struct str first = str_cut(&rest, '/');
            for (size_t k = 0; k < entries->count; k++)
                if (is_form(first) ? form_matches(first, entries->items[k].name)
                                   : str_eq(first, entries->items[k].name))
                    return true;
        }
    return false;
}
