/** Edits: what is said afterwards is what a cold scan says; half-typed text takes nothing away elsewhere; the order of files does not matter. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import type { EngineWorkspace } from '../../server/src/report/engine';
import { run, separateEngine } from './analysed';
import { editAndCompare } from './edited-equals-cold';
import { numbers } from './random-edits';

const FOLDER = 'samples/ringdrv';
const SAMPLE = new Map(
  readdirSync(FOLDER)
    .filter((n) => /\.[ch]$/.test(n))
    .sort()
    .map((n) => [n, readFileSync(`${FOLDER}/${n}`, 'utf8')]),
);

const said = (engine: EngineWorkspace): string[] => run(engine).findings.map((f) => JSON.stringify(f));

describe('edits', () => {
  it('end where a cold scan ends, after random edits of all kinds', async function () {
    this.timeout(240_000);
    const result = await editAndCompare(SAMPLE, { seed: 20, edits: 1000, every: 100, burst: 5, stopAt: 1 });
    assert.deepEqual(result.differences, []);
    assert.equal(result.comparisons, 10);
  });

  it('leave one declaration that several headers repeat what it is, whichever of them was edited', async () => {
    const header = 'typedef struct _REQ { ULONG A; ULONG B; } REQ;\n';
    const source = `#include "gone.h"
NTSTATUS Dispatch(PDEVICE_OBJECT D, PIRP Irp) {
    REQ *r = Irp->AssociatedIrp.SystemBuffer;
    return r->B;
}
NTSTATUS DriverEntry(PDRIVER_OBJECT O, PUNICODE_STRING P) { O->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Dispatch; return 0; }
`;
    const engine = await separateEngine({ 'one.h': header, 'two.h': `${header}\n`, 'x.c': source });
    const before = said(engine);
    assert.ok(
      before.some((f) => f.includes('up to byte 8')),
      'the structure is known',
    );
    engine.set('two.h', header.replace('ULONG B', 'ULONG Between; ULONG B'));
    assert.ok(!said(engine).some((f) => f.includes('up to byte 8')), 'the two differ');
    engine.set('two.h', `\n${header}`);
    assert.deepEqual(said(engine), before);
    engine.dispose();
  });

  it('do not depend on the order in which files come', async () => {
    const below = numbers(7);
    const cold = await separateEngine(Object.fromEntries(SAMPLE));
    const want = said(cold);
    assert.ok(want.length > 10);
    for (let i = 0; i < 3; i++) {
      const names = [...SAMPLE.keys()];
      for (let k = names.length - 1; k > 0; k--) {
        const other = below(k + 1);
        [names[k], names[other]] = [names[other] ?? '', names[k] ?? ''];
      }
      const engine = await separateEngine(Object.fromEntries(names.map((n) => [n, SAMPLE.get(n) ?? ''])));
      assert.deepEqual(said(engine), want, names.join());
      engine.dispose();
    }
    cold.dispose();
  });

  it('take back what a mapping made shared, also where two functions hand the pointer to each other', async () => {
    const first = `
typedef struct _A { ULONG *P; } A;
typedef struct _B { ULONG *Q; } B;
VOID Ping(A *X, B *Y) { X->P = Y->Q; }
VOID Pong(A *X, B *Y) { Y->Q = X->P; }
VOID Use(A *X) { if (*X->P < 4) { g_Table[*X->P] = 1; } }
`;
    const mapping = `
VOID Share(A *X, PMDL Mdl) {
    ULONG *p = ExAllocatePool2(POOL_FLAG_NON_PAGED, 4096, 'gaT');
    PMDL m = IoAllocateMdl(p, 4096, FALSE, FALSE, NULL);
    MmMapLockedPagesSpecifyCache(m, UserMode, MmCached, NULL, FALSE, NormalPagePriority);
    X->P = p;
}
`;
    const engine = await separateEngine({ 'a.c': first, 'b.c': first.slice(0, first.indexOf('VOID Ping')) + mapping });
    const isShared = (): boolean => {
      run(engine);
      const answer = engine.originAt('a.c', first.indexOf('X->P < 4'));
      return answer?.origins.some((o) => o.origin === 'SharedPages') ?? false;
    };
    assert.ok(isShared());
    engine.set('b.c', 'int nothing;');
    assert.ok(!isShared(), 'nothing is mapped any more');
    engine.dispose();
  });

  it('see a changed `#define` and a changed structure where they are used, and nowhere else', async () => {
    const texts = {
      'x.h': '#define LEAST 8\ntypedef struct _REQ { ULONG A; ULONG B; } REQ;\n',
      'x.c': `#include "x.h"
NTSTATUS Dispatch(PDEVICE_OBJECT D, PIRP Irp) {
    PIO_STACK_LOCATION S = IoGetCurrentIrpStackLocation(Irp);
    REQ *r = Irp->AssociatedIrp.SystemBuffer;
    if (S->Parameters.DeviceIoControl.InputBufferLength < LEAST) return STATUS_BUFFER_TOO_SMALL;
    g_Sum = r->A + r->B;
    return STATUS_SUCCESS;
}
NTSTATUS DriverEntry(PDRIVER_OBJECT O, PUNICODE_STRING P) { O->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Dispatch; return 0; }
`,
    };
    const engine = await separateEngine(texts);
    const fires = (): boolean => run(engine).findings.some((f) => f.rule === 'ioctl-input-length-unchecked');
    assert.equal(fires(), false);
    const lastAnalyzer = engine.analyzerOf('x.c');
    engine.set('x.h', texts['x.h'].replace('LEAST 8', 'LEAST 4'));
    assert.equal(fires(), true, 'the check is too small now');
    engine.set('x.h', texts['x.h']);
    assert.equal(fires(), false);
    engine.set('x.h', texts['x.h'].replace('ULONG A;', 'ULONG A; ULONG Between;'));
    assert.equal(fires(), true, 'the structure is larger now');
    assert.equal(engine.analyzerOf('x.c'), lastAnalyzer, 'the analysis did not start over');
    engine.dispose();
  });
});

describe('an edit in one statement', () => {
  it('runs the function that it is in, and nothing that it says nothing to', async () => {
    const engine = await separateEngine(Object.fromEntries(SAMPLE));
    const before = said(engine);
    const analyzer = engine.analyzerOf('ring.c');
    assert.ok(analyzer);
    const text = SAMPLE.get('ring.c') ?? '';
    const at = text.indexOf('{', text.indexOf('RingCreate')) + 1;
    const runs = analyzer.runs;
    assert.ok(runs > 10, 'everything was run once');
    engine.set('ring.c', `${text.slice(0, at)} ;${text.slice(at)}`);
    const after = said(engine);
    assert.equal(engine.analyzerOf('ring.c'), analyzer, 'the analysis did not start over');
    assert.ok(analyzer.runs > runs);
    assert.ok(analyzer.runs - runs <= 4, `${String(analyzer.runs - runs)} functions were run again`);
    // The same is said, two characters later where it stands behind the edit.
    assert.equal(after.length, before.length);
    engine.dispose();
  });

  it('runs nothing again for pages that are mapped out of their own mapping', async () => {
    const text = `#include <ntddk.h>
typedef struct _AREA { PVOID Address; PMDL Mdl; ULONG Length; } AREA;
NTSTATUS Remap(AREA *Area)
{
    Area->Mdl = IoAllocateMdl(Area->Address, Area->Length, FALSE, FALSE, NULL);
    if (Area->Mdl == NULL) return STATUS_NO_MEMORY;
    MmProbeAndLockPages(Area->Mdl, UserMode, IoWriteAccess);
    Area->Address = MmGetSystemAddressForMdlSafe(Area->Mdl, NormalPagePriority | MdlMappingNoExecute);
    return STATUS_SUCCESS;
}
void Other(AREA *Area)
{
    Area->Length++;
}
`;
    const engine = await separateEngine({ 'area.c': text });
    said(engine);
    const analyzer = engine.analyzerOf('area.c');
    assert.ok(analyzer);
    const runs = analyzer.runs;
    engine.set('area.c', text.replace('Area->Length++;', ';Area->Length++;'));
    said(engine);
    assert.ok(analyzer.runs - runs <= 4, `${String(analyzer.runs - runs)} functions were run again`);
    engine.dispose();
  });

  it('moves what other functions say about it', async () => {
    const engine = await separateEngine(Object.fromEntries(SAMPLE));
    run(engine);
    const text = SAMPLE.get('ring.c') ?? '';
    const at = text.indexOf('{', text.indexOf('RingCreate')) + 1;
    const edited = `${text.slice(0, at)}\n    ;\n${text.slice(at)}`;
    engine.set('ring.c', edited);
    const warm = said(engine);
    engine.dispose();
    const cold = await separateEngine({ ...Object.fromEntries(SAMPLE), 'ring.c': edited });
    assert.deepEqual(warm, said(cold));
    cold.dispose();
  });
});

describe('half-typed text', () => {
  const change = async (file: string, from: string, to: string): Promise<[string[], string[], EngineWorkspace]> => {
    const engine = await separateEngine(Object.fromEntries(SAMPLE));
    const before = run(engine).findings;
    const text = SAMPLE.get(file) ?? '';
    assert.ok(text.includes(from), from);
    engine.set(file, text.replace(from, to));
    const after = run(engine).findings;
    const elsewhere = (list: typeof before): string[] =>
      list.filter((f) => f.file !== file).map((f) => `${f.rule} ${f.file} ${String(f.start)}`);
    return [elsewhere(before), elsewhere(after), engine];
  };

  it('in a function keeps what is known about it in other files', async () => {
    // The mapping itself is half-typed.
    const [before, after, engine] = await change('ring.c', 'MmMapLockedPagesSpecifyCache(', 'MmMapLockedPagesSpecifyCache((((');
    assert.deepEqual(after, before);
    assert.ok(before.length > 3);
    engine.dispose();
  });

  it('that swallows the functions behind it keeps them, too', async () => {
    const text = SAMPLE.get('ring.c') ?? '';
    const brace = text.indexOf('{', text.indexOf('RingCreate'));
    const engine = await separateEngine(Object.fromEntries(SAMPLE));
    const before = said(engine).length;
    engine.set('ring.c', `${text.slice(0, brace)}{ if (x { /* half */${text.slice(brace + 1)}`);
    const { findings } = run(engine);
    assert.ok(Math.abs(findings.length - before) <= 1, `${String(before)} before, ${String(findings.length)} now`);
    engine.set('ring.c', text);
    const cold = await separateEngine(Object.fromEntries(SAMPLE));
    assert.deepEqual(said(engine), said(cold));
    cold.dispose();
    engine.dispose();
  });
});
