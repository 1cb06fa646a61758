/** Drivers whose `#if` branches differ: what fires in which, and that nobody pays twice. */
import assert from 'node:assert/strict';
import { createWorkspace, type EngineWorkspace } from '../../server/src/report/engine';
import type { Outcome } from '../../server/src/report/workspace';
import { AS_SHIPPED, run } from '../analysis/analysed';
import { syntax } from '../syntax/reading';

const HEAD = `#include <ntddk.h>
NTSTATUS Copy(PVOID Buffer, SIZE_T Size);
NTSTATUS Control(PDEVICE_OBJECT Device, PIRP Irp)
{
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS Status = Copy(Stack->Parameters.DeviceIoControl.Type3InputBuffer, Stack->Parameters.DeviceIoControl.InputBufferLength);
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Control;
    return STATUS_SUCCESS;
}
`;
const copy = (body: string): string => `NTSTATUS Copy(PVOID Buffer, SIZE_T Size)
{
    UCHAR Kernel[64];
    __try {
        ProbeForRead(Buffer, Size, 1);
${body}
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return GetExceptionCode();
    }
    return STATUS_SUCCESS;
}
`;
const RIGHT = '        RtlCopyMemory(Kernel, Buffer, Size < sizeof(Kernel) ? Size : sizeof(Kernel));';
const WRONG = '        RtlCopyMemory(Kernel, Buffer, Size);';
const RULE = 'ioctl-copy-length-user-controlled';

async function workspace(): Promise<EngineWorkspace> {
  return createWorkspace({ syntax: await syntax(), settings: AS_SHIPPED });
}

/** `line when`, of one rule. */
function said(outcome: Outcome, text: string, rule = RULE): string[] {
  return outcome.findings
    .filter((f) => f.rule === rule)
    .map((f) => `${text.slice(0, f.start).split('\n').length} ${f.configuration ?? 'always'}`);
}

async function of(text: string, rule = RULE): Promise<string[]> {
  const w = await workspace();
  w.set('a.c', text);
  const out = said(run(w), text, rule);
  w.dispose();
  return out;
}
const lineOf = (text: string, part: string): string => String(text.slice(0, text.indexOf(part)).split('\n').length);

describe('configurations', () => {
  it('fires in the wrong branch only, and says where it holds', async () => {
    const text = HEAD + copy(`#ifdef SECURE\n${RIGHT}\n#else\n${WRONG}\n#endif`);
    assert.deepEqual(await of(text), [`${lineOf(text, WRONG)} SECURE is not defined`]);
    const other = HEAD + copy(`#ifndef VULNERABLE\n${RIGHT}\n#else\n${WRONG}\n#endif`);
    assert.deepEqual(await of(other), [`${lineOf(other, WRONG)} VULNERABLE is defined`]);
  });

  it('says nothing about configurations where a finding holds everywhere', async () => {
    const text = HEAD + copy(`#ifdef TRACE\n        DbgPrint("copy");\n#endif\n${WRONG}`);
    assert.deepEqual(await of(text), [`${lineOf(text, WRONG)} always`]);
  });

  it('sees the use after a check that another configuration lacks', async () => {
    const text =
      HEAD + copy(`#if !UNCHECKED\n        if (Size > sizeof(Kernel)) return STATUS_INVALID_PARAMETER;\n#endif\n${WRONG}`);
    assert.deepEqual(await of(text), [`${lineOf(text, WRONG)} UNCHECKED is defined`]);
  });

  it('reads whole functions that the default leaves out, and functions of the same name', async () => {
    const alone = HEAD + `#ifdef OLD\n${copy(WRONG)}#endif\n`;
    assert.deepEqual(await of(alone), [`${lineOf(alone, WRONG)} OLD is defined`]);
    const both = HEAD + `#ifdef OLD\n${copy(WRONG)}#else\n${copy(RIGHT)}#endif\n`;
    assert.deepEqual(await of(both), [`${lineOf(both, WRONG)} OLD is defined`]);
  });

  it('turns over what the driver itself defines', async () => {
    const text = `#define CHECKED 1\n${HEAD}${copy(`#if CHECKED\n${RIGHT}\n#else\n${WRONG}\n#endif`)}`;
    assert.deepEqual(await of(text), [`${lineOf(text, WRONG)} CHECKED is not defined`]);
  });

  it('understands braces that are split over branches, in each', async () => {
    const text =
      HEAD + copy(`#ifdef CHECKED\n        if (Size <= sizeof(Kernel)) {\n#else\n        {\n#endif\n${WRONG}\n        }`);
    const w = await workspace();
    w.set('a.c', text);
    const outcome = run(w);
    assert.deepEqual(said(outcome, text), [`${lineOf(text, WRONG)} CHECKED is not defined`]);
    assert.deepEqual(outcome.notes, []);
    w.dispose();
  });

  it('says what is not understood in another configuration', async () => {
    const w = await workspace();
    w.set('a.c', HEAD + copy(`#ifdef BROKEN\n        if (Size {{ ) ; ]\n#endif\n${WRONG}`));
    assert.ok(run(w).notes.some((n) => n.kind === 'not-understood' && n.message.endsWith('(when BROKEN is defined)')));
    w.dispose();
  });

  it('looks at a bounded number, those that change most bodies, and says what it dropped', async () => {
    const names = Array.from({ length: 10 }, (_, i) => `FEATURE_${String.fromCharCode(65 + i)}`);
    const text = HEAD + copy(names.map((n) => `#ifdef ${n}\n        DbgPrint("x");\n#endif`).join('\n') + `\n${RIGHT}`);
    const w = await workspace();
    w.set('a.c', text);
    const outcome = run(w);
    assert.equal(outcome.configurations?.length, 8);
    const said = outcome.notes.filter((n) => n.kind === 'bound').map((n) => n.message);
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /FEATURE_I is defined, or FEATURE_J is defined/);
    w.dispose();
  });

  it('knows that the names of a target go together', async () => {
    const text = HEAD + copy(`#if defined(_WIN64) && !defined(_M_IX86)\n${RIGHT}\n#elif defined(_M_IX86)\n${WRONG}\n#endif`);
    assert.deepEqual(await of(text), [`${lineOf(text, WRONG)} the target is x86`]);
  });

  it('turns over what is compared with a truth value, and no truth value', async () => {
    const w = await workspace();
    w.set('a.c', HEAD + copy(`#if FILTERS == TRUE\n${RIGHT}\n#else\n${WRONG}\n#endif`));
    assert.deepEqual(run(w).configurations, ['FILTERS is defined']);
    w.dispose();
  });

  it('turns no guard over', async () => {
    const text = `#ifndef ACCESSORS\n\n#include <ntddk.h>\n#define OTHER 1\n#define ACCESSORS\n${HEAD}${copy(WRONG)}#endif\n`;
    const w = await workspace();
    w.set('a.c', text);
    const outcome = run(w);
    assert.deepEqual(outcome.configurations, []);
    // What a file defines behind a condition does not answer the condition.
    assert.equal(said(outcome, text).length, 1);
    w.dispose();
  });

  it('turns nothing over that a header of the driver defines, whatever was built', async () => {
    const w = await workspace();
    w.set('own.h', '#ifndef OWN_H\n#define OWN_H 1\n#define CHECKED 1\n#ifdef FULL\n#define TRACED 1\n#endif\n#endif\n');
    const text = `#include "own.h"\n${HEAD}${copy(`#if CHECKED\n${RIGHT}\n#else\n${WRONG}\n#endif\n#ifdef TRACED\n${RIGHT}\n#endif`)}`;
    w.set('a.c', text);
    const outcome = run(w);
    assert.deepEqual(said(outcome, text), []);
    assert.deepEqual(outcome.configurations, ['TRACED is defined']);
    w.dispose();
  });

  it('leaves the configuration out of fingerprints', async () => {
    const print = async (text: string): Promise<readonly string[]> => {
      const w = await workspace();
      w.set('a.c', text);
      const out = run(w).findings.map((f) => f.fingerprint);
      w.dispose();
      return out;
    };
    assert.deepEqual(await print(HEAD + copy(WRONG)), await print(HEAD + copy(`#ifndef SECURE\n${WRONG}\n#endif`)));
  });

  it('shows the default first when asked to, and goes on with the rest', async () => {
    const text = HEAD + copy(`#ifndef VULNERABLE\n${RIGHT}\n#else\n${WRONG}\n#endif`);
    const w = await workspace();
    w.set('a.c', text);
    const first = run(w, 'later');
    assert.equal(first.pending, true);
    assert.deepEqual(said(first, text), []);
    const rest = run(w);
    assert.equal(rest.pending, undefined);
    assert.equal(said(rest, text).length, 1);
    // An edit of another function leaves nothing to do.
    const edited = text.replace('return STATUS_SUCCESS;', 'return  STATUS_SUCCESS;');
    w.set('a.c', edited);
    const after = run(w, 'later');
    assert.deepEqual(said(after, edited), [`${lineOf(edited, WRONG)} VULNERABLE is defined`]);
    w.dispose();
  });

  it('ends at the same findings after edits as a fresh reading', async () => {
    const w = await workspace();
    const steps = [
      copy(`#ifdef SECURE\n${RIGHT}\n#else\n${WRONG}\n#endif`),
      copy(`#ifdef SECURE\n${WRONG}\n#else\n${RIGHT}\n#endif`),
      copy(`#ifdef OTHER\n${WRONG}\n#else\n${RIGHT}\n#endif`),
      `#ifdef OLD\n${copy(WRONG)}#else\n${copy(RIGHT)}#endif\n`,
      `#ifdef OLD\n${copy(RIGHT)}#else\n${copy(WRONG)}#endif\n`,
      copy(RIGHT),
      copy(`#ifdef SECURE\n${RIGHT}\n#else\n${WRONG}\n#endif`).replace('Kernel[64]', 'Kernel[65]'),
    ];
    for (const step of steps) {
      for (const lead of ['', '\n\n']) {
        const text = lead + HEAD + step;
        w.set('a.c', text);
        const fresh = await workspace();
        fresh.set('a.c', text);
        assert.deepEqual(run(w).findings, run(fresh).findings);
        fresh.dispose();
      }
    }
    w.dispose();
  });
});
