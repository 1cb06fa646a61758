/**
 * A small benchmark that fails: analysing generated drivers takes no more than so many times what parsing them takes, and twice the
 * source takes about twice the time. The limits are far above what is measured, because machines are noisy; a loop that is run without
 * end, or contexts that multiply, are farther above.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { blank } from '../../server/src/dialect/blank';
import { createWorkspace } from '../../server/src/report/engine';
import { Engine } from '../../server/src/syntax/engine';
import { createSyntax } from '../../server/src/syntax/index';
import type { Syntax } from '../../server/src/syntax/facts';
import { AS_SHIPPED, run } from '../analysis/analysed';

const ROUNDS = 3;

/** A driver of so many handlers, each with a loop, a chain of conditions and calls of helpers with other arguments. */
function driver(handlers: number): string {
  const parts = [
    '#include <ntddk.h>\ntypedef struct _EXT { ULONG Count; ULONG Size; PUCHAR Table; LIST_ENTRY List; } EXT, *PEXT;\n',
    'static ULONG Sum(_In_reads_(Length) PUCHAR Bytes, ULONG Length) {\n  ULONG Total = 0;\n',
    '  for (ULONG i = 0; i < Length; i++) Total += Bytes[i];\n  return Total;\n}\n',
  ];
  for (let i = 0; i < handlers; i++) {
    const n = String(i);
    parts.push(
      `static NTSTATUS Handle${n}(PEXT Ext, PIRP Irp, PIO_STACK_LOCATION Stack) {\n`,
      '  NTSTATUS Status = STATUS_SUCCESS;\n  ULONG Length = Stack->Parameters.DeviceIoControl.InputBufferLength;\n',
      '  PULONG In = Irp->AssociatedIrp.SystemBuffer;\n  ULONG Left = 0;\n',
      `  if (Length < ${String(8 + (i % 5))} * sizeof(ULONG)) { Status = STATUS_BUFFER_TOO_SMALL; goto Exit; }\n`,
      '  while (Left < Length / sizeof(ULONG)) {\n    if (In[Left] == 0) { Left++; continue; }\n',
      '    if (In[Left] > Ext->Size) { Status = STATUS_INVALID_PARAMETER; break; }\n',
      `    Ext->Count += Sum(Ext->Table, In[Left] + ${n});\n    Left += 1;\n  }\n`,
      '  if (NT_SUCCESS(Status)) Ext->Count = Left;\nExit:\n  return Status;\n}\n',
    );
  }
  parts.push('DRIVER_DISPATCH Control;\nNTSTATUS Control(PDEVICE_OBJECT Device, PIRP Irp) {\n');
  parts.push('  PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);\n  PEXT Ext = Device->DeviceExtension;\n');
  parts.push(
    '  NTSTATUS Status = STATUS_INVALID_DEVICE_REQUEST;\n  switch (Stack->Parameters.DeviceIoControl.IoControlCode) {\n',
  );
  for (let i = 0; i < handlers; i++)
    parts.push(`  case CTL_CODE(0x22, ${String(0x800 + i)}, 0, 0): Status = Handle${String(i)}(Ext, Irp, Stack); break;\n`);
  parts.push('  }\n  Irp->IoStatus.Status = Status;\n  IoCompleteRequest(Irp, IO_NO_INCREMENT);\n  return Status;\n}\n');
  return parts.join('');
}

describe('the time that an analysis takes', function () {
  this.timeout(120_000);
  const runtime = readFileSync('node_modules/web-tree-sitter/web-tree-sitter.wasm');
  const grammar = readFileSync('grammars/tree-sitter-c.wasm');
  let syntax: Syntax;
  let parser: Engine;
  before(async () => {
    syntax = await createSyntax(runtime, grammar);
    parser = await Engine.create(runtime, grammar);
  });

  function fastest(work: () => unknown): number {
    let best = Infinity;
    for (let i = 0; i < ROUNDS; i++) {
      const start = process.cpuUsage();
      work();
      best = Math.min(best, process.cpuUsage(start).user);
    }
    return best;
  }

  const analyse = (text: string) => (): void => {
    const engine = createWorkspace({ syntax, settings: AS_SHIPPED });
    engine.set('driver.c', text);
    run(engine);
    engine.dispose();
  };

  it('is a bounded multiple of parsing', () => {
    const text = driver(60);
    const blanked = blank(text, { macro: () => undefined, isType: () => false }, new Map()).text;
    analyse(text)();
    const parse = fastest(() => parser.parse(blanked));
    const all = fastest(analyse(text));
    assert.ok(all < LIMIT * parse, `${(all / parse).toFixed(1)} times parsing; the limit is ${String(LIMIT)}`);
  });

  it('is spent on the dialect in a small part only', () => {
    const text = driver(400);
    const none = { macro: (): undefined => undefined, isType: (): boolean => false };
    const blanking = (): string => blank(text, none, new Map()).text;
    const blanked = blanking();
    for (let i = 0; i < 20; i++) blanking();
    const share = fastest(blanking) / fastest(() => parser.parse(blanked));
    assert.ok(share < DIALECT_SHARE, `${share.toFixed(3)} of parsing; the limit is ${String(DIALECT_SHARE)}`);
  });

  it('grows with the source and no faster', () => {
    const small = driver(40);
    const large = driver(160);
    analyse(small)();
    const ratio = fastest(analyse(large)) / fastest(analyse(small));
    const grown = large.length / small.length;
    assert.ok(ratio < 1.8 * grown, `${grown.toFixed(1)} times the source took ${ratio.toFixed(1)} times as long`);
  });
});

const LIMIT = 100;
const DIALECT_SHARE = 0.2;
