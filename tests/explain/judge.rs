//! Judges explanations, or makes up answers to explain.

use std::collections::BTreeMap;
use std::process::ExitCode;

use super::mutate;
use serde_json::Value;
use sigfetch::explain::{Evidence, Explanation, Lang, explain};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/explain/cases.jsonl");

pub(super) fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (mut file, mut lang, mut is_verbose, mut made_up) = (CASES.to_owned(), Lang::En, false, None);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--verbose" => is_verbose = true,
            "--lang" => lang = Lang::from_tag(&args.next().unwrap_or_default()),
            "--fuzz" => made_up = args.next().and_then(|count| count.parse().ok()).or(Some(1_000_000)),
            _ => file = arg,
        }
    }
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => {
            println!("{file}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let cases: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    match made_up {
        Some(count) => fuzz(&cases, count),
        None => judge(&cases, lang, is_verbose),
    }
}

/// How the cases of one family went.
#[derive(Default)]
struct Family {
    right: usize,
    all: usize,
    first: usize,
    certain: usize,
    decidable: BTreeMap<String, (usize, usize)>,
}

fn judge(cases: &[Value], lang: Lang, is_verbose: bool) -> ExitCode {
    let mut families: BTreeMap<&str, Family> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut total = Family::default();
    for case in cases {
        let (id, truth, decidable) =
            (&case["id"], case["causeFamily"].as_str().unwrap(), case["decidable"].as_str().unwrap());
        let evidence: Evidence = serde_json::from_value(case.clone()).unwrap();
        let explanation = explain(&evidence, lang);
        let is_right = is_right(&explanation, truth, decidable);
        for family in [families.entry(truth).or_default(), &mut total] {
            let is_first = explanation.causes.first().is_some_and(|cause| cause.id == truth);
            family.all += 1;
            family.right += usize::from(is_right);
            family.first += usize::from(is_first);
            family.certain += usize::from(explanation.certain && is_first);
            let (right, all) = family.decidable.entry(decidable.to_owned()).or_default();
            *right += usize::from(is_right);
            *all += 1;
        }
        let found: Vec<_> =
            explanation.causes.iter().map(|cause| format!("{} ({:?})", cause.id, cause.likelihood)).collect();
        if !is_right {
            wrong.push(format!("{id} ({decidable}): {truth}, but found {}", found.join(", ")));
        }
        if is_verbose {
            println!("{}", serde_json::to_string_pretty(&serde_json::json!({ "case": id, "truth": truth, "decidable": decidable, "explanation": explanation })).unwrap());
        }
    }
    println!("{:<36} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8}", "family", "yes", "list", "no", "right", "first", "certain");
    for (name, family) in families.iter().chain([(&"all", &total)]) {
        let of =
            |decidable| family.decidable.get(decidable).map_or("-".to_owned(), |(right, all)| format!("{right}/{all}"));
        let right = format!("{}/{}", family.right, family.all);
        println!(
            "{name:<36} {:>7} {:>7} {:>7} {right:>7} {:>7} {:>8}",
            of("yes"),
            of("list"),
            of("no"),
            family.first,
            family.certain
        );
    }
    for line in &wrong {
        println!("✗ {line}");
    }
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn is_right(explanation: &Explanation, truth: &str, decidable: &str) -> bool {
    let first = explanation.causes.first().map(|cause| cause.id);
    let is_wrongly_certain = explanation.certain && first != Some(truth);
    !is_wrongly_certain
        && match decidable {
            "yes" => first == Some(truth),
            "list" => explanation.causes.iter().any(|cause| cause.id == truth),
            _ => !explanation.certain,
        }
}

/// Explains so many made-up cases; a panic ends the program.
fn fuzz(cases: &[Value], count: u64) -> ExitCode {
    let (mut chance, mut with_causes, mut certain) = (mutate::Chance(0x9e37_79b9_7f4a_7c15), 0_u64, 0_u64);
    for _ in 0..count {
        let case = mutate::made_up(cases, &mut chance);
        let lang = if chance.below(2) == 0 { Lang::En } else { Lang::Ja };
        let Some(explanation) = mutate::explained(&case, lang) else {
            println!("✗ evidence cannot be read: {case}");
            return ExitCode::FAILURE;
        };
        if let Err(problem) = mutate::check(&case, &explanation) {
            println!("✗ {problem}");
            return ExitCode::FAILURE;
        }
        with_causes += u64::from(!explanation.causes.is_empty());
        certain += u64::from(explanation.certain);
    }
    println!(
        "{count} made-up answers: {with_causes} with causes, {certain} certain; no panic, no secret, nothing unbounded"
    );
    ExitCode::SUCCESS
}
