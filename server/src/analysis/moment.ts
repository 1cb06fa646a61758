/** What a rule can ask at the moment of an event. */
import type { Expr, FunctionDecl, Span, TryStmt } from '../syntax/ast';
import type { Model } from '../model/model';
import type { Constants } from '../program/constants';
import type { Program } from '../program/program';
import type { Ty, Types } from '../program/types';
import type { OriginHit, RequestView, View } from './events';
import { show } from './fields';
import type { Frame } from './frame';
import type { Mark, State } from './state';
import { same, single, type Lin } from './term';
import type { Base, RegionBase, Taint, Target, Val } from './value';

const NO_HITS: readonly OriginHit[] = [];

/** The view of one event. */
export class Moment implements View {
  readonly file: string;
  readonly fn: FunctionDecl;
  readonly inTry: boolean;
  readonly tryStmt: TryStmt | undefined;
  readonly program: Program;
  readonly types: Types;
  readonly constants: Constants;
  readonly model: Model;
  constructor(
    private readonly frame: Frame,
    readonly state: State,
  ) {
    this.file = frame.file;
    this.fn = frame.fn;
    this.inTry = frame.inTry;
    this.tryStmt = frame.tryStatement;
    this.program = frame.program;
    this.types = frame.types;
    this.constants = frame.constants;
    this.model = frame.model;
  }
  // Answers of this moment: many rules ask the same.
  private requested: RequestView | undefined;
  private readonly asked: (readonly Target[])[] = [];
  private readonly answers: (readonly OriginHit[])[] = [];

  get request(): RequestView {
    return (this.requested ??= this.frame.request(this.state));
  }
  origins(targets: readonly Target[]): readonly OriginHit[] {
    if (targets.length === 0) return NO_HITS;
    const known = this.answers[this.asked.indexOf(targets)];
    if (known) return known;
    const hits = this.frame.origins(targets, this.state);
    this.asked.push(targets);
    this.answers.push(hits);
    return hits;
  }
  pointee(val: Val): readonly OriginHit[] {
    return this.origins(val.pts);
  }
  describedBy(mdl: Val): { readonly va: readonly Target[]; readonly userLocked: boolean; readonly pages: readonly RegionBase[] } {
    const va: Target[] = [];
    const pages: RegionBase[] = [];
    let userLocked = false;
    for (const t of mdl.pts) {
      const fact = this.frame.memory.heap.mdl(t.base.key);
      va.push(...(this.state.cell(t.base, '$va')?.pts ?? fact?.va ?? []));
      userLocked ||= fact?.userLock !== undefined;
      const given = this.frame.memory.pagesOf(t.base);
      if (given) pages.push(given);
    }
    return { va, userLocked, pages };
  }
  range(t: Lin): { lo: number; hi: number } {
    return this.state.bounds.range(t);
  }
  proves(t: Lin): boolean {
    return this.state.bounds.proves(t);
  }
  wasCompared(t: Lin): boolean {
    return this.state.wasCompared(t);
  }
  isGiven(t: Lin): boolean {
    return single(t)?.given === true;
  }
  requestLength(val: Val): 'input' | 'output' | undefined {
    const { inLen, outLen } = this.request;
    return same(val.t, inLen) ? 'input' : same(val.t, outLen) ? 'output' : undefined;
  }
  constant(x: Expr): number | undefined {
    return this.constants.evaluate(x, this.file);
  }
  mark(tag: string, base?: Base, path?: string): Mark | undefined {
    return this.state.hasMust(tag, base, path) ?? this.state.hasMay(tag, base, path);
  }
  setMark(m: Mark): void {
    this.state.setMay(m);
  }
  describe(t: Target): string {
    return show(t);
  }
  text(span: Span): string {
    return this.frame.text(span);
  }
  placeName(place: Span): string {
    return this.frame.site(place).at;
  }
  taints(val: Val): readonly Taint[] {
    return val.taint;
  }
  locations(targets: readonly Target[]): readonly string[] {
    return targets.map((t) => `${t.base.key}|${t.path}`);
  }
  memberType(t: Target): Ty | undefined {
    return this.frame.memory.memberType(t);
  }
  typeOf(x: Expr): Ty | undefined {
    return this.frame.staticType(x);
  }
}
