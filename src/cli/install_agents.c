/* Registrations with agents' hosts: their settings files, by src/host/registration. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/install.h"

struct str agent_home(const struct install *in, const struct registration *registration)
{
    const char *own = registration->home_variable ? getenv(registration->home_variable) : NULL;

    if (own && *own)
        return path_join(in->arena, in->cli->directory, str_from(own));
    return in->home.length ? path_join(in->arena, in->home, str_from(registration->home))
                           : STR_NONE;
}

struct str agent_file(const struct install *in, const struct registration *registration,
                      enum registration_scope scope)
{
    const char *file = registration->files[scope];

    if (!file)
        return STR_NONE;
    if (scope == SCOPE_MANAGED)
        return in->sysroot.length ? str_printf(in->arena, STR_FMT "%s", STR_ARG(in->sysroot), file)
                                  : str_from(file);
    struct str base = scope == SCOPE_USER ? agent_home(in, registration) : in->work_tree;
    return base.length ? path_join(in->arena, base, str_from(file)) : STR_NONE;
}

static bool in_path(struct arena *arena, const char *name)
{
    struct str rest = str_from(getenv("PATH"));

    while (rest.length) {
        struct str directory = str_cut(&rest, ':');
        if (!path_is_absolute(directory))
            continue;
        struct str path = path_join(arena, directory, str_from(name));
        if (file_kind(arena, path) == FILE_REGULAR && access(str_c(arena, path), X_OK) == 0)
            return true;
    }
    return false;
}

bool agent_is_used(const struct install *in, const struct registration *registration)
{
    struct str project = str_from(registration->project), home = str_from(registration->home);

    return (in->work_tree.length &&
            file_kind(in->arena, path_join(in->arena, in->work_tree, project)) == FILE_DIRECTORY) ||
           (in->home.length &&
            file_kind(in->arena, path_join(in->arena, in->home, home)) == FILE_DIRECTORY) ||
           in_path(in->arena, registration->client);
}

static struct settings_file settings_of(struct install *in, const struct registration *registration,
                                        const struct install_file *file)
{
    struct settings_file settings = {.name = str_c(in->arena, file->path),
                                     .text = file->text,
                                     .comments = registration->comments};

    memcpy(settings.keys, registration->keys, sizeof settings.keys);
    return settings;
}

/* One bad entry and the client reads no hook of the file: ours would stand there for nothing. */
static bool check_shape(struct install *in, struct settings_file *settings,
                        const struct registration *registration, struct err *e)
{
    JSON_DOCUMENT(document);
    struct settings_faults faults;
    struct err not_json = ERR_NONE;

    if (!registration->claude_shape ||
        !json_parse(in->arena, settings->text, JSON_STRICT, settings->name, &document, &not_json))
        return true; /* what is no JSON is refused where it is edited */
    settings_find_faults(in->arena, document, &faults);
    if (faults.count == 0)
        return true;
    if (!in->mend || !faults.items[0].mendable)
        return err_set(e, ERR_INPUT,
                       "%s: " STR_FMT ": " STR_FMT "; %s ignores all hooks of such a file",
                       settings->name, STR_ARG(faults.items[0].key), STR_ARG(faults.items[0].what),
                       registration->title) ||
               err_hint(e,
                        faults.items[0].mendable ? "hookcheck install --mend %s"
                                                 : "mend this entry, then hookcheck install %s",
                        registration->name);
    if (!settings_mend(in->arena, settings, &settings->text, e))
        return false;
    cJSON *mended = NULL;
    if (!json_parse(in->arena, settings->text, JSON_STRICT, settings->name, &mended, e))
        return false;
    settings_find_faults(in->arena, mended, &faults);
    json_release(&mended);
    if (faults.count)
        return err_set(e, ERR_INPUT, "%s: " STR_FMT ": " STR_FMT, settings->name,
                       STR_ARG(faults.items[0].key), STR_ARG(faults.items[0].what)) ||
               err_hint(e, "mend this entry by hand");
    return true;
}

/* Is nothing else in it than what a new file is made with? */
static bool is_bare(struct install *in, const struct registration *registration, struct str text)
{
    JSON_DOCUMENT(document);
    JSON_DOCUMENT(fresh);
    struct err unreadable = ERR_NONE;
    struct str start =
        str_printf(in->arena, "{%s}", registration->extra ? registration->extra : "");

    return json_parse(in->arena, text, JSON_STRICT, "rest", &document, &unreadable) &&
           json_parse(in->arena, start, JSON_STRICT, "start", &fresh, &unreadable) &&
           cJSON_Compare(document, fresh, true);
}

/* The file holds entries of ours already: what comes back one day is the file without them. */
static bool find_base(struct install *in, const struct registration *registration,
                      struct settings_file *settings, const struct install_file *file,
                      struct install_change *change, struct err *e)
{
    struct install_record old;
    struct str without;

    settings->text = file->text;
    if (!install_recall(in, file, &old, e) ||
        !settings_remove(in->arena, settings, registration_is_ours, NULL,
                         old.found ? old.created : 0, &without, e))
        return false;
    if (str_eq(without, file->text))
        return true;
    change->base = without;
    change->bare = is_bare(in, registration, without);
    change->inserted = STR("");
    return true;
}

/* The text with our entries in it, once, as they are wanted today. */
static bool merged(struct install *in, const struct registration *registration,
                   const struct install_file *file, struct install_change *change, struct err *e)
{
    struct settings_file settings = settings_of(in, registration, file);
    struct strs entries =
        registration_entries(in->arena, registration, install_program(in, REGISTRATION_PROGRAM));
    struct str stripped;

    /* What is wrong with an entry of ours goes with it. Shapes that this cannot walk through are told below. */
    struct err odd = ERR_NONE;
    if (settings_remove(in->arena, &settings, registration_is_ours, &entries, 0, &stripped, &odd))
        settings.text = stripped;
    if (!check_shape(in, &settings, registration, e) ||
        !settings_remove(in->arena, &settings, registration_is_ours, &entries, 0, &stripped, e))
        return false;
    settings.text = stripped;
    if (!settings_add(in->arena, &settings, &entries, &change->text, &change->inserted,
                      &change->created, e))
        return false;
    /* A file that is mended may have no place in which ours could stand. */
    struct err unreadable = ERR_NONE;
    return find_base(in, registration, &settings, file, change, in->mend ? &unreadable : e) ||
           in->mend;
}

static bool install_once(struct install *in, const struct registration *registration,
                         struct str path, struct err *e)
{
    struct install_file file;
    struct install_change change = {.mode = 0644, .inserted = STR("")};

    if (!install_read(in, path, &file, e))
        return false;
    if (file.exists && !registration->own_file) {
        if (!merged(in, registration, &file, &change, e))
            return false;
    } else if (!registration_new_file(in->arena, registration,
                                      install_program(in, REGISTRATION_PROGRAM), &change.text, e)) {
        return false;
    }
    if (file.exists && str_eq(file.text, change.text)) {
        install_note(in, registration->name, path, "unchanged", STR_NONE, STR_NONE);
        return true;
    }
    if (!file.exists && !registration->own_file)
        change.created = 2;
    /* Made by a program, or kept as it is on purpose: a rename would not ask. */
    if (file.exists && !in->print && !(file.status.st_mode & 0222))
        return err_set(e, ERR_REFUSED, STR_FMT " is read-only", STR_ARG(path)) ||
               err_hint(e, "whatever writes it adds the hook (--print shows it); or chmod u+w");
    return install_write(in, registration->name, &file, &change, e);
}

/* Why there is no file for what was asked. */
static bool say_no_file(const struct install *in, const struct registration *registration,
                        struct err *e)
{
    static const char *const names[SCOPE_COUNT] = {
        [SCOPE_PROJECT] = " --project",
        [SCOPE_LOCAL] = " --local",
        [SCOPE_USER] = " --user",
        [SCOPE_MANAGED] = " --managed",
    };
    struct buf others = buf_new(in->arena, 100);

    if (registration->files[in->scope] && in->scope == SCOPE_USER)
        return err_set(e, ERR_NOT_FOUND, "no home directory is known") || err_hint(e, "set HOME");
    if (registration->files[in->scope])
        return err_set(e, ERR_NOT_FOUND, STR_FMT " lies in no repository",
                       STR_ARG(in->cli->directory)) ||
               err_hint(e, "go to the repository, or register for all of yours: --user");
    for (int scope = 0; scope < SCOPE_COUNT; scope++)
        if (registration->files[scope])
            buf_add(&others, str_from(names[scope]));
    return err_set(e, ERR_USAGE, "%s has no settings file for%s", registration->title,
                   names[in->scope]) ||
           err_hint(e, "one of those it has:" STR_FMT, STR_ARG(buf_str(&others)));
}

void agent_install(struct install *in, const struct registration *registration)
{
    struct str path = agent_file(in, registration, in->scope);
    struct err e = ERR_NONE;
    bool done = false;

    if (str_is_empty(path)) {
        (void)say_no_file(in, registration, &e);
        install_refuse(in, registration->name, STR_NONE, &e);
        return;
    }
    for (int attempt = 0; attempt < INSTALL_ATTEMPTS && !done; attempt++) {
        e = ERR_NONE;
        done = install_has_program(in, REGISTRATION_PROGRAM, &e) &&
               install_once(in, registration, path, &e);
        if (!done && e.kind != ERR_TIMEOUT)
            break;
    }
    if (!done)
        install_refuse(in, registration->name, path, &e);
    else if (registration->note && !in->print)
        install_note(in, registration->name, STR_NONE, "note", str_from(registration->note),
                     STR_NONE);
}

/* --- Uninstall --- */

/* Whether install made the keys around our entries is not on record: they stay when they are empty now, and that is said. */
static bool say_leavings(struct install *in, const struct registration *registration,
                         struct settings_file *settings, struct str path, size_t made,
                         struct str text, struct err *e)
{
    struct str bare;

    if (made || in->print)
        return true;
    settings->text = text;
    if (!settings_remove(in->arena, settings, registration_is_ours, NULL, SETTINGS_PATH_MAX, &bare,
                         e))
        return false;
    if (!str_eq(bare, text))
        install_note(
            in, registration->name, path, "note",
            STR("our entries are out; no record says who made the empty keys that are left"),
            STR("remove them, or the file, if nobody needs them"));
    return true;
}

/* Came with the repository, or was made by another hookcheck: the file is ours whole, or somebody's work. */
static bool uninstall_own(struct install *in, const struct registration *registration,
                          const struct install_file *file, const struct install_record *record,
                          struct err *e)
{
    struct str installed;

    if (!registration_new_file(in->arena, registration, install_program(in, REGISTRATION_PROGRAM),
                               &installed, e))
        return false;
    if (!str_eq(installed, file->text))
        return err_set(e, ERR_REFUSED, STR_FMT ": changed after it was installed",
                       STR_ARG(file->path)) ||
               err_hint(e, "look at it, then remove it by hand");
    return install_put_back(in, registration->name, file, record, STR_NONE, e);
}

/* The file without our entries; one that install made and that holds nothing else goes whole. */
static bool put_rest(struct install *in, const struct registration *registration,
                     const struct install_file *file, const struct install_record *record,
                     struct str text, struct err *e)
{
    bool ours = record->found && !record->existed && is_bare(in, registration, text);

    return install_put_back(in, registration->name, file, record, ours ? STR_NONE : text, e);
}

/* Whoever took our entries out may have left the keys that were made around them. */
static bool tidy_up(struct install *in, const struct registration *registration,
                    const struct install_file *file, const struct install_record *record,
                    struct err *e)
{
    struct settings_file settings = settings_of(in, registration, file);
    struct err unreadable = ERR_NONE; /* somebody else's concern by now */
    struct str text;

    if (!record->found)
        return true;
    if (!registration->own_file &&
        settings_remove(in->arena, &settings, registration_is_ours, NULL, record->created, &text,
                        &unreadable) &&
        !str_eq(text, file->text))
        return put_rest(in, registration, file, record, text, e);
    if (!in->print)
        install_forget(in, file, record);
    return true;
}

static bool uninstall_once(struct install *in, const struct registration *registration,
                           struct str path, struct err *e)
{
    struct install_file file;
    struct install_record record;
    struct str text;
    bool done;

    if (!install_read(in, path, &file, e) || !install_recall(in, &file, &record, e))
        return false;
    if (file.exists && !str_contains(file.text, STR(REGISTRATION_PROGRAM)))
        return tidy_up(in, registration, &file, &record, e);
    if (!install_undo(in, registration->name, &file, &record, &done, e))
        return false;
    if (done)
        return true;
    if (registration->own_file)
        return uninstall_own(in, registration, &file, &record, e);
    struct settings_file settings = settings_of(in, registration, &file);
    if (!settings_remove(in->arena, &settings, registration_is_ours, NULL,
                         record.found ? record.created : 0, &text, e))
        return false;
    return str_eq(text, file.text) ||
           (put_rest(in, registration, &file, &record, text, e) &&
            say_leavings(in, registration, &settings, path, record.created, text, e));
}

void agent_uninstall(struct install *in, const struct registration *registration)
{
    for (int scope = 0; scope < SCOPE_COUNT; scope++) {
        bool project =
            in->scope == SCOPE_PROJECT && (scope == SCOPE_PROJECT || scope == SCOPE_LOCAL);
        struct err e = ERR_NONE;
        if (scope != (int)in->scope && !project)
            continue;
        struct str path = agent_file(in, registration, (enum registration_scope)scope);
        if (path.length && !uninstall_once(in, registration, path, &e))
            install_refuse(in, registration->name, path, &e);
    }
}
