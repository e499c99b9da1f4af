import assert from "node:assert/strict";
import { test } from "node:test";
import { excess } from "../size.mjs";
import { downloadTable, isCurrent } from "./readme.mjs";
import { parts } from "./module.mjs";
import { owner } from "./rooms.mjs";

const files = { js: { raw: 10, gzip: 5, brotli: 4 }, wasm: { raw: 20, gzip: 6, brotli: 5 } };

test("a budget is for all files of an entry together", () => {
  assert.deepEqual(excess({ lean: files }, { lean: { gzip: 11, brotli: 9 } }), []);
  assert.deepEqual(excess({ lean: files }, { lean: { gzip: 10, brotli: 9 } }), [
    "lean: 11 bytes gzip, the limit is 10",
  ]);
});

test("an entry without a budget is over it", () => {
  assert.equal(excess({ lean: files }, {}).length, 1);
});

test("functions belong to our rooms, also others' code that works on our types", () => {
  assert.equal(owner("sigfetch[734e]::web::request::sign::{closure#0}"), "src/web");
  assert.equal(owner("core[6ea1]::ptr::drop_in_place::<sigfetch[734e]::credentials::Set>"), "src/credentials");
  assert.equal(owner("<alloc[6e6b]::string::String as core[6ea1]::fmt::Write>::write_fmt"), "Rust's standard library");
  assert.equal(owner("<str>::contains::<char>"), "Rust's standard library");
  assert.equal(owner("sha2[d862]::sha256::compress256"), "hash and key");
  assert.equal(owner("time[d862]::date::new"), "time");
  assert.equal(owner("handle_sign externref shim"), "exports, with what is inlined");
});

test("a module's functions are read with their names and lengths", () => {
  // (module (import "m" "f" (func)) (func $own (drop (i32.const 1)))) with a name section for both functions
  const bytes = Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 4, 1, 0x60, 0, 0],
    ...[2, 7, 1, 1, 0x6d, 1, 0x66, 0, 0],
    ...[3, 2, 1, 0],
    ...[10, 7, 1, 5, 0, 0x41, 1, 0x1a, 0x0b],
    ...[0, 16, 4, 0x6e, 0x61, 0x6d, 0x65, 1, 9, 2, 0, 1, 0x66, 1, 3, 0x6f, 0x77, 0x6e],
  ]);
  assert.ok(WebAssembly.validate(bytes));
  assert.deepEqual(parts(bytes).functions, [{ name: "own", bytes: 5 }]);
});

test("the README's table is current as long as its numbers are within the noise, and its words the same", () => {
  const measured = (brotli) => downloadTable({ default: { js: { raw: 50_000, gzip: 40_000, brotli } } });
  assert.match(measured(30_000), /\| `sigfetch` +\| +50\.0 \| +40\.0 \| +30\.0 \|/);
  assert.ok(isCurrent(measured(30_000), measured(30_000)));
  assert.ok(isCurrent(measured(30_000), measured(30_800)));
  assert.ok(!isCurrent(measured(30_000), measured(31_000)));
  assert.ok(!isCurrent(measured(30_000).replace("sigfetch", "other"), measured(30_000)));
  assert.ok(!isCurrent("", measured(30_000)));
});
