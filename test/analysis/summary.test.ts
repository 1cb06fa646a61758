/** What `inspect --summary` and the hover say about a function, and what `--origin` says beside the origin. */
import assert from 'node:assert/strict';
import type { EngineWorkspace } from '../../server/src/report/engine';
import { engineOver, run } from './analysed';

const SOURCE = `
typedef struct _HEADER { ULONG Size; ULONG Offset; UCHAR Data[16]; } HEADER, *PHEADER;
typedef struct _RING { ULONG Producer; ULONG Consumer; ULONG Slots[64]; } RING;
typedef struct _QUEUE { RING *Shared; ULONG Mask; KSPIN_LOCK Lock; KEVENT Event; } QUEUE;
NTSTATUS Check(PHEADER Header, ULONG Length) {
    if (Length < sizeof(HEADER)) return STATUS_BUFFER_TOO_SMALL;
    return Header->Size == 0 ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}
VOID Fetch(PVOID Address, ULONG Length, PVOID Copy) {
    ProbeForRead(Address, Length, 1);
    RtlCopyMemory(Copy, Address, Length);
}
ULONG Peek(QUEUE *Queue, ULONG **Slot) {
    ULONG p = ReadULongAcquire(&Queue->Shared->Producer);
    *Slot = &Queue->Shared->Slots[p & Queue->Mask];
    KeMemoryBarrier();
    WriteULongRelease(&Queue->Shared->Consumer, p);
    return p;
}
VOID Wait(QUEUE *Queue, volatile ULONG *Flag) {
    KIRQL Irql;
    KeAcquireSpinLock(&Queue->Lock, &Irql);
    *Flag |= 1;
    KeReleaseSpinLock(&Queue->Lock, Irql);
    KeWaitForSingleObject(&Queue->Event, Executive, KernelMode, FALSE, NULL);
    Elsewhere(&Queue->Mask);
    ExFreePoolWithTag(Queue, 'gaT');
}
ULONG *Into(RING *Ring, ULONG Index) { return &Ring->Slots[Index]; }
VOID Outer(QUEUE *Owner) { ULONG Flag = 0; Wait(Owner, &Flag); Into(Owner->Shared, 1); }
NTSTATUS Dispatch(PDEVICE_OBJECT Device, PIRP Irp) {
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    HEADER Copy;
    NTSTATUS Status = Check(Irp->AssociatedIrp.SystemBuffer, Stack->Parameters.DeviceIoControl.InputBufferLength);
    if (!NT_SUCCESS(Status)) return Status;
    __try { Fetch(Stack->Parameters.DeviceIoControl.Type3InputBuffer, sizeof(Copy), &Copy); }
    __except (EXCEPTION_EXECUTE_HANDLER) { return STATUS_ACCESS_VIOLATION; }
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING Path) {
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Dispatch;
    return STATUS_SUCCESS;
}
`;

describe('the summary of a function', () => {
  let engine: EngineWorkspace;
  before(async () => {
    engine = await engineOver({ 'a.c': SOURCE });
    run(engine);
  });
  after(() => {
    engine.dispose();
  });
  const facts = (name: string): readonly string[] => engine.summaryOf(name)[0]?.facts ?? [];
  const says = (name: string, ...wanted: string[]): void => {
    for (const one of wanted)
      assert.ok(facts(name).includes(one), `${name} should say: ${one}\nIt says:\n${facts(name).join('\n')}`);
  };

  it('names plain reads, the length that is checked, and what the callers give', () => {
    says('Check', 'Checks `Length` against `sizeof(HEADER)`.', 'Reads `Header->Size` plainly.');
    says('Check', '`Header` points to the caller’s request (Buffered).');
  });

  it('names probes and copies with their sizes, and that it must run in `__try`', () => {
    says('Fetch', 'Probes `Length` bytes at `Address` (`ProbeForRead`).');
    says('Fetch', 'Copies `Length` bytes from `Address` to `Copy` (`RtlCopyMemory`).');
    says('Fetch', 'Must run in `__try`: `RtlCopyMemory` touches user memory at `Address`.');
  });

  it('names accessors, fences, and what is acquired and released', () => {
    says('Peek', 'Reads `Queue->Shared->Producer` with `ReadULongAcquire`.');
    says('Peek', 'Stores a pointer to `Queue->Shared->Slots[]` in `*Slot`.');
    says('Peek', 'Passes a full fence (`KeMemoryBarrier`).');
    says('Peek', 'Acquires what `Queue->Shared->Producer` announces (`ReadULongAcquire`).');
    says('Peek', 'Releases what was written before, by `Queue->Shared->Consumer` (`WriteULongRelease`).');
  });

  it('names locks, IRQL, waiting, freeing, and callees without a body', () => {
    says('Wait', 'Changes `*Flag` as volatile.', 'Takes the lock `Queue->Lock` (`KeAcquireSpinLock`).');
    says('Wait', 'Raises IRQL to DISPATCH (`KeAcquireSpinLock`).', 'Frees `Queue` (`ExFreePoolWithTag`).');
    assert.match(facts('Wait').join('\n'), /May wait .* in `KeWaitForSingleObject`/);
    assert.match(facts('Wait').join('\n'), /`Queue->Mask` \(`Elsewhere`\)/);
  });

  it('names what it returns a pointer into', () => {
    says('Into', 'Returns a pointer into `Ring->Slots[]`.');
  });

  it('takes over what callees do, under the names of its own parameters', () => {
    says('Outer', 'Frees `Owner` (`ExFreePoolWithTag`), through `Wait`.');
    assert.ok(!facts('Outer').some((f) => f.startsWith('Returns')), 'what a callee returns is no result of its caller');
    // The call stands in `__try`: the duty of the callee ends there.
    assert.ok(!facts('Dispatch').some((f) => f.startsWith('Must run')), facts('Dispatch').join('\n'));
    says('Dispatch', 'Reads `Irp->AssociatedIrp.SystemBuffer->Size` plainly, through `Check`.');
  });

  it('is nothing for a name that is no function', () => {
    assert.deepEqual(engine.summaryOf('Nobody'), []);
  });

  it('is the same after edits that do not touch it, and follows those that do', async () => {
    const edited = await engineOver({ 'a.c': SOURCE });
    run(edited);
    const before = edited.summaryOf('Fetch');
    edited.set('a.c', `/* a line more */\n${SOURCE}`.replace('Elsewhere(&Queue->Mask);', 'Nowhere(&Queue->Mask);'));
    run(edited);
    assert.deepEqual(edited.summaryOf('Fetch')[0]?.facts, before[0]?.facts);
    assert.match(edited.summaryOf('Wait')[0]?.facts.join('\n') ?? '', /`Nowhere`/);
    assert.equal(edited.summaryOf('Wait')[0]?.place.start, `/* a line more */\n${SOURCE}`.indexOf('Wait(QUEUE'));
    edited.dispose();
  });
});

describe('the answer about an expression', () => {
  it('names each step, the guards known there, and the configuration', async () => {
    const engine = await engineOver({ 'a.c': SOURCE });
    run(engine);
    const answer = engine.originAt('a.c', SOURCE.indexOf('Address, Length);'));
    assert.equal(answer?.configuration, 'x64, free build');
    const messages = answer.guards?.map((g) => g.message);
    assert.deepEqual(messages, [
      'inside `__try`',
      'probed for read, 24 bytes',
      'the input length of the request is at least 24 bytes',
    ]);
    assert.equal(answer.guards?.[1]?.place?.start, SOURCE.indexOf('ProbeForRead(Address'));
    const user = answer.origins.find((o) => o.of === 'pointee');
    assert.equal(user?.origin, 'UserVA');
    assert.equal(user.steps?.[0]?.file, 'a.c');
    engine.dispose();
  });

  it('is found after an edit before it', async () => {
    const engine = await engineOver({ 'a.c': SOURCE });
    run(engine);
    const text = SOURCE.replace('ULONG p = Read', 'ULONG q = 0; ULONG p = Read');
    engine.set('a.c', text);
    run(engine);
    for (const name of ['Address, Length);', 'Header->Size == 0']) {
      const at = text.indexOf(name);
      const answer = engine.originAt('a.c', at);
      assert.equal(answer?.unknown, false, name);
      assert.equal(answer.origins.find((o) => o.of === 'pointee')?.origin, name.startsWith('Address') ? 'UserVA' : 'Buffered');
    }
    engine.dispose();
  });
});
