// The table in docs/transports.md: what each test of the contract of the transports came to on each of them.
import ts from 'typescript';

const BEGINS = '<!-- contract: begins. Written by `npm run transports:table`, not by hand. -->';
const ENDS = '<!-- contract: ends -->';
const CELLS = { passed: '✔', failed: '✘' };
const ABSENT = '–';
const SUITE = /^steps over (.+)$/;

/**
 * The tests that the source text of the contract declares, in its order. One below an `if` is not there on every transport: the comment
 * above the `if` says why.
 * @param {string} source
 */
export function contractTests(source) {
  const file = ts.createSourceFile('contract.ts', source, ts.ScriptTarget.Latest, true);
  const tests = [];
  const visit = (node, condition) => {
    if (ts.isCallExpression(node) && /^(it|test)\b/.test(node.expression.getText(file)))
      tests.push({ title: titleOf(node), ...(condition && { leftOut: commentAbove(condition, file) }) });
    ts.forEachChild(node, (child) => visit(child, ts.isIfStatement(node) ? node : condition));
  };
  visit(file);
  return tests;
}

function titleOf(call) {
  const [title] = call.arguments;
  if (title && ts.isStringLiteralLike(title)) return title.text;
  throw new Error(`A test of the contract has the same name on every transport, as a plain text: ${call.getText()}`);
}

function commentAbove(node, file) {
  const comment = ts.getLeadingCommentRanges(file.text, node.getFullStart())?.at(-1);
  if (comment) return file.text.slice(comment.pos, comment.end).replace(/^\/\/\s*/, '');
  throw new Error(`Say in a comment above it why tests are left out: ${node.getText(file).split('\n')[0]}`);
}

/** What one transport's spec came to, out of jest's report: the status of each test by its title. */
export function runOf({ name, message, assertionResults }) {
  const ran = assertionResults.filter(({ ancestorTitles }) => SUITE.test(ancestorTitles[0] ?? ''));
  if (ran.length === 0)
    throw new Error(`${name} did not run the contract. Start its broker and run it again.\n${message ?? ''}`);
  const transport = SUITE.exec(ran[0].ancestorTitles[0])[1];
  return { transport, statuses: new Map(ran.map(({ title, status }) => [title, status])) };
}

/** The text between the marks, before prettier. */
export function contractTable(tests, runs) {
  const titles = new Set(tests.map(({ title }) => title));
  for (const { transport, statuses } of runs)
    for (const title of statuses.keys())
      if (!titles.has(title)) throw new Error(`${transport} ran "${title}", which the contract does not declare.`);
  const row = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rows = tests.map((test) => row([test.title, ...runs.map((run) => cellOf(test, run))]));
  const reasons = tests.filter(({ leftOut }) => leftOut).map(({ title, leftOut }) => `- "${title}": ${lower(leftOut)}`);
  return [
    row(['test', ...runs.map(({ transport }) => transport)]),
    row(['---', ...runs.map(() => '---')]),
    ...rows,
    ...(reasons.length ? ['', `${ABSENT} means that the contract does not ask for it there:`, '', ...reasons] : []),
  ].join('\n');
}

function cellOf({ title, leftOut }, { transport, statuses }) {
  const status = statuses.get(title);
  if (status === undefined && leftOut !== undefined) return ABSENT;
  const cell = CELLS[status];
  if (cell) return cell;
  throw new Error(`${transport} did not run "${title}" (${status ?? 'not there'}). Run the whole spec.`);
}

const lower = (sentence) => sentence.charAt(0).toLowerCase() + sentence.slice(1);

/** The page with another text between its marks. */
export function withTable(page, table) {
  const [from, to] = [page.indexOf(BEGINS), page.indexOf(ENDS)];
  if (from < 0 || to < from)
    throw new Error(`The page needs these two lines, one after the other:\n${BEGINS}\n${ENDS}`);
  return `${page.slice(0, from + BEGINS.length)}\n\n${table.trim()}\n\n${page.slice(to)}`;
}

/** What stands between the marks of the page. */
export function tableIn(page) {
  return page.slice(page.indexOf(BEGINS) + BEGINS.length, page.indexOf(ENDS)).trim();
}
