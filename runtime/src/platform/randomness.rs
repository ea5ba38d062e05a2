//! Random bytes.

use std::io;

/// A source of random bytes.
pub trait Randomness: Send + Sync + 'static {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]) -> io::Result<()>;
}

/// The generator of the operating system, fit for secrets.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealRandomness;

impl Randomness for RealRandomness {
    fn fill(&self, buffer: &mut [u8]) -> io::Result<()> {
        getrandom::fill(buffer).map_err(io::Error::other)
    }
}

/// A random number of 64 bits.
pub fn random_u64(source: &dyn Randomness) -> io::Result<u64> {
    let mut bytes = [0; 8];
    source.fill(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

/// A random number of 32 bits.
pub fn random_u32(source: &dyn Randomness) -> io::Result<u32> {
    let mut bytes = [0; 4];
    source.fill(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}
