/**
 * Abstract memory, as the evaluator and the models of interfaces use it: loads, stores, and what memory a pointer leads to. How each of them
 * is answered is the business of the parts; what a part needs to ask, it asks the parts before it.
 */
import type { Model } from '../model/model';
import type { Step } from '../rules/finding';
import type { Rec, Ty, Types } from '../program/types';
import type { OriginHit } from './events';
import { Fields } from './fields';
import type { Heap } from './heap';
import { Loads, type Reading } from './loads';
import { Objects } from './objects';
import { Origins } from './origins';
import type { Regions } from './regions';
import type { State } from './state';
import { StoredValues } from './stored-values';
import { Stores } from './stores';
import type { Atoms } from './term';
import type { AllocBase, Base, FieldKey, RegionBase, Site, SymBase, Target, Val } from './value';

export class Memory {
  private readonly fields: Fields;
  private readonly objects: Objects;
  private readonly origins: Origins;
  private readonly loads: Loads;
  private readonly stores: Stores;

  constructor(
    readonly heap: Heap,
    regions: Regions,
    types: Types,
    atoms: Atoms,
    model: Model,
  ) {
    this.fields = new Fields();
    this.objects = new Objects(regions);
    this.origins = new Origins(heap, regions, this.fields, model);
    const stored = new StoredValues(heap, regions, atoms, this.fields, this.objects, this.origins);
    this.loads = new Loads(types, atoms, this.fields, this.objects, this.origins, stored);
    this.stores = new Stores(heap, atoms, this.fields, this.origins);
  }

  // ---- reading and writing

  load(state: State, places: readonly Target[], ty: Ty, reading: Reading): Val {
    return this.loads.load(state, places, ty, reading);
  }
  store(state: State, targets: readonly Target[], v: Val, site: Site): void {
    this.stores.store(state, targets, v, site);
  }
  /** Tells the heap what a field holds. */
  publish(t: Target, v: Val, site: Site): void {
    this.stores.publish(t, v, site);
  }

  // ---- what a pointer leads to

  /** Targets of a pointer value, with a symbolic object where nothing is known. */
  targetsOf(v: Val, from?: FieldKey): readonly Target[] {
    return this.objects.targetsOf(v, from);
  }
  sym(t: Val['t'], from?: FieldKey): SymBase {
    return this.objects.sym(t, from);
  }
  /** The MDL object that describes pages of a known origin. */
  mdlOf(pages: RegionBase): AllocBase {
    return this.objects.mdlOf(pages);
  }
  /** The pages that such an MDL describes. */
  pagesOf(mdl: Base): RegionBase | undefined {
    return this.objects.pagesOf(mdl);
  }

  // ---- members

  /** Record types by their key, as they are met. */
  get recs(): Map<string, Rec> {
    return this.fields.recs;
  }
  keyOf(ty: Ty): string | undefined {
    return this.fields.keyOf(ty);
  }
  field(t: Target, name: string, container: Ty): Target {
    return this.fields.field(t, name, container);
  }
  /** Gives a target the type of the pointer through which it is reached. */
  typed(t: Target, ty: Ty): Target {
    return this.fields.typed(t, ty);
  }
  /** Type of the member that a pointer points to, by the declaration of the object around it. */
  memberType(t: Target): Ty | undefined {
    return this.fields.memberType(t);
  }

  // ---- who can write there

  originsOf(state: State, t: Target): readonly OriginHit[] {
    return this.origins.originsOf(state, t);
  }
  /** How memory that the driver allocated comes to be mapped to user mode, if it is. */
  sharedBy(base: AllocBase): readonly Step[] | undefined {
    return this.origins.sharedBy(base);
  }
  mayBeShared(base: SymBase, root: string | undefined): boolean {
    return this.origins.mayBeShared(base, root);
  }
}
