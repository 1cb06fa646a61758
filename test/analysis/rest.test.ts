/** The analysis comes to rest, and soon: loops over lists, values that go round, numbers that are made of thousands of others. */
import assert from 'node:assert/strict';
import { engineOver, run } from './analysed';

const boundsIn = (texts: Readonly<Record<string, string>>): Promise<readonly string[]> =>
  engineOver(texts).then((engine) =>
    run(engine)
      .notes.filter((n) => n.kind === 'bound')
      .map((n) => n.message),
  );

describe('the analysis comes to rest', () => {
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
