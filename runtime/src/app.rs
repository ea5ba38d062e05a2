//! The binary that a schema becomes: command line, configuration, engine, HTTP, and a quiet end.

use crate::cli::{self, Failure, Invocation};
use crate::config::Config;
use crate::exec::{self, Engine, EngineOptions, Running, Schema, StartReport};
use crate::http::{Endpoint, Listener, Server, UserFilter};
use crate::log;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

/// An application, ready to run.
pub struct App {
    schema: &'static Schema,
    version: &'static str,
    endpoints: Box<dyn FnOnce() -> Vec<Endpoint> + Send>,
    filters: Option<UserFilter>,
}

impl App {
    /// An application of this schema; `endpoints` makes its routing table.
    pub fn new(
        schema: &'static Schema,
        version: &'static str,
        endpoints: impl FnOnce() -> Vec<Endpoint> + Send + 'static,
    ) -> Self {
        Self { schema, version, endpoints: Box::new(endpoints), filters: None }
    }

    /// Mounts warp filters of the user's own beside the generated routes, which win.
    #[must_use]
    pub fn mount(mut self, filters: UserFilter) -> Self {
        self.filters = Some(filters);
        self
    }

    /// Does what the command line says: as a rule, serves until SIGTERM or SIGINT.
    pub async fn run(self) -> ExitCode {
        let app = cli::App { name: self.schema.name, version: self.version, title: self.schema.title };
        let outcome = match cli::from_process(&app) {
            Ok(Invocation::Print(text)) => {
                print!("{text}");
                Ok(())
            }
            Ok(Invocation::Serve(config)) => self.serve(*config).await,
            Err(failure) => Err(failure),
        };
        match outcome {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => failure.report(&app),
        }
    }

    async fn serve(self, config: Config) -> Result<(), Failure> {
        log::set_format(config.log_format);
        // Before the journal is read: an address that cannot be had is told at once, not after a
        // long recovery. Who connects meanwhile waits in the system's queue.
        let listener = Listener::bind(config.listen).map_err(Failure::startup)?;
        let running = exec::start(self.schema, engine_options(&config))
            .await
            .map_err(|error| Failure::startup(error.to_string()))?;
        log_start(&running.report);
        let served = serve_http(self, listener, &config, running.engine.clone()).await;
        running.shutdown().await;
        log::info("stopped", &[]);
        served
    }
}

/// An engine alone, without HTTP: for benchmarks, tools and tests inside the process.
pub async fn start_engine(schema: &'static Schema, options: EngineOptions) -> Result<Running, exec::EngineError> {
    let running = exec::start(schema, options).await?;
    running.wait_until_leading().await;
    Ok(running)
}

async fn serve_http(app: App, listener: Listener, config: &Config, engine: Engine) -> Result<(), Failure> {
    let mut options = config.server_options(app.schema.url, app.schema.openapi);
    options.field_errors = app.schema.field_errors;
    let server =
        Server::new(listener, options, (app.endpoints)(), Arc::new(engine), app.filters).map_err(Failure::startup)?;
    log::info("serving", &[("address", &format!("http://{}", server.address()))]);
    let drained = server.run(asked_to_stop()).await;
    if drained.cut > 0 {
        log::error("connections were cut at the end", &[("count", &drained.cut.to_string())]);
    }
    Ok(())
}

fn engine_options(config: &Config) -> EngineOptions {
    let mut options = EngineOptions::new(&config.data);
    options.journal.segment_bytes = config.segment_bytes;
    options.snapshots.every_bytes = config.snapshot_bytes;
    options
}

fn log_start(report: &StartReport) {
    for warning in &report.snapshot_warnings {
        log::error("snapshot", &[("warning", &warning.to_string())]);
    }
    if let Some(torn) = &report.journal.torn {
        // As an error, because damage to the last group looks the same as a crash in the middle of it.
        log::error(
            "cut off the end of the journal, as after a crash in the middle of a write",
            &[
                ("file", &torn.path.display().to_string()),
                ("offset", &torn.offset.to_string()),
                ("bytes", &torn.bytes.to_string()),
                ("first_entry", &torn.first_index.to_string()),
            ],
        );
    }
    log::info(
        "recovered",
        &[("transactions", &report.recovered.seq.to_string()), ("from_snapshot", &report.snapshot_seq.to_string())],
    );
}

/// Ends at the first SIGTERM or SIGINT.
async fn asked_to_stop() {
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let (Ok(mut terminate), Ok(mut interrupt)) = signals else {
        // Without handlers the signals end the process at once, which the journal survives.
        log::error("signals cannot be handled; a stop will be abrupt", &[]);
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    log::info("stopping", &[]);
}
