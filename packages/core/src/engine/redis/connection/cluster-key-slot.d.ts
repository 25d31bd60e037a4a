// The package brings no types of its own.
declare module 'cluster-key-slot' {
  /** The hash slot of a key, 0 to 16383; of a key with a part in braces, that of the part. */
  export default function slotOf(key: string): number;
}
