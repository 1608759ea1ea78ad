/* What a migration makes: by the operation that names the thing, found among many others. */
#include <criterion/criterion.h>

#include "base/buf.h"
#include "migrations/cover.h"

static struct arena arena = {.budget = ARENA_DEFAULT_BUDGET};

static void end(void)
{
    arena_release(&arena);
}

#define COLUMN(what, of, named)                                                                    \
    {                                                                                              \
        .kind = SCHEMA_##what, .object = SCHEMA_OBJECT_COLUMN, .table = STR_INIT(of),              \
        .column = STR_INIT(named)                                                                  \
    }
#define TABLE(what, of)                                                                            \
    {                                                                                              \
        .kind = SCHEMA_##what, .object = SCHEMA_OBJECT_TABLE, .table = STR_INIT(of)                \
    }
#define INDEX(what, of, named, first)                                                              \
    {                                                                                              \
        .kind = SCHEMA_##what, .object = SCHEMA_OBJECT_INDEX, .table = STR_INIT(of),               \
        .name = STR_INIT(named), .column = STR_INIT(first)                                         \
    }

static const struct row {
    const char *path, *text;
    struct schema_change change;
    bool made;
} rows[] = {
    {"a.sql", "ALTER TABLE users ADD COLUMN age integer;", COLUMN(ADD, "users", "age"), true},
    {"a.sql", "alter table PUBLIC.Users add AGE integer", COLUMN(ADD, "users", "age"), true},
    {"a.sql", "ALTER TABLE orders ADD COLUMN age integer;", COLUMN(ADD, "users", "age"), false},
    {"a.sql", "ALTER TABLE users_old ADD COLUMN age integer;", COLUMN(ADD, "users", "age"), false},
    {"a.sql", "-- ALTER TABLE users ADD COLUMN age integer;\nSELECT 1", COLUMN(ADD, "users", "age"),
     false},
    {"a.sql", "SELECT 1; ALTER TABLE users DROP COLUMN age", COLUMN(DROP, "users", "age"), true},
    {"a.sql", "ALTER TABLE users ADD COLUMN age integer", COLUMN(DROP, "users", "age"), false},
    /* Names with bytes that no word has. */
    {"a.sql", "ALTER TABLE \"user-data\" ADD COLUMN \"first name\" text",
     COLUMN(ADD, "user-data", "first name"), true},
    {"a.sql", "ALTER TABLE \"user-data\" ADD COLUMN name text",
     COLUMN(ADD, "user-data", "first name"), false},
    {"a.sql", "CREATE INDEX ix_a ON users (age)", INDEX(ADD, "users", "ix_a", "age"), true},
    {"a.sql", "CREATE INDEX ix_a ON users (age)", INDEX(DROP, "users", "ix_a", "age"), false},
    {"a.py", "def upgrade():\n    op.add_column('users', sa.Column('age', sa.Integer()))\n",
     COLUMN(ADD, "users", "age"), true},
    {"a.py", "def upgrade():\n    op.add_column(\"Users\", sa.Column(\"age\", sa.Integer()))\n",
     COLUMN(ADD, "app.users", "age"), true},
    {"a.py",
     "def upgrade():\n    pass\n\ndef downgrade():\n    op.add_column('users', "
     "sa.Column('age', sa.Integer()))\n",
     COLUMN(ADD, "users", "age"), false},
    {"a.py",
     "def upgrade():\n    with op.batch_alter_table('users') as batch_op:\n"
     "        batch_op.add_column(sa.Column('age', sa.Integer()))\n",
     COLUMN(ADD, "users", "age"), true},
    {"a.py",
     "def upgrade():\n    with op.batch_alter_table('orders') as batch_op:\n"
     "        batch_op.add_column(sa.Column('age', sa.Integer()))\n",
     COLUMN(ADD, "users", "age"), false},
    {"a.py", "def upgrade():\n    op.execute('ALTER TABLE users ADD ' 'COLUMN age int')\n",
     COLUMN(ADD, "users", "age"), true},
    {"a.py", "def upgrade():\n    op.execute('SELECT 1; ALTER TABLE orders ADD COLUMN age int')\n",
     COLUMN(ADD, "users", "age"), false},
    {"a.py",
     "TABLE = 'users'\nFIELD = 'age'\ndef upgrade():\n    op.add_column(TABLE, "
     "sa.Column(FIELD))\n",
     COLUMN(ADD, "users", "age"), true},
    {"a.py", "def upgrade():\n    op.create_table('users', sa.Column('age', sa.Integer()))\n",
     TABLE(ADD, "users"), true},
    {"a.py", "def upgrade():\n    op.drop_table('users')\n", COLUMN(DROP, "users", "age"), true},
    {"a.py", "def upgrade():\n    op.create_index('ix_a', 'users', ['age'])\n",
     INDEX(ADD, "users", "ix_a", "age"), true},
    /* A loop over tables, over columns, over both; a batch; SQL with a gap. */
    {"a.py",
     "def upgrade():\n    for table in ('users', 'posts'):\n        op.add_column(table, "
     "sa.Column('age', sa.Integer()))\n",
     COLUMN(ADD, "users", "age"), true},
    {"a.py",
     "def upgrade():\n    for table in ('users', 'posts'):\n        op.add_column(table, "
     "sa.Column('age', sa.Integer()))\n",
     COLUMN(ADD, "tags", "age"), false},
    {"a.py",
     "def upgrade():\n    for table in ('users', 'posts'):\n        op.add_column(table, "
     "sa.Column('age', sa.Integer()))\n",
     COLUMN(ADD, "users", "name"), false},
    {"a.py",
     "def upgrade():\n    for table in ('users', 'posts'):\n        op.drop_column(table, 'age')\n",
     COLUMN(ADD, "users", "age"), false},
    {"a.py",
     "def upgrade():\n    for table in ('users', 'posts'):\n        op.drop_column(table, 'age')\n",
     COLUMN(DROP, "users", "age"), true},
    {"a.py",
     "def upgrade():\n    for name in ('age', 'size'):\n        op.add_column('users', "
     "sa.Column(name, sa.Integer(), server_default='0'))\n",
     COLUMN(ADD, "users", "size"), true},
    {"a.py",
     "def upgrade():\n    for name in ('age', 'size'):\n        op.add_column('users', "
     "sa.Column(name, sa.Integer(), server_default='0'))\n",
     COLUMN(ADD, "posts", "size"), false},
    {"a.py",
     "def upgrade():\n    op.execute('DELETE FROM users')\n    op.add_column('posts', "
     "sa.Column('age', sa.Integer()))\n",
     COLUMN(ADD, "users", "age"), false},
    {"a.py",
     "def upgrade():\n    op.execute('DELETE FROM users')\n    op.add_column(table_name='posts', "
     "column=sa.Column('age', sa.Integer()))\n",
     COLUMN(ADD, "users", "age"), false},
    {"a.py",
     "def upgrade():\n    for table in ['users', 'posts']:\n        with "
     "op.batch_alter_table(table) as batch:\n            batch.add_column(sa.Column('age', "
     "sa.Integer()))\n",
     COLUMN(ADD, "posts", "age"), true},
    {"a.py",
     "def upgrade():\n    for table in ['users', 'posts']:\n        op.execute(f'ALTER TABLE "
     "{table} ADD COLUMN age integer')\n",
     COLUMN(ADD, "posts", "age"), true},
    {"a.py",
     "def upgrade():\n    for table in ['users', 'posts']:\n        op.execute(f'ALTER TABLE "
     "{table} ADD COLUMN age integer')\n",
     COLUMN(ADD, "tags", "age"), false},
    {"a.py",
     "def upgrade():\n    for table in ['users', 'posts']:\n        op.execute(f'UPDATE {table} "
     "SET age = 1')\n",
     COLUMN(ADD, "users", "age"), false},
    {"a.py", "TABLES = ['users']\ndef upgrade():\n    for t in TABLES:\n        op.drop_table(t)\n",
     TABLE(DROP, "users"), true},
    {"a.py", "TABLES = ['users']\ndef upgrade():\n    for t in TABLES:\n        op.drop_table(t)\n",
     TABLE(ADD, "users"), false},
    /* Django's: the model is an end of the table, a field lacks the column's "_id". */
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.AddField("
     "model_name='order', name='owner', field=models.ForeignKey('shop.User'))]\n",
     COLUMN(ADD, "shop_order", "owner_id"), true},
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.AddField("
     "model_name='order', name='price', field=models.IntegerField())]\n",
     COLUMN(ADD, "shop_order", "owner_id"), false},
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.CreateModel("
     "name='OrderLine', fields=[('id', models.AutoField())])]\n",
     TABLE(ADD, "shop_orderline"), true},
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.CreateModel("
     "name='OrderLine', fields=[('id', models.AutoField())])]\n",
     TABLE(ADD, "shop_invoice"), false},
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.AlterUniqueTogether("
     "name='order', unique_together={('a', 'b')})]\n",
     INDEX(ADD, "shop_order", "shop_order_a_b_uniq", "a"), true},
    /* What makes a column makes an index of it only if the field says so. */
    {"0001_a.py",
     "class Migration(migrations.Migration):\n    operations = "
     "[migrations.CreateModel(name='Order', "
     "fields=[('number', models.CharField(max_length=20)), ('code', "
     "models.CharField(unique=True))])]\n",
     INDEX(ADD, "shop_order", "one_number", "number"), false},
    {"0001_a.py",
     "class Migration(migrations.Migration):\n    operations = "
     "[migrations.CreateModel(name='Order', "
     "fields=[('number', models.CharField(max_length=20)), ('code', "
     "models.CharField(unique=True))])]\n",
     INDEX(ADD, "shop_order", "shop_order_code_key", "code"), true},
    {"0001_a.py",
     "class Migration(migrations.Migration):\n    operations = "
     "[migrations.CreateModel(name='Order', "
     "fields=[('user', models.ForeignKey(to='auth.user'))])]\n",
     INDEX(ADD, "shop_order", "shop_order_user_id", "user_id"), true},
    /* Languages that are not read: both names as whole words. */
    {"a.go", "tx.Exec(`ALTER TABLE users ADD COLUMN age int`)", COLUMN(ADD, "users", "age"), true},
    {"a.go", "tx.Exec(`ALTER TABLE users ADD COLUMN ages int`)", COLUMN(ADD, "users", "age"),
     false},
    {"a.go", "tx.Exec(`ALTER TABLE users ADD COLUMN age int`)", COLUMN(ADD, "users.", "age"),
     false},
    {"a.ts", "export class A implements MigrationInterface { /* users age */ }",
     COLUMN(ADD, "users", "age"), false},
    {"a.rb",
     "class A < ActiveRecord::Migration[7.0]\n  def change\n    add_column :users, :age, "
     ":integer\n  end\nend\n",
     COLUMN(ADD, "users", "age"), true},
};

TestSuite(cover, .fini = end);

Test(cover, is_what_an_operation_makes)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct row *row = &rows[i];
        const struct cover *cover = cover_read(&arena, str_from(row->path), str_from(row->text));
        cr_expect_eq(cover_makes(cover, &row->change), row->made, "row %zu: %s\n%s", i, row->path,
                     row->text);
    }
}

Test(cover, of_one_among_many)
{
    struct buf text = buf_new(&arena, 1 << 20);
    struct schema_change change = COLUMN(ADD, "", "flag");

    buf_add(&text, STR("def upgrade():\n"));
    for (int i = 0; i < 3000; i += 2)
        buf_printf(&text, "    op.add_column('table_%d', sa.Column('flag', sa.Boolean()))\n", i);
    const struct cover *cover = cover_read(&arena, STR("a.py"), buf_str(&text));
    for (int i = 0; i < 3000; i++) {
        change.table = str_printf(&arena, "table_%d", i);
        cr_expect_eq(cover_makes(cover, &change), i % 2 == 0, "table_%d", i);
    }
}
