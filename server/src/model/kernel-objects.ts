/**
 * Types of objects that work only in memory of the kernel: locks, events, queues, list heads. A structure that holds one does not lie in
 * memory that user mode wrote, whatever a pointer's way suggests. Names as in wdm.h, ntifs.h, ndis.h and the WDF headers.
 */
export const KERNEL_OBJECTS: ReadonlySet<string> = new Set([
  'KSPIN_LOCK',
  'KSPIN_LOCK_QUEUE',
  'KEVENT',
  'KMUTEX',
  'KMUTANT',
  'KSEMAPHORE',
  'KTIMER',
  'KDPC',
  'KAPC',
  'KQUEUE',
  'KGUARDED_MUTEX',
  'FAST_MUTEX',
  'ERESOURCE',
  'EX_PUSH_LOCK',
  'EX_RUNDOWN_REF',
  'EX_SPIN_LOCK',
  'IO_REMOVE_LOCK',
  'IO_CSQ',
  'LIST_ENTRY',
  'SINGLE_LIST_ENTRY',
  'SLIST_HEADER',
  'NPAGED_LOOKASIDE_LIST',
  'PAGED_LOOKASIDE_LIST',
  'LOOKASIDE_LIST_EX',
  'NDIS_SPIN_LOCK',
  'NDIS_EVENT',
  'NDIS_TIMER',
  'NDIS_RW_LOCK',
  'WDFSPINLOCK',
  'WDFWAITLOCK',
  'WDFQUEUE',
  'WDFDEVICE',
]);

/**
 * What one driver hands another one in `Irp->UserBuffer` of an internal request, by hidclass.h, usb.h, srb.h and 1394.h: no control code
 * of user mode carries it.
 */
export const INTERNAL_REQUESTS: ReadonlySet<string> = new Set([
  'HID_XFER_PACKET',
  'URB',
  'URB_HEADER',
  'SCSI_REQUEST_BLOCK',
  'STORAGE_REQUEST_BLOCK',
  'IRB',
]);
