/** Applies fixes to texts as an editor's fix-all does, and remembers which lines were touched. Offsets are UTF-16 units. */
import type { TextEdit } from '../../server/src/rules/finding';
import type { ReportedFinding } from '../../server/src/report/workspace';

export interface Edited {
  readonly texts: ReadonlyMap<string, string>;
  /** 1-based lines that the edits touched, in the old and in the new text. */
  linesBefore(file: string): ReadonlySet<number>;
  linesAfter(file: string): ReadonlySet<number>;
}

/** The first fix with edits of every finding of the rule, right to left; undefined when no finding offers one. */
export function applyFixes(
  rule: string,
  texts: ReadonlyMap<string, string>,
  findings: readonly ReportedFinding[],
): Edited | undefined {
  const edits = findings
    .filter((f) => f.rule === rule && !f.suppression)
    .flatMap((f) => f.fixes.find((x) => x.class !== 'text' && x.edits.length > 0)?.edits ?? []);
  if (edits.length === 0) return undefined;
  const out = new Map(texts);
  const before = new Map<string, Set<number>>();
  const after = new Map<string, Set<number>>();
  for (const [file, text] of texts) {
    const own = withoutOverlap(edits.filter((e) => e.file === file));
    let result = text;
    for (const e of [...own].reverse()) result = result.slice(0, e.start) + e.newText + result.slice(e.end);
    out.set(file, result);
    let shift = 0;
    const old = new Set<number>();
    const now = new Set<number>();
    for (const e of own) {
      for (const line of linesOf(text, e.start, e.end)) old.add(line);
      for (const line of linesOf(result, e.start + shift, e.start + shift + e.newText.length)) now.add(line);
      shift += e.newText.length - (e.end - e.start);
    }
    before.set(file, old);
    after.set(file, now);
  }
  return {
    texts: out,
    linesBefore: (file) => before.get(file) ?? new Set(),
    linesAfter: (file) => after.get(file) ?? new Set(),
  };
}

/** In order of position; equal edits once, and of two that overlap the first. */
function withoutOverlap(edits: readonly TextEdit[]): TextEdit[] {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end || (a.newText < b.newText ? -1 : 1));
  const out: TextEdit[] = [];
  for (const e of sorted) {
    const last = out.at(-1);
    if (last && last.start === e.start && last.end === e.end && last.newText === e.newText) continue;
    if (!last || e.start >= last.end) out.push(e);
  }
  return out;
}

/** The 1-based lines from one offset to another, both included; from 0 to an offset: as many as the offset's line number. */
export function linesOf(text: string, start: number, end: number): number[] {
  const first = count(text, start);
  const last = count(text, end);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function count(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
