//! Identity: `RS08xx`.

use super::codes;

codes! {}
