//! Prints what becomes of fleets of pages that share Cognito's quotas.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use fleet::{Fleet, Incident, LONGEST_TIMES_BOUND, MOST_REFUSED_PER_SERVED, Outcome, Quotas};
use sigfetch::Error;

const USAGE: &str = "\
usage: npm run fleet -- [--clients N] [--simulated N] [--again-after SECONDS] [--get-id N] [--get-credentials N]
                        [--seed N]

  --clients N            fleets of this size only (default: several)
  --simulated N          how many clients are simulated, with as much smaller quotas (default 5,000)
  --again-after SECONDS  when an app that got no credentials calls again: after so long, half of it more or less
                         (default 120)
  --get-id N             GetId calls a second that Cognito takes (default 25)
  --get-credentials N    GetCredentialsForIdentity calls a second that Cognito takes (default 200)
  --seed N               other chance (default 1)
";

#[derive(Clone, Debug)]
struct Settings {
    fleet: Fleet,
    clients: Option<u32>,
}

fn parse_arguments() -> Result<Option<Settings>, lexopt::Error> {
    use lexopt::prelude::*;

    let mut fleet = Fleet { simulated: 5_000, ..Fleet::default() };
    let mut clients = None;
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("clients") => clients = Some(parser.value()?.parse_with(|text| within(text, 1_000_000_000))?),
            Long("simulated") => fleet.simulated = parser.value()?.parse_with(|text| within(text, 1_000_000))?,
            Long("again-after") => {
                fleet.again_after = 1_000 * i64::from(parser.value()?.parse_with(|text| within(text, 3_600))?);
            }
            Long("get-id") => fleet.quotas.get_id = parser.value()?.parse_with(|text| within(text, 1_000_000))?.into(),
            Long("get-credentials") => {
                fleet.quotas.get_credentials = parser.value()?.parse_with(|text| within(text, 1_000_000))?.into();
            }
            Long("seed") => fleet.seed = parser.value()?.parse()?,
            Long("help") | Short('h') => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    Ok(Some(Settings { fleet, clients }))
}

/// Reads a whole number from 1 to `most`.
fn within(text: &str, most: u32) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| format!("it must be a whole number from 1 to {most}"))
}

fn main() -> ExitCode {
    let result = match parse_arguments() {
        Ok(Some(settings)) => print_all(&settings).map_err(|error| error.message.to_string()),
        Ok(None) => {
            print!("{USAGE}");
            Ok(())
        }
        Err(error) => Err(format!("{error}\n\n{USAGE}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("fleet: {text}");
            ExitCode::FAILURE
        }
    }
}

/// A row of the table: what happens, and to whom.
type Row = (&'static str, Fleet);

fn rows(Settings { fleet, clients }: &Settings) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |name, sizes: &[u32], like: Fleet| {
        let sizes = clients.as_ref().map_or(sizes, std::slice::from_ref);
        rows.extend(sizes.iter().map(|size| {
            let simulated = fleet.simulated.min(*size);
            (name, Fleet { clients: *size, simulated, ..like.clone() })
        }));
    };
    let like = |incident| Fleet { incident, ..fleet.clone() };
    let outage = like(Incident::Failing);
    add("all is well", &[100_000, 300_000, 500_000], like(Incident::None));
    add("after an hour of status 500", &[50_000, 100_000, 200_000, 300_000, 500_000], outage.clone());
    add("after an hour without answers", &[100_000, 200_000, 500_000], like(Incident::Unreachable));
    add("after 500s: Retry-After 60", &[200_000], Fleet { retry_after: Some(60), ..outage.clone() });
    add("after 500s: 3 clients a page", &[200_000, 500_000], Fleet { clients_per_page: 3, ..outage.clone() });
    let in_step = Fleet { again_after: 30_000, in_step: true, ..outage.clone() };
    add("after 500s: apps call each 30 s", &[200_000], in_step);
    add("after 500s: no jitter", &[200_000], Fleet { has_jitter: false, ..outage });
    add("an hour at half the quotas", &[200_000, 300_000, 400_000], like(Incident::Shortage(0.5)));
    add("all pages opened in 10 minutes", &[200_000, 500_000], like(Incident::Opening(10 * 60_000)));
    add("all pages opened in a second", &[50_000, 200_000, 500_000], like(Incident::Opening(1_000)));
    let new = Fleet { remembers_identity: false, ..like(Incident::Opening(1_000)) };
    add("the same, all of new guests", &[20_000, 50_000], new);
    rows
}

fn print_all(settings: &Settings) -> Result<(), Error> {
    let Settings { fleet, .. } = settings;
    let Quotas { get_id, get_credentials } = fleet.quotas;
    println!(
        "Cognito takes {get_id} GetId and {get_credentials} GetCredentialsForIdentity calls a second (by default 25 and \
         200). {} clients are\nsimulated of each fleet. At best: if Cognito were asked neither more nor less than it \
         takes. The rule: at most {MOST_REFUSED_PER_SERVED} refused\ncalls for each served, 99 % served within \
         {LONGEST_TIMES_BOUND} times what is best, or within a quarter of an hour (\"small\"):\nfewer clients wait for their \
         own pauses and not for the quota.\n",
        grouped(fleet.simulated.into()),
    );
    println!(
        "{:<31} {:>8} {:>12} {:>12} {:>6} {:>9} {:>9} {:>10} {:>9} {:>5}",
        "", "", "", "99 % served", "times", "refused", "asked in", "calls/s", "app calls", ""
    );
    println!(
        "{:<31} {:>8} {:>12} {:>12} {:>6} {:>9} {:>9} {:>10} {:>9} {:>5}",
        "what happens", "clients", "at best", "after", "best", "/ served", "outage", "at peak", "failed", "rule"
    );
    let rows = rows(settings);
    let mut calls_per_client = 0.0f64;
    for ((name, fleet), outcome) in rows.iter().zip(run_all(&rows)) {
        let outcome = outcome?;
        if fleet.incident == Incident::None && calls_per_client == 0.0 {
            let seconds = outcome.watched as f64 / 1_000.0;
            calls_per_client = outcome.calls.served() as f64 / f64::from(outcome.clients) / seconds;
        }
        println!("{name:<31} {:>8} {}", grouped(fleet.clients.into()), line(fleet, &outcome));
    }
    println!(
        "\nWhen all is well, a client that is in use asks once in {:.0} s. So these quotas serve no more than {} clients for \
         long. 1,000,000\nneed {:.0} calls a second: that is no matter of retries, they need a higher quota.\n",
        1.0 / calls_per_client,
        grouped(get_credentials / calls_per_client),
        1_000_000.0 * calls_per_client
    );
    print_throttled(fleet)
}

/// Runs two at a time.
fn run_all(rows: &[Row]) -> Vec<Result<Outcome, Error>> {
    let next = AtomicUsize::new(0);
    let outcomes: Vec<_> = rows.iter().map(|_| OnceLock::new()).collect();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((outcome, (_, fleet))) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    outcomes.get(at).zip(rows.get(at))
                } {
                    let _ = outcome.set(fleet.run());
                }
            });
        }
    });
    outcomes.into_iter().filter_map(OnceLock::into_inner).collect()
}

fn line(fleet: &Fleet, outcome: &Outcome) -> String {
    let is_incident_over = !matches!(fleet.incident, Incident::None | Incident::Shortage(_));
    let nothing = String::new;
    let times_bound = outcome.times_bound();
    let is_soon = !is_incident_over || times_bound.is_some_and(|times| times <= LONGEST_TIMES_BOUND);
    let is_small = outcome.served_99_after.is_some_and(|after| after <= 15 * 60_000);
    let rule = match outcome.refused_per_served() <= MOST_REFUSED_PER_SERVED {
        true if is_soon => "kept",
        true if is_small => "small",
        _ => "no",
    };
    let asked_in_outage = outcome.calls_in_outage as f64 / f64::from(outcome.clients);
    let peak = outcome.calls.peak as f64 * f64::from(fleet.clients) / f64::from(outcome.clients);
    format!(
        "{:>12} {:>12} {:>6} {:>9.2} {:>9} {:>10} {:>9} {:>5}",
        if is_incident_over { duration(outcome.bound) } else { nothing() },
        if is_incident_over { outcome.served_99_after.map_or("not yet".into(), duration) } else { nothing() },
        times_bound.map_or_else(nothing, |times| format!("{times:.2}")),
        outcome.refused_per_served(),
        if outcome.calls_in_outage > 0 { format!("{asked_in_outage:.1}") } else { nothing() },
        grouped(peak),
        format!("{:.1} %", outcome.failed_share() * 100.0),
        rule,
    )
}

/// How often a page asks a pool that throttles every call.
fn print_throttled(fleet: &Fleet) -> Result<(), Error> {
    const MINUTES: [i64; 5] = [1, 5, 15, 60, 240];
    println!("A pool that throttles every call is asked so often by a page, in calls a minute, for so many minutes:\n");
    println!("{:<31} {:>8} {:>8} {:>8} {:>8} {:>8}", "", "0 to 1", "to 5", "to 15", "to 60", "to 240");
    let fleet = Fleet { simulated: fleet.simulated.min(999), ..fleet.clone() };
    for (name, fleet) in [
        ("1 client", fleet.clone()),
        ("3 clients", Fleet { clients_per_page: 3, ..fleet.clone() }),
        ("1 client, Retry-After 120", Fleet { retry_after: Some(120), ..fleet }),
    ] {
        let calls = fleet.run_throttled(&MINUTES.map(|minutes| minutes * 60_000))?;
        let pages = f64::from(fleet.simulated) / f64::from(fleet.clients_per_page);
        let from = std::iter::once(0).chain(MINUTES);
        let rates = calls
            .iter()
            .zip(from.zip(MINUTES))
            .map(|(calls, (from, to))| format!(" {:>8.2}", calls.refused as f64 / pages / (to - from) as f64));
        println!("{name:<31}{}", rates.collect::<String>());
    }
    Ok(())
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
