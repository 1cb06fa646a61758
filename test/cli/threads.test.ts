/** A scan on several threads: whose a driver is, when threads help, and that they change nothing in the report. */
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { Loaded } from '../../server/src/cli/load';
import { noProject } from '../../server/src/cli/parts';
import { startShares, threadsFor } from '../../server/src/cli/workers';
import { emptyProject } from '../../server/src/model';
import { sharesOf } from '../../server/src/report/shares';
import { Folder } from './harness';

/** A driver whose control handler trusts a length; its size makes it worth a thread. */
function driver(name: string): string {
  return `#include <ntddk.h>
typedef struct _${name}_REQUEST { ULONG Count; ULONG Values[4]; } ${name}_REQUEST;
ULONG ${name}Total;
static NTSTATUS ${name}Control(PDEVICE_OBJECT Device, PIRP Irp)
{
    ${name}_REQUEST *Request = Irp->AssociatedIrp.SystemBuffer;
    UNREFERENCED_PARAMETER(Device);
    ${name}Total += Request->Values[Request->Count];
    return STATUS_SUCCESS;
}
NTSTATUS DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path)
{
    UNREFERENCED_PARAMETER(Path);
    Driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = ${name}Control;
    return STATUS_SUCCESS;
}
/* ${'long story '.repeat(20_000)} */
`;
}

function loaded(texts: Record<string, string>): Loaded {
  const sources = Object.keys(texts);
  return {
    root: '/',
    sources,
    texts: new Map(Object.entries(texts)),
    bytes: 0,
    project: noProject,
    projectFolder: '/',
    notes: [],
  };
}

describe('threads of a scan', () => {
  it('gives the largest drivers out first, each to whom has least', () => {
    const drivers = [
      { id: 'a', size: 10 },
      { id: 'b', size: 40 },
      { id: 'c', size: 25 },
      { id: 'd', size: 20 },
    ];
    assert.deepStrictEqual(
      [...sharesOf(drivers, 2)],
      [
        ['b', 0],
        ['c', 1],
        ['d', 1],
        ['a', 0],
      ],
    );
    assert.deepStrictEqual([...sharesOf([...drivers].reverse(), 2)], [...sharesOf(drivers, 2)]);
  });

  it('are not started for one driver, nor for a small folder', () => {
    const two = { 'a.c': driver('A'), 'b.c': driver('B') };
    assert.strictEqual(threadsFor(loaded(two), 8), 2);
    assert.strictEqual(threadsFor(loaded(two), 1), 1);
    assert.strictEqual(threadsFor(loaded({ 'a.c': driver('A') + ' '.repeat(500_000) }), 8), 1);
    const small = Object.fromEntries(Object.entries(two).map(([name, text]) => [name, text.slice(0, 900)]));
    assert.strictEqual(threadsFor(loaded(small), 8), 1);
  });

  it('that cannot work are no loss: the caller is told', async () => {
    const nothing = {
      profile: 'default',
      severities: {},
      trusted: false,
      project: emptyProject,
      baseline: new Set<string>(),
    } as const;
    const started = startShares(path.resolve('no-such-script.js'), new Map(), nothing, 3);
    assert.strictEqual(await started.results, undefined);
  });

  it('change nothing in the report', () => {
    const folder = new Folder();
    try {
      for (const name of ['One', 'Two', 'Three']) folder.write(`${name}/driver.c`, driver(name));
      const scan = (jobs: string): string => {
        const args = [path.resolve('dist/cli.js'), 'scan', '--no-cache', '--jobs', jobs, '--format', 'json', folder.path];
        return spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout;
      };
      const alone = scan('1');
      const found = JSON.parse(alone) as { findings: { file: string }[] };
      assert.deepStrictEqual([...new Set(found.findings.map((f) => f.file.split('/')[0]))].sort(), ['One', 'Three', 'Two']);
      assert.strictEqual(scan('2'), alone);
      assert.strictEqual(scan('3'), alone);
    } finally {
      folder.remove();
    }
  }).timeout(60_000);
});
