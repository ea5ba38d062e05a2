//! Where private and secret values may go: `RS0230` to `RS0232`, `RS0239` and `RS0240`.

use super::codes;

codes! {}
