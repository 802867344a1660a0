export { write_constants } from "./simd/constants";
export * from "./sync/barrier";
export * from "./simd/elementary";
export * from "./norm/layernorm";
export * from "./norm/rmsnorm";
