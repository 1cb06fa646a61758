typedef void *PVOID;
