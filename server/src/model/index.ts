/**
 * The one door to the threat model: facts from `data/`, fences, the prelude, and what the project added. Pure; reads no file.
 */
import aliases from './data/aliases.json';
import apis from './data/apis.json';
import fields from './data/fields.json';
import { createDdiIndex } from './ddi';
import { builtinFence, projectFence } from './fences';
import type { ApiFact, Model, ProjectModel, StructFieldFact } from './model';
import prelude from './prelude.h';
import requests from './requests.h';

// The generator wrote these files from the same field list as the interfaces; a test reads every entry.
const apiTable = apis as unknown as Readonly<Record<string, ApiFact>>;
const fieldTable = fields as unknown as Readonly<Record<string, readonly StructFieldFact[]>>;
const aliasTable: Readonly<Record<string, string>> = aliases;

/** What the kit's headers would tell. */
const PRELUDE = `${prelude}\n${requests}`;

/** A project that said nothing. */
export const emptyProject: ProjectModel = {
  sharedTypes: new Set(),
  sharedFields: new Set(),
  accessors: new Map(),
  fences: new Map(),
  trustedTypes: new Set(),
};

/** Names are looked up as own properties only: a driver may well call something `constructor`. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function builtinApi(name: string): ApiFact | undefined {
  const fact = own(apiTable, name);
  if (fact) return fact;
  const target = own(aliasTable, name);
  const aliased = target === undefined ? undefined : own(apiTable, target);
  return aliased && { ...aliased, name, aliasOf: aliased.name };
}

/** All names that the built-in model has an `api` fact for, aliases included, in no order. */
export function knownApis(): readonly string[] {
  return [...Object.keys(apiTable), ...Object.keys(aliasTable)];
}

/** The model as seen by one project. Cheap: nothing is decoded or copied until it is asked for. */
export function createModel(project: ProjectModel = emptyProject): Model & { readonly ddiDecoded: boolean } {
  const ddi = createDdiIndex();
  const api = (name: string): ApiFact | undefined => project.accessors.get(name) ?? project.fences.get(name) ?? builtinApi(name);
  return {
    api,
    ddi: (name) => ddi.find(name),
    structFields: (typeName) => own(fieldTable, typeName.replace(/^_+/, '')) ?? [],
    prelude: PRELUDE,
    fence(name, architecture, argument) {
      const said = project.fences.get(name);
      return said ? projectFence(said, architecture) : builtinFence(name, api(name), architecture, argument);
    },
    project,
    get ddiDecoded() {
      return ddi.decoded;
    },
  };
}
