/** Assertions: those that vanish from a free build promise nothing, those that a project says stay promise their condition. */
import assert from 'node:assert/strict';
import { createWorkspace } from '../../server/src/report/engine';
import type { ProjectModel } from '../../server/src/model/model';
import { AS_SHIPPED, run } from './analysed';
import { syntax } from '../syntax/reading';

const driver = (check: string): string => `#include <ntddk.h>
typedef struct _LAMP { ULONG Colour; ULONG Level; } LAMP;
NTSTATUS LampControl(PDEVICE_OBJECT Device, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    LAMP *Lamp = Irp->AssociatedIrp.SystemBuffer;
    ${check}
    return Lamp->Level > 3 ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}
NTSTATUS DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path)
{
    Driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = LampControl;
    return STATUS_SUCCESS;
}`;
const CONDITION = 'Stack->Parameters.DeviceIoControl.InputBufferLength >= sizeof(LAMP)';

async function found(check: string, project: Partial<ProjectModel> = {}): Promise<string[]> {
  const settings = { ...AS_SHIPPED, project: { ...AS_SHIPPED.project, ...project } };
  const engine = createWorkspace({ syntax: await syntax(), settings });
  engine.set('lamp.c', driver(check));
  return run(engine)
    .findings.filter((f) => f.rule === 'ioctl-input-length-unchecked')
    .map((f) => f.severity);
}

describe('assertions', () => {
  it('that vanish promise nothing', async () => {
    assert.deepEqual(await found(`ASSERT(${CONDITION});`), ['error']);
  });
  it('that free builds make promise what they ask', async () => {
    assert.deepEqual(await found(`NT_FRE_ASSERT(${CONDITION});`), []);
    assert.deepEqual(await found(`NT_FRE_ASSERT(Device != NULL && ${CONDITION});`), []);
  });
  it('of a project promise what they ask once it says that they stay', async () => {
    assert.deepEqual(await found(`FATAL_UNLESS(${CONDITION});`), ['error']);
    assert.deepEqual(await found(`FATAL_UNLESS(${CONDITION});`, { assertsThatStay: new Set(['FATAL_UNLESS']) }), []);
  });
});
