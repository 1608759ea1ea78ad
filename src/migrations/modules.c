#include "migrations/modules.h"

#include "base/file.h"
#include "migrations/commands.h"
#include "migrations/markers.h"
#include "migrations/modules_read.h"
#include "migrations/tracker_files.h"

/* --- On the way through the tree. --- */

struct modules modules_new(const struct config *config, const struct tracker *only)
{
    struct modules modules = {0};

    for (size_t i = 0; i < trackers_count(config, only); i++) {
        const struct tracker *tracker = trackers_at(config, only, i);
        if (tracker->modules.application.count && modules.count < MODULE_TRACKERS_MAX)
            modules.trackers[modules.count++] = tracker;
    }
    return modules;
}

static bool has_entry(const struct tree_entries *entries, struct str name)
{
    for (size_t i = 0; i < entries->count; i++)
        if (str_eq(entries->items[i].name, name))
            return true;
    return false;
}

static bool begins_here(struct arena *arena, struct tree *tree, const struct tracker *tracker,
                        struct str directory, const struct tree_entries *entries)
{
    for (size_t i = 0; i < tracker->modules.application.count; i++) {
        struct str file = tracker->modules.application.items[i], rest = file;
        enum tree_entry_kind kind;
        if (has_entry(entries, str_cut(&rest, '/')) &&
            (!rest.length || (tree_exists(tree, arena, path_below(arena, directory, file), &kind) &&
                              kind == TREE_FILE)))
            return true;
    }
    return false;
}

static void note_code(struct arena *arena, struct modules *modules, size_t tracker,
                      struct str directory, const struct tree_entries *entries)
{
    const struct tracker_registrations *all = &modules->trackers[tracker]->modules.registered;
    struct str form;

    for (size_t i = 0; i < all->count; i++)
        for (size_t j = 0; j < all->items[i].file.count && !all->items[i].last; j++) {
            if (!modules_form_is_anywhere(all->items[i].file.items[j], &form))
                continue;
            for (size_t k = 0; k < entries->count; k++)
                if (entries->items[k].kind == TREE_FILE &&
                    form_matches(form, entries->items[k].name))
                    VEC_PUSH(arena, &modules->code,
                             (struct module_code){
                                 .path = path_below(arena, directory, entries->items[k].name),
                                 .tracker = tracker,
                                 .registration = &all->items[i]});
        }
}

uint32_t modules_note(struct arena *arena, struct tree *tree, struct modules *modules,
                      struct str directory, const struct tree_entries *entries, uint32_t around)
{
    for (size_t i = 0; i < modules->count; i++) {
        if (begins_here(arena, tree, modules->trackers[i], directory, entries)) {
            VEC_PUSH(arena, &modules->applications,
                     (struct module_application){.root = directory, .tracker = i});
            around |= (uint32_t)1 << i;
        }
        if (around & ((uint32_t)1 << i))
            note_code(arena, modules, i, directory, entries);
    }
    return around;
}

/* --- One application. --- */

static bool is_usual(const struct module_settling *s, const struct survey_found *found)
{
    const struct strs *usual = &s->tracker->modules.usual;
    struct str inside = modules_inside(s, found->directory);

    if (found->named.length || found->database.length)
        return true;
    for (size_t i = 0; i < usual->count; i++)
        if (path_depth(usual->items[i]) == path_depth(inside) &&
            form_matches(usual->items[i], inside))
            return true;
    return false;
}

static void find_members(struct module_settling *s)
{
    for (size_t i = 0; i < s->place->found.count; i++) {
        struct survey_found *found = &s->survey->found.items[s->place->found.items[i]];
        VEC_PUSH(s->arena, &s->members,
                 (struct module_member){.found = found, .counts = is_usual(s, found)});
    }
}

static void tell_left_out(struct module_settling *s, const struct module_member *member)
{
    struct str directory = member->found->directory;
    struct str why = member->of_others ? STR("it is named for other environments than production")
                                       : s->tracker->modules.left_out;

    if (!command_is_of_tests(directory))
        VEC_PUSH(
            s->arena, &s->survey->left_out,
            (struct survey_left_out){.root = s->application->root,
                                     .tracker = s->tracker,
                                     .why = str_printf(s->arena, STR_FMT " was left out: " STR_FMT,
                                                       STR_ARG(directory), STR_ARG(why))});
}

static void settle_members(struct module_settling *s)
{
    for (size_t i = 0; i < s->members.count; i++) {
        struct module_member *member = &s->members.items[i];
        member->of_others = member->of_others && !member->named;
        if (!member->counts || member->of_others) {
            tell_left_out(s, member);
            member->found->dropped = true;
            continue;
        }
        member->found->member = !member->own;
        member->found->own = member->own;
        member->found->root = s->application->root;
        if (member->because.length)
            VEC_PUSH(s->arena, &s->survey->left_out,
                     (struct survey_left_out){
                         .root = s->application->root,
                         .tracker = s->tracker,
                         .why = str_printf(s->arena,
                                           STR_FMT " computes which directories are read: " STR_FMT
                                                   " was taken for one of them",
                                           STR_ARG(member->because),
                                           STR_ARG(member->found->directory))});
    }
}

static bool settle(struct module_settling *s)
{
    const struct tracker_registrations *all = &s->tracker->modules.registered;
    bool any = false;

    find_members(s);
    for (size_t i = 0; i < all->count; i++)
        if (!modules_read_registration(s, &all->items[i]))
            return false;
    for (size_t i = 0; i < s->members.count; i++)
        any = any || (s->members.items[i].counts && !s->members.items[i].own);
    if (!any && !s->named.count)
        return true;
    settle_members(s);
    for (size_t i = 0; i < s->named.count; i++)
        VEC_PUSH(s->arena, &s->survey->found, s->named.items[i]);
    return true;
}

static void drop(struct survey *survey)
{
    size_t kept = 0;

    for (size_t i = 0; i < survey->found.count; i++)
        if (!survey->found.items[i].dropped)
            survey->found.items[kept++] = survey->found.items[i];
    survey->found.count = kept;
}

/* The nearest application of this tool around the path; NULL: there is none. */
static struct module_place *place_of(struct arena *arena, struct module_places *places,
                                     size_t tracker, struct str path)
{
    size_t index;

    for (;; path = path_parent(path)) {
        if (id_map_get(&places->roots, modules_place_key(arena, tracker, path), &index))
            return &places->list.items[index];
        if (!path.length)
            return NULL;
    }
}

static struct module_places places_of(struct arena *arena, const struct modules *modules,
                                      const struct survey *survey)
{
    struct module_places places = {.roots = id_map_new(arena, modules->applications.count + 1)};
    size_t index;

    for (size_t i = 0; i < modules->applications.count; i++) {
        const struct module_application *application = &modules->applications.items[i];
        (void)id_map_add(&places.roots,
                         modules_place_key(arena, application->tracker, application->root), i,
                         &index);
        VEC_PUSH(arena, &places.list, (struct module_place){.application = application});
    }
    for (size_t i = 0; i < modules->code.count; i++) {
        const struct module_code *code = &modules->code.items[i];
        struct module_place *place =
            place_of(arena, &places, code->tracker, path_parent(code->path));
        if (place)
            VEC_PUSH(arena, &place->code, code);
    }
    for (size_t i = 0; i < survey->found.count; i++)
        for (size_t t = 0; t < modules->count; t++) {
            struct module_place *place = NULL;
            if (modules->trackers[t] == survey->found.items[i].tracker)
                place = place_of(arena, &places, t, survey->found.items[i].directory);
            if (place)
                VEC_PUSH(arena, &place->found, i);
        }
    return places;
}

bool modules_settle(struct arena *arena, struct tree *tree, const struct modules *modules,
                    struct survey *survey, struct err *e)
{
    struct module_places places = {0};

    if (modules->applications.count)
        places = places_of(arena, modules, survey);
    for (size_t i = 0; i < places.list.count; i++) {
        const struct module_application *application = places.list.items[i].application;
        struct module_settling settling = {.arena = arena,
                                           .tree = tree,
                                           .places = &places,
                                           .place = &places.list.items[i],
                                           .application = application,
                                           .tracker = modules->trackers[application->tracker],
                                           .survey = survey,
                                           .e = e};
        if (!settle(&settling))
            return false;
    }
    drop(survey);
    return true;
}
