/** A structure with a lock in it lies in the kernel; the same accesses to one without are those of memory that user mode can rewrite. */
import assert from 'node:assert/strict';
import { engineOver, run } from './analysed';

const text = (members: string): string => `
#include <ntddk.h>
typedef struct _CHANNEL { ${members} ULONG Count; ULONG Slots[4]; } CHANNEL;
ULONG CountOf(PIRP Irp)
{
    CHANNEL *Channel = MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority | MdlMappingNoExecute);
    if (Channel == NULL) {
        return 0;
    }
    return Channel->Slots[Channel->Count];
}
`;

describe('structures of the kernel', () => {
  const severities = async (members: string): Promise<string[]> => {
    const { findings } = run(await engineOver({ 'channel.c': text(members) }));
    return findings.filter((f) => f.severity === 'error' || f.severity === 'warning').map((f) => f.rule);
  };

  it('are not taken for memory of user mode', async () => {
    assert.deepEqual(await severities('LIST_ENTRY Entry; KSPIN_LOCK Lock;'), []);
  });

  it('are told from structures of numbers', async () => {
    assert.notEqual((await severities('ULONG Kind;')).length, 0);
  });
});
