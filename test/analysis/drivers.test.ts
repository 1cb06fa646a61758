/** Which files make a driver, what is left out and why, and that one driver's types say nothing about another's. */
import assert from 'node:assert/strict';
import { DriverMap } from '../../server/src/program/drivers';
import { programsOf } from '../../server/src/program/projects';
import { engineOver, run } from './analysed';

const project = (type: string, ...files: string[]): string =>
  `<Project><PropertyGroup><ConfigurationType>${type}</ConfigurationType></PropertyGroup><ItemGroup>${files
    .map((f) => `<ClCompile Include="${f}" />`)
    .join('')}</ItemGroup></Project>`;

const driver = (layout: string, least: number): string => `
#include <ntddk.h>
typedef struct _REQUEST { ${layout} } REQUEST;
static ULONG Sum(REQUEST *r) { return r->A + r->B; }
NTSTATUS Dispatch(PDEVICE_OBJECT Device, PIRP Irp) {
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    if (Stack->Parameters.DeviceIoControl.InputBufferLength < ${String(least)}) return STATUS_BUFFER_TOO_SMALL;
    g_Sum = Sum(Irp->AssociatedIrp.SystemBuffer);
    return STATUS_SUCCESS;
}
NTSTATUS DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path) {
    Driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Dispatch;
    return STATUS_SUCCESS;
}
`;

describe('drivers', () => {
  it('of one workspace may use the same names for different things', async () => {
    const engine = await engineOver({
      'small/small.c': driver('ULONG A; ULONG B;', 8),
      'large/large.c': driver('ULONG A; UCHAR Between[100]; ULONG B;', 8),
    });
    const unchecked = run(engine).findings.filter((f) => f.rule === 'ioctl-input-length-unchecked');
    assert.deepEqual(
      unchecked.map((f) => f.file),
      ['large/large.c'],
    );
    for (const f of ['small/small.c', 'large/large.c']) engine.remove(f);
    engine.dispose();
  });

  it('leave out user-mode programs, by their project, and say so', async () => {
    const texts = {
      'app/app.vcxproj': project('Application', 'main.c'),
      'app/main.c': '#include "shared.h"\nint main(void) { return 0; }\n',
      'app/shared.h': 'typedef unsigned long WORD32;\n',
      'um/um.vcxproj': '<Project><DriverType>UMDF</DriverType><ClCompile Include="um.c" /></Project>',
      'um/um.c': '#include <wdf.h>\nint um;\n',
      'um2/device.c': '#include <windows.h>\n#include <wdf.h>\nint um2;\n',
      'km/km.vcxproj': project('Driver', 'km.c'),
      'km/km.c': '#include <wdf.h>\nint km;\n',
    };
    const engine = await engineOver(texts);
    const said = new Map(run(engine).notes.flatMap((n) => (n.kind === 'skipped' ? [[n.file, n.message]] : [])));
    assert.match(said.get('app/main.c') ?? '', /a user-mode program/);
    assert.match(said.get('um/um.c') ?? '', /UMDF/);
    assert.match(said.get('um2/device.c') ?? '', /UMDF/);
    assert.equal(said.get('km/km.c'), undefined);
    for (const f of Object.keys(texts)) engine.remove(f);
    engine.dispose();
  });

  it('are not read again for code that none of them refers to, and that is said', async () => {
    const texts = {
      'drv/drv.c': driver('ULONG A; ULONG B;', 8).replace('g_Sum = Sum(', 'g_Sum = Total('),
      'lib/total.c':
        '#include <ntddk.h>\nULONG Total(ULONG *p) { return p[0] + p[1]; }\nULONG Share(ULONG n) { return 100 / (n - n); }\n',
      'spare/spare.c':
        '#include <ntddk.h>\nNTSTATUS Spare(ULONG *p) { return Total(p) ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL; }\n',
    };
    const engine = await engineOver(texts);
    const { notes } = run(engine);
    assert.deepEqual(
      notes.flatMap((n) => (n.kind === 'bound' ? [n.message] : [])),
      ['no driver refers to the code in `spare`: it was analysed without following its calls into 1 file of drivers'],
    );
    for (const f of Object.keys(texts)) engine.remove(f);
    engine.dispose();
  });

  it('have firmware and C++ beside them, which is no kernel code, and that is said', async () => {
    const texts: Record<string, string> = {
      'drv/drv.c': driver('ULONG A; ULONG B;', 8),
      'board/main.c': '#include "board.h"\nint main(void) { return start(); }\n',
      'board/board.h': 'static inline int start(void) { return 1; }\n',
      'client/client.h': 'class Client { void *Context = nullptr; };\ninline int Of(Client *c) { return c != nullptr; }\n',
      'spare/spare.c': 'NTSTATUS Spare(void) { return 0; }\n',
    };
    const engine = await engineOver(texts);
    const said = new Map(run(engine).notes.flatMap((n) => (n.kind === 'skipped' ? [[n.file, n.message]] : [])));
    assert.match(said.get('board/main.c') ?? '', /names nothing of the kernel/);
    assert.match(said.get('board/board.h') ?? '', /names nothing of the kernel/);
    assert.match(said.get('client/client.h') ?? '', /C\+\+ header/);
    assert.equal(said.get('drv/drv.c'), undefined);
    assert.equal(said.get('spare/spare.c'), undefined);
    // With a word of the kernel it is read, as if it had been there from the start.
    engine.set('board/main.c', `${texts['board/main.c'] ?? ''}NTSTATUS Last;\n`);
    const now = new Set(run(engine).notes.flatMap((n) => (n.kind === 'skipped' ? [n.file] : [])));
    assert.deepEqual([...now], ['client/client.h']);
    for (const f of Object.keys(texts)) engine.remove(f);
    engine.dispose();
  });

  it('come from `.vcxproj`, `sources` and CMake lists', () => {
    assert.deepEqual(programsOf('a/a.vcxproj', project('Driver', 'x.c', '..\\lib\\y.c')), [
      { id: 'a/a.vcxproj', kind: 'kernel', files: ['a/x.c', 'lib/y.c'] },
    ]);
    assert.deepEqual(programsOf('b/sources', 'TARGETNAME=b\nTARGETTYPE=DRIVER\nSOURCES= b.c \\\n  c.c\n'), [
      { id: 'b/sources', kind: 'kernel', files: ['b/b.c', 'b/c.c'] },
    ]);
    assert.deepEqual(
      programsOf(
        'CMakeLists.txt',
        'wdk_add_driver(drv KMDF 1.31 src/drv.c)\nadd_executable(tool tool.c) # not old.c\nset(MORE extra.c)\n',
      ),
      [
        { id: 'CMakeLists.txt#drv', kind: 'kernel', files: ['src/drv.c'] },
        { id: 'CMakeLists.txt#tool', kind: 'user', files: ['tool.c'] },
        { id: 'CMakeLists.txt', files: ['extra.c'] },
      ],
    );
  });

  it('share a file: it belongs to the driver, in whatever order the projects come', () => {
    const projects: [string, string][] = [
      ['test/tool.vcxproj', project('Application', '..\\lib\\shared.c')],
      ['lib/lib.vcxproj', project('Driver', 'shared.c')],
      ['other/other.vcxproj', project('Driver', '..\\lib\\shared.c')],
    ];
    for (const order of [projects, [...projects].reverse()]) {
      const map = new DriverMap();
      for (const [path, text] of order) map.setProject(path, text);
      assert.equal(map.of('lib/shared.c'), 'lib/lib.vcxproj');
      assert.equal(map.kindOf('lib/shared.c'), 'kernel');
    }
  });
});
