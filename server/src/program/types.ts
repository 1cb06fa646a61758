/**
 * Resolved types and their layout by the Microsoft ABI for x64. An unknown member makes a size unknown; nothing is guessed.
 */
import type { Expr, RecordDecl, TypeRef } from '../syntax/ast';
import type { Program } from './program';

export type Ty =
  | { readonly k: 'int'; readonly size: 1 | 2 | 4 | 8; readonly signed: boolean; readonly name: string; readonly vol?: boolean }
  | { readonly k: 'float'; readonly size: number; readonly vol?: boolean }
  | { readonly k: 'void'; readonly vol?: boolean }
  | { readonly k: 'ptr'; readonly ref: TypeRef; readonly file: string; readonly vol?: boolean }
  | { readonly k: 'rec'; readonly rec: Rec; readonly vol?: boolean }
  | { readonly k: 'arr'; readonly of: Ty; readonly n?: number; readonly vol?: boolean }
  | { readonly k: 'fn'; readonly ref: TypeRef; readonly file: string; readonly vol?: boolean }
  | { readonly k: 'unknown'; readonly name: string; readonly vol?: boolean };

export interface RecField {
  readonly name: string;
  readonly ty: Ty;
  /** Bytes from the start; absent when something before it has an unknown size. */
  readonly offset?: number;
  /** Width for a bit-field. */
  readonly bits?: number;
}

export class Rec {
  private fieldsCache: readonly RecField[] | undefined;
  private sizeCache: number | undefined;
  private alignCache = 1;
  private building = false;
  /** Answers to questions about names; null: there is no such field. */
  private readonly byName = new Map<string, RecField | null>();
  private readonly unioned = new Map<string, boolean>();
  /** Name of the type, the same for `_X` and `X`. */
  readonly key: string;
  constructor(
    readonly name: string,
    readonly file: string,
    readonly decl: RecordDecl,
    private readonly types: Types,
  ) {
    this.key = recKey(name, file);
  }

  get fields(): readonly RecField[] {
    this.build();
    return this.fieldsCache ?? [];
  }
  /** Bytes, or undefined. */
  get size(): number | undefined {
    this.build();
    return this.sizeCache;
  }
  get align(): number {
    this.build();
    return this.alignCache;
  }

  /** A field by name, through anonymous members; offset from the start of this record. */
  field(name: string): RecField | undefined {
    if (this.building) return this.find(name);
    const known = this.byName.get(name);
    if (known !== undefined) return known ?? undefined;
    const found = this.find(name);
    this.byName.set(name, found ?? null);
    return found;
  }
  private find(name: string): RecField | undefined {
    for (const f of this.fields) {
      if (f.name === name) return f;
      if (f.name === '' && f.ty.k === 'rec') {
        const inner = f.ty.rec.field(name);
        if (inner)
          return { ...inner, offset: f.offset === undefined || inner.offset === undefined ? undefined : f.offset + inner.offset };
      }
    }
    return undefined;
  }

  /** Whether a member shares its bytes with another. */
  isOfUnion(name: string): boolean {
    let known = this.unioned.get(name);
    if (known === undefined) {
      known =
        this.decl.tag === 'union' ||
        this.fields.some(
          (f) => f.name === '' && f.ty.k === 'rec' && f.ty.rec.decl.tag === 'union' && f.ty.rec.field(name) !== undefined,
        );
      if (!this.building) this.unioned.set(name, known);
    }
    return known;
  }

  private build(): void {
    if (this.fieldsCache || this.building) return;
    this.building = true;
    const out: RecField[] = [];
    const union = this.decl.tag === 'union';
    const pack = this.decl.pack ?? 16;
    let offset: number | undefined = 0;
    let size: number | undefined = 0;
    let align = 1;
    let unit = 0;
    let unitAt = 0;
    let unitUsed = 0;
    for (const f of this.decl.fields) {
      const ty = this.types.resolve(f.type, this.file);
      const s = this.types.sizeOf(ty);
      const a = Math.min(this.types.alignOf(ty) ?? 1, pack);
      const bits = f.bits ? this.types.constant(f.bits, this.file) : undefined;
      if (f.bits) {
        if (offset === undefined || s === undefined || bits === undefined) {
          offset = undefined;
          size = undefined;
          out.push({ name: f.name, ty, bits: bits ?? 0 });
          continue;
        }
        if (bits === 0) {
          unit = 0;
          continue;
        }
        if (unit !== s || unitUsed + bits > s * 8 || union) {
          offset = roundUp(union ? 0 : offset, a);
          unitAt = offset;
          unit = s;
          unitUsed = 0;
          if (!union) offset += s;
        }
        unitUsed += bits;
        align = Math.max(align, a);
        out.push({ name: f.name, ty, offset: unitAt, bits });
        if (size !== undefined) size = Math.max(size, unitAt + s);
        continue;
      }
      unit = 0;
      const flexible = ty.k === 'arr' && ty.n === undefined;
      if (union) {
        out.push({ name: f.name, ty, offset: 0 });
        align = Math.max(align, a);
        size = size === undefined || s === undefined ? undefined : Math.max(size, s);
        continue;
      }
      const at: number | undefined =
        offset === undefined || this.types.alignOf(ty) === undefined ? undefined : roundUp(offset, a);
      out.push({ name: f.name, ty, offset: at });
      align = Math.max(align, a);
      if (flexible) {
        offset = at;
        size = at;
        continue;
      }
      offset = at === undefined || s === undefined ? undefined : at + s;
      size = offset;
    }
    if (this.decl.align) align = Math.max(align, this.decl.align);
    this.fieldsCache = out;
    this.alignCache = align;
    this.sizeCache = size === undefined ? undefined : roundUp(size, align);
    this.building = false;
  }
}

function roundUp(n: number, a: number): number {
  return a > 1 ? Math.ceil(n / a) * a : n;
}

const UNKNOWN: Ty = { k: 'unknown', name: '' };
const VOID: Ty = { k: 'void' };
const BUILTIN = new Map<string, Ty>();
function builtin(names: string, size: 1 | 2 | 4 | 8, signed: boolean): void {
  for (const name of names.split(',')) BUILTIN.set(name, { k: 'int', size, signed, name });
}
builtin('char,signed char,__int8,signed __int8,int8_t,CHAR,INT8', 1, true);
builtin('unsigned char,_Bool,bool,unsigned __int8,uint8_t,UCHAR,BYTE,UINT8,BOOLEAN,KIRQL,KPROCESSOR_MODE,CCHAR', 1, false);
builtin('short,short int,signed short,__int16,signed __int16,signed short int,int16_t,SHORT,INT16', 2, true);
builtin('unsigned short,unsigned short int,unsigned __int16,wchar_t,uint16_t,USHORT,WORD,UINT16,WCHAR,ETHERTYPE', 2, false);
builtin(
  'int,signed,signed int,long,long int,signed long,signed long int,__int32,signed __int32,int32_t,LONG,INT,INT32,NTSTATUS,BOOL,HRESULT,NDIS_STATUS',
  4,
  true,
);
builtin(
  'unsigned,unsigned int,unsigned long,unsigned long int,unsigned __int32,uint32_t,ULONG,UINT,DWORD,UINT32,ACCESS_MASK,NDIS_OID,NET_IFINDEX',
  4,
  false,
);
builtin(
  'long long,long long int,signed long long,__int64,signed __int64,int64_t,intptr_t,ptrdiff_t,ssize_t,LONGLONG,LONG64,INT64,LONG_PTR,INT_PTR,SSIZE_T',
  8,
  true,
);
builtin(
  'unsigned long long,unsigned long long int,unsigned __int64,uint64_t,uintptr_t,size_t,ULONGLONG,ULONG64,UINT64,DWORD64,ULONG_PTR,UINT_PTR,SIZE_T,KAFFINITY,KSPIN_LOCK,PFN_NUMBER',
  8,
  false,
);

export class Types {
  private recs = new Map<RecordDecl, Rec>();
  private cache = new Map<string, WeakMap<TypeRef, Ty>>();
  private version = -1;
  constructor(
    readonly program: Program,
    private readonly evaluate: (e: Expr, file: string) => number | undefined,
  ) {}

  constant(e: Expr, file: string): number | undefined {
    return this.evaluate(e, file);
  }

  resolve(ref: TypeRef, file: string): Ty {
    if (this.version !== this.program.version) {
      this.cache.clear();
      this.recs = new Map();
      this.version = this.program.version;
    }
    let byFile = this.cache.get(file);
    if (!byFile) this.cache.set(file, (byFile = new WeakMap()));
    const known = byFile.get(ref);
    if (known) return known;
    const ty = this.compute(ref, file, 0);
    byFile.set(ref, ty);
    return ty;
  }

  private compute(ref: TypeRef, file: string, depth: number): Ty {
    if (depth > 24) return UNKNOWN;
    const vol = ref.volatile ? { vol: true } : undefined;
    switch (ref.kind) {
      case 'pointer':
        return { k: 'ptr', ref: ref.to, file, ...vol };
      case 'array': {
        const of = this.compute(ref.of, file, depth + 1);
        const n = ref.size ? this.evaluate(ref.size, file) : undefined;
        return { k: 'arr', of, n, ...vol };
      }
      case 'function':
        return { k: 'fn', ref, file };
      case 'tag': {
        if (ref.tag === 'enum') return { k: 'int', size: 4, signed: true, name: ref.name, ...vol };
        const found = this.program.record(ref.name, file);
        if (found) return { k: 'rec', rec: this.rec(found.decl, found.file), ...vol };
        return { k: 'unknown', name: ref.name, ...vol };
      }
      case 'name': {
        if (ref.name === 'void' || ref.name === 'VOID') return vol ? { k: 'void', ...vol } : VOID;
        const plain = BUILTIN.get(ref.name);
        if (plain) return vol ? { ...plain, ...vol } : plain;
        if (ref.name === 'float' || ref.name === 'double') return { k: 'float', size: ref.name === 'float' ? 4 : 8 };
        const found = this.program.typedef(ref.name, file);
        if (found) {
          const inner =
            found.decl.type.kind === 'name' && found.decl.type.name === ref.name
              ? UNKNOWN
              : this.compute(found.decl.type, found.file, depth + 1);
          return vol ? { ...inner, ...vol } : inner;
        }
        const macro = this.program.macro(ref.name, file);
        if (macro && !macro.decl.params) {
          const m = /^\s*(?:const\s+)?(struct|union|enum)?\s*([A-Za-z_][\w ]*?)\s*(\**)\s*$/.exec(macro.decl.body);
          if (m?.[2] && m[2] !== ref.name) {
            let inner: TypeRef = m[1] ? { kind: 'tag', tag: m[1] as 'struct', name: m[2] } : { kind: 'name', name: m[2] };
            for (let i = 0; i < (m[3]?.length ?? 0); i++) inner = { kind: 'pointer', to: inner };
            return this.compute(inner, macro.file, depth + 1);
          }
        }
        const rec = this.program.record(ref.name, file);
        if (rec) return { k: 'rec', rec: this.rec(rec.decl, rec.file), ...vol };
        return { k: 'unknown', name: ref.name, ...vol };
      }
    }
  }

  private rec(decl: RecordDecl, file: string): Rec {
    let rec = this.recs.get(decl);
    if (!rec) this.recs.set(decl, (rec = new Rec(decl.name, file, decl, this)));
    return rec;
  }

  pointee(ty: Ty): Ty {
    if (ty.k === 'ptr') return this.resolve(ty.ref, ty.file);
    if (ty.k === 'arr') return ty.of;
    return UNKNOWN;
  }

  /** Bytes, or undefined when a member is unknown. */
  sizeOf(ty: Ty): number | undefined {
    switch (ty.k) {
      case 'int':
      case 'float':
        return ty.size;
      case 'ptr':
      case 'fn':
        return 8;
      case 'rec':
        return ty.rec.size;
      case 'arr': {
        const s = this.sizeOf(ty.of);
        return s === undefined || ty.n === undefined ? undefined : s * ty.n;
      }
      default:
        return undefined;
    }
  }

  alignOf(ty: Ty): number | undefined {
    switch (ty.k) {
      case 'int':
      case 'float':
        return ty.size;
      case 'ptr':
      case 'fn':
        return 8;
      case 'rec':
        return ty.rec.align;
      case 'arr':
        return this.alignOf(ty.of);
      default:
        return undefined;
    }
  }

  /** The name under which fields of this type are known: the tag without leading underscores. */
  static key(ty: Ty): string | undefined {
    if (ty.k === 'rec') return ty.rec.key;
    if (ty.k === 'unknown' && ty.name) return ty.name.replace(/^_+/, '');
    return undefined;
  }
}

function recKey(name: string, file: string): string {
  return name.startsWith('<') ? `${name}${file}` : name.replace(/^_+/, '');
}

export function isPointer(ty: Ty | undefined): boolean {
  return ty?.k === 'ptr' || ty?.k === 'arr' || ty?.k === 'fn';
}
