/** Guards and contexts: what protects an access, and what only looks as if it did. Each text is one function of a driver that is asked for one rule. */
import assert from 'node:assert/strict';
import { engineOver, run } from './analysed';

const ENTRY = `
NTSTATUS DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path) {
    Driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Dispatch;
    return STATUS_SUCCESS;
}
`;
const HEAD = `
#include <wdm.h>
typedef struct _REQ { ULONG A; ULONG B; ULONG C[2]; } REQ;
`;
/** A dispatch routine with the body, after more code. */
const dispatch = (body: string, before = ''): string => `${HEAD}${before}
NTSTATUS Dispatch(PDEVICE_OBJECT Device, PIRP Irp) {
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG Length = Stack->Parameters.DeviceIoControl.InputBufferLength;
    REQ *r = Irp->AssociatedIrp.SystemBuffer;
    NTSTATUS Status = STATUS_SUCCESS;
    ${body}
    return Status;
}
${ENTRY}`;
const USE = 'g_Sum = r->A + r->C[1];';

interface Case {
  readonly name: string;
  readonly text: string;
  readonly fires: boolean;
  readonly rule?: string;
}

const INPUT = 'ioctl-input-length-unchecked';
const user = (body: string): string => `${HEAD}
static NTSTATUS Take(PULONG p, ULONG Length, KPROCESSOR_MODE Mode, PULONG Out) {
    __try {
        ${body}
    } __except (EXCEPTION_EXECUTE_HANDLER) { return GetExceptionCode(); }
    return STATUS_SUCCESS;
}
NTSTATUS Dispatch(PDEVICE_OBJECT Device, PIRP Irp) {
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG v = 0;
    return Take(Stack->Parameters.DeviceIoControl.Type3InputBuffer, Stack->Parameters.DeviceIoControl.InputBufferLength, Irp->RequestorMode, &v);
}
${ENTRY}`;
const NEITHER = 'method-neither-unprobed';

const CASES: readonly Case[] = [
  { name: 'nothing', text: dispatch(USE), fires: true },
  {
    name: 'a check that dominates',
    text: dispatch(`if (Length < sizeof(REQ)) return STATUS_BUFFER_TOO_SMALL; ${USE}`),
    fires: false,
  },
  {
    name: 'a check that comes too late',
    text: dispatch(`${USE} if (Length < sizeof(REQ)) return STATUS_BUFFER_TOO_SMALL;`),
    fires: true,
  },
  {
    name: 'a check on one way only',
    text: dispatch(`if (Device->Flags & 1) { if (Length < sizeof(REQ)) return STATUS_BUFFER_TOO_SMALL; } ${USE}`),
    fires: true,
  },
  { name: 'a check that is too small', text: dispatch(`if (Length < 8) return STATUS_BUFFER_TOO_SMALL; ${USE}`), fires: true },
  {
    name: 'a check with `goto`',
    text: dispatch(`if (Length < sizeof(REQ)) { Status = STATUS_BUFFER_TOO_SMALL; goto Exit; } ${USE} Exit:`),
    fires: false,
  },
  {
    name: 'a status that a check has set',
    text: dispatch(`if (Length < sizeof(REQ)) { Status = STATUS_BUFFER_TOO_SMALL; } if (NT_SUCCESS(Status)) { ${USE} }`),
    fires: false,
  },
  {
    name: 'a boolean that a check has set',
    text: dispatch(`BOOLEAN Fits = FALSE; if (Length >= sizeof(REQ)) { Fits = TRUE; } if (Fits) { ${USE} }`),
    fires: false,
  },
  {
    name: 'a boolean that is the check',
    text: dispatch(`BOOLEAN Fits = (Length >= sizeof(REQ)); if (Fits) { ${USE} }`),
    fires: false,
  },
  {
    name: 'a boolean that says the opposite',
    text: dispatch(`BOOLEAN Short = (Length < sizeof(REQ)); if (Short) { ${USE} }`),
    fires: true,
  },
  {
    name: 'a helper whose success implies it',
    text: dispatch(
      `Status = Check(Length); if (!NT_SUCCESS(Status)) return Status; ${USE}`,
      'static NTSTATUS Check(ULONG n) { return n < sizeof(REQ) ? STATUS_BUFFER_TOO_SMALL : STATUS_SUCCESS; }',
    ),
    fires: false,
  },
  {
    name: 'a helper whose result nobody looks at',
    text: dispatch(
      `Status = Check(Length); ${USE}`,
      'static NTSTATUS Check(ULONG n) { if (n < sizeof(REQ)) return STATUS_BUFFER_TOO_SMALL; return STATUS_SUCCESS; }',
    ),
    fires: true,
  },
  {
    name: 'a validator with an out-parameter',
    text: dispatch(
      `REQ *q; if (!NT_SUCCESS(Get(Irp, Stack, &q))) return STATUS_BUFFER_TOO_SMALL; g_Sum = q->A + q->C[1];`,
      'static NTSTATUS Get(PIRP Irp, PIO_STACK_LOCATION S, REQ **Out) { *Out = NULL; if (S->Parameters.DeviceIoControl.InputBufferLength < sizeof(REQ)) return STATUS_BUFFER_TOO_SMALL; *Out = Irp->AssociatedIrp.SystemBuffer; return STATUS_SUCCESS; }',
    ),
    fires: false,
  },
  {
    name: 'a validator that gives the length back',
    text: dispatch(
      `ULONG n = 0; if (!Fits(Stack, &n)) return STATUS_BUFFER_TOO_SMALL; if (n < sizeof(REQ)) return STATUS_BUFFER_TOO_SMALL; ${USE}`,
      'static BOOLEAN Fits(PIO_STACK_LOCATION S, PULONG Out) { *Out = S->Parameters.DeviceIoControl.InputBufferLength; return *Out > 4; }',
    ),
    fires: false,
  },
  {
    name: 'a macro that tests and leaves',
    text: dispatch(
      `NEED(Length, sizeof(REQ)); ${USE}`,
      '#define NEED(n, least) if ((n) < (least)) { return STATUS_BUFFER_TOO_SMALL; }\n',
    ),
    fires: false,
  },
  {
    name: 'a macro that tests and jumps, in a loop that runs once',
    text: dispatch(
      `NEED(Length, sizeof(REQ)); ${USE} Exit:`,
      '#define NEED(n, least) do { if ((n) < (least)) { Status = STATUS_BUFFER_TOO_SMALL; goto Exit; } } while (0)\n',
    ),
    fires: false,
  },
  { name: 'an assertion', text: dispatch(`ASSERT(Length >= sizeof(REQ)); ${USE}`), fires: true },
  {
    name: 'an assumption for the analyser of the compiler',
    text: dispatch(`_Analysis_assume_(Length >= sizeof(REQ)); ${USE}`),
    fires: true,
  },
  {
    name: 'the check in every caller',
    text: dispatch(`if (Length < sizeof(REQ)) return STATUS_BUFFER_TOO_SMALL; Sum(r);`, `static VOID Sum(REQ *r) { ${USE} }`),
    fires: false,
  },
  {
    name: 'the check in one of two callers',
    text: dispatch(
      `if (Device->Flags & 1) { Sum(r); return 0; } if (Length < sizeof(REQ)) return STATUS_BUFFER_TOO_SMALL; Sum(r);`,
      `static VOID Sum(REQ *r) { ${USE} }`,
    ),
    fires: true,
  },
  {
    name: 'checked arithmetic',
    text: dispatch(
      `ULONG Need; if (!NT_SUCCESS(RtlULongAdd(8, 8, &Need)) || Length < Need) return STATUS_BUFFER_TOO_SMALL; ${USE}`,
    ),
    fires: false,
  },
  {
    name: 'a case of the switch',
    text: dispatch(`switch (Length) { case sizeof(REQ): ${USE} break; default: Status = STATUS_INVALID_PARAMETER; }`),
    fires: false,
  },
  {
    name: 'KMDF’s minimum size',
    text: `${HEAD.replace('wdm.h', 'wdf.h')}
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL OnControl;
VOID OnControl(WDFQUEUE Queue, WDFREQUEST Request, size_t OutLength, size_t InLength, ULONG Code) {
    REQ *r; NTSTATUS Status = WdfRequestRetrieveInputBuffer(Request, sizeof(REQ), &r, NULL);
    if (!NT_SUCCESS(Status)) { WdfRequestComplete(Request, Status); return; }
    ${USE}
}`,
    fires: false,
  },
  {
    name: 'a minimum size of KMDF that is too small',
    text: `${HEAD.replace('wdm.h', 'wdf.h')}
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL OnControl;
VOID OnControl(WDFQUEUE Queue, WDFREQUEST Request, size_t OutLength, size_t InLength, ULONG Code) {
    REQ *r; NTSTATUS Status = WdfRequestRetrieveInputBuffer(Request, 4, &r, NULL);
    if (!NT_SUCCESS(Status)) { WdfRequestComplete(Request, Status); return; }
    ${USE}
}`,
    fires: true,
  },
  // Raw user addresses
  { name: 'no probe', text: user('*Out = *p;'), fires: true, rule: NEITHER },
  { name: 'a probe', text: user('ProbeForRead(p, sizeof(ULONG), 4); *Out = *p;'), fires: false, rule: NEITHER },
  {
    name: 'a probe for user mode',
    text: user('if (Mode != KernelMode) { ProbeForRead(p, sizeof(ULONG), 4); } *Out = *p;'),
    fires: false,
    rule: NEITHER,
  },
  {
    name: 'a probe that a length can switch off',
    text: user('if (Mode != KernelMode && Length) { ProbeForRead(p, sizeof(ULONG), 4); } else { *Out = *p; }'),
    fires: true,
    rule: NEITHER,
  },
  {
    name: 'a use for kernel mode alone',
    text: user('if (Mode != KernelMode) { return STATUS_ACCESS_DENIED; } else { *Out = *p; }'),
    fires: false,
    rule: NEITHER,
  },
  {
    name: 'a use where user mode was turned away with `||`',
    text: user('if (Mode == UserMode || Length == 0) { return STATUS_ACCESS_DENIED; } *Out = *p;'),
    fires: false,
    rule: NEITHER,
  },
  {
    name: 'a negated test of the mode',
    text: user('if (!(Mode == KernelMode)) { ProbeForRead(p, sizeof(ULONG), 4); } *Out = *p;'),
    fires: false,
    rule: NEITHER,
  },
  {
    name: 'a flag that says whether the address is captured',
    text: `${HEAD}
static ULONG Take(PULONG p, BOOLEAN Captured) {
    ULONG v = 0;
    __try { if (!Captured) { ProbeForRead(p, sizeof(ULONG), 4); } v = *p; } __except (EXCEPTION_EXECUTE_HANDLER) { }
    return v;
}
NTSTATUS Dispatch(PDEVICE_OBJECT Device, PIRP Irp) {
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG Own = 1;
    return (NTSTATUS)(Take(&Own, TRUE) + Take(Stack->Parameters.DeviceIoControl.Type3InputBuffer, FALSE));
}
${ENTRY}`,
    fires: false,
    rule: NEITHER,
  },
  {
    name: 'a flag that lies',
    text: `${HEAD}
static ULONG Take(PULONG p, BOOLEAN Captured) {
    ULONG v = 0;
    __try { if (!Captured) { ProbeForRead(p, sizeof(ULONG), 4); } v = *p; } __except (EXCEPTION_EXECUTE_HANDLER) { }
    return v;
}
NTSTATUS Dispatch(PDEVICE_OBJECT Device, PIRP Irp) {
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    return (NTSTATUS)Take(Stack->Parameters.DeviceIoControl.Type3InputBuffer, TRUE);
}
${ENTRY}`,
    fires: true,
    rule: NEITHER,
  },
];

describe('a guard:', () => {
  for (const c of CASES)
    it(`${c.name} ${c.fires ? 'is none' : 'counts'}`, async () => {
      const engine = await engineOver({ 'a.c': c.text });
      try {
        const rule = c.rule ?? INPUT;
        const { findings } = run(engine);
        const hits = findings.filter(
          (f) => f.rule === rule || (rule === NEITHER && f.rule === 'ioctl-embedded-pointer-unprobed'),
        );
        const gaps = engine.gaps('a.c').filter((g) => g.kind === 'error');
        assert.deepEqual(gaps, []);
        assert.equal(hits.length > 0, c.fires, findings.map((f) => `${f.rule}: ${f.message}`).join('\n'));
      } finally {
        engine.remove('a.c');
        engine.dispose();
      }
    });
});

describe('a bound', () => {
  it('that is hit is said', async () => {
    const many = Array.from(
      { length: 2500 },
      (_, i) => `    if (a & ${String(1 << (i % 31))}) { x += f(x, ${String(i)}) * y; y ^= x; } else { y -= x; }`,
    ).join('\n');
    const text = `#include <wdm.h>\nULONG f(ULONG, ULONG);\nULONG Huge(ULONG a) { ULONG x = 0, y = 1;\n${many}\n return x; }\n`;
    const engine = await engineOver({ 'huge.c': text });
    const { notes } = run(engine);
    assert.ok(
      notes.some((n) => n.kind === 'bound' && n.message.includes('`Huge`')),
      notes.map((n) => n.message).join('\n'),
    );
    engine.remove('huge.c');
    engine.dispose();
  }).timeout(120_000);
});
