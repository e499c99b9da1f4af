//! Prints what becomes of a fleet of pages after an outage of Cognito and after a deploy.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use fleet::{Fleet, Identity, Incident, Jitter, Outcome};

const USAGE: &str = "\
usage: npm run fleet -- [--pages N] [--machines N] [--hours N] [--again-after SECONDS] [--in-step] [--get-id N]
                        [--get-credentials N] [--seed N]

  --pages N              how many pages there are (default 1,000,000)
  --machines N           how many of them are simulated, below 16,777,216; each stands for as many others as it takes,
                         and quotas are as much smaller (default 10,000)
  --hours N              give up on a fleet after so many hours (default 6)
  --again-after SECONDS  when a page that got no credentials asks again: after so long, half of it more or less
                         (default 120)
  --in-step              all pages ask again after exactly that time
  --get-id N             GetId calls a second that Cognito takes (default 25)
  --get-credentials N    GetCredentialsForIdentity calls a second that Cognito takes (default 200)
  --seed N               other chance (default 1)
";

/// A fleet of machines, each of which stands for several pages.
#[derive(Clone, Debug)]
struct Scaled {
    fleet: Fleet,
    pages: u32,
}

fn parse_arguments() -> Result<Option<Scaled>, lexopt::Error> {
    use lexopt::prelude::*;

    let mut fleet = Fleet::default();
    let mut pages = 1_000_000;
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("pages") => pages = parser.value()?.parse_with(|text| within(text, 1, u32::MAX))?,
            Long("machines") => fleet.pages = parser.value()?.parse_with(|text| within(text, 1, (1 << 24) - 1))?,
            Long("hours") => {
                fleet.horizon = 3_600_000 * parser.value()?.parse_with(|text| within::<i64>(text, 1, 1_000))?
            }
            Long("in-step") => fleet.in_step = true,
            Long("again-after") => {
                fleet.again_after = 1_000 * parser.value()?.parse_with(|text| within::<i64>(text, 1, 3_600))?
            }
            Long("get-id") => fleet.get_id_rate = parser.value()?.parse_with(|text| within(text, 1, 1_000_000))?,
            Long("get-credentials") => {
                fleet.get_credentials_rate = parser.value()?.parse_with(|text| within(text, 1, 1_000_000))?;
            }
            Long("seed") => fleet.seed = parser.value()?.parse()?,
            Long("help") | Short('h') => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    fleet.pages = fleet.pages.min(pages);
    Ok(Some(Scaled { fleet, pages }))
}

/// Reads a whole number between two.
fn within<T: From<u32>>(text: &str, least: u32, most: u32) -> Result<T, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.map(T::from).ok_or_else(|| format!("it must be a whole number from {least} to {most}"))
}

fn main() -> ExitCode {
    match parse_arguments() {
        Ok(Some(scaled)) => {
            print_all(&scaled);
            ExitCode::SUCCESS
        }
        Ok(None) => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprint!("fleet: {error}\n\n{USAGE}");
            ExitCode::FAILURE
        }
    }
}

/// What is simulated, each with its name.
type Case = ((Incident, &'static str), (Identity, &'static str), (Jitter, &'static str));

const INCIDENTS: [(Incident, &str); 2] =
    [(Incident::Outage, "after an hour's outage"), (Incident::Deploy, "all opened at once")];
const IDENTITIES: [(Identity, &str); 2] = [(Identity::Reused, "reused"), (Identity::Forgotten, "forgotten")];
const JITTERS: [(Jitter, &str); 2] = [(Jitter::Random, "yes"), (Jitter::None, "no")];

fn print_all(Scaled { fleet, pages }: &Scaled) {
    let began = Instant::now();
    let scale = f64::from(*pages) / f64::from(fleet.pages);
    println!(
        "{} pages share {} GetId and {} GetCredentialsForIdentity calls a second (Cognito's default quotas are 25 and 200).",
        grouped(f64::from(*pages)),
        fleet.get_id_rate,
        fleet.get_credentials_rate
    );
    println!(
        "Each of {} machines stands for {scale:.0} pages. Who got no credentials asks again after {}.\n",
        grouped(f64::from(fleet.pages)),
        span(fleet)
    );
    println!(
        "{:<23} {:<10} {:<7} {:>13} {:>18} {:>15} {:>15} {:>15} {:>10}",
        "what happens",
        "identity",
        "jitter",
        "at best",
        "99 % served",
        "calls served",
        "refused",
        "in the outage",
        "peak/s"
    );
    let mut cases: Vec<Case> = Vec::new();
    for incident in INCIDENTS {
        for identity in IDENTITIES {
            cases.extend(JITTERS.map(|jitter| (incident, identity, jitter)));
        }
    }
    for ((incident, identity, jitter), (at_best, outcome)) in
        cases.iter().zip(run_all(&scaled_down(fleet, scale), &cases))
    {
        println!(
            "{:<23} {:<10} {:<7} {:>13} {}",
            incident.1,
            identity.1,
            jitter.1,
            duration(at_best),
            line(&outcome, scale)
        );
    }
    println!(
        "\nA page renews once an hour. So many pages need {} GetCredentialsForIdentity calls a second when all is well.",
        pages / 3_600
    );
    eprintln!("({:.0} s)", began.elapsed().as_secs_f64());
}

/// Runs two at a time: a million pages take hundreds of megabytes.
fn run_all(fleet: &Fleet, cases: &[Case]) -> Vec<(i64, Outcome)> {
    let next = AtomicUsize::new(0);
    let outcomes: Vec<_> = cases.iter().map(|_| OnceLock::new()).collect();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((at, ((incident, _), (identity, _), (jitter, _)))) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, cases.get(at)?)))
                {
                    let fleet = Fleet { incident: *incident, identity: *identity, jitter: *jitter, ..fleet.clone() };
                    let _ = outcomes[at].set((fleet.at_best(), fleet.run().unwrap_or_default()));
                }
            });
        }
    });
    outcomes.into_iter().filter_map(OnceLock::into_inner).collect()
}

/// The same fleet with quotas for its share of the pages.
fn scaled_down(fleet: &Fleet, scale: f64) -> Fleet {
    let (get_id_rate, get_credentials_rate) = (fleet.get_id_rate / scale, fleet.get_credentials_rate / scale);
    Fleet { get_id_rate, get_credentials_rate, ..fleet.clone() }
}

fn line(outcome: &Outcome, scale: f64) -> String {
    let Outcome { served, waiting, served_99_after, calls } = *outcome;
    let share = f64::from(served) * 100.0 / f64::from(served + waiting);
    let times = |count: u64| grouped(count as f64 * scale);
    let served = served_99_after.map_or_else(|| format!("not yet: {share:.1} %"), duration);
    format!(
        "{served:>18} {:>15} {:>15} {:>15} {:>10}",
        times(calls.identities + calls.credentials),
        times(calls.refused),
        times(calls.failed),
        times(calls.peak)
    )
}

fn span(fleet: &Fleet) -> String {
    let seconds = fleet.again_after / 1_000;
    if fleet.in_step { format!("{seconds} s") } else { format!("{} to {} s", seconds / 2, seconds + seconds / 2) }
}

fn duration(milliseconds: i64) -> String {
    let seconds = milliseconds / 1_000;
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds:02} s"),
        (hours, minutes, _) => format!("{hours} h {minutes:02} min"),
    }
}

/// A whole number with a comma between thousands.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
