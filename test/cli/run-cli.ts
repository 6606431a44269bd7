import { Writable } from 'node:stream';
import { commandLine, type Output, type Surroundings } from 'reprise/cli';
import { ROOT } from '../docs/markdown.js';

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Output that is kept; what is in `screen` makes it a terminal. */
export function kept(screen: Partial<Pick<Output, 'isTTY' | 'columns'>> = {}): Output & { text: string } {
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      (output as unknown as { text: string }).text += String(chunk);
      done();
    },
  });
  return Object.assign(output, { text: '', ...screen }) as Output & { text: string };
}

/** Runs the command line in this process. */
export async function reprise(args: readonly string[], around: Partial<Surroundings> = {}): Promise<Answer> {
  const [out, err] = [kept(), kept()];
  const code = await commandLine(args, { stdout: out, stderr: err, env: {}, folder: ROOT, ...around });
  return { code, out: out.text, err: err.text };
}
