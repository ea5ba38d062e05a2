//! `RS04xx`: apply, determinism and effects.

use super::codes;

codes! {}
