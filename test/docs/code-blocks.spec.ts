import path from 'node:path';
import ts from 'typescript';
import { Page, pages, ROOT } from './markdown.js';

/** Names that a code block of `docs/` may use without an import: a page shows the point, not the first ten lines of a file. */
const SURROUNDINGS: Readonly<Record<string, string>> = {
  reprise:
    'encryption offload PayloadCodec redact SagaCompletions ' +
    'Compensate currentStep getSagaClientToken InjectSaga Query Saga SAGA_MODULE_OPTIONS SagaCancelledError SagaClient SagaContext SagaControl SagaEngine ' +
    'SagaFailedError SagaTimeoutError SagaHealthIndicator SagaLimits SagaModule SagaQueries SagaSchedules Schedule Signal Step StepFailedError StepUnknownError Turn ' +
    'RefusedReplies StartsOn Outbox Update UpdateValidator Verify didNotHappen happened',
  'reprise/contracts': 'contract event HandledEvent HandlerInput Remote',
  'reprise/core': 'historyDiagram StepCommand StepReply StepTransport',
  'reprise/decorators': 'sagaDefinition sagaDiagram',
  'reprise/microservices': 'microservices',
  'reprise/participant': 'Handlers Handles HandlerStep listenAs On ParticipantModule RefusedRequests',
  'reprise/postgres': 'postgres repriseMigrations transactionManager',
  'reprise/runtime': 'SystemClock',
  'reprise/testing':
    'compensationCoverage crashAtEveryPoint crashEverywhere FakeServices given MemoryStore replayHistory testSaga',
  '@nestjs/common': 'Body Controller Get Inject Injectable Module Param Post',
  '@nestjs/core': 'NestFactory',
  '@nestjs/microservices': 'MessagePattern MicroserviceOptions RpcException Transport',
  '@nestjs/testing': 'Test',
  '@nestjs/typeorm': 'TypeOrmModule',
  'node:fs/promises': 'readFile writeFile',
  typeorm: 'Column DataSource Entity PrimaryColumn',
  zod: 'z',
  './readme/contracts.js': 'Inventory Shipping',
  './readme/payment-gateway.js': 'CardDeclined PaymentGateway',
  './readme/place-order.saga.js': 'PlaceOrder PlaceOrderSaga',
  './readme/shop.module.js': 'ShopModule',
  './fixtures/events.js': 'OrderPaid OrderPlaced',
  './fixtures/parcels.js': 'NewLabelSaga OldLabelSaga ParcelSaga ShipmentSaga TooHeavy',
  './fixtures/surroundings.js': 'order orders Payments Mails LoanApproval LoanRejected Bank Archive',
};
/** Names of types; a name that is both is imported as the class it is. */
const TYPES = new Set(
  'PayloadCodec SagaContext StepCommand StepReply Turn HandledEvent HandlerInput Remote Handlers HandlerStep MicroserviceOptions LoanApproval'.split(
    ' ',
  ),
);

describe('the code blocks', () => {
  it('of README.md and docs compile, those of one page as one file', () => {
    const files = new Map(
      pages()
        .filter((page) => page.file !== 'README.md' && page.blocksOf('ts').length > 0)
        .map((page) => [path.join(ROOT, 'test/docs', `${page.file.replaceAll('/', '.')}.ts`), page] as const),
    );
    expect(files.size).toBeGreaterThan(8);
    const readme = new Page('README.md')
      .blocksOf('ts')
      .map(({ text }) => path.join(ROOT, 'test/docs/readme', /^\/\/ ([\w.-]+)/.exec(text)![1]!));
    expect(problemsOf(files, readme)).toEqual([]);
  });

  it('are compiled without exception: none is marked to be left out', () => {
    const marked = pages().flatMap((page) =>
      page.blocks
        .filter(({ info }) => /^(ts|typescript|js|javascript)\b/.test(info) && info !== 'ts')
        .map(() => page.file),
    );
    expect(marked).toEqual([]);
  });
});

/** Compiles pages as if they were files, beside files that are; answers what the compiler says, by page and line. */
function problemsOf(files: ReadonlyMap<string, Page>, beside: readonly string[]): string[] {
  const config = ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), ts.sys.readFile).config as {
    compilerOptions: object;
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
  const host = ts.createCompilerHost({ ...options, noEmit: true, configFilePath: path.join(ROOT, 'tsconfig.json') });
  const { fileExists, readFile, getSourceFile } = host;
  const sources = new Map([...files].map(([file, page]) => [file, sourceOf(page)]));
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  host.readFile = (file) => sources.get(file) ?? readFile(file);
  host.getSourceFile = (file, version, ...rest) => {
    const source = sources.get(file);
    return source === undefined
      ? getSourceFile(file, version, ...rest)
      : ts.createSourceFile(file, source, version, true);
  };
  const program = ts.createProgram(
    [...sources.keys(), ...beside],
    { ...options, noEmit: true, configFilePath: path.join(ROOT, 'tsconfig.json') },
    host,
  );
  return [...sources.keys(), ...beside].flatMap((file) => {
    const source = program.getSourceFile(file)!;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ start = 0, messageText }) => {
      const line = source.getLineAndCharacterOfPosition(start).line + 1;
      const place = files.get(file)?.file ?? path.relative(ROOT, file);
      return `${place}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  });
}

/** The blocks of a page at their own lines, so that an error names the line of the page; the imports on its first line. */
function sourceOf(page: Page): string {
  const lines = page.lines.map(() => '');
  for (const { text, line } of page.blocksOf('ts')) text.split('\n').forEach((code, i) => (lines[line + i] = code));
  const own = declaredIn(lines.join('\n'));
  const imports = Object.entries(SURROUNDINGS).map(([from, names]) => {
    const wanted = names.split(' ').filter((name) => !own.has(name));
    return `import { ${wanted.map((name) => (TYPES.has(name) ? `type ${name}` : name)).join(', ')} } from '${from}';`;
  });
  return [imports.join(' '), ...lines.slice(1)].join('\n');
}

function declaredIn(code: string): Set<string> {
  const names = new Set<string>();
  for (const statement of ts.createSourceFile('page.ts', code, ts.ScriptTarget.ES2023).statements) {
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) if (ts.isIdentifier(name)) names.add(name.text);
    } else if (ts.isClassDeclaration(statement) || ts.isFunctionDeclaration(statement)) {
      if (statement.name) names.add(statement.name.text);
    }
  }
  return names;
}
