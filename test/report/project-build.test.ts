/** What a `fencepost.json` says of how a project is built, and of types that it vouches for, reaches the analysis. */
import assert from 'node:assert/strict';
import { parseProject } from '../../server/src/model/project';
import type { ProjectModel } from '../../server/src/model/model';
import { createWorkspace, type EngineWorkspace } from '../../server/src/report/engine';
import { AS_SHIPPED, run } from '../analysis/analysed';
import { syntax } from '../syntax/reading';

async function engineFor(project: unknown, texts: Readonly<Record<string, string>>, prefix = ''): Promise<EngineWorkspace> {
  const { config, problems } = parseProject(JSON.stringify(project));
  assert.deepEqual(problems, []);
  const { build } = config.model;
  const model: ProjectModel = { ...config.model, ...(build ? { build: { ...build, prefix } } : {}) };
  const engine = createWorkspace({ syntax: await syntax(), settings: { ...AS_SHIPPED, project: model } });
  for (const [name, text] of Object.entries(texts)) engine.set(name, text);
  return engine;
}

/** What holds in the configuration that is assumed; others are not looked at. */
const rules = (engine: EngineWorkspace): string[] => run(engine, 'later').findings.map((f) => f.rule);

/** Reads a request without a look at its length, unless `CHECKED` is defined. */
const CONTROL = `#include <ntddk.h>
typedef struct _LAMP { ULONG Colour; ULONG Level; } LAMP;
NTSTATUS LampControl(PDEVICE_OBJECT Device, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    LAMP *Lamp = Irp->AssociatedIrp.SystemBuffer;
#ifdef CHECKED
    if (Stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(LAMP)) return STATUS_BUFFER_TOO_SMALL;
#endif
    return Lamp->Level > 3 ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}
NTSTATUS DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path)
{
    Driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = LampControl;
    return STATUS_SUCCESS;
}`;
const UNCHECKED = 'ioctl-input-length-unchecked';

describe('fencepost.json', () => {
  it('defines names for all files', async () => {
    assert.ok(rules(await engineFor({}, { 'lamp.c': CONTROL })).includes(UNCHECKED));
    assert.ok(!rules(await engineFor({ defines: { CHECKED: true } }, { 'lamp.c': CONTROL })).includes(UNCHECKED));
  });

  it('defines names for the files of one driver, relative to its own folder', async () => {
    const drivers = [{ name: 'lamp', files: ['lamp/**'], defines: { CHECKED: 1 } }];
    assert.ok(!rules(await engineFor({ drivers }, { 'lamp/lamp.c': CONTROL })).includes(UNCHECKED));
    assert.ok(rules(await engineFor({ drivers }, { 'other/lamp.c': CONTROL })).includes(UNCHECKED));
    assert.ok(!rules(await engineFor({ drivers }, { 'lamp.c': CONTROL }, 'lamp')).includes(UNCHECKED));
  });

  it('says which files are one driver', async () => {
    const texts = {
      'lamp/entry.c': '#include <ntddk.h>\nNTSTATUS DriverEntry(PDRIVER_OBJECT D, PUNICODE_STRING P) { return STATUS_SUCCESS; }',
      'parts/queue.c': '#include <ntddk.h>\nvoid QueueDrain(void) { }',
    };
    const together = await engineFor({ drivers: [{ name: 'lamp', files: ['lamp/*.c', 'parts/*.c'] }] }, texts);
    run(together);
    assert.equal(together.analyzerOf('lamp/entry.c'), together.analyzerOf('parts/queue.c'));
    const apart = await engineFor({}, texts);
    run(apart);
    assert.notEqual(apart.analyzerOf('lamp/entry.c'), apart.analyzerOf('parts/queue.c'));
  });

  it('vouches for the content of a type', async () => {
    assert.ok(!rules(await engineFor({ trustedTypes: ['LAMP'] }, { 'lamp.c': CONTROL })).includes(UNCHECKED));
  });
});
