/** C headers are bundled as text. */
declare module '*.h' {
  const text: string;
  export default text;
}
