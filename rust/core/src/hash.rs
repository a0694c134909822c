//! The hashes that boards can compute, each as one 64-bit number ([`Hashes`]).
//!
//! A board uses the best it has: SHA-256, else CRC-32, else FNV-1a in interpreted code. The numbers are what
//! `python/belay/ondevice/hash.py` makes of the same content: the first eight bytes of the SHA-256, little
//! end first; the two others below the size, which costs a board nothing and tells most changes apart.

use sha2::{Digest, Sha256};

const FNV_START: u32 = 0x811c_9dc5;
const FNV_PRIME: u32 = 0x0100_0193;

/// All hashes of one content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hashes {
    /// The first eight bytes of its SHA-256, little end first.
    pub sha256: u64,
    /// Its CRC-32 (zlib's), and its size above bit 32.
    pub crc32: u64,
    /// Its 32-bit FNV-1a, and its size above bit 32.
    pub fnv: u64,
}

impl Hashes {
    /// The hashes of `data`.
    pub fn of(data: &[u8]) -> Self {
        let digest = Sha256::digest(data);
        let size = (data.len() as u64) << 32;
        Self {
            sha256: digest[..8].iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)),
            crc32: size | u64::from(crc32fast::hash(data)),
            fnv: size | u64::from(fnv(data)),
        }
    }
}

fn fnv(data: &[u8]) -> u32 {
    data.iter().fold(FNV_START, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(FNV_PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values() {
        // FIPS 180-4; the check value of the CRC catalogue; the FNV test vectors.
        assert_eq!(Hashes::of(b"abc").sha256.to_le_bytes(), [0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea]);
        assert_eq!(Hashes::of(b"123456789").crc32, 9 << 32 | 0xcbf4_3926);
        assert_eq!(Hashes::of(b"foobar").fnv, 6 << 32 | 0xbf9c_f968);
    }
}
