//! `gitconn doctor`: what is wrong with this set-up, why that matters, and what mends it.

use serde::Serialize;

use super::context::Context;
use super::failure::{Failure, Kind};
use super::grid::Grid;
use super::out::{Out, Style, View};
use super::words;
use crate::ops::Session;
use crate::ops::doctor::{self, Area, Finding, Report};

/// Look for what is wrong with this set-up, and mend it
///
/// Looks at the store and its key, who else may read them, what was left unfinished, connections that are dead or about to end, routes that lead nowhere, whom
/// git asks for passwords, tokens in plain text elsewhere, hosts that do not answer, and the clock. Each finding comes with the command that mends it. What
/// can be mended without a decision (permissions, files that were left) is asked about on a terminal, and done with --fix.
///
/// Exit code 0 if nothing is left to do, 9 if something is; 5 or 7 if the store does not open.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Mend what can be mended without a decision, and do not ask
    #[arg(long)]
    fix: bool,
    /// Ask no host
    #[arg(long)]
    offline: bool,
}

#[derive(Debug, Serialize)]
struct Examined {
    /// Every place that was looked at.
    checks: Vec<Check>,
    findings: Vec<Found>,
}

#[derive(Debug, Serialize)]
struct Check {
    area: &'static str,
    /// `sound`, `problem`, `advice`, `skipped`.
    state: &'static str,
    /// What is right there, or why it was not looked at.
    summary: Option<String>,
}

#[derive(Debug, Serialize)]
struct Found {
    area: &'static str,
    /// `problem`, or `advice` for what is worth knowing and no more.
    gravity: &'static str,
    what: String,
    why: String,
    /// To be pasted.
    command: Option<String>,
    /// Whether `--fix` can do it.
    fixable: bool,
    fixed: bool,
    /// Why mending failed.
    error: Option<String>,
}

impl Found {
    fn new(finding: &Finding, out: &Out) -> Self {
        Self {
            area: finding.area.id(),
            gravity: if finding.is_advice { "advice" } else { "problem" },
            what: crate::ops::redact(&finding.what).into_owned(),
            why: finding.why.to_owned(),
            command: finding.command.as_deref().map(|command| out.carried().in_commands(command).into_owned()),
            fixable: finding.mend.is_some(),
            fixed: false,
            error: None,
        }
    }

    /// The store does not open: its own words, and what they hint at.
    fn closed(failure: &Failure, out: &Out) -> Self {
        Self {
            area: Area::Store.id(),
            gravity: "problem",
            what: failure.in_full(),
            why: "nothing that is in it can be used or looked at".to_owned(),
            command: failure.first_hint().map(|command| out.carried().in_commands(&command).into_owned()),
            fixable: false,
            fixed: false,
            error: None,
        }
    }

    fn is_left(&self) -> bool {
        self.gravity == "problem" && !self.fixed
    }
}

impl View for Examined {
    fn grid(&self, style: Style) -> Grid {
        let mut grid = Grid::new(&[]).flowing();
        if !style.is_human() {
            for found in &self.findings {
                let state = if found.fixed { "fixed" } else { found.gravity };
                let command = found.command.clone().unwrap_or_default();
                grid.row(vec![found.area.to_owned(), state.to_owned(), found.what.clone(), command]);
            }
            return grid;
        }
        for check in &self.checks {
            let of_area = || self.findings.iter().filter(|found| found.area == check.area);
            if let Some(summary) = &check.summary {
                let sign = if check.state == "skipped" { style.faint("-") } else { style.good("✓") };
                grid.row(vec![format!("{sign} {}", check.area), summary.clone()]);
            }
            for found in of_area() {
                let sign = match (found.fixed, found.gravity) {
                    (true, _) => style.good("✓"),
                    (false, "problem") => style.bad("✗"),
                    (false, _) => style.doubtful("!"),
                };
                let outcome = match (&found.error, found.fixed) {
                    (Some(error), _) => format!(" ({})", style.bad(&format!("not mended: {error}"))),
                    (None, true) => " (mended)".to_owned(),
                    (None, false) => String::new(),
                };
                grid.row(vec![format!("{sign} {}", found.area), format!("{}{outcome}: {}", found.what, found.why)]);
                if let (Some(command), false) = (&found.command, found.fixed) {
                    grid.row(vec![String::new(), style.strong(command)]);
                }
            }
        }
        grid
    }

    fn items(&self) -> serde_json::Result<Vec<serde_json::Value>> {
        self.findings.iter().map(serde_json::to_value).collect()
    }
}

pub(super) fn run(args: &Args, context: &Context<'_>) -> Result<(), Failure> {
    let session = context.session()?;
    context.progress.begin("looking");
    let mut report = context.wait(doctor::examine(&session, args.offline))?;
    let mut findings = mend(args, &session, &report, context)?;
    if report.closed.is_some() && findings.iter().any(|found| found.fixed) {
        // What was mended may have been in the way of the store.
        let fixed: Vec<Found> = findings.into_iter().filter(|found| found.fixed).collect();
        report = context.wait(doctor::examine(&session, args.offline))?;
        findings = fixed.into_iter().chain(mend(args, &session, &report, context)?).collect();
    }
    let Report { places, closed } = report;
    let closed = closed.map(Failure::from);
    findings.splice(0..0, closed.iter().map(|failure| Found::closed(failure, context.out)));
    let checks = places.iter().map(|place| {
        let mut own = findings.iter().filter(|found| found.area == place.area.id()).peekable();
        let is_empty = own.peek().is_none();
        let state = match (place.was_looked_at, is_empty) {
            (false, _) => "skipped",
            (true, true) => "sound",
            (true, false) if own.any(Found::is_left) => "problem",
            (true, false) => "advice",
        };
        Check { area: place.area.id(), state, summary: is_empty.then(|| place.sound.clone()) }
    });
    let examined = Examined { checks: checks.collect(), findings };
    context.out.data(&examined)?;
    let left = examined.findings.iter().filter(|found| found.is_left()).count();
    let fixable = examined.findings.iter().filter(|found| found.fixable && !found.fixed && found.error.is_none()).count();
    if fixable > 0 && !context.prompt.is_allowed() {
        context.out.hint("gitconn doctor --fix   # does what needs no decision");
    }
    match (closed, left) {
        (Some(failure), _) => Err(Failure::said(failure.kind())),
        (None, 0) => Ok(()),
        (None, left) => {
            context.out.note(&format!("{} to see to", words::plural(u64::try_from(left).unwrap_or(u64::MAX), "thing")));
            Err(Failure::said(Kind::Due))
        }
    }
}

/// What was found, after what can be done here was done.
fn mend(args: &Args, session: &Session<'_>, report: &Report, context: &Context<'_>) -> Result<Vec<Found>, Failure> {
    let mut findings = Vec::new();
    for finding in report.places.iter().flat_map(|place| &place.findings) {
        let mut found = Found::new(finding, context.out);
        if let Some(mend) = &finding.mend
            && (args.fix || is_wanted(&found, context)?)
        {
            match doctor::mend(session, mend) {
                Ok(()) => found.fixed = true,
                Err(why) => found.error = Some(why),
            }
        }
        findings.push(found);
    }
    Ok(findings)
}

/// On a terminal somebody is asked about each.
fn is_wanted(found: &Found, context: &Context<'_>) -> Result<bool, Failure> {
    if !context.prompt.is_allowed() {
        return Ok(false);
    }
    context.out.note(&format!("{}: {}", found.what, found.why));
    context.prompt.confirm(&format!("do this? {}", found.command.as_deref().unwrap_or_default()), "--fix")
}
