import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** The database of the specs, with a schema of its own that `drop` removes. */
export class ScratchSchema {
  readonly name = `store_${randomBytes(6).toString('hex')}`;
  readonly url = process.env['DATABASE_URL']!;
  /** For looking behind the store's back. */
  readonly admin = new pg.Pool({ connectionString: this.url, max: 3 });

  /** The URL under an application name of this schema, so that its connections can be told from others. */
  get namedUrl(): string {
    const url = new URL(this.url);
    url.searchParams.set('application_name', this.name);
    return url.href;
  }

  async rows(sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return (await this.admin.query<Record<string, unknown>>(sql.replaceAll('$schema', `"${this.name}"`), values)).rows;
  }

  /** Ends every connection that was made with `namedUrl`. */
  async cutConnections(): Promise<number> {
    const cut = await this.rows(
      'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()',
      [this.name],
    );
    return cut.length;
  }

  /** Makes every permit so many milliseconds older. */
  async agePermits(ms: number): Promise<void> {
    await this.rows(
      `update $schema.permit set queued_at = queued_at - $1 * interval '1 millisecond',
         granted_at = granted_at - $1 * interval '1 millisecond'`,
      [ms],
    );
  }

  async drop(): Promise<void> {
    await this.admin.query(`drop schema if exists "${this.name}" cascade`);
    await this.admin.end();
  }
}
