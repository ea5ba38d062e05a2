//! Hooks and jobs: `RS09xx`.

use super::codes;

codes! {}
