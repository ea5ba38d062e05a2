//! Compiles `.rstone` schemas from `build.rs`:
//!
//! ```no_run
//! raftstone_build::compile("todo.rstone");
//! ```
//!
//! and in the crate itself `raftstone::include_schema!("todo");`.
//!
//! A mistake in a schema fails the build with its report, once, and what the last good schema
//! generated stays. `RAFTSTONE_DIAGNOSTICS=short` reports one line for each problem. The shapes of
//! what is stored are read from `rstone.lock` beside the root; `rstone lock` writes it. A debug
//! build may run ahead of that file with a warning, a release build may not.

#[cfg(feature = "cli")]
pub mod cli;
mod disk;
mod environment;
mod output;
mod report;

use std::fmt;
use std::path::{Path, PathBuf};

use disk::Schema;
use environment::Environment;

/// What compiling a schema did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The generated files, whether they changed or not.
    pub files: Vec<PathBuf>,
    /// The files that were read: a change in one of them compiles again.
    pub read: Vec<String>,
    /// Warnings, a line each.
    pub warnings: Vec<String>,
}

/// Why a schema did not compile.
#[derive(Clone)]
pub struct CompileError {
    report: String,
    /// A line for each error.
    errors: Vec<String>,
    /// A line for each warning beside them.
    warnings: Vec<String>,
}

impl CompileError {
    fn new(message: String) -> Self {
        let line = message.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        Self { report: message, errors: vec![line], warnings: Vec::new() }
    }
}

/// Both forms show the whole report, so that `unwrap` and `fn main() -> Result` stay readable.
impl fmt::Display for CompileError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.report)
    }
}

impl fmt::Debug for CompileError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\n{}", self.report)
    }
}

impl std::error::Error for CompileError {}

/// Compiles a schema from `build.rs`. A mistake in it ends the process with a report.
pub fn compile(root: impl AsRef<Path>) {
    run(&[root.as_ref()]);
}

/// Compiles several schemas from `build.rs`, and reports the mistakes of all of them together.
pub fn compile_all(roots: &[&str]) {
    let roots: Vec<&Path> = roots.iter().map(Path::new).collect();
    run(&roots);
}

/// Compiles a schema from `build.rs`, and leaves it to the caller what to do about a mistake.
pub fn try_compile(root: impl AsRef<Path>) -> Result<Report, CompileError> {
    let environment = Environment::of_build_script();
    let report = compile_one(root.as_ref(), &environment)?;
    tell_cargo(&report, &environment);
    Ok(report)
}

fn run(roots: &[&Path]) {
    let environment = Environment::of_build_script();
    let mut errors = Vec::new();
    let mut reports = Vec::new();
    for root in roots {
        match compile_one(root, &environment) {
            Ok(report) => reports.push(report),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        reports.iter().for_each(|report| tell_cargo(report, &environment));
    } else if environment.is_short {
        for error in &errors {
            error.warnings.iter().for_each(|line| println!("cargo::warning={line}"));
            error.errors.iter().for_each(|line| println!("cargo::error={line}"));
        }
    } else {
        // Nothing on stdout: then cargo shows this text as it is, and nothing else.
        let texts: Vec<&str> = errors.iter().map(|error| error.report.as_str()).collect();
        eprintln!("{}", texts.join("\n\n"));
        std::process::exit(1);
    }
}

/// The whole way from a root file to its generated files.
fn compile_one(root: &Path, environment: &Environment) -> Result<Report, CompileError> {
    let Some(out_dir) = &environment.out_dir else {
        return Err(CompileError::new("OUT_DIR is not set: call this from a build script".to_owned()));
    };
    let schema = Schema::load(root).map_err(CompileError::new)?;
    if let Some(error) = refusal(&schema, environment) {
        if environment.is_rust_analyzer {
            let files = output::write_with_errors(&schema.name(), out_dir, &error.errors).map_err(CompileError::new)?;
            return Ok(Report { files, read: schema.read_files(), warnings: Vec::new() });
        }
        return Err(error);
    }
    let files = output::write(&schema, out_dir).map_err(CompileError::new)?;
    let mut warnings = report::warnings(&schema.checked);
    // A lock file that lags behind is among the warnings; one that is missing is not.
    if schema.checked.lock_file.is_none() {
        let ahead = report::ahead(&schema.checked, &root.to_string_lossy());
        warnings.extend(ahead.map(|words| format!("{words}: run `rstone lock {}`", root.display())));
    }
    Ok(Report { files, read: schema.read_files(), warnings })
}

/// Why nothing may be generated from a schema.
fn refusal(schema: &Schema, environment: &Environment) -> Option<CompileError> {
    let checked = &schema.checked;
    if checked.has_errors() {
        let report = report::pictures(checked, environment.has_colours);
        return Some(CompileError { report, errors: report::errors(checked), warnings: report::warnings(checked) });
    }
    let root = schema.root.display().to_string();
    let ahead = report::ahead(checked, &root).filter(|_| environment.is_release)?;
    Some(CompileError::new(format!(
        "{ahead}\n\na release build writes journals that later builds have to read: \
         run `rstone lock {root}` and commit `{}`",
        schema.lock_path.display()
    )))
}

fn tell_cargo(report: &Report, environment: &Environment) {
    for path in &report.read {
        println!("cargo::rerun-if-changed={path}");
    }
    println!("cargo::rerun-if-env-changed=RAFTSTONE_DIAGNOSTICS");
    for warning in &report.warnings {
        println!("cargo::warning={}", warning.replace('\n', " "));
    }
    if environment.is_rust_analyzer {
        // Else cargo would take this run for its own and never show the report.
        println!("cargo::rerun-if-env-changed=RA_RUSTC_WRAPPER");
    }
}
