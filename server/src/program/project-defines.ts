/**
 * What a project file defines on the compiler's command line in a release build for x64. Reads `.vcxproj`, `sources` and CMake lists as
 * text; evaluates no condition but the names of configurations in it.
 */
import type { MacroDecl } from '../syntax/ast';

export function definesOf(path: string, text: string): ReadonlyMap<string, MacroDecl> {
  const out = new Map<string, MacroDecl>();
  const words = /\.vcxproj$/i.test(path) ? ofVcxproj(text) : /CMakeLists\.txt$/i.test(path) ? ofCMake(text) : ofSources(text);
  for (const word of words) {
    const m = /^([A-Za-z_]\w*)(?:=(.*))?$/.exec(word.trim());
    if (!m?.[1] || out.has(m[1]) || /[$%]\(/.test(m[2] ?? '')) continue;
    out.set(m[1], asMacro(m[1], m[2] ?? '1'));
  }
  return out;
}

/** A macro that stands in no file. */
export function asMacro(name: string, body: string): MacroDecl {
  return { name, body, bodyStart: 0, start: 0, end: 0 };
}

/** Other builds than the one that is assumed. */
const OTHER_BUILD = /Condition\s*=\s*"[^"]*==\s*'[^']*(?:Debug|Win32|x86|ARM|Chk)[^']*'/i;

/** What stands under a condition counts when it stands under all of them: a project may have builds that differ on purpose. */
function* ofVcxproj(text: string): Generator<string> {
  let common: Set<string> | undefined;
  for (const group of text.matchAll(/<ItemDefinitionGroup\b([^>]*)>([^]*?)<\/ItemDefinitionGroup>/g)) {
    const head = group[1] ?? '';
    if (OTHER_BUILD.test(head)) continue;
    const words = new Set(definitionsIn(group[2] ?? ''));
    if (!/\bCondition\b/i.test(head)) yield* words;
    else common = new Set([...words].filter((w) => common?.has(w) ?? true));
  }
  yield* common ?? [];
}

function* definitionsIn(group: string): Generator<string> {
  for (const tool of group.matchAll(/<ClCompile\b[^>]*>([^]*?)<\/ClCompile>/g))
    for (const list of (tool[1] ?? '').matchAll(/<PreprocessorDefinitions\b([^>]*)>([^<]*)</g))
      if (!OTHER_BUILD.test(list[1] ?? '')) yield* (list[2] ?? '').split(';').map((w) => w.trim());
}

/** `C_DEFINES=$(C_DEFINES) -DNAME=1` with continued lines. */
function* ofSources(text: string): Generator<string> {
  for (const line of text.replace(/\\\r?\n/g, ' ').split('\n'))
    if (/^\s*(?:C_DEFINES|MSC_DEFINES|USER_C_FLAGS)\s*=/i.test(line))
      for (const m of line.matchAll(/[-/]D\s*([A-Za-z_][\w=]*)/g)) yield m[1] ?? '';
}

/** What no condition governs. */
function* ofCMake(text: string): Generator<string> {
  const code = unconditional(text.replace(/#[^\n]*/g, ''));
  for (const call of code.matchAll(/\b(add_definitions|add_compile_definitions|target_compile_definitions)\s*\(([^)]*)\)/gi)) {
    const words = (call[2] ?? '').split(/\s+/).filter((w) => w !== '');
    const targets = /^target_/i.test(call[1] ?? '');
    for (const w of targets ? words.slice(1) : words)
      if (!/^(?:PRIVATE|PUBLIC|INTERFACE)$|[<>]/.test(w)) yield w.replace(/^[-/]D/, '');
  }
}

/** A list without what stands between `if()` and `endif()`. */
function unconditional(code: string): string {
  let out = '';
  let deep = 0;
  let from = 0;
  for (const m of code.matchAll(/\b(endif|if)\s*\(/gi)) {
    const closes = m[1]?.toLowerCase() === 'endif';
    if (!closes && deep === 0) out += code.slice(from, m.index);
    deep = Math.max(0, deep + (closes ? -1 : 1));
    if (deep === 0) from = m.index + m[0].length;
  }
  return deep === 0 ? out + code.slice(from) : out;
}
