export const HELP = `npm start [-- options]: runs the shop with a PostgreSQL of its own and places the orders of apps/shop/orders.json

  --model orchestrated   one saga conducts; choreographed: services react to each other's cues; coupled: they call each other
  --kill payment:20      kill -9 of a service when it has done its 20th request and has not answered it; may be given several times
  --once                 stop after the summary; ends with 0 only if the books balance
  --orders N             how many orders (default: all of the file, about 300; more: over again)
  --fault-rate 0.05      the share of requests that the services spoil on purpose
  --rate 25              orders placed per second, at most
  --transport tcp        or grpc, nats, rabbitmq, redis, mqtt, kafka: the broker has to be there (\`docker compose up -d\`)
  --shops 2              orchestrator processes; the other models have one shop
  --approval-timeout MS  how long a big order of the file waits for approval (default 15000)
  --data DIR             where PostgreSQL's data and the logs are kept (default .reprise)

DATABASE_URL, if set, is used instead of the embedded PostgreSQL. SHOP_TOKEN, if set, is the token of the HTTP API.
SHOP_SHOP_PORT, SHOP_PAYMENT_PORT and so on set ports; without them free ones are taken.`;

/** What a person can do now, as lines to copy. */
export function whatNow(fleet, postgres, logs, model) {
  const [shop] = fleet.shops;
  const url = `http://127.0.0.1:${shop.port}`;
  const write = `-H 'Authorization: Bearer ${fleet.token}' -H 'Content-Type: application/json'`;
  const mine = `mine-${Date.now().toString(36).slice(-4)}`;
  const order = (id, lines) =>
    JSON.stringify({ id, customerId: 'c-007', cartId: `cart-${id}`, region: 'north', lines });
  const pids = fleet.services.map(({ name, pid }) => `${name} ${pid}`).join(', ');
  const payment = fleet.services.find(({ name }) => name === 'payment');
  return `
The shop stays up. Place an order, and watch it:
  curl -s ${url}/orders ${write} -d '${order(`${mine}-1`, [{ sku: 'tea-sencha', quantity: 2 }])}'
  curl -s ${url}/orders/${mine}-1
  curl -s ${url}/orders

A big one waits (two days) until somebody approves it. Do, ${model === 'orchestrated' ? 'or cancel it: what was done is undone.' : 'or refuse it.'}
  curl -s ${url}/orders ${write} -d '${order(`${mine}-2`, [{ sku: 'machine-lever', quantity: 1 }])}'
  curl -s ${url}/approvals
  curl -s -X POST ${url}/orders/${mine}-2/approve ${write} -d '{"by":"me"}'
${refusal(model, `${url}/orders/${mine}-2`, write)}

Kill a service while orders are under way, and look what becomes of them (it is started again a moment later):
  kill -9 ${payment.pid}
  (${pids})
Make trouble: half of all requests fail from now on.
  curl -s ${url}/faults ${write} -d '{"rate":0.5}'

The tables: ${postgres.url}
The logs:   ${logs}
Ctrl-C ends it.
`;
}

function refusal(model, order, write) {
  return model === 'orchestrated'
    ? `  curl -s -X POST ${order}/cancel ${write} -d '{"reason":"changed my mind"}'`
    : `  curl -s -X POST ${order}/approve ${write} -d '{"by":"me","approved":false}'`;
}

export function goodbye(logs) {
  return `The services' logs are in ${logs}.`;
}
