/*
 * What user mode and the driver agree on: control codes, and the memory that both of them see.
 */
#pragma once

#define RINGDRV_DEVICE_TYPE 0x8337

#define IOCTL_RING_CREATE \
    CTL_CODE(RINGDRV_DEVICE_TYPE, 0x801, METHOD_BUFFERED, FILE_WRITE_ACCESS)
#define IOCTL_RING_SET_WATERMARK \
    CTL_CODE(RINGDRV_DEVICE_TYPE, 0x802, METHOD_BUFFERED, FILE_WRITE_ACCESS)
#define IOCTL_RING_QUERY_LAYOUT \
    CTL_CODE(RINGDRV_DEVICE_TYPE, 0x803, METHOD_BUFFERED, FILE_READ_ACCESS)
#define IOCTL_RING_QUERY_COUNTERS \
    CTL_CODE(RINGDRV_DEVICE_TYPE, 0x804, METHOD_BUFFERED, FILE_READ_ACCESS)
#define IOCTL_RING_DRAIN \
    CTL_CODE(RINGDRV_DEVICE_TYPE, 0x805, METHOD_BUFFERED, FILE_WRITE_ACCESS)
#define IOCTL_RING_SET_FILTER \
    CTL_CODE(RINGDRV_DEVICE_TYPE, 0x806, METHOD_NEITHER, FILE_WRITE_ACCESS)
#define IOCTL_RING_SET_LABEL \
    CTL_CODE(RINGDRV_DEVICE_TYPE, 0x807, METHOD_NEITHER, FILE_WRITE_ACCESS)

#define RING_MAX_ENTRIES 4096
#define RING_ENTRY_BYTES 56
#define RING_LABEL_CHARS 16

#define RING_FLAG_NEED_WAKE 0x00000001
#define RING_FLAG_CLOSED 0x00000002

/* One message. Lies in memory that user mode can write at any time. */
typedef struct _RING_ENTRY {
    ULONG Tag;
    ULONG Length;
    UCHAR Data[RING_ENTRY_BYTES];
} RING_ENTRY, *PRING_ENTRY;

/* The head of a ring; the entries follow it. User mode produces, the driver consumes. */
typedef struct _RING_SHARED {
    ULONG ProducerIndex;
    ULONG ConsumerIndex;
    ULONG Flags;
    ULONG Reserved;
} RING_SHARED, *PRING_SHARED;

/* A page of counters that the driver shows to user mode. */
typedef struct _RING_COUNTER_PAGE {
    ULONG64 Drained;
    ULONG64 Dropped;
} RING_COUNTER_PAGE, *PRING_COUNTER_PAGE;

typedef struct _RING_CREATE_IN {
    ULONG EntryCount;
} RING_CREATE_IN, *PRING_CREATE_IN;

typedef struct _RING_CREATE_OUT {
    ULONG64 RingAddress;
    ULONG64 CounterAddress;
} RING_CREATE_OUT, *PRING_CREATE_OUT;

typedef struct _RING_WATERMARK {
    ULONG Low;
    ULONG High;
} RING_WATERMARK, *PRING_WATERMARK;

typedef struct _RING_LAYOUT {
    ULONG EntryCount;
    ULONG EntrySize;
    ULONG EntriesOffset;
} RING_LAYOUT, *PRING_LAYOUT;

typedef struct _RING_FILTER {
    ULONG TagMask;
    ULONG TagValue;
} RING_FILTER, *PRING_FILTER;

typedef struct _RING_LABEL {
    WCHAR Text[RING_LABEL_CHARS];
} RING_LABEL, *PRING_LABEL;
