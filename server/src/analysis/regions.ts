/**
 * What the fields of kernel structures mean: which hold request buffers, which hold lengths, which hold packet or peer data.
 * Request lengths and buffers are one set of atoms per request, so that a check in one function counts in another.
 */
import type { Model } from '../model/model';
import type { Step } from '../rules/finding';
import { lin, type Atoms, type Lin } from './term';
import type { RegionBase, RequestBuffer, Site } from './value';
import type { Origin } from '../model/model';

export type FieldMeaning =
  | { readonly kind: 'region'; readonly region: RegionBase }
  | { readonly kind: 'number'; readonly t: Lin }
  | { readonly kind: 'mdl'; readonly region: RegionBase };

const U32 = 2 ** 32 - 1;

/** Buffers whose content a caller chose, in structures that another component of the system fills. */
const CALLER_DATA: ReadonlyMap<string, Readonly<Record<string, Origin>>> = new Map<string, Readonly<Record<string, Origin>>>([
  ['SCSI_REQUEST_BLOCK', { DataBuffer: 'Buffered' }],
  ['STORAGE_REQUEST_BLOCK', { DataBuffer: 'Buffered' }],
  ['HID_XFER_PACKET', { reportBuffer: 'Buffered' }],
  ['REG_SET_VALUE_KEY_INFORMATION', { Data: 'UserVA' }],
]);

/** Lengths of what a file system fills, among the parameters of a minifilter. What a query is asked with is input. */
const ANSWERED = /Out|Read|(?:^|\.)Query(?!Ea\.EaList)/;

export class Regions {
  readonly inLen: Lin;
  readonly outLen: Lin;
  readonly code: Lin;
  readonly mode: Lin;
  readonly major: Lin;
  readonly minor: Lin;
  private readonly interned = new Map<string, RegionBase>();
  private readonly meanings = new Map<string, FieldMeaning | undefined>();

  constructor(
    private readonly model: Model,
    private readonly atoms: Atoms,
  ) {
    const global = (key: string, lo: number, hi: number): Lin => lin(atoms.atom(key, { frame: false, lo, hi }));
    this.inLen = global('REQ.InLen', 0, U32);
    this.outLen = global('REQ.OutLen', 0, U32);
    this.code = global('REQ.Code', 0, U32);
    this.mode = global('REQ.Mode', 0, 1);
    atoms.mode = this.mode;
    this.major = global('REQ.Major', 0, 27);
    this.minor = global('REQ.Minor', 0, 255);
  }

  region(
    key: string,
    origin: Origin,
    witness: readonly Step[],
    more: { certain?: boolean; inLen?: Lin; outLen?: Lin; request?: RequestBuffer; nestedIn?: string; least?: number } = {},
  ): RegionBase {
    const id = `R:${key}:${origin}`;
    // The same object for the same answer, however the analysis came to ask.
    let name = `${id}${more.certain === false ? '?' : ''}${more.least === undefined ? '' : `+${String(more.least)}`}`;
    for (const w of witness) name += `>${w.file}:${String(w.start)}${w.message}`;
    let r = this.interned.get(name);
    if (!r) {
      r = {
        k: 'region',
        key: id,
        origin,
        witness,
        certain: more.certain ?? true,
        inLen: more.inLen,
        outLen: more.outLen,
        request: more.request,
        nestedIn: more.nestedIn,
        least: more.least,
      };
      this.interned.set(name, r);
    }
    return r;
  }

  step(site: Site, message: string): Step {
    return { file: site.file, start: site.start, end: site.end, at: site.at, role: 'origin', message };
  }

  system(): RegionBase {
    return this.region('Sys', 'Buffered', [], { inLen: this.inLen, outLen: this.outLen, request: 'system' });
  }
  type3(): RegionBase {
    return this.region('Type3', 'UserVA', [], { inLen: this.inLen, request: 'type3' });
  }
  user(): RegionBase {
    return this.region('User', 'UserVA', [], { outLen: this.outLen, request: 'user' });
  }
  /** Memory behind `Irp->MdlAddress`: locked pages of the requestor. */
  direct(): RegionBase {
    return this.region('Direct', 'SharedPages', [], { inLen: this.outLen, outLen: this.outLen, request: 'mdl' });
  }

  /** Meaning of a field of a kernel structure by type and path, or undefined. */
  meaning(key: string): FieldMeaning | undefined {
    if (this.meanings.has(key)) return this.meanings.get(key);
    const m = this.compute(key);
    this.meanings.set(key, m);
    return m;
  }

  private compute(key: string): FieldMeaning | undefined {
    const number = (t: Lin): FieldMeaning => ({ kind: 'number', t });
    const region = (r: RegionBase): FieldMeaning => ({ kind: 'region', region: r });
    const colon = key.indexOf(':');
    const type = key.slice(0, colon);
    const path = key.slice(colon + 1);
    switch (type) {
      case 'IRP':
        switch (path) {
          case 'AssociatedIrp.SystemBuffer':
            return region(this.system());
          case 'UserBuffer':
            return region(this.user());
          case 'MdlAddress':
            return { kind: 'mdl', region: this.direct() };
          case 'RequestorMode':
            return number(this.mode);
        }
        return undefined;
      case 'IO_STACK_LOCATION':
        switch (path) {
          case 'Parameters.DeviceIoControl.InputBufferLength':
          case 'Parameters.FileSystemControl.InputBufferLength':
          case 'Parameters.Write.Length':
          case 'Parameters.Create.EaLength':
          case 'Parameters.SetFile.Length':
          case 'Parameters.SetEa.Length':
          case 'Parameters.SetQuota.Length':
          case 'Parameters.SetVolume.Length':
          case 'Parameters.DeviceControl.InputBufferLength':
            return number(this.inLen);
          case 'Parameters.DeviceIoControl.OutputBufferLength':
          case 'Parameters.FileSystemControl.OutputBufferLength':
          case 'Parameters.Read.Length':
          case 'Parameters.QueryFile.Length':
          case 'Parameters.QueryDirectory.Length':
          case 'Parameters.QueryEa.Length':
          case 'Parameters.QuerySecurity.Length':
          case 'Parameters.QueryVolume.Length':
          case 'Parameters.WMI.BufferSize':
            return number(this.outLen);
          case 'Parameters.DeviceIoControl.IoControlCode':
          case 'Parameters.FileSystemControl.FsControlCode':
            return number(this.code);
          case 'Parameters.DeviceIoControl.Type3InputBuffer':
          case 'Parameters.FileSystemControl.Type3InputBuffer':
            return region(this.type3());
          case 'MajorFunction':
            return number(this.major);
          case 'MinorFunction':
            return number(this.minor);
        }
        return undefined;
      case 'NDIS_OID_REQUEST':
        if (/^DATA\.(QUERY|SET|METHOD)_INFORMATION\.InformationBuffer$/.test(path))
          return region(
            this.region(`Oid:${path}`, 'Peer', [], {
              inLen: this.atomOf(`OID.${path.split('.')[1] ?? ''}`),
              outLen: this.atomOf(`OID.${path.split('.')[1] ?? ''}`),
              request: 'oid',
            }),
          );
        if (/^DATA\.(QUERY|SET|METHOD)_INFORMATION\.(InformationBufferLength|InputBufferLength|OutputBufferLength)$/.test(path))
          return number(this.atomOf(`OID.${path.split('.')[1] ?? ''}`));
        return undefined;
      case 'NET_BUFFER':
        if (path === 'CurrentMdl' || path === 'MdlChain' || path === 'FirstMdl' || /NetBufferHeader\..*Mdl/.test(path))
          return { kind: 'mdl', region: this.region('Packet', 'Packet', []) };
        return undefined;
      case 'WDF_REQUEST_PARAMETERS':
        if (/^Parameters\.DeviceIoControl\.InputBufferLength$|^Parameters\.Write\.Length$/.test(path)) return number(this.inLen);
        if (/^Parameters\.DeviceIoControl\.OutputBufferLength$|^Parameters\.Read\.Length$/.test(path)) return number(this.outLen);
        if (path === 'Parameters.DeviceIoControl.IoControlCode') return number(this.code);
        if (path === 'Parameters.DeviceIoControl.Type3InputBuffer') return region(this.type3());
        return undefined;
      case 'URB_HEADER':
        // Stated by the driver that sends the URB, or by the one that completed it.
        if (path === 'Length') return number(this.atomOf('PEER.Urb', 0xffff));
        return undefined;
      case 'FLT_PARAMETERS': {
        // The lengths and the code stand at the same place under each name of the union.
        const field = /^(?:DeviceIo|FileSystem)Control\.\w+\.(\w+)$/.exec(path)?.[1];
        if (field === 'InputBufferLength') return number(this.inLen);
        if (field === 'OutputBufferLength') return number(this.outLen);
        if (field === 'IoControlCode' || field === 'FsControlCode') return number(this.code);
        break;
      }
      case 'FLT_CALLBACK_DATA':
        if (path === 'RequestorMode') return number(this.mode);
        return undefined;
      default:
        break;
    }
    return this.fromFacts(type, path);
  }

  atomOf(key: string, hi = U32): Lin {
    return lin(this.atoms.atom(key, { frame: false, lo: 0, hi }));
  }

  private fromFacts(type: string, path: string): FieldMeaning | undefined {
    const fact = this.model.structFields(type).find((f) => f.path === path);
    if (!fact) return undefined;
    const data = CALLER_DATA.get(type);
    if (data?.[path] !== undefined) return { kind: 'region', region: this.region(`${type}.${path}`, data[path], []) };
    if (fact.is === 'user-va' || fact.is === 'user-va or kernel')
      return {
        kind: 'region',
        region: this.region(`${type}.${path}`, fact.locked ? 'SharedPages' : 'UserVA', [], {
          inLen: this.inLen,
          outLen: this.outLen,
        }),
      };
    if (fact.is === 'kernel-copy')
      return {
        kind: 'region',
        region: this.region(`${type}.${path}`, 'Buffered', [], {
          inLen: this.inLen,
          outLen: this.outLen,
          // What a control code was sent with; the buffers of other operations are as long as the system says.
          request: /^(DeviceIo|FileSystem)Control\.Buffered\./.test(path) ? 'system' : undefined,
        }),
      };
    // Whose pages an MDL describes, its own field does not say.
    if (fact.is === 'shared')
      return { kind: 'region', region: this.region(`${type}.${path}`, 'SharedPages', [], { certain: type !== 'MDL' }) };
    if (fact.is === 'mdl')
      return { kind: 'mdl', region: this.region(`${type}.${path}`, 'SharedPages', [], { certain: type === 'FLT_PARAMETERS' }) };
    if (fact.is === 'mode') return { kind: 'number', t: this.mode };
    if (fact.is === 'ioctl-code') return { kind: 'number', t: this.code };
    // Lengths of other structures belong to those structures.
    if (fact.is === 'length' && type === 'FLT_PARAMETERS')
      return { kind: 'number', t: ANSWERED.test(path) ? this.outLen : this.inLen };
    return undefined;
  }
}
