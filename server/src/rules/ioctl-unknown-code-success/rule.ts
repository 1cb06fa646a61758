/**
 * A dispatch on the control code that answers success to codes it does not know.
 */
import type { CaseStmt, FunctionDecl, Span, Stmt, SwitchStmt } from '../../syntax/ast';
import { statements } from '../../syntax/walk';
import type { Rule } from '../rule';
import page from './page.md';

export const ioctlUnknownCodeSuccess: Rule = {
  meta: {
    id: 'ioctl-unknown-code-success',
    title: 'Unknown control code answered with success',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'warning',
    precision: 'medium',
    cwe: [394],
    profile: 'default',
  },
  page,
  each(cx) {
    const { fn } = cx;
    const text = (s: Span): string => cx.slice(s);
    for (const s of statements(fn.body)) {
      if (s.kind !== 'switch' || !CODE.test(text(s.x))) continue;
      const body = defaultBody(s);
      const code = body?.map((b) => text(b)).join('\n') ?? '';
      // Anything that is done for an unknown code (a refusal, a call, a forward) is somebody's decision.
      const succeeds =
        body?.some((b) => !/^\s*(if|switch|for|while|do|__try|try)\b/.test(text(b)) && SUCCESS.test(flat(text(b)))) ?? false;
      if (body && /[=(]|return|goto/.test(code.replace(/\b(break|default)\b/g, '')) && !succeeds) continue;
      // Another `switch` of this function goes through the codes as well: together they know them all.
      if (statements(fn.body).some((o) => o !== s && o.kind === 'switch' && defaultBody(o) !== undefined && CODE.test(text(o.x))))
        continue;
      const before = cx.slice({ start: fn.start, end: s.start });
      const status = lastStatus(before);
      if (!body && !status) continue;
      if (!succeeds && status?.value !== 'STATUS_SUCCESS') continue;
      const after = cx.slice({ start: s.end, end: fn.end });
      // Codes that are not this driver's go on to the next one.
      if (/IoCallDriver|IofCallDriver|IoSkipCurrentIrpStackLocation|WdfRequestSend|WdfDeviceGetIoTarget|Forward/.test(after))
        continue;
      // What comes after may still look at whether a case was met.
      if (status && !new RegExp(`\\b${status.name}\\b`).test(after)) continue;
      if (status && isHandedOn(after, status.name, requests(fn))) continue;
      const place = { start: s.start, end: s.x.end };
      cx.report({
        place,
        severity: 'warning',
        message: `A control code that this \`switch\` does not know is answered with \`STATUS_SUCCESS\`.`,
        path: [
          { file: cx.file, ...place, role: 'use', message: 'codes are told apart here' },
          {
            file: cx.file,
            ...place,
            role: 'guard',
            message: 'a `default` that sets `STATUS_INVALID_DEVICE_REQUEST` would silence it',
          },
        ],
      });
    }
  },
};

/** A function that is given the request says how it ends; one that is given the status as well only completes it. */
function isHandedOn(after: string, status: string, given: readonly string[]): boolean {
  return given.some((request) =>
    [...after.matchAll(new RegExp(`\\b${status}\\s*=[^;={}]*\\(([^;{}]*\\b${request}\\b[^;{}]*)\\)\\s*;`, 'g'))].some(
      ([, given]) => given !== undefined && !new RegExp(`\\b${status}\\b`).test(given),
    ),
  );
}

function requests(fn: FunctionDecl): readonly string[] {
  return fn.params.filter((p) => p.type.kind === 'name' && /^(PIRP|WDFREQUEST)$/.test(p.type.name)).map((p) => p.name ?? '');
}

const SUCCESS = /=\s*STATUS_SUCCESS/;
/** Without what is done under a condition. */
function flat(text: string): string {
  return /^\s*\{/.test(text) && /\b(if|switch)\b/.test(text) ? '' : text;
}
const CODE = /\b(IoControlCode|FsControlCode|ioctlCode|ControlCode)\b/i;

/** Statements behind `default:`, up to its `break`; undefined without one. */
function defaultBody(s: SwitchStmt): readonly Stmt[] | undefined {
  if (s.body.kind !== 'block') return undefined;
  const list = s.body.body;
  const at = list.findIndex((x) => x.kind === 'case' && x.value === undefined);
  if (at < 0) return undefined;
  const end = list.findIndex((x, i): x is CaseStmt => i > at && x.kind === 'case');
  const rest = list.slice(at + 1, end < 0 ? undefined : end);
  return rest.length === 0 && end >= 0 ? list.slice(end + 1) : rest;
}

function lastStatus(before: string): { name: string; value: string } | undefined {
  const all = [...before.matchAll(/\b(\w*[sS]tatus\w*)\s*=\s*(\w+)\s*[;,]/g)];
  const last = all[all.length - 1];
  return last?.[1] !== undefined && last[2] !== undefined ? { name: last[1], value: last[2] } : undefined;
}
