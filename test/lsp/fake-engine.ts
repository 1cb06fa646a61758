/**
 * An engine for tests of the server: every `BAD` is a finding whose path starts at the first `ORIGIN` of any file, `GAP` was not
 * understood, `SLOW` takes many slices, and `CRASH` makes the analysis throw. Files that are asked for first come first, and are known
 * early. `ROUTE f label` in any file makes `f` of `a.c`, written `HANDLER f(`, a handler, `DEAR` makes a list of handlers take its time, and
 * `IF BAD` is found by whole runs only. No C is read.
 */
import type { EditorEngine } from '../../server/src/lsp/engine';
import type { FileFacts } from '../../server/src/syntax/facts';
import type { Note, Outcome, Progress, ReportedFinding, Settings } from '../../server/src/report/workspace';

export interface FakeLog {
  created: number;
  runs: number;
  slices: number;
  disposed: number;
  /** What each run was asked for. */
  readonly configurations: string[];
}

export function fakeEngine(log: FakeLog): EditorEngine {
  log.created++;
  const texts = new Map<string, string>();
  let settings: Settings | undefined;

  function findingsOf(path: string, text: string): ReportedFinding[] {
    const findings: ReportedFinding[] = [];
    const origin = [...texts].sort().find(([, other]) => other.includes('ORIGIN'));
    for (const match of text.matchAll(/\bBAD(SAFE)?\b/g)) {
      const start = match.index;
      const place = { file: path, start, end: start + match[0].length };
      const lineStart = text.lastIndexOf('\n', start) + 1;
      const lineEnd = (text.indexOf('\n', start) + text.length + 1) % (text.length + 1);
      const silenced = text.slice(lineStart, lineEnd).includes('fencepost-ignore-line');
      const baselined = settings?.baseline.has(`bad:${path}:${findings.length}`);
      findings.push({
        ...place,
        rule: 'bad-word',
        severity: settings?.severities['bad-word'] === 'warning' ? 'warning' : 'error',
        message: '`BAD` is read plainly.',
        functionName: 'F',
        path: origin
          ? [
              {
                role: 'origin',
                message: 'It comes from here.',
                file: origin[0],
                start: origin[1].indexOf('ORIGIN'),
                end: origin[1].indexOf('ORIGIN') + 6,
              },
              { role: 'use', message: 'It is read here.', ...place },
            ]
          : [],
        fixes: [
          { title: 'Replace `BAD` with `GOOD`', class: match[1] ? 'safe' : 'suggestion', edits: [{ ...place, newText: 'GOOD' }] },
          { title: 'Think about it', class: 'text', edits: [] },
        ],
        confidence: 'certain',
        fingerprint: `bad:${path}:${findings.length}`,
        ...(silenced ? { suppression: { kind: 'comment', reason: 'as the comment says' } as const } : {}),
        ...(baselined ? { suppression: { kind: 'baseline', reason: 'accepted' } as const } : {}),
      });
    }
    return findings;
  }

  return {
    set: (path, text) => void texts.set(path, text),
    remove: (path) => void texts.delete(path),
    configure: (given) => {
      settings = given;
    },
    *analyse(configurations = 'all', first = () => []): Generator<Progress, Outcome, void> {
      log.runs++;
      log.configurations.push(configurations);
      const findings: ReportedFinding[] = [];
      const notes: Note[] = [];
      const files = [...texts.keys()].sort();
      let done = 0;
      let pending = false;
      const looked = new Set(first());
      const own = files.filter((file) => looked.has(file));
      for (const file of [...own, '', ...files.filter((other) => !looked.has(other))]) {
        if (file === '') {
          const early: Outcome = { findings: [...findings], notes: [...notes], files: own };
          if (own.length > 0 && own.length < files.length) yield { done, total: files.length, early };
          continue;
        }
        const text = texts.get(file) ?? '';
        yield { done: done++, total: files.length, file };
        log.slices++;
        if (text.includes('CRASH')) throw new Error('the fake engine fell over');
        const rounds = text.includes('SLOW') ? 200 : 0;
        for (let i = 0; i < rounds; i++) {
          const until = performance.now() + 9;
          while (performance.now() < until);
          log.slices++;
          yield { done, total: files.length, file };
        }
        const gap = text.indexOf('GAP');
        if (gap >= 0) notes.push({ file, kind: 'not-understood', message: 'Not understood.', start: gap, end: gap + 3 });
        const isOther = ({ start }: ReportedFinding): boolean =>
          configurations === 'later' && text.slice(0, start).endsWith('IF ');
        const found = findingsOf(file, text);
        pending ||= found.some(isOther);
        findings.push(...found.filter((one) => !isOther(one)));
      }
      return {
        findings: files.flatMap((file) => findings.filter((one) => one.file === file)),
        notes,
        files,
        ...(pending ? { pending } : {}),
      };
    },
    // As much as lines above handlers need.
    facts: (path) => {
      const functions = [...(texts.get(path) ?? '').matchAll(/\bHANDLER (\w+)\(/g)].map(({ index, 1: name = '' }) => ({
        name,
        nameSpan: { start: index + 8, end: index + 8 + name.length },
      }));
      return functions.length > 0 ? ({ functions } as unknown as FileFacts) : undefined;
    },
    surface: () => {
      const until = performance.now() + ([...texts.values()].some((text) => text.includes('DEAR')) ? 20 : 0);
      while (performance.now() < until);
      return [...texts].flatMap(([file, text]) =>
        [...text.matchAll(/ROUTE (\w+) (\w+)/g)].map(({ index, 1: name = '', 2: label = '' }) => ({
          kind: 'ioctl',
          name: label,
          facts: [],
          place: { file, start: index, end: index + 5 },
          handlers: [`a.c:${name}`],
          label,
        })),
      );
    },
    gaps: () => [],
    ruleMetas: [
      {
        id: 'bad-word',
        title: 'A bad word',
        threats: ['Words'],
        severity: 'error',
        precision: 'high',
        cwe: [],
        profile: 'default',
      },
    ],
    dispose: () => {
      log.disposed++;
    },
    hoverAt: (path, offset) => {
      const at = texts.get(path)?.indexOf('ORIGIN') ?? -1;
      return at >= 0 && offset >= at && offset <= at + 6 ? { start: at, end: at + 6, markdown: '**SharedPages**' } : undefined;
    },
  };
}
