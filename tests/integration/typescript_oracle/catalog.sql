-- What a database's catalog says, in the lines of schema-dump. Serial columns have no default to compare.
\f '\t'
select 'type', case n.nspname when 'public' then '' else n.nspname || '.' end || t.typname,
       string_agg(e.enumlabel, ',' order by e.enumsortorder)
from pg_type t join pg_namespace n on n.oid = t.typnamespace join pg_enum e on e.enumtypid = t.oid
group by n.nspname, t.typname;
create temporary view tables as
select c.oid, case n.nspname when 'public' then '' else n.nspname || '.' end || c.relname as name
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)';
create temporary view names as
select k.oid, k.conrelid, k.conname, k.contype, k.confrelid,
       case k.confdeltype when 'c' then ' ON DELETE CASCADE' when 'n' then ' ON DELETE SET NULL' when 'r' then ' ON DELETE RESTRICT'
                          when 'd' then ' ON DELETE SET DEFAULT' else '' end ||
       case k.confupdtype when 'c' then ' ON UPDATE CASCADE' when 'n' then ' ON UPDATE SET NULL' when 'r' then ' ON UPDATE RESTRICT'
                          when 'd' then ' ON UPDATE SET DEFAULT' else '' end as actions,
       (select string_agg(a.attname, ', ' order by p.place) from unnest(k.conkey) with ordinality p(number, place)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = p.number) as columns,
       (select string_agg(a.attname, ', ' order by p.place) from unnest(k.confkey) with ordinality p(number, place)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = p.number) as others,
       cardinality(k.conkey) as width, k.conkey[1] as first,
       -- the name that the tool itself gives to what UNIQUE of one column makes: then the column has it, else a constraint of that name
       k.conname ~ '^(UQ|REL)_[0-9a-f]+$' or k.conname = (select relname from pg_class c where c.oid = k.conrelid) || '_' ||
       (select attname from pg_attribute a where a.attrelid = k.conrelid and a.attnum = k.conkey[1]) || '_unique' as usual
from pg_constraint k;
select 'table', name from tables;
select 'column', t.name, a.attname, format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' else 'null' end,
       case when a.attgenerated = '' then coalesce(nullif(regexp_replace(pg_get_expr(d.adbin, d.adrelid), '^nextval.*', ''), ''), '') else '' end,
       case when exists (select from pg_constraint k where k.conrelid = t.oid and k.contype = 'p' and a.attnum = any (k.conkey)) then 'primary' else '' end,
       case when exists (select from names k where k.conrelid = t.oid and k.contype = 'u' and k.width = 1 and k.usual and k.first = a.attnum) then 'unique' else '' end,
       coalesce((select min((select name from tables o where o.oid = k.confrelid) || ' (' || k.others || ')' || k.actions) from names k
                 where k.conrelid = t.oid and k.contype = 'f' and k.width = 1 and k.first = a.attnum), '')
from tables t join pg_attribute a on a.attrelid = t.oid left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
where a.attnum > 0 and not a.attisdropped;
select case k.contype when 'u' then 'unique' when 'c' then 'check' else 'foreign key' end, t.name, k.conname,
       case k.contype when 'c' then '' else k.columns end, '',
       coalesce((select name from tables o where o.oid = k.confrelid) || ' (' || k.others || ')' || k.actions, '')
from tables t join names k on k.conrelid = t.oid
where k.contype = 'c' or (k.contype in ('u', 'f') and k.width > 1) or (k.contype = 'u' and not k.usual);
select case when i.indisunique then 'unique index' else 'index' end, t.name, c.relname,
       (select string_agg(pg_get_indexdef(i.indexrelid, p, true) || case i.indoption[p - 1] when 1 then ' DESC NULLS LAST' when 2 then ' NULLS FIRST' when 3 then ' DESC' else '' end,
                   ', ' order by p)
        from generate_series(1, i.indnatts) p),
       case when i.indpred is null then '' else 'partial' end, ''
from tables t join pg_index i on i.indrelid = t.oid join pg_class c on c.oid = i.indexrelid
where not exists (select from pg_constraint k where k.conindid = i.indexrelid);
