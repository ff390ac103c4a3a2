//! The table and the words it describes.

use super::*;

#[test]
fn rows_stand_in_the_order_of_the_enum_and_no_code_twice() {
    for (i, row) in ISA.iter().enumerate() {
        assert_eq!(row.op as usize, i);
        assert_eq!(Op::from_code(row.code), Some(row.op));
        assert_eq!(Op::from_mnemonic(&row.mnemonic.to_lowercase()), Some(row.op));
    }
}

#[test]
fn every_word_with_a_known_opcode_survives_decode_and_encode_up_to_unused_fields() {
    for row in ISA {
        for low in (0..0x0100_0000u32).step_by(4099) {
            let insn = Insn::decode(u32::from(row.code) << 24 | low, Some(low)).expect("in the table");
            assert_eq!(Insn::decode(insn.encode(), insn.wide), Some(insn), "{}", row.mnemonic);
        }
    }
}

#[test]
fn unknown_opcodes_do_not_decode() {
    assert_eq!(Insn::decode(0, None), None);
    assert_eq!(Insn::decode(0x0512_3456, None), None);
}

#[test]
fn low_bits_keep_their_sign_if_they_have_one() {
    assert_eq!([low_bits(0xFD, 8, true), low_bits(0xFD, 8, false)], [-3, 0xFD]);
    assert_eq!([low_bits(u32::MAX, 32, true), low_bits(u32::MAX, 32, false)], [-1, u32::MAX.into()]);
    assert_eq!([low_bits(0b110, 1, true), low_bits(0b101, 1, true), low_bits(0b1011, 3, false)], [0, -1, 3]);
}
