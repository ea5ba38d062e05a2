//! Scenarios: `RS10xx`.

use super::codes;

codes! {}
