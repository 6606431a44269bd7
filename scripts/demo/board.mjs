import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/** Where the orders of a model are on record. */
const ORDERS = {
  orchestrated: `select id, status, retrying, started_at, closed_at, error->>'name' as reason
                   from reprise.instance where saga = 'order.place'`,
  choreographed: `select order_id as id, status, false as retrying, started_at, closed_at, reason from shop.purchase`,
};
ORDERS.coupled = ORDERS.choreographed;
const countsOf = (orders) => `
  select count(*)::int as placed,
         count(*) filter (where status = 'running' and not retrying and approval.order_id is null)::int as running,
         count(*) filter (where status = 'running' and retrying)::int as retrying,
         count(*) filter (where status in ('running', 'waiting') and not retrying and approval.order_id is not null)::int as waiting,
         count(*) filter (where status = 'compensating')::int as compensating,
         count(*) filter (where status = 'incident')::int as incident,
         count(*) filter (where status = 'completed')::int as completed,
         count(*) filter (where status = 'compensated')::int as compensated,
         count(*) filter (where status = 'failed')::int as failed,
         count(*) filter (where status = 'cancelled')::int as cancelled,
         count(*) filter (where started_at > now() - interval '1 minute')::int as started_per_minute,
         count(*) filter (where closed_at > now() - interval '1 minute')::int as finished_per_minute,
         count(*) filter (where closed_at is null)::int as open
    from (${orders}) o
    left join shop.approval on approval.order_id = o.id and approval.outcome is null
   where id like $1`;
const reasonsOf = (orders) => `
  select reason, count(*)::int as orders from (${orders}) o
   where id like $1 and reason is not null group by 1 order by 2 desc, 1 limit 12`;

const OUTBOXES = ['shop', 'product', 'cart', 'inventory', 'payment', 'shipping'];
/** What was done once more because it had failed, or nobody knew. Between coupled services nothing is. */
const AGAIN = {
  orchestrated: `select count(*)::int as again from reprise.event where type = 'StepAttemptFailed' and id like $1`,
  choreographed: `select sum(attempts - 1)::int as again from (${OUTBOXES.map(
    (service) => `select attempts from ${service}_outbox.cue_delivery where attempts > 1 and key like $1`,
  ).join(' union all ')}) d`,
};

/** What happens to the orders of one run, read from the tables: a table redrawn on a terminal, a line now and then elsewhere. */
export class Board {
  #pool;
  #run;
  #orders;
  #drawn = 0;
  #lastLine = 0;
  #started = Date.now();
  #out = process.stdout;

  static async open(url, run, model) {
    const board = new Board();
    board.#pool = new pg.Pool({ connectionString: url, max: 1 });
    board.#pool.on('error', () => undefined);
    board.#run = `${run}%`;
    board.#orders = ORDERS[model];
    return board;
  }

  /** Reads the figures of the moment and shows them. */
  async refresh({ now = false } = {}) {
    const [counts] = await this.#read(countsOf(this.#orders));
    const reasons = await this.#read(reasonsOf(this.#orders));
    if (this.#out.isTTY) this.#draw(counts, reasons);
    else if (now || Date.now() - this.#lastLine > 3_000) this.#line(counts, reasons);
    return counts;
  }

  /** How many attempts were made again, in words. */
  async again(model) {
    if (!AGAIN[model]) return 'Nothing was tried again: nobody does in this model.';
    const [{ again }] = await this.#read(AGAIN[model]);
    return `Tried again: ${again ?? 0} ${model === 'orchestrated' ? 'attempts of steps' : 'deliveries of cues'}.`;
  }

  /** Prints a line that stays, above the table. */
  say(text) {
    this.#wipe();
    this.#out.write(`${text}\n`);
  }

  async close() {
    await this.#pool.end();
  }

  /** Whoever watches a database come and go has to ask again: for half a minute, then the error is the answer. */
  async #read(sql) {
    for (const until = Date.now() + 30_000; ; await pause(250)) {
      try {
        return (await this.#pool.query(sql, [this.#run])).rows;
      } catch (error) {
        if (Date.now() > until) throw error;
      }
    }
  }

  #draw(counts, reasons) {
    const cell = (label, value) => `${label.padEnd(22)}${String(value).padStart(6)}`;
    const left = [
      cell('running', counts.running),
      cell('retrying', counts.retrying),
      cell('waiting for approval', counts.waiting),
      cell('compensating', counts.compensating),
      cell('incident', counts.incident),
    ];
    const right = [
      cell('completed', counts.completed),
      cell('compensated', counts.compensated),
      cell('failed', counts.failed),
      cell('cancelled', counts.cancelled),
      cell('placed', counts.placed),
    ];
    const why = reasons.map(({ reason, orders }) => `${reason} ${orders}`).join(' · ') || '-';
    const lines = [
      `── orders ── ${seconds(this.#started)} s ${'─'.repeat(48)}`,
      ...left.map((text, row) => `  ${text}     ${right[row]}`),
      `  in the last minute: ${counts.started_per_minute} started, ${counts.finished_per_minute} finished`,
      `  why they failed: ${why}`.slice(0, Math.max(40, (this.#out.columns || 100) - 1)),
      '─'.repeat(68),
    ];
    this.#wipe();
    this.#out.write(`${lines.join('\n')}\n`);
    this.#drawn = lines.length;
  }

  #line(counts, reasons) {
    this.#lastLine = Date.now();
    const why = reasons.map(({ reason, orders }) => `${reason} ${orders}`).join(', ');
    const { placed, running, retrying, waiting, compensating, completed, compensated, failed, incident } = counts;
    this.#out.write(
      `${String(seconds(this.#started)).padStart(4)} s  placed ${placed}  running ${running}  retrying ${retrying}  ` +
        `waiting for approval ${waiting}  compensating ${compensating}  completed ${completed}  compensated ${compensated}  ` +
        `failed ${failed}  incident ${incident}  per minute ${counts.started_per_minute}/${counts.finished_per_minute}` +
        `${why ? `  (${why})` : ''}\n`,
    );
  }

  #wipe() {
    if (this.#drawn > 0) this.#out.write(`\x1b[${this.#drawn}A\x1b[0J`);
    this.#drawn = 0;
  }
}

function seconds(since) {
  return Math.round((Date.now() - since) / 1_000);
}
