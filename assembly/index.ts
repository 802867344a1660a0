export { write_constants } from "./simd/constants";
export * from "./simd/elementary";
