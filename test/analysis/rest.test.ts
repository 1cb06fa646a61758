/** The analysis comes to rest, and soon: loops over lists, values that go round, numbers that are made of thousands of others. */
import assert from 'node:assert/strict';
import { engineOver, run, separateEngine } from './analysed';

const boundsIn = (texts: Readonly<Record<string, string>>): Promise<readonly string[]> =>
  engineOver(texts).then((engine) =>
    run(engine)
      .notes.filter((n) => n.kind === 'bound')
      .map((n) => n.message),
  );

describe('the analysis comes to rest', () => {
  it('runs what an entry point registers as what it is, and not first as something that nobody calls', async () => {
    const engine = await separateEngine({
      'driver.c': `#include <ntddk.h>
static ULONG Sum(ULONG *Words, ULONG Count)
{
    ULONG Total = 0;
    for (ULONG i = 0; i < Count; i++) Total += Words[i];
    return Total;
}
static NTSTATUS Control(PDEVICE_OBJECT Device, PIRP Irp)
{
    ULONG *Words = Irp->AssociatedIrp.SystemBuffer;
    ULONG Length = IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.InputBufferLength;
    UNREFERENCED_PARAMETER(Device);
    return Sum(Words, Length / sizeof(ULONG)) == 0 ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}
static NTSTATUS Start(PDRIVER_OBJECT Driver)
{
    Driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Control;
    return STATUS_SUCCESS;
}
NTSTATUS DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path)
{
    UNREFERENCED_PARAMETER(Path);
    return Start(Driver);
}
`,
    });
    run(engine);
    const analyzer = engine.analyzerOf('driver.c');
    assert.ok(analyzer);
    assert.equal(analyzer.runs, 4, 'each function once');
    engine.dispose();
  });

  it('does not carry to callers what a callee left in a block that they cannot reach', async () => {
    const engine = await separateEngine({
      'driver.c': `#include <ntddk.h>
typedef void DONE(void);
typedef struct _ITEM { LIST_ENTRY Links; DONE *Done; } ITEM;
typedef struct _STATE { LIST_ENTRY Items; DONE *Done; } STATE;
static STATE *State;
static NTSTATUS Add(void)
{
    STATE *Own = State;
    ITEM *Item = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(ITEM), 'metI');
    if (Item == NULL) return STATUS_NO_MEMORY;
    Item->Done = Own->Done;
    InsertTailList(&Own->Items, &Item->Links);
    return STATUS_SUCCESS;
}
static NTSTATUS Create(PDEVICE_OBJECT Device, PIRP Irp)
{
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Irp);
    return Add();
}
static void Done(void) {}
static NTSTATUS Close(PDEVICE_OBJECT Device, PIRP Irp)
{
    UNREFERENCED_PARAMETER(Device);
    UNREFERENCED_PARAMETER(Irp);
    State->Done = Done;
    return STATUS_SUCCESS;
}
NTSTATUS DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path)
{
    UNREFERENCED_PARAMETER(Path);
    Driver->MajorFunction[IRP_MJ_CREATE] = Create;
    Driver->MajorFunction[IRP_MJ_CLOSE] = Close;
    return STATUS_SUCCESS;
}
`,
    });
    run(engine);
    const analyzer = engine.analyzerOf('driver.c');
    assert.ok(analyzer);
    // Add is run again when it is known what the field holds; what it answers is the same, so its caller is not.
    assert.equal(analyzer.runs, 6, 'five functions, and one of them twice');
    engine.dispose();
  });

  it('over a list of unknown objects', async () => {
    assert.deepEqual(
      await boundsIn({
        'list.c': `#include <ntddk.h>
typedef struct _ITEM { struct _ITEM *Next; void (*Done)(struct _ITEM *); } ITEM;
void DoneAll(ITEM *Head)
{
    while (Head != NULL) {
        ITEM *Item = Head;
        Head = Head->Next;
        Item->Done(Item);
    }
}`,
      }),
      [],
    );
  });

  it('over members of unknown objects, and where one list becomes another', async () => {
    assert.deepEqual(
      await boundsIn({
        'list.c': `#include <ntddk.h>
typedef struct _ITEM { struct _ITEM *Next; ULONG Key; } ITEM;
typedef struct _TABLE { ITEM *Buckets[16]; ITEM *Free; } TABLE;
ITEM *Take(TABLE *Table, ULONG Key)
{
    for (ITEM **P = &Table->Buckets[Key & 15]; *P; P = &(*P)->Next)
        if ((*P)->Key == Key) {
            ITEM *Found = *P;
            *P = Found->Next;
            return Found;
        }
    return NULL;
}
void Recycle(TABLE *Table)
{
    ITEM *Item;
    while ((Item = Table->Free) != NULL) {
        Table->Free = Item->Next;
        Item->Next = Table->Buckets[0];
        Table->Buckets[0] = Item;
    }
}`,
      }),
      [],
    );
  });

  it('where a value is copied from the same field of another object', async () => {
    const engine = await engineOver({
      'copy.c': `#include <ntddk.h>
typedef struct _SHARED { ULONG Count; } SHARED;
typedef struct _PART { SHARED *Shared; struct _PART *Parent; } PART;
PART *NewRoot(void)
{
    PART *Part = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(PART), 'traP');
    if (Part) Part->Shared = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(SHARED), 'erhS');
    return Part;
}
void Adopt(PART *Part, PART *Parent) { Part->Shared = Parent->Shared; Part->Parent = Parent; }`,
    });
    run(engine);
    const heap = engine.analyzerOf('copy.c')?.heap;
    assert.equal(heap?.load('PART:Shared').targets.length, 1);
    assert.deepEqual(
      heap.load('PART:Shared').targets.map((t) => t.via?.length),
      [1],
    );
  });

  it('in rounds of a cipher', async () => {
    // Each step is made of what the one before it made, and every turn is a call that names it all anew.
    const steps = [0, 1, 2, 3].flatMap((n) => [
      `Mix(${n}, ${n + 4}, ${n + 8})`,
      `Mix(${n}, ${((n + 1) & 3) + 4}, ${((n + 2) & 3) + 8})`,
    ]);
    const text = `#include <ntddk.h>
static ULONG Turn(ULONG Word, ULONG By) { return (Word >> By) | (Word << (32 - By)); }
#define Mix(A, B, C) do { V[A] += V[B] + M[A]; V[C] = Turn(V[C] ^ V[A], 16); V[B] = Turn(V[B] ^ V[C], 12); V[A] += V[B] + M[B]; V[C] = Turn(V[C] ^ V[A], 8); V[B] = Turn(V[B] ^ V[C], 7); } while (0)
void Compress(ULONG *State, const ULONG *M)
{
    ULONG V[12];
    RtlCopyMemory(V, State, sizeof(V));
    ${Array.from({ length: 24 }, () => `${steps.join('; ')};`).join('\n    ')}
    RtlCopyMemory(State, V, sizeof(V));
}`;
    const before = process.cpuUsage().user;
    await boundsIn({ 'cipher.c': text });
    // It took minutes where every round was looked into again and again.
    assert.ok((process.cpuUsage().user - before) / 1e6 < 20);
  });
});
