/* What a migration makes: by the operation that names the thing, found among many others. */
#include <criterion/criterion.h>

#include "base/buf.h"
#include "migrations/cover.h"
#include "migrations/cover_index.h"

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
#define USUAL_COLUMN(what, of, named)                                                              \
    {                                                                                              \
        .kind = SCHEMA_##what, .object = SCHEMA_OBJECT_COLUMN, .table = STR_INIT(of),              \
        .usual_schema = true, .column = STR_INIT(named)                                            \
    }
#define ASPECT(which, of, named, becomes)                                                          \
    {                                                                                              \
        .kind = SCHEMA_CHANGE, .object = SCHEMA_OBJECT_COLUMN, .aspect = which,                    \
        .table = STR_INIT(of), .column = STR_INIT(named), .after = {                               \
            .type = STR_INIT(becomes)                                                              \
        }                                                                                          \
    }
#define LABEL(of, named)                                                                           \
    {                                                                                              \
        .kind = SCHEMA_CHANGE, .object = SCHEMA_OBJECT_TYPE, .name = STR_INIT(of),                 \
        .value = STR_INIT(named), .line = STR_INIT("CHANGE TYPE " of " ADD VALUE '" named "'")     \
    }
#define TABLE(what, of)                                                                            \
    {                                                                                              \
        .kind = SCHEMA_##what, .object = SCHEMA_OBJECT_TABLE, .table = STR_INIT(of)                \
    }
#define UNIQUE_OF(of, named, first)                                                                \
    {                                                                                              \
        .kind = SCHEMA_ADD, .object = SCHEMA_OBJECT_INDEX, .index = SCHEMA_UNIQUE,                 \
        .table = STR_INIT(of), .name = STR_INIT(named), .column = STR_INIT(first)                  \
    }
#define INDEX(what, of, named, first)                                                              \
    {                                                                                              \
        .kind = SCHEMA_##what, .object = SCHEMA_OBJECT_INDEX, .table = STR_INIT(of),               \
        .name = STR_INIT(named), .column = STR_INIT(first)                                         \
    }

#define PAIR_OF(kind_of, of, first, second)                                                        \
    {                                                                                              \
        .kind = SCHEMA_ADD, .object = SCHEMA_OBJECT_INDEX, .index = kind_of,                       \
        .table = STR_INIT(of), .name = STR_INIT("new_name"), .column = STR_INIT(first), .parts = { \
            .items = (struct str[]){STR_INIT(first), STR_INIT(second)},                            \
            .count = 2                                                                             \
        }                                                                                          \
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
    {"a.sql",
     "ALTER TABLE users ADD COLUMN scores integer[] DEFAULT ARRAY[1, 2]::integer[], ADD x int",
     COLUMN(ADD, "users", "age"), false},
    {"a.sql", "ALTER TABLE users DROP CONSTRAINT users_pkey", TABLE(DROP, "users"), false},
    {"a.sql", "DROP TABLE IF EXISTS users", TABLE(DROP, "users"), true},
    /* What goes back does nothing forward. */
    {"a.sql",
     "-- +goose Up\nALTER TABLE users ADD COLUMN age integer;\n-- +goose Down\nALTER TABLE users "
     "DROP "
     "COLUMN age;",
     COLUMN(ADD, "users", "age"), true},
    {"a.sql", "-- +goose Up\nSELECT 1;\n-- +goose Down\nALTER TABLE users DROP COLUMN age;",
     COLUMN(DROP, "users", "age"), false},
    {"a.sql", "-- migrate:down\nDROP TABLE t;\n-- migrate:up\nALTER TABLE users DROP COLUMN age;",
     COLUMN(DROP, "users", "age"), true},
    {"a.sql", "--migrate:up\nSELECT 1;\n--migrate:down\nALTER TABLE users DROP COLUMN age;",
     COLUMN(DROP, "users", "age"), false},
    {"a.sql", "-- Up\r\nSELECT 1;\r\n-- Down\r\nALTER TABLE users DROP COLUMN age;",
     COLUMN(DROP, "users", "age"), false},
    {"a.sql", "-- down with it\nALTER TABLE users DROP COLUMN age;", COLUMN(DROP, "users", "age"),
     true},
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
    /* What a statement is about stands behind TABLE; other tables and columns of the name do not count. */
    {"a.sql", "CREATE TABLE posts (id int, title text, author int REFERENCES users (id))",
     COLUMN(ADD, "users", "title"), false},
    {"a.sql", "CREATE TABLE posts (id int, tags text[])", TABLE(ADD, "tags"), false},
    {"a.sql", "CREATE TABLE IF NOT EXISTS app.\"tags\" (id int)", TABLE(ADD, "tags"), true},
    {"a.sql", "ALTER TABLE posts ADD FOREIGN KEY (owner_id) REFERENCES users (id)",
     COLUMN(ADD, "users", "owner_id"), false},
    {"a.sql", "ALTER TABLE IF EXISTS ONLY `shop`.`users` ADD age int", COLUMN(ADD, "users", "age"),
     true},
    {"a.sql", "ALTER TABLE [dbo].[users] ADD age int", COLUMN(ADD, "users", "age"), true},
    {"a.sql", "ALTER TABLE people RENAME TO users", TABLE(ADD, "users"), true},
    {"a.sql", "ALTER TABLE ${schema}.users ADD age int", COLUMN(ADD, "users", "age"), true},
    {"a.py",
     "def upgrade():\n    op.create_table('posts', sa.Column('users', sa.String()), "
     "sa.Column('age', sa.Integer()))\n",
     COLUMN(ADD, "users", "age"), false},
    {"a.py", "def upgrade():\n    op.create_table('posts', sa.Column('tags', sa.String()))\n",
     TABLE(ADD, "tags"), false},
    {"a.py",
     "def upgrade():\n    op.add_column(table_name='users', column=sa.Column('age', "
     "sa.Integer()))\n",
     COLUMN(ADD, "users", "age"), true},
    /* A foreign key is no index, an index is not unique, and a table's key is another column's. */
    {"a.sql", "ALTER TABLE posts ADD CONSTRAINT fk FOREIGN KEY (owner) REFERENCES users (id)",
     INDEX(ADD, "posts", "ix_owner", "owner"), false},
    {"a.sql", "CREATE TABLE posts (id int PRIMARY KEY, owner int REFERENCES users (id))",
     INDEX(ADD, "posts", "ix_owner", "owner"), false},
    {"a.sql", "CREATE TABLE posts (id int PRIMARY KEY, slug varchar(80) UNIQUE)",
     UNIQUE_OF("posts", "posts_slug_key", "slug"), true},
    {"a.sql", "CREATE TABLE posts (id int, slug text, UNIQUE (slug, id))",
     UNIQUE_OF("posts", "posts_slug_key", "slug"), true},
    {"a.sql", "CREATE TABLE posts (id int, slug text, KEY (slug))",
     INDEX(ADD, "posts", "ix_slug", "slug"), true},
    {"a.sql", "CREATE INDEX another ON posts (slug)", UNIQUE_OF("posts", "posts_slug_key", "slug"),
     false},
    {"a.py",
     "def upgrade():\n    op.create_foreign_key('fk', 'posts', 'users', ['owner'], ['id'])\n",
     INDEX(ADD, "posts", "ix_owner", "owner"), false},
    {"a.py",
     "def upgrade():\n    op.create_table('posts', sa.Column('owner', sa.Integer()), "
     "sa.ForeignKeyConstraint(['owner'], ['users.id']))\n",
     INDEX(ADD, "posts", "ix_owner", "owner"), false},
    {"a.py",
     "def upgrade():\n    op.create_table('posts', sa.Column('owner', sa.Integer(), index=True))\n",
     INDEX(ADD, "posts", "ix_owner", "owner"), true},
    {"a.py", "def upgrade():\n    op.create_unique_constraint(None, 'posts', ['slug'])\n",
     UNIQUE_OF("posts", "posts_slug_key", "slug"), true},
    {"a.py", "def upgrade():\n    op.create_index('another', 'posts', ['slug'])\n",
     UNIQUE_OF("posts", "posts_slug_key", "slug"), false},
    {"a.py", "def upgrade():\n    op.create_index('another', 'posts', ['slug'], unique=True)\n",
     UNIQUE_OF("posts", "posts_slug_key", "slug"), true},
    /* An index of two columns is not that of one of them, and Alembic's template writes what is not so. */
    {"a.sql", "CREATE INDEX ix ON orders (owner)",
     PAIR_OF(SCHEMA_INDEX, "orders", "owner", "state"), false},
    {"a.sql", "CREATE INDEX ix ON orders (owner, state)",
     PAIR_OF(SCHEMA_INDEX, "orders", "owner", "state"), true},
    {"a.sql", "CREATE TABLE orders (owner int UNIQUE, state text)",
     PAIR_OF(SCHEMA_UNIQUE, "orders", "owner", "state"), false},
    {"a.sql", "CREATE TABLE orders (owner int, state text, UNIQUE (state, owner))",
     PAIR_OF(SCHEMA_UNIQUE, "orders", "owner", "state"), true},
    {"a.py", "def upgrade():\n    op.create_index('ix', 'orders', ['owner'], unique=False)\n",
     PAIR_OF(SCHEMA_INDEX, "orders", "owner", "state"), false},
    {"a.py", "def upgrade():\n    op.create_index('ix', 'orders', ['owner', 'state'])\n",
     PAIR_OF(SCHEMA_INDEX, "orders", "owner", "state"), true},
    {"a.py",
     "def upgrade():\n    op.create_index('ix', 'orders', ['owner', 'state'], unique=False)\n",
     PAIR_OF(SCHEMA_UNIQUE, "orders", "owner", "state"), false},
    {"a.py",
     "def upgrade():\n    op.create_unique_constraint(None, 'orders', ['owner', 'state'])\n",
     PAIR_OF(SCHEMA_UNIQUE, "orders", "owner", "state"), true},
    {"a.py",
     "def upgrade():\n    op.create_table('orders', sa.Column('owner', sa.Integer(), index=True), "
     "sa.Column('state', sa.String()))\n",
     PAIR_OF(SCHEMA_INDEX, "orders", "owner", "state"), false},
    {"a.py",
     "def upgrade():\n    op.create_table('orders', sa.Column('owner', sa.Integer()), "
     "sa.Column('state', sa.String()), sa.UniqueConstraint('owner', 'state'))\n",
     PAIR_OF(SCHEMA_UNIQUE, "orders", "owner", "state"), true},
    {"a.py",
     "def upgrade():\n    op.create_table('posts', sa.Column('slug', sa.String(), unique=False))\n",
     UNIQUE_OF("posts", "posts_slug_key", "slug"), false},
    {"a.py", "def upgrade():\n    op.create_index('x', 'posts', ['slug'], unique=False)\n",
     UNIQUE_OF("posts", "posts_slug_key", "slug"), false},
    /* What takes an index away does not make it. */
    {"a.sql", "DROP INDEX ix_age", INDEX(ADD, "users", "ix_age", "age"), false},
    {"a.sql", "ALTER TABLE users DROP CONSTRAINT ix_age", INDEX(ADD, "users", "ix_age", "age"),
     false},
    {"a.sql", "ALTER TABLE users DROP CONSTRAINT ix_age, ADD CONSTRAINT ix_age UNIQUE (age)",
     INDEX(ADD, "users", "ix_age", "age"), true},
    {"a.py", "def upgrade():\n    op.drop_index('ix_age', table_name='users')\n",
     INDEX(ADD, "users", "ix_age", "age"), false},
    {"a.py", "def upgrade():\n    op.drop_constraint('ix_age', 'users')\n",
     INDEX(ADD, "users", "ix_age", "age"), false},
    /* Names go one way. */
    {"a.sql", "ALTER TABLE users RENAME COLUMN age TO years", COLUMN(ADD, "users", "years"), true},
    {"a.sql", "ALTER TABLE users RENAME COLUMN age TO years", COLUMN(ADD, "users", "age"), false},
    {"a.sql", "ALTER TABLE users RENAME age TO years", COLUMN(DROP, "users", "age"), true},
    {"a.py", "def upgrade():\n    op.alter_column('users', 'age', new_column_name='years')\n",
     COLUMN(ADD, "users", "years"), true},
    {"a.py", "def upgrade():\n    op.alter_column('users', 'age', new_column_name='years')\n",
     COLUMN(ADD, "users", "age"), false},
    /* An alteration is to the type that it says. */
    {"a.py", "def upgrade():\n    op.alter_column('users', 'age', type_=sa.BigInteger())\n",
     ASPECT(ASPECT_TYPE, "users", "age", "BIGINT"), true},
    {"a.py", "def upgrade():\n    op.alter_column('users', 'age', type_=sa.BigInteger())\n",
     ASPECT(ASPECT_TYPE, "users", "age", "INTEGER"), false},
    {"a.py", "def upgrade():\n    op.alter_column('users', 'age', type_=shop.types.Age())\n",
     ASPECT(ASPECT_TYPE, "users", "age", "INTEGER"), true},
    {"a.py", "def upgrade():\n    op.alter_column('users', 'name', type_=sa.String(24))\n",
     ASPECT(ASPECT_TYPE, "users", "name", "TEXT"), false},
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.AlterField("
     "'user', 'name', models.CharField(max_length=24))]\n",
     ASPECT(ASPECT_TYPE, "shop_user", "name", "VARCHAR(24)"), true},
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.AlterField("
     "'user', 'name', models.CharField(max_length=24))]\n",
     ASPECT(ASPECT_TYPE, "shop_user", "name", "VARCHAR(25)"), false},
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.AlterField("
     "'user', 'name', fields.Name(max_length=24))]\n",
     ASPECT(ASPECT_TYPE, "shop_user", "name", "VARCHAR(25)"), true},
    /* What is dropped of a column is not the column. */
    {"a.sql", "ALTER TABLE users ALTER COLUMN age DROP NOT NULL", COLUMN(DROP, "users", "age"),
     false},
    {"a.sql", "ALTER TABLE users DROP CONSTRAINT c, DROP COLUMN IF EXISTS age CASCADE",
     COLUMN(DROP, "users", "age"), true},
    {"a.sql", "ALTER TABLE users DROP COLUMN name, age", COLUMN(DROP, "users", "age"), true},
    {"a.sql", "ALTER TABLE users DROP COLUMN name, ALTER COLUMN age SET NOT NULL",
     COLUMN(DROP, "users", "age"), false},
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
     PAIR_OF(SCHEMA_UNIQUE, "shop_order", "a", "b"), true},
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.AddField("
     "model_name='line', name='price', field=models.IntegerField())]\n",
     COLUMN(ADD, "shop_order", "price"), false},
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.AddField("
     "'order', 'price', models.IntegerField())]\n",
     COLUMN(ADD, "shop_order", "price"), true},
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.AddField("
     "model_name=MODEL, name='price', field=models.IntegerField())]\n",
     COLUMN(ADD, "shop_order", "price"), true},
    {"0001_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.CreateModel("
     "name='Order', fields=[('price', models.IntegerField())], options={'db_table': 'sales'})]\n",
     COLUMN(ADD, "sales", "price"), true},
    /* A field's name is a table only where it is many-to-many, and then behind its model's. */
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.AddField("
     "model_name='order', name='brand', field=models.CharField(max_length=40))]\n",
     TABLE(ADD, "shop_brand"), false},
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.AddField("
     "model_name='order', name='tags', field=models.ManyToManyField(to='shop.tag'))]\n",
     TABLE(ADD, "shop_order_tags"), true},
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.AddField("
     "model_name='order', name='tags', field=models.ManyToManyField(to='shop.tag'))]\n",
     TABLE(ADD, "shop_tags"), false},
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
    /* Of several actions each speaks of its own column. */
    {"a.sql", "ALTER TABLE users DROP COLUMN age, ADD COLUMN size int", COLUMN(ADD, "users", "age"),
     false},
    {"a.sql", "ALTER TABLE users DROP COLUMN age, ADD COLUMN size int",
     COLUMN(ADD, "users", "size"), true},
    {"a.sql", "ALTER TABLE users DROP COLUMN age, ADD COLUMN size int",
     COLUMN(DROP, "users", "size"), false},
    {"a.sql", "ALTER TABLE users ALTER COLUMN age SET NOT NULL, ADD size int",
     COLUMN(ADD, "users", "age"), false},
    {"a.sql", "ALTER TABLE users ADD CONSTRAINT c CHECK (age > 0)", COLUMN(ADD, "users", "age"),
     false},
    {"a.sql", "ALTER TABLE users ADD age int, size int", COLUMN(ADD, "users", "size"), true},
    {"a.sql", "ALTER TABLE users ADD (age int, size decimal(3, 1))", COLUMN(ADD, "users", "size"),
     true},
    {"a.sql", "ALTER TABLE users ADD COLUMN IF NOT EXISTS \"age\" int, DROP size",
     COLUMN(DROP, "users", "size"), true},
    {"a.sql", "ALTER TABLE ONLY users ADD a numeric(2, 1) DEFAULT 0, ADD COLUMN age int",
     COLUMN(ADD, "users", "age"), true},
    {"a.sql", "ALTER TABLE users RENAME COLUMN years TO age", COLUMN(ADD, "users", "age"), true},
    {"a.sql", "ALTER TABLE users RENAME COLUMN age TO years", COLUMN(ADD, "users", "age"), false},
    {"a.sql", "ALTER TABLE `users` CHANGE COLUMN `years` `age` int", COLUMN(ADD, "users", "age"),
     true},
    {"a.sql", "ALTER TABLE `users` CHANGE COLUMN `years` `age` int", COLUMN(DROP, "users", "years"),
     true},
    {"a.sql", "ALTER TABLE users ADD CONSTRAINT c CHECK (a > 0), MODIFY age bigint",
     ASPECT(ASPECT_TYPE, "users", "age", "BIGINT"), true},
    {"a.sql", "ALTER TABLE users ALTER a TYPE text, ALTER age SET DEFAULT 1",
     ASPECT(ASPECT_TYPE, "users", "age", "TEXT"), false},
    {"a.sql", "ALTER TABLE users ALTER age TYPE text, ALTER a SET DEFAULT 1",
     ASPECT(ASPECT_DEFAULT, "users", "age", "TEXT"), false},
    {"a.py",
     "def upgrade():\n    op.execute('ALTER TABLE users DROP COLUMN age, ADD COLUMN size int')\n",
     COLUMN(ADD, "users", "age"), false},
    /* Schemas: one that is written and differs is another table; none may be any. */
    {"a.sql", "ALTER TABLE archive.users ADD COLUMN age int", USUAL_COLUMN(ADD, "users", "age"),
     false},
    {"a.sql", "ALTER TABLE archive.users ADD COLUMN age int", COLUMN(ADD, "users", "age"), true},
    {"a.sql", "ALTER TABLE \"archive\".\"users\" ADD age int", USUAL_COLUMN(ADD, "users", "age"),
     false},
    {"a.sql", "ALTER TABLE public.users ADD COLUMN age int", USUAL_COLUMN(ADD, "users", "age"),
     true},
    {"a.sql", "ALTER TABLE [dbo].[users] ADD age int", USUAL_COLUMN(ADD, "users", "age"), true},
    {"a.sql", "ALTER TABLE users ADD COLUMN age int", COLUMN(ADD, "app.users", "age"), true},
    {"a.sql", "ALTER TABLE app.users ADD COLUMN age int", COLUMN(ADD, "app.users", "age"), true},
    {"a.sql", "ALTER TABLE other.users ADD COLUMN age int", COLUMN(ADD, "app.users", "age"), false},
    {"a.sql", "ALTER TABLE public.users ADD COLUMN age int", COLUMN(ADD, "app.users", "age"),
     false},
    {"a.sql", "CREATE TABLE archive.users (LIKE users); ALTER TABLE archive.users ADD age int",
     USUAL_COLUMN(ADD, "users", "age"), false},
    {"a.py",
     "def upgrade():\n    op.add_column('users', sa.Column('age', sa.Integer()), "
     "schema='archive')\n",
     USUAL_COLUMN(ADD, "users", "age"), false},
    {"a.py",
     "def upgrade():\n    op.add_column('users', sa.Column('age', sa.Integer()), schema=SCHEMA)\n",
     USUAL_COLUMN(ADD, "users", "age"), true},
    {"a.py",
     "def upgrade():\n    with op.batch_alter_table('users', schema='archive') as batch_op:\n"
     "        batch_op.add_column(sa.Column('age', sa.Integer()))\n",
     USUAL_COLUMN(ADD, "users", "age"), false},
    {"a.rb",
     "class A < ActiveRecord::Migration[7.0]\n  def change\n    add_column 'archive.users', :age, "
     ":integer\n  end\nend\n",
     USUAL_COLUMN(ADD, "users", "age"), false},
    /* What goes back. */
    {"a.sql", "-- migrate:up\nSELECT 1;\n-- migrate:down\nALTER TABLE users ADD age int;\n",
     COLUMN(ADD, "users", "age"), false},
    {"a.sql", "-- +goose Down\nSELECT 1;\n-- +goose  Up\nALTER TABLE users ADD age int;\n",
     COLUMN(ADD, "users", "age"), true},
    {"a.py",
     "def upgrade():\n    more()\n\ndef downgrade():\n    less()\n\ndef more():\n"
     "    op.add_column('users', sa.Column('age', sa.Integer()))\n",
     COLUMN(ADD, "users", "age"), true},
    {"a.py",
     "def more():\n    op.add_column('users', sa.Column('age', sa.Integer()))\n\n"
     "def upgrade():\n    op.execute('''\nSELECT 1\n''')\n\ndef downgrade():\n    more()\n",
     COLUMN(ADD, "users", "age"), false},
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.RunSQL('ALTER TABLE "
     "users DROP age', 'ALTER TABLE users ADD age int')]\n",
     COLUMN(ADD, "users", "age"), false},
    {"a.php",
     "Schema::table('users', function ($t) { $t->dropColumn(['age']); $t->integer('size'); });",
     COLUMN(ADD, "users", "age"), false},
    {"a.php",
     "Schema::table('users', function ($t) { $t->dropColumn(['age']); $t->integer('size'); });",
     COLUMN(ADD, "users", "size"), true},
    {"a.php", "function up() { } function down() { Schema::table('users', $t->integer('age')); }",
     COLUMN(ADD, "users", "age"), false},
    /* What is only said of the state is not done, where all that is done can be read. */
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = "
     "[migrations.SeparateDatabaseAndState("
     "database_operations=[], state_operations=[migrations.AddField('user', 'age', "
     "models.IntegerField())])]\n",
     COLUMN(ADD, "shop_user", "age"), false},
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = "
     "[migrations.SeparateDatabaseAndState("
     "database_operations=[migrations.RunPython(f)], state_operations=[migrations.AddField('user', "
     "'age', models.IntegerField())])]\n",
     COLUMN(ADD, "shop_user", "age"), true},
    /* A type under another name at first; labels from a list. */
    {"a.sql",
     "CREATE TYPE state_new AS ENUM ('open', 'lost'); ALTER TYPE state RENAME TO state_old; "
     "ALTER TYPE state_new RENAME TO state; DROP TYPE state_old;",
     LABEL("state", "lost"), true},
    {"a.sql", "CREATE TYPE state_new AS ENUM ('open', 'lost'); DROP TYPE state_new;",
     LABEL("state", "lost"), false},
    {"a.py",
     "new = ('open', 'lost')\n\ndef upgrade():\n    sa.Enum(*new, name='state').create(bind)\n",
     LABEL("state", "lost"), true},
    /* Django: an index of several fields is no field's. */
    {"0001_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.CreateModel('order', "
     "fields=[('user', models.ForeignKey(to='u')), ('number', models.IntegerField())])]\n",
     {.kind = SCHEMA_ADD,
      .object = SCHEMA_OBJECT_INDEX,
      .index = SCHEMA_UNIQUE,
      .table = STR_INIT("shop_order"),
      .name = STR_INIT("shop_order_user_id_number_1_uniq"),
      .column = STR_INIT("user_id"),
      .parts = {.items = (struct str[]){STR_INIT("user_id"), STR_INIT("number")}, .count = 2}},
     false},
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [AddIndexConcurrently('order', "
     "models.Index(fields=['number'], name='by_number'))]\n",
     INDEX(ADD, "shop_order", "by_number", "number"), true},
    /* Dropped and added again: all of it is new. */
    {"a.sql", "ALTER TABLE users DROP COLUMN age, ADD COLUMN age bigint",
     ASPECT(ASPECT_TYPE, "users", "age", "BIGINT"), true},
    {"a.sql", "ALTER TABLE users DROP COLUMN age", ASPECT(ASPECT_TYPE, "users", "age", "BIGINT"),
     false},
    /* Names between double quotes are what they are. */
    {"a.sql", "ALTER TABLE \"User\" ADD COLUMN \"nickname\" text", COLUMN(ADD, "User", "nickName"),
     false},
    {"a.sql", "ALTER TABLE \"User\" ADD COLUMN \"nickName\" text", COLUMN(ADD, "User", "nickName"),
     true},
    {"a.sql", "COMMENT ON TABLE users IS 'ALTER TABLE users ADD COLUMN age int;'",
     COLUMN(ADD, "users", "age"), false},
    {"a.sql", "INSERT INTO log VALUES ('ALTER TABLE users ADD COLUMN age int')",
     COLUMN(ADD, "users", "age"), false},
    /* Alembic's naming convention puts the rest around a name. */
    {"a.py",
     "def upgrade():\n    op.create_check_constraint('positive', 'users', 'age > 0')\n",
     {.kind = SCHEMA_ADD,
      .object = SCHEMA_OBJECT_INDEX,
      .index = SCHEMA_CHECK,
      .table = STR_INIT("users"),
      .name = STR_INIT("ck_users_positive"),
      .column = STR_INIT("age > 0")},
     true},
    {"a.py",
     "def upgrade():\n    op.create_check_constraint('positive', 'posts', 'age > 0')\n",
     {.kind = SCHEMA_ADD,
      .object = SCHEMA_OBJECT_INDEX,
      .index = SCHEMA_CHECK,
      .table = STR_INIT("users"),
      .name = STR_INIT("ck_users_positive"),
      .column = STR_INIT("age > 0")},
     false},
    /* An index over both is none over one of them. */
    {"a.py",
     "def upgrade():\n    op.create_unique_constraint('uq', 'users', ['age', 'size'])\n",
     {.kind = SCHEMA_ADD,
      .object = SCHEMA_OBJECT_INDEX,
      .index = SCHEMA_INDEX,
      .table = STR_INIT("users"),
      .name = STR_INIT("ix_users_size"),
      .column = STR_INIT("size"),
      .parts = {.items = (struct str[]){STR_INIT("size")}, .count = 1}},
     false},
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

static const struct {
    const char *path, *text;
    struct schema_change change;
    bool undone;
} undoes[] = {
    {"a.sql", "ALTER TABLE users DROP COLUMN age", COLUMN(ADD, "users", "age"), true},
    {"a.sql", "ALTER TABLE users ALTER COLUMN age DROP DEFAULT", COLUMN(ADD, "users", "age"),
     false},
    {"a.sql", "ALTER TABLE orders DROP COLUMN age", COLUMN(ADD, "users", "age"), false},
    {"a.sql", "DROP TABLE users", COLUMN(ADD, "users", "age"), true},
    {"a.sql", "DROP TABLE users", TABLE(ADD, "users"), true},
    /* As SQLite's tables are altered. */
    {"a.sql",
     "CREATE TABLE new_users (id int, age int); DROP TABLE users; "
     "ALTER TABLE new_users RENAME TO users",
     COLUMN(ADD, "users", "age"), false},
    {"a.sql", "ALTER TABLE users ADD COLUMN age int", COLUMN(DROP, "users", "age"), true},
    {"a.py", "def upgrade():\n    op.drop_column('users', 'age')\n", COLUMN(ADD, "users", "age"),
     true},
    /* It may be this table: that is not sure. */
    {"a.py",
     "def upgrade():\n    for table in ('users', 'posts'):\n        op.drop_column(table, 'age')\n",
     COLUMN(ADD, "users", "age"), false},
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.RemoveField("
     "model_name='order', name='price')]\n",
     COLUMN(ADD, "shop_order", "price"), true},
    {"0002_a.py",
     "class Migration(migrations.Migration):\n    operations = [migrations.RemoveField("
     "model_name='line', name='price')]\n",
     COLUMN(ADD, "shop_order", "price"), false},
    {"a.rb",
     "class A < ActiveRecord::Migration[7.0]\n  def change\n    remove_column :users, :age, "
     ":integer\n  end\nend\n",
     COLUMN(ADD, "users", "age"), true},
};

Test(cover, is_undone_by_what_takes_it_away)
{
    for (size_t i = 0; i < COUNT_OF(undoes); i++) {
        const struct cover *cover =
            cover_read(&arena, str_from(undoes[i].path), str_from(undoes[i].text));
        cr_expect_eq(cover_undoes(cover, &undoes[i].change), undoes[i].undone, "row %zu: %s\n%s", i,
                     undoes[i].path, undoes[i].text);
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

/* What the index leaves out is asked of no migration: each row that is made, among thousands of others. */
static bool is_found(const struct cover *cover, const struct schema_change *change)
{
    struct schema_changes changes = {0};

    for (int i = 0; i < 20; i++)
        VEC_PUSH(&arena, &changes,
                 ((struct schema_change){.table = str_printf(&arena, "elsewhere_%d", i),
                                         .object = SCHEMA_OBJECT_TABLE}));
    VEC_PUSH(&arena, &changes, *change);
    const struct cover_index index = cover_index_of(&arena, &changes);
    const struct change_places places = cover_index_find(&index, &arena, cover);
    return places.count && VEC_LAST(&places) + 1 == changes.count;
}

Test(cover, is_found_among_many_changes)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct cover *cover =
            cover_read(&arena, str_from(rows[i].path), str_from(rows[i].text));
        cr_expect(!rows[i].made || is_found(cover, &rows[i].change), "row %zu: %s\n%s", i,
                  rows[i].path, rows[i].text);
    }
    for (size_t i = 0; i < COUNT_OF(undoes); i++) {
        const struct cover *cover =
            cover_read(&arena, str_from(undoes[i].path), str_from(undoes[i].text));
        cr_expect(!undoes[i].undone || is_found(cover, &undoes[i].change), "undone %zu: %s\n%s", i,
                  undoes[i].path, undoes[i].text);
    }
}

Test(cover, asks_few_changes_of_a_migration)
{
    struct schema_changes changes = {0};
    const char *const texts[] = {"def upgrade():\n    op.create_table('table_7', sa.Column('id', "
                                 "sa.Integer(), nullable=False))\n"
                                 "    op.create_index('ix_table_7_id', 'table_7', ['id'])\n\n\ndef "
                                 "downgrade():\n    op.drop_table('table_7')\n",
                                 "def upgrade():\n    bind = op.get_bind()\n    op.execute('CREATE "
                                 "TABLE table_7 (id int)')\n"};

    for (int i = 0; i < 3000; i++)
        VEC_PUSH(&arena, &changes, ((struct schema_change)TABLE(ADD, "")));
    for (int i = 0; i < 3000; i++)
        changes.items[i].table = str_printf(&arena, "table_%d", i);
    const struct cover_index index = cover_index_of(&arena, &changes);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        const struct cover *cover = cover_read(&arena, STR("a.py"), str_from(texts[i]));
        const struct change_places places = cover_index_find(&index, &arena, cover);
        cr_expect_eq(places.count, 1u, "text %zu: %zu", i, places.count);
    }
}

Test(cover, knows_no_parts_of_other_languages)
{
    const struct cover *cover =
        cover_read(&arena, STR("20240101_a.js"),
                   STR("exports.up = (knex) => knex.schema.createTable('teams');"));
    const struct schema_change change = COLUMN(ADD, "teams", "name");

    cr_expect_not(cover_lacks(cover, &change));
}
