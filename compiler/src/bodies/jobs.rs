//! Bodies of jobs.

use crate::infer::Shared;
use crate::plan::JobBody;

/// Types the body of every job.
pub(super) fn check(shared: &Shared<'_>) -> Vec<JobBody> {
    shared.declarations.jobs.iter().map(|_| JobBody::default()).collect()
}
