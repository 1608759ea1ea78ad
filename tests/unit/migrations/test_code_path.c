/* Paths as code puts them together, of a file packages/x/src/Providers/XServiceProvider.php, or engines/x/lib/x/engine.rb. */
#include <criterion/criterion.h>

#include "migrations/code_path.h"

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};

static void end(void)
{
    arena_release(&arena);
}

/* "tree:a/b module:db/migrate ?:x": from where, and what. The expression begins behind the last '<' of the text. */
static const char *read(const char *path, const char *text)
{
    static const char *const starts[] = {"tree:", "module:", "?:"};
    struct code_file file = {.path = str_from(path), .text = str_from(text), .root = STR("app")};
    struct code_paths paths = {0};
    struct str told = STR("");

    code_paths_read(&arena, &file, str_find_last_byte(file.text, '<') + 1, &paths);
    for (size_t i = 0; i < paths.count; i++)
        told = str_printf(&arena, STR_FMT "%s%s" STR_FMT, STR_ARG(told), i ? " " : "",
                          starts[paths.items[i].start], STR_ARG(paths.items[i].text));
    return str_c(&arena, told);
}

struct expression {
    const char *text, *told;
};

Test(code_path, of_php, .fini = end)
{
    static const struct expression all[] = {
        {"<(__DIR__.'/../../database/migrations');", "tree:packages/x/database/migrations"},
        {"<( __DIR__ . \"/../Database/Migrations\" );", "tree:packages/x/src/Database/Migrations"},
        {"<(dirname(__DIR__, 2) . '/migrations');", "tree:packages/x/migrations"},
        {"<(\\dirname(__FILE__).'/m');", "tree:packages/x/src/Providers/m"},
        {"<(realpath(__DIR__ . '/x/'), 'name');", "tree:packages/x/src/Providers/x"},
        {"<(__DIR__.DIRECTORY_SEPARATOR.'m');", "tree:packages/x/src/Providers/m"},
        {"<(base_path('domain/migrations'));", "tree:app/domain/migrations"},
        {"<($this->app->databasePath('migrations/x'));", "tree:app/database/migrations/x"},
        {"<([database_path('a'), app_path('B/c')]);", "tree:app/database/a tree:app/app/B/c"},
        {"<([\n  __DIR__.'/a', // one\n  # two\n  /* three */ __DIR__.'/b',\n]);",
         "tree:packages/x/src/Providers/a tree:packages/x/src/Providers/b"},
        {"<(module_path($this->name, 'Database/Migrations'));", "module:Database/Migrations"},
        {"<(module_path('blog', 'Database/Migrations', 'app'));", "module:Database/Migrations"},
        {"<(glob(database_path('migrations/*'), GLOB_ONLYDIR));", "tree:app/database/migrations/*"},
        {"$a = __DIR__ . '/m';\n<($a);", "tree:packages/x/src/Providers/m"},
        {"$a = base_path('x');\n$a = base_path('y');\n<($a . '/m');", "tree:app/x/m tree:app/y/m"},
        {"$a = $a . '/x';\n<($a);", "?:*/x"},
        {"foreach (['a', 'b'] as $name) {\n<(base_path(\"modules/$name/migrations\"));",
         "tree:app/modules/*/migrations"},
        {"foreach (glob(base_path('modules/*')) as $path) {\n<($path . '/migrations');",
         "tree:app/modules/*/migrations"},
        {"<(app_path('Modules/' . $module . '/Migrations'));", "tree:app/app/Modules/*/Migrations"},
        {"<($this->path() . '/Database/Migrations');", "?:*/Database/Migrations"},
        {"<($this->packagePath('database/migrations'));", "?:*/database/migrations"},
        {"<(config('modules.migrations'));", "?:*/modules.migrations"},
        {"<($migrations);", "?:*"},
        {"<($x ? __DIR__.'/a' : __DIR__.'/b');", "?:* ?:*"},
        {"<(array_merge([__DIR__], glob('x/*')));", "tree:packages/x/src/Providers tree:app/x/*"},
        {"< ['App\\\\A' => './db/a', 'B' => '%kernel.project_dir%/b', 'C' => "
         "'@CBundle/Migrations']",
         "tree:app/db/a tree:app/b ?:*/Migrations"},
        {"< {\"A\": \"db/{a,b}\", \"B\": \"../outside\"}", "tree:app/db/* tree:outside"},
        {"<(__DIR__.'/../../../../../outside');", ""},
        {"<((((((((((((((((('x'))))))))))))))))));", "?:*"},
    };

    for (size_t i = 0; i < COUNT_OF(all); i++) {
        const char *told = read("packages/x/src/Providers/XServiceProvider.php", all[i].text);
        cr_expect_str_eq(told, all[i].told, "%s\n  \"%s\"\n  \"%s\"", all[i].text, told,
                         all[i].told);
    }
}

Test(code_path, of_ruby, .fini = end)
{
    static const struct expression all[] = {
        {"< Rails.root.join('db', 'more').to_s unless x", "tree:app/db/more"},
        {"< Rails.root.join(\"engines/*/db/migrate\")", "tree:app/engines/*/db/migrate"},
        {"<(Dir[Rails.root.join('packs/*/db/migrate')])", "tree:app/packs/*/db/migrate"},
        {"< Dir.glob('a/*/m') + ['b/m']", "tree:app/a/*/m tree:app/b/m"},
        {"<('a/m', \"b/m\")", "tree:app/a/m tree:app/b/m"},
        {"< %w[a/m b/m]", "tree:app/a/m tree:app/b/m"},
        {"< root.join('db/migrate').to_s", "module:db/migrate"},
        {"< Billing::Engine.root.join('db', 'migrate')", "module:db/migrate"},
        {"< Billing::Engine.paths['db/migrate'].existent", "module:db/migrate"},
        {"< \"#{root}/db/migrate\"", "module:db/migrate"},
        {"< \"#{Rails.root}/x/#{name}/m\"", "tree:app/x/*/m"},
        {"< File.join(__dir__, \"migrations\")", "tree:engines/x/lib/x/migrations"},
        {"< File.expand_path('../../../db/migrate', __FILE__)", "tree:engines/x/db/migrate"},
        {"< File.expand_path('../../db/migrate', __dir__)", "tree:engines/x/db/migrate"},
        {"< Pathname.new(__dir__).parent / 'm'", "tree:engines/x/lib/m"},
        {"config.paths[\"db/migrate\"].expanded.each do |path|\n  app.config.paths << path\nend",
         "module:db/migrate"},
        {"config.paths['db/migrate'].expanded.each { |path| app.config.paths << path }",
         "module:db/migrate"},
        {"Packs.all.map do |pack|\n  paths << pack.path.join(\"db/migrate\")", "?:*/db/migrate"},
        {"< migration_path", "?:*"},
        {"< File.join(directory, 'db', 'migrate')", "?:*/db/migrate"},
        {"m = Rails.root.join('x')\n< m", "tree:app/x"},
    };

    for (size_t i = 0; i < COUNT_OF(all); i++) {
        const char *told = read("engines/x/lib/x/engine.rb", all[i].text);
        cr_expect_str_eq(told, all[i].told, "%s\n  \"%s\"\n  \"%s\"", all[i].text, told,
                         all[i].told);
    }
}
