/** The layouts that the type layer computes from the prelude, against the sizes and offsets of the kit on 64-bit Windows. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createModel } from '../../server/src/model';
import { Constants } from '../../server/src/program/constants';
import { Program } from '../../server/src/program/program';
import type { Types } from '../../server/src/program/types';
import { createSyntax } from '../../server/src/syntax';

const file = 'prelude.h';
const sizes: Readonly<Record<string, number>> = {
  LARGE_INTEGER: 8,
  UNICODE_STRING: 16,
  GUID: 16,
  LIST_ENTRY: 16,
  SLIST_HEADER: 16,
  OBJECT_ATTRIBUTES: 48,
  IO_STATUS_BLOCK: 16,
  KEVENT: 24,
  KTIMER: 64,
  KDPC: 64,
  KMUTEX: 56,
  FAST_MUTEX: 56,
  ERESOURCE: 104,
  KLOCK_QUEUE_HANDLE: 24,
  MDL: 48,
  IRP: 208,
  IO_STACK_LOCATION: 72,
  FILE_OBJECT: 216,
  DEVICE_OBJECT: 336,
  DRIVER_OBJECT: 336,
  FILE_FULL_EA_INFORMATION: 12,
  KEY_VALUE_PARTIAL_INFORMATION: 16,
  RTL_QUERY_REGISTRY_TABLE: 56,
  CM_PARTIAL_RESOURCE_DESCRIPTOR: 20,
  NET_BUFFER: 176,
  NDIS_OID_REQUEST: 248,
  FLT_CALLBACK_DATA: 88,
  WDF_REQUEST_PARAMETERS: 40,
  SCSI_REQUEST_BLOCK: 88,
  SRB_IO_CONTROL: 28,
  ETHERNET_HEADER: 14,
  IPV4_HEADER: 20,
  IPV6_HEADER: 40,
  TCP_HDR: 20,
  STORAGE_PROPERTY_QUERY: 12,
  STORAGE_DEVICE_DESCRIPTOR: 40,
  STORAGE_ADAPTER_DESCRIPTOR: 32,
  DISK_GEOMETRY: 24,
  DISK_GEOMETRY_EX: 40,
  PARTITION_INFORMATION: 32,
  PARTITION_INFORMATION_EX: 144,
  DRIVE_LAYOUT_INFORMATION_EX: 192,
  VOLUME_DISK_EXTENTS: 32,
  SENDCMDINPARAMS: 33,
  SENDCMDOUTPARAMS: 17,
  MOUNTDEV_NAME: 4,
  MOUNTDEV_UNIQUE_ID: 4,
  FILE_LINK_INFORMATION: 24,
  FILE_BOTH_DIR_INFORMATION: 96,
  FILE_ID_BOTH_DIR_INFORMATION: 112,
  FILE_FS_VOLUME_INFORMATION: 24,
  FILE_FS_ATTRIBUTE_INFORMATION: 16,
  REPARSE_DATA_BUFFER: 24,
  REPARSE_GUID_DATA_BUFFER: 28,
  SERIAL_COMMPROP: 64,
  SERIAL_STATUS: 20,
  KEYBOARD_INPUT_DATA: 12,
  MOUSE_INPUT_DATA: 24,
  HID_DEVICE_ATTRIBUTES: 32,
  HID_DESCRIPTOR: 9,
  WNODE_HEADER: 48,
  USB_DEVICE_DESCRIPTOR: 18,
  USB_ENDPOINT_DESCRIPTOR: 7,
  USB_DESCRIPTOR_REQUEST: 13,
  SID: 12,
};

describe('the prelude as the type layer lays it out', () => {
  let types: Types;
  before(async () => {
    const syntax = await createSyntax(
      readFileSync('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
      readFileSync('grammars/tree-sitter-c.wasm'),
    );
    const program = new Program((text) => syntax.snippet(text));
    program.set(syntax.read(file, createModel().prelude, program.oracle(file), new Map()));
    types = new Constants(program).types;
  });

  for (const [name, size] of Object.entries(sizes)) {
    it(`${name} has ${String(size)} bytes`, () => {
      assert.equal(types.sizeOf(types.resolve({ kind: 'name', name }, file)), size);
    });
  }
});
