/** How loudly it is said what is wrong with a mapping. */
import assert from 'node:assert/strict';
import { run, separateEngine } from '../analysis/analysed';

function mapping(name: string, priority: string): string {
  return `PVOID ${name}(PIRP Irp) { return MmGetSystemAddressForMdlSafe(Irp->MdlAddress, ${priority}); }\n`;
}
const PLAIN = 'NormalPagePriority';

async function told(...functions: readonly string[]): Promise<readonly (readonly [string | undefined, string])[]> {
  return toldBy('user-map-rwx', functions);
}

async function toldBy(rule: string, functions: readonly string[]): Promise<readonly (readonly [string | undefined, string])[]> {
  const engine = await separateEngine({ 'a.c': `#include <ntddk.h>\n${functions.join('')}` });
  const found = run(engine).findings.filter((f) => f.rule === rule);
  engine.dispose();
  return found.map((f) => [f.functionName, f.severity]);
}

describe('mappings that are left executable', () => {
  it('are one warning in a driver that asks for nothing else anywhere', async () => {
    assert.deepEqual(await told(mapping('First', PLAIN), mapping('Second', PLAIN), mapping('Third', PLAIN)), [
      ['First', 'warning'],
      ['Second', 'info'],
      ['Third', 'info'],
    ]);
  });
  it('are a warning each in a driver that knows better elsewhere', async () => {
    const careful = mapping('Careful', `${PLAIN} | MdlMappingNoExecute`);
    assert.deepEqual(await told(mapping('First', PLAIN), careful, mapping('Second', PLAIN)), [
      ['First', 'warning'],
      ['Second', 'warning'],
    ]);
  });
});

const LOCKED = `
typedef struct _STATE { ULONG Count; } STATE;
typedef struct _SESSION { PMDL Mdl; STATE *State; } SESSION;
static PMDL Lock(PVOID Address)
{
    PMDL Mdl = IoAllocateMdl(Address, sizeof(STATE), FALSE, FALSE, NULL);

    if (Mdl == NULL) {
        return NULL;
    }
    __try {
        MmProbeAndLockPages(Mdl, UserMode, IoWriteAccess);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        IoFreeMdl(Mdl);
        return NULL;
    }
    return Mdl;
}
`;
const fill = (name: string, keep: string): string => `
NTSTATUS ${name}(SESSION *Session, PVOID Address, ULONG Count)
{
    PMDL Mdl = Lock(Address);
    STATE *State = Mdl == NULL ? NULL : MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority | MdlMappingNoExecute);

    if (State == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    State->Count = Count;
    ${keep}
    return STATUS_SUCCESS;
}
`;

describe('a plain store to pages of the caller', () => {
  const rule = 'shared-nonvolatile-write';
  it('is a note where they are given back in the same call', async () => {
    assert.deepEqual(await toldBy(rule, [LOCKED, fill('Answer', 'MmUnlockPages(Mdl); IoFreeMdl(Mdl);')]), [['Answer', 'info']]);
  });
  it('is a warning where the mapping is kept', async () => {
    assert.deepEqual(await toldBy(rule, [LOCKED, fill('Open', 'Session->State = State;')]), [['Open', 'warning']]);
  });
  it('is a warning where the MDL is kept', async () => {
    assert.deepEqual(await toldBy(rule, [LOCKED, fill('Open', 'Session->Mdl = Mdl;')]), [['Open', 'warning']]);
  });
});
