//! `node.toml`: who a data directory belongs to.
//!
//! ```toml
//! node_id = 1
//! cluster_id = "9f86d081884c7d659a2feaa0c55ad015"
//! checksum = "0a1b2c3d"
//! ```
//! The checksum is the crc32c of the two lines above it.

use std::path::Path;

use super::error::JournalError;
use super::small_file;
use crate::platform::{Disk, Randomness, read_whole};

pub(super) const FILE_NAME: &str = "node.toml";
const FILE_BYTES_MAX: u64 = 4096;
/// The id of the node that founds a cluster.
const FOUNDER: u64 = 1;

/// Who a data directory belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// This node. The founder of a cluster is 1; ids are never used again.
    pub node_id: u64,
    /// The cluster, drawn at random by its founder.
    pub cluster_id: u128,
}

impl Identity {
    /// Reads the file, or founds a new cluster where `may_create`.
    pub(super) fn load(
        disk: &dyn Disk,
        randomness: &dyn Randomness,
        directory: &Path,
        may_create: bool,
    ) -> Result<(Self, bool), JournalError> {
        let path = directory.join(FILE_NAME);
        if disk.exists(&path).map_err(|error| JournalError::io("look for", &path, error))? {
            let content =
                read_whole(disk, &path, FILE_BYTES_MAX).map_err(|error| JournalError::io("read", &path, error))?;
            let damaged = || JournalError::corrupt(&path, 0, None, "it is not what was written to it");
            return Ok((Self::parse(&content).ok_or_else(damaged)?, false));
        }
        if !may_create {
            return Err(JournalError::corrupt(&path, 0, None, "it is missing, although the log has entries"));
        }
        let mut cluster_id = [0; 16];
        randomness.fill(&mut cluster_id).map_err(|error| JournalError::io("draw a cluster id for", &path, error))?;
        let identity = Self { node_id: FOUNDER, cluster_id: u128::from_le_bytes(cluster_id) };
        small_file::replace(disk, directory, FILE_NAME, identity.render().as_bytes())?;
        Ok((identity, true))
    }

    fn render(self) -> String {
        let fields = format!("node_id = {}\ncluster_id = \"{:032x}\"\n", self.node_id, self.cluster_id);
        let checksum = crc32c::crc32c(fields.as_bytes());
        format!("{fields}checksum = \"{checksum:08x}\"\n")
    }

    fn parse(content: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(content).ok()?;
        let mut lines = text.lines();
        let node_id = lines.next()?.strip_prefix("node_id = ")?.parse().ok()?;
        let cluster_id = lines.next()?.strip_prefix("cluster_id = \"")?.strip_suffix('"')?;
        let identity = Self { node_id, cluster_id: u128::from_str_radix(cluster_id, 16).ok()? };
        (identity.render() == text).then_some(identity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_comes_back_and_every_flip_is_noticed() {
        let identity = Identity { node_id: 12, cluster_id: 0xfeed };
        let text = identity.render();
        assert_eq!(Identity::parse(text.as_bytes()), Some(identity));
        for bit in 0..text.len() * 8 {
            let mut flipped = text.clone().into_bytes();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Identity::parse(&flipped), None, "bit {bit}");
        }
    }
}
