//! Why a call failed, and what to change: evidence in, explanation out.
//!
//! The way through: [`Evidence`] is read leniently (`evidence`, `loose`); `answer` finds name and text of the error in
//! whatever form it came; `symptom` says what the answer says; `case` puts it together with what the client knew; each of
//! `causes` judges for itself how strongly that speaks for it; `catalog` has the words, `paste` what to paste, and
//! nothing leaves without going through `redact`.
//!
//! A cause is certain only where the evidence proves it. Where several give the same answer, all are listed, each with
//! the question or check that tells it apart.

mod answer;
mod arn;
mod case;
mod catalog;
mod causes;
mod denial;
mod doctor;
mod evidence;
mod explanation;
mod finding;
mod guests;
mod known;
mod loose;
mod moments;
mod paste;
mod questions;
mod redact;
mod signature;
mod symptom;
mod words;

pub use catalog::Lang;
pub use doctor::{Plan, Step};
pub use evidence::{Context, Evidence, Headers, Thrown};
pub use explanation::{Cause, EvidenceItem, Explanation, Fix, Likelihood, Paste, PasteKind};
pub use questions::{Questions, Request};

use answer::Answer;
use case::Case;
use catalog::{Advice, CauseId};
use causes::{CAUSES, unsolved};
use finding::{Finding, Strength};
use redact::without_secrets;
use words::{evidence_items, sentence};

/// Causes that are listed at most.
const MOST_CAUSES: usize = 12;

/// Explains a failed call in the given language.
///
/// Never fails: what is not recognised has no causes, and still its evidence. Nothing in the result is a secret that was
/// in the evidence, as far as secrets can be recognised.
pub fn explain(evidence: &Evidence, lang: Lang) -> Explanation {
    let answer = Answer::read(evidence);
    let case = Case::read(evidence, &answer);
    let (found, is_certain) = ranked(&case);
    Explanation {
        certain: is_certain,
        causes: found.iter().map(|finding| cause(&case, finding, &found, lang)).collect(),
        evidence: evidence_items(&case, lang),
    }
}

/// The ids of all causes that there are.
pub fn cause_ids() -> impl Iterator<Item = &'static str> {
    CauseId::ALL.iter().map(|id| id.name())
}

/// The findings, the strongest first. If exactly one is proven, it stands alone.
fn ranked(case: &Case<'_>) -> (Vec<Finding>, bool) {
    let mut found: Vec<_> = CAUSES.iter().filter_map(|rule| rule(case)).collect();
    found.sort_by_key(|finding| finding.strength);
    let proven = found.iter().filter(|finding| finding.strength == Strength::Proven).count();
    if proven == 1 {
        found.truncate(1);
        return (found, true);
    }
    // Two proofs at once prove neither.
    for finding in found.iter_mut().take(proven) {
        finding.strength = Strength::Telling;
    }
    found.truncate(MOST_CAUSES - 1);
    found.extend(unsolved(case, &found));
    (found, false)
}

fn likelihood(finding: &Finding, all: &[Finding]) -> Likelihood {
    let has_telling = all.iter().any(|other| other.strength == Strength::Telling);
    match finding.strength {
        Strength::Proven => Likelihood::Certain,
        Strength::Telling => Likelihood::Likely,
        Strength::Likely if !has_telling => Likelihood::Likely,
        Strength::Likely | Strength::Possible | Strength::Remote => Likelihood::Possible,
    }
}

fn cause(case: &Case<'_>, finding: &Finding, all: &[Finding], lang: Lang) -> Cause {
    let likelihood = likelihood(finding, all);
    let tell = finding.id.tell().filter(|_| likelihood != Likelihood::Certain);
    let notes = finding.notes.iter().map(|note| note.text());
    let why: Vec<_> =
        std::iter::once(finding.id.why()).chain(notes).chain(tell).map(|text| sentence(case, text, lang)).collect();
    let separator = match lang {
        Lang::En => " ",
        Lang::Ja => "",
    };
    Cause {
        id: finding.id.name(),
        likelihood,
        title: sentence(case, finding.id.title(), lang),
        why: why.join(separator),
        fix: finding.fixes.iter().map(|(advice, paste)| fix(case, *advice, paste.clone(), lang)).collect(),
        docs: finding.id.docs(),
    }
}

fn fix(case: &Case<'_>, advice: Advice, paste: Option<Paste>, lang: Lang) -> Fix {
    let safe = |paste: Paste| Paste { paste: without_secrets(&paste.paste), ..paste };
    Fix { text: sentence(case, advice.text(), lang), paste: paste.map(safe) }
}
