/** Registry values in the attack surface: which of them switch a protection off, when, and where. */
import assert from 'node:assert/strict';
import { engineOver, run } from './analysed';

const HEAD = `
#include <ntddk.h>
typedef struct _REQUEST { ULONG Size; PVOID Address; } REQUEST;
static struct { ULONG Mode; BOOLEAN Other; } g_Settings;
NTSTATUS ReadValue(PCWSTR Name, PULONG Value);
NTSTATUS QueryNumber(PUNICODE_STRING Path, PCWSTR Name, PULONG Value) {
    RTL_QUERY_REGISTRY_TABLE Table[2] = { 0 };
    Table[0].Name = (PWSTR)L"Mode";
    Table[0].Flags = RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_TYPECHECK;
    Table[0].EntryContext = &g_Settings.Mode;
    return RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, Path->Buffer, Table, NULL, NULL);
}
NTSTATUS DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path) {
    Driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Dispatch;
    return QueryNumber(Path, L"", NULL);
}
`;

const CASES: readonly { readonly name: string; readonly text: string; readonly off: readonly string[] }[] = [
  {
    name: 'a probe behind the value',
    text: `NTSTATUS Use(PVOID p) { if (g_Settings.Mode) { ProbeForRead(p, 8, 1); } return STATUS_SUCCESS; }`,
    off: ['when it is 0: the probe (`ProbeForRead`) in `Use`'],
  },
  {
    name: 'a probe behind its absence, among other conditions',
    text: `NTSTATUS Use(PVOID p, ULONG n) { if (!g_Settings.Mode && n != 0) { ProbeForRead(p, n, 1); } return STATUS_SUCCESS; }`,
    off: ['when it is not 0: the probe (`ProbeForRead`) in `Use`'],
  },
  {
    name: 'a check of a length that the value turns away',
    text: `NTSTATUS Use(ULONG n) { if (g_Settings.Mode == 0 && n > 64) { return STATUS_INVALID_PARAMETER; } return STATUS_SUCCESS; }`,
    off: ['when it is not 0: the check `n > 64` in `Use`'],
  },
  {
    name: 'an early way out before the check of access',
    text: `NTSTATUS Use(PSECURITY_DESCRIPTOR s) { if (g_Settings.Mode) { return STATUS_SUCCESS; }
      if (!SeSinglePrivilegeCheck(g_Privilege, UserMode)) { return STATUS_ACCESS_DENIED; } return STATUS_SUCCESS; }`,
    off: ['when it is not 0: the check of access (`SeSinglePrivilegeCheck`) in `Use`'],
  },
  {
    name: 'a function that answers for it',
    text: `BOOLEAN IsStrict(VOID) { return g_Settings.Mode == 0; }
      NTSTATUS Use(PVOID p) { if (IsStrict()) { ProbeForWrite(p, 8, 1); } return STATUS_SUCCESS; }`,
    off: ['when it is not 0: the probe (`ProbeForWrite`) in `Use`'],
  },
  {
    name: 'a limit on the value itself is none that it switches',
    text: `NTSTATUS Use(VOID) { if (g_Settings.Mode && g_Settings.Mode > 64) { return STATUS_INVALID_PARAMETER; } return STATUS_SUCCESS; }`,
    off: [],
  },
  {
    name: 'another member decides',
    text: `NTSTATUS Use(PVOID p) { if (g_Settings.Other) { ProbeForRead(p, 8, 1); } return STATUS_SUCCESS; }`,
    off: [],
  },
  {
    name: 'a condition that it does not settle',
    text: `NTSTATUS Use(PVOID p, ULONG n) { if (g_Settings.Mode || n != 0) { ProbeForRead(p, n, 1); } return STATUS_SUCCESS; }`,
    off: [],
  },
];

describe('registry values of the surface', () => {
  for (const c of CASES)
    it(c.name, async () => {
      const engine = await engineOver({ 'driver.c': `${HEAD}${c.text}\n` });
      run(engine);
      const value = engine.surface().find((e) => e.kind === 'registry' && e.name === 'Mode');
      assert.deepEqual(value?.switchesOff ?? [], c.off);
      for (const off of c.off) assert.ok(value?.facts.includes(`Switches a protection off ${off}.`));
    });
});
