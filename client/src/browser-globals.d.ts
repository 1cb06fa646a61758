/** The one global of a browser that Node's types do not have. */
declare class Worker {
  constructor(address: string, options?: { readonly name?: string });
  terminate(): void;
}
