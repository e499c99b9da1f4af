// @ts-check
// Writes src/endpoint/table.rs from the two CSV files that describe AWS's hosts.
//
//   node scripts/endpoint-table.mjs [INPUT_DIR]           write the table
//   node scripts/endpoint-table.mjs [INPUT_DIR] --check   fail if the tracked table is not what the data gives
//
// INPUT_DIR holds service-hosts.csv and signing-names.csv; without it, tests/vectors/endpoint is read.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = join(root, "src/endpoint/table.rs");

/**
 * Hosts that botocore has no model of, or that it builds outside its rules. `*.` is one label in front, an id that AWS
 * assigned; `**.` is two or more, a bucket name with dots.
 */
const ADDED_PREFIXES = {
  "*.appsync-api": "appsync",
  "*.appsync-realtime-api": "appsync",
  "*.ats.iot": "iotdata", // China's form of {id}-ats.iot, which src/endpoint recognises itself
  "*.control-kinesis": "kinesis", // account-based endpoints, as the next two
  "*.data-kinesis": "kinesis",
  "*.ddb": "dynamodb",
  "*.execute-api": "execute-api",
  "*.kinesisvideo": "kinesisvideo", // what GetDataEndpoint and GetSignalingChannelEndpoint answer
  "*.s3": "s3",
  "**.s3": "s3",
  "*.s3-accelerate": "s3",
  "*.s3-accesspoint": "s3",
  "*.s3-control": "s3",
  "s3-object-lambda": "s3-object-lambda",
  "*.s3-object-lambda": "s3-object-lambda",
  "*.s3-outposts": "s3-outposts",
  "**.s3-outposts": "s3-outposts",
  "aps-workspaces": "aps", // Managed Prometheus: where workspaces take queries
  transcribestreaming: "transcribe", // Transcribe's WebSocket host
};

/** Global hosts whose region botocore's rules leave open or reach another way. */
const ADDED_GLOBALS = {
  s3: ["us-east-1"],
  sdb: ["us-east-1"],
  sts: ["us-east-1"],
};

/** Prefixes with two signing names: the one in the table, and why one is enough. */
const CHOSEN = {
  importexport: "IngestionService", // closed service; its rules list the older name first
  "maps.geo": "geo", // src/endpoint tells the newer APIs on these three hosts apart by path
  "places.geo": "geo",
  "routes.geo": "geo",
};

/**
 * @param {string} file
 * @returns {Record<string, string>[]}
 */
function readCsv(file) {
  const text = readFileSync(file, "utf8").trim();
  if (text.includes('"')) throw new Error(`${file}: quoted fields are not supported`);
  const [head, ...lines] = text.split(/\r?\n/).map((line) => line.split(","));
  return lines.map((cells) => {
    if (cells.length !== head.length) throw new Error(`${file}: ${cells.length} cells in "${cells.join()}"`);
    return Object.fromEntries(head.map((name, i) => [name, cells[i]]));
  });
}

/**
 * The prefix without its FIPS mark, which src/endpoint removes before a lookup.
 * @param {string} prefix
 */
function withoutFips(prefix) {
  return prefix
    .replace(/^fips\./, "")
    .split(".")
    .map((label) => label.replace(/-fips$/, ""))
    .join(".");
}

/**
 * @param {Record<string, string>[]} hosts
 * @param {Record<string, string>[]} names
 */
function build(hosts, names) {
  /** @type {Map<string, Set<string>>} */
  const services = new Map();
  /** @type {Map<string, Set<string>>} */
  const globals = new Map();
  /** @param {Map<string, Set<string>>} map @param {string} key @param {string} value */
  const add = (map, key, value) => map.set(key, (map.get(key) ?? new Set()).add(value));

  for (const row of hosts) {
    if (row.suffixes === "") continue; // the console's sign-in pages are not endpoints
    const host = withoutFips(row.host_without_suffix.replace(/\.us-gov$/, ""));
    const govLabel = row.host_without_suffix.endsWith(".us-gov");
    const regional = host.match(/^(.+)\.(?:\{region\}|[a-z]+(?:-[a-z]+)+-\d)$/);
    const prefix = regional ? regional[1] : host.replace(/\.global$/, "");
    if (prefix.includes("{") || prefix.endsWith(".dualstack")) continue; // S3's families, which src/endpoint recognises itself
    add(services, prefix, row.signing_name);
    if (regional || row.signing_region === "?") continue;
    // GovCloud shares the commercial names where it has no label of its own; the commercial meaning wins.
    if (govLabel || !row.signing_region.startsWith("us-gov-")) add(globals, prefix, row.signing_region);
  }
  for (const row of names) add(services, row.endpoint_prefix, row.signing_name);
  for (const [prefix, service] of Object.entries(ADDED_PREFIXES)) add(services, prefix, service);
  for (const [name, regions] of Object.entries(ADDED_GLOBALS)) regions.forEach((region) => add(globals, name, region));

  /** @type {Map<string, string[]>} */
  const prefixesOf = new Map();
  for (const [prefix, found] of services) {
    const service = found.size === 1 ? [...found][0] : CHOSEN[/** @type {keyof CHOSEN} */ (prefix)];
    if (!service) throw new Error(`${prefix} signs as ${[...found].join(" and ")}: choose one in CHOSEN`);
    prefixesOf.set(service, [...(prefixesOf.get(service) ?? []), prefix]);
  }
  // A single label that is its own signing name needs no line.
  const serviceLines = [...prefixesOf].flatMap(([service, prefixes]) => {
    const others = prefixes.filter((prefix) => prefix !== service).sort();
    return others.length > 0
      ? [[others.length === prefixes.length ? `>${service}` : service, ...others].join(" ")]
      : [];
  });
  const globalLines = [...globals].map(([name, regions]) => [name, ...[...regions].sort()].join(" "));
  return { services: serviceLines.sort(byName), globals: globalLines.sort() };
}

/** @param {string} a @param {string} b */
function byName(a, b) {
  const [x, y] = [a.replace(">", ""), b.replace(">", "")];
  return x < y ? -1 : 1;
}

/** @param {{ services: string[], globals: string[] }} table */
function print({ services, globals }) {
  return `//! Which service a host prefix signs for. Generated by \`scripts/endpoint-table.mjs\` from
//! \`tests/vectors/endpoint/*.csv\`; change those or the script, not this file.

/// A line for each service whose host prefixes (without FIPS mark) are not just its signing name: the name, then the
/// other prefixes. The name is a prefix too, unless \`>\` stands before it. \`*.\` is any one label, \`**.\` two or more.
pub(super) const SERVICES: &str = "\\
${services.join("\n")}";

/// Hosts without a region: the prefix, then the region that is signed for in each partition that has such a host.
pub(super) const GLOBALS: &str = "\\
${globals.join("\n")}";
`;
}

const args = process.argv.slice(2);
const check = args.includes("--check");
const inputDir = args.find((arg) => !arg.startsWith("--")) ?? join(root, "tests/vectors/endpoint");
const text = print(build(readCsv(join(inputDir, "service-hosts.csv")), readCsv(join(inputDir, "signing-names.csv"))));
if (!check) {
  writeFileSync(target, text);
} else if (readFileSync(target, "utf8") !== text) {
  console.error("src/endpoint/table.rs is not what the data gives: run node scripts/endpoint-table.mjs");
  process.exitCode = 1;
}
