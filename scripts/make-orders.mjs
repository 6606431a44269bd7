// Writes apps/shop/orders.json: some three hundred orders, the same for the same seed. Run once; the file is part of the repository.
import { writeFileSync } from 'node:fs';
import { seededRandom } from './seeded-random.mjs';

const SEED = Number(process.argv[2] ?? 1905);
const COUNT = 300;
const random = seededRandom(SEED);
const pick = (list) => list[Math.floor(random() * list.length)];
const between = (low, high) => low + Math.floor(random() * (high - low + 1));

const EVERYDAY = (
  'tea-assam tea-sencha tea-rooibos coffee-yirga coffee-house cup-white cup-blue pot-cast pot-glass kettle-steel ' +
  'press-small press-large scale filter-paper honey-lime biscuit-oat biscuit-ginger grinder-hand'
).split(' ');
const COSTLY = ['machine-lever', 'machine-dual'];
const REGIONS = ['north', 'north', 'north', 'south', 'south', 'west', 'west', 'east', 'islands'];

const everyday = () => {
  const skus = new Set(Array.from({ length: between(1, 4) }, () => pick(EVERYDAY)));
  return [...skus].map((sku) => ({ sku, quantity: between(1, 3) }));
};

/** What is unusual about an order, and how often out of a hundred. The rest is ordinary. */
const STORIES = [
  ['big', 9, (order) => order.lines.push({ sku: pick(COSTLY), quantity: 1 })],
  ['big, refused', 2, (order) => order.lines.push({ sku: pick(COSTLY), quantity: 2 })],
  ['big, forgotten', 2, (order) => order.lines.push({ sku: pick(COSTLY), quantity: 1 })],
  ['big, no carrier', 1, (order) => (order.lines.push({ sku: 'machine-dual', quantity: 1 }), (order.region = 'moon'))],
  [
    'poor',
    5,
    (order) => (
      (order.customerId = pick(['c-901', 'c-902', 'c-903'])),
      (order.lines = [{ sku: 'pot-cast', quantity: between(1, 4) }])
    ),
  ],
  ['no carrier', 5, (order) => (order.region = pick(['moon', 'atlantis']))],
  ['out of stock', 3, (order) => order.lines.push({ sku: pick(EVERYDAY), quantity: 9_999 })],
  ['rare', 3, (order) => order.lines.push({ sku: 'umbrella-1905', quantity: 1 })],
  ['unknown article', 1, (order) => order.lines.push({ sku: 'teleporter', quantity: 1 })],
  ['clicked twice', 2, (order, earlier) => earlier && (order.cartId = earlier.cartId)],
];

const orders = [];
for (let number = 1; number <= COUNT; number++) {
  const id = String(number).padStart(4, '0');
  const order = {
    id,
    customerId: `c-${String(between(1, 80)).padStart(3, '0')}`,
    cartId: `cart-${id}`,
    region: pick(REGIONS),
    lines: everyday(),
  };
  let dice = random() * 100;
  for (const [story, share, change] of STORIES) {
    dice -= share;
    if (dice >= 0) continue;
    change(order, orders.at(-1));
    order.story = story;
    break;
  }
  orders.push(order);
}
const rows = orders.map((order) => `  ${JSON.stringify(order)}`);
writeFileSync(new URL('../apps/shop/orders.json', import.meta.url), `[\n${rows.join(',\n')}\n]\n`);
console.log(`${orders.length} orders written`);
