/**
 * Which branch of `#if` is live, and what its conditions tested. Dead text is blanked.
 * Owns the definitions in force at the present place of the text.
 */
import type { Span } from '../syntax/ast';
import type { Conditional, Configuration, Gap } from '../syntax/facts';
import { C } from './characters';
import { holds, type MacroLike } from './conditions';
import type { Consultation } from './consult';
import type { Overlay } from './overlay';
import { TARGET, VERSIONS } from './target';

/** What the value of an undefined name is called in `FileFacts.conditions`. */
export const NOT_DEFINED = 'undefined';

/** How far behind a condition the definition that makes it a guard may start. */
const NEAR = 400;
const DEFINES = /^#\s*define\s+([\w$]+)/;

interface Branch {
  /** The text before the `#if` was live. */
  readonly outer: boolean;
  live: boolean;
  /** Some branch was already taken. */
  taken: boolean;
  readonly start: number;
  /** What its conditions tested. */
  readonly names: Set<string>;
}

export class Branches {
  readonly inactive: Span[] = [];
  readonly conditions = new Map<string, string>();
  readonly conditionals: Conditional[] = [];
  /** Names that the condition at hand tests. */
  private tested = new Set<string>();
  /** Definitions in force. */
  readonly live = new Map<string, MacroLike>();
  /** Names that the file took back. */
  readonly gone = new Set<string>();
  private readonly stack: Branch[] = [];
  private deadFrom = -1;

  constructor(
    private readonly text: string,
    private readonly overlay: Overlay,
    private readonly ask: Consultation,
    private readonly configuration: Configuration,
    private readonly gaps: Gap[],
  ) {}

  get dead(): boolean {
    return this.deadFrom >= 0;
  }

  /** True while an `#if` waits for its `#endif`. */
  get open(): boolean {
    return this.stack.length > 0;
  }

  /** Handles a conditional directive; false when it is none. */
  directive(name: string, rest: string, at: number, end: number): boolean {
    const top = this.stack.at(-1);
    const { dead } = this;
    switch (name) {
      case 'if':
      case 'ifdef':
      case 'ifndef': {
        this.tested = new Set();
        const live = !dead && this.test(name, rest, end);
        this.stack.push({ outer: !dead, live, taken: live, start: at, names: this.tested });
        break;
      }
      case 'elif':
      case 'elifdef':
      case 'elifndef':
        if (top) {
          this.tested = top.names;
          top.live = top.outer && !top.taken && this.test(name.slice(2), rest, end);
          top.taken ||= top.live;
        }
        break;
      case 'else':
        if (top) {
          top.live = top.outer && !top.taken;
          top.taken = true;
        }
        break;
      case 'endif':
        this.stack.pop();
        if (top && top.names.size > 0) this.conditionals.push({ start: top.start, end, names: [...top.names] });
        if (!top) this.gaps.push({ kind: 'guess', start: at, end, message: 'An `#endif` has no `#if`; it was passed over.' });
        break;
      default:
        return false;
    }
    const now = this.stack.at(-1);
    const live = now === undefined || (now.outer && now.live);
    if (dead && live) this.revive(at);
    else if (!dead && !live) {
      this.overlay.blank(at, end);
      this.deadFrom = end;
    }
    return true;
  }

  /** The text is live again from here on. */
  revive(at: number): void {
    this.overlay.blank(this.deadFrom, at);
    if (at > this.deadFrom) this.inactive.push({ start: this.deadFrom, end: at });
    this.deadFrom = -1;
  }

  private test(kind: string, rest: string, end: number): boolean {
    if (kind === 'if') {
      const guard = /^\s*!\s*defined\s*\(?\s*([A-Za-z_$][\w$]*)\s*\)?\s*$/.exec(rest)?.[1];
      const quiet = guard !== undefined && this.guards(guard, end);
      return holds(rest, { lookup: (name) => this.lookup(name, quiet) });
    }
    const name = /[A-Za-z_$][\w$]*/.exec(rest)?.[0];
    if (name === undefined) return kind === 'ifndef';
    if (kind === 'ifndef' && this.guards(name, end)) return this.lookup(name, true) === undefined;
    return (this.lookup(name, false) !== undefined) === (kind !== 'ifndef');
  }

  /** True when `#define name` follows at once: an include guard or a default, no question that is worth a configuration. */
  private guards(name: string, end: number): boolean {
    const { codes } = this.overlay;
    let at = end;
    while (at < end + NEAR && codes[at] !== C.Hash && at < this.text.length) at++;
    return codes[at] === C.Hash && DEFINES.exec(this.text.slice(at, at + 200))?.[1] === name;
  }

  /** What stands for a name at this place: the configuration, then the file's own definitions, the target, other files. */
  private lookup(name: string, quiet: boolean): MacroLike | undefined {
    if (!quiet) this.tested.add(name);
    if (this.configuration.has(name)) {
      const told = this.configuration.get(name);
      if (!quiet) this.conditions.set(name, told ?? NOT_DEFINED);
      return told === undefined ? undefined : { body: told };
    }
    const own = this.live.get(name);
    if (own) return own;
    if (this.gone.has(name)) return undefined;
    if (quiet) return undefined;
    const assumed = TARGET.get(name);
    if (assumed !== undefined) {
      this.conditions.set(name, assumed);
      return { body: assumed };
    }
    const version = VERSIONS.get(name);
    if (version !== undefined) return { body: version };
    const other = this.ask.macro(name);
    this.conditions.set(name, other ? other.body : NOT_DEFINED);
    return other;
  }
}
