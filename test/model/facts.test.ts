/** Facts that rules stand on, checked one by one against the documentation; and that asking is cheap. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { createModel, knownApis } from '../../server/src/model';

const model = createModel();

describe('calls', () => {
  const sinks: readonly (readonly [string, string, Readonly<Record<string, number>>])[] = [
    ['RtlCopyMemory', 'sized-copy', { dst: 0, src: 1, len: 2 }],
    ['RtlMoveMemory', 'sized-copy', { dst: 0, src: 1, len: 2 }],
    ['memcpy', 'sized-copy', { dst: 0, src: 1, len: 2 }],
    ['memmove', 'sized-copy', { dst: 0, src: 1, len: 2 }],
    ['memcpy_s', 'sized-copy', { dst: 0, dstSize: 1, src: 2, len: 3 }],
    ['NdisMoveMemory', 'sized-copy', { dst: 0, src: 1, len: 2 }],
    ['NdisMoveMappedMemory', 'sized-copy', { dst: 0, src: 1, len: 2 }],
    ['memset', 'sized-fill', { dst: 0, fill: 1, len: 2 }],
    ['RtlFillMemory', 'sized-fill', { dst: 0, len: 1, fill: 2 }],
    ['RtlZeroMemory', 'sized-fill', { dst: 0, len: 1 }],
    ['RtlSetVolatileMemory', 'bulk-fill', { dst: 0, fill: 1, len: 2 }],
    ['RtlFillVolatileMemory', 'bulk-fill', { dst: 0, len: 1, fill: 2 }],
    ['RtlCopyVolatileMemory', 'bulk-copy', { dst: 0, src: 1, len: 2 }],
    ['WdfMemoryCopyToBuffer', 'bounded-copy', { srcObject: 0, offset: 1, dst: 2, len: 3 }],
    ['CopyFromUser', 'user-copy', { dst: 0, src: 1, len: 2 }],
    ['memcmp', 'compare', { a: 0, b: 1, len: 2 }],
    ['strcpy', 'unbounded-string', { dst: 0, src: 1 }],
    ['sprintf', 'unbounded-format', { dst: 0, format: 1 }],
    ['_snwprintf', 'bounded-string', { dst: 0, dstSize: 1, format: 2 }],
    ['wcslen', 'string-length', { src: 0 }],
    ['ProbeForRead', 'probe', { address: 0, len: 1, alignment: 2 }],
    ['MmProbeAndLockPages', 'lock-user-pages', { mdl: 0, mode: 1, operation: 2 }],
    ['IoAllocateMdl', 'mdl-alloc', { va: 0, length: 1, secondary: 2, chargeQuota: 3, irp: 4 }],
    ['WdfRequestRetrieveInputBuffer', 'request-buffer', { request: 0, minLen: 1, bufferOut: 2, lengthOut: 3 }],
    ['ZwQueryValueKey', 'reg-query', { key: 0, name: 1, class: 2, buffer: 3, len: 4, lengthOut: 5 }],
  ];
  for (const [name, role, args] of sinks) {
    it(`${name} is ${role} and takes its arguments where the documentation has them`, () => {
      const fact = model.api(name);
      assert.equal(fact?.role, role);
      for (const [word, position] of Object.entries(args))
        if (fact?.args?.[word] !== undefined) assert.equal(fact.args[word], position, word);
      if (role !== 'mdl-alloc') assert.deepEqual(fact?.args, args);
    });
  }

  const accessors: readonly (readonly [string, 'read' | 'write', number, string])[] = [
    ['ReadNoFence', 'read', 32, 'relaxed'],
    ['ReadNoFence8', 'read', 8, 'relaxed'],
    ['ReadNoFence16', 'read', 16, 'relaxed'],
    ['ReadNoFence64', 'read', 64, 'relaxed'],
    ['ReadULongNoFence', 'read', 32, 'relaxed'],
    ['ReadULongAcquire', 'read', 32, 'acquire'],
    ['ReadULong64Acquire', 'read', 64, 'acquire'],
    ['ReadUCharNoFence', 'read', 8, 'relaxed'],
    ['ReadUShortNoFence', 'read', 16, 'relaxed'],
    ['ReadPointerNoFence', 'read', 64, 'relaxed'],
    ['ReadUInt32Acquire', 'read', 32, 'acquire'],
    ['ReadSizeTNoFence', 'read', 64, 'relaxed'],
    ['WriteULongRelease', 'write', 32, 'release'],
    ['WriteULong64NoFence', 'write', 64, 'relaxed'],
    ['WritePointerRelease', 'write', 64, 'release'],
    ['__ldar32', 'read', 32, 'acquire'],
    ['__stlr64', 'write', 64, 'release'],
  ];
  for (const [name, access, width, order] of accessors) {
    it(`${name} is a ${order} ${access} of ${String(width)} bits and no fence`, () => {
      const fact = model.api(name);
      assert.deepEqual([fact?.role, fact?.access, fact?.width, fact?.order], ['volatile-accessor', access, width, order]);
      assert.equal(model.fence(name, 'x64'), undefined);
      assert.equal(model.fence(name, 'arm64'), undefined);
    });
  }

  it('casts volatile away in the Raw accessors', () => {
    assert.equal(model.api('ReadULongRaw')?.order, 'raw');
    assert.notEqual(model.api('ReadULongRaw')?.volatile, true);
  });

  it('does not know names that do not exist', () => {
    const wrong = [
      ...[
        'ReadLongNoFence',
        'ReadLong64NoFence',
        'ReadShortNoFence',
        'ReadCharAcquire',
        'ReadHandleNoFence',
        'ReadUInt64NoFence',
        'WriteLongRelease',
      ],
      ...[
        'WriteBooleanRaw',
        'ReadUInt16NoFence',
        'ReadLongLongFromUser',
        'WriteLongLongToUser',
        'ReadLargeIntegerFromUserAcquire',
        'CopyToUserAligned',
      ],
      ...[
        'InterlockedExchangeToUser',
        'RtlEqualVolatileMemory',
        'RtlCompareVolatileMemory',
        'RtlSetDeviceMemory',
        'FILTER_SEND_NBL_COMPLETE',
      ],
      ...[
        'FILTER_CANCEL_SEND',
        'FILTER_DEVICE_PNP_EVENT',
        'FwpsInjectStreamDataAsync',
        'RtlStringCbCopyN',
        'RtlSSizeTAdd',
        'FltCopyFromUser',
      ],
      ...['constructor', '__proto__', 'toString', ''],
    ];
    for (const name of wrong) {
      assert.equal(model.api(name), undefined, name);
      assert.equal(model.fence(name, 'x64'), undefined, name);
    }
    assert.ok(
      model.api('ReadLonglongFromUser') && model.api('RtlStringCbCopyNW') && model.api('FILTER_SEND_NET_BUFFER_LISTS_COMPLETE'),
    );
  });

  it('answers to aliases and to network filter names without their version', () => {
    const send = model.api('FwpsInjectNetworkSendAsync');
    assert.deepEqual(
      [send?.name, send?.aliasOf, send?.role],
      ['FwpsInjectNetworkSendAsync', 'FwpsInjectNetworkSendAsync0', 'wfp-inject'],
    );
    assert.equal(model.api('FwpsCalloutRegister')?.aliasOf, 'FwpsCalloutRegister3');
    assert.equal(model.api('FWPS_CALLOUT_CLASSIFY_FN')?.role, 'wfp-classify');
  });

  it('knows what surprises', () => {
    assert.equal(model.api('MmIsAddressValid')?.role, 'not-a-guard');
    assert.equal(model.api('ProbeForRead')?.zeroLengthIsNoCheck, true);
    assert.equal(model.api('MmMapLockedPagesSpecifyCache')?.raises, 'mode=UserMode');
    assert.equal(model.api('WdfRequestProbeAndLockUserBufferForRead')?.raises, false);
    assert.equal(model.api('RtlCopyVolatileMemory')?.multiFetch, true);
    assert.equal(model.api('ExRaiseStatus')?.noreturn, true);
    assert.equal(model.api('strlen')?.pure, true);
    assert.deepEqual(model.api('EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL')?.untrusted, ['request', 'outLen', 'inLen', 'code']);
    assert.deepEqual([model.api('KeAcquireSpinLock')?.order, model.api('KeReleaseSpinLock')?.order], ['acquire', 'release']);
  });

  it('has a role and sound positions for every name', () => {
    const names = knownApis();
    assert.ok(names.length > 1600, String(names.length));
    for (const name of names) {
      const fact = model.api(name);
      assert.equal(fact?.name, name);
      assert.match(fact.role, /^[a-z][a-z0-9-]*$/, name);
      const positions = Object.values(fact.args ?? {});
      assert.ok(
        positions.every((p) => Number.isInteger(p) && p >= 0 && p < 16),
        name,
      );
      assert.equal(new Set(positions).size, positions.length, name);
      assert.ok(fact.width === undefined || [8, 16, 32, 64, 128].includes(fact.width), name);
    }
  });
});

describe('fields of kernel structures', () => {
  it('say where user addresses, shared memory and lengths are', () => {
    const of = (type: string, path: string): string | undefined => model.structFields(type).find((f) => f.path === path)?.is;
    assert.equal(of('IO_STACK_LOCATION', 'Parameters.DeviceIoControl.Type3InputBuffer'), 'user-va');
    assert.equal(of('_IO_STACK_LOCATION', 'Parameters.DeviceIoControl.InputBufferLength'), 'length');
    assert.equal(of('IRP', 'UserBuffer'), 'user-va');
    assert.equal(of('IRP', 'AssociatedIrp.SystemBuffer'), 'kernel-copy');
    assert.equal(of('MDL', 'MappedSystemVa'), 'shared');
    assert.equal(of('FLT_PARAMETERS', 'DeviceIoControl.Neither.InputBuffer'), 'user-va');
    assert.equal(of('SRB_IO_CONTROL', 'Length'), 'length');
    assert.deepEqual(model.structFields('RING'), []);
    assert.deepEqual(model.structFields('constructor'), []);
  });
});

describe('the documentation index', () => {
  it('is decoded when it is first asked, not before', () => {
    const fresh = createModel();
    fresh.api('memcpy');
    fresh.structFields('IRP');
    fresh.fence('KeMemoryBarrier', 'x64');
    assert.equal(fresh.ddiDecoded, false);
    assert.equal(fresh.ddi('ExAllocatePool2')?.name, 'ExAllocatePool2');
    assert.equal(fresh.ddiDecoded, true);
  });

  it('keeps what a hover shows', () => {
    assert.deepEqual(model.ddi('MmMapLockedPagesSpecifyCache'), {
      name: 'MmMapLockedPagesSpecifyCache',
      kind: 'function',
      header: 'wdm.h',
      irql: 'remarks',
      params: [
        { name: 'MemoryDescriptorList', dir: 'in' },
        { name: 'AccessMode', dir: 'in' },
        { name: 'CacheType', dir: 'in' },
        { name: 'RequestedAddress', dir: 'in?' },
        { name: 'BugCheckOnFailure', dir: 'in' },
        { name: 'Priority', dir: 'in' },
      ],
      returns: 'PVOID',
      min: undefined,
      deprecated: undefined,
      reserved: undefined,
      slug: 'wdm/nf-wdm-mmmaplockedpagesspecifycache',
    });
    assert.equal(model.ddi('ExAllocatePool2')?.min, '10 2004');
    assert.equal(model.ddi('IRP')?.slug, 'wdm/ns-wdm-_irp');
    assert.equal(model.ddi('ADDRESS_FIFO')?.slug, '1394/ns-1394-_address_fifo');
    assert.equal(model.ddi('FWPS_CALLOUT0')?.slug, 'fwpsk/ns-fwpsk-fwps_callout0_');
    assert.equal(model.ddi('EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL')?.kind, 'callback');
    assert.equal(model.ddi('ExAllocatePoolWithTag')?.deprecated, true);
  });

  it('finds types by their pointer and tag names, and versioned names', () => {
    assert.equal(model.ddi('PIRP')?.name, 'IRP');
    assert.equal(model.ddi('_IO_STACK_LOCATION')?.name, 'IO_STACK_LOCATION');
    assert.equal(model.ddi('FwpsInjectNetworkSendAsync')?.name, 'FwpsInjectNetworkSendAsync0');
    for (const name of ['ReadLongNoFence', 'constructor', '', 'P', '_']) assert.equal(model.ddi(name), undefined, name);
  });

  it('has a page for every call that claims one', () => {
    const missing = knownApis().filter((name) => {
      const src = model.api(name)?.src ?? '';
      return src.includes('/') && model.ddi(model.api(name)?.aliasOf ?? name) === undefined && model.ddi(name) === undefined;
    });
    assert.deepEqual(missing, []);
  });

  it('stays small: all data together under 600 KB when packed', () => {
    const files = ['data/apis.json', 'data/fields.json', 'data/aliases.json', 'data/ddi.json', 'prelude.h'];
    const packed = files.reduce((sum, file) => sum + deflateSync(readFileSync(`server/src/model/${file}`)).length, 0);
    assert.ok(packed < 600 * 1024, `${String(packed)} bytes`);
    assert.ok(packed > 50 * 1024, `${String(packed)} bytes: is something missing?`);
  });
});
