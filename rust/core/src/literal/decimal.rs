//! Decimal digits to a binary number of any size.

/// Digits that one limb takes at a time: the most that fit into 64 bits.
pub(super) const CHUNK: usize = 19;

/// The value of ASCII digits, least significant byte first, without leading zeros.
///
/// Quadratic: 10,000 digits cost some 150,000 multiplications, more than any board holds.
pub(super) fn magnitude(digits: &[u8]) -> Vec<u8> {
    let mut limbs: Vec<u64> = Vec::with_capacity(digits.len() / CHUNK + 1);
    let (head, rest) = digits.split_at(digits.len() % CHUNK);
    for chunk in std::iter::once(head).chain(rest.chunks(CHUNK)) {
        let mut carry = u128::from(value(chunk));
        let scale = u128::from(10u64.pow(chunk.len() as u32));
        for limb in &mut limbs {
            carry += u128::from(*limb) * scale;
            *limb = carry as u64;
            carry >>= 64;
        }
        if carry != 0 {
            limbs.push(carry as u64);
        }
    }
    let mut bytes: Vec<u8> = limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect();
    let length = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    bytes.truncate(length);
    bytes
}

/// At most [`CHUNK`] digits.
pub(super) fn value(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::magnitude;

    #[test]
    fn small_values() {
        assert_eq!(magnitude(b"0"), b"");
        assert_eq!(magnitude(b"256"), [0, 1]);
        assert_eq!(magnitude(b"18446744073709551615"), [0xff; 8]);
        assert_eq!(magnitude(b"18446744073709551616"), [0, 0, 0, 0, 0, 0, 0, 0, 1]);
    }

    #[test]
    fn agrees_with_the_machine_up_to_128_bits() {
        let mut number: u128 = 1;
        while let Some(next) = number.checked_mul(7) {
            number = next;
            let mut expected = number.to_le_bytes().to_vec();
            while expected.last() == Some(&0) {
                expected.pop();
            }
            assert_eq!(magnitude(number.to_string().as_bytes()), expected);
        }
    }
}
