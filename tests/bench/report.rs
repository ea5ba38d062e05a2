//! The table: printed as it grows, written to `docs/benchmarks.md` at the end.

use std::fmt::Write as _;
use std::process::Command;

/// What a row has to reach.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// The ratio to the reference is at least this.
    RatioAtLeast(f64),
    /// The figure is at least this.
    AtLeast(f64),
    /// The figure is at most this.
    AtMost(f64),
}

/// One line of the table.
struct Row {
    what: String,
    ours: String,
    reference: String,
    ratio: Option<f64>,
    verdict: String,
}

/// All lines, and the raw output behind them.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
    raw: Vec<String>,
    missed: usize,
}

impl Report {
    /// An empty report.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Keeps a line of raw output.
    pub(crate) fn raw(&mut self, line: String) {
        println!("{line}");
        self.raw.push(line);
    }

    /// A figure of the machine itself.
    pub(crate) fn calibration(&mut self, what: &str, figure: String) {
        self.push(Row {
            what: what.to_owned(),
            ours: figure,
            reference: String::new(),
            ratio: None,
            verdict: "calibration".into(),
        });
    }

    /// A figure beside that of a reference server.
    pub(crate) fn compared(&mut self, what: &str, ours: f64, reference: f64, target: Option<Target>) {
        let ratio = ours / reference;
        let verdict = self.judge(target, ours, Some(ratio));
        self.push(Row {
            what: what.to_owned(),
            ours: thousands(ours),
            reference: thousands(reference),
            ratio: Some(ratio),
            verdict,
        });
    }

    /// A figure by itself.
    pub(crate) fn figure(&mut self, what: &str, value: f64, shown: String, target: Option<Target>) {
        let verdict = self.judge(target, value, None);
        self.push(Row { what: what.to_owned(), ours: shown, reference: String::new(), ratio: None, verdict });
    }

    fn judge(&mut self, target: Option<Target>, value: f64, ratio: Option<f64>) -> String {
        let (met, words) = match target {
            None => return String::new(),
            Some(Target::RatioAtLeast(least)) => {
                (ratio.is_some_and(|ratio| ratio >= least), format!("at least {least}×"))
            }
            Some(Target::AtLeast(least)) => (value >= least, format!("at least {}", thousands(least))),
            Some(Target::AtMost(most)) => (value <= most, format!("at most {most} s")),
        };
        self.missed += usize::from(!met);
        format!("{words}: {}", if met { "met" } else { "**missed**" })
    }

    fn push(&mut self, row: Row) {
        println!("{}", line(&row));
        self.rows.push(row);
    }

    /// Writes the page; fails when a target was missed.
    pub(crate) fn finish(self) -> Result<(), String> {
        let mut page = String::from("# Benchmarks\n\n");
        let _ = write!(
            page,
            "Server and load generator share the machine; `wrk -t1 -c64` with keep-alive unless said. Medians of alternating\n\
             runs; compare ratios, since absolute figures drift. Repeat with `make bench`.\n\n\
             * Machine: {}\n* Raftstone {}, {}\n* Every write was answered after its `fdatasync` (the default durability).\n\n",
            machine(),
            env!("CARGO_PKG_VERSION"),
            first_line("rustc", &["--version"]),
        );
        page.push_str("| what | Raftstone | reference | ratio | target |\n|---|---|---|---|---|\n");
        for row in &self.rows {
            let _ = writeln!(page, "{}", line(row));
        }
        page.push_str("\n## Raw output\n\n```text\n");
        for raw in &self.raw {
            let _ = writeln!(page, "{raw}");
        }
        page.push_str("```\n");
        std::fs::write("docs/benchmarks.md", page).map_err(|error| format!("docs/benchmarks.md: {error}"))?;
        if self.missed == 0 { Ok(()) } else { Err(format!("{} targets were missed", self.missed)) }
    }
}

fn line(row: &Row) -> String {
    let ratio = row.ratio.map_or(String::new(), |ratio| format!("{ratio:.2}×"));
    format!("| {} | {} | {} | {ratio} | {} |", row.what, row.ours, row.reference, row.verdict)
}

/// `12345.6` as `12,346`.
pub(crate) fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn machine() -> String {
    let processor = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        text.lines()
            .find(|line| line.starts_with("model name"))
            .and_then(|line| line.split(": ").nth(1).map(str::to_owned))
    });
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{cores} cores, {}, kernel {}", processor.unwrap_or_default(), first_line("uname", &["-r"]))
}

fn first_line(command: &str, arguments: &[&str]) -> String {
    let output = Command::new(command).args(arguments).output();
    output
        .ok()
        .and_then(|output| String::from_utf8_lossy(&output.stdout).lines().next().map(str::to_owned))
        .unwrap_or_default()
}
