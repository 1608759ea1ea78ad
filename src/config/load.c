#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "config/layer.h"
#include "config/state.h"

#define LAYERS_MAX 3u

struct layer_file {
    struct config_source source;
    struct config content;
    bool used;
};

struct loader {
    struct arena *arena;
    const struct config_options *options;
    struct config *config;
    struct layer_file files[LAYERS_MAX];
    size_t count;
    struct strs contents; /* bytes of each of config->files, for the digest and the words */
};

static struct str environment_variable(const char *name)
{
    return str_from(getenv(name));
}

void config_options_from_environment(struct arena *arena, struct config_options *ret_options)
{
    *ret_options = (struct config_options){
        .file = environment_variable("HOOKCHECK_CONFIG"),
        .state_directory = state_directory(arena),
        .home = environment_variable("HOME"),
        .xdg_config_home = environment_variable("XDG_CONFIG_HOME"),
        .administrator_file = STR("/etc/hookcheck/config.json"),
        .database = environment_variable(CONFIG_DATABASE_VARIABLE),
    };
}

static void set_broken(struct loader *loader, struct str file, const struct err *why)
{
    struct config *config = loader->config;

    if (config->broken) /* the first message is enough to start with */
        return;
    config->broken = true;
    config->broken_file = file;
    config->broken_message = str_copy(loader->arena, str_from(why->message));
    config->broken_hint =
        why->hint[0] ? str_copy(loader->arena, str_from(why->hint))
                     : str_printf(loader->arena, "mend " STR_FMT ", then try again", STR_ARG(file));
}

static void close_descriptor(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* One open, one read for the ordinary file: this runs before every command. O_NONBLOCK: a FIFO must not hang the hook. */
static bool read_open_file(struct loader *loader, int fd, struct str path, struct str *ret_bytes,
                           struct err *e)
{
    struct stat status;
    bool whole;

    if (fstat(fd, &status) != 0)
        return err_errno(e, "cannot stat " STR_FMT, STR_ARG(path));
    if (!S_ISREG(status.st_mode))
        return err_set(e, ERR_INPUT, STR_FMT ": not a regular file", STR_ARG(path));
    if (!file_read_descriptor(loader->arena, fd, CONFIG_FILE_MAX, ret_bytes, &whole, e))
        return false;
    if (whole)
        return true;
    broken_collect_words(loader->arena, *ret_bytes, &loader->config->broken_words);
    err_set(e, ERR_LIMIT, STR_FMT ": larger than %zu bytes", STR_ARG(path), CONFIG_FILE_MAX);
    return err_hint(e, "make it smaller: one pattern can stand for many commands");
}

/* ret_absent: absence is not a failure that needs words (the ordinary case of most layers, and words cost); NULL: it is one. */
static bool read_file(struct loader *loader, struct str path, int flags, struct str *ret_bytes,
                      bool *ret_absent, struct err *e)
{
    if (ret_absent)
        *ret_absent = false;
    if (str_has_nul(path))
        return err_set(e, ERR_INPUT, "a configuration path with a NUL byte");
    CLEANUP_WITH(close_descriptor)
    int fd = open(str_c(loader->arena, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);
    if (fd < 0 && ret_absent && (errno == ENOENT || errno == ENOTDIR)) {
        *ret_absent = true;
        return false;
    }
    if (fd < 0)
        return err_errno(e, STR_FMT ": cannot open", STR_ARG(path));
    return read_open_file(loader, fd, path, ret_bytes, e);
}

static void add_layer(struct loader *loader, struct str path, struct str bytes,
                      enum config_layer layer, bool trusted)
{
    struct layer_file *file = &loader->files[loader->count];
    struct err e = ERR_NONE;

    VEC_PUSH(loader->arena, &loader->config->files, path);
    VEC_PUSH(loader->arena, &loader->contents, bytes);
    file->source = (struct config_source){.path = path, .layer = layer, .trusted = trusted};
    if (!layer_read(loader->arena, bytes, &file->source, &file->content, &e)) {
        set_broken(loader, path, &e);
        broken_collect_words(loader->arena, bytes, &loader->config->broken_words);
        return;
    }
    file->used = true;
    loader->count++;
}

static void set_unreadable(struct loader *loader, struct str path, const struct err *why)
{
    VEC_PUSH(loader->arena, &loader->config->files, path);
    VEC_PUSH(loader->arena, &loader->contents, STR("")); /* one for each of `files` */
    set_broken(loader, path, why);
    loader->config->broken_unreadable = true;
}

static void load_file(struct loader *loader, struct str path, enum config_layer layer,
                      bool must_exist)
{
    struct str bytes = STR_NONE;
    struct err e = ERR_NONE;
    bool absent = false;

    if (path.length == 0)
        return;
    if (read_file(loader, path, 0, &bytes, must_exist ? NULL : &absent, &e))
        add_layer(loader, path, bytes, layer, true);
    else if (!absent) {
        if (must_exist)
            err_hint(&e, "name a file that can be read: --config FILE, or HOOKCHECK_CONFIG");
        set_unreadable(loader, path, &e);
    }
}

static struct str user_file(struct loader *loader)
{
    const struct config_options *options = loader->options;

    if (path_is_absolute(options->xdg_config_home))
        return path_join(loader->arena, options->xdg_config_home, STR("hookcheck/config.json"));
    if (path_is_absolute(options->home))
        return path_join(loader->arena, options->home, STR(".config/hookcheck/config.json"));
    return STR_NONE;
}

/* A link inside the tree is as good as the file; one that leads out is not the repository's word. */
static bool read_linked(struct loader *loader, struct str path, struct str *ret_bytes,
                        struct err *e)
{
    char real[PATH_MAX], root[PATH_MAX];
    struct str below;

    if (!realpath(str_c(loader->arena, path), real))
        return err_errno(e, STR_FMT ": a symbolic link that cannot be followed", STR_ARG(path));
    if (!realpath(str_c(loader->arena, loader->config->work_tree), root) ||
        !path_relative(str_from(root), str_from(real), &below)) {
        struct err unreadable = ERR_NONE;
        /* Its rules do not count, but what they would have named is suspicious. */
        if (read_file(loader, str_from(real), O_NOFOLLOW, ret_bytes, NULL, &unreadable))
            broken_collect_words(loader->arena, *ret_bytes, &loader->config->broken_words);
        return err_set(e, ERR_INPUT, STR_FMT ": a symbolic link that leads out of the work tree",
                       STR_ARG(path));
    }
    return read_file(loader, str_from(real), O_NOFOLLOW, ret_bytes, NULL, e);
}

/* Trust is kept under the real path, so that a repository is the same one however it is reached. */
static bool is_trusted(struct loader *loader, struct str path)
{
    struct err e = ERR_NONE;
    bool trusted = false;

    if (loader->options->state_directory.length == 0)
        return false;
    if (!trust_has(loader->arena, loader->options->state_directory,
                   loader->config->repository_digest, path, &trusted, &e)) {
        VEC_PUSH(loader->arena, &loader->config->notes,
                 str_copy(loader->arena, str_from(e.message)));
        return false;
    }
    return trusted;
}

static void load_repository_file(struct loader *loader)
{
    struct config *config = loader->config;
    struct str bytes = STR_NONE;
    struct err e = ERR_NONE;
    bool absent;

    if (config->work_tree.length == 0)
        return;
    struct str path = path_join(loader->arena, config->work_tree, STR(CONFIG_NAME));
    if (!read_file(loader, path, O_NOFOLLOW, &bytes, &absent, &e)) {
        if (absent)
            return;
        struct stat status;
        bool link = lstat(str_c(loader->arena, path), &status) == 0 && S_ISLNK(status.st_mode);
        struct err linked = ERR_NONE;
        config->repository_file = path;
        config->trusted = false;
        if (!link || !read_linked(loader, path, &bytes, &linked)) {
            set_unreadable(loader, path, link ? &linked : &e);
            config->broken_unreadable = config->broken_words.count == 0;
            return;
        }
    }
    config->repository_file = path;
    config->repository_digest = digest_sha256(loader->arena, bytes);
    config->trusted = is_trusted(loader, path);
    add_layer(loader, path, bytes, LAYER_REPOSITORY, config->trusted);
}

static void merge_all(struct loader *loader)
{
    for (size_t i = 0; i < loader->count; i++)
        if (loader->files[i].used)
            layer_merge(loader->arena, loader->config, &loader->files[i].content,
                        &loader->files[i].source);
}

/* Everything that merging fills, empty again. */
static void forget_merged(struct config *config)
{
    struct config kept = *config;

    *config = (struct config){
        .work_tree = kept.work_tree,
        .git_directory_hint = kept.git_directory_hint,
        .files = kept.files,
        .repository_file = kept.repository_file,
        .repository_digest = kept.repository_digest,
        .trusted = kept.trusted,
        .broken = kept.broken,
        .broken_unreadable = kept.broken_unreadable,
        .broken_file = kept.broken_file,
        .broken_message = kept.broken_message,
        .broken_hint = kept.broken_hint,
        .broken_words = kept.broken_words,
    };
}

/* A layer whose references lead nowhere is broken too: without it the rest is merged and checked again. */
static void merge_and_check(struct loader *loader)
{
    struct strs notes = loader->config->notes;

    for (size_t round = 0; round <= loader->count; round++) {
        struct config_place place = {0};
        struct err e = ERR_NONE;
        forget_merged(loader->config);
        for (size_t i = 0; i < notes.count; i++)
            VEC_PUSH(loader->arena, &loader->config->notes, notes.items[i]);
        merge_all(loader);
        if (layers_check(loader->arena, loader->config, &place, &e))
            return;
        set_broken(loader, place.file, &e);
        for (size_t i = 0; i < loader->count; i++) {
            if (!loader->files[i].used || !str_eq(loader->files[i].source.path, place.file))
                continue;
            loader->files[i].used = false;
            for (size_t f = 0; f < loader->config->files.count; f++)
                if (str_eq(loader->config->files.items[f], place.file))
                    broken_collect_words(loader->arena, loader->contents.items[f],
                                         &loader->config->broken_words);
        }
    }
}

/* HOOKCHECK_DATABASE_URL: the default environment's database where none is configured, "production" where nothing is. */
static void apply_database_variable(struct loader *loader)
{
    struct config *config = loader->config;
    struct err e = ERR_NONE;
    struct config_database database = {
        .place = {.key = STR(CONFIG_DATABASE_VARIABLE), .layer = LAYER_USER}};

    if (str_trim(loader->options->database).length == 0)
        return;
    if (!config_database_parse(loader->arena, loader->options->database, &database, &e)) {
        struct err named = ERR_NONE;
        err_set(&named, e.kind, CONFIG_DATABASE_VARIABLE ": %s", e.message);
        err_hint(&named, "export " CONFIG_DATABASE_VARIABLE "=postgresql://USER@HOST/DATABASE");
        set_broken(loader, STR(CONFIG_DATABASE_VARIABLE), &named);
        return;
    }
    if (config->environments.count == 0) {
        struct config_environment production = {.name = STR("production"), .place = database.place};
        VEC_PUSH(loader->arena, &config->environments, production);
        config->default_environment = production.name;
    }
    for (size_t i = 0; i < config->environments.count; i++) {
        struct config_environment *environment = &config->environments.items[i];
        if (str_eq(environment->name, config->default_environment) &&
            environment->database.kind == DATABASE_NONE)
            environment->database = database;
    }
}

static void load(struct arena *arena, struct str work_tree, struct str git_entry,
                 const struct config_options *options, struct config *config)
{
    struct loader loader = {.arena = arena, .options = options, .config = config};

    *config =
        (struct config){.work_tree = work_tree, .git_directory_hint = git_entry, .trusted = true};
    load_file(&loader, options->administrator_file, LAYER_ADMINISTRATOR, false);
    if (options->file.length) {
        load_file(&loader, options->file, LAYER_USER, true);
    } else {
        load_file(&loader, user_file(&loader), LAYER_USER, false);
        load_repository_file(&loader);
    }
    merge_and_check(&loader);
    apply_database_variable(&loader);
    if (config->deadline_ms == 0)
        config->deadline_ms = CONFIG_DEADLINE_DEFAULT_MS;
    if (loader.contents.count)
        config->digest = digest_sha256(
            arena, str_join(arena, loader.contents.items, loader.contents.count, STR("")));
}

bool config_load(struct arena *arena, struct str directory, const struct config_options *options,
                 struct config *ret_config, struct err *e)
{
    struct str git_entry;

    if (!path_is_absolute(directory))
        return err_set(e, ERR_INTERNAL, "a configuration was asked for a relative directory");
    struct str work_tree = work_tree_find(arena, directory, &git_entry);
    load(arena, work_tree, git_entry, options, ret_config);
    return true;
}

/* --- The cache. --- */

struct configs_entry {
    struct str directory;
    const struct config *config;
};

struct configs_loaded {
    const struct config *config;
};

struct configs {
    struct arena *arena;
    const struct config_options *options;
    VEC(struct configs_entry) seen; /* directories asked for */
    VEC(struct configs_loaded) loaded;
};

struct configs *configs_new(struct arena *arena, const struct config_options *options)
{
    struct configs *configs = ARENA_NEW(arena, struct configs);
    struct config_options *copy = ARENA_NEW(arena, struct config_options);

    *copy = *options;
    configs->arena = arena;
    configs->options = copy;
    return configs;
}

static const struct config *config_of_work_tree(struct configs *configs, struct str work_tree,
                                                struct str git_entry)
{
    for (size_t i = 0; i < configs->loaded.count; i++)
        if (str_eq(configs->loaded.items[i].config->work_tree, work_tree))
            return configs->loaded.items[i].config;
    struct config *config = ARENA_NEW(configs->arena, struct config);
    load(configs->arena, work_tree, git_entry, configs->options, config);
    VEC_PUSH(configs->arena, &configs->loaded, (struct configs_loaded){.config = config});
    return config;
}

bool configs_for(struct configs *configs, struct str directory, const struct config **ret_config,
                 struct err *e)
{
    struct str git_entry;

    for (size_t i = 0; i < configs->seen.count; i++)
        if (str_eq(configs->seen.items[i].directory, directory)) {
            *ret_config = configs->seen.items[i].config;
            return true;
        }
    if (!path_is_absolute(directory))
        return err_set(e, ERR_INTERNAL, "a configuration was asked for a relative directory");
    struct str work_tree = work_tree_find(configs->arena, directory, &git_entry);
    const struct config *config = config_of_work_tree(configs, work_tree, git_entry);
    VEC_PUSH(
        configs->arena, &configs->seen,
        (struct configs_entry){.directory = str_copy(configs->arena, directory), .config = config});
    *ret_config = config;
    return true;
}
