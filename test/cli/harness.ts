/** Runs the command line in the test's own process, on a folder of its own, with the fake engine. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { CachePlace } from '../../server/src/cli/cache';
import { noProject, type Parts, type ProjectRead } from '../../server/src/cli/parts';
import { run } from '../../server/src/cli/run';
import { FakeEngine } from './fake-engine';

export interface Ran {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
  readonly engines: readonly FakeEngine[];
}

/** A scratch folder that is removed when the test ends. */
export class Folder {
  readonly path = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'fencepost-test-')));

  write(name: string, content: string | Uint8Array): this {
    const full = this.at(name);
    fs.mkdirSync(path.dirname(full), { recursive: true });
    fs.writeFileSync(full, content);
    return this;
  }

  at(name: string): string {
    return path.join(this.path, name);
  }

  read(name: string): string {
    return fs.readFileSync(this.at(name), 'utf8');
  }

  remove(): void {
    fs.rmSync(this.path, { recursive: true, force: true });
  }
}

export interface Setting {
  readonly cwd: string;
  readonly input?: string;
  readonly terminal?: boolean;
  readonly extend?: (engine: FakeEngine) => FakeEngine;
  readonly readProject?: (text: string) => ProjectRead;
  readonly cache?: CachePlace;
}

export async function fencepost(args: readonly string[], setting: Setting): Promise<Ran> {
  const engines: FakeEngine[] = [];
  let out = '';
  let err = '';
  const parts: Parts = {
    cwd: setting.cwd,
    version: '1.2.3',
    terminal: {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      outIsTerminal: setting.terminal ?? false,
      errIsTerminal: setting.terminal ?? false,
      colour: true,
    },
    createEngine: () => {
      const engine = new FakeEngine();
      engines.push(setting.extend?.(engine) ?? engine);
      return Promise.resolve(engine);
    },
    cache: setting.cache,
    page: (rule) => (rule === 'rule-a' ? '# rule-a\n\nReads shared memory `twice`.\n\nMore.\n' : undefined),
    readProject: setting.readProject ?? (() => ({ config: noProject, problems: [] })),
    readStandardInput: () => setting.input ?? '',
    startLanguageServer: () => {
      out += 'language server';
    },
  };
  const code = await run(args, parts);
  return { code, out, err, engines };
}
