#include "fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"

char fixture_root[] = "/tmp/hookcheck-config-XXXXXX";

void fixture_make(void)
{
    cr_assert(mkdtemp(fixture_root));
    cr_assert_eq(chdir(fixture_root), 0);
    cr_assert_eq(system("mkdir -p repo/.git repo/apps/api home/.config/hookcheck etc && "
                        "echo 'ref: refs/heads/main' > repo/.git/HEAD"),
                 0);
}

void fixture_remove(void)
{
    char line[200];

    snprintf(line, sizeof line, "rm -rf '%s'", fixture_root);
    cr_assert_eq(system(line), 0);
}

struct str fixture_path(struct arena *arena, const char *path)
{
    return path_join(arena, str_from(fixture_root), str_from(path));
}

void fixture_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    cr_assert(file, "%s", path);
    cr_assert_eq(fwrite(text, 1, strlen(text), file), strlen(text));
    cr_assert_eq(fclose(file), 0);
}

struct config_options fixture_options(struct arena *arena)
{
    return (struct config_options){.state_directory = fixture_path(arena, "state"),
                                   .home = fixture_path(arena, "home"),
                                   .administrator_file = fixture_path(arena, "etc/config.json")};
}

struct config fixture_load(struct arena *arena, const char *directory)
{
    struct config_options options = fixture_options(arena);
    struct config config;
    struct err e = ERR_NONE;

    cr_assert(config_load(arena, fixture_path(arena, directory), &options, &config, &e), "%s",
              e.message);
    return config;
}

void fixture_trust(struct arena *arena)
{
    struct str bytes, path = fixture_path(arena, "repo/" CONFIG_NAME);
    struct err e = ERR_NONE;

    cr_assert(file_read(arena, path, FILE_MAX, &bytes, &e), "%s", e.message);
    cr_assert(trust_add(arena, fixture_path(arena, "state"), digest_sha256(arena, bytes), path, &e),
              "%s", e.message);
}
