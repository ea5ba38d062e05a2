//! From a data directory to a running engine, and back to rest.

use crate::consensus::{Consensus, ConsensusOptions, Leadership, StartError};
use crate::exec::engine::{CommittedPoint, Engine, PipelineOptions, Shared};
use crate::exec::executor;
use crate::exec::inbox::Inbox;
use crate::exec::keeper::{EntryMark, Keeper, SnapshotMeta, SnapshotPolicy};
use crate::exec::recovery::{self, RecoveryError};
use crate::exec::schema::Schema;
use crate::exec::shapes;
use crate::exec::writer::Writer;
use crate::journal::{EntryKind, Journal, JournalError, JournalOptions, LogPosition, RecoveryReport, SHAPES_FILE};
use crate::state::State;
use crate::state::snapshot::{SnapshotName, SnapshotWarning, Snapshots};
use parking_lot::Mutex;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// The folder of the snapshots in the data directory.
const SNAPSHOT_FOLDER: &str = "snap";
/// How long a shutdown waits for what is on its way.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// How an engine runs.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// The data directory, and the machine beneath it.
    pub journal: JournalOptions,
    /// Timing of the consensus.
    pub consensus: ConsensusOptions,
    /// Limits of the commit pipeline.
    pub pipeline: PipelineOptions,
    /// When snapshots are taken.
    pub snapshots: SnapshotPolicy,
}

impl EngineOptions {
    /// The production settings for a data directory.
    pub fn new(directory: impl Into<std::path::PathBuf>) -> Self {
        Self {
            journal: JournalOptions::new(directory),
            consensus: ConsensusOptions::default(),
            pipeline: PipelineOptions::default(),
            snapshots: SnapshotPolicy::default(),
        }
    }
}

/// Why an engine did not start.
#[derive(Debug)]
pub enum EngineError {
    /// The data directory.
    Journal(JournalError),
    /// The data directory holds events that the schema cannot read.
    Shapes(String),
    /// The state could not be brought back.
    Recovery(RecoveryError),
    /// The folder of the snapshots could not be read.
    Snapshots(std::io::Error),
    /// The journal ends before a snapshot that was made from it: entries that were durable are lost.
    JournalCut {
        /// The entry up to which the snapshot reaches.
        snapshot_index: u64,
        /// The last entry of the journal, if there is any.
        last_index: Option<u64>,
    },
    /// The journal holds another entry where a snapshot of it ends: one of the two is not of this history.
    OtherHistory {
        /// The entry up to which the snapshot reaches.
        snapshot_index: u64,
    },
    /// The journal holds events, and the record of their shapes is gone.
    ShapesMissing,
    /// The consensus.
    Consensus(StartError),
}

impl fmt::Display for EngineError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Journal(error) => error.fmt(out),
            Self::Shapes(what) => out.write_str(what),
            Self::Recovery(error) => error.fmt(out),
            Self::Snapshots(error) => write!(out, "the snapshots in the data directory cannot be read: {error}"),
            Self::JournalCut { snapshot_index, last_index } => {
                let end = last_index.map_or("is empty".to_owned(), |last| format!("ends with entry {last}"));
                write!(
                    out,
                    "the journal {end}, but a snapshot reaches to entry {snapshot_index}: segments of the journal \
                     are missing. Put them back from a copy, or move the folder `{SNAPSHOT_FOLDER}` away to go on \
                     without what they held"
                )
            }
            Self::OtherHistory { snapshot_index } => write!(
                out,
                "a snapshot was made from another history than that of the journal: they differ at entry \
                 {snapshot_index}. Put the journal and the folder `{SNAPSHOT_FOLDER}` back from the same copy, or move \
                 the folder away to go on with the journal alone"
            ),
            Self::ShapesMissing => write!(
                out,
                "the journal holds events, but the file `{SHAPES_FILE}` beside it, which tells their shapes, is \
                 missing. Put it back from a copy"
            ),
            Self::Consensus(error) => error.fmt(out),
        }
    }
}

impl std::error::Error for EngineError {}

impl From<JournalError> for EngineError {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl From<RecoveryError> for EngineError {
    fn from(error: RecoveryError) -> Self {
        Self::Recovery(error)
    }
}

/// What a start found, for the operator.
#[derive(Debug)]
pub struct StartReport {
    /// What the journal found.
    pub journal: RecoveryReport,
    /// Snapshots that could not be used.
    pub snapshot_warnings: Vec<SnapshotWarning>,
    /// The transaction of the snapshot that the start began with; 0 without one.
    pub snapshot_seq: u64,
    /// Up to where the state was brought back.
    pub recovered: CommittedPoint,
}

/// A running engine with all that belongs to it.
pub struct Running {
    /// The engine.
    pub engine: Engine,
    /// What the start found.
    pub report: StartReport,
    consensus: Arc<Consensus>,
    journal: Journal,
    keeper: Keeper,
    executor_ended: oneshot::Receiver<()>,
}

/// Opens the data directory, brings the state back, and starts to lead or to follow.
pub async fn start(schema: &'static Schema, options: EngineOptions) -> Result<Running, EngineError> {
    let (clock, randomness) = (Arc::clone(&options.journal.clock), Arc::clone(&options.journal.randomness));
    let snapshots =
        Arc::new(Snapshots::new(Arc::clone(&options.journal.disk), options.journal.directory.join(SNAPSHOT_FOLDER)));
    let (journal, journal_report) = Journal::open(options.journal)?;
    let mut writer = Writer::new(schema, randomness);
    let stored_shapes = journal.read_shapes()?;
    shapes::check(schema, stored_shapes.as_deref(), &mut writer.recorded_types).map_err(EngineError::Shapes)?;

    let replayable = Consensus::replayable(&journal).map_err(EngineError::Consensus)?;
    if stored_shapes.is_none() && holds_batches(&journal, replayable)? {
        return Err(EngineError::ShapesMissing);
    }
    let recovered = recover(schema, &mut writer, &journal, &snapshots, replayable)?;
    let report = StartReport {
        journal: journal_report,
        snapshot_warnings: recovered.warnings,
        snapshot_seq: recovered.snapshot_seq,
        recovered: recovered.point,
    };
    let identity = journal.identity();
    let shared = Arc::new(Shared {
        schema,
        state: recovered.state,
        journal: journal.clone(),
        clock,
        options: options.pipeline,
        inbox: Arc::new(Inbox::new(options.pipeline)),
        askers: Handle::current(),
        writer: Mutex::new(writer),
        committed: Mutex::new(recovered.point),
        consensus: OnceLock::new(),
        leading_term: AtomicU64::new(0),
        applied_bytes: AtomicU64::new(recovered.replayed_bytes),
    });
    let executor_ended = executor::spawn(Arc::clone(&shared));
    let engine = Engine { shared: Arc::clone(&shared) };
    let machine = Arc::clone(&shared);
    let consensus = Consensus::start(options.consensus, journal.clone(), recovered.position, machine)
        .await
        .map_err(EngineError::Consensus)?;
    engine.attach(Arc::clone(&consensus), identity.node_id);
    let keeper = Keeper::start(shared, snapshots, options.snapshots);
    Ok(Running { engine, report, consensus, journal, keeper, executor_ended })
}

/// Whether any event was ever recorded. The first entries tell, so this reads little.
fn holds_batches(journal: &Journal, last: Option<LogPosition>) -> Result<bool, JournalError> {
    let mut found = false;
    if let Some(last) = last {
        journal.replay(0, last.index, &mut |frame| {
            found = frame.kind == EntryKind::Batch;
            if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
    }
    Ok(found)
}

struct Recovered {
    state: State,
    point: CommittedPoint,
    position: Option<LogPosition>,
    snapshot_seq: u64,
    replayed_bytes: u64,
    warnings: Vec<SnapshotWarning>,
}

/// The newest usable snapshot, then the journal behind it.
fn recover(
    schema: &'static Schema,
    writer: &mut Writer,
    journal: &Journal,
    snapshots: &Snapshots,
    replayable: Option<LogPosition>,
) -> Result<Recovered, EngineError> {
    let outcome = snapshots.load_newest(schema.tables, schema.fold_fingerprint).map_err(EngineError::Snapshots)?;
    let mut warnings = outcome.warnings;
    let mut state = None;
    let mut point = CommittedPoint::default();
    if let Some(loaded) = outcome.loaded {
        // It holds what was durable once, so the journal has lost its end. To go on would give the
        // same numbers a second time, and a later start would find two histories.
        if replayable.is_none_or(|last| loaded.name.index > last.index) {
            return Err(EngineError::JournalCut {
                snapshot_index: loaded.name.index,
                last_index: replayable.map(|last| last.index),
            });
        }
        match SnapshotMeta::read(&loaded.meta) {
            Ok(meta) => {
                let mark = EntryMark::at(journal, loaded.name.index)?;
                if meta.entry != mark {
                    return Err(EngineError::OtherHistory { snapshot_index: loaded.name.index });
                }
                point = recovery::restore_meta(writer, meta);
                state = Some(loaded.state);
            }
            Err(error) => warnings.push(passed_over(loaded.name, error.to_string())),
        }
    }
    let snapshot_seq = point.seq;
    let state = state.unwrap_or_else(|| State::new(schema.tables));
    let mut replayed_bytes = 0;
    if let Some(last) = replayable {
        (point, replayed_bytes) = recovery::replay(schema, &state, writer, journal, point, last.index)?;
    }
    Ok(Recovered { state, point, position: replayable, snapshot_seq, replayed_bytes, warnings })
}

fn passed_over(name: SnapshotName, reason: String) -> SnapshotWarning {
    SnapshotWarning::Damaged { name, file: "MANIFEST".to_owned(), reason }
}

impl Running {
    /// Waits until commands are executed here, or the consensus has ended.
    pub async fn wait_until_leading(&self) {
        let mut leadership = self.consensus.leadership();
        while !self.engine.is_leading() {
            if *leadership.borrow_and_update() == Leadership::Stopped {
                return;
            }
            // The engine follows the same signal; it may need another moment after it.
            let _ = tokio::time::timeout(Duration::from_millis(1), leadership.changed()).await;
        }
    }

    /// Writes a snapshot of the committed state now.
    pub fn snapshot_now(&self) -> std::io::Result<()> {
        self.keeper.snapshot_now()
    }

    /// Lets what is on its way become durable, then closes the data directory.
    pub async fn shutdown(self) {
        self.engine.stop();
        let _ = tokio::time::timeout(DRAIN_TIMEOUT, self.executor_ended).await;
        self.keeper.stop();
        self.consensus.shutdown().await;
        self.journal.close();
    }
}
