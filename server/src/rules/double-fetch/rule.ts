/**
 * The same place of memory that user mode can rewrite is read twice, and the two values are meant to be one: the first was tested, or the
 * second reaches a size, an index or a pointer.
 */
import type { Rule } from '../rule';
import { refetch } from '../volatile/refetch';
import { habits } from '../volatile/shared-memory';
import page from './page.md';

export const doubleFetch: Rule = {
  meta: {
    id: 'double-fetch',
    title: 'User memory fetched twice, checked once',
    threats: ['Memory mapped in shared user/kernel buffers', 'IOCTL surface', 'Packet contents TOCTOU'],
    severity: 'error',
    precision: 'high',
    cwe: [367],
    profile: 'default',
    microsoft: ['cpp/drivers/user-mode-memory-read-multiple-times', 'SDV DoubleFetch'],
  },
  page,
  habits,
  observe: (cx) => refetch(cx, { packet: false }),
};
