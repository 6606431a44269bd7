import type { Check } from '../check.js';
import { findingsOf, type Finding } from '../finding.js';

const { ok, warning, problem } = findingsOf('rights');

/** Whether the role may do what the store does, and not much more. */
export const rights: Check = {
  name: 'rights',
  readsTables: true,
  async look({ ask, schemaName, schema }) {
    const [role] = await ask(
      `
select current_user as name, role.rolsuper as super, has_schema_privilege($1::text, 'usage') as uses,
  exists (
    select from aclexplode((select nspacl from pg_namespace where nspname = $1::text)) granted where granted.grantee = 0
  ) as open_to_all
from pg_roles role where role.rolname = current_user`,
      [schemaName],
    );
    const name = role!['name'];
    if (role!['uses'] !== 't')
      return [
        problem(
          `The role ${name} may not use the schema ${schemaName}.`,
          `Run \`grant usage on schema ${schemaName} to ${name}\`.`,
        ),
      ];
    const lacking = await ask(
      `
select table_of.relname as table, string_agg(needed.privilege, ', ' order by needed.privilege) as privileges
from pg_class table_of
join pg_namespace space on space.oid = table_of.relnamespace
cross join unnest(array['select', 'insert', 'update', 'delete']) as needed(privilege)
where space.nspname = $1::text and table_of.relkind in ('r', 'p')
  and (table_of.relname <> 'migration' or needed.privilege = 'select')
  and not has_table_privilege(table_of.oid, needed.privilege)
group by table_of.relname order by table_of.relname`,
      [schemaName],
    );
    const found = lacking.map((row): Finding =>
      problem(
        `The role ${name} lacks ${row['privileges']} on the table ${row['table']}.`,
        `Run \`grant ${row['privileges']} on ${schema}.${row['table']} to ${name}\`.`,
      ),
    );
    if (role!['super'] === 't')
      found.push(
        warning(
          `The role ${name} is a superuser, which no process that runs sagas needs to be.`,
          'Use a role that may select, insert, update and delete in the schema, and migrate as another one.',
        ),
      );
    if (role!['open_to_all'] === 't')
      found.push(
        warning(
          `Every role of the database may use the schema ${schemaName}.`,
          `Run \`revoke all on schema ${schemaName} from public\`: histories hold what the sagas were given.`,
        ),
      );
    return found.length > 0 ? found : [ok(`The role ${name} may do what the store does, and is no superuser.`)];
  },
};
